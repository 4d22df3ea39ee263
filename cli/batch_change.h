/* batch_change.h - how a batch differs from the one before of its kind: who is new, who
 * is not in it any more, whose sum changed. For people who sign. */
#ifndef ALMONER_CLI_BATCH_CHANGE_H
#define ALMONER_CLI_BATCH_CHANGE_H

#include "ledger/ledger.h"

struct batch_change_sum {
    uint64_t people;
    int64_t fen; /* of the difference; of those as before, what they get */
};
struct batch_change {
    uint32_t before; /* the newest earlier batch by the same channel, made for the same
                        programmes; 0: there is none, and the rest is not said */
    int32_t before_day; /* its day of payment */
    struct batch_change_sum started, stopped, more, less, same;
};

/* One person of either batch. */
struct batch_change_person {
    uint64_t person;
    bool now, then; /* in this batch; in the one before */
    int64_t now_fen, then_fen;
};
struct batch_change_sink {
    enum status (*each)(void *ctx, const struct batch_change_person *p, struct diag *d);
    void *ctx;
};
struct batch_entry;
/* Everybody of the batch and of the one before it, in the order of their numbers;
 * *before: its number is 0 when there is none. */
enum status batch_change_people(struct ledger *l, uint32_t batch,
                                struct batch_entry *before,
                                struct batch_change_sink sink, struct diag *d) MUST_USE;
/* The same as notes of a request, in both languages. */
enum status batch_change_notes(struct ledger *l, uint32_t batch, struct buf *notes,
                               struct diag *d) MUST_USE;

#endif
