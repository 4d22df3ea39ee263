/* body.c - reading record bodies; see body.h. */
#include "ledger/body.h"

#include <string.h>

#include "base/date.h"

void body_start(struct body *b, struct str plain)
{
    reader_init(&b->r, plain.p, plain.n);
    cbor_map_begin(&b->map, &b->r);
    b->ok = true;
}

uint64_t body_uint_if(struct body *b, uint64_t key, uint64_t max)
{
    if (!cbor_map_key(&b->map, key)) {
        return 0;
    }
    uint64_t v = cbor_get_uint(&b->r);
    b->ok = b->ok && v > 0 && v <= max;
    return v <= max ? v : 0;
}

/* Moves to the value of a key that must be there. */
static bool want(struct body *b, uint64_t key)
{
    if (!cbor_map_key(&b->map, key)) {
        b->ok = false;
        return false;
    }
    return true;
}

uint64_t body_uint(struct body *b, uint64_t key, uint64_t max)
{
    if (!want(b, key)) {
        return 0;
    }
    uint64_t v = cbor_get_uint(&b->r);
    b->ok = b->ok && v <= max;
    return v <= max ? v : 0;
}

int64_t body_int(struct body *b, uint64_t key)
{
    return want(b, key) ? cbor_get_int(&b->r) : 0;
}

int32_t body_int32(struct body *b, uint64_t key)
{
    int64_t v = body_int(b, key);
    bool fits = v >= INT32_MIN && v <= INT32_MAX;
    b->ok = b->ok && fits;
    return fits ? (int32_t)v : 0;
}

int32_t body_day(struct body *b, uint64_t key)
{
    int64_t v = body_int(b, key);
    b->ok = b->ok && day_valid(v);
    return b->ok ? (int32_t)v : 0;
}

int64_t body_time(struct body *b, uint64_t key)
{
    int64_t v = body_int(b, key);
    b->ok = b->ok && time_valid(v);
    return b->ok ? v : 0;
}

void body_text_if(struct body *b, uint64_t key, char *out, size_t cap)
{
    out[0] = '\0';
    if (cbor_map_key(&b->map, key)) {
        b->ok = str_copy(cbor_get_text(&b->r), out, cap) && b->ok;
    }
}

void body_text(struct body *b, uint64_t key, char *out, size_t cap)
{
    out[0] = '\0';
    if (want(b, key)) {
        b->ok = str_copy(cbor_get_text(&b->r), out, cap) && b->ok;
    }
}

static void take_digest(struct body *b, uint8_t out[DIGEST_LEN])
{
    struct str v = cbor_get_bytes(&b->r);
    if (v.n == DIGEST_LEN) {
        memcpy(out, v.p, DIGEST_LEN);
    } else {
        b->ok = false;
    }
}

void body_digest(struct body *b, uint64_t key, uint8_t out[DIGEST_LEN])
{
    memset(out, 0, DIGEST_LEN);
    if (want(b, key)) {
        take_digest(b, out);
    }
}

void body_put_key(struct writer *w, const uint8_t public_key[KEY_PUBLIC_LEN])
{
    struct str key = key_stored(public_key);
    cbor_put_bytes(w, key.p, key.n);
}

void body_key(struct body *b, uint64_t key, uint8_t out[KEY_PUBLIC_LEN])
{
    memset(out, 0, KEY_PUBLIC_LEN);
    if (want(b, key) && !key_restore(cbor_get_bytes(&b->r), out)) {
        b->ok = false;
    }
}

void body_signature(struct body *b, uint64_t key, uint8_t out[SIGNATURE_LEN])
{
    memset(out, 0, SIGNATURE_LEN);
    if (want(b, key)) {
        struct str v = cbor_get_bytes(&b->r);
        b->ok = v.n == SIGNATURE_LEN && b->ok;
        if (v.n == SIGNATURE_LEN) {
            memcpy(out, v.p, SIGNATURE_LEN);
        }
    }
}

bool body_digest_if(struct body *b, uint64_t key, uint8_t out[DIGEST_LEN])
{
    bool there = cbor_map_key(&b->map, key);
    memset(out, 0, DIGEST_LEN);
    if (there) {
        take_digest(b, out);
    }
    return there;
}

bool body_done(struct body *b)
{
    cbor_map_end(&b->map);
    return b->ok && reader_done(&b->r);
}

enum status record_get(struct txn *t, uint64_t sequence, struct record *out,
                       struct str *bytes, struct diag *d)
{
    uint8_t key[8];
    struct str value;
    put_u64(key, sequence);
    TRY(store_get(t, TABLE_RECORDS, str_make(key, sizeof key), &value, d));
    if (value.p == NULL) {
        return diag_fail(d, ST_INTEGRITY, "record-missing", "there is no record %llu",
                         (unsigned long long)sequence);
    }
    if (bytes != NULL) {
        *bytes = value;
    }
    enum status st = record_read(value, out, d);
    if (st != ST_OK) {
        diag_where(d, "record %llu", (unsigned long long)sequence);
    }
    return st;
}

enum status signed_body_read(const struct record *r, struct signed_body *out,
                             struct diag *d)
{
    struct writer w;
    writer_init(&w, out->bytes, sizeof out->bytes);
    if (!act_split(r->body, &out->signature, &w)) {
        return diag_fail(d, ST_INTEGRITY, "not-signed", "record %llu is not signed",
                         (unsigned long long)r->sequence);
    }
    out->plain = writer_str(&w);
    return ST_OK;
}
