/* fold_withdraw.c - what goes backwards: kinds 51 to 54, docs/formats/ledger.md.
 * Lines leave a batch or go to the treasury; a batch is sent back, refused by the
 * bank or given another day. */
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "verify/fold_private.h"

enum what { DROP = 1, CANCEL = 2, RECALL = 3, REFUND = 4 };
#define ANY_OF_THREE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER)
#define S(state) (1U << (state))
#define AS_IT_WAS 0

/* Steps by their numbers; several rows where the role depends on the state. */
static const struct step {
    uint8_t step;
    uint16_t from; /* bits of states */
    uint8_t roles, to;
    const char *name;
} steps[] = {
    {10, S(2), ROLE_CHECKER, 1, "reject"},
    {10, S(3), ROLE_CHECKER | ROLE_RELEASER, 1, "reject"},
    {10, S(4), ROLE_RELEASER, 1, "reject"},
    {11, S(1) | S(2) | S(3) | S(4), ROLE_MAKER, 1, "drop"},
    {12, S(1), ROLE_MAKER, 9, "cancel"},
    {12, S(2), ROLE_MAKER | ROLE_CHECKER, 9, "cancel"},
    {12, S(3) | S(4), ANY_OF_THREE, 9, "cancel"},
    {13, S(5), ROLE_RELEASER, 10, "recall"},
    {14, S(5), ROLE_CHECKER, 1, "refused"},
    {15, S(2) | S(3) | S(4), ROLE_RELEASER, AS_IT_WAS, "redate"},
    {16, S(5) | S(6) | S(7) | S(8), ROLE_MAKER, AS_IT_WAS, "refund"},
};
#define STEP_COUNT (sizeof steps / sizeof steps[0])

static uint8_t step_of(uint64_t what)
{
    return what == REFUND ? 16 : (uint8_t)(10 + what);
}

/* Of a step in any state. */
static unsigned roles_of(unsigned step)
{
    unsigned roles = 0;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        roles |= steps[i].step == step ? steps[i].roles : 0U;
    }
    return roles;
}

unsigned withdraw_roles(const struct fold *f, const struct act *a)
{
    const struct value *v = a->b.v;
    unsigned kind = a->r->kind->number;
    if (kind == K_BATCH_STEP) {
        return roles_of((unsigned)v[2].u);
    }
    uint64_t what = kind == K_WITHDRAW_START ? v[2].u : f->open.count[1];
    return what == 0 ? ANY_OF_THREE : roles_of(step_of(what));
}

/* The row of the table; NULL: refused, or the state is not known and any will do. */
static const struct step *take_step(struct fold *f, struct act *a, struct batch_row *b,
                                    unsigned step)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (steps[i].step != step || (steps[i].from & S(b->state)) == 0) {
            continue;
        }
        if (a->signer != NULL && (a->signer->roles & steps[i].roles) == 0) {
            FAULT(f, a, GROUP_AUTHORISATION, "signer-role",
                  "%s has signed step %u of batch %u without the role for it in state "
                  "%u",
                  "%s 签了第 %u 步（%u 号批次），但在状态 %u 下没有相应的职责",
                  a->signer->name, step, b->number, (unsigned)b->state);
        }
        return &steps[i];
    }
    if (f->o.whole || b->begun) {
        report_fail(f->report, GROUP_AUTHORISATION, a->r->sequence, "batch-state",
                    "batch %u is in state %u, where step %u is not possible",
                    "%u 号批次处于状态 %u，不能进行第 %u 步", b->number,
                    (unsigned)b->state, step);
        fold_stop(f, a->r->sequence);
    }
    return NULL;
}

static bool is_answered(const struct batch_row *b)
{
    const uint32_t *in = b->lines.in_state;
    return in[LINE_PAID] + in[LINE_REJECTED] + in[LINE_RETURNED] + in[LINE_REISSUED] +
               in[LINE_REFUNDED] >
           0;
}

static void check_unanswered(struct fold *f, struct act *a, const struct batch_row *b)
{
    if (is_answered(b)) {
        FAULT(f, a, GROUP_BALANCE, "batch-answered",
              "batch %u is taken back, and the bank has answered lines of it",
              "%u 号批次被撤回或拒收，而银行已有回盘", b->number);
    }
}

/* ---- lines that leave ---- */

void rule_withdraw_start(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_batch(f, a, v[1].u);
    fold_begin_batch(f, a, b);
    f->open.count[1] = v[2].u;
    if (b == NULL) {
        return;
    }
    (void)take_step(f, a, b, step_of(v[2].u));
    if (v[2].u != REFUND) {
        fold_fund_void(f, b);
    }
    if (v[2].u == RECALL) {
        check_unanswered(f, a, b);
    }
}

static bool may_leave(unsigned state, uint64_t what)
{
    switch (what) {
    case RECALL:
        return state == LINE_OPEN || state == LINE_UNKNOWN;
    case REFUND:
        return state == LINE_REJECTED || state == LINE_RETURNED;
    default:
        return state == LINE_OPEN;
    }
}

/* What the postings worked out so far move into what is due, or was refunded. */
static int64_t moved_into(const struct postings *p, unsigned account)
{
    int64_t sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool counts = p->list[i].credit == account;
        if (counts && !money_add(sum, p->list[i].fen, &sum)) {
            return -1;
        }
    }
    return sum;
}

/* *fen: what its postings must move. */
static void withdraw_line(struct fold *f, struct act *a, struct batch_row *b,
                          struct line_row *l, int64_t *fen)
{
    uint64_t what = f->open.count[1];
    enum account into = what == REFUND ? A_REFUNDED : A_DUE;
    if (!may_leave(l->state, what) || *fen > l->fen) {
        REFUSE(f, a, GROUP_BALANCE, "line-state",
               "line %u of batch %u is in state %u, and cannot leave it so",
               "第 %u 笔（%u 号批次）处于状态 %u，不能这样移出", (unsigned)l->number,
               b->number, (unsigned)l->state);
    }
    int64_t before = moved_into(&f->postings, into);
    fold_operate_line(f, a, l, what == REFUND ? OP_REFUND : OP_UNTAKE);
    if (f->o.whole && !f->stopped && moved_into(&f->postings, into) - before != *fen) {
        FAULT(f, a, GROUP_BALANCE, "withdraw-sum",
              "line %u of batch %u: not %lld fen become due again, or are refunded",
              "第 %u 笔（%u 号批次）：转为待发或缴回的并非 %lld 分",
              (unsigned)l->number, b->number, (long long)*fen);
    }
    *fen = what == REFUND ? *fen : l->fen;
    line_list_set_state(&b->lines, l,
                        what == REFUND   ? LINE_REFUNDED
                        : what == RECALL ? LINE_RECALLED
                                         : LINE_DROPPED);
    if (l->state == LINE_DROPPED) {
        b->out_lines++;
        b->out_fen += l->fen;
    }
}

/* [line, fen]; false: not in form. *known: of all lines so far. */
static bool one_entry(struct fold *f, struct act *a, struct cbor *c, int64_t *sum,
                      bool *known)
{
    c->bad = c->bad || cbor_array(c, 2) != 2;
    uint64_t number = cbor_uint(c, UINT32_MAX);
    int64_t fen = cbor_int(c);
    if (c->bad || number == 0 || fen < 0 ||
        !money_add(f->open.fen[0], fen, &f->open.fen[0])) {
        return false;
    }
    struct batch_row *b = list_find(&f->batches, f->open.number);
    struct line_row *l = b == NULL ? NULL : fold_line(f, b, number);
    if (l == NULL) {
        *known = false;
        return !f->o.whole;
    }
    withdraw_line(f, a, b, l, &fen);
    return money_add(*sum, fen, sum);
}

void rule_withdrawn(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_open_batch(f, a);
    struct cbor c = cbor_of(v[3].s);
    bool known = f->open.count[1] != 0;
    int64_t sum = 0;
    if (f->stopped) {
        return;
    }
    if (b != NULL && f->open.incomplete) {
        b->holes = true; /* which lines left is not known */
    }
    for (uint64_t i = 0; i < v[3].u && known && !f->stopped; i++) {
        if (!one_entry(f, a, &c, &sum, &known) && !f->stopped) {
            fold_malformed(f, a, "key 3");
        }
    }
    f->open.count[0] += v[3].u;
    if (f->stopped) {
        return;
    }
    if (known && !cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
        return;
    }
    if (b != NULL && f->open.count[1] == DROP) {
        hash_once(f->hash, str_make(b->content, HASH_LEN), v[3].s, b->content);
    }
    fold_check_sum(f, a, known, sum);
}

static void forget_signatures(struct batch_row *b)
{
    memset(b->signer, 0, sizeof b->signer);
}

/* How many lines must be left: a recall takes all that it pays. */
static bool lines_left_fine(const struct batch_row *b, uint64_t what, uint64_t lines)
{
    uint64_t left = batch_pays_lines(b);
    switch (what) {
    case DROP:
        return left > 0;
    case CANCEL:
        return left == 0;
    case RECALL:
        return left == lines;
    default:
        return true;
    }
}

void rule_withdraw_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    uint64_t what = f->open.count[1];
    struct batch_row *b = fold_open_batch(f, a);
    bool whole = fold_check_end(f, a);
    if (f->stopped || what == 0) {
        return;
    }
    if (whole && (v[2].u != f->open.count[0] || v[3].i != f->open.fen[0])) {
        FAULT(f, a, GROUP_BALANCE, "withdraw-totals",
              "the totals signed at the end are not those of its records",
              "结束时所签的合计与其记录不符");
    }
    const struct step *s = b == NULL ? NULL : take_step(f, a, b, step_of(what));
    if (b == NULL || f->stopped) {
        return;
    }
    if (whole && !b->holes && b->ended && !lines_left_fine(b, what, v[2].u)) {
        FAULT(f, a, GROUP_BALANCE, "withdraw-lines",
              "batch %u: it leaves lines in the batch that it must not, or none",
              "%u 号批次：移出后留下的明细不对", b->number);
    }
    b->state = s == NULL || s->to == AS_IT_WAS ? b->state : s->to;
    if (what == DROP) {
        forget_signatures(b);
    }
}

/* ---- steps of one record ---- */

void rule_batch_step(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    unsigned step = (unsigned)v[2].u;
    if ((step != 10 && step != 14 && step != 15) || v[7].there != (step == 15) ||
        (v[8].there && step != 14)) {
        fold_malformed(f, a, "key 2, 7 or 8");
        return;
    }
    struct batch_row *b = fold_batch(f, a, v[1].u);
    const struct step *s = b == NULL ? NULL : take_step(f, a, b, step);
    if (s == NULL) {
        return;
    }
    fold_check_content(f, a, b, s->name);
    if (step == 14) {
        check_unanswered(f, a, b);
    }
    if (step != 15) {
        forget_signatures(b);
        fold_fund_void(f, b);
    } else {
        fold_fund_redate(f, a, b, v[7].i);
        b->pay_year = date_to_civil((int32_t)v[7].i).year;
    }
    b->state = s->to == AS_IT_WAS ? b->state : s->to;
    if (b->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
}
