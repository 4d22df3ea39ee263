/* verify_people.c - everybody once: what the vault holds is what the records commit
 * to; what was granted is asked of verify_grants.c on the same walk, which goes in
 * slices of person numbers. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"

/* Where the search in a record of facts or history goes on: people mostly stand in
 * them in the order of the walk. */
#define PLACES 256

struct place {
    uint64_t sequence; /* + 1; 0: none */
    bool facts;
    bool voids; /* of facts: by an import of voids */
    struct str entries;
    uint64_t count;
    struct reader r;
    uint64_t left; /* entries from r on */
};

/* ID numbers are looked up many at a time, in the order of their keys: each page of the
 * look-up is then met once for all of them. */
#define LOOKUPS_MAX 65536

struct lookup {
    uint8_t key[VAULT_LOOKUP_LEN];
    uint64_t person;
    uint64_t leads_to;
};

struct people {
    struct verify *v;
    struct verify_part *part;
    struct grants *grants; /* NULL: entitlements are not checked */
    struct place places[PLACES];
    struct chunk_body chunk; /* work space */
    struct vault_row row;
    struct person *person;
    struct vault_row other_row; /* of whom somebody was merged into */
    struct person *other;
    struct repayment repayment; /* work space */
    size_t lookup_count;
    struct lookup *lookups;
};

/* A repayment commits to who paid it back; *out points into body. */
static enum status repayment_commitment(const struct record *rec, uint64_t person,
                                        struct repayment *body, struct str *out,
                                        struct diag *d)
{
    struct signed_body s;
    TRY(signed_body_read(rec, &s, d));
    if (repayment_read(s.plain, body) && body->person == person) {
        *out = str_make(body->name, DIGEST_LEN);
    }
    return ST_OK;
}

/* From the place on; empty when this person is not there. */
static struct str search(struct place *at, uint64_t person)
{
    while (at->left > 0 && !at->r.failed) {
        uint64_t items = cbor_get_array(&at->r);
        uint64_t who = cbor_get_uint(&at->r);
        struct str commitment = cbor_get_bytes(&at->r);
        for (uint64_t k = 2; k < items && !at->r.failed; k++) {
            cbor_skip(&at->r);
        }
        at->left--;
        if (who == person && !at->r.failed) {
            return commitment;
        }
    }
    return str_of("");
}

static void first_place(struct place *at)
{
    reader_init(&at->r, at->entries.p, at->entries.n);
    at->left = at->count;
}

/* In a record of facts or history: that of this person's entry. Behind the last one
 * found first, then from the beginning. */
static struct str commitment_at(struct place *at, uint64_t person)
{
    struct str found = search(at, person);
    if (found.n == 0) {
        first_place(at);
        found = search(at, person);
    }
    return found;
}

static enum status commitment_in_chunk(struct people *p, struct place *at,
                                       const struct record *rec, uint64_t person,
                                       struct str *out, struct diag *d)
{
    struct import_entry import;
    at->sequence = 0;
    if (!chunk_body_read(rec->body, &p->chunk)) {
        return ST_OK;
    }
    at->facts = rec->kind == KIND_FACTS;
    if (at->facts) {
        TRY(import_get(ledger_txn(p->v->l), (uint32_t)p->chunk.number, &import, d));
        at->voids = import.what == IMPORT_VOIDS;
    }
    at->sequence = rec->sequence + 1;
    at->entries = p->chunk.entries;
    at->count = p->chunk.count;
    first_place(at);
    *out = search(at, person);
    return ST_OK;
}

/* In a merge: keys 3 and 4 are the duplicate and the kept one, 5 and 6 what was added
 * to them. */
static struct str commitment_in_merge(const struct record *rec, uint64_t person)
{
    struct reader r;
    struct cbor_map map;
    uint64_t who[2] = {0, 0};
    reader_init(&r, rec->body.p, rec->body.n);
    cbor_map_begin(&map, &r);
    for (uint64_t key = 1; key <= 6 && cbor_map_key(&map, key) && !r.failed; key++) {
        if (key <= 4) {
            uint64_t v = cbor_get_uint(&r);
            who[key % 2] = v; /* 3 and 4 come after 1 and 2 */
            continue;
        }
        struct str commitment = cbor_get_bytes(&r);
        if (who[key % 2] == person) {
            return commitment;
        }
    }
    return str_of("");
}

/* The commitment to this person in a record; empty when there is none. */
static enum status find_commitment(struct people *p, uint64_t person, uint64_t sequence,
                                   struct str *out, struct diag *d)
{
    struct record rec;
    *out = str_of("");
    struct place *at = &p->places[sequence % PLACES];
    if (at->sequence == sequence + 1) {
        *out = commitment_at(at, person);
        return ST_OK;
    }
    TRY(record_get(ledger_txn(p->v->l), sequence, &rec, NULL, d));
    if (rec.kind == KIND_REPAYMENT) {
        return repayment_commitment(&rec, person, &p->repayment, out, d);
    }
    if (rec.kind == KIND_FACTS || rec.kind == KIND_HISTORY) {
        return commitment_in_chunk(p, at, &rec, person, out, d);
    }
    if (rec.kind == KIND_MERGE) {
        *out = commitment_in_merge(&rec, person);
    }
    return ST_OK;
}

/* Are they what a record of its kind brings? */
static enum status entries_fit(struct people *p, uint64_t sequence, struct str entries,
                               bool *fit, struct diag *d)
{
    const struct place *at = &p->places[sequence % PLACES];
    if (at->sequence == sequence + 1 && at->facts) {
        *fit = verify_facts_entries(entries, at->voids);
        return ST_OK;
    }
    return verify_entries(p->v, p->row.person, sequence, entries, p->other, fit, d);
}

static enum status check_sequence(struct people *p, uint64_t sequence, struct diag *d)
{
    struct verify *v = p->v;
    uint8_t ours[DIGEST_LEN];
    struct str theirs;
    uint64_t person = p->row.person;
    if (sequence >= ledger_head(v->l)->tree.size) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "the row of person %llu names a record that is not there",
                   (unsigned long long)person);
        return ST_OK;
    }
    struct str bytes = person_entries_of(buf_str(&p->row.plain), sequence);
    vault_commitment(v->l, &p->row, sequence, bytes, ours);
    TRY(find_commitment(p, person, sequence, &theirs, d));
    if (!str_eq(theirs, str_make(ours, DIGEST_LEN))) {
        verify_bad(
            v, &v->r->integrity, sequence,
            "what the vault holds of person %llu is not what record %llu commits "
            "to",
            (unsigned long long)person, (unsigned long long)sequence);
        return ST_OK;
    }
    p->part->entries++;
    bool fit;
    TRY(entries_fit(p, sequence, bytes, &fit, d));
    if (!fit) {
        verify_bad(v, &v->r->integrity, sequence,
                   "what was added to person %llu is not what a record of this kind "
                   "brings",
                   (unsigned long long)person);
    }
    return ST_OK;
}

/* Entries of one record are adjacent and records ascend: a sequence is new when it
 * differs from the one before. One that comes back would be counted twice, in the place
 * of an entry that is gone. */
static enum status check_commitments(struct people *p, struct diag *d)
{
    struct reader r;
    uint64_t last = NO_SEQUENCE;
    reader_init(&r, p->row.plain.p, p->row.plain.len);
    while (r.at < r.len && !r.failed) {
        struct reader e;
        reader_u8(&r);
        struct str bytes = reader_text(&r);
        reader_init(&e, bytes.p, bytes.n);
        uint64_t recorded = reader_varint(&e);
        if (last != NO_SEQUENCE && recorded < last) {
            verify_bad(p->v, &p->v->r->integrity, NO_SEQUENCE,
                       "the entries of person %llu are not in the order of records",
                       (unsigned long long)p->row.person);
            return ST_OK;
        }
        if (recorded != last && !r.failed) {
            TRY(check_sequence(p, recorded, d));
        }
        last = recorded;
    }
    return ST_OK;
}

/* The number's first mention among a person's facts? */
static bool id_is_new(const struct person *p, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (p->facts[i].code == p->facts[at].code &&
            str_eq(p->facts[i].value, p->facts[at].value)) {
            return false;
        }
    }
    return true;
}

/* The ID number of a person, or an institution's credit code, as it is looked up. */
static bool lookup_form(const struct fact *f, char id[ID_NUMBER_LEN + 1])
{
    return f->code == FACT_CREDIT_CODE ? credit_code_valid(f->value) &&
                                             str_copy(f->value, id, ID_NUMBER_LEN + 1)
                                       : id_number_normal(f->value, id) == ID_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct lookup *x = a;
    const struct lookup *y = b;
    return memcmp(x->key, y->key, sizeof x->key);
}

/* What was gathered; a key must be found when it is the first of its page too. */
enum status people_flush(struct people *p, struct diag *d)
{
    struct verify *v = p->v;
    qsort(p->lookups, p->lookup_count, sizeof *p->lookups, by_key);
    for (size_t i = 0; i < p->lookup_count; i++) {
        const struct lookup *x = &p->lookups[i];
        uint64_t found = 0;
        TRY(vault_find_by_key(v->l, x->key, &found, d));
        if (found != x->leads_to) {
            verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                       "an ID number of person %llu does not lead to this person",
                       (unsigned long long)x->person);
        }
    }
    p->lookup_count = 0;
    return ST_OK;
}

/* One that is in no form to be looked up leads to nobody. */
static enum status gather_lookup(struct people *p, const struct fact *f,
                                 uint64_t leads_to, struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    struct verify *v = p->v;
    if (!lookup_form(f, id)) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "an ID number of person %llu does not lead to this person",
                   (unsigned long long)p->row.person);
        return ST_OK;
    }
    if (p->lookup_count == LOOKUPS_MAX) {
        TRY(people_flush(p, d));
    }
    struct lookup *x = &p->lookups[p->lookup_count++];
    x->person = p->row.person;
    x->leads_to = leads_to;
    return vault_find_key(v->l, id, x->key, d);
}

/* Every ID number of the person leads to the person, or to whom it was merged into. */
static enum status check_lookup(struct people *p, struct diag *d)
{
    struct verify *v = p->v;
    uint64_t leads_to = p->row.person;
    if (p->person->merged_into != 0) {
        TRY(vault_person_now(v->l, p->person->merged_into, &p->other_row, p->other,
                             &leads_to, d));
    }
    for (size_t i = 0; i < p->person->fact_count; i++) {
        const struct fact *f = &p->person->facts[i];
        bool number = f->code == FACT_ID_NUMBER || f->code == FACT_CREDIT_CODE;
        if (!number || !id_is_new(p->person, i)) {
            continue;
        }
        p->part->ids++;
        TRY(gather_lookup(p, f, leads_to, d));
    }
    return ST_OK;
}

/* The row as a whole; the lines of who has one are checked with it. */
static enum status take_apart(struct people *p, struct diag *d)
{
    enum status st = person_read(buf_str(&p->row.plain), UINT64_MAX, p->person, d);
    p->person->number = p->row.person;
    if (st == ST_OK) {
        lines_person(p->v->lines, &p->row, p->person);
    } else {
        lines_left_out(p->v->lines, p->row.person);
    }
    return st;
}

static enum status one_person(struct people *p, uint64_t number, struct str sealed,
                              struct diag *d)
{
    struct verify *v = p->v;
    bool erased;
    TRY(verify_erased(v, number, &erased, d));
    if (erased) {
        verify_bad(
            v, &v->r->integrity, NO_SEQUENCE,
            "person %llu was erased by a certificate, and the row is still there",
            (unsigned long long)number);
        lines_left_out(v->lines, number);
        return ST_OK;
    }
    enum status st = vault_row_open(v->l, number, sealed, &p->row, d);
    if (st == ST_INTEGRITY) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "%s", d->what);
        lines_left_out(v->lines, number);
        return ST_OK;
    }
    if (st != ST_OK) {
        return st;
    }
    TRY(check_commitments(p, d));
    st = take_apart(p, d);
    if (st == ST_OK) {
        st = check_lookup(p, d);
    }
    if (st == ST_OK && p->grants != NULL) {
        st = grants_person(p->grants, p->person, buf_str(&p->row.plain), d);
    }
    if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* in no form we know, or it leads
                                                    * to a row that is gone */
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "person %llu: %s",
                   (unsigned long long)number, d->what);
        return ST_OK;
    }
    return st;
}

enum status people_slice(struct people *p, uint64_t from, uint64_t end, struct diag *d)
{
    uint8_t at[8];
    struct cursor *c;
    struct str key;
    struct str sealed;
    put_u64(at, from);
    TRY(store_cursor_open(ledger_txn(p->v->l), TABLE_PEOPLE, &c, d));
    lines_slice_begin(p->v->lines, from);
    enum status st = store_cursor_seek(c, str_make(at, sizeof at), &key, &sealed, d);
    while (st == ST_OK && key.p != NULL && get_u64((const uint8_t *)key.p) < end) {
        st = one_person(p, get_u64((const uint8_t *)key.p), sealed, d);
        p->part->seen++;
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &sealed, d);
        }
    }
    store_cursor_close(c);
    if (st == ST_OK) {
        lines_slice_end(p->v->lines, end);
    }
    return st;
}

/* ---- life ---- */

static enum status make_parts(struct people *p, struct diag *d)
{
    struct verify *v = p->v;
    p->person = calloc(1, sizeof *p->person);
    p->other = calloc(1, sizeof *p->other);
    p->lookups = calloc(LOOKUPS_MAX, sizeof *p->lookups);
    if (p->person == NULL || p->other == NULL || p->lookups == NULL) {
        return diag_memory(d);
    }
    enum status st = grants_open(&p->grants, v, d);
    if (st == ST_INTEGRITY) { /* a policy's file does not open: see what else */
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "the policies: %s", d->what);
        return ST_OK;
    }
    return st;
}

enum status people_new(struct people **out, struct verify *v, struct verify_part *part,
                       struct diag *d)
{
    struct people *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return diag_memory(d);
    }
    p->v = v;
    p->part = part;
    vault_row_init(&p->row);
    vault_row_init(&p->other_row);
    enum status st = make_parts(p, d);
    if (st != ST_OK) {
        people_free(p);
        return st;
    }
    *out = p;
    return ST_OK;
}

void people_free(struct people *p)
{
    if (p != NULL) {
        vault_row_release(&p->row);
        vault_row_release(&p->other_row);
        free(p->person);
        free(p->other);
        free(p->lookups);
        grants_close(p->grants);
        free(p);
    }
}

bool people_grants(const struct people *p)
{
    return p->grants != NULL;
}
