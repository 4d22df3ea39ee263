/* import_facts.c - event lists: each row is one dated fact of a person who is known.
 * The table says what the attributes of POLICY-FORMAT section 3 take; free ones take
 * any text, but not a name that looks like a mistyped known one: a death recorded
 * under "deaht" would be paid for years. Attributes and decisions may stand there by
 * their Chinese names (base/attribute.h); what is kept is the English one. */
#include "batch/import_private.h"

#include <string.h>

#include "base/attribute.h"
#include "base/money.h"
#include "base/must.h"
#include "base/similar.h"
#include "base/text.h"

#define ATTRIBUTE_MAX 40
#define TIER_CHARS 100

enum {
    TAKES_PROGRAMME = 1,  /* may be about one programme */
    IS_EVENT = 2,         /* happens on its date: no last day, no beginning of time */
    IS_SAID_BY_NAME = 4,  /* an empty value means the attribute's name */
    IS_DECISION = 8,      /* may name a tier and an amount */
    IS_LISTED = 16,       /* monthly lists can carry it */
    OF_ORGANISATIONS = 64 /* institutions have it, too */
};

struct attribute_rule {
    const char *name;
    unsigned flags;
    bool (*value)(struct import_job *j);
};

/* ---- values ---- */

static bool value_text(struct import_job *j)
{
    const struct attribute_rule *rule = j->u.fact.rule;
    struct fact *f = &j->u.fact.fact;
    bool by_name = (rule->flags & IS_SAID_BY_NAME) != 0;
    if (!import_row_text(&j->row, FIELD_VALUE,
                         by_name ? IMPORT_OPTIONAL : IMPORT_REQUIRED, IMPORT_TEXT_CHARS,
                         &f->value)) {
        return false;
    }
    if (f->value.n == 0) {
        f->value = str_of(rule->name);
    }
    return true;
}

static bool value_name(struct import_job *j)
{
    return import_row_text(&j->row, FIELD_VALUE, IMPORT_REQUIRED, IMPORT_NAME_CHARS,
                           &j->u.fact.fact.value);
}

static bool value_day(struct import_job *j, int32_t *day)
{
    struct fact_row *u = &j->u.fact;
    *day = DAY_NEVER;
    if (!import_row_text(&j->row, FIELD_VALUE, IMPORT_REQUIRED, IMPORT_TEXT_CHARS,
                         &u->fact.value) ||
        !import_row_day(&j->row, FIELD_VALUE, false, day)) {
        return false;
    }
    u->fact.value = str_make(u->value, date_print(*day, u->value));
    if (*day > j->today) {
        import_row_fault(&j->row, FIELD_VALUE, "bad-date", "a day after today");
        return import_row_hint(&j->row, "compare it with the source");
    }
    return true;
}

static bool value_birth(struct import_job *j)
{
    int32_t day;
    return value_day(j, &day);
}

static bool value_death(struct import_job *j)
{
    int32_t day;
    struct fact *f = &j->u.fact.fact;
    if (!value_day(j, &day)) {
        return false;
    }
    if (import_row_field(&j->row, FIELD_EFFECTIVE).n > 0 && f->effective != day) {
        import_row_fault(&j->row, FIELD_EFFECTIVE, "date-differs",
                         "not the date of the death");
        return import_row_hint(&j->row, "leave it empty: the value says it");
    }
    f->effective = day;
    return true;
}

static bool value_id(struct import_job *j)
{
    struct fact_row *u = &j->u.fact;
    if (!import_row_id(&j->row, FIELD_VALUE, j->today, u->value)) {
        return false;
    }
    u->fact.value = str_make(u->value, ID_NUMBER_LEN);
    return true;
}

static bool value_division(struct import_job *j)
{
    return import_row_division(&j->row, FIELD_VALUE, &j->u.fact.fact.value);
}

static bool value_month(struct import_job *j)
{
    int32_t month;
    struct str s = import_row_field(&j->row, FIELD_VALUE);
    j->u.fact.fact.value = s;
    if (!month_parse(s, &month)) {
        import_row_fault(&j->row, FIELD_VALUE, "bad-month", "not a month");
        return import_row_hint(&j->row, "the last month another county paid: YYYY-MM");
    }
    return true;
}

static bool value_programme(struct import_job *j)
{
    struct str s = import_row_field(&j->row, FIELD_VALUE);
    j->u.fact.fact.value = s;
    if (!import_name_valid(s, PROGRAMME_CODE_MAX)) {
        import_row_fault(&j->row, FIELD_VALUE, "bad-value", "not a programme's code");
        return import_row_hint(&j->row,
                               "a-z, 0-9 and inner hyphens, as in the policy file");
    }
    return true;
}

static bool value_residence(struct import_job *j)
{
    struct str s = import_row_field(&j->row, FIELD_VALUE);
    j->u.fact.fact.value = s;
    if (str_is(s, "home") || credit_code_valid(s)) {
        return true;
    }
    if (!import_row_long_number(&j->row, FIELD_VALUE, "bad-value")) {
        import_row_fault(&j->row, FIELD_VALUE, "bad-value", "not a residence");
        import_row_hint(&j->row, "home, or the institution's credit code");
    }
    return false;
}

/* Of institutions alone: their own file gives it to them. */
static bool value_credit_code(struct import_job *j)
{
    import_row_fault(&j->row, FIELD_ATTRIBUTE, "bad-attribute",
                     "nobody gets a credit code by a fact");
    return import_row_hint(&j->row, "almoner import institutions");
}

static bool value_decision(struct import_job *j)
{
    struct str s = import_row_field(&j->row, FIELD_VALUE);
    const char *word = attribute_decision(s);
    j->u.fact.fact.value = word != NULL ? str_of(word) : s;
    if (word != NULL) {
        return true;
    }
    import_row_fault(&j->row, FIELD_VALUE, "bad-value", "not a decision");
    return import_row_hint(&j->row, "one of: " ATTRIBUTE_DECISIONS);
}

static bool value_order(struct import_job *j)
{
    import_row_fault(&j->row, FIELD_ATTRIBUTE, "not-a-fact",
                     "an order is signed for by itself");
    return import_row_hint(&j->row, "almoner correct post, or almoner import orders");
}

static const struct attribute_rule RULES[] = {
    {"death", IS_EVENT, value_death},
    {"claim", IS_EVENT | TAKES_PROGRAMME | IS_SAID_BY_NAME, value_text},
    {"certified", IS_EVENT | TAKES_PROGRAMME | IS_SAID_BY_NAME, value_text},
    {"decision", TAKES_PROGRAMME | IS_DECISION, value_decision},
    {"suspended", TAKES_PROGRAMME, value_text},
    {"paid-elsewhere", TAKES_PROGRAMME, value_month},
    {"choice", 0, value_programme},
    {"pay-hold", TAKES_PROGRAMME | IS_LISTED | OF_ORGANISATIONS, value_text},
    {"registration", OF_ORGANISATIONS, value_division},
    {"unit", 0, value_name},
    {"residence", IS_LISTED, value_residence},
    {"credit-code", 0, value_credit_code},
    {"welfare", IS_LISTED, value_name},
    {"dependency", IS_LISTED, value_name},
    {"disability-grade", IS_LISTED, value_name},
    {"disability-type", IS_LISTED, value_name},
    {"household", IS_LISTED, value_name},
    {"name", OF_ORGANISATIONS, value_name},
    {"phone", OF_ORGANISATIONS, value_name},
    {"contact", OF_ORGANISATIONS, value_name},
    {"address", OF_ORGANISATIONS, value_text},
    {"birth", 0, value_birth},
    {"id_number", 0, value_id},
    {"order", TAKES_PROGRAMME | IS_DECISION, value_order},
};
#define RULE_COUNT (sizeof RULES / sizeof RULES[0])

static const struct attribute_rule FREE_RULE = {"", IS_LISTED, value_text};

struct str import_attribute(struct str word)
{
    const char *name = attribute_named(word);
    for (size_t i = 0; name != NULL && i < RULE_COUNT; i++) {
        if (strcmp(name, RULES[i].name) == 0) {
            return str_of(name);
        }
    }
    return word;
}

static const struct attribute_rule *rule_of(struct str attribute)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (str_is(attribute, RULES[i].name)) {
            return &RULES[i];
        }
    }
    return &FREE_RULE;
}

/* The known attribute this free one is hardly different from, or NULL. */
static const char *mistyped(struct str attribute)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        struct str known = str_of(RULES[i].name);
        size_t allowed = known.n >= 8 ? 2 : 1;
        if (attribute.n >= 4 && similar_distance(attribute, known) <= allowed) {
            return RULES[i].name;
        }
    }
    return NULL;
}

bool import_attribute_listable(struct str attribute)
{
    const struct attribute_rule *rule = rule_of(attribute);
    return import_name_valid(attribute, ATTRIBUTE_MAX) &&
           (rule->flags & IS_LISTED) != 0 &&
           (rule != &FREE_RULE || mistyped(attribute) == NULL);
}

/* ---- the row alone ---- */

/* What may stand in the column, in both languages; not what no fact can say. */
static bool hint_attributes(struct import_row *r)
{
    char all[sizeof r->faults->hint - 80];
    struct writer w;
    writer_init(&w, all, sizeof all);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const char *zh = attribute_zh(str_of(RULES[i].name));
        if (RULES[i].value == value_credit_code || RULES[i].value == value_order) {
            continue;
        }
        writer_bytes(&w, ", ", w.len == 0 ? 0 : 2);
        writer_bytes(&w, RULES[i].name, strlen(RULES[i].name));
        must(zh != NULL);
        writer_bytes(&w, " ", 1);
        writer_bytes(&w, zh, strlen(zh));
    }
    must(!w.failed);
    return import_row_hint(r, "one of: %.*s; or a name of your own: a-z, 0-9, hyphens",
                           (int)w.len, all);
}

static bool read_attribute(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact_row *u = &j->u.fact;
    struct str s;
    if (!import_row_text(r, FIELD_ATTRIBUTE, IMPORT_REQUIRED, ATTRIBUTE_MAX, &s)) {
        return false;
    }
    s = import_attribute(s);
    u->fact.attribute = s;
    u->rule = rule_of(s);
    if (!import_name_valid(s, ATTRIBUTE_MAX)) {
        import_row_fault(r, FIELD_ATTRIBUTE, "bad-attribute",
                         "not an attribute's name");
        return hint_attributes(r);
    }
    const char *known = u->rule == &FREE_RULE ? mistyped(s) : NULL;
    if (known != NULL) {
        import_row_fault(r, FIELD_ATTRIBUTE, "bad-attribute", "unknown attribute");
        return import_row_hint(r, "did you mean \"%s\" (%s)?", known,
                               attribute_zh(str_of(known)));
    }
    return true;
}

static bool read_programme(struct import_job *j)
{
    struct fact *f = &j->u.fact.fact;
    if (!import_row_programme(&j->row, &f->programme)) {
        return false;
    }
    if (f->programme.n > 0 && (j->u.fact.rule->flags & TAKES_PROGRAMME) == 0) {
        import_row_fault(&j->row, FIELD_PROGRAMME, "not-for-attribute",
                         "%.*s is not about one programme", STR_ARG(f->attribute));
        return import_row_hint(&j->row, "leave the programme empty");
    }
    return true;
}

static bool check_days(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact *f = &j->u.fact.fact;
    bool event = (j->u.fact.rule->flags & IS_EVENT) != 0;
    if (f->effective == DAY_NEVER) {
        import_row_fault(r, FIELD_EFFECTIVE, "missing-value", "effective is empty");
        return import_row_hint(r, "fill in 生效日期: the day it %s",
                               event ? "happened" : "holds from, or original (原籍)");
    }
    if (f->until != DAY_NEVER && event) {
        import_row_fault(r, FIELD_UNTIL, "not-for-attribute", "%.*s has no last day",
                         STR_ARG(f->attribute));
        return import_row_hint(r, "leave it empty");
    }
    if (f->until < f->effective) {
        import_row_fault(r, FIELD_UNTIL, "until-before-effective",
                         "the last day lies before the first");
        return import_row_hint(r, "compare both days: until is the last day it holds");
    }
    if (str_is(f->attribute, "suspended") && f->until != DAY_NEVER &&
        f->until > j->today) {
        import_row_fault(r, FIELD_UNTIL, "suspended-ahead",
                         "the last day of a suspension lies after today");
        return import_row_hint(r, "leave it empty; record the end when it has come");
    }
    return true;
}

static bool read_days(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact *f = &j->u.fact.fact;
    unsigned flags = j->u.fact.rule->flags;
    f->effective = DAY_NEVER;
    f->until = DAY_NEVER;
    bool ok =
        import_row_day(r, FIELD_EFFECTIVE, (flags & IS_EVENT) == 0, &f->effective);
    ok = import_row_day(r, FIELD_UNTIL, false, &f->until) && ok;
    ok = j->u.fact.rule->value(j) && ok;
    return ok && check_days(j);
}

static bool read_decision(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact *f = &j->u.fact.fact;
    struct str amount = import_row_field(r, FIELD_AMOUNT);
    bool decision = (j->u.fact.rule->flags & IS_DECISION) != 0;
    bool ok = true;
    f->amount_fen = -1;
    if (amount.n > 0 && !decision) {
        import_row_fault(r, FIELD_AMOUNT, "not-for-attribute",
                         "only a decision has an amount");
        ok = import_row_hint(r, "leave it empty");
    } else if (amount.n > 0 && !money_parse_loose(amount, &f->amount_fen)) {
        if (!import_row_odd(r, FIELD_AMOUNT, "bad-amount")) {
            import_row_fault(r, FIELD_AMOUNT, "bad-amount", "not an amount of money");
            import_row_hint(r, "yuan with at most two decimals: 1200.00");
        }
        ok = false;
    }
    if (!import_row_text(r, FIELD_TIER, IMPORT_OPTIONAL, TIER_CHARS, &f->tier)) {
        return false;
    }
    if (f->tier.n > 0 && !decision) {
        import_row_fault(r, FIELD_TIER, "not-for-attribute",
                         "only a decision names a tier");
        return import_row_hint(r, "leave it empty");
    }
    return ok;
}

static bool read_fact(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct fact *f = &j->u.fact.fact;
    memset(f, 0, sizeof *f);
    bool ok = import_row_id_or_code(r, FIELD_ID_NUMBER, j->today, j->u.fact.id);
    if (read_attribute(j)) { // without its rule nothing is known of the others
        ok = read_programme(j) && ok;
        ok = read_days(j) && ok;
        ok = read_decision(j) && ok;
    } else {
        ok = false;
    }
    ok = import_row_text(r, FIELD_SCALE, IMPORT_OPTIONAL, TIER_CHARS, &f->scale) && ok;
    ok = import_row_text(r, FIELD_DOCUMENT, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                         &f->document) &&
         ok;
    return import_row_text(r, FIELD_SOURCE, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                           &f->source) &&
           ok;
}

/* ---- against the ledger and the other rows ---- */

static enum status check_once(struct import_job *j, uint64_t person, bool *again,
                              struct diag *d)
{
    const struct fact *f = &j->u.fact.fact;
    uint8_t bytes[8 + PROGRAMME_CODE_MAX + ATTRIBUTE_MAX + 32];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u64(&w, person);
    writer_zigzag(&w, f->effective);
    writer_text(&w, f->programme);
    writer_text(&w, f->attribute);
    uint64_t key = import_seen_key(j->g, writer_str(&w), str_of(""));
    return import_seen_add(&j->seen, key, again, d);
}

/* A corrected number must be nobody else's, in the ledger and in this file. */
static enum status check_new_id(struct import_job *j, uint64_t person, struct diag *d)
{
    struct fact_row *u = &j->u.fact;
    uint64_t owner;
    bool again;
    TRY(vault_find(j->l, u->value, &owner, d));
    uint64_t key = import_seen_key(j->g, str_of("id_number"), u->fact.value);
    TRY(import_seen_add(&j->seen, key, &again, d));
    if (again || (owner != 0 && owner != person)) {
        import_row_fault(&j->row, FIELD_VALUE, "id-taken",
                         "the ID number of somebody else");
        import_row_hint(&j->row, "one person entered twice is merged, not renumbered: "
                                 "almoner person merge");
    }
    return ST_OK;
}

/* A code that nobody has would be granted for, and paid to no one. */
static enum status check_residence(struct import_job *j, struct diag *d)
{
    bool known = true;
    struct str value = j->u.fact.fact.value;
    if (!str_is(value, "home")) {
        TRY(import_institution_known(j->l, value, &known, d));
    }
    if (!known) {
        import_row_fault(&j->row, FIELD_VALUE, "unknown-institution",
                         "no institution is known with this credit code");
        import_row_hint(&j->row, "check the code, or make it known first: almoner "
                                 "import institutions");
    }
    return ST_OK;
}

static bool fits_owner(struct import_job *j)
{
    const struct fact_row *u = &j->u.fact;
    if ((u->rule->flags & OF_ORGANISATIONS) != 0 || !person_is_institution(j->person)) {
        return true;
    }
    import_row_fault(&j->row, FIELD_ATTRIBUTE, "not-for-institution",
                     "an institution has no %.*s", STR_ARG(u->fact.attribute));
    return import_row_hint(&j->row, "name, registration, address, phone, contact and "
                                    "pay-hold are of institutions, too");
}

static enum status check_fact(struct import_job *j, struct diag *d)
{
    struct fact_row *u = &j->u.fact;
    uint64_t person;
    bool again;
    TRY(import_person_known(j, u->id, &person, d));
    if (person == 0 || !fits_owner(j)) {
        return ST_OK;
    }
    TRY(check_once(j, person, &again, d));
    unsigned earlier = import_seen_person(&j->seen, person);
    if (again) {
        import_row_fault(&j->row, FIELD_ATTRIBUTE, "duplicate-row",
                         "a second row for this person, attribute, programme and day");
        import_row_hint(&j->row, "keep one of the rows: a file has no order");
        return ST_OK;
    }
    int32_t birth = person_birth(j->person);
    if (str_is(u->fact.attribute, "death") && birth != DAY_NEVER &&
        u->fact.effective < birth) {
        import_row_fault(&j->row, FIELD_VALUE, "bad-date", "a death before the birth");
        import_row_hint(&j->row, "compare both with the source");
        return ST_OK;
    }
    if (!import_person_room(j, earlier)) {
        return ST_OK;
    }
    if (u->rule->value == value_residence) {
        return check_residence(j, d);
    }
    return u->rule->value == value_id ? check_new_id(j, person, d) : ST_OK;
}

/* ---- taking in ---- */

static bool same_fact(const struct fact *a, const struct fact *b)
{
    return str_eq(a->value, b->value) && a->until == b->until &&
           a->amount_fen == b->amount_fen && str_eq(a->scale, b->scale) &&
           str_eq(a->tier, b->tier) && str_eq(a->document, b->document) &&
           str_eq(a->source, b->source);
}

/* Lists of events often repeat what an earlier one said: that adds nothing, when it is
 * what counts for its day already. */
static bool said_already(const struct person *p, const struct fact *f)
{
    const struct fact *last = NULL;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *at = &p->facts[i];
        if (at->effective == f->effective && str_eq(at->attribute, f->attribute) &&
            str_eq(at->programme, f->programme) &&
            (last == NULL || at->recorded >= last->recorded)) {
            last = at;
        }
    }
    return last != NULL && same_fact(last, f);
}

static enum status take_fact(struct import_job *j, struct diag *d)
{
    struct fact_row *u = &j->u.fact;
    uint64_t person;
    TRY(import_take_ready(j, &u->fact.recorded, d));
    TRY(vault_find(j->l, u->id, &person, d));
    TRY(import_person_read(j, person, d));
    if (said_already(j->person, &u->fact)) {
        return ST_OK;
    }
    size_t from = j->row_of.plain.len;
    person_add_fact(&j->row_of.plain, &u->fact);
    TRY(import_lists_say_anew(j, &u->fact, d));
    if (u->rule->value == value_id) {
        TRY(vault_index(j->l, u->value, person, d));
    }
    return import_take_person(j, from, d);
}

const struct import_kind import_facts_kind = {
    .what = IMPORT_FACTS,
    .name = "facts",
    .read = read_fact,
    .check = check_fact,
    .take = take_fact,
};
