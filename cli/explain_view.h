/* explain_view.h - what `almoner explain` shows of one month: as JSON, and as lines for
 * people. */
#ifndef ALMONER_CLI_EXPLAIN_VIEW_H
#define ALMONER_CLI_EXPLAIN_VIEW_H

#include "audit/explain.h"
#include "cli/env.h"
#include "cli/people.h"
#include "entitle/payee.h"

struct explain_asked {
    struct env *e;
    struct ledger *l;
    struct entitle *entitle;
    struct people p;
    struct explain_known known;
    struct payees *payees; /* of the same person */
};

/* Fields of one month into o. */
enum status explain_put(const struct explain_asked *a, struct json *o,
                        const struct explanation *x, struct diag *d) MUST_USE;
/* The same as lines. */
enum status explain_print(const struct explain_asked *a, const struct explanation *x,
                          struct diag *d) MUST_USE;

/* Who the month would be paid to on the day of asking; *asked false when nothing is
 * granted. Borrowed until the next call. */
enum status explain_payee(const struct explain_asked *a, const struct explanation *x,
                          struct payee *out, bool *asked, struct diag *d) MUST_USE;
const char *explain_payee_name(enum payee_answer answer); /* "paid", "no-route", ... */

/* The payments that took in the month, and to whom: the list "payments" of top, or
 * lines for people when top is NULL. */
enum status explain_payments(const struct explain_asked *a, const struct explanation *x,
                             struct json *top, struct diag *d) MUST_USE;

/* The facts behind an explanation, the birth behind an age among them: borrowed from
 * the person; returns how many, at most cap. */
struct explain_fact {
    const struct fact *fact;
    const char *use; /* "condition", "birth", ... */
};
size_t explain_facts(const struct explain_asked *a, const struct explanation *x,
                     struct explain_fact *out, size_t cap);

#endif
