/* note.h - signed notes and checkpoints: C2SP signed-note, tlog-checkpoint and
 * tlog-cosignature v1.0.0, read and checked. */
#ifndef ALMONER_VERIFY_NOTE_H
#define ALMONER_VERIFY_NOTE_H

#include "verify/crypto.h"

#define NOTE_BYTES_MAX 65536
#define NOTE_SIGNATURES_MAX 64
#define KEY_NAME_MAX 255

struct vkey {
    char name[KEY_NAME_MAX + 1];
    uint32_t id;
    uint8_t key[PUBLIC_KEY_LEN];
};

/* name+id+base64: Ed25519 (type 1) or, as the ledgers of suite 2 write it, SM2.
 * False when it is none, or when the id is not that of the key. */
bool vkey_parse(struct str text, struct hash *sha256, struct vkey *out);
/* The vkey of a ledger with this origin and key. */
void vkey_make(struct vkey *out, const char *name, const uint8_t key[PUBLIC_KEY_LEN],
               struct hash *sha256);

/* Whoever has only a vkey knows no genesis: notes of suite 2 have the usual id. */
#define NOTE_SM2_ID "1234567812345678"
/* As vkey_parse reads it; cut when cap is too small. */
void vkey_print(const struct vkey *v, char *out, size_t cap);

struct checkpoint {
    struct str body; /* what is signed; borrowed, as the rest */
    struct str signatures;
    struct str origin;
    uint64_t size;
    uint8_t root[HASH_LEN];
};

/* False when the text is not a checkpoint in form. */
bool checkpoint_parse(struct str text, struct checkpoint *out);

enum note_signature { NOTE_SIGNED, NOTE_NOT_BY_KEY, NOTE_WRONG };
/* Whether the key signed it; NOTE_WRONG when a signature says it is of this key and
 * does not hold. */
enum note_signature checkpoint_signed(const struct checkpoint *c,
                                      const struct vkey *key, struct str sm2_id);
/* The signature lines that are not of this key: the i-th one's name and, when it is as
 * long as a cosignature, its time in seconds (else 0). False behind the last. */
bool checkpoint_other(const struct checkpoint *c, const struct vkey *key, size_t i,
                      struct str *name, uint64_t *time);

#endif
