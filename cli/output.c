/* output.c - printing; see output.h. The only files that print besides this one are
 * sheet.c, json.c and meter.c. */
#include "cli/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "cli/hints.h"
#include "cli/reasons.h"

#define SENTENCE_MAX ((size_t)4 * 1024 * 1024)

const char *output_paint(const struct output *o, enum paint p)
{
    static const char *const codes[] = {"\x1b[0m", "\x1b[32m", "\x1b[31m", "\x1b[33m",
                                        "\x1b[1m"};
    return o->color_out ? codes[p] : "";
}

static void print(FILE *to, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Text from files must not move the cursor or ring the bell; our own colours may. */
static void print(FILE *to, const char *fmt, va_list ap)
{
    char small[1024];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    must(n >= 0);
    struct buf large;
    buf_init(&large, SENTENCE_MAX);
    char *text = small;
    if ((size_t)n >= sizeof small) {
        text = buf_room(&large, (size_t)n + 1);
        if (text == NULL || vsnprintf(text, (size_t)n + 1, fmt, again) < 0) {
            text = small;
            n = (int)sizeof small - 1;
        }
    }
    va_end(again);
    for (int i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool paint = c == 0x1b && text[i + 1] == '[';
        if ((c < 0x20 && c != '\n' && c != '\t' && !paint) || c == 0x7f) {
            text[i] = '?';
        }
    }
    fwrite(text, 1, (size_t)n, to);
    buf_release(&large);
}

void output_data(const struct output *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!o->json) {
        print(stdout, fmt, ap);
    }
    va_end(ap);
}

void output_done(const struct output *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!o->json && !o->quiet) {
        print(stdout, fmt, ap);
    }
    va_end(ap);
}

void output_warn(const struct output *o, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!o->quiet) {
        fprintf(stderr, "%salmoner: %s%s%s", o->color_err ? "\x1b[33m" : "",
                TEXT(o, "warning:", "警告："), o->color_err ? "\x1b[0m" : "",
                TEXT(o, " ", ""));
        print(stderr, fmt, ap);
        fputc('\n', stderr);
    }
    va_end(ap);
}

struct json *output_object(struct output *o, const char *schema)
{
    must(o->json);
    if (o->object == NULL) {
        o->object = json_new(schema);
    }
    return o->object;
}

void output_forget(struct output *o)
{
    json_free(o->object);
    o->object = NULL;
}

/* What the error says itself, or what its code says in general; "": nothing. */
static const char *hint_of(const struct diag *d, bool zh)
{
    const char *general = hints_find(d->code, zh);
    return d->hint[0] != '\0' || general == NULL ? d->hint : general;
}

/* `almoner: error CODE: WHERE: WHAT` and, below it, how to mend it. In Chinese what the
 * code means stands before the particulars, which are in English. */
static void print_error(const struct output *o, const struct diag *d)
{
    struct buf text;
    const char *zh = o->zh ? reasons_error_zh(d->code) : NULL;
    buf_init(&text, SENTENCE_MAX);
    buf_addf(&text, "%salmoner: %s%s %s: ", o->color_err ? "\x1b[31m" : "",
             TEXT(o, "error", "错误"), o->color_err ? "\x1b[0m" : "", d->code);
    if (o->zh) {
        hints_place_zh(d->where, &text);
    } else {
        buf_addf(&text, "%s", d->where);
    }
    buf_addf(&text, "%s", d->where[0] != '\0' ? ": " : "");
    buf_addf(&text, zh != NULL ? "%s（%s）\n" : "%s%s\n", zh != NULL ? zh : "",
             d->what);
    const char *hint = hint_of(d, o->zh);
    if (hint[0] != '\0') {
        const char *own = o->zh && hint == d->hint ? hints_own_zh(d->code) : NULL;
        buf_addf(&text, own != NULL ? "  %s%s（%s）\n" : "  %s%s%s\n",
                 TEXT(o, "hint: ", "提示："), own != NULL ? own : "", hint);
    }
    for (size_t i = 0; i < text.len; i++) {
        bool paint = o->color_err && text.p[i] == 0x1b;
        if (((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n' && !paint) ||
            text.p[i] == 0x7f) {
            text.p[i] = '?';
        }
    }
    fwrite(text.p, 1, text.len, stderr);
    buf_release(&text);
}

static void put_error(struct output *o, const struct diag *d)
{
    struct json *top = output_object(o, "almoner.error/1");
    json_put_text(top, "code", d->code);
    json_put_text(top, "message", d->what);
    json_put_text(top, "where", d->where);
    json_put_text(top, "hint", hint_of(d, false));
}

enum status output_end(struct output *o, enum status st, struct diag *d)
{
    bool failed = st != ST_OK && st != ST_FINDINGS;
    if (o->silent) {
        return st;
    }
    if (failed && d->code[0] == '\0') {
        diag_fail(d, st, "unknown", "failed without saying why");
    }
    if (failed && o->json) {
        put_error(o, d);
    }
    if (o->json && o->object != NULL && json_print(o->object, stdout, d) != ST_OK) {
        o->json = false;
        st = d->status;
        failed = true;
    }
    json_free(o->object);
    o->object = NULL;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        st = diag_errno(d, "write", "the output");
        o->json = false;
        failed = true;
    }
    if (failed && !o->json) {
        print_error(o, d);
    }
    return st;
}
