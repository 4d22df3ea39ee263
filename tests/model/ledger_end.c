/* ledger_end.c - the end of a history: the last run, the audit, and the same facts once
 * more in another order, in a ledger that never ran before. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/batch.h"
#include "ledger/export.h"
#include "tests/model/ledger_county.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

/* ---- the audit ---- */

static enum status remake(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    (void)ctx;
    return batch_remake(l, x, (struct bank_sink){0}, sha256, NULL, d);
}

static bool audit(struct county *c)
{
    static struct verify_report r;
    struct verify_options o = {.scratch_dir = c->f.dir, .remake = remake};
    if (verify_ledger(c->f.l, &o, &r, &c->f.d) != ST_OK) {
        return county_fail(c, "audit verify finds fault", "record %" PRIu64 ": %s (%s)",
                           r.bad_sequence, r.bad_what, c->f.d.what);
    }
    bool all = r.integrity == VERDICT_PASS && r.completeness == VERDICT_PASS &&
               r.authorisation == VERDICT_PASS && r.correctness != VERDICT_FAIL;
    return all || county_fail(c, "audit verify does not pass", "%s", r.not_checked);
}

bool county_finish(struct county *c, struct chance *x)
{
    int32_t last = c->plan->world.last;
    if (!county_run_to(c, x, last)) {
        return false;
    }
    c->reach = c->known.policy_count > 0 ? last : c->reach;
    return audit(c);
}

/* ---- again ---- */

static void at_month(struct county *c, int32_t month)
{
    char day[DATE_TEXT_CAP];
    char text[40];
    if (month <= month_of_day(county_today(c))) {
        return;
    }
    date_print(month_first_day(month) + 20, day);
    snprintf(text, sizeof text, "%sT01:00:00Z", day);
    fixture_at(&c->f, text);
}

struct one_fact {
    int person, fact;
    uint64_t key; /* they come in in this order */
};

static bool competes(const struct county *c, const struct one_fact *a,
                     const struct one_fact *b)
{
    const struct model_fact *x = &c->plan->citizens[a->person].all.facts[a->fact];
    const struct model_fact *y = &c->plan->citizens[b->person].all.facts[b->fact];
    return a->person == b->person && x->attribute == y->attribute &&
           x->effective == y->effective;
}

/* Any order, but of facts of one day the last one recorded stays the last. */
static bool swap_competing(const struct county *was, struct one_fact *list, int n)
{
    bool swapped = false;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            struct one_fact *a = &list[i];
            struct one_fact *b = &list[j];
            if (a->person == b->person && competes(was, a, b) &&
                (was->people[a->person].order[a->fact] <
                 was->people[b->person].order[b->fact]) != (a->key < b->key)) {
                uint64_t key = a->key;
                a->key = b->key;
                b->key = key;
                swapped = true;
            }
        }
    }
    return swapped;
}

static int by_key(const void *a, const void *b)
{
    const struct one_fact *x = a;
    const struct one_fact *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* One fact a file would be slow: as many as do not compete. */
static bool send_facts(struct county *c, struct chance *x, const struct one_fact *list,
                       int n)
{
    for (int at = 0; at < n;) {
        struct buf b;
        buf_init(&b, FILE_BYTES_MAX);
        buf_add_text(&b, "id_number,programme,attribute,value,effective,until,scale,"
                         "tier,amount\n");
        int end = at;
        bool fits = true;
        while (end < n && end < at + 40 && fits) {
            for (int k = at; k < end; k++) {
                fits = fits && !competes(c, &list[k], &list[end]);
            }
            if (fits) {
                county_fact_row(c, &b, list[end].person, list[end].fact);
                c->people[list[end].person].order[list[end].fact] = c->recorded++;
                end++;
            }
        }
        bool ok =
            county_import(c, x, (struct import_request){.what = IMPORT_FACTS}, &b);
        buf_release(&b);
        if (!ok) {
            return false;
        }
        at = end;
    }
    return true;
}

static bool facts_again(const struct county *was, struct county *c, struct chance *x)
{
    static struct one_fact list[COUNTY_PEOPLE * MODEL_FACTS];
    uint64_t seed = chance_next(x);
    int n = 0;
    for (int i = 0; i < c->plan->people; i++) {
        for (int k = 1; k < c->plan->citizens[i].all.fact_count && was->people[i].in;
             k++) {
            if (was->people[i].order[k] >= 0) {
                struct chance own = {seed + (uint64_t)(i * MODEL_FACTS + k)};
                list[n++] = (struct one_fact){i, k, chance_next(&own)};
            }
        }
    }
    while (swap_competing(was, list, n)) {
    }
    qsort(list, (size_t)n, sizeof list[0], by_key);
    return send_facts(c, x, list, n);
}

static bool people_again(const struct county *was, struct county *c, struct chance *x)
{
    int list[COUNTY_PEOPLE];
    int n = 0;
    for (int i = 0; i < c->plan->people; i++) {
        if (was->people[i].in) {
            int at = chance_below(x, n + 1);
            list[n++] = list[at];
            list[at] = i;
        }
    }
    return n == 0 || county_send_people(c, x, list, n);
}

static bool lists_again(const struct county *was, struct county *c, struct chance *x)
{
    int from = was->list_count > 0 ? chance_below(x, was->list_count) : 0;
    for (int n = 0; n < was->list_count; n++) {
        const struct county_list *l = &was->lists[(from + n) % was->list_count];
        if ((l->replaced && !county_send_list(c, x, l->month, l->was_on)) ||
            !county_send_list(c, x, l->month, l->on)) {
            return false;
        }
    }
    return true;
}

/* Those that were voided come first: their content names one order each then. */
static bool orders_again(const struct county *was, struct county *c, struct chance *x)
{
    for (int n = 0; n < 2 * was->order_count; n++) {
        struct county_order o = was->orders[n % was->order_count];
        bool voided = o.voided;
        o.voided = false;
        if (voided != (n < was->order_count)) {
            continue;
        }
        if (!county_send_order(c, x, &o) ||
            (voided && !county_void_order(c, x, c->order_count - 1))) {
            return false;
        }
    }
    return true;
}

static bool voids_again(const struct county *was, struct county *c, struct chance *x)
{
    for (int i = 0; i < c->plan->people; i++) {
        for (int k = 0; k < c->plan->citizens[i].all.fact_count; k++) {
            if (was->people[i].voided[k] && !county_send_void(c, x, i, k)) {
                return false;
            }
        }
    }
    return true;
}

static bool history_again(const struct county *was, struct county *c, struct chance *x)
{
    for (int k = MODEL_PROGRAMMES - 1; k >= 0; k--) {
        for (int i = 0; i < c->plan->people; i++) {
            c->people[i].dropped = !was->people[i].taken_over[k];
        }
        if (was->known.settled_through[k] != MODEL_NONE &&
            !county_send_history(c, x, k)) {
            return false;
        }
    }
    return true;
}

static bool learn_again(const struct county *was, struct county *c, struct chance *x)
{
    struct chance own[3] = {{chance_next(x)}, {chance_next(x)}, {chance_next(x)}};
    bool lists_first = chance_percent(x, 50);
    for (int i = 0; i < was->known.policy_count; i++) {
        at_month(c, was->known.policies[i].confirmed_month);
        if (!county_send_policy(c, i)) {
            return false;
        }
    }
    at_month(c, month_of_day(county_today(was)) + 1);
    if (!people_again(was, c, &own[0]) ||
        (lists_first && !lists_again(was, c, &own[1])) ||
        !facts_again(was, c, &own[2]) ||
        (!lists_first && !lists_again(was, c, &own[1]))) {
        return false;
    }
    return voids_again(was, c, x) && history_again(was, c, x) &&
           orders_again(was, c, x);
}

bool county_again(struct county *c, struct chance *x)
{
    static struct county other;
    county_open(&other, c->plan, 0);
    other.telling = c->telling;
    county_tell(c, "the same again in another ledger:\n");
    bool ok =
        learn_again(c, &other, x) && county_run_to(&other, x, c->plan->world.last);
    if (!ok) {
        county_fail(c, other.wrong, "in another order: %.900s", other.detail);
    }
    for (int i = 0; i < c->plan->people && ok; i++) {
        if (memcmp(c->granted[i], other.granted[i], sizeof c->granted[i]) != 0) {
            ok = county_fail(c, "another order grants another sum", "person %d", i);
        }
    }
    county_close(&other);
    return ok;
}
