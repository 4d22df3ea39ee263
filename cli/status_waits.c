/* status_waits.c - what somebody began and another has to go on with: what is open, not
 * confirmed, not decided. */
#include "cli/status_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/money.h"
#include "batch/recover.h"
#include "cli/batches.h"
#include "cli/fund_view.h"
#include "cli/people.h"
#include "ledger/batch_step.h"
#include "ledger/close.h"
#include "ledger/epoch.h"
#include "ledger/erasure.h"
#include "ledger/fund.h"
#include "ledger/notice.h"
#include "ledger/recovery.h"
#include "ledger/register.h"
#include "ledger/setting.h"

/* What finishes the open act. */
static enum status open_act_command(struct status_page *s, char out[BATCHES_NEXT_CAP],
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

enum status status_open_act(struct status_page *s, struct diag *d)
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
    status_step(
        s, command,
        TEXT(o, "%s %u was interrupted: nothing else can go on before it is finished",
             "%s %u 未完成：须先完成，其他操作才能继续"),
        name, open->number);
    return ST_OK;
}

static enum status operator_steps(struct status_page *s, struct diag *d)
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
            status_step(s, command,
                        TEXT(&s->e->out, "operator %u (%s) waits for a second admin",
                             "操作员 %u（%s）待第二名管理员确认"),
                        n, e.name);
        }
    }
    return ST_OK;
}

/* After a restore nothing else matters as much. */
static void restore_step(struct status_page *s)
{
    const struct head *h = ledger_head(s->l);
    const struct output *o = &s->e->out;
    if (h->locked != 0 && h->stated != 0) {
        status_step(
            s, "almoner restore settle", "%s",
            TEXT(o, "a checker or admin has to agree that the bank has nothing else",
                 "待复核人员或管理员确认银行再无其他文件"));
    } else if (h->locked != 0) {
        status_step(
            s, "almoner restore take-in FILE", "%s",
            TEXT(o,
                 "the ledger was restored: take in each file that the bank had since "
                 "the backup",
                 "账套已由备份恢复：逐一核认备份后已送银行的文件"));
        status_step(s, "almoner restore settle --document NO", "%s",
                    TEXT(o, "then a releaser states that the bank has nothing else",
                         "然后由审批人员说明银行再无其他文件"));
    }
}

static enum status ledger_key_step(struct status_page *s, struct diag *d)
{
    char command[80];
    const struct head *h = ledger_head(s->l);
    struct epoch_key k;
    TRY(epoch_key_get(ledger_txn(s->l), h->ledger_keys, &k, d));
    if (k.state == ENTRY_PENDING && k.epoch == h->epoch) {
        snprintf(command, sizeof command, "almoner ledger-key confirm %u", k.number);
        status_step(s, command,
                    TEXT(&s->e->out, "ledger key %u waits for a second admin",
                         "账套密钥 %u 待第二名管理员确认"),
                    k.number);
    }
    return ST_OK;
}

static enum status channel_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->channels; n++) {
        struct channel_entry e;
        TRY(channel_get(ledger_txn(s->l), n, &e, d));
        s->channels += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner channel confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "channel %u (%s) waits for a second admin",
                             "代发银行 %u（%s）待第二名管理员确认"),
                        n, e.name);
        }
    }
    return ST_OK;
}

/* One whose months were granted again waits for nobody: it could not be decided. */
static enum status still_open(struct status_page *s, const struct recovery_entry *e,
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

static enum status recovery_steps(struct status_page *s, struct diag *d)
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
            status_step(s, command,
                        TEXT(&s->e->out,
                             "recovery %u (person %llu) waits for a checker",
                             "追缴 %u（补贴对象 %llu）待复核确认"),
                        n, (unsigned long long)e.terms.person);
        }
    }
    return ST_OK;
}

/* Lists that have hung long enough, and objections nobody has decided. */
enum status status_notices(struct status_page *s, struct diag *d)
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
            status_step(s, command,
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
            status_step(s, command,
                        TEXT(&s->e->out,
                             "objection %u (person %llu) waits for a checker",
                             "公示异议 %u（补贴对象 %llu）待复核处理"),
                        n, (unsigned long long)x.terms.person);
        }
    }
    return ST_OK;
}

static enum status policy_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->policies; n++) {
        struct policy_entry e;
        TRY(policy_get(ledger_txn(s->l), n, &e, d));
        s->policies += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner policy confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "policy %u (%s) waits for a checker",
                             "政策文件 %u（%s）待复核确认"),
                        n, e.id);
        }
    }
    return ST_OK;
}

/* Nobody is to sign what was not looked at: showing comes first. */
static enum status import_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->imports; n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(s->l), n, &e, d));
        s->imports += e.state != ENTRY_REFUSED;
        if (e.state == ENTRY_PENDING && e.confirmed_at == 0) {
            snprintf(command, sizeof command, "almoner import show %u", n);
            status_step(s, command,
                        TEXT(&s->e->out,
                             "import %u (%llu rows) waits for a checker: look first",
                             "导入 %u（%llu 行）待复核：先查看变更"),
                        n, (unsigned long long)e.rows);
            snprintf(command, sizeof command, "almoner import confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "import %u (%llu rows) waits for a checker",
                             "导入 %u（%llu 行）待复核确认"),
                        n, (unsigned long long)e.rows);
        }
    }
    return ST_OK;
}

/* An erasure that was interrupted before the data file was written anew. */
static enum status compaction_step(struct status_page *s, struct diag *d)
{
    uint64_t certificate;
    TRY(ledger_uncompacted(s->l, &certificate, d));
    if (certificate != 0) {
        status_step(
            s, "almoner person erase --finish",
            TEXT(&s->e->out,
                 "the data file still has sealed bytes of who was erased (record %llu)",
                 "数据文件中仍有已销毁信息的密文残留（记录 %llu）"),
            (unsigned long long)certificate);
    }
    return ST_OK;
}

/* People whose erasing waits for a checker, retention rules for a second admin. */
static enum status erasure_steps(struct status_page *s, struct diag *d)
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
            status_step(s, command,
                        TEXT(&s->e->out, "erasing person %llu waits for a checker",
                             "销毁补贴对象 %llu 的信息待复核确认"),
                        (unsigned long long)person);
        }
        st = store_cursor_next(c, &key, &row, d);
    }
    store_cursor_close(c);
    return st;
}

static enum status retention_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->retentions; n++) {
        struct retention_entry e;
        TRY(retention_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner retention confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "retention rule %u waits for a second admin",
                             "保管期限 %u 待第二名管理员确认"),
                        n);
        }
    }
    return ST_OK;
}

static enum status setting_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    for (uint32_t n = 1; n <= ledger_head(s->l)->settings; n++) {
        struct setting_entry e;
        TRY(setting_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            snprintf(command, sizeof command, "almoner config confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "setting %u (%s) waits for a second admin",
                             "设置 %u（%s）待第二名管理员确认"),
                        n, e.name);
        }
    }
    return ST_OK;
}

static enum status fund_steps(struct status_page *s, struct diag *d)
{
    char command[80];
    char fen[MONEY_TEXT_CAP];
    for (uint32_t n = 1; n <= ledger_head(s->l)->funds; n++) {
        struct fund_entry e;
        TRY(fund_get(ledger_txn(s->l), n, &e, d));
        if (e.state == ENTRY_PENDING) {
            money_print_grouped(e.terms.fen, fen);
            snprintf(command, sizeof command, "almoner budget confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out,
                             "appropriation %u (%s, %s yuan) waits for a checker",
                             "预算指标 %u（%s，%s 元）待复核确认"),
                        n, fund_source_text(s->e->out.zh, e.terms.source), fen);
        }
    }
    return ST_OK;
}

/* Who closes months closes each that is over, and the year behind its December. last:
 * the newest close, which is confirmed. */
static void next_close_step(struct status_page *s, const struct close_entry *last)
{
    const struct head *h = ledger_head(s->l);
    int32_t month = h->open_month;
    char of[DATE_TEXT_CAP];
    char command[80];
    if (month != 0 && month < month_of_day(ledger_today(s->l))) {
        month_print(month, of);
        snprintf(command, sizeof command, "almoner month close %s", of);
        status_step(s, command,
                    TEXT(&s->e->out, "%s is over and not closed", "%s 已过，尚未月结"),
                    of);
    }
    uint32_t year = month != 0 ? (uint32_t)month_year(month) - 1 : 0;
    if (h->closed_year < year && last->what == CLOSE_MONTH &&
        (uint32_t)month_year(last->month) == year) {
        snprintf(command, sizeof command, "almoner year close %u", year);
        status_step(s, command,
                    TEXT(&s->e->out, "the months of %u are closed, the year is not",
                         "%u 年各月已结，尚未年结"),
                    year);
    }
}

/* The newest that counts, behind those that were refused or replaced. */
static enum status confirmed_close_step(struct status_page *s, struct close_entry *e,
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
static enum status close_step(struct status_page *s, struct diag *d)
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
    status_step(
        s, command,
        TEXT(o, "the close of %s waits for a checker or releaser",
             year ? "%s 年结待复核或审批人员确认" : "%s 月结待复核或审批人员确认"),
        of);
    return ST_OK;
}

static enum status pending_steps(struct status_page *s, struct diag *d)
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

enum status status_waits(struct status_page *s, struct diag *d)
{
    TRY(compaction_step(s, d));
    restore_step(s);
    TRY(operator_steps(s, d));
    TRY(channel_steps(s, d));
    TRY(ledger_key_step(s, d));
    return pending_steps(s, d);
}
