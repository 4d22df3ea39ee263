/* fold_epoch.c - rules of epochs, of the ledger's own keys, and of what the bank has of
 * the records that a restore lost. Nothing leaves the house while that is not known:
 * see docs/decisions/0010-epochs.md. */
#include <string.h>

#include "ledger/epoch.h"
#include "ledger/fold_private.h"

enum status epoch_genesis(struct fold *f, const struct genesis *g, struct diag *d)
{
    struct epoch_key e = {.number = 1, .state = ENTRY_ACTIVE, .since = 1, .epoch = 1};
    memcpy(e.public_key, g->public_key, KEY_PUBLIC_LEN);
    f->head.epoch = 1;
    f->head.ledger_keys = 1;
    f->head.ledger_key = 1;
    return epoch_key_put(f->t, &e, d);
}

/* A key signs as one thing for ever: a ledger's, or one person's. */
static enum status key_is_new(struct fold *f, const uint8_t public_key[KEY_PUBLIC_LEN],
                              struct diag *d)
{
    struct operator_entry operator;
    bool known;
    TRY(operator_find_key(f->t, public_key, &operator, d));
    if (operator.number != 0) {
        return fold_refuse(d, "key-known",
                           "this key is that of operator %s", operator.name);
    }
    TRY(epoch_key_known(f->t, f->head.ledger_keys, public_key, &known, d));
    return known ? fold_refuse(d, "key-known", "the ledger had this key before")
                 : ST_OK;
}

/* Body {1: epoch, 2: public key, 3: size, 4: root of the tree before this record, 5:
 * size, 6: root of the outside checkpoint it is behind (both may be missing)}. */
enum status rule_epoch(struct fold *f, const struct record *r, struct diag *d)
{
    struct epoch_key e = {.state = ENTRY_ACTIVE,
                          .sequence = r->sequence,
                          .since = r->sequence + 1,
                          .before = f->head.ledger_key,
                          .proposed_by = f->signer.number,
                          .batches = f->head.batches};
    uint8_t claimed[DIGEST_LEN];
    uint8_t root[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t epoch = body_uint(&b, 1, UINT32_MAX);
    body_key(&b, 2, e.public_key);
    uint64_t size = body_uint(&b, 3, UINT64_MAX);
    body_digest(&b, 4, claimed);
    e.behind_size = body_uint_if(&b, 5, UINT64_MAX);
    bool behind = body_digest_if(&b, 6, e.behind_root);
    fold_root(f, root);
    if (!body_done(&b) || size != r->sequence ||
        memcmp(claimed, root, DIGEST_LEN) != 0 ||
        behind != (e.behind_size > r->sequence) || (!behind && e.behind_size != 0)) {
        return fold_malformed(r, d);
    }
    TRY(key_is_new(f, e.public_key, d));
    TRY(fold_next(&f->head.epoch, epoch, "epoch", d));
    e.number = ++f->head.ledger_keys;
    e.epoch = f->head.epoch;
    f->head.ledger_key = e.number;
    f->head.locked = r->sequence + 1;
    f->head.stated = 0;
    epoch_origin(f->genesis_origin, e.epoch, f->origin);
    return epoch_key_put(f->t, &e, d);
}

/* Of a sandbox it is in force at once, else when a second admin has confirmed it. */
enum status rule_ledger_key(struct fold *f, const struct record *r, struct diag *d)
{
    struct epoch_key e = {.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING,
                          .sequence = r->sequence,
                          .proposed_by = f->signer.number,
                          .epoch = f->head.epoch};
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    body_key(&b, 2, e.public_key);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(key_is_new(f, e.public_key, d));
    TRY(fold_next(&f->head.ledger_keys, number, "ledger key", d));
    e.number = (uint32_t)number;
    if (f->sandbox) {
        e.since = r->sequence + 1;
        e.before = f->head.ledger_key;
        f->head.ledger_key = e.number;
    }
    return epoch_key_put(f->t, &e, d);
}

/* Only the newest proposal, and none of an epoch that is over. */
enum status epoch_confirm(struct fold *f, const struct record *r, uint32_t number,
                          struct diag *d)
{
    struct epoch_key e;
    TRY(epoch_key_get(f->t, number, &e, d));
    TRY(fold_second(f, e.state, e.proposed_by, d));
    if (number != f->head.ledger_keys || e.epoch != f->head.epoch) {
        return fold_refuse(d, "ledger-key-old",
                           "a newer key was proposed after ledger key %u", number);
    }
    e.state = ENTRY_ACTIVE;
    e.since = r->sequence + 1;
    e.before = f->head.ledger_key;
    f->head.ledger_key = number;
    return epoch_key_put(f->t, &e, d);
}

/* ---- what the bank has ---- */

enum status epoch_unlocked(const struct fold *f, struct diag *d)
{
    if (f->head.locked == 0) {
        return ST_OK;
    }
    fold_refuse(d, "restore-locked",
                "the ledger was restored, and it is not settled yet what the bank has "
                "of the records that were lost: nothing is released or exported");
    return diag_hint(d, "take in every file the bank has (restore take-in), then "
                        "releaser and checker sign that there is no other (restore "
                        "settle)");
}

static enum status signer_is(const struct fold *f, unsigned roles, const char *what,
                             struct diag *d)
{
    return (f->signer.roles & roles) != 0
               ? ST_OK
               : diag_fail(d, ST_DENIED, "role", "%s may not sign %s", f->signer.name,
                           what);
}

/* No other batch has these ids: those of earlier epochs are in the register, those of
 * records that were lost were taken in since the epoch began. */
static enum status ids_are_free(struct fold *f, const struct lost_file *x,
                                struct diag *d)
{
    for (uint32_t n = 1; n <= f->head.batches; n++) {
        struct batch_entry b;
        TRY(batch_get(f->t, n, &b, d));
        if (n != x->sent.batch && b.id_epoch == x->id_epoch &&
            b.id_number == x->id_number) {
            return fold_refuse(d, "ids-known", "these are the ids of batch %u", n);
        }
    }
    return ST_OK;
}

/* What was lost of a batch are signatures and the export: the file stands for them. */
static enum status rule_sent(struct fold *f, const struct record *r,
                             const struct lost_file *x, struct diag *d)
{
    struct batch_entry *b;
    TRY(signer_is(f, ROLE_MAKER, "that a file was sent", d));
    TRY(fold_batch(f, x->sent.batch, &b, d));
    if (b->state > BATCH_RELEASED) {
        fold_refuse(d, "batch-state", "batch %u is %s: its export is known", b->number,
                    batch_state_name(b->state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(b->state));
    }
    if (x->sent.lines != batch_count(b) || x->sent.total_fen != batch_total(b) ||
        batch_count(b) == 0) {
        return fold_refuse(d, "batch-content", "the file is not of batch %u",
                           b->number);
    }
    bool own = x->id_epoch == b->id_epoch && x->id_number == b->id_number;
    if (!own && (b->id_epoch != f->head.epoch || x->id_epoch == 0 ||
                 x->id_epoch >= f->head.epoch)) {
        return fold_refuse(d, "ids-known", "batch %u has other ids", b->number);
    }
    TRY(ids_are_free(f, x, d));
    b->id_epoch = x->id_epoch;
    b->id_number = x->id_number;
    b->refusals = x->refusals;
    if (b->release_sequence == 0) {
        b->release_sequence = r->sequence;
        b->signers[BATCH_RELEASER].operator_number = 0;
        b->signers[BATCH_RELEASER].time_us = x->created_us;
    }
    TRY(fold_fund_commit(f, b->number, d));
    b->export_sequence = r->sequence;
    b->state = BATCH_EXPORTED;
    f->batch_changed = true;
    f->head.stated = 0;
    return ST_OK;
}

static enum status rule_agreed(struct fold *f, const struct lost_file *x,
                               struct diag *d)
{
    struct record stated;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    struct signed_body first;
    TRY(signer_is(f, ROLE_CHECKER | ROLE_ADMIN, "that nothing else was sent", d));
    if (f->head.stated == 0) {
        return fold_refuse(d, "not-stated",
                           "no releaser has stated that nothing else was sent");
    }
    TRY(record_get(f->t, f->head.stated - 1, &stated, &bytes, d));
    tree_leaf(f->g, bytes, leaf);
    TRY(signed_body_read(&stated, &first, d));
    if (memcmp(leaf, x->statement, DIGEST_LEN) != 0) {
        return fold_refuse(d, "other-statement", "another statement was signed");
    }
    if (first.signature.operator_number == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s stated it: another operator has to agree", f->signer.name);
    }
    f->head.locked = 0;
    f->head.stated = 0;
    return ST_OK;
}

enum status rule_lost_file(struct fold *f, const struct record *r, struct diag *d)
{
    struct lost_file x;
    if (!lost_file_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    if (f->head.locked == 0) {
        return fold_refuse(d, "not-locked", "no restore waits for what the bank has");
    }
    switch (x.what) {
    case LOST_SENT:
        return rule_sent(f, r, &x, d);
    case LOST_STATED:
        TRY(signer_is(f, ROLE_RELEASER, "that nothing else was sent", d));
        f->head.stated = r->sequence + 1;
        return ST_OK;
    case LOST_AGREED:
        return rule_agreed(f, &x, d);
    }
    return fold_malformed(r, d);
}
