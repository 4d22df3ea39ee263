/* bundle_tree.c - the records that are there, and the nodes of the tree for those that
 * are not: docs/formats/bundle.md section 4. */
#include <stdio.h>

#include "audit/bundle_private.h"
#include "base/text.h"
#include "ledger/tiles.h"

#define FILE_RECORDS UINT64_C(262144)

/* The fewest complete subtrees over the records from first to end - 1. */
static enum status put_nodes(struct bundle *b, struct range at, struct buf *tree,
                             struct diag *d)
{
    while (at.first < at.end) {
        unsigned level = 0;
        uint8_t hash[DIGEST_LEN];
        char hex[2 * DIGEST_LEN + 1];
        while (level < 62 && (at.first & (UINT64_C(1) << level)) == 0 &&
               at.end - at.first >= UINT64_C(2) << level) {
            level++;
        }
        uint64_t index = at.first >> level;
        TRY(tiles_subtree(ledger_txn(b->l), ledger_digest(b->l), level, index, hash,
                          d));
        text_hex(hash, DIGEST_LEN, hex);
        buf_addf(tree, "node %u %llu %s\n", level, (unsigned long long)index, hex);
        at.first += UINT64_C(1) << level;
    }
    return buf_check(tree, d);
}

/* What is left out between two parts. Cut at the sizes whose roots are wanted, and
 * before the last record when others follow: the first of those names its leaf. */
static enum status put_gap(struct bundle *b, struct range gap, bool followed,
                           struct buf *tree, struct diag *d)
{
    uint64_t last = followed ? gap.end - 1 : gap.end;
    size_t next = numbers_from(&b->splits, gap.first + 1);
    while (gap.first < gap.end) {
        uint64_t to = gap.first < last ? last : gap.end;
        if (next < numbers_count(&b->splits) && numbers_at(&b->splits, next) < to) {
            to = numbers_at(&b->splits, next++);
        }
        if (to > gap.first) {
            TRY(put_nodes(b, (struct range){gap.first, to}, tree, d));
        }
        gap.first = to;
    }
    return ST_OK;
}

static enum status put_record(void *ctx, const struct record *r, struct str bytes,
                              struct diag *d)
{
    struct bundle *b = ctx;
    uint8_t length[2] = {(uint8_t)(bytes.n >> 8), (uint8_t)bytes.n};
    if ((r->sequence & 0xfff) == 0) {
        progress_tick(b->q->progress, "records", r->sequence, b->size);
        if (progress_stop(b->q->progress)) {
            return diag_fail(d, ST_INTERRUPTED, "interrupted", "nothing was written");
        }
    }
    TRY(bag_add(&b->bag, length, sizeof length, d));
    return bag_add(&b->bag, bytes.p, bytes.n, d);
}

static enum status put_file(struct bundle *b, struct range at, struct buf *tree,
                            struct diag *d)
{
    char path[64];
    snprintf(path, sizeof path, "data/records/%012llu.bin",
             (unsigned long long)at.first);
    TRY(bag_start(&b->bag, path, d));
    TRY(bundle_walk(b, at, put_record, b, NULL, d));
    TRY(bag_end(&b->bag, d));
    buf_addf(tree, "records %llu %llu %s\n", (unsigned long long)at.first,
             (unsigned long long)(at.end - at.first), path + sizeof "data/" - 1);
    return buf_check(tree, d);
}

static enum status put_range(struct bundle *b, struct range at, struct buf *tree,
                             struct diag *d)
{
    while (at.first < at.end) {
        uint64_t cut = (at.first / FILE_RECORDS + 1) * FILE_RECORDS;
        uint64_t end = cut < at.end ? cut : at.end;
        TRY(put_file(b, (struct range){at.first, end}, tree, d));
        at.first = end;
    }
    return ST_OK;
}

enum status bundle_records(struct bundle *b, struct buf *tree, struct diag *d)
{
    const struct range *items = (const struct range *)(const void *)b->ranges.p;
    size_t count = b->ranges.len / sizeof *items;
    uint64_t at = 0;
    buf_addf(tree, "almoner-tree/v1\nsize %llu\n", (unsigned long long)b->size);
    for (size_t i = 0; i < count; i++) {
        TRY(put_gap(b, (struct range){at, items[i].first}, true, tree, d));
        TRY(put_range(b, items[i], tree, d));
        at = items[i].end;
    }
    return put_gap(b, (struct range){at, b->size}, false, tree, d);
}
