/* create.c - a new ledger: folder, keys, store, genesis record, head file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ident.h"
#include "base/must.h"
#include "base/text.h"
#include "base/wipe.h"
#include "ledger/body.h"
#include "ledger/ledger_private.h"

static enum status make_dir(const char *path, mode_t mode, struct diag *d)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        return diag_errno(d, "make folder", path);
    }
    return ST_OK;
}

enum status ledger_write_new(const char *path, struct str bytes, unsigned mode,
                             struct diag *d)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) {
        return diag_errno(d, "make", path);
    }
    enum status st = ST_OK;
    if (write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n || fsync(fd) != 0) {
        st = diag_errno(d, "write", path);
    }
    if (close(fd) != 0 && st == ST_OK) {
        st = diag_errno(d, "close", path);
    }
    return st;
}

static enum status write_ledger_key(struct ledger *l, struct diag *d)
{
    uint8_t seed[32];
    char path[LEDGER_PATH_MAX];
    struct buf pem;
    TRY(ledger_random(l, seed, sizeof seed, d));
    TRY(key_new_suite(&l->key, l->info.suite, seed, d));
    TRY(ledger_path(l->key_dir, "ledger.pem", path, d));
    buf_init(&pem, 8192);
    enum status st = key_to_pem(l->key, str_of(""), &pem, d);
    if (st == ST_OK) {
        st = ledger_write_new(path, buf_str(&pem), 0600, d);
    }
    wipe(pem.p, pem.cap);
    buf_release(&pem);
    wipe(seed, sizeof seed);
    return st;
}

static enum status write_keys(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(write_ledger_key(l, d));
    TRY(ledger_random(l, l->master, sizeof l->master, d));
    TRY(ledger_path(l->key_dir, "vault.key", path, d));
    TRY(ledger_write_new(path, str_make(l->master, sizeof l->master), 0600, d));
    l->has_master = true;
    ledger_derive_keys(l);
    return ST_OK;
}

/* Only a folder of its own is remembered: DIR/keys is found without, also when the
 * ledger's folder is moved. */
static enum status write_config(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    char line[LEDGER_PATH_MAX + 16];
    if (l->options.key_dir == NULL) {
        return ST_OK;
    }
    int n = snprintf(line, sizeof line, "key-dir %s\n", l->key_dir);
    TRY(ledger_path(l->dir, "config", path, d));
    return ledger_write_new(path, str_make(line, (size_t)n), 0644, d);
}

static void print_origin(const struct ledger_genesis *g, char out[ORIGIN_MAX + 1])
{
    snprintf(out, ORIGIN_MAX + 1, "almoner/%s/%s%s", g->division, g->ledger_name,
             g->sandbox ? "/sandbox" : "");
}

static enum suite suite_of(const struct ledger_genesis *g)
{
    return g->suite == SUITE_2 ? SUITE_2 : SUITE_1;
}

static const char *sm2_id_of(const struct ledger_genesis *g)
{
    return g->sm2_id != NULL ? g->sm2_id : SM2_ID_USUAL;
}

static enum status check_admins(const struct ledger_genesis *g, struct diag *d)
{
    for (size_t i = 0; i < g->admin_count; i++) {
        if (!key_name_valid(str_of(g->admins[i].name))) {
            return diag_fail(d, ST_INPUT, "name",
                             "an admin's name is empty, too long, or has blanks or +");
        }
        TRY(key_fits(g->admins[i].public_key, suite_of(g), str_of(g->admins[i].name),
                     d));
        for (size_t k = 0; k < i; k++) {
            if (strcmp(g->admins[i].name, g->admins[k].name) == 0 ||
                memcmp(g->admins[i].public_key, g->admins[k].public_key,
                       KEY_PUBLIC_LEN) == 0) {
                return diag_fail(d, ST_INPUT, "admins",
                                 "the admins must be different people with own keys");
            }
        }
    }
    return ST_OK;
}

static enum status check_genesis(const struct ledger_genesis *g, struct diag *d)
{
    char origin[ORIGIN_MAX + 1];
    struct str division = str_of(g->division);
    if (division.n < 6 || division.n > 12 || !text_all_digits(division)) {
        return diag_fail(d, ST_INPUT, "division", "a division code has 6 to 12 digits");
    }
    print_origin(g, origin);
    if (!genesis_origin_valid(str_of(origin), division, g->sandbox)) {
        return diag_fail(d, ST_INPUT, "ledger-name",
                         "a ledger's name has no blanks, no + and no /, and at most 40 "
                         "bytes");
    }
    if (g->name[0] == '\0' || strlen(g->name) > TEXT_MAX) {
        return diag_fail(d, ST_INPUT, "name", "the office's name is empty or too long");
    }
    if (suite_of(g) == SUITE_2 && !sm2_id_valid(str_of(sm2_id_of(g)))) {
        return diag_fail(d, ST_INPUT, "sm2-id",
                         "the SM2 id is empty, longer than %d bytes, or has control "
                         "characters",
                         SM2_ID_MAX);
    }
    if (g->admin_count == 0 || (!g->sandbox && g->admin_count < 2)) {
        return diag_fail(d, ST_USAGE, "admins", "a live ledger needs two admins");
    }
    return check_admins(g, d);
}

static void genesis_body(const struct ledger_genesis *g, const uint8_t *public_key,
                         struct writer *w)
{
    enum suite suite = suite_of(g);
    cbor_put_map(w, suite == SUITE_2 ? 8 : 7);
    cbor_pair_text(w, 1, str_of(g->name));
    cbor_pair_text(w, 2, str_of(g->division));
    cbor_pair_uint(w, 3, (uint64_t)suite);
    cbor_put_uint(w, 4);
    body_put_key(w, public_key);
    cbor_put_uint(w, 5);
    cbor_put_bool(w, g->sandbox);
    cbor_pair_int(w, 6, g->offset_minutes);
    cbor_put_uint(w, 7);
    cbor_put_array(w, g->admin_count);
    for (size_t i = 0; i < g->admin_count; i++) {
        cbor_put_array(w, 2);
        cbor_put_text(w, str_of(g->admins[i].name));
        body_put_key(w, g->admins[i].public_key);
    }
    if (suite == SUITE_2) {
        cbor_pair_text(w, 8, str_of(sm2_id_of(g)));
    }
}

/* Commit, then the head file: as every later act does it. */
static enum status write_genesis(struct ledger *l, const struct ledger_genesis *g,
                                 struct diag *d)
{
    uint8_t body[BODY_BYTES_MAX];
    struct writer w;
    key_public(l->key, l->info.public_key);
    print_origin(g, l->info.origin);
    if (l->info.suite == SUITE_2) {
        must(str_copy(str_of(sm2_id_of(g)), l->info.sm2_id, sizeof l->info.sm2_id));
    }
    print_origin(g, l->info.genesis_origin);
    l->key_number = 1;
    writer_init(&w, body, sizeof body);
    genesis_body(g, l->info.public_key, &w);
    if (w.failed) {
        return diag_fail(d, ST_INPUT, "record-size", "too many admins");
    }
    TRY(headfile_open(l, true, d));
    TRY(ledger_begin(l, d));
    enum status st = ledger_append(l, KIND_GENESIS, writer_str(&w), NULL, d);
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    return ledger_commit(l, d);
}

enum status ledger_sync_dir(const char *path, struct diag *d)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        enum status st = diag_errno(d, "sync", path);
        if (fd >= 0) {
            close(fd);
        }
        return st;
    }
    close(fd);
    return ST_OK;
}

/* Does the store hold a head? What cannot be read counts as a ledger: it is not to be
 * touched. */
static bool holds_ledger(const char *dir)
{
    struct store *s;
    struct txn *t;
    struct str head = {0};
    struct diag d;
    if (store_open(&s, dir, STORE_READ, &d) != ST_OK) {
        return strcmp(d.code, "no-store") != 0;
    }
    bool holds = true;
    if (store_begin(s, false, &t, &d) == ST_OK) {
        holds = store_get(t, TABLE_META, str_of("head"), &head, &d) != ST_OK ||
                head.p != NULL;
        store_abort(t);
    }
    store_close(s);
    return holds;
}

/* An init that was killed before the first record left files: they are removed. */
static enum status make_room(struct ledger *l, struct diag *d)
{
    static const char *const LEFT[] = {"data.mdb", "lock.mdb",        "config",
                                       "head",     "keys/ledger.pem", "keys/vault.key"};
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(l->dir, "data.mdb", path, d));
    if (access(path, F_OK) == 0 && holds_ledger(l->dir)) {
        return diag_fail(d, ST_CONFLICT, "exists", "there is a ledger in %s already",
                         l->dir);
    }
    for (size_t i = 0; i < sizeof LEFT / sizeof LEFT[0]; i++) {
        TRY(ledger_path(l->dir, LEFT[i], path, d));
        if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR) {
            return diag_errno(d, "remove what an unfinished init left:", path);
        }
    }
    return ST_OK;
}

static enum status create_parts(struct ledger *l, const struct ledger_genesis *g,
                                struct diag *d)
{
    TRY(make_dir(l->dir, 0755, d));
    TRY(make_room(l, d));
    if (l->options.key_dir == NULL) {
        TRY(ledger_path(l->dir, "keys", l->key_dir, d));
    } else if (!str_copy(str_of(l->options.key_dir), l->key_dir, sizeof l->key_dir)) {
        return diag_fail(d, ST_INPUT, "path", "the key folder's path is too long");
    }
    TRY(make_dir(l->key_dir, 0700, d));
    l->info.suite = suite_of(g);
    TRY(ledger_digest_new(l, &l->g, d));
    TRY(wrapper_new(&l->wrapper, d));
    TRY(sealer_new(&l->sealer, d));
    TRY(fold_new(&l->fold, d));
    TRY(write_keys(l, d));
    TRY(write_config(l, d));
    TRY(store_open(&l->store, l->dir, STORE_WRITE, d));
    TRY(write_genesis(l, g, d));
    TRY(ledger_sync_dir(l->key_dir, d));
    return ledger_sync_dir(l->dir, d);
}

enum status ledger_create(const struct ledger_options *o,
                          const struct ledger_genesis *g, struct diag *d)
{
    TRY(check_genesis(g, d));
    if (o->now_given && !g->sandbox) {
        return diag_fail(d, ST_USAGE, "now-live", "--now works in a sandbox only");
    }
    struct ledger *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return diag_memory(d);
    }
    l->options = *o;
    l->options.mode = LEDGER_WRITE;
    l->lock_fd = -1;
    l->head_fd = -1;
    enum status st = str_copy(str_of(o->dir), l->dir, sizeof l->dir - 16)
                         ? create_parts(l, g, d)
                         : diag_fail(d, ST_INPUT, "path", "the path is too long");
    ledger_close(l);
    return st;
}
