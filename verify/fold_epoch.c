/* fold_epoch.c - the ledger's own keys, and going on after a restore: kinds 7 to 9. */
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "verify/fold_private.h"

bool fold_add_ledger_key(struct fold *f, struct str key, uint64_t size)
{
    struct ledger_key_row *row = list_add(&f->keys, sizeof *row);
    if (row == NULL) {
        f->no_memory = true;
        return false;
    }
    row->number = (uint32_t)f->keys.count;
    row->confirmed = true;
    row->epoch = f->epoch;
    row->size = size;
    snprintf(row->origin, sizeof row->origin, "%s", f->origin);
    return key_from(key, f->suite, row->key);
}

static bool new_key(struct fold *f, struct act *a)
{
    struct str key = a->b.v[2].s;
    if (!fold_take(f, 16, f->keys.count + 1, 'k', key)) {
        FAULT(f, a, GROUP_AUTHORISATION, "ledger-key-known",
              "the ledger's new key is an operator's, or was the ledger's before",
              "账的新钥匙是某操作员的，或曾是账的钥匙");
    }
    if (!fold_add_ledger_key(f, key, f->tree.size)) {
        fold_malformed(f, a, "key 2");
        return false;
    }
    return true;
}

/* A ledger that was restored goes on under another name, with another key. */
void rule_epoch(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    char origin[ORIGIN_TEXT_MAX + 32];
    uint8_t root[HASH_LEN];
    snprintf(origin, sizeof origin, "%s/e%llu", f->genesis_origin,
             (unsigned long long)v[1].u);
    if (v[1].u != f->epoch + 1 || !str_is(a->r->origin, origin) ||
        v[5].there != v[6].there || (v[5].there && v[5].u <= a->r->sequence)) {
        REFUSE(f, a, GROUP_INTEGRITY, "epoch",
               "epoch %llu is not the next one, or the origin does not name it",
               "第 %llu 纪元不是下一个，或账号未写明", (unsigned long long)v[1].u);
    }
    tree_root(&f->tree, f->hash, root);
    if (v[3].u != f->tree.size || memcmp(v[4].s.p, root, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_INTEGRITY, "epoch-root",
              "the epoch restarts from another tree than the one before it",
              "纪元起点与其前的树不符");
    }
    f->epoch = v[1].u;
    f->locked = true;
    f->stated = 0;
    must(str_copy(a->r->origin, f->origin, sizeof f->origin));
    if (new_key(f, a)) {
        struct ledger_key_row *row = list_at(&f->keys, f->keys.count - 1);
        row->begins = true;
        if (v[5].there) {
            row->behind_size = v[5].u;
            memcpy(row->behind_root, v[6].s.p, HASH_LEN);
        }
        report_note(
            f->report, GROUP_INTEGRITY, "epoch",
            "the ledger was restored from a backup at record %llu: from there on "
            "it is epoch %llu, with another key",
            "此账在第 %llu 号记录处由备份恢复，此后为第 %llu 纪元，改用新钥匙",
            (unsigned long long)a->r->sequence, (unsigned long long)f->epoch);
    }
}

void rule_ledger_key(struct fold *f, struct act *a)
{
    if (a->b.v[1].u != f->keys.count + 1) {
        REFUSE(f, a, GROUP_INTEGRITY, "register-number",
               "it registers number %llu where another would be next",
               "登记编号 %llu 不是下一个", (unsigned long long)a->b.v[1].u);
    }
    if (new_key(f, a)) {
        struct ledger_key_row *row = list_at(&f->keys, f->keys.count - 1);
        row->confirmed = f->sandbox;
        row->proposer = fold_signer(a);
    }
}

void fold_confirm_key(struct fold *f, struct act *a)
{
    struct ledger_key_row *row = list_find(&f->keys, a->b.v[2].u);
    if (row == NULL || row->confirmed || row->refused || row->number != f->keys.count ||
        row->epoch != f->epoch) {
        REFUSE(f, a, GROUP_AUTHORISATION, "second-unknown",
               "it confirms number %llu, which is not the newest key",
               "确认的 %llu 号不是最新的钥匙", (unsigned long long)a->b.v[2].u);
    }
    if (row->proposer == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "second-same",
              "one admin has registered and confirmed the ledger's key: two are needed",
              "账的钥匙由同一管理员登记并确认：须由两人");
    }
    row->confirmed = true;
    row->size = a->r->sequence;
}

/* ---- what the bank has of what a restore lost ---- */

/* Its own ids; of a batch that began since the restore, those of one that was lost. */
static void check_ids(struct fold *f, struct act *a, struct batch_row *b)
{
    uint64_t epoch = a->b.v[10].u;
    uint64_t number = a->b.v[11].u;
    bool own = b->id_epoch == epoch && b->id_number == number;
    bool good = own || (b->id_epoch == f->epoch && epoch > 0 && epoch < f->epoch);
    for (size_t i = 0; !own && i < f->batches.count; i++) {
        const struct batch_row *x = list_at(&f->batches, i);
        good = good && (x->id_epoch != epoch || x->id_number != number);
    }
    if (b->id_epoch != 0 && !good) {
        FAULT(f, a, GROUP_BALANCE, "lost-file-ids",
              "the lost file has ids that are not those of batch %u",
              "丢失文件中的编号不属于 %u 号批次", b->number);
    }
    b->id_epoch = epoch;
    b->id_number = number;
}

static void sent(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    fold_check_layout(f, a, 12, 13, 14);
    fold_check_vouched(f, a, &v[12]);
    struct batch_row *b = fold_batch(f, a, v[2].u);
    f->stated = 0;
    if (b == NULL) {
        return;
    }
    if (b->state < 1 || b->state > 4 || batch_pays_lines(b) == 0) {
        REFUSE(f, a, GROUP_AUTHORISATION, "lost-file-state",
               "batch %u is in state %u and cannot be one that was lost",
               "%u 号批次处于状态 %u，不会是丢失的批次", b->number, (unsigned)b->state);
    }
    if (!b->holes && b->ended &&
        (v[6].u != batch_pays_lines(b) || v[7].i != batch_pays_fen(b))) {
        FAULT(f, a, GROUP_BALANCE, "export-totals",
              "the lost file of batch %u has other lines or fen than the batch",
              "%u 号批次丢失文件的笔数或金额与批次不符", b->number);
    }
    if (v[17].there && v[17].u >= v[6].u) {
        fold_malformed(f, a, "key 17");
        return;
    }
    fold_check_payments(f, a, b, v[17].there ? v[17].u : v[6].u);
    check_ids(f, a, b);
    fold_fund_commit(f, b);
    b->state = 5;
    b->last_export = a->r->sequence;
    if (b->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
}

void rule_lost_file(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    if (!f->locked) {
        REFUSE(f, a, GROUP_AUTHORISATION, "not-locked", "the ledger is not locked",
               "此账未锁定");
    }
    if (v[1].u == 1) {
        sent(f, a);
        return;
    }
    if (v[1].u == 2) {
        f->stated = a->r->sequence + 1;
        f->stated_by = fold_signer(a);
        leaf_hash(f->hash, a->r->bytes, f->stated_leaf);
        return;
    }
    if (f->stated == 0 || memcmp(v[2].s.p, f->stated_leaf, HASH_LEN) != 0 ||
        f->stated_by == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "unlock",
              "it ends the lock without the newest statement, or by who made that",
              "解除锁定所依据的并非最新声明，或由声明人自己解除");
    }
    f->locked = false;
}
