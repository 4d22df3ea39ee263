/* bundle.c - see bundle.h: the order of the checks. */
#include "verify/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/wipe.h"
#include "verify/bundle_private.h"
#include "verify/sealed.h"

enum status bundle_finding(struct bundle *b, enum status st, struct diag *d)
{
    if (st == ST_OK || st == ST_SYSTEM || st == ST_USAGE) {
        return st;
    }
    report_fail(b->report, GROUP_PACKAGE, NO_RECORD, d->code, "%s",
                "包的内容损坏或不合格式：%s", d->what);
    return ST_OK;
}

/* The first line that is another one than the records give. */
static void compare_claims(struct bundle *b)
{
    struct str said = buf_str(&b->claims_text), found = buf_str(&b->claims.expected);
    report_checked(b->report, GROUP_COMPLETENESS);
    size_t begin = 0, i = 0, number = 1;
    while (i < said.n && i < found.n && said.p[i] == found.p[i]) {
        if (said.p[i++] == '\n') {
            begin = i;
            number++;
        }
    }
    if (i == said.n && i == found.n) {
        return;
    }
    size_t said_end = begin, found_end = begin;
    while (said_end < said.n && said.p[said_end] != '\n') {
        said_end++;
    }
    while (found_end < found.n && found.p[found_end] != '\n') {
        found_end++;
    }
    report_fail(b->report, GROUP_COMPLETENESS, NO_RECORD, "claim",
                "line %zu of claims.txt says \"%.*s\"; the records give \"%.*s\"",
                "claims.txt 第 %zu 行为“%.*s”，而记录得出“%.*s”", number,
                (int)(said_end - begin), said.p + begin, (int)(found_end - begin),
                found.p + begin);
}

static void check_merged(struct bundle *b)
{
    /* Whoever is named beside the person was merged into one of those named. */
    const uint64_t *persons = b->claims.persons.rows, *merged = b->claims.merged.rows;
    for (size_t i = 0; i < b->claims.persons.count; i++) {
        bool found = persons[i] == b->claims.number;
        for (size_t m = 0; m < b->claims.merged.count && !found; m++) {
            found = merged[m] == persons[i];
        }
        if (!found) {
            report_fail(
                b->report, GROUP_COMPLETENESS, NO_RECORD, "claim-person",
                "claims.txt names person %llu, who was not merged into person %llu",
                "claims.txt 列有 %llu 号，但其未并入 %llu 号",
                (unsigned long long)persons[i], (unsigned long long)b->claims.number);
        }
    }
    for (size_t m = 0; m < b->claims.merged.count; m++) {
        if (!claims_person(&b->claims, merged[m])) {
            report_fail(
                b->report, GROUP_COMPLETENESS, NO_RECORD, "claim-person",
                "person %llu was merged into person %llu, and claims.txt leaves "
                "it out",
                "%llu 号已并入 %llu 号，claims.txt 未列", (unsigned long long)merged[m],
                (unsigned long long)b->claims.number);
        }
    }
}

/* A claim of completeness must not rest on records that are left out. */
static bool range_whole(struct bundle *b)
{
    uint64_t at;
    report_checked(b->report, GROUP_COMPLETENESS);
    if (fold_left_out(b->fold, b->claims.range_first, b->claims.range_end, &at)) {
        report_fail(b->report, GROUP_COMPLETENESS, at, "range-hole",
                    "it is left out, and claims.txt says that records %llu to %llu are "
                    "there without a gap",
                    "未收入本包，而 claims.txt 称第 %llu 至 %llu 号记录连续无缺",
                    (unsigned long long)b->claims.range_first,
                    (unsigned long long)b->claims.range_end - 1);
        return false;
    }
    return true;
}

static void say_period(struct bundle *b)
{
    const struct claims *c = &b->claims;
    if (c->range_first == c->range_end) {
        report_gap(
            b->report, GROUP_COMPLETENESS, "scope",
            "nothing of these months is in the bundle; that nothing was granted or "
            "paid is the ledger's word: ask for the bundle of all",
            "包内没有涉及这些月份的记录；确无应发与支付，仅凭账方声明："
            "如需查证请索取全部记录包");
        return;
    }
    report_note(b->report, GROUP_COMPLETENESS, "scope",
                "records %llu to %llu are there without a gap: within them these are "
                "all grants and payments of the months",
                "第 %llu 至 %llu 号记录连续无缺：其中这些月份的应发与支付尽在于此",
                (unsigned long long)c->range_first,
                (unsigned long long)c->range_end - 1);
    report_gap(b->report, GROUP_COMPLETENESS, "scope",
               "that no record outside of them grants or pays these months is the "
               "ledger's word: ask for the bundle of all",
               "其外没有别的记录涉及这些月份，仅凭账方声明：如需查证请索取全部记录包");
}

static void check_batch(struct bundle *b)
{
    uint64_t number = b->claims.number;
    report_checked(b->report, GROUP_COMPLETENESS);
    switch (fold_batch_shown(b->fold, number)) {
    case BATCH_NOT_WHOLE:
        report_fail(b->report, GROUP_COMPLETENESS, NO_RECORD, "batch-missing",
                    "not all records of the lines of batch %llu are there",
                    "%llu 号批次的明细记录不全", (unsigned long long)number);
        return;
    case BATCH_UNSIGNED:
        report_note(b->report, GROUP_COMPLETENESS, "scope",
                    "these are all lines of the batch; the signatures of submit, "
                    "approve and release are not all there",
                    "此为该批次的全部明细；提交、复核、审批签字尚未齐全");
        return;
    case BATCH_SIGNED_BY_THREE:
        report_note(b->report, GROUP_COMPLETENESS, "scope",
                    "these are all lines of the batch: three people signed their "
                    "digest",
                    "此为该批次的全部明细：其摘要经三人签字");
        return;
    }
}

static void note_scope(struct bundle *b)
{
    const struct claims *c = &b->claims;
    switch (c->scope) {
    case SCOPE_ALL:
        report_note(
            b->report, GROUP_COMPLETENESS, "scope",
            "these are all records of the ledger: through it nothing else was ever "
            "granted or paid",
            "本包含全部记录：经此账再无别的应发与支付");
        return;
    case SCOPE_PERIOD:
        if (range_whole(b)) {
            say_period(b);
        }
        return;
    case SCOPE_BATCH:
        check_batch(b);
        report_gap(b->report, GROUP_COMPLETENESS, "scope",
                   "that no later act of the batch is left out is the ledger's word",
                   "未遗漏该批次其后的操作，仅凭账方声明");
        return;
    case SCOPE_PERSON:
        report_note(b->report, GROUP_COMPLETENESS, "scope",
                    "these are records of one person", "此为一名补贴对象的记录");
        report_gap(b->report, GROUP_COMPLETENESS, "scope",
                   "that no other record names the person is the ledger's word",
                   "没有别的记录涉及此人，仅凭账方声明");
        return;
    }
}

static void check_claims(struct bundle *b)
{
    if (b->claims.expected.len == 0) {
        report_unchecked(
            b->report, GROUP_COMPLETENESS, "claims",
            "claims.txt was not checked: the records could not be followed "
            "to their end",
            "claims.txt 未查：记录未能查到底");
        return;
    }
    compare_claims(b);
    check_merged(b);
    note_scope(b);
}

static enum status read_claims(struct bundle *b, struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("data/claims.txt"));
    if (e == NULL) {
        return diag_fail(d, ST_INPUT, "bundle-claims", "data/claims.txt is missing");
    }
    TRY(zip_read_all(b->zip, e, CLAIMS_BYTES_MAX, &b->claims_text, d));
    if (!claims_scope(buf_str(&b->claims_text), &b->claims)) {
        return b->claims.no_memory
                   ? diag_memory(d)
                   : diag_fail(d, ST_INPUT, "bundle-claims",
                               "data/claims.txt does not begin as it must");
    }
    return ST_OK;
}

static enum status follow_records(struct bundle *b, struct diag *d)
{
    struct fold_options o = {.report = b->report, .claims = &b->claims, .deep = true};
    TRY(tree_look(b, d));
    if (b->nodes && b->claims.scope == SCOPE_ALL) {
        report_fail(
            b->report, GROUP_COMPLETENESS, NO_RECORD, "claim",
            "claims.txt says these are all records, and tree.txt leaves some out",
            "claims.txt 称含全部记录，而 tree.txt 略去了一部分");
    }
    o.whole = !b->nodes;
    o.commitments = b->sealed;
    TRY(fold_new(&b->fold, &o, d));
    TRY(checkpoints_want(b, d));
    TRY(tree_follow(b, d));
    b->records_read = true;
    return fold_end(b->fold, d);
}

static void fill_summary(struct bundle *b, struct bundle_summary *s)
{
    const struct claims *c = &b->claims;
    char from[DATE_TEXT_CAP], to[DATE_TEXT_CAP];
    switch (c->scope) {
    case SCOPE_ALL:
        snprintf(s->scope, sizeof s->scope, "all");
        break;
    case SCOPE_PERIOD:
        month_print(c->from, from);
        month_print(c->to, to);
        snprintf(s->scope, sizeof s->scope, "period %s %s", from, to);
        break;
    case SCOPE_BATCH:
    case SCOPE_PERSON:
        snprintf(s->scope, sizeof s->scope, "%s %llu",
                 c->scope == SCOPE_BATCH ? "batch" : "person",
                 (unsigned long long)c->number);
        break;
    }
    if (b->fold != NULL) {
        snprintf(s->origin, sizeof s->origin, "%s", fold_origin(b->fold));
        snprintf(s->office, sizeof s->office, "%s", fold_office(b->fold));
        s->size = fold_size(b->fold);
        s->included = fold_included(b->fold);
        s->root_known = b->records_read && fold_root(b->fold, s->root);
    }
}

static enum status open_sealed(struct bundle *b, struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("data/sealed.txt"));
    if (e == NULL || b->options->passphrase.n == 0) {
        return ST_OK;
    }
    struct buf text;
    buf_init(&text, 4096);
    enum status st = zip_read_all(b->zip, e, 1024, &text, d);
    if (st == ST_OK) {
        b->sealed = sealed_key(buf_str(&text), b->options->passphrase, b->sealed_key);
        if (!b->sealed) {
            st = diag_fail(d, ST_INPUT, "bundle-sealed",
                           "data/sealed.txt is not in form");
        }
    }
    buf_release(&text);
    return bundle_finding(b, st, d);
}

static enum status verify(struct bundle *b, struct bundle_summary *s, struct diag *d)
{
    TRY(bag_begin(b, d));
    if (b->report->stop_early) {
        TRY(bag_manifests(b, d));
    }
    if (report_stop(b->report)) {
        return ST_OK;
    }
    enum status st = read_claims(b, d);
    if (st != ST_OK) { /* nothing can be followed without a scope */
        return bundle_finding(b, st, d);
    }
    TRY(open_sealed(b, d));
    st = checkpoints_read(b, d);
    TRY(bundle_finding(b, st, d));
    st = follow_records(b, d);
    if (st != ST_OK) {
        report_unchecked(b->report, GROUP_INTEGRITY, "cut",
                         "the records could not be read to their end",
                         "记录未能读到底");
    }
    TRY(bundle_finding(b, st, d));
    fill_summary(b, s);
    if (report_stop(b->report)) {
        return ST_OK;
    }
    checkpoints_check(b, s);
    check_claims(b);
    if (b->fold != NULL) {
        TRY(files_check(b, d));
    }
    return bag_end(b, s, d);
}

static void release(struct bundle *b)
{
    for (size_t i = 0; i < b->checkpoint_count; i++) {
        buf_release(&b->checkpoints[i].text);
    }
    fold_free(b->fold);
    claims_release(&b->claims);
    buf_release(&b->claims_text);
    hash_free(b->sha256);
    zip_close(b->zip);
    wipe(b, sizeof *b);
    free(b);
}

enum status bundle_verify(int fd, const struct bundle_options *options,
                          struct report *report, struct bundle_summary *out,
                          struct diag *d)
{
    struct bundle *b = calloc(1, sizeof *b);
    enum status st;
    memset(out, 0, sizeof *out);
    if (b == NULL) {
        return diag_memory(d);
    }
    b->options = options;
    b->report = report;
    claims_init(&b->claims);
    buf_init(&b->claims_text, 2 * CLAIMS_BYTES_MAX);
    TRY_OUT(hash_new(&b->sha256, SUITE_SHA256_ED25519, d));
    if (options->vkey.n > 0 && !vkey_parse(options->vkey, b->sha256, &b->vkey)) {
        st = diag_fail(d, ST_USAGE, "vkey", "this is no vkey: \"%.*s\"",
                       STR_ARG(options->vkey));
        goto out;
    }
    b->vkey_given = options->vkey.n > 0;
    TRY_OUT(zip_open(&b->zip, fd, d));
    st = verify(b, out, d);
out:
    release(b);
    return st;
}
