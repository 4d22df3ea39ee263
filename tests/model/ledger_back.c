/* ledger_back.c - every event, in every state of a batch, by every role: what the
 * office agreed on (WAYS, written from the design and docs/formats/ledger.md, and
 * nothing of ledger/states.c) against what the library lets through. A batch that may
 * not go a way is refused and stays as it is; the books are looked at after each step
 * as always. */
#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "batch/batch.h"
#include "tests/model/ledger_county.h"

enum event {
    EVENT_SUBMIT,
    EVENT_APPROVE,
    EVENT_RELEASE,
    EVENT_EXPORT,
    EVENT_REJECT,
    EVENT_REFUSED,
    EVENT_REDATE,
    EVENT_DROP,
    EVENT_CANCEL,
    EVENT_RECALL,
    EVENT_REFUND,
    EVENT_REISSUE,
    EVENT_CLOSE,
    EVENTS
};

/* For each state the letters of the roles that may; "": nobody may. The states: draft
 * submitted approved released exported settled closing closed cancelled
 * recalled. */
static const struct {
    const char *name;
    const char *who[10];
    const char *to; /* the state's letter, "=": the same; see state_letter */
} WAYS[EVENTS] = {
    [EVENT_SUBMIT] = {"submit", {"m", "", "", "", "", "", "", "", "", ""}, "s"},
    [EVENT_APPROVE] = {"approve", {"", "c", "", "", "", "", "", "", "", ""}, "a"},
    [EVENT_RELEASE] = {"release", {"", "", "r", "", "", "", "", "", "", ""}, "r"},
    /* Once it was sent, anybody has a copy: the same bytes, and no record. */
    [EVENT_EXPORT] = {"export",
                      {"", "", "", "m", "mcr", "mcr", "mcr", "mcr", "", ""},
                      "e"},
    [EVENT_REJECT] = {"reject", {"", "c", "cr", "r", "", "", "", "", "", ""}, "d"},
    [EVENT_REFUSED] = {"refused", {"", "", "", "", "c", "", "", "", "", ""}, "d"},
    [EVENT_REDATE] = {"redate", {"", "r", "r", "r", "", "", "", "", "", ""}, "="},
    [EVENT_DROP] = {"drop", {"m", "m", "m", "m", "", "", "", "", "", ""}, "d"},
    [EVENT_CANCEL] = {"cancel", {"m", "mc", "mcr", "mcr", "", "", "", "", "", ""}, "x"},
    [EVENT_RECALL] = {"recall", {"", "", "", "", "r", "", "", "", "", ""}, "y"},
    [EVENT_REFUND] = {"refund", {"", "", "", "", "m", "m", "m", "m", "", ""}, "="},
    [EVENT_REISSUE] = {"reissue", {"", "", "", "", "m", "m", "m", "m", "", ""}, "="},
    [EVENT_CLOSE] = {"close", {"", "", "", "", "", "m", "c", "", "", ""}, "k"},
};

static const struct {
    char letter;
    enum fixture_who who;
} ROLES[] = {{'m', FIXTURE_MAKER}, {'c', FIXTURE_CHECKER}, {'r', FIXTURE_RELEASER}};

/* Why a way that is open is refused all the same: by lines, money or days. */
static const char *const LINES_SAY[] = {
    "line-state",     "nothing-to-do", "pay-date",    "checks",  "withdraw-lines",
    "batch-answered", "lines-open",    "no-payments", "pay-day", "nothing-back"};

/* d s a r e t(settled) g(closing) c(closed) x y */
static char state_letter(enum batch_state s)
{
    return "?dsaretgcxy"[s];
}

static bool as_agreed(enum event e, enum batch_state from, enum batch_state to)
{
    char was = state_letter(from);
    char is = state_letter(to);
    switch (WAYS[e].to[0]) {
    case '=':
        return is == was;
    case 'e':
        return is == (was == 'r' ? 'e' : was);
    case 'k':
        return is == (was == 't' ? 'g' : 'c');
    default:
        return is == WAYS[e].to[0];
    }
}

static enum status no_bytes(void *ctx, const void *p, size_t n, struct diag *d)
{
    (void)ctx;
    (void)p;
    (void)n;
    (void)d;
    return ST_OK;
}

static enum status no_file(void *ctx, struct diag *d)
{
    (void)ctx;
    (void)d;
    return ST_OK;
}

struct going {
    enum event event;
    struct batch_entry batch;
    uint32_t lines[2]; /* of a drop, a refund, a reissue; may be the same twice */
    size_t count;      /* 0: all */
    int32_t pay_day;
};

static enum status once(struct county *c, const struct going *g, struct kill *k)
{
    struct ledger *l = c->f.l;
    struct diag *d = &c->f.d;
    uint32_t n = g->batch.number;
    const uint32_t *lines = g->count == 0 ? NULL : g->lines;
    struct batch_withdraw_request q = {n, WITHDRAW_DROP, lines, g->count, "why"};
    struct batch_sink sink = {.write = no_bytes, .durable = no_file};
    struct batch_withdraw_report r;
    struct batch_reissue_report again;
    struct batch_export_report file;
    switch (g->event) {
    case EVENT_SUBMIT:
        return batch_sign(l, n, STEP_SUBMIT, d);
    case EVENT_APPROVE:
        return batch_sign(l, n, STEP_APPROVE, d);
    case EVENT_RELEASE:
        return batch_sign(l, n, STEP_RELEASE, d);
    case EVENT_EXPORT:
        return batch_export(l, n, NULL, sink, NULL, &file, d);
    case EVENT_REJECT:
        return batch_step(l, n, STEP_REJECT, "why", 0, NULL, d);
    case EVENT_REFUSED:
        return batch_step(l, n, STEP_REFUSED, "why", 0, NULL, d);
    case EVENT_REDATE:
        return batch_step(l, n, STEP_REDATE, "why", g->pay_day, NULL, d);
    case EVENT_DROP:
        return batch_withdraw(l, &q, &k->progress, &r, d);
    case EVENT_CANCEL:
    case EVENT_RECALL:
        q.what = g->event == EVENT_CANCEL ? WITHDRAW_CANCEL : WITHDRAW_RECALL;
        q.lines = NULL;
        q.count = 0;
        return batch_withdraw(l, &q, &k->progress, &r, d);
    case EVENT_REFUND:
        q.what = WITHDRAW_REFUND;
        return batch_withdraw(l, &q, &k->progress, &r, d);
    case EVENT_REISSUE:
        return batch_reissue(l, n, lines, g->count, &k->progress, &again, d);
    case EVENT_CLOSE:
        return batch_close(l, n, d);
    case EVENTS:
        break;
    }
    return ST_INTERNAL;
}

static bool fine(const char *code)
{
    for (size_t i = 0; i < sizeof LINES_SAY / sizeof LINES_SAY[0]; i++) {
        if (strcmp(LINES_SAY[i], code) == 0) {
            return true;
        }
    }
    return false;
}

/* What is borne by a year's appropriations stays in it. */
static bool another_year(const struct county *c, const struct going *g)
{
    const struct county_bearing *b = &c->funds.bearing[g->batch.number];
    return strcmp(c->f.d.code, "fund-year") == 0 && b->state != BORNE_NOT &&
           date_to_civil(g->pay_day).year != b->year;
}

/* What was let through, or was not, against what was agreed on. */
static bool judge(struct county *c, const struct going *g, size_t role, enum status st,
                  uint64_t size)
{
    struct batch_entry now;
    const char *who = WAYS[g->event].who[g->batch.state - 1];
    bool may = strchr(who, ROLES[role].letter) != NULL;
    if (batch_get(ledger_txn(c->f.l), g->batch.number, &now, &c->f.d) != ST_OK) {
        return county_refused(c, "a batch is not there");
    }
    if (st == ST_OK) {
        return (may && as_agreed(g->event, g->batch.state, now.state)) ||
               county_fail(c, "a batch goes a way nobody agreed to",
                           "%s by %c: from %s to %s", WAYS[g->event].name,
                           ROLES[role].letter, batch_state_name(g->batch.state),
                           batch_state_name(now.state));
    }
    if (ledger_head(c->f.l)->tree.size != size || now.state != g->batch.state) {
        return county_fail(c, "what is refused changes something", "%s",
                           WAYS[g->event].name);
    }
    bool known = fine(c->f.d.code) || county_not_borne(c, g->batch.number) ||
                 (g->event == EVENT_REDATE && another_year(c, g));
    if (st == ST_DENIED ? may : st != ST_CONFLICT || (may && !known)) {
        return county_refused(c, "a way that is open is refused");
    }
    bool wrong_role = *who != '\0' && !may;
    return !wrong_role || st == ST_DENIED || known ||
           county_refused(c, "another role is not told so");
}

bool county_back(struct county *c, struct chance *x)
{
    struct going g = {.event = (enum event)chance_below(x, EVENTS)};
    size_t role = (size_t)chance_below(x, 3);
    uint32_t batches = ledger_head(c->f.l)->batches;
    struct kill k;
    enum status st;
    if (batches == 0 ||
        batch_get(ledger_txn(c->f.l), (uint32_t)chance_between(x, 1, (int)batches),
                  &g.batch, &c->f.d) != ST_OK) {
        return batches == 0 || county_refused(c, "a batch is not there");
    }
    /* Half of the time somebody who may. */
    const char *who = WAYS[g.event].who[g.batch.state - 1];
    for (size_t i = 0; i < 3 && *who != '\0' && chance_percent(x, 50); i++) {
        role = ROLES[i].letter == *who ? i : role;
    }
    g.count = (size_t)chance_below(x, 3);
    g.count = g.event == EVENT_DROP && g.count == 0 ? 1 : g.count;
    for (size_t i = 0; i < 2; i++) {
        g.lines[i] = (uint32_t)chance_between(x, 1, (int)g.batch.lines);
    }
    g.count = g.count == 2 && g.lines[0] == g.lines[1] ? 1 : g.count;
    g.pay_day = county_today(c) + chance_below(x, 20);
    uint64_t size = ledger_head(c->f.l)->tree.size;
    county_kill(&k, x);
    do {
        fixture_as(&c->f, ROLES[role].who);
        st = once(c, &g, &k);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return false;
        }
    } while (st == ST_INTERRUPTED);
    county_tell(c, "%s of batch %" PRIu32 " (%s) by %c: %s\n", WAYS[g.event].name,
                g.batch.number, batch_state_name(g.batch.state), ROLES[role].letter,
                st == ST_OK ? "done" : c->f.d.code);
    return judge(c, &g, role, st, size);
}
