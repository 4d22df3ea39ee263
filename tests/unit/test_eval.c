/* test_eval.c - POLICY-FORMAT section 4, step by step, computed by hand. A row says
 * what differs from the usual policy and person of eval_case.c, and names months and
 * fen. If one fails, somebody is paid for a month that is not theirs, or is not paid
 * for one that is. */
#include "policy/eval.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "eval_case.h"

Suite *suite_eval(void);

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define REG "registration=230523001 always; "
#define AT_HOME "registration: [\"230523\"]"

/* Per year 1200.00 is 10000 fen a month, 300.00 is 2500. */
#define OLD                                                                            \
    "[{name: t90, when: {age: 90.., " AT_HOME "}, amount: {per-year: 1200.00}}, "      \
    "{name: t80w, when: {age: 80..89, " AT_HOME ", welfare: [dibao, margin]}, "        \
    "amount: {per-year: 1200.00}}, "                                                   \
    "{name: t80ask, when: {age: 80..89, " AT_HOME ", welfare: [tekun]}, "              \
    "amount: {ask: true}}, "                                                           \
    "{name: t80, when: {age: 80..89, " AT_HOME "}, amount: {per-year: 300.00}}]"

#define OVER_81 "[{name: a, when: {age: 81..}, amount: {per-month: 25.00}}]"
#define FLAT(yuan) "[{name: a, when: {" AT_HOME "}, amount: {per-month: " yuan "}}]"
#define PARAM(percent)                                                                 \
    "[{name: a, when: {" AT_HOME "}, amount: {percent: " percent ", of: std}}]"

#define SAME "start: same-month|stop: same-month"
#define ANY_DAY "start: same-month|stop: next-month"
#define EVERY_DAY "start: next-month|stop: same-month"
#define CLAIM(from, backdate, again)                                                   \
    "entry: {by: claim, from: " from ", backdate: " backdate ", again: " again         \
    ", keep-enrolled: false}"
#define CLAIM_KEEP                                                                     \
    "entry: {by: claim, from: next-month, backdate: none, again: not-needed, "         \
    "keep-enrolled: true}"
#define CLAIM_NO_KEEP CLAIM("next-month", "none", "not-needed")

/* ---- steps 2 and 3: birthdays, days, months ---- */

static const struct eval_case days[] = {
    /* 9 x 25.00 = 225.00, 10 x 25.00 = 250.00, 300.00: reference/policy.md 2.1 */
    {.label = "80 in March, next month",
     .p = {{.tiers = OLD}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-01..2025-03=not-eligible 2025-04..2025-12=2500"},
    {.label = "80 in March, same month",
     .p = {{.tiers = OLD, .rules = SAME}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-01..2025-02=not-eligible 2025-03..2025-12=2500"},
    {.label = "80 in March, whole year in December",
     .p = {{.tiers = OLD, .rules = "annual: {whole-year-in: 12}"}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-03=not-eligible 2025-04..2025-11=zero 2025-12=30000 2026-01=zero"},
    {.label = "80 in March, any day",
     .p = {{.tiers = OLD, .rules = ANY_DAY}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-02=not-eligible 2025-03..2025-04=2500"},
    {.label = "80 in March, every day",
     .p = {{.tiers = OLD, .rules = EVERY_DAY}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-03=not-eligible 2025-04..2025-05=2500"},
    /* The last day before March is 28 February: still 79. */
    {.label = "birthday on the first, next month",
     .p = {{.tiers = OLD}},
     .birth = "1945-03-01",
     .facts = REG,
     .expect = "2025-02..2025-03=not-eligible 2025-04=2500"},
    {.label = "birthday on the first, same month",
     .p = {{.tiers = OLD, .rules = SAME}},
     .birth = "1945-03-01",
     .facts = REG,
     .expect = "2025-02=not-eligible 2025-03=2500"},
    {.label = "birthday on the last, next month",
     .p = {{.tiers = OLD}},
     .birth = "1945-03-31",
     .facts = REG,
     .expect = "2025-03=not-eligible 2025-04=2500"},
    {.label = "birthday on the last, same month",
     .p = {{.tiers = OLD, .rules = SAME}},
     .birth = "1945-03-31",
     .facts = REG,
     .expect = "2025-02=not-eligible 2025-03=2500"},
    /* 81 on 28 February 2025, the last day before March, or on 1 March. */
    {.label = "29 February as 28 February, next month",
     .p = {{.tiers = OVER_81, .rules = "birthday-29-february: feb-28"}},
     .birth = "1944-02-29",
     .expect = "2025-02=not-eligible 2025-03=2500"},
    {.label = "29 February as 1 March, next month",
     .p = {{.tiers = OVER_81, .rules = "birthday-29-february: mar-1"}},
     .birth = "1944-02-29",
     .expect = "2025-03=not-eligible 2025-04=2500"},
    {.label = "29 February as 28 February, same month",
     .p = {{.tiers = OVER_81, .rules = SAME "|birthday-29-february: feb-28"}},
     .birth = "1944-02-29",
     .expect = "2025-01=not-eligible 2025-02=2500"},
    {.label = "29 February as 1 March, same month",
     .p = {{.tiers = OVER_81, .rules = SAME "|birthday-29-february: mar-1"}},
     .birth = "1944-02-29",
     .expect = "2025-02=not-eligible 2025-03=2500"},
    {.label = "29 February in a leap year is itself",
     .p = {{.tiers = OLD, .rules = SAME "|birthday-29-february: mar-1"}},
     .birth = "1944-02-29",
     .facts = REG,
     .expect = "2024-01=not-eligible 2024-02=2500"},
    /* Moves in on 20 May, away on 15 August. */
    {.label = "residents' months, next and next",
     .facts = "registration=230523 2024-05-20; registration=110105 2024-08-15",
     .expect = "2024-05=not-eligible 2024-06..2024-08=10000 2024-09=not-eligible"},
    {.label = "residents' months, same and same",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 2024-05-20; registration=110105 2024-08-15",
     .expect = "2024-04=not-eligible 2024-05..2024-07=10000 2024-08=not-eligible"},
    {.label = "residents' months, any day",
     .p = {{.rules = ANY_DAY}},
     .facts = "registration=230523 2024-05-20; registration=110105 2024-08-15",
     .expect = "2024-04=not-eligible 2024-05..2024-08=10000 2024-09=not-eligible"},
    {.label = "residents' months, every day",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2024-05-20; registration=110105 2024-08-15",
     .expect = "2024-05=not-eligible 2024-06..2024-07=10000 2024-08=not-eligible"},
    /* Only the last day before June is left of any day in June. */
    {.label = "any day takes the last day of the month before",
     .p = {{.rules = ANY_DAY}},
     .facts = "registration=230523 always; registration=110105 2024-06-01",
     .expect = "2024-05..2024-06=10000 2024-07=not-eligible"},
    {.label = "stop-by registration",
     .p = {{.rules = "stop-by: {registration: same-month}"}},
     .facts = "registration=230523 2024-05-20; registration=110105 2024-08-15",
     .expect = "2024-05=not-eligible 2024-06..2024-07=10000 2024-08=not-eligible"},
    {.label = "stop-by looks at its attribute only",
     .p = {{.tiers = "[{name: a, when: {welfare: [dibao], " AT_HOME
                     "}, amount: {per-month: 50.00}}]",
            .rules = "stop-by: {registration: same-month}"}},
     .facts = REG "welfare=dibao 2024-01-01..2024-06-10",
     .expect = "2024-06=5000 2024-07=not-eligible"},
    /* 16 to 30 June are 15 days, 17 to 30 are 14. */
    {.label = "days-at-least, enough",
     .p = {{.rules = "-start|-stop|days-at-least: 15"}},
     .facts = "registration=230523 2024-06-16",
     .expect = "2024-05=not-eligible 2024-06=10000"},
    {.label = "days-at-least, one less",
     .p = {{.rules = "-start|-stop|days-at-least: 15"}},
     .facts = "registration=230523 2024-06-17",
     .expect = "2024-06=not-eligible 2024-07=10000"},
    /* 1 to 8 and 24 to 30 June: 8 + 7 = 15; July has 31 days. */
    {.label = "days-at-least in two parts",
     .p = {{.rules = "-start|-stop|days-at-least: 15"}},
     .facts = "registration=230523 always; registration=110105 2024-06-09; "
              "registration=230523 2024-06-24",
     .expect = "2024-06..2024-07=10000"},
    {.label = "days-at-least 31 in months of 30",
     .p = {{.rules = "-start|-stop|days-at-least: 31"}},
     .facts = REG,
     .expect = "2024-05=10000 2024-06=not-eligible 2024-07..2024-08=10000"},
    {.label = "days-at-least until the death, enough",
     .p = {{.rules = "-start|-stop|days-at-least: 15"}},
     .facts = REG "death=x 2024-06-15",
     .expect = "2024-06=10000 2024-07=dead"},
    {.label = "days-at-least until the death, one less",
     .p = {{.rules = "-start|-stop|days-at-least: 15"}},
     .facts = REG "death=x 2024-06-14",
     .expect = "2024-05=10000 2024-06=not-eligible"},
};

/* ---- section 3 and step 2: facts, conditions, decisions ---- */

static const struct eval_case facts[] = {
    {.label = "past its last day no older value comes back",
     .p = {{.tiers =
                "[{name: a, when: {welfare: [dibao]}, amount: {per-month: 50.00}}]"}},
     .facts = "welfare=dibao 2024-01-01; welfare=dibao 2024-03-01..2024-04-30",
     .expect = "2024-02..2024-05=5000 2024-06=not-eligible"},
    {.label = "after it the default counts",
     .p = {{.tiers =
                "[{name: a, when: {welfare: [none]}, amount: {per-month: 50.00}}]"}},
     .facts = "welfare=dibao 2024-03-01..2024-04-30",
     .expect = "2024-03=5000 2024-04..2024-05=not-eligible 2024-06=5000"},
    {.label = "of one day the latest recorded",
     .p = {{.tiers =
                "[{name: a, when: {welfare: [dibao]}, amount: {per-month: 50.00}}]"}},
     .facts = "welfare=margin 2024-01-01; welfare=dibao 2024-01-01",
     .expect = "2024-02=5000"},
    {.label = "a value no policy names matches nothing",
     .p = {{.tiers =
                "[{name: a, when: {welfare: [none]}, amount: {per-month: 50.00}}]"}},
     .facts = "welfare=unheard-of 2024-01-01",
     .expect = "2024-02=not-eligible"},
    {.label = "an attribute without value or default matches nothing",
     .p = {{.tiers =
                "[{name: a, when: {veteran: [yes]}, amount: {per-month: 50.00}}]"}},
     .expect = "2024-02=not-eligible"},
    {.label = "divisions by prefix, the longest value that is named",
     .p = {{.tiers = "[{name: a, when: {registration: [\"230523\"]}, "
                     "amount: {per-month: 3.00}}, "
                     "{name: b, when: {registration: [\"23\"]}, "
                     "amount: {per-month: 2.00}}]"}},
     .facts = "registration=2305 always; registration=230523100 2024-02-01; "
              "registration=230522 2024-03-01; registration=2 2024-04-01",
     .expect = "2024-02=200 2024-03=300 2024-04=200 2024-05=not-eligible"},
    {.label = "home by default, an institution by any code",
     .p = {{.tiers =
                "[{name: a, when: {residence: [home]}, amount: {per-month: 3.00}}, "
                "{name: b, when: {residence: [91230523X]}, "
                "amount: {per-month: 2.00}}, {name: d, when: "
                "{residence: [institution]}, amount: {per-month: 1.00}}]"}},
     .facts = "residence=91230523X 2024-02-01; residence=52230523Y 2024-03-01; "
              "residence=home 2024-04-01",
     .expect = "2024-02=300 2024-03=200 2024-04=100 2024-05=300"},
    {.label = "dependency after scales; an unlisted scale is nothing",
     .p = {{.head = "scales: {dependency: {S: {moderate: semi, severe: full}}}",
            .tiers =
                "[{name: a, when: {dependency: [full]}, amount: {per-month: 3.00}}, "
                "{name: b, when: {dependency: [semi]}, "
                "amount: {per-month: 2.00}}]"}},
     .facts =
         "dependency=moderate 2024-02-01 scale=S; dependency=severe 2024-03-01 "
         "scale=S; dependency=severe 2024-04-01 scale=T; dependency=semi 2024-05-01",
     .expect = "2024-02=not-eligible 2024-03=200 2024-04=300 2024-05=not-eligible"
               " 2024-06=not-eligible"},
    /* 24 months from 2022-06-01 end on 2024-05-31; from 2022-06-02 in June. */
    {.label = "for-months, to the day",
     .p = {{.tiers = "[{name: a, when: {registration: [\"230523\"], for-months: "
                     "{registration: 24}}, amount: {per-month: 10.00}}]"}},
     .facts = "registration=230523 2022-06-01",
     .expect = "2024-05=not-eligible 2024-06=1000"},
    {.label = "for-months, a day late",
     .p = {{.tiers = "[{name: a, when: {registration: [\"230523\"], for-months: "
                     "{registration: 24}}, amount: {per-month: 10.00}}]"}},
     .facts = "registration=230523 2022-06-02",
     .expect = "2024-06=not-eligible 2024-07=1000"},
    {.label = "for-months over facts that agree, and a gap",
     .p = {{.tiers = "[{name: a, when: {registration: [\"230523\"], for-months: "
                     "{registration: 6}}, amount: {per-month: 10.00}}]"}},
     .facts =
         "registration=230523001 2023-01-01; registration=230523002 2024-03-05; "
         "registration=110105 2024-06-10..2024-06-11; registration=230523 2024-06-12",
     .expect = "2024-04..2024-06=1000 2024-07..2024-12=not-eligible 2025-01=1000"},
    {.label = "for-months ends with February as a whole month",
     .p = {{.tiers = "[{name: a, when: {registration: [\"230523\"], for-months: "
                     "{registration: 12}}, amount: {per-month: 10.00}}]"}},
     .facts = "registration=230523 2024-03-01",
     .expect = "2025-02=not-eligible 2025-03=1000"},
    {.label = "a refusal ends with its last day",
     .facts = REG "decision=refuse 2024-01-05..2024-03-31",
     .expect = "2024-01=10000 2024-02..2024-03=refused 2024-04=refused 2024-05=10000"},
    {.label = "a stop of one programme only",
     .p = {{.more = "e", .more_tiers = FLAT("7.00")}},
     .facts = REG "decision@e=stop 2024-01-05",
     .expect = "c:2024-02=10000 e:2024-01=700 e:2024-02=refused"},
    {.label = "of two decisions the later, whomever they name",
     .facts = REG "decision@c=approve 2024-03-05; decision=stop 2024-01-05",
     .expect = "2024-02..2024-03=refused 2024-04=10000"},
    {.label = "a review changes nothing in force",
     .facts = REG "decision=stop 2024-01-05; decision=review 2024-03-05",
     .expect = "2024-05=refused"},
    {.label = "ask waits for a decision with a tier",
     .p = {{.tiers = OLD}},
     .facts = REG "welfare=tekun 2020-01-01; decision@c=approve 2024-03-05 tier=t80",
     .expect = "2024-03=ask 2024-04..2024-12=2500"},
    /* tekun until the end of June; then dibao: the decision is about other facts. */
    {.label = "a decided tier lasts as long as the facts",
     .p = {{.tiers = OLD}},
     .facts = REG "welfare=tekun 2020-01-01; welfare=dibao 2024-07-01; "
                  "decision@c=approve 2024-03-05 tier=t80",
     .expect = "2024-04..2024-07=2500 2024-08=10000"},
    {.label = "a decision gives a tier where the facts give none",
     .p = {{.tiers = OLD}},
     .birth = "1946-05-20",
     .facts = REG "decision@c=approve 2024-03-05 tier=t90",
     .expect = "2024-03=not-eligible 2024-04..2026-05=10000 2026-06=2500"},
    {.label = "a tier unknown to the policy is ignored",
     .p = {{.tiers = OLD}},
     .facts = REG "decision@c=approve 2024-03-05 tier=gone",
     .expect = "2024-04=2500"},
};

/* ---- steps 4 and 5: death, tiers ---- */

static const struct eval_case deaths[] = {
    {.label = "the month of death is paid",
     .facts = REG "death=x 2024-05-20",
     .expect = "2024-04..2024-05=10000 2024-06=dead 2030-06=dead"},
    {.label = "the month of death is not paid",
     .p = {{.rules = "stop-on-death: same-month"}},
     .facts = REG "death=x 2024-05-20",
     .expect = "2024-04=10000 2024-05=dead"},
    {.label = "death on the first",
     .facts = REG "death=x 2024-05-01",
     .expect = "2024-05=10000 2024-06=dead"},
    {.label = "death on the last",
     .facts = REG "death=x 2024-05-31",
     .expect = "2024-05=10000 2024-06=dead"},
    {.label = "of two dates of death the earliest",
     .facts = REG "death=x 2024-07-02; death=x 2024-05-31",
     .expect = "2024-05=10000 2024-06=dead"},
    {.label = "days after the death are like its day",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 always; death=x 2024-05-20; "
              "registration=110105 2024-05-25",
     .expect = "2024-05=10000 2024-06=dead"},
    {.label = "80 only after the death",
     .p = {{.tiers = OLD, .rules = SAME}},
     .birth = "1944-05-25",
     .facts = REG "death=x 2024-05-20",
     .expect = "2024-05=not-eligible"},
    {.label = "90 in June, next month",
     .p = {{.tiers = OLD}},
     .birth = "1935-06-10",
     .facts = REG,
     .expect = "2025-06=2500 2025-07=10000"},
    {.label = "90 in June, same month",
     .p = {{.tiers = OLD, .rules = "tier-change: same-month"}},
     .birth = "1935-06-10",
     .facts = REG,
     .expect = "2025-05=2500 2025-06=10000"},
    {.label = "next-month, but not eligible the day before: the paying day",
     .p = {{.tiers = OLD, .rules = SAME}},
     .birth = "1935-06-10",
     .facts = "registration=230523 2025-06-20",
     .expect = "2025-05=not-eligible 2025-06=10000"},
    /* Eligible by 31 May only; on the last day of June there is no tier. */
    {.label = "same-month, but not eligible at the end: the paying day",
     .p = {{.tiers = OLD, .rules = "tier-change: same-month"}},
     .birth = "1935-06-10",
     .facts = "registration=230523 always; registration=110105 2025-06-20",
     .expect = "2025-06=2500 2025-07=not-eligible"},
    /* The paying day of October is 30 September. */
    {.label = "on-decision: a review brings the new tier",
     .p = {{.tiers = OLD, .rules = "tier-change: on-decision"}},
     .birth = "1935-06-10",
     .facts = REG "decision=approve 2020-02-01; decision=review 2025-09-05",
     .expect = "2025-07..2025-09=2500 2025-10=10000"},
    {.label = "on-decision without a decision: the paying day",
     .p = {{.tiers = OLD, .rules = "tier-change: on-decision"}},
     .birth = "1935-06-10",
     .facts = REG,
     .expect = "2025-06=2500 2025-07=10000"},
    {.label = "on-decision before there was a tier: the paying day",
     .p = {{.tiers = OLD, .rules = "tier-change: on-decision"}},
     .birth = "1945-03-15",
     .facts = REG "decision=approve 2025-03-01",
     .expect = "2025-03=not-eligible 2025-04=2500"},
};

/* ---- step 6: paid elsewhere, entry ---- */

static const struct eval_case entries[] = {
    /* Registered on 10 July: paid there through June, here from July. */
    {.label = "the month after the other county, from the same month",
     .facts = "registration=230523 2024-07-10; paid-elsewhere=2024-06 2024-07-12",
     .expect = "2024-06=paid-elsewhere 2024-07..2024-08=10000"},
    {.label = "without the fact the move costs a month",
     .facts = "registration=230523 2024-07-10",
     .expect = "2024-07=not-eligible 2024-08=10000"},
    {.label = "every day becomes the last day",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2024-07-10; paid-elsewhere=2024-06 2024-07-12",
     .expect = "2024-07..2024-08=10000"},
    {.label = "of several the latest month, whenever recorded",
     .facts =
         REG "paid-elsewhere@c=2024-08 2024-07-12; paid-elsewhere=2024-06 2024-09-01",
     .expect = "2024-08=paid-elsewhere 2024-09=10000"},
    {.label = "no claim",
     .p = {{.rules = CLAIM("month", "all", "not-needed")}},
     .facts = REG,
     .expect = "2020-01=not-entered 2025-01=not-entered"},
    {.label = "late claim, no backdate",
     .p = {{.rules = CLAIM("month", "none", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2025-05=before-entry 2025-06=10000"},
    {.label = "late claim, from the next month",
     .p = {{.rules = CLAIM("next-month", "none", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2025-06=before-entry 2025-07=10000"},
    {.label = "late claim, all",
     .p = {{.rules = CLAIM("next-month", "all", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2019-12=no-policy 2020-01=10000 2024-12..2025-06=10000"},
    {.label = "late claim, calendar year",
     .p = {{.rules = CLAIM("month", "calendar-year", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2024-12=before-entry 2025-01..2025-07=10000"},
    /* April, May and June are three. */
    {.label = "late claim, three months counting its own",
     .p = {{.rules = CLAIM("month", "3", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2025-03=before-entry 2025-04..2025-07=10000"},
    {.label = "late claim, one month and from the next",
     .p = {{.rules = CLAIM("next-month", "1", "not-needed")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2025-05=before-entry 2025-06..2025-07=10000"},
    {.label = "the earliest claim, of whichever programme is named",
     .p = {{.rules = CLAIM("month", "none", "not-needed")}},
     .facts = REG "claim@c=x 2025-06-10; claim=x 2025-03-10",
     .expect = "2025-02=before-entry 2025-03=10000"},
    {.label = "a claim after the death is none",
     .p = {{.rules = CLAIM("month", "all", "not-needed")}},
     .facts = REG "claim=x 2024-05-21; death=x 2024-05-20",
     .expect = "2024-05=not-entered"},
    {.label = "a claim on the day of death is one",
     .p = {{.rules = CLAIM("month", "all", "not-needed")}},
     .facts = REG "claim=x 2024-05-20; death=x 2024-05-20",
     .expect = "2024-05=10000"},
    /* The spell is months 2020-01 to 2024-01, then 2024-07 on. */
    {.label = "back again, claimed again",
     .p = {{.rules = CLAIM("month", "none", "needed")}},
     .facts = "registration=230523 always; claim=x 2020-02-03; registration=110105 "
              "2024-01-10; registration=230523 2024-06-05; claim=x 2024-08-01",
     .expect = "2024-01=10000 2024-02..2024-06=not-eligible 2024-07=before-entry "
               "2024-08=10000 2020-01=before-entry 2020-02=10000"},
    {.label = "back again, not claimed again",
     .p = {{.rules = CLAIM("month", "all", "needed")}},
     .facts = "registration=230523 always; claim=x 2020-02-03; registration=110105 "
              "2024-01-10; registration=230523 2024-06-05",
     .expect = "2024-01=10000 2024-07=not-entered"},
    /* A claim in the last month of the spell before is not after it. */
    {.label = "claimed again too early",
     .p = {{.rules = CLAIM("month", "all", "needed")}},
     .facts = "registration=230523 always; claim=x 2020-02-03; claim=x 2024-01-20; "
              "registration=110105 2024-01-10; registration=230523 2024-06-05",
     .expect = "2024-07=not-entered"},
    {.label = "claimed again between the spells",
     .p = {{.rules = CLAIM("month", "none", "needed")}},
     .facts = "registration=230523 always; claim=x 2020-02-03; claim=x 2024-02-20; "
              "registration=110105 2024-01-10; registration=230523 2024-06-05",
     .expect = "2024-07=10000"},
    {.label = "back again, no claim needed",
     .p = {{.rules = CLAIM("month", "none", "not-needed")}},
     .facts = "registration=230523 always; claim=x 2020-02-03; registration=110105 "
              "2024-01-10; registration=230523 2024-06-05",
     .expect = "2024-07=10000"},
    {.label = "entry by decision: approve, not refuse or review",
     .p = {{.rules = "entry: {by: decision, from: next-month, backdate: none, "
                     "again: not-needed, keep-enrolled: false}"}},
     .facts = REG "decision=review 2024-01-05; decision=approve 2024-03-05; claim=x "
                  "2020-01-01",
     .expect = "2024-02..2024-03=before-entry 2024-04=10000"},
    /* The second file asks for a claim that nobody made, and keeps who had an amount in
     * June; born 1945-03-15, so one who turned 80 later is new. */
    {.label = "kept enrolled, from the effective month",
     .p = {{.id = "p1", .tiers = OLD},
           {.id = "p2", .effective = "2025-07-01", .tiers = OLD, .rules = CLAIM_KEEP}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-04..2025-12=2500"},
    {.label = "not kept without the rule",
     .p = {{.id = "p1", .tiers = OLD},
           {.id = "p2",
            .effective = "2025-07-01",
            .tiers = OLD,
            .rules = CLAIM_NO_KEEP}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-06=2500 2025-07=not-entered"},
    {.label = "not kept who had nothing the month before",
     .p = {{.id = "p1", .tiers = OLD},
           {.id = "p2", .effective = "2025-04-01", .tiers = OLD, .rules = CLAIM_KEEP}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-03=not-eligible 2025-04=not-entered"},
    {.label = "kept twice",
     .p = {{.id = "p1", .tiers = OLD},
           {.id = "p2", .effective = "2025-07-01", .tiers = OLD, .rules = CLAIM_KEEP},
           {.id = "p3", .effective = "2026-01-01", .tiers = OLD, .rules = CLAIM_KEEP}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-12..2026-02=2500"},
};

/* ---- steps 7 and 8: suspension, certification ---- */

#define CERT(how) "certification: " how
#define FROM_2024 CLAIM("month", "none", "not-needed")

static const struct eval_case certificates[] = {
    {.label = "suspended and not yet lifted",
     .facts = REG "suspended=x 2024-03-10",
     .expect = "2024-03=10000 2024-04..2024-09=suspended"},
    {.label = "lifted, all is paid",
     .facts = REG "suspended=x 2024-03-10..2024-05-20",
     .expect = "2024-03..2024-07=10000"},
    /* Paying days 31 March and 30 April are suspended, 31 May is not. */
    {.label = "lifted, nothing is paid",
     .p = {{.rules = "suspension: {resume: none}"}},
     .facts = REG "suspended@c=x 2024-03-10..2024-05-20",
     .expect = "2024-03=10000 2024-04..2024-05=suspended 2024-06=10000"},
    /* The entry in January 2024 certifies the 12 months to December. */
    {.label = "every 12, never certified",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: all}")}},
     .facts = REG "claim=x 2024-01-15",
     .expect = "2023-12=before-entry 2024-01..2024-12=10000 2025-01=not-certified"},
    {.label = "every 12, certified late, all",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: all}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-10",
     .expect = "2024-12..2026-02=10000 2026-03=not-certified"},
    {.label = "every 12, certified late, none",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: none}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-10",
     .expect = "2024-12=10000 2025-01..2025-02=not-certified 2025-03=10000"},
    /* k is March: March - 1 is February. */
    {.label = "every 12, certified late, the last month",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: {last: 1}}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-10",
     .expect = "2024-12=10000 2025-01=not-certified 2025-02..2025-03=10000"},
    /* January and February are two months. */
    {.label = "every 12, certified late, unless over 2",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: {unless-over: 2}}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-10",
     .expect = "2025-01..2025-03=10000"},
    {.label = "every 12, certified late, over 1",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: {unless-over: 1}}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-10",
     .expect = "2025-01..2025-02=not-certified 2025-03=10000"},
    {.label = "a certification after the death is none",
     .p = {{.rules = FROM_2024 "|" CERT("{every: 12, resume: all}")}},
     .facts = REG "claim=x 2024-01-15; certified=x 2025-03-11; death=x 2025-03-10",
     .expect = "2025-01..2025-03=not-certified"},
    /* Automatic entry in the first month of the spell, 2025-04 to 2025-09. */
    {.label = "automatic entry certifies from the first month",
     .p = {{.tiers = OLD, .rules = CERT("{every: 6, resume: all}")}},
     .birth = "1945-03-15",
     .facts = REG,
     .expect = "2025-04..2025-09=2500 2025-10=not-certified"},
    /* Claimed long before the birthday: certified on 2025-04-01. */
    {.label = "an entry before the spell certifies on its first day",
     .p = {{.tiers = OLD, .rules = FROM_2024 "|" CERT("{every: 6, resume: all}")}},
     .birth = "1945-03-15",
     .facts = REG "claim=x 2024-01-15",
     .expect = "2025-04..2025-09=2500 2025-10=not-certified"},
    {.label = "months before the entry need no certification",
     .p = {{.rules = CLAIM("month", "all",
                           "not-needed") "|" CERT("{every: 3, resume: none}")}},
     .facts = REG "claim=x 2025-06-10",
     .expect = "2023-01=10000 2025-05..2025-08=10000 2025-09=not-certified"},
    /* May 2024 is in the window that ended on 20 June 2024: good until the next one has
     * ended. September 2025 is late for the window of 2025. */
    {.label = "windows",
     .p = {{.rules = FROM_2024 "|" CERT("{windows: [04-01..06-20], resume: none}")}},
     .facts = REG "claim=x 2023-01-15; certified=x 2024-05-10; certified=x 2025-09-02",
     .expect = "2023-01..2023-06=10000 2023-07..2024-04=not-certified "
               "2024-05..2025-06=10000 2025-07..2025-08=not-certified "
               "2025-09..2026-06=10000 2026-07=not-certified"},
    {.label = "windows, all is paid when made good",
     .p = {{.rules = FROM_2024 "|" CERT("{windows: [04-01..06-20], resume: all}")}},
     .facts = REG "claim=x 2023-01-15; certified=x 2024-05-10; certified=x 2025-09-02",
     .expect = "2023-01..2026-06=10000 2026-07=not-certified"},
    /* The window to 20 December: December itself still lives by the year before. */
    {.label = "a window over the year's end",
     .p = {{.rules = FROM_2024 "|" CERT("{windows: [11-15..12-20], resume: none}")}},
     .facts = REG "claim=x 2023-11-20; certified=x 2024-12-01",
     .expect = "2023-11..2024-12=10000 2025-01..2025-12=10000 2026-01=not-certified"},
    {.label = "two windows a year",
     .p = {{.rules = FROM_2024
            "|" CERT("{windows: [05-01..05-31, 11-01..11-30], resume: none}")}},
     .facts = REG "claim=x 2024-04-15; certified=x 2024-05-10",
     .expect = "2024-04..2024-11=10000 2024-12=not-certified"},
    /* The second file's first month certifies: July to December are six. */
    {.label = "a policy that begins to ask certifies",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2024-07-01",
            .rules = CERT("{every: 6, resume: none}")}},
     .facts = REG,
     .expect = "2024-06..2024-12=10000 2025-01=not-certified"},
    {.label = "a policy that goes on asking does not",
     .p = {{.id = "p1", .rules = CERT("{every: 6, resume: none}")},
           {.id = "p2",
            .effective = "2024-07-01",
            .rules = CERT("{every: 6, resume: none}")}},
     .facts = REG "certified=x 2024-02-10",
     .expect = "2024-07=10000 2024-08=not-certified"},
};

/* ---- step 9: amounts ---- */

#define STD(yuan) "parameters: {std: {values: [{from: 2024-01-01, value: " yuan "}]}}"
#define STD_BY                                                                         \
    "parameters: {std: {by: welfare, values: {"                                        \
    "urban: [{from: 2024-01-01, value: 707.00}], "                                     \
    "rural: [{from: 2024-01-01, value: 530.00}]}}}"

static const struct eval_case amounts[] = {
    /* 10000 fen a year: 833, 1666, 2500, 3333, 4166, 5000, ... by the month. */
    {.label = "twelfths sum up to the year",
     .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {per-year: 100.00}}]"}},
     .facts = REG,
     .expect = "2025-01..2025-02=833 2025-03=834 2025-04..2025-05=833 2025-06=834 "
               "2025-07..2025-08=833 2025-09=834 2025-10..2025-11=833 2025-12=834"},
    /* 7 fen a year: floor(7n/12) is 0 1 1 2 2 3 4 4 5 5 6 7. */
    {.label = "twelfths of less than a fen",
     .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {per-year: 0.07}}]"}},
     .facts = REG,
     .expect = "2025-01=zero 2025-02=1 2025-03=zero 2025-04=1 2025-05=zero 2025-06=1 "
               "2025-07=1 2025-08=zero 2025-09=1 2025-10=zero 2025-11=1 2025-12=1"},
    /* 707.00 x 15 % = 106.05 */
    {.label = "percent, exact",
     .p = {{.head = STD("707.00"), .tiers = PARAM("15")}},
     .facts = REG,
     .expect = "2023-12=no-rate 2024-01=10605"},
    /* 0.30 x 15 % = 4.5 fen */
    {.label = "percent, half a fen up",
     .p = {{.head = STD("0.30"), .tiers = PARAM("15")}},
     .facts = REG,
     .expect = "2024-01=5"},
    {.label = "percent, half a fen down",
     .p = {{.head = STD("0.30"), .tiers = PARAM("15"), .rules = "rounding: down-fen"}},
     .facts = REG,
     .expect = "2024-01=4"},
    /* 0.28 x 15 % = 4.2 fen */
    {.label = "percent, up",
     .p = {{.head = STD("0.28"), .tiers = PARAM("15"), .rules = "rounding: up-fen"}},
     .facts = REG,
     .expect = "2024-01=5"},
    {.label = "percent, to the jiao",
     .p = {{.head = STD("707.00"),
            .tiers = PARAM("15"),
            .rules = "rounding: half-up-jiao"}},
     .facts = REG,
     .expect = "2024-01=10610"},
    {.label = "percent, to the yuan",
     .p = {{.head = STD("707.00"), .tiers = PARAM("15"), .rules = "rounding: up-yuan"}},
     .facts = REG,
     .expect = "2024-01=10700"},
    /* 530.00 x 15 % = 79.50; the welfare of the paying day, 29 February, counts. */
    {.label = "a parameter by attribute",
     .p = {{.head = STD_BY, .tiers = PARAM("15")}},
     .facts = REG "welfare=urban 2024-01-01; welfare=rural 2024-03-01; welfare=tekun "
                  "2024-05-01",
     .expect = "2024-01=no-rate 2024-02..2024-03=10605 2024-04..2024-05=7950 "
               "2024-06=no-rate"},
    /* 760.00 x 15 % = 114.00, dated July, in a file effective in the middle of July. */
    {.label = "a raise in a file of its own",
     .p = {{.id = "p1", .head = STD_BY, .tiers = PARAM("15")},
           {.id = "p2",
            .effective = "2024-07-15",
            .code = "",
            .head = "parameters: {std: {by: welfare, values: "
                    "{urban: [{from: 2024-07-01, value: 760.00}]}}}"}},
     .facts = REG "welfare=urban 2024-01-01",
     .expect = "2024-06..2024-07=10605 2024-08=11400"},
    {.label = "of equal dates the last confirmed",
     .p = {{.id = "p1", .head = STD("100.00"), .tiers = PARAM("10")},
           {.id = "p2", .code = "", .head = STD("300.00")},
           {.id = "p3", .code = "", .head = STD("200.00")}},
     .facts = REG,
     .expect = "2024-01=2000"},
    {.label = "the amount that was approved",
     .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {approved: true}}]"}},
     .facts = REG "decision=approve 2024-03-05 amount=88.80; "
                  "decision=approve 2024-06-05 amount=99.00",
     .expect = "2024-03=ask 2024-04..2024-06=8880 2024-07=9900"},
    {.label = "no rate",
     .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {none: true}}]"}},
     .facts = REG,
     .expect = "2024-03=no-rate"},
    {.label = "once, when 100",
     .p = {{.tiers = "[{name: a, when: {age: 100..}, amount: {once: 1000.00}}]"}},
     .birth = "1924-03-15",
     .expect = "2024-03=not-eligible 2024-04=100000 2024-05..2026-01=zero"},
    {.label = "once in a life, not once in a spell",
     .p = {{.tiers = "[{name: a, when: {welfare: [dibao]}, amount: {once: 100.00}}]"}},
     .facts = "welfare=dibao 2024-01-01..2024-03-31; welfare=dibao 2024-06-01",
     .expect = "2024-02=10000 2024-03..2024-04=zero 2024-05=not-eligible 2024-07=zero"},
    {.label = "once, in the first month that is granted",
     .p = {{.tiers = "[{name: a, when: {age: 100..}, amount: {once: 1000.00}}]",
            .rules = CLAIM("month", "none", "not-needed")}},
     .birth = "1924-03-15",
     .facts = "claim=x 2024-07-01; suspended=x 2024-06-30..2024-08-30",
     .expect = "2024-06=before-entry 2024-07=100000 2024-08=zero"},
};

/* ---- step 1: which policy; step 10: conflicts; step 11: history ---- */

#define TWO(a, b) .tiers = FLAT(a), .more = "e", .more_tiers = FLAT(b)
#define AMONG(rule) "conflicts: [{among: [c, e], rule: " rule "}]"

static const struct eval_case policies[] = {
    {.label = "a policy effective in the middle of a month rules the next",
     .p = {{.id = "p1"},
           {.id = "p2", .effective = "2024-07-15", .tiers = FLAT("200.00")}},
     .facts = REG,
     .expect = "2019-12=no-policy 2024-06..2024-07=10000 2024-08=20000"},
    {.label = "of equal dates the last confirmed rules",
     .p = {{.id = "p1"}, {.id = "p2", .tiers = FLAT("200.00")}},
     .facts = REG,
     .expect = "2020-01=20000"},
    {.label = "an earlier date confirmed later does not rule later months",
     .p = {{.id = "p1", .effective = "2024-07-01", .tiers = FLAT("200.00")},
           {.id = "p2", .effective = "2024-01-01"}},
     .facts = REG,
     .expect = "2023-12=no-policy 2024-06=10000 2024-07=20000"},
    {.label = "superseded",
     .p = {{.id = "p1"},
           {.id = "p2", .effective = "2024-07-01", .head = "supersedes: p1"}},
     .facts = REG,
     .expect = "2024-06=no-policy 2024-07=10000"},
    {.label = "ended, and defined again",
     .p = {{.id = "p1"},
           {.id = "p2", .code = "e", .head = "ends: [{programme: c, from: 2024-09}]"},
           {.id = "p3", .effective = "2025-01-01"}},
     .facts = REG,
     .expect = "2024-08=10000 2024-09..2024-12=no-policy 2025-01=10000"},
    /* Confirmed in September: who died in August keeps the old amount. */
    {.label = "dead before the raise was confirmed",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2024-01-01",
            .confirmed = "2024-09",
            .head = "retroactive: {dead: none}",
            .tiers = FLAT("200.00")}},
     .facts = REG "death=x 2024-08-31",
     .expect = "2024-01..2024-08=10000"},
    {.label = "dead in the month of the confirmation",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2024-01-01",
            .confirmed = "2024-09",
            .head = "retroactive: {dead: none}",
            .tiers = FLAT("200.00")}},
     .facts = REG "death=x 2024-09-01",
     .expect = "2023-12=10000 2024-01..2024-09=20000"},
    {.label = "what a later policy superseded still counts for the dead",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2020-01-01",
            .confirmed = "2024-09",
            .head = "retroactive: {dead: none}\nsupersedes: p1",
            .tiers = FLAT("200.00")}},
     .facts = REG "death=x 2024-08-31",
     .expect = "2024-08=10000"},
    {.label = "a raise does not reach the dead either",
     .p = {{.id = "p1", .head = STD("100.00"), .tiers = PARAM("10")},
           {.id = "p2",
            .code = "",
            .effective = "2024-01-01",
            .confirmed = "2024-09",
            .head = "retroactive: {dead: none}\n" STD("200.00")}},
     .facts = REG "death=x 2024-08-31",
     .expect = "2024-08=1000"},
    {.label = "higher-only",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("higher-only")}},
     .facts = REG,
     .expect = "c:2024-01=conflict e:2024-01=200"},
    {.label = "higher-only, a tie",
     .p = {{TWO("2.00", "2.00"),
            .head = "conflicts: [{among: [e, c], rule: higher-only}]"}},
     .facts = REG,
     .expect = "c:2024-01=conflict e:2024-01=200"},
    {.label = "first",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("first")}},
     .facts = REG,
     .expect = "c:2024-01=100 e:2024-01=conflict"},
    {.label = "the choice, until its last day",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-02-10..2024-05-15",
     .expect = "e:2024-01=200 c:2024-02..2024-04=100 e:2024-04=conflict e:2024-05=200"},
    {.label = "a choice of what has no amount takes nothing",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-02-10; decision@c=stop 2024-03-01",
     .expect = "e:2024-03=conflict e:2024-04=200 c:2024-04=refused"},
    {.label = "blocked, as long as the condition holds",
     .p = {{TWO("1.00", "2.00"),
            .head = "conflicts: [{programme: e, when: {welfare: [tekun]}, "
                    "rule: blocked}]"}},
     .facts = REG "welfare=tekun 2024-02-10..2024-04-15",
     .expect = "e:2024-02=200 e:2024-03..2024-04=conflict e:2024-05=200 c:2024-03=100"},
    {.label = "blocked competes no more",
     .p = {{TWO("1.00", "2.00"),
            .head = "conflicts: [{among: [c, e], rule: higher-only}, "
                    "{programme: e, when: {welfare: [tekun]}, rule: blocked}]"}},
     .facts = REG "welfare=tekun 2024-02-10",
     .expect = "c:2024-02=conflict c:2024-03=100 e:2024-03=conflict"},
    {.label = "a later file about the same set replaces the rule",
     .p = {{.id = "p1", TWO("1.00", "2.00"), .head = AMONG("higher-only")},
           {.id = "p2",
            .code = "",
            .effective = "2024-07-01",
            .head = "conflicts: [{among: [e, c], rule: chosen}]"}},
     .facts = REG "choice=c 2020-01-01",
     .expect = "e:2024-06=200 c:2024-07=100 e:2024-07=conflict"},
    {.label = "two lines of one file about one programme both count",
     .p = {{TWO("1.00", "2.00"),
            .head = "conflicts: [{programme: e, when: {welfare: [tekun]}, "
                    "rule: blocked}, {programme: e, when: {welfare: [injury]}, "
                    "rule: blocked}]"}},
     .facts = REG "welfare=tekun 2024-01-01; welfare=injury 2024-03-01",
     .expect = "e:2024-02..2024-05=conflict"},
    {.label = "once is spent where a conflict drops it",
     .p = {{.tiers = "[{name: a, when: {age: 100..}, amount: {once: 1.00}}]",
            .more = "e",
            .more_tiers = FLAT("2.00"),
            .head = AMONG("higher-only")}},
     .birth = "1924-03-15",
     .facts = REG "decision@e=stop 2024-04-30",
     .expect = "c:2024-04=conflict c:2024-05=zero e:2024-05=refused"},
    {.label = "the history decides, and enters",
     .p = {{.rules = CLAIM_NO_KEEP}},
     .facts = REG,
     .settled = "c 2024-06 2024-04=3000 2024-06=5000",
     .expect = "2024-03=settled 2024-04=3000 2024-05=settled 2024-06=5000 "
               "2024-07..2024-09=10000"},
    {.label = "settled for all, and this person was not in it",
     .p = {{.rules = CLAIM_NO_KEEP}},
     .facts = REG "claim=x 2024-03-01",
     .settled = "c 2024-06 2024-06=0",
     .expect = "2024-04..2024-06=settled 2024-07=10000"},
    {.label = "who is in the history is certified in its last month",
     .p = {{.rules = CLAIM_NO_KEEP "|" CERT("{every: 3, resume: none}")}},
     .facts = REG,
     .settled = "c 2024-06 2024-01=5000",
     .expect = "2024-07..2024-08=10000 2024-09=not-certified"},
};

#define TABLE(name)                                                                    \
    START_TEST(test_##name)                                                            \
    {                                                                                  \
        case_run(&name[_i]);                                                           \
    }                                                                                  \
    END_TEST
TABLE(days)
TABLE(facts)
TABLE(deaths)
TABLE(entries)
TABLE(certificates)
TABLE(amounts)
TABLE(policies)
#undef TABLE

/* ---- what a result says beside the amount ---- */

struct held {
    struct case_set set;
    struct case_person person;
    struct eval_result r[EVAL_PROGRAMMES_MAX];
};

static void hold(struct held *h, const struct eval_case *c, int32_t month)
{
    case_set_init(&h->set, c);
    case_person_init(&h->person, &h->set, c);
    eval_month(h->set.set, &h->person.person, month, h->r);
}

START_TEST(test_result_granted)
{
    const struct eval_case c = {
        .label = "granted", .p = {{.tiers = OLD}}, .facts = REG "welfare=dibao always"};
    struct held h;
    hold(&h, &c, month_make(2025, 6));
    ck_assert_str_eq(h.r[0].tier->name, "t80w");
    ck_assert_uint_eq(h.r[0].tier_number, 2);
    ck_assert_str_eq(h.r[0].rules->code, "c");
    ck_assert_uint_eq(h.r[0].policy->number, 1);
    ck_assert_int_eq(h.r[0].paying_day, date_from_civil(2025, 5, 31));
    ck_assert_int_eq(h.r[0].conflict_with, -1);
    ck_assert_ptr_null(h.r[0].unmet);
    ck_assert(!h.r[0].warned);
    case_set_release(&h.set);
}
END_TEST

/* Of four tiers the nearest is the first that lacks one condition only: t90. */
START_TEST(test_result_unmet)
{
    const struct eval_case c = {
        .label = "unmet",
        .p = {{.tiers = OLD, .rules = "stop-by: {registration: same-month}"}},
        .birth = "1950-01-01",
        .facts = "registration=230523 always; "
                 "registration=110105 2035-03-05"};
    struct held h;
    hold(&h, &c, month_make(2025, 6));
    ck_assert_int_eq(h.r[0].reason, EVAL_NOT_ELIGIBLE);
    ck_assert_str_eq(h.r[0].unmet->attribute, "age");
    ck_assert_int_eq(h.r[0].unmet->age_low, 90);
    ck_assert_ptr_null(h.r[0].tier);
    ck_assert_int_eq(h.r[0].paying_day, DAY_NEVER);
    /* Moved away in March 2035, eligible on 28 February. */
    eval_month(h.set.set, &h.person.person, month_make(2035, 3), h.r);
    ck_assert_int_eq(h.r[0].reason, EVAL_NOT_ELIGIBLE);
    ck_assert_str_eq(h.r[0].unmet->attribute, "registration");
    case_set_release(&h.set);
}
END_TEST

START_TEST(test_result_warned)
{
    const struct eval_case unknown_tier = {
        .label = "tier", .facts = REG "decision=approve 2024-01-01 tier=gone"};
    const struct eval_case no_value = {
        .label = "value",
        .p = {{.head = STD("1.00"), .tiers = PARAM("15")}},
        .facts = REG};
    struct held h;
    hold(&h, &unknown_tier, month_make(2024, 6));
    ck_assert_int_eq(h.r[0].amount_fen, 10000);
    ck_assert(h.r[0].warned);
    case_set_release(&h.set);
    hold(&h, &no_value, month_make(2023, 6));
    ck_assert_int_eq(h.r[0].reason, EVAL_NO_RATE);
    ck_assert(h.r[0].warned);
    case_set_release(&h.set);
}
END_TEST

START_TEST(test_result_conflict)
{
    const struct eval_case c = {.label = "conflict",
                                .p = {{TWO("1.00", "2.00"), .head = AMONG("first")}},
                                .facts = REG};
    struct held h;
    hold(&h, &c, month_make(2024, 6));
    ck_assert_int_eq(h.r[1].reason, EVAL_CONFLICT);
    ck_assert_int_eq(h.r[1].conflict_with, 0);
    ck_assert_str_eq(h.r[1].tier->name, "a");
    case_set_release(&h.set);
}
END_TEST

/* eval_programme also says which tier it would be where nothing is ever paid. */
START_TEST(test_no_rate)
{
    const struct eval_case c = {
        .label = "no rate",
        .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {none: true}}]"}},
        .facts = REG};
    struct held h;
    hold(&h, &c, month_make(2024, 6));
    ck_assert_int_eq(h.r[0].reason, EVAL_NO_RATE);
    ck_assert_ptr_null(h.r[0].tier);
    ck_assert_ptr_nonnull(h.r[0].rules);
    struct eval_result r;
    eval_programme(h.set.set, &h.person.person, month_make(2024, 6), 0, &r);
    ck_assert_int_eq(r.reason, EVAL_NO_RATE);
    ck_assert_str_eq(r.tier->name, "a");
    case_set_release(&h.set);
}
END_TEST

/* ---- the set ---- */

START_TEST(test_set)
{
    const struct eval_case c = {
        .label = "set",
        .p = {{.id = "p1", .effective = "2021-02-15", .more = "e"},
              {.id = "p2",
               .code = "e",
               .effective = "2024-01-01",
               .head = "ends: [{programme: c, from: 2024-06}]"}},
    };
    struct held h;
    hold(&h, &c, month_make(2024, 6));
    const struct policy_set *s = h.set.set;
    ck_assert_uint_eq(policy_set_programme_count(s), 2);
    ck_assert_str_eq(policy_set_programme_code(s, 1), "e");
    ck_assert_int_eq(policy_set_programme_find(s, str_of("e")), 1);
    ck_assert_int_eq(policy_set_programme_find(s, str_of("z")), -1);
    ck_assert_int_eq(policy_set_first_month(s), month_make(2021, 3));
    ck_assert_ptr_null(policy_set_ruling(s, 0, month_make(2021, 2)));
    ck_assert_uint_eq(policy_set_ruling(s, 0, month_make(2024, 5))->number, 1);
    ck_assert_ptr_null(policy_set_ruling(s, 0, month_make(2024, 6)));
    ck_assert_uint_eq(policy_set_ruling(s, 1, month_make(2024, 6))->number, 2);
    ck_assert_int_eq(policy_set_attribute(s, str_of("claim")), ATTR_CLAIM);
    ck_assert_int_eq(policy_set_attribute(s, str_of("dependency")), ATTR_DEPENDENCY);
    ck_assert_int_ge(policy_set_attribute(s, str_of("welfare")), ATTR_FIRST_FREE);
    ck_assert_int_eq(policy_set_attribute(s, str_of("phone")), ATTR_UNUSED);
    case_set_release(&h.set);
}
END_TEST

START_TEST(test_set_empty)
{
    struct policy_set *s = NULL;
    struct diag d;
    ck_assert_int_eq(policy_set_new(&s, NULL, 0, &d), ST_OK);
    ck_assert_uint_eq(policy_set_programme_count(s), 0);
    ck_assert_int_eq(policy_set_first_month(s), INT32_MAX);
    struct eval_person person = {0};
    eval_month(s, &person, month_make(2024, 1), NULL);
    policy_set_free(s);
    policy_set_free(NULL);
}
END_TEST

/* Many facts take the other search; a decoy of the last programme comes between. */
START_TEST(test_many_facts)
{
    char text[4096] = REG;
    size_t n = strlen(text);
    for (int32_t m = 0; m < 48; m++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "welfare=%s 20%02d-%02d-01; ",
                              m % 2 ? "dibao" : "none", 21 + m / 12, m % 12 + 1);
    }
    const struct eval_case c = {.label = "many", .p = {{.tiers = OLD}}, .facts = text};
    struct case_set s;
    struct case_person p;
    struct eval_result r;
    case_set_init(&s, &c);
    case_person_init(&p, &s, &c);
    for (int32_t m = 1; m < 48; m++) {
        eval_month(s.set, &p.person, month_make(2021, 1) + m, &r);
        ck_assert_int_eq(r.amount_fen, m % 2 ? 2500 : 10000);
    }
    case_set_release(&s);
}
END_TEST

static const struct {
    int32_t every;
    int32_t after;
    int32_t month;
    int32_t payable_year;
    int32_t payable_month;
} payables[] = {
    {1, 0, 3, 2025, 3}, {1, 1, 12, 2026, 1},  {3, 0, 1, 2025, 3},
    {3, 0, 3, 2025, 3}, {3, 1, 11, 2026, 1},  {6, 0, 6, 2025, 6},
    {6, 2, 7, 2026, 2}, {12, 0, 1, 2025, 12}, {12, 13, 12, 2027, 1},
};

START_TEST(test_payable)
{
    struct rules rules = {.payable_every = payables[_i].every,
                          .payable_after = payables[_i].after};
    ck_assert_int_eq(eval_payable_month(&rules, month_make(2025, payables[_i].month)),
                     month_make(payables[_i].payable_year, payables[_i].payable_month));
}
END_TEST

START_TEST(test_reason_names)
{
    for (int i = EVAL_GRANTED; i <= EVAL_SETTLED; i++) {
        ck_assert_ptr_nonnull(eval_reason_name((enum eval_reason)i));
        ck_assert_ptr_nonnull(eval_reason_zh((enum eval_reason)i));
    }
    ck_assert_str_eq(eval_reason_name(EVAL_GRANTED), "granted");
    ck_assert_str_eq(eval_reason_name(EVAL_SETTLED), "settled");
}
END_TEST

Suite *suite_eval(void)
{
    Suite *s = suite_create("eval");
    TCase *steps = tcase_create("steps");
    tcase_add_loop_test(steps, test_days, 0, (int)COUNT(days));
    tcase_add_loop_test(steps, test_facts, 0, (int)COUNT(facts));
    tcase_add_loop_test(steps, test_deaths, 0, (int)COUNT(deaths));
    tcase_add_loop_test(steps, test_entries, 0, (int)COUNT(entries));
    tcase_add_loop_test(steps, test_certificates, 0, (int)COUNT(certificates));
    tcase_add_loop_test(steps, test_amounts, 0, (int)COUNT(amounts));
    tcase_add_loop_test(steps, test_policies, 0, (int)COUNT(policies));
    suite_add_tcase(s, steps);
    TCase *results = tcase_create("results");
    tcase_add_test(results, test_result_granted);
    tcase_add_test(results, test_result_unmet);
    tcase_add_test(results, test_result_warned);
    tcase_add_test(results, test_result_conflict);
    tcase_add_test(results, test_no_rate);
    tcase_add_test(results, test_set);
    tcase_add_test(results, test_set_empty);
    tcase_add_test(results, test_many_facts);
    tcase_add_loop_test(results, test_payable, 0, (int)COUNT(payables));
    tcase_add_test(results, test_reason_names);
    suite_add_tcase(s, results);
    return s;
}
