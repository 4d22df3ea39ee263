/* cmd_status.c - where the ledger stands and, in words, what to do next. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/payees.h"
#include "audit/undecided.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "batch/recover.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/fund_view.h"
#include "cli/people.h"
#include "ledger/anchor.h"
#include "ledger/batch_step.h"
#include "ledger/closing.h"
#include "ledger/epoch.h"
#include "ledger/erasure.h"
#include "ledger/fund.h"
#include "ledger/notice.h"
#include "ledger/recovery.h"
#include "ledger/register.h"
#include "ledger/setting.h"

#define LOOKED_MAX 1000000 /* lines: about a second */
#define DAY_US ((int64_t)86400 * 1000000)

struct page {
    struct env *e;
    struct ledger *l;
    struct json *steps; /* with --json: the list "next" */
    size_t step_count;
    size_t open_batches;
    size_t makers, checkers, releasers;
    size_t channels, policies, imports; /* that were not refused */
    uint64_t looked;                    /* at lines, for those that came back */
    int64_t due_fen, back_fen, receivable_fen;
    int64_t now_us;
};

static void step(struct page *s, const char *command, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* One thing to do: why, and the command that does it. */
static void step(struct page *s, const char *command, const char *fmt, ...)
{
    char why[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (s->e->out.json) {
        struct json *item = json_add_object(s->steps);
        json_put_text(item, "why", why);
        json_put_text(item, "command", command);
    } else {
        if (s->step_count == 0) {
            output_data(&s->e->out, "\n%s\n", TEXT(&s->e->out, "Next", "下一步"));
        }
        output_data(&s->e->out, "  - %s\n      %s\n", why, command);
    }
    s->step_count++;
}

/* ---- what waits ---- */

/* What finishes the open act. */
static enum status open_act_command(struct page *s, char out[BATCHES_NEXT_CAP],
                                    struct diag *d)
{
    const size_t cap = BATCHES_NEXT_CAP;
    const struct open_act *open = &ledger_head(s->l)->open;
    char month[DATE_TEXT_CAP];
    struct run_entry run;
    struct batch_entry batch;
    struct channel_entry channel;
    switch (open->kind) {
    case KIND_IMPORT_START:
        snprintf(out, cap, "almoner import confirm %u", open->number);
        break;
    case KIND_RUN_START:
        TRY(run_get(ledger_txn(s->l), open->number, &run, d));
        month_print(run.period, month);
        snprintf(out, cap, "almoner run --period %s%s", month,
                 run.period > month_of_day(ledger_today(s->l)) ? " --ahead" : "");
        break;
    case KIND_BATCH_START:
        TRY(batch_get(ledger_txn(s->l), open->number, &batch, d));
        TRY(channel_get(ledger_txn(s->l), batch.channel, &channel, d));
        batches_finish(&s->e->out, &batch, &channel, out);
        break;
    case KIND_ANSWER_START:
        snprintf(out, cap, "almoner batch answer %u FILE (the same file)",
                 open->number);
        break;
    case KIND_REISSUE_START:
        snprintf(out, cap, "almoner batch reissue %u", open->number);
        break;
    case KIND_WITHDRAW_START:
        snprintf(out, cap, "almoner batch %s %u --reason TEXT",
                 batch_step_name(withdraw_step((enum withdraw_what)open->count[1])),
                 open->number);
        break;
    default:
        snprintf(out, cap, "?");
        break;
    }
    return ST_OK;
}

static enum status open_act_step(struct page *s, struct diag *d)
{
    static const struct {
        int kind;
        const char *name;
        const char *zh;
    } acts[] = {
        {KIND_IMPORT_START, "import", "导入"},
        {KIND_RUN_START, "run", "测算"},
        {KIND_BATCH_START, "making batch", "组批"},
        {KIND_ANSWER_START, "the answer to batch", "回盘处理，批次"},
        {KIND_REISSUE_START, "the reissue of batch", "重发，批次"},
        {KIND_WITHDRAW_START, "what takes lines out of batch", "撤出明细，批次"},
    };
    const struct output *o = &s->e->out;
    const struct open_act *open = &ledger_head(s->l)->open;
    const char *name = "?";
    char command[BATCHES_NEXT_CAP];
    TRY(open_act_command(s, command, d));
    for (size_t i = 0; i < COMMAND_COUNT(acts); i++) {
        if (acts[i].kind == open->kind) {
            name = TEXT(o, acts[i].name, acts[i].zh);
        }
    }
    step(s, command,
         TEXT(o, "%s %u was interrupted: nothing else can go on before it is finished",
              "%s %u 未完成：须先完成，其他操作才能继续"),
         name, open->number);
    return ST_OK;
}

static enum status operator_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->operators; n++) {
        struct operator_entry e;
        TRY(operator_get(ledger_txn(s->l), n, &e, d));
        bool active = e.state == ENTRY_ACTIVE;
        s->makers += active && (e.roles & ROLE_MAKER) != 0;
        s->checkers += active && (e.roles & ROLE_CHECKER) != 0;
        s->releasers += active && (e.roles & ROLE_RELEASER) != 0;
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner operator confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "operator %u (%s) waits for a second admin",
                      "操作员 %u（%s）待第二名管理员确认"),
                 n, e.name);
        }
    }
    return ST_OK;
}

/* After a restore nothing else matters as much. */
static void restore_step(struct page *s)
{
    const struct head *h = ledger_head(s->l);
    const struct output *o = &s->e->out;
    if (h->locked != 0 && h->stated != 0) {
        step(s, "almoner restore settle", "%s",
             TEXT(o, "a checker or admin has to agree that the bank has nothing else",
                  "待复核人员或管理员确认银行再无其他文件"));
    } else if (h->locked != 0) {
        step(s, "almoner restore take-in FILE", "%s",
             TEXT(o,
                  "the ledger was restored: take in each file that the bank had since "
                  "the backup",
                  "账套已由备份恢复：逐一核认备份后已送银行的文件"));
        step(s, "almoner restore settle --document NO", "%s",
             TEXT(o, "then a releaser states that the bank has nothing else",
                  "然后由审批人员说明银行再无其他文件"));
    }
}

static enum status ledger_key_step(struct page *s, struct diag *d)
{
    char command[80];
    const struct head *h = ledger_head(s->l);
    struct epoch_key k;
    TRY(epoch_key_get(ledger_txn(s->l), h->ledger_keys, &k, d));
    if (k.state == ENTRY_PENDING && k.epoch == h->epoch) {
        snprintf(command, sizeof command, "almoner ledger-key confirm %u", k.number);
        step(s, command,
             TEXT(&s->e->out, "ledger key %u waits for a second admin",
                  "账套密钥 %u 待第二名管理员确认"),
             k.number);
    }
    return ST_OK;
}

static enum status channel_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->channels; n++) {
        struct channel_entry e;
        TRY(channel_get(ledger_txn(s->l), n, &e, d));
        s->channels += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner channel confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "channel %u (%s) waits for a second admin",
                      "代发银行 %u（%s）待第二名管理员确认"),
                 n, e.name);
        }
    }
    return ST_OK;
}

/* One whose months were granted again waits for nobody: it could not be decided. */
static enum status still_open(struct page *s, const struct recovery_entry *e,
                              bool *open, struct diag *d)
{
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = recover_account(s->l, e->terms.person, a, d);
    *open = st == ST_OK && recovery_open_fen(e, a) > 0;
    free(a);
    return st;
}

static enum status recovery_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->recoveries; n++) {
        struct recovery_entry e;
        bool open = false;
        TRY(recovery_get(ledger_txn(s->l), n, &e, d));
        if (e.state == RECOVERY_PROPOSED) {
            TRY(still_open(s, &e, &open, d));
        }
        if (open) {
            snprintf(command, sizeof command, "almoner correct confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "recovery %u (person %llu) waits for a checker",
                      "追缴 %u（补贴对象 %llu）待复核确认"),
                 n, (unsigned long long)e.terms.person);
        }
    }
    return ST_OK;
}

/* Lists that have hung long enough, and objections nobody has decided. */
static enum status notice_steps(struct page *s, struct diag *d)
{
    const struct head *h = ledger_head(s->l);
    char command[80];
    char day[DATE_TEXT_CAP];
    for (uint32_t n = 1; n <= h->notices; n++) {
        struct notice_entry e;
        TRY(notice_get(ledger_txn(s->l), n, &e, d));
        if (e.state == NOTICE_OPEN && e.terms.last <= ledger_today(s->l)) {
            date_print(e.terms.last, day);
            snprintf(command, sizeof command, "almoner notice close %u", n);
            step(s, command,
                 TEXT(&s->e->out, "notice %u (%s) ran until %s: take it down",
                      "公示 %u（%s）已于 %s 期满，请撤下"),
                 n, e.terms.level, day);
        }
    }
    for (uint32_t n = 1; h->objected > 0 && n <= h->objections; n++) {
        struct objection_entry x;
        TRY(objection_get(ledger_txn(s->l), n, &x, d));
        if (x.state == OBJECTION_OPEN) {
            snprintf(command, sizeof command, "almoner notice decide %u", n);
            step(s, command,
                 TEXT(&s->e->out, "objection %u (person %llu) waits for a checker",
                      "公示异议 %u（补贴对象 %llu）待复核处理"),
                 n, (unsigned long long)x.terms.person);
        }
    }
    return ST_OK;
}

static enum status policy_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->policies; n++) {
        struct policy_entry e;
        TRY(policy_get(ledger_txn(s->l), n, &e, d));
        s->policies += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner policy confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "policy %u (%s) waits for a checker",
                      "政策文件 %u（%s）待复核确认"),
                 n, e.id);
        }
    }
    return ST_OK;
}

/* Nobody is to sign what was not looked at: showing comes first. */
static enum status import_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->imports; n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(s->l), n, &e, d));
        s->imports += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING && e.confirmed_at == 0) {
            snprintf(command, sizeof command, "almoner import show %u", n);
            step(s, command,
                 TEXT(&s->e->out,
                      "import %u (%llu rows) waits for a checker: look first",
                      "导入 %u（%llu 行）待复核：先查看变更"),
                 n, (unsigned long long)e.rows);
            snprintf(command, sizeof command, "almoner import confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "import %u (%llu rows) waits for a checker",
                      "导入 %u（%llu 行）待复核确认"),
                 n, (unsigned long long)e.rows);
        }
    }
    return ST_OK;
}

/* An erasure that was interrupted before the data file was written anew. */
static enum status compaction_step(struct page *s, struct diag *d)
{
    uint64_t certificate;
    TRY(ledger_uncompacted(s->l, &certificate, d));
    if (certificate != 0) {
        step(
            s, "almoner person erase --finish",
            TEXT(&s->e->out,
                 "the data file still has sealed bytes of who was erased (record %llu)",
                 "数据文件中仍有已销毁信息的密文残留（记录 %llu）"),
            (unsigned long long)certificate);
    }
    return ST_OK;
}

/* People whose erasing waits for a checker, retention rules for a second admin. */
static enum status erasure_steps(struct page *s, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    const uint8_t from[] = {REGISTER_ERASURE};
    TRY(store_cursor_open(ledger_txn(s->l), TABLE_REGISTER, &c, d));
    enum status st = store_cursor_seek(c, str_make(from, 1), &key, &row, d);
    while (st == ST_OK && key.n == 9 && (uint8_t)key.p[0] == REGISTER_ERASURE) {
        char command[80];
        uint64_t person = get_u64((const uint8_t *)key.p + 1);
        if (row.n > 0 && row.p[0] == ERASURE_PROPOSED) {
            snprintf(command, sizeof command, "almoner person erase %llu --confirm",
                     (unsigned long long)person);
            step(s, command,
                 TEXT(&s->e->out, "erasing person %llu waits for a checker",
                      "销毁补贴对象 %llu 的信息待复核确认"),
                 (unsigned long long)person);
        }
        st = store_cursor_next(c, &key, &row, d);
    }
    store_cursor_close(c);
    return st;
}

static enum status retention_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->retentions; n++) {
        struct retention_entry e;
        TRY(retention_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner retention confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "retention rule %u waits for a second admin",
                      "保管期限 %u 待第二名管理员确认"),
                 n);
        }
    }
    return ST_OK;
}

static enum status setting_steps(struct page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->settings; n++) {
        struct setting_entry e;
        TRY(setting_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner config confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "setting %u (%s) waits for a second admin",
                      "设置 %u（%s）待第二名管理员确认"),
                 n, e.name);
        }
    }
    return ST_OK;
}

static enum status fund_steps(struct page *s, struct diag *d)
{
    char command[80];
    char fen[MONEY_TEXT_CAP];
    for (uint32_t n = 1; n <= ledger_head(s->l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            money_print_grouped(e.terms.fen, fen);
            snprintf(command, sizeof command, "almoner budget confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "appropriation %u (%s, %s yuan) waits for a checker",
                      "预算指标 %u（%s，%s 元）待复核确认"),
                 n, fund_source_text(s->e->out.zh, e.terms.source), fen);
        }
    }
    return ST_OK;
}

/* Who closes months closes each that is over, and the year behind its December. last:
 * the newest close, which is confirmed. */
static void next_close_step(struct page *s, const struct close_entry *last)
{
    const struct head *h = ledger_head(s->l);
    int32_t month = h->open_month;
    char of[DATE_TEXT_CAP];
    char command[80];
    if (month != 0 && month < month_of_day(ledger_today(s->l))) {
        month_print(month, of);
        snprintf(command, sizeof command, "almoner month close %s", of);
        step(s, command,
             TEXT(&s->e->out, "%s is over and not closed", "%s 已过，尚未月结"), of);
    }
    uint32_t year = month != 0 ? (uint32_t)month_year(month) - 1 : 0;
    if (h->closed_year < year && last->what == CLOSE_MONTH &&
        (uint32_t)month_year(last->month) == year) {
        snprintf(command, sizeof command, "almoner year close %u", year);
        step(s, command,
             TEXT(&s->e->out, "the months of %u are closed, the year is not",
                  "%u 年各月已结，尚未年结"),
             year);
    }
}

/* The newest that counts, behind those that were refused or replaced. */
static enum status confirmed_close_step(struct page *s, struct close_entry *e,
                                        struct diag *d)
{
    while (e->state != ENTRY_ACTIVE && e->number > 1) {
        TRY(close_get(ledger_txn(s->l), e->number - 1, e, d));
    }
    if (e->state == ENTRY_ACTIVE) {
        next_close_step(s, e);
    }
    return ST_OK;
}

/* Only the newest can be confirmed: it took the place of those before. */
static enum status close_step(struct page *s, struct diag *d)
{
    const struct output *o = &s->e->out;
    struct close_entry e;
    char of[DATE_TEXT_CAP];
    char command[80];
    if (ledger_head(s->l)->closes == 0) {
        return ST_OK;
    }
    TRY(close_get(ledger_txn(s->l), ledger_head(s->l)->closes, &e, d));
    if (e.state != ENTRY_PENDING) {
        return confirmed_close_step(s, &e, d);
    }
    bool year = e.what == CLOSE_YEAR;
    if (year) {
        snprintf(of, sizeof of, "%d", (int)month_year(e.month));
    } else {
        month_print(e.month, of);
    }
    snprintf(command, sizeof command, "almoner %s confirm %s", year ? "year" : "month",
             of);
    step(s, command,
         TEXT(o, "the close of %s waits for a checker or releaser",
              year ? "%s 年结待复核或审批人员确认" : "%s 月结待复核或审批人员确认"),
         of);
    return ST_OK;
}

static enum status pending_steps(struct page *s, struct diag *d)
{
    TRY(policy_steps(s, d));
    TRY(import_steps(s, d));
    TRY(retention_steps(s, d));
    TRY(erasure_steps(s, d));
    TRY(setting_steps(s, d));
    TRY(fund_steps(s, d));
    TRY(recovery_steps(s, d));
    return close_step(s, d);
}

/* ---- what a run has not seen ---- */

static bool bears_on_amounts(enum import_what what)
{
    return what != IMPORT_ROUTES && what != IMPORT_INSTITUTIONS && what != IMPORT_UNITS;
}

/* Rows confirmed since a run last posted something: one that finds nothing to post
 * leaves no record, so it is not known whether they were looked at. */
static enum status rows_unseen(struct page *s, uint64_t *rows, struct diag *d)
{
    const struct head *h = ledger_head(s->l);
    *rows = 0;
    for (uint32_t n = 1; n <= h->imports; n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_ACTIVE && bears_on_amounts(e.what) &&
            e.confirmed_at >= h->assessed_size) {
            *rows += e.rows;
        }
    }
    return ST_OK;
}

static enum status run_step(struct page *s, struct diag *d)
{
    const struct head *h = ledger_head(s->l);
    int32_t today = month_of_day(ledger_today(s->l));
    int32_t period = h->assessed_month > today ? h->assessed_month : today;
    char month[DATE_TEXT_CAP];
    char command[80];
    uint64_t rows;
    if (h->runs == 0 || h->confirmed == 0) {
        return ST_OK; /* begin_steps */
    }
    TRY(rows_unseen(s, &rows, d));
    month_print(period, month);
    snprintf(command, sizeof command, "almoner run --period %s%s", month,
             period > today ? " --ahead" : "");
    if (h->confirmed > h->assessed_rules) {
        step(s, command,
             TEXT(&s->e->out,
                  "%u policies were confirmed since a run last posted anything",
                  "上次登记测算结果后，新确认政策文件 %u 个"),
             h->confirmed - h->assessed_rules);
    }
    if (rows > 0) {
        step(
            s, command,
            TEXT(
                &s->e->out,
                "%llu rows of imports were confirmed since a run last posted anything: "
                "amounts may change (done already? then there was nothing to post)",
                "上次登记测算结果后，新确认导入 %llu 行，金额可能变化（已测算而无差额的，"
                "不必再办）"),
            (unsigned long long)rows);
    } else if (h->confirmed <= h->assessed_rules && h->assessed_month < today) {
        step(s, command,
             TEXT(&s->e->out, "no run posted anything of %s yet", "%s 尚未测算"),
             month);
    }
    return ST_OK;
}

/* What was overpaid and nobody has decided how to get back. */
static enum status undecided_step(struct page *s, struct diag *d)
{
    struct undecided u = {0};
    char fen[MONEY_TEXT_CAP];
    if (s->receivable_fen != 0) {
        TRY(undecided_ledger(s->l, &s->e->progress, &u, d));
    }
    if (u.people > 0) {
        money_print_grouped(u.fen, fen);
        step(s, "almoner report recoveries",
             TEXT(&s->e->out,
                  "%llu people owe %s yuan that nobody has decided on: correct decide",
                  "%llu 人应追缴 %s 元，尚未作出追缴决定：correct decide"),
             (unsigned long long)u.people, fen);
    }
    return ST_OK;
}

/* ---- batches ---- */

static void put_batch(struct json *list, const struct batch_entry *b)
{
    struct json *item = json_add_object(list);
    json_put_uint(item, "number", b->number);
    json_put_text(item, "state", batch_state_name(b->state));
    json_put_uint(item, "lines", batch_count(b));
    json_put_int(item, "total_fen", batch_total(b));
}

static void batch_step_line(struct page *s, const struct batch_entry *b)
{
    const struct output *o = &s->e->out;
    char command[120];
    char total[MONEY_TEXT_CAP];
    bool second =
        b->state == BATCH_APPROVED && b->signers[BATCH_RELEASER].operator_number != 0;
    money_print_grouped(batch_total(b), total);
    batches_next(o, b, command, sizeof command);
    step(s, command,
         TEXT(o, "batch %u is %s: %llu lines, %s yuan%s",
              "批次 %u %s：%llu 笔，%s 元%s"),
         b->number, TEXT(o, batch_state_name(b->state), batch_state_zh(b->state)),
         (unsigned long long)batch_count(b), total,
         second ? TEXT(o, ", waits for a second releaser", "，待第二名审批人员") : "");
}

/* As batch_reissue takes them: what is due to the dead goes out again only by another
 * route, and institutions do not die. */
static enum status line_again(struct page *s, const struct line_entry *line,
                              bool *again, struct diag *d)
{
    struct people p;
    uint64_t payee = line->payee != 0 ? line->payee : line->person;
    enum status st = people_open(&p, s->l, payee, UINT64_MAX, d);
    *again = st == ST_OK && person_death(p.person) == DAY_NEVER;
    if (st == ST_OK && !*again) {
        const struct route *now =
            person_route(p.person, str_of(line->programme), ledger_today(s->l));
        *again = now != NULL && now->ordinal != line->route;
    }
    people_close(&p);
    return erasure_failed(st, d) ? ST_OK : st;
}

/* How many of the lines that came back can be sent again. Stops looking at LOOKED_MAX
 * lines of all batches: then, and without the vault's key, all of them are counted. */
static enum status count_again(struct page *s, const struct batch_entry *b,
                               uint64_t *count, struct diag *d)
{
    uint64_t back = b->back_lines - b->reissued_lines - b->refunded_lines;
    uint64_t found = 0;
    *count = 0;
    for (uint32_t n = 1; n <= b->lines && found < back; n++) {
        struct line_entry x;
        bool again;
        if (!ledger_has_vault(s->l) || s->looked == LOOKED_MAX) {
            *count += back - found;
            return ST_OK;
        }
        s->looked++;
        TRY(line_get(ledger_txn(s->l), b->number, n, &x, d));
        if (line_may_become(x.state, LINE_REISSUED)) {
            found++;
            TRY(line_again(s, &x, &again, d));
            *count += again;
        }
    }
    return ST_OK;
}

static enum status reissue_step(struct page *s, const struct batch_entry *b,
                                struct diag *d)
{
    char command[80];
    uint64_t again;
    TRY(count_again(s, b, &again, d));
    if (again == 0) {
        return ST_OK;
    }
    snprintf(command, sizeof command, "almoner batch reissue %u", b->number);
    step(s, command,
         TEXT(&s->e->out,
              "%llu lines of batch %u came back and can be sent again: correct the "
              "accounts, then",
              "%llu 笔（批次 %u）被退回、可重发：先更正账户，再重发"),
         (unsigned long long)again, b->number);
    return ST_OK;
}

/* The batches that go on, into the list (NULL: as steps). */
static enum status each_batch(struct page *s, struct json *list, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(s->l)->batches; n++) {
        struct batch_entry b;
        if (batches_being_made(s->l, n)) {
            continue;
        }
        TRY(batch_get(ledger_txn(s->l), n, &b, d));
        bool open = b.state < BATCH_CLOSED; /* cancelled, recalled: nothing follows */
        if (list != NULL && open) {
            s->open_batches++;
            put_batch(list, &b);
        } else if (list == NULL) {
            bool locked = ledger_head(s->l)->locked != 0 &&
                          (b.state == BATCH_APPROVED || b.state == BATCH_RELEASED);
            if (open && !locked) { /* before the settlement both are refused */
                batch_step_line(s, &b);
            }
            if (b.back_lines > b.reissued_lines) {
                TRY(reissue_step(s, &b, d));
            }
        }
    }
    return ST_OK;
}

/* ---- money and checkpoints ---- */

/* Balances are debit less credit; dues and what came back are owed: credit. */
static enum status read_balances(struct page *s, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    TRY(store_cursor_open(ledger_txn(s->l), TABLE_BALANCES, &c, d));
    enum status st = store_cursor_next(c, &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        int kind = key.n > 0 ? (uint8_t)key.p[key.n - 1] : ACCOUNT_KINDS;
        int64_t *sum = kind == ACCOUNT_DUE          ? &s->due_fen
                       : kind == ACCOUNT_RETURNED   ? &s->back_fen
                       : kind == ACCOUNT_RECEIVABLE ? &s->receivable_fen
                                                    : NULL;
        if (value.n == 8 && sum != NULL) {
            int64_t fen = (int64_t)get_u64((const uint8_t *)value.p);
            if (!money_sub(*sum, fen, sum)) {
                st =
                    diag_fail(d, ST_INTEGRITY, "balances", "a balance is out of range");
                break;
            }
        }
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

/* "checker, releaser": the roles nobody has yet. */
static void missing_roles(const struct page *s, char *out, size_t cap)
{
    const struct output *o = &s->e->out;
    const size_t have[] = {s->makers, s->checkers, s->releasers};
    const char *const names[] = {TEXT(o, "maker", "经办"), TEXT(o, "checker", "复核"),
                                 TEXT(o, "releaser", "审批")};
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < COMMAND_COUNT(names); i++) {
        if (have[i] == 0 && n < cap) {
            n += (size_t)snprintf(out + n, cap - n, "%s%s",
                                  n > 0 ? TEXT(o, ", ", "、") : "", names[i]);
        }
    }
}

static void begin_steps(struct page *s)
{
    const struct output *o = &s->e->out;
    const struct head *h = ledger_head(s->l);
    char roles[80];
    missing_roles(s, roles, sizeof roles);
    if (roles[0] != '\0') {
        step(s, "almoner operator add NAME --vkey VKEY --role ROLE",
             TEXT(o, "nobody is %s yet: an admin enrols operators",
                  "尚无%s人员：由管理员添加操作员"),
             roles);
    }
    if (s->channels == 0) {
        step(s, "almoner channel add NAME --bank-code CNAPS --account NO ...", "%s",
             TEXT(o, "there is no channel to pay through", "尚无代发银行"));
    }
    if (s->policies == 0) {
        step(s, "almoner policy adopt FILE", "%s",
             TEXT(o, "no policy is adopted: nothing is granted", "尚未采用政策文件"));
    }
    if (h->people == 0 && s->imports == 0) {
        step(s, "almoner import people FILE", "%s",
             TEXT(o, "nobody is on the roster", "名册为空"));
    }
    if (h->people > 0 && h->confirmed > 0 && h->runs == 0) {
        step(s, "almoner run --period YYYY-MM", "%s",
             TEXT(o, "nothing was computed yet", "尚未进行月度测算"));
    }
}

static void due_step(struct page *s)
{
    char fen[MONEY_TEXT_CAP];
    if (s->due_fen > 0) {
        money_print_grouped(s->due_fen, fen);
        step(
            s, "almoner batch new --channel NAME --pay-date DATE",
            TEXT(&s->e->out, "%s yuan are due and in no batch", "待发 %s 元，尚未组批"),
            fen);
    }
}

static void payee_step(struct page *s, size_t count, const char *en, const char *zh)
{
    char why[200];
    if (count > 0) {
        snprintf(why, sizeof why, "%zu %s", count, TEXT(&s->e->out, en, zh));
        step(s, "almoner report payees", "%s", why);
    }
}

/* Who is paid for others, when that ends or is much. Not without the vault's key. */
static enum status payee_steps(struct page *s, struct diag *d)
{
    struct payees_list list = {0};
    enum status st = ST_OK;
    if (ledger_has_vault(s->l)) {
        st = payees_list_read(s->l, ledger_today(s->l), &s->e->progress, &list, d);
    }
    payee_step(s, list.ended,
               "authorisations of agents and guardians have ended: payment is held "
               "until an account is registered",
               "条代领、监护授权已到期：登记新的收款账户前暂停发放");
    payee_step(s, list.ending,
               "authorisations of agents and guardians end within a month",
               "条代领、监护授权将在一个月内到期");
    payee_step(s, list.many, "payees are paid for three people or more",
               "名收款人代领三人以上");
    payees_list_release(&list);
    return st;
}

/* Offices meet once a month: what is newer than that waits for nobody yet. */
#define CHECKPOINT_DAYS_MAX 30

/* Nothing was to be paid yet: an audit office has nothing to look at. */
static bool nothing_paid(const struct page *s)
{
    return ledger_head(s->l)->batches == 0;
}

static void checkpoint_step(struct page *s, uint64_t last, int64_t last_us)
{
    const struct head *h = ledger_head(s->l);
    const struct output *o = &s->e->out;
    const char *command = "almoner audit checkpoint --out FILE";
    if (last == 0 && nothing_paid(s)) {
        return;
    }
    if (last == 0) {
        step(s, command, "%s",
             TEXT(o, "there is no checkpoint yet for the audit office",
                  "尚未生成校验点"));
    } else if (h->tree.size > last &&
               (s->now_us - last_us) / DAY_US > CHECKPOINT_DAYS_MAX) {
        step(s, command,
             TEXT(o, "%llu records are newer than the last checkpoint",
                  "上次校验点之后新增 %llu 条记录"),
             (unsigned long long)(h->tree.size - last));
    }
}

/* How long ago the newest cosigned checkpoint was, by the witness's own time. A month
 * and some days: offices meet once a month. */
#define COSIGNED_DAYS_MAX 40

static int64_t cosigned_days(const struct page *s, const struct cosigned_entry *c)
{
    int64_t then_s = c->cosignature.time_s > (uint64_t)INT64_MAX / 1000000
                         ? INT64_MAX / 1000000
                         : (int64_t)c->cosignature.time_s;
    int64_t gone_s = s->now_us / 1000000 - then_s;
    return gone_s > 0 ? gone_s / 86400 : 0;
}

static void witness_step(struct page *s, const struct cosigned_entry *c)
{
    const struct output *o = &s->e->out;
    if (ledger_head(s->l)->witnesses == 0) {
        /* Who practises needs no audit office. */
        if (ledger_info(s->l)->sandbox || nothing_paid(s)) {
            return;
        }
        step(s, "almoner witness add NAME --vkey VKEY", "%s",
             TEXT(o, "no audit office witnesses this ledger", "尚未登记见证人"));
    } else if (c->number == 0) {
        step(s, "almoner audit witness attach FILE", "%s",
             TEXT(o, "no checkpoint was cosigned by a witness yet",
                  "尚无经见证人联署的校验点"));
    } else if (cosigned_days(s, c) > COSIGNED_DAYS_MAX) {
        step(s, "almoner audit witness attach FILE",
             TEXT(o, "the last cosigned checkpoint is %lld days old",
                  "最近一次联署距今已 %lld 天"),
             (long long)cosigned_days(s, c));
    }
}

/* Is one waiting for the second admin? */
static enum status witness_steps(struct page *s, const struct cosigned_entry *c,
                                 struct diag *d)
{
    struct witness_entry w;
    for (uint32_t n = 1; n <= ledger_head(s->l)->witnesses; n++) {
        TRY(witness_get(ledger_txn(s->l), n, &w, d));
        if (w.state == ENTRY_PENDING) {
            char command[64];
            snprintf(command, sizeof command, "almoner witness confirm %u", n);
            step(s, command,
                 TEXT(&s->e->out, "witness %s waits for the second admin",
                      "见证人 %s 待第二名管理员确认"),
                 w.key.name);
        }
    }
    witness_step(s, c);
    return ST_OK;
}

/* ---- the page ---- */

struct facts {
    char root[48];
    uint64_t checkpoint;
    int64_t checkpoint_us;
    struct cosigned_entry cosigned; /* number 0: none */
};

static enum status put_json(struct page *s, const struct facts *f, struct diag *d)
{
    const struct ledger_info *i = ledger_info(s->l);
    const struct head *h = ledger_head(s->l);
    struct json *top = output_object(&s->e->out, "almoner.status/1");
    char time[TIME_TEXT_CAP];
    json_put_text(top, "name", i->name);
    json_put_text(top, "division", i->division);
    json_put_text(top, "origin", i->origin);
    json_put_bool(top, "sandbox", i->sandbox);
    json_put_uint(top, "suite", (uint64_t)i->suite);
    json_put_uint(top, "size", h->tree.size);
    json_put_text(top, "root", f->root);
    json_put_text(top, "vkey", i->vkey);
    if (f->checkpoint > 0) {
        time_print(f->checkpoint_us, time);
        json_put_uint(top, "last_checkpoint", f->checkpoint);
        json_put_text(top, "last_checkpoint_time", time);
    } else {
        json_put_null(top, "last_checkpoint");
    }
    if (f->cosigned.number != 0) {
        json_put_uint(top, "last_cosigned", f->cosigned.size);
        json_put_int(top, "last_cosigned_days", cosigned_days(s, &f->cosigned));
    } else {
        json_put_null(top, "last_cosigned");
    }
    if (h->open.kind != 0) {
        struct json *open = json_put_object(top, "open_act");
        json_put_text(open, "kind", record_kind_name((enum record_kind)h->open.kind));
        json_put_uint(open, "number", h->open.number);
    } else {
        json_put_null(top, "open_act");
    }
    json_put_uint(top, "people", h->people - h->institutions - h->erased);
    json_put_uint(top, "institutions", h->institutions);
    json_put_uint(top, "erased", h->erased);
    json_put_int(top, "due_fen", s->due_fen);
    json_put_int(top, "returned_fen", s->back_fen);
    TRY(each_batch(s, json_put_list(top, "batches"), d));
    json_put_uint(top, "open_batches", s->open_batches);
    s->steps = json_put_list(top, "next");
    return ST_OK;
}

static void print_head(struct page *s, const struct facts *f)
{
    const struct output *o = &s->e->out;
    const struct ledger_info *i = ledger_info(s->l);
    const struct head *h = ledger_head(s->l);
    char time[TIME_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    output_data(o, "%s%s%s%s\n", output_paint(o, PAINT_STRONG), i->name,
                i->sandbox ? TEXT(o, "  (sandbox)", "  （演练账套）") : "",
                output_paint(o, PAINT_NONE));
    output_data(o, "%s %s\n", TEXT(o, "origin     ", "账套      "), i->origin);
    if (i->suite != SUITE_1) {
        output_data(o, "%s %d, %s\n", TEXT(o, "suite      ", "密码套件  "), i->suite,
                    key_suite_text(i->suite));
    }
    output_data(o, "%s %llu\n", TEXT(o, "records    ", "记录      "),
                (unsigned long long)h->tree.size);
    output_data(o, "%s %s\n", TEXT(o, "root       ", "根哈希    "), f->root);
    if (f->checkpoint > 0) {
        time_print(f->checkpoint_us, time);
        output_data(
            o,
            TEXT(o, "checkpoint  %llu records, %s\n", "校验点     %llu 条记录，%s\n"),
            (unsigned long long)f->checkpoint, time);
    }
    if (f->cosigned.number != 0) {
        output_data(o,
                    TEXT(o, "cosigned    %llu records, %lld days ago\n",
                         "联署       %llu 条记录，%lld 天前\n"),
                    (unsigned long long)f->cosigned.size,
                    (long long)cosigned_days(s, &f->cosigned));
    }
    money_print_grouped(s->due_fen, fen);
    output_data(o, "%s %llu\n", TEXT(o, "people     ", "补贴对象  "),
                (unsigned long long)(h->people - h->institutions - h->erased));
    if (h->institutions > 0) {
        output_data(o, "%s %llu\n", TEXT(o, "homes      ", "机构      "),
                    (unsigned long long)h->institutions);
    }
    output_data(o, "%s %s\n", TEXT(o, "due        ", "待发      "), fen);
    if (s->back_fen != 0) {
        money_print_grouped(s->back_fen, fen);
        output_data(o, "%s %s\n", TEXT(o, "came back  ", "退回      "), fen);
    }
}

static enum status steps(struct page *s, const struct facts *f, struct diag *d)
{
    if (ledger_head(s->l)->open.kind != 0) {
        return open_act_step(s, d);
    }
    TRY(compaction_step(s, d));
    restore_step(s);
    TRY(operator_steps(s, d));
    TRY(channel_steps(s, d));
    TRY(ledger_key_step(s, d));
    TRY(pending_steps(s, d));
    begin_steps(s);
    TRY(run_step(s, d));
    TRY(undecided_step(s, d));
    TRY(notice_steps(s, d));
    TRY(each_batch(s, NULL, d));
    due_step(s);
    TRY(payee_steps(s, d));
    checkpoint_step(s, f->checkpoint, f->checkpoint_us);
    return witness_steps(s, &f->cosigned, d);
}

static enum status run_status(struct env *e, struct diag *d)
{
    struct page s = {.e = e};
    struct facts f;
    uint8_t root[DIGEST_LEN];
    bool given;
    TRY(env_read(e, d));
    s.l = e->ledger;
    ledger_root(s.l, root);
    text_base64(root, DIGEST_LEN, f.root);
    TRY(ledger_last_checkpoint(s.l, &f.checkpoint, &f.checkpoint_us, d));
    TRY(env_now(e, &s.now_us, &given, d));
    TRY(cosigned_newest(ledger_txn(s.l), ledger_head(s.l)->cosigned, 0,
                        str_of(ledger_info(s.l)->origin), &f.cosigned, d));
    TRY(read_balances(&s, d));
    if (e->out.json) {
        TRY(put_json(&s, &f, d));
    } else {
        print_head(&s, &f);
    }
    return steps(&s, &f, d);
}

static const struct command ITEMS[] = {
    {
        .name = "status",
        .run = run_status,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "where the ledger stands and what to do next",
        .brief_zh = "账套现状和下一步操作",
        .text =
            "Says how many records there are, under which root, and everything that "
            "waits for somebody, with the command that brings it on.",
        .example = "  almoner -C baoqing status",
    },
};
const struct command_list commands_status = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
