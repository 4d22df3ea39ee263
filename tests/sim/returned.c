/* returned.c - see returned.h. Lists are sorted by the serial number of the account, so
 * that an account of a later generation is found by the roster's. */
#include "tests/sim/returned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_CAP 2048
#define SERIAL_AT 7 /* after the prefix and the generation */
#define SERIAL_LEN 11

static int compare(const void *a, const void *b)
{
    return memcmp((const char *)a + SERIAL_AT, (const char *)b + SERIAL_AT, SERIAL_LEN);
}

static enum status keep_account(struct accounts *a, struct str account, struct diag *d)
{
    if (account.n != SIM_ACCOUNT_LEN) {
        return diag_fail(d, ST_INPUT, "account", "\"%.*s\" is not an account of ours",
                         STR_ARG(account));
    }
    if (a->count == a->room) {
        size_t room = a->room == 0 ? 1024 : 2 * a->room;
        void *list = realloc(a->list, room * sizeof *a->list);
        if (list == NULL) {
            return diag_memory(d);
        }
        a->list = list;
        a->room = room;
    }
    memcpy(a->list[a->count], account.p, SIM_ACCOUNT_LEN);
    a->list[a->count++][SIM_ACCOUNT_LEN] = '\0';
    return ST_OK;
}

/* The account is the second field and the code stands before the last "|"; only names
 * are not ASCII, and no second byte of a name's character in GBK is a digit. */
static enum status take_line(const char *line, bool paid, struct accounts *out,
                             struct diag *d)
{
    const char *account = strchr(line, '|');
    const char *end = account == NULL ? NULL : strchr(account + 1, '|');
    if (end == NULL || line[0] == 'R') {
        return ST_OK; /* the head, or the mark */
    }
    bool was_paid = strstr(line, "|0000|") != NULL;
    if (was_paid != paid) {
        return ST_OK;
    }
    return keep_account(out, str_make(account + 1, (size_t)(end - account - 1)), d);
}

enum status accounts_read(const char *answer, bool paid, struct accounts *out,
                          struct diag *d)
{
    FILE *f = fopen(answer, "rb");
    if (f == NULL) {
        return diag_errno(d, "cannot read", answer);
    }
    char line[LINE_CAP];
    enum status st = ST_OK;
    while (st == ST_OK && fgets(line, LINE_CAP, f) != NULL) {
        st = take_line(line, paid, out, d);
    }
    (void)fclose(f);
    if (st == ST_OK && out->count > 0) {
        qsort(out->list, out->count, sizeof *out->list, compare);
    }
    return st;
}

void accounts_release(struct accounts *a)
{
    free(a->list);
    *a = (struct accounts){0};
}

const char *accounts_find(const struct accounts *a, struct str account)
{
    if (a->count == 0 || account.n != SIM_ACCOUNT_LEN) {
        return NULL;
    }
    return bsearch(account.p, a->list, a->count, sizeof *a->list, compare);
}
