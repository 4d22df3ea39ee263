/* pain001_read.c - reads ISO 20022 pain.001 of all versions: what was sent, or will be.
 *
 * By local names, as the other messages (formats/iso.h). It must never give a sum that
 * the file itself contradicts: counts and sums of the group and of each payment
 * information are held against the transactions. What follows from them is in
 * docs/formats/iso20022.md. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "formats/iso.h"
#include "formats/pain001.h"
#include "formats/xml_peek.h"

#define ROOT "CstmrCdtTrfInitn"

enum {
    HEADER = ISO_OWN, /* GrpHdr */
    MESSAGE_ID,
    COUNT,
    SUM,
    INFORMATION, /* PmtInf */
    TRANSACTION,
    IDS,
    END_TO_END_ID,
    AMOUNTS,
    EQUIVALENT,
    AMOUNT,
    STATES
};

static const struct xml_step steps[] = {
    ISO_STEPS_MESSAGE(ROOT),
    {ISO_MESSAGE, HEADER, "GrpHdr"},
    {HEADER, MESSAGE_ID, "MsgId"},
    {HEADER, COUNT, "NbOfTxs"},
    {HEADER, SUM, "CtrlSum"},
    {ISO_MESSAGE, INFORMATION, "PmtInf"},
    {INFORMATION, COUNT, "NbOfTxs"},
    {INFORMATION, SUM, "CtrlSum"},
    {INFORMATION, TRANSACTION, "CdtTrfTxInf"},
    {TRANSACTION, IDS, "PmtId"},
    {IDS, END_TO_END_ID, "EndToEndId"},
    {TRANSACTION, AMOUNTS, "Amt"},
    {AMOUNTS, AMOUNT, "InstdAmt"},
    {AMOUNTS, EQUIVALENT, "EqvtAmt"},
    {EQUIVALENT, AMOUNT, "Amt"},
    ISO_STEPS_CREDITOR(TRANSACTION, TRANSACTION),
};

static const uint8_t limits[STATES] = {
    ISO_LIMITS,
    [MESSAGE_ID] = ISO_ID_CHARS,
    [COUNT] = ISO_SUM_CHARS,
    [SUM] = ISO_SUM_CHARS,
    [END_TO_END_ID] = ISO_ID_CHARS,
    [AMOUNT] = ISO_AMOUNT_CHARS,
};

/* The group, or a payment information: what it says, and what is in it. */
struct level {
    const char *element;
    bool has_count;
    bool has_sum;
    struct answer_totals said;
    struct answer_totals seen;
};

struct order {
    struct iso_reader iso;
    const struct payment_format *format;
    struct answer_file *whole;
    struct level group;
    struct level information;
    struct level *at; /* whose count and sum come */
    bool has_header;
    struct iso_field message_id;
    struct iso_field id;
    struct iso_amount amount;
    struct iso_payee payee;
};

/* ---- what comes in ---- */

static bool contains(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++) {
        if (memcmp(s.p + i, part.p, part.n) == 0) {
            return true;
        }
    }
    return false;
}

/* A version that was asked for by name is that of the file. */
static enum status check_version(const struct order *r, struct diag *d)
{
    struct str space = str_make(r->iso.space, r->iso.space_n);
    if (r->format == &pain001_any || contains(space, str_of(r->format->name))) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "message-version",
              "this is not %s: its namespace is \"%.*s\"", r->format->name,
              STR_ARG(space));
    return diag_hint(d, "read it as %s", pain001_any.name);
}

static void level_begin(struct order *r, struct level *l, const char *element)
{
    *l = (struct level){.element = element};
    r->at = l;
}

static enum status on_start(void *ctx, unsigned state, struct diag *d)
{
    struct order *r = ctx;
    switch (state) {
    case HEADER:
        if (r->has_header) {
            return iso_repeated(d);
        }
        r->has_header = true;
        level_begin(r, &r->group, "GrpHdr");
        return check_version(r, d);
    case INFORMATION:
        if (!r->has_header) {
            return iso_missing("GrpHdr, before this,", d);
        }
        level_begin(r, &r->information, "PmtInf");
        return ST_OK;
    case TRANSACTION:
        memset(r->iso.at, 0, sizeof r->iso.at);
        r->iso.at[ANSWER_WHOLE] = iso_offset(&r->iso);
        r->id.set = false;
        r->amount.set = false;
        iso_payee_clear(&r->payee);
        return ST_OK;
    default:
        return ST_OK;
    }
}

static enum status take_count(struct level *l, struct str value, struct diag *d)
{
    if (l->has_count) {
        return iso_repeated(d);
    }
    l->has_count = true;
    return iso_parse_count(value, &l->said.count, d);
}

static enum status take_sum(struct level *l, struct str value, struct diag *d)
{
    if (l->has_sum) {
        return iso_repeated(d);
    }
    l->has_sum = true;
    return iso_parse_sum(value, &l->said.total_fen, d);
}

static enum status count_line(struct level *l, int64_t fen, struct diag *d)
{
    l->seen.count++;
    return money_add(l->seen.total_fen, fen, &l->seen.total_fen)
               ? ST_OK
               : diag_fail(d, ST_INPUT, "totals",
                           "the sum of the amounts is too large");
}

static enum status end_transaction(struct order *r, struct diag *d)
{
    struct answer a = {.status = PAYMENT_NONE};
    if (!r->id.set || r->id.n == 0) {
        return iso_missing("EndToEndId", d);
    }
    if (!r->amount.set) {
        return iso_missing("InstdAmt", d);
    }
    if (r->amount.fen == 0) {
        return diag_fail(d, ST_INPUT, "amount", "the amount is not above zero");
    }
    a.id = iso_field_str(&r->id);
    a.number = r->group.seen.count + 1;
    a.amount_fen = r->amount.fen;
    a.currency = str_of(r->amount.currency);
    r->iso.at[ANSWER_ID] = r->id.at;
    r->iso.at[ANSWER_AMOUNT] = r->iso.at[ANSWER_CURRENCY] = r->amount.at;
    a.name = iso_field_str(&r->payee.name);
    a.account = iso_field_str(&r->payee.account);
    a.bank = iso_field_str(r->payee.member.set ? &r->payee.member : &r->payee.bic);
    TRY(count_line(&r->group, a.amount_fen, d));
    TRY(count_line(&r->information, a.amount_fen, d));
    return iso_give(&r->iso, &a, d);
}

static enum status check_level(const struct level *l, struct diag *d)
{
    if (l->has_count && l->said.count != l->seen.count) {
        return diag_fail(d, ST_INPUT, "totals", "%s says %llu payments, there are %llu",
                         l->element, (unsigned long long)l->said.count,
                         (unsigned long long)l->seen.count);
    }
    if (l->has_sum && l->said.total_fen != l->seen.total_fen) {
        return diag_fail(d, ST_INPUT, "totals",
                         "%s says a sum of %lld hundredths, the payments have %lld",
                         l->element, (long long)l->said.total_fen,
                         (long long)l->seen.total_fen);
    }
    return ST_OK;
}

static enum status end_information(struct order *r, struct diag *d)
{
    if (r->information.seen.count == 0) {
        return iso_missing("CdtTrfTxInf", d);
    }
    return check_level(&r->information, d);
}

static enum status on_end(void *ctx, unsigned state, struct str value, struct diag *d)
{
    struct order *r = ctx;
    switch (state) {
    case MESSAGE_ID:
        return iso_store(&r->iso, &r->message_id, value, d);
    case COUNT:
        return take_count(r->at, value, d);
    case SUM:
        return take_sum(r->at, value, d);
    case END_TO_END_ID:
        return iso_store(&r->iso, &r->id, value, d);
    case AMOUNT:
        return iso_store_amount(&r->iso, &r->amount, value, d);
    case TRANSACTION:
        return end_transaction(r, d);
    case INFORMATION:
        return end_information(r, d);
    default: /* these hold only others */
        return ST_OK;
    }
}

static enum status finish(void *ctx, struct diag *d)
{
    struct order *r = ctx;
    if (!r->has_header || !r->message_id.set || r->message_id.n == 0) {
        return iso_missing("MsgId", d);
    }
    if (!r->group.has_count) {
        return iso_missing("NbOfTxs", d);
    }
    if (r->group.seen.count == 0) {
        return iso_missing("PmtInf", d);
    }
    TRY(check_level(&r->group, d));
    r->whole->count = r->iso.count;
    r->whole->total_fen = r->iso.total_fen;
    iso_copy_cut(iso_field_str(&r->message_id), r->whole->message_id,
                 sizeof r->whole->message_id);
    return ST_OK;
}

/* ---- the file ---- */

static const struct iso_message message = {
    .name = "pain.001",
    .version_min = 3,
    .version_max = 12,
    .root = ROOT,
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
    .limits = limits,
    .state_count = STATES,
    .start = on_start,
    .end = on_end,
    .finish = finish,
};

enum status pain001_read(const struct payment_format *f, struct str file,
                         struct answer_sink sink, struct answer_file *whole,
                         struct diag *d)
{
    struct answer_file got = {.rest = PAYMENT_NONE};
    struct order *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->iso.message = &message;
    r->iso.ctx = r;
    r->iso.payee = &r->payee;
    r->iso.sink = sink;
    r->format = f;
    r->whole = &got;
    r->at = &r->group;
    enum status st = iso_read(&r->iso, file, d);
    if (st == ST_OK) {
        *whole = got;
    }
    free(r);
    return st;
}

static bool declares(struct str before, const struct payment_format *f)
{
    return contains(before, str_of(f->name));
}

/* A version that is written is of that name; all others are of the common one. */
bool pain001_is(const struct payment_format *f, struct str head)
{
    struct str before;
    if (!xml_peek_has(head, ROOT, &before)) {
        return false;
    }
    bool known = declares(before, &pain001_v03) || declares(before, &pain001_v09);
    return f == &pain001_any ? !known : declares(before, f);
}

const struct payment_format pain001_any = {
    .name = "pain.001",
    .extension = "xml",
    .title_zh = "ISO 20022 客户贷记转账 pain.001（各版本，只读）",
    .title_en = "ISO 20022 credit transfer pain.001 (any version, read only)",
    .variants = 1,
    .is = pain001_is,
    .read = pain001_read,
};
