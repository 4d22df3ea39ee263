/* batch.h - payments approved and sent together: from what is due to the bank's answer.
 * */
#ifndef ALMONER_BATCH_BATCH_H
#define ALMONER_BATCH_BATCH_H

#include "base/progress.h"
#include "formats/payment.h"
#include "ledger/vault.h"

/* Why something due did not become a line. */
enum left_out {
    LEFT_NO_ROUTE,
    LEFT_HOLD,
    LEFT_DEAD, /* waits for an heir's account */
    LEFT_NOT_YET,
    LEFT_EXPIRED,        /* another's account whose authorisation ended */
    LEFT_NO_INSTITUTION, /* for an institution, and lives in none */
    LEFT_KINDS
};
const char *left_out_name(enum left_out k); /* "no-route", ... */

struct batch_new_report {
    uint32_t number;
    uint64_t lines;
    int64_t total_fen;
    uint64_t left_lines[LEFT_KINDS]; /* person + programme */
    int64_t left_fen[LEFT_KINDS];
};

/* Takes everything due and payable by pay_day into a new draft for one channel; only
 * the given programmes when there are any. ST_CONFLICT "nothing-due" when there is
 * nothing.  */
struct batch_request {
    const char *channel;
    int32_t pay_day;
    const struct str *programmes;
    size_t programme_count;
};
enum status batch_new(struct ledger *l, const struct batch_request *q,
                      const struct progress *progress, struct batch_new_report *r,
                      struct diag *d) MUST_USE;

/* One programme of one person that is left out for one reason; texts borrow. */
struct batch_left {
    uint64_t person;
    const char *programme;
    enum left_out why;
    int64_t fen;
    int32_t from, through; /* first and last month */
    int32_t until;         /* of LEFT_EXPIRED: the last day of the authorisation */
    struct str hold;       /* of LEFT_HOLD: its reason */
};
struct batch_left_sink {
    enum status (*each)(void *ctx, const struct batch_left *x, struct diag *d);
    void *ctx;
};
/* What a batch of this one's day and programmes leaves out of what is due now, person
 * by person; r: the batch, and the sums. Reads only. */
enum status batch_left_out(struct ledger *l, uint32_t batch,
                           struct batch_left_sink sink, struct batch_new_report *r,
                           struct diag *d) MUST_USE;

/* submit, approve, release: each signs the same content digest. */
enum status batch_sign(struct ledger *l, uint32_t batch, enum batch_step step,
                       struct diag *d) MUST_USE;
/* The maker's close, then the checker's: which one follows from the state. */
enum status batch_close(struct ledger *l, uint32_t batch, struct diag *d) MUST_USE;

struct batch_export_report {
    uint8_t sha256[DIGEST_LEN];
    uint64_t bytes;
    bool copy; /* this format was exported before: the same bytes again, no record */
};
/* Writes the file through sink (called with pieces in order). After the last byte the
 * export is recorded, and only then `durable` is called, which must make the file
 * permanent under its name: no file is about that the ledger does not know of. Where
 * durable fails, the same command again gives the same bytes. format NULL: the
 * channel's. */
struct batch_sink {
    enum status (*write)(void *ctx, const void *p, size_t n, struct diag *d);
    enum status (*durable)(void *ctx, struct diag *d);
    void *ctx;
};
enum status batch_export(struct ledger *l, uint32_t batch, const char *format,
                         struct batch_sink sink, const struct progress *progress,
                         struct batch_export_report *r, struct diag *d) MUST_USE;
/* The bytes alone, from any state from released on: for audits and for the bench. */
enum status batch_file(struct ledger *l, uint32_t batch,
                       const struct payment_format *format,
                       enum status (*write)(void *ctx, const void *p, size_t n,
                                            struct diag *d),
                       void *ctx, const struct progress *progress, struct diag *d)
    MUST_USE;

struct batch_answer_report {
    bool already;   /* this file was taken in before: nothing changed */
    uint64_t lines; /* of the file */
    uint64_t changed;
    uint64_t paid, rejected, returned, unknown;
    int64_t paid_fen, rejected_fen, returned_fen, unknown_fen;
};
/* Everything is checked before the first record: "unknown-id", "other-batch",
 * "other-amount", "line-state", "totals"; each with the file's line. format NULL: the
 * channel's. file: the whole file. */
enum status batch_answer(struct ledger *l, uint32_t batch, const char *format,
                         struct str file, const struct progress *progress,
                         struct batch_answer_report *r, struct diag *d) MUST_USE;

struct batch_reissue_report {
    uint64_t lines;
    int64_t again_fen;
    uint64_t refused_dead; /* lines of dead people are left */
    uint64_t same_route;   /* warned of: the account did not change */
};
/* Returned lines become due again; lines NULL: all that came back. */
enum status batch_reissue(struct ledger *l, uint32_t batch, const uint32_t *lines,
                          size_t count, const struct progress *progress,
                          struct batch_reissue_report *r, struct diag *d) MUST_USE;

#endif
