/* status_work.c - the month's work: what a run has not seen, batches on their way, what
 * is due, checkpoints for the audit office. */
#include "cli/status_private.h"

#include <stdio.h>

#include "audit/payees.h"
#include "audit/undecided.h"
#include "base/date.h"
#include "base/money.h"
#include "cli/batches.h"
#include "cli/people.h"
#include "ledger/erasure.h"
#include "ledger/line.h"
#include "ledger/register.h"

#define LOOKED_MAX 1000000 /* lines: about a second */
#define DAY_US ((int64_t)86400 * 1000000)

/* ---- what a run has not seen ---- */

static bool bears_on_amounts(enum import_what what)
{
    return what != IMPORT_ROUTES && what != IMPORT_INSTITUTIONS && what != IMPORT_UNITS;
}

/* Rows confirmed since a run last posted something: one that finds nothing to post
 * leaves no record, so it is not known whether they were looked at. */
static enum status rows_unseen(struct status_page *s, uint64_t *rows, struct diag *d)
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

static enum status run_step(struct status_page *s, struct diag *d)
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
        status_step(s, command,
                    TEXT(&s->e->out,
                         "%u policies were confirmed since a run last posted anything",
                         "上次登记测算结果后，新确认政策文件 %u 个"),
                    h->confirmed - h->assessed_rules);
    }
    if (rows > 0) {
        status_step(
            s, command,
            TEXT(
                &s->e->out,
                "%llu rows of imports were confirmed since a run last posted anything: "
                "amounts may change (done already? then there was nothing to post)",
                "上次登记测算结果后，新确认导入 %llu 行，金额可能变化（已测算而无差额的，"
                "不必再办）"),
            (unsigned long long)rows);
    } else if (h->confirmed <= h->assessed_rules && h->assessed_month < today) {
        status_step(s, command,
                    TEXT(&s->e->out, "no run posted anything of %s yet", "%s 尚未测算"),
                    month);
    }
    return ST_OK;
}

/* What was overpaid and nobody has decided how to get back. */
static enum status undecided_step(struct status_page *s, struct diag *d)
{
    struct undecided u = {0};
    char fen[MONEY_TEXT_CAP];
    if (s->receivable_fen != 0) {
        TRY(undecided_ledger(s->l, &s->e->progress, &u, d));
    }
    if (u.people > 0) {
        money_print_grouped(u.fen, fen);
        status_step(
            s, "almoner report recoveries",
            TEXT(&s->e->out,
                 "%llu people owe %s yuan that nobody has decided on: correct decide",
                 "%llu 人应追缴 %s 元，尚未作出追缴决定：correct decide"),
            (unsigned long long)u.people, fen);
    }
    return ST_OK;
}

/* "checker, releaser": the roles nobody has yet. */
static void missing_roles(const struct status_page *s, char *out, size_t cap)
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

static void begin_steps(struct status_page *s)
{
    const struct output *o = &s->e->out;
    const struct head *h = ledger_head(s->l);
    char roles[80];
    missing_roles(s, roles, sizeof roles);
    if (roles[0] != '\0') {
        status_step(s, "almoner operator add NAME --vkey VKEY --role ROLE",
                    TEXT(o, "nobody is %s yet: an admin enrols operators",
                         "尚无%s人员：由管理员添加操作员"),
                    roles);
    }
    if (s->channels == 0) {
        status_step(s, "almoner channel add NAME --bank-code CNAPS --account NO ...",
                    "%s",
                    TEXT(o, "there is no channel to pay through", "尚无代发银行"));
    }
    if (s->policies == 0) {
        status_step(
            s, "almoner policy adopt FILE", "%s",
            TEXT(o, "no policy is adopted: nothing is granted", "尚未采用政策文件"));
    }
    if (h->people == 0 && s->imports == 0) {
        status_step(s, "almoner import people FILE", "%s",
                    TEXT(o, "nobody is on the roster", "名册为空"));
    }
    if (h->people > 0 && h->confirmed > 0 && h->runs == 0) {
        status_step(s, "almoner run --period YYYY-MM", "%s",
                    TEXT(o, "nothing was computed yet", "尚未进行月度测算"));
    }
}

enum status status_runs(struct status_page *s, struct diag *d)
{
    begin_steps(s);
    TRY(run_step(s, d));
    return undecided_step(s, d);
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

static void batch_step_line(struct status_page *s, const struct batch_entry *b)
{
    const struct output *o = &s->e->out;
    char command[120];
    char total[MONEY_TEXT_CAP];
    bool second =
        b->state == BATCH_APPROVED && b->signers[BATCH_RELEASER].operator_number != 0;
    money_print_grouped(batch_total(b), total);
    batches_next(o, b, command, sizeof command);
    status_step(
        s, command,
        TEXT(o, "batch %u is %s: %llu lines, %s yuan%s",
             "批次 %u %s：%llu 笔，%s 元%s"),
        b->number, TEXT(o, batch_state_name(b->state), batch_state_zh(b->state)),
        (unsigned long long)batch_count(b), total,
        second ? TEXT(o, ", waits for a second releaser", "，待第二名审批人员") : "");
}

/* As batch_reissue takes them: what is due to the dead goes out again only by another
 * route, and institutions do not die. */
static enum status line_again(struct status_page *s, const struct line_entry *line,
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
static enum status count_again(struct status_page *s, const struct batch_entry *b,
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

static enum status reissue_step(struct status_page *s, const struct batch_entry *b,
                                struct diag *d)
{
    char command[80];
    uint64_t again;
    TRY(count_again(s, b, &again, d));
    if (again == 0) {
        return ST_OK;
    }
    snprintf(command, sizeof command, "almoner batch reissue %u", b->number);
    status_step(
        s, command,
        TEXT(&s->e->out,
             "%llu lines of batch %u came back and can be sent again: correct the "
             "accounts, then",
             "%llu 笔（批次 %u）被退回、可重发：先更正账户，再重发"),
        (unsigned long long)again, b->number);
    return ST_OK;
}

/* The batches that go on, into the list (NULL: as steps). */
enum status status_batches(struct status_page *s, struct json *list, struct diag *d)
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

/* ---- what is due, and who is paid for others ---- */

static void due_step(struct status_page *s)
{
    char fen[MONEY_TEXT_CAP];
    if (s->due_fen > 0) {
        money_print_grouped(s->due_fen, fen);
        status_step(
            s, "almoner batch new --channel NAME --pay-date DATE",
            TEXT(&s->e->out, "%s yuan are due and in no batch", "待发 %s 元，尚未组批"),
            fen);
    }
}

static void payee_step(struct status_page *s, size_t count, const char *en,
                       const char *zh)
{
    char why[200];
    if (count > 0) {
        snprintf(why, sizeof why, "%zu %s", count, TEXT(&s->e->out, en, zh));
        status_step(s, "almoner report payees", "%s", why);
    }
}

/* Who is paid for others, when that ends or is much. Not without the vault's key. */
static enum status payee_steps(struct status_page *s, struct diag *d)
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

enum status status_dues(struct status_page *s, struct diag *d)
{
    due_step(s);
    return payee_steps(s, d);
}

/* ---- checkpoints and witnesses ---- */

/* Offices meet once a month: what is newer than that waits for nobody yet. */
#define CHECKPOINT_DAYS_MAX 30

/* Nothing was to be paid yet: an audit office has nothing to look at. */
static bool nothing_paid(const struct status_page *s)
{
    return ledger_head(s->l)->batches == 0;
}

static void checkpoint_step(struct status_page *s, uint64_t last, int64_t last_us)
{
    const struct head *h = ledger_head(s->l);
    const struct output *o = &s->e->out;
    const char *command = "almoner audit checkpoint --out FILE";
    if (last == 0 && nothing_paid(s)) {
        return;
    }
    if (last == 0) {
        status_step(s, command, "%s",
                    TEXT(o, "there is no checkpoint yet for the audit office",
                         "尚未生成校验点"));
    } else if (h->tree.size > last &&
               (s->now_us - last_us) / DAY_US > CHECKPOINT_DAYS_MAX) {
        status_step(s, command,
                    TEXT(o, "%llu records are newer than the last checkpoint",
                         "上次校验点之后新增 %llu 条记录"),
                    (unsigned long long)(h->tree.size - last));
    }
}

/* How long ago the newest cosigned checkpoint was, by the witness's own time. A month
 * and some days: offices meet once a month. */
#define COSIGNED_DAYS_MAX 40

int64_t status_cosigned_days(const struct status_page *s)
{
    const struct cosigned_entry *c = &s->cosigned;
    int64_t then_s = c->cosignature.time_s > (uint64_t)INT64_MAX / 1000000
                         ? INT64_MAX / 1000000
                         : (int64_t)c->cosignature.time_s;
    int64_t gone_s = s->now_us / 1000000 - then_s;
    return gone_s > 0 ? gone_s / 86400 : 0;
}

static void witness_step(struct status_page *s)
{
    const struct output *o = &s->e->out;
    if (ledger_head(s->l)->witnesses == 0) {
        /* Who practises needs no audit office. */
        if (ledger_info(s->l)->sandbox || nothing_paid(s)) {
            return;
        }
        status_step(s, "almoner witness add NAME --vkey VKEY", "%s",
                    TEXT(o, "no audit office witnesses this ledger", "尚未登记见证人"));
    } else if (s->cosigned.number == 0) {
        status_step(s, "almoner audit witness attach FILE", "%s",
                    TEXT(o, "no checkpoint was cosigned by a witness yet",
                         "尚无经见证人联署的校验点"));
    } else if (status_cosigned_days(s) > COSIGNED_DAYS_MAX) {
        status_step(s, "almoner audit witness attach FILE",
                    TEXT(o, "the last cosigned checkpoint is %lld days old",
                         "最近一次联署距今已 %lld 天"),
                    (long long)status_cosigned_days(s));
    }
}

/* Is one waiting for the second admin? */
static enum status witness_steps(struct status_page *s, struct diag *d)
{
    struct witness_entry w;
    for (uint32_t n = 1; n <= ledger_head(s->l)->witnesses; n++) {
        TRY(witness_get(ledger_txn(s->l), n, &w, d));
        if (w.state == ENTRY_PENDING) {
            char command[64];
            snprintf(command, sizeof command, "almoner witness confirm %u", n);
            status_step(s, command,
                        TEXT(&s->e->out, "witness %s waits for the second admin",
                             "见证人 %s 待第二名管理员确认"),
                        w.key.name);
        }
    }
    witness_step(s);
    return ST_OK;
}

enum status status_anchors(struct status_page *s, struct diag *d)
{
    checkpoint_step(s, s->checkpoint, s->checkpoint_us);
    return witness_steps(s, d);
}
