/* pain002.c - the payment status report: statuses of the group, of the payment
 * information and of each transaction, combined into one for each line. It must never
 * say paid unless the bank says that the money has left for good, and never choose
 * between statuses that contradict each other. The tables: docs/formats/iso20022.md. */
#include "formats/pain002.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "formats/iso.h"
#include "formats/xml_peek.h"

/* What a status of any level says. */
enum said {
    SAID_NOTHING,
    SAID_REJECTED,
    SAID_PART,
    SAID_PENDING,
    SAID_PAID,
    SAID_UNKNOWN,
    SAID_CONTRARY /* only as a result */
};
#define SAID_COUNT (SAID_UNKNOWN + 1)

/* External code sets ExternalPaymentGroupStatus1 and ExternalPaymentTransactionStatus1.
 * ACSC counts as paid: it is the last status that most banks send, and it says of the
 * money what a debit in an bank statement says. What comes back later is a return. */
static const struct status_code {
    const char *code;
    enum said said;
    bool group; /* also of a group or a payment information */
    bool transaction;
} status_codes[] = {
    {"ACCC", SAID_PAID, true, true},      /* settled on the payee's account */
    {"ACSC", SAID_PAID, true, true},      /* settled */
    {"CPUC", SAID_PAID, false, true},     /* cash picked up */
    {"RJCT", SAID_REJECTED, true, true},  /* */
    {"CANC", SAID_REJECTED, false, true}, /* cancelled as asked */
    {"PART", SAID_PART, true, false},     /* some accepted, some not */
    {"ACCP", SAID_PENDING, true, true},   /* customer profile checked */
    {"ACTC", SAID_PENDING, true, true},   /* technically valid */
    {"ACSP", SAID_PENDING, true, true},   /* accepted for execution */
    {"ACWC", SAID_PENDING, true, true},   /* accepted with a change */
    {"PDNG", SAID_PENDING, true, true},   /* */
    {"RCVD", SAID_PENDING, true, true},   /* received */
    {"ACFC", SAID_PENDING, false, true},  /* funds checked */
    {"ACFW", SAID_PENDING, false, true},  /* funds checked, confirmation wanted */
    {"ACIS", SAID_PENDING, false, true},  /* cheque issued */
    {"ACPD", SAID_PENDING, false, true},  /* accepted by the clearing */
    {"ACWP", SAID_PENDING, false, true},  /* accepted, not posted to the payee */
    {"PATC", SAID_PENDING, false, true},  /* more authentications wanted */
    {"PRES", SAID_PENDING, false, true},  /* presented */
    {"RCVC", SAID_PENDING, true, true},   /* payee verified, like the next five */
    {"RVCM", SAID_PENDING, true, true},
    {"RVNC", SAID_PENDING, true, true},
    {"RVMC", SAID_PENDING, false, true},
    {"RVNA", SAID_PENDING, false, true},
    {"RVNM", SAID_PENDING, false, true},
    {"BLCK", SAID_UNKNOWN, false, true}, /* neither posted nor given back */
};
#define STATUS_CODES (sizeof status_codes / sizeof status_codes[0])

/* What holds below, when a level says the row and the one below it the column. */
static const enum said combined[SAID_COUNT][SAID_COUNT] = {
    [SAID_NOTHING] = {SAID_NOTHING, SAID_REJECTED, SAID_PART, SAID_PENDING, SAID_PAID,
                      SAID_UNKNOWN},
    [SAID_REJECTED] = {SAID_REJECTED, SAID_REJECTED, SAID_CONTRARY, SAID_CONTRARY,
                       SAID_CONTRARY, SAID_CONTRARY},
    [SAID_PART] = {SAID_PART, SAID_REJECTED, SAID_PART, SAID_PENDING, SAID_PAID,
                   SAID_UNKNOWN},
    [SAID_PENDING] = {SAID_PENDING, SAID_REJECTED, SAID_PART, SAID_PENDING, SAID_PAID,
                      SAID_UNKNOWN},
    [SAID_PAID] = {SAID_PAID, SAID_CONTRARY, SAID_CONTRARY, SAID_PENDING, SAID_PAID,
                   SAID_UNKNOWN},
    [SAID_UNKNOWN] = {SAID_UNKNOWN, SAID_REJECTED, SAID_PART, SAID_PENDING, SAID_PAID,
                      SAID_UNKNOWN},
};

enum {
    ORIGINAL = ISO_OWN, /* OrgnlGrpInfAndSts */
    ORIGINAL_ID,
    ORIGINAL_NAME,
    COUNT,
    SUM,
    STATUS,
    TALLY, /* NbOfTxsPerSts */
    TALLY_COUNT,
    TALLY_STATUS,
    INFORMATION, /* OrgnlPmtInfAndSts */
    TRANSACTION,
    INSTRUCTION_ID,
    END_TO_END_ID,
    REFERENCE, /* OrgnlTxRef */
    AMOUNTS,
    AMOUNT,
    STATES
};

static const struct xml_step steps[] = {
    ISO_STEPS_MESSAGE("CstmrPmtStsRpt"),
    {ISO_MESSAGE, ORIGINAL, "OrgnlGrpInfAndSts"},
    {ORIGINAL, ORIGINAL_ID, "OrgnlMsgId"},
    {ORIGINAL, ORIGINAL_NAME, "OrgnlMsgNmId"},
    {ORIGINAL, COUNT, "OrgnlNbOfTxs"},
    {ORIGINAL, SUM, "OrgnlCtrlSum"},
    {ORIGINAL, STATUS, "GrpSts"},
    {ORIGINAL, ISO_REASON_BLOCK, "StsRsnInf"},
    {ORIGINAL, TALLY, "NbOfTxsPerSts"},
    {TALLY, TALLY_COUNT, "DtldNbOfTxs"},
    {TALLY, TALLY_STATUS, "DtldSts"},
    {ISO_MESSAGE, INFORMATION, "OrgnlPmtInfAndSts"},
    {INFORMATION, COUNT, "OrgnlNbOfTxs"},
    {INFORMATION, SUM, "OrgnlCtrlSum"},
    {INFORMATION, STATUS, "PmtInfSts"},
    {INFORMATION, ISO_REASON_BLOCK, "StsRsnInf"},
    {INFORMATION, TALLY, "NbOfTxsPerSts"},
    {INFORMATION, TRANSACTION, "TxInfAndSts"},
    {TRANSACTION, INSTRUCTION_ID, "OrgnlInstrId"},
    {TRANSACTION, END_TO_END_ID, "OrgnlEndToEndId"},
    {TRANSACTION, STATUS, "TxSts"},
    {TRANSACTION, ISO_REASON_BLOCK, "StsRsnInf"},
    {TRANSACTION, REFERENCE, "OrgnlTxRef"},
    {REFERENCE, AMOUNTS, "Amt"},
    {AMOUNTS, AMOUNT, "InstdAmt"},
    ISO_STEPS_CREDITOR(REFERENCE, REFERENCE),
    ISO_STEPS_REASON,
};

static const uint8_t limits[STATES] = {
    ISO_LIMITS,
    [ORIGINAL_ID] = ISO_ID_CHARS,
    [ORIGINAL_NAME] = ISO_ID_CHARS,
    [COUNT] = ISO_SUM_CHARS,
    [SUM] = ISO_SUM_CHARS,
    [STATUS] = ISO_ID_CHARS,
    [TALLY_COUNT] = ISO_SUM_CHARS,
    [TALLY_STATUS] = ISO_ID_CHARS,
    [INSTRUCTION_ID] = ISO_ID_CHARS,
    [END_TO_END_ID] = ISO_ID_CHARS,
    [AMOUNT] = ISO_AMOUNT_CHARS,
};

/* A group, a payment information, or a transaction. */
struct level {
    const struct status_code *status; /* NULL: none */
    struct iso_reason reason;
    bool has_count;
    bool has_sum;
    uint64_t count; /* stated, of all payments */
    int64_t sum_fen;
    uint64_t stated[STATUS_CODES]; /* of each status, plus 1; 0: not stated */
    uint64_t seen[STATUS_CODES];
    uint64_t lines; /* seen */
    int64_t lines_fen;
    bool all_amounts;
};

struct report {
    struct iso_reader iso;
    struct answer_file *whole;
    struct level group;
    struct level information;
    struct level transaction;
    struct level *at;
    bool has_original;
    struct iso_field message_id;
    struct iso_field message_name;
    uint64_t informations;
    enum said rest; /* of the lines not named, over all payment informations */
    uint64_t tally_count;
    const struct status_code *tally_status;
    bool tally_counted;
    struct iso_field end_to_end_id;
    struct iso_field instruction_id;
    struct iso_amount amount;
    struct iso_payee payee;
};

static void level_clear(struct level *l)
{
    l->status = NULL;
    iso_reason_clear(&l->reason);
    l->has_count = l->has_sum = false;
    l->lines = 0;
    l->lines_fen = 0;
    l->all_amounts = true;
    memset(l->stated, 0, sizeof l->stated);
    memset(l->seen, 0, sizeof l->seen);
}

static enum said said_by(const struct level *l)
{
    return l->status != NULL ? l->status->said : SAID_NOTHING;
}

/* ---- what comes in ---- */

static enum status find_status(const struct report *r, struct str code,
                               bool transaction, const struct status_code **out,
                               struct diag *d)
{
    for (size_t i = 0; i < STATUS_CODES; i++) {
        const struct status_code *s = &status_codes[i];
        if (str_is(code, s->code) && (transaction ? s->transaction : s->group)) {
            *out = s;
            return ST_OK;
        }
    }
    (void)r;
    diag_fail(d, ST_INPUT, "unknown-status", "status \"%.*s\" is not known of a %s",
              STR_ARG(code), transaction ? "transaction" : "group of payments");
    return diag_hint(d, "ask the bank what it means");
}

static enum status out_of_order(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "order",
                     "the element stands behind those it should stand before");
}

static enum status start_information(struct report *r, struct diag *d)
{
    if (!r->has_original) {
        return iso_missing("OrgnlGrpInfAndSts, before this,", d);
    }
    level_clear(&r->information);
    r->at = &r->information;
    return ST_OK;
}

static void start_transaction(struct report *r)
{
    struct level *l = &r->transaction;
    l->status = NULL;
    iso_reason_clear(&l->reason);
    r->at = l;
    memset(r->iso.at, 0, sizeof r->iso.at);
    r->iso.at[ANSWER_WHOLE] = iso_offset(&r->iso);
    r->end_to_end_id.set = r->instruction_id.set = false;
    r->amount.set = false;
    iso_payee_clear(&r->payee);
}

static enum status on_start(void *ctx, unsigned state, struct diag *d)
{
    struct report *r = ctx;
    switch (state) {
    case ORIGINAL:
        if (r->has_original) {
            return iso_repeated(d);
        }
        r->has_original = true;
        r->at = &r->group;
        break;
    case INFORMATION:
        TRY(start_information(r, d));
        break;
    case TRANSACTION:
        start_transaction(r);
        break;
    case STATUS:
    case TALLY:
        /* Lines were given already, by what was said before them. */
        if (r->at != &r->transaction && r->at->lines > 0) {
            return out_of_order(d);
        }
        r->tally_counted = false;
        r->tally_status = NULL;
        break;
    case AMOUNTS: /* the choice may be EqvtAmt, which is not what we sent */
    default:
        break;
    }
    r->iso.reason = &r->at->reason;
    return ST_OK;
}

static enum status take_status(struct report *r, struct str value, struct diag *d)
{
    if (r->at->status != NULL) {
        return iso_repeated(d);
    }
    r->iso.at[ANSWER_STATUS] = r->iso.value_at;
    return find_status(r, value, r->at == &r->transaction, &r->at->status, d);
}

static enum status take_number(struct report *r, unsigned state, struct str value,
                               struct diag *d)
{
    struct level *l = r->at;
    if (state == COUNT ? l->has_count : l->has_sum) {
        return iso_repeated(d);
    }
    if (state == COUNT) {
        l->has_count = true;
        return iso_parse_count(value, &l->count, d);
    }
    l->has_sum = true;
    return iso_parse_sum(value, &l->sum_fen, d);
}

static enum status end_tally(struct report *r, struct diag *d)
{
    if (r->tally_status == NULL || !r->tally_counted) {
        return iso_missing("DtldNbOfTxs or DtldSts", d);
    }
    uint64_t *stated = &r->at->stated[r->tally_status - status_codes];
    if (*stated != 0) {
        return iso_repeated(d);
    }
    *stated = r->tally_count + 1;
    return ST_OK;
}

/* ---- combining ---- */

static enum status contrary(const struct status_code *a, const struct status_code *b,
                            const char *of, struct diag *d)
{
    diag_fail(d, ST_INPUT, "contradiction", "%s is %s, but %s within it is %s", of,
              a->code, b->transaction && a->group ? "a payment" : "a part", b->code);
    return diag_hint(d, "ask the bank which of the two holds");
}

/* What the group and the payment information say together. */
static enum status combine_upper(const struct report *r, enum said *out, struct diag *d)
{
    *out = combined[said_by(&r->group)][said_by(&r->information)];
    return *out == SAID_CONTRARY ? contrary(r->group.status, r->information.status,
                                            "the group of payments", d)
                                 : ST_OK;
}

static enum payment_status status_of(enum said s)
{
    switch (s) {
    case SAID_REJECTED:
        return PAYMENT_REJECTED;
    case SAID_PENDING:
        return PAYMENT_PENDING;
    case SAID_PAID:
        return PAYMENT_PAID;
    case SAID_NOTHING:
    case SAID_PART: /* of a line: rejected or not, nobody knows */
    case SAID_UNKNOWN:
    case SAID_CONTRARY:
        return PAYMENT_UNKNOWN;
    }
    return PAYMENT_UNKNOWN;
}

/* The nearest level that gives a reason for what holds. */
static const struct iso_reason *reason_of(const struct report *r, enum said holds)
{
    const struct level *levels[] = {&r->transaction, &r->information, &r->group};
    for (size_t i = 0; i < 3; i++) {
        const struct level *l = levels[i];
        bool speaks = i == 0 || said_by(l) == holds;
        if (speaks && (l->reason.code.set || l->reason.text_n > 0)) {
            return &l->reason;
        }
    }
    return &r->transaction.reason;
}

static const struct status_code *nearest_status(const struct report *r)
{
    return r->transaction.status != NULL   ? r->transaction.status
           : r->information.status != NULL ? r->information.status
                                           : r->group.status;
}

static enum status fill_status(const struct report *r, struct answer *a, struct diag *d)
{
    enum said upper;
    TRY(combine_upper(r, &upper, d));
    enum said holds = combined[upper][said_by(&r->transaction)];
    if (holds == SAID_CONTRARY) {
        bool by_information = said_by(&r->information) == upper;
        return contrary(
            by_information ? r->information.status : r->group.status,
            r->transaction.status,
            by_information ? "the payment information" : "the group of payments", d);
    }
    if (holds == SAID_NOTHING) {
        return iso_missing("TxSts", d);
    }
    const struct iso_reason *why = reason_of(r, holds);
    a->status = status_of(holds);
    a->reason = why->reason;
    a->code =
        why->code.set ? iso_field_str(&why->code) : str_of(nearest_status(r)->code);
    a->text = str_make(why->text, why->text_n);
    if (a->status == PAYMENT_REJECTED && a->reason == REASON_NONE) {
        a->reason = REASON_OTHER;
    }
    return ST_OK;
}

static enum status count_line(struct level *l, const struct status_code *s,
                              const struct iso_amount *amount, struct diag *d)
{
    l->lines++;
    if (s != NULL) {
        l->seen[s - status_codes]++;
    }
    l->all_amounts &= amount->set;
    if (amount->set && !money_add(l->lines_fen, amount->fen, &l->lines_fen)) {
        return diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
    }
    return ST_OK;
}

static enum status end_transaction(struct report *r, struct diag *d)
{
    struct answer a = {.status = PAYMENT_NONE};
    const struct iso_field *id =
        r->end_to_end_id.set ? &r->end_to_end_id : &r->instruction_id;
    if (!id->set) {
        return iso_missing("OrgnlEndToEndId", d);
    }
    a.id = iso_field_str(id);
    r->iso.at[ANSWER_ID] = id->at;
    if (r->amount.set && r->amount.fen == 0) {
        return diag_fail(d, ST_INPUT, "amount", "the amount is not above zero");
    }
    a.amount_fen = r->amount.set ? r->amount.fen : 0;
    a.currency = str_of(r->amount.set ? r->amount.currency : "");
    r->iso.at[ANSWER_AMOUNT] = r->iso.at[ANSWER_CURRENCY] =
        r->amount.set ? r->amount.at : 0;
    a.name = iso_field_str(&r->payee.name);
    a.account = iso_field_str(&r->payee.account);
    a.bank = iso_field_str(r->payee.member.set ? &r->payee.member : &r->payee.bic);
    TRY(fill_status(r, &a, d));
    TRY(count_line(&r->group, r->transaction.status, &r->amount, d));
    TRY(count_line(&r->information, r->transaction.status, &r->amount, d));
    r->at = &r->information;
    r->iso.reason = &r->at->reason;
    return iso_give(&r->iso, &a, d);
}

/* Not more lines than there were, and the sum of all of them when all are here. */
static enum status check_totals(const struct level *l, struct diag *d)
{
    if (l->has_count && l->lines > l->count) {
        return diag_fail(d, ST_INPUT, "totals",
                         "%llu payments were sent, it says, but %llu are answered",
                         (unsigned long long)l->count, (unsigned long long)l->lines);
    }
    for (size_t i = 0; i < STATUS_CODES; i++) {
        if (l->stated[i] != 0 && l->seen[i] > l->stated[i] - 1) {
            return diag_fail(d, ST_INPUT, "totals",
                             "%llu payments are %s, it says, but %llu are listed",
                             (unsigned long long)(l->stated[i] - 1),
                             status_codes[i].code, (unsigned long long)l->seen[i]);
        }
    }
    if (l->has_count && l->has_sum && l->lines == l->count && l->lines > 0 &&
        l->all_amounts && l->lines_fen != l->sum_fen) {
        return diag_fail(d, ST_INPUT, "totals",
                         "the payments sum up to %lld hundredths, it says, but these "
                         "are %lld",
                         (long long)l->sum_fen, (long long)l->lines_fen);
    }
    return ST_OK;
}

static void keep_rest_reason(struct report *r, const struct iso_reason *why)
{
    if (r->whole->code[0] == '\0') {
        r->whole->reason = why->reason;
        iso_copy_cut(iso_field_str(&why->code), r->whole->code, sizeof r->whole->code);
        iso_copy_cut(str_make(why->text, why->text_n), r->whole->text,
                     sizeof r->whole->text);
    }
}

/* Lines not named, when the level that is over says this of them. */
static void add_rest(struct report *r, enum said upper)
{
    r->rest = r->informations == 0 || r->rest == upper ? upper : SAID_UNKNOWN;
    r->informations++;
}

static enum status end_information(struct report *r, struct diag *d)
{
    enum said upper;
    TRY(combine_upper(r, &upper, d));
    TRY(check_totals(&r->information, d));
    add_rest(r, upper);
    if (upper == SAID_REJECTED && said_by(&r->information) == SAID_REJECTED) {
        keep_rest_reason(r, &r->information.reason);
    }
    r->at = &r->group;
    return ST_OK;
}

static enum status end_original(struct report *r, struct diag *d)
{
    if (!r->message_id.set || r->message_id.n == 0) {
        return iso_missing("OrgnlMsgId", d);
    }
    if (!r->message_name.set || r->message_name.n == 0) {
        return iso_missing("OrgnlMsgNmId", d);
    }
    iso_copy_cut(iso_field_str(&r->message_id), r->whole->message_id,
                 sizeof r->whole->message_id);
    return ST_OK;
}

static enum status on_end(void *ctx, unsigned state, struct str value, struct diag *d)
{
    struct report *r = ctx;
    switch (state) {
    case ORIGINAL:
        return end_original(r, d);
    case ORIGINAL_ID:
        return iso_store(&r->iso, &r->message_id, value, d);
    case ORIGINAL_NAME:
        return iso_store(&r->iso, &r->message_name, value, d);
    case COUNT:
    case SUM:
        return take_number(r, state, value, d);
    case STATUS:
        return take_status(r, value, d);
    case TALLY:
        return end_tally(r, d);
    case TALLY_COUNT:
        r->tally_counted = true;
        return iso_parse_count(value, &r->tally_count, d);
    case TALLY_STATUS:
        return find_status(r, value, true, &r->tally_status, d);
    case INFORMATION:
        return end_information(r, d);
    case TRANSACTION:
        return end_transaction(r, d);
    case INSTRUCTION_ID:
        return value.n == 0 ? ST_OK : iso_store(&r->iso, &r->instruction_id, value, d);
    case END_TO_END_ID:
        return value.n == 0 ? ST_OK : iso_store(&r->iso, &r->end_to_end_id, value, d);
    case AMOUNT:
        return iso_store_amount(&r->iso, &r->amount, value, d);
    default: /* these hold only others */
        return ST_OK;
    }
}

/* ---- the file ---- */

static enum status finish(void *ctx, struct diag *d)
{
    struct report *r = ctx;
    struct answer_file *whole = r->whole;
    if (!r->has_original) {
        return iso_missing("OrgnlGrpInfAndSts", d);
    }
    TRY(check_totals(&r->group, d));
    if (r->informations == 0) {
        add_rest(r, said_by(&r->group));
    }
    if (r->rest == SAID_NOTHING && r->iso.count == 0) {
        return diag_fail(d, ST_INPUT, "no-status",
                         "the report says nothing of any payment");
    }
    whole->count = r->iso.count;
    whole->total_fen = r->iso.total_fen;
    whole->rest = r->rest == SAID_NOTHING ? PAYMENT_NONE
                  : r->rest == SAID_PART  ? PAYMENT_PENDING
                                          : status_of(r->rest);
    if (whole->rest != PAYMENT_REJECTED) {
        whole->reason = REASON_NONE;
        whole->code[0] = whole->text[0] = '\0';
        return ST_OK;
    }
    keep_rest_reason(r, &r->group.reason);
    if (whole->reason == REASON_NONE) {
        whole->reason = REASON_OTHER;
    }
    if (whole->code[0] == '\0') {
        memcpy(whole->code, "RJCT", 5);
    }
    return ST_OK;
}

static const struct iso_message message = {
    .name = "pain.002",
    .version_min = 3,
    .version_max = 14,
    .root = "CstmrPmtStsRpt",
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
    .limits = limits,
    .state_count = STATES,
    .start = on_start,
    .end = on_end,
    .finish = finish,
};

/* source: instead of file; NULL. */
static enum status read_any(struct str file, const struct payment_source *source,
                            struct answer_sink sink, struct answer_file *whole,
                            struct diag *d)
{
    struct answer_file got = {.rest = PAYMENT_NONE};
    struct report *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->iso.message = &message;
    r->iso.ctx = r;
    r->iso.payee = &r->payee;
    r->iso.sink = sink;
    r->iso.source = source;
    r->whole = &got;
    r->at = &r->group;
    r->iso.reason = &r->group.reason;
    level_clear(&r->group);
    enum status st = iso_read(&r->iso, file, d);
    if (st == ST_OK) {
        *whole = got;
    }
    free(r);
    return st;
}

static enum status read_answer(const struct payment_format *f, struct str file,
                               struct answer_sink sink, struct answer_file *whole,
                               struct diag *d)
{
    (void)f;
    return read_any(file, NULL, sink, whole, d);
}

static enum status stream_answer(const struct payment_format *f,
                                 const struct payment_source *source,
                                 struct answer_sink sink, struct answer_file *whole,
                                 struct diag *d)
{
    (void)f;
    return read_any(str_of(""), source, sink, whole, d);
}

static bool is_report(const struct payment_format *f, struct str head)
{
    (void)f;
    return xml_peek_has(head, "CstmrPmtStsRpt", NULL);
}

const struct payment_format pain002_format = {
    .name = "pain.002",
    .extension = "xml",
    .title_zh = "ISO 20022 客户支付状态报告（回盘）",
    .title_en = "ISO 20022 payment status report (answer)",
    .variants = 1,
    .is = is_report,
    .read_answer = read_answer,
    .stream_answer = stream_answer,
};
