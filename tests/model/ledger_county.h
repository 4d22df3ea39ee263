/* ledger_county.h - a county whose books are kept twice: by a real ledger, and by plain
 * arrays beside it, which the naive model fills. What can happen to it is a list of
 * steps; each takes its chances from a number of its own, so that a history stays what
 * it is when a step is left out. */
#ifndef ALMONER_TESTS_MODEL_LEDGER_COUNTY_H
#define ALMONER_TESTS_MODEL_LEDGER_COUNTY_H

#include "batch/import.h"
#include "batch/recover.h"
#include "ledger/account.h"
#include "tests/model/model.h"
#include "tests/model/random.h"
#include "tests/unit/ledger_fixture.h"

#define COUNTY_PEOPLE 60
#define COUNTY_LISTS 8
#define COUNTY_ORDERS 30
#define COUNTY_BEFORE 14 /* months of the books before the world's first */
#define COUNTY_MONTHS MODEL_MONTHS
#define COUNTY_INSTITUTIONS 2
#define COUNTY_FUNDS 30
#define COUNTY_SOURCES 3   /* central: per head, province: percent, county: the rest */
#define COUNTY_BATCHES 120 /* of one history; and lines of a batch */
#define COUNTY_LINES 600
#define COUNTY_NOTICES 40 /* and objections */

/* ---- what is decided before the first step ---- */

struct citizen {
    struct model_person all; /* what will ever be known; facts[0]: the registration */
    char id[ID_NUMBER_LEN + 1];
    char name[24];
    char account[24]; /* "": none */
};

struct county_plan {
    struct model_world world; /* confirmed_month is when it happens, not as here */
    int people;
    struct citizen citizens[COUNTY_PEOPLE];
    int list_attribute; /* of the monthly lists, and the word they carry */
    int list_value;
};
/* False: no world was found whose policies all pass their checks. */
bool county_plan_make(struct county_plan *p, uint64_t seed);

/* ---- what has happened ---- */

struct citizen_state {
    bool dropped; /* while a history is made smaller: does not exist */
    bool in;
    int32_t order[MODEL_FACTS]; /* of recording; -1: not known yet */
    bool voided[MODEL_FACTS];
    bool taken_over[MODEL_PROGRAMMES]; /* in when the history came */
    uint64_t number;
};

struct county_list {
    int32_t month;
    uint64_t on;     /* bits of people */
    uint64_t was_on; /* as it was sent first, when it was replaced */
    bool replaced;
};

struct county_order {
    int person, programme;
    int32_t from, to; /* months, both in */
    int64_t fen;
    bool counts;
    bool voided;
};

/* ---- who bears it: the books of ledger_funds.c ---- */

struct county_fund { /* an appropriation, or an adjustment of one */
    int programme;   /* MODEL_NONE: any */
    int source;
    int32_t year;
    int64_t fen;
    uint32_t adjusts;
    bool active, refused;
    int64_t appropriated, received, reserved, committed, spent;
    int64_t returned, prior, refunded;
    int32_t spent_day;
    bool corrected; /* what was left again was paid after all, and may be used twice */
};

struct county_share { /* of a batch's programme, in the order in which they bear it */
    int programme;
    uint32_t fund; /* number */
    int64_t fen;
};

enum county_borne { BORNE_NOT, BORNE_RESERVED, BORNE_COMMITTED };
struct county_bearing { /* of a batch */
    enum county_borne state;
    int32_t year;
    int count;
    struct county_share items[COUNTY_FUNDS * MODEL_PROGRAMMES];
    int64_t carried[MODEL_PROGRAMMES][COUNTY_SOURCES]; /* ten thousandths of a fen */
};

struct county_funds {
    bool on; /* the setting */
    uint32_t count;
    struct county_fund all[COUNTY_FUNDS + 1]; /* by number */
    struct county_bearing bearing[COUNTY_BATCHES + 1];
    uint8_t state[COUNTY_BATCHES + 1]; /* of the batch at the last check; 0: none */
    uint8_t lines[COUNTY_BATCHES + 1][COUNTY_LINES + 1];
};

/* ---- what is made public: the books of ledger_notice.c ---- */

struct county_notices {
    bool required[MODEL_PROGRAMMES]; /* the setting */
    uint32_t count;
    struct {
        int programme;
        int32_t period, last;
        uint32_t objections;
        bool closed;
    } all[COUNTY_NOTICES + 1];
    uint32_t objection_count;
    struct {
        int person;
        uint32_t notice;
        char state; /* o(pen) u(pheld) d(ismissed) l(ifted) */
        char by;    /* the role's letter that recorded it */
    } objections[COUNTY_NOTICES + 1];
    uint32_t batches; /* that were looked at */
};

typedef int64_t county_sums[COUNTY_PEOPLE][MODEL_PROGRAMMES][COUNTY_MONTHS];

struct county {
    struct fixture f;
    const struct county_plan *plan;
    struct model_world known; /* the policies confirmed, settled months taken over */
    struct citizen_state people[COUNTY_PEOPLE];
    int list_count;
    struct county_list lists[COUNTY_LISTS];
    int order_count;
    struct county_order orders[COUNTY_ORDERS];
    int void_count;
    int32_t recorded;
    int32_t reach; /* the highest period of a run; MODEL_NONE: none */
    county_sums granted, paid;
    int64_t repaid[COUNTY_PEOPLE][MODEL_PROGRAMMES];
    county_sums now[ACCOUNT_KINDS];    /* the ledger's accounts at the last check */
    county_sums before[ACCOUNT_KINDS]; /* and at the one before it */
    struct county_funds funds;
    struct county_notices notices;
    int32_t closed_year; /* 0: none */
    bool telling;        /* print what is done */
    unsigned kills;      /* how often it was stopped half-way */
    const char *wrong;   /* NULL: all is well */
    char detail[1000];
};

/* A sandbox with a channel and two institutions. `gone`: bits of people who do not
 * exist. */
void county_open(struct county *c, const struct county_plan *p, uint64_t gone);
void county_close(struct county *c);
/* Notes what is wrong, the first time, and returns false. */
bool county_fail(struct county *c, const char *wrong, const char *detail, ...)
    PRINTF_LIKE(3, 4);
/* The same with what the ledger said. */
bool county_refused(struct county *c, const char *wrong);
void county_tell(const struct county *c, const char *what, ...) PRINTF_LIKE(2, 3);
/* The index of a month in the books. */
int county_month(const struct county *c, int32_t month);
int32_t county_today(const struct county *c);
/* Who is known, does exist, by chance; -1: nobody. */
int county_somebody(const struct county *c, struct chance *x);

/* Stops some work at one of its borders: some of the time, once. */
struct kill {
    struct progress progress;
    int left;
};
void county_kill(struct kill *k, struct chance *x);
/* After ST_INTERRUPTED: opens the ledger again as after a crash; others must be refused
 * while the act is open. */
bool county_reopen(struct county *c);

/* A file proposed by the maker and confirmed by the checker, killed by chance. */
bool county_import(struct county *c, struct chance *x, struct import_request q,
                   const struct buf *file);

/* Every step either does something or finds nothing to do; false: something is wrong,
 * which c->wrong says. */
enum county_step {
    STEP_TIME_PASSES,
    STEP_PEOPLE,
    STEP_FACTS,
    STEP_LIST,
    STEP_VOID,
    STEP_HISTORY,
    STEP_ORDERS,
    STEP_POLICY,
    STEP_RUN,
    STEP_BATCH,
    STEP_FORWARD,
    STEP_ANSWERS,
    STEP_REISSUES,
    STEP_DECIDE,
    STEP_CONFIRM,
    STEP_REPAY,
    STEP_PAYDAY,   /* a batch, the bank's file and its answer */
    STEP_DECISION, /* a recovery decided by both */
    STEP_SWING,    /* up, down, waived, down, up in one month that is paid */
    STEP_CLOSES,   /* a month, or a batch of which something is not known */
    STEP_BACK,     /* any event, in any state, by any role */
    STEP_FUNDS,    /* the same of an appropriation */
    STEP_NOTICES,  /* and of a public list */
    STEP_WORK,     /* a month's run and pay day, by appropriations that are enough */
    COUNTY_STEPS
};
bool county_do(struct county *c, enum county_step step, uint64_t seed);

/* Used by county_do. */
bool county_time(struct county *c, struct chance *x);
bool county_people(struct county *c, struct chance *x);
bool county_facts(struct county *c, struct chance *x);
bool county_list(struct county *c, struct chance *x);
bool county_void(struct county *c, struct chance *x);
bool county_history(struct county *c, struct chance *x);
bool county_orders(struct county *c, struct chance *x);
bool county_policy(struct county *c, struct chance *x);
bool county_run(struct county *c, struct chance *x);
bool county_batch(struct county *c, struct chance *x);
bool county_forward(struct county *c, struct chance *x);
bool county_answers(struct county *c, struct chance *x);
bool county_reissues(struct county *c, struct chance *x);
bool county_closes(struct county *c, struct chance *x);
bool county_back(struct county *c, struct chance *x);
/* What appropriations bear, and what they do not: ledger_funds.c. */
bool county_fund(struct county *c, struct chance *x);
bool county_check_funds(struct county *c);
/* Is a refusal just now by the funds, of this batch, what the books say? */
bool county_not_borne(struct county *c, uint32_t batch);
bool county_work(struct county *c, struct chance *x);
bool county_notice(struct county *c, struct chance *x);
bool county_check_notices(struct county *c);

/* Any role, "m", "c" or "r"; half of the time one of those who may. Signs as it. */
char county_role(struct county *c, struct chance *x, const char *who);
/* Of an act of one record: done exactly when the role may and the state is right;
 * a wrong role alone is told so; a refusal changes nothing. */
bool county_judge(struct county *c, const char *act, bool role, bool state,
                  enum status st, uint64_t size);
/* The index of a programme's code, or -1. */
int county_programme(const char *code);
/* The rules of a month for anybody; NULL: no policy has the programme then. */
const struct model_programme *county_ruling(const struct county *c, int programme,
                                            int32_t month);

/* Each month by two ways, and closed months as they were signed for. */
bool county_check_months(struct county *c);
bool county_decide(struct county *c, struct chance *x);
bool county_confirm(struct county *c, struct chance *x);
bool county_repay(struct county *c, struct chance *x);
bool county_payday(struct county *c, struct chance *x);
bool county_decision(struct county *c, struct chance *x);
bool county_swing(struct county *c, struct chance *x);
/* The first month an order may be for; INT32_MAX: no policy has the programme. */
int32_t county_first(const struct county *c, int programme);
/* Does an order count of the same content, but for its last month and sum? */
bool county_is_ordered(const struct county *c, const struct county_order *o);
/* A recovery of all that is owed, proposed by the maker. */
bool county_propose(struct county *c, struct recover_request q);

/* Rows of files of facts and lists. */
void county_fact_row(const struct county *c, struct buf *b, int person, int fact);
bool county_send_list(struct county *c, struct chance *x, int32_t month, uint64_t on);
bool county_send_people(struct county *c, struct chance *x, const int *people, int n);
bool county_send_history(struct county *c, struct chance *x, int programme);
bool county_send_order(struct county *c, struct chance *x,
                       const struct county_order *o);
bool county_send_void(struct county *c, struct chance *x, int person, int fact);
bool county_void_order(struct county *c, struct chance *x, int order);
bool county_send_policy(struct county *c, int policy);

/* A run, and again, which must find nothing; the books say what the model grants. */
bool county_run_to(struct county *c, struct chance *x, int32_t period);
/* What the model grants for what is known, up to a period, into c->granted. */
void county_expect(struct county *c, int32_t period);
/* The ledger's accounts against the books, the equation, the balances. */
bool county_check(struct county *c);
/* After a run: what it set off. */
bool county_check_set_off(struct county *c);
/* The end: the last run, and the audit. */
bool county_finish(struct county *c, struct chance *x);
/* A second ledger learns the same in another order, and must grant the same. */
bool county_again(struct county *c, struct chance *x);

#endif
