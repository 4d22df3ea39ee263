/* import_routes.c - accounts: each row is one dated route of a person who is known, for
 * one programme or for all. */
#include "batch/import_private.h"

#include <string.h>

#include "base/text.h"

static bool is_own(const struct route *r)
{
    return r->relation.n == 0 || str_is(r->relation, "本人");
}

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

static bool credit_code_fault(struct import_row *r)
{
    if (import_row_long_number(r, FIELD_PAYEE_ID, "bad-credit-code")) {
        return false;
    }
    import_row_fault(r, FIELD_PAYEE_ID, "bad-credit-code",
                     "not a unified social credit code");
    return import_row_hint(r, "18 digits and letters, as on the institution's licence");
}

/* An institution has a social credit code in the place of an ID number. */
static bool read_payee(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct route_row *u = &j->u.route;
    struct str number = import_row_field(r, FIELD_PAYEE_ID);
    bool ok = import_row_text(r, FIELD_PAYEE_NAME, IMPORT_OPTIONAL, IMPORT_NAME_CHARS,
                              &u->route.payee_name);
    if (!read_relation(j)) { // it says which number the next field has
        return false;
    }
    if (str_is(u->route.relation, "机构")) {
        u->route.payee_id = number;
        return (number.n == 0 || credit_code_valid(number) || credit_code_fault(r)) &&
               ok;
    }
    if (number.n > 0) {
        if (!import_row_id(r, FIELD_PAYEE_ID, j->today, u->payee_id)) {
            return false;
        }
        u->route.payee_id = str_make(u->payee_id, ID_NUMBER_LEN);
    }
    return ok;
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
    if (route->account_name.n == 0 && !is_own(route)) {
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
    bool ok = import_row_id(r, FIELD_ID_NUMBER, j->today, j->u.route.id);
    ok = import_row_programme(r, &route->programme) && ok;
    bool payee_ok = read_payee(j);
    ok = read_account(j, payee_ok) && payee_ok && ok;
    ok = import_row_text(r, FIELD_AUTHORISATION, IMPORT_OPTIONAL, IMPORT_NAME_CHARS,
                         &route->authorisation) &&
         ok;
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

static enum status check_route(struct import_job *j, struct diag *d)
{
    uint64_t person;
    bool again;
    TRY(import_person_known(j, j->u.route.id, &person, d));
    if (person == 0) {
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
           (str_eq(a->relation, b->relation) || (is_own(a) && is_own(b))) &&
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
