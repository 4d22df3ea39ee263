/* assess.h - people assessed on a second thread: what a run does between reading rows
 * and posting. The caller reads sealed rows and accounts in person order, the assessor
 * opens, reads and evaluates them, the caller posts what it found: two slabs in turn,
 * so that reading and posting (the store's work) overlap with opening and evaluating.
 * Who is known to stay as they were (batch/carry.h) is not opened. */
#ifndef ALMONER_BATCH_ASSESS_H
#define ALMONER_BATCH_ASSESS_H

#include "batch/carry.h"

/* So many that a commit of the caller does not leave the assessor without work. */
#ifndef SLAB_PEOPLE /* tests make pieces small */
#define SLAB_PEOPLE 16384
#endif

/* How far back a person is looked at: see range_for in assess.c. */
struct assess_terms {
    int32_t period;
    uint64_t known_below;   /* facts recorded from here on do not count */
    int32_t assessed_month; /* 0: every month of everybody */
    uint64_t assessed_size; /* people with newer facts are assessed from the start */
};

/* A difference found, with the records of the facts behind it; or, after a person's
 * differences, that a decided recovery sets off in a programme: no spans then. */
struct assessed {
    uint64_t person;
    uint32_t span_count;
    uint32_t fact_count;
    char code[PROGRAMME_CODE_MAX + 1];
    uint32_t recovery; /* 0: a difference */
    /* What becomes of the account, unless a set-off may come between: then months_n is
     * 0, and the caller works it out. */
    uint32_t months_n;
    uint32_t rest_n;
    uint32_t posting_count;
    uint64_t last; /* of the account, before the person's first difference */
    uint64_t facts[ENTITLEMENT_FACTS_MAX];
    /* behind it: spans, postings; account_write_months, entitlement_write_rest */
};

struct assessor;
struct slab;

/* e is used by the assessor alone from now on; it stays the caller's to close, after
 * assessor_free. */
enum status assessor_new(struct assessor **out, struct ledger *l, struct entitle *e,
                         struct assess_terms terms, struct diag *d) MUST_USE;
void assessor_free(struct assessor *a); /* NULL is fine; waits for the thread */

/* People will be walked through anew; nothing is under way. */
void assessor_restart(struct assessor *a);
/* A slab to fill, empty; never more than two are out. */
struct slab *assessor_slab(struct assessor *a);
/* Adds a person; false when the slab is full. The account is copied; the sealed row, of
 * TABLE_PEOPLE, is read where it lies in the store (see store_will_move). */
bool slab_add(struct slab *s, uint64_t person, struct str sealed, struct str account);
/* The block with the next person added, as steady_get gave it: copied. For the first
 * of a block that is added to any slab since assessor_restart. False: it is full. */
bool slab_add_block(struct slab *s, uint64_t number, struct str sealed);
/* Nobody comes after. */
void slab_end(struct slab *s);
/* Of a finished slab: blocks to be put, for carry_next. */
struct str slab_blocks(const struct slab *s);
uint64_t slab_count(const struct slab *s); /* once finished: institutions are none */
uint64_t slab_next(const struct slab *s);  /* the person after the last one added */
/* Hands a filled slab over; returns at once. */
void assessor_start(struct assessor *a, struct slab *s);
/* Waits until nothing is being assessed: before the store's map is moved. */
void assessor_rest(struct assessor *a);
/* Waits until it is done. The failure, if any, is that of the first person who failed.
 * */
enum status assessor_finish(struct assessor *a, struct slab *s, struct diag *d)
    MUST_USE;
/* The differences found, in order: *at starts at 0; NULL at the end. */
const struct assessed *slab_found(const struct slab *s, size_t *at);
const struct entitlement_span *assessed_spans(const struct assessed *x);
const struct posting *assessed_postings(const struct assessed *x);
struct str assessed_months(const struct assessed *x);
struct str assessed_rest(const struct assessed *x);
/* The one behind it; there must be one. */
const struct assessed *assessed_next(const struct assessed *x);

#endif
