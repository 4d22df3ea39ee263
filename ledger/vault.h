/* vault.h - all that identifies or describes people, sealed: rows, look-up, files.
 *
 * A row is sealed under a data key of its own, which is wrapped by the master key of
 * the key folder; origin and person number are bound as associated data. Records commit
 * to what was added to a row by SHA-256(salt || bytes), the salt being HMAC(data key,
 * "salt" || sequence): who erases the key erases the meaning. */
#ifndef ALMONER_LEDGER_VAULT_H
#define ALMONER_LEDGER_VAULT_H

#include "base/ident.h"
#include "ledger/ledger.h"
#include "ledger/person.h"
#include "ledger/seal.h"

/* A row in the clear. init/release; read and create fill it. */
struct vault_row {
    uint64_t person;
    uint8_t key[SEAL_KEY_LEN];
    struct buf plain;
};
void vault_row_init(struct vault_row *r);
void vault_row_release(struct vault_row *r); /* wipes the key */

/* A new person's empty row, with a fresh data key; nothing is stored yet. */
enum status vault_row_create(struct ledger *l, uint64_t person, struct vault_row *r,
                             struct diag *d) MUST_USE;
/* ST_CONFLICT "unknown-person" when there is none, "erased" when it was erased;
 * ST_INTEGRITY "vault" when the row
 * does not open. */
enum status vault_row_read(struct ledger *l, uint64_t person, struct vault_row *r,
                           struct diag *d) MUST_USE;
enum status vault_row_write(struct ledger *l, const struct vault_row *r, struct diag *d)
    MUST_USE;
/* For walks in person order: opens the sealed value of TABLE_PEOPLE. */
enum status vault_row_open(struct ledger *l, uint64_t person, struct str sealed,
                           struct vault_row *r, struct diag *d) MUST_USE;

/* Opens rows on another thread while the ledger is at work on its own: keys are copied,
 * the store is not touched. The ledger must outlive it. */
struct vault_opener;
enum status vault_opener_new(struct ledger *l, struct vault_opener **out,
                             struct diag *d) MUST_USE;
void vault_opener_free(struct vault_opener *o); /* NULL is fine */
/* As vault_commitment. */
void vault_opener_commitment(struct vault_opener *o, const struct vault_row *r,
                             uint64_t sequence, struct str bytes,
                             uint8_t out[DIGEST_LEN]);
enum status vault_opener_open(struct vault_opener *o, uint64_t person,
                              struct str sealed, struct vault_row *r, struct diag *d)
    MUST_USE;
/* It makes rows as well. *out: the row as it is stored, in place of what was there;
 * buf_check says whether there was memory. nonce is random. */
void vault_opener_seal(struct vault_opener *o, const struct vault_row *r,
                       const uint8_t nonce[SEAL_NONCE_LEN], struct buf *out);
/* Stores a row made so; the person has the highest number. */
enum status vault_row_append(struct ledger *l, uint64_t person, struct str sealed,
                             struct diag *d) MUST_USE;

void vault_commitment(struct ledger *l, const struct vault_row *r, uint64_t sequence,
                      struct str bytes, uint8_t out[DIGEST_LEN]);

/* The person with this ID number (normal form), 0 when there is none. */
enum status vault_find(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                       uint64_t *person, struct diag *d) MUST_USE;
/* The same in two steps, for many numbers in the order of their keys. */
#define VAULT_LOOKUP_LEN 16
enum status vault_find_key(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                           uint8_t out[VAULT_LOOKUP_LEN], struct diag *d) MUST_USE;
void vault_opener_find_key(struct vault_opener *o, const char id[ID_NUMBER_LEN + 1],
                           uint8_t out[VAULT_LOOKUP_LEN]);
enum status vault_find_by_key(struct ledger *l, const uint8_t key[VAULT_LOOKUP_LEN],
                              uint64_t *person, struct diag *d) MUST_USE;
enum status vault_index(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                        uint64_t person, struct diag *d) MUST_USE;
/* The same for many numbers at once, in the order of their keys (the list is put into
 * it), which costs a fraction: neighbours stand on one page. */
struct vault_lead {
    uint8_t key[VAULT_LOOKUP_LEN]; /* vault_find_key */
    uint64_t person;
};
enum status vault_index_all(struct ledger *l, struct vault_lead *list, size_t count,
                            struct diag *d) MUST_USE;

/* The number leads to nobody any more. */
enum status vault_unindex(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                          struct diag *d) MUST_USE;
/* Takes away a row, its data key with it, and the entries by which its ID numbers lead
 * to `leads_to` (the person, or whom it was merged into); *lookups adds them up; in the
 * transaction in hand, which must append the certificate. sha256: of the sealed row.
 * From then on the store waits for ledger_compact. */
enum status vault_erase(struct ledger *l, uint64_t person, uint64_t leads_to,
                        struct vault_row *row, struct person *work,
                        uint8_t sha256[DIGEST_LEN], uint64_t *lookups, struct diag *d)
    MUST_USE;
/* The person this number leads to: itself, or whom it was merged into, and so on. Reads
 * the row. */
enum status vault_person_now(struct ledger *l, uint64_t person, struct vault_row *row,
                             struct person *work, uint64_t *now, struct diag *d)
    MUST_USE;

/* ---- files (blobs), named by SHA-256; deflated, then sealed in chunks ---- */

struct vault_source { /* fills p with up to cap bytes; *n 0 at the end */
    enum status (*read)(void *ctx, void *p, size_t cap, size_t *n, struct diag *d);
    void *ctx;
};
/* Of a text in memory, which reading uses up. */
struct vault_source vault_source_text(struct str *rest);
/* Stores the file in transactions of its own: none may be in hand. A file that is there
 * already is not stored again. The bytes must have this digest. */
enum status vault_file_put(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                           struct vault_source source, struct diag *d) MUST_USE;
/* Reading as a stream from the transaction in hand; ST_INTEGRITY "file" when a chunk is
 * missing or does not open. */
struct vault_file;
enum status vault_file_open(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                            struct vault_file **out, struct diag *d) MUST_USE;
enum status vault_file_read(struct vault_file *f, void *p, size_t cap, size_t *n,
                            struct diag *d) MUST_USE;
void vault_file_close(struct vault_file *f);
/* The whole of a small file (policies) into an empty buffer; ST_INTEGRITY "file" also
 * when it has another digest. */
enum status vault_file_load(struct ledger *l, const uint8_t sha256[DIGEST_LEN],
                            struct buf *out, struct diag *d) MUST_USE;

#endif
