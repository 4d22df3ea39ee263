/* fold.c - see fold.h: the envelope, the chain, the tree, and which rule comes next. */
#include "verify/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "verify/fold_private.h"

#define CLOCK_JUMP_US INT64_C(3456000000000) /* 40 days */

static const struct {
    unsigned kind;
    void (*rule)(struct fold *f, struct act *a);
} rules[] = {
    {K_GENESIS, rule_genesis},
    {K_OPERATOR, rule_operator},
    {K_CHANNEL, rule_channel},
    {K_SECOND, rule_second},
    {K_CLOCK, rule_clock},
    {K_REVEAL, rule_reveal},
    {K_EPOCH, rule_epoch},
    {K_LEDGER_KEY, rule_ledger_key},
    {K_LOST_FILE, rule_lost_file},
    {K_RETENTION, rule_retention},
    {K_SETTING, rule_setting},
    {K_REFUSED, rule_refused},
    {K_HOLD, rule_hold},
    {K_ERASE, rule_erase},
    {K_ERASED, rule_erased},
    {K_NOTICE, rule_notice},
    {K_OBJECTION, rule_objection},
    {K_OBJECTION_DECIDED, rule_objection_decided},
    {K_NOTICE_CLOSED, rule_notice_closed},
    {K_WITNESS, rule_witness},
    {K_COSIGNED, rule_cosigned},
    {K_TIMESTAMP, rule_timestamp},
    {K_POLICY_ADOPT, rule_policy_adopt},
    {K_POLICY_CONFIRM, rule_policy_confirm},
    {K_IMPORT, rule_import},
    {K_IMPORT_START, rule_import_start},
    {K_FACTS, rule_facts},
    {K_IMPORT_END, rule_import_end},
    {K_HISTORY, rule_history},
    {K_UNITS, rule_units},
    {K_MERGE, rule_merge},
    {K_RUN_START, rule_run_start},
    {K_ENTITLEMENT, rule_entitlement},
    {K_RUN_END, rule_run_end},
    {K_SET_OFF, rule_set_off},
    {K_BATCH_START, rule_batch_start},
    {K_LINES, rule_lines},
    {K_BATCH_END, rule_batch_end},
    {K_BATCH_SIGN, rule_batch_sign},
    {K_EXPORT, rule_export},
    {K_ANSWER_START, rule_answer_start},
    {K_RESULTS, rule_results},
    {K_ANSWER_END, rule_answer_end},
    {K_REISSUE_START, rule_reissue_start},
    {K_REISSUE, rule_reissue},
    {K_REISSUE_END, rule_reissue_end},
    {K_WITHDRAW_START, rule_withdraw_start},
    {K_WITHDRAWN, rule_withdrawn},
    {K_WITHDRAW_END, rule_withdraw_end},
    {K_BATCH_STEP, rule_batch_step},
    {K_RECOVERY, rule_recovery},
    {K_RECOVERY_CONFIRM, rule_recovery_confirm},
    {K_REPAYMENT, rule_repayment},
    {K_APPROPRIATION, rule_appropriation},
    {K_FUND_CONFIRM, rule_fund_confirm},
    {K_RECEIPT, rule_receipt},
    {K_ALLOCATION, rule_allocation},
    {K_MONTH_CLOSE, rule_month_close},
    {K_CLOSE_CONFIRM, rule_close_confirm},
    {K_UNKNOWN_LIST, rule_unknown_list},
};

enum status fold_new(struct fold **out, const struct fold_options *options,
                     struct diag *d)
{
    struct fold *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return diag_memory(d);
    }
    f->o = *options;
    f->report = options->report;
    f->stopped = !options->deep;
    tree_init(&f->tree);
    enum status st = hash_new(&f->sha256, SUITE_SHA256_ED25519, d);
    if (st != ST_OK) {
        fold_free(f);
        return st;
    }
    *out = f;
    return ST_OK;
}

void fold_free(struct fold *f)
{
    if (f == NULL) {
        return;
    }
    for (size_t i = 0; i < f->batches.count; i++) {
        fold_batch_free(list_at(&f->batches, i));
    }
    people_release(&f->people);
    commitments_release(&f->commitments);
    for (size_t i = 0; i < f->recoveries.count; i++) {
        free(((struct recovery_row *)f->recoveries.rows)[i].left);
    }
    struct list *lists[] = {
        &f->roots,     &f->wanted,  &f->keys,        &f->operators,  &f->channels,
        &f->policies,  &f->imports, &f->runs,        &f->batches,    &f->recoveries,
        &f->units,     &f->exports, &f->named_files, &f->erased,     &f->retentions,
        &f->witnesses, &f->holds,   &f->proposals,   &f->left_outs,  &f->chain,
        &f->settings,  &f->funds,   &f->notices,     &f->objections, &f->taken};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        list_release(lists[i]);
    }
    scope_release(f);
    list_release(&f->months);
    list_release(&f->stamped);
    list_release(&f->closes);
    set_release(&f->used);
    set_release(&f->files);
    hash_free(f->hash);
    hash_free(f->sha256);
    free(f);
}

void fold_stop(struct fold *f, uint64_t sequence)
{
    if (f->stopped) {
        return;
    }
    f->stopped = true;
    static const enum group groups[] = {GROUP_AUTHORISATION, GROUP_BALANCE,
                                        GROUP_COMPLETENESS};
    for (size_t i = 0; i < 3; i++) {
        report_unchecked(f->report, groups[i], "stopped",
                         "not checked from record %llu on: what follows stands on it",
                         "自第 %llu 号记录起未查：其后各条以它为前提",
                         (unsigned long long)sequence);
    }
}

void fold_malformed(struct fold *f, const struct act *a, const char *what)
{
    report_fail(f->report, GROUP_BALANCE, a->r->sequence, "record-body",
                "the body of a record of kind %llu (%s) is not as the format says: %s",
                "类型 %llu（%s）的记录内容不合格式：%s",
                (unsigned long long)a->r->kind_number, a->r->kind->name, what);
    fold_stop(f, a->r->sequence);
}

/* ---- unknown things: loudly not checked ---- */

static void unknown(struct fold *f, uint64_t sequence, const char *what,
                    uint64_t number)
{
    static const enum group groups[] = {GROUP_AUTHORISATION, GROUP_BALANCE,
                                        GROUP_COMPLETENESS};
    if (f->stopped) {
        return;
    }
    f->stopped = true;
    for (size_t i = 0; i < 3; i++) {
        report_unchecked(
            f->report, groups[i], "unknown",
            "from record %llu on nothing was checked: it has a %s that this "
            "program does not know (%llu): a newer almoner-verify is needed",
            "自第 %llu 号记录起一概未查：它有本程序不认识的 %s（%llu），"
            "须用更新的 almoner-verify",
            (unsigned long long)sequence, what, (unsigned long long)number);
    }
}

/* ---- the envelope ---- */

static void check_time(struct fold *f, const struct record *r)
{
    if (f->time_known && r->time < f->time) {
        report_fail(f->report, GROUP_INTEGRITY, r->sequence, "record-time",
                    "its time is before that of the record before it",
                    "时间早于前一条记录");
    }
    bool jump = f->o.whole && f->time_known && !f->sandbox && f->open.kind == 0 &&
                r->time > f->time && r->time - f->time > CLOCK_JUMP_US;
    if (jump && r->kind_number != K_CLOCK) {
        report_fail(f->report, GROUP_AUTHORISATION, r->sequence, "clock-jump",
                    "more than 40 days after the record before it, and nobody vouches "
                    "for the clock",
                    "距前一条记录超过 40 天，却无人确认时钟");
    }
    f->time = r->time;
    f->time_known = true;
}

/* Whether the record may stand here: within its long act, or outside of all. */
static bool check_act(struct fold *f, const struct record *r)
{
    const struct kind *k = r->kind;
    struct open_act *open = &f->open;
    if (!f->o.whole && k->in != 0 && (open->kind == 0 || open->begin != r->act)) {
        /* Its start is left out, or another act is. */
        *open = (struct open_act){.kind = k->in, .begin = r->act, .incomplete = true};
        return true;
    }
    if (!f->o.whole && k->in == 0 && open->kind != 0) {
        open->kind = 0; /* its end is left out */
    }
    bool fine = k->in == 0 ? open->kind == 0 && r->act == r->sequence
                           : open->kind == k->in && r->act == open->begin;
    if (!fine) {
        report_fail(f->report, GROUP_INTEGRITY, r->sequence, "record-act",
                    "it does not belong here: records of kind %llu do not follow those "
                    "before it, or it is said to belong to another act",
                    "位置不对：类型 %llu 的记录不能接在其前的记录之后，或所属操作不对",
                    (unsigned long long)r->kind_number);
    }
    return fine;
}

static void apply(struct fold *f, struct act *a)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].kind == a->r->kind->number) {
            report_checked(f->report, GROUP_BALANCE);
            rules[i].rule(f, a);
            return;
        }
    }
}

static void after(struct fold *f, const struct act *a)
{
    const struct kind *k = a->r->kind;
    if (k->starts && !f->stopped) {
        f->open.kind = k->number;
        f->open.begin = a->r->sequence;
        f->open.time = a->r->time;
    }
    if (k->in != 0 && f->open.concerned) {
        claims_range(f->o.claims, f->open.begin, a->r->sequence + 1);
    }
    if (k->ends) {
        f->open = (struct open_act){0};
    }
}

static void follow(struct fold *f, const struct record *r)
{
    struct act a = {.r = r};
    uint64_t key = 0;
    if (r->kind == NULL) {
        unknown(f, r->sequence, "kind", r->kind_number);
        return;
    }
    if (!str_is(r->origin, f->origin) && r->kind_number != K_EPOCH &&
        r->kind_number != K_GENESIS) {
        report_fail(f->report, GROUP_INTEGRITY, r->sequence, "record-origin",
                    "it is of another ledger: \"%.*s\"", "属于另一本账：“%.*s”",
                    STR_ARG(r->origin));
    }
    check_time(f, r);
    if (!check_act(f, r)) {
        fold_stop(f, r->sequence);
        return;
    }
    switch (body_parse(r, f->suite, &a.b, &key)) {
    case BODY_FINE:
        break;
    case BODY_UNKNOWN_KEY:
        unknown(f, r->sequence, "key in its body", key);
        return;
    case BODY_BROKEN: {
        char what[32];
        snprintf(what, sizeof what, "key %llu", (unsigned long long)key);
        fold_malformed(f, &a, what);
        return;
    }
    }
    if ((r->sequence == 0) != (r->kind_number == K_GENESIS)) {
        report_fail(f->report, GROUP_INTEGRITY, r->sequence, "genesis",
                    "a genesis record is the first one, and only it",
                    "创始记录须是第一条，且只有一条");
        fold_stop(f, r->sequence);
        return;
    }
    if (r->kind->roles != 0) {
        fold_check_signature(f, &a);
    }
    f->row_person = 0;
    f->postings.count = 0;
    f->postings.bad = false;
    f->scope.named = false;
    apply(f, &a);
    scope_record(f, &a);
    after(f, &a);
}

/* ---- records and nodes ---- */

/* The suite has to be known before the first hash: it is in the genesis record. */
static enum status begin(struct fold *f, struct str bytes, struct diag *d)
{
    struct record r;
    f->suite = SUITE_SHA256_ED25519;
    if (record_parse(bytes, &r) == RECORD_FINE && r.kind != NULL &&
        r.kind->number == K_GENESIS) {
        struct cbor c = cbor_of(r.body);
        size_t pairs = cbor_map(&c, 64);
        for (size_t i = 0; i < pairs && !c.bad; i++) {
            if (cbor_uint(&c, UINT64_MAX) == 3 && cbor_peek(&c) == CBOR_UINT) {
                uint64_t suite = cbor_uint(&c, UINT64_MAX);
                f->suite =
                    suite == SUITE_SM3_SM2 ? SUITE_SM3_SM2 : SUITE_SHA256_ED25519;
                if (suite != 1 && suite != 2) {
                    unknown(f, 0, "suite", suite);
                    report_unchecked(f->report, GROUP_INTEGRITY, "suite",
                                     "suite %llu of the genesis record is not known",
                                     "创始记录的密码套件 %llu 不认识",
                                     (unsigned long long)suite);
                }
                break;
            }
            cbor_skip(&c);
        }
    }
    return hash_new(&f->hash, f->suite, d);
}

static void keep_wanted(struct fold *f)
{
    const uint64_t *wanted = f->wanted.rows;
    for (size_t i = 0; i < f->wanted.count; i++) {
        if (wanted[i] == f->tree.size) {
            fold_keep_root(f, false);
            return;
        }
    }
}

static void check_link(struct fold *f, const struct record *r)
{
    uint64_t at = f->tree.size;
    report_checked(f->report, GROUP_INTEGRITY);
    if (r->sequence != at) {
        report_fail(f->report, GROUP_INTEGRITY, at, "record-sequence",
                    "the record says it is number %llu", "该记录自称第 %llu 号",
                    (unsigned long long)r->sequence);
    }
    static const uint8_t zeros[HASH_LEN];
    const uint8_t *expected = at == 0 ? zeros : f->leaf;
    if ((at == 0 || f->leaf_known) && memcmp(r->previous, expected, HASH_LEN) != 0) {
        report_fail(
            f->report, GROUP_INTEGRITY, at, "record-chain",
            "the chain breaks here: the hash of the record before it is not that "
            "of the record that stands there",
            "链在此断开：所载前一条的散列值与前一条记录不符");
    }
}

static void record_roots(struct fold *f, const struct record *r, bool fine)
{
    if (fine && r->act == f->tree.size) {
        fold_keep_root(f, true);
    }
    keep_wanted(f);
}

static enum status check_memory(const struct fold *f, struct diag *d)
{
    return f->no_memory || f->o.claims->no_memory ? diag_memory(d) : ST_OK;
}

enum status fold_record(struct fold *f, struct str bytes, struct diag *d)
{
    struct record r = {0};
    if (f->hash == NULL) {
        TRY(begin(f, bytes, d));
    }
    enum record_form form = record_parse(bytes, &r);
    uint64_t at = f->tree.size;
    record_roots(f, &r, form == RECORD_FINE);
    if (form == RECORD_VERSION) {
        unknown(f, at, "version", 0);
    } else if (form == RECORD_BROKEN) {
        report_fail(f->report, GROUP_INTEGRITY, at, "record-form",
                    "the bytes are not a record", "这些字节不是一条记录");
        fold_stop(f, at);
    } else {
        check_link(f, &r);
        f->last_time = r.time;
        if (r.sequence == at && !f->stopped) {
            follow(f, &r);
        } else {
            fold_stop(f, at);
        }
    }
    leaf_hash(f->hash, bytes, f->leaf);
    f->leaf_known = true;
    f->included++;
    if (!tree_add(&f->tree, f->hash, 0, f->leaf)) {
        return diag_fail(d, ST_INPUT, "bundle-tree", "more records than can be");
    }
    return check_memory(f, d);
}

enum status fold_node(struct fold *f, unsigned level, const uint8_t hash[HASH_LEN],
                      struct diag *d)
{
    if (f->hash == NULL) {
        return diag_fail(d, ST_INPUT, "bundle-tree", "the genesis record is left out");
    }
    fold_keep_root(f, false);
    keep_wanted(f);
    if (!tree_add(&f->tree, f->hash, level, hash)) {
        return diag_fail(d, ST_INPUT, "bundle-tree", "a node that cannot stand there");
    }
    uint64_t *hole = list_add(&f->left_outs, 2 * sizeof *hole);
    if (hole == NULL) {
        f->no_memory = true;
    } else {
        hole[0] = f->tree.size - ((uint64_t)1 << level);
        hole[1] = f->tree.size;
    }
    f->left_out += (uint64_t)1 << level;
    f->leaf_known = level == 0;
    memcpy(f->leaf, hash, HASH_LEN);
    if (f->open.kind != 0) {
        f->open.incomplete = true;
    }
    return check_memory(f, d);
}

bool fold_left_out(const struct fold *f, uint64_t first, uint64_t end, uint64_t *at)
{
    const uint64_t *holes = f->left_outs.rows;
    for (size_t i = 0; i < f->left_outs.count; i++) {
        if (holes[2 * i] < end && holes[2 * i + 1] > first) {
            *at = holes[2 * i] > first ? holes[2 * i] : first;
            return true;
        }
    }
    return false;
}

enum status fold_end(struct fold *f, struct diag *d)
{
    if (f->hash != NULL) {
        keep_wanted(f);
    }
    if (f->o.deep) {
        fold_claims(f);
        scope_end(f);
    }
    return check_memory(f, d);
}

/* ---- what came out ---- */

uint64_t fold_size(const struct fold *f)
{
    return f->tree.size;
}

uint64_t fold_included(const struct fold *f)
{
    return f->included;
}

bool fold_root(struct fold *f, uint8_t root[HASH_LEN])
{
    if (f->hash == NULL) {
        return false;
    }
    tree_root(&f->tree, f->hash, root);
    return true;
}

bool fold_root_at(struct fold *f, uint64_t size, uint8_t root[HASH_LEN])
{
    if (size == f->tree.size) {
        return fold_root(f, root);
    }
    const struct root_row *row = fold_find_root(f, size);
    if (row == NULL) {
        return false;
    }
    memcpy(root, row->root, HASH_LEN);
    return true;
}

enum status fold_want_root(struct fold *f, uint64_t size, struct diag *d)
{
    uint64_t *row = list_add(&f->wanted, sizeof *row);
    if (row == NULL) {
        return diag_memory(d);
    }
    *row = size;
    return ST_OK;
}

const char *fold_origin(const struct fold *f)
{
    return f->origin;
}

const char *fold_office(const struct fold *f)
{
    return f->office;
}

int fold_offset_minutes(const struct fold *f)
{
    return f->offset_minutes;
}

int64_t fold_last_time(const struct fold *f)
{
    return f->last_time;
}

bool fold_epoch_end(const struct fold *f, struct str origin, struct epoch_end *out)
{
    bool seen = false;
    const struct ledger_key_row *row;
    for (size_t k = 0; (row = list_at(&f->keys, k)) != NULL; k++) {
        if (seen && row->begins && !str_is(origin, row->origin)) {
            out->kept = row->size;
            out->behind_size = row->behind_size;
            memcpy(out->behind_root, row->behind_root, HASH_LEN);
            return true;
        }
        seen = seen || str_is(origin, row->origin);
    }
    return false;
}

bool fold_ledger_key(const struct fold *f, size_t i, uint8_t key[PUBLIC_KEY_LEN],
                     const char **origin, uint64_t *size)
{
    const struct ledger_key_row *row = list_at(&f->keys, 0);
    size_t in_force = 0;
    for (size_t k = 0; row != NULL; row = list_at(&f->keys, ++k)) {
        if (row->confirmed && in_force++ == i) {
            break;
        }
    }
    if (row == NULL) {
        return false;
    }
    memcpy(key, row->key, PUBLIC_KEY_LEN);
    *origin = row->origin;
    *size = row->size;
    return true;
}

enum suite fold_suite(const struct fold *f)
{
    return f->suite;
}

size_t fold_exports(const struct fold *f, const struct exported **out)
{
    *out = f->exports.rows;
    return f->exports.count;
}

size_t fold_files(const struct fold *f, const struct named_file **out)
{
    *out = f->named_files.rows;
    return f->named_files.count;
}

size_t fold_stamped(const struct fold *f, const struct stamped **out)
{
    *out = f->stamped.rows;
    return f->stamped.count;
}

struct commitments *fold_commitments(struct fold *f)
{
    return &f->commitments;
}

bool fold_stopped(const struct fold *f)
{
    return f->stopped;
}

bool fold_erased(const struct fold *f, uint64_t person, uint64_t *sequence)
{
    const uint64_t *pairs = f->erased.rows; /* person, sequence */
    size_t low = 0, high = f->erased.count / 2;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pairs[2 * middle] == person) {
            *sequence = pairs[2 * middle + 1];
            return true;
        }
        if (pairs[2 * middle] < person) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}
