/* cmd_config.c - how the office works: settings that admins sign. */
#include <stdio.h>
#include <string.h>

#include "batch/admin.h"
#include "cli/command.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "entitle/entitle.h"
#include "ledger/setting.h"

static void put_setting(struct json *o, const struct setting_entry *x)
{
    json_put_uint(o, "number", x->number);
    json_put_text(o, "name", x->name);
    json_put_text(o, "value", x->value);
    json_put_text(o, "state", refused_state_name(x->state));
}

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct setting_entry x;
    TRY(setting_get(ledger_txn(e->ledger), number, &x, d));
    if (o->json) {
        put_setting(output_object(&e->out, "almoner.setting/1"), &x);
        return ST_OK;
    }
    output_done(o, TEXT(o, "setting %u: %s = %s, %s\n", "参数 %u：%s = %s，%s\n"),
                number, x.name, x.value, refused_state_text(o, x.state));
    if (x.state == ENTRY_PENDING) {
        output_done(o, "%s almoner config confirm %u\n",
                    TEXT(o, "the second admin goes on with:", "由第二名管理员继续："),
                    number);
    }
    return ST_OK;
}

/* A slip in the code of a programme: the setting would hold for nobody. */
static enum status warn_unknown(struct env *e, struct str name, struct diag *d)
{
    const struct output *o = &e->out;
    struct entitle *rules;
    struct str code = setting_programme(setting_kind_find(name), name);
    if (code.n == 0) {
        return ST_OK;
    }
    TRY(entitle_open(&rules, e->ledger, UINT32_MAX, d));
    if (policy_set_programme_find(entitle_policies(rules), code) < 0) {
        output_warn(o,
                    TEXT(o, "no confirmed policy knows a programme %.*s",
                         "已确认的政策文件中没有补贴项目 %.*s"),
                    STR_ARG(code));
    }
    entitle_close(rules);
    return ST_OK;
}

static enum status run_set(struct env *e, struct diag *d)
{
    uint32_t number;
    struct str name = str_of(env_operand(e, 0));
    struct str value = str_of(env_operand(e, 1));
    TRY(setting_check(name, value, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(warn_unknown(e, name, d));
    TRY(admin_set(e->ledger, name, value, &number, d));
    return report(e, number, d);
}

/* "block, warn, off; warn": what it takes, and what holds while it is not set. */
static void add_values(const struct output *o, const struct setting_kind *k,
                       struct buf *out)
{
    switch (k->form) {
    case SETTING_TEXT:
        buf_add_text(out, TEXT(o, "one line", "一行文字"));
        break;
    case SETTING_FEN:
        buf_add_text(out, TEXT(o, "yuan", "金额（元）"));
        break;
    case SETTING_COUNT:
        buf_add_text(out, TEXT(o, "a number", "数字"));
        break;
    case SETTING_SWITCH:
        for (const char *p = k->words; *p != '\0'; p++) {
            buf_add(out, *p == ' ' ? ", " : p, *p == ' ' ? 2 : 1);
        }
        break;
    }
    if (k->fallback[0] != '\0') {
        buf_addf(out, TEXT(o, "; unless set: %s", "；未设时 %s"), k->fallback);
    }
}

/* For help: every setting there is, two lines each. */
static void list_settings(const struct output *o)
{
    output_data(o, "%s\n", TEXT(o, "Settings", "参数"));
    for (const struct setting_kind *k = setting_kinds; k->name != NULL; k++) {
        struct buf values;
        bool open = k->name[strlen(k->name) - 1] == '.';
        buf_init(&values, 200);
        add_values(o, k, &values);
        output_data(o, "  %s%s (%.*s)\n      %s\n", k->name,
                    open ? TEXT(o, "PROGRAMME", "项目代码") : "",
                    STR_ARG(buf_str(&values)), TEXT(o, k->what, k->zh));
        buf_release(&values);
    }
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "setting", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_confirm(e->ledger, REGISTER_SETTING, number, d));
    return report(e, number, d);
}

/* ---- show ---- */

static enum status add_kind(struct env *e, struct sheet *t, struct json *list,
                            const struct setting_kind *k, struct diag *d)
{
    const struct output *o = &e->out;
    char value[SETTING_VALUE_MAX + 1];
    uint32_t number;
    TRY(setting_now(ledger_txn(e->ledger), ledger_head(e->ledger)->settings, k->name,
                    value, &number, d));
    if (list != NULL) {
        struct json *item = json_add_object(list);
        json_put_text(item, "name", k->name);
        json_put_text(item, "value", value);
        json_put_uint(item, "setting", number);
        return ST_OK;
    }
    sheet_cell(t, "%s", k->name);
    sheet_cell(t, "%s", value);
    if (number == 0) {
        sheet_cell(t, "%s", TEXT(o, "built in", "内置"));
    } else {
        sheet_cell(t, "%u", number);
    }
    sheet_cell(t, "%s", TEXT(o, k->what, k->zh));
    return ST_OK;
}

/* Those that wait, or those that were refused. */
static enum status add_others(struct env *e, struct sheet *t, struct json *list,
                              enum entry_state state, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->settings; n++) {
        struct setting_entry x;
        TRY(setting_get(ledger_txn(e->ledger), n, &x, d));
        if (x.state != state) {
            continue;
        }
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_setting(item, &x);
            TRY(refused_put(e, item, REGISTER_SETTING, n, d));
            continue;
        }
        sheet_cell(t, "%s", x.name);
        sheet_cell(t, "%s", x.value);
        TRY(refused_number(e, t, REGISTER_SETTING, n, d));
        sheet_cell(t, "%s", "");
    }
    return ST_OK;
}

/* Those of a kind that takes more behind its name, as far as they were set. */
static enum status add_named(struct env *e, struct sheet *t, struct json *list,
                             struct diag *d)
{
    struct txn *txn = ledger_txn(e->ledger);
    uint32_t count = ledger_head(e->ledger)->settings;
    for (uint32_t n = 1; n <= count; n++) {
        struct setting_entry x;
        char value[SETTING_VALUE_MAX + 1];
        uint32_t newest;
        TRY(setting_get(txn, n, &x, d));
        const struct setting_kind *k = setting_kind_find(str_of(x.name));
        TRY(setting_now(txn, count, x.name, value, &newest, d));
        if (newest == n && k->name[strlen(k->name) - 1] == '.') {
            struct setting_kind named = *k;
            named.name = x.name;
            TRY(add_kind(e, t, list, &named, d));
        }
    }
    return ST_OK;
}

static enum status fill(struct env *e, struct sheet *t, struct json *top,
                        struct diag *d)
{
    struct json *list = top != NULL ? json_put_list(top, "settings") : NULL;
    for (const struct setting_kind *k = setting_kinds; k->name != NULL; k++) {
        TRY(add_kind(e, t, list, k, d));
    }
    TRY(add_named(e, t, list, d));
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
        return fill(e, NULL, output_object(&e->out, "almoner.settings/1"), d);
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "setting", "参数"), false);
    sheet_column(&t, TEXT(o, "value", "取值"), false);
    sheet_column(&t, TEXT(o, "set by", "设定编号"), false);
    sheet_column(&t, TEXT(o, "what", "说明"), false);
    return sheet_end(&t, o, fill(e, &t, NULL, d));
}

static const struct command ITEMS[] = {
    {
        .name = "config show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "how this office works: all settings",
        .brief_zh = "查看参数",
        .text = "Every setting with its value now, and what waits for a second admin.",
        .example = "  almoner -C baoqing config show",
    },
    {
        .name = "config set",
        .run = run_set,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "NAME VALUE",
        .operand_min = 2,
        .operand_max = 2,
        .brief = "set how this office works (admin)",
        .brief_zh = "设定参数（管理员）",
        .text = "In a live ledger it counts when a second admin confirms: config "
                "confirm. An empty VALUE takes a limit or an office away. config show "
                "has what holds now.",
        .example = "  almoner -C baoqing config set office.release 宝清县财政局 \\\n"
                   "      --as admin1 --key admin1.pem",
        .list = list_settings,
    },
    {
        .name = "config confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm a setting (second admin)",
        .brief_zh = "确认参数（第二名管理员）",
        .text = "By another admin than the one who set it.",
        .example = "  almoner -C baoqing config confirm 1 --as admin2 --key admin2.pem",
    },
    REFUSE_COMMAND("config", refuse_run, "N", "a setting", "待确认的参数", "1"),
};
const struct command_list commands_config = {"How the office works", "参数", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
