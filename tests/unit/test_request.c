/* test_request.c - if this fails, somebody signs on another machine what was not shown
 * to them, or a signature brought along holds for another act, or for ever. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/capital.h"
#include "base/date.h"
#include "base/text.h"
#include "ledger/request.h"
#include "tests/unit/ledger_fixture.h"
#include "tests/unit/payment_data.h"

static struct diag d;
static struct digest *g;
static struct key *key;
static struct buf request;
static struct buf answer;

#define TEXT                                                                           \
    "almoner-act/v1\n"                                                                 \
    "almoner/230523/main\n"                                                            \
    "batch-sign\n"                                                                     \
    "batch 12: release\n"                                                              \
    "4\n"                                                                              \
    "1793840400000000\n"                                                               \
    "4d53116b5f601290fe99e5d0fe06010f6d368f7fb88ce948d7252d86b074026b\n"               \
    "345\n"                                                                            \
    "12345600\n"                                                                       \
    "70000\n"                                                                          \
    "ERERERERERERERERERERERERERERERERERERERERERE=\n"

static void make_files(void)
{
    struct buf notes;
    uint8_t seed[32];
    struct request q = {
        .text = str_of(TEXT), .office = str_of("演练县民政局"), .name = "finance"};
    struct signature_file s = {.name = "finance", .text = str_of(TEXT)};
    memset(seed, 7, sizeof seed);
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    ck_assert_int_eq(key_new(&key, seed, &d), ST_OK);
    key_public(key, q.public_key);
    key_public(key, s.public_key);
    buf_init(&notes, REQUEST_NOTES_MAX);
    buf_init(&request, REQUEST_BYTES_MAX);
    buf_init(&answer, REQUEST_BYTES_MAX);
    request_note(&notes, "%s", "new 新增: 3 people 人, +300.00 yuan 元");
    request_note(&notes, "%s", "== signed text 签名原文 ==");
    request_note(&notes, "%s", "two\nlines");
    q.notes = buf_str(&notes);
    ck_assert_int_eq(request_print(&q, g, &request, &d), ST_OK);
    buf_release(&notes);
    ck_assert_int_eq(request_read(buf_str(&request), g, &q, &d), ST_OK);
    memcpy(s.request, q.digest, DIGEST_LEN);
    ck_assert_int_eq(key_sign(key, q.text, s.signature, &d), ST_OK);
    ck_assert_int_eq(signature_file_print(&s, g, &answer, &d), ST_OK);
}

static void release_files(void)
{
    buf_release(&request);
    buf_release(&answer);
    key_free(key);
    digest_free(g);
}

/* ---- words ---- */

START_TEST(capitals)
{
    static const struct {
        int64_t fen;
        const char *text;
    } rows[] = {
        {0, "人民币零元整"},
        {1, "人民币壹分"},
        {10, "人民币壹角"},
        {105, "人民币壹元零伍分"},
        {100, "人民币壹元整"},
        {140950, "人民币壹仟肆佰零玖元伍角"},
        {600714, "人民币陆仟零柒元壹角肆分"},
        {1680032, "人民币壹万陆仟捌佰元叁角贰分"},
        {10700053, "人民币壹拾万零柒仟元伍角叁分"},
        {-100, "人民币负壹元整"},
        {12345600, "人民币壹拾贰万叁仟肆佰伍拾陆元整"},
        {100000000, "人民币壹佰万元整"},
        {100000100, "人民币壹佰万零壹元整"},
        {1000000000000, "人民币壹佰亿元整"},
        {1000000000100, "人民币壹佰亿零壹元整"},
        {1234567890123, "人民币壹佰贰拾叁亿肆仟伍佰陆拾柒万捌仟玖佰零壹元贰角叁分"},
    };
    char out[CAPITAL_TEXT_CAP];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = capital_print(rows[i].fen, out);
        ck_assert_str_eq(out, rows[i].text);
        ck_assert_uint_eq(n, strlen(out));
    }
    ck_assert_uint_gt(capital_print(INT64_MAX, out), 0);
    ck_assert_uint_gt(capital_print(INT64_MIN, out), 0);
}
END_TEST

START_TEST(text_taken_apart)
{
    static const char *const bad[] = {
        "", "almoner-act/v1\n", TEXT "\n", TEXT TEXT, "x" TEXT,
    };
    static const struct {
        const char *from;
        const char *to;
    } changes[] = {
        {"v1", "v2"},           {"almoner/", "almoner /"}, {"batch-sign", "batch"},
        {"release", "rel\tse"}, {"\n4\n", "\n04\n"},       {"\n4\n", "\n4294967296\n"},
        {"1793840", "+179384"}, {"1793840", "01793840"},   {"4d53", "4D53"},
        {"\n345\n", "\n-1\n"},  {"\n12345600", "\n-0"},    {"12345600", "1.0"},
        {"RERE=", "RERF="},     {"RERE=", "RER="},         {"release", "\xff"},
    };
    struct act_words w;
    ck_assert(act_message_read(str_of(TEXT), &w));
    ck_assert(str_is(w.origin, "almoner/230523/main"));
    ck_assert_int_eq(w.kind, KIND_BATCH_SIGN);
    ck_assert(str_is(w.subject, "batch 12: release"));
    ck_assert_uint_eq(w.operator_number, 4);
    ck_assert_int_eq(w.time_us, INT64_C(1793840400000000));
    ck_assert_uint_eq(w.count, 345);
    ck_assert_int_eq(w.total_fen, 12345600);
    ck_assert_uint_eq(w.size, 70000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!act_message_read(str_of(bad[i]), &w), "row %zu", i);
    }
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char text[2 * sizeof TEXT];
        const char *at = strstr(TEXT, changes[i].from);
        ck_assert_ptr_nonnull(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - TEXT), TEXT, changes[i].to,
                 at + strlen(changes[i].from));
        ck_assert_msg(!act_message_read(str_of(text), &w), "change %zu", i);
    }
}
END_TEST

START_TEST(sandboxes)
{
    static const struct {
        const char *origin;
        bool sandbox;
    } rows[] = {
        {"almoner/230523/main", false},           {"almoner/230523/main/e2", false},
        {"almoner/230523/sandbox", false},        {"almoner/230523/sandbox/e2", false},
        {"almoner/230523/main/sandboxes", false}, {"almoner/230523/main/sandbox", true},
        {"almoner/230523/main/sandbox/e2", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(request_is_sandbox(str_of(rows[i].origin)) == rows[i].sandbox,
                      "%s", rows[i].origin);
    }
}
END_TEST

/* ---- the files ---- */

START_TEST(golden)
{
    struct request q;
    struct signature_file s;
    data_check_golden("tests/golden/sign.request", &request);
    data_check_golden("tests/golden/sign.signature", &answer);
    ck_assert_int_eq(request_read(buf_str(&request), g, &q, &d), ST_OK);
    ck_assert_str_eq(q.name, "finance");
    ck_assert(str_is(q.office, "演练县民政局"));
    ck_assert(str_is(q.text, TEXT));
    ck_assert_int_eq(signature_file_read(buf_str(&answer), g, &s, &d), ST_OK);
    ck_assert(str_is(s.text, TEXT));
    ck_assert_int_eq(request_expires(&q.words) - q.words.time_us,
                     ACT_SIGNATURE_AGE_MAX_US);
}
END_TEST

static enum status read_either(bool is_request, struct str file)
{
    struct request q;
    struct signature_file s;
    return is_request ? request_read(file, g, &q, &d)
                      : signature_file_read(file, g, &s, &d);
}

START_TEST(every_cut_and_every_flip)
{
    bool is_request = _i == 0;
    const struct buf *b = is_request ? &request : &answer;
    char *copy = malloc(b->len);
    ck_assert_ptr_nonnull(copy);
    for (size_t n = 0; n < b->len; n++) {
        char *cut = malloc(n + 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, b->p, n);
        ck_assert_msg(read_either(is_request, str_make(cut, n)) == ST_INPUT, "%zu", n);
        free(cut);
    }
    memcpy(copy, b->p, b->len);
    for (size_t n = 0; n < b->len; n++) {
        for (int bit = 0; bit < 8; bit++) {
            copy[n] = (char)(b->p[n] ^ (1 << bit));
            ck_assert_msg(read_either(is_request, str_make(copy, b->len)) != ST_OK,
                          "byte %zu, bit %d", n, bit);
        }
        copy[n] = b->p[n];
    }
    ck_assert_int_eq(read_either(is_request, str_make(copy, b->len)), ST_OK);
    free(copy);
}
END_TEST

/* Its last line made good again. */
static void mend(char *file, size_t n)
{
    uint8_t digest[DIGEST_LEN];
    char hex[2 * DIGEST_LEN + 1];
    size_t last = sizeof hex + strlen("sha256 "); /* with its line feed */
    digest_once(g, str_make(file, n - last), str_of(""), digest);
    text_hex(digest, DIGEST_LEN, hex);
    memcpy(file + n - sizeof hex, hex, sizeof hex - 1);
}

/* Whoever flips a byte on purpose mends the digest too. What is told can be told
 * otherwise; what is signed not, nor the words that say it. */
START_TEST(flipped_on_purpose)
{
    char *copy = malloc(request.len);
    const char *told = strstr(buf_cstr(&request), "office ");
    const char *untold = strstr(request.p, "key ");
    const char *notes = strstr(request.p, "| new");
    const char *end = strstr(notes, "\n| ==");
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, request.p, request.len);
    size_t taken = 0;
    for (size_t n = 0; n < request.len - 72; n++) {
        const char *at = request.p + n;
        bool may = (at > told && at < untold) || (at > notes && at < end + 50);
        copy[n] = (char)(request.p[n] ^ 1);
        mend(copy, request.len);
        enum status st = read_either(true, str_make(copy, request.len));
        ck_assert_msg(st != ST_OK || may, "byte %zu", n);
        taken += st == ST_OK ? 1 : 0;
        copy[n] = request.p[n];
    }
    ck_assert_uint_gt(taken, 10);
    free(copy);
}
END_TEST

START_TEST(signature_on_purpose)
{
    char *copy = malloc(answer.len);
    const char *digest = strstr(buf_cstr(&answer), "request ") + strlen("request ");
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, answer.p, answer.len);
    for (size_t n = 0; n < answer.len - 72; n++) {
        const char *at = answer.p + n;
        bool may = at >= digest && at < digest + 2 * (size_t)DIGEST_LEN;
        copy[n] = (char)(answer.p[n] ^ 1);
        mend(copy, answer.len);
        enum status st = read_either(false, str_make(copy, answer.len));
        ck_assert_msg(st != ST_OK || may, "byte %zu", n);
        copy[n] = answer.p[n];
    }
    free(copy);
}
END_TEST

/* ---- in a ledger ---- */

static struct fixture f;

/* Asks by keeping the text; answers, when there is one, with what key signs of it. */
struct elsewhere {
    struct buf text;
    struct act_words words;
    enum fixture_who who;
    unsigned asked;
};

static enum status sign_text(void *ctx, struct ledger *l, const struct act_offer *offer,
                             uint8_t out[SIGNATURE_LEN], struct diag *dg)
{
    struct elsewhere *e = ctx;
    (void)l;
    if (!str_eq(offer->message, buf_str(&e->text))) {
        return diag_fail(dg, ST_CONFLICT, "changed", "not what was asked");
    }
    return key_sign(f.keys[e->who], offer->message, out, dg);
}

static enum status keep_text(void *ctx, struct ledger *l, const struct act_offer *offer,
                             struct diag *dg)
{
    struct elsewhere *e = ctx;
    (void)l;
    buf_clear(&e->text);
    buf_add_str(&e->text, offer->message);
    e->asked++;
    return diag_fail(dg, ST_INTERRUPTED, "requested", "asked");
}

/* As one command begins: with the answer to the last question, or none. */
static void begin(struct elsewhere *e, bool answered)
{
    struct act_signer by = {.at_hand = answered ? 1 : 0,
                            .seen = answered ? &e->words : NULL,
                            .sign = sign_text,
                            .ask = keep_text,
                            .ctx = e};
    ck_assert_int_eq(fixture_open(&f, LEDGER_WRITE), ST_OK);
    ck_assert(!answered || act_message_read(buf_str(&e->text), &e->words));
    ck_assert_int_eq(ledger_sign_by(f.l, str_of(fixture_name(e->who)), &by,
                                    ROLE_ADMIN | ROLE_CHECKER, &f.d),
                     ST_OK);
    ck_assert(ledger_only_asks(f.l) == !answered);
}

static enum status command(struct elsewhere *e, bool answered, uint64_t person)
{
    uint8_t bytes[64];
    struct writer w;
    struct act_text text = {.subject = "person: reveal"};
    begin(e, answered);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, person);
    cbor_pair_text(&w, 2, str_of("test"));
    return ledger_act(f.l, KIND_REVEAL, writer_str(&w), text, NULL, &f.d);
}

static void expect_code(enum status got, enum status want, const char *code)
{
    ck_assert_msg(got == want && strcmp(f.d.code, code) == 0, "%d %s: %s", (int)got,
                  f.d.code, f.d.what);
}

START_TEST(asked_and_answered)
{
    struct elsewhere e = {.who = FIXTURE_CHECKER};
    int64_t asked_at;
    fixture_make(&f, true);
    buf_init(&e.text, 4096);
    uint64_t size = ledger_head(f.l)->tree.size;
    expect_code(command(&e, false, 0), ST_INTERRUPTED, "requested");
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
    asked_at = f.now_us;
    f.now_us = asked_at + ACT_SIGNATURE_AGE_MAX_US + 1;
    expect_code(command(&e, true, 0), ST_DENIED, "signature-expired");
    f.now_us = asked_at + ACT_SIGNATURE_AGE_MAX_US;
    ck_assert_int_eq(command(&e, true, 0), ST_OK);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size + 1);
    expect_code(command(&e, true, 0), ST_DENIED, "signature-used");
    buf_release(&e.text);
    fixture_remove(&f);
}
END_TEST

/* The clock of a live ledger jumped: first somebody vouches for it, in an act of its
 * own, which stays when the next signature is asked for. */
START_TEST(clock_first)
{
    struct elsewhere e = {.who = FIXTURE_CHECKER};
    fixture_make(&f, false);
    buf_init(&e.text, 4096);
    uint64_t size = ledger_head(f.l)->tree.size;
    f.now_us += 2 * FOLD_CLOCK_JUMP_US;
    f.accept_clock = true;
    expect_code(command(&e, false, 0), ST_INTERRUPTED, "requested");
    ck_assert(act_message_read(buf_str(&e.text), &e.words));
    ck_assert_int_eq(e.words.kind, KIND_CLOCK);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
    f.now_us += 3600 * (int64_t)1000000;
    expect_code(command(&e, true, 0), ST_INTERRUPTED, "requested");
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size + 1);
    ck_assert(act_message_read(buf_str(&e.text), &e.words));
    ck_assert_int_eq(e.words.kind, KIND_REVEAL);
    f.now_us += 3600 * (int64_t)1000000;
    ck_assert_int_eq(command(&e, true, 0), ST_OK);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size + 2);
    ck_assert_uint_eq(e.asked, 2);
    buf_release(&e.text);
    fixture_remove(&f);
}
END_TEST

/* The only signature at hand is the clock's: what the act behind it has changed before
 * it is asked for does not stay. */
START_TEST(clock_alone)
{
    struct elsewhere e = {.who = FIXTURE_CHECKER};
    static const uint8_t body[] = {0xa2, 1, 1, 2, 0x61, 'x'};
    struct act_text text = {.subject = "person: reveal"};
    struct str row;
    fixture_make(&f, false);
    buf_init(&e.text, 4096);
    uint64_t size = ledger_head(f.l)->tree.size;
    f.now_us += 2 * FOLD_CLOCK_JUMP_US;
    f.accept_clock = true;
    expect_code(command(&e, false, 0), ST_INTERRUPTED, "requested");
    begin(&e, true);
    ck_assert_int_eq(ledger_begin(f.l, &f.d), ST_OK);
    ck_assert_int_eq(
        store_put(ledger_txn(f.l), TABLE_META, str_of("row"), str_of("row"), &f.d),
        ST_OK);
    expect_code(ledger_append_signed(f.l, KIND_REVEAL,
                                     str_make((const char *)body, sizeof body), text,
                                     NULL, &f.d),
                ST_INTERRUPTED, "requested");
    ledger_abort(f.l);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size + 1);
    ck_assert_int_eq(store_get(ledger_txn(f.l), TABLE_META, str_of("row"), &row, &f.d),
                     ST_OK);
    ck_assert_uint_eq(row.n, 0);
    buf_release(&e.text);
    fixture_remove(&f);
}
END_TEST

Suite *suite_request(void);

Suite *suite_request(void)
{
    Suite *s = suite_create("request");
    TCase *files = tcase_create("files");
    TCase *ledger = tcase_create("ledger");
    tcase_add_checked_fixture(files, make_files, release_files);
    tcase_add_test(files, capitals);
    tcase_add_test(files, text_taken_apart);
    tcase_add_test(files, sandboxes);
    tcase_add_test(files, golden);
    tcase_add_loop_test(files, every_cut_and_every_flip, 0, 2);
    tcase_add_test(files, flipped_on_purpose);
    tcase_add_test(files, signature_on_purpose);
    tcase_add_test(ledger, asked_and_answered);
    tcase_add_test(ledger, clock_first);
    tcase_add_test(ledger, clock_alone);
    suite_add_tcase(s, files);
    suite_add_tcase(s, ledger);
    return s;
}
