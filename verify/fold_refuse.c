/* fold_refuse.c - what waited for a second signature and was refused: kind 14. */
#include "base/text.h"
#include "verify/fold_private.h"

/* What one entry says of itself. */
struct waiting {
    bool *refused;
    bool over; /* it counts already, or another took its place */
    uint32_t proposer;
    unsigned roles; /* of who may confirm it */
};

#define FOUND(row, over_, roles_)                                                      \
    ((row) != NULL                                                                     \
         ? (struct waiting){&(row)->refused, (over_), (row)->proposer, (roles_)}       \
         : (struct waiting){0})

static struct waiting of_admins(struct fold *f, uint64_t of, uint64_t number)
{
    if (of == 1) {
        struct operator_row *x = list_find(&f->operators, number);
        return FOUND(x, x->confirmed, ROLE_ADMIN);
    }
    if (of == 2) {
        struct channel_row *x = list_find(&f->channels, number);
        return FOUND(x, x->confirmed, ROLE_ADMIN);
    }
    if (of == 11) {
        struct witness_row *x = list_find(&f->witnesses, number);
        return FOUND(x, x->confirmed, ROLE_ADMIN);
    }
    if (of == 14) {
        struct retention_row *x = list_find(&f->retentions, number);
        return FOUND(x, x->confirmed, ROLE_ADMIN);
    }
    if (of == 16) {
        struct ledger_key_row *x = list_find(&f->keys, number);
        return FOUND(x, x->confirmed, ROLE_ADMIN);
    }
    struct setting_row *x = list_find(&f->settings, number);
    return FOUND(x, x->confirmed, ROLE_ADMIN);
}

static struct waiting of_others(struct fold *f, uint64_t of, uint64_t number)
{
    if (of == 3) {
        struct policy_row *x = list_find(&f->policies, number);
        return FOUND(x, x->confirmed, ROLE_CHECKER);
    }
    if (of == 4) {
        struct import_row *x = list_find(&f->imports, number);
        return FOUND(x, x->state != IMPORT_PROPOSED, ROLE_CHECKER);
    }
    if (of == 8) {
        struct recovery_row *x = list_find(&f->recoveries, number);
        return FOUND(x, x->state != RECOVERY_PROPOSED, ROLE_CHECKER);
    }
    if (of == 15) {
        struct proposal_row *x = fold_proposal(f, number);
        return FOUND(x, fold_erased(f, number, &(uint64_t){0}), ROLE_CHECKER);
    }
    if (of == 18) {
        struct fund_row *x = list_find(&f->funds, number);
        return FOUND(x, x->confirmed, ROLE_CHECKER);
    }
    struct close_row *x = list_find(&f->closes, number);
    return FOUND(x, x->confirmed, ROLE_CHECKER | ROLE_RELEASER);
}

void rule_refused(struct fold *f, struct act *a)
{
    uint64_t of = a->b.v[1].u;
    uint64_t number = a->b.v[2].u;
    bool admins = of == 1 || of == 2 || of == 11 || of == 14 || of == 16 || of == 17;
    bool may_be_left_out = of == 4 || of == 8 || of == 18 || of == 22;
    bool known = admins || may_be_left_out || of == 3 || of == 15;
    if (!known || text_has_control(a->b.v[3].s)) {
        fold_malformed(f, a, known ? "key 3" : "key 1");
        return;
    }
    struct waiting w = admins ? of_admins(f, of, number) : of_others(f, of, number);
    if (w.refused == NULL && may_be_left_out && !f->o.whole) {
        report_gap(f->report, GROUP_AUTHORISATION, "refused-left-out",
                   "of some entries that were refused the proposal is left out",
                   "部分不予确认的事项，其提出记录未收入");
        return;
    }
    if (w.refused == NULL || *w.refused || w.over) {
        REFUSE(f, a, GROUP_AUTHORISATION, "refused-waiting",
               "it refuses entry %llu of register %llu, which waits for no second "
               "signature",
               "不予确认的 %llu 号（登记簿 %llu）并非待确认",
               (unsigned long long)number, (unsigned long long)of);
    }
    if (a->signer != NULL && a->signer->number != w.proposer &&
        (a->signer->roles & w.roles) == 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "refused-role",
              "%s refused entry %llu of register %llu, and may neither confirm it nor "
              "has proposed it",
              "%s 对 %llu 号（登记簿 %llu）不予确认，但既无权确认，也不是提出人",
              a->signer->name, (unsigned long long)number, (unsigned long long)of);
    }
    *w.refused = true;
    fold_release_taken(f, of, number);
}
