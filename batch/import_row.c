/* import_row.c - fields of one row in their forms, and what is wrong with them. It must
 * never repair a value: what it accepts is taken as it stands, but for blanks at the
 * ends. Forms: CLI.md, "Files in". */
#include "batch/import_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

#define ACCOUNT_MAX 34 /* ISO 20022, Max34Text */

struct str import_row_field(const struct import_row *r, enum import_field f)
{
    uint16_t at = r->columns.at[f];
    return at == 0 ? str_of("") : text_trim(r->csv->fields[at - 1]);
}

/* As much as fits, in whole characters. */
static void copy_cut(struct str s, char *out, size_t cap)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    while (n < s.n && n > 0 && ((uint8_t)s.p[n] & 0xc0) == 0x80) {
        n--;
    }
    memcpy(out, s.n > 0 ? s.p : "", n);
    out[n] = '\0';
}

/* A fault at the field with this index, or where the row begins when there is none. */
static struct rejected_row *new_fault(struct import_row *r, size_t index,
                                      const char *code)
{
    if (r->fault_count < IMPORT_ROW_FAULTS_MAX) {
        r->fault_count++;
    }
    struct rejected_row *at = &r->faults[r->fault_count - 1];
    memset(at, 0, sizeof *at);
    at->line = r->csv->line;
    at->column = 1;
    if (index < r->csv->count) {
        at->line += r->csv->down[index];
        at->column = r->csv->columns[index];
        copy_cut(r->original->fields[index], at->value, sizeof at->value);
    }
    copy_cut(str_of(code), at->code, sizeof at->code);
    r->bad = true;
    return at;
}

bool import_row_fault(struct import_row *r, enum import_field f, const char *code,
                      const char *reason, ...)
{
    uint16_t at = r->columns.at[f];
    struct rejected_row *fault = new_fault(r, at != 0 ? at - 1U : SIZE_MAX, code);
    va_list ap;
    copy_cut(str_of(import_field_name(f)), fault->field, sizeof fault->field);
    copy_cut(str_of(import_field_zh(f)), fault->field_zh, sizeof fault->field_zh);
    va_start(ap, reason);
    vsnprintf(fault->reason, sizeof fault->reason, reason, ap);
    va_end(ap);
    return false;
}

bool import_row_fault_at(struct import_row *r, size_t index, const char *code,
                         const char *reason)
{
    struct rejected_row *fault = new_fault(r, index, code);
    snprintf(fault->field, sizeof fault->field, "%zu", index + 1);
    copy_cut(str_of(reason), fault->reason, sizeof fault->reason);
    return false;
}

bool import_row_hint(struct import_row *r, const char *hint, ...)
{
    must(r->fault_count > 0);
    struct rejected_row *fault = &r->faults[r->fault_count - 1];
    va_list ap;
    va_start(ap, hint);
    vsnprintf(fault->hint, sizeof fault->hint, hint, ap);
    va_end(ap);
    return false;
}

static bool missing(struct import_row *r, enum import_field f)
{
    import_row_fault(r, f, "missing-value", "%s is empty", import_field_name(f));
    return import_row_hint(r, "fill in %s: every row needs it", import_field_zh(f));
}

/* Where a blank more or less does no harm, and nothing is compared. */
static bool is_free_text(enum import_field f)
{
    return f == FIELD_ADDRESS || f == FIELD_CONTACT || f == FIELD_DOCUMENT ||
           f == FIELD_SOURCE || f == FIELD_AUTHORISATION;
}

bool import_row_text(struct import_row *r, enum import_field f, enum import_need need,
                     size_t chars_max, struct str *out)
{
    struct str s = import_row_field(r, f);
    if (s.n == 0 && need == IMPORT_REQUIRED) {
        return missing(r, f);
    }
    if (s.n > chars_max && text_utf8_count(s) > chars_max) {
        import_row_fault(r, f, "too-long", "more than %zu characters", chars_max);
        return import_row_hint(r, "shorten it");
    }
    if (text_has_control(s)) {
        import_row_fault(r, f, "bad-text", "a tab or a line end inside the value");
        return import_row_hint(r, "write it on one line");
    }
    if (text_is_formula(s)) { /* in a list it would be calculated, not read */
        import_row_fault(r, f, "formula-text", "it begins like a formula");
        return import_row_hint(r, "leave out the sign it begins with");
    }
    if (!is_free_text(f) && import_row_unseen(r, f)) {
        return false;
    }
    *out = s;
    return true;
}

/* Sheets keep 15 digits of a number and make the others zero. */
static bool lost_digits(struct import_row *r, enum import_field f)
{
    import_row_fault(r, f, id_error_code(ID_CHECK_DIGIT),
                     "wrong ID number: a sheet has lost its last three digits");
    return import_row_hint(r,
                           "take the number from the original: sheets keep 15 digits "
                           "unless the column is formatted as text before");
}

static bool id_fault(struct import_row *r, enum import_field f, struct str s,
                     enum id_error e)
{
    if (import_row_long_number(r, f, id_error_code(e))) {
        return false;
    }
    if (e == ID_CHECK_DIGIT && memcmp(s.p + s.n - 3, "000", 3) == 0) {
        return lost_digits(r, f);
    }
    import_row_fault(r, f, id_error_code(e), "wrong ID number: %s", id_error_text(e));
    switch (e) {
    case ID_OK:
        break;
    case ID_LENGTH:
        return import_row_hint(r, "it has 18 characters, or 15 in the old form");
    case ID_CHARACTER:
        return import_row_hint(r, "digits only, the last of 18 may be X");
    case ID_DATE:
        return import_row_hint(r, "digits 7 to 14 are the date of birth");
    case ID_CHECK_DIGIT:
        return import_row_hint(
            r,
            "compare it with the card: one digit is wrong, or two are "
            "swapped (these 17 digits would end in %c)",
            id_number_check(s.p));
    }
    return false;
}

bool import_row_id(struct import_row *r, enum import_field f, int32_t today,
                   char out[ID_NUMBER_LEN + 1])
{
    struct str s = import_row_field(r, f);
    if (s.n == 0) {
        return missing(r, f);
    }
    enum id_error e = id_number_normal(s, out);
    if (e != ID_OK) {
        return id_fault(r, f, s, e);
    }
    if (id_number_birth(out) > today) {
        import_row_fault(r, f, id_error_code(ID_DATE),
                         "wrong ID number: born after today");
        return import_row_hint(r, "digits 7 to 14 are the date of birth");
    }
    return true;
}

static bool credit_code_fault(struct import_row *r, enum import_field f)
{
    if (import_row_long_number(r, f, "bad-credit-code")) {
        return false;
    }
    import_row_fault(r, f, "bad-credit-code", "not a unified social credit code");
    return import_row_hint(r, "18 digits and letters, as on the institution's licence");
}

bool import_row_credit_code(struct import_row *r, enum import_field f,
                            char out[ID_NUMBER_LEN + 1])
{
    struct str s = import_row_field(r, f);
    if (s.n == 0) {
        return missing(r, f);
    }
    return (credit_code_valid(s) && str_copy(s, out, ID_NUMBER_LEN + 1)) ||
           credit_code_fault(r, f);
}

bool import_row_id_or_code(struct import_row *r, enum import_field f, int32_t today,
                           char out[ID_NUMBER_LEN + 1])
{
    struct str s = import_row_field(r, f);
    char id[ID_NUMBER_LEN + 1];
    bool code = id_number_normal(s, id) != ID_OK && credit_code_valid(s);
    return code ? import_row_credit_code(r, f, out) : import_row_id(r, f, today, out);
}

bool import_row_day(struct import_row *r, enum import_field f, bool always,
                    int32_t *day)
{
    struct str s = import_row_field(r, f);
    if (s.n == 0) {
        return true;
    }
    if (always && (str_is(s, "original") || str_is(s, "原籍"))) {
        *day = DAY_ALWAYS;
        return true;
    }
    return date_parse(s, day) || date_parse_compact(s, day) ||
           import_row_day_fault(r, f, always);
}

/* The first two digits of GB/T 2260: provinces, and those of their rank. */
static bool is_province(struct str s)
{
    static const uint8_t last[10] = {0, 15, 23, 37, 46, 54, 65, 71, 82, 0};
    uint8_t number = (uint8_t)((s.p[0] - '0') * 10 + (s.p[1] - '0'));
    uint8_t region = number / 10;
    uint8_t first = region == 5 ? 50 : (uint8_t)(region * 10 + 1);
    return last[region] > 0 && number >= first && number <= last[region];
}

bool import_row_division(struct import_row *r, enum import_field f, struct str *out)
{
    struct str s = import_row_field(r, f);
    if (s.n == 0) {
        return missing(r, f);
    }
    bool form = s.n >= 6 && s.n <= 12 && text_all_digits(s);
    if (!form && import_row_long_number(r, f, "bad-division")) {
        return false;
    }
    if (!form) {
        import_row_fault(r, f, "bad-division", "not a division code");
        return import_row_hint(r, "GB/T 2260: 6 to 12 digits, 230523 for 宝清县");
    }
    if (!is_province(s)) {
        import_row_fault(r, f, "bad-division", "no province begins with %.2s", s.p);
        return import_row_hint(r, "GB/T 2260: 6 to 12 digits, 230523 for 宝清县");
    }
    *out = s;
    return true;
}

bool import_row_account(struct import_row *r, enum import_need need, struct str *out)
{
    struct str s = import_row_field(r, FIELD_ACCOUNT);
    bool ok = s.n <= ACCOUNT_MAX;
    if (s.n == 0 && need == IMPORT_REQUIRED) {
        return missing(r, FIELD_ACCOUNT);
    }
    for (size_t i = 0; i < s.n && ok; i++) {
        char c = s.p[i];
        ok = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
             (c >= 'a' && c <= 'z') || c == '-';
    }
    if (!ok && import_row_long_number(r, FIELD_ACCOUNT, "bad-account")) {
        return false;
    }
    if (!ok) {
        import_row_fault(r, FIELD_ACCOUNT, "bad-account", "not an account number");
        return import_row_hint(r, "1 to %d digits, letters or hyphens, no blanks",
                               ACCOUNT_MAX);
    }
    *out = s;
    return true;
}

bool import_row_bank_code(struct import_row *r, struct str *out)
{
    struct str s = import_row_field(r, FIELD_BANK_CODE);
    bool ok = s.n == 0 || cnaps_valid(s) || routing_valid(s);
    if (!ok && import_row_long_number(r, FIELD_BANK_CODE, "bad-bank-code")) {
        return false;
    }
    if (!ok) {
        import_row_fault(r, FIELD_BANK_CODE, "bad-bank-code", "not a CNAPS code");
        return import_row_hint(r, "12 digits, the last of them a check digit (or a "
                                  "routing number of 9, for NACHA)");
    }
    *out = s;
    return true;
}

bool import_name_valid(struct str s, size_t bytes_max)
{
    bool ok = s.n > 0 && s.n <= bytes_max;
    for (size_t i = 0; ok && i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        ok = plain || (i > 0 && i + 1 < s.n && (c == '-' || c == '_'));
    }
    return ok;
}

bool import_row_programme(struct import_row *r, struct str *out)
{
    struct str s = import_row_field(r, FIELD_PROGRAMME);
    bool ok = s.n == 0 || import_name_valid(s, PROGRAMME_CODE_MAX);
    if (!ok && import_row_odd(r, FIELD_PROGRAMME, "bad-programme")) {
        return false;
    }
    if (!ok) {
        import_row_fault(r, FIELD_PROGRAMME, "bad-programme", "not a programme's code");
        return import_row_hint(r, "a-z, 0-9 and inner hyphens, as in the policy file");
    }
    *out = s;
    return true;
}

bool import_row_is_empty(const struct csv_row *csv)
{
    for (size_t i = 0; i < csv->count; i++) {
        if (text_trim(csv->fields[i]).n > 0) {
            return false;
        }
    }
    return true;
}
