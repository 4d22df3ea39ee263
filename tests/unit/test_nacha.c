/* test_nacha.c - the bytes of NACHA files, and what becomes of those banks send. */
#include "formats/nacha.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/nacha_private.h"
#include "ledger/payment_id.h"
#include "tests/unit/payment_data.h"

Suite *suite_nacha(void);

#define GOLDEN "tests/golden/nacha-ppd.ach"
#define GOLDEN_RETURN "tests/golden/nacha-return.ach"
#define SAMPLES "../shared/samples/nacha/"
#define FILE_MAX ((size_t)1024 * 1024)

/* ---- writing ---- */

static void all_payments(struct payment p[DATA_COUNT])
{
    for (size_t i = 0; i < DATA_COUNT; i++) {
        p[i] = data_payment_for(&nacha_format, i);
    }
    p[0].id = str_of("E1B000012L00000345");
    p[1].id = str_of("SE1B000012L00000346");
}

static void head_with_addenda(struct payment_head *head,
                              struct payment_setting settings[8])
{
    static const struct payment_setting more[] = {
        {{"entry-description", 17}, {"OLD AGE", 7}},
        {{"destination-name", 16}, {"FIRST TEST BANK", 15}},
        {{"origin-name", 11}, {"DEMO COUNTY", 11}},
        {{"addenda", 7}, {"yes", 3}},
    };
    *head = data_head_for(&nacha_format);
    size_t n = head->setting_count;
    memcpy(settings, head->settings, n * sizeof settings[0]);
    memcpy(settings + n, more, sizeof more);
    head->settings = settings;
    head->setting_count = n + sizeof more / sizeof more[0];
}

static void write_golden(struct buf *out)
{
    struct payment_setting settings[8];
    struct payment_head head;
    struct payment p[DATA_COUNT];
    all_payments(p);
    head_with_addenda(&head, settings);
    data_write(&nacha_format, &head, p, DATA_COUNT, out);
}

/* Breaks if one byte of the file changes. */
START_TEST(golden)
{
    struct buf out;
    buf_init(&out, FILE_MAX);
    write_golden(&out);
    data_check_golden(GOLDEN, &out);
    buf_release(&out);
}
END_TEST

/* Breaks if the bytes depend on how often the caller empties the buffer. */
START_TEST(same_bytes_in_pieces)
{
    struct payment_setting settings[8];
    struct payment_head head;
    struct payment p[DATA_COUNT];
    struct buf piece;
    struct buf whole;
    buf_init(&piece, FILE_MAX);
    buf_init(&whole, FILE_MAX);
    struct payment_writer *w = NULL;
    struct diag d = {0};
    all_payments(p);
    head_with_addenda(&head, settings);
    ck_assert_int_eq(nacha_format.open(&nacha_format, &w, &head, &piece, &d), ST_OK);
    for (size_t i = 0; i < DATA_COUNT; i++) {
        buf_add_str(&whole, buf_str(&piece));
        buf_clear(&piece);
        ck_assert_int_eq(nacha_format.add(w, &p[i], &piece, &d), ST_OK);
    }
    ck_assert_int_eq(nacha_format.close(w, &piece, &d), ST_OK);
    buf_add_str(&whole, buf_str(&piece));
    data_check_golden(GOLDEN, &whole);
    buf_release(&piece);
    buf_release(&whole);
}
END_TEST

static void expect(const struct payment *p, const char *code, const char *hint)
{
    struct buf out;
    buf_init(&out, FILE_MAX);
    struct diag d = {0};
    enum status st = data_write_one(&nacha_format, p, &out, &d);
    if (code == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s", d.code, d.what);
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted", code);
        ck_assert_str_eq(d.code, code);
        ck_assert_msg(strncmp(d.where, "payment ", 8) == 0, "%s", d.where);
        ck_assert_msg(strstr(d.hint, hint) != NULL, "%s: %s", code, d.hint);
    }
    buf_release(&out);
}

/* Breaks if a text is cut or replaced, or a number loses digits. */
START_TEST(payments_that_do_not_fit)
{
    static const char *const not_ascii[] = {"甲子一", "José", "A\tB", "A\nB", "\x7f"};
    struct payment p = data_payment_for(&nacha_format, 0);
    for (size_t i = 0; i < sizeof not_ascii / sizeof not_ascii[0]; i++) {
        p.name = str_of(not_ascii[i]);
        expect(&p, "charset-ascii", "Latin letters");
    }
    p.name = str_of("ONE CHARACTER OVER 22 .");
    expect(&p, "field-too-long", "shorten");
    p = data_payment_for(&nacha_format, 0);
    p.account = str_of("123456789012345678");
    expect(&p, "field-too-long", "shorten");
    p.account = str_of("12345678901234567");
    expect(&p, NULL, "");
    p.amount_fen = INT64_C(9999999999);
    expect(&p, NULL, "");
    p.amount_fen++;
    expect(&p, "amount", "");
    p = data_payment_for(&nacha_format, 0);
    p.bank = str_of(DATA_OTHER_BANK); /* CNAPS */
    expect(&p, "bank-code", "9 digits");
    p.bank = str_of("900000017");
    expect(&p, "bank-code", "9 digits");
    p = data_payment_for(&nacha_format, 0);
    p.id = str_of("E1B123456L12345678");
    expect(&p, "payment-id", "");
    p.id = str_of("E1B12L345"); /* would come back as another */
    expect(&p, "payment-id", "");
    p.id = str_of("0123456789ABCDEF");
    expect(&p, "payment-id", "");
    p.id = str_of("0123456789ABCDE");
    expect(&p, NULL, "");
    p.remark = str_of("二月");
    expect(&p, "charset-ascii", "Latin letters");
}
END_TEST

/* Breaks if a head that the format cannot hold gets into a file. */
START_TEST(heads)
{
    static const struct {
        const char *name;
        const char *value;
        bool good;
    } rows[] = {
        {"company-name", "", false},
        {"company-name", "16 CHARACTERS OK", true},
        {"company-name", "17 CHARACTERS NOT", false},
        {"company-name", "县", false},
        {"company-id", "", false},
        {"company-id", "12345678901", false},
        {"class", "CCD", true},
        {"class", "CTX", false},
        {"account-kind", "savings", true},
        {"account-kind", "loan", false},
        {"addenda", "yes", true},
        {"addenda", "1", false},
        {"destination", DATA_OTHER_ROUTING, true},
        {"destination", "123456789", false},
        {"origin", "123456789", true},
        {"origin", "12345678901", false},
        {"entry-description", "TEN OF IT.", true},
        {"entry-description", "ELEVEN CHAR", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct payment_setting s[] = {
            {str_of(rows[i].name), str_of(rows[i].value)},
            {str_of("company-id"), str_of("1234567890")},
            {str_of("company-name"), str_of("DEMO")},
        };
        struct payment_head head = data_head_for(&nacha_format);
        struct payment_writer *w = NULL;
        struct buf out;
        struct diag d = {0};
        buf_init(&out, FILE_MAX);
        head.settings = s;
        /* Without what the row sets, when it sets nothing. */
        head.setting_count = rows[i].value[0] == '\0' ? 1 : 3;
        enum status st = nacha_format.open(&nacha_format, &w, &head, &out, &d);
        ck_assert_msg((st == ST_OK) == rows[i].good, "%s %s: %s", rows[i].name,
                      rows[i].value, d.what);
        nacha_format.abandon(w);
        buf_release(&out);
    }
    struct payment_head head = data_head_for(&nacha_format);
    struct payment_writer *w = NULL;
    struct buf out;
    struct diag d = {0};
    buf_init(&out, FILE_MAX);
    head.total_fen = INT64_C(1000000000000);
    ck_assert_int_eq(nacha_format.open(&nacha_format, &w, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "total");
    head = data_head_for(&nacha_format);
    head.count = 4900001;
    ck_assert_int_eq(nacha_format.open(&nacha_format, &w, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "count");
    head = data_head();
    ck_assert_int_eq(nacha_format.open(&nacha_format, &w, &head, &out, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "currency");
    buf_release(&out);
}
END_TEST

/* ---- ids ---- */

/* Breaks if an id of ours does not come back from the 15 columns, or two share one. */
START_TEST(ids)
{
    static const struct {
        const char *id;
        const char *text; /* NULL: cannot be written */
    } rows[] = {
        {"E1B000012L00000345", "E1B12L345"},
        {"SE1B000012L00000345", "SE1B12L345"},
        {"E1B000001L00000001", "E1B1L1"},
        {"SE1B009999L00999999", "SE1B9999L999999"},
        {"E1B009999L09999999", "E1B9999L9999999"},
        {"E12B1234567L00000001", "E12B1234567L1"},
        {"SE1B099999L09999999", NULL},
        {"T7-000001", "T7-000001"},
        {"E1B000000L00000000", "E1B0L0"},
        {"E1B12L345", NULL},
        {"E1B0000012L00000345", NULL}, /* not a form we write */
        {"E01B000012L00000345", "E01B12L345"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[NACHA_ID_MAX];
        char back[PAYMENT_ID_MAX + 1];
        size_t n = 0;
        bool ok = nacha_id_short(str_of(rows[i].id), text, &n);
        ck_assert_msg(ok == (rows[i].text != NULL), "%s", rows[i].id);
        if (ok) {
            ck_assert_msg(str_is(str_make(text, n), rows[i].text), "%s: %.*s",
                          rows[i].id, (int)n, text);
            size_t m = nacha_id_long(str_make(text, n), back);
            ck_assert(str_is(str_make(back, m), rows[i].id));
        }
    }
}
END_TEST

/* Breaks if it cannot be told which batch a file that was sent is of. */
START_TEST(batch_of_file)
{
    struct ledger_info info = {.sandbox = false};
    struct buf file;
    uint32_t epoch = 0;
    uint32_t number = 0;
    buf_init(&file, FILE_MAX);
    data_read_file(GOLDEN, &file);
    ck_assert(payment_id_find(&info, buf_str(&file), &epoch, &number));
    ck_assert_uint_eq(epoch, 1);
    ck_assert_uint_eq(number, 12);
    buf_release(&file);
}
END_TEST

/* ---- reading ---- */

struct seen {
    unsigned count;
    int64_t fen;
    unsigned statuses[PAYMENT_NONE + 1];
    uint64_t line;
    uint64_t number;
    enum payment_reason reason;
    char id[40], code[8], text[128], account[40], bank[16], name[40];
    char new_account[40], new_bank[16];
};

/* Columns as the rules of NACHA have them. */
static void check_places(const struct answer *a)
{
    struct answer_place p;
    uint64_t line = answer_file_line(a);
    ck_assert(answer_place(a, ANSWER_ID, &p) && p.line == line && p.column == 40);
    ck_assert(answer_place(a, ANSWER_AMOUNT, &p) && p.line == line && p.column == 30);
    ck_assert(answer_place(a, ANSWER_ACCOUNT, &p) && p.line == line && p.column == 13);
    ck_assert(answer_place(a, ANSWER_STATUS, &p) && p.column == 4);
    ck_assert(a->status == PAYMENT_NONE || p.line == line + 1); /* of the addenda */
}

static enum status see(void *ctx, const struct answer *a, struct diag *d)
{
    struct seen *s = ctx;
    (void)d;
    s->count++;
    s->fen += a->amount_fen;
    s->statuses[a->status]++;
    s->line = answer_file_line(a);
    check_places(a);
    s->number = a->number;
    s->reason = a->reason;
    ck_assert(str_is(a->currency, "USD"));
    ck_assert(str_copy(a->id, s->id, sizeof s->id));
    ck_assert(str_copy(a->code, s->code, sizeof s->code));
    ck_assert(str_copy(a->text, s->text, sizeof s->text));
    ck_assert(str_copy(a->account, s->account, sizeof s->account));
    ck_assert(str_copy(a->bank, s->bank, sizeof s->bank));
    ck_assert(str_copy(a->name, s->name, sizeof s->name));
    ck_assert(str_copy(a->new_account, s->new_account, sizeof s->new_account));
    ck_assert(str_copy(a->new_bank, s->new_bank, sizeof s->new_bank));
    return ST_OK;
}

/* From a block of just this size, so that a sanitizer sees a read beyond it. */
static enum status read_block(struct str file, bool answer, struct seen *s,
                              struct diag *d)
{
    char *block = malloc(file.n > 0 ? file.n : 1);
    struct answer_file whole = {.count = 77};
    struct answer_sink sink = {see, s};
    ck_assert_ptr_nonnull(block);
    if (file.n > 0) {
        memcpy(block, file.p, file.n);
    }
    *s = (struct seen){0};
    *d = (struct diag){0};
    enum status st = (answer ? nacha_format.read_answer : nacha_format.read)(
        &nacha_format, str_make(block, file.n), sink, &whole, d);
    if (st == ST_OK) {
        ck_assert_uint_eq(whole.count, s->count);
        ck_assert_int_eq(whole.total_fen, s->fen);
        ck_assert_int_eq(whole.rest, PAYMENT_NONE);
    } else {
        ck_assert_int_eq(st, ST_INPUT);
        ck_assert_uint_eq(whole.count, 77);
        ck_assert(d->code[0] != '\0' && d->hint[0] != '\0');
    }
    free(block);
    return st;
}

static void must_read(struct str file, bool answer, struct seen *s)
{
    struct diag d;
    enum status st = read_block(file, answer, s, &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
}

/* What was written is what is read. */
START_TEST(own_file)
{
    struct buf out;
    struct seen s;
    struct diag d;
    buf_init(&out, FILE_MAX);
    write_golden(&out);
    must_read(buf_str(&out), false, &s);
    ck_assert_uint_eq(s.count, DATA_COUNT);
    ck_assert_int_eq(s.fen, DATA_TOTAL_FEN);
    ck_assert_uint_eq(s.statuses[PAYMENT_NONE], DATA_COUNT);
    ck_assert_uint_eq(s.number, DATA_COUNT);
    ck_assert_str_eq(s.id, "T7-000006");
    ck_assert_str_eq(s.name, "A NAME OF 22 CHARACTER");
    ck_assert_str_eq(s.account, "90000000000010000");
    ck_assert_str_eq(s.bank, DATA_OTHER_ROUTING);
    ck_assert_str_eq(s.text, "2026-11");
    ck_assert_int_eq(read_block(buf_str(&out), true, &s, &d), ST_INPUT);
    ck_assert_str_eq(d.code, "not-an-answer");
    buf_release(&out);
}
END_TEST

static enum status count_on(void *ctx, const struct answer *a, struct diag *d)
{
    uint64_t *last_line = ctx;
    (void)d;
    *last_line = answer_file_line(a);
    return ST_OK;
}

/* More payments than a batch's control can count; breaks if a second one is not begun,
 * or its sums are those of the first. */
START_TEST(two_batches)
{
    struct payment_head head = data_head_for(&nacha_format);
    struct payment p = data_payment_for(&nacha_format, 0);
    struct payment_writer *w = NULL;
    struct answer_file whole = {0};
    uint64_t last_line = 0;
    struct answer_sink sink = {count_on, &last_line};
    struct buf out;
    struct diag d = {0};
    head.count = 500001;
    head.total_fen = 500001;
    buf_init(&out, (size_t)64 * 1024 * 1024);
    ck_assert_ptr_nonnull(buf_room(&out, (size_t)500010 * (NACHA_RECORD + 1)));
    ck_assert_int_eq(nacha_format.open(&nacha_format, &w, &head, &out, &d), ST_OK);
    for (unsigned i = 0; i < 500001; i++) {
        enum status st = nacha_format.add(w, &p, &out, &d);
        must(st == ST_OK);
    }
    ck_assert_int_eq(nacha_format.close(w, &out, &d), ST_OK);
    ck_assert_uint_eq(out.len % (size_t)950, 0);
    ck_assert_msg(nacha_format.read(&nacha_format, buf_str(&out), sink, &whole, &d) ==
                      ST_OK,
                  "%s: %s: %s", d.where, d.code, d.what);
    ck_assert_uint_eq(whole.count, 500001);
    ck_assert_int_eq(whole.total_fen, 500001);
    ck_assert_uint_eq(last_line, 500005); /* behind a control and a header */
    buf_release(&out);
}
END_TEST

/* Records of test files; _C is what the columns before it are filled up to. */
#define FILE_1                                                                         \
    "101 90000003212345678902611060900A094101FIRST TEST BANK        DEMO COUNTY"       \
    "                    \n"
#define BATCH(class)                                                                   \
    "5220DEMO BENEFIT                        1234567890" class                         \
        "OLD AGE   261106261106   1900000030000001\n"
#define CONTROL(records, hash, credit)                                                 \
    "8220" records hash "000000000000" credit                                          \
    "1234567890                         900000030000001\n"
#define END_9(blocks, records, hash, credit)                                           \
    "9000001" blocks "00" records hash "000000000000" credit                           \
    "                                       \n"
#define ENTRY(code, amount, id, addenda)                                               \
    "6" code "90000003290000000000100001" amount id "ALPHA ONE               " addenda \
    "900000030000001\n"
#define RETURN(code, death, words)                                                     \
    "799" code "900000030000001" death "90000001" words                                \
    "                              900000010000007\n"
#define CHANGE(code, data)                                                             \
    "798" code "900000030000001      90000001" data "               900000010000007\n"
#define ONE_HASH "0090000003"

#define OUR_ID "E1B12L345      "
#define GOOD_ENTRY ENTRY("21", "0000003500", OUR_ID, "1")
#define GOOD_RETURN RETURN("R03", "      ", "NO ACCOUNT    ")
#define RETURN_HEAD FILE_1 BATCH("PPD")
#define RETURN_TAIL                                                                    \
    CONTROL("000002", ONE_HASH, "000000003500")                                        \
    END_9("000001", "000002", ONE_HASH, "000000003500")
#define CHANGE_HEAD FILE_1 BATCH("COR") ENTRY("21", "0000000000", OUR_ID, "1")
#define CHANGE_TAIL                                                                    \
    CONTROL("000002", ONE_HASH, "000000000000")                                        \
    END_9("000001", "000002", ONE_HASH, "000000000000")

START_TEST(a_return)
{
    struct seen s;
    must_read(str_of(RETURN_HEAD GOOD_ENTRY GOOD_RETURN RETURN_TAIL), true, &s);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_int_eq(s.fen, 3500);
    ck_assert_uint_eq(s.statuses[PAYMENT_RETURNED], 1);
    ck_assert_int_eq(s.reason, REASON_ACCOUNT_INVALID);
    ck_assert_str_eq(s.id, "E1B000012L00000345");
    ck_assert_str_eq(s.code, "R03");
    ck_assert_str_eq(s.text, "NO ACCOUNT");
    ck_assert_str_eq(s.bank, DATA_OTHER_ROUTING); /* who sends it back */
    ck_assert_str_eq(s.account, "90000000000100001");
    ck_assert_str_eq(s.name, "ALPHA ONE");
    ck_assert_uint_eq(s.line, 3);
    ck_assert_uint_eq(s.number, 0);
    must_read(str_of(RETURN_HEAD GOOD_ENTRY RETURN("R15", "260901", "              ")
                         RETURN_TAIL),
              true, &s);
    ck_assert_int_eq(s.reason, REASON_HOLDER_DEAD);
    ck_assert_str_eq(s.text, "date of death 260901");
    must_read(str_of(RETURN_HEAD GOOD_ENTRY RETURN("R97", "      ", "              ")
                         RETURN_TAIL),
              true, &s);
    ck_assert_int_eq(s.reason, REASON_OTHER);
    ck_assert_uint_eq(s.statuses[PAYMENT_RETURNED], 1);
    must_read(str_of(RETURN_HEAD GOOD_ENTRY RETURN("R68", "      ", "              ")
                         RETURN_TAIL),
              true, &s);
    ck_assert_uint_eq(s.statuses[PAYMENT_UNKNOWN], 1);
}
END_TEST

/* Breaks if a notification is taken for a return, or its columns are mixed up. */
START_TEST(changes)
{
    static const struct {
        const char *file;
        const char *account;
        const char *bank;
    } rows[] = {
        {CHANGE_HEAD CHANGE("C01", "90000000000200002            ") CHANGE_TAIL,
         "90000000000200002", ""},
        {CHANGE_HEAD CHANGE("C02", "900000016                    ") CHANGE_TAIL, "",
         "900000016"},
        {CHANGE_HEAD CHANGE("C03", "900000016   90000000000200002") CHANGE_TAIL,
         "90000000000200002", "900000016"},
        {CHANGE_HEAD CHANGE("C05", "32                           ") CHANGE_TAIL, "",
         ""},
        {CHANGE_HEAD CHANGE("C06", "12345               32       ") CHANGE_TAIL,
         "12345", ""},
        {CHANGE_HEAD CHANGE("C07", "90000001690000000000200002 32") CHANGE_TAIL,
         "90000000000200002", "900000016"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s;
        must_read(str_of(rows[i].file), true, &s);
        ck_assert_uint_eq(s.statuses[PAYMENT_PAID], 1);
        ck_assert_int_eq(s.reason, REASON_NONE);
        ck_assert_int_eq(s.fen, 0);
        ck_assert_str_eq(s.new_account, rows[i].account);
        ck_assert_str_eq(s.new_bank, rows[i].bank);
        ck_assert_str_eq(s.id, "E1B000012L00000345");
        ck_assert_uint_gt(strlen(s.text), 0);
    }
}
END_TEST

struct bad_row {
    const char *label;
    const char *file;
    const char *code;
    const char *where;
};

static const struct bad_row bad_rows[] = {
    {"empty", "", "empty-file", ""},
    {"not a header", BATCH("PPD"), "record-order", "line 1, column 1"},
    {"header only", FILE_1, "truncated", "line 1, column 1"},
    {"record size", "101 90000003212345678902611060900A095101\n", "file-header",
     "line 1, column 35"},
    {"impossible day", "101 90000003212345678902602300900A094101\n", "date",
     "line 1, column 24"},
    {"entry without batch", FILE_1 GOOD_ENTRY, "record-order", "line 2, column 1"},
    {"class", FILE_1 BATCH("IAT"), "unknown-class", "line 2, column 51"},
    {"no addenda", RETURN_HEAD GOOD_ENTRY RETURN_TAIL, "record-order",
     "line 4, column 1"},
    {"two addenda", RETURN_HEAD GOOD_ENTRY GOOD_RETURN GOOD_RETURN RETURN_TAIL,
     "record-order", "line 5, column 1"},
    {"indicator 0", RETURN_HEAD ENTRY("21", "0000003500", OUR_ID, "0"), "addenda",
     "line 3, column 79"},
    {"change in a return's batch",
     RETURN_HEAD GOOD_ENTRY CHANGE("C01", "900                          ") RETURN_TAIL,
     "addenda", "line 4, column 2"},
    {"order", RETURN_HEAD ENTRY("22", "0000003500", OUR_ID, "0"), "not-an-answer",
     "line 3, column 2"},
    {"debit", RETURN_HEAD ENTRY("26", "0000003500", OUR_ID, "1"), "debit-entry",
     "line 3, column 2"},
    {"transaction code", RETURN_HEAD ENTRY("25", "0000003500", OUR_ID, "1"),
     "transaction-code", "line 3, column 2"},
    {"no id", RETURN_HEAD ENTRY("21", "0000003500", "               ", "1"), "serial",
     "line 3, column 40"},
    {"zero", RETURN_HEAD ENTRY("21", "0000000000", OUR_ID, "1"), "amount",
     "line 3, column 30"},
    {"blank amount", RETURN_HEAD ENTRY("21", "      3500", OUR_ID, "1"), "number",
     "line 3, column 30"},
    {"negative", RETURN_HEAD ENTRY("21", "-000003500", OUR_ID, "1"), "number",
     "line 3, column 30"},
    {"change with amount", FILE_1 BATCH("COR") ENTRY("21", "0000003500", OUR_ID, "1"),
     "amount", "line 3, column 30"},
    {"reason", RETURN_HEAD GOOD_ENTRY RETURN("X03", "      ", "              "),
     "unknown-code", "line 4, column 4"},
    {"change without account",
     CHANGE_HEAD CHANGE("C01", "                             "), "corrected-data",
     "line 4, column 36"},
    {"change to no bank", CHANGE_HEAD CHANGE("C02", "900000017                    "),
     "corrected-data", "line 4, column 36"},
    {"batch count",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000001", ONE_HASH, "000000003500"),
     "batch-count", "line 5, column 5"},
    {"batch hash",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", "0090000004", "000000003500"),
     "entry-hash", "line 5, column 11"},
    {"batch credit",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003501"),
     "totals", "line 5, column 33"},
    {"file entries",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003500")
         END_9("000001", "000003", ONE_HASH, "000000003500"),
     "entry-count", "line 6, column 14"},
    {"file hash",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003500")
         END_9("000001", "000002", "0090000004", "000000003500"),
     "entry-hash", "line 6, column 22"},
    {"file credit",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003500")
         END_9("000001", "000002", ONE_HASH, "000000003499"),
     "totals", "line 6, column 44"},
    {"blocks",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003500")
         END_9("000002", "000002", ONE_HASH, "000000003500"),
     "block-count", "line 6, column 8"},
    {"another batch's control",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN
     "82200000020090000003000000000000000000003500"
     "1234567890                         900000030000002\n",
     "batch-control", "line 5, column 88"},
    {"another company's control",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN
     "82200000020090000003000000000000000000003500"
     "1234567891                         900000030000001\n",
     "batch-control", "line 5, column 45"},
    {"another service class",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN
     "82000000020090000003000000000000000000003500"
     "1234567890                         900000030000001\n",
     "batch-control", "line 5, column 2"},
    {"check digit", RETURN_HEAD "621900000033900000000001000010000003500\n",
     "bank-code", "line 3, column 4"},
    {"no file control",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN CONTROL("000002", ONE_HASH, "000000003500"),
     "truncated", "line 5, column 1"},
    {"two files",
     RETURN_HEAD GOOD_ENTRY GOOD_RETURN RETURN_TAIL RETURN_HEAD GOOD_ENTRY GOOD_RETURN
         RETURN_TAIL,
     "after-end", "line 7, column 1"},
    {"no answers", FILE_1 "9000000000001000000000000000000000000000000000000000000\n",
     "no-entries", "line 2, column 1"},
    {"not ASCII", "101 90000003\xe2\x82\xac\n", "charset-ascii", "line 1, column 13"},
    {"tab", "101\t90000003\n", "charset-ascii", "line 1, column 4"},
    {"long line",
     "101 90000003212345678902611060900A094101FIRST TEST BANK        DEMO COUNTY"
     "                     \n",
     "line-length", "line 1, column 95"},
    {"blank line", FILE_1 "\n" BATCH("PPD"), "record-order", "line 2, column 1"},
};

/* Breaks if a damaged answer is believed, or its place is told wrongly. */
START_TEST(bad_table)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        const struct bad_row *row = &bad_rows[i];
        struct seen s;
        struct diag d;
        enum status st = read_block(str_of(row->file), true, &s, &d);
        ck_assert_msg(st == ST_INPUT, "%s: accepted", row->label);
        ck_assert_msg(strcmp(d.code, row->code) == 0, "%s: %s (%s: %s)", row->label,
                      d.code, d.where, d.what);
        ck_assert_msg(strcmp(d.where, row->where) == 0, "%s: %s", row->label, d.where);
    }
}
END_TEST

/* Orders to collect are read as such; breaks if a batch of credits may hold one. */
START_TEST(debits)
{
    static const char *const services[] = {"220", "225", "200"};
    for (size_t i = 0; i < 3; i++) {
        char file[2048];
        struct seen s;
        struct diag d;
        snprintf(file, sizeof file, "%s5%s%s%s8%s%s%s", FILE_1, services[i],
                 &BATCH("PPD")[4], ENTRY("27", "0000003500", OUR_ID, "0"), services[i],
                 "0000010090000003000000003500000000000000"
                 "1234567890                         900000030000001\n",
                 "9000001000001000000010090000003000000003500000000000000\n");
        enum status st = read_block(str_of(file), false, &s, &d);
        ck_assert_msg(st == (i == 0 ? ST_INPUT : ST_OK), "%s: %s", d.where, d.what);
        ck_assert_str_eq(i == 0 ? d.code : s.text, i == 0 ? "service-class" : "debit");
    }
}
END_TEST

/* The forms that come in the field: CRLF, no line ends, blanks stripped, no fill. */
START_TEST(forms_of_lines)
{
    struct buf file;
    struct buf other;
    struct seen s;
    struct diag d;
    buf_init(&file, FILE_MAX);
    buf_init(&other, FILE_MAX);
    data_read_file(GOLDEN_RETURN, &file);
    must_read(buf_str(&file), true, &s);
    unsigned count = s.count;
    for (unsigned form = 0; form < 4; form++) {
        buf_clear(&other);
        for (size_t i = 0; i < file.len; i += NACHA_RECORD + 1) {
            struct str line = str_make(file.p + i, NACHA_RECORD);
            bool fill = line.p[0] == '9' && line.p[1] == '9';
            while (form == 2 && line.p[line.n - 1] == ' ') {
                line.n--;
            }
            if (form != 3 || !fill) {
                buf_add_str(&other, line);
                buf_add_text(&other, form == 0 ? "\r\n" : form == 1 ? "" : "\n");
            }
        }
        must_read(buf_str(&other), true, &s);
        ck_assert_uint_eq(s.count, count);
    }
    /* A fill that is cut within its block is damage. */
    ck_assert_int_eq(
        read_block(str_make(file.p, file.len - NACHA_RECORD - 1), true, &s, &d),
        ST_INPUT);
    ck_assert_str_eq(d.code, "block-count");
    buf_release(&file);
    buf_release(&other);
}
END_TEST

/* Breaks if a file cut on its way can pass for whole: only what is blank may be away
 * from the control, all of the fill, and the last line end. */
START_TEST(every_truncation)
{
    struct buf file;
    struct seen s;
    struct diag d;
    buf_init(&file, FILE_MAX);
    data_read_file(GOLDEN_RETURN, &file);
    size_t control = 0;
    while (file.p[control] != '9') {
        control += NACHA_RECORD + 1;
    }
    for (size_t n = 0; n < file.len; n++) {
        bool whole =
            (n >= control + 55 && n <= control + NACHA_RECORD + 1) || n + 1 == file.len;
        enum status st = read_block(str_make(file.p, n), true, &s, &d);
        ck_assert_msg((st == ST_OK) == whole, "%zu bytes: %s", n, d.what);
    }
    buf_release(&file);
}
END_TEST

/* Breaks if a changed byte crashes the reader, or changes count or sum unseen. */
START_TEST(every_flipped_byte)
{
    struct buf file;
    struct seen good;
    buf_init(&file, FILE_MAX);
    data_read_file(GOLDEN_RETURN, &file);
    must_read(buf_str(&file), true, &good);
    for (size_t i = 0; i < file.len; i++) {
        for (unsigned bit = 0; bit < 9; bit++) {
            char was = file.p[i];
            struct seen s;
            struct diag d;
            file.p[i] = (char)((unsigned char)was ^ (bit == 8 ? 0xffu : 1u << bit));
            if (read_block(buf_str(&file), true, &s, &d) == ST_OK) {
                ck_assert_uint_eq(s.count, good.count);
                ck_assert_int_eq(s.fen, good.fen);
            }
            file.p[i] = was;
        }
    }
    buf_release(&file);
}
END_TEST

/* Files that others wrote. */
static const struct {
    const char *name;
    const char *code; /* NULL: read */
    unsigned count;
    int64_t fen;
    enum payment_status status; /* of all */
    const char *where;
} samples[] = {
    {"20110729A-invalid.ach", "file-header", 0, 0, PAYMENT_NONE, "line 1, column 35"},
    {"ach-ppd-read-ppd-credit.ach", NULL, 1, 100000000, PAYMENT_NONE, ""},
    {"cor-example.ach", NULL, 1, 0, PAYMENT_PAID, ""},
    {"crashers-0.ach", "record-order", 0, 0, PAYMENT_NONE, "line 1, column 1"},
    {"examples-ppd-credit.ach", NULL, 1, 100000000, PAYMENT_NONE, ""},
    {"extended-ascii.ach", "charset-ascii", 0, 0, PAYMENT_NONE, "line 15, column 68"},
    {"issues-issue1378-no_control.txt", "truncated", 0, 0, PAYMENT_NONE, ""},
    {"nonascii.ach", "unknown-class", 0, 0, PAYMENT_NONE, "line 2, column 51"},
    {"ppd-debit.ach", NULL, 1, 100000000, PAYMENT_NONE, ""},
    {"return-WEB.ach", NULL, 2, 16919, PAYMENT_RETURNED, ""},
    {"short-line.ach", NULL, 1, 100000000, PAYMENT_NONE, ""},
};

START_TEST(samples_of_others)
{
    struct stat there;
    if (stat(SAMPLES, &there) != 0) {
        return; /* not everybody has them */
    }
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char path[128];
        struct buf file;
        struct seen s;
        struct diag d;
        snprintf(path, sizeof path, SAMPLES "%s", samples[i].name);
        buf_init(&file, FILE_MAX + 1);
        data_read_file(path, &file);
        enum status st = read_block(buf_str(&file), false, &s, &d);
        if (samples[i].code == NULL) {
            ck_assert_msg(st == ST_OK, "%s: %s: %s: %s", path, d.where, d.code, d.what);
            ck_assert_uint_eq(s.count, samples[i].count);
            ck_assert_int_eq(s.fen, samples[i].fen);
            ck_assert_uint_eq(s.statuses[samples[i].status], s.count);
        } else {
            ck_assert_msg(st != ST_OK && strcmp(d.code, samples[i].code) == 0,
                          "%s: %s: %s: %s", path, d.where, d.code, d.what);
            ck_assert_msg(samples[i].where[0] == '\0' ||
                              strcmp(d.where, samples[i].where) == 0,
                          "%s: %s", path, d.where);
        }
        buf_release(&file);
    }
}
END_TEST

Suite *suite_nacha(void)
{
    Suite *s = suite_create("nacha");
    TCase *writing = tcase_create("writing");
    tcase_add_test(writing, golden);
    tcase_add_test(writing, same_bytes_in_pieces);
    tcase_add_test(writing, payments_that_do_not_fit);
    tcase_add_test(writing, heads);
    tcase_add_test(writing, ids);
    tcase_add_test(writing, two_batches);
    tcase_add_test(writing, batch_of_file);
    suite_add_tcase(s, writing);
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, own_file);
    tcase_add_test(reading, a_return);
    tcase_add_test(reading, changes);
    tcase_add_test(reading, bad_table);
    tcase_add_test(reading, debits);
    tcase_add_test(reading, forms_of_lines);
    tcase_add_test(reading, every_truncation);
    tcase_add_test(reading, every_flipped_byte);
    tcase_add_test(reading, samples_of_others);
    suite_add_tcase(s, reading);
    return s;
}
