/* bank_out.h - bank files as they leave: one under the name given, or as many as there
 * are, under the names that the bank wants, in a folder. None appears under its name
 * before all of them are on the disk and recorded. */
#ifndef ALMONER_CLI_BANK_OUT_H
#define ALMONER_CLI_BANK_OUT_H

#include "batch/batch.h"
#include "cli/files.h"
#include "cli/options.h"

struct bank_out {
    const char *path; /* borrowed */
    bool folder;
    struct file_output file; /* the one in hand */
    struct bank_part *parts; /* those made */
    char **names;            /* of theirs, owned */
    size_t count;
    size_t room;
};
/* A path that ends in "/" or is a folder is one; it is made when it is not there. */
enum status bank_out_open(struct bank_out *o, const char *path, struct diag *d)
    MUST_USE;
/* Several files for one name are refused: ST_USAGE "several-files". */
struct batch_sink bank_out_sink(struct bank_out *o);
/* The path of the i-th file made, "" when it does not fit. */
void bank_out_path(const struct bank_out *o, size_t i, char out[FILE_PATH_MAX]);
/* Removes what did not get its name; frees. */
void bank_out_release(struct bank_out *o);

/* The form that --format names: a name, or the path of a profile's file (with a "/" or
 * ".yaml" at its end). *given false, and f as it was, when the option is a name, or not
 * there: then *name is it, or NULL. f is initialised by the caller. */
enum status bank_form_option(const struct options *o, const char **name, bool *given,
                             struct bank_form *f, struct diag *d) MUST_USE;
/* What --set says, NAME=VALUE as often as needed. ST_USAGE "bad-option". */
enum status bank_set_option(const struct options *o, struct kept_profile *out,
                            struct diag *d) MUST_USE;

#endif
