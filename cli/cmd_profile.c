/* cmd_profile.c - profiles, the layouts of banks as data: those that come with the
 * program, one of them to start an own from, and one proven. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/sheet.h"
#include "formats/profile_proof.h"
#include "formats/xlsx.h"

#define SAMPLE_HEAD 6 /* lines shown of a file, and at its end */
#define SAMPLE_TAIL 2
#define SHEET_TEXT_MAX ((size_t)4 * 1024 * 1024)

/* ---- which profile ---- */

static bool is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') != NULL || (n > 5 && strcmp(name + n - 5, ".yaml") == 0);
}

static enum status unknown_profile(const char *name, struct diag *d)
{
    diag_fail(d, ST_INPUT, "unknown-profile", "no profile is called \"%s\"", name);
    return diag_hint(d, "almoner profile list; a file is named with its path, or ends "
                        "in .yaml");
}

/* The YAML of a file or of one that comes with the program. `text` is initialised here,
 * and to be released also after a failure. */
static enum status load_text(const char *name, struct buf *text, struct diag *d)
{
    if (is_path(name)) {
        return file_load(name, PROFILE_FILE_MAX, text, d);
    }
    buf_init(text, PROFILE_FILE_MAX);
    const struct profile_shipped *shipped = profile_shipped_find(str_of(name));
    if (shipped == NULL) {
        return unknown_profile(name, d);
    }
    buf_add_str(text, shipped->text);
    return buf_check(text, d);
}

/* ---- check ---- */

struct proof_view {
    struct env *e;
    const struct profile *profile;
    struct json *list;  /* of findings, with --json */
    struct json *files; /* likewise */
    size_t findings, notes;
    enum status st; /* of showing */
    struct diag d;
};

static void show_said(void *ctx, enum proof_kind kind, const struct diag *what)
{
    struct proof_view *v = ctx;
    const struct output *o = &v->e->out;
    bool finding = kind == PROOF_FINDING;
    v->findings += finding ? 1 : 0;
    v->notes += finding ? 0 : 1;
    if (v->list != NULL) {
        struct json *item = json_add_object(v->list);
        json_put_text(item, "severity", finding ? "finding" : "note");
        json_put_text(item, "code", what->code);
        json_put_text(item, "where", what->where);
        json_put_text(item, "what", what->what);
        json_put_text(item, "hint", what->hint);
        return;
    }
    output_data(o, "%s%s%s %s: %s%s%s\n",
                output_paint(o, finding ? PAINT_BAD : PAINT_WARN),
                finding ? TEXT(o, "finding", "问题") : TEXT(o, "note", "提示"),
                output_paint(o, PAINT_NONE), what->code, what->where,
                what->where[0] != '\0' ? ": " : "", what->what);
    output_data(o, "  %s\n", what->hint);
}

static size_t count_lines(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] == '\n' ? 1 : 0;
    }
    return n + (text.n > 0 && text.p[text.n - 1] != '\n' ? 1 : 0);
}

static void show_lines(const struct output *o, struct str text)
{
    size_t lines = count_lines(text);
    size_t line = 0;
    const char *p = text.p;
    while (line < lines) {
        size_t left = text.n - (size_t)(p - text.p);
        const char *end = memchr(p, '\n', left);
        size_t n = end == NULL ? left : (size_t)(end - p);
        size_t shown = n > 0 && p[n - 1] == '\r' ? n - 1 : n;
        if (line < SAMPLE_HEAD || line + SAMPLE_TAIL >= lines) {
            output_data(o, "  %.*s\n", (int)shown, p);
        } else if (line == SAMPLE_HEAD) {
            output_data(o, "  ...\n");
        }
        p += end == NULL ? n : n + 1;
        line++;
    }
}

/* The cells of each row with | between them. */
static enum status sheet_text(struct str bytes, struct buf *out, struct diag *d)
{
    struct xlsx_reader *r = NULL;
    const struct csv_row *row = NULL;
    enum status st = xlsx_reader_new(&r, bytes, NULL, d);
    while (st == ST_OK) {
        st = xlsx_reader_next(r, &row, d);
        if (st != ST_OK || row == NULL) {
            break;
        }
        for (size_t i = 0; i < row->count; i++) {
            buf_add_text(out, i > 0 ? " | " : "");
            buf_add_str(out, row->fields[i]);
        }
        buf_add_text(out, "\n");
    }
    xlsx_reader_free(r);
    return st == ST_OK ? buf_check(out, d) : st;
}

static enum status to_utf8(const struct profile_layout *l, struct str bytes,
                           struct buf *out, struct diag *d)
{
    struct charset_conv *conv = NULL;
    size_t used = 0;
    if (l->sheet) {
        return sheet_text(bytes, out, d);
    }
    if (l->charset == CHARSET_UTF8) {
        buf_add_str(out, bytes);
        return buf_check(out, d);
    }
    TRY(charset_conv_new(&conv, l->charset, CHARSET_UTF8, d));
    enum status st = charset_convert(conv, bytes, true, out, &used, d);
    charset_conv_free(conv);
    return st;
}

static void show_file(void *ctx, bool is_answer, struct str name, struct str bytes)
{
    struct proof_view *v = ctx;
    const struct output *o = &v->e->out;
    const struct profile *p = v->profile;
    const struct profile_layout *l = is_answer ? &p->answer.layout : &p->layout;
    struct buf text;
    if (v->st != ST_OK) {
        return;
    }
    buf_init(&text, l->sheet ? SHEET_TEXT_MAX : 2 * bytes.n + 16);
    v->st = to_utf8(l, bytes, &text, &v->d);
    if (v->st == ST_OK && v->files != NULL) {
        struct json *item = json_add_object(v->files);
        json_put_text(item, "kind", is_answer ? "answer" : "payments");
        json_put_str(item, "name", name);
        json_put_uint(item, "bytes", bytes.n);
        json_put_str(item, "text", buf_str(&text));
    } else if (v->st == ST_OK) {
        output_done(o, "%s%s%.*s%s\n",
                    is_answer ? TEXT(o, "answer", "回盘文件")
                              : TEXT(o, "payments", "付款文件"),
                    is_answer    ? " ."
                    : name.n > 0 ? " "
                                 : "",
                    STR_ARG(name), l->sheet ? " (.xlsx)" : "");
        if (!o->quiet) {
            show_lines(o, buf_str(&text));
        }
    }
    buf_release(&text);
}

static enum status prove(struct env *e, const struct profile *p, struct diag *d)
{
    const struct output *o = &e->out;
    struct proof_view v = {.e = e, .profile = p};
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.profile-check/1");
        json_put_str(top, "name", p->name);
        v.list = json_put_list(top, "findings");
        v.files = json_put_list(top, "files");
    }
    struct proof_sink sink = {show_said, show_file, &v};
    TRY(profile_prove(p, sink, d));
    if (v.st != ST_OK) {
        *d = v.d;
        return v.st;
    }
    output_done(
        o, TEXT(o, "%s: %zu findings, %zu notes\n", "%s：%zu 个问题，%zu 个提示\n"),
        p->name.p, v.findings, v.notes);
    return v.findings > 0 ? ST_FINDINGS : ST_OK;
}

static enum status run_check(struct env *e, struct diag *d)
{
    const char *name = env_operand(e, 0);
    struct profile *p = NULL;
    struct buf text;
    enum status st = load_text(name, &text, d);
    if (st == ST_OK) {
        st = profile_read(&p, buf_str(&text), name, d);
    }
    if (st == ST_OK) {
        st = prove(e, p, d);
    }
    profile_free(p);
    buf_release(&text);
    return st;
}

/* ---- list and show ---- */

static const char *form_name(const struct output *o, enum profile_form form)
{
    switch (form) {
    case ANSWER_OWN_FILE:
        return TEXT(o, "own file", "另有文件");
    case ANSWER_SAME_FILE:
        return TEXT(o, "same file", "原文件");
    case ANSWER_NONE:
        break;
    }
    return TEXT(o, "none", "无");
}

static const char *encoding_name(const struct profile_layout *l)
{
    return l->sheet ? "xlsx" : charset_name(l->charset);
}

static void put_profile(struct json *item, const struct profile *p)
{
    static const char *const forms[] = {[ANSWER_NONE] = "none",
                                        [ANSWER_OWN_FILE] = "own-file",
                                        [ANSWER_SAME_FILE] = "same-file"};
    json_put_str(item, "name", p->name);
    json_put_str(item, "title_zh", p->title_zh);
    json_put_str(item, "title_en", p->title_en);
    json_put_text(item, "encoding", encoding_name(&p->layout));
    json_put_uint(item, "variants", p->variant_count);
    json_put_text(item, "answer", forms[p->answer.form]);
    struct json *settings = json_put_list(item, "settings");
    for (size_t i = 0; i < p->setting_count; i++) {
        json_add_str(settings, p->settings[i].name);
    }
}

static enum status run_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    size_t count = 0;
    const struct profile_shipped *all = profile_shipped(&count);
    struct json *list =
        o->json
            ? json_put_list(output_object(&e->out, "almoner.profiles/1"), "profiles")
            : NULL;
    struct sheet t;
    enum status st = ST_OK;
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "profile", "格式"), false);
    sheet_column(&t, TEXT(o, "encoding", "编码"), false);
    sheet_column(&t, TEXT(o, "answer", "回盘"), false);
    sheet_column(&t, TEXT(o, "title", "名称"), false);
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        struct profile *p = NULL;
        st = profile_read(&p, all[i].text, all[i].name, d);
        if (st == ST_OK && list != NULL) {
            put_profile(json_add_object(list), p);
        } else if (st == ST_OK) {
            sheet_cell(&t, "%s", p->name.p);
            sheet_cell(&t, "%s", encoding_name(&p->layout));
            sheet_cell(&t, "%s", form_name(o, p->answer.form));
            sheet_cell(&t, "%s", o->zh ? p->title_zh.p : p->title_en.p);
        }
        profile_free(p);
    }
    return sheet_end(&t, o, st);
}

static enum status run_show(struct env *e, struct diag *d)
{
    const char *name = env_operand(e, 0);
    struct buf text;
    enum status st = load_text(name, &text, d);
    if (st == ST_OK && e->out.json) {
        struct json *top = output_object(&e->out, "almoner.profile/1");
        json_put_text(top, "name", name);
        json_put_str(top, "yaml", buf_str(&text));
    } else if (st == ST_OK) {
        output_data(&e->out, "%s", buf_cstr(&text));
    }
    buf_release(&text);
    return st;
}

static const struct command ITEMS[] = {
    {
        .name = "profile list",
        .run = run_list,
        .operands = "",
        .brief = "the layouts of banks that come with the program",
        .brief_zh = "列出自带的银行文件格式",
        .text = "A profile says how a bank's payment file and its answer are written. "
                "docs/PROFILES.md teaches how to write one.",
        .example = "  almoner profile list",
    },
    {
        .name = "profile show",
        .run = run_show,
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "the YAML of a profile, to start one's own from",
        .brief_zh = "显示格式文件（YAML），可据此改写",
        .text = "Prints the file as it is. The profile \"template\" has every key.",
        .example = "  almoner profile show pipe-trailer >bank.yaml",
    },
    {
        .name = "profile check",
        .run = run_check,
        .operands = "FILE|NAME",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "prove a profile: write, read back, answer, read the answer",
        .brief_zh = "检验格式文件：写出、读回、编回盘、读回盘",
        .text =
            "Makes up some fifty payments with hard cases (the longest names, a "
            "character whose second byte is |, one fen, an account paid twice, other "
            "banks), writes them, reads them back and compares; then makes the bank's "
            "answer with every result, and reads that. Shows how both files begin, in "
            "UTF-8. Exit 1 when there are findings; a fault in the YAML is told with "
            "line and column, exit 3. A name with a / or ending in .yaml is a file.",
        .example = "  almoner profile check ./bank.yaml",
    },
};
const struct command_list commands_profile = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
