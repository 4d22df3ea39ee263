/* cmd_notice.c - public lists (公示): published, objected to, decided, taken down. What a
 * list shows is written by notice_page.c; its digest stands in the ledger before the
 * file appears under its name. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/notice_page.h"
#include "cli/notice_view.h"
#include "cli/people.h"

#define PAGE_BYTES_MAX ((size_t)1024 * 1024 * 1024)

/* ---- publish ---- */

struct publishing {
    struct notice_request q;
    struct notice_look look;
    struct calendar calendar;
    uint8_t calendar_sha256[DIGEST_LEN];
    const char *path;
    bool html;
};

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path);
    size_t m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

static enum status take_path(struct env *e, struct publishing *p, struct diag *d)
{
    TRY(options_need(&e->options, "out", &p->path, d));
    p->html = ends_in(p->path, ".html") || ends_in(p->path, ".htm");
    if (!p->html && !ends_in(p->path, ".csv")) {
        diag_fail(d, ST_USAGE, "bad-option", "a list is written as .csv or .html");
        diag_where(d, "--out");
        return diag_hint(d, "name the file so");
    }
    if (access(p->path, F_OK) == 0) {
        diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already", p->path);
        return diag_hint(d, "its digest may be that of an earlier list: choose another "
                            "name");
    }
    return ST_OK;
}

static enum status take_calendar(struct env *e, struct publishing *p, struct diag *d)
{
    struct buf file;
    struct digest *g;
    const char *path = options_text(&e->options, "calendar");
    bool working = options_flag(&e->options, "working");
    if (working != (path != NULL)) {
        diag_fail(d, ST_USAGE, "missing-option",
                  "--working and --calendar come together");
        return diag_hint(d, "docs/calendar-2026.csv shows what such a file has");
    }
    if (path == NULL) {
        return ST_OK;
    }
    enum status st;
    TRY_OUT(file_load(path, CALENDAR_BYTES_MAX, &file, d));
    TRY_OUT(calendar_read(buf_str(&file), &p->calendar, d));
    TRY_OUT(digest_new(&g, d));
    digest_once(g, buf_str(&file), str_of(""), p->calendar_sha256);
    digest_free(g);
    p->q.calendar = &p->calendar;
    p->q.calendar_sha256 = p->calendar_sha256;
out:
    buf_release(&file);
    return st;
}

static enum status take_request(struct env *e, struct publishing *p, struct diag *d)
{
    const char *text;
    uint64_t days = 0;
    bool all = options_flag(&e->options, "all");
    TRY(options_need(&e->options, "programme", &text, d));
    p->q.programme = str_of(text);
    TRY(options_need(&e->options, "period", &text, d));
    TRY(options_month(&e->options, "period", &p->q.period, d));
    if (all == options_flag(&e->options, "new")) {
        diag_fail(d, ST_USAGE, "missing-option", "whom to list: --new or --all");
        return diag_hint(d, "--new lists who is new or changed since the month before");
    }
    p->q.who = all ? NOTICE_ALL : NOTICE_NEW;
    TRY(options_need(&e->options, "days", &text, d));
    TRY(options_number(&e->options, "days", NOTICE_DAYS_MAX, &days, d));
    p->q.days = (uint32_t)days;
    p->q.from = DAY_ALWAYS;
    TRY(options_date(&e->options, "from", &p->q.from, d));
    TRY(options_need(&e->options, "level", &text, d));
    p->q.level = str_of(text);
    p->look.amounts = !options_flag(&e->options, "no-amounts");
    p->look.contact = options_text(&e->options, "contact");
    TRY(take_path(e, p, d));
    return take_calendar(e, p, d);
}

/* The file is on the disk before the record is written, and gets its name after it. */
static enum status write_out(struct env *e, struct publishing *p,
                             struct notice_list *list, struct buf *page,
                             struct file_output *file, struct diag *d)
{
    const struct ledger_info *info = ledger_info(e->ledger);
    p->look.office = info->name;
    p->look.sandbox = info->sandbox;
    list->terms.number = ledger_head(e->ledger)->notices + 1;
    (p->html ? notice_page_html : notice_page_csv)(list, &p->look, page);
    TRY(buf_check(page, d));
    TRY(file_output_open(file, p->path, 0600, d));
    TRY(file_output_write(file, page->p, page->len, d));
    TRY(file_output_settle(file, d));
    TRY(notice_publish(e->ledger, &list->terms, buf_str(page), d));
    return file_output_commit(file, d);
}

static enum status run_publish(struct env *e, struct diag *d)
{
    static struct publishing p; /* the calendar is large */
    struct notice_list list = {0};
    struct file_output file = {.fd = -1};
    struct buf page;
    memset(&p, 0, sizeof p);
    TRY(take_request(e, &p, d));
    TRY(env_write(e, ROLE_MAKER, d));
    buf_init(&page, PAGE_BYTES_MAX);
    enum status st = notice_list_make(e->ledger, &p.q, &e->progress, &list, d);
    meter_end(&e->meter);
    if (st == ST_OK) {
        st = write_out(e, &p, &list, &page, &file, d);
    }
    uint32_t number = list.terms.number;
    file_output_drop(&file);
    buf_release(&page);
    notice_list_release(&list);
    return st == ST_OK ? notice_view_report(e, number, d) : st;
}

/* ---- objections ---- */

/* A duplicate's objection is that of who was kept. */
static enum status find_kept(struct env *e, const char *typed, uint64_t *number,
                             struct diag *d)
{
    struct people p;
    TRY(people_find(e->ledger, typed, number, d));
    enum status st = people_open(&p, e->ledger, *number, UINT64_MAX, d);
    if (st == ST_OK) {
        *number = p.person->number;
    }
    people_close(&p);
    return st;
}

static enum status run_object(struct env *e, struct diag *d)
{
    uint32_t notice;
    uint32_t number;
    uint64_t person;
    const char *typed;
    const char *text;
    TRY(env_operand_u32(e, 0, "notice", &notice, d));
    TRY(options_need(&e->options, "person", &typed, d));
    TRY(options_need(&e->options, "text", &text, d));
    TRY(env_write(e, ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, d));
    TRY(find_kept(e, typed, &person, d));
    TRY(notice_object(e->ledger, notice, person, str_of(text), &number, d));
    return notice_view_objection(e, number, d);
}

static enum status take_outcome(struct env *e, enum objection_state *out,
                                struct diag *d)
{
    static const struct {
        const char *name;
        enum objection_state into;
    } all[] = {{"upheld", OBJECTION_UPHELD},
               {"dismissed", OBJECTION_DISMISSED},
               {"lifted", OBJECTION_LIFTED}};
    size_t found = 0;
    for (size_t i = 0; i < COMMAND_COUNT(all); i++) {
        if (options_flag(&e->options, all[i].name)) {
            *out = all[i].into;
            found++;
        }
    }
    if (found == 1) {
        return ST_OK;
    }
    diag_fail(d, ST_USAGE, "missing-option", "one of --upheld, --dismissed, --lifted");
    return diag_hint(d, "--lifted ends an upheld one, when it is put right");
}

static enum status run_decide(struct env *e, struct diag *d)
{
    uint32_t number;
    enum objection_state into;
    const char *reason;
    TRY(env_operand_u32(e, 0, "objection", &number, d));
    TRY(take_outcome(e, &into, d));
    TRY(options_need(&e->options, "reason", &reason, d));
    TRY(env_write(e, ROLE_CHECKER, d));
    TRY(notice_decide(e->ledger, number, into, str_of(reason), d));
    return notice_view_objection(e, number, d);
}

static enum status run_close(struct env *e, struct diag *d)
{
    uint32_t number;
    int32_t down = DAY_ALWAYS;
    TRY(env_operand_u32(e, 0, "notice", &number, d));
    TRY(options_date(&e->options, "on", &down, d));
    TRY(env_write(e, ROLE_MAKER | ROLE_CHECKER, d));
    down = down == DAY_ALWAYS ? ledger_today(e->ledger) : down;
    TRY(notice_close(e->ledger, number, down, d));
    return notice_view_report(e, number, d);
}

static enum status run_list(struct env *e, struct diag *d)
{
    TRY(env_read(e, d));
    return notice_view_list(e, d);
}

static enum status run_show(struct env *e, struct diag *d)
{
    uint32_t number;
    TRY(env_operand_u32(e, 0, "notice", &number, d));
    TRY(env_read(e, d));
    return notice_view_show(e, number, d);
}

static const struct option_spec PUBLISH[] = {
    {"programme", 0, OPTION_TEXT, "CODE", "whose people"},
    {"period", 0, OPTION_TEXT, "YYYY-MM", "granted for this month"},
    {"new", 0, OPTION_FLAG, NULL, "who is new or changed since the month before"},
    {"all", 0, OPTION_FLAG, NULL, "everybody"},
    {"days", 0, OPTION_TEXT, "N", "how many days it hangs"},
    {"working", 0, OPTION_FLAG, NULL, "they are working days of --calendar"},
    {"calendar", 0, OPTION_TEXT, "FILE.csv", "holidays and worked weekends"},
    {"from", 0, OPTION_TEXT, "DATE", "the first day that counts (else tomorrow)"},
    {"level", 0, OPTION_TEXT, "TEXT", "where it hangs: 村, 乡镇"},
    {"no-amounts", 0, OPTION_FLAG, NULL, "without the sums"},
    {"contact", 0, OPTION_TEXT, "TEXT", "where to object: the office's telephone"},
    {"out", 0, OPTION_TEXT, "FILE", ".csv, or .html to be printed"},
};
static const struct option_spec OBJECT[] = {
    {"person", 0, OPTION_TEXT, "ID", "against whom: ID number, or number in the list"},
    {"text", 0, OPTION_TEXT, "TEXT", "what is objected; recorded, names nobody"},
};
static const struct option_spec DECIDE[] = {
    {"upheld", 0, OPTION_FLAG, NULL, "the person stays held"},
    {"dismissed", 0, OPTION_FLAG, NULL, "the person is paid again"},
    {"lifted", 0, OPTION_FLAG, NULL, "an upheld one is put right"},
    {"reason", 0, OPTION_TEXT, "TEXT", "why; recorded, names nobody"},
};
static const struct option_spec CLOSE[] = {
    {"on", 0, OPTION_TEXT, "DATE", "the day it was taken down (else today)"},
};

#define ONE(what) .operands = what, .operand_min = 1, .operand_max = 1
#define SIGNS .needs = COMMAND_LEDGER | COMMAND_SIGNS

static const struct command ITEMS[] = {
    {
        .name = "notice publish",
        .run = run_publish,
        SIGNS,
        .operands = "",
        .options = COMMAND_OPTIONS(PUBLISH),
        .brief = "write a public list of a programme (maker)",
        .brief_zh = "生成公示名单（经办）",
        .text =
            "Everybody to whom the programme is granted for the period, with earlier "
            "months that are still due: name masked, village, months, sum. Where two "
            "masked names of a village are alike, their numbers in the ledger tell "
            "them apart. No ID number, account, telephone or address is ever in it.\n"
            "A programme whose name tells of illness or poverty is refused until two "
            "admins give it another for this (config set notice.label.CODE) or allow "
            "its own (notice.allow.CODE). Sums can tell a tier: --no-amounts leaves "
            "them out. The file's SHA-256, its count and days are recorded; audit "
            "trace shows it. With config set notice.required.CODE on, batch new pays "
            "a month only when a list for it, or a later month, was closed.",
        .example =
            "  almoner -C baoqing notice publish --programme old-age \\\n"
            "      --period 2026-09 --new --days 7 --working \\\n"
            "      --calendar docs/calendar-2026.csv --level 村 --out list.html \\\n"
            "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "notice object",
        .run = run_object,
        SIGNS,
        ONE("N"),
        .options = COMMAND_OPTIONS(OBJECT),
        .brief = "record an objection, which holds the person",
        .brief_zh = "登记公示异议，暂缓发放该人",
        .text = "Until it is decided the person is left out of new batches for this "
                "programme; everybody else is paid. The text stands in the records "
                "for ever and in clear: name nobody in it.",
        .example = "  almoner -C baoqing notice object 1 --person 17 \\\n"
                   "      --text '反映已迁出本村' --as wangfang --key wangfang.pem",
    },
    {
        .name = "notice decide",
        .run = run_decide,
        SIGNS,
        ONE("OBJECTION"),
        .options = COMMAND_OPTIONS(DECIDE),
        .brief = "decide an objection (checker)",
        .brief_zh = "处理公示异议（复核）",
        .text = "By another operator than the one who recorded it. Dismissed, the "
                "person is paid again. Upheld, the person stays held until --lifted, "
                "when the facts are put right and a run has followed them.",
        .example = "  almoner -C baoqing notice decide 1 --dismissed \\\n"
                   "      --reason '入户核实仍居住本村' --as lina --key lina.pem",
    },
    {
        .name = "notice close",
        .run = run_close,
        SIGNS,
        ONE("N"),
        .options = COMMAND_OPTIONS(CLOSE),
        .brief = "record that a list was taken down (maker, checker)",
        .brief_zh = "登记公示撤下（经办、复核）",
        .text = "On its last day or later. Objections that are not decided go on "
                "holding their people.",
        .example = "  almoner -C baoqing notice close 1 --as wangfang "
                   "--key wangfang.pem",
    },
    {
        .name = "notice list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "public lists, and until when they hang",
        .brief_zh = "公示一览",
        .text = "What hangs, how many are in it, its days, and objections.",
        .example = "  almoner -C baoqing notice list",
    },
    {
        .name = "notice show",
        .run = run_show,
        .needs = COMMAND_LEDGER,
        ONE("N"),
        .brief = "one public list and the objections to it",
        .brief_zh = "查看一次公示及其异议",
        .text = "With the SHA-256 of the file that was hung up: sha256sum FILE tells "
                "whether one in hand is that.",
        .example = "  almoner -C baoqing notice show 1",
    },
};
const struct command_list commands_notice = {"Public notice", "公示", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
