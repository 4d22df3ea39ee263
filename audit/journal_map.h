/* journal_map.h - an office's own accounts for what almoner posts: a strict YAML file,
 * docs/formats/journal.md. Every posting must be told of, be it with "none": nothing is
 * left out in silence. */
#ifndef ALMONER_AUDIT_JOURNAL_MAP_H
#define ALMONER_AUDIT_JOURNAL_MAP_H

#include "audit/journal.h"
#include "base/arena.h"

#define JOURNAL_MAP_BYTES_MAX ((size_t)1024 * 1024)
#define JOURNAL_CODE_MAX 20   /* bytes of an account or class */
#define JOURNAL_TEXT_MAX 100  /* bytes of the mapping's name, of a book's */
#define JOURNAL_ENTRIES_MAX 8 /* of one posting */

/* debit and credit of one posting; all texts live in the arena of the map. */
struct journal_entry {
    const char *book; /* "financial" */
    const char *debit;
    const char *credit;
    bool red; /* the amount is written below zero (红字) */
};

struct journal_rule {
    int event;  /* enum journal_event; JOURNAL_EVENTS: any */
    bool prior; /* only of vouchers of an earlier year's money */
    enum account_kind debit, credit;
    size_t count; /* 0: "none" */
    const struct journal_entry *entries;
};

struct journal_programme {
    const char *code;       /* "*": any that is not named */
    const char *functional; /* class codes; "" where not given */
    const char *economic;
    size_t rule_count; /* before those of the map */
    const struct journal_rule *rules;
};

struct journal_map {
    const char *name;
    int32_t year; /* of the class codes */
    size_t programme_count;
    const struct journal_programme *programmes;
    size_t rule_count;
    const struct journal_rule *rules;
};

/* ST_INPUT "journal-mapping" with file:line:column in where; or what yaml_read says. */
enum status journal_map_read(struct journal_map *out, struct arena *a, struct str text,
                             const char *file_name, struct diag *d) MUST_USE;
/* What the posting of this voucher becomes: the rule of the programme and the event, of
 * the programme, of the event, or the general one, the first there is; of an earlier
 * year's money first those that are for it. ST_INPUT "journal-unmapped" when there is
 * none, or the programme is not in the map. */
enum status journal_map_find(const struct journal_map *m,
                             const struct journal_voucher *v,
                             const struct journal_posting *p,
                             const struct journal_programme **programme,
                             const struct journal_rule **rule, struct diag *d) MUST_USE;

#endif
