/* args.c - see args.h. */
#include "tests/sim/args.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"

static bool is_in(const char *const *list, const char *word)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, word) == 0) {
            return true;
        }
    }
    return false;
}

enum status args_check(const struct args *a, const char *const *options,
                       const char *const *flags, struct diag *d)
{
    for (int i = 0; i < a->count; i++) {
        const char *word = a->words[i];
        if (is_in(flags, word)) {
            continue;
        }
        if (!is_in(options, word)) {
            return diag_fail(d, ST_USAGE, "option", "unknown option \"%s\"", word);
        }
        i++;
        if (i == a->count) {
            return diag_fail(d, ST_USAGE, "option", "%s needs a value", word);
        }
    }
    return ST_OK;
}

const char *args_get_nth(const struct args *a, const char *name, int n)
{
    for (int i = 0; i + 1 < a->count; i++) {
        if (strcmp(a->words[i], name) == 0 && n-- == 0) {
            return a->words[i + 1];
        }
    }
    return NULL;
}

const char *args_get(const struct args *a, const char *name, const char *otherwise)
{
    const char *value = args_get_nth(a, name, 0);
    return value != NULL ? value : otherwise;
}

bool args_has(const struct args *a, const char *flag)
{
    for (int i = 0; i < a->count; i++) {
        if (strcmp(a->words[i], flag) == 0) {
            return true;
        }
    }
    return false;
}

enum status args_need(const struct args *a, const char *name, const char **out,
                      struct diag *d)
{
    const char *value = args_get_nth(a, name, 0);
    if (value == NULL) {
        return diag_fail(d, ST_USAGE, "option", "%s is missing", name);
    }
    *out = value;
    return ST_OK;
}

enum status args_number(const struct args *a, const char *name, uint64_t max,
                        uint64_t otherwise, uint64_t *out, struct diag *d)
{
    const char *value = args_get_nth(a, name, 0);
    *out = otherwise;
    if (value != NULL && !text_u64(str_of(value), 0, max, out)) {
        return diag_fail(d, ST_USAGE, "option", "%s is not a number up to %llu", name,
                         (unsigned long long)max);
    }
    return ST_OK;
}

enum status args_day(const struct args *a, const char *name, const char *otherwise,
                     int32_t *out, struct diag *d)
{
    const char *value = args_get(a, name, otherwise);
    if (value == NULL || !date_parse(str_of(value), out)) {
        return diag_fail(d, ST_USAGE, "option", "%s needs a day like 2026-09-01", name);
    }
    return ST_OK;
}
