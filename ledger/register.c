/* register.c - rows of the registers: state in the row, content in the record that made
 * the entry. Row bytes: docs/formats/ledger.md, "registers". */
#include "ledger/register.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "ledger/export.h"
#include "ledger/row.h"

#define ROW_MAX 512

struct str register_key(uint8_t key[5], enum register_kind kind, uint32_t number)
{
    key[0] = (uint8_t)kind;
    put_u32(key + 1, number);
    return str_make(key, 5);
}

/* ---- operators ---- */

enum status operator_put(struct txn *t, const struct operator_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    writer_varint(&w, e->roles);
    writer_bytes(&w, e->public_key, KEY_PUBLIC_LEN);
    writer_text(&w, str_of(e->name));
    writer_text(&w, str_of(e->office));
    return row_put(t, REGISTER_OPERATOR, e->number, &w, d);
}

enum status operator_get(struct txn *t, uint32_t number, struct operator_entry *out,
                         struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_OPERATOR, number, &r, d));
    out->number = number;
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->proposed_by = (uint32_t)reader_varint(&r);
    out->roles = (unsigned)reader_varint(&r);
    struct str key = reader_bytes(&r, KEY_PUBLIC_LEN);
    struct str name = reader_text(&r);
    struct str office = reader_text(&r);
    if (!reader_done(&r) || !str_copy(name, out->name, sizeof out->name) ||
        !str_copy(office, out->office, sizeof out->office)) {
        return row_damaged("operator", number, d);
    }
    memcpy(out->public_key, key.p, KEY_PUBLIC_LEN);
    return ST_OK;
}

/* Operators are few: both searches walk the register. */
static enum status operator_search(struct txn *t, struct str name,
                                   const uint8_t *public_key,
                                   struct operator_entry *out, struct diag *d)
{
    for (uint32_t number = 1;; number++) {
        struct reader r;
        bool found;
        TRY(row_find(t, REGISTER_OPERATOR, number, &r, &found, d));
        if (!found) {
            out->number = 0;
            return ST_OK;
        }
        TRY(operator_get(t, number, out, d));
        bool same = public_key != NULL
                        ? memcmp(public_key, out->public_key, KEY_PUBLIC_LEN) == 0
                        : str_is(name, out->name);
        if (same && out->state != ENTRY_REFUSED) {
            return ST_OK;
        }
    }
}

enum status operator_find(struct txn *t, struct str name, struct operator_entry *out,
                          struct diag *d)
{
    return operator_search(t, name, NULL, out, d);
}

enum status operator_find_key(struct txn *t, const uint8_t public_key[KEY_PUBLIC_LEN],
                              struct operator_entry *out, struct diag *d)
{
    return operator_search(t, str_of(""), public_key, out, d);
}

/* ---- channels ---- */

enum status channel_put(struct txn *t, const struct channel_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    return row_put(t, REGISTER_CHANNEL, e->number, &w, d);
}

bool channel_body(struct str plain, struct channel_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->name, sizeof out->name);
    body_text(&b, 3, out->bank_code, sizeof out->bank_code);
    body_text(&b, 4, out->account, sizeof out->account);
    body_text(&b, 5, out->account_name, sizeof out->account_name);
    body_text(&b, 6, out->format, sizeof out->format);
    kept_profile_read(&b, &kept_in_channel, &out->profile);
    return body_done(&b);
}

enum status channel_get(struct txn *t, uint32_t number, struct channel_entry *out,
                        struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_CHANNEL, number, &r, d));
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->proposed_by = (uint32_t)reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("channel", number, d);
    }
    struct signed_body s;
    TRY(row_body(t, out->sequence, &s, d));
    return channel_body(s.plain, out) && out->number == number
               ? ST_OK
               : row_damaged("channel", number, d);
}

enum status channel_find(struct txn *t, struct str name, struct channel_entry *out,
                         struct diag *d)
{
    for (uint32_t number = 1;; number++) {
        struct reader r;
        bool found;
        TRY(row_find(t, REGISTER_CHANNEL, number, &r, &found, d));
        if (!found) {
            out->number = 0;
            return ST_OK;
        }
        TRY(channel_get(t, number, out, d));
        if (str_is(name, out->name) && out->state != ENTRY_REFUSED) {
            return ST_OK;
        }
    }
}

/* ---- policies ---- */

enum status policy_put(struct txn *t, const struct policy_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->confirmed_by);
    writer_varint(&w, e->confirmed_order);
    writer_zigzag(&w, e->confirmed_us);
    writer_varint(&w, e->confirmed_at);
    return row_put(t, REGISTER_POLICY, e->number, &w, d);
}

enum status policy_get(struct txn *t, uint32_t number, struct policy_entry *out,
                       struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_POLICY, number, &r, d));
    out->number = number;
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->confirmed_by = (uint32_t)reader_varint(&r);
    out->confirmed_order = (uint32_t)reader_varint(&r);
    out->confirmed_us = reader_zigzag(&r);
    out->confirmed_at = reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("policy", number, d);
    }
    struct signed_body s;
    struct body b;
    TRY(row_body(t, out->sequence, &s, d));
    out->adopted_by = s.signature.operator_number;
    body_start(&b, s.plain);
    body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->id, sizeof out->id);
    body_digest(&b, 3, out->sha256);
    out->length = body_uint(&b, 4, UINT64_MAX);
    return body_done(&b) ? ST_OK : row_damaged("policy", number, d);
}

/* ---- imports ---- */

enum status import_put(struct txn *t, const struct import_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->confirmed_by);
    writer_varint(&w, e->confirmed_at);
    return row_put(t, REGISTER_IMPORT, e->number, &w, d);
}

static bool import_what_known(enum import_what what)
{
    static const enum import_what kinds[] = {
        IMPORT_PEOPLE,       IMPORT_FACTS,  IMPORT_ROUTES, IMPORT_SNAPSHOT,
        IMPORT_INSTITUTIONS, IMPORT_VOIDS,  IMPORT_MERGES, IMPORT_UNITS,
        IMPORT_HISTORY,      IMPORT_ORDERS,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == what) {
            return true;
        }
    }
    return false;
}

bool import_entry_read(struct str plain, struct import_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->what = (enum import_what)body_uint(&b, 2, 100);
    body_digest(&b, 3, out->sha256);
    out->length = body_uint(&b, 4, UINT64_MAX);
    out->rows = body_uint(&b, 5, UINT64_MAX);
    body_text_if(&b, 6, out->attribute, sizeof out->attribute);
    body_text_if(&b, 7, out->value, sizeof out->value);
    out->month = (int32_t)body_uint_if(&b, 8, ACCOUNT_MONTH_MAX);
    body_text_if(&b, 9, out->unit, sizeof out->unit);
    out->mapped = body_digest_if(&b, 10, out->mapping_sha256);
    if (out->mapped) {
        out->mapping_length = body_uint(&b, 11, UINT64_MAX);
    }
    return body_done(&b) && import_what_known(out->what) &&
           (out->month == 0 || month_valid(out->month));
}

enum status import_get(struct txn *t, uint32_t number, struct import_entry *out,
                       struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_IMPORT, number, &r, d));
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->confirmed_by = (uint32_t)reader_varint(&r);
    out->confirmed_at = reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("import", number, d);
    }
    struct signed_body s;
    TRY(row_body(t, out->sequence, &s, d));
    out->made_by = s.signature.operator_number;
    return import_entry_read(s.plain, out) && out->number == number
               ? ST_OK
               : row_damaged("import", number, d);
}

/* ---- runs ---- */

enum status run_put(struct txn *t, const struct run_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, (uint64_t)e->period);
    writer_varint(&w, e->facts_size);
    writer_varint(&w, e->rules);
    writer_varint(&w, e->made_by);
    writer_varint(&w, e->records);
    writer_zigzag(&w, e->regular_fen);
    writer_zigzag(&w, e->backpay_fen);
    writer_zigzag(&w, e->reduction_fen);
    writer_varint(&w, e->set_offs);
    writer_zigzag(&w, e->set_off_fen);
    return row_put(t, REGISTER_RUN, e->number, &w, d);
}

enum status run_get(struct txn *t, uint32_t number, struct run_entry *out,
                    struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_RUN, number, &r, d));
    out->number = number;
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->period = (int32_t)reader_varint(&r);
    out->facts_size = reader_varint(&r);
    out->rules = (uint32_t)reader_varint(&r);
    out->made_by = (uint32_t)reader_varint(&r);
    out->records = reader_varint(&r);
    out->regular_fen = reader_zigzag(&r);
    out->backpay_fen = reader_zigzag(&r);
    out->reduction_fen = reader_zigzag(&r);
    out->set_offs = reader_varint(&r);
    out->set_off_fen = reader_zigzag(&r);
    return reader_done(&r) ? ST_OK : row_damaged("run", number, d);
}

/* ---- batches ---- */

enum status batch_put(struct txn *t, const struct batch_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->channel);
    writer_zigzag(&w, e->pay_day);
    writer_varint(&w, e->lines);
    writer_varint(&w, e->paid_lines);
    writer_varint(&w, e->back_lines);
    writer_varint(&w, e->reissued_lines);
    writer_zigzag(&w, e->total_fen);
    writer_zigzag(&w, e->paid_fen);
    writer_zigzag(&w, e->back_fen);
    writer_zigzag(&w, e->reissued_fen);
    writer_varint(&w, e->out_lines);
    writer_zigzag(&w, e->out_fen);
    writer_varint(&w, e->refunded_lines);
    writer_zigzag(&w, e->refunded_fen);
    writer_varint(&w, e->step_sequence);
    writer_bytes(&w, e->content, DIGEST_LEN);
    for (int i = 0; i < BATCH_ROLES; i++) {
        writer_varint(&w, e->signers[i].operator_number);
        writer_zigzag(&w, e->signers[i].time_us);
    }
    writer_varint(&w, e->close_maker);
    writer_varint(&w, e->export_sequence);
    writer_varint(&w, e->release_sequence);
    writer_varint(&w, e->id_epoch);
    writer_varint(&w, e->id_number);
    writer_varint(&w, e->refusals);
    writer_varint(&w, e->corrected_lines);
    writer_zigzag(&w, e->corrected_fen);
    writer_zigzag(&w, e->over_fen);
    return row_put(t, REGISTER_BATCH, e->number, &w, d);
}

uint64_t batch_count(const struct batch_entry *b)
{
    return b->lines - b->out_lines;
}

int64_t batch_total(const struct batch_entry *b)
{
    return b->total_fen - b->out_fen;
}

static void batch_sums_read(struct reader *r, struct batch_entry *out)
{
    out->lines = reader_varint(r);
    out->paid_lines = reader_varint(r);
    out->back_lines = reader_varint(r);
    out->reissued_lines = reader_varint(r);
    out->total_fen = reader_zigzag(r);
    out->paid_fen = reader_zigzag(r);
    out->back_fen = reader_zigzag(r);
    out->reissued_fen = reader_zigzag(r);
    out->out_lines = reader_varint(r);
    out->out_fen = reader_zigzag(r);
    out->refunded_lines = reader_varint(r);
    out->refunded_fen = reader_zigzag(r);
    out->step_sequence = reader_varint(r);
}

enum status batch_get(struct txn *t, uint32_t number, struct batch_entry *out,
                      struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_BATCH, number, &r, d));
    out->number = number;
    out->state = (enum batch_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->channel = (uint32_t)reader_varint(&r);
    out->pay_day = (int32_t)reader_zigzag(&r);
    batch_sums_read(&r, out);
    struct str content = reader_bytes(&r, DIGEST_LEN);
    for (int i = 0; i < BATCH_ROLES; i++) {
        out->signers[i].operator_number = (uint32_t)reader_varint(&r);
        out->signers[i].time_us = reader_zigzag(&r);
    }
    out->close_maker = (uint32_t)reader_varint(&r);
    out->export_sequence = reader_varint(&r);
    out->release_sequence = reader_varint(&r);
    out->id_epoch = (uint32_t)reader_varint(&r);
    out->id_number = (uint32_t)reader_varint(&r);
    out->refusals = (uint32_t)reader_varint(&r);
    out->corrected_lines = reader_varint(&r);
    out->corrected_fen = reader_zigzag(&r);
    out->over_fen = reader_zigzag(&r);
    if (!reader_done(&r)) {
        return row_damaged("batch", number, d);
    }
    memcpy(out->content, content.p, DIGEST_LEN);
    return ST_OK;
}

/* ---- answers ---- */

bool answer_start_read(struct str plain, struct answer_start *out)
{
    struct body b;
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->format, sizeof out->format);
    body_digest(&b, 3, out->sha256);
    out->length = body_uint(&b, 4, UINT64_MAX);
    out->lines = body_uint(&b, 5, UINT64_MAX);
    kept_profile_read(&b, &kept_in_answer, &out->profile);
    out->file = (uint32_t)body_uint_if(&b, 8, EXPORT_FILES_MAX);
    out->corrects = cbor_map_key(&b.map, 10);
    if (out->corrects) {
        b.ok = b.ok && cbor_get_uint(&b.r) == 1;
    }
    return body_done(&b);
}

enum status answer_start_get(struct txn *t, const struct answer_entry *e,
                             struct answer_start *out, struct diag *d)
{
    struct signed_body s;
    TRY(row_body(t, e->sequence, &s, d));
    return answer_start_read(s.plain, out) ? ST_OK
                                           : row_damaged("answer", e->number, d);
}

enum status answer_put(struct txn *t, uint32_t number, uint32_t batch,
                       const uint8_t sha256[DIGEST_LEN], uint64_t sequence,
                       struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, batch);
    writer_bytes(&w, sha256, DIGEST_LEN);
    writer_varint(&w, sequence);
    return row_put(t, REGISTER_ANSWER, number, &w, d);
}

enum status answer_get(struct txn *t, uint32_t number, struct answer_entry *out,
                       struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_ANSWER, number, &r, d));
    out->number = number;
    out->batch = (uint32_t)reader_varint(&r);
    struct str sha256 = reader_bytes(&r, DIGEST_LEN);
    out->sequence = reader_varint(&r);
    if (!reader_done(&r)) {
        return row_damaged("answer", number, d);
    }
    memcpy(out->sha256, sha256.p, DIGEST_LEN);
    return ST_OK;
}

enum status answer_known(struct txn *t, uint32_t batch,
                         const uint8_t sha256[DIGEST_LEN], bool *known, struct diag *d)
{
    *known = false;
    for (uint32_t number = 1; !*known; number++) {
        struct reader r;
        struct answer_entry e;
        bool found;
        TRY(row_find(t, REGISTER_ANSWER, number, &r, &found, d));
        if (!found) {
            return ST_OK;
        }
        TRY(answer_get(t, number, &e, d));
        *known = e.batch == batch && digest_equal(e.sha256, sha256);
    }
    return ST_OK;
}
