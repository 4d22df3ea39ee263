/* erasure.h - keeping and erasing what is known of people: retention rules, legal
 * holds, and the records by which a person is erased. What erasing means, and what
 * remains: docs/decisions/0012-erasing.md. Records: docs/formats/ledger.md, kinds 12,
 * 27 to 29. */
#ifndef ALMONER_LEDGER_ERASURE_H
#define ALMONER_LEDGER_ERASURE_H

#include "base/date.h"
#include "ledger/register.h"

/* ---- retention ---- */

/* Numbers are stored: never reuse one. */
enum retention_class {
    RETENTION_PAYMENTS = 1,     /* vouchers: who was paid what */
    RETENTION_APPLICATIONS = 2, /* why: claims, assessments, decisions */
    RETENTION_CLASSES = 2
};
const char *retention_class_name(enum retention_class c); /* "payments" */
bool retention_class_parse(struct str s, enum retention_class *out);

#define RETENTION_YEARS_MAX 200
struct retention_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    uint32_t proposed_by;
    enum retention_class class;
    uint32_t years;
    char document[TEXT_MAX + 1];
};
/* ST_CONFLICT "unknown-retention". */
enum status retention_get(struct txn *t, uint32_t number, struct retention_entry *out,
                          struct diag *d) MUST_USE;
enum status retention_put(struct txn *t, const struct retention_entry *e,
                          struct diag *d);
bool retention_read(struct str plain, struct retention_entry *out);
void retention_write(const struct retention_entry *e, struct writer *w);
/* The confirmed rule of this class with the highest number of 1..count (head's
 * retentions), else the default: then *number is 0. */
enum status retention_years(struct txn *t, uint32_t count, enum retention_class c,
                            uint32_t *years, uint32_t *number, struct diag *d) MUST_USE;
/* The last day on which what ended on `day` must still be kept: the same date so many
 * years later (of 29 February the 28th). DAY_ALWAYS (nothing to keep) stays. */
int32_t retention_last_day(int32_t day, uint32_t years);

/* ST_CONFLICT "retention" while what ended on `day` must still be kept. */
enum status retention_refuse(struct txn *t, uint32_t count, enum retention_class c,
                             int32_t day, int32_t today, struct diag *d) MUST_USE;

/* ---- holds ---- */

struct hold_entry {
    bool held;         /* false: none was ever set, or it was lifted */
    uint64_t sequence; /* of the record that set or lifted it */
    uint32_t set_by;   /* operator; of a lifted one who had set it */
};
struct hold_terms {
    uint64_t person;
    bool set; /* else lifted */
    char reason[TEXT_MAX + 1];
    char document[TEXT_MAX + 1];
};
enum status hold_get(struct txn *t, uint64_t person, struct hold_entry *out,
                     struct diag *d) MUST_USE;
enum status hold_put(struct txn *t, uint64_t person, const struct hold_entry *e,
                     struct diag *d);
bool hold_read(struct str plain, struct hold_terms *out);
void hold_write(const struct hold_terms *h, struct writer *w);
/* ST_CONFLICT "held" while the person is under legal hold. */
enum status hold_refuse(struct txn *t, uint64_t person, struct diag *d) MUST_USE;

/* ---- erasing ---- */

enum erasure_state {
    ERASURE_NONE = 0,
    ERASURE_PROPOSED = 1,
    ERASURE_DONE = 2,
    ERASURE_REFUSED = 3 /* until it is proposed again */
};
struct erasure_entry {
    enum erasure_state state;
    uint64_t sequence;    /* of the proposal; of a duplicate's row 0 */
    uint32_t proposed_by; /* of a duplicate's row 0 */
    uint64_t certificate; /* sequence; 0: not erased */
    uint64_t person;      /* in whose certificate it stands: its own, or who was kept */
};
enum status erasure_get(struct txn *t, uint64_t person, struct erasure_entry *out,
                        struct diag *d) MUST_USE;
enum status erasure_put(struct txn *t, uint64_t person, const struct erasure_entry *e,
                        struct diag *d);

struct erasure_terms { /* the proposal */
    uint64_t person;
    char reason[TEXT_MAX + 1];
    char document[TEXT_MAX + 1];
};
bool erasure_terms_read(struct str plain, struct erasure_terms *out);
void erasure_terms_write(const struct erasure_terms *x, struct writer *w);

/* Numbers of imports or batches: from..from+count-1. */
struct number_range {
    uint32_t from;
    uint32_t count;
};
#define ERASED_ROWS_MAX 10
#define ERASED_RANGES_MAX 24
#define ERASED_COPIES_MAX 120
struct erased_ranges {
    size_t count;
    struct number_range items[ERASED_RANGES_MAX]; /* ascending, apart */
};
struct erased_terms { /* the certificate */
    uint64_t person;
    uint64_t proposal; /* sequence, and leaf hash of that record */
    uint8_t proposal_leaf[DIGEST_LEN];
    size_t row_count; /* the person, then duplicates merged into it, ascending */
    struct {
        uint64_t person;
        uint8_t sha256[DIGEST_LEN]; /* of the sealed row that went */
    } rows[ERASED_ROWS_MAX];
    uint64_t lookups;             /* entries of TABLE_LOOKUP that went */
    int32_t payments;             /* day of the last payment or so; DAY_ALWAYS: none */
    int32_t applications;         /* of death, or of what was recorded last */
    struct erased_ranges imports; /* whose files hold or may hold the person */
    struct erased_ranges batches; /* whose bank files and answers do */
    char copies[ERASED_COPIES_MAX + 1]; /* known elsewhere: backups; may be empty */
};
bool erased_read(struct str plain, struct erased_terms *out);
void erased_write(const struct erased_terms *x, struct writer *w);
/* The certificate at this sequence. */
enum status erased_get(struct txn *t, uint64_t sequence, struct erased_terms *out,
                       struct diag *d) MUST_USE;
/* At most ERASED_RANGES_MAX ranges that cover all set bits of 1..last, with as few
 * numbers between as a doubling gap gives. */
void erased_cover(const uint8_t *bits, uint32_t last, struct erased_ranges *out);

/* ST_CONFLICT "money-open" while something is to be paid, answered or paid back. */
enum status money_refuse(const struct account *a, uint64_t person, struct diag *d)
    MUST_USE;
/* Fails with ST_CONFLICT "erased" when the person was: with the record, and where to
 * look. */
enum status erasure_refuse(struct txn *t, uint64_t person, struct diag *d) MUST_USE;
/* Is it that failure? Reports and audits go on without what a row said. */
bool erasure_failed(enum status st, const struct diag *d);

#endif
