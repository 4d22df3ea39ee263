/* segments_file.c - the bytes of segments and of their index: segments_private.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/segments_private.h"

#define HEADER_MAX 512

const struct segment_table segment_tables[SEGMENT_TABLES] = {
    {SEGMENT_PEOPLE, TABLE_PEOPLE},
    {SEGMENT_LOOKUP, TABLE_LOOKUP},
    {SEGMENT_BLOB, TABLE_BLOBS},
    {SEGMENT_META, TABLE_META},
};

/* Records and sealed rows are for nobody but who may read the ledger. */
static FILE *open_private(const char *path, const char *mode)
{
    if (mode[0] != 'w') {
        return fopen(path, mode);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
    if (f == NULL && fd >= 0) {
        close(fd);
    }
    return f;
}

/* ---- files with a digest at their end ---- */

enum status segment_open(struct segment_file *s, const char *dir, const char *name,
                         const char *mode, struct diag *d)
{
    s->f = NULL;
    s->failed = false;
    s->bytes = 0;
    TRY(ledger_path(dir, name, s->path, d));
    TRY(digest_new(&s->g, d));
    s->f = open_private(s->path, mode);
    if (s->f == NULL) {
        enum status st = diag_errno(d, "open", s->path);
        digest_free(s->g);
        s->g = NULL;
        return st;
    }
    digest_start(s->g);
    return ST_OK;
}

static void put(struct segment_file *s, const void *p, size_t n)
{
    s->failed = s->failed || (n > 0 && fwrite(p, 1, n, s->f) != n);
    digest_add(s->g, p, n);
    s->bytes += n;
}

static bool get(struct segment_file *s, void *p, size_t n)
{
    s->failed = s->failed || (n > 0 && fread(p, 1, n, s->f) != n);
    if (!s->failed) {
        digest_add(s->g, p, n);
        s->bytes += n;
    }
    return !s->failed;
}

/* The digest of all before it, then everything on the disk. */
enum status segment_finish(struct segment_file *s, uint8_t sha256[DIGEST_LEN],
                           struct diag *d)
{
    digest_end(s->g, sha256);
    bool good = !s->failed && fwrite(sha256, 1, DIGEST_LEN, s->f) == DIGEST_LEN &&
                fflush(s->f) == 0 && fsync(fileno(s->f)) == 0;
    return good ? ST_OK : diag_errno(d, "write", s->path);
}

bool segment_ends_well(struct segment_file *s, uint8_t sha256[DIGEST_LEN])
{
    uint8_t claimed[DIGEST_LEN];
    digest_end(s->g, sha256);
    return !s->failed && fread(claimed, 1, DIGEST_LEN, s->f) == DIGEST_LEN &&
           digest_equal(claimed, sha256) && fgetc(s->f) == EOF;
}

void segment_close(struct segment_file *s)
{
    if (s->f != NULL) {
        fclose(s->f); /* what was written is synced already */
    }
    digest_free(s->g);
    s->f = NULL;
    s->g = NULL;
}

/* ---- entries ---- */

void segment_put_entry(struct segment_file *s, enum segment_entry_kind kind,
                       bool removed, struct str key, struct str value)
{
    uint8_t head[10];
    head[0] = (uint8_t)kind;
    head[1] = removed ? 1 : 0;
    put_u32(head + 2, (uint32_t)key.n);
    put_u32(head + 6, (uint32_t)value.n);
    put(s, head, sizeof head);
    put(s, key.p, key.n);
    put(s, value.p, value.n);
}

bool segment_get_entry(struct segment_file *s, struct segment_entry *e)
{
    uint8_t head[10];
    if (!get(s, head, sizeof head)) {
        return false;
    }
    e->kind = head[0];
    e->removed = head[1] == 1;
    e->key_n = get_u32(head + 2);
    size_t n = get_u32(head + 6);
    buf_clear(&e->value);
    if (e->kind < SEGMENT_RECORD || e->kind > SEGMENT_END || head[1] > 1 ||
        e->key_n > STORE_KEY_MAX || n > SEGMENT_VALUE_MAX) {
        return false;
    }
    char *room = buf_room(&e->value, n > 0 ? n : 1);
    if (room == NULL || !get(s, e->key, e->key_n) || !get(s, room, n)) {
        return false;
    }
    e->value.len = n;
    return true;
}

/* ---- the header ---- */

void segment_put_header(struct segment_file *s, const struct segment_header *h)
{
    char text[HEADER_MAX] = {0};
    char hex[2 * DIGEST_LEN + 1];
    text_hex(h->previous, DIGEST_LEN, hex);
    int n = snprintf(text, sizeof text, SEGMENT_TAG "\n%s\n%llu %llu %llu\n%s\n",
                     h->origin, (unsigned long long)h->number,
                     (unsigned long long)h->from, (unsigned long long)h->size, hex);
    must(n > 0 && (size_t)n < sizeof text);
    put(s, text, sizeof text);
}

/* Up to the mark, which is left out; *rest is moved behind it. */
static bool cut(struct str *rest, char mark, struct str *out)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->p, mark, rest->n);
    if (end == NULL) {
        return false;
    }
    size_t n = (size_t)(end - rest->p);
    *out = str_make(rest->p, n);
    *rest = str_make(end + 1, rest->n - n - 1);
    return true;
}

bool segment_get_header(struct segment_file *s, struct segment_header *h)
{
    char text[HEADER_MAX];
    struct str tag;
    struct str origin;
    struct str number;
    struct str from;
    struct str size;
    struct str hex;
    if (!get(s, text, sizeof text)) {
        return false;
    }
    struct str rest = str_make(text, sizeof text);
    return cut(&rest, '\n', &tag) && cut(&rest, '\n', &origin) &&
           cut(&rest, ' ', &number) && cut(&rest, ' ', &from) &&
           cut(&rest, '\n', &size) && cut(&rest, '\n', &hex) &&
           str_is(tag, SEGMENT_TAG) && str_copy(origin, h->origin, sizeof h->origin) &&
           text_u64(number, 1, SEGMENT_NUMBER_MAX, &h->number) &&
           text_u64(from, 0, UINT64_MAX, &h->from) &&
           text_u64(size, 1, UINT64_MAX, &h->size) && h->from <= h->size &&
           text_unhex(hex, h->previous, DIGEST_LEN);
}

void segment_name(uint64_t number, char out[24])
{
    snprintf(out, 24, "%08llu.seg", (unsigned long long)number);
}

/* ---- the index ---- */

void segment_index_put(struct segment_file *s, enum segment_entry_kind kind,
                       struct str key, const uint8_t print[SEGMENT_PRINT_LEN])
{
    uint8_t head[5];
    head[0] = (uint8_t)kind;
    put_u32(head + 1, (uint32_t)key.n);
    put(s, head, sizeof head);
    put(s, key.p, key.n);
    put(s, print, SEGMENT_PRINT_LEN);
}

bool segment_index_next(struct segment_index *x)
{
    uint8_t head[5];
    if (!x->there) {
        x->kind = SEGMENT_END;
        return true;
    }
    if (!get(&x->file, head, sizeof head)) {
        return false;
    }
    x->kind = head[0];
    x->key_n = get_u32(head + 1);
    return x->kind <= SEGMENT_END && x->key_n <= STORE_KEY_MAX &&
           get(&x->file, x->key, x->key_n) &&
           get(&x->file, x->print, SEGMENT_PRINT_LEN);
}

void segment_index_put_header(struct segment_file *s, const struct segment_header *h,
                              const uint8_t leaf[DIGEST_LEN])
{
    uint8_t bytes[16];
    put(s, SEGMENT_INDEX_TAG "\n", sizeof SEGMENT_INDEX_TAG);
    put_u64(bytes, h->number);
    put_u64(bytes + 8, h->size);
    put(s, bytes, sizeof bytes);
    put(s, leaf, DIGEST_LEN);
}

void segment_index_put_end(struct segment_file *s, const uint8_t sha256[DIGEST_LEN])
{
    uint8_t none[SEGMENT_PRINT_LEN] = {0};
    segment_index_put(s, SEGMENT_END, str_of(""), none);
    put(s, sha256, DIGEST_LEN);
}

static bool get_index_header(struct segment_index *x)
{
    char tag[sizeof SEGMENT_INDEX_TAG];
    uint8_t bytes[16];
    if (!get(&x->file, tag, sizeof tag) || !get(&x->file, bytes, sizeof bytes) ||
        !get(&x->file, x->leaf, DIGEST_LEN)) {
        return false;
    }
    x->number = get_u64(bytes);
    x->size = get_u64(bytes + 8);
    return memcmp(tag, SEGMENT_INDEX_TAG "\n", sizeof tag) == 0;
}

static bool index_is_whole(struct segment_index *x)
{
    uint8_t own[DIGEST_LEN];
    x->there = true;
    while (segment_index_next(x)) {
        if (x->kind == SEGMENT_END) {
            return get(&x->file, x->sha256, DIGEST_LEN) &&
                   segment_ends_well(&x->file, own);
        }
    }
    return false;
}

static bool index_begin(struct segment_index *x, const char *dir)
{
    struct diag ignored;
    return segment_open(&x->file, dir, "index", "rb", &ignored) == ST_OK &&
           get_index_header(x);
}

void segment_index_open(struct segment_index *x, const char *dir)
{
    memset(x, 0, sizeof *x);
    bool whole = index_begin(x, dir) && index_is_whole(x);
    segment_close(&x->file);
    x->there = whole && index_begin(x, dir);
    if (!x->there) {
        segment_close(&x->file);
    }
}

uint64_t segment_newest(const char *dir)
{
    uint64_t newest = 0;
    DIR *open_dir = opendir(dir);
    const struct dirent *one;
    while (open_dir != NULL && (one = readdir(open_dir)) != NULL) {
        struct str name = str_of(one->d_name);
        uint64_t number = 0;
        size_t at = 0;
        while (at < 8 && at < name.n && name.p[at] >= '0' && name.p[at] <= '9') {
            number = number * 10 + (uint64_t)(name.p[at++] - '0');
        }
        if (at == 8 && strcmp(one->d_name + at, ".seg") == 0 && number > newest) {
            newest = number;
        }
    }
    if (open_dir != NULL) {
        closedir(open_dir);
    }
    return newest;
}
