/* xlsx_strings.c - the shared texts of a workbook, one after the other in one buffer:
 * the only thing of a sheet that stays in memory. */
#include "formats/xlsx_private.h"

#include <string.h>

enum { SST = 1, SI, TEXT, RUN };

/* rPh and phoneticPr, which tell how to read a text aloud, are on no step. */
static const struct xml_step STEPS[] = {
    {0, SST, "sst"}, {SST, SI, "si"}, {SI, TEXT, "t"}, {SI, RUN, "r"}, {RUN, TEXT, "t"},
};

void xlsx_strings_init(struct xlsx_strings *s)
{
    memset(s, 0, sizeof *s);
    buf_init(&s->text, XLSX_SHARED_BYTES_MAX);
    buf_init(&s->ends, XLSX_SHARED_MAX * sizeof(size_t));
}

void xlsx_strings_release(struct xlsx_strings *s)
{
    buf_release(&s->text);
    buf_release(&s->ends);
    s->count = 0;
}

static size_t end_of(const struct xlsx_strings *s, size_t index)
{
    size_t end;
    memcpy(&end, s->ends.p + index * sizeof end, sizeof end);
    return end;
}

static enum status too_big(const struct buf *b, struct diag *d)
{
    if (b->no_memory) {
        return diag_memory(d);
    }
    diag_fail(d, ST_INPUT, "zip-bomb", "the workbook has more text than a list would");
    return diag_hint(d, "copy the rows alone into a new sheet and save that");
}

static enum status on_text(void *ctx, unsigned state, struct str text, struct diag *d)
{
    struct xlsx_strings *s = ctx;
    if (state == TEXT) {
        buf_add_str(&s->text, text);
    }
    return s->text.failed ? too_big(&s->text, d) : ST_OK;
}

static enum status on_end(void *ctx, unsigned state, bool *pause, struct diag *d)
{
    struct xlsx_strings *s = ctx;
    (void)pause;
    if (state != SI) {
        return ST_OK;
    }
    size_t from = s->count > 0 ? end_of(s, s->count - 1) : 0;
    if (s->text.len > from) {
        s->text.len = from + xlsx_unescape(s->text.p + from, s->text.len - from);
    }
    size_t end = s->text.len;
    buf_add(&s->ends, &end, sizeof end);
    s->count++;
    return s->ends.failed ? too_big(&s->ends, d) : ST_OK;
}

enum status xlsx_strings_read(struct xlsx_strings *s, struct zip *zip, const char *part,
                              struct diag *d)
{
    struct xml_handler h = {.steps = STEPS,
                            .step_count = sizeof STEPS / sizeof STEPS[0],
                            .text = on_text,
                            .end = on_end,
                            .ctx = s};
    return xlsx_xml_read(zip, part, &h, d);
}

bool xlsx_strings_get(const struct xlsx_strings *s, size_t index, struct str *out)
{
    if (index >= s->count) {
        return false;
    }
    size_t from = index > 0 ? end_of(s, index - 1) : 0;
    size_t end = end_of(s, index);
    *out = end > from ? str_make(s->text.p + from, end - from) : str_of("");
    return true;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* _xHHHH_ at p, of a character that can stand in a text by itself; else 0. */
static uint32_t escape_at(const char *p, size_t left)
{
    uint32_t c = 0;
    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') {
        return 0;
    }
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(p[i]);
        if (digit < 0) {
            return 0;
        }
        c = c << 4 | (uint32_t)digit;
    }
    return c >= 0xd800 && c <= 0xdfff ? 0 : c;
}

/* Three bytes at most. */
static size_t put_character(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

size_t xlsx_unescape(char *p, size_t n)
{
    size_t to = 0;
    for (size_t at = 0; at < n;) {
        uint32_t c = escape_at(p + at, n - at);
        if (c == 0) {
            p[to++] = p[at++];
        } else {
            to += put_character(c, p + to);
            at += 7;
        }
    }
    return to;
}
