/* ledger_fixture.h - a ledger in a temporary folder for unit tests, with operators,
 * people, a policy and a channel when asked for. Keys, random numbers and times are the
 * same in every run. Every function fails the running test when it cannot do its work,
 * but for those that return a status.
 *
 * People come in through import records written here, not through batch/import. */
#ifndef ALMONER_TESTS_UNIT_LEDGER_FIXTURE_H
#define ALMONER_TESTS_UNIT_LEDGER_FIXTURE_H

#include "batch/import.h"
#include "ledger/vault.h"

enum fixture_who {
    FIXTURE_ADMIN,
    FIXTURE_ADMIN2, /* of a live ledger; a sandbox has one */
    FIXTURE_MAKER,
    FIXTURE_CHECKER,
    FIXTURE_RELEASER,
    FIXTURE_WHO
};

#define FIXTURE_DIR_CAP 200

struct fixture {
    char dir[FIXTURE_DIR_CAP];
    bool sandbox;
    bool accept_clock;
    struct ledger *l; /* open, or NULL */
    uint64_t drawn;   /* random bytes so far */
    int64_t now_us;
    struct key *keys[FIXTURE_WHO];
    struct diag d;
};

/* An empty folder that begins with this name, among those of the running test. */
void fixture_folder(const char *name, char out[FIXTURE_DIR_CAP]);

/* The folder and a ledger with its admins only, open for writing at 2026-11-05 09:00 of
 * the county. */
void fixture_make_bare(struct fixture *f, bool sandbox);
/* The same with another suite (2) and SM2 id (NULL: the usual one). */
void fixture_make_suite(struct fixture *f, bool sandbox, enum suite suite,
                        const char *sm2_id);
/* The same with maker, checker and releaser (confirmed, in a live ledger). */
void fixture_make(struct fixture *f, bool sandbox);
/* Closes and removes all. */
void fixture_remove(struct fixture *f);

const char *fixture_name(enum fixture_who who); /* "maker" */
void fixture_as(struct fixture *f, enum fixture_who who);
/* A file of the folder; good until the third next call. */
const char *fixture_path(const struct fixture *f, const char *name);

struct ledger_options fixture_options(struct fixture *f, enum ledger_mode mode);
/* Closes the ledger, if it is open, and opens it again. */
enum status fixture_open(struct fixture *f, enum ledger_mode mode) MUST_USE;
void fixture_close(struct fixture *f);
/* Goes on at another moment ("2026-12-05T01:00:00Z"), open for writing. */
void fixture_at(struct fixture *f, const char *time);

/* The bodies of acts, for tests that put them together wrongly. */
size_t fixture_operator_body(struct fixture *f, const char *name, const struct key *key,
                             unsigned roles, uint8_t *out);
enum status fixture_add_operator(struct fixture *f, const char *name,
                                 const struct key *key, unsigned roles) MUST_USE;
/* A private key whose seed is the name. */
struct key *fixture_key(const char *name);

/* ---- people ---- */

/* One entry of a person's row; exactly one of the three is set, or `add` writes what it
 * likes. recorded is filled in. */
struct fixture_entry {
    uint64_t person; /* one above the highest number: a new person */
    const struct fact *fact;
    const struct route *route;
    const struct mark *mark;
    void (*add)(struct buf *row, uint64_t recorded);
};
/* Taken in as one import of the kind, by maker and checker. Entries of one person are
 * adjacent and people ascend. ID numbers are indexed. Signs as the checker afterwards.
 * */
void fixture_import(struct fixture *f, enum import_what what,
                    const struct fixture_entry *list, size_t count);

/* The same act, for tests that write its records themselves. */
void fixture_begin_import(struct fixture *f, enum import_what what, size_t rows);
void fixture_end_import(struct fixture *f, size_t rows);

struct fixture_person {
    const char *born;         /* "19400229" */
    const char *registration; /* NULL: "230523" */
    const char *claim;        /* "2026-01-01"; NULL: none */
    const char *account;      /* NULL: made from the number; "": no route */
};
/* Registered from the beginning, name and ID number made from the number. Returns the
 * number of the first. */
uint64_t fixture_people(struct fixture *f, const struct fixture_person *list,
                        size_t count);
/* One open fact for all programmes from a day on. */
void fixture_fact(struct fixture *f, uint64_t person, const char *attribute,
                  const char *value, const char *from);
/* The ID number of a woman born on a day (YYYYMMDD). */
void fixture_id(const char *born, uint64_t serial, char out[ID_NUMBER_LEN + 1]);

/* ---- the rest ---- */

/* 80 and over registered in 230523: fen each month, by claim; effective 2026-01-01. */
void fixture_policy_text(const char *id, const char *effective, const char *amount,
                         struct buf *out);
/* Adopted by the maker, confirmed by the checker; its number. */
uint32_t fixture_policy(struct fixture *f, struct str text);
/* "bank", writing pipe-trailer; its number. */
uint32_t fixture_channel(struct fixture *f);

/* A file in memory, for imports; the bytes are borrowed. */
struct memory_file {
    struct str bytes;
    size_t at;
    size_t step; /* at most so many a read; 0: any */
};
struct import_file memory_file(struct memory_file *m, struct str bytes);

/* The whole of a file of the folder, and back. */
void fixture_load(const struct fixture *f, const char *name, struct buf *out);
void fixture_save(const struct fixture *f, const char *name, struct str bytes);

/* A record and its bytes, which rec borrows: good until the next call. */
struct str fixture_record(struct fixture *f, uint64_t sequence, struct record *rec);
/* Records 0 and 1 are those of the file, lines of 32 bytes in hex with an empty one
 * behind each record, and all of it stands in docs/formats/ledger.md. */
void fixture_first_records(struct fixture *f, const char *golden);

#endif
