/* policy_file.c - see policy_file.h. */
#include "tests/unit/policy_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

char *policy_file_load(const char *path, size_t *size)
{
    char *text = malloc(POLICY_FILE_MAX + 1);
    FILE *f = fopen(path, "rb");
    ck_assert_msg(text != NULL && f != NULL, "%s", path);
    *size = fread(text, 1, POLICY_FILE_MAX, f);
    text[*size] = '\0';
    fclose(f);
    return text;
}

struct policy *policy_file_read(const char *path)
{
    struct policy *p = NULL;
    struct diag d;
    size_t size = 0;
    char *text = policy_file_load(path, &size);
    enum status st = policy_read(&p, str_make(text, size), path, &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
    free(text); /* the model keeps no pointer into it */
    return p;
}
