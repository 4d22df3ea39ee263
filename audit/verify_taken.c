/* verify_taken.c - what people should have been granted who have a payment history or
 * are two numbers in one. A run knows what was recorded below it: history and merges
 * that came later have moved money which no run has looked at yet, so to what the rules
 * give for each of the numbers as the run knew them comes the history it did not know.
 * In months and programmes that no run covers there is nothing but history. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_grants.h"
#include "base/money.h"

#define MONTH_FIRST (1900 * 12)
#define MONTHS (300 * 12)
#define CODES_MAX 160
#define MEMBERS_MAX (PERSON_MERGES_MAX * 4)

struct expected_programme {
    char code[PROGRAMME_CODE_MAX + 1];
    int64_t fen[MONTHS];
};

struct grants_taken {
    struct verify *v;
    const struct grants_span *spans;
    size_t span_count;
    size_t code_count;
    struct expected_programme *programmes; /* CODES_MAX */
    size_t member_count;
    uint64_t members[MEMBERS_MAX]; /* numbers that are this person */
    struct vault_row row;
    struct person *person;
    bool failed; /* more than there is room for, or a month nobody pays for */
};

enum status grants_taken_new(struct grants_taken **out, struct verify *v,
                             struct diag *d)
{
    struct grants_taken *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return diag_memory(d);
    }
    t->v = v;
    vault_row_init(&t->row);
    t->person = calloc(1, sizeof *t->person);
    t->programmes = calloc(CODES_MAX, sizeof *t->programmes);
    if (t->person == NULL || t->programmes == NULL) {
        grants_taken_free(t);
        return diag_memory(d);
    }
    *out = t;
    return ST_OK;
}

void grants_taken_free(struct grants_taken *t)
{
    if (t != NULL) {
        vault_row_release(&t->row);
        free(t->person);
        free(t->programmes);
        free(t);
    }
}

/* ---- the table ---- */

static struct expected_programme *programme_of(struct grants_taken *t, struct str code)
{
    for (size_t i = 0; i < t->code_count; i++) {
        if (str_is(code, t->programmes[i].code)) {
            return &t->programmes[i];
        }
    }
    if (t->code_count == CODES_MAX) {
        return NULL;
    }
    struct expected_programme *p = &t->programmes[t->code_count];
    memset(p, 0, sizeof *p);
    if (!str_copy(code, p->code, sizeof p->code)) {
        return NULL;
    }
    t->code_count++;
    return p;
}

static void expect(struct grants_taken *t, struct str code, int32_t month, int64_t fen)
{
    struct expected_programme *p = fen == 0 ? NULL : programme_of(t, code);
    bool inside = month >= MONTH_FIRST && month < MONTH_FIRST + MONTHS;
    if (fen == 0) {
        return;
    }
    if (p == NULL || !inside ||
        !money_add(p->fen[month - MONTH_FIRST], fen, &p->fen[month - MONTH_FIRST])) {
        t->failed = true;
    }
}

/* ---- who it is ---- */

static enum status read_member(struct grants_taken *t, uint64_t number, struct diag *d)
{
    return vault_row_read(t->v->l, number, &t->row, d);
}

/* The person, and everybody merged into it, and into those. */
static enum status find_members(struct grants_taken *t, uint64_t number, struct diag *d)
{
    t->member_count = 1;
    t->members[0] = number;
    for (size_t i = 0; i < t->member_count; i++) {
        TRY(read_member(t, t->members[i], d));
        TRY(person_read_some(buf_str(&t->row.plain), UINT64_MAX, 0, t->person, d));
        for (size_t k = 0; k < t->person->merge_count; k++) {
            const struct merging *m = &t->person->merges[k];
            if (!m->into && t->member_count < MEMBERS_MAX) {
                t->members[t->member_count++] = m->other;
            }
        }
    }
    return ST_OK;
}

/* ---- what each number brings ---- */

/* By the rules, as the run of the span knew the number. */
static enum status expect_rules(struct grants_taken *t, const struct grants_span *s,
                                struct diag *d)
{
    const struct policy_set *set = entitle_policies(s->e);
    TRY(person_read_some(buf_str(&t->row.plain), s->known_below, entitle_wants(s->e),
                         t->person, d));
    if (!entitle_take(s->e, t->person)) {
        return ST_OK;
    }
    for (int32_t m = s->range.first; m <= s->range.through; m++) {
        const struct eval_result *r = entitle_amounts(s->e, m);
        for (size_t i = 0; i < policy_set_programme_count(set); i++) {
            expect(t, str_of(policy_set_programme_code(set, i)), m, r[i].amount_fen);
        }
    }
    return ST_OK;
}

/* Has a run looked at this month of the history? */
static bool was_seen(const struct grants_taken *t, const struct paid *x, int32_t month)
{
    for (size_t i = 0; i < t->span_count; i++) {
        const struct grants_span *s = &t->spans[i];
        if (month >= s->range.first && month <= s->range.through &&
            policy_set_programme_find(entitle_policies(s->e), x->programme) >= 0) {
            return x->recorded < s->known_below;
        }
    }
    return false;
}

/* Copies of a duplicate's history moved no money when they were written. */
static bool is_copy(const struct person *p, const struct paid *x)
{
    for (size_t i = 0; i < p->merge_count; i++) {
        if (!p->merges[i].into && p->merges[i].recorded == x->recorded) {
            return true;
        }
    }
    return false;
}

static enum status expect_history(struct grants_taken *t, struct diag *d)
{
    const struct person *p = t->person;
    TRY(person_read_some(buf_str(&t->row.plain), UINT64_MAX, PERSON_PAID, t->person,
                         d));
    for (size_t i = 0; i < p->paid_count; i++) {
        const struct paid *x = &p->paid[i];
        for (int32_t m = x->from; m < x->from + x->months && !is_copy(p, x); m++) {
            if (!was_seen(t, x, m)) {
                expect(t, x->programme, m, x->fen);
            }
        }
    }
    return ST_OK;
}

/* ---- against the account ---- */

static void take_granted(struct grants_taken *t, const struct account *a)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *s = &p->segments[k];
            for (int32_t m = s->from; m < s->from + s->months; m++) {
                expect(t, str_of(p->code), m, -s->fen[ACCOUNT_GRANTED]);
            }
        }
    }
}

static const char *first_difference(const struct grants_taken *t)
{
    for (size_t i = 0; i < t->code_count; i++) {
        for (size_t m = 0; m < MONTHS; m++) {
            if (t->programmes[i].fen[m] != 0) {
                return t->programmes[i].code;
            }
        }
    }
    return t->failed ? "some programme" : NULL;
}

enum status grants_taken_check(struct grants_taken *t, uint64_t number,
                               const struct grants_span *spans, size_t count,
                               const struct account *a, const char **differs,
                               struct diag *d)
{
    t->spans = spans;
    t->span_count = count;
    t->code_count = 0;
    t->failed = false;
    TRY(find_members(t, number, d));
    for (size_t i = 0; i < t->member_count; i++) {
        TRY(read_member(t, t->members[i], d));
        for (size_t k = 0; k < count; k++) {
            TRY(expect_rules(t, &spans[k], d));
        }
        TRY(expect_history(t, d));
    }
    take_granted(t, a);
    *differs = first_difference(t);
    return ST_OK;
}
