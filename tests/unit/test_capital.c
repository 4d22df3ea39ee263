/* test_capital.c - amounts in capitals: one form written, all lawful ones read. */
#include "base/capital.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

Suite *suite_capital(void);

static uint64_t seed = 20261122;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 16;
}

static void must_read(const char *text, int64_t want)
{
    int64_t fen = -1;
    struct diag d = {0};
    enum status st = capital_parse(str_of(text), &fen, NULL, &d);
    ck_assert_msg(st == ST_OK, "%s (%lld): %s: %s", text, (long long)want, d.where,
                  d.what);
    ck_assert_msg(fen == want, "%s: %lld, not %lld", text, (long long)fen,
                  (long long)want);
}

static void there_and_back(int64_t fen)
{
    char text[CAPITAL_TEXT_CAP];
    capital_print(fen, text);
    must_read(text, fen);
}

/* Breaks if an amount that was written is read as another. The seed is fixed. */
START_TEST(what_is_written_is_read)
{
    static const int64_t edges[] = {0,
                                    1,
                                    9,
                                    10,
                                    99,
                                    100,
                                    101,
                                    110,
                                    1000,
                                    1001,
                                    10000,
                                    100000000,
                                    INT64_C(1000000000000),
                                    INT64_C(100000000000000),
                                    INT64_C(1000000000000000000),
                                    INT64_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (int64_t k = -200; k <= 200; k++) {
            if (k <= 0 || edges[i] <= INT64_MAX - k) {
                there_and_back(edges[i] + k);
                there_and_back(-(edges[i] + k));
            }
        }
    }
    there_and_back(INT64_MIN);
    for (unsigned i = 0; i < 100000; i++) {
        int64_t fen = (int64_t)(draw() * draw() >> (1 + draw() % 63));
        there_and_back(fen);
        /* Many zeros. */
        int64_t few = 0;
        for (unsigned n = 0; n < 3; n++) {
            int64_t power = 1;
            for (uint64_t e = draw() % 17; e > 0; e--) {
                power *= 10;
            }
            few += (int64_t)(draw() % 10) * power;
        }
        there_and_back(few);
    }
}
END_TEST

/* ---- all forms of an amount, told naively ---- */

struct telling { /* of one form */
    struct buf text;
    unsigned choice; /* a bit for each place where the rules leave it open */
    unsigned open;   /* how many there were */
};

static bool choose(struct telling *t)
{
    return (t->choice >> t->open++ & 1) != 0;
}

static void tell(struct telling *t, bool yes, const char *text)
{
    buf_add_text(&t->text, yes ? text : "");
}

static const char *const digit_text[] = {"零", "壹", "贰", "叁", "肆",
                                         "伍", "陆", "柒", "捌", "玖"};

static void tell_yuan(struct telling *t, int64_t yuan)
{
    static const char *const unit[] = {"", "拾", "佰", "仟"};
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)yuan);
    bool zero = false;
    bool wan = false;
    for (int at = 0; at < n; at++) {
        int place = n - 1 - at;
        int v = digits[at] - '0';
        wan = v > 0 || (wan && place % 4 != 3);
        if (v > 0) {
            tell(t, zero && (place % 4 != 3 || choose(t)), "零");
            tell(t, true, digit_text[v]);
            tell(t, true, unit[place % 4]);
        }
        zero = v == 0;
        tell(t, place == 8 || place == 16, "亿");
        tell(t, (place == 4 || place == 12) && wan, "万");
    }
    tell(t, true, choose(t) ? "元" : "圆");
}

static void tell_amount(struct telling *t, int64_t fen)
{
    bool yuan = fen >= 100;
    size_t jiao = (size_t)(fen / 10 % 10);
    size_t rest = (size_t)(fen % 10);
    buf_clear(&t->text);
    t->open = 0;
    tell(t, choose(t), "人民币");
    if (yuan) {
        tell_yuan(t, fen / 100);
    }
    if (jiao > 0) {
        tell(t, yuan && fen / 100 % 10 == 0 && choose(t), "零");
        tell(t, true, digit_text[jiao]);
        tell(t, true, "角");
    }
    if (rest > 0) {
        tell(t, jiao == 0 && yuan, "零");
        tell(t, true, digit_text[rest]);
        tell(t, true, "分");
    } else if (jiao == 0 || choose(t)) {
        tell(t, true, choose(t) ? "整" : "正");
    }
}

static void all_forms(int64_t fen)
{
    struct telling t = {.open = 1};
    buf_init(&t.text, CAPITAL_TEXT_CAP);
    unsigned most = 1;
    for (unsigned choice = 0; choice < 1U << most; choice++) {
        t.choice = choice;
        tell_amount(&t, fen);
        most = t.open > most ? t.open : most;
        must_read(buf_cstr(&t.text), fen);
    }
    buf_release(&t.text);
}

/* Breaks if a form that the rules leave open is refused, or read as another amount. */
START_TEST(all_forms_are_read)
{
    static const int64_t some[] = {140950,
                                   600714,
                                   168032,
                                   10700053,
                                   1640902,
                                   32504,
                                   24096800,
                                   10000,
                                   1005000000,
                                   100010,
                                   1000100000,
                                   10000100000,
                                   100000100000,
                                   10000000000010,
                                   1000000001,
                                   500000005,
                                   INT64_MAX,
                                   INT64_C(10001000100010001),
                                   5,
                                   50,
                                   INT64_C(1000000000000000000),
                                   INT64_C(101010101010101010),
                                   90};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        all_forms(some[i]);
    }
    for (int64_t fen = 1; fen < 20000; fen++) {
        all_forms(fen);
    }
    for (unsigned i = 0; i < 5000; i++) {
        uint64_t v = draw();
        int64_t fen = 1 + (int64_t)(v >> (draw() % 47));
        all_forms(fen);
        int64_t holes = 0; /* the same with some digits 0 */
        int64_t place = 1;
        for (; fen > 0; fen /= 10, place *= 10) {
            holes += fen < 10 || draw() % 2 == 0 ? fen % 10 * place : 0;
        }
        all_forms(holes);
    }
}
END_TEST

/* The examples of the rules, and traditional characters. */
START_TEST(examples)
{
    static const struct {
        const char *text;
        int64_t fen;
    } rows[] = {
        {"人民币壹仟肆佰零玖元伍角", 140950},
        {"人民币陆仟零柒元壹角肆分", 600714},
        {"人民币壹仟陆佰捌拾元零叁角贰分", 168032},
        {"人民币壹仟陆佰捌拾元叁角贰分", 168032},
        {"人民币壹拾万柒仟元零伍角叁分", 10700053},
        {"人民币壹拾万零柒仟元伍角叁分", 10700053},
        {"人民币壹拾万柒仟元伍角叁分", 10700053},
        {"人民币壹万陆仟肆佰零玖元零贰分", 1640902},
        {"叁佰贰拾伍元零肆分", 32504},
        {"贰拾肆万零玖佰陆拾捌元整", 24096800},
        {"人民幣貳億參仟萬圓正", INT64_C(23000000000)},
        {"陸圓叄角整", 630},
        {"零元整", 0},
        {"人民币负壹角", -10},
        {"壹亿亿元整", INT64_C(1000000000000000000)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        must_read(rows[i].text, rows[i].fen);
    }
}
END_TEST

/* Breaks if a text that is no lawful form is taken, or its place told wrongly. */
START_TEST(refused)
{
    static const struct {
        const char *text;
        const char *where;
    } rows[] = {
        {"", "character 1"},
        {"人民币", "character 4"},
        {"壹佰元", "character 4"},         /* 整 is missing */
        {"壹佰元伍分整", "character 4"},   /* 零 is missing */
        {"壹佰元零伍分整", "character 7"}, /* 整 after fen */
        {"壹佰整", "character 3"},         /* 元 is missing */
        {"壹佰", "character 3"},           /* the same */
        {"壹", "character 2"},
        {"壹佰伍角", "character 4"},       /* the same */
        {"拾元整", "character 1"},         /* 壹拾 */
        {"人民币拾贰元整", "character 4"}, /* the same */
        {"壹佰拾元整", "character 3"},     /* the same */
        {"壹贰元整", "character 2"},       /* no unit */
        {"壹拾佰元整", "character 3"},
        {"壹仟玖元整", "character 3"},     /* 零 is missing */
        {"壹仟零零玖元整", "character 4"}, /* one 零 is read once */
        {"壹仟零贰佰元整", "character 3"}, /* no zero there */
        {"伍元零叁角", "character 3"},     /* no zero there */
        {"零伍分", "character 1"},
        {"零元伍分", "character 1"},
        {"壹万玖佰元整", "character 3"}, /* 零 is missing */
        {"壹拾贰佰元整", "character 1"}, /* units the wrong way */
        {"壹元贰元整", "character 4"},
        {"壹元整整", "character 4"},
        {"人民币 壹元整", "character 4"},
        {" 壹元整", "character 1"},
        {"壹元整 ", "character 4"},
        {"一元整", "character 1"},
        {"壹元５角", "character 3"},
        {"壹元\xe6\x95", "character 3"},
        {"RMB壹元整", "character 1"},
        {"人民币人民币壹元整", "character 4"},
        {"壹负元整", "character 1"},
        {"负零元整", "character 1"},
        {"壹亿亿亿元整", "character 4"},
        {"壹拾亿亿元整", "character 4"},
        {"玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分",
         "character 1"}, /* INT64_MAX and one fen */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t fen = 77;
        size_t at = 9999;
        struct diag d = {0};
        enum status st = capital_parse(str_of(rows[i].text), &fen, &at, &d);
        ck_assert_msg(st == ST_INPUT, "%s: taken as %lld", rows[i].text,
                      (long long)fen);
        ck_assert_msg(strcmp(d.where, rows[i].where) == 0, "%s: %s: %s", rows[i].text,
                      d.where, d.what);
        ck_assert_str_eq(d.code, "capital");
        ck_assert_int_eq(fen, 77);
        ck_assert_uint_le(at, strlen(rows[i].text));
    }
}
END_TEST

/* Breaks if a cut text is read, or a changed one as an amount of which it is no form:
 * nothing may be left out in this one, so all of its neighbours are as long. */
START_TEST(cut_and_changed)
{
    char text[CAPITAL_TEXT_CAP];
    size_t n = capital_print(INT64_C(10203040050607), text);
    for (size_t cut = 0; cut < n; cut++) {
        int64_t fen = 77;
        struct diag d = {0};
        enum status st = capital_parse(str_make(text, cut), &fen, NULL, &d);
        ck_assert_msg(st == ST_INPUT, "%zu: %lld", cut, (long long)fen);
    }
    for (size_t i = 0; i < n; i++) {
        for (unsigned v = 1; v < 256; v++) {
            int64_t fen = 0;
            struct diag d = {0};
            text[i] = (char)((unsigned char)text[i] ^ v);
            if (capital_parse(str_make(text, n), &fen, NULL, &d) == ST_OK) {
                char again[CAPITAL_TEXT_CAP];
                ck_assert_uint_eq(capital_print(fen, again), n);
            }
            text[i] = (char)((unsigned char)text[i] ^ v);
        }
    }
}
END_TEST

Suite *suite_capital(void)
{
    Suite *s = suite_create("capital");
    TCase *tc = tcase_create("capital");
    tcase_add_test(tc, what_is_written_is_read);
    tcase_add_test(tc, all_forms_are_read);
    tcase_add_test(tc, examples);
    tcase_add_test(tc, refused);
    tcase_add_test(tc, cut_and_changed);
    suite_add_tcase(s, tc);
    return s;
}
