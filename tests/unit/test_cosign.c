/* test_cosign.c - if this fails, other people's tools would not take our cosignatures,
 * or ours would take what was not signed. */
#include <check.h>
#include <string.h>

#include "ledger/cosign.h"

#define DASH "\xe2\x80\x94 "
#define NAME "witness.example.com/w1"
#define CHECKPOINT                                                                     \
    "example.com/behind-the-sofa\n20852163\n"                                          \
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
/* Made with the openssl program and Python's hashlib: private key 07 00 00 ... 00. */
#define VKEY NAME "+dcb09bf8+BKL6L0o1W6LpB6UwCenjfK3fesfmagi6B2MfVTBys/JM"
#define TIME 1679315147
#define LINE                                                                           \
    DASH NAME                                                                          \
        " 3LCb+AAAAABkGFDLa6DuXY14quPzKNbvsyCTiDME2lJFDpTB2A+yR77zqaVw1O1EeSspYH"      \
        "rI162t5Xm62y6GJipp4VJQwS8KOLs+Cw==\n"

static struct diag d;

static struct key *key_of(uint8_t first)
{
    uint8_t seed[32] = {first};
    struct key *k = NULL;
    ck_assert_int_eq(key_new(&k, seed, &d), ST_OK);
    return k;
}

START_TEST(golden)
{
    struct witness_key k;
    struct cosignature c;
    struct buf out;
    char vkey[VKEY_TEXT_CAP];
    struct key *key = key_of(7);
    buf_init(&out, 1000);
    ck_assert_int_eq(witness_key_of(str_of(NAME), key, &k, &d), ST_OK);
    witness_key_print(&k, vkey);
    ck_assert_str_eq(vkey, VKEY);
    ck_assert_int_eq(cosignature_make(str_of(CHECKPOINT), TIME, key, &c, &d), ST_OK);
    cosignature_print(&k, &c, &out);
    ck_assert_str_eq(buf_cstr(&out), LINE);
    ck_assert(cosignature_holds(&k, str_of(CHECKPOINT), &c));
    key_free(key);
    buf_release(&out);
}
END_TEST

static void read_golden(struct witness_key *k, struct cosignature *c)
{
    bool found = false;
    ck_assert_int_eq(witness_key_parse(str_of(VKEY), k, &d), ST_OK);
    ck_assert_int_eq(cosignature_find(str_of(CHECKPOINT "\n" LINE), k, c, &found, &d),
                     ST_OK);
    ck_assert(found);
}

/* Text, time, signature and key: a change of any bit is noticed. */
START_TEST(changes)
{
    struct witness_key k;
    struct cosignature c;
    char text[] = CHECKPOINT;
    read_golden(&k, &c);
    ck_assert_uint_eq(c.time_s, TIME);
    ck_assert(cosignature_holds(&k, str_of(text), &c));
    for (size_t i = 0; i < 8 * strlen(text); i++) {
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
        ck_assert(!cosignature_holds(&k, str_make(text, sizeof text - 1), &c));
        text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
    }
    for (size_t i = 0; i < 8 * (size_t)SIGNATURE_LEN; i++) {
        c.signature[i / 8] ^= (uint8_t)(1U << i % 8);
        ck_assert(!cosignature_holds(&k, str_of(text), &c));
        c.signature[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t i = 0; i < 64; i++) {
        c.time_s ^= UINT64_C(1) << i;
        ck_assert(!cosignature_holds(&k, str_of(text), &c));
        c.time_s ^= UINT64_C(1) << i;
    }
    for (size_t i = 0; i < 8 * (size_t)WITNESS_KEY_LEN; i++) {
        k.key[i / 8] ^= (uint8_t)(1U << i % 8);
        ck_assert(!cosignature_holds(&k, str_of(text), &c));
        k.key[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    ck_assert(cosignature_holds(&k, str_of(text), &c));
}
END_TEST

/* A key of small order, under which anything would fit: nothing holds. */
START_TEST(weak_key)
{
    struct witness_key k;
    struct cosignature c = {.time_s = TIME};
    uint8_t key[WITNESS_KEY_LEN] = {1};
    c.signature[0] = 1;
    ck_assert_int_eq(witness_key_make(str_of(NAME), key, &k, &d), ST_OK);
    ck_assert(!cosignature_holds(&k, str_of(CHECKPOINT), &c));
}
END_TEST

/* Only lines of the very name and key id are the witness's. */
START_TEST(lines)
{
    static const struct {
        const char *label;
        const char *note;
        enum status st;
        bool found;
    } rows[] = {
        {"alone", CHECKPOINT "\n" LINE, ST_OK, true},
        {"behind others", CHECKPOINT "\n" DASH "other dPY4fgAA\n" LINE, ST_OK, true},
        {"another name", CHECKPOINT "\n" DASH "witness.example.com/w2 3LCb+AAAAABk\n",
         ST_OK, false},
        {"another id", CHECKPOINT "\n" DASH NAME " 3LCb+QAAAABk\n", ST_OK, false},
        {"a shorter blob", CHECKPOINT "\n" DASH NAME " 3LCb+AAAAABk\n", ST_OK, false},
        {"no signature line", CHECKPOINT "\n", ST_OK, false},
        {"no note", CHECKPOINT, ST_INPUT, false},
        {"a bad line", CHECKPOINT "\n" LINE "x\n", ST_INPUT, false},
    };
    struct witness_key k;
    ck_assert_int_eq(witness_key_parse(str_of(VKEY), &k, &d), ST_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cosignature c;
        bool found = false;
        enum status st = cosignature_find(str_of(rows[i].note), &k, &c, &found, &d);
        ck_assert_msg(st == rows[i].st && found == rows[i].found, "%s", rows[i].label);
    }
}
END_TEST

/* Truncated anywhere or with any byte changed it is no vkey, or the same one. */
START_TEST(vkeys)
{
    struct witness_key k;
    char text[] = VKEY;
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(witness_key_parse(str_make(text, i), &k, &d), ST_INPUT);
        char kept = text[i];
        for (int c = 0; c < 256; c++) {
            text[i] = (char)c;
            ck_assert_int_eq(witness_key_parse(str_make(text, n), &k, &d),
                             (char)c == kept ? ST_OK : ST_INPUT);
        }
        text[i] = kept;
    }
    /* The same key as a log's, type 01. */
    ck_assert_int_eq(
        witness_key_parse(str_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id"
                                 "2LKaANYcrnKv3U2k"),
                          &k, &d),
        ST_INPUT);
    ck_assert_str_eq(d.code, "witness-vkey");
}
END_TEST

Suite *suite_cosign(void);
Suite *suite_cosign(void)
{
    Suite *s = suite_create("cosign");
    TCase *t = tcase_create("cosign");
    tcase_add_test(t, golden);
    tcase_add_test(t, changes);
    tcase_add_test(t, weak_key);
    tcase_add_test(t, lines);
    tcase_add_test(t, vkeys);
    suite_add_tcase(s, t);
    return s;
}
