/* cbor.h - deterministic CBOR (docs/formats/ledger.md section 1), read item by item
 * from bytes in memory. Strict, without recursion, sticky: after the first fault
 * every further call gives zeros, and one look at `bad` at the end covers a whole
 * record. */
#ifndef ALMONER_VERIFY_CBOR_H
#define ALMONER_VERIFY_CBOR_H

#include "base/bytes.h"

#define CBOR_DEPTH_MAX 8

struct cbor {
    const uint8_t *p;
    size_t n;
    size_t at;
    bool bad;
};

enum cbor_type {
    CBOR_UINT,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_BOOL,
    CBOR_NONE
};

struct cbor cbor_of(struct str bytes);
bool cbor_done(const struct cbor *c); /* everything read, and nothing was bad */
enum cbor_type cbor_peek(const struct cbor *c);
uint64_t cbor_uint(struct cbor *c, uint64_t max);
int64_t cbor_int(struct cbor *c);
struct str cbor_bytes(struct cbor *c, size_t min, size_t max);
struct str cbor_text(struct cbor *c, size_t min, size_t max); /* valid UTF-8 */
bool cbor_bool(struct cbor *c);
/* The number of items (of pairs); at most max, and never more than there are bytes. */
size_t cbor_array(struct cbor *c, size_t max);
size_t cbor_map(struct cbor *c, size_t max);
/* One whole item of any kind; map keys within it ascend. Its bytes. */
struct str cbor_skip(struct cbor *c);

#endif
