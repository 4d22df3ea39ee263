/* status.c - writing one failure into a struct diag.
 *
 * Every text is formatted aside first, so that the old text of the same diag may be
 * among the arguments ("%s, in %s"), and is cut at a character, never inside one: the
 * texts end up in JSON and on terminals, where half a Han character is an error. */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"

/* As long as the longest field of struct diag. */
#define FIELD_MAX 512

/* The length of s, or of s without the UTF-8 character that was cut at its end. */
static size_t whole_length(const char *s, size_t n)
{
    size_t tail = 0;
    while (tail < n && tail < 3 && ((unsigned char)s[n - 1 - tail] & 0xc0) == 0x80) {
        tail++;
    }
    if (tail == n) {
        return n;
    }
    unsigned char lead = (unsigned char)s[n - 1 - tail];
    size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    return tail < want ? n - 1 - tail : n;
}

static void set_field(char *field, size_t cap, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void set_field(char *field, size_t cap, const char *fmt, va_list ap)
{
    char text[FIELD_MAX];
    must(cap <= sizeof text);
    int made = vsnprintf(text, cap, fmt, ap);
    must(made >= 0);
    size_t n = (size_t)made;
    if (n >= cap) {
        n = whole_length(text, cap - 1);
    }
    memcpy(field, text, n);
    field[n] = '\0';
}

enum status diag_fail(struct diag *d, enum status st, const char *code, const char *fmt,
                      ...)
{
    must(d != NULL);
    must(st != ST_OK);
    /* The arguments may point into d, so the text comes first. */
    va_list ap;
    va_start(ap, fmt);
    set_field(d->what, sizeof d->what, fmt, ap);
    va_end(ap);
    size_t n = strlen(code);
    if (n >= sizeof d->code) {
        n = sizeof d->code - 1;
    }
    memmove(d->code, code, n);
    d->code[n] = '\0';
    d->where[0] = '\0';
    d->hint[0] = '\0';
    d->status = st;
    return st;
}

enum status diag_where(struct diag *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_field(d->where, sizeof d->where, fmt, ap);
    va_end(ap);
    return d->status;
}

enum status diag_hint(struct diag *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    set_field(d->hint, sizeof d->hint, fmt, ap);
    va_end(ap);
    return d->status;
}

enum status diag_memory(struct diag *d)
{
    return diag_fail(d, ST_SYSTEM, "memory", "out of memory");
}

/* What scripts may want to tell apart; the rest is "system". */
static const char *errno_code(int error)
{
    static const struct {
        int error;
        const char *code;
    } known[] = {
        {ENOENT, "no-such-file"}, {EACCES, "no-access"}, {EPERM, "no-access"},
        {ENOSPC, "disk-full"},    {EDQUOT, "disk-full"}, {EROFS, "read-only"},
        {EEXIST, "exists"},       {EIO, "disk-error"},   {ENOMEM, "memory"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].error == error) {
            return known[i].code;
        }
    }
    return "system";
}

enum status diag_errno(struct diag *d, const char *what, const char *path)
{
    int error = errno;
    char why[128];
    if (strerror_r(error, why, sizeof why) != 0) {
        snprintf(why, sizeof why, "error %d", error);
    }
    bool has_path = path != NULL && path[0] != '\0';
    return diag_fail(d, ST_SYSTEM, errno_code(error), "%s%s%s: %s", what,
                     has_path ? " " : "", has_path ? path : "", why);
}
