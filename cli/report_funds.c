/* report_funds.c - expenditure against budget, and idle funds. */
#include "cli/command.h"
#include "cli/fund_view.h"

struct reporting {
    struct env *e;
    int32_t year; /* 0: all */
    bool idle;    /* only where nothing was spent since so many months */
    int32_t months;
    struct sheet *sheet;
    struct json *list;
    struct fund_sums total;
    uint64_t rows;
};

static void add_up(struct fund_sums *t, const struct fund_sums *s)
{
    t->appropriated += s->appropriated; /* each is at most FUND_FEN_MAX */
    t->received += s->received;
    t->reserved += s->reserved;
    t->committed += s->committed;
    t->spent += s->spent;
    t->returned += s->returned;
    t->prior += s->prior;
    t->refunded += s->refunded;
}

static void add_sums(struct sheet *t, const struct fund_sums *s)
{
    int64_t rate = fund_view_rate(s);
    sheet_fen(t, s->appropriated);
    sheet_fen(t, s->received);
    sheet_fen(t, s->reserved);
    sheet_fen(t, s->committed);
    sheet_fen(t, s->spent);
    sheet_cell(t, "%lld.%02lld%%", (long long)(rate / 100), (long long)(rate % 100));
    sheet_fen(t, fund_left(s));
    sheet_fen(t, s->returned);
    sheet_fen(t, s->prior);
}

static void add_row(struct reporting *r, const struct fund_entry *x, int32_t idle)
{
    const struct output *o = &r->e->out;
    struct sheet *t = r->sheet;
    if (r->list != NULL) {
        struct json *item = json_add_object(r->list);
        fund_view_put(item, x);
        fund_view_put_sums(item, x);
        json_put_int(item, "idle_months", idle);
        return;
    }
    sheet_cell(t, "%u", x->terms.number);
    sheet_cell(t, "%d", x->terms.year);
    sheet_cell(t, "%s",
               x->terms.programme[0] != '\0' ? x->terms.programme
                                             : TEXT(o, "any", "各项目"));
    sheet_cell(t, "%s", fund_source_text(o->zh, x->terms.source));
    sheet_cell(t, "%s", x->terms.document);
    add_sums(t, &x->sums);
    sheet_cell(t, "%d", idle);
}

static enum status fill(struct reporting *r, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(r->e->ledger)->funds; n++) {
        struct fund_entry x;
        int32_t idle;
        TRY(fund_get(ledger_txn(r->e->ledger), n, &x, d));
        if (x.state != ENTRY_ACTIVE || x.terms.adjusts != 0 ||
            (r->year != 0 && x.terms.year != r->year)) {
            continue;
        }
        TRY(fund_view_idle(r->e, &x, &idle, d));
        if (r->idle && (idle < r->months || fund_left(&x.sums) <= 0)) {
            continue;
        }
        add_row(r, &x, idle);
        add_up(&r->total, &x.sums);
        r->rows++;
    }
    return ST_OK;
}

static void columns(const struct output *o, struct sheet *t)
{
    sheet_column(t, TEXT(o, "no.", "编号"), true);
    sheet_column(t, TEXT(o, "year", "年度"), true);
    sheet_column(t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(t, TEXT(o, "source", "资金来源"), false);
    sheet_column(t, TEXT(o, "document", "指标文号"), false);
    sheet_column(t, TEXT(o, "appropriated", "预算指标"), true);
    sheet_column(t, TEXT(o, "received", "已拨款"), true);
    sheet_column(t, TEXT(o, "reserved", "占用"), true);
    sheet_column(t, TEXT(o, "committed", "已审批"), true);
    sheet_column(t, TEXT(o, "spent", "已支出"), true);
    sheet_column(t, TEXT(o, "spent %", "执行率"), true);
    sheet_column(t, TEXT(o, "left", "结余"), true);
    sheet_column(t, TEXT(o, "came back", "当年退回"), true);
    sheet_column(t, TEXT(o, "later years", "以后年度退回"), true);
    sheet_column(t, TEXT(o, "idle months", "闲置月数"), true);
}

static enum status print(struct reporting *r, struct diag *d)
{
    const struct output *o = &r->e->out;
    struct sheet t;
    sheet_init(&t);
    columns(o, &t);
    r->sheet = &t;
    enum status st = fill(r, d);
    if (st == ST_OK && r->rows > 0) {
        for (int i = 0; i < 4; i++) {
            sheet_cell(&t, "%s", "");
        }
        sheet_cell(&t, "%s", TEXT(o, "all", "合计"));
        add_sums(&t, &r->total);
        sheet_cell(&t, "%s", "");
    }
    TRY(sheet_end(&t, o, st));
    if (r->rows == 0) {
        output_data(o, "%s\n",
                    r->idle ? TEXT(o, "No funds lie idle.", "没有闲置资金。")
                            : TEXT(o, "There is no appropriation.", "没有预算指标。"));
    }
    return ST_OK;
}

static enum status run_funds(struct env *e, struct diag *d)
{
    struct reporting r = {.e = e};
    uint64_t year = 0;
    uint64_t months = 0;
    TRY(options_number(&e->options, "year", FUND_YEAR_MAX, &year, d));
    TRY(options_number(&e->options, "idle", 1200, &months, d));
    r.year = (int32_t)year;
    r.months = (int32_t)months;
    r.idle = options_text(&e->options, "idle") != NULL;
    TRY(env_read(e, d));
    if (!e->out.json) {
        return print(&r, d);
    }
    struct json *top = output_object(&e->out, "almoner.report-funds/1");
    r.list = json_put_list(top, "rows");
    TRY(fill(&r, d));
    json_put_int(top, "appropriated_fen", r.total.appropriated);
    json_put_int(top, "spent_fen", r.total.spent);
    json_put_int(top, "left_fen", fund_left(&r.total));
    json_put_int(top, "spent_hundredths", fund_view_rate(&r.total));
    return ST_OK;
}

static const struct option_spec OPTIONS[] = {
    {"year", 0, OPTION_TEXT, "YYYY", "of the budget"},
    {"idle", 0, OPTION_TEXT, "MONTHS", "only funds of which nothing was spent so long"},
};

static const struct command ITEMS[] = {
    {
        .name = "report funds",
        .run = run_funds,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(OPTIONS),
        .brief = "expenditure against budget; idle funds",
        .brief_zh = "预算执行情况和闲置资金",
        .text = "Of each confirmed appropriation what was appropriated, received, "
                "reserved by submitted batches, committed by released ones, spent, and "
                "what is left. What comes back in its year is left again; what comes "
                "back later is not, and is shown beside.",
        .example = "  almoner -C baoqing report funds --year 2026\n"
                   "  almoner -C baoqing report funds --idle 6",
    },
};
const struct command_list commands_funds = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
