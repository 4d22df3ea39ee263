/* eval_case.h - policies, a person and what is expected, in a few words each; for
 * test_eval.c. See eval_case.c for the small languages. */
#ifndef ALMONER_TESTS_UNIT_EVAL_CASE_H
#define ALMONER_TESTS_UNIT_EVAL_CASE_H

#include "policy/eval.h"

#define CASE_POLICIES_MAX 4
#define CASE_FACTS_MAX 64
#define CASE_SETTLED_MAX 32

/* NULL or 0: as in eval_case.c, so that a case says only what it is about. */
struct case_policy {
    const char *id;
    const char *effective; /* 2020-01-01 */
    const char *confirmed; /* the month; 2020-01 */
    const char *head;      /* more keys of the file */
    const char *code;      /* "c"; "" for a file without programmes */
    const char *rules;     /* "key: value|-key|...": differences from the usual rules */
    const char *tiers;     /* the list in flow style */
    const char *more;      /* a second programme: "code/rules/tiers" */
    const char *more_rules;
    const char *more_tiers;
};

struct eval_case {
    const char *label;
    struct case_policy p[CASE_POLICIES_MAX];
    const char *birth;   /* 1940-01-01 */
    const char *facts;   /* "attribute[@programme]=value DATE[..DATE] ...; ..." */
    const char *settled; /* "programme through month=fen ...; ..." */
    const char *expect;  /* "[programme:]MONTH[..MONTH]=fen-or-reason ..." */
};

struct case_set {
    struct policy *policies[CASE_POLICIES_MAX];
    struct confirmed_policy confirmed[CASE_POLICIES_MAX];
    size_t count;
    struct policy_set *set;
};

struct case_person {
    struct eval_person person;
    struct eval_fact facts[CASE_FACTS_MAX];
    struct eval_settled settled[CASE_SETTLED_MAX];
};

/* All fail the running test when a text is wrong. */
void case_set_init(struct case_set *s, const struct eval_case *c);
void case_set_release(struct case_set *s);
/* Keeps pointers into the texts of the case and into itself. */
void case_person_init(struct case_person *p, const struct case_set *s,
                      const struct eval_case *c);
void case_run(const struct eval_case *c);

#endif
