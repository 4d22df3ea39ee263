/* test_profile_read.c - what a profile's file says is what the model holds; what is
 * wrong in one is found, with its code and its place; files that are cut or damaged are
 * refused or read, never crashed on. Runs in the root of the repository. */
#include "formats/profile.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/payment_data.h"

Suite *suite_profile_read(void);

#define TEMPLATE "profiles/template.yaml"

/* ---- the model ---- */

START_TEST(template_is_read)
{
    const struct profile *p = payment_format_find(str_of("template"))->profile;
    ck_assert_str_eq(p->name.p, "template");
    ck_assert_str_eq(p->title_zh.p, "模板（逐键说明）");
    ck_assert_uint_eq(p->rows_max, 2000);
    ck_assert_uint_eq(p->setting_count, 1);
    ck_assert_uint_eq(p->settings[0].bytes_max, 4);
    ck_assert_int_eq(p->settings[0].characters, CHARACTERS_DIGITS);
    ck_assert_int_eq(p->layout.charset, CHARSET_GBK);
    ck_assert(p->layout.crlf && p->layout.last_line_end && !p->layout.sheet);
    ck_assert_int_eq(p->layout.quote, QUOTE_CSV);
    ck_assert_str_eq(p->layout.separator.p, ",");
    ck_assert_uint_eq(p->variant_count, 2);
    ck_assert_str_eq(p->variants[1].name.p, "others");
    ck_assert_int_eq(p->variants[0].takes, FOR_SAME_BANK);
    ck_assert_int_eq(p->variants[1].takes, FOR_OTHER_BANK);
    /* What a variant does not say is of above. */
    ck_assert_uint_eq(p->variants[1].body.detail.count, 12);
    ck_assert_uint_eq(p->variants[1].body.header_count, 1);
    ck_assert_str_eq(p->variants[1].file_name.fields[0].text.p, "pay_outer_");
    ck_assert_str_eq(p->variants[0].file_name.fields[0].text.p, "pay_");
    const struct profile_field *f = p->variants[0].body.detail.fields;
    ck_assert_int_eq(f[0].word, WORD_NUMBER);
    ck_assert(f[0].width == 6 && f[0].bytes_max == 6 && f[0].right && f[0].pad == '0');
    ck_assert_int_eq(f[4].as, AS_YUAN);
    ck_assert_int_eq(f[6].only_with, WORD_ID_NUMBER);
    ck_assert_str_eq(f[7].when_empty.p, "0");
    ck_assert(f[7].empty_ok && !f[2].empty_ok && f[8].cut);
    ck_assert(p->format.wants_person);
    ck_assert(!payment_format_find(str_of("pipe-trailer"))->wants_person);
}
END_TEST

START_TEST(answer_is_read)
{
    const struct profile_answer *a =
        &payment_format_find(str_of("template"))->profile->answer;
    ck_assert_int_eq(a->form, ANSWER_OWN_FILE);
    ck_assert_str_eq(a->layout.separator.p, "|");
    ck_assert_int_eq(a->layout.quote, QUOTE_NONE);
    ck_assert(a->layout.crlf); /* the order's */
    ck_assert_str_eq(a->layout.extension.p, "rsp");
    ck_assert_uint_eq(a->body.detail.count, 6);
    ck_assert_uint_eq(a->match_count, 1);
    ck_assert_int_eq(a->match[0], WORD_ID);
    ck_assert_int_eq(a->absent, PAYMENT_UNKNOWN);
    ck_assert_uint_eq(a->ignore_count, 1);
    ck_assert_uint_eq(a->result_count, 7);
    ck_assert_int_eq(a->results[2].reason, REASON_NAME_MISMATCH);
    ck_assert_str_eq(a->results[2].text.p, "户名");
    ck_assert_str_eq(a->results[6].code.p, "*");
    ck_assert_uint_eq(a->refusal_count, 1);
    a = &payment_format_find(str_of("blanks-gbk"))->profile->answer;
    ck_assert_int_eq(a->form, ANSWER_SAME_FILE);
    ck_assert_uint_eq(a->body.detail.count, 0);
    ck_assert_int_eq(payment_format_find(str_of("gzelink"))->profile->answer.form,
                     ANSWER_OWN_FILE);
}
END_TEST

/* ---- what is wrong in one ---- */

static const char good[] = "profile: t\n"            /* 1 */
                           "title: {zh: t, en: t}\n" /* 2 */
                           "source: s\n"             /* 3 */
                           "encoding: GBK\n"         /* 4 */
                           "line-end: CRLF\n"        /* 5 */
                           "separator: \"|\"\n"      /* 6 */
                           "extension: txt\n"        /* 7 */
                           "settings:\n"             /* 8 */
                           "  - {name: unit, title: {zh: u, en: u}, max-bytes: 4}\n"
                           "file-name: \"a_{file-number:3}.txt\"\n"        /* 10 */
                           "header:\n"                                     /* 11 */
                           "  - [{text: H}, {value: count}]\n"             /* 12 */
                           "detail:\n"                                     /* 13 */
                           "  - {value: id, title: I}\n"                   /* 14 */
                           "  - {value: account, title: A, width: 20}\n"   /* 15 */
                           "  - {value: remark, title: R, max-bytes: 9}\n" /* 16 */
                           "  - {value: amount, as: fen, title: M}\n"      /* 17 */
                           "answer:\n"                                     /* 18 */
                           "  form: own-file\n"                            /* 19 */
                           "  detail:\n"                                   /* 20 */
                           "    - {value: id}\n"                           /* 21 */
                           "    - {value: result}\n"                       /* 22 */
                           "  match: [id]\n"                               /* 23 */
                           "  results:\n"                                  /* 24 */
                           "    - {code: \"0\", status: paid}\n"           /* 25 */
                           "    - {code: \"*\", status: unknown}\n";       /* 26 */

struct bad_row {
    const char *from; /* in the text above; its first place is replaced */
    const char *to;
    const char *code;
    const char *place;
};

static const struct bad_row bad_rows[] = {
#include "tests/profiles/bad.inc"
};

/* The text with the row's replacement; the caller frees it. */
static char *changed(const struct bad_row *row)
{
    const char *at = strstr(good, row->from);
    ck_assert_msg(at != NULL, "\"%s\" is not in the text", row->from);
    size_t before = (size_t)(at - good);
    size_t size = sizeof good + strlen(row->to);
    char *text = malloc(size);
    ck_assert_ptr_nonnull(text);
    (void)snprintf(text, size, "%.*s%s%s", (int)before, good, row->to,
                   at + strlen(row->from));
    return text;
}

/* Breaks if a slip of the pen is taken for something else, or is hard to find. */
START_TEST(bad_table)
{
    struct profile *p = NULL;
    struct diag d = {0};
    ck_assert_int_eq(profile_read(&p, str_of(good), "t", &d), ST_OK);
    profile_free(p);
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        const struct bad_row *row = &bad_rows[i];
        char *text = changed(row);
        char where[40];
        (void)snprintf(where, sizeof where, "t:%s", row->place);
        p = NULL;
        enum status st = profile_read(&p, str_of(text), "t", &d);
        ck_assert_msg(st == ST_INPUT && p == NULL, "%s: taken", row->to);
        ck_assert_msg(strcmp(d.code, row->code) == 0, "\"%s\": %s, not %s (%s)",
                      row->to, d.code, row->code, d.what);
        ck_assert_msg(strcmp(d.where, where) == 0, "\"%s\" (%s): at %s, not %s",
                      row->to, d.code, d.where, where);
        ck_assert_msg(d.hint[0] != '\0', "%s: no hint", row->to);
        free(text);
    }
}
END_TEST

/* ---- damage ---- */

/* A block of just this size, so that a sanitizer sees a read beyond it. */
static void read_damaged(const char *text, size_t n)
{
    struct profile *p = NULL;
    struct diag d = {0};
    char *block = malloc(n > 0 ? n : 1);
    ck_assert_ptr_nonnull(block);
    memcpy(block, text, n);
    enum status st = profile_read(&p, str_make(block, n), "t", &d);
    ck_assert(st == ST_OK || st == ST_INPUT);
    ck_assert((st == ST_OK) == (p != NULL));
    ck_assert(st == ST_OK || (strncmp(d.where, "t", 1) == 0 && d.hint[0] != '\0'));
    profile_free(p);
    free(block);
}

START_TEST(every_truncation)
{
    struct buf file;
    buf_init(&file, 2097152);
    data_read_file(TEMPLATE, &file);
    for (size_t n = 0; n <= file.len; n++) {
        read_damaged(file.p, n);
    }
    buf_release(&file);
}
END_TEST

START_TEST(every_flipped_byte)
{
    char text[sizeof good];
    for (size_t i = 0; i + 1 < sizeof good; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(text, good, sizeof good);
            text[i] = (char)((unsigned char)text[i] ^ (1u << bit));
            read_damaged(text, sizeof good - 1);
        }
    }
}
END_TEST

/* Breaks if a text of any size is read whole before it is refused. */
START_TEST(too_large)
{
    struct profile *p = NULL;
    struct diag d = {0};
    char *text = calloc(1, PROFILE_FILE_MAX + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(profile_read(&p, str_make(text, PROFILE_FILE_MAX + 1), "t", &d),
                     ST_INPUT);
    ck_assert_str_eq(d.code, "yaml-size");
    free(text);
}
END_TEST

Suite *suite_profile_read(void)
{
    Suite *s = suite_create("profile_read");
    TCase *t = tcase_create("reading");
    tcase_add_test(t, template_is_read);
    tcase_add_test(t, answer_is_read);
    tcase_add_test(t, bad_table);
    tcase_add_test(t, too_large);
    suite_add_tcase(s, t);
    TCase *damage = tcase_create("damage");
    tcase_add_test(damage, every_truncation);
    tcase_add_test(damage, every_flipped_byte);
    suite_add_tcase(s, damage);
    return s;
}
