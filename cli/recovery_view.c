/* recovery_view.c - see recovery_view.h. What came in is read from the records, each of
 * which names the one before. */
#include "cli/recovery_view.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/money.h"
#include "batch/recover.h"
#include "cli/people.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "ledger/body.h"
#include "ledger/erasure.h"

const char *words_method(const struct output *o, enum recovery_method m)
{
    static const char *const zh[] = {"?",        "抵扣",     "退缴",
                                     "分期退缴", "免予追缴", "核销"};
    return TEXT(o, recovery_method_name(m), zh[m]);
}

const char *words_recovery_state(const struct output *o, enum recovery_state s)
{
    static const char *const zh[] = {"?",      "待复核",   "已决定",
                                     "已了结", "已被替代", "不予确认"};
    return TEXT(o, recovery_state_name(s), zh[s]);
}

/* The state; of one that is open by its state, that its months owe nothing any more. */
static const char *state_text(const struct output *o, const struct recovery_entry *r,
                              int64_t open_fen)
{
    return recovery_is_open(r) && open_fen == 0
               ? TEXT(o, "nothing is open any more", "已无余额")
               : words_recovery_state(o, r->state);
}

static const char *payer_text(const struct output *o, enum repayment_payer p)
{
    static const char *const zh[] = {"?", "本人", "继承人", "银行", "村居", "其他"};
    return TEXT(o, repayment_payer_name(p), zh[p]);
}

/* Neighbouring spans of different amounts are one stretch of months here. */
void months_text(const struct spans *s, char out[MONTHS_TEXT_CAP])
{
    size_t n = 0;
    size_t shown = 0;
    out[0] = '\0';
    for (size_t i = 0; i < s->count;) {
        char from[DATE_TEXT_CAP];
        char to[DATE_TEXT_CAP];
        int32_t first = s->items[i].from;
        int32_t end = first;
        while (i < s->count && s->items[i].from == end) {
            end += s->items[i++].months;
        }
        if (++shown > 2) {
            n += (size_t)snprintf(out + n, MONTHS_TEXT_CAP - n, " +%zu",
                                  s->count - i + 1);
            return;
        }
        month_print(first, from);
        month_print(end - 1, to);
        bool one = end == first + 1;
        n += (size_t)snprintf(out + n, MONTHS_TEXT_CAP - n, "%s%s%s%s",
                              shown > 1 ? ", " : "", from, one ? "" : "..",
                              one ? "" : to);
    }
}

/* ---- what came in ---- */

struct movement {
    uint64_t sequence;
    uint64_t previous; /* sequence + 1 of the one before; 0: none */
    int64_t time_us;
    enum record_kind kind;
    int32_t day; /* of receipt; DAY_NEVER: of no repayment */
    int64_t fen;
    enum repayment_payer payer;
};

static enum status read_signed(const struct record *r, struct movement *m,
                               struct diag *d)
{
    struct signed_body s;
    struct repayment paid;
    struct recovery_confirm confirm;
    TRY(signed_body_read(r, &s, d));
    if (r->kind == KIND_REPAYMENT && repayment_read(s.plain, &paid)) {
        m->previous = paid.previous;
        m->day = paid.received;
        m->fen = paid.fen;
        m->payer = paid.payer;
        return ST_OK;
    }
    if (r->kind == KIND_RECOVERY_CONFIRM && recovery_confirm_read(s.plain, &confirm)) {
        for (size_t i = 0; i < confirm.postings.count; i++) {
            m->fen += confirm.postings.items[i].fen;
        }
        return ST_OK;
    }
    return diag_fail(d, ST_INTEGRITY, "record-body",
                     "record %llu is none of a recovery",
                     (unsigned long long)r->sequence);
}

static enum status read_movement(struct ledger *l, uint64_t sequence,
                                 struct movement *m, struct diag *d)
{
    struct record r;
    struct set_off s;
    struct postings p;
    TRY(record_get(ledger_txn(l), sequence, &r, NULL, d));
    *m = (struct movement){
        .sequence = sequence, .time_us = r.time_us, .kind = r.kind, .day = DAY_NEVER};
    if (r.kind == KIND_SET_OFF && set_off_read(r.body, &s, &p)) {
        m->previous = s.previous;
        m->fen = spans_sum(&s.owed);
        return ST_OK;
    }
    return read_signed(&r, m, d);
}

struct viewing {
    struct env *e;
    struct recovery_entry r;
    struct people p;
    int64_t open_fen;
};

static void put_months(struct json *list, const struct spans *s)
{
    for (size_t i = 0; i < s->count; i++) {
        char month[DATE_TEXT_CAP];
        struct json *item = json_add_object(list);
        month_print(s->items[i].from, month);
        json_put_text(item, "from", month);
        month_print(s->items[i].from + s->items[i].months - 1, month);
        json_put_text(item, "to", month);
        json_put_int(item, "amount_fen", s->items[i].fen);
    }
}

static void put_entry(struct json *o, const struct recovery_entry *r, int64_t open_fen)
{
    char day[DATE_TEXT_CAP];
    date_print(r->terms.served, day);
    json_put_uint(o, "number", r->terms.number);
    json_put_text(o, "state", recovery_state_name(r->state));
    json_put_uint(o, "person", r->terms.person);
    json_put_text(o, "programme", r->terms.programme);
    json_put_text(o, "method", recovery_method_name(r->terms.method));
    json_put_text(o, "document", r->terms.document);
    json_put_text(o, "served", day);
    json_put_int(o, "total_fen", spans_sum(&r->terms.months));
    json_put_int(o, "open_fen", open_fen);
    json_put_bool(o, "nothing_open", open_fen == 0);
    json_put_int(o, "monthly_fen", r->terms.monthly_fen);
    json_put_uint(o, "plan_months", r->terms.plan_months);
    json_put_uint(o, "replaces", r->terms.replaces);
    put_months(json_put_list(o, "months"), &r->terms.months);
}

static void payer_name(const struct viewing *v, const struct movement *m,
                       char out[PEOPLE_TEXT_CAP])
{
    struct fact name = {.attribute = str_of("name"),
                        .value = person_note(buf_str(&v->p.row.plain), m->sequence)};
    people_value(&name, false, out);
}

static void put_movement(const struct viewing *v, struct json *list,
                         const struct movement *m)
{
    char text[TIME_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP];
    struct json *item = json_add_object(list);
    time_print(m->time_us, text);
    json_put_uint(item, "record", m->sequence);
    json_put_text(item, "kind", record_kind_name(m->kind));
    json_put_text(item, "recorded_at", text);
    json_put_int(item, "amount_fen", m->fen);
    if (m->day != DAY_NEVER) {
        date_print(m->day, text);
        json_put_text(item, "received", text);
        json_put_text(item, "from_whom", repayment_payer_name(m->payer));
        payer_name(v, m, name);
        json_put_text(item, "name", name);
    }
}

static void add_movement(const struct viewing *v, struct sheet *t,
                         const struct movement *m)
{
    const struct output *o = &v->e->out;
    char text[DATE_TEXT_CAP];
    char name[PEOPLE_TEXT_CAP] = "";
    int32_t day = day_of_time(m->time_us, ledger_info(v->e->ledger)->offset_minutes);
    date_print(m->day != DAY_NEVER ? m->day : day, text);
    if (m->day != DAY_NEVER) {
        payer_name(v, m, name);
    }
    sheet_cell(t, "%llu", (unsigned long long)m->sequence);
    sheet_cell(t, "%s", text);
    sheet_cell(t, "%s",
               m->kind == KIND_SET_OFF     ? TEXT(o, "set off", "抵扣")
               : m->kind == KIND_REPAYMENT ? TEXT(o, "repaid", "退缴")
                                           : words_method(o, v->r.terms.method));
    sheet_fen(t, m->fen);
    sheet_cell(t, "%s", m->day != DAY_NEVER ? payer_text(o, m->payer) : "");
    sheet_cell(t, "%s", name);
}

/* Newest first, as the records lead back. */
static enum status walk(const struct viewing *v, struct json *list, struct sheet *t,
                        struct diag *d)
{
    for (uint64_t next = v->r.last; next != 0;) {
        struct movement m;
        TRY(read_movement(v->e->ledger, next - 1, &m, d));
        if (list != NULL) {
            put_movement(v, list, &m);
        } else {
            add_movement(v, t, &m);
        }
        next = m.previous;
    }
    return ST_OK;
}

static void print_entry(const struct viewing *v)
{
    const struct output *o = &v->e->out;
    const struct recovery_terms *t = &v->r.terms;
    char name[PEOPLE_TEXT_CAP];
    char months[MONTHS_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    char sum[MONEY_TEXT_CAP];
    char open[MONEY_TEXT_CAP];
    people_name(v->p.person, false, name);
    months_text(&t->months, months);
    date_print(t->served, day);
    money_print_grouped(spans_sum(&t->months), sum);
    money_print_grouped(v->open_fen, open);
    output_data(o,
                TEXT(o, "recovery %u of person %llu, %s: %s, %s\n",
                     "追缴 %u，补贴对象 %llu，%s：%s，%s\n"),
                t->number, (unsigned long long)t->person, name,
                words_method(o, t->method), state_text(o, &v->r, v->open_fen));
    output_data(o,
                TEXT(o, "%s, months %s: %s, still open %s\n",
                     "%s，所属月份 %s：%s 元，尚欠 %s 元\n"),
                t->programme, months, sum, open);
    output_data(o, TEXT(o, "document %s, served on %s\n", "文书 %s，送达日期 %s\n"),
                t->document, day);
    if (t->method == RECOVERY_PLAN) {
        money_print_grouped(t->monthly_fen, sum);
        output_data(o, TEXT(o, "%u months of %s\n", "分 %u 个月，每月 %s 元\n"),
                    t->plan_months, sum);
    }
    output_data(o, "\n");
}

static enum status show(struct viewing *v, struct diag *d)
{
    const struct output *o = &v->e->out;
    struct sheet t;
    if (o->json) {
        struct json *top = output_object(&v->e->out, "almoner.recovery/1");
        put_entry(top, &v->r, v->open_fen);
        TRY(refused_put(v->e, top, REGISTER_RECOVERY, v->r.terms.number, d));
        return walk(v, json_put_list(top, "movements"), NULL, d);
    }
    print_entry(v);
    TRY(refused_line(v->e, REGISTER_RECOVERY, v->r.terms.number, d));
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "record", "记录号"), true);
    sheet_column(&t, TEXT(o, "day", "日期"), false);
    sheet_column(&t, TEXT(o, "what", "方式"), false);
    sheet_column(&t, TEXT(o, "amount", "金额"), true);
    sheet_column(&t, TEXT(o, "from", "交款方"), false);
    sheet_column(&t, TEXT(o, "name", "姓名"), false);
    return sheet_end(&t, o, walk(v, NULL, &t, d));
}

static enum status open_fen(struct ledger *l, const struct recovery_entry *r,
                            struct account *a, int64_t *out, struct diag *d)
{
    *out = 0;
    if (recovery_is_open(r)) {
        TRY(recover_account(l, r->terms.person, a, d));
        *out = recovery_open_fen(r, a);
    }
    return ST_OK;
}

enum status recovery_show(struct env *e, uint32_t number, struct diag *d)
{
    struct viewing v = {.e = e};
    TRY(recovery_get(ledger_txn(e->ledger), number, &v.r, d));
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = open_fen(e->ledger, &v.r, a, &v.open_fen, d);
    free(a);
    if (st != ST_OK) {
        return st;
    }
    st = people_open(&v.p, e->ledger, v.r.terms.person, UINT64_MAX, d);
    if (st == ST_OK || erasure_failed(st, d)) { /* then without names */
        st = show(&v, d);
    }
    people_close(&v.p);
    return st;
}

/* ---- list ---- */

static enum status add_row(struct env *e, struct sheet *t,
                           const struct recovery_entry *r, int64_t open, struct diag *d)
{
    const struct output *o = &e->out;
    char months[MONTHS_TEXT_CAP];
    months_text(&r->terms.months, months);
    sheet_cell(t, "%u", r->terms.number);
    sheet_cell(t, "%llu", (unsigned long long)r->terms.person);
    sheet_cell(t, "%s", r->terms.programme);
    sheet_cell(t, "%s", months);
    sheet_cell(t, "%s", words_method(o, r->terms.method));
    TRY(refused_cell(e, t, REGISTER_RECOVERY, r->terms.number, state_text(o, r, open),
                     d));
    sheet_fen(t, spans_sum(&r->terms.months));
    sheet_fen(t, open);
    sheet_cell(t, "%s", r->terms.document);
    return ST_OK;
}

struct listing {
    struct account *account;
    struct sheet *sheet;
    struct json *list; /* NULL: the sheet */
    uint64_t person;
    bool all;
};

static enum status fill(struct env *e, struct listing *x, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->recoveries; n++) {
        struct recovery_entry r;
        int64_t open;
        TRY(recovery_get(ledger_txn(e->ledger), n, &r, d));
        if ((x->person != 0 && r.terms.person != x->person) ||
            (!x->all && !recovery_is_open(&r))) {
            continue;
        }
        TRY(open_fen(e->ledger, &r, x->account, &open, d));
        if (x->list != NULL) {
            struct json *item = json_add_object(x->list);
            put_entry(item, &r, open);
            TRY(refused_put(e, item, REGISTER_RECOVERY, n, d));
        } else {
            TRY(add_row(e, x->sheet, &r, open, d));
        }
    }
    return ST_OK;
}

enum status recovery_list(struct env *e, uint64_t person, bool all, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    struct listing x = {.sheet = &t, .person = person, .all = all};
    x.account = calloc(1, sizeof *x.account);
    if (x.account == NULL) {
        return diag_memory(d);
    }
    if (o->json) {
        x.list =
            json_put_list(output_object(&e->out, "almoner.recoveries/1"), "recoveries");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "months", "所属月份"), false);
    sheet_column(&t, TEXT(o, "method", "方式"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "amount", "金额"), true);
    sheet_column(&t, TEXT(o, "open", "尚欠"), true);
    sheet_column(&t, TEXT(o, "document", "文书"), false);
    enum status st = fill(e, &x, d);
    if (st == ST_OK && !o->json && t.count == 0) {
        output_data(o, "%s\n", TEXT(o, "There are none.", "没有。"));
    }
    free(x.account);
    return sheet_end(&t, o, st);
}
