/* verify.c - the parts of `audit verify` in order: chain and tree, the fold of all
 * records into a scratch store and its comparison, batches, files and people. What was
 * not reached stays NOT CHECKED. */
#include "audit/verify.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify_private.h"
#include "ledger/erasure.h"

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_NOT_CHECKED:
        return "NOT CHECKED";
    case VERDICT_PASS:
        return "PASS";
    case VERDICT_FAIL:
        return "FAIL";
    }
    return "?";
}

void verify_bad(struct verify *v, enum verdict *which, uint64_t sequence,
                const char *fmt, ...)
{
    *which = VERDICT_FAIL;
    if (v->r->bad && v->r->bad_sequence <= sequence) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(v->r->bad_what, sizeof v->r->bad_what, fmt, ap);
    va_end(ap);
    v->r->bad = true;
    v->r->bad_sequence = sequence;
}

void verify_merge(struct verify_report *r, const struct verify_report *other)
{
    const enum verdict theirs[] = {other->integrity, other->completeness,
                                   other->authorisation, other->correctness};
    enum verdict *const ours[] = {&r->integrity, &r->completeness, &r->authorisation,
                                  &r->correctness};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        *ours[i] = theirs[i] == VERDICT_FAIL ? VERDICT_FAIL : *ours[i];
    }
    r->exports += other->exports;
    r->exports_by_rows += other->exports_by_rows;
    r->erased_lines += other->erased_lines;
    r->erased_exports += other->erased_exports;
    if (other->bad && (!r->bad || other->bad_sequence < r->bad_sequence)) {
        r->bad = true;
        r->bad_sequence = other->bad_sequence;
        memcpy(r->bad_what, other->bad_what, sizeof r->bad_what);
    }
}

enum status verify_erased(struct verify *v, uint64_t person, bool *erased,
                          struct diag *d)
{
    struct erasure_entry e;
    *erased = false;
    if (ledger_head(v->l)->erased == 0) {
        return ST_OK;
    }
    TRY(erasure_get(ledger_txn(v->l), person, &e, d));
    *erased = e.state == ERASURE_DONE;
    return ST_OK;
}

static void not_checked(struct verify *v, const char *why)
{
    snprintf(v->r->not_checked, sizeof v->r->not_checked, "%s", why);
}

/* What walks find, look-ups must find too, and the next write must not go where
 * something stands. */
static enum status check_tables(struct verify *v, struct diag *d)
{
    enum status st = store_check_pages(ledger_txn(v->l), d);
    if (st == ST_INTEGRITY) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "%s", d->what);
        return ST_OK;
    }
    TRY(st);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        bool sound;
        TRY(store_check(ledger_txn(v->l), (enum table)i, &sound, d));
        if (!sound) {
            verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                       "a page of the table %s is damaged: keys are not found in it",
                       table_name((enum table)i));
        }
    }
    return ST_OK;
}

static enum status all_parts(struct verify *v, struct diag *d)
{
    struct verify_report *r = v->r;
    const struct diag *doubt = ledger_doubt(v->l);
    TRY(verify_chain(v, d));
    if (doubt != NULL) {
        verify_bad(v, &r->integrity, NO_SEQUENCE, "%s", doubt->what);
    }
    if (r->integrity == VERDICT_FAIL || v->o->hashes_only) {
        return ST_OK;
    }
    TRY(check_tables(v, d));
    if (r->integrity == VERDICT_FAIL) {
        return ST_OK;
    }
    TRY(verify_fold(v, d));
    if (r->completeness == VERDICT_FAIL || r->authorisation == VERDICT_FAIL) {
        return ST_OK;
    }
    if (!ledger_has_vault(v->l)) {
        not_checked(v,
                    "the vault's key is not here: sealed rows, files, amounts and bank "
                    "files are not checked");
        return ST_OK;
    }
    TRY(verify_kept(v, d));
    r->erased = ledger_head(v->l)->erased;
    TRY(verify_work(v, d));
    if (r->correctness == VERDICT_NOT_CHECKED) {
        not_checked(v,
                    ledger_head(v->l)->open.kind != 0
                        ? "an act is unfinished: amounts are checked once it has ended"
                        : "no run is finished: there are no amounts to check");
    }
    return ST_OK;
}

void verify_tasks_end(struct verify_tasks *t)
{
    atomic_store(&t->next, UINT64_MAX / 2);
    atomic_store(&t->size, UINT64_MAX);
}

/* The digests, which stay NULL where there is no memory. */
static enum status make_digests(struct verify *v, struct diag *d)
{
    TRY(ledger_digest_new(v->l, &v->g, d));
    return digest_new(&v->files, d);
}

static void free_digests(struct verify *v)
{
    digest_free(v->g);
    digest_free(v->files);
}

void verify_beside(struct ledger *l, const struct verify_options *o)
{
    struct verify_tasks *t = o->tasks;
    struct verify v = {.l = l, .o = o};
    uint64_t size;
    while ((size = atomic_load(&t->size)) == 0) {
        if (progress_stop(o->progress)) {
            return;
        }
        sched_yield();
    }
    if (size != ledger_head(l)->tree.size + 1 || !ledger_has_vault(l)) {
        return;
    }
    t->part.status = make_digests(&v, &t->part.diag);
    if (t->part.status == ST_OK) {
        verify_take_part(&v, &t->part);
    }
    free_digests(&v);
    t->done = true;
}

enum status verify_ledger(struct ledger *l, const struct verify_options *o,
                          struct verify_report *r, struct diag *d)
{
    struct verify v = {.l = l, .o = o, .r = r};
    memset(r, 0, sizeof *r);
    r->bad_sequence = NO_SEQUENCE;
    if (o->tasks != NULL) {
        atomic_store(&o->tasks->size, ledger_head(l)->tree.size + 1);
    }
    enum status st = make_digests(&v, d);
    if (st == ST_OK) {
        st = all_parts(&v, d);
    }
    free_digests(&v);
    if (st == ST_CONFLICT || st == ST_DENIED || st == ST_INPUT) {
        d->status = st = ST_INTEGRITY; /* of what the ledger itself holds */
    }
    if (st != ST_OK || !r->bad) {
        return st;
    }
    diag_fail(d, ST_INTEGRITY, "verify", "%s", r->bad_what);
    return r->bad_sequence == NO_SEQUENCE
               ? ST_INTEGRITY
               : diag_where(d, "record %llu", (unsigned long long)r->bad_sequence);
}
