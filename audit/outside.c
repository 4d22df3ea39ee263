/* outside.c - see outside.h. What is wrong is said in terms of what an office can do
 * about it: the two findings are the two ways of taking back what was signed. */
#include "audit/outside.h"

#include "ledger/tiles.h"

enum status outside_compare(const struct checkpoint *c, uint64_t size,
                            const uint8_t root[DIGEST_LEN], struct diag *d)
{
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

enum status outside_contained(struct ledger *l, const struct checkpoint *c,
                              struct diag *d)
{
    uint8_t root[DIGEST_LEN] = {0};
    uint64_t size = ledger_head(l)->tree.size;
    if (c->size <= size) {
        TRY(tiles_root(ledger_txn(l), ledger_digest(l), c->size, root, d));
    }
    enum status st = outside_compare(c, size, root, d);
    if (st != ST_OK && c->size <= size) {
        diag_hint(d, "audit verify --checkpoint makes the tree from the records, and "
                     "tells a fork from a damaged node");
    }
    return st;
}
