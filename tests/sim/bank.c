/* bank.c - sim bank: the answer to a payment file, in the form that pipe-trailer's bank
 * gives (docs/formats/bank-text.md), well or badly made. */
#include <stdio.h>

#include "base/charset.h"
#include "base/text.h"
#include "tests/sim/commands.h"
#include "tests/sim/outfile.h"
#include "tests/sim/payfile.h"
#include "tests/sim/random.h"

#define BASIS 10000u /* hundredths of a percent in a whole */

struct bank {
    uint64_t seed;
    uint64_t returns;      /* of BASIS accounts */
    uint64_t wrong_amount; /* of this payment; 0: none */
    uint64_t unknown_id;
    bool truncate;
    bool drop_trailer;
    struct pay_totals totals;
    uint64_t returned;
    struct charset_conv *gbk; /* to see whether a name can be written */
    struct buf scratch;
    struct outfile *out;
};

static const struct outcome {
    const char *code;
    const char *text;
} paid = {"0000", "成功"}, reasons[] = {
                               {"1003", "已销户"},
                               {"1001", "户名不符"},
                               {"1004", "账户冻结"},
                               {"1002", "账户不存在"},
};

/* An account that is bad is bad for each of its lines. The reasons take turns by
 * the account as well. */
static const struct outcome *outcome_of(struct bank *b, struct str account)
{
    uint64_t r = random_of_bytes(b->seed, account.p, account.n);
    if (r % BASIS >= b->returns) {
        return &paid;
    }
    b->returned++;
    return &reasons[(r >> 32) % (sizeof reasons / sizeof reasons[0])];
}

static bool in_gbk(struct bank *b, struct str name)
{
    struct diag ignored;
    size_t used = 0;
    buf_clear(&b->scratch);
    return charset_convert(b->gbk, name, true, &b->scratch, &used, &ignored) == ST_OK;
}

static enum status answer_line(void *ctx, const struct pay_line *p, struct diag *d)
{
    struct bank *b = ctx;
    struct buf *out = outfile_buf(b->out);
    if (b->truncate && p->number > 1 + b->totals.count / 2) {
        return ST_OK;
    }
    const struct outcome *o = outcome_of(b, p->account);
    size_t before = out->len;
    if (p->number == b->unknown_id) {
        buf_addf(out, "UNKNOWN-%llu|", (unsigned long long)p->number);
    } else {
        buf_addf(out, "%.*s|", STR_ARG(p->id));
    }
    buf_add_str(out, p->account);
    buf_add_text(out, "|");
    if (in_gbk(b, p->name)) {
        buf_add_str(out, p->name);
    }
    int64_t fen = p->amount_fen + (p->number == b->wrong_amount ? 1 : 0);
    buf_addf(out, "|%lld|%s|%s\r\n", (long long)fen, o->code, o->text);
    if (b->truncate && p->number == 1 + b->totals.count / 2) {
        out->len = before + p->id.n + 3; /* within a line, after whole characters */
    }
    return outfile_offer(b->out, d);
}

static enum status count_line(void *ctx, const struct pay_line *p, struct diag *d)
{
    (void)ctx;
    (void)p;
    (void)d;
    return ST_OK;
}

static enum status write_answer(struct bank *b, const char *path, const char *format,
                                struct diag *d)
{
    int64_t total_fen = b->totals.total_fen + (b->wrong_amount > 0 ? 1 : 0);
    buf_addf(outfile_buf(b->out), "R|%llu|%lld\r\n",
             (unsigned long long)b->totals.count, (long long)total_fen);
    TRY(payfile_read(path, format, answer_line, b, &b->totals, d));
    if (!b->drop_trailer && !b->truncate) {
        buf_add_text(outfile_buf(b->out), "########\r\n");
    }
    return ST_OK;
}

/* Two passes over the payment file: the answer begins with count and sum. */
static enum status run_bank(struct bank *b, const char *path, const char *format,
                            const char *out, struct diag *d)
{
    enum status st;
    buf_init(&b->scratch, 4096);
    TRY_OUT(payfile_read(path, format, count_line, NULL, &b->totals, d));
    if (b->wrong_amount > b->totals.count || b->unknown_id > b->totals.count) {
        st = diag_fail(d, ST_USAGE, "option", "there are only %llu payments",
                       (unsigned long long)b->totals.count);
        goto out;
    }
    TRY_OUT(charset_conv_new(&b->gbk, CHARSET_UTF8, CHARSET_GBK, d));
    TRY_OUT(outfile_open(&b->out, out, CHARSET_GBK, d));
    TRY_OUT(write_answer(b, path, format, d));
    struct outfile *file = b->out;
    b->out = NULL;
    TRY_OUT(outfile_close(file, d));
    (void)printf("%llu payments, %lld fen, %llu returned\n",
                 (unsigned long long)b->totals.count, (long long)b->totals.total_fen,
                 (unsigned long long)b->returned);
out:
    outfile_abandon(b->out);
    charset_conv_free(b->gbk);
    buf_release(&b->scratch);
    return st;
}

enum status command_bank(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--file",       "--format",  "--out",
                                          "--seed",       "--returns", "--wrong-amount",
                                          "--unknown-id", NULL};
    static const char *const flags[] = {"--truncate", "--drop-trailer", NULL};
    TRY(args_check(a, options, flags, d));
    struct bank b = {.truncate = args_has(a, "--truncate"),
                     .drop_trailer = args_has(a, "--drop-trailer")};
    const char *file = NULL;
    const char *format = NULL;
    const char *out = NULL;
    TRY(args_need(a, "--file", &file, d));
    TRY(args_need(a, "--format", &format, d));
    TRY(args_need(a, "--out", &out, d));
    TRY(args_number(a, "--seed", UINT64_MAX, 1, &b.seed, d));
    TRY(args_number(a, "--returns", BASIS, 150, &b.returns, d));
    TRY(args_number(a, "--wrong-amount", UINT64_MAX, 0, &b.wrong_amount, d));
    TRY(args_number(a, "--unknown-id", UINT64_MAX, 0, &b.unknown_id, d));
    return run_bank(&b, file, format, out, d);
}
