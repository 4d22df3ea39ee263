/* fold_register.c - rules of the records that fill the registers: who may act, where
 * money goes, which rules hold, which files were taken in. */
#include <string.h>

#include "base/must.h"
#include "ledger/anchor.h"
#include "ledger/erasure.h"
#include "ledger/fold_private.h"
#include "ledger/refusal.h"
#include "ledger/setting.h"

/* Body {1: name, 2: division, 3: suite, 4: ledger's public key, 5: sandbox, 6: offset
 * in minutes, 7: [[admin's name, public key]...], 8: SM2 id}. Not signed: the keys it
 * names are what outsiders hold against the vkeys they were given. */
enum status rule_genesis(struct fold *f, const struct record *r, struct diag *d)
{
    struct genesis g;
    TRY(genesis_read(r, &g, d));
    for (size_t i = 0; i < g.admin_count; i++) {
        struct operator_entry e = {
            .number = (uint32_t)i + 1, .state = ENTRY_ACTIVE, .roles = ROLE_ADMIN};
        must(str_copy(g.admins[i].name, e.name, sizeof e.name));
        memcpy(e.public_key, g.admins[i].public_key, KEY_PUBLIC_LEN);
        TRY(operator_put(f->t, &e, d));
        f->head.operators++;
    }
    return epoch_genesis(f, &g, d);
}

/* Names and keys are used once for ever. */
static enum status operator_is_new(struct fold *f, const struct operator_entry *e,
                                   struct diag *d)
{
    struct operator_entry known;
    struct witness_entry witness;
    TRY(operator_find(f->t, str_of(e->name), &known, d));
    if (known.number != 0) {
        return fold_refuse(d, "operator-known", "there is an operator %s already",
                           e->name);
    }
    TRY(operator_find_key(f->t, e->public_key, &known, d));
    if (known.number != 0) {
        return fold_refuse(d, "key-known", "this key is that of operator %s",
                           known.name);
    }
    TRY(witness_find_key(f->t, f->head.witnesses, e->public_key, &witness, d));
    if (witness.number != 0) {
        return fold_refuse(d, "key-known", "this key is that of witness %s",
                           witness.key.name);
    }
    return ST_OK;
}

enum status rule_operator(struct fold *f, const struct record *r, struct diag *d)
{
    struct operator_entry e = {.sequence = r->sequence,
                               .proposed_by = f->signer.number};
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, e.name, sizeof e.name);
    body_key(&b, 3, e.public_key);
    e.roles = (unsigned)body_uint(&b, 4, 31);
    body_text_if(&b, 5, e.office, sizeof e.office);
    if (!body_done(&b) || e.roles == 0 || !key_name_valid(str_of(e.name))) {
        return fold_malformed(r, d);
    }
    if ((e.roles & ROLE_ADMIN) != 0 && e.roles != ROLE_ADMIN) {
        return fold_refuse(d, "admin-role", "an admin has no other role");
    }
    if (key_suite(e.public_key) != f->suite) {
        return fold_refuse(d, "key-suite", "the key of %s is not of the ledger's suite",
                           e.name);
    }
    TRY(operator_is_new(f, &e, d));
    TRY(fold_next(&f->head.operators, number, "operator", d));
    e.number = (uint32_t)number;
    e.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING;
    return operator_put(f->t, &e, d);
}

enum status rule_channel(struct fold *f, const struct record *r, struct diag *d)
{
    struct channel_entry known;
    struct channel_entry e = {.sequence = r->sequence, .proposed_by = f->signer.number};
    if (!channel_body(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(channel_find(f->t, str_of(e.name), &known, d));
    if (known.number != 0) {
        return fold_refuse(d, "channel-known", "there is a channel %s already", e.name);
    }
    TRY(fold_next(&f->head.channels, e.number, "channel", d));
    e.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING;
    return channel_put(f->t, &e, d);
}

enum status rule_setting(struct fold *f, const struct record *r, struct diag *d)
{
    struct setting_entry e;
    if (!setting_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(setting_check(str_of(e.name), str_of(e.value), d));
    TRY(fold_next(&f->head.settings, e.number, "setting", d));
    e.state = f->sandbox ? ENTRY_ACTIVE : ENTRY_PENDING;
    e.sequence = r->sequence;
    e.proposed_by = f->signer.number;
    return setting_put(f->t, &e, d);
}

enum status fold_second(const struct fold *f, enum entry_state state,
                        uint32_t proposed_by, struct diag *d)
{
    if (state != ENTRY_PENDING) {
        return fold_refuse(d, "not-pending", "it is confirmed already");
    }
    if (proposed_by == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s proposed it: another admin has to confirm",
                         f->signer.name);
    }
    return ST_OK;
}

/* Body {1: register kind, 2: number}. */
enum status rule_second(struct fold *f, const struct record *r, struct diag *d)
{
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t kind = body_uint(&b, 1, 255);
    uint32_t number = (uint32_t)body_uint(&b, 2, UINT32_MAX);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(refusal_none(f->t, (enum register_kind)kind, number, d));
    if (kind == REGISTER_OPERATOR) {
        struct operator_entry e;
        TRY(operator_get(f->t, number, &e, d));
        TRY(fold_second(f, e.state, e.proposed_by, d));
        e.state = ENTRY_ACTIVE;
        return operator_put(f->t, &e, d);
    }
    if (kind == REGISTER_CHANNEL) {
        struct channel_entry e;
        TRY(channel_get(f->t, number, &e, d));
        TRY(fold_second(f, e.state, e.proposed_by, d));
        e.state = ENTRY_ACTIVE;
        return channel_put(f->t, &e, d);
    }
    if (kind == REGISTER_KEEPING) {
        struct retention_entry e;
        TRY(retention_get(f->t, number, &e, d));
        TRY(fold_second(f, e.state, e.proposed_by, d));
        e.state = ENTRY_ACTIVE;
        return retention_put(f->t, &e, d);
    }

    if (kind == REGISTER_SETTING) {
        struct setting_entry e;
        TRY(setting_get(f->t, number, &e, d));
        TRY(fold_second(f, e.state, e.proposed_by, d));
        e.state = ENTRY_ACTIVE;
        return setting_put(f->t, &e, d);
    }

    if (kind == REGISTER_WITNESS) {
        struct witness_entry e;
        TRY(witness_get(f->t, number, &e, d));
        TRY(fold_second(f, e.state, e.proposed_by, d));
        e.state = ENTRY_ACTIVE;
        return witness_put(f->t, &e, d);
    }

    if (kind == REGISTER_EPOCH) {
        return epoch_confirm(f, r, number, d);
    }
    return fold_malformed(r, d);
}

/* Body: see struct refusal. The role that a register wants is looked at with the entry:
 * a maker refuses nothing but what that maker proposed. */
enum status rule_refused(struct fold *f, const struct record *r, struct diag *d)
{
    struct refusal x;
    if (!refusal_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(refusal_check(f->t, &x, &f->signer, d));
    return refusal_put(f->t, &x, r->sequence, d);
}

/* Body {1: last time, 2: new time, not after the record's}: the signer vouches for the
 * jump. */
enum status rule_clock(struct fold *f, const struct record *r, struct diag *d)
{
    struct body b;
    body_start(&b, f->body.plain);
    int64_t before = body_int(&b, 1);
    int64_t after = body_int(&b, 2);
    if (!body_done(&b) || before != f->head.last_us || after < before ||
        after > r->time_us) {
        return fold_malformed(r, d);
    }
    return ST_OK;
}

/* Body {1: person, 0 for more than one, 2: purpose}. */
enum status rule_reveal(struct fold *f, const struct record *r, struct diag *d)
{
    char purpose[TEXT_MAX + 1];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t person = body_uint(&b, 1, UINT64_MAX);
    body_text(&b, 2, purpose, sizeof purpose);
    if (!body_done(&b) || person > f->head.people) {
        return fold_malformed(r, d);
    }
    return ST_OK;
}

enum status rule_policy_adopt(struct fold *f, const struct record *r, struct diag *d)
{
    struct policy_entry e = {.sequence = r->sequence, .state = ENTRY_PENDING};
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, e.id, sizeof e.id);
    body_digest(&b, 3, e.sha256);
    e.length = body_uint(&b, 4, UINT64_MAX);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(fold_next(&f->head.policies, number, "policy", d));
    e.number = (uint32_t)number;
    return policy_put(f->t, &e, d);
}

/* Body {1: number, 2: SHA-256 of the file}. */
enum status rule_policy_confirm(struct fold *f, const struct record *r, struct diag *d)
{
    struct policy_entry e;
    uint8_t sha256[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint32_t number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_digest(&b, 2, sha256);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(policy_get(f->t, number, &e, d));
    TRY(refusal_none(f->t, REGISTER_POLICY, number, d));
    if (e.state != ENTRY_PENDING) {
        return fold_refuse(d, "not-pending", "policy %u is confirmed already", number);
    }
    if (memcmp(sha256, e.sha256, DIGEST_LEN) != 0) {
        return fold_refuse(d, "other-file", "policy %u is another file", number);
    }
    if (e.adopted_by == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s adopted policy %u: another operator has to confirm",
                         f->signer.name, number);
    }
    e.state = ENTRY_ACTIVE;
    e.confirmed_by = f->signer.number;
    e.confirmed_order = ++f->head.confirmed;
    e.confirmed_us = r->time_us;
    e.confirmed_at = r->sequence;
    return policy_put(f->t, &e, d);
}

enum status rule_import(struct fold *f, const struct record *r, struct diag *d)
{
    struct import_entry e = {.sequence = r->sequence, .state = ENTRY_PENDING};
    if (!import_entry_read(f->body.plain, &e)) {
        return fold_malformed(r, d);
    }
    TRY(fold_next(&f->head.imports, e.number, "import", d));
    return import_put(f->t, &e, d);
}

/* Body {1: number, 2: SHA-256 of the file}. */
enum status rule_import_start(struct fold *f, const struct record *r, struct diag *d)
{
    struct import_entry e;
    uint8_t sha256[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint32_t number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_digest(&b, 2, sha256);
    if (!body_done(&b)) {
        return fold_malformed(r, d);
    }
    TRY(import_get(f->t, number, &e, d));
    TRY(refusal_none(f->t, REGISTER_IMPORT, number, d));
    if (e.state != ENTRY_PENDING || e.confirmed_at != 0) {
        return fold_refuse(d, "not-pending", "import %u is confirmed already", number);
    }
    if (memcmp(sha256, e.sha256, DIGEST_LEN) != 0) {
        return fold_refuse(d, "other-file", "import %u is another file", number);
    }
    if (e.made_by == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s made import %u: another operator has to confirm",
                         f->signer.name, number);
    }
    e.confirmed_by = f->signer.number;
    e.confirmed_at = r->sequence;
    fold_open(f, r, number);
    return import_put(f->t, &e, d);
}

static bool person_in(const uint64_t *people, uint64_t count, uint64_t person)
{
    for (uint64_t i = 0; i < count; i++) {
        if (people[i] == person) {
            return true;
        }
    }
    return false;
}

#define FACTS_PEOPLE_MAX (BODY_BYTES_MAX / 34)

/* Chunk of [person, commitment]; key 2 is how far in the file this goes (of a list: the
 * last person looked at). A person above the highest number is a new one, and must be
 * the next; one is in a record once. */
enum status rule_facts(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct reader rd;
    uint64_t people[FACTS_PEOPLE_MAX];
    struct import_entry of;
    if (!chunk_body_read(r->body, &c) || c.first < f->head.open.next ||
        c.count > FACTS_PEOPLE_MAX) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, c.number, d));
    TRY(import_get(f->t, (uint32_t)c.number, &of, d));
    reader_init(&rd, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count; i++) {
        bool pair = cbor_get_array(&rd) == 2;
        uint64_t person = cbor_get_uint(&rd);
        struct str commitment = cbor_get_bytes(&rd);
        if (!pair || rd.failed || commitment.n != DIGEST_LEN || person == 0 ||
            person > f->head.people + 1 || person_in(people, i, person)) {
            return fold_malformed(r, d);
        }
        TRY(fold_not_erased(f, person, d));
        people[i] = person;
        if (person == f->head.people + 1) {
            f->head.people++;
            f->head.open.count[OPEN_PEOPLE]++;
            f->head.institutions += of.what == IMPORT_INSTITUTIONS ? 1 : 0;
        }
    }
    f->head.open.next = c.first;
    f->head.open.count[OPEN_DONE] += c.count;
    return reader_done(&rd) ? ST_OK : fold_malformed(r, d);
}

/* Body {1: number, 2: rows, 3: new people, 4: entries, 15: leaf hash before}. */
enum status rule_import_end(struct fold *f, const struct record *r, struct diag *d)
{
    struct import_entry e;
    uint8_t before[DIGEST_LEN];
    struct body b;
    body_start(&b, f->body.plain);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t rows = body_uint(&b, 2, UINT64_MAX);
    uint64_t people = body_uint(&b, 3, UINT64_MAX);
    uint64_t entries = body_uint(&b, 4, UINT64_MAX);
    body_digest(&b, 15, before);
    if (!body_done(&b) || memcmp(before, f->head.last_leaf, DIGEST_LEN) != 0) {
        return fold_malformed(r, d);
    }
    TRY(fold_in(f, number, d));
    TRY(import_get(f->t, (uint32_t)number, &e, d));
    if (e.made_by == f->signer.number) {
        return diag_fail(d, ST_DENIED, "same-operator",
                         "%s made import %u: another operator has to confirm",
                         f->signer.name, e.number);
    }
    if (rows != e.rows || people != f->head.open.count[OPEN_PEOPLE] ||
        entries != f->head.open.count[OPEN_DONE]) {
        return fold_refuse(d, "import-totals", "the totals of import %u do not agree",
                           e.number);
    }
    e.state = ENTRY_ACTIVE;
    if (e.what == IMPORT_HISTORY) { /* settled months are others for everybody */
        f->head.assessed_month = 0;
    }
    fold_close(f);
    return import_put(f->t, &e, d);
}
