/* profile_value.c - texts of fields become values: those of a payment or of what became
 * of it, and those of the file as a whole.
 *
 * It must never repair: figures of full width, signs, blanks, a third decimal are told
 * with their place, and nothing of such a file is taken in. */
#include <string.h>

#include "base/capital.h"
#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/profile_file_private.h"

#define ACCOUNT_MAX 34

static struct str value_of(const struct file_reader *r, size_t i)
{
    return r->cut.value[i];
}

/* ---- forms ---- */

static bool parse_fen(enum profile_as as, bool sheet, struct str s, int64_t *out)
{
    uint64_t fen = 0;
    if (as == AS_YUAN) {
        return sheet ? money_parse_loose(s, out) : money_parse(s, out);
    }
    if (!text_u64(s, 0, INT64_MAX, &fen)) {
        return false;
    }
    *out = (int64_t)fen;
    return true;
}

static bool parse_day(enum profile_as as, struct str s, int32_t *out)
{
    char text[DATE_TEXT_CAP] = "20";
    switch (as) {
    case AS_DAY_COMPACT:
        return date_parse_compact(s, out);
    case AS_DAY_HYPHEN:
        return date_parse(s, out);
    case AS_DAY_SLASH:
        if (s.n != 10 || s.p[4] != '/' || s.p[7] != '/') {
            return false;
        }
        memcpy(text, s.p, s.n);
        text[4] = '-';
        text[7] = '-';
        return date_parse(str_make(text, s.n), out);
    case AS_DAY_SHORT:
        if (s.n != 6) {
            return false;
        }
        memcpy(text + 2, s.p, s.n);
        return date_parse_compact(str_make(text, 8), out);
    case AS_PLAIN:
    case AS_FEN:
    case AS_YUAN:
    case AS_CAPITAL:
    case AS_TIME:
        break;
    }
    return false;
}

/* HHmmss. */
static bool is_time(struct str s)
{
    return s.n == 6 && text_all_digits(s) && memcmp(s.p, "24", 2) < 0 && s.p[2] < '6' &&
           s.p[4] < '6';
}

static const char *amount_form(enum profile_as as)
{
    return as == AS_CAPITAL ? "capitals"
           : as == AS_YUAN  ? "yuan with two decimals"
                            : "fen";
}

static enum status fail_value(const struct file_reader *r, size_t i, const char *code,
                              const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, code, "\"%.*s\" is not %s", STR_ARG(value_of(r, i)), what);
    return profile_fail_at(r, r->cut.at[i], d);
}

/* ---- what the file says of itself ---- */

static enum status say_count(struct file_reader *r, const struct profile_field *f,
                             size_t i, struct answer *a, struct diag *d)
{
    (void)f;
    (void)a;
    uint64_t n = 0;
    if (!text_u64(value_of(r, i), 0, UINT64_MAX, &n)) {
        return fail_value(r, i, "head", "a number of payments", d);
    }
    if (r->said.has_count && r->said.count != n) {
        return fail_value(r, i, "totals", "the count that the file said before", d);
    }
    r->said.has_count = true;
    r->said.count = n;
    return ST_OK;
}

/* The amount in field i, in whatever form; `code` when it is none, or below `min`. */
static enum status value_fen(const struct file_reader *r, const struct profile_field *f,
                             size_t i, int64_t min, const char *code, int64_t *fen,
                             struct diag *d)
{
    struct str s = value_of(r, i);
    size_t at = r->cut.at[i];
    size_t bad_at = 0;
    if (f->as == AS_CAPITAL) {
        if (capital_parse(s, fen, &bad_at, d) != ST_OK) {
            return profile_fail_at(r, r->layout->sheet ? at : at + bad_at, d);
        }
    } else if (!parse_fen(f->as, r->layout->sheet, s, fen)) {
        *fen = -1;
    }
    if (*fen >= min) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, code, "\"%.*s\" is not an amount%s in %s", STR_ARG(s),
              min > 0 ? " above zero" : "", amount_form(f->as));
    return profile_fail_at(r, at, d);
}

static enum status say_total(struct file_reader *r, const struct profile_field *f,
                             size_t i, struct answer *a, struct diag *d)
{
    (void)a;
    int64_t fen = 0;
    TRY(value_fen(r, f, i, 0, "head", &fen, d));
    if (r->said.has_total && r->said.total_fen != fen) {
        return fail_value(r, i, "totals", "the total that the file said before", d);
    }
    r->said.has_total = true;
    r->said.total_fen = fen;
    return ST_OK;
}

static enum status say_day(struct file_reader *r, const struct profile_field *f,
                           size_t i, struct answer *a, struct diag *d)
{
    (void)a;
    int32_t day = 0;
    if (f->as == AS_TIME) {
        return is_time(value_of(r, i)) ? ST_OK
                                       : fail_value(r, i, "date", "a time HHmmss", d);
    }
    if (!parse_day(f->as, value_of(r, i), &day)) {
        return fail_value(r, i, "date", "a day in the form of the profile", d);
    }
    if (f->word != WORD_PAY_DAY) {
        return ST_OK;
    }
    if (r->said.pay_day != 0 && r->said.pay_day != day) {
        return fail_value(r, i, "date", "the day that the file said before", d);
    }
    if (r->said.pay_day == 0) {
        r->said.pay_day = day;
        r->said.pay_day_line = r->line;
        r->said.pay_day_column = profile_column(r, r->cut.at[i]);
    }
    return ST_OK;
}

static enum status say_message_id(struct file_reader *r, const struct profile_field *f,
                                  size_t i, struct answer *a, struct diag *d)
{
    (void)f;
    (void)a;
    if (!str_copy(value_of(r, i), r->said.message_id, sizeof r->said.message_id)) {
        return fail_value(r, i, "head", "a message id of at most 35 bytes", d);
    }
    return ST_OK;
}

/* ---- of one payment ---- */

static enum status take_literal(struct file_reader *r, const struct profile_field *f,
                                size_t i, bool of_head, struct diag *d)
{
    struct str s = value_of(r, i);
    bool left_out = s.n == 0 && f->only_with != WORD_TEXT;
    if (left_out || str_eq(s, profile_cut_padding(f, f->text))) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, of_head ? "head" : "literal",
              "\"%.*s\" stands where the profile has \"%.*s\"", STR_ARG(s),
              STR_ARG(f->text));
    profile_fail_at(r, r->cut.at[i], d);
    return diag_hint(d, "is this the bank's file of this kind, and not another, or the "
                        "one that was sent?");
}

static enum status take_id(struct file_reader *r, const struct profile_field *f,
                           size_t i, struct answer *a, struct diag *d)
{
    (void)f;
    if (!payment_is_token(value_of(r, i), PAYMENT_ID_MAX)) {
        return fail_value(r, i, "serial",
                          "a serial number of 1 to 35 letters, digits "
                          "and - . / _ :",
                          d);
    }
    a->id = value_of(r, i);
    return ST_OK;
}

static enum status take_account(struct file_reader *r, const struct profile_field *f,
                                size_t i, struct answer *a, struct diag *d)
{
    if (!payment_is_token(value_of(r, i), ACCOUNT_MAX)) {
        return fail_value(r, i, "account",
                          "an account of 1 to 34 letters, digits and "
                          "- . / _ :",
                          d);
    }
    *(f->word == WORD_ACCOUNT ? &a->account : &a->new_account) = value_of(r, i);
    return ST_OK;
}

static enum status take_number(struct file_reader *r, const struct profile_field *f,
                               size_t i, struct answer *a, struct diag *d)
{
    uint64_t n = 0;
    if (!text_u64(value_of(r, i), 1, UINT64_MAX, &n)) {
        return fail_value(r, i, "number", "a number from 1", d);
    }
    if (f->word == WORD_NUMBER) {
        a->number = n;
    }
    return ST_OK;
}

static enum status take_amount(struct file_reader *r, const struct profile_field *f,
                               size_t i, struct answer *a, struct diag *d)
{
    int64_t fen = 0;
    TRY(value_fen(r, f, i, 1, "amount", &fen, d));
    if (a->amount_fen != 0 && a->amount_fen != fen) {
        return fail_value(r, i, "amount", "the amount that stands before it", d);
    }
    a->amount_fen = fen;
    return ST_OK;
}

static enum status take_paid(struct file_reader *r, const struct profile_field *f,
                             size_t i, struct answer *a, struct diag *d)
{
    (void)a;
    int64_t fen = 0;
    if (!parse_fen(f->as, r->layout->sheet, value_of(r, i), &fen) || fen < 0) {
        diag_fail(d, ST_INPUT, "amount", "\"%.*s\" is not an amount in %s",
                  STR_ARG(value_of(r, i)), amount_form(f->as));
        return profile_fail_at(r, r->cut.at[i], d);
    }
    r->has_paid = true;
    r->paid_fen = fen;
    r->paid_at = i;
    return ST_OK;
}

static enum status take_currency(struct file_reader *r, const struct profile_field *f,
                                 size_t i, struct answer *a, struct diag *d)
{
    (void)f;
    struct str s = value_of(r, i);
    if (!str_eq(s, r->profile->currency) && !str_is(s, "156")) {
        return fail_value(r, i, "currency", "the currency of the profile", d);
    }
    a->currency = r->profile->currency;
    return ST_OK;
}

static enum status take_name(struct file_reader *r, const struct profile_field *f,
                             size_t i, struct answer *a, struct diag *d)
{
    (void)f;
    (void)d;
    a->name = value_of(r, i);
    return ST_OK;
}

/* Codes of banks are not checked here: nothing is found by them. */
static enum status take_bank(struct file_reader *r, const struct profile_field *f,
                             size_t i, struct answer *a, struct diag *d)
{
    (void)d;
    *(f->word == WORD_BANK ? &a->bank : &a->new_bank) = value_of(r, i);
    return ST_OK;
}

static enum status take_result(struct file_reader *r, const struct profile_field *f,
                               size_t i, struct answer *a, struct diag *d)
{
    (void)a;
    (void)d;
    *(f->word == WORD_RESULT ? &r->result : &r->words) = value_of(r, i);
    return ST_OK;
}

struct taker { /* of the value of a field */
    enum status (*take)(struct file_reader *r, const struct profile_field *f, size_t i,
                        struct answer *a, struct diag *d);
};

/* Words of the whole file may stand in any line, those of a payment in its own only.
 * What is in neither table says nothing that could be held against anything. */
static const struct taker head_takers[WORD_LAST + 1] = {
    [WORD_COUNT] = {say_count},           [WORD_TOTAL] = {say_total},
    [WORD_MESSAGE_ID] = {say_message_id}, [WORD_PAY_DAY] = {say_day},
    [WORD_CREATED] = {say_day},
};

static const struct taker takers[WORD_LAST + 1] = {
    [WORD_ID] = {take_id},
    [WORD_NUMBER] = {take_number},
    [WORD_NTH_OF_ACCOUNT] = {take_number},
    [WORD_ACCOUNT] = {take_account},
    [WORD_NEW_ACCOUNT] = {take_account},
    [WORD_NAME] = {take_name},
    [WORD_BANK] = {take_bank},
    [WORD_NEW_BANK] = {take_bank},
    [WORD_AMOUNT] = {take_amount},
    [WORD_PAID_AMOUNT] = {take_paid},
    [WORD_CURRENCY] = {take_currency},
    [WORD_RESULT] = {take_result},
    [WORD_RESULT_TEXT] = {take_result},
};

/* ---- a field, a line ---- */

static bool is_empty(const struct profile_field *f, struct str s)
{
    return s.n == 0 || (f->when_empty.n > 0 && str_eq(s, f->when_empty));
}

/* The code of a value that must be there; those of the others that are wrong. */
static const char *const empty_codes[WORD_LAST + 1] = {
    [WORD_ID] = "serial",     [WORD_ACCOUNT] = "account", [WORD_AMOUNT] = "amount",
    [WORD_NUMBER] = "number", [WORD_COUNT] = "head",      [WORD_TOTAL] = "head",
};

static enum status take_field(struct file_reader *r, const struct profile_field *f,
                              size_t i, struct answer *a, struct diag *d)
{
    if (f->word == WORD_TEXT) {
        return take_literal(r, f, i, a == NULL, d);
    }
    if (f->word == WORD_IGNORED) {
        return ST_OK;
    }
    if (f->word == WORD_RESULT || (f->word == WORD_RESULT_TEXT && r->result_at == 0)) {
        r->result_at = i;
    }
    if (is_empty(f, value_of(r, i))) {
        if (f->empty_ok) {
            return ST_OK;
        }
        const char *code = empty_codes[f->word];
        diag_fail(d, ST_INPUT, code != NULL ? code : "empty-field", "\"%s\" is empty",
                  profile_word_name(f->word));
        return profile_fail_at(r, r->cut.at[i], d);
    }
    if (head_takers[f->word].take != NULL) {
        return head_takers[f->word].take(r, f, i, a, d);
    }
    bool taken = a != NULL && takers[f->word].take != NULL;
    return taken ? takers[f->word].take(r, f, i, a, d) : ST_OK;
}

static enum status find_result(struct file_reader *r, struct answer *a, struct diag *d)
{
    const struct profile_answer *answer = &r->profile->answer;
    for (size_t i = 0; i < answer->result_count; i++) {
        const struct profile_result *known = &answer->results[i];
        bool any =
            known->code.n == 0 || (known->code.n == 1 && known->code.p[0] == '*');
        bool code = any || str_eq(known->code, r->result);
        bool words =
            known->text.n == 0 || profile_find_text(r->words, known->text) != NULL;
        if (code && words) {
            a->code = r->result;
            a->text = r->words;
            a->status = known->status;
            a->reason = known->reason;
            return ST_OK;
        }
    }
    struct str s = r->result.n > 0 || r->words.n == 0 ? r->result : r->words;
    diag_fail(d, ST_INPUT, "unknown-code", "result \"%.*s\" is not known", STR_ARG(s));
    profile_fail_at(r, r->cut.at[r->result_at], d);
    return diag_hint(d, "ask the bank what it means, and add it to the profile's "
                        "`results`");
}

/* A bank that says both what it paid and that it did must not contradict itself. */
static enum status check_paid(const struct file_reader *r, const struct answer *a,
                              struct diag *d)
{
    int64_t want = a->status == PAYMENT_PAID ? a->amount_fen : 0;
    if (!r->has_paid || r->paid_fen == want ||
        (a->status == PAYMENT_RETURNED && r->paid_fen == a->amount_fen)) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "paid-amount",
              "the amount paid contradicts the result, which says %s",
              payment_status_name(a->status));
    return profile_fail_at(r, r->cut.at[r->paid_at], d);
}

enum status profile_take_line(struct file_reader *r, const struct profile_line *shape,
                              uint64_t number, struct answer *a, struct diag *d)
{
    must((number == 0) == (a == NULL));
    struct str none = str_make(NULL, 0);
    r->result = none;
    r->words = none;
    r->has_paid = false;
    r->result_at = 0;
    for (size_t i = 0; i < shape->count; i++) {
        TRY(take_field(r, &shape->fields[i], i, a, d));
    }
    if (a == NULL) {
        return ST_OK;
    }
    if (r->is_answer) {
        TRY(find_result(r, a, d));
        return check_paid(r, a, d);
    }
    if (a->number != 0 && a->number != number) {
        diag_fail(d, ST_INPUT, "number", "this is line %llu of the payments, not %llu",
                  (unsigned long long)number, (unsigned long long)a->number);
        return profile_fail_line(r, profile_ask_again, d);
    }
    a->number = number;
    return ST_OK;
}

bool profile_value_plausible(const struct file_reader *r,
                             const struct profile_field *field, struct str value)
{
    int64_t fen = 0;
    uint64_t n = 0;
    enum profile_word w = field->word;
    if (w == WORD_TEXT) {
        return str_eq(value, profile_cut_padding(field, field->text)) ||
               (value.n == 0 && field->only_with != WORD_TEXT);
    }
    if (w == WORD_AMOUNT || w == WORD_TOTAL) {
        return field->as == AS_CAPITAL ||
               parse_fen(field->as, r->layout->sheet, value, &fen);
    }
    if (w == WORD_NUMBER || w == WORD_COUNT) {
        return text_u64(value, 0, UINT64_MAX, &n);
    }
    return w != WORD_ACCOUNT || payment_is_token(value, ACCOUNT_MAX);
}
