/* act.c - the text an operator signs and its place in a body; see act.h. */
#include "ledger/act.h"

#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/cbor.h"

#define ACT_LINES 11
#define ACT_TEXT_MAX ((size_t)4096)
#define ROOT_TEXT_CAP 48
#define KIND_NUMBER_MAX 255
#define PAIRS_MAX 22 /* with key 0; the head of such a map is one byte */

bool act_subject_valid(struct str subject)
{
    return subject.n <= SUBJECT_MAX && !text_has_control(subject);
}

static void print(const struct act_words *w, struct buf *out)
{
    char hex[2 * DIGEST_LEN + 1];
    char root[ROOT_TEXT_CAP];
    text_hex(w->digest, DIGEST_LEN, hex);
    text_base64(w->root, DIGEST_LEN, root);
    buf_addf(
        out, "almoner-act/v1\n%.*s\n%s\n%.*s\n%u\n%lld\n%s\n%llu\n%lld\n%llu\n%s\n",
        STR_ARG(w->origin), record_kind_name(w->kind), STR_ARG(w->subject),
        w->operator_number, (long long)w->time_us, hex, (unsigned long long)w->count,
        (long long)w->total_fen, (unsigned long long)w->size, root);
}

void act_message(struct str origin, enum record_kind kind,
                 const struct act_signature *s, struct str plain, struct digest *g,
                 struct buf *out)
{
    struct act_words w = {
        .origin = origin,
        .kind = kind,
        .subject = s->subject,
        .operator_number = s->operator_number,
        .time_us = s->time_us,
        .count = s->count,
        .total_fen = s->total_fen,
        .size = s->size,
    };
    memcpy(w.root, s->root, DIGEST_LEN);
    digest_once(g, plain, str_of(""), w.digest);
    print(&w, out);
}

/* The line at *rest without its line feed; false at the end. */
static bool next_line(struct str *rest, struct str *line)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    if (end == NULL) {
        return false;
    }
    *line = str_make(rest->p, (size_t)(end - rest->p));
    *rest = str_make(end + 1, rest->n - line->n - 1);
    return true;
}

static bool read_kind(struct str name, enum record_kind *out)
{
    for (int k = 1; k <= KIND_NUMBER_MAX; k++) {
        const char *known = record_kind_name((enum record_kind)k);
        if (known != NULL && str_is(name, known)) {
            *out = (enum record_kind)k;
            return true;
        }
    }
    return false;
}

static bool read_int(struct str s, int64_t *out)
{
    uint64_t size;
    bool minus = s.n > 0 && s.p[0] == '-';
    struct str digits = minus ? str_make(s.p + 1, s.n - 1) : s;
    if (!text_u64(digits, minus ? 1 : 0, INT64_MAX, &size)) {
        return false;
    }
    *out = minus ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool read_lines(const struct str line[ACT_LINES], struct act_words *w)
{
    uint64_t operator_number;
    size_t root_bytes = 0;
    w->origin = line[1];
    w->subject = line[3];
    if (!str_is(line[0], "almoner-act/v1") || w->origin.n > ORIGIN_MAX ||
        !key_name_valid(w->origin) || !read_kind(line[2], &w->kind) ||
        !act_subject_valid(w->subject) || !text_utf8_valid(w->subject, NULL) ||
        !text_u64(line[4], 0, UINT32_MAX, &operator_number)) {
        return false;
    }
    w->operator_number = (uint32_t)operator_number;
    return read_int(line[5], &w->time_us) &&
           text_unhex(line[6], w->digest, DIGEST_LEN) &&
           text_u64(line[7], 0, UINT64_MAX, &w->count) &&
           read_int(line[8], &w->total_fen) &&
           text_u64(line[9], 0, UINT64_MAX, &w->size) &&
           text_unbase64(line[10], w->root, DIGEST_LEN, &root_bytes) &&
           root_bytes == DIGEST_LEN;
}

bool act_message_read(struct str text, struct act_words *out)
{
    struct str rest = text;
    struct str line[ACT_LINES];
    struct buf again;
    for (size_t i = 0; i < ACT_LINES; i++) {
        if (!next_line(&rest, &line[i])) {
            return false;
        }
    }
    if (rest.n > 0 || !read_lines(line, out)) {
        return false;
    }
    buf_init(&again, ACT_TEXT_MAX);
    print(out, &again);
    bool same = !again.failed && str_eq(buf_str(&again), text);
    buf_release(&again);
    return same;
}

void act_body(const struct act_signature *s, struct str plain, struct writer *out)
{
    must(plain.n > 0 && ((uint8_t)plain.p[0] & 0xe0) == 0xa0);
    uint8_t pairs = (uint8_t)plain.p[0] & 0x1f;
    must(pairs < PAIRS_MAX);
    cbor_put_map(out, (uint64_t)pairs + 1);
    cbor_put_uint(out, 0);
    cbor_put_array(out, 8);
    cbor_put_uint(out, s->operator_number);
    cbor_put_text(out, s->subject);
    cbor_put_uint(out, s->count);
    cbor_put_int(out, s->total_fen);
    cbor_put_int(out, s->time_us);
    cbor_put_uint(out, s->size);
    cbor_put_bytes(out, s->root, DIGEST_LEN);
    cbor_put_bytes(out, s->signature, SIGNATURE_LEN);
    writer_bytes(out, plain.p + 1, plain.n - 1);
}

bool act_split(struct str body, struct act_signature *out, struct writer *plain)
{
    struct reader r;
    reader_init(&r, body.p, body.n);
    uint64_t pairs = cbor_get_map(&r);
    if (pairs == 0 || pairs > PAIRS_MAX || cbor_get_uint(&r) != 0 ||
        cbor_get_array(&r) != 8) {
        return false;
    }
    uint64_t operator_number = cbor_get_uint(&r);
    out->subject = cbor_get_text(&r);
    out->count = cbor_get_uint(&r);
    out->total_fen = cbor_get_int(&r);
    out->time_us = cbor_get_int(&r);
    out->size = cbor_get_uint(&r);
    struct str root = cbor_get_bytes(&r);
    struct str signature = cbor_get_bytes(&r);
    if (r.failed || operator_number > UINT32_MAX || root.n != DIGEST_LEN ||
        signature.n != SIGNATURE_LEN || !act_subject_valid(out->subject)) {
        return false;
    }
    out->operator_number = (uint32_t)operator_number;
    memcpy(out->root, root.p, DIGEST_LEN);
    memcpy(out->signature, signature.p, SIGNATURE_LEN);
    writer_u8(plain, (uint8_t)(0xa0 | (pairs - 1)));
    writer_bytes(plain, body.p + r.at, body.n - r.at);
    return !plain->failed;
}
