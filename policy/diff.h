/* diff.h - what changes from one policy file to another: programme by programme, tier
 * by tier, rule by rule. Programmes are the same by code, tiers by name, or else by
 * their conditions (renamed); all other lists by what they say. */
#ifndef ALMONER_POLICY_DIFF_H
#define ALMONER_POLICY_DIFF_H

#include "base/buf.h"
#include "policy/policy.h"

enum policy_change_kind { POLICY_ADDED, POLICY_REMOVED, POLICY_CHANGED };

/* One value. All text is borrowed during the call. */
struct policy_change {
    enum policy_change_kind kind;
    const char *part; /* policy, parameter, scale, conflict, end, programme, tier,
                              rule, choice or note */
    const char *part_zh;
    const char *programme; /* code; NULL outside programmes */
    const char *name;   /* of the tier or parameter; NULL where the part has no name */
    const char *field;  /* as in the file: amount, start */
    const char *zh;     /* the field's word */
    const char *before; /* NULL: added; as policy_print writes it */
    const char *after;  /* NULL: removed */
};

struct policy_changes {
    void (*each)(void *ctx, const struct policy_change *c);
    void *ctx;
};

/* Calls `to.each` for every difference: the head, tables, then programme by programme
 * in the order of the new file, those only the old one has at the end. *count is their
 * number. Fails only for lack of memory. */
enum status policy_diff(const struct policy *old, const struct policy *new,
                        struct policy_changes to, size_t *count, struct diag *d)
    MUST_USE;

/* The same for one programme; NULL where there is none. */
enum status policy_diff_programme(const struct programme *old,
                                  const struct programme *new, struct policy_changes to,
                                  size_t *count, struct diag *d) MUST_USE;

/* Writes changes as lines for people, grouped by programme, tier and rule. */
struct policy_diff_text {
    struct buf *out;
    char group[300]; /* the heading under which lines stand now */
};
/* For struct policy_changes; ctx is a struct policy_diff_text, zeroed but for `out`. */
void policy_diff_line(void *ctx, const struct policy_change *c);

#endif
