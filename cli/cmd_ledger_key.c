/* cmd_ledger_key.c - the ledger's own keys: another one that signs, and the vault's
 * master key under a passphrase, away from the house. */
#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/refused.h"
#include "cli/secret.h"
#include "cli/sheet.h"
#include "ledger/escrow.h"
#include "ledger/genesis.h"
#include "ledger/renew.h"

#define ESCROW_MAX ((size_t)4096)

static const char *state_text(const struct output *o, const struct env *e,
                              const struct epoch_key *k)
{
    if (k->state != ENTRY_ACTIVE) {
        return refused_state_text(o, k->state);
    }
    return k->number == ledger_head(e->ledger)->ledger_key
               ? TEXT(o, "in force", "使用中")
               : TEXT(o, "replaced", "已更换");
}

static void vkey_of(const struct env *e, const struct epoch_key *k,
                    char out[VKEY_TEXT_CAP])
{
    char origin[ORIGIN_MAX + 1];
    epoch_origin(ledger_info(e->ledger)->genesis_origin, k->epoch, origin);
    vkey_print(str_of(origin), k->public_key, out);
}

static void put_key(struct env *e, struct json *o, const struct epoch_key *k)
{
    struct output english = {.zh = false};
    char vkey[VKEY_TEXT_CAP];
    vkey_of(e, k, vkey);
    json_put_uint(o, "number", k->number);
    json_put_text(o, "state", state_text(&english, e, k));
    json_put_uint(o, "epoch", k->epoch);
    json_put_uint(o, "since_size", k->since);
    json_put_uint(o, "behind_size", k->behind_size);
    json_put_text(o, "vkey", vkey);
}

static enum status report(struct env *e, uint32_t number, struct diag *d)
{
    struct epoch_key k;
    char vkey[VKEY_TEXT_CAP];
    TRY(epoch_key_get(ledger_txn(e->ledger), number, &k, d));
    if (e->out.json) {
        put_key(e, output_object(&e->out, "almoner.ledger-key/1"), &k);
        return ST_OK;
    }
    vkey_of(e, &k, vkey);
    output_data(&e->out, "%s\n", vkey);
    output_done(&e->out, TEXT(&e->out, "ledger key %u: %s\n", "账套密钥 %u：%s\n"),
                number, state_text(&e->out, e, &k));
    if (k.state == ENTRY_PENDING) {
        output_done(
            &e->out, "%s almoner ledger-key confirm %u\n",
            TEXT(&e->out, "the second admin goes on with:", "由第二名管理员继续："),
            number);
    }
    return ST_OK;
}

static enum status run_rotate(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(renew_key(e->ledger, &number, d));
    return report(e, number, d);
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "ledger key", &number, d));
    TRY(env_write(e, ROLE_ADMIN, d));
    TRY(renew_confirm(e->ledger, number, d));
    return report(e, number, d);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->ledger_keys; n++) {
        struct epoch_key k;
        char vkey[VKEY_TEXT_CAP];
        TRY(epoch_key_get(ledger_txn(e->ledger), n, &k, d));
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_key(e, item, &k);
            TRY(refused_put(e, item, REGISTER_EPOCH, n, d));
        }
        vkey_of(e, &k, vkey);
        sheet_cell(t, "%u", n);
        sheet_cell(t, "%u", k.epoch);
        sheet_cell(t, "%llu", (unsigned long long)k.since);
        TRY(refused_cell(e, t, REGISTER_EPOCH, n, state_text(&e->out, e, &k), d));
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
        list = json_put_list(output_object(&e->out, "almoner.ledger-keys/1"), "keys");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "epoch", "纪元"), true);
    sheet_column(&t, TEXT(o, "from size", "起始记录数"), true);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "public key", "公钥"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

/* ---- escrow ---- */

static enum status take_passphrase(struct env *e, bool new, struct secret *s,
                                   struct diag *d)
{
    const char *path = env_passphrase_file(e);
    return path != NULL ? secret_read(s, path, d)
                        : secret_ask(s, "Passphrase of the escrow copy: ", new, d);
}

/* Only its owner reads it, and no older copy is lost. */
static enum status save_escrow(const char *path, struct str text, struct diag *d)
{
    struct file_output f;
    TRY(file_output_open(&f, path, 0600, d));
    enum status st = file_output_write(&f, text.p, text.n, d);
    if (st == ST_OK) {
        st = file_output_commit_new(&f, d);
    }
    file_output_drop(&f);
    return st;
}

static enum status run_escrow(struct env *e, struct diag *d)
{
    const char *path;
    struct secret s = {.length = 0};
    struct buf text;
    TRY(options_need(&e->options, "out", &path, d));
    TRY(signing_none(&e->options, d));
    TRY(env_look(e, d));
    buf_init(&text, ESCROW_MAX);
    enum status st = take_passphrase(e, true, &s, d);
    if (st == ST_OK) {
        st = escrow_seal(e->ledger, str_make(s.text, s.length), &text, d);
    }
    if (st == ST_OK) {
        st = save_escrow(path, buf_str(&text), d);
    }
    secret_wipe(&s);
    buf_release(&text);
    TRY(st);
    if (e->out.json) {
        json_put_text(output_object(&e->out, "almoner.escrow/1"), "file", path);
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "the vault's key, under the passphrase, is in %s: keep both away "
                     "from here, and from each other\n",
                     "档案库主密钥已加口令写入 %s：请与口令分开，异地保管\n"),
                path);
    return ST_OK;
}

static enum status run_recover(struct env *e, struct diag *d)
{
    const char *key_dir;
    char origin[ORIGIN_MAX + 1];
    struct secret s = {.length = 0};
    struct buf text;
    TRY(options_need(&e->options, "key-dir", &key_dir, d));
    enum status st = file_load(env_operand(e, 0), ESCROW_MAX, &text, d);
    if (st == ST_OK) {
        st = take_passphrase(e, false, &s, d);
    }
    if (st == ST_OK) {
        st = escrow_recover(buf_str(&text), str_make(s.text, s.length), key_dir, origin,
                            d);
    }
    secret_wipe(&s);
    buf_release(&text);
    TRY(st);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.escrow/1");
        json_put_text(top, "origin", origin);
        json_put_text(top, "key_dir", key_dir);
    }
    output_done(&e->out,
                TEXT(&e->out, "vault.key of %s is in %s again\n",
                     "%s 的 vault.key 已恢复到 %s\n"),
                origin, key_dir);
    return ST_OK;
}

static const struct option_spec ESCROW[] = {
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
};
static const struct option_spec RECOVER[] = {
    {"key-dir", 0, OPTION_TEXT, "DIR",
     "folder of the ledger's keys (else as remembered)"},
    {"passphrase-file", 0, OPTION_TEXT, "FILE",
     "its passphrase (else ALMONER_PASSPHRASE_FILE, or asked)"},
};

static const struct command ITEMS[] = {
    {
        .name = "ledger-key rotate",
        .run = run_rotate,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .brief = "give the ledger another key of its own (admin)",
        .brief_zh = "更换账套密钥（管理员）",
        .text =
            "Makes a key in the key folder. It signs heads and checkpoints from the "
            "moment it is in force: at once in a sandbox, else when the second "
            "admin has confirmed it. The audit office is given the new vkey. The "
            "old key file may be destroyed then.",
        .example = "  almoner -C baoqing ledger-key rotate --as zhao --key zhao.pem",
    },
    {
        .name = "ledger-key confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm it (the second admin)",
        .brief_zh = "确认账套密钥（第二名管理员）",
        .text = "The admin who made the key cannot confirm it.",
        .example = "  almoner -C baoqing ledger-key confirm 2 --as qian --key qian.pem",
    },
    REFUSE_COMMAND("ledger-key", refuse_run, "N", "a ledger key", "待确认的账套密钥",
                   "2"),
    {
        .name = "ledger-key list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "the ledger's keys and epochs",
        .brief_zh = "列出账套密钥和纪元",
        .text =
            "Every key the ledger has had, from which size of the ledger on it signs "
            "heads and checkpoints, and in which epoch.",
        .example = "  almoner -C baoqing ledger-key list",
    },
    {
        .name = "vault escrow",
        .run = run_escrow,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(ESCROW),
        .brief = "write the vault's key under a passphrase",
        .brief_zh = "加口令另存档案库主密钥",
        .text =
            "A backup cannot be read without vault.key. The escrow copy is sealed "
            "under the passphrase of --passphrase-file (or asked twice) and belongs "
            "into a safe elsewhere. It stays good for all later backups.",
        .example = "  almoner -C baoqing vault escrow --out vault.escrow",
    },
    {
        .name = "vault recover",
        .run = run_recover,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(RECOVER),
        .brief = "make vault.key again from the escrow copy",
        .brief_zh = "由另存副本恢复档案库主密钥",
        .text = "Makes vault.key in --key-dir, never over an old one. Then restore.",
        .example = "  almoner vault recover vault.escrow --key-dir /srv/keys",
    },
};
const struct command_list commands_ledger_key = {NULL, NULL, ITEMS,
                                                 COMMAND_COUNT(ITEMS)};
