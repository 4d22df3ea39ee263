/* nacha_write.c - writes NACHA files: PPD or CCD credits, 94 columns and a line feed.
 *
 * It must never cut or replace text: what is not ASCII or does not fit its columns is
 * an error that names the payment. docs/formats/nacha.md shows the columns and what the
 * channel sets. Records are filled from templates without printf: this is the inner
 * loop of an export. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "formats/nacha.h"
#include "formats/nacha_private.h"

/* With an addenda each they make less than the 999,999 records a control can count. */
#define BATCH_ENTRIES_MAX 499999
#define TOTAL_MAX INT64_C(999999999999) /* 12 digits: totals of batch and file */
#define AMOUNT_MAX INT64_C(9999999999)  /* 10 digits */
#define LINE (NACHA_RECORD + 1)

struct part { /* what a control record counts */
    uint64_t records;
    uint64_t hash;
    int64_t fen;
};

struct payment_writer {
    struct payment_tally tally;
    struct part batch;
    struct part file;
    uint64_t entries;       /* of the file: the trace number */
    uint64_t batch_entries; /* of the batch in hand */
    uint64_t batches;
    bool addenda;
    char payer_bank[NACHA_ROUTING];
    char header[LINE]; /* templates, whose other columns are filled in */
    char entry[LINE];
    char remark[LINE];
    char control[LINE];
};

/* ---- columns ---- */

static void record_init(char rec[LINE], char kind)
{
    memset(rec, ' ', NACHA_RECORD);
    rec[0] = kind;
    rec[NACHA_RECORD] = '\n';
}

static void put(char *rec, enum nacha_field f, struct str s)
{
    must(s.n <= nacha_columns[f].n);
    memcpy(rec + nacha_columns[f].at - 1, s.p, s.n);
}

/* With zeros in front. */
static void put_number(char *rec, enum nacha_field f, uint64_t v)
{
    char *to = rec + nacha_columns[f].at - 1;
    for (size_t i = nacha_columns[f].n; i-- > 0; v /= 10) {
        to[i] = (char)('0' + v % 10);
    }
    must(v == 0);
}

static uint64_t digits(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v * 10 + (uint64_t)(p[i] - '0');
    }
    return v;
}

static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 || s.p[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static void put_day(char *rec, enum nacha_field f, int32_t day)
{
    struct civil c = date_to_civil(day);
    put_number(rec, f, (uint64_t)(c.year % 100 * 10000 + c.month * 100 + c.day));
}

/* ---- what the channel sets ---- */

struct values {
    struct str company_name;
    struct str company_id;
    struct str description;
    struct str class;
    struct str destination;
    struct str destination_name;
    struct str origin;
    struct str origin_name;
    struct str account_kind;
    struct str addenda;
};

static enum status setting(const struct payment_head *head, const char *name,
                           struct str absent, size_t max, struct str *out,
                           struct diag *d)
{
    struct str s = payment_setting(head, name);
    s = s.n > 0 ? s : absent;
    if (s.n == 0 || s.n > max || !printable(s)) {
        diag_fail(d, ST_INPUT, s.n == 0 ? "setting-missing" : "setting-value",
                  "the channel's %s \"%.*s\" is not 1 to %zu characters of ASCII", name,
                  STR_ARG(s), max);
        return diag_hint(d, "set %s as the bank has agreed to it", name);
    }
    *out = s;
    return ST_OK;
}

static enum status choice(const struct payment_head *head, const char *name,
                          const char *first, const char *second, struct str *out,
                          struct diag *d)
{
    TRY(setting(head, name, str_of(first), NACHA_RECORD, out, d));
    if (!str_is(*out, first) && !str_is(*out, second)) {
        return diag_fail(d, ST_INPUT, "setting-value",
                         "the channel's %s \"%.*s\" is neither %s nor %s", name,
                         STR_ARG(*out), first, second);
    }
    return ST_OK;
}

static enum status values_take(const struct payment_head *head, struct values *v,
                               struct diag *d)
{
    struct str none = str_of("");
    TRY(setting(head, "company-name", head->payer_name, 16, &v->company_name, d));
    TRY(setting(head, "company-id", none, 10, &v->company_id, d));
    TRY(setting(head, "entry-description", str_of("BENEFIT"), 10, &v->description, d));
    TRY(setting(head, "destination", head->payer_bank, NACHA_ROUTING, &v->destination,
                d));
    TRY(setting(head, "destination-name", str_of(" "), 23, &v->destination_name, d));
    TRY(setting(head, "origin", v->company_id, 10, &v->origin, d));
    TRY(setting(head, "origin-name", v->company_name, 23, &v->origin_name, d));
    TRY(choice(head, "class", "PPD", "CCD", &v->class, d));
    TRY(choice(head, "account-kind", "checking", "savings", &v->account_kind, d));
    TRY(choice(head, "addenda", "no", "yes", &v->addenda, d));
    if (payment_bank_check(&nacha_format, v->destination, d) != ST_OK) {
        return diag_hint(d, "set destination to the routing number of the bank that "
                            "takes the file");
    }
    return ST_OK;
}

/* A name that is none of ours is a slip of the pen. */
static enum status names_known(const struct payment_head *head, struct diag *d)
{
    static const char *const names[] = {
        "company-name",     "company-id", "entry-description", "destination",
        "destination-name", "origin",     "origin-name",       "class",
        "account-kind",     "addenda",
    };
    for (size_t i = 0; i < head->setting_count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            known = known || str_is(head->settings[i].name, names[k]);
        }
        if (!known) {
            diag_fail(d, ST_INPUT, "setting-unknown", "nacha knows no setting \"%.*s\"",
                      STR_ARG(head->settings[i].name));
            return diag_hint(d, "docs/formats/nacha.md has them all");
        }
    }
    return ST_OK;
}

enum status nacha_check_channel(const struct payment_head *head, struct diag *d)
{
    struct values v;
    TRY(names_known(head, d));
    return values_take(head, &v, d);
}

/* ---- the head ---- */

static void file_header(const struct payment_head *head, const struct values *v,
                        char rec[LINE])
{
    static const char modifiers[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char created[TIME_TEXT_CAP];
    must(head->created_us >= 0);
    (void)time_print(head->created_us, created);
    uint32_t number = head->file_number > 0 ? head->file_number - 1 : 0;
    record_init(rec, '1');
    put(rec, N1_START, str_of("101"));
    /* Numbers of nine digits stand to the right. */
    rec[nacha_columns[N1_DESTINATION].at - 1] = ' ';
    memcpy(rec + nacha_columns[N1_DESTINATION].at, v->destination.p, NACHA_ROUTING);
    memcpy(rec + nacha_columns[N1_ORIGIN].at - 1 + (10 - v->origin.n), v->origin.p,
           v->origin.n);
    /* 2026-11-05T09:00:00Z */
    char *date = rec + nacha_columns[N1_DATE].at - 1;
    memcpy(date, created + 2, 2);
    memcpy(date + 2, created + 5, 2);
    memcpy(date + 4, created + 8, 2);
    memcpy(date + 6, created + 11, 2);
    memcpy(date + 8, created + 14, 2);
    put(rec, N1_MODIFIER, str_make(&modifiers[number % 36], 1));
    put(rec, N1_FORM, str_of("094101"));
    put(rec, N1_DESTINATION_NAME, v->destination_name);
    put(rec, N1_ORIGIN_NAME, v->origin_name);
}

static void make_templates(struct payment_writer *w, const struct payment_head *head,
                           const struct values *v)
{
    struct str dfi = str_make(head->payer_bank.p, NACHA_DFI);
    record_init(w->header, '5');
    put(w->header, N5_SERVICE, str_of("220"));
    put(w->header, N5_COMPANY_NAME, v->company_name);
    put(w->header, N5_COMPANY_ID, v->company_id);
    put(w->header, N5_CLASS, v->class);
    put(w->header, N5_DESCRIPTION, v->description);
    put_day(w->header, N5_DESCRIPTIVE_DATE, head->pay_day);
    put_day(w->header, N5_EFFECTIVE_DATE, head->pay_day);
    put(w->header, N5_ORIGINATOR_STATUS, str_of("1"));
    put(w->header, N5_DFI, dfi);
    record_init(w->entry, '6');
    put(w->entry, N6_CODE, str_of(str_is(v->account_kind, "savings") ? "32" : "22"));
    put(w->entry, N6_TRACE, dfi);
    record_init(w->remark, '7');
    put(w->remark, N7_KIND, str_of("05"));
    put_number(w->remark, N7_NUMBER, 1);
    record_init(w->control, '8');
    put(w->control, N8_SERVICE, str_of("220"));
    put(w->control, N8_COMPANY_ID, v->company_id);
    put(w->control, N8_DFI, dfi);
    w->addenda = str_is(v->addenda, "yes");
}

static void begin_batch(struct payment_writer *w, struct buf *out)
{
    w->batches++;
    w->batch = (struct part){0};
    w->batch_entries = 0;
    put_number(w->header, N5_NUMBER, w->batches);
    buf_add(out, w->header, LINE);
}

static void end_batch(struct payment_writer *w, struct buf *out)
{
    char *rec = w->control;
    put_number(rec, N8_RECORDS, w->batch.records);
    put_number(rec, N8_HASH, w->batch.hash % NACHA_HASH_MODULUS);
    put_number(rec, N8_DEBIT, 0);
    put_number(rec, N8_CREDIT, (uint64_t)w->batch.fen);
    put_number(rec, N8_NUMBER, w->batches);
    buf_add(out, rec, LINE);
    w->file.records += w->batch.records;
    w->file.hash += w->batch.hash;
    w->file.fen += w->batch.fen;
}

static enum status head_limits(const struct payment_head *head, struct diag *d)
{
    if (head->count > nacha_format.rows_max) {
        return diag_fail(d, ST_INPUT, "count", "a NACHA file takes %u payments at most",
                         nacha_format.rows_max);
    }
    if (head->total_fen > TOTAL_MAX) {
        diag_fail(d, ST_INPUT, "total",
                  "a NACHA file takes 9999999999.99 dollars at most");
        return diag_hint(d, "make several batches");
    }
    return ST_OK;
}

enum status nacha_open(const struct payment_format *f,
                       struct payment_writer **out_writer,
                       const struct payment_head *head, struct buf *out, struct diag *d)
{
    struct values v;
    char rec[LINE];
    TRY(payment_head_check_for(f, head, d));
    TRY(head_limits(head, d));
    TRY(values_take(head, &v, d));
    struct payment_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    payment_tally_init(&w->tally, head);
    memcpy(w->payer_bank, head->payer_bank.p, NACHA_ROUTING);
    make_templates(w, head, &v);
    file_header(head, &v, rec);
    buf_add(out, rec, LINE);
    begin_batch(w, out);
    enum status st = buf_check(out, d);
    if (st != ST_OK) {
        free(w);
        return st;
    }
    *out_writer = w;
    return ST_OK;
}

/* ---- one payment ---- */

static enum status text_fits(const struct payment *p, struct str s,
                             enum nacha_field field, const char *what, struct diag *d)
{
    if (!printable(s)) {
        payment_fail(d, p, "charset-ascii",
                     "%s of payment %.*s is not in ASCII, and a NACHA file takes "
                     "nothing else",
                     what, STR_ARG(p->id));
        return diag_hint(
            d,
            "register %s in Latin letters, as the bank has it (for a name: "
            "account_name of the payee's account)",
            what);
    }
    if (s.n > nacha_columns[field].n) {
        payment_fail(d, p, "field-too-long", "%s has %zu characters, NACHA takes %u",
                     what, s.n, nacha_columns[field].n);
        return diag_hint(d, "shorten %s at its source; it is not cut here", what);
    }
    return ST_OK;
}

static enum status entry_fits(const struct payment_writer *w, const struct payment *p,
                              struct diag *d)
{
    TRY(payment_check_for(&nacha_format, p, d));
    TRY(text_fits(p, p->name, N6_NAME, "the account holder's name", d));
    TRY(text_fits(p, p->account, N6_ACCOUNT, "the account", d));
    TRY(text_fits(p, p->remark, N7_TEXT, "the remark", d));
    if (p->amount_fen > AMOUNT_MAX) {
        return payment_fail(d, p, "amount",
                            "the amount is above 99999999.99, the most a NACHA entry "
                            "takes");
    }
    if (w->entries == nacha_format.rows_max) {
        return payment_fail(d, p, "count", "a NACHA file takes %u payments at most",
                            nacha_format.rows_max);
    }
    return ST_OK;
}

/* Fills `rec`; the id stands short in it. */
static enum status make_entry(const struct payment_writer *w, const struct payment *p,
                              char rec[LINE], struct diag *d)
{
    char id[NACHA_ID_MAX];
    size_t n = 0;
    if (!nacha_id_short(p->id, id, &n)) {
        return payment_fail(d, p, "payment-id",
                            "the payment's id does not fit the %d columns of NACHA",
                            NACHA_ID_MAX);
    }
    memcpy(rec, w->entry, LINE);
    put(rec, N6_BANK, p->bank.n > 0 ? p->bank : str_make(w->payer_bank, NACHA_ROUTING));
    put(rec, N6_ACCOUNT, p->account);
    put_number(rec, N6_AMOUNT, (uint64_t)p->amount_fen);
    put(rec, N6_ID, str_make(id, n));
    put(rec, N6_NAME, p->name);
    return ST_OK;
}

static void add_entry(struct payment_writer *w, const struct payment *p, char rec[LINE],
                      struct buf *out)
{
    bool addenda = w->addenda && p->remark.n > 0;
    char *number = rec + nacha_columns[N6_TRACE].at - 1 + NACHA_DFI;
    put(rec, N6_HAS_ADDENDA, str_of(addenda ? "1" : "0"));
    put_number(w->remark, N7_ENTRY, ++w->entries);
    memcpy(number, nacha_text(w->remark, N7_ENTRY).p, nacha_columns[N7_ENTRY].n);
    buf_add(out, rec, LINE);
    if (addenda) {
        char *text = w->remark + nacha_columns[N7_TEXT].at - 1;
        memset(text, ' ', nacha_columns[N7_TEXT].n);
        memcpy(text, p->remark.p, p->remark.n);
        buf_add(out, w->remark, LINE);
    }
    w->batch_entries++;
    w->batch.records += addenda ? 2 : 1;
    w->batch.hash += digits(nacha_text(rec, N6_BANK).p, NACHA_DFI);
    w->batch.fen += p->amount_fen;
}

enum status nacha_add(struct payment_writer *w, const struct payment *p,
                      struct buf *out, struct diag *d)
{
    char rec[LINE];
    size_t before = out->len;
    TRY(entry_fits(w, p, d));
    TRY(make_entry(w, p, rec, d));
    TRY(payment_tally_add(&w->tally, p, d));
    if (w->tally.sum.total_fen > TOTAL_MAX) {
        return payment_fail(d, p, "total", "the total of the file is too large");
    }
    if (w->batch_entries == BATCH_ENTRIES_MAX) {
        end_batch(w, out);
        begin_batch(w, out);
    }
    add_entry(w, p, rec, out);
    enum status st = buf_check(out, d);
    if (st != ST_OK) {
        out->len = before;
    }
    return st;
}

/* ---- the end ---- */

static void file_control(struct payment_writer *w, struct buf *out)
{
    char rec[LINE];
    uint64_t lines = w->file.records + 2 * w->batches + 2;
    uint64_t blocks = (lines + NACHA_BLOCK - 1) / NACHA_BLOCK;
    record_init(rec, '9');
    put_number(rec, N9_BATCHES, w->batches);
    put_number(rec, N9_BLOCKS, blocks);
    put_number(rec, N9_RECORDS, w->file.records);
    put_number(rec, N9_HASH, w->file.hash % NACHA_HASH_MODULUS);
    put_number(rec, N9_DEBIT, 0);
    put_number(rec, N9_CREDIT, (uint64_t)w->file.fen);
    buf_add(out, rec, LINE);
    memset(rec, '9', NACHA_RECORD);
    for (; lines < blocks * NACHA_BLOCK; lines++) {
        buf_add(out, rec, LINE);
    }
}

enum status nacha_close(struct payment_writer *w, struct buf *out, struct diag *d)
{
    enum status st = payment_tally_check(&w->tally, d);
    if (st == ST_OK) {
        end_batch(w, out);
        file_control(w, out);
        st = buf_check(out, d);
    }
    free(w);
    return st;
}

void nacha_abandon(struct payment_writer *w)
{
    free(w);
}
