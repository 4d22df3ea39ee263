/* cmd_retention.c - how many years what is known of people is kept after its end. */
#include <stdio.h>

#include "batch/admin.h"
#include "batch/erase.h"
#include "cli/command.h"
#include "cli/refused.h"
#include "cli/sheet.h"

static const char *class_text(const struct output *o, enum retention_class c)
{
    static const char *const zh[] = {
        [RETENTION_PAYMENTS] = "发放凭证",
        [RETENTION_APPLICATIONS] = "申请审批材料",
    };
    return TEXT(o, retention_class_name(c), zh[c]);
}

static void put_rule(struct json *o, const struct retention_entry *r)
{
    json_put_uint(o, "number", r->number);
    json_put_text(o, "class", retention_class_name(r->class));
    json_put_uint(o, "years", r->years);
    json_put_text(o, "document", r->document);
    json_put_text(o, "state", refused_state_name(r->state));
}

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct retention_entry r;
    TRY(retention_get(ledger_txn(e->ledger), number, &r, d));
    if (o->json) {
        put_rule(output_object(&e->out, "almoner.retention/1"), &r);
        return ST_OK;
    }
    output_done(
        o,
        TEXT(o, "retention rule %u: %s, %u years, %s\n", "保管期限 %u：%s %u 年，%s\n"),
        number, class_text(o, r.class), r.years, refused_state_text(o, r.state));
    if (r.state == ENTRY_PENDING) {
        output_done(o, "%s almoner retention confirm %u\n",
                    TEXT(o, "the second admin goes on with:", "由第二名管理员继续："),
                    number);
    }
    return ST_OK;
}

static enum status run_set(struct env *e, struct diag *d)
{
    enum retention_class c;
    const char *document;
    uint64_t years;
    uint32_t number;
    if (!retention_class_parse(str_of(env_operand(e, 0)), &c)) {
        diag_fail(d, ST_USAGE, "bad-class", "\"%s\" is no class of records",
                  env_operand(e, 0));
        return diag_hint(d, "payments or applications");
    }
    TRY(env_operand_number(e, 1, "years", 0, RETENTION_YEARS_MAX, &years, d));
    TRY(options_need(&e->options, "document", &document, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(retention_set(e->ledger, c, (uint32_t)years, str_of(document), &number, d));
    return report(e, number, d);
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "retention rule", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_confirm(e->ledger, REGISTER_KEEPING, number, d));
    return report(e, number, d);
}

/* ---- show ---- */

static enum status add_current(struct env *e, struct sheet *t, struct json *list,
                               enum retention_class c, struct diag *d)
{
    const struct output *o = &e->out;
    struct retention_entry r = {0};
    uint32_t years;
    uint32_t number;
    TRY(retention_years(ledger_txn(e->ledger), ledger_head(e->ledger)->retentions, c,
                        &years, &number, d));
    if (number != 0) {
        TRY(retention_get(ledger_txn(e->ledger), number, &r, d));
    }
    if (list != NULL) {
        struct json *item = json_add_object(list);
        json_put_text(item, "class", retention_class_name(c));
        json_put_uint(item, "years", years);
        json_put_uint(item, "rule", number);
        json_put_text(item, "document", r.document);
        return ST_OK;
    }
    sheet_cell(t, "%s", class_text(o, c));
    sheet_cell(t, "%u", years);
    if (number == 0) {
        sheet_cell(t, "%s", TEXT(o, "built in", "内置"));
    } else {
        sheet_cell(t, "%u", number);
    }
    sheet_cell(t, "%s", r.document);
    return ST_OK;
}

/* Those that wait, or those that were refused. */
static enum status add_others(struct env *e, struct sheet *t, struct json *list,
                              enum entry_state state, struct diag *d)
{
    const struct output *o = &e->out;
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->retentions; n++) {
        struct retention_entry r;
        TRY(retention_get(ledger_txn(e->ledger), n, &r, d));
        if (r.state != state) {
            continue;
        }
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_rule(item, &r);
            TRY(refused_put(e, item, REGISTER_KEEPING, n, d));
            continue;
        }
        sheet_cell(t, "%s", class_text(o, r.class));
        sheet_cell(t, "%u", r.years);
        TRY(refused_number(e, t, REGISTER_KEEPING, n, d));
        sheet_cell(t, "%s", r.document);
    }
    return ST_OK;
}

static enum status fill(struct env *e, struct sheet *t, struct json *top,
                        struct diag *d)
{
    struct json *list = top != NULL ? json_put_list(top, "classes") : NULL;
    for (int c = RETENTION_PAYMENTS; c <= RETENTION_CLASSES; c++) {
        TRY(add_current(e, t, list, (enum retention_class)c, d));
    }
    list = top != NULL ? json_put_list(top, "pending") : NULL;
    TRY(add_others(e, t, list, ENTRY_PENDING, d));
    list = top != NULL ? json_put_list(top, "refused") : NULL;
    return add_others(e, t, list, ENTRY_REFUSED, d);
}

static enum status run_show(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct sheet t;
    TRY(env_read(e, d));
    if (o->json) {
        return fill(e, NULL, output_object(&e->out, "almoner.retentions/1"), d);
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "class", "类别"), false);
    sheet_column(&t, TEXT(o, "years", "年限"), true);
    sheet_column(&t, TEXT(o, "rule", "规定编号"), false);
    sheet_column(&t, TEXT(o, "document", "文号"), false);
    return sheet_end(&t, o, fill(e, &t, NULL, d));
}

static const struct option_spec SET[] = {
    {"document", 0, OPTION_TEXT, "NO", "document that says so"},
};

static const struct command ITEMS[] = {
    {
        .name = "retention show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "how long what is known of people is kept",
        .brief_zh = "查看保管期限",
        .text = "Years after the end: of payments (vouchers) after the last payment or "
                "repayment, of applications after death or the last record. Built in "
                "are 30 and 10. Nobody is erased before both are over.",
        .example = "  almoner -C baoqing retention show",
    },
    {
        .name = "retention set",
        .run = run_set,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "CLASS YEARS",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(SET),
        .brief = "set how many years a class is kept (admin)",
        .brief_zh = "设定保管期限（管理员）",
        .text = "CLASS is payments or applications. In a live ledger it counts when a "
                "second admin confirms: retention confirm.",
        .example = "  almoner -C baoqing retention set payments 30 \\\n"
                   "      --document 财政部令79号 --as admin1 --key admin1.pem",
    },
    {
        .name = "retention confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm a retention rule (second admin)",
        .brief_zh = "确认保管期限（第二名管理员）",
        .text = "By another admin than the one who set it.",
        .example =
            "  almoner -C baoqing retention confirm 1 --as admin2 --key admin2.pem",
    },
    REFUSE_COMMAND("retention", refuse_run, "N", "a retention rule", "待确认的保管期限",
                   "1"),
};
const struct command_list commands_retention = {"Keeping and erasing", "保管与销毁",
                                                ITEMS, COMMAND_COUNT(ITEMS)};
