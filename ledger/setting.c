/* setting.c - see setting.h. */
#include "ledger/setting.h"

#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/row.h"

#define ROW_MAX 64
#define CHECK_WORDS "block warn off"
#define COUNT_MAX 12000

const struct setting_kind setting_kinds[] = {
    {"office.submit", SETTING_TEXT, NULL, "", "the office whose makers submit batches",
     "提交批次的单位"},
    {"office.approve", SETTING_TEXT, NULL, "", "the office whose checkers approve",
     "复核批次的单位"},
    {"office.release", SETTING_TEXT, NULL, "", "the office whose releasers release",
     "审批批次的单位"},
    {"release.second-above", SETTING_FEN, NULL, "",
     "batches above this many yuan need a second releaser", "超过该金额须第二人审批"},
    {"check.agent-of-many", SETTING_SWITCH, CHECK_WORDS, "warn",
     "one agent for three people or more", "一名代领人代领三人以上"},
    {"check.amount-unusual", SETTING_SWITCH, CHECK_WORDS, "warn",
     "more than the policy can give, or many months at once",
     "金额超出政策可能范围或月数过多"},
    {"check.bank-file", SETTING_SWITCH, CHECK_WORDS, "block",
     "the channel's layout does not take the payment",
     "代发银行的文件格式不能付此款项"},
    {"check.dead", SETTING_SWITCH, CHECK_WORDS, "block", "dead, and not due any more",
     "已死亡且不再应发"},
    {"check.duplicate-account", SETTING_SWITCH, CHECK_WORDS, "warn",
     "one account of several beneficiaries", "多名补贴对象使用同一账号"},
    {"check.duplicate-payee", SETTING_SWITCH, CHECK_WORDS, "block",
     "a month of a programme twice", "同一人同一项目同月重复"},
    {"check.facts-since-run", SETTING_SWITCH, CHECK_WORDS, "warn",
     "facts since the run that change what is due", "测算后登记的信息影响应发"},
    {"check.invalid-account", SETTING_SWITCH, CHECK_WORDS, "warn",
     "a card number whose check digit is wrong", "卡号校验位不符"},
    {"check.invalid-id", SETTING_SWITCH, CHECK_WORDS, "warn",
     "an ID number that is missing or wrong", "身份证号缺失或有误"},
    {"check.notice-missing", SETTING_SWITCH, CHECK_WORDS, "warn",
     "not made public although it has to be", "应公示而未公示"},
    {"check.objection", SETTING_SWITCH, CHECK_WORDS, "warn",
     "an objection that is not decided", "公示异议未处理"},
    {"check.pay-hold", SETTING_SWITCH, CHECK_WORDS, "block",
     "held on the day of payment", "发放日缓发"},
    {"check.route-changed", SETTING_SWITCH, CHECK_WORDS, "warn",
     "another account than was paid last", "收款账户与上次发放不同"},
    {"check.shared-account", SETTING_SWITCH, CHECK_WORDS, "warn",
     "one account of different households", "不同户的人使用同一账号"},
    {"check.stopped", SETTING_SWITCH, CHECK_WORDS, "block",
     "granted no more: would be receivable at once", "已停发：发放即成应追缴"},
    {"check.two-batches", SETTING_SWITCH, CHECK_WORDS, "block",
     "also in an earlier batch that is not sent", "同时列入尚未送出的前一批次"},
    {"check.months", SETTING_COUNT, NULL, "12",
     "amount-unusual: more months at once than this", "一次发放超过该月数即提示"},
    {"funds", SETTING_SWITCH, "off on", "off",
     "batches are submitted within appropriations (budget set)", "批次须有预算指标"},
    {"notice.label.", SETTING_TEXT, NULL, "",
     "what this programme is called in public lists; empty: its name",
     "公示时的项目名称（空：原名称）"},
    {"notice.allow.", SETTING_SWITCH, "off on", "off",
     "public lists may call it by a name that tells of illness or poverty",
     "允许以涉及疾病、困难的原名称公示"},
    {"notice.required.", SETTING_SWITCH, "off on", "off",
     "paid only after a public list has run its days", "公示期满后方可发放"},
    {NULL, SETTING_TEXT, NULL, NULL, NULL, NULL},
};

/* ---- what can be set ---- */

const struct setting_kind *setting_kind_find(struct str name)
{
    for (const struct setting_kind *k = setting_kinds; k->name != NULL; k++) {
        if (str_is(name, k->name) || setting_programme(k, name).n > 0) {
            return k;
        }
    }
    return NULL;
}

struct str setting_programme(const struct setting_kind *k, struct str name)
{
    struct str prefix = str_of(k->name);
    bool open = prefix.p[prefix.n - 1] == '.';
    return open && str_starts(name, prefix)
               ? str_make(name.p + prefix.n, name.n - prefix.n)
               : str_of("");
}

static bool is_word(const char *words, struct str value)
{
    while (*words != '\0') {
        size_t n = strcspn(words, " ");
        if (str_eq(str_make(words, n), value)) {
            return true;
        }
        words += n + (words[n] == ' ' ? 1 : 0);
    }
    return false;
}

static bool value_fits(const struct setting_kind *k, struct str value)
{
    int64_t fen;
    uint64_t count;
    switch (k->form) {
    case SETTING_TEXT: /* signed, and shown: one line */
        return value.n <= SETTING_VALUE_MAX && text_utf8_valid(value, NULL) &&
               !text_has_control(value);
    case SETTING_FEN:
        return value.n == 0 || (money_parse(value, &fen) && fen > 0);
    case SETTING_SWITCH:
        return is_word(k->words, value);
    case SETTING_COUNT:
        return text_u64(value, 1, COUNT_MAX, &count);
    }
    return false;
}

enum status setting_check(struct str name, struct str value, struct diag *d)
{
    const struct setting_kind *k = setting_kind_find(name);
    if (k == NULL || name.n > SETTING_NAME_MAX) {
        diag_fail(d, ST_USAGE, "setting", "there is no setting \"%.*s\"",
                  STR_ARG(name));
        return diag_hint(d, "almoner config show lists them");
    }
    struct str code = setting_programme(k, name);
    bool open = k->name[strlen(k->name) - 1] == '.';
    if (open && !programme_code_valid(code)) {
        diag_fail(d, ST_USAGE, "setting", "\"%.*s\" is no code of a programme",
                  STR_ARG(code));
        return diag_hint(d, "as in %sold-age", k->name);
    }
    if (!value_fits(k, value)) {
        diag_fail(d, ST_USAGE, "setting-value", "\"%.*s\" is no value of %.*s",
                  STR_ARG(value), STR_ARG(name));
        return k->form == SETTING_SWITCH ? diag_hint(d, "one of: %s", k->words)
               : k->form == SETTING_FEN  ? diag_hint(d, "yuan, as in 500000.00")
               : k->form == SETTING_COUNT
                   ? diag_hint(d, "a number from 1 to %d", COUNT_MAX)
                   : diag_hint(d, "one line of up to %d bytes of UTF-8",
                               SETTING_VALUE_MAX);
    }
    return ST_OK;
}

/* ---- bodies and rows ---- */

void setting_write(const struct setting_entry *e, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, e->number);
    cbor_pair_text(w, 2, str_of(e->name));
    cbor_pair_text(w, 3, str_of(e->value));
}

bool setting_read(struct str plain, struct setting_entry *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->name, sizeof out->name);
    body_text(&b, 3, out->value, sizeof out->value);
    return body_done(&b);
}

enum status setting_put(struct txn *t, const struct setting_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->proposed_by);
    return row_put(t, REGISTER_SETTING, e->number, &w, d);
}

enum status setting_get(struct txn *t, uint32_t number, struct setting_entry *out,
                        struct diag *d)
{
    struct reader r;
    struct signed_body body;
    TRY(row_get(t, REGISTER_SETTING, number, &r, d));
    uint8_t state = reader_u8(&r);
    uint64_t sequence = reader_varint(&r);
    uint64_t by = reader_varint(&r);
    if (!reader_done(&r) || state > ENTRY_REFUSED || by > UINT32_MAX) {
        return row_damaged("setting", number, d);
    }
    TRY(row_record(t, sequence, KIND_SETTING, &body, d));
    if (!setting_read(body.plain, out)) {
        return row_damaged("setting", number, d);
    }
    out->state = (enum entry_state)state;
    out->sequence = sequence;
    out->proposed_by = (uint32_t)by;
    return ST_OK;
}

/* ---- what holds ---- */

enum status setting_now(struct txn *t, uint32_t count, const char *name,
                        char value[SETTING_VALUE_MAX + 1], uint32_t *number,
                        struct diag *d)
{
    const struct setting_kind *k = setting_kind_find(str_of(name));
    must(k != NULL);
    for (*number = count; *number > 0; --*number) {
        struct setting_entry e;
        TRY(setting_get(t, *number, &e, d));
        if (e.state == ENTRY_ACTIVE && strcmp(e.name, name) == 0) {
            memcpy(value, e.value, sizeof e.value);
            return ST_OK;
        }
    }
    (void)str_copy(str_of(k->fallback), value, SETTING_VALUE_MAX + 1);
    return ST_OK;
}

enum status setting_fen(struct txn *t, uint32_t count, const char *name, int64_t *fen,
                        struct diag *d)
{
    char value[SETTING_VALUE_MAX + 1];
    uint32_t number;
    TRY(setting_now(t, count, name, value, &number, d));
    if (value[0] == '\0' || !money_parse(str_of(value), fen)) {
        *fen = INT64_MAX;
    }
    return ST_OK;
}
