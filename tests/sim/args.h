/* args.h - options of the form --name VALUE and --flag. */
#ifndef ALMONER_TESTS_SIM_ARGS_H
#define ALMONER_TESTS_SIM_ARGS_H

#include "base/bytes.h"
#include "base/status.h"

struct args {
    int count;
    char **words;
};

/* Refuses words that are not in the two lists (NULL-ended): options and flags. */
enum status args_check(const struct args *a, const char *const *options,
                       const char *const *flags, struct diag *d) MUST_USE;
/* The value of the n-th (from 0) --name; NULL when there is none. */
const char *args_get_nth(const struct args *a, const char *name, int n);
const char *args_get(const struct args *a, const char *name, const char *otherwise);
bool args_has(const struct args *a, const char *flag);
/* Fails when it is missing. */
enum status args_need(const struct args *a, const char *name, const char **out,
                      struct diag *d) MUST_USE;
/* `otherwise` when it is missing. */
enum status args_number(const struct args *a, const char *name, uint64_t max,
                        uint64_t otherwise, uint64_t *out, struct diag *d) MUST_USE;
enum status args_day(const struct args *a, const char *name, const char *otherwise,
                     int32_t *out, struct diag *d) MUST_USE;

#endif
