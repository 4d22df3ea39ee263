/* test_profile_write.c - what profiles write: golden files of those that come with the
 * program, the bytes of every way to cut a line, and what is refused. */
#include "formats/profile.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "formats/profile_nth.h"
#include "formats/profile_private.h"
#include "tests/unit/payment_data.h"

Suite *suite_profile_write(void);

#define HAN "\xe7\x94\xb2"

static const struct payment_format *same_bank(void)
{
    return payment_format_find(str_of("pipe-trailer"));
}

static const struct payment_format *any_bank(void)
{
    return payment_format_find(str_of("pipe-trailer-outer"));
}

/* ---- golden files ---- */

/* With a name of its own for each hard case; the last pays the first one's account. */
static struct payment batch_payment(const struct payment_format *f, uint32_t variant,
                                    size_t i)
{
    struct payment p = data_payment(i);
    bool any = f->profile->variants[variant].takes == FOR_ANY;
    p.bank = any && i % 2 == 1 ? str_of(DATA_OTHER_BANK) : data_bank(f, variant);
    p.id_number = str_of(i % 3 == 2 ? "" : "11010519491231002X");
    p.phone = str_of("13900000000");
    p.beneficiary = str_of("庚午七");
    p.beneficiary_number = p.id_number;
    p.address = str_of("样例县样例乡样例村");
    p.unit = str_of("样例村");
    if (strncmp(f->name, "pipe", 4) != 0 && i == DATA_COUNT - 1) {
        p.account = data_payment(0).account;
    }
    return p;
}

static void write_batch(const struct payment_format *f, uint32_t variant,
                        struct buf *out)
{
    struct payment p[DATA_COUNT];
    struct payment_head head = data_head();
    data_settings(f, &head);
    head.variant = variant;
    for (size_t i = 0; i < DATA_COUNT; i++) {
        p[i] = batch_payment(f, variant, i);
    }
    data_write(f, &head, p, DATA_COUNT, out);
}

/* Breaks if one byte of the files changes. */
START_TEST(golden)
{
    static const struct {
        const char *name;
        uint32_t variant;
        const char *path;
    } rows[] = {
        {"pipe-trailer", 0, "tests/golden/pipe-trailer.txt"},
        {"pipe-trailer-outer", 0, "tests/golden/pipe-trailer-outer.txt"},
        {"pipe-trailer-both", 0, "tests/golden/pipe-trailer.txt"},
        {"pipe-trailer-both", 1, "tests/golden/profile-pipe-trailer-both.txt"},
        {"city-bank-pipe", 0, "tests/golden/profile-city-bank-pipe.txt"},
        {"acp-batch", 0, "tests/golden/profile-acp-batch.txt"},
        {"gzelink", 0, "tests/golden/profile-gzelink.txt"},
        {"blanks-gbk", 0, "tests/golden/profile-blanks-gbk.txt"},
        {"blanks-gbk-outer", 0, "tests/golden/profile-blanks-gbk-outer.txt"},
        {"template", 0, "tests/golden/profile-template.txt"},
        {"template", 1, "tests/golden/profile-template-1.txt"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        buf_init(&out, 65536);
        write_batch(payment_format_find(str_of(rows[i].name)), rows[i].variant, &out);
        data_check_golden(rows[i].path, &out);
        buf_release(&out);
    }
}
END_TEST

/* Breaks if a cut makes other months of those that were paid. */
START_TEST(short_months)
{
    static const struct {
        const char *text;
        size_t max;
        const char *want; /* NULL: none of its business */
    } rows[] = {
        {"2024-09..2025-08", 15, "24-09..25-08"},
        {"2024-09..2025-08", 12, "24-09..25-08"},
        {"2024-09..2025-08", 11, "2024-09+"},
        {"2024-09..2025-08", 8, "2024-09+"},
        {"2024-09..2025-08", 7, "24-09+"},
        {"2024-09..2025-08", 6, "24-09+"},
        {"2024-09..2025-08", 5, ""},
        {"2024-09", 6, "24-09"},
        {"2024-09", 5, "24-09"},
        {"2024-09", 4, ""},
        {"2024-09, 2024-11", 12, NULL},
        {"2024-9", 5, NULL},
        {"", 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[40];
        size_t n = strlen(rows[i].text);
        memcpy(text, rows[i].text, n + 1);
        ck_assert_int_eq(profile_short_months(text, &n, rows[i].max),
                         rows[i].want != NULL);
        const char *want = rows[i].want != NULL ? rows[i].want : rows[i].text;
        ck_assert_msg(str_is(str_make(text, n), want), "%s, %zu: %.*s", rows[i].text,
                      rows[i].max, (int)n, text);
    }
}
END_TEST

/* Breaks if a profile is shipped under another name than its own, or lacks its file. */
START_TEST(all_shipped)
{
    size_t count = 0;
    const struct profile_shipped *all = profile_shipped(&count);
    ck_assert_uint_ge(count, 12);
    for (size_t i = 0; i < count; i++) {
        const struct payment_format *f = profile_shipped_format(&all[i]);
        struct payment_head head = data_head();
        struct diag d = {0};
        struct buf name;
        buf_init(&name, 1000);
        ck_assert_str_eq(f->name, all[i].name);
        ck_assert_ptr_eq(profile_shipped_find(str_of(f->name)), &all[i]);
        data_settings(f, &head);
        for (head.variant = 0; head.variant < f->variants; head.variant++) {
            if (f->file_name != NULL) {
                ck_assert_int_eq(f->file_name(f, &head, &name, &d), ST_OK);
                ck_assert_uint_gt(name.len, 0);
            }
        }
        buf_release(&name);
    }
    ck_assert_ptr_null(profile_shipped_find(str_of("pipe")));
}
END_TEST

/* ---- what is refused ---- */

static void expect_write(const struct payment_format *format, const struct payment *p,
                         const char *code, struct diag *d)
{
    struct buf out;
    buf_init(&out, 65536);
    enum status st = data_write_one(format, p, &out, d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d->code, d->what);
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
        ck_assert_str_eq(d->code, code);
        ck_assert_str_eq(d->where, "payment T7-000001");
    }
    buf_release(&out);
}

/* Breaks if a name that GBK lacks is cut, replaced, or not explained. */
START_TEST(name_outside_gbk)
{
    struct diag d = {0};
    struct payment p = data_payment(0);
    p.name = str_of(HAN "\xf0\xa0\xae\xb7" HAN); /* U+20BB7 */
    expect_write(same_bank(), &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+20BB7"));
    ck_assert_ptr_nonnull(strstr(d.what, "T7-000001"));
    ck_assert_ptr_nonnull(strstr(d.hint, "ask the bank"));
    ck_assert_ptr_nonnull(strstr(d.hint, "pain.001.001.09"));
    p.name = str_of("\xe4\xb6\xae"); /* U+4DAE */
    expect_write(any_bank(), &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+4DAE"));
    p.name = str_of("\xc2\xa0"); /* U+00A0 */
    expect_write(same_bank(), &p, "charset-gbk", &d);
    ck_assert_ptr_nonnull(strstr(d.what, "U+00A0"));
    p = data_payment(0);
    p.purpose = str_of("\xf0\xa0\xae\xb7");
    expect_write(same_bank(), &p, "charset-gbk", &d);
    p.purpose = str_of("\xe7\x94");
    expect_write(same_bank(), &p, "charset", &d);
}
END_TEST

/* Breaks if a field could end early or begin a new line. */
START_TEST(forbidden_characters)
{
    static const char *const bad[] = {"a|b", "a\nb", "a\rb", "a\tb", "\x7f", "\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct diag d = {0};
        struct payment p = data_payment(0);
        p.name = str_of(bad[i]);
        expect_write(same_bank(), &p, "field-character", &d);
        p = data_payment(0);
        p.purpose = str_of(bad[i]);
        expect_write(any_bank(), &p, "field-character", &d);
        p = data_payment(0);
        p.remark = str_of(bad[i]);
        expect_write(same_bank(), &p, "field-character", &d);
    }
}
END_TEST

/* The limits are bytes of GBK: two for a Han character. Breaks if text is cut. */
START_TEST(byte_limits)
{
    struct buf text;
    buf_init(&text, 4096);
    for (size_t n = 19; n <= 31; n++) {
        buf_clear(&text);
        for (size_t i = 0; i < n; i++) {
            buf_add_text(&text, HAN);
        }
        struct diag d = {0};
        struct payment p = data_payment(0);
        p.name = buf_str(&text);
        expect_write(same_bank(), &p, n <= 30 ? NULL : "field-too-long", &d);
        p = data_payment(0);
        p.purpose = buf_str(&text);
        expect_write(same_bank(), &p, n <= 20 ? NULL : "field-too-long", &d);
        p = data_payment(0);
        p.remark = buf_str(&text);
        expect_write(any_bank(), &p, n <= 20 ? NULL : "field-too-long", &d);
    }
    buf_release(&text);
}
END_TEST

/* Breaks if a payment to another bank gets into the file for one bank. */
START_TEST(other_bank)
{
    struct diag d = {0};
    struct payment p = data_payment(0);
    p.bank = str_of(DATA_OTHER_BANK);
    expect_write(same_bank(), &p, "other-bank", &d);
    ck_assert_ptr_nonnull(strstr(d.hint, "pipe-trailer-outer"));
    expect_write(any_bank(), &p, NULL, &d);
    p.bank = str_of(DATA_OWN_BANK);
    expect_write(same_bank(), &p, NULL, &d);
}
END_TEST

/* ---- every way to cut a line ---- */

#define NAME_LINE "profile: t\ntitle: {zh: t, en: t}\nsource: s\nextension: txt\n"
#define NO_ANSWER "answer: {form: none}\n"
#define MINIMAL "{value: account}, {value: amount, as: fen}"

static struct profile *read_text(const char *rest)
{
    struct profile *p = NULL;
    struct diag d = {0};
    char text[4096];
    (void)snprintf(text, sizeof text, NAME_LINE NO_ANSWER "%s", rest);
    enum status st = profile_read(&p, str_of(text), "t", &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s\n%s", d.where, d.code, d.what, rest);
    return p;
}

struct write_row {
    const char *label;
    const char *profile;
    const char *name; /* of the payee */
    const char *out;  /* the file, or with a code: NULL */
    const char *code;
};

#define CSV "encoding: UTF-8\nline-end: LF\nseparator: \",\"\nquote: csv\n"
#define XML "encoding: UTF-8\nline-end: LF\nseparator: none\nquote: xml\n"
#define TWO "encoding: UTF-8\nline-end: LF\nseparator: \"|!\"\n"
#define BLANKS "encoding: GBK\nline-end: LF\nseparator: blanks\n"
#define WIDTHS "encoding: GBK\nline-end: CRLF\nseparator: widths\n"
#define N_A "detail: [{value: name}, " MINIMAL "]\n"

static const struct write_row write_rows[] = {
    {"csv plain", CSV N_A, "A B", "A B,900000000000100001,1\n", NULL},
    {"csv separator", CSV N_A, "A,B", "\"A,B\",900000000000100001,1\n", NULL},
    {"csv quote", CSV N_A, "A\"B", "\"A\"\"B\",900000000000100001,1\n", NULL},
    {"csv line end", CSV N_A, "A\nB", NULL, "field-character"},
    {"csv limit is of the text",
     CSV "detail: [{value: name, max-bytes: 3}, " MINIMAL "]", "A,B",
     "\"A,B\",900000000000100001,1\n", NULL},
    {"xml",
     XML "detail: [{text: <a>}, {value: name}, {text: <b>}, {value: account}, "
         "{text: '/'}, {value: amount, as: yuan}]\n",
     "A&<B>\"'", "<a>A&amp;&lt;B&gt;&quot;&apos;<b>900000000000100001/0.01\n", NULL},
    {"two characters", TWO N_A, "A|B!", "A|B!|!900000000000100001|!1\n", NULL},
    {"two characters within", TWO N_A, "A|!B", NULL, "field-character"},
    {"cut before its end", "encoding: UTF-8\nline-end: LF\nseparator: \"||\"\n" N_A,
     "A|", NULL, "field-character"},
    {"blanks", BLANKS N_A, "A", "A 900000000000100001 1\n", NULL},
    {"blanks within", BLANKS N_A, "A B", NULL, "field-character"},
    {"blanks allowed", BLANKS "detail: [{value: name, blanks: true}, " MINIMAL "]\n",
     "A B", "A B 900000000000100001 1\n", NULL},
    {"blanks doubled", BLANKS "detail: [{value: name, blanks: true}, " MINIMAL "]\n",
     "A  B", NULL, "field-character"},
    {"blank at the end", BLANKS "detail: [{value: name, blanks: true}, " MINIMAL "]\n",
     "A ", NULL, "field-character"},
    {"widths",
     WIDTHS "detail: [{value: name, width: 6}, {value: account, width: 20, align: "
            "right}, {value: amount, as: fen, width: 5, align: right, pad: \"0\"}]\n",
     HAN "A",
     "\xbc\xd7"
     "A     900000000000100001"
     "00001\r\n",
     NULL},
    {"widths too long",
     WIDTHS "detail: [{value: name, width: 3}, {value: account, width: 20}, "
            "{value: amount, as: fen, width: 5}]\n",
     HAN HAN, NULL, "field-too-long"},
    {"widths blank lost",
     WIDTHS "detail: [{value: name, width: 6}, {value: account, width: 20}, "
            "{value: amount, as: fen, width: 5}]\n",
     "A ", NULL, "field-character"},
    {"no end, header",
     "encoding: UTF-8\nline-end: CRLF\nlast-line-end: false\n"
     "separator: \"|\"\nheader: [[{text: H}], [{text: I}]]\n" N_A
     "trailer: [[{text: T}]]\n",
     "A", "H\r\nI\r\nA|900000000000100001|1\r\nT", NULL},
    {"no end, nothing else",
     "encoding: UTF-8\nline-end: LF\nlast-line-end: false\n"
     "separator: \"|\"\n" N_A,
     "A", "A|900000000000100001|1", NULL},
    {"joined",
     "encoding: UTF-8\nline-end: LF\nseparator: \"|\"\n"
     "detail: [{value: result, width: 3}, {text: \"0000\", joined: true}, "
     "{value: name}, " MINIMAL "]\n",
     "A", "   0000|A|900000000000100001|1\n", NULL},
    {"when empty",
     "encoding: UTF-8\nline-end: LF\nseparator: \"|\"\n"
     "detail: [{value: phone, when-empty: \"-\"}, {value: name}, "
     "{text: X, only-with: phone}, " MINIMAL "]\n",
     "A", "-|A||900000000000100001|1\n", NULL},
    {"empty refused",
     "encoding: UTF-8\nline-end: LF\nseparator: \"|\"\n"
     "detail: [{value: phone, empty: error}, " MINIMAL "]\n",
     "A", NULL, "field-empty"},
    {"words of the head in a line",
     "encoding: UTF-8\nline-end: LF\nseparator: \";\"\n"
     "detail: [{value: pay-day, as: yyyy/MM/dd}, {value: count}, {value: part}, "
     "{value: amount, as: yuan, width: 6, align: right, pad: \"0\"}, "
     "{value: account}]\n",
     "A", "2026/11/06;1;1;000.01;900000000000100001\n", NULL},
};

/* Breaks if a way to cut or quote writes what cannot be read back. */
START_TEST(every_cut)
{
    for (size_t i = 0; i < sizeof write_rows / sizeof write_rows[0]; i++) {
        const struct write_row *row = &write_rows[i];
        struct profile *p = read_text(row->profile);
        struct payment pay = data_payment(0);
        struct diag d = {0};
        struct buf out;
        buf_init(&out, 65536);
        pay.name = str_of(row->name);
        enum status st = data_write_one(profile_format(p), &pay, &out, &d);
        if (row->code != NULL) {
            ck_assert_msg(st == ST_INPUT, "%s: accepted", row->label);
            ck_assert_str_eq(d.code, row->code);
            ck_assert_msg(d.hint[0] != '\0', "%s: no hint", row->label);
        } else {
            ck_assert_msg(st == ST_OK, "%s: %s: %s", row->label, d.code, d.what);
            ck_assert_msg(str_is(buf_str(&out), row->out), "%s: %.*s", row->label,
                          (int)out.len, out.p);
        }
        buf_release(&out);
        profile_free(p);
    }
}
END_TEST

/* Breaks if a text is cut within a character. */
START_TEST(cut_at_a_character)
{
    static const struct {
        const char *encoding, *purpose, *out;
    } rows[] = {
        {"GBK", "a" HAN HAN, "a\xbc\xd7"},
        {"GBK", HAN HAN "a", "\xbc\xd7\xbc\xd7"},
        {"GB18030", "a\xf0\xa0\xae\xb7", "a"},
        {"UTF-8", HAN HAN, HAN},
        {"UTF-8", "abcd", "abcd"},
        {"UTF-8", "abcde", "abcd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        char want[100];
        (void)snprintf(text, sizeof text,
                       "encoding: %s\nline-end: LF\nseparator: \";\"\ndetail: [" MINIMAL
                       ", {value: purpose, max-bytes: 4, cut: true}]\n",
                       rows[i].encoding);
        (void)snprintf(want, sizeof want, "900000000000100001;1;%s\n", rows[i].out);
        struct profile *p = read_text(text);
        struct payment pay = data_payment(0);
        struct diag d = {0};
        struct buf out;
        buf_init(&out, 65536);
        pay.purpose = str_of(rows[i].purpose);
        ck_assert_int_eq(data_write_one(profile_format(p), &pay, &out, &d), ST_OK);
        ck_assert_msg(str_is(buf_str(&out), want), "row %zu", i);
        buf_release(&out);
        profile_free(p);
    }
}
END_TEST

/* ---- accounts, banks, names ---- */

/* Breaks if digits that only look like some reach the bank. */
START_TEST(fullwidth_digits)
{
    size_t count = 0;
    const struct payment_format *const *all = payment_formats(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i]->profile == NULL || all[i]->open == NULL) {
            continue;
        }
        struct payment_head head = data_head();
        struct payment_writer *w = NULL;
        struct payment p = data_payment(0);
        struct diag d = {0};
        struct buf out;
        buf_init(&out, 65536);
        p.bank = data_bank(all[i], 0);
        p.account = str_of("９０0");
        data_settings(all[i], &head);
        ck_assert_int_eq(all[i]->open(all[i], &w, &head, &out, &d), ST_OK);
        ck_assert_int_eq(all[i]->add(w, &p, &out, &d), ST_INPUT);
        ck_assert_str_eq(d.code, "account");
        all[i]->abandon(w);
        buf_release(&out);
    }
}
END_TEST

/* Breaks if a payment goes into the file of the other kind of payees. */
START_TEST(variants)
{
    const struct payment_format *f = payment_format_find(str_of("pipe-trailer-both"));
    struct str own = str_of(DATA_OWN_BANK);
    struct str other = str_of(DATA_OTHER_BANK);
    struct diag d = {0};
    uint32_t variant = 9;
    ck_assert_uint_eq(f->variants, 2);
    ck_assert_int_eq(f->variant_of(f, own, str_of(""), &variant, &d), ST_OK);
    ck_assert_uint_eq(variant, 0);
    ck_assert_int_eq(f->variant_of(f, own, other, &variant, &d), ST_OK);
    ck_assert_uint_eq(variant, 1);
    ck_assert_int_eq(same_bank()->variant_of(same_bank(), own, other, &variant, &d),
                     ST_INPUT);
    ck_assert_str_eq(d.code, "other-bank");
    ck_assert_uint_eq(variant, 1);
    for (uint32_t v = 0; v < 2; v++) {
        struct payment_head head = data_head();
        struct payment p = data_payment(0);
        struct payment_writer *w = NULL;
        struct buf out;
        buf_init(&out, 4096);
        head.variant = v;
        p.bank = v == 0 ? other : own;
        ck_assert_int_eq(f->open(f, &w, &head, &out, &d), ST_OK);
        ck_assert_int_eq(f->add(w, &p, &out, &d), ST_INPUT);
        ck_assert_str_eq(d.code, v == 0 ? "other-bank" : "same-bank");
        f->abandon(w);
        buf_release(&out);
    }
}
END_TEST

/* Breaks if a file is not called what the bank looks for. */
START_TEST(file_names)
{
    static const struct {
        const char *pattern, *name;
    } rows[] = {
        {"req_{pay-day:yyyyMMdd}_{file-number:3}.txt", "req_20261106_007.txt"},
        {"{created:yyMMdd}{created:HHmmss}", "261105170000"},
        {"a{part:2}-{part}-{setting:unit}-{message-id}", "a03-3-A-1-TEST-B7-1"},
        {"{payer-account}{file-number:1}", "9000000000000000017"},
        {"{payer-name}", "样例县民政局"},
        {"{file-number}", "7"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        (void)snprintf(
            text, sizeof text,
            "encoding: GBK\nline-end: LF\nseparator: \";\"\nfile-name: \"%s\"\n"
            "settings: [{name: unit, title: {zh: u, en: u}, max-bytes: 9, "
            "characters: token}]\ndetail: [" MINIMAL "]\n",
            rows[i].pattern);
        struct profile *p = read_text(text);
        const struct payment_format *f = profile_format(p);
        struct payment_head head = data_head();
        struct diag d = {0};
        struct buf out;
        buf_init(&out, 1000);
        data_settings(f, &head);
        head.file_number = 7;
        head.part = 2;
        ck_assert_int_eq(f->file_name(f, &head, &out, &d), ST_OK);
        ck_assert_msg(str_is(buf_str(&out), rows[i].name), "%.*s", (int)out.len, out.p);
        profile_free(p);
        buf_release(&out);
    }
}
END_TEST

/* Breaks if the name of a file leads to another folder, or two files get one name. */
START_TEST(file_names_refused)
{
    struct profile *p = read_text(
        "encoding: GBK\nline-end: LF\nseparator: \";\"\nfile-name: "
        "\"{setting:unit}{file-number:2}\"\nsettings: [{name: unit, title: {zh: u, en: "
        "u}, max-bytes: 9}]\ndetail: [" MINIMAL "]\n");
    const struct payment_format *f = profile_format(p);
    static const char *const bad[] = {"a/b", "..", ".a", "a\\b", "a:b"};
    struct payment_setting setting = {str_of("unit"), str_of("ok")};
    struct payment_head head = data_head();
    struct diag d = {0};
    struct buf out;
    buf_init(&out, 1000);
    head.settings = &setting;
    head.setting_count = 1;
    head.file_number = 100;
    ck_assert_int_eq(f->file_name(f, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "file-name");
    head.file_number = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setting.value = str_of(bad[i]);
        ck_assert_int_eq(f->file_name(f, &head, &out, &d), ST_INPUT);
        ck_assert_str_eq(d.code, "file-name");
        ck_assert_uint_eq(out.len, 0);
    }
    profile_free(p);
    buf_release(&out);
}
END_TEST

/* Breaks if a channel's values are not the ones that the profile asks for. */
START_TEST(settings)
{
    const struct profile *p = payment_format_find(str_of("template"))->profile;
    static const struct {
        const char *name, *value, *code;
    } rows[] = {
        {"unit", "0001", NULL},
        {"unit", "00001", "setting-value"},
        {"unit", "00a1", "setting-value"},
        {"unit", "", "setting-value"},
        {"limit", "1", "setting-unknown"},
    };
    struct diag d = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct payment_setting s = {str_of(rows[i].name), str_of(rows[i].value)};
        enum status st = profile_check_settings(p, &s, 1, &d);
        ck_assert_int_eq(st, rows[i].code == NULL ? ST_OK : ST_INPUT);
        ck_assert(rows[i].code == NULL || strcmp(d.code, rows[i].code) == 0);
    }
    struct payment_setting twice[2] = {{str_of("unit"), str_of("1")},
                                       {str_of("unit"), str_of("1")}};
    ck_assert_int_eq(profile_check_settings(p, twice, 2, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "setting-twice");
    ck_assert_int_eq(profile_check_settings(p, NULL, 0, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "setting-missing");
}
END_TEST

/* Breaks if two accounts share a counter, or one loses count when the table grows. */
START_TEST(accounts_are_counted)
{
    struct nth *n = NULL;
    struct diag d = {0};
    ck_assert_int_eq(nth_new(&n, &d), ST_OK);
    for (uint32_t round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            char account[40];
            uint32_t count = 0;
            (void)snprintf(account, sizeof account, "62284800%u", i);
            ck_assert_int_eq(nth_add(n, str_of(account), &count, &d), ST_OK);
            ck_assert_uint_eq(count, round);
        }
    }
    nth_free(n);
    nth_free(NULL);
}
END_TEST

Suite *suite_profile_write(void)
{
    Suite *s = suite_create("profile_write");
    TCase *t = tcase_create("writing");
    tcase_add_test(t, golden);
    tcase_add_test(t, short_months);
    tcase_add_test(t, all_shipped);
    tcase_add_test(t, name_outside_gbk);
    tcase_add_test(t, forbidden_characters);
    tcase_add_test(t, byte_limits);
    tcase_add_test(t, other_bank);
    tcase_add_test(t, every_cut);
    tcase_add_test(t, cut_at_a_character);
    tcase_add_test(t, fullwidth_digits);
    tcase_add_test(t, variants);
    tcase_add_test(t, file_names);
    tcase_add_test(t, file_names_refused);
    tcase_add_test(t, settings);
    tcase_add_test(t, accounts_are_counted);
    suite_add_tcase(s, t);
    return s;
}
