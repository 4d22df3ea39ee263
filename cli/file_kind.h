/* file_kind.h - what a file that is of no bank format may be instead, in words. */
#ifndef ALMONER_CLI_FILE_KIND_H
#define ALMONER_CLI_FILE_KIND_H

#include "base/bytes.h"
#include "base/status.h"

/* Rewrites d, an "unknown-file", to say what it is when that can be told by its first
 * bytes ("other-file", with what to do with it), else in what encoding it is and how it
 * begins. Returns d->status. */
enum status file_kind_tell(struct str file, struct diag *d);

#endif
