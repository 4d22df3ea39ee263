/* ledger_money.c - what a county does with money: runs, batches, the bank's answers,
 * what comes back. Beside the ledger it keeps what the bank said. */
#include <inttypes.h>
#include <string.h>

#include "batch/batch.h"
#include "batch/recover.h"
#include "batch/run.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"
#include "tests/model/ledger_county.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

/* ---- runs ---- */

static enum status run_once(struct county *c, struct chance *x, int32_t period,
                            struct run_report *r)
{
    struct kill k;
    enum status st;
    county_kill(&k, x);
    do {
        fixture_as(&c->f, FIXTURE_MAKER);
        st = run_execute(c->f.l, period, true, false, &k.progress, r, &c->f.d);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return ST_INTERNAL;
        }
    } while (st == ST_INTERRUPTED);
    return st;
}

/* Nothing at all may be written by a run of what was run. */
static bool run_finds_nothing(struct county *c, int32_t period)
{
    struct run_report r;
    uint64_t size = ledger_head(c->f.l)->tree.size;
    fixture_as(&c->f, FIXTURE_MAKER);
    if (run_execute(c->f.l, period, true, false, NULL, &r, &c->f.d) != ST_OK) {
        return county_refused(c, "a run repeated fails");
    }
    if (r.number != 0 || ledger_head(c->f.l)->tree.size != size) {
        return county_fail(c, "a run repeated posts",
                           "%" PRIu64 " differences, %" PRIu64 " set-offs", r.records,
                           r.set_offs);
    }
    return true;
}

bool county_run_to(struct county *c, struct chance *x, int32_t period)
{
    struct run_report r;
    char text[DATE_TEXT_CAP];
    if (c->known.policy_count == 0) {
        return true;
    }
    month_print(period, text);
    unsigned kills = c->kills;
    if (run_once(c, x, period, &r) != ST_OK) {
        return county_refused(c, "a run fails");
    }
    county_tell(c, "run of %s, stopped %u times: %" PRIu64 " records\n", text,
                c->kills - kills, r.records);
    county_expect(c, period);
    return county_check(c) && county_check_set_off(c) && run_finds_nothing(c, period);
}

bool county_run(struct county *c, struct chance *x)
{
    int32_t period = chance_between(x, c->plan->world.first - 1, c->plan->world.last);
    if (!county_run_to(c, x, period)) {
        return false;
    }
    c->reach = period > c->reach ? period : c->reach;
    return true;
}

/* ---- batches ---- */

bool county_batch(struct county *c, struct chance *x)
{
    struct batch_new_report r = {0};
    struct str one = str_of(model_programmes[chance_below(x, MODEL_PROGRAMMES)]);
    struct batch_request q = {.channel = "bank",
                              .pay_day = county_today(c) + chance_below(x, 20)};
    struct kill k;
    enum status st;
    if (chance_percent(x, 30)) {
        q.programmes = &one;
        q.programme_count = 1;
    }
    county_kill(&k, x);
    do {
        fixture_as(&c->f, FIXTURE_MAKER);
        st = batch_new(c->f.l, &q, &k.progress, &r, &c->f.d);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return false;
        }
    } while (st == ST_INTERRUPTED);
    if (st == ST_CONFLICT && strcmp(c->f.d.code, "nothing-due") == 0) {
        return true;
    }
    county_tell(c, "batch %u: %" PRIu64 " lines, %" PRId64 " fen\n", r.number, r.lines,
                r.total_fen);
    return st == ST_OK || county_refused(c, "a batch is refused");
}

static enum status drop(void *ctx, const void *p, size_t n, struct diag *d)
{
    (void)ctx;
    (void)p;
    (void)n;
    (void)d;
    return ST_OK;
}

static enum status durable(void *ctx, struct diag *d)
{
    (void)ctx;
    (void)d;
    return ST_OK;
}

/* The next signature, or the file. */
static enum status advance(struct county *c, uint32_t number, enum batch_state state)
{
    struct batch_export_report r;
    struct batch_sink sink = {.write = drop, .durable = durable};
    struct ledger *l = c->f.l;
    switch (state) {
    case BATCH_DRAFT:
        fixture_as(&c->f, FIXTURE_MAKER);
        return batch_sign(l, number, STEP_SUBMIT, &c->f.d);
    case BATCH_SUBMITTED:
        fixture_as(&c->f, FIXTURE_CHECKER);
        return batch_sign(l, number, STEP_APPROVE, &c->f.d);
    case BATCH_APPROVED:
        fixture_as(&c->f, FIXTURE_RELEASER);
        return batch_sign(l, number, STEP_RELEASE, &c->f.d);
    case BATCH_RELEASED:
        fixture_as(&c->f, FIXTURE_MAKER);
        return batch_export(l, number, NULL, sink, NULL, &r, &c->f.d);
    case BATCH_SETTLED:
        fixture_as(&c->f, FIXTURE_MAKER);
        return batch_close(l, number, &c->f.d);
    case BATCH_CLOSING:
        fixture_as(&c->f, FIXTURE_CHECKER);
        return batch_close(l, number, &c->f.d);
    case BATCH_EXPORTED:
    case BATCH_CLOSED:
    case BATCH_CANCELLED:
    case BATCH_RECALLED:
        break;
    }
    return ST_OK;
}

/* A batch in one of these states; 0: none. */
static uint32_t some_batch(struct county *c, struct chance *x, enum batch_state from,
                           enum batch_state to)
{
    struct batch_entry b;
    uint32_t n = ledger_head(c->f.l)->batches;
    uint32_t start = n == 0 ? 0 : (uint32_t)chance_below(x, (int)n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = (start + i) % n + 1;
        if (batch_get(ledger_txn(c->f.l), number, &b, &c->f.d) == ST_OK &&
            b.state >= from && b.state <= to) {
            return number;
        }
    }
    return 0;
}

bool county_forward(struct county *c, struct chance *x)
{
    struct batch_entry b;
    bool closing = chance_percent(x, 10);
    uint32_t number =
        some_batch(c, x, BATCH_DRAFT, closing ? BATCH_CLOSED : BATCH_RELEASED);
    int steps = chance_percent(x, 70) ? 4 : 1;
    for (int i = 0; i < steps && number != 0; i++) {
        if (batch_get(ledger_txn(c->f.l), number, &b, &c->f.d) != ST_OK) {
            return county_refused(c, "a batch is not there");
        }
        if (b.state >= BATCH_SETTLED && !closing) {
            return true;
        }
        if (advance(c, number, b.state) != ST_OK) {
            return county_not_borne(c, number) ||
                   county_refused(c, "a batch does not go on");
        }
        county_tell(c, "batch %u goes on from %s\n", number, batch_state_name(b.state));
    }
    return true;
}

/* ---- answers ---- */

struct answering {
    struct county *c;
    uint32_t batch;
    uint32_t lines;
    int64_t total_fen;
    bool correct; /* the bank takes back that lines came back, and says nothing else */
    struct buf body;
    size_t same_count; /* lines of the payment in hand */
    struct line_entry same[4000];
    enum line_state to[4000]; /* 0: nothing is said */
};

static enum line_state some_state(struct chance *x, enum line_state from)
{
    static const enum line_state states[] = {
        LINE_PAID,     LINE_PAID,     LINE_PAID,     LINE_PAID,
        LINE_REJECTED, LINE_RETURNED, LINE_RETURNED, LINE_UNKNOWN};
    enum line_state to = states[chance_below(x, 8)];
    bool late = from == LINE_PAID && !chance_percent(x, 40);
    return line_may_become(from, to) && !late ? to : from;
}

static const char *code_of(enum line_state s)
{
    return s == LINE_PAID       ? "0000"
           : s == LINE_REJECTED ? "1003"
           : s == LINE_RETURNED ? "2003"
                                : "9999";
}

static int person_of(const struct county *c, uint64_t number)
{
    for (int i = 0; i < c->plan->people; i++) {
        if (c->people[i].in && c->people[i].number == number) {
            return i;
        }
    }
    return -1;
}

int county_programme(const char *code)
{
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        if (strcmp(model_programmes[k], code) == 0) {
            return k;
        }
    }
    return -1;
}

/* What the bank says of a line, in the books. */
static bool enter(struct county *c, const struct line_entry *l, enum line_state to)
{
    int person = person_of(c, l->person);
    int programme = county_programme(l->programme);
    int sign = to == LINE_PAID                                ? 1
               : to == LINE_RETURNED && l->state == LINE_PAID ? -1
                                                              : 0;
    int64_t sum = 0;
    if (person < 0 || programme < 0) {
        return county_fail(c, "a line is nobody's", "batch %u, line %u", l->batch,
                           l->line);
    }
    for (size_t i = 0; i < l->span_count; i++) {
        for (int32_t m = 0; m < l->spans[i].months; m++) {
            int at = county_month(c, l->spans[i].from + m);
            c->paid[person][programme][at] += sign * l->spans[i].fen;
            sum += l->spans[i].fen;
        }
    }
    return sum == l->fen || county_fail(c, "a line is not its months", "line %u of %u",
                                        l->line, l->batch);
}

static bool is_one_payment(const struct line_entry *a, const struct line_entry *b)
{
    return a->payee != 0 && a->payee == b->payee && a->route == b->route &&
           strcmp(a->programme, b->programme) == 0 && a->state != LINE_DROPPED &&
           b->state != LINE_DROPPED;
}

/* The lines that go to the bank with this one, which is the first of them, itself
 * among them; none when it is not, or when they stand differently: the dead are not
 * paid again with the others. */
static bool payment_lines(struct answering *a, uint32_t number, uint32_t lines)
{
    struct county *c = a->c;
    const struct line_entry *first = &a->same[0];
    if (line_get(ledger_txn(c->f.l), a->batch, number, &a->same[0], &c->f.d) != ST_OK) {
        return county_refused(c, "a line is not there");
    }
    a->same_count = 1;
    for (uint32_t n = 1; n <= lines; n++) {
        struct line_entry *other = &a->same[a->same_count];
        if (line_get(ledger_txn(c->f.l), a->batch, n, other, &c->f.d) != ST_OK) {
            return county_refused(c, "a line is not there");
        }
        if (n == number || !is_one_payment(first, other)) {
            continue;
        }
        if (n < number || other->state != first->state) {
            a->same_count = 0;
            return true;
        }
        a->same_count++;
    }
    return true;
}

static enum line_state what_of(const struct answering *a, struct chance *x,
                               enum line_state from)
{
    if (!a->correct) {
        return some_state(x, from);
    }
    return line_may_be_corrected(from) ? LINE_PAID : from;
}

/* After the answer was taken: its lines are as they were before in `before`. */
static bool enter_all(struct answering *a, const enum line_state *before, uint32_t n)
{
    for (uint32_t i = 1; i <= n; i++) {
        struct line_entry line;
        if (a->to[i] == 0) {
            continue;
        }
        if (line_get(ledger_txn(a->c->f.l), a->batch, i, &line, &a->c->f.d) != ST_OK) {
            return county_refused(a->c, "a line is not there");
        }
        line.state = before[i];
        if (!enter(a->c, &line, a->to[i])) {
            return false;
        }
    }
    return true;
}

static bool answer_line(struct answering *a, struct chance *x, uint32_t number,
                        int percent, enum line_state *before)
{
    struct county *c = a->c;
    struct batch_entry batch;
    char id[PAYMENT_ID_MAX + 1];
    int64_t fen = 0;
    if (batch_get(ledger_txn(c->f.l), a->batch, &batch, &c->f.d) != ST_OK) {
        return county_refused(c, "a batch is not there");
    }
    if (!payment_lines(a, number, (uint32_t)batch.lines)) {
        return false;
    }
    enum line_state from = a->same_count > 0 ? a->same[0].state : LINE_DROPPED;
    enum line_state to = what_of(a, x, from);
    if (to == from || !chance_percent(x, percent)) {
        return true;
    }
    for (size_t i = 0; i < a->same_count; i++) {
        fen += a->same[i].fen;
        a->to[a->same[i].line] = to;
        before[a->same[i].line] = from;
    }
    payment_id_line(ledger_info(c->f.l), &batch, number, id);
    buf_addf(&a->body, "%s|||%" PRId64 "|%s|\r\n", id, fen, code_of(to));
    a->lines++;
    a->total_fen += fen;
    return true;
}

/* *done: false when what is corrected stands in a batch that was not sent. */
static bool send_answer(struct answering *a, struct chance *x, const struct buf *file,
                        bool *done)
{
    struct county *c = a->c;
    struct batch_answer_report r;
    struct kill k;
    enum status st;
    county_kill(&k, x);
    do {
        fixture_as(&c->f, FIXTURE_MAKER);
        struct batch_answer_file taken = {.text = buf_str(file), .correct = a->correct};
        st = batch_answer(c->f.l, a->batch, &taken, &k.progress, &r, &c->f.d);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return false;
        }
    } while (st == ST_INTERRUPTED);
    *done = st == ST_OK && !r.already; /* the same bytes say nothing a second time */
    bool again = a->correct && strcmp(c->f.d.code, "paid-again") == 0;
    return st == ST_OK || again || county_refused(c, "an answer is refused");
}

bool county_answers(struct county *c, struct chance *x)
{
    static struct answering a;
    static enum line_state before[4000];
    bool done = false;
    struct batch_entry b = {.lines = 0};
    struct buf file;
    a.c = c;
    a.batch = some_batch(c, x, BATCH_EXPORTED, BATCH_SETTLED);
    a.lines = 0;
    a.total_fen = 0;
    memset(a.to, 0, sizeof a.to);
    a.correct = chance_percent(x, 15);
    int percent = chance_percent(x, 60) ? 90 : 40;
    if (a.batch == 0) {
        return true;
    }
    if (batch_get(ledger_txn(c->f.l), a.batch, &b, &c->f.d) != ST_OK) {
        return county_refused(c, "a batch is not there");
    }
    buf_init(&a.body, FILE_BYTES_MAX);
    buf_init(&file, FILE_BYTES_MAX);
    bool ok = true;
    for (uint32_t n = 1; n <= b.lines && ok; n++) {
        struct chance own = {chance_next(x)};
        ok = answer_line(&a, &own, n, percent, before);
    }
    buf_addf(&file, "R|%u|%" PRId64 "\r\n", a.lines, a.total_fen);
    buf_add_str(&file, buf_str(&a.body));
    buf_add_text(&file, "########\r\n");
    if (ok && a.lines > 0) {
        county_tell(c, "the bank says of batch %u:\n%s", a.batch, buf_cstr(&a.body));
        ok = send_answer(&a, x, &file, &done);
    }
    ok = ok && (!done || enter_all(&a, before, (uint32_t)b.lines));
    buf_release(&a.body);
    buf_release(&file);
    return ok;
}

bool county_payday(struct county *c, struct chance *x)
{
    for (int i = 0; i < 3; i++) {
        struct chance own = {chance_next(x) | 1};
        bool ok = i == 0   ? county_batch(c, &own)
                  : i == 1 ? county_forward(c, &own)
                           : county_answers(c, &own);
        if (!ok || !county_check(c)) {
            return false;
        }
    }
    return true;
}

bool county_reissues(struct county *c, struct chance *x)
{
    struct batch_reissue_report r = {0};
    struct kill k;
    enum status st;
    uint32_t number = some_batch(c, x, BATCH_EXPORTED, BATCH_SETTLED);
    if (number == 0) {
        return true;
    }
    county_kill(&k, x);
    do {
        fixture_as(&c->f, FIXTURE_MAKER);
        st = batch_reissue(c->f.l, number, NULL, 0, &k.progress, &r, &c->f.d);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return false;
        }
    } while (st == ST_INTERRUPTED);
    county_tell(c, "reissue of batch %u: %" PRIu64 " lines\n", number, r.lines);
    return st == ST_OK || st == ST_CONFLICT ||
           county_refused(c, "a reissue is refused");
}

/* ---- one month up and down ---- */

static bool step_on(struct county *c, bool ok)
{
    return ok && county_check(c);
}

/* Two orders are paid, one is taken back and waived, the other is taken back and stays
 * owed: so the third finds both, and what is owed goes first. */
bool county_swing(struct county *c, struct chance *x)
{
    struct county_order o = {.person = county_somebody(c, x), .counts = false};
    struct recover_request q = {.method = RECOVERY_WAIVE,
                                .document = str_of("d"),
                                .to = INT32_MAX,
                                .served = county_today(c)};
    o.programme = chance_below(x, MODEL_PROGRAMMES);
    int32_t month = county_first(c, o.programme);
    int32_t last = c->plan->world.last;
    if (o.person < 0 || month > last - 2 || month >= month_of_day(county_today(c)) ||
        c->order_count + 3 > COUNTY_ORDERS) {
        return true;
    }
    int first = c->order_count;
    for (int i = 0; i < 2; i++) {
        o.from = month + 1 + i; /* by which voids tell them apart */
        o.to = month + 2;
        o.fen = chance_between(x, 1, 20000);
        if (county_is_ordered(c, &o)) {
            return true;
        }
        if (!step_on(c, county_send_order(c, x, &o))) {
            return false;
        }
    }
    q.person = c->people[o.person].number;
    q.programme = str_of(model_programmes[o.programme]);
    bool ok = county_run_to(c, x, last) && county_payday(c, x) &&
              step_on(c, county_void_order(c, x, first)) && county_run_to(c, x, last) &&
              step_on(c, county_propose(c, q)) && step_on(c, county_confirm(c, x)) &&
              step_on(c, county_void_order(c, x, first + 1)) &&
              county_run_to(c, x, last);
    o.fen = chance_between(x, 1, 20000);
    return ok && step_on(c, county_send_order(c, x, &o)) && county_run_to(c, x, last);
}
