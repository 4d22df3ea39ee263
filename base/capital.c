/* capital.c - see capital.h. The forms are those of the rules for filling in bank slips
 * (支付结算办法, annex 1): a run of zeros inside is read once, 整 ends whole yuan.
 *
 * What an amount is in capitals is made in one place, as a row of signs some of which
 * may be left out. The writer writes that row. The reader first adds up what a text
 * says, as loosely as can be, and then holds the text against the row of that amount:
 * so no form is taken that the rules do not give to just this amount. */
#include "base/capital.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS_MAX 20
#define SIGNS_MAX 64 /* 17 digits of yuan with their units take fewer */
#define SIGN_BYTES 3 /* each is one character of three bytes in UTF-8 */
#define YUAN_MAX ((uint64_t)INT64_MAX / 100 + 1)
#define WAN UINT64_C(10000)
#define YI UINT64_C(100000000)

/* The digits 0 to 9 are themselves. */
enum sign { SHI = 10, BAI, QIAN, WAN_SIGN, YI_SIGN, YUAN, JIAO, FEN, WHOLE, MINUS };

static const char *const SIGN_TEXT[] = {
    "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖",
    "拾", "佰", "仟", "万", "亿", "元", "角", "分", "整", "负",
};
#define SIGN_COUNT (sizeof SIGN_TEXT / sizeof SIGN_TEXT[0])

/* Taken for the same. */
static const struct {
    const char *text;
    unsigned sign;
} VARIANTS[] = {
    {"貳", 2},       {"參", 3},    {"叄", 3},    {"陸", 6},     {"萬", WAN_SIGN},
    {"億", YI_SIGN}, {"圆", YUAN}, {"圓", YUAN}, {"正", WHOLE},
};

static const char PREFIX[] = "人民币";
static const char PREFIX_TRADITIONAL[] = "人民幣";

/* ---- the row of an amount ---- */

enum need { MUST, MAY_WRITTEN, MAY_LEFT_OUT };

struct row {
    size_t n;
    struct {
        uint8_t sign;
        uint8_t need;
    } at[SIGNS_MAX];
};

static void add(struct row *row, unsigned sign, enum need need)
{
    must(row->n < SIGNS_MAX);
    row->at[row->n].sign = (uint8_t)sign;
    row->at[row->n++].need = (uint8_t)need;
}

/* The digits of yuan, above zero; digit i stands for 10^i. */
static void add_yuan(struct row *row, uint64_t yuan)
{
    unsigned digits[DIGITS_MAX];
    size_t n = 0;
    bool zero = false;  /* a run of zeros waits to be read */
    bool group = false; /* the group of four in hand says something */
    for (; yuan > 0; yuan /= 10) {
        digits[n++] = (unsigned)(yuan % 10);
    }
    for (size_t i = n; i-- > 0;) {
        if (digits[i] == 0) {
            zero = true;
        } else {
            if (zero) {
                add(row, 0, i % 4 == 3 ? MAY_WRITTEN : MUST);
            }
            add(row, digits[i], MUST);
            if (i % 4 > 0) {
                add(row, SHI + (unsigned)(i % 4) - 1, MUST);
            }
            zero = false;
            group = true;
        }
        if (i % 8 == 0 && i > 0) {
            add(row, YI_SIGN, MUST); /* also of nothing: what is above it counts so */
            group = false;
        } else if (i % 4 == 0 && i > 0) {
            if (group) {
                add(row, WAN_SIGN, MUST);
            }
            group = false;
        }
    }
    add(row, YUAN, MUST);
}

static void row_make(uint64_t fen, bool below_zero, struct row *row)
{
    unsigned jiao = (unsigned)(fen / 10 % 10);
    unsigned rest = (unsigned)(fen % 10);
    row->n = 0;
    if (below_zero) {
        add(row, MINUS, MUST);
    }
    if (fen >= 100) {
        add_yuan(row, fen / 100);
    }
    if (fen == 0) {
        add(row, 0, MUST);
        add(row, YUAN, MUST);
    }
    if (jiao > 0) {
        if (fen >= 100 && fen / 100 % 10 == 0) {
            add(row, 0, MAY_LEFT_OUT);
        }
        add(row, jiao, MUST);
        add(row, JIAO, MUST);
    }
    if (rest > 0) {
        if (jiao == 0 && fen >= 100) {
            add(row, 0, MUST);
        }
        add(row, rest, MUST);
        add(row, FEN, MUST);
    } else {
        add(row, WHOLE, jiao == 0 ? MUST : MAY_LEFT_OUT);
    }
}

size_t capital_print(int64_t fen, char out[CAPITAL_TEXT_CAP])
{
    struct writer w;
    struct row row;
    row_make(fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen, fen < 0, &row);
    writer_init(&w, out, CAPITAL_TEXT_CAP - 1);
    writer_bytes(&w, PREFIX, sizeof PREFIX - 1);
    for (size_t i = 0; i < row.n; i++) {
        if (row.at[i].need != MAY_LEFT_OUT) {
            writer_bytes(&w, SIGN_TEXT[row.at[i].sign], SIGN_BYTES);
        }
    }
    must(!w.failed);
    out[w.len] = '\0';
    return w.len;
}

/* ---- reading ---- */

struct signs {
    size_t n;
    uint8_t at[CAPITAL_TEXT_CAP / SIGN_BYTES];
    size_t prefix; /* bytes in front of them */
};

static enum status fail_at(const struct signs *s, size_t sign, size_t *bad_at,
                           struct diag *d)
{
    size_t at = s->prefix + sign * SIGN_BYTES;
    if (bad_at != NULL) {
        *bad_at = at;
    }
    return diag_where(d, "character %zu", at / SIGN_BYTES + 1);
}

static bool sign_of(const char *p, uint8_t *out)
{
    for (unsigned i = 0; i < SIGN_COUNT; i++) {
        if (memcmp(p, SIGN_TEXT[i], SIGN_BYTES) == 0) {
            *out = (uint8_t)i;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof VARIANTS / sizeof VARIANTS[0]; i++) {
        if (memcmp(p, VARIANTS[i].text, SIGN_BYTES) == 0) {
            *out = (uint8_t)VARIANTS[i].sign;
            return true;
        }
    }
    return false;
}

static enum status take_signs(struct str text, struct signs *s, size_t *bad_at,
                              struct diag *d)
{
    *s = (struct signs){0};
    if (str_starts(text, str_of(PREFIX)) ||
        str_starts(text, str_of(PREFIX_TRADITIONAL))) {
        s->prefix = sizeof PREFIX - 1;
    }
    for (size_t i = s->prefix; i < text.n; i += SIGN_BYTES) {
        if (s->n == sizeof s->at) {
            diag_fail(d, ST_INPUT, "capital", "the text is too long for an amount");
            return fail_at(s, s->n, bad_at, d);
        }
        if (text.n - i < SIGN_BYTES || !sign_of(text.p + i, &s->at[s->n])) {
            diag_fail(d, ST_INPUT, "capital",
                      "this is not a character of an amount in capitals");
            diag_hint(d, "they are 零壹贰叁肆伍陆柒捌玖 拾佰仟万亿 元角分 整");
            return fail_at(s, s->n, bad_at, d);
        }
        s->n++;
    }
    return ST_OK;
}

/* What is said up to the sign in hand. */
struct sum {
    uint64_t yi;    /* closed by 亿, in yuan */
    uint64_t wan;   /* closed by 万, in yuan */
    uint64_t group; /* below 万 */
    uint64_t digit; /* that waits for its unit */
    uint64_t fen;   /* closed by 元, 角, 分 */
    bool below_zero;
};

/* False where the amount leaves int64_t. What is out of order gives an amount whose row
 * is another. */
static bool sum_add(struct sum *s, unsigned sign)
{
    static const uint64_t unit[] = {10, 100, 1000};
    uint64_t whole = s->yi + s->wan + s->group + s->digit;
    switch (sign) {
    case SHI:
    case BAI:
    case QIAN:
        s->group += s->digit * unit[sign - SHI];
        break;
    case WAN_SIGN:
        s->wan += (s->group + s->digit) * WAN;
        s->group = 0;
        break;
    case YI_SIGN:
        if (whole > YUAN_MAX / YI) {
            return false;
        }
        *s = (struct sum){.yi = whole * YI, .below_zero = s->below_zero};
        break;
    case YUAN:
        if (whole > YUAN_MAX || s->fen > 0) {
            return false;
        }
        *s = (struct sum){.fen = whole * 100, .below_zero = s->below_zero};
        break;
    case JIAO:
        s->fen += s->digit * 10;
        break;
    case FEN:
        s->fen += s->digit;
        break;
    case WHOLE:
        break;
    case MINUS:
        s->below_zero = true;
        break;
    default:
        s->digit = sign;
        return true;
    }
    s->digit = 0;
    return true;
}

/* What makes a sign impossible after what was said, or NULL. `sign` SIGN_COUNT: the end
 * of the text. The rest is for the comparison with the row. */
static const char *fault(const struct sum *s, unsigned sign)
{
    bool yuan_open = s->yi + s->wan + s->group > 0;
    if (sign < SHI) {
        return s->digit > 0 ? "a digit without its unit stands before it" : NULL;
    }
    if (sign <= QIAN || sign == JIAO || sign == FEN) {
        if (s->digit == 0) {
            return "it has no digit before it: ten is 壹拾";
        }
        return sign >= JIAO && yuan_open ? "元 is missing before it" : NULL;
    }
    if (sign == WHOLE || sign == SIGN_COUNT) {
        return yuan_open || s->digit > 0 ? "元 is missing before it" : NULL;
    }
    return NULL;
}

static enum status add_up(const struct signs *s, struct sum *sum, size_t *bad_at,
                          struct diag *d)
{
    *sum = (struct sum){0};
    for (size_t i = 0; i <= s->n; i++) {
        unsigned sign = i < s->n ? s->at[i] : SIGN_COUNT;
        const char *name = i < s->n ? SIGN_TEXT[sign] : "the end";
        const char *why = fault(sum, sign);
        if (why != NULL) {
            diag_fail(d, ST_INPUT, "capital", "%s cannot stand here: %s", name, why);
            return fail_at(s, i, bad_at, d);
        }
        if (i < s->n && !sum_add(sum, sign)) {
            diag_fail(d, ST_INPUT, "capital",
                      "%s makes the amount too large, or stands there twice", name);
            return fail_at(s, i, bad_at, d);
        }
    }
    uint64_t max = sum->below_zero ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (sum->fen > max) {
        diag_fail(d, ST_INPUT, "capital", "the amount is too large");
        return fail_at(s, 0, bad_at, d);
    }
    if (sum->below_zero && sum->fen == 0) {
        diag_fail(d, ST_INPUT, "capital", "zero is not below zero");
        return fail_at(s, 0, bad_at, d);
    }
    return ST_OK;
}

/* Are these signs a form of that row? */
static enum status match(const struct signs *s, const struct row *row, size_t *bad_at,
                         struct diag *d)
{
    size_t i = 0;
    for (size_t k = 0; k < row->n; k++) {
        unsigned want = row->at[k].sign;
        if (i < s->n && s->at[i] == want) {
            i++;
        } else if (row->at[k].need == MUST) {
            diag_fail(d, ST_INPUT, "capital", "%s stands where %s must",
                      i < s->n ? SIGN_TEXT[s->at[i]] : "the end", SIGN_TEXT[want]);
            return fail_at(s, i, bad_at, d);
        }
    }
    if (i < s->n) {
        diag_fail(d, ST_INPUT, "capital", "%s stands where the amount ends",
                  SIGN_TEXT[s->at[i]]);
        return fail_at(s, i, bad_at, d);
    }
    return ST_OK;
}

enum status capital_parse(struct str text, int64_t *out_fen, size_t *bad_at,
                          struct diag *d)
{
    struct signs s;
    struct sum sum;
    struct row row;
    TRY(take_signs(text, &s, bad_at, d));
    TRY(add_up(&s, &sum, bad_at, d));
    row_make(sum.fen, sum.below_zero, &row);
    TRY(match(&s, &row, bad_at, d));
    *out_fen = sum.below_zero ? (int64_t)((uint64_t)0 - sum.fen) : (int64_t)sum.fen;
    return ST_OK;
}
