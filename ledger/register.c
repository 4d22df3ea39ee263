/* register.c - rows of the registers: state in the row, content in the record that made
 * the entry. Row bytes: docs/formats/ledger.md, "registers". */
#include "ledger/register.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "ledger/epoch.h"
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

/* ---- exports ---- */

void export_files_read(struct body *b, uint64_t key, struct export_entry *out)
{
    uint64_t files = body_uint_if(b, key, EXPORT_FILES_MAX);
    uint64_t number = body_uint_if(b, key + 1, UINT32_MAX);
    b->ok = b->ok && files != 1 && number != 1; /* which is what missing says */
    out->files = files == 0 ? 1 : (uint32_t)files;
    out->file_number = number == 0 ? 1 : (uint32_t)number;
}

uint64_t export_files_pairs(const struct export_entry *x)
{
    return (x->files > 1 ? 1U : 0U) + (x->file_number > 1 ? 1U : 0U);
}

void export_files_write(const struct export_entry *x, uint64_t key, struct writer *w)
{
    if (x->files > 1) {
        cbor_pair_uint(w, key, x->files);
    }
    if (x->file_number > 1) {
        cbor_pair_uint(w, key + 1, x->file_number);
    }
}

void export_payments_read(struct body *b, uint64_t key, struct export_entry *out)
{
    uint64_t payments = body_uint_if(b, key, UINT32_MAX);
    b->ok = b->ok && (payments == 0 || payments < out->lines);
    out->payments = payments == 0 ? out->lines : payments;
}

uint64_t export_payments_pairs(const struct export_entry *x)
{
    return x->payments < x->lines ? 1 : 0;
}

void export_payments_write(const struct export_entry *x, uint64_t key, struct writer *w)
{
    if (x->payments < x->lines) {
        cbor_pair_uint(w, key, x->payments);
    }
}

bool export_body(struct str plain, struct export_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->format, sizeof out->format);
    body_digest(&b, 3, out->sha256);
    out->length = body_uint(&b, 4, UINT64_MAX);
    out->lines = body_uint(&b, 5, UINT32_MAX);
    out->total_fen = body_int(&b, 6);
    out->previous = body_uint(&b, 7, UINT64_MAX);
    kept_profile_read(&b, &kept_in_export, &out->profile);
    export_files_read(&b, 12, out);
    out->has_rows = body_digest_if(&b, 14, out->rows_sha256);
    export_payments_read(&b, 15, out);
    return body_done(&b);
}

enum status export_get(struct txn *t, uint64_t sequence, struct export_entry *out,
                       struct diag *d)
{
    struct record rec;
    struct signed_body s;
    struct lost_file lost;
    TRY(record_get(t, sequence, &rec, NULL, d));
    TRY(signed_body_read(&rec, &s, d));
    bool good;
    if (rec.kind == KIND_LOST_FILE) { /* exported by records that were lost */
        good = lost_file_read(s.plain, &lost) && lost.what == LOST_SENT;
        *out = lost.sent;
    } else {
        good = export_body(s.plain, out);
    }
    out->sequence = sequence;
    return good ? ST_OK
                : diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no export",
                            (unsigned long long)sequence);
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

/* ---- lines ---- */

void line_key(uint32_t batch, uint32_t line, uint8_t key[8])
{
    put_u32(key, batch);
    put_u32(key + 4, line);
}

#define LINE_CORRECTED_BIT 0x80U /* of the byte of the reason */

void line_write(const struct line_entry *e, struct writer *w)
{
    writer_u8(w, (uint8_t)e->state);
    writer_u8(w, (uint8_t)(e->reason | (e->corrected ? LINE_CORRECTED_BIT : 0)));
    writer_varint(w, e->sequence);
    writer_varint(w, e->person);
    writer_text(w, str_of(e->programme));
    writer_varint(w, (uint64_t)e->fen);
    writer_varint(w, e->route);
    writer_bytes(w, e->route_commitment, DIGEST_LEN);
    writer_varint(w, e->span_count);
    for (size_t i = 0; i < e->span_count; i++) {
        writer_varint(w, (uint64_t)e->spans[i].from);
        writer_varint(w, (uint64_t)e->spans[i].months);
        writer_varint(w, (uint64_t)e->spans[i].fen);
    }
    if (e->payee != 0) {
        writer_varint(w, e->payee);
    }
}

/* *institution 0: none. */
static bool line_owner(struct str row, uint64_t *person, uint64_t *institution)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    reader_u8(&r);
    reader_u8(&r);
    reader_varint(&r);
    *person = reader_varint(&r);
    reader_text(&r);
    reader_varint(&r);
    reader_varint(&r);
    reader_bytes(&r, DIGEST_LEN);
    uint64_t count = reader_varint(&r);
    for (uint64_t i = 0; i < count && i < LINE_SPANS_MAX; i++) {
        reader_varint(&r);
        reader_varint(&r);
        reader_varint(&r);
    }
    *institution = r.at < r.len ? reader_varint(&r) : 0;
    return reader_done(&r) && *person > 0;
}

bool line_payee(struct str row, uint64_t *payee)
{
    uint64_t institution;
    bool good = line_owner(row, payee, &institution);
    *payee = institution > 0 ? institution : *payee;
    return good;
}

bool line_institution(struct str row, uint64_t *institution)
{
    uint64_t person;
    return line_owner(row, &person, institution);
}

bool line_read(struct str row, uint32_t batch, uint32_t line, struct line_entry *out)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    out->batch = batch;
    out->line = line;
    out->state = (enum line_state)reader_u8(&r);
    out->reason = reader_u8(&r);
    out->corrected = (out->reason & LINE_CORRECTED_BIT) != 0;
    out->reason &= ~LINE_CORRECTED_BIT;
    out->sequence = reader_varint(&r);
    out->person = reader_varint(&r);
    struct str programme = reader_text(&r);
    out->fen = (int64_t)reader_varint(&r);
    out->route = (uint32_t)reader_varint(&r);
    struct str commitment = reader_bytes(&r, DIGEST_LEN);
    uint64_t count = reader_varint(&r);
    if (r.failed || count == 0 || count > LINE_SPANS_MAX || out->state < LINE_OPEN ||
        out->state > LINE_RECALLED || !programme_code_valid(programme) ||
        (out->corrected && out->state != LINE_PAID)) {
        return false;
    }
    must(str_copy(programme, out->programme, sizeof out->programme));
    memcpy(out->route_commitment, commitment.p, DIGEST_LEN);
    out->span_count = (size_t)count;
    int64_t sum = 0;
    for (size_t i = 0; i < out->span_count; i++) {
        struct span *s = &out->spans[i];
        s->from = (int32_t)reader_varint(&r);
        s->months = (int32_t)reader_varint(&r);
        s->fen = (int64_t)reader_varint(&r);
        if (!span_valid(s) || s->fen <= 0) {
            return false;
        }
        sum += s->fen * s->months;
    }
    bool other = r.at < r.len;
    out->payee = other ? reader_varint(&r) : 0;
    return reader_done(&r) && sum == out->fen &&
           (!other || (out->payee > 0 && out->payee != out->person));
}

enum status line_get(struct txn *t, uint32_t batch, uint32_t line,
                     struct line_entry *out, struct diag *d)
{
    uint8_t key[8];
    struct str value;
    line_key(batch, line, key);
    TRY(store_get(t, TABLE_LINES, str_make(key, sizeof key), &value, d));
    if (value.p == NULL) {
        diag_fail(d, ST_CONFLICT, "unknown-line", "batch %u has no line %u", batch,
                  line);
        return diag_hint(d, "almoner batch show %u --lines shows them", batch);
    }
    if (!line_read(value, batch, line, out)) {
        return row_damaged("line of batch", batch, d);
    }
    return ST_OK;
}

enum status line_first(struct txn *t, const struct batch_entry *b, uint64_t person,
                       uint32_t *out, struct diag *d)
{
    uint32_t low = 1;
    uint32_t high = (uint32_t)b->lines + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct line_entry line;
        TRY(line_get(t, b->number, middle, &line, d));
        if (line.person < person) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *out = low;
    return ST_OK;
}

bool line_shares_month(const struct line_entry *a, const struct line_entry *b)
{
    for (size_t i = 0; i < a->span_count; i++) {
        for (size_t k = 0; k < b->span_count; k++) {
            if (a->spans[i].from < b->spans[k].from + b->spans[k].months &&
                b->spans[k].from < a->spans[i].from + a->spans[i].months) {
                return true;
            }
        }
    }
    return false;
}
