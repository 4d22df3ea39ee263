/* segments.c - an incremental backup; see segments.h. What is sealed stays sealed: rows
 * are copied as they lie in the vault. A segment is complete, synced and renamed before
 * the index that speaks of it replaces the old one; a crash in between makes the next
 * segment a full one. */
#include "ledger/segments.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/must.h"
#include "ledger/body.h"
#include "ledger/copy.h"
#include "ledger/segments_private.h"

#define SMALL_MAX ((size_t)64 * 1024)

struct adding {
    struct ledger *l;
    const char *dir;
    struct digest *g;
    struct segments_report *r;
    struct segment_index old;
    struct segment_file out;   /* the segment */
    struct segment_file index; /* the new index's rows, behind a header to come */
};

static void print_of(struct adding *a, struct str value, uint8_t out[SEGMENT_PRINT_LEN])
{
    uint8_t sha256[DIGEST_LEN];
    digest_once(a->g, value, str_of(""), sha256);
    memcpy(out, sha256, SEGMENT_PRINT_LEN);
}

static enum status old_next(struct adding *a, struct diag *d)
{
    return segment_index_next(&a->old)
               ? ST_OK
               : diag_fail(d, ST_SYSTEM, "io-error", "cannot read %s/index", a->dir);
}

/* Rows of the old index before this key of the table are gone. kind alone: all that are
 * left of the table. */
static enum status remove_before(struct adding *a, enum segment_entry_kind kind,
                                 struct str key, bool *same, struct diag *d)
{
    *same = false;
    while (a->old.kind == kind) {
        struct str old = str_make(a->old.key, a->old.key_n);
        int order = key.p == NULL ? -1 : str_cmp(old, key);
        if (order >= 0) {
            *same = order == 0;
            return ST_OK;
        }
        segment_put_entry(&a->out, kind, true, old, str_of(""));
        a->r->rows++;
        TRY(old_next(a, d));
    }
    return ST_OK;
}

static enum status add_row(struct adding *a, enum segment_entry_kind kind,
                           struct str key, struct str value, struct diag *d)
{
    uint8_t print[SEGMENT_PRINT_LEN];
    bool same;
    print_of(a, value, print);
    TRY(remove_before(a, kind, key, &same, d));
    bool known = same && memcmp(a->old.print, print, SEGMENT_PRINT_LEN) == 0;
    if (same) {
        TRY(old_next(a, d));
    }
    if (!known) {
        segment_put_entry(&a->out, kind, false, key, value);
        a->r->rows++;
    }
    segment_index_put(&a->index, kind, key, print);
    return ST_OK;
}

static enum status add_table(struct adding *a, const struct segment_table *t,
                             struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    bool same;
    struct str none = {NULL, 0};
    TRY(store_cursor_open(a->l->t, t->table, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        bool head = t->table == TABLE_META && str_is(key, "head"); /* a projection */
        st = head ? ST_OK : add_row(a, t->kind, key, value, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &value, d);
        }
    }
    store_cursor_close(c);
    return st == ST_OK ? remove_before(a, t->kind, none, &same, d) : st;
}

static enum status add_records(struct adding *a, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    uint8_t at[8];
    put_u64(at, a->r->from);
    TRY(store_cursor_open(a->l->t, TABLE_RECORDS, &c, d));
    enum status st = store_cursor_seek(c, str_make(at, 8), &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        segment_put_entry(&a->out, SEGMENT_RECORD, false, key, value);
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

/* The head file and a checkpoint of exactly these records. */
static enum status add_notes(struct adding *a, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct buf text;
    uint64_t size;
    TRY(ledger_path(a->l->dir, "head", path, d));
    buf_init(&text, SMALL_MAX);
    enum status st = ledger_load_file(path, &text, d);
    if (st == ST_OK) {
        segment_put_entry(&a->out, SEGMENT_HEAD_FILE, false, str_of(""),
                          buf_str(&text));
        buf_clear(&text);
        st = ledger_checkpoint(a->l, &text, &size, d);
    }
    if (st == ST_OK) {
        segment_put_entry(&a->out, SEGMENT_CHECKPOINT, false, str_of(""),
                          buf_str(&text));
    }
    buf_release(&text);
    return st;
}

static enum status fill(struct adding *a, struct diag *d)
{
    TRY(old_next(a, d));
    TRY(add_records(a, d));
    for (size_t i = 0; i < SEGMENT_TABLES; i++) {
        TRY(add_table(a, &segment_tables[i], d));
    }
    TRY(add_notes(a, d));
    segment_put_entry(&a->out, SEGMENT_END, false, str_of(""), str_of(""));
    return ST_OK;
}

static enum status rename_in(const char *dir, const char *from, const char *to,
                             struct diag *d)
{
    char old[LEDGER_PATH_MAX];
    char new[LEDGER_PATH_MAX];
    TRY(ledger_path(dir, from, old, d));
    TRY(ledger_path(dir, to, new, d));
    if (rename(old, new) != 0) {
        return diag_errno(d, "rename to", new);
    }
    return ledger_sync_dir(dir, d);
}

static enum status write_files(struct adding *a, struct segment_header *h,
                               struct diag *d)
{
    char name[24];
    uint8_t sha256[DIGEST_LEN];
    uint8_t ignored[DIGEST_LEN];
    TRY(segment_open(&a->out, a->dir, "segment.part", "wb", d));
    TRY(segment_open(&a->index, a->dir, "index.part", "wb", d));
    segment_put_header(&a->out, h);
    segment_index_put_header(&a->index, h, ledger_head(a->l)->last_leaf);
    TRY(fill(a, d));
    TRY(segment_finish(&a->out, sha256, d));
    segment_index_put_end(&a->index, sha256);
    TRY(segment_finish(&a->index, ignored, d));
    a->r->bytes = a->out.bytes;
    segment_name(h->number, name);
    TRY(rename_in(a->dir, "segment.part", name, d));
    return rename_in(a->dir, "index.part", "index", d);
}

/* Is the index of this ledger, and the newest segment's? What was restored since may
 * have as many records, and others. */
static enum status index_fits(struct adding *a, uint64_t newest, bool *fits,
                              struct diag *d)
{
    struct record r;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    *fits = a->old.there && a->old.number == newest && a->old.size > 0 &&
            a->old.size <= ledger_head(a->l)->tree.size;
    if (*fits) {
        TRY(record_get(a->l->t, a->old.size - 1, &r, &bytes, d));
        tree_leaf(a->l->g, bytes, leaf);
        *fits = digest_equal(leaf, a->old.leaf);
    }
    return ST_OK;
}

static enum status begin(struct adding *a, struct segment_header *h, struct diag *d)
{
    uint64_t newest = segment_newest(a->dir);
    bool fits;
    segment_index_open(&a->old, a->dir);
    TRY(index_fits(a, newest, &fits, d));
    if (!fits) {
        segment_close(&a->old.file);
        a->old.there = false;
    }
    if (newest >= SEGMENT_NUMBER_MAX) {
        return diag_fail(d, ST_CONFLICT, "segments-full", "begin in another folder");
    }
    memset(h, 0, sizeof *h);
    must(str_copy(str_of(a->l->info.genesis_origin), h->origin, sizeof h->origin));
    h->number = newest + 1;
    h->from = a->old.there ? a->old.size : 0;
    h->size = ledger_head(a->l)->tree.size;
    if (a->old.there) {
        memcpy(h->previous, a->old.sha256, DIGEST_LEN);
    }
    a->r->number = (uint32_t)h->number;
    a->r->from = h->from;
    a->r->size = h->size;
    a->r->full = !a->old.there;
    return ST_OK;
}

enum status segments_add(struct ledger *l, const char *dir, struct segments_report *r,
                         struct diag *d)
{
    struct adding a = {.l = l, .dir = dir, .r = r};
    struct segment_header h;
    bool resume;
    memset(r, 0, sizeof *r);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return diag_errno(d, "make folder", dir);
    }
    TRY(digest_new(&a.g, d));
    enum status st = begin(&a, &h, d);
    bool nothing = st == ST_OK && a.old.there && h.from == h.size;
    if (nothing) {
        memset(r, 0, sizeof *r);
        r->size = h.size;
    } else if (st == ST_OK) {
        st = write_files(&a, &h, d);
    }
    segment_close(&a.old.file);
    segment_close(&a.out);
    segment_close(&a.index);
    digest_free(a.g);
    return st;
}
