/* import_columns.c - the header line: which columns a kind of file has, in English and
 * in Chinese, and which of them it must have; a mapping may give them other names.
 * Nothing is guessed: a column that is not known is an error that names the nearest.
 * The names are those of CLI.md. */
#include "batch/import_private.h"

#include <string.h>

#include "base/buf.h"
#include "base/similar.h"
#include "base/text.h"

static const struct {
    const char *name;
    const char *zh;
    bool digits;
} NAMES[FIELD_COUNT] = {
    [FIELD_ID_NUMBER] = {"id_number", "身份证号", true},
    [FIELD_NAME] = {"name", "姓名", false},
    [FIELD_REGISTRATION] = {"registration", "户籍区划", true},
    [FIELD_REGISTRATION_SINCE] = {"registration_since", "户籍迁入日期", false},
    [FIELD_UNIT] = {"unit", "村居", true},
    [FIELD_CLAIM_DATE] = {"claim_date", "申请日期", false},
    [FIELD_ACCOUNT] = {"account", "银行账号", true},
    [FIELD_ACCOUNT_NAME] = {"account_name", "户名", false},
    [FIELD_BANK_CODE] = {"bank_code", "联行号", true},
    [FIELD_ADDRESS] = {"address", "住址", false},
    [FIELD_PHONE] = {"phone", "电话", true},
    [FIELD_HOUSEHOLD] = {"household", "家庭编号", true},
    [FIELD_CONTACT] = {"contact", "联系人", false},
    [FIELD_PROGRAMME] = {"programme", "补贴项目", false},
    [FIELD_ATTRIBUTE] = {"attribute", "登记项目", false},
    [FIELD_VALUE] = {"value", "登记内容", false},
    [FIELD_EFFECTIVE] = {"effective", "生效日期", false},
    [FIELD_UNTIL] = {"until", "截止日期", false},
    [FIELD_SCALE] = {"scale", "评估标准", false},
    [FIELD_TIER] = {"tier", "档次", false},
    [FIELD_AMOUNT] = {"amount", "金额", false},
    [FIELD_DOCUMENT] = {"document", "文号", false},
    [FIELD_SOURCE] = {"source", "来源", false},
    [FIELD_PAYEE_ID] = {"payee_id_number", "收款人身份证号", true},
    [FIELD_PAYEE_NAME] = {"payee_name", "收款人姓名", false},
    [FIELD_RELATION] = {"relation", "与补贴对象关系", false},
    [FIELD_AUTHORISATION] = {"authorisation", "授权文件", false},
    [FIELD_PERIOD] = {"period", "所属月份", false},
    [FIELD_PAID_ON] = {"paid_on", "发放日期", false},
    [FIELD_ENTRY] = {"entry", "条目号", false},
    [FIELD_VOID_REASON] = {"void_reason", "作废原因", false},
    [FIELD_INTO] = {"into", "并入身份证号", true},
    [FIELD_FROM] = {"from", "起", false},
    [FIELD_TO] = {"to", "止", false},
    [FIELD_EFFECT] = {"effect", "计入方式", false},
    [FIELD_CODE] = {"code", "编码", true},
    [FIELD_PARENT] = {"parent", "上级编码", true},
    [FIELD_SUCCESSOR] = {"successor", "承继编码", true},
    [FIELD_CREDIT_CODE] = {"credit_code", "统一社会信用代码", true},
    [FIELD_ORGANISATION] = {"name", "机构名称", false},
    [FIELD_DIVISION] = {"division", "行政区划", true},
    [FIELD_UNIT_NAME] = {"name", "名称", false},
    [FIELD_UNIT_UNTIL] = {"until", "止", false},
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

static const struct column INSTITUTIONS[] = {
    {FIELD_CREDIT_CODE, true}, {FIELD_ORGANISATION, true},  {FIELD_DIVISION, true},
    {FIELD_ACCOUNT, true},     {FIELD_ACCOUNT_NAME, false}, {FIELD_BANK_CODE, false},
};

static const struct column VOIDS[] = {
    {FIELD_ID_NUMBER, true},  {FIELD_ENTRY, false},       {FIELD_ATTRIBUTE, false},
    {FIELD_PROGRAMME, false}, {FIELD_VALUE, false},       {FIELD_EFFECTIVE, false},
    {FIELD_SOURCE, false},    {FIELD_VOID_REASON, false}, {FIELD_DOCUMENT, false},
};

static const struct column MERGES[] = {
    {FIELD_ID_NUMBER, true}, {FIELD_INTO, true}, {FIELD_DOCUMENT, true}};

static const struct column UNITS[] = {
    {FIELD_CODE, true},  {FIELD_UNIT_NAME, true},   {FIELD_PARENT, false},
    {FIELD_FROM, false}, {FIELD_UNIT_UNTIL, false}, {FIELD_SUCCESSOR, false},
};

static const struct column HISTORY[] = {
    {FIELD_ID_NUMBER, true}, {FIELD_PROGRAMME, true}, {FIELD_PERIOD, true},
    {FIELD_AMOUNT, true},    {FIELD_PAID_ON, false},  {FIELD_DOCUMENT, false},
};

static const struct column ORDERS[] = {
    {FIELD_ID_NUMBER, true}, {FIELD_PROGRAMME, true}, {FIELD_FROM, true},
    {FIELD_TO, true},        {FIELD_AMOUNT, true},    {FIELD_EFFECT, true},
    {FIELD_DOCUMENT, true},
};

/* As headers of such a file say it, too. */
static const struct {
    enum import_what what;
    enum import_field field;
    const char *zh;
} ALSO[] = {
    {IMPORT_UNITS, FIELD_CODE, "单位编码"},
    {IMPORT_UNITS, FIELD_UNIT_NAME, "单位名称"},
    {IMPORT_UNITS, FIELD_PARENT, "上级"},
    {IMPORT_UNITS, FIELD_PARENT, "上级单位"},
    {IMPORT_UNITS, FIELD_FROM, "起始日期"},
    {IMPORT_UNITS, FIELD_UNIT_UNTIL, "截止日期"},
    {IMPORT_UNITS, FIELD_SUCCESSOR, "承继单位"},
    {IMPORT_ORDERS, FIELD_FROM, "起始月份"},
    {IMPORT_ORDERS, FIELD_TO, "截止月份"},
};

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
    [IMPORT_VOIDS] = SET("voids", VOIDS),
    [IMPORT_MERGES] = SET("merges", MERGES),
    [IMPORT_UNITS] = SET("units", UNITS),
    [IMPORT_HISTORY] = SET("history", HISTORY),
    [IMPORT_ORDERS] = SET("orders", ORDERS),
    [IMPORT_INSTITUTIONS] = SET("institutions", INSTITUTIONS),
};

const char *import_field_name(enum import_field f)
{
    return NAMES[f].name;
}

const char *import_field_zh(enum import_field f)
{
    return NAMES[f].zh;
}

bool import_field_digits(enum import_field f)
{
    return NAMES[f].digits;
}

static bool is_called(enum import_what what, enum import_field f, struct str name)
{
    for (size_t i = 0; i < sizeof ALSO / sizeof ALSO[0]; i++) {
        if (ALSO[i].what == what && ALSO[i].field == f && str_is(name, ALSO[i].zh)) {
            return true;
        }
    }
    return str_is(name, NAMES[f].name) || str_is(name, NAMES[f].zh);
}

bool import_kind_named(struct str name, enum import_what *out)
{
    for (size_t i = 0; i < sizeof SETS / sizeof SETS[0]; i++) {
        if (SETS[i].what != NULL && str_is(name, SETS[i].what)) {
            *out = (enum import_what)i;
            return true;
        }
    }
    return false;
}

bool import_column_named(enum import_what what, struct str name, enum import_field *out)
{
    for (size_t i = 0; i < SETS[what].count; i++) {
        if (is_called(what, SETS[what].columns[i].field, name)) {
            *out = SETS[what].columns[i].field;
            return true;
        }
    }
    return false;
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

/* All names or those of the required columns, in both languages; false when they do not
 * fit. */
static bool print_names(const struct column_set *set, bool required, bool zh, char *out,
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
        if (zh) {
            writer_bytes(&w, " ", 1);
            writer_bytes(&w, NAMES[f].zh, strlen(NAMES[f].zh));
        }
    }
    out[w.len] = '\0';
    return !w.failed;
}

static void hint_columns(const struct column_set *set, struct str name, struct diag *d)
{
    const char *nearest = nearest_name(set, name);
    char all[sizeof d->hint - 40];
    if (nearest != NULL) {
        diag_hint(d, "did you mean \"%s\"?", nearest);
        return;
    }
    if (!print_names(set, false, true, all, sizeof all)) {
        (void)print_names(set, false, false, all, sizeof all);
    }
    diag_hint(d, "columns of a %s file: %s", set->what, all);
}

static enum status unknown_column(const struct column_set *set,
                                  const struct import_mapping *m, struct str name,
                                  size_t index, struct diag *d)
{
    if (name.n == 0) {
        diag_fail(d, ST_INPUT, "unknown-column", "column %zu has no name", index + 1);
        return diag_hint(d, "name it in the first line, or delete the column");
    }
    diag_fail(d, ST_INPUT, "unknown-column", "unknown column \"%.*s\"",
              (int)(name.n < 100 ? name.n : 100), name.p);
    if (m != NULL) {
        return diag_hint(d, "name it in the mapping, below columns or ignore");
    }
    hint_columns(set, name, d);
    return d->status;
}

enum column_is { COLUMN_UNKNOWN, COLUMN_IGNORED, COLUMN_KNOWN };

/* What a header stands for: by the mapping, else by our own names. */
static enum column_is find_column(enum import_what what, const struct import_mapping *m,
                                  struct str name, enum import_field *f)
{
    for (size_t i = 0; m != NULL && i < m->header_count; i++) {
        if (str_eq(m->headers[i].name, name)) {
            *f = m->headers[i].field;
            return m->headers[i].ignored ? COLUMN_IGNORED : COLUMN_KNOWN;
        }
    }
    return import_column_named(what, name, f) ? COLUMN_KNOWN : COLUMN_UNKNOWN;
}

static bool is_reason(struct str name)
{
    return str_is(name, IMPORT_REASON) || str_is(name, IMPORT_REASON_ZH);
}

static enum status take_column(struct import_columns *c, enum import_what what,
                               const struct import_mapping *m, struct str name,
                               size_t index, struct diag *d)
{
    enum import_field f = FIELD_COUNT;
    enum column_is is = find_column(what, m, name, &f);
    bool reason = index + 1 == c->named && is_reason(name);
    if (is == COLUMN_IGNORED || (is == COLUMN_UNKNOWN && reason)) {
        return ST_OK;
    }
    if (is == COLUMN_UNKNOWN) {
        return unknown_column(&SETS[what], m, name, index, d);
    }
    if (c->at[f] != 0) {
        diag_fail(d, ST_INPUT, "doubled-column", "the column \"%.*s\" is there twice",
                  STR_ARG(name));
        return diag_hint(d, "\"%s\" and \"%s\" are the same column", NAMES[f].name,
                         NAMES[f].zh);
    }
    c->at[f] = (uint16_t)(index + 1);
    return ST_OK;
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
    if (named != 1 || header->sheet) {
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

static bool is_known(enum import_what what, const struct import_mapping *m,
                     struct str name)
{
    enum import_field f;
    return find_column(what, m, name, &f) != COLUMN_UNKNOWN ||
           nearest_name(&SETS[what], name) != NULL;
}

/* A line in which no column is known is a title, or the first of the rows. */
static enum status check_header(enum import_what what, const struct import_mapping *m,
                                const struct csv_row *header, struct diag *d)
{
    char required[sizeof d->hint - 80];
    struct str first = text_trim(header->fields[0]);
    for (size_t i = 0; i < header->count; i++) {
        if (is_known(what, m, text_trim(header->fields[i]))) {
            return ST_OK;
        }
    }
    diag_fail(d, ST_INPUT, "no-header", "the first line names no column: \"%.*s\"",
              (int)(first.n < 100 ? first.n : 100), first.n > 0 ? first.p : "");
    diag_where(d, "line %llu", (unsigned long long)header->line);
    (void)print_names(&SETS[what], true, true, required, sizeof required);
    return diag_hint(d,
                     "the header must be the first line, without a title above (or a "
                     "mapping says where it is): %s",
                     required);
}

enum status import_columns_read(struct import_columns *c, enum import_what what,
                                const struct import_mapping *m,
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
    TRY(check_header(what, m, header, d));
    for (size_t i = 0; i < c->named; i++) {
        enum status st = take_column(c, what, m, text_trim(header->fields[i]), i, d);
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
