/* bundle_private.h - what the files of the evidence bundle share. */
#ifndef ALMONER_AUDIT_BUNDLE_PRIVATE_H
#define ALMONER_AUDIT_BUNDLE_PRIVATE_H

#include "audit/bundle.h"
#include "ledger/body.h"
#include "ledger/money.h"
#include "ledger/recovery.h"
#include "ledger/seal.h"

/* ---- sets of numbers, ascending ---- */

struct numbers {
    struct buf bytes; /* of uint64_t */
};
void numbers_init(struct numbers *s);
void numbers_release(struct numbers *s);
void numbers_add(struct numbers *s, uint64_t n); /* any order; then numbers_sort */
void numbers_sort(struct numbers *s);            /* and none twice */
size_t numbers_count(const struct numbers *s);
uint64_t numbers_at(const struct numbers *s, size_t i);
bool numbers_have(const struct numbers *s, uint64_t n); /* sorted */
/* Index of the first one at or above n. */
size_t numbers_from(const struct numbers *s, uint64_t n);

/* ---- the bag ---- */

struct bag {
    struct zip_writer *z;
    struct digest *g;
    struct buf manifest;
    uint64_t octets, files;
    char path[ZIP_WRITE_NAME_MAX + 1]; /* of the file in hand, or the one before */
    /* A sealed file: */
    struct sealer *sealer;
    uint8_t secret[SEAL_KEY_LEN];
    uint8_t plain[65536];
    size_t plain_n;
    uint32_t chunk;
};
/* path: "data/...", ascending. */
enum status bag_start(struct bag *b, const char *path, struct diag *d) MUST_USE;
enum status bag_add(struct bag *b, const void *p, size_t n, struct diag *d) MUST_USE;
enum status bag_end(struct bag *b, struct diag *d) MUST_USE;
enum status bag_text(struct bag *b, const char *path, struct str text, struct diag *d)
    MUST_USE;
/* The same for what is sealed under the bag's secret. */
enum status bag_sealed_start(struct bag *b, const char *path, struct diag *d) MUST_USE;
/* A writer for struct bag *. */
enum status bag_sealed_add(void *bag, const void *p, size_t n, struct diag *d) MUST_USE;
enum status bag_sealed_end(struct bag *b, struct diag *d) MUST_USE;
/* bagit.txt, which comes first; and what comes last. */
enum status bag_begin(struct bag *b, struct diag *d) MUST_USE;
enum status bag_finish(struct bag *b, struct str info, struct diag *d) MUST_USE;

/* ---- control totals ---- */

enum total_kind {
    TOTAL_ENTITLED,
    TOTAL_HISTORY,
    TOTAL_LINES,
    TOTAL_PAID,
    TOTAL_BACK,
    TOTAL_OPEN,
    TOTAL_OUT,
    TOTAL_KINDS
};
struct total {
    enum total_kind kind;
    char programme[PROGRAMME_CODE_MAX + 1];
    int32_t month;
    uint64_t count;
    int64_t fen;
};

/* ---- the work ---- */

struct range { /* records first to end - 1 */
    uint64_t first, end;
};

struct bundle {
    struct ledger *l;
    const struct bundle_request *q;
    struct bundle_report *r;
    uint64_t size;
    struct bag bag;
    struct buf note;       /* the checkpoint */
    struct buf ranges;     /* of struct range, ascending: the records in it */
    struct range span;     /* BUNDLE_PERIOD: from the first act concerned to the last */
    struct buf totals;     /* of struct total, sorted */
    size_t total_last;     /* index of the one counted last */
    struct numbers splits; /* sizes whose roots can be made out */
    struct numbers people; /* BUNDLE_PERSON: who was merged into one */
    struct numbers batches;
    struct numbers lines; /* BUNDLE_PERSON: batch << 32 | line */
    struct numbers recoveries;
    struct numbers exports;    /* sequences of records of kind 44 */
    struct numbers sources;    /* ... 20 and 45: files from outside */
    struct numbers timestamps; /* ... 72 */
    uint8_t *committed;        /* of months or a batch: a bit for who is committed to */
    struct buf erased;         /* of struct erased, by person */
    struct numbers checkpoint_sizes; /* of those that were given */
    struct str checkpoint_text[BUNDLE_CHECKPOINTS_MAX + 1];
};

struct erased {
    uint64_t person, sequence;
};

/* Records in order, each through `each`; *stop ends it early. stop may be NULL. */
enum status bundle_walk(struct bundle *b, struct range at,
                        enum status (*each)(void *ctx, const struct record *r,
                                            struct str bytes, struct diag *d),
                        void *ctx, const bool *stop, struct diag *d) MUST_USE;

/* One thing a record says of somebody's money or row. */
struct bundle_item {
    uint64_t person; /* 0: nobody is named */
    uint64_t holder; /* whose row holds what is committed to; 0: nothing is */
    uint32_t line;   /* of lines, results and reissues */
    struct str programme;
    const struct span *spans;
    size_t span_count;
};
/* All of a record's: kinds 22, 24, 26, 31, 33, 41, 46, 49, 60, 62; of others none. */
enum status bundle_items(const struct record *r,
                         void (*each)(void *ctx, const struct bundle_item *item),
                         void *ctx, struct diag *d) MUST_USE;
/* Kinds of records of which only a few keys are of interest here. */
enum bundle_kind {
    BUNDLE_ERASED = 29,   /* 4: [[person, SHA-256 of the sealed row], ...] */
    BUNDLE_COSIGNED = 71, /* 3: size */
    BUNDLE_TIMESTAMP = 72 /* 2: size; 4 and 6: SHA-256 of checkpoint and token */
};
/* The value under a key of the body, signed or not, is what *out reads next; false when
 * there is none. */
bool bundle_value(const struct record *r, uint64_t key, struct reader *out);
/* Key 1 of the body; 0 when there is none. */
uint64_t bundle_number(const struct record *r);

/* Fills ranges, span, people, batches, lines. */
enum status bundle_select(struct bundle *b, struct diag *d) MUST_USE;
/* Reads what was selected: fills totals, splits, exports, policies ... */
enum status bundle_gather(struct bundle *b, struct diag *d) MUST_USE;
/* Is any of the months asked for? */
bool bundle_month(const struct bundle *b, const struct span *s);
const struct total *bundle_totals(const struct bundle *b, size_t *count);
/* "period 2026-01 2026-12" */
#define BUNDLE_SCOPE_CAP 64
void bundle_scope_print(const struct bundle_request *q, char out[BUNDLE_SCOPE_CAP]);

void bundle_office_print(const struct bundle *b, char out[TEXT_MAX + 1]);
/* Is the file of this SHA-256 in the vault? */
enum status bundle_has_file(struct bundle *b, const uint8_t sha256[DIGEST_LEN],
                            bool *yes, struct diag *d) MUST_USE;
/* DIGEST_LEN bytes each: ascending, none twice. */
void bundle_sort_digests(struct buf *list);

/* Files of the payload. */
enum status bundle_claims(struct bundle *b, struct diag *d) MUST_USE;
enum status bundle_index(struct bundle *b, struct diag *d) MUST_USE;
enum status bundle_records(struct bundle *b, struct buf *tree, struct diag *d) MUST_USE;
enum status bundle_sealed(struct bundle *b, struct diag *d) MUST_USE;

#endif
