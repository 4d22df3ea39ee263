/* lines.h - the lines of a text file within a bundle, one by one, in constant
 * memory. */
#ifndef ALMONER_VERIFY_LINES_H
#define ALMONER_VERIFY_LINES_H

#include "verify/zip.h"

#define LINE_BYTES_MAX 1024

struct lines;
enum status lines_open(struct lines **out, struct zip *z, struct zip_entry *e,
                       struct diag *d) MUST_USE;
void lines_close(struct lines *l);
/* The next line without its line feed, borrowed until the next call. *end: there is
 * none. ST_INPUT when a line is too long or the last one has no line feed. */
enum status lines_next(struct lines *l, struct str *line, bool *end, struct diag *d)
    MUST_USE;
/* The word at *at of a line whose words one blank parts; empty at its end. */
struct str line_word(struct str line, size_t *at);

#endif
