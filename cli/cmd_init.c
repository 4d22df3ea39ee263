/* cmd_init.c - a new ledger. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/vkeys.h"

#define OFFSET_MINUTES 480 /* a county's day is UTC+8 */
#define ADMINS_MAX 16

static enum status take_admins(struct env *e, struct ledger_genesis *g, struct diag *d)
{
    struct str names[ADMINS_MAX];
    struct str vkeys[ADMINS_MAX];
    size_t count = options_list(&e->options, "admin", names, ADMINS_MAX);
    size_t keys = options_list(&e->options, "admin-vkey", vkeys, ADMINS_MAX);
    if (count != keys || count > ADMINS_MAX) {
        return diag_fail(d, ST_USAGE, "admins",
                         "every --admin (at most %d) needs its --admin-vkey",
                         ADMINS_MAX);
    }
    if (count == 0 || (count == 1 && !g->sandbox)) {
        diag_fail(d, ST_USAGE, "admins", "%s",
                  count == 0 ? "no --admin is named"
                             : "a live ledger needs two --admin");
        return diag_hint(d, "a sandbox is content with one: --sandbox");
    }
    g->admin_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!str_copy(names[i], g->admins[i].name, sizeof g->admins[i].name)) {
            return diag_fail(d, ST_USAGE, "name", "an admin's name is too long");
        }
        TRY(vkeys_take(g->admins[i].name, vkeys[i].p, g->admins[i].public_key, d));
    }
    return ST_OK;
}

static enum status check_division(const char *division, struct diag *d)
{
    struct str s = str_of(division);
    if (s.n < 6 || s.n > 12 || !text_all_digits(s)) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not 6 to 12 digits", division);
        return diag_where(d, "--division");
    }
    return ST_OK;
}

static enum status take_genesis(struct env *e, struct ledger_genesis *g, struct diag *d)
{
    const char *ledger_name = options_text(&e->options, "ledger");
    uint64_t suite = 1;
    memset(g, 0, sizeof *g);
    g->ledger_name = ledger_name != NULL ? ledger_name : "main";
    g->sandbox = options_flag(&e->options, "sandbox");
    g->offset_minutes = OFFSET_MINUTES;
    TRY(options_need(&e->options, "division", &g->division, d));
    TRY(check_division(g->division, d));
    TRY(options_need(&e->options, "name", &g->name, d));
    TRY(options_number(&e->options, "suite", 99, &suite, d));
    if (suite != SUITE_1 && suite != SUITE_2) {
        return diag_fail(d, ST_USAGE, "suite",
                         "there are suite 1 (%s) and suite 2 (%s)",
                         key_suite_text(SUITE_1), key_suite_text(SUITE_2));
    }
    g->suite = (enum suite)suite;
    g->sm2_id = options_text(&e->options, "sm2-id");
    if (g->suite == SUITE_1 && g->sm2_id != NULL) {
        return diag_fail(d, ST_USAGE, "sm2-id", "--sm2-id is for --suite 2 only");
    }
    return take_admins(e, g, d);
}

/* Opened again as anyone will open it. */
static enum status report(struct env *e, const struct ledger_options *made,
                          struct diag *d)
{
    struct ledger_options o = *made;
    o.mode = LEDGER_READ;
    TRY(ledger_open(&e->ledger, &o, d));
    const struct ledger_info *info = ledger_info(e->ledger);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.init/1");
        json_put_text(top, "origin", info->origin);
        json_put_text(top, "name", info->name);
        json_put_text(top, "division", info->division);
        json_put_bool(top, "sandbox", info->sandbox);
        json_put_uint(top, "suite", (uint64_t)info->suite);
        json_put_text(top, "vkey", info->vkey);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out, "made the ledger %s of %s\n", "已建立账套 %s（%s）\n"),
                info->origin, info->name);
    output_data(&e->out, "%s\n", info->vkey);
    output_done(
        &e->out, "%s\n",
        TEXT(&e->out,
             "The line above is the ledger's own public key: give it to the audit\n"
             "office. almoner status says what to do next.",
             "上面一行是账套公钥：请交给审计局留存。\n"
             "almoner status 会说明下一步该做什么。"));
    return ST_OK;
}

static enum status run_init(struct env *e, struct diag *d)
{
    struct ledger_genesis g;
    char key_dir[FILE_PATH_MAX];
    const char *given = options_text(&e->options, "key-dir");
    struct ledger_options o = {.dir = env_operand(e, 0), .entropy = env_entropy()};
    TRY(take_genesis(e, &g, d));
    TRY(env_now(e, &o.now_us, &o.now_given, d));
    if (given != NULL) {
        TRY(file_absolute(given, key_dir, d));
        o.key_dir = key_dir;
    }
    TRY(ledger_create(&o, &g, d));
    return report(e, &o, d);
}

static const struct option_spec OPTIONS[] = {
    {"division", 0, OPTION_TEXT, "CODE", "division code of the county, 6 to 12 digits"},
    {"name", 0, OPTION_TEXT, "TEXT", "name of the office"},
    {"admin", 0, OPTION_LIST, "NAME", "an admin; live ledgers need two"},
    {"admin-vkey", 0, OPTION_LIST, "VKEY",
     "and the line keygen printed for this admin"},
    {"ledger", 0, OPTION_TEXT, "NAME", "name of the ledger within the division (main)"},
    {"key-dir", 0, OPTION_TEXT, "DIR", "where the ledger's own keys go (DIR/keys)"},
    {"sandbox", 0, OPTION_FLAG, NULL, "a training ledger"},
    {"suite", 0, OPTION_TEXT, "N", "1: SHA-256 and Ed25519 (as is); 2: SM3 and SM2"},
    {"sm2-id", 0, OPTION_TEXT, "TEXT",
     "SM2 id of operators' signatures (1234567812345678)"},
    {"now", 0, OPTION_TEXT, "TIME",
     "the time, as 2026-11-05T09:00:00Z: in a sandbox only"},
};

static const struct command ITEMS[] = {
    {
        .name = "init",
        .run = run_init,
        .operands = "DIR",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "make a new ledger",
        .brief_zh = "建立新账套",
        .text =
            "Makes DIR with the ledger in it and its keys in DIR/keys or --key-dir. "
            "Two admins enrol everybody else; in a training ledger (--sandbox) one is "
            "enough. Prints the ledger's own public key, which the audit office keeps. "
            "The suite is chosen here for good; all keys are of it (keygen --suite).",
        .example = "  almoner init baoqing --division 230523 --name 宝清县民政局 \\\n"
                   "      --admin zhao --admin-vkey \"$ZHAO\" \\\n"
                   "      --admin qian --admin-vkey \"$QIAN\"",
    },
};
const struct command_list commands_init = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
