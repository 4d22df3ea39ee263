/* report_unclaimed.c - who by the facts would have something and gets nothing: counts
 * by programme and reason, by unit, and the people, masked unless revealing was asked
 * for and recorded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/explain_words.h"
#include "audit/unclaimed.h"
#include "base/date.h"
#include "base/money.h"
#include "batch/admin.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "cli/table_file.h"
#include "cli/words.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)
#define LISTED_MAX 100 /* on the screen; a file has them all */
#define UNITS_LISTED_MAX 40
#define WARNINGS (WHY_OTHER + 1)
#define KINDS (OMISSION_KINDS + WARNINGS)

struct count {
    uint64_t cases;
    int64_t fen;
};

struct listing {
    struct env *e;
    struct entitle *entitle;
    struct unclaimed_terms terms;
    struct unclaimed *found;
    bool clear;
    struct count total;
    struct count by[EVAL_PROGRAMMES_MAX][KINDS];
};

/* One row, with what is shown of its person. */
struct shown {
    const struct unclaimed_row *row;
    uint64_t person; /* in hand; 0: none yet */
    char name[PEOPLE_TEXT_CAP];
    char id[PEOPLE_TEXT_CAP];
};

/* ---- words ---- */

static const char *kind_name(size_t kind)
{
    static const char *const warnings[WARNINGS] = {
        [WHY_SOUND] = "sound",
        [WHY_NO_VALUE] = "no-value",
        [WHY_UNKNOWN_TIER] = "unknown-tier",
        [WHY_NO_AMOUNT] = "no-amount",
        [WHY_OTHER] = "other",
    };
    return kind < OMISSION_KINDS ? omission_name((enum omission)kind)
                                 : warnings[kind - OMISSION_KINDS];
}

static const char *kind_words(const struct output *o, size_t kind)
{
    static const struct {
        const char *en;
        const char *zh;
    } words[OMISSION_KINDS] = {
        [OMISSION_NONE] = {"", ""},
        [OMISSION_CLAIM] = {"no claim", "未申请"},
        [OMISSION_DECISION] = {"no approval", "未审批"},
        [OMISSION_CERTIFICATION] = {"certification missing or lapsed",
                                    "未认证或已过期"},
        [OMISSION_ASSESSMENT] = {"no assessment", "未评定"},
        [OMISSION_ASK] = {"a decision must name tier or amount", "待认定"},
    };
    if (kind >= OMISSION_KINDS) {
        return explain_warning((enum why_warning)(kind - OMISSION_KINDS), o->zh);
    }
    return TEXT(o, words[kind].en, words[kind].zh);
}

static size_t kind_of(const struct listing *l, const struct unclaimed_row *row)
{
    return l->terms.warned ? OMISSION_KINDS + (size_t)row->warning : (size_t)row->why;
}

static const char *code_of(const struct listing *l, size_t programme)
{
    return policy_set_programme_code(entitle_policies(l->entitle), programme);
}

static const char *name_of(const struct listing *l, size_t programme)
{
    const struct programme *p =
        entitle_rules(l->entitle, str_of(code_of(l, programme)), l->terms.month);
    return p != NULL && p->name != NULL ? p->name : "";
}

/* ---- adding up ---- */

static enum status add_up(struct listing *l, struct diag *d)
{
    for (size_t i = 0; i < unclaimed_count(l->found); i++) {
        const struct unclaimed_row *row = unclaimed_at(l->found, i);
        struct count *c = &l->by[row->programme][kind_of(l, row)];
        c->cases++;
        l->total.cases++;
        if (!money_add(c->fen, row->fen, &c->fen) ||
            !money_add(l->total.fen, row->fen, &l->total.fen)) {
            return diag_fail(d, ST_INTERNAL, "sum", "a sum is out of range");
        }
    }
    return ST_OK;
}

/* The rows of one unit begin at *at; their people and sums, and *at is behind them. */
static uint32_t add_unit(const struct listing *l, size_t *at, struct count *cases,
                         uint64_t *people)
{
    uint32_t unit = unclaimed_at(l->found, *at)->unit;
    uint64_t last = 0;
    *cases = (struct count){0};
    *people = 0;
    while (*at < unclaimed_count(l->found)) {
        const struct unclaimed_row *row = unclaimed_at(l->found, *at);
        if (row->unit != unit) {
            break;
        }
        *people += row->person != last ? 1 : 0;
        last = row->person;
        cases->cases++;
        cases->fen += row->fen; /* a part of the total, which fits */
        (*at)++;
    }
    return unit;
}

/* ---- people ---- */

static enum status take(const struct listing *l, struct shown *s,
                        const struct unclaimed_row *row, struct diag *d)
{
    struct people p = {0};
    s->row = row;
    if (s->person == row->person) {
        return ST_OK;
    }
    enum status st = people_open(&p, l->e->ledger, row->person, UINT64_MAX, d);
    if (st == ST_OK) {
        s->person = row->person;
        people_name(p.person, l->clear, s->name);
        people_id_number(p.person, l->clear, s->id);
    }
    people_close(&p);
    return st;
}

/* ---- a file ---- */

static enum status add_row(const struct listing *l, const struct shown *s,
                           struct table_file *f, struct diag *d)
{
    const struct unclaimed_row *row = s->row;
    table_file_text(f, unclaimed_unit(l->found, row->unit));
    table_file_count(f, row->person);
    table_file_text(f, s->name);
    table_file_text(f, s->id);
    table_file_text(f, code_of(l, row->programme));
    table_file_text(f, name_of(l, row->programme));
    table_file_text(f, kind_words(&l->e->out, kind_of(l, row)));
    table_file_text(f, row->attribute != NULL ? row->attribute : "");
    table_file_text(f, row->tier != NULL ? row->tier->name : "");
    if (row->fen > 0) {
        table_file_fen(f, row->fen);
    } else {
        table_file_text(f, "");
    }
    return table_file_row(f, d);
}

static enum status add_head(const struct output *o, struct table_file *f,
                            struct diag *d)
{
    static const char *const en[] = {
        "unit",           "person", "name",    "id_number", "programme",
        "programme_name", "reason", "missing", "tier",      "yuan_a_month"};
    static const char *const zh[] = {"村居",     "编号",        "姓名", "身份证号",
                                     "项目代码", "补贴项目",    "原因", "缺少",
                                     "档次",     "月金额（元）"};
    for (size_t i = 0; i < COMMAND_COUNT(en); i++) {
        table_file_text(f, o->zh ? zh[i] : en[i]);
    }
    return table_file_row(f, d);
}

static enum status write_rows(const struct listing *l, struct table_file *f,
                              struct diag *d)
{
    struct shown s = {.person = 0};
    TRY(add_head(&l->e->out, f, d));
    for (size_t i = 0; i < unclaimed_count(l->found); i++) {
        TRY(take(l, &s, unclaimed_at(l->found, i), d));
        TRY(add_row(l, &s, f, d));
    }
    return ST_OK;
}

static enum status write_file(const struct listing *l, const char *path, struct diag *d)
{
    struct table_file f;
    enum status st = table_file_open(&f, l->e, path, d);
    if (st == ST_OK) {
        st = write_rows(l, &f, d);
    }
    if (st == ST_OK) {
        st = table_file_commit(&f, d);
    }
    table_file_drop(&f);
    return st;
}

/* ---- JSON ---- */

static void put_count(struct json *item, const struct count *c)
{
    json_put_uint(item, "people", c->cases);
    json_put_int(item, "fen_a_month", c->fen);
}

static void put_sums(const struct listing *l, struct json *list)
{
    for (size_t i = 0; i < EVAL_PROGRAMMES_MAX; i++) {
        for (size_t k = 0; k < KINDS; k++) {
            if (l->by[i][k].cases > 0) {
                struct json *item = json_add_object(list);
                json_put_text(item, "programme", code_of(l, i));
                json_put_text(item, "reason", kind_name(k));
                put_count(item, &l->by[i][k]);
            }
        }
    }
}

static void put_units(const struct listing *l, struct json *list)
{
    size_t at = 0;
    while (at < unclaimed_count(l->found)) {
        struct count c;
        uint64_t people;
        uint32_t unit = add_unit(l, &at, &c, &people);
        struct json *item = json_add_object(list);
        json_put_text(item, "unit", unclaimed_unit(l->found, unit));
        json_put_uint(item, "cases", c.cases);
        c.cases = people;
        put_count(item, &c);
    }
}

static void put_person(const struct listing *l, const struct shown *s,
                       struct json *item)
{
    const struct unclaimed_row *row = s->row;
    json_put_uint(item, "person", row->person);
    json_put_text(item, "name", s->name);
    json_put_text(item, "id_number", s->id);
    json_put_text(item, "unit", unclaimed_unit(l->found, row->unit));
    json_put_text(item, "programme", code_of(l, row->programme));
    json_put_text(item, "reason", kind_name(kind_of(l, row)));
    if (row->attribute != NULL) {
        json_put_text(item, "missing", row->attribute);
    }
    if (row->tier != NULL) {
        json_put_text(item, "tier", row->tier->name);
    }
    json_put_int(item, "fen_a_month", row->fen);
}

static enum status put_all(const struct listing *l, const char *path, struct diag *d)
{
    struct json *top = output_object(&l->e->out, "almoner.unclaimed/1");
    struct shown s = {.person = 0};
    char month[DATE_TEXT_CAP];
    month_print(l->terms.month, month);
    json_put_text(top, "period", month);
    json_put_bool(top, "warned", l->terms.warned);
    json_put_bool(top, "revealed", l->clear);
    json_put_uint(top, "beneficiaries", unclaimed_people(l->found));
    json_put_uint(top, "cases", l->total.cases);
    json_put_int(top, "fen_a_month", l->total.fen);
    put_sums(l, json_put_list(top, "reasons"));
    put_units(l, json_put_list(top, "units"));
    if (path != NULL) {
        json_put_text(top, "file", path);
        return ST_OK;
    }
    struct json *list = json_put_list(top, "people");
    for (size_t i = 0; i < unclaimed_count(l->found); i++) {
        TRY(take(l, &s, unclaimed_at(l->found, i), d));
        put_person(l, &s, json_add_object(list));
    }
    return ST_OK;
}

/* ---- for people ---- */

static void print_sums(const struct listing *l)
{
    const struct output *o = &l->e->out;
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    sheet_column(&t, TEXT(o, "yuan a month, about", "月金额约（元）"), true);
    for (size_t i = 0; i < EVAL_PROGRAMMES_MAX; i++) {
        for (size_t k = 0; k < KINDS; k++) {
            const struct count *c = &l->by[i][k];
            if (c->cases > 0) {
                sheet_cell(&t, "%s %s", code_of(l, i), name_of(l, i));
                sheet_cell(&t, "%s", kind_words(o, k));
                sheet_cell(&t, "%llu", (unsigned long long)c->cases);
                sheet_fen(&t, c->fen);
            }
        }
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_units(const struct listing *l)
{
    const struct output *o = &l->e->out;
    struct sheet t;
    size_t at = 0;
    size_t lines = 0;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "unit", "村居"), false);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    sheet_column(&t, TEXT(o, "yuan a month, about", "月金额约（元）"), true);
    while (at < unclaimed_count(l->found) && lines++ < UNITS_LISTED_MAX) {
        struct count c;
        uint64_t people;
        uint32_t unit = add_unit(l, &at, &c, &people);
        sheet_cell(&t, "%s", unclaimed_unit(l->found, unit));
        sheet_cell(&t, "%llu", (unsigned long long)people);
        sheet_fen(&t, c.fen);
    }
    output_data(o, "\n");
    (void)sheet_end(&t, o, ST_OK);
}

static void print_row(const struct listing *l, const struct shown *s, struct sheet *t)
{
    const struct output *o = &l->e->out;
    const struct unclaimed_row *row = s->row;
    sheet_cell(t, "%s", unclaimed_unit(l->found, row->unit));
    sheet_cell(t, "%llu", (unsigned long long)row->person);
    sheet_cell(t, "%s", s->name);
    sheet_cell(t, "%s", s->id);
    sheet_cell(t, "%s", code_of(l, row->programme));
    sheet_cell(t, "%s%s%s", kind_words(o, kind_of(l, row)),
               row->attribute != NULL ? TEXT(o, ": ", "：") : "",
               row->attribute != NULL ? row->attribute : "");
    sheet_cell(t, "%s", row->tier != NULL ? row->tier->name : "");
    if (row->fen > 0) {
        sheet_fen(t, row->fen);
    } else {
        sheet_cell(t, "%s", "");
    }
}

static enum status print_people(const struct listing *l, struct diag *d)
{
    const struct output *o = &l->e->out;
    size_t count = unclaimed_count(l->found);
    struct shown s = {.person = 0};
    struct sheet t;
    enum status st = ST_OK;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "unit", "村居"), false);
    sheet_column(&t, TEXT(o, "person", "编号"), true);
    sheet_column(&t, TEXT(o, "name", "姓名"), false);
    sheet_column(&t, TEXT(o, "ID number", "身份证号"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    sheet_column(&t, TEXT(o, "tier", "档次"), false);
    sheet_column(&t, TEXT(o, "a month", "月金额"), true);
    for (size_t i = 0; st == ST_OK && i < count && i < LISTED_MAX; i++) {
        st = take(l, &s, unclaimed_at(l->found, i), d);
        if (st == ST_OK) {
            print_row(l, &s, &t);
        }
    }
    output_data(o, "\n");
    TRY(sheet_end(&t, o, st));
    if (count > LISTED_MAX) {
        output_data(o,
                    TEXT(o, "and %llu more: --out FILE writes them all\n",
                         "另有 %llu 条：用 --out FILE 全部写出\n"),
                    (unsigned long long)(count - LISTED_MAX));
    }
    return ST_OK;
}

static enum status print_all(const struct listing *l, const char *path, struct diag *d)
{
    const struct output *o = &l->e->out;
    char month[DATE_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    char people[WORDS_COUNT_CAP];
    char cases[WORDS_COUNT_CAP];
    month_print(l->terms.month, month);
    money_print_grouped(l->total.fen, fen);
    output_data(
        o,
        TEXT(o, "%s: %s, %s, about %s yuan a month\n", "%s：查 %s，%s，每月约 %s 元\n"),
        month, words_count(o, unclaimed_people(l->found), WORDS_PEOPLE, people),
        words_count(o, l->total.cases, WORDS_CASES, cases), fen);
    if (l->total.cases == 0) {
        return ST_OK;
    }
    output_data(o, "\n");
    print_sums(l);
    print_units(l);
    if (path == NULL) {
        return print_people(l, d);
    }
    output_done(o, TEXT(o, "wrote %s\n", "已写出 %s\n"), path);
    return ST_OK;
}

/* ---- the command ---- */

/* Revealing is recorded before anything is shown. */
static enum status open_for(struct listing *l, struct diag *d)
{
    struct env *e = l->e;
    const char *code = options_text(&e->options, "programme");
    const char *purpose;
    TRY(l->clear ? env_write(e, ANY_ROLE, d) : env_read_people(e, d));
    if (l->clear) {
        TRY(people_purpose(e, "report unclaimed", &purpose, d));
        TRY(admin_reveal(e->ledger, 0, purpose, d));
    }
    l->terms.month = month_of_day(ledger_today(e->ledger));
    TRY(options_month(&e->options, "period", &l->terms.month, d));
    TRY(entitle_open(&l->entitle, e->ledger, UINT32_MAX, d));
    if (code == NULL) {
        return ST_OK;
    }
    l->terms.programme =
        policy_set_programme_find(entitle_policies(l->entitle), str_of(code));
    if (l->terms.programme < 0) {
        diag_fail(d, ST_CONFLICT, "unknown-programme", "no confirmed policy knows %s",
                  code);
        return diag_hint(d, "almoner policy list shows the policies");
    }
    return ST_OK;
}

static enum status list_all(struct listing *l, struct diag *d)
{
    struct env *e = l->e;
    const char *path = options_text(&e->options, "out");
    TRY(open_for(l, d));
    enum status st =
        unclaimed_find(e->ledger, l->entitle, &l->terms, &e->progress, &l->found, d);
    meter_end(&e->meter);
    TRY(st);
    TRY(add_up(l, d));
    if (path != NULL) {
        TRY(write_file(l, path, d));
    }
    return e->out.json ? put_all(l, path, d) : print_all(l, path, d);
}

static enum status run_unclaimed(struct env *e, struct diag *d)
{
    struct listing *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return diag_memory(d);
    }
    l->e = e;
    l->terms.programme = -1;
    l->terms.warned = options_flag(&e->options, "warned");
    l->clear = options_flag(&e->options, "reveal");
    enum status st = list_all(l, d);
    unclaimed_free(l->found);
    entitle_close(l->entitle);
    free(l);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"period", 0, OPTION_TEXT, "YYYY-MM", "the month looked at (else the current one)"},
    {"programme", 0, OPTION_TEXT, "CODE", "only of one programme"},
    {"warned", 0, OPTION_FLAG, NULL,
     "instead: whose rules need a value or tier that is missing"},
    {"out", 0, OPTION_TEXT, "FILE", "write the people as CSV, or .xlsx by its name"},
    {"reveal", 0, OPTION_FLAG, NULL, "in clear; that it was shown is recorded"},
    {"purpose", 0, OPTION_TEXT, "TEXT", "why it is shown in clear, for the record"},
};

static const struct command ITEMS[] = {
    {
        .name = "report unclaimed",
        .run = run_unclaimed,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "who would be eligible and gets nothing, and why",
        .brief_zh = "符合条件而未享受的人员及原因（政策找人）",
        .text =
            "Evaluates everybody for one month as if entry and certification were "
            "given, and lists who gets nothing for want of a claim or approval, of a "
            "certification, of an assessment (an attribute without any value alone "
            "keeps a tier from matching), or of a decision that names tier or amount; "
            "with what a month would bring, less what a conflict would take away. "
            "Names and numbers are masked unless --reveal, which needs WHO and is "
            "itself a record. In a live ledger WHO is always needed.",
        .example = "  almoner -C baoqing report unclaimed --period 2026-09\n"
                   "  almoner -C baoqing report unclaimed --programme old-age \\\n"
                   "      --out unclaimed.csv --reveal --as lina --key lina.pem",
    },
};
const struct command_list commands_unclaimed = {NULL, NULL, ITEMS,
                                                COMMAND_COUNT(ITEMS)};
