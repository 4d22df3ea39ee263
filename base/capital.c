/* capital.c - see capital.h. The forms are those of the rules for filling in bank slips
 * (支付结算办法, annex 1): a run of zeros inside is read once, 整 ends whole yuan. */
#include "base/capital.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

#define DIGITS_MAX 20

static const char *const DIGIT[10] = {"零", "壹", "贰", "叁", "肆",
                                      "伍", "陆", "柒", "捌", "玖"};

static void add(struct writer *w, const char *text)
{
    writer_bytes(w, text, strlen(text));
}

/* The digits of yuan, above zero; digit i stands for 10^i. */
static void add_yuan(struct writer *w, uint64_t yuan)
{
    static const char *const unit[4] = {"", "拾", "佰", "仟"};
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
            add(w, zero ? DIGIT[0] : "");
            add(w, DIGIT[digits[i]]);
            add(w, unit[i % 4]);
            zero = false;
            group = true;
        }
        if (i % 8 == 0 && i > 0) {
            add(w, "亿"); /* also of a group of nothing: what is above it counts so */
            group = false;
        } else if (i % 4 == 0 && i > 0) {
            add(w, group ? "万" : "");
            group = false;
        }
    }
    add(w, "元");
}

size_t capital_print(int64_t fen, char out[CAPITAL_TEXT_CAP])
{
    struct writer w;
    uint64_t amount = fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen;
    unsigned jiao = (unsigned)(amount / 10 % 10);
    unsigned rest = (unsigned)(amount % 10);
    writer_init(&w, out, CAPITAL_TEXT_CAP - 1);
    add(&w, "人民币");
    add(&w, fen < 0 ? "负" : "");
    if (amount >= 100) {
        add_yuan(&w, amount / 100);
    }
    if (jiao > 0) {
        add(&w, DIGIT[jiao]);
        add(&w, "角");
    }
    if (rest > 0) {
        add(&w, jiao == 0 && amount >= 100 ? DIGIT[0] : "");
        add(&w, DIGIT[rest]);
        add(&w, "分");
    }
    if (amount == 0) {
        add(&w, "零元");
    }
    if (jiao == 0 && rest == 0) {
        add(&w, "整");
    }
    must(!w.failed);
    out[w.len] = '\0';
    return w.len;
}
