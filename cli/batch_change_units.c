/* batch_change_units.c - see batch_change_units.h. */
#include "cli/batch_change_units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "batch/past.h"
#include "cli/batch_change.h"
#include "cli/sheet.h"
#include "ledger/erasure.h"
#include "ledger/line.h"
#include "ledger/unit.h"
#include "ledger/vault.h"

#define PROGRAMMES_SHOWN_MAX 64 /* as many as evaluation knows */

enum change { NEW, RESUMED, STOPPED, CHANGED, SAME, CHANGES };
static const char *const KEYS[CHANGES] = {"new", "resumed", "stopped", "changed",
                                          "same"};

struct unit_sum {
    char code[UNIT_CODE_MAX + 1]; /* "": not on file */
    struct batch_change_sum sums[CHANGES];
};

struct programme_sum {
    char code[PROGRAMME_CODE_MAX + 1];
    uint64_t lines, before_lines;
    int64_t fen, before_fen;
};

struct changing {
    struct ledger *l;
    const struct progress *progress;
    struct batch_entry batch, before;
    struct past past; /* batches before the one before */
    struct unit_list units;
    struct vault_row row;
    struct person *person;
    size_t count, room;
    struct unit_sum *by_unit; /* by code */
    struct unit_sum total;
    size_t programme_count;
    struct programme_sum programmes[PROGRAMMES_SHOWN_MAX];
    uint64_t seen;
};

/* ---- units ---- */

static enum status add_unit(struct changing *c, size_t at, struct str code,
                            struct diag *d)
{
    if (c->count == c->room) {
        size_t room = c->room == 0 ? 64 : c->room * 2;
        struct unit_sum *list = realloc(c->by_unit, room * sizeof *list);
        if (list == NULL) {
            return diag_memory(d);
        }
        c->by_unit = list;
        c->room = room;
    }
    memmove(&c->by_unit[at + 1], &c->by_unit[at],
            (c->count - at) * sizeof c->by_unit[0]);
    memset(&c->by_unit[at], 0, sizeof c->by_unit[at]);
    (void)str_copy(code, c->by_unit[at].code, sizeof c->by_unit[at].code);
    c->count++;
    return ST_OK;
}

static enum status unit_at(struct changing *c, struct str code, struct unit_sum **out,
                           struct diag *d)
{
    size_t low = 0;
    size_t high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(str_of(c->by_unit[middle].code), code) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == c->count || !str_is(code, c->by_unit[low].code)) {
        TRY(add_unit(c, low, code, d));
    }
    *out = &c->by_unit[low];
    return ST_OK;
}

/* The unit's code as it is now; of who was erased, or is in none, "". */
static enum status unit_of(struct changing *c, uint64_t person, struct str *code,
                           struct diag *d)
{
    *code = str_of("");
    enum status st = vault_row_read(c->l, person, &c->row, d);
    if (erasure_failed(st, d)) {
        return ST_OK;
    }
    TRY(st);
    TRY(person_read_some(buf_str(&c->row.plain), UINT64_MAX, UINT32_C(1) << FACT_UNIT,
                         c->person, d));
    struct str on_file = person_value(c->person, "unit", c->batch.pay_day);
    const struct unit_entry *u =
        unit_list_resolve(&c->units, on_file, c->batch.pay_day);
    *code = u != NULL                    ? str_of(u->code)
            : on_file.n <= UNIT_CODE_MAX ? on_file
                                         : str_of("");
    return ST_OK;
}

/* ---- people ---- */

static enum status kind_of(struct changing *c, const struct batch_change_person *p,
                           enum change *out, struct diag *d)
{
    struct line_entry x;
    bool found = false;
    if (p->now && p->then) {
        *out = p->now_fen == p->then_fen ? SAME : CHANGED;
        return ST_OK;
    }
    if (p->now) {
        TRY(past_find(&c->past, p->person, NULL, ~(1U << LINE_DROPPED), &x, &found, d));
    }
    *out = !p->now ? STOPPED : found ? RESUMED : NEW;
    return ST_OK;
}

static enum status take_person(void *ctx, const struct batch_change_person *p,
                               struct diag *d)
{
    struct changing *c = ctx;
    struct unit_sum *unit;
    struct str code;
    enum change k;
    TRY(kind_of(c, p, &k, d));
    TRY(unit_of(c, p->person, &code, d));
    TRY(unit_at(c, code, &unit, d));
    int64_t fen = k == SAME ? p->now_fen : p->now_fen - p->then_fen;
    unit->sums[k].people++;
    unit->sums[k].fen += fen; /* a batch's total fits, so a part of it does */
    c->total.sums[k].people++;
    c->total.sums[k].fen += fen;
    if (++c->seen % 4096 == 0) {
        progress_tick(c->progress, "change", c->seen, c->batch.lines);
    }
    return ST_OK;
}

/* ---- programmes ---- */

static struct programme_sum *programme_at(struct changing *c, const char *code)
{
    size_t i = 0;
    while (i < c->programme_count && strcmp(c->programmes[i].code, code) != 0) {
        i++;
    }
    if (i == c->programme_count && i < PROGRAMMES_SHOWN_MAX) {
        memset(&c->programmes[i], 0, sizeof c->programmes[i]);
        (void)str_copy(str_of(code), c->programmes[i].code,
                       sizeof c->programmes[i].code);
        c->programme_count++;
    }
    return i < PROGRAMMES_SHOWN_MAX ? &c->programmes[i] : NULL;
}

static enum status add_lines(struct changing *c, const struct batch_entry *b,
                             bool before, struct diag *d)
{
    for (uint32_t n = 1; n <= b->lines; n++) {
        struct line_entry x;
        TRY(line_get(ledger_txn(c->l), b->number, n, &x, d));
        struct programme_sum *p =
            x.state == LINE_DROPPED ? NULL : programme_at(c, x.programme);
        if (p != NULL && before) {
            p->before_lines++;
            p->before_fen += x.fen;
        } else if (p != NULL) {
            p->lines++;
            p->fen += x.fen;
        }
    }
    return ST_OK;
}

/* ---- showing ---- */

static void put_sums(struct json *o, const struct unit_sum *u)
{
    for (int k = 0; k < CHANGES; k++) {
        struct json *item = json_put_object(o, KEYS[k]);
        json_put_uint(item, "people", u->sums[k].people);
        json_put_int(item, "fen", u->sums[k].fen);
    }
}

static const char *name_of(const struct changing *c, const char *code)
{
    const struct unit_entry *u = unit_list_find(&c->units, str_of(code));
    return u != NULL ? u->name : "";
}

static void put_change(const struct changing *c, struct json *top)
{
    struct json *o = json_put_object(top, "change");
    if (c->before.number == 0) {
        json_put_null(o, "before");
    } else {
        json_put_uint(o, "before", c->before.number);
        json_put_day(o, "before_pay_date", c->before.pay_day);
    }
    put_sums(json_put_object(o, "total"), &c->total);
    struct json *units = json_put_list(o, "units");
    for (size_t i = 0; i < c->count; i++) {
        struct json *item = json_add_object(units);
        json_put_text(item, "unit", c->by_unit[i].code);
        json_put_text(item, "name", name_of(c, c->by_unit[i].code));
        put_sums(item, &c->by_unit[i]);
    }
    struct json *list = json_put_list(o, "programmes");
    for (size_t i = 0; i < c->programme_count; i++) {
        const struct programme_sum *p = &c->programmes[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "programme", p->code);
        json_put_uint(item, "lines", p->lines);
        json_put_int(item, "fen", p->fen);
        json_put_uint(item, "before_lines", p->before_lines);
        json_put_int(item, "before_fen", p->before_fen);
    }
}

static void add_sums(struct sheet *t, const char *name, const struct unit_sum *u)
{
    sheet_cell(t, "%s", name);
    for (int k = 0; k < CHANGES; k++) {
        sheet_cell(t, "%" PRIu64, u->sums[k].people);
        sheet_fen(t, u->sums[k].fen);
    }
}

static void print_units(const struct changing *c, const struct output *o)
{
    const char *const words[CHANGES] = {
        TEXT(o, "new", "新增"), TEXT(o, "resumed", "恢复"), TEXT(o, "stopped", "停发"),
        TEXT(o, "changed", "变动"), TEXT(o, "same", "不变")};
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "unit", "管理单位"), false);
    for (int k = 0; k < CHANGES; k++) {
        sheet_column(&t, words[k], true);
        sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct unit_sum *u = &c->by_unit[i];
        const char *name = name_of(c, u->code);
        add_sums(&t,
                 name[0] != '\0'      ? name
                 : u->code[0] != '\0' ? u->code
                                      : TEXT(o, "(none)", "（无）"),
                 u);
    }
    add_sums(&t, TEXT(o, "all", "合计"), &c->total);
    (void)sheet_end(&t, o, ST_OK);
}

static void print_programmes(const struct changing *c, const struct output *o)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "before", "上批笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    for (size_t i = 0; i < c->programme_count; i++) {
        const struct programme_sum *p = &c->programmes[i];
        sheet_cell(&t, "%s", p->code);
        sheet_cell(&t, "%" PRIu64, p->lines);
        sheet_fen(&t, p->fen);
        sheet_cell(&t, "%" PRIu64, p->before_lines);
        sheet_fen(&t, p->before_fen);
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_change(const struct changing *c, const struct output *o)
{
    char day[DATE_TEXT_CAP];
    if (c->before.number == 0) {
        output_data(o, "%s\n",
                    TEXT(o, "no earlier batch to compare with: all are new",
                         "无可比的上一批次：全部为新增"));
    } else {
        date_print(c->before.pay_day, day);
        output_data(o, TEXT(o, "against batch %u of %s\n", "与批次 %u（%s）相比\n"),
                    c->before.number, day);
    }
    print_units(c, o);
    output_data(o, "\n");
    print_programmes(c, o);
}

/* ---- the whole ---- */

static enum status read_change(struct changing *c, uint32_t batch, struct diag *d)
{
    struct batch_change_sink sink = {take_person, c};
    struct txn *t = ledger_txn(c->l);
    TRY(batch_get(t, batch, &c->batch, d));
    TRY(unit_list_load(&c->units, t, d));
    TRY(past_open(&c->past, t, batch, past_is_meant, d));
    TRY(batch_change_people(c->l, batch, &c->before, sink, d));
    TRY(add_lines(c, &c->batch, false, d));
    return c->before.number == 0 ? ST_OK : add_lines(c, &c->before, true, d);
}

enum status batch_change_show(struct env *e, uint32_t batch, struct json *top,
                              struct diag *d)
{
    struct changing *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return diag_memory(d);
    }
    c->l = e->ledger;
    c->progress = &e->progress;
    vault_row_init(&c->row);
    c->person = calloc(1, sizeof *c->person);
    enum status st = c->person == NULL ? diag_memory(d) : read_change(c, batch, d);
    meter_end(&e->meter);
    if (st == ST_OK && top != NULL) {
        put_change(c, top);
    } else if (st == ST_OK) {
        print_change(c, &e->out);
    }
    past_release(&c->past);
    vault_row_release(&c->row);
    unit_list_release(&c->units);
    free(c->person);
    free(c->by_unit);
    free(c);
    return st;
}
