/* nacha_read.c - reads NACHA files: orders, returns (addenda 99) and notifications of
 * change (addenda 98), with every control record held against what stands before it.
 *
 * It must never guess a column: records shorter than 94 columns lost trailing blanks
 * and nothing else, numbers are digits only, and classes with other columns than PPD's
 * are refused. What is decided where files in the field differ: docs/formats/nacha.md.
 */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/ident.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/nacha.h"
#include "formats/nacha_private.h"

#define TEXT_CAP 128 /* of an answer's words: fits an addenda and a word in front */
#define CLASS_CHANGE "COR"

static const char ask_again[] = "the file is damaged or not a NACHA file: ask the bank "
                                "for it again";

enum expect { EXPECT_FILE, EXPECT_BATCH, EXPECT_ENTRY, EXPECT_ADDENDA, EXPECT_FILL };

struct sums {
    uint64_t records;
    uint64_t hash;
    int64_t debit;
    int64_t credit;
};

struct nacha_reader {
    struct str file;
    size_t at;
    bool answers_only;
    bool one_line; /* records follow each other without line ends */
    uint64_t line;
    enum expect expect;
    char rec[NACHA_RECORD];    /* the line in hand, filled up with blanks */
    char header[NACHA_RECORD]; /* of the batch in hand */
    char entry[NACHA_RECORD];  /* whose addenda comes next */
    uint64_t entry_line;
    uint64_t fill; /* lines of 9s */
    uint64_t batches;
    struct sums batch;
    struct sums all;
    struct answer_sink sink;
    struct answer_file whole;
};

/* ---- failures ---- */

static enum status fail_at(const struct nacha_reader *r, size_t column, struct diag *d)
{
    diag_where(d, "line %llu, column %zu", (unsigned long long)r->line, column);
    return d->hint[0] == '\0' ? diag_hint(d, "%s", ask_again) : d->status;
}

static enum status fail_field(const struct nacha_reader *r, enum nacha_field f,
                              const char *code, const char *why, struct diag *d)
{
    struct str s = nacha_text(r->rec, f);
    diag_fail(d, ST_INPUT, code, "%s \"%.*s\" %s", nacha_columns[f].name, STR_ARG(s),
              why);
    return fail_at(r, nacha_columns[f].at, d);
}

/* ---- lines ---- */

static enum status check_characters(const struct nacha_reader *r, struct str s,
                                    struct diag *d)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c < 0x20 || c > 0x7e) {
            diag_fail(d, ST_INPUT, "charset-ascii",
                      "byte 0x%02x is not a character of a NACHA file, which is ASCII",
                      c);
            return fail_at(r, i + 1, d);
        }
    }
    return ST_OK;
}

/* The next line into r->rec. */
static enum status next_record(struct nacha_reader *r, struct diag *d)
{
    struct str rest = str_make(r->file.p + r->at, r->file.n - r->at);
    const char *end = r->one_line ? NULL : memchr(rest.p, '\n', rest.n);
    size_t whole = r->one_line && rest.n > NACHA_RECORD ? NACHA_RECORD : rest.n;
    struct str s = str_make(rest.p, end != NULL ? (size_t)(end - rest.p) : whole);
    r->line++;
    r->at += s.n + (end != NULL ? 1 : 0);
    if (end != NULL && s.n > 0 && s.p[s.n - 1] == '\r') {
        s.n--;
    }
    TRY(check_characters(r, s, d));
    if (s.n > NACHA_RECORD) {
        diag_fail(d, ST_INPUT, "line-length", "the line has %zu columns, not %d", s.n,
                  NACHA_RECORD);
        return fail_at(r, NACHA_RECORD + 1, d);
    }
    memset(r->rec, ' ', sizeof r->rec);
    memcpy(r->rec, s.p, s.n);
    return ST_OK;
}

/* ---- columns ---- */

static struct str trimmed(struct str s)
{
    return text_trim(s);
}

static struct str field(const struct nacha_reader *r, enum nacha_field f)
{
    return nacha_text(r->rec, f);
}

static enum status number(const struct nacha_reader *r, enum nacha_field f,
                          uint64_t *out, struct diag *d)
{
    struct str s = field(r, f);
    if (!text_all_digits(s)) {
        return fail_field(r, f, "number", "is not a number", d);
    }
    while (s.n > 1 && s.p[0] == '0') {
        s = str_make(s.p + 1, s.n - 1);
    }
    must(text_u64(s, 0, UINT64_MAX, out)); /* 15 digits at most */
    return ST_OK;
}

/* Must be what was counted; `code` names the kind of difference. */
static enum status agrees(const struct nacha_reader *r, enum nacha_field f,
                          uint64_t counted, const char *code, struct diag *d)
{
    uint64_t stated = 0;
    TRY(number(r, f, &stated, d));
    if (stated == counted) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, code, "the %s is %llu, the records before make %llu",
              nacha_columns[f].name, (unsigned long long)stated,
              (unsigned long long)counted);
    return fail_at(r, nacha_columns[f].at, d);
}

/* What a batch's control repeats of its header. */
static enum status repeats(const struct nacha_reader *r, enum nacha_field f,
                           enum nacha_field of, struct diag *d)
{
    struct str there = trimmed(nacha_text(r->header, of));
    struct str here = trimmed(field(r, f));
    if (str_eq(here, there)) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "batch-control",
              "%s \"%.*s\" is not that of the batch's header, \"%.*s\"",
              nacha_columns[f].name, STR_ARG(here), STR_ARG(there));
    return fail_at(r, nacha_columns[f].at, d);
}

static enum status fail_order(const struct nacha_reader *r, const char *wanted,
                              struct diag *d)
{
    diag_fail(d, ST_INPUT, "record-order",
              "a record that begins with \"%c\" stands where %s must", r->rec[0],
              wanted);
    return fail_at(r, 1, d);
}

/* ---- headers ---- */

static enum status take_file_header(struct nacha_reader *r, struct diag *d)
{
    uint64_t date = 0;
    if (r->rec[0] != '1') {
        return fail_order(r, "the file's header (1)", d);
    }
    if (!str_is(field(r, N1_START), "101")) {
        return fail_field(r, N1_START, "file-header", "is not 101", d);
    }
    if (!str_is(field(r, N1_FORM), "094101")) {
        return fail_field(r, N1_FORM, "file-header", "is not 094101", d);
    }
    TRY(number(r, N1_DATE, &date, d));
    if (!date_exists(2000 + (int32_t)(date / 10000), (int32_t)(date / 100 % 100),
                     (int32_t)(date % 100))) {
        return fail_field(r, N1_DATE, "date", "is not a day", d);
    }
    r->expect = EXPECT_BATCH;
    return ST_OK;
}

static enum status take_batch_header(struct nacha_reader *r, struct diag *d)
{
    /* These share the columns of an entry. */
    static const char *const classes[] = {"PPD", "CCD", "WEB", "TEL", CLASS_CHANGE};
    static const char *const services[] = {"200", "220", "225"};
    uint64_t n = 0;
    bool known = false;
    bool service = false;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        known = known || str_is(field(r, N5_CLASS), classes[i]);
    }
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        service = service || str_is(field(r, N5_SERVICE), services[i]);
    }
    if (!service) {
        return fail_field(r, N5_SERVICE, "service-class", "is not 200, 220 or 225", d);
    }
    if (!known) {
        fail_field(r, N5_CLASS, "unknown-class", "is not read", d);
        return diag_hint(d, "read are PPD, CCD, WEB, TEL and COR, whose entries have "
                            "the same columns");
    }
    TRY(number(r, N5_DFI, &n, d));
    TRY(number(r, N5_NUMBER, &n, d));
    memcpy(r->header, r->rec, sizeof r->header);
    r->batch = (struct sums){0};
    r->expect = EXPECT_ENTRY;
    return ST_OK;
}

/* ---- entries ---- */

static bool is_debit(const char entry[NACHA_RECORD])
{
    return nacha_text(entry, N6_CODE).p[1] > '4';
}

/* Codes of what answers an entry: 21, 26, 31, 36 ... */
static bool is_answer_code(const char entry[NACHA_RECORD])
{
    char c = nacha_text(entry, N6_CODE).p[1];
    return c == '1' || c == '6';
}

static bool code_known(struct str code)
{
    /* Checking, savings, general ledger: credits 1-4, debits 6-9; loans: 51-56. */
    return code.p[0] >= '2' && code.p[0] <= '5' && code.p[1] >= '1' &&
           code.p[1] <= (code.p[0] == '5' ? '6' : '9') &&
           (code.p[1] != '5' || code.p[0] == '5');
}

static enum status check_entry(const struct nacha_reader *r, struct diag *d)
{
    uint64_t trace = 0;
    bool answer = is_answer_code(r->rec);
    if (!code_known(field(r, N6_CODE))) {
        return fail_field(r, N6_CODE, "transaction-code", "is not known", d);
    }
    if (r->answers_only && !answer) {
        fail_field(r, N6_CODE, "not-an-answer", "is that of an order", d);
        return diag_hint(d, "this is a file sent, not the bank's answer to it");
    }
    if (r->answers_only && is_debit(r->rec)) {
        fail_field(r, N6_CODE, "debit-entry", "answers a debit", d);
        return diag_hint(d, "only credits are sent from here; have the bank put the "
                            "answers to debits into a file of their own");
    }
    if (!routing_valid(field(r, N6_BANK))) {
        fail_field(r, N6_BANK, "bank-code", "is not a valid routing number", d);
        return d->status;
    }
    if (trimmed(field(r, N6_ACCOUNT)).n == 0) {
        return fail_field(r, N6_ACCOUNT, "account", "is empty", d);
    }
    if (r->answers_only && trimmed(field(r, N6_ID)).n == 0) {
        fail_field(r, N6_ID, "serial", "does not say which payment this is", d);
        return diag_hint(d, "ask the bank to leave the individual id as it was sent");
    }
    bool addenda = r->rec[nacha_columns[N6_HAS_ADDENDA].at - 1] == '1';
    if (!addenda && (answer || !str_is(field(r, N6_HAS_ADDENDA), "0"))) {
        return fail_field(r, N6_HAS_ADDENDA, "addenda",
                          answer ? "lacks the addenda of a return" : "is not 0 or 1",
                          d);
    }
    return number(r, N6_TRACE, &trace, d);
}

/* Codes of entries of nothing: prenotifications (23, 28 ...) and remittance data alone
 * (24, 29 ...). */
static bool is_nothing(const char entry[NACHA_RECORD])
{
    char c = nacha_text(entry, N6_CODE).p[1];
    return c == '3' || c == '4' || c == '8' || c == '9';
}

/* Orders and returns have an amount; a notification of change has 0. */
static enum status add_amount(struct nacha_reader *r, struct diag *d)
{
    uint64_t cents = 0;
    TRY(number(r, N6_AMOUNT, &cents, d));
    bool zero =
        str_is(nacha_text(r->header, N5_CLASS), CLASS_CHANGE) || is_nothing(r->rec);
    if ((cents == 0) != zero) {
        return fail_field(r, N6_AMOUNT, "amount",
                          zero ? "is not zero" : "is not above zero", d);
    }
    int64_t *sum = is_debit(r->rec) ? &r->batch.debit : &r->batch.credit;
    if (!money_add(*sum, (int64_t)cents, sum)) {
        return fail_field(r, N6_AMOUNT, "totals", "makes the sum too large", d);
    }
    return ST_OK;
}

static void find(void *ctx, enum answer_part part, struct answer_place *out)
{
    static const enum nacha_field fields[ANSWER_PARTS] = {
        [ANSWER_WHOLE] = N6_CODE,    [ANSWER_ID] = N6_ID,
        [ANSWER_NUMBER] = N6_TRACE,  [ANSWER_ACCOUNT] = N6_ACCOUNT,
        [ANSWER_AMOUNT] = N6_AMOUNT, [ANSWER_CURRENCY] = N6_AMOUNT,
        [ANSWER_STATUS] = N7_REASON,
    };
    const struct nacha_reader *r = ctx;
    bool addenda = part == ANSWER_STATUS;
    *out = (struct answer_place){.line = addenda ? r->line : r->entry_line,
                                 .column = nacha_columns[fields[part]].at};
}

/* What both kinds of entries say. The texts lie in the reader. */
static void answer_of_entry(struct nacha_reader *r, char id[PAYMENT_ID_MAX + 1],
                            struct answer *a)
{
    uint64_t cents = 0;
    struct str amount = nacha_text(r->entry, N6_AMOUNT);
    struct str short_id = trimmed(nacha_text(r->entry, N6_ID));
    for (size_t i = 0; i < amount.n; i++) {
        cents = cents * 10 + (uint64_t)(amount.p[i] - '0');
    }
    *a = (struct answer){
        .find = find,
        .find_ctx = r,
        .id = str_make(id, nacha_id_long(short_id, id)),
        .amount_fen = (int64_t)cents,
        .currency = str_of("USD"),
        .account = trimmed(nacha_text(r->entry, N6_ACCOUNT)),
        .bank = nacha_text(r->entry, N6_BANK),
        .name = trimmed(nacha_text(r->entry, N6_NAME)),
        .status = PAYMENT_NONE,
        .reason = REASON_NONE,
        .code = str_of(""),
        .text = str_of(""),
        .new_account = str_of(""),
        .new_bank = str_of(""),
    };
}

static enum status give(struct nacha_reader *r, struct answer *a, struct diag *d)
{
    r->whole.count++;
    if (!money_add(r->whole.total_fen, a->amount_fen, &r->whole.total_fen)) {
        diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
        return fail_at(r, 1, d);
    }
    return r->sink.each(r->sink.ctx, a, d);
}

/* An order, with what its addenda says. */
static enum status give_order(struct nacha_reader *r, struct str info, struct diag *d)
{
    struct answer a;
    char id[PAYMENT_ID_MAX + 1];
    char text[TEXT_CAP];
    bool debit = is_debit(r->entry);
    answer_of_entry(r, id, &a);
    a.number = r->whole.count + 1;
    a.text = info;
    if (debit || is_nothing(r->entry)) {
        snprintf(text, sizeof text, "%s%s%.*s", debit ? "debit " : "",
                 is_nothing(r->entry) ? "prenotification " : "", STR_ARG(info));
        a.text = trimmed(str_of(text));
    }
    return give(r, &a, d);
}

static enum status take_entry(struct nacha_reader *r, struct diag *d)
{
    TRY(check_entry(r, d));
    TRY(add_amount(r, d));
    uint64_t dfi = 0;
    for (size_t i = 0; i < NACHA_DFI; i++) {
        dfi = dfi * 10 + (uint64_t)(field(r, N6_BANK).p[i] - '0');
    }
    r->batch.records++;
    r->batch.hash += dfi;
    memcpy(r->entry, r->rec, sizeof r->entry);
    r->entry_line = r->line;
    if (str_is(field(r, N6_HAS_ADDENDA), "1")) {
        r->expect = EXPECT_ADDENDA;
        return ST_OK;
    }
    return give_order(r, str_of(""), d);
}

/* ---- addenda ---- */

static enum status take_order_addenda(struct nacha_reader *r, struct diag *d)
{
    uint64_t n = 0;
    TRY(agrees(r, N7_NUMBER, 1, "addenda", d));
    TRY(number(r, N7_ENTRY, &n, d));
    struct str trace = nacha_text(r->entry, N6_TRACE);
    if (!str_eq(field(r, N7_ENTRY),
                str_make(trace.p + NACHA_DFI, trace.n - NACHA_DFI))) {
        return fail_field(r, N7_ENTRY, "addenda", "is not that of the entry before", d);
    }
    return give_order(r, trimmed(field(r, N7_TEXT)), d);
}

/* A letter and two digits. */
static enum status check_code(const struct nacha_reader *r, char letter, struct diag *d)
{
    struct str code = field(r, N7_REASON);
    if (code.p[0] != letter || !text_all_digits(str_make(code.p + 1, code.n - 1))) {
        char why[40];
        snprintf(why, sizeof why, "is not %c and two digits", letter);
        return fail_field(r, N7_REASON, "unknown-code", why, d);
    }
    return ST_OK;
}

/* The bank that sends it back, with its check digit. */
static enum status original_bank(const struct nacha_reader *r,
                                 char bank[NACHA_ROUTING + 1], struct diag *d)
{
    struct str dfi = field(r, N7_ORIGINAL_BANK);
    uint64_t n = 0;
    TRY(number(r, N7_ORIGINAL_BANK, &n, d));
    memcpy(bank, dfi.p, NACHA_DFI);
    bank[NACHA_DFI] = routing_check(dfi.p);
    bank[NACHA_ROUTING] = '\0';
    return ST_OK;
}

/* R61 to R77 are talk between the banks about a return (dishonored, contested): where
 * the money is, they do not say. */
static bool is_dispute(struct str code)
{
    return str_cmp(code, str_of("R61")) >= 0 && str_cmp(code, str_of("R77")) <= 0;
}

static enum status take_return(struct nacha_reader *r, struct diag *d)
{
    struct answer a;
    char id[PAYMENT_ID_MAX + 1];
    char bank[NACHA_ROUTING + 1];
    char text[TEXT_CAP];
    uint64_t trace = 0;
    TRY(check_code(r, 'R', d));
    TRY(number(r, N7_ORIGINAL_TRACE, &trace, d));
    TRY(original_bank(r, bank, d));
    TRY(number(r, N7_TRACE, &trace, d));
    struct str code = field(r, N7_REASON);
    struct str info = trimmed(field(r, N7_RETURN_TEXT));
    struct str death = trimmed(field(r, N7_DEATH));
    answer_of_entry(r, id, &a);
    a.bank = str_of(bank);
    a.status = is_dispute(code) ? PAYMENT_UNKNOWN : PAYMENT_RETURNED;
    a.reason = nacha_reason(code);
    a.code = code;
    snprintf(text, sizeof text, "%s%.*s%s%.*s", is_debit(r->entry) ? "debit; " : "",
             STR_ARG(info), death.n > 0 ? " date of death " : "", STR_ARG(death));
    a.text = trimmed(str_of(text));
    return give(r, &a, d);
}

/* Where the corrected data has the routing number and the account, from its start. */
struct corrected {
    char code[4];
    uint8_t bank_at; /* 9 columns; 0xff: none */
    uint8_t account_at;
    uint8_t account_n; /* 0: none */
};
#define NO_BANK 0xff

static const struct corrected corrections[] = {
    {"C01", NO_BANK, 0, 17}, /* account */
    {"C02", 0, 0, 0},        /* routing number */
    {"C03", 0, 12, 17},      /* both */
    {"C06", NO_BANK, 0, 17}, /* account and transaction code */
    {"C07", 0, 9, 17},       /* all three */
};

static enum status take_corrected(const struct nacha_reader *r, struct answer *a,
                                  struct diag *d)
{
    struct str data = field(r, N7_CORRECTED);
    for (size_t i = 0; i < sizeof corrections / sizeof corrections[0]; i++) {
        const struct corrected *c = &corrections[i];
        if (!str_is(a->code, c->code)) {
            continue;
        }
        if (c->bank_at != NO_BANK) {
            a->new_bank = str_make(data.p + c->bank_at, NACHA_ROUTING);
        }
        if (c->account_n > 0) {
            a->new_account = trimmed(str_make(data.p + c->account_at, c->account_n));
        }
        if ((a->new_bank.n > 0 && !routing_valid(a->new_bank)) ||
            (c->account_n > 0 && a->new_account.n == 0)) {
            return fail_field(r, N7_CORRECTED, "corrected-data",
                              "has no valid routing number or account", d);
        }
    }
    a->text = trimmed(data);
    return ST_OK;
}

/* The payment was made; the bank asks for other data the next time. */
static enum status take_change(struct nacha_reader *r, struct diag *d)
{
    struct answer a;
    char id[PAYMENT_ID_MAX + 1];
    char bank[NACHA_ROUTING + 1];
    uint64_t trace = 0;
    TRY(check_code(r, 'C', d));
    TRY(number(r, N7_ORIGINAL_TRACE, &trace, d));
    TRY(original_bank(r, bank, d));
    TRY(number(r, N7_TRACE, &trace, d));
    answer_of_entry(r, id, &a);
    a.bank = str_of(bank);
    a.status = PAYMENT_PAID;
    a.code = field(r, N7_REASON);
    TRY(take_corrected(r, &a, d));
    return give(r, &a, d);
}

static enum status take_addenda(struct nacha_reader *r, struct diag *d)
{
    if (r->rec[0] != '7') {
        return fail_order(r, "the entry's addenda (7)", d);
    }
    r->batch.records++;
    r->expect = EXPECT_ENTRY;
    bool change = str_is(nacha_text(r->header, N5_CLASS), CLASS_CHANGE);
    bool answer = is_answer_code(r->entry);
    const char *wanted = change ? "98" : answer ? "99" : "05";
    if (!str_is(field(r, N7_KIND), wanted) || (change && !answer)) {
        return fail_field(r, N7_KIND, "addenda", "does not go with the entry before",
                          d);
    }
    return change   ? take_change(r, d)
           : answer ? take_return(r, d)
                    : take_order_addenda(r, d);
}

/* ---- controls ---- */

static enum status take_batch_control(struct nacha_reader *r, struct diag *d)
{
    struct sums *b = &r->batch;
    TRY(agrees(r, N8_RECORDS, b->records, "batch-count", d));
    TRY(agrees(r, N8_HASH, b->hash % NACHA_HASH_MODULUS, "entry-hash", d));
    TRY(agrees(r, N8_DEBIT, (uint64_t)b->debit, "totals", d));
    TRY(agrees(r, N8_CREDIT, (uint64_t)b->credit, "totals", d));
    TRY(repeats(r, N8_SERVICE, N5_SERVICE, d));
    TRY(repeats(r, N8_COMPANY_ID, N5_COMPANY_ID, d));
    TRY(repeats(r, N8_DFI, N5_DFI, d));
    TRY(repeats(r, N8_NUMBER, N5_NUMBER, d));
    bool credits_only = str_is(field(r, N8_SERVICE), "220");
    bool debits_only = str_is(field(r, N8_SERVICE), "225");
    if ((credits_only && b->debit > 0) || (debits_only && b->credit > 0)) {
        return fail_field(r, N8_SERVICE, "service-class",
                          "does not go with the entries of the batch", d);
    }
    r->batches++;
    r->all.records += b->records;
    r->all.hash += b->hash;
    if (!money_add(r->all.debit, b->debit, &r->all.debit) ||
        !money_add(r->all.credit, b->credit, &r->all.credit)) {
        return fail_field(r, N8_CREDIT, "totals", "makes the sum too large", d);
    }
    r->expect = EXPECT_BATCH;
    return ST_OK;
}

static enum status take_file_control(struct nacha_reader *r, struct diag *d)
{
    TRY(agrees(r, N9_BATCHES, r->batches, "batch-count", d));
    TRY(agrees(r, N9_RECORDS, r->all.records, "entry-count", d));
    TRY(agrees(r, N9_HASH, r->all.hash % NACHA_HASH_MODULUS, "entry-hash", d));
    TRY(agrees(r, N9_DEBIT, (uint64_t)r->all.debit, "totals", d));
    TRY(agrees(r, N9_CREDIT, (uint64_t)r->all.credit, "totals", d));
    uint64_t blocks = 0;
    TRY(number(r, N9_BLOCKS, &blocks, d));
    memcpy(r->header, r->rec, sizeof r->header); /* for the block count at the end */
    r->entry_line = r->line;
    r->expect = EXPECT_FILL;
    return ST_OK;
}

static enum status take_fill(struct nacha_reader *r, struct diag *d)
{
    for (size_t i = 0; i < NACHA_RECORD; i++) {
        if (r->rec[i] != '9') {
            diag_fail(d, ST_INPUT, "after-end",
                      "after the file's control (9) there is something other than 9s");
            fail_at(r, i + 1, d);
            return diag_hint(d, "are these two files in one? give each by itself");
        }
    }
    r->fill++;
    return ST_OK;
}

static enum status take_record(struct nacha_reader *r, struct diag *d)
{
    switch (r->expect) {
    case EXPECT_FILE:
        return take_file_header(r, d);
    case EXPECT_BATCH:
        return r->rec[0] == '5'   ? take_batch_header(r, d)
               : r->rec[0] == '9' ? take_file_control(r, d)
                                  : fail_order(r, "a batch (5) or the end (9)", d);
    case EXPECT_ENTRY:
        return r->rec[0] == '6'   ? take_entry(r, d)
               : r->rec[0] == '8' ? take_batch_control(r, d)
                                  : fail_order(r, "an entry (6) or a control (8)", d);
    case EXPECT_ADDENDA:
        return take_addenda(r, d);
    case EXPECT_FILL:
        return take_fill(r, d);
    }
    must_fail("every record is expected", __FILE__, __LINE__);
}

/* ---- the file ---- */

/* Blocks of ten with the fill. Who leaves the fill out may have counted it, also the
 * whole block of 9s that some add to a full one. */
static enum status check_blocks(struct nacha_reader *r, struct diag *d)
{
    uint64_t stated = 0;
    uint64_t lines = r->line;
    uint64_t blocks = (lines + NACHA_BLOCK - 1) / NACHA_BLOCK;
    memcpy(r->rec, r->header, sizeof r->rec);
    TRY(number(r, N9_BLOCKS, &stated, d));
    bool whole = r->fill == 0 || lines % NACHA_BLOCK == 0;
    bool left_out = r->fill == 0 && lines % NACHA_BLOCK == 0 && stated == blocks + 1;
    if (whole && (stated == blocks || left_out)) {
        return ST_OK;
    }
    r->line = r->entry_line;
    diag_fail(d, ST_INPUT, "block-count",
              "the block count is %llu, the file has %llu lines",
              (unsigned long long)stated, (unsigned long long)lines);
    return fail_at(r, nacha_columns[N9_BLOCKS].at, d);
}

static enum status read_all(struct nacha_reader *r, struct diag *d)
{
    while (r->at < r->file.n) {
        TRY(next_record(r, d));
        TRY(take_record(r, d));
    }
    if (r->expect != EXPECT_FILL) {
        diag_fail(d, ST_INPUT, "truncated", "the file ends before its control (9)");
        return fail_at(r, 1, d);
    }
    if (r->answers_only && r->whole.count == 0) {
        diag_fail(d, ST_INPUT, "no-entries", "the file answers no payment");
        return fail_at(r, 1, d);
    }
    return check_blocks(r, d);
}

/* Longer than a record and its line end, and none there. */
static bool is_one_line(struct str file)
{
    size_t n = NACHA_RECORD + 2;
    return file.n > n && memchr(file.p, '\n', n) == NULL;
}

static struct str without_line_end(struct str s)
{
    s.n -= s.n > 0 && s.p[s.n - 1] == '\n' ? 1 : 0;
    s.n -= s.n > 0 && s.p[s.n - 1] == '\r' ? 1 : 0;
    return s;
}

static enum status read_file(struct str file, bool answers_only,
                             struct answer_sink sink, struct answer_file *whole,
                             struct diag *d)
{
    if (file.n == 0) {
        diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
        return diag_hint(d, "%s", ask_again);
    }
    bool one_line = is_one_line(file);
    struct nacha_reader r = {
        .file = one_line ? without_line_end(file) : file,
        .answers_only = answers_only,
        .one_line = one_line,
        .sink = sink,
        .whole = {.rest = PAYMENT_NONE},
    };
    TRY(read_all(&r, d));
    *whole = r.whole;
    return ST_OK;
}

enum status nacha_read(const struct payment_format *f, struct str file,
                       struct answer_sink sink, struct answer_file *whole,
                       struct diag *d)
{
    (void)f;
    return read_file(file, false, sink, whole, d);
}

enum status nacha_read_answer(const struct payment_format *f, struct str file,
                              struct answer_sink sink, struct answer_file *whole,
                              struct diag *d)
{
    TRY(read_file(file, true, sink, whole, d));
    whole->rest = f == &nacha_absent_paid ? PAYMENT_PAID : PAYMENT_NONE;
    return ST_OK;
}
