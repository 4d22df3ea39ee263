/* zip_write.c - ZIP archives by zlib; see zip_write.h. Field order and constants are
 * those of PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
#include "formats/zip_write.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/buf.h"

#define LEVEL 6
#define PIECE ((size_t)64 * 1024)
#define DIRECTORY_MAX ((size_t)16 * 1024 * 1024)
#define LOCAL_BYTES 30
#define CENTRAL_BYTES 46
#define END_BYTES 22
#define SIZES_AT 14 /* of CRC-32 and both sizes in the local head */
#define UTF8_NAMES 0x0800
#define DAY_1980_01_01 0x0021

struct zip_writer {
    struct zip_sink sink;
    z_stream z;
    uint64_t at;
    uint64_t entries;
    struct buf directory;
    /* The file in hand: */
    char name[ZIP_WRITE_NAME_MAX + 1];
    uint64_t start;
    uint64_t plain;
    uint64_t packed;
    uLong crc;
    uint8_t out[PIECE];
};

static uint8_t *put_le16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    return p + 2;
}

static uint8_t *put_le32(uint8_t *p, uint64_t v)
{
    return put_le16(put_le16(p, (unsigned)(v & 0xffff)), (unsigned)(v >> 16 & 0xffff));
}

static enum status too_big(struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "bundle-too-big",
              "this is more than a ZIP archive can hold: 4 GiB, %d files",
              ZIP_WRITE_ENTRIES_MAX);
    return diag_hint(d, "choose a range of months with --period");
}

enum status zip_writer_new(struct zip_writer **out, struct zip_sink sink,
                           struct diag *d)
{
    struct zip_writer *z = calloc(1, sizeof *z);
    /* Negative: a bare stream, without zlib's own head and checksum. */
    if (z == NULL || deflateInit2(&z->z, LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
                                  Z_DEFAULT_STRATEGY) != Z_OK) {
        free(z);
        return diag_memory(d);
    }
    z->sink = sink;
    buf_init(&z->directory, DIRECTORY_MAX);
    *out = z;
    return ST_OK;
}

void zip_writer_free(struct zip_writer *z)
{
    if (z != NULL) {
        deflateEnd(&z->z);
        buf_release(&z->directory);
        free(z);
    }
}

static enum status put(struct zip_writer *z, const void *p, size_t n, struct diag *d)
{
    if (z->at + n >= UINT32_MAX) {
        return too_big(d);
    }
    TRY(z->sink.write(z->sink.ctx, p, n, d));
    z->at += n;
    return ST_OK;
}

/* What local and central heads share: from the version needed to the names' lengths. */
static uint8_t *put_common(const struct zip_writer *z, uint8_t *p)
{
    p = put_le16(p, 20);
    p = put_le16(p, UTF8_NAMES);
    p = put_le16(p, Z_DEFLATED);
    p = put_le16(p, 0);
    p = put_le16(p, DAY_1980_01_01);
    p = put_le32(p, z->crc);
    p = put_le32(p, z->packed);
    p = put_le32(p, z->plain);
    p = put_le16(p, (unsigned)strlen(z->name));
    return put_le16(p, 0); /* no extra fields */
}

enum status zip_writer_start(struct zip_writer *z, const char *name, struct diag *d)
{
    uint8_t head[LOCAL_BYTES];
    must(str_copy(str_of(name), z->name, sizeof z->name) && z->name[0] != '\0');
    if (++z->entries > ZIP_WRITE_ENTRIES_MAX) {
        return too_big(d);
    }
    z->start = z->at;
    z->plain = 0;
    z->packed = 0;
    z->crc = crc32(0, NULL, 0);
    must(deflateReset(&z->z) == Z_OK);
    must(put_common(z, put_le32(head, 0x04034b50)) == head + sizeof head);
    TRY(put(z, head, sizeof head, d));
    return put(z, z->name, strlen(z->name), d);
}

static enum status run_deflate(struct zip_writer *z, int flush, struct diag *d)
{
    do {
        z->z.next_out = z->out;
        z->z.avail_out = PIECE;
        int rc = deflate(&z->z, flush);
        must(rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR);
        size_t n = PIECE - z->z.avail_out;
        TRY(put(z, z->out, n, d));
        z->packed += n;
    } while (z->z.avail_out == 0);
    return ST_OK;
}

enum status zip_writer_add(struct zip_writer *z, const void *p, size_t n,
                           struct diag *d)
{
    uint8_t *at = (uint8_t *)(uintptr_t)p; /* zlib's field is not const */
    while (n > 0) {
        uInt piece = n < PIECE ? (uInt)n : (uInt)PIECE;
        z->z.next_in = at;
        z->z.avail_in = piece;
        z->crc = crc32(z->crc, at, piece);
        z->plain += piece;
        if (z->plain >= UINT32_MAX) {
            return too_big(d);
        }
        TRY(run_deflate(z, Z_NO_FLUSH, d));
        at += piece;
        n -= piece;
    }
    return ST_OK;
}

enum status zip_writer_end(struct zip_writer *z, struct diag *d)
{
    uint8_t sizes[12];
    uint8_t head[CENTRAL_BYTES];
    z->z.avail_in = 0;
    TRY(run_deflate(z, Z_FINISH, d));
    put_le32(put_le32(put_le32(sizes, z->crc), z->packed), z->plain);
    TRY(z->sink.patch(z->sink.ctx, z->start + SIZES_AT, sizes, sizeof sizes, d));
    uint8_t *p = put_le16(put_le32(head, 0x02014b50), 20);
    p = put_common(z, p);
    p = put_le16(p, 0); /* no comment */
    p = put_le16(p, 0); /* disk */
    p = put_le16(p, 0);
    p = put_le32(p, 0); /* attributes */
    must(put_le32(p, z->start) == head + sizeof head);
    buf_add(&z->directory, head, sizeof head);
    buf_add_text(&z->directory, z->name);
    return buf_check(&z->directory, d);
}

enum status zip_writer_close(struct zip_writer *z, struct diag *d)
{
    uint8_t end[END_BYTES];
    uint64_t start = z->at;
    TRY(put(z, z->directory.p, z->directory.len, d));
    uint8_t *p = put_le32(put_le32(end, 0x06054b50), 0); /* disks */
    p = put_le16(put_le16(p, (unsigned)z->entries), (unsigned)z->entries);
    p = put_le32(put_le32(p, z->directory.len), start);
    must(put_le16(p, 0) == end + sizeof end);
    return put(z, end, sizeof end, d);
}

uint64_t zip_writer_bytes(const struct zip_writer *z)
{
    return z->at;
}
