/* diagnose.c - see diagnose.h. Items inside items are kept on a stack of fixed depth:
 * no recursion on stored data. */
#include "cli/diagnose.h"

#include "base/text.h"
#include "ledger/cbor.h"

enum major {
    MAJOR_UINT,
    MAJOR_NEGATIVE,
    MAJOR_BYTES,
    MAJOR_TEXT,
    MAJOR_ARRAY,
    MAJOR_MAP,
    MAJOR_TAG,
    MAJOR_SIMPLE
};

struct level {
    bool map;
    uint64_t left; /* items still to come; of a map keys and values */
};

static void add_text(struct str s, struct buf *out)
{
    buf_add_text(out, "\"");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            buf_addf(out, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            buf_addf(out, "\\u%04x", c);
        } else {
            buf_add(out, &s.p[i], 1);
        }
    }
    buf_add_text(out, "\"");
}

static void add_bytes(struct str s, struct buf *out)
{
    buf_add_text(out, "h'");
    for (size_t i = 0; i < s.n; i++) {
        buf_addf(out, "%02x", (unsigned char)s.p[i]);
    }
    buf_add_text(out, "'");
}

/* One scalar, or the opening of an array or map: then *inner says how many items. */
static bool add_item(struct reader *r, struct buf *out, struct level *inner)
{
    if (r->failed || r->at >= r->len) {
        return false;
    }
    switch ((enum major)(r->p[r->at] >> 5)) {
    case MAJOR_UINT:
        buf_addf(out, "%llu", (unsigned long long)cbor_get_uint(r));
        break;
    case MAJOR_NEGATIVE:
        buf_addf(out, "%lld", (long long)cbor_get_int(r));
        break;
    case MAJOR_BYTES:
        add_bytes(cbor_get_bytes(r), out);
        break;
    case MAJOR_TEXT:
        add_text(cbor_get_text(r), out);
        break;
    case MAJOR_ARRAY:
        inner->left = cbor_get_array(r);
        buf_add_text(out, inner->left > 0 ? "[" : "[]");
        break;
    case MAJOR_MAP:
        inner->map = true;
        inner->left = cbor_get_map(r) * 2;
        buf_add_text(out, inner->left > 0 ? "{" : "{}");
        break;
    case MAJOR_TAG:
        return false;
    case MAJOR_SIMPLE:
        if (cbor_is_null(r)) {
            cbor_get_null(r);
            buf_add_text(out, "null");
        } else {
            buf_add_text(out, cbor_get_bool(r) ? "true" : "false");
        }
        break;
    }
    return !r->failed;
}

/* Closes what is complete; writes what stands before the next item. */
static void go_on(struct level *levels, size_t *depth, struct buf *out)
{
    while (*depth > 0 && levels[*depth - 1].left == 0) {
        buf_add_text(out, levels[*depth - 1].map ? "}" : "]");
        (*depth)--;
    }
    if (*depth > 0) {
        struct level *top = &levels[*depth - 1];
        buf_add_text(out, top->map && top->left % 2 == 1 ? ": " : ", ");
    }
}

bool diagnose_cbor(struct str item, struct buf *out)
{
    struct level levels[CBOR_DEPTH_MAX + 1];
    size_t depth = 0;
    struct reader r;
    reader_init(&r, item.p, item.n);
    do {
        struct level inner = {.left = 0};
        if (depth > 0) {
            levels[depth - 1].left--;
        }
        if (!add_item(&r, out, &inner)) {
            return false;
        }
        if (inner.left > 0) {
            if (depth == CBOR_DEPTH_MAX + 1) {
                return false;
            }
            levels[depth++] = inner;
        } else {
            go_on(levels, &depth, out);
        }
    } while (depth > 0);
    return reader_done(&r) && !out->failed;
}
