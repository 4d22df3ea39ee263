/* cbor.c - deterministic CBOR: RFC 8949 sections 3 and 4.2.1.
 *
 * A value has exactly one encoding here, because records are hashed: what would read
 * back but be written otherwise (a longer head, unsorted keys, a tag, a float) is
 * refused. No recursion: depth comes from outside. */
#include "ledger/cbor.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"

enum major {
    MAJOR_UINT = 0,
    MAJOR_NEGATIVE = 1,
    MAJOR_BYTES = 2,
    MAJOR_TEXT = 3,
    MAJOR_ARRAY = 4,
    MAJOR_MAP = 5,
    MAJOR_SIMPLE = 7
};

/* Initial bytes of the simple values in use. */
#define CBOR_FALSE 0xf4
#define CBOR_TRUE 0xf5
#define CBOR_NULL 0xf6

/* The low five bits of an initial byte: a value below 24, or how many bytes follow. */
#define FOLLOW_1 24
#define FOLLOW_2 25
#define FOLLOW_4 26
#define FOLLOW_8 27

/* ---- writing ---- */

static void put_head(struct writer *w, enum major major, uint64_t arg)
{
    uint8_t top = (uint8_t)((unsigned)major << 5);
    if (arg < FOLLOW_1) {
        writer_u8(w, (uint8_t)(top | arg));
    } else if (arg <= UINT8_MAX) {
        writer_u8(w, top | FOLLOW_1);
        writer_u8(w, (uint8_t)arg);
    } else if (arg <= UINT16_MAX) {
        writer_u8(w, top | FOLLOW_2);
        writer_u16(w, (uint16_t)arg);
    } else if (arg <= UINT32_MAX) {
        writer_u8(w, top | FOLLOW_4);
        writer_u32(w, (uint32_t)arg);
    } else {
        writer_u8(w, top | FOLLOW_8);
        writer_u64(w, arg);
    }
}

void cbor_put_uint(struct writer *w, uint64_t v)
{
    put_head(w, MAJOR_UINT, v);
}

void cbor_put_int(struct writer *w, int64_t v)
{
    if (v < 0) {
        put_head(w, MAJOR_NEGATIVE, (uint64_t)(-1 - v));
    } else {
        put_head(w, MAJOR_UINT, (uint64_t)v);
    }
}

void cbor_put_bytes(struct writer *w, const void *p, size_t n)
{
    put_head(w, MAJOR_BYTES, n);
    writer_bytes(w, p, n);
}

void cbor_put_text(struct writer *w, struct str s)
{
    /* A record that its own reader refuses could never be repaired. */
    if (!text_utf8_valid(s, NULL)) {
        w->failed = true;
        return;
    }
    put_head(w, MAJOR_TEXT, s.n);
    writer_bytes(w, s.p, s.n);
}

void cbor_put_array(struct writer *w, uint64_t count)
{
    put_head(w, MAJOR_ARRAY, count);
}

void cbor_put_map(struct writer *w, uint64_t count)
{
    put_head(w, MAJOR_MAP, count);
}

void cbor_put_bool(struct writer *w, bool v)
{
    writer_u8(w, v ? CBOR_TRUE : CBOR_FALSE);
}

void cbor_pair_uint(struct writer *w, uint64_t key, uint64_t v)
{
    cbor_put_uint(w, key);
    cbor_put_uint(w, v);
}

void cbor_pair_int(struct writer *w, uint64_t key, int64_t v)
{
    cbor_put_uint(w, key);
    cbor_put_int(w, v);
}

void cbor_pair_bytes(struct writer *w, uint64_t key, const void *p, size_t n)
{
    cbor_put_uint(w, key);
    cbor_put_bytes(w, p, n);
}

void cbor_pair_text(struct writer *w, uint64_t key, struct str s)
{
    cbor_put_uint(w, key);
    cbor_put_text(w, s);
}

/* ---- reading ---- */

static uint64_t left_of(const struct reader *r)
{
    return r->len - r->at;
}

/* The argument behind the initial byte; fails when a shorter form would hold it. */
static uint64_t get_argument(struct reader *r, unsigned low)
{
    uint64_t v = low;
    uint64_t least = 0;
    switch (low) {
    case FOLLOW_1:
        v = reader_u8(r);
        least = FOLLOW_1;
        break;
    case FOLLOW_2:
        v = reader_u16(r);
        least = UINT64_C(1) << 8;
        break;
    case FOLLOW_4:
        v = reader_u32(r);
        least = UINT64_C(1) << 16;
        break;
    case FOLLOW_8:
        v = reader_u64(r);
        least = UINT64_C(1) << 32;
        break;
    default:
        /* 28 to 30 are reserved, 31 is an indefinite length. */
        if (low > FOLLOW_8) {
            r->failed = true;
        }
        break;
    }
    if (v < least) {
        r->failed = true;
    }
    return r->failed ? 0 : v;
}

/* Any head: major type 7 gives true, false or null as its argument 20 to 22. */
static uint64_t get_any_head(struct reader *r, unsigned *major)
{
    uint8_t initial = reader_u8(r);
    *major = initial >> 5;
    uint64_t v = get_argument(r, initial & 31);
    bool simple = initial >= CBOR_FALSE && initial <= CBOR_NULL;
    if (*major > MAJOR_MAP && !simple) {
        r->failed = true;
        return 0;
    }
    return v;
}

static uint64_t get_head(struct reader *r, enum major want)
{
    unsigned major;
    uint64_t v = get_any_head(r, &major);
    if (r->failed || major != (unsigned)want) {
        r->failed = true;
        return 0;
    }
    return v;
}

uint64_t cbor_get_uint(struct reader *r)
{
    return get_head(r, MAJOR_UINT);
}

int64_t cbor_get_int(struct reader *r)
{
    unsigned major;
    uint64_t v = get_any_head(r, &major);
    if (r->failed || major > MAJOR_NEGATIVE || v > INT64_MAX) {
        r->failed = true;
        return 0;
    }
    return major == MAJOR_NEGATIVE ? -1 - (int64_t)v : (int64_t)v;
}

/* The bytes of a string whose head was read. */
static struct str get_content(struct reader *r, uint64_t n, bool text)
{
    if (r->failed || n > left_of(r)) {
        r->failed = true;
        return str_make(NULL, 0);
    }
    struct str s = reader_bytes(r, (size_t)n);
    if (text && !text_utf8_valid(s, NULL)) {
        r->failed = true;
        return str_make(NULL, 0);
    }
    return s;
}

struct str cbor_get_bytes(struct reader *r)
{
    uint64_t n = get_head(r, MAJOR_BYTES);
    return get_content(r, n, false);
}

struct str cbor_get_text(struct reader *r)
{
    uint64_t n = get_head(r, MAJOR_TEXT);
    return get_content(r, n, true);
}

/* An item has at least one byte: a count beyond that cannot be true, and must not
 * drive a loop or an allocation of the caller. */
static uint64_t get_count(struct reader *r, enum major major, unsigned items_each)
{
    uint64_t count = get_head(r, major);
    if (r->failed || count > left_of(r) / items_each) {
        r->failed = true;
        return 0;
    }
    return count;
}

uint64_t cbor_get_array(struct reader *r)
{
    return get_count(r, MAJOR_ARRAY, 1);
}

uint64_t cbor_get_map(struct reader *r)
{
    return get_count(r, MAJOR_MAP, 2);
}

bool cbor_get_bool(struct reader *r)
{
    uint8_t v = reader_u8(r);
    if (v != CBOR_TRUE && v != CBOR_FALSE) {
        r->failed = true;
    }
    return !r->failed && v == CBOR_TRUE;
}

bool cbor_is_null(const struct reader *r)
{
    return !r->failed && r->at < r->len && r->p[r->at] == CBOR_NULL;
}

void cbor_get_null(struct reader *r)
{
    if (reader_u8(r) != CBOR_NULL) {
        r->failed = true;
    }
}

/* ---- whole items ---- */

/* An array or map that is being walked through. */
struct level {
    uint64_t left; /* items: a pair is two */
    bool map;
    struct str last_key;
};

struct walk {
    struct reader *r;
    struct level level[CBOR_DEPTH_MAX];
    size_t depth;
};

/* Reads one head and the content of a string; a container that is not empty becomes
 * the new level. Returns the major type. */
static unsigned walk_item(struct walk *k)
{
    struct reader *r = k->r;
    unsigned major;
    uint64_t v = get_any_head(r, &major);
    if (major == MAJOR_BYTES || major == MAJOR_TEXT) {
        (void)get_content(r, v, major == MAJOR_TEXT);
    }
    if (r->failed || (major != MAJOR_ARRAY && major != MAJOR_MAP)) {
        return major;
    }
    /* An empty container counts as well: the limit does not depend on content. */
    bool map = major == MAJOR_MAP;
    if (k->depth == CBOR_DEPTH_MAX || v > left_of(r) / (map ? 2 : 1)) {
        r->failed = true;
    } else if (v > 0) {
        k->level[k->depth++] = (struct level){.left = map ? 2 * v : v, .map = map};
    }
    return major;
}

/* A key is a plain value (nothing in a record needs more), and keys ascend strictly in
 * the bytewise order of their encodings. */
static void walk_key(struct walk *k, struct level *l)
{
    struct reader *r = k->r;
    size_t start = r->at;
    unsigned major = walk_item(k);
    if (r->failed || major == MAJOR_ARRAY || major == MAJOR_MAP) {
        r->failed = true;
        return;
    }
    struct str key = str_make(r->p + start, r->at - start);
    if (l->last_key.p != NULL && str_cmp(l->last_key, key) >= 0) {
        r->failed = true;
    }
    l->last_key = key;
}

void cbor_skip(struct reader *r)
{
    struct walk k = {.r = r};
    walk_item(&k);
    while (k.depth > 0 && !r->failed) {
        struct level *l = &k.level[k.depth - 1];
        if (l->left == 0) {
            k.depth--;
            continue;
        }
        bool is_key = l->map && l->left % 2 == 0;
        l->left--;
        if (is_key) {
            walk_key(&k, l);
        } else {
            walk_item(&k);
        }
    }
}

/* ---- maps with small keys ---- */

void cbor_map_begin(struct cbor_map *m, struct reader *r)
{
    m->r = r;
    m->left = cbor_get_map(r);
    m->last_key = -1;
}

bool cbor_map_key(struct cbor_map *m, uint64_t key)
{
    must(key <= INT64_MAX && (int64_t)key > m->last_key);
    m->last_key = (int64_t)key;
    if (m->r->failed || m->left == 0) {
        return false;
    }
    struct reader ahead = *m->r;
    uint64_t next = cbor_get_uint(&ahead);
    /* A smaller key is one the caller does not know, or one out of order: the callers
     * ask in ascending order. */
    if (ahead.failed || next < key) {
        m->r->failed = true;
        return false;
    }
    if (next > key) {
        return false;
    }
    *m->r = ahead;
    m->left--;
    return true;
}

void cbor_map_end(struct cbor_map *m)
{
    if (m->left > 0) {
        m->r->failed = true;
    }
}
