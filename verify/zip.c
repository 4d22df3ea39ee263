/* zip.c - see zip.h. APPNOTE.TXT 6.3 sections 4.3.7, 4.3.12 and 4.3.16. */
#include "verify/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/must.h"

#define LOCAL_LEN 30
#define CENTRAL_LEN 46
#define END_LEN 22
#define DIRECTORY_MAX (ZIP_ENTRIES_MAX * (CENTRAL_LEN + ZIP_NAME_MAX))
#define WINDOW 65536

struct zip {
    int fd;
    uint64_t size;
    size_t count;
    struct zip_entry *entries;
    struct zip_entry **by_name; /* ascending */
    uint8_t *directory;
    struct hash *sha;
};

struct zip_stream {
    struct zip *zip;
    struct zip_entry *entry;
    struct hash *sha;
    z_stream z;
    bool inflating; /* z is to be ended */
    bool ended;
    uint64_t taken; /* packed bytes read from the file */
    uint64_t given; /* bytes given out */
    uLong crc;
    uint8_t window[WINDOW];
};

static enum status read_at(const struct zip *z, uint64_t at, void *p, size_t n,
                           struct diag *d)
{
    uint8_t *to = p;
    while (n > 0) {
        ssize_t got = pread(z->fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return diag_errno(d, "read", "bundle");
        }
        if (got == 0) {
            return diag_fail(d, ST_INPUT, "bundle-cut", "the file ends too early");
        }
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return ST_OK;
}

static uint16_t u16le(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32le(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static enum status not_zip(struct diag *d, const char *what)
{
    return diag_fail(d, ST_INPUT, "bundle-zip", "%s", what);
}

static enum status read_end(struct zip *z, uint32_t *at, uint32_t *n, struct diag *d)
{
    static const uint8_t begin[8] = {'P', 'K', 5, 6, 0, 0, 0, 0};
    uint8_t end[END_LEN];
    if (z->size < END_LEN || z->size > UINT32_MAX) {
        return not_zip(d, "too small or too big for a bundle");
    }
    TRY(read_at(z, z->size - END_LEN, end, END_LEN, d));
    z->count = u16le(end + 10);
    *n = u32le(end + 12);
    *at = u32le(end + 16);
    if (memcmp(end, begin, sizeof begin) != 0 || u16le(end + 8) != z->count ||
        u16le(end + 20) != 0) {
        return not_zip(d, "no end record of a bundle's zip at the end of the file");
    }
    if (z->count == 0 || z->count > ZIP_ENTRIES_MAX || *n > DIRECTORY_MAX ||
        (uint64_t)*at + *n + END_LEN != z->size) {
        return not_zip(d, "the zip's directory is not where the end record says");
    }
    return ST_OK;
}

static bool name_ok(struct str name)
{
    struct str prefix = str_of(ZIP_PREFIX);
    if (name.n > ZIP_NAME_MAX || name.n <= prefix.n || !str_starts(name, prefix)) {
        return false;
    }
    size_t part = 0; /* where the part of the path at i begins */
    for (size_t i = 0; i <= name.n; i++) {
        char c = i < name.n ? name.p[i] : '/';
        if (c == '/') {
            size_t n = i - part;
            if (n == 0 || (n == 1 && name.p[part] == '.') ||
                (n == 2 && name.p[part] == '.' && name.p[part + 1] == '.')) {
                return false;
            }
            part = i + 1;
        } else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_')) {
            return false;
        }
    }
    return true;
}

/* One entry of the directory at p, whose local header must stand at *next. */
static enum status read_entry(struct zip *z, size_t i, const uint8_t *p, size_t left,
                              uint64_t *next, size_t *used, struct diag *d)
{
    static const uint8_t begin[16] = {'P', 'K', 1, 2, 20, 0, 20,   0,
                                      0,   8,   8, 0, 0,  0, 0x21, 0};
    if (left < CENTRAL_LEN || memcmp(p, begin, sizeof begin) != 0) {
        return not_zip(d, "an entry of the directory is not as a bundle's must be");
    }
    size_t name_n = u16le(p + 28);
    static const uint8_t zeros[12];
    if (name_n > left - CENTRAL_LEN || memcmp(p + 30, zeros, 12) != 0 ||
        u32le(p + 42) != *next) {
        return not_zip(d, "an entry of the directory is not as a bundle's must be");
    }
    struct str full = str_make(p + CENTRAL_LEN, name_n);
    if (!name_ok(full)) {
        return not_zip(d, "a file name that a bundle must not have");
    }
    size_t prefix = sizeof ZIP_PREFIX - 1;
    struct zip_entry *e = &z->entries[i];
    e->name = str_make(full.p + prefix, full.n - prefix);
    e->crc = u32le(p + 16);
    e->packed = u32le(p + 20);
    e->size = u32le(p + 24);
    e->data_at = *next + LOCAL_LEN + name_n;
    uint8_t local[LOCAL_LEN + ZIP_NAME_MAX];
    TRY(read_at(z, *next, local, LOCAL_LEN + name_n, d));
    /* The local header is the central one from its "version needed" on, but for
     * comment, disk and attributes. */
    if (memcmp(local, "PK\3\4", 4) != 0 || memcmp(local + 4, p + 6, 26) != 0 ||
        memcmp(local + LOCAL_LEN, full.p, name_n) != 0) {
        return not_zip(d, "an entry's own header differs from the directory");
    }
    *next = e->data_at + e->packed;
    *used = CENTRAL_LEN + name_n;
    return ST_OK;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Without regard to case, so that names alike but for it stand together. */
static int name_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        int difference = lower(a.p[i]) - lower(b.p[i]);
        if (difference != 0) {
            return difference;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

static int entry_compare(const void *a, const void *b)
{
    const struct zip_entry *const *x = a;
    const struct zip_entry *const *y = b;
    return name_compare((*x)->name, (*y)->name);
}

/* The order of a bundle: bagit.txt, data/ ascending, then the rest. */
static bool in_order(struct str before, struct str after)
{
    struct str data = str_of("data/");
    if (str_starts(before, data) && str_starts(after, data)) {
        return str_cmp(before, after) < 0;
    }
    return str_starts(after, data)
               ? str_is(before, "bagit.txt")
               : str_starts(before, data) || str_cmp(before, after) < 0;
}

static enum status check_names(struct zip *z, struct diag *d)
{
    for (size_t i = 0; i < z->count; i++) {
        z->by_name[i] = &z->entries[i];
        if (i > 0 && !in_order(z->entries[i - 1].name, z->entries[i].name)) {
            return not_zip(d, "the files are not in the order of a bundle");
        }
    }
    qsort(z->by_name, z->count, sizeof(struct zip_entry *), entry_compare);
    for (size_t i = 1; i < z->count; i++) {
        if (entry_compare(&z->by_name[i - 1], &z->by_name[i]) == 0) {
            return not_zip(d, "a file name stands twice");
        }
    }
    return ST_OK;
}

static enum status read_directory(struct zip *z, struct diag *d)
{
    uint32_t at = 0, n = 0;
    TRY(read_end(z, &at, &n, d));
    z->directory = malloc((size_t)n + 1);
    z->entries = calloc(z->count, sizeof *z->entries);
    z->by_name = calloc(z->count, sizeof(struct zip_entry *));
    if (z->directory == NULL || z->entries == NULL || z->by_name == NULL) {
        return diag_memory(d);
    }
    TRY(read_at(z, at, z->directory, n, d));
    uint64_t next = 0;
    size_t pos = 0;
    for (size_t i = 0; i < z->count; i++) {
        size_t used = 0;
        TRY(read_entry(z, i, z->directory + pos, n - pos, &next, &used, d));
        pos += used;
    }
    if (pos != n || next != at) {
        return not_zip(d, "bytes that belong to no entry");
    }
    return check_names(z, d);
}

enum status zip_open(struct zip **out, int fd, struct diag *d)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return diag_errno(d, "look at", "bundle");
    }
    if (!S_ISREG(st.st_mode)) {
        return not_zip(d, "not a regular file");
    }
    struct zip *z = calloc(1, sizeof *z);
    if (z == NULL) {
        return diag_memory(d);
    }
    z->fd = fd;
    z->size = (uint64_t)st.st_size;
    enum status status = hash_new(&z->sha, SUITE_SHA256_ED25519, d);
    if (status == ST_OK) {
        status = read_directory(z, d);
    }
    if (status != ST_OK) {
        zip_close(z);
        return status;
    }
    *out = z;
    return ST_OK;
}

void zip_close(struct zip *z)
{
    if (z != NULL) {
        hash_free(z->sha);
        free(z->by_name);
        free(z->entries);
        free(z->directory);
        free(z);
    }
}

size_t zip_count(const struct zip *z)
{
    return z->count;
}

struct zip_entry *zip_entry(struct zip *z, size_t i)
{
    must(i < z->count);
    return &z->entries[i];
}

struct zip_entry *zip_find(struct zip *z, struct str name)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = name_compare(z->by_name[middle]->name, name);
        if (order == 0) {
            struct zip_entry *e = z->by_name[middle];
            return str_eq(e->name, name) ? e : NULL;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

enum status zip_stream_open(struct zip_stream **out, struct zip *z, struct zip_entry *e,
                            struct diag *d)
{
    struct zip_stream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->zip = z;
    s->entry = e;
    s->crc = crc32(0, NULL, 0);
    enum status status = hash_new(&s->sha, SUITE_SHA256_ED25519, d);
    if (status == ST_OK && inflateInit2(&s->z, -15) != Z_OK) {
        status = diag_memory(d);
    } else if (status == ST_OK) {
        s->inflating = true;
        hash_start(s->sha);
    }
    if (status != ST_OK) {
        zip_stream_close(s);
        return status;
    }
    *out = s;
    return ST_OK;
}

void zip_stream_close(struct zip_stream *s)
{
    if (s != NULL) {
        if (s->inflating) {
            inflateEnd(&s->z);
        }
        hash_free(s->sha);
        free(s);
    }
}

static enum status broken(const struct zip_stream *s, const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, "bundle-entry", "%s: \"%.*s\"", what,
              STR_ARG(s->entry->name));
    return d->status;
}

static enum status refill(struct zip_stream *s, struct diag *d)
{
    uint64_t left = s->entry->packed - s->taken;
    if (left == 0) {
        return broken(s, "compressed data ends too early", d);
    }
    size_t n = left < WINDOW ? (size_t)left : WINDOW;
    TRY(read_at(s->zip, s->entry->data_at + s->taken, s->window, n, d));
    s->taken += n;
    s->z.next_in = s->window;
    s->z.avail_in = (uInt)n;
    return ST_OK;
}

/* At the end of the last block. The bits of the last byte that it leaves over must be
 * zero: they mean nothing, and inflate does not look at them. */
static enum status check_left_over(struct zip_stream *s, struct diag *d)
{
    unsigned unused = (unsigned)s->z.data_type & 7U;
    if (unused != 0 && s->z.next_in[-1] >> (8 - unused) != 0) {
        return broken(s, "bits behind the end of the compressed data", d);
    }
    return ST_OK;
}

static enum status finish(struct zip_stream *s, struct diag *d)
{
    s->ended = true;
    if (s->z.avail_in != 0 || s->taken != s->entry->packed) {
        return broken(s, "bytes behind the end of the compressed data", d);
    }
    if (s->given != s->entry->size) {
        return broken(s, "another length than the directory says", d);
    }
    if (s->crc != s->entry->crc) {
        return broken(s, "the CRC does not agree", d);
    }
    hash_end(s->sha, s->entry->sha256);
    s->entry->whole = true;
    return ST_OK;
}

static enum status inflate_some(struct zip_stream *s, bool *end, struct diag *d)
{
    if (s->z.avail_in == 0) {
        TRY(refill(s, d));
    }
    int code = inflate(&s->z, Z_BLOCK);
    /* Behind the last block: what is left to do needs no more bytes. */
    if (code == Z_OK && (s->z.data_type & 192) == 192) {
        TRY(check_left_over(s, d));
        code = inflate(&s->z, Z_BLOCK);
    }
    if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) {
        return broken(s, "compressed data is damaged", d);
    }
    *end = code == Z_STREAM_END;
    return ST_OK;
}

enum status zip_read(struct zip_stream *s, void *p, size_t n, size_t *got,
                     struct diag *d)
{
    *got = 0;
    must(n <= UINT32_MAX);
    s->z.next_out = p;
    s->z.avail_out = (uInt)n;
    bool end = s->ended;
    while (!end && s->z.avail_out > 0) {
        TRY(inflate_some(s, &end, d));
        if (s->given + (n - s->z.avail_out) > s->entry->size) {
            return broken(s, "longer than the directory says", d);
        }
    }
    *got = n - s->z.avail_out;
    s->crc = crc32(s->crc, p, (uInt)*got);
    hash_add(s->sha, p, *got);
    s->given += *got;
    if (end && !s->ended) {
        return finish(s, d);
    }
    return ST_OK;
}

enum status zip_read_all(struct zip *z, struct zip_entry *e, size_t max,
                         struct buf *out, struct diag *d)
{
    if (e->size > max) {
        return diag_fail(d, ST_INPUT, "bundle-entry", "too long: \"%.*s\"",
                         STR_ARG(e->name));
    }
    void *room = buf_room(out, (size_t)e->size + 1);
    if (room == NULL) {
        return buf_check(out, d);
    }
    struct zip_stream *s = NULL;
    TRY(zip_stream_open(&s, z, e, d));
    size_t got = 0;
    enum status st = zip_read(s, room, (size_t)e->size + 1, &got, d);
    zip_stream_close(s);
    if (st == ST_OK) {
        out->len += got;
    }
    return st;
}

enum status zip_hash(struct zip *z, struct zip_entry *e, struct diag *d)
{
    if (e->whole) {
        return ST_OK;
    }
    struct zip_stream *s = NULL;
    uint8_t *block = malloc(WINDOW);
    if (block == NULL) {
        return diag_memory(d);
    }
    enum status st = zip_stream_open(&s, z, e, d);
    for (size_t got = WINDOW; st == ST_OK && got == WINDOW;) {
        st = zip_read(s, block, WINDOW, &got, d);
    }
    zip_stream_close(s);
    free(block);
    return st;
}
