/* zip.h - reading the container of a bundle (docs/formats/bundle.md section 1),
 * strictly: every byte of the file is either content or must have the one value it
 * can have. Own reader over zlib's inflate; the only file of the verifier that knows
 * zlib. Memory: the directory, and two windows for each open entry. */
#ifndef ALMONER_VERIFY_ZIP_H
#define ALMONER_VERIFY_ZIP_H

#include <stdbool.h>

#include "base/buf.h"
#include "verify/crypto.h"

#define ZIP_NAME_MAX 150
#define ZIP_ENTRIES_MAX 65534
#define ZIP_PREFIX "almoner-bundle/"

struct zip_entry {
    struct str name; /* without the prefix; the archive's */
    uint32_t crc;
    uint32_t packed;
    uint32_t size;
    uint64_t data_at;
    bool named; /* for the reader's use: a record names it */
    bool whole; /* read to its end: length, CRC and sha are checked and set */
    uint8_t sha256[HASH_LEN]; /* of the content */
};

struct zip;

/* Takes over no file descriptor: the caller keeps it open as long as the archive, and
 * closes it. ST_INPUT "bundle-..." when it is not a bundle's container, with what and
 * where; ST_SYSTEM when it cannot be read. */
enum status zip_open(struct zip **out, int fd, struct diag *d) MUST_USE;
void zip_close(struct zip *z); /* takes NULL */
size_t zip_count(const struct zip *z);
struct zip_entry *zip_entry(struct zip *z, size_t i); /* in the order of the archive */
struct zip_entry *zip_find(struct zip *z, struct str name); /* NULL: none */

/* One entry's bytes from the first on. */
struct zip_stream;
enum status zip_stream_open(struct zip_stream **out, struct zip *z, struct zip_entry *e,
                            struct diag *d) MUST_USE;
void zip_stream_close(struct zip_stream *s); /* takes NULL */
/* Up to n bytes; *got is less than n at the end only. At the end length and CRC have
 * been compared, and the entry has its digest. ST_INPUT "bundle-entry" when it is
 * broken. */
enum status zip_read(struct zip_stream *s, void *p, size_t n, size_t *got,
                     struct diag *d) MUST_USE;
/* The whole content, at most max bytes. Appends to out. */
enum status zip_read_all(struct zip *z, struct zip_entry *e, size_t max,
                         struct buf *out, struct diag *d) MUST_USE;
/* Reads it to its end, for its digest. Nothing to do when it is `whole`. */
enum status zip_hash(struct zip *z, struct zip_entry *e, struct diag *d) MUST_USE;

#endif
