/* cmd_channel.c - the banks paid through: an account and the format of its files. */
#include <stdio.h>

#include "base/text.h"
#include "batch/admin.h"
#include "cli/bank_out.h"
#include "cli/command.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "ledger/register.h"

static void put_channel(struct json *o, const struct channel_entry *e)
{
    json_put_uint(o, "number", e->number);
    json_put_text(o, "name", e->name);
    json_put_text(o, "state", refused_state_name(e->state));
    json_put_text(o, "bank_code", e->bank_code);
    json_put_text(o, "account", e->account);
    json_put_text(o, "account_name", e->account_name);
    json_put_text(o, "format", e->format);
    if (e->profile.there) {
        char hex[2 * DIGEST_LEN + 1];
        text_hex(e->profile.sha256, DIGEST_LEN, hex);
        json_put_text(o, "profile_sha256", hex);
    }
    struct json *settings = json_put_object(o, "settings");
    for (size_t i = 0; i < e->profile.count; i++) {
        json_put_text(settings, e->profile.settings[i].name,
                      e->profile.settings[i].value);
    }
}

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct channel_entry entry;
    TRY(channel_get(ledger_txn(e->ledger), number, &entry, d));
    if (o->json) {
        put_channel(output_object(&e->out, "almoner.channel/1"), &entry);
        return ST_OK;
    }
    output_done(o, TEXT(o, "channel %u: %s, %s, %s\n", "代发银行 %u：%s，%s，%s\n"),
                entry.number, entry.name, entry.format,
                refused_state_text(o, entry.state));
    if (entry.state == ENTRY_PENDING) {
        output_done(o, "%s almoner channel confirm %u\n",
                    TEXT(o, "the second admin goes on with:", "由第二名管理员继续："),
                    entry.number);
    }
    return ST_OK;
}

static enum status run_add(struct env *e, struct diag *d)
{
    struct admin_channel a = {.name = str_of(env_operand(e, 0))};
    struct kept_profile settings;
    struct bank_form form;
    const char *value;
    uint32_t number;
    bool own;
    TRY(options_need(&e->options, "bank-code", &value, d));
    a.bank_code = str_of(value);
    TRY(options_need(&e->options, "account", &value, d));
    a.account = str_of(value);
    TRY(options_need(&e->options, "account-name", &value, d));
    a.account_name = str_of(value);
    TRY(options_need(&e->options, "format", &value, d));
    TRY(bank_set_option(&e->options, &settings, d));
    a.settings = &settings;
    bank_form_init(&form);
    enum status st = bank_form_option(&e->options, &value, &own, &form, d);
    a.form = own ? &form : NULL;
    a.format = str_of(own ? "" : value);
    if (st == ST_OK) {
        st = env_write(e, ROLE_ADMIN, d);
    }
    if (st == ST_OK) {
        st = admin_add_channel(e->ledger, &a, &number, d);
    }
    bank_form_release(&form);
    return st == ST_OK ? report(e, number, d) : st;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "channel", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_confirm(e->ledger, REGISTER_CHANNEL, number, d));
    return report(e, number, d);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    struct channel_entry entry;
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->channels; n++) {
        TRY(channel_get(ledger_txn(e->ledger), n, &entry, d));
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_channel(item, &entry);
            TRY(refused_put(e, item, REGISTER_CHANNEL, n, d));
        }
        sheet_cell(t, "%u", entry.number);
        sheet_cell(t, "%s", entry.name);
        sheet_cell(t, "%s", entry.bank_code);
        sheet_cell(t, "%s", entry.account);
        sheet_cell(t, "%s", entry.format);
        TRY(refused_cell(e, t, REGISTER_CHANNEL, n,
                         refused_state_text(&e->out, entry.state), d));
        sheet_cell(t, "%s", entry.account_name);
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
        list = json_put_list(output_object(&e->out, "almoner.channels/1"), "channels");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "channel", "代发银行"), false);
    sheet_column(&t, TEXT(o, "bank code", "联行号"), false);
    sheet_column(&t, TEXT(o, "account", "账号"), false);
    sheet_column(&t, TEXT(o, "format", "格式"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "account name", "户名"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

static const struct option_spec ADD[] = {
    {"bank-code", 0, OPTION_TEXT, "CNAPS", "the bank's code (联行号)"},
    {"account", 0, OPTION_TEXT, "NO", "the account that pays"},
    {"account-name", 0, OPTION_TEXT, "TEXT", "its holder"},
    {"format", 0, OPTION_TEXT, "FORMAT", "see format list; or the path of a profile"},
    {"set", 0, OPTION_LIST, "NAME=VALUE", "what the profile asks for, e.g. unit=0001"},
};

static const struct command ITEMS[] = {
    {
        .name = "channel add",
        .run = run_add,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(ADD),
        .brief = "register a bank to pay through (admin)",
        .brief_zh = "登记代发银行（管理员）",
        .text =
            "An admin registers; in a live ledger the other admin confirms. A format "
            "may be a profile (docs/PROFILES.md): one that comes with the program by "
            "its name, one of your own by a path. Its text is kept in the ledger, so "
            "bank files can be made again whatever becomes of the file.",
        .example =
            "  almoner -C baoqing channel add icbc --bank-code 102100099996 \\\n"
            "      --account 0909000123456789012 --account-name 宝清县民政局 \\\n"
            "      --format pain.001.001.09 --as zhao --key zhao.pem",
    },
    {
        .name = "channel confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm a bank (the second admin)",
        .brief_zh = "确认代发银行（第二名管理员）",
        .text = "The admin who registered the channel cannot confirm.",
        .example = "  almoner -C baoqing channel confirm 1 --as qian --key qian.pem",
    },
    REFUSE_COMMAND("channel", refuse_run, "N", "a bank", "待确认的代发银行", "1"),
    {
        .name = "channel list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "the banks paid through",
        .brief_zh = "列出代发银行",
        .text = "All channels with their accounts and formats.",
        .example = "  almoner -C baoqing channel list",
    },
};
const struct command_list commands_channel = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
