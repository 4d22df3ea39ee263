/* camt.c - account statements (camt.053) and notifications (camt.054): each booked
 * transaction is a line, whether it is ours or not. It must never call paid what did
 * not leave the account, nor spread the sum of a batch booking over lines that the file
 * does not have. docs/formats/iso20022.md has the tables. */
#include "formats/camt.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "formats/iso.h"
#include "formats/xml_peek.h"

enum {
    STATEMENT = ISO_OWN, /* Stmt, Ntfctn */
    HEADER,
    MESSAGE_ID,
    PAGES,
    PAGE,
    LAST_PAGE,
    SUMMARY,
    SUMMARY_ALL,
    SUMMARY_CREDITS,
    SUMMARY_DEBITS,
    SUMMARY_COUNT,
    SUMMARY_SUM,
    ENTRY,
    ENTRY_AMOUNT,
    SIDE,
    REVERSAL,
    STATUS,
    STATUS_CODE,
    CHARGES,
    KIND, /* BkTxCd, Domn, Fmly */
    KIND_DOMAIN,
    KIND_FAMILY,
    KIND_SUB_FAMILY,
    DETAILS, /* NtryDtls */
    BATCH,
    BATCH_COUNT,
    BATCH_SUM,
    TRANSACTION,
    REFERENCES,
    END_TO_END_ID,
    INSTRUCTION_ID,
    ORIGINAL_ID,
    AMOUNT,
    AMOUNTS,
    AMOUNTS_TRANSACTION,
    AMOUNTS_INSTRUCTED,
    AMOUNT_TRANSACTION,
    AMOUNT_INSTRUCTED,
    PARTIES,
    AGENTS,
    STATES
};

#define STEPS(root, statement, pages)                                                  \
    ISO_STEPS_MESSAGE(root), {ISO_MESSAGE, HEADER, "GrpHdr"},                          \
        {HEADER, MESSAGE_ID, "MsgId"}, {ISO_MESSAGE, STATEMENT, statement},            \
        {STATEMENT, ENTRY, "Ntry"}, {STATEMENT, PAGES, pages}, {PAGES, PAGE, "PgNb"},  \
        {PAGES, LAST_PAGE, "LastPgInd"}, {STATEMENT, SUMMARY, "TxsSummry"},            \
        {SUMMARY, SUMMARY_ALL, "TtlNtries"},                                           \
        {SUMMARY, SUMMARY_CREDITS, "TtlCdtNtries"},                                    \
        {SUMMARY, SUMMARY_DEBITS, "TtlDbtNtries"},                                     \
        {SUMMARY_ALL, SUMMARY_COUNT, "NbOfNtries"}, {SUMMARY_ALL, SUMMARY_SUM, "Sum"}, \
        {SUMMARY_CREDITS, SUMMARY_COUNT, "NbOfNtries"},                                \
        {SUMMARY_CREDITS, SUMMARY_SUM, "Sum"},                                         \
        {SUMMARY_DEBITS, SUMMARY_COUNT, "NbOfNtries"},                                 \
        {SUMMARY_DEBITS, SUMMARY_SUM, "Sum"}, {ENTRY, ENTRY_AMOUNT, "Amt"},            \
        {ENTRY, SIDE, "CdtDbtInd"}, {ENTRY, REVERSAL, "RvslInd"},                      \
        {ENTRY, STATUS, "Sts"}, {STATUS, STATUS_CODE, "Cd"},                           \
        {STATUS, STATUS_CODE, "Prtry"}, {ENTRY, CHARGES, "Chrgs"},                     \
        {ENTRY, KIND, "BkTxCd"}, {TRANSACTION, KIND, "BkTxCd"},                        \
        {KIND, KIND_DOMAIN, "Domn"}, {KIND_DOMAIN, KIND_FAMILY, "Fmly"},               \
        {KIND_FAMILY, KIND_SUB_FAMILY, "SubFmlyCd"}, {ENTRY, DETAILS, "NtryDtls"},     \
        {DETAILS, BATCH, "Btch"}, {BATCH, BATCH_COUNT, "NbOfTxs"},                     \
        {BATCH, BATCH_SUM, "TtlAmt"}, {DETAILS, TRANSACTION, "TxDtls"},                \
        {TRANSACTION, REFERENCES, "Refs"}, {REFERENCES, END_TO_END_ID, "EndToEndId"},  \
        {REFERENCES, INSTRUCTION_ID, "InstrId"},                                       \
        {REFERENCES, ORIGINAL_ID, "OrgnlEndToEndId"}, {TRANSACTION, AMOUNT, "Amt"},    \
        {TRANSACTION, SIDE, "CdtDbtInd"}, {TRANSACTION, AMOUNTS, "AmtDtls"},           \
        {AMOUNTS, AMOUNTS_TRANSACTION, "TxAmt"},                                       \
        {AMOUNTS, AMOUNTS_INSTRUCTED, "InstdAmt"},                                     \
        {AMOUNTS_TRANSACTION, AMOUNT_TRANSACTION, "Amt"},                              \
        {AMOUNTS_INSTRUCTED, AMOUNT_INSTRUCTED, "Amt"},                                \
        {TRANSACTION, CHARGES, "Chrgs"}, {TRANSACTION, PARTIES, "RltdPties"},          \
        {TRANSACTION, AGENTS, "RltdAgts"}, ISO_STEPS_CREDITOR(PARTIES, AGENTS),        \
        {TRANSACTION, ISO_REASON_BLOCK, "RtrInf"},                                     \
        {ISO_REASON_BLOCK, ORIGINAL_ID, "OrgnlEndToEndId"}, ISO_STEPS_REASON

static const struct xml_step steps_053[] = {
    STEPS("BkToCstmrStmt", "Stmt", "StmtPgntn"),
};
static const struct xml_step steps_054[] = {
    STEPS("BkToCstmrDbtCdtNtfctn", "Ntfctn", "NtfctnPgntn"),
};

static const uint8_t limits[STATES] = {
    ISO_LIMITS,
    [MESSAGE_ID] = ISO_ID_CHARS,
    [PAGE] = ISO_SUM_CHARS,
    [LAST_PAGE] = ISO_ID_CHARS,
    [SUMMARY_COUNT] = ISO_SUM_CHARS,
    [SUMMARY_SUM] = ISO_SUM_CHARS,
    [ENTRY_AMOUNT] = ISO_AMOUNT_CHARS,
    [SIDE] = ISO_ID_CHARS,
    [REVERSAL] = ISO_ID_CHARS,
    [STATUS] = ISO_ID_CHARS,
    [STATUS_CODE] = ISO_ID_CHARS,
    [KIND_SUB_FAMILY] = ISO_ID_CHARS,
    [BATCH_COUNT] = ISO_SUM_CHARS,
    [BATCH_SUM] = ISO_AMOUNT_CHARS,
    [END_TO_END_ID] = ISO_ID_CHARS,
    [INSTRUCTION_ID] = ISO_ID_CHARS,
    [ORIGINAL_ID] = ISO_ID_CHARS,
    [AMOUNT] = ISO_AMOUNT_CHARS,
    [AMOUNT_TRANSACTION] = ISO_AMOUNT_CHARS,
    [AMOUNT_INSTRUCTED] = ISO_AMOUNT_CHARS,
};

enum side { SIDE_NONE, SIDE_CREDIT, SIDE_DEBIT };

/* ExternalEntryStatus1 */
static const struct entry_status {
    const char *code;
    enum payment_status debit; /* of a payment that goes out */
    enum payment_status back;  /* of one that comes back */
} entry_statuses[] = {
    {"BOOK", PAYMENT_PAID, PAYMENT_RETURNED},
    {"PDNG", PAYMENT_PENDING, PAYMENT_PENDING},
    {"FUTR", PAYMENT_PENDING, PAYMENT_PENDING},
    {"INFO", PAYMENT_NONE, PAYMENT_NONE}, /* no money moves */
};

/* "Reimbursement, return" within any family of ExternalBankTransactionSubFamily1 */
static const char sub_family_return[] = "RRTN";

/* What TxsSummry states of the entries, and what they are. */
struct summary {
    bool has_count;
    bool has_sum;
    uint64_t count;
    int64_t sum_fen;
    uint64_t seen;
    int64_t seen_fen;
};

struct transaction {
    uint64_t at; /* bytes of the file before it */
    struct iso_field end_to_end_id;
    struct iso_field instruction_id;
    struct iso_field original_id;
    struct iso_amount amount;
    struct iso_amount amount_transaction;
    struct iso_amount amount_instructed;
    enum side side;
    bool is_return; /* BkTxCd */
    struct iso_reason reason;
    struct iso_payee payee;
};

struct entry {
    struct iso_amount amount;
    enum side side;
    bool has_reversal;
    bool reversal;
    bool is_return;
    const struct entry_status *status;
    bool charges;
    bool detailed; /* NtryDtls began: what is above has been said */
    bool batch;
    uint64_t transactions;
    uint64_t batch_payments; /* as NbOfTxs says, where no transaction follows */
    int64_t net_fen;         /* of the transactions on the entry's side */
    bool comparable;         /* all transactions have an amount in its currency */
    bool held; /* the last transaction waits: it has no amount of its own */
};

/* Of one NtryDtls. */
struct details {
    bool has_count;
    uint64_t count;
    struct iso_amount sum;
    uint64_t transactions;
    int64_t transactions_fen;
    bool comparable;
};

struct statement {
    struct iso_reader iso;
    struct answer_file *whole;
    struct iso_field message_id;
    uint64_t statements;
    bool partial; /* a page of several: its summary is of all of them */
    char currency[4];
    bool mixed; /* entries of several currencies have no sum */
    struct summary summaries[3];
    struct summary *summary;
    struct entry entry;
    struct details details;
    struct transaction transaction;
    bool in_transaction;
};

/* ---- starts ---- */

static void start_statement(struct statement *s)
{
    s->statements++;
    s->partial = s->mixed = false;
    s->currency[0] = '\0';
    memset(s->summaries, 0, sizeof s->summaries);
}

static void start_transaction(struct statement *s)
{
    struct transaction *t = &s->transaction;
    t->at = iso_offset(&s->iso);
    t->end_to_end_id.set = t->instruction_id.set = t->original_id.set = false;
    t->amount.set = t->amount_transaction.set = t->amount_instructed.set = false;
    t->side = SIDE_NONE;
    t->is_return = false;
    iso_reason_clear(&t->reason);
    iso_payee_clear(&t->payee);
    s->in_transaction = true;
}

static enum status no_amount(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "missing-element",
                     "a transaction of several in one entry has no amount of its own");
}

static enum status start_details(struct statement *s, struct diag *d)
{
    const struct entry *e = &s->entry;
    if (!e->amount.set || e->side == SIDE_NONE || e->status == NULL) {
        return iso_missing("Amt, CdtDbtInd or Sts of the entry, before this,", d);
    }
    s->entry.detailed = true;
    memset(&s->details, 0, sizeof s->details);
    s->details.comparable = true;
    return ST_OK;
}

/* What stands above the details has been used by the time they are over. */
static bool is_late(const struct statement *s, unsigned state)
{
    bool of_entry =
        state == ENTRY_AMOUNT || state == REVERSAL || state == STATUS ||
        (!s->in_transaction && (state == SIDE || state == KIND || state == CHARGES));
    return s->entry.detailed && of_entry;
}

static enum status on_start(void *ctx, unsigned state, struct diag *d)
{
    struct statement *s = ctx;
    if (is_late(s, state)) {
        return diag_fail(d, ST_INPUT, "order",
                         "the element stands behind those it should stand before");
    }
    switch (state) {
    case STATEMENT:
        start_statement(s);
        return ST_OK;
    case SUMMARY_ALL:
    case SUMMARY_CREDITS:
    case SUMMARY_DEBITS:
        s->summary = &s->summaries[state - SUMMARY_ALL];
        return ST_OK;
    case ENTRY:
        memset(&s->entry, 0, sizeof s->entry);
        s->entry.comparable = true;
        return ST_OK;
    case CHARGES:
        s->entry.charges = true;
        return ST_OK;
    case DETAILS:
        return start_details(s, d);
    case BATCH:
        s->entry.batch = true;
        return ST_OK;
    case TRANSACTION:
        if (s->entry.held) {
            return no_amount(d);
        }
        start_transaction(s);
        return ST_OK;
    default: /* nothing begins with these */
        return ST_OK;
    }
}

/* ---- fields ---- */

static enum status take_side(struct statement *s, struct str value, struct diag *d)
{
    enum side *side = s->in_transaction ? &s->transaction.side : &s->entry.side;
    if (*side != SIDE_NONE) {
        return iso_repeated(d);
    }
    if (str_is(value, "DBIT")) {
        *side = SIDE_DEBIT;
    } else if (str_is(value, "CRDT")) {
        *side = SIDE_CREDIT;
    } else {
        return diag_fail(d, ST_INPUT, "side", "\"%.*s\" is neither DBIT nor CRDT",
                         STR_ARG(value));
    }
    return ST_OK;
}

static enum status take_flag(struct str value, bool *out, struct diag *d)
{
    if (str_is(value, "true") || str_is(value, "1")) {
        *out = true;
    } else if (str_is(value, "false") || str_is(value, "0")) {
        *out = false;
    } else {
        return diag_fail(d, ST_INPUT, "flag", "\"%.*s\" is neither true nor false",
                         STR_ARG(value));
    }
    return ST_OK;
}

static enum status take_reversal(struct statement *s, struct str value, struct diag *d)
{
    if (s->entry.has_reversal) {
        return iso_repeated(d);
    }
    s->entry.has_reversal = true;
    return take_flag(value, &s->entry.reversal, d);
}

static enum status take_status(struct statement *s, struct str value, struct diag *d)
{
    if (s->entry.status != NULL) {
        return iso_repeated(d);
    }
    for (size_t i = 0; i < sizeof entry_statuses / sizeof entry_statuses[0]; i++) {
        if (str_is(value, entry_statuses[i].code)) {
            s->entry.status = &entry_statuses[i];
            return ST_OK;
        }
    }
    diag_fail(d, ST_INPUT, "unknown-status", "status \"%.*s\" is not known of an entry",
              STR_ARG(value));
    return diag_hint(d, "ask the bank what it means");
}

static enum status take_page(struct statement *s, unsigned state, struct str value,
                             struct diag *d)
{
    if (state == LAST_PAGE) {
        bool last = false;
        TRY(take_flag(value, &last, d));
        s->partial |= !last;
        return ST_OK;
    }
    s->partial |= !str_is(value, "1");
    return ST_OK;
}

static enum status take_summary(struct statement *s, unsigned state, struct str value,
                                struct diag *d)
{
    bool *has = state == SUMMARY_COUNT ? &s->summary->has_count : &s->summary->has_sum;
    if (*has) {
        return iso_repeated(d);
    }
    *has = true;
    return state == SUMMARY_COUNT ? iso_parse_count(value, &s->summary->count, d)
                                  : iso_parse_sum(value, &s->summary->sum_fen, d);
}

static enum status take_batch_count(struct statement *s, struct str value,
                                    struct diag *d)
{
    if (s->details.has_count) {
        return iso_repeated(d);
    }
    s->details.has_count = true;
    return iso_parse_count(value, &s->details.count, d);
}

/* ---- totals ---- */

static enum status too_large(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
}

static enum status count_entry(struct statement *s, struct diag *d)
{
    const struct entry *e = &s->entry;
    unsigned side = e->side == SIDE_CREDIT ? 1 : 2;
    if (s->currency[0] == '\0') {
        memcpy(s->currency, e->amount.currency, sizeof s->currency);
    }
    s->mixed |= memcmp(s->currency, e->amount.currency, sizeof s->currency) != 0;
    for (unsigned i = 0; i <= side; i += side) {
        struct summary *sum = &s->summaries[i];
        sum->seen++;
        if (!money_add(sum->seen_fen, e->amount.fen, &sum->seen_fen)) {
            return too_large(d);
        }
    }
    return ST_OK;
}

static enum status check_summary(const struct statement *s, struct diag *d)
{
    for (size_t i = 0; i < 3 && !s->partial; i++) {
        const struct summary *sum = &s->summaries[i];
        if (sum->has_count && sum->count != sum->seen) {
            return diag_fail(
                d, ST_INPUT, "totals", "there should be %llu entries, and are %llu",
                (unsigned long long)sum->count, (unsigned long long)sum->seen);
        }
        if (sum->has_sum && !s->mixed && sum->sum_fen != sum->seen_fen) {
            return diag_fail(d, ST_INPUT, "totals",
                             "the entries should sum up to %lld hundredths, and do to "
                             "%lld",
                             (long long)sum->sum_fen, (long long)sum->seen_fen);
        }
    }
    return ST_OK;
}

static enum status count_transaction(struct statement *s, const struct iso_amount *a,
                                     enum side side, struct diag *d)
{
    struct entry *e = &s->entry;
    struct details *n = &s->details;
    e->transactions++;
    n->transactions++;
    bool same =
        a->set && memcmp(a->currency, e->amount.currency, sizeof a->currency) == 0;
    e->comparable &= same;
    n->comparable &= a->set && n->sum.set &&
                     memcmp(a->currency, n->sum.currency, sizeof a->currency) == 0;
    int64_t fen = a->set ? a->fen : 0;
    if (!money_add(e->net_fen, side == e->side ? fen : -fen, &e->net_fen) ||
        !money_add(n->transactions_fen, fen, &n->transactions_fen)) {
        return too_large(d);
    }
    return ST_OK;
}

static enum status end_details(struct statement *s, struct diag *d)
{
    const struct details *n = &s->details;
    if (n->transactions == 0) {
        s->entry.batch_payments += n->has_count ? n->count : 1;
        return ST_OK;
    }
    if (n->has_count && n->count != n->transactions) {
        return diag_fail(d, ST_INPUT, "totals",
                         "the batch should have %llu transactions, and has %llu",
                         (unsigned long long)n->count,
                         (unsigned long long)n->transactions);
    }
    if (n->sum.set && n->comparable && n->sum.fen != n->transactions_fen) {
        return diag_fail(d, ST_INPUT, "totals",
                         "the batch should sum up to %lld hundredths, and does to %lld",
                         (long long)n->sum.fen, (long long)n->transactions_fen);
    }
    return ST_OK;
}

/* ---- lines ---- */

static bool came_back(const struct statement *s)
{
    const struct entry *e = &s->entry;
    const struct transaction *t = &s->transaction;
    return e->reversal || e->is_return ||
           (e->transactions > 0 && (t->is_return || t->reason.blocks > 0));
}

/* What an entry on this side says of a payment of ours. A debit that gives something
 * back, and a credit that does not, are none. */
static enum payment_status status_of(const struct entry *e, enum side side, bool back)
{
    if (side == SIDE_DEBIT) {
        return back ? PAYMENT_NONE : e->status->debit;
    }
    return back ? e->status->back : PAYMENT_NONE;
}

static const struct iso_amount *own_amount(const struct transaction *t)
{
    return t->amount.set               ? &t->amount
           : t->amount_transaction.set ? &t->amount_transaction
                                       : &t->amount_instructed;
}

static const struct iso_field *own_id(const struct transaction *t)
{
    return t->original_id.set     ? &t->original_id
           : t->end_to_end_id.set ? &t->end_to_end_id
                                  : &t->instruction_id;
}

static void say_places(struct statement *s, const struct iso_amount *amount)
{
    const struct iso_field *id = own_id(&s->transaction);
    memset(s->iso.at, 0, sizeof s->iso.at);
    s->iso.at[ANSWER_WHOLE] = s->transaction.at;
    s->iso.at[ANSWER_ID] = id->set ? id->at : 0;
    s->iso.at[ANSWER_AMOUNT] = s->iso.at[ANSWER_CURRENCY] = amount->at;
}

static enum status give(struct statement *s, const struct iso_amount *amount,
                        struct diag *d)
{
    const struct transaction *t = &s->transaction;
    const struct iso_field *id = own_id(t);
    enum side side = t->side != SIDE_NONE ? t->side : s->entry.side;
    struct answer a = {
        .id = id->set ? iso_field_str(id) : str_of(""),
        .amount_fen = amount->fen,
        .currency = str_of(amount->currency),
        .status = status_of(&s->entry, side, came_back(s)),
        .reason = t->reason.reason,
        .code = t->reason.code.set ? iso_field_str(&t->reason.code)
                                   : str_of(s->entry.status->code),
        .text = str_make(t->reason.text, t->reason.text_n),
    };
    if (side == SIDE_DEBIT) { /* of a return, some banks swap the parties */
        a.name = iso_field_str(&t->payee.name);
        a.account = iso_field_str(&t->payee.account);
        a.bank = iso_field_str(t->payee.member.set ? &t->payee.member : &t->payee.bic);
    }
    if (a.status == PAYMENT_RETURNED && a.reason == REASON_NONE) {
        a.reason = REASON_OTHER;
    }
    if (a.amount_fen == 0) { /* a notice of no charge, say */
        return a.status == PAYMENT_NONE
                   ? ST_OK
                   : diag_fail(d, ST_INPUT, "amount", "the amount is not above zero");
    }
    say_places(s, amount);
    return iso_give(&s->iso, &a, d);
}

static enum status end_transaction(struct statement *s, struct diag *d)
{
    const struct transaction *t = &s->transaction;
    const struct iso_amount *amount = own_amount(t);
    s->in_transaction = false;
    TRY(count_transaction(s, amount, t->side != SIDE_NONE ? t->side : s->entry.side,
                          d));
    if (amount->set) {
        return give(s, amount, d);
    }
    if (s->entry.transactions > 1) {
        return no_amount(d);
    }
    s->entry.held = true;
    return ST_OK;
}

/* An entry without transactions: a sum, of one payment or of many. */
static enum status add_bulk(struct statement *s, struct diag *d)
{
    const struct entry *e = &s->entry;
    enum payment_status st = status_of(e, e->side, came_back(s));
    if ((st != PAYMENT_PAID && st != PAYMENT_RETURNED) || e->amount.fen == 0) {
        return ST_OK;
    }
    struct answer_bulk *b =
        st == PAYMENT_PAID ? &s->whole->bulk_paid : &s->whole->bulk_returned;
    uint64_t count = e->batch_payments > 0 ? e->batch_payments : 1;
    if (!money_add(b->total_fen, e->amount.fen, &b->total_fen) ||
        b->count > UINT64_MAX - count) {
        return too_large(d);
    }
    b->count += count;
    return ST_OK;
}

static enum status end_entry(struct statement *s, struct diag *d)
{
    struct entry *e = &s->entry;
    if (!e->detailed) { /* the same fields must be there */
        TRY(start_details(s, d));
    }
    TRY(count_entry(s, d));
    if (e->transactions == 0) {
        return add_bulk(s, d);
    }
    if (e->held) {
        return give(s, &e->amount, d);
    }
    if ((e->batch || e->transactions > 1) && e->comparable && !e->charges &&
        e->net_fen != e->amount.fen) {
        return diag_fail(d, ST_INPUT, "totals",
                         "the entry is of %lld hundredths, its transactions of %lld",
                         (long long)e->amount.fen, (long long)e->net_fen);
    }
    return ST_OK;
}

static enum status take_amount(struct statement *s, unsigned state, struct str value,
                               struct diag *d)
{
    struct transaction *t = &s->transaction;
    struct iso_amount *to = state == ENTRY_AMOUNT         ? &s->entry.amount
                            : state == BATCH_SUM          ? &s->details.sum
                            : state == AMOUNT             ? &t->amount
                            : state == AMOUNT_TRANSACTION ? &t->amount_transaction
                                                          : &t->amount_instructed;
    return iso_store_amount(&s->iso, to, value, d);
}

static enum status take_id(struct statement *s, unsigned state, struct str value,
                           struct diag *d)
{
    struct transaction *t = &s->transaction;
    struct iso_field *to = state == END_TO_END_ID    ? &t->end_to_end_id
                           : state == INSTRUCTION_ID ? &t->instruction_id
                                                     : &t->original_id;
    return value.n == 0 ? ST_OK : iso_store(&s->iso, to, value, d);
}

static enum status on_end(void *ctx, unsigned state, struct str value, struct diag *d)
{
    struct statement *s = ctx;
    switch (state) {
    case MESSAGE_ID:
        return iso_store(&s->iso, &s->message_id, value, d);
    case PAGE:
    case LAST_PAGE:
        return take_page(s, state, value, d);
    case SUMMARY_COUNT:
    case SUMMARY_SUM:
        return take_summary(s, state, value, d);
    case ENTRY_AMOUNT:
    case BATCH_SUM:
    case AMOUNT:
    case AMOUNT_TRANSACTION:
    case AMOUNT_INSTRUCTED:
        return take_amount(s, state, value, d);
    case SIDE:
        return take_side(s, value, d);
    case REVERSAL:
        return take_reversal(s, value, d);
    case STATUS: /* up to .06 it holds the code itself */
        return value.n == 0 ? ST_OK : take_status(s, value, d);
    case STATUS_CODE:
        return take_status(s, value, d);
    case KIND_SUB_FAMILY:
        if (str_is(value, sub_family_return)) {
            *(s->in_transaction ? &s->transaction.is_return : &s->entry.is_return) =
                true;
        }
        return ST_OK;
    case BATCH_COUNT:
        return take_batch_count(s, value, d);
    case END_TO_END_ID:
    case INSTRUCTION_ID:
    case ORIGINAL_ID:
        return take_id(s, state, value, d);
    case TRANSACTION:
        return end_transaction(s, d);
    case DETAILS:
        return end_details(s, d);
    case ENTRY:
        return end_entry(s, d);
    case STATEMENT:
        return check_summary(s, d);
    default: /* these hold only others */
        return ST_OK;
    }
}

/* ---- the files ---- */

static enum status finish(void *ctx, struct diag *d)
{
    struct statement *s = ctx;
    if (!s->message_id.set) {
        return iso_missing("MsgId", d);
    }
    if (s->statements == 0) {
        return iso_missing("Stmt or Ntfctn", d);
    }
    iso_copy_cut(iso_field_str(&s->message_id), s->whole->message_id,
                 sizeof s->whole->message_id);
    s->whole->count = s->iso.count;
    s->whole->total_fen = s->iso.total_fen;
    return ST_OK;
}

#define MESSAGE(message, element, table)                                               \
    {                                                                                  \
        .name = message, .version_min = 2, .version_max = 12, .root = element,         \
        .steps = table, .step_count = sizeof table / sizeof table[0],                  \
        .limits = limits, .state_count = STATES, .start = on_start, .end = on_end,     \
        .finish = finish,                                                              \
    }
static const struct iso_message message_053 =
    MESSAGE("camt.053", "BkToCstmrStmt", steps_053);
static const struct iso_message message_054 =
    MESSAGE("camt.054", "BkToCstmrDbtCdtNtfctn", steps_054);

/* source: instead of file; NULL. */
static enum status read_any(const struct payment_format *f, struct str file,
                            const struct payment_source *source,
                            struct answer_sink sink, struct answer_file *whole,
                            struct diag *d)
{
    struct answer_file got = {.rest = PAYMENT_NONE};
    struct statement *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    s->iso.message = f == &camt053_format ? &message_053 : &message_054;
    s->iso.ctx = s;
    s->iso.payee = &s->transaction.payee;
    s->iso.reason = &s->transaction.reason;
    s->iso.sink = sink;
    s->iso.source = source;
    s->whole = &got;
    enum status st = iso_read(&s->iso, file, d);
    if (st == ST_OK) {
        *whole = got;
    }
    free(s);
    return st;
}

static enum status read_answer(const struct payment_format *f, struct str file,
                               struct answer_sink sink, struct answer_file *whole,
                               struct diag *d)
{
    return read_any(f, file, NULL, sink, whole, d);
}

static enum status stream_answer(const struct payment_format *f,
                                 const struct payment_source *source,
                                 struct answer_sink sink, struct answer_file *whole,
                                 struct diag *d)
{
    return read_any(f, str_of(""), source, sink, whole, d);
}

static bool is_statement(const struct payment_format *f, struct str head)
{
    (void)f;
    return xml_peek_has(head, "BkToCstmrStmt", NULL);
}

static bool is_notification(const struct payment_format *f, struct str head)
{
    (void)f;
    return xml_peek_has(head, "BkToCstmrDbtCdtNtfctn", NULL);
}

const struct payment_format camt053_format = {
    .name = "camt.053",
    .extension = "xml",
    .title_zh = "ISO 20022 账户对账单（回盘）",
    .title_en = "ISO 20022 account statement (answer)",
    .variants = 1,
    .statement = true,
    .is = is_statement,
    .read_answer = read_answer,
    .stream_answer = stream_answer,
};

const struct payment_format camt054_format = {
    .name = "camt.054",
    .extension = "xml",
    .title_zh = "ISO 20022 账户收支通知（回盘）",
    .title_en = "ISO 20022 debit and credit notification (answer)",
    .variants = 1,
    .statement = true,
    .is = is_notification,
    .read_answer = read_answer,
    .stream_answer = stream_answer,
};
