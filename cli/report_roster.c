/* report_roster.c - how many people there are, by unit: villages and
 * townships as their facts say today, those that are over under their successors. No
 * name is shown. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "ledger/account.h"
#include "ledger/unit.h"

#define ROSTER_UNITS_MAX 50000

struct roster_unit {
    char code[UNIT_CODE_MAX * 4 + 1];
    const struct unit_entry *unit; /* NULL: not in the register of units */
    uint64_t people;               /* alive today */
    uint64_t dead;
    int64_t due_fen, receivable_fen;
};

struct roster {
    struct ledger *l;
    bool by_unit;
    struct unit_list units;
    size_t count, room;
    struct roster_unit *rows; /* sorted when all is counted */
    struct vault_row row;
    struct person *person;
    struct account *account;
};

static struct roster_unit *row_of(struct roster *r, struct str code)
{
    for (size_t i = r->count; i > 0; i--) { /* people of a village came together */
        if (str_is(code, r->rows[i - 1].code)) {
            return &r->rows[i - 1];
        }
    }
    if (r->count == ROSTER_UNITS_MAX) {
        return NULL;
    }
    if (r->count == r->room) {
        size_t room = r->room == 0 ? 64 : 2 * r->room;
        struct roster_unit *rows = realloc(r->rows, room * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        r->rows = rows;
        r->room = room;
    }
    struct roster_unit *u = &r->rows[r->count];
    memset(u, 0, sizeof *u);
    if (!str_copy(code, u->code, sizeof u->code)) {
        return NULL;
    }
    r->count++;
    return u;
}

static bool add_money(const struct account *a, struct roster_unit *u)
{
    bool fits = true;
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *s = &p->segments[k];
            fits = fits &&
                   money_add(u->due_fen, s->fen[ACCOUNT_DUE] * s->months, &u->due_fen);
            fits = fits &&
                   money_add(u->receivable_fen, s->fen[ACCOUNT_RECEIVABLE] * s->months,
                             &u->receivable_fen);
        }
    }
    return fits;
}

static enum status take_person(struct roster *r, uint64_t number, struct str sealed,
                               struct diag *d)
{
    uint8_t key[8];
    struct str account;
    int32_t today = ledger_today(r->l);
    TRY(vault_row_open(r->l, number, sealed, &r->row, d));
    TRY(person_read(buf_str(&r->row.plain), UINT64_MAX, r->person, d));
    if (r->person->merged_into != 0 || person_is_institution(r->person)) {
        return ST_OK;
    }
    struct str code = r->by_unit ? person_value(r->person, "unit", today) : str_of("");
    const struct unit_entry *unit = unit_list_resolve(&r->units, code, today);
    struct roster_unit *u = row_of(r, unit != NULL ? str_of(unit->code) : code);
    if (u == NULL) {
        return diag_fail(d, ST_SYSTEM, "memory", "more units than there is room for");
    }
    u->unit = unit;
    if (person_death(r->person) <= today) {
        u->dead++;
    } else {
        u->people++;
    }
    put_u64(key, number);
    TRY(store_get(ledger_txn(r->l), TABLE_ACCOUNTS, str_make(key, 8), &account, d));
    TRY(account_read(account, r->account, d));
    return add_money(r->account, u)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "total", "a sum is out of range");
}

static enum status count_all(struct roster *r, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str sealed;
    TRY(unit_list_load(&r->units, ledger_txn(r->l), d));
    TRY(store_cursor_open(ledger_txn(r->l), TABLE_PEOPLE, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &sealed, d);
    while (st == ST_OK && key.p != NULL) {
        st = take_person(r, get_u64((const uint8_t *)key.p), sealed, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &sealed, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static int by_code(const void *a, const void *b)
{
    const struct roster_unit *x = a;
    const struct roster_unit *y = b;
    return strcmp(x->code, y->code);
}

static void put_unit(struct json *item, const struct roster_unit *u)
{
    json_put_text(item, "unit", u->code);
    json_put_text(item, "name", u->unit != NULL ? u->unit->name : "");
    json_put_uint(item, "people", u->people);
    json_put_uint(item, "dead", u->dead);
    json_put_int(item, "due_fen", u->due_fen);
    json_put_int(item, "receivable_fen", u->receivable_fen);
}

static void add_row(struct sheet *t, const struct roster_unit *u, const char *code)
{
    sheet_cell(t, "%s", code);
    sheet_cell(t, "%s", u->unit != NULL ? u->unit->name : "");
    sheet_cell(t, "%llu", (unsigned long long)u->people);
    sheet_cell(t, "%llu", (unsigned long long)u->dead);
    sheet_fen(t, u->due_fen);
    sheet_fen(t, u->receivable_fen);
}

static bool sum_up(const struct roster *r, struct roster_unit *all)
{
    bool fits = true;
    memset(all, 0, sizeof *all);
    for (size_t i = 0; i < r->count; i++) {
        const struct roster_unit *u = &r->rows[i];
        all->people += u->people;
        all->dead += u->dead;
        fits = fits && money_add(all->due_fen, u->due_fen, &all->due_fen);
        fits = fits &&
               money_add(all->receivable_fen, u->receivable_fen, &all->receivable_fen);
    }
    return fits;
}

static enum status show(struct env *e, const struct roster *r, struct diag *d)
{
    const struct output *o = &e->out;
    struct json *top = o->json ? output_object(&e->out, "almoner.roster/1") : NULL;
    struct json *list = top != NULL ? json_put_list(top, "units") : NULL;
    struct roster_unit all;
    struct sheet t;
    if (!sum_up(r, &all)) {
        return diag_fail(d, ST_INTEGRITY, "total", "a sum is out of range");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "unit", "管理单位"), false);
    sheet_column(&t, TEXT(o, "name", "名称"), false);
    sheet_column(&t, TEXT(o, "alive", "在世"), true);
    sheet_column(&t, TEXT(o, "dead", "已死亡"), true);
    sheet_column(&t, TEXT(o, "due", "待发"), true);
    sheet_column(&t, TEXT(o, "receivable", "应追缴"), true);
    for (size_t i = 0; i < r->count; i++) {
        const struct roster_unit *u = &r->rows[i];
        if (list != NULL) {
            put_unit(json_add_object(list), u);
        }
        add_row(&t, u, u->code[0] != '\0' ? u->code : TEXT(o, "none", "未登记"));
    }
    if (r->by_unit && r->count > 0) {
        add_row(&t, &all, TEXT(o, "total", "合计"));
    }
    if (top != NULL) {
        json_put_uint(top, "people", all.people);
    }
    return sheet_end(&t, o, ST_OK);
}

static enum status run_roster(struct env *e, struct diag *d)
{
    struct roster r = {.by_unit = options_flag(&e->options, "by-unit")};
    TRY(env_read_people(e, d));
    r.l = e->ledger;
    vault_row_init(&r.row);
    r.person = calloc(1, sizeof *r.person);
    r.account = calloc(1, sizeof *r.account);
    enum status st = r.person == NULL || r.account == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = count_all(&r, d);
    }
    if (st == ST_OK) {
        if (r.count > 0) {
            qsort(r.rows, r.count, sizeof *r.rows, by_code);
        }
        st = show(e, &r, d);
    }
    vault_row_release(&r.row);
    unit_list_release(&r.units);
    free(r.person);
    free(r.account);
    free(r.rows);
    return st;
}

static const struct option_spec ROSTER[] = {
    {"by-unit", 0, OPTION_FLAG, NULL, "one row for each village, community, township"},
};

static const struct command ITEMS[] = {
    {
        .name = "report roster",
        .run = run_roster,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(ROSTER),
        .brief = "how many people there are, by unit",
        .brief_zh = "按管理单位统计人数",
        .text = "Alive and dead as of today, what is due to them and what they owe "
                "back. With --by-unit by the unit their facts name today; a unit that "
                "is over is counted under its successor (import units). Duplicates "
                "that were merged, and institutions, are not counted. In a live ledger "
                "WHO is needed.",
        .example = "  almoner -C baoqing report roster --by-unit",
    },
};
const struct command_list commands_roster = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
