/* segments_join.c - a backup folder put together from segments: the newest full one and
 * all behind it, each with its digest and naming the one before. Records and vault rows
 * are taken as they are; that they are the ledger's is for the restore to find out. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/backup.h"
#include "ledger/copy.h"
#include "ledger/segments.h"
#include "ledger/segments_private.h"

#define COMMIT_BYTES ((size_t)64 * 1024 * 1024) /* a transaction takes 256 MiB */

struct joining {
    const char *dir;
    struct store *store;
    struct txn *t;
    size_t bytes; /* in the transaction */
    struct segment_entry entry;
    struct buf head; /* the newest */
    struct buf checkpoint;
    uint64_t size; /* records so far */
};

static enum status bad(const struct joining *j, uint64_t number, const char *what,
                       struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "segment", "segment %llu %s", (unsigned long long)number,
              what);
    diag_hint(d, "without it the segments from the next full one on can be used, or "
                 "another backup");
    return diag_where(d, "%s/%08llu.seg", j->dir, (unsigned long long)number);
}

static enum status commit(struct joining *j, struct diag *d)
{
    struct txn *t = j->t;
    j->t = NULL;
    j->bytes = 0;
    return t != NULL ? store_commit(t, d) : ST_OK;
}

static enum status apply_row(struct joining *j, enum table table, struct diag *d)
{
    const struct segment_entry *e = &j->entry;
    struct str key = str_make(e->key, e->key_n);
    if (j->t == NULL) {
        TRY(store_begin(j->store, true, &j->t, d));
    }
    TRY(e->removed ? store_delete(j->t, table, key, d)
                   : store_put(j->t, table, key, buf_str(&e->value), d));
    j->bytes += e->key_n + e->value.len + 64;
    return j->bytes > COMMIT_BYTES ? commit(j, d) : ST_OK;
}

static enum status keep(struct buf *b, const struct buf *value, struct diag *d)
{
    buf_clear(b);
    buf_add_str(b, buf_str(value));
    return buf_check(b, d);
}

/* The entry in hand; *fits is false when it has no place here. */
static enum status apply(struct joining *j, bool *fits, struct diag *d)
{
    const struct segment_entry *e = &j->entry;
    switch ((enum segment_entry_kind)e->kind) {
    case SEGMENT_RECORD:
        *fits = e->key_n == 8 && !e->removed && get_u64(e->key) == j->size;
        j->size++;
        return *fits ? apply_row(j, TABLE_RECORDS, d) : ST_OK;
    case SEGMENT_HEAD_FILE:
        return keep(&j->head, &e->value, d);
    case SEGMENT_CHECKPOINT:
        return keep(&j->checkpoint, &e->value, d);
    case SEGMENT_PEOPLE:
    case SEGMENT_LOOKUP:
    case SEGMENT_BLOB:
    case SEGMENT_META:
        *fits = e->key_n > 0;
        break;
    case SEGMENT_END:
        break;
    }
    for (size_t i = 0; *fits && i < SEGMENT_TABLES; i++) {
        if (segment_tables[i].kind == (enum segment_entry_kind)e->kind) {
            return apply_row(j, segment_tables[i].table, d);
        }
    }
    return ST_OK;
}

static enum status apply_all(struct joining *j, struct segment_file *s, bool *good,
                             struct diag *d)
{
    *good = true;
    do {
        *good = *good && segment_get_entry(s, &j->entry);
        if (*good) {
            TRY(apply(j, good, d));
        }
    } while (*good && j->entry.kind != SEGMENT_END);
    return ST_OK;
}

/* sha256: of the segment before, then this one's. */
static enum status read_segment(struct joining *j, struct segment_file *s,
                                uint64_t number, bool first, uint8_t sha256[DIGEST_LEN],
                                struct diag *d)
{
    static const uint8_t none[DIGEST_LEN];
    struct segment_header h;
    bool good = segment_get_header(s, &h) && h.number == number &&
                digest_equal(h.previous, first ? none : sha256) && h.from == j->size;
    if (!good) {
        return bad(j, number, "does not follow the one before it", d);
    }
    TRY(apply_all(j, s, &good, d));
    if (!good || j->size != h.size || !segment_ends_well(s, sha256)) {
        return bad(j, number, "is not what was written", d);
    }
    return ST_OK;
}

static enum status join_one(struct joining *j, uint64_t number, bool first,
                            uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    char name[24];
    struct segment_file s = {0};
    segment_name(number, name);
    TRY(segment_open(&s, j->dir, name, "rb", d));
    enum status st = read_segment(j, &s, number, first, sha256, d);
    segment_close(&s);
    return st;
}

/* The newest segment that needs none before it. */
static enum status find_full(const char *dir, uint64_t newest, uint64_t *full,
                             struct diag *d)
{
    static const uint8_t none[DIGEST_LEN];
    for (uint64_t n = newest; n > 0; n--) {
        char name[24];
        struct segment_file s = {0};
        struct segment_header h;
        segment_name(n, name);
        TRY(segment_open(&s, dir, name, "rb", d));
        bool read = segment_get_header(&s, &h);
        segment_close(&s);
        if (read && digest_equal(h.previous, none)) {
            *full = n;
            return ST_OK;
        }
    }
    return diag_fail(d, ST_INTEGRITY, "segment", "there is no full segment in %s", dir);
}

static enum status write_notes(struct joining *j, const char *part, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(part, "head", path, d));
    TRY(ledger_write_new(path, buf_str(&j->head), 0600, d));
    TRY(ledger_path(part, "checkpoint", path, d));
    return ledger_write_new(path, buf_str(&j->checkpoint), 0600, d);
}

static enum status join(struct joining *j, const char *part, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    uint64_t newest = segment_newest(j->dir);
    uint64_t full = 0;
    TRY(find_full(j->dir, newest, &full, d));
    TRY(copy_fresh_dir(part, d));
    TRY(store_open(&j->store, part, STORE_SCRATCH, d));
    for (uint64_t n = full; n <= newest; n++) {
        TRY(join_one(j, n, n == full, sha256, d));
    }
    TRY(commit(j, d));
    return write_notes(j, part, d);
}

bool segments_is(const char *dir)
{
    return segment_newest(dir) > 0;
}

enum status segments_join(const char *dir, const char *out, struct diag *d)
{
    struct joining j = {.dir = dir};
    char part[LEDGER_PATH_MAX];
    buf_init(&j.entry.value, SEGMENT_VALUE_MAX + 1);
    buf_init(&j.head, SEGMENT_VALUE_MAX);
    buf_init(&j.checkpoint, SEGMENT_VALUE_MAX);
    enum status st = copy_part_name(out, part, d);
    if (st == ST_OK) {
        st = join(&j, part, d);
    }
    store_abort(j.t);
    store_close(j.store);
    if (st == ST_OK) {
        st = backup_seal(part, out, d);
    }
    if (st != ST_OK) {
        copy_remove_dir(part);
    }
    buf_release(&j.entry.value);
    buf_release(&j.head);
    buf_release(&j.checkpoint);
    return st;
}
