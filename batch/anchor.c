/* anchor.c - bodies of the records of kinds 70 to 72; what they hold is said above the
 * rules in ledger/fold_anchor.c. */
#include "batch/anchor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "ledger/cbor.h"
#include "ledger/vault.h"

#define BODY_MAX 512
#define SUBJECT_CAP (SUBJECT_MAX + 1)

static enum status act(struct ledger *l, enum record_kind kind, const struct writer *w,
                       const char *subject, struct diag *d)
{
    bool resume;
    struct act_text text = {.subject = subject};
    must(!w->failed);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    return ledger_act(l, kind, writer_str(w), text, NULL, d);
}

enum status anchor_add_witness(struct ledger *l, const struct witness_key *key,
                               uint32_t *number, struct diag *d)
{
    uint8_t bytes[BODY_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    uint32_t next = ledger_head(l)->witnesses + 1;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 3);
    cbor_pair_uint(&w, 1, next);
    cbor_pair_text(&w, 2, str_of(key->name));
    cbor_pair_bytes(&w, 3, key->key, WITNESS_KEY_LEN);
    snprintf(subject, sizeof subject, "witness %u: add %s", next, key->name);
    TRY(act(l, KIND_WITNESS, &w, subject, d));
    *number = next;
    return ST_OK;
}

/* ---- checkpoints that come back ---- */

static enum status other_tree(bool fewer, uint64_t size, struct diag *d)
{
    if (fewer) {
        diag_fail(d, ST_INTEGRITY, "rollback",
                  "the checkpoint has %" PRIu64 " records, more than this ledger",
                  size);
        return diag_hint(d,
                         "this ledger was set back to an earlier state, or the "
                         "checkpoint is of a copy that went on: run audit verify and "
                         "compare with the audit office");
    }
    diag_fail(d, ST_INTEGRITY, "fork",
              "this ledger had another tree at %" PRIu64
              " records than the checkpoint says",
              size);
    return diag_hint(d,
                     "there are two histories under one key: keep the file, run audit "
                     "verify and compare with the audit office");
}

/* The checkpoint of a note that has to be signed by this ledger and to be of its tree:
 * ST_INTEGRITY "note-signature", "rollback" (the ledger has fewer records), "fork"
 * (other ones); ST_INPUT "note-form", "checkpoint-form", "other-ledger". Borrows from
 * note. */
static enum status anchor_checkpoint(struct ledger *l, struct str note,
                                     struct checkpoint *out, struct diag *d)
{
    const struct ledger_info *info = ledger_info(l);
    struct checkpoint c;
    uint8_t root[DIGEST_LEN];
    bool found;
    TRY(ledger_read_checkpoint(l, note, &c, NULL, d));
    if (!str_is(c.origin, info->origin)) {
        diag_fail(d, ST_CONFLICT, "earlier-epoch",
                  "the checkpoint is of %.*s: the ledger was restored since, and is %s "
                  "now",
                  STR_ARG(c.origin), info->origin);
        return diag_hint(d,
                         "file it outside, it is good for audit verify --checkpoint; "
                         "the witness enrols the new epoch and cosigns a checkpoint "
                         "of now");
    }
    if (c.size > ledger_head(l)->tree.size) {
        return other_tree(true, c.size, d);
    }
    TRY(ledger_root_at(l, c.size, root, &found, d));
    if (!found || !digest_equal(root, c.root)) {
        return other_tree(false, c.size, d);
    }
    *out = c;
    return ST_OK;
}

/* ---- cosignatures ---- */

static enum status record_cosigned(struct ledger *l, const struct cosigned_entry *e,
                                   const char *name, struct diag *d)
{
    uint8_t bytes[BODY_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 6);
    cbor_pair_uint(&w, 1, e->number);
    cbor_pair_uint(&w, 2, e->witness);
    cbor_pair_uint(&w, 3, e->size);
    cbor_pair_bytes(&w, 4, e->root, DIGEST_LEN);
    cbor_pair_uint(&w, 5, e->cosignature.time_s);
    cbor_pair_bytes(&w, 6, e->cosignature.signature, SIGNATURE_LEN);
    snprintf(subject, sizeof subject, "checkpoint %" PRIu64 ": cosigned by %s", e->size,
             name);
    return act(l, KIND_COSIGNED, &w, subject, d);
}

/* What the note has of one witness; nothing when it is unconfirmed or did not sign. */
static enum status attach_of(struct ledger *l, uint32_t number, struct str note,
                             const struct checkpoint *c, struct anchor_attached *out,
                             struct diag *d)
{
    struct witness_entry w;
    struct cosigned_entry e = {.witness = number, .size = c->size};
    bool found;
    bool known;
    TRY(witness_get(ledger_txn(l), number, &w, d));
    if (w.state != ENTRY_ACTIVE) {
        return ST_OK;
    }
    TRY(cosignature_find(note, &w.key, &e.cosignature, &found, d));
    if (!found) {
        return ST_OK;
    }
    TRY(cosigned_known(ledger_txn(l), ledger_head(l)->cosigned, number, c->size,
                       e.cosignature.time_s, &known, d));
    if (known) {
        out->known++;
        return ST_OK;
    }
    memcpy(e.root, c->root, DIGEST_LEN);
    e.number = ledger_head(l)->cosigned + 1;
    TRY(record_cosigned(l, &e, w.key.name, d));
    out->added++;
    return ST_OK;
}

enum status anchor_attach(struct ledger *l, struct str note,
                          struct anchor_attached *out, struct diag *d)
{
    struct anchor_attached a = {0};
    struct checkpoint c;
    TRY(anchor_checkpoint(l, note, &c, d));
    a.size = c.size;
    for (uint32_t number = 1; number <= ledger_head(l)->witnesses; number++) {
        TRY(attach_of(l, number, note, &c, &a, d));
    }
    if (a.added + a.known == 0) {
        diag_fail(d, ST_INPUT, "no-cosignature",
                  "no confirmed witness of this ledger has cosigned this checkpoint");
        return diag_hint(d, "take the file that audit witness cosign wrote; almoner "
                            "witness list shows the witnesses");
    }
    *out = a;
    return ST_OK;
}

/* ---- timestamps ---- */

static enum status put_file(struct ledger *l, struct str bytes,
                            uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    struct digest *g;
    struct str rest = bytes;
    TRY(digest_new(&g, d));
    digest_once(g, bytes, str_of(""), sha256);
    digest_free(g);
    return vault_file_put(l, sha256, vault_source_text(&rest), d);
}

static enum status record_timestamp(struct ledger *l, const struct timestamp_entry *e,
                                    struct diag *d)
{
    uint8_t bytes[BODY_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 8);
    cbor_pair_uint(&w, 1, e->number);
    cbor_pair_uint(&w, 2, e->size);
    cbor_pair_bytes(&w, 3, e->root, DIGEST_LEN);
    cbor_pair_bytes(&w, 4, e->checkpoint_sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 5, e->checkpoint_length);
    cbor_pair_bytes(&w, 6, e->token_sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 7, e->token_length);
    cbor_pair_int(&w, 8, e->time_us);
    snprintf(subject, sizeof subject, "checkpoint %" PRIu64 ": timestamped", e->size);
    return act(l, KIND_TIMESTAMP, &w, subject, d);
}

enum status anchor_timestamp(struct ledger *l, struct str note, struct str token,
                             int64_t time_us, uint32_t *number, bool *known,
                             struct diag *d)
{
    struct checkpoint c;
    struct timestamp_entry e = {
        .checkpoint_length = note.n, .token_length = token.n, .time_us = time_us};
    bool resume;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(anchor_checkpoint(l, note, &c, d));
    e.size = c.size;
    memcpy(e.root, c.root, DIGEST_LEN);
    TRY(put_file(l, token, e.token_sha256, d));
    TRY(timestamp_known(ledger_txn(l), ledger_head(l)->timestamps, e.token_sha256,
                        known, d));
    if (*known) {
        return ST_OK;
    }
    TRY(put_file(l, note, e.checkpoint_sha256, d));
    e.number = ledger_head(l)->timestamps + 1;
    TRY(record_timestamp(l, &e, d));
    *number = e.number;
    return ST_OK;
}
