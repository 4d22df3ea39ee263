/* takeover.c - the confirmed policies with and without one more, held against each
 * other for every month and every person; see takeover.h. It must never write. */
#include "batch/takeover.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define TICK_PEOPLE 1024

struct takeover {
    struct ledger *l;
    struct entitle *with;
    struct entitle *without;
    struct entitle_range range;
    uint64_t people;
    size_t count;
    struct takeover_line lines[EVAL_PROGRAMMES_MAX]; /* by programme of `with` */
    int old[EVAL_PROGRAMMES_MAX];    /* its number in `without`, or -1 */
    bool moved[EVAL_PROGRAMMES_MAX]; /* for the person being looked at */
    struct vault_row row;
    struct person person;
};

/* ---- months ---- */

/* The first month whose first day is not before the day (POLICY-FORMAT 4, step 1). */
static int32_t first_month(int32_t effective)
{
    int32_t month = month_of_day(effective);
    return month_first_day(month) >= effective ? month : month + 1;
}

static struct entitle_range range_of(const struct takeover *t, const struct policy *p)
{
    int32_t old = policy_set_first_month(entitle_policies(t->without));
    struct entitle_range r = {first_month(p->effective),
                              month_of_day(ledger_today(t->l))};
    for (size_t i = 0; i < p->end_count; i++) {
        if (p->ends[i].from_month < r.first) {
            r.first = p->ends[i].from_month;
        }
    }
    if (p->supersedes_count > 0 && old < r.first) {
        r.first = old; /* what a superseded policy ruled falls back further still */
    }
    if (ledger_head(t->l)->assessed_month > r.through) {
        r.through = ledger_head(t->l)->assessed_month;
    }
    r.through = r.first > r.through ? r.first : r.through;
    return r;
}

static const struct confirmed_policy *ruling(const struct entitle *e, int programme,
                                             int32_t month)
{
    return programme < 0
               ? NULL
               : policy_set_ruling(entitle_policies(e), (size_t)programme, month);
}

static void compare_rules(struct takeover *t, size_t i, int32_t month)
{
    struct takeover_line *x = &t->lines[i];
    const struct confirmed_policy *a = ruling(t->without, t->old[i], month);
    const struct confirmed_policy *b = ruling(t->with, (int)i, month);
    uint32_t before = a == NULL ? 0 : a->number;
    uint32_t after = b == NULL ? 0 : b->number;
    if (before == after) {
        return;
    }
    if (x->months++ == 0) {
        x->from = month;
        x->before = before;
        x->after = after;
        x->rules_before = a == NULL ? NULL : policy_programme(a->policy, x->code);
        x->rules_after = b == NULL ? NULL : policy_programme(b->policy, x->code);
    }
}

static void find_months(struct takeover *t)
{
    const struct policy_set *set = entitle_policies(t->with);
    t->count = policy_set_programme_count(set);
    for (size_t i = 0; i < t->count; i++) {
        struct str code = str_of(policy_set_programme_code(set, i));
        must(str_copy(code, t->lines[i].code, sizeof t->lines[i].code));
        t->old[i] = policy_set_programme_find(entitle_policies(t->without), code);
        for (int32_t m = t->range.first; m <= t->range.through; m++) {
            compare_rules(t, i, m);
        }
    }
}

/* ---- people ---- */

static void compare_amount(struct takeover *t, size_t i, int32_t month, int64_t before,
                           int64_t after)
{
    struct takeover_line *x = &t->lines[i];
    if (before == after) {
        return;
    }
    if (x->from == 0 || month < x->from) {
        x->from = month;
    }
    x->people += t->moved[i] ? 0 : 1;
    t->moved[i] = true;
    if (after > before) {
        x->more_fen += after - before;
    } else {
        x->less_fen += before - after;
    }
}

static void compare_person(struct takeover *t)
{
    bool known = entitle_take(t->with, &t->person);
    bool any = false;
    memset(t->moved, 0, sizeof t->moved);
    if (!known || !entitle_take(t->without, &t->person)) {
        return;
    }
    for (int32_t m = t->range.first; m <= t->range.through; m++) {
        const struct eval_result *with = entitle_amounts(t->with, m);
        const struct eval_result *without = entitle_amounts(t->without, m);
        for (size_t i = 0; i < t->count; i++) {
            int64_t before = t->old[i] < 0 ? 0 : without[t->old[i]].amount_fen;
            compare_amount(t, i, m, before, with[i].amount_fen);
        }
    }
    for (size_t i = 0; i < t->count; i++) {
        any = any || t->moved[i];
    }
    t->people += any ? 1 : 0;
}

static enum status visit(struct takeover *t, struct cursor *c,
                         const struct progress *progress, struct diag *d)
{
    struct str key;
    struct str sealed;
    uint8_t at[8];
    uint64_t done = 0;
    uint32_t wants = entitle_wants(t->with) | entitle_wants(t->without);
    put_u64(at, 1);
    TRY(store_cursor_seek(c, str_make(at, 8), &key, &sealed, d));
    while (key.p != NULL) {
        uint64_t number = get_u64((const uint8_t *)key.p);
        TRY(vault_row_open(t->l, number, sealed, &t->row, d));
        TRY(person_read_some(buf_str(&t->row.plain), UINT64_MAX, wants, &t->person, d));
        compare_person(t);
        if (++done % TICK_PEOPLE == 0) {
            progress_tick(progress, "policy", done, ledger_head(t->l)->people);
            if (progress_stop(progress)) {
                return diag_fail(d, ST_INTERRUPTED, "interrupted",
                                 "nothing was written");
            }
        }
        TRY(store_cursor_next(c, &key, &sealed, d));
    }
    return ST_OK;
}

static enum status find_people(struct takeover *t, const struct progress *progress,
                               struct diag *d)
{
    struct cursor *c;
    TRY(store_cursor_open(ledger_txn(t->l), TABLE_PEOPLE, &c, d));
    enum status st = visit(t, c, progress, d);
    store_cursor_close(c);
    return st;
}

/* ---- all of it ---- */

static enum status look(struct takeover *t, const struct policy *p, uint32_t number,
                        const struct progress *progress, struct diag *d)
{
    TRY(entitle_open(&t->without, t->l, UINT32_MAX, d));
    TRY(entitle_open_trial(&t->with, t->l, p, number, d));
    t->range = range_of(t, p);
    find_months(t);
    return find_people(t, progress, d);
}

enum status takeover_look(struct takeover **out, struct ledger *l,
                          const struct policy *p, uint32_t number,
                          const struct progress *progress, struct diag *d)
{
    struct takeover *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return diag_memory(d);
    }
    t->l = l;
    vault_row_init(&t->row);
    enum status st = look(t, p, number, progress, d);
    if (st != ST_OK) {
        takeover_free(t);
        return st;
    }
    *out = t;
    return ST_OK;
}

void takeover_free(struct takeover *t)
{
    if (t != NULL) {
        entitle_close(t->with);
        entitle_close(t->without);
        vault_row_release(&t->row);
        free(t);
    }
}

struct entitle_range takeover_range(const struct takeover *t)
{
    return t->range;
}

uint64_t takeover_people(const struct takeover *t)
{
    return t->people;
}

const struct takeover_line *takeover_line(const struct takeover *t, size_t i)
{
    size_t at = 0;
    for (size_t seen = 0; at < t->count; at++) {
        const struct takeover_line *x = &t->lines[at];
        if ((x->months > 0 || x->people > 0) && seen++ == i) {
            return x;
        }
    }
    return NULL;
}
