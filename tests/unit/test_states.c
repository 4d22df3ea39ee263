/* test_states.c - if this fails, a batch can go a way nobody agreed to, or somebody can
 * take a step that is not theirs. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "ledger/states.h"

/* ---- roles ---- */

START_TEST(roles)
{
    static const struct {
        const char *text;
        unsigned roles; /* 0: refused */
    } rows[] = {
        {"maker", ROLE_MAKER},
        {"maker,checker", ROLE_MAKER | ROLE_CHECKER},
        {"auditor,releaser,admin", ROLE_AUDITOR | ROLE_RELEASER | ROLE_ADMIN},
        {"", 0},
        {",", 0},
        {"maker,", 0},
        {",maker", 0},
        {"maker,maker", 0},
        {"Maker", 0},
        {"maker checker", 0},
        {"maker, checker", 0},
        {"clerk", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned got = 77;
        bool ok = roles_parse(str_of(rows[i].text), &got);
        ck_assert_msg(ok == (rows[i].roles != 0), "%s", rows[i].text);
        ck_assert_uint_eq(got, ok ? rows[i].roles : 77);
    }
}
END_TEST

START_TEST(roles_in_words)
{
    char text[80];
    unsigned back;
    for (unsigned r = 1; r < 32; r++) {
        size_t n = roles_print(r, text, sizeof text);
        ck_assert_uint_eq(n, strlen(text));
        ck_assert(roles_parse(str_of(text), &back));
        ck_assert_uint_eq(back, r);
    }
    ck_assert_uint_eq(roles_print(0, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    ck_assert_str_eq(role_name(ROLE_RELEASER), "releaser");
    ck_assert_str_eq(role_name((enum role)3), "?");
}
END_TEST

/* ---- batches ---- */

/* From every state, by every step: who, and to where ("" is no way). */
static const struct {
    enum batch_state from;
    const char *steps[8]; /* submit approve release close close-check export answer
                           * reissue */
} WAYS[] = {
    {BATCH_DRAFT, {"maker submitted", "", "", "", "", "", "", ""}},
    {BATCH_SUBMITTED, {"", "checker approved", "", "", "", "", "", ""}},
    {BATCH_APPROVED, {"", "", "releaser released", "", "", "", "", ""}},
    {BATCH_RELEASED, {"", "", "", "", "", "maker exported", "", ""}},
    {BATCH_EXPORTED,
     {"", "", "", "", "", "maker exported", "maker exported", "maker exported"}},
    {BATCH_SETTLED,
     {"", "", "", "maker closing", "", "maker settled", "maker settled",
      "maker settled"}},
    {BATCH_CLOSING,
     {"", "", "", "", "checker closed", "", "maker closing", "maker closing"}},
    {BATCH_CLOSED, {"", "", "", "", "", "", "maker closed", "maker closed"}},
};

START_TEST(transitions)
{
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        for (int step = STEP_SUBMIT; step <= STEP_REISSUE; step++) {
            char got[80] = "";
            const struct transition *t =
                batch_transition(WAYS[i].from, (enum batch_step)step);
            if (t != NULL) {
                snprintf(got, sizeof got, "%s %s", role_name(t->role),
                         batch_state_name(t->to));
            }
            ck_assert_msg(strcmp(got, WAYS[i].steps[step - 1]) == 0, "%s, %s: %s",
                          batch_state_name(WAYS[i].from),
                          batch_step_name((enum batch_step)step), got);
        }
    }
    ck_assert_ptr_null(batch_transition((enum batch_state)0, STEP_SUBMIT));
    ck_assert_ptr_null(batch_transition((enum batch_state)200, STEP_SUBMIT));
    ck_assert_ptr_null(batch_transition(BATCH_DRAFT, (enum batch_step)0));
}
END_TEST

START_TEST(words)
{
    for (int s = BATCH_DRAFT; s <= BATCH_CLOSED; s++) {
        ck_assert_str_ne(batch_state_name((enum batch_state)s), "?");
        ck_assert_str_ne(batch_state_zh((enum batch_state)s), "?");
        ck_assert_str_ne(batch_next_hint((enum batch_state)s), "?");
    }
    for (int s = STEP_SUBMIT; s <= STEP_REISSUE; s++) {
        ck_assert_str_ne(batch_step_name((enum batch_step)s), "?");
    }
    for (int s = LINE_OPEN; s <= LINE_REISSUED; s++) {
        ck_assert_str_ne(line_state_name((enum line_state)s), "?");
    }
    ck_assert_str_eq(batch_state_name((enum batch_state)0), "?");
    ck_assert_str_eq(batch_state_name((enum batch_state)9), "?");
    ck_assert_str_eq(line_state_name((enum line_state)7), "?");
    ck_assert_str_eq(batch_step_name((enum batch_step)9), "?");
}
END_TEST

/* ---- lines ---- */

START_TEST(lines)
{
    /* Columns: open paid rejected returned unknown reissued. */
    static const char *const may[] = {
        [LINE_OPEN] = ".yyyy.",     [LINE_PAID] = "...y..",
        [LINE_REJECTED] = ".....y", [LINE_RETURNED] = ".....y",
        [LINE_UNKNOWN] = ".yyy..",  [LINE_REISSUED] = "......",
    };
    for (int from = LINE_OPEN; from <= LINE_REISSUED; from++) {
        for (int to = LINE_OPEN; to <= LINE_REISSUED; to++) {
            ck_assert_msg(line_may_become((enum line_state)from, (enum line_state)to) ==
                              (may[from][to - 1] == 'y'),
                          "%s to %s", line_state_name((enum line_state)from),
                          line_state_name((enum line_state)to));
        }
    }
    ck_assert(!line_may_become(LINE_OPEN, (enum line_state)0));
}
END_TEST

Suite *suite_states(void);

Suite *suite_states(void)
{
    Suite *s = suite_create("states");
    TCase *c = tcase_create("states");
    tcase_add_test(c, roles);
    tcase_add_test(c, roles_in_words);
    tcase_add_test(c, transitions);
    tcase_add_test(c, words);
    tcase_add_test(c, lines);
    suite_add_tcase(s, c);
    return s;
}
