/* test_act.c - if this fails, a signature does not hold what its operator saw, or holds
 * for something else. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ledger/act.h"
#include "ledger/body.h"

static struct diag d;
static struct digest *g;
static struct key *key;
static uint8_t public_key[KEY_PUBLIC_LEN];

static void setup(void)
{
    uint8_t seed[32];
    memset(seed, 7, sizeof seed);
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    ck_assert_int_eq(key_new(&key, seed, &d), ST_OK);
    key_public(key, public_key);
}

static void teardown(void)
{
    digest_free(g);
    key_free(key);
}

/* {1: 12, 2: 1} */
static const uint8_t PLAIN[] = {0xa2, 0x01, 0x0c, 0x02, 0x01};

#define ORIGIN "almoner/230523/main"

static struct act_signature sample(void)
{
    struct act_signature s = {
        .operator_number = 4,
        .subject = str_of("batch 12: submit"),
        .count = 345,
        .total_fen = 12345600,
        .time_us = INT64_C(1793840400000000),
        .size = 70000,
    };
    memset(s.root, 0x11, sizeof s.root);
    return s;
}

static void message(const char *origin, enum record_kind kind,
                    const struct act_signature *s, struct str plain, struct buf *out)
{
    buf_init(out, 4096);
    act_message(str_of(origin), kind, s, plain, g, out);
    ck_assert_int_eq(buf_check(out, &d), ST_OK);
}

/* docs/formats/ledger.md has this text: sha256sum of a2010c0201 is its seventh line. */
START_TEST(message_text)
{
    struct act_signature s = sample();
    struct buf out;
    message(ORIGIN, KIND_BATCH_SIGN, &s, str_make(PLAIN, sizeof PLAIN), &out);
    ck_assert_str_eq(
        buf_cstr(&out),
        "almoner-act/v1\n"
        "almoner/230523/main\n"
        "batch-sign\n"
        "batch 12: submit\n"
        "4\n"
        "1793840400000000\n"
        "4d53116b5f601290fe99e5d0fe06010f6d368f7fb88ce948d7252d86b074026b\n"
        "345\n"
        "12345600\n"
        "70000\n"
        "ERERERERERERERERERERERERERERERERERERERERERE=\n");
    buf_release(&out);
}
END_TEST

START_TEST(round_trip)
{
    uint8_t body[BODY_BYTES_MAX];
    uint8_t plain[BODY_BYTES_MAX];
    struct act_signature s = sample();
    struct act_signature back;
    struct reader r;
    struct writer w;
    struct writer p;
    memset(s.signature, 0x22, sizeof s.signature);
    writer_init(&w, body, sizeof body);
    act_body(&s, str_make(PLAIN, sizeof PLAIN), &w);
    reader_init(&r, body, w.len);
    cbor_skip(&r);
    ck_assert(reader_done(&r));
    writer_init(&p, plain, sizeof plain);
    ck_assert(act_split(writer_str(&w), &back, &p));
    ck_assert(str_eq(writer_str(&p), str_make(PLAIN, sizeof PLAIN)));
    ck_assert_uint_eq(back.operator_number, 4);
    ck_assert(str_eq(back.subject, s.subject));
    ck_assert_uint_eq(back.count, 345);
    ck_assert_int_eq(back.total_fen, 12345600);
    ck_assert_int_eq(back.time_us, s.time_us);
    ck_assert_uint_eq(back.size, 70000);
    ck_assert_mem_eq(back.root, s.root, DIGEST_LEN);
    ck_assert_mem_eq(back.signature, s.signature, SIGNATURE_LEN);
    for (size_t n = 0; n < w.len; n++) {
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, body, n);
        writer_init(&p, plain, sizeof plain);
        bool taken = act_split(str_make(cut, n), &back, &p);
        ck_assert_msg(!taken || n >= w.len - sizeof PLAIN + 1, "%zu bytes", n);
        free(cut);
    }
}
END_TEST

START_TEST(split_refuses)
{
    static const char *const subjects[] = {"two\nlines", "a\x7f", "a\001"};
    uint8_t body[BODY_BYTES_MAX];
    uint8_t plain[BODY_BYTES_MAX];
    char long_subject[SUBJECT_MAX + 1];
    struct act_signature back;
    struct writer w;
    struct writer p;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        struct act_signature s = sample();
        s.subject = str_of(subjects[i]);
        writer_init(&w, body, sizeof body);
        act_body(&s, str_make(PLAIN, sizeof PLAIN), &w);
        writer_init(&p, plain, sizeof plain);
        ck_assert_msg(!act_split(writer_str(&w), &back, &p), "%zu", i);
    }
    struct act_signature s = sample();
    memset(long_subject, 's', sizeof long_subject);
    s.subject = str_make(long_subject, sizeof long_subject);
    ck_assert(!act_subject_valid(s.subject));
    ck_assert(act_subject_valid(str_make(long_subject, SUBJECT_MAX)));
    writer_init(&w, body, sizeof body);
    act_body(&s, str_make(PLAIN, sizeof PLAIN), &w);
    writer_init(&p, plain, sizeof plain);
    ck_assert(!act_split(writer_str(&w), &back, &p));
    writer_init(&p, plain, sizeof plain);
    ck_assert(!act_split(str_make(PLAIN, sizeof PLAIN), &back, &p)); /* no key 0 */
    ck_assert(!act_split(str_of("\xa0"), &back, &p));
    writer_init(&p, plain, 3); /* no room for the rest */
    s = sample();
    writer_init(&w, body, sizeof body);
    act_body(&s, str_make(PLAIN, sizeof PLAIN), &w);
    ck_assert(!act_split(writer_str(&w), &back, &p));
}
END_TEST

START_TEST(flipped_bytes)
{
    uint8_t body[BODY_BYTES_MAX];
    uint8_t plain[BODY_BYTES_MAX];
    struct act_signature s = sample();
    struct writer w;
    writer_init(&w, body, sizeof body);
    act_body(&s, str_make(PLAIN, sizeof PLAIN), &w);
    for (size_t at = 0; at < w.len; at++) {
        uint8_t was = body[at];
        for (unsigned value = 0; value < 256; value++) {
            struct act_signature back;
            struct writer p;
            body[at] = (uint8_t)value;
            writer_init(&p, plain, sizeof plain);
            (void)act_split(writer_str(&w), &back, &p);
        }
        body[at] = was;
    }
}
END_TEST

/* ---- what a signature holds for ---- */

struct change {
    const char *label;
    void (*make)(struct act_signature *s);
};

static void other_operator(struct act_signature *s)
{
    s->operator_number = 5;
}

static void other_subject(struct act_signature *s)
{
    s->subject = str_of("batch 12: approve");
}

static void other_count(struct act_signature *s)
{
    s->count++;
}

static void other_total(struct act_signature *s)
{
    s->total_fen = -s->total_fen;
}

static void other_time(struct act_signature *s)
{
    s->time_us++;
}

static void other_size(struct act_signature *s)
{
    s->size--;
}

static void other_root(struct act_signature *s)
{
    s->root[31] ^= 1;
}

static const struct change CHANGES[] = {
    {"operator", other_operator}, {"subject", other_subject}, {"count", other_count},
    {"total", other_total},       {"time", other_time},       {"size", other_size},
    {"root", other_root},
};

static bool holds(const char *origin, enum record_kind kind,
                  const struct act_signature *s, struct str plain)
{
    struct buf out;
    message(origin, kind, s, plain, &out);
    bool good = key_verify(public_key, buf_str(&out), s->signature);
    buf_release(&out);
    return good;
}

START_TEST(copied_signatures_do_not_hold)
{
    struct str plain = str_make(PLAIN, sizeof PLAIN);
    struct act_signature s = sample();
    struct buf out;
    message(ORIGIN, KIND_BATCH_SIGN, &s, plain, &out);
    ck_assert_int_eq(key_sign(key, buf_str(&out), s.signature, &d), ST_OK);
    buf_release(&out);
    ck_assert(holds(ORIGIN, KIND_BATCH_SIGN, &s, plain));
    ck_assert(!holds(ORIGIN "/sandbox", KIND_BATCH_SIGN, &s, plain));
    ck_assert(!holds("almoner/230523/other", KIND_BATCH_SIGN, &s, plain));
    ck_assert(!holds(ORIGIN, KIND_EXPORT, &s, plain));
    ck_assert(!holds(ORIGIN, KIND_BATCH_SIGN, &s, str_of("\xa2\x01\x0c\x02\x02")));
    for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
        struct act_signature changed = s;
        CHANGES[i].make(&changed);
        ck_assert_msg(!holds(ORIGIN, KIND_BATCH_SIGN, &changed, plain), "%s",
                      CHANGES[i].label);
    }
}
END_TEST

Suite *suite_act(void);

Suite *suite_act(void)
{
    Suite *s = suite_create("act");
    TCase *c = tcase_create("act");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, message_text);
    tcase_add_test(c, round_trip);
    tcase_add_test(c, split_refuses);
    tcase_add_test(c, flipped_bytes);
    tcase_add_test(c, copied_signatures_do_not_hold);
    suite_add_tcase(s, c);
    return s;
}
