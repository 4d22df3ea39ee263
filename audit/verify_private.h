/* verify_private.h - what the files of verify share; nobody else includes it. */
#ifndef ALMONER_AUDIT_VERIFY_PRIVATE_H
#define ALMONER_AUDIT_VERIFY_PRIVATE_H

#include "audit/verify.h"
#include "ledger/body.h"
#include "ledger/epoch.h"
#include "ledger/vault.h"

#define NO_SEQUENCE UINT64_MAX

struct person;

struct verify {
    struct ledger *l;
    const struct verify_options *o;
    struct verify_report *r;
    struct digest *g;             /* of the ledger's suite */
    struct digest *files;         /* SHA-256 */
    struct epoch_end outside_end; /* of the epoch of o->outside */
    uint64_t facts_entries;       /* commitments in all facts and repayment records */
    struct lines *lines;          /* while tasks are done */
};

/* The first finding of all is kept for the report; the verdict becomes FAIL. */
void verify_bad(struct verify *v, enum verdict *which, uint64_t sequence,
                const char *fmt, ...) PRINTF_LIKE(4, 5);

/* What was found elsewhere, as if it had been found now. */
void verify_merge(struct verify_report *r, const struct verify_report *other);

/* Is there a certificate that this person was erased? */
enum status verify_erased(struct verify *v, uint64_t person, bool *erased,
                          struct diag *d) MUST_USE;
/* Each fills its verdicts and returns another status only when it could not work. */
enum status verify_chain(struct verify *v, struct diag *d) MUST_USE;
enum status verify_fold(struct verify *v, struct diag *d) MUST_USE;
/* verify_work.c: batches, files and people, by tasks that a second process may share.
 * All of it, together with what that one found: */
enum status verify_work(struct verify *v, struct diag *d) MUST_USE;
/* What this process can get of it, into *part. */
void verify_take_part(struct verify *v, struct verify_part *part);
/* verify_people.c */
struct people;
/* Of what was found, v->r is told; seen, entries and ids are added to *part. */
enum status people_new(struct people **out, struct verify *v, struct verify_part *part,
                       struct diag *d) MUST_USE;
void people_free(struct people *p); /* NULL is fine */
/* Everybody from `from` to below `end`. */
enum status people_slice(struct people *p, uint64_t from, uint64_t end, struct diag *d)
    MUST_USE;
/* What was put off until many can be done together; at the end, and in between. */
enum status people_flush(struct people *p, struct diag *d) MUST_USE;
/* False: there is no run whose grants could be checked, or its rules do not open. */
bool people_grants(const struct people *p);
/* verify_entries.c: are these entries of a person's row, all of one record, what a
 * record of its kind brings? work: any person's memory. */
enum status verify_entries(struct verify *v, uint64_t person, uint64_t sequence,
                           struct str entries, struct person *work, bool *fit,
                           struct diag *d) MUST_USE;
/* The same of entries by a record of facts; voids: of an import of them. */
bool verify_facts_entries(struct str entries, bool voids);
/* verify_grants.c: *out NULL when there is nothing to check, or no run is finished. */
struct grants;
enum status grants_open(struct grants **out, struct verify *v, struct diag *d) MUST_USE;
void grants_close(struct grants *g);
/* plain: the person's row in the clear; now: all of it taken apart. */
enum status grants_person(struct grants *g, const struct person *now, struct str plain,
                          struct diag *d) MUST_USE;
/* verify_set_offs.c */
enum status verify_set_offs(struct verify *v, struct diag *d) MUST_USE;
/* verify_funds.c */
enum status verify_funds(struct verify *v, struct diag *d) MUST_USE;
/* verify_lines.c: what lines say, met beside the walk over people. What is found counts
 * among batches and files of *part, lines are counted in it. */
struct lines;
enum status lines_new(struct lines **out, struct verify *v, struct verify_part *part,
                      struct diag *d) MUST_USE;
void lines_free(struct lines *x); /* NULL is fine */
/* People from a number on; each in turn, with the row open and taken apart whole, or
 * left out; all below a number. */
void lines_slice_begin(struct lines *x, uint64_t from);
void lines_person(struct lines *x, const struct vault_row *row,
                  const struct person *person);
void lines_left_out(struct lines *x, uint64_t number);
void lines_slice_end(struct lines *x, uint64_t end);
/* What the walk does not do of a batch; same: its bank files came out as they were. */
enum status lines_batch(struct lines *x, const struct batch_entry *batch, bool same,
                        struct diag *d) MUST_USE;
/* When all is done: if not every line was met, all of them once more, one by one. */
enum status lines_missed(struct verify *v, struct verify_part *part, struct diag *d)
    MUST_USE;
/* The bank files of a batch, made again. *same: there was one, and all came out as they
 * were; then every line commits to the account that it names. */
enum status verify_exports(struct verify *v, const struct batch_entry *batch,
                           bool *same, struct diag *d) MUST_USE;
/* verify_files.c: the file of each, by number from 1. */
enum status verify_policy_file(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
enum status verify_import_file(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
enum status verify_timestamp_files(struct verify *v, uint32_t n, struct diag *d)
    MUST_USE;
enum status verify_channel_file(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
/* Of a batch: the layouts of its exports, and the lists of several files. */
enum status verify_batch_files(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
/* Of an answer: the file, and that what was posted is what it says. */
enum status verify_answer_file(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
enum status verify_answer(struct verify *v, uint32_t n, struct diag *d) MUST_USE;
/* verify_kept.c */
enum status verify_kept(struct verify *v, struct diag *d) MUST_USE;

#endif
