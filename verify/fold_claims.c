/* fold_claims.c - what claims.txt must say, from the records: docs/formats/bundle.md
 * section 6. */
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "verify/fold_private.h"

static bool batch_counts(const struct claims *c, const struct batch_row *b)
{
    bool whole = b->begun && b->ended && !b->holes;
    switch (c->scope) {
    case SCOPE_ALL:
        return whole;
    case SCOPE_PERIOD:
        return whole && b->concerned;
    case SCOPE_BATCH:
        return whole && b->number == c->number;
    case SCOPE_PERSON:
        return false;
    }
    return false;
}

enum batch_shown fold_batch_shown(const struct fold *f, uint64_t number)
{
    const struct batch_row *b = list_find(&f->batches, number);
    if (b == NULL || !b->begun || !b->ended || b->holes) {
        return BATCH_NOT_WHOLE;
    }
    bool three = b->signer[0] != 0 && b->signer[1] != 0 && b->signer[2] != 0;
    return three ? BATCH_SIGNED_BY_THREE : BATCH_UNSIGNED;
}

static enum counted fate(const struct line_row *l)
{
    return l->state == LINE_PAID                                   ? COUNT_PAID
           : l->state == LINE_OPEN || l->state == LINE_UNKNOWN     ? COUNT_OPEN
           : l->state == LINE_DROPPED || l->state == LINE_RECALLED ? COUNT_OUT
                                                                   : COUNT_BACK;
}

static void count_lines(struct fold *f, const struct batch_row *b)
{
    struct claims *c = f->o.claims;
    bool all = batch_counts(c, b);
    struct line_walk w = {0};
    while (line_list_next(&b->lines, &w)) {
        const struct line_row *l = &w.row;
        bool counts = c->scope == SCOPE_PERSON ? claims_person(c, l->person) : all;
        for (size_t s = 0; counts && s < l->span_count; s++) {
            claims_span(c, COUNT_LINES, l->programme, &l->spans[s]);
            claims_span(c, fate(l), l->programme, &l->spans[s]);
        }
    }
}

static void write_head(struct fold *f, struct buf *out)
{
    const struct claims *c = f->o.claims;
    char from[DATE_TEXT_CAP], to[DATE_TEXT_CAP];
    buf_add_text(out, "almoner-claims/v1\nscope ");
    switch (c->scope) {
    case SCOPE_ALL:
        buf_add_text(out, "all\n");
        break;
    case SCOPE_PERIOD:
        month_print(c->from, from);
        month_print(c->to, to);
        buf_addf(out, "period %s %s\n", from, to);
        break;
    case SCOPE_BATCH:
        buf_addf(out, "batch %llu\n", (unsigned long long)c->number);
        break;
    case SCOPE_PERSON:
        buf_addf(out, "person %llu\n", (unsigned long long)c->number);
        break;
    }
    buf_addf(out, "included %llu\nleft-out %llu\n", (unsigned long long)f->included,
             (unsigned long long)f->left_out);
    if (c->scope == SCOPE_ALL) {
        buf_addf(out, "range 0 %llu\n", (unsigned long long)f->tree.size);
    } else if (c->scope == SCOPE_PERIOD) {
        buf_addf(out, "range %llu %llu\n", (unsigned long long)c->range_first,
                 (unsigned long long)c->range_end);
    }
    const uint64_t *persons = c->persons.rows;
    for (size_t i = 0; i < c->persons.count; i++) {
        buf_addf(out, "person %llu\n", (unsigned long long)persons[i]);
    }
}

static void write_batch(const struct batch_row *b, struct buf *out)
{
    static const char *const names[] = {
        "?",       "draft",   "submitted", "approved",  "released", "exported",
        "settled", "closing", "closed",    "cancelled", "recalled"};
    struct line_walk w = {0};
    uint64_t paid = 0, back = 0;
    int64_t paid_fen = 0, back_fen = 0; /* parts of total_fen, which is known to fit */
    char hex[2 * HASH_LEN + 1];
    while (line_list_next(&b->lines, &w)) {
        enum counted what = fate(&w.row);
        paid += what == COUNT_PAID;
        back += what == COUNT_BACK;
        paid_fen += what == COUNT_PAID ? w.row.fen : 0;
        back_fen += what == COUNT_BACK ? w.row.fen : 0;
    }
    text_hex(b->content, HASH_LEN, hex);
    buf_addf(out, "batch %u %s %llu %lld %llu %lld %llu %lld %s\n", b->number,
             names[b->state <= 10 ? b->state : 0],
             (unsigned long long)batch_pays_lines(b), (long long)batch_pays_fen(b),
             (unsigned long long)paid, (long long)paid_fen, (unsigned long long)back,
             (long long)back_fen, hex);
}

static void write_batches(struct fold *f, struct buf *out)
{
    const struct batch_row *b = f->batches.rows;
    const struct exported *e = f->exports.rows;
    for (size_t i = 0; i < f->batches.count; i++) {
        if (batch_counts(f->o.claims, &b[i])) {
            write_batch(&b[i], out);
        }
    }
    for (size_t i = 0; i < f->exports.count; i++) {
        const struct batch_row *of = list_find(&f->batches, e[i].batch);
        char hex[2 * HASH_LEN + 1];
        if (of == NULL || !batch_counts(f->o.claims, of)) {
            continue;
        }
        text_hex(e[i].sha256, HASH_LEN, hex);
        buf_addf(out, "export %llu %u %s %llu %s\n", (unsigned long long)e[i].sequence,
                 e[i].batch, e[i].format, (unsigned long long)e[i].bytes, hex);
    }
}

/* The programmes ascending: their places in f->programmes. */
static void sort_programmes(const struct fold *f, size_t order[PROGRAMMES_MAX])
{
    for (size_t i = 0; i < f->programme_count; i++) {
        size_t at = i;
        while (at > 0 && strcmp(f->programmes[order[at - 1]], f->programmes[i]) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

static void write_balances(const struct fold *f, struct buf *out)
{
    size_t order[PROGRAMMES_MAX];
    sort_programmes(f, order);
    for (size_t i = 0; i < f->programme_count; i++) {
        const int64_t *balance = f->balance[order[i]];
        for (int account = 0; account < ACCOUNT_COUNT; account++) {
            if (balance[account] != 0) {
                buf_addf(out, "balance %s %d %lld\n", f->programmes[order[i]], account,
                         (long long)balance[account]);
            }
        }
    }
}

static void write_erased(const struct fold *f, struct buf *out)
{
    const uint64_t *pairs = f->erased.rows; /* ascending */
    for (size_t i = 0; i < f->erased.count / 2; i++) {
        buf_addf(out, "erased %llu %llu\n", (unsigned long long)pairs[2 * i],
                 (unsigned long long)pairs[2 * i + 1]);
    }
}

/* The balances of the postings against the rows of all people. */
static void check_balances(struct fold *f)
{
    int64_t sums[PROGRAMMES_MAX][ACCOUNT_COUNT];
    memset(sums, 0, sizeof sums);
    struct person person;
    for (uint64_t n = 1; people_get(&f->people, n, &person); n++) {
        row_unpack(person.money, &f->row);
        for (size_t i = 0; i < f->row.count; i++) {
            const struct segment *s = &f->row.segment[i];
            for (int a = 0; a < ACCOUNT_COUNT; a++) {
                uint64_t fen = (uint64_t)s->fen[a] * (uint64_t)s->months;
                uint64_t sum = (uint64_t)sums[s->programme][a];
                sum = account_is_left((enum account)a) ? sum + fen : sum - fen;
                sums[s->programme][a] = (int64_t)sum;
            }
        }
    }
    report_checked(f->report, GROUP_BALANCE);
    for (size_t p = 0; p < f->programme_count; p++) {
        int64_t total = 0;
        for (int a = 0; a < ACCOUNT_COUNT; a++) {
            total = (int64_t)((uint64_t)total + (uint64_t)sums[p][a]);
            if (sums[p][a] != f->balance[p][a]) {
                report_fail(f->report, GROUP_BALANCE, NO_RECORD, "trial-balance",
                            "programme %s, account %d: the months of all people give "
                            "%lld fen, the postings %lld",
                            "项目 %s 科目 %d：全体各月合计 %lld 分，借贷合计 %lld 分",
                            f->programmes[p], a, (long long)sums[p][a],
                            (long long)f->balance[p][a]);
            }
        }
        if (total != 0) {
            report_fail(f->report, GROUP_BALANCE, NO_RECORD, "trial-balance",
                        "programme %s: the trial balance is not zero",
                        "项目 %s：试算不平衡", f->programmes[p]);
        }
    }
}

void fold_claims(struct fold *f)
{
    struct claims *c = f->o.claims;
    if (f->stopped || f->o.claims->no_memory) {
        return;
    }
    if (f->o.whole) {
        check_balances(f);
    }
    const struct batch_row *b = f->batches.rows;
    for (size_t i = 0; i < f->batches.count; i++) {
        count_lines(f, &b[i]);
    }
    const char *codes[PROGRAMMES_MAX];
    for (size_t i = 0; i < f->programme_count; i++) {
        codes[i] = f->programmes[i];
    }
    struct buf *out = &c->expected;
    write_head(f, out);
    for (int what = 0; what < COUNTED; what++) {
        if ((what == COUNT_ENTITLED || what == COUNT_HISTORY) &&
            c->scope == SCOPE_BATCH) {
            continue;
        }
        claims_rows(c, (enum counted)what, codes, f->programme_count, out);
    }
    write_batches(f, out);
    if (c->scope == SCOPE_ALL) {
        write_balances(f, out);
    }
    write_erased(f, out);
    c->no_memory = c->no_memory || out->failed;
}
