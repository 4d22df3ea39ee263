/* carry.h - what earlier runs found of people, and what this one finds for the next:
 * blocks of ledger/steady.h, read and made on the thread that assesses, in person
 * order. Sealed blocks come in with the people and go out as text; the store is not
 * touched here. */
#ifndef ALMONER_BATCH_CARRY_H
#define ALMONER_BATCH_CARRY_H

#include "entitle/entitle.h"
#include "ledger/steady.h"

struct carry_terms {
    int32_t period;
    int32_t first;          /* the first month of who is known */
    uint64_t known_below;   /* facts recorded from here on do not count */
    uint64_t assessed_size; /* 0: nobody is known; else as of a run that is over */
};

struct carry;

/* o and e must outlive it, and belong to the same thread as it. */
enum status carry_new(struct carry **out, struct vault_opener *o,
                      const struct entitle *e, struct carry_terms terms, struct diag *d)
    MUST_USE;
void carry_free(struct carry *r); /* NULL is fine */
/* Before another walk; what was not finished is dropped. */
void carry_restart(struct carry *r);

/* Blocks on their way: u64 number, u32 length, bytes. */
void carry_add(struct buf *blocks, uint64_t number, struct str bytes);
/* The next of them; false at the end. */
bool carry_next(struct str blocks, size_t *at, uint64_t *number, struct str *bytes);

struct carried {
    bool known; /* assessed through the month before the first, by the same facts */
    bool institution;
    bool steady;        /* the outcome holds through the period */
    struct str outcome; /* until the next call */
};

/* The next person. in: the blocks that came with these people, *at how far they were
 * read; a block that is complete goes to out, when it is another than before. */
struct carried carry_person(struct carry *r, uint64_t person, struct str sealed,
                            struct str in, size_t *at, struct buf *out);
/* What is known of that person is still so. */
void carry_same(struct carry *r);
/* What was found anew: an outcome that holds for months before `until`, or none (until
 * is the period then); or that it is an institution. */
void carry_found(struct carry *r, int32_t until, struct str outcome);
void carry_institution(struct carry *r);
/* Nobody comes after. */
void carry_finish(struct carry *r, struct buf *out);

#endif
