/* fold_recover.c - rules of recoveries: proposed, decided, repaid, set off in a run.
 *
 * The rules know amounts and days, not people: that nobody's dues are set off after
 * their death is seen to where the facts are (batch/recover.c). */
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/fold_private.h"
#include "ledger/refusal.h"

/* Two signatures stand under a decision. */
static enum status other_signer(const struct fold *f, const struct recovery_entry *e,
                                struct diag *d)
{
    if (e->made_by != f->signer.number) {
        return ST_OK;
    }
    diag_fail(d, ST_DENIED, "same-operator", "%s proposed recovery %u", f->signer.name,
              e->terms.number);
    return diag_hint(d, "another operator has to confirm it, as checker");
}

/* ---- proposing ---- */

/* The recovery that ends when this one counts. */
static enum status find_replaced(struct fold *f, const struct recovery_terms *t,
                                 struct recovery_entry *out, struct diag *d)
{
    TRY(recovery_get(f->t, t->replaces, out, d));
    if (!recovery_is_open(out)) {
        return recovery_not(out, "open", d);
    }
    if (out->terms.person != t->person ||
        strcmp(out->terms.programme, t->programme) != 0) {
        fold_refuse(d, "other-person", "recovery %u is of another person or programme",
                    t->replaces);
        return diag_hint(d, "almoner correct show %u says of whom", t->replaces);
    }
    return ST_OK;
}

/* Each pinned month owes as much, and no other open recovery asks for it. */
static enum status check_months(struct fold *f, const struct recovery_terms *t,
                                uint32_t without, struct diag *d)
{
    TRY(fold_account_own(f, t->person, d));
    for (size_t i = 0; i < t->months.count; i++) {
        const struct span *s = &t->months.items[i];
        struct recovery_scope scope = {t->person, str_of(t->programme), s->from,
                                       s->from + s->months, without};
        struct spans have;
        int64_t months = 0;
        TRY(recovery_available(f->t, f->account, &scope, &have, d));
        for (size_t k = 0; k < have.count; k++) {
            months += have.items[k].fen >= s->fen ? have.items[k].months : 0;
        }
        if (months != s->months) {
            char month[DATE_TEXT_CAP];
            month_print(s->from, month);
            fold_refuse(d, "not-receivable",
                        "the months from %s on (%d) do not owe %lld fen each, or "
                        "another open recovery asks for it",
                        month, s->months, (long long)s->fen);
            return diag_hint(d, "almoner correct list shows the open ones; --replaces "
                                "N decides anew in place of one");
        }
    }
    return ST_OK;
}

enum status rule_recovery(struct fold *f, const struct record *r, struct diag *d)
{
    struct recovery_entry e = {.sequence = r->sequence, .state = RECOVERY_PROPOSED};
    struct recovery_entry old;
    if (!recovery_terms_read(f->body.plain, &e.terms)) {
        return fold_malformed(r, d);
    }
    if (e.terms.person > f->head.people) {
        return fold_refuse(d, "unknown-person", "there is no person %llu",
                           (unsigned long long)e.terms.person);
    }
    TRY(fold_next(&f->head.recoveries, e.terms.number, "recovery", d));
    if (e.terms.replaces != 0) {
        TRY(find_replaced(f, &e.terms, &old, d));
    }
    TRY(check_months(f, &e.terms, e.terms.replaces, d));
    if (e.terms.replaces != 0 && old.state == RECOVERY_PROPOSED) {
        old.state = RECOVERY_REPLACED; /* it never counted */
        old.left.count = 0;
        TRY(recovery_put(f->t, &old, d));
    }
    e.left = e.terms.months;
    return recovery_put_new(f->t, &e, d);
}

/* ---- deciding ---- */

static enum status check_proposal(struct fold *f, const struct recovery_entry *e,
                                  const uint8_t hash[DIGEST_LEN], struct diag *d)
{
    struct record proposal;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    TRY(record_get(f->t, e->sequence, &proposal, &bytes, d));
    tree_leaf(f->g, bytes, leaf);
    if (memcmp(leaf, hash, DIGEST_LEN) != 0) {
        return fold_refuse(d, "other-proposal", "recovery %u is another proposal",
                           e->terms.number);
    }
    return ST_OK;
}

/* The recovery it takes the place of may be proposed (ended by then) or decided. */
static enum status end_replaced(struct fold *f, const struct recovery_terms *t,
                                struct diag *d)
{
    struct recovery_entry old;
    if (t->replaces == 0) {
        return ST_OK;
    }
    TRY(recovery_get(f->t, t->replaces, &old, d));
    if (!recovery_is_open(&old)) {
        return ST_OK;
    }
    old.state = RECOVERY_REPLACED;
    old.left.count = 0;
    return recovery_put(f->t, &old, d);
}

/* Only one recovery of a programme may take from its dues. */
static enum status mark_set_off(struct fold *f, const struct recovery_terms *t,
                                struct diag *d)
{
    struct str code = str_of(t->programme);
    const struct account_programme *p = account_find(f->account, code);
    uint32_t before = p == NULL ? 0 : p->set_off;
    bool sets_off = t->method == RECOVERY_SET_OFF;
    if (sets_off && before != 0 && before != t->replaces) {
        fold_refuse(d, "set-off-known", "recovery %u takes from the dues of %s already",
                    before, t->programme);
        return diag_hint(d,
                         "decide for the months of both: almoner correct decide ... "
                         "--replaces %u",
                         before);
    }
    if (sets_off || (before != 0 && before == t->replaces)) {
        account_mark_set_off(f->account, code, sets_off ? t->number : 0);
    }
    return ST_OK;
}

enum status rule_recovery_confirm(struct fold *f, const struct record *r,
                                  struct diag *d)
{
    struct recovery_confirm c;
    struct recovery_entry e;
    if (!recovery_confirm_read(f->body.plain, &c)) {
        return fold_malformed(r, d);
    }
    TRY(recovery_get(f->t, c.number, &e, d));
    TRY(refusal_none(f->t, REGISTER_RECOVERY, c.number, d));
    if (e.state != RECOVERY_PROPOSED) {
        return recovery_not(&e, "proposed", d);
    }
    TRY(check_proposal(f, &e, c.proposal, d));
    TRY(other_signer(f, &e, d));
    TRY(end_replaced(f, &e.terms, d));
    TRY(check_months(f, &e.terms, e.terms.number, d)); /* reads the account */
    e.state = RECOVERY_DECIDED;
    e.confirmed_by = f->signer.number;
    e.confirmed_at = r->sequence;
    TRY(mark_set_off(f, &e.terms, d));
    TRY(recovery_end(&e, f->account, &f->postings, d));
    if (!postings_equal(&f->postings, &c.postings)) {
        return fold_refuse(d, "postings", "the postings are not what recovery %u ends",
                           c.number);
    }
    if (e.state == RECOVERY_DONE) {
        e.last = r->sequence + 1;
    }
    TRY(fold_account_put(f, e.terms.person, d));
    TRY(fold_balance(f, &f->postings, d));
    return recovery_put(f->t, &e, d);
}

/* ---- money comes in ---- */

/* Nothing is left: dues are not asked any more. */
static void unmark_done(struct fold *f, const struct recovery_entry *e)
{
    const struct account_programme *p =
        account_find(f->account, str_of(e->terms.programme));
    if (e->state == RECOVERY_DONE && p != NULL && p->set_off == e->terms.number) {
        account_mark_set_off(f->account, str_of(e->terms.programme), 0);
    }
}

enum status rule_repayment(struct fold *f, const struct record *r, struct diag *d)
{
    struct repayment x;
    struct recovery_entry e;
    struct spans owed;
    if (!repayment_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(recovery_get(f->t, x.recovery, &e, d));
    if (e.state != RECOVERY_DECIDED) {
        return recovery_not(&e, "decided", d);
    }
    if (e.terms.person != x.person || e.last != x.previous) {
        return fold_malformed(r, d);
    }
    TRY(fold_account_get(f, x.person, d));
    f->postings.count = 0;
    TRY(recovery_take(&e, f->account, x.fen, ACCOUNT_RECOVERED, &owed, &f->postings,
                      d));
    if (!spans_equal(&owed, &x.owed) || spans_sum(&owed) != x.fen ||
        !postings_equal(&f->postings, &x.postings)) {
        return fold_refuse(d, "repayment-months",
                           "the repayment is not that of the oldest open months");
    }
    e.last = r->sequence + 1;
    unmark_done(f, &e);
    TRY(fold_account_put(f, x.person, d));
    TRY(fold_balance(f, &f->postings, d));
    return recovery_put(f->t, &e, d);
}

/* ---- set-off in a run ---- */

static enum status set_off_allowed(const struct fold *f, const struct set_off *s,
                                   const struct recovery_entry *e, struct diag *d)
{
    const struct account_programme *p = account_find(f->account, str_of(s->programme));
    if (e->state != RECOVERY_DECIDED || e->terms.method != RECOVERY_SET_OFF ||
        e->terms.person != s->person || e->last != s->previous ||
        strcmp(e->terms.programme, s->programme) != 0 || p == NULL ||
        p->set_off != s->recovery) {
        return fold_refuse(d, "set-off", "recovery %u is not to be set off here",
                           s->recovery);
    }
    int32_t served = month_of_day(e->terms.served);
    for (size_t i = 0; i < s->due_count; i++) {
        const struct span *at = &s->due[i].span;
        for (int32_t m = at->from; m < at->from + at->months; m++) {
            const struct segment *g = account_month(p, m);
            if (m <= served || g == NULL ||
                at->fen > set_off_limit(g, s->due[i].share)) {
                return fold_refuse(d, "set-off-share",
                                   "a month of recovery %u gives more than its share",
                                   s->recovery);
            }
        }
    }
    return ST_OK;
}

/* In the open run, after the person's differences. */
static enum status note_set_off(struct fold *f, const struct set_off *s, int64_t fen,
                                struct diag *d)
{
    struct open_act *open = &f->head.open;
    if (open->kind != KIND_RUN_START || open->number != s->run) {
        return fold_refuse(d, "act-number", "run %u is not the open act", s->run);
    }
    if (s->person < open->next || s->person > f->head.people) {
        return fold_refuse(d, "person-order", "a run visits people in order");
    }
    if (!money_add(open->fen[OPEN_SET_OFF], fen, &open->fen[OPEN_SET_OFF])) {
        return fold_refuse(d, "run-totals", "the sums of run %u are too large", s->run);
    }
    open->next = s->person;
    open->count[OPEN_SET_OFFS]++;
    return ST_OK;
}

enum status fold_set_off(struct fold *f, struct set_off *s, struct postings *p,
                         struct diag *d)
{
    struct recovery_entry e;
    struct str code = str_of(s->programme);
    int64_t fen = 0;
    p->count = 0;
    TRY(recovery_get(f->t, s->recovery, &e, d));
    TRY(fold_account_get(f, s->person, d));
    s->previous = e.last;
    TRY(set_off_allowed(f, s, &e, d));
    for (size_t i = 0; i < s->due_count; i++) {
        const struct span *due = &s->due[i].span;
        TRY(account_set_off(f->account, code, *due, p, d));
        fen += due->fen * due->months; /* spans_sound */
    }
    TRY(recovery_take(&e, f->account, fen, ACCOUNT_RECOVERED, &s->owed, p, d));
    if (spans_sum(&s->owed) != fen) {
        return fold_refuse(d, "set-off-sum", "recovery %u does not ask for %lld fen",
                           s->recovery, (long long)fen);
    }
    TRY(note_set_off(f, s, fen, d));
    e.last = f->head.tree.size + 1;
    unmark_done(f, &e);
    TRY(fold_account_put(f, s->person, d));
    TRY(fold_balance(f, p, d));
    return recovery_put(f->t, &e, d);
}

enum status money_set_off(struct fold *f, const struct record *r, struct diag *d)
{
    struct set_off x;
    struct set_off ours;
    if (!set_off_read(r->body, &x, &f->claimed)) {
        return fold_malformed(r, d);
    }
    ours = x;
    TRY(fold_set_off(f, &ours, &f->postings, d));
    if (ours.previous != x.previous || !spans_equal(&ours.owed, &x.owed)) {
        return fold_refuse(d, "set-off-months",
                           "the set-off is not for the oldest open months");
    }
    if (!postings_equal(&f->postings, &f->claimed)) {
        return diag_fail(d, ST_INTEGRITY, "postings",
                         "the record's postings are not what its months give");
    }
    return ST_OK;
}
