/* verify_files.c - every file the records name (policies, imports, answers, layouts) is
 * in the vault, whole, and has the digest it was taken in with. */
#include <string.h>

#include "audit/verify_private.h"
#include "ledger/anchor.h"
#include "ledger/export.h"

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

enum status verify_policy_file(struct verify *v, uint32_t n, struct diag *d)
{
    struct policy_entry p;
    TRY(policy_get(ledger_txn(v->l), n, &p, d));
    return check_file(v, p.sha256, p.sequence, "policy", n, d);
}

enum status verify_import_file(struct verify *v, uint32_t n, struct diag *d)
{
    struct import_entry i;
    TRY(import_get(ledger_txn(v->l), n, &i, d));
    TRY(check_file(v, i.sha256, i.sequence, "import", n, d));
    return i.mapped ? check_file(v, i.mapping_sha256, i.sequence,
                                 "the mapping of import", n, d)
                    : ST_OK;
}

enum status verify_answer_file(struct verify *v, uint32_t n, struct diag *d)
{
    struct answer_entry a;
    TRY(answer_get(ledger_txn(v->l), n, &a, d));
    return check_file(v, a.sha256, a.sequence, "answer", n, d);
}

enum status verify_timestamp_files(struct verify *v, uint32_t n, struct diag *d)
{
    struct timestamp_entry t;
    TRY(timestamp_get(ledger_txn(v->l), n, &t, d));
    TRY(check_file(v, t.checkpoint_sha256, t.sequence, "checkpoint of timestamp", n,
                   d));
    return check_file(v, t.token_sha256, t.sequence, "token of timestamp", n, d);
}

enum status verify_channel_file(struct verify *v, uint32_t n, struct diag *d)
{
    struct channel_entry c;
    TRY(channel_get(ledger_txn(v->l), n, &c, d));
    return c.profile.there ? check_file(v, c.profile.sha256, c.sequence,
                                        "the layout of channel", n, d)
                           : ST_OK;
}

/* The texts that bank files were laid out by, and the lists of several. */
enum status verify_batch_files(struct verify *v, uint32_t n, struct diag *d)
{
    struct batch_entry b;
    struct export_entry x = {0};
    TRY(batch_get(ledger_txn(v->l), n, &b, d));
    for (uint64_t at = b.export_sequence; at != 0; at = x.previous) {
        TRY(export_get(ledger_txn(v->l), at, &x, d));
        TRY(x.profile.there ? check_file(v, x.profile.sha256, at,
                                         "the layout of an export of batch", n, d)
                            : ST_OK);
        TRY(x.files > 1
                ? check_file(v, x.sha256, at, "the list of files of batch", n, d)
                : ST_OK);
    }
    return ST_OK;
}
