/* pages.c - see pages.h. It must never follow a number out of the file before it was
 * held against the file's bounds: all of it may be damaged. The layout is that of LMDB
 * 0.9 (data version 1) on 64-bit little-endian machines:
 *     page    number 8, pad 2, flags 2, lower 2, upper 2 (overflow: pages 4), then
 *             the offsets of its nodes, 2 each, up to lower
 *     node    low 2, high 2, flags 2, key bytes 2, key, value; of a branch, low, high
 *             and flags are the child's number; of a leaf, low and high the value's
 *             bytes
 *     tree    pad 4, flags 2, depth 2, branch pages 8, leaf pages 8, overflow pages 8,
 *             rows 8, root 8
 *     pages 0 and 1: magic 4, version 4, address 8, map bytes 8, tree of free pages
 *             (its pad is the page size), tree of tables, last page 8, transaction 8
 *     row of free pages: transaction 8 -> count 8, numbers, 8 each, descending. */
#include "ledger/pages.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define MAGIC 0xBEEFC0DEU
#define VERSION 1
#define PAGE_BRANCH 0x01
#define PAGE_LEAF 0x02
#define PAGE_OVERFLOW 0x04
#define NODE_OVERFLOW 0x01U /* the value lies in pages of its own */
#define NODE_TREE 0x02U     /* the value is a table's tree */
#define HEAD_BYTES 16       /* of a page */
#define NODE_BYTES 8        /* before the key */
#define TREE_BYTES 48
#define META_BYTES 136 /* behind the head */
#define NO_PAGE UINT64_MAX
#define PAGE_BYTES_MAX 32768
#define DEPTH_MAX 32
#define TREES_MAX 64

enum seen { NEVER, USED, FREE };

enum kind { FREE_PAGES, TABLES, ROWS };

struct tree {
    enum kind kind;
    unsigned depth;
    bool overflows;
    uint64_t root;
};

struct node {
    const uint8_t *key;
    size_t key_n;
    unsigned flags;
    uint64_t child; /* of a branch */
    struct str value;
    size_t bytes; /* that it takes in its page */
};

struct pages {
    const uint8_t *map;
    size_t map_bytes;
    size_t page_bytes;
    uint64_t txn;
    struct pages_report r;
    uint8_t *seen; /* by page */
    size_t tree_count;
    struct tree trees[TREES_MAX];
    uint64_t last_key; /* of the free pages */
};

/* ---- numbers ---- */

static uint64_t le(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n > 0) {
        v = v << 8 | p[--n];
    }
    return v;
}

static unsigned le16(const uint8_t *p)
{
    return (unsigned)le(p, 2);
}

static enum status damaged(struct diag *d, const char *what, uint64_t page)
{
    diag_fail(d, ST_INTEGRITY, "pages", "the store's page %llu %s",
              (unsigned long long)page, what);
    return diag_hint(d, "keep the folder as it is, and restore from a backup");
}

static enum status mark(struct pages *p, uint64_t page, enum seen as, struct diag *d)
{
    if (page < 2 || page >= p->r.pages) {
        return damaged(d,
                       as == FREE ? "is listed as free and does not exist"
                                  : "is named by a tree and does not exist",
                       page);
    }
    if (p->seen[page] != NEVER) {
        return damaged(d,
                       p->seen[page] != as ? "is listed as free and is in use"
                       : as == FREE        ? "is listed as free twice"
                                           : "is used twice",
                       page);
    }
    p->seen[page] = (uint8_t)as;
    p->r.used += as == USED ? 1 : 0;
    p->r.free += as == FREE ? 1 : 0;
    return ST_OK;
}

static const uint8_t *page_at(const struct pages *p, uint64_t page)
{
    return p->map + page * p->page_bytes;
}

/* ---- nodes ---- */

/* Of a page that was entered. */
static unsigned node_count(const uint8_t *page)
{
    return (le16(page + 12) - HEAD_BYTES) / 2;
}

/* False when it does not lie in the page. */
static bool node_read(const struct pages *p, const uint8_t *page, unsigned i,
                      struct node *out)
{
    size_t at = le16(page + HEAD_BYTES + (size_t)2 * i);
    if (at + NODE_BYTES > p->page_bytes) {
        return false;
    }
    const uint8_t *node = page + at;
    bool branch = le16(page + 10) == PAGE_BRANCH;
    out->flags = branch ? 0 : le16(node + 4);
    out->child = le(node, 6);
    out->key = node + NODE_BYTES;
    out->key_n = le16(node + 6);
    size_t value_n = branch ? 0 : (size_t)le(node, 4);
    size_t value_at = at + NODE_BYTES + out->key_n;
    size_t here = (out->flags & NODE_OVERFLOW) != 0 ? 8 : value_n;
    out->value = str_make(page + value_at, value_n);
    out->bytes = (NODE_BYTES + out->key_n + here + 1) / 2 * 2;
    return value_at <= p->page_bytes && here <= p->page_bytes - value_at;
}

/* The pages of a value too long for a leaf; it is found there afterwards. */
static enum status follow_overflow(struct pages *p, struct node *n, struct diag *d)
{
    uint64_t first = le((const uint8_t *)n->value.p, 8);
    if (first < 2 || first >= p->r.pages) {
        return mark(p, first, USED, d);
    }
    const uint8_t *page = page_at(p, first);
    uint64_t count = le(page + 12, 4);
    if (le(page, 8) != first || le16(page + 10) != PAGE_OVERFLOW || count == 0 ||
        count > p->r.pages - first || n->value.n > count * p->page_bytes - HEAD_BYTES) {
        return damaged(d, "is not the long value it should be", first);
    }
    for (uint64_t i = 0; i < count; i++) {
        TRY(mark(p, first + i, USED, d));
    }
    n->value.p = (const char *)page + HEAD_BYTES;
    return ST_OK;
}

/* ---- trees ---- */

static bool tree_read(const uint8_t *at, enum kind kind, struct tree *out)
{
    out->kind = kind;
    out->depth = le16(at + 6);
    out->overflows = kind != ROWS || le(at + 24, 8) != 0;
    out->root = le(at + 40, 8);
    return out->depth <= DEPTH_MAX && (out->root == NO_PAGE) == (out->depth == 0);
}

/* A row of the free pages. */
static enum status list_free(struct pages *p, const struct node *n, uint64_t page,
                             struct diag *d)
{
    const uint8_t *words = (const uint8_t *)n->value.p;
    uint64_t key = n->key_n == 8 ? le(n->key, 8) : 0;
    uint64_t count = n->value.n >= 8 ? le(words, 8) : NO_PAGE;
    if (key <= p->last_key || key > p->txn || count > n->value.n / 8 - 1) {
        return damaged(d, "has no row of free pages where one should be", page);
    }
    p->last_key = key;
    uint64_t last = NO_PAGE;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t number = le(words + 8 * i, 8);
        TRY(mark(p, number, FREE, d));
        if (number >= last) {
            return damaged(d, "lists free pages out of order", page);
        }
        last = number;
    }
    return ST_OK;
}

static enum status leaf_node(struct pages *p, const struct tree *t, struct node *n,
                             uint64_t page, struct diag *d)
{
    if ((n->flags & ~NODE_OVERFLOW) != (t->kind == TABLES ? NODE_TREE : 0)) {
        return damaged(d, "has a row of another kind than it should be", page);
    }
    if ((n->flags & NODE_OVERFLOW) != 0) {
        TRY(follow_overflow(p, n, d));
    }
    if (t->kind == FREE_PAGES) {
        return list_free(p, n, page, d);
    }
    if (t->kind == TABLES) {
        if (n->value.n != TREE_BYTES || p->tree_count == TREES_MAX ||
            !tree_read((const uint8_t *)n->value.p, ROWS, &p->trees[p->tree_count])) {
            return damaged(d, "names a table that is none", page);
        }
        p->tree_count++;
    }
    return ST_OK;
}

/* Where the lowest node of the page begins: what is written next goes below. */
static size_t lowest_node(const struct pages *p, const uint8_t *page)
{
    size_t lowest = p->page_bytes;
    for (unsigned i = 0; i < node_count(page); i++) {
        size_t at = le16(page + HEAD_BYTES + (size_t)2 * i);
        lowest = at < lowest ? at : lowest;
    }
    return lowest;
}

/* A page of a tree is met. */
static enum status enter(struct pages *p, uint64_t page, bool leaf, struct diag *d)
{
    TRY(mark(p, page, USED, d));
    const uint8_t *at = page_at(p, page);
    size_t lower = le16(at + 12);
    size_t upper = le16(at + 14);
    if (le(at, 8) != page || le16(at + 10) != (leaf ? PAGE_LEAF : PAGE_BRANCH) ||
        lower < HEAD_BYTES || lower % 2 != 0 || lower > upper ||
        upper > p->page_bytes || upper != lowest_node(p, at)) {
        return damaged(d, "is not the page of a tree that it should be", page);
    }
    return ST_OK;
}

struct step { /* on the way from the root */
    uint64_t page;
    unsigned next;
    size_t bytes; /* of the nodes so far */
};

/* The nodes must fill the page from the lowest one on. (Leaves without long values
 * lead to no other page; who reads their rows meets every byte.) */
static enum status leave(struct pages *p, const struct tree *t, const struct step *s,
                         bool leaf, struct diag *d)
{
    size_t upper = le16(page_at(p, s->page) + 14);
    bool filled = s->bytes == p->page_bytes - upper;
    return filled || (leaf && !t->overflows)
               ? ST_OK
               : damaged(d, "has rows that do not fill it", s->page);
}

static enum status walk(struct pages *p, const struct tree *t, struct diag *d)
{
    struct step path[DEPTH_MAX];
    unsigned level = 0;
    if (t->root == NO_PAGE) {
        return ST_OK;
    }
    memset(path, 0, sizeof path);
    path[0].page = t->root;
    TRY(enter(p, t->root, t->depth == 1, d));
    for (;;) {
        struct step *s = &path[level];
        const uint8_t *at = page_at(p, s->page);
        bool leaf = level + 1 == t->depth;
        struct node n;
        if ((leaf && !t->overflows) || s->next == node_count(at)) {
            TRY(leave(p, t, s, leaf, d));
            if (level-- == 0) {
                return ST_OK;
            }
            continue;
        }
        if (!node_read(p, at, s->next++, &n)) {
            return damaged(d, "has a row that leads out of it", s->page);
        }
        s->bytes += n.bytes;
        if (leaf) {
            TRY(leaf_node(p, t, &n, s->page, d));
            continue;
        }
        level++;
        path[level] = (struct step){.page = n.child};
        TRY(enter(p, n.child, level + 1 == t->depth, d));
    }
}

/* ---- the file ---- */

/* The newer of the two first pages that LMDB would take. */
static enum status read_meta(struct pages *p, uint8_t meta[META_BYTES], struct diag *d)
{
    p->page_bytes = p->map_bytes < HEAD_BYTES + META_BYTES
                        ? 0
                        : (size_t)le(p->map + HEAD_BYTES + 24, 4);
    size_t size = p->page_bytes;
    if (size < 512 || size > PAGE_BYTES_MAX || (size & (size - 1)) != 0 ||
        p->map_bytes < 2 * size) {
        return damaged(d, "has no size of pages", 0);
    }
    const uint8_t *a = p->map + HEAD_BYTES;
    const uint8_t *b = a + size;
    const uint8_t *newer = le(a + 128, 8) < le(b + 128, 8) ? b : a;
    memcpy(meta, newer, META_BYTES);
    if (le(meta, 4) != MAGIC || le(meta + 4, 4) != VERSION) {
        return damaged(d, "is not of a store that this program knows", newer == b);
    }
    p->txn = le(meta + 128, 8);
    p->r.pages = le(meta + 120, 8) + 1;
    if (p->r.pages < 2 || p->r.pages > p->map_bytes / size) {
        return damaged(d, "says that there are more pages than the file has",
                       newer == b);
    }
    return ST_OK;
}

static enum status check_trees(struct pages *p, struct diag *d)
{
    uint8_t meta[META_BYTES];
    TRY(read_meta(p, meta, d));
    p->seen = calloc(p->r.pages, 1);
    if (p->seen == NULL) {
        return diag_memory(d);
    }
    if (!tree_read(meta + 24, FREE_PAGES, &p->trees[0]) ||
        !tree_read(meta + 72, TABLES, &p->trees[1])) {
        return damaged(d, "names no tree", p->txn & 1);
    }
    p->tree_count = 2;
    for (size_t i = 0; i < p->tree_count; i++) {
        TRY(walk(p, &p->trees[i], d));
    }
    return ST_OK;
}

enum status pages_check_bytes(const void *p, size_t n, struct pages_report *out,
                              struct diag *d)
{
    struct pages all = {.map = p, .map_bytes = n};
    enum status st = n == 0 ? ST_OK : check_trees(&all, d);
    free(all.seen);
    if (st == ST_OK) {
        *out = all.r;
    }
    return st;
}

/* NULL, and *n 0, when it is empty. */
static enum status map_file(const char *path, void **out, size_t *n, struct diag *d)
{
    struct stat st;
    void *map = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return diag_errno(d, "read", path);
    }
    enum status result = ST_OK;
    if (fstat(fd, &st) != 0) {
        result = diag_errno(d, "read", path);
    } else if (st.st_size > 0) {
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        result = map == MAP_FAILED ? diag_errno(d, "map", path) : ST_OK;
    }
    (void)close(fd); /* nothing was written */
    if (result == ST_OK) {
        *out = map;
        *n = (size_t)st.st_size;
    }
    return result;
}

enum status pages_check(const char *dir, struct pages_report *out, struct diag *d)
{
    char path[4096];
    void *map = NULL;
    size_t bytes = 0;
    int n = snprintf(path, sizeof path, "%s/data.mdb", dir);
    if (n < 0 || (size_t)n >= sizeof path) {
        return diag_fail(d, ST_INPUT, "path", "the folder's path is too long");
    }
    TRY(map_file(path, &map, &bytes, d));
    enum status st = pages_check_bytes(map, bytes, out, d);
    if (map != NULL) {
        munmap(map, bytes);
    }
    return st;
}
