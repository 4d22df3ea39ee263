/* note.h - C2SP signed notes and tlog checkpoints, written and read to the byte. */
#ifndef ALMONER_LEDGER_NOTE_H
#define ALMONER_LEDGER_NOTE_H

#include "base/buf.h"
#include "ledger/keys.h"

#define NOTE_BYTES_MAX (64 * 1024)
#define NOTE_SIGNATURES_MAX 16

/* text ends in "\n"; appends text, a blank line and one signature line to out. */
enum status note_sign(struct str text, struct str key_name, const struct key *key,
                      struct buf *out, struct diag *d) MUST_USE;
/* Splits at the last blank line and checks the signature of the known key: *text is
 * borrowed from note. ST_INTEGRITY "note-signature" when a line of the known (name,
 * id) does not verify or none is there; ST_INPUT "note-form" for bad form. */
enum status note_verify(struct str note, struct str key_name,
                        const uint8_t public_key[KEY_PUBLIC_LEN], struct str *text,
                        struct diag *d) MUST_USE;
/* The text of a note alone, with no signature checked: it may only be looked at, never
 * believed. ST_INPUT "note-form". */
enum status note_text(struct str note, struct str *text, struct diag *d) MUST_USE;
/* Another signature line: blob is what follows the key id. The whole has to stay a
 * note: at most NOTE_SIGNATURES_MAX lines. */
void note_add_signature(struct str key_name, uint32_t key_id, struct str blob,
                        struct buf *out);
/* The first signature line of (name, id), unverified: what follows the key id, at most
 * cap bytes of it, and its whole length; 0: there is none. ST_INPUT "note-form". */
enum status note_find_signature(struct str note, struct str key_name, uint32_t key_id,
                                uint8_t *blob, size_t cap, size_t *n, struct diag *d)
    MUST_USE;

struct checkpoint {
    struct str origin; /* borrowed from the text */
    uint64_t size;
    uint8_t root[DIGEST_LEN];
};
void checkpoint_print(struct str origin, uint64_t size, const uint8_t root[DIGEST_LEN],
                      struct buf *out);
enum status checkpoint_parse(struct str text, struct checkpoint *out, struct diag *d)
    MUST_USE;

#endif
