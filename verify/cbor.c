/* cbor.c - see cbor.h. RFC 8949 section 4.2.1. */
#include "verify/cbor.h"

#include "base/text.h"

struct cbor cbor_of(struct str bytes)
{
    return (struct cbor){.p = (const uint8_t *)bytes.p, .n = bytes.n};
}

bool cbor_done(const struct cbor *c)
{
    return !c->bad && c->at == c->n;
}

/* The head at the cursor: its major type, and its number in the shortest form. */
static unsigned head(struct cbor *c, uint64_t *value)
{
    *value = 0;
    if (c->bad || c->at >= c->n) {
        c->bad = true;
        return 0;
    }
    uint8_t first = c->p[c->at++];
    unsigned major = first >> 5, low = first & 31U;
    if (low < 24) {
        *value = low;
        return major;
    }
    size_t more = low < 28 ? (size_t)1 << (low - 24) : 0;
    if (more == 0 || more > c->n - c->at || major == 7) {
        c->bad = true;
        return 0;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < more; i++) {
        v = v << 8 | c->p[c->at++];
    }
    static const uint64_t least[4] = {24, 0x100, 0x10000, 0x100000000};
    c->bad = v < least[low - 24];
    *value = v;
    return major;
}

static uint64_t head_of(struct cbor *c, unsigned major)
{
    uint64_t v;
    unsigned got = head(c, &v);
    c->bad = c->bad || got != major;
    return c->bad ? 0 : v;
}

enum cbor_type cbor_peek(const struct cbor *c)
{
    if (c->bad || c->at >= c->n) {
        return CBOR_NONE;
    }
    static const enum cbor_type types[8] = {CBOR_UINT, CBOR_NEGATIVE, CBOR_BYTES,
                                            CBOR_TEXT, CBOR_ARRAY,    CBOR_MAP,
                                            CBOR_NONE, CBOR_BOOL};
    return types[c->p[c->at] >> 5];
}

uint64_t cbor_uint(struct cbor *c, uint64_t max)
{
    uint64_t v = head_of(c, 0);
    c->bad = c->bad || v > max;
    return c->bad ? 0 : v;
}

int64_t cbor_int(struct cbor *c)
{
    uint64_t v;
    unsigned major = head(c, &v);
    c->bad = c->bad || major > 1 || v > INT64_MAX;
    if (c->bad) {
        return 0;
    }
    return major == 0 ? (int64_t)v : -1 - (int64_t)v;
}

static struct str string_of(struct cbor *c, unsigned major, size_t min, size_t max)
{
    uint64_t n = head_of(c, major);
    if (c->bad || n < min || n > max || n > c->n - c->at) {
        c->bad = true;
        return str_of("");
    }
    struct str s = str_make(c->p + c->at, (size_t)n);
    c->at += (size_t)n;
    return s;
}

struct str cbor_bytes(struct cbor *c, size_t min, size_t max)
{
    return string_of(c, 2, min, max);
}

struct str cbor_text(struct cbor *c, size_t min, size_t max)
{
    struct str s = string_of(c, 3, min, max);
    if (!text_utf8_valid(s, NULL)) {
        c->bad = true;
        return str_of("");
    }
    return s;
}

bool cbor_bool(struct cbor *c)
{
    uint64_t v = head_of(c, 7);
    c->bad = c->bad || (v != 20 && v != 21);
    return v == 21;
}

static size_t count_of(struct cbor *c, unsigned major, size_t max)
{
    uint64_t n = head_of(c, major);
    c->bad = c->bad || n > max || n > c->n - c->at;
    return c->bad ? 0 : (size_t)n;
}

size_t cbor_array(struct cbor *c, size_t max)
{
    return count_of(c, 4, max);
}

size_t cbor_map(struct cbor *c, size_t max)
{
    return count_of(c, 5, max);
}

/* An open array or map: how many items are to come, and of a map where the key before
 * the one at the cursor stands. */
struct level {
    uint64_t left;
    bool map;
    bool at_key;
    size_t key_at, key_n; /* key_n 0: none yet */
};

static void skip_simple(struct cbor *c, unsigned major, uint64_t v)
{
    if (major == 2 || major == 3) {
        if (v > c->n - c->at) {
            c->bad = true;
            return;
        }
        struct str s = str_make(c->p + c->at, (size_t)v);
        c->bad = major == 3 && !text_utf8_valid(s, NULL);
        c->at += (size_t)v;
    } else if (major == 7) {
        c->bad = v != 20 && v != 21;
    } else {
        c->bad = major == 6 || (major == 1 && v > INT64_MAX);
    }
}

/* A whole item has just been read within l, beginning at from. */
static void item_ended(struct cbor *c, struct level *l, size_t from)
{
    if (!l->map) {
        l->left--;
        return;
    }
    if (!l->at_key) {
        l->at_key = true;
        l->left--;
        return;
    }
    struct str key = str_make(c->p + from, c->at - from);
    if (l->key_n > 0 && str_cmp(str_make(c->p + l->key_at, l->key_n), key) >= 0) {
        c->bad = true; /* deterministic keys ascend by their bytes, none twice */
    }
    l->key_at = from;
    l->key_n = key.n;
    l->at_key = false;
}

struct str cbor_skip(struct cbor *c)
{
    struct level levels[CBOR_DEPTH_MAX];
    size_t depth = 0, begin = c->at;
    while (!c->bad) {
        size_t from = c->at;
        uint64_t v;
        unsigned major = head(c, &v);
        if (!c->bad && (major == 4 || major == 5)) {
            bool key = depth > 0 && levels[depth - 1].map && levels[depth - 1].at_key;
            if (depth == CBOR_DEPTH_MAX || v > c->n - c->at || key) {
                c->bad = true;
                break;
            }
            levels[depth++] =
                (struct level){.left = v, .map = major == 5, .at_key = true};
        } else if (!c->bad) {
            skip_simple(c, major, v);
            if (depth > 0 && !c->bad) {
                item_ended(c, &levels[depth - 1], from);
            }
        }
        while (!c->bad && depth > 0 && levels[depth - 1].left == 0) {
            depth--;
            if (depth > 0) {
                item_ended(c, &levels[depth - 1], from);
            }
        }
        if (depth == 0) {
            break;
        }
    }
    return c->bad ? str_of("") : str_make(c->p + begin, c->at - begin);
}
