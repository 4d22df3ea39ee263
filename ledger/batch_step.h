/* batch_step.h - the bodies of what moves a batch backwards: records of the kinds
 * withdraw-start and batch-step. */
#ifndef ALMONER_LEDGER_BATCH_STEP_H
#define ALMONER_LEDGER_BATCH_STEP_H

#include "ledger/register.h"

#define STEP_REASON_MAX 300 /* bytes */

/* Numbers are stored: never reuse one. */
enum withdraw_what {
    WITHDRAW_DROP = 1,
    WITHDRAW_CANCEL = 2,
    WITHDRAW_RECALL = 3,
    WITHDRAW_REFUND = 4
};
enum batch_step withdraw_step(enum withdraw_what what);
enum line_state withdraw_line(enum withdraw_what what); /* what its lines become */

/* Of kind withdraw-start: {1: batch, 2: what, 3: reason}. */
struct withdraw_body {
    uint32_t batch;
    enum withdraw_what what;
    char reason[STEP_REASON_MAX + 1]; /* never empty */
};
void withdraw_write(const struct withdraw_body *x, struct writer *w);
bool withdraw_read(struct str plain, struct withdraw_body *out);

/* Of kind batch-step: {1: batch, 2: step, 3: content, 4: lines, 5: total, 6: reason,
 * 7: day of payment (redate alone), 8: SHA-256 of the bank's file (refused alone, and
 * may be missing)}. */
struct batch_step_body {
    uint32_t batch;
    enum batch_step step; /* STEP_REJECT, STEP_REFUSED or STEP_REDATE */
    uint8_t content[DIGEST_LEN];
    uint64_t lines;
    int64_t total_fen;
    char reason[STEP_REASON_MAX + 1]; /* never empty */
    int32_t pay_day;
    bool has_file;
    uint8_t file[DIGEST_LEN];
};
void batch_step_write(const struct batch_step_body *s, struct writer *w);
bool batch_step_read(struct str plain, struct batch_step_body *out);

#endif
