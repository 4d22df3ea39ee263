/* ledger_main.c - random histories of a county through the real ledger, beside books
 * that the naive model keeps.
 *
 *   ledgers [N [SEED [FIRST [tell]]]]
 *
 * N histories from the FIRST-th on, told step by step if asked to. A history depends on
 * SEED and its number only. The first one that goes wrong is made small - every step
 * and person that can go while the same still goes wrong goes - and told. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/model/ledger_county.h"

#define STEPS_MAX 110

struct history {
    uint64_t seed;
    uint64_t gone; /* bits of people who do not exist */
    int step_count;
    struct {
        enum county_step step;
        uint64_t seed;
    } steps[STEPS_MAX];
};

struct totals {
    uint64_t histories, steps, people, kills, records, batches, recoveries;
    uint64_t funds, borne, notices, objections, closes;
};
static struct totals totals;

static const struct {
    const char *name;
    bool (*act)(struct county *c, struct chance *x);
    int weight;
} STEPS[COUNTY_STEPS] = {
    [STEP_TIME_PASSES] = {"time", county_time, 9},
    [STEP_PEOPLE] = {"people", county_people, 4},
    [STEP_FACTS] = {"facts", county_facts, 12},
    [STEP_LIST] = {"list", county_list, 6},
    [STEP_VOID] = {"void", county_void, 10},
    [STEP_HISTORY] = {"history", county_history, 4},
    [STEP_ORDERS] = {"orders", county_orders, 10},
    [STEP_POLICY] = {"policy", county_policy, 5},
    [STEP_RUN] = {"run", county_run, 16},
    [STEP_BATCH] = {"batch", county_batch, 14},
    [STEP_FORWARD] = {"forward", county_forward, 20},
    [STEP_ANSWERS] = {"answers", county_answers, 16},
    [STEP_REISSUES] = {"reissues", county_reissues, 5},
    [STEP_DECIDE] = {"decide", county_decide, 14},
    [STEP_CONFIRM] = {"confirm", county_confirm, 12},
    [STEP_REPAY] = {"repay", county_repay, 6},
    [STEP_PAYDAY] = {"payday", county_payday, 24},
    [STEP_DECISION] = {"decision", county_decision, 16},
    [STEP_SWING] = {"swing", county_swing, 3},
    [STEP_CLOSES] = {"closes", county_closes, 8},
    [STEP_BACK] = {"back", county_back, 40},
    [STEP_FUNDS] = {"funds", county_fund, 26},
    [STEP_NOTICES] = {"notices", county_notice, 24},
    [STEP_WORK] = {"work", county_work, 20},
};

bool county_do(struct county *c, enum county_step step, uint64_t seed)
{
    struct chance x = {seed};
    county_tell(c, "-- %s\n", STEPS[step].name);
    bool ok = STEPS[step].act(c, &x) && county_check(c);
    if (!ok && c->wrong == NULL) {
        county_fail(c, "a step fails", "%s", STEPS[step].name);
    }
    return ok;
}

static enum county_step some_step(struct chance *c)
{
    int sum = 0;
    for (int i = 0; i < COUNTY_STEPS; i++) {
        sum += STEPS[i].weight;
    }
    int at = chance_below(c, sum);
    int step = 0;
    while (at >= STEPS[step].weight) {
        at -= STEPS[step++].weight;
    }
    return (enum county_step)step;
}

static void make(struct history *h, uint64_t seed)
{
    static const enum county_step first[] = {STEP_PEOPLE, STEP_POLICY, STEP_FACTS,
                                             STEP_FACTS};
    struct chance c = {seed};
    memset(h, 0, sizeof *h);
    h->seed = chance_next(&c);
    h->step_count = chance_between(&c, 20, STEPS_MAX);
    for (int i = 0; i < h->step_count; i++) {
        bool early = i == 2 && chance_percent(&c, 50); /* later it is refused */
        h->steps[i].step = early ? STEP_HISTORY : i < 4 ? first[i] : some_step(&c);
        h->steps[i].seed = chance_next(&c) | 1;
    }
}

static void count_more(const struct county *c, const struct head *h)
{
    totals.funds += h->funds;
    totals.notices += h->notices;
    totals.objections += h->objections;
    totals.closes += h->closes;
    for (uint32_t n = 1; n <= h->batches; n++) {
        totals.borne += c->funds.bearing[n].state != BORNE_NOT;
    }
}

/* NULL when all is well; else what is wrong, with the detail. */
static const char *play(const struct history *h, bool tell, char detail[1000])
{
    static struct county_plan plan;
    static struct county c;
    struct chance x = {h->seed | 1};
    if (!county_plan_make(&plan, h->seed)) {
        return NULL;
    }
    county_open(&c, &plan, h->gone);
    c.telling = tell;
    bool ok = true;
    for (int i = 0; i < h->step_count && ok; i++) {
        ok = county_do(&c, h->steps[i].step, h->steps[i].seed);
        totals.steps++;
    }
    ok = ok && county_finish(&c, &x) && county_again(&c, &x);
    totals.histories++;
    totals.people += (uint64_t)plan.people;
    totals.kills += c.kills;
    totals.records += ledger_head(c.f.l)->tree.size;
    totals.batches += ledger_head(c.f.l)->batches;
    totals.recoveries += ledger_head(c.f.l)->recoveries;
    count_more(&c, ledger_head(c.f.l));
    memcpy(detail, c.detail, sizeof c.detail);
    county_close(&c);
    return ok ? NULL : c.wrong;
}

/* ---- making it small ---- */

static bool still(const struct history *h, const char *wrong)
{
    char detail[1000];
    const char *now = play(h, false, detail);
    return now != NULL && strcmp(now, wrong) == 0;
}

/* Leaves out steps, many at once at first. */
static void drop_steps(struct history *h, const char *wrong)
{
    static struct history less;
    for (int n = h->step_count / 2; n >= 1; n /= 2) {
        for (int at = h->step_count - n; at >= 0; at -= n) {
            less = *h;
            memmove(&less.steps[at], &less.steps[at + n],
                    sizeof less.steps[0] * (size_t)(less.step_count - at - n));
            less.step_count -= n;
            if (still(&less, wrong)) {
                *h = less;
                at = at > h->step_count ? h->step_count : at;
            }
        }
    }
}

static void drop_people(struct history *h, const char *wrong)
{
    static struct history less;
    for (int n = 32; n >= 1; n /= 2) {
        for (int at = 0; at < COUNTY_PEOPLE; at += n) {
            uint64_t some = (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1) << at;
            less = *h;
            less.gone |= some;
            if (less.gone != h->gone && still(&less, wrong)) {
                *h = less;
            }
        }
    }
}

static void report(struct history *h, const char *wrong, const char *detail)
{
    char again[1000];
    printf("%s: %s\nmade smaller:\n", wrong, detail);
    fflush(stdout);
    drop_steps(h, wrong);
    drop_people(h, wrong);
    drop_steps(h, wrong);
    if (play(h, true, again) == NULL) {
        printf("%s, but not if it alone is tried again\n", wrong);
        return;
    }
    printf("%s: %s\n", wrong, again);
}

/* ---- many ---- */

static char now_playing[100];

/* A broken assertion ends the program: say where it was. */
static void aborted(int sig)
{
    ssize_t n = write(STDOUT_FILENO, now_playing, strlen(now_playing));
    (void)n;
    signal(sig, SIG_DFL);
    raise(sig);
}

static uint64_t seed_of(uint64_t seed, uint64_t number)
{
    struct chance c = {seed * 2 + 1};
    c.state = chance_next(&c) ^ number * 0xd1342543de82ef95u;
    return chance_next(&c);
}

static bool telling;

static bool run(uint64_t n, uint64_t seed, uint64_t first)
{
    static struct history h;
    char detail[1000];
    for (uint64_t i = first; i < first + n; i++) {
        snprintf(now_playing, sizeof now_playing,
                 "aborted in history %" PRIu64 " of seed %" PRIu64 "\n", i, seed);
        make(&h, seed_of(seed, i));
        const char *wrong = play(&h, telling, detail);
        if (wrong != NULL) {
            printf("history %" PRIu64 " of seed %" PRIu64 ": ", i, seed);
            report(&h, wrong, detail);
            return false;
        }
    }
    return true;
}

static uint64_t number_of(int argc, char **argv, int at, uint64_t otherwise)
{
    uint64_t n = otherwise;
    if (at < argc && *argv[at] != '\0' &&
        !text_u64(str_of(argv[at]), 0, UINT64_MAX / 4, &n)) {
        fprintf(stderr, "ledgers: not a number: %s\n", argv[at]);
        exit(EXIT_FAILURE);
    }
    return n;
}

static uint64_t wanted, wanted_seed, wanted_first;
static bool well;

/* The fixture's checks want a test around them. */
START_TEST(histories)
{
    well = run(wanted, wanted_seed, wanted_first);
}
END_TEST

static bool run_as_test(void)
{
    Suite *s = suite_create("ledgers");
    TCase *t = tcase_create("ledgers");
    SRunner *r = srunner_create(s);
    tcase_add_test(t, histories);
    suite_add_tcase(s, t);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_SILENT);
    bool passed = srunner_ntests_failed(r) == 0;
    if (!passed) {
        printf("%s", now_playing);
        srunner_print(r, CK_NORMAL);
    }
    srunner_free(r);
    return passed && well;
}

int main(int argc, char **argv)
{
    wanted = number_of(argc, argv, 1, 20);
    wanted_seed = number_of(argc, argv, 2, 1);
    wanted_first = number_of(argc, argv, 3, 0);
    telling = argc > 4 && strcmp(argv[4], "tell") == 0;
    printf("ledgers: %" PRIu64 " histories, seed %" PRIu64 "\n", wanted, wanted_seed);
    fflush(stdout);
    signal(SIGABRT, aborted);
    if (!run_as_test()) {
        return EXIT_FAILURE;
    }
    printf("ledgers: %" PRIu64 " histories of %" PRIu64 " people, %" PRIu64
           " steps, %" PRIu64 " records, %" PRIu64 " batches (%" PRIu64
           " borne), %" PRIu64 " recoveries, %" PRIu64 " appropriations, %" PRIu64
           " notices, %" PRIu64 " objections, %" PRIu64
           " closes, stopped and resumed %" PRIu64 " times\n",
           totals.histories, totals.people, totals.steps, totals.records,
           totals.batches, totals.borne, totals.recoveries, totals.funds,
           totals.notices, totals.objections, totals.closes, totals.kills);
    return EXIT_SUCCESS;
}
