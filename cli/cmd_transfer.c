/* cmd_transfer.c - between a batch and the bank: the file out, the answer in, and what
 * came back sent again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "batch/batch.h"
#include "cli/bank_out.h"
#include "cli/batch_checks.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/file_kind.h"
#include "cli/files.h"
#include "cli/sheet.h"
#include "formats/xlsx.h"
#include "ledger/export.h"

#define ANSWER_FILE_MAX ((size_t)2 * 1024 * 1024 * 1024)

/* ---- export ---- */

#define FORMATS_MAX 16

/* The formats other than its own that the same payments were exported in. */
struct exports {
    char format[40]; /* the newest export's */
    size_t other_count;
    char others[FORMATS_MAX][40];
};

static void add_format(struct exports *x, const char *format)
{
    bool known = strcmp(x->format, format) == 0 || x->other_count == FORMATS_MAX;
    for (size_t i = 0; i < x->other_count; i++) {
        known = known || strcmp(x->others[i], format) == 0;
    }
    if (!known) {
        snprintf(x->others[x->other_count++], sizeof x->others[0], "%s", format);
    }
}

/* Each export record names the one before. What was sent before the last release, the
 * bank refused. */
static enum status read_exports(struct env *e, uint32_t number, const char *format,
                                struct exports *x, struct diag *d)
{
    struct batch_entry b;
    memset(x, 0, sizeof *x);
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    snprintf(x->format, sizeof x->format, "%s", format);
    uint64_t at = b.export_sequence;
    while (at != 0 && at >= b.release_sequence) {
        struct export_entry one;
        TRY(export_get(ledger_txn(e->ledger), at, &one, d));
        add_format(x, one.format);
        must(one.previous < at); /* the fold saw to it */
        at = one.previous;
    }
    return ST_OK;
}

static void put_file(struct json *item, const struct bank_out *files, size_t i)
{
    char path[FILE_PATH_MAX];
    char hex[2 * DIGEST_LEN + 1];
    text_hex(files->parts[i].sha256, DIGEST_LEN, hex);
    bank_out_path(files, i, path);
    json_put_text(item, "file", path);
    json_put_text(item, "file_sha256", hex);
    json_put_uint(item, "bytes", files->parts[i].bytes);
}

static void put_export(struct json *o, const struct batch_export_report *r,
                       const struct exports *x, const struct bank_out *files)
{
    struct json *list = json_put_list(o, "other_exports");
    for (size_t i = 0; i < x->other_count; i++) {
        json_add_str(list, str_of(x->others[i]));
    }
    json_put_text(o, "format", r->format);
    json_put_bool(o, "copy", r->copy);
    json_put_uint(o, "payments", r->payments);
    list = json_put_list(o, "files");
    for (size_t i = 0; i < files->count; i++) {
        struct json *item = json_add_object(list);
        put_file(item, files, i);
        json_put_uint(item, "lines", files->parts[i].payments);
        json_put_int(item, "total_fen", files->parts[i].total_fen);
    }
    if (files->count == 1) {
        put_file(o, files, 0);
    }
}

/* Several files have a line each: the bank is told count and sum of every one. */
static void print_files(const struct output *o, const struct bank_out *files)
{
    struct sheet t;
    if (o->quiet) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "file", "文件"), false);
    sheet_column(&t, TEXT(o, "payments", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "bytes", "字节"), true);
    for (size_t i = 0; i < files->count; i++) {
        const struct bank_part *p = &files->parts[i];
        char path[FILE_PATH_MAX];
        bank_out_path(files, i, path);
        sheet_cell(&t, "%s", path);
        sheet_cell(&t, "%llu", (unsigned long long)p->payments);
        sheet_fen(&t, p->total_fen);
        sheet_cell(&t, "%llu", (unsigned long long)p->bytes);
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void print_export(const struct output *o, const struct batch_export_report *r,
                         const struct exports *x, const struct bank_out *files)
{
    char hex[2 * DIGEST_LEN + 1];
    char path[FILE_PATH_MAX];
    text_hex(r->sha256, DIGEST_LEN, hex);
    if (files->count == 1) {
        bank_out_path(files, 0, path);
        output_done(o,
                    TEXT(o, "wrote %s: %llu bytes, SHA-256 %s\n",
                         "已写出 %s：%llu 字节，SHA-256 %s\n"),
                    path, (unsigned long long)r->bytes, hex);
    } else {
        print_files(o, files);
        output_done(o,
                    TEXT(o,
                         "wrote %u files, all of them to be sent; SHA-256 of their "
                         "list %s\n",
                         "已写出 %u 个文件，须全部提交银行；清单 SHA-256 %s\n"),
                    r->files, hex);
    }
    if (r->payments < r->lines) {
        output_done(o,
                    TEXT(o,
                         "%llu payments for %llu lines: an institution gets one for "
                         "all its residents of a programme; batch residents lists "
                         "them\n",
                         "%llu 笔付款对应 %llu 条明细：每个机构每个补贴项目合并为一笔，"
                         "入住人员清单用 batch residents 导出\n"),
                    (unsigned long long)r->payments, (unsigned long long)r->lines);
    }
    if (r->copy) {
        output_warn(o, "%s",
                    TEXT(o,
                         "this file was exported before: a copy, do not send it twice",
                         "该文件已导出过：此为副本，请勿重复提交银行"));
    }
    for (size_t i = 0; i < x->other_count; i++) {
        output_warn(o,
                    TEXT(o,
                         "the same payments were exported as %s: send the bank only "
                         "one of the files",
                         "同一批款项已按 %s 格式导出：只可向银行提交其中一个文件"),
                    x->others[i]);
    }
}

/* Another form than the channel's, with what is set and what the channel says. */
static enum status other_form(struct env *e, uint32_t number, const char *name,
                              bool own, struct bank_form *form, struct diag *d)
{
    struct kept_profile set;
    struct batch_entry b;
    struct channel_entry c;
    TRY(bank_set_option(&e->options, &set, d));
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    TRY(channel_get(ledger_txn(e->ledger), b.channel, &c, d));
    TRY(own ? ST_OK : bank_form_of_channel(e->ledger, &c, name, form, d));
    return own || name != NULL || set.count > 0
               ? bank_form_set(form, &set, &c.profile, d)
               : ST_OK;
}

static enum status export_to(struct env *e, uint32_t number, struct bank_out *files,
                             struct diag *d)
{
    struct batch_export_report r;
    struct exports x;
    struct bank_form form;
    const char *name;
    bool own;
    enum status st;
    bank_form_init(&form);
    TRY_OUT(bank_form_option(&e->options, &name, &own, &form, d));
    TRY_OUT(env_write(e, ROLE_MAKER, d));
    TRY_OUT(other_form(e, number, name, own, &form, d));
    TRY_OUT(batch_checks_since_release(e, number, d));
    TRY_OUT(batch_export(e->ledger, number, &form, bank_out_sink(files), &e->progress,
                         &r, d));
    meter_end(&e->meter);
    TRY_OUT(read_exports(e, number, r.format, &x, d));
    print_export(&e->out, &r, &x, files);
    TRY_OUT(batches_report(e, number, d));
    if (e->out.json) {
        put_export(output_object(&e->out, "almoner.batch/1"), &r, &x, files);
    }
out:
    bank_form_release(&form);
    return st;
}

static enum status run_export(struct env *e, struct diag *d)
{
    struct bank_out files;
    const char *path;
    uint32_t number;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(options_need(&e->options, "out", &path, d));
    TRY(bank_out_open(&files, path, d));
    enum status st = export_to(e, number, &files, d);
    bank_out_release(&files);
    return st;
}

/* ---- answer ---- */

static void put_answer(struct json *o, const struct batch_answer_report *r)
{
    json_put_bool(o, "already_taken", r->already);
    json_put_text(o, "answer_format", r->format);
    json_put_uint(o, "answer_to_file", r->sent_file);
    json_put_uint(o, "answer_lines", r->lines);
    json_put_uint(o, "changed_lines", r->changed);
    json_put_uint(o, "corrected_lines", r->corrected);
    json_put_int(o, "corrected_fen", r->corrected_fen);
    json_put_int(o, "paid_again_fen", r->over_fen);
    struct json *a = json_put_object(o, "answer");
    json_put_uint(a, "paid_lines", r->paid);
    json_put_int(a, "paid_fen", r->paid_fen);
    json_put_uint(a, "rejected_lines", r->rejected);
    json_put_int(a, "rejected_fen", r->rejected_fen);
    json_put_uint(a, "returned_lines", r->returned);
    json_put_int(a, "returned_fen", r->returned_fen);
    json_put_uint(a, "unknown_lines", r->unknown);
    json_put_int(a, "unknown_fen", r->unknown_fen);
    json_put_uint(a, "skipped_entries", r->skipped);
    json_put_int(a, "skipped_fen", r->skipped_fen);
    json_put_uint(a, "rest_lines", r->rest);
    if (r->rest > 0) {
        json_put_text(a, "rest_status", payment_status_name(r->rest_status));
        json_put_text(a, "rest_code", r->rest_code);
        json_put_text(a, "rest_text", r->rest_text);
    }
    json_put_uint(a, "new_accounts", r->new_accounts);
    struct json *list = json_put_list(a, "first_new_accounts");
    for (size_t i = 0; i < r->new_accounts && i < ANSWER_ACCOUNTS_MAX; i++) {
        struct json *item = json_add_object(list);
        json_put_uint(item, "line", r->accounts[i].line);
        json_put_uint(item, "person", r->accounts[i].person);
        json_put_text(item, "ending", r->accounts[i].ending);
    }
}

/* What was not an answer to one line: said aloud, so that nobody overlooks it. */
static void print_beside(const struct output *o, const struct batch_answer_report *r)
{
    char fen[MONEY_TEXT_CAP];
    if (r->rest > 0 && r->rest_status != PAYMENT_PAID) {
        output_warn(o,
                    TEXT(o,
                         "the bank refused the file: %llu line(s) it does not name are "
                         "rejected (%s %s)",
                         "银行整批退回：未逐笔列出的 %llu 笔均记为发放失败（%s %s）"),
                    (unsigned long long)r->rest, r->rest_code, r->rest_text);
    } else if (r->rest > 0) {
        output_done(o,
                    TEXT(o,
                         "the file names failures only: %llu line(s) it does not "
                         "name are paid\n",
                         "回盘只列失败明细：未列出的 %llu 笔记为已发\n"),
                    (unsigned long long)r->rest);
    }
    if (r->corrected > 0) {
        money_print_grouped(r->corrected_fen, fen);
        output_done(o,
                    TEXT(o,
                         "%llu line(s), %s yuan, correct what the bank said before\n",
                         "更正银行此前回盘 %llu 笔，%s 元\n"),
                    (unsigned long long)r->corrected, fen);
    }
    if (r->over_fen > 0) {
        money_print_grouped(r->over_fen, fen);
        output_warn(
            o,
            TEXT(o,
                 "%s yuan of it were sent or paid a second time, or are not "
                 "granted any more: to be recovered (report recoveries)",
                 "其中 %s 元已重复发放或已核减，列入应追缴（report recoveries）"),
            fen);
    }
    if (r->skipped > 0) {
        money_print_grouped(r->skipped_fen, fen);
        output_done(o,
                    TEXT(o,
                         "%llu entries of the statement are none of this batch: "
                         "%s yuan\n",
                         "对账单另有 %llu 笔不属于本批次：%s 元\n"),
                    (unsigned long long)r->skipped, fen);
    }
    for (size_t i = 0; i < r->new_accounts && i < ANSWER_ACCOUNTS_MAX; i++) {
        output_warn(
            o,
            TEXT(o,
                 "line %u (person %llu): the bank asks for another account from "
                 "now on, ending in %s: check and import it",
                 "第 %u 笔（对象 %llu）：银行要求今后改用尾号 %s "
                 "的账户，请核实后导入"),
            r->accounts[i].line, (unsigned long long)r->accounts[i].person,
            r->accounts[i].ending);
    }
    if (r->new_accounts > ANSWER_ACCOUNTS_MAX) {
        output_warn(o, TEXT(o, "and %llu more accounts", "另有 %llu 个账户变更"),
                    (unsigned long long)(r->new_accounts - ANSWER_ACCOUNTS_MAX));
    }
}

static void print_answer(const struct output *o, const struct batch_answer_report *r)
{
    struct sheet t;
    const uint64_t lines[] = {r->paid, r->rejected, r->returned, r->unknown};
    const int64_t fen[] = {r->paid_fen, r->rejected_fen, r->returned_fen,
                           r->unknown_fen};
    const char *const names[] = {
        TEXT(o, "paid", "已发"), TEXT(o, "rejected", "发放失败"),
        TEXT(o, "returned", "退票"), TEXT(o, "unknown", "未知")};
    if (r->already) {
        output_done(o, "%s\n",
                    TEXT(o, "this answer was taken in before: nothing changed",
                         "该回盘文件已处理过，未作任何改动"));
        return;
    }
    if (o->quiet) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "answer", "回盘"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    for (size_t i = 0; i < COMMAND_COUNT(names); i++) {
        sheet_cell(&t, "%s", names[i]);
        sheet_cell(&t, "%llu", (unsigned long long)lines[i]);
        sheet_fen(&t, fen[i]);
    }
    (void)sheet_end(&t, o, ST_OK);
    print_beside(o, r);
}

static enum status take_answer(struct env *e, uint32_t number, struct str text,
                               struct batch_answer_report *r, struct diag *d)
{
    struct bank_form form;
    struct batch_answer_file file = {.text = text};
    uint64_t part = 0;
    bool own;
    enum status st;
    bank_form_init(&form);
    TRY_OUT(options_number(&e->options, "part", EXPORT_FILES_MAX, &part, d));
    file.sent_file = (uint32_t)part;
    file.correct = options_flag(&e->options, "correct");
    TRY_OUT(bank_form_option(&e->options, &file.format, &own, &form, d));
    file.form = own ? &form : NULL;
    TRY_OUT(env_write(e, ROLE_MAKER, d));
    TRY_OUT(batch_answer(e->ledger, number, &file, &e->progress, r, d));
out:
    bank_form_release(&form);
    return st;
}

/* Gigabytes of no text are not loaded: only a workbook has bytes of zero. What cannot
 * be opened, file_load says. */
static enum status look_first(const char *path, struct diag *d)
{
    struct file_input f;
    char head[4096];
    size_t n = 0;
    if (file_input_open(&f, path, d) != ST_OK) {
        return ST_OK;
    }
    struct import_file source = file_input_source(&f);
    enum status st = source.read(source.ctx, head, sizeof head, &n, d);
    file_input_close(&f);
    if (st != ST_OK || xlsx_begins(str_make(head, n)) ||
        memchr(head, '\0', n) == NULL) {
        return st;
    }
    diag_fail(d, ST_INPUT, "unknown-file", "%s is no text, nor a workbook", path);
    return file_kind_tell(str_make(head, n), d);
}

static enum status run_answer(struct env *e, struct diag *d)
{
    struct batch_answer_report r;
    struct buf file;
    uint32_t number;
    const char *path = env_operand(e, 1);
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(look_first(path, d));
    enum status st = file_load(path, ANSWER_FILE_MAX, &file, d);
    if (st == ST_OK) {
        st = take_answer(e, number, buf_str(&file), &r, d);
        if (st == ST_INPUT) {
            /* The reader knows the line, not the file's name. */
            char where[256];
            snprintf(where, sizeof where, "%s", d->where);
            diag_where(d, "%s%s%s", path, where[0] != '\0' ? ": " : "", where);
        }
    }
    buf_release(&file);
    TRY(st);
    meter_end(&e->meter);
    print_answer(&e->out, &r);
    TRY(batches_report(e, number, d));
    if (e->out.json) {
        put_answer(output_object(&e->out, "almoner.batch/1"), &r);
    }
    return ST_OK;
}

/* ---- reissue ---- */

static void put_reissue(struct json *o, const struct batch_reissue_report *r)
{
    json_put_uint(o, "again_lines", r->lines);
    json_put_int(o, "again_fen", r->again_fen);
    json_put_uint(o, "left_dead", r->refused_dead);
    json_put_uint(o, "same_route", r->same_route);
}

static void print_reissue(const struct output *o, const struct batch_reissue_report *r)
{
    char fen[MONEY_TEXT_CAP];
    money_print_grouped(r->again_fen, fen);
    output_done(
        o, TEXT(o, "due again: %llu line(s), %s yuan\n", "%llu 笔转为待发：%s 元\n"),
        (unsigned long long)r->lines, fen);
    if (r->refused_dead > 0) {
        output_done(o,
                    TEXT(o, "left, because the person died: %llu line(s)\n",
                         "%llu 笔因补贴对象死亡未重发\n"),
                    (unsigned long long)r->refused_dead);
    }
    if (r->same_route > 0) {
        output_warn(o,
                    TEXT(o, "to the same account as before: %llu line(s)",
                         "%llu 笔的收款账户没有变化"),
                    (unsigned long long)r->same_route);
    }
}

static enum status run_reissue(struct env *e, struct diag *d)
{
    struct batch_reissue_report r;
    uint32_t number;
    uint32_t *lines = NULL;
    size_t count;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    enum status st = batches_lines(e, &lines, &count, d);
    if (st == ST_OK) {
        st = env_ask_write(e, ROLE_MAKER, batches_about, number, d);
    }
    if (st == ST_OK) {
        st = batch_reissue(e->ledger, number, lines, count, &e->progress, &r, d);
    }
    free(lines);
    TRY(st);
    meter_end(&e->meter);
    print_reissue(&e->out, &r);
    TRY(batches_report(e, number, d));
    if (e->out.json) {
        put_reissue(output_object(&e->out, "almoner.batch/1"), &r);
    }
    return ST_OK;
}

static const struct option_spec EXPORT[] = {
    {"out", 0, OPTION_TEXT, "FILE|DIR/", "the file, or a folder for the bank's names"},
    {"format", 0, OPTION_TEXT, "FORMAT",
     "another: the program's, or the path of a channel's"},
    {"set", 0, OPTION_LIST, "NAME=VALUE", "what that profile asks for"},
};
static const struct option_spec ANSWER[] = {
    {"format", 0, OPTION_TEXT, "FORMAT", "of the answer, when it does not show"},
    {"part", 0, OPTION_TEXT, "N", "it answers the N-th of several files sent"},
    {"correct", 0, OPTION_FLAG, NULL, "it may contradict an earlier answer"},
};
static const struct option_spec REISSUE[] = {
    {"line", 0, OPTION_LIST, "L", "only this line"},
};

static const struct command ITEMS[] = {
    {
        .name = "batch export",
        .run = run_export,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(EXPORT),
        .brief = "write the bank file of a released batch (maker)",
        .brief_zh = "导出银行文件（经办）",
        .text =
            "The file appears under its name only when every byte is on the disk. "
            "Again, it has the same bytes and is marked a copy on the screen, not in "
            "the file; that it was written again is a record. In another format it "
            "is a second file of the same payments, and is warned of. Where the bank "
            "wants several files (so many payments in one, or those to other banks "
            "apart), --out names a folder. What was learned since the release and "
            "would block it now (config: check.*) refuses the first export, too.",
        .example = "  almoner -C baoqing batch export 1 --out 2026-09.xml \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch answer",
        .run = run_answer,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B FILE",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(ANSWER),
        .brief = "take in the bank's answer (maker)",
        .brief_zh = "处理银行回盘（经办）",
        .text =
            "Every line is matched by our id, by its number in the file sent, or by "
            "account, amount and name, and its amount compared, before anything is "
            "written. The same answer again changes nothing. Of a statement (camt.053, "
            "camt.054) what is none of this batch is skipped and counted. A file that "
            "names failures only, or refuses the whole, says so of the lines it does "
            "not name. New accounts that the bank tells of are shown, not taken over. "
            "A file that says paid of what came back, or rejected of what was paid, is "
            "refused with the sums; with --correct it is what the bank says now, and "
            "what was paid twice by it is to be recovered.",
        .example = "  almoner -C baoqing batch answer 1 answer-2026-09.txt \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "batch reissue",
        .run = run_reissue,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(REISSUE),
        .brief = "make what came back due again (maker)",
        .brief_zh = "退回款项转为待发（经办）",
        .text = "Rejected and returned lines become due again and go, with the next "
                "batch, to the account on file then: correct it first (import routes).",
        .example =
            "  almoner -C baoqing batch reissue 1 --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_transfer = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
