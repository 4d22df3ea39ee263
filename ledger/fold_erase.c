/* fold_erase.c - rules of retention, holds and erasing. The rules know amounts, months
 * and the days a certificate names; that these days are the right ones is seen to where
 * the facts are (batch/erase.c), and by who signs. */
#include <string.h>

#include "ledger/erasure.h"
#include "ledger/fold_private.h"
#include "ledger/refusal.h"

enum status fold_not_erased(struct fold *f, uint64_t person, struct diag *d)
{
    return f->head.erased == 0 ? ST_OK : erasure_refuse(f->t, person, d);
}

enum status rule_retention(struct fold *f, const struct record *r, struct diag *d)
{
    struct retention_entry e;
    if (!retention_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(fold_next(&f->head.retentions, e.number, "retention rule", d));
    e.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING;
    e.sequence = r->sequence;
    e.proposed_by = f->signer.number;
    return retention_put(f->t, &e, d);
}

static enum status check_person(struct fold *f, uint64_t person, struct diag *d)
{
    if (person > f->head.people) {
        return fold_refuse(d, "unknown-person", "there is no person %llu",
                           (unsigned long long)person);
    }
    return fold_not_erased(f, person, d);
}

/* Anybody who works on the ledger sets a hold; lifting it takes a second person. */
enum status rule_hold(struct fold *f, const struct record *r, struct diag *d)
{
    struct hold_terms h;
    struct hold_entry e;
    if (!hold_read(f->body.plain, &h)) {
        return fold_malformed(r, d);
    }
    TRY(check_person(f, h.person, d));
    TRY(hold_get(f->t, h.person, &e, d));
    if (h.set == e.held) {
        return fold_refuse(d, h.set ? "held" : "not-held", "person %llu is %s hold",
                           (unsigned long long)h.person,
                           h.set ? "already under legal" : "under no legal");
    }
    if (!h.set && (f->signer.roles & ROLE_CHECKER) == 0) {
        diag_fail(d, ST_DENIED, "role", "%s may not lift a hold", f->signer.name);
        return diag_hint(d, "a checker lifts it");
    }
    if (!h.set && e.set_by == f->signer.number) {
        diag_fail(d, ST_DENIED, "same-operator", "%s set the hold", f->signer.name);
        return diag_hint(d, "another checker has to lift it");
    }
    e.held = h.set;
    e.sequence = r->sequence;
    e.set_by = h.set ? f->signer.number : e.set_by;
    return hold_put(f->t, h.person, &e, d);
}

/* ---- erasing ---- */

enum status rule_erase(struct fold *f, const struct record *r, struct diag *d)
{
    struct erasure_terms x;
    if (!erasure_terms_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(check_person(f, x.person, d));
    TRY(fold_account_own(f, x.person, d));
    TRY(hold_refuse(f->t, x.person, d));
    struct erasure_entry e = {.state = ERASURE_PROPOSED,
                              .sequence = r->sequence,
                              .proposed_by = f->signer.number,
                              .person = x.person};
    return erasure_put(f->t, x.person, &e, d);
}

static enum status check_proposed(struct fold *f, const struct erased_terms *x,
                                  struct erasure_entry *e, struct diag *d)
{
    struct record proposal;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    TRY(erasure_get(f->t, x->person, e, d));
    if (e->state == ERASURE_REFUSED) {
        TRY(refusal_none(f->t, REGISTER_ERASURE, x->person, d));
    }
    if (e->state != ERASURE_PROPOSED || e->sequence != x->proposal) {
        fold_refuse(d, "not-proposed", "erasing person %llu is not proposed so",
                    (unsigned long long)x->person);
        return diag_hint(d, "a maker or an admin proposes: almoner person erase");
    }
    TRY(record_get(f->t, e->sequence, &proposal, &bytes, d));
    tree_leaf(f->g, bytes, leaf);
    if (memcmp(leaf, x->proposal_leaf, DIGEST_LEN) != 0) {
        return fold_refuse(d, "other-proposal", "record %llu is another proposal",
                           (unsigned long long)x->proposal);
    }
    if (e->proposed_by == f->signer.number) {
        diag_fail(d, ST_DENIED, "same-operator", "%s proposed it", f->signer.name);
        return diag_hint(d, "another operator has to confirm it, as checker");
    }
    return ST_OK;
}

/* The last month with money; -1: none. */
static int32_t newest_month(const struct account *a)
{
    int32_t newest = -1;
    for (size_t i = 0; i < a->count; i++) {
        const struct account_programme *p = &a->programmes[i];
        const struct segment *s = &p->segments[p->count - 1];
        int32_t last = s->from + s->months - 1;
        newest = last > newest ? last : newest;
    }
    return newest;
}

/* Days a date can be made of, or none; payments not before the last month with money.
 */
static bool days_sound(const struct erased_terms *x, int32_t newest)
{
    const int32_t low = date_from_civil(1900, 1, 1);
    const int32_t high = date_from_civil(2199, 12, 31);
    bool payments =
        x->payments == DAY_ALWAYS || (x->payments >= low && x->payments <= high);
    return payments && x->applications >= low && x->applications <= high &&
           (newest < 0 ||
            (x->payments != DAY_ALWAYS && x->payments >= month_first_day(newest)));
}

static bool ranges_within(const struct erased_ranges *x, uint32_t last)
{
    const struct number_range *r = x->count > 0 ? &x->items[x->count - 1] : NULL;
    return r == NULL || r->from + r->count - 1 <= last;
}

/* Duplicates are rows whose account leads to the person; no hold on any of them. */
static enum status check_rows(struct fold *f, const struct erased_terms *x,
                              struct diag *d)
{
    for (size_t i = 0; i < x->row_count; i++) {
        TRY(check_person(f, x->rows[i].person, d));
        TRY(hold_refuse(f->t, x->rows[i].person, d));
        TRY(fold_account_get(f, x->rows[i].person, d));
        bool own = i == 0;
        if (f->account_of != x->person || (!own && x->rows[i].person == x->person)) {
            return fold_refuse(
                d, "other-person", "person %llu was not merged into person %llu",
                (unsigned long long)x->rows[i].person, (unsigned long long)x->person);
        }
    }
    return ST_OK;
}

static enum status mark_erased(struct fold *f, const struct erased_terms *x,
                               const struct erasure_entry *proposed, uint64_t sequence,
                               struct diag *d)
{
    for (size_t i = 0; i < x->row_count; i++) {
        struct erasure_entry e = {
            .state = ERASURE_DONE, .certificate = sequence, .person = x->person};
        if (i == 0) {
            e.sequence = proposed->sequence;
            e.proposed_by = proposed->proposed_by;
        }
        TRY(erasure_put(f->t, x->rows[i].person, &e, d));
    }
    f->head.erased += x->row_count;
    return ST_OK;
}

enum status rule_erased(struct fold *f, const struct record *r, struct diag *d)
{
    struct erased_terms x;
    struct erasure_entry e;
    uint32_t rules = f->head.retentions;
    int32_t today = day_of_time(r->time_us, f->offset_minutes);
    if (!erased_read(f->body.plain, &x) ||
        !ranges_within(&x.imports, f->head.imports) ||
        !ranges_within(&x.batches, f->head.batches)) {
        return fold_malformed(r, d);
    }
    TRY(check_proposed(f, &x, &e, d));
    TRY(check_rows(f, &x, d));
    TRY(fold_account_get(f, x.person, d));
    TRY(money_refuse(f->account, x.person, d));
    if (!days_sound(&x, newest_month(f->account))) {
        return fold_malformed(r, d);
    }
    TRY(retention_refuse(f->t, rules, RETENTION_PAYMENTS, x.payments, today, d));
    TRY(retention_refuse(f->t, rules, RETENTION_APPLICATIONS, x.applications, today,
                         d));
    return mark_erased(f, &x, &e, r->sequence, d);
}
