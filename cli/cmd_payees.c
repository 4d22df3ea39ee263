/* cmd_payees.c - report payees: who is paid for others, and until when. */
#include "audit/payees.h"
#include "base/date.h"
#include "base/ident.h"
#include "cli/command.h"
#include "cli/people.h"
#include "cli/sheet.h"
#include "cli/words.h"

static const char *state_text(const struct output *o, enum payees_state s)
{
    static const char *const zh[] = {
        [PAYEES_IN_FORCE] = "有效",
        [PAYEES_ENDING] = "即将到期",
        [PAYEES_ENDED] = "已到期，暂停发放",
    };
    static const char *const en[] = {
        [PAYEES_IN_FORCE] = "in force",
        [PAYEES_ENDING] = "ends soon",
        [PAYEES_ENDED] = "ended: payment is held",
    };
    return TEXT(o, en[s], zh[s]);
}

static void put_row(struct json *item, const struct payees_row *x)
{
    char name[PEOPLE_TEXT_CAP];
    name_mask(str_of(x->name), name, sizeof name);
    json_put_uint(item, "person", x->person);
    json_put_text(item, "programme", x->programme);
    json_put_text(item, "relation", x->relation);
    json_put_text(item, "payee", name);
    json_put_text(item, "authorisation", x->authorisation);
    json_put_day(item, "effective", x->effective);
    json_put_day(item, "until", x->until);
    json_put_text(item, "state", payees_state_name(x->state));
    json_put_uint(item, "people_of_payee", x->people);
}

static void add_row(struct sheet *t, const struct output *o, const struct payees_row *x)
{
    char name[PEOPLE_TEXT_CAP];
    char until[DATE_TEXT_CAP];
    name_mask(str_of(x->name), name, sizeof name);
    words_day(x->until, until);
    sheet_cell(t, "%llu", (unsigned long long)x->person);
    sheet_cell(t, "%s", x->programme);
    sheet_cell(t, "%s", x->relation);
    sheet_cell(t, "%s", name);
    sheet_cell(t, "%u", x->people);
    sheet_cell(t, "%s", x->authorisation);
    sheet_cell(t, "%s", until[0] != '\0' ? until : TEXT(o, "no end", "未定"));
    sheet_cell(t, "%s", state_text(o, x->state));
}

static void print_list(const struct output *o, const struct payees_list *x)
{
    struct sheet t;
    if (x->count == 0) {
        output_data(o, "%s\n",
                    TEXT(o, "Nobody is paid for another.", "没有代领情况。"));
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "person", "补贴对象"), true);
    sheet_column(&t, TEXT(o, "programme", "补贴项目"), false);
    sheet_column(&t, TEXT(o, "relation", "关系"), false);
    sheet_column(&t, TEXT(o, "payee", "收款人"), false);
    sheet_column(&t, TEXT(o, "for people", "代领人数"), true);
    sheet_column(&t, TEXT(o, "authorisation", "授权文件"), false);
    sheet_column(&t, TEXT(o, "until", "至"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    for (size_t i = 0; i < x->count; i++) {
        add_row(&t, o, &x->rows[i]);
    }
    (void)sheet_end(&t, o, ST_OK);
    output_data(
        o,
        TEXT(o,
             "\n%zu end within a month, %zu have ended, %zu payees are paid for "
             "%d people or more\n",
             "\n一个月内到期 %zu 条，已到期 %zu 条，%zu 名收款人代领 %d 人以上\n"),
        x->ending, x->ended, x->many, PAYEES_MANY);
}

static void put_list(struct json *top, const struct payees_list *x)
{
    json_put_uint(top, "ending", x->ending);
    json_put_uint(top, "ended", x->ended);
    json_put_uint(top, "payees_of_many", x->many);
    struct json *list = json_put_list(top, "rows");
    for (size_t i = 0; i < x->count; i++) {
        put_row(json_add_object(list), &x->rows[i]);
    }
}

static enum status run_payees(struct env *e, struct diag *d)
{
    struct payees_list list;
    TRY(env_read_people(e, d));
    enum status st =
        payees_list_read(e->ledger, ledger_today(e->ledger), &e->progress, &list, d);
    meter_end(&e->meter);
    if (st == ST_OK && e->out.json) {
        put_list(output_object(&e->out, "almoner.payees/1"), &list);
    } else if (st == ST_OK) {
        print_list(&e->out, &list);
    }
    payees_list_release(&list);
    return st;
}

static const struct command ITEMS[] = {
    {
        .name = "report payees",
        .run = run_payees,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "who is paid for others, and until when",
        .brief_zh = "代领、监护等收款人及到期情况",
        .text =
            "One row for each account of another (代领人, 监护人, 户主, 继承人, 机构) "
            "that counts today: names masked, the document, its last day, and for "
            "how many people the payee is paid. An authorisation that has ended "
            "holds payment until another account is registered by import routes; "
            "one that ends within 31 days is announced here and by status; one "
            "without a last day goes on.",
        .example = "  almoner -C baoqing report payees",
    },
};
const struct command_list commands_payees = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
