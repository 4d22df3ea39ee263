/* fold_import.c - imports and what they bring: kinds 20 to 26. */
#include <string.h>

#include "verify/fold_private.h"

#define TYPE_MERGES 6
#define TYPE_INSTITUTIONS 7
#define TYPE_UNITS 8
#define TYPE_HISTORY 9

static size_t size_of(const struct fold *f, const struct list *rows)
{
    return rows == &f->imports      ? sizeof(struct import_row)
           : rows == &f->runs       ? sizeof(struct run_row)
           : rows == &f->batches    ? sizeof(struct batch_row)
           : rows == &f->recoveries ? sizeof(struct recovery_row)
           : rows == &f->closes     ? sizeof(struct close_row)
           : rows == &f->funds      ? sizeof(struct fund_row)
                                    : sizeof(struct unit_row);
}

void *fold_next(struct fold *f, const struct act *a, struct list *rows, uint64_t number)
{
    const uint32_t *last = rows->count == 0 ? NULL : list_at(rows, rows->count - 1);
    bool fine = f->o.whole ? number == rows->count + 1 : last == NULL || number > *last;
    if (!fine || number > UINT32_MAX) {
        report_fail(f->report, GROUP_INTEGRITY, a->r->sequence, "number",
                    "number %llu is not the next one", "编号 %llu 不是下一个",
                    (unsigned long long)number);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    uint32_t *row = list_add(rows, size_of(f, rows));
    if (row == NULL) {
        f->no_memory = true;
        return NULL;
    }
    *row = (uint32_t)number;
    return row;
}

bool fold_person(struct fold *f, const struct act *a, uint64_t number,
                 struct person *out)
{
    if (!f->o.whole) {
        return false;
    }
    if (!people_get(&f->people, number, out)) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "unknown-person",
                    "there is no person %llu", "没有 %llu 号补贴对象",
                    (unsigned long long)number);
        fold_stop(f, a->r->sequence);
        return false;
    }
    if (out->erased) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "erased-named",
                    "it names person %llu, who was erased before",
                    "涉及 %llu 号补贴对象，而其已销毁", (unsigned long long)number);
    }
    return true;
}

void fold_put_person(struct fold *f, uint64_t number, const struct person *person)
{
    f->no_memory = !people_put(&f->people, number, person) || f->no_memory;
}

void fold_keep_commitment(struct fold *f, const struct act *a, uint64_t person,
                          uint32_t ordinal, struct str hash)
{
    (void)scope_person(f, person);
    if (!f->o.commitments) {
        return;
    }
    struct commitment c = {
        .person = person, .sequence = a->r->sequence, .ordinal = ordinal};
    memcpy(c.hash, hash.p, sizeof c.hash);
    f->no_memory = !commitments_add(&f->commitments, &c) || f->no_memory;
}

void fold_keep_file(struct fold *f, const struct act *a, struct str sha, uint64_t bytes)
{
    struct named_file *n = list_add(&f->named_files, sizeof *n);
    if (n == NULL) {
        f->no_memory = true;
        return;
    }
    n->sequence = a->r->sequence;
    n->kind = (uint16_t)a->r->kind->number;
    n->bytes = bytes;
    memcpy(n->sha256, sha.p, HASH_LEN);
}

/* Key 15 of an end pins what lies between. */
bool fold_check_end(struct fold *f, const struct act *a)
{
    if (f->leaf_known && memcmp(a->b.v[15].s.p, f->leaf, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_INTEGRITY, "end-hash",
              "the end does not name the record before it: what was signed is not what "
              "stands there",
              "结束记录所载散列值不是前一条记录的：所签并非现存内容");
    }
    return !f->open.incomplete;
}

void rule_import(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct import_row *i = fold_next(f, a, &f->imports, v[1].u);
    if (i == NULL) {
        return;
    }
    if (v[10].there != v[11].there) {
        fold_malformed(f, a, "keys 10 and 11");
        return;
    }
    i->type = (uint8_t)v[2].u;
    i->rows = v[5].u;
    i->proposer = fold_signer(a);
    memcpy(i->sha, v[3].s.p, HASH_LEN);
    fold_keep_file(f, a, v[3].s, v[4].u);
    if (v[10].there) {
        fold_keep_file(f, a, v[10].s, v[11].u);
    }
}

void rule_import_start(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct import_row *i = list_find(&f->imports, v[1].u);
    f->open.number = v[1].u;
    if (i == NULL && !f->o.whole) {
        return;
    }
    if (i == NULL || i->state != IMPORT_PROPOSED || i->refused ||
        memcmp(i->sha, v[2].s.p, HASH_LEN) != 0) {
        REFUSE(f, a, GROUP_AUTHORISATION, "import-start",
               "import %llu was not proposed with this file, or was begun already",
               "%llu 号导入未以此文件提出，或已经开始", (unsigned long long)v[1].u);
    }
    if (i->proposer == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "import-same",
              "import %llu is confirmed by who proposed it",
              "%llu 号导入由提出人自己确认", (unsigned long long)v[1].u);
    }
    i->state = IMPORT_BEGUN;
}

/* The import of a record within its act; NULL when it is not known or not the open
 * one. */
static struct import_row *open_import(struct fold *f, struct act *a, unsigned type)
{
    if (f->open.incomplete && f->open.number == 0) {
        f->open.number = a->b.v[1].u;
    }
    if (a->b.v[1].u != f->open.number) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "act-number",
                    "import %llu is not the one that is being taken in",
                    "正在导入的不是 %llu 号", (unsigned long long)a->b.v[1].u);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    struct import_row *i = list_find(&f->imports, f->open.number);
    if (i != NULL && type != 0 && i->type != type) {
        fold_malformed(f, a, "kind of import");
        return NULL;
    }
    return i;
}

/* How far in the file; never back. */
static void check_next(struct fold *f, struct act *a, bool above)
{
    uint64_t next = a->b.v[2].u;
    if (next < f->open.next || (above && next == f->open.next)) {
        FAULT(f, a, GROUP_BALANCE, "act-order", "it goes back in its file",
              "在文件中的位置倒退");
    }
    f->open.next = next;
}

static void new_or_known(struct fold *f, struct act *a, const struct import_row *i,
                         uint64_t person)
{
    struct person p = {.institution = i != NULL && i->type == TYPE_INSTITUTIONS};
    if (!f->o.whole || f->stopped) {
        return;
    }
    if (person == f->people.count + 1) {
        f->no_memory = !people_add(&f->people, &p) || f->no_memory;
        f->institutions += p.institution;
        f->open.count[1]++;
        return;
    }
    (void)fold_person(f, a, person, &p);
}

void rule_facts(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[3];
    const struct import_row *i = open_import(f, a, 0);
    struct cbor c = cbor_of(v->s);
    uint64_t seen[RECORD_MAX / 34];
    size_t count = 0;
    check_next(f, a, false);
    for (uint64_t n = 0; n < v->u && !f->stopped; n++) {
        c.bad = c.bad || cbor_array(&c, 2) != 2;
        uint64_t person = cbor_uint(&c, INT64_MAX);
        struct str hash = cbor_bytes(&c, HASH_LEN, HASH_LEN);
        for (size_t k = 0; k < count; k++) {
            c.bad = c.bad || seen[k] == person;
        }
        if (c.bad || person == 0 || count == sizeof seen / sizeof seen[0]) {
            fold_malformed(f, a, "key 3");
            return;
        }
        seen[count++] = person;
        new_or_known(f, a, i, person);
        fold_keep_commitment(f, a, person, COMMITMENT_ENTRIES, hash);
    }
    f->open.count[0] += v->u;
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
    }
}

void rule_import_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct import_row *i = open_import(f, a, 0);
    if (!fold_check_end(f, a) || f->stopped) {
        return;
    }
    if (i != NULL) {
        i->state = IMPORT_TAKEN;
    }
    if ((i != NULL && v[2].u != i->rows) || v[4].u != f->open.count[0] ||
        (f->o.whole && v[3].u != f->open.count[1])) {
        FAULT(
            f, a, GROUP_BALANCE, "import-counts",
            "the counts signed at the end of import %llu are not those of its records",
            "%llu 号导入结束时所签的数目与其记录不符", (unsigned long long)v[1].u);
    }
}

/* [code, [[from, months, fen], ...]] of one person */
static bool history_programme(struct fold *f, struct act *a, struct cbor *c,
                              uint64_t person)
{
    c->bad = c->bad || cbor_array(c, 2) != 2;
    int programme = fold_programme(f, cbor_text(c, 1, CODE_MAX));
    size_t spans = cbor_array(c, 80);
    c->bad = c->bad || spans == 0 || programme < 0;
    for (size_t i = 0; i < spans && !c->bad; i++) {
        struct span s;
        c->bad = c->bad || cbor_array(c, 3) != 3;
        if (!span_read(c, &s, false)) {
            break;
        }
        fold_operate(f, a, programme, OP_TAKEN_OVER, &s);
        if (!f->o.whole) { /* what is taken over stands for itself */
            postings_add(&f->postings, (uint8_t)programme, A_GRANTED, A_PAID,
                         s.fen * s.months);
        }
        f->open.concerned = f->open.concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                                  claims_month(f->o.claims, &s));
        if (claims_person(f->o.claims, person)) {
            claims_span(f->o.claims, COUNT_HISTORY, programme, &s);
        }
    }
    return !c->bad;
}

void rule_history(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[3];
    const struct import_row *i = open_import(f, a, TYPE_HISTORY);
    struct cbor c = cbor_of(v->s);
    uint64_t before = 0;
    check_next(f, a, false);
    for (uint64_t n = 0; n < v->u && !f->stopped; n++) {
        c.bad = c.bad || cbor_array(&c, 3) != 3;
        uint64_t person = cbor_uint(&c, INT64_MAX);
        struct str hash = cbor_bytes(&c, HASH_LEN, HASH_LEN);
        size_t programmes = cbor_array(&c, 16);
        if (c.bad || person <= before || programmes == 0) {
            fold_malformed(f, a, "key 3");
            return;
        }
        before = person;
        new_or_known(f, a, i, person);
        fold_keep_commitment(f, a, person, COMMITMENT_ENTRIES, hash);
        (void)fold_row_load(f, a, person);
        if (f->o.whole && f->row_person != person) {
            fold_malformed(f, a, "a person who was merged into another");
            return;
        }
        for (size_t p = 0; p < programmes && history_programme(f, a, &c, person); p++) {
        }
        fold_row_store(f, a);
    }
    f->open.count[0] += v->u;
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
        return;
    }
    fold_postings(f, a, true, NULL);
}

void rule_units(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[3];
    struct cbor c = cbor_of(v->s);
    (void)open_import(f, a, TYPE_UNITS);
    check_next(f, a, false);
    for (uint64_t n = 0; n < v->u && !f->stopped; n++) {
        c.bad = c.bad || cbor_array(&c, 7) != 7;
        uint64_t number = cbor_uint(&c, UINT32_MAX);
        struct str code = cbor_text(&c, 1, 100);
        (void)cbor_text(&c, 0, 300);
        (void)cbor_text(&c, 0, 100);
        (void)cbor_int(&c);
        (void)cbor_int(&c);
        (void)cbor_text(&c, 0, 100);
        if (c.bad) {
            break;
        }
        uint8_t digest[HASH_LEN];
        hash_once(f->sha256, code, str_of(""), digest);
        struct unit_row *u = list_find(&f->units, number);
        bool known = u != NULL;
        if (!known && f->o.whole) {
            u = fold_next(f, a, &f->units, number);
            if (u == NULL) {
                return;
            }
            memcpy(u->code, digest, sizeof u->code);
        }
        if (known && memcmp(u->code, digest, sizeof u->code) != 0) {
            fold_malformed(f, a, "a unit's code");
            return;
        }
    }
    f->open.count[0] += v->u;
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
    }
}

static void join(struct fold *f, struct act *a, uint64_t number, uint64_t into)
{
    struct person from;
    (void)people_get(&f->people, number, &from);
    row_unpack(from.money, &f->other_row);
    if (!fold_row_load(f, a, into) || !row_join(&f->row, &f->other_row)) {
        REFUSE(f, a, GROUP_BALANCE, "merge-accounts",
               "the accounts of both cannot be added up", "两人的账户无法合并");
    }
    fold_row_store(f, a);
    from.merged_into = into;
    from.money = str_of("");
    fold_put_person(f, number, &from);
}

void rule_merge(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    (void)open_import(f, a, TYPE_MERGES);
    check_next(f, a, true);
    f->open.count[0] += 2;
    fold_keep_commitment(f, a, v[3].u, COMMITMENT_ENTRIES, v[5].s);
    fold_keep_commitment(f, a, v[4].u, COMMITMENT_ENTRIES, v[6].s);
    if (f->o.claims->scope == SCOPE_PERSON && claims_person(f->o.claims, v[4].u)) {
        uint64_t *merged = list_add(&f->o.claims->merged, sizeof *merged);
        if (merged == NULL) {
            f->no_memory = true;
            return;
        }
        *merged = v[3].u;
    }
    if (!f->o.whole || f->stopped) {
        return;
    }
    struct person from, into;
    if (!fold_person(f, a, v[3].u, &from) || !fold_person(f, a, v[4].u, &into)) {
        return;
    }
    if (v[3].u == v[4].u || from.merged_into != 0 || into.merged_into != 0) {
        REFUSE(f, a, GROUP_BALANCE, "merge",
               "%llu and %llu cannot be merged: the same, or merged already",
               "%llu 号与 %llu 号不能合并：同一人或已合并", (unsigned long long)v[3].u,
               (unsigned long long)v[4].u);
    }
    join(f, a, v[3].u, v[4].u);
}
