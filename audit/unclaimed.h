/* unclaimed.h - who by the facts would have something and gets nothing, with the
 * reason: policies looking for people. One pass over everybody, one month each. */
#ifndef ALMONER_AUDIT_UNCLAIMED_H
#define ALMONER_AUDIT_UNCLAIMED_H

#include "base/progress.h"
#include "entitle/entitle.h"

#define UNCLAIMED_ROWS_MAX 4000000
#define UNCLAIMED_UNITS_MAX 65536

struct unclaimed_terms {
    int32_t month;
    int programme; /* of the entitle's set; -1: all */
    bool warned;   /* instead: those for whom something the rules need was missing */
};

struct unclaimed_row {
    uint64_t person;
    int64_t fen; /* a month; 0: nobody can know before a decision */
    const char
        *attribute; /* OMISSION_ASSESSMENT: of what there is no value, else NULL */
    const struct tier *tier; /* or NULL */
    uint32_t unit;           /* index; see unclaimed_unit */
    uint16_t programme;
    uint8_t why;     /* enum omission */
    uint8_t warning; /* enum why_warning */
};

/* The rows by unit, person and programme. Tiers borrow from the entitle given. */
struct unclaimed;
enum status unclaimed_find(struct ledger *l, struct entitle *e,
                           const struct unclaimed_terms *terms,
                           const struct progress *progress, struct unclaimed **out,
                           struct diag *d) MUST_USE;
void unclaimed_free(struct unclaimed *u); /* NULL is fine */

size_t unclaimed_count(const struct unclaimed *u);
const struct unclaimed_row *unclaimed_at(const struct unclaimed *u, size_t i);
const char *unclaimed_unit(const struct unclaimed *u, uint32_t unit); /* may be "" */
uint64_t unclaimed_people(const struct unclaimed *u);                 /* looked at */

#endif
