/* cmd_operator.c - who may act: enrolled by one admin and, in a live ledger, confirmed
 * by the second. */
#include <stdio.h>

#include "base/text.h"
#include "batch/admin.h"
#include "cli/command.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "cli/vkeys.h"
#include "ledger/register.h"

static void put_operator(struct json *o, const struct operator_entry *e)
{
    char roles[80];
    char vkey[VKEY_TEXT_CAP];
    roles_print(e->roles, roles, sizeof roles);
    vkey_print(str_of(e->name), e->public_key, vkey);
    json_put_uint(o, "number", e->number);
    json_put_text(o, "name", e->name);
    json_put_text(o, "state", refused_state_name(e->state));
    json_put_text(o, "roles", roles);
    json_put_text(o, "office", e->office);
    json_put_text(o, "vkey", vkey);
}

/* What became of the operator after an act. */
static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct operator_entry entry;
    char roles[80];
    TRY(operator_get(ledger_txn(e->ledger), number, &entry, d));
    if (o->json) {
        put_operator(output_object(&e->out, "almoner.operator/1"), &entry);
        return ST_OK;
    }
    roles_print(entry.roles, roles, sizeof roles);
    output_done(o, TEXT(o, "operator %u: %s, %s, %s\n", "操作员 %u：%s，%s，%s\n"),
                entry.number, entry.name, roles, refused_state_text(o, entry.state));
    if (entry.state == ENTRY_PENDING) {
        output_done(o, "%s almoner operator confirm %u\n",
                    TEXT(o, "the second admin goes on with:", "由第二名管理员继续："),
                    entry.number);
    }
    return ST_OK;
}

static enum status run_add(struct env *e, struct diag *d)
{
    struct admin_operator a = {.name = str_of(env_operand(e, 0))};
    const char *vkey;
    const char *roles;
    uint32_t number;
    TRY(options_need(&e->options, "vkey", &vkey, d));
    TRY(options_need(&e->options, "role", &roles, d));
    a.office = str_of(options_text(&e->options, "office"));
    TRY(vkeys_take(env_operand(e, 0), vkey, a.public_key, d));
    if (!roles_parse(str_of(roles), &a.roles)) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not a list of roles", roles);
        diag_where(d, "--role");
        return diag_hint(d, "maker, checker, releaser, auditor or admin, with commas");
    }
    if ((a.roles & ROLE_ADMIN) != 0 && a.roles != ROLE_ADMIN) {
        return diag_fail(d, ST_USAGE, "admin-role", "an admin has no other role");
    }
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_add_operator(e->ledger, &a, &number, d));
    return report(e, number, d);
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "operator", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_confirm(e->ledger, REGISTER_OPERATOR, number, d));
    return report(e, number, d);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    struct operator_entry entry;
    char roles[80];
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->operators; n++) {
        TRY(operator_get(ledger_txn(e->ledger), n, &entry, d));
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_operator(item, &entry);
            TRY(refused_put(e, item, REGISTER_OPERATOR, n, d));
        }
        roles_print(entry.roles, roles, sizeof roles);
        sheet_cell(t, "%u", entry.number);
        sheet_cell(t, "%s", entry.name);
        sheet_cell(t, "%s", roles);
        TRY(refused_cell(e, t, REGISTER_OPERATOR, n,
                         refused_state_text(&e->out, entry.state), d));
        sheet_cell(t, "%s", entry.office);
    }
    return ST_OK;
}

static enum status run_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct json *list = NULL;
    struct sheet t;
    TRY(env_read(e, d));
    if (o->json) {
        list =
            json_put_list(output_object(&e->out, "almoner.operators/1"), "operators");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "operator", "操作员"), false);
    sheet_column(&t, TEXT(o, "roles", "角色"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "office", "单位"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

static const struct option_spec ADD[] = {
    {"vkey", 0, OPTION_TEXT, "VKEY", "the line keygen printed"},
    {"role", 0, OPTION_TEXT, "ROLES",
     "maker, checker, releaser, auditor; or admin alone"},
    {"office", 0, OPTION_TEXT, "TEXT", "where the operator works"},
};

static const struct command ITEMS[] = {
    {
        .name = "operator add",
        .run = run_add,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(ADD),
        .brief = "enrol an operator (admin)",
        .brief_zh = "添加操作员（管理员）",
        .text = "An admin enrols; in a live ledger the other admin confirms. Names and "
                "keys are used once for ever, but of who was refused. An admin has no "
                "other role.",
        .example = "  almoner -C baoqing operator add wangfang --vkey \"$VKEY\" \\\n"
                   "      --role maker --office 民政局 --as zhao --key zhao.pem",
    },
    {
        .name = "operator confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm an operator (the second admin)",
        .brief_zh = "确认操作员（第二名管理员）",
        .text = "The admin who enrolled the operator cannot confirm.",
        .example = "  almoner -C baoqing operator confirm 3 --as qian --key qian.pem",
    },
    REFUSE_COMMAND("operator", refuse_run, "N", "an operator", "待确认的操作员", "3"),
    {
        .name = "operator list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "who may act",
        .brief_zh = "列出操作员",
        .text = "All operators, with roles and state; --json has their public keys.",
        .example = "  almoner -C baoqing operator list",
    },
};
const struct command_list commands_operator = {"Registers", "登记", ITEMS,
                                               COMMAND_COUNT(ITEMS)};
