/* import_voids.c - wrong entries taken back: each row names one fact, route or mark of
 * a person who is known, by its number or by what it says; from then on it is as if it
 * had never been. It must never void what another row of the file voids too. */
#include "batch/import_private.h"

#include <string.h>

#include "base/attribute.h"
#include "base/must.h"
#include "base/text.h"

#define ROUTE_ATTRIBUTE "account" /* by which a route is named by content */

/* ---- the row alone ---- */

static bool read_entry(struct import_job *j)
{
    struct void_row *u = &j->u.voiding;
    struct str s = import_row_field(&j->row, FIELD_ENTRY);
    uint64_t number;
    u->by_number = s.n > 0;
    if (!u->by_number) {
        return true;
    }
    if (!text_u64(s, 0, UINT32_MAX, &number)) {
        import_row_fault(&j->row, FIELD_ENTRY, "bad-entry", "not an entry's number");
        return import_row_hint(&j->row, "almoner person show prints them");
    }
    u->entry = (uint32_t)number;
    return true;
}

/* As it was recorded, for a Chinese name as well: of a route, account. */
static struct str attribute_of(struct str word)
{
    const char *name = attribute_named(word);
    return name != NULL ? str_of(name) : word;
}

static bool read_content(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct void_row *u = &j->u.voiding;
    enum import_need need = u->by_number ? IMPORT_OPTIONAL : IMPORT_REQUIRED;
    bool ok =
        import_row_text(r, FIELD_ATTRIBUTE, need, IMPORT_NAME_CHARS, &u->attribute);
    u->attribute = attribute_of(u->attribute);
    ok = import_row_programme(r, &u->programme) && ok;
    ok = import_row_text(r, FIELD_VALUE, need, IMPORT_TEXT_CHARS, &u->value) && ok;
    ok = import_row_day(r, FIELD_EFFECTIVE, true, &u->effective) && ok;
    ok = import_row_text(r, FIELD_SOURCE, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                         &u->source) &&
         ok;
    if (ok && !u->by_number && u->effective == DAY_NEVER) {
        import_row_fault(r, FIELD_EFFECTIVE, "missing-value", "effective is empty");
        return import_row_hint(r, "the day of the wrong entry, or original (原籍)");
    }
    if (str_is(u->attribute, "decision") && attribute_decision(u->value) != NULL) {
        u->value = str_of(attribute_decision(u->value));
    }
    if (ok && str_is(u->attribute, "id_number") &&
        id_number_normal(u->value, u->id_value) == ID_OK) {
        u->value = str_make(u->id_value, ID_NUMBER_LEN);
    }
    return ok;
}

static bool read_void(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct void_row *u = &j->u.voiding;
    memset(u, 0, sizeof *u);
    u->effective = DAY_NEVER;
    bool ok = import_row_id(r, FIELD_ID_NUMBER, j->today, u->id);
    ok = read_entry(j) && ok;
    ok = read_content(j) && ok;
    ok = import_row_text(r, FIELD_VOID_REASON, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                         &u->reason) &&
         ok;
    return import_row_text(r, FIELD_DOCUMENT, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                           &u->document) &&
           ok;
}

/* ---- which entry ---- */

struct found {
    size_t count;
    uint32_t entry; /* the last of them */
    const struct fact *fact;
};

static void add_found(struct found *f, uint32_t entry, const struct fact *fact)
{
    if (f->count == 0 || f->entry != entry) {
        f->count++;
    }
    f->entry = entry;
    f->fact = fact;
}

static bool fact_meant(const struct fact *f, const struct void_row *u)
{
    return str_eq(f->attribute, u->attribute) && str_eq(f->value, u->value) &&
           str_eq(f->programme, u->programme) && f->effective == u->effective &&
           (u->source.n == 0 || str_eq(f->source, u->source));
}

static bool route_meant(const struct route *r, const struct void_row *u)
{
    return str_is(u->attribute, ROUTE_ATTRIBUTE) && str_eq(r->account, u->value) &&
           str_eq(r->programme, u->programme) && r->effective == u->effective;
}

/* Among what counts; marks stand there as the facts they make, but for those that say
 * somebody is not on a list, which have a number only. */
static struct found find(const struct import_job *j)
{
    const struct void_row *u = &j->u.voiding;
    const struct person *p = j->person;
    struct found f = {.count = 0};
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *x = &p->facts[i];
        if (u->by_number ? x->ordinal == u->entry : fact_meant(x, u)) {
            add_found(&f, x->ordinal, x);
        }
    }
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *x = &p->routes[i];
        if (u->by_number ? x->ordinal == u->entry : route_meant(x, u)) {
            add_found(&f, x->ordinal, NULL);
        }
    }
    for (size_t i = 0; i < p->mark_count && u->by_number; i++) {
        if (p->marks[i].ordinal == u->entry && f.count == 0) {
            add_found(&f, p->marks[i].ordinal, NULL);
        }
    }
    return f;
}

uint32_t import_void_entry(const struct import_job *j)
{
    return find(j).entry;
}

/* ---- against the ledger ---- */

static unsigned live_ids(const struct person *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        n += p->facts[i].code == FACT_ID_NUMBER ? 1 : 0;
    }
    return n;
}

static bool check_found(struct import_job *j, const struct found *f)
{
    struct import_row *r = &j->row;
    enum import_field at = j->u.voiding.by_number ? FIELD_ENTRY : FIELD_VALUE;
    if (f->count == 0) {
        import_row_fault(r, at, "no-such-entry",
                         "no fact, route or list entry of this person that counts");
        return import_row_hint(r, "almoner person show prints what is recorded, with "
                                  "the number of each entry");
    }
    if (f->count > 1) {
        import_row_fault(r, at, "several-entries", "%zu entries say this", f->count);
        return import_row_hint(r,
                               "name one by its number: almoner fact void ID "
                               "--entry N; one is %u",
                               (unsigned)f->entry);
    }
    if (f->fact != NULL && f->fact->code == FACT_ID_NUMBER && live_ids(j->person) < 2) {
        import_row_fault(r, at, "only-id", "the only ID number of the person");
        return import_row_hint(r, "record the right one first: almoner import facts, "
                                  "attribute id_number");
    }
    return true;
}

/* Another row may name its person by the number that is voided here. */
static bool check_alone(struct import_job *j, const struct found *f)
{
    bool id = f->fact != NULL && f->fact->code == FACT_ID_NUMBER;
    if ((id && j->row.ordinal > 1) || j->id_voided) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "id-not-alone",
                         "an ID number is voided beside other rows");
        return import_row_hint(&j->row, "void it by itself: almoner fact void");
    }
    j->id_voided = id;
    return true;
}

static enum status check_void(struct import_job *j, struct diag *d)
{
    uint64_t person;
    uint8_t bytes[16];
    struct writer w;
    bool again;
    TRY(import_person_known(j, j->u.voiding.id, &person, d));
    if (person == 0) {
        return ST_OK;
    }
    struct found f = find(j);
    unsigned earlier = import_seen_person(&j->seen, person);
    if (!check_found(j, &f)) {
        return ST_OK;
    }
    if (!check_alone(j, &f)) {
        return ST_OK;
    }
    writer_init(&w, bytes, sizeof bytes);
    writer_u64(&w, person);
    writer_u32(&w, f.entry);
    TRY(import_seen_add(&j->seen, import_seen_key(j->g, writer_str(&w), str_of("void")),
                        &again, d));
    if (again) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "duplicate-row",
                         "a second row voids the same entry");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    if (j->person->void_count + earlier >= PERSON_VOIDS_MAX) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "person-full",
                         "too many entries of this person are voided");
        return ST_OK;
    }
    (void)import_person_room(j, earlier);
    return ST_OK;
}

/* ---- taking in ---- */

/* A number nobody else of the person's facts says leads to nobody any more. */
static enum status forget_id(struct import_job *j, const struct fact *voided,
                             struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    for (size_t i = 0; i < j->person->fact_count; i++) {
        const struct fact *f = &j->person->facts[i];
        if (f != voided && f->code == FACT_ID_NUMBER &&
            str_eq(f->value, voided->value)) {
            return ST_OK;
        }
    }
    return id_number_normal(voided->value, id) == ID_OK ? vault_unindex(j->l, id, d)
                                                        : ST_OK;
}

static enum status take_void(struct import_job *j, struct diag *d)
{
    struct void_row *u = &j->u.voiding;
    struct voiding v = {.reason = u->reason, .document = u->document};
    uint64_t person;
    TRY(import_take_ready(j, &v.recorded, d));
    TRY(vault_find(j->l, u->id, &person, d));
    if (person == 0) { /* the row's own number was voided by a row before */
        return diag_fail(d, ST_INTERNAL, "row-refused", "an ID number is gone");
    }
    TRY(import_person_read(j, person, d));
    struct found f = find(j);
    must(f.count == 1);
    v.entry = f.entry;
    if (f.fact != NULL && f.fact->code == FACT_ID_NUMBER) {
        TRY(forget_id(j, f.fact, d));
    }
    size_t from = j->row_of.plain.len;
    person_add_void(&j->row_of.plain, &v);
    return import_take_person(j, from, d);
}

const struct import_kind import_voids_kind = {
    .what = IMPORT_VOIDS,
    .name = "voids",
    .read = read_void,
    .check = check_void,
    .take = take_void,
};
