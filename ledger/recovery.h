/* recovery.h - getting overpayments back: what a recovery is for, what is left of it,
 * the records that decide it and move its money, and the register's rows.
 *
 * A maker pins the months with the amounts verified, a checker decides. From then on
 * money comes in oldest month first: out of later dues (set-off), or as repayments; a
 * waiver and a write-off end what is pinned at once. How much is open is asked of the
 * account: what a month does not owe any more, nobody pays back. */
#ifndef ALMONER_LEDGER_RECOVERY_H
#define ALMONER_LEDGER_RECOVERY_H

#include "ledger/money.h"

/* Numbers are stored: never reuse one. */
enum recovery_method {
    RECOVERY_SET_OFF = 1,  /* 抵扣: out of later dues of the programme */
    RECOVERY_REPAY = 2,    /* 退缴: repaid at once */
    RECOVERY_PLAN = 3,     /* 分期退缴: repaid so much a month */
    RECOVERY_WAIVE = 4,    /* 免予追缴 */
    RECOVERY_WRITE_OFF = 5 /* 核销 */
};
const char *recovery_method_name(enum recovery_method m); /* "set-off" */
bool recovery_method_parse(struct str s, enum recovery_method *out);

enum recovery_state {
    RECOVERY_PROPOSED = 1,
    RECOVERY_DECIDED = 2,
    RECOVERY_DONE = 3,     /* nothing is left */
    RECOVERY_REPLACED = 4, /* another decision took its place */
    RECOVERY_REFUSED = 5   /* before it was decided: ledger/refusal.h */
};
const char *recovery_state_name(enum recovery_state s); /* "proposed" */

enum repayment_payer {
    PAYER_SELF = 1,
    PAYER_HEIR = 2,
    PAYER_BANK = 3,
    PAYER_VILLAGE = 4,
    PAYER_OTHER = 5
};
const char *repayment_payer_name(enum repayment_payer p); /* "heir" */
bool repayment_payer_parse(struct str s, enum repayment_payer *out);

#define RECOVERY_SPANS_MAX 24
struct spans {
    size_t count;
    struct span items[RECOVERY_SPANS_MAX + 1]; /* ascending, not overlapping */
};
int64_t spans_sum(const struct spans *s);
bool spans_equal(const struct spans *a, const struct spans *b);

#define RECOVERY_DOCUMENT_MAX 120
#define RECOVERY_SHARE_MAX 10000 /* hundredths of a percent */

/* What the record of kind recovery says. */
struct recovery_terms {
    uint32_t number;
    uint64_t person;
    char programme[PROGRAMME_CODE_MAX + 1];
    struct spans months; /* pinned, fen above 0 */
    enum recovery_method method;
    char document[RECOVERY_DOCUMENT_MAX + 1];
    int32_t served;       /* day on which the person was told */
    int64_t monthly_fen;  /* of a plan, else 0 */
    uint32_t plan_months; /* of a plan, else 0 */
    uint32_t replaces;    /* an open recovery that ends when this one counts; 0: none */
};
void recovery_terms_write(const struct recovery_terms *t, struct writer *w);
bool recovery_terms_read(struct str plain, struct recovery_terms *out);

struct recovery_entry {
    struct recovery_terms terms;
    enum recovery_state state;
    uint64_t sequence; /* of the record that proposed it */
    uint32_t made_by;
    uint32_t before;       /* the person's recovery before this one; 0: none */
    uint32_t confirmed_by; /* 0: not yet */
    uint64_t confirmed_at; /* sequence */
    uint64_t last;         /* sequence + 1 of its newest record that moved money */
    struct spans left;     /* of what was pinned, not brought in yet */
};
/* Is it proposed or decided? */
bool recovery_is_open(const struct recovery_entry *e);
/* Fails with ST_CONFLICT "recovery-state": it is not as wanted ("decided"), and what to
 * do about it. */
enum status recovery_not(const struct recovery_entry *e, const char *wanted,
                         struct diag *d);

/* ST_CONFLICT "unknown-recovery". */
enum status recovery_get(struct txn *t, uint32_t number, struct recovery_entry *out,
                         struct diag *d) MUST_USE;
/* The newest recovery of a person; 0: none. Its `before` leads to the older ones. */
enum status recovery_newest(struct txn *t, uint64_t person, uint32_t *number,
                            struct diag *d) MUST_USE;
/* For the fold. A new one becomes the person's newest. */
enum status recovery_put(struct txn *t, const struct recovery_entry *e, struct diag *d);
enum status recovery_put_new(struct txn *t, struct recovery_entry *e, struct diag *d);

/* What is receivable in the programme and under no open recovery, in the months
 * from..to-1; `without` (0: none) is not counted as open. Zeros are left out. ST_INPUT
 * "too-many-months" when it does not fit. */
struct recovery_scope {
    uint64_t person;
    struct str programme;
    int32_t from, to;
    uint32_t without;
};
enum status recovery_available(struct txn *t, const struct account *a,
                               const struct recovery_scope *s, struct spans *out,
                               struct diag *d) MUST_USE;

/* How much could be brought in now: of each month what is left and still receivable. */
int64_t recovery_open_fen(const struct recovery_entry *e, const struct account *a);
/* The open months that give fen, oldest first, as far as RECOVERY_SPANS_MAX spans
 * reach. */
void recovery_choose(const struct recovery_entry *e, const struct account *a,
                     int64_t fen, struct spans *out);
/* Brings in up to fen, oldest month first: settles the account's months into `into`,
 * lessens e->left and adds postings. Months before the last one touched are not open
 * any more and are dropped. *out: which months, at most RECOVERY_SPANS_MAX spans; their
 * sum may be less than fen. When nothing is open then, e is RECOVERY_DONE. */
enum status recovery_take(struct recovery_entry *e, struct account *a, int64_t fen,
                          enum account_kind into, struct spans *out, struct postings *p,
                          struct diag *d) MUST_USE;

/* What a decision moves by itself: a waiver or write-off all that is open, and e is
 * done; other methods nothing. */
enum status recovery_end(struct recovery_entry *e, struct account *a,
                         struct postings *p, struct diag *d) MUST_USE;

/* ---- set-off: a record of a run ---- */

struct set_off_due { /* what later months give */
    struct span span;
    uint32_t
        share; /* of what is granted, by the ruling policy: hundredths of percent */
};
struct set_off {
    uint32_t run;
    uint64_t person;
    uint32_t recovery;
    char programme[PROGRAMME_CODE_MAX + 1];
    struct spans owed; /* what they pay for */
    size_t due_count;
    struct set_off_due due[RECOVERY_SPANS_MAX];
    uint64_t previous; /* the recovery's `last` before */
};
void set_off_write(const struct set_off *s, const struct postings *p, struct writer *w);
bool set_off_read(struct str body, struct set_off *out, struct postings *p);
/* How much a month may still give: its share, less what it gave, and no more than is
 * due. */
int64_t set_off_limit(const struct segment *month, uint32_t share);

/* ---- the other records ---- */

struct recovery_confirm {
    uint32_t number;
    uint8_t proposal[DIGEST_LEN]; /* leaf hash of the record of kind recovery */
    struct postings postings;     /* of a waiver or write-off, else none */
};
void recovery_confirm_write(const struct recovery_confirm *c, struct writer *w);
bool recovery_confirm_read(struct str plain, struct recovery_confirm *out);

struct repayment {
    uint32_t recovery;
    uint64_t person;
    int32_t received; /* day */
    int64_t fen;
    enum repayment_payer payer;
    uint8_t name[DIGEST_LEN]; /* commitment to the note in the person's row */
    struct spans owed;
    uint64_t previous; /* the recovery's `last` before */
    struct postings postings;
};
void repayment_write(const struct repayment *r, struct writer *w);
bool repayment_read(struct str plain, struct repayment *out);

#endif
