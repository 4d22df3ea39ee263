/* ledger.c - opening a ledger, its snapshots, and appending signed acts to it. */
#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/must.h"
#include "base/wipe.h"
#include "ledger/body.h"
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

enum status ledger_room(struct ledger *l, size_t n, struct diag *d)
{
    if (n <= l->room_cap) {
        return ST_OK;
    }
    uint8_t *p = realloc(l->room, n);
    if (p == NULL) {
        return diag_memory(d);
    }
    l->room = p;
    l->room_cap = n;
    return ST_OK;
}

void ledger_derive_keys(struct ledger *l)
{
    digest_hmac(l->g, l->master, str_of("almoner lookup v1"), str_of(""), l->lookup);
    digest_hmac(l->g, l->master, str_of("almoner files v1"), str_of(""), l->files);
    digest_hmac(l->g, l->master, str_of("almoner steady v1"), str_of(""), l->steady);
    wrapper_master(l->wrapper, l->master);
}

/* Where the keys are: as given, else as DIR/config remembers, else DIR/keys. */
static enum status find_key_dir(struct ledger *l, struct diag *d)
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
static enum status load_master(struct ledger *l, struct diag *d)
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
static enum status adopt_key(struct ledger *l, struct diag *d)
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

/* The data file is not replaced while somebody reads. A copy without a lock file, or on
 * a disk that cannot lock, has no writers either. */
static enum status share_lock(struct ledger *l, struct diag *d)
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

/* ---- opening ---- */

static enum status take_genesis(struct ledger *l, const struct record *r,
                                struct diag *d)
{
    struct ledger_info *i = &l->info;
    struct genesis g;
    TRY(genesis_read(r, &g, d));
    must(str_copy(g.origin, i->genesis_origin, sizeof i->genesis_origin));
    must(str_copy(g.division, i->division, sizeof i->division));
    must(str_copy(g.name, i->name, sizeof i->name));
    must(str_copy(g.sm2_id, i->sm2_id, sizeof i->sm2_id));
    i->suite = g.suite;
    i->sandbox = g.sandbox;
    i->offset_minutes = g.offset_minutes;
    TRY(digest_use(l->g, key_suite_digest(i->suite), d));
    return adopt_key(l, d);
}

/* A new read snapshot, or the one begun for writing. */
static enum status snapshot(struct ledger *l, bool write, struct diag *d)
{
    TRY(store_begin(l->store, write, &l->t, d));
    l->writing = write;
    enum status st = fold_begin(l->fold, l->t, d);
    if (st != ST_OK) {
        fold_drop(l->fold);
        store_abort(l->t);
        l->t = NULL;
    }
    return st;
}

static void drop(struct ledger *l)
{
    fold_drop(l->fold);
    store_abort(l->t);
    l->t = NULL;
    l->writing = false;
}

/* Genesis record and register first: they say which key signs the head file. The file
 * is read before the snapshot that is kept, or a commit in between would look like a
 * loss. */
static enum status read_and_check(struct ledger *l, struct diag *d)
{
    struct record first;
    struct head_note note;
    TRY(snapshot(l, false, d));
    if (ledger_head(l)->tree.size == 0) {
        return diag_fail(d, ST_INTEGRITY, "no-genesis", "the store holds no record");
    }
    TRY(record_get(l->t, 0, &first, NULL, d));
    enum status st = take_genesis(l, &first, d);
    if (st == ST_CONFLICT) { /* a key in force that is not in the register */
        d->status = st = ST_INTEGRITY;
    }
    TRY(st);
    drop(l);
    TRY(headfile_open(l, l->options.mode == LEDGER_WRITE, d));
    TRY(headfile_read(l, &note, d));
    TRY(snapshot(l, false, d));
    return headfile_check(l, &note, d);
}

static enum status check_clock(struct ledger *l, struct diag *d)
{
    int64_t last = ledger_head(l)->last_us;
    char last_text[TIME_TEXT_CAP];
    time_print(last, last_text);
    if (l->options.now_given && !l->info.sandbox && !l->doubtful) {
        return diag_fail(d, ST_USAGE, "now-live", "--now works in a sandbox only");
    }
    if (l->options.mode != LEDGER_WRITE) {
        return ST_OK;
    }
    if (l->options.now_us < last) {
        diag_fail(d, ST_CONFLICT, "clock-back",
                  "the clock is behind the newest record (%s)", last_text);
        return diag_hint(d, "set the clock right%s",
                         l->info.sandbox ? ", or give a later --now" : "");
    }
    l->clock_jump = !l->info.sandbox && l->options.now_us - last > FOLD_CLOCK_JUMP_US;
    if (l->clock_jump && !l->options.accept_clock) {
        diag_fail(d, ST_CONFLICT, "clock-jump",
                  "the newest record is more than 40 days old (%s)", last_text);
        return diag_hint(d, "check the clock; --accept-clock signs for it");
    }
    return ST_OK;
}

static enum status open_store(struct ledger *l, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(l->dir, "data.mdb", path, d));
    if (access(path, F_OK) != 0) {
        diag_fail(d, ST_SYSTEM, "no-ledger", "there is no ledger in %s", l->dir);
        return diag_hint(d, "name its folder with -C, or make one with almoner init");
    }
    TRY(l->options.mode == LEDGER_WRITE
            ? ledger_lock(l->dir, l->options.lock_wait_ms, &l->lock_fd, d)
            : share_lock(l, d));
    return store_open(&l->store, l->dir,
                      l->options.mode == LEDGER_WRITE ? STORE_WRITE : STORE_READ, d);
}

enum status ledger_uncompacted(struct ledger *l, uint64_t *certificate, struct diag *d)
{
    struct str row;
    TRY(store_get(l->t, TABLE_META, str_of(LEDGER_UNCOMPACTED), &row, d));
    *certificate = row.n == 8 ? get_u64((const uint8_t *)row.p) : 0;
    return ST_OK;
}

/* The store is closed while the files change: LMDB must not see the new file with the
 * old one's lock file. */
static enum status replace_store(struct ledger *l, const char *dir, struct diag *d)
{
    drop(l);
    store_close(l->store);
    l->store = NULL;
    TRY(compact_swap(dir, l->dir, d));
    TRY(store_open(&l->store, l->dir, STORE_WRITE, d));
    return snapshot(l, false, d);
}

static enum status compact(struct ledger *l, int64_t wait_ms, struct diag *d)
{
    char dir[LEDGER_PATH_MAX];
    uint64_t certificate;
    must(l->options.mode == LEDGER_WRITE && !l->writing);
    TRY(ledger_path(l->dir, "compact", dir, d));
    TRY(ledger_uncompacted(l, &certificate, d));
    if (certificate == 0) {
        return compact_tidy(dir, d);
    }
    if (ledger_lock_readers(l->lock_fd, wait_ms, d) != ST_OK) {
        return diag_hint(d, "almoner person erase --finish, when it has ended");
    }
    enum status st = compact_write(l->t, dir, d);
    if (st == ST_OK) {
        st = replace_store(l, dir, d);
    }
    struct diag ignored;
    bool released;
    if (lock_byte(l->lock_fd, F_UNLCK, LEDGER_LOCK_READ, 0, &released, &ignored) !=
        ST_OK) {
        return st; /* it goes with the process */
    }
    return st;
}

enum status ledger_compact(struct ledger *l, struct diag *d)
{
    return compact(l, l->options.lock_wait_ms, d);
}

/* What was left undone when an erasure was interrupted. Later, when it cannot be done
 * now; but no work goes on without a store. */
static enum status finish_compaction(struct ledger *l, struct diag *d)
{
    struct diag why;
    if (l->options.mode != LEDGER_WRITE || compact(l, 0, &why) == ST_OK ||
        l->t != NULL) {
        return ST_OK;
    }
    *d = why;
    return d->status;
}

static enum status open_parts(struct ledger *l, struct diag *d)
{
    TRY(digest_new(&l->g, d));
    TRY(wrapper_new(&l->wrapper, d));
    TRY(sealer_new(&l->sealer, d));
    TRY(fold_new(&l->fold, d));
    TRY(open_store(l, d));
    TRY(find_key_dir(l, d));
    TRY(load_master(l, d));
    enum status st = read_and_check(l, d);
    if (st == ST_INTEGRITY && l->options.mode == LEDGER_AUDIT) {
        l->doubtful = true;
        l->doubt = *d;
        st = l->t != NULL ? ST_OK : snapshot(l, false, d);
    }
    TRY(st);
    if (l->has_master) {
        ledger_derive_keys(l); /* by the suite's hash */
    }
    TRY(check_clock(l, d));
    return finish_compaction(l, d);
}

enum status ledger_open(struct ledger **out, const struct ledger_options *o,
                        struct diag *d)
{
    struct ledger *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return diag_memory(d);
    }
    l->options = *o;
    l->lock_fd = -1;
    l->head_fd = -1;
    enum status st = str_copy(str_of(o->dir), l->dir, sizeof l->dir - 16)
                         ? open_parts(l, d)
                         : diag_fail(d, ST_INPUT, "path", "the path is too long");
    if (st != ST_OK) {
        ledger_close(l);
        return st;
    }
    *out = l;
    return ST_OK;
}

void ledger_close(struct ledger *l)
{
    if (l == NULL) {
        return;
    }
    if (l->fold != NULL) {
        fold_drop(l->fold);
    }
    store_abort(l->t);
    store_close(l->store);
    fold_free(l->fold);
    digest_free(l->g);
    wrapper_free(l->wrapper);
    sealer_free(l->sealer);
    key_free(l->key);
    if (l->lock_fd >= 0) {
        close(l->lock_fd); /* gives the lock back */
    }
    if (l->head_fd >= 0) {
        close(l->head_fd);
    }
    free(l->room);
    wipe(l->master, sizeof l->master);
    wipe(l->lookup, sizeof l->lookup);
    wipe(l->files, sizeof l->files);
    wipe(l->steady, sizeof l->steady);
    free(l);
}

/* ---- asking ---- */

const struct diag *ledger_doubt(const struct ledger *l)
{
    return l->doubtful ? &l->doubt : NULL;
}

enum status ledger_digest_new(const struct ledger *l, struct digest **out,
                              struct diag *d)
{
    return digest_new_kind(out, key_suite_digest(l->info.suite), d);
}

const struct ledger_info *ledger_info(const struct ledger *l)
{
    return &l->info;
}

/* When what is done now was, or is being, signed. */
static int64_t act_time(const struct ledger *l)
{
    return l->by.seen != NULL ? l->by.seen->time_us : l->options.now_us;
}

int32_t ledger_today(const struct ledger *l)
{
    return day_of_time(act_time(l), l->info.offset_minutes);
}

const struct head *ledger_head(const struct ledger *l)
{
    return fold_head(l->fold);
}

void ledger_root(struct ledger *l, uint8_t out[DIGEST_LEN])
{
    fold_root(l->fold, out);
}

struct txn *ledger_txn(struct ledger *l)
{
    return l->t;
}

struct fold *ledger_fold(struct ledger *l)
{
    return l->fold;
}

struct digest *ledger_digest(struct ledger *l)
{
    return l->g;
}

bool ledger_has_vault(const struct ledger *l)
{
    return l->has_master;
}

enum status ledger_random(struct ledger *l, void *p, size_t n, struct diag *d)
{
    return l->options.entropy.fill(l->options.entropy.ctx, p, n, d);
}

/* ---- writing ---- */

enum status ledger_sign_by(struct ledger *l, struct str name,
                           const struct act_signer *by, unsigned roles, struct diag *d)
{
    struct operator_entry e;
    char wanted[80];
    TRY(operator_find(l->t, name, &e, d));
    if (e.number == 0) {
        return diag_fail(d, ST_DENIED, "unknown-operator", "there is no operator %.*s",
                         STR_ARG(name));
    }
    if (by->public_key != NULL &&
        memcmp(by->public_key, e.public_key, KEY_PUBLIC_LEN) != 0) {
        return diag_fail(d, ST_DENIED, "other-key",
                         "this is not the key of operator %s", e.name);
    }
    if (e.state != ENTRY_ACTIVE) {
        diag_fail(d, ST_DENIED, "operator-pending", "%s is not confirmed yet", e.name);
        return diag_hint(d, "a second admin confirms: almoner operator confirm %u",
                         e.number);
    }
    if ((e.roles & roles) == 0) {
        roles_print(roles, wanted, sizeof wanted);
        diag_fail(d, ST_DENIED, "role", "%s has not the role this needs (%s)", e.name,
                  wanted);
        return diag_hint(d, "almoner operator list says who has it; --as and --key say "
                            "who acts");
    }
    l->signer = e;
    l->by = *by;
    l->signatures = 0;
    return ST_OK;
}

static enum status sign_by_key(void *ctx, struct ledger *l,
                               const struct act_offer *offer,
                               uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    (void)ctx;
    return key_sign_id(l->signer_key, str_of(l->info.sm2_id), offer->message, out, d);
}

enum status ledger_sign_as(struct ledger *l, struct str name, const struct key *key,
                           unsigned roles, struct diag *d)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct act_signer by = {
        .public_key = public_key, .at_hand = SIZE_MAX, .sign = sign_by_key};
    key_public(key, public_key);
    TRY(ledger_sign_by(l, name, &by, roles, d));
    l->by.public_key = NULL; /* it was compared */
    l->signer_key = key;
    return ST_OK;
}

bool ledger_only_asks(const struct ledger *l)
{
    return l->by.sign != NULL && l->by.at_hand == 0;
}

const struct operator_entry *ledger_signer(const struct ledger *l)
{
    return &l->signer;
}

enum status ledger_may_write(struct ledger *l, int kind, uint32_t number, bool *resume,
                             struct diag *d)
{
    const struct open_act *open = &ledger_head(l)->open;
    *resume = false;
    if (open->kind == 0) {
        return ST_OK;
    }
    if (open->kind == kind && (number == 0 || open->number == number)) {
        *resume = true;
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "open-act",
              "an unfinished act (%s %u) has to be finished "
              "first",
              record_kind_name((enum record_kind)open->kind), open->number);
    return diag_hint(d, "almoner status says how");
}

/* The signer vouches for the jump, in an act of its own before the first. */
static enum status append_clock(struct ledger *l, struct diag *d)
{
    uint8_t bytes[64];
    struct writer w;
    if (!l->clock_jump || l->by.sign == NULL || ledger_head(l)->open.kind != 0) {
        return ST_OK;
    }
    l->clock_jump = false;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, 1);
    cbor_put_int(&w, ledger_head(l)->last_us);
    cbor_put_uint(&w, 2);
    cbor_put_int(&w, act_time(l));
    struct act_text text = {.subject = "clock"};
    return ledger_append_signed(l, KIND_CLOCK, writer_str(&w), text, NULL, d);
}

bool ledger_will_move(struct ledger *l)
{
    return store_will_move(l->store);
}

enum status ledger_begin(struct ledger *l, struct diag *d)
{
    must(l->options.mode == LEDGER_WRITE && !l->writing);
    drop(l);
    TRY(snapshot(l, true, d));
    l->begun_size = ledger_head(l)->tree.size;
    enum status st = append_clock(l, d);
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    /* What comes next will be asked for, and must not come about before it is signed:
     * only the clock's act is kept, which is whole. */
    if (ledger_head(l)->tree.size > l->begun_size && l->signatures >= l->by.at_hand) {
        TRY(ledger_commit(l, d));
        drop(l);
        TRY(snapshot(l, true, d));
        l->begun_size = ledger_head(l)->tree.size;
    }
    return ST_OK;
}

enum status ledger_commit(struct ledger *l, struct diag *d)
{
    must(l->writing);
    enum status st = fold_end(l->fold, d);
    bool renewed = ledger_head(l)->ledger_key != l->key_number;
    if (st == ST_OK && renewed) {
        st = adopt_key(l, d);
    }
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    struct txn *t = l->t;
    l->t = NULL;
    l->writing = false;
    st = store_commit(t, d);
    if (st != ST_OK) {
        return st;
    }
    TRY(headfile_write(l, d));
    if (renewed) { /* no head by the old key is left to speak for a store put back */
        TRY(headfile_write(l, d));
    }
    return snapshot(l, false, d);
}

void ledger_abort(struct ledger *l)
{
    struct diag ignored;
    if (l->writing) {
        drop(l);
        if (snapshot(l, false, &ignored) != ST_OK) {
            l->t = NULL; /* the next begin says why */
        }
    }
}

static enum status write_record(struct ledger *l, struct record *r, struct writer *w,
                                size_t *previous_at, struct diag *d)
{
    const struct head *h = ledger_head(l);
    must(l->writing);
    r->origin = str_of(l->info.origin);
    r->sequence = h->tree.size;
    r->time_us = l->options.now_us;
    r->act = h->open.kind != 0 ? h->open.first : h->tree.size;
    memcpy(r->previous, h->last_leaf, DIGEST_LEN);
    *previous_at = record_write(r, w);
    return w->failed ? diag_fail(d, ST_INTERNAL, "record-size",
                                 "a %s record is too long", record_kind_name(r->kind))
                     : ST_OK;
}

static enum status append(struct ledger *l, enum record_kind kind, struct str body,
                          bool posted, uint64_t *sequence, struct diag *d)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    size_t previous_at;
    struct writer w;
    struct record r = {.kind = kind, .body = body};
    writer_init(&w, bytes, sizeof bytes);
    TRY(fold_settle(l->fold, d));
    TRY(write_record(l, &r, &w, &previous_at, d));
    if (sequence != NULL) {
        *sequence = r.sequence;
    }
    return posted ? fold_append(l->fold, &r, writer_str(&w), d)
                  : fold_record(l->fold, &r, writer_str(&w), d);
}

enum status ledger_append(struct ledger *l, enum record_kind kind, struct str body,
                          uint64_t *sequence, struct diag *d)
{
    return append(l, kind, body, false, sequence, d);
}

enum status ledger_append_posted(struct ledger *l, enum record_kind kind,
                                 struct str body, struct diag *d)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    size_t previous_at;
    struct writer w;
    struct record r = {.kind = kind, .body = body};
    writer_init(&w, bytes, sizeof bytes);
    TRY(write_record(l, &r, &w, &previous_at, d));
    return fold_append_later(l->fold, &r, writer_str(&w), previous_at, d);
}

enum status ledger_settle(struct ledger *l, struct diag *d)
{
    return fold_settle(l->fold, d);
}

enum status ledger_append_chunk(struct ledger *l, enum record_kind kind,
                                struct chunk *c, uint32_t number, uint64_t first,
                                struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    bool money = kind != KIND_FACTS;
    if (c->count == 0) {
        return ST_OK;
    }
    writer_init(&w, bytes, sizeof bytes);
    chunk_body_write(c, number, first, money, &w);
    must(!w.failed); /* chunk_fits saw to it */
    chunk_start(c);
    return append(l, kind, writer_str(&w), money, NULL, d);
}

enum status ledger_next_chunk(struct ledger *l, bool stop, struct diag *d)
{
    TRY(ledger_commit(l, d));
    if (!stop) {
        return ledger_begin(l, d);
    }
    diag_fail(d, ST_INTERRUPTED, "interrupted", "the act was stopped in the middle");
    return diag_hint(d, "the same command finishes it");
}

/* Is the signature that comes next one that was made elsewhere? */
static bool brought_along(const struct ledger *l)
{
    return l->by.seen != NULL && l->signatures < l->by.at_hand;
}

/* Size and root the signer saw: those before the act in hand. */
static enum status seen_root(struct ledger *l, struct act_signature *s, struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t key[8];
    struct str root;
    if (brought_along(l)) {
        s->time_us = l->by.seen->time_us;
        s->size = l->by.seen->size;
        memcpy(s->root, l->by.seen->root, DIGEST_LEN);
        return ST_OK;
    }
    if (h->open.kind == 0) {
        s->size = h->tree.size;
        ledger_root(l, s->root);
        return ST_OK;
    }
    s->size = h->open.first;
    put_u64(key, s->size);
    TRY(store_get(l->t, TABLE_ACTS, str_make(key, 8), &root, d));
    if (root.n != DIGEST_LEN) {
        return diag_fail(d, ST_INTEGRITY, "acts", "the open act's root is missing");
    }
    memcpy(s->root, root.p, DIGEST_LEN);
    return ST_OK;
}

/* What was done under earlier signatures stays, so that the next one is all that is
 * missing; with none before, nothing does. */
static enum status ask_elsewhere(struct ledger *l, const struct act_offer *offer,
                                 struct diag *d)
{
    if (ledger_head(l)->tree.size > l->begun_size) {
        TRY(ledger_commit(l, d));
    }
    enum status st = l->by.ask(l->by.ctx, l, offer, d);
    must(st != ST_OK);
    return st;
}

static enum status get_signature(struct ledger *l, const struct act_offer *offer,
                                 uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    if (l->signatures >= l->by.at_hand) {
        return ask_elsewhere(l, offer, d);
    }
    TRY(l->by.sign(l->by.ctx, l, offer, out, d));
    l->signatures++;
    return ST_OK;
}

enum status ledger_append_signed(struct ledger *l, enum record_kind kind,
                                 struct str plain, struct act_text text,
                                 uint64_t *sequence, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct buf message;
    must(l->by.sign != NULL);
    TRY(ledger_settle(l, d));
    if (!act_subject_valid(str_of(text.subject))) {
        return diag_fail(d, ST_INPUT, "subject",
                         "what is signed cannot be named in one line of %d bytes",
                         SUBJECT_MAX);
    }
    struct act_signature s = {
        .operator_number = l->signer.number,
        .subject = str_of(text.subject),
        .count = text.count,
        .total_fen = text.total_fen,
        .time_us = l->options.now_us,
    };
    TRY(seen_root(l, &s, d));
    buf_init(&message, 64 * 1024);
    act_message(str_of(l->info.origin), kind, &s, plain, l->g, &message);
    enum status st = buf_check(&message, d);
    if (st == ST_OK) {
        struct act_offer offer = {kind, plain, buf_str(&message)};
        st = get_signature(l, &offer, s.signature, d);
    }
    buf_release(&message);
    if (st != ST_OK) {
        return st;
    }
    writer_init(&w, bytes, sizeof bytes);
    act_body(&s, plain, &w);
    if (w.failed) {
        return diag_fail(d, ST_INPUT, "record-size",
                         "what is to be signed is too long");
    }
    return ledger_append(l, kind, writer_str(&w), sequence, d);
}

enum status ledger_act(struct ledger *l, enum record_kind kind, struct str plain,
                       struct act_text text, uint64_t *sequence, struct diag *d)
{
    TRY(ledger_begin(l, d));
    enum status st = ledger_append_signed(l, kind, plain, text, sequence, d);
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    return ledger_commit(l, d);
}

/* ---- checkpoints ---- */

enum status ledger_root_at(struct ledger *l, uint64_t size, uint8_t out[DIGEST_LEN],
                           bool *found, struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t key[8];
    struct str root;
    if (size == h->tree.size && h->open.kind == 0) {
        ledger_root(l, out);
        *found = true;
        return ST_OK;
    }
    put_u64(key, size);
    TRY(store_get(l->t, TABLE_ACTS, str_make(key, 8), &root, d));
    *found = root.n == DIGEST_LEN;
    if (*found) {
        memcpy(out, root.p, DIGEST_LEN);
    }
    return ST_OK;
}

enum status ledger_checkpoint_at(struct ledger *l, uint64_t size, struct buf *out,
                                 uint8_t root[DIGEST_LEN], struct diag *d)
{
    uint8_t ours[DIGEST_LEN];
    struct buf text;
    bool found;
    struct epoch_key now;
    TRY(epoch_key_get(l->t, l->key_number, &now, d));
    if (size < now.since) {
        diag_fail(d, ST_CONFLICT, "key-replaced",
                  "the ledger's key is another since it had %llu records",
                  (unsigned long long)now.since);
        return diag_hint(d, "take a checkpoint of now");
    }
    TRY(ledger_root_at(l, size, ours, &found, d));
    if (!found) {
        return diag_fail(d, ST_CONFLICT, "no-checkpoint",
                         "no act began at %llu records: there is no checkpoint there",
                         (unsigned long long)size);
    }
    buf_init(&text, 4096);
    checkpoint_print(str_of(l->info.origin), size, ours, &text);
    enum status st = note_sign(buf_str(&text), str_of(l->info.origin), l->key, out, d);
    buf_release(&text);
    if (st == ST_OK && root != NULL) {
        memcpy(root, ours, DIGEST_LEN);
    }
    return st;
}

enum status ledger_checkpoint(struct ledger *l, struct buf *out, uint64_t *size,
                              struct diag *d)
{
    bool resume;
    uint8_t root[DIGEST_LEN];
    struct buf text;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    ledger_root(l, root);
    *size = ledger_head(l)->tree.size;
    buf_init(&text, 4096);
    checkpoint_print(str_of(l->info.origin), *size, root, &text);
    enum status st = note_sign(buf_str(&text), str_of(l->info.origin), l->key, out, d);
    buf_release(&text);
    return st;
}

/* Row "checkpoint" of TABLE_META: u64 size, i64 time, the note. */
#define CHECKPOINT_ROW 16

enum status ledger_note_checkpoint(struct ledger *l, uint64_t size, struct str note,
                                   struct diag *d)
{
    struct buf row;
    uint8_t start[CHECKPOINT_ROW];
    put_u64(start, size);
    put_u64(start + 8, (uint64_t)l->options.now_us);
    buf_init(&row, CHECKPOINT_ROW + NOTE_BYTES_MAX);
    buf_add(&row, start, sizeof start);
    buf_add_str(&row, note);
    enum status st = buf_check(&row, d);
    if (st == ST_OK) {
        st = ledger_begin(l, d);
    }
    if (st == ST_OK) {
        st = store_put(l->t, TABLE_META, str_of("checkpoint"), buf_str(&row), d);
        if (st != ST_OK) {
            ledger_abort(l);
        }
    }
    buf_release(&row);
    return st == ST_OK ? ledger_commit(l, d) : st;
}

enum status ledger_last_checkpoint(struct ledger *l, uint64_t *size, int64_t *time_us,
                                   struct diag *d)
{
    struct str row;
    TRY(store_get(l->t, TABLE_META, str_of("checkpoint"), &row, d));
    *size = 0;
    *time_us = 0;
    if (row.n >= CHECKPOINT_ROW) {
        *size = get_u64((const uint8_t *)row.p);
        *time_us = (int64_t)get_u64((const uint8_t *)row.p + 8);
    }
    return ST_OK;
}

enum status ledger_kept_checkpoint(struct ledger *l, struct str *note, struct diag *d)
{
    struct str row;
    TRY(store_get(l->t, TABLE_META, str_of("checkpoint"), &row, d));
    *note = row.n > CHECKPOINT_ROW
                ? str_make(row.p + CHECKPOINT_ROW, row.n - CHECKPOINT_ROW)
                : str_of("");
    return ST_OK;
}

enum status ledger_read_checkpoint(struct ledger *l, struct str note,
                                   struct checkpoint *out, struct epoch_key *by,
                                   struct diag *d)
{
    struct str text;
    struct checkpoint c;
    struct epoch_key key;
    char origin[ORIGIN_MAX + 1];
    const struct ledger_info *i = &l->info;
    TRY(note_text(note, &text, d));
    TRY(checkpoint_parse(text, &c, d)); /* nothing vouches for it yet */
    TRY(epoch_key_of(l->t, ledger_head(l)->ledger_keys, i->genesis_origin, c.origin,
                     c.size, &key, d));
    if (key.number == 0) {
        diag_fail(d, ST_INPUT, "other-ledger",
                  "the checkpoint is of another ledger than %s", i->origin);
        return diag_hint(d, "%.*s names no epoch that this ledger knows of",
                         STR_ARG(c.origin));
    }
    epoch_origin(i->genesis_origin, key.epoch, origin);
    enum status st = note_verify(note, str_of(origin), key.public_key, &text, d);
    if (st == ST_INTEGRITY) {
        diag_fail(d, ST_INTEGRITY, "checkpoint-signature",
                  "the checkpoint is not signed by this ledger's key");
        return diag_hint(d,
                         "either the checkpoint was changed, or the ledger was made "
                         "anew under its old name%s",
                         key.epoch > 1 ? ", or it is of an epoch of this number that a "
                                         "later restore from an older backup lost"
                                       : "");
    }
    TRY(st);
    if (by != NULL) {
        *by = key;
    }
    *out = c;
    return ST_OK;
}

bool ledger_signs_now(const struct ledger *l, const struct epoch_key *by)
{
    return by->number == l->key_number;
}
