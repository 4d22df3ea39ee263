/* recognise.h - which payment format a file is of, and what it says in sum. */
#ifndef ALMONER_FORMATS_RECOGNISE_H
#define ALMONER_FORMATS_RECOGNISE_H

#include "formats/payment.h"

#define CURRENCY_LEN 3
#define FILE_CURRENCIES_MAX 16
#define FILE_ALIKE_MAX 8

/* One of the two ways to read a format's files. */
struct payment_way {
    const struct payment_format *format;
    bool answer; /* by read_answer; else read */
};
payment_reader *payment_way_reader(struct payment_way way);

/* The lines of a file by what became of them. */
struct payment_sums {
    const struct payment_format *format; /* whose lines they are */
    size_t currency_count;
    char currencies[FILE_CURRENCIES_MAX][CURRENCY_LEN + 1]; /* as first met */
    struct answer_totals of[FILE_CURRENCIES_MAX][PAYMENT_NONE + 1][REASON_COUNT];
    struct answer_totals all; /* with several currencies, total_fen means little */
    bool hashed;              /* hash is that of all lines: for comparing readings */
    uint64_t hash; /* FNV-1a; nobody would forge a file to be called by two names */
};

struct payment_reading {
    struct payment_way way;
    bool answers; /* says what became of payments, whichever way it is read */
    struct answer_file whole;
    struct payment_sums sums;
    /* Further formats in which the file reads the same, line by line. */
    size_t alike_count;
    const char *alike[FILE_ALIKE_MAX];
};

/* What the line is in; where it does not say, as texts do not, what its format is in;
 * empty where there is no amount either. */
struct str payment_line_currency(const struct payment_format *f,
                                 const struct answer *a);

/* Can the answer be read to its first line, or to its end? So that a file of gigabytes
 * that is none is told from one before anything else is done with it. What is wrong is
 * said as the reader says it. */
enum status payment_answer_begins(const struct payment_format *f, struct str file,
                                  struct diag *d) MUST_USE;

/* Reads the whole file in one of the formats: that which it is of by its first bytes
 * (`is`), else the only one that reads it to its end; of several that read it alike,
 * that with the fewest variants, then the shortest name. *out (large, the caller's) is
 * complete after ST_OK only.
 *
 * ST_INPUT with what the reader said when the file is of a format and damaged; else
 * "unknown-file" (where empty, and so is hint unless a reader came over the first line:
 * the caller may know more), or "ambiguous-format", which names the formats. `formats`
 * may be one, which was asked for: then its reader's failure is the answer; ST_USAGE
 * "format-not-read" when it has none. */
enum status payment_file_read(struct str file,
                              const struct payment_format *const *formats, size_t count,
                              struct payment_reading *out, struct diag *d) MUST_USE;

#endif
