/* links.h - records on their way into the chain: a second thread writes into each the
 * hash of the one before, hashes it and grows the tree, while the caller folds those
 * that come next. Only then are they stored: nothing stands in the store before its
 * hash does, and until links_end the caller has the old tree.
 *
 * For records that come in great numbers within an act and whose rules do not look at
 * the chain. */
#ifndef ALMONER_LEDGER_LINKS_H
#define ALMONER_LEDGER_LINKS_H

#include "ledger/record.h"
#include "ledger/store.h"
#include "ledger/tree.h"

struct links;

/* The kind is that of the ledger's suite. */
enum status links_new(struct links **out, enum digest_kind kind, struct diag *d)
    MUST_USE;
void links_free(struct links *k); /* waits for the thread; NULL is fine */

/* Records come behind this tree, whose last leaf is given. Nothing is under way. */
void links_start(struct links *k, const struct frontier *tree,
                 const uint8_t leaf[DIGEST_LEN]);
/* The next record, of at most RECORD_BYTES_MAX, copied; at previous_at are the
 * DIGEST_LEN bytes that wait for the hash of the one before. May store others that are
 * ready: with a failure, what was begun must be dropped, and t with it. */
enum status links_add(struct links *k, struct txn *t, struct str record,
                      size_t previous_at, struct diag *d) MUST_USE;
/* Waits until all are stored; tree and leaf are then those behind the last. */
enum status links_end(struct links *k, struct txn *t, struct frontier *tree,
                      uint8_t leaf[DIGEST_LEN], struct diag *d) MUST_USE;
/* What is under way is not stored. */
void links_drop(struct links *k);

#endif
