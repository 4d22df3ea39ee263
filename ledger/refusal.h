/* refusal.h - what waits for a second signature and is not to have it: refused by who
 * may confirm it, or taken back by who proposed it. Kind 14 and register 23 of
 * docs/formats/ledger.md; one for all registers that have a confirmation. */
#ifndef ALMONER_LEDGER_REFUSAL_H
#define ALMONER_LEDGER_REFUSAL_H

#include "ledger/register.h"

#define REFUSAL_REASON_MAX 300 /* bytes */

/* How the rows of a register say that an entry waits, and that it was refused. */
struct refusable {
    enum register_kind of;
    const char *name;   /* of an entry: "setting" */
    unsigned proposers; /* roles */
    unsigned confirmers;
    uint8_t waiting, refused; /* first byte of the row */
};
/* NULL: nothing of this register waits for a second signature. */
const struct refusable *refusable_find(uint64_t of);

/* Of kind refused: {1: register, 2: number, 3: reason}. */
struct refusal {
    uint64_t of;     /* enum register_kind: one that refusable_find knows */
    uint64_t number; /* of an erasure, the person */
    char reason[REFUSAL_REASON_MAX + 1]; /* one line, never empty */
};
void refusal_write(const struct refusal *x, struct writer *w);
bool refusal_read(struct str plain, struct refusal *out);

struct refusal_entry {
    uint64_t sequence;
    uint32_t by; /* operator; 0: it was not refused */
    int64_t time_us;
    struct refusal terms;
};
/* Of an erasure the newest, which a later proposal may have left behind: what counts is
 * the state of its row. */
enum status refusal_get(struct txn *t, enum register_kind of, uint64_t number,
                        struct refusal_entry *out, struct diag *d) MUST_USE;
/* ST_CONFLICT "refused", with by whom, when it was: it cannot be confirmed any more. */
enum status refusal_none(struct txn *t, enum register_kind of, uint64_t number,
                         struct diag *d) MUST_USE;

/* May the signer refuse it? ST_CONFLICT "unknown-entry", "refused", "not-pending";
 * ST_DENIED "role". */
enum status refusal_check(struct txn *t, const struct refusal *x,
                          const struct operator_entry *signer, struct diag *d) MUST_USE;
/* For the fold, after refusal_check: the entry's row says that it was refused, and row
 * 23 by which record. */
enum status refusal_put(struct txn *t, const struct refusal *x, uint64_t sequence,
                        struct diag *d) MUST_USE;

#endif
