/* people.h - what is known of each person, packed: some 8 bytes, and their money. A
 * fixed row of it would take 40, and a block of memory for the money 32 or more. */
#ifndef ALMONER_VERIFY_PEOPLE_H
#define ALMONER_VERIFY_PEOPLE_H

#include "base/bytes.h"
#include "verify/list.h"

struct person {
    uint64_t merged_into; /* 0: in nobody */
    uint64_t entitled;    /* sequence + 1 of the newest entitlement record */
    uint32_t recovery;    /* the newest */
    bool institution, erased;
    struct str money; /* of row_pack; got: lives until the next people_add or _put */
};

struct people {     /* begins as zeros */
    uint64_t count; /* they have the numbers from 1 on */
    struct list blocks;
    /* Where the person lies who was looked for last, in the block. */
    uint64_t number;
    size_t at;
};

/* False: there is no such person. */
bool people_get(struct people *p, uint64_t number, struct person *out);
/* The number is one that is there; the money may be what people_get gave. False: memory
 * is out, and what was kept stays. */
bool people_put(struct people *p, uint64_t number, const struct person *person);
/* The next number. False: memory is out. */
bool people_add(struct people *p, const struct person *person);
void people_release(struct people *p);

#endif
