/* must.c - the end of a program that found a defect in itself.
 *
 * Aborting is the safe answer: nothing half-done is committed, and a core file shows
 * where. It must not allocate and must not return. */
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void must_fail(const char *cond, const char *file, int line)
{
    fprintf(stderr, "almoner: defect at %s:%d: not true: %s\n", file, line, cond);
    fflush(stderr);
    abort();
}
