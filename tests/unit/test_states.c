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
}
END_TEST

/* ---- batches ---- */

/* Everything that is possible: who, from where, to where. All else is refused. */
static const struct {
    enum batch_step step;
    const char *ways[5]; /* "from: roles: to" */
} WAYS[] = {
    {STEP_SUBMIT, {"draft: maker: submitted"}},
    {STEP_APPROVE, {"submitted: checker: approved"}},
    {STEP_RELEASE, {"approved: releaser: released"}},
    {STEP_CLOSE, {"settled: maker: closing"}},
    {STEP_CLOSE_CHECK, {"closing: checker: closed"}},
    {STEP_EXPORT,
     {"released: maker: exported", "exported: maker: exported",
      "settled: maker: settled"}},
    {STEP_ANSWER,
     {"exported: maker: exported", "settled: maker: settled", "closing: maker: closing",
      "closed: maker: closed"}},
    {STEP_REISSUE,
     {"exported: maker: exported", "settled: maker: settled", "closing: maker: closing",
      "closed: maker: closed"}},
    {STEP_REJECT,
     {"submitted: checker: draft", "approved: checker,releaser: draft",
      "released: releaser: draft"}},
    {STEP_DROP,
     {"draft: maker: draft", "submitted: maker: draft", "approved: maker: draft",
      "released: maker: draft"}},
    {STEP_CANCEL,
     {"draft: maker: cancelled", "submitted: maker,checker: cancelled",
      "approved: maker,checker,releaser: cancelled",
      "released: maker,checker,releaser: cancelled"}},
    {STEP_RECALL, {"exported: releaser: recalled"}},
    {STEP_REFUSED, {"exported: checker: draft"}},
    {STEP_REDATE,
     {"submitted: releaser: submitted", "approved: releaser: approved",
      "released: releaser: released"}},
    {STEP_REFUND,
     {"exported: maker: exported", "settled: maker: settled", "closing: maker: closing",
      "closed: maker: closed"}},
};

static bool is_a_way(size_t row, const char *way)
{
    for (size_t i = 0; i < 5 && WAYS[row].ways[i] != NULL; i++) {
        if (strcmp(WAYS[row].ways[i], way) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(transitions)
{
    for (size_t row = 0; row < sizeof WAYS / sizeof WAYS[0]; row++) {
        size_t found = 0;
        size_t listed = 0;
        while (listed < 5 && WAYS[row].ways[listed] != NULL) {
            listed++;
        }
        for (int from = BATCH_DRAFT; from <= BATCH_RECALLED; from++) {
            char way[120];
            char who[60];
            const struct transition *t =
                batch_transition((enum batch_state)from, WAYS[row].step);
            if (t == NULL) {
                continue;
            }
            roles_print(t->roles, who, sizeof who);
            snprintf(way, sizeof way, "%s: %s: %s",
                     batch_state_name((enum batch_state)from), who,
                     batch_state_name(t->to));
            ck_assert_msg(is_a_way(row, way), "%s: %s", batch_step_name(WAYS[row].step),
                          way);
            found++;
        }
        ck_assert_uint_eq(found, listed);
    }
    ck_assert_ptr_null(batch_transition((enum batch_state)0, STEP_SUBMIT));
    ck_assert_ptr_null(batch_transition((enum batch_state)200, STEP_SUBMIT));
    ck_assert_ptr_null(batch_transition(BATCH_DRAFT, (enum batch_step)0));
}
END_TEST

START_TEST(words)
{
    for (int s = BATCH_DRAFT; s <= BATCH_RECALLED; s++) {
        ck_assert_str_ne(batch_state_name((enum batch_state)s), "?");
        ck_assert_str_ne(batch_state_zh((enum batch_state)s), "?");
        ck_assert_str_ne(batch_next_hint((enum batch_state)s), "?");
    }
    for (int s = STEP_SUBMIT; s <= STEP_REFUND; s++) {
        ck_assert_str_ne(batch_step_name((enum batch_step)s), "?");
    }
    for (int s = LINE_OPEN; s <= LINE_RECALLED; s++) {
        ck_assert_str_ne(line_state_name((enum line_state)s), "?");
    }
    ck_assert_str_eq(batch_state_name((enum batch_state)0), "?");
    ck_assert_str_eq(batch_state_name((enum batch_state)11), "?");
    ck_assert_str_eq(line_state_name((enum line_state)10), "?");
    ck_assert_str_eq(batch_step_name((enum batch_step)18), "?");
}
END_TEST

/* ---- lines ---- */

START_TEST(lines)
{
    /* Columns: open paid rejected returned unknown reissued dropped refunded recalled.
     */
    static const char *const may[] = {
        [LINE_OPEN] = ".yyyy.y.y",     [LINE_PAID] = "...y.....",
        [LINE_REJECTED] = ".....y.y.", [LINE_RETURNED] = ".....y.y.",
        [LINE_UNKNOWN] = ".yyy....y",  [LINE_REISSUED] = ".........",
        [LINE_DROPPED] = ".........",  [LINE_REFUNDED] = ".........",
        [LINE_RECALLED] = ".........",
    };
    for (int from = LINE_OPEN; from <= LINE_RECALLED; from++) {
        for (int to = LINE_OPEN; to <= LINE_RECALLED; to++) {
            ck_assert_msg(line_may_become((enum line_state)from, (enum line_state)to) ==
                              (may[from][to - 1] == 'y'),
                          "%s to %s", line_state_name((enum line_state)from),
                          line_state_name((enum line_state)to));
        }
    }
    ck_assert(!line_may_become(LINE_OPEN, (enum line_state)0));
    for (int from = LINE_OPEN; from <= LINE_RECALLED; from++) {
        bool back =
            from == LINE_REJECTED || from == LINE_RETURNED || from == LINE_REISSUED;
        ck_assert_msg(line_may_be_corrected((enum line_state)from) == back, "%s",
                      line_state_name((enum line_state)from));
    }
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
