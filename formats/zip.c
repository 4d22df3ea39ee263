/* zip.c - minizip over bytes in memory. Its entries are listed once at the start, with
 * names in lower case (OPC, ISO/IEC 29500-2 section 6.2: part names are equal in any
 * case), and found by halving. It must never trust a size that the archive states. */
#include "formats/zip.h"

#include <stdlib.h>
#include <string.h>

#include <minizip/unzip.h>

#include "base/must.h"

#define RATIO_FROM ((uint64_t)1024 * 1024)
#define FLAG_ENCRYPTED 1U
#define METHOD_STORED 0
#define METHOD_DEFLATED 8

struct entry {
    char name[ZIP_NAME_MAX + 1];
    unz64_file_pos at;
    uint64_t packed;
    uint64_t length;
};

struct zip {
    struct str bytes;
    size_t at;   /* of minizip's reading */
    bool beyond; /* it read beyond the end */
    unzFile file;
    struct entry *entries;
    size_t count;
    const struct entry *open; /* NULL: none */
    uint64_t taken;           /* of it */
    uint64_t inflated;        /* of all */
};

/* ---- minizip's view of the bytes ---- */

static voidpf memory_open(voidpf opaque, const void *name, int mode)
{
    struct zip *z = opaque;
    (void)name;
    (void)mode;
    z->at = 0;
    return z;
}

static uLong memory_read(voidpf opaque, voidpf stream, void *p, uLong size)
{
    struct zip *z = opaque;
    size_t left = z->bytes.n - z->at;
    size_t n = size < left ? size : left;
    (void)stream;
    if (n > 0) {
        memcpy(p, z->bytes.p + z->at, n);
        z->at += n;
    }
    z->beyond = z->beyond || n < size;
    return n;
}

/* Without it minizip takes bytes beyond the end for zeros. */
static int memory_error(voidpf opaque, voidpf stream)
{
    const struct zip *z = opaque;
    (void)stream;
    return z->beyond ? 1 : 0;
}

static uLong memory_write(voidpf opaque, voidpf stream, const void *p, uLong size)
{
    (void)opaque;
    (void)stream;
    (void)p;
    (void)size;
    return 0;
}

static ZPOS64_T memory_tell(voidpf opaque, voidpf stream)
{
    const struct zip *z = opaque;
    (void)stream;
    return z->at;
}

static long memory_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    struct zip *z = opaque;
    (void)stream;
    size_t from = origin == ZLIB_FILEFUNC_SEEK_END   ? z->bytes.n
                  : origin == ZLIB_FILEFUNC_SEEK_CUR ? z->at
                                                     : 0;
    if (offset > z->bytes.n - from) {
        return -1;
    }
    z->at = from + offset;
    return 0;
}

static int memory_close(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

/* ---- the list of entries ---- */

static enum status damaged(struct diag *d, const char *what)
{
    diag_fail(d, ST_INPUT, "zip-damaged", "the archive is damaged: %s", what);
    return diag_hint(d, "copy or save the file again");
}

static void lower(char *name)
{
    for (; *name != '\0'; name++) {
        *name = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    }
}

static enum status read_entry(struct zip *z, struct entry *e, struct diag *d)
{
    unz_file_info64 info;
    char name[ZIP_NAME_MAX + 2] = "";
    if (unzGetCurrentFileInfo64(z->file, &info, name, sizeof name - 1, NULL, 0, NULL,
                                0) != UNZ_OK ||
        unzGetFilePos64(z->file, &e->at) != UNZ_OK) {
        return damaged(d, "its list of files ends early");
    }
    if (info.size_filename == 0 || info.size_filename > ZIP_NAME_MAX ||
        strlen(name) != info.size_filename) {
        return damaged(d, "a file's name in it is too long or no text");
    }
    if ((info.flag & FLAG_ENCRYPTED) != 0) {
        diag_fail(d, ST_INPUT, "zip-encrypted", "the archive has a password");
        return diag_hint(d, "save it again without a password");
    }
    memcpy(e->name, name, sizeof e->name);
    lower(e->name);
    /* Other methods are no failure before such a file is to be read. */
    bool known = info.compression_method == METHOD_STORED ||
                 info.compression_method == METHOD_DEFLATED;
    e->packed = known ? info.compressed_size : 0;
    e->length = known ? info.uncompressed_size : UINT64_MAX;
    return ST_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    return strcmp(x->name, y->name);
}

static enum status list_entries(struct zip *z, struct diag *d)
{
    unz_global_info64 info;
    if (unzGetGlobalInfo64(z->file, &info) != UNZ_OK || info.number_entry == 0) {
        return damaged(d, "it holds no files");
    }
    if (info.number_entry > ZIP_ENTRIES_MAX) {
        return diag_fail(d, ST_INPUT, "zip-too-big", "more than %d files in an archive",
                         ZIP_ENTRIES_MAX);
    }
    z->entries = calloc((size_t)info.number_entry, sizeof *z->entries);
    if (z->entries == NULL) {
        return diag_memory(d);
    }
    int at = unzGoToFirstFile(z->file);
    while (at == UNZ_OK && z->count < info.number_entry) {
        TRY(read_entry(z, &z->entries[z->count], d));
        z->count++;
        at = unzGoToNextFile(z->file);
    }
    if (z->count != info.number_entry) {
        return damaged(d, "its list of files ends early");
    }
    qsort(z->entries, z->count, sizeof *z->entries, by_name);
    for (size_t i = 1; i < z->count; i++) {
        if (by_name(&z->entries[i - 1], &z->entries[i]) == 0) {
            return diag_fail(d, ST_INPUT, "zip-doubled-name",
                             "two files of one name in the archive");
        }
    }
    return ST_OK;
}

enum status zip_open(struct zip **out, struct str bytes, struct diag *d)
{
    struct zip *z = calloc(1, sizeof *z);
    if (z == NULL) {
        return diag_memory(d);
    }
    z->bytes = bytes;
    zlib_filefunc64_def calls = {.zopen64_file = memory_open,
                                 .zread_file = memory_read,
                                 .zwrite_file = memory_write,
                                 .ztell64_file = memory_tell,
                                 .zseek64_file = memory_seek,
                                 .zclose_file = memory_close,
                                 .zerror_file = memory_error,
                                 .opaque = z};
    z->file = unzOpen2_64("", &calls);
    enum status st = z->file != NULL ? list_entries(z, d)
                                     : damaged(d, "its end is missing or no archive's");
    if (st != ST_OK) {
        zip_close(z);
        return st;
    }
    *out = z;
    return ST_OK;
}

static int close_file(struct zip *z)
{
    int result = z->open != NULL ? unzCloseCurrentFile(z->file) : UNZ_OK;
    z->open = NULL;
    return result;
}

void zip_close(struct zip *z)
{
    if (z == NULL) {
        return;
    }
    (void)close_file(z);
    if (z->file != NULL) {
        (void)unzClose(z->file);
    }
    free(z->entries);
    free(z);
}

/* ---- one file ---- */

static const struct entry *find(const struct zip *z, const char *name)
{
    struct entry key;
    size_t n = strlen(name);
    if (n > ZIP_NAME_MAX) {
        return NULL;
    }
    memcpy(key.name, name, n + 1);
    lower(key.name);
    return bsearch(&key, z->entries, z->count, sizeof key, by_name);
}

bool zip_has(const struct zip *z, const char *name)
{
    return find(z, name) != NULL;
}

enum status zip_file_open(struct zip *z, const char *name, struct diag *d)
{
    (void)close_file(z);
    const struct entry *e = find(z, name);
    if (e == NULL) {
        return diag_fail(d, ST_INPUT, "zip-no-file", "the archive has no \"%s\"", name);
    }
    if (e->length == UINT64_MAX) {
        return damaged(d, "packed by a method that is not known here");
    }
    if (unzGoToFilePos64(z->file, &e->at) != UNZ_OK ||
        unzOpenCurrentFile(z->file) != UNZ_OK) {
        return damaged(d, "a file in it does not begin where it should");
    }
    z->open = e;
    z->taken = 0;
    return ST_OK;
}

static enum status check_size(const struct zip *z, struct diag *d)
{
    bool ratio = z->taken > RATIO_FROM && z->taken / ZIP_RATIO_MAX > z->open->packed;
    if (!ratio && z->inflated <= ZIP_INFLATED_MAX) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "zip-bomb",
              "the archive unpacks to far more than a list would: not read");
    return diag_hint(d, "copy the rows alone into a new sheet and save that");
}

/* minizip compares the checksum on closing, but only of a whole file. */
static enum status end_of_file(struct zip *z, struct diag *d)
{
    bool whole = z->taken == z->open->length;
    bool right = close_file(z) == UNZ_OK;
    return whole && right ? ST_OK : damaged(d, "a file in it is not as it was packed");
}

enum status zip_file_read(struct zip *z, void *p, size_t cap, size_t *n, struct diag *d)
{
    must(z->open != NULL);
    must(cap > 0);
    unsigned want = cap < RATIO_FROM ? (unsigned)cap : (unsigned)RATIO_FROM;
    int got = unzReadCurrentFile(z->file, p, want);
    if (got < 0) {
        return damaged(d, "a file in it cannot be unpacked");
    }
    *n = (size_t)got;
    z->taken += *n;
    z->inflated += *n;
    TRY(check_size(z, d));
    return got == 0 ? end_of_file(z, d) : ST_OK;
}
