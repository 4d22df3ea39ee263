/* payee.c - see payee.h. A route that was another's and has ended holds the payment: it
 * must never fall back in silence to an account that is older. */
#include "entitle/payee.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "ledger/ahead.h"

struct opened { /* a row taken apart */
    struct vault_row row;
    struct person *person; /* number 0: none */
};

#ifndef NEAR_PEOPLE /* tests make it small */
#define NEAR_PEOPLE 64
#endif
/* Opening ahead begins after so many people, none of them further from the one before
 * than this; and ends where somebody is further away than some pieces. */
#define NEAR_STEP 4
#define FAR_STEP 512

#define RULES_KEPT 256 /* months, more than a county looks back */

struct payees {
    struct ledger *l;
    struct entitle *e;
    uint64_t known_below;
    const struct vault_row *row; /* of the person in hand */
    const struct person *person;
    struct opened own;         /* when nobody else opened it */
    struct opened institution; /* the one asked for last */
    struct {
        bool wanted;
        bool on;
        struct ahead *rows;   /* NULL: not begun yet */
        struct vault_row row; /* the next that was opened, while it is on */
        uint64_t asked;       /* the person before */
        unsigned near;        /* people in a row that were near each other */
    } ahead;
    struct { /* by month: most people are asked of the same */
        char code[PROGRAMME_CODE_MAX + 1];
        int32_t month;
        const struct programme *rules;
    } kept[RULES_KEPT];
    struct { /* of the person: the months of a programme have one answer */
        bool known;
        bool heirs;
        int32_t day;
        char code[PROGRAMME_CODE_MAX + 1];
        struct payee payee;
    } last;
};

/* ---- the person's own routes ---- */

/* The latest on a day, ended or not; heirs_from: heirs' alone, effective since then. */
static const struct route *latest(const struct person *p, struct str programme,
                                  int32_t day, int32_t heirs_from)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *r = &p->routes[i];
        bool taken = heirs_from == DAY_NEVER ||
                     (str_is(r->relation, "继承人") && r->effective >= heirs_from);
        if (taken && r->effective <= day && str_eq(r->programme, programme) &&
            (best == NULL || r->effective >= best->effective)) {
            best = r;
        }
    }
    return best;
}

static void ended(const struct route *r, struct payee *out)
{
    out->answer = PAYEE_EXPIRED;
    out->route = r;
    out->until = r->until;
}

static void paid(const struct route *r, struct payee *out)
{
    out->answer = PAYEE_PAID;
    out->route = r;
}

/* After another's route of the programme has ended, one for all programmes counts only
 * when it was registered for a day since. */
static void find_route(const struct person *p, struct str programme, int32_t day,
                       int32_t heirs_from, struct payee *out)
{
    const struct route *one = latest(p, programme, day, heirs_from);
    const struct route *all = latest(p, str_of(""), day, heirs_from);
    bool all_holds = all != NULL && day <= all->until;
    if (one != NULL && day <= one->until) {
        paid(one, out);
    } else if (one != NULL && !route_is_own(one) &&
               !(all_holds && all->effective > one->until)) {
        ended(one, out);
    } else if (all_holds) {
        paid(all, out);
    } else if (all != NULL && !route_is_own(all)) {
        ended(all, out);
    } else {
        out->answer = PAYEE_NO_ROUTE;
    }
}

void payee_route_on(const struct person *p, struct str programme, int32_t day,
                    struct payee *out)
{
    memset(out, 0, sizeof *out);
    out->number = p->number;
    find_route(p, programme, day, DAY_NEVER, out);
}

/* In force of those about this programme alone, or about all. They do not take each
 * other's place: a hold for all is not lifted by the end of one for a programme. */
static const struct fact *hold_of(const struct person *p, struct str programme,
                                  int32_t day)
{
    const struct fact *best = NULL;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *f = &p->facts[i];
        if (f->code == FACT_PAY_HOLD && f->effective <= day &&
            str_eq(f->programme, programme) &&
            (best == NULL || f->effective >= best->effective)) {
            best = f;
        }
    }
    return best != NULL && day <= best->until ? best : NULL;
}

static bool is_held(const struct person *p, struct str programme, int32_t day,
                    struct payee *out)
{
    const struct fact *hold = hold_of(p, str_of(""), day);
    out->hold = hold != NULL ? hold : hold_of(p, programme, day);
    return out->hold != NULL;
}

/* Institutions aside; heirs_only: after a death, heirs' routes alone. */
static void of_person(const struct person *p, struct str programme, int32_t day,
                      bool heirs_only, struct payee *out)
{
    int32_t death = person_death(p);
    uint64_t number = out->number;
    memset(out, 0, sizeof *out);
    out->number = number;
    if (is_held(p, programme, day, out)) {
        out->answer = PAYEE_HELD;
        return;
    }
    if (death == DAY_NEVER || !heirs_only) {
        find_route(p, programme, day, DAY_NEVER, out);
        return;
    }
    find_route(p, programme, day, death, out);
    if (out->answer == PAYEE_NO_ROUTE) {
        out->answer = PAYEE_NO_HEIR;
    }
}

/* ---- institutions ---- */

static bool lives_in(const struct person *p, int32_t day, struct str *code)
{
    *code = person_value(p, "residence", day);
    return code->n > 0 && !str_is(*code, "home");
}

/* The institution a month is paid to, if it is to be one. */
static bool institution_of(const struct person *p, enum payee_kind kind, int32_t month,
                           struct str *code)
{
    int32_t day = month_first_day(month + 1) - 1;
    int32_t first = month_first_day(month) - 1;
    int32_t death = person_death(p);
    day = death < day ? death : day;
    if (lives_in(p, day, code)) {
        return true;
    }
    for (; kind == PAYEE_INSTITUTION && day >= first; day--) {
        if (lives_in(p, day, code)) {
            return true;
        }
    }
    return false;
}

static enum status read_row(struct payees *s, struct opened *o, uint64_t number,
                            struct diag *d)
{
    if (o->person->number == number) {
        return ST_OK;
    }
    o->person->number = 0;
    TRY(vault_row_read(s->l, number, &o->row, d));
    TRY(person_read(buf_str(&o->row.plain), s->known_below, o->person, d));
    o->person->number = number;
    return ST_OK;
}

/* ---- rows ahead ---- */

/* Who has no row, or one that does not open, is left to the look-up in the store, which
 * says why; or never asked for. */
static void next_ahead(struct payees *s)
{
    struct diag ignored;
    s->ahead.on = ahead_next(s->ahead.rows, &s->ahead.row, &ignored) == ST_OK &&
                  s->ahead.row.person != 0;
}

static enum status begin_ahead(struct payees *s, uint64_t number, struct diag *d)
{
    if (s->ahead.rows == NULL) {
        TRY(ahead_new(&s->ahead.rows, s->l, d));
    }
    TRY(ahead_seek(s->ahead.rows, number, UINT64_MAX, d));
    s->ahead.near = 0;
    next_ahead(s);
    return ST_OK;
}

/* Turns it on and off by how far apart people are. */
static enum status look_ahead(struct payees *s, uint64_t number, struct diag *d)
{
    uint64_t step = number - s->ahead.asked;
    s->ahead.near = step <= NEAR_STEP ? s->ahead.near + 1 : 0;
    s->ahead.asked = number;
    s->ahead.on = s->ahead.on && step <= FAR_STEP; /* before the one in hand, too */
    if (!s->ahead.on && s->ahead.near >= NEAR_PEOPLE) {
        TRY(begin_ahead(s, number, d));
    }
    while (s->ahead.on && s->ahead.row.person < number) {
        next_ahead(s);
    }
    return ST_OK;
}

static enum status read_own(struct payees *s, uint64_t number, struct diag *d)
{
    if (s->ahead.wanted) {
        TRY(look_ahead(s, number, d));
    }
    if (!s->ahead.on || s->ahead.row.person != number) {
        return read_row(s, &s->own, number, d);
    }
    struct vault_row given = s->own.row;
    s->own.row = s->ahead.row;
    s->ahead.row = given;
    next_ahead(s);
    TRY(person_read(buf_str(&s->own.row.plain), s->known_below, s->own.person, d));
    s->own.person->number = number;
    return ST_OK;
}

static enum status pay_institution(struct payees *s, struct str code,
                                   struct str programme, int32_t day, struct payee *out,
                                   struct diag *d)
{
    char id[ID_NUMBER_LEN + 1];
    uint64_t number = 0;
    out->answer = PAYEE_NO_INSTITUTION;
    if (code.n == ID_NUMBER_LEN && str_copy(code, id, sizeof id)) {
        TRY(vault_find(s->l, id, &number, d));
    }
    if (number == 0) {
        return ST_OK;
    }
    TRY(read_row(s, &s->institution, number, d));
    const struct person *p = s->institution.person;
    if (!person_is_institution(p)) {
        return ST_OK;
    }
    out->number = number;
    of_person(p, programme, day, false, out);
    return ST_OK;
}

/* ---- one month ---- */

const struct programme *payees_rule(struct payees *s, struct str programme,
                                    int32_t month)
{
    size_t at = (size_t)month % RULES_KEPT;
    if (s->kept[at].month != month || !str_is(programme, s->kept[at].code)) {
        s->kept[at].rules = entitle_rules(s->e, programme, month);
        s->kept[at].month =
            str_copy(programme, s->kept[at].code, sizeof s->kept[at].code) ? month : -1;
    }
    return s->kept[at].rules;
}

static void pay_person(struct payees *s, struct str programme, int32_t day, bool heirs,
                       struct payee *out)
{
    if (!s->last.known || s->last.heirs != heirs || s->last.day != day ||
        !str_is(programme, s->last.code)) {
        s->last.payee.number = s->person->number;
        of_person(s->person, programme, day, heirs, &s->last.payee);
        s->last.heirs = heirs;
        s->last.day = day;
        s->last.known = str_copy(programme, s->last.code, sizeof s->last.code);
    }
    *out = s->last.payee;
}

enum status payees_month(struct payees *s, struct str programme, int32_t month,
                         int32_t pay_day, struct payee *out, struct diag *d)
{
    const struct person *p = s->person;
    const struct programme *rules = payees_rule(s, programme, month);
    enum payee_kind kind =
        rules != NULL && rules->has_payee ? rules->payee : PAYEE_PERSON;
    bool heirs =
        rules != NULL && rules->has_rules && rules->rules.due_at_death == DUE_TO_HEIR;
    struct str code;
    memset(out, 0, sizeof *out);
    out->number = p->number;
    if (kind == PAYEE_PERSON || is_held(p, programme, pay_day, out)) {
        pay_person(s, programme, pay_day, heirs, out);
        return ST_OK;
    }
    if (institution_of(p, kind, month, &code)) {
        return pay_institution(s, code, programme, pay_day, out, d);
    }
    if (kind == PAYEE_BY_RESIDENCE) {
        pay_person(s, programme, pay_day, heirs, out);
    } else {
        out->answer = PAYEE_NO_INSTITUTION;
    }
    return ST_OK;
}

void payees_commitment(struct payees *s, const struct payee *p, uint64_t sequence,
                       uint8_t out[DIGEST_LEN])
{
    uint8_t bytes[ROUTE_BYTES_MAX];
    struct writer w;
    bool own = p->number == s->person->number;
    must(own || s->institution.person->number == p->number);
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(p->route, &w);
    must(!w.failed); /* a cut text would be committed to as if it were whole */
    vault_commitment(s->l, own ? s->row : &s->institution.row, sequence, writer_str(&w),
                     out);
}

/* ---- life ---- */

static enum status make_parts(struct payees *s, struct diag *d)
{
    uint32_t rules;
    s->own.person = calloc(1, sizeof *s->own.person);
    s->institution.person = calloc(1, sizeof *s->institution.person);
    if (s->own.person == NULL || s->institution.person == NULL) {
        return diag_memory(d);
    }
    s->row = &s->own.row;
    s->person = s->own.person;
    TRY(entitle_rules_before(s->l, s->known_below, &rules, d));
    return entitle_open(&s->e, s->l, rules, d);
}

enum status payees_open(struct payees **out, struct ledger *l, uint64_t known_below,
                        struct diag *d)
{
    struct payees *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->l = l;
    s->known_below = known_below;
    vault_row_init(&s->own.row);
    vault_row_init(&s->institution.row);
    vault_row_init(&s->ahead.row);
    enum status st = make_parts(s, d);
    if (st != ST_OK) {
        payees_close(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void payees_close(struct payees *s)
{
    if (s == NULL) {
        return;
    }
    vault_row_release(&s->own.row);
    vault_row_release(&s->institution.row);
    vault_row_release(&s->ahead.row);
    ahead_free(s->ahead.rows);
    free(s->own.person);
    free(s->institution.person);
    entitle_close(s->e);
    free(s);
}

void payees_ahead(struct payees *s)
{
    s->ahead.wanted = true;
}

enum status payees_person(struct payees *s, uint64_t number, struct diag *d)
{
    s->own.person->number = 0; /* read anew: something may have been recorded */
    s->last.known = false;
    s->row = &s->own.row;
    s->person = s->own.person;
    return read_own(s, number, d);
}

void payees_take(struct payees *s, const struct vault_row *row, const struct person *p,
                 uint64_t known_below)
{
    if (known_below != s->known_below) {
        s->institution.person->number = 0; /* what was known of it is another */
        s->known_below = known_below;
    }
    s->last.known = false;
    s->row = row;
    s->person = p;
}

const struct person *payees_current(const struct payees *s)
{
    return s->person;
}
