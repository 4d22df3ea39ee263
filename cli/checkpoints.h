/* checkpoints.h - which checkpoint something is proven under, and checking one without
 * a ledger. */
#ifndef ALMONER_CLI_CHECKPOINTS_H
#define ALMONER_CLI_CHECKPOINTS_H

#include "cli/env.h"
#include "ledger/note.h"

#define CHECKPOINT_FILE_MAX NOTE_BYTES_MAX
#define CHECKPOINTS_ALL UINT64_MAX

struct signed_tree {
    struct buf note;          /* as signed; what `c` borrows from */
    struct checkpoint c;      /* its signature holds */
    char vkey[VKEY_TEXT_CAP]; /* by which; of a ledger only */
};
void checkpoints_release(struct signed_tree *s); /* zeroed is fine */

/* Opens the ledger and takes the checkpoint to prove under: that of --checkpoint FILE;
 * else the last one made here when it covers `size` records (CHECKPOINTS_ALL: all there
 * are); else a new one, for which the ledger is opened for writing. The ledger contains
 * its tree. ST_CONFLICT "not-covered" when FILE covers fewer, "unknown-record" when
 * there are fewer. */
enum status checkpoints_take(struct env *e, uint64_t size, struct signed_tree *out,
                             struct diag *d) MUST_USE;
/* A checkpoint of the open ledger from a file, its signature checked. */
enum status checkpoints_load(struct env *e, const char *path, struct signed_tree *out,
                             struct diag *d) MUST_USE;

/* Who signs, by a vkey alone. */
struct log_key {
    char name[KEY_NAME_MAX + 1]; /* the origin */
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct digest *g; /* of the key's suite */
};
enum status checkpoints_key(const char *vkey, struct log_key *out, struct diag *d)
    MUST_USE;
void checkpoints_key_release(struct log_key *k);
/* ST_INTEGRITY "note-signature"; ST_INPUT "other-ledger" when the origin is not the
 * key's name. Borrows from note. */
enum status checkpoints_verify(const struct log_key *k, struct str note,
                               struct checkpoint *out, struct diag *d) MUST_USE;

#endif
