/* epoch.h - the ledger's own keys, one after the other, and the epochs they belong to.
 *
 * Epoch 1 begins with the genesis record. A restore that may have lost records begins
 * the next one (KIND_EPOCH) with an origin and a key of its own, so that no signature,
 * checkpoint or payment id of the lost records can be taken for one of the new ones.
 * Within an epoch the key may be replaced (KIND_LEDGER_KEY). */
#ifndef ALMONER_LEDGER_EPOCH_H
#define ALMONER_LEDGER_EPOCH_H

#include "ledger/export.h"
#include "ledger/register.h"

/* A row of REGISTER_EPOCH; number 1 is the genesis key. */
struct epoch_key {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;    /* of the record that names it */
    uint64_t since;       /* heads and checkpoints from this size on; 0: not in force */
    uint32_t before;      /* number of the key in force before; 0: none */
    uint32_t proposed_by; /* an admin; 0: the genesis record */
    uint32_t epoch;
    uint32_t batches;     /* at the start of the epoch: their ids are of earlier ones */
    uint64_t behind_size; /* of the outside checkpoint it is behind; 0: none known */
    uint8_t behind_root[DIGEST_LEN];
    uint8_t public_key[KEY_PUBLIC_LEN];
};
/* ST_CONFLICT "unknown-ledger-key" when there is none. */
enum status epoch_key_get(struct txn *t, uint32_t number, struct epoch_key *out,
                          struct diag *d) MUST_USE;
enum status epoch_key_put(struct txn *t, const struct epoch_key *e, struct diag *d)
    MUST_USE;
/* The key that signs checkpoints of this origin and size; keys: how many there are;
 * number 0 when no epoch has this origin. Behind the end of an epoch that is over it is
 * its last key, as far as the records go that are left. */
enum status epoch_key_of(struct txn *t, uint32_t keys, const char *genesis_origin,
                         struct str origin, uint64_t size, struct epoch_key *out,
                         struct diag *d) MUST_USE;
/* What became of an epoch. */
struct epoch_end {
    uint32_t next; /* the epoch after it; 0: it goes on */
    uint64_t kept; /* records of it and those before that are left; no end: max */
    uint64_t behind_size; /* as the next one's record names it; 0: it names none */
    uint8_t behind_root[DIGEST_LEN];
};
enum status epoch_end_get(struct txn *t, uint32_t keys, uint32_t epoch,
                          struct epoch_end *out, struct diag *d) MUST_USE;
/* Is this one of the keys so far? */
enum status epoch_key_known(struct txn *t, uint32_t keys,
                            const uint8_t public_key[KEY_PUBLIC_LEN], bool *known,
                            struct diag *d) MUST_USE;

/* The genesis origin in epoch 1, and with "/eN" behind it in later ones. */
void epoch_origin(const char *genesis_origin, uint32_t epoch, char out[ORIGIN_MAX + 1]);

/* What a record of kind lost-file says. Numbers are stored. */
enum lost_what {
    LOST_SENT = 1,   /* the bank has the file of this batch */
    LOST_STATED = 2, /* nothing else was sent */
    LOST_AGREED = 3  /* and a second one signs that: the lock goes */
};
struct lost_file {
    enum lost_what what;
    struct export_entry sent; /* sequence and previous are left alone */
    int64_t created_us; /* of the file; for one that names no time, the record's */
    uint32_t id_epoch;  /* in the file's ids */
    uint32_t id_number;
    uint32_t refusals; /* of the batch before the file, as its message id says */
    char document[TEXT_MAX + 1];   /* of the statement: the bank's account statement */
    uint8_t statement[DIGEST_LEN]; /* leaf hash of the statement's record */
};
bool lost_file_read(struct str plain, struct lost_file *out);
void lost_file_write(const struct lost_file *x, struct writer *w);

#endif
