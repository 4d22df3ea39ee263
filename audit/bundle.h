/* bundle.h - the evidence bundle: records with the tree that proves them, checkpoint,
 * policies and control totals in one file that an auditor checks without this program.
 * Its bytes are in docs/formats/bundle.md. */
#ifndef ALMONER_AUDIT_BUNDLE_H
#define ALMONER_AUDIT_BUNDLE_H

#include "base/progress.h"
#include "entitle/bank_files.h"
#include "formats/payment.h"
#include "formats/zip_write.h"
#include "ledger/export.h"
#include "ledger/ledger.h"

enum bundle_scope { BUNDLE_ALL, BUNDLE_PERIOD, BUNDLE_BATCH, BUNDLE_PERSON };

#define BUNDLE_PASSPHRASE_MIN 8
#define BUNDLE_CHECKPOINTS_MAX 16

struct bundle_request {
    enum bundle_scope scope;
    int32_t from, to; /* months of BUNDLE_PERIOD, both in */
    uint32_t batch;   /* of BUNDLE_BATCH */
    uint64_t person;  /* of BUNDLE_PERSON */
    /* Older checkpoints of this ledger against which the bundle is to be held: whole
     * notes, borrowed. */
    struct str checkpoints[BUNDLE_CHECKPOINTS_MAX];
    size_t checkpoint_count;
    /* Seals personal data for who knows it; empty: there is none in the bundle. */
    struct str passphrase;
    /* Makes a bank file again: batch/ does it, audit/ never includes batch/. */
    enum status (*remake)(struct ledger *l, const struct export_entry *x,
                          struct bank_sink sink, uint8_t sha256[DIGEST_LEN],
                          struct buf *list, struct diag *d);
    struct zip_sink sink;
    const struct progress *progress;
};

struct bundle_report {
    uint64_t size; /* of the ledger */
    uint8_t root[DIGEST_LEN];
    uint64_t included; /* records */
    uint64_t files;    /* of the payload */
    uint64_t bytes;    /* of the whole file */
    uint64_t batches;
    uint64_t people;  /* rows in it, sealed */
    uint64_t missing; /* files that are not there to be put in */
    uint64_t erased;  /* people */
};

/* Needs the ledger's keys and no open act. ST_CONFLICT "unknown-batch",
 * "unknown-person", "bundle-too-big"; ST_INTEGRITY "rolled-back" or "forked" for a
 * checkpoint that is no earlier state of this ledger. With a passphrase the caller has
 * recorded that personal data goes out. After a failure what went to the sink is of no
 * use. */
enum status bundle_make(struct ledger *l, const struct bundle_request *q,
                        struct bundle_report *r, struct diag *d) MUST_USE;

#endif
