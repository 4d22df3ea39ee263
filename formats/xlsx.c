/* xlsx.c - the rows of a sheet: places of cells, their values by type and format. A row
 * is given out when its element ends; empty ones never are. It must never take one cell
 * for another: places come from the file and have to ascend. */
#include "formats/xlsx_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"

#define SHOWN_BYTES 100 /* of a formula */

enum { SHEET = 1, DATA, ROW, CELL, VALUE, FORMULA, INLINE, TEXT, RUN, MERGES, MERGE };

static const struct xml_step STEPS[] = {
    {0, SHEET, "worksheet"},
    {SHEET, DATA, "sheetData"},
    {DATA, ROW, "row"},
    {ROW, CELL, "c"},
    {CELL, VALUE, "v"},
    {CELL, FORMULA, "f"},
    {CELL, INLINE, "is"},
    {INLINE, TEXT, "t"},
    {INLINE, RUN, "r"},
    {RUN, TEXT, "t"},
    {SHEET, MERGES, "mergeCells"},
    {MERGES, MERGE, "mergeCell"},
};

enum cell_type {
    TYPE_NUMBER,
    TYPE_SHARED,
    TYPE_TEXT,
    TYPE_INLINE,
    TYPE_BOOLEAN,
    TYPE_ERROR,
    TYPE_DATE,
    TYPES
};
static const char *const TYPE_NAMES[TYPES] = {"n", "s", "str", "inlineStr",
                                              "b", "e", "d"};

/* The cell whose element is open. */
struct cell {
    uint32_t column;
    enum cell_type type;
    uint64_t format;
    bool has_value;
    bool has_formula;
};

struct xlsx_reader {
    struct zip *zip;
    struct xlsx_package package;
    struct xlsx_strings strings;
    struct xlsx_styles styles;
    struct xlsx_xml *xml; /* NULL before the first row */
    bool is_sheet;        /* its root element is one */
    bool ended;
    uint32_t row_number;
    uint32_t last_column; /* of the cells seen in the row */
    uint32_t header_row;  /* 0: not told yet */
    size_t width;         /* of rows, at least */
    struct cell cell;
    struct buf text;               /* of the row's fields */
    struct buf value;              /* of the open cell: <v>, <is> */
    struct buf formula;            /* of the open cell, its beginning */
    size_t starts[CSV_FIELDS_MAX]; /* of each field in text */
    struct csv_row row;
    struct diag failure; /* what every further call says; ST_OK when none */
};

/* ---- places ---- */

static enum status fail_at(const struct xlsx_reader *r, uint32_t column,
                           const char *code, const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, code, "%s", what);
    return column == 0 ? diag_where(d, "row %u", (unsigned)r->row_number)
                       : diag_where(d, "row %u, column %u", (unsigned)r->row_number,
                                    (unsigned)column);
}

/* "BC12": columns 1 to 16384, rows 1 to 1048576. */
static bool parse_place(struct str s, uint32_t *column, uint32_t *row)
{
    size_t at = 0;
    uint32_t c = 0;
    uint64_t number = 0;
    while (at < s.n && at < 3 && s.p[at] >= 'A' && s.p[at] <= 'Z') {
        c = c * 26 + (uint32_t)(s.p[at] - 'A') + 1;
        at++;
    }
    if (c == 0 || c > 16384 ||
        !text_u64(str_make(s.p + at, s.n - at), 1, XLSX_ROWS_MAX, &number)) {
        return false;
    }
    *column = c;
    *row = (uint32_t)number;
    return true;
}

static enum status start_row(struct xlsx_reader *r, const struct xml_attributes *a,
                             struct diag *d)
{
    struct str name = xml_attribute(a, "r");
    uint64_t number = (uint64_t)r->row_number + 1;
    if (name.n > 0 && !text_u64(name, number, XLSX_ROWS_MAX, &number)) {
        return fail_at(r, 0, "xlsx-order",
                       "the row after this one has no number of "
                       "its own",
                       d);
    }
    if (number > XLSX_ROWS_MAX) {
        return fail_at(r, 0, "xlsx-order", "more rows than a sheet has", d);
    }
    r->row_number = (uint32_t)number;
    r->last_column = 0;
    r->row.count = 0;
    buf_clear(&r->text);
    return ST_OK;
}

static bool read_type(struct str name, enum cell_type *out)
{
    for (size_t i = 0; i < TYPES; i++) {
        if (str_is(name, TYPE_NAMES[i])) {
            *out = (enum cell_type)i;
            return true;
        }
    }
    *out = TYPE_NUMBER;
    return name.n == 0;
}

static enum status start_cell(struct xlsx_reader *r, const struct xml_attributes *a,
                              struct diag *d)
{
    struct cell *c = &r->cell;
    struct str place = xml_attribute(a, "r");
    struct str format = xml_attribute(a, "s");
    uint32_t row = r->row_number;
    memset(c, 0, sizeof *c);
    c->column = r->last_column + 1;
    if (place.n > 0 && (!parse_place(place, &c->column, &row) || row != r->row_number ||
                        c->column <= r->last_column)) {
        return fail_at(r, r->last_column + 1, "xlsx-order",
                       "the cell is not at the place it names", d);
    }
    if (!read_type(xml_attribute(a, "t"), &c->type) ||
        (format.n > 0 && !text_u64(format, 0, UINT32_MAX, &c->format))) {
        return fail_at(r, c->column, "xlsx-cell", "a cell of no known kind", d);
    }
    r->last_column = c->column;
    buf_clear(&r->value);
    buf_clear(&r->formula);
    return ST_OK;
}

/* Of "A5:A9" the last row must not lie below the header: of merged cells only the first
 * has the value, and the others would be silently empty. */
static enum status check_merge(struct xlsx_reader *r, const struct xml_attributes *a,
                               struct diag *d)
{
    struct str ref = xml_attribute(a, "ref");
    const char *colon = ref.n > 0 ? memchr(ref.p, ':', ref.n) : NULL;
    uint32_t column = 0;
    uint32_t row = 0;
    struct str last =
        colon != NULL ? str_make(colon + 1, (size_t)(ref.p + ref.n - colon) - 1) : ref;
    if (!parse_place(last, &column, &row)) {
        return diag_fail(d, ST_INPUT, "xlsx-cell", "merged cells at no place");
    }
    if (r->header_row == 0 || row <= r->header_row) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "xlsx-merged", "the cells %.*s are merged into one",
              STR_ARG(ref));
    diag_where(d, "row %u, column %u", (unsigned)row, (unsigned)column);
    return diag_hint(d, "unmerge them and fill in each row: of merged cells only the "
                        "first has a value");
}

/* ---- values ---- */

/* Gives the cell in hand to the row. */
static enum status put_field(struct xlsx_reader *r, struct str text,
                             enum cell_kind kind, struct diag *d)
{
    struct csv_row *row = &r->row;
    uint32_t column = r->cell.column;
    if (text.n == 0) {
        return ST_OK;
    }
    if (column > CSV_FIELDS_MAX) {
        return fail_at(r, column, "csv-too-many-fields", "more than 256 columns", d);
    }
    while (row->count < column) {
        r->starts[row->count] = r->text.len;
        row->fields[row->count] = str_of("");
        row->kinds[row->count] = CELL_TEXT;
        row->count++;
    }
    buf_add_str(&r->text, text);
    if (r->text.failed) {
        return r->text.no_memory ? diag_memory(d)
                                 : fail_at(r, column, "csv-row-too-long",
                                           "a row of more than 1048576 bytes", d);
    }
    row->fields[column - 1].n = text.n;
    row->kinds[column - 1] = (uint8_t)kind;
    return ST_OK;
}

static enum status put_day(struct xlsx_reader *r, int32_t day, struct diag *d)
{
    char text[DATE_TEXT_CAP];
    date_print(day, text);
    return put_field(r, str_of(text), CELL_DATE, d);
}

static enum status put_number(struct xlsx_reader *r, struct str v, struct diag *d)
{
    char number[XLSX_NUMBER_CAP];
    bool is_number = false;
    int32_t day = 0;
    bool exact = xlsx_number(v, number, &is_number);
    enum xlsx_format format = xlsx_styles_of(&r->styles, r->cell.format);
    if (!is_number) {
        return fail_at(r, r->cell.column, "xlsx-cell", "a number that is none", d);
    }
    if (format == XLSX_TIME) {
        return put_field(r, str_of(number), CELL_TIME, d);
    }
    if (format == XLSX_DATE) {
        /* Times have no exact decimal text. */
        enum cell_kind kind =
            exact ? xlsx_serial(number, r->package.date_1904, &day) : CELL_TIME;
        return kind == CELL_DATE ? put_day(r, day, d)
                                 : put_field(r, str_of(number), kind, d);
    }
    enum cell_kind kind = !exact                   ? CELL_INEXACT
                          : format == XLSX_PERCENT ? CELL_PERCENT
                                                   : CELL_NUMBER;
    return put_field(r, str_of(number), kind, d);
}

static enum status put_shared(struct xlsx_reader *r, struct str v, struct diag *d)
{
    uint64_t index = 0;
    struct str text;
    if (!text_u64(v, 0, XLSX_SHARED_MAX, &index) ||
        !xlsx_strings_get(&r->strings, (size_t)index, &text)) {
        return fail_at(r, r->cell.column, "xlsx-cell",
                       "a shared text that the workbook does not have", d);
    }
    return put_field(r, text, CELL_TEXT, d);
}

/* 2024-08-01 or 2024-08-01T00:00:00 (strict workbooks). */
static enum status put_iso(struct xlsx_reader *r, struct str v, struct diag *d)
{
    static const char midnight[] = "T00:00:00.000Z";
    int32_t day;
    struct str head = str_make(v.p, v.n < 10 ? v.n : 10);
    struct str rest = str_make(v.p + head.n, v.n - head.n);
    if (date_parse(head, &day) && str_starts(str_of(midnight), rest)) {
        return put_day(r, day, d);
    }
    return put_field(r, v, CELL_TIME, d);
}

static enum status put_boolean(struct xlsx_reader *r, struct str v, struct diag *d)
{
    bool yes = str_is(v, "1") || str_is(v, "true");
    bool no = str_is(v, "0") || str_is(v, "false");
    return yes || no
               ? put_field(r, str_of(yes ? "TRUE" : "FALSE"), CELL_BOOLEAN, d)
               : fail_at(r, r->cell.column, "xlsx-cell", "neither true nor false", d);
}

/* The calculated text "" is a value; of other types no value means that the writer of
 * the file did not calculate. */
static bool lacks_value(const struct cell *c, struct str v)
{
    bool empty = v.n == 0;
    return c->has_formula &&
           (!c->has_value || (empty && c->type != TYPE_TEXT && c->type != TYPE_INLINE));
}

static enum status put_formula(struct xlsx_reader *r, struct diag *d)
{
    char text[SHOWN_BYTES + 2] = "=";
    struct str f = buf_str(&r->formula);
    memcpy(text + 1, f.n > 0 ? f.p : "", f.n);
    return put_field(r, str_make(text, 1 + f.n), CELL_FORMULA, d);
}

static enum status end_cell(struct xlsx_reader *r, struct diag *d)
{
    if (r->value.failed) {
        return r->value.no_memory ? diag_memory(d)
                                  : fail_at(r, r->cell.column, "csv-row-too-long",
                                            "a cell of more than 1048576 bytes", d);
    }
    bool is_text = r->cell.type == TYPE_TEXT || r->cell.type == TYPE_INLINE;
    if (is_text && r->value.len > 0) {
        r->value.len = xlsx_unescape(r->value.p, r->value.len);
    }
    struct str v = buf_str(&r->value);
    if (lacks_value(&r->cell, v)) {
        return put_formula(r, d);
    }
    v = is_text ? v : text_trim(v);
    if (v.n == 0) {
        return ST_OK;
    }
    switch (r->cell.type) {
    case TYPE_NUMBER:
        return put_number(r, v, d);
    case TYPE_SHARED:
        return put_shared(r, v, d);
    case TYPE_BOOLEAN:
        return put_boolean(r, v, d);
    case TYPE_ERROR:
        return put_field(r, v, CELL_ERROR, d);
    case TYPE_DATE:
        return put_iso(r, v, d);
    case TYPE_TEXT:
    case TYPE_INLINE:
    case TYPES:
        break;
    }
    return put_field(r, v, CELL_TEXT, d);
}

/* ---- the walk ---- */

static enum status on_start(void *ctx, unsigned state, const struct xml_attributes *a,
                            struct diag *d)
{
    struct xlsx_reader *r = ctx;
    switch (state) {
    case SHEET:
        r->is_sheet = true;
        return ST_OK;
    case ROW:
        return start_row(r, a, d);
    case CELL:
        return start_cell(r, a, d);
    case VALUE:
    case INLINE:
        if (r->cell.has_value || (state == INLINE) != (r->cell.type == TYPE_INLINE)) {
            return fail_at(r, r->cell.column, "xlsx-cell", "a cell with two values", d);
        }
        r->cell.has_value = true;
        return ST_OK;
    case FORMULA:
        r->cell.has_formula = true;
        return ST_OK;
    case MERGE:
        return check_merge(r, a, d);
    default:
        return ST_OK;
    }
}

static enum status on_text(void *ctx, unsigned state, struct str text, struct diag *d)
{
    struct xlsx_reader *r = ctx;
    (void)d;
    if (state == VALUE || state == TEXT) {
        buf_add_str(&r->value, text);
    } else if (state == FORMULA && r->formula.len + text.n <= SHOWN_BYTES) {
        buf_add_str(&r->formula, text);
    }
    return ST_OK;
}

static enum status on_end(void *ctx, unsigned state, bool *pause, struct diag *d)
{
    struct xlsx_reader *r = ctx;
    if (state == CELL) {
        return end_cell(r, d);
    }
    *pause = state == ROW && r->row.count > 0;
    return ST_OK;
}

static enum status open_sheet(struct xlsx_reader *r, struct diag *d)
{
    struct xml_handler h = {.steps = STEPS,
                            .step_count = sizeof STEPS / sizeof STEPS[0],
                            .start = on_start,
                            .text = on_text,
                            .end = on_end,
                            .ctx = r};
    return xlsx_xml_new(&r->xml, r->zip, r->package.sheet_part, &h, d);
}

/* Texts lay in a buffer that grew; now they have their places. */
static void finish_row(struct xlsx_reader *r)
{
    struct csv_row *row = &r->row;
    row->line = r->row_number;
    for (size_t k = 0; k < row->count; k++) {
        if (row->fields[k].n > 0) {
            row->fields[k].p = r->text.p + r->starts[k];
        }
    }
    for (; row->count < r->width; row->count++) {
        row->fields[row->count] = str_of("");
        row->kinds[row->count] = CELL_TEXT;
    }
}

static enum status next_row(struct xlsx_reader *r, struct diag *d)
{
    bool ended = false;
    if (r->xml == NULL) {
        TRY(open_sheet(r, d));
    }
    r->row.count = 0;
    TRY(xlsx_xml_next(r->xml, &ended, d));
    r->ended = ended;
    if (!ended) {
        finish_row(r);
        return ST_OK;
    }
    if (!r->is_sheet) {
        diag_fail(d, ST_INPUT, "xlsx-no-sheet", "\"%s\" is no sheet of cells",
                  r->package.sheet);
        return diag_hint(d, "move the sheet with the list to the front");
    }
    return ST_OK;
}

enum status xlsx_reader_next(struct xlsx_reader *r, const struct csv_row **row,
                             struct diag *d)
{
    if (r->failure.status != ST_OK) {
        *d = r->failure;
        return d->status;
    }
    enum status st = r->ended ? ST_OK : next_row(r, d);
    if (st != ST_OK) {
        r->failure = *d;
        return st;
    }
    *row = r->ended ? NULL : &r->row;
    return ST_OK;
}

void xlsx_reader_header(struct xlsx_reader *r)
{
    r->header_row = r->row_number;
    r->width = r->row.count;
}

/* ---- the reader ---- */

bool xlsx_begins(struct str bytes)
{
    return str_starts(bytes, str_make("PK\x03\x04", 4));
}

static enum status read_parts(struct xlsx_reader *r, struct str bytes,
                              const char *sheet, struct diag *d)
{
    const struct xlsx_package *p = &r->package;
    TRY(zip_open(&r->zip, bytes, d));
    TRY(xlsx_package_read(&r->package, r->zip, sheet, d));
    if (p->strings_part[0] != '\0') {
        TRY(xlsx_strings_read(&r->strings, r->zip, p->strings_part, d));
    }
    return p->styles_part[0] != '\0'
               ? xlsx_styles_read(&r->styles, r->zip, p->styles_part, d)
               : ST_OK;
}

enum status xlsx_reader_new(struct xlsx_reader **out, struct str bytes,
                            const char *sheet, struct diag *d)
{
    struct xlsx_reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    buf_init(&r->text, CSV_ROW_BYTES_MAX);
    buf_init(&r->value, CSV_ROW_BYTES_MAX);
    buf_init(&r->formula, SHOWN_BYTES);
    xlsx_strings_init(&r->strings);
    xlsx_styles_init(&r->styles);
    r->row.sheet = true;
    for (uint32_t k = 0; k < CSV_FIELDS_MAX; k++) {
        r->row.columns[k] = k + 1;
    }
    enum status st = read_parts(r, bytes, sheet, d);
    if (st != ST_OK) {
        xlsx_reader_free(r);
        return st;
    }
    *out = r;
    return ST_OK;
}

void xlsx_reader_free(struct xlsx_reader *r)
{
    if (r == NULL) {
        return;
    }
    xlsx_xml_free(r->xml);
    zip_close(r->zip);
    xlsx_strings_release(&r->strings);
    xlsx_styles_release(&r->styles);
    buf_release(&r->text);
    buf_release(&r->value);
    buf_release(&r->formula);
    free(r);
}

const char *xlsx_reader_sheet(const struct xlsx_reader *r)
{
    return r->package.sheet;
}

unsigned xlsx_reader_others(const struct xlsx_reader *r)
{
    return r->package.others;
}
