/* steady.h - what a run keeps so that the next need not open who stays as they are: of
 * every person the mark of the sealed row that was read, and until which month what was
 * found in it holds. Kept in blocks of people, sealed, in rows of TABLE_META.
 *
 * No truth and no projection: a block that is missing, does not open, is of other terms
 * or of a later ledger counts as nothing, and a row sealed anew has another mark. What
 * is granted by it is recomputed by `audit verify`, which does not look at it. */
#ifndef ALMONER_LEDGER_STEADY_H
#define ALMONER_LEDGER_STEADY_H

#include "ledger/vault.h"

#define STEADY_PEOPLE 1024 /* of a block: number 1024 * n to 1024 * n + 1023 */
#define STEADY_OUTCOMES_MAX 256
#define STEADY_OUTCOME_BYTES_MAX (32 * 1024) /* of all outcomes of a block */
#define STEADY_NO_OUTCOME 0xffff
#define STEADY_BYTES_MAX (64 * 1024)
/* Longer than any: a block as the program writes it. */
_Static_assert(80 + STEADY_OUTCOME_BYTES_MAX + 13 * STEADY_PEOPLE < STEADY_BYTES_MAX,
               "a block fits");

struct steady_entry {
    uint64_t mark;    /* steady_mark of the row it was made from; 0: nothing is known */
    uint16_t months;  /* from the block's month on, with the same outcome; may be 0 */
    uint16_t outcome; /* STEADY_NO_OUTCOME: an institution when months is above 0 */
};

struct steady_block {
    uint64_t number;
    uint8_t terms[DIGEST_LEN]; /* what the outcomes rest on beside the person's row */
    uint64_t known_below;      /* size of the ledger whose facts counted */
    int32_t month;             /* of the run */
    uint16_t outcome_bytes;    /* of one */
    uint16_t outcome_count;
    uint8_t outcomes[STEADY_OUTCOME_BYTES_MAX];
    struct steady_entry entries[STEADY_PEOPLE];
};

/* Of a sealed value of TABLE_PEOPLE: the end of its tag, never 0. */
uint64_t steady_mark(struct str sealed);

void steady_write(const struct steady_block *b, struct writer *w);
/* False when the bytes are no block; out is then undefined. */
bool steady_read(struct str plain, struct steady_block *out);

/* Is this the key of a block's row in TABLE_META? */
bool steady_number(struct str key, uint64_t *number);
/* The sealed block as it stands in the store; empty when there is none. */
enum status steady_get(struct ledger *l, uint64_t number, struct str *sealed,
                       struct diag *d) MUST_USE;
/* On any thread: out has sealed.n bytes. False when it does not authenticate. */
bool steady_open(struct vault_opener *o, uint64_t number, struct str sealed,
                 struct buf *plain);
/* In the write transaction in hand. */
enum status steady_put(struct ledger *l, uint64_t number, struct str plain,
                       struct diag *d) MUST_USE;
/* The block with this person goes: nothing about who is erased stays. */
enum status steady_forget(struct ledger *l, uint64_t person, struct diag *d) MUST_USE;

#endif
