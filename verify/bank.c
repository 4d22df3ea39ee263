/* bank.c - see bank.h. */
#include "verify/bank.h"

#include <string.h>

#include "base/money.h"
#include "base/text.h"

enum { NO_FIELD, AMOUNT, NUMBER, CONTROL };

enum bank_layout bank_layout_of(const char *format)
{
    if (strcmp(format, "pain.001.001.09") == 0 ||
        strcmp(format, "pain.001.001.03") == 0) {
        return BANK_PAIN001;
    }
    if (strcmp(format, "pipe-trailer") == 0) {
        return BANK_PIPE;
    }
    return strcmp(format, "pipe-trailer-outer") == 0 ? BANK_PIPE_OUTER : BANK_UNKNOWN;
}

void bank_start(struct bank_scan *b, enum bank_layout layout)
{
    memset(b, 0, sizeof *b);
    b->layout = layout;
    b->bad = layout == BANK_UNKNOWN;
}

static void push(struct bank_scan *b, char c)
{
    if (b->token_n == sizeof b->token) {
        /* Longer than any tag, amount or line that matters: only its begin is kept. */
        b->bad = b->bad || b->layout != BANK_PAIN001;
        return;
    }
    b->token[b->token_n++] = c;
}

/* ---- pain.001: no DTD, no CDATA, no comments with tags are written, nor taken ---- */

/* The name in <name attributes> or </name>, without a prefix of a namespace. */
static struct str tag_name(const struct bank_scan *b, bool *closing)
{
    size_t at = 0;
    *closing = b->token_n > 0 && b->token[0] == '/';
    at += *closing;
    size_t begin = at;
    while (at < b->token_n && b->token[at] != ' ' && b->token[at] != '\n' &&
           b->token[at] != '\t' && b->token[at] != '\r' && b->token[at] != '/') {
        at++;
        if (b->token[at - 1] == ':') {
            begin = at;
        }
    }
    return str_make(b->token + begin, at - begin);
}

static void tag(struct bank_scan *b)
{
    bool closing;
    struct str name = tag_name(b, &closing);
    if (b->token_n > 0 && (b->token[0] == '!')) {
        b->bad = true;
    }
    if (str_is(name, "CdtTrfTxInf")) {
        b->bad = b->bad || b->in_payment == !closing;
        b->in_payment = !closing;
        b->count += !closing;
    } else if (str_is(name, "InstdAmt")) {
        b->field = closing ? NO_FIELD : AMOUNT;
        b->bad = b->bad || !b->in_payment;
    } else if (str_is(name, "NbOfTxs") && !closing) {
        b->field = NUMBER;
    } else if (str_is(name, "CtrlSum") && !closing) {
        b->field = CONTROL;
    } else {
        b->field = NO_FIELD;
    }
}

static void text(struct bank_scan *b)
{
    struct str s = str_make(b->token, b->token_n);
    int64_t fen = 0;
    uint64_t n = 0;
    switch (b->field) {
    case AMOUNT:
        b->bad = b->bad || !money_parse_loose(s, &fen) ||
                 !money_add(b->sum_fen, fen, &b->sum_fen);
        break;
    case NUMBER:
        b->bad = b->bad || !text_u64(s, 0, UINT32_MAX, &n) ||
                 (b->said_count != 0 && b->said_count != n);
        b->said_count = n;
        b->said = true;
        break;
    case CONTROL:
        b->bad = b->bad || !money_parse_loose(s, &fen) ||
                 (b->said_fen != 0 && b->said_fen != fen);
        b->said_fen = fen;
        break;
    default:
        break;
    }
    b->field = NO_FIELD;
}

static void feed_pain(struct bank_scan *b, char c)
{
    if (c == '<') {
        if (b->in_tag) {
            b->bad = true;
        }
        if (b->field != NO_FIELD) {
            text(b);
        }
        b->in_tag = true;
        b->token_n = 0;
    } else if (c == '>' && b->in_tag) {
        tag(b);
        b->in_tag = false;
        b->token_n = 0;
    } else if (b->in_tag || b->field != NO_FIELD) {
        push(b, c);
    }
}

/* ---- bank text ---- */

/* The n-th field of the line, from 0; a second byte of GBK is no separator. */
static struct str field_of(const struct bank_scan *b, unsigned n, unsigned *count)
{
    size_t begin = 0, end = 0;
    unsigned field = 0;
    for (size_t i = 0; i <= b->token_n; i++) {
        uint8_t c = i < b->token_n ? (uint8_t)b->token[i] : '|';
        if (c >= 0x81 && c <= 0xfe && i + 1 < b->token_n) {
            i++;
        } else if (c == '|') {
            end = field == n ? i : end;
            field++;
            begin = field == n ? i + 1 : begin;
        }
    }
    *count = field;
    return n < field ? str_make(b->token + begin, end - begin) : str_of("");
}

static void head_line(struct bank_scan *b)
{
    unsigned count;
    uint64_t fen = 0;
    struct str first = field_of(b, 0, &count);
    const char *word = b->layout == BANK_PIPE ? "P" : "PO";
    b->bad = b->bad || count != 3 || !str_is(first, word) ||
             !text_u64(field_of(b, 1, &count), 0, UINT32_MAX, &b->said_count) ||
             !text_u64(field_of(b, 2, &count), 0, INT64_MAX, &fen);
    b->said_fen = (int64_t)fen;
    b->said = true;
}

static void line(struct bank_scan *b)
{
    unsigned count, amount = b->layout == BANK_PIPE ? 3 : 5;
    uint64_t fen = 0;
    if (b->ended || b->token_n == 0 || b->token[b->token_n - 1] != '\r') {
        b->bad = true;
        return;
    }
    b->token_n--;
    if (b->lines++ == 0) {
        head_line(b);
        return;
    }
    if (str_is(str_make(b->token, b->token_n), "########")) {
        b->ended = true;
        return;
    }
    struct str s = field_of(b, amount, &count);
    b->bad = b->bad || count != amount + 3 || !text_u64(s, 1, INT64_MAX, &fen) ||
             !money_add(b->sum_fen, (int64_t)fen, &b->sum_fen);
    b->count++;
}

void bank_feed(struct bank_scan *b, struct str bytes)
{
    for (size_t i = 0; i < bytes.n && !b->bad; i++) {
        if (b->layout == BANK_PAIN001) {
            feed_pain(b, bytes.p[i]);
        } else if (bytes.p[i] == '\n') {
            line(b);
            b->token_n = 0;
        } else {
            push(b, bytes.p[i]);
        }
    }
}

void bank_end(struct bank_scan *b)
{
    if (b->layout == BANK_PAIN001) {
        b->bad = b->bad || b->in_tag || b->in_payment;
    } else {
        b->bad = b->bad || !b->ended || b->token_n != 0;
    }
    b->bad =
        b->bad || !b->said || b->said_count != b->count || b->said_fen != b->sum_fen;
}
