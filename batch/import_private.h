/* import_private.h - what the files of imports share; nobody else includes it.
 *
 * A job is one file being read for one command. Each row goes through two steps that
 * can refuse it: `read` takes its form apart (the row alone), `check` holds it against
 * the ledger and the rest of the file. `take` writes what a checked row says. */
#ifndef ALMONER_BATCH_IMPORT_PRIVATE_H
#define ALMONER_BATCH_IMPORT_PRIVATE_H

#include "batch/import.h"
#include "ledger/ahead.h"
#include "ledger/money.h"
#include "ledger/unit.h"

#define IMPORT_ROWS_MAX 100000000
#define IMPORT_NAME_CHARS 100 /* of names, accounts' names, authorisations */
#define IMPORT_TEXT_CHARS 200 /* of addresses, values, documents */

/* ---- columns (import_columns.c) ---- */

enum import_field {
    FIELD_ID_NUMBER,
    FIELD_NAME,
    FIELD_REGISTRATION,
    FIELD_REGISTRATION_SINCE,
    FIELD_UNIT,
    FIELD_CLAIM_DATE,
    FIELD_ACCOUNT,
    FIELD_ACCOUNT_NAME,
    FIELD_BANK_CODE,
    FIELD_ADDRESS,
    FIELD_PHONE,
    FIELD_HOUSEHOLD,
    FIELD_CONTACT,
    FIELD_PROGRAMME,
    FIELD_ATTRIBUTE,
    FIELD_VALUE,
    FIELD_EFFECTIVE,
    FIELD_UNTIL,
    FIELD_SCALE,
    FIELD_TIER,
    FIELD_AMOUNT,
    FIELD_DOCUMENT,
    FIELD_SOURCE,
    FIELD_PAYEE_ID,
    FIELD_PAYEE_NAME,
    FIELD_RELATION,
    FIELD_AUTHORISATION,
    FIELD_PERIOD,
    FIELD_PAID_ON,
    FIELD_ENTRY,
    FIELD_VOID_REASON,
    FIELD_INTO,
    FIELD_FROM,
    FIELD_TO,
    FIELD_EFFECT,
    FIELD_CODE,
    FIELD_PARENT,
    FIELD_SUCCESSOR,
    FIELD_CREDIT_CODE,
    FIELD_ORGANISATION, /* an institution's name */
    FIELD_DIVISION,
    FIELD_UNIT_NAME,
    FIELD_UNIT_UNTIL,
    FIELD_COUNT
};
const char *import_field_name(enum import_field f); /* "id_number" */
const char *import_field_zh(enum import_field f);   /* "身份证号" */
/* Is what stands there a name in digits (an ID number, an account), which a sheet must
 * not have as a number? */
bool import_field_digits(enum import_field f);
/* The kind of file with this name ("people"), if there is one. */
bool import_kind_named(struct str name, enum import_what *out);
/* The column of such a file with this name, in either language, if it has one. */
bool import_column_named(enum import_what what, struct str name,
                         enum import_field *out);

/* ---- mappings: how a file of others is to be read (import_mapping.c) ---- */

#define IMPORT_MAPPED_MAX 256 /* headers, and values of one column */

struct import_header {
    struct str name;
    bool ignored;
    enum import_field field; /* when it is not */
};

struct import_value {
    struct str from, to;
};

struct import_mapping {
    uint8_t sha256[DIGEST_LEN]; /* of the file, and its length */
    uint64_t length;
    enum import_what what;
    uint64_t header_row; /* 0: the first that is not empty */
    const char *sheet;   /* of a workbook; NULL: the first that is shown */
    struct import_header *headers;
    size_t header_count;
    struct import_value *values[FIELD_COUNT];
    size_t value_counts[FIELD_COUNT];
    struct arena *arena; /* holds all of it */
};
/* Form and meaning: docs/formats/mapping.md. text is not needed after. ST_INPUT as
 * base/yaml.h says, and "mapping" with name:line:column in where. */
enum status import_mapping_read(struct import_mapping *m, struct str text,
                                const char *name, struct diag *d) MUST_USE;
void import_mapping_release(struct import_mapping *m); /* zeroed is fine */

struct import_columns {
    size_t count;             /* fields of the header */
    size_t named;             /* without the empty ones at its end */
    uint16_t at[FIELD_COUNT]; /* index among the row's fields + 1; 0: not in the file */
};
/* ST_INPUT "unknown-column", "doubled-column", "missing-column"; "separator" when its
 * columns are not parted by commas, "no-header" when it names none that is known. */
/* m may be NULL. */
enum status import_columns_read(struct import_columns *c, enum import_what what,
                                const struct import_mapping *m,
                                const struct csv_row *header, struct diag *d) MUST_USE;

/* ---- the row in hand (import_row.c) ---- */

/* A field has one fault at most, and some rows one more for the whole. */
#define IMPORT_ROW_FAULTS_MAX (FIELD_COUNT + 3)

struct import_row {
    const struct csv_row *csv;      /* with values translated by the mapping */
    const struct csv_row *original; /* as in the file: what is shown and given back */
    struct csv_row translated;      /* where csv points when it is not the original */
    char amount[64];                /* borrowed by it */
    struct import_columns columns;
    uint64_t ordinal; /* from 1, without the header */
    bool bad;         /* faults say why */
    size_t fault_count;
    struct rejected_row faults[IMPORT_ROW_FAULTS_MAX];
};
/* Blanks at both ends do not count; empty: not stated, or no such column. */
struct str import_row_field(const struct import_row *r, enum import_field f);
/* Notes what is wrong with a field, and returns false. A row may have many faults: go
 * on to the fields that do not depend on this one. */
bool import_row_fault(struct import_row *r, enum import_field f, const char *code,
                      const char *reason, ...) PRINTF_LIKE(4, 5);
/* The same of the field with this index. */
bool import_row_fault_at(struct import_row *r, size_t index, const char *code,
                         const char *reason);
/* How to mend the fault just noted; returns false. */
bool import_row_hint(struct import_row *r, const char *hint, ...) PRINTF_LIKE(2, 3);

/* Fields in their forms. False: the fault is noted. An empty field is right unless it
 * is said to be required, and gives an empty text. */
enum import_need { IMPORT_OPTIONAL, IMPORT_REQUIRED };
bool import_row_text(struct import_row *r, enum import_field f, enum import_need need,
                     size_t chars_max, struct str *out);
bool import_row_id(struct import_row *r, enum import_field f, int32_t today,
                   char out[ID_NUMBER_LEN + 1]); /* required */
/* An institution's credit code; required. */
bool import_row_credit_code(struct import_row *r, enum import_field f,
                            char out[ID_NUMBER_LEN + 1]);
/* An ID number, or a credit code when it is none. */
bool import_row_id_or_code(struct import_row *r, enum import_field f, int32_t today,
                           char out[ID_NUMBER_LEN + 1]);
/* An empty field leaves *day. With always, "original" is DAY_ALWAYS. */
bool import_row_day(struct import_row *r, enum import_field f, bool always,
                    int32_t *day);
bool import_row_division(struct import_row *r, enum import_field f, struct str *out);
bool import_row_account(struct import_row *r, enum import_need need, struct str *out);
bool import_row_bank_code(struct import_row *r, struct str *out);
bool import_row_programme(struct import_row *r, struct str *out);
/* Of programmes and attributes: a-z, 0-9, inner - and _. */
bool import_name_valid(struct str s, size_t bytes_max);
/* Cells of a workbook that are no text (import_cells.c): a number where a name in
 * digits stands, an error, a time. False: the faults are noted. Amounts that are
 * numbers get their two decimals. */
bool import_row_cells(struct import_row *r);
/* Values by the mapping's tables. False when a word is in none: faults are noted. */
bool import_row_translate(struct import_row *r, const struct import_mapping *m);
/* Nothing but blanks in all fields: no row. */
bool import_row_is_empty(const struct csv_row *csv);

/* ---- refused values explained (import_form.c) ---- */

/* Notes a character that a clerk does not see, or takes for another: full-width digits,
 * blanks of all kinds, no width, apostrophes. False when there is none. */
bool import_row_odd(struct import_row *r, enum import_field f, const char *code);
/* Of any text: "bad-text" for what cannot be seen at all. False when there is none. */
bool import_row_unseen(struct import_row *r, enum import_field f);
/* import_row_odd, and before it 6.22E+18. */
bool import_row_long_number(struct import_row *r, enum import_field f,
                            const char *code);
/* Notes why it is no date: "date-form" or "bad-date". Returns false. */
bool import_row_day_fault(struct import_row *r, enum import_field f, bool always);

/* ---- the file (import_file.c) ---- */

struct import_scan {
    uint8_t sha256[DIGEST_LEN];
    uint64_t length;
    uint64_t lines;       /* 0 for a workbook */
    enum charset charset; /* UTF-8 for a workbook */
};
/* The first pass. ST_INPUT "empty-file", "encoding". */
enum status import_file_scan(const struct import_file *f, struct import_scan *out,
                             struct diag *d) MUST_USE;

struct import_job;
/* Every row, in order, through step; of a CSV file or, by its first bytes, a workbook.
 * A fault in the file itself ends it. */
enum status import_file_rows(struct import_job *j, const struct import_file *f,
                             enum charset charset,
                             enum status (*step)(struct import_job *j, struct diag *d),
                             struct diag *d) MUST_USE;

/* ---- what was seen in this file (import_seen.c) ---- */

struct import_seen {
    uint64_t *slots; /* keys; 0: free */
    size_t slot_count;
    size_t first_slots; /* when it begins; 0: few */
    size_t count;
    uint8_t *rows; /* by person number: rows of this file so far, at most 255 */
    uint64_t people;
    uint8_t *fresh; /* bits by row: the person is a new one */
    size_t fresh_bytes;
};
enum status import_seen_init(struct import_seen *s, uint64_t people, struct diag *d)
    MUST_USE;
void import_seen_release(struct import_seen *s);
/* About so many rows come: growing moves all keys. */
void import_seen_expect(struct import_seen *s, uint64_t rows);
/* All rows were checked: the keys are not needed any more, the rest is. */
void import_seen_checked(struct import_seen *s);
/* *known: was there already. key is not 0. */
enum status import_seen_add(struct import_seen *s, uint64_t key, bool *known,
                            struct diag *d) MUST_USE;
/* A key for any text: 64 bits of SHA-256, so that two of a million rows look alike once
 * in 30 million files. */
uint64_t import_seen_key(struct digest *g, struct str text, struct str more);
/* Remembers that nobody is known yet with the number of this row, so that taking in
 * need not look again: a look-up costs a sixth of a row. */
enum status import_seen_fresh(struct import_seen *s, uint64_t ordinal, struct diag *d)
    MUST_USE;
/* False: not known to be. */
bool import_seen_is_fresh(const struct import_seen *s, uint64_t ordinal);
/* How many rows there were for this person, this one not counted. */
unsigned import_seen_person(struct import_seen *s, uint64_t person);

/* ---- taking in (import_take.c) ---- */

#define IMPORT_ENTRY_BYTES 44 /* array head, person, bytes head, commitment */
#define IMPORT_ENTRIES_MAX (CHUNK_ENTRIES_BYTES / 36)

/* The record in the making: who is in it, and where the commitment stands. */
struct import_take {
    enum record_kind kind; /* of the record */
    struct chunk chunk;
    struct {
        uint64_t person;
        size_t at;
    } entries[IMPORT_ENTRIES_MAX];
    uint64_t created;    /* people above the highest number, in this record */
    uint64_t last;       /* row (of a list: person) wholly taken in */
    uint64_t since_tick; /* rows */
    uint64_t row_bytes;  /* since the commit, and so is this: */
    uint64_t people;
    struct vault_lead *leads; /* to new people; written before the commit */
    size_t lead_count, lead_room;
};

/* Makes room for one more person's entry; *recorded: what entries are to carry. */
enum status import_take_ready(struct import_job *j, uint64_t *recorded, struct diag *d)
    MUST_USE;
/* An entry of the record in the making. */
void import_entry_write(struct writer *w, uint64_t person,
                        const uint8_t commitment[DIGEST_LEN]);
/* The same of a person who is not in it; their row, of so many bytes, was written. */
void import_take_entry(struct import_job *j, uint64_t person,
                       const uint8_t commitment[DIGEST_LEN], size_t row_bytes);
/* j->row_of (with entries appended from byte `from` on) is written and committed to. */
enum status import_take_person(struct import_job *j, size_t from, struct diag *d)
    MUST_USE;
/* The number with this key leads to a new person, from the commit on. */
enum status import_take_lead(struct import_job *j, const uint8_t key[VAULT_LOOKUP_LEN],
                             uint64_t person, struct diag *d) MUST_USE;
/* The row is done. *due: import_take_border must be called before the next. */
void import_take_done(struct import_job *j, uint64_t ordinal, bool *due);
/* Tells how far it is; commits and begins again when enough was written. No cursor may
 * be open. ST_INTERRUPTED after a commit when it is to stop; nothing is begun then. */
enum status import_take_border(struct import_job *j, struct diag *d) MUST_USE;
/* The end of taking in: the record in the making, and what else waits. */
enum status import_take_end(struct import_job *j, struct diag *d) MUST_USE;
/* The record in the making, if it holds anything. */
enum status import_take_flush(struct import_job *j, struct diag *d) MUST_USE;

/* ---- people who are new (import_new.c) ---- */

struct import_new;
/* The row in hand is a new person's, who is written with some delay: other people must
 * not be written before import_new_write. */
enum status import_new_add(struct import_job *j, struct diag *d) MUST_USE;
/* Writes whoever waits. */
enum status import_new_write(struct import_job *j, struct diag *d) MUST_USE;
bool import_new_waiting(const struct import_job *j);
void import_new_free(struct import_new *a); /* NULL is fine */

/* ---- kinds of files ---- */

struct people_row {
    char id[ID_NUMBER_LEN + 1];
    struct str name, registration, unit, address, phone, household, contact;
    int32_t since;
    int32_t claim; /* DAY_NEVER: none */
    struct str account, account_name, bank_code;
};

struct attribute_rule;
struct fact_row {
    char id[ID_NUMBER_LEN + 1];
    const struct attribute_rule *rule;
    struct fact fact;
    char value[ID_NUMBER_LEN + 1]; /* where the value is not written as in the file */
};

struct route_row {
    char id[ID_NUMBER_LEN + 1];
    char payee_id[ID_NUMBER_LEN + 1];
    struct route route;
};

struct institution_row {
    char code[ID_NUMBER_LEN + 1];
    struct str name, division, account, account_name, bank_code;
};

struct history_row {
    char id[ID_NUMBER_LEN + 1];
    struct str programme, document;
    int32_t month;
    int32_t paid_on; /* DAY_NEVER: not stated */
    int64_t fen;
};

struct void_row {
    char id[ID_NUMBER_LEN + 1];
    bool by_number; /* by `entry`, else by content */
    uint32_t entry;
    struct str attribute, programme, value, source, reason, document;
    char id_value[ID_NUMBER_LEN + 1]; /* of a voided ID number, in its one form */
    int32_t effective;                /* DAY_NEVER: not stated */
};

struct merge_row {
    char id[ID_NUMBER_LEN + 1];
    char into[ID_NUMBER_LEN + 1];
    struct str document;
};

struct order_row {
    char id[ID_NUMBER_LEN + 1];
    struct fact fact;
};

struct unit_row {
    struct str code, name, parent, successor;
    int32_t from, until;
};

struct list_row {
    char id[ID_NUMBER_LEN + 1];
    struct str name;
};

/* A monthly list, and the confirmed one of the next month that has one. */
struct import_list {
    char attribute[TEXT_MAX + 1];
    char value[TEXT_MAX + 1];
    char unit[TEXT_MAX + 1];
    int32_t month;
    int32_t next;       /* INT32_MAX: none */
    uint32_t confirmed; /* lists of any kind in the register */
};

struct import_kind {
    enum import_what what;
    const char *name; /* "people" */
    bool (*read)(struct import_job *j);
    /* What a row says of others, before any is checked: all rows whose form is right,
     * in a pass of its own. NULL: none is needed. */
    enum status (*gather)(struct import_job *j, struct diag *d);
    /* May note a fault: ST_OK all the same. */
    enum status (*check)(struct import_job *j, struct diag *d);
    /* After all rows were checked, before the first record: can all be taken in? NULL:
     * nothing is to be looked at. */
    enum status (*after)(struct import_job *j, struct diag *d);
    /* NULL: not row by row. */
    enum status (*take)(struct import_job *j, struct diag *d);
    /* All rows at once, in the order of people; a confirmation that goes on then reads
     * and checks the file once more. NULL: row by row. */
    enum status (*whole)(struct import_job *j, struct diag *d);
};

struct import_job {
    struct ledger *l;
    const struct import_kind *kind;
    const struct progress *progress;
    const char *doing;   /* "check", "import": for progress */
    uint64_t rows_total; /* about, for progress */
    struct import_report *report;
    int32_t today;
    const struct import_mapping *mapping; /* NULL: none */
    const struct import_rejects *rejects; /* NULL: none */
    struct import_row row;
    union {
        struct people_row people;
        struct fact_row fact;
        struct route_row route;
        struct institution_row institution;
        struct list_row list;
        struct history_row history;
        struct void_row voiding;
        struct merge_row merge;
        struct order_row order;
        struct unit_row unit;
    } u;
    struct import_history *history; /* of files of history: import_history.c */
    struct import_units *units;     /* of files of units: import_units.c */
    struct unit_list unit_list;     /* of lists of a unit, when it was needed */
    struct previewing *preview;     /* what would change is asked for; NULL: not */
    struct entitle *rules;          /* of files of orders: the confirmed policies */
    struct import_list list;
    struct import_list *lists; /* of files of facts: see import_lists_load */
    size_t list_count;
    struct import_seen seen;
    size_t entry_bytes; /* no entry of this file so far is longer */
    struct vault_row row_of;
    struct ahead *ahead; /* of lists */
    struct person *person;
    struct digest *g;
    bool id_voided;       /* by a row of this file of voids */
    uint32_t number;      /* of the import being taken in */
    uint64_t skip;        /* rows taken in before an interruption */
    uint64_t known_below; /* of lists: entries recorded from here on are not read */
    uint64_t begun_at;    /* sequence of the start of an act that goes on, else 0 */
    struct import_take take;
    struct import_new *newcomers; /* of people */
};

extern const struct import_kind import_people_kind;
extern const struct import_kind import_facts_kind;
extern const struct import_kind import_routes_kind;
extern const struct import_kind import_list_kind;
extern const struct import_kind import_history_kind;
extern const struct import_kind import_voids_kind;
extern const struct import_kind import_merges_kind;
extern const struct import_kind import_orders_kind;
extern const struct import_kind import_units_kind;
void import_history_free(struct import_history *h); /* NULL is fine */
void import_units_free(struct import_units *u);     /* NULL is fine */
extern const struct import_kind import_institutions_kind;

/* ---- a job (import_check.c) ---- */

/* Also after a failure: import_job_release. The report is emptied. */
enum status import_job_init(struct import_job *j, struct ledger *l,
                            enum import_what what, const struct progress *progress,
                            struct import_report *r, struct diag *d) MUST_USE;
void import_job_release(struct import_job *j);
/* As many fields as the header, then the form of each; false: the fault is noted. */
bool import_row_read(struct import_job *j);
/* Checks every row and fills the report; `refused` when one is bad. */
enum status import_check_rows(struct import_job *j, const struct import_file *f,
                              enum charset charset, enum status refused, struct diag *d)
    MUST_USE;
/* The person's row and what it says, into j->row_of and j->person. */
enum status import_person_read(struct import_job *j, uint64_t person, struct diag *d)
    MUST_USE;
/* The person with the row's ID number, read; *person 0 and a fault when unknown. */
enum status import_person_known(struct import_job *j, const char id[ID_NUMBER_LEN + 1],
                                uint64_t *person, struct diag *d) MUST_USE;
/* Is there room in j->person for this row's entry and `earlier` others of this file? A
 * fault otherwise. */
bool import_person_room(struct import_job *j, unsigned earlier);

/* Is there an institution with this credit code? (import_institutions.c) */
enum status import_institution_known(struct ledger *l, struct str code, bool *known,
                                     struct diag *d) MUST_USE;

/* Is this an attribute a monthly list can carry, a value, a unit? ST_INPUT. */
enum status import_list_check(struct ledger *l, const struct import_list *list,
                              struct diag *d) MUST_USE;
/* list->next and list->confirmed, from the register. */
enum status import_list_place(struct import_job *j, struct diag *d) MUST_USE;
/* For files of facts: the confirmed lists, into j->lists by month. */
enum status import_lists_load(struct import_job *j, struct diag *d) MUST_USE;
/* A fact came in that is older than a list which j->person is on: the list says its
 * value anew, by a mark added to j->row_of. So the order of arrival does not matter. */
enum status import_lists_say_anew(struct import_job *j, const struct fact *f,
                                  struct diag *d) MUST_USE;
/* After all rows were checked: is there room for everybody's marks? */
enum status import_list_room(struct import_job *j, struct diag *d) MUST_USE;
/* After all rows were checked: report->begun and ended, by a walk over everybody. */
enum status import_list_count(struct import_job *j, struct diag *d) MUST_USE;
/* The walk over all people above j->skip, in place of rows. It fills begun and ended as
 * well; of people up to j->skip they go by what was recorded below j->begun_at. */
enum status import_list_take(struct import_job *j, struct diag *d) MUST_USE;

/* May a monthly list carry it? (import_facts.c) */
bool import_attribute_listable(struct str attribute);
/* "death" for it and for its Chinese names; a word that is no known attribute as it
 * stands. Facts only: no `account`, no `age`. */
struct str import_attribute(struct str word);

/* A job over the stored file of an import, as it was proposed (import.c). */
enum status import_with_stored(struct ledger *l, uint32_t number,
                               const struct progress *progress, struct import_report *r,
                               enum status (*work)(struct import_job *j,
                                                   const struct import_entry *e,
                                                   const struct import_file *f,
                                                   void *ctx, struct diag *d),
                               void *ctx, struct diag *d) MUST_USE;

/* What a checked row would change (import_preview.c). */
enum status import_preview_row(struct import_job *j, struct diag *d) MUST_USE;
/* j->row_of comes onto the list, or goes, by these marks. */
enum status import_preview_list(struct import_job *j, bool on, const struct mark *marks,
                                size_t count, struct diag *d) MUST_USE;
void import_preview_free(struct previewing *v); /* NULL is fine */
/* What a row says of a new person, as entries of their row, which is empty
 * (import_people.c). */
void import_people_write(const struct people_row *p, uint64_t recorded,
                         struct buf *row);
/* Of a checked row of people whose person is known, j->person: every fact it would add
 * (import_people.c). */
enum status import_people_new_facts(struct import_job *j,
                                    enum status (*each)(struct import_job *j,
                                                        struct fact f, struct diag *d),
                                    struct diag *d) MUST_USE;
/* After all rows of history were checked: each person's sums of each programme, people
 * being 1 (import_history.c). */
struct preview_history;
enum status import_history_sums(const struct import_job *j,
                                enum status (*each)(void *ctx,
                                                    const struct preview_history *x,
                                                    struct diag *d),
                                void *ctx, struct diag *d) MUST_USE;
/* The entry a checked row of voids names (import_voids.c). */
uint32_t import_void_entry(const struct import_job *j);

#endif
