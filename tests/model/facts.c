/* facts.c - the model's reading of POLICY-FORMAT section 3, and of `when` in section
 * 2: which fact is in force on a day, which word an attribute has, what a `when`
 * matches. */
#include <string.h>

#include "tests/model/model_private.h"

const char *const model_words[MA_STATES][MODEL_WORDS] = {
    [MA_REGISTRATION] = {"230523", "230523100", "2305", "23", "110101", "230522"},
    [MA_RESIDENCE] = {"home", "institution", "52230523MJ1234567X",
                      "52230523MJ7654321T"},
    [MA_DEPENDENCY] = {"none", "semi", "full"},
    [MA_WELFARE] = {"none", "dibao-urban", "dibao-rural", "tekun"},
    [MA_LIVING] = {"alone", "family", "empty-nest"},
};
const char *const model_attribute_names[MA_COUNT] = {
    "registration", "residence", "dependency", "welfare",   "living",         "death",
    "claim",        "certified", "decision",   "suspended", "paid-elsewhere", "choice"};
const char *const model_programmes[MODEL_PROGRAMMES] = {"alpha", "beta", "gamma"};
const char *const model_tiers[MODEL_TIERS] = {"one", "two", "three", "four"};
const char *const model_parameters[MODEL_PARAMETERS] = {"standard", "wage"};
const enum model_attribute model_parameter_by[MODEL_PARAMETERS] = {MA_WELFARE,
                                                                   MA_DEPENDENCY};
const char *const model_grades[MODEL_WORDS] = {"none", "semi", "full", "severe",
                                               "total"};
const char *const model_scales[MODEL_SCALES + 1] = {"GB/T 42195-2022", "MZ/T 039-2013",
                                                    "DB23/T 1"};

static bool names_programme(const struct model_fact *f, int programme)
{
    return f->programme == MODEL_NONE || f->programme == programme;
}

const struct model_fact *model_in_force(const struct life *l, int attribute,
                                        int programme, int32_t day)
{
    const struct model_fact *best = NULL;
    for (int i = 0; i < l->person->fact_count; i++) {
        const struct model_fact *f = &l->person->facts[i];
        if (f->attribute != attribute || f->voided || f->effective > day ||
            !names_programme(f, programme)) {
            continue;
        }
        if (attribute == MA_DECISION && f->value == MD_REVIEW) {
            continue; // review changes nothing in force
        }
        if (best == NULL || f->effective > best->effective ||
            (f->effective == best->effective && f->order > best->order)) {
            best = f;
        }
    }
    return best != NULL && best->until >= day ? best : NULL;
}

int32_t model_death(const struct model_person *p)
{
    int32_t death = DAY_NEVER;
    for (int i = 0; i < p->fact_count; i++) {
        const struct model_fact *f = &p->facts[i];
        if (f->attribute == MA_DEATH && !f->voided && f->effective < death) {
            death = f->effective;
        }
    }
    return death;
}

int32_t model_first_event(const struct life *l, int attribute, int programme,
                          int32_t from_day)
{
    int32_t first = DAY_NEVER;
    for (int i = 0; i < l->person->fact_count; i++) {
        const struct model_fact *f = &l->person->facts[i];
        if (f->attribute != attribute || f->voided || !names_programme(f, programme) ||
            (attribute == MA_DECISION && f->value != MD_APPROVE)) {
            continue;
        }
        if (f->effective >= from_day && f->effective <= l->death &&
            f->effective < first) {
            first = f->effective;
        }
    }
    return first;
}

static int graded(const struct model_policy *policy, const struct model_fact *f)
{
    if (f->scale < 0 || f->scale >= MODEL_SCALES) {
        return MODEL_NONE; // a scale that is not listed matches nothing
    }
    return policy->scale[f->scale][f->value];
}

int model_word(const struct life *l, const struct model_policy *policy, int attribute,
               int32_t day)
{
    const struct model_fact *f = model_in_force(l, attribute, MODEL_NONE, day);
    if (f == NULL) {
        return policy->defaults[attribute];
    }
    return attribute == MA_DEPENDENCY ? graded(policy, f) : f->value;
}

/* Does the word `wanted` of a condition match the word an attribute has? */
static bool word_matches(int attribute, int wanted, int has)
{
    const char *want = model_words[attribute][wanted];
    const char *have = model_words[attribute][has];
    if (attribute == MA_REGISTRATION) {
        return strncmp(want, have, strlen(want)) == 0;
    }
    if (attribute == MA_RESIDENCE && strcmp(want, "institution") == 0) {
        return strcmp(have, "home") != 0;
    }
    return wanted == has;
}

static bool holds_on(const struct life *l, const struct model_policy *policy,
                     const struct model_when *when, int attribute, int32_t day)
{
    int has = model_word(l, policy, attribute, day);
    for (int w = 0; w < MODEL_WORDS && has != MODEL_NONE; w++) {
        if ((when->any_of[attribute] & 1u << w) != 0 &&
            word_matches(attribute, w, has)) {
            return true;
        }
    }
    return false;
}

/* The first of the N months that end with a day. The months end with the day, so they
 * began N months before the day after it: all of March for 31 March, all of February
 * for its last day. A day that month has not is its last day. */
static int32_t months_begin(int32_t day, int months)
{
    struct civil next = date_to_civil(day + 1);
    int32_t month = month_make(next.year, next.month) - months;
    int32_t begin = month_first_day(month) + next.day - 1;
    return begin > month_last_day(month) ? month_last_day(month) : begin;
}

bool model_condition_holds(const struct life *l, const struct model_policy *policy,
                           const struct model_when *when, int attribute, int32_t day)
{
    if (when->any_of[attribute] == 0) {
        return true;
    }
    int32_t begin = day;
    if (when->for_months[attribute] > 0) {
        begin = months_begin(day, when->for_months[attribute]);
    }
    for (int32_t d = begin; d <= day; d++) {
        if (!holds_on(l, policy, when, attribute, d)) {
            return false;
        }
    }
    return true;
}

/* The day an age is reached: it begins with the birthday. */
static int32_t birthday(const struct life *l, int age, bool leap_in_march)
{
    struct civil b = l->birth;
    if (date_exists(b.year + age, b.month, b.day)) {
        return date_from_civil(b.year + age, b.month, b.day);
    }
    return leap_in_march ? date_from_civil(b.year + age, 3, 1)
                         : date_from_civil(b.year + age, 2, 28);
}

/* A range names completed years, both ends in. */
static bool is_of_age(const struct life *l, const struct model_when *when,
                      bool leap_in_march, int32_t day)
{
    if (when->age_min != MODEL_NONE &&
        day < birthday(l, when->age_min, leap_in_march)) {
        return false;
    }
    return day >= l->person->birth &&
           (when->age_max == MODEL_NONE ||
            day < birthday(l, when->age_max + 1, leap_in_march));
}

bool model_matches(const struct life *l, const struct model_policy *policy,
                   const struct model_when *when, bool leap_in_march, int32_t day)
{
    bool has_age = when->age_min != MODEL_NONE || when->age_max != MODEL_NONE;
    int32_t begin = when->age_months > 0 ? months_begin(day, when->age_months) : day;
    for (int32_t d = begin; has_age && d <= day; d++) {
        if (!is_of_age(l, when, leap_in_march, d)) {
            return false;
        }
    }
    for (int a = 0; a < MA_STATES; a++) {
        if (!model_condition_holds(l, policy, when, a, day)) {
            return false;
        }
    }
    return true;
}
