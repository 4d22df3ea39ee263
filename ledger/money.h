/* money.h (ledger) - the records that move money, as structs: entitlements, payment
 * lines, results and reissues. Each body also carries its postings under key 9, as
 * [[programme, debit, credit, fen]...]; the fold works them out again and compares. */
#ifndef ALMONER_LEDGER_MONEY_H
#define ALMONER_LEDGER_MONEY_H

#include "ledger/account.h"
#include "ledger/cbor.h"
#include "ledger/line.h"
#include "ledger/register.h"

/* Numbers are stored: never reuse one. */
enum cause {
    CAUSE_REGULAR = 1,  /* the period's own month */
    CAUSE_BACKPAY = 2,  /* 补发: an earlier month, above zero */
    CAUSE_REDUCTION = 3 /* 核减: below zero */
};
const char *cause_name(enum cause c); /* "regular", "back-pay", "reduction" */

#define ENTITLEMENT_SPANS_MAX 40
#define ENTITLEMENT_FACTS_MAX 8

struct entitlement_span {
    struct span span; /* fen: the difference for each month */
    enum cause cause;
    uint32_t policy; /* number; 0: no policy rules these months any more */
    uint32_t tier;   /* from 1 in the file; 0: not granted any more */
};

struct entitlement {
    uint32_t run;
    uint64_t person;
    uint64_t previous; /* the person's newest entitlement record before + 1; 0: none */
    struct str programme;
    size_t span_count;
    struct entitlement_span spans[ENTITLEMENT_SPANS_MAX];
    size_t fact_count; /* records with facts learned since the last run */
    uint64_t facts[ENTITLEMENT_FACTS_MAX];
};

void entitlement_write(const struct entitlement *e, const struct postings *p,
                       struct writer *w);
/* The same in two parts: keys 1 to 3, of which `previous` is known last, and the rest.
 * */
void entitlement_write_start(const struct entitlement *e, struct writer *w);
void entitlement_write_rest(const struct entitlement *e, const struct postings *p,
                            struct writer *w);
bool entitlement_read(struct str body, struct entitlement *out, struct postings *p);

/* Records of many small entries: lines, results, reissues, facts. Entries are written
 * one after another into a chunk; when the next does not fit, the record is appended.
 * */
#define CHUNK_ENTRIES_BYTES 1400
struct chunk {
    uint8_t bytes[CHUNK_ENTRIES_BYTES];
    struct writer entries;
    uint64_t count;
    struct postings postings;
};
void chunk_start(struct chunk *c);
bool chunk_fits(const struct chunk *c, size_t entry_bytes);

/* Body of KIND_LINES: {1: batch, 2: first line, 3: [entry...], 9: postings} with entry
 * [person, programme, fen, route, route commitment, [[from, months, fen]...]], and a
 * 7th item, the number of the row the route stands in, when that is another's. */
void line_entry_write(const struct line_entry *e, struct writer *w);
bool line_entry_read(struct reader *r, struct line_entry *out);

/* Body of KIND_RESULTS: {1: batch, 3: [[line, state, reason]...], 9: postings}; of
 * KIND_REISSUE: {1: batch, 3: [[line, fen again due]...], 9: postings}. */
struct result_entry {
    uint32_t line;
    enum line_state state;
    unsigned reason;
};
void result_entry_write(const struct result_entry *e, struct writer *w);
bool result_entry_read(struct reader *r, struct result_entry *out);

/* The whole body of a chunk record: {1: number, 2: first, 3: entries, 9: postings}; 2
 * is left out when it is 0, 9 when with_postings is false. */
void chunk_body_write(const struct chunk *c, uint64_t number, uint64_t first,
                      bool with_postings, struct writer *w);
struct chunk_body {
    uint64_t number;
    uint64_t first;
    uint64_t count;
    struct str entries; /* the items of the array, without its head */
    struct postings postings;
};
bool chunk_body_read(struct str body, struct chunk_body *out);

bool postings_equal(const struct postings *a, const struct postings *b);
/* The value of key 9. */
void postings_write(const struct postings *p, struct writer *w);
bool postings_read(struct reader *r, struct postings *p);
/* The three items of a span, without the head of their array. */
void span_write(const struct span *s, struct writer *w);
bool span_read(struct reader *r, struct span *s);

#endif
