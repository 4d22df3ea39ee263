/* export.c - bank files made and recorded: what was sent, in which layout, with which
 * settings. The text of a layout that is data is kept, so that the files can be made
 * again for ever. */
#include <stdio.h>
#include <string.h>

#include "batch/admin.h"
#include "batch/batch_private.h"
#include "ledger/cbor.h"
#include "ledger/export.h"

enum status batch_form(struct ledger *l, const struct batch_entry *b, const char *name,
                       struct bank_form *f, struct diag *d)
{
    struct channel_entry c;
    bank_form_init(f);
    TRY(channel_get(ledger_txn(l), b->channel, &c, d));
    return bank_form_of_channel(l, &c, name, f, d);
}

enum status batch_form_set(struct ledger *l, const struct batch_entry *b,
                           const char *name, struct bank_form *f, struct diag *d)
{
    static const struct kept_profile none;
    struct channel_entry c;
    TRY(batch_form(l, b, name, f, d));
    if (name == NULL) {
        return ST_OK;
    }
    TRY(channel_get(ledger_txn(l), b->channel, &c, d));
    return bank_form_set(f, &none, &c.profile, d);
}

/* The batch's export in this form since it was released last, if there is one. */
static enum status find_export(struct ledger *l, const struct batch_entry *b,
                               const struct bank_form *form, bool *found,
                               struct export_entry *out, struct diag *d)
{
    *found = false;
    for (uint64_t at = b->export_sequence; at != 0 && at >= b->release_sequence;
         at = out->previous) {
        TRY(export_get(ledger_txn(l), at, out, d));
        /* Of a time when no text was kept: the layout that had this name. */
        bool same =
            !out->profile.there || kept_profile_same(&out->profile, &form->kept);
        if (same && strcmp(out->format, form->format->name) == 0) {
            *found = true;
            return ST_OK;
        }
    }
    return ST_OK;
}

/* ---- the number of the day's first file ---- */

#define DAY_US INT64_C(86400000000)

static int64_t release_day(const struct ledger *l, const struct batch_entry *b)
{
    int64_t offset_us = (int64_t)ledger_info(l)->offset_minutes * 60 * 1000000;
    return (b->signers[BATCH_RELEASER].time_us + offset_us) / DAY_US;
}

/* File names say the one or the other: on neither may a number come twice. */
static bool same_day(const struct ledger *l, const struct batch_entry *a,
                     const struct batch_entry *b)
{
    return a->pay_day == b->pay_day || release_day(l, a) == release_day(l, b);
}

/* Files of the release that counts are of one number, whatever their format; what the
 * bank refused before has used up its own. */
static bool is_of_release(const struct batch_entry *b, uint32_t batch, uint64_t at)
{
    return batch == b->number && b->release_sequence != 0 && at >= b->release_sequence;
}

enum status batch_file_number(struct ledger *l, const struct batch_entry *b,
                              uint32_t *out, struct diag *d)
{
    uint64_t next = 1;
    for (uint32_t n = 1; n <= ledger_head(l)->batches; n++) {
        struct batch_entry other;
        struct export_entry x;
        TRY(batch_get(ledger_txn(l), n, &other, d));
        if (other.channel != b->channel || !same_day(l, b, &other)) {
            continue;
        }
        for (uint64_t at = other.export_sequence; at != 0; at = x.previous) {
            TRY(export_get(ledger_txn(l), at, &x, d));
            uint64_t behind = (uint64_t)x.file_number + x.files;
            next = behind > next && !is_of_release(b, n, at) ? behind : next;
        }
    }
    if (next > UINT32_MAX - EXPORT_FILES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-files", "too many files in a day");
    }
    *out = (uint32_t)next;
    return ST_OK;
}

/* ---- export ---- */

static enum status record_export(struct ledger *l, const struct batch_entry *b,
                                 const struct export_entry *x, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[120];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 7 + kept_profile_pairs(&x->profile) + export_files_pairs(x) +
                         (x->has_rows ? 1U : 0U) + export_payments_pairs(x));
    cbor_pair_uint(&w, 1, b->number);
    cbor_pair_text(&w, 2, str_of(x->format));
    cbor_pair_bytes(&w, 3, x->sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 4, x->length);
    cbor_pair_uint(&w, 5, batch_count(b));
    cbor_pair_int(&w, 6, batch_total(b));
    cbor_pair_uint(&w, 7, b->export_sequence);
    kept_profile_write(&x->profile, &kept_in_export, &w);
    export_files_write(x, 12, &w);
    if (x->has_rows) {
        cbor_pair_bytes(&w, 14, x->rows_sha256, DIGEST_LEN);
    }
    export_payments_write(x, 15, &w);
    if (w.failed) {
        diag_fail(d, ST_INPUT, "record-size", "the settings are too long for a record");
        return diag_hint(d, "shorter values after --set");
    }
    snprintf(subject, sizeof subject, "batch %u: export %s", b->number, x->format);
    struct act_text text = {
        .subject = subject, .count = batch_count(b), .total_fen = batch_total(b)};
    return ledger_act(l, KIND_EXPORT, writer_str(&w), text, NULL, d);
}

enum status batch_keep_form(struct ledger *l, const struct bank_form *form,
                            const struct batch_made *made, struct diag *d)
{
    struct str list = buf_str(&made->list);
    TRY(bank_form_keep(l, form, d));
    return made->files > 1
               ? vault_file_put(l, made->sha256, vault_source_text(&list), d)
               : ST_OK;
}

static enum status released(const struct batch_entry *b, struct diag *d)
{
    if (b->release_sequence != 0) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "not-released", "batch %u is %s, not released", b->number,
              batch_state_name(b->state));
    return diag_hint(d, "what comes next: %s", batch_next_hint(b->state));
}

/* Its dues are free again: another copy of the file would pay them a second time. */
static enum status not_taken_back(const struct batch_entry *b, struct diag *d)
{
    if (b->state != BATCH_CANCELLED && b->state != BATCH_RECALLED) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "batch-state", "batch %u is %s and not sent any more",
              b->number, batch_state_name(b->state));
    return diag_hint(d, "what comes next: %s", batch_next_hint(b->state));
}

/* A sheet's bytes are also those of the library that wrote it: with another version the
 * rows tell (docs/decisions/0015-sheets.md), and `version` is returned. */
static enum status compare_made(const struct export_entry *x,
                                const struct batch_made *made, enum status version,
                                struct diag *d)
{
    if (digest_equal(made->sha256, x->sha256)) {
        return ST_OK;
    }
    if (x->has_rows && made->has_rows &&
        digest_equal(made->rows_sha256, x->rows_sha256)) {
        diag_fail(d, version, "sheet-version",
                  "batch %u gives the same cells in other bytes than when it was "
                  "exported",
                  x->batch);
        return diag_hint(d, "another version of libxlsxwriter or zlib wrote the sheet; "
                            "keep the file that was sent");
    }
    diag_fail(d, ST_INTEGRITY, "export-differs",
              "batch %u gives other bytes than when it was exported", x->batch);
    return diag_hint(d, "send the bank nothing but the file that was exported; "
                        "almoner audit verify tells whether the ledger is sound");
}

/* Nothing new is sent, but names and accounts are read again: that leaves a trace like
 * any other showing of them, before the file appears. */
static enum status record_copy(struct ledger *l, const struct batch_entry *b,
                               const struct bank_form *form, struct diag *d)
{
    char purpose[120];
    snprintf(purpose, sizeof purpose, "batch %u: bank file again, %s", b->number,
             form->format->name);
    return admin_reveal(l, 0, purpose, d);
}

static enum status make_and_record(struct ledger *l, const struct batch_entry *b,
                                   const struct bank_form *form, struct bank_sink sink,
                                   struct batch_made *made,
                                   const struct progress *progress, bool *copy,
                                   struct diag *d)
{
    struct export_entry x = {.batch = b->number};
    TRY(find_export(l, b, form, copy, &x, d));
    if (!*copy) {
        x.profile = form->kept;
        TRY(batch_file_number(l, b, &x.file_number, d));
    }
    TRY(batch_file_of(l, b, form, x.file_number, sink, made, progress, d));
    if (*copy) {
        TRY(compare_made(&x, made, ST_CONFLICT, d));
        return record_copy(l, b, form, d);
    }
    snprintf(x.format, sizeof x.format, "%s", form->format->name);
    memcpy(x.sha256, made->sha256, DIGEST_LEN);
    x.length = made->bytes;
    x.lines = batch_count(b);
    x.payments = made->payments;
    x.files = made->files;
    x.has_rows = made->has_rows;
    memcpy(x.rows_sha256, made->rows_sha256, DIGEST_LEN);
    TRY(batch_keep_form(l, form, made, d));
    return record_export(l, b, &x, d);
}

static enum status export_as(struct ledger *l, const struct batch_entry *b,
                             const struct bank_form *form, struct batch_sink sink,
                             const struct progress *progress,
                             struct batch_export_report *r, struct diag *d)
{
    struct batch_made made;
    struct bank_sink to = {sink.begin, sink.write, sink.end, sink.ctx};
    TRY(released(b, d));
    TRY(not_taken_back(b, d));
    TRY(bank_form_check(l, form, d));
    batch_made_init(&made);
    enum status st = make_and_record(l, b, form, to, &made, progress, &r->copy, d);
    snprintf(r->format, sizeof r->format, "%s", form->format->name);
    memcpy(r->sha256, made.sha256, DIGEST_LEN);
    r->bytes = made.bytes;
    r->files = made.files;
    r->lines = batch_count(b);
    r->payments = made.payments;
    buf_release(&made.list);
    return st == ST_OK ? sink.durable(sink.ctx, d) : st;
}

enum status batch_export(struct ledger *l, uint32_t batch, const struct bank_form *form,
                         struct batch_sink sink, const struct progress *progress,
                         struct batch_export_report *r, struct diag *d)
{
    bool resume;
    struct batch_entry b;
    struct bank_form own;
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(batch_get(ledger_txn(l), batch, &b, d));
    if (form != NULL) {
        return export_as(l, &b, form, sink, progress, r, d);
    }
    enum status st = batch_form(l, &b, NULL, &own, d);
    if (st == ST_OK) {
        st = export_as(l, &b, &own, sink, progress, r, d);
    }
    bank_form_release(&own);
    return st;
}

static enum status same_counts(const struct export_entry *x,
                               const struct batch_made *made, struct diag *d)
{
    if (made->payments != x->payments) {
        return diag_fail(d, ST_INTEGRITY, "export-differs",
                         "batch %u gives %llu payments, its export record says %llu",
                         x->batch, (unsigned long long)made->payments,
                         (unsigned long long)x->payments);
    }
    if (made->bytes != x->length && digest_equal(made->sha256, x->sha256)) {
        return diag_fail(d, ST_INTEGRITY, "export-differs",
                         "batch %u gives %llu bytes, its export record says %llu",
                         x->batch, (unsigned long long)made->bytes,
                         (unsigned long long)x->length);
    }
    return ST_OK;
}

enum status batch_remake(struct ledger *l, const struct export_entry *x,
                         struct bank_sink sink, uint8_t sha256[DIGEST_LEN],
                         struct buf *list, struct diag *d)
{
    struct batch_entry b;
    struct bank_form form;
    struct batch_made made;
    TRY(batch_get(ledger_txn(l), x->batch, &b, d));
    TRY(released(&b, d));
    bank_form_init(&form);
    batch_made_init(&made);
    enum status st = bank_form_kept(l, x->format, &x->profile, &form, d);
    if (st == ST_OK) {
        st = batch_file_of(l, &b, &form, x->file_number, sink, &made, NULL, d);
    }
    if (st == ST_OK) {
        memcpy(sha256, made.sha256, DIGEST_LEN);
        st = same_counts(x, &made, d);
    }
    if (st == ST_OK) {
        st = x->has_rows ? compare_made(x, &made, ST_FINDINGS, d) : ST_OK;
    }
    if (st == ST_OK && list != NULL) {
        buf_add_str(list, buf_str(&made.list));
        st = buf_check(list, d);
    }
    buf_release(&made.list);
    bank_form_release(&form);
    return st;
}
