/* refused.c - see refused.h. */
#include "cli/refused.h"

#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "batch/admin.h"
#include "ledger/refusal.h"

const char refuse_text[] =
    "For what waits for its second signature: it never counts then and cannot be "
    "confirmed any more; what is right is proposed anew, under the next number. "
    "Whoever may confirm it refuses it; who proposed it takes it back. The reason "
    "stands in the records for ever and in clear: name nobody in it.";

const struct option_spec refuse_options[1] = {
    {"reason", 0, OPTION_TEXT, "TEXT", "why; recorded, up to 300 bytes"},
};

/* ---- how an entry stands ---- */

const char *refused_state_name(enum entry_state s)
{
    return s == ENTRY_ACTIVE ? "active" : s == ENTRY_PENDING ? "pending" : "refused";
}

const char *refused_state_text(const struct output *o, enum entry_state s)
{
    const char *zh = s == ENTRY_ACTIVE    ? "启用"
                     : s == ENTRY_PENDING ? "待确认"
                                          : "不予确认";
    return TEXT(o, refused_state_name(s), zh);
}

/* What is told of a refusal; name "" when there was none. */
struct told {
    struct refusal_entry entry;
    char name[KEY_NAME_MAX + 1];
    char time[TIME_TEXT_CAP];
    char day[DATE_TEXT_CAP];
};

static enum status look(struct env *e, enum register_kind of, uint64_t number,
                        struct told *out, struct diag *d)
{
    struct operator_entry who;
    out->name[0] = '\0';
    TRY(refusal_get(ledger_txn(e->ledger), of, number, &out->entry, d));
    if (out->entry.by == 0) {
        return ST_OK;
    }
    TRY(operator_get(ledger_txn(e->ledger), out->entry.by, &who, d));
    memcpy(out->name, who.name, sizeof out->name);
    time_print(out->entry.time_us, out->time);
    date_print(day_of_time(out->entry.time_us, ledger_info(e->ledger)->offset_minutes),
               out->day);
    return ST_OK;
}

enum status refused_put(struct env *e, struct json *o, enum register_kind of,
                        uint64_t number, struct diag *d)
{
    struct told x;
    TRY(look(e, of, number, &x, d));
    if (x.name[0] != '\0') {
        json_put_text(o, "refused_by", x.name);
        json_put_text(o, "refused_at", x.time);
        json_put_text(o, "refused_reason", x.entry.terms.reason);
    }
    return ST_OK;
}

enum status refused_cell(struct env *e, struct sheet *t, enum register_kind of,
                         uint64_t number, const char *state, struct diag *d)
{
    struct told x;
    TRY(look(e, of, number, &x, d));
    if (x.name[0] == '\0') {
        sheet_cell(t, "%s", state);
    } else {
        sheet_cell(t, TEXT(&e->out, "refused by %s, %s: %s", "不予确认（%s，%s）：%s"),
                   x.name, x.day, x.entry.terms.reason);
    }
    return ST_OK;
}

enum status refused_number(struct env *e, struct sheet *t, enum register_kind of,
                           uint32_t number, struct diag *d)
{
    struct told x;
    TRY(look(e, of, number, &x, d));
    if (x.name[0] == '\0') {
        sheet_cell(t, TEXT(&e->out, "%u, pending", "%u（待确认）"), number);
    } else {
        sheet_cell(
            t, TEXT(&e->out, "%u, refused by %s, %s: %s", "%u，不予确认（%s，%s）：%s"),
            number, x.name, x.day, x.entry.terms.reason);
    }
    return ST_OK;
}

enum status refused_line(struct env *e, enum register_kind of, uint64_t number,
                         struct diag *d)
{
    struct told x;
    TRY(look(e, of, number, &x, d));
    if (x.name[0] != '\0') {
        output_data(
            &e->out,
            TEXT(&e->out, "refused by %s on %s: %s\n", "由 %s 于 %s 不予确认：%s\n"),
            x.name, x.day, x.entry.terms.reason);
    }
    return ST_OK;
}

/* ---- refusing ---- */

static const struct {
    enum register_kind of;
    const char *command; /* NULL: the number is not its operand */
    const char *zh;
} WORDS[] = {
    {REGISTER_OPERATOR, "operator refuse", "操作员"},
    {REGISTER_CHANNEL, "channel refuse", "代发银行"},
    {REGISTER_POLICY, "policy refuse", "政策文件"},
    {REGISTER_IMPORT, "import refuse", "导入"},
    {REGISTER_RECOVERY, "correct refuse", "追缴"},
    {REGISTER_WITNESS, "witness refuse", "见证人"},
    {REGISTER_KEEPING, "retention refuse", "保管期限"},
    {REGISTER_ERASURE, NULL, "销毁个人信息，补贴对象"},
    {REGISTER_EPOCH, "ledger-key refuse", "账套密钥"},
    {REGISTER_SETTING, "config refuse", "参数"},
    {REGISTER_FUND, "budget refuse", "指标"},
    {REGISTER_CLOSE, NULL, "结账"},
};

static const char *zh_of(enum register_kind of)
{
    size_t i = 0;
    while (WORDS[i].of != of) {
        i++;
        must(i < COMMAND_COUNT(WORDS));
    }
    return WORDS[i].zh;
}

enum status refuse_begin(struct env *e, enum register_kind of, struct diag *d)
{
    const struct refusable *what = refusable_find(of);
    const char *reason;
    must(what != NULL);
    TRY(options_need(&e->options, "reason", &reason, d));
    return env_write(e, what->proposers | what->confirmers, d);
}

enum status refuse_entry(struct env *e, enum register_kind of, uint64_t number,
                         struct diag *d)
{
    const struct output *o = &e->out;
    const char *reason = options_text(&e->options, "reason");
    TRY(admin_refuse(e->ledger, of, number, str_of(reason), d));
    const char *name = refusable_find(of)->name;
    if (o->json) {
        struct json *top = output_object(&e->out, "almoner.refused/1");
        json_put_text(top, "what", name);
        json_put_uint(top, "number", number);
        return refused_put(e, top, of, number, d);
    }
    output_done(o,
                TEXT(o, "%s %llu is refused: it cannot be confirmed any more\n",
                     "%s %llu 不予确认，此后不能再确认\n"),
                TEXT(o, name, zh_of(of)), (unsigned long long)number);
    return ST_OK;
}

enum status refuse_run(struct env *e, struct diag *d)
{
    uint32_t number;
    size_t i = 0;
    while (WORDS[i].command == NULL ||
           strcmp(WORDS[i].command, e->command->name) != 0) {
        i++;
        must(i < COMMAND_COUNT(WORDS));
    }
    TRY(env_operand_u32(e, 0, refusable_find(WORDS[i].of)->name, &number, d));
    TRY(refuse_begin(e, WORDS[i].of, d));
    return refuse_entry(e, WORDS[i].of, number, d);
}
