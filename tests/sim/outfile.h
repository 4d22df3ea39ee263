/* outfile.h - a file written as a stream of UTF-8 that is converted on its way. */
#ifndef ALMONER_TESTS_SIM_OUTFILE_H
#define ALMONER_TESTS_SIM_OUTFILE_H

#include "base/charset.h"

struct outfile;

enum status outfile_open(struct outfile **out, const char *path, enum charset charset,
                         struct diag *d) MUST_USE;
/* Text is appended here, then offered; borrowed until close. */
struct buf *outfile_buf(struct outfile *f);
/* Writes what has gathered when it is a good piece. Ends of characters only. */
enum status outfile_offer(struct outfile *f, struct diag *d) MUST_USE;
/* Writes the rest and closes; frees also on failure. */
enum status outfile_close(struct outfile *f, struct diag *d) MUST_USE;
/* After a failure elsewhere; NULL is fine. */
void outfile_abandon(struct outfile *f);

#endif
