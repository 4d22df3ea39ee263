/* verify.c - the parts of `audit verify` in order: chain and tree, the fold of all
 * records into a scratch store and its comparison, people (commitments, entitlements),
 * bank files. What was not reached stays NOT CHECKED. */
#include "audit/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify_private.h"

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

static void not_checked(struct verify *v, const char *why)
{
    snprintf(v->r->not_checked, sizeof v->r->not_checked, "%s", why);
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
    TRY(verify_people(v, d));
    if (r->correctness == VERDICT_NOT_CHECKED) {
        not_checked(v, "no run is finished: there are no amounts to check");
    }
    TRY(verify_lines(v, d));
    TRY(verify_files(v, d));
    TRY(verify_answers(v, d));
    return verify_exports(v, d);
}

enum status verify_ledger(struct ledger *l, const struct verify_options *o,
                          struct verify_report *r, struct diag *d)
{
    struct verify v = {.l = l, .o = o, .r = r};
    memset(r, 0, sizeof *r);
    r->bad_sequence = NO_SEQUENCE;
    TRY(digest_new(&v.g, d));
    enum status st = all_parts(&v, d);
    digest_free(v.g);
    if (st != ST_OK || !r->bad) {
        return st;
    }
    diag_fail(d, ST_INTEGRITY, "verify", "%s", r->bad_what);
    return r->bad_sequence == NO_SEQUENCE
               ? ST_INTEGRITY
               : diag_where(d, "record %llu", (unsigned long long)r->bad_sequence);
}
