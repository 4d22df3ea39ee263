/* main.c - runs the unit tests.
 *
 * Each tests/unit/test_<name>.c defines `Suite *suite_<name>(void)`. The Makefile
 * lists them as SUITE(<name>) in build/<variant>/suites.inc, so a new file is enough
 * to be run. Without arguments all suites run, otherwise those named; an unknown name
 * is a failure, so that a mistyped one cannot pass. CK_FORK, CK_VERBOSITY and
 * CK_RUN_CASE work as the manual of Check says. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define SUITE(name) Suite *suite_##name(void);
#include "suites.inc"
#undef SUITE

static const struct {
    const char *name;
    Suite *(*make)(void);
} suites[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.inc"
#undef SUITE
};
/* clang-format on */

static const size_t suite_count = sizeof suites / sizeof suites[0];

static void add_suite(SRunner *runner, const char *name)
{
    for (size_t i = 0; i < suite_count; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            srunner_add_suite(runner, suites[i].make());
            return;
        }
    }
    fprintf(stderr, "unit_tests: no suite \"%s\"\n", name);
    exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);
    for (int i = 1; i < argc; i++) {
        add_suite(runner, argv[i]);
    }
    for (size_t i = 0; argc < 2 && i < suite_count; i++) {
        srunner_add_suite(runner, suites[i].make());
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
