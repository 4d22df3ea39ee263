/* files.c - reading inputs and writing outputs; see files.h. */
/* For sync_file_range and renameat2, which POSIX does not have. */
#define _GNU_SOURCE
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOAD_PIECE ((size_t)64 * 1024)
#define LARGE_PIECE ((size_t)1024 * 1024)

enum status file_absolute(const char *path, char out[FILE_PATH_MAX], struct diag *d)
{
    char here[FILE_PATH_MAX];
    if (getcwd(here, sizeof here) == NULL) {
        return diag_errno(d, "read", "the current folder");
    }
    int n = path[0] == '/' ? snprintf(out, FILE_PATH_MAX, "%s", path)
                           : snprintf(out, FILE_PATH_MAX, "%s/%s", here, path);
    if (n < 0 || n >= FILE_PATH_MAX) {
        return diag_fail(d, ST_USAGE, "path", "the path %s is too long", path);
    }
    return ST_OK;
}

/* ---- in ---- */

/* What the user named is not there or not readable: that is an input refused, not a
 * failing system. */
static enum status open_input(const char *path, int *fd, struct stat *s, struct diag *d)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        bool wrong_name = errno == ENOENT || errno == EACCES || errno == ENOTDIR ||
                          errno == ENAMETOOLONG || errno == ELOOP;
        enum status st = diag_errno(d, "open", path);
        return wrong_name ? (d->status = ST_INPUT) : st;
    }
    if (fstat(*fd, s) != 0) {
        enum status st = diag_errno(d, "read", path);
        close(*fd);
        return st;
    }
    if (S_ISDIR(s->st_mode)) {
        close(*fd);
        return diag_fail(d, ST_INPUT, "is-a-folder", "%s is a folder", path);
    }
    return ST_OK;
}

static enum status read_piece(int fd, const char *path, void *p, size_t cap, size_t *n,
                              struct diag *d)
{
    for (;;) {
        ssize_t got = read(fd, p, cap);
        if (got >= 0) {
            *n = (size_t)got;
            return ST_OK;
        }
        if (errno != EINTR) {
            return diag_errno(d, "read", path);
        }
    }
}

static enum status too_big(const char *path, size_t max, struct diag *d)
{
    return diag_fail(d, ST_INPUT, "file-too-big", "%s is larger than %zu bytes", path,
                     max);
}

enum status file_load(const char *path, size_t max, struct buf *out, struct diag *d)
{
    int fd;
    struct stat s;
    size_t n = 0;
    buf_init(out, max + 2 * LOAD_PIECE);
    TRY(open_input(path, &fd, &s, d));
    enum status st = ST_OK;
    if (S_ISREG(s.st_mode) && s.st_size > 0 && (uint64_t)s.st_size > max) {
        close(fd);
        return too_big(path, max, d);
    }
    if (S_ISREG(s.st_mode) && s.st_size > 0) {
        buf_room(out, (size_t)s.st_size + LOAD_PIECE);
    }
    do {
        char *room = buf_room(out, LOAD_PIECE);
        if (room == NULL) {
            st = out->no_memory ? diag_memory(d) : too_big(path, max, d);
            break;
        }
        st = read_piece(fd, path, room, LOAD_PIECE, &n, d);
        out->len += st == ST_OK ? n : 0;
        if (st == ST_OK && out->len > max) {
            st = too_big(path, max, d);
        }
    } while (st == ST_OK && n > 0);
    close(fd);
    return st;
}

/* One that can be read twice. */
static enum status open_regular(const char *path, int *fd, struct stat *s,
                                struct diag *d)
{
    TRY(open_input(path, fd, s, d));
    if (!S_ISREG(s->st_mode)) {
        close(*fd);
        diag_fail(d, ST_INPUT, "not-a-file", "%s cannot be read twice", path);
        return diag_hint(d, "save it as a file first");
    }
    return ST_OK;
}

enum status file_map_open(struct file_map *m, const char *path, struct diag *d)
{
    int fd;
    struct stat s;
    *m = (struct file_map){.bytes = str_of("")};
    TRY(open_regular(path, &fd, &s, d));
    enum status st = ST_OK;
    if (s.st_size > 0) {
        size_t n = (size_t)s.st_size;
        void *at = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) {
            st = diag_errno(d, "read", path);
        } else {
            (void)posix_madvise(at, n, POSIX_MADV_SEQUENTIAL);
            *m = (struct file_map){.bytes = str_make(at, n), .at = at};
        }
    }
    close(fd);
    return st;
}

void file_map_close(struct file_map *m)
{
    if (m->at != NULL) {
        munmap(m->at, m->bytes.n);
    }
    *m = (struct file_map){.bytes = str_of("")};
}

enum status file_input_open(struct file_input *f, const char *path, struct diag *d)
{
    struct stat s;
    int fd;
    f->path = path;
    f->fd = -1;
    TRY(open_regular(path, &fd, &s, d));
    f->fd = fd;
    return ST_OK;
}

void file_input_close(struct file_input *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    f->fd = -1;
}

static enum status input_rewind(void *ctx, struct diag *d)
{
    struct file_input *f = ctx;
    return lseek(f->fd, 0, SEEK_SET) == 0 ? ST_OK : diag_errno(d, "read", f->path);
}

static enum status input_read(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct file_input *f = ctx;
    return read_piece(f->fd, f->path, p, cap, n, d);
}

struct import_file file_input_source(struct file_input *f)
{
    struct import_file source = {
        .name = f->path, .rewind = input_rewind, .read = input_read, .ctx = f};
    return source;
}

/* ---- out ---- */

enum status file_output_open(struct file_output *f, const char *path, unsigned mode,
                             struct diag *d)
{
    f->fd = -1;
    f->temporary[0] = '\0';
    f->mode = mode;
    int n = snprintf(f->path, sizeof f->path, "%s", path);
    if (n <= 0 || (size_t)n >= sizeof f->path) {
        return diag_fail(d, ST_USAGE, "path",
                         "the path to write to is empty or too long");
    }
    char temporary[sizeof f->temporary];
    snprintf(temporary, sizeof temporary, "%s.part", f->path);
    /* Always the same name: what a killed export left, names and accounts in clear, is
     * written over by the next one. O_EXCL, so that no link is followed. */
    unlink(temporary);
    f->fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (f->fd < 0) {
        return diag_errno(d, "create a file beside", path);
    }
    memcpy(f->temporary, temporary, sizeof temporary);
    return ST_OK;
}

/* Begins to bring what was written to the disk, so that the sync at the end finds
 * little left to wait for. What goes wrong shows there. */
static void begin_sync(int fd)
{
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

enum status file_output_write(struct file_output *f, const void *p, size_t n,
                              struct diag *d)
{
    const char *at = p;
    bool large = n >= LARGE_PIECE;
    while (n > 0) {
        ssize_t wrote = write(f->fd, at, n);
        if (wrote < 0 && errno != EINTR) {
            return diag_errno(d, "write", f->temporary);
        }
        if (wrote > 0) {
            at += wrote;
            n -= (size_t)wrote;
        }
    }
    if (large) {
        begin_sync(f->fd);
    }
    return ST_OK;
}

enum status file_output_patch(struct file_output *f, uint64_t at, const void *p,
                              size_t n, struct diag *d)
{
    const char *from = p;
    while (n > 0) {
        ssize_t wrote = pwrite(f->fd, from, n, (off_t)at);
        if (wrote < 0 && errno != EINTR) {
            return diag_errno(d, "write", f->temporary);
        }
        if (wrote > 0) {
            from += wrote;
            at += (uint64_t)wrote;
            n -= (size_t)wrote;
        }
    }
    return ST_OK;
}

/* The name is durable only when the folder is. */
static enum status sync_folder(const char *path, struct diag *d)
{
    char folder[FILE_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        snprintf(folder, sizeof folder, ".");
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return diag_errno(d, "open", folder);
    }
    /* Some file systems cannot sync a folder and say EINVAL. */
    bool synced = fsync(fd) == 0 || errno == EINVAL;
    enum status st = synced ? ST_OK : diag_errno(d, "sync", folder);
    close(fd);
    return st;
}

/* All bytes on the disk, permissions as wanted (0600 until now), fd closed. */
enum status file_output_settle(struct file_output *f, struct diag *d)
{
    mode_t mask = umask(0);
    umask(mask);
    int fd = f->fd;
    f->fd = -1;
    bool done = fchmod(fd, (mode_t)f->mode & ~mask) == 0 && fsync(fd) == 0;
    enum status st = done ? ST_OK : diag_errno(d, "write", f->temporary);
    if (close(fd) != 0 && st == ST_OK) {
        st = diag_errno(d, "write", f->temporary);
    }
    return st;
}

enum status file_output_commit(struct file_output *f, struct diag *d)
{
    TRY(f->fd >= 0 ? file_output_settle(f, d) : ST_OK);
    if (rename(f->temporary, f->path) != 0) {
        return diag_errno(d, "write", f->path);
    }
    f->temporary[0] = '\0';
    return sync_folder(f->path, d);
}

/* A stick (FAT, exFAT) has no second names, a folder on the network no such rename:
 * whichever there is. */
static bool name_new(struct file_output *f)
{
    if (renameat2(AT_FDCWD, f->temporary, AT_FDCWD, f->path, RENAME_NOREPLACE) == 0) {
        f->temporary[0] = '\0';
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    if (link(f->temporary, f->path) == 0) {
        file_output_drop(f);
        return true;
    }
    return false;
}

enum status file_output_commit_new(struct file_output *f, struct diag *d)
{
    TRY(file_output_settle(f, d));
    if (!name_new(f)) {
        if (errno == EEXIST) {
            return diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already",
                             f->path);
        }
        return diag_errno(d, "write", f->path);
    }
    return sync_folder(f->path, d);
}

/* As much as there is, up to cap. */
static enum status read_full(int fd, const char *path, char *p, size_t cap, size_t *n,
                             struct diag *d)
{
    size_t got = 1;
    *n = 0;
    while (*n < cap && got > 0) {
        TRY(read_piece(fd, path, p + *n, cap - *n, &got, d));
        *n += got;
    }
    return ST_OK;
}

static enum status compare(const char *a, int in_a, const char *b, int in_b, bool *same,
                           struct diag *d)
{
    static char of_a[LOAD_PIECE];
    static char of_b[LOAD_PIECE];
    size_t n = 1;
    *same = true;
    while (*same && n > 0) {
        size_t m;
        TRY(read_full(in_a, a, of_a, sizeof of_a, &n, d));
        TRY(read_full(in_b, b, of_b, sizeof of_b, &m, d));
        *same = n == m && memcmp(of_a, of_b, n) == 0;
    }
    return ST_OK;
}

enum status file_output_commit_same(struct file_output *f, bool *same, struct diag *d)
{
    struct file_input old;
    struct file_input made;
    *same = false;
    if (access(f->path, F_OK) != 0) {
        return file_output_commit_new(f, d);
    }
    TRY(file_input_open(&old, f->path, d));
    enum status st = file_input_open(&made, f->temporary, d);
    if (st == ST_OK) {
        st = compare(f->path, old.fd, f->temporary, made.fd, same, d);
        file_input_close(&made);
    }
    file_input_close(&old);
    TRY(st);
    if (!*same) {
        diag_fail(d, ST_CONFLICT, "exists", "there is another file %s already",
                  f->path);
        return diag_hint(d, "give another name");
    }
    file_output_drop(f);
    return ST_OK;
}

void file_output_drop(struct file_output *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    f->fd = -1;
    if (f->temporary[0] != '\0') {
        unlink(f->temporary);
    }
    f->temporary[0] = '\0';
}

enum status file_folder(const char *path, struct diag *d)
{
    if (mkdir(path, 0777) != 0) {
        return errno == EEXIST ? ST_OK : diag_errno(d, "make folder", path);
    }
    return sync_folder(path, d);
}

enum status file_save(const char *path, struct str bytes, struct diag *d)
{
    struct file_output f;
    TRY(file_output_open(&f, path, 0644, d));
    enum status st = file_output_write(&f, bytes.p, bytes.n, d);
    if (st == ST_OK) {
        st = file_output_commit(&f, d);
    }
    file_output_drop(&f);
    return st;
}
