/* person.h - what is known of one beneficiary: the entries of a sealed row.
 *
 * A row is a sequence of entries, only ever appended: facts, routes, marks of monthly
 * lists, what was paid before this ledger, voids of earlier entries and merges of two
 * people. Marks become facts when the row is read; what is voided is left out. Which
 * fact is in force on a day is POLICY-FORMAT section 3: the latest effective date not
 * after the day, the latest recorded among equals; past its last day it has no value
 * and no older one returns. */
#ifndef ALMONER_LEDGER_PERSON_H
#define ALMONER_LEDGER_PERSON_H

#include "base/buf.h"
#include "base/date.h"

#define PERSON_ROW_MAX (256 * 1024)
#define PERSON_FACTS_MAX 1000
#define PERSON_ROUTES_MAX 200
#define PERSON_MARKS_MAX 600
#define PERSON_PAID_MAX 2000 /* spans of history */
#define PERSON_HISTORY_MONTHS_MAX 16000
#define PERSON_VOIDS_MAX 200
#define PERSON_MERGES_MAX 50

/* What an entry is: the first byte. Numbers are stored: never reuse one. */
enum entry_type {
    ENTRY_FACT = 1,
    ENTRY_ROUTE = 2,
    ENTRY_MARK = 3,
    ENTRY_NOTE = 4, /* who paid something back */
    ENTRY_VOID = 5,
    ENTRY_MERGE = 6,
    ENTRY_PAID = 7
};

/* Attributes with a number of their own in the row; others stand there by name. Numbers
 * are stored: never reuse one. */
enum fact_code {
    FACT_NAMED = 0,
    FACT_ID_NUMBER = 1,
    FACT_NAME = 2,
    FACT_BIRTH = 3,
    FACT_DEATH = 4,
    FACT_REGISTRATION = 5,
    FACT_UNIT = 6,
    FACT_RESIDENCE = 7,
    FACT_HOUSEHOLD = 8,
    FACT_ADDRESS = 9,
    FACT_PHONE = 10,
    FACT_CONTACT = 11,
    FACT_CLAIM = 12,
    FACT_CERTIFIED = 13,
    FACT_DECISION = 14,
    FACT_SUSPENDED = 15,
    FACT_PAID_ELSEWHERE = 16,
    FACT_CHOICE = 17,
    FACT_PAY_HOLD = 18,
    FACT_WELFARE = 19,
    FACT_DEPENDENCY = 20,
    FACT_DISABILITY_GRADE = 21,
    FACT_DISABILITY_TYPE = 22,
    FACT_CREDIT_CODE = 23, /* of an institution, which is no person */
    FACT_ORDER = 24,       /* a month is to be paid: entitle/ adds it */
    FACT_CODES
};
const char *fact_code_name(enum fact_code c); /* NULL for FACT_NAMED */

struct fact {
    uint64_t recorded;   /* sequence of the record that commits to it */
    enum fact_code code; /* set by person_read; person_add_fact goes by the name */
    struct str attribute;
    struct str programme; /* empty: all */
    struct str value;
    int32_t effective;  /* day; DAY_ALWAYS: from the beginning */
    int32_t until;      /* last day; DAY_NEVER: open */
    struct str scale;   /* of an assessment */
    struct str tier;    /* of a decision */
    int64_t amount_fen; /* of a decision; -1: none */
    struct str document;
    struct str source;
    uint32_t
        ordinal; /* of its entry, or of the mark it comes from; set by person_read */
    uint64_t voided; /* sequence of the record that voided it; 0: it counts */
};

struct route {
    uint64_t recorded;
    uint32_t ordinal; /* among the entries of the row, from 0: lines name it */
    struct str programme;
    struct str account;
    struct str account_name;
    struct str bank_code;
    struct str payee_id;
    struct str payee_name;
    struct str relation;
    struct str authorisation;
    int32_t effective;
    int32_t until;
    uint64_t voided; /* as of a fact */
};

/* Somebody is, or is not any more, on the list of an attribute for a month. */
struct mark {
    uint64_t recorded;
    struct str attribute;
    struct str value;
    struct str unit;
    int32_t month;
    bool on;
    uint32_t ordinal;
    uint64_t voided;
};

/* Months alike, paid before this ledger: the payment history taken over. */
struct paid {
    uint64_t recorded;
    uint32_t ordinal; /* of the entry, which may hold several */
    struct str programme;
    struct str document;
    int32_t from; /* month */
    int32_t months;
    int64_t fen;     /* of each, above zero */
    int32_t paid_on; /* day; DAY_NEVER: not known */
};

/* An earlier entry is from now on as if it had never been. */
struct voiding {
    uint64_t recorded;
    uint32_t entry; /* its ordinal */
    struct str reason;
    struct str document;
};

/* Two numbers are one person. */
struct merging {
    uint64_t recorded;
    bool into;      /* this one became part of the other; else the other of this one */
    uint64_t other; /* person */
    struct str document;
};

/* Appending entries to a row being built; recorded is part of the bytes. */
void person_add_fact(struct buf *row, const struct fact *f);
void person_add_route(struct buf *row, const struct route *r);
void person_add_mark(struct buf *row, const struct mark *m);
/* Of one record, programme and document, ascending; at most PERSON_PAID_ENTRY. */
#define PERSON_PAID_ENTRY 200
void person_add_paid(struct buf *row, const struct paid *list, size_t count);
void person_add_void(struct buf *row, const struct voiding *v);
void person_add_merge(struct buf *row, const struct merging *m);
/* Who paid back what the record of kind repayment says. */
void person_add_note(struct buf *row, uint64_t recorded, struct str name);
/* That name; empty when there is none of this record. Borrows from row. */
struct str person_note(struct str row, uint64_t recorded);

/* One row taken apart; all text borrows from the row's bytes. Keep one and use it
 * again: it is about 450 KB. */
struct person {
    uint64_t number;
    uint64_t newest; /* highest `recorded` of all entries */
    uint32_t entry_count;
    size_t fact_count; /* in the order of recording, marks turned into facts as well */
    struct fact facts[PERSON_FACTS_MAX];
    size_t route_count;
    struct route routes[PERSON_ROUTES_MAX];
    size_t mark_count;
    struct mark marks[PERSON_MARKS_MAX];
    size_t paid_count;
    struct paid paid[PERSON_PAID_MAX];
    size_t void_count;
    struct voiding voids[PERSON_VOIDS_MAX];
    size_t merge_count;
    struct merging merges[PERSON_MERGES_MAX];
    uint64_t merged_into; /* the person this number leads to now; 0: itself */
};

/* Entries recorded at or above known_below are left out: "as known on". */
enum status person_read(struct str row, uint64_t known_below, struct person *out,
                        struct diag *d) MUST_USE;

/* The same for who needs little of it: facts whose code's bit is not in `wanted` are
 * not taken apart and not in out (those with a name are: bit FACT_NAMED), nor are
 * routes without PERSON_ROUTES; newest and entry_count are as ever. */
#define PERSON_ROUTES (UINT32_C(1) << 31)
/* The same of the payment history. */
#define PERSON_PAID (UINT32_C(1) << 30)
/* Voided facts and routes stay, with `voided` set: only for who shows them. */
#define PERSON_VOIDED (UINT32_C(1) << 29)
#define PERSON_ALL (UINT32_MAX & ~PERSON_VOIDED)
enum status person_read_some(struct str row, uint64_t known_below, uint32_t wanted,
                             struct person *out, struct diag *d) MUST_USE;

/* The fact of an attribute in force on a day, of those that name the programme or none;
 * NULL when none. */
const struct fact *person_fact(const struct person *p, const char *attribute,
                               struct str programme, int32_t day);
/* Value of person_fact for all programmes, empty when none. */
struct str person_value(const struct person *p, const char *attribute, int32_t day);
/* Is the row an institution's? It has a credit code, and no birth or death. */
bool person_is_institution(const struct person *p);
/* Earliest death, or DAY_NEVER. */
int32_t person_death(const struct person *p);
/* From the ID number in force (the latest recorded), or a birth fact. */
int32_t person_birth(const struct person *p);
/* The route for a programme in force on a day, or NULL. */
const struct route *person_route(const struct person *p, struct str programme,
                                 int32_t day);
/* The beneficiary's own: relation 本人 or none. */
bool route_is_own(const struct route *r);
/* The route with this ordinal, straight from a row's bytes: for bank files, which need
 * nothing else of a person. False when it is not there. */
bool person_route_find(struct str row, uint32_t ordinal, struct route *out);
#define ROUTE_BYTES_MAX 4096
/* A route's bytes as committed to: all fields, not the ordinal. */
void person_route_bytes(const struct route *r, struct writer *w);
/* Is the person on the list (attribute, value, unit) of a month, by the marks? */
bool person_on_list(const struct person *p, struct str attribute, struct str value,
                    struct str unit, int32_t month);

/* The entries' bytes recorded by one record: they are adjacent in the row. */
struct str person_entries_of(struct str row, uint64_t recorded);

#endif
