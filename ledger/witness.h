/* witness.h - what an audit office keeps of the ledgers it watches, and the rule by
 * which it cosigns: never a smaller and never a different tree. Pure: files, locks and
 * clock are cli/'s. Bytes: docs/formats/witness.md. */
#ifndef ALMONER_LEDGER_WITNESS_H
#define ALMONER_LEDGER_WITNESS_H

#include "ledger/cosign.h"
#include "ledger/proof_text.h"

#define WITNESS_LOGS_MAX 64

/* One ledger (one origin), and the largest tree of it that was seen. */
struct witness_log {
    char origin[KEY_NAME_MAX + 1]; /* the name of its key */
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    uint64_t time_s; /* when this size was enrolled or cosigned */
};
struct witness_state {
    struct witness_key key;
    size_t log_count;
    struct witness_log logs[WITNESS_LOGS_MAX]; /* one of an origin */
};

/* The state as a note signed by the witness's own key (as a type 01 key), so that an
 * edited file is noticed. ST_INPUT "witness-key" when the key is not the state's. */
enum status witness_state_print(const struct witness_state *s, const struct key *key,
                                struct buf *out, struct diag *d) MUST_USE;
/* ST_INTEGRITY "witness-state" when it is not one, or was changed. */
enum status witness_state_parse(struct str bytes, struct witness_state *out,
                                struct diag *d) MUST_USE;

/* A new ledger, by its vkey and a first checkpoint of it. ST_INPUT "checkpoint-form",
 * "witness-origin" when they are not of one ledger; ST_INTEGRITY "other-key" when the
 * checkpoint is not signed by it; ST_CONFLICT "enrolled", "witness-full". One that is
 * enrolled under another key gets this one, and what was seen of it stays: ST_INTEGRITY
 * "rollback" or "fork" when the checkpoint shows less, or another tree. *log: which. */
enum status witness_enrol(struct witness_state *s, struct str vkey, struct str note,
                          uint64_t time_s, size_t *log, struct diag *d) MUST_USE;

/* A request is the body of C2SP tlog-witness add-checkpoint (PROOF_GROWTH). ST_INPUT
 * "request-form". Borrows from bytes. */
enum status witness_request_parse(struct str bytes, struct proof_text *out,
                                  struct diag *d) MUST_USE;

/* Is the request's tree the one seen last, or one grown from it? Then the log's size
 * and root become its, at time_s, and *log and *text (its signed body, borrowed) are
 * set; the caller makes the state durable before it gives a cosignature away. Else
 * nothing is changed: ST_INPUT "witness-origin" (unknown ledger), "stale-request" (the
 * proof begins elsewhere); ST_INTEGRITY "other-key", "rollback" (a smaller tree),
 * "fork" (another one); ST_CONFLICT "clock-back" when time_s is before the last. */
enum status witness_advance(struct witness_state *s, const struct proof_text *r,
                            uint64_t time_s, size_t *log, struct str *text,
                            struct diag *d) MUST_USE;

#endif
