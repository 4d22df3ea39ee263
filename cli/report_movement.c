/* report_movement.c - who began, stopped and changed between two months (增减变动表), by
 * programme and unit: numbers and yuan of what is granted for each of the two months,
 * as it stands now. No name is shown. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/roll.h"
#include "ledger/account.h"
#include "ledger/unit.h"

#define ROWS_MAX 200000

struct count {
    uint64_t people;
    int64_t fen;
};
enum move { MOVE_BEGAN, MOVE_STOPPED, MOVE_CHANGED, MOVE_SAME, MOVE_KINDS };

struct moved { /* of one unit and programme */
    char unit[UNIT_CODE_MAX * 4 + 1];
    char name[TEXT_MAX + 1];
    char programme[PROGRAMME_CODE_MAX + 1];
    struct count of[MOVE_KINDS]; /* fen: of the later month; stopped: of the earlier */
    int64_t before_fen, now_fen;
};

struct movement {
    struct ledger *l;
    bool by_unit;
    int32_t since, period;
    struct unit_list units;
    size_t count, room;
    struct moved *rows; /* sorted when all is counted */
    struct vault_row row;
    struct person *person;
    struct account *account;
};

static struct moved *row_of(struct movement *m, const char *unit, const char *programme)
{
    for (size_t i = m->count; i > 0; i--) { /* people of a village came together */
        struct moved *x = &m->rows[i - 1];
        if (strcmp(x->unit, unit) == 0 && strcmp(x->programme, programme) == 0) {
            return x;
        }
    }
    if (m->count == m->room && m->room < ROWS_MAX) {
        size_t room = m->room == 0 ? 64 : 2 * m->room;
        struct moved *rows = realloc(m->rows, room * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        m->rows = rows;
        m->room = room;
    }
    if (m->count == m->room) {
        return NULL;
    }
    struct moved *x = &m->rows[m->count++];
    memset(x, 0, sizeof *x);
    must(str_copy(str_of(unit), x->unit, sizeof x->unit));
    must(str_copy(str_of(programme), x->programme, sizeof x->programme));
    return x;
}

static bool count_one(struct moved *x, int64_t before, int64_t now)
{
    enum move kind = before == 0     ? MOVE_BEGAN
                     : now == 0      ? MOVE_STOPPED
                     : before != now ? MOVE_CHANGED
                                     : MOVE_SAME;
    struct count *c = &x->of[kind];
    c->people++;
    return money_add(c->fen, kind == MOVE_STOPPED ? before : now, &c->fen) &&
           money_add(x->before_fen, before, &x->before_fen) &&
           money_add(x->now_fen, now, &x->now_fen);
}

static enum status take_account(struct movement *m, const char *code, const char *name,
                                struct diag *d)
{
    for (size_t i = 0; i < m->account->count; i++) {
        const struct account_programme *p = &m->account->programmes[i];
        int64_t before = account_granted(p, m->since);
        int64_t now = account_granted(p, m->period);
        if (before == 0 && now == 0) {
            continue;
        }
        struct moved *x = row_of(m, code, p->code);
        if (x == NULL) {
            return diag_fail(d, ST_SYSTEM, "memory",
                             "more units than there is room for");
        }
        (void)str_copy(str_of(name), x->name, sizeof x->name);
        if (!count_one(x, before, now)) {
            return diag_fail(d, ST_INTEGRITY, "total", "a sum is out of range");
        }
    }
    return ST_OK;
}

static enum status take_person(struct movement *m, uint64_t number, struct str account,
                               struct diag *d)
{
    uint8_t key[8];
    char code[UNIT_CODE_MAX * 4 + 1] = "";
    struct str sealed;
    const struct unit_entry *unit = NULL;
    TRY(account_read(account, m->account, d));
    if (m->account->forward != 0) {
        return ST_OK;
    }
    put_u64(key, number);
    TRY(store_get(ledger_txn(m->l), TABLE_PEOPLE, str_make(key, 8), &sealed, d));
    if (m->by_unit && sealed.p != NULL) {
        int32_t today = ledger_today(m->l);
        TRY(vault_row_open(m->l, number, sealed, &m->row, d));
        TRY(person_read(buf_str(&m->row.plain), UINT64_MAX, m->person, d));
        struct str says = person_value(m->person, "unit", today);
        unit = unit_list_resolve(&m->units, says, today);
        (void)str_copy(unit != NULL ? str_of(unit->code) : says, code, sizeof code);
    }
    return take_account(m, code, unit != NULL ? unit->name : "", d);
}

static enum status count_all(struct movement *m, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    TRY(unit_list_load(&m->units, ledger_txn(m->l), d));
    TRY(store_cursor_open(ledger_txn(m->l), TABLE_ACCOUNTS, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        st = take_person(m, get_u64((const uint8_t *)key.p), row, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static int by_unit(const void *a, const void *b)
{
    const struct moved *x = a;
    const struct moved *y = b;
    int order = strcmp(x->unit, y->unit);
    return order != 0 ? order : strcmp(x->programme, y->programme);
}

static const struct roll_column COLUMNS[] = {
    {"unit", "unit", "村居", false},
    {"name", "name", "名称", false},
    {"programme", "programme", "补贴项目", false},
    {"began", "began", "新增人数", true},
    {"began_fen", "yuan", "新增金额", true},
    {"stopped", "stopped", "停发人数", true},
    {"stopped_fen", "yuan", "停发金额", true},
    {"changed", "changed", "变动人数", true},
    {"changed_fen", "yuan now", "变动后金额", true},
    {"same", "same", "未变人数", true},
    {"same_fen", "yuan", "未变金额", true},
    {"before_fen", "before", "前月合计", true},
    {"now_fen", "now", "本月合计", true},
};

static enum status show(struct env *e, struct movement *m, struct diag *d)
{
    struct roll r;
    enum status st = roll_begin(&r, e, COLUMNS, COMMAND_COUNT(COLUMNS),
                                options_text(&e->options, "out"), d);
    if (st == ST_OK && e->out.json) {
        roll_list(&r, json_put_list(output_object(&e->out, "almoner.report-movement/1"),
                                    "rows"));
    }
    for (size_t i = 0; st == ST_OK && i < m->count; i++) {
        const struct moved *x = &m->rows[i];
        roll_text(&r, "%s", x->unit);
        roll_text(&r, "%s", x->name);
        roll_text(&r, "%s", x->programme);
        for (int k = 0; k < MOVE_KINDS; k++) {
            roll_uint(&r, x->of[k].people);
            roll_fen(&r, x->of[k].fen);
        }
        roll_fen(&r, x->before_fen);
        roll_fen(&r, x->now_fen);
        st = roll_row(&r, d);
    }
    return roll_end(&r, st, d);
}

static enum status run_movement(struct env *e, struct diag *d)
{
    const char *given;
    struct movement m = {.by_unit = options_flag(&e->options, "by-unit")};
    enum status st;
    TRY(options_need(&e->options, "period", &given, d));
    TRY(options_month(&e->options, "period", &m.period, d));
    m.since = m.period - 1;
    TRY(options_month(&e->options, "since", &m.since, d));
    TRY(env_read_people(e, d));
    m.l = e->ledger;
    vault_row_init(&m.row);
    m.person = calloc(1, sizeof *m.person);
    m.account = calloc(1, sizeof *m.account);
    st = m.person == NULL || m.account == NULL ? diag_memory(d) : count_all(&m, d);
    if (st == ST_OK) {
        if (m.count > 0) {
            qsort(m.rows, m.count, sizeof *m.rows, by_unit);
        }
        st = show(e, &m, d);
    }
    free(m.rows);
    free(m.account);
    free(m.person);
    vault_row_release(&m.row);
    unit_list_release(&m.units);
    return st;
}

static const struct option_spec MOVEMENT[] = {
    {"period", 0, OPTION_TEXT, "YYYY-MM", "the later month"},
    {"since", 0, OPTION_TEXT, "YYYY-MM", "the earlier one (else the month before)"},
    {"by-unit", 0, OPTION_FLAG, NULL, "one row for each village, community, township"},
    {"out", 0, OPTION_TEXT, "FILE", "the rows as CSV or .xlsx, not shown"},
};

static const struct command ITEMS[] = {
    {
        .name = "report movement",
        .run = run_movement,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(MOVEMENT),
        .brief = "who began, stopped and changed between two months",
        .brief_zh = "增减变动表",
        .text = "For each programme: how many have something granted for the later "
                "month and not for the earlier, the other way round, another amount, "
                "the same; and the yuan. In a live ledger WHO is needed.",
        .example = "  almoner -C baoqing report movement --period 2026-10 --by-unit",
    },
};
const struct command_list commands_movement = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
