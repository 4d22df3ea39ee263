/* fund.h - appropriations (预算指标) and what batches take from them: bodies of records
 * 80 to 83, rows of registers 18 and 19, and the arithmetic of who bears what. Bytes:
 * docs/formats/ledger.md.
 *
 * Of an appropriation, with its confirmed adjustments,
 *     appropriated = reserved + committed + spent + left
 * A submitted batch reserves, its release commits, what the bank pays is spent. What
 * comes back in the appropriation's year is left again; what comes back later stays
 * spent, and stands besides as carried over (上年结转). */
#ifndef ALMONER_LEDGER_FUND_H
#define ALMONER_LEDGER_FUND_H

#include "ledger/register.h"

#define FUND_SOURCE_MAX 24
#define FUND_CLASS_MAX 16
#define FUND_DOCUMENT_MAX 120 /* bytes */
#define FUND_YEAR_MIN 2000
#define FUND_YEAR_MAX 2999
/* Of one appropriation, and of what is carried: far below what sums can hold. */
#define FUND_FEN_MAX INT64_C(100000000000000)

/* Of kind appropriation: {1: number, 2: programme ("": any), 3: source, 4: functional
 * class, 5: economic class, 6: year, 7: document, 8: fen, 9: the one it adjusts}. */
struct fund_terms {
    uint32_t number;
    char programme[PROGRAMME_CODE_MAX + 1];
    char source[FUND_SOURCE_MAX + 1]; /* as policies name it: central, province, ... */
    char function[FUND_CLASS_MAX + 1];
    char economic[FUND_CLASS_MAX + 1];
    int32_t year;
    char document[FUND_DOCUMENT_MAX + 1]; /* 指标文号 */
    int64_t fen;                          /* above zero; of an adjustment not zero */
    uint32_t adjusts; /* an appropriation that is none; 0: it is none itself */
};
void fund_terms_write(const struct fund_terms *t, struct writer *w);
/* True only for what may be one: texts and limits are looked at. */
bool fund_terms_read(struct str plain, struct fund_terms *out);
bool fund_terms_fit(const struct fund_terms *t);
/* The first that does not: "programme", ..., "amount"; NULL: all fit. */
const char *fund_terms_wrong(const struct fund_terms *t);

struct fund_sums { /* fen */
    int64_t appropriated, received, reserved, committed, spent;
    int64_t returned;  /* of all time: came back in its year, and is left again */
    int64_t prior;     /* of spent: came back after its year */
    int64_t refunded;  /* of what came back: went to the treasury */
    int32_t spent_day; /* the newest day something was spent; 0: none */
};
int64_t fund_left(const struct fund_sums *s);

struct fund_entry {
    struct fund_terms terms;
    enum entry_state state;
    uint64_t sequence;
    uint32_t made_by, confirmed_by;
    struct fund_sums sums; /* of an adjustment: zeros */
};
/* ST_CONFLICT "unknown-fund". */
enum status fund_get(struct txn *t, uint32_t number, struct fund_entry *out,
                     struct diag *d) MUST_USE;
enum status fund_put(struct txn *t, const struct fund_entry *e, struct diag *d)
    MUST_USE;

/* Of kind appropriation-confirm: {1: number, 2: leaf hash of the proposal}. */
struct fund_confirm {
    uint32_t number;
    uint8_t proposal[DIGEST_LEN];
};
void fund_confirm_write(const struct fund_confirm *c, struct writer *w);
bool fund_confirm_read(struct str plain, struct fund_confirm *out);

/* Of kind receipt: {1: appropriation, 2: day, 3: fen, 4: document}. */
struct fund_receipt {
    uint32_t number;
    int32_t day;
    int64_t fen; /* not zero: below zero corrects one */
    char document[FUND_DOCUMENT_MAX + 1];
};
void fund_receipt_write(const struct fund_receipt *x, struct writer *w);
bool fund_receipt_read(struct str plain, struct fund_receipt *out);

/* Of kind allocation: {1: batch, 2: [[programme, appropriation, fen]...], 3:
 * [[programme, source, carried, carries]...]}. Of one programme the items bear
 * it in this order. */
#define FUND_ITEMS_MAX 40
struct fund_item {
    char programme[PROGRAMME_CODE_MAX + 1];
    uint32_t fund;
    int64_t fen; /* above zero */
};
/* What a share leaves below a fen, in ten thousandths of one: what standing allocations
 * of the programme, source and year left, and what this one leaves. */
struct fund_carry {
    char programme[PROGRAMME_CODE_MAX + 1];
    char source[FUND_SOURCE_MAX + 1];
    int64_t before;
    int64_t delta;
};
#define FUND_CARRY_MAX INT64_C(1000000000000)
struct allocation {
    uint32_t batch;
    size_t count;
    struct fund_item items[FUND_ITEMS_MAX];
    size_t carry_count;
    struct fund_carry carries[FUND_ITEMS_MAX];
};
void allocation_write(const struct allocation *a, struct writer *w);
bool allocation_read(struct str plain, struct allocation *out);

enum allocation_state { /* stored */
                        ALLOCATION_NONE = 0,
                        ALLOCATION_RESERVED = 1,
                        ALLOCATION_COMMITTED = 2
};
struct allocation_entry {
    struct allocation terms;
    enum allocation_state state;
    uint64_t sequence;
};
/* State ALLOCATION_NONE when the batch has none, or none any more. */
enum status allocation_get(struct txn *t, uint32_t batch, struct allocation_entry *out,
                           struct diag *d) MUST_USE;
/* State ALLOCATION_NONE takes the row away. */
enum status allocation_put(struct txn *t, const struct allocation_entry *e,
                           struct diag *d) MUST_USE;

/* ST_CONFLICT "funds-short", with the figures. */
enum status fund_short(const struct fund_sums *s, const char *what, int64_t needed,
                       struct diag *d);

/* Carried by all standing allocations but this batch's, of the year's
 * appropriations. */
enum status fund_carried(struct txn *t, uint32_t batches, uint32_t but, int32_t year,
                         const char *programme, const char *source, int64_t *out,
                         struct diag *d) MUST_USE;

/* Of a programme's fen in a batch, line by line: what each item bears of those from
 * `before` on, `fen` of them; by cumulative floor, so that all lines together give the
 * items, and each line's parts the line. Items of other programmes get 0. The items of
 * the programme must hold before + fen. */
void fund_split(const struct allocation *a, const char *programme, int64_t before,
                int64_t fen, int64_t part[FUND_ITEMS_MAX]);

/* The next part by a share: of `weight` ten thousandths of a fen and what is carried,
 * whole fen, 0 to most. */
int64_t fund_cut(int64_t weight, int64_t carried, int64_t most);

#endif
