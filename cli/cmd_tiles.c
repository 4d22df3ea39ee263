/* cmd_tiles.c - the ledger as C2SP tlog-tiles, for the checkers of others: records in
 * bundles of 256, the hashes of the tree in tiles of 256, and the checkpoint they lead
 * to. A file never changes once it is there, so an export goes on where one was
 * stopped, and next month's adds to this one's. The checkpoint comes last. */
#include <stdio.h>
#include <unistd.h>

#include "audit/outside.h"
#include "cli/checkpoints.h"
#include "cli/command.h"
#include "cli/files.h"
#include "ledger/tiles.h"

#define ENTRY_BYTES (2 + RECORD_BYTES_MAX)
#define BUNDLE_MAX ((size_t)TILE_NODES * ENTRY_BYTES)
#define LEVEL_MAX 7 /* of tiles; 256^8 records are more than a u64 counts */

struct export
{
    struct env *e;
    const char *dir;
    uint64_t size;
    uint64_t before; /* covered by the checkpoint of an export before; 0: none */
    struct cursor *records;
    struct buf bundle;
    struct buf tile;
    struct buf found;
    uint64_t written;
    uint64_t there;
    char path[FILE_PATH_MAX];
};

/* ---- names ---- */

/* Three digits a folder, all but the last behind an x: 1234067 is x001/x234/067. */
static void add_number(struct buf *out, uint64_t n)
{
    uint64_t unit = 1;
    while (n / unit >= 1000) {
        unit *= 1000;
    }
    for (; unit > 1; unit /= 1000) {
        buf_addf(out, "x%03u/", (unsigned)(n / unit % 1000));
    }
    buf_addf(out, "%03u", (unsigned)(n % 1000));
}

/* DIR/tile/KIND/N, with .p/COUNT behind it when it is not full. */
static enum status set_path(struct export *x, const char *kind, uint64_t n,
                            unsigned count, struct diag *d)
{
    struct buf path;
    buf_init(&path, sizeof x->path - 1);
    buf_addf(&path, "%s/tile/%s/", x->dir, kind);
    add_number(&path, n);
    if (count < TILE_NODES) {
        buf_addf(&path, ".p/%u", count);
    }
    enum status st = buf_check(&path, d);
    if (st == ST_OK) {
        snprintf(x->path, sizeof x->path, "%s", buf_cstr(&path));
    }
    buf_release(&path);
    return st;
}

static enum status make_folders(struct export *x, struct diag *d)
{
    for (size_t i = strlen(x->dir); x->path[i] != '\0'; i++) {
        if (x->path[i] == '/') {
            x->path[i] = '\0';
            enum status st = file_folder(x->path, d);
            x->path[i] = '/';
            TRY(st);
        }
    }
    return ST_OK;
}

/* ---- files ---- */

/* One that is there already must be the same: nothing in a log is ever replaced. */
static enum status put_file(struct export *x, struct str bytes, struct diag *d)
{
    if (access(x->path, F_OK) != 0) {
        TRY(make_folders(x, d));
        x->written++;
        return file_save(x->path, bytes, d);
    }
    buf_release(&x->found);
    TRY(file_load(x->path, BUNDLE_MAX, &x->found, d));
    if (!str_eq(buf_str(&x->found), bytes)) {
        diag_fail(d, ST_CONFLICT, "other-tiles",
                  "there is a file of another ledger, or one that was changed");
        diag_hint(d, "look into why, then export into an empty folder");
        return diag_where(d, "%s", x->path);
    }
    x->there++;
    return ST_OK;
}

/* Full and covered by the checkpoint that stands there: it was written before that. */
static bool is_done(struct export *x, unsigned level, uint64_t n)
{
    uint64_t first_behind = (n + 1) << (TILE_LEVELS * (level + 1));
    bool done = first_behind <= x->before && access(x->path, F_OK) == 0;
    x->there += done ? 1 : 0;
    return done;
}

/* ---- contents ---- */

static void add_entry(struct buf *out, struct str record)
{
    const uint8_t length[2] = {(uint8_t)(record.n >> 8), (uint8_t)record.n};
    buf_add(out, length, sizeof length);
    buf_add_str(out, record);
}

/* Records from n * 256 on, and their leaf hashes. */
static enum status read_records(struct export *x, uint64_t n, unsigned count,
                                struct diag *d)
{
    struct str key;
    struct str bytes;
    uint8_t at[8];
    uint8_t leaf[DIGEST_LEN];
    buf_clear(&x->bundle);
    buf_clear(&x->tile);
    put_u64(at, n * TILE_NODES);
    TRY(store_cursor_seek(x->records, str_make(at, sizeof at), &key, &bytes, d));
    for (unsigned i = 0; i < count; i++) {
        put_u64(at, n * TILE_NODES + i);
        if (key.p == NULL || !str_eq(key, str_make(at, sizeof at)) ||
            bytes.n > RECORD_BYTES_MAX) {
            return diag_fail(d, ST_INTEGRITY, "tree-node", "record %llu is missing",
                             (unsigned long long)(n * TILE_NODES + i));
        }
        tree_leaf(ledger_digest(x->e->ledger), bytes, leaf);
        add_entry(&x->bundle, bytes);
        buf_add(&x->tile, leaf, sizeof leaf);
        TRY(store_cursor_next(x->records, &key, &bytes, d));
    }
    return buf_check(&x->bundle, d);
}

static enum status put_records(struct export *x, uint64_t n, unsigned count,
                               struct diag *d)
{
    TRY(set_path(x, "entries", n, count, d));
    bool bundled = is_done(x, 0, n);
    TRY(set_path(x, "0", n, count, d));
    if (bundled && is_done(x, 0, n)) {
        return ST_OK;
    }
    TRY(read_records(x, n, count, d));
    TRY(put_file(x, buf_str(&x->tile), d));
    TRY(set_path(x, "entries", n, count, d));
    return put_file(x, buf_str(&x->bundle), d);
}

static enum status put_tile(struct export *x, unsigned level, uint64_t n,
                            unsigned count, struct diag *d)
{
    char kind[4];
    uint8_t node[DIGEST_LEN];
    snprintf(kind, sizeof kind, "%u", level);
    TRY(set_path(x, kind, n, count, d));
    if (is_done(x, level, n)) {
        return ST_OK;
    }
    buf_clear(&x->tile);
    for (unsigned i = 0; i < count; i++) {
        TRY(tiles_subtree(ledger_txn(x->e->ledger), ledger_digest(x->e->ledger),
                          level * TILE_LEVELS, n * TILE_NODES + i, node, d));
        buf_add(&x->tile, node, sizeof node);
    }
    TRY(buf_check(&x->tile, d));
    return put_file(x, buf_str(&x->tile), d);
}

static enum status put_level(struct export *x, unsigned level, struct diag *d)
{
    uint64_t nodes = x->size >> (TILE_LEVELS * level);
    const struct progress *p = &x->e->progress;
    for (uint64_t n = 0; n * TILE_NODES < nodes; n++) {
        uint64_t left = nodes - n * TILE_NODES;
        unsigned count = left < TILE_NODES ? (unsigned)left : TILE_NODES;
        TRY(level == 0 ? put_records(x, n, count, d) : put_tile(x, level, n, count, d));
        progress_tick(p, "tiles", n * TILE_NODES, nodes);
        if (progress_stop(p)) {
            diag_fail(d, ST_INTERRUPTED, "interrupted", "the export was stopped");
            return diag_hint(d, "the same command goes on with it");
        }
    }
    return ST_OK;
}

/* ---- the whole ---- */

static enum status set_checkpoint_path(struct export *x, struct diag *d)
{
    int n = snprintf(x->path, sizeof x->path, "%s/checkpoint", x->dir);
    return n > 0 && (size_t)n < sizeof x->path
               ? ST_OK
               : diag_fail(d, ST_INPUT, "path", "the folder's path is too long");
}

/* What an export before has reached; it must be one of this ledger. */
static enum status look_before(struct export *x, struct diag *d)
{
    struct signed_tree old = {0};
    TRY(set_checkpoint_path(x, d));
    if (access(x->path, F_OK) != 0) {
        return ST_OK;
    }
    enum status st = checkpoints_load(x->e, x->path, &old, d);
    if (st == ST_OK) {
        st = outside_contained(x->e->ledger, &old.c, d);
    }
    x->before = st == ST_OK ? old.c.size : 0;
    checkpoints_release(&old);
    return st == ST_OK ? st : diag_where(d, "%s", x->path);
}

/* An older checkpoint than the one that stands there adds nothing. */
static enum status put_all(struct export *x, const struct signed_tree *tree,
                           struct diag *d)
{
    TRY(file_folder(x->dir, d));
    TRY(look_before(x, d));
    x->size = tree->c.size;
    for (unsigned level = 0; level <= LEVEL_MAX; level++) {
        TRY(put_level(x, level, d));
    }
    if (x->before > x->size) {
        return ST_OK;
    }
    TRY(set_checkpoint_path(x, d));
    return file_save(x->path, buf_str(&tree->note), d);
}

static enum status report(struct export *x, const struct signed_tree *tree)
{
    const struct output *o = &x->e->out;
    meter_end(&x->e->meter);
    if (o->json) {
        struct json *top = output_object(&x->e->out, "almoner.tiles/1");
        json_put_str(top, "origin", tree->c.origin);
        json_put_uint(top, "size", x->size);
        json_put_uint(top, "written", x->written);
        json_put_uint(top, "there", x->there);
        json_put_text(top, "folder", x->dir);
        return ST_OK;
    }
    output_done(o,
                TEXT(o, "%llu records are in %s: %llu files written, %llu were there\n",
                     "%llu 条记录已导出到 %s：写入 %llu 个文件，原有 %llu 个\n"),
                (unsigned long long)x->size, x->dir, (unsigned long long)x->written,
                (unsigned long long)x->there);
    return ST_OK;
}

static enum status run_tiles(struct env *e, struct diag *d)
{
    struct signed_tree tree = {0};
    struct export x = {.e = e};
    TRY(options_need(&e->options, "out", &x.dir, d));
    buf_init(&x.bundle, BUNDLE_MAX);
    buf_init(&x.tile, (size_t)TILE_NODES * DIGEST_LEN);
    enum status st = checkpoints_take(e, CHECKPOINTS_ALL, &tree, d);
    if (st == ST_OK) {
        st = store_cursor_open(ledger_txn(e->ledger), TABLE_RECORDS, &x.records, d);
    }
    if (st == ST_OK) {
        st = put_all(&x, &tree, d);
    }
    if (st == ST_OK) {
        st = report(&x, &tree);
    }
    store_cursor_close(x.records);
    buf_release(&x.bundle);
    buf_release(&x.tile);
    buf_release(&x.found);
    checkpoints_release(&tree);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"checkpoint", 0, OPTION_TEXT, "FILE", "under this checkpoint (else the newest)"},
    {"out", 0, OPTION_TEXT, "DIR", "the folder to write to"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit tiles",
        .run = run_tiles,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "all records and hashes as a C2SP tiled log",
        .brief_zh = "导出全部记录和哈希（C2SP tlog-tiles）",
        .text =
            "Writes checkpoint, tile/L/N and tile/entries/N below the folder, for "
            "checkers of transparency logs that know nothing of benefits. Records name "
            "people by number only. Called again, it adds what is new; files that are "
            "there must be the same. In a ledger of suite 2 hashes are SM3, which "
            "those checkers do not know.",
        .example = "  almoner -C baoqing audit tiles --out baoqing-tiles",
    },
};
const struct command_list commands_tiles = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
