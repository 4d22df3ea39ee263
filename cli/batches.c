/* batches.c - see batches.h. */
#include "cli/batches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/words.h"
#include "ledger/batch_choice.h"
#include "ledger/batch_step.h"
#include "ledger/body.h"
#include "ledger/export.h"

#define CHOSEN_SHOWN_MAX 6

static const char *const ROLES[BATCH_ROLES] = {"maker", "checker", "releaser",
                                               "second-releaser"};

/* "(checker)", in the reader's language. */
static const char *role_text(const struct output *o, const char *role)
{
    static const char *const zh[BATCH_ROLES] = {"（经办）", "（复核）", "（审批）",
                                                "（二次审批）"};
    for (int i = 0; o->zh && i < BATCH_ROLES; i++) {
        if (strncmp(role + 1, ROLES[i], strlen(ROLES[i])) == 0) {
            return zh[i];
        }
    }
    return role;
}

void batches_next(const struct output *o, const struct batch_entry *b, char *out,
                  size_t cap)
{
    const char *hint = batch_next_hint(b->state);
    const char *role = strchr(hint, '(');
    size_t n = role != NULL ? (size_t)(role - hint) : strlen(hint);
    while (n > 0 && hint[n - 1] == ' ') {
        n--;
    }
    const char *more = b->state == BATCH_RELEASED   ? " --out FILE"
                       : b->state == BATCH_EXPORTED ? " FILE"
                                                    : "";
    if (role == NULL || b->state >= BATCH_CANCELLED) { /* its dues are in no batch */
        out[0] = '\0';
        return;
    }
    snprintf(out, cap, "almoner %.*s %u%s %s", (int)n, hint, b->number, more,
             role_text(o, role));
}

/* "approve", of "batch approve". */
static const char *verb_of(const struct env *e)
{
    const char *word = strchr(e->command->name, ' ') + 1;
    for (int step = STEP_SUBMIT; step <= STEP_REFUND; step++) {
        if (strcmp(batch_step_name((enum batch_step)step), word) == 0) {
            return TEXT(&e->out, word, batch_step_zh((enum batch_step)step));
        }
    }
    return word;
}

enum status batches_about(struct env *e, uint32_t number, struct question *q,
                          struct diag *d)
{
    const struct output *o = &e->out;
    struct batch_entry b;
    char total[MONEY_TEXT_CAP];
    char lines[WORDS_COUNT_CAP];
    char answered[120] = "";
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    memcpy(q->content, b.content, DIGEST_LEN);
    money_print_grouped(batch_total(&b), total);
    if (b.state >= BATCH_EXPORTED) {
        snprintf(answered, sizeof answered,
                 TEXT(o, ", %llu paid, %llu came back, %llu reissued",
                      "，已发 %llu 笔，退回 %llu 笔，已重发 %llu 笔"),
                 (unsigned long long)b.paid_lines, (unsigned long long)b.back_lines,
                 (unsigned long long)b.reissued_lines);
    }
    snprintf(q->text, sizeof q->text,
             TEXT(o, "%s batch %u (%s): %s, %s yuan%s?",
                  "%s：批次 %u（%s），%s，合计 %s 元%s，确认？"),
             verb_of(e), number,
             TEXT(o, batch_state_name(b.state), batch_state_zh(b.state)),
             words_count(o, batch_count(&b), WORDS_LINES, lines), total, answered);
    return ST_OK;
}

bool batches_being_made(const struct ledger *l, uint32_t number)
{
    const struct open_act *open = &ledger_head(l)->open;
    return open->kind == KIND_BATCH_START && open->number == number;
}

void batches_finish(const struct output *o, const struct batch_entry *b,
                    const struct channel_entry *channel, char out[BATCHES_NEXT_CAP])
{
    char day[DATE_TEXT_CAP];
    date_print(b->pay_day, day);
    snprintf(out, BATCHES_NEXT_CAP, "almoner batch new --channel %s --pay-date %s %s",
             channel->name, day,
             TEXT(o, "(and the same --programme, --unit, --payee-bank, if any)",
                  "（原有 --programme、--unit、--payee-bank 选项照旧）"));
}

static void put_hex(struct json *o, const char *key, const uint8_t digest[DIGEST_LEN])
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(digest, DIGEST_LEN, hex);
    json_put_text(o, key, hex);
}

static enum status put_signatures(struct env *e, struct json *o,
                                  const struct batch_entry *b, struct diag *d)
{
    struct json *list = json_put_list(o, "signatures");
    for (int i = 0; i < BATCH_ROLES; i++) {
        struct operator_entry who;
        char time[TIME_TEXT_CAP];
        if (b->signers[i].operator_number == 0) {
            continue;
        }
        TRY(operator_get(ledger_txn(e->ledger), b->signers[i].operator_number, &who,
                         d));
        time_print(b->signers[i].time_us, time);
        struct json *item = json_add_object(list);
        json_put_text(item, "role", ROLES[i]);
        json_put_text(item, "operator", who.name);
        json_put_text(item, "time", time);
    }
    return ST_OK;
}

static enum status put_export(struct env *e, struct json *o,
                              const struct batch_entry *b, struct diag *d)
{
    struct export_entry x;
    if (b->export_sequence == 0) {
        json_put_null(o, "export_sha256");
        return ST_OK;
    }
    TRY(export_get(ledger_txn(e->ledger), b->export_sequence, &x, d));
    put_hex(o, "export_sha256", x.sha256);
    json_put_text(o, "export_format", x.format);
    return ST_OK;
}

/* ---- what was chosen ---- */

static void put_list(struct json *o, const char *key, const struct str *list,
                     size_t count)
{
    struct json *items = json_put_list(o, key);
    for (size_t i = 0; i < count; i++) {
        json_add_str(items, list[i]);
    }
}

static enum status put_chosen(struct env *e, struct json *o,
                              const struct batch_entry *b, struct diag *d)
{
    struct signed_body start;
    struct batch_choice c;
    TRY(batch_choice_get(ledger_txn(e->ledger), b, &start, &c, d));
    put_list(o, "only_programmes", c.programmes, c.programme_count);
    put_list(o, "only_units", c.units, c.unit_count);
    json_put_str(o, "only_payee_bank", c.bank);
    return ST_OK;
}

static void print_list(const struct output *o, const char *name, const struct str *list,
                       size_t count)
{
    for (size_t i = 0; i < count && i < CHOSEN_SHOWN_MAX; i++) {
        output_data(o, "%s%.*s", i == 0 ? name : ", ", STR_ARG(list[i]));
    }
    if (count > CHOSEN_SHOWN_MAX) {
        output_data(o, TEXT(o, " and %zu more", " 等 %zu 个"),
                    o->zh ? count : count - CHOSEN_SHOWN_MAX);
    }
    output_data(o, "%s", count > 0 ? "\n" : "");
}

enum status batches_chosen(struct env *e, const struct batch_entry *b, struct diag *d)
{
    const struct output *o = &e->out;
    struct signed_body start;
    struct batch_choice c;
    TRY(batch_choice_get(ledger_txn(e->ledger), b, &start, &c, d));
    print_list(o, TEXT(o, "  programmes: ", "  补贴项目："), c.programmes,
               c.programme_count);
    print_list(o, TEXT(o, "  units: ", "  管理单位："), c.units, c.unit_count);
    print_list(o, TEXT(o, "  accounts at bank: ", "  收款银行："), &c.bank,
               c.bank.n > 0 ? 1 : 0);
    return ST_OK;
}

/* Why it went backwards last. */
static enum status step_reason(struct env *e, const struct batch_entry *b,
                               char out[STEP_REASON_MAX + 1], enum batch_step *step,
                               struct diag *d)
{
    struct record r;
    struct signed_body s;
    struct withdraw_body w;
    struct batch_step_body x;
    TRY(record_get(ledger_txn(e->ledger), b->step_sequence - 1, &r, NULL, d));
    TRY(signed_body_read(&r, &s, d));
    if (r.kind == KIND_BATCH_STEP && batch_step_read(s.plain, &x)) {
        memcpy(out, x.reason, sizeof x.reason);
        *step = x.step;
        return ST_OK;
    }
    if (!withdraw_read(s.plain, &w)) {
        return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no step",
                         (unsigned long long)r.sequence);
    }
    memcpy(out, w.reason, sizeof w.reason);
    *step = withdraw_step(w.what);
    return ST_OK;
}

static enum status put_step(struct env *e, struct json *o, const struct batch_entry *b,
                            struct diag *d)
{
    char reason[STEP_REASON_MAX + 1];
    enum batch_step step;
    if (b->step_sequence == 0) {
        return ST_OK;
    }
    TRY(step_reason(e, b, reason, &step, d));
    struct json *item = json_put_object(o, "last_step");
    json_put_text(item, "step", batch_step_name(step));
    json_put_text(item, "reason", reason);
    json_put_uint(item, "record", b->step_sequence - 1);
    return ST_OK;
}

enum status batches_why(struct env *e, const struct batch_entry *b, struct diag *d)
{
    const struct output *o = &e->out;
    char reason[STEP_REASON_MAX + 1];
    enum batch_step step;
    if (b->step_sequence == 0) {
        return ST_OK;
    }
    TRY(step_reason(e, b, reason, &step, d));
    output_data(o, TEXT(o, "  %s: %s (record %llu)\n", "  %s：%s（记录 %llu）\n"),
                TEXT(o, batch_step_name(step), batch_step_zh(step)), reason,
                (unsigned long long)(b->step_sequence - 1));
    return ST_OK;
}

enum status batches_put(struct env *e, struct json *o, const struct batch_entry *b,
                        struct diag *d)
{
    struct channel_entry channel;
    char day[DATE_TEXT_CAP];
    TRY(channel_get(ledger_txn(e->ledger), b->channel, &channel, d));
    date_print(b->pay_day, day);
    json_put_uint(o, "number", b->number);
    json_put_text(o, "state",
                  batches_being_made(e->ledger, b->number)
                      ? "being-made"
                      : batch_state_name(b->state));
    json_put_text(o, "channel", channel.name);
    json_put_text(o, "pay_date", day);
    json_put_uint(o, "lines", batch_count(b));
    json_put_int(o, "total_fen", batch_total(b));
    json_put_uint(o, "paid_lines", b->paid_lines);
    json_put_int(o, "paid_fen", b->paid_fen);
    json_put_uint(o, "returned_lines", b->back_lines);
    json_put_int(o, "returned_fen", b->back_fen);
    json_put_uint(o, "reissued_lines", b->reissued_lines);
    json_put_int(o, "reissued_fen", b->reissued_fen);
    json_put_uint(o, "refunded_lines", b->refunded_lines);
    json_put_int(o, "refunded_fen", b->refunded_fen);
    json_put_uint(o, "dropped_lines", b->out_lines);
    json_put_int(o, "dropped_fen", b->out_fen);
    TRY(put_chosen(e, o, b, d));
    TRY(put_step(e, o, b, d));
    put_hex(o, "content_sha256", b->content);
    TRY(put_export(e, o, b, d));
    return put_signatures(e, o, b, d);
}

enum status batches_lines(const struct env *e, uint32_t **lines, size_t *count,
                          struct diag *d)
{
    struct str texts[OPTIONS_MAX];
    *count = options_list(&e->options, "line", texts, OPTIONS_MAX);
    *lines = NULL;
    if (*count == 0) {
        return ST_OK;
    }
    *lines = calloc(*count, sizeof **lines);
    if (*lines == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < *count; i++) {
        uint64_t number;
        if (!text_u64(texts[i], 1, UINT32_MAX, &number)) {
            diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not a line", texts[i].p);
            return diag_where(d, "--line");
        }
        for (size_t k = 0; k < i; k++) {
            if ((*lines)[k] == (uint32_t)number) {
                diag_fail(d, ST_USAGE, "doubled-option", "line %u is named twice",
                          (*lines)[k]);
                diag_where(d, "--line");
                return diag_hint(d, "name each line once");
            }
        }
        (*lines)[i] = (uint32_t)number;
    }
    return ST_OK;
}

enum status batches_report(struct env *e, uint32_t number, struct diag *d)
{
    const struct output *o = &e->out;
    struct batch_entry b;
    char total[MONEY_TEXT_CAP];
    char lines[WORDS_COUNT_CAP];
    char next[160];
    TRY(batch_get(ledger_txn(e->ledger), number, &b, d));
    if (o->json) {
        return batches_put(e, output_object(&e->out, "almoner.batch/1"), &b, d);
    }
    money_print_grouped(batch_total(&b), total);
    output_done(o, TEXT(o, "batch %u is %s: %s, %s yuan\n", "批次 %u %s：%s，%s 元\n"),
                number, TEXT(o, batch_state_name(b.state), batch_state_zh(b.state)),
                words_count(o, batch_count(&b), WORDS_LINES, lines), total);
    batches_next(o, &b, next, sizeof next);
    if (next[0] != '\0') {
        output_done(o, "%s %s\n", TEXT(o, "next:", "下一步："), next);
    }
    return ST_OK;
}
