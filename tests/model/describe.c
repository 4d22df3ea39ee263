/* describe.c - prints the model's structs as policy files and as lists of facts. The
 * files go through the real reader, so what a rule means and how it is written are
 * tested together. */
#include "tests/model/describe.h"

#include <inttypes.h>

#include "base/money.h"

static const char *turn(enum model_turn t)
{
    static const char *const names[] = {"next-month", "same-month", "on-decision"};
    return names[t];
}

static const char *money(int64_t fen, char out[MONEY_TEXT_CAP])
{
    money_print(fen, out);
    return out;
}

static void add_day(struct buf *b, int32_t day)
{
    char text[DATE_TEXT_CAP];
    if (day == DAY_ALWAYS) {
        buf_add_text(b, "always");
        return;
    }
    date_print(day, text);
    buf_add_text(b, text);
}

static void add_month(struct buf *b, int32_t month)
{
    char text[DATE_TEXT_CAP];
    month_print(month, text);
    buf_add_text(b, text);
}

/* ---- when ---- */

static void add_age(struct buf *b, const struct model_when *when)
{
    buf_add_text(b, "age: ");
    if (when->age_min != MODEL_NONE) {
        buf_addf(b, "%d", when->age_min);
    }
    buf_add_text(b, "..");
    if (when->age_max != MODEL_NONE) {
        buf_addf(b, "%d", when->age_max);
    }
}

static void add_lasting(struct buf *b, const struct model_when *when, const char *comma)
{
    const char *before = "for-months: {";
    bool any = false;
    if (when->age_months > 0) {
        buf_addf(b, "%s%sage: %d", comma, before, when->age_months);
        any = true;
    }
    for (int a = 0; a < MA_STATES; a++) {
        if (when->for_months[a] > 0) {
            buf_addf(b, "%s%s%s: %d", any ? "" : comma, any ? ", " : before,
                     model_attribute_names[a], when->for_months[a]);
            any = true;
        }
    }
    buf_add_text(b, any ? "}" : "");
}

static void add_when(struct buf *b, const struct model_when *when)
{
    const char *comma = "";
    buf_add_text(b, "{");
    if (when->age_min != MODEL_NONE || when->age_max != MODEL_NONE) {
        add_age(b, when);
        comma = ", ";
    }
    for (int a = 0; a < MA_STATES; a++) {
        if (when->any_of[a] == 0) {
            continue;
        }
        buf_addf(b, "%s%s: [", comma, model_attribute_names[a]);
        comma = "";
        for (int w = 0; w < MODEL_WORDS; w++) {
            if ((when->any_of[a] & 1u << w) != 0) {
                buf_addf(b, "%s\"%s\"", comma, model_words[a][w]);
                comma = ", ";
            }
        }
        buf_add_text(b, "]");
        comma = ", ";
    }
    add_lasting(b, when, comma);
    buf_add_text(b, "}");
}

/* ---- rules ---- */

static void add_entry(struct buf *b, const struct model_rules *r)
{
    static const char *const by[] = {"automatic", "claim", "decision"};
    static const char *const back[] = {"none", "all", "calendar-year"};
    buf_addf(b, "      entry: {by: %s, ", by[r->entry]);
    if (r->entry != ME_AUTOMATIC) {
        buf_addf(b, "from: %s, ",
                 r->entry_from == MT_SAME_MONTH ? "month" : "next-month");
        if (r->backdate == MB_MONTHS) {
            buf_addf(b, "backdate: %d, ", r->backdate_months);
        } else {
            buf_addf(b, "backdate: %s, ", back[r->backdate]);
        }
        buf_addf(b, "again: %s, ", r->again_needed ? "needed" : "not-needed");
    }
    buf_addf(b, "keep-enrolled: %s}\n", r->keep_enrolled ? "true" : "false");
}

static void add_certification(struct buf *b, const struct model_rules *r)
{
    static const char *const resume[] = {"all", "none"};
    if (r->certification == MC_NONE) {
        buf_add_text(b, "      certification: none\n");
        return;
    }
    if (r->certification == MC_EVERY) {
        buf_addf(b, "      certification: {every: %d, resume: ", r->every);
    } else {
        buf_add_text(b, "      certification: {windows: [");
        for (int i = 0; i < r->window_count; i++) {
            const struct model_window *w = &r->windows[i];
            buf_addf(b, "%s%02d-%02d..%02d-%02d", i > 0 ? ", " : "", w->first_month,
                     w->first_day, w->last_month, w->last_day);
        }
        buf_add_text(b, "], resume: ");
    }
    switch (r->certification_resume) {
    case MR_ALL:
    case MR_NONE:
        buf_add_text(b, resume[r->certification_resume]);
        break;
    case MR_LAST:
        buf_addf(b, "{last: %d}", r->certification_months);
        break;
    case MR_UNLESS_OVER:
        buf_addf(b, "{unless-over: %d}", r->certification_months);
        break;
    }
    buf_add_text(b, "}\n");
}

static void add_stop_by(struct buf *b, const struct model_rules *r)
{
    const char *before = "      stop-by: {";
    bool any = false;
    for (int a = 0; a < MA_STATES; a++) {
        if (r->stop_by[a]) {
            buf_addf(b, "%s%s: same-month", any ? ", " : before,
                     model_attribute_names[a]);
            any = true;
        }
    }
    buf_add_text(b, any ? "}\n" : "");
}

static void add_rules(struct buf *b, const struct model_rules *r)
{
    static const char *const how[] = {"half-up", "down", "up"};
    if (r->days_at_least > 0) {
        buf_addf(b, "      days-at-least: %d\n", r->days_at_least);
    } else {
        buf_addf(b, "      start: %s\n      stop: %s\n", turn(r->start), turn(r->stop));
    }
    add_stop_by(b, r);
    buf_addf(b, "      stop-on-death: %s\n      tier-change: %s\n",
             turn(r->stop_on_death), turn(r->tier_change));
    add_entry(b, r);
    add_certification(b, r);
    buf_addf(b, "      suspension: {resume: %s}\n      birthday-29-february: %s\n",
             r->suspension_resume == MR_ALL ? "all" : "none",
             r->leap_in_march ? "mar-1" : "feb-28");
    if (r->whole_year_in > 0) {
        buf_addf(b, "      annual: {whole-year-in: %d}\n", r->whole_year_in);
    } else {
        buf_add_text(b, "      annual: twelfths\n");
    }
    buf_addf(b, "      rounding: %s-%s\n", how[r->rounding],
             r->rounding_unit_fen == 1    ? "fen"
             : r->rounding_unit_fen == 10 ? "jiao"
                                          : "yuan");
    buf_add_text(b, "      payable: {every: 1, after: 0}\n"
                    "      due-at-death: account\n");
    buf_addf(b, "      recovery: {set-off: %d}\n", r->set_off);
}

/* ---- the parts of a file ---- */

static void add_tier(struct buf *b, const struct model_tier *t)
{
    char text[MONEY_TEXT_CAP];
    buf_addf(b, "      - {name: %s, when: ", model_tiers[t->name]);
    add_when(b, &t->when);
    buf_add_text(b, ", amount: {");
    switch (t->kind) {
    case MM_PER_MONTH:
        buf_addf(b, "per-month: %s", money(t->fen, text));
        break;
    case MM_PER_YEAR:
        buf_addf(b, "per-year: %s", money(t->fen, text));
        break;
    case MM_PERCENT:
        buf_addf(b, "percent: %d.%02d, of: %s", t->hundredths / 100,
                 t->hundredths % 100, model_parameters[t->parameter]);
        break;
    case MM_APPROVED:
        buf_add_text(b, "approved: true");
        break;
    case MM_ONCE:
        buf_addf(b, "once: %s", money(t->fen, text));
        break;
    case MM_ASK:
        buf_add_text(b, "ask: true");
        break;
    case MM_NO_RATE:
        buf_add_text(b, "none: true");
        break;
    }
    buf_add_text(b, "}}\n");
}

static void add_funds(struct buf *b, const struct model_programme *c)
{
    char text[MONEY_TEXT_CAP];
    buf_add_text(b, "    funds: {");
    if (c->bears_percent > 0) {
        buf_addf(b, "province: %d.%02d, ", c->bears_percent / 100,
                 c->bears_percent % 100);
    }
    if (c->head_fen > 0) {
        buf_addf(b, "central: {per-head: %s}, ", money(c->head_fen, text));
    }
    buf_add_text(b, "county: rest}\n");
}

static void add_programme(struct buf *b, const struct model_programme *c, int code)
{
    buf_addf(b, "  - code: %s\n    name: %s\n    payee: person\n",
             model_programmes[code], model_programmes[code]);
    buf_add_text(
        b, "    class: {year: 2024, function: \"2081002\", economic: \"30305\"}\n");
    add_funds(b, c);
    buf_add_text(b, "    rules:\n");
    add_rules(b, &c->rules);
    buf_add_text(b, "    tiers:\n");
    for (int t = 0; t < c->tier_count; t++) {
        add_tier(b, &c->tiers[t]);
    }
}

static void add_rows(struct buf *b, const struct model_parameter *x, const char *key,
                     int word)
{
    char text[MONEY_TEXT_CAP];
    bool any = false;
    for (int r = 0; r < x->row_count; r++) {
        if (x->rows[r].word != word) {
            continue;
        }
        if (!any) {
            buf_addf(b, "      %s: [", key);
        }
        buf_add_text(b, any ? ", {from: " : "{from: ");
        add_day(b, x->rows[r].from);
        buf_addf(b, ", value: %s, document: d}", money(x->rows[r].fen, text));
        any = true;
    }
    buf_add_text(b, any ? "]\n" : "");
}

static void add_parameters(struct buf *b, const struct model_policy *p)
{
    const char *before = "parameters:\n";
    for (int i = 0; i < MODEL_PARAMETERS; i++) {
        if (p->parameters[i].row_count == 0) {
            continue;
        }
        enum model_attribute by = model_parameter_by[i];
        buf_addf(b, "%s  %s:\n    title: t\n    by: %s\n    values:\n", before,
                 model_parameters[i], model_attribute_names[by]);
        before = "";
        for (int w = 0; w < MODEL_WORDS; w++) {
            add_rows(b, &p->parameters[i], model_words[by][w], w);
        }
    }
}

static void add_scales(struct buf *b, const struct model_policy *p)
{
    const char *before = "scales:\n  dependency:\n";
    for (int s = 0; s < MODEL_SCALES; s++) {
        const char *comma = "";
        for (int g = 0; g < MODEL_WORDS; g++) {
            if (p->scale[s][g] == MODEL_NONE) {
                continue;
            }
            if (*comma == '\0') {
                buf_addf(b, "%s    %s: {", before, model_scales[s]);
            }
            buf_addf(b, "%s%s: %s", comma, model_grades[g],
                     model_words[MA_DEPENDENCY][p->scale[s][g]]);
            before = "";
            comma = ", ";
        }
        buf_add_text(b, *comma != '\0' ? "}\n" : "");
    }
}

static void add_defaults(struct buf *b, const struct model_policy *p)
{
    const char *comma = "defaults: {";
    for (int a = 0; a < MA_STATES; a++) {
        if (p->defaults[a] != MODEL_NONE) {
            buf_addf(b, "%s%s: \"%s\"", comma, model_attribute_names[a],
                     model_words[a][p->defaults[a]]);
            comma = ", ";
        }
    }
    buf_add_text(b, comma[0] == ',' ? "}\n" : "");
}

static void add_ends(struct buf *b, const struct model_policy *p)
{
    const char *before = "ends:\n";
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        if (p->ends_from[c] != MODEL_NONE) {
            buf_addf(b, "%s  - {programme: %s, from: ", before, model_programmes[c]);
            add_month(b, p->ends_from[c]);
            buf_add_text(b, ", document: d}\n");
            before = "";
        }
    }
}

static void add_conflicts(struct buf *b, const struct model_policy *p)
{
    static const char *const rules[] = {"blocked", "higher-only", "first", "chosen"};
    for (int i = 0; i < p->conflict_count; i++) {
        const struct model_conflict *x = &p->conflicts[i];
        buf_add_text(b, i == 0 ? "conflicts:\n  - {" : "  - {");
        if (x->rule == MX_BLOCKED) {
            buf_addf(b, "programme: %s, when: ", model_programmes[x->members[0]]);
            add_when(b, &x->when);
        } else {
            buf_add_text(b, "among: [");
            for (int m = 0; m < x->member_count; m++) {
                buf_addf(b, "%s%s", m > 0 ? ", " : "", model_programmes[x->members[m]]);
            }
            buf_add_text(b, "]");
        }
        buf_addf(b, ", rule: %s}\n", rules[x->rule]);
    }
}

void describe_policy(struct buf *b, const struct model_world *w, int policy)
{
    const struct model_policy *p = &w->policies[policy];
    buf_add_text(b, "# confirmed in ");
    add_month(b, p->confirmed_month);
    buf_addf(b, "\nalmoner-policy: 1\nid: p%d\ntitle: t\n", policy + 1);
    buf_add_text(b, "document: {number: n, issuer: i, issued: 2020-01-01, "
                    "status: in-force}\njurisdiction: \"230523\"\neffective: ");
    add_day(b, p->effective);
    buf_addf(b, "\nretroactive: {dead: %s}\n", p->dead_none ? "none" : "pay");
    if (p->supersedes != MODEL_NONE) {
        buf_addf(b, "supersedes: p%d\n", p->supersedes + 1);
    }
    add_defaults(b, p);
    add_parameters(b, p);
    add_scales(b, p);
    const char *before = "programmes:\n";
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        if (p->programmes[c].defined) {
            buf_add_text(b, before);
            add_programme(b, &p->programmes[c], c);
            before = "";
        }
    }
    add_ends(b, p);
    add_conflicts(b, p);
}

/* ---- a person ---- */

const char *describe_value(const struct model_fact *f, char out[32])
{
    static const char *const decisions[] = {"approve", "refuse", "stop", "review"};
    switch (f->attribute) {
    case MA_DEPENDENCY:
        return model_grades[f->value];
    case MA_DECISION:
        return decisions[f->value];
    case MA_PAID_ELSEWHERE:
        month_print(f->value, out);
        return out;
    case MA_CHOICE:
        return model_programmes[f->value];
    case MA_SUSPENDED:
        return "absent";
    default:
        return f->attribute < MA_STATES ? model_words[f->attribute][f->value] : "yes";
    }
}

static void add_fact(struct buf *b, const struct model_fact *f)
{
    char text[MONEY_TEXT_CAP];
    char value[32];
    buf_addf(b, "%3d %s", (int)f->order, model_attribute_names[f->attribute]);
    if (f->programme != MODEL_NONE) {
        buf_addf(b, "@%s", model_programmes[f->programme]);
    }
    buf_addf(b, "=%s from ", describe_value(f, value));
    add_day(b, f->effective);
    if (f->until != DAY_NEVER) {
        buf_add_text(b, " until ");
        add_day(b, f->until);
    }
    if (f->scale != MODEL_NONE) {
        buf_addf(b, " scale %s", model_scales[f->scale]);
    }
    if (f->tier != MODEL_NONE) {
        buf_addf(b, " tier %s", model_tiers[f->tier]);
    }
    if (f->amount_fen >= 0) {
        buf_addf(b, " amount %s", money(f->amount_fen, text));
    }
    buf_add_text(b, f->voided ? " (voided)\n" : "\n");
}

void describe_person(struct buf *b, const struct model_world *w,
                     const struct model_person *p)
{
    buf_add_text(b, "# person born ");
    add_day(b, p->birth);
    buf_add_text(b, "\n");
    for (int i = 0; i < p->fact_count; i++) {
        add_fact(b, &p->facts[i]);
    }
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        if (w->settled_through[c] == MODEL_NONE) {
            continue;
        }
        buf_addf(b, "settled %s through ", model_programmes[c]);
        add_month(b, w->settled_through[c]);
        for (int i = 0; i < p->settled_count; i++) {
            if (p->settled[i].programme == c) {
                buf_add_text(b, "; ");
                add_month(b, p->settled[i].month);
                buf_addf(b, "=%" PRId64, p->settled[i].amount_fen);
            }
        }
        buf_add_text(b, "\n");
    }
}
