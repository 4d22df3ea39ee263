/* cmd_keygen.c - an operator makes a key on their own machine. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/secret.h"

#define PEM_MAX 8192

static enum status read_passphrase(struct env *e, struct secret *s, struct diag *d)
{
    const char *path = env_passphrase_file(e);
    bool none = options_flag(&e->options, "no-passphrase");
    s->length = 0;
    if (none && options_text(&e->options, "passphrase-file") != NULL) {
        return diag_fail(d, ST_USAGE, "both-given",
                         "--no-passphrase and --passphrase-file exclude each other");
    }
    if (none) {
        output_warn(&e->out, "%s",
                    TEXT(&e->out, "a key without a passphrase works in a sandbox only",
                         "不设口令的密钥只能在演练账套中使用"));
        return ST_OK;
    }
    if (path != NULL) {
        return secret_read(s, path, d);
    }
    return secret_ask(s, "Passphrase of the new key: ", true, d);
}

static enum status make_key(struct key **out, enum suite suite, struct diag *d)
{
    uint8_t seed[32];
    TRY(env_random(seed, sizeof seed, d));
    enum status st = key_new_suite(out, suite, seed, d);
    memset(seed, 0, sizeof seed);
    return st;
}

/* The PEM text passes through a file only its owner can read. */
static enum status write_key(const struct key *k, const struct secret *s,
                             const char *path, struct diag *d)
{
    struct buf pem;
    struct file_output f;
    buf_init(&pem, PEM_MAX);
    enum status st = key_to_pem(k, str_make(s->text, s->length), &pem, d);
    if (st == ST_OK) {
        st = file_output_open(&f, path, 0600, d);
        if (st == ST_OK) {
            st = file_output_write(&f, pem.p, pem.len, d);
            if (st == ST_OK) {
                st = file_output_commit_new(&f, d);
            }
            file_output_drop(&f);
        }
    }
    if (pem.p != NULL) {
        memset(pem.p, 0, pem.len);
    }
    buf_release(&pem);
    return st;
}

static void report(struct env *e, const char *name, const struct key *k)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    char vkey[VKEY_TEXT_CAP];
    key_public(k, public_key);
    vkey_print(str_of(name), public_key, vkey);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.key/1");
        json_put_text(top, "name", name);
        json_put_text(top, "vkey", vkey);
        return;
    }
    output_data(&e->out, "%s\n", vkey);
}

static enum status run_keygen(struct env *e, struct diag *d)
{
    const char *name = env_operand(e, 0);
    const char *path;
    struct secret s;
    struct key *k = NULL;
    uint64_t suite = SUITE_1;
    TRY(options_need(&e->options, "key-out", &path, d));
    TRY(options_number(&e->options, "suite", 99, &suite, d));
    if (suite != SUITE_1 && suite != SUITE_2) {
        return diag_fail(d, ST_USAGE, "suite",
                         "there are suite 1 (Ed25519 keys) and suite 2 (SM2 keys)");
    }
    if (!key_name_valid(str_of(name))) {
        return diag_fail(d, ST_USAGE, "name",
                         "a name has 1 to %d bytes, no blanks and no +", KEY_NAME_MAX);
    }
    if (access(path, F_OK) == 0) {
        diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already", path);
        return diag_hint(d, "a key is never overwritten: choose another name");
    }
    TRY(read_passphrase(e, &s, d));
    enum status st = make_key(&k, (enum suite)suite, d);
    if (st == ST_OK) {
        st = write_key(k, &s, path, d);
    }
    if (st == ST_OK) {
        report(e, name, k);
    }
    key_free(k);
    secret_wipe(&s);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"key-out", 0, OPTION_TEXT, "FILE", "where the private key goes"},
    {"passphrase-file", 0, OPTION_TEXT, "FILE",
     "its passphrase (else ALMONER_PASSPHRASE_FILE, or asked)"},
    {"no-passphrase", 0, OPTION_FLAG, NULL, "none: such a key works in a sandbox only"},
    {"suite", 0, OPTION_TEXT, "N", "that of the ledger: 1 Ed25519 (as is), 2 SM2"},
};

static const struct command ITEMS[] = {
    {
        .name = "keygen",
        .run = run_keygen,
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "make an operator's key; prints its public half (vkey)",
        .brief_zh = "生成操作员密钥，并显示公钥（vkey）",
        .text = "The private key stays in FILE, on the operator's own machine, and is "
                "given to nobody. The line printed is public: an admin enrols it with "
                "operator add, or init takes it for an admin.",
        .example = "  almoner keygen wangfang --key-out wangfang.pem",
    },
};
const struct command_list commands_keygen = {"Beginning", "建账", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
