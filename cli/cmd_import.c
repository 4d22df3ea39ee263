/* cmd_import.c - files of people, facts, routes and monthly lists: a maker imports, a
 * checker confirms. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "batch/import.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/sheet.h"
#include "ledger/register.h"

#define SHOWN_MAX 20 /* rejected rows on the screen; --json has all that were kept */

static const struct {
    enum import_what what;
    const char *name;
    const char *zh;
} KINDS[] = {
    {IMPORT_PEOPLE, "people", "名册"},
    {IMPORT_FACTS, "facts", "登记信息"},
    {IMPORT_ROUTES, "routes", "收款账户"},
    {IMPORT_SNAPSHOT, "snapshot", "月度名单"},
};

static const char *kind_text(const struct output *o, enum import_what what)
{
    for (size_t i = 0; i < COMMAND_COUNT(KINDS); i++) {
        if (KINDS[i].what == what) {
            return TEXT(o, KINDS[i].name, KINDS[i].zh);
        }
    }
    return "?";
}

/* ---- reports ---- */

static const char *state_of(const struct import_report *r)
{
    if (r->rejected_count > 0) {
        return "refused";
    }
    return r->number == 0 ? "checked" : r->confirmed ? "confirmed" : "pending";
}

static void put_report(struct env *e, const struct import_report *r)
{
    struct json *top = output_object(&e->out, "almoner.import/1");
    char hex[2 * DIGEST_LEN + 1];
    text_hex(r->sha256, DIGEST_LEN, hex);
    json_put_uint(top, "number", r->number);
    json_put_text(top, "state", state_of(r));
    json_put_text(top, "sha256", hex);
    json_put_uint(top, "rows", r->rows);
    json_put_uint(top, "accepted", r->accepted);
    json_put_uint(top, "new_people", r->new_people);
    json_put_bool(top, "already_imported", r->already);
    json_put_uint(top, "begun", r->begun);
    json_put_uint(top, "ended", r->ended);
    json_put_uint(top, "rejected_count", r->rejected_count);
    struct json *list = json_put_list(top, "rejected");
    for (size_t i = 0; i < r->rejected_kept; i++) {
        const struct rejected_row *x = &r->rejected[i];
        struct json *row = json_add_object(list);
        json_put_uint(row, "line", x->line);
        json_put_uint(row, "column", x->column);
        json_put_text(row, "field", x->field);
        json_put_text(row, "value", x->value);
        json_put_text(row, "code", x->code);
        json_put_text(row, "reason", x->reason);
        json_put_text(row, "hint", x->hint);
    }
}

static void print_rejected(const struct output *o, const struct import_report *r)
{
    struct sheet t;
    size_t shown = r->rejected_kept < SHOWN_MAX ? r->rejected_kept : SHOWN_MAX;
    if (o->json || r->rejected_count == 0) {
        return;
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "line", "行"), true);
    sheet_column(&t, TEXT(o, "column", "列"), true);
    sheet_column(&t, TEXT(o, "field", "字段"), false);
    sheet_column(&t, TEXT(o, "value", "内容"), false);
    sheet_column(&t, TEXT(o, "reason", "原因"), false);
    sheet_column(&t, TEXT(o, "hint", "更正办法"), false);
    for (size_t i = 0; i < shown; i++) {
        const struct rejected_row *x = &r->rejected[i];
        sheet_cell(&t, "%llu", (unsigned long long)x->line);
        sheet_cell(&t, "%u", x->column);
        sheet_cell(&t, "%s", x->field);
        sheet_cell(&t, "%s", x->value);
        sheet_cell(&t, "%s", x->reason);
        sheet_cell(&t, "%s", x->hint);
    }
    (void)sheet_end(&t, o, ST_OK);
    if (r->fault_count > shown) {
        output_data(o, TEXT(o, "and %llu more\n", "另有 %llu 处\n"),
                    (unsigned long long)(r->fault_count - shown));
    }
}

static void print_report(const struct output *o, const struct import_report *r)
{
    unsigned long long rows = (unsigned long long)r->rows;
    unsigned long long people = (unsigned long long)r->new_people;
    if (r->already) {
        output_done(o,
                    TEXT(o,
                         "this file was taken before, as import %u: nothing changed\n",
                         "该文件已作为导入 %u 登记，未作任何改动\n"),
                    r->number);
    } else if (r->number == 0) {
        output_done(o,
                    TEXT(o, "%llu rows are good; nothing was written\n",
                         "%llu 行全部合格；未写入任何内容\n"),
                    rows);
    } else if (r->confirmed) {
        output_done(o,
                    TEXT(o, "import %u is confirmed: %llu rows, %llu new people\n",
                         "导入 %u 已确认：%llu 行，新增 %llu 人\n"),
                    r->number, rows, people);
    } else {
        output_done(
            o,
            TEXT(o, "import %u: %llu rows, all good\n", "导入 %u：%llu 行，全部合格\n"),
            r->number, rows);
    }
    if (!r->already && r->begun + r->ended > 0) {
        output_done(o,
                    TEXT(o,
                         "%llu people come onto the list, %llu are no longer on it\n",
                         "新进名单 %llu 人，退出名单 %llu 人\n"),
                    (unsigned long long)r->begun, (unsigned long long)r->ended);
    }
    if (r->number != 0 && !r->confirmed) {
        output_done(o, "%s almoner import confirm %u\n",
                    TEXT(o, "it counts when a checker confirms:", "复核确认后生效："),
                    r->number);
    }
}

/* Takes the report apart also after a refusal: the rows are what helps. */
static enum status report(struct env *e, enum status st, struct import_report *r)
{
    meter_end(&e->meter);
    bool rows_refused = st != ST_OK && r->rejected_count > 0;
    if (e->out.json && (st == ST_OK || rows_refused)) {
        put_report(e, r);
    }
    if (rows_refused) {
        print_rejected(&e->out, r);
    } else if (st == ST_OK) {
        print_report(&e->out, r);
    }
    import_report_release(r);
    return st;
}

/* ---- acts ---- */

static enum status take_request(struct env *e, struct import_request *q, struct diag *d)
{
    const char *word = strchr(e->command->name, ' ') + 1;
    for (size_t i = 0; i < COMMAND_COUNT(KINDS); i++) {
        if (strcmp(KINDS[i].name, word) == 0) {
            q->what = KINDS[i].what;
        }
    }
    if (q->what != IMPORT_SNAPSHOT) {
        return ST_OK;
    }
    const char *month;
    TRY(options_need(&e->options, "attribute", &q->attribute, d));
    TRY(options_need(&e->options, "value", &q->value, d));
    TRY(options_need(&e->options, "month", &month, d));
    q->unit = options_text(&e->options, "unit");
    return options_month(&e->options, "month", &q->month, d);
}

static enum status run_propose(struct env *e, struct diag *d)
{
    struct import_request q = {.what = IMPORT_PEOPLE};
    struct import_report r = {.number = 0};
    struct file_input f;
    bool dry_run = options_flag(&e->options, "dry-run");
    TRY(take_request(e, &q, d));
    TRY(file_input_open(&f, env_operand(e, 0), d));
    q.file = file_input_source(&f);
    enum status st = dry_run ? env_read_people(e, d) : env_write(e, ROLE_MAKER, d);
    if (st == ST_OK) {
        st = import_propose(e->ledger, &q, dry_run, &e->progress, &r, d);
        st = report(e, st, &r);
    }
    file_input_close(&f);
    return st;
}

static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    const struct output *o = &e->out;
    struct import_entry entry;
    TRY(import_get(ledger_txn(e->ledger), number, &entry, d));
    memcpy(q->content, entry.sha256, DIGEST_LEN);
    snprintf(
        q->text, sizeof q->text,
        TEXT(o, "Take in import %u (%s, %llu rows)?", "确认导入 %u（%s，%llu 行）？"),
        number, kind_text(o, entry.what), (unsigned long long)entry.rows);
    return ST_OK;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    struct import_report r = {.number = 0};
    uint32_t number;
    TRY(env_operand_u32(e, 0, "import", &number, d));
    TRY(env_ask_write(e, ROLE_CHECKER, about, number, d));
    enum status st = import_confirm(e->ledger, number, &e->progress, &r, d);
    return report(e, st, &r);
}

/* ---- list ---- */

static const char *entry_state_name(const struct import_entry *x)
{
    if (x->state == ENTRY_ACTIVE) {
        return "confirmed";
    }
    return x->confirmed_at != 0 ? "open" : "pending";
}

static const char *entry_state_text(const struct output *o,
                                    const struct import_entry *x)
{
    if (x->state == ENTRY_ACTIVE) {
        return TEXT(o, "confirmed", "已确认");
    }
    return x->confirmed_at != 0 ? TEXT(o, "open", "未完成")
                                : TEXT(o, "pending", "待确认");
}

static void put_entry(struct json *item, const struct import_entry *x,
                      const char *maker)
{
    char hex[2 * DIGEST_LEN + 1];
    char month[DATE_TEXT_CAP];
    text_hex(x->sha256, DIGEST_LEN, hex);
    json_put_uint(item, "number", x->number);
    json_put_text(item, "kind", KINDS[x->what - 1].name);
    json_put_text(item, "state", entry_state_name(x));
    json_put_uint(item, "rows", x->rows);
    json_put_text(item, "sha256", hex);
    json_put_text(item, "made_by", maker);
    if (x->what == IMPORT_SNAPSHOT) {
        month_print(x->month, month);
        json_put_text(item, "attribute", x->attribute);
        json_put_text(item, "value", x->value);
        json_put_text(item, "unit", x->unit);
        json_put_text(item, "month", month);
    }
}

static void add_row(struct sheet *t, const struct output *o,
                    const struct import_entry *x, const char *maker)
{
    char month[DATE_TEXT_CAP] = "";
    if (x->what == IMPORT_SNAPSHOT) {
        month_print(x->month, month);
    }
    sheet_cell(t, "%u", x->number);
    sheet_cell(t, "%s", kind_text(o, x->what));
    sheet_cell(t, "%s", entry_state_text(o, x));
    sheet_cell(t, "%llu", (unsigned long long)x->rows);
    sheet_cell(t, "%s", maker);
    sheet_cell(t, "%s %s %s", x->attribute, x->value, month);
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    struct import_entry x;
    struct operator_entry maker;
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->imports; n++) {
        TRY(import_get(ledger_txn(e->ledger), n, &x, d));
        TRY(operator_get(ledger_txn(e->ledger), x.made_by, &maker, d));
        if (list != NULL) {
            put_entry(json_add_object(list), &x, maker.name);
        }
        add_row(t, &e->out, &x, maker.name);
    }
    return ST_OK;
}

static enum status run_list(struct env *e, struct diag *d)
{
    const struct output *o = &e->out;
    struct json *list = NULL;
    struct sheet t;
    TRY(env_read(e, d));
    if (o->json) {
        list = json_put_list(output_object(&e->out, "almoner.imports/1"), "imports");
    }
    sheet_init(&t);
    sheet_column(&t, TEXT(o, "no.", "编号"), true);
    sheet_column(&t, TEXT(o, "kind", "种类"), false);
    sheet_column(&t, TEXT(o, "state", "状态"), false);
    sheet_column(&t, TEXT(o, "rows", "行数"), true);
    sheet_column(&t, TEXT(o, "made by", "经办"), false);
    sheet_column(&t, TEXT(o, "list", "名单"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

static const struct option_spec PROPOSE[] = {
    {"dry-run", 0, OPTION_FLAG, NULL, "check every row, write nothing"},
};
static const struct option_spec SNAPSHOT[] = {
    {"attribute", 0, OPTION_TEXT, "A",
     "what the list says of whoever is on it: welfare"},
    {"value", 0, OPTION_TEXT, "V", "its value: dibao-rural"},
    {"month", 0, OPTION_TEXT, "YYYY-MM", "the month of the list"},
    {"unit", 0, OPTION_TEXT, "U", "the unit the list is of (else of all)"},
    {"dry-run", 0, OPTION_FLAG, NULL, "check every row, write nothing"},
};

#define PROPOSE_TEXT                                                                   \
    "Checks every row and changes nothing yet: a checker's import confirm does. Bad "  \
    "rows are shown with line, column and reason, and refuse the whole file (exit 3).\n"

static const struct command ITEMS[] = {
    {
        .name = "import people",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "import a roster (maker)",
        .brief_zh = "导入名册（经办）",
        .text = PROPOSE_TEXT
        "Columns: id_number, name, registration, registration_since; and unit, "
        "claim_date, account, account_name, bank_code, address, phone, household, "
        "contact. CSV in UTF-8 or GB18030; Chinese headers are understood.",
        .example = "  almoner -C baoqing import people roster.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import facts",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "import events: deaths, claims, decisions ... (maker)",
        .brief_zh = "导入登记信息（经办）",
        .text = PROPOSE_TEXT
        "Columns: id_number, attribute, value, effective; and programme, until, "
        "scale, tier, amount, document, source.",
        .example = "  almoner -C baoqing import facts deaths-2026-10.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import routes",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "import accounts to pay to (maker)",
        .brief_zh = "导入收款账户（经办）",
        .text = PROPOSE_TEXT
        "Columns: id_number, account, account_name, bank_code, effective; and "
        "programme, payee_id_number, payee_name, relation, authorisation, until.",
        .example = "  almoner -C baoqing import routes corrected.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import snapshot",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(SNAPSHOT),
        .brief = "import a monthly list (maker)",
        .brief_zh = "导入月度名单（经办）",
        .text = PROPOSE_TEXT
        "Whoever is on the list has the value from the first of the month; "
        "whoever had it from an earlier list and is missing loses it with the "
        "month before. Columns: id_number, name.",
        .example = "  almoner -C baoqing import snapshot dibao-2026-09.csv \\\n"
                   "      --attribute welfare --value dibao-rural --month 2026-09 \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .brief = "confirm an import: now it counts (checker)",
        .brief_zh = "确认导入，开始生效（复核）",
        .text =
            "Another operator than the one who imported. One that was interrupted is "
            "finished by the same command.",
        .example = "  almoner -C baoqing import confirm 1 --as lina --key lina.pem",
    },
    {
        .name = "import list",
        .run = run_list,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "what was imported",
        .brief_zh = "列出导入",
        .text = "All imports and whether they count.",
        .example = "  almoner -C baoqing import list",
    },
};
const struct command_list commands_import = {"Every month", "每月工作", ITEMS,
                                             COMMAND_COUNT(ITEMS)};
