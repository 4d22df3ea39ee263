/* cmd_witness_office.c - the audit office as a witness: it works on files carried on a
 * stick and on its own state file, and has no ledger.
 *
 * The state is on the disk before a cosignature leaves the program; a crash between the
 * two is mended by cosigning the same request again. Two processes never read one
 * state: whoever changes it holds a lock on STATE.lock. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/secret.h"
#include "cli/sheet.h"
#include "ledger/witness.h"

/* What a command has in hand; zeroed at first. */
struct office {
    struct witness_state state;
    struct key *key;
    int lock_fd;
    struct buf out;
};

/* Saving gives the name to a new file: under a second name the old state would live on,
 * and another tree could be cosigned from it. */
static enum status check_one_name(const char *path, struct diag *d)
{
    struct stat s;
    if (lstat(path, &s) != 0) {
        return errno == ENOENT ? ST_OK : diag_errno(d, "look at", path);
    }
    if (S_ISREG(s.st_mode) && s.st_nlink == 1) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "witness-names", "%s is a link, or has other names",
              path);
    return diag_hint(d, "there is one state, under one name: give the file itself");
}

static enum status office_lock(struct office *o, const char *path, struct diag *d)
{
    char name[FILE_PATH_MAX];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int n = snprintf(name, sizeof name, "%s.lock", path);
    if (n <= 0 || (size_t)n >= sizeof name) {
        return diag_fail(d, ST_USAGE, "path", "the path of the state is too long");
    }
    o->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (o->lock_fd < 0) {
        return diag_errno(d, "open", name);
    }
    if (fcntl(o->lock_fd, F_SETLK, &lock) == 0) {
        return check_one_name(path, d);
    }
    if (errno != EACCES && errno != EAGAIN) {
        return diag_errno(d, "lock", name);
    }
    diag_fail(d, ST_SYSTEM, "witness-locked", "another process works on %s", path);
    return diag_hint(d, "wait until it has ended");
}

static enum status office_new(struct office **out, struct diag *d)
{
    struct office *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return diag_memory(d);
    }
    o->lock_fd = -1;
    buf_init(&o->out, 2 * NOTE_BYTES_MAX);
    *out = o;
    return ST_OK;
}

static void office_free(struct office *o)
{
    if (o == NULL) {
        return;
    }
    key_free(o->key);
    buf_release(&o->out);
    if (o->lock_fd >= 0) {
        close(o->lock_fd);
    }
    free(o);
}

static enum status office_key(struct env *e, struct office *o, struct diag *d)
{
    const char *path;
    bool bare;
    TRY(options_need(&e->options, "key", &path, d));
    TRY(secret_load_key(&o->key, path, env_passphrase_file(e), &bare, d));
    if (bare) {
        output_warn(
            &e->out, "%s",
            TEXT(&e->out, "the witness's key has no passphrase", "见证密钥未设口令"));
    }
    return ST_OK;
}

static enum status office_load(struct office *o, const char *path, struct diag *d)
{
    struct buf bytes;
    enum status st = file_load(path, NOTE_BYTES_MAX, &bytes, d);
    if (st == ST_OK) {
        st = witness_state_parse(buf_str(&bytes), &o->state, d);
        if (st != ST_OK) {
            diag_where(d, "%s", path);
        }
    }
    buf_release(&bytes);
    return st;
}

/* All of its bytes are on the disk under its name when this returns ST_OK. */
static enum status office_save(const struct office *o, const char *path, struct diag *d)
{
    struct buf note;
    buf_init(&note, NOTE_BYTES_MAX);
    enum status st = witness_state_print(&o->state, o->key, &note, d);
    if (st == ST_OK) {
        st = file_save(path, buf_str(&note), d);
    }
    buf_release(&note);
    return st;
}

static enum status now_seconds(uint64_t *out, struct diag *d)
{
    int64_t now_us;
    TRY(env_clock(&now_us, d));
    *out = now_us > 0 ? (uint64_t)(now_us / 1000000) : 0;
    return ST_OK;
}

static void time_text(uint64_t seconds, char out[TIME_TEXT_CAP])
{
    if (seconds > (uint64_t)INT64_MAX / 1000000) {
        snprintf(out, TIME_TEXT_CAP, "%" PRIu64, seconds);
        return;
    }
    time_print((int64_t)seconds * 1000000, out);
}

/* ---- init ---- */

static void report_init(struct env *e, const struct witness_key *k, const char *path)
{
    char vkey[VKEY_TEXT_CAP];
    witness_key_print(k, vkey);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.witness-key/1");
        json_put_text(top, "name", k->name);
        json_put_text(top, "vkey", vkey);
        json_put_text(top, "state", path);
        return;
    }
    output_data(&e->out, "%s\n", vkey);
}

static enum status init(struct env *e, struct office *o, struct diag *d)
{
    const char *path = env_operand(e, 0);
    const char *name;
    TRY(options_need(&e->options, "name", &name, d));
    if (!key_name_valid(str_of(name))) {
        return diag_fail(d, ST_USAGE, "name",
                         "a name has 1 to %d bytes, no blanks and no +", KEY_NAME_MAX);
    }
    TRY(office_key(e, o, d));
    TRY(office_lock(o, path, d));
    if (access(path, F_OK) == 0) {
        diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already", path);
        return diag_hint(d, "what a witness has seen is never begun anew");
    }
    TRY(witness_key_of(str_of(name), o->key, &o->state.key, d));
    TRY(office_save(o, path, d));
    report_init(e, &o->state.key, path);
    return ST_OK;
}

/* ---- enrol ---- */

static enum status enrol(struct env *e, struct office *o, struct diag *d)
{
    const char *path = env_operand(e, 0);
    const char *vkey;
    const char *checkpoint;
    uint64_t now;
    size_t log = 0;
    TRY(options_need(&e->options, "vkey", &vkey, d));
    TRY(options_need(&e->options, "checkpoint", &checkpoint, d));
    TRY(office_key(e, o, d));
    TRY(office_lock(o, path, d));
    TRY(office_load(o, path, d));
    TRY(now_seconds(&now, d));
    struct buf note;
    enum status st = file_load(checkpoint, NOTE_BYTES_MAX, &note, d);
    if (st == ST_OK) {
        st = witness_enrol(&o->state, str_of(vkey), buf_str(&note), now, &log, d);
    }
    buf_release(&note);
    TRY(st);
    TRY(office_save(o, path, d));
    const struct witness_log *l = &o->state.logs[log];
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.witness-log/1");
        json_put_text(top, "origin", l->origin);
        json_put_uint(top, "size", l->size);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out, "enrolled %s, from %" PRIu64 " records on\n",
                     "已登记 %s，自第 %" PRIu64 " 条记录起\n"),
                l->origin, l->size);
    return ST_OK;
}

/* ---- cosign ---- */

/* The one file must not be the other under any name. */
static enum status check_distinct(const char *out, const char *other, struct diag *d)
{
    struct stat a;
    struct stat b;
    if (strcmp(out, other) == 0 || (stat(out, &a) == 0 && stat(other, &b) == 0 &&
                                    a.st_dev == b.st_dev && a.st_ino == b.st_ino)) {
        return diag_fail(d, ST_USAGE, "same-file", "%s would be written over %s", out,
                         other);
    }
    return ST_OK;
}

/* Nor the lock's: who locks the next one would hold another lock than we do. */
static enum status check_not_lock(const struct office *o, const char *out,
                                  struct diag *d)
{
    struct stat a;
    struct stat b;
    if (fstat(o->lock_fd, &a) != 0) {
        return diag_errno(d, "look at", "the lock");
    }
    return stat(out, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
               ? diag_fail(d, ST_USAGE, "same-file", "%s is the lock of the state", out)
               : ST_OK;
}

/* The checkpoint as it came, and the witness's line behind its signatures. */
static enum status make_note(struct office *o, struct str note, size_t log,
                             struct str text, uint64_t now, struct diag *d)
{
    struct cosignature c;
    struct str again;
    const struct witness_log *l = &o->state.logs[log];
    TRY(cosignature_make(text, now, o->key, &c, d));
    buf_add_str(&o->out, note);
    cosignature_print(&o->state.key, &c, &o->out);
    TRY(buf_check(&o->out, d));
    /* With one line more it may have become too many. */
    return note_verify(buf_str(&o->out), str_of(l->origin), l->public_key, &again, d);
}

static void report_cosigned(struct env *e, const struct office *o, size_t log,
                            const char *path)
{
    const struct witness_log *l = &o->state.logs[log];
    char root[48];
    char time[TIME_TEXT_CAP];
    text_base64(l->root, DIGEST_LEN, root);
    time_text(l->time_s, time);
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.cosigned/1");
        json_put_text(top, "witness", o->state.key.name);
        json_put_text(top, "origin", l->origin);
        json_put_uint(top, "size", l->size);
        json_put_text(top, "root", root);
        json_put_text(top, "time", time);
        json_put_text(top, "file", path);
        return;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "cosigned %s, %" PRIu64
                     " records, root %s, in %s: it goes back to "
                     "the county\n",
                     "已联署 %s：%" PRIu64 " 条记录，根哈希 %s，已写入 %s，请交回\n"),
                l->origin, l->size, root, path);
}

static enum status answer(struct env *e, struct office *o, struct str request,
                          struct diag *d)
{
    const char *state = options_text(&e->options, "state");
    const char *path = options_text(&e->options, "out");
    struct proof_text r;
    struct str text;
    size_t log;
    uint64_t now;
    TRY(witness_request_parse(request, &r, d));
    TRY(now_seconds(&now, d));
    TRY(witness_advance(&o->state, &r, now, &log, &text, d));
    TRY(make_note(o, r.checkpoint, log, text, now, d));
    /* First what it has seen, then what it says. */
    TRY(office_save(o, state, d));
    TRY(file_save(path, buf_str(&o->out), d));
    report_cosigned(e, o, log, path);
    return ST_OK;
}

static enum status cosign(struct env *e, struct office *o, struct diag *d)
{
    const char *state;
    const char *out;
    struct buf request;
    TRY(options_need(&e->options, "state", &state, d));
    TRY(options_need(&e->options, "out", &out, d));
    TRY(check_distinct(out, state, d));
    TRY(check_distinct(out, env_operand(e, 0), d));
    TRY(office_key(e, o, d));
    TRY(office_lock(o, state, d));
    TRY(check_not_lock(o, out, d));
    TRY(office_load(o, state, d));
    enum status st = file_load(env_operand(e, 0), PROOF_TEXT_MAX, &request, d);
    if (st == ST_OK) {
        st = answer(e, o, buf_str(&request), d);
    }
    buf_release(&request);
    if (st == ST_INPUT || st == ST_INTEGRITY) {
        diag_where(d, "%s", env_operand(e, 0));
    }
    return st;
}

/* ---- status ---- */

static void put_log(struct json *list, const struct witness_log *l, const char *root,
                    const char *time)
{
    char vkey[VKEY_TEXT_CAP];
    struct json *item = json_add_object(list);
    vkey_print(str_of(l->origin), l->public_key, vkey);
    json_put_text(item, "origin", l->origin);
    json_put_text(item, "vkey", vkey);
    json_put_uint(item, "size", l->size);
    json_put_text(item, "root", root);
    json_put_text(item, "time", time);
}

static enum status show(struct env *e, struct office *o, struct diag *d)
{
    const struct output *out = &e->out;
    struct json *list = NULL;
    struct sheet t;
    char vkey[VKEY_TEXT_CAP];
    char root[48];
    char time[TIME_TEXT_CAP];
    TRY(office_load(o, env_operand(e, 0), d));
    witness_key_print(&o->state.key, vkey);
    if (out->json) {
        struct json *top = output_object(&e->out, "almoner.witness-state/1");
        json_put_text(top, "name", o->state.key.name);
        json_put_text(top, "vkey", vkey);
        list = json_put_list(top, "logs");
    }
    output_data(out, "%s\n", vkey);
    sheet_init(&t);
    sheet_column(&t, TEXT(out, "ledger", "账套"), false);
    sheet_column(&t, TEXT(out, "records", "记录"), true);
    sheet_column(&t, TEXT(out, "seen", "见证时间"), false);
    sheet_column(&t, TEXT(out, "root", "根哈希"), false);
    for (size_t i = 0; i < o->state.log_count; i++) {
        const struct witness_log *l = &o->state.logs[i];
        text_base64(l->root, DIGEST_LEN, root);
        time_text(l->time_s, time);
        if (list != NULL) {
            put_log(list, l, root, time);
        }
        sheet_cell(&t, "%s", l->origin);
        sheet_cell(&t, "%" PRIu64, l->size);
        sheet_cell(&t, "%s", time);
        sheet_cell(&t, "%s", root);
    }
    return sheet_end(&t, out, ST_OK);
}

/* ---- commands ---- */

static enum status run(struct env *e, struct diag *d,
                       enum status (*work)(struct env *, struct office *,
                                           struct diag *))
{
    struct office *o = NULL;
    enum status st = office_new(&o, d);
    if (st == ST_OK) {
        st = work(e, o, d);
    }
    office_free(o);
    return st;
}

static enum status run_init(struct env *e, struct diag *d)
{
    return run(e, d, init);
}

static enum status run_enrol(struct env *e, struct diag *d)
{
    return run(e, d, enrol);
}

static enum status run_cosign(struct env *e, struct diag *d)
{
    return run(e, d, cosign);
}

static enum status run_status(struct env *e, struct diag *d)
{
    return run(e, d, show);
}

#define KEY_OPTIONS                                                                    \
    {"key", 0, OPTION_TEXT, "FILE", "the witness's private key"},                      \
    {                                                                                  \
        "passphrase-file", 0, OPTION_TEXT, "FILE",                                     \
            "its passphrase (else ALMONER_PASSPHRASE_FILE, or asked)"                  \
    }

static const struct option_spec INIT[] = {
    {"name", 0, OPTION_TEXT, "NAME", "what the witness is called in its cosignatures"},
    KEY_OPTIONS,
};
static const struct option_spec ENROL[] = {
    {"vkey", 0, OPTION_TEXT, "VKEY", "of the ledger, as its init printed it"},
    {"checkpoint", 0, OPTION_TEXT, "FILE", "a first checkpoint of it"},
    KEY_OPTIONS,
};
static const struct option_spec COSIGN[] = {
    {"state", 0, OPTION_TEXT, "FILE", "the witness's state"},
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
    KEY_OPTIONS,
};

static const struct command ITEMS[] = {
    {
        .name = "audit witness init",
        .run = run_init,
        .operands = "STATE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(INIT),
        .brief = "audit office: begin to watch ledgers; prints a vkey",
        .brief_zh = "审计局：建立见证状态文件，显示公钥",
        .text = "Makes the file in which the audit office keeps the last size and root "
                "of every ledger it watches. The key is one that keygen made, and is "
                "used for nothing else. The line printed is public: the county "
                "registers it with witness add.",
        .example = "  almoner keygen heilongjiang-audit --key-out audit.pem\n"
                   "  almoner audit witness init watch.state --name heilongjiang-audit "
                   "\\\n      --key audit.pem",
    },
    {
        .name = "audit witness enrol",
        .run = run_enrol,
        .operands = "STATE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(ENROL),
        .brief = "audit office: watch a ledger from a checkpoint on",
        .brief_zh = "审计局：登记一个账套，自某一校验点起见证",
        .text =
            "The ledger's vkey is to be taken from the county on another way than "
            "the checkpoint. A ledger is enrolled once; again only with another key, "
            "when the county has replaced its own (ledger-key rotate): what was "
            "seen stays. One that was restored has a new origin and is enrolled "
            "anew.",
        .example = "  almoner audit witness enrol watch.state --key audit.pem \\\n"
                   "      --vkey almoner/230523/main+9f1c2d3e+AS... \\\n"
                   "      --checkpoint 2026-10.checkpoint",
    },
    {
        .name = "audit witness cosign",
        .run = run_cosign,
        .operands = "REQUEST",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(COSIGN),
        .brief = "audit office: cosign a proven larger checkpoint",
        .brief_zh = "审计局：核对后联署校验点",
        .text = "REQUEST is what audit prove --from made: a consistency proof and the "
                "new checkpoint. Never cosigns a smaller or a different tree; says "
                "which attack it looks like (exit 5). The state is safe on the disk "
                "before FILE is written: the checkpoint with one signature line more "
                "(C2SP cosignature/v1).",
        .example = "  almoner audit witness cosign 2026-11.request --state watch.state "
                   "\\\n      --key audit.pem --out 2026-11.cosigned",
    },
    {
        .name = "audit witness status",
        .run = run_status,
        .operands = "STATE",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "audit office: what was seen of which ledger",
        .brief_zh = "审计局：所见证的账套及最近所见",
        .text =
            "Checks the state's own signature and lists the ledgers with size, root "
            "and time of the last checkpoint.",
        .example = "  almoner audit witness status watch.state",
    },
};
const struct command_list commands_witness_office = {NULL, NULL, ITEMS,
                                                     COMMAND_COUNT(ITEMS)};
