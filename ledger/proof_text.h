/* proof_text.h - proofs as files: C2SP tlog-proof@v1 (inclusion) and the body of a C2SP
 * tlog-witness add-checkpoint request (consistency), written and read to the byte.
 *
 * Reading gives what the file claims; whether it is true is for ledger/proof.h, under a
 * checkpoint whose signature the caller has verified (note_verify on `checkpoint`). */
#ifndef ALMONER_LEDGER_PROOF_TEXT_H
#define ALMONER_LEDGER_PROOF_TEXT_H

#include "ledger/note.h"
#include "ledger/proof.h"

#define PROOF_LINES_MAX 63 /* C2SP tlog-witness */
#define PROOF_TEXT_MAX ((size_t)2 * NOTE_BYTES_MAX)

enum proof_kind {
    PROOF_INCLUSION, /* "c2sp.org/tlog-proof@v1", index, hashes, blank, checkpoint */
    PROOF_GROWTH     /* "old SIZE", hashes, blank, checkpoint */
};

struct proof_text {
    enum proof_kind kind;
    uint64_t at;           /* index of the record, or the old size */
    struct proof proof;    /* at most PROOF_LINES_MAX hashes */
    struct str checkpoint; /* the signed note; borrowed */
};

/* t->proof has at most PROOF_LINES_MAX hashes (a must). */
void proof_text_print(const struct proof_text *t, struct buf *out);
/* ST_INPUT "proof-form" when it is neither, has more lines or hashes in another
 * spelling. An `extra` line is checked for its form and else ignored: nothing vouches
 * for it. That the checkpoint is one is not looked at. */
enum status proof_text_parse(struct str text, struct proof_text *out, struct diag *d)
    MUST_USE;

#endif
