/* status.h - how functions report failure.
 *
 * A function that can fail returns enum status; the value is the category of the
 * failure and, unchanged, the exit code of the program (docs/ARCHITECTURE.md).
 * What went wrong, where, and how to mend it is written once into a struct diag by
 * the function that knows best; callers pass it on or add where it happened. */
#ifndef ALMONER_BASE_STATUS_H
#define ALMONER_BASE_STATUS_H

enum status {
    ST_OK = 0,
    ST_FINDINGS = 1,     /* done, and there are findings or differences */
    ST_USAGE = 2,        /* the command line is wrong */
    ST_INPUT = 3,        /* input refused, nothing written */
    ST_CONFLICT = 4,     /* wrong state, or conflicting with what is known */
    ST_INTEGRITY = 5,    /* stored data is not what was written */
    ST_SYSTEM = 6,       /* disk, lock, memory */
    ST_DENIED = 7,       /* not authorised */
    ST_INTERNAL = 70,    /* a defect of the program */
    ST_INTERRUPTED = 130 /* stopped by the user; what was committed stays */
};

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* One failure. All fields are NUL-terminated and may be cut at their size. */
struct diag {
    enum status status;
    char code[40];   /* stable, kebab-case, for scripts: "id-check-digit" */
    char where[256]; /* file:line:column, record 17, batch 3; "" when unknown */
    char what[512];  /* lower case, no full stop, the failure first */
    char hint[384];  /* how to mend it; "" when there is nothing to say */
};

/* Fills d (where and hint emptied) and returns st, so that one can write
 * `return diag_fail(d, ST_INPUT, "bad-date", "impossible date \"%s\"", s);`.
 * d is never NULL; st is never ST_OK. */
enum status diag_fail(struct diag *d, enum status st, const char *code, const char *fmt,
                      ...) PRINTF_LIKE(4, 5);

/* Say where, or how to mend it; both return d->status for use in a return. An
 * earlier text is replaced. */
enum status diag_where(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
enum status diag_hint(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Shorthands for what every module meets. */
enum status diag_memory(struct diag *d);
enum status diag_errno(struct diag *d, const char *what, const char *path);

/* Return early with the failure of call. Only where nothing is owned yet. */
#define TRY(call)                                                                      \
    do {                                                                               \
        enum status try_st_ = (call);                                                  \
        if (try_st_ != ST_OK) {                                                        \
            return try_st_;                                                            \
        }                                                                              \
    } while (0)

/* Within a function that owns something: keep the failure in `st` and go to out. */
#define TRY_OUT(call)                                                                  \
    do {                                                                               \
        st = (call);                                                                   \
        if (st != ST_OK) {                                                             \
            goto out;                                                                  \
        }                                                                              \
    } while (0)

#endif
