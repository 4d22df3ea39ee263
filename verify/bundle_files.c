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
#define LIST_MAX ((size_t)64 * 1024 * 1024)

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
        b->opened = true;
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

/* What a bank file has to be: as its record says, or the list of several. */
struct bank_says {
    const struct exported *x;
    uint32_t file; /* of several, from 1; 0: the only one */
    uint64_t bytes;
    uint8_t sha256[HASH_LEN];
    uint64_t payments;
    int64_t total_fen;
};

static void other_bank_file(struct bundle *b, const struct exported *x)
{
    report_fail(b->report, GROUP_BANK, x->sequence, "bank-file",
                "the bank file of batch %u is not the one that was exported: another "
                "SHA-256 or length",
                "%u 号批次的银行文件不是当时导出的那一份：散列值或长度不同", x->batch);
}

static void compare_bank(struct bundle *b, const struct bank_says *s,
                         const struct bank_scan *scan, const struct opened *o)
{
    const struct exported *x = s->x;
    report_checked(b->report, GROUP_BANK);
    if (o->bytes != s->bytes || memcmp(o->sha256, s->sha256, HASH_LEN) != 0) {
        other_bank_file(b, x);
        return;
    }
    if (scan->layout == BANK_UNKNOWN || (scan->bad && x->described)) {
        report_gap(b->report, GROUP_BANK, "bank-layout",
                   "the layout \"%s\" is not known: its payments were not counted",
                   "不认识文件格式“%s”：未清点其中的付款", x->format);
    } else if (scan->bad || scan->count != s->payments ||
               scan->sum_fen != s->total_fen) {
        report_fail(
            b->report, GROUP_BANK, x->sequence, "bank-totals",
            "the bank file of batch %u holds %llu payments of %lld fen; the record "
            "says %llu of %lld",
            "%u 号批次的银行文件有 %llu 笔共 %lld 分，记录为 %llu 笔 %lld 分", x->batch,
            (unsigned long long)scan->count, (long long)scan->sum_fen,
            (unsigned long long)s->payments, (long long)s->total_fen);
    }
}

static enum status check_bank(struct bundle *b, struct zip_entry *e,
                              const struct bank_says *s, struct diag *d)
{
    struct bank_scan scan;
    struct opened o;
    bank_start(&scan, bank_layout_of(s->x->format));
    enum status st = open_whole(b, e, &scan, &o, d);
    bank_end(&scan);
    if (st == ST_OK) {
        compare_bank(b, s, &scan, &o);
    }
    return unopened(b, GROUP_BANK, st, s->x->sequence, d);
}

/* The entry whose name begins so, of whatever extension; NULL: none. */
static struct zip_entry *bank_entry(struct bundle *b, const struct exported *x,
                                    const char *behind)
{
    char name[96];
    snprintf(name, sizeof name, "data/sealed/exports/%012llu%s",
             (unsigned long long)x->sequence, behind);
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        struct zip_entry *e = zip_entry(b->zip, i);
        if (str_starts(e->name, str_of(name))) {
            e->named = true;
            return e;
        }
    }
    return NULL;
}

/* ---- several files ---- */

/* What stands up to the byte, taken off the front; false: it is not there. */
static bool take_until(struct str *text, const char *stop, struct str *out)
{
    size_t n = strlen(stop);
    for (size_t i = 0; i + n <= text->n; i++) {
        if (memcmp(text->p + i, stop, n) == 0) {
            *out = str_make(text->p, i);
            *text = str_make(text->p + i + n, text->n - i - n);
            return true;
        }
    }
    return false;
}

static bool take_number(struct str *text, const char *stop, uint64_t *out)
{
    struct str s;
    return take_until(text, stop, &s) && text_u64(s, 0, INT64_MAX, out);
}

/* "# 1 of 3: 5000 payments, 1234500 fen, 400000 bytes", SHA-256, two blanks, name. */
static bool next_listed(struct str *list, const struct exported *x, struct bank_says *s)
{
    struct str start, sha, name;
    uint64_t number, count, fen;
    bool fine = take_until(list, "# ", &start) && start.n == 0 &&
                take_number(list, " of ", &number) && take_number(list, ": ", &count) &&
                take_number(list, " payments, ", &s->payments) &&
                take_number(list, " fen, ", &fen) &&
                take_number(list, " bytes\n", &s->bytes) &&
                take_until(list, "  ", &sha) && take_until(list, "\n", &name) &&
                number == ++s->file && count == x->files && name.n > 0 &&
                text_unhex(sha, s->sha256, HASH_LEN);
    s->total_fen = fine ? (int64_t)fen : 0;
    return fine;
}

static enum status check_listed(struct bundle *b, const struct exported *x,
                                struct str list, struct diag *d)
{
    struct bank_says s = {.x = x};
    uint64_t payments = 0;
    int64_t total_fen = 0;
    while (s.file < x->files && next_listed(&list, x, &s)) {
        char behind[16];
        snprintf(behind, sizeof behind, "-%06u.", s.file);
        struct zip_entry *e = bank_entry(b, x, behind);
        if (e == NULL) {
            other_bank_file(b, x);
        } else {
            TRY(check_bank(b, e, &s, d));
        }
        payments += s.payments;
        total_fen += s.total_fen;
    }
    report_checked(b->report, GROUP_BANK);
    if (s.file != x->files || list.n != 0 || payments != x->payments ||
        total_fen != x->total_fen) {
        report_fail(
            b->report, GROUP_BANK, x->sequence, "bank-list",
            "the files of batch %u, as their list has them, are not %u with the "
            "payments and fen of the record",
            "%u 号批次的文件清单与记录的 %u 个文件、笔数或金额不符", x->batch,
            x->files);
    }
    return ST_OK;
}

/* The whole of a list: small beside the files. */
static enum status open_list(struct bundle *b, struct zip_entry *e, struct buf *out,
                             struct diag *d)
{
    struct sealed *s = NULL;
    struct str more;
    TRY(sealed_open_file(&s, b->zip, e, b->sealed_key, d));
    enum status st = sealed_next(s, &more, d);
    while (st == ST_OK && more.n > 0) {
        buf_add_str(out, more);
        st = sealed_next(s, &more, d);
    }
    sealed_close(s);
    return st == ST_OK ? buf_check(out, d) : st;
}

static enum status check_several(struct bundle *b, struct zip_entry *e,
                                 const struct exported *x, struct diag *d)
{
    struct buf list;
    uint8_t sha256[HASH_LEN];
    buf_init(&list, LIST_MAX);
    enum status st = open_list(b, e, &list, d);
    if (st == ST_OK) {
        hash_start(b->sha256);
        hash_add(b->sha256, list.p, list.len);
        hash_end(b->sha256, sha256);
        report_checked(b->report, GROUP_BANK);
        if (list.len != x->bytes || memcmp(sha256, x->sha256, HASH_LEN) != 0) {
            other_bank_file(b, x);
        } else {
            st = check_listed(b, x, buf_str(&list), d);
        }
    }
    buf_release(&list);
    return unopened(b, GROUP_BANK, st, x->sequence, d);
}

static enum status check_export(struct bundle *b, const struct exported *x,
                                struct diag *d)
{
    struct zip_entry *e = bank_entry(b, x, x->files > 1 ? ".files" : ".");
    if (e == NULL || !b->sealed) {
        report_gap(b->report, GROUP_BANK, "bank-missing",
                   "the bank file of batch %u (and perhaps of others) is not in the "
                   "bundle, or stays sealed: its digest is in record %llu",
                   "%u 号等批次的银行文件不在包内或未启封，其散列值在第 %llu 号记录",
                   x->batch, (unsigned long long)x->sequence);
        return ST_OK;
    }
    if (x->files > 1) {
        return check_several(b, e, x, d);
    }
    struct bank_says s = {
        .x = x, .bytes = x->bytes, .payments = x->payments, .total_fen = x->total_fen};
    memcpy(s.sha256, x->sha256, HASH_LEN);
    return check_bank(b, e, &s, d);
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
        TRY(check_export(b, &x[i], d));
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
        if (files[i].kind != K_POLICY) {
            TRY(check_file(b, &files[i], d));
        }
    }
    check_unnamed(b, "data/sealed/files/", GROUP_PERSONAL);
    check_unnamed(b, "data/sealed/exports/", GROUP_BANK);
    TRY(check_people(b, d));
    if (!b->opened && b->report->group[GROUP_PERSONAL].failed > 0) {
        report_note(
            b->report, GROUP_PERSONAL, "passphrase",
            "nothing that is sealed opens, neither here nor in bank-files: this "
            "is hardly the passphrase of this bundle",
            "封存的文件（包括银行文件）无一能打开：多半是口令不对");
    }
    return ST_OK;
}

enum status files_check(struct bundle *b, struct diag *d)
{
    TRY(check_policies(b, d));
    TRY(check_banks(b, d));
    TRY(stamps_check(b, d));
    check_unnamed(b, "data/timestamps/", GROUP_INTEGRITY);
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
