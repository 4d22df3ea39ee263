/* recover.h - overpayments: what is owed back is verified and proposed (maker), decided
 * (checker), and comes in as repayments, or in a run out of later dues. Each act is one
 * signed record; ledger_sign_as comes first. */
#ifndef ALMONER_BATCH_RECOVER_H
#define ALMONER_BATCH_RECOVER_H

#include "entitle/entitle.h"
#include "ledger/recovery.h"

struct recover_request {
    uint64_t person;
    struct str programme;
    enum recovery_method method;
    struct str document;  /* the decision's number */
    int32_t served;       /* day on which the person was told */
    int32_t from, to;     /* months, `to` not included; 0 and INT32_MAX: all */
    int64_t monthly_fen;  /* of a plan; 0: as plan_months says */
    uint32_t plan_months; /* of a plan; 0: as monthly_fen says */
    uint32_t replaces;    /* 0: none */
};
/* Proposes it for all that is receivable in these months and under no open recovery.
 * ST_INPUT "document", "served", "plan", "too-many-months"; ST_CONFLICT
 * "nothing-receivable", "dead" (set-off and plan need who can pay later),
 * "no-set-off". */
enum status recover_decide(struct ledger *l, const struct recover_request *q,
                           struct recovery_terms *out, struct diag *d) MUST_USE;

/* Decides recovery `number`; *moved_fen what was waived or written off. ST_CONFLICT
 * "recovery-state", "not-receivable", "set-off-known"; ST_DENIED "same-operator". */
enum status recover_confirm(struct ledger *l, uint32_t number,
                            struct recovery_entry *out, int64_t *moved_fen,
                            struct diag *d) MUST_USE;

struct recover_payment {
    uint32_t recovery;
    int64_t fen;
    int32_t received; /* day */
    enum repayment_payer payer;
    struct str name; /* empty: the person's own, when it is PAYER_SELF */
};
/* Records what was paid back; *left_fen what is still open. ST_INPUT "name",
 * "received", "amount"; ST_CONFLICT "recovery-state", "too-much". */
enum status recover_repay(struct ledger *l, const struct recover_payment *p,
                          int64_t *left_fen, struct diag *d) MUST_USE;

/* What a run sets off now for a decided recovery: fills person, recovery, programme and
 * due; false when nothing. By the account alone: asked again after it was posted, it
 * gives what is left. */
bool recover_plan(const struct entitle *e, const struct recovery_entry *r,
                  const struct account *a, struct set_off *out);

/* The account of a person, from the transaction in hand. */
enum status recover_account(struct ledger *l, uint64_t person, struct account *out,
                            struct diag *d) MUST_USE;

#endif
