/* bundle_files.c - what the records name by digest: policies, and with the
 * passphrase bank files, imported files and the rows of people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "verify/bank.h"
#include "verify/bundle_private.h"
#include "verify/personal.h"
#include "verify/sealed.h"

#define K_POLICY K_POLICY_ADOPT

/* ---- policies ---- */

static enum status check_policy(struct bundle *b, const struct named_file *n,
                                struct diag *d)
{
    char hex[2 * HASH_LEN + 1], name[96];
    text_hex(n->sha256, HASH_LEN, hex);
    snprintf(name, sizeof name, "data/policies/%s.yaml", hex);
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    report_checked(b->report, GROUP_COMPLETENESS);
    if (e == NULL) {
        report_fail(b->report, GROUP_COMPLETENESS, n->sequence, "policy-missing",
                    "the policy file it names is not in the bundle",
                    "所载政策文件不在包内");
        return ST_OK;
    }
    e->named = true;
    enum status st = zip_hash(b->zip, e, d);
    if (st == ST_OK &&
        (memcmp(e->sha256, n->sha256, HASH_LEN) != 0 || e->size != n->bytes)) {
        report_fail(b->report, GROUP_COMPLETENESS, n->sequence, "policy",
                    "the policy file in the bundle is not the one it names",
                    "包内政策文件不是所载的那一份");
    }
    return bundle_finding(b, st, d);
}

static enum status check_policies(struct bundle *b, struct diag *d)
{
    const struct named_file *files;
    size_t count = fold_files(b->fold, &files);
    for (size_t i = 0; i < count; i++) {
        if (files[i].kind == K_POLICY) {
            TRY(check_policy(b, &files[i], d));
        }
    }
    for (size_t i = 0; i < zip_count(b->zip) && !fold_stopped(b->fold); i++) {
        const struct zip_entry *e = zip_entry(b->zip, i);
        if (str_starts(e->name, str_of("data/policies/")) && !e->named) {
            report_fail(b->report, GROUP_PACKAGE, NO_RECORD, "policy-unknown",
                        "\"%.*s\" is a policy file that no record names",
                        "“%.*s”这份政策文件没有记录提到", STR_ARG(e->name));
        }
    }
    return ST_OK;
}

/* ---- sealed files ---- */

struct opened {
    uint64_t bytes;
    uint8_t sha256[HASH_LEN];
};

/* Reads it whole: length, digest, and through the scanner when there is one. */
static enum status open_whole(struct bundle *b, struct zip_entry *e,
                              struct bank_scan *scan, struct opened *out,
                              struct diag *d)
{
    struct sealed *s = NULL;
    struct str more;
    TRY(sealed_open_file(&s, b->zip, e, b->sealed_key, d));
    hash_start(b->sha256);
    out->bytes = 0;
    enum status st = ST_OK;
    for (;;) {
        st = sealed_next(s, &more, d);
        if (st != ST_OK || more.n == 0) {
            break;
        }
        hash_add(b->sha256, more.p, more.n);
        out->bytes += more.n;
        if (scan != NULL) {
            bank_feed(scan, more);
        }
    }
    hash_end(b->sha256, out->sha256);
    sealed_close(s);
    return st;
}

/* What does not open: a fault of this group; only ST_SYSTEM is handed back. */
static enum status unopened(struct bundle *b, enum group g, enum status st,
                            uint64_t record, struct diag *d)
{
    if (st == ST_OK || st == ST_SYSTEM) {
        return st;
    }
    report_fail(b->report, g, record, d->code, "%s", "封存的文件打不开或有误：%s",
                d->what);
    return ST_OK;
}

static void compare_bank(struct bundle *b, const struct exported *x,
                         const struct bank_scan *scan, const struct opened *o)
{
    report_checked(b->report, GROUP_BANK);
    if (o->bytes != x->bytes || memcmp(o->sha256, x->sha256, HASH_LEN) != 0) {
        report_fail(
            b->report, GROUP_BANK, x->sequence, "bank-file",
            "the bank file of batch %u is not the one that was exported: another "
            "SHA-256 or length",
            "%u 号批次的银行文件不是当时导出的那一份：散列值或长度不同", x->batch);
        return;
    }
    if (scan->layout == BANK_UNKNOWN) {
        report_gap(b->report, GROUP_BANK, "bank-layout",
                   "the layout \"%s\" is not known: its payments were not counted",
                   "不认识文件格式“%s”：未清点其中的付款", x->format);
    } else if (scan->bad || scan->count != x->lines || scan->sum_fen != x->total_fen) {
        report_fail(
            b->report, GROUP_BANK, x->sequence, "bank-totals",
            "the bank file of batch %u holds %llu payments of %lld fen; the record "
            "says %u of %lld",
            "%u 号批次的银行文件有 %llu 笔共 %lld 分，记录为 %u 笔 %lld 分", x->batch,
            (unsigned long long)scan->count, (long long)scan->sum_fen, x->lines,
            (long long)x->total_fen);
    }
}

static struct zip_entry *bank_entry(struct bundle *b, const struct exported *x)
{
    static const char *const ends[] = {"xml", "txt"};
    struct zip_entry *e = NULL;
    for (size_t i = 0; i < 2 && e == NULL; i++) {
        char name[96];
        snprintf(name, sizeof name, "data/sealed/exports/%012llu.%s",
                 (unsigned long long)x->sequence, ends[i]);
        e = zip_find(b->zip, str_of(name));
    }
    if (e != NULL) {
        e->named = true;
    }
    return e;
}

static enum status check_banks(struct bundle *b, struct diag *d)
{
    const struct exported *x;
    size_t count = fold_exports(b->fold, &x);
    if (count == 0) {
        report_gap(b->report, GROUP_BANK, "bank-none",
                   "no record in the bundle made a bank file",
                   "包内没有生成银行文件的记录");
    }
    for (size_t i = 0; i < count; i++) {
        struct zip_entry *e = bank_entry(b, &x[i]);
        struct bank_scan scan;
        struct opened o;
        if (e == NULL || !b->sealed) {
            report_gap(
                b->report, GROUP_BANK, "bank-missing",
                "the bank file of batch %u (and perhaps of others) is not in the "
                "bundle, or stays sealed: its digest is in record %llu",
                "%u 号等批次的银行文件不在包内或未启封，其散列值在第 %llu 号记录",
                x[i].batch, (unsigned long long)x[i].sequence);
            continue;
        }
        bank_start(&scan, bank_layout_of(x[i].format));
        enum status st = open_whole(b, e, &scan, &o, d);
        bank_end(&scan);
        if (st == ST_OK) {
            compare_bank(b, &x[i], &scan, &o);
        }
        TRY(unopened(b, GROUP_BANK, st, x[i].sequence, d));
    }
    return ST_OK;
}

static enum status check_file(struct bundle *b, const struct named_file *n,
                              struct diag *d)
{
    char hex[2 * HASH_LEN + 1], name[96];
    struct opened o;
    text_hex(n->sha256, HASH_LEN, hex);
    snprintf(name, sizeof name, "data/sealed/files/%s", hex);
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    if (e == NULL || e->named) {
        return ST_OK; /* not in this bundle, or looked at */
    }
    e->named = true;
    enum status st = open_whole(b, e, NULL, &o, d);
    report_checked(b->report, GROUP_PERSONAL);
    if (st == ST_OK &&
        (o.bytes != n->bytes || memcmp(o.sha256, n->sha256, HASH_LEN) != 0)) {
        report_fail(b->report, GROUP_PERSONAL, n->sequence, "file",
                    "the file in the bundle is not the one this record names",
                    "包内文件不是该记录所载的那一份");
    }
    return unopened(b, GROUP_PERSONAL, st, n->sequence, d);
}

/* Of those under the folder, what no record named. */
static void check_unnamed(struct bundle *b, const char *folder, enum group g)
{
    for (size_t i = 0; i < zip_count(b->zip) && !fold_stopped(b->fold); i++) {
        const struct zip_entry *e = zip_entry(b->zip, i);
        if (str_starts(e->name, str_of(folder)) && !e->named) {
            report_fail(b->report, g, NO_RECORD, "file-unknown",
                        "\"%.*s\" is a file that no record names", "“%.*s”没有记录提到",
                        STR_ARG(e->name));
        }
    }
}

static enum status check_people(struct bundle *b, struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("data/sealed/people.bin"));
    struct personal p = {.report = b->report, .fold = b->fold, .claims = &b->claims};
    if (e == NULL) {
        report_fail(b->report, GROUP_PERSONAL, NO_RECORD, "people-missing",
                    "sealed data without people.bin", "有封存数据而缺 people.bin");
        return ST_OK;
    }
    TRY(sealed_open_file(&p.rows, b->zip, e, b->sealed_key, d));
    enum status st = personal_check(&p, d);
    sealed_close(p.rows);
    return unopened(b, GROUP_PERSONAL, st, NO_RECORD, d);
}

static enum status check_sealed(struct bundle *b, struct diag *d)
{
    const struct named_file *files;
    size_t count = fold_files(b->fold, &files);
    for (size_t i = 0; i < count; i++) {
        if (files[i].kind != K_POLICY && files[i].kind != K_TIMESTAMP) {
            TRY(check_file(b, &files[i], d));
        }
    }
    check_unnamed(b, "data/sealed/files/", GROUP_PERSONAL);
    check_unnamed(b, "data/sealed/exports/", GROUP_BANK);
    return check_people(b, d);
}

/* The two files of a record of kind 72 have its digests; tokens are not opened. */
static enum status check_stamp(struct bundle *b, const struct named_file *n, bool token,
                               struct diag *d)
{
    char name[96];
    snprintf(name, sizeof name, "data/timestamps/%012llu%s",
             (unsigned long long)n->sequence, token ? ".tsr" : ".checkpoint.txt");
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    if (e == NULL) {
        return ST_OK;
    }
    e->named = true;
    enum status st = zip_hash(b->zip, e, d);
    if (st == ST_OK &&
        (e->size != n->bytes || memcmp(e->sha256, n->sha256, HASH_LEN) != 0)) {
        report_fail(b->report, GROUP_INTEGRITY, n->sequence, "timestamp-file",
                    "\"%.*s\" is not the file that this record names",
                    "“%.*s”不是该记录所载的文件", STR_ARG(e->name));
    }
    report_gap(
        b->report, GROUP_INTEGRITY, "timestamps",
        "time stamps (RFC 3161) are in the bundle; whether the tokens hold was not "
        "checked: see almoner audit timestamp check, or openssl ts",
        "包内有时间戳（RFC 3161），令牌是否有效未查：请用 almoner audit timestamp "
        "check 或 openssl ts");
    return bundle_finding(b, st, d);
}

static enum status check_stamps(struct bundle *b, struct diag *d)
{
    const struct named_file *files;
    size_t count = fold_files(b->fold, &files);
    for (size_t i = 0; i < count; i++) {
        if (files[i].kind == K_TIMESTAMP) {
            bool token = i > 0 && files[i - 1].sequence == files[i].sequence;
            TRY(check_stamp(b, &files[i], token, d));
        }
    }
    check_unnamed(b, "data/timestamps/", GROUP_INTEGRITY);
    return ST_OK;
}

enum status files_check(struct bundle *b, struct diag *d)
{
    TRY(check_policies(b, d));
    TRY(check_banks(b, d));
    TRY(check_stamps(b, d));
    bool there = zip_find(b->zip, str_of("data/sealed.txt")) != NULL;
    if (!b->sealed) {
        report_gap(
            b->report, GROUP_PERSONAL, "personal",
            there ? "personal data is sealed in the bundle: give --passphrase-file"
                  : "the bundle holds no personal data",
            there ? "个人信息已封存：请给出 --passphrase-file" : "包内没有个人信息");
        return ST_OK;
    }
    return check_sealed(b, d);
}
