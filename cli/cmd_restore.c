/* cmd_restore.c - backups, and the way back: rebuild, restore, and what the bank has of
 * the records that a restore lost. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "batch/lost.h"
#include "cli/batches.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/settle_view.h"
#include "ledger/backup.h"
#include "ledger/segments.h"

#define BANK_FILE_MAX ((size_t)2 * 1024 * 1024 * 1024)
#define NOTE_MAX ((size_t)64 * 1024)
#define LOCK_WAIT_MS 10000
#define LOCK_WAIT_MAX_S 86400
#define EPOCHS_MAX 1000

static void put_root(struct json *o, const uint8_t root[DIGEST_LEN])
{
    char base64[48];
    text_base64(root, DIGEST_LEN, base64);
    json_put_text(o, "root", base64);
}

/* ---- backup ---- */

static enum status add_segment(struct env *e, const char *dir, struct diag *d)
{
    struct segments_report r;
    TRY(env_write_unsigned(e, d));
    TRY(segments_add(e->ledger, dir, &r, d));
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.backup-segment/1");
        json_put_text(top, "folder", dir);
        json_put_uint(top, "segment", r.number);
        json_put_bool(top, "full", r.full);
        json_put_uint(top, "from", r.from);
        json_put_uint(top, "size", r.size);
        json_put_uint(top, "rows", r.rows);
        json_put_uint(top, "bytes", r.bytes);
        return ST_OK;
    }
    if (r.number == 0) {
        output_done(&e->out, "%s\n",
                    TEXT(&e->out, "nothing is new since the last segment",
                         "上次备份后没有新的记录"));
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "segment %u%s: records %llu to %llu, %llu rows of the vault, %llu "
                     "bytes\n",
                     "第 %u 段%s：记录 %llu 至 %llu，档案库 %llu 行，%llu 字节\n"),
                r.number, r.full ? TEXT(&e->out, " (full)", "（全量）") : "",
                (unsigned long long)r.from, (unsigned long long)r.size - 1,
                (unsigned long long)r.rows, (unsigned long long)r.bytes);
    return ST_OK;
}

static enum status run_backup(struct env *e, struct diag *d)
{
    struct backup_report r;
    const char *path = options_text(&e->options, "out");
    const char *segments = options_text(&e->options, "segments");
    if ((path == NULL) == (segments == NULL)) {
        return diag_fail(d, ST_USAGE, "missing-option",
                         "say either --out NAME or --segments DIR");
    }
    if (segments != NULL) {
        return add_segment(e, segments, d);
    }
    TRY(env_write_unsigned(e, d));
    TRY(backup_make(e->ledger, path, &r, d));
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.backup/1");
        json_put_text(top, "folder", path);
        json_put_uint(top, "size", r.size);
        put_root(top, r.root);
        json_put_uint(top, "bytes", r.bytes);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "backup of %llu records in %s (%llu bytes); the keys are not in "
                     "it: vault escrow\n",
                     "已将 %llu 条记录备份到 %s（%llu 字节）；不含密钥，另见 vault "
                     "escrow\n"),
                (unsigned long long)r.size, path, (unsigned long long)r.bytes);
    return ST_OK;
}

/* ---- rebuild ---- */

static void put_rebuild(struct json *o, const struct rebuild_report *r)
{
    json_put_uint(o, "size", r->size);
    put_root(o, r->root);
    json_put_uint(o, "differing_rows", r->differ_total);
    json_put_text(o, "first_differing", r->first);
}

static enum status run_rebuild(struct env *e, struct diag *d)
{
    const char *dir = options_text(&e->options, "directory");
    struct rebuild_report r;
    struct ledger_options o = {.dir = dir != NULL ? dir : ".",
                               .lock_wait_ms = LOCK_WAIT_MS};
    uint64_t wait_s = LOCK_WAIT_MS / 1000;
    TRY(signing_none(&e->options, d));
    TRY(options_number(&e->options, "lock-wait", LOCK_WAIT_MAX_S, &wait_s, d));
    o.lock_wait_ms = (int64_t)wait_s * 1000;
    TRY(rebuild_ledger(&o, &e->progress, &r, d));
    meter_end(&e->meter);
    if (e->out.json) {
        put_rebuild(output_object(&e->out, "almoner.rebuild/1"), &r);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "made everything anew from %llu records; %llu rows were not what "
                     "the records give\n",
                     "已由 %llu 条记录重建全部账表；%llu 行与记录不符，已更正\n"),
                (unsigned long long)r.size, (unsigned long long)r.differ_total);
    if (r.differ_total > 0) {
        output_data(&e->out, TEXT(&e->out, "the first: %s\n", "首处：%s\n"), r.first);
    }
    return ST_OK;
}

/* ---- restore ---- */

/* The epoch that a backup ends in, as its checkpoint's first line says (nothing vouches
 * for that yet); 0 when there is none, as in a folder of segments. */
static unsigned epoch_in(const char *backup)
{
    char path[FILE_PATH_MAX];
    struct diag ignored;
    struct buf note = {0};
    struct str text;
    size_t end = 0;
    uint64_t epoch = 1;
    int n = snprintf(path, sizeof path, "%s/checkpoint", backup);
    if (n < 0 || n >= (int)sizeof path ||
        file_load(path, NOTE_MAX, &note, &ignored) != ST_OK) {
        buf_release(&note);
        return 0;
    }
    text = buf_str(&note);
    while (end < text.n && text.p[end] != '\n') {
        end++;
    }
    size_t at = end;
    while (at > 0 && text.p[at - 1] >= '0' && text.p[at - 1] <= '9') {
        at--;
    }
    if (at >= 2 && text.p[at - 1] == 'e' && text.p[at - 2] == '/' &&
        !text_u64(str_make(text.p + at, end - at), 1, UINT32_MAX, &epoch)) {
        epoch = 0;
    }
    buf_release(&note);
    return (unsigned)epoch;
}

static enum status checkpoint_missing(struct env *e, struct diag *d)
{
    char known[80] = "";
    unsigned epoch = epoch_in(env_operand(e, 0));
    diag_fail(d, ST_USAGE, "checkpoint",
              "say either --checkpoint FILE or --no-checkpoint");
    if (epoch > 0) {
        snprintf(known, sizeof known, " (the backup ends in epoch %u)", epoch);
    }
    return diag_hint(d,
                     "ask the audit office for the newest checkpoint it has; "
                     "--no-checkpoint says that none was ever given out, and when a "
                     "ledger restored before is lost too, --after-epoch names the last "
                     "epoch it began%s",
                     known);
}

/* One of the two has to be said: who has no checkpoint must know what that means. */
static enum status take_checkpoint(struct env *e, struct buf *note, struct diag *d)
{
    const char *path = options_text(&e->options, "checkpoint");
    bool none = options_flag(&e->options, "no-checkpoint");
    buf_init(note, NOTE_MAX);
    if ((path == NULL) == !none) {
        return checkpoint_missing(e, d);
    }
    if (none) {
        return ST_OK;
    }
    buf_release(note);
    return file_load(path, NOTE_MAX, note, d);
}

static enum status part_of(const char *dir, char part[FILE_PATH_MAX], struct diag *d)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') {
        n--;
    }
    int len = snprintf(part, FILE_PATH_MAX, "%.*s.part", (int)n, dir);
    return len > 5 && len < FILE_PATH_MAX
               ? ST_OK
               : diag_fail(d, ST_USAGE, "path", "the path is empty or too long");
}

struct restored {
    struct rebuild_report rebuild;
    struct renew_behind behind;
    struct ledger_info info;
    uint32_t epoch;
    uint64_t after; /* the last epoch that was ever begun, as far as is known */
    bool witnessed; /* a checkpoint from outside was given */
};

/* What was begun after the backup, and lost with its ledger, has had an origin and
 * payment ids of its own: they are passed over, never given a second time. */
static enum status renew_after(struct env *e, struct restored *r, struct diag *d)
{
    do {
        TRY(renew_epoch(e->ledger, &r->behind, d));
    } while (ledger_head(e->ledger)->epoch <= r->after);
    r->info = *ledger_info(e->ledger);
    r->epoch = ledger_head(e->ledger)->epoch;
    return ST_OK;
}

/* A crash leaves the unfinished folder under its other name; the same command begins
 * again. */
static enum status begin_epoch(struct env *e, const char *part, const char *dir,
                               struct restored *r, struct diag *d)
{
    enum status st = env_restore(e, part, d);
    if (st == ST_OK) {
        st = backup_vault_opens(e->ledger, d);
    }
    if (st == ST_OK) {
        st = renew_after(e, r, d);
    }
    env_look_end(e);
    if (st == ST_OK) {
        st = backup_publish(part, dir, d);
    }
    if (st != ST_OK) {
        backup_drop(part);
    }
    return st;
}

static uint64_t lost_records(const struct restored *r)
{
    return r->behind.size > r->rebuild.size ? r->behind.size - r->rebuild.size : 0;
}

/* Could somebody have been erased after the backup, as far as anybody outside knows? */
static bool erasures_known(const struct restored *r)
{
    return r->witnessed && lost_records(r) == 0;
}

/* What the backup cannot say, and who restores has to find out. */
static void warn_unknown(const struct output *o, const struct restored *r)
{
    if (!r->witnessed && r->after == 0) {
        output_warn(
            o,
            TEXT(o,
                 "no checkpoint was given: if a ledger restored from this backup "
                 "before had begun epoch %u or a later one and is lost, remove "
                 "this folder and restore again with --after-epoch",
                 "未提供校验点：如曾由此备份恢复过账套（已进入第 %u 纪元或更后）"
                 "而又丢失，请删去本目录，用 --after-epoch 重新恢复"),
            r->epoch);
    }
    if (!erasures_known(r)) {
        output_warn(o, "%s",
                    TEXT(o,
                         "people who were erased after the backup are back: look for "
                         "their certificates outside and erase them again (person "
                         "erase)",
                         "备份后已销毁的个人信息随备份恢复：请按外存的销毁证明重新销毁"
                         "（person erase）"));
    }
}

static void report_restore(struct env *e, const char *dir, const struct restored *r)
{
    const struct output *o = &e->out;
    uint64_t lost = lost_records(r);
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.restore/1");
        json_put_text(top, "folder", dir);
        json_put_text(top, "origin", r->info.origin);
        json_put_text(top, "vkey", r->info.vkey);
        json_put_uint(top, "epoch", r->epoch);
        json_put_uint(top, "lost_records", lost);
        json_put_bool(top, "erasures_known", erasures_known(r));
        put_rebuild(top, &r->rebuild);
        return;
    }
    output_done(o,
                TEXT(o, "restored %llu records into %s; epoch %u begins\n",
                     "已恢复 %llu 条记录到 %s；进入第 %u 纪元\n"),
                (unsigned long long)r->rebuild.size, dir, r->epoch);
    if (lost > 0) {
        output_warn(o,
                    TEXT(o, "%llu records that the checkpoint knows of are lost",
                         "校验点所知的 %llu 条记录已丢失"),
                    (unsigned long long)lost);
    }
    if (r->rebuild.differ_total > 0) {
        output_warn(o,
                    TEXT(o,
                         "%llu rows of the backup were not what its records give "
                         "(%s); mended",
                         "备份中 %llu 行与记录不符（%s），已更正"),
                    (unsigned long long)r->rebuild.differ_total, r->rebuild.first);
    }
    warn_unknown(o, r);
    output_data(o, "%s\n", r->info.vkey);
    output_done(
        o, "%s\n",
        TEXT(
            o,
            "The line above is the ledger's new public key: give it to the audit "
            "office.\nNothing is released or exported until what the bank has is "
            "taken in:\nrestore take-in FILE for each file sent since the backup, then "
            "restore settle.",
            "上面一行是账套新公钥：请交审计局留存。\n"
            "须先用 restore take-in 逐一核认备份后已送银行的文件，再用 restore "
            "settle 双人确认，\n方可审批和导出。"));
}

static enum status run_restore(struct env *e, struct diag *d)
{
    char part[FILE_PATH_MAX];
    char key_dir[FILE_PATH_MAX];
    const char *dir = env_operand(e, 1);
    const char *given;
    struct restored r = {0};
    struct buf note;
    TRY(options_need(&e->options, "key-dir", &given, d));
    TRY(file_absolute(given, key_dir, d));
    TRY(part_of(dir, part, d));
    TRY(options_number(&e->options, "after-epoch", EPOCHS_MAX, &r.after, d));
    TRY(env_load_who(e, d));
    char joined[FILE_PATH_MAX + 8] = "";
    const char *from = env_operand(e, 0);
    enum status st = take_checkpoint(e, &note, d);
    r.witnessed = note.len > 0;
    if (st == ST_OK && segments_is(from)) {
        snprintf(joined, sizeof joined, "%s.joined", part);
        backup_drop(joined); /* of an attempt that was killed */
        st = segments_join(from, joined, d);
        from = joined;
    }
    if (st == ST_OK) {
        struct backup_restore q = {.from = from,
                                   .part = part,
                                   .key_dir = key_dir,
                                   .checkpoint = buf_str(&note)};
        st = backup_unpack(&q, &e->progress, &r.behind, &r.rebuild, d);
    }
    buf_release(&note);
    meter_end(&e->meter);
    if (joined[0] != '\0') { /* segments hold no tables: there was nothing to compare */
        backup_drop(joined);
        r.rebuild.differ_total = 0;
        r.rebuild.first[0] = '\0';
    }
    TRY(st);
    TRY(begin_epoch(e, part, dir, &r, d));
    report_restore(e, dir, &r);
    return ST_OK;
}

/* ---- what the bank has ---- */

/* A time with a Z is UTC, as in every record; one without is the county's clock's. */
static enum status created_option(struct env *e, int64_t *out, struct diag *d)
{
    char utc[TIME_TEXT_CAP];
    const char *text = options_text(&e->options, "created");
    *out = LOST_TIME_IN_FILE;
    if (text == NULL) {
        return ST_OK;
    }
    bool fine = time_parse(str_of(text), out);
    int n = snprintf(utc, sizeof utc, "%sZ", text);
    if (!fine && (size_t)n < sizeof utc && time_parse(str_make(utc, (size_t)n), out)) {
        *out -= ledger_info(e->ledger)->offset_minutes * INT64_C(60000000);
        fine = true;
    }
    if (fine && *out >= 0) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is no time", text);
    diag_where(d, "--created");
    return diag_hint(d, "2026-11-05T17:00:00, or 2026-11-05T09:00:00Z in UTC");
}

static enum status run_take_in(struct env *e, struct diag *d)
{
    struct lost_report r;
    struct lost_sent sent = {.format = options_text(&e->options, "format")};
    struct buf file;
    uint64_t batch = 0;
    const char *path = env_operand(e, 0);
    TRY(options_number(&e->options, "batch", UINT32_MAX, &batch, d));
    sent.batch = (uint32_t)batch;
    enum status st = file_load(path, BANK_FILE_MAX, &file, d);
    if (st == ST_OK) {
        sent.file = buf_str(&file);
        st = env_write(e, ROLE_MAKER, d);
    }
    if (st == ST_OK) {
        st = created_option(e, &sent.created_us, d);
    }
    if (st == ST_OK) {
        st = lost_take_in(e->ledger, &sent, &e->progress, &r, d);
    }
    buf_release(&file);
    TRY(st);
    meter_end(&e->meter);
    output_done(&e->out, "%s\n",
                r.already ? TEXT(&e->out, "this export is known: nothing changed",
                                 "该文件的导出已有记录，未作任何改动")
                          : TEXT(&e->out, "the file is this batch's, byte for byte",
                                 "该文件与批次逐字节一致，已登记为已导出"));
    TRY(batches_report(e, r.batch, d));
    if (e->out.json) {
        json_put_bool(output_object(&e->out, "almoner.batch/1"), "already_known",
                      r.already);
    }
    return ST_OK;
}

static enum status sign_settle(struct env *e, const char *document, struct diag *d)
{
    return document != NULL ? lost_state(e->ledger, document, d)
                            : lost_agree(e->ledger, d);
}

/* Who signs sees what for: before the question where there is one. */
static enum status run_settle(struct env *e, struct diag *d)
{
    const char *document = options_text(&e->options, "document");
    bool asks = env_asks(e);
    if (asks) {
        TRY(env_look(e, d));
        enum status shown = settle_show(e, d);
        env_look_end(e);
        TRY(shown);
    }
    enum status st =
        env_ask_write(e, document != NULL ? ROLE_RELEASER : ROLE_CHECKER | ROLE_ADMIN,
                      settle_about, 0, d);
    if (st == ST_DENIED && document == NULL && strcmp(d->code, "role") == 0) {
        return diag_hint(d, "a releaser states it, with --document NO; without, a "
                            "checker or admin agrees");
    }
    TRY(st);
    if (!asks) {
        TRY(settle_show(e, d));
    }
    st = sign_settle(e, document, d);
    if (st != ST_OK) {
        output_forget(&e->out);
        return st;
    }
    bool locked = ledger_head(e->ledger)->locked != 0;
    if (e->out.json) {
        json_put_bool(output_object(&e->out, "almoner.settle/1"), "locked", locked);
        return ST_OK;
    }
    output_done(&e->out, "%s\n",
                locked ? TEXT(&e->out, "a checker or admin agrees with: restore settle",
                              "由复核人员或管理员确认：restore settle")
                       : TEXT(&e->out, "releases and exports are free again",
                              "审批和导出已恢复"));
    return ST_OK;
}

static const struct option_spec BACKUP[] = {
    {"out", 0, OPTION_TEXT, "NAME", "the folder to make; its keys are not in it"},
    {"segments", 0, OPTION_TEXT, "DIR", "instead: add what is new to this folder"},
};
static const struct option_spec RESTORE[] = {
    {"checkpoint", 0, OPTION_TEXT, "FILE",
     "the newest checkpoint that anybody outside has"},
    {"no-checkpoint", 0, OPTION_FLAG, NULL, "none was ever given out"},
    {"after-epoch", 0, OPTION_TEXT, "N",
     "the last epoch begun, when that ledger is lost too"},
};
static const struct option_spec TAKE_IN[] = {
    {"batch", 0, OPTION_TEXT, "N", "the batch made anew for it (else by its ids)"},
    {"format", 0, OPTION_TEXT, "FORMAT", "another format than the channel's"},
    {"created", 0, OPTION_TEXT, "TIME", "when the file says that it was made"},
};
static const struct option_spec SETTLE[] = {
    {"document", 0, OPTION_TEXT, "NO", "number of the bank's account statement"},
};

static const struct command ITEMS[] = {
    {
        .name = "backup",
        .run = run_backup,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(BACKUP),
        .brief = "copy the ledger into a new folder",
        .brief_zh = "备份账套",
        .text =
            "Makes the folder NAME with a compacted copy of the store, the signed "
            "head, a checkpoint and the files' SHA-256, all on the disk and hashed "
            "again before it gets its name. Never has the key folder in it: see "
            "vault escrow. Not while a long act is unfinished. With --segments, what "
            "is new since the last time goes into one more file of DIR; restore "
            "takes such a folder too.",
        .example = "  almoner -C baoqing backup --out /media/disk/baoqing-2026-11-05",
    },
    {
        .name = "rebuild",
        .run = run_rebuild,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "make all tables anew from the records",
        .brief_zh = "由记录重建账表",
        .text =
            "Folds every record into a new store, with all rules and signatures "
            "checked, copies the vault, compares key by key with the old tables, and "
            "takes the old store's place. What was lost is not made good: the signed "
            "head must agree. Nobody else may have the ledger open.",
        .example = "  almoner -C baoqing rebuild",
    },
    {
        .name = "restore",
        .run = run_restore,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "BACKUP DIR",
        .operand_min = 2,
        .operand_max = 2,
        .options = COMMAND_OPTIONS(RESTORE),
        .brief = "make a ledger from a backup (admin)",
        .brief_zh = "由备份恢复账套（管理员）",
        .text =
            "Makes DIR from BACKUP and begins a new epoch, with a new origin and a new "
            "key of the ledger in --key-dir, where vault.key must be. What was done "
            "since the backup is lost; nothing is released or exported until what the "
            "bank has is taken in (restore take-in) and settled (restore settle). The "
            "newest checkpoint outside says how much is lost, and that the backup is "
            "of this ledger. When a ledger restored from it before is lost as well, "
            "--after-epoch keeps its origin and payment ids from coming again.",
        .example = "  almoner restore /media/disk/baoqing-2026-11-05 baoqing \\\n"
                   "      --key-dir /srv/keys --checkpoint 2026-11.checkpoint \\\n"
                   "      --as zhao --key zhao.pem",
    },
    {
        .name = "restore take-in",
        .run = run_take_in,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(TAKE_IN),
        .brief = "prove which batch a file at the bank is",
        .brief_zh = "核认已送银行的文件",
        .text =
            "After a restore: makes the batch again and compares, byte for byte. The "
            "batch is exported from then on, and the bank's answer is taken in as "
            "ever. For a file whose batch was made after the backup, take in again "
            "what came since, run, make the batch anew, and name it with --batch. A "
            "file in which a time stands at which it was made (ISO 20022 messages and "
            "sheets are read for it) comes out the same only with --created: a TIME "
            "without a Z is by the county's clock, as in banks' own layouts; that of a "
            "NACHA file is UTC and needs the Z, with any seconds.",
        .example =
            "  almoner -C baoqing restore take-in 2026-11.xml --as li --key li.pem",
    },
    {
        .name = "restore settle",
        .run = run_settle,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(SETTLE),
        .brief = "sign that the bank has nothing else",
        .brief_zh = "确认银行再无其他文件",
        .text = "With --document a releaser states, by the bank's account statement, "
                "that nothing else was sent since the backup. Without, a checker or "
                "admin agrees, and releases and exports are free again.",
        .example =
            "  almoner -C baoqing restore settle --document 对账单-2026-11 --as zhou "
            "\\\n"
            "      --key zhou.pem\n"
            "  almoner -C baoqing restore settle --as sun --key sun.pem",
    },
};
const struct command_list commands_restore = {"Backup", "备份", ITEMS,
                                              COMMAND_COUNT(ITEMS)};
