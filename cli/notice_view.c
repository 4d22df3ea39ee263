/* notice_view.c - see notice_view.h. */
#include "cli/notice_view.h"

#include <stdio.h>

#include "base/date.h"
#include "base/text.h"
#include "cli/sheet.h"
#include "ledger/notice.h"

static const char *state_zh(enum objection_state s)
{
    static const char *const zh[] = {"待处理", "成立，暂缓发放", "不成立", "已解除"};
    return zh[s];
}

static const char *objection_text(const struct output *o, enum objection_state s)
{
    return TEXT(o, objection_state_name(s), state_zh(s));
}

/* "hangs until 2026-09-10", "to be taken down", "taken down on ...". */
static enum status notice_text(struct env *e, const struct notice_entry *n, char *out,
                               size_t cap, struct diag *d)
{
    const struct output *o = &e->out;
    char day[DATE_TEXT_CAP];
    struct notice_closing c;
    if (n->state == NOTICE_CLOSED) {
        TRY(notice_closing_get(ledger_txn(e->ledger), n->closed, &c, d));
        date_print(c.down, day);
        snprintf(out, cap, TEXT(o, "taken down on %s", "已于 %s 撤下"), day);
        return ST_OK;
    }
    date_print(n->terms.last, day);
    if (ledger_today(e->ledger) < n->terms.last) {
        snprintf(out, cap, TEXT(o, "hangs until %s", "公示至 %s"), day);
    } else if (ledger_today(e->ledger) == n->terms.last) {
        snprintf(out, cap,
                 TEXT(o, "hangs until today, %s: may be taken down",
                      "公示至今日（%s），当日可撤下"),
                 day);
    } else {
        snprintf(out, cap, TEXT(o, "to be taken down, ran until %s", "%s 期满，待撤下"),
                 day);
    }
    return ST_OK;
}

static enum status put_notice(struct env *e, struct json *o,
                              const struct notice_entry *n, struct diag *d)
{
    const struct notice_terms *t = &n->terms;
    struct notice_closing c = {.down = DAY_NEVER};
    char text[2 * DIGEST_LEN + 1];
    if (n->state == NOTICE_CLOSED) {
        TRY(notice_closing_get(ledger_txn(e->ledger), n->closed, &c, d));
    }
    json_put_uint(o, "number", t->number);
    json_put_text(o, "state", n->state == NOTICE_CLOSED ? "closed" : "open");
    json_put_text(o, "programme", t->programme);
    json_put_text(o, "label", t->label);
    month_print(t->period, text);
    json_put_text(o, "period", text);
    json_put_text(o, "who", notice_who_name(t->who));
    json_put_uint(o, "people", t->people);
    json_put_text(o, "level", t->level);
    json_put_day(o, "first", t->first);
    json_put_day(o, "last", t->last);
    json_put_uint(o, "days", t->days);
    json_put_bool(o, "working_days", t->working);
    text_hex(t->sha256, DIGEST_LEN, text);
    json_put_text(o, "sha256", text);
    json_put_uint(o, "bytes", t->length);
    json_put_uint(o, "objections", n->objections);
    json_put_day(o, "taken_down", c.down);
    json_put_uint(o, "record", n->sequence);
    return ST_OK;
}

enum status notice_view_report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct notice_entry n;
    char text[100];
    char hash[2 * DIGEST_LEN + 1];
    TRY(notice_get(ledger_txn(e->ledger), number, &n, d));
    if (o->json) {
        return put_notice(e, output_object(&e->out, "almoner.notice/1"), &n, d);
    }
    TRY(notice_text(e, &n, text, sizeof text, d));
    text_hex(n.terms.sha256, DIGEST_LEN, hash);
    output_done(o,
                TEXT(o, "notice %u: %s, %llu people, %s\nSHA-256 of the file %s\n",
                     "公示 %u：%s，%llu 人，%s\n文件 SHA-256 %s\n"),
                number, n.terms.label, (unsigned long long)n.terms.people, text, hash);
    if (n.state == NOTICE_OPEN) {
        output_done(o, "%s almoner notice close %u\n",
                    TEXT(o, "when it is over:", "期满后："), number);
    }
    return ST_OK;
}

/* ---- objections ---- */

static enum status reason_of(struct env *e, const struct objection_entry *x,
                             struct objection_decision *out, struct diag *d)
{
    out->reason[0] = '\0';
    return x->decided == 0
               ? ST_OK
               : objection_decision_get(ledger_txn(e->ledger), x->decided, out, d);
}

static enum status put_objection(struct env *e, struct json *o,
                                 const struct objection_entry *x, struct diag *d)
{
    struct objection_decision c;
    TRY(reason_of(e, x, &c, d));
    json_put_uint(o, "number", x->terms.number);
    json_put_uint(o, "notice", x->terms.notice);
    json_put_uint(o, "person", x->terms.person);
    json_put_text(o, "state", objection_state_name(x->state));
    json_put_bool(o, "holds", objection_holds(x->state));
    json_put_text(o, "text", x->terms.text);
    json_put_text(o, "reason", c.reason);
    json_put_uint(o, "record", x->sequence);
    return ST_OK;
}

enum status notice_view_objection(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct objection_entry x;
    TRY(objection_get(ledger_txn(e->ledger), number, &x, d));
    if (o->json) {
        return put_objection(e, output_object(&e->out, "almoner.objection/1"), &x, d);
    }
    output_done(o,
                TEXT(o, "objection %u to notice %u, person %llu: %s\n",
                     "异议 %u（公示 %u，补贴对象 %llu）：%s\n"),
                number, x.terms.notice, (unsigned long long)x.terms.person,
                objection_text(o, x.state));
    if (x.state == OBJECTION_OPEN) {
        output_done(o, "%s almoner notice decide %u\n",
                    TEXT(o, "a checker goes on with:", "由复核人员继续："), number);
    }
    return ST_OK;
}

static enum status objections_of(struct env *e, uint32_t notice, struct sheet *t,
                                 struct json *list, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->objections; n++) {
        struct objection_entry x;
        struct objection_decision c;
        TRY(objection_get(ledger_txn(e->ledger), n, &x, d));
        if (x.terms.notice != notice) {
            continue;
        }
        if (list != NULL) {
            TRY(put_objection(e, json_add_object(list), &x, d));
            continue;
        }
        TRY(reason_of(e, &x, &c, d));
        sheet_cell(t, "%u", n);
        sheet_cell(t, "%llu", (unsigned long long)x.terms.person);
        sheet_cell(t, "%s", objection_text(&e->out, x.state));
        sheet_cell(t, "%s", x.terms.text);
        sheet_cell(t, "%s", c.reason);
    }
    return ST_OK;
}

enum status notice_view_show(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct notice_entry n;
    struct sheet t;
    TRY(notice_get(ledger_txn(e->ledger), number, &n, d));
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.notice/1");
        TRY(put_notice(e, top, &n, d));
        return objections_of(e, number, NULL, json_put_list(top, "objection_list"), d);
    }
    TRY(notice_view_report(e, number, d));
    if (n.objections == 0) {
        return ST_OK;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "objection", "异议"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "text", "内容"), false);
    sheet_column(&t, TEXT(o, "decision", "处理意见"), false);
    return sheet_end(&t, o, objections_of(e, number, &t, NULL, d));
}

/* ---- all ---- */

static enum status add_notice(struct env *e, struct sheet *t,
                              const struct notice_entry *n, struct diag *d)
{
    char text[100];
    TRY(notice_text(e, n, text, sizeof text, d));
    sheet_cell(t, "%u", n->terms.number);
    sheet_cell(t, "%s", n->terms.programme);
    sheet_cell(t, "%s", n->terms.level);
    sheet_cell(t, "%llu", (unsigned long long)n->terms.people);
    sheet_cell(t, "%u", n->objections);
    sheet_cell(t, "%s", text);
    return ST_OK;
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    for (uint32_t k = 1; k <= ledger_head(e->ledger)->notices; k++) {
        struct notice_entry n;
        TRY(notice_get(ledger_txn(e->ledger), k, &n, d));
        TRY(list != NULL ? put_notice(e, json_add_object(list), &n, d)
                         : add_notice(e, t, &n, d));
    }
    return ST_OK;
}

enum status notice_view_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.notices/1");
        return fill(e, NULL, json_put_list(top, "notices"), d);
    }
    if (ledger_head(e->ledger)->notices == 0) {
        output_data(o, "%s\n", TEXT(o, "Nothing was published.", "没有公示。"));
        return ST_OK;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "notice", "公示"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "level", "范围"), false);
    sheet_column(&t, TEXT(o, "people", "人数"), true);
    sheet_column(&t, TEXT(o, "objections", "异议"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    return sheet_end(&t, o, fill(e, &t, NULL, d));
}
