/* copy.h - whole files and folders of a ledger put somewhere else, on the disk before
 * they count. Only for ledger/: paths are "folder/name". */
#ifndef ALMONER_LEDGER_COPY_H
#define ALMONER_LEDGER_COPY_H

#include "base/digest.h"
#include "ledger/ledger_private.h"

/* from/name to to/name, a new file, synced. *missing, when given, says that there is no
 * such file (still ST_OK); NULL: it must be there. */
enum status copy_file(const char *from, const char *to, const char *name, bool *missing,
                      struct diag *d) MUST_USE;
/* SHA-256 of a file's bytes. */
enum status copy_digest(const char *dir, const char *name, uint8_t sha256[DIGEST_LEN],
                        struct diag *d) MUST_USE;
/* A file of the folder, and the folder, are on the disk. */
enum status copy_sync(const char *dir, const char *name, struct diag *d) MUST_USE;
/* An empty folder, only its owner's; what an earlier attempt left in it (files
 * alone) is removed first. */
enum status copy_fresh_dir(const char *dir, struct diag *d) MUST_USE;
/* Removes the folder and the files in it, as far as that goes. */
void copy_remove_dir(const char *dir);
/* "NAME.part", slashes at the end left out. */
enum status copy_part_name(const char *out, char part[LEDGER_PATH_MAX], struct diag *d)
    MUST_USE;
/* part becomes dir, which must not be there; durable. ST_CONFLICT "exists". */
enum status copy_publish(const char *part, const char *dir, struct diag *d) MUST_USE;
bool copy_exists(const char *path);

#endif
