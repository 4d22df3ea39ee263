/* options.c - splits a command line by tables; see options.h. It knows no command: what
 * an option means is its command's business. */
#include "cli/options.h"

#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/similar.h"
#include "base/text.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2199

/* ---- tables ---- */

static const struct option_spec *find_name(const struct option_table *const *tables,
                                           size_t count, struct str name)
{
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            if (str_is(name, tables[t]->specs[i].name)) {
                return &tables[t]->specs[i];
            }
        }
    }
    return NULL;
}

static const struct option_spec *find_letter(const struct option_table *const *tables,
                                             size_t count, char letter)
{
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            if (letter != 0 && tables[t]->specs[i].letter == letter) {
                return &tables[t]->specs[i];
            }
        }
    }
    return NULL;
}

static enum status unknown_option(const char *written, const char *command,
                                  const struct option_table *const *tables,
                                  size_t count, struct diag *d)
{
    struct str name = str_of(written);
    const char *end = name.p == NULL ? NULL : strchr(written, '=');
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    if (end != NULL) {
        name.n = (size_t)(end - written);
    }
    struct str bare = name.n > 2 ? str_make(name.p + 2, name.n - 2) : str_of("");
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            struct str known = str_of(tables[t]->specs[i].name);
            if (similar_near(bare, known) && similar_distance(bare, known) < best) {
                best = similar_distance(bare, known);
                nearest = tables[t]->specs[i].name;
            }
        }
    }
    if (command != NULL) {
        diag_fail(d, ST_USAGE, "unknown-option", "%s takes no option \"%.*s\"", command,
                  STR_ARG(name));
    } else {
        diag_fail(d, ST_USAGE, "unknown-option", "there is no option \"%.*s\"",
                  STR_ARG(name));
    }
    if (nearest != NULL) {
        return diag_hint(d, "did you mean --%s?", nearest);
    }
    return diag_hint(d, "almoner help %s lists them", command != NULL ? command : "");
}

/* ---- splitting ---- */

struct splitting {
    struct options *o;
    int argc;
    char **argv;
    int at;
    const struct option_table *const *tables;
    size_t count;
};

static enum status keep(struct splitting *s, const char *written,
                        const struct option_spec *spec, const char *value,
                        struct diag *d)
{
    struct options *o = s->o;
    if (o->count == OPTIONS_MAX) {
        return diag_fail(d, ST_USAGE, "too-many-options", "more than %d options",
                         OPTIONS_MAX);
    }
    o->given[o->count].written = written;
    o->given[o->count].spec = spec;
    o->given[o->count].value = value;
    o->count++;
    return ST_OK;
}

/* The value behind an option: attached to it, or the next argument. */
static enum status keep_value(struct splitting *s, const char *written,
                              const struct option_spec *spec, const char *attached,
                              struct diag *d)
{
    if (spec->kind == OPTION_FLAG) {
        if (attached != NULL) {
            return diag_fail(d, ST_USAGE, "unwanted-value", "--%s takes no value",
                             spec->name);
        }
        return keep(s, written, spec, NULL, d);
    }
    if (attached != NULL) {
        return keep(s, written, spec, attached, d);
    }
    if (s->at + 1 >= s->argc) {
        diag_fail(d, ST_USAGE, "missing-value", "%s needs a value", written);
        return diag_hint(d, "%s %s: %s", written, spec->argument, spec->help);
    }
    s->at++;
    return keep(s, written, spec, s->argv[s->at], d);
}

static enum status split_long(struct splitting *s, const char *written, struct diag *d)
{
    const char *name = written + 2;
    const char *equals = strchr(name, '=');
    size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct option_spec *spec = find_name(s->tables, s->count, str_make(name, n));
    if (spec == NULL) {
        return unknown_option(written, NULL, s->tables, s->count, d);
    }
    return keep_value(s, written, spec, equals != NULL ? equals + 1 : NULL, d);
}

/* -C DIR or -CDIR; letters are not joined together. */
static enum status split_short(struct splitting *s, const char *written, struct diag *d)
{
    const struct option_spec *spec = find_letter(s->tables, s->count, written[1]);
    if (spec == NULL) {
        return unknown_option(written, NULL, s->tables, s->count, d);
    }
    return keep_value(s, written, spec, written[2] != '\0' ? written + 2 : NULL, d);
}

static enum status keep_word(struct options *o, const char *word, struct diag *d)
{
    if (o->word_count == WORDS_MAX) {
        return diag_fail(d, ST_USAGE, "too-many-words", "more than %d words",
                         WORDS_MAX);
    }
    o->words[o->word_count++] = word;
    return ST_OK;
}

enum status options_split(struct options *o, int argc, char **argv,
                          const struct option_table *const *tables, size_t count,
                          struct diag *d)
{
    struct splitting s = {
        .o = o, .argc = argc, .argv = argv, .tables = tables, .count = count};
    bool words_only = false;
    memset(o, 0, sizeof *o);
    for (s.at = 1; s.at < argc; s.at++) {
        const char *a = argv[s.at];
        if (words_only || a[0] != '-' || a[1] == '\0') {
            TRY(keep_word(o, a, d));
        } else if (strcmp(a, "--") == 0) {
            words_only = true;
        } else if (a[1] == '-') {
            TRY(split_long(&s, a, d));
        } else {
            TRY(split_short(&s, a, d));
        }
    }
    return ST_OK;
}

/* ---- binding ---- */

enum status options_bind(struct options *o, const struct option_table *const *tables,
                         size_t count, const char *command, struct diag *d)
{
    must(count <= OPTION_TABLES_MAX);
    memcpy(o->tables, tables, count * sizeof o->tables[0]);
    o->table_count = count;
    for (size_t i = 0; i < o->count; i++) {
        const struct option_spec *split_as = o->given[i].spec;
        const struct option_spec *spec =
            find_name(tables, count, str_of(split_as->name));
        if (spec == NULL) {
            return unknown_option(o->given[i].written, command, tables, count, d);
        }
        must((spec->kind == OPTION_FLAG) == (split_as->kind == OPTION_FLAG));
        for (size_t k = 0; k < i; k++) {
            if (spec->kind != OPTION_LIST && o->given[k].spec == spec) {
                return diag_fail(d, ST_USAGE, "doubled-option", "--%s stands twice",
                                 spec->name);
            }
        }
        o->given[i].spec = spec;
    }
    return ST_OK;
}

/* ---- asking ---- */

static const struct option_spec *known(const struct options *o, const char *name)
{
    const struct option_spec *spec = find_name(o->tables, o->table_count, str_of(name));
    must(spec != NULL);
    return spec;
}

bool options_knows(const struct options *o, const char *name)
{
    return find_name(o->tables, o->table_count, str_of(name)) != NULL;
}

bool options_flag(const struct options *o, const char *name)
{
    const struct option_spec *spec = known(o, name);
    for (size_t i = 0; i < o->count; i++) {
        if (o->given[i].spec == spec) {
            return true;
        }
    }
    return false;
}

const char *options_text(const struct options *o, const char *name)
{
    const struct option_spec *spec = known(o, name);
    for (size_t i = 0; i < o->count; i++) {
        if (o->given[i].spec == spec) {
            return o->given[i].value;
        }
    }
    return NULL;
}

enum status options_need(const struct options *o, const char *name, const char **out,
                         struct diag *d)
{
    const struct option_spec *spec = known(o, name);
    const char *value = options_text(o, name);
    if (value == NULL) {
        diag_fail(d, ST_USAGE, "missing-option", "--%s %s is needed", name,
                  spec->argument);
        return diag_hint(d, "%s", spec->help);
    }
    *out = value;
    return ST_OK;
}

size_t options_list(const struct options *o, const char *name, struct str *out,
                    size_t cap)
{
    const struct option_spec *spec = known(o, name);
    size_t n = 0;
    for (size_t i = 0; i < o->count; i++) {
        if (o->given[i].spec == spec) {
            if (n < cap) {
                out[n] = str_of(o->given[i].value);
            }
            n++;
        }
    }
    return n;
}

static enum status bad_option(const char *name, const char *value, const char *form,
                              struct diag *d)
{
    diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not %s", value, form);
    return diag_where(d, "--%s", name);
}

/* Ages and terms are counted from a month in both directions, so months near the ends
 * of what base/date.h knows would leave it. */
static enum status in_range(const char *name, const char *value, int32_t month,
                            struct diag *d)
{
    if (month_year(month) >= YEAR_MIN && month_year(month) <= YEAR_MAX) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is out of range", value);
    diag_where(d, "--%s", name);
    return diag_hint(d, "months from %d-01 to %d-12 are understood", YEAR_MIN,
                     YEAR_MAX);
}

enum status options_month(const struct options *o, const char *name, int32_t *out,
                          struct diag *d)
{
    const char *value = options_text(o, name);
    int32_t month;
    if (value == NULL) {
        return ST_OK;
    }
    if (!month_parse(str_of(value), &month)) {
        return bad_option(name, value, "a month (YYYY-MM)", d);
    }
    TRY(in_range(name, value, month, d));
    *out = month;
    return ST_OK;
}

enum status options_months(const struct options *o, const char *name, int32_t *from,
                           int32_t *through, struct diag *d)
{
    const char *value = options_text(o, name);
    int32_t first;
    int32_t last;
    if (value == NULL) {
        return ST_OK;
    }
    struct str s = str_of(value);
    size_t n = 0;
    while (n < s.n && !str_starts(str_make(s.p + n, s.n - n), str_of(".."))) {
        n++;
    }
    bool range = n < s.n;
    if (!month_parse(str_make(s.p, n), &first) ||
        !month_parse(range ? str_make(s.p + n + 2, s.n - n - 2) : s, &last)) {
        return bad_option(name, value, "a month (YYYY-MM) or a range of them", d);
    }
    TRY(in_range(name, value, first, d));
    TRY(in_range(name, value, last, d));
    if (last < first) {
        return bad_option(name, value, "a range: it ends before it begins", d);
    }
    *from = first;
    *through = last;
    return ST_OK;
}

enum status options_date(const struct options *o, const char *name, int32_t *out,
                         struct diag *d)
{
    const char *value = options_text(o, name);
    int32_t day;
    if (value == NULL) {
        return ST_OK;
    }
    if (!date_parse(str_of(value), &day)) {
        return bad_option(name, value, "a date (YYYY-MM-DD)", d);
    }
    TRY(in_range(name, value, month_of_day(day), d));
    *out = day;
    return ST_OK;
}

enum status options_number(const struct options *o, const char *name, uint64_t max,
                           uint64_t *out, struct diag *d)
{
    const char *value = options_text(o, name);
    if (value != NULL && !text_u64(str_of(value), 0, max, out)) {
        return bad_option(name, value, "a number in its range", d);
    }
    return ST_OK;
}
