/* read_programme.c - programmes and their tiers, and which of their keys are needed: a
 * programme that pays needs all; one whose document names no rate only says what it is
 * and for whom. */
#include "policy/read.h"

#include <string.h>

#define PROGRAMMES_MAX 64
#define TIERS_MAX 200

static enum status read_tier_when(struct reading *r, const struct ynode *n,
                                  const struct read_key *k, void *out, struct diag *d)
{
    struct tier *tier = out;
    struct read_when_out w = {NULL, 0};
    TRY(read_when(r, n, k, &w, d));
    tier->when = w.when;
    tier->when_count = w.count;
    return ST_OK;
}

static enum status read_tier(struct reading *r, const struct ynode *n, struct tier *out,
                             struct diag *d)
{
    static const struct read_key keys[] = {
        {"name", read_value, offsetof(struct tier, name), true, NULL},
        {"when", read_tier_when, 0, true, NULL},
        {"amount", read_amount, offsetof(struct tier, amount), true, NULL},
        {"funds", read_funds, offsetof(struct tier, funds), false, NULL},
        {"class", read_class, offsetof(struct tier, class), false, NULL},
    };
    static const struct read_table table = {"a tier", keys, READ_COUNT(keys)};
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->place;
    return ST_OK;
}

static enum status read_tiers(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    struct programme *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_items(r, n, TIERS_MAX, sizeof(struct tier), &memory, d));
    p->tiers = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct tier *tier = &p->tiers[p->tier_count];
        TRY(read_tier(r, m, tier, d));
        for (size_t i = 0; i < p->tier_count; i++) {
            if (strcmp(p->tiers[i].name, tier->name) == 0) {
                yaml_fail(r->file, m->place, d, "doubled-name",
                          "two tiers are named \"%s\"", tier->name);
                return diag_hint(d, "decisions name a tier; give each its own name");
            }
        }
        p->tier_count++;
    }
    return ST_OK;
}

static enum status read_notes(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    struct programme *p = out;
    (void)k;
    return read_strings(r, n, read_text, &p->notes, &p->note_count, d);
}

static enum status read_citation(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"clause", read_text, offsetof(struct programme, citation_clause), true, NULL},
        {"text", read_text, offsetof(struct programme, citation_text), true, NULL},
    };
    static const struct read_table table = {"citation", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

static const struct word payees[] = {{"person", PAYEE_PERSON},
                                     {"institution", PAYEE_INSTITUTION},
                                     {"by-residence", PAYEE_BY_RESIDENCE},
                                     {NULL, 0}};

#define AT(member) offsetof(struct programme, member)
static const struct read_key programme_keys[] = {
    {"code", read_name, AT(code), true, NULL},
    {"name", read_value, AT(name), true, NULL},
    {"item", read_value, AT(item), false, NULL},
    {"lead", read_value, AT(lead), false, NULL},
    {"citation", read_citation, 0, false, NULL},
    {"notes", read_notes, 0, false, NULL},
    {"payee", read_word, AT(payee), false, payees},
    {"class", read_class, AT(class), false, NULL},
    {"funds", read_funds, AT(funds), false, NULL},
    {"rules", read_rules, AT(rules), false, NULL},
    {"choices", read_choices, 0, false, NULL},
    {"tiers", read_tiers, 0, true, NULL},
};
#undef AT

static bool can_pay(const struct tier *t)
{
    return t->amount.kind != AMOUNT_NONE;
}

/* An `ask` tier pays only as the tier a decision names; that one needs them. */
static bool needs_funds(const struct tier *t)
{
    return can_pay(t) && t->amount.kind != AMOUNT_ASK;
}

static enum status check_tier_needs(const struct reading *r, const struct ynode *n,
                                    const struct programme *p, const struct tier *t,
                                    struct diag *d)
{
    if (t->amount.kind == AMOUNT_PER_YEAR && p->rules.annual == ANNUAL_NONE) {
        TRY(read_need(r, yaml_find(n, "rules"), "annual", d));
    }
    if (needs_funds(t) && t->funds.count == 0) {
        TRY(read_need(r, n, "funds", d));
    }
    return needs_funds(t) && t->class.year == 0 ? read_need(r, n, "class", d) : ST_OK;
}

static enum status check_needs(const struct reading *r, const struct ynode *n,
                               struct programme *p, struct diag *d)
{
    p->has_rules = yaml_find(n, "rules") != NULL;
    p->has_payee = yaml_find(n, "payee") != NULL;
    for (size_t i = 0; i < p->tier_count; i++) {
        p->pays = p->pays || can_pay(&p->tiers[i]);
    }
    if (!p->pays) {
        return ST_OK;
    }
    TRY(read_need(r, n, "rules", d));
    TRY(read_need(r, n, "payee", d));
    for (size_t i = 0; i < p->tier_count; i++) {
        TRY(check_tier_needs(r, n, p, &p->tiers[i], d));
    }
    return ST_OK;
}

static enum status read_programme(struct reading *r, const struct ynode *n,
                                  struct programme *out, struct diag *d)
{
    static const struct read_table table = {"a programme", programme_keys,
                                            READ_COUNT(programme_keys)};
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->place;
    return check_needs(r, n, out, d);
}

enum status read_programmes(struct reading *r, const struct ynode *n,
                            const struct read_key *k, void *out, struct diag *d)
{
    struct policy *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_items(r, n, PROGRAMMES_MAX, sizeof(struct programme), &memory, d));
    p->programmes = memory;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        struct programme *one = &p->programmes[p->programme_count];
        TRY(read_programme(r, m, one, d));
        for (size_t i = 0; i < p->programme_count; i++) {
            if (strcmp(p->programmes[i].code, one->code) == 0) {
                return yaml_fail(r->file, m->place, d, "doubled-name",
                                 "two programmes have the code \"%s\"", one->code);
            }
        }
        p->programme_count++;
    }
    return ST_OK;
}
