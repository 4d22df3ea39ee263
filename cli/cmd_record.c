/* cmd_record.c - single records, and checkpoints for the audit office. */
#include <stdio.h>

#include "base/date.h"
#include "base/text.h"
#include "cli/checkpoint_page.h"
#include "cli/command.h"
#include "cli/diagnose.h"
#include "cli/files.h"
#include "ledger/anchor.h"
#include "ledger/body.h"
#include "ledger/note.h"
#include "ledger/tree.h"

#define DIAGNOSE_MAX ((size_t)64 * 1024)
#define CHECKPOINT_MAX ((size_t)64 * 1024)
#define PAGE_MAX ((size_t)256 * 1024)

/* ---- record ---- */

static void put_hex(struct json *o, const char *key, const uint8_t digest[DIGEST_LEN])
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(digest, DIGEST_LEN, hex);
    json_put_text(o, key, hex);
}

static enum status leaf_of(const struct ledger *l, struct str bytes,
                           uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct digest *g;
    TRY(ledger_digest_new(l, &g, d));
    tree_leaf(g, bytes, out);
    digest_free(g);
    return ST_OK;
}

static enum status put_record(struct env *e, const struct record *r, struct str bytes,
                              struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.record/1");
    struct buf text;
    char time[TIME_TEXT_CAP];
    uint8_t leaf[DIGEST_LEN];
    TRY(leaf_of(e->ledger, bytes, leaf, d));
    time_print(r->time_us, time);
    json_put_uint(top, "sequence", r->sequence);
    json_put_text(top, "kind", record_kind_name(r->kind));
    json_put_text(top, "time", time);
    json_put_uint(top, "act", r->act);
    json_put_str(top, "origin", r->origin);
    put_hex(top, "previous", r->previous);
    put_hex(top, "leaf", leaf);
    json_put_uint(top, "bytes", bytes.n);
    buf_init(&text, DIAGNOSE_MAX);
    bool good = diagnose_cbor(r->body, &text);
    if (good) {
        json_put_str(top, "body", buf_str(&text));
    }
    buf_release(&text);
    return good ? ST_OK
                : diag_fail(d, ST_INTEGRITY, "record-body",
                            "the record's body is no CBOR");
}

static enum status save_record(struct env *e, const char *path, uint64_t number,
                               struct str bytes, struct diag *d)
{
    TRY(file_save(path, bytes, d));
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.record/1");
        json_put_uint(top, "sequence", number);
        json_put_text(top, "file", path);
        json_put_uint(top, "bytes", bytes.n);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out, "wrote record %llu to %s\n", "记录 %llu 已写入 %s\n"),
                (unsigned long long)number, path);
    return ST_OK;
}

static enum status run_record(struct env *e, struct diag *d)
{
    const char *path = options_text(&e->options, "out");
    struct record r;
    struct str bytes;
    uint64_t number;
    TRY(env_operand_number(e, 0, "record", 0, UINT64_MAX - 1, &number, d));
    TRY(env_read(e, d));
    uint64_t size = ledger_head(e->ledger)->tree.size;
    if (number >= size) {
        return diag_fail(d, ST_CONFLICT, "unknown-record",
                         "there is no record %llu: the last is %llu",
                         (unsigned long long)number, (unsigned long long)size - 1);
    }
    TRY(record_get(ledger_txn(e->ledger), number, &r, &bytes, d));
    if (path != NULL) {
        return save_record(e, path, number, bytes, d);
    }
    e->out.json = true;
    return put_record(e, &r, bytes, d);
}

/* ---- checkpoint ---- */

/* path NULL: only its pages were wanted. */
static enum status save_checkpoint(struct env *e, struct str note,
                                   const struct checkpoint *c, const char *path,
                                   struct diag *d)
{
    const struct ledger_info *info = ledger_info(e->ledger);
    char base64[48];
    text_base64(c->root, DIGEST_LEN, base64);
    if (path != NULL) {
        TRY(file_save(path, note, d));
    } else {
        path = options_text(&e->options, "page");
        path = path != NULL ? path : options_text(&e->options, "svg");
    }
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.checkpoint/1");
        json_put_text(top, "origin", info->origin);
        json_put_uint(top, "size", c->size);
        json_put_text(top, "root", base64);
        json_put_text(top, "vkey", info->vkey);
        json_put_text(top, "file", path);
        return ST_OK;
    }
    output_done(&e->out,
                TEXT(&e->out,
                     "checkpoint of %llu records, root %s, in %s: give it to the audit "
                     "office\n",
                     "校验点：%llu 条记录，根哈希 %s，已写入 %s，请交审计局留存\n"),
                (unsigned long long)c->size, base64, path);
    return ST_OK;
}

/* The largest checkpoint that was cosigned, with all its cosignatures. The ledger has
 * grown since, if only by the records of the cosignatures. */
static enum status cosigned_checkpoint(struct env *e, struct buf *note, uint64_t *size,
                                       struct diag *d)
{
    struct ledger *l = e->ledger;
    const struct head *h = ledger_head(l);
    struct cosigned_entry c;
    struct witness_entry w;
    TRY(cosigned_newest(ledger_txn(l), h->cosigned, 0, str_of(ledger_info(l)->origin),
                        &c, d));
    if (c.number == 0) {
        diag_fail(d, ST_CONFLICT, "not-cosigned", "no checkpoint was cosigned yet");
        return diag_hint(d, "a witness cosigns: see audit witness cosign, attach");
    }
    *size = c.size;
    TRY(ledger_checkpoint_at(l, c.size, note, NULL, d));
    /* Of each witness its newest; there are never more than a note holds. */
    uint32_t lines = 1;
    for (uint32_t n = 1; n <= h->witnesses && lines < NOTE_SIGNATURES_MAX; n++) {
        TRY(cosigned_newest(ledger_txn(l), h->cosigned, n,
                            str_of(ledger_info(l)->origin), &c, d));
        if (c.number != 0 && c.size == *size) {
            TRY(witness_get(ledger_txn(l), n, &w, d));
            cosignature_print(&w.key, &c.cosignature, note);
            lines++;
        }
    }
    return buf_check(note, d);
}

static enum status save_page(const struct checkpoint_page *p, enum checkpoint_form form,
                             const char *path, struct diag *d)
{
    struct buf bytes;
    buf_init(&bytes, PAGE_MAX);
    enum status st = checkpoint_page_print(p, form, &bytes, d);
    if (st == ST_OK) {
        st = file_save(path, buf_str(&bytes), d);
    }
    buf_release(&bytes);
    return st;
}

static bool is_html(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && strcmp(dot, ".html") == 0;
}

/* The page and the code, where they are asked for. */
static enum status save_pages(struct env *e, struct str note,
                              const struct checkpoint *c, struct diag *d)
{
    const struct ledger_info *info = ledger_info(e->ledger);
    const char *page = options_text(&e->options, "page");
    const char *svg = options_text(&e->options, "svg");
    struct checkpoint_page p = {.info = info, .note = note, .checkpoint = *c};
    bool given;
    TRY(env_now(e, &p.now_us, &given, d));
    p.last_day = day_of_time(ledger_head(e->ledger)->last_us, info->offset_minutes);
    if (page != NULL) {
        TRY(save_page(&p, is_html(page) ? CHECKPOINT_HTML : CHECKPOINT_TEXT, page, d));
    }
    return svg != NULL ? save_page(&p, CHECKPOINT_SVG, svg, d) : ST_OK;
}

static enum status save_all(struct env *e, struct str note, const char *path,
                            struct diag *d)
{
    const struct ledger_info *info = ledger_info(e->ledger);
    struct checkpoint c;
    struct str text;
    TRY(note_verify(note, str_of(info->origin), info->public_key, &text, d));
    TRY(checkpoint_parse(text, &c, d));
    TRY(save_pages(e, note, &c, d));
    return save_checkpoint(e, note, &c, path, d);
}

static enum status run_checkpoint(struct env *e, struct diag *d)
{
    bool cosigned = options_flag(&e->options, "cosigned");
    const char *path = options_text(&e->options, "out");
    struct buf note;
    uint64_t size;
    if (options_text(&e->options, "page") == NULL &&
        options_text(&e->options, "svg") == NULL) {
        TRY(options_need(&e->options, "out", &path, d));
    }
    TRY(env_write_unsigned(e, d));
    buf_init(&note, CHECKPOINT_MAX);
    enum status st = cosigned ? cosigned_checkpoint(e, &note, &size, d)
                              : ledger_checkpoint(e->ledger, &note, &size, d);
    if (st == ST_OK) {
        st = save_all(e, buf_str(&note), path, d);
    }
    if (st == ST_OK && !cosigned) {
        st = ledger_note_checkpoint(e->ledger, size, buf_str(&note), d);
    }
    buf_release(&note);
    return st;
}

static const struct option_spec RECORD[] = {
    {"out", 0, OPTION_TEXT, "FILE", "write the record's bytes instead"},
};
static const struct option_spec CHECKPOINT[] = {
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
    {"page", 0, OPTION_TEXT, "FILE", "a page to print and file with the vouchers"},
    {"svg", 0, OPTION_TEXT, "FILE", "its QR code as a picture"},
    {"cosigned", 0, OPTION_FLAG, NULL,
     "the last one witnesses cosigned, with their lines"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit checkpoint",
        .run = run_checkpoint,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(CHECKPOINT),
        .brief = "sign how many records there are under which root",
        .brief_zh = "生成校验点",
        .text =
            "Writes a C2SP signed note (origin, size, root) by the ledger's key. Kept "
            "by the audit office, it proves later that nothing before it was changed. "
            "The page has the root in groups of four and a QR code of the signed note: "
            "HTML when its name ends in .html, which prints well, else text.",
        .example = "  almoner -C baoqing audit checkpoint --out 2026-11.checkpoint \\\n"
                   "      --page 2026-11.html",
    },
    {
        .name = "audit record",
        .run = run_record,
        .needs = COMMAND_LEDGER,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(RECORD),
        .brief = "one record, as JSON or as its bytes",
        .brief_zh = "查看一条记录",
        .text = "The first record is 0. Hashes are in hexadecimal, the body in the "
                "diagnostic notation of CBOR.",
        .example = "  almoner -C baoqing audit record 0\n"
                   "  almoner -C baoqing audit record 17 --out 17.cbor",
    },
};
const struct command_list commands_record = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
