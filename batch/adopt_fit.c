/* adopt_fit.c - does a policy go together with those confirmed before? The checks of
 * POLICY-FORMAT section 5 that need more than one file: an annual amount that changes
 * its kind within a year would be paid twice or not at all; whole years in one month
 * cannot be held against monthly amounts in a conflict. */
#include "batch/adopt.h"

#include <string.h>

#include "entitle/entitle.h"

/* ---- annual amounts ---- */

static bool pays_years(const struct programme *p)
{
    for (size_t i = 0; p != NULL && i < p->tier_count; i++) {
        if (p->tiers[i].amount.kind == AMOUNT_PER_YEAR) {
            return true;
        }
    }
    return false;
}

static const struct programme *rules_in(const struct entitle *e, size_t programme,
                                        int32_t month, uint32_t *number)
{
    const struct policy_set *set = entitle_policies(e);
    const struct confirmed_policy *c = policy_set_ruling(set, programme, month);
    *number = c == NULL ? 0 : c->number;
    return c == NULL
               ? NULL
               : policy_programme(c->policy, policy_set_programme_code(set, programme));
}

static bool same_kind(const struct programme *a, const struct programme *b)
{
    return a->rules.annual == b->rules.annual &&
           (a->rules.annual != ANNUAL_WHOLE_YEAR ||
            a->rules.annual_month == b->rules.annual_month);
}

static enum status fit_month(const struct entitle *e, size_t programme, int32_t month,
                             uint32_t number, struct diag *d)
{
    uint32_t before;
    uint32_t after;
    char text[DATE_TEXT_CAP];
    const struct programme *a = rules_in(e, programme, month - 1, &before);
    const struct programme *b = rules_in(e, programme, month, &after);
    if (before == after || (before != number && after != number) || !pays_years(a) ||
        !pays_years(b) || same_kind(a, b) || month % 12 == 0) {
        return ST_OK;
    }
    month_print(month, text);
    diag_fail(d, ST_INPUT, "annual-change",
              "%s: the way an annual amount is paid changes in %s, within a year",
              b->code, text);
    return diag_hint(d,
                     "let the policy be effective on 1 January, or keep `annual` as "
                     "policy %u has it",
                     before == number ? after : before);
}

static enum status fit_annual(const struct entitle *e, const struct policy *p,
                              uint32_t number, int32_t through, struct diag *d)
{
    const struct policy_set *set = entitle_policies(e);
    for (size_t i = 0; i < p->programme_count; i++) {
        int n = policy_set_programme_find(set, str_of(p->programmes[i].code));
        int32_t first = policy_set_first_month(set);
        for (int32_t m = first + 1; n >= 0 && m <= through; m++) {
            TRY(fit_month(e, (size_t)n, m, number, d));
        }
    }
    return ST_OK;
}

/* ---- conflicts ---- */

static bool names(const struct conflict *c, const char *code)
{
    if (c->programme != NULL && strcmp(c->programme, code) == 0) {
        return true;
    }
    for (size_t i = 0; i < c->among_count; i++) {
        if (strcmp(c->among[i], code) == 0) {
            return true;
        }
    }
    return false;
}

/* A conflict of one file about a programme of the other. */
static enum status fit_conflicts(const struct policy *of, const struct policy *about,
                                 struct diag *d)
{
    for (size_t i = 0; i < about->programme_count; i++) {
        const struct programme *p = &about->programmes[i];
        bool whole = pays_years(p) && p->rules.annual == ANNUAL_WHOLE_YEAR;
        for (size_t k = 0; whole && k < of->conflict_count; k++) {
            if (names(&of->conflicts[k], p->code)) {
                diag_fail(d, ST_INPUT, "whole-year-in-conflict",
                          "%s of %s pays whole years in one month and cannot be in a "
                          "conflict of %s",
                          p->code, about->id, of->id);
                return diag_hint(d, "pay it by twelfths, or take it out of the "
                                    "conflict");
            }
        }
    }
    return ST_OK;
}

static bool supersedes(const struct policy *p, const char *id)
{
    for (size_t i = 0; i < p->supersedes_count; i++) {
        if (strcmp(p->supersedes[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* The last month in which something begins among the confirmed policies and p. */
static int32_t last_change(int32_t so_far, const struct policy *p)
{
    int32_t month = month_of_day(p->effective) + 1;
    so_far = month > so_far ? month : so_far;
    for (size_t i = 0; i < p->end_count; i++) {
        so_far = p->ends[i].from_month > so_far ? p->ends[i].from_month : so_far;
    }
    return so_far;
}

/* `supersedes: ID` must mean one file. */
static enum status fit_id(const struct policy *p, const char *id, uint32_t number,
                          struct diag *d)
{
    if (strcmp(p->id, id) != 0) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "policy-id", "policy %u, which is confirmed, has the id %s",
              number, id);
    return diag_hint(d,
                     "give this file an id of its own, and `supersedes: [%s]` if it "
                     "takes the other's place",
                     id);
}

static enum status fit_others(struct ledger *l, const struct policy *p,
                              int32_t *through, struct diag *d)
{
    *through = last_change(0, p);
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry entry;
        struct policy *other = NULL;
        TRY(policy_get(ledger_txn(l), n, &entry, d));
        if (entry.state != ENTRY_ACTIVE) {
            continue;
        }
        TRY(fit_id(p, entry.id, n, d));
        TRY(adopt_load(l, n, NULL, &other, d));
        *through = last_change(*through, other);
        bool counts = !supersedes(p, other->id) && !supersedes(other, p->id);
        enum status st = counts ? fit_conflicts(other, p, d) : ST_OK;
        if (st == ST_OK && counts) {
            st = fit_conflicts(p, other, d);
        }
        policy_free(other);
        TRY(st);
    }
    return ST_OK;
}

enum status adopt_fits(struct ledger *l, const struct policy *p, uint32_t number,
                       struct diag *d)
{
    struct entitle *e;
    int32_t through;
    TRY(fit_others(l, p, &through, d));
    TRY(entitle_open_trial(&e, l, p, number, d));
    enum status st = fit_annual(e, p, number, through, d);
    entitle_close(e);
    return st;
}
