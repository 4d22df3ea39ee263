/* entitle.h - what should be granted, and the difference to what was: the one place
 * that both runs and audits ask. Reads the ledger's policies and one person at a time;
 * writes nothing. */
#ifndef ALMONER_ENTITLE_ENTITLE_H
#define ALMONER_ENTITLE_ENTITLE_H

#include "ledger/vault.h"
#include "policy/eval.h"
#include "policy/policy.h"

/* The confirmed policies of a ledger, compiled, and work space for one person. */
struct entitle;

/* Loads the first `rules` confirmed policies (UINT32_MAX: all). */
enum status entitle_open(struct entitle **out, struct ledger *l, uint32_t rules,
                         struct diag *d) MUST_USE;
/* Would the confirmed policies and this one, as the last, compile together? If not, no
 * run could be made any more: the failure says why. */
enum status entitle_try(struct ledger *l, const struct policy *p, uint32_t number,
                        struct diag *d) MUST_USE;
void entitle_close(struct entitle *e); /* NULL is fine */
const struct policy_set *entitle_policies(const struct entitle *e);

/* What evaluation wants of a person: for person_read_some. */
uint32_t entitle_wants(const struct entitle *e);

/* The results of one month, by programme number of the set; borrowed until the next
 * call. */
const struct eval_result *entitle_month(struct entitle *e, const struct person *p,
                                        int32_t month);

/* The months to look at: first..through, both in. */
struct entitle_range {
    int32_t first;
    int32_t through;
};

/* The differences of one person for one programme. */
struct difference {
    int programme; /* of the set */
    char code[PROGRAMME_CODE_MAX + 1];
    size_t count;
    struct entitlement_span spans[ENTITLEMENT_SPANS_MAX];
};

/* Calls `each` for every programme with differences between what the rules give for the
 * range and what the account says was granted; more than ENTITLEMENT_SPANS_MAX spans
 * come in several calls. The period's own month is regular (period: the run's; for an
 * audit any). */
enum status entitle_differences(
    struct entitle *e, const struct person *p, const struct account *a,
    struct entitle_range range, int32_t period,
    enum status (*each)(void *ctx, const struct difference *x, struct diag *d),
    void *ctx, struct diag *d) MUST_USE;

/* The rules of a programme that say when and to whom what is due for a month is paid;
 * NULL when no policy rules it in that month. */
const struct programme *entitle_rules(const struct entitle *e, struct str programme,
                                      int32_t month);

#endif
