/* json_stream.c - see json_stream.h. Escapes as RFC 8259 section 7 asks: quotation
 * mark, backslash and the control characters; all else stays UTF-8. */
#include "cli/json_stream.h"

#include <inttypes.h>

#include "base/must.h"
#include "base/text.h"

#define ITEM_MAX ((size_t)64 * 1024)

enum status json_stream_begin(struct json_stream *s, const struct json *top,
                              const char *key, FILE *out, struct diag *d)
{
    *s = (struct json_stream){.out = out};
    buf_init(&s->item, ITEM_MAX);
    TRY(json_print_open(top, out, d));
    return fprintf(out, ",\"%s\":[", key) < 0 ? diag_errno(d, "write", "the output")
                                              : ST_OK;
}

void json_stream_item(struct json_stream *s)
{
    must(!s->in_item);
    buf_clear(&s->item);
    buf_add_text(&s->item, s->count > 0 ? ",{" : "{");
    s->in_item = true;
    s->field = false;
}

static void add_key(struct json_stream *s, const char *key)
{
    must(s->in_item);
    buf_add_text(&s->item, s->field ? ",\"" : "\"");
    buf_add_text(&s->item, key);
    buf_add_text(&s->item, "\":");
    s->field = true;
}

static void add_escaped(struct buf *b, struct str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_add(b, text.p + from, i - from);
        from = i + 1;
        if (c < 0x20) {
            buf_addf(b, "\\u%04x", c);
        } else {
            buf_add(b, c == '"' ? "\\\"" : "\\\\", 2);
        }
    }
    buf_add(b, text.p + from, text.n - from);
}

void json_stream_str(struct json_stream *s, const char *key, struct str text)
{
    size_t bad;
    add_key(s, key);
    buf_add_text(&s->item, "\"");
    while (!text_utf8_valid(text, &bad)) {
        add_escaped(&s->item, str_make(text.p, bad));
        buf_add_text(&s->item, "?");
        text = str_make(text.p + bad + 1, text.n - bad - 1);
    }
    add_escaped(&s->item, text);
    buf_add_text(&s->item, "\"");
}

void json_stream_int(struct json_stream *s, const char *key, int64_t value)
{
    add_key(s, key);
    buf_addf(&s->item, "%" PRId64, value);
}

enum status json_stream_item_end(struct json_stream *s, struct diag *d)
{
    must(s->in_item);
    s->in_item = false;
    s->count++;
    buf_add_text(&s->item, "}");
    TRY(buf_check(&s->item, d));
    return fwrite(s->item.p, 1, s->item.len, s->out) == s->item.len
               ? ST_OK
               : diag_errno(d, "write", "the output");
}

enum status json_stream_end(struct json_stream *s, enum status st, struct diag *d)
{
    buf_release(&s->item);
    if (st == ST_OK && fputs("]}\n", s->out) == EOF) {
        return diag_errno(d, "write", "the output");
    }
    return st;
}
