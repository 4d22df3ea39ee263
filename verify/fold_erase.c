/* fold_erase.c - how long is kept, what is held, who was erased: kinds 12 and 27 to
 * 29. */
#include <string.h>

#include "verify/fold_private.h"

void rule_retention(struct fold *f, struct act *a)
{
    struct retention_row *r = fold_next_registered(f, a, &f->retentions, sizeof *r);
    if (r != NULL) {
        r->confirmed = f->sandbox;
        r->proposer = fold_signer(a);
    }
}

static struct hold_row *hold_of(struct fold *f, uint64_t person)
{
    struct hold_row *rows = f->holds.rows;
    for (size_t i = 0; i < f->holds.count; i++) {
        if (rows[i].person == person) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool is_erased(const struct fold *f, uint64_t person)
{
    uint64_t sequence;
    return fold_erased(f, person, &sequence);
}

static void check_named(struct fold *f, struct act *a)
{
    uint64_t person = a->b.v[1].u;
    if ((f->o.whole && person > f->people.count) || is_erased(f, person)) {
        FAULT(f, a, GROUP_BALANCE, "erased-named",
              "it names person %llu, who was erased before or does not exist",
              "涉及 %llu 号补贴对象，而其已销毁或不存在", (unsigned long long)person);
    }
}

void rule_hold(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct hold_row *h = hold_of(f, v[1].u);
    bool set = v[2].u == 1, on = h != NULL && h->on;
    check_named(f, a);
    bool by_checker = a->signer != NULL && (a->signer->roles & ROLE_CHECKER) != 0 &&
                      (h == NULL || h->by != a->signer->number);
    if (set == on || (!set && !by_checker)) {
        FAULT(f, a, GROUP_AUTHORISATION, "hold",
              "the hold on person %llu is set twice, or lifted by who may not",
              "%llu 号补贴对象的保全重复设置，或由无权者解除",
              (unsigned long long)v[1].u);
    }
    if (h == NULL) {
        h = list_add(&f->holds, sizeof *h);
    }
    if (h == NULL) {
        f->no_memory = true;
        return;
    }
    h->person = v[1].u;
    h->by = set ? fold_signer(a) : h->by;
    h->on = set;
}

void rule_erase(struct fold *f, struct act *a)
{
    const struct hold_row *h = hold_of(f, a->b.v[1].u);
    check_named(f, a);
    if (h != NULL && h->on) {
        FAULT(f, a, GROUP_AUTHORISATION, "erase-held",
              "person %llu is under legal hold", "%llu 号补贴对象处于保全之中",
              (unsigned long long)a->b.v[1].u);
    }
    struct proposal_row *p = list_add(&f->proposals, sizeof *p);
    if (p == NULL) {
        f->no_memory = true;
        return;
    }
    p->person = a->b.v[1].u;
    p->sequence = a->r->sequence;
    p->proposer = fold_signer(a);
    leaf_hash(f->hash, a->r->bytes, p->leaf);
}

struct proposal_row *fold_proposal(const struct fold *f, uint64_t person)
{
    struct proposal_row *rows = f->proposals.rows;
    for (size_t i = f->proposals.count; i > 0; i--) {
        if (rows[i - 1].person == person) {
            return &rows[i - 1];
        }
    }
    return NULL;
}

static bool proposed(const struct fold *f, const struct act *a)
{
    const struct value *v = a->b.v;
    const struct proposal_row *p = fold_proposal(f, v[1].u);
    return p != NULL && !p->refused && p->sequence == v[2].u &&
           memcmp(p->leaf, v[3].s.p, HASH_LEN) == 0 && p->proposer != fold_signer(a);
}

/* No month waits for money, or owes some. */
static void check_settled(struct fold *f, struct act *a, uint64_t person)
{
    if (!fold_row_load(f, a, person)) {
        return;
    }
    for (size_t i = 0; i < f->row.count; i++) {
        const int64_t *fen = f->row.segment[i].fen;
        if (fen[A_DUE] != 0 || fen[A_TRANSIT] != 0 || fen[A_RETURNED] != 0 ||
            fen[A_RECEIVABLE] != 0) {
            FAULT(f, a, GROUP_BALANCE, "erase-open",
                  "person %llu was erased while money is open",
                  "%llu 号补贴对象销毁时仍有未清款项", (unsigned long long)person);
            return;
        }
    }
}

static void erase_one(struct fold *f, struct act *a, uint64_t person)
{
    const struct hold_row *h = hold_of(f, person);
    if (is_erased(f, person) || (h != NULL && h->on)) {
        FAULT(f, a, GROUP_AUTHORISATION, "erase-held",
              "person %llu is under legal hold, or was erased before",
              "%llu 号补贴对象处于保全之中，或已销毁", (unsigned long long)person);
    }
    if (person != a->b.v[1].u && f->o.whole &&
        (!fold_row_load(f, a, person) || f->row_person != a->b.v[1].u)) {
        FAULT(f, a, GROUP_BALANCE, "erase-other",
              "person %llu was not merged into who is erased",
              "%llu 号并未并入被销毁者", (unsigned long long)person);
    }
    uint64_t *who = list_add(&f->erased, sizeof *who);
    uint64_t *sequence = who == NULL ? NULL : list_add(&f->erased, sizeof *sequence);
    if (sequence == NULL) {
        f->no_memory = true;
        return;
    }
    uint64_t *pairs = f->erased.rows; /* ascending by person, for fold_erased */
    size_t at = f->erased.count - 2;
    for (; at >= 2 && pairs[at - 2] > person; at -= 2) {
        pairs[at] = pairs[at - 2];
        pairs[at + 1] = pairs[at - 1];
    }
    pairs[at] = person;
    pairs[at + 1] = a->r->sequence;
    struct person p;
    if (f->o.whole && people_get(&f->people, person, &p)) {
        p.erased = true;
        fold_put_person(f, person, &p);
    }
}

void rule_erased(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct cbor c = cbor_of(v[4].s);
    if (!proposed(f, a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "erase-same",
              "person %llu was erased without the proposal of another operator",
              "%llu 号补贴对象的销毁没有另一人的提议", (unsigned long long)v[1].u);
    }
    uint64_t before = 0;
    for (uint64_t i = 0; i < v[4].u; i++) {
        c.bad = c.bad || cbor_array(&c, 2) != 2;
        uint64_t person = cbor_uint(&c, INT64_MAX);
        (void)cbor_bytes(&c, HASH_LEN, HASH_LEN);
        if (c.bad || person == 0 || (i == 0 ? person != v[1].u : person <= before)) {
            fold_malformed(f, a, "key 4");
            return;
        }
        before = i == 0 ? 0 : person;
        erase_one(f, a, person);
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 4");
        return;
    }
    check_settled(f, a, v[1].u);
}
