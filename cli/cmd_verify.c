/* cmd_verify.c - everything checked again, in a child process: a damaged page of the
 * store may crash who reads it, and that is a finding, not an accident. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/verify.h"
#include "base/text.h"
#include "batch/batch.h"
#include "cli/beside.h"
#include "cli/checkpoints.h"
#include "cli/command.h"
#include "cli/crash.h"
#include "ledger/epoch.h"
#include "ledger/export.h"

/* ---- making an export again ---- */

static enum status remake(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    (void)ctx;
    return batch_remake(l, x, (struct bank_sink){0}, sha256, NULL, d);
}

/* ---- reports ---- */

static uint64_t records_per_second(const struct verify_report *r)
{
    return r->elapsed_us > 0 ? r->size * 1000000 / r->elapsed_us : 0;
}

static void put_report(struct env *e, const struct verify_report *r, const char *where)
{
    struct json *top = output_object(&e->out, "almoner.verify/1");
    char root[48];
    text_base64(r->root, DIGEST_LEN, root);
    json_put_uint(top, "size", r->size);
    json_put_text(top, "root", root);
    json_put_text(top, "integrity", verdict_name(r->integrity));
    json_put_text(top, "completeness", verdict_name(r->completeness));
    json_put_text(top, "authorisation", verdict_name(r->authorisation));
    json_put_text(top, "correctness", verdict_name(r->correctness));
    json_put_uint(top, "exports", r->exports);
    json_put_uint(top, "exports_by_rows", r->exports_by_rows);
    json_put_uint(top, "erased", r->erased);
    json_put_uint(top, "erased_lines", r->erased_lines);
    json_put_uint(top, "erased_exports", r->erased_exports);
    json_put_text(top, "not_checked", r->not_checked);
    if (options_text(&e->options, "checkpoint") != NULL) {
        json_put_bool(top, "checkpoint_contained", r->contained);
        json_put_uint(top, "checkpoint_lost_from", r->lost_from);
    }
    json_put_uint(top, "records_per_second", records_per_second(r));
    if (r->bad) {
        struct json *bad = json_put_object(top, "first_bad");
        if (r->bad_sequence == UINT64_MAX) {
            json_put_null(bad, "seq");
        } else {
            json_put_uint(bad, "seq", r->bad_sequence);
        }
        json_put_text(bad, "where", where);
        json_put_text(bad, "what", r->bad_what);
    }
}

static void print_verdict(const struct output *o, const char *name, enum verdict v)
{
    static const enum paint paints[] = {PAINT_WARN, PAINT_GOOD, PAINT_BAD};
    static const char *const zh[] = {"未检查", "通过", "不通过"};
    output_data(o, "  %s  %s%s%s\n", name, output_paint(o, paints[v]),
                TEXT(o, verdict_name(v), zh[v]), output_paint(o, PAINT_NONE));
}

static void print_exports(const struct output *o, const struct verify_report *r)
{
    if (r->exports > 0) {
        output_data(o,
                    TEXT(o, "%llu bank files were made again, byte for byte\n",
                         "重新生成 %llu 个银行文件并逐字节比对\n"),
                    (unsigned long long)r->exports);
    }
    if (r->exports_by_rows > 0) {
        output_data(
            o,
            TEXT(o,
                 "%llu sheets were made again with the same cells in other bytes: "
                 "another version of libxlsxwriter or zlib wrote them; the bytes are "
                 "NOT CHECKED\n",
                 "重新生成 %llu 个电子表格，单元格一致而字节不同（当时所用的 "
                 "libxlsxwriter 或 zlib 版本不同）：字节未检查\n"),
            (unsigned long long)r->exports_by_rows);
    }
}

static void print_report(const struct output *o, const struct verify_report *r,
                         const char *where)
{
    char root[48];
    text_base64(r->root, DIGEST_LEN, root);
    output_data(o, TEXT(o, "%llu records, root %s\n", "%llu 条记录，根哈希 %s\n"),
                (unsigned long long)r->size, root);
    print_verdict(o, TEXT(o, "integrity    ", "完整性（链、树、密文）  "),
                  r->integrity);
    print_verdict(o, TEXT(o, "completeness ", "一致性（账与记录）      "),
                  r->completeness);
    print_verdict(o, TEXT(o, "authorisation", "授权（签名、岗位）      "),
                  r->authorisation);
    print_verdict(o, TEXT(o, "correctness  ", "正确性（按政策应发）    "),
                  r->correctness);
    if (r->not_checked[0] != '\0') {
        output_data(o, TEXT(o, "not checked: %s\n", "未检查的原因：%s\n"),
                    r->not_checked);
    }
    if (r->contained) {
        output_data(o, TEXT(o, "the checkpoint's records are the first of these\n",
                            "所给校验点的记录与本账套开头一致\n"));
    }
    if (r->lost_from > 0) {
        output_warn(o,
                    TEXT(o,
                         "the checkpoint is of an epoch before: what it covers from "
                         "record %llu on was lost in the restore that this record "
                         "names, and is NOT CHECKED",
                         "所给校验点属于以前的纪元：其第 %llu "
                         "条起的记录已在恢复时丢失（该条记录已载明），未检查"),
                    (unsigned long long)r->lost_from);
    }
    if (r->erased > 0) {
        output_data(
            o,
            TEXT(o,
                 "%llu persons erased, each by a certificate: NOT CHECKED what was "
                 "recorded of them and granted to them, %llu lines, %llu bank files\n",
                 "已销毁 %llu 人，均有销毁证明：其登记和应发、%llu 笔明细、%llu "
                 "个银行文件未检查\n"),
            (unsigned long long)r->erased, (unsigned long long)r->erased_lines,
            (unsigned long long)r->erased_exports);
    }
    print_exports(o, r);
    if (records_per_second(r) > 0) {
        output_done(o, TEXT(o, "%llu records a second\n", "每秒 %llu 条记录\n"),
                    (unsigned long long)records_per_second(r));
    }
    if (r->bad && r->bad_sequence != UINT64_MAX) {
        output_data(
            o,
            TEXT(o, "first wrong record: %llu: %s\n", "第一条有误的记录：%llu：%s\n"),
            (unsigned long long)r->bad_sequence, r->bad_what);
    } else if (r->bad) {
        output_data(o, TEXT(o, "wrong: %s: %s\n", "有误：%s：%s\n"), where,
                    r->bad_what);
    }
}

static void tell_epoch(struct env *e, struct json *list, const struct epoch_key *k)
{
    const struct output *o = &e->out;
    if (list != NULL) {
        struct json *item = json_add_object(list);
        json_put_uint(item, "epoch", k->epoch);
        json_put_uint(item, "restored_size", k->sequence);
        json_put_uint(item, "behind_size", k->behind_size);
        return;
    }
    output_data(o,
                TEXT(o, "epoch %u: restored from a backup of %llu records\n",
                     "第 %u 纪元：由 %llu 条记录的备份恢复\n"),
                k->epoch, (unsigned long long)k->sequence);
    if (k->behind_size > 0) {
        output_data(o,
                    TEXT(o,
                         "  a checkpoint outside knew %llu records: records %llu to "
                         "%llu were lost\n",
                         "  外部校验点有 %llu 条记录：第 %llu 至 %llu 条已丢失\n"),
                    (unsigned long long)k->behind_size, (unsigned long long)k->sequence,
                    (unsigned long long)k->behind_size - 1);
    }
}

/* Restores leave no other trace than their record: what was lost is told every time. */
static void tell_epochs(struct env *e)
{
    struct json *list = NULL;
    if (e->ledger == NULL) {
        return;
    }
    if (e->out.json) {
        list = json_put_list(output_object(&e->out, "almoner.verify/1"), "epochs");
    }
    uint32_t before = 1;
    for (uint32_t n = 2; n <= ledger_head(e->ledger)->ledger_keys; n++) {
        struct epoch_key k;
        struct diag ignored;
        if (epoch_key_get(ledger_txn(e->ledger), n, &k, &ignored) != ST_OK ||
            k.epoch == before) {
            continue;
        }
        before = k.epoch;
        tell_epoch(e, list, &k);
    }
}

/* What is wrong with no record in particular is wrong with the folder. */
static void report(struct env *e, const struct verify_report *r, struct diag *d)
{
    const char *dir = options_text(&e->options, "directory");
    meter_end(&e->meter);
    if (r->bad && d->where[0] == '\0') {
        diag_where(d, "%s", dir != NULL ? dir : ".");
    }
    if (e->out.json) {
        put_report(e, r, d->where);
    } else {
        print_report(&e->out, r, d->where);
    }
    tell_epochs(e);
}

/* What could not even be opened or read through has failed as a whole. */
static enum status report_broken(struct env *e, struct diag *d)
{
    struct verify_report r;
    memset(&r, 0, sizeof r);
    r.integrity = VERDICT_FAIL;
    r.bad = true;
    r.bad_sequence = UINT64_MAX;
    snprintf(r.bad_what, sizeof r.bad_what, "%s", d->what);
    report(e, &r, d);
    return d->status;
}

/* ---- the child's work ---- */

/* A second fold takes half as much room as the store: it must not fill whatever folder
 * the command happens to be called in. */
static const char *scratch_folder(const struct env *e)
{
    const char *given = options_text(&e->options, "scratch-dir");
    const char *temporary = env_variable("TMPDIR");
    return given != NULL ? given : temporary != NULL ? temporary : "/tmp";
}

static enum status verify_with(struct env *e, const struct checkpoint *outside,
                               struct beside *b, struct diag *d)
{
    struct verify_report r;
    struct verify_options o = {
        .tasks = b->tasks,
        .join = beside_join,
        .join_ctx = b,
        .hashes_only = options_flag(&e->options, "hashes-only"),
        .outside = outside,
        .scratch_dir = scratch_folder(e),
        .clock_us = meter_clock_us,
        .remake = b->remake,
        .progress = &e->progress,
    };
    memset(&r, 0, sizeof r);
    enum status st = verify_ledger(e->ledger, &o, &r, d);
    if (st == ST_INTEGRITY && !r.bad) {
        return report_broken(e, d);
    }
    if (st == ST_OK || st == ST_INTEGRITY) {
        report(e, &r, d);
    }
    return st;
}

static enum status verify(struct env *e, struct diag *d)
{
    struct signed_tree outside = {0};
    struct beside b = {.child = -1, .remake = remake};
    const char *path = options_text(&e->options, "checkpoint");
    if (!options_flag(&e->options, "hashes-only")) {
        beside_start(&b, e);
    }
    enum status st = env_audit(e, d);
    if (st == ST_OK && path != NULL) {
        st = checkpoints_load(e, path, &outside, d);
    }
    if (st == ST_INTEGRITY) {
        st = report_broken(e, d);
    } else if (st == ST_OK) {
        st = verify_with(e, path != NULL ? &outside.c : NULL, &b, d);
    }
    beside_end(&b);
    checkpoints_release(&outside);
    return st;
}

/* ---- the parent ---- */

static enum status wait_for(pid_t child, int *how, struct diag *d)
{
    for (;;) {
        if (waitpid(child, how, 0) == child) {
            return ST_OK;
        }
        if (errno != EINTR) {
            return diag_errno(d, "wait for", "the verifying process");
        }
        if (meter_interrupted()) {
            kill(child, SIGTERM);
        }
    }
}

static enum status crashed(struct env *e, int signal_number, struct diag *d)
{
    if (signal_number == SIGKILL || signal_number == SIGTERM ||
        signal_number == SIGINT) {
        return diag_fail(d, ST_INTERRUPTED, "interrupted", "verifying was stopped");
    }
    diag_fail(
        d, ST_INTEGRITY, "crash",
        "verifying crashed (signal %d): a page of the store is damaged, or there is "
        "a defect",
        signal_number);
    diag_hint(d, "keep the folder as it is, and restore from a backup");
    return report_broken(e, d);
}

static enum status run_verify(struct env *e, struct diag *d)
{
    int how;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        return diag_errno(d, "start", "the verifying process");
    }
    if (child == 0) {
        crash_leave();
        return verify(e, d); /* main prints and ends the child as it would itself */
    }
    TRY(wait_for(child, &how, d));
    if (WIFSIGNALED(how)) {
        return crashed(e, WTERMSIG(how), d);
    }
    e->out.silent = true;
    return (enum status)WEXITSTATUS(how);
}

static const struct option_spec OPTIONS[] = {
    {"hashes-only", 0, OPTION_FLAG, NULL, "chain and tree, nothing else"},
    {"checkpoint", 0, OPTION_TEXT, "FILE",
     "a checkpoint kept outside, which the ledger must contain"},
    {"scratch-dir", 0, OPTION_TEXT, "DIR",
     "where to fold the records again (else TMPDIR, or /tmp)"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit verify",
        .run = run_verify,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "check everything again, from the records on",
        .brief_zh = "全面校验账套",
        .text =
            "Hashes every record, makes tree, balances and registers again, checks "
            "every signature, computes every amount anew and makes every bank file "
            "again. Says PASS, FAIL or NOT CHECKED for integrity, completeness, "
            "authorisation and correctness, and names the first wrong record. Exit 5 "
            "for any FAIL.\n"
            "With --checkpoint, the records that an outside checkpoint was signed for "
            "must be the first of the ledger: a rollback or a fork is found. One of an "
            "epoch before a restore may have been signed for records that were lost; "
            "that is told when the restore named them, and else is a FAIL.",
        .example = "  almoner -C baoqing audit verify\n"
                   "  almoner -C baoqing audit verify --checkpoint 2026-10.checkpoint",
    },
};
const struct command_list commands_verify = {"Proving", "核查与证明", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
