/* test_recognise.c - which format a file is of: by its first bytes, else by trying; and
 * what kind of XML it is. With formats made for the test: letters, one payment each. */
#include "formats/recognise.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "formats/xml_peek.h"

Suite *suite_recognise(void);

/* A file of a test format: a head letter, then a letter for each line. As an order, "x"
 * is a payment; as an answer, "p" is paid, "r" rejected, "u" unknown; "." ends it.
 * Both count lines from 1, the head's. */
static enum status read_letters(const struct payment_format *f, struct str file,
                                struct answer_sink sink, struct answer_file *whole,
                                bool answer, struct diag *d)
{
    struct answer_file got = {.rest = PAYMENT_NONE};
    if (file.n == 0 || file.p[0] != f->extension[0]) {
        diag_fail(d, ST_INPUT, "head", "not the head");
        return diag_where(d, "line 1");
    }
    for (size_t i = 1; i < file.n; i++) {
        struct answer a = {.id = str_of("A"), .amount_fen = 1};
        switch (file.p[i]) {
        case '.':
            *whole = got;
            return ST_OK;
        case 'm':
            return diag_memory(d);
        case 'x':
            a.status = PAYMENT_NONE;
            break;
        case 'p':
            a.status = PAYMENT_PAID;
            break;
        case 'u':
            a.status = PAYMENT_UNKNOWN;
            break;
        case 'r':
            a.status = PAYMENT_REJECTED;
            a.reason = f->wants_person ? REASON_OTHER : REASON_ACCOUNT_CLOSED;
            break;
        default:
            diag_fail(d, ST_INPUT, "letter", "no such letter");
            return diag_where(d, "line %zu, column 1", i + 1);
        }
        if (!answer && file.p[i] != 'x' && file.p[i] != 'u') {
            diag_fail(d, ST_INPUT, "letter", "no order");
            return diag_where(d, "line %zu, column 1", i + 1);
        }
        TRY(sink.each(sink.ctx, &a, d));
        got.count++;
        got.total_fen++;
    }
    diag_fail(d, ST_INPUT, "truncated", "no end");
    return diag_where(d, "line %zu", file.n);
}

static enum status read_order(const struct payment_format *f, struct str file,
                              struct answer_sink sink, struct answer_file *whole,
                              struct diag *d)
{
    return read_letters(f, file, sink, whole, false, d);
}

static enum status read_answer(const struct payment_format *f, struct str file,
                               struct answer_sink sink, struct answer_file *whole,
                               struct diag *d)
{
    return read_letters(f, file, sink, whole, true, d);
}

/* Wants the end before anything else. */
static enum status read_ahead(const struct payment_format *f, struct str file,
                              struct answer_sink sink, struct answer_file *whole,
                              struct diag *d)
{
    (void)f;
    (void)sink;
    (void)whole;
    diag_fail(d, ST_INPUT, "end", "another end");
    return diag_where(d, "line %zu", file.n + 1);
}

static bool is_by_head(const struct payment_format *f, struct str head)
{
    return head.n > 0 && head.p[0] == f->extension[0];
}

/* The first letter of the extension is that of the file's head. */
static const struct payment_format formats[] = {
    {.name = "known", .extension = "K", .is = is_by_head, .read_answer = read_answer},
    {.name = "ahead", .extension = "", .read = read_ahead},
    {.name = "plain", .extension = "P", .read_answer = read_answer},
    {.name = "same-file",
     .extension = "S",
     .read = read_order,
     .read_answer = read_answer},
    {.name = "twin-a", .extension = "T", .read_answer = read_answer},
    {.name = "twin-b",
     .extension = "T",
     .read_answer = read_answer,
     .wants_person = true},
    {.name = "both",
     .extension = "B",
     .is = is_by_head,
     .read = read_answer,
     .read_answer = read_answer},
    {.name = "written", .extension = "K"},
};
#define FORMATS (sizeof formats / sizeof formats[0])

static enum status recognise(const char *file, struct payment_reading *r,
                             struct diag *d)
{
    const struct payment_format *list[FORMATS];
    for (size_t i = 0; i < FORMATS; i++) {
        list[i] = &formats[i];
    }
    *d = (struct diag){0};
    return payment_file_read(str_of(file), list, FORMATS, r, d);
}

/* Breaks if a file is taken for another format, or its reader's words get lost. */
START_TEST(formats_are_told_apart)
{
    static const struct {
        const char *file;
        const char *format; /* NULL: refused with this code */
        const char *code;
        bool answer;
        uint64_t count;
    } rows[] = {
        {"Kpr.", "known", NULL, true, 2},
        {"Kp", NULL, "truncated", true, 0}, /* known by its head, damaged */
        {"K?", NULL, "letter", true, 0},
        {"Pppr.", "plain", NULL, true, 3},
        {"P.", "plain", NULL, true, 0},
        {"Pp?.", NULL, "letter", true, 0},
        {"P?.", NULL, "unknown-file", true, 0}, /* a head alone may be chance */
        {"Sxx.", "same-file", NULL, false, 2},
        {"Suu.", "same-file", NULL, false, 2}, /* no line says anything: an order */
        {"Spu.", "same-file", NULL, true, 2},
        {"B.", "both", NULL, false, 0},
        {"Bpr.", "both", NULL, true, 2},  /* read as either, but it says what became */
        {"Tp.", "twin-a", NULL, true, 1}, /* both read the same */
        {"Tr.", NULL, "ambiguous-format", true, 0},
        {"Q", NULL, "unknown-file", true, 0},
        {"", NULL, "empty-file", true, 0},
    };
    struct payment_reading *r = malloc(sizeof *r);
    ck_assert_ptr_nonnull(r);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag d;
        enum status st = recognise(rows[i].file, r, &d);
        if (rows[i].format == NULL) {
            ck_assert_msg(st == ST_INPUT, "%s: %d", rows[i].file, (int)st);
            ck_assert_msg(strcmp(d.code, rows[i].code) == 0, "%s: %s", rows[i].file,
                          d.code);
            continue;
        }
        ck_assert_msg(st == ST_OK, "%s: %s %s", rows[i].file, d.code, d.what);
        ck_assert_msg(strcmp(r->way.format->name, rows[i].format) == 0, "%s: %s",
                      rows[i].file, r->way.format->name);
        ck_assert_msg(r->way.answer == rows[i].answer, "%s: order or answer",
                      rows[i].file);
        ck_assert_uint_eq(r->sums.all.count, rows[i].count);
    }
    free(r);
}
END_TEST

START_TEST(alike_formats_are_named)
{
    struct payment_reading *r = malloc(sizeof *r);
    struct diag d;
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(recognise("Tpp.", r, &d), ST_OK);
    ck_assert_uint_eq(r->alike_count, 1);
    ck_assert_str_eq(r->alike[0], "twin-b");
    ck_assert_int_eq(recognise("Tpr.", r, &d), ST_INPUT);
    ck_assert_ptr_nonnull(strstr(d.what, "twin-a"));
    ck_assert_ptr_nonnull(strstr(d.hint, "--format twin-b"));
    free(r);
}
END_TEST

/* What a reader says stays, with its place and the format it was read in. */
START_TEST(failures_name_the_format)
{
    struct payment_reading *r = malloc(sizeof *r);
    struct diag d;
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(recognise("Ppp?", r, &d), ST_INPUT);
    ck_assert_str_eq(d.where, "line 4, column 1");
    ck_assert_str_eq(d.what, "no such letter (read as an answer in plain)");
    /* Of two readers that of the longer way, not the one that looks ahead. */
    ck_assert_int_eq(recognise("P?", r, &d), ST_INPUT);
    ck_assert_str_eq(d.where, "");
    ck_assert_ptr_nonnull(
        strstr(d.hint, "nearest to plain: line 2, column 1: no such"));
    ck_assert_int_eq(recognise("Tp?", r, &d), ST_INPUT);
    ck_assert_str_eq(d.what, "no such letter (read as an answer in twin-a)");
    /* Out of memory is not a file of another format. */
    ck_assert_int_eq(recognise("Pm.", r, &d), ST_SYSTEM);
    ck_assert_int_eq(recognise("Ppm.", r, &d), ST_SYSTEM);
    ck_assert_int_eq(recognise("Km.", r, &d), ST_SYSTEM);
    free(r);
}
END_TEST

START_TEST(a_format_that_was_asked_for)
{
    struct payment_reading *r = malloc(sizeof *r);
    struct diag d = {0};
    const struct payment_format *plain = &formats[2];
    const struct payment_format *written = &formats[FORMATS - 1];
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(payment_file_read(str_of("Kp."), &plain, 1, r, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "head");
    ck_assert_int_eq(payment_file_read(str_of("Ppp."), &plain, 1, r, &d), ST_OK);
    ck_assert_int_eq(payment_file_read(str_of("Kp."), &written, 1, r, &d), ST_USAGE);
    ck_assert_str_eq(d.code, "format-not-read");
    free(r);
}
END_TEST

static bool has(const char *head, const char *name)
{
    return xml_peek_has(str_of(head), name, NULL);
}

START_TEST(xml_by_its_tags)
{
    struct str root = {0};
    struct str second = {0};
    struct str before = {0};
    ck_assert(has("<Document><Msg>", "Msg"));
    ck_assert(has("\xef\xbb\xbf <?xml version='1.0'?>\n<!-- <No/> --><d:Document "
                  "xmlns:d='u'><d:Msg/>",
                  "Msg"));
    ck_assert(has("<wrap><head><a>1</a></head><Document><Msg", "Document"));
    ck_assert(!has("<!-- <Msg> --><Document/>", "Msg"));
    ck_assert(!has("<!-- <Msg>", "Msg"));
    ck_assert(!has("</Msg>", "Msg"));
    ck_assert(!has("<Msg", "Msg")); /* cut within the name */
    ck_assert(!has("x<Msg>", "Msg"));
    ck_assert(!has("", "Msg"));
    ck_assert(!has("<Messages><Message>", "Msg"));
    ck_assert(xml_peek_has(str_of("<D a='1'><M b='2'>rest"), "M", &before));
    ck_assert(str_is(before, "<D a='1'><M b='2'>"));
    ck_assert(xml_peek_root(str_of("\n<?x?><a:b>"), &root, &second));
    ck_assert(str_is(root, "b") && second.n == 0);
    ck_assert(xml_peek_root(str_of("<a/> </a> <c:d "), &root, &second));
    ck_assert(str_is(root, "a") && str_is(second, "d"));
    ck_assert(!xml_peek_root(str_of("<?x?><!DOCTYPE"), &root, &second));
    ck_assert(!xml_peek_root(str_of("101 231380104"), &root, &second));
}
END_TEST

Suite *suite_recognise(void)
{
    Suite *s = suite_create("recognise");
    TCase *t = tcase_create("files");
    tcase_add_test(t, formats_are_told_apart);
    tcase_add_test(t, alike_formats_are_named);
    tcase_add_test(t, failures_name_the_format);
    tcase_add_test(t, a_format_that_was_asked_for);
    tcase_add_test(t, xml_by_its_tags);
    suite_add_tcase(s, t);
    return s;
}
