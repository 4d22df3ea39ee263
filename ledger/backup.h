/* backup.h - a whole ledger in a folder that nothing writes to any more, and back.
 *
 * A backup is a folder: data.mdb (compacted), head, checkpoint (a signed note of
 * exactly its records) and manifest-sha256.txt, which `sha256sum -c` checks. The key
 * folder is never in it: who finds a backup must not be able to read it. */
#ifndef ALMONER_LEDGER_BACKUP_H
#define ALMONER_LEDGER_BACKUP_H

#include "ledger/rebuild.h"
#include "ledger/renew.h"

#define BACKUP_MANIFEST "manifest-sha256.txt"

struct backup_report {
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    uint64_t bytes; /* of data.mdb */
};
/* The ledger is open for writing, so that head and store agree. The copy is filled
 * as OUT.part, synced, opened, every record hashed again and held against the head,
 * and only then renamed. ST_CONFLICT "exists", "open-act". */
enum status backup_make(struct ledger *l, const char *out, struct backup_report *r,
                        struct diag *d) MUST_USE;

/* A folder that holds data.mdb, head and checkpoint becomes a backup. */
enum status backup_seal(const char *part, const char *out, struct diag *d) MUST_USE;

struct backup_restore {
    const char *from;      /* a backup, or the folder of a ledger itself */
    const char *part;      /* the new folder, under a name for the meantime */
    const char *key_dir;   /* absolute; remembered in the new folder */
    struct str checkpoint; /* from outside; empty: none was ever given out */
};
/* Everything up to the signature: digests, records folded anew, projections compared,
 * head and checkpoints. behind: what renew_epoch wants. On failure part is removed. */
enum status backup_unpack(const struct backup_restore *q,
                          const struct progress *progress, struct renew_behind *behind,
                          struct rebuild_report *r, struct diag *d) MUST_USE;
/* Does the vault's key open it? ST_DENIED "vault-key". A ledger without people says
 * yes. */
enum status backup_vault_opens(struct ledger *l, struct diag *d) MUST_USE;
/* The ledger in part, closed again, gets its name. */
enum status backup_publish(const char *part, const char *dir, struct diag *d) MUST_USE;
/* Removes what was not published. */
void backup_drop(const char *part);

#endif
