/* import_orders.c - what a court or the bureau ordered to be paid (人工补记): a monthly
 * amount for months of a programme, which counts against the rule's amount (the larger
 * is granted) or stands beside it. The dead and who is not eligible may have one. */
#include "batch/import_private.h"

#include <string.h>

#include "base/money.h"
#include "entitle/entitle.h"

static bool read_month(struct import_job *j, enum import_field f, int32_t *month)
{
    if (month_parse(import_row_field(&j->row, f), month)) {
        return true;
    }
    if (!import_row_odd(&j->row, f, "bad-month")) {
        import_row_fault(&j->row, f, "bad-month", "not a month");
        import_row_hint(&j->row, "YYYY-MM: the first and the last month it is for");
    }
    return false;
}

static bool read_months(struct import_job *j)
{
    struct fact *f = &j->u.order.fact;
    int32_t from = 0;
    int32_t to = 0;
    bool ok = read_month(j, FIELD_FROM, &from);
    ok = read_month(j, FIELD_TO, &to) && ok;
    if (!ok) {
        return false;
    }
    f->effective = month_first_day(from);
    f->until = month_last_day(to);
    if (to < from) {
        import_row_fault(&j->row, FIELD_TO, "until-before-effective",
                         "the last month lies before the first");
        return import_row_hint(&j->row, "compare both months");
    }
    return true;
}

static bool read_effect(struct import_job *j)
{
    struct str s = import_row_field(&j->row, FIELD_EFFECT);
    j->u.order.fact.value = s;
    if (str_is(s, "counts") || str_is(s, "beside")) {
        return true;
    }
    import_row_fault(&j->row, FIELD_EFFECT, "bad-value", "neither counts nor beside");
    return import_row_hint(&j->row, "counts: the larger of it and the rule's amount; "
                                    "beside: on top of it");
}

static bool read_amount(struct import_job *j)
{
    int64_t *fen = &j->u.order.fact.amount_fen;
    struct str s = import_row_field(&j->row, FIELD_AMOUNT);
    if (money_parse_loose(s, fen) && *fen > 0 && *fen <= ACCOUNT_FEN_MAX / 1000) {
        return true;
    }
    if (!import_row_odd(&j->row, FIELD_AMOUNT, "bad-amount")) {
        import_row_fault(&j->row, FIELD_AMOUNT, "bad-amount", "not an amount of money");
        import_row_hint(&j->row,
                        "yuan a month with at most two decimals, above zero: 100.00");
    }
    return false;
}

static bool read_order(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact *f = &j->u.order.fact;
    memset(&j->u.order, 0, sizeof j->u.order);
    f->attribute = str_of("order");
    bool ok = import_row_id(r, FIELD_ID_NUMBER, j->today, j->u.order.id);
    ok = import_row_text(r, FIELD_PROGRAMME, IMPORT_REQUIRED, PROGRAMME_CODE_MAX,
                         &f->programme) &&
         ok;
    ok = import_row_programme(r, &f->programme) && ok;
    ok = read_months(j) && ok;
    ok = read_amount(j) && ok;
    ok = read_effect(j) && ok;
    return import_row_text(r, FIELD_DOCUMENT, IMPORT_REQUIRED, IMPORT_TEXT_CHARS,
                           &f->document) &&
           ok;
}

/* Only what a confirmed policy knows is ever granted. */
static enum status check_programme(struct import_job *j, struct diag *d)
{
    const struct fact *f = &j->u.order.fact;
    if (j->rules == NULL) {
        TRY(entitle_open(&j->rules, j->l, UINT32_MAX, d));
    }
    const struct policy_set *set = entitle_policies(j->rules);
    if (policy_set_programme_find(set, f->programme) < 0) {
        import_row_fault(&j->row, FIELD_PROGRAMME, "unknown-programme",
                         "no confirmed policy knows this programme");
        import_row_hint(&j->row, "its code as in the policy file");
    } else if (month_of_day(f->effective) < policy_set_first_month(set)) {
        char month[DATE_TEXT_CAP];
        month_print(policy_set_first_month(set), month);
        import_row_fault(&j->row, FIELD_FROM, "before-policies",
                         "a month before any policy rules");
        import_row_hint(&j->row,
                        "%s at the earliest: put what is owed for earlier "
                        "months into it",
                        month);
    }
    return ST_OK;
}

/* The very same order counts already: two files with one row would pay it twice. */
static bool order_known(const struct import_job *j)
{
    const struct fact *f = &j->u.order.fact;
    for (size_t i = 0; i < j->person->fact_count; i++) {
        const struct fact *x = &j->person->facts[i];
        if (x->code == FACT_ORDER && x->effective == f->effective &&
            x->until == f->until && x->amount_fen == f->amount_fen &&
            str_eq(x->programme, f->programme) && str_eq(x->value, f->value) &&
            str_eq(x->document, f->document)) {
            return true;
        }
    }
    return false;
}

static enum status check_order(struct import_job *j, struct diag *d)
{
    const struct fact *f = &j->u.order.fact;
    uint8_t bytes[8 + PROGRAMME_CODE_MAX + 4 * IMPORT_TEXT_CHARS + 40];
    struct writer w;
    uint64_t person;
    bool again;
    TRY(import_person_known(j, j->u.order.id, &person, d));
    if (person == 0) {
        return ST_OK;
    }
    TRY(check_programme(j, d));
    writer_init(&w, bytes, sizeof bytes);
    writer_u64(&w, person);
    writer_text(&w, f->programme);
    writer_zigzag(&w, f->effective);
    writer_text(&w, f->document);
    TRY(import_seen_add(
        &j->seen, import_seen_key(j->g, writer_str(&w), str_of("order")), &again, d));
    unsigned earlier = import_seen_person(&j->seen, person);
    if (again) {
        import_row_fault(&j->row, FIELD_DOCUMENT, "duplicate-row",
                         "a second row for this person, programme, month and document");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    if (order_known(j)) {
        import_row_fault(&j->row, FIELD_DOCUMENT, "order-known",
                         "this order of the same document was taken in already");
        import_row_hint(&j->row, "leave out what was taken in already; to take it "
                                 "back: almoner fact void");
        return ST_OK;
    }
    (void)import_person_room(j, earlier);
    return ST_OK;
}

static enum status take_order(struct import_job *j, struct diag *d)
{
    struct fact *f = &j->u.order.fact;
    uint64_t person;
    TRY(import_take_ready(j, &f->recorded, d));
    TRY(vault_find(j->l, j->u.order.id, &person, d));
    TRY(import_person_read(j, person, d));
    size_t from = j->row_of.plain.len;
    person_add_fact(&j->row_of.plain, f);
    return import_take_person(j, from, d);
}

const struct import_kind import_orders_kind = {
    .what = IMPORT_ORDERS,
    .name = "orders",
    .read = read_order,
    .check = check_order,
    .take = take_order,
};
