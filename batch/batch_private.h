/* batch_private.h - what the files of the batch share; nobody else includes it. */
#ifndef ALMONER_BATCH_BATCH_PRIVATE_H
#define ALMONER_BATCH_BATCH_PRIVATE_H

#include "batch/batch.h"
#include "ledger/body.h"
#include "ledger/line.h"

/* The form by name, or the channel's as it was confirmed; f is initialised here and has
 * to be released also after a failure. */
enum status batch_form(struct ledger *l, const struct batch_entry *b, const char *name,
                       struct bank_form *f, struct diag *d) MUST_USE;

/* The same with its settings, and with the channel's for a form that is not its own. */
enum status batch_form_set(struct ledger *l, const struct batch_entry *b,
                           const char *name, struct bank_form *f, struct diag *d)
    MUST_USE;

/* ST_USAGE "no-payment-format" when no file can be written in it. */
enum status batch_form_written(const struct bank_form *form, struct diag *d) MUST_USE;

#define BATCH_LIST_MAX ((size_t)64 * 1024 * 1024) /* bytes of the list of files */

/* What making a batch's files came to. */
struct batch_made {
    uint32_t files;
    uint64_t payments;
    uint8_t sha256[DIGEST_LEN]; /* of the only file, or of the list of several */
    uint64_t bytes;             /* of the same */
    bool has_rows;              /* of sheets: SHA-256 of the files' digests of rows */
    uint8_t rows_sha256[DIGEST_LEN];
    struct buf list; /* one entry for each file, also when there is one only */
};
void batch_made_init(struct batch_made *made); /* the list is released by the caller */

/* The files of a batch in any state: what they would be with its ids, its time of
 * release and this number of the first file. made: initialised. */
enum status batch_file_of(struct ledger *l, const struct batch_entry *batch,
                          const struct bank_form *form, uint32_t file_number,
                          struct bank_sink sink, struct batch_made *made,
                          const struct progress *progress, struct diag *d) MUST_USE;

/* The number that the first file of an export made now has: one more than those that
 * were exported for the channel's same day, of payment or of release; not counting
 * those of this batch since it was released last. */
enum status batch_file_number(struct ledger *l, const struct batch_entry *b,
                              uint32_t *out, struct diag *d) MUST_USE;

/* Keeps form's text and, of several files, their list. */
enum status batch_keep_form(struct ledger *l, const struct bank_form *form,
                            const struct batch_made *made, struct diag *d) MUST_USE;

/* A long act that moves lines of a batch, one after the other. */
struct line_act_kind {
    enum record_kind start, lines, end;
    const char *word; /* for struct progress */
    enum status (*move)(struct fold *f, uint32_t batch, uint32_t line,
                        struct postings *p, int64_t *fen, struct diag *d);
};
struct line_act {
    struct ledger *l;
    const struct line_act_kind *kind;
    const struct progress *progress;
    const char *name; /* in the words that are signed: "batch 7: end of <name>" */
    struct batch_entry batch;
    struct line_entry line; /* looked at last */
    bool resumed;           /* an act that was killed: some lines are done */
    bool writing;           /* false: lines are only looked at */
    struct chunk chunk;
    uint64_t in_chunk;   /* lines of this transaction */
    uint64_t done_lines; /* of the whole act, when it is written */
    int64_t done_fen;
};
/* Signs the start of `count` lines (unless resumed), has `lines` post each, signs the
 * end and commits; what was committed before a failure is resumed. */
enum status line_act_write(struct line_act *x, struct str body, uint64_t count,
                           enum status (*lines)(void *ctx, struct diag *d), void *ctx,
                           struct diag *d) MUST_USE;
/* Within it: x->line goes where the act takes it. */
enum status line_act_post(struct line_act *x, struct diag *d) MUST_USE;

#endif
