/* cmd_import_show.c - what an import that waits would change: counts, sums by
 * programme, and every changed route, death, decision and other fact by row. */
#include <stdio.h>
#include <string.h>

#include "base/attribute.h"
#include "base/date.h"
#include "base/text.h"
#include "batch/import_preview.h"
#include "cli/command.h"
#include "cli/one_row.h"
#include "cli/people.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "ledger/register.h"

#define SHOWN_MAX 50 /* on the screen, unless --all */
/* A longer file is looked through only when it is asked for. */
#define UNASKED_ROWS_MAX 5000

static const char *what_text(const struct output *o, enum preview_what what)
{
    static const char *const zh[PREVIEW_KINDS] = {
        [PREVIEW_DEATH] = "死亡",     [PREVIEW_DECISION] = "审批决定",
        [PREVIEW_ROUTE] = "收款账户", [PREVIEW_VOID] = "作废",
        [PREVIEW_ORDER] = "人工补记", [PREVIEW_BEGUN] = "新进名单",
        [PREVIEW_ENDED] = "退出名单", [PREVIEW_MERGE] = "合并",
        [PREVIEW_FACT] = "登记信息",
    };
    return TEXT(o, preview_what_name(what), zh[what]);
}

/* Accounts are masked, and whatever else of a person a void takes back. */
static void shown_value(const struct preview_change *c, const char *value,
                        char out[PEOPLE_TEXT_CAP])
{
    struct fact f = {.attribute = str_of(c->attribute), .value = str_of(value)};
    if (c->what == PREVIEW_ROUTE || strcmp(c->attribute, "account") == 0) {
        people_account(str_of(value), false, out);
    } else {
        people_value(&f, false, out);
    }
}

/* ---- for people ---- */

/* What it is and where it stands: "import 7: facts, 12 rows, pending". */
static void print_heading(const struct output *o, const struct import_entry *x)
{
    char month[DATE_TEXT_CAP];
    output_data(o,
                TEXT(o, "import %u: %s, %llu rows, %s\n", "导入 %u：%s，%llu 行，%s\n"),
                x->number, import_kind_text(o, x->what), (unsigned long long)x->rows,
                x->state == ENTRY_ACTIVE ? TEXT(o, "confirmed", "已确认")
                : x->confirmed_at != 0   ? TEXT(o, "open", "未完成")
                                         : refused_state_text(o, x->state));
    if (x->what == IMPORT_SNAPSHOT) {
        month_print(x->month, month);
        output_data(o, TEXT(o, "list: %s %s %s\n", "名单：%s %s %s\n"), x->attribute,
                    x->value, month);
    } else if (x->what == IMPORT_HISTORY) {
        month_print(x->month, month);
        output_data(o, TEXT(o, "settled through %s\n", "结清至 %s\n"), month);
    }
}

static void print_attributes(const struct output *o, const struct import_preview *p)
{
    struct buf text;
    buf_init(&text, 4096);
    for (size_t i = 0; i < p->attribute_count; i++) {
        buf_add_text(&text, i > 0 ? TEXT(o, ", ", "、") : "");
        words_attribute(o, str_of(p->attributes[i].name), &text);
        buf_addf(&text, " %llu", (unsigned long long)p->attributes[i].rows);
    }
    output_data(o, TEXT(o, "%s: %llu (%s)\n", "%s：%llu（%s）\n"),
                what_text(o, PREVIEW_FACT), (unsigned long long)p->counts[PREVIEW_FACT],
                buf_cstr(&text));
    buf_release(&text);
}

static void print_new(const struct output *o, const struct import_report *r)
{
    if (r->new_people > 0) {
        output_data(o,
                    TEXT(o, "new people: %llu (not in the sums below)\n",
                         "新增人员：%llu（以下金额不含）\n"),
                    (unsigned long long)r->new_people);
    }
    if (r->new_institutions > 0) {
        output_data(o, TEXT(o, "new institutions: %llu\n", "新增机构：%llu\n"),
                    (unsigned long long)r->new_institutions);
    }
}

static void print_counts(const struct output *o, const struct import_preview *p)
{
    char month[DATE_TEXT_CAP];
    for (int i = 0; i < PREVIEW_KINDS; i++) {
        if (p->counts[i] > 0 && i != PREVIEW_FACT) {
            output_data(o, TEXT(o, "%s: %llu\n", "%s：%llu\n"),
                        what_text(o, (enum preview_what)i),
                        (unsigned long long)p->counts[i]);
        }
    }
    if (p->counts[PREVIEW_FACT] > 0) {
        print_attributes(o, p);
    }
    if (p->through == 0) {
        return;
    }
    month_print(p->through, month);
    if (!p->reckoned) {
        output_data(o, "%s\n",
                    TEXT(o, "the sums below are of a part of the people only",
                         "人数过多，以下金额只含部分人员"));
    } else if (p->programme_count == 0) {
        output_data(o, TEXT(o, "no amount changes up to %s\n", "截至 %s 金额无变化\n"),
                    month);
    }
}

static void print_programmes(const struct output *o, const struct import_preview *p)
{
    struct sheet t;
    char month[DATE_TEXT_CAP];
    if (p->programme_count == 0) {
        return;
    }
    month_print(p->through, month);
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "up to", "截至"), false);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    sheet_column(&t, TEXT(o, "more", "增加"), true);
    sheet_column(&t, TEXT(o, "less", "减少"), true);
    for (size_t i = 0; i < p->programme_count; i++) {
        sheet_cell(&t, "%s", p->programmes[i].code);
        sheet_cell(&t, "%s", month);
        sheet_cell(&t, "%llu", (unsigned long long)p->programmes[i].people);
        sheet_fen(&t, p->programmes[i].more_fen);
        sheet_fen(&t, p->programmes[i].less_fen);
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_history(const struct output *o, const struct import_preview *p)
{
    struct sheet t;
    char first[DATE_TEXT_CAP];
    char last[DATE_TEXT_CAP];
    if (p->history_count == 0) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "rows", "行数"), true);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    sheet_column(&t, TEXT(o, "paid before", "历史已发"), true);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    for (size_t i = 0; i < p->history_count; i++) {
        const struct preview_history *x = &p->history[i];
        month_print(x->first, first);
        month_print(x->last, last);
        sheet_cell(&t, "%s", x->code);
        sheet_cell(&t, "%llu", (unsigned long long)x->rows);
        sheet_cell(&t, "%llu", (unsigned long long)x->people);
        sheet_fen(&t, x->fen);
        sheet_cell(&t, "%s..%s", first, last);
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void add_change(const struct output *o, struct sheet *t,
                       const struct preview_change *c)
{
    char before[PEOPLE_TEXT_CAP];
    char after[PEOPLE_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    shown_value(c, c->before, before);
    shown_value(c, c->after, after);
    words_day(c->effective, day);
    sheet_cell(t, "%llu", (unsigned long long)c->line);
    sheet_cell(t, "%llu", (unsigned long long)c->person);
    sheet_cell(t, "%s", what_text(o, c->what));
    const char *zh = o->zh ? attribute_zh(str_of(c->attribute)) : NULL;
    sheet_cell(t, "%s %s", zh != NULL ? zh : c->attribute, c->programme);
    sheet_cell(t, "%s", before);
    sheet_cell(t, "%s", after);
    sheet_cell(t, "%s", day);
    sheet_cell(t, "%s", c->document);
}

/* Other facts come last: what stops or moves money is seen first. */
static void print_changes(const struct output *o, const struct import_preview *p,
                          bool all)
{
    struct sheet t;
    size_t room = all || p->kept < SHOWN_MAX ? p->kept : SHOWN_MAX;
    size_t shown = 0;
    uint64_t total = 0;
    if (room == 0) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "line", "行"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "what", "变更"), false);
    sheet_column(&t, TEXT(o, "of", "项目"), false);
    sheet_column(&t, TEXT(o, "before", "原"), false);
    sheet_column(&t, TEXT(o, "after", "现"), false);
    sheet_column(&t, TEXT(o, "from", "自"), false);
    sheet_column(&t, TEXT(o, "document", "文号"), false);
    for (int facts = 0; facts < 2; facts++) {
        for (size_t i = 0; i < p->kept && shown < room; i++) {
            if ((p->changes[i].what == PREVIEW_FACT) == (facts == 1)) {
                add_change(o, &t, &p->changes[i]);
                shown++;
            }
        }
    }
    (void)sheet_end(&t, o, ST_OK);
    for (int i = 0; i < PREVIEW_KINDS; i++) {
        total += p->counts[i];
    }
    if (total > shown) {
        output_data(o, TEXT(o, "and %llu more\n", "另有 %llu 项\n"),
                    (unsigned long long)(total - shown));
    }
}

/* What is to be done with it, or who did it. */
static enum status print_next(struct env *e, const struct import_entry *x,
                              struct diag *d)
{
    const struct output *o = &e->out;
    struct operator_entry checker;
    if (x->state == ENTRY_ACTIVE) {
        TRY(operator_get(ledger_txn(e->ledger), x->confirmed_by, &checker, d));
        output_data(o, TEXT(o, "taken in already, confirmed by %s\n", "已由 %s 确认\n"),
                    checker.name);
        return ST_OK;
    }
    if (x->state == ENTRY_REFUSED) {
        return refused_line(e, REGISTER_IMPORT, x->number, d);
    }
    output_data(o, "%s almoner import confirm %u\n",
                x->confirmed_at != 0
                    ? TEXT(o, "it was interrupted; this goes on:", "未完成，继续：")
                    : TEXT(o, "it counts when a checker confirms:", "复核确认后生效："),
                x->number);
    return ST_OK;
}

/* ---- JSON ---- */

static void put_changes(struct json *list, const struct import_preview *p)
{
    char text[PEOPLE_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    for (size_t i = 0; i < p->kept; i++) {
        const struct preview_change *c = &p->changes[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "what", preview_what_name(c->what));
        json_put_uint(item, "line", c->line);
        json_put_uint(item, "person", c->person);
        json_put_text(item, "attribute", c->attribute);
        json_put_text(item, "programme", c->programme);
        shown_value(c, c->before, text);
        json_put_text(item, "before", text);
        shown_value(c, c->after, text);
        json_put_text(item, "after", text);
        words_day(c->effective, day);
        json_put_text(item, "effective", day);
        json_put_text(item, "document", c->document);
    }
}

static void put_sums(struct json *top, const struct import_preview *p)
{
    char month[DATE_TEXT_CAP];
    struct json *list = json_put_list(top, "attributes");
    for (size_t i = 0; i < p->attribute_count; i++) {
        struct json *item = json_add_object(list);
        json_put_text(item, "attribute", p->attributes[i].name);
        json_put_uint(item, "rows", p->attributes[i].rows);
    }
    list = json_put_list(top, "history");
    for (size_t i = 0; i < p->history_count; i++) {
        const struct preview_history *x = &p->history[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "programme", x->code);
        json_put_uint(item, "rows", x->rows);
        json_put_uint(item, "people", x->people);
        json_put_int(item, "amount_fen", x->fen);
        month_print(x->first, month);
        json_put_text(item, "from", month);
        month_print(x->last, month);
        json_put_text(item, "to", month);
    }
}

static enum status put_entry(struct env *e, struct json *top,
                             const struct import_entry *x, struct diag *d)
{
    struct operator_entry who;
    char hex[2 * DIGEST_LEN + 1];
    bool active = x->state == ENTRY_ACTIVE;
    text_hex(x->sha256, DIGEST_LEN, hex);
    json_put_uint(top, "number", x->number);
    json_put_text(top, "kind", import_kind_name(x->what));
    json_put_text(top, "state",
                  active                 ? "confirmed"
                  : x->confirmed_at != 0 ? "open"
                                         : refused_state_name(x->state));
    TRY(refused_put(e, top, REGISTER_IMPORT, x->number, d));
    json_put_text(top, "sha256", hex);
    json_put_uint(top, "rows", x->rows);
    TRY(operator_get(ledger_txn(e->ledger), x->made_by, &who, d));
    json_put_text(top, "made_by", who.name);
    if (x->confirmed_at != 0) {
        TRY(operator_get(ledger_txn(e->ledger), x->confirmed_by, &who, d));
        json_put_text(top, "confirmed_by", who.name);
    }
    return ST_OK;
}

static enum status put_preview(struct env *e, const struct import_entry *entry,
                               const struct import_report *r,
                               const struct import_preview *p, struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.import/1");
    char month[DATE_TEXT_CAP] = "";
    TRY(put_entry(e, top, entry, d));
    json_put_uint(top, "new_people", r->new_people);
    json_put_uint(top, "new_institutions", r->new_institutions);
    struct json *counts = json_put_object(top, "counts");
    for (int i = 0; i < PREVIEW_KINDS; i++) {
        json_put_uint(counts, preview_what_name((enum preview_what)i), p->counts[i]);
    }
    put_sums(top, p);
    put_changes(json_put_list(top, "changes"), p);
    if (p->through > 0) {
        month_print(p->through, month);
    }
    json_put_uint(top, "overruled_people", r->overruled_people);
    json_put_int(top, "overruled_fen", r->overruled_fen);
    json_put_text(top, "through", month);
    json_put_bool(top, "reckoned", p->reckoned);
    struct json *list = json_put_list(top, "programmes");
    for (size_t i = 0; i < p->programme_count; i++) {
        struct json *item = json_add_object(list);
        json_put_text(item, "programme", p->programmes[i].code);
        json_put_uint(item, "people", p->programmes[i].people);
        json_put_int(item, "more_fen", p->programmes[i].more_fen);
        json_put_int(item, "less_fen", p->programmes[i].less_fen);
    }
    return ST_OK;
}

/* ---- the command ---- */

enum status import_show_summary(struct env *e, uint32_t number, struct diag *d)
{
    struct import_entry entry;
    struct import_report r = {.number = 0};
    struct import_preview p;
    struct diag refused = {.status = ST_OK};
    if (import_get(ledger_txn(e->ledger), number, &entry, &refused) != ST_OK) {
        return ST_OK; /* the act itself says so, after who may do it */
    }
    if (e->out.json || e->out.quiet || entry.rows > UNASKED_ROWS_MAX ||
        entry.confirmed_at != 0) {
        return ST_OK;
    }
    enum status st = import_preview(e->ledger, number, &e->progress, &r, &p, &refused);
    if (st == ST_OK) {
        print_counts(&e->out, &p);
        print_history(&e->out, &p);
        import_tell_overruled(&e->out, &r);
        print_programmes(&e->out, &p);
    }
    import_preview_release(&p);
    import_report_release(&r);
    if (st == ST_CONFLICT ||
        st == ST_OK) { /* confirming says what is refused, by row */
        return ST_OK;
    }
    *d = refused;
    return st;
}

static enum status show(struct env *e, const struct import_entry *entry,
                        const struct import_report *r, const struct import_preview *p,
                        bool all, struct diag *d)
{
    if (e->out.json) {
        return put_preview(e, entry, r, p, d);
    }
    print_heading(&e->out, entry);
    print_new(&e->out, r);
    print_counts(&e->out, p);
    print_history(&e->out, p);
    import_tell_overruled(&e->out, r);
    print_programmes(&e->out, p);
    print_changes(&e->out, p, all);
    return print_next(e, entry, d);
}

enum status import_show(struct env *e, uint32_t number, bool all, struct diag *d)
{
    struct import_entry entry;
    struct import_report r = {.number = 0};
    struct import_preview p;
    TRY(env_read_people(e, d));
    TRY(import_get(ledger_txn(e->ledger), number, &entry, d));
    enum status st = import_preview(e->ledger, number, &e->progress, &r, &p, d);
    meter_end(&e->meter);
    if (st != ST_OK) {
        import_preview_release(&p);
        return import_report_print(e, st, &r);
    }
    st = show(e, &entry, &r, &p, all, d);
    import_preview_release(&p);
    import_report_release(&r);
    return st;
}

static enum status run_show(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "import", &number, d));
    return import_show(e, number, options_flag(&e->options, "all"), d);
}

static const struct option_spec SHOW[] = {
    {"all", 0, OPTION_FLAG, NULL, "every change, up to 1,000"},
};

static const struct command ITEMS[] = {
    {
        .name = "import show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(SHOW),
        .brief = "what an import that waits would change",
        .brief_zh = "查看待确认导入的变更",
        .text =
            "For the checker, before import confirm: how many deaths, decisions, "
            "accounts, voids and orders, and other facts by attribute; who comes "
            "onto a list and who goes; of history what was paid, by programme; what "
            "the rules would grant more and less by programme, up to the last run; "
            "and each of these changes by row, masked (of other facts the first "
            "400). In a live ledger WHO is needed.",
        .example = "  almoner -C baoqing import show 7 --all",
    },
};
const struct command_list commands_import_show = {NULL, NULL, ITEMS,
                                                  COMMAND_COUNT(ITEMS)};
