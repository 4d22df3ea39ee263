/* request.h - the two files that travel when somebody signs on another machine: the
 * request, which says what is to be signed, and the signature that comes back. Their
 * bytes are in docs/formats/request.md.
 *
 * A request says in words what the signed text says, and besides what the county tells.
 * The words are written from the signed text, and a reader writes them again and
 * compares: nobody can be shown other words than those that are signed. */
#ifndef ALMONER_LEDGER_REQUEST_H
#define ALMONER_LEDGER_REQUEST_H

#include "ledger/act.h"

#define REQUEST_BYTES_MAX ((size_t)16 * 1024)
#define REQUEST_NOTES_MAX ((size_t)8 * 1024)

struct request {
    struct str text; /* what is signed */
    struct act_words words;
    /* Told by the county: one line each, but notes. */
    struct str office;
    char name[KEY_NAME_MAX + 1]; /* of the operator, and the key in the register */
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct str sm2_id;          /* under which an SM2 key signs; else not looked at */
    struct str notes;           /* lines made by request_note; "" for none */
    uint8_t digest[DIGEST_LEN]; /* of the file, as its last line has it */
};

/* A line of notes. What is no printable text is left out. */
void request_note(struct buf *notes, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* From text, office, name, public_key, sm2_id and notes. ST_INPUT "request-form" when
 * text is no signed text. */
enum status request_print(const struct request *q, struct digest *g, struct buf *out,
                          struct diag *d) MUST_USE;
/* Borrows from file. ST_INPUT "request-form" when it is none, "request-damaged" when
 * its digest is not its own, "request-words" when its words are not those of what would
 * be signed. */
enum status request_read(struct str file, struct digest *g, struct request *out,
                         struct diag *d) MUST_USE;
/* The words, as in the file, for people to read: what is signed, then what is told. */
void request_words(const struct request *q, struct buf *signed_words,
                   struct buf *told_words);
/* The last moment at which a record can carry the signature. */
int64_t request_expires(const struct act_words *w);
/* Of a sandbox, in any epoch. */
bool request_is_sandbox(struct str origin);

struct signature_file {
    uint8_t request[DIGEST_LEN]; /* the digest of the request that was signed */
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct str sm2_id; /* as in the request */
    uint8_t signature[SIGNATURE_LEN];
    struct str text; /* what was signed */
    struct act_words words;
};

/* From all fields but words. */
enum status signature_file_print(const struct signature_file *s, struct digest *g,
                                 struct buf *out, struct diag *d) MUST_USE;
/* Borrows from file. ST_INPUT "signature-form" when it is none, "signature-damaged";
 * ST_DENIED "signature" when the signature does not hold for text and key. */
enum status signature_file_read(struct str file, struct digest *g,
                                struct signature_file *out, struct diag *d) MUST_USE;

#endif
