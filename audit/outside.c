/* outside.c - see outside.h. What is wrong is said in terms of what an office can do
 * about it: the two findings are the two ways of taking back what was signed. */
#include "audit/outside.h"

#include "base/must.h"
#include "ledger/tiles.h"

static enum status lost(const struct checkpoint *c, const struct epoch_end *end,
                        struct diag *d)
{
    unsigned long long size = c->size;
    unsigned long long kept = end->kept;
    if (c->size > end->behind_size) {
        diag_fail(
            d, ST_INTEGRITY, "lost-unnamed",
            "records %llu to %llu, which the checkpoint covers, were lost when the "
            "ledger was restored into epoch %u, and its record does not name them",
            end->behind_size > 0 ? (unsigned long long)end->behind_size : kept,
            size - 1, end->next);
        return diag_hint(d, "somebody restored an older copy without the newest "
                            "checkpoint: ask what was done in these records, and who "
                            "knew of them");
    }
    if (c->size == end->behind_size && !digest_equal(c->root, end->behind_root)) {
        diag_fail(d, ST_INTEGRITY, "forked",
                  "the checkpoint has another tree of %llu records than the one that "
                  "epoch %u names as lost",
                  size, end->next);
        return diag_hint(d, "there were two histories under one key: keep both "
                            "checkpoints");
    }
    diag_fail(
        d, ST_CONFLICT, "lost",
        "the checkpoint is of epoch %u: its records %llu to %llu were lost in the "
        "restore that record %llu names, and cannot be compared",
        end->next - 1, kept, size - 1, kept);
    return diag_hint(d,
                     "take an older checkpoint (%llu records or fewer) or one of the "
                     "present epoch",
                     kept);
}

enum status outside_compare(const struct checkpoint *c, const struct epoch_end *end,
                            uint64_t size, const uint8_t root[DIGEST_LEN],
                            struct diag *d)
{
    if (c->size > end->kept) {
        return lost(c, end, d);
    }
    if (c->size > size) {
        diag_fail(d, ST_INTEGRITY, "rolled-back",
                  "the checkpoint covers %llu records and the ledger has %llu: it was "
                  "rolled back, or records were taken away",
                  (unsigned long long)c->size, (unsigned long long)size);
        return diag_hint(d,
                         "the checkpoint proves what there was: find a copy of the "
                         "ledger that has it, and ask who put this one in its place");
    }
    if (!digest_equal(c->root, root)) {
        diag_fail(d, ST_INTEGRITY, "forked",
                  "the first %llu records are not those of the checkpoint: the ledger "
                  "was rewritten, or is a fork",
                  (unsigned long long)c->size);
        return diag_hint(d, "both are signed by the ledger's key: keep the checkpoint, "
                            "and find a copy of the ledger that has its records");
    }
    return ST_OK;
}

enum status outside_end(struct ledger *l, const struct checkpoint *c,
                        struct epoch_end *end, struct diag *d)
{
    struct epoch_key key;
    uint32_t keys = ledger_head(l)->ledger_keys;
    TRY(epoch_key_of(ledger_txn(l), keys, ledger_info(l)->genesis_origin, c->origin,
                     c->size, &key, d));
    must(key.number != 0); /* its signature was verified */
    return epoch_end_get(ledger_txn(l), keys, key.epoch, end, d);
}

enum status outside_contained(struct ledger *l, const struct checkpoint *c,
                              struct diag *d)
{
    uint8_t root[DIGEST_LEN] = {0};
    uint64_t size = ledger_head(l)->tree.size;
    struct epoch_end end;
    TRY(outside_end(l, c, &end, d));
    if (c->size <= size && c->size <= end.kept) {
        TRY(tiles_root(ledger_txn(l), ledger_digest(l), c->size, root, d));
    }
    enum status st = outside_compare(c, &end, size, root, d);
    if (st != ST_OK && c->size <= size && c->size <= end.kept) {
        diag_hint(d, "audit verify --checkpoint makes the tree from the records, and "
                     "tells a fork from a damaged node");
    }
    return st;
}
