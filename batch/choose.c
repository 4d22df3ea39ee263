/* choose.c - see choose.h. A unit stands for itself, for all below it in the tree of
 * units, and for those it followed: people's facts may still say the older code. The
 * record holds every code, so that the choice means the same when the tree changes. */
#include "batch/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define CHOICE_BYTES_MAX 1400 /* of a record's 1780; the rest is the signature */
#define CHOSEN_MAX (BODY_BYTES_MAX / 2)
#define DEPTH_MAX 32 /* of the tree; a damaged one may have a circle */

static bool is_asked(const struct batch_request *q, struct str code)
{
    for (size_t i = 0; i < q->unit_count; i++) {
        if (str_eq(q->units[i], code)) {
            return true;
        }
    }
    return false;
}

/* Is the unit, as it is on the day, one of those asked for, or below one? */
static bool is_below(const struct unit_list *list, const struct batch_request *q,
                     struct str code)
{
    for (int depth = 0; depth < DEPTH_MAX && code.n > 0; depth++) {
        const struct unit_entry *now = unit_list_resolve(list, code, q->pay_day);
        if (is_asked(q, code) || (now != NULL && is_asked(q, str_of(now->code)))) {
            return true;
        }
        code = now != NULL ? str_of(now->parent) : str_of("");
    }
    return false;
}

static enum status unknown(const struct unit_list *list, struct str code,
                           struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "unknown-unit", "there is no unit \"%.*s\"",
              STR_ARG(code));
    diag_where(d, "--unit");
    return diag_hint(d, list->count == 0
                            ? "almoner import units brings the list of units"
                            : "the code of a unit as almoner report roster --by-unit "
                              "shows it");
}

static enum status add_units(struct choosing *c, const struct batch_request *q,
                             struct diag *d)
{
    const struct unit_list *list = &c->units;
    for (size_t i = 0; i < q->unit_count; i++) {
        if (unit_list_find(list, q->units[i]) == NULL) {
            return unknown(list, q->units[i], d);
        }
    }
    for (size_t i = 0; i < list->count; i++) { /* sorted by code */
        struct str code = str_of(list->units[i].code);
        if (!is_below(list, q, code)) {
            continue;
        }
        if (c->choice.unit_count < CHOSEN_MAX) {
            c->choice.units[c->choice.unit_count] = code;
        }
        c->choice.unit_count++;
    }
    return ST_OK;
}

static size_t bytes_of(const struct batch_choice *c)
{
    size_t bytes = 0;
    for (size_t i = 0; i < c->programme_count && i < CHOSEN_MAX; i++) {
        bytes += 3 + c->programmes[i].n;
    }
    for (size_t i = 0; i < c->unit_count && i < CHOSEN_MAX; i++) {
        bytes += 3 + c->units[i].n;
    }
    return bytes;
}

static enum status check_size(const struct batch_choice *c, struct diag *d)
{
    if (bytes_of(c) <= CHOICE_BYTES_MAX) { /* three bytes each at least: within room */
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "choice-size",
              "%zu programmes and %zu units, with those below them, do not fit the "
              "record that is signed",
              c->programme_count, c->unit_count);
    return diag_hint(d, "make a batch for each township: what is due is never in two");
}

enum status choosing_open(struct choosing *c, struct ledger *l,
                          const struct batch_request *q, struct diag *d)
{
    memset(c, 0, sizeof *c);
    must(q->bank.n == 0 || batch_choice_bank_valid(q->bank));
    c->choice.pay_day = q->pay_day;
    c->choice.bank = q->bank;
    for (size_t i = 0; i < q->programme_count; i++) {
        if (i < CHOSEN_MAX) {
            c->choice.programmes[i] = q->programmes[i];
        }
        c->choice.programme_count++;
    }
    if (q->unit_count > 0) {
        TRY(unit_list_load(&c->units, ledger_txn(l), d));
        TRY(add_units(c, q, d));
    }
    return check_size(&c->choice, d);
}

void choosing_release(struct choosing *c)
{
    unit_list_release(&c->units);
}
