/* rejects.h - the refused rows of an import written back as CSV, with the reason in a
 * last column, to be mended and imported again. */
#ifndef ALMONER_CLI_REJECTS_H
#define ALMONER_CLI_REJECTS_H

#include "batch/import.h"
#include "cli/files.h"
#include "cli/output.h"

struct rejects {
    const struct output *output;
    const char *path; /* borrowed */
    struct import_rejects calls;
    struct buf head; /* rows to the header */
    struct buf row;
    uint64_t lines; /* in head */
    size_t columns; /* of the header, without a reason it has already */
    bool had_reason;
    bool open;
    uint64_t rows;
    struct file_output file;
};

/* Nothing is created before the first refused row. ST_USAGE "same-file" when path is
 * the file that is read. */
enum status rejects_start(struct rejects *r, const struct output *o, const char *path,
                          const char *input, struct diag *d) MUST_USE;
/* whole: all rows were checked. Then the file is there, as a whole and readable by its
 * owner only, if there were refused rows; else nothing was written, and an older file
 * of the name is told of. *written says which. */
enum status rejects_end(struct rejects *r, bool whole, bool *written, struct diag *d)
    MUST_USE;

#endif
