/* batch.h - payments approved and sent together: from what is due to the bank's answer.
 * */
#ifndef ALMONER_BATCH_BATCH_H
#define ALMONER_BATCH_BATCH_H

#include "base/progress.h"
#include "entitle/bank_files.h"
#include "ledger/batch_step.h"
#include "ledger/export.h"

/* Why something due did not become a line. */
enum left_out {
    LEFT_NO_ROUTE,
    LEFT_HOLD,
    LEFT_DEAD, /* waits for an heir's account */
    LEFT_NOT_YET,
    LEFT_EXPIRED,        /* another's account whose authorisation ended */
    LEFT_NO_INSTITUTION, /* for an institution, and lives in none */
    LEFT_OBJECTION,      /* one holds the person: ledger/notice.h */
    LEFT_NO_NOTICE,      /* has to be made public first: setting notice.required.CODE */
    /* Nothing is wrong with what is not chosen: counted, and left for other batches. */
    LEFT_OTHER_PROGRAMME,
    LEFT_OTHER_UNIT,
    LEFT_OTHER_BANK,
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

/* Takes everything due and payable by pay_day into a new draft for one channel; of the
 * programmes, the units and all below them, and to the banks that are given, where any
 * are. ST_CONFLICT "nothing-due" when there is nothing, "unknown-unit"; ST_INPUT
 * "choice-size". */
struct batch_request {
    const char *channel;
    int32_t pay_day;
    const struct str *programmes;
    size_t programme_count;
    const struct str *units;
    size_t unit_count;
    struct str bank; /* as batch_choice_bank_valid; empty: any */
};
enum status batch_new(struct ledger *l, const struct batch_request *q,
                      const struct progress *progress, struct batch_new_report *r,
                      struct diag *d) MUST_USE;

#define BATCH_DAYS_AHEAD_MAX 366
/* Refuses a day of payment further ahead (ST_INPUT "pay-date"): a slip of the pen, by
 * which a batch would stand in the books of a month that cannot be closed. For who
 * makes a batch; days that are over are fine, since after a restore one is made again
 * as it was. */
enum status batch_check_day(const struct ledger *l, int32_t day, struct diag *d)
    MUST_USE;

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
/* The same, and what the checks warned of is signed for (checks.h). NULL: not checked.
 */
struct checks_report;
enum status batch_sign_checked(struct ledger *l, uint32_t batch, enum batch_step step,
                               const struct checks_report *checks, struct diag *d)
    MUST_USE;
/* The maker's close, then the checker's: which one follows from the state. */
enum status batch_close(struct ledger *l, uint32_t batch, struct diag *d) MUST_USE;

struct batch_export_report {
    char format[40];
    uint32_t files;
    uint64_t lines;
    uint64_t payments;          /* in the files: entitle/joint.h */
    uint8_t sha256[DIGEST_LEN]; /* of the file; of several, of their list */
    uint64_t bytes;             /* of the same */
    bool copy; /* this format was exported before: the same bytes again; that it was
                read again is recorded, no new export */
};
/* Writes the files through sink: for each `begin`, the pieces in order, `end`. After
 * the last byte the export is recorded, and only then `durable` is called, which must
 * make the files permanent under their names: no file is about that the ledger does not
 * know of. Where durable fails, the same command again gives the same bytes. begin and
 * end may be NULL; begin may refuse several files by bank_part's count. form NULL: the
 * channel's; its settings are set (bank_form_set). */
struct batch_sink {
    enum status (*begin)(void *ctx, const struct bank_part *p, struct diag *d);
    enum status (*write)(void *ctx, const void *p, size_t n, struct diag *d);
    enum status (*end)(void *ctx, const struct bank_part *p, struct diag *d);
    enum status (*durable)(void *ctx, struct diag *d);
    void *ctx;
};
enum status batch_export(struct ledger *l, uint32_t batch, const struct bank_form *form,
                         struct batch_sink sink, const struct progress *progress,
                         struct batch_export_report *r, struct diag *d) MUST_USE;
/* The bytes alone, of an export that was recorded: for audits and for the bench.
 * sha256: of the file, or of the list of several, which goes to *list when that is not
 * NULL (an initialised buffer). Of sheets ST_FINDINGS "sheet-version" when the cells
 * are those that were exported and the bytes are not, ST_INTEGRITY "export-differs". */
enum status batch_remake(struct ledger *l, const struct export_entry *x,
                         struct bank_sink sink, uint8_t sha256[DIGEST_LEN],
                         struct buf *list, struct diag *d) MUST_USE;

#define ANSWER_ACCOUNTS_MAX 20

struct batch_answer_report {
    bool already; /* this file was taken in before: nothing changed */
    char format[40];
    uint64_t lines; /* of the file, as far as they are of this batch */
    uint64_t changed;
    uint64_t corrected; /* of these: against what the bank had said before */
    int64_t corrected_fen;
    int64_t
        over_fen; /* of it paid a second time, or not granted any more: receivable */
    uint64_t paid, rejected, returned, unknown;
    int64_t paid_fen, rejected_fen, returned_fen, unknown_fen;
    /* Of these, what no line of the file names: it speaks of the rest. */
    uint64_t rest;
    enum payment_status rest_status;     /* PAYMENT_NONE: it does not */
    char rest_code[ANSWER_CODE_MAX + 1]; /* of a file refused as a whole, and */
    char rest_text[ANSWER_TEXT_MAX + 1]; /* the bank's words */
    uint64_t skipped; /* entries of a statement that are none of this batch */
    int64_t skipped_fen;
    uint32_t sent_file; /* which of several files it answers, from 1; 0: there is one */
    uint64_t new_accounts; /* the bank asks to use others from now on: first of these */
    struct {
        uint32_t line;
        uint64_t person;
        char ending[5]; /* the new account's last characters */
    } accounts[ANSWER_ACCOUNTS_MAX];
};
struct batch_answer_file {
    struct str text;              /* the whole file */
    const char *format;           /* NULL: told by the file, else the channel's */
    const struct bank_form *form; /* a profile of one's own; NULL: by format */
    uint32_t sent_file; /* which of several files sent it answers, from 1; 0: it says */
    bool correct;       /* it may contradict what the bank said before */
};
/* Everything is checked before the first record: the codes of answer_match_line,
 * "other-amount", "line-state", "totals", each with the file's line; of a statement
 * "nothing-of-batch"; "contradicts" with the figures when it says "paid" of what came
 * back, or "rejected" of what was paid, and is not given as a correction; "paid-again"
 * when a correction finds what it says was paid in a batch that was not sent yet. */
enum status batch_answer(struct ledger *l, uint32_t batch,
                         const struct batch_answer_file *file,
                         const struct progress *progress, struct batch_answer_report *r,
                         struct diag *d) MUST_USE;

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

/* Lines leave a batch: ledger/batch_step.h says how. lines NULL: all of them; of a
 * refund, all that came back. reason: one line of 1 to STEP_REASON_MAX bytes. */
struct batch_withdraw_request {
    uint32_t batch;
    enum withdraw_what what;
    const uint32_t *lines;
    size_t count;
    const char *reason;
};
struct batch_withdraw_report {
    uint64_t lines;
    int64_t fen; /* due again, or refunded */
};
enum status batch_withdraw(struct ledger *l, const struct batch_withdraw_request *q,
                           const struct progress *progress,
                           struct batch_withdraw_report *r, struct diag *d) MUST_USE;

/* reject, refused by the bank (file: what it sent, whose digest is recorded, or NULL),
 * redate (pay_day, as batch_check_day takes it). reason: as above. */
enum status batch_step(struct ledger *l, uint32_t batch, enum batch_step step,
                       const char *reason, int32_t pay_day, const struct str *file,
                       struct diag *d) MUST_USE;

#endif
