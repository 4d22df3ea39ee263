/* read_rules.c - the `rules` of a programme and the `choices` that say who made them.
 * Every rule must be written: a county that never thought about back-pay has still
 * decided about it the day the first late claim comes in. */
#include "policy/read.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"

static const struct word timings[] = {
    {"next-month", TIMING_NEXT_MONTH}, {"same-month", TIMING_SAME_MONTH}, {NULL, 0}};
static const struct word tier_changes[] = {{"next-month", TIER_NEXT_MONTH},
                                           {"same-month", TIER_SAME_MONTH},
                                           {"on-decision", TIER_ON_DECISION},
                                           {NULL, 0}};
static const struct word entries[] = {{"automatic", ENTRY_AUTOMATIC},
                                      {"claim", ENTRY_CLAIM},
                                      {"decision", ENTRY_DECISION},
                                      {NULL, 0}};
static const struct word entry_froms[] = {
    {"month", ENTRY_FROM_MONTH}, {"next-month", ENTRY_FROM_NEXT_MONTH}, {NULL, 0}};
static const struct word leaps[] = {
    {"feb-28", LEAP_FEB_28}, {"mar-1", LEAP_MAR_1}, {NULL, 0}};
static const struct word dues[] = {
    {"account", DUE_TO_ACCOUNT}, {"heir", DUE_TO_HEIR}, {NULL, 0}};

static enum status read_days(struct reading *r, const struct ynode *n,
                             const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    return read_number(r, n, 1, 31, out, d);
}

static enum status read_stop_by(struct reading *r, const struct ynode *n,
                                const struct read_key *k, void *out, struct diag *d)
{
    struct rules *rules = out;
    void *memory = NULL;
    (void)k;
    TRY(read_members(r, n, 16, sizeof(struct stop_by), &memory, d));
    struct stop_by *list = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        int timing = 0;
        TRY(read_key_name(r, m, &list[i].attribute, d));
        TRY(read_word_of(r, m, timings + 1, &timing, d)); /* same-month alone */
        list[i++].place = m->key_place;
    }
    rules->stop_by = list;
    rules->stop_by_count = i;
    return ST_OK;
}

static enum status read_backdate(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"none", BACKDATE_NONE},
                                        {"all", BACKDATE_ALL},
                                        {"calendar-year", BACKDATE_CALENDAR_YEAR},
                                        {NULL, 0}};
    struct rules *rules = out;
    int kind = BACKDATE_N;
    (void)k;
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    if (n->text.n > 0 && text_all_digits(n->text)) {
        TRY(read_number(r, n, 1, READ_MONTHS_MAX, &rules->entry.backdate_months, d));
    } else {
        TRY(read_word_of(r, n, words, &kind, d));
    }
    rules->entry.backdate = (enum backdate_kind)kind;
    return ST_OK;
}

static enum status read_again(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"not-needed", 0}, {"needed", 1}, {NULL, 0}};
    int needed = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &needed, d));
    *(bool *)out = needed != 0;
    return ST_OK;
}

static enum status read_entry(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"by", read_word, offsetof(struct rules, entry.by), true, entries},
        {"from", read_word, offsetof(struct rules, entry.from), false, entry_froms},
        {"backdate", read_backdate, 0, false, NULL},
        {"again", read_again, offsetof(struct rules, entry.again_needed), false, NULL},
        {"keep-enrolled", read_yes_no, offsetof(struct rules, entry.keep_enrolled),
         true, NULL},
    };
    static const struct read_table table = {"entry", keys, READ_COUNT(keys)};
    static const char *const claimed[] = {"from", "backdate", "again"};
    struct rules *rules = out;
    (void)k;
    TRY(read_mapping(r, n, &table, rules, d));
    for (size_t i = 0; i < READ_COUNT(claimed); i++) {
        if (rules->entry.by != ENTRY_AUTOMATIC) {
            TRY(read_need(r, n, claimed[i], d));
        } else if (yaml_find(n, claimed[i]) != NULL) {
            rules->entry.idle_keys = true;
        }
    }
    return ST_OK;
}

static enum status read_resume_months(struct reading *r, const struct ynode *n,
                                      struct resume *out, struct diag *d)
{
    static const struct {
        const char *name;
        enum resume_kind kind;
    } kinds[] = {{"last", RESUME_LAST}, {"unless-over", RESUME_UNLESS_OVER}};
    const struct ynode *only = n->first;
    for (size_t i = 0; i < READ_COUNT(kinds); i++) {
        if (n->count == 1 && str_is(only->key, kinds[i].name)) {
            out->kind = kinds[i].kind;
            return read_number(r, only, 0, READ_MONTHS_MAX, &out->months, d);
        }
    }
    yaml_fail(r->file, n->place, d, "bad-resume", "not a way to resume");
    return diag_hint(d, "all, none, {last: MONTHS} or {unless-over: MONTHS}");
}

static enum status read_resume(struct reading *r, const struct ynode *n,
                               const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {
        {"all", RESUME_ALL}, {"none", RESUME_NONE}, {NULL, 0}};
    struct resume *resume = out;
    int kind = 0;
    (void)k;
    if (n->kind == YNODE_MAP) {
        return read_resume_months(r, n, resume, d);
    }
    TRY(read_word_of(r, n, words, &kind, d));
    resume->kind = (enum resume_kind)kind;
    return ST_OK;
}

/* "04-01": a day of some year. */
static bool month_day_parse(const char *p, struct month_day *out)
{
    uint64_t month = (uint64_t)(p[0] - '0') * 10 + (uint64_t)(p[1] - '0');
    uint64_t day = (uint64_t)(p[3] - '0') * 10 + (uint64_t)(p[4] - '0');
    if (!text_all_digits(str_make(p, 2)) || p[2] != '-' ||
        !text_all_digits(str_make(p + 3, 2)) || month > 12 || day > 31 ||
        !date_exists(2024, (int32_t)month, (int32_t)day)) {
        return false;
    }
    out->month = (int32_t)month;
    out->day = (int32_t)day;
    return true;
}

static enum status read_window(struct reading *r, const struct ynode *n,
                               struct month_day *from, struct month_day *to,
                               struct diag *d)
{
    char shown[YAML_SHOW_CAP];
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    const char *p = n->text.p;
    bool ok = n->text.n == 12 && p[5] == '.' && p[6] == '.' &&
              month_day_parse(p, from) && month_day_parse(p + 7, to);
    if (!ok || (from->month == 2 && from->day == 29)) {
        yaml_fail(r->file, n->place, d, "bad-window",
                  "\"%s\" is not a certification window", yaml_show(n->text, shown));
        return diag_hint(d, "write days that every year has: 04-01..06-20");
    }
    return ST_OK;
}

static enum status read_windows(struct reading *r, const struct ynode *n,
                                const struct read_key *k, void *out, struct diag *d)
{
    struct rules *rules = out;
    (void)k;
    TRY(read_size(r, n, YNODE_LIST, READ_COUNT(rules->certification.windows), d));
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_window(r, m, &rules->certification.windows[i].from,
                        &rules->certification.windows[i].to, d));
        i++;
    }
    rules->certification.window_count = i;
    rules->certification.kind = CERT_WINDOWS;
    return ST_OK;
}

static enum status read_every(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    struct rules *rules = out;
    (void)k;
    rules->certification.kind = CERT_EVERY;
    return read_number(r, n, 1, READ_MONTHS_MAX, &rules->certification.every_months, d);
}

static enum status read_certification(struct reading *r, const struct ynode *n,
                                      const struct read_key *k, void *out,
                                      struct diag *d)
{
    static const struct read_key keys[] = {
        {"every", read_every, 0, false, NULL},
        {"windows", read_windows, 0, false, NULL},
        {"resume", read_resume, offsetof(struct rules, certification.resume), true,
         NULL},
    };
    static const struct read_table table = {"certification", keys, READ_COUNT(keys)};
    struct rules *rules = out;
    (void)k;
    rules->certification.place = n->place;
    if (read_is(n, "none")) {
        rules->certification.kind = CERT_NONE;
        return ST_OK;
    }
    if (n->kind == YNODE_SCALAR) {
        static const struct word words[] = {{"none", CERT_NONE}, {NULL, 0}};
        int ignored = 0;
        return read_word_of(r, n, words, &ignored, d);
    }
    TRY(read_mapping(r, n, &table, rules, d));
    if ((yaml_find(n, "every") != NULL) == (yaml_find(n, "windows") != NULL)) {
        yaml_fail(r->file, n->place, d, "bad-certification", "not exactly one rhythm");
        return diag_hint(d, "none, or every: MONTHS, or windows: [04-01..06-20]");
    }
    return ST_OK;
}

/* A suspension is lifted by an office: either all of it is paid, or nothing is. */
static enum status read_lifted(struct reading *r, const struct ynode *n,
                               const struct read_key *k, void *out, struct diag *d)
{
    TRY(yaml_want(r->file, n, YNODE_SCALAR, d));
    return read_resume(r, n, k, out, d);
}

static enum status read_suspension(struct reading *r, const struct ynode *n,
                                   const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {{"resume", read_lifted, 0, true, NULL}};
    static const struct read_table table = {"suspension", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

static enum status read_whole_year(struct reading *r, const struct ynode *n,
                                   const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    return read_number(r, n, 1, 12, out, d);
}

static enum status read_annual(struct reading *r, const struct ynode *n,
                               const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"twelfths", ANNUAL_TWELFTHS}, {NULL, 0}};
    static const struct read_key keys[] = {{"whole-year-in", read_whole_year,
                                            offsetof(struct rules, annual_month), true,
                                            NULL}};
    static const struct read_table table = {"annual", keys, READ_COUNT(keys)};
    struct rules *rules = out;
    int kind = ANNUAL_WHOLE_YEAR;
    (void)k;
    if (n->kind == YNODE_MAP) {
        TRY(read_mapping(r, n, &table, rules, d));
    } else {
        TRY(read_word_of(r, n, words, &kind, d));
    }
    rules->annual = (enum annual_kind)kind;
    return ST_OK;
}

static enum status read_block(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {
        {"1", 1}, {"3", 3}, {"6", 6}, {"12", 12}, {NULL, 0}};
    int months = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &months, d));
    *(int32_t *)out = (int32_t)months;
    return ST_OK;
}

static enum status read_after(struct reading *r, const struct ynode *n,
                              const struct read_key *k, void *out, struct diag *d)
{
    (void)k;
    return read_number(r, n, 0, 120, out, d);
}

static enum status read_payable(struct reading *r, const struct ynode *n,
                                const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"every", read_block, offsetof(struct rules, payable_every), true, NULL},
        {"after", read_after, offsetof(struct rules, payable_after), true, NULL},
    };
    static const struct read_table table = {"payable", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

static enum status read_rounding(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {{"half-up-fen", ROUND_HALF_UP * 3 + 0},
                                        {"down-fen", ROUND_DOWN * 3 + 0},
                                        {"up-fen", ROUND_UP * 3 + 0},
                                        {"half-up-jiao", ROUND_HALF_UP * 3 + 1},
                                        {"down-jiao", ROUND_DOWN * 3 + 1},
                                        {"up-jiao", ROUND_UP * 3 + 1},
                                        {"half-up-yuan", ROUND_HALF_UP * 3 + 2},
                                        {"down-yuan", ROUND_DOWN * 3 + 2},
                                        {"up-yuan", ROUND_UP * 3 + 2},
                                        {NULL, 0}};
    static const int64_t units_fen[] = {1, 10, 100};
    struct rules *rules = out;
    int both = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &both, d));
    rules->rounding = (enum rounding)(both / 3);
    rules->rounding_unit_fen = units_fen[both % 3];
    return ST_OK;
}

static enum status read_set_off(struct reading *r, const struct ynode *n,
                                const struct read_key *k, void *out, struct diag *d)
{
    int64_t percent = 0;
    TRY(read_percent(r, n, k, &percent, d));
    if (percent > 10000) {
        return yaml_fail(r->file, n->place, d, "bad-percent", "more than 100 percent");
    }
    *(int64_t *)out = percent;
    return ST_OK;
}

static enum status read_recovery(struct reading *r, const struct ynode *n,
                                 const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"set-off", read_set_off, offsetof(struct rules, set_off_percent), true, NULL}};
    static const struct read_table table = {"recovery", keys, READ_COUNT(keys)};
    (void)k;
    return read_mapping(r, n, &table, out, d);
}

#define AT(member) offsetof(struct rules, member)
static const struct read_key rule_keys[] = {
    {"start", read_word, AT(start), false, timings},
    {"stop", read_word, AT(stop), false, timings},
    {"days-at-least", read_days, AT(days_at_least), false, NULL},
    {"stop-by", read_stop_by, 0, false, NULL},
    {"stop-on-death", read_word, AT(stop_on_death), true, timings},
    {"tier-change", read_word, AT(tier_change), true, tier_changes},
    {"entry", read_entry, 0, true, NULL},
    {"certification", read_certification, 0, true, NULL},
    {"suspension", read_suspension, AT(suspension), true, NULL},
    {"birthday-29-february", read_word, AT(leap), true, leaps},
    {"annual", read_annual, 0, false, NULL}, /* needed by per-year: read_programme.c */
    {"payable", read_payable, 0, true, NULL},
    {"rounding", read_rounding, 0, true, NULL},
    {"due-at-death", read_word, AT(due_at_death), true, dues},
    {"recovery", read_recovery, 0, true, NULL},
};
#undef AT

enum status read_rules(struct reading *r, const struct ynode *n,
                       const struct read_key *k, void *out, struct diag *d)
{
    static const struct read_table table = {"rules", rule_keys, READ_COUNT(rule_keys)};
    struct rules *rules = out;
    (void)k;
    TRY(read_mapping(r, n, &table, rules, d));
    rules->place = n->place;
    if (rules->days_at_least == 0) {
        TRY(read_need(r, n, "start", d));
        return read_need(r, n, "stop", d);
    }
    if (yaml_find(n, "start") != NULL || yaml_find(n, "stop") != NULL) {
        yaml_fail(r->file, yaml_find(n, "days-at-least")->key_place, d,
                  "rules-contradict", "days-at-least stands beside start or stop");
        return diag_hint(d, "it takes their place; leave them out");
    }
    return ST_OK;
}

static bool is_rule(struct str name)
{
    static const char *const others[] = {"payee", "class", "funds"};
    for (size_t i = 0; i < READ_COUNT(rule_keys); i++) {
        if (str_is(name, rule_keys[i].name)) {
            return true;
        }
    }
    for (size_t i = 0; i < READ_COUNT(others); i++) {
        if (str_is(name, others[i])) {
            return true;
        }
    }
    return false;
}

static enum status read_choice_by(struct reading *r, const struct ynode *n,
                                  const struct read_key *k, void *out, struct diag *d)
{
    static const struct word words[] = {
        {"document", 0}, {"bureau", 1}, {"meeting", 2}, {NULL, 0}};
    int which = 0;
    (void)k;
    TRY(read_word_of(r, n, words, &which, d));
    *(const char **)out = words[which].text;
    return ST_OK;
}

static enum status read_choice(struct reading *r, const struct ynode *n,
                               struct choice *out, struct diag *d)
{
    static const struct read_key keys[] = {
        {"by", read_choice_by, offsetof(struct choice, by), true, NULL},
        {"ref", read_text, offsetof(struct choice, ref), false, NULL},
    };
    static const struct read_table table = {"a choice", keys, READ_COUNT(keys)};
    char shown[YAML_SHOW_CAP];
    if (!is_rule(n->key)) {
        yaml_fail(r->file, n->key_place, d, "unknown-rule", "\"%s\" is not a rule",
                  yaml_show(n->key, shown));
        return diag_hint(d, "name a key of rules, or payee, class or funds");
    }
    TRY(read_key_name(r, n, &out->rule, d));
    TRY(read_mapping(r, n, &table, out, d));
    out->place = n->key_place;
    return strcmp(out->by, "document") == 0 ? ST_OK : read_need(r, n, "ref", d);
}

enum status read_choices(struct reading *r, const struct ynode *n,
                         const struct read_key *k, void *out, struct diag *d)
{
    struct programme *p = out;
    void *memory = NULL;
    (void)k;
    TRY(read_members(r, n, 32, sizeof(struct choice), &memory, d));
    struct choice *list = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_choice(r, m, &list[i++], d));
    }
    p->choices = list;
    p->choice_count = i;
    return ST_OK;
}
