/* cmd_sign.c - a signature on a machine without the ledger: shows what a request asks
 * for, and signs it. What people read comes from what is signed; ledger/request.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/secret.h"
#include "cli/sign_command.h"
#include "ledger/request.h"

/* How far the clock over here may be behind the county's. A request from further ahead
 * would hold for longer than requests do. */
#define AHEAD_MAX_US ((int64_t)24 * 3600 * 1000000)

struct job {
    struct env *e;
    struct buf file;
    struct request q;
    struct digest *g;
    struct key *key;
    struct signature_file s;
};

static enum status read_request(struct job *j, const char *path, struct diag *d)
{
    TRY(file_load(path, REQUEST_BYTES_MAX, &j->file, d));
    enum status st = request_read(buf_str(&j->file), j->g, &j->q, d);
    return st == ST_OK ? st : diag_where(d, "%s", path);
}

static enum status check_name(const struct job *j, const char **name, struct diag *d)
{
    *name = options_text(&j->e->options, "as");
    *name = *name != NULL ? *name : env_variable("ALMONER_AS");
    if (*name == NULL) {
        diag_fail(d, ST_USAGE, "who", "it is not said who signs");
        return diag_hint(d, "give --as NAME, or set ALMONER_AS");
    }
    if (strcmp(*name, j->q.name) != 0) {
        return diag_fail(d, ST_DENIED, "other-name", "the request asks %s, not %s",
                         j->q.name, *name);
    }
    return ST_OK;
}

static enum status check_time(const struct job *j, struct diag *d)
{
    int64_t now;
    bool given;
    char text[TIME_TEXT_CAP];
    const struct act_words *w = &j->q.words;
    TRY(env_now(j->e, &now, &given, d));
    if (given && !request_is_sandbox(w->origin)) {
        return diag_fail(d, ST_USAGE, "now-live", "--now is for a sandbox's requests");
    }
    if (now > request_expires(w)) {
        time_print(request_expires(w), text);
        diag_fail(d, ST_CONFLICT, "request-expired", "the request expired on %s", text);
        return diag_hint(d, "ask the county for a new one");
    }
    if (w->time_us > now && w->time_us - now > AHEAD_MAX_US) {
        time_print(w->time_us, text);
        diag_fail(d, ST_CONFLICT, "request-ahead",
                  "the request is from the future (%s)", text);
        return diag_hint(d, "one of the two clocks is wrong");
    }
    return ST_OK;
}

/* Everything in the file, the signed text itself included on no screen: its words are
 * all of it but the digest. */
static enum status show(const struct job *j, struct diag *d)
{
    const struct output *o = &j->e->out;
    struct buf is_signed;
    struct buf told;
    buf_init(&is_signed, REQUEST_BYTES_MAX);
    buf_init(&told, REQUEST_BYTES_MAX);
    request_words(&j->q, &is_signed, &told);
    enum status st = buf_check(&is_signed, d);
    if (st == ST_OK) {
        st = buf_check(&told, d);
    }
    if (st == ST_OK) {
        output_done(
            o, "%s\n%s\n%s\n%s\n", "signed 所签内容:", buf_cstr(&is_signed),
            "told by the county, not signed 县级说明，不在签名之内:", buf_cstr(&told));
    }
    buf_release(&is_signed);
    buf_release(&told);
    return st;
}

static enum status confirm(const struct job *j, struct diag *d)
{
    char question[SUBJECT_MAX + 200];
    char fen[MONEY_TEXT_CAP];
    const struct act_words *w = &j->q.words;
    if (!env_asks(j->e)) {
        return ST_OK;
    }
    money_print_grouped(w->total_fen, fen);
    snprintf(question, sizeof question,
             TEXT(&j->e->out, "sign \"%.*s\", %" PRIu64 ", %s yuan?",
                  "签名“%.*s”，%" PRIu64 " 笔，%s 元，确认？"),
             STR_ARG(w->subject), w->count, fen);
    return env_ask(question, d);
}

static enum status sign_by_key(struct job *j, struct diag *d)
{
    struct signing *s = &j->e->signing;
    key_public(s->key, j->s.public_key);
    if (memcmp(j->s.public_key, j->q.public_key, KEY_PUBLIC_LEN) != 0) {
        return diag_fail(d, ST_DENIED, "other-key",
                         "this is not the key that %s is registered with", j->q.name);
    }
    if (s->key_bare && !request_is_sandbox(j->q.words.origin)) {
        return diag_fail(d, ST_DENIED, "bare-key",
                         "a key without a passphrase works in a sandbox only");
    }
    return key_sign_id(s->key, j->q.sm2_id, j->q.text, j->s.signature, d);
}

static enum status sign(struct job *j, struct diag *d)
{
    struct signing *s = &j->e->signing;
    memcpy(j->s.request, j->q.digest, DIGEST_LEN);
    memcpy(j->s.name, j->q.name, sizeof j->s.name);
    memcpy(j->s.public_key, j->q.public_key, KEY_PUBLIC_LEN);
    j->s.sm2_id = j->q.sm2_id;
    j->s.text = j->q.text;
    if (s->way == SIGNING_COMMAND) {
        return sign_command(s->command, j->q.text, j->q.public_key, j->q.sm2_id,
                            j->s.signature, d);
    }
    return sign_by_key(j, d);
}

static enum status write_signature(struct job *j, const char *path, struct diag *d)
{
    struct buf text;
    buf_init(&text, REQUEST_BYTES_MAX);
    enum status st = signature_file_print(&j->s, j->g, &text, d);
    if (st == ST_OK) {
        st = file_save(path, buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}

static void report(struct env *e, const struct job *j, const char *path)
{
    char time[TIME_TEXT_CAP];
    const struct act_words *w = &j->q.words;
    time_print(request_expires(w), time);
    if (!e->out.json) {
        output_done(&e->out,
                    TEXT(&e->out, "signed: %s, to be used until %s\n",
                         "已签名：%s，有效期至 %s\n"),
                    path, time);
        return;
    }
    struct json *top = output_object(&e->out, "almoner.signature/1");
    json_put_text(top, "file", path);
    json_put_str(top, "origin", w->origin);
    json_put_text(top, "act", record_kind_name(w->kind));
    json_put_str(top, "subject", w->subject);
    json_put_text(top, "name", j->q.name);
    json_put_uint(top, "count", w->count);
    json_put_int(top, "total_fen", w->total_fen);
    json_put_text(top, "expires", time);
}

static enum status work(struct job *j, struct diag *d)
{
    const char *out;
    const char *name;
    struct env *e = j->e;
    TRY(options_need(&e->options, "out", &out, d));
    TRY(digest_new(&j->g, d));
    TRY(read_request(j, env_operand(e, 0), d));
    TRY(check_name(j, &name, d));
    TRY(check_time(j, d));
    TRY(show(j, d));
    TRY(signing_load(&e->signing, &e->options, env_passphrase_file(e), &e->out, d));
    TRY(confirm(j, d));
    TRY(sign(j, d));
    TRY(write_signature(j, out, d));
    report(e, j, out);
    return ST_OK;
}

static enum status run_sign(struct env *e, struct diag *d)
{
    struct job j = {.e = e};
    enum status st = work(&j, d);
    digest_free(j.g);
    buf_release(&j.file);
    return st;
}

static const struct option_spec SIGN[] = {
    {"as", 0, OPTION_TEXT, "NAME", "the operator who acts (else ALMONER_AS)"},
    {"key", 0, OPTION_TEXT, "FILE", "the operator's key (else ALMONER_KEY)"},
    {"passphrase-file", 0, OPTION_TEXT, "FILE",
     "its passphrase (else ALMONER_PASSPHRASE_FILE, or asked)"},
    {"sign-command", 0, OPTION_TEXT, "COMMAND",
     "a program that signs (else ALMONER_SIGN_COMMAND)"},
    {"out", 0, OPTION_TEXT, "FILE", "where the signature goes"},
    {"now", 0, OPTION_TEXT, "TIME",
     "the time, as 2026-11-05T09:00:00Z: in a sandbox only"},
};

static const struct command COMMANDS[] = {
    {
        .name = "sign",
        .run = run_sign,
        .operands = "REQUEST",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(SIGN),
        .brief = "sign a request on a machine without the ledger",
        .brief_zh = "在没有账套的机器上签名",
        .text =
            "Shows what the request asks for, in words that come from what is "
            "signed, and what the county tells besides; asks on a terminal (--yes: "
            "does not), and writes the signature. The county completes the act "
            "with it: the same command with --signature. A request expires after "
            "seven days.\n"
            "Refused are expired requests, those for another name or key, and those "
            "whose words are not those of what would be signed.",
        .example =
            "  almoner -C county batch release 3 --as finance --request release.req\n"
            "  almoner sign release.req --as finance --key finance.pem --out "
            "release.sig\n"
            "  almoner -C county batch release 3 --as finance --signature release.sig",
    },
};

const struct command_list commands_sign = {NULL, NULL, COMMANDS,
                                           COMMAND_COUNT(COMMANDS)};
