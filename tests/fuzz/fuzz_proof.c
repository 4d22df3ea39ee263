/* fuzz_proof.c - any bytes as a proof file: no crash; what is read and printed again is
 * what was read, but for an extra line; and no proof of the first record holds under
 * the root of a tree whose first record is another. */
#include <string.h>

#include "base/must.h"
#include "ledger/proof_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_print(const struct proof_text *t, struct str text)
{
    struct buf again;
    buf_init(&again, PROOF_TEXT_MAX);
    proof_text_print(t, &again);
    struct str start = str_of("c2sp.org/tlog-proof@v1\nextra ");
    bool extra = str_starts(text, start);
    must(!again.failed && (extra || str_eq(buf_str(&again), text)));
    buf_release(&again);
}

/* SHA-256 would have to be broken for one of these to hold. */
static void try_claims(const struct proof_text *t)
{
    struct diag d;
    struct digest *g;
    uint8_t leaf[DIGEST_LEN];
    static const uint8_t root[DIGEST_LEN] = {1};
    must(digest_new(&g, &d) == ST_OK);
    tree_leaf(g, t->checkpoint, leaf);
    uint64_t size = t->at + 1 + t->proof.count * 7919;
    must(!proof_inclusion_holds(g, t->at, size, leaf, &t->proof, root));
    must(!proof_inclusion_holds(g, t->at, UINT64_MAX, leaf, &t->proof, root));
    must(!proof_consistency_holds(g, t->at, leaf, size, root, &t->proof));
    must(!proof_consistency_holds(g, t->at, leaf, UINT64_MAX, root, &t->proof));
    digest_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d;
    struct proof_text t;
    struct str text = str_make(data, size);
    if (proof_text_parse(text, &t, &d) == ST_OK) {
        try_print(&t, text);
        try_claims(&t);
    }
    return 0;
}
