/* notice_page.c - see notice_page.h. The same list gives the same bytes: their digest
 * stands in the ledger. It hangs in Chinese whatever the screen speaks. */
#include "cli/notice_page.h"

#include <stdio.h>

#include "base/date.h"
#include "base/money.h"
#include "cli/html.h"
#include "formats/csv.h"

#define CELL_CAP 200

static void months_text(const struct notice_row *r, char out[CELL_CAP])
{
    char from[DATE_TEXT_CAP];
    char through[DATE_TEXT_CAP];
    month_print(r->from, from);
    month_print(r->through, through);
    if (r->from == r->through) {
        snprintf(out, CELL_CAP, "%s", from);
    } else if (r->through - r->from + 1 == r->months) {
        snprintf(out, CELL_CAP, "%s至%s", from, through);
    } else { /* some month between is not meant */
        snprintf(out, CELL_CAP, "%s至%s共%d个月", from, through, r->months);
    }
}

/* What tells two of a name in a village apart: the number that the ledger gave them,
 * which leads to nobody outside the office. */
static void number_text(const struct notice_row *r, char out[CELL_CAP])
{
    out[0] = '\0';
    if (r->alike) {
        snprintf(out, CELL_CAP, "%llu", (unsigned long long)r->person);
    }
}

/* ---- CSV ---- */

static void cell(struct buf *b, const char *text, bool last)
{
    csv_write_field(b, str_of(text), last);
}

static void csv_row(const struct notice_list *x, size_t i, bool amounts, struct buf *b)
{
    const struct notice_row *r = &x->rows[i];
    char text[CELL_CAP];
    char fen[MONEY_TEXT_CAP];
    snprintf(text, sizeof text, "%zu", i + 1);
    cell(b, text, false);
    cell(b, x->villages[r->village].name, false);
    cell(b, r->name, false);
    number_text(r, text);
    cell(b, text, false);
    cell(b, x->terms.label, false);
    months_text(r, text);
    cell(b, text, !amounts);
    if (amounts) {
        money_print(r->fen, fen);
        cell(b, fen, true);
    }
}

void notice_page_csv(const struct notice_list *x, const struct notice_look *look,
                     struct buf *out)
{
    static const char *const titles[] = {"序号", "村（社区）", "姓名",
                                         "编号", "补贴项目",   "所属月份"};
    buf_add_text(out, "\xef\xbb\xbf"); /* for the office programs */
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        cell(out, titles[i], i == 5 && !look->amounts);
    }
    if (look->amounts) {
        cell(out, "金额（元）", true);
    }
    for (size_t i = 0; i < x->count; i++) {
        csv_row(x, i, look->amounts, out);
    }
}

/* ---- HTML ---- */

static void escaped(struct buf *b, const char *text)
{
    html_add(b, str_of(text));
}

static void day_zh(struct buf *b, int32_t day)
{
    struct civil c = date_to_civil(day);
    buf_addf(b, "%d年%d月%d日", c.year, c.month, c.day);
}

static const char STYLE[] =
    "@page{size:A4;margin:22mm 20mm}"
    "body{font:12pt/1.7 FangSong,\"Noto Serif CJK SC\",STFangsong,SimSun,serif;"
    "margin:0 auto;max-width:170mm;color:#000;background:#fff}"
    "h1{text-align:center;font-size:20pt;margin:2mm 0 5mm}"
    "p{text-indent:2em;margin:1mm 0}"
    ".mark{text-align:center;text-indent:0;border:1pt solid #000;margin:0 0 4mm}"
    "table{width:100%;border-collapse:collapse;margin:4mm 0}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "th,td{border:.6pt solid #000;padding:.8mm 2mm;font-weight:normal}"
    "td:first-child,td.n{text-align:right}"
    ".sign{text-align:right;text-indent:0;margin:8mm 0 0}";

static void add_head(const struct notice_list *x, const struct notice_look *look,
                     struct buf *b)
{
    const struct notice_terms *n = &x->terms;
    buf_add_text(b, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
                    "<meta charset=\"utf-8\">\n<title>");
    escaped(b, n->label);
    buf_addf(b, "发放公示</title>\n<style>%s</style>\n</head>\n<body>\n", STYLE);
    buf_add_text(b, look->sandbox ? "<p class=\"mark\">演练账套，不具效力</p>\n" : "");
    buf_add_text(b, "<h1>");
    escaped(b, n->label);
    buf_addf(b, "发放公示（%d年%d月）</h1>\n<p>现将%d年%d月", month_year(n->period),
             month_number(n->period), month_year(n->period), month_number(n->period));
    escaped(b, n->label);
    buf_addf(b, "%s共%zu人予以公示（",
             n->who == NOTICE_NEW ? "新增及变动人员" : "发放对象", x->count);
    escaped(b, n->level);
    buf_add_text(b, "），公示期自");
    day_zh(b, n->first);
    buf_add_text(b, "至");
    day_zh(b, n->last);
    buf_addf(b, "，共%u个%s。</p>\n", n->days, n->working ? "工作日" : "自然日");
}

static void html_row(const struct notice_list *x, size_t i, bool amounts, struct buf *b)
{
    const struct notice_row *r = &x->rows[i];
    char text[CELL_CAP];
    buf_addf(b, "<tr><td>%zu</td><td>", i + 1);
    escaped(b, x->villages[r->village].name);
    buf_add_text(b, "</td><td>");
    escaped(b, r->name);
    number_text(r, text);
    if (r->alike) {
        buf_addf(b, "（编号%s）", text);
    }
    months_text(r, text);
    buf_addf(b, "</td><td>%s</td>", text);
    if (amounts) {
        char fen[MONEY_TEXT_CAP];
        money_print_grouped(r->fen, fen);
        buf_addf(b, "<td class=\"n\">%s</td>", fen);
    }
    buf_add_text(b, "</tr>\n");
}

static void add_foot(const struct notice_list *x, const struct notice_look *look,
                     struct buf *b)
{
    buf_add_text(b,
                 "<p>姓名已作遮挡；同村姓名遮挡后相同的，以编号区分。对上述人员有异议"
                 "的，请在公示期内向");
    escaped(b, look->office);
    buf_add_text(b, "反映");
    if (look->contact != NULL) {
        buf_add_text(b, "（");
        escaped(b, look->contact);
        buf_add_text(b, "）");
    }
    buf_add_text(b, "，并说明村、姓名或编号。</p>\n<p class=\"sign\">");
    escaped(b, look->office);
    buf_addf(b, "（盖章）<br>公示第%u号</p>\n</body>\n</html>\n", x->terms.number);
}

void notice_page_html(const struct notice_list *x, const struct notice_look *look,
                      struct buf *out)
{
    add_head(x, look, out);
    buf_addf(out,
             "<table><thead><tr><th>序号</th><th>村（社区）</th><th>姓名</th>"
             "<th>所属月份</th>%s</tr></thead>\n<tbody>\n",
             look->amounts ? "<th>金额（元）</th>" : "");
    for (size_t i = 0; i < x->count; i++) {
        html_row(x, i, look->amounts, out);
    }
    buf_add_text(out, "</tbody></table>\n");
    add_foot(x, look, out);
}
