/* act.c - the text an operator signs and its place in a body; see act.h. */
#include "ledger/act.h"

#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/cbor.h"

#define PAIRS_MAX 22 /* with key 0; the head of such a map is one byte */

bool act_subject_valid(struct str subject)
{
    return subject.n <= SUBJECT_MAX && !text_has_control(subject);
}

void act_message(struct str origin, enum record_kind kind,
                 const struct act_signature *s, struct str plain, struct digest *g,
                 struct buf *out)
{
    uint8_t digest[DIGEST_LEN];
    char hex[2 * DIGEST_LEN + 1];
    char root[48];
    digest_once(g, plain, str_of(""), digest);
    text_hex(digest, DIGEST_LEN, hex);
    text_base64(s->root, DIGEST_LEN, root);
    buf_addf(
        out, "almoner-act/v1\n%.*s\n%s\n%.*s\n%u\n%lld\n%s\n%llu\n%lld\n%llu\n%s\n",
        STR_ARG(origin), record_kind_name(kind), STR_ARG(s->subject),
        s->operator_number, (long long)s->time_us, hex, (unsigned long long)s->count,
        (long long)s->total_fen, (unsigned long long)s->size, root);
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
