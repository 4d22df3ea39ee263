/* fund_share.c - see fund_share.h. Reads lines, policies and, where tiers have
 * shares of their own, the records that granted the months; never the vault. */
#include "entitle/fund_share.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "entitle/entitle.h"
#include "ledger/body.h"
#include "ledger/line.h"

#define GROUPS_MAX 64
#define SHARES_MAX 16 /* of one list in a policy file */

struct group { /* months under one list of shares */
    char programme[PROGRAMME_CODE_MAX + 1];
    const struct funds *funds; /* of a policy of the set */
    int64_t fen;
    int64_t weight[SHARES_MAX]; /* of each share, ten thousandths of a fen */
};

struct sharing {
    struct ledger *l;
    struct entitle *e;
    struct fund_weights *out;
    size_t count;
    struct group groups[GROUPS_MAX];
    struct account *account; /* work space, made when it is needed */
};

/* ---- which list of shares ---- */

/* The tier of the newest grant of this month before the line: 0: none found. */
static enum status tier_of(struct sharing *s, const struct line_entry *line,
                           int32_t month, uint32_t *tier, struct diag *d)
{
    static _Thread_local struct entitlement e;
    static _Thread_local struct postings p;
    uint8_t key[8];
    struct str row;
    *tier = 0;
    if (s->account == NULL && (s->account = malloc(sizeof *s->account)) == NULL) {
        return diag_memory(d);
    }
    put_u64(key, line->person);
    TRY(store_get(ledger_txn(s->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, s->account, d));
    s->out->unsure = s->out->unsure || s->account->forward != 0;
    for (uint64_t at = s->account->last; at != 0; at = e.previous) {
        struct record r;
        TRY(record_get(ledger_txn(s->l), at - 1, &r, NULL, d));
        if (r.kind != KIND_ENTITLEMENT || !entitlement_read(r.body, &e, &p) ||
            e.previous >= at) {
            return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no grant",
                             (unsigned long long)(at - 1));
        }
        for (size_t i = 0; at - 1 < line->sequence && i < e.span_count; i++) {
            const struct span *x = &e.spans[i].span;
            if (str_is(e.programme, line->programme) && month >= x->from &&
                month < x->from + x->months && e.spans[i].tier != 0) {
                *tier = e.spans[i].tier;
                return ST_OK;
            }
        }
    }
    return ST_OK;
}

static bool by_tier(const struct programme *p)
{
    for (size_t i = 0; i < p->tier_count; i++) {
        if (p->tiers[i].funds.count > 0) {
            return true;
        }
    }
    return false;
}

static enum status funds_of(struct sharing *s, const struct line_entry *line,
                            int32_t month, const struct funds **out, struct diag *d)
{
    char text[DATE_TEXT_CAP];
    uint32_t tier;
    const struct programme *p = entitle_rules(s->e, str_of(line->programme), month);
    *out = p != NULL ? &p->funds : NULL;
    if (p != NULL && by_tier(p)) {
        TRY(tier_of(s, line, month, &tier, d));
        if (tier > 0 && tier <= p->tier_count && p->tiers[tier - 1].funds.count > 0) {
            *out = &p->tiers[tier - 1].funds;
        }
    }
    if (*out != NULL && (*out)->count > 0) {
        return ST_OK;
    }
    month_print(month, text);
    diag_fail(d, ST_CONFLICT, "no-share",
              "no policy in force says from which funds %s of %s is paid",
              line->programme, text);
    return diag_hint(d, "adopt one that does, or drop line %u (batch drop %u)",
                     line->line, line->batch);
}

/* ---- months by list ---- */

static enum status too_many(struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "too-many-shares",
              "the batch has more programmes and sources than an allocation can hold "
              "(%d)",
              FUND_WEIGHTS_MAX);
    return diag_hint(d, "make batches by programme: batch new --programme");
}

static enum status group_of(struct sharing *s, const char *programme,
                            const struct funds *funds, struct group **out,
                            struct diag *d)
{
    size_t i = 0;
    while (i < s->count && (s->groups[i].funds != funds ||
                            strcmp(s->groups[i].programme, programme) != 0)) {
        i++;
    }
    if (i == GROUPS_MAX) {
        return too_many(d);
    }
    if (i == s->count) {
        struct group g = {.funds = funds};
        (void)str_copy(str_of(programme), g.programme, sizeof g.programme);
        s->groups[s->count++] = g;
    }
    *out = &s->groups[i];
    return ST_OK;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When it has its turn. */
static int turn_of(const struct fund_share *s)
{
    return s->per_head ? 0 : s->rest ? 2 : 1;
}

/* Of one month: per head first, then percentages, then the rest; together no more than
 * the month. Where none is the rest, what percentages of 100 leave is nothing. */
static void share_month(struct group *g, int64_t fen)
{
    const struct funds *f = g->funds;
    int64_t left = fen * 10000; /* of the group's, which was looked at */
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < f->count && i < SHARES_MAX; i++) {
            const struct fund_share *s = &f->shares[i];
            if (turn_of(s) != turn) {
                continue;
            }
            int64_t part = s->rest       ? left
                           : s->per_head ? least(s->per_head_fen, fen) * 10000
                                         : fen * s->percent; /* at most 100 % */
            part = least(part, left);
            g->weight[i] += part;
            left -= part;
        }
    }
}

static enum status take_month(struct sharing *s, const struct line_entry *line,
                              int32_t month, int64_t fen, struct diag *d)
{
    const struct funds *funds;
    struct group *g = &s->groups[0];
    int64_t whole;
    TRY(funds_of(s, line, month, &funds, d));
    TRY(group_of(s, line->programme, funds, &g, d));
    g->fen += fen; /* of the batch's total */
    if (!money_mul(g->fen, 10000, &whole)) {
        return diag_fail(d, ST_CONFLICT, "fund-sum", "the batch's total is too large");
    }
    share_month(g, fen);
    return ST_OK;
}

static enum status take_lines(struct sharing *s, uint32_t batch, struct diag *d)
{
    static _Thread_local struct line_entry line;
    struct batch_entry b;
    TRY(batch_get(ledger_txn(s->l), batch, &b, d));
    for (uint32_t n = 1; n <= b.lines; n++) {
        TRY(line_get(ledger_txn(s->l), batch, n, &line, d));
        for (size_t i = 0; line.state != LINE_DROPPED && i < line.span_count; i++) {
            for (int32_t m = 0; m < line.spans[i].months; m++) {
                TRY(take_month(s, &line, line.spans[i].from + m, line.spans[i].fen, d));
            }
        }
    }
    return ST_OK;
}

/* ---- lists into weights ---- */

static enum status add_weight(struct sharing *s, const struct group *g,
                              const struct fund_share *share, int64_t weight,
                              struct diag *d)
{
    struct fund_weights *w = s->out;
    size_t i = 0;
    while (i < w->count && (strcmp(w->items[i].programme, g->programme) != 0 ||
                            strcmp(w->items[i].source, share->source) != 0)) {
        i++;
    }
    if (i == FUND_WEIGHTS_MAX) {
        return too_many(d);
    }
    struct fund_weight *x = &w->items[i];
    if (i == w->count) {
        memset(x, 0, sizeof *x);
        (void)str_copy(str_of(g->programme), x->programme, sizeof x->programme);
        if (!str_copy(str_of(share->source), x->source, sizeof x->source)) {
            return diag_fail(d, ST_CONFLICT, "source-name",
                             "the source \"%s\" has more than %d bytes", share->source,
                             FUND_SOURCE_MAX);
        }
        w->count++;
    }
    x->rest = x->rest || share->rest;
    x->weight += weight;
    return ST_OK;
}

/* Per head first, then percentages, then the rest. */
static enum status weigh(struct sharing *s, const struct group *g, struct diag *d)
{
    const struct funds *f = g->funds;
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < f->count && i < SHARES_MAX; i++) {
            const struct fund_share *x = &f->shares[i];
            if (turn_of(x) == turn) {
                TRY(add_weight(s, g, x, g->weight[i], d));
            }
        }
    }
    return ST_OK;
}

static void copy_of(const struct fund_weights *in, const char *programme, bool rest,
                    struct fund_weights *out)
{
    for (size_t i = 0; i < in->count; i++) {
        if (in->items[i].rest == rest &&
            strcmp(in->items[i].programme, programme) == 0) {
            out->items[out->count++] = in->items[i];
        }
    }
}

/* A programme's weights together, its rest last; otherwise as they came. */
static void order(struct fund_weights *w)
{
    struct fund_weights in = *w;
    w->count = 0;
    for (size_t i = 0; i < in.count; i++) {
        size_t before = 0;
        while (strcmp(in.items[before].programme, in.items[i].programme) != 0) {
            before++;
        }
        if (before == i) { /* its first */
            copy_of(&in, in.items[i].programme, false, w);
            copy_of(&in, in.items[i].programme, true, w);
        }
    }
}

enum status fund_weights(struct ledger *l, uint32_t batch, uint64_t below,
                         struct fund_weights *out, struct diag *d)
{
    struct sharing s = {.l = l, .out = out};
    uint32_t rules;
    memset(out, 0, sizeof *out);
    TRY(entitle_rules_before(l, below, &rules, d));
    TRY(entitle_open(&s.e, l, rules, d));
    enum status st = take_lines(&s, batch, d);
    for (size_t i = 0; st == ST_OK && i < s.count; i++) {
        st = weigh(&s, &s.groups[i], d);
    }
    if (st == ST_OK) {
        order(out);
    }
    entitle_close(s.e);
    free(s.account);
    return st;
}

static bool is_last(const struct fund_weights *w, size_t i)
{
    return i + 1 == w->count ||
           strcmp(w->items[i].programme, w->items[i + 1].programme) != 0;
}

void fund_shares(const struct fund_weights *w, const int64_t *carried, int64_t *fen)
{
    size_t first = 0;
    while (first < w->count) {
        int64_t left = 0;
        size_t end = first;
        do {
            left += w->items[end].weight;
        } while (!is_last(w, end++));
        left /= 10000; /* they add up to whole fen */
        for (size_t i = first; i < end; i++) {
            fen[i] =
                i + 1 == end ? left : fund_cut(w->items[i].weight, carried[i], left);
            left -= fen[i];
        }
        first = end;
    }
}
