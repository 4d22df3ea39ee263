/* cosign.h - cosignatures of outside witnesses under a checkpoint: C2SP cosignature/v1,
 * Ed25519 with a time, to the byte. A witness's key is Ed25519 in ledgers of any suite.
 */
#ifndef ALMONER_LEDGER_COSIGN_H
#define ALMONER_LEDGER_COSIGN_H

#include "ledger/note.h"

#define WITNESS_KEY_LEN 32
#define COSIGN_TIME_MAX INT64_MAX /* seconds; cosignature/v1 allows no more */

/* Who cosigns: a vkey of type 04. */
struct witness_key {
    char name[KEY_NAME_MAX + 1];
    uint8_t key[WITNESS_KEY_LEN];
    uint32_t id; /* first 4 bytes of SHA-256(name || 0x0A || 0x04 || key) */
};
/* Fills in the id. The name must be valid (key_name_valid). */
enum status witness_key_make(struct str name, const uint8_t key[WITNESS_KEY_LEN],
                             struct witness_key *out, struct diag *d) MUST_USE;
/* Of a private key; ST_INPUT "witness-key" when it is not Ed25519. */
enum status witness_key_of(struct str name, const struct key *key,
                           struct witness_key *out, struct diag *d) MUST_USE;
/* The same key as keys.h has them. */
void witness_key_public(const struct witness_key *k, uint8_t out[KEY_PUBLIC_LEN]);
size_t witness_key_print(const struct witness_key *k, char out[VKEY_TEXT_CAP]);
/* ST_INPUT "witness-vkey" when form, type byte or key id is wrong. A key under which
 * anything would fit is let through here: nothing ever holds under it. */
enum status witness_key_parse(struct str text, struct witness_key *out, struct diag *d)
    MUST_USE;

struct cosignature {
    uint64_t time_s; /* POSIX, at most COSIGN_TIME_MAX */
    uint8_t signature[SIGNATURE_LEN];
};
/* text: the whole body of the checkpoint, with its last newline. */
enum status cosignature_make(struct str text, uint64_t time_s, const struct key *key,
                             struct cosignature *out, struct diag *d) MUST_USE;
bool cosignature_holds(const struct witness_key *k, struct str text,
                       const struct cosignature *c);
/* Its signature line, with the newline. */
void cosignature_print(const struct witness_key *k, const struct cosignature *c,
                       struct buf *out);
/* The witness's line in a note, *found false when there is none. Its signature is not
 * checked: ask cosignature_holds. ST_INPUT "note-form" when this is no signed note. */
enum status cosignature_find(struct str note, const struct witness_key *k,
                             struct cosignature *out, bool *found, struct diag *d)
    MUST_USE;

#endif
