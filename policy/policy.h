/* policy.h - reading and checking a policy file. */
#ifndef ALMONER_POLICY_POLICY_H
#define ALMONER_POLICY_POLICY_H

#include "policy/model.h"

#define POLICY_FILE_MAX (4 * 1024 * 1024)

/* Reads the YAML text strictly: unknown or doubled keys, anchors, aliases, tags and
 * wrong types are ST_INPUT with "NAME:line:column" in where. *out is freed by
 * policy_free, which takes NULL. */
enum status policy_read(struct policy **out, struct str text, const char *file_name,
                        struct diag *d) MUST_USE;
void policy_free(struct policy *p);

/* What `policy check` reports beyond form. */
struct policy_finding {
    bool error; /* else a warning */
    const char *code;
    struct place place;
    const char *what; /* borrowed during the call */
    const char *hint; /* how to mend it */
};

/* Calls `each` for every finding, errors first come first; returns the number of
 * errors in *errors. Fails only for lack of memory. */
enum status policy_check(const struct policy *p,
                         void (*each)(void *ctx, const struct policy_finding *f),
                         void *ctx, size_t *errors, struct diag *d) MUST_USE;

const struct programme *policy_programme(const struct policy *p, const char *code);

#endif
