/* fold.h - how each record changes the projections: the one place both the writer and
 * `audit verify` go through, so that projections = fold of the records (I4).
 *
 * A fold holds an open write transaction and the head. For every kind of record there
 * is one rule; a rule refuses (ST_CONFLICT while writing; the verifier reports it) what
 * the signer may not do, what the state does not allow and what does not add up. The
 * hot kinds also have functions that take structs, which the writer calls while it puts
 * a record together. */
#ifndef ALMONER_LEDGER_FOLD_H
#define ALMONER_LEDGER_FOLD_H

#include "ledger/act.h"
#include "ledger/head.h"
#include "ledger/line.h"
#include "ledger/money.h"
#include "ledger/recovery.h"
#include "ledger/register.h"

struct fold;

/* Outside of acts and sandboxes somebody has to vouch for a longer jump (KIND_CLOCK).
 * */
#define FOLD_CLOCK_JUMP_US ((int64_t)40 * 86400 * 1000000)

enum status fold_new(struct fold **out, struct diag *d) MUST_USE;
void fold_free(struct fold *f);

/* Works in t from now on, with the head as stored there (an empty store: an empty
 * head). */
enum status fold_begin(struct fold *f, struct txn *t, struct diag *d) MUST_USE;
/* Writes the head and what was gathered in memory; then the caller commits t. */
enum status fold_end(struct fold *f, struct diag *d) MUST_USE;
/* Forgets what was gathered; the caller aborts t. */
void fold_drop(struct fold *f);

const struct head *fold_head(const struct fold *f);
/* Root of the tree of the records so far. */
void fold_root(struct fold *f, uint8_t out[DIGEST_LEN]);

/* The next record: its rule is applied, it is stored and the tree grows. The envelope's
 * sequence, previous hash and act must be what comes next. */
enum status fold_record(struct fold *f, const struct record *r, struct str bytes,
                        struct diag *d) MUST_USE;
/* As fold_record for a record whose money was moved by the functions below already. */
enum status fold_append(struct fold *f, const struct record *r, struct str bytes,
                        struct diag *d) MUST_USE;
/* The same, of a kind without a signature and without a rule but that of its money:
 * stored and hashed by and by (ledger/links.h). bytes have room for the hash of the
 * record before at previous_at. The head has the new size, and no root and leaf before
 * fold_settle, which every other record and fold_end begin with. */
enum status fold_append_later(struct fold *f, const struct record *r, struct str bytes,
                              size_t previous_at, struct diag *d) MUST_USE;
enum status fold_settle(struct fold *f, struct diag *d) MUST_USE;

/* Moves an entitlement's money; fills e->previous and p. */
enum status fold_entitlement(struct fold *f, struct entitlement *e, struct postings *p,
                             struct diag *d) MUST_USE;
/* The same where the caller has worked out, from the account as it stands, what becomes
 * of it: account_write_months of it, the postings and e->previous. Of an account that
 * nothing else in the act changes. */
enum status fold_entitlement_done(struct fold *f, const struct entitlement *e,
                                  struct str months, const struct postings *p,
                                  struct diag *d) MUST_USE;
/* Sets off what s->due says for the recovery; fills s->owed, s->previous and p. */
enum status fold_set_off(struct fold *f, struct set_off *s, struct postings *p,
                         struct diag *d) MUST_USE;
/* Takes a line into the open batch as its next line: e->batch and e->line are filled,
 * postings added to p. The caller writes its entry: see line_entry_write. */
enum status fold_line(struct fold *f, struct line_entry *e, struct postings *p,
                      struct diag *d) MUST_USE;
enum status fold_result(struct fold *f, uint32_t batch, const struct result_entry *e,
                        struct postings *p, struct diag *d) MUST_USE;
/* *again_fen: how much of the line is due again (less than the line when its months
 * were reduced since). */
enum status fold_reissue(struct fold *f, uint32_t batch, uint32_t line,
                         struct postings *p, int64_t *again_fen, struct diag *d)
    MUST_USE;
/* Takes a line out of the batch of the open withdrawal, or refunds it: *fen is due
 * again or refunded. */
enum status fold_withdraw(struct fold *f, uint32_t batch, uint32_t line,
                          struct postings *p, int64_t *fen, struct diag *d) MUST_USE;
#define HISTORY_SPANS_MAX 80 /* of one programme in an entry */
/* Payments before this ledger: spans of one person and programme, fen above zero. */
enum status fold_history(struct fold *f, uint64_t person, struct str programme,
                         const struct span *spans, size_t count, struct postings *p,
                         struct diag *d) MUST_USE;
/* The newest batch not yet exported with an open line of the person; 0: none. */
enum status fold_line_waiting(struct txn *t, uint32_t batches, uint64_t person,
                              uint32_t *batch, struct diag *d) MUST_USE;
/* A recovery of the person that waits for its checker, or is decided with something
 * still to come in; 0: none. */
enum status fold_recovery_open(struct txn *t, uint64_t person, uint32_t *recovery,
                               struct diag *d) MUST_USE;
/* The batch's running content digest after these entries: SHA-256(before || entries).
 * */
void fold_content(struct fold *f, const uint8_t before[DIGEST_LEN], struct str entries,
                  uint8_t out[DIGEST_LEN]);
/* The batch as it stands in this fold (newer than the register until fold_end). */
enum status fold_batch(struct fold *f, uint32_t number, struct batch_entry **out,
                       struct diag *d) MUST_USE;

#endif
