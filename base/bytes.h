/* bytes.h - bounded reading and writing of bytes; borrowed text.
 *
 * Both cursors are sticky: after the first failure every further call does nothing
 * (a read returns 0 or an empty str), so one check at the end covers a whole parse.
 * Integers are big-endian. */
#ifndef ALMONER_BASE_BYTES_H
#define ALMONER_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"

/* Borrowed bytes or text, not NUL-terminated; lives as long as its owner. */
struct str {
    const char *p;
    size_t n;
};

/* The empty str has a pointer too: memcpy and memcmp want one even for no bytes. */
static inline struct str str_make(const void *p, size_t n)
{
    must(p != NULL || n == 0);
    return (struct str){p == NULL ? "" : p, n};
}
static inline struct str str_of(const char *cstr) /* NULL gives the empty str */
{
    return str_make(cstr, cstr == NULL ? 0 : strlen(cstr));
}
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *cstr);
bool str_starts(struct str a, struct str prefix);
int str_cmp(struct str a, struct str b); /* by bytes, the shorter first */
/* Copies into out, NUL-terminated; false (out empty) when it does not fit or has a NUL
 * within, which would cut it. */
bool str_copy(struct str a, char *out, size_t cap);
/* For "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""

struct reader {
    const uint8_t *p;
    size_t len;
    size_t at;
    bool failed;
};

void reader_init(struct reader *r, const void *p, size_t len);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
/* LEB128, at most 10 bytes; longer than needed is a failure. */
uint64_t reader_varint_long(struct reader *r);
/* Most are one byte: that one is read in place. */
static inline uint64_t reader_varint(struct reader *r)
{
    if (!r->failed && r->at < r->len && r->p[r->at] < 0x80) {
        return r->p[r->at++];
    }
    return reader_varint_long(r);
}
static inline uint8_t reader_u8(struct reader *r)
{
    if (!r->failed && r->at < r->len) {
        return r->p[r->at++];
    }
    r->failed = true;
    return 0;
}
static inline int64_t reader_zigzag(struct reader *r)
{
    uint64_t v = reader_varint(r);
    int64_t half = (int64_t)(v >> 1);
    return (v & 1) != 0 ? -half - 1 : half;
}
static inline struct str reader_bytes(struct reader *r, size_t n)
{
    if (r->failed || n > r->len - r->at) {
        r->failed = true;
        return str_make("", 0);
    }
    const uint8_t *p = r->p + r->at;
    r->at += n;
    return str_make(p, n);
}
static inline struct str reader_text(struct reader *r) /* varint length, then bytes */
{
    uint64_t n = reader_varint(r);
    if (n > r->len) {
        r->failed = true;
    }
    return reader_bytes(r, (size_t)n);
}
/* Everything read and nothing failed. */
bool reader_done(const struct reader *r);

struct writer {
    uint8_t *p;
    size_t cap;
    size_t len;
    bool failed;
};

void writer_init(struct writer *w, void *p, size_t cap);
static inline void writer_u8(struct writer *w, uint8_t v)
{
    if (w->failed || w->len == w->cap) {
        w->failed = true;
        return;
    }
    w->p[w->len++] = v;
}
static inline void writer_bytes(struct writer *w, const void *p, size_t n)
{
    if (w->failed || n > w->cap - w->len) {
        w->failed = true;
    } else if (n > 0) {
        memcpy(w->p + w->len, p, n);
        w->len += n;
    }
}
void writer_u16(struct writer *w, uint16_t v);
void writer_u32(struct writer *w, uint32_t v);
void writer_u64(struct writer *w, uint64_t v);
void writer_varint_long(struct writer *w, uint64_t v);
static inline void writer_varint(struct writer *w, uint64_t v)
{
    if (v < 0x80) {
        writer_u8(w, (uint8_t)v);
    } else {
        writer_varint_long(w, v);
    }
}
void writer_zigzag(struct writer *w, int64_t v);
void writer_text_long(struct writer *w, struct str s);
static inline void writer_text(struct writer *w,
                               struct str s) /* varint length, bytes */
{
    if (s.n == 0) { /* many are */
        writer_u8(w, 0);
    } else {
        writer_text_long(w, s);
    }
}
struct str writer_str(const struct writer *w); /* what was written; borrowed */

/* Fixed-place helpers for keys. */
void put_u32(uint8_t *p, uint32_t v);
void put_u64(uint8_t *p, uint64_t v);
uint32_t get_u32(const uint8_t *p);
uint64_t get_u64(const uint8_t *p);

#endif
