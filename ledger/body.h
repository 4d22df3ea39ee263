/* body.h - reading the fields of record bodies into fixed texts and numbers: small
 * helpers over cbor_map for the registers and the fold. */
#ifndef ALMONER_LEDGER_BODY_H
#define ALMONER_LEDGER_BODY_H

#include "ledger/act.h"
#include "ledger/cbor.h"
#include "ledger/keys.h"
#include "ledger/store.h"

/* A body being read: map, reader, and the one flag that everything was as it must be.
 * */
struct body {
    struct reader r;
    struct cbor_map map;
    bool ok;
};
void body_start(struct body *b, struct str plain);
uint64_t body_uint(struct body *b, uint64_t key, uint64_t max); /* must be there */
int64_t body_int(struct body *b, uint64_t key);
int32_t body_int32(struct body *b, uint64_t key);
int32_t body_day(struct body *b, uint64_t key);  /* one that base/date.h takes */
int64_t body_time(struct body *b, uint64_t key); /* likewise, microseconds */
void body_text(struct body *b, uint64_t key, char *out, size_t cap);
void body_digest(struct body *b, uint64_t key, uint8_t out[DIGEST_LEN]);
/* A public key as records hold it (key_stored), written and read. */
void body_put_key(struct writer *w, const uint8_t public_key[KEY_PUBLIC_LEN]);
void body_key(struct body *b, uint64_t key, uint8_t out[KEY_PUBLIC_LEN]);
void body_signature(struct body *b, uint64_t key, uint8_t out[SIGNATURE_LEN]);
/* One that may be missing: then zeros, and false. */
bool body_digest_if(struct body *b, uint64_t key, uint8_t out[DIGEST_LEN]);
/* A text that may be missing: then empty. */
void body_text_if(struct body *b, uint64_t key, char *out, size_t cap);
/* 0 when missing: written out, that is refused. */
uint64_t body_uint_if(struct body *b, uint64_t key, uint64_t max);
/* Everything read, nothing left over, nothing failed. */
bool body_done(struct body *b);

/* The record with this sequence; out and its body borrow from the transaction.
 * ST_INTEGRITY "record-missing" when it is not there. */
enum status record_get(struct txn *t, uint64_t sequence, struct record *out,
                       struct str *bytes, struct diag *d) MUST_USE;

/* A signed record taken apart. */
struct signed_body {
    struct act_signature signature;
    uint8_t bytes[BODY_BYTES_MAX + 64];
    struct str plain; /* in bytes */
};
enum status signed_body_read(const struct record *r, struct signed_body *out,
                             struct diag *d) MUST_USE;

#endif
