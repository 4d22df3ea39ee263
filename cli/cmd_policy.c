/* cmd_policy.c - policy files: checked by anybody, adopted by a maker, confirmed by a
 * checker; then they rule. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "batch/adopt.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/policy_view.h"
#include "cli/refused.h"
#include "ledger/register.h"

/* ---- findings ---- */

struct findings {
    struct env *e;
    const char *file;
    struct json *list; /* with --json */
    size_t errors, warnings;
};

static void show_finding(void *ctx, const struct policy_finding *f)
{
    struct findings *s = ctx;
    const struct output *o = &s->e->out;
    s->errors += f->error;
    s->warnings += !f->error;
    if (s->list != NULL) {
        struct json *item = json_add_object(s->list);
        json_put_text(item, "severity", f->error ? "error" : "warning");
        json_put_text(item, "code", f->code);
        json_put_uint(item, "line", f->place.line);
        json_put_uint(item, "column", f->place.column);
        json_put_text(item, "what", f->what);
        json_put_text(item, "hint", f->hint);
        return;
    }
    if (f->error || !o->quiet) {
        output_data(o, "%s%s%s %s: %s:%u:%u: %s\n",
                    output_paint(o, f->error ? PAINT_BAD : PAINT_WARN),
                    f->error ? TEXT(o, "error", "错误") : TEXT(o, "warning", "警告"),
                    output_paint(o, PAINT_NONE), f->code, s->file, f->place.line,
                    f->place.column, f->what);
        output_data(o, "  %s\n", f->hint);
    }
}

static struct findings findings_begin(struct env *e, const char *schema,
                                      const char *file)
{
    struct findings s = {.e = e, .file = file};
    if (e->out.json) {
        s.list = json_put_list(output_object(&e->out, schema), "findings");
    }
    return s;
}

/* ---- check ---- */

static enum status refuse_errors(const struct findings *s, struct diag *d)
{
    diag_fail(d, ST_INPUT, "policy-errors", "%zu errors in the policy", s->errors);
    return diag_where(d, "%s", s->file);
}

static void report_check(struct env *e, const struct policy *p,
                         const struct findings *s)
{
    const struct output *o = &e->out;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.policy-check/1");
        json_put_text(top, "id", p->id);
        json_put_text(top, "title", p->title);
        json_put_uint(top, "programmes", p->programme_count);
        json_put_uint(top, "errors", s->errors);
        json_put_uint(top, "warnings", s->warnings);
        return;
    }
    output_done(o,
                TEXT(o, "%s (%s): %zu programmes, %zu errors, %zu warnings\n",
                     "%s（%s）：%zu 个补贴项目，%zu 个错误，%zu 个警告\n"),
                p->title, p->id, p->programme_count, s->errors, s->warnings);
}

static enum status run_check(struct env *e, struct diag *d)
{
    const char *path = env_operand(e, 0);
    struct policy *p = NULL;
    struct buf text;
    size_t errors = 0;
    struct findings s;
    enum status st = file_load(path, POLICY_FILE_MAX, &text, d);
    if (st == ST_OK) {
        st = policy_read(&p, buf_str(&text), path, d);
    }
    if (st == ST_OK) {
        s = findings_begin(e, "almoner.policy-check/1", path);
        st = policy_check(p, show_finding, &s, &errors, d);
    }
    if (st == ST_OK) {
        report_check(e, p, &s);
        st = errors > 0 ? refuse_errors(&s, d) : ST_OK;
    }
    policy_free(p);
    buf_release(&text);
    return st;
}

/* ---- adopt and confirm ---- */

static void put_policy(struct json *top, const struct adopt_report *r)
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(r->sha256, DIGEST_LEN, hex);
    json_put_uint(top, "number", r->number);
    json_put_text(top, "id", r->id);
    json_put_text(top, "state", r->confirmed ? "confirmed" : "adopted");
    json_put_text(top, "sha256", hex);
    json_put_bool(top, "already_adopted", r->already);
    json_put_bool(top, "draft", r->draft);
}

static void report_adopted(struct env *e, const struct adopt_report *r)
{
    const struct output *o = &e->out;
    if (o->json) {
        put_policy(output_object(&e->out, "almoner.policy/1"), r);
        return;
    }
    if (r->already) {
        output_done(o,
                    TEXT(o, "this file is policy %u (%s) already\n",
                         "该文件已是政策文件 %u（%s）\n"),
                    r->number, r->id);
    } else {
        output_done(o,
                    TEXT(o, "policy %u (%s) is adopted\n", "已采用政策文件 %u（%s）\n"),
                    r->number, r->id);
    }
    if (r->draft) {
        output_done(o, "%s\n",
                    TEXT(o, "it is a draft: only a sandbox lets it rule",
                         "这是草案：只有演练账套可以确认执行"));
    }
    if (!r->confirmed) {
        output_done(o, "%s almoner policy confirm %u --dry-run\n",
                    TEXT(o, "what it would change:", "查看会有哪些变化："), r->number);
        output_done(o, "%s almoner policy confirm %u\n",
                    TEXT(o, "a checker goes on with:", "由复核人员继续："), r->number);
    }
}

static enum status run_adopt(struct env *e, struct diag *d)
{
    const char *path = env_operand(e, 0);
    struct adopt_report r;
    struct buf text;
    enum status st = file_load(path, POLICY_FILE_MAX, &text, d);
    if (st == ST_OK) {
        st = env_write(e, ROLE_MAKER, d);
    }
    if (st == ST_OK) {
        struct findings s = findings_begin(e, "almoner.policy/1", path);
        struct adopt_findings each = {.each = show_finding, .ctx = &s};
        st = adopt_policy(e->ledger, buf_str(&text), path, each, &r, d);
    }
    if (st == ST_OK) {
        report_adopted(e, &r);
    }
    buf_release(&text);
    return st;
}

static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    struct policy_entry entry;
    TRY(policy_get(ledger_txn(e->ledger), number, &entry, d));
    memcpy(q->content, entry.sha256, DIGEST_LEN);
    snprintf(q->text, sizeof q->text,
             TEXT(&e->out, "Let policy %u (%s) rule, after the %u confirmed before it?",
                  "确认执行政策文件 %u（%s）？此前已确认 %u 个。"),
             number, entry.id, ledger_head(e->ledger)->confirmed);
    return ST_OK;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct adopt_report r;
    uint32_t number;
    TRY(env_operand_u32(e, 0, "policy", &number, d));
    TRY(policy_preview(e, number, d));
    if (options_flag(&e->options, "dry-run")) {
        return ST_OK;
    }
    TRY(env_ask_write(e, ROLE_CHECKER, about, number, d));
    TRY(adopt_confirm(e->ledger, number, &r, d));
    if (o->json) {
        put_policy(output_object(&e->out, "almoner.policy/1"), &r);
        return ST_OK;
    }
    output_done(o,
                TEXT(o, "policy %u (%s) is confirmed and rules from the next run on\n",
                     "政策文件 %u（%s）已确认，自下次测算起执行\n"),
                r.number, r.id);
    return ST_OK;
}

static const struct option_spec CONFIRM_OPTIONS[] = {
    {"dry-run", 0, OPTION_FLAG, NULL, "show what would change and sign nothing"},
};

static const struct command ITEMS[] = {
    {
        .name = "policy check",
        .run = run_check,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "check a policy file",
        .brief_zh = "检查政策文件",
        .text = "Errors (form, tiers that never match, shares that do not add up ...) "
                "refuse the file with exit 3; warnings change no exit code. Needs no "
                "ledger.",
        .example = "  almoner policy check policies/baoqing/elderly-2024.yaml",
    },
    {
        .name = "policy adopt",
        .run = run_adopt,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "put a policy file into the ledger (maker)",
        .brief_zh = "采用政策文件（经办）",
        .text =
            "Checks the file, keeps it and gives it a number. It rules nothing until "
            "a checker confirms it. The same file again changes nothing.",
        .example = "  almoner -C baoqing policy adopt elderly-2024.yaml \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "policy confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CONFIRM_OPTIONS),
        .brief = "confirm a policy: from now on it rules (checker)",
        .brief_zh = "确认政策文件，开始执行（复核）",
        .text = "Shows first what changes: which months of which programmes it takes "
                "over and from which policy, how many people have another amount then, "
                "and tier by tier and rule by rule what differs. Then another operator "
                "than the one who adopted it signs. A draft is refused in a live "
                "ledger.",
        .example = "  almoner -C baoqing policy confirm 1 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("policy", refuse_run, "N", "a policy", "待确认的政策文件", "2"),
    {
        .name = "policy list",
        .run = policy_list_run,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "the policies of the ledger",
        .brief_zh = "列出政策文件",
        .text = "Number, id, title, state (draft, adopted, confirmed, superseded or "
                "refused), effective day and document of all adopted policies.",
        .example = "  almoner -C baoqing policy list",
    },
    {
        .name = "policy show",
        .run = policy_show_run,
        .needs = COMMAND_LEDGER,
        .operands = "N|FILE",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "what a policy says, in words",
        .brief_zh = "用文字说明政策内容",
        .text =
            "Programmes with citation, tiers, amounts, rules, who chose them, notes, "
            "and which are never paid. A number is a policy of the ledger, anything "
            "else a file, which needs no ledger. --json has the file's own text.",
        .example = "  almoner -C baoqing policy show 1\n"
                   "  almoner policy show policies/youyi/elderly-draft.yaml",
    },
    {
        .name = "policy diff",
        .run = policy_diff_run,
        .needs = COMMAND_LEDGER,
        .operands = "OLD NEW",
        .operand_min = 2,
        .operand_max = 2,
        .brief = "what changes from one policy to another",
        .brief_zh = "比较两个政策文件",
        .text =
            "Programme by programme, tier by tier, rule by rule: + is added, - taken "
            "away, ~ changed. Each is a file, or the number of a policy of the "
            "ledger. Exit 1 when they differ.",
        .example = "  almoner -C baoqing policy diff 1 elderly-2026.yaml",
    },
};
const struct command_list commands_policy = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
