/* import_preview.h - what a file would change, before it counts: every changed route,
 * death, decision and other fact by row, who comes onto a list and who goes, what was
 * paid before this ledger, and what it would make of the money by programme. For the
 * maker when it is proposed, for the checker before it is confirmed (import show). */
#ifndef ALMONER_BATCH_IMPORT_PREVIEW_H
#define ALMONER_BATCH_IMPORT_PREVIEW_H

#include "batch/import.h"
#include "ledger/account.h"

#define PREVIEW_CHANGES_MAX 1000 /* kept for showing; all are counted */
#define PREVIEW_FACTS_KEPT 400 /* of them: other facts, so that these crowd out none */
#define PREVIEW_PROGRAMMES_MAX 64
#define PREVIEW_ATTRIBUTES_MAX 32
/* Of so many people at most the money is reckoned: it takes as long as a run. */
#define PREVIEW_PEOPLE_MAX 50000

enum preview_what {
    PREVIEW_DEATH,
    PREVIEW_DECISION,
    PREVIEW_ROUTE,
    PREVIEW_VOID,
    PREVIEW_ORDER,
    PREVIEW_BEGUN, /* comes onto the list */
    PREVIEW_ENDED, /* is not on it any more */
    PREVIEW_MERGE,
    PREVIEW_FACT, /* any but a death or decision: welfare, claim, phone ... */
    PREVIEW_KINDS
};
const char *preview_what_name(enum preview_what w); /* "death", "ended", ... */

struct preview_change {
    enum preview_what what;
    uint64_t line; /* of the file; 0: not in it (who ended) */
    uint64_t person;
    char attribute[48];
    char programme[PROGRAMME_CODE_MAX + 1];
    char before[256]; /* "": nothing. Of a route the account: mask it */
    char after[256];
    int32_t effective; /* DAY_NEVER: no day */
    char document[256];
};

struct preview_programme {
    char code[PROGRAMME_CODE_MAX + 1];
    uint64_t people; /* whose months change */
    int64_t more_fen, less_fen;
};

struct preview_attribute { /* facts of kind PREVIEW_FACT */
    char name[48];
    uint64_t rows;
};

struct preview_history { /* what was paid before this ledger, of one programme */
    char code[PROGRAMME_CODE_MAX + 1];
    uint64_t rows, people;
    int64_t fen;
    int32_t first, last; /* months */
};

struct import_preview {
    uint64_t counts[PREVIEW_KINDS];
    size_t kept;
    struct preview_change *changes; /* freed by import_preview_release */
    size_t
        attribute_count; /* facts of attributes that do not fit are in counts alone */
    struct preview_attribute attributes[PREVIEW_ATTRIBUTES_MAX];
    size_t history_count;
    struct preview_history history[PREVIEW_PROGRAMMES_MAX];
    bool reckoned;   /* the sums are complete */
    int32_t through; /* up to this month */
    size_t programme_count;
    struct preview_programme programmes[PREVIEW_PROGRAMMES_MAX];
};
void import_preview_release(struct import_preview *p);

/* Of an import that waits; for one that was confirmed the report alone. Statuses as of
 * import_confirm; nothing is written. */
enum status import_preview(struct ledger *l, uint32_t number,
                           const struct progress *progress, struct import_report *r,
                           struct import_preview *out, struct diag *d) MUST_USE;

#endif
