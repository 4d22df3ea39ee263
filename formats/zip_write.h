/* zip_write.h - a ZIP archive written as a stream, in one spelling: the same files give
 * the same bytes. What is written is section 1 of docs/formats/bundle.md: deflate, no
 * zip64, no data descriptors, the date of every file 1980-01-01. */
#ifndef ALMONER_FORMATS_ZIP_WRITE_H
#define ALMONER_FORMATS_ZIP_WRITE_H

#include "base/bytes.h"
#include "base/status.h"

#define ZIP_WRITE_NAME_MAX 150
#define ZIP_WRITE_ENTRIES_MAX 65534

/* Where the archive goes. Sizes stand before the bytes they are of, and are known only
 * after them: patch writes n bytes over those at an offset written before. */
struct zip_sink {
    enum status (*write)(void *ctx, const void *p, size_t n, struct diag *d);
    enum status (*patch)(void *ctx, uint64_t at, const void *p, size_t n,
                         struct diag *d);
    void *ctx;
};

struct zip_writer;

enum status zip_writer_new(struct zip_writer **out, struct zip_sink sink,
                           struct diag *d) MUST_USE;
void zip_writer_free(struct zip_writer *z); /* NULL is fine */

/* A file is start, any number of adds, end. name: 1 to ZIP_WRITE_NAME_MAX bytes of
 * ASCII (a must). ST_CONFLICT "bundle-too-big" when a size, an offset or the number of
 * files is more than a ZIP archive without extensions can say. */
enum status zip_writer_start(struct zip_writer *z, const char *name, struct diag *d)
    MUST_USE;
enum status zip_writer_add(struct zip_writer *z, const void *p, size_t n,
                           struct diag *d) MUST_USE;
enum status zip_writer_end(struct zip_writer *z, struct diag *d) MUST_USE;
/* The directory; nothing can be added afterwards. */
enum status zip_writer_close(struct zip_writer *z, struct diag *d) MUST_USE;
/* Bytes of the archive so far. */
uint64_t zip_writer_bytes(const struct zip_writer *z);

#endif
