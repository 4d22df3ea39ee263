/* fold.h - the records one by one, in order: form, chain, tree, envelope,
 * signatures, the rules of each kind, and money worked out again. Written from
 * docs/formats/ledger.md; the ledger's own fold is not known here.
 *
 * Where records are left out (nodes of the tree in their place) only what those that
 * are there can show is checked; the report says what was not. */
#ifndef ALMONER_VERIFY_FOLD_H
#define ALMONER_VERIFY_FOLD_H

#include "verify/body.h"
#include "verify/claims.h"
#include "verify/commitments.h"
#include "verify/report.h"
#include "verify/tree.h"

struct fold;

struct exported { /* a record of kind 44 */
    uint64_t sequence;
    uint32_t batch;
    char format[40];
    bool described; /* by a text that the record names: then the name proves little */
    uint32_t files; /* of several, what follows is of their list */
    uint64_t bytes;
    uint8_t sha256[HASH_LEN];
    uint32_t payments;
    int64_t total_fen;
};

struct named_file { /* by a record of kind 10, 20 or 45 */
    uint64_t sequence;
    uint16_t kind;
    uint64_t bytes;
    uint8_t sha256[HASH_LEN];
};

struct stamped { /* by a record of kind 72 */
    uint64_t sequence;
    uint64_t size; /* of the checkpoint that the record says was stamped */
    uint8_t root[HASH_LEN];
    int64_t time_us; /* the token's, as the record has it */
    struct {
        uint64_t bytes;
        uint8_t sha256[HASH_LEN];
    } checkpoint, token;
};

struct fold_options {
    struct report *report;
    struct claims *claims; /* gets what was counted; its scope is known */
    bool whole;            /* no record is left out */
    bool commitments;      /* keep them for fold_commitments */
    bool deep;             /* false: chain and tree only */
};

/* Borrows what options points to, until fold_free. */
enum status fold_new(struct fold **out, const struct fold_options *options,
                     struct diag *d) MUST_USE;
void fold_free(struct fold *f); /* takes NULL */
/* The next record's bytes. Faults go into the report; a status is for memory only. */
enum status fold_record(struct fold *f, struct str bytes, struct diag *d) MUST_USE;
/* 2^level records that are left out. */
enum status fold_node(struct fold *f, unsigned level, const uint8_t hash[HASH_LEN],
                      struct diag *d) MUST_USE;
enum status fold_end(struct fold *f, struct diag *d) MUST_USE;

/* What came out. */
uint64_t fold_size(const struct fold *f);
uint64_t fold_included(const struct fold *f);
bool fold_root(struct fold *f, uint8_t root[HASH_LEN]); /* false: no genesis, no hash */
bool fold_root_at(struct fold *f, uint64_t size, uint8_t root[HASH_LEN]);
/* Ask before the first record for a size at which the root will be wanted. */
enum status fold_want_root(struct fold *f, uint64_t size, struct diag *d) MUST_USE;
const char *fold_origin(const struct fold *f); /* at the end; "" when there is none */
const char *fold_office(const struct fold *f);
int fold_offset_minutes(const struct fold *f);
int64_t fold_last_time(const struct fold *f);
/* The ledger's keys, genesis first, each with the size from which it signs and the
 * origin it signs for; false behind the last. */
bool fold_ledger_key(const struct fold *f, size_t i, uint8_t key[PUBLIC_KEY_LEN],
                     const char **origin, uint64_t *size);
/* How the epoch of this origin ended. */
struct epoch_end {
    uint64_t kept; /* records of it and those before that are left */
    uint64_t
        behind_size; /* the next one's record: of the checkpoint it is behind, or 0 */
    uint8_t behind_root[HASH_LEN];
};
/* False when it goes on, or is none of the ledger's. */
bool fold_epoch_end(const struct fold *f, struct str origin, struct epoch_end *out);
enum suite fold_suite(const struct fold *f);
/* Is one of the records first to end-1 left out? *at: the first of them. */
bool fold_left_out(const struct fold *f, uint64_t first, uint64_t end, uint64_t *at);
/* How much of a batch is there. */
enum batch_shown { BATCH_NOT_WHOLE, BATCH_UNSIGNED, BATCH_SIGNED_BY_THREE };
enum batch_shown fold_batch_shown(const struct fold *f, uint64_t number);
size_t fold_exports(const struct fold *f, const struct exported **out);
size_t fold_files(const struct fold *f, const struct named_file **out);
size_t fold_stamped(const struct fold *f, const struct stamped **out);
/* None when they are not kept. */
struct commitments *fold_commitments(struct fold *f);
bool fold_stopped(const struct fold *f);
bool fold_erased(const struct fold *f, uint64_t person, uint64_t *sequence);

#endif
