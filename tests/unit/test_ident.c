/* test_ident.c - a mistyped identifier is refused, a right one is not, and a mask
 * shows what it may show and no more. */
#include "base/ident.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

Suite *suite_ident(void);

/* Vectors: GB 11643 appendix, and the reference notes (formats, C3). */
static const struct {
    const char *text;
    enum id_error error;
    const char *normal;
    const char *birth;
    bool female;
} ids[] = {
    {"11010519491231002X", ID_OK, "11010519491231002X", "1949-12-31", true},
    {"11010519491231002x", ID_OK, "11010519491231002X", "1949-12-31", true},
    {"440524188001010014", ID_OK, "440524188001010014", "1880-01-01", false},
    {"341126197709218366", ID_OK, "341126197709218366", "1977-09-21", true},
    {"130503670401001", ID_OK, "130503196704010016", "1967-04-01", false},
    {"110105194912310021", ID_CHECK_DIGIT, NULL, NULL, false},
    {"110105491231002", ID_OK, "11010519491231002X", "1949-12-31", true},
    {"", ID_LENGTH, NULL, NULL, false},
    {"1101051949123100", ID_LENGTH, NULL, NULL, false},
    {"11010519491231002", ID_LENGTH, NULL, NULL, false},
    {"11010519491231002X ", ID_LENGTH, NULL, NULL, false},
    {"1101054912310021", ID_LENGTH, NULL, NULL, false},
    {"1101051949123100X2", ID_CHARACTER, NULL, NULL, false},
    {"11010519491231002Y", ID_CHARACTER, NULL, NULL, false},
    {"11010519491231002*", ID_CHARACTER, NULL, NULL, false},
    {" 1010519491231002X", ID_CHARACTER, NULL, NULL, false},
    {"11010519491231002 ", ID_CHARACTER, NULL, NULL, false},
    {"13050367040100X", ID_CHARACTER, NULL, NULL, false},
    {"130503-70401001", ID_CHARACTER, NULL, NULL, false},
    {"11010519490231002X", ID_DATE, NULL, NULL, false},
    {"11010519491331002X", ID_DATE, NULL, NULL, false},
    {"11010519490229002X", ID_DATE, NULL, NULL, false},
    {"11010517991231002X", ID_DATE, NULL, NULL, false},
    {"11010500001231002X", ID_DATE, NULL, NULL, false},
    {"130503670431001", ID_DATE, NULL, NULL, false},
    {"130503000229001", ID_DATE, NULL, NULL, false}, /* 1900 had no 29 February */
};

START_TEST(test_id_number)
{
    char out[ID_NUMBER_LEN + 1] = "untouched";
    enum id_error e = id_number_normal(str_of(ids[_i].text), out);
    ck_assert_msg(e == ids[_i].error, "%s: %s", ids[_i].text, id_error_code(e));
    if (e != ID_OK) {
        ck_assert_str_eq(out, "untouched");
        return;
    }
    ck_assert_str_eq(out, ids[_i].normal);
    char birth[DATE_TEXT_CAP];
    date_print(id_number_birth(out), birth);
    ck_assert_str_eq(birth, ids[_i].birth);
    ck_assert_msg(id_number_female(out) == ids[_i].female, "%s", out);
    ck_assert_int_eq(id_number_check(out), out[17]);
}
END_TEST

/* GB 11643 promises: one wrong digit, or two neighbours exchanged, is always found.
 * Only one of the date's digits may make it another error. */
START_TEST(test_id_single_errors)
{
    static const char *const good[] = {"11010519491231002X", "440524188001010014",
                                       "130503196704010016"};
    for (size_t g = 0; g < sizeof good / sizeof good[0]; g++) {
        for (size_t at = 0; at < ID_NUMBER_LEN; at++) {
            for (const char *c = "0123456789X"; *c != '\0'; c++) {
                char text[ID_NUMBER_LEN + 1];
                char out[ID_NUMBER_LEN + 1];
                memcpy(text, good[g], sizeof text);
                text[at] = *c;
                bool same = *c == good[g][at];
                ck_assert_msg((id_number_normal(str_of(text), out) == ID_OK) == same,
                              "%s", text);
            }
        }
        for (size_t at = 0; at + 1 < ID_NUMBER_LEN; at++) {
            char text[ID_NUMBER_LEN + 1];
            char out[ID_NUMBER_LEN + 1];
            memcpy(text, good[g], sizeof text);
            text[at] = good[g][at + 1];
            text[at + 1] = good[g][at];
            bool same = text[at] == text[at + 1];
            ck_assert_msg((id_number_normal(str_of(text), out) == ID_OK) == same, "%s",
                          text);
        }
    }
}
END_TEST

/* An old number and the new one of the same person must become the same text, or one
 * person would be paid twice. */
START_TEST(test_id_upgrade_agrees)
{
    for (unsigned i = 0; i < 2000; i++) {
        char old[64];
        char digits[32];
        snprintf(old, sizeof old, "%06u%02u%02u%02u%03u", 110000 + i, i % 100,
                 i % 12 + 1, i % 28 + 1, i % 1000);
        snprintf(digits, sizeof digits, "%.6s19%.9s", old, old + 6);
        digits[17] = id_number_check(digits);
        digits[18] = '\0';
        char from_old[ID_NUMBER_LEN + 1];
        char from_new[ID_NUMBER_LEN + 1];
        ck_assert_int_eq(id_number_normal(str_of(old), from_old), ID_OK);
        ck_assert_int_eq(id_number_normal(str_of(digits), from_new), ID_OK);
        ck_assert_str_eq(from_old, from_new);
        ck_assert_int_eq(id_number_female(from_new), i % 2 == 0);
    }
}
END_TEST

START_TEST(test_id_error_names)
{
    ck_assert_str_eq(id_error_code(ID_CHECK_DIGIT), "id-check-digit");
    ck_assert_str_eq(id_error_text(ID_CHECK_DIGIT), "check digit");
    for (int e = ID_OK; e <= ID_CHECK_DIGIT; e++) {
        ck_assert(strncmp(id_error_code((enum id_error)e), "id-", 3) == 0);
        ck_assert_uint_gt(strlen(id_error_text((enum id_error)e)), 0);
    }
}
END_TEST

static const struct {
    const char *text;
    bool valid;
} credit_codes[] = {
    {"9144030071526726XG", true},     {"91350100M000100Y43", true},
    {"12100000400000624D", true},  /* a public institution */
    {"9144030071526726XH", false}, /* wrong check */
    {"9144030071526726xG", false}, /* lower case */
    {"9144030071526726XI", false}, /* I, O, S, V, Z do not occur */
    {"9144030071526726X", false},     {"9144030071526726XGG", false},
    {"9144030071526726X\xe4", false}, {"", false},
};

/* A reader that forgets the last mod 31 refuses every code whose check is 0. */
static void make_code_with_check_zero(char code[19])
{
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(code, 19, "91350100M00000%03u0", i % 1000);
        if (credit_code_valid(str_of(code))) {
            return;
        }
    }
    ck_abort_msg("none of 1000 codes has check value 0");
}

START_TEST(test_credit_code)
{
    for (size_t i = 0; i < sizeof credit_codes / sizeof credit_codes[0]; i++) {
        ck_assert_msg(credit_code_valid(str_of(credit_codes[i].text)) ==
                          credit_codes[i].valid,
                      "%s", credit_codes[i].text);
    }
    char zero[19];
    make_code_with_check_zero(zero);
    const char *good[] = {"91350100M000100Y43", zero};
    for (size_t g = 0; g < 2; g++) {
        for (size_t at = 0; at < 18; at++) {
            for (const char *c = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *c != '\0'; c++) {
                char text[19];
                memcpy(text, good[g], sizeof text);
                text[at] = *c;
                ck_assert_msg(credit_code_valid(str_of(text)) == (*c == good[g][at]),
                              "%s", text);
            }
        }
    }
    ck_assert(!credit_code_valid(str_make("9144030071526726X\0", 18)));
}
END_TEST

START_TEST(test_cnaps)
{
    static const char *const good[] = {"102100099996", "403100000004", "313684093748",
                                       "402584009991", "102331005059"};
    for (size_t g = 0; g < sizeof good / sizeof good[0]; g++) {
        ck_assert_msg(cnaps_valid(str_of(good[g])), "%s", good[g]);
        ck_assert_int_eq(cnaps_check(good[g]), good[g][11]);
        for (size_t at = 0; at < 12; at++) {
            for (char c = '0'; c <= '9'; c++) {
                char text[13];
                memcpy(text, good[g], sizeof text);
                text[at] = c;
                ck_assert_msg(cnaps_valid(str_of(text)) == (c == good[g][at]), "%s",
                              text);
            }
        }
    }
    static const char *const bad[] = {"",
                                      "10210009999",
                                      "1021000999960",
                                      "10210009999X",
                                      " 02100099996",
                                      "102100099996 ",
                                      "10210009999\n",
                                      "1O2100099996"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!cnaps_valid(str_of(bad[i])), "%s", bad[i]);
    }
}
END_TEST

/* Breaks if a wrong digit of a routing number passes. */
START_TEST(test_routing)
{
    static const char *const good[] = {"231380104", "121042882", "091400606",
                                       "900000032"};
    for (size_t g = 0; g < sizeof good / sizeof good[0]; g++) {
        ck_assert_msg(routing_valid(str_of(good[g])), "%s", good[g]);
        ck_assert_int_eq(routing_check(good[g]), good[g][8]);
        for (size_t at = 0; at < 9; at++) {
            for (char c = '0'; c <= '9'; c++) {
                char text[10];
                memcpy(text, good[g], sizeof text);
                text[at] = c;
                ck_assert_msg(routing_valid(str_of(text)) == (c == good[g][at]), "%s",
                              text);
            }
        }
    }
    static const char *const bad[] = {"",          "23138010",  "2313801040",
                                      "000000000", "23138010A", " 31380104"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!routing_valid(str_of(bad[i])), "%s", bad[i]);
    }
}
END_TEST

START_TEST(test_luhn)
{
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"79927398713", true},
        {"79927398710", false},
        {"4111111111111111", true},
        {"6228480402564890018", true},
        {"6221558812340000", false}, /* UnionPay's own sample: a hint only */
        {"4111 1111 1111 1111", false},
        {"", false},
        {"0", false},
        {"00", true},
        {"411111111111111x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(luhn_valid(str_of(rows[i].text)) == rows[i].valid, "%s",
                      rows[i].text);
    }
}
END_TEST

START_TEST(test_masks)
{
    static const struct {
        const char *text;
        size_t cap;
        const char *id;
        const char *name;
    } rows[] = {
        {"11010519491231002X", 64, "110105********002X", "1*****************"},
        {"130503670401001", 64, "130503*****1001", "1**************"},
        {"13050367040100", 64, "**************", "1*************"},
        {"", 64, "", ""},
        {"a", 64, "*", "a"},
        {"\xe5\xbc\xa0\xe4\xb8\x89", 64, "******", "\xe5\xbc\xa0*"},
        {"\xe5\xbc\xa0", 64, "***", "\xe5\xbc\xa0"},
        {"\xf0\xa0\xae\xb7\xe5\xae\xb6", 64, "*******", "\xf0\xa0\xae\xb7*"},
        {"\xe5\xbc\xa0\xe5\xbc\xa0\xe5\xbc\xa0\xe5\xbc\xa0\xe5\xbc\xa0\xe5\xbc\xa0", 64,
         "******************", "\xe5\xbc\xa0*****"},
        {"\xd5\xc5\xc8\xfd", 64, "****", "****"}, /* not UTF-8 */
        {"\x80\x80", 64, "**", ""},
        /* Too small a buffer: cut, and never more than stars of an ID number. */
        {"11010519491231002X", 19, "110105********002X", "1*****************"},
        {"11010519491231002X", 18, "*****************", "1****************"},
        {"11010519491231002X", 1, "", ""},
        {"\xe5\xbc\xa0\xe4\xb8\x89", 5, "****", "\xe5\xbc\xa0*"},
        {"\xe5\xbc\xa0\xe4\xb8\x89", 4, "***", "\xe5\xbc\xa0"},
        {"\xe5\xbc\xa0\xe4\xb8\x89", 3, "**", "**"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[65];
        memset(out, 0x55, sizeof out);
        id_number_mask(str_of(rows[i].text), out, rows[i].cap);
        ck_assert_msg(strcmp(out, rows[i].id) == 0, "row %zu: %s", i, out);
        name_mask(str_of(rows[i].text), out, rows[i].cap);
        ck_assert_msg(strcmp(out, rows[i].name) == 0, "row %zu: %s", i, out);
        ck_assert_int_eq(out[rows[i].cap], 0x55);
    }
}
END_TEST

Suite *suite_ident(void)
{
    Suite *s = suite_create("ident");
    TCase *tc = tcase_create("ident");
    tcase_add_loop_test(tc, test_id_number, 0, sizeof ids / sizeof ids[0]);
    tcase_add_test(tc, test_id_single_errors);
    tcase_add_test(tc, test_id_upgrade_agrees);
    tcase_add_test(tc, test_id_error_names);
    tcase_add_test(tc, test_credit_code);
    tcase_add_test(tc, test_cnaps);
    tcase_add_test(tc, test_routing);
    tcase_add_test(tc, test_luhn);
    tcase_add_test(tc, test_masks);
    suite_add_tcase(s, tc);
    return s;
}
