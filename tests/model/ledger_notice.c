/* ledger_notice.c - public lists, objections and who is held by one, beside plain
 * arrays: every act by every role in every state, who stands in a list by the accounts
 * of the last check, and that no batch takes what is held or was not made public. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "batch/admin.h"
#include "batch/batch.h"
#include "batch/notice.h"
#include "ledger/line.h"
#include "tests/model/ledger_county.h"

static const char NAMES[] = {'o', 'u', 'd', 'l'}; /* by enum objection_state */

/* ---- what the books say ---- */

static bool is_held(const struct county *c, int person, int k)
{
    const struct county_notices *n = &c->notices;
    for (uint32_t i = 1; i <= n->objection_count; i++) {
        if (n->objections[i].person == person && strchr("ou", n->objections[i].state) &&
            n->all[n->objections[i].notice].programme == k) {
            return true;
        }
    }
    return false;
}

/* The last month that was made public, -1: none. */
static int32_t public_through(const struct county *c, int k)
{
    int32_t month = -1;
    for (uint32_t i = 1; i <= c->notices.count; i++) {
        if (c->notices.all[i].closed && c->notices.all[i].programme == k &&
            c->notices.all[i].period > month) {
            month = c->notices.all[i].period;
        }
    }
    return month;
}

/* Everybody who is granted something for the month, or has something due from before;
 * of the new ones not who has nothing due and the same as the month before. */
static int listed(const struct county *c, int k, int32_t period, bool all, int64_t *fen)
{
    int people = 0;
    int at = county_month(c, period);
    *fen = 0;
    for (int i = 0; i < c->plan->people; i++) {
        int64_t due = 0;
        for (int m = 0; m < at; m++) {
            due += c->now[ACCOUNT_DUE][i][k][m];
        }
        int64_t now = c->now[ACCOUNT_GRANTED][i][k][at];
        bool same = due == 0 && at > 0 && now == c->now[ACCOUNT_GRANTED][i][k][at - 1];
        if (c->people[i].in && due + now > 0 && (all || !same)) {
            people++;
            *fen += due + now;
        }
    }
    return people;
}

/* ---- checks ---- */

static bool check_held(struct county *c, int person, int k)
{
    uint32_t number;
    if (objection_held(ledger_txn(c->f.l), ledger_head(c->f.l)->objected,
                       c->people[person].number, str_of(model_programmes[k]), &number,
                       &c->f.d) != ST_OK) {
        return county_refused(c, "objections are not read");
    }
    return (number != 0) == is_held(c, person, k) ||
           county_fail(c, "held otherwise", "person %d, %s: objection %" PRIu32, person,
                       model_programmes[k], number);
}

static int person_of(const struct county *c, uint64_t number)
{
    int i = 0;
    while (c->people[i].number != number) {
        must(++i < c->plan->people);
    }
    return i;
}

/* A batch was made since the last check: it has nothing it may not have. */
static bool check_batch(struct county *c, uint32_t number)
{
    struct batch_entry b;
    struct line_entry l;
    if (batch_get(ledger_txn(c->f.l), number, &b, &c->f.d) != ST_OK) {
        return county_refused(c, "a batch is not there");
    }
    for (uint32_t n = 1; n <= b.lines; n++) {
        if (line_get(ledger_txn(c->f.l), number, n, &l, &c->f.d) != ST_OK) {
            return county_refused(c, "a line is not there");
        }
        int k = county_programme(l.programme);
        const struct span *last = &l.spans[l.span_count - 1];
        if (is_held(c, person_of(c, l.person), k)) {
            return county_fail(c, "who is held is paid", "line %" PRIu32, n);
        }
        if (c->notices.required[k] &&
            last->from + last->months - 1 > public_through(c, k)) {
            return county_fail(c, "what was not made public is paid", "line %" PRIu32,
                               n);
        }
    }
    return true;
}

bool county_check_notices(struct county *c)
{
    struct county_notices *n = &c->notices;
    const struct head *h = ledger_head(c->f.l);
    if (h->notices != n->count || h->objections != n->objection_count) {
        return county_fail(c, "other notices than were published", "%" PRIu32,
                           h->notices);
    }
    for (; n->batches < h->batches; n->batches++) {
        if (!check_batch(c, n->batches + 1)) {
            return false;
        }
    }
    for (int i = 0; i < c->plan->people && n->objection_count > 0; i++) {
        for (int k = 0; k < MODEL_PROGRAMMES && c->people[i].in; k++) {
            if (!check_held(c, i, k)) {
                return false;
            }
        }
    }
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        int32_t month;
        if (notice_through(ledger_txn(c->f.l), h->notices, str_of(model_programmes[k]),
                           &month, &c->f.d) != ST_OK ||
            month != public_through(c, k)) {
            return county_fail(c, "made public through another month", "%s",
                               model_programmes[k]);
        }
    }
    return true;
}

/* ---- what happens ---- */

static bool turn(struct county *c, struct chance *x)
{
    char name[60];
    uint32_t number;
    int k = chance_below(x, MODEL_PROGRAMMES);
    bool *on = &c->notices.required[k];
    snprintf(name, sizeof name, "notice.required.%s", model_programmes[k]);
    fixture_as(&c->f, FIXTURE_ADMIN);
    if (admin_set(c->f.l, str_of(name), str_of(*on ? "off" : "on"), &number, &c->f.d) !=
        ST_OK) {
        return county_refused(c, "a setting is refused");
    }
    *on = !*on;
    county_tell(c, "%s is %s\n", name, *on ? "on" : "off");
    return true;
}

static bool sign_list(struct county *c, struct chance *x, int k, int32_t period,
                      struct notice_list *list)
{
    uint64_t size = ledger_head(c->f.l)->tree.size;
    bool role = county_role(c, x, "m") == 'm';
    enum status st = notice_publish(c->f.l, &list->terms, str_of("any bytes"), &c->f.d);
    if (st == ST_OK) {
        c->notices.count++;
        c->notices.all[c->notices.count].programme = k;
        c->notices.all[c->notices.count].period = period;
        c->notices.all[c->notices.count].last = list->terms.last;
    }
    return county_judge(c, "a notice published", role, true, st, size);
}

static bool publish(struct county *c, struct chance *x)
{
    struct notice_list list;
    int64_t fen;
    int k = 0;
    int32_t period = 0;
    bool all = chance_percent(x, 60);
    bool rules = false;
    for (int tries = 0; tries < 20 && !rules; tries++) {
        k = chance_below(x, MODEL_PROGRAMMES);
        period = chance_between(x, c->plan->world.first, c->plan->world.last);
        rules = county_ruling(c, k, period) != NULL;
    }
    struct notice_request q = {.programme = str_of(model_programmes[k]),
                               .period = period,
                               .who = all ? NOTICE_ALL : NOTICE_NEW,
                               .from = county_today(c) + chance_below(x, 3),
                               .days = (uint32_t)chance_between(x, 1, 9),
                               .level = str_of("v")};
    if (c->notices.count == COUNTY_NOTICES || !rules) {
        return true;
    }
    int people = listed(c, k, period, all, &fen);
    enum status st = notice_list_make(c->f.l, &q, NULL, &list, &c->f.d);
    bool same = st == ST_OK ? list.count == (size_t)people && list.total_fen == fen
                            : people == 0 && strcmp(c->f.d.code, "notice-empty") == 0;
    bool ok = same ||
              county_fail(c, "other people stand in a list",
                          "%s: books %d with %" PRId64 ", list %zu with %" PRId64,
                          model_programmes[k], people, fen, list.count, list.total_fen);
    ok = ok && (st != ST_OK || sign_list(c, x, k, period, &list));
    notice_list_release(&list);
    return ok;
}

static bool object(struct county *c, struct chance *x)
{
    struct county_notices *n = &c->notices;
    int person = county_somebody(c, x);
    uint32_t notice = (uint32_t)chance_between(x, 1, (int)n->count);
    uint32_t number;
    if (person < 0 || n->objection_count == COUNTY_NOTICES) {
        return true;
    }
    uint64_t size = ledger_head(c->f.l)->tree.size;
    char role = county_role(c, x, "mc");
    enum status st = notice_object(c->f.l, notice, c->people[person].number,
                                   str_of("t"), &number, &c->f.d);
    if (st == ST_OK) {
        n->objection_count++;
        n->all[notice].objections++;
        n->objections[n->objection_count].person = person;
        n->objections[n->objection_count].notice = notice;
        n->objections[n->objection_count].state = 'o';
        n->objections[n->objection_count].by = role;
    }
    return county_judge(c, "an objection", role != 'r', true, st, size);
}

static bool decide(struct county *c, struct chance *x)
{
    struct county_notices *n = &c->notices;
    uint32_t number = (uint32_t)chance_between(x, 1, (int)n->objection_count);
    int into = chance_between(x, OBJECTION_UPHELD, OBJECTION_LIFTED);
    bool state = n->objections[number].state == (into == OBJECTION_LIFTED ? 'u' : 'o');
    uint64_t size = ledger_head(c->f.l)->tree.size;
    char role = county_role(c, x, "c");
    enum status st =
        notice_decide(c->f.l, number, (enum objection_state)into, str_of("r"), &c->f.d);
    if (st == ST_OK) {
        n->objections[number].state = NAMES[into];
    }
    /* Whoever recorded it does not decide it. */
    return county_judge(c, "an objection decided",
                        role == 'c' && n->objections[number].by != 'c', state, st,
                        size);
}

static bool take_down(struct county *c, struct chance *x)
{
    struct county_notices *n = &c->notices;
    uint32_t number = (uint32_t)chance_between(x, 1, (int)n->count);
    int32_t down =
        county_today(c) - chance_below(x, 3) + (chance_percent(x, 10) ? 2 : 0);
    bool state = !n->all[number].closed && down >= n->all[number].last &&
                 down <= county_today(c);
    uint64_t size = ledger_head(c->f.l)->tree.size;
    char role = county_role(c, x, "mc");
    enum status st = notice_close(c->f.l, number, down, &c->f.d);
    n->all[number].closed = n->all[number].closed || st == ST_OK;
    return county_judge(c, "a notice closed", role != 'r', state, st, size);
}

bool county_notice(struct county *c, struct chance *x)
{
    int what = chance_below(x, 100);
    if (what < 6) {
        return turn(c, x);
    }
    if (what < 40 || c->notices.count == 0) {
        return publish(c, x);
    }
    if (what < 60) {
        return object(c, x);
    }
    if (what < 80) {
        return c->notices.objection_count == 0 || decide(c, x);
    }
    return take_down(c, x);
}
