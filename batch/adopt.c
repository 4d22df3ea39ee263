/* adopt.c - adopting and confirming policies; see adopt.h. */
#include "batch/adopt.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "ledger/cbor.h"
#include "ledger/refusal.h"

#define SUBJECT_CAP (SUBJECT_MAX + 1)

/* ---- adopting ---- */

static enum status digest_text(struct str text, uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct digest *g;
    TRY(digest_new(&g, d));
    digest_once(g, text, str_of(""), out);
    digest_free(g);
    return ST_OK;
}

/* The same file adopted before, and not refused; number 0 when there is none. */
static enum status find_file(struct ledger *l, struct adopt_report *out, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(l)->policies; n++) {
        struct policy_entry e;
        TRY(policy_get(ledger_txn(l), n, &e, d));
        if (memcmp(e.sha256, out->sha256, DIGEST_LEN) == 0 &&
            e.state != ENTRY_REFUSED) {
            out->number = n;
            out->already = true;
            out->confirmed = e.state == ENTRY_ACTIVE;
            return ST_OK;
        }
    }
    return ST_OK;
}

static void ignore(void *ctx, const struct policy_finding *f)
{
    (void)ctx;
    (void)f;
}

static enum status check_text(struct str text, const char *file_name,
                              struct adopt_findings findings, struct adopt_report *out,
                              struct diag *d)
{
    struct policy *p;
    size_t errors = 0;
    TRY(policy_read(&p, text, file_name, d));
    enum status st = policy_check(p, findings.each != NULL ? findings.each : ignore,
                                  findings.ctx, &errors, d);
    if (st == ST_OK && errors > 0) {
        diag_fail(d, ST_INPUT, "policy-errors", "%zu errors in the policy", errors);
        diag_where(d, "%s", file_name);
        st = diag_hint(d, "almoner policy check %s lists them", file_name);
    }
    if (st == ST_OK && !str_copy(str_of(p->id), out->id, sizeof out->id)) {
        st = diag_fail(d, ST_INPUT, "policy-id",
                       "the policy's id is longer than %d bytes", KEY_NAME_MAX);
    }
    out->draft = p->status == POLICY_DRAFT;
    policy_free(p);
    return st;
}

static enum status append_adoption(struct ledger *l, const struct adopt_report *r,
                                   uint64_t length, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, r->number);
    cbor_pair_text(&w, 2, str_of(r->id));
    cbor_pair_bytes(&w, 3, r->sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 4, length);
    must(!w.failed);
    snprintf(subject, sizeof subject, "policy %u: adopt %s", r->number, r->id);
    struct act_text text = {.subject = subject};
    return ledger_act(l, KIND_POLICY_ADOPT, writer_str(&w), text, NULL, d);
}

enum status adopt_policy(struct ledger *l, struct str text, const char *file_name,
                         struct adopt_findings findings, struct adopt_report *out,
                         struct diag *d)
{
    bool resume;
    struct str left = text;
    memset(out, 0, sizeof *out);
    TRY(check_text(text, file_name, findings, out, d));
    TRY(digest_text(text, out->sha256, d));
    TRY(find_file(l, out, d));
    if (out->already) {
        return ST_OK;
    }
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    out->number = ledger_head(l)->policies + 1;
    TRY(vault_file_put(l, out->sha256, vault_source_text(&left), d));
    return append_adoption(l, out, text.n, d);
}

/* ---- loading ---- */

static enum status load_text(struct ledger *l, uint32_t number, struct buf *text,
                             struct policy **out, struct diag *d)
{
    struct policy_entry e;
    char name[40];
    TRY(policy_get(ledger_txn(l), number, &e, d));
    TRY(vault_file_load(l, e.sha256, text, d));
    snprintf(name, sizeof name, "policy %u", number);
    return policy_read(out, buf_str(text), name, d);
}

enum status adopt_load(struct ledger *l, uint32_t number, struct buf *text,
                       struct policy **out, struct diag *d)
{
    struct buf own;
    struct buf *into = text != NULL ? text : &own;
    buf_init(into, POLICY_FILE_MAX);
    enum status st = load_text(l, number, into, out, d);
    if (text == NULL) {
        buf_release(&own);
    }
    return st;
}

/* ---- confirming ---- */

static enum status append_confirmation(struct ledger *l, const struct policy_entry *e,
                                       struct diag *d)
{
    uint8_t bytes[128];
    char subject[SUBJECT_CAP];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, e->number);
    cbor_pair_bytes(&w, 2, e->sha256, DIGEST_LEN);
    must(!w.failed);
    snprintf(subject, sizeof subject, "policy %u: confirm %s", e->number, e->id);
    struct act_text text = {.subject = subject};
    return ledger_act(l, KIND_POLICY_CONFIRM, writer_str(&w), text, NULL, d);
}

static enum status may_rule(struct ledger *l, const struct policy *p, uint32_t number,
                            struct diag *d)
{
    if (p->status == POLICY_DRAFT && !ledger_info(l)->sandbox) {
        diag_fail(d, ST_INPUT, "draft", "policy %u (%s) is a draft", number, p->id);
        return diag_hint(d, "adopt the file again when its document is in force; a "
                            "sandbox takes drafts");
    }
    return adopt_fits(l, p, number, d);
}

enum status adopt_review(struct ledger *l, uint32_t number, struct policy **out,
                         struct diag *d)
{
    struct policy *p = NULL;
    struct policy_entry e;
    TRY(policy_get(ledger_txn(l), number, &e, d));
    TRY(refusal_none(ledger_txn(l), REGISTER_POLICY, number, d));
    if (e.state == ENTRY_ACTIVE) {
        return diag_fail(d, ST_CONFLICT, "not-pending",
                         "policy %u is confirmed already", number);
    }
    TRY(adopt_load(l, number, NULL, &p, d));
    enum status st = may_rule(l, p, number, d);
    if (st != ST_OK) {
        policy_free(p);
        return st;
    }
    *out = p;
    return ST_OK;
}

enum status adopt_confirm(struct ledger *l, uint32_t number, struct adopt_report *out,
                          struct diag *d)
{
    bool resume;
    struct policy *p = NULL;
    struct policy_entry e;
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(policy_get(ledger_txn(l), number, &e, d));
    out->number = number;
    memcpy(out->id, e.id, sizeof out->id);
    memcpy(out->sha256, e.sha256, DIGEST_LEN);
    TRY(adopt_review(l, number, &p, d));
    out->draft = p->status == POLICY_DRAFT;
    policy_free(p);
    TRY(append_confirmation(l, &e, d));
    out->confirmed = true;
    return ST_OK;
}
