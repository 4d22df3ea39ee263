/* ledger_write.c - appending signed acts to a ledger: who signs, transactions, records
 * and their signatures. */
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "ledger/body.h"
#include "ledger/ledger_private.h"

enum status ledger_sign_by(struct ledger *l, struct str name,
                           const struct act_signer *by, unsigned roles, struct diag *d)
{
    struct operator_entry e;
    char wanted[80];
    TRY(operator_find(l->t, name, &e, d));
    if (e.number == 0) {
        return diag_fail(d, ST_DENIED, "unknown-operator", "there is no operator %.*s",
                         STR_ARG(name));
    }
    if (by->public_key != NULL &&
        memcmp(by->public_key, e.public_key, KEY_PUBLIC_LEN) != 0) {
        return diag_fail(d, ST_DENIED, "other-key",
                         "this is not the key of operator %s", e.name);
    }
    if (e.state != ENTRY_ACTIVE) {
        diag_fail(d, ST_DENIED, "operator-pending", "%s is not confirmed yet", e.name);
        return diag_hint(d, "a second admin confirms: almoner operator confirm %u",
                         e.number);
    }
    if ((e.roles & roles) == 0) {
        roles_print(roles, wanted, sizeof wanted);
        diag_fail(d, ST_DENIED, "role", "%s has not the role this needs (%s)", e.name,
                  wanted);
        return diag_hint(d, "almoner operator list says who has it; --as and --key say "
                            "who acts");
    }
    l->signer = e;
    l->by = *by;
    l->signatures = 0;
    return ST_OK;
}

static enum status sign_by_key(void *ctx, struct ledger *l,
                               const struct act_offer *offer,
                               uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    (void)ctx;
    return key_sign_id(l->signer_key, str_of(l->info.sm2_id), offer->message, out, d);
}

enum status ledger_sign_as(struct ledger *l, struct str name, const struct key *key,
                           unsigned roles, struct diag *d)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct act_signer by = {
        .public_key = public_key, .at_hand = SIZE_MAX, .sign = sign_by_key};
    key_public(key, public_key);
    TRY(ledger_sign_by(l, name, &by, roles, d));
    l->by.public_key = NULL; /* it was compared */
    l->signer_key = key;
    return ST_OK;
}

bool ledger_only_asks(const struct ledger *l)
{
    return l->by.sign != NULL && l->by.at_hand == 0;
}

const struct operator_entry *ledger_signer(const struct ledger *l)
{
    return &l->signer;
}

enum status ledger_may_write(struct ledger *l, int kind, uint32_t number, bool *resume,
                             struct diag *d)
{
    const struct open_act *open = &ledger_head(l)->open;
    *resume = false;
    if (open->kind == 0) {
        return ST_OK;
    }
    if (open->kind == kind && (number == 0 || open->number == number)) {
        *resume = true;
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "open-act",
              "an unfinished act (%s %u) has to be finished "
              "first",
              record_kind_name((enum record_kind)open->kind), open->number);
    return diag_hint(d, "almoner status says how");
}

/* The signer vouches for the jump, in an act of its own before the first. */
static enum status append_clock(struct ledger *l, struct diag *d)
{
    uint8_t bytes[64];
    struct writer w;
    if (!l->clock_jump || l->by.sign == NULL || ledger_head(l)->open.kind != 0) {
        return ST_OK;
    }
    l->clock_jump = false;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_int(&w, 1, ledger_head(l)->last_us);
    cbor_pair_int(&w, 2, ledger_act_time(l));
    struct act_text text = {.subject = "clock"};
    return ledger_append_signed(l, KIND_CLOCK, writer_str(&w), text, NULL, d);
}

bool ledger_will_move(struct ledger *l)
{
    return store_will_move(l->store);
}

enum status ledger_begin(struct ledger *l, struct diag *d)
{
    must(l->options.mode == LEDGER_WRITE && !l->writing);
    ledger_drop(l);
    TRY(ledger_snapshot(l, true, d));
    l->begun_size = ledger_head(l)->tree.size;
    enum status st = append_clock(l, d);
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    /* What comes next will be asked for, and must not come about before it is signed:
     * only the clock's act is kept, which is whole. */
    if (ledger_head(l)->tree.size > l->begun_size && l->signatures >= l->by.at_hand) {
        TRY(ledger_commit(l, d));
        ledger_drop(l);
        TRY(ledger_snapshot(l, true, d));
        l->begun_size = ledger_head(l)->tree.size;
    }
    return ST_OK;
}

enum status ledger_commit(struct ledger *l, struct diag *d)
{
    must(l->writing);
    enum status st = fold_end(l->fold, d);
    bool renewed = ledger_head(l)->ledger_key != l->key_number;
    if (st == ST_OK && renewed) {
        st = ledger_adopt_key(l, d);
    }
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    struct txn *t = l->t;
    l->t = NULL;
    l->writing = false;
    st = store_commit(t, d);
    if (st != ST_OK) {
        return st;
    }
    TRY(headfile_write(l, d));
    if (renewed) { /* no head by the old key is left to speak for a store put back */
        TRY(headfile_write(l, d));
    }
    return ledger_snapshot(l, false, d);
}

void ledger_abort(struct ledger *l)
{
    struct diag ignored;
    if (l->writing) {
        ledger_drop(l);
        if (ledger_snapshot(l, false, &ignored) != ST_OK) {
            l->t = NULL; /* the next begin says why */
        }
    }
}

static enum status write_record(struct ledger *l, struct record *r, struct writer *w,
                                size_t *previous_at, struct diag *d)
{
    const struct head *h = ledger_head(l);
    must(l->writing);
    r->origin = str_of(l->info.origin);
    r->sequence = h->tree.size;
    r->time_us = l->options.now_us;
    r->act = h->open.kind != 0 ? h->open.first : h->tree.size;
    memcpy(r->previous, h->last_leaf, DIGEST_LEN);
    *previous_at = record_write(r, w);
    return w->failed ? diag_fail(d, ST_INTERNAL, "record-size",
                                 "a %s record is too long", record_kind_name(r->kind))
                     : ST_OK;
}

static enum status append(struct ledger *l, enum record_kind kind, struct str body,
                          bool posted, uint64_t *sequence, struct diag *d)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    size_t previous_at;
    struct writer w;
    struct record r = {.kind = kind, .body = body};
    writer_init(&w, bytes, sizeof bytes);
    TRY(fold_settle(l->fold, d));
    TRY(write_record(l, &r, &w, &previous_at, d));
    if (sequence != NULL) {
        *sequence = r.sequence;
    }
    return posted ? fold_append(l->fold, &r, writer_str(&w), d)
                  : fold_record(l->fold, &r, writer_str(&w), d);
}

enum status ledger_append(struct ledger *l, enum record_kind kind, struct str body,
                          uint64_t *sequence, struct diag *d)
{
    return append(l, kind, body, false, sequence, d);
}

enum status ledger_append_posted(struct ledger *l, enum record_kind kind,
                                 struct str body, struct diag *d)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    size_t previous_at;
    struct writer w;
    struct record r = {.kind = kind, .body = body};
    writer_init(&w, bytes, sizeof bytes);
    TRY(write_record(l, &r, &w, &previous_at, d));
    return fold_append_later(l->fold, &r, writer_str(&w), previous_at, d);
}

enum status ledger_settle(struct ledger *l, struct diag *d)
{
    return fold_settle(l->fold, d);
}

enum status ledger_append_chunk(struct ledger *l, enum record_kind kind,
                                struct chunk *c, uint32_t number, uint64_t first,
                                struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    bool money = kind != KIND_FACTS;
    if (c->count == 0) {
        return ST_OK;
    }
    writer_init(&w, bytes, sizeof bytes);
    chunk_body_write(c, number, first, money, &w);
    must(!w.failed); /* chunk_fits saw to it */
    chunk_start(c);
    return append(l, kind, writer_str(&w), money, NULL, d);
}

enum status ledger_next_chunk(struct ledger *l, bool stop, struct diag *d)
{
    TRY(ledger_commit(l, d));
    if (!stop) {
        return ledger_begin(l, d);
    }
    diag_fail(d, ST_INTERRUPTED, "interrupted", "the act was stopped in the middle");
    return diag_hint(d, "the same command finishes it");
}

/* Is the signature that comes next one that was made elsewhere? */
static bool brought_along(const struct ledger *l)
{
    return l->by.seen != NULL && l->signatures < l->by.at_hand;
}

/* Size and root the signer saw: those before the act in hand. */
static enum status seen_root(struct ledger *l, struct act_signature *s, struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t key[8];
    struct str root;
    if (brought_along(l)) {
        s->time_us = l->by.seen->time_us;
        s->size = l->by.seen->size;
        memcpy(s->root, l->by.seen->root, DIGEST_LEN);
        return ST_OK;
    }
    if (h->open.kind == 0) {
        s->size = h->tree.size;
        ledger_root(l, s->root);
        return ST_OK;
    }
    s->size = h->open.first;
    put_u64(key, s->size);
    TRY(store_get(l->t, TABLE_ACTS, str_make(key, 8), &root, d));
    if (root.n != DIGEST_LEN) {
        return diag_fail(d, ST_INTEGRITY, "acts", "the open act's root is missing");
    }
    memcpy(s->root, root.p, DIGEST_LEN);
    return ST_OK;
}

/* What was done under earlier signatures stays, so that the next one is all that is
 * missing; with none before, nothing does. */
static enum status ask_elsewhere(struct ledger *l, const struct act_offer *offer,
                                 struct diag *d)
{
    if (ledger_head(l)->tree.size > l->begun_size) {
        TRY(ledger_commit(l, d));
    }
    enum status st = l->by.ask(l->by.ctx, l, offer, d);
    must(st != ST_OK);
    return st;
}

static enum status get_signature(struct ledger *l, const struct act_offer *offer,
                                 uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    if (l->signatures >= l->by.at_hand) {
        return ask_elsewhere(l, offer, d);
    }
    TRY(l->by.sign(l->by.ctx, l, offer, out, d));
    l->signatures++;
    return ST_OK;
}

enum status ledger_append_signed(struct ledger *l, enum record_kind kind,
                                 struct str plain, struct act_text text,
                                 uint64_t *sequence, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    struct buf message;
    must(l->by.sign != NULL);
    TRY(ledger_settle(l, d));
    if (!act_subject_valid(str_of(text.subject))) {
        return diag_fail(d, ST_INPUT, "subject",
                         "what is signed cannot be named in one line of %d bytes",
                         SUBJECT_MAX);
    }
    struct act_signature s = {
        .operator_number = l->signer.number,
        .subject = str_of(text.subject),
        .count = text.count,
        .total_fen = text.total_fen,
        .time_us = l->options.now_us,
    };
    TRY(seen_root(l, &s, d));
    buf_init(&message, 64 * 1024);
    act_message(str_of(l->info.origin), kind, &s, plain, l->g, &message);
    enum status st = buf_check(&message, d);
    if (st == ST_OK) {
        struct act_offer offer = {kind, plain, buf_str(&message)};
        st = get_signature(l, &offer, s.signature, d);
    }
    buf_release(&message);
    if (st != ST_OK) {
        return st;
    }
    writer_init(&w, bytes, sizeof bytes);
    act_body(&s, plain, &w);
    if (w.failed) {
        return diag_fail(d, ST_INPUT, "record-size",
                         "what is to be signed is too long");
    }
    return ledger_append(l, kind, writer_str(&w), sequence, d);
}

enum status ledger_act(struct ledger *l, enum record_kind kind, struct str plain,
                       struct act_text text, uint64_t *sequence, struct diag *d)
{
    TRY(ledger_begin(l, d));
    enum status st = ledger_append_signed(l, kind, plain, text, sequence, d);
    if (st != ST_OK) {
        ledger_abort(l);
        return st;
    }
    return ledger_commit(l, d);
}
