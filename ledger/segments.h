/* segments.h - incremental backups: a folder to which every backup adds one file with
 * what is new or different since the last, and from which a whole backup can be put
 * together again. Bytes: docs/formats/backup.md.
 *
 * A row is known by the first bytes of its SHA-256, kept in a file `index` beside the
 * segments: it does not matter which record changed it, or whether it was removed. */
#ifndef ALMONER_LEDGER_SEGMENTS_H
#define ALMONER_LEDGER_SEGMENTS_H

#include "ledger/ledger.h"

struct segments_report {
    uint32_t number;     /* of the segment written; 0: nothing was new */
    uint64_t from, size; /* records in it: those below size from `from` on */
    uint64_t rows;       /* of the vault, written or removed */
    uint64_t bytes;
    bool full; /* begins anew: restoring needs none before it */
};
/* The ledger is open for writing. dir is made when it is not there. Without its
 * index, or when that is not of the newest segment, a full segment begins anew. */
enum status segments_add(struct ledger *l, const char *dir, struct segments_report *r,
                         struct diag *d) MUST_USE;
/* Is this a folder of segments? */
bool segments_is(const char *dir);
/* Puts the newest state together as a backup folder (backup.h) of this name, which must
 * not be there. Every segment needed must have its digest and name the one before:
 * ST_INTEGRITY "segment". */
enum status segments_join(const char *dir, const char *out, struct diag *d) MUST_USE;

#endif
