/* must.h - what must be true if the program has no defect; checked in every build. */
#ifndef ALMONER_BASE_MUST_H
#define ALMONER_BASE_MUST_H

/* Prints the condition with its place to stderr and aborts. */
_Noreturn void must_fail(const char *cond, const char *file, int line);

#define must(cond)                                                                     \
    do {                                                                               \
        if (!(cond)) {                                                                 \
            must_fail(#cond, __FILE__, __LINE__);                                      \
        }                                                                              \
    } while (0)

#endif
