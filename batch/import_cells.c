/* import_cells.c - what a cell of a workbook was before it became text, and what a
 * mapping makes of it. It must never let a number stand for a name in digits: a sheet
 * keeps 15 digits of an ID number's 18, and no zero in front. */
#include "batch/import_private.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

static const struct {
    const char *code; /* NULL: can be taken as a value */
    const char *reason;
    const char *hint;
} CELLS[CELL_KINDS] = {
    [CELL_ERROR] = {"error-cell", "the cell holds an error, not a value",
                    "mend the formula, or type the value in its place"},
    [CELL_FORMULA] = {"formula-cell", "a formula whose value was not saved",
                      "open the workbook with the office program and save it, or paste "
                      "the values alone"},
    [CELL_TIME] = {"time-cell", "a time, or a date with a time of day",
                   "format the column as a date and enter the day alone"},
    [CELL_BAD_DATE] = {"bad-date", "a number formatted as a date that does not exist",
                       "enter the date again, or format the column as text"},
    [CELL_PERCENT] = {"percent-cell", "a number formatted as a percentage",
                      "format the column as a number and enter the value again"},
    [CELL_INEXACT] = {"inexact-number", "a number of more digits than a sheet keeps",
                      "round a computed value, as in =ROUND(A1,2); enter what is no "
                      "quantity as text"},
};

/* Attributes whose value is a name in digits. */
static bool is_digits_attribute(struct str word)
{
    struct str attribute = import_attribute(word);
    static const char *const names[] = {"id_number", "phone", "registration",
                                        "residence", "unit",  "household"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_is(attribute, names[i])) {
            return true;
        }
    }
    return false;
}

static bool is_digits(const struct import_row *r, enum import_field f)
{
    return import_field_digits(f) ||
           (f == FIELD_VALUE &&
            is_digits_attribute(import_row_field(r, FIELD_ATTRIBUTE)));
}

static bool check_cell(struct import_row *r, enum import_field f, enum cell_kind kind)
{
    must(kind < CELL_KINDS);
    if (kind == CELL_TEXT) {
        return true;
    }
    if (is_digits(r, f) && kind != CELL_ERROR && kind != CELL_FORMULA) {
        import_row_fault(r, f, "numeric-cell",
                         "the cell holds a number, and this must be text");
        return import_row_hint(r, "format the column as text and enter it again from "
                                  "the source: a sheet keeps only 15 digits of a "
                                  "number, and no zeros in front");
    }
    if (CELLS[kind].code == NULL) {
        return true;
    }
    import_row_fault(r, f, CELLS[kind].code, "%s", CELLS[kind].reason);
    return import_row_hint(r, "%s", CELLS[kind].hint);
}

static void begin_translation(struct import_row *r)
{
    if (r->csv != &r->translated) {
        r->translated = *r->csv;
        r->csv = &r->translated;
    }
}

/* A number has no two decimals, whatever the sheet shows: 350 is 350.00. More than two
 * stay, and are refused as in a CSV file. */
static void complete_amount(struct import_row *r)
{
    size_t at = r->columns.at[FIELD_AMOUNT];
    if (at == 0 || at > r->csv->count || r->csv->kinds[at - 1] != CELL_NUMBER) {
        return;
    }
    struct str s = r->csv->fields[at - 1];
    const char *point = memchr(s.p, '.', s.n);
    size_t decimals = point != NULL ? (size_t)(s.p + s.n - point) - 1 : 0;
    if (decimals >= 2 || s.n + 3 >= sizeof r->amount) {
        return;
    }
    int n = snprintf(r->amount, sizeof r->amount, "%.*s%s", STR_ARG(s),
                     point == NULL   ? ".00"
                     : decimals == 0 ? "00"
                                     : "0");
    begin_translation(r);
    r->translated.fields[at - 1] = str_make(r->amount, (size_t)n);
}

/* A sheet makes the first day of a month that is typed as 2026-09. */
static void complete_month(struct import_row *r)
{
    size_t at = r->columns.at[FIELD_PERIOD];
    if (at == 0 || at > r->csv->count || r->csv->kinds[at - 1] != CELL_DATE) {
        return;
    }
    struct str s = r->csv->fields[at - 1];
    must(s.n == strlen("2026-09-01"));
    if (memcmp(s.p + 7, "-01", 3) == 0) {
        begin_translation(r);
        r->translated.fields[at - 1] = str_make(s.p, 7);
    }
}

bool import_row_cells(struct import_row *r)
{
    bool ok = true;
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        size_t at = r->columns.at[f];
        if (at != 0 && at <= r->csv->count) {
            enum cell_kind kind = (enum cell_kind)r->csv->kinds[at - 1];
            ok = check_cell(r, (enum import_field)f, kind) && ok;
        }
    }
    complete_amount(r);
    complete_month(r);
    return ok;
}

/* Values of a form of their own: what is in no table is checked as it stands. Words are
 * not: a word that no table has would be taken for ours. */
static bool has_form(enum import_field f)
{
    static const enum import_field formed[] = {
        FIELD_ID_NUMBER,  FIELD_REGISTRATION, FIELD_REGISTRATION_SINCE,
        FIELD_CLAIM_DATE, FIELD_ACCOUNT,      FIELD_BANK_CODE,
        FIELD_EFFECTIVE,  FIELD_UNTIL,        FIELD_UNIT_UNTIL,
        FIELD_AMOUNT,     FIELD_PAYEE_ID,     FIELD_PERIOD,
        FIELD_PAID_ON,    FIELD_INTO,         FIELD_FROM,
        FIELD_TO,         FIELD_CREDIT_CODE,  FIELD_DIVISION};
    for (size_t i = 0; i < sizeof formed / sizeof formed[0]; i++) {
        if (formed[i] == f) {
            return true;
        }
    }
    return false;
}

/* Its translation; empty when the table has none, and it is nobody's translation. */
static struct str translate(const struct import_mapping *m, enum import_field f,
                            struct str value)
{
    struct str same = str_of("");
    for (size_t i = 0; i < m->value_counts[f]; i++) {
        const struct import_value *v = &m->values[f][i];
        if (str_eq(v->from, value)) {
            return v->to;
        }
        if (str_eq(v->to, value)) {
            same = v->to;
        }
    }
    return same;
}

bool import_row_translate(struct import_row *r, const struct import_mapping *m)
{
    bool ok = true;
    begin_translation(r);
    for (size_t f = 0; f < FIELD_COUNT; f++) {
        struct str value = import_row_field(r, (enum import_field)f);
        if (m->value_counts[f] == 0 || value.n == 0) {
            continue;
        }
        struct str to = translate(m, (enum import_field)f, value);
        if (to.n == 0 && has_form((enum import_field)f)) {
            continue;
        }
        if (to.n == 0) {
            import_row_fault(r, (enum import_field)f, "unmapped-value",
                             "the mapping says nothing of this value");
            ok = import_row_hint(r, "add it to the mapping's values, or mend it");
        } else {
            r->translated.fields[r->columns.at[f] - 1] = to;
        }
    }
    return ok;
}
