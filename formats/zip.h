/* zip.h - the files of a ZIP archive that lies in memory, through minizip.
 *
 * For archives that come from outside: counts, sizes and ratios are bounded before
 * memory or time is spent on them, and what two programs could read in two ways
 * (doubled names, a length that is not kept, a checksum that differs) is an error. */
#ifndef ALMONER_FORMATS_ZIP_H
#define ALMONER_FORMATS_ZIP_H

#include "base/bytes.h"
#include "base/status.h"

#define ZIP_ENTRIES_MAX 4096
#define ZIP_NAME_MAX 255 /* bytes */
/* Of all that is read from one archive. A sheet of a million rows has about half. */
#define ZIP_INFLATED_MAX ((uint64_t)1024 * 1024 * 1024)
/* Of one file, once it is past the first MiB: sheets have 10 to 60, deflate's most is
 * 1032. */
#define ZIP_RATIO_MAX 250

struct zip;

/* bytes are borrowed until zip_close. ST_INPUT "zip-damaged", "zip-too-big" (too many
 * entries), "zip-doubled-name" (in any case of letters), "zip-encrypted". */
enum status zip_open(struct zip **out, struct str bytes, struct diag *d) MUST_USE;
void zip_close(struct zip *z); /* takes NULL */

bool zip_has(const struct zip *z, const char *name);

/* One file at a time; opening another closes the one before. ST_INPUT "zip-no-file",
 * "zip-damaged". */
enum status zip_file_open(struct zip *z, const char *name, struct diag *d) MUST_USE;
/* *n 0 at the end, when length and checksum have been found right. ST_INPUT
 * "zip-damaged", "zip-bomb". */
enum status zip_file_read(struct zip *z, void *p, size_t cap, size_t *n, struct diag *d)
    MUST_USE;

#endif
