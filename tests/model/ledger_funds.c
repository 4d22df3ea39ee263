/* ledger_funds.c - appropriations, beside books of their own: what each source bears of
 * a batch is added up month by month, and what each appropriation bears of a line is
 * counted out from the front, as docs/formats/ledger.md says and with nothing of
 * ledger/fund.c or entitle/fund_share.c. The books follow the states that lines and
 * batches were seen in at the last check. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "batch/admin.h"
#include "batch/fund.h"
#include "ledger/line.h"
#include "tests/model/ledger_county.h"

static const char *const SOURCES[COUNTY_SOURCES] = {"central", "province", "county"};
enum { CENTRAL, PROVINCE, REST };
#define WEIGHT INT64_C(10000) /* of a fen */

/* ---- roles and refusals ---- */

char county_role(struct county *c, struct chance *x, const char *who)
{
    char letter = "mcr"[chance_below(x, 3)];
    if (*who != '\0' && chance_percent(x, 50)) {
        letter = who[chance_below(x, (int)strlen(who))];
    }
    fixture_as(&c->f, letter == 'm'   ? FIXTURE_MAKER
                      : letter == 'c' ? FIXTURE_CHECKER
                                      : FIXTURE_RELEASER);
    return letter;
}

bool county_judge(struct county *c, const char *act, bool role, bool state,
                  enum status st, uint64_t size)
{
    county_tell(c, "%s: %s\n", act, st == ST_OK ? "done" : c->f.d.code);
    if (st == ST_OK) {
        return (role && state) || county_fail(c, "an act nobody agreed to", "%s", act);
    }
    if (ledger_head(c->f.l)->tree.size != size) {
        return county_fail(c, "what is refused changes something", "%s", act);
    }
    bool told = role ? st == ST_CONFLICT && !state
                     : st == ST_DENIED || (!state && st == ST_CONFLICT);
    return told || county_refused(c, "an act is refused otherwise");
}

/* ---- what sources bear of a batch ---- */

struct weights {
    int order[MODEL_PROGRAMMES]; /* as they are met */
    int count;
    int met[MODEL_PROGRAMMES][COUNTY_SOURCES]; /* sources in order; the rest is last */
    int met_count[MODEL_PROGRAMMES];
    int64_t of[MODEL_PROGRAMMES][COUNTY_SOURCES];
    bool nobody; /* no policy says who bears a month */
};

static void meet(struct weights *w, int k, int source, int64_t weight)
{
    int i = 0;
    while (i < w->met_count[k] && w->met[k][i] != source) {
        i++;
    }
    if (i == w->met_count[k]) {
        w->met[k][w->met_count[k]++] = source;
    }
    w->of[k][source] += weight;
}

static void weigh_month(const struct county *c, struct weights *w, int k, int32_t month,
                        int64_t fen)
{
    const struct model_programme *p = county_ruling(c, k, month);
    int64_t left = fen * WEIGHT;
    if (p == NULL) {
        w->nobody = true;
        return;
    }
    int i = 0;
    while (i < w->count && w->order[i] != k) {
        i++;
    }
    w->count += i == w->count;
    w->order[i] = k;
    if (p->head_fen > 0) {
        int64_t part = p->head_fen * WEIGHT;
        part = part < left ? part : left;
        meet(w, k, CENTRAL, part);
        left -= part;
    }
    if (p->bears_percent > 0) {
        int64_t part = fen * p->bears_percent;
        part = part < left ? part : left;
        meet(w, k, PROVINCE, part);
        left -= part;
    }
    w->of[k][REST] += left;
}

static bool weigh(struct county *c, const struct batch_entry *b, struct weights *w)
{
    struct line_entry l;
    memset(w, 0, sizeof *w);
    for (uint32_t n = 1; n <= b->lines; n++) {
        if (line_get(ledger_txn(c->f.l), b->number, n, &l, &c->f.d) != ST_OK) {
            return county_refused(c, "a line is not there");
        }
        for (size_t i = 0; l.state != LINE_DROPPED && i < l.span_count; i++) {
            for (int32_t m = 0; m < l.spans[i].months; m++) {
                weigh_month(c, w, county_programme(l.programme), l.spans[i].from + m,
                            l.spans[i].fen);
            }
        }
    }
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        w->met[k][w->met_count[k]++] = REST;
    }
    return true;
}

static int64_t carried_before(const struct county *c, uint32_t but, int32_t year, int k,
                              int source)
{
    int64_t sum = 0;
    for (uint32_t n = 1; n <= COUNTY_BATCHES; n++) {
        const struct county_bearing *b = &c->funds.bearing[n];
        if (n != but && b->state != BORNE_NOT && b->year == year) {
            sum += b->carried[k][source];
        }
    }
    return sum;
}

static int64_t left_of(const struct county_fund *f)
{
    return f->appropriated - f->reserved - f->committed - f->spent;
}

/* From appropriations of the programme, then from those of any. What is missing. */
static int64_t draw(const struct county *c, struct county_bearing *b, int k, int source,
                    int64_t fen)
{
    for (int any = 0; any < 2; any++) {
        for (uint32_t n = 1; n <= c->funds.count; n++) {
            const struct county_fund *f = &c->funds.all[n];
            int64_t left = left_of(f);
            for (int i = 0; i < b->count; i++) {
                left -= b->items[i].fund == n ? b->items[i].fen : 0;
            }
            bool fits = f->active && f->adjusts == 0 && f->year == b->year &&
                        f->source == source && f->programme == (any ? MODEL_NONE : k);
            int64_t part = left < fen ? left : fen;
            if (fits && part > 0) {
                b->items[b->count++] = (struct county_share){k, n, part};
                fen -= part;
            }
        }
    }
    return fen;
}

/* False: it cannot be borne, and why says the code of that. */
static bool plan(struct county *c, const struct batch_entry *b,
                 struct county_bearing *out, const char **why)
{
    static struct weights w;
    memset(out, 0, sizeof *out);
    out->year = date_to_civil(b->pay_day).year;
    out->state = BORNE_RESERVED;
    *why = "no-share";
    if (!weigh(c, b, &w) || w.nobody) {
        return false;
    }
    *why = NULL;
    for (int i = 0; i < w.count && *why == NULL; i++) {
        int k = w.order[i];
        int64_t left = 0;
        for (int s = 0; s < COUNTY_SOURCES; s++) {
            left += w.of[k][s];
        }
        left /= WEIGHT;
        for (int s = 0; s < w.met_count[k] && *why == NULL; s++) {
            int source = w.met[k][s];
            int64_t sum =
                w.of[k][source] + carried_before(c, b->number, out->year, k, source);
            int64_t fen = source == REST ? left : sum < 0 ? 0 : sum / WEIGHT;
            fen = fen < left ? fen : left;
            left -= fen;
            out->carried[k][source] = w.of[k][source] - fen * WEIGHT;
            *why = draw(c, out, k, source, fen) > 0 ? "short" : NULL;
        }
    }
    return *why == NULL;
}

bool county_not_borne(struct county *c, uint32_t batch)
{
    static struct county_bearing ignored;
    struct batch_entry b;
    const char *why = "";
    char code[sizeof c->f.d.code];
    memcpy(code, c->f.d.code, sizeof code);
    if (!c->funds.on || c->funds.bearing[batch].state != BORNE_NOT ||
        batch_get(ledger_txn(c->f.l), batch, &b, &c->f.d) != ST_OK) {
        return false;
    }
    if (strcmp(code, "no-allocation") == 0) { /* submitted before the setting was on */
        return b.state == BATCH_SUBMITTED || b.state == BATCH_APPROVED;
    }
    bool borne = plan(c, &b, &ignored, &why);
    memcpy(c->f.d.code, code, sizeof code);
    bool is_short =
        strcmp(code, "funds-short") == 0 || strcmp(code, "no-appropriation") == 0;
    return b.state == BATCH_DRAFT && !borne &&
           (is_short ? strcmp(why, "short") == 0 : strcmp(why, code) == 0);
}

/* ---- the books ---- */

static void move_all(struct county *c, struct county_bearing *b, enum county_borne to)
{
    for (int i = 0; i < b->count; i++) {
        struct county_fund *f = &c->funds.all[b->items[i].fund];
        int64_t fen = b->items[i].fen;
        f->reserved -= b->state == BORNE_RESERVED ? fen : 0;
        f->committed -= b->state == BORNE_COMMITTED ? fen : 0;
        f->reserved += to == BORNE_RESERVED ? fen : 0;
        f->committed += to == BORNE_COMMITTED ? fen : 0;
    }
    b->state = to;
}

/* What the item bears of the programme's first x fen: the items in front of it took
 * theirs of all that there was. */
static int64_t of_first(const struct county_bearing *b, int item, int64_t x)
{
    __extension__ typedef __int128 wide;
    int64_t whole = 0;
    for (int i = 0; i < b->count; i++) {
        whole +=
            b->items[i].programme == b->items[item].programme ? b->items[i].fen : 0;
    }
    for (int i = 0; i < item; i++) {
        if (b->items[i].programme == b->items[item].programme) {
            x -= (int64_t)((wide)x * b->items[i].fen / whole);
            whole -= b->items[i].fen;
        }
    }
    return (int64_t)((wide)x * b->items[item].fen / whole);
}

static void bear(struct county *c, const struct county_bearing *b, int item, int from,
                 int to, int64_t fen)
{
    struct county_fund *f = &c->funds.all[b->items[item].fund];
    bool later = date_to_civil(county_today(c)).year != b->year;
    if (to == LINE_REFUNDED) {
        f->refunded += fen;
        return;
    }
    if (from == LINE_REJECTED || from == LINE_RETURNED || from == LINE_REISSUED) {
        f->corrected = true;
        f->spent += later ? 0 : fen; /* corrected: it did not come back */
        f->returned -= later ? 0 : fen;
        f->prior -= later ? fen : 0;
        f->spent_day = fen > 0 ? county_today(c) : f->spent_day;
        return;
    }
    f->committed -= from != LINE_PAID ? fen : 0;
    f->spent -= from == LINE_PAID ? fen : 0;
    f->spent += to == LINE_PAID || later ? fen : 0;
    f->returned += to != LINE_PAID && !later ? fen : 0;
    f->prior += to != LINE_PAID && later ? fen : 0;
    if (to == LINE_PAID && fen > 0) {
        f->spent_day = county_today(c);
    }
}

/* Of a line, what went to the treasury since the last check, as the accounts say. */
static int64_t refunded_of(const struct county *c, const struct line_entry *l)
{
    int64_t sum = 0;
    int person = 0;
    int k = county_programme(l->programme);
    while (c->people[person].number != l->person) {
        person++;
    }
    for (size_t i = 0; i < l->span_count; i++) {
        for (int32_t m = 0; m < l->spans[i].months; m++) {
            int at = county_month(c, l->spans[i].from + m);
            sum += c->now[ACCOUNT_REFUNDED][person][k][at] -
                   c->before[ACCOUNT_REFUNDED][person][k][at];
        }
    }
    return sum;
}

static bool follow_lines(struct county *c, const struct batch_entry *b)
{
    const struct county_bearing *borne = &c->funds.bearing[b->number];
    uint8_t *was = c->funds.lines[b->number];
    int64_t before[MODEL_PROGRAMMES] = {0};
    struct line_entry l;
    for (uint32_t n = 1; n <= b->lines; n++) {
        if (line_get(ledger_txn(c->f.l), b->number, n, &l, &c->f.d) != ST_OK) {
            return county_refused(c, "a line is not there");
        }
        int k = county_programme(l.programme);
        bool moves = was[n] != l.state && l.state != LINE_UNKNOWN &&
                     l.state != LINE_REISSUED && l.state != LINE_DROPPED;
        int64_t fen = l.state == LINE_REFUNDED ? refunded_of(c, &l) : l.fen;
        for (int i = 0; moves && borne->state == BORNE_COMMITTED && i < borne->count;
             i++) {
            if (borne->items[i].programme == k) {
                bear(c, borne, i, was[n], (int)l.state,
                     of_first(borne, i, before[k] + fen) -
                         of_first(borne, i, before[k]));
            }
        }
        before[k] += l.state != LINE_DROPPED ? l.fen : 0;
        was[n] = (uint8_t)l.state;
    }
    return true;
}

static bool stands(enum batch_state s)
{
    return s >= BATCH_SUBMITTED && s <= BATCH_CLOSED;
}

static bool follow(struct county *c, uint32_t number)
{
    struct batch_entry b;
    struct county_bearing *borne = &c->funds.bearing[number];
    enum batch_state was = (enum batch_state)c->funds.state[number];
    const char *why;
    if (batch_get(ledger_txn(c->f.l), number, &b, &c->f.d) != ST_OK) {
        return county_refused(c, "a batch is not there");
    }
    must(b.lines <= COUNTY_LINES);
    if (stands(b.state) && !stands(was) && c->funds.on) {
        if (!plan(c, &b, borne, &why)) {
            return county_fail(c, "a batch was submitted that nothing bears",
                               "batch %" PRIu32 ": %s", number, why);
        }
        borne->state = BORNE_NOT;
        move_all(c, borne, BORNE_RESERVED);
    }
    if (!stands(b.state) && borne->state != BORNE_NOT) {
        move_all(c, borne, BORNE_NOT);
    }
    if (b.state >= BATCH_RELEASED && borne->state == BORNE_RESERVED) {
        move_all(c, borne, BORNE_COMMITTED);
    }
    c->funds.state[number] = (uint8_t)b.state;
    return follow_lines(c, &b);
}

/* ---- the ledger's figures ---- */

static bool same_fund(struct county *c, uint32_t n)
{
    const struct county_fund *f = &c->funds.all[n];
    struct fund_entry e;
    if (fund_get(ledger_txn(c->f.l), n, &e, &c->f.d) != ST_OK) {
        return county_refused(c, "an appropriation is not there");
    }
    const struct fund_sums *s = &e.sums;
    bool same = (e.state == ENTRY_ACTIVE) == f->active && s->received == f->received &&
                s->appropriated == f->appropriated && s->reserved == f->reserved &&
                s->committed == f->committed && s->spent == f->spent &&
                s->returned == f->returned && s->prior == f->prior &&
                s->refunded == f->refunded && s->spent_day == f->spent_day;
    if (!same) {
        return county_fail(c, "an appropriation has other sums",
                           "%" PRIu32 ": books %" PRId64 " = %" PRId64 " + %" PRId64
                           " + %" PRId64 ", returned %" PRId64 ", %" PRId64 ", %" PRId64
                           "; ledger %" PRId64 " = %" PRId64 " + %" PRId64 " + %" PRId64
                           ", %" PRId64 ", %" PRId64 ", %" PRId64,
                           n, f->appropriated, f->reserved, f->committed, f->spent,
                           f->returned, f->prior, f->refunded, s->appropriated,
                           s->reserved, s->committed, s->spent, s->returned, s->prior,
                           s->refunded);
    }
    return left_of(f) >= 0 || f->corrected ||
           county_fail(c, "more is borne than there is", "%u", n);
}

static bool other_bearing(struct county *c, uint32_t n, const struct allocation *a)
{
    const struct county_bearing *b = &c->funds.bearing[n];
    char text[700];
    size_t at = 0;
    for (int i = 0; i < b->count && at < sizeof text / 2; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, " %" PRIu32 ": %" PRId64,
                               b->items[i].fund, b->items[i].fen);
    }
    at += (size_t)snprintf(text + at, sizeof text - at, "; ledger");
    for (size_t i = 0; i < a->count && at < sizeof text - 60; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, " %" PRIu32 ": %" PRId64,
                               a->items[i].fund, a->items[i].fen);
    }
    return county_fail(c, "a batch is borne by others", "batch %" PRIu32 ": books%s", n,
                       text);
}

static bool same_bearing(struct county *c, uint32_t n)
{
    const struct county_bearing *b = &c->funds.bearing[n];
    static struct allocation_entry e;
    if (allocation_get(ledger_txn(c->f.l), n, &e, &c->f.d) != ST_OK) {
        return county_refused(c, "an allocation is not read");
    }
    bool same = (int)e.state == (int)b->state &&
                (b->state == BORNE_NOT || e.terms.count == (size_t)b->count);
    for (int i = 0; same && b->state != BORNE_NOT && i < b->count; i++) {
        const struct fund_item *x = &e.terms.items[i];
        same = x->fund == b->items[i].fund && x->fen == b->items[i].fen &&
               strcmp(x->programme, model_programmes[b->items[i].programme]) == 0;
    }
    return same || other_bearing(c, n, &e.terms);
}

bool county_check_funds(struct county *c)
{
    uint32_t batches = ledger_head(c->f.l)->batches;
    must(batches <= COUNTY_BATCHES);
    for (uint32_t n = 1; n <= batches; n++) {
        if (!follow(c, n) || !same_bearing(c, n)) {
            return false;
        }
    }
    for (uint32_t n = 1; n <= c->funds.count; n++) {
        if (!same_fund(c, n)) {
            return false;
        }
    }
    return true;
}

/* ---- what happens ---- */

static bool turn(struct county *c)
{
    uint32_t number;
    const char *to = c->funds.on ? "off" : "on";
    fixture_as(&c->f, FIXTURE_ADMIN);
    if (admin_set(c->f.l, str_of("funds"), str_of(to), &number, &c->f.d) != ST_OK) {
        return county_refused(c, "a setting is refused");
    }
    county_tell(c, "the setting funds is %s\n", to);
    c->funds.on = !c->funds.on;
    return true;
}

static int64_t all_due(const struct county *c)
{
    int64_t sum = 0;
    for (int i = 0; i < c->plan->people; i++) {
        for (int k = 0; k < MODEL_PROGRAMMES; k++) {
            for (int m = 0; m < COUNTY_MONTHS; m++) {
                sum += c->now[ACCOUNT_DUE][i][k][m] + c->now[ACCOUNT_TRANSIT][i][k][m];
            }
        }
    }
    return sum;
}

static void as_terms(const struct county_fund *f, struct fund_terms *t)
{
    memset(t, 0, sizeof *t);
    if (f->programme != MODEL_NONE) {
        (void)str_copy(str_of(model_programmes[f->programme]), t->programme,
                       sizeof t->programme);
    }
    (void)str_copy(str_of(SOURCES[f->source]), t->source, sizeof t->source);
    (void)str_copy(str_of("d"), t->document, sizeof t->document);
    t->year = f->year;
    t->fen = f->fen;
    t->adjusts = f->adjusts;
}

static void some_fund(struct county *c, struct chance *x, struct county_fund *f)
{
    int64_t due = all_due(c);
    memset(f, 0, sizeof *f);
    f->programme =
        chance_percent(x, 50) ? MODEL_NONE : chance_below(x, MODEL_PROGRAMMES);
    f->source = chance_below(x, COUNTY_SOURCES);
    f->year = date_to_civil(county_today(c) + chance_below(x, 40)).year;
    f->fen = 1 + due * chance_between(x, 1, 150) / 100;
}

static void enter(struct county *c, const struct county_fund *f)
{
    must(c->funds.count < COUNTY_FUNDS);
    c->funds.all[++c->funds.count] = *f;
}

static bool propose(struct county *c, struct chance *x)
{
    struct county_fund f;
    struct fund_terms t;
    bool state = true;
    some_fund(c, x, &f);
    if (c->funds.count > 0 && chance_percent(x, 40)) {
        uint32_t n = (uint32_t)chance_between(x, 1, (int)c->funds.count);
        const struct county_fund *of = &c->funds.all[n];
        int64_t fen = (of->fen < 0 ? -of->fen : of->fen) / chance_between(x, 1, 4) + 1;
        bool other = chance_percent(x, 15);
        f = (struct county_fund){.programme = of->programme,
                                 .source = of->source,
                                 .year = of->year,
                                 .fen = chance_percent(x, 50) ? fen : -fen,
                                 .adjusts = n};
        f.year += other ? 1 : 0;
        state = of->active && of->adjusts == 0 && !other;
    }
    as_terms(&f, &t);
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "m") == 'm';
    enum status st = fund_propose(c->f.l, &t, &c->f.d);
    if (st == ST_OK) {
        enter(c, &f);
    }
    return county_judge(c, "an appropriation proposed", role, state, st, size);
}

static bool confirm(struct county *c, struct chance *x)
{
    uint32_t n = (uint32_t)chance_between(x, 1, (int)c->funds.count);
    struct county_fund *f = &c->funds.all[n];
    struct county_fund *root = f->adjusts != 0 ? &c->funds.all[f->adjusts] : f;
    bool state = !f->active && !f->refused && left_of(root) + f->fen >= 0;
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "c") == 'c';
    enum status st = fund_confirm(c->f.l, n, &c->f.d);
    if (st == ST_OK) {
        f->active = true;
        root->appropriated += f->fen;
    }
    return county_judge(c, "an appropriation confirmed", role, state, st, size);
}

/* By a checker, or taken back by the maker, who proposed all of them. */
static bool refuse(struct county *c, struct chance *x)
{
    uint32_t n = (uint32_t)chance_between(x, 1, (int)c->funds.count);
    struct county_fund *f = &c->funds.all[n];
    bool state = !f->active && !f->refused;
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "mc") != 'r';
    enum status st = admin_refuse(c->f.l, REGISTER_FUND, n, str_of("x"), &c->f.d);
    f->refused = f->refused || st == ST_OK;
    return county_judge(c, "an appropriation refused", role, state, st, size);
}

static bool receive(struct county *c, struct chance *x)
{
    uint32_t n = (uint32_t)chance_between(x, 1, (int)c->funds.count);
    struct county_fund *f = &c->funds.all[n];
    struct fund_receipt r = {.number = n, .day = county_today(c), .document = "d"};
    r.fen = chance_between(x, 1, 100000) * (chance_percent(x, 30) ? -1 : 1);
    bool state = f->active && f->adjusts == 0 && f->received + r.fen >= 0;
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "m") == 'm';
    enum status st = fund_receive(c->f.l, &r, &c->f.d);
    f->received += st == ST_OK ? r.fen : 0;
    return county_judge(c, "money received", role, state, st, size);
}

/* One of each source that is enough for what there is, as it ought to be. */
static bool provide(struct county *c, struct chance *x)
{
    struct county_fund f;
    struct fund_terms t;
    for (int s = 0; s < COUNTY_SOURCES; s++) {
        some_fund(c, x, &f);
        f.programme = MODEL_NONE;
        f.source = s;
        f.fen += all_due(c);
        as_terms(&f, &t);
        fixture_as(&c->f, FIXTURE_MAKER);
        if (fund_propose(c->f.l, &t, &c->f.d) != ST_OK) {
            return county_refused(c, "an appropriation is refused");
        }
        fixture_as(&c->f, FIXTURE_CHECKER);
        if (fund_confirm(c->f.l, t.number, &c->f.d) != ST_OK) {
            return county_refused(c, "an appropriation is not confirmed");
        }
        f.active = true;
        f.appropriated = f.fen;
        enter(c, &f);
    }
    county_tell(c, "appropriations of %d from each source\n", (int)f.year);
    return true;
}

bool county_fund(struct county *c, struct chance *x)
{
    int what = chance_below(x, 100);
    bool room = c->funds.count + COUNTY_SOURCES <= COUNTY_FUNDS;
    if (what < (c->funds.on ? 4 : 50)) {
        return turn(c);
    }
    if (room && what < 40) {
        return provide(c, x);
    }
    if (room && what < 60) {
        return propose(c, x);
    }
    if (c->funds.count == 0) {
        return true;
    }
    if (what < 72) {
        return refuse(c, x);
    }
    return what < 88 ? confirm(c, x) : receive(c, x);
}

bool county_work(struct county *c, struct chance *x)
{
    int32_t last = c->plan->world.last;
    int32_t period = month_of_day(county_today(c));
    period = period > last ? last : period;
    if (period < c->plan->world.first - 1 || !county_run_to(c, x, period)) {
        return c->wrong == NULL;
    }
    c->reach = period > c->reach ? period : c->reach;
    bool more = c->funds.on && c->funds.count + COUNTY_SOURCES <= COUNTY_FUNDS;
    return (!more || chance_percent(x, 30) || provide(c, x)) && county_payday(c, x);
}
