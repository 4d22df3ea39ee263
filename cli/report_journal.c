/* report_journal.c - what the records post as a file of vouchers for an accounting
 * system (凭证), CSV or XML: docs/formats/journal.md. Nobody is named in it. The file
 * comes to be only when its sums are those of the trial balance. */
#include "cli/report_journal.h"

#include <stdio.h>
#include <string.h>

#include "audit/journal_map.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/files.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "formats/csv.h"

#define MAP_ARENA_BYTES ((size_t)16 * 1024 * 1024)
#define LINE_BYTES ((size_t)64 * 1024)

struct writing {
    struct env *e;
    bool xml;
    int32_t from, to;
    const struct journal_map *map; /* NULL: almoner's own accounts */
    const char *map_sha256;        /* in hex; "" without a map */
    struct file_output file;
    struct buf out; /* of one voucher */
    uint64_t vouchers, lines;
    uint64_t line; /* of the voucher in hand */
};

/* One row: almoner's posting, or an entry of the mapping. */
struct row {
    const struct journal_voucher *v;
    const struct journal_posting *p;
    const char *functional, *economic, *book, *debit, *credit;
    int64_t fen;
};

static void voucher_text(const struct writing *w, const struct journal_voucher *v,
                         char out[100])
{
    const struct output *o = &w->e->out;
    const char *what =
        TEXT(o, journal_event_name(v->event), journal_event_zh(v->event));
    bool run = v->event == JOURNAL_RUN || v->event == JOURNAL_SET_OFF;
    bool recovery = v->event == JOURNAL_RECOVERY || v->event == JOURNAL_REPAYMENT;
    const char *of = v->event == JOURNAL_HISTORY ? TEXT(o, "import", "导入")
                     : run                       ? TEXT(o, "run", "测算")
                     : recovery                  ? TEXT(o, "recovery", "追缴")
                                                 : TEXT(o, "batch", "批次");
    snprintf(out, 100, TEXT(o, "%s %llu: %s", "%s %llu：%s"), of,
             (unsigned long long)v->number, what);
}

/* ---- CSV ---- */

static void csv_head(struct writing *w)
{
    static const char *const names[] = {
        "voucher", "day",   "event",     "record",     "number",   "count",
        "text",    "line",  "programme", "functional", "economic", "class_year",
        "book",    "debit", "credit",    "fen"};
    size_t n = sizeof names / sizeof names[0];
    buf_add_text(&w->out, "\xef\xbb\xbf"); /* for the office programs */
    for (size_t i = 0; i < n; i++) {
        csv_write_field(&w->out, str_of(names[i]), i + 1 == n);
    }
}

static void csv_text(struct writing *w, const char *text)
{
    csv_write_field(&w->out, str_of(text), false);
}

static void csv_number(struct writing *w, uint64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    csv_text(w, text);
}

static void csv_row(struct writing *w, const struct row *x)
{
    char day[DATE_TEXT_CAP];
    char text[100];
    char fen[32];
    date_print(x->v->day, day);
    voucher_text(w, x->v, text);
    csv_number(w, w->vouchers);
    csv_text(w, day);
    csv_text(w, journal_event_name(x->v->event));
    csv_number(w, x->v->record);
    csv_number(w, x->v->number);
    csv_number(w, x->v->count);
    csv_text(w, text);
    csv_number(w, w->line);
    csv_text(w, x->p->programme);
    csv_text(w, x->functional);
    csv_text(w, x->economic);
    if (w->map != NULL) {
        csv_number(w, (uint64_t)w->map->year);
    } else {
        csv_text(w, "");
    }
    csv_text(w, x->book);
    csv_text(w, x->debit);
    csv_text(w, x->credit);
    snprintf(fen, sizeof fen, "%lld", (long long)x->fen);
    csv_write_field(&w->out, str_of(fen), true);
}

/* ---- XML ---- */

static void xml_attribute(struct buf *out, const char *name, const char *text)
{
    buf_addf(out, " %s=\"", name);
    for (const char *p = text; *p != '\0'; p++) {
        const char *escape = *p == '&'   ? "&amp;"
                             : *p == '<' ? "&lt;"
                             : *p == '>' ? "&gt;"
                             : *p == '"' ? "&quot;"
                                         : NULL;
        if (escape != NULL) {
            buf_add_text(out, escape);
        } else {
            buf_add(out, p, 1);
        }
    }
    buf_add_text(out, "\"");
}

static void xml_head(struct writing *w)
{
    char day[DATE_TEXT_CAP];
    buf_add_text(&w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                          "<almoner-journal version=\"1\"");
    xml_attribute(&w->out, "origin", ledger_info(w->e->ledger)->origin);
    buf_addf(&w->out, " size=\"%llu\"",
             (unsigned long long)ledger_head(w->e->ledger)->tree.size);
    date_print(w->from, day);
    xml_attribute(&w->out, "from", day);
    date_print(w->to, day);
    xml_attribute(&w->out, "to", day);
    if (w->map != NULL) {
        xml_attribute(&w->out, "mapping", w->map->name);
        xml_attribute(&w->out, "mapping-sha256", w->map_sha256);
        buf_addf(&w->out, " class-year=\"%d\"", (int)w->map->year);
    }
    buf_add_text(&w->out, ">\n");
}

static void xml_voucher(struct writing *w, const struct journal_voucher *v)
{
    char day[DATE_TEXT_CAP];
    char text[100];
    date_print(v->day, day);
    voucher_text(w, v, text);
    buf_addf(&w->out,
             "  <voucher number=\"%llu\" day=\"%s\" event=\"%s\" record=\"%llu\" "
             "of=\"%llu\" count=\"%llu\"",
             (unsigned long long)w->vouchers, day, journal_event_name(v->event),
             (unsigned long long)v->record, (unsigned long long)v->number,
             (unsigned long long)v->count);
    xml_attribute(&w->out, "text", text);
    buf_add_text(&w->out, ">\n");
}

static void xml_row(struct writing *w, const struct row *x)
{
    buf_addf(&w->out, "    <entry line=\"%llu\"", (unsigned long long)w->line);
    xml_attribute(&w->out, "programme", x->p->programme);
    if (w->map != NULL) {
        xml_attribute(&w->out, "functional", x->functional);
        xml_attribute(&w->out, "economic", x->economic);
        xml_attribute(&w->out, "book", x->book);
    }
    xml_attribute(&w->out, "debit", x->debit);
    xml_attribute(&w->out, "credit", x->credit);
    buf_addf(&w->out, " fen=\"%lld\"/>\n", (long long)x->fen);
}

static void xml_tail(struct writing *w, const struct journal_totals *t)
{
    size_t count;
    const struct journal_account *a = journal_accounts(t, &count);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&w->out, "  <account");
        xml_attribute(&w->out, "programme", a[i].programme);
        xml_attribute(&w->out, "name", account_kind_name(a[i].account));
        buf_addf(&w->out,
                 " opening=\"%lld\" debit=\"%lld\" credit=\"%lld\" "
                 "later=\"%lld\" balance=\"%lld\"/>\n",
                 (long long)a[i].opening_fen, (long long)a[i].debit_fen,
                 (long long)a[i].credit_fen, (long long)a[i].later_fen,
                 (long long)a[i].balance_fen);
    }
    buf_add_text(&w->out, "</almoner-journal>\n");
}

/* ---- vouchers ---- */

static enum status flush(struct writing *w, struct diag *d)
{
    TRY(buf_check(&w->out, d));
    TRY(file_output_write(&w->file, w->out.p, w->out.len, d));
    buf_clear(&w->out);
    return ST_OK;
}

static enum status put_row(struct writing *w, const struct row *x, struct diag *d)
{
    if (w->line == 0) {
        w->vouchers++;
        if (w->xml) {
            xml_voucher(w, x->v);
        }
    }
    w->line++;
    w->lines++;
    if (w->xml) {
        xml_row(w, x);
    } else {
        csv_row(w, x);
    }
    return flush(w, d);
}

static enum status put_mapped(struct writing *w, struct row x, struct diag *d)
{
    const struct journal_programme *of;
    const struct journal_rule *rule;
    TRY(journal_map_find(w->map, x.v, x.p, &of, &rule, d));
    x.functional = of->functional;
    x.economic = of->economic;
    for (size_t i = 0; i < rule->count; i++) {
        const struct journal_entry *entry = &rule->entries[i];
        x.book = entry->book;
        x.debit = entry->debit;
        x.credit = entry->credit;
        x.fen = entry->red ? -x.p->fen : x.p->fen;
        TRY(put_row(w, &x, d));
    }
    return ST_OK;
}

static enum status take_voucher(void *ctx, const struct journal_voucher *v,
                                struct diag *d)
{
    struct writing *w = ctx;
    w->line = 0;
    for (size_t i = 0; i < v->item_count; i++) {
        const struct journal_posting *p = &v->items[i];
        struct row x = {.v = v,
                        .p = p,
                        .functional = "",
                        .economic = "",
                        .book = "",
                        .debit = account_kind_name(p->debit),
                        .credit = account_kind_name(p->credit),
                        .fen = p->fen};
        TRY(w->map != NULL ? put_mapped(w, x, d) : put_row(w, &x, d));
    }
    if (w->xml && w->line > 0) {
        buf_add_text(&w->out, "  </voucher>\n");
        return flush(w, d);
    }
    return ST_OK;
}

/* ---- what is shown ---- */

static void put_json(struct writing *w, const struct journal_totals *t)
{
    size_t count;
    const struct journal_account *a = journal_accounts(t, &count);
    struct json *top = output_object(&w->e->out, "almoner.journal/1");
    json_put_uint(top, "vouchers", w->vouchers);
    json_put_uint(top, "lines", w->lines);
    json_put_uint(top, "differences", t->differences);
    struct json *list = json_put_list(top, "accounts");
    for (size_t i = 0; i < count; i++) {
        struct json *item = json_add_object(list);
        json_put_text(item, "programme", a[i].programme);
        json_put_text(item, "account", account_kind_name(a[i].account));
        json_put_int(item, "opening_fen", a[i].opening_fen);
        json_put_int(item, "debit_fen", a[i].debit_fen);
        json_put_int(item, "credit_fen", a[i].credit_fen);
        json_put_int(item, "later_fen", a[i].later_fen);
        json_put_int(item, "balance_fen", a[i].balance_fen);
        json_put_int(item, "difference_fen",
                     journal_account_sum(&a[i]) - a[i].balance_fen);
    }
}

static enum status show_accounts(struct writing *w, const struct journal_totals *t)
{
    const struct output *o = &w->e->out;
    size_t count;
    const struct journal_account *a = journal_accounts(t, &count);
    struct sheet s;
    sheet_init(&s);
    sheet_column(&s, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&s, TEXT(o, "account", "科目"), false);
    sheet_column(&s, TEXT(o, "opening", "期初"), true);
    sheet_column(&s, TEXT(o, "debit", "借方"), true);
    sheet_column(&s, TEXT(o, "credit", "贷方"), true);
    sheet_column(&s, TEXT(o, "later", "期后"), true);
    sheet_column(&s, TEXT(o, "books", "总账"), true);
    sheet_column(&s, TEXT(o, "difference", "差额"), true);
    for (size_t i = 0; i < count; i++) {
        sheet_cell(&s, "%s", a[i].programme);
        sheet_cell(&s, "%s", words_account(o, a[i].account));
        sheet_fen(&s, a[i].opening_fen);
        sheet_fen(&s, a[i].debit_fen);
        sheet_fen(&s, a[i].credit_fen);
        sheet_fen(&s, a[i].later_fen);
        sheet_fen(&s, a[i].balance_fen);
        sheet_fen(&s, journal_account_sum(&a[i]) - a[i].balance_fen);
    }
    return sheet_end(&s, o, ST_OK);
}

static enum status show(struct writing *w, const struct journal_totals *t)
{
    const struct output *o = &w->e->out;
    if (o->json) {
        put_json(w, t);
        return ST_OK;
    }
    enum status st = show_accounts(w, t);
    if (t->differences > 0) {
        output_data(o, "%s\n",
                    TEXT(o, "The records and the trial balance differ: no file.",
                         "记录与试算平衡表不符：未生成文件。"));
    } else {
        output_done(o,
                    TEXT(o, "%llu voucher(s), %llu line(s): %s\n",
                         "凭证 %llu 张，分录 %llu 行：%s\n"),
                    (unsigned long long)w->vouchers, (unsigned long long)w->lines,
                    w->file.path);
    }
    return st;
}

/* ---- the command ---- */

static enum status take_journal(struct writing *w, const char *path, struct diag *d)
{
    struct journal_totals t;
    struct journal_request q = {.from = w->from,
                                .to = w->to,
                                .progress = &w->e->progress,
                                .each = take_voucher,
                                .ctx = w};
    TRY(file_output_open(&w->file, path, 0600, d));
    if (w->xml) {
        xml_head(w);
    } else {
        csv_head(w);
    }
    enum status st = journal_ledger(w->e->ledger, &q, &t, d);
    meter_end(&w->e->meter);
    if (st == ST_OK && w->xml) {
        xml_tail(w, &t);
    }
    if (st == ST_OK) {
        st = flush(w, d);
    }
    if (st == ST_OK && t.differences == 0) {
        st = file_output_commit(&w->file, d);
    }
    if (st == ST_OK) {
        st = show(w, &t);
    }
    if (st == ST_OK && t.differences > 0) {
        st = ST_FINDINGS;
    }
    file_output_drop(&w->file);
    journal_totals_release(&t);
    return st;
}

static enum status with_map(struct writing *w, const char *path, struct diag *d)
{
    struct buf text = {0};
    struct arena *a = NULL;
    struct journal_map map;
    uint8_t sha256[DIGEST_LEN];
    char hex[2 * DIGEST_LEN + 1];
    const char *out = options_text(&w->e->options, "out");
    struct digest *g = NULL;
    enum status st = ST_OK;
    TRY_OUT(file_load(path, JOURNAL_MAP_BYTES_MAX, &text, d));
    TRY_OUT(arena_new(&a, MAP_ARENA_BYTES, d));
    TRY_OUT(journal_map_read(&map, a, buf_str(&text), path, d));
    if (w->from < month_first_day(map.year * 12) ||
        w->to > month_last_day(map.year * 12 + 11)) {
        st = diag_fail(d, ST_INPUT, "journal-year",
                       "the classes of the mapping are those of %d, the days are not",
                       (int)map.year);
        diag_hint(d, "one file for each year, each with the mapping of its year");
        goto out;
    }
    TRY_OUT(digest_new(&g, d));
    digest_once(g, buf_str(&text), str_of(""), sha256);
    text_hex(sha256, DIGEST_LEN, hex);
    w->map = &map;
    w->map_sha256 = hex;
    st = take_journal(w, out, d);
out:
    digest_free(g);
    arena_free(a);
    buf_release(&text);
    return st;
}

/* A day, or the first or last one of a month. */
static enum status read_bound(struct env *e, const char *name, bool last, int32_t *out,
                              struct diag *d)
{
    const char *text;
    int32_t month = 0;
    TRY(options_need(&e->options, name, &text, d));
    if (strlen(text) != 7) {
        return options_date(&e->options, name, out, d);
    }
    TRY(options_month(&e->options, name, &month, d));
    *out = last ? month_last_day(month) : month_first_day(month);
    return ST_OK;
}

static enum status read_form(struct env *e, bool *xml, struct diag *d)
{
    const char *as = options_text(&e->options, "format");
    *xml = as != NULL && strcmp(as, "xml") == 0;
    if (as != NULL && !*xml && strcmp(as, "csv") != 0) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is neither csv nor xml", as);
        return diag_where(d, "--format");
    }
    return ST_OK;
}

enum status report_journal(struct env *e, struct diag *d)
{
    struct writing w = {.e = e, .map_sha256 = ""};
    const char *path;
    const char *mapping = options_text(&e->options, "mapping");
    TRY(read_bound(e, "from", false, &w.from, d));
    TRY(read_bound(e, "to", true, &w.to, d));
    TRY(read_form(e, &w.xml, d));
    TRY(options_need(&e->options, "out", &path, d));
    if (w.from > w.to) {
        return diag_fail(d, ST_USAGE, "bad-option", "--from is after --to");
    }
    TRY(env_read(e, d));
    buf_init(&w.out, LINE_BYTES);
    enum status st =
        mapping != NULL ? with_map(&w, mapping, d) : take_journal(&w, path, d);
    buf_release(&w.out);
    return st;
}
