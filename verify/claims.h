/* claims.h - what a bundle claims (docs/formats/bundle.md section 6): its scope is
 * read from claims.txt, the rest is worked out from the records and compared line by
 * line. */
#ifndef ALMONER_VERIFY_CLAIMS_H
#define ALMONER_VERIFY_CLAIMS_H

#include "base/buf.h"
#include "verify/list.h"
#include "verify/money.h"

#define CLAIMS_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define SCOPE_PERSONS_MAX 100000

enum scope { SCOPE_ALL, SCOPE_PERIOD, SCOPE_BATCH, SCOPE_PERSON };
enum counted {
    COUNT_ENTITLED,
    COUNT_HISTORY,
    COUNT_LINES,
    COUNT_PAID,
    COUNT_BACK,
    COUNT_OPEN,
    COUNT_OUT,
    COUNTED
};

struct claims {
    enum scope scope;
    int32_t from, to;    /* months, of SCOPE_PERIOD */
    uint64_t number;     /* of the batch or person */
    struct list persons; /* of uint64_t: of SCOPE_PERSON, those the claims name */
    struct list merged;  /* of uint64_t: those found merged into one of them */
    uint64_t range_first, range_end; /* what concerned acts span; end 0: none */
    struct list deltas;              /* of struct delta */
    size_t deltas_join;              /* with so many they are joined next */
    struct buf expected; /* the whole file, as it must be; empty: not worked out */
    bool no_memory;
};

struct delta { /* from this month on, so much more */
    uint8_t what, programme;
    int32_t month;
    int64_t count, fen;
};

void claims_init(struct claims *c);
/* The scope of claims.txt, which is whole and in memory. False: not in form. */
bool claims_scope(struct str text, struct claims *out);
void claims_release(struct claims *c);
/* The span's months within the scope's months. */
void claims_span(struct claims *c, enum counted what, int programme,
                 const struct span *s);
bool claims_month(const struct claims *c, const struct span *s); /* touches the scope */
bool claims_person(const struct claims *c, uint64_t person);
/* Its place in persons; persons.count: it is not there. */
size_t claims_person_at(const struct claims *c, uint64_t person);
/* A record of an act that concerns the scope's months. */
void claims_range(struct claims *c, uint64_t first, uint64_t end);
/* Appends the rows of one kind, ascending by code and month. code: of each
 * programme. */
void claims_rows(struct claims *c, enum counted what, const char *code[], size_t codes,
                 struct buf *out);

#endif
