/* cmd_transfer.c - between a batch and the bank: the file out, the answer in, and what
 * came back sent again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "batch/batch.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/sheet.h"

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

/* Each export record names the one before. */
static enum status read_exports(struct env *e, uint32_t number, const char *format,
                                struct exports *x, struct diag *d)
{
    struct batch_entry b;
    struct channel_entry channel;
    memset(x, 0, sizeof *x);
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    TRY(channel_get(ledger_txn(e->ledger), b.channel, &channel, d));
    snprintf(x->format, sizeof x->format, "%s",
             format != NULL ? format : channel.format);
    uint64_t at = b.export_sequence;
    while (at != 0) {
        struct export_entry one;
        TRY(export_get(ledger_txn(e->ledger), at, &one, d));
        add_format(x, one.format);
        must(one.previous < at); /* the fold saw to it */
        at = one.previous;
    }
    return ST_OK;
}

static void put_export(struct json *o, const struct batch_export_report *r,
                       const struct exports *x, const char *path)
{
    struct json *list = json_put_list(o, "other_exports");
    for (size_t i = 0; i < x->other_count; i++) {
        json_add_str(list, str_of(x->others[i]));
    }
    char hex[2 * DIGEST_LEN + 1];
    text_hex(r->sha256, DIGEST_LEN, hex);
    json_put_text(o, "file", path);
    json_put_text(o, "file_sha256", hex);
    json_put_uint(o, "bytes", r->bytes);
    json_put_bool(o, "copy", r->copy);
}

static void print_export(const struct output *o, const struct batch_export_report *r,
                         const struct exports *x, const char *path)
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(r->sha256, DIGEST_LEN, hex);
    output_done(o,
                TEXT(o, "wrote %s: %llu bytes, SHA-256 %s\n",
                     "已写出 %s：%llu 字节，SHA-256 %s\n"),
                path, (unsigned long long)r->bytes, hex);
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

static enum status run_export(struct env *e, struct diag *d)
{
    struct batch_export_report r;
    struct exports x;
    struct file_output f;
    const char *path;
    uint32_t number;
    const char *format = options_text(&e->options, "format");
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(options_need(&e->options, "out", &path, d));
    TRY(env_write(e, ROLE_MAKER, d));
    TRY(file_output_open(&f, path, 0600, d));
    enum status st = batch_export(e->ledger, number, format, file_output_sink(&f),
                                  &e->progress, &r, d);
    file_output_drop(&f);
    TRY(st);
    meter_end(&e->meter);
    TRY(read_exports(e, number, format, &x, d));
    print_export(&e->out, &r, &x, path);
    TRY(batches_report(e, number, d));
    if (e->out.json) {
        put_export(output_object(&e->out, "almoner.batch/1"), &r, &x, path);
    }
    return ST_OK;
}

/* ---- answer ---- */

static void put_answer(struct json *o, const struct batch_answer_report *r)
{
    json_put_bool(o, "already_taken", r->already);
    json_put_uint(o, "answer_lines", r->lines);
    json_put_uint(o, "changed_lines", r->changed);
    struct json *a = json_put_object(o, "answer");
    json_put_uint(a, "paid_lines", r->paid);
    json_put_int(a, "paid_fen", r->paid_fen);
    json_put_uint(a, "rejected_lines", r->rejected);
    json_put_int(a, "rejected_fen", r->rejected_fen);
    json_put_uint(a, "returned_lines", r->returned);
    json_put_int(a, "returned_fen", r->returned_fen);
    json_put_uint(a, "unknown_lines", r->unknown);
    json_put_int(a, "unknown_fen", r->unknown_fen);
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
}

static enum status run_answer(struct env *e, struct diag *d)
{
    struct batch_answer_report r;
    struct buf file;
    uint32_t number;
    const char *path = env_operand(e, 1);
    const char *format = options_text(&e->options, "format");
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    enum status st = file_load(path, ANSWER_FILE_MAX, &file, d);
    if (st == ST_OK) {
        st = env_write(e, ROLE_MAKER, d);
    }
    if (st == ST_OK) {
        st = batch_answer(e->ledger, number, format, buf_str(&file), &e->progress, &r,
                          d);
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

/* The numbers of --line; *lines is freed by the caller. */
static enum status take_lines(const struct env *e, uint32_t **lines, size_t *count,
                              struct diag *d)
{
    struct str texts[OPTIONS_MAX];
    *count = options_list(&e->options, "line", texts, OPTIONS_MAX);
    *lines = NULL;
    if (*count == 0) {
        return ST_OK;
    }
    *lines = calloc(*count, sizeof **lines);
    if (*lines == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < *count; i++) {
        uint64_t number;
        if (!text_u64(texts[i], 1, UINT32_MAX, &number)) {
            diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not a line", texts[i].p);
            return diag_where(d, "--line");
        }
        (*lines)[i] = (uint32_t)number;
    }
    return ST_OK;
}

static enum status run_reissue(struct env *e, struct diag *d)
{
    struct batch_reissue_report r;
    uint32_t number;
    uint32_t *lines = NULL;
    size_t count;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    enum status st = take_lines(e, &lines, &count, d);
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
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
    {"format", 0, OPTION_TEXT, "FORMAT", "another format than the channel's"},
};
static const struct option_spec ANSWER[] = {
    {"format", 0, OPTION_TEXT, "FORMAT", "another format than the channel's"},
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
            "the file. In another format it is a second file of the same payments, "
            "and is warned of.",
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
            "Every line is matched by our id and its amount compared before anything "
            "is written. The same answer again changes nothing.",
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
