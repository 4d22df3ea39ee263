/* person.h - what is known of one beneficiary: the entries of a sealed row.
 *
 * A row is a sequence of entries, only ever appended: facts, routes and marks of
 * monthly lists. Marks become facts when the row is read. Which fact is in force on a
 * day is POLICY-FORMAT section 3: the latest effective date not after the day, the
 * latest recorded among equals; past its last day it has no value and no older one
 * returns. */
#ifndef ALMONER_LEDGER_PERSON_H
#define ALMONER_LEDGER_PERSON_H

#include "base/buf.h"
#include "base/date.h"

#define PERSON_ROW_MAX (256 * 1024)
#define PERSON_FACTS_MAX 1000
#define PERSON_ROUTES_MAX 200
#define PERSON_MARKS_MAX 600

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
};

/* Somebody is, or is not any more, on the list of an attribute for a month. */
struct mark {
    uint64_t recorded;
    struct str attribute;
    struct str value;
    struct str unit;
    int32_t month;
    bool on;
};

/* Appending entries to a row being built; recorded is part of the bytes. */
void person_add_fact(struct buf *row, const struct fact *f);
void person_add_route(struct buf *row, const struct route *r);
void person_add_mark(struct buf *row, const struct mark *m);

/* One row taken apart; all text borrows from the row's bytes. Keep one and use it
 * again: it is about 200 KB. */
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
};

/* Entries recorded at or above known_below are left out: "as known on". */
enum status person_read(struct str row, uint64_t known_below, struct person *out,
                        struct diag *d) MUST_USE;

/* The same for who needs little of it: facts whose code's bit is not in `wanted` are
 * not taken apart and not in out (those with a name are: bit FACT_NAMED), nor are
 * routes without PERSON_ROUTES; newest and entry_count are as ever. */
#define PERSON_ROUTES (UINT32_C(1) << 31)
enum status person_read_some(struct str row, uint64_t known_below, uint32_t wanted,
                             struct person *out, struct diag *d) MUST_USE;

/* The fact of an attribute in force on a day, of those that name the programme or none;
 * NULL when none. */
const struct fact *person_fact(const struct person *p, const char *attribute,
                               struct str programme, int32_t day);
/* Value of person_fact for all programmes, empty when none. */
struct str person_value(const struct person *p, const char *attribute, int32_t day);
/* Earliest death, or DAY_NEVER. */
int32_t person_death(const struct person *p);
/* From the ID number in force (the latest recorded), or a birth fact. */
int32_t person_birth(const struct person *p);
/* The route for a programme in force on a day, or NULL. */
const struct route *person_route(const struct person *p, struct str programme,
                                 int32_t day);
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
