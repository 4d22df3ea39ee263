/* cbor.h - deterministic CBOR (RFC 8949 section 4.2.1), the part records use: integers,
 * byte and text strings, arrays, maps, true, false, null. No tags, no floats, no
 * indefinite lengths. Works on base/bytes cursors, sticky like them. */
#ifndef ALMONER_LEDGER_CBOR_H
#define ALMONER_LEDGER_CBOR_H

#include "base/bytes.h"

#define CBOR_DEPTH_MAX 8

void cbor_put_uint(struct writer *w, uint64_t v);
void cbor_put_int(struct writer *w, int64_t v);
void cbor_put_bytes(struct writer *w, const void *p, size_t n);
void cbor_put_text(struct writer *w, struct str s);    /* fails if no valid UTF-8 */
void cbor_put_array(struct writer *w, uint64_t count); /* then so many items */
void cbor_put_map(struct writer *w, uint64_t count);   /* then so many pairs */
void cbor_put_bool(struct writer *w, bool v);
/* A key of a map with small keys, and what stands behind it. */
void cbor_pair_uint(struct writer *w, uint64_t key, uint64_t v);
void cbor_pair_int(struct writer *w, uint64_t key, int64_t v);
void cbor_pair_bytes(struct writer *w, uint64_t key, const void *p, size_t n);
void cbor_pair_text(struct writer *w, uint64_t key, struct str s);

/* Each fails (sticky) on another type or on an encoding that is not the shortest. */
uint64_t cbor_get_uint(struct reader *r);
int64_t cbor_get_int(struct reader *r);
struct str cbor_get_bytes(struct reader *r);
struct str cbor_get_text(struct reader *r); /* valid UTF-8 */
uint64_t cbor_get_array(struct reader *r);  /* a count the rest of the bytes can hold */
uint64_t cbor_get_map(struct reader *r);
bool cbor_get_bool(struct reader *r);
bool cbor_is_null(const struct reader *r); /* looks ahead */
void cbor_get_null(struct reader *r);
/* One well-formed deterministic item with all inside it: map keys strictly ascending in
 * bytewise order of their encoding (and no arrays or maps), at most CBOR_DEPTH_MAX
 * arrays and maps around any place. */
void cbor_skip(struct reader *r);

/* Maps with small unsigned keys, ascending: the form of every record body.
 * cbor_map_begin reads the head; cbor_map_key returns true and moves to the value when
 * the next pair has this key, false when it has a greater one or the map has ended;
 * cbor_map_end fails (sticky) unless every pair was taken. */
struct cbor_map {
    struct reader *r;
    uint64_t left;
    int64_t last_key;
};
void cbor_map_begin(struct cbor_map *m, struct reader *r);
bool cbor_map_key(struct cbor_map *m, uint64_t key);
void cbor_map_end(struct cbor_map *m);

#endif
