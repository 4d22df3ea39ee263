/* verify_private.h - what the files of verify share; nobody else includes it. */
#ifndef ALMONER_AUDIT_VERIFY_PRIVATE_H
#define ALMONER_AUDIT_VERIFY_PRIVATE_H

#include "audit/verify.h"
#include "ledger/body.h"
#include "ledger/epoch.h"
#include "ledger/vault.h"

#define NO_SEQUENCE UINT64_MAX

struct verify {
    struct ledger *l;
    const struct verify_options *o;
    struct verify_report *r;
    struct digest *g;             /* of the ledger's suite */
    struct digest *files;         /* SHA-256 */
    struct epoch_end outside_end; /* of the epoch of o->outside */
    uint64_t facts_entries;       /* commitments in all facts and repayment records */
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
enum status verify_people(struct verify *v, struct diag *d) MUST_USE;
/* The second process's share of it, into v->o->slices. */
enum status verify_people_beside(struct verify *v, struct diag *d) MUST_USE;
/* verify_entries.c: are these entries of a person's row, all of one record, what a
 * record of its kind brings? work: any person's memory. */
struct person;
enum status verify_entries(struct verify *v, uint64_t person, uint64_t sequence,
                           struct str entries, struct person *work, bool *fit,
                           struct diag *d) MUST_USE;
/* The same of entries by a record of facts; voids: of an import of them. */
bool verify_facts_entries(struct str entries, bool voids);
/* verify_grants.c: *out NULL when there is nothing to check, or no run is finished. */
struct grants;
enum status grants_open(struct grants **out, struct verify *v, struct diag *d) MUST_USE;
void grants_close(struct grants *g);
/* plain: the person's row in the clear. */
enum status grants_person(struct grants *g, uint64_t number, struct str plain,
                          struct diag *d) MUST_USE;
/* verify_set_offs.c */
enum status verify_set_offs(struct verify *v, struct diag *d) MUST_USE;
enum status verify_lines(struct verify *v, struct diag *d) MUST_USE;
enum status verify_files(struct verify *v, struct diag *d) MUST_USE;
enum status verify_answers(struct verify *v, struct diag *d) MUST_USE;
enum status verify_exports(struct verify *v, struct diag *d) MUST_USE;

#endif
