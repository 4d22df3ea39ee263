/* batch_checks.c - see batch_checks.h. */
#include "cli/batch_checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "cli/batches.h"
#include "cli/hints.h"
#include "cli/people.h"
#include "cli/reasons.h"
#include "cli/sheet.h"
#include "ledger/request.h"

static const struct {
    const char *en;
    const char *zh;
} WORDS[CHECK_KINDS] = {
    [CHECK_AGENT_OF_MANY] = {"one agent for three people or more", "一人代领三人以上"},
    [CHECK_AMOUNT_UNUSUAL] = {"unusual amount or many months", "金额异常或月数过多"},
    [CHECK_BANK_FILE] = {"not payable in the bank's layout", "银行文件格式不能付"},
    [CHECK_DEAD] = {"dead, not due any more", "已死亡，不再应发"},
    [CHECK_DUPLICATE_ACCOUNT] = {"one account, several people", "多人同一账号"},
    [CHECK_DUPLICATE_PAYEE] = {"a month twice", "同月重复"},
    [CHECK_FACTS_SINCE_RUN] = {"facts since the run change it",
                               "测算后登记有变，影响应发"},
    [CHECK_INVALID_ACCOUNT] = {"wrong check digit of a card", "卡号校验位不符"},
    [CHECK_INVALID_ID] = {"ID number missing or wrong", "身份证号缺失或有误"},
    [CHECK_NOTICE_MISSING] = {"not made public", "应公示未公示"},
    [CHECK_OBJECTION] = {"objection not decided", "异议未处理"},
    [CHECK_PAY_HOLD] = {"held", "缓发"},
    [CHECK_ROUTE_CHANGED] = {"account changed", "收款账户变更"},
    [CHECK_SHARED_ACCOUNT] = {"one account, several households", "不同户同一账号"},
    [CHECK_STOPPED] = {"granted no more", "已停发或核减"},
    [CHECK_TWO_BATCHES] = {"also in a batch not sent yet", "同时在未送出的批次中"},
};

/* "route changed", in the language. */
static const char *batch_checks_word(const struct output *o, enum check c)
{
    return TEXT(o, WORDS[c].en, WORDS[c].zh);
}

void batch_checks_note(struct buf *notes, struct str name, uint64_t rows)
{
    enum check c = checks_find(name);
    if (c == CHECK_KINDS) {
        request_note(notes, "warned 提示 %.*s: %" PRIu64 " lines 笔", STR_ARG(name),
                     rows);
        return;
    }
    request_note(notes, "warned 提示 %s (%s %s): %" PRIu64 " lines 笔", checks_name(c),
                 WORDS[c].en, WORDS[c].zh, rows);
}

/* ---- the gate ---- */

/* "dead 2 (lines 3, 9)" behind what is there. */
static void add_found(struct buf *out, enum check c, const struct check_result *r,
                      bool people)
{
    char text[40];
    uint64_t shown = r->rows < CHECK_FIRST ? r->rows : CHECK_FIRST;
    buf_add_text(out, out->len > 0 ? "; " : "");
    buf_add_text(out, checks_name(c));
    snprintf(text, sizeof text, " %" PRIu64 " (%s ", r->rows,
             r->rows == 1 ? "line" : "lines");
    buf_add_text(out, text);
    for (uint64_t i = 0; i < shown; i++) {
        snprintf(text, sizeof text, "%s%u", i > 0 ? ", " : "", r->first[i].line);
        buf_add_text(out, text);
        if (people) {
            snprintf(text, sizeof text, " person %" PRIu64, r->first[i].person);
            buf_add_text(out, text);
        }
    }
    buf_add_text(out, shown < r->rows ? ", ...)" : ")");
}

static enum status refuse(const struct checks_report *r, struct diag *d)
{
    struct buf text;
    enum check first = CHECK_KINDS;
    buf_init(&text, sizeof d->what);
    for (int i = 0; i < CHECK_KINDS; i++) {
        const struct check_result *x = &r->results[i];
        if (x->level == CHECK_BLOCK && x->rows > 0) {
            first = first == CHECK_KINDS ? (enum check)i : first;
            add_found(&text, (enum check)i, x, text.len < 200);
        }
    }
    diag_fail(d, ST_CONFLICT, "checks", "batch %u is held up: %.*s", r->batch,
              STR_ARG(buf_str(&text)));
    buf_release(&text);
    return diag_hint(
        d,
        "almoner batch check %u --rows %s shows them; batch drop %u --person %" PRIu64
        " --reason TEXT takes lines out, and config set check.%s warn lets them pass",
        r->batch, checks_name(first), r->batch, r->results[first].first[0].person,
        checks_name(first));
}

static void warn(const struct output *o, const struct checks_report *r)
{
    for (int i = 0; i < CHECK_KINDS; i++) {
        const struct check_result *x = &r->results[i];
        struct buf text;
        if (x->level != CHECK_WARN || x->rows == 0) {
            continue;
        }
        buf_init(&text, 500);
        add_found(&text, (enum check)i, x, false);
        output_warn(o, "%.*s: %s (batch check %u --rows %s)", STR_ARG(buf_str(&text)),
                    batch_checks_word(o, (enum check)i), r->batch,
                    checks_name((enum check)i));
        buf_release(&text);
    }
}

static enum status check(struct env *e, uint32_t number, struct checks_report *out,
                         struct diag *d)
{
    struct check_sink none = {NULL, NULL};
    TRY(checks_run(e->ledger, number, none, &e->progress, out, d));
    meter_end(&e->meter);
    return out->blocking > 0 ? refuse(out, d) : ST_OK;
}

bool batch_checks_asked(const struct env *e)
{
    return env_asks(e) && options_text(&e->options, "request") == NULL &&
           options_text(&e->options, "signature") == NULL;
}

enum status batch_checks_gate(struct env *e, uint32_t number, struct checks_report *out,
                              struct diag *d)
{
    TRY(check(e, number, out, d));
    if (!batch_checks_asked(e)) {
        warn(&e->out, out);
    }
    return ST_OK;
}

static enum status learned_since(struct env *e, uint64_t sequence, bool *learned,
                                 struct diag *d)
{
    *learned = false;
    for (uint32_t n = ledger_head(e->ledger)->imports; n > 0 && !*learned; n--) {
        struct import_entry x;
        TRY(import_get(ledger_txn(e->ledger), n, &x, d));
        *learned = x.state == ENTRY_ACTIVE && x.confirmed_at > sequence;
    }
    return ST_OK;
}

enum status batch_checks_since_release(struct env *e, uint32_t number, struct diag *d)
{
    struct checks_report r;
    struct batch_entry b;
    bool learned;
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    TRY(learned_since(e, b.release_sequence, &learned, d));
    if (b.state != BATCH_RELEASED || !learned) {
        return ST_OK;
    }
    return check(e, number, &r, d);
}

enum status batch_checks_about(struct env *e, uint32_t number, struct question *q,
                               struct diag *d)
{
    struct checks_report r;
    char more[80];
    TRY(batches_about(e, number, q, d));
    TRY(check(e, number, &r, d));
    if (!e->signs) { /* the question is written again when it is answered */
        warn(&e->out, &r);
    }
    if (r.warning > 0) {
        uint64_t rows = 0;
        for (int i = 0; i < CHECK_KINDS; i++) {
            rows += r.results[i].rows;
        }
        size_t n = strlen(q->text);
        snprintf(more, sizeof more,
                 TEXT(&e->out, " (%" PRIu64 " warnings above)",
                      "（另有以上提示 %" PRIu64 " 条）"),
                 rows);
        (void)str_copy(str_of(more), q->text + n, sizeof q->text - n);
    }
    return ST_OK;
}

/* ---- the report ---- */

static const char *level_name(const struct check_result *r)
{
    return r->level == CHECK_BLOCK ? "block" : r->level == CHECK_WARN ? "warn" : "off";
}

static const char *level_text(const struct output *o, const struct check_result *r)
{
    return r->level == CHECK_BLOCK  ? TEXT(o, "block", "阻止")
           : r->level == CHECK_WARN ? TEXT(o, "warn", "提示")
                                    : TEXT(o, "off", "停用");
}

void batch_checks_put(struct json *top, const struct checks_report *r)
{
    struct json *list = json_put_list(top, "checks");
    json_put_uint(top, "blocking", r->blocking);
    json_put_uint(top, "warning", r->warning);
    for (int i = 0; i < CHECK_KINDS; i++) {
        const struct check_result *x = &r->results[i];
        struct json *item = json_add_object(list);
        json_put_text(item, "name", checks_name((enum check)i));
        json_put_text(item, "level", level_name(x));
        json_put_uint(item, "lines", x->rows);
        json_put_int(item, "fen", x->fen);
    }
}

void batch_checks_print(const struct output *o, const struct checks_report *r)
{
    struct sheet t;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "check", "检查"), false);
    sheet_column(&t, TEXT(o, "counts as", "处理"), false);
    sheet_column(&t, TEXT(o, "lines", "笔数"), true);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "what", "说明"), false);
    for (int i = 0; i < CHECK_KINDS; i++) {
        const struct check_result *x = &r->results[i];
        sheet_cell(&t, "%s", checks_name((enum check)i));
        sheet_cell(&t, "%s", level_text(o, x));
        if (x->level != CHECK_OFF) {
            sheet_cell(&t, "%" PRIu64, x->rows);
            sheet_fen(&t, x->fen);
        } else {
            sheet_cell(&t, "-");
            sheet_cell(&t, "-");
        }
        sheet_cell(&t, "%s", batch_checks_word(o, (enum check)i));
    }
    (void)sheet_end(&t, o, ST_OK);
}

/* ---- rows ---- */

#define DETAIL_CAP 1200 /* a diag's what and hint */

struct listing {
    struct env *e;
    enum check what;
    struct json *list;
    struct sheet *sheet;
};

/* What the bank's file lacks for it, and what to do. */
static void bank_says(const struct output *o, const struct diag *why, char *out,
                      size_t cap)
{
    const char *code_zh = o->zh ? reasons_error_zh(why->code) : NULL;
    const char *hint_zh = o->zh ? hints_own_zh(why->code) : NULL;
    const char *hint = hint_zh != NULL ? hint_zh : why->hint;
    snprintf(out, cap, code_zh != NULL ? "%s（%s）%s%s" : "%s%s%s%s",
             code_zh != NULL ? code_zh : "", why->what,
             hint[0] != '\0' ? TEXT(o, "; ", "；") : "", hint);
}

/* What is said beside a row: with which batch, person or sum. */
static void detail(const struct output *o, const struct check_row *x, char *out,
                   size_t cap)
{
    char fen[MONEY_TEXT_CAP];
    money_print_grouped(x->other_fen, fen);
    out[0] = '\0';
    switch (x->what) {
    case CHECK_AGENT_OF_MANY:
        snprintf(out, cap, TEXT(o, "%" PRIu64 " people", "%" PRIu64 " 人"), x->other);
        return;
    case CHECK_AMOUNT_UNUSUAL:
        snprintf(out, cap,
                 TEXT(o, "%" PRIu64 " months; %s at most", "%" PRIu64 " 个月；最多 %s"),
                 x->other, x->other_fen > 0 ? fen : "-");
        return;
    case CHECK_BANK_FILE:
        bank_says(o, x->why, out, cap);
        return;
    case CHECK_DUPLICATE_ACCOUNT:
    case CHECK_SHARED_ACCOUNT:
        snprintf(out, cap, TEXT(o, "as person %" PRIu64, "同补贴对象 %" PRIu64),
                 x->other);
        return;
    case CHECK_DUPLICATE_PAYEE:
        snprintf(out, cap, TEXT(o, "as line %" PRIu64, "同明细 %" PRIu64), x->other);
        return;
    case CHECK_DEAD:
    case CHECK_FACTS_SINCE_RUN:
        snprintf(out, cap, TEXT(o, "a run now: %s%s", "现在测算：%s%s"),
                 x->other_fen > 0 ? "+" : "", fen);
        return;
    case CHECK_ROUTE_CHANGED:
        if (x->other == 0) {
            snprintf(out, cap, "%s",
                     TEXT(o, "not the account on file", "与现登记账户不符"));
        } else {
            snprintf(out, cap, TEXT(o, "since batch %" PRIu64, "批次 %" PRIu64 " 以后"),
                     x->other);
        }
        return;
    case CHECK_STOPPED:
        snprintf(out, cap, TEXT(o, "receivable %s", "应追缴 %s"), fen);
        return;
    case CHECK_TWO_BATCHES:
        snprintf(out, cap, TEXT(o, "batch %" PRIu64, "批次 %" PRIu64), x->other);
        return;
    case CHECK_INVALID_ACCOUNT:
    case CHECK_INVALID_ID:
    case CHECK_NOTICE_MISSING:
    case CHECK_OBJECTION:
    case CHECK_PAY_HOLD:
    case CHECK_KINDS:
        return;
    }
}

static enum status take_row(void *ctx, const struct check_row *x, struct diag *d)
{
    struct listing *s = ctx;
    char name[PEOPLE_TEXT_CAP];
    char more[DETAIL_CAP];
    if (x->what != s->what) {
        return ST_OK;
    }
    TRY(people_masked(s->e->ledger, x->person, name, d));
    if (s->list != NULL) {
        struct json *item = json_add_object(s->list);
        json_put_uint(item, "line", x->line);
        json_put_uint(item, "person", x->person);
        json_put_text(item, "name", name);
        json_put_text(item, "programme", x->programme);
        json_put_int(item, "amount_fen", x->fen);
        json_put_uint(item, "other", x->other);
        json_put_int(item, "other_fen", x->other_fen);
        if (x->why != NULL) {
            json_put_text(item, "code", x->why->code);
            json_put_text(item, "message", x->why->what);
            json_put_text(item, "hint", x->why->hint);
        }
        return ST_OK;
    }
    detail(&s->e->out, x, more, sizeof more);
    sheet_cell(s->sheet, "%u", x->line);
    sheet_cell(s->sheet, "%" PRIu64, x->person);
    sheet_cell(s->sheet, "%s", name);
    sheet_cell(s->sheet, "%s", x->programme);
    sheet_fen(s->sheet, x->fen);
    sheet_cell(s->sheet, "%s", more);
    return ST_OK;
}

enum status batch_checks_rows(struct env *e, uint32_t number, enum check what,
                              struct json *top, struct diag *d)
{
    const struct output *o = &e->out;
    struct checks_report r;
    struct sheet t;
    struct listing s = {.e = e, .what = what, .sheet = &t};
    struct check_sink sink = {take_row, &s};
    if (top != NULL) {
        s.list = json_put_list(top, "rows");
        TRY(checks_run(e->ledger, number, sink, &e->progress, &r, d));
        batch_checks_put(top, &r);
        return ST_OK;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "line", "明细"), true);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "name", "姓名"), false);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "yuan", "金额"), true);
    sheet_column(&t, TEXT(o, "detail", "说明"), false);
    enum status st = checks_run(e->ledger, number, sink, &e->progress, &r, d);
    meter_end(&e->meter);
    return sheet_end(&t, o, st);
}
