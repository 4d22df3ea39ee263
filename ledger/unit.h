/* unit.h - villages, communities, townships, farm offices (管理单位): a tree with
 * successors, apart from the registration: register 10. Rows are written by the fold of
 * units records alone; the same unit again replaces its row. */
#ifndef ALMONER_LEDGER_UNIT_H
#define ALMONER_LEDGER_UNIT_H

#include "ledger/store.h"

#define UNIT_CODE_MAX 100 /* bytes */
#define UNIT_NAME_MAX 300
#define UNITS_MAX 20000

struct unit_entry {
    uint32_t number; /* from 1, without gaps */
    char code[UNIT_CODE_MAX + 1];
    char name[UNIT_NAME_MAX + 1];
    char parent[UNIT_CODE_MAX + 1];    /* "": none */
    char successor[UNIT_CODE_MAX + 1]; /* "": none */
    int32_t from;                      /* first day; DAY_ALWAYS */
    int32_t until;                     /* last day; DAY_NEVER */
    uint64_t sequence;                 /* of the record that wrote the row last */
};

/* *found false when there is no such number: then there is no higher one. */
enum status unit_get(struct txn *t, uint32_t number, struct unit_entry *out,
                     bool *found, struct diag *d) MUST_USE;
/* For the fold. */
enum status unit_put(struct txn *t, const struct unit_entry *e, struct diag *d)
    MUST_USE;

/* All units, sorted by code. Zeroed is empty; freed by unit_list_release. */
struct unit_list {
    size_t count;
    struct unit_entry *units;
};
enum status unit_list_load(struct unit_list *list, struct txn *t, struct diag *d)
    MUST_USE;
void unit_list_release(struct unit_list *list);
/* NULL when it is not known. */
const struct unit_entry *unit_list_find(const struct unit_list *list, struct str code);
/* The unit that stands for this one on a day: itself, or its successor, and so on, when
 * its last day is past. A unit that is over and has no successor stands for itself;
 * NULL when the code is not known. */
const struct unit_entry *unit_list_resolve(const struct unit_list *list,
                                           struct str code, int32_t day);

#endif
