/* batch_residents.c - see batch_residents.h. */
#include "cli/batch_residents.h"

#include <stdio.h>
#include <string.h>

#include "audit/paid_to.h"
#include "base/date.h"
#include "batch/admin.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/table_file.h"
#include "cli/words.h"
#include "entitle/joint.h"
#include "ledger/erasure.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

struct residents {
    struct env *e;
    struct batch_entry batch;
    struct joint joint;
    struct table_file file;
    uint64_t lines;
    int64_t total_fen;
};

struct named { /* a person or an institution */
    char name[PEOPLE_TEXT_CAP];
    char number[PEOPLE_TEXT_CAP]; /* ID number, credit code */
};

static enum status names_of(struct ledger *l, uint64_t number, struct named *out,
                            struct diag *d)
{
    struct people p;
    enum status st = people_open(&p, l, number, UINT64_MAX, d);
    if (st == ST_OK) {
        people_name(p.person, true, out->name);
        people_id_number(p.person, true, out->number);
    }
    people_close(&p);
    if (erasure_failed(st, d)) {
        people_erased(out->name);
        out->number[0] = '\0';
        return ST_OK;
    }
    return st;
}

static enum status put_titles(struct residents *r, struct diag *d)
{
    static const char *const EN[] = {
        "payment",      "institution", "credit_code", "account", "programme",
        "payment_yuan", "line",        "person",      "name",    "id_number",
        "months",       "yuan",        "state"};
    static const char *const ZH[] = {"付款流水号", "机构名称", "统一社会信用代码",
                                     "收款账号",   "补贴项目", "付款金额",
                                     "明细",       "编号",     "姓名",
                                     "身份证号",   "所属月份", "金额",
                                     "状态"};
    for (size_t i = 0; i < COMMAND_COUNT(EN); i++) {
        table_file_text(&r->file, TEXT(&r->e->out, EN[i], ZH[i]));
    }
    return table_file_row(&r->file, d);
}

/* "2026-09", or the first and last month. */
static void months_text(const struct line_entry *line, char out[2 * DATE_TEXT_CAP + 4])
{
    const struct span *last = &line->spans[line->span_count - 1];
    size_t n = month_print(line->spans[0].from, out);
    int32_t through = last->from + last->months - 1;
    if (through != line->spans[0].from) {
        memcpy(out + n, "..", 2);
        month_print(through, out + n + 2);
    }
}

static enum status put_line(struct residents *r, const struct line_entry *line,
                            struct diag *d)
{
    struct table_file *f = &r->file;
    struct named who;
    char months[2 * DATE_TEXT_CAP + 4];
    TRY(names_of(r->e->ledger, line->person, &who, d));
    months_text(line, months);
    table_file_count(f, line->line);
    table_file_count(f, line->person);
    table_file_text(f, who.name);
    table_file_text(f, who.number);
    table_file_text(f, months);
    table_file_fen(f, line->fen);
    table_file_text(f, words_line_state(&r->e->out, line->state));
    r->lines++;
    r->total_fen += line->fen;
    return table_file_row(f, d);
}

static enum status put_payment(struct residents *r, const struct joint_group *g,
                               struct diag *d)
{
    struct ledger *l = r->e->ledger;
    char id[PAYMENT_ID_CAP];
    struct named home;
    struct paid_to to;
    struct line_entry line;
    TRY(names_of(l, g->institution, &home, d));
    payment_id_line(ledger_info(l), &r->batch, g->first, id);
    for (uint32_t n = g->first; n != 0; n = joint_next(&r->joint, n)) {
        TRY(line_get(ledger_txn(l), r->batch.number, n, &line, d));
        if (n == g->first) {
            TRY(paid_to_line(l, &line, &to, d));
        }
        table_file_text(&r->file, id);
        table_file_text(&r->file, home.name);
        table_file_text(&r->file, home.number);
        table_file_text(&r->file, to.account);
        table_file_text(&r->file, g->programme);
        table_file_fen(&r->file, g->fen);
        TRY(put_line(r, &line, d));
    }
    return ST_OK;
}

static enum status write_list(struct residents *r, const char *path, struct diag *d)
{
    char purpose[120];
    TRY(table_file_open(&r->file, r->e, path, d));
    TRY(put_titles(r, d));
    for (size_t i = 0; i < r->joint.count; i++) {
        TRY(put_payment(r, &r->joint.groups[i], d));
        progress_tick(&r->e->progress, "residents", i + 1, r->joint.count);
    }
    meter_end(&r->e->meter);
    snprintf(purpose, sizeof purpose, "batch residents: batch %u, %llu lines",
             r->batch.number, (unsigned long long)r->lines);
    TRY(admin_reveal(r->e->ledger, 0, purpose, d));
    return table_file_commit(&r->file, d);
}

static enum status list(struct residents *r, const char *path, struct diag *d)
{
    TRY(joint_load(&r->joint, r->e->ledger, &r->batch, d));
    if (r->joint.count == 0) {
        diag_fail(d, ST_CONFLICT, "no-institutions", "batch %u pays no institution",
                  r->batch.number);
        return diag_hint(d, "batch show %u --lines says to whom each line is paid",
                         r->batch.number);
    }
    enum status st = write_list(r, path, d);
    table_file_drop(&r->file);
    return st;
}

static void report(const struct residents *r, const char *path)
{
    struct env *e = r->e;
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.residents/1");
        json_put_uint(top, "number", r->batch.number);
        json_put_uint(top, "payments", r->joint.count);
        json_put_uint(top, "lines", r->lines);
        json_put_int(top, "total_fen", r->total_fen);
        return;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "wrote %s: %llu lines in %llu payments; it shows people in "
                     "clear\n",
                     "已写出 %s：%llu 条明细，合并为 %llu 笔付款，内含完整个人信息\n"),
                path, (unsigned long long)r->lines, (unsigned long long)r->joint.count);
}

enum status batch_residents_run(struct env *e, struct diag *d)
{
    struct residents r = {.e = e};
    uint32_t number;
    const char *path;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(options_need(&e->options, "out", &path, d));
    TRY(env_write(e, ANY_ROLE, d));
    TRY(batch_get(ledger_txn(e->ledger), number, &r.batch, d));
    if (batches_being_made(e->ledger, number)) {
        diag_fail(d, ST_CONFLICT, "open-act", "batch %u is still being made", number);
        return diag_hint(d, "almoner batch show %u says how to finish it", number);
    }
    enum status st = list(&r, path, d);
    if (st == ST_OK) {
        report(&r, path);
    }
    joint_release(&r.joint);
    return st;
}
