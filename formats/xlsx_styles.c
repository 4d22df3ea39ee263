/* xlsx_styles.c - which cells show their number as a date, a time or a percentage. The
 * formats that every workbook has without saying so are those of ISO/IEC 29500-1
 * section 18.8.30, where the numbers 27 to 58 depend on the language: the Chinese ones
 * are taken, and what is a time in one language and a date in another is a time, which
 * is refused. */
#include "formats/xlsx_private.h"

#include <string.h>

#include "base/text.h"

#define CUSTOM_MAX 1000 /* Excel has 250 at most */
#define CELLS_MAX 65536
#define FIRST_CUSTOM 164

struct xlsx_custom {
    uint32_t id;
    enum xlsx_format format;
};

enum { SHEET = 1, CUSTOMS, CUSTOM, CELLS, CELL };

static const struct xml_step STEPS[] = {
    {0, SHEET, "styleSheet"},  {SHEET, CUSTOMS, "numFmts"}, {CUSTOMS, CUSTOM, "numFmt"},
    {SHEET, CELLS, "cellXfs"}, {CELLS, CELL, "xf"},
};

static const struct {
    uint8_t first, last;
    enum xlsx_format format;
} BUILT_IN[] = {
    {9, 10, XLSX_PERCENT}, {14, 17, XLSX_DATE}, {22, 22, XLSX_DATE},
    {18, 21, XLSX_TIME},   {27, 31, XLSX_DATE}, {32, 35, XLSX_TIME},
    {36, 36, XLSX_DATE},   {45, 47, XLSX_TIME}, {50, 54, XLSX_DATE},
    {55, 56, XLSX_TIME},   {57, 58, XLSX_DATE},
};

void xlsx_styles_init(struct xlsx_styles *s)
{
    buf_init(&s->custom, CUSTOM_MAX * sizeof(struct xlsx_custom));
    buf_init(&s->cells, CELLS_MAX * sizeof(uint32_t));
}

void xlsx_styles_release(struct xlsx_styles *s)
{
    buf_release(&s->custom);
    buf_release(&s->cells);
}

/* ---- the code of a format ---- */

/* The end of what begins at `at` and is no code: quoted, escaped, filled or in
 * brackets; `at` itself when nothing does. */
static size_t skip_literal(struct str code, size_t at)
{
    char c = code.p[at];
    if (c == '\\' || c == '_' || c == '*') {
        return at + 2;
    }
    char close = c == '"' ? '"' : c == '[' ? ']' : '\0';
    if (close == '\0') {
        return at;
    }
    const char *end = memchr(code.p + at + 1, close, code.n - at - 1);
    return end != NULL ? (size_t)(end - code.p) + 1 : code.n;
}

/* [h], [mm]: hours beyond a day. */
static bool is_elapsed(struct str code, size_t at)
{
    return code.p[at] == '[' && at + 1 < code.n &&
           memchr("hHmMsS", code.p[at + 1], 6) != NULL;
}

static bool at_word(struct str code, size_t at, const char *word)
{
    return str_starts(str_make(code.p + at, code.n - at), str_of(word));
}

struct shows {
    bool day, month, clock;
};

/* One character of a code; *at moves behind what was understood. */
static void take_code(struct str code, size_t *at, struct shows *s)
{
    static const char *const plain[] = {"General", "E+", "E-", "e+", "e-"};
    char c = code.p[*at];
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (at_word(code, *at, plain[i])) {
            *at += strlen(plain[i]);
            return;
        }
    }
    /* e is a year in East Asian formats, aaa a day of the week. */
    s->day = s->day || memchr("yYdDeE", c, 6) != NULL || at_word(code, *at, "aaa");
    s->month = s->month || c == 'm' || c == 'M';
    s->clock = s->clock || memchr("hHsS", c, 4) != NULL;
    ++*at;
}

/* What a number format code shows: "yyyy\-mm\-dd;@" is a date. */
static enum xlsx_format format_of_code(struct str code)
{
    struct shows s = {0};
    for (size_t at = 0; at < code.n && code.p[at] != ';';) {
        s.clock = s.clock || is_elapsed(code, at);
        size_t next = skip_literal(code, at);
        if (next > at) {
            at = next;
        } else if (code.p[at] == '%') {
            return XLSX_PERCENT;
        } else {
            take_code(code, &at, &s);
        }
    }
    if (s.day) {
        return XLSX_DATE;
    }
    return s.clock ? XLSX_TIME : s.month ? XLSX_DATE : XLSX_PLAIN;
}

/* ---- the part ---- */

static enum status refuse(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "xlsx-xml",
                     "the workbook is damaged: its formats make no sense");
}

static enum status on_start(void *ctx, unsigned state, const struct xml_attributes *a,
                            struct diag *d)
{
    struct xlsx_styles *s = ctx;
    uint64_t id = 0;
    if (state != CUSTOM && state != CELL) {
        return ST_OK;
    }
    struct str number = xml_attribute(a, "numFmtId");
    if (number.n > 0 && !text_u64(number, 0, UINT32_MAX, &id)) {
        return refuse(d);
    }
    uint32_t id32 = (uint32_t)id;
    if (state == CELL) {
        buf_add(&s->cells, &id32, sizeof id32);
        return s->cells.failed ? refuse(d) : ST_OK;
    }
    struct xlsx_custom c;
    memset(&c, 0, sizeof c);
    c.id = id32;
    c.format = format_of_code(xml_attribute(a, "formatCode"));
    buf_add(&s->custom, &c, sizeof c);
    return s->custom.failed ? refuse(d) : ST_OK;
}

static enum xlsx_format built_in(uint32_t id)
{
    for (size_t i = 0; i < sizeof BUILT_IN / sizeof BUILT_IN[0]; i++) {
        if (id >= BUILT_IN[i].first && id <= BUILT_IN[i].last) {
            return BUILT_IN[i].format;
        }
    }
    return XLSX_PLAIN;
}

static enum xlsx_format format_of(const struct xlsx_styles *s, uint32_t id)
{
    struct xlsx_custom c;
    /* A workbook may say the others anew, as WPS does. */
    for (size_t at = 0; at < s->custom.len; at += sizeof c) {
        memcpy(&c, s->custom.p + at, sizeof c);
        if (c.id == id) {
            return c.format;
        }
    }
    return id < FIRST_CUSTOM ? built_in(id) : XLSX_PLAIN;
}

enum status xlsx_styles_read(struct xlsx_styles *s, struct zip *zip, const char *part,
                             struct diag *d)
{
    struct xml_handler h = {.steps = STEPS,
                            .step_count = sizeof STEPS / sizeof STEPS[0],
                            .start = on_start,
                            .ctx = s};
    TRY(xlsx_xml_read(zip, part, &h, d));
    for (size_t at = 0; at < s->cells.len; at += sizeof(uint32_t)) {
        uint32_t id;
        memcpy(&id, s->cells.p + at, sizeof id);
        id = (uint32_t)format_of(s, id);
        memcpy(s->cells.p + at, &id, sizeof id);
    }
    return ST_OK;
}

enum xlsx_format xlsx_styles_of(const struct xlsx_styles *s, uint64_t cell_format)
{
    uint32_t format;
    if (cell_format >= s->cells.len / sizeof format) {
        return XLSX_PLAIN;
    }
    memcpy(&format, s->cells.p + cell_format * sizeof format, sizeof format);
    return (enum xlsx_format)format;
}
