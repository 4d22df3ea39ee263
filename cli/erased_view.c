/* erased_view.c - see erased_view.h. */
#include "cli/erased_view.h"

#include "base/text.h"
#include "cli/one_row.h"
#include "cli/sheet.h"
#include "ledger/body.h"
#include "ledger/export.h"

struct viewing {
    struct env *e;
    struct ledger *l;
    struct json *files; /* NULL: the sheet */
    struct sheet *sheet;
    struct erased_terms terms;
};

static void add_file(struct viewing *v, const char *what, uint32_t number,
                     const uint8_t sha256[DIGEST_LEN])
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(sha256, DIGEST_LEN, hex);
    if (v->files != NULL) {
        struct json *item = json_add_object(v->files);
        json_put_text(item, "what", what);
        json_put_uint(item, "number", number);
        json_put_text(item, "sha256", hex);
        return;
    }
    sheet_cell(v->sheet, "%s %u", what, number);
    sheet_cell(v->sheet, "%s", hex);
}

static bool within(const struct erased_ranges *x, uint32_t number)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct number_range *r = &x->items[i];
        if (number >= r->from && number - r->from < r->count) {
            return true;
        }
    }
    return false;
}

static enum status import_files(struct viewing *v, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(v->l)->imports; n++) {
        struct import_entry e;
        if (within(&v->terms.imports, n)) {
            TRY(import_get(ledger_txn(v->l), n, &e, d));
            add_file(v, TEXT(&v->e->out, "import", "导入"), n, e.sha256);
        }
    }
    return ST_OK;
}

/* Bank files are not stored here; who has them is told by their digests. */
static enum status bank_files(struct viewing *v, struct diag *d)
{
    struct txn *t = ledger_txn(v->l);
    for (uint32_t n = 1; n <= ledger_head(v->l)->batches; n++) {
        struct batch_entry b;
        struct export_entry x = {0};
        if (!within(&v->terms.batches, n)) {
            continue;
        }
        TRY(batch_get(t, n, &b, d));
        for (uint64_t at = b.export_sequence; at != 0; at = x.previous) {
            TRY(export_get(t, at, &x, d));
            add_file(v, TEXT(&v->e->out, "bank file of batch", "银行文件，批次"), n,
                     x.sha256);
        }
    }
    for (uint32_t n = 1; n <= ledger_head(v->l)->answers; n++) {
        struct answer_entry a;
        TRY(answer_get(t, n, &a, d));
        if (within(&v->terms.batches, a.batch)) {
            add_file(v, TEXT(&v->e->out, "answer to batch", "回盘文件，批次"), a.batch,
                     a.sha256);
        }
    }
    return ST_OK;
}

static enum status all_files(struct viewing *v, struct diag *d)
{
    TRY(import_files(v, d));
    return bank_files(v, d);
}

/* Day and signer of a signed record. */
static enum status signed_by(struct ledger *l, uint64_t sequence, int32_t *day,
                             struct operator_entry *who, struct signed_body *body,
                             struct diag *d)
{
    struct record r;
    TRY(record_get(ledger_txn(l), sequence, &r, NULL, d));
    TRY(signed_body_read(&r, body, d));
    *day = day_of_time(r.time_us, ledger_info(l)->offset_minutes);
    return operator_get(ledger_txn(l), body->signature.operator_number, who, d);
}

static enum status put_json(struct viewing *v, const struct erasure_entry *e,
                            struct diag *d)
{
    struct json *top = output_object(&v->e->out, "almoner.erased/1");
    struct operator_entry who;
    struct signed_body body;
    struct erasure_terms why;
    char hex[2 * DIGEST_LEN + 1];
    int32_t day;
    TRY(signed_by(v->l, v->terms.proposal, &day, &who, &body, d));
    json_put_uint(top, "number", v->terms.person);
    if (erasure_terms_read(body.plain, &why)) {
        json_put_text(top, "reason", why.reason);
        json_put_text(top, "document", why.document);
    }
    json_put_text(top, "proposed_by", who.name);
    TRY(signed_by(v->l, e->certificate, &day, &who, &body, d));
    json_put_text(top, "erased_by", who.name);
    json_put_day(top, "erased_on", day);
    json_put_uint(top, "certificate", e->certificate);
    json_put_uint(top, "lookups", v->terms.lookups);
    json_put_text(top, "copies", v->terms.copies);
    struct json *rows = json_put_list(top, "rows");
    for (size_t i = 0; i < v->terms.row_count; i++) {
        struct json *item = json_add_object(rows);
        text_hex(v->terms.rows[i].sha256, DIGEST_LEN, hex);
        json_put_uint(item, "person", v->terms.rows[i].person);
        json_put_text(item, "sha256", hex);
    }
    v->files = json_put_list(top, "files");
    return all_files(v, d);
}

static void print_rows(const struct viewing *v)
{
    const struct output *o = &v->e->out;
    char hex[2 * DIGEST_LEN + 1];
    for (size_t i = 0; i < v->terms.row_count; i++) {
        text_hex(v->terms.rows[i].sha256, DIGEST_LEN, hex);
        output_data(
            o, TEXT(o, "sealed row of %llu, SHA-256 %s\n", "%llu 的密文，SHA-256 %s\n"),
            (unsigned long long)v->terms.rows[i].person, hex);
    }
    output_data(o,
                TEXT(o, "%llu ID numbers do not lead to anybody any more\n",
                     "%llu 个身份证号不再指向任何人\n"),
                (unsigned long long)v->terms.lookups);
    if (v->terms.copies[0] != '\0') {
        output_data(o, TEXT(o, "copies known elsewhere: %s\n", "其他已知副本：%s\n"),
                    v->terms.copies);
    }
}

static enum status print_files(struct viewing *v, struct diag *d)
{
    const struct output *o = &v->e->out;
    struct sheet t;
    v->sheet = &t;
    sheet_init(&t);
    sheet_column(
        &t, TEXT(o, "holds or may hold the person", "含有或可能含有此人的文件"), false);
    sheet_column(&t, "SHA-256", false);
    output_data(o, "\n");
    TRY(sheet_end(&t, o, all_files(v, d)));
    output_data(o, "\n");
    return ST_OK;
}

static enum status print(struct viewing *v, const struct erasure_entry *e,
                         struct diag *d)
{
    const struct output *o = &v->e->out;
    struct operator_entry maker;
    struct operator_entry checker;
    struct signed_body body;
    struct erasure_terms why = {0};
    char on[DATE_TEXT_CAP];
    int32_t day;
    TRY(signed_by(v->l, v->terms.proposal, &day, &maker, &body, d));
    if (!erasure_terms_read(body.plain, &why)) {
        why.reason[0] = '\0';
    }
    TRY(signed_by(v->l, e->certificate, &day, &checker, &body, d));
    date_print(day, on);
    output_data(o,
                TEXT(o, "person %llu: erased on %s, certificate record %llu\n",
                     "补贴对象 %llu：%s 已销毁，销毁证明为记录 %llu\n"),
                (unsigned long long)v->terms.person, on,
                (unsigned long long)e->certificate);
    output_data(o,
                TEXT(o, "proposed by %s, confirmed by %s: %s, %s\n",
                     "经办 %s，复核 %s：%s，%s\n"),
                maker.name, checker.name, why.reason, why.document);
    print_rows(v);
    return print_files(v, d);
}

enum status erased_show(struct env *e, uint64_t person, uint64_t *kept, struct diag *d)
{
    struct viewing v = {.e = e, .l = e->ledger};
    struct erasure_entry x;
    TRY(erasure_get(ledger_txn(v.l), person, &x, d));
    if (x.state == ERASURE_DONE && x.person != person) {
        TRY(erasure_get(ledger_txn(v.l), x.person, &x, d));
    }
    if (x.state != ERASURE_DONE) {
        return diag_fail(d, ST_CONFLICT, "not-erased", "person %llu was not erased",
                         (unsigned long long)person);
    }
    TRY(erased_get(ledger_txn(v.l), x.certificate, &v.terms, d));
    *kept = x.person;
    return e->out.json ? put_json(&v, &x, d) : print(&v, &x, d);
}
