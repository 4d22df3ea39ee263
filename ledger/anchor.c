/* anchor.c - rows of registers 11, 12 and 13; see anchor.h. Bytes:
 * docs/formats/ledger.md, "register rows". */
#include "ledger/anchor.h"

#include <string.h>

#include "ledger/row.h"

#define ROW_MAX 64

/* ---- witnesses ---- */

enum status witness_put(struct txn *t, const struct witness_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    return row_put(t, REGISTER_WITNESS, e->number, &w, d);
}

enum status witness_get(struct txn *t, uint32_t number, struct witness_entry *out,
                        struct diag *d)
{
    struct reader r;
    struct signed_body s;
    struct body b;
    char name[KEY_NAME_MAX + 1];
    uint8_t key[WITNESS_KEY_LEN];
    TRY(row_get(t, REGISTER_WITNESS, number, &r, d));
    out->number = number;
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->proposed_by = (uint32_t)reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("witness", number, d);
    }
    TRY(row_body(t, out->sequence, &s, d));
    body_start(&b, s.plain);
    uint64_t own = body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, name, sizeof name);
    body_digest(&b, 3, key);
    if (!body_done(&b) || own != number || !key_name_valid(str_of(name))) {
        return row_damaged("witness", number, d);
    }
    return witness_key_make(str_of(name), key, &out->key, d);
}

/* Witnesses are few: both searches walk the register. */
static enum status search(struct txn *t, uint32_t count, struct str name,
                          const uint8_t *public_key, struct witness_entry *out,
                          struct diag *d)
{
    uint8_t own[KEY_PUBLIC_LEN];
    for (uint32_t number = 1; number <= count; number++) {
        TRY(witness_get(t, number, out, d));
        witness_key_public(&out->key, own);
        bool same = public_key != NULL ? memcmp(public_key, own, KEY_PUBLIC_LEN) == 0
                                       : str_is(name, out->key.name);
        if (same && out->state != ENTRY_REFUSED) {
            return ST_OK;
        }
    }
    out->number = 0;
    return ST_OK;
}

enum status witness_find(struct txn *t, uint32_t count, struct str name,
                         struct witness_entry *out, struct diag *d)
{
    return search(t, count, name, NULL, out, d);
}

enum status witness_find_key(struct txn *t, uint32_t count,
                             const uint8_t public_key[KEY_PUBLIC_LEN],
                             struct witness_entry *out, struct diag *d)
{
    return search(t, count, str_of(""), public_key, out, d);
}

/* ---- cosignatures ---- */

bool cosigned_body_read(struct str plain, struct cosigned_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->witness = (uint32_t)body_uint(&b, 2, UINT32_MAX);
    out->size = body_uint(&b, 3, UINT64_MAX);
    body_digest(&b, 4, out->root);
    out->cosignature.time_s = body_uint(&b, 5, COSIGN_TIME_MAX);
    body_signature(&b, 6, out->cosignature.signature);
    return body_done(&b);
}

/* What is asked for often stands in the row, so that no record is read for it. */
static enum status cosigned_row(struct txn *t, uint32_t number,
                                struct cosigned_entry *out, struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_COSIGNED, number, &r, d));
    out->number = number;
    out->sequence = reader_varint(&r);
    out->witness = (uint32_t)reader_varint(&r);
    out->size = reader_varint(&r);
    out->cosignature.time_s = reader_varint(&r);
    return reader_done(&r) ? ST_OK : row_damaged("cosigned", number, d);
}

static enum status get_cosigned(struct txn *t, uint32_t number,
                                struct cosigned_entry *out, struct diag *d)
{
    struct signed_body s;
    TRY(cosigned_row(t, number, out, d));
    TRY(row_body(t, out->sequence, &s, d));
    return cosigned_body_read(s.plain, out) && out->number == number
               ? ST_OK
               : row_damaged("cosigned", number, d);
}

enum status cosigned_put(struct txn *t, const struct cosigned_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->witness);
    writer_varint(&w, e->size);
    writer_varint(&w, e->cosignature.time_s);
    return row_put(t, REGISTER_COSIGNED, e->number, &w, d);
}

enum status cosigned_known(struct txn *t, uint32_t count, uint32_t witness,
                           uint64_t size, uint64_t time_s, bool *known, struct diag *d)
{
    struct cosigned_entry e;
    *known = false;
    for (uint32_t number = count; number > 0 && !*known; number--) {
        TRY(cosigned_row(t, number, &e, d));
        *known =
            e.witness == witness && e.size == size && e.cosignature.time_s == time_s;
    }
    return ST_OK;
}

static bool is_newer(const struct cosigned_entry *a, const struct cosigned_entry *b)
{
    return b->number == 0 || a->size > b->size ||
           (a->size == b->size && a->cosignature.time_s > b->cosignature.time_s);
}

enum status cosigned_newest(struct txn *t, uint32_t count, uint32_t witness,
                            struct str origin, struct cosigned_entry *out,
                            struct diag *d)
{
    struct cosigned_entry best = {0};
    struct cosigned_entry e;
    struct record r;
    for (uint32_t number = count; number > 0; number--) {
        TRY(cosigned_row(t, number, &e, d));
        if ((witness != 0 && e.witness != witness) || !is_newer(&e, &best)) {
            continue;
        }
        TRY(record_get(t, e.sequence, &r, NULL, d));
        if (str_eq(r.origin, origin)) {
            best = e;
        }
    }
    if (best.number != 0) {
        return get_cosigned(t, best.number, out, d);
    }
    *out = best;
    return ST_OK;
}

/* ---- timestamps ---- */

bool timestamp_body_read(struct str plain, struct timestamp_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->size = body_uint(&b, 2, UINT64_MAX);
    body_digest(&b, 3, out->root);
    body_digest(&b, 4, out->checkpoint_sha256);
    out->checkpoint_length = body_uint(&b, 5, UINT64_MAX);
    body_digest(&b, 6, out->token_sha256);
    out->token_length = body_uint(&b, 7, UINT64_MAX);
    out->time_us = body_time(&b, 8);
    return body_done(&b);
}

enum status timestamp_get(struct txn *t, uint32_t number, struct timestamp_entry *out,
                          struct diag *d)
{
    struct reader r;
    struct signed_body s;
    TRY(row_get(t, REGISTER_TIMESTAMP, number, &r, d));
    out->sequence = reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("timestamp", number, d);
    }
    TRY(row_body(t, out->sequence, &s, d));
    return timestamp_body_read(s.plain, out) && out->number == number
               ? ST_OK
               : row_damaged("timestamp", number, d);
}

enum status timestamp_put(struct txn *t, const struct timestamp_entry *e,
                          struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, e->sequence);
    return row_put(t, REGISTER_TIMESTAMP, e->number, &w, d);
}

enum status timestamp_known(struct txn *t, uint32_t count,
                            const uint8_t token_sha256[DIGEST_LEN], bool *known,
                            struct diag *d)
{
    struct timestamp_entry e;
    *known = false;
    for (uint32_t number = count; number > 0 && !*known; number--) {
        TRY(timestamp_get(t, number, &e, d));
        *known = memcmp(e.token_sha256, token_sha256, DIGEST_LEN) == 0;
    }
    return ST_OK;
}
