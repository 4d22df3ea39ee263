/* cmd_bundle.c - the evidence bundle for an auditor: options, the file, and the record
 * that personal data went out. The work is audit/bundle*.c. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/bundle.h"
#include "base/date.h"
#include "base/text.h"
#include "batch/admin.h"
#include "batch/batch.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/people.h"
#include "cli/secret.h"
#include "ledger/note.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

struct bundling {
    struct env *e;
    const char *path;
    const char *purpose;
    struct secret secret;
    struct buf notes[BUNDLE_CHECKPOINTS_MAX]; /* checkpoints given */
    size_t note_count;
    struct bundle_request q;
    struct bundle_report r;
    struct file_output file;
    bool same;
};

static enum status sink_write(void *ctx, const void *p, size_t n, struct diag *d)
{
    return file_output_write(ctx, p, n, d);
}

static enum status sink_patch(void *ctx, uint64_t at, const void *p, size_t n,
                              struct diag *d)
{
    return file_output_patch(ctx, at, p, n, d);
}

/* ---- what is asked for ---- */

static enum status read_scope(struct bundling *b, struct diag *d)
{
    const struct options *o = &b->e->options;
    bool period = options_text(o, "period") != NULL;
    bool batch = options_text(o, "batch") != NULL;
    bool person = options_text(o, "person") != NULL;
    uint64_t number = 0;
    if ((period && batch) || (period && person) || (batch && person)) {
        return diag_fail(d, ST_USAGE, "one-of",
                         "only one of --period, --batch and --person");
    }
    b->q.scope = period   ? BUNDLE_PERIOD
                 : batch  ? BUNDLE_BATCH
                 : person ? BUNDLE_PERSON
                          : BUNDLE_ALL;
    TRY(options_months(o, "period", &b->q.from, &b->q.to, d));
    TRY(options_number(o, "batch", UINT32_MAX, &number, d));
    b->q.batch = (uint32_t)number;
    return ST_OK;
}

static enum status read_secret(struct bundling *b, struct diag *d)
{
    const struct options *o = &b->e->options;
    const char *file = options_text(o, "reader-file");
    bool personal = options_flag(o, "with-personal-data");
    b->purpose = options_text(o, "purpose");
    if (!personal && (file != NULL || b->purpose != NULL)) {
        return diag_fail(d, ST_USAGE, "missing-option",
                         "--reader-file and --purpose go with "
                         "--with-personal-data");
    }
    if (!personal) {
        return ST_OK;
    }
    TRY(options_need(o, "reader-file", &file, d));
    TRY(options_need(o, "purpose", &b->purpose, d));
    struct str purpose = str_of(b->purpose);
    if (purpose.n == 0 || purpose.n > TEXT_MAX || text_has_control(purpose) ||
        !text_utf8_valid(purpose, NULL)) {
        return diag_fail(d, ST_USAGE, "purpose",
                         "the purpose has to be 1 to %d bytes of text", TEXT_MAX);
    }
    TRY(secret_read(&b->secret, file, d));
    if (b->secret.length < BUNDLE_PASSPHRASE_MIN) {
        return diag_fail(d, ST_INPUT, "passphrase-file",
                         "the passphrase for the reader is shorter than %d bytes",
                         BUNDLE_PASSPHRASE_MIN);
    }
    b->q.passphrase = str_make(b->secret.text, b->secret.length);
    return ST_OK;
}

static enum status read_notes(struct bundling *b, struct diag *d)
{
    struct str given[BUNDLE_CHECKPOINTS_MAX + 1];
    size_t n =
        options_list(&b->e->options, "checkpoint", given, BUNDLE_CHECKPOINTS_MAX + 1);
    if (n > BUNDLE_CHECKPOINTS_MAX) {
        return diag_fail(d, ST_USAGE, "too-many", "at most %d checkpoints",
                         BUNDLE_CHECKPOINTS_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        char path[FILE_PATH_MAX];
        if (!str_copy(given[i], path, sizeof path)) {
            return diag_fail(d, ST_USAGE, "path", "the checkpoint's path is too long");
        }
        struct buf *note = &b->notes[b->note_count++];
        TRY(file_load(path, NOTE_BYTES_MAX, note, d));
        b->q.checkpoints[b->q.checkpoint_count++] = buf_str(note);
    }
    return ST_OK;
}

/* ---- making it ---- */

/* That personal data goes out is on record before it does. */
static enum status open_for(struct bundling *b, struct diag *d)
{
    struct env *e = b->e;
    const char *person = options_text(&e->options, "person");
    bool personal = b->q.passphrase.n > 0;
    if (personal && access(b->path, F_OK) == 0) {
        return diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already",
                         b->path);
    }
    TRY(personal ? env_write(e, ANY_ROLE, d) : env_write_unsigned(e, d));
    if (b->q.scope == BUNDLE_BATCH) {
        struct batch_entry batch; /* before it is on record that something goes out */
        TRY(batch_get(ledger_txn(e->ledger), b->q.batch, &batch, d));
    }
    if (person != NULL) {
        TRY(people_find(e->ledger, person, &b->q.person, d));
    }
    return ST_OK;
}

static enum status make(struct bundling *b, struct diag *d)
{
    if (b->q.passphrase.n > 0) {
        bool resume;
        TRY(ledger_may_write(b->e->ledger, 0, 0, &resume, d));
        TRY(admin_reveal(b->e->ledger, b->q.person, b->purpose, d));
    }
    TRY(file_output_open(&b->file, b->path, b->q.passphrase.n > 0 ? 0600 : 0644, d));
    b->q.sink = (struct zip_sink){sink_write, sink_patch, &b->file};
    b->q.remake = batch_remake;
    b->q.progress = &b->e->progress;
    enum status st = bundle_make(b->e->ledger, &b->q, &b->r, d);
    if (st == ST_OK) {
        st = file_output_commit_same(&b->file, &b->same, d);
    }
    file_output_drop(&b->file);
    return st;
}

static void put_report(struct bundling *b)
{
    const struct bundle_report *r = &b->r;
    struct json *top = output_object(&b->e->out, "almoner.bundle/1");
    char root[48];
    text_base64(r->root, DIGEST_LEN, root);
    json_put_text(top, "file", b->path);
    json_put_uint(top, "bytes", r->bytes);
    json_put_uint(top, "size", r->size);
    json_put_text(top, "root", root);
    json_put_uint(top, "included", r->included);
    json_put_uint(top, "left_out", r->size - r->included);
    json_put_uint(top, "files", r->files);
    json_put_uint(top, "batches", r->batches);
    json_put_uint(top, "people", r->people);
    json_put_uint(top, "missing", r->missing);
    json_put_uint(top, "erased", r->erased);
    json_put_bool(top, "personal_data", b->q.passphrase.n > 0);
    json_put_bool(top, "already_there", b->same);
}

static void print_report(struct bundling *b)
{
    const struct output *o = &b->e->out;
    const struct bundle_report *r = &b->r;
    if (b->same) {
        output_done(o,
                    TEXT(o, "%s is there already, with the same bytes\n",
                         "%s 已存在，内容完全相同\n"),
                    b->path);
        return;
    }
    output_done(o,
                TEXT(o, "%llu of %llu records in %s, %llu bytes\n",
                     "已收录 %llu 条记录（共 %llu 条），写入 %s，%llu 字节\n"),
                (unsigned long long)r->included, (unsigned long long)r->size, b->path,
                (unsigned long long)r->bytes);
    if (b->q.passphrase.n > 0) {
        output_done(o,
                    TEXT(o,
                         "personal data of %llu people, sealed: give the reader the "
                         "passphrase on another way\n",
                         "含 %llu 人的个人信息（已加密），口令请另行交付\n"),
                    (unsigned long long)r->people);
    }
    if (r->missing > 0) {
        output_warn(o,
                    TEXT(o, "%llu files are not there any more and are left out",
                         "%llu 个文件已不在库中，未收录"),
                    (unsigned long long)r->missing);
    }
    output_done(o, "%s",
                TEXT(o, "an auditor checks it with almoner-verify\n",
                     "审计人员可用 almoner-verify 核对\n"));
}

static enum status bundle(struct bundling *b, struct diag *d)
{
    TRY(options_need(&b->e->options, "out", &b->path, d));
    TRY(read_scope(b, d));
    TRY(read_secret(b, d));
    TRY(read_notes(b, d));
    TRY(open_for(b, d));
    TRY(make(b, d));
    meter_end(&b->e->meter);
    if (b->e->out.json) {
        put_report(b);
    } else {
        print_report(b);
    }
    return ST_OK;
}

static enum status run_bundle(struct env *e, struct diag *d)
{
    struct bundling b;
    memset(&b, 0, sizeof b);
    b.e = e;
    enum status st = bundle(&b, d);
    for (size_t i = 0; i < b.note_count; i++) {
        buf_release(&b.notes[i]);
    }
    secret_wipe(&b.secret);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
    {"period", 0, OPTION_TEXT, "YYYY-MM[..YYYY-MM]",
     "only what grants or pays these months"},
    {"batch", 0, OPTION_TEXT, "B", "only this batch"},
    {"person", 0, OPTION_TEXT, "ID", "only one person"},
    {"checkpoint", 0, OPTION_LIST, "FILE",
     "an older checkpoint that it must hold against"},
    {"with-personal-data", 0, OPTION_FLAG, NULL,
     "bank files, files taken in and rows too, sealed; recorded"},
    {"reader-file", 0, OPTION_TEXT, "FILE",
     "its first line is the passphrase that opens it"},
    {"purpose", 0, OPTION_TEXT, "TEXT", "why personal data goes out, for the record"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit bundle",
        .run = run_bundle,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "records with their proof in one file for an auditor",
        .brief_zh = "生成证据包",
        .text =
            "A ZIP file that sha256sum and almoner-verify check without this program: "
            "records, the tree that proves them up to a checkpoint made now, policies, "
            "control totals, and a page to read. Without an option all records are in "
            "it; else those of some months, a batch or a person, and hashes stand for "
            "the others. Made again from the same records it has the same bytes.\n"
            "Personal data is in it only with --with-personal-data, sealed under the "
            "reader's passphrase; this needs WHO and is itself a record.",
        .example =
            "  almoner -C baoqing audit bundle --out 2026.zip\n"
            "  almoner -C baoqing audit bundle --out 2026-11.zip --period 2026-11 \\\n"
            "      --checkpoint 2026-10.checkpoint\n"
            "  almoner -C baoqing audit bundle --out 7.zip --batch 7 \\\n"
            "      --with-personal-data --reader-file reader.txt \\\n"
            "      --purpose 宝审〔2026〕3号 --as lina --key lina.pem",
    },
};
const struct command_list commands_bundle = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
