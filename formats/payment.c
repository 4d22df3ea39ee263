/* payment.c - what all payment formats share: our words for states and reasons, their
 * ISO 20022 codes, the checks of a head and of a payment, and the list of formats.
 *
 * It must never be lenient: a text that a bank would read in another way than we wrote
 * it (blanks in an account, a wrong bank code) is refused here. */
#include "formats/payment.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ident.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/pain001.h"
#include "formats/pipe.h"

#define ACCOUNT_MAX 34 /* ISO 20022 Max34Text */
/* ISO 20022: CtrlSum and InstdAmt have 18 digits, NbOfTxs 15. */
#define TOTAL_FEN_MAX INT64_C(999999999999999999)
#define COUNT_MAX UINT64_C(999999999999999)

static const char *const status_names[] = {
    [PAYMENT_PAID] = "paid",         [PAYMENT_REJECTED] = "rejected",
    [PAYMENT_RETURNED] = "returned", [PAYMENT_PENDING] = "pending",
    [PAYMENT_UNKNOWN] = "unknown",
};

static const struct reason_words {
    const char *name;
    const char *zh;
    const char *iso;
} reason_table[REASON_COUNT] = {
    [REASON_NONE] = {"none", "无", ""},
    [REASON_ACCOUNT_INVALID] = {"account-invalid", "账号有误或不存在", "AC01"},
    [REASON_ACCOUNT_CLOSED] = {"account-closed", "账户已销户", "AC04"},
    [REASON_ACCOUNT_BLOCKED] = {"account-blocked", "账户已冻结", "AC06"},
    [REASON_ACCOUNT_KIND] = {"account-kind", "账户类型不能入账", "AG01"},
    [REASON_NAME_MISMATCH] = {"name-mismatch", "户名不符", "BE01"},
    [REASON_HOLDER_DEAD] = {"holder-dead", "持有人死亡", "MD07"},
    [REASON_BANK_CODE] = {"bank-code", "行号有误", "RC01"},
    [REASON_AMOUNT_LIMIT] = {"amount-limit", "金额超过限额", "AM02"},
    [REASON_FUNDS] = {"funds", "付款账户余额不足", "AM04"},
    [REASON_DUPLICATE] = {"duplicate", "重复付款", "AM05"},
    [REASON_REGULATORY] = {"regulatory", "监管原因", "RR04"},
    [REASON_OTHER] = {"other", "其他原因", "MS03"},
};

/* Further codes of the ISO external lists that say the same to us. */
static const struct iso_alias {
    const char *code;
    enum payment_reason reason;
} iso_aliases[] = {
    {"AC03", REASON_ACCOUNT_INVALID}, /* creditor account number invalid */
    {"AC07", REASON_ACCOUNT_CLOSED},  /* creditor account number closed */
    {"AM14", REASON_AMOUNT_LIMIT},    /* limit agreed with the client */
    {"AM13", REASON_AMOUNT_LIMIT},    /* limit of the clearing system */
    {"BE22", REASON_NAME_MISMATCH},   /* creditor name missing */
    {"DU03", REASON_DUPLICATE},       /* transaction is not unique */
    {"DU04", REASON_DUPLICATE},       /* end-to-end id is not unique */
    {"DUPL", REASON_DUPLICATE},       /* duplicate of another payment */
    {"RC02", REASON_BANK_CODE},       /* bank identifier invalid */
    {"RC04", REASON_BANK_CODE},       /* creditor bank identifier invalid */
    {"RC08", REASON_BANK_CODE},       /* clearing system member id invalid */
    {"RR01", REASON_REGULATORY},      {"RR02", REASON_REGULATORY},
    {"RR03", REASON_REGULATORY},
};

static const struct payment_format *const format_list[] = {
    &pain001_v09,
    &pipe_same_bank,
    &pipe_other_bank,
};

const char *payment_status_name(enum payment_status s)
{
    must((unsigned)s <= PAYMENT_UNKNOWN);
    return status_names[s];
}

const char *payment_reason_name(enum payment_reason r)
{
    must((unsigned)r < REASON_COUNT);
    return reason_table[r].name;
}

const char *payment_reason_zh(enum payment_reason r)
{
    must((unsigned)r < REASON_COUNT);
    return reason_table[r].zh;
}

const char *payment_reason_iso(enum payment_reason r)
{
    must((unsigned)r < REASON_COUNT);
    return reason_table[r].iso;
}

bool payment_reason_parse(struct str name, enum payment_reason *out)
{
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        if (str_is(name, reason_table[i].name)) {
            *out = (enum payment_reason)i;
            return true;
        }
    }
    return false;
}

enum payment_reason payment_reason_of_iso(struct str code)
{
    for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        if (str_is(code, reason_table[i].iso)) {
            return (enum payment_reason)i;
        }
    }
    for (size_t i = 0; i < sizeof iso_aliases / sizeof iso_aliases[0]; i++) {
        if (str_is(code, iso_aliases[i].code)) {
            return iso_aliases[i].reason;
        }
    }
    return REASON_OTHER;
}

const struct payment_format *payment_format_find(struct str name)
{
    for (size_t i = 0; i < sizeof format_list / sizeof format_list[0]; i++) {
        if (str_is(name, format_list[i]->name)) {
            return format_list[i];
        }
    }
    return NULL;
}

const struct payment_format *const *payment_formats(size_t *count)
{
    *count = sizeof format_list / sizeof format_list[0];
    return format_list;
}

/* What ids and accounts are made of: neither XML nor a "|" file has to escape it. */
static const uint8_t token_bytes[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1,
    ['7'] = 1, ['8'] = 1, ['9'] = 1, ['-'] = 1, ['.'] = 1, ['/'] = 1, ['_'] = 1,
    [':'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1,
    ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1,
    ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1,
    ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
    ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1,
    ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1,
    ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1,
};

static bool is_token(struct str s, size_t max)
{
    if (s.n == 0 || s.n > max) {
        return false;
    }
    uint8_t all = 1;
    for (size_t i = 0; i < s.n; i++) {
        all &= token_bytes[(uint8_t)s.p[i]];
    }
    return all == 1;
}

static enum status head_check_payer(const struct payment_head *head, struct diag *d)
{
    if (head->payer_name.n == 0) {
        return diag_fail(d, ST_INPUT, "payer-name", "the payer has no name");
    }
    if (!is_token(head->payer_account, ACCOUNT_MAX)) {
        diag_fail(d, ST_INPUT, "payer-account",
                  "the payer's account is not 1 to %d letters and digits", ACCOUNT_MAX);
        return diag_hint(d, "correct the account of the channel");
    }
    if (!cnaps_valid(head->payer_bank)) {
        diag_fail(d, ST_INPUT, "payer-bank",
                  "the payer's bank code \"%.*s\" is not a valid CNAPS code",
                  STR_ARG(head->payer_bank));
        return diag_hint(d, "correct the bank code of the channel");
    }
    return ST_OK;
}

enum status payment_head_check(const struct payment_head *head, struct diag *d)
{
    if (!is_token(head->message_id, PAYMENT_ID_MAX)) {
        return diag_fail(d, ST_INPUT, "message-id",
                         "the message id is not 1 to %d letters and digits",
                         PAYMENT_ID_MAX);
    }
    if (!str_is(head->currency, "CNY")) {
        return diag_fail(d, ST_INPUT, "currency", "currency \"%.*s\" is not CNY",
                         STR_ARG(head->currency));
    }
    if (head->count == 0 || head->count > COUNT_MAX) {
        return diag_fail(d, ST_INPUT, "count",
                         "a payment file takes 1 to 999999999999999 payments");
    }
    if (head->total_fen <= 0 || head->total_fen > TOTAL_FEN_MAX) {
        return diag_fail(d, ST_INPUT, "total",
                         "a payment file takes 1 to 999999999999999999 fen");
    }
    return head_check_payer(head, d);
}

enum status payment_fail(struct diag *d, const struct payment *p, const char *code,
                         const char *fmt, ...)
{
    char what[sizeof d->what];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    diag_fail(d, ST_INPUT, code, "%s", what);
    return diag_where(d, "payment %.*s", STR_ARG(p->id));
}

enum status payment_check(const struct payment *p, struct diag *d)
{
    if (!is_token(p->id, PAYMENT_ID_MAX)) {
        return payment_fail(d, p, "payment-id",
                            "the payment's id is not 1 to %d letters and digits",
                            PAYMENT_ID_MAX);
    }
    if (p->amount_fen <= 0 || p->amount_fen > TOTAL_FEN_MAX) {
        return payment_fail(d, p, "amount", "the amount is not above zero");
    }
    if (p->name.n == 0) {
        return payment_fail(d, p, "name", "the account holder has no name");
    }
    if (!is_token(p->account, ACCOUNT_MAX)) {
        payment_fail(d, p, "account", "the account is not 1 to %d letters and digits",
                     ACCOUNT_MAX);
        return diag_hint(d, "write it with ASCII digits and without blanks");
    }
    if (p->bank.n > 0 && !cnaps_valid(p->bank)) {
        payment_fail(d, p, "bank-code", "\"%.*s\" is not a valid CNAPS code",
                     STR_ARG(p->bank));
        return diag_hint(d, "a CNAPS code has 12 digits, the last one checks");
    }
    return ST_OK;
}

void payment_tally_init(struct payment_tally *t, const struct payment_head *head)
{
    *t = (struct payment_tally){
        .head = {.count = head->count, .total_fen = head->total_fen},
    };
}

enum status payment_tally_add(struct payment_tally *t, const struct payment *p,
                              struct diag *d)
{
    if (!money_add(t->sum.total_fen, p->amount_fen, &t->sum.total_fen)) {
        return payment_fail(d, p, "total", "the total of the file is too large");
    }
    t->sum.count++;
    return ST_OK;
}

enum status payment_tally_check(const struct payment_tally *t, struct diag *d)
{
    if (t->sum.count != t->head.count) {
        return diag_fail(
            d, ST_INTERNAL, "count", "the head says %llu payments, %llu were added",
            (unsigned long long)t->head.count, (unsigned long long)t->sum.count);
    }
    if (t->sum.total_fen != t->head.total_fen) {
        return diag_fail(d, ST_INTERNAL, "total",
                         "the head says %lld fen, %lld were added",
                         (long long)t->head.total_fen, (long long)t->sum.total_fen);
    }
    return ST_OK;
}
