/* cmd_prove.c - proofs for the audit office: that a record is in the ledger, that the
 * ledger continues an older one; and checking them where there is no ledger. Nothing is
 * given out that was not checked here as the other side will. */
#include <stdio.h>

#include "audit/outside.h"
#include "base/date.h"
#include "base/text.h"
#include "cli/checkpoints.h"
#include "cli/command.h"
#include "cli/files.h"
#include "ledger/proof_text.h"
#include "ledger/tiles.h"

#define ENTRY_MAX 65535 /* of a log that others serve as tiles; records are shorter */

static void put_base64(struct json *o, const char *key,
                       const uint8_t digest[DIGEST_LEN])
{
    char text[4 * ((DIGEST_LEN + 2) / 3) + 1];
    text_base64(digest, DIGEST_LEN, text);
    json_put_text(o, key, text);
}

static struct json *put_tree(struct env *e, const struct proof_text *t,
                             const struct checkpoint *c)
{
    struct json *top = output_object(&e->out, "almoner.proof/1");
    bool growth = t->kind == PROOF_GROWTH;
    json_put_text(top, "proof", growth ? "consistency" : "inclusion");
    json_put_str(top, "origin", c->origin);
    json_put_uint(top, growth ? "old_size" : "index", t->at);
    json_put_uint(top, "size", c->size);
    put_base64(top, "root", c->root);
    json_put_uint(top, "hashes", t->proof.count);
    return top;
}

/* ---- prove ---- */

static enum status broken(struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "proof-fails",
              "the proof made from the ledger does not hold under its own checkpoint");
    return diag_hint(d, "the store is damaged: run audit verify");
}

static enum status prove_record(struct env *e, uint64_t index,
                                const struct signed_tree *tree, struct proof_text *t,
                                struct diag *d)
{
    struct txn *txn = ledger_txn(e->ledger);
    struct digest *g = ledger_digest(e->ledger);
    uint8_t leaf[DIGEST_LEN];
    t->kind = PROOF_INCLUSION;
    t->at = index;
    t->checkpoint = buf_str(&tree->note);
    TRY(tiles_subtree(txn, g, 0, index, leaf, d));
    TRY(tiles_inclusion(txn, g, index, tree->c.size, &t->proof, d));
    return proof_inclusion_holds(g, index, tree->c.size, leaf, &t->proof, tree->c.root)
               ? ST_OK
               : broken(d);
}

static enum status prove_growth(struct env *e, const struct checkpoint *old,
                                const struct signed_tree *tree, struct proof_text *t,
                                struct diag *d)
{
    struct digest *g = ledger_digest(e->ledger);
    t->kind = PROOF_GROWTH;
    t->at = old->size;
    t->checkpoint = buf_str(&tree->note);
    if (old->size > tree->c.size) {
        return diag_fail(d, ST_CONFLICT, "not-covered",
                         "the older checkpoint covers %llu records, the newer one %llu",
                         (unsigned long long)old->size,
                         (unsigned long long)tree->c.size);
    }
    TRY(tiles_consistency(ledger_txn(e->ledger), g, old->size, tree->c.size, &t->proof,
                          d));
    return proof_consistency_holds(g, old->size, old->root, tree->c.size, tree->c.root,
                                   &t->proof)
               ? ST_OK
               : broken(d);
}

static enum status save_proof(struct env *e, const struct proof_text *t,
                              const struct signed_tree *tree, const char *path,
                              struct diag *d)
{
    struct buf text;
    buf_init(&text, PROOF_TEXT_MAX);
    proof_text_print(t, &text);
    enum status st = buf_check(&text, d);
    if (st == ST_OK) {
        st = file_save(path, buf_str(&text), d);
    }
    buf_release(&text);
    if (st == ST_OK && e->out.json) {
        struct json *top = put_tree(e, t, &tree->c);
        json_put_text(top, "vkey", tree->vkey);
        json_put_text(top, "file", path);
    }
    return st;
}

static enum status run_prove_record(struct env *e, const char *path, struct diag *d)
{
    struct signed_tree tree = {0};
    struct proof_text t = {0};
    uint64_t index;
    TRY(env_operand_number(e, 0, "record", 0, UINT64_MAX / 2, &index, d));
    enum status st = checkpoints_take(e, index + 1, &tree, d);
    if (st == ST_OK) {
        st = prove_record(e, index, &tree, &t, d);
    }
    if (st == ST_OK) {
        st = save_proof(e, &t, &tree, path, d);
    }
    if (st == ST_OK) {
        output_done(&e->out,
                    TEXT(&e->out,
                         "%s proves that record %llu is among the first %llu; it is "
                         "checked with audit check-proof and the record's bytes (audit "
                         "record %llu --out)\n",
                         "%s 证明记录 %llu 在前 %llu 条记录之中；用 audit check-proof "
                         "和该记录的字节（audit record %llu --out）核对\n"),
                    path, (unsigned long long)index, (unsigned long long)tree.c.size,
                    (unsigned long long)index);
    }
    checkpoints_release(&tree);
    return st;
}

static enum status run_prove_growth(struct env *e, const char *from, const char *path,
                                    struct diag *d)
{
    struct signed_tree tree = {0};
    struct signed_tree old = {0};
    struct proof_text t = {0};
    enum status st = checkpoints_take(e, CHECKPOINTS_ALL, &tree, d);
    if (st == ST_OK) {
        st = checkpoints_load(e, from, &old, d);
    }
    if (st == ST_OK) {
        st = outside_contained(e->ledger, &old.c, d);
    }
    if (st == ST_OK) {
        st = prove_growth(e, &old.c, &tree, &t, d);
    }
    if (st == ST_OK) {
        st = save_proof(e, &t, &tree, path, d);
    }
    if (st == ST_OK) {
        output_done(&e->out,
                    TEXT(&e->out,
                         "%s proves that the %llu records of now begin with the %llu "
                         "of the older checkpoint, unchanged\n",
                         "%s 证明现有 %llu 条记录以原校验点的 %llu "
                         "条记录开头，且未改动\n"),
                    path, (unsigned long long)tree.c.size,
                    (unsigned long long)old.c.size);
    }
    checkpoints_release(&old);
    checkpoints_release(&tree);
    return st;
}

static enum status run_prove(struct env *e, struct diag *d)
{
    const char *from = options_text(&e->options, "from");
    const char *path;
    if ((from != NULL) == (env_operand(e, 0) != NULL)) {
        diag_fail(d, ST_USAGE, "what-to-prove",
                  "give the number of a record, or --from and an older checkpoint");
        return diag_hint(d, "see almoner help audit prove");
    }
    TRY(options_need(&e->options, "out", &path, d));
    return from != NULL ? run_prove_growth(e, from, path, d)
                        : run_prove_record(e, path, d);
}

/* ---- check-proof ---- */

struct check {
    struct env *e;
    const char *path; /* of the proof */
    struct log_key key;
    struct log_key old_key; /* of the older checkpoint; g NULL: the same */
    struct buf proof;
    struct buf other; /* the record, or the older checkpoint */
    struct proof_text t;
    struct checkpoint c;
};

static enum status fails(const struct check *c, const char *what, const char *hint,
                         struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "proof-fails", "%s", what);
    diag_hint(d, "%s", hint);
    return diag_where(d, "%s", c->path);
}

static void print_tree(const struct check *c)
{
    char root[4 * ((DIGEST_LEN + 2) / 3) + 1];
    text_base64(c->c.root, DIGEST_LEN, root);
    output_data(&c->e->out,
                TEXT(&c->e->out, "  under the root %s, signed by the key of %s\n",
                     "  根哈希 %s，由 %s 的密钥签名\n"),
                root, c->key.name);
}

/* A ledger that puts a record in another place than the record names is not one. A
 * record of a kind this program does not know is still proven to be there. */
static enum status look_into(const struct check *c, struct str bytes, struct diag *d)
{
    const struct output *o = &c->e->out;
    struct record r;
    struct diag ignored;
    char time[TIME_TEXT_CAP];
    if (record_read(bytes, &r, &ignored) != ST_OK) {
        return ST_OK;
    }
    if (r.sequence != c->t.at) {
        return fails(c, "the record does not name the place it is proven to have",
                     "the ledger that signed this is not sound", d);
    }
    time_print(r.time_us, time);
    if (o->json) {
        struct json *top = output_object(&c->e->out, "almoner.proof/1");
        json_put_text(top, "kind", record_kind_name(r.kind));
        json_put_text(top, "time", time);
    } else {
        output_data(o,
                    TEXT(o, "  it is of kind %s, written %s\n",
                         "  该记录类别为 %s，写入时间 %s\n"),
                    record_kind_name(r.kind), time);
    }
    return ST_OK;
}

static enum status check_record(struct check *c, const char *path, struct diag *d)
{
    const struct output *o = &c->e->out;
    uint8_t leaf[DIGEST_LEN];
    TRY(file_load(path, ENTRY_MAX, &c->other, d));
    struct str bytes = buf_str(&c->other);
    tree_leaf(c->key.g, bytes, leaf);
    if (!proof_inclusion_holds(c->key.g, c->t.at, c->c.size, leaf, &c->t.proof,
                               c->c.root)) {
        return fails(c,
                     "not proven: these bytes are not the record the proof is for, or "
                     "the proof was changed",
                     "compare with a proof asked for again", d);
    }
    if (o->json) {
        struct json *top = put_tree(c->e, &c->t, &c->c);
        put_base64(top, "leaf", leaf);
    } else {
        output_data(o,
                    TEXT(o,
                         "%sproven%s: these %zu bytes are record %llu of %.*s, "
                         "which has %llu records\n",
                         "%s已证明%s：这 %zu 个字节是记录 %llu，账套 %.*s，共 %llu "
                         "条记录\n"),
                    output_paint(o, PAINT_GOOD), output_paint(o, PAINT_NONE), bytes.n,
                    (unsigned long long)c->t.at, STR_ARG(c->c.origin),
                    (unsigned long long)c->c.size);
    }
    return look_into(c, bytes, d);
}

static enum status check_growth(struct check *c, const char *path, struct diag *d)
{
    const struct output *o = &c->e->out;
    struct checkpoint old;
    TRY(file_load(path, CHECKPOINT_FILE_MAX, &c->other, d));
    enum status st = checkpoints_verify(c->old_key.g != NULL ? &c->old_key : &c->key,
                                        buf_str(&c->other), &old, d);
    if (st != ST_OK) {
        return diag_where(d, "%s", path);
    }
    if (c->t.at != old.size) {
        return fails(c,
                     "not proven: the proof begins at another size than the older "
                     "checkpoint",
                     "ask for a proof from this very checkpoint", d);
    }
    if (!proof_consistency_holds(c->key.g, old.size, old.root, c->c.size, c->c.root,
                                 &c->t.proof)) {
        return fails(c,
                     "not proven: nothing shows that the newer tree begins with the "
                     "older one",
                     "ask again; if it stays so, the ledger was rewritten or is a "
                     "fork, and the two checkpoints are the evidence",
                     d);
    }
    if (o->json) {
        put_tree(c->e, &c->t, &c->c);
        return ST_OK;
    }
    output_data(o,
                TEXT(o,
                     "%sproven%s: the %llu records of %.*s begin with the %llu of "
                     "the older checkpoint, unchanged\n",
                     "%s已证明%s：现有 %llu 条记录（账套 %.*s）以原校验点的 %llu "
                     "条记录开头，且未改动\n"),
                output_paint(o, PAINT_GOOD), output_paint(o, PAINT_NONE),
                (unsigned long long)c->c.size, STR_ARG(c->c.origin),
                (unsigned long long)old.size);
    return ST_OK;
}

static enum status check(struct check *c, const char *record, const char *old,
                         struct diag *d)
{
    TRY(file_load(c->path, PROOF_TEXT_MAX, &c->proof, d));
    enum status st = proof_text_parse(buf_str(&c->proof), &c->t, d);
    if (st == ST_OK) {
        st = checkpoints_verify(&c->key, c->t.checkpoint, &c->c, d);
    }
    if (st != ST_OK) {
        return diag_where(d, "%s", c->path);
    }
    if ((c->t.kind == PROOF_INCLUSION) != (record != NULL)) {
        diag_fail(d, ST_INPUT, "proof-kind",
                  c->t.kind == PROOF_INCLUSION ? "this is the proof of a record"
                                               : "this is a proof of consistency");
        diag_hint(d, c->t.kind == PROOF_INCLUSION
                         ? "give --record and the record's bytes"
                         : "give --old-checkpoint and the checkpoint it begins with");
        return diag_where(d, "%s", c->path);
    }
    TRY(record != NULL ? check_record(c, record, d) : check_growth(c, old, d));
    if (!c->e->out.json) {
        print_tree(c);
    }
    return ST_OK;
}

static enum status run_check(struct env *e, struct diag *d)
{
    struct check c = {.e = e, .path = env_operand(e, 0)};
    const char *record = options_text(&e->options, "record");
    const char *old = options_text(&e->options, "old-checkpoint");
    const char *old_vkey = options_text(&e->options, "old-vkey");
    const char *vkey;
    TRY(options_need(&e->options, "vkey", &vkey, d));
    if ((record != NULL) == (old != NULL)) {
        diag_fail(d, ST_USAGE, "what-to-prove",
                  "give the record (--record), or the older checkpoint "
                  "(--old-checkpoint)");
        return diag_hint(d, "see almoner help audit check-proof");
    }
    enum status st = checkpoints_key(vkey, &c.key, d);
    if (st == ST_OK && old_vkey != NULL) {
        st = checkpoints_key(old_vkey, &c.old_key, d);
    }
    if (st == ST_OK) {
        st = check(&c, record, old, d);
    }
    buf_release(&c.other);
    buf_release(&c.proof);
    checkpoints_key_release(&c.old_key);
    checkpoints_key_release(&c.key);
    return st;
}

static const struct option_spec PROVE[] = {
    {"from", 0, OPTION_TEXT, "CHECKPOINT",
     "instead: from this older checkpoint to now"},
    {"checkpoint", 0, OPTION_TEXT, "FILE", "under this checkpoint (else the newest)"},
    {"out", 0, OPTION_TEXT, "FILE", "the file to write"},
};
static const struct option_spec CHECK[] = {
    {"record", 0, OPTION_TEXT, "FILE",
     "the record's bytes, as audit record wrote them"},
    {"old-checkpoint", 0, OPTION_TEXT, "FILE", "the checkpoint the proof begins with"},
    {"vkey", 0, OPTION_TEXT, "KEY", "the ledger's verifier key, from outside"},
    {"old-vkey", 0, OPTION_TEXT, "KEY",
     "the key it had at the older checkpoint, if that was another"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit prove",
        .run = run_prove,
        .needs = COMMAND_LEDGER,
        .operands = "[N]",
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROVE),
        .brief = "prove that a record is in the ledger, or how it grew",
        .brief_zh = "出具记录或账套延续的证明",
        .text =
            "For record N, a C2SP tlog-proof: index, hashes, and the checkpoint they "
            "lead to; a new checkpoint is made when the last does not cover N. With "
            "--from, the body of a C2SP tlog-witness request: that the ledger of now "
            "begins with the tree of the older checkpoint, unchanged.",
        .example =
            "  almoner -C baoqing audit prove 17 --out 17.tlog-proof\n"
            "  almoner -C baoqing audit prove --from 2026-10.checkpoint --out growth",
    },
    {
        .name = "audit check-proof",
        .run = run_check,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CHECK),
        .brief = "check a proof; needs no ledger",
        .brief_zh = "核对证明（不需要账套）",
        .text =
            "Checks the checkpoint's signature under the key given, and that the "
            "record's bytes, or the older checkpoint, lead to its root. The key must "
            "come from elsewhere than the proof. Exit 5 when it does not hold. When "
            "the ledger's key was replaced since the older checkpoint, or the ledger "
            "was restored, both keys are given.",
        .example =
            "  almoner audit check-proof 17.tlog-proof --record 17.cbor --vkey KEY\n"
            "  almoner audit check-proof growth "
            "--old-checkpoint 2026-10.checkpoint --vkey KEY",
    },
};
const struct command_list commands_prove = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
