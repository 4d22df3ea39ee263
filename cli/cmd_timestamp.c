/* cmd_timestamp.c - RFC 3161 timestamps of checkpoints: what to send to an authority,
 * and holding its answer against the checkpoint and the authority's certificates. */
#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/text.h"
#include "batch/anchor.h"
#include "cli/command.h"
#include "cli/files.h"
#include "formats/timestamp.h"

/* The files of a command; empty at first. */
struct evidence {
    struct buf checkpoint;
    struct buf token;
    struct buf ca;
    uint8_t sha256[DIGEST_LEN]; /* of the checkpoint's file, byte for byte */
    struct timestamp stamp;
};

static void evidence_release(struct evidence *x)
{
    buf_release(&x->checkpoint);
    buf_release(&x->token);
    buf_release(&x->ca);
}

static enum status load_checkpoint(struct evidence *x, const char *path, struct diag *d)
{
    struct digest *g;
    TRY(file_load(path, NOTE_BYTES_MAX, &x->checkpoint, d));
    TRY(digest_new(&g, d));
    digest_once(g, buf_str(&x->checkpoint), str_of(""), x->sha256);
    digest_free(g);
    return ST_OK;
}

/* Operands CHECKPOINT and TOKEN, option --ca: loaded and held against each other. */
static enum status load_evidence(struct env *e, struct evidence *x, struct diag *d)
{
    const char *ca;
    TRY(options_need(&e->options, "ca", &ca, d));
    TRY(load_checkpoint(x, env_operand(e, 0), d));
    TRY(file_load(env_operand(e, 1), TIMESTAMP_BYTES_MAX, &x->token, d));
    TRY(file_load(ca, TIMESTAMP_CA_MAX, &x->ca, d));
    enum status st =
        timestamp_check(buf_str(&x->token), x->sha256, buf_str(&x->ca), &x->stamp, d);
    if (st == ST_INPUT || st == ST_INTEGRITY) {
        diag_where(d, "%s", env_operand(e, 1));
    }
    return st;
}

static void put_evidence(struct json *top, const struct evidence *x)
{
    char hex[2 * DIGEST_LEN + 1];
    char time[TIME_TEXT_CAP];
    text_hex(x->sha256, DIGEST_LEN, hex);
    time_print(x->stamp.time_us, time);
    json_put_text(top, "sha256", hex);
    json_put_text(top, "time", time);
    json_put_text(top, "authority", x->stamp.authority);
}

/* ---- request ---- */

static enum status save_request(struct env *e, struct evidence *x, const char *path,
                                struct diag *d)
{
    struct buf der;
    char hex[2 * DIGEST_LEN + 1];
    buf_init(&der, 4096);
    enum status st = timestamp_request(x->sha256, &der, d);
    if (st == ST_OK) {
        st = file_save(path, buf_str(&der), d);
    }
    buf_release(&der);
    TRY(st);
    text_hex(x->sha256, DIGEST_LEN, hex);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.timestamp-request/1");
        json_put_text(top, "sha256", hex);
        json_put_text(top, "file", path);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out, "%s: send it to a time stamping authority\n",
                     "%s：请发送给时间戳服务机构\n"),
                path);
    return ST_OK;
}

static enum status run_request(struct env *e, struct diag *d)
{
    struct evidence x = {0};
    struct checkpoint c;
    struct str text;
    const char *out;
    TRY(options_need(&e->options, "out", &out, d));
    enum status st = load_checkpoint(&x, env_operand(e, 0), d);
    if (st == ST_OK) {
        st = note_text(buf_str(&x.checkpoint), &text, d);
    }
    if (st == ST_OK) {
        st = checkpoint_parse(text, &c, d);
    }
    if (st == ST_OK) {
        st = save_request(e, &x, out, d);
    }
    evidence_release(&x);
    return st;
}

/* ---- check ---- */

static enum status run_check(struct env *e, struct diag *d)
{
    struct evidence x = {0};
    char time[TIME_TEXT_CAP];
    enum status st = load_evidence(e, &x, d);
    if (st == ST_OK && e->out.json) {
        put_evidence(output_object(&e->out, "almoner.timestamp/1"), &x);
    } else if (st == ST_OK) {
        time_print(x.stamp.time_us, time);
        output_data(&e->out,
                    TEXT(&e->out, "%s existed at %s, says %s\n",
                         "%s 在 %s 已存在，时间戳机构：%s\n"),
                    env_operand(e, 0), time, x.stamp.authority);
    }
    evidence_release(&x);
    return st;
}

/* ---- attach ---- */

static void report_attached(struct env *e, const struct evidence *x, uint32_t number,
                            bool known)
{
    char time[TIME_TEXT_CAP];
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.timestamp/1");
        put_evidence(top, x);
        json_put_bool(top, "already_attached", known);
        if (!known) {
            json_put_uint(top, "number", number);
        }
        return;
    }
    if (known) {
        output_done(
            &e->out, "%s\n",
            TEXT(&e->out, "this timestamp is recorded already", "该时间戳此前已登记"));
        return;
    }
    time_print(x->stamp.time_us, time);
    output_done(&e->out,
                TEXT(&e->out, "timestamp %u: %s, by %s\n", "时间戳 %u：%s，%s\n"),
                number, time, x->stamp.authority);
}

static enum status run_attach(struct env *e, struct diag *d)
{
    struct evidence x = {0};
    uint32_t number = 0;
    bool known = false;
    enum status st = load_evidence(e, &x, d);
    if (st == ST_OK) {
        st = env_write(
            e, ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN,
            d);
    }
    if (st == ST_OK) {
        st = anchor_timestamp(e->ledger, buf_str(&x.checkpoint), buf_str(&x.token),
                              x.stamp.time_us, &number, &known, d);
    }
    if (st == ST_OK) {
        report_attached(e, &x, number, known);
    }
    evidence_release(&x);
    return st;
}

static const struct option_spec REQUEST[] = {
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
};
static const struct option_spec CA[] = {
    {"ca", 0, OPTION_TEXT, "FILE", "certificates of the authorities trusted (PEM)"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit timestamp request",
        .run = run_request,
        .operands = "CHECKPOINT",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(REQUEST),
        .brief = "what to send to a time stamping authority",
        .brief_zh = "生成时间戳请求",
        .text = "Writes an RFC 3161 request (DER) for the SHA-256 of the checkpoint's "
                "file. Keep that file: the answer is about its very bytes.",
        .example = "  almoner audit timestamp request 2026-11.checkpoint \\\n"
                   "      --out 2026-11.tsq",
    },
    {
        .name = "audit timestamp attach",
        .run = run_attach,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "NOTE TOKEN",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(CA),
        .brief = "check the authority's answer and record it",
        .brief_zh = "核对时间戳并登记",
        .text =
            "NOTE is the checkpoint's file. Checks as audit timestamp check does, then "
            "stores both files and "
            "records them. The checkpoint has to be of this ledger. The same again "
            "changes nothing.",
        .example =
            "  almoner -C baoqing audit timestamp attach 2026-11.checkpoint "
            "2026-11.tsr \\\n      --ca tsa.pem --as wangfang --key wangfang.pem",
    },
    {
        .name = "audit timestamp check",
        .run = run_check,
        .operands = "NOTE TOKEN",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(CA),
        .brief = "does this token stamp this checkpoint? needs no ledger",
        .brief_zh = "核对时间戳，不需要账套",
        .text =
            "NOTE is the checkpoint's file, TOKEN the authority's answer or the bare "
            "token (DER). It has to "
            "stamp the checkpoint's bytes and to be signed by an authority the CA "
            "file vouches for, with certificates valid at the token's own time: "
            "what ran out since does no harm.",
        .example = "  almoner audit timestamp check 2026-11.checkpoint 2026-11.tsr \\\n"
                   "      --ca tsa.pem",
    },
};
const struct command_list commands_timestamp = {NULL, NULL, ITEMS,
                                                COMMAND_COUNT(ITEMS)};
