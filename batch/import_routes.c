/* import_routes.c - accounts: each row is one dated route of a person or institution
 * that is known, for one programme or for all. */
#include "batch/import_private.h"

#include <string.h>

#include "base/text.h"

static bool read_relation(struct import_job *j)
{
    static const char *const words[] = {"",     "本人",   "代领人", "监护人",
                                        "户主", "继承人", "机构"};
    struct route *route = &j->u.route.route;
    route->relation = import_row_field(&j->row, FIELD_RELATION);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_is(route->relation, words[i])) {
            return true;
        }
    }
    import_row_fault(&j->row, FIELD_RELATION, "bad-relation", "unknown relation");
    return import_row_hint(&j->row, "本人, 代领人, 监护人, 户主, 继承人 or 机构");
}

/* Who is paid for another must be named, and may by a document. */
static bool read_authority(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct route *route = &j->u.route.route;
    enum import_need need = route_is_own(route) ? IMPORT_OPTIONAL : IMPORT_REQUIRED;
    bool ok = import_row_text(r, FIELD_PAYEE_NAME, need, IMPORT_NAME_CHARS,
                              &route->payee_name);
    return import_row_text(r, FIELD_AUTHORISATION, need, IMPORT_NAME_CHARS,
                           &route->authorisation) &&
           ok;
}

/* An institution has a social credit code in the place of an ID number. */
static bool read_payee_id(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct route_row *u = &j->u.route;
    bool institution = str_is(u->route.relation, "机构");
    if (import_row_field(r, FIELD_PAYEE_ID).n == 0) {
        return true;
    }
    if (institution ? !import_row_credit_code(r, FIELD_PAYEE_ID, u->payee_id)
                    : !import_row_id(r, FIELD_PAYEE_ID, j->today, u->payee_id)) {
        return false;
    }
    u->route.payee_id = str_make(u->payee_id, ID_NUMBER_LEN);
    return true;
}

static bool read_payee(struct import_job *j)
{
    if (!read_relation(j)) { // it says which fields are needed, and their form
        return false;
    }
    bool ok = read_authority(j);
    return read_payee_id(j) && ok;
}

static bool read_account(struct import_job *j, bool payee_ok)
{
    struct import_row *r = &j->row;
    struct route *route = &j->u.route.route;
    bool ok = import_row_account(r, IMPORT_REQUIRED, &route->account);
    ok = import_row_bank_code(r, &route->bank_code) && ok;
    if (!import_row_text(r, FIELD_ACCOUNT_NAME, IMPORT_OPTIONAL, IMPORT_NAME_CHARS,
                         &route->account_name) ||
        !payee_ok) {
        return false;
    }
    if (route->account_name.n == 0) {
        route->account_name = route->payee_name;
    }
    if (route->account_name.n == 0 && !route_is_own(route)) {
        import_row_fault(r, FIELD_ACCOUNT_NAME, "missing-value",
                         "another's account without a name");
        return import_row_hint(r, "the name on the account: account_name");
    }
    return ok;
}

static bool read_days(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct route *route = &j->u.route.route;
    route->effective = DAY_NEVER;
    route->until = DAY_NEVER;
    bool ok = import_row_day(r, FIELD_EFFECTIVE, true, &route->effective);
    ok = import_row_day(r, FIELD_UNTIL, false, &route->until) && ok;
    if (ok && route->effective == DAY_NEVER) {
        import_row_fault(r, FIELD_EFFECTIVE, "missing-value", "effective is empty");
        return import_row_hint(
            r, "fill in 生效日期: the first day of the account, or original (原籍)");
    }
    if (ok && route->until < route->effective) {
        import_row_fault(r, FIELD_UNTIL, "until-before-effective",
                         "the last day lies before the first");
        return import_row_hint(r, "compare both days: until is the last day it holds");
    }
    return ok;
}

static bool read_route(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct route *route = &j->u.route.route;
    memset(route, 0, sizeof *route);
    bool ok = import_row_id_or_code(r, FIELD_ID_NUMBER, j->today, j->u.route.id);
    ok = import_row_programme(r, &route->programme) && ok;
    bool payee_ok = read_payee(j);
    ok = read_account(j, payee_ok) && payee_ok && ok;
    return read_days(j) && ok;
}

static enum status check_once(struct import_job *j, uint64_t person, bool *again,
                              struct diag *d)
{
    const struct route *route = &j->u.route.route;
    uint8_t bytes[8 + PROGRAMME_CODE_MAX + 32];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u64(&w, person);
    writer_zigzag(&w, route->effective);
    writer_text(&w, route->programme);
    uint64_t key = import_seen_key(j->g, writer_str(&w), str_of(""));
    return import_seen_add(&j->seen, key, again, d);
}

/* An institution's account is its own. */
static bool check_owner(struct import_job *j)
{
    if (!person_is_institution(j->person) || route_is_own(&j->u.route.route)) {
        return true;
    }
    import_row_fault(&j->row, FIELD_RELATION, "bad-relation",
                     "nobody is paid for an institution");
    return import_row_hint(&j->row, "leave the relation empty");
}

static enum status find_owner(struct import_job *j, uint64_t *person, struct diag *d)
{
    bool known;
    char id[ID_NUMBER_LEN + 1];
    if (id_number_normal(str_of(j->u.route.id), id) == ID_OK) {
        return import_person_known(j, j->u.route.id, person, d);
    }
    *person = 0;
    TRY(import_institution_known(j->l, str_of(j->u.route.id), &known, d));
    if (!known) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "unknown-institution",
                         "no institution is known with this credit code");
        import_row_hint(&j->row, "almoner import institutions makes it known");
        return ST_OK;
    }
    return import_person_known(j, j->u.route.id, person, d);
}

static enum status check_route(struct import_job *j, struct diag *d)
{
    uint64_t person;
    bool again;
    TRY(find_owner(j, &person, d));
    if (person == 0 || !check_owner(j)) {
        return ST_OK;
    }
    TRY(check_once(j, person, &again, d));
    unsigned earlier = import_seen_person(&j->seen, person);
    if (again) {
        import_row_fault(&j->row, FIELD_ACCOUNT, "duplicate-row",
                         "a second row for this person, programme and day");
        import_row_hint(&j->row, "keep one of the rows: a file has no order");
        return ST_OK;
    }
    if (j->u.route.route.account_name.n == 0 &&
        person_value(j->person, "name", j->today).n == 0) {
        import_row_fault(&j->row, FIELD_ACCOUNT_NAME, "missing-value",
                         "the person has no name today to stand for the account's");
        return ST_OK;
    }
    (void)import_person_room(j, earlier);
    return ST_OK;
}

static bool same_route(const struct route *a, const struct route *b)
{
    return str_eq(a->account, b->account) && str_eq(a->account_name, b->account_name) &&
           str_eq(a->bank_code, b->bank_code) && str_eq(a->payee_id, b->payee_id) &&
           str_eq(a->payee_name, b->payee_name) &&
           (str_eq(a->relation, b->relation) || (route_is_own(a) && route_is_own(b))) &&
           str_eq(a->authorisation, b->authorisation) && a->until == b->until;
}

static bool said_already(const struct person *p, const struct route *route)
{
    const struct route *last = NULL;
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *at = &p->routes[i];
        if (at->effective == route->effective &&
            str_eq(at->programme, route->programme)) {
            last = at;
        }
    }
    return last != NULL && same_route(last, route);
}

static enum status take_route(struct import_job *j, struct diag *d)
{
    struct route *route = &j->u.route.route;
    uint64_t person;
    char name[4 * IMPORT_NAME_CHARS + 1];
    TRY(import_take_ready(j, &route->recorded, d));
    TRY(vault_find(j->l, j->u.route.id, &person, d));
    TRY(import_person_read(j, person, d));
    if (route->account_name.n == 0) {
        struct str own = person_value(j->person, "name", j->today);
        if (!str_copy(own, name, sizeof name)) { // the row moves when it grows
            name[0] = '\0';
        }
        route->account_name = str_of(name);
    }
    if (said_already(j->person, route)) {
        return ST_OK;
    }
    size_t from = j->row_of.plain.len;
    person_add_route(&j->row_of.plain, route);
    return import_take_person(j, from, d);
}

const struct import_kind import_routes_kind = {
    .what = IMPORT_ROUTES,
    .name = "routes",
    .read = read_route,
    .check = check_route,
    .take = take_route,
};
