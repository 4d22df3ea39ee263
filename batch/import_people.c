/* import_people.c - rosters: one row makes a person known, with facts and a route from
 * the beginning. A person who is known already must be told of in the same words: a
 * change has a date, which a roster does not say, so it comes as facts or routes. */
#include "batch/import_private.h"

#include "base/must.h"

#define PEOPLE_FACTS_MAX 10

/* ---- the row alone ---- */

static bool read_since(struct import_job *j)
{
    struct import_row *r = &j->row;
    if (import_row_field(r, FIELD_REGISTRATION_SINCE).n == 0) {
        import_row_fault(r, FIELD_REGISTRATION_SINCE, "missing-value",
                         "registration_since is empty");
        return import_row_hint(r, "the day of moving in, or original (原籍)");
    }
    return import_row_day(r, FIELD_REGISTRATION_SINCE, true, &j->u.people.since);
}

static bool read_account(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct people_row *p = &j->u.people;
    bool ok = import_row_account(r, IMPORT_OPTIONAL, &p->account);
    ok = import_row_text(r, FIELD_ACCOUNT_NAME, IMPORT_OPTIONAL, IMPORT_NAME_CHARS,
                         &p->account_name) &&
         ok;
    ok = import_row_bank_code(r, &p->bank_code) && ok;
    if (ok && p->account.n == 0 && p->account_name.n + p->bank_code.n > 0) {
        import_row_fault(r, FIELD_ACCOUNT, "missing-value",
                         "an account's name or bank without its number");
        return import_row_hint(r, "fill in the account, or empty the other two");
    }
    return ok;
}

/* A day of somebody's life: not before the birth, not after today. */
static bool check_day(struct import_job *j, enum import_field f, int32_t day)
{
    struct import_row *r = &j->row;
    char birth[DATE_TEXT_CAP];
    if (day > j->today) {
        import_row_fault(r, f, "bad-date", "a day after today");
        return import_row_hint(r, "compare the year; what is to come is recorded when "
                                  "it has happened");
    }
    if (day < id_number_birth(j->u.people.id)) {
        date_print(id_number_birth(j->u.people.id), birth);
        import_row_fault(r, f, "bad-date",
                         "a day before the birth, %s by the ID number", birth);
        return import_row_hint(
            r, "compare it with the source%s",
            f == FIELD_REGISTRATION_SINCE
                ? "; who is registered here since birth: original (原籍)"
                : "");
    }
    return true;
}

static bool read_days(struct import_job *j, bool id_ok)
{
    struct people_row *p = &j->u.people;
    bool since_ok = read_since(j);
    bool claim_ok = import_row_day(&j->row, FIELD_CLAIM_DATE, false, &p->claim);
    if (id_ok && since_ok && p->since != DAY_ALWAYS) {
        since_ok = check_day(j, FIELD_REGISTRATION_SINCE, p->since);
    }
    if (id_ok && claim_ok && p->claim != DAY_NEVER) {
        claim_ok = check_day(j, FIELD_CLAIM_DATE, p->claim);
    }
    return since_ok && claim_ok;
}

static bool read_texts(struct import_job *j)
{
    struct people_row *p = &j->u.people;
    const struct {
        enum import_field field;
        size_t chars_max;
        struct str *out;
    } texts[] = {
        {FIELD_UNIT, IMPORT_NAME_CHARS, &p->unit},
        {FIELD_ADDRESS, IMPORT_TEXT_CHARS, &p->address},
        {FIELD_PHONE, IMPORT_NAME_CHARS, &p->phone},
        {FIELD_HOUSEHOLD, IMPORT_NAME_CHARS, &p->household},
        {FIELD_CONTACT, IMPORT_NAME_CHARS, &p->contact},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ok = import_row_text(&j->row, texts[i].field, IMPORT_OPTIONAL,
                             texts[i].chars_max, texts[i].out) &&
             ok;
    }
    return ok;
}

static bool read_people(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct people_row *p = &j->u.people;
    p->claim = DAY_NEVER;
    bool id_ok = import_row_id(r, FIELD_ID_NUMBER, j->today, p->id);
    bool ok = id_ok;
    ok = import_row_text(r, FIELD_NAME, IMPORT_REQUIRED, IMPORT_NAME_CHARS, &p->name) &&
         ok;
    ok = import_row_division(r, FIELD_REGISTRATION, &p->registration) && ok;
    ok = read_days(j, id_ok) && ok;
    ok = read_account(j) && ok;
    return read_texts(j) && ok;
}

/* ---- what it says ---- */

struct statement {
    enum import_field field;
    struct fact fact;
};

static void state(struct statement *list, size_t *count, enum import_field field,
                  const char *attribute, struct str value, int32_t effective)
{
    if (value.n == 0) {
        return;
    }
    must(*count < PEOPLE_FACTS_MAX);
    list[(*count)++] = (struct statement){
        .field = field,
        .fact = {.attribute = str_of(attribute),
                 .value = value,
                 .effective = effective,
                 .until = DAY_NEVER,
                 .amount_fen = -1},
    };
}

static size_t statements(const struct people_row *p, struct statement *list)
{
    size_t n = 0;
    struct str id = str_make(p->id, ID_NUMBER_LEN);
    struct str claim = str_of(p->claim != DAY_NEVER ? "claim" : "");
    state(list, &n, FIELD_ID_NUMBER, "id_number", id, DAY_ALWAYS);
    state(list, &n, FIELD_NAME, "name", p->name, DAY_ALWAYS);
    state(list, &n, FIELD_REGISTRATION, "registration", p->registration, p->since);
    state(list, &n, FIELD_UNIT, "unit", p->unit, DAY_ALWAYS);
    state(list, &n, FIELD_HOUSEHOLD, "household", p->household, DAY_ALWAYS);
    state(list, &n, FIELD_ADDRESS, "address", p->address, DAY_ALWAYS);
    state(list, &n, FIELD_PHONE, "phone", p->phone, DAY_ALWAYS);
    state(list, &n, FIELD_CONTACT, "contact", p->contact, DAY_ALWAYS);
    state(list, &n, FIELD_CLAIM_DATE, "claim", claim, p->claim);
    return n;
}

static struct route stated_route(const struct people_row *p)
{
    return (struct route){
        .account = p->account,
        .account_name = p->account_name.n > 0 ? p->account_name : p->name,
        .bank_code = p->bank_code,
        .effective = DAY_ALWAYS,
        .until = DAY_NEVER,
    };
}

/* ---- against what is known ---- */

enum known { KNOWN_SAME, KNOWN_OTHERWISE, KNOWN_NOTHING };

static bool has_fact(const struct person *p, struct str attribute)
{
    for (size_t i = 0; i < p->fact_count; i++) {
        if (str_eq(p->facts[i].attribute, attribute)) {
            return true;
        }
    }
    return false;
}

/* A registration and a claim are known with their dates, the rest as it is today. */
static enum known known_fact(const struct person *p, const struct statement *s,
                             int32_t today)
{
    bool dated = s->field == FIELD_REGISTRATION || s->field == FIELD_CLAIM_DATE;
    int32_t day = dated ? s->fact.effective : today;
    const struct fact *f = person_fact(p, s->fact.attribute.p, str_of(""), day);
    if (s->field == FIELD_ID_NUMBER) {
        return KNOWN_SAME; /* it led to this person: the number now, or one before */
    }
    if (f != NULL && (!dated || f->effective == day) &&
        (s->field == FIELD_CLAIM_DATE || str_eq(f->value, s->fact.value))) {
        return KNOWN_SAME;
    }
    return has_fact(p, s->fact.attribute) ? KNOWN_OTHERWISE : KNOWN_NOTHING;
}

static enum known known_route(const struct person *p, const struct people_row *row,
                              int32_t today, enum import_field *field)
{
    const struct route *r = person_route(p, str_of(""), today);
    *field = FIELD_ACCOUNT;
    if (row->account.n == 0) {
        return KNOWN_SAME;
    }
    if (r == NULL) {
        return p->route_count > 0 ? KNOWN_OTHERWISE : KNOWN_NOTHING;
    }
    if (!str_eq(r->account, row->account)) {
        return KNOWN_OTHERWISE;
    }
    if (row->account_name.n > 0 && !str_eq(r->account_name, row->account_name)) {
        *field = FIELD_ACCOUNT_NAME;
        return KNOWN_OTHERWISE;
    }
    *field = FIELD_BANK_CODE;
    return row->bank_code.n == 0 || str_eq(r->bank_code, row->bank_code)
               ? KNOWN_SAME
               : KNOWN_OTHERWISE;
}

static void otherwise(struct import_row *r, enum import_field field, const char *how)
{
    import_row_fault(r, field, "known-otherwise", "the person is known with another %s",
                     import_field_name(field));
    import_row_hint(r, "record a change with its date: almoner import %s", how);
}

static enum status check_known(struct import_job *j, uint64_t person, struct diag *d)
{
    struct statement list[PEOPLE_FACTS_MAX];
    size_t count = statements(&j->u.people, list);
    enum import_field field;
    if (import_seen_person(&j->seen, person) > 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "duplicate-person",
                         "a second row for the same person");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    TRY(import_person_read(j, person, d));
    for (size_t i = 0; i < count; i++) {
        if (known_fact(j->person, &list[i], j->today) == KNOWN_OTHERWISE) {
            otherwise(&j->row, list[i].field, "facts");
        }
    }
    if (known_route(j->person, &j->u.people, j->today, &field) == KNOWN_OTHERWISE) {
        otherwise(&j->row, field, "routes");
    }
    if (!j->row.bad) {
        (void)import_person_room(j, PEOPLE_FACTS_MAX);
    }
    return ST_OK;
}

/* Seventeen digits say all: the last is made from them. */
static uint64_t id_key(const char id[ID_NUMBER_LEN + 1])
{
    uint64_t key = 0;
    for (size_t i = 0; i < ID_NUMBER_LEN - 1; i++) {
        key = key * 10 + (uint64_t)(id[i] - '0');
    }
    return key + 1;
}

static enum status check_people(struct import_job *j, struct diag *d)
{
    uint64_t person;
    bool again;
    TRY(import_seen_add(&j->seen, id_key(j->u.people.id), &again, d));
    if (again) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "duplicate-person",
                         "a second person with the same ID number");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    TRY(vault_find(j->l, j->u.people.id, &person, d));
    if (person == 0) {
        j->report->new_people++;
        return import_seen_fresh(&j->seen, j->row.ordinal, d);
    }
    return check_known(j, person, d);
}

enum status import_people_new_facts(struct import_job *j,
                                    enum status (*each)(struct import_job *j,
                                                        struct fact f, struct diag *d),
                                    struct diag *d)
{
    struct statement list[PEOPLE_FACTS_MAX];
    uint64_t person;
    TRY(vault_find(j->l, j->u.people.id, &person, d));
    if (person == 0) {
        return ST_OK;
    }
    size_t count = statements(&j->u.people, list);
    for (size_t i = 0; i < count; i++) {
        if (known_fact(j->person, &list[i], j->today) == KNOWN_NOTHING) {
            TRY(each(j, list[i].fact, d));
        }
    }
    return ST_OK;
}

/* ---- taking in ---- */

void import_people_write(const struct people_row *p, uint64_t recorded, struct buf *row)
{
    struct statement list[PEOPLE_FACTS_MAX];
    size_t count = statements(p, list);
    for (size_t i = 0; i < count; i++) {
        list[i].fact.recorded = recorded;
        person_add_fact(row, &list[i].fact);
    }
    if (p->account.n > 0) {
        struct route r = stated_route(p);
        r.recorded = recorded;
        person_add_route(row, &r);
    }
}

static enum status take_known(struct import_job *j, uint64_t person, struct diag *d)
{
    uint64_t recorded;
    struct statement list[PEOPLE_FACTS_MAX];
    size_t count = statements(&j->u.people, list);
    enum import_field field;
    TRY(import_new_write(j, d));
    TRY(import_take_ready(j, &recorded, d));
    TRY(import_person_read(j, person, d));
    /* person borrows from the row, which moves when it grows: decide first. */
    bool add[PEOPLE_FACTS_MAX];
    for (size_t i = 0; i < count; i++) {
        add[i] = known_fact(j->person, &list[i], j->today) == KNOWN_NOTHING;
    }
    bool add_route =
        known_route(j->person, &j->u.people, j->today, &field) == KNOWN_NOTHING;
    size_t from = j->row_of.plain.len;
    for (size_t i = 0; i < count; i++) {
        list[i].fact.recorded = recorded;
        if (add[i]) {
            person_add_fact(&j->row_of.plain, &list[i].fact);
        }
    }
    if (add_route) {
        struct route r = stated_route(&j->u.people);
        r.recorded = recorded;
        person_add_route(&j->row_of.plain, &r);
    }
    return j->row_of.plain.len > from ? import_take_person(j, from, d) : ST_OK;
}

static enum status take_people(struct import_job *j, struct diag *d)
{
    uint64_t person = 0;
    if (!import_seen_is_fresh(&j->seen, j->row.ordinal)) {
        TRY(vault_find(j->l, j->u.people.id, &person, d));
    }
    return person == 0 ? import_new_add(j, d) : take_known(j, person, d);
}

const struct import_kind import_people_kind = {
    .what = IMPORT_PEOPLE,
    .name = "people",
    .read = read_people,
    .check = check_people,
    .take = take_people,
};
