/* lost.h - after a restore: what the bank has of batches whose last records were lost.
 *
 * A file counts only when this ledger makes it again, byte for byte: then its payments
 * are those of one batch, which is exported from now on, so that the bank's answer can
 * be taken in and nothing in it is paid a second time. */
#ifndef ALMONER_BATCH_LOST_H
#define ALMONER_BATCH_LOST_H

#include "base/progress.h"
#include "ledger/ledger.h"

struct lost_report {
    bool already; /* this export is known: nothing changed */
    uint32_t batch;
    uint64_t lines;
    int64_t total_fen;
    uint8_t sha256[DIGEST_LEN];
};
#define LOST_TIME_IN_FILE INT64_MIN
struct lost_sent { /* texts borrow */
    struct str file;
    uint32_t batch;     /* 0: the one whose ids stand in the file */
    const char *format; /* NULL: the channel's */
    int64_t created_us; /* when the file says that it was made; LOST_TIME_IN_FILE: it is
                          * an ISO 20022 message or a sheet, which are read for it */
};
/* A batch that is named may have been made since the restore (its records are lost, and
 * the batch was made anew): it takes over the file's ids; of a file without ids it
 * keeps its own. ST_INPUT "no-ids";
 * ST_CONFLICT "not-locked", "lost-batch" when no batch has
 * these ids, "file-differs" with the file's line. */
enum status lost_take_in(struct ledger *l, const struct lost_sent *sent,
                         const struct progress *progress, struct lost_report *r,
                         struct diag *d) MUST_USE;
/* The releaser states that nothing else was sent, by the bank's account statement with
 * this number. */
enum status lost_state(struct ledger *l, const char *document, struct diag *d) MUST_USE;
/* A checker or admin agrees: releases and exports are free again. */
enum status lost_agree(struct ledger *l, struct diag *d) MUST_USE;

#endif
