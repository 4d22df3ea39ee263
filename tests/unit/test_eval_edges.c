/* test_eval_edges.c - the edges of POLICY-FORMAT section 4, step by step, computed by
 * hand: first and last days, leap years, year ends, limits met exactly. Rows are those
 * of eval_case.c; the usual programme c is 100.00 a month for whom is registered in
 * 230523, next-month and next-month, automatic. If one fails, a month at an edge is
 * wrong. */
#include "policy/eval.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>

#include "eval_case.h"

Suite *suite_eval_edges(void);

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define REG "registration=230523 always; "
#define AT_HOME "registration: [\"230523\"]"
#define FLAT(yuan) "[{name: a, when: {" AT_HOME "}, amount: {per-month: " yuan "}}]"
#define AGED(when) "[{name: a, when: {" when "}, amount: {per-month: 100.00}}]"
#define TO_90                                                                          \
    "[{name: b, when: {age: 90..}, amount: {per-month: 200.00}}, "                     \
    "{name: a, when: {age: 80..89}, amount: {per-month: 100.00}}]"

#define SAME "start: same-month|stop: same-month"
#define ANY_DAY "start: same-month|stop: next-month"
#define EVERY_DAY "start: next-month|stop: same-month"
#define DAYS(n) "-start|-stop|days-at-least: " n
#define FEB_28 "birthday-29-february: feb-28"
#define MAR_1 "birthday-29-february: mar-1"
#define ENTRY(by, from, backdate, again, keep)                                         \
    "entry: {by: " by ", from: " from ", backdate: " backdate ", again: " again        \
    ", keep-enrolled: " keep "}"
#define CLAIM(from, backdate, again) ENTRY("claim", from, backdate, again, "false")
#define CERT(how) "certification: {" how "}"

/* ---- steps 1 to 4 ---- */

static const struct eval_case days[] = {
    /* The last day of May is the last with the registration: for June the day before
     * counts (next-month), for May itself the last day (same-month). */
    {.label = "lost on the first, next-month",
     .facts = "registration=230523 2020-01-01; registration=110101 2025-06-01",
     .expect = "2025-05..2025-06=10000 2025-07=not-eligible"},
    {.label = "lost on the first, same-month",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 2020-01-01; registration=110101 2025-06-01",
     .expect = "2025-05=10000 2025-06=not-eligible"},
    {.label = "lost on the first, any day: the day before is one",
     .p = {{.rules = ANY_DAY}},
     .facts = "registration=230523 2020-01-01; registration=110101 2025-06-01",
     .expect = "2025-05..2025-06=10000 2025-07=not-eligible"},
    {.label = "lost on the first, every day",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2020-01-01; registration=110101 2025-06-01",
     .expect = "2025-05=10000 2025-06=not-eligible"},
    {.label = "lost on the last, same-month",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 2020-01-01; registration=110101 2025-05-31",
     .expect = "2025-04=10000 2025-05=not-eligible"},
    {.label = "lost on the last, every day",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2020-01-01; registration=110101 2025-05-31",
     .expect = "2025-04=10000 2025-05=not-eligible"},
    {.label = "the last day of a fact is the last of the month",
     .facts = "registration=230523 2020-01-01..2025-05-31",
     .expect = "2025-06=10000 2025-07=not-eligible"},
    {.label = "gained on the first, next-month",
     .facts = "registration=230523 2025-06-01",
     .expect = "2025-06=not-eligible 2025-07=10000"},
    {.label = "gained on the first, any day",
     .p = {{.rules = ANY_DAY}},
     .facts = "registration=230523 2025-06-01",
     .expect = "2025-05=not-eligible 2025-06=10000"},
    {.label = "gained on the first, every day wants the day before",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2025-06-01",
     .expect = "2025-06=not-eligible 2025-07=10000"},
    {.label = "gained on the last, every day",
     .p = {{.rules = EVERY_DAY}},
     .facts = "registration=230523 2025-05-31",
     .expect = "2025-05=not-eligible 2025-06=10000"},
    /* 79 on 31 March, 80 on 1 April: April is paid by 31 March. */
    {.label = "the last year of an age, birthday on the first",
     .p = {{.tiers = AGED("age: ..79")}},
     .birth = "1945-04-01",
     .expect = "2025-04=10000 2025-05=not-eligible"},
    {.label = "the last year of an age, birthday on the last",
     .p = {{.tiers = AGED("age: ..79")}},
     .birth = "1945-03-31",
     .expect = "2025-03=10000 2025-04=not-eligible"},
    /* In 2025 the 28th is the one day of February that counts; there is none under
     * mar-1, where March has all its 31. */
    {.label = "29 February as 28: one day of February",
     .p = {{.tiers = AGED("age: 81.."), .rules = DAYS("1") "|" FEB_28}},
     .birth = "1944-02-29",
     .expect = "2025-01=not-eligible 2025-02=10000"},
    {.label = "29 February as 28: not two",
     .p = {{.tiers = AGED("age: 81.."), .rules = DAYS("2") "|" FEB_28}},
     .birth = "1944-02-29",
     .expect = "2025-02=not-eligible 2025-03=10000"},
    {.label = "29 February as 1 March: all of March, nothing before",
     .p = {{.tiers = AGED("age: 81.."), .rules = DAYS("31") "|" MAR_1}},
     .birth = "1944-02-29",
     .expect = "2025-02=not-eligible 2025-03=10000"},
    {.label = "29 February as 1 March: not in February",
     .p = {{.tiers = AGED("age: 81.."), .rules = DAYS("1") "|" MAR_1}},
     .birth = "1944-02-29",
     .expect = "2025-02=not-eligible 2025-03=10000"},
    /* Born on the 10th: 22 days of March, 10 to 31. */
    {.label = "nobody is eligible before the birth",
     .p = {{.rules = DAYS("22")}},
     .birth = "2025-03-10",
     .facts = REG,
     .expect = "2025-02=not-eligible 2025-03=10000"},
    {.label = "born a day late for the month",
     .p = {{.rules = DAYS("23")}},
     .birth = "2025-03-10",
     .facts = REG,
     .expect = "2025-03=not-eligible 2025-04=10000"},
    {.label = "an open age range begins with the birth",
     .p = {{.tiers = AGED("age: ..17"), .rules = SAME}},
     .birth = "2025-03-31",
     .expect = "2025-02=not-eligible 2025-03=10000"},
    /* Three months that end with 28 February 2025 began on 1 December. */
    {.label = "for-months to the end of February",
     .p = {{.tiers = AGED("welfare: [dibao], for-months: {welfare: 3}")}},
     .facts = "welfare=dibao 2024-12-01",
     .expect = "2025-02=not-eligible 2025-03=10000"},
    {.label = "for-months to the end of February, a day late",
     .p = {{.tiers = AGED("welfare: [dibao], for-months: {welfare: 3}")}},
     .facts = "welfare=dibao 2024-12-02",
     .expect = "2025-03=not-eligible 2025-04=10000"},
    {.label = "for-months begins again after one day without",
     .p = {{.tiers = AGED("welfare: [dibao], for-months: {welfare: 2}")}},
     .facts = "welfare=dibao 2024-01-01..2025-03-30; welfare=dibao 2025-04-01",
     .expect = "2025-03=10000 2025-04..2025-05=not-eligible 2025-06=10000"},
    /* Without a value the default holds: from 21 January, not on the 20th. */
    {.label = "for-months over a default, back to the fact before it",
     .p = {{.tiers = AGED("welfare: [dibao], for-months: {welfare: 2}"),
            .head = "defaults: {welfare: dibao}"}},
     .facts = "welfare=tekun 2025-01-10..2025-01-20",
     .expect = "2025-01=10000 2025-02..2025-03=not-eligible 2025-04=10000"},
    /* 1 to 20 May. */
    {.label = "days up to the last day of a fact, enough",
     .p = {{.rules = DAYS("20")}},
     .facts = "registration=230523 2020-01-01..2025-05-20",
     .expect = "2025-05=10000 2025-06=not-eligible"},
    {.label = "days up to the last day of a fact, one less",
     .p = {{.rules = DAYS("21")}},
     .facts = "registration=230523 2020-01-01..2025-05-20",
     .expect = "2025-04=10000 2025-05=not-eligible"},
    {.label = "of two decisions of one day the last recorded, for this programme",
     .facts = REG "decision=approve 2025-05-01; decision@c=stop 2025-05-01",
     .expect = "2025-05=10000 2025-06=refused"},
    {.label = "of two decisions of one day the last recorded, for all",
     .facts = REG "decision@c=stop 2025-05-01; decision=approve 2025-05-01",
     .expect = "2025-05..2025-06=10000"},
    {.label = "for-months of an age",
     .p = {{.tiers = AGED("age: 80.., for-months: {age: 2}")}},
     .birth = "1945-04-01",
     .expect = "2025-05=not-eligible 2025-06=10000"},
    {.label = "a state without a scale, in a file that has scales",
     .p = {{.tiers = AGED("dependency: [full]"),
            .head = "scales: {dependency: {S: {severe: full}}}"}},
     .facts = "dependency=severe 2025-01-10 scale=S; dependency=full 2025-02-10",
     .expect = "2025-02=10000 2025-03=not-eligible"},
    {.label = "a file that lists no scale knows no assessment, only its default",
     .p = {{.tiers = AGED("dependency: [full]"),
            .head = "defaults: {dependency: full}"}},
     .facts = "dependency=full 2025-01-10; dependency=full 2025-02-10 scale=S; "
              "dependency=none 2025-03-10..2025-04-10",
     .expect = "2025-01=10000 2025-02..2025-04=not-eligible 2025-05=10000"},
    {.label = "death on the last, same-month in its month only",
     .p = {{.rules = SAME}},
     .facts = REG "death=x 2025-05-31",
     .expect = "2025-05=10000 2025-06=dead"},
    {.label = "death on the first, every day is like its day",
     .p = {{.rules = EVERY_DAY}},
     .facts = REG "death=x 2025-05-01",
     .expect = "2025-05=10000 2025-06=dead"},
    {.label = "gained on the day of death",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 2025-05-10; death=x 2025-05-10",
     .expect = "2025-04=not-eligible 2025-05=10000 2025-06=dead"},
    {.label = "gained the day after the death",
     .p = {{.rules = SAME}},
     .facts = "registration=230523 2025-05-11; death=x 2025-05-10",
     .expect = "2025-05=not-eligible 2025-06=dead"},
    {.label = "ended from its month on",
     .p = {{.id = "p1"},
           {.id = "p2",
            .code = "",
            .effective = "2024-07-01",
            .head = "ends: [{programme: c, from: 2024-09}]"}},
     .facts = REG,
     .expect = "2024-08=10000 2024-09=no-policy"},
    {.label = "ended and defined for the same month: the last confirmed",
     .p = {{.id = "p1", .effective = "2024-09-01"},
           {.id = "p2",
            .code = "",
            .effective = "2024-07-01",
            .head = "ends: [{programme: c, from: 2024-09}]"}},
     .facts = REG,
     .expect = "2024-08..2024-09=no-policy"},
};

/* ---- step 5 ---- */

#define APPROVED_80 "decision=approve 2024-01-01; "

static const struct eval_case tiers[] = {
    /* 90 on 1 June 2025: 31 May is still 89. */
    {.label = "90 on the first, next-month",
     .p = {{.tiers = TO_90}},
     .birth = "1935-06-01",
     .expect = "2025-06=10000 2025-07=20000"},
    {.label = "90 on the first, same-month",
     .p = {{.tiers = TO_90, .rules = "tier-change: same-month"}},
     .birth = "1935-06-01",
     .expect = "2025-05=10000 2025-06=20000"},
    {.label = "90 on the last, next-month",
     .p = {{.tiers = TO_90}},
     .birth = "1935-06-30",
     .expect = "2025-06=10000 2025-07=20000"},
    {.label = "90 on the last, same-month",
     .p = {{.tiers = TO_90, .rules = "tier-change: same-month"}},
     .birth = "1935-06-30",
     .expect = "2025-05=10000 2025-06=20000"},
    /* The tier of 31 May although the paying day is 30 June. */
    {.label = "90 on the first, next-month, paid by the month itself",
     .p = {{.tiers = TO_90, .rules = SAME}},
     .birth = "1935-06-01",
     .expect = "2025-06=10000 2025-07=20000"},
    {.label = "90 on the day of a review, not a day after it",
     .p = {{.tiers = TO_90, .rules = "tier-change: on-decision"}},
     .birth = "1935-06-10",
     .facts = APPROVED_80 "decision=review 2025-06-10",
     .expect = "2025-06=10000 2025-07=20000"},
    {.label = "90 the day after the review",
     .p = {{.tiers = TO_90, .rules = "tier-change: on-decision"}},
     .birth = "1935-06-11",
     .facts = APPROVED_80 "decision=review 2025-06-10",
     .expect = "2025-07..2025-12=10000"},
    {.label = "a review on the paying day counts",
     .p = {{.tiers = TO_90, .rules = "tier-change: on-decision"}},
     .birth = "1935-05-20",
     .facts = APPROVED_80 "decision=review 2025-06-30",
     .expect = "2025-06=10000 2025-07=20000"},
    {.label = "a review the day after the paying day does not",
     .p = {{.tiers = TO_90, .rules = "tier-change: on-decision"}},
     .birth = "1935-05-20",
     .facts = APPROVED_80 "decision=review 2025-07-01",
     .expect = "2025-07=10000 2025-08=20000"},
    /* The paying day, 30 June, counts as the 10th: a review of the 20th is not on or
     * before it. */
    {.label = "a review after the death does not",
     .p = {{.tiers = TO_90, .rules = SAME "|tier-change: on-decision"}},
     .birth = "1935-06-05",
     .facts = APPROVED_80 "death=x 2025-06-10; decision=review 2025-06-20",
     .expect = "2025-06=10000 2025-07=dead"},
    {.label = "a review before the death does",
     .p = {{.tiers = TO_90, .rules = SAME "|tier-change: on-decision"}},
     .birth = "1935-06-05",
     .facts = APPROVED_80 "death=x 2025-06-10; decision=review 2025-06-10",
     .expect = "2025-06=20000 2025-07=dead"},
};

/* ---- step 6 ---- */

#define KEEP ENTRY("claim", "next-month", "none", "not-needed", "true")

static const struct eval_case entries[] = {
    {.label = "backdate 1 counts the month of the claim only",
     .p = {{.rules = CLAIM("next-month", "1", "not-needed")}},
     .facts = REG "claim=x 2025-06-30",
     .expect = "2025-05=before-entry 2025-06..2025-07=10000"},
    {.label = "backdate 12 over the year's end",
     .p = {{.rules = CLAIM("month", "12", "not-needed")}},
     .facts = REG "claim=x 2025-06-01",
     .expect = "2024-06=before-entry 2024-07..2025-06=10000"},
    {.label = "calendar year, claimed in January",
     .p = {{.rules = CLAIM("next-month", "calendar-year", "not-needed")}},
     .facts = REG "claim=x 2025-01-31",
     .expect = "2024-12=before-entry 2025-01..2025-02=10000"},
    {.label = "calendar year, claimed in December",
     .p = {{.rules = CLAIM("month", "calendar-year", "not-needed")}},
     .facts = REG "claim=x 2025-12-31",
     .expect = "2024-12=before-entry 2025-01..2026-01=10000"},
    {.label = "claimed on the first, from the next month",
     .p = {{.rules = CLAIM("next-month", "none", "not-needed")}},
     .facts = REG "claim=x 2025-06-01",
     .expect = "2025-06=before-entry 2025-07=10000"},
    /* 110101 from 10 March to 10 May: the spell's last month is March (28 February),
     * the next begins in June. */
    {.label = "claimed again in the last month of the spell before",
     .p = {{.rules = CLAIM("month", "none", "needed")}},
     .facts = REG "registration=110101 2025-03-10; registration=230523 2025-05-10; "
                  "claim=x 2024-01-01; claim=x 2025-03-31",
     .expect = "2025-03=10000 2025-04..2025-05=not-eligible 2025-06=not-entered"},
    {.label = "claimed again in the month after it",
     .p = {{.rules = CLAIM("month", "none", "needed")}},
     .facts = REG "registration=110101 2025-03-10; registration=230523 2025-05-10; "
                  "claim=x 2024-01-01; claim=x 2025-04-01",
     .expect = "2025-03=10000 2025-04..2025-05=not-eligible 2025-06=10000"},
    {.label = "a spell of one month between two",
     .p = {{.rules = CLAIM("month", "none", "needed")}},
     .facts = "registration=230523 2020-01-01..2025-02-10; "
              "registration=230523 2025-03-31..2025-04-01; "
              "registration=230523 2025-06-30; claim=x 2024-01-01; claim=x 2025-05-05",
     .expect = "2025-02=10000 2025-03=not-eligible 2025-04=before-entry "
               "2025-05..2025-06=not-eligible 2025-07=10000"},
    /* Kept on 1 July; the claim of the 10th of that month is not earlier. From
     * next-month would begin in August, who is kept is granted from July. */
    {.label = "kept in the month of the claim",
     .p = {{.id = "p1"}, {.id = "p2", .effective = "2025-07-01", .rules = KEEP}},
     .facts = REG "claim=x 2025-07-10",
     .expect = "2025-06..2025-08=10000"},
    {.label = "not kept in the month of the claim",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2025-07-01",
            .rules = CLAIM("next-month", "none", "not-needed")}},
     .facts = REG "claim=x 2025-07-10",
     .expect = "2025-06=10000 2025-07=before-entry 2025-08=10000"},
    /* An amount by step 9, though step 10 dropped it. */
    {.label = "kept who had an amount that a conflict dropped",
     .p = {{.id = "p1",
            .more = "e",
            .more_tiers = FLAT("200.00"),
            .head = "conflicts: [{among: [c, e], rule: higher-only}]"},
           {.id = "p2",
            .effective = "2025-07-01",
            .rules = KEEP,
            .head = "ends: [{programme: e, from: 2025-07}]"}},
     .facts = REG,
     .expect = "c:2025-06=conflict c:2025-07=10000"},
    {.label = "kept for a spell, not for the next where a claim is needed again",
     .p = {{.id = "p1"},
           {.id = "p2",
            .effective = "2025-07-01",
            .rules = ENTRY("claim", "month", "none", "needed", "true")}},
     .facts = REG "registration=110101 2025-08-10; registration=230523 2025-09-10",
     .expect = "2025-07..2025-08=10000 2025-09=not-eligible 2025-10=not-entered"},
};

/* ---- steps 7 and 8 ---- */

static const struct eval_case lapses[] = {
    /* Paying days are the last of the month before. */
    {.label = "suspended from the paying day",
     .facts = REG "suspended=absent 2025-05-31",
     .expect = "2025-05=10000 2025-06=suspended"},
    {.label = "suspended from the day after",
     .facts = REG "suspended=absent 2025-06-01",
     .expect = "2025-06=10000 2025-07=suspended"},
    {.label = "lifted the day before the paying day, nothing for it",
     .p = {{.rules = "suspension: {resume: none}"}},
     .facts = REG "suspended=absent 2025-04-30..2025-05-30",
     .expect = "2025-05=suspended 2025-06=10000"},
    {.label = "the paying day is its last",
     .p = {{.rules = "suspension: {resume: none}"}},
     .facts = REG "suspended=absent 2025-04-30..2025-05-31",
     .expect = "2025-05..2025-06=suspended 2025-07=10000"},
    {.label = "suspended after the death",
     .p = {{.rules = SAME}},
     .facts = REG "death=x 2025-05-10; suspended=absent 2025-05-11",
     .expect = "2025-05=10000"},
    {.label = "suspended on the day of death",
     .p = {{.rules = SAME}},
     .facts = REG "death=x 2025-05-10; suspended=absent 2025-05-10",
     .expect = "2025-05=suspended"},
    /* The 12 months ending with December 2024 hold January 2024. */
    {.label = "every 12 over the year's end, certified in January",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 12, resume: none")}},
     .facts = REG "claim=x 2023-03-01; certified=x 2024-01-31",
     .expect = "2024-12=10000 2025-01=not-certified"},
    {.label = "every 12 over the year's end, certified in December",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 12, resume: none")}},
     .facts = REG "claim=x 2024-03-01; certified=x 2024-12-31",
     .expect = "2024-12..2025-11=10000 2025-12=not-certified"},
    {.label = "certified on the first of the month after",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 12, resume: none")}},
     .facts = REG "claim=x 2024-03-01; certified=x 2025-03-01",
     .expect = "2025-02..2025-03=10000"},
    {.label = "every month",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 1, resume: none")}},
     .facts = REG "claim=x 2024-03-01; certified=x 2024-04-30; certified=x 2024-06-01",
     .expect = "2024-03..2024-04=10000 2024-05=not-certified 2024-06=10000 "
               "2024-07=not-certified"},
    /* Suspended April to June, k = July: k - 0 is July itself, so nothing. */
    {.label = "the last none",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 3, resume: {last: 0}")}},
     .facts = REG "claim=x 2025-01-10; certified=x 2025-07-10",
     .expect = "2025-03=10000 2025-04..2025-06=not-certified 2025-07=10000"},
    {.label = "the last three of three",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 3, resume: {last: 3}")}},
     .facts = REG "claim=x 2025-01-10; certified=x 2025-07-10",
     .expect = "2025-03..2025-07=10000"},
    {.label = "the last two of three",
     .p = {{.rules = CLAIM("month", "none",
                           "not-needed") "|" CERT("every: 3, resume: {last: 2}")}},
     .facts = REG "claim=x 2025-01-10; certified=x 2025-07-10",
     .expect = "2025-04=not-certified 2025-05..2025-07=10000"},
    {.label = "unless over three, three",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "every: 3, resume: {unless-over: 3}")}},
     .facts = REG "claim=x 2025-01-10; certified=x 2025-07-10",
     .expect = "2025-04..2025-07=10000"},
    {.label = "unless over two, three",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "every: 3, resume: {unless-over: 2}")}},
     .facts = REG "claim=x 2025-01-10; certified=x 2025-07-10",
     .expect = "2025-04..2025-06=not-certified 2025-07=10000"},
    {.label = "unless over, over the year's end",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "every: 12, resume: {unless-over: 4}")}},
     .facts = REG "claim=x 2023-11-10; certified=x 2025-03-10",
     .expect = "2024-10=10000 2024-11..2025-02=10000 2025-03=10000"},
    /* The window to 31 May has ended before June, that to 1 June only before July. */
    {.label = "a window that ends with the month",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "windows: [04-01..05-31], resume: none")}},
     .facts = REG "claim=x 2024-02-10",
     .expect = "2024-05=10000 2024-06=not-certified"},
    {.label = "a window that ends on the first",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "windows: [04-01..06-01], resume: none")}},
     .facts = REG "claim=x 2024-02-10",
     .expect = "2024-06=10000 2024-07=not-certified"},
    {.label = "certified on the first day of the window, and the day before",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "windows: [04-15..05-31], resume: none")}},
     .facts = REG "claim=x 2023-02-10; certified=x 2023-04-14; certified=x 2024-04-15",
     .expect = "2023-05=10000 2023-06=not-certified 2024-06=10000 2025-05=10000 "
               "2025-06=not-certified"},
    {.label = "a window to the year's end",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "windows: [11-15..12-31], resume: none")}},
     .facts = REG "claim=x 2024-02-10; certified=x 2025-11-15",
     .expect = "2024-12=10000 2025-01..2025-10=not-certified 2025-11..2026-12=10000 "
               "2027-01=not-certified"},
    {.label = "certified by the history to the end of its last month",
     .p = {{.rules = CLAIM("month", "none", "not-needed") "|" CERT(
                "windows: [06-20..06-25], resume: none")}},
     .facts = REG,
     .settled = "c 2024-06 2024-01=5000",
     .expect = "2024-07..2025-06=10000 2025-07=not-certified"},
};

/* ---- step 9 ---- */

#define PARAM(percent)                                                                 \
    "[{name: a, when: {" AT_HOME "}, amount: {percent: " percent ", of: std}}]"
#define STD(yuan) "parameters: {std: {values: [{from: 2024-01-01, value: " yuan "}]}}"
#define ROUND(how) "rounding: " how

static const struct eval_case amounts[] = {
    /* 530.00 x 66.67 % = 353.351 */
    {.label = "two decimals of a percent",
     .p = {{.tiers = PARAM("66.67"), .head = STD("530.00")}},
     .facts = REG,
     .expect = "2025-01=35335"},
    /* 0.50 x 1.00 % = 0.5 fen; 0.49 x 1.00 % = 0.49 fen. */
    {.label = "exactly half a fen",
     .p = {{.tiers = PARAM("1"), .head = STD("0.50")}},
     .facts = REG,
     .expect = "2025-01=1"},
    {.label = "just below half a fen",
     .p = {{.tiers = PARAM("1"), .head = STD("0.49")}},
     .facts = REG,
     .expect = "2025-01=zero"},
    /* 100.50 x 10 % = 10.05: half a jiao. 10.04 is less. */
    {.label = "exactly half a jiao",
     .p = {{.tiers = PARAM("10"),
            .head = STD("100.50"),
            .rules = ROUND("half-up-jiao")}},
     .facts = REG,
     .expect = "2025-01=1010"},
    {.label = "just below half a jiao",
     .p = {{.tiers = PARAM("10"),
            .head = STD("100.40"),
            .rules = ROUND("half-up-jiao")}},
     .facts = REG,
     .expect = "2025-01=1000"},
    /* 101.00 x 0.50 % = 50.5 fen: half a yuan and a little; 49.5 fen is less. */
    {.label = "just above half a yuan",
     .p = {{.tiers = PARAM("0.50"),
            .head = STD("101.00"),
            .rules = ROUND("half-up-yuan")}},
     .facts = REG,
     .expect = "2025-01=100"},
    {.label = "just below half a yuan, not rounded twice",
     .p = {{.tiers = PARAM("0.50"),
            .head = STD("99.00"),
            .rules = ROUND("half-up-yuan")}},
     .facts = REG,
     .expect = "2025-01=zero"},
    {.label = "up from the smallest part",
     .p = {{.tiers = PARAM("0.01"), .head = STD("0.01"), .rules = ROUND("up-yuan")}},
     .facts = REG,
     .expect = "2025-01=100"},
    {.label = "a value from the first counts in its month",
     .p = {{.tiers = PARAM("100"),
            .head = "parameters: {std: {values: [{from: 2024-01-01, value: 1.00}, "
                    "{from: 2025-06-01, value: 2.00}]}}"}},
     .facts = REG,
     .expect = "2025-05=100 2025-06=200"},
    {.label = "a value from the second counts in the next",
     .p = {{.tiers = PARAM("100"),
            .head = "parameters: {std: {values: [{from: 2024-01-01, value: 1.00}, "
                    "{from: 2025-06-02, value: 2.00}]}}"}},
     .facts = REG,
     .expect = "2025-06=100 2025-07=200"},
    {.label = "the file that raises is effective a month later than its value",
     .p = {{.id = "p1", .tiers = PARAM("100"), .head = STD("1.00")},
           {.id = "p2",
            .code = "",
            .effective = "2025-07-01",
            .head = "parameters: {std: {values: [{from: 2025-06-01, value: 2.00}]}}"}},
     .facts = REG,
     .expect = "2025-06=100 2025-07=200"},
    /* The decision of the paying day, 31 May, though the new one came on 1 June. */
    {.label = "the amount approved on the paying day",
     .p = {{.tiers = "[{name: a, when: {" AT_HOME "}, amount: {approved: true}}]"}},
     .facts = REG "decision=approve 2025-01-01 amount=50.00; "
                  "decision=approve 2025-06-01 amount=60.00",
     .expect = "2025-06=5000 2025-07=6000"},
    {.label = "once, in the month a claim reaches",
     .p = {{.tiers = "[{name: a, when: {age: 100..}, amount: {once: 999.00}}]",
            .rules = CLAIM("month", "1", "not-needed")}},
     .birth = "1925-03-15",
     .facts = REG "claim=x 2025-08-10",
     .expect = "2025-04..2025-07=before-entry 2025-08=99900 2025-09=zero"},
};

/* The months of a year: floor(A*n/12) - floor(A*(n-1)/12), so that they add up to A. */
static const int64_t years_fen[] = {1,    5,     6,     7,     11,    12,        13,
                                    9999, 30000, 59999, 60001, 99999, 1199999999};

START_TEST(test_year)
{
    char text[160];
    int64_t year = years_fen[_i];
    snprintf(text, sizeof text,
             "[{name: a, when: {age: 80..}, amount: {per-year: %" PRId64 ".%02d}}]",
             year / 100, (int)(year % 100));
    const struct eval_case c = {.label = "year", .p = {{.tiers = text}}};
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct case_person p;
    struct case_set s;
    int64_t sum = 0;
    case_set_init(&s, &c);
    case_person_init(&p, &s, &c);
    for (int n = 1; n <= 12; n++) {
        eval_month(s.set, &p.person, month_make(2025, n), results);
        ck_assert_int_eq(results[0].amount_fen, year * n / 12 - year * (n - 1) / 12);
        sum += results[0].amount_fen;
    }
    ck_assert_int_eq(sum, year);
    case_set_release(&s);
}
END_TEST

/* ---- steps 10 and 11 ---- */

#define TWO(a, b) .tiers = FLAT(a), .more = "e", .more_tiers = FLAT(b)
#define AMONG(rule) "conflicts: [{among: [c, e], rule: " rule "}]"

static const struct eval_case conflicts[] = {
    {.label = "chosen on the last day of the month",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-02-29",
     .expect = "c:2024-01=conflict c:2024-02=100 e:2024-02=conflict"},
    {.label = "chosen until the last day of the month, and the day before",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-01-01..2024-02-29; choice=c 2024-03-01..2024-03-30",
     .expect = "c:2024-02=100 e:2024-02=conflict c:2024-03=conflict e:2024-03=200"},
    {.label = "a past choice does not bring back the one before it",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-01-01; choice=e 2024-02-01..2024-02-10",
     .expect = "c:2024-01=100 c:2024-02..2024-03=conflict e:2024-02..2024-03=200"},
    {.label = "a choice of another set does not touch this one",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("chosen")}},
     .facts = REG "choice=c 2024-01-01; choice=other 2024-02-01",
     .expect = "c:2024-01..2024-03=100"},
    {.label = "a choice of a member that no file defines yet",
     .p = {{TWO("1.00", "2.00"),
            .head = "conflicts: [{among: [c, e, other], rule: chosen}]"}},
     .facts = REG "choice=c 2024-01-01; choice=other 2024-02-01",
     .expect = "c:2024-01=100 c:2024-02=conflict e:2024-02=200"},
    /* {c, e, other} is not the set {c, e}: both lines count, the older one first. */
    {.label = "a set with a member that no file defines is another set",
     .p = {{.id = "p1", TWO("1.00", "2.00"), .head = AMONG("higher-only")},
           {.id = "p2",
            .code = "",
            .effective = "2024-07-01",
            .head = "conflicts: [{among: [other, e, c], rule: chosen}]"}},
     .facts = REG "choice=c 2020-01-01",
     .expect = "c:2024-06..2024-07=conflict e:2024-06..2024-07=200"},
    {.label = "a conflict of a file effective in the middle of a month",
     .p = {{.id = "p1", TWO("1.00", "2.00")},
           {.id = "p2", .code = "", .effective = "2024-07-02", .head = AMONG("first")}},
     .facts = REG,
     .expect = "e:2024-07=200 e:2024-08=conflict c:2024-08=100"},
    /* The facts of 31 March decide April, those of 30 April May. */
    {.label = "blocked by the paying day",
     .p = {{TWO("1.00", "2.00"),
            .head = "conflicts: [{programme: e, when: {welfare: [tekun]}, "
                    "rule: blocked}]"}},
     .facts = REG "welfare=tekun 2024-03-31..2024-04-29",
     .expect = "e:2024-03=200 e:2024-04=conflict e:2024-05=200"},
    /* c was paid 3.00 for January by the history: it is the higher and stands. */
    {.label = "the history competes",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("higher-only")}},
     .facts = REG,
     .settled = "c 2024-01 2024-01=300",
     .expect = "c:2024-01=300 e:2024-01=conflict c:2024-02=conflict e:2024-02=200"},
    {.label = "the history is not dropped",
     .p = {{TWO("1.00", "2.00"), .head = AMONG("higher-only")}},
     .facts = REG,
     .settled = "c 2024-01 2024-01=100",
     .expect = "c:2024-01=100 e:2024-01=200"},
    {.label = "history of nothing does not enter",
     .p = {{.rules = CLAIM("month", "none", "not-needed")}},
     .facts = REG,
     .settled = "c 2024-06 2024-06=0",
     .expect = "2024-06=settled 2024-07=not-entered"},
    {.label = "entered by the history in its last month",
     .p = {{.rules = CLAIM("next-month", "none", "not-needed")}},
     .facts = REG "claim=x 2024-08-01",
     .settled = "c 2024-06 2024-03=500",
     .expect = "2024-06=settled 2024-07..2024-08=10000"},
};

/* ---- payable ---- */

/* Walks to the end of the block of the calendar year, then `after` months on. */
static int32_t payable_by_walking(int32_t month, int32_t every, int32_t after)
{
    while (month_number(month) % every != 0) {
        month++;
    }
    return month + after;
}

START_TEST(test_payable_walk)
{
    static const int32_t blocks[] = {1, 3, 6, 12};
    for (size_t i = 0; i < COUNT(blocks); i++) {
        for (int32_t after = 0; after <= 13; after++) {
            struct rules r = {.payable_every = blocks[i], .payable_after = after};
            for (int32_t m = month_make(2024, 1); m <= month_make(2025, 12); m++) {
                ck_assert_int_eq(eval_payable_month(&r, m),
                                 payable_by_walking(m, blocks[i], after));
            }
        }
    }
}
END_TEST

#define TABLE(name)                                                                    \
    START_TEST(test_##name)                                                            \
    {                                                                                  \
        case_run(&name[_i]);                                                           \
    }                                                                                  \
    END_TEST

TABLE(days)
TABLE(tiers)
TABLE(entries)
TABLE(lapses)
TABLE(amounts)
TABLE(conflicts)

Suite *suite_eval_edges(void)
{
    Suite *s = suite_create("eval_edges");
    TCase *edges = tcase_create("edges");
    tcase_add_loop_test(edges, test_days, 0, (int)COUNT(days));
    tcase_add_loop_test(edges, test_tiers, 0, (int)COUNT(tiers));
    tcase_add_loop_test(edges, test_entries, 0, (int)COUNT(entries));
    tcase_add_loop_test(edges, test_lapses, 0, (int)COUNT(lapses));
    tcase_add_loop_test(edges, test_amounts, 0, (int)COUNT(amounts));
    tcase_add_loop_test(edges, test_year, 0, (int)COUNT(years_fen));
    tcase_add_loop_test(edges, test_conflicts, 0, (int)COUNT(conflicts));
    tcase_add_test(edges, test_payable_walk);
    suite_add_tcase(s, edges);
    return s;
}
