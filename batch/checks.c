/* checks.c - see checks.h: levels, the walk over a batch's lines (by two threads, half
 * of them each, when nobody wants the rows), what a signature says of it. What each
 * check looks at is in checks_people.c, checks_usual.c, checks_shared.c and
 * checks_bank.c. */
#include "batch/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/relay.h"
#include "base/text.h"
#include "batch/checks_private.h"
#include "ledger/cbor.h"
#include "ledger/line.h"
#include "ledger/setting.h"
#include "ledger/twin.h"

#ifndef CHECKS_HALVES      /* tests make it small */
#define CHECKS_HALVES 2000 /* lines: fewer are not worth a second thread */
#endif

static const char *const NAMES[CHECK_KINDS] = {
    "agent-of-many",     "amount-unusual",  "bank-file",       "dead",
    "duplicate-account", "duplicate-payee", "facts-since-run", "invalid-account",
    "invalid-id",        "notice-missing",  "objection",       "pay-hold",
    "route-changed",     "shared-account",  "stopped",         "two-batches",
};

const char *checks_name(enum check c)
{
    must((unsigned)c < CHECK_KINDS);
    return NAMES[c];
}

enum check checks_find(struct str name)
{
    int c = 0;
    while (c < CHECK_KINDS && !str_is(name, NAMES[c])) {
        c++;
    }
    return (enum check)c;
}

/* ---- levels ---- */

static enum status read_levels(struct checking *c, struct diag *d)
{
    char value[SETTING_VALUE_MAX + 1];
    uint32_t settings = ledger_head(c->l)->settings;
    uint32_t number;
    uint64_t months;
    for (int i = 0; i < CHECK_KINDS; i++) {
        char name[SETTING_NAME_MAX + 1];
        struct check_result *r = &c->report->results[i];
        snprintf(name, sizeof name, "check.%s", NAMES[i]);
        TRY(setting_now(ledger_txn(c->l), settings, name, value, &number, d));
        r->level = strcmp(value, "block") == 0  ? CHECK_BLOCK
                   : strcmp(value, "warn") == 0 ? CHECK_WARN
                                                : CHECK_OFF;
    }
    TRY(setting_now(ledger_txn(c->l), settings, "check.months", value, &number, d));
    c->months_max = text_u64(str_of(value), 1, SPAN_MONTHS_MAX, &months)
                        ? (int64_t)months
                        : SPAN_MONTHS_MAX;
    return ST_OK;
}

bool checks_on(const struct checking *c, enum check what)
{
    return c->report->results[what].level != CHECK_OFF;
}

enum status checks_found(struct checking *c, enum check what,
                         const struct line_entry *x, uint64_t other, int64_t other_fen,
                         struct diag *d)
{
    struct check_result *r = &c->report->results[what];
    struct check_row row = {what,   x->line, x->person, x->programme,
                            x->fen, other,   other_fen, c->why};
    if (r->level == CHECK_OFF) {
        return ST_OK;
    }
    if (r->rows < CHECK_FIRST) {
        r->first[r->rows].line = x->line;
        r->first[r->rows].person = x->person;
    }
    r->rows++;
    r->fen += x->fen; /* a batch's total fits, so a part of it does */
    return c->sink.each != NULL ? c->sink.each(c->sink.ctx, &row, d) : ST_OK;
}

/* ---- the walk ---- */

/* Where the programme must be public first: its months beyond the last public one. */
static enum status check_public(struct checking *c, const struct line_entry *x,
                                struct diag *d)
{
    const struct span *last = &x->spans[x->span_count - 1];
    int32_t through;
    TRY(batch_public_through(&c->made_public, c->l, str_of(x->programme), &through, d));
    return last->from + last->months - 1 > through
               ? checks_found(c, CHECK_NOTICE_MISSING, x, 0, 0, d)
               : ST_OK;
}

static enum status check_objection(struct checking *c, const struct line_entry *x,
                                   struct diag *d)
{
    uint32_t objection;
    TRY(objection_held(ledger_txn(c->l), ledger_head(c->l)->objected, x->person,
                       str_of(x->programme), &objection, d));
    return objection != 0 ? checks_found(c, CHECK_OBJECTION, x, 0, 0, d) : ST_OK;
}

static bool left(enum line_state s)
{
    return s == LINE_DROPPED || s == LINE_RECALLED;
}

static enum status walk(struct checking *c, struct cursor *at, struct diag *d)
{
    struct str key;
    struct str row;
    struct line_entry x;
    uint8_t first[8];
    line_key(c->batch.number, (uint32_t)c->first, first);
    TRY(store_cursor_seek(at, str_make(first, sizeof first), &key, &row, d));
    for (uint64_t n = c->first; n <= c->last; n++) {
        const uint8_t *k = (const uint8_t *)key.p;
        if (key.p == NULL || get_u32(k) != c->batch.number ||
            !line_read(row, c->batch.number, get_u32(k + 4), &x)) {
            return diag_fail(d, ST_INTEGRITY, "line-row",
                             "a line is not what was written");
        }
        if (!left(x.state)) {
            if (x.person != c->person) {
                TRY(checks_person(c, x.person, d));
            }
            TRY(checks_line(c, &x, d));
            TRY(check_public(c, &x, d));
            TRY(check_objection(c, &x, d));
        }
        if (n % 4096 == 0) {
            progress_tick(c->progress, "checks", n - c->first, c->last - c->first + 1);
        }
        TRY(store_cursor_next(at, &key, &row, d));
    }
    return ST_OK;
}

/* On either thread. */
static void look(void *ctx, void *piece)
{
    struct checking *c = piece;
    struct cursor *at = NULL;
    (void)ctx;
    c->status = store_cursor_open(ledger_txn(c->l), TABLE_LINES, &at, &c->diag);
    if (c->status == ST_OK) {
        c->status = walk(c, at, &c->diag);
    }
    store_cursor_close(at);
}

static enum status outcome(const struct checking *c, struct diag *d)
{
    if (c->status != ST_OK) {
        *d = c->diag;
    }
    return c->status;
}

/* ---- one walk ---- */

static enum status open_parts(struct checking *c, struct diag *d)
{
    struct txn *t = ledger_txn(c->l);
    uint32_t runs = ledger_head(c->l)->runs;
    c->period = -1;
    if (runs > 0) {
        struct run_entry run;
        TRY(run_get(t, runs, &run, d));
        c->facts_size = run.facts_size;
        c->period = run.period;
    }
    c->account = calloc(1, sizeof *c->account);
    if (c->account == NULL) {
        return diag_memory(d);
    }
    TRY(read_levels(c, d));
    TRY(past_open(&c->paid, t, c->batch.number, past_is_sent, d));
    TRY(past_open(&c->waiting, t, c->batch.number, past_is_waiting, d));
    TRY(digest_new(&c->g, d));
    TRY(payees_open(&c->payees, c->l, UINT64_MAX, d));
    return entitle_open(&c->rules, c->l, UINT32_MAX, d);
}

/* before: the walk over the lines before it; NULL in the first. */
static enum status make(struct checking **out, struct ledger *l, uint32_t batch,
                        const struct checking *before, struct checks_report *report,
                        struct diag *d)
{
    struct checking *c = *out = calloc(1, sizeof *c);
    if (c == NULL) {
        return diag_memory(d);
    }
    memset(report, 0, sizeof *report);
    report->batch = batch;
    c->l = l;
    c->report = report;
    TRY(batch_get(ledger_txn(l), batch, &c->batch, d));
    c->first = 1;
    c->last = c->batch.lines;
    TRY(open_parts(c, d));
    return checks_bank_open(c, before, d);
}

static void drop(struct checking *c)
{
    if (c != NULL) {
        checks_shared_release(c);
        past_release(&c->paid);
        past_release(&c->waiting);
        checks_bank_release(c);
        payees_close(c->payees);
        entitle_close(c->rules);
        digest_free(c->g);
        free(c->account);
        free(c);
    }
}

/* ---- two walks at once ---- */

/* The first line behind the middle that is another person's than the one before it;
 * beyond the last when there is none. */
static enum status find_border(const struct checking *c, uint64_t *out, struct diag *d)
{
    struct line_entry x;
    uint32_t border;
    TRY(line_get(ledger_txn(c->l), c->batch.number, (uint32_t)(c->last / 2), &x, d));
    TRY(line_first(ledger_txn(c->l), &c->batch, x.person + 1, &border, d));
    *out = border;
    return ST_OK;
}

static enum status join(struct checking *c, struct checking *behind, struct diag *d)
{
    for (int i = 0; i < CHECK_KINDS; i++) {
        struct check_result *r = &c->report->results[i];
        const struct check_result *more = &behind->report->results[i];
        for (uint64_t k = 0; k < more->rows && r->rows + k < CHECK_FIRST; k++) {
            r->first[r->rows + k] = more->first[k];
        }
        r->rows += more->rows;
        r->fen += more->fen;
    }
    return checks_shared_join(c, behind, d);
}

/* The lines from the border on are looked at by the twin's thread. */
static enum status look_at_halves(struct checking *c, struct checking *behind,
                                  struct diag *d)
{
    struct relay *relay;
    TRY(find_border(c, &behind->first, d));
    c->last = behind->first - 1;
    TRY(relay_new(&relay, look, NULL, d));
    relay_start(relay, behind);
    look(NULL, c);
    must(relay_finish(relay) == behind);
    relay_free(relay);
    TRY(outcome(c, d));
    TRY(outcome(behind, d));
    return join(c, behind, d);
}

static enum status look_at_all(struct checking *c, struct diag *d)
{
    struct ledger *twin = NULL;
    struct checking *behind = NULL;
    struct checks_report report;
    enum status st = ST_OK;
    if (c->sink.each == NULL && c->batch.lines >= CHECKS_HALVES) {
        st = ledger_twin_new(c->l, &twin, d);
    }
    if (twin == NULL) {
        TRY(st);
        look(NULL, c);
        return outcome(c, d);
    }
    st = make(&behind, twin, c->batch.number, c, &report, d);
    if (st == ST_OK) {
        st = look_at_halves(c, behind, d);
    }
    drop(behind);
    ledger_twin_free(twin);
    return st;
}

/* ---- the whole ---- */

static void count(struct checks_report *r)
{
    for (int i = 0; i < CHECK_KINDS; i++) {
        bool found = r->results[i].rows > 0;
        r->blocking += found && r->results[i].level == CHECK_BLOCK ? 1 : 0;
        r->warning += found && r->results[i].level == CHECK_WARN ? 1 : 0;
    }
}

enum status checks_run(struct ledger *l, uint32_t batch, struct check_sink sink,
                       const struct progress *progress, struct checks_report *out,
                       struct diag *d)
{
    struct checking *c = NULL;
    enum status st = make(&c, l, batch, NULL, out, d);
    if (st == ST_OK) {
        c->sink = sink;
        c->progress = progress;
        st = look_at_all(c, d);
    }
    if (st == ST_OK) {
        st = checks_shared(c, d);
    }
    if (st == ST_OK) {
        st = checks_bank_whole(c, d);
    }
    count(out);
    drop(c);
    return st;
}

/* ---- what a signature says ---- */

bool checks_warned(const struct checks_report *r)
{
    return r->warning > 0;
}

void checks_write(const struct checks_report *r, struct writer *w)
{
    cbor_put_array(w, r->warning);
    for (int i = 0; i < CHECK_KINDS; i++) {
        if (r->results[i].level == CHECK_WARN && r->results[i].rows > 0) {
            cbor_put_array(w, 2);
            cbor_put_text(w, str_of(NAMES[i]));
            cbor_put_uint(w, r->results[i].rows);
        }
    }
}
