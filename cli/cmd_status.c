/* cmd_status.c - where the ledger stands and, in words, what to do next. */
#include <stdarg.h>
#include <stdio.h>

#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/status_private.h"

/* ---- the page ---- */

/* Balances are debit less credit; dues and what came back are owed: credit. */
static enum status read_balances(struct status_page *s, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str value;
    TRY(store_cursor_open(ledger_txn(s->l), TABLE_BALANCES, &c, d));
    enum status st = store_cursor_next(c, &key, &value, d);
    while (st == ST_OK && key.p != NULL) {
        int kind = key.n > 0 ? (uint8_t)key.p[key.n - 1] : ACCOUNT_KINDS;
        int64_t *sum = kind == ACCOUNT_DUE          ? &s->due_fen
                       : kind == ACCOUNT_RETURNED   ? &s->back_fen
                       : kind == ACCOUNT_RECEIVABLE ? &s->receivable_fen
                                                    : NULL;
        if (value.n == 8 && sum != NULL) {
            int64_t fen = (int64_t)get_u64((const uint8_t *)value.p);
            if (!money_sub(*sum, fen, sum)) {
                st =
                    diag_fail(d, ST_INTEGRITY, "balances", "a balance is out of range");
                break;
            }
        }
        st = store_cursor_next(c, &key, &value, d);
    }
    store_cursor_close(c);
    return st;
}

static enum status put_json(struct status_page *s, struct diag *d)
{
    const struct ledger_info *i = ledger_info(s->l);
    const struct head *h = ledger_head(s->l);
    struct json *top = output_object(&s->e->out, "almoner.status/1");
    char time[TIME_TEXT_CAP];
    json_put_text(top, "name", i->name);
    json_put_text(top, "division", i->division);
    json_put_text(top, "origin", i->origin);
    json_put_bool(top, "sandbox", i->sandbox);
    json_put_uint(top, "suite", (uint64_t)i->suite);
    json_put_uint(top, "size", h->tree.size);
    json_put_text(top, "root", s->root);
    json_put_text(top, "vkey", i->vkey);
    if (s->checkpoint > 0) {
        time_print(s->checkpoint_us, time);
        json_put_uint(top, "last_checkpoint", s->checkpoint);
        json_put_text(top, "last_checkpoint_time", time);
    } else {
        json_put_null(top, "last_checkpoint");
    }
    if (s->cosigned.number != 0) {
        json_put_uint(top, "last_cosigned", s->cosigned.size);
        json_put_int(top, "last_cosigned_days", status_cosigned_days(s));
    } else {
        json_put_null(top, "last_cosigned");
    }
    if (h->open.kind != 0) {
        struct json *open = json_put_object(top, "open_act");
        json_put_text(open, "kind", record_kind_name((enum record_kind)h->open.kind));
        json_put_uint(open, "number", h->open.number);
    } else {
        json_put_null(top, "open_act");
    }
    json_put_uint(top, "people", h->people - h->institutions - h->erased);
    json_put_uint(top, "institutions", h->institutions);
    json_put_uint(top, "erased", h->erased);
    json_put_int(top, "due_fen", s->due_fen);
    json_put_int(top, "returned_fen", s->back_fen);
    TRY(status_batches(s, json_put_list(top, "batches"), d));
    json_put_uint(top, "open_batches", s->open_batches);
    s->steps = json_put_list(top, "next");
    return ST_OK;
}

static void print_head(struct status_page *s)
{
    const struct output *o = &s->e->out;
    const struct ledger_info *i = ledger_info(s->l);
    const struct head *h = ledger_head(s->l);
    char time[TIME_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    output_data(o, "%s%s%s%s\n", output_paint(o, PAINT_STRONG), i->name,
                i->sandbox ? TEXT(o, "  (sandbox)", "  （演练账套）") : "",
                output_paint(o, PAINT_NONE));
    output_data(o, "%s %s\n", TEXT(o, "origin     ", "账套      "), i->origin);
    if (i->suite != SUITE_1) {
        output_data(o, "%s %d, %s\n", TEXT(o, "suite      ", "密码套件  "), i->suite,
                    key_suite_text(i->suite));
    }
    output_data(o, "%s %llu\n", TEXT(o, "records    ", "记录      "),
                (unsigned long long)h->tree.size);
    output_data(o, "%s %s\n", TEXT(o, "root       ", "根哈希    "), s->root);
    if (s->checkpoint > 0) {
        time_print(s->checkpoint_us, time);
        output_data(
            o,
            TEXT(o, "checkpoint  %llu records, %s\n", "校验点     %llu 条记录，%s\n"),
            (unsigned long long)s->checkpoint, time);
    }
    if (s->cosigned.number != 0) {
        output_data(o,
                    TEXT(o, "cosigned    %llu records, %lld days ago\n",
                         "联署       %llu 条记录，%lld 天前\n"),
                    (unsigned long long)s->cosigned.size,
                    (long long)status_cosigned_days(s));
    }
    money_print_grouped(s->due_fen, fen);
    output_data(o, "%s %llu\n", TEXT(o, "people     ", "补贴对象  "),
                (unsigned long long)(h->people - h->institutions - h->erased));
    if (h->institutions > 0) {
        output_data(o, "%s %llu\n", TEXT(o, "homes      ", "机构      "),
                    (unsigned long long)h->institutions);
    }
    output_data(o, "%s %s\n", TEXT(o, "due        ", "待发      "), fen);
    if (s->back_fen != 0) {
        money_print_grouped(s->back_fen, fen);
        output_data(o, "%s %s\n", TEXT(o, "came back  ", "退回      "), fen);
    }
}

/* One thing to do: why, and the command that does it. */
void status_step(struct status_page *s, const char *command, const char *fmt, ...)
{
    char why[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (s->e->out.json) {
        struct json *item = json_add_object(s->steps);
        json_put_text(item, "why", why);
        json_put_text(item, "command", command);
    } else {
        if (s->step_count == 0) {
            output_data(&s->e->out, "\n%s\n", TEXT(&s->e->out, "Next", "下一步"));
        }
        output_data(&s->e->out, "  - %s\n      %s\n", why, command);
    }
    s->step_count++;
}

static enum status steps(struct status_page *s, struct diag *d)
{
    if (ledger_head(s->l)->open.kind != 0) {
        return status_open_act(s, d);
    }
    TRY(status_waits(s, d));
    TRY(status_runs(s, d));
    TRY(status_notices(s, d));
    TRY(status_batches(s, NULL, d));
    TRY(status_dues(s, d));
    return status_anchors(s, d);
}

static enum status run_status(struct env *e, struct diag *d)
{
    struct status_page s = {.e = e};
    uint8_t root[DIGEST_LEN];
    bool given;
    TRY(env_read(e, d));
    s.l = e->ledger;
    ledger_root(s.l, root);
    text_base64(root, DIGEST_LEN, s.root);
    TRY(ledger_last_checkpoint(s.l, &s.checkpoint, &s.checkpoint_us, d));
    TRY(env_now(e, &s.now_us, &given, d));
    TRY(cosigned_newest(ledger_txn(s.l), ledger_head(s.l)->cosigned, 0,
                        str_of(ledger_info(s.l)->origin), &s.cosigned, d));
    TRY(read_balances(&s, d));
    if (e->out.json) {
        TRY(put_json(&s, d));
    } else {
        print_head(&s);
    }
    return steps(&s, d);
}

static const struct command ITEMS[] = {
    {
        .name = "status",
        .run = run_status,
        .needs = COMMAND_LEDGER,
        .operands = "",
        .brief = "where the ledger stands and what to do next",
        .brief_zh = "账套现状和下一步操作",
        .text =
            "Says how many records there are, under which root, and everything that "
            "waits for somebody, with the command that brings it on.",
        .example = "  almoner -C baoqing status",
    },
};
const struct command_list commands_status = {NULL, NULL, ITEMS, COMMAND_COUNT(ITEMS)};
