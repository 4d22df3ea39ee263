/* verify_files.c - every file the records name (policies, imports, answers) is in the
 * vault, whole, and has the digest it was taken in with. */
#include <string.h>

#include "audit/verify_private.h"
#include "ledger/anchor.h"

static enum status check_file(struct verify *v, const uint8_t sha256[DIGEST_LEN],
                              uint64_t sequence, const char *what, uint32_t number,
                              struct diag *d)
{
    uint8_t piece[16384];
    uint8_t ours[DIGEST_LEN];
    struct vault_file *f;
    size_t n = 1;
    TRY(vault_file_open(v->l, sha256, &f, d));
    enum status st = ST_OK;
    digest_start(v->files);
    while (st == ST_OK && n > 0) {
        st = vault_file_read(f, piece, sizeof piece, &n, d);
        if (st == ST_OK) {
            digest_add(v->files, piece, n);
        }
    }
    digest_end(v->files, ours);
    vault_file_close(f);
    if (st != ST_OK && st != ST_INTEGRITY) {
        return st;
    }
    if (st == ST_INTEGRITY || !digest_equal(ours, sha256)) {
        verify_bad(v, &v->r->integrity, sequence,
                   "the file of %s %u in the vault is not the one that was taken in",
                   what, number);
    }
    return ST_OK;
}

static enum status check_answers(struct verify *v, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(v->l)->answers; n++) {
        struct answer_entry a;
        TRY(answer_get(ledger_txn(v->l), n, &a, d));
        TRY(check_file(v, a.sha256, a.sequence, "answer", n, d));
    }
    return ST_OK;
}

static enum status check_timestamps(struct verify *v, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(v->l)->timestamps; n++) {
        struct timestamp_entry t;
        TRY(timestamp_get(ledger_txn(v->l), n, &t, d));
        TRY(check_file(v, t.checkpoint_sha256, t.sequence, "checkpoint of timestamp", n,
                       d));
        TRY(check_file(v, t.token_sha256, t.sequence, "token of timestamp", n, d));
    }
    return ST_OK;
}

enum status verify_files(struct verify *v, struct diag *d)
{
    const struct head *h = ledger_head(v->l);
    for (uint32_t n = 1; n <= h->policies; n++) {
        struct policy_entry p;
        TRY(policy_get(ledger_txn(v->l), n, &p, d));
        TRY(check_file(v, p.sha256, p.sequence, "policy", n, d));
    }
    for (uint32_t n = 1; n <= h->imports; n++) {
        struct import_entry i;
        TRY(import_get(ledger_txn(v->l), n, &i, d));
        TRY(check_file(v, i.sha256, i.sequence, "import", n, d));
        if (i.mapped) {
            TRY(check_file(v, i.mapping_sha256, i.sequence, "the mapping of import", n,
                           d));
        }
    }
    TRY(check_answers(v, d));
    return check_timestamps(v, d);
}
