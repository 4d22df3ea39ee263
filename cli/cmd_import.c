/* cmd_import.c - files of people, facts, routes and monthly lists: a maker imports, a
 * checker confirms. */
#include <stdio.h>
#include <string.h>

#include "base/attribute.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "batch/import.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/one_row.h"
#include "cli/reasons.h"
#include "cli/refused.h"
#include "cli/rejects.h"
#include "cli/sheet.h"
#include "cli/words.h"
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
    {IMPORT_VOIDS, "voids", "作废"},
    {IMPORT_MERGES, "merges", "合并"},
    {IMPORT_UNITS, "units", "管理单位"},
    {IMPORT_HISTORY, "history", "历史发放"},
    {IMPORT_ORDERS, "orders", "人工补记"},
    {IMPORT_INSTITUTIONS, "institutions", "机构"},
};

const char *import_kind_name(enum import_what what)
{
    for (size_t i = 0; i < COMMAND_COUNT(KINDS); i++) {
        if (KINDS[i].what == what) {
            return KINDS[i].name;
        }
    }
    return "?";
}

const char *import_kind_text(const struct output *o, enum import_what what)
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
    if (r->mapped) {
        text_hex(r->mapping_sha256, DIGEST_LEN, hex);
        json_put_text(top, "mapping_sha256", hex);
    }
    if (r->sheet[0] != '\0') {
        json_put_text(top, "sheet", r->sheet);
        json_put_uint(top, "other_sheets", r->others);
    }
    json_put_uint(top, "rows", r->rows);
    json_put_uint(top, "accepted", r->accepted);
    json_put_uint(top, "new_people", r->new_people);
    json_put_uint(top, "new_institutions", r->new_institutions);
    json_put_bool(top, "already_imported", r->already);
    json_put_uint(top, "begun", r->begun);
    json_put_uint(top, "ended", r->ended);
    json_put_uint(top, "overruled_people", r->overruled_people);
    json_put_int(top, "overruled_fen", r->overruled_fen);
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
    char hint[sizeof r->rejected->hint];
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
        sheet_cell(&t, "%s", reasons_field(o, x));
        sheet_cell(&t, "%s", x->value);
        sheet_cell(&t, "%s", reasons_text(o, x));
        reasons_hint(o, x, hint, sizeof hint);
        sheet_cell(&t, "%s", hint);
    }
    (void)sheet_end(&t, o, ST_OK);
    if (r->fault_count > shown) {
        output_data(o, TEXT(o, "and %llu more\n", "另有 %llu 处\n"),
                    (unsigned long long)(r->fault_count - shown));
    }
}

static void print_report(const struct output *o, const struct import_report *r)
{
    char count[WORDS_COUNT_CAP];
    const char *rows = words_count(o, r->rows, WORDS_ROWS, count);
    if (r->already) {
        output_done(o,
                    TEXT(o,
                         "this file was taken before, as import %u: nothing changed\n",
                         "该文件已作为导入 %u 登记，未作任何改动\n"),
                    r->number);
    } else if (r->number == 0) {
        output_done(o,
                    TEXT(o, "all good: %s; nothing was written\n",
                         "全部合格：%s；未写入任何内容\n"),
                    rows);
    } else if (r->confirmed && r->new_institutions > 0) {
        output_done(o,
                    TEXT(o, "import %u is confirmed: %s, new institutions: %llu\n",
                         "导入 %u 已确认：%s，新增机构 %llu 家\n"),
                    r->number, rows, (unsigned long long)r->new_institutions);
    } else if (r->confirmed && r->new_people == 0) {
        output_done(o, TEXT(o, "import %u is confirmed: %s\n", "导入 %u 已确认：%s\n"),
                    r->number, rows);
    } else if (r->confirmed) {
        output_done(o,
                    TEXT(o, "import %u is confirmed: %s, new people: %llu\n",
                         "导入 %u 已确认：%s，新增 %llu 人\n"),
                    r->number, rows, (unsigned long long)r->new_people);
    } else {
        output_done(o, TEXT(o, "import %u: %s, all good\n", "导入 %u：%s，全部合格\n"),
                    r->number, rows);
    }
    if (!r->already && r->begun + r->ended > 0) {
        output_done(o,
                    TEXT(o, "people new on the list: %llu, no longer on it: %llu\n",
                         "新进名单 %llu 人，退出名单 %llu 人\n"),
                    (unsigned long long)r->begun, (unsigned long long)r->ended);
    }
    if (r->number != 0 && !r->confirmed) {
        output_done(o, "%s almoner import show %u\n",
                    TEXT(o, "what it would change:", "变更情况："), r->number);
        output_done(o, "%s almoner import confirm %u\n",
                    TEXT(o, "it counts when a checker confirms:", "复核确认后生效："),
                    r->number);
    }
}

void import_tell_overruled(const struct output *o, const struct import_report *r)
{
    char fen[MONEY_TEXT_CAP];
    char people[WORDS_COUNT_CAP];
    if (r->overruled_people > 0) {
        money_print_grouped(r->overruled_fen, fen);
        output_warn(o,
                    TEXT(o,
                         "of %s, %s was granted in the months this settles: the next "
                         "run takes back what the file does not have",
                         "本次结清的月份中，已有 %s被测算应发 %s：清单中没有的，"
                         "下次测算予以核减"),
                    words_count(o, r->overruled_people, WORDS_PEOPLE, people), fen);
    }
}

/* Workbooks have more sheets than the one that is read: nobody is to believe that the
 * people of the others were taken in. */
static void tell_of_sheets(const struct output *o, const struct import_report *r)
{
    if (r->others > 0) {
        output_warn(o,
                    TEXT(o, "only the sheet \"%s\" was read, %u others were not",
                         "只读取了工作表“%s”，另有 %u 个工作表未读取"),
                    r->sheet, r->others);
    }
}

/* Takes the report apart also after a refusal: the rows are what helps. */
enum status import_report_print(struct env *e, enum status st, struct import_report *r)
{
    meter_end(&e->meter);
    bool rows_refused = st != ST_OK && r->rejected_count > 0;
    tell_of_sheets(&e->out, r);
    if (e->out.json && (st == ST_OK || rows_refused)) {
        put_report(e, r);
    }
    if (rows_refused) {
        print_rejected(&e->out, r);
    } else if (st == ST_OK) {
        print_report(&e->out, r);
        import_tell_overruled(&e->out, r);
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
    const char *month;
    if (q->what == IMPORT_HISTORY) {
        TRY(options_need(&e->options, "settled-through", &month, d));
        q->overrule = options_flag(&e->options, "overrule");
        return options_month(&e->options, "settled-through", &q->month, d);
    }
    if (q->what != IMPORT_SNAPSHOT) {
        return ST_OK;
    }
    TRY(options_need(&e->options, "attribute", &q->attribute, d));
    TRY(options_need(&e->options, "value", &q->value, d));
    TRY(options_need(&e->options, "month", &month, d));
    const char *name = attribute_named(str_of(q->attribute));
    q->attribute = name != NULL ? name : q->attribute;
    q->unit = options_text(&e->options, "unit");
    return options_month(&e->options, "month", &q->month, d);
}

/* The refused rows into their file; tells where they are. A failure of that replaces
 * the refusal: who asked for the file must not look for it in vain. */
static enum status end_rejects(struct env *e, struct rejects *rejects, enum status st,
                               struct import_report *r, struct diag *d)
{
    bool written;
    struct diag failure = {.status = ST_OK};
    bool whole = st == ST_INPUT && r->rejected_count > 0 &&
                 strcmp(d->code, "rows-rejected") == 0;
    if (rejects_end(rejects, whole, &written, &failure) != ST_OK) {
        *d = failure;
        return d->status;
    }
    if (written && e->out.json) {
        json_put_text(output_object(&e->out, "almoner.import/1"), "rejects",
                      rejects->path);
    } else if (written) {
        output_done(&e->out,
                    TEXT(&e->out, "refused rows: %llu, written to %s\n",
                         "%llu 行退回数据已写入 %s\n"),
                    (unsigned long long)rejects->rows, rejects->path);
    }
    return st;
}

static enum status propose(struct env *e, struct import_request *q, bool dry_run,
                           struct diag *d)
{
    struct import_report r = {.number = 0};
    struct rejects rejects;
    const char *path = options_text(&e->options, "rejects");
    if (path != NULL) {
        TRY(rejects_start(&rejects, &e->out, path, q->file.name, d));
        q->rejects = &rejects.calls;
    }
    enum status st = import_propose(e->ledger, q, dry_run, &e->progress, &r, d);
    uint32_t number = r.already ? 0 : r.number;
    if (path == NULL) {
        st = import_report_print(e, st, &r);
        return st == ST_OK && number != 0 ? import_show_summary(e, number, d) : st;
    }
    meter_end(&e->meter);
    enum status end = end_rejects(e, &rejects, st, &r, d);
    (void)import_report_print(e, st, &r);
    return end;
}

static enum status load_mapping(struct env *e, struct import_request *q,
                                struct buf *text, struct diag *d)
{
    q->mapping_name = options_text(&e->options, "mapping");
    if (q->mapping_name == NULL) {
        return ST_OK;
    }
    TRY(file_load(q->mapping_name, IMPORT_MAPPING_BYTES_MAX, text, d));
    q->mapping = buf_str(text);
    return ST_OK;
}

static enum status run_propose(struct env *e, struct diag *d)
{
    struct import_request q = {.what = IMPORT_PEOPLE};
    struct file_input f = {.fd = -1};
    struct buf mapping = {0};
    enum status st;
    bool dry_run = options_flag(&e->options, "dry-run");
    TRY(take_request(e, &q, d));
    TRY_OUT(load_mapping(e, &q, &mapping, d));
    TRY_OUT(file_input_open(&f, env_operand(e, 0), d));
    q.file = file_input_source(&f);
    TRY_OUT(dry_run ? env_read_people(e, d) : env_write(e, ROLE_MAKER, d));
    st = propose(e, &q, dry_run, d);
out:
    file_input_close(&f);
    buf_release(&mapping);
    return st;
}

static enum status about(struct env *e, uint32_t number, struct question *q,
                         struct diag *d)
{
    const struct output *o = &e->out;
    struct import_entry entry;
    char rows[WORDS_COUNT_CAP];
    TRY(import_get(ledger_txn(e->ledger), number, &entry, d));
    memcpy(q->content, entry.sha256, DIGEST_LEN);
    snprintf(q->text, sizeof q->text,
             TEXT(o, "Take in import %u (%s, %s)?", "确认导入 %u（%s，%s）？"), number,
             import_kind_text(o, entry.what),
             words_count(o, entry.rows, WORDS_ROWS, rows));
    return ST_OK;
}

static enum status run_confirm(struct env *e, struct diag *d)
{
    struct import_report r = {.number = 0};
    uint32_t number;
    TRY(env_operand_u32(e, 0, "import", &number, d));
    if (options_flag(&e->options, "dry-run")) {
        return import_show(e, number, false, d);
    }
    TRY(env_look(e, d));
    enum status shown = import_show_summary(e, number, d);
    meter_end(&e->meter);
    env_look_end(e);
    TRY(shown);
    TRY(env_ask_write(e, ROLE_CHECKER, about, number, d));
    enum status st = import_confirm(e->ledger, number, &e->progress, &r, d);
    return import_report_print(e, st, &r);
}

/* ---- list ---- */

static const char *import_state_name(const struct import_entry *x)
{
    if (x->state == ENTRY_ACTIVE) {
        return "confirmed";
    }
    return x->confirmed_at != 0 ? "open" : refused_state_name(x->state);
}

static const char *import_state_text(const struct output *o,
                                     const struct import_entry *x)
{
    if (x->state == ENTRY_ACTIVE) {
        return TEXT(o, "confirmed", "已确认");
    }
    return x->confirmed_at != 0 ? TEXT(o, "open", "未完成")
                                : refused_state_text(o, x->state);
}

static void put_entry(struct json *item, const struct import_entry *x,
                      const char *maker, const char *checker)
{
    char hex[2 * DIGEST_LEN + 1];
    char month[DATE_TEXT_CAP];
    text_hex(x->sha256, DIGEST_LEN, hex);
    json_put_uint(item, "number", x->number);
    json_put_text(item, "kind", import_kind_name(x->what));
    json_put_text(item, "state", import_state_name(x));
    json_put_uint(item, "rows", x->rows);
    json_put_text(item, "sha256", hex);
    if (x->mapped) {
        text_hex(x->mapping_sha256, DIGEST_LEN, hex);
        json_put_text(item, "mapping_sha256", hex);
    }
    json_put_text(item, "made_by", maker);
    json_put_text(item, "confirmed_by", checker);
    if (x->what == IMPORT_HISTORY) {
        month_print(x->month, month);
        json_put_text(item, "settled_through", month);
    }
    if (x->what == IMPORT_SNAPSHOT) {
        month_print(x->month, month);
        json_put_text(item, "attribute", x->attribute);
        json_put_text(item, "value", x->value);
        json_put_text(item, "unit", x->unit);
        json_put_text(item, "month", month);
    }
}

static enum status add_row(struct env *e, struct sheet *t, const struct import_entry *x,
                           const char *maker, const char *checker, struct diag *d)
{
    const struct output *o = &e->out;
    char month[DATE_TEXT_CAP] = "";
    if (x->what == IMPORT_SNAPSHOT || x->what == IMPORT_HISTORY) {
        month_print(x->month, month);
    }
    sheet_cell(t, "%u", x->number);
    sheet_cell(t, "%s", import_kind_text(o, x->what));
    TRY(refused_cell(e, t, REGISTER_IMPORT, x->number, import_state_text(o, x), d));
    sheet_cell(t, "%llu", (unsigned long long)x->rows);
    sheet_cell(t, "%s", maker);
    sheet_cell(t, "%s", checker);
    sheet_cell(t, "%s %s %s", x->attribute, x->value, month);
    return ST_OK;
}

static enum status fill(struct env *e, struct sheet *t, struct json *list,
                        struct diag *d)
{
    struct import_entry x;
    struct operator_entry maker;
    struct operator_entry checker = {.name = ""};
    for (uint32_t n = 1; n <= ledger_head(e->ledger)->imports; n++) {
        TRY(import_get(ledger_txn(e->ledger), n, &x, d));
        TRY(operator_get(ledger_txn(e->ledger), x.made_by, &maker, d));
        if (x.confirmed_by != 0) {
            TRY(operator_get(ledger_txn(e->ledger), x.confirmed_by, &checker, d));
        }
        const char *by = x.confirmed_by != 0 ? checker.name : "";
        if (list != NULL) {
            struct json *item = json_add_object(list);
            put_entry(item, &x, maker.name, by);
            TRY(refused_put(e, item, REGISTER_IMPORT, n, d));
        }
        TRY(add_row(e, t, &x, maker.name, by, d));
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
    sheet_column(&t, TEXT(o, "confirmed by", "复核"), false);
    sheet_column(&t, TEXT(o, "list", "名单"), false);
    return sheet_end(&t, o, fill(e, &t, list, d));
}

#define READING_OPTIONS                                                                \
    {"mapping", 0, OPTION_TEXT, "FILE", "how a list made by others is to be read"},    \
    {                                                                                  \
        "rejects", 0, OPTION_TEXT, "FILE", "write refused rows with the reason here"   \
    }

static const struct option_spec PROPOSE[] = {
    READING_OPTIONS,
    {"dry-run", 0, OPTION_FLAG, NULL, "check every row, write nothing"},
};
static const struct option_spec HISTORY[] = {
    {"settled-through", 0, OPTION_TEXT, "YYYY-MM",
     "the last month that is not computed any more"},
    {"overrule", 0, OPTION_FLAG, NULL,
     "settle also months in which something was granted here"},
    READING_OPTIONS,
    {"dry-run", 0, OPTION_FLAG, NULL, "check every row, write nothing"},
};
static const struct option_spec CONFIRM[] = {
    {"dry-run", 0, OPTION_FLAG, NULL, "show what would change and sign nothing"},
};
static const struct option_spec SNAPSHOT[] = {
    {"attribute", 0, OPTION_TEXT, "A",
     "what the list says of whoever is on it: welfare"},
    {"value", 0, OPTION_TEXT, "V", "its value: dibao-rural"},
    {"month", 0, OPTION_TEXT, "YYYY-MM", "the month of the list"},
    {"unit", 0, OPTION_TEXT, "U", "the unit the list is of (else of all)"},
    READING_OPTIONS,
    {"dry-run", 0, OPTION_FLAG, NULL, "check every row, write nothing"},
};

/* clang-format off: the backslashes would stand beyond the margin */
#define PROPOSE_TEXT                                                                   \
    "Checks every row and changes nothing yet: a checker's import confirm does. Bad "  \
    "rows are shown with line, column and reason, and refuse the whole file (exit "    \
    "3); with --rejects they are written to a CSV file, to be mended there. FILE is "  \
    "CSV (UTF-8 or GB18030) or .xlsx (its first sheet). Chinese headers are "          \
    "understood, others by --mapping (see mappings/).\n"
/* clang-format on */

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
        "contact.",
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
        "scale, tier, amount, document, source. Attributes by their English or Chinese "
        "names: death 死亡, claim 申请, certified 认证, decision 审批 (approve 同意, refuse "
        "不同意, stop 停发, review 复审), suspended 暂停, pay-hold 缓发, welfare 低保, "
        "registration 户籍, dependency 失能等级 ...; a word that is not known is "
        "refused with all of them.",
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
        "Columns: id_number (or an institution's credit code), account, account_name, "
        "bank_code, effective; and programme, payee_id_number, payee_name, relation, "
        "authorisation, until. Another's account (relation 代领人, 监护人, 户主, 继承人, "
        "机构) needs payee_name and authorisation; when it ends, payment is held until "
        "another route is registered. See also report payees.",
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
        .name = "import institutions",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "import organisations that are paid (maker)",
        .brief_zh = "导入机构（经办）",
        .text = PROPOSE_TEXT
        "Columns: credit_code, name, division, account; and account_name, bank_code. "
        "Whoever lives in one (fact residence, its credit code) is paid through it "
        "where the policy says so. Another account: import routes, with the credit "
        "code as id_number.",
        .example = "  almoner -C baoqing import institutions homes.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import history",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(HISTORY),
        .brief = "take over what was paid before this ledger (maker)",
        .brief_zh = "导入历史发放（经办）",
        .text = PROPOSE_TEXT
        "Each row is a month of a programme that was paid to a person. Up to the "
        "settled month the grant of the programmes in the file is what the history "
        "says, and nothing for who is not in it; later rows count as paid and are "
        "computed anew, so that what was wrong is paid or becomes receivable. "
        "Columns: id_number, programme, period, amount; and paid_on, document. Rows of "
        "one person, programme and month are added up when their documents differ.",
        .example = "  almoner -C baoqing import history paid-2021-2026.csv \\\n"
                   "      --settled-through 2026-08 --as wangfang --key wangfang.pem",
    },
    {
        .name = "import voids",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "take wrong entries back (maker)",
        .brief_zh = "导入作废清单（经办）",
        .text = PROPOSE_TEXT
        "From then on they are as if they had never been. Columns: id_number and "
        "entry (its number by person show), or attribute, value, effective as they "
        "were recorded (of an account: attribute account); and programme, source, "
        "void_reason, document.",
        .example = "  almoner -C baoqing import voids wrong-deaths.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import orders",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "order months to be paid, by documents (maker)",
        .brief_zh = "导入人工补记（经办）",
        .text = PROPOSE_TEXT
        "As correct post, many at once. Columns: id_number, programme, from, to "
        "(months), amount (of each month), effect (counts or beside), document.",
        .example = "  almoner -C baoqing import orders court-2026.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import merges",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "people who were entered twice (maker)",
        .brief_zh = "导入合并清单（经办）",
        .text = PROPOSE_TEXT
        "As person merge, many at once. Columns: id_number (the duplicate), into (who "
        "is kept), document.",
        .example = "  almoner -C baoqing import merges twice.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import units",
        .run = run_propose,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "FILE",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(PROPOSE),
        .brief = "import villages, townships and their successors (maker)",
        .brief_zh = "导入管理单位（经办）",
        .text = PROPOSE_TEXT
        "A unit that is known is replaced. Once there are units, a monthly list of a "
        "unit must name one of them. Columns: code, name; and parent, from, until, "
        "successor (which stands for the unit after its last day).",
        .example = "  almoner -C baoqing import units villages.csv \\\n"
                   "      --as wangfang --key wangfang.pem",
    },
    {
        .name = "import confirm",
        .run = run_confirm,
        .needs = COMMAND_LEDGER | COMMAND_SIGNS,
        .operands = "N",
        .operand_min = 1,
        .operand_max = 1,
        .options = COMMAND_OPTIONS(CONFIRM),
        .brief = "confirm an import: now it counts (checker)",
        .brief_zh = "确认导入，开始生效（复核）",
        .text =
            "Another operator than the one who imported. One that was interrupted is "
            "finished by the same command.",
        .example = "  almoner -C baoqing import confirm 1 --as lina --key lina.pem",
    },
    REFUSE_COMMAND("import", refuse_run, "N", "an import", "待确认的导入", "2"),
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
