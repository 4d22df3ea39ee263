/* entitle.h - what should be granted, and the difference to what was: the one place
 * that both runs and audits ask. Reads the ledger's policies and one person at a time;
 * writes nothing. */
#ifndef ALMONER_ENTITLE_ENTITLE_H
#define ALMONER_ENTITLE_ENTITLE_H

#include "ledger/vault.h"
#include "policy/eval.h"
#include "policy/policy.h"
#include "policy/why.h"

/* The confirmed policies of a ledger, compiled, and work space for one person. */
struct entitle;

/* Loads the first `rules` confirmed policies (UINT32_MAX: all). */
enum status entitle_open(struct entitle **out, struct ledger *l, uint32_t rules,
                         struct diag *d) MUST_USE;
/* The same from policies that are at hand, in the order of confirmation; they must
 * outlive it. */
enum status entitle_open_list(struct entitle **out, const struct confirmed_policy *list,
                              size_t count, struct diag *d) MUST_USE;
/* As entitle_open with all of them, and this one after them as if it were confirmed
 * today: what the ledger would grant then. p must live as long as it. Fails when they
 * do not compile together: no run could be made any more. */
enum status entitle_open_trial(struct entitle **out, struct ledger *l,
                               const struct policy *p, uint32_t number, struct diag *d)
    MUST_USE;
void entitle_close(struct entitle *e); /* NULL is fine */
/* How many policies were confirmed before a sequence: for entitle_open. */
enum status entitle_rules_before(struct ledger *l, uint64_t sequence, uint32_t *rules,
                                 struct diag *d) MUST_USE;
const struct policy_set *entitle_policies(const struct entitle *e);

/* What was settled by payment history recorded at or above this sequence does not count
 * (at first: all counts). "As known on": the same as for person_read. */
void entitle_known_below(struct entitle *e, uint64_t known_below);
/* A court's or the bureau's order that bears on a month of a programme. What is granted
 * is the larger of the rule's amount and the sum of those that count, and on top of it
 * those beside. */
struct ordered {
    const struct fact *fact; /* of p; its document, and the record it came with */
    bool counts;
    int64_t fen;
};
#define ORDERED_MAX 16
/* Fills out with the first ORDERED_MAX; returns how many there are. */
size_t entitle_ordered(const struct person *p, struct str programme, int32_t month,
                       struct ordered out[ORDERED_MAX]);

/* What evaluation wants of a person: for person_read_some. */
uint32_t entitle_wants(const struct entitle *e);

/* The results of one month, by programme number of the set; borrowed until the next
 * call. */
const struct eval_result *entitle_month(struct entitle *e, const struct person *p,
                                        int32_t month);

/* The same for many months of one person: take once, then ask for amounts (who is not
 * eligible is not told why). False: nobody was known under this number; do not ask. The
 * person must live until the last question. */
bool entitle_take(struct entitle *e, const struct person *p);
const struct eval_result *entitle_amounts(struct entitle *e, int32_t month);

/* The person as policy/why.h wants them, until the next question here; a fact's order
 * is its index in p->facts. NULL: nobody was known under this number. */
const struct eval_person *entitle_subject(struct entitle *e, const struct person *p);

/* What they miss in a month and what is warned of, by programme: why_omitted. False:
 * nothing. */
bool entitle_omitted(struct entitle *e, const struct person *p, int32_t month,
                     struct omitted *out);

/* How many people had a warned month (see struct eval_result) in entitle_differences so
 * far. */
uint64_t entitle_warned(const struct entitle *e);

/* The months to look at: first..through, both in. */
struct entitle_range {
    int32_t first;
    int32_t through;
};

/* The differences of one person for one programme. */
#define DIFFERENCE_ORDERS_MAX 4
struct difference {
    int programme; /* of the set */
    char code[PROGRAMME_CODE_MAX + 1];
    size_t count;
    struct entitlement_span spans[ENTITLEMENT_SPANS_MAX];
    size_t order_count; /* records of orders that bear on these months, newest first */
    uint64_t orders[DIFFERENCE_ORDERS_MAX];
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

/* Whose result for a month is known to hold for later ones need not be opened again:
 * what was found is kept as bytes of one length, the outcome.
 *
 * A digest of all that results rest on beside the person: policies, history settled,
 * this program's rules. An outcome is good under the same terms only. */
void entitle_terms(const struct entitle *e, uint8_t out[DIGEST_LEN]);
size_t entitle_outcome_bytes(const struct entitle *e);
/* After entitle_differences through `month`: the first later month in which the person
 * could be granted something else, with the outcome until then; or `month` when nothing
 * can be said of later ones. */
int32_t entitle_steady(const struct entitle *e, int32_t month, struct writer *w)
    MUST_USE;
/* As entitle_differences, of somebody for whom the outcome holds in all the range. */
enum status entitle_steady_differences(
    struct entitle *e, struct str outcome, const struct account *a,
    struct entitle_range range, int32_t period,
    enum status (*each)(void *ctx, const struct difference *x, struct diag *d),
    void *ctx, struct diag *d) MUST_USE;

/* The rules of a programme that say when and to whom what is due for a month is paid;
 * NULL when no policy rules it in that month. */
const struct programme *entitle_rules(const struct entitle *e, struct str programme,
                                      int32_t month);
/* How much of what a month is granted may be set off for overpayments, by the policy
 * that rules it: hundredths of a percent, 0 to 10000. */
uint32_t entitle_share(const struct entitle *e, struct str programme, int32_t month);

#endif
