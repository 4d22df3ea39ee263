/* test_batch_choice.c - what a batch is limited to: who reads the record takes the same
 * dues as who wrote it. If this fails, a batch pays whom it was not made for. */
#include "ledger/batch_choice.h"

#include <check.h>

Suite *suite_batch_choice(void);

static const struct {
    const char *bank, *payer, *payee;
    bool valid, takes;
} banks[] = {
    {"same", "403100000004", "403100000005", true, true},
    {"same", "403100000004", "102100099996", true, false},
    {"same", "403100000004", "", true, true},
    {"other", "403100000004", "102100099996", true, true},
    {"other", "403100000004", "403100000005", true, false},
    {"other", "403100000004", "", true, false},
    {"102", "403100000004", "102100099996", true, true},
    {"102", "403100000004", "403100000005", true, false},
    {"102", "102100099996", "", true, true},
    {"403", "102100099996", "", true, false},
    {"", "403100000004", "102100099996", false, true},
    {"40", "", "", false, false},
    {"4031", "", "", false, false},
    {"40x", "", "", false, false},
    {"Same", "", "", false, false},
};

START_TEST(bank)
{
    struct batch_choice c = {.bank = str_of(banks[_i].bank)};
    ck_assert_msg(batch_choice_bank_valid(c.bank) == banks[_i].valid, "row %d", _i);
    if (banks[_i].valid || c.bank.n == 0) {
        ck_assert_msg(batch_choice_takes_bank(&c, str_of(banks[_i].payer),
                                              str_of(banks[_i].payee)) ==
                          banks[_i].takes,
                      "row %d", _i);
    }
}
END_TEST

static const struct {
    const char *label;
    const char *programmes[3], *units[4], *bank;
    bool good;
} bodies[] = {
    {"nothing", {NULL}, {NULL}, "", true},
    {"all", {"care", "old-age"}, {"001", "0010", "01"}, "other", true},
    {"units alone", {NULL}, {"一村"}, "", true},
    {"a unit twice", {NULL}, {"001", "001"}, "", false},
    {"units descend", {NULL}, {"01", "001"}, "", false},
    {"an empty unit", {NULL}, {"", "001"}, "", false},
    {"no programme's code", {"old age"}, {NULL}, "", false},
    {"no bank", {NULL}, {NULL}, "all", false},
};

static size_t fill(const char *const *from, struct str *list)
{
    size_t n = 0;
    for (; from[n] != NULL; n++) {
        list[n] = str_of(from[n]);
    }
    return n;
}

static void write(const struct batch_choice *c, struct writer *w)
{
    cbor_put_map(w, 3 + batch_choice_pairs(c));
    for (uint64_t key = 1; key <= 3; key++) {
        cbor_pair_uint(w, key, 7);
    }
    batch_choice_write(c, w);
    ck_assert(!w->failed);
}

static bool is_read(struct str plain, struct batch_choice *out)
{
    struct body b;
    body_start(&b, plain);
    (void)body_uint(&b, 1, 9);
    (void)body_uint(&b, 2, 9);
    (void)body_int32(&b, 3);
    batch_choice_take(&b, out);
    return body_done(&b);
}

START_TEST(body)
{
    static struct batch_choice c, back;
    uint8_t bytes[300];
    struct writer w;
    c.programme_count = fill(bodies[_i].programmes, c.programmes);
    c.unit_count = fill(bodies[_i].units, c.units);
    c.bank = str_of(bodies[_i].bank);
    writer_init(&w, bytes, sizeof bytes);
    write(&c, &w);
    ck_assert_msg(is_read(writer_str(&w), &back) == bodies[_i].good, "%s",
                  bodies[_i].label);
    if (!bodies[_i].good) {
        return;
    }
    ck_assert(batch_choice_is_same(&c, &back));
    batch_choice_read(writer_str(&w), &back);
    ck_assert(batch_choice_is_same(&c, &back) && back.pay_day == 7);
    for (size_t n = 0; n < w.len; n++) {
        ck_assert_msg(!is_read(str_make(bytes, n), &back), "cut at %zu", n);
    }
}
END_TEST

START_TEST(units)
{
    struct batch_choice c = {.unit_count = 3,
                             .units = {str_of("001"), str_of("0010"), str_of("01")}};
    struct batch_choice any = {.unit_count = 0};
    ck_assert(batch_choice_takes_unit(&c, str_of("001")));
    ck_assert(batch_choice_takes_unit(&c, str_of("01")));
    ck_assert(!batch_choice_takes_unit(&c, str_of("00")));
    ck_assert(!batch_choice_takes_unit(&c, str_of("00100")));
    ck_assert(!batch_choice_takes_unit(&c, str_of("")));
    ck_assert(batch_choice_takes_unit(&any, str_of("")));
}
END_TEST

Suite *suite_batch_choice(void)
{
    Suite *s = suite_create("batch_choice");
    TCase *t = tcase_create("choice");
    tcase_add_loop_test(t, bank, 0, sizeof banks / sizeof banks[0]);
    tcase_add_loop_test(t, body, 0, sizeof bodies / sizeof bodies[0]);
    tcase_add_test(t, units);
    suite_add_tcase(s, t);
    return s;
}
