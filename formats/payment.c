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
#include "formats/camt.h"
#include "formats/nacha.h"
#include "formats/pain001.h"
#include "formats/pain002.h"
#include "formats/profile.h"

#define ACCOUNT_MAX 34 /* ISO 20022 Max34Text */
/* ISO 20022: CtrlSum and InstdAmt have 18 digits, NbOfTxs 15. */
#define TOTAL_FEN_MAX INT64_C(999999999999999999)
#define COUNT_MAX UINT64_C(999999999999999)

static const char *const status_names[] = {
    [PAYMENT_PAID] = "paid",         [PAYMENT_REJECTED] = "rejected",
    [PAYMENT_RETURNED] = "returned", [PAYMENT_PENDING] = "pending",
    [PAYMENT_UNKNOWN] = "unknown",   [PAYMENT_NONE] = "none",
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

/* Further codes of the ISO external lists that say the same to us. Not AC16, which is a
 * bad card number in one list and a sequestration in the other. */
static const struct iso_alias {
    const char *code;
    enum payment_reason reason;
} iso_aliases[] = {
    {"AC03", REASON_ACCOUNT_INVALID}, /* creditor account number invalid */
    {"AC07", REASON_ACCOUNT_CLOSED},  /* creditor account number closed */
    {"AC12", REASON_ACCOUNT_KIND},    /* account type invalid */
    {"AC14", REASON_ACCOUNT_KIND},    /* creditor account type invalid */
    {"AC15", REASON_ACCOUNT_INVALID}, /* account details have changed */
    {"AG03", REASON_ACCOUNT_KIND},    /* transaction not supported on this account */
    {"AM13", REASON_AMOUNT_LIMIT},    /* limit of the clearing system */
    {"AM14", REASON_AMOUNT_LIMIT},    /* limit agreed with the client */
    {"AM21", REASON_AMOUNT_LIMIT},    /* the same */
    {"AM23", REASON_AMOUNT_LIMIT},    /* settlement limit */
    {"SL15", REASON_AMOUNT_LIMIT},    /* number of credits in a period */
    {"SL16", REASON_AMOUNT_LIMIT},    /* sum of credits in a period */
    {"AG07", REASON_FUNDS},           /* debtor account cannot be debited */
    {"BE06", REASON_NAME_MISMATCH},   /* customer not known at this bank */
    {"BE21", REASON_NAME_MISMATCH},   /* name missing or invalid */
    {"BE22", REASON_NAME_MISMATCH},   /* creditor name missing */
    {"UCRD", REASON_NAME_MISMATCH},   /* unknown creditor */
    {"DU01", REASON_DUPLICATE},       /* message id is not unique */
    {"DU02", REASON_DUPLICATE},       /* payment information id is not unique */
    {"DU03", REASON_DUPLICATE},       /* transaction is not unique */
    {"DU04", REASON_DUPLICATE},       /* end-to-end id is not unique */
    {"DU05", REASON_DUPLICATE},       /* instruction id is not unique */
    {"DUPL", REASON_DUPLICATE},       /* duplicate of another payment */
    {"AGNT", REASON_BANK_CODE},       /* agent incorrect */
    {"AC08", REASON_BANK_CODE},       /* branch code invalid */
    {"CNOR", REASON_BANK_CODE},       /* creditor bank not registered */
    {"RC02", REASON_BANK_CODE},       /* bank identifier invalid */
    {"RC04", REASON_BANK_CODE},       /* creditor bank identifier invalid */
    {"RC05", REASON_BANK_CODE},       /* BIC invalid */
    {"RC07", REASON_BANK_CODE},       /* creditor BIC invalid */
    {"RC08", REASON_BANK_CODE},       /* clearing system member id invalid */
    {"RC10", REASON_BANK_CODE},       /* creditor clearing system member id invalid */
    {"AM07", REASON_REGULATORY},      /* blocked by regulatory authorities */
    {"NOCM", REASON_REGULATORY},      /* account not compliant with requirements */
    {"RR01", REASON_REGULATORY},      {"RR02", REASON_REGULATORY},
    {"RR03", REASON_REGULATORY},      {"RR05", REASON_REGULATORY},
    {"RR12", REASON_REGULATORY},
};

static const enum payment_remedy remedies[REASON_COUNT] = {
    [REASON_NONE] = REMEDY_NONE,
    [REASON_ACCOUNT_INVALID] = REMEDY_CORRECT_ACCOUNT,
    [REASON_ACCOUNT_CLOSED] = REMEDY_CORRECT_ACCOUNT,
    [REASON_ACCOUNT_BLOCKED] = REMEDY_CORRECT_ACCOUNT,
    [REASON_ACCOUNT_KIND] = REMEDY_CORRECT_ACCOUNT,
    [REASON_NAME_MISMATCH] = REMEDY_CORRECT_ACCOUNT,
    [REASON_HOLDER_DEAD] = REMEDY_STOP,
    [REASON_BANK_CODE] = REMEDY_CORRECT_ACCOUNT,
    [REASON_AMOUNT_LIMIT] = REMEDY_ASK,
    [REASON_FUNDS] = REMEDY_RETRY,
    [REASON_DUPLICATE] = REMEDY_ASK, /* was it paid before? never simply again */
    [REASON_REGULATORY] = REMEDY_ASK,
    [REASON_OTHER] = REMEDY_ASK,
};

static const struct remedy_words {
    const char *text;
    const char *zh;
} remedy_table[] = {
    [REMEDY_NONE] = {"nothing", "无"},
    [REMEDY_RETRY] = {"see to the funds, then pay again", "备足资金后重发"},
    [REMEDY_CORRECT_ACCOUNT] = {"correct account, name or bank code, then pay again",
                                "更正账号、户名或行号后重发"},
    [REMEDY_STOP] = {"do not pay again; look into the person's record",
                     "停止重发，核查人员状况"},
    [REMEDY_ASK] = {"ask the bank, then decide", "向银行核实后再定"},
};

/* Those that are code; the others are the profiles that come with the program. */
static const struct payment_format *const format_list[] = {
    &pain001_v09,
    &pain001_v03,
    &nacha_format,
    /* Only read: */
    &nacha_absent_paid,
    &pain001_any,
    &pain002_format,
    &camt053_format,
    &camt054_format,
};

const char *payment_status_name(enum payment_status s)
{
    must((unsigned)s <= PAYMENT_NONE);
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

enum payment_remedy payment_reason_remedy(enum payment_reason r)
{
    must((unsigned)r < REASON_COUNT);
    return remedies[r];
}

const char *payment_remedy_text(enum payment_remedy m)
{
    must((unsigned)m <= REMEDY_ASK);
    return remedy_table[m].text;
}

const char *payment_remedy_zh(enum payment_remedy m)
{
    must((unsigned)m <= REMEDY_ASK);
    return remedy_table[m].zh;
}

const struct payment_format *payment_format_find(struct str name)
{
    for (size_t i = 0; i < sizeof format_list / sizeof format_list[0]; i++) {
        if (str_is(name, format_list[i]->name)) {
            return format_list[i];
        }
    }
    const struct profile_shipped *shipped = profile_shipped_find(name);
    return shipped != NULL ? profile_shipped_format(shipped) : NULL;
}

#define FORMATS_MAX 64

const struct payment_format *const *payment_formats(size_t *count)
{
    static const struct payment_format *all[FORMATS_MAX];
    size_t n = sizeof format_list / sizeof format_list[0];
    size_t shipped_count = 0;
    const struct profile_shipped *shipped = profile_shipped(&shipped_count);
    must(n + shipped_count <= FORMATS_MAX);
    for (size_t i = 0; i < n; i++) {
        all[i] = format_list[i];
    }
    for (size_t i = 0; i < shipped_count; i++) {
        all[n + i] = profile_shipped_format(&shipped[i]);
    }
    *count = n + shipped_count;
    return all;
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

const char *payment_currency(const struct payment_format *f)
{
    return f->currency != NULL ? f->currency : "CNY";
}

static const struct payment_banks *banks_of(const struct payment_format *f)
{
    static const struct payment_banks cnaps = {
        "CNAPS code", "a CNAPS code has 12 digits, the last one checks", cnaps_valid};
    return f->banks != NULL ? f->banks : &cnaps;
}

enum status payment_bank_check(const struct payment_format *f, struct str code,
                               struct diag *d)
{
    const struct payment_banks *banks = banks_of(f);
    if (banks->valid(code)) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "bank-code", "\"%.*s\" is not a valid %s", STR_ARG(code),
              banks->name);
    return diag_hint(d, "%s", banks->rule);
}

struct str payment_setting(const struct payment_head *head, const char *name)
{
    for (size_t i = 0; i < head->setting_count; i++) {
        if (str_is(head->settings[i].name, name)) {
            return head->settings[i].value;
        }
    }
    return str_of("");
}

bool payment_is_token(struct str s, size_t max)
{
    return is_token(s, max);
}

static enum status head_check_payer(const struct payment_format *f,
                                    const struct payment_head *head, struct diag *d)
{
    if (head->payer_name.n == 0) {
        return diag_fail(d, ST_INPUT, "payer-name", "the payer has no name");
    }
    if (!is_token(head->payer_account, ACCOUNT_MAX)) {
        diag_fail(d, ST_INPUT, "payer-account",
                  "the payer's account is not 1 to %d letters and digits", ACCOUNT_MAX);
        return diag_hint(d, "correct the account of the channel");
    }
    if (!banks_of(f)->valid(head->payer_bank)) {
        diag_fail(d, ST_INPUT, "payer-bank",
                  "the payer's bank code \"%.*s\" is not a valid %s",
                  STR_ARG(head->payer_bank), banks_of(f)->name);
        return diag_hint(d, "correct the bank code of the channel");
    }
    return ST_OK;
}

/* A format of the money and the banks of China. */
static const struct payment_format chinese = {.variants = 1};

enum status payment_head_check(const struct payment_head *head, struct diag *d)
{
    return payment_head_check_for(&chinese, head, d);
}

enum status payment_head_check_for(const struct payment_format *f,
                                   const struct payment_head *head, struct diag *d)
{
    if (!is_token(head->message_id, PAYMENT_ID_MAX)) {
        return diag_fail(d, ST_INPUT, "message-id",
                         "the message id is not 1 to %d letters and digits",
                         PAYMENT_ID_MAX);
    }
    if (!str_is(head->currency, payment_currency(f))) {
        return diag_fail(d, ST_INPUT, "currency", "currency \"%.*s\" is not %s",
                         STR_ARG(head->currency), payment_currency(f));
    }
    if (head->count == 0 || head->count > COUNT_MAX) {
        return diag_fail(d, ST_INPUT, "count",
                         "a payment file takes 1 to 999999999999999 payments");
    }
    if (head->total_fen <= 0 || head->total_fen > TOTAL_FEN_MAX) {
        return diag_fail(d, ST_INPUT, "total",
                         "a payment file takes 1 to 999999999999999999 fen");
    }
    return head_check_payer(f, head, d);
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
    return payment_check_for(&chinese, p, d);
}

enum status payment_check_for(const struct payment_format *f, const struct payment *p,
                              struct diag *d)
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
    if (p->bank.n > 0 && payment_bank_check(f, p->bank, d) != ST_OK) {
        return diag_where(d, "payment %.*s", STR_ARG(p->id));
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

/* ---- places ---- */

bool answer_place(const struct answer *a, enum answer_part part,
                  struct answer_place *out)
{
    if (a->find != NULL) {
        a->find(a->find_ctx, part, out);
    }
    return a->find != NULL;
}

uint64_t answer_file_line(const struct answer *a)
{
    struct answer_place p;
    return answer_place(a, ANSWER_WHOLE, &p) ? p.line : 0;
}

enum status answer_where(const struct answer *a, enum answer_part part, struct diag *d)
{
    struct answer_place p;
    return !answer_place(a, part, &p)
               ? d->status
               : diag_where(d, "%s %llu, column %llu", p.sheet ? "row" : "line",
                            (unsigned long long)p.line, (unsigned long long)p.column);
}
