/* policy_file.h - policy files for tests, which fail when one cannot be read. */
#ifndef ALMONER_TESTS_UNIT_POLICY_FILE_H
#define ALMONER_TESTS_UNIT_POLICY_FILE_H

#include "policy/policy.h"

/* With a NUL behind it; to be freed. */
char *policy_file_load(const char *path, size_t *size);
/* To be freed by policy_free. */
struct policy *policy_file_read(const char *path);

#endif
