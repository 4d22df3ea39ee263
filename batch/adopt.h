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

/* ST_INPUT "draft" for a draft in a live ledger; ST_DENIED "same-operator"; ST_CONFLICT
 * "not-pending"; and what policy_set_new says when the file does not go together with
 * those confirmed before. */
enum status adopt_confirm(struct ledger *l, uint32_t number, struct adopt_report *out,
                          struct diag *d) MUST_USE;

/* The file of a policy, and what it says; *out is freed by policy_free. text may be
 * NULL; else it is initialised here and must be released, also after a failure. */
enum status adopt_load(struct ledger *l, uint32_t number, struct buf *text,
                       struct policy **out, struct diag *d) MUST_USE;

#endif
