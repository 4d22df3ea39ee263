/* diff.c - two policy files held against each other. Each is taken apart into entries:
 * a place (part, name, field) and the words that stand there (wording.h); the two
 * lists are then compared place by place. What is written in both is never looked at
 * again, so a difference of order alone is told as one (rows of tiers and conflicts,
 * where the first decides). */
#include "policy/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/wording.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)
#define TEXT_MAX_BYTES ((size_t)1024 * 1024)

struct part {
    const char *en;
    const char *zh;
};
static const struct part POLICY = {"policy", "文件"};
static const struct part PARAMETER = {"parameter", "参数"};
static const struct part SCALE = {"scale", "评估等级"};
static const struct part END = {"end", "终止"};
static const struct part CONFLICT = {"conflict", "互斥"};
static const struct part PROGRAMME = {"programme", "补贴项目"};
static const struct part TIER = {"tier", "档次"};
static const struct part RULE = {"rule", "规则"};
static const struct part CHOICE = {"choice", "选择依据"};
static const struct part NOTE = {"note", "说明"};

struct entry {
    const struct part *part;
    const char *name; /* "" for none */
    const char *field;
    const char *zh;
    const char *text;
    struct entry *next;
    bool found;
};

struct entries { /* in order */
    struct entry *first;
    struct entry **end;
};

struct diffing {
    struct arena *arena;
    struct buf words;
    struct policy_changes to;
    const char *programme;
    size_t count;
};

/* ---- taking apart ---- */

static struct str place_text(struct diffing *x, const char *text)
{
    return text == NULL ? buf_str(&x->words) : str_of(text);
}

/* text NULL: what was written into x->words; nothing written is no entry. */
static void add(struct diffing *x, struct entries *to, const struct entry *like,
                const char *text)
{
    struct str words = place_text(x, text);
    struct entry *e = words.n > 0 ? arena_alloc(x->arena, sizeof *e) : NULL;
    if (e != NULL) {
        *e = *like;
        e->text = arena_str(x->arena, words);
        e->name = e->name == NULL ? "" : e->name;
        e->next = NULL;
        *to->end = e;
        to->end = &e->next;
    }
    buf_clear(&x->words);
}

static void add_fields(struct diffing *x, struct entries *to, const struct part *part,
                       const char *name, const struct wordings *w, const void *of)
{
    for (size_t i = 0; i < w->count; i++) {
        struct entry e = {part, name, w->list[i].key, w->list[i].zh, NULL, NULL, false};
        buf_clear(&x->words);
        w->list[i].write(of, &x->words);
        add(x, to, &e, NULL);
    }
}

static void add_parameter(struct diffing *x, struct entries *to,
                          const struct parameter *q)
{
    struct entry title = {&PARAMETER, q->name, "title", "名称", NULL, NULL, false};
    struct entry by = {&PARAMETER, q->name, "by", "区分", NULL, NULL, false};
    add(x, to, &title, q->title != NULL ? q->title : q->name);
    add(x, to, &by, q->by != NULL ? q->by : "");
    for (size_t s = 0; s < q->series_count; s++) {
        for (size_t i = 0; i < q->series[s].value_count; i++) {
            const struct parameter_value *v = &q->series[s].values[i];
            const char *key = q->series[s].key;
            buf_addf(&x->words, "%s%s", key != NULL ? key : "", key != NULL ? " " : "");
            wording_date(v->from_day, &x->words);
            struct entry e = {.part = &PARAMETER, .name = q->name, .zh = "数值"};
            e.field = arena_str(x->arena, buf_str(&x->words));
            buf_clear(&x->words);
            wording_value(v, &x->words);
            add(x, to, &e, NULL);
        }
    }
}

static void add_head(struct diffing *x, struct entries *to, const struct policy *p)
{
    add_fields(x, to, &POLICY, NULL, &wording_head, p);
    for (size_t i = 0; i < p->parameter_count; i++) {
        add_parameter(x, to, &p->parameters[i]);
    }
    for (size_t i = 0; i < p->scale_count; i++) {
        const struct scale_map *m = &p->scales[i];
        struct entry e = {&SCALE, m->scale, m->grade, "等级", NULL, NULL, false};
        add(x, to, &e, m->value);
    }
    for (size_t i = 0; i < p->end_count; i++) {
        struct entry e = {&END, NULL, p->ends[i].programme, "项目", NULL, NULL, false};
        wording_end(&p->ends[i], &x->words);
        add(x, to, &e, NULL);
    }
    for (size_t i = 0; i < p->conflict_count; i++) {
        struct entry e = {.part = &CONFLICT, .zh = "规则"};
        wording_conflict(&p->conflicts[i], &x->words);
        e.field = arena_str(x->arena, buf_str(&x->words));
        add(x, to, &e, NULL);
    }
}

/* A new tier is an old one of its name; or else of its very conditions, if that one's
 * name is gone. */
static const char *tier_alias(struct diffing *x, const struct programme *old,
                              const struct programme *new, const struct tier *t)
{
    const struct tier *same = NULL;
    buf_clear(&x->words);
    wording_when(t->when, t->when_count, &x->words);
    const char *when = arena_str(x->arena, buf_str(&x->words));
    for (size_t i = 0; old != NULL && when != NULL && i < old->tier_count; i++) {
        if (strcmp(old->tiers[i].name, t->name) == 0) {
            return t->name;
        }
        buf_clear(&x->words);
        wording_when(old->tiers[i].when, old->tiers[i].when_count, &x->words);
        if (strcmp(buf_cstr(&x->words), when) == 0) {
            same = &old->tiers[i];
        }
    }
    for (size_t i = 0; same != NULL && i < new->tier_count; i++) {
        if (strcmp(new->tiers[i].name, same->name) == 0) {
            same = NULL;
        }
    }
    return same != NULL ? same->name : t->name;
}

/* `old` is given for the newer of two: its tiers go by the names of the old ones. */
static void add_tiers(struct diffing *x, struct entries *to, const struct programme *p,
                      const struct programme *old)
{
    for (size_t i = 0; i < p->tier_count; i++) {
        const struct tier *t = &p->tiers[i];
        struct entry e = {&TIER, tier_alias(x, old, p, t), "name", "名称", NULL, NULL,
                          false};
        buf_clear(&x->words);
        add(x, to, &e, t->name);
        add_fields(x, to, &TIER, e.name, &wording_tier, t);
    }
}

static void add_programme(struct diffing *x, struct entries *to,
                          const struct programme *p, const struct programme *old)
{
    add_fields(x, to, &PROGRAMME, NULL, &wording_programme, p);
    add_tiers(x, to, p, old);
    if (p->has_rules) {
        add_fields(x, to, &RULE, NULL, &wording_rules, &p->rules);
    }
    for (size_t i = 0; i < p->choice_count; i++) {
        struct entry e = {&CHOICE, NULL, p->choices[i].rule, "规则", NULL, NULL, false};
        wording_choice(&p->choices[i], &x->words);
        add(x, to, &e, NULL);
    }
    for (size_t i = 0; i < p->note_count; i++) {
        struct entry e = {&NOTE, NULL, p->notes[i], "内容", NULL, NULL, false};
        add(x, to, &e, p->notes[i]);
    }
}

/* ---- comparing ---- */

static void emit(struct diffing *x, enum policy_change_kind kind, const struct entry *e,
                 const char *before, const char *after)
{
    struct policy_change c = {.kind = kind,
                              .part = e->part->en,
                              .part_zh = e->part->zh,
                              .programme = x->programme,
                              .name = e->name[0] != '\0' ? e->name : NULL,
                              .field = e->field,
                              .zh = e->zh,
                              .before = before,
                              .after = after};
    x->count++;
    x->to.each(x->to.ctx, &c);
}

static struct entry *find(const struct entries *in, const struct entry *like)
{
    for (struct entry *e = in->first; e != NULL; e = e->next) {
        if (!e->found && e->part == like->part && strcmp(e->name, like->name) == 0 &&
            strcmp(e->field, like->field) == 0) {
            return e;
        }
    }
    return NULL;
}

static void compare_part(struct diffing *x, const struct entries *old,
                         const struct entries *new, const struct part *part)
{
    for (const struct entry *e = new->first; e != NULL; e = e->next) {
        struct entry *had = e->part == part ? find(old, e) : NULL;
        if (had != NULL) {
            had->found = true;
        }
        if (e->part == part && had == NULL) {
            emit(x, POLICY_ADDED, e, NULL, e->text);
        } else if (had != NULL && strcmp(had->text, e->text) != 0) {
            emit(x, POLICY_CHANGED, e, had->text, e->text);
        }
    }
    for (const struct entry *e = old->first; e != NULL; e = e->next) {
        if (e->part == part && !e->found) {
            emit(x, POLICY_REMOVED, e, e->text, NULL);
        }
    }
}

/* Part by part, so that what went stands beside what came. */
static void compare(struct diffing *x, const struct entries *old,
                    const struct entries *new)
{
    static const struct part *const parts[] = {&POLICY,   &PARAMETER, &SCALE, &END,
                                               &CONFLICT, &PROGRAMME, &TIER,  &RULE,
                                               &CHOICE,   &NOTE};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        compare_part(x, old, new, parts[i]);
    }
}

/* The entries of one part that both have, in the order of this list, as one text. */
static const char *common_order(struct diffing *x, const struct entries *in,
                                const struct entries *other, const struct part *part,
                                const char *field)
{
    buf_clear(&x->words);
    for (const struct entry *e = in->first; e != NULL; e = e->next) {
        bool wanted =
            e->part == part && (field == NULL || strcmp(e->field, field) == 0);
        for (const struct entry *o = other->first; wanted && o != NULL; o = o->next) {
            if (o->part == part && strcmp(o->name, e->name) == 0 &&
                strcmp(o->field, e->field) == 0) {
                buf_addf(&x->words, "%s%s", x->words.len > 0 ? " / " : "",
                         field != NULL ? e->name : e->field);
                break;
            }
        }
    }
    return arena_str(x->arena, buf_str(&x->words));
}

static void compare_order(struct diffing *x, const struct entries *old,
                          const struct entries *new, const struct part *part,
                          const char *field)
{
    const char *before = common_order(x, old, new, part, field);
    const char *after = common_order(x, new, old, part, field);
    struct entry e = {part, "", "order", "顺序", NULL, NULL, false};
    if (before != NULL && after != NULL && strcmp(before, after) != 0) {
        emit(x, POLICY_CHANGED, &e, before, after);
    }
}

/* ---- programmes and files ---- */

static enum status begin(struct diffing *x, struct policy_changes to, struct diag *d)
{
    memset(x, 0, sizeof *x);
    x->to = to;
    buf_init(&x->words, TEXT_MAX_BYTES);
    return arena_new(&x->arena, ARENA_MAX, d);
}

/* Memory that was missing shows only now: then some differences were not told. */
static enum status end(struct diffing *x, enum status st, struct diag *d)
{
    if (st == ST_OK) {
        st = arena_check(x->arena, d);
    }
    if (st == ST_OK) {
        st = buf_check(&x->words, d);
    }
    arena_free(x->arena);
    buf_release(&x->words);
    return st;
}

static void programmes(struct diffing *x, const struct programme *old,
                       const struct programme *new)
{
    struct entries a = {NULL, &a.first};
    struct entries b = {NULL, &b.first};
    x->programme = new != NULL ? new->code : old->code;
    if (old != NULL) {
        add_programme(x, &a, old, NULL);
    }
    if (new != NULL) {
        add_programme(x, &b, new, old);
    }
    compare(x, &a, &b);
    compare_order(x, &a, &b, &TIER, "name");
    x->programme = NULL;
}

enum status policy_diff_programme(const struct programme *old,
                                  const struct programme *new, struct policy_changes to,
                                  size_t *count, struct diag *d)
{
    struct diffing x;
    enum status st = begin(&x, to, d);
    if (st == ST_OK && (old != NULL || new != NULL)) {
        programmes(&x, old, new);
    }
    *count = x.count;
    return end(&x, st, d);
}

static void files(struct diffing *x, const struct policy *old, const struct policy *new)
{
    struct entries a = {NULL, &a.first};
    struct entries b = {NULL, &b.first};
    add_head(x, &a, old);
    add_head(x, &b, new);
    compare(x, &a, &b);
    compare_order(x, &a, &b, &CONFLICT, NULL);
    for (size_t i = 0; i < new->programme_count; i++) {
        const struct programme *p = &new->programmes[i];
        programmes(x, policy_programme(old, p->code), p);
    }
    for (size_t i = 0; i < old->programme_count; i++) {
        if (policy_programme(new, old->programmes[i].code) == NULL) {
            programmes(x, &old->programmes[i], NULL);
        }
    }
}

enum status policy_diff(const struct policy *old, const struct policy *new,
                        struct policy_changes to, size_t *count, struct diag *d)
{
    struct diffing x;
    enum status st = begin(&x, to, d);
    if (st == ST_OK) {
        files(&x, old, new);
    }
    *count = x.count;
    return end(&x, st, d);
}

/* ---- as text ---- */

/* A blank line and the programme's or the tier's name above the lines they head. */
static void line_group(struct policy_diff_text *t, const struct policy_change *c)
{
    char group[sizeof t->group];
    const char *programme = c->programme != NULL ? c->programme : "";
    (void)snprintf(group, sizeof group, "%s|%s|%s", programme, c->part,
                   c->name != NULL ? c->name : "");
    if (strcmp(group, t->group) == 0) {
        return;
    }
    size_t n = strlen(programme);
    bool same = strncmp(t->group, programme, n) == 0 && t->group[n] == '|';
    if (c->programme != NULL && !same) {
        buf_addf(t->out, "%s %s %s\n", PROGRAMME.zh, PROGRAMME.en, programme);
    }
    memcpy(t->group, group, sizeof group);
    if (strcmp(c->part, PROGRAMME.en) != 0) {
        buf_addf(t->out, "%s%s %s%s%s\n", c->programme != NULL ? "  " : "", c->part_zh,
                 c->part, c->name != NULL ? " " : "", c->name != NULL ? c->name : "");
    }
}

void policy_diff_line(void *ctx, const struct policy_change *c)
{
    static const char marks[] = {
        [POLICY_ADDED] = '+', [POLICY_REMOVED] = '-', [POLICY_CHANGED] = '~'};
    struct policy_diff_text *t = ctx;
    line_group(t, c);
    buf_addf(t->out, "    %c ", marks[c->kind]);
    const char *only = c->before != NULL ? c->before : c->after;
    if (strcmp(c->field, only) == 0) { /* a note, or a conflict: it is its own name */
        buf_addf(t->out, "%s\n", only);
        return;
    }
    buf_addf(t->out, "%s %s: %s", c->zh, c->field, only);
    if (c->kind == POLICY_CHANGED) {
        buf_addf(t->out, " -> %s", c->after);
    }
    buf_add_text(t->out, "\n");
}
