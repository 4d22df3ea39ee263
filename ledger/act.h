/* act.h - the signature of an operator under an act.
 *
 * Body maps of signed records hold it under key 0, as the array
 * [operator, subject, count, total, time, size, root, signature]. What is signed is the
 * text below; its digest line is SHA-256 of the body map without key 0.
 *
 *     almoner-act/v1\n ORIGIN\n KIND\n SUBJECT\n OPERATOR\n TIME\n DIGEST\n
 *     COUNT\n TOTAL\n SIZE\n ROOT\n
 *
 * Size and root are the ledger's when the signer saw it: the signature holds in no
 * fork, no other epoch and no sandbox. */
#ifndef ALMONER_LEDGER_ACT_H
#define ALMONER_LEDGER_ACT_H

#include "base/buf.h"
#include "ledger/keys.h"
#include "ledger/record.h"

#define SUBJECT_MAX 200
/* A signature holds for a record that comes at most this long after it: who signs
 * elsewhere knows by when it has come about, or will not any more. */
#define ACT_SIGNATURE_AGE_MAX_US ((int64_t)7 * 86400 * 1000000)

struct act_signature {
    uint32_t operator_number;
    struct str subject; /* for people: "batch 12 approve" */
    uint64_t count;     /* of what is signed for; 0 when there is nothing to count */
    int64_t total_fen;
    int64_t time_us;
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    uint8_t signature[SIGNATURE_LEN];
};

/* In one line: a line feed in it would forge the lines behind it. */
bool act_subject_valid(struct str subject);
/* The signed text; plain is the body without key 0. */
void act_message(struct str origin, enum record_kind kind,
                 const struct act_signature *s, struct str plain, struct digest *g,
                 struct buf *out);

/* The signed text taken apart; what is text is borrowed from it. */
struct act_words {
    struct str origin;
    enum record_kind kind;
    struct str subject;
    uint32_t operator_number;
    int64_t time_us;
    uint8_t digest[DIGEST_LEN]; /* of the body without key 0 */
    uint64_t count;
    int64_t total_fen;
    uint64_t size;
    uint8_t root[DIGEST_LEN];
};
/* False, and *out undefined, unless text is to the byte what act_message writes of a
 * kind that this program knows. */
bool act_message_read(struct str text, struct act_words *out);

/* plain (a map without key 0) with the signature put in as key 0. */
void act_body(const struct act_signature *s, struct str plain, struct writer *out);
/* The way back: splits body into the signature and the plain map, which is written to
 * `plain` (a buffer of BODY_BYTES_MAX). False when body has no well-formed key 0. */
bool act_split(struct str body, struct act_signature *out, struct writer *plain);

#endif
