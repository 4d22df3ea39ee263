/* adopt.h - policies of a ledger: a maker adopts a file, a checker confirms it, and
 * from then on it rules. The file itself lies in the vault. */
#ifndef ALMONER_BATCH_ADOPT_H
#define ALMONER_BATCH_ADOPT_H

#include "ledger/vault.h"
#include "policy/policy.h"

struct adopt_report {
    uint32_t number;
    bool already; /* the same file was adopted before: nothing changed */
    bool confirmed;
    bool draft; /* by its own word */
    char id[KEY_NAME_MAX + 1];
    uint8_t sha256[DIGEST_LEN];
};

/* Called for every finding of policy_check; NULL when nobody wants them. */
struct adopt_findings {
    void (*each)(void *ctx, const struct policy_finding *f);
    void *ctx;
};

/* Reads and checks the file, stores it and appends the act. ST_INPUT as policy_read, or
 * "policy-errors" when a finding is an error; nothing is written then. */
enum status adopt_policy(struct ledger *l, struct str text, const char *file_name,
                         struct adopt_findings findings, struct adopt_report *out,
                         struct diag *d) MUST_USE;

/* What is to be confirmed, and may be as far as the file goes: ST_INPUT "draft" for a
 * draft in a live ledger; ST_CONFLICT "not-pending"; and what adopt_fits says. *out is
 * freed by policy_free. Reads only. */
enum status adopt_review(struct ledger *l, uint32_t number, struct policy **out,
                         struct diag *d) MUST_USE;
/* Does the policy go together with those confirmed before? ST_INPUT "annual-change" or
 * "whole-year-in-conflict", and what entitle_open_trial says. */
enum status adopt_fits(struct ledger *l, const struct policy *p, uint32_t number,
                       struct diag *d) MUST_USE;

/* What adopt_review says, and ST_DENIED "same-operator". */
enum status adopt_confirm(struct ledger *l, uint32_t number, struct adopt_report *out,
                          struct diag *d) MUST_USE;

/* The file of a policy, and what it says; *out is freed by policy_free. text may be
 * NULL; else it is initialised here and must be released, also after a failure. */
enum status adopt_load(struct ledger *l, uint32_t number, struct buf *text,
                       struct policy **out, struct diag *d) MUST_USE;

#endif
