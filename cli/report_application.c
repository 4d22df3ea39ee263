/* report_application.c - the printable payment application (用款申请) of a batch: one HTML
 * file that needs nothing else. It names programmes and funds, and no beneficiary. */
#include <string.h>

#include "base/capital.h"
#include "base/date.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/fund_view.h"
#include "cli/html.h"
#include "entitle/entitle.h"
#include "ledger/line.h"

#define PAGE_BYTES_MAX ((size_t)1024 * 1024)
#define PROGRAMMES_MAX 64

struct application {
    struct env *e;
    struct batch_entry batch;
    struct channel_entry channel;
    struct allocation_entry funds;
    struct entitle *rules;
    size_t count;
    struct {
        char code[PROGRAMME_CODE_MAX + 1];
        uint64_t lines;
        int64_t fen;
    } programmes[PROGRAMMES_MAX];
    struct buf page;
};

/* ---- what is in it ---- */

static enum status count_line(struct application *a, const struct line_entry *x,
                              struct diag *d)
{
    size_t i = 0;
    while (i < a->count && strcmp(a->programmes[i].code, x->programme) != 0) {
        i++;
    }
    if (i == PROGRAMMES_MAX) {
        return diag_fail(d, ST_CONFLICT, "programmes", "more than %d programmes",
                         PROGRAMMES_MAX);
    }
    if (i == a->count) {
        memcpy(a->programmes[i].code, x->programme, sizeof x->programme);
        a->count++;
    }
    a->programmes[i].lines++;
    a->programmes[i].fen += x->fen; /* of the batch's total */
    return ST_OK;
}

static enum status gather(struct application *a, uint32_t number, struct diag *d)
{
    struct txn *t = ledger_txn(a->e->ledger);
    TRY(batch_get(t, number, &a->batch, d));
    if (a->batch.state < BATCH_SUBMITTED || a->batch.state >= BATCH_CANCELLED) {
        diag_fail(d, ST_CONFLICT, "batch-state",
                  "batch %u is %s: nothing is applied for", number,
                  batch_state_name(a->batch.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(a->batch.state));
    }
    TRY(channel_get(t, a->batch.channel, &a->channel, d));
    TRY(allocation_get(t, number, &a->funds, d));
    for (uint32_t n = 1; n <= a->batch.lines; n++) {
        struct line_entry x;
        TRY(line_get(t, number, n, &x, d));
        if (x.state != LINE_DROPPED) {
            TRY(count_line(a, &x, d));
        }
    }
    return entitle_open(&a->rules, a->e->ledger, UINT32_MAX, d);
}

/* ---- the page ---- */

static void add_text(struct buf *b, const char *text)
{
    html_add(b, str_of(text));
}

static void add_day(struct buf *b, int32_t day)
{
    struct civil c = date_to_civil(day);
    buf_addf(b, "%d年%d月%d日", c.year, c.month, c.day);
}

static void add_programme(struct application *a, const char *code)
{
    const struct programme *p =
        entitle_rules(a->rules, str_of(code), month_of_day(a->batch.pay_day));
    add_text(&a->page, p != NULL && p->name != NULL ? p->name : code);
}

static const char STYLE[] =
    "@page{size:A4;margin:25mm 20mm}"
    "body{font:12pt/1.7 FangSong,\"Noto Serif CJK SC\",STFangsong,SimSun,serif;"
    "margin:0 auto;max-width:172mm;color:#000;background:#fff}"
    "h1{text-align:center;font-size:22pt;letter-spacing:.4em;margin:2mm 0 4mm}"
    ".office{text-align:center;font-size:14pt;margin:6mm 0 0}"
    ".number{text-align:right;margin:0 0 3mm}"
    ".mark{text-align:center;border:1pt solid #000;margin:6mm 0 0}"
    "table{width:100%;border-collapse:collapse;margin:3mm 0}"
    "th,td{border:.6pt solid #000;padding:1mm 2mm;font-weight:normal}"
    "th{text-align:center}.head th{width:24mm;text-align:left}"
    ".money{text-align:right;white-space:nowrap}"
    ".sign td{height:16mm;vertical-align:top}.small{font-size:9pt}"
    ".content{word-break:break-all;font-family:monospace}";

static void add_head(struct application *a)
{
    struct buf *b = &a->page;
    const struct ledger_info *info = ledger_info(a->e->ledger);
    buf_addf(b,
             "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
             "<meta charset=\"utf-8\">\n<title>用款申请</title>\n<style>%s</style>\n"
             "</head>\n<body>\n",
             STYLE);
    if (info->sandbox) {
        buf_add_text(b, "<p class=\"mark\">演练账套，不具效力</p>\n");
    }
    buf_add_text(b, "<p class=\"office\">");
    add_text(b, info->name);
    buf_addf(b, "</p>\n<h1>用款申请</h1>\n<p class=\"number\">编号：%s-%u</p>\n",
             info->division, a->batch.number);
    buf_add_text(b, "<table class=\"head\"><tr><th>代发银行</th><td>");
    add_text(b, a->channel.name);
    buf_add_text(b, "（");
    add_text(b, a->channel.bank_code);
    buf_add_text(b, "）</td><th>发放日期</th><td>");
    add_day(b, a->batch.pay_day);
    buf_add_text(b, "</td></tr><tr><th>付款账户</th><td>");
    add_text(b, a->channel.account_name);
    buf_add_text(b, "</td><th>账号</th><td>");
    add_text(b, a->channel.account);
    buf_add_text(b, "</td></tr></table>\n");
}

static void add_programmes(struct application *a)
{
    struct buf *b = &a->page;
    buf_add_text(b,
                 "<table><tr><th>补贴项目</th><th>笔数</th><th>金额（元）</th></tr>\n");
    for (size_t i = 0; i < a->count; i++) {
        buf_add_text(b, "<tr><td>");
        add_programme(a, a->programmes[i].code);
        buf_addf(b, "</td><td class=\"money\">%llu</td><td class=\"money\">",
                 (unsigned long long)a->programmes[i].lines);
        html_add_yuan(b, a->programmes[i].fen);
        buf_add_text(b, "</td></tr>\n");
    }
    buf_addf(b, "<tr><th>合计</th><td class=\"money\">%llu</td><td class=\"money\">",
             (unsigned long long)batch_count(&a->batch));
    html_add_yuan(b, batch_total(&a->batch));
    buf_add_text(b, "</td></tr>\n");
    char capital[CAPITAL_TEXT_CAP];
    capital_print(batch_total(&a->batch), capital);
    buf_addf(b, "<tr><th>大写</th><td colspan=\"2\">%s</td></tr></table>\n", capital);
}

static enum status add_funds(struct application *a, struct diag *d)
{
    struct buf *b = &a->page;
    if (a->funds.state == ALLOCATION_NONE) {
        return ST_OK;
    }
    buf_add_text(b, "<table><tr><th>补贴项目</th><th>指标文号</th><th>资金来源</th>"
                    "<th>功能分类</th><th>经济分类</th><th>金额（元）</th></tr>\n");
    for (size_t i = 0; i < a->funds.terms.count; i++) {
        const struct fund_item *x = &a->funds.terms.items[i];
        struct fund_entry fund;
        TRY(fund_get(ledger_txn(a->e->ledger), x->fund, &fund, d));
        buf_add_text(b, "<tr><td>");
        add_programme(a, x->programme);
        buf_add_text(b, "</td><td>");
        add_text(b, fund.terms.document);
        buf_add_text(b, "</td><td>");
        add_text(b, fund_source_text(true, fund.terms.source));
        buf_add_text(b, "</td><td>");
        add_text(b, fund.terms.function);
        buf_add_text(b, "</td><td>");
        add_text(b, fund.terms.economic);
        buf_add_text(b, "</td><td class=\"money\">");
        html_add_yuan(b, x->fen);
        buf_add_text(b, "</td></tr>\n");
    }
    buf_add_text(b, "</table>\n");
    return ST_OK;
}

static enum status add_signatures(struct application *a, struct diag *d)
{
    static const char *const roles[BATCH_ROLES] = {"经办", "复核", "审批", "二次审批"};
    struct buf *b = &a->page;
    char hex[2 * DIGEST_LEN + 1];
    bool second = a->batch.signers[BATCH_SECOND].operator_number != 0;
    int shown = second ? BATCH_ROLES : BATCH_SECOND;
    buf_add_text(b, "<table class=\"sign\"><tr>");
    for (int i = 0; i < shown; i++) {
        buf_addf(b, "<th>%s</th>", roles[i]);
    }
    buf_add_text(b, "<th>单位盖章</th></tr><tr>");
    for (int i = 0; i < shown; i++) {
        const struct batch_signer *s = &a->batch.signers[i];
        struct operator_entry who;
        buf_add_text(b, "<td>");
        if (s->operator_number != 0) {
            TRY(operator_get(ledger_txn(a->e->ledger), s->operator_number, &who, d));
            add_text(b, who.name);
            buf_add_text(b, "<br><span class=\"small\">");
            add_day(b,
                    day_of_time(s->time_us, ledger_info(a->e->ledger)->offset_minutes));
            buf_add_text(b, "</span>");
        }
        buf_add_text(b, "</td>");
    }
    text_hex(a->batch.content, DIGEST_LEN, hex);
    buf_addf(b,
             "<td></td></tr></table>\n<p class=\"small\">批次内容摘要："
             "<span class=\"content\">%s</span></p>\n</body>\n</html>\n",
             hex);
    return ST_OK;
}

static enum status write_page(struct application *a, const char *path, struct diag *d)
{
    add_head(a);
    add_programmes(a);
    TRY(add_funds(a, d));
    TRY(add_signatures(a, d));
    TRY(buf_check(&a->page, d));
    return file_save(path, buf_str(&a->page), d);
}

static void report(struct env *e, const struct application *a, const char *path)
{
    if (e->out.json) {
        struct json *top = output_object(&e->out, "almoner.application/1");
        json_put_uint(top, "batch", a->batch.number);
        json_put_uint(top, "lines", batch_count(&a->batch));
        json_put_int(top, "total_fen", batch_total(&a->batch));
        json_put_uint(top, "funds",
                      a->funds.state == ALLOCATION_NONE ? 0 : a->funds.terms.count);
        return;
    }
    output_done(&e->out,
                TEXT(&e->out, "payment application of batch %u written to %s\n",
                     "批次 %u 的用款申请已写入 %s\n"),
                a->batch.number, path);
}

static enum status run_application(struct env *e, struct diag *d)
{
    struct application a = {.e = e};
    const char *path;
    uint32_t number;
    TRY(env_operand_u32(e, 0, "batch", &number, d));
    TRY(options_need(&e->options, "out", &path, d));
    TRY(env_read(e, d));
    buf_init(&a.page, PAGE_BYTES_MAX);
    enum status st = gather(&a, number, d);
    if (st == ST_OK) {
        st = write_page(&a, path, d);
    }
    if (st == ST_OK) {
        report(e, &a, path);
    }
    entitle_close(a.rules);
    buf_release(&a.page);
    return st;
}

static const struct option_spec OPTIONS[] = {
    {"out", 0, OPTION_TEXT, "FILE.html", "where to"},
};

static const struct command ITEMS[] = {
    {
        .name = "report application",
        .run = run_application,
        .needs = COMMAND_LEDGER,
        .operands = "B",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "printable payment application of a batch",
        .brief_zh = "用款申请",
        .text = "Programmes with count and amount, in figures and capitals, the "
                "appropriations that bear them with their document numbers, and who "
                "signed: an HTML file to be printed from a browser. It names no "
                "beneficiary.",
        .example = "  almoner -C baoqing report application 12 --out application.html",
    },
};
const struct command_list commands_application = {NULL, NULL, ITEMS,
                                                  COMMAND_COUNT(ITEMS)};
