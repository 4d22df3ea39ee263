/* backup.c - see backup.h; the reasons are in docs/decisions/0010-epochs.md, the
 * files in docs/formats/backup.md. */
#include "ledger/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/body.h"
#include "ledger/copy.h"
#include "ledger/tree.h"
#include "ledger/vault.h"

#define NOTE_MAX ((size_t)64 * 1024)

static const char *const CONTENT[] = {"data.mdb", "head", "checkpoint"};
#define CONTENT_COUNT (sizeof CONTENT / sizeof CONTENT[0])

/* ---- making ---- */

static enum status copy_store(struct ledger *l, const char *part, uint64_t *bytes,
                              struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct stat s;
    TRY(ledger_path(part, "data.mdb", path, d));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return diag_errno(d, "make", path);
    }
    enum status st = store_copy(l->store, fd, d);
    if (st == ST_OK && (fsync(fd) != 0 || fstat(fd, &s) != 0)) {
        st = diag_errno(d, "write", path);
    }
    if (close(fd) != 0 && st == ST_OK) {
        st = diag_errno(d, "close", path);
    }
    if (st == ST_OK) {
        *bytes = (uint64_t)s.st_size;
    }
    return st;
}

static enum status write_checkpoint(struct ledger *l, const char *part,
                                    struct backup_report *r, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct buf note;
    TRY(ledger_path(part, "checkpoint", path, d));
    buf_init(&note, NOTE_MAX);
    enum status st = ledger_checkpoint(l, &note, &r->size, d);
    if (st == ST_OK) {
        st = ledger_write_new(path, buf_str(&note), 0600, d);
    }
    buf_release(&note);
    ledger_root(l, r->root);
    return st;
}

static enum status write_manifest(const char *part, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    char text[CONTENT_COUNT * (2 * DIGEST_LEN + 40)];
    size_t n = 0;
    for (size_t i = 0; i < CONTENT_COUNT; i++) {
        uint8_t sha256[DIGEST_LEN];
        char hex[2 * DIGEST_LEN + 1];
        TRY(copy_digest(part, CONTENT[i], sha256, d));
        text_hex(sha256, DIGEST_LEN, hex);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s  %s\n", hex, CONTENT[i]);
    }
    TRY(ledger_path(part, BACKUP_MANIFEST, path, d));
    return ledger_write_new(path, str_make(text, n), 0600, d);
}

/* Every record of the copy hashed again. */
static enum status hash_records(struct txn *t, struct digest *g, struct frontier *tree,
                                struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    TRY(store_cursor_open(t, TABLE_RECORDS, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &bytes, d);
    while (st == ST_OK && key.p != NULL) {
        tree_leaf(g, bytes, leaf);
        tree_append(tree, g, leaf);
        st = store_cursor_next(c, &key, &bytes, d);
    }
    store_cursor_close(c);
    return st;
}

static enum status check_copy(struct ledger *l, const char *part,
                              const struct backup_report *r, struct diag *d)
{
    struct store *s;
    struct txn *t = NULL;
    struct frontier tree;
    uint8_t root[DIGEST_LEN];
    char lock[LEDGER_PATH_MAX];
    tree_init(&tree);
    TRY(ledger_path(part, "lock.mdb", lock, d));
    TRY(store_open(&s, part, STORE_READ, d));
    enum status st = store_begin(s, false, &t, d);
    if (st == ST_OK) {
        st = hash_records(t, l->g, &tree, d);
    }
    store_abort(t);
    store_close(s);
    unlink(lock);
    tree_root(&tree, l->g, root);
    if (st == ST_OK && (tree.size != r->size || !digest_equal(root, r->root))) {
        st = diag_fail(d, ST_INTEGRITY, "backup-differs",
                       "the copy does not hold the records of the ledger");
    }
    return st;
}

static enum status fill(struct ledger *l, const char *part, struct backup_report *r,
                        struct diag *d)
{
    TRY(copy_fresh_dir(part, d));
    TRY(copy_store(l, part, &r->bytes, d));
    TRY(copy_file(l->dir, part, "head", NULL, d));
    TRY(write_checkpoint(l, part, r, d));
    TRY(write_manifest(part, d));
    return check_copy(l, part, r, d);
}

enum status backup_make(struct ledger *l, const char *out, struct backup_report *r,
                        struct diag *d)
{
    char part[LEDGER_PATH_MAX];
    bool resume;
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(copy_part_name(out, part, d));
    if (copy_exists(out)) {
        diag_fail(d, ST_CONFLICT, "exists", "there is %s already", out);
        return diag_hint(d, "a backup is never overwritten: choose another name");
    }
    enum status st = fill(l, part, r, d);
    if (st == ST_OK) {
        st = copy_publish(part, out, d);
    }
    if (st != ST_OK) {
        copy_remove_dir(part);
    }
    return st;
}

enum status backup_seal(const char *part, const char *out, struct diag *d)
{
    char lock[LEDGER_PATH_MAX];
    TRY(ledger_path(part, "lock.mdb", lock, d));
    if (unlink(lock) != 0 && errno != ENOENT) {
        return diag_errno(d, "remove", lock);
    }
    TRY(copy_sync(part, "data.mdb", d)); /* written without syncing */
    TRY(write_manifest(part, d));
    return copy_publish(part, out, d);
}

/* ---- and back ---- */

static enum status damaged(const char *dir, const char *name, struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "backup-damaged",
              "%s of the backup is not what was written", name);
    diag_hint(d, "take another backup");
    return diag_where(d, "%s/%s", dir, name);
}

/* The manifest is exactly what write_manifest would write. */
static enum status check_manifest(const char *from, struct str manifest, struct diag *d)
{
    size_t at = 0;
    for (size_t i = 0; i < CONTENT_COUNT; i++) {
        uint8_t sha256[DIGEST_LEN];
        char line[2 * DIGEST_LEN + 40];
        char hex[2 * DIGEST_LEN + 1];
        TRY(copy_digest(from, CONTENT[i], sha256, d));
        text_hex(sha256, DIGEST_LEN, hex);
        int n = snprintf(line, sizeof line, "%s  %s\n", hex, CONTENT[i]);
        struct str left = str_make(manifest.p + at, manifest.n - at);
        if (!str_starts(left, str_make(line, (size_t)n))) {
            return damaged(from, CONTENT[i], d);
        }
        at += (size_t)n;
    }
    return at == manifest.n ? ST_OK : damaged(from, BACKUP_MANIFEST, d);
}

/* A folder of a ledger itself has none: its signed head speaks for it. */
static enum status check_files(const char *from, struct buf *checkpoint, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct buf manifest;
    TRY(ledger_path(from, "data.mdb", path, d));
    if (!copy_exists(path)) {
        return diag_fail(d, ST_INPUT, "no-backup", "there is no backup in %s", from);
    }
    TRY(ledger_path(from, BACKUP_MANIFEST, path, d));
    if (!copy_exists(path)) {
        TRY(ledger_path(from, "checkpoint", path, d));
        return copy_exists(path) ? damaged(from, BACKUP_MANIFEST, d) : ST_OK;
    }
    buf_init(&manifest, NOTE_MAX);
    enum status st = ledger_load_file(path, &manifest, d);
    if (st == ST_OK) {
        st = check_manifest(from, buf_str(&manifest), d);
    }
    buf_release(&manifest);
    if (st == ST_OK) {
        st = ledger_path(from, "checkpoint", path, d);
    }
    return st == ST_OK ? ledger_load_file(path, checkpoint, d) : st;
}

static enum status write_config(const struct backup_restore *q, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    char line[LEDGER_PATH_MAX + 16];
    int n = snprintf(line, sizeof line, "key-dir %s\n", q->key_dir);
    TRY(ledger_path(q->part, "config", path, d));
    return ledger_write_new(path, str_make(line, (size_t)n), 0644, d);
}

static enum status unpack(const struct backup_restore *q,
                          const struct progress *progress,
                          struct rebuild_witness witnesses[2], struct buf *own,
                          struct rebuild_report *r, struct diag *d)
{
    TRY(check_files(q->from, own, d));
    witnesses[0].note = buf_str(own);
    witnesses[1].note = q->checkpoint;
    TRY(copy_fresh_dir(q->part, d));
    TRY(copy_file(q->from, q->part, "head", NULL, d));
    TRY(write_config(q, d));
    TRY(rebuild_store(q->from, q->part, witnesses, 2, progress, r, d));
    if (own->len > 0 && witnesses[0].size != r->size) {
        return damaged(q->from, "checkpoint", d);
    }
    return ST_OK;
}

enum status backup_unpack(const struct backup_restore *q,
                          const struct progress *progress, struct renew_behind *behind,
                          struct rebuild_report *r, struct diag *d)
{
    struct rebuild_witness witnesses[2] = {0};
    struct buf own;
    buf_init(&own, NOTE_MAX);
    enum status st = unpack(q, progress, witnesses, &own, r, d);
    buf_release(&own);
    behind->size = witnesses[1].ahead ? witnesses[1].size : 0;
    memcpy(behind->root, witnesses[1].root, DIGEST_LEN);
    if (st != ST_OK) {
        copy_remove_dir(q->part);
    }
    return st;
}

enum status backup_vault_opens(struct ledger *l, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str sealed;
    struct vault_row row;
    TRY(store_cursor_open(l->t, TABLE_PEOPLE, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &sealed, d);
    store_cursor_close(c);
    if (st != ST_OK || key.n != 8) {
        return st;
    }
    uint64_t person = get_u64((const uint8_t *)key.p);
    vault_row_init(&row);
    st = vault_row_read(l, person, &row, d);
    vault_row_release(&row);
    if (st == ST_INTEGRITY) {
        st = diag_fail(d, ST_DENIED, "vault-key",
                       "vault.key in %s does not open this ledger's vault", l->key_dir);
        diag_hint(d, "almoner vault recover makes the right one from the escrow copy");
    }
    return st;
}

enum status backup_publish(const char *part, const char *dir, struct diag *d)
{
    static const char *const LOCKS[] = {"lock.mdb", "lock"};
    char path[LEDGER_PATH_MAX];
    for (size_t i = 0; i < sizeof LOCKS / sizeof LOCKS[0]; i++) {
        TRY(ledger_path(part, LOCKS[i], path, d));
        if (unlink(path) != 0 && errno != ENOENT) {
            return diag_errno(d, "remove", path);
        }
    }
    return copy_publish(part, dir, d);
}

void backup_drop(const char *part)
{
    copy_remove_dir(part);
}
