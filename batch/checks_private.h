/* checks_private.h - shared by the files of checks. */
#ifndef ALMONER_BATCH_CHECKS_PRIVATE_H
#define ALMONER_BATCH_CHECKS_PRIVATE_H

#include "batch/checks.h"
#include "batch/notice.h"
#include "batch/past.h"
#include "batch/trial.h"
#include "entitle/payee.h"
#include "ledger/line.h"

/* 16 bytes of memory for an account, or for who is paid for another. */
struct shared_entry {
    uint64_t hash;
    uint32_t line;
    uint32_t household; /* 0: not known */
};
struct shared_list {
    size_t count, room;
    struct shared_entry *entries;
};
#define SHARED_OF_PERSON 32 /* accounts of one person that are told apart */
/* Those behind them are not held against each other. */
#define CHECKS_LINES_OF_PERSON 64

struct usual_top { /* the most a programme gives for a month */
    char code[PROGRAMME_CODE_MAX + 1];
    int32_t month;
    int64_t fen;
};
#define USUAL_KEPT 256 /* months */

/* One walk over lines first to last of the batch, on a thread of its own or not. */
struct checking {
    struct ledger *l; /* the ledger or its twin */
    struct batch_entry batch;
    uint64_t first, last;
    enum status status; /* of the walk */
    struct diag diag;
    const struct progress *progress;
    struct checks_report *report;
    struct check_sink sink;
    struct digest *g;

    struct payees *payees;
    struct entitle *rules;
    struct account *account; /* of the person in hand */
    struct past paid, waiting;
    struct batch_public made_public;
    uint64_t facts_size; /* what the newest run knew */
    int32_t period;      /* its month; -1: there was no run */
    int64_t months_max;

    uint64_t person; /* in hand; 0: none */
    bool erased;     /* the row is gone: nothing to look at */
    bool dead;
    uint32_t household;
    struct { /* what a run now would change, of the person in hand */
        size_t count;
        struct {
            char code[PROGRAMME_CODE_MAX + 1];
            int64_t fen; /* of all months */
            bool less;   /* some month is reduced */
        } programmes[ACCOUNT_PROGRAMMES_MAX];
    } changes;
    size_t line_count;
    uint32_t lines[CHECKS_LINES_OF_PERSON]; /* of the person in hand, so far */
    size_t seen_own, seen_agents;
    uint64_t own_seen[SHARED_OF_PERSON], agents_seen[SHARED_OF_PERSON];

    struct trial *trial;         /* NULL: the bank's file is not asked about */
    struct trial_batch payments; /* of the first walk, for both */
    const struct diag *why;      /* of the row being found: what the writer says */

    struct shared_list own, agents;
    struct usual_top tops[USUAL_KEPT];
};

bool checks_on(const struct checking *c, enum check what);
/* Counts the row and hands it on, unless the check is off. */
enum status checks_found(struct checking *c, enum check what,
                         const struct line_entry *x, uint64_t other, int64_t other_fen,
                         struct diag *d) MUST_USE;

/* checks_people.c: one line, with its person. */
enum status checks_line(struct checking *c, const struct line_entry *x, struct diag *d)
    MUST_USE;
enum status checks_person(struct checking *c, uint64_t person, struct diag *d) MUST_USE;

/* checks_usual.c: is it more than the programme can give? */
enum status checks_usual(struct checking *c, const struct line_entry *x, struct diag *d)
    MUST_USE;

/* checks_bank.c: would the bank's file take it? before: the walk over the lines
 * before; NULL in the first. At its end, of the files as wholes: ST_INPUT as their
 * writer says, when the check blocks and no line was refused. */
enum status checks_bank_open(struct checking *c, const struct checking *before,
                             struct diag *d) MUST_USE;
void checks_bank_release(struct checking *c);
enum status checks_bank(struct checking *c, const struct line_entry *x,
                        const struct route *r, struct diag *d) MUST_USE;
enum status checks_bank_whole(const struct checking *c, struct diag *d) MUST_USE;

/* checks_shared.c: keeps the account; at the end tells who shares one. What another
 * walk, over the lines behind these, has kept can be joined before. */
enum status checks_keep(struct checking *c, const struct line_entry *x,
                        const struct route *r, struct diag *d) MUST_USE;
enum status checks_shared_join(struct checking *c, const struct checking *behind,
                               struct diag *d) MUST_USE;
enum status checks_shared(struct checking *c, struct diag *d) MUST_USE;
void checks_shared_release(struct checking *c);

#endif
