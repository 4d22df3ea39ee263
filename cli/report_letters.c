/* report_letters.c - printable letters: 停发、追缴、补发告知书, one page for each person, as
 * one HTML file that needs nothing else. They show people in clear, so writing them is
 * recorded as a reveal. */
#include <stdio.h>
#include <string.h>

#include "audit/letters.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "batch/admin.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/html.h"
#include "cli/people.h"

#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)
#define PAGE_BYTES_MAX ((size_t)1024 * 1024)
#define DAY_CAP 40

static const struct letter_words {
    const char *name; /* of --kind */
    const char *title;
    const char *sign;  /* in its number */
    const char *total; /* of the table */
} WORDS[] = {
    [LETTER_STOP] = {"stop", "停发告知书", "停", ""},
    [LETTER_RECOVERY] = {"recovery", "追缴告知书", "追", "应追缴合计"},
    [LETTER_BACKPAY] = {"backpay", "补发告知书", "补", "补发合计"},
};

struct writing {
    struct env *e;
    enum letter_kind kind;
    int32_t period;
    struct file_output file;
    struct buf page;
    uint64_t letters;
    uint64_t open; /* whose page is not ended yet; 0: nobody's */
};

/* ---- words and marks ---- */

static void add_text(struct buf *b, const char *text)
{
    html_add(b, str_of(text));
}

static void day_zh(int32_t day, char out[DAY_CAP])
{
    struct civil c = date_to_civil(day);
    snprintf(out, DAY_CAP, "%d年%d月%d日", c.year, c.month, c.day);
}

static void add_month(struct buf *b, int32_t month)
{
    buf_addf(b, "%d年%d月", month_year(month), month_number(month));
}

/* A fact's value as it was known last; "" when there is none. */
static struct str fact_value(const struct letter *x, const char *attribute)
{
    return person_value(x->facts, attribute, DAY_NEVER - 1);
}

static const char *programme_name(const struct letter_item *item)
{
    return item->rules != NULL ? item->rules->name : item->code;
}

/* ---- one page ---- */

static void add_head(struct writing *w, const struct letter *x)
{
    struct buf *b = &w->page;
    const struct ledger_info *info = ledger_info(w->e->ledger);
    bool dead = person_death(x->facts) != DAY_NEVER;
    char month[DATE_TEXT_CAP];
    char id[PEOPLE_TEXT_CAP];
    month_print(w->period, month);
    people_id_number(x->facts, true, id);
    buf_add_text(b, "<section>\n");
    if (info->sandbox) {
        buf_add_text(b, "<p class=\"mark\">演练账套，不具效力</p>\n");
    }
    buf_add_text(b, "<p class=\"office\">");
    add_text(b, info->name);
    buf_addf(b, "</p>\n<h1>%s</h1>\n<p class=\"number\">编号：%s-%s-%s-%llu</p>\n",
             WORDS[w->kind].title, info->division, month, WORDS[w->kind].sign,
             (unsigned long long)x->person);
    bool home = x->resident != NULL;
    buf_addf(b, "<table class=\"who\"><tr><th>%s</th><td>", home ? "机构" : "补贴对象");
    html_add(b, fact_value(x, "name"));
    buf_add_text(b, dead ? "（已故）" : "");
    buf_addf(b, "</td><th>%s</th><td>", home ? "统一社会信用代码" : "身份证号");
    add_text(b, id);
    buf_add_text(b, "</td></tr>");
    if (fact_value(x, "address").n > 0) {
        buf_add_text(b, "<tr><th>住址</th><td colspan=\"3\">");
        html_add(b, fact_value(x, "address"));
        buf_add_text(b, "</td></tr>");
    }
    buf_add_text(b, "</table>\n<p>");
    html_add(b, fact_value(x, "name"));
    buf_add_text(b, dead ? "的家属：</p>\n" : "：</p>\n");
}

static void add_table(struct writing *w, const struct letter_item *item)
{
    struct buf *b = &w->page;
    buf_add_text(b, "<table class=\"money\"><tr><th>所属月份</th><th>月数</th>"
                    "<th>每月（元）</th><th>小计（元）</th></tr>\n");
    for (size_t i = 0; i < item->span_count; i++) {
        const struct span *s = &item->spans[i];
        buf_add_text(b, "<tr><td>");
        add_month(b, s->from);
        if (s->months > 1) {
            buf_add_text(b, "至");
            add_month(b, s->from + s->months - 1);
        }
        buf_addf(b, "</td><td>%d</td><td>", s->months);
        html_add_yuan(b, s->fen);
        buf_add_text(b, "</td><td>");
        html_add_yuan(b, s->fen * s->months); /* letters.c added it up */
        buf_add_text(b, "</td></tr>\n");
    }
    if (item->more) {
        buf_add_text(b, "<tr><td colspan=\"4\">其余月份见台账</td></tr>\n");
    }
    buf_addf(b, "<tr><th colspan=\"3\">%s</th><th>", WORDS[w->kind].total);
    html_add_yuan(b, item->fen);
    buf_add_text(b, "</th></tr></table>\n");
}

#define GRANTED "应发：" /* before the tier, in the words of explain */
#define FULL_STOP "。"

static bool is_sentence(const char *text)
{
    size_t stop = strlen(FULL_STOP);
    size_t n = text != NULL ? strlen(text) : 0;
    return n >= stop && strcmp(text + n - stop, FULL_STOP) == 0;
}

static void add_basis(struct writing *w, const struct letter_item *item)
{
    struct buf *b = &w->page;
    const char *reason = item->reason;
    if (reason[0] != '\0') {
        buf_add_text(b, "<p>原因：");
        if (str_starts(str_of(reason), str_of(GRANTED))) {
            buf_add_text(b, "符合");
            reason += strlen(GRANTED);
        }
        add_text(b, reason);
        buf_add_text(b, "。</p>\n");
    }
    if (item->policy == NULL || item->rules == NULL) {
        return;
    }
    buf_add_text(b, "<p>依据：");
    add_text(b, item->policy->title);
    buf_add_text(b, "（");
    add_text(b, item->policy->document_number);
    buf_add_text(b, "）");
    add_text(b, item->rules->citation_clause);
    buf_add_text(b, "：“");
    add_text(b, item->rules->citation_text);
    buf_addf(b, "”%s</p>\n", is_sentence(item->rules->citation_text) ? "" : FULL_STOP);
}

/* How it comes back, as far as it is decided. */
static void add_demand(struct writing *w, const struct letter *x,
                       const struct letter_item *item)
{
    struct buf *b = &w->page;
    if (!item->decided) {
        bool family = x->resident == NULL && person_death(x->facts) != DAY_NEVER;
        buf_addf(b, "<p>上述款项应予追缴。请%s与本单位联系，核实情况并办理退缴。</p>\n",
                 family ? "家属" : "");
        return;
    }
    buf_add_text(b, "<p>经决定（");
    add_text(b, item->terms.document);
    buf_add_text(b, "），");
    switch (item->terms.method) {
    case RECOVERY_SET_OFF:
        buf_add_text(b, "上述款项自以后月份应发的");
        add_text(b, programme_name(item));
        buf_add_text(b, "中抵扣。");
        break;
    case RECOVERY_PLAN:
        buf_addf(b, "上述款项分%u个月退缴，每月", item->terms.plan_months);
        html_add_yuan(b, item->terms.monthly_fen);
        buf_add_text(b, "元。");
        break;
    case RECOVERY_REPAY:
    case RECOVERY_WAIVE: /* what is waived is not open */
    case RECOVERY_WRITE_OFF:
        buf_add_text(b, "请将上述款项退缴至本单位。");
        break;
    }
    buf_add_text(b, "</p>\n");
}

/* "尾号 0017": the account is shown as little as is needed to know it. */
static void add_route(struct writing *w, const struct letter *x,
                      const struct letter_item *item)
{
    struct buf *b = &w->page;
    const struct route *r =
        person_route(x->facts, str_of(item->code), ledger_today(w->e->ledger));
    if (r == NULL || r->account.n < 8) {
        buf_add_text(b, "<p>尚无登记的收款账户，请向本单位提供。</p>\n");
        return;
    }
    buf_add_text(b, "<p>款项将发放至登记的收款账户（户名");
    html_add(b, r->account_name);
    buf_addf(b, "，尾号%.4s）。</p>\n", r->account.p + r->account.n - 4);
}

/* "代王某（身份证号 ...）收取的": for whom an institution got it. */
static void add_resident(struct buf *b, const struct person *resident)
{
    char id[PEOPLE_TEXT_CAP];
    people_id_number(resident, true, id);
    buf_add_text(b, "代");
    html_add(b, person_value(resident, "name", DAY_NEVER - 1));
    buf_add_text(b, "（身份证号 ");
    add_text(b, id);
    buf_add_text(b, "）收取的");
}

static void add_item(struct writing *w, const struct letter *x,
                     const struct letter_item *item)
{
    struct buf *b = &w->page;
    buf_add_text(b, "<div class=\"item\"><p>经核查，");
    if (x->resident != NULL) {
        add_resident(b, x->resident);
    }
    add_text(b, programme_name(item));
    switch (w->kind) {
    case LETTER_STOP:
        buf_add_text(b, "自");
        add_month(b, item->month);
        buf_add_text(b, "起停发。</p>\n");
        add_basis(w, item);
        break;
    case LETTER_RECOVERY:
        buf_addf(b, "下列月份%s，尚应追缴：</p>\n",
                 item->corrected ? "重复或超额发放" : "不应发放而已经发放");
        add_table(w, item);
        add_basis(w, item);
        add_demand(w, x, item);
        break;
    case LETTER_BACKPAY:
        buf_add_text(b, "下列月份应予补发：</p>\n");
        add_table(w, item);
        add_basis(w, item);
        add_route(w, x, item);
        break;
    }
    buf_add_text(b, "</div>\n");
}

static void add_foot(struct writing *w)
{
    struct buf *b = &w->page;
    char day[DAY_CAP];
    day_zh(ledger_today(w->e->ledger), day);
    buf_add_text(b, "<p>特此告知。如对以上内容有异议，可以向本单位申请核查。</p>\n"
                    "<p class=\"sign\">");
    add_text(b, ledger_info(w->e->ledger)->name);
    buf_addf(b, "（盖章）<br>%s</p>\n", day);
    buf_add_text(b, "<table class=\"receipt\"><tr><th colspan=\"4\">送达回执</th></tr>"
                    "<tr><th>收件人签名</th><td></td><th>与补贴对象关系</th><td></td>"
                    "</tr><tr><th>送达人签名</th><td></td><th>送达日期</th>"
                    "<td>　　年　月　日</td></tr></table>\n</section>\n");
}

static enum status flush(struct writing *w, struct diag *d)
{
    TRY(buf_check(&w->page, d));
    TRY(file_output_write(&w->file, w->page.p, w->page.len, d));
    buf_clear(&w->page);
    return ST_OK;
}

static void end_page(struct writing *w)
{
    if (w->open != 0) {
        add_foot(w);
        w->open = 0;
    }
}

/* Of an institution one call for each resident, on one page. */
static enum status take_letter(void *ctx, const struct letter *x, struct diag *d)
{
    struct writing *w = ctx;
    if (w->open != x->person) {
        end_page(w);
        add_head(w, x);
        w->open = x->person;
        w->letters++;
    }
    for (size_t i = 0; i < x->count; i++) {
        add_item(w, x, &x->items[i]);
    }
    return flush(w, d);
}

/* ---- the file ---- */

static const char STYLE[] =
    "@page{size:A4;margin:25mm 22mm}"
    "body{font:12pt/1.8 FangSong,\"Noto Serif CJK SC\",STFangsong,SimSun,serif;"
    "margin:0 auto;max-width:170mm;color:#000;background:#fff}"
    "section{page-break-after:always;break-after:page;padding:8mm 0}"
    "section:last-child{page-break-after:auto;break-after:auto}"
    "h1{text-align:center;font-size:22pt;letter-spacing:.3em;margin:2mm 0 4mm}"
    ".office{text-align:center;font-size:14pt;margin:0}"
    ".number{text-align:right;margin:0 0 3mm}"
    ".mark{text-align:center;border:1pt solid #000;margin:0 0 4mm}"
    "table{width:100%;border-collapse:collapse;margin:3mm 0}"
    "th,td{border:.6pt solid #000;padding:1mm 2mm;font-weight:normal}"
    ".who th{width:22mm;text-align:left}"
    ".money td:nth-child(n+2),.money th:last-child{text-align:right}"
    ".item p{text-indent:2em;margin:1mm 0}"
    ".sign{text-align:right;margin:12mm 0}"
    ".receipt{margin-top:10mm}.receipt td{width:30%}";

static enum status write_letters(struct writing *w, struct diag *d)
{
    struct buf *b = &w->page;
    buf_addf(b,
             "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
             "<meta charset=\"utf-8\">\n<title>%s</title>\n<style>%s</style>\n"
             "</head>\n<body>\n",
             WORDS[w->kind].title, STYLE);
    TRY(flush(w, d));
    TRY(letters_ledger(w->e->ledger, w->kind, w->period, &w->e->progress, take_letter,
                       w, d));
    end_page(w);
    buf_add_text(b, "</body>\n</html>\n");
    return flush(w, d);
}

/* Under its name, after the record that it is there. */
static enum status publish(struct writing *w, struct diag *d)
{
    char purpose[TEXT_MAX];
    char month[DATE_TEXT_CAP];
    month_print(w->period, month);
    snprintf(purpose, sizeof purpose, "report letters: %s, %s, %llu people",
             WORDS[w->kind].name, month, (unsigned long long)w->letters);
    TRY(admin_reveal(w->e->ledger, 0, purpose, d));
    return file_output_commit(&w->file, d);
}

static enum status read_kind(struct env *e, enum letter_kind *out, struct diag *d)
{
    const char *text;
    TRY(options_need(&e->options, "kind", &text, d));
    for (size_t i = 0; i < COMMAND_COUNT(WORDS); i++) {
        if (strcmp(text, WORDS[i].name) == 0) {
            *out = (enum letter_kind)i;
            return ST_OK;
        }
    }
    diag_fail(d, ST_USAGE, "bad-option", "there are no letters \"%s\"", text);
    diag_where(d, "--kind");
    return diag_hint(d, "stop, recovery or backpay");
}

static void report(struct env *e, const struct writing *w, const char *path)
{
    const struct output *o = &e->out;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.letters/1");
        json_put_text(top, "kind", WORDS[w->kind].name);
        json_put_uint(top, "letters", w->letters);
    } else if (w->letters == 0) {
        output_data(o, "%s\n",
                    TEXT(o, "Nobody has to be told; no file was written.",
                         "没有需要告知的人，未生成文件。"));
    } else {
        output_done(o,
                    TEXT(o, "%llu letters written to %s; they show people in clear\n",
                         "%llu 份告知书已写入 %s，内含完整个人信息\n"),
                    (unsigned long long)w->letters, path);
    }
}

static enum status run_letters(struct env *e, struct diag *d)
{
    struct writing w = {.e = e};
    const char *path;
    const char *text;
    TRY(read_kind(e, &w.kind, d));
    TRY(options_need(&e->options, "period", &text, d));
    TRY(options_month(&e->options, "period", &w.period, d));
    TRY(options_need(&e->options, "out", &path, d));
    TRY(env_write(e, ANY_ROLE, d));
    TRY(file_output_open(&w.file, path, 0600, d));
    buf_init(&w.page, PAGE_BYTES_MAX);
    enum status st = write_letters(&w, d);
    meter_end(&e->meter);
    if (st == ST_OK && w.letters > 0) {
        st = publish(&w, d);
    }
    file_output_drop(&w.file);
    buf_release(&w.page);
    if (st == ST_OK) {
        report(e, &w, path);
    }
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"kind", 0, OPTION_TEXT, "KIND", "stop, recovery or backpay"},
    {"period", 0, OPTION_TEXT, "YYYY-MM", "what runs for this month found"},
    {"out", 0, OPTION_TEXT, "FILE.html", "where to"},
};

static const struct command ITEMS[] = {
    {
        .name = "report letters",
        .run = run_letters,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "printable letters: stop, recovery, back-pay",
        .brief_zh = "停发、追缴、补发告知书",
        .text =
            "One page for each person whom the runs for the period concern, "
            "with months, amounts, reason, clause and a receipt to sign: an "
            "HTML file to be printed from a browser. recovery has besides what the "
            "bank paid twice, by answers that batch answer --correct took in during "
            "the period; an institution gets one letter that names its residents. "
            "It shows people in clear: "
            "that is recorded.",
        .example =
            "  almoner -C baoqing report letters --kind stop --period 2026-11 \\\n"
            "      --out stop.html --as wangfang --key wangfang.pem",
    },
};
const struct command_list commands_letters = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
