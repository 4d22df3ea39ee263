/* cmd_erase.c - legal holds, and erasing a person by two signatures; the data file is
 * written anew at once. */
#include <stdio.h>
#include <string.h>

#include "batch/erase.h"
#include "cli/command.h"
#include "cli/erased_view.h"
#include "cli/people.h"
#include "cli/refused.h"

/* ---- holds ---- */

/* A duplicate's hold is that of who was kept. */
static enum status find_kept(struct env *e, uint64_t *number, struct diag *d)
{
    struct people p;
    TRY(people_find(e->ledger, env_operand(e, 0), number, d));
    enum status st = people_open(&p, e->ledger, *number, UINT64_MAX, d);
    if (st == ST_OK) {
        *number = p.person->number;
    }
    people_close(&p);
    return st;
}

static enum status show_hold(struct env *e, uint64_t person, struct diag *d)
{
    const struct output *o = &e->out;
    struct hold_entry h;
    TRY(hold_get(ledger_txn(e->ledger), person, &h, d));
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.hold/1");
        json_put_uint(top, "person", person);
        json_put_bool(top, "held", h.held);
        json_put_uint(top, "record", h.sequence);
        return ST_OK;
    }
    output_done(o,
                h.held ? TEXT(o, "person %llu is under legal hold (record %llu)\n",
                              "补贴对象 %llu 已依法冻结销毁（记录 %llu）\n")
                       : TEXT(o,
                              "person %llu is under no legal hold any more (record "
                              "%llu)\n",
                              "补贴对象 %llu 已解除冻结（记录 %llu）\n"),
                (unsigned long long)person, (unsigned long long)h.sequence);
    return ST_OK;
}

static enum status change_hold(struct env *e, bool set, unsigned roles, struct diag *d)
{
    struct hold_request q = {.set = set};
    const char *reason;
    const char *document;
    TRY(options_need(&e->options, "reason", &reason, d));
    TRY(options_need(&e->options, "document", &document, d));
    q.reason = str_of(reason);
    q.document = str_of(document);
    TRY(env_write(e, roles, d));
    TRY(find_kept(e, &q.person, d));
    TRY(hold_change(e->ledger, &q, d));
    return show_hold(e, q.person, d);
}

static enum status run_hold(struct env *e, struct diag *d)
{
    return change_hold(e, true, ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, d);
}

static enum status run_release(struct env *e, struct diag *d)
{
    return change_hold(e, false, ROLE_CHECKER, d);
}

/* ---- erasing ---- */

static enum status propose(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    const char *reason;
    const char *document;
    uint64_t person;
    TRY(options_need(&e->options, "reason", &reason, d));
    TRY(options_need(&e->options, "document", &document, d));
    TRY(env_write(e, ROLE_MAKER | ROLE_ADMIN, d));
    TRY(people_find(e->ledger, env_operand(e, 0), &person, d));
    TRY(erase_propose(e->ledger, person, str_of(reason), str_of(document), d));
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.erase/1");
        json_put_uint(top, "person", person);
        json_put_text(top, "state", "proposed");
        return ST_OK;
    }
    output_done(o,
                TEXT(o, "erasing person %llu is proposed; a checker goes on with:\n",
                     "已提出销毁补贴对象 %llu 的信息；由复核人员继续：\n"),
                (unsigned long long)person);
    output_done(o, "almoner person erase %llu --confirm --copies %s\n",
                (unsigned long long)person, TEXT(o, "TEXT", "说明"));
    output_done(o, "%s\n",
                TEXT(o,
                     "before that, list all that this ledger does not reach: backups, "
                     "folders of backup segments, papers; --copies puts them into the "
                     "certificate",
                     "确认前请清点本账套以外的副本：备份、分段备份目录、纸质材料，用 "
                     "--copies 载入销毁证明"));
    return ST_OK;
}

/* What cannot be undone is asked before, on a terminal. */
static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    struct erasure_entry x;
    uint64_t person;
    (void)number;
    TRY(people_find(e->ledger, env_operand(e, 0), &person, d));
    TRY(erasure_get(ledger_txn(e->ledger), person, &x, d));
    snprintf(q->text, sizeof q->text,
             TEXT(&e->out,
                  "Erase all that is known of person %llu, as proposed in record %llu? "
                  "It cannot be undone.",
                  "销毁补贴对象 %llu 的全部信息（申请为记录 %llu）？销毁后不能恢复。"),
             (unsigned long long)person, (unsigned long long)x.sequence);
    memset(q->content, 0, sizeof q->content);
    put_u64(q->content, x.sequence);
    return ST_OK;
}

/* Erased it is; that its bytes still lie in the file is told, and mended later. */
static bool compact(struct env *e)
{
    const struct output *o = &e->out;
    struct diag why;
    if (ledger_compact(e->ledger, &why) == ST_OK) {
        return true;
    }
    output_warn(o,
                TEXT(o,
                     "the data file still has the sealed bytes (%s): almoner person "
                     "erase --finish",
                     "数据文件中仍有密文残留（%s）：almoner person erase --finish"),
                why.what);
    return false;
}

/* What is no part of the ledger keeps what it has: somebody has to go there. */
static void tell_copies(const struct env *e, const char *copies)
{
    const struct output *o = &e->out;
    if (copies == NULL) {
        output_warn(o, "%s",
                    TEXT(o, "the certificate names no copies (--copies)",
                         "销毁证明未注明其他副本（--copies）"));
    }
    output_done(
        o, "%s\n",
        TEXT(o,
             "backups and segments made until now still hold the person: make a "
             "new backup, begin a new folder of segments (its first is full), "
             "and destroy the older ones when they may go",
             "此前的备份和分段备份仍含有此人：请另做备份，另起分段备份目录（首段"
             "为全量），旧备份到期后销毁"));
}

static enum status confirm(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct erased_terms done;
    struct erasure_entry entry;
    uint64_t person;
    TRY(env_ask_write(e, ROLE_CHECKER, about, 0, d));
    TRY(people_find(e->ledger, env_operand(e, 0), &person, d));
    TRY(erase_confirm(e->ledger, person, str_of(options_text(&e->options, "copies")),
                      &done, d));
    TRY(erasure_get(ledger_txn(e->ledger), person, &entry, d));
    bool compacted = compact(e);
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.erase/1");
        json_put_uint(top, "person", person);
        json_put_text(top, "state", "erased");
        json_put_uint(top, "certificate", entry.certificate);
        json_put_uint(top, "rows", done.row_count);
        json_put_bool(top, "compacted", compacted);
        return ST_OK;
    }
    output_done(o,
                TEXT(o, "person %llu is erased: certificate record %llu\n",
                     "补贴对象 %llu 的信息已销毁：销毁证明为记录 %llu\n"),
                (unsigned long long)person, (unsigned long long)entry.certificate);
    output_done(o, "%s almoner person show %llu\n",
                TEXT(o, "files and copies that still hold the person:",
                     "仍含有此人的文件和副本："),
                (unsigned long long)person);
    tell_copies(e, options_text(&e->options, "copies"));
    return ST_OK;
}

/* Opening for writing has done it already, unless it could not. */
static enum status finish(struct env *e, struct diag *d)
{
    TRY(env_write_unsigned(e, d));
    TRY(ledger_compact(e->ledger, d));
    if (e->out.json) {
        json_put_bool(output_object(&e->out, "almoner.erase/1"), "compacted", true);
        return ST_OK;
    }
    output_done(&e->out, "%s\n",
                TEXT(&e->out, "nothing erased is left in the data file",
                     "数据文件中没有已销毁信息的残留"));
    return ST_OK;
}

static enum status refuse(struct env *e, struct diag *d)
{
    uint64_t person;
    TRY(refuse_begin(e, REGISTER_ERASURE, d));
    TRY(people_find(e->ledger, env_operand(e, 0), &person, d));
    return refuse_entry(e, REGISTER_ERASURE, person, d);
}

static enum status run_erase(struct env *e, struct diag *d)
{
    bool second = options_flag(&e->options, "confirm");
    bool no = options_flag(&e->options, "refuse");
    bool last = options_flag(&e->options, "finish");
    bool who = env_operand(e, 0) != NULL;
    if (who == last || second + last + no > 1) {
        diag_fail(d, ST_USAGE, "missing-word", "whom to erase, or --finish?");
        return diag_hint(d, "almoner help person erase");
    }
    return last     ? finish(e, d)
           : second ? confirm(e, d)
           : no     ? refuse(e, d)
                    : propose(e, d);
}

#define WHY                                                                            \
    {"reason", 0, OPTION_TEXT, "TEXT", "why; it stands in the records for ever"},      \
    {                                                                                  \
        "document", 0, OPTION_TEXT, "NO", "document that says so"                      \
    }
static const struct option_spec HOLD[] = {WHY};
static const struct option_spec ERASE[] = {
    WHY,
    {"confirm", 0, OPTION_FLAG, NULL, "erase what was proposed (checker)"},
    {"refuse", 0, OPTION_FLAG, NULL, "refuse what was proposed, or take it back"},
    {"copies", 0, OPTION_TEXT, "TEXT", "backups and papers known to hold the person"},
    {"finish", 0, OPTION_FLAG, NULL, "write the data file anew after an interruption"},
};

static const struct command ITEMS[] = {
    {
        .name = "person hold",
        .run = run_hold,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(HOLD),
        .brief = "a person's data must be kept: lawsuit, audit",
        .brief_zh = "依法冻结销毁",
        .text = "Nobody who is under legal hold can be erased, whatever the years. A "
                "maker, checker or auditor sets it. Reasons stand in the records for "
                "ever and in clear: name nobody in them.",
        .example = "  almoner -C baoqing person hold 17 --reason 行政诉讼 \\\n"
                   "      --document 黑0523行初5号 --as auditor --key auditor.pem",
    },
    {
        .name = "person release-hold",
        .run = run_release,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(HOLD),
        .brief = "lift a legal hold (checker)",
        .brief_zh = "解除冻结（复核）",
        .text = "By another operator than the one who set it.",
        .example = "  almoner -C baoqing person release-hold 17 --reason 已结案 \\\n"
                   "      --document 黑0523行初5号 --as lina --key lina.pem",
    },
    {
        .name = "person erase",
        .run = run_erase,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "[ID]",
        .operand_max = 1,
        .options = COMMAND_OPTIONS(ERASE),
        .brief = "erase what is known of a person (maker, then checker)",
        .brief_zh = "销毁个人信息（经办提出，复核确认）",
        .text =
            "A maker or an admin proposes with --reason and --document, a checker "
            "confirms with --confirm; until then a checker refuses it, or who "
            "proposed it takes it back, with --refuse and --reason. The sealed row, "
            "its key and the look-up of ID numbers go, of duplicates too, and the "
            "data file is written anew so that no free page keeps them; a "
            "certificate record says so. Number, programme, months and amounts stay, "
            "so every sum and proof holds. Refused before the years of retention are "
            "over, under legal hold, while money is open, and while the person is "
            "still entitled. Imported files and answers still hold the person: "
            "person show lists them. So do backups, and folders of segments until a "
            "new one is begun, which the ledger does not know of: the checker lists "
            "them by --copies.\n"
            "An interrupted one is finished by the next command that writes, or by "
            "--finish, which needs no WHO.",
        .example =
            "  almoner -C baoqing person erase 17 --reason 保管期满 \\\n"
            "      --document 宝民销〔2057〕1号 --as wangfang --key wangfang.pem\n"
            "  almoner -C baoqing person erase 17 --confirm \\\n"
            "      --copies 2056年度备份磁带 --as lina --key lina.pem\n"
            "  almoner -C baoqing person erase --finish",
    },
};
const struct command_list commands_erase = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
