/* copy.c - see copy.h. A name never stands for half a file: folders are filled under
 * another name, synced, and renamed. */
#include "ledger/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)
#define LEFT_MAX 1000 /* files of a folder to be cleared */

static enum status write_all(int fd, const char *p, size_t n, const char *path,
                             struct diag *d)
{
    while (n > 0) {
        ssize_t wrote = write(fd, p, n);
        if (wrote < 0 && errno != EINTR) {
            return diag_errno(d, "write", path);
        }
        if (wrote > 0) {
            p += wrote;
            n -= (size_t)wrote;
        }
    }
    return ST_OK;
}

static enum status read_piece(int fd, char piece[PIECE], size_t *n, const char *path,
                              struct diag *d)
{
    for (;;) {
        ssize_t got = read(fd, piece, PIECE);
        if (got >= 0) {
            *n = (size_t)got;
            return ST_OK;
        }
        if (errno != EINTR) {
            return diag_errno(d, "read", path);
        }
    }
}

static enum status pump(int in, int out, const char *from, const char *to,
                        struct diag *d)
{
    static _Thread_local char piece[PIECE];
    size_t n;
    do {
        TRY(read_piece(in, piece, &n, from, d));
        TRY(write_all(out, piece, n, to, d));
    } while (n > 0);
    return fsync(out) == 0 ? ST_OK : diag_errno(d, "sync", to);
}

enum status copy_file(const char *from, const char *to, const char *name, bool *missing,
                      struct diag *d)
{
    char source[LEDGER_PATH_MAX];
    char target[LEDGER_PATH_MAX];
    TRY(ledger_path(from, name, source, d));
    TRY(ledger_path(to, name, target, d));
    int in = open(source, O_RDONLY | O_CLOEXEC);
    if (missing != NULL) {
        *missing = in < 0 && errno == ENOENT;
        if (*missing) {
            return ST_OK;
        }
    }
    if (in < 0) {
        return diag_errno(d, "open", source);
    }
    int out = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
    enum status st =
        out < 0 ? diag_errno(d, "make", target) : pump(in, out, source, target, d);
    close(in);
    if (out >= 0 && close(out) != 0 && st == ST_OK) {
        st = diag_errno(d, "close", target);
    }
    return st;
}

static enum status digest_fd(struct digest *g, int fd, const char *path, struct diag *d)
{
    static _Thread_local char piece[PIECE];
    size_t n;
    digest_start(g);
    do {
        TRY(read_piece(fd, piece, &n, path, d));
        digest_add(g, piece, n);
    } while (n > 0);
    return ST_OK;
}

enum status copy_digest(const char *dir, const char *name, uint8_t sha256[DIGEST_LEN],
                        struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct digest *g;
    TRY(ledger_path(dir, name, path, d));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return diag_errno(d, "open", path);
    }
    enum status st = digest_new(&g, d);
    if (st == ST_OK) {
        st = digest_fd(g, fd, path, d);
        digest_end(g, sha256);
        digest_free(g);
    }
    close(fd);
    return st;
}

enum status copy_sync(const char *dir, const char *name, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(dir, name, path, d));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    enum status st = fd >= 0 && fsync(fd) == 0 ? ST_OK : diag_errno(d, "sync", path);
    if (fd >= 0 && close(fd) != 0 && st == ST_OK) {
        st = diag_errno(d, "close", path);
    }
    return st == ST_OK ? ledger_sync_dir(dir, d) : st;
}

/* Files alone: a folder within stays, and with it the folder. */
static void clear_dir(const char *dir)
{
    char path[LEDGER_PATH_MAX];
    struct diag ignored;
    DIR *open_dir = opendir(dir);
    if (open_dir == NULL) {
        return;
    }
    for (int i = 0; i < LEFT_MAX; i++) {
        const struct dirent *one = readdir(open_dir);
        if (one == NULL) {
            break;
        }
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0 &&
            ledger_path(dir, one->d_name, path, &ignored) == ST_OK) {
            unlink(path);
        }
    }
    closedir(open_dir);
}

void copy_remove_dir(const char *dir)
{
    clear_dir(dir);
    rmdir(dir);
}

enum status copy_fresh_dir(const char *dir, struct diag *d)
{
    copy_remove_dir(dir);
    return mkdir(dir, 0700) == 0 ? ST_OK : diag_errno(d, "make folder", dir);
}

bool copy_exists(const char *path)
{
    struct stat s;
    return lstat(path, &s) == 0;
}

static enum status sync_parent(const char *path, struct diag *d)
{
    char parent[LEDGER_PATH_MAX];
    if (!str_copy(str_of(path), parent, sizeof parent)) {
        return diag_fail(d, ST_INPUT, "path", "the path is too long");
    }
    char *slash = strrchr(parent, '/');
    if (slash == NULL) {
        return ledger_sync_dir(".", d);
    }
    slash[slash == parent ? 1 : 0] = '\0';
    return ledger_sync_dir(parent, d);
}

enum status copy_publish(const char *part, const char *dir, struct diag *d)
{
    TRY(ledger_sync_dir(part, d));
    if (copy_exists(dir)) {
        return diag_fail(d, ST_CONFLICT, "exists", "there is %s already", dir);
    }
    if (rename(part, dir) != 0) {
        return diag_errno(d, "rename to", dir);
    }
    return sync_parent(dir, d);
}

enum status copy_part_name(const char *out, char part[LEDGER_PATH_MAX], struct diag *d)
{
    size_t n = strlen(out);
    while (n > 1 && out[n - 1] == '/') {
        n--;
    }
    int len = snprintf(part, LEDGER_PATH_MAX, "%.*s.part", (int)n, out);
    return len > 5 && len < LEDGER_PATH_MAX
               ? ST_OK
               : diag_fail(d, ST_USAGE, "path", "the path is empty or too long");
}
