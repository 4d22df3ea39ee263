/* bytes.c - bounded cursors over bytes, and borrowed text.
 *
 * Every file and key of the program is read and written through here, field by field
 * and big-endian. No function reads or writes outside its bounds, whatever the bytes
 * say; lengths found in the data are compared with what is left, never added first. */
#include "base/bytes.h"

#include <string.h>

#include "base/must.h"

#define VARINT_MAX_BYTES 10

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *cstr)
{
    return str_eq(a, str_of(cstr));
}

bool str_starts(struct str a, struct str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0) {
        return order;
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool str_copy(struct str a, char *out, size_t cap)
{
    if (cap == 0) {
        return false;
    }
    if (a.n >= cap || (a.n != 0 && memchr(a.p, '\0', a.n) != NULL)) {
        out[0] = '\0';
        return false;
    }
    if (a.n != 0) {
        memcpy(out, a.p, a.n);
    }
    out[a.n] = '\0';
    return true;
}

/* ---- fixed places ---- */

void put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

void put_u64(uint8_t *p, uint64_t v)
{
    p[0] = (uint8_t)(v >> 56);
    p[1] = (uint8_t)(v >> 48);
    p[2] = (uint8_t)(v >> 40);
    p[3] = (uint8_t)(v >> 32);
    p[4] = (uint8_t)(v >> 24);
    p[5] = (uint8_t)(v >> 16);
    p[6] = (uint8_t)(v >> 8);
    p[7] = (uint8_t)v;
}

uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

uint64_t get_u64(const uint8_t *p)
{
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
           (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
           (uint64_t)p[6] << 8 | (uint64_t)p[7];
}

/* ---- reader ---- */

void reader_init(struct reader *r, const void *p, size_t len)
{
    must(p != NULL || len == 0);
    /* Never NULL: taking 0 bytes must give a pointer, which here means success. */
    *r = (struct reader){.p = p == NULL ? (const void *)"" : p, .len = len};
}

/* The next n bytes, or NULL when there are fewer. */
static const uint8_t *take(struct reader *r, size_t n)
{
    if (r->failed || n > r->len - r->at) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = r->p + r->at;
    r->at += n;
    return p;
}

uint16_t reader_u16(struct reader *r)
{
    const uint8_t *p = take(r, 2);
    return (uint16_t)(p == NULL ? 0 : p[0] << 8 | p[1]);
}

uint32_t reader_u32(struct reader *r)
{
    const uint8_t *p = take(r, 4);
    return p == NULL ? 0 : get_u32(p);
}

uint64_t reader_u64(struct reader *r)
{
    const uint8_t *p = take(r, 8);
    return p == NULL ? 0 : get_u64(p);
}

uint64_t reader_varint_long(struct reader *r)
{
    if (r->failed) {
        return 0;
    }
    size_t left = r->len - r->at;
    size_t bound = left < VARINT_MAX_BYTES ? left : VARINT_MAX_BYTES;
    const uint8_t *p = r->p + r->at;
    uint64_t v = 0;
    for (size_t i = 0; i < bound; i++) {
        v |= (uint64_t)(p[i] & 0x7f) << (7 * i);
        if (p[i] >= 0x80) {
            continue;
        }
        /* A last byte of 0 adds nothing, so the number has a shorter form; the tenth
         * byte has room for one bit of 64 only. */
        if ((i > 0 && p[i] == 0) || (i == VARINT_MAX_BYTES - 1 && p[i] > 1)) {
            break;
        }
        r->at += i + 1;
        return v;
    }
    r->failed = true;
    return 0;
}

bool reader_done(const struct reader *r)
{
    return !r->failed && r->at == r->len;
}

/* ---- writer ---- */

void writer_init(struct writer *w, void *p, size_t cap)
{
    must(p != NULL || cap == 0);
    *w = (struct writer){.p = p, .cap = cap};
}

/* Room for n bytes (n > 0), counted as written; NULL when they do not fit. */
static uint8_t *give(struct writer *w, size_t n)
{
    if (w->failed || n > w->cap - w->len) {
        w->failed = true;
        return NULL;
    }
    uint8_t *p = w->p + w->len;
    w->len += n;
    return p;
}

void writer_u16(struct writer *w, uint16_t v)
{
    uint8_t *p = give(w, 2);
    if (p != NULL) {
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
    }
}

void writer_u32(struct writer *w, uint32_t v)
{
    uint8_t *p = give(w, 4);
    if (p != NULL) {
        put_u32(p, v);
    }
}

void writer_u64(struct writer *w, uint64_t v)
{
    uint8_t *p = give(w, 8);
    if (p != NULL) {
        put_u64(p, v);
    }
}

void writer_varint_long(struct writer *w, uint64_t v)
{
    uint8_t text[VARINT_MAX_BYTES];
    bool in_place = !w->failed && w->cap - w->len >= VARINT_MAX_BYTES;
    uint8_t *to = in_place ? w->p + w->len : text;
    size_t n = 0;
    while (v >= 0x80) {
        to[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    to[n++] = (uint8_t)v;
    if (in_place) {
        w->len += n;
    } else {
        writer_bytes(w, text, n);
    }
}

void writer_zigzag(struct writer *w, int64_t v)
{
    uint64_t twice = (uint64_t)v << 1;
    writer_varint(w, v < 0 ? ~twice : twice);
}

/* A text that does not fit leaves no length behind either. */
void writer_text_long(struct writer *w, struct str s)
{
    size_t before = w->len;
    writer_varint(w, s.n);
    writer_bytes(w, s.p, s.n);
    if (w->failed) {
        w->len = before;
    }
}

struct str writer_str(const struct writer *w)
{
    return str_make(w->p, w->len);
}
