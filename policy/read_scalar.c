/* read_scalar.c - the types of POLICY-FORMAT section 2: one function for each, which
 * takes the whole scalar or refuses it. */
#include "policy/read.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"

bool read_is(const struct ynode *n, const char *word)
{
    return n->kind == YNODE_SCALAR && str_is(n->text, word);
}

/* A scalar that says something. */
static enum status want_text(const struct reading *r, const struct ynode *n, size_t max,
                             struct diag *d)
{
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    if (n->text.n == 0) {
        yaml_fail(r->file, n->place, d, "empty-value", "a value is missing");
        return diag_hint(d, "leave the key out when there is nothing to say");
    }
    if (n->text.n > max) {
        return yaml_fail(r->file, n->place, d, "too-long", "more than %zu bytes", max);
    }
    if (yaml_hides(n->text, false)) {
        yaml_fail(r->file, n->place, d, "hidden-character",
                  "the text has a line break or an invisible character");
        return diag_hint(d, "write it in one line; retype what was pasted");
    }
    return ST_OK;
}

static enum status keep(struct reading *r, struct str s, const char **out,
                        struct diag *d)
{
    *out = arena_str(r->arena, s);
    return *out != NULL ? ST_OK : arena_check(r->arena, d);
}

static enum status refuse(const struct reading *r, const struct ynode *n,
                          const char *code, const char *what, struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    return yaml_fail(r->file, n->place, d, code, "\"%s\" is not %s",
                     yaml_show(n->text, shown), what);
}

enum status read_text(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    return keep(r, n->text, out, d);
}

enum status read_value(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_VALUE_MAX, d));
    return keep(r, n->text, out, d);
}

static bool is_name(struct str s)
{
    bool ok = s.n > 0 && s.n <= READ_NAME_MAX;
    for (size_t i = 0; ok && i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        ok = plain || (i > 0 && i + 1 < s.n && (c == '-' || c == '_'));
    }
    return ok;
}

static enum status fail_name(const struct reading *r, struct str s, struct place at,
                             struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    yaml_fail(r->file, at, d, "bad-name", "\"%s\" is not a name", yaml_show(s, shown));
    return diag_hint(d, "a name has a-z, 0-9 and inner hyphens, at most %d of them",
                     READ_NAME_MAX);
}

enum status read_name(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    return is_name(n->text) ? keep(r, n->text, out, d)
                            : fail_name(r, n->text, n->place, d);
}

enum status read_key_name(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d)
{
    return is_name(n->key) ? keep(r, n->key, out, d)
                           : fail_name(r, n->key, n->key_place, d);
}

enum status read_key_text(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d)
{
    struct ynode key = {.kind = YNODE_SCALAR, .text = n->key, .place = n->key_place};
    return read_value(r, &key, NULL, out, d);
}

enum status read_digits(struct reading *r, const struct ynode *n,
                        const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!text_all_digits(n->text) || n->text.n > 12) {
        return refuse(r, n, "bad-digits", "a code of digits", d);
    }
    return keep(r, n->text, out, d);
}

enum status read_division(struct reading *r, const struct ynode *n,
                          const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    size_t len = n->text.n;
    bool level = len == 2 || len == 4 || len == 6 || len == 9 || len == 12;
    if (!level || !text_all_digits(n->text)) {
        refuse(r, n, "bad-division", "a division code", d);
        return diag_hint(d, "2, 4, 6, 9 or 12 digits: \"230523\" is a county");
    }
    return keep(r, n->text, out, d);
}

enum status read_date(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!date_parse(n->text, out)) {
        refuse(r, n, "bad-date", "a date", d);
        return diag_hint(d, "write it as 2024-08-21");
    }
    return ST_OK;
}

enum status read_month(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!month_parse(n->text, out)) {
        refuse(r, n, "bad-month", "a month", d);
        return diag_hint(d, "write it as 2024-08");
    }
    return ST_OK;
}

enum status read_money(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    const int64_t most_fen = INT64_C(100000000000); /* 1,000,000,000.00 */
    int64_t fen = 0;
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!money_parse(n->text, &fen) || fen > most_fen) {
        refuse(r, n, "bad-money", "an amount in yuan", d);
        return diag_hint(d, "write exactly two decimals: 1200.00");
    }
    *(int64_t *)out = fen;
    return ST_OK;
}

/* "15", "66.6" or "66.67" in hundredths. */
static bool percent_parse(struct str s, int64_t *out)
{
    const char *dot = s.n > 0 ? memchr(s.p, '.', s.n) : NULL;
    struct str whole = s;
    uint64_t yuan = 0;
    uint64_t part = 0;
    if (dot != NULL) {
        whole.n = (size_t)(dot - s.p);
        struct str decimals = str_make(dot + 1, s.n - whole.n - 1);
        if (decimals.n < 1 || decimals.n > 2 || !text_all_digits(decimals)) {
            return false;
        }
        part = (uint64_t)(decimals.p[0] - '0') * 10;
        part += decimals.n == 2 ? (uint64_t)(decimals.p[1] - '0') : 0;
    }
    if (!text_u64(whole, 0, 9999, &yuan)) {
        return false;
    }
    *out = (int64_t)(yuan * 100 + part);
    return true;
}

enum status read_percent(struct reading *r, const struct ynode *n,
                         const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!percent_parse(n->text, out)) {
        refuse(r, n, "bad-percent", "a percentage", d);
        return diag_hint(d, "up to two decimals and no sign: 15 or 66.67");
    }
    return ST_OK;
}

enum status read_number(const struct reading *r, const struct ynode *n, int32_t min,
                        int32_t max, int32_t *out, struct diag *d)
{
    uint64_t value = 0;
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    if (!text_u64(n->text, (uint64_t)min, (uint64_t)max, &value)) {
        refuse(r, n, "bad-number", "a whole number in the range", d);
        return diag_hint(d, "%d to %d", (int)min, (int)max);
    }
    *out = (int32_t)value;
    return ST_OK;
}

enum status read_word_of(const struct reading *r, const struct ynode *n,
                         const struct word *words, int *out, struct diag *d)
{
    TRY(want_text(r, n, READ_TEXT_MAX, d));
    return yaml_word(r->file, n, words, out, d);
}

_Static_assert(sizeof(enum timing) == sizeof(int), "read_word stores enums as int");

enum status read_word(struct reading *r, const struct ynode *n,
                      const struct read_key *k, void *out, struct diag *d)
{
    int number = 0;
    TRY(read_word_of(r, n, k->words, &number, d));
    memcpy(out, &number, sizeof number);
    return ST_OK;
}

enum status read_yes_no(struct reading *r, const struct ynode *n,
                        const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
    int number = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &number, d));
    *(bool *)out = number != 0;
    return ST_OK;
}
