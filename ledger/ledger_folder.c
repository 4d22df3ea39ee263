/* ledger_folder.c - what of a ledger lies beside its store: small files, the keys, and
 * the lock that writers and readers hold. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/wipe.h"
#include "ledger/epoch.h"
#include "ledger/ledger_private.h"
#include "ledger/note.h"

#define LOCK_POLL_MS 50
#define SMALL_FILE_MAX ((size_t)64 * 1024)

/* ---- small files of the folder ---- */

enum status ledger_path(const char *dir, const char *name, char out[LEDGER_PATH_MAX],
                        struct diag *d)
{
    int n = snprintf(out, LEDGER_PATH_MAX, "%s/%s", dir, name);
    if (n < 0 || n >= LEDGER_PATH_MAX) {
        return diag_fail(d, ST_INPUT, "path", "the path %s/%s is too long", dir, name);
    }
    return ST_OK;
}

enum status ledger_load_file(const char *path, struct buf *out, struct diag *d)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return diag_errno(d, "open", path);
    }
    enum status st = ST_OK;
    for (;;) {
        char piece[4096];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0) {
            st = diag_errno(d, "read", path);
        }
        if (n <= 0) {
            break;
        }
        buf_add(out, piece, (size_t)n);
    }
    close(fd);
    return st == ST_OK ? buf_check(out, d) : st;
}

/* ---- keys ---- */

void ledger_derive_keys(struct ledger *l)
{
    digest_hmac(l->g, l->master, str_of("almoner lookup v1"), str_of(""), l->lookup);
    digest_hmac(l->g, l->master, str_of("almoner files v1"), str_of(""), l->files);
    digest_hmac(l->g, l->master, str_of("almoner steady v1"), str_of(""), l->steady);
    wrapper_master(l->wrapper, l->master);
}

/* Where the keys are: as given, else as DIR/config remembers, else DIR/keys. */
enum status ledger_find_key_dir(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct buf text;
    if (l->options.key_dir != NULL) {
        return str_copy(str_of(l->options.key_dir), l->key_dir, sizeof l->key_dir)
                   ? ST_OK
                   : diag_fail(d, ST_INPUT, "path",
                               "the key folder's path is too long");
    }
    TRY(ledger_path(l->dir, "config", path, d));
    buf_init(&text, LEDGER_PATH_MAX);
    enum status st = ledger_load_file(path, &text, d);
    const char *tag = "key-dir ";
    struct str s = buf_str(&text);
    if (st == ST_OK && str_starts(s, str_of(tag)) && s.n > strlen(tag) + 1) {
        struct str value = str_make(s.p + strlen(tag), s.n - strlen(tag) - 1);
        if (!str_copy(value, l->key_dir, sizeof l->key_dir)) {
            st = diag_fail(d, ST_INPUT, "config", "%s is not in its form", path);
        }
    } else {
        st = ledger_path(l->dir, "keys", l->key_dir, d);
    }
    buf_release(&text);
    return st;
}

/* Reading goes on without keys (an auditor's copy); the vault then stays shut. */
enum status ledger_load_master(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct buf text;
    buf_init(&text, SMALL_FILE_MAX);
    enum status st = ledger_path(l->key_dir, "vault.key", path, d);
    if (st == ST_OK) {
        st = ledger_load_file(path, &text, d);
    }
    if (st == ST_OK && text.len != SEAL_KEY_LEN) {
        st = diag_fail(d, ST_INTEGRITY, "vault-key", "%s is not a master key", path);
    }
    if (st == ST_OK) {
        memcpy(l->master, text.p, SEAL_KEY_LEN);
        l->has_master = true;
    }
    wipe(text.p, text.cap);
    buf_release(&text);
    bool missing = st != ST_OK && strcmp(d->code, "no-such-file") == 0;
    return missing && l->options.mode != LEDGER_WRITE ? ST_OK : st;
}

enum status ledger_key_path(const struct ledger *l, const char *origin,
                            const uint8_t public_key[KEY_PUBLIC_LEN],
                            char out[LEDGER_PATH_MAX], struct diag *d)
{
    char name[40];
    snprintf(name, sizeof name, "ledger-%08x.pem", vkey_id(str_of(origin), public_key));
    return ledger_path(l->key_dir, name, out, d);
}

enum status ledger_load_key(const char *path, struct key **out, struct diag *d)
{
    struct buf text;
    bool encrypted;
    buf_init(&text, SMALL_FILE_MAX);
    enum status st = ledger_load_file(path, &text, d);
    if (st == ST_OK) {
        st = key_from_pem(out, buf_str(&text), str_of(""), &encrypted, d);
    }
    wipe(text.p, text.cap);
    buf_release(&text);
    return st;
}

static bool is_key(const struct key *k, const uint8_t wanted[KEY_PUBLIC_LEN])
{
    uint8_t ours[KEY_PUBLIC_LEN];
    key_public(k, ours);
    return memcmp(ours, wanted, KEY_PUBLIC_LEN) == 0;
}

/* The first key is in ledger.pem, each later one in a file named by its key id. Keys of
 * another ledger would sign heads that nobody accepts. */
static enum status load_ledger_key(struct ledger *l, struct diag *d)
{
    char first[LEDGER_PATH_MAX];
    char own[LEDGER_PATH_MAX];
    const uint8_t *wanted = l->info.public_key;
    struct key *key = NULL;
    TRY(ledger_path(l->key_dir, "ledger.pem", first, d));
    TRY(ledger_key_path(l, l->info.origin, wanted, own, d));
    enum status st = ledger_load_key(own, &key, d);
    if (st != ST_OK && strcmp(d->code, "no-such-file") == 0) {
        st = ledger_load_key(first, &key, d);
    }
    if (st != ST_OK) {
        bool missing = strcmp(d->code, "no-such-file") == 0;
        return missing && (l->options.mode != LEDGER_WRITE || l->options.keyless)
                   ? ST_OK
                   : st;
    }
    if (!is_key(key, wanted)) {
        key_free(key);
        return l->options.keyless
                   ? ST_OK
                   : diag_fail(
                         d, l->options.mode == LEDGER_AUDIT ? ST_INTEGRITY : ST_DENIED,
                         "ledger-key", "%s holds the keys of another ledger",
                         l->key_dir);
    }
    l->key = key;
    return ST_OK;
}

static enum status find_before(struct ledger *l, const struct epoch_key *now,
                               struct diag *d)
{
    struct epoch_key before;
    l->before.since = 0;
    if (now->before == 0) {
        return ST_OK;
    }
    TRY(epoch_key_get(l->t, now->before, &before, d));
    epoch_origin(l->info.genesis_origin, before.epoch, l->before.origin);
    memcpy(l->before.public_key, before.public_key, KEY_PUBLIC_LEN);
    l->before.since = now->since;
    return ST_OK;
}

/* Origin and key become those that the head in hand says. */
enum status ledger_adopt_key(struct ledger *l, struct diag *d)
{
    struct epoch_key e;
    const struct head *h = ledger_head(l);
    TRY(epoch_key_get(l->t, h->ledger_key, &e, d));
    TRY(find_before(l, &e, d));
    key_free(l->key);
    l->key = NULL;
    l->key_number = e.number;
    epoch_origin(l->info.genesis_origin, h->epoch, l->info.origin);
    memcpy(l->info.public_key, e.public_key, KEY_PUBLIC_LEN);
    vkey_print(str_of(l->info.origin), l->info.public_key, l->info.vkey);
    return load_ledger_key(l, d);
}

/* ---- lock ---- */

/* One byte of the lock file; *got false when others had it for all of wait_ms. */
static enum status lock_byte(int fd, short type, off_t byte, int64_t wait_ms, bool *got,
                             struct diag *d)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    for (int64_t waited = 0;; waited += LOCK_POLL_MS) {
        *got = fcntl(fd, F_SETLK, &lock) == 0;
        if (*got) {
            return ST_OK;
        }
        if (errno != EACCES && errno != EAGAIN && errno != EINTR) {
            return diag_errno(d, "lock", "the ledger");
        }
        if (waited >= wait_ms) {
            return ST_OK;
        }
        struct timespec nap = {.tv_nsec = LOCK_POLL_MS * 1000000L};
        nanosleep(&nap, NULL);
    }
}

enum status ledger_lock(const char *dir, int64_t wait_ms, int *fd, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    bool got;
    TRY(ledger_path(dir, "lock", path, d));
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (*fd < 0) {
        return diag_errno(d, "open", path);
    }
    TRY(lock_byte(*fd, F_WRLCK, LEDGER_LOCK_WRITE, wait_ms, &got, d));
    if (got) {
        return ST_OK;
    }
    diag_fail(d, ST_SYSTEM, "locked", "another process is writing to this ledger");
    return diag_hint(d, "wait until it has ended, or give a longer --lock-wait");
}

enum status ledger_lock_readers(int fd, int64_t wait_ms, struct diag *d)
{
    bool got;
    TRY(lock_byte(fd, F_WRLCK, LEDGER_LOCK_READ, wait_ms, &got, d));
    if (got) {
        return ST_OK;
    }
    diag_fail(d, ST_SYSTEM, "readers",
              "another process reads this ledger: its data file cannot be replaced");
    return diag_hint(d, "wait until it has ended");
}

void ledger_unlock_readers(int fd)
{
    struct diag ignored;
    bool released;
    if (lock_byte(fd, F_UNLCK, LEDGER_LOCK_READ, 0, &released, &ignored) != ST_OK) {
        return; /* it goes with the process */
    }
}

/* The data file is not replaced while somebody reads. A copy without a lock file, or on
 * a disk that cannot lock, has no writers either. */
enum status ledger_share_lock(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct diag ignored;
    bool got = true;
    TRY(ledger_path(l->dir, "lock", path, d));
    l->lock_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (l->lock_fd < 0) {
        return ST_OK;
    }
    if (lock_byte(l->lock_fd, F_RDLCK, LEDGER_LOCK_READ, l->options.lock_wait_ms, &got,
                  &ignored) == ST_OK &&
        !got) {
        diag_fail(d, ST_SYSTEM, "locked", "the data file is being replaced");
        return diag_hint(d, "wait until that has ended, or give a longer --lock-wait");
    }
    return ST_OK;
}
