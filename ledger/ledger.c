/* ledger.c - opening a ledger, its snapshots, and what is asked of an open one. */
#include "ledger/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/must.h"
#include "base/wipe.h"
#include "ledger/ledger_private.h"

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
    return ledger_adopt_key(l, d);
}

/* A new read snapshot, or the one begun for writing. */
enum status ledger_snapshot(struct ledger *l, bool write, struct diag *d)
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

void ledger_drop(struct ledger *l)
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
    TRY(ledger_snapshot(l, false, d));
    if (ledger_head(l)->tree.size == 0) {
        return diag_fail(d, ST_INTEGRITY, "no-genesis", "the store holds no record");
    }
    TRY(record_get(l->t, 0, &first, NULL, d));
    enum status st = take_genesis(l, &first, d);
    if (st == ST_CONFLICT) { /* a key in force that is not in the register */
        d->status = st = ST_INTEGRITY;
    }
    TRY(st);
    ledger_drop(l);
    TRY(headfile_open(l, l->options.mode == LEDGER_WRITE, d));
    TRY(headfile_read(l, &note, d));
    TRY(ledger_snapshot(l, false, d));
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
            : ledger_share_lock(l, d));
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
    ledger_drop(l);
    store_close(l->store);
    l->store = NULL;
    TRY(compact_swap(dir, l->dir, d));
    TRY(store_open(&l->store, l->dir, STORE_WRITE, d));
    return ledger_snapshot(l, false, d);
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
    ledger_unlock_readers(l->lock_fd);
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
    TRY(ledger_find_key_dir(l, d));
    TRY(ledger_load_master(l, d));
    enum status st = read_and_check(l, d);
    if (st == ST_INTEGRITY && l->options.mode == LEDGER_AUDIT) {
        l->doubtful = true;
        l->doubt = *d;
        st = l->t != NULL ? ST_OK : ledger_snapshot(l, false, d);
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
int64_t ledger_act_time(const struct ledger *l)
{
    return l->by.seen != NULL ? l->by.seen->time_us : l->options.now_us;
}

int32_t ledger_today(const struct ledger *l)
{
    return day_of_time(ledger_act_time(l), l->info.offset_minutes);
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
