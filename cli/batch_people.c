/* batch_people.c - see batch_people.h. */
#include "cli/batch_people.h"

#include <stdio.h>

#include "base/date.h"
#include "base/ident.h"
#include "cli/sheet.h"
#include "cli/words.h"
#include "entitle/joint.h"
#include "ledger/line.h"

/* ---- sums ---- */

/* "no account", in the language. */
static const char *batch_people_why(const struct output *o, enum left_out why)
{
    static const char *const en[LEFT_KINDS] = {
        "no account",
        "held",
        "dead, waits for an heir's account",
        "not payable yet",
        "authorisation expired",
        "no institution",
        "an objection is open or upheld",
        "not made public",
        "another programme, not chosen",
        "another unit, not chosen",
        "an account at another bank, not chosen",
    };
    static const char *const zh[LEFT_KINDS] = {
        "无收款账户",
        "缓发",
        "已死亡，待登记继承人账户",
        "未到发放期",
        "授权已到期",
        "未入住机构",
        "公示有异议",
        "未公示期满",
        "其他补贴项目（未选）",
        "其他管理单位（未选）",
        "其他银行账户（未选）",
    };
    return TEXT(o, en[why], zh[why]);
}

void batch_people_put_sums(struct json *top, const struct batch_new_report *r)
{
    struct json *list = json_put_list(top, "left_out");
    for (int k = 0; k < LEFT_KINDS; k++) {
        if (r->left_lines[k] > 0) {
            struct json *item = json_add_object(list);
            json_put_text(item, "reason", left_out_name((enum left_out)k));
            json_put_uint(item, "lines", r->left_lines[k]);
            json_put_int(item, "fen", r->left_fen[k]);
        }
    }
}

void batch_people_sums(const struct output *o, const struct batch_new_report *r)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "left out", "未列入原因"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    for (int k = 0; k < LEFT_KINDS; k++) {
        if (r->left_lines[k] > 0) {
            sheet_cell(&t, "%s", batch_people_why(o, (enum left_out)k));
            sheet_cell(&t, "%llu", (unsigned long long)r->left_lines[k]);
            sheet_fen(&t, r->left_fen[k]);
        }
    }
    (void)sheet_end(&t, o, ST_OK);
}

static void months_text(int32_t from, int32_t through, char out[2 * DATE_TEXT_CAP + 4])
{
    char last[DATE_TEXT_CAP];
    char first[DATE_TEXT_CAP];
    month_print(from, first);
    month_print(through, last);
    snprintf(out, 2 * DATE_TEXT_CAP + 4, "%s%s%s", first, from == through ? "" : "..",
             from == through ? "" : last);
}

/* ---- left out ---- */

struct leaving {
    struct env *e;
    struct json *list; /* NULL: the sheet */
    struct sheet *sheet;
};

/* "authorisation expired on 2026-08-31", "held: 核实中". */
static void why_text(const struct output *o, const struct batch_left *x, char *out,
                     size_t cap)
{
    char day[DATE_TEXT_CAP];
    const char *why = batch_people_why(o, x->why);
    if (x->why == LEFT_EXPIRED) {
        date_print(x->until, day);
        snprintf(out, cap, TEXT(o, "%s on %s", "%s（%s）"), why, day);
    } else if (x->why == LEFT_HOLD) {
        snprintf(out, cap, TEXT(o, "%s: %.*s", "%s：%.*s"), why, STR_ARG(x->hold));
    } else {
        snprintf(out, cap, "%s", why);
    }
}

static void put_left(struct json *item, const struct batch_left *x, const char *name)
{
    char months[2 * DATE_TEXT_CAP + 4];
    char day[DATE_TEXT_CAP];
    json_put_uint(item, "person", x->person);
    json_put_text(item, "name", name);
    json_put_text(item, "programme", x->programme);
    json_put_text(item, "reason", left_out_name(x->why));
    json_put_int(item, "fen", x->fen);
    months_text(x->from, x->through, months);
    json_put_text(item, "months", months);
    if (x->why == LEFT_EXPIRED) {
        date_print(x->until, day);
        json_put_text(item, "expired_on", day);
    }
    if (x->why == LEFT_HOLD) {
        json_put_str(item, "hold", x->hold);
    }
}

static enum status take_left(void *ctx, const struct batch_left *x, struct diag *d)
{
    struct leaving *s = ctx;
    char name[PEOPLE_TEXT_CAP];
    char months[2 * DATE_TEXT_CAP + 4];
    char why[PEOPLE_TEXT_CAP];
    TRY(people_masked(s->e->ledger, x->person, name, d));
    if (s->list != NULL) {
        put_left(json_add_object(s->list), x, name);
        return ST_OK;
    }
    months_text(x->from, x->through, months);
    why_text(&s->e->out, x, why, sizeof why);
    sheet_cell(s->sheet, "%llu", (unsigned long long)x->person);
    sheet_cell(s->sheet, "%s", name);
    sheet_cell(s->sheet, "%s", x->programme);
    sheet_cell(s->sheet, "%s", months);
    sheet_fen(s->sheet, x->fen);
    sheet_cell(s->sheet, "%s", why);
    return ST_OK;
}

enum status batch_people_left(struct env *e, uint32_t batch, struct json *top,
                              struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    struct leaving s = {.e = e, .sheet = &t};
    struct batch_new_report r;
    uint64_t left = 0;
    struct batch_left_sink sink = {take_left, &s};
    if (top != NULL) {
        s.list = json_put_list(top, "left_out_people");
        TRY(batch_left_out(e->ledger, batch, sink, &r, d));
        batch_people_put_sums(top, &r);
        return ST_OK;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "name", "姓名"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    TRY(sheet_end(&t, o, batch_left_out(e->ledger, batch, sink, &r, d)));
    for (int k = 0; k < LEFT_OTHER_PROGRAMME; k++) {
        left += r.left_lines[k];
    }
    if (left == 0) {
        output_data(o, "%s\n",
                    TEXT(o, "nobody who is due is left out", "没有未列入的待发款项"));
        return ST_OK;
    }
    output_data(o, "\n");
    batch_people_sums(o, &r);
    return ST_OK;
}

/* ---- lines ---- */

static void line_months(const struct line_entry *x, char out[2 * DATE_TEXT_CAP + 4])
{
    const struct span *last = &x->spans[x->span_count - 1];
    months_text(x->spans[0].from, last->from + last->months - 1, out);
}

void batch_people_payee(const struct paid_to *to, char out[PEOPLE_TEXT_CAP])
{
    if (to->erased) {
        people_erased(out);
    } else if (to->institution) {
        snprintf(out, PEOPLE_TEXT_CAP, "%s", to->name);
    } else {
        name_mask(str_of(to->name), out, PEOPLE_TEXT_CAP);
    }
}

/* The line that the bank's file knows its payment by; 0: it is in none. */
static uint32_t payment_of(const struct joint *j, const struct line_entry *x)
{
    return x->state == LINE_DROPPED ? 0 : joint_first(j, x->line);
}

static void put_line(struct json *item, const struct line_entry *x, const char *name,
                     const struct paid_to *to)
{
    char text[PEOPLE_TEXT_CAP];
    char months[2 * DATE_TEXT_CAP + 4];
    line_months(x, months);
    json_put_uint(item, "line", x->line);
    json_put_uint(item, "person", x->person);
    json_put_text(item, "name", name);
    json_put_text(item, "programme", x->programme);
    json_put_text(item, "months", months);
    json_put_int(item, "amount_fen", x->fen);
    json_put_text(item, "state", line_state_name(x->state));
    struct json *payee = json_put_object(item, "payee");
    json_put_text(payee, "relation", to->relation);
    batch_people_payee(to, text);
    json_put_text(payee, "name", text);
    people_account(str_of(to->account), false, text);
    json_put_text(payee, "account", text);
    json_put_text(payee, "authorisation", to->authorisation);
    if (to->institution) {
        json_put_uint(payee, "institution", to->number);
    }
}

static void add_line(const struct output *o, struct sheet *t,
                     const struct line_entry *x, const char *name,
                     const struct paid_to *to)
{
    char text[PEOPLE_TEXT_CAP];
    char months[2 * DATE_TEXT_CAP + 4];
    line_months(x, months);
    sheet_cell(t, "%u", x->line);
    sheet_cell(t, "%llu", (unsigned long long)x->person);
    sheet_cell(t, "%s", name);
    sheet_cell(t, "%s", x->programme);
    sheet_cell(t, "%s", months);
    sheet_fen(t, x->fen);
    sheet_cell(t, "%s", to->relation);
    batch_people_payee(to, text);
    sheet_cell(t, "%s", text);
    people_account(str_of(to->account), false, text);
    sheet_cell(t, "%s", text);
    sheet_cell(t, "%s", words_line_state(o, x->state));
}

static void put_payment(struct json *item, uint32_t payment)
{
    if (payment != 0) {
        json_put_uint(item, "payment", payment);
    } else {
        json_put_null(item, "payment");
    }
}

static enum status each_line(struct env *e, const struct batch_entry *b,
                             const struct joint *j, struct json *list, struct sheet *t,
                             struct diag *d)
{
    for (uint32_t n = 1; n <= b->lines; n++) {
        struct line_entry x;
        struct paid_to to;
        char name[PEOPLE_TEXT_CAP];
        TRY(line_get(ledger_txn(e->ledger), b->number, n, &x, d));
        TRY(paid_to_line(e->ledger, &x, &to, d));
        TRY(people_masked(e->ledger, x.person, name, d));
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_line(item, &x, name, &to);
            put_payment(item, payment_of(j, &x));
            continue;
        }
        add_line(&e->out, t, &x, name, &to);
        if (j->count > 0 && payment_of(j, &x) == 0) {
            sheet_cell(t, "-");
        } else if (j->count > 0) {
            sheet_cell(t, "%u", payment_of(j, &x));
        }
    }
    return ST_OK;
}

static enum status print_lines(struct env *e, const struct batch_entry *b,
                               const struct joint *j, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "line", "明细"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "name", "姓名"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "relation", "关系"), false);
    sheet_column(&t, TEXT(o, "payee", "收款人"), false);
    sheet_column(&t, TEXT(o, "account", "账号"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    if (j->count > 0) { /* else each line is one */
        sheet_column(&t, TEXT(o, "payment", "付款"), true);
    }
    return sheet_end(&t, o, each_line(e, b, j, NULL, &t, d));
}

enum status batch_people_lines(struct env *e, const struct batch_entry *b,
                               struct json *top, struct diag *d)
{
    struct joint j;
    TRY(joint_load(&j, e->ledger, b, d));
    enum status st = top != NULL
                         ? each_line(e, b, &j, json_put_list(top, "payments"), NULL, d)
                         : print_lines(e, b, &j, d);
    joint_release(&j);
    return st;
}
