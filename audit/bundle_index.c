/* bundle_index.c - the page that says what is in a bundle and how to check it, in
 * Chinese and English. For people only: no program reads it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/bundle_private.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"

#define INDEX_MAX ((size_t)64 * 1024 * 1024)

static const char HOW[] =
    "怎样核对 / How to check\n"
    "1. 解压后，在 almoner-bundle 文件夹内运行：\n"
    "   Unpack, and in the folder almoner-bundle run:\n"
    "       sha256sum -c --strict tagmanifest-sha256.txt manifest-sha256.txt\n"
    "2. 用审计局自己留存的公钥（vkey）和以前的校验点运行：\n"
    "   With the vkey and an older checkpoint that the audit office keeps itself:\n"
    "       almoner-verify FILE.zip --vkey VKEY --checkpoint OLD.checkpoint\n"
    "   本包内写着的公钥只供比对，不能作为依据。\n"
    "   The vkey in this package is for comparing only, not for trusting.\n"
    "\n"
    "文件 / Files\n"
    "  data/checkpoint.txt   校验点（记录数与根哈希，由账套密钥签名） / signed size and "
    "root\n"
    "  data/claims.txt       控制总数，可由记录重新算出 / control totals, to be worked "
    "out again\n"
    "  data/policies/        政策文件 / policy files\n"
    "  data/records/         记录原文 / records, byte for byte\n"
    "  data/tree.txt         记录与未收录部分的哈希树 / tree over the records and what is "
    "left out\n";

static const char SEALED[] =
    "  data/sealed/          加密的个人信息：银行文件、导入文件、人员信息 / personal data, "
    "encrypted\n";

static const char *scope_zh(const struct bundle_request *q)
{
    switch (q->scope) {
    case BUNDLE_ALL:
        return "全部记录";
    case BUNDLE_PERIOD:
        return "所属月份";
    case BUNDLE_BATCH:
        return "一个批次";
    case BUNDLE_PERSON:
        return "一名补贴对象";
    }
    return "?";
}

static void put_head(const struct bundle *b, struct buf *out)
{
    const struct ledger_info *info = ledger_info(b->l);
    char scope[BUNDLE_SCOPE_CAP];
    char office[TEXT_MAX + 1];
    char day[DATE_TEXT_CAP];
    char root[48];
    bundle_scope_print(b->q, scope);
    bundle_office_print(b, office);
    date_print(day_of_time(ledger_head(b->l)->last_us, info->offset_minutes), day);
    text_base64(b->r->root, DIGEST_LEN, root);
    buf_addf(out,
             "证据包 / Evidence bundle\n\n"
             "单位 / office           %s\n"
             "账套 / ledger           %s\n"
             "公钥 / vkey             %s\n"
             "范围 / scope            %s / %s\n"
             "最后记录日期 / last record  %s\n"
             "账套记录数 / records in the ledger  %" PRIu64 "\n"
             "根哈希 / root           %s\n"
             "本包收录 / in here      %" PRIu64 "\n"
             "仅有哈希 / hashes only  %" PRIu64 "\n",
             office, info->origin, info->vkey, scope_zh(b->q), scope, day, b->size,
             root, b->r->included, b->size - b->r->included);
    if (b->r->erased > 0) {
        buf_addf(out,
                 "已销毁个人信息的人数 / people whose data was erased  %" PRIu64 "\n",
                 b->r->erased);
    }
    buf_addf(out, "\n%s%s\n", HOW, b->q->passphrase.n > 0 ? SEALED : "");
}

/* ---- totals ---- */

static int by_month(const void *a, const void *b)
{
    const struct total *x = a;
    const struct total *y = b;
    int c = strcmp(x->programme, y->programme);
    if (c == 0) {
        c = x->month < y->month ? -1 : x->month > y->month;
    }
    return c != 0 ? c : x->kind < y->kind ? -1 : x->kind > y->kind;
}

static void put_total(const struct total *t, struct buf *out)
{
    static const char *const names[TOTAL_KINDS] = {
        "应发 / entitled", "以往已发 / history", "发放明细 / lines", "已发 / paid",
        "退回 / back",     "未回盘 / open",      "移出 / out",
    };
    char yuan[MONEY_TEXT_CAP];
    money_print_grouped(t->fen, yuan);
    buf_addf(out, "    %s  %" PRIu64 "  %s\n", names[t->kind], t->count, yuan);
}

static enum status put_totals(const struct bundle *b, struct buf *out, struct diag *d)
{
    size_t count;
    const struct total *all = bundle_totals(b, &count);
    buf_add_text(out, "控制总数（笔数，元）/ Control totals (count, yuan)\n");
    if (count == 0) {
        buf_add_text(out, "  无 / none\n");
        return ST_OK;
    }
    struct total *sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL) {
        return diag_memory(d);
    }
    memcpy(sorted, all, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_month);
    for (size_t i = 0; i < count; i++) {
        const struct total *t = &sorted[i];
        if (i == 0 || t->month != t[-1].month ||
            strcmp(t->programme, t[-1].programme) != 0) {
            char month[DATE_TEXT_CAP];
            month_print(t->month, month);
            buf_addf(out, "  %s %s\n", t->programme, month);
        }
        put_total(t, out);
    }
    free(sorted);
    return ST_OK;
}

/* ---- batches ---- */

static enum status put_signers(const struct bundle *b, const struct batch_entry *e,
                               struct buf *out, struct diag *d)
{
    static const char *const roles[BATCH_ROLES] = {"经办 / maker", "复核 / checker",
                                                   "审批 / releaser",
                                                   "二次审批 / second releaser"};
    for (int i = 0; i < BATCH_ROLES; i++) {
        struct operator_entry who;
        char time[TIME_TEXT_CAP];
        if (e->signers[i].operator_number == 0) {
            continue;
        }
        TRY(operator_get(ledger_txn(b->l), e->signers[i].operator_number, &who, d));
        time_print(e->signers[i].time_us, time);
        buf_addf(out, "    %s  %s  %s\n", roles[i], who.name, time);
    }
    return ST_OK;
}

static enum status put_batches(const struct bundle *b, struct buf *out, struct diag *d)
{
    buf_add_text(out, "\n批次 / Batches\n");
    if (numbers_count(&b->batches) == 0) {
        buf_add_text(out, "  无 / none\n");
    }
    for (size_t i = 0; i < numbers_count(&b->batches); i++) {
        struct batch_entry e;
        char yuan[MONEY_TEXT_CAP];
        char day[DATE_TEXT_CAP];
        TRY(batch_get(ledger_txn(b->l), (uint32_t)numbers_at(&b->batches, i), &e, d));
        money_print_grouped(batch_total(&e), yuan);
        date_print(e.pay_day, day);
        buf_addf(out, "  %u  %s  %s / %s  %" PRIu64 "  %s\n", e.number, day,
                 batch_state_zh(e.state), batch_state_name(e.state), batch_count(&e),
                 yuan);
        TRY(put_signers(b, &e, out, d));
    }
    return ST_OK;
}

enum status bundle_index(struct bundle *b, struct diag *d)
{
    struct buf text;
    buf_init(&text, INDEX_MAX);
    put_head(b, &text);
    enum status st = put_totals(b, &text, d);
    if (st == ST_OK && b->q->scope != BUNDLE_PERSON) {
        st = put_batches(b, &text, d);
    }
    if (st == ST_OK) {
        st = buf_check(&text, d);
    }
    if (st == ST_OK) {
        st = bag_text(&b->bag, "data/index.txt", buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}
