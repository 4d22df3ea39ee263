/* cmd_witness.c - the county's side: which outsiders witness the ledger, and what they
 * cosigned. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "batch/admin.h"
#include "batch/anchor.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/refused.h"
#include "cli/sheet.h"

/* What it cosigned last, if it did. */
static void put_cosigned(struct json *o, const struct cosigned_entry *c)
{
    char time[TIME_TEXT_CAP];
    if (c->number == 0) {
        json_put_null(o, "cosigned_size");
        return;
    }
    json_put_uint(o, "cosigned_size", c->size);
    if (c->cosignature.time_s <= (uint64_t)INT64_MAX / 1000000) {
        time_print((int64_t)c->cosignature.time_s * 1000000, time);
        json_put_text(o, "cosigned_time", time);
    }
}

static void put_witness(struct json *o, const struct witness_entry *e,
                        const struct cosigned_entry *c)
{
    char vkey[VKEY_TEXT_CAP];
    witness_key_print(&e->key, vkey);
    json_put_uint(o, "number", e->number);
    json_put_text(o, "name", e->key.name);
    json_put_text(o, "state", refused_state_name(e->state));
    json_put_text(o, "vkey", vkey);
    put_cosigned(o, c);
}

static enum status newest_of(struct env *e, uint32_t witness,
                             struct cosigned_entry *out, struct diag *d)
{
    return cosigned_newest(ledger_txn(e->ledger), ledger_head(e->ledger)->cosigned,
                           witness, str_of(ledger_info(e->ledger)->origin), out, d);
}

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct witness_entry w;
    struct cosigned_entry c;
    TRY(witness_get(ledger_txn(e->ledger), number, &w, d));
    TRY(newest_of(e, number, &c, d));
    if (o->json) {
        put_witness(output_object(&e->out, "almoner.witness/1"), &w, &c);
        return ST_OK;
    }
    output_done(o, TEXT(o, "witness %u: %s, %s\n", "见证人 %u：%s，%s\n"), w.number,
                w.key.name, refused_state_text(o, w.state));
    if (w.state == ENTRY_PENDING) {
        output_done(o, "%s almoner witness confirm %u\n",
                    TEXT(o, "the second admin goes on with:", "由第二名管理员继续："),
                    w.number);
    }
    return ST_OK;
}

static enum status run_add(struct env *e, struct diag *d)
{
    const char *name = env_operand(e, 0);
    const char *vkey;
    struct witness_key key;
    uint32_t number;
    TRY(options_need(&e->options, "vkey", &vkey, d));
    TRY(witness_key_parse(str_of(vkey), &key, d));
    if (!str_is(str_of(name), key.name)) {
        diag_fail(d, ST_INPUT, "vkey-name", "this is the verifier key of %s, not of %s",
                  key.name, name);
        return diag_hint(
            d, "the name has to be the one that audit witness init was given");
    }
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(anchor_add_witness(e->ledger, &key, &number, d));
    return report(e, number, d);
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "witness", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(admin_confirm(e->ledger, REGISTER_WITNESS, number, d));
    return report(e, number, d);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    struct witness_entry w;
    struct cosigned_entry c;
    char vkey[VKEY_TEXT_CAP];
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->witnesses; n++) {
        TRY(witness_get(ledger_txn(e->ledger), n, &w, d));
        TRY(newest_of(e, n, &c, d));
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_witness(item, &w, &c);
            TRY(refused_put(e, item, REGISTER_WITNESS, n, d));
        }
        witness_key_print(&w.key, vkey);
        sheet_cell(t, "%u", w.number);
        sheet_cell(t, "%s", w.key.name);
        TRY(refused_cell(e, t, REGISTER_WITNESS, n,
                         refused_state_text(&e->out, w.state), d));
        if (c.number == 0) {
            sheet_cell(t, "-");
        } else {
            sheet_cell(t, "%" PRIu64, c.size);
        }
        sheet_cell(t, "%s", vkey);
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
            json_put_list(output_object(&e->out, "almoner.witnesses/1"), "witnesses");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "witness", "见证人"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "cosigned", "已联署"), true);
    sheet_column(&t, TEXT(o, "vkey", "公钥"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

/* ---- attach ---- */

static enum status run_attach(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct anchor_attached a = {0};
    struct buf note;
    TRY(env_write(
        e, ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN, d));
    enum status st = file_load(env_operand(e, 0), NOTE_BYTES_MAX, &note, d);
    if (st == ST_OK) {
        st = anchor_attach(e->ledger, buf_str(&note), &a, d);
    }
    buf_release(&note);
    if (st == ST_INPUT || st == ST_INTEGRITY) {
        diag_where(d, "%s", env_operand(e, 0));
    }
    TRY(st);
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.attached/1");
        json_put_uint(top, "size", a.size);
        json_put_uint(top, "added", a.added);
        json_put_uint(top, "known", a.known);
        return ST_OK;
    }
    output_done(o,
                TEXT(o,
                     "checkpoint of %" PRIu64 " records: %u cosignatures recorded, %u "
                     "known before\n",
                     "%" PRIu64 " 条记录的校验点：新登记联署 %u 份，此前已有 %u 份\n"),
                a.size, a.added, a.known);
    return ST_OK;
}

static const struct option_spec ADD[] = {
    {"vkey", 0, OPTION_TEXT, "VKEY", "the line audit witness init printed"},
};

static const struct command ITEMS[] = {
    {
        .name = "witness add",
        .run = run_add,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(ADD),
        .brief = "register an audit office that cosigns checkpoints (admin)",
        .brief_zh = "登记见证人（管理员）",
        .text = "An admin registers; in a live ledger the other admin confirms. Nobody "
                "who acts in the ledger can be its witness.",
        .example = "  almoner -C baoqing witness add heilongjiang-audit \\\n"
                   "      --vkey heilongjiang-audit+1f2e3d4c+BK... --as zhao --key "
                   "zhao.pem",
    },
    {
        .name = "witness confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm a witness (the second admin)",
        .brief_zh = "确认见证人（第二名管理员）",
        .text = "The admin who registered the witness cannot confirm.",
        .example = "  almoner -C baoqing witness confirm 1 --as qian --key qian.pem",
    },
    REFUSE_COMMAND("witness", refuse_run, "N", "a witness", "待确认的见证人", "1"),
    {
        .name = "witness list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "the witnesses and what they cosigned last",
        .brief_zh = "列出见证人及最近联署",
        .text = "All witnesses with their keys, and the size of the largest checkpoint "
                "each has cosigned.",
        .example = "  almoner -C baoqing witness list",
    },
    {
        .name = "audit witness attach",
        .run = run_attach,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "record the cosignatures that came back",
        .brief_zh = "登记交回的联署校验点",
        .text = "FILE is what audit witness cosign wrote. The checkpoint has to be of "
                "this ledger and each cosignature has to hold under the registered "
                "key. The same file again changes nothing.",
        .example = "  almoner -C baoqing audit witness attach 2026-11.cosigned \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_witness = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
