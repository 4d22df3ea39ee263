/* test_timestamp.c - if this fails, a token is taken for one about another file or
 * time, or a good one is lost when its authority's certificate runs out.
 *
 * The tokens in tests/golden were made by `openssl ts` over the text below: one with a
 * certificate that was valid for 20 seconds, and one with a certificate that begins in
 * 2040. timestamp-other-root.pem has the same name as the root, and another key.
 *
 * almoner-verify's own reader is asked each time, too, and has to say the same. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/timestamp.h"
#include "verify/token.h"

#define STAMPED "a checkpoint\n"
#define TOKEN_TIME_US INT64_C(1795325301000000) /* 2026-11-22T05:28:21Z */

static struct diag d;
static struct buf token;
static struct buf root;

static void load(const char *path, bool hex, struct buf *out)
{
    char line[2000];
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    buf_init(out, 100000);
    while (fgets(line, sizeof line, f) != NULL) {
        size_t n = strcspn(line, "\n");
        if (!hex) {
            buf_add_text(out, line);
            continue;
        }
        char *room = buf_room(out, n / 2);
        ck_assert(text_unhex(str_make(line, n), room, n / 2));
        out->len += n / 2;
    }
    fclose(f);
}

static void hash_of(const char *text, uint8_t out[DIGEST_LEN])
{
    struct digest *g;
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    digest_once(g, str_of(text), str_of(""), out);
    digest_free(g);
}

static const char *outcome_of(enum token_outcome o)
{
    static const char *const codes[] = {
        [TOKEN_FORM] = "timestamp-form",
        [TOKEN_OTHER] = "timestamp-other",
        [TOKEN_UNTRUSTED] = "timestamp-untrusted",
        [TOKEN_SIGNATURE] = "timestamp-signature",
    };
    return codes[o];
}

/* st: what timestamp_check has said, in d and t. */
static void agree(enum status st, struct str bytes, const uint8_t hash[DIGEST_LEN],
                  const struct timestamp *t)
{
    struct authorities *a = NULL;
    struct token other;
    struct diag theirs;
    if (authorities_read(&a, buf_str(&root), &theirs) != ST_OK) {
        ck_assert_str_eq(theirs.code, "tsa-ca");
        ck_assert_int_ne(st, ST_OK);
        return;
    }
    ck_assert_int_eq(token_check(a, bytes, hash, &other, &theirs), ST_OK);
    authorities_free(a);
    ck_assert_int_eq(st == ST_OK, other.outcome == TOKEN_HOLDS);
    if (st == ST_OK) {
        ck_assert_int_eq(t->time_us, other.time_us);
        ck_assert_str_eq(t->authority, other.authority);
    } else if (strcmp(d.code, "timestamp-refused") != 0) { /* of that form, and empty */
        ck_assert_str_eq(d.code, outcome_of(other.outcome));
    }
}

static enum status check(struct str bytes, const char *text, struct timestamp *t)
{
    uint8_t hash[DIGEST_LEN];
    hash_of(text, hash);
    enum status st = timestamp_check(bytes, hash, buf_str(&root), t, &d);
    agree(st, bytes, hash, t);
    return st;
}

static void setup(void)
{
    load("tests/golden/timestamp-expired.hex", true, &token);
    load("tests/golden/timestamp-root.pem", false, &root);
}

static void teardown(void)
{
    buf_release(&token);
    buf_release(&root);
}

START_TEST(own_time)
{
    struct timestamp t;
    struct buf early;
    ck_assert_int_eq(check(buf_str(&token), STAMPED, &t), ST_OK);
    ck_assert_int_eq(t.time_us, TOKEN_TIME_US);
    ck_assert_str_eq(t.authority, "CN = stamps");
    ck_assert_int_eq(check(buf_str(&token), "a checkpoint", &t), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "timestamp-other");
    load("tests/golden/timestamp-early.hex", true, &early);
    ck_assert_int_eq(check(buf_str(&early), STAMPED, &t), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "timestamp-untrusted");
    buf_release(&early);
}
END_TEST

START_TEST(trust)
{
    struct timestamp t;
    buf_release(&root);
    load("tests/golden/timestamp-other-root.pem", false, &root);
    ck_assert_int_eq(check(buf_str(&token), STAMPED, &t), ST_INTEGRITY);
    buf_clear(&root);
    ck_assert_int_eq(check(buf_str(&token), STAMPED, &t), ST_INPUT);
    ck_assert_str_eq(d.code, "ca-file");
}
END_TEST

/* Whatever is changed: refused, or the same time by the same authority (there are bytes
 * nobody signed, such as the text of a status). */
START_TEST(bytes)
{
    struct timestamp t;
    size_t harmless = 0;
    for (size_t n = 0; n < token.len; n++) {
        ck_assert_int_eq(check(str_make(token.p, n), STAMPED, &t), ST_INPUT);
        for (int bit = 0; bit < 8; bit += 3) {
            token.p[n] = (char)(token.p[n] ^ 1 << bit);
            if (check(buf_str(&token), STAMPED, &t) == ST_OK) {
                harmless++;
                ck_assert_int_eq(t.time_us, TOKEN_TIME_US);
                ck_assert_str_eq(t.authority, "CN = stamps");
            }
            token.p[n] = (char)(token.p[n] ^ 1 << bit);
        }
    }
    ck_assert_uint_lt(harmless, token.len / 4);
    buf_add_text(&token, "x");
    ck_assert_int_eq(check(buf_str(&token), STAMPED, &t), ST_INPUT);
}
END_TEST

/* DER as RFC 3161 section 2.4.1 has it: version 1, SHA-256, no policy, no nonce,
 * certReq TRUE. */
START_TEST(request)
{
    static const char *const head = "30390201013031300d060960864801650304020105000420";
    uint8_t hash[DIGEST_LEN];
    char hex[300];
    char want[300];
    struct buf out;
    hash_of(STAMPED, hash);
    buf_init(&out, 1000);
    ck_assert_int_eq(timestamp_request(hash, &out, &d), ST_OK);
    text_hex(out.p, out.len, hex);
    char digits[2 * DIGEST_LEN + 1];
    text_hex(hash, DIGEST_LEN, digits);
    snprintf(want, sizeof want, "%s%s0101ff", head, digits);
    ck_assert_str_eq(hex, want);
    buf_release(&out);
}
END_TEST

Suite *suite_timestamp(void);
Suite *suite_timestamp(void)
{
    Suite *s = suite_create("timestamp");
    TCase *t = tcase_create("timestamp");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, own_time);
    tcase_add_test(t, trust);
    tcase_add_test(t, bytes);
    tcase_add_test(t, request);
    suite_add_tcase(s, t);
    return s;
}
