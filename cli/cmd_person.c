/* cmd_person.c - one person: facts, routes, what was granted and what became of it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "batch/admin.h"
#include "cli/command.h"
#include "cli/erased_view.h"
#include "cli/one_row.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "ledger/body.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

struct showing {
    struct env *e;
    struct ledger *l;
    bool clear;
    struct people p;
    struct person *all; /* the same, with what was voided */
    struct account *account;
    int64_t sums[ACCOUNT_KINDS];
};

/* ---- reading ---- */

static enum status read_account(struct showing *s, struct diag *d)
{
    uint8_t key[8];
    struct str row;
    s->account = calloc(1, sizeof *s->account);
    if (s->account == NULL) {
        return diag_memory(d);
    }
    put_u64(key, s->p.person->number);
    TRY(store_get(ledger_txn(s->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, s->account, d));
    for (size_t i = 0; i < s->account->count; i++) {
        const struct account_programme *p = &s->account->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            for (int n = 0; n < ACCOUNT_KINDS; n++) {
                int64_t fen;
                if (!money_mul(p->segments[k].fen[n], p->segments[k].months, &fen) ||
                    !money_add(s->sums[n], fen, &s->sums[n])) {
                    return diag_fail(d, ST_INTEGRITY, "account",
                                     "a sum is out of range");
                }
            }
        }
    }
    return ST_OK;
}

/* When the ledger learned it. */
static enum status recorded_at(struct ledger *l, uint64_t sequence,
                               char out[TIME_TEXT_CAP], struct diag *d)
{
    struct record r;
    TRY(record_get(ledger_txn(l), sequence, &r, NULL, d));
    time_print(r.time_us, out);
    return ST_OK;
}

/* "" for no first or last day. */
/* ---- JSON ---- */

/* Facts that count, or those that were voided. */
static enum status put_facts(struct showing *s, struct json *list, bool voided,
                             struct diag *d)
{
    char value[PEOPLE_TEXT_CAP];
    char time[TIME_TEXT_CAP];
    for (size_t i = 0; i < s->all->fact_count; i++) {
        const struct fact *f = &s->all->facts[i];
        if ((f->voided != 0) != voided) {
            continue;
        }
        struct json *item = json_add_object(list);
        json_put_uint(item, "entry", f->ordinal);
        people_value(f, s->clear, value);
        TRY(recorded_at(s->l, f->recorded, time, d));
        json_put_str(item, "attribute", f->attribute);
        json_put_str(item, "programme", f->programme);
        json_put_text(item, "value", value);
        json_put_day(item, "effective", f->effective);
        json_put_day(item, "until", f->until);
        json_put_text(item, "recorded_at", time);
        json_put_uint(item, "record", f->recorded);
        json_put_str(item, "document", f->document);
        json_put_str(item, "source", f->source);
        if (f->amount_fen >= 0) {
            json_put_int(item, "amount_fen", f->amount_fen);
        }
        if (voided) {
            json_put_uint(item, "voided_by", f->voided);
        }
    }
    return ST_OK;
}

static void put_routes(struct showing *s, struct json *list)
{
    char account[PEOPLE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    for (size_t i = 0; i < s->all->route_count; i++) {
        const struct route *r = &s->all->routes[i];
        struct json *item = json_add_object(list);
        struct fact holder = {.attribute = str_of("name"), .value = r->account_name};
        people_account(r->account, s->clear, account);
        people_value(&holder, s->clear, name);
        json_put_uint(item, "entry", r->ordinal);
        json_put_bool(item, "voided", r->voided != 0);
        json_put_str(item, "programme", r->programme);
        json_put_text(item, "account", account);
        json_put_text(item, "account_name", name);
        json_put_str(item, "bank_code", r->bank_code);
        json_put_str(item, "relation", r->relation);
        struct fact payee = {.attribute = str_of("name"), .value = r->payee_name};
        people_value(&payee, s->clear, name);
        json_put_text(item, "payee_name", name);
        json_put_str(item, "authorisation", r->authorisation);
        json_put_day(item, "effective", r->effective);
        json_put_day(item, "until", r->until);
    }
}

/* Paid before this ledger, by the history taken over. */
static void put_history(struct showing *s, struct json *list)
{
    char month[DATE_TEXT_CAP];
    for (size_t i = 0; i < s->all->paid_count; i++) {
        const struct paid *x = &s->all->paid[i];
        struct json *item = json_add_object(list);
        json_put_uint(item, "entry", x->ordinal);
        json_put_str(item, "programme", x->programme);
        month_print(x->from, month);
        json_put_text(item, "from", month);
        month_print(x->from + x->months - 1, month);
        json_put_text(item, "through", month);
        json_put_int(item, "amount_fen", x->fen);
        json_put_day(item, "paid_on", x->paid_on);
        json_put_str(item, "document", x->document);
        json_put_uint(item, "record", x->recorded);
    }
}

static void put_granted(struct showing *s, struct json *list)
{
    char month[DATE_TEXT_CAP];
    for (size_t i = 0; i < s->account->count; i++) {
        const struct account_programme *p = &s->account->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *g = &p->segments[k];
            for (int32_t m = 0; m < g->months && g->fen[ACCOUNT_GRANTED] != 0; m++) {
                struct json *item = json_add_object(list);
                month_print(g->from + m, month);
                json_put_text(item, "programme", p->code);
                json_put_text(item, "period", month);
                json_put_int(item, "amount_fen", g->fen[ACCOUNT_GRANTED]);
            }
        }
    }
}

static void put_money(struct showing *s, struct json *top)
{
    put_granted(s, json_put_list(top, "granted"));
    json_put_int(top, "due_fen", s->sums[ACCOUNT_DUE]);
    json_put_int(top, "in_transit_fen",
                 s->sums[ACCOUNT_TRANSIT] + s->sums[ACCOUNT_RETURNED]);
    json_put_int(top, "paid_fen", s->sums[ACCOUNT_PAID]);
    for (int n = ACCOUNT_RECEIVABLE; n < ACCOUNT_KINDS; n++) {
        char key[40];
        snprintf(key, sizeof key, "%s_fen", account_kind_name((enum account_kind)n));
        json_put_int(top, key, s->sums[n]);
    }
}

static enum status put_person(struct showing *s, struct diag *d)
{
    struct json *top = output_object(&s->e->out, "almoner.person/1");
    char text[PEOPLE_TEXT_CAP];
    json_put_uint(top, "number", s->p.person->number);
    people_name(s->p.person, s->clear, text);
    json_put_text(top, "name", text);
    people_id_number(s->p.person, s->clear, text);
    json_put_text(top, "id_number", text);
    json_put_bool(top, "revealed", s->clear);
    if (people_was_duplicate(&s->p, env_operand(s->e, 0))) {
        json_put_bool(top, "merged", true);
        json_put_uint(top, "merged_from", s->p.merged_from);
    }
    TRY(put_facts(s, json_put_list(top, "facts"), false, d));
    TRY(put_facts(s, json_put_list(top, "voided"), true, d));
    put_routes(s, json_put_list(top, "routes"));
    put_history(s, json_put_list(top, "history"));
    put_money(s, top);
    return ST_OK;
}

/* ---- for people ---- */

static const char *voided_text(const struct output *o, uint64_t voided)
{
    return voided != 0 ? TEXT(o, "voided", "已作废") : "";
}

static void add_mark_off(struct sheet *t, const struct output *o, const struct mark *m)
{
    char from[DATE_TEXT_CAP];
    date_print(month_first_day(m->month), from);
    sheet_cell(t, "%u", m->ordinal);
    sheet_cell(t, "%.*s", STR_ARG(m->attribute));
    sheet_cell(t, "%s", "");
    sheet_cell(t, TEXT(o, "not on the list: %.*s", "不在名单：%.*s"),
               STR_ARG(m->value));
    sheet_cell(t, "%s", from);
    sheet_cell(t, "%s", "");
    sheet_cell(t, "%llu", (unsigned long long)m->recorded);
    sheet_cell(t, "%s", "");
    sheet_cell(t, "%s", "");
}

/* "申请 claim": files name it as the ledger does. */
static void attribute_cell(const struct output *o, struct sheet *t,
                           struct str attribute)
{
    struct buf text;
    buf_init(&text, 256);
    words_attribute(o, attribute, &text);
    if (o->zh && !str_eq(buf_str(&text), attribute)) {
        buf_addf(&text, " %.*s", STR_ARG(attribute));
    }
    sheet_cell(t, "%s", buf_cstr(&text));
    buf_release(&text);
}

static void print_facts(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char value[PEOPLE_TEXT_CAP];
    char from[DATE_TEXT_CAP];
    char until[DATE_TEXT_CAP];
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "entry", "条目"), true);
    sheet_column(&t, TEXT(o, "fact", "登记信息"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "value", "内容"), false);
    sheet_column(&t, TEXT(o, "from", "自"), false);
    sheet_column(&t, TEXT(o, "until", "至"), false);
    sheet_column(&t, TEXT(o, "record", "记录号"), true);
    sheet_column(&t, TEXT(o, "document", "文号"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    for (size_t i = 0; i < s->all->fact_count; i++) {
        const struct fact *f = &s->all->facts[i];
        people_value(f, s->clear, value);
        words_day(f->effective, from);
        words_day(f->until, until);
        sheet_cell(&t, "%u", f->ordinal);
        attribute_cell(o, &t, f->attribute);
        sheet_cell(&t, "%.*s", STR_ARG(f->programme));
        sheet_cell(&t, "%s", value);
        sheet_cell(&t, "%s", from);
        sheet_cell(&t, "%s", until);
        sheet_cell(&t, "%llu", (unsigned long long)f->recorded);
        sheet_cell(&t, "%.*s", STR_ARG(f->document));
        sheet_cell(&t, "%s", voided_text(o, f->voided));
    }
    for (size_t i = 0; i < s->all->mark_count; i++) {
        const struct mark *m = &s->all->marks[i];
        if (!m->on) { /* it ends a fact above, and can be voided by its number */
            add_mark_off(&t, o, m);
        }
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_routes(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char account[PEOPLE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    char from[DATE_TEXT_CAP];
    char until[DATE_TEXT_CAP];
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "entry", "条目"), true);
    sheet_column(&t, TEXT(o, "route", "收款账户"), false);
    sheet_column(&t, TEXT(o, "holder", "户名"), false);
    sheet_column(&t, TEXT(o, "bank code", "联行号"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "relation", "关系"), false);
    sheet_column(&t, TEXT(o, "from", "自"), false);
    sheet_column(&t, TEXT(o, "until", "至"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    for (size_t i = 0; i < s->all->route_count; i++) {
        const struct route *r = &s->all->routes[i];
        struct fact holder = {.attribute = str_of("name"), .value = r->account_name};
        people_account(r->account, s->clear, account);
        people_value(&holder, s->clear, name);
        words_day(r->effective, from);
        words_day(r->until, until);
        sheet_cell(&t, "%u", r->ordinal);
        sheet_cell(&t, "%s", account);
        sheet_cell(&t, "%s", name);
        sheet_cell(&t, "%.*s", STR_ARG(r->bank_code));
        sheet_cell(&t, "%.*s", STR_ARG(r->programme));
        sheet_cell(&t, "%.*s", STR_ARG(r->relation));
        sheet_cell(&t, "%s", from);
        sheet_cell(&t, "%s", until);
        sheet_cell(&t, "%s", voided_text(o, r->voided));
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_history(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char from[DATE_TEXT_CAP];
    char through[DATE_TEXT_CAP];
    char paid_on[DATE_TEXT_CAP];
    struct sheet t;
    if (s->all->paid_count == 0) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "entry", "条目"), true);
    sheet_column(&t, TEXT(o, "paid before this ledger", "历史发放"), false);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    sheet_column(&t, TEXT(o, "a month", "每月金额"), true);
    sheet_column(&t, TEXT(o, "paid on", "发放日期"), false);
    sheet_column(&t, TEXT(o, "document", "文号"), false);
    for (size_t i = 0; i < s->all->paid_count; i++) {
        const struct paid *x = &s->all->paid[i];
        month_print(x->from, from);
        month_print(x->from + x->months - 1, through);
        words_day(x->paid_on, paid_on);
        sheet_cell(&t, "%u", x->ordinal);
        sheet_cell(&t, "%.*s", STR_ARG(x->programme));
        sheet_cell(&t, "%s%s%s", from, x->months > 1 ? ".." : "",
                   x->months > 1 ? through : "");
        sheet_fen(&t, x->fen);
        sheet_cell(&t, "%s", paid_on);
        sheet_cell(&t, "%.*s", STR_ARG(x->document));
    }
    (void)sheet_end(&t, o, ST_OK);
    output_data(o, "\n");
}

/* What few people have, recoveries, is shown of those who have it. */
static bool kind_shown(const struct showing *s, int kind)
{
    return kind <= ACCOUNT_RECEIVABLE || s->sums[kind] != 0;
}

static void print_account(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char from[DATE_TEXT_CAP];
    char to[DATE_TEXT_CAP];
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    sheet_column(&t, TEXT(o, "granted a month", "每月应发"), true);
    for (int n = ACCOUNT_DUE; n < ACCOUNT_KINDS; n++) {
        if (kind_shown(s, n)) {
            sheet_column(&t, words_account(o, (enum account_kind)n), true);
        }
    }
    for (size_t i = 0; i < s->account->count; i++) {
        const struct account_programme *p = &s->account->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *g = &p->segments[k];
            month_print(g->from, from);
            month_print(g->from + g->months - 1, to);
            sheet_cell(&t, "%s", p->code);
            sheet_cell(&t, "%s%s%s", from, g->months > 1 ? ".." : "",
                       g->months > 1 ? to : "");
            for (int n = 0; n < ACCOUNT_KINDS; n++) {
                if (kind_shown(s, n)) {
                    sheet_fen(&t, g->fen[n]);
                }
            }
        }
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_person(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char name[PEOPLE_TEXT_CAP];
    char id[PEOPLE_TEXT_CAP];
    people_tell_merged(o, &s->p, env_operand(s->e, 0));
    people_name(s->p.person, s->clear, name);
    people_id_number(s->p.person, s->clear, id);
    output_data(o, TEXT(o, "person %llu: %s, %s\n\n", "补贴对象 %llu：%s，%s\n\n"),
                (unsigned long long)s->p.person->number, name, id);
    print_facts(s);
    output_data(o, "\n");
    print_routes(s);
    output_data(o, "\n");
    print_history(s);
    if (s->account->count == 0) {
        output_data(o, "%s\n", TEXT(o, "Nothing was granted.", "没有应发记录。"));
    }
    print_account(s);
}

/* ---- the command ---- */

/* Revealing is recorded before anything is shown. */
static enum status open_for(struct showing *s, uint64_t *number, struct diag *d)
{
    struct env *e = s->e;
    const char *purpose;
    TRY(s->clear ? env_write(e, ANY_ROLE, d) : env_read_people(e, d));
    s->l = e->ledger;
    TRY(people_find(s->l, env_operand(e, 0), number, d));
    TRY(people_open(&s->p, s->l, *number, UINT64_MAX, d));
    *number = s->p.person->number;
    s->all = calloc(1, sizeof *s->all);
    if (s->all == NULL) {
        return diag_memory(d);
    }
    TRY(person_read_some(buf_str(&s->p.row.plain), UINT64_MAX, UINT32_MAX, s->all, d));
    if (s->clear) {
        TRY(people_purpose(e, "person show", &purpose, d));
        TRY(admin_reveal(s->l, *number, purpose, d));
    }
    return ST_OK;
}

/* What remains: the certificate, and the money. */
static enum status show_erased(struct showing *s, uint64_t number, struct diag *d)
{
    TRY(erased_show(s->e, number, &s->p.person->number, d));
    TRY(read_account(s, d));
    if (s->e->out.json) {
        put_money(s, output_object(&s->e->out, "almoner.erased/1"));
    } else {
        print_account(s);
    }
    return ST_OK;
}

static enum status run_show(struct env *e, struct diag *d)
{
    struct showing s = {.e = e, .clear = options_flag(&e->options, "reveal")};
    uint64_t number;
    enum status st = open_for(&s, &number, d);
    bool erased = erasure_failed(st, d);
    if (erased) {
        st = show_erased(&s, number, d);
    } else if (st == ST_OK) {
        st = read_account(&s, d);
    }
    if (st == ST_OK && !erased && e->out.json) {
        st = put_person(&s, d);
    } else if (st == ST_OK && !erased) {
        print_person(&s);
    }
    people_close(&s.p);
    free(s.all);
    free(s.account);
    return st;
}

static enum status run_merge(struct env *e, struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    char into[ID_NUMBER_LEN + 1];
    const char *document;
    TRY(options_need(&e->options, "document", &document, d));
    TRY(one_row_begin(e, d));
    TRY(one_row_id(e, env_operand(e, 0), id, d));
    TRY(one_row_id(e, env_operand(e, 1), into, d));
    const struct one_cell cells[] = {
        {"id_number", id},
        {"into", into},
        {"document", document},
    };
    return one_row_propose(e, IMPORT_MERGES, cells, COMMAND_COUNT(cells), d);
}

static const struct option_spec MERGE[] = {
    {"document", 0, OPTION_TEXT, "NO", "document that says they are one"},
};
static const struct option_spec OPTIONS[] = {
    {"reveal", 0, OPTION_FLAG, NULL, "in clear; that it was shown is recorded"},
    {"purpose", 0, OPTION_TEXT, "TEXT", "why it is shown in clear, for the record"},
};

static const struct command ITEMS[] = {
    {
        .name = "person show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "one person: facts, accounts, money",
        .brief_zh = "查看补贴对象",
        .text =
            "ID is the internal number or an ID number. Names, numbers and accounts "
            "are masked unless --reveal, which needs WHO and is itself a record. In a "
            "live ledger WHO is always needed.",
        .example = "  almoner -C baoqing person show 17\n"
                   "  almoner -C baoqing person show 230523193807140016 --reveal \\\n"
                   "      --as lina --key lina.pem",
    },
    {
        .name = "person merge",
        .run = run_merge,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "DUPLICATE INTO",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(MERGE),
        .brief = "one person was entered twice (maker)",
        .brief_zh = "合并重复登记（经办）",
        .text =
            "What is recorded of the duplicate, its money and its payment history "
            "become those of the one who is kept, whose ID number, name and birth "
            "stay; both numbers then lead there. What was paid twice becomes "
            "receivable with the next run. It counts when a checker confirms: import "
            "confirm. Refused while the duplicate has a line in a batch that is not "
            "exported, or an open recovery.",
        .example =
            "  almoner -C baoqing person merge 44 17 --document 宝民〔2026〕9号 \\\n"
            "      --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_person = {"Asking", "查询", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
