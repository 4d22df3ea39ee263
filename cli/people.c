/* people.c - see people.h. */
#include "cli/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/env.h"
#include "ledger/erasure.h"

#define LATEST (DAY_NEVER - 1)

static enum status no_person(const char *typed, struct diag *d)
{
    char masked[PEOPLE_TEXT_CAP];
    id_number_mask(str_of(typed), masked, sizeof masked);
    diag_fail(d, ST_CONFLICT, "unknown-person", "nobody on the roster has %s", masked);
    return diag_hint(d,
                     "compare it with the ID card; new people: almoner import people");
}

static enum status no_number(struct ledger *l, uint64_t number, struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "unknown-person", "there is no person %llu",
              (unsigned long long)number);
    return diag_hint(d, "the last one has number %llu; an ID number finds a person too",
                     (unsigned long long)ledger_head(l)->people);
}

enum status people_find(struct ledger *l, const char *typed, uint64_t *number,
                        struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    struct str s = str_of(typed);
    enum id_error error = id_number_normal(s, id);
    if (error == ID_OK) {
        TRY(vault_find(l, id, number, d));
        return *number != 0 ? ST_OK : no_person(typed, d);
    }
    if (credit_code_valid(s) && str_copy(s, id, sizeof id)) {
        TRY(vault_find(l, id, number, d));
        return *number != 0 ? ST_OK
                            : diag_fail(d, ST_CONFLICT, "unknown-institution",
                                        "no institution is known with %s", typed);
    }
    if (s.n < 15 && text_u64(s, 1, UINT64_MAX, number)) {
        return *number <= ledger_head(l)->people ? ST_OK : no_number(l, *number, d);
    }
    if (s.n == 15 || s.n == ID_NUMBER_LEN) {
        diag_fail(d, ST_INPUT, id_error_code(error), "wrong ID number: %s",
                  id_error_text(error));
        return diag_hint(d, "compare it with the ID card");
    }
    return diag_fail(d, ST_USAGE, "bad-number",
                     "\"%s\" is neither a person's number nor an ID number", typed);
}

enum status people_open(struct people *p, struct ledger *l, uint64_t number,
                        uint64_t known_below, struct diag *d)
{
    vault_row_init(&p->row);
    p->merged_from = 0;
    p->person = calloc(1, sizeof *p->person);
    if (p->person == NULL) {
        return diag_memory(d);
    }
    for (unsigned i = 0; i <= PERSON_MERGES_MAX; i++) {
        TRY(vault_row_read(l, number, &p->row, d));
        TRY(person_read(buf_str(&p->row.plain), known_below, p->person, d));
        p->person->number = number;
        if (p->person->merged_into == 0) {
            return ST_OK;
        }
        p->merged_from = p->merged_from != 0 ? p->merged_from : number;
        number = p->person->merged_into;
    }
    return diag_fail(d, ST_INTEGRITY, "vault", "a merged person leads to nobody");
}

bool people_was_duplicate(const struct people *p, const char *typed)
{
    char id[ID_NUMBER_LEN + 1];
    if (p->merged_from != 0) {
        return true;
    }
    if (id_number_normal(str_of(typed), id) != ID_OK || p->person->merge_count == 0) {
        return false;
    }
    for (size_t i = 0; i < p->person->fact_count; i++) {
        const struct fact *f = &p->person->facts[i];
        if (f->code == FACT_ID_NUMBER && str_is(f->value, id)) {
            return false;
        }
    }
    return true;
}

void people_tell_merged(const struct output *o, const struct people *p,
                        const char *typed)
{
    char masked[PEOPLE_TEXT_CAP];
    if (o->json || !people_was_duplicate(p, typed)) {
        return;
    }
    if (p->merged_from != 0) {
        snprintf(masked, sizeof masked, "%llu", (unsigned long long)p->merged_from);
    } else {
        id_number_mask(str_of(typed), masked, sizeof masked);
    }
    output_data(o,
                TEXT(o, "%s was entered twice and merged into person %llu.\n",
                     "%s 是重复登记，已并入补贴对象 %llu。\n"),
                masked, (unsigned long long)p->person->number);
}

enum status people_purpose(const struct env *e, const char *fallback, const char **out,
                           struct diag *d)
{
    const char *given = options_text(&e->options, "purpose");
    struct str s = str_of(given != NULL ? given : fallback);
    if (given == NULL && !ledger_info(e->ledger)->sandbox) {
        diag_fail(d, ST_USAGE, "missing-option", "why is it shown in clear?");
        return diag_hint(d, "--purpose TEXT; it is recorded");
    }
    if (s.n == 0 || s.n > TEXT_MAX || text_has_control(s) ||
        !text_utf8_valid(s, NULL)) {
        return diag_fail(d, ST_INPUT, "purpose",
                         "the purpose is no text of 1 to %d bytes", TEXT_MAX);
    }
    *out = s.p;
    return ST_OK;
}

void people_close(struct people *p)
{
    vault_row_release(&p->row);
    free(p->person);
    p->person = NULL;
}

/* ---- masks ---- */

static void copy(struct str s, char out[PEOPLE_TEXT_CAP])
{
    snprintf(out, PEOPLE_TEXT_CAP, "%.*s", STR_ARG(s));
}

void people_account(struct str account, bool clear, char out[PEOPLE_TEXT_CAP])
{
    if (clear || account.n == 0) {
        copy(account, out);
        return;
    }
    size_t shown = account.n > 8 ? 4 : 0;
    snprintf(out, PEOPLE_TEXT_CAP, "****%.*s", (int)shown,
             account.p + account.n - shown);
}

void people_value(const struct fact *f, bool clear, char out[PEOPLE_TEXT_CAP])
{
    static const char *const hidden[] = {"address", "household", "birth"};
    if (clear) {
        copy(f->value, out);
        return;
    }
    if (str_is(f->attribute, "name") || str_is(f->attribute, "contact")) {
        name_mask(f->value, out, PEOPLE_TEXT_CAP);
        return;
    }
    if (str_is(f->attribute, "id_number")) {
        id_number_mask(f->value, out, PEOPLE_TEXT_CAP);
        return;
    }
    if (str_is(f->attribute, "phone")) {
        people_account(f->value, false, out);
        return;
    }
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        if (str_is(f->attribute, hidden[i])) {
            copy(str_of("****"), out);
            return;
        }
    }
    copy(f->value, out);
}

void people_erased(char out[PEOPLE_TEXT_CAP])
{
    copy(str_of("已销毁/erased"), out);
}

void people_name(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP])
{
    struct str name = person_value(p, "name", LATEST);
    if (p->fact_count == 0) {
        people_erased(out);
    } else if (clear || person_is_institution(p)) {
        copy(name, out);
    } else {
        name_mask(name, out, PEOPLE_TEXT_CAP);
    }
}

enum status people_masked(struct ledger *l, uint64_t number, char out[PEOPLE_TEXT_CAP],
                          struct diag *d)
{
    struct people p;
    enum status st = people_open(&p, l, number, UINT64_MAX, d);
    if (st == ST_OK) {
        people_name(p.person, false, out);
    }
    people_close(&p);
    if (erasure_failed(st, d)) {
        people_erased(out);
        return ST_OK;
    }
    return st;
}

void people_id_number(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP])
{
    struct str id = person_value(p, "id_number", LATEST);
    if (person_is_institution(p)) {
        copy(person_value(p, "credit-code", LATEST), out);
    } else if (clear) {
        copy(id, out);
    } else {
        id_number_mask(id, out, PEOPLE_TEXT_CAP);
    }
}
