/* import_institutions.c - organisations that are paid: each row makes one known, by its
 * credit code, with a name, a division and an account from the beginning. One that is
 * known already must be told of in the same words: another account has a day, which
 * this file does not say, so it comes as a route. */
#include "batch/import_private.h"

#include <string.h>

#include "base/text.h"

static bool read_institution(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct institution_row *u = &j->u.institution;
    memset(u, 0, sizeof *u);
    bool ok = import_row_credit_code(r, FIELD_CREDIT_CODE, u->code);
    ok = import_row_text(r, FIELD_ORGANISATION, IMPORT_REQUIRED, IMPORT_NAME_CHARS,
                         &u->name) &&
         ok;
    ok = import_row_division(r, FIELD_DIVISION, &u->division) && ok;
    ok = import_row_account(r, IMPORT_REQUIRED, &u->account) && ok;
    ok = import_row_text(r, FIELD_ACCOUNT_NAME, IMPORT_OPTIONAL, IMPORT_NAME_CHARS,
                         &u->account_name) &&
         ok;
    ok = import_row_bank_code(r, &u->bank_code) && ok;
    if (u->account_name.n == 0) {
        u->account_name = u->name;
    }
    return ok;
}

/* ---- against what is known ---- */

static void otherwise(struct import_row *r, enum import_field f)
{
    import_row_fault(r, f, "known-otherwise",
                     "the institution is known with another %s", import_field_name(f));
    if (f == FIELD_ORGANISATION || f == FIELD_DIVISION) {
        import_row_hint(r, "record a change with its date: almoner import facts, with "
                           "the credit code as id_number");
        return;
    }
    import_row_hint(r, "record a change with its date: almoner import routes, with the "
                       "credit code as id_number");
}

static void compare(struct import_job *j)
{
    const struct institution_row *u = &j->u.institution;
    const struct person *p = j->person;
    const struct route *route = person_route(p, str_of(""), j->today);
    if (!str_eq(person_value(p, "name", j->today), u->name)) {
        otherwise(&j->row, FIELD_ORGANISATION);
    }
    if (!str_eq(person_value(p, "registration", j->today), u->division)) {
        otherwise(&j->row, FIELD_DIVISION);
    }
    if (route == NULL || !str_eq(route->account, u->account)) {
        otherwise(&j->row, FIELD_ACCOUNT);
    } else if (!str_eq(route->account_name, u->account_name)) {
        otherwise(&j->row, FIELD_ACCOUNT_NAME);
    } else if (u->bank_code.n > 0 && !str_eq(route->bank_code, u->bank_code)) {
        otherwise(&j->row, FIELD_BANK_CODE);
    }
}

static enum status check_institution(struct import_job *j, struct diag *d)
{
    struct str code = str_of(j->u.institution.code);
    uint64_t number;
    bool again;
    uint64_t key = import_seen_key(j->g, str_of("credit code"), code);
    TRY(import_seen_add(&j->seen, key, &again, d));
    if (again) {
        import_row_fault(&j->row, FIELD_CREDIT_CODE, "duplicate-institution",
                         "a second row for the same institution");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    TRY(vault_find(j->l, j->u.institution.code, &number, d));
    if (number == 0) {
        j->report->new_institutions++;
        return ST_OK;
    }
    TRY(import_person_read(j, number, d));
    if (!person_is_institution(j->person)) {
        import_row_fault(&j->row, FIELD_CREDIT_CODE, "id-taken",
                         "the ID number of a person");
        return ST_OK;
    }
    compare(j);
    return ST_OK;
}

/* ---- taking in ---- */

static void add_fact(struct import_job *j, uint64_t recorded, const char *attribute,
                     struct str value)
{
    struct fact f = {.recorded = recorded,
                     .attribute = str_of(attribute),
                     .value = value,
                     .effective = DAY_ALWAYS,
                     .until = DAY_NEVER,
                     .amount_fen = -1};
    person_add_fact(&j->row_of.plain, &f);
}

static enum status take_institution(struct import_job *j, struct diag *d)
{
    const struct institution_row *u = &j->u.institution;
    uint64_t number;
    uint64_t recorded;
    TRY(import_take_ready(j, &recorded, d));
    TRY(vault_find(j->l, u->code, &number, d));
    if (number != 0) {
        return ST_OK; /* known in the same words, as the check saw */
    }
    number = ledger_head(j->l)->people + j->take.created + 1;
    TRY(vault_row_create(j->l, number, &j->row_of, d));
    add_fact(j, recorded, "credit-code", str_of(u->code));
    add_fact(j, recorded, "name", u->name);
    add_fact(j, recorded, "registration", u->division);
    struct route route = {.recorded = recorded,
                          .account = u->account,
                          .account_name = u->account_name,
                          .bank_code = u->bank_code,
                          .effective = DAY_ALWAYS,
                          .until = DAY_NEVER};
    person_add_route(&j->row_of.plain, &route);
    j->take.created++;
    TRY(vault_index(j->l, u->code, number, d));
    return import_take_person(j, 0, d);
}

const struct import_kind import_institutions_kind = {
    .what = IMPORT_INSTITUTIONS,
    .name = "institutions",
    .read = read_institution,
    .check = check_institution,
    .take = take_institution,
};

enum status import_institution_known(struct ledger *l, struct str code, bool *known,
                                     struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    uint64_t number = 0;
    if (credit_code_valid(code) && str_copy(code, id, sizeof id)) {
        TRY(vault_find(l, id, &number, d));
    }
    *known = number != 0;
    return ST_OK;
}
