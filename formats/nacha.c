/* nacha.c - what writing and reading NACHA files share: the columns, the short form of
 * our ids, the reasons of returns. Source of the columns and codes: the record formats
 * of the Nacha Operating Rules; docs/formats/nacha.md.
 *
 * It must never say a reason that the code does not name for certain: such a code is
 * REASON_OTHER, and stays beside it. */
#include "formats/nacha.h"

#include <string.h>

#include "base/ident.h"
#include "base/text.h"
#include "formats/nacha_private.h"

#define BATCH_DIGITS 6 /* of our ids; more when the number needs more */
#define LINE_DIGITS 8

const struct nacha_column nacha_columns[NACHA_FIELDS] = {
    [N1_START] = {1, 3, "record and priority code"},
    [N1_DESTINATION] = {4, 10, "immediate destination"},
    [N1_ORIGIN] = {14, 10, "immediate origin"},
    [N1_DATE] = {24, 6, "creation date"},
    [N1_TIME] = {30, 4, "creation time"},
    [N1_MODIFIER] = {34, 1, "file id modifier"},
    [N1_FORM] = {35, 6, "record size, blocking factor and format code"},
    [N1_DESTINATION_NAME] = {41, 23, "destination name"},
    [N1_ORIGIN_NAME] = {64, 23, "origin name"},
    [N5_SERVICE] = {2, 3, "service class code"},
    [N5_COMPANY_NAME] = {5, 16, "company name"},
    [N5_COMPANY_ID] = {41, 10, "company id"},
    [N5_CLASS] = {51, 3, "entry class code"},
    [N5_DESCRIPTION] = {54, 10, "entry description"},
    [N5_DESCRIPTIVE_DATE] = {64, 6, "descriptive date"},
    [N5_EFFECTIVE_DATE] = {70, 6, "effective entry date"},
    [N5_ORIGINATOR_STATUS] = {79, 1, "originator status code"},
    [N5_DFI] = {80, 8, "originating bank"},
    [N5_NUMBER] = {88, 7, "batch number"},
    [N6_CODE] = {2, 2, "transaction code"},
    [N6_BANK] = {4, 9, "receiving bank"},
    [N6_ACCOUNT] = {13, 17, "account"},
    [N6_AMOUNT] = {30, 10, "amount"},
    [N6_ID] = {40, 15, "individual id"},
    [N6_NAME] = {55, 22, "name"},
    [N6_HAS_ADDENDA] = {79, 1, "addenda indicator"},
    [N6_TRACE] = {80, 15, "trace number"},
    [N7_KIND] = {2, 2, "addenda type"},
    [N7_TEXT] = {4, 80, "payment information"},
    [N7_NUMBER] = {84, 4, "addenda number"},
    [N7_ENTRY] = {88, 7, "entry number"},
    [N7_REASON] = {4, 3, "reason code"},
    [N7_ORIGINAL_TRACE] = {7, 15, "original trace number"},
    [N7_DEATH] = {22, 6, "date of death"},
    [N7_ORIGINAL_BANK] = {28, 8, "original receiving bank"},
    [N7_RETURN_TEXT] = {36, 44, "addenda information"},
    [N7_CORRECTED] = {36, 29, "corrected data"},
    [N7_TRACE] = {80, 15, "trace number"},
    [N8_SERVICE] = {2, 3, "service class code"},
    [N8_RECORDS] = {5, 6, "entry and addenda count"},
    [N8_HASH] = {11, 10, "entry hash"},
    [N8_DEBIT] = {21, 12, "total debit"},
    [N8_CREDIT] = {33, 12, "total credit"},
    [N8_COMPANY_ID] = {45, 10, "company id"},
    [N8_DFI] = {80, 8, "originating bank"},
    [N8_NUMBER] = {88, 7, "batch number"},
    [N9_BATCHES] = {2, 6, "batch count"},
    [N9_BLOCKS] = {8, 6, "block count"},
    [N9_RECORDS] = {14, 8, "entry and addenda count"},
    [N9_HASH] = {22, 10, "entry hash"},
    [N9_DEBIT] = {32, 12, "total debit"},
    [N9_CREDIT] = {44, 12, "total credit"},
};

/* ---- our ids ---- */

struct id_parts {
    struct str head; /* up to and with the B */
    struct str batch;
    struct str line;
};

/* A letter of our ids, and the digits behind it. */
static bool take_part(struct str *s, char letter, struct str *digits)
{
    size_t n = 1;
    if (s->n == 0 || s->p[0] != letter) {
        return false;
    }
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
        n++;
    }
    *digits = str_make(s->p + 1, n - 1);
    *s = str_make(s->p + n, s->n - n);
    return n > 1;
}

/* [S]E1B12L345, whatever zeros there are. */
static bool id_cut(struct str id, struct id_parts *out)
{
    struct str epoch;
    struct str s = id;
    if (s.n > 0 && s.p[0] == 'S') {
        s = str_make(s.p + 1, s.n - 1);
    }
    if (!take_part(&s, 'E', &epoch) || !take_part(&s, 'B', &out->batch) ||
        !take_part(&s, 'L', &out->line)) {
        return false;
    }
    out->head = str_make(id.p, (size_t)(out->batch.p - id.p));
    return s.n == 0;
}

static struct str without_zeros(struct str s)
{
    while (s.n > 1 && s.p[0] == '0') {
        s = str_make(s.p + 1, s.n - 1);
    }
    return s;
}

static char *add_digits(char *to, struct str digits, size_t width)
{
    for (size_t i = digits.n; i < width; i++) {
        *to++ = '0';
    }
    memcpy(to, digits.p, digits.n);
    return to + digits.n;
}

size_t nacha_id_long(struct str text, char out[PAYMENT_ID_MAX + 1])
{
    struct id_parts id;
    char *to = out;
    must(text.n + BATCH_DIGITS + LINE_DIGITS <= PAYMENT_ID_MAX);
    if (id_cut(text, &id)) {
        to = add_digits(to, id.head, 0);
        to = add_digits(to, id.batch, BATCH_DIGITS);
        *to++ = 'L';
        to = add_digits(to, id.line, LINE_DIGITS);
    } else {
        to = add_digits(to, text, 0);
    }
    *to = '\0';
    return (size_t)(to - out);
}

/* As wide as we write it, or wider without a zero in front. */
static bool has_width(struct str digits, size_t width)
{
    return digits.n == width || (digits.n > width && digits.p[0] != '0');
}

bool nacha_id_short(struct str id, char out[NACHA_ID_MAX], size_t *n)
{
    struct id_parts parts;
    if (!id_cut(id, &parts)) {
        if (id.n > NACHA_ID_MAX) {
            return false;
        }
        *n = (size_t)(add_digits(out, id, 0) - out);
        return true;
    }
    struct str batch = without_zeros(parts.batch);
    struct str line = without_zeros(parts.line);
    if (!has_width(parts.batch, BATCH_DIGITS) || !has_width(parts.line, LINE_DIGITS) ||
        parts.head.n + batch.n + 1 + line.n > NACHA_ID_MAX) {
        return false;
    }
    char *to = add_digits(out, parts.head, 0);
    to = add_digits(to, batch, 0);
    *to++ = 'L';
    *n = (size_t)(add_digits(to, line, 0) - out);
    return true;
}

/* ---- why a payment came back ---- */

enum payment_reason nacha_reason(struct str code)
{
    static const struct {
        char code[4];
        enum payment_reason reason;
    } table[] = {
        {"R01", REASON_FUNDS},           /* insufficient funds */
        {"R02", REASON_ACCOUNT_CLOSED},  /* account closed */
        {"R03", REASON_ACCOUNT_INVALID}, /* no account, or not this person's */
        {"R04", REASON_ACCOUNT_INVALID}, /* account number not possible */
        {"R09", REASON_FUNDS},           /* uncollected funds */
        {"R12", REASON_BANK_CODE},       /* account sold to another bank */
        {"R13", REASON_BANK_CODE},       /* routing number invalid */
        {"R15", REASON_HOLDER_DEAD},     /* beneficiary or holder dead */
        {"R16", REASON_ACCOUNT_BLOCKED}, /* account frozen */
        {"R20", REASON_ACCOUNT_KIND},    /* not a transaction account */
        {"R24", REASON_DUPLICATE},       /* duplicate entry */
        {"R28", REASON_BANK_CODE},       /* check digit of the routing number */
        {"R34", REASON_REGULATORY},      /* the bank's participation is limited */
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (str_is(code, table[i].code)) {
            return table[i].reason;
        }
    }
    return REASON_OTHER;
}

/* ---- the format ---- */

static const struct payment_banks routing_numbers = {
    "routing number", "a routing number has 9 digits, the last one checks",
    routing_valid};

/* By a file's header, also one that is a few columns off, or a batch's without it. */
static bool nacha_is(const struct payment_format *f, struct str head)
{
    (void)f;
    if (head.n < NACHA_RECORD) {
        return false;
    }
    if (str_starts(head, str_of("101"))) {
        for (size_t i = 28; i <= 40; i++) {
            if (memcmp(head.p + i, "094101", 6) == 0) {
                return true;
            }
        }
        return false;
    }
    bool batch = str_starts(head, str_of("52"));
    for (size_t i = 0; i < nacha_columns[N5_CLASS].n; i++) {
        char c = head.p[nacha_columns[N5_CLASS].at - 1 + i];
        batch = batch && c >= 'A' && c <= 'Z';
    }
    return batch;
}

const struct payment_format nacha_format = {
    .name = "nacha",
    .extension = "ach",
    .title_zh = "NACHA ACH 贷记文件（PPD、CCD，美元）",
    .title_en = "NACHA ACH credits (PPD, CCD; dollars)",
    .currency = "USD",
    .banks = &routing_numbers,
    .variants = 1,
    /* The block count of the file control has six digits: 9,999,990 records, of which
     * two may be for one payment. */
    .rows_max = 4900000,
    .open = nacha_open,
    .add = nacha_add,
    .close = nacha_close,
    .abandon = nacha_abandon,
    .is = nacha_is,
    .check_channel = nacha_check_channel,
    .read = nacha_read,
    .read_answer = nacha_read_answer,
};

/* `is` NULL: a file does not tell that it is the last of its batch, only people do. */
const struct payment_format nacha_absent_paid = {
    .name = "nacha-absent-paid",
    .extension = "ach",
    .title_zh = "NACHA 退回文件，未列出的视为已发（退回期满后用）",
    .title_en = "NACHA returns; what is not listed was paid (when no more can come)",
    .currency = "USD",
    .banks = &routing_numbers,
    .variants = 1,
    .read_answer = nacha_read_answer,
};
