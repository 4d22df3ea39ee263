/* import_columns.c - the header line: which columns a kind of file has, in English and
 * in Chinese, and which of them it must have. Nothing is guessed: a column that is not
 * known is an error that names the nearest. The names are those of CLI.md. */
#include "batch/import_private.h"

#include <string.h>

#include "base/buf.h"
#include "base/similar.h"
#include "base/text.h"

static const struct {
    const char *name;
    const char *zh;
} NAMES[FIELD_COUNT] = {
    [FIELD_ID_NUMBER] = {"id_number", "身份证号"},
    [FIELD_NAME] = {"name", "姓名"},
    [FIELD_REGISTRATION] = {"registration", "户籍区划"},
    [FIELD_REGISTRATION_SINCE] = {"registration_since", "户籍迁入日期"},
    [FIELD_UNIT] = {"unit", "村居"},
    [FIELD_CLAIM_DATE] = {"claim_date", "申请日期"},
    [FIELD_ACCOUNT] = {"account", "银行账号"},
    [FIELD_ACCOUNT_NAME] = {"account_name", "户名"},
    [FIELD_BANK_CODE] = {"bank_code", "联行号"},
    [FIELD_ADDRESS] = {"address", "住址"},
    [FIELD_PHONE] = {"phone", "电话"},
    [FIELD_HOUSEHOLD] = {"household", "家庭编号"},
    [FIELD_CONTACT] = {"contact", "联系人"},
    [FIELD_PROGRAMME] = {"programme", "补贴项目"},
    [FIELD_ATTRIBUTE] = {"attribute", "登记项目"},
    [FIELD_VALUE] = {"value", "登记内容"},
    [FIELD_EFFECTIVE] = {"effective", "生效日期"},
    [FIELD_UNTIL] = {"until", "截止日期"},
    [FIELD_SCALE] = {"scale", "评估标准"},
    [FIELD_TIER] = {"tier", "档次"},
    [FIELD_AMOUNT] = {"amount", "金额"},
    [FIELD_DOCUMENT] = {"document", "文号"},
    [FIELD_SOURCE] = {"source", "来源"},
    [FIELD_PAYEE_ID] = {"payee_id_number", "收款人身份证号"},
    [FIELD_PAYEE_NAME] = {"payee_name", "收款人姓名"},
    [FIELD_RELATION] = {"relation", "与补贴对象关系"},
    [FIELD_AUTHORISATION] = {"authorisation", "授权文件"},
};

struct column {
    enum import_field field;
    bool required;
};

static const struct column PEOPLE[] = {
    {FIELD_ID_NUMBER, true},    {FIELD_NAME, true},
    {FIELD_REGISTRATION, true}, {FIELD_REGISTRATION_SINCE, true},
    {FIELD_UNIT, false},        {FIELD_CLAIM_DATE, false},
    {FIELD_ACCOUNT, false},     {FIELD_ACCOUNT_NAME, false},
    {FIELD_BANK_CODE, false},   {FIELD_ADDRESS, false},
    {FIELD_PHONE, false},       {FIELD_HOUSEHOLD, false},
    {FIELD_CONTACT, false},
};

static const struct column FACTS[] = {
    {FIELD_ID_NUMBER, true}, {FIELD_PROGRAMME, false}, {FIELD_ATTRIBUTE, true},
    {FIELD_VALUE, true},     {FIELD_EFFECTIVE, false}, {FIELD_UNTIL, false},
    {FIELD_SCALE, false},    {FIELD_TIER, false},      {FIELD_AMOUNT, false},
    {FIELD_DOCUMENT, false}, {FIELD_SOURCE, false},
};

static const struct column ROUTES[] = {
    {FIELD_ID_NUMBER, true},     {FIELD_PROGRAMME, false}, {FIELD_ACCOUNT, true},
    {FIELD_ACCOUNT_NAME, false}, {FIELD_BANK_CODE, false}, {FIELD_PAYEE_ID, false},
    {FIELD_PAYEE_NAME, false},   {FIELD_RELATION, false},  {FIELD_AUTHORISATION, false},
    {FIELD_EFFECTIVE, true},     {FIELD_UNTIL, false},
};

static const struct column LIST[] = {{FIELD_ID_NUMBER, true}, {FIELD_NAME, true}};

struct column_set {
    const char *what;
    const struct column *columns;
    size_t count;
};

#define SET(what, list)                                                                \
    {                                                                                  \
        what, list, sizeof list / sizeof list[0]                                       \
    }
static const struct column_set SETS[] = {
    [IMPORT_PEOPLE] = SET("people", PEOPLE),
    [IMPORT_FACTS] = SET("facts", FACTS),
    [IMPORT_ROUTES] = SET("routes", ROUTES),
    [IMPORT_SNAPSHOT] = SET("snapshot", LIST),
};

const char *import_field_name(enum import_field f)
{
    return NAMES[f].name;
}

const char *import_field_zh(enum import_field f)
{
    return NAMES[f].zh;
}

static bool is_called(enum import_field f, struct str name)
{
    return str_is(name, NAMES[f].name) || str_is(name, NAMES[f].zh);
}

/* The known name that this one is near to, or NULL. */
static const char *nearest_name(const struct column_set *set, struct str name)
{
    const char *nearest = NULL;
    size_t distance = SIZE_MAX;
    for (size_t i = 0; i < set->count; i++) {
        const char *both[2] = {NAMES[set->columns[i].field].name,
                               NAMES[set->columns[i].field].zh};
        for (size_t k = 0; k < 2; k++) {
            size_t at = similar_distance(name, str_of(both[k]));
            if (at < distance && similar_near(name, str_of(both[k]))) {
                distance = at;
                nearest = both[k];
            }
        }
    }
    return nearest;
}

/* All names; of the required ones only, in both languages. */
static void print_names(const struct column_set *set, bool required, char *out,
                        size_t cap)
{
    struct writer w;
    writer_init(&w, out, cap - 1);
    for (size_t i = 0; i < set->count; i++) {
        enum import_field f = set->columns[i].field;
        if (required && !set->columns[i].required) {
            continue;
        }
        writer_bytes(&w, ", ", w.len == 0 ? 0 : 2);
        writer_bytes(&w, NAMES[f].name, strlen(NAMES[f].name));
        if (required) {
            writer_bytes(&w, " ", 1);
            writer_bytes(&w, NAMES[f].zh, strlen(NAMES[f].zh));
        }
    }
    out[w.len] = '\0';
}

static void hint_columns(const struct column_set *set, struct str name, struct diag *d)
{
    const char *nearest = nearest_name(set, name);
    char all[sizeof d->hint];
    if (nearest != NULL) {
        diag_hint(d, "did you mean \"%s\"?", nearest);
        return;
    }
    print_names(set, false, all, sizeof all);
    diag_hint(d, "columns of a %s file: %s", set->what, all);
}

static enum status take_column(struct import_columns *c, const struct column_set *set,
                               struct str name, size_t index, struct diag *d)
{
    for (size_t i = 0; i < set->count; i++) {
        enum import_field f = set->columns[i].field;
        if (!is_called(f, name)) {
            continue;
        }
        if (c->at[f] != 0) {
            diag_fail(d, ST_INPUT, "doubled-column",
                      "the column \"%.*s\" is there twice", STR_ARG(name));
            return diag_hint(d, "\"%s\" and \"%s\" are the same column", NAMES[f].name,
                             NAMES[f].zh);
        }
        c->at[f] = (uint16_t)(index + 1);
        return ST_OK;
    }
    if (name.n == 0) {
        diag_fail(d, ST_INPUT, "unknown-column", "column %zu has no name", index + 1);
        return diag_hint(d, "name it in the first line, or delete the column");
    }
    diag_fail(d, ST_INPUT, "unknown-column", "unknown column \"%.*s\"",
              (int)(name.n < 100 ? name.n : 100), name.p);
    hint_columns(set, name, d);
    return d->status;
}

/* Columns that end at something else stand as one: no file has only one column. */
static enum status check_separator(const struct csv_row *header, size_t named,
                                   struct diag *d)
{
    static const struct {
        const char *sign;
        const char *what;
    } others[] = {{"\t", "tabs"},
                  {";", "semicolons"},
                  {"，", "full-width commas"},
                  {"|", "bars"}};
    if (named != 1) {
        return ST_OK;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct str sign = str_of(others[i].sign);
        struct str rest = header->fields[0];
        while (rest.n > 0 && !str_starts(rest, sign)) {
            rest = str_make(rest.p + 1, rest.n - 1);
        }
        if (rest.n > 0) {
            diag_fail(d, ST_INPUT, "separator", "the columns are separated by %s",
                      others[i].what);
            diag_where(d, "line %llu", (unsigned long long)header->line);
            return diag_hint(d, "a CSV file has commas between its columns: save it "
                                "again as CSV UTF-8 (comma delimited)");
        }
    }
    return ST_OK;
}

static bool is_known(const struct column_set *set, struct str name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (is_called(set->columns[i].field, name)) {
            return true;
        }
    }
    return nearest_name(set, name) != NULL;
}

/* A line in which no column is known is a title, or the first of the rows. */
static enum status check_header(const struct column_set *set,
                                const struct csv_row *header, struct diag *d)
{
    char required[sizeof d->hint - 80];
    struct str first = text_trim(header->fields[0]);
    for (size_t i = 0; i < header->count; i++) {
        if (is_known(set, text_trim(header->fields[i]))) {
            return ST_OK;
        }
    }
    diag_fail(d, ST_INPUT, "no-header", "the first line names no column: \"%.*s\"",
              (int)(first.n < 100 ? first.n : 100), first.n > 0 ? first.p : "");
    diag_where(d, "line %llu", (unsigned long long)header->line);
    print_names(set, true, required, sizeof required);
    return diag_hint(d, "the header must be the first line, without a title above: %s",
                     required);
}

enum status import_columns_read(struct import_columns *c, enum import_what what,
                                const struct csv_row *header, struct diag *d)
{
    const struct column_set *set = &SETS[what];
    memset(c, 0, sizeof *c);
    c->count = header->count;
    c->named = header->count;
    while (c->named > 0 && text_trim(header->fields[c->named - 1]).n == 0) {
        c->named--;
    }
    TRY(check_separator(header, c->named, d));
    TRY(check_header(set, header, d));
    for (size_t i = 0; i < c->named; i++) {
        enum status st = take_column(c, set, text_trim(header->fields[i]), i, d);
        if (st != ST_OK) {
            diag_where(d, "line %llu, column %u",
                       (unsigned long long)(header->line + header->down[i]),
                       (unsigned)header->columns[i]);
            return st;
        }
    }
    for (size_t i = 0; i < set->count; i++) {
        enum import_field f = set->columns[i].field;
        if (set->columns[i].required && c->at[f] == 0) {
            diag_fail(d, ST_INPUT, "missing-column", "there is no column \"%s\" (%s)",
                      NAMES[f].name, NAMES[f].zh);
            diag_where(d, "line %llu", (unsigned long long)header->line);
            return diag_hint(d, "the first line must name it; empty fields in it are "
                                "not enough for required columns");
        }
    }
    return ST_OK;
}
