/* fold.c - applying records in order: envelope, signature, rule, tree, head.
 *
 * It must never read the clock, a key file or the vault: what it does depends on the
 * records and the projections alone, so that an auditor's fold gives the same bytes. */
#include "ledger/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/epoch.h"
#include "ledger/fold_private.h"
#include "ledger/tiles.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

#define BATCH_ROLE_BITS (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER)

static const struct fold_rule RULES[] = {
    /* The first is the one most often looked for. */
    {KIND_ENTITLEMENT, 0, KIND_RUN_START, money_entitlement, NULL},
    {KIND_GENESIS, 0, 0, NULL, rule_genesis},
    {KIND_OPERATOR, ROLE_ADMIN, 0, NULL, rule_operator},
    {KIND_CHANNEL, ROLE_ADMIN, 0, NULL, rule_channel},
    {KIND_SECOND, ROLE_ADMIN, 0, NULL, rule_second},
    {KIND_CLOCK, ANY_ROLE, 0, NULL, rule_clock},
    {KIND_REVEAL, ANY_ROLE, 0, NULL, rule_reveal},
    {KIND_RETENTION, ROLE_ADMIN, 0, NULL, rule_retention},
    {KIND_SETTING, ROLE_ADMIN, 0, NULL, rule_setting},
    {KIND_REFUSED, BATCH_ROLE_BITS | ROLE_ADMIN, 0, NULL, rule_refused},
    {KIND_EPOCH, ROLE_ADMIN, 0, NULL, rule_epoch},
    {KIND_LEDGER_KEY, ROLE_ADMIN, 0, NULL, rule_ledger_key},
    {KIND_LOST_FILE, ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_ADMIN, 0, NULL,
     rule_lost_file},
    {KIND_POLICY_ADOPT, ROLE_MAKER, 0, NULL, rule_policy_adopt},
    {KIND_POLICY_CONFIRM, ROLE_CHECKER, 0, NULL, rule_policy_confirm},
    {KIND_IMPORT, ROLE_MAKER, 0, NULL, rule_import},
    {KIND_IMPORT_START, ROLE_CHECKER, 0, NULL, rule_import_start},
    {KIND_FACTS, 0, KIND_IMPORT_START, NULL, rule_facts},
    {KIND_IMPORT_END, ROLE_CHECKER, KIND_IMPORT_START, NULL, rule_import_end},
    {KIND_HISTORY, 0, KIND_IMPORT_START, money_history, rule_history},
    {KIND_UNITS, 0, KIND_IMPORT_START, NULL, rule_units},
    {KIND_MERGE, 0, KIND_IMPORT_START, NULL, rule_merge},
    {KIND_HOLD, ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, 0, NULL, rule_hold},
    {KIND_ERASE, ROLE_MAKER | ROLE_ADMIN, 0, NULL, rule_erase},
    {KIND_ERASED, ROLE_CHECKER, 0, NULL, rule_erased},
    {KIND_RUN_START, ROLE_MAKER, 0, NULL, rule_run_start},
    {KIND_RUN_END, ROLE_MAKER, KIND_RUN_START, NULL, rule_run_end},
    {KIND_SET_OFF, 0, KIND_RUN_START, money_set_off, NULL},
    {KIND_BATCH_START, ROLE_MAKER, 0, NULL, rule_batch_start},
    {KIND_LINES, 0, KIND_BATCH_START, money_lines, rule_lines},
    {KIND_BATCH_END, ROLE_MAKER, KIND_BATCH_START, NULL, rule_batch_end},
    {KIND_BATCH_SIGN, BATCH_ROLE_BITS, 0, NULL, rule_batch_sign},
    {KIND_EXPORT, ROLE_MAKER, 0, NULL, rule_export},
    {KIND_ANSWER_START, ROLE_MAKER, 0, NULL, rule_answer_start},
    {KIND_RESULTS, 0, KIND_ANSWER_START, money_results, rule_results},
    {KIND_ANSWER_END, ROLE_MAKER, KIND_ANSWER_START, NULL, rule_answer_end},
    {KIND_REISSUE_START, ROLE_MAKER, 0, NULL, rule_reissue_start},
    {KIND_REISSUE, 0, KIND_REISSUE_START, money_reissue, rule_results},
    {KIND_REISSUE_END, ROLE_MAKER, KIND_REISSUE_START, NULL, rule_reissue_end},
    {KIND_WITHDRAW_START, BATCH_ROLE_BITS, 0, NULL, rule_withdraw_start},
    {KIND_WITHDRAWN, 0, KIND_WITHDRAW_START, money_withdrawn, rule_withdrawn},
    {KIND_WITHDRAW_END, BATCH_ROLE_BITS, KIND_WITHDRAW_START, NULL, rule_withdraw_end},
    {KIND_BATCH_STEP, BATCH_ROLE_BITS, 0, NULL, rule_batch_step},
    {KIND_RECOVERY, ROLE_MAKER, 0, NULL, rule_recovery},
    {KIND_RECOVERY_CONFIRM, ROLE_CHECKER, 0, NULL, rule_recovery_confirm},
    {KIND_REPAYMENT, ROLE_MAKER, 0, NULL, rule_repayment},
    {KIND_NOTICE, ROLE_MAKER, 0, NULL, rule_notice},
    {KIND_OBJECTION, ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, 0, NULL, rule_objection},
    {KIND_OBJECTION_DECIDED, ROLE_CHECKER, 0, NULL, rule_objection_decided},
    {KIND_NOTICE_CLOSED, ROLE_MAKER | ROLE_CHECKER, 0, NULL, rule_notice_closed},
    {KIND_WITNESS, ROLE_ADMIN, 0, NULL, rule_witness},
    {KIND_COSIGNED, ANY_ROLE, 0, NULL, rule_cosigned},
    {KIND_TIMESTAMP, ANY_ROLE, 0, NULL, rule_timestamp},
    {KIND_APPROPRIATION, ROLE_MAKER, 0, NULL, rule_appropriation},
    {KIND_FUND_CONFIRM, ROLE_CHECKER, 0, NULL, rule_appropriation_confirm},
    {KIND_RECEIPT, ROLE_MAKER, 0, NULL, rule_receipt},
    {KIND_ALLOCATION, ROLE_MAKER, 0, NULL, rule_allocation},
    {KIND_MONTH_CLOSE, ROLE_MAKER, 0, NULL, rule_month_close},
    {KIND_CLOSE_CONFIRM, ROLE_CHECKER | ROLE_RELEASER, 0, NULL, rule_close_confirm},
    {KIND_UNKNOWN_LIST, ROLE_MAKER, 0, NULL, rule_unknown_list},
};

static const struct fold_rule *rule_for(enum record_kind kind)
{
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        if (RULES[i].kind == kind) {
            return &RULES[i];
        }
    }
    must_fail("every kind that record_read lets through has a rule", __FILE__,
              __LINE__);
}

enum status fold_refuse(struct diag *d, const char *code, const char *fmt, ...)
{
    char what[sizeof d->what];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return diag_fail(d, ST_CONFLICT, code, "%s", what);
}

enum status fold_malformed(const struct record *r, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "record-body", "the body is not that of kind %s",
                     record_kind_name(r->kind));
}

/* ---- life ---- */

enum status fold_new(struct fold **out, struct diag *d)
{
    struct fold *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return diag_memory(d);
    }
    enum status st = digest_new(&f->g, d);
    f->account = calloc(1, sizeof *f->account);
    f->other = calloc(1, sizeof *f->other);
    if (st == ST_OK && (f->account == NULL || f->other == NULL)) {
        st = diag_memory(d);
    }
    if (st != ST_OK) {
        fold_free(f);
        return st;
    }
    buf_init(&f->message, 64 * 1024);
    *out = f;
    return ST_OK;
}

static void close_cursors(struct fold *f)
{
    store_cursor_close(f->accounts);
    store_cursor_close(f->lines);
    f->accounts = NULL;
    f->lines = NULL;
}

void fold_free(struct fold *f)
{
    if (f == NULL) {
        return;
    }
    close_cursors(f);
    links_free(f->links);
    digest_free(f->g);
    buf_release(&f->message);
    free(f->account);
    free(f->other);
    free(f);
}

/* Whose ledger this is and what it hashes with, from its genesis. */
static enum status take_identity(struct fold *f, const struct record *first,
                                 struct genesis *out, struct diag *d)
{
    if (!str_copy(first->origin, f->genesis_origin, sizeof f->genesis_origin)) {
        return fold_malformed(first, d);
    }
    epoch_origin(f->genesis_origin, f->head.epoch, f->origin);
    TRY(genesis_read(first, out, d));
    f->sandbox = out->sandbox;
    f->suite = out->suite;
    f->offset_minutes = out->offset_minutes;
    must(str_copy(out->sm2_id, f->sm2_id, sizeof f->sm2_id));
    return digest_use(f->g, key_suite_digest(f->suite), d);
}

/* Origin and kind of ledger are those of the genesis record. */
static enum status read_identity(struct fold *f, struct diag *d)
{
    struct record first;
    struct genesis g;
    f->origin[0] = '\0';
    f->genesis_origin[0] = '\0';
    f->sandbox = false;
    if (f->head.tree.size == 0) {
        return ST_OK;
    }
    TRY(record_get(f->t, 0, &first, NULL, d));
    return take_identity(f, &first, &g, d);
}

enum status fold_begin(struct fold *f, struct txn *t, struct diag *d)
{
    struct str row;
    f->t = t;
    f->balance_count = 0;
    f->month_count = 0;
    f->month_act = 0;
    f->batch.number = 0;
    f->batch_changed = false;
    f->choice_of = 0;
    memset(&f->fund, 0, sizeof f->fund);
    TRY(store_get(t, TABLE_META, str_of("head"), &row, d));
    memset(&f->head, 0, sizeof f->head);
    tree_init(&f->head.tree);
    if (row.p != NULL && !head_read(&f->head, row)) {
        return diag_fail(d, ST_INTEGRITY, "head-row",
                         "the head is not what was written");
    }
    return read_identity(f, d);
}

static enum status flush_batch(struct fold *f, struct diag *d)
{
    if (f->batch.number != 0 && f->batch_changed) {
        TRY(batch_put(f->t, &f->batch, d));
    }
    f->batch_changed = false;
    return ST_OK;
}

/* Balance rows: key programme, 0 and kind; value i64 big-endian, debit minus credit. A
 * balance of nothing has no row: whether there is one must not depend on how many
 * records went into a transaction. */
static enum status add_to_balance(struct fold *f, struct str key, int64_t fen,
                                  struct diag *d)
{
    struct str row;
    uint8_t value[8];
    TRY(store_get(f->t, TABLE_BALANCES, key, &row, d));
    int64_t sum = row.n == 8 ? (int64_t)get_u64((const uint8_t *)row.p) : 0;
    if ((row.p != NULL && row.n != 8) || !money_add(sum, fen, &sum)) {
        return diag_fail(d, ST_INTEGRITY, "balance-row",
                         "a balance is not what was written");
    }
    if (sum == 0) {
        return store_delete(f->t, TABLE_BALANCES, key, d);
    }
    put_u64(value, (uint64_t)sum);
    return store_put(f->t, TABLE_BALANCES, key, str_make(value, sizeof value), d);
}

static enum status flush_balances(struct fold *f, struct diag *d)
{
    for (size_t i = 0; i < f->balance_count; i++) {
        const struct balance *b = &f->balances[i];
        uint8_t key[PROGRAMME_CODE_MAX + 2];
        size_t n = strlen(b->programme);
        memcpy(key, b->programme, n);
        key[n] = 0;
        for (int k = 0; k < ACCOUNT_KINDS; k++) {
            key[n + 1] = (uint8_t)k;
            if (b->fen[k] != 0) {
                TRY(add_to_balance(f, str_make(key, n + 2), b->fen[k], d));
            }
        }
    }
    f->balance_count = 0;
    return ST_OK;
}

enum status fold_end(struct fold *f, struct diag *d)
{
    uint8_t bytes[HEAD_BYTES_MAX];
    struct writer w;
    TRY(fold_settle(f, d));
    TRY(fold_fund_flush(f, d));
    close_cursors(f);
    TRY(flush_batch(f, d));
    TRY(flush_balances(f, d));
    TRY(fold_flush_months(f, d));
    writer_init(&w, bytes, sizeof bytes);
    head_write(&f->head, &w);
    must(!w.failed);
    return store_put(f->t, TABLE_META, str_of("head"), writer_str(&w), d);
}

void fold_drop(struct fold *f)
{
    close_cursors(f);
    if (f->linking) {
        links_drop(f->links);
        f->linking = false;
    }
    f->balance_count = 0;
    f->month_count = 0;
    f->batch.number = 0;
    f->batch_changed = false;
    f->choice_of = 0;
    memset(&f->fund, 0, sizeof f->fund);
    f->t = NULL;
}

const struct head *fold_head(const struct fold *f)
{
    return &f->head;
}

void fold_root(struct fold *f, uint8_t out[DIGEST_LEN])
{
    must(!f->linking);
    tree_root(&f->head.tree, f->g, out);
}

/* ---- money helpers ---- */

enum status fold_balance(struct fold *f, const struct postings *p, struct diag *d)
{
    TRY(fold_months(f, p, d));
    for (size_t i = 0; i < p->count; i++) {
        const struct posting *at = &p->items[i];
        size_t k = 0;
        while (k < f->balance_count &&
               strcmp(f->balances[k].programme, at->programme) != 0) {
            k++;
        }
        if (k == FOLD_PROGRAMMES_MAX) {
            TRY(flush_balances(f, d));
            k = 0;
        }
        if (k == f->balance_count) {
            memset(&f->balances[k], 0, sizeof f->balances[k]);
            memcpy(f->balances[k].programme, at->programme, sizeof at->programme);
            f->balance_count++;
        }
        int64_t *fen = f->balances[k].fen;
        if (!money_add(fen[at->debit], at->fen, &fen[at->debit]) ||
            !money_sub(fen[at->credit], at->fen, &fen[at->credit])) {
            return diag_fail(d, ST_INTEGRITY, "balances", "a balance is too large");
        }
    }
    return ST_OK;
}

static enum status account_of(struct fold *f, uint64_t person, struct diag *d)
{
    uint8_t key[8];
    struct str found;
    struct str row;
    put_u64(key, person);
    TRY(store_cursor_seek(f->accounts, str_make(key, 8), &found, &row, d));
    if (found.p == NULL || !str_eq(found, str_make(key, 8))) {
        row = str_of("");
    }
    f->account_of = person;
    return account_read(row, f->account, d);
}

enum status fold_account_get(struct fold *f, uint64_t person, struct diag *d)
{
    if (f->accounts == NULL) {
        TRY(store_cursor_open(f->t, TABLE_ACCOUNTS, &f->accounts, d));
    }
    TRY(account_of(f, person, d));
    while (f->account->forward != 0) { /* each merge leads to one not merged yet */
        TRY(account_of(f, f->account->forward, d));
    }
    return ST_OK;
}

enum status fold_account_own(struct fold *f, uint64_t person, struct diag *d)
{
    TRY(fold_account_get(f, person, d));
    TRY(fold_not_erased(f, person, d));
    return f->account_of == person
               ? ST_OK
               : fold_refuse(d, "merged", "person %llu is another one's duplicate",
                             (unsigned long long)person);
}

enum status fold_account_put(struct fold *f, uint64_t person, struct diag *d)
{
    static _Thread_local uint8_t row[ACCOUNT_ROW_MAX];
    uint8_t key[8];
    struct writer w;
    (void)person;
    writer_init(&w, row, sizeof row);
    account_write(f->account, &w);
    if (w.failed) {
        return diag_fail(d, ST_INTERNAL, "account-row", "an account row is too long");
    }
    put_u64(key, f->account_of);
    return store_cursor_put(f->accounts, str_make(key, 8), writer_str(&w), d);
}

enum status fold_account_put_months(struct fold *f, uint64_t person, uint64_t last,
                                    struct str months, struct diag *d)
{
    static _Thread_local uint8_t row[ACCOUNT_ROW_MAX];
    uint8_t key[8];
    struct writer w;
    if (f->accounts == NULL) {
        TRY(store_cursor_open(f->t, TABLE_ACCOUNTS, &f->accounts, d));
    }
    writer_init(&w, row, sizeof row);
    account_write_last(last, &w);
    writer_bytes(&w, months.p, months.n);
    if (w.failed) {
        return diag_fail(d, ST_INTERNAL, "account-row", "an account row is too long");
    }
    put_u64(key, person);
    return store_cursor_put(f->accounts, str_make(key, 8), writer_str(&w), d);
}

/* ---- long acts ---- */

void fold_open(struct fold *f, const struct record *r, uint32_t number)
{
    struct open_act open = {
        .kind = (int)r->kind, .first = r->sequence, .number = number};
    f->head.open = open;
}

enum status fold_in(struct fold *f, uint64_t number, struct diag *d)
{
    if (f->head.open.number != number) {
        return fold_refuse(d, "act-number", "the open act is for number %u, not %llu",
                           f->head.open.number, (unsigned long long)number);
    }
    return ST_OK;
}

void fold_close(struct fold *f)
{
    struct open_act none = {0};
    f->head.open = none;
}

enum status fold_next(uint32_t *counter, uint64_t number, const char *what,
                      struct diag *d)
{
    if (number != (uint64_t)*counter + 1) {
        return fold_refuse(d, "number", "%s %llu is not the next number", what,
                           (unsigned long long)number);
    }
    (*counter)++;
    return ST_OK;
}

/* ---- one record ---- */

static enum status check_envelope(const struct fold *f, const struct record *r,
                                  const struct fold_rule *rule, struct diag *d)
{
    const struct head *h = &f->head;
    if (r->sequence != h->tree.size ||
        (!f->linking && memcmp(r->previous, h->last_leaf, DIGEST_LEN) != 0)) {
        return diag_fail(d, ST_INTEGRITY, "chain",
                         "the record does not follow the one before it");
    }
    char next[ORIGIN_MAX + 1];
    const char *origin = f->origin;
    if (r->kind == KIND_EPOCH) { /* an epoch begins with its own record */
        epoch_origin(f->genesis_origin, h->epoch + 1, next);
        origin = next;
    }
    if (h->tree.size > 0 && !str_is(r->origin, origin)) {
        return diag_fail(d, ST_INTEGRITY, "origin", "the record is of another ledger");
    }
    if (!time_valid(r->time_us)) {
        return diag_fail(d, ST_INTEGRITY, "time",
                         "the record's time is in no calendar");
    }
    if (r->time_us < h->last_us) {
        return diag_fail(d, ST_INTEGRITY, "time",
                         "the record is older than the one before");
    }
    uint64_t act = h->open.kind != 0 ? h->open.first : r->sequence;
    if (r->act != act) {
        return diag_fail(d, ST_INTEGRITY, "act", "the record names the wrong act");
    }
    if (h->open.kind != 0 ? rule->within != h->open.kind : rule->within != 0) {
        return fold_refuse(d, "open-act", "a %s record has no place %s",
                           record_kind_name(r->kind),
                           h->open.kind != 0 ? "in the open act" : "outside its act");
    }
    if ((h->tree.size == 0) != (r->kind == KIND_GENESIS)) {
        return fold_refuse(d, "genesis",
                           "the first record, and only it, is the genesis");
    }
    if (h->tree.size > 0 && h->open.kind == 0 && !f->sandbox && r->kind != KIND_CLOCK &&
        r->time_us - h->last_us > FOLD_CLOCK_JUMP_US) {
        return fold_refuse(d, "clock-jump", "nobody vouches for a jump of the clock");
    }
    return ST_OK;
}

/* Root of the ledger when it had `size` records: known at every act's start. */
enum status fold_root_at(struct fold *f, uint64_t size, struct str *root,
                         struct diag *d)
{
    uint8_t key[8];
    put_u64(key, size);
    TRY(store_get(f->t, TABLE_ACTS, str_make(key, 8), root, d));
    if (root->n != DIGEST_LEN) {
        return fold_refuse(d, "signature-size", "no act began at size %llu",
                           (unsigned long long)size);
    }
    return ST_OK;
}

/* Rows of TABLE_ACTS beside the roots: "s" and the first bytes of a signature's hash.
 * A signature holds once: it must not bring its act about a second time. */
static enum status use_signature(struct fold *f, const struct record *r, struct diag *d)
{
    uint8_t hash[DIGEST_LEN];
    uint8_t key[1 + FOLD_SIGNATURE_KEY];
    uint8_t sequence[8];
    struct str before;
    const uint8_t *signature = f->body.signature.signature;
    digest_once(f->g, str_make(signature, SIGNATURE_LEN), str_of(""), hash);
    key[0] = 's';
    memcpy(key + 1, hash, FOLD_SIGNATURE_KEY);
    TRY(store_get(f->t, TABLE_ACTS, str_make(key, sizeof key), &before, d));
    if (before.p != NULL) {
        return diag_fail(d, ST_DENIED, "signature-used",
                         "the signature of %s stands under another record already",
                         f->signer.name);
    }
    put_u64(sequence, r->sequence);
    return store_put(f->t, TABLE_ACTS, str_make(key, sizeof key),
                     str_make(sequence, sizeof sequence), d);
}

static enum status check_signature(struct fold *f, const struct record *r,
                                   const struct fold_rule *rule, struct diag *d)
{
    const struct act_signature *s = &f->body.signature;
    struct str root;
    TRY(signed_body_read(r, &f->body, d));
    TRY(operator_get(f->t, s->operator_number, &f->signer, d));
    if (f->signer.state != ENTRY_ACTIVE) {
        return diag_fail(d, ST_DENIED, "operator-pending", "%s is not confirmed yet",
                         f->signer.name);
    }
    if ((f->signer.roles & rule->roles) == 0) {
        diag_fail(d, ST_DENIED, "role", "%s may not sign %s", f->signer.name,
                  record_kind_name(r->kind));
        return diag_hint(d, "almoner operator list shows who may");
    }
    if (s->time_us > r->time_us || s->size > r->act) {
        return diag_fail(d, ST_DENIED, "signature-time",
                         "the signature is newer than its record");
    }
    if (r->time_us > INT64_MIN + ACT_SIGNATURE_AGE_MAX_US &&
        s->time_us < r->time_us - ACT_SIGNATURE_AGE_MAX_US) {
        return diag_fail(d, ST_DENIED, "signature-expired",
                         "the signature is more than 7 days older than its record");
    }
    TRY(fold_root_at(f, s->size, &root, d));
    if (memcmp(root.p, s->root, DIGEST_LEN) != 0) {
        return diag_fail(d, ST_DENIED, "signature-fork",
                         "the signature was made on another ledger");
    }
    buf_clear(&f->message);
    act_message(r->origin, r->kind, s, f->body.plain, f->g, &f->message);
    TRY(buf_check(&f->message, d));
    if (!key_verify_id(f->signer.public_key, str_of(f->sm2_id), buf_str(&f->message),
                       s->signature)) {
        return diag_fail(d, ST_DENIED, "signature", "the signature of %s does not hold",
                         f->signer.name);
    }
    return use_signature(f, r, d);
}

/* Remembers the root before an act begins. */
static enum status note_act(struct fold *f, const struct record *r, struct diag *d)
{
    uint8_t key[8];
    uint8_t root[DIGEST_LEN];
    if (r->act != r->sequence) {
        return ST_OK;
    }
    put_u64(key, r->sequence);
    tree_root(&f->head.tree, f->g, root);
    return store_put(f->t, TABLE_ACTS, str_make(key, 8), str_make(root, sizeof root),
                     d);
}

static enum status store_record(struct fold *f, const struct record *r,
                                struct str bytes, struct diag *d)
{
    uint8_t key[8];
    put_u64(key, r->sequence);
    TRY(store_append(f->t, TABLE_RECORDS, str_make(key, 8), bytes, d));
    tree_leaf(f->g, bytes, f->head.last_leaf);
    TRY(tiles_grow(f->t, f->g, &f->head.tree, f->head.last_leaf, d));
    tree_append(&f->head.tree, f->g, f->head.last_leaf);
    f->head.last_us = r->time_us;
    return ST_OK;
}

static enum status apply(struct fold *f, const struct record *r, struct str bytes,
                         bool money, struct diag *d)
{
    const struct fold_rule *rule = rule_for(r->kind);
    struct genesis g;
    TRY(fold_settle(f, d));
    TRY(check_envelope(f, r, rule, d));
    if (r->kind == KIND_GENESIS) { /* before anything is hashed */
        TRY(take_identity(f, r, &g, d));
    }
    TRY(note_act(f, r, d));
    f->time_us = r->time_us;
    if (rule->roles != 0) {
        TRY(check_signature(f, r, rule, d));
    }
    if (money && rule->money != NULL) {
        TRY(rule->money(f, r, d));
    }
    if (rule->rest != NULL) {
        TRY(rule->rest(f, r, d));
    }
    return store_record(f, r, bytes, d);
}

enum status fold_record(struct fold *f, const struct record *r, struct str bytes,
                        struct diag *d)
{
    return apply(f, r, bytes, true, d);
}

enum status fold_append(struct fold *f, const struct record *r, struct str bytes,
                        struct diag *d)
{
    return apply(f, r, bytes, false, d);
}

static enum status start_linking(struct fold *f, struct diag *d)
{
    struct head *h = &f->head;
    if (f->links == NULL) {
        TRY(links_new(&f->links, key_suite_digest(f->suite), d));
    }
    links_start(f->links, &h->tree, h->last_leaf);
    memset(h->last_leaf, 0, DIGEST_LEN); /* no hash, so that nobody takes it for one */
    f->linking = true;
    return ST_OK;
}

enum status fold_append_later(struct fold *f, const struct record *r, struct str bytes,
                              size_t previous_at, struct diag *d)
{
    const struct fold_rule *rule = rule_for(r->kind);
    must(rule->roles == 0 && rule->rest == NULL && r->act != r->sequence);
    if (!f->linking) {
        TRY(start_linking(f, d));
    }
    TRY(check_envelope(f, r, rule, d));
    TRY(links_add(f->links, f->t, bytes, previous_at, d));
    f->time_us = r->time_us;
    f->head.tree.size++;
    f->head.last_us = r->time_us;
    return ST_OK;
}

enum status fold_settle(struct fold *f, struct diag *d)
{
    uint64_t size = f->head.tree.size;
    if (!f->linking) {
        return ST_OK;
    }
    TRY(links_end(f->links, f->t, &f->head.tree, f->head.last_leaf, d));
    must(f->head.tree.size == size);
    f->linking = false;
    return ST_OK;
}
