/* fold_anchor.c - rules of the records that tie the ledger to the world outside: who
 * witnesses it, what they cosigned, what a time authority stamped.
 *
 * A cosignature is checked here, by the fold, so that nobody can record one that was
 * never given. A token is not: that needs the authority's certificates, which are no
 * part of the ledger; `audit timestamp check` does it for whoever has them. */
#include <string.h>

#include "ledger/anchor.h"
#include "ledger/fold_private.h"
#include "ledger/note.h"

/* Body {1: number, 2: name, 3: public key}. Names and keys are used once for ever, and
 * never by an operator: who acts in the ledger is no witness of it. */
enum status rule_witness(struct fold *f, const struct record *r, struct diag *d)
{
    struct witness_entry e = {.sequence = r->sequence, .proposed_by = f->signer.number};
    struct witness_entry known;
    struct operator_entry operator;
    char name[KEY_NAME_MAX + 1];
    uint8_t key[WITNESS_KEY_LEN];
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, name, sizeof name);
    body_digest(&b, 3, key);
    if (!body_done(&b) || !key_name_valid(str_of(name))) {
        return fold_malformed(r, d);
    }
    TRY(witness_key_make(str_of(name), key, &e.key, d));
    witness_key_public(&e.key, public_key);
    TRY(witness_find(f->t, f->head.witnesses, str_of(name), &known, d));
    if (known.number != 0) {
        return fold_refuse(d, "witness-known", "there is a witness %s already", name);
    }
    TRY(witness_find_key(f->t, f->head.witnesses, public_key, &known, d));
    if (known.number != 0) {
        return fold_refuse(d, "key-known", "this key is that of witness %s",
                           known.key.name);
    }
    TRY(operator_find_key(f->t, public_key, &operator, d));
    if (operator.number != 0) {
        return fold_refuse(d, "key-known",
                           "this key is that of operator %s", operator.name);
    }
    TRY(fold_next(&f->head.witnesses, number, "witness", d));
    e.number = (uint32_t)number;
    e.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING;
    return witness_put(f->t, &e, d);
}

/* The tree of this size in this ledger, which has to be one an act began at: only there
 * are checkpoints made. */
static enum status check_tree(struct fold *f, uint64_t size,
                              const uint8_t root[DIGEST_LEN], struct diag *d)
{
    struct str ours;
    TRY(fold_root_at(f, size, &ours, d));
    if (ours.n != DIGEST_LEN || memcmp(ours.p, root, DIGEST_LEN) != 0) {
        return diag_fail(d, ST_INTEGRITY, "other-tree",
                         "this ledger had another tree when it had %llu records",
                         (unsigned long long)size);
    }
    return ST_OK;
}

/* Body {1: number, 2: witness, 3: size, 4: root, 5: time in seconds, 6: signature}. */
enum status rule_cosigned(struct fold *f, const struct record *r, struct diag *d)
{
    struct cosigned_entry e = {.sequence = r->sequence};
    struct witness_entry w;
    bool known;
    if (!cosigned_body_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(witness_get(f->t, e.witness, &w, d));
    if (w.state != ENTRY_ACTIVE) {
        return fold_refuse(d, "witness-pending", "witness %s is not confirmed yet",
                           w.key.name);
    }
    TRY(check_tree(f, e.size, e.root, d));
    buf_clear(&f->message);
    checkpoint_print(str_of(f->origin), e.size, e.root, &f->message);
    TRY(buf_check(&f->message, d));
    if (!cosignature_holds(&w.key, buf_str(&f->message), &e.cosignature)) {
        return diag_fail(d, ST_INTEGRITY, "cosignature",
                         "the cosignature of %s does not hold", w.key.name);
    }
    TRY(cosigned_known(f->t, f->head.cosigned, e.witness, e.size, e.cosignature.time_s,
                       &known, d));
    if (known) {
        return fold_refuse(d, "cosigned-known", "this cosignature is recorded already");
    }
    TRY(fold_next(&f->head.cosigned, e.number, "cosignature", d));
    return cosigned_put(f->t, &e, d);
}

/* Body {1: number, 2: size, 3: root, 4, 5: SHA-256 and length of the checkpoint's file,
 * 6, 7: of the token, 8: the token's time}. */
enum status rule_timestamp(struct fold *f, const struct record *r, struct diag *d)
{
    struct timestamp_entry e = {.sequence = r->sequence};
    bool known;
    if (!timestamp_body_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(check_tree(f, e.size, e.root, d));
    TRY(timestamp_known(f->t, f->head.timestamps, e.token_sha256, &known, d));
    if (known) {
        return fold_refuse(d, "timestamp-known", "this token is recorded already");
    }
    TRY(fold_next(&f->head.timestamps, e.number, "timestamp", d));
    return timestamp_put(f->t, &e, d);
}
