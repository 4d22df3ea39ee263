/* read_conflict.c - `ends` and `conflicts`: what a document takes away. */
#include "policy/read.h"

#include <string.h>

#define ENTRIES_MAX 256

static enum status read_end(struct reading *r, const struct ynode *n,
                            struct policy_end *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"programme", read_name, offsetof(struct policy_end, programme), true, NULL},
        {"from", read_month, offsetof(struct policy_end, from_month), true, NULL},
        {"document", read_text, offsetof(struct policy_end, document), false, NULL},
    };
    static const struct read_table table = {"an end", keys, READ_COUNT(keys)};
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->place;
    return ST_OK;
}

enum status read_ends(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_items(r, n, ENTRIES_MAX, sizeof(struct policy_end), &memory, d));
    p->ends = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct policy_end *end = &p->ends[p->end_count];
        TRY(read_end(r, m, end, d));
        for (size_t i = 0; i < p->end_count; i++) {
            if (strcmp(p->ends[i].programme, end->programme) == 0) {
                return yaml_fail(r->file, m->place, d, "doubled-name",
                                 "\"%s\" is ended twice", end->programme);
            }
        }
        p->end_count++;
    }
    return ST_OK;
}

static enum status read_among(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    struct conflict *c = out;
    (void)k;
    TRY(read_strings(r, n, read_name, &c->among, &c->among_count, d));
    if (c->among_count < 2) {
        return yaml_fail(r->file, n->place, d, "conflict-form",
                         "one programme alone is not in conflict");
    }
    return ST_OK;
}

static enum status read_block_when(struct reading *r, const struct ynode *n,
                                   const struct read_key *k, void *out, struct diag *d)
{
    struct conflict *c = out;
    struct read_when_out w = {NULL, 0};
    TRY(read_when(r, n, k, &w, d));
    c->when = w.when;
    c->when_count = w.count;
    return ST_OK;
}

/* blocked has programme and when; the rules that choose have among. */
static enum status check_form(const struct reading *r, const struct ynode *n,
                              const struct conflict *c, struct diag *d)
{
    bool blocked = c->rule == CONFLICT_BLOCKED;
    bool has_among = yaml_find(n, "among") != NULL;
    bool has_programme = yaml_find(n, "programme") != NULL;
    bool has_when = yaml_find(n, "when") != NULL;
    bool fits = blocked ? !has_among && has_programme && has_when
                        : has_among && !has_programme && !has_when;
    if (fits) {
        return ST_OK;
    }
    yaml_fail(r->file, n->place, d, "conflict-form", "these keys do not go together");
    return diag_hint(d, "{programme, when, rule: blocked} or {among: [A, B], rule: "
                        "higher-only, first or chosen}");
}

static enum status read_conflict(struct reading *r, const struct ynode *n,
                                 struct conflict *out, struct diag *d)
{
    static const struct word rules[] = {{"blocked", CONFLICT_BLOCKED},
                                        {"higher-only", CONFLICT_HIGHER_ONLY},
                                        {"first", CONFLICT_FIRST},
                                        {"chosen", CONFLICT_CHOSEN},
                                        {NULL, 0}};
    static const struct read_key keys[] = {
        {"among", read_among, 0, false, NULL},
        {"programme", read_name, offsetof(struct conflict, programme), false, NULL},
        {"when", read_block_when, 0, false, NULL},
        {"rule", read_word, offsetof(struct conflict, rule), true, rules},
    };
    static const struct read_table table = {"a conflict", keys, READ_COUNT(keys)};
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->place;
    return check_form(r, n, out, d);
}

enum status read_conflicts(struct reading *r, const struct ynode *n,
                           const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_items(r, n, ENTRIES_MAX, sizeof(struct conflict), &memory, d));
    p->conflicts = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_conflict(r, m, &p->conflicts[p->conflict_count++], d));
    }
    return ST_OK;
}
