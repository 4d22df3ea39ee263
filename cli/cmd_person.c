/* cmd_person.c - one person: facts, routes, what was granted and what became of it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "batch/admin.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "ledger/body.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

struct showing {
    struct env *e;
    struct ledger *l;
    bool clear;
    struct people p;
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
static void day_text(int32_t day, char out[DATE_TEXT_CAP])
{
    out[0] = '\0';
    if (day != DAY_ALWAYS && day != DAY_NEVER) {
        date_print(day, out);
    }
}

/* ---- JSON ---- */

static void put_day(struct json *o, const char *key, int32_t day)
{
    char text[DATE_TEXT_CAP];
    day_text(day, text);
    if (text[0] == '\0') {
        json_put_null(o, key);
    } else {
        json_put_text(o, key, text);
    }
}

static enum status put_facts(struct showing *s, struct json *list, struct diag *d)
{
    char value[PEOPLE_TEXT_CAP];
    char time[TIME_TEXT_CAP];
    for (size_t i = 0; i < s->p.person->fact_count; i++) {
        const struct fact *f = &s->p.person->facts[i];
        struct json *item = json_add_object(list);
        people_value(f, s->clear, value);
        TRY(recorded_at(s->l, f->recorded, time, d));
        json_put_str(item, "attribute", f->attribute);
        json_put_str(item, "programme", f->programme);
        json_put_text(item, "value", value);
        put_day(item, "effective", f->effective);
        put_day(item, "until", f->until);
        json_put_text(item, "recorded_at", time);
        json_put_uint(item, "record", f->recorded);
        json_put_str(item, "document", f->document);
        json_put_str(item, "source", f->source);
    }
    return ST_OK;
}

static void put_routes(struct showing *s, struct json *list)
{
    char account[PEOPLE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    for (size_t i = 0; i < s->p.person->route_count; i++) {
        const struct route *r = &s->p.person->routes[i];
        struct json *item = json_add_object(list);
        struct fact holder = {.attribute = str_of("name"), .value = r->account_name};
        people_account(r->account, s->clear, account);
        people_value(&holder, s->clear, name);
        json_put_str(item, "programme", r->programme);
        json_put_text(item, "account", account);
        json_put_text(item, "account_name", name);
        json_put_str(item, "bank_code", r->bank_code);
        json_put_str(item, "relation", r->relation);
        put_day(item, "effective", r->effective);
        put_day(item, "until", r->until);
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
    TRY(put_facts(s, json_put_list(top, "facts"), d));
    put_routes(s, json_put_list(top, "routes"));
    put_granted(s, json_put_list(top, "granted"));
    json_put_int(top, "due_fen", s->sums[ACCOUNT_DUE]);
    json_put_int(top, "in_transit_fen",
                 s->sums[ACCOUNT_TRANSIT] + s->sums[ACCOUNT_RETURNED]);
    json_put_int(top, "paid_fen", s->sums[ACCOUNT_PAID]);
    json_put_int(top, "receivable_fen", s->sums[ACCOUNT_RECEIVABLE]);
    return ST_OK;
}

/* ---- for people ---- */

static void print_facts(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char value[PEOPLE_TEXT_CAP];
    char from[DATE_TEXT_CAP];
    char until[DATE_TEXT_CAP];
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "fact", "登记信息"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "value", "内容"), false);
    sheet_column(&t, TEXT(o, "from", "自"), false);
    sheet_column(&t, TEXT(o, "until", "至"), false);
    sheet_column(&t, TEXT(o, "record", "记录号"), true);
    sheet_column(&t, TEXT(o, "document", "文号"), false);
    for (size_t i = 0; i < s->p.person->fact_count; i++) {
        const struct fact *f = &s->p.person->facts[i];
        people_value(f, s->clear, value);
        day_text(f->effective, from);
        day_text(f->until, until);
        sheet_cell(&t, "%.*s", STR_ARG(f->attribute));
        sheet_cell(&t, "%.*s", STR_ARG(f->programme));
        sheet_cell(&t, "%s", value);
        sheet_cell(&t, "%s", from);
        sheet_cell(&t, "%s", until);
        sheet_cell(&t, "%llu", (unsigned long long)f->recorded);
        sheet_cell(&t, "%.*s", STR_ARG(f->document));
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_routes(const struct showing *s)
{
    const struct output *o = &s->e->out;
    char account[PEOPLE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    char from[DATE_TEXT_CAP];
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "route", "收款账户"), false);
    sheet_column(&t, TEXT(o, "holder", "户名"), false);
    sheet_column(&t, TEXT(o, "bank code", "联行号"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "from", "自"), false);
    for (size_t i = 0; i < s->p.person->route_count; i++) {
        const struct route *r = &s->p.person->routes[i];
        struct fact holder = {.attribute = str_of("name"), .value = r->account_name};
        people_account(r->account, s->clear, account);
        people_value(&holder, s->clear, name);
        day_text(r->effective, from);
        sheet_cell(&t, "%s", account);
        sheet_cell(&t, "%s", name);
        sheet_cell(&t, "%.*s", STR_ARG(r->bank_code));
        sheet_cell(&t, "%.*s", STR_ARG(r->programme));
        sheet_cell(&t, "%s", from);
    }
    (void)sheet_end(&t, o, ST_OK);
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
    sheet_column(&t, TEXT(o, "due", "待发"), true);
    sheet_column(&t, TEXT(o, "in transit", "在途"), true);
    sheet_column(&t, TEXT(o, "returned", "退回"), true);
    sheet_column(&t, TEXT(o, "paid", "已发"), true);
    sheet_column(&t, TEXT(o, "receivable", "应追缴"), true);
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
                sheet_fen(&t, g->fen[n]);
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
    people_name(s->p.person, s->clear, name);
    people_id_number(s->p.person, s->clear, id);
    output_data(o, TEXT(o, "person %llu: %s, %s\n\n", "补贴对象 %llu：%s，%s\n\n"),
                (unsigned long long)s->p.person->number, name, id);
    print_facts(s);
    output_data(o, "\n");
    print_routes(s);
    output_data(o, "\n");
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
    const char *purpose = options_text(&e->options, "purpose");
    TRY(s->clear ? env_write(e, ANY_ROLE, d) : env_read_people(e, d));
    s->l = e->ledger;
    TRY(people_find(s->l, env_operand(e, 0), number, d));
    TRY(people_open(&s->p, s->l, *number, UINT64_MAX, d));
    if (s->clear) {
        TRY(admin_reveal(s->l, *number, purpose != NULL ? purpose : "person show", d));
    }
    return ST_OK;
}

static enum status run_show(struct env *e, struct diag *d)
{
    struct showing s = {.e = e, .clear = options_flag(&e->options, "reveal")};
    uint64_t number;
    enum status st = open_for(&s, &number, d);
    if (st == ST_OK) {
        st = read_account(&s, d);
    }
    if (st == ST_OK && e->out.json) {
        st = put_person(&s, d);
    } else if (st == ST_OK) {
        print_person(&s);
    }
    people_close(&s.p);
    free(s.account);
    return st;
}

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
};
const struct command_list commands_person = {"Asking", "查询", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
