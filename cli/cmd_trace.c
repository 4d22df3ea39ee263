/* cmd_trace.c - who read personal data in clear, when, and why. */
#include "audit/trace.h"
#include "base/date.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/sheet.h"

struct tracing {
    struct env *e;
    struct json *list; /* NULL: the sheet */
    struct sheet *sheet;
    uint64_t rows;
};

static void put_row(struct json *item, const struct trace_row *r, const char *time)
{
    json_put_uint(item, "record", r->sequence);
    json_put_text(item, "time", time);
    json_put_text(item, "operator", r->name);
    json_put_text(item, "what", trace_what_name(r->what));
    if (r->person != 0) {
        json_put_uint(item, "person", r->person);
    } else {
        json_put_null(item, "person");
    }
    if (r->what == TRACE_EXPORT) {
        json_put_uint(item, "batch", r->batch);
        json_put_uint(item, "lines", r->lines);
        json_put_text(item, "format", r->purpose);
    } else {
        json_put_text(item, "purpose", r->purpose);
    }
}

static void add_row(const struct output *o, struct sheet *t, const struct trace_row *r,
                    const char *time)
{
    sheet_cell(t, "%llu", (unsigned long long)r->sequence);
    sheet_cell(t, "%s", time);
    sheet_cell(t, "%s", r->name);
    if (r->person != 0) {
        sheet_cell(t, "%llu", (unsigned long long)r->person);
    } else {
        sheet_cell(t, "%s", TEXT(o, "several", "多人"));
    }
    if (r->what == TRACE_EXPORT) {
        sheet_cell(
            t,
            TEXT(o, "bank file of batch %u, %llu lines", "银行文件，批次 %u，%llu 笔"),
            r->batch, (unsigned long long)r->lines);
    } else {
        sheet_cell(t, "%s", r->purpose);
    }
}

static enum status take(void *ctx, const struct trace_row *r, struct diag *d)
{
    struct tracing *x = ctx;
    char time[TIME_TEXT_CAP];
    (void)d;
    time_print(r->time_us, time);
    x->rows++;
    if (x->list != NULL) {
        put_row(json_add_object(x->list), r, time);
    } else {
        add_row(&x->e->out, x->sheet, r, time);
    }
    return ST_OK;
}

/* The first moment of the county's day. */
static int64_t day_begins(const struct ledger *l, int32_t day)
{
    int64_t minutes = (int64_t)day * 24 * 60 - ledger_info(l)->offset_minutes;
    return minutes * 60 * 1000000;
}

static enum status read_terms(struct env *e, struct trace_terms *out, struct diag *d)
{
    const char *who = options_text(&e->options, "person");
    int32_t from = DAY_ALWAYS;
    TRY(options_date(&e->options, "from", &from, d));
    TRY(who != NULL ? env_read_people(e, d) : env_read(e, d));
    out->from_us = from == DAY_ALWAYS ? INT64_MIN : day_begins(e->ledger, from);
    return who == NULL ? ST_OK : people_find(e->ledger, who, &out->person, d);
}

static enum status run_trace(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct trace_terms terms = {0};
    struct sheet t;
    struct tracing x = {.e = e, .sheet = &t};
    TRY(read_terms(e, &terms, d));
    if (o->json) {
        x.list = json_put_list(output_object(&e->out, "almoner.trace/1"), "reads");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "record", "记录号"), true);
    sheet_column(&t, TEXT(o, "time", "时间"), false);
    sheet_column(&t, TEXT(o, "operator", "操作员"), false);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "why", "用途"), false);
    enum status st = trace_ledger(e->ledger, &terms, &e->progress, take, &x, d);
    meter_end(&e->meter);
    if (x.rows == 0) {
        if (st == ST_OK && !o->json) {
            output_data(o, "%s\n",
                        TEXT(o, "Nobody read personal data in clear.",
                             "没有查看完整信息的记录。"));
        }
        return st;
    }
    return sheet_end(&t, o, st);
}

static const struct option_spec TRACE[] = {
    {"person", 0, OPTION_TEXT, "ID", "of one person"},
    {"from", 0, OPTION_TEXT, "DATE", "only from this day on"},
};

static const struct command ITEMS[] = {
    {
        .name = "audit trace",
        .run = run_trace,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .options = COMMAND_OPTIONS(TRACE),
        .brief = "who read personal data in clear, when and why",
        .brief_zh = "查阅个人信息的记录",
        .text =
            "Everything is masked unless it is revealed, and revealing is a signed "
            "record that comes before the showing: person show and report unclaimed "
            "with --reveal, report letters. Bank files are told too. With --person "
            "also what was shown of several people at once and may hold this one, "
            "and the bank files with a line of the person. Looking at the store with "
            "the vault's key in hand leaves no trace here.",
        .example = "  almoner -C baoqing audit trace --person 17\n"
                   "  almoner -C baoqing audit trace --from 2026-11-01 --json",
    },
};
const struct command_list commands_trace = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
