/* witness.c - state, requests and the rule of a witness (audit office).
 *
 * A witness is of use only while it cannot be brought to sign two trees that do not fit
 * together: every way through witness_advance ends in an equal tree, a proven larger
 * one, or a refusal that says what it looks like. It never sees records, only sizes and
 * roots. Formats: docs/formats/witness.md, C2SP tlog-witness. */
#include "ledger/witness.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/must.h"
#include "base/text.h"

#define STATE_TITLE "almoner-witness/v1"
#define DIGEST_BASE64_CAP (4 * ((DIGEST_LEN + 2) / 3) + 1)

static bool cut(struct str *rest, char end, struct str *part)
{
    const char *at = rest->n == 0 ? NULL : memchr(rest->p, end, rest->n);
    if (at == NULL) {
        return false;
    }
    *part = str_make(rest->p, (size_t)(at - rest->p));
    *rest = str_make(at + 1, rest->n - part->n - 1);
    return true;
}

static bool digest_parse(struct str base64, uint8_t out[DIGEST_LEN])
{
    size_t n = 0;
    return text_unbase64(base64, out, DIGEST_LEN, &n) && n == DIGEST_LEN;
}

static struct witness_log *find_log(struct witness_state *s, struct str origin)
{
    for (size_t i = 0; i < s->log_count; i++) {
        if (str_is(origin, s->logs[i].origin)) {
            return &s->logs[i];
        }
    }
    return NULL;
}

/* ---- the state ---- */

enum status witness_state_print(const struct witness_state *s, const struct key *key,
                                struct buf *out, struct diag *d)
{
    struct witness_key own;
    char vkey[VKEY_TEXT_CAP];
    char root[DIGEST_BASE64_CAP];
    struct buf text;
    TRY(witness_key_of(str_of(s->key.name), key, &own, d));
    if (memcmp(own.key, s->key.key, WITNESS_KEY_LEN) != 0) {
        return diag_fail(d, ST_INPUT, "witness-key",
                         "the key is not that of witness %s", s->key.name);
    }
    buf_init(&text, NOTE_BYTES_MAX / 2);
    witness_key_print(&s->key, vkey);
    buf_addf(&text, STATE_TITLE "\n%s\n", vkey);
    for (size_t i = 0; i < s->log_count; i++) {
        const struct witness_log *l = &s->logs[i];
        vkey_print(str_of(l->origin), l->public_key, vkey);
        text_base64(l->root, DIGEST_LEN, root);
        buf_addf(&text, "%s %" PRIu64 " %s %" PRIu64 "\n", vkey, l->size, root,
                 l->time_s);
    }
    enum status st = buf_check(&text, d);
    if (st == ST_OK) {
        st = note_sign(buf_str(&text), str_of(s->key.name), key, out, d);
    }
    buf_release(&text);
    return st;
}

static bool log_parse(struct str line, struct witness_log *out, struct diag *d)
{
    struct str rest = line;
    struct str vkey;
    struct str size;
    struct str root;
    return cut(&rest, ' ', &vkey) && cut(&rest, ' ', &size) && cut(&rest, ' ', &root) &&
           vkey_parse(vkey, out->origin, out->public_key, d) == ST_OK &&
           text_u64(size, 0, UINT64_MAX, &out->size) && digest_parse(root, out->root) &&
           text_u64(rest, 0, COSIGN_TIME_MAX, &out->time_s);
}

/* The unsigned part; whether the signature holds is asked with the key it names. */
static bool state_parse(struct str text, struct witness_state *out, struct diag *d)
{
    struct str rest = text;
    struct str line;
    if (!cut(&rest, '\n', &line) || !str_is(line, STATE_TITLE) ||
        !cut(&rest, '\n', &line) || witness_key_parse(line, &out->key, d) != ST_OK) {
        return false;
    }
    out->log_count = 0;
    while (rest.n > 0) {
        struct witness_log l;
        if (out->log_count == WITNESS_LOGS_MAX || !cut(&rest, '\n', &line) ||
            !log_parse(line, &l, d) || find_log(out, str_of(l.origin)) != NULL) {
            return false;
        }
        out->logs[out->log_count++] = l;
    }
    return true;
}

static enum status bad_state(const char *what, struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "witness-state", "%s", what);
    return diag_hint(d,
                     "take the newest copy kept of it; without one, enrol the ledgers "
                     "anew from the last checkpoints filed");
}

enum status witness_state_parse(struct str bytes, struct witness_state *out,
                                struct diag *d)
{
    struct str text = bytes;
    struct str line;
    struct str rest = bytes;
    struct witness_key key;
    uint8_t public_key[KEY_PUBLIC_LEN];
    bool named = bytes.n <= NOTE_BYTES_MAX && cut(&rest, '\n', &line) &&
                 str_is(line, STATE_TITLE) && cut(&rest, '\n', &line) &&
                 witness_key_parse(line, &key, d) == ST_OK;
    if (!named) {
        return bad_state("this is no state file of a witness", d);
    }
    witness_key_public(&key, public_key);
    if (note_verify(bytes, str_of(key.name), public_key, &text, d) != ST_OK) {
        return bad_state("the state file was changed: its signature does not hold", d);
    }
    return state_parse(text, out, d) ? ST_OK
                                     : bad_state("the state file has a bad line", d);
}

/* ---- checkpoints of enrolled ledgers ---- */

/* The body of a note before its signature is checked: only to see whose it is. */
static enum status whose(struct str note, struct str *origin, struct diag *d)
{
    struct str rest = note;
    if (!cut(&rest, '\n', origin) || !key_name_valid(*origin)) {
        return diag_fail(d, ST_INPUT, "checkpoint-form", "this is no checkpoint");
    }
    return ST_OK;
}

static enum status open_note(struct str note, const struct witness_log *l,
                             struct checkpoint *c, struct str *text, struct diag *d)
{
    enum status st = note_verify(note, str_of(l->origin), l->public_key, text, d);
    if (st == ST_INTEGRITY) {
        diag_fail(d, ST_INTEGRITY, "other-key",
                  "the checkpoint is not signed by the enrolled key of %s", l->origin);
        return diag_hint(d,
                         "it was changed, or somebody gives out another ledger under "
                         "this name with a key of their own; if the county says that "
                         "it has replaced its key, enrol the new one");
    }
    TRY(st);
    TRY(checkpoint_parse(*text, c, d));
    return ST_OK;
}

static enum status unknown_origin(struct str origin, struct diag *d)
{
    diag_fail(d, ST_INPUT, "witness-origin", "no ledger %.*s is enrolled here",
              STR_ARG(origin));
    return diag_hint(d, "after a restore a ledger has a new origin and key: learn from "
                        "the county why, then enrol it (audit witness enrol)");
}

static enum status rollback(const struct witness_log *l, uint64_t size, struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "rollback",
              "the checkpoint has %" PRIu64 " records, but %" PRIu64
              " were seen before: nothing is cosigned",
              size, l->size);
    return diag_hint(d,
                     "an old file, or the ledger was set back to an earlier state "
                     "(rollback): ask for one of %" PRIu64 " records or more",
                     l->size);
}

static enum status fork_at(const struct witness_log *l, const char *what,
                           struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "fork", "%s: nothing is cosigned", what);
    return diag_hint(d,
                     "records before number %" PRIu64 " are not those seen before: "
                     "the history was rewritten, or there are two ledgers under one "
                     "key (fork); keep this file as evidence",
                     l->size);
}

/* The county has replaced its ledger's key: what was seen stays, and the next request
 * has to go on from it. */
static enum status new_key(struct witness_log *l, const struct witness_log *given,
                           struct str note, struct diag *d)
{
    struct checkpoint c;
    struct str text;
    if (memcmp(l->public_key, given->public_key, KEY_PUBLIC_LEN) == 0) {
        diag_fail(d, ST_CONFLICT, "enrolled", "%s is enrolled already", l->origin);
        return diag_hint(d, "what was seen of a ledger is never set back");
    }
    TRY(open_note(note, given, &c, &text, d));
    if (c.size < l->size) {
        return rollback(l, c.size, d);
    }
    if (c.size == l->size && !digest_equal(c.root, l->root)) {
        return fork_at(l, "another tree of the same size was seen before", d);
    }
    memcpy(l->public_key, given->public_key, KEY_PUBLIC_LEN);
    return ST_OK;
}

enum status witness_enrol(struct witness_state *s, struct str vkey, struct str note,
                          uint64_t time_s, size_t *log, struct diag *d)
{
    struct witness_log l = {.time_s = time_s};
    struct checkpoint c;
    struct str origin;
    struct str text;
    TRY(vkey_parse(vkey, l.origin, l.public_key, d));
    TRY(whose(note, &origin, d));
    if (!str_is(origin, l.origin)) {
        return diag_fail(d, ST_INPUT, "witness-origin",
                         "the checkpoint is of %.*s, the key of %s", STR_ARG(origin),
                         l.origin);
    }
    struct witness_log *there = find_log(s, origin);
    if (there != NULL) {
        *log = (size_t)(there - s->logs);
        return new_key(there, &l, note, d);
    }
    if (s->log_count == WITNESS_LOGS_MAX) {
        return diag_fail(d, ST_CONFLICT, "witness-full",
                         "a witness watches at most %d ledgers", WITNESS_LOGS_MAX);
    }
    TRY(open_note(note, &l, &c, &text, d));
    l.size = c.size;
    memcpy(l.root, c.root, DIGEST_LEN);
    *log = s->log_count;
    s->logs[s->log_count++] = l;
    return ST_OK;
}

/* ---- requests ---- */

enum status witness_request_parse(struct str bytes, struct proof_text *out,
                                  struct diag *d)
{
    struct proof_text r;
    if (proof_text_parse(bytes, &r, d) != ST_OK || r.kind != PROOF_GROWTH) {
        diag_fail(d, ST_INPUT, "request-form", "this is no request to a witness");
        return diag_hint(d, "the county makes it with audit prove --from CHECKPOINT; "
                            "take the file as it was sent");
    }
    *out = r;
    return ST_OK;
}

/* ---- the rule ---- */

/* A tree is hashed as its ledger does, which its key tells. */
static enum status check_proof(const struct witness_log *l, const struct proof_text *r,
                               const struct checkpoint *c, struct diag *d)
{
    struct digest *g;
    TRY(digest_new_kind(&g, key_suite_digest(key_suite(l->public_key)), d));
    bool holds =
        proof_consistency_holds(g, l->size, l->root, c->size, c->root, &r->proof);
    digest_free(g);
    return holds ? ST_OK
                 : fork_at(l,
                           "the larger tree is not proven to go on from the one seen "
                           "last",
                           d);
}

static enum status check_growth(const struct witness_log *l, const struct proof_text *r,
                                const struct checkpoint *c, struct diag *d)
{
    if (c->size < l->size) {
        return rollback(l, c->size, d);
    }
    if (c->size == l->size) {
        /* Whatever the request proves from: the same tree may be cosigned again. */
        return digest_equal(c->root, l->root)
                   ? ST_OK
                   : fork_at(l, "another tree of the same size was seen before", d);
    }
    if (r->at != l->size) {
        diag_fail(d, ST_INPUT, "stale-request",
                  "the request proves from %" PRIu64 " records on, but %" PRIu64
                  " were seen last",
                  r->at, l->size);
        return diag_hint(d,
                         "ask for a request from the checkpoint of %" PRIu64
                         " records (audit prove --from); if the county's program "
                         "answers forked or rolled-back, that is what it is",
                         l->size);
    }
    return check_proof(l, r, c, d);
}

enum status witness_advance(struct witness_state *s, const struct proof_text *r,
                            uint64_t time_s, size_t *log, struct str *text,
                            struct diag *d)
{
    struct checkpoint c;
    struct str origin;
    struct str body;
    must(time_s <= COSIGN_TIME_MAX);
    TRY(whose(r->checkpoint, &origin, d));
    struct witness_log *l = find_log(s, origin);
    if (l == NULL) {
        return unknown_origin(origin, d);
    }
    TRY(open_note(r->checkpoint, l, &c, &body, d));
    TRY(check_growth(l, r, &c, d));
    if (time_s < l->time_s) {
        diag_fail(d, ST_CONFLICT, "clock-back",
                  "this machine's clock is before the time of the last cosignature");
        return diag_hint(d, "set the clock right");
    }
    l->size = c.size;
    memcpy(l->root, c.root, DIGEST_LEN);
    l->time_s = time_s;
    *log = (size_t)(l - s->logs);
    *text = body;
    return ST_OK;
}
