/* print.c - `policy show`: the file as a person reads it, each heading in Chinese and
 * English, the values as wording.h has them. The buffer's failure is looked at once, at
 * the end. */
#include "policy/print.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/wording.h"

#define HEADING_COLUMNS 34

/* "  中文 english      " up to the column where values begin. */
static void heading(struct buf *out, int indent, const char *zh, const char *en)
{
    char text[96];
    (void)snprintf(text, sizeof text, "%*s%s %s", indent, "", zh, en);
    size_t width = text_width(str_of(text));
    int pad = width < HEADING_COLUMNS ? (int)(HEADING_COLUMNS - width) : 1;
    buf_addf(out, "%s%*s", text, pad, "");
}

/* One line for every value the file says. */
static void print_fields(const struct wordings *w, const void *of, int indent,
                         struct buf *out)
{
    for (size_t i = 0; i < w->count; i++) {
        size_t before = out->len;
        heading(out, indent, w->list[i].zh, w->list[i].key);
        size_t begun = out->len;
        w->list[i].write(of, out);
        if (out->len == begun) {
            out->len = before; /* nothing said: no line */
        } else {
            buf_add_text(out, "\n");
        }
    }
}

static void print_series(const struct parameter *q, const struct parameter_series *s,
                         struct buf *out)
{
    for (size_t i = 0; i < s->value_count; i++) {
        buf_add_text(out, "    ");
        if (s->key != NULL) {
            buf_addf(out, "%s %s ", q->by, s->key);
        }
        buf_add_text(out, "自 from ");
        wording_date(s->values[i].from_day, out);
        buf_add_text(out, ": ");
        wording_value(&s->values[i], out);
        buf_add_text(out, "\n");
    }
}

static void print_tables(const struct policy *p, struct buf *out)
{
    for (size_t i = 0; i < p->parameter_count; i++) {
        const struct parameter *q = &p->parameters[i];
        buf_addf(out, "\n参数 parameter %s%s%s\n", q->name,
                 q->title != NULL ? "  " : "", q->title != NULL ? q->title : "");
        for (size_t s = 0; s < q->series_count; s++) {
            print_series(q, &q->series[s], out);
        }
    }
    if (p->scale_count > 0) {
        buf_add_text(out, "\n评估等级 scales\n");
    }
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        buf_addf(out, "    %s  %s: %s -> %s\n", m->attribute, m->scale, m->grade,
                 m->value);
    }
}

static void print_tiers(const struct programme *p, struct buf *out)
{
    buf_add_text(out, "  档次 tiers: 先符合的一档为准 the first that fits decides\n");
    for (size_t i = 0; i < p->tier_count; i++) {
        buf_addf(out, "    %zu. %s\n", i + 1, p->tiers[i].name);
        print_fields(&wording_tier, &p->tiers[i], 7, out);
    }
}

static bool same_choice(const struct choice *a, const struct choice *b)
{
    bool same_ref =
        a->ref == NULL ? b->ref == NULL : b->ref != NULL && strcmp(a->ref, b->ref) == 0;
    return same_ref && strcmp(a->by, b->by) == 0;
}

/* One line for all rules chosen by the same act. */
static void print_choice(const struct programme *p, size_t at, struct buf *out)
{
    for (size_t i = 0; i < at; i++) {
        if (same_choice(&p->choices[i], &p->choices[at])) {
            return;
        }
    }
    heading(out, 2, "选择依据", "choice");
    wording_choice(&p->choices[at], out);
    buf_add_text(out, ":");
    for (size_t i = at; i < p->choice_count; i++) {
        if (same_choice(&p->choices[i], &p->choices[at])) {
            buf_addf(out, " %s", p->choices[i].rule);
        }
    }
    buf_add_text(out, "\n");
}

static void print_programme(const struct programme *p, struct buf *out)
{
    buf_addf(out, "\n补贴项目 programme %s  %s\n", p->code, p->name);
    if (!p->pays) {
        buf_add_text(out, "  不发放：文件未定标准 never paid: the document names no "
                          "rate\n");
    }
    print_fields(&wording_programme, p, 2, out);
    print_tiers(p, out);
    if (p->has_rules) {
        buf_add_text(out, "  规则 rules\n");
        print_fields(&wording_rules, &p->rules, 4, out);
    }
    for (size_t i = 0; i < p->choice_count; i++) {
        print_choice(p, i, out);
    }
    for (size_t i = 0; i < p->note_count; i++) {
        heading(out, 2, "说明", "note");
        buf_addf(out, "%s\n", p->notes[i]);
    }
}

static void print_unpaid(const struct policy *p, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < p->programme_count; i++) {
        const struct programme *one = &p->programmes[i];
        if (!one->pays) {
            buf_add_text(out, any ? "" : "\n不发放的项目 programmes never paid\n");
            buf_addf(out, "  %s  %s\n", one->code, one->name);
            any = true;
        }
    }
}

enum status policy_print(const struct policy *p, struct buf *out, struct diag *d)
{
    buf_addf(out, "%s\n", p->title);
    print_fields(&wording_head, p, 2, out);
    print_tables(p, out);
    for (size_t i = 0; i < p->programme_count; i++) {
        print_programme(&p->programmes[i], out);
    }
    buf_add_text(out, p->end_count > 0 ? "\n终止 ends\n" : "");
    for (size_t i = 0; i < p->end_count; i++) {
        buf_addf(out, "  %s ", p->ends[i].programme);
        wording_end(&p->ends[i], out);
        buf_add_text(out, "\n");
    }
    buf_add_text(out, p->conflict_count > 0 ? "\n互斥 conflicts\n" : "");
    for (size_t i = 0; i < p->conflict_count; i++) {
        buf_add_text(out, "  ");
        wording_conflict(&p->conflicts[i], out);
        buf_add_text(out, "\n");
    }
    print_unpaid(p, out);
    return buf_check(out, d);
}
