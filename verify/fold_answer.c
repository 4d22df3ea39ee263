/* fold_answer.c - the bank's answers, and what is paid again: kinds 45 to 50. */
#include <string.h>

#include "base/money.h"
#include "verify/fold_private.h"

static bool state_allows(const struct fold *f, const struct batch_row *b)
{
    return !f->o.whole || (b->state >= 5 && b->state <= 8);
}

static bool answer_known(struct fold *f, struct batch_row *b, struct str sha)
{
    const uint8_t *rows = b->answers.rows;
    for (size_t i = 0; i < b->answers.count; i++) {
        if (memcmp(rows + i * HASH_LEN, sha.p, HASH_LEN) == 0) {
            return true;
        }
    }
    uint8_t *row = list_add(&b->answers, HASH_LEN);
    if (row == NULL) {
        f->no_memory = true;
    } else {
        memcpy(row, sha.p, HASH_LEN);
    }
    return false;
}

void fold_begin_batch(struct fold *f, struct act *a, struct batch_row *b)
{
    f->open.number = a->b.v[1].u;
    f->open.concerned = b != NULL && b->concerned;
}

static void begin(struct fold *f, struct act *a, struct batch_row *b)
{
    fold_begin_batch(f, a, b);
    if (b != NULL && !state_allows(f, b)) {
        REFUSE(f, a, GROUP_AUTHORISATION, "answer-state",
               "batch %u is in state %u, and is not with the bank",
               "%u 号批次处于状态 %u，不在银行处理中", b->number, (unsigned)b->state);
    }
}

void rule_answer_start(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_batch(f, a, v[1].u);
    fold_fund_day(f, a);
    fold_keep_file(f, a, v[3].s, v[4].u);
    fold_check_layout(f, a, 6, 7, 0);
    begin(f, a, b);
    f->open.count[1] = v[10].there ? 1 : 0;
    if (b != NULL && answer_known(f, b, v[3].s)) {
        FAULT(f, a, GROUP_BALANCE, "answer-again",
              "this answer of batch %u was taken in before",
              "%u 号批次的该回盘已导入过", b->number);
    }
}

void rule_reissue_start(struct fold *f, struct act *a)
{
    begin(f, a, fold_batch(f, a, a->b.v[1].u));
}

struct batch_row *fold_open_batch(struct fold *f, struct act *a)
{
    if (f->open.incomplete && f->open.number == 0) {
        f->open.number = a->b.v[1].u;
    }
    if (a->b.v[1].u != f->open.number) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "act-number",
                    "batch %llu is not the one under way", "进行中的不是 %llu 号批次",
                    (unsigned long long)a->b.v[1].u);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    struct batch_row *b = list_find(&f->batches, f->open.number);
    if (b != NULL && b->concerned) {
        f->open.concerned = true;
    }
    return b;
}

bool line_came_back(unsigned state)
{
    return state == LINE_REJECTED || state == LINE_RETURNED || state == LINE_REISSUED;
}

/* Which operation brings a line from its state to another; false: not possible.
 * corrects: the answer's start says that it may say "paid" of what came back. */
static bool result_operation(unsigned from, uint64_t to, bool corrects,
                             enum operation *op, bool *none)
{
    bool open = from == LINE_OPEN || from == LINE_UNKNOWN;
    *none = to == LINE_UNKNOWN;
    *op = line_came_back(from) ? OP_CORRECT
          : to == LINE_PAID    ? OP_PAID
          : from == LINE_PAID  ? OP_BACK_PAID
                               : OP_BACK_TRANSIT;
    switch (to) {
    case LINE_PAID:
        return open || (corrects && line_came_back(from));
    case LINE_REJECTED:
        return open;
    case LINE_RETURNED:
        return open || from == LINE_PAID;
    case LINE_UNKNOWN:
        return from == LINE_OPEN;
    default:
        return false;
    }
}

void fold_operate_line(struct fold *f, struct act *a, const struct line_row *l,
                       enum operation op)
{
    if (!fold_row_load(f, a, l->person)) {
        return;
    }
    for (size_t i = 0; i < l->span_count; i++) {
        fold_operate(f, a, l->programme, op, &l->spans[i]);
    }
    fold_row_store(f, a);
    f->row_person = 0;
}

/* One result; *fen: of the line when money moves. False: the line is not known here. */
static bool apply_result(struct fold *f, struct act *a, struct batch_row *b,
                         const uint64_t result[3], int64_t *fen)
{
    struct line_row *l = b == NULL ? NULL : fold_line(f, b, result[0]);
    enum operation op;
    bool none;
    *fen = 0;
    if (l == NULL) {
        if (f->o.whole) {
            fold_malformed(f, a, "a line that is not in the batch");
        }
        return false;
    }
    f->scope.named = f->scope.named || l->named;
    if (!result_operation(l->state, result[1], f->open.count[1] == 1, &op, &none)) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "line-state",
                    "line %llu of batch %u cannot go from state %u to %llu",
                    "第 %llu 笔（%u 号批次）不能由状态 %u 变为 %llu",
                    (unsigned long long)result[0], b->number, (unsigned)l->state,
                    (unsigned long long)result[1]);
        fold_stop(f, a->r->sequence);
        return false;
    }
    if (!none) {
        fold_operate_line(f, a, l, op);
        *fen = l->fen;
    }
    fold_fund_line(f, b, l, result[1]);
    line_list_set_state(&b->lines, l, (enum line_state)result[1]);
    return true;
}

void fold_check_sum(struct fold *f, struct act *a, bool known, int64_t expected)
{
    int64_t posted = 0;
    fold_postings(f, a, f->o.whole, &posted);
    if (!f->o.whole && known && !f->stopped && posted != expected) {
        FAULT(f, a, GROUP_BALANCE, "postings",
              "its postings move %lld fen, its lines %lld",
              "所记借贷共 %lld 分，明细共 %lld 分", (long long)posted,
              (long long)expected);
    }
}

void rule_results(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_open_batch(f, a);
    struct cbor c = cbor_of(v[3].s);
    bool known = true;
    int64_t sum = 0;
    if (f->stopped) {
        return;
    }
    if (v[2].u < f->open.next) {
        FAULT(f, a, GROUP_BALANCE, "act-order", "it goes back in its file",
              "在文件中的位置倒退");
    }
    f->open.next = v[2].u;
    for (uint64_t i = 0; i < v[3].u && !f->stopped; i++) {
        uint64_t result[3];
        int64_t fen;
        c.bad = c.bad || cbor_array(&c, 3) != 3;
        result[0] = cbor_uint(&c, UINT32_MAX);
        result[1] = cbor_uint(&c, 5);
        result[2] = cbor_uint(&c, 12);
        if (c.bad) {
            break;
        }
        known = apply_result(f, a, b, result, &fen) && known;
        c.bad = !money_add(sum, fen, &sum);
    }
    f->open.count[0] += v[3].u;
    if (f->stopped) {
        return;
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
        return;
    }
    fold_check_sum(f, a, known, sum);
}

static bool all_answered(const struct batch_row *b)
{
    return b->lines.in_state[LINE_OPEN] + b->lines.in_state[LINE_UNKNOWN] == 0;
}

void rule_answer_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_open_batch(f, a);
    bool whole = fold_check_end(f, a);
    if (f->stopped) {
        return;
    }
    if (whole && v[2].u != f->open.count[0]) {
        FAULT(f, a, GROUP_BALANCE, "answer-counts",
              "the number of results signed at the end is not that of its records",
              "结束时所签的回盘笔数与其记录不符");
    }
    if (b != NULL && b->state == 5 && all_answered(b)) {
        b->state = 6;
    }
}

void rule_reissue(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_open_batch(f, a);
    struct cbor c = cbor_of(v[3].s);
    int64_t sum = 0;
    for (uint64_t i = 0; i < v[3].u && !f->stopped; i++) {
        c.bad = c.bad || cbor_array(&c, 2) != 2;
        uint64_t number = cbor_uint(&c, UINT32_MAX);
        int64_t fen = cbor_int(&c);
        if (c.bad || fen < 0 || !money_add(sum, fen, &sum) ||
            !money_add(f->open.fen[0], fen, &f->open.fen[0])) {
            c.bad = true;
            break;
        }
        struct line_row *l = b == NULL ? NULL : fold_line(f, b, number);
        if (l == NULL && !f->o.whole) {
            continue;
        }
        if (l == NULL || (l->state != LINE_REJECTED && l->state != LINE_RETURNED) ||
            fen > l->fen) {
            REFUSE(f, a, GROUP_BALANCE, "reissue-line",
                   "line %llu did not come back, or with less than what is due again",
                   "第 %llu 笔未退回，或重发金额多于退回", (unsigned long long)number);
        }
        f->scope.named = f->scope.named || l->named;
        fold_operate_line(f, a, l, OP_REISSUE);
        line_list_set_state(&b->lines, l, LINE_REISSUED);
    }
    f->open.count[0] += v[3].u;
    if (f->stopped) {
        return;
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
        return;
    }
    fold_check_sum(f, a, true, sum);
}

void rule_reissue_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    (void)fold_open_batch(f, a);
    if (!fold_check_end(f, a) || f->stopped) {
        return;
    }
    if (v[2].u != f->open.count[0] || v[3].i != f->open.fen[0]) {
        FAULT(f, a, GROUP_BALANCE, "reissue-totals",
              "the totals signed at the end are not those of its records",
              "结束时所签的合计与其记录不符");
    }
}
