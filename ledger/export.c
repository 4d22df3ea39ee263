/* export.c - what was sent to a bank: records, of which no rows are kept; each names
 * its batch's one before. Bytes: docs/formats/ledger.md, "44 export". */
#include "ledger/export.h"

#include "ledger/body.h"
#include "ledger/epoch.h"

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
