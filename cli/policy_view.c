/* policy_view.c - policy list, show and diff, and the preview of policy confirm. */
#include "cli/policy_view.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "batch/adopt.h"
#include "cli/files.h"
#include "cli/refused.h"
#include "cli/sheet.h"
#include "ledger/register.h"
#include "policy/diff.h"
#include "policy/print.h"

#define PRINTED_MAX ((size_t)64 * 1024 * 1024)

/* ---- one policy, from a file or from the ledger ---- */

struct source {
    struct policy *policy;
    struct buf text;
    uint32_t number; /* 0: a file */
};

static void source_release(struct source *s)
{
    policy_free(s->policy);
    buf_release(&s->text);
}

/* A number is a policy of the ledger, anything else a file. */
static enum status source_load(struct env *e, size_t operand, struct source *s,
                               struct diag *d)
{
    const char *name = env_operand(e, operand);
    if (!text_all_digits(str_of(name))) {
        TRY(file_load(name, POLICY_FILE_MAX, &s->text, d));
        return policy_read(&s->policy, buf_str(&s->text), name, d);
    }
    TRY(env_operand_u32(e, operand, "policy", &s->number, d));
    if (e->ledger == NULL) {
        TRY(env_read(e, d));
    }
    return adopt_load(e->ledger, s->number, &s->text, &s->policy, d);
}

static void put_date(struct json *o, const char *key, int32_t day)
{
    char text[DATE_TEXT_CAP];
    date_print(day, text);
    json_put_text(o, key, text);
}

static const char *status_name(enum policy_status s)
{
    static const char *const names[] = {[POLICY_DRAFT] = "draft",
                                        [POLICY_IN_FORCE] = "in-force",
                                        [POLICY_SUPERSEDED] = "superseded"};
    return names[s];
}

static void put_head(struct json *o, const struct source *s)
{
    if (s->number > 0) {
        json_put_uint(o, "number", s->number);
    }
    json_put_text(o, "id", s->policy->id);
    json_put_text(o, "title", s->policy->title);
    json_put_text(o, "document", s->policy->document_number);
    json_put_text(o, "status", status_name(s->policy->status));
    put_date(o, "effective", s->policy->effective);
}

/* ---- list ---- */

enum standing { DRAFT, ADOPTED, CONFIRMED, SUPERSEDED, REFUSED };

static const char *standing_name(const struct output *o, enum standing s, bool people)
{
    static const char *const names[] = {"draft", "adopted", "confirmed", "superseded",
                                        "refused"};
    static const char *const zh[] = {"草案", "待确认", "已确认", "已废止", "不予确认"};
    return people && o->zh ? zh[s] : names[s];
}

/* Is the policy named by `supersedes` of a confirmed one? */
static enum status is_superseded(struct ledger *l, const char *id, bool *found,
                                 struct diag *d)
{
    *found = false;
    for (uint32_t n = 1; !*found && n <= ledger_head(l)->policies; n++) {
        struct policy_entry entry;
        struct policy *p = NULL;
        TRY(policy_get(ledger_txn(l), n, &entry, d));
        if (entry.state != ENTRY_ACTIVE || strcmp(entry.id, id) == 0) {
            continue;
        }
        TRY(adopt_load(l, n, NULL, &p, d));
        for (size_t i = 0; i < p->supersedes_count; i++) {
            *found = *found || strcmp(p->supersedes[i], id) == 0;
        }
        policy_free(p);
    }
    return ST_OK;
}

static enum status standing_of(struct ledger *l, const struct policy_entry *entry,
                               const struct policy *p, enum standing *out,
                               struct diag *d)
{
    bool superseded = false;
    if (entry->state == ENTRY_REFUSED) {
        *out = REFUSED;
        return ST_OK;
    }
    if (entry->state != ENTRY_ACTIVE) {
        *out = p->status == POLICY_DRAFT ? DRAFT : ADOPTED;
        return ST_OK;
    }
    TRY(is_superseded(l, entry->id, &superseded, d));
    *out = superseded ? SUPERSEDED : CONFIRMED;
    return ST_OK;
}

struct listing {
    struct sheet sheet;
    struct json *list; /* with --json */
};

static enum status add_policy(struct env *e, struct listing *t, const struct source *s,
                              const struct policy_entry *entry, enum standing standing,
                              const char *adopted_by, struct diag *d)
{
    const struct output *o = &e->out;
    char time[TIME_TEXT_CAP] = "";
    char day[DATE_TEXT_CAP];
    if (entry->state == ENTRY_ACTIVE) {
        time_print(entry->confirmed_us, time);
    }
    if (t->list != NULL) {
        struct json *item = json_add_object(t->list);
        put_head(item, s);
        json_put_text(item, "state", standing_name(o, standing, false));
        json_put_text(item, "adopted_by", adopted_by);
        TRY(refused_put(e, item, REGISTER_POLICY, s->number, d));
    }
    date_print(s->policy->effective, day);
    sheet_cell(&t->sheet, "%u", s->number);
    sheet_cell(&t->sheet, "%s", entry->id);
    sheet_cell(&t->sheet, "%s", s->policy->title);
    TRY(refused_cell(e, &t->sheet, REGISTER_POLICY, s->number,
                     standing_name(o, standing, true), d));
    sheet_cell(&t->sheet, "%s", day);
    sheet_cell(&t->sheet, "%s", s->policy->document_number);
    sheet_cell(&t->sheet, "%s", adopted_by);
    sheet_cell(&t->sheet, "%s", time);
    return ST_OK;
}

static enum status list_one(struct env *e, struct listing *t, struct source *s,
                            struct diag *d)
{
    struct policy_entry entry;
    struct operator_entry who;
    enum standing standing = ADOPTED;
    TRY(adopt_load(e->ledger, s->number, &s->text, &s->policy, d));
    TRY(policy_get(ledger_txn(e->ledger), s->number, &entry, d));
    TRY(operator_get(ledger_txn(e->ledger), entry.adopted_by, &who, d));
    TRY(standing_of(e->ledger, &entry, s->policy, &standing, d));
    return add_policy(e, t, s, &entry, standing, who.name, d);
}

static enum status list_all(struct env *e, struct listing *t, struct diag *d)
{
    enum status st = ST_OK;
    for (uint32_t n = 1; st == ST_OK && n <= ledger_head(e->ledger)->policies; n++) {
        struct source s = {.number = n};
        st = list_one(e, t, &s, d);
        source_release(&s);
    }
    return st;
}

enum status policy_list_run(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct listing t = {.list = NULL};
    TRY(env_read(e, d));
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.policies/1");
        t.list = json_put_list(top, "policies");
    }
    sheet_init(&t.sheet);
    sheet_column(&t.sheet, TEXT(o, "no.", "编号"), true);
    sheet_column(&t.sheet, TEXT(o, "policy", "政策文件"), false);
    sheet_column(&t.sheet, TEXT(o, "title", "名称"), false);
    sheet_column(&t.sheet, TEXT(o, "state", "状态"), false);
    sheet_column(&t.sheet, TEXT(o, "effective", "施行日期"), false);
    sheet_column(&t.sheet, TEXT(o, "document", "文号"), false);
    sheet_column(&t.sheet, TEXT(o, "adopted by", "采用人"), false);
    sheet_column(&t.sheet, TEXT(o, "confirmed", "确认时间"), false);
    return sheet_end(&t.sheet, o, list_all(e, &t, d));
}

/* ---- show ---- */

static enum status put_policy(struct env *e, const struct source *s, struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.policy/1");
    put_head(top, s);
    if (s->number > 0) {
        char hex[2 * DIGEST_LEN + 1];
        struct policy_entry entry;
        TRY(policy_get(ledger_txn(e->ledger), s->number, &entry, d));
        text_hex(entry.sha256, DIGEST_LEN, hex);
        json_put_text(top, "state",
                      entry.state == ENTRY_ACTIVE    ? "confirmed"
                      : entry.state == ENTRY_PENDING ? "adopted"
                                                     : "refused");
        TRY(refused_put(e, top, REGISTER_POLICY, s->number, d));
        json_put_text(top, "sha256", hex);
    }
    struct json *list = json_put_list(top, "programmes");
    for (size_t i = 0; i < s->policy->programme_count; i++) {
        struct json *item = json_add_object(list);
        json_put_text(item, "code", s->policy->programmes[i].code);
        json_put_text(item, "name", s->policy->programmes[i].name);
        json_put_bool(item, "pays", s->policy->programmes[i].pays);
    }
    json_put_str(top, "text", buf_str(&s->text));
    return ST_OK;
}

static enum status show(struct env *e, const struct source *s, struct diag *d)
{
    struct buf printed;
    if (e->out.json) {
        return put_policy(e, s, d);
    }
    buf_init(&printed, PRINTED_MAX);
    enum status st = policy_print(s->policy, &printed, d);
    if (st == ST_OK) {
        output_data(&e->out, "%s", buf_cstr(&printed));
    }
    buf_release(&printed);
    return st;
}

enum status policy_show_run(struct env *e, struct diag *d)
{
    struct source s = {.policy = NULL};
    enum status st = source_load(e, 0, &s, d);
    if (st == ST_OK) {
        st = show(e, &s, d);
    }
    source_release(&s);
    return st;
}

/* ---- diff ---- */

static void put_change(void *ctx, const struct policy_change *c)
{
    static const char *const kinds[] = {[POLICY_ADDED] = "added",
                                        [POLICY_REMOVED] = "removed",
                                        [POLICY_CHANGED] = "changed"};
    const struct {
        const char *key;
        const char *text;
    } fields[] = {
        {"change", kinds[c->kind]}, {"part", c->part},   {"programme", c->programme},
        {"name", c->name},          {"field", c->field}, {"before", c->before},
        {"after", c->after},
    };
    struct json *item = json_add_object(ctx);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].text != NULL) {
            json_put_text(item, fields[i].key, fields[i].text);
        } else {
            json_put_null(item, fields[i].key);
        }
    }
}

static enum status diff_json(struct env *e, const struct source *old,
                             const struct source *new, size_t *count, struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.policy-diff/1");
    put_head(json_put_object(top, "old"), old);
    put_head(json_put_object(top, "new"), new);
    struct policy_changes to = {put_change, json_put_list(top, "changes")};
    TRY(policy_diff(old->policy, new->policy, to, count, d));
    json_put_uint(top, "differences", *count);
    return ST_OK;
}

static enum status diff_text(struct env *e, const struct source *old,
                             const struct source *new, struct buf *out, size_t *count,
                             struct diag *d)
{
    struct policy_diff_text text = {.out = out};
    struct policy_changes to = {policy_diff_line, &text};
    TRY(policy_diff(old->policy, new->policy, to, count, d));
    TRY(buf_check(out, d));
    output_data(&e->out, "%s (%s)\n-> %s (%s)\n%s", old->policy->title, old->policy->id,
                new->policy->title, new->policy->id, buf_cstr(out));
    if (*count == 0) {
        output_done(&e->out, "没有不同 no difference\n");
    } else {
        output_done(&e->out, "共%zu处不同 %zu differences\n", *count, *count);
    }
    return ST_OK;
}

enum status policy_diff_run(struct env *e, struct diag *d)
{
    struct source old = {.policy = NULL};
    struct source new = {.policy = NULL};
    struct buf out;
    size_t count = 0;
    buf_init(&out, PRINTED_MAX);
    enum status st = source_load(e, 0, &old, d);
    if (st == ST_OK) {
        st = source_load(e, 1, &new, d);
    }
    if (st == ST_OK) {
        st = e->out.json ? diff_json(e, &old, &new, &count, d)
                         : diff_text(e, &old, &new, &out, &count, d);
    }
    source_release(&old);
    source_release(&new);
    buf_release(&out);
    return st == ST_OK && count > 0 ? ST_FINDINGS : st;
}

/* ---- the preview of confirm ---- */

static enum status put_line(struct json *list, const struct takeover_line *x,
                            struct diag *d)
{
    char month[DATE_TEXT_CAP];
    size_t count = 0;
    struct json *item = json_add_object(list);
    month_print(x->from, month);
    json_put_text(item, "programme", x->code);
    json_put_text(item, "from", month);
    json_put_int(item, "months", x->months);
    json_put_uint(item, "policy_before", x->before);
    json_put_uint(item, "policy_after", x->after);
    json_put_uint(item, "people", x->people);
    json_put_int(item, "more_fen", x->more_fen);
    json_put_int(item, "less_fen", x->less_fen);
    struct policy_changes to = {put_change, json_put_list(item, "changes")};
    return x->rules_before != NULL && x->rules_after != NULL
               ? policy_diff_programme(x->rules_before, x->rules_after, to, &count, d)
               : ST_OK;
}

static enum status preview_json(struct env *e, const struct takeover *t, struct diag *d)
{
    struct json *top = output_object(&e->out, "almoner.policy/1");
    struct entitle_range range = takeover_range(t);
    const struct takeover_line *x;
    char month[DATE_TEXT_CAP];
    month_print(range.first, month);
    json_put_text(top, "from", month);
    month_print(range.through, month);
    json_put_text(top, "through", month);
    json_put_uint(top, "people", takeover_people(t));
    struct json *list = json_put_list(top, "taken_over");
    for (size_t i = 0; (x = takeover_line(t, i)) != NULL; i++) {
        TRY(put_line(list, x, d));
    }
    return ST_OK;
}

static void begin_sheet(struct sheet *s, const struct output *o)
{
    sheet_init(s);
    sheet_column(s, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(s, TEXT(o, "from", "起始月份"), false);
    sheet_column(s, TEXT(o, "months", "接管月数"), true);
    sheet_column(s, TEXT(o, "policy before", "原政策"), true);
    sheet_column(s, TEXT(o, "policy after", "新政策"), true);
    sheet_column(s, TEXT(o, "people", "涉及人数"), true);
    sheet_column(s, TEXT(o, "more", "增加"), true);
    sheet_column(s, TEXT(o, "less", "减少"), true);
}

static void add_number(struct sheet *s, const struct output *o, uint32_t number)
{
    if (number > 0) {
        sheet_cell(s, "%u", number);
    } else {
        sheet_cell(s, "%s", TEXT(o, "none", "无"));
    }
}

static void preview_sheet(struct env *e, const struct takeover *t)
{
    const struct output *o = &e->out;
    const struct takeover_line *x;
    struct sheet s;
    char month[DATE_TEXT_CAP];
    begin_sheet(&s, o);
    for (size_t i = 0; (x = takeover_line(t, i)) != NULL; i++) {
        month_print(x->from, month);
        sheet_cell(&s, "%s", x->code);
        sheet_cell(&s, "%s", month);
        sheet_cell(&s, "%d", (int)x->months);
        add_number(&s, o, x->before);
        add_number(&s, o, x->after);
        sheet_cell(&s, "%llu", (unsigned long long)x->people);
        sheet_fen(&s, x->more_fen);
        sheet_fen(&s, x->less_fen);
    }
    (void)sheet_end(&s, o, ST_OK);
}

/* Rules that differ, where a programme was ruled before and is ruled after. */
static enum status preview_rules(struct env *e, const struct takeover *t,
                                 struct buf *out, struct diag *d)
{
    const struct takeover_line *x;
    struct policy_diff_text text = {.out = out};
    struct policy_changes to = {policy_diff_line, &text};
    for (size_t i = 0; (x = takeover_line(t, i)) != NULL; i++) {
        size_t count = 0;
        if (x->rules_before != NULL && x->rules_after != NULL) {
            TRY(policy_diff_programme(x->rules_before, x->rules_after, to, &count, d));
        }
    }
    TRY(buf_check(out, d));
    output_data(&e->out, "%s", buf_cstr(out));
    return ST_OK;
}

static enum status preview_text(struct env *e, const struct takeover *t,
                                const struct policy *p, struct diag *d)
{
    const struct output *o = &e->out;
    struct entitle_range range = takeover_range(t);
    char first[DATE_TEXT_CAP];
    char through[DATE_TEXT_CAP];
    struct buf out;
    month_print(range.first, first);
    month_print(range.through, through);
    output_data(o,
                TEXT(o, "%s (%s), months %s to %s, people with another amount: %llu\n",
                     "%s（%s），所属月份 %s 至 %s，金额有变化的人数：%llu\n"),
                p->title, p->id, first, through,
                (unsigned long long)takeover_people(t));
    preview_sheet(e, t);
    buf_init(&out, PRINTED_MAX);
    enum status st = preview_rules(e, t, &out, d);
    buf_release(&out);
    return st;
}

static enum status preview(struct env *e, const struct policy *p, uint32_t number,
                           struct diag *d)
{
    struct takeover *t;
    TRY(takeover_look(&t, e->ledger, p, number, &e->progress, d));
    meter_end(&e->meter);
    enum status st = e->out.json ? preview_json(e, t, d) : preview_text(e, t, p, d);
    takeover_free(t);
    return st;
}

enum status policy_preview(struct env *e, uint32_t number, struct diag *d)
{
    struct policy *p = NULL;
    TRY(env_look(e, d));
    enum status st = adopt_review(e->ledger, number, &p, d);
    if (st == ST_OK && (e->out.json || !e->out.quiet)) {
        st = preview(e, p, number, d);
    }
    policy_free(p);
    env_look_end(e);
    return st;
}
