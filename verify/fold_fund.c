/* fold_fund.c - appropriations and what batches take from them: kinds 80 to 83 of
 * docs/formats/ledger.md. Where records are left out, what batches take is not
 * followed, and of appropriations only what is there. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "verify/fold_private.h"

enum { NONE, RESERVED, COMMITTED };
#define US_PER_MINUTE INT64_C(60000000)

struct fund_item {
    int programme;
    uint32_t fund;
    int64_t fen;
};

struct fund_carry { /* of a programme, source and year */
    int programme;
    int32_t year;
    char source[28];
    int64_t before, delta;
};

static int64_t left_of(const struct fund_row *x)
{
    return x->appropriated - x->reserved - x->committed - x->spent;
}

static int programme_of(struct fold *f, struct str code)
{
    return code.n == 0 ? -1 : fold_programme(f, code);
}

/* ---- appropriations ---- */

static bool is_class(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || c == '-' || c == '_')) {
            return false;
        }
    }
    return true;
}

static bool may_adjust(const struct fund_row *x, const struct fund_row *of)
{
    return of != NULL && of->confirmed && of->adjusts == 0 && of->year == x->year &&
           of->programme == x->programme && strcmp(of->source, x->source) == 0 &&
           strcmp(of->function, x->function) == 0 &&
           strcmp(of->economic, x->economic) == 0;
}

/* Of a part of the ledger: is the appropriation not there? */
static bool fund_left_out(struct fold *f, uint64_t number)
{
    bool out = !f->o.whole && list_find(&f->funds, number) == NULL;
    if (out) {
        report_gap(f->report, GROUP_BALANCE, "fund-left-out",
                   "of some appropriations the beginning is left out",
                   "部分预算指标的开头未收入");
    }
    return out;
}

void rule_appropriation(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct fund_row *x = fold_next(f, a, &f->funds, v[1].u);
    if (x == NULL) {
        return;
    }
    if ((v[2].s.n > 0 && !code_fine(v[2].s)) || v[8].i == 0 ||
        (v[8].i < 0 && !v[9].there)) {
        fold_malformed(f, a, "key 2 or 8");
        return;
    }
    if (text_has_control(v[3].s) || !is_class(v[4].s) || !is_class(v[5].s) ||
        text_has_control(v[7].s)) {
        fold_malformed(f, a, "key 3, 4, 5 or 7");
        return;
    }
    x->programme = programme_of(f, v[2].s);
    x->year = (int32_t)v[6].u;
    x->fen = v[8].i;
    x->proposer = fold_signer(a);
    x->adjusts = v[9].there ? (uint32_t)v[9].u : 0;
    (void)str_copy(v[3].s, x->source, sizeof x->source);
    (void)str_copy(v[4].s, x->function, sizeof x->function);
    (void)str_copy(v[5].s, x->economic, sizeof x->economic);
    leaf_hash(f->hash, a->r->bytes, x->leaf);
    if (x->adjusts != 0 && !fund_left_out(f, x->adjusts) &&
        !may_adjust(x, list_find(&f->funds, x->adjusts))) {
        FAULT(f, a, GROUP_BALANCE, "fund-differs",
              "appropriation %u adjusts another programme, source, class or year",
              "%u 号指标所调整的指标项目、来源、科目或年度不同", x->number);
    }
}

void rule_fund_confirm(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct fund_row *x = list_find(&f->funds, v[1].u);
    if (fund_left_out(f, v[1].u)) {
        return;
    }
    if (x == NULL || x->confirmed || x->refused ||
        memcmp(x->leaf, v[2].s.p, HASH_LEN) != 0) {
        REFUSE(f, a, GROUP_AUTHORISATION, "fund-confirm",
               "appropriation %llu was not proposed like this, or is confirmed already",
               "%llu 号指标未如此提出，或已确认", (unsigned long long)v[1].u);
    }
    if (x->proposer == fold_signer(a) && x->proposer != 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "fund-same",
              "appropriation %u is confirmed by who proposed it",
              "%u 号指标由提出人自己确认", x->number);
    }
    x->confirmed = true;
    struct fund_row *root = x->adjusts == 0 ? x : list_find(&f->funds, x->adjusts);
    if (root == NULL || !f->o.whole) {
        return;
    }
    if (root->appropriated + x->fen > FUND_FEN) {
        REFUSE(f, a, GROUP_BALANCE, "fund-sum", "appropriation %u becomes too large",
               "%u 号指标超过上限", root->number);
    }
    root->appropriated += x->fen;
    if (x->fen < 0 && left_of(root) < 0) {
        FAULT(f, a, GROUP_BALANCE, "fund-short",
              "appropriation %u is less than what is taken from it",
              "%u 号指标少于已占用和支出", root->number);
    }
}

void rule_receipt(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct fund_row *x = list_find(&f->funds, v[1].u);
    if (v[3].i == 0 || text_has_control(v[4].s)) {
        fold_malformed(f, a, "key 3 or 4");
        return;
    }
    if (fund_left_out(f, v[1].u)) {
        return;
    }
    if (x == NULL || !x->confirmed || x->adjusts != 0) {
        REFUSE(f, a, GROUP_BALANCE, "fund-receipt",
               "there is no confirmed appropriation %llu", "没有已确认的 %llu 号指标",
               (unsigned long long)v[1].u);
    }
    if (!f->o.whole) {
        return; /* what was received before may be left out */
    }
    x->received += v[3].i;
    if (x->received < 0 || x->received > FUND_FEN) {
        REFUSE(f, a, GROUP_BALANCE, "fund-receipt",
               "less than nothing was received, or too much",
               "拨款合计为负，或超过上限");
    }
}

/* ---- batches ---- */

static void move_all(struct fold *f, const struct batch_row *b, int64_t reserved,
                     int64_t committed)
{
    const struct fund_item *items = b->funds.rows;
    for (size_t i = 0; i < b->funds.count; i++) {
        struct fund_row *x = list_find(&f->funds, items[i].fund);
        if (x != NULL) {
            x->reserved += reserved * items[i].fen;
            x->committed += committed * items[i].fen;
        }
    }
}

void fold_fund_void(struct fold *f, struct batch_row *b)
{
    move_all(f, b, b->fund_state == RESERVED ? -1 : 0,
             b->fund_state == COMMITTED ? -1 : 0);
    b->fund_state = NONE;
    b->funds.count = 0;
    b->carries.count = 0;
    f->fund_batch = 0;
}

void fold_fund_commit(struct fold *f, struct batch_row *b)
{
    if (b->fund_state == RESERVED) {
        move_all(f, b, -1, 1);
        b->fund_state = COMMITTED;
    }
}

void fold_fund_needed(struct fold *f, struct act *a, const struct batch_row *b)
{
    if (f->o.whole && b->fund_state == NONE &&
        strcmp(fold_setting(f, "funds"), "on") == 0) {
        FAULT(f, a, GROUP_BALANCE, "no-allocation",
              "batch %u is signed, and no appropriation bears it",
              "%u 号批次未占用指标而已签批", b->number);
    }
}

void fold_fund_redate(struct fold *f, struct act *a, const struct batch_row *b,
                      int64_t day)
{
    const struct fund_item *items = b->funds.rows;
    const struct fund_row *x =
        b->fund_state == NONE ? NULL : list_find(&f->funds, items[0].fund);
    if (x != NULL && date_to_civil((int32_t)day).year != x->year) {
        FAULT(f, a, GROUP_BALANCE, "fund-year",
              "batch %u is borne by appropriations of another year",
              "%u 号批次占用的指标属于另一年度", b->number);
    }
}

/* floor(x * part / whole), digit by digit. */
static int64_t share(int64_t x, int64_t part, int64_t whole)
{
    int64_t q = 0, r = 0;
    for (int bit = 61; bit >= 0; bit--) {
        r += r;
        q += q;
        if (r >= whole) {
            r -= whole;
            q++;
        }
        if (((uint64_t)x >> bit & 1U) != 0) {
            r += part;
        }
        if (r >= whole) {
            r -= whole;
            q++;
        }
    }
    return q;
}

/* What the items bear of the programme's first x fen. */
static void bears(const struct batch_row *b, int programme, int64_t x, int64_t *out)
{
    const struct fund_item *items = b->funds.rows;
    int64_t whole = 0;
    for (size_t i = 0; i < b->funds.count; i++) {
        whole += items[i].programme == programme ? items[i].fen : 0;
    }
    for (size_t i = 0; i < b->funds.count; i++) {
        out[i] = 0;
        if (items[i].programme == programme && whole > 0) {
            out[i] = share(x, items[i].fen, whole);
            x -= out[i];
            whole -= items[i].fen;
        }
    }
}

/* Fen by programme of the lines before this one. */
static const int64_t *lines_before(struct fold *f, const struct batch_row *b,
                                   uint64_t number)
{
    struct line_walk *w = &f->fund_walk;
    if (f->fund_batch != b->number || w->row.number >= number) {
        memset(f->fund_before, 0, sizeof f->fund_before);
        f->fund_batch = b->number;
        memset(w, 0, sizeof *w);
    }
    while (w->row.number + 1 < number && line_list_next(&b->lines, w)) {
        const struct line_row *x = &w->row;
        f->fund_before[x->programme] += x->state == LINE_DROPPED ? 0 : x->fen;
    }
    return f->fund_before;
}

void fold_fund_line(struct fold *f, const struct batch_row *b, const struct line_row *l,
                    uint64_t to)
{
    const struct fund_item *items = b->funds.rows;
    int64_t below[FUND_ITEMS], part[FUND_ITEMS];
    if (!f->o.whole || b->fund_state != COMMITTED || to == LINE_UNKNOWN) {
        return;
    }
    int64_t before = lines_before(f, b, l->number)[l->programme];
    bears(b, l->programme, before, below);
    bears(b, l->programme, before + l->fen, part);
    for (size_t i = 0; i < b->funds.count; i++) {
        struct fund_row *x = list_find(&f->funds, items[i].fund);
        int64_t fen = part[i] - below[i];
        if (x == NULL) {
            continue;
        }
        bool later = date_to_civil((int32_t)f->open.fen[3]).year != x->year;
        if (line_came_back(l->state)) { /* a correction: it was not given back */
            x->spent += later ? 0 : fen;
            continue;
        }
        x->committed -= l->state == LINE_PAID ? 0 : fen;
        if (to == LINE_PAID || (later && l->state != LINE_PAID)) {
            x->spent += fen;
        } else if (!later && l->state == LINE_PAID) {
            x->spent -= fen;
        }
    }
}

void fold_fund_day(struct fold *f, const struct act *a)
{
    f->open.fen[3] = day_of_time(a->r->time, f->offset_minutes);
}

/* ---- allocation ---- */

/* Does an item before the last have its programme and appropriation? */
static bool is_twice(const struct list *items)
{
    const struct fund_item *x = items->rows;
    for (size_t i = 0; i + 1 < items->count; i++) {
        if (x[i].programme == x[items->count - 1].programme &&
            x[i].fund == x[items->count - 1].fund) {
            return true;
        }
    }
    return false;
}

static bool read_items(struct fold *f, struct act *a, struct batch_row *b)
{
    struct cbor c = cbor_of(a->b.v[2].s);
    for (uint64_t i = 0; i < a->b.v[2].u && !c.bad; i++) {
        c.bad = c.bad || cbor_array(&c, 3) != 3;
        struct str code = cbor_text(&c, 1, CODE_MAX);
        uint64_t fund = cbor_uint(&c, UINT32_MAX);
        int64_t fen = cbor_int(&c);
        struct fund_item *x = c.bad || fen <= 0 || fen > FUND_FEN || !code_fine(code)
                                  ? NULL
                                  : list_add(&b->funds, sizeof *x);
        if (x == NULL) {
            return false;
        }
        x->programme = programme_of(f, code);
        x->fund = (uint32_t)fund;
        x->fen = fen;
        if (is_twice(&b->funds)) {
            return false;
        }
    }
    return cbor_done(&c);
}

static bool read_carries(struct fold *f, struct act *a, struct batch_row *b)
{
    struct cbor c = cbor_of(a->b.v[3].s);
    int64_t sum = 0;
    for (uint64_t i = 0; i < a->b.v[3].u && !c.bad; i++) {
        c.bad = c.bad || cbor_array(&c, 4) != 4;
        struct str code = cbor_text(&c, 1, CODE_MAX);
        struct str source = cbor_text(&c, 1, 24);
        int64_t before = cbor_int(&c), delta = cbor_int(&c);
        bool fine = !c.bad && code_fine(code) && !text_has_control(source) &&
                    before <= FUND_CARRY && before >= -FUND_CARRY &&
                    delta <= FUND_CARRY && delta >= -FUND_CARRY;
        struct fund_carry *x = fine ? list_add(&b->carries, sizeof *x) : NULL;
        if (x == NULL || !str_copy(source, x->source, sizeof x->source)) {
            return false;
        }
        x->programme = programme_of(f, code);
        if (x->programme < 0) { /* more programmes than are followed */
            return false;
        }
        x->year = b->pay_year;
        x->before = before;
        x->delta = delta;
        sum += delta;
    }
    return cbor_done(&c) && sum == 0;
}

static bool same_carry(const struct fund_carry *a, const struct fund_carry *b)
{
    return a->programme == b->programme && a->year == b->year &&
           strcmp(a->source, b->source) == 0;
}

/* What the allocations that stand of other batches left. */
static void check_carries(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct fund_carry *mine = b->carries.rows;
    const struct batch_row *other = f->batches.rows;
    for (size_t i = 0; i < b->carries.count; i++) {
        int64_t sum = 0;
        for (size_t n = 0; n < f->batches.count; n++) {
            const struct fund_carry *x = other[n].carries.rows;
            for (size_t k = 0;
                 other[n].number != b->number && k < other[n].carries.count; k++) {
                sum += same_carry(&x[k], &mine[i]) ? x[k].delta : 0;
            }
        }
        bool twice = false;
        for (size_t k = 0; k < i; k++) {
            twice = twice || same_carry(&mine[k], &mine[i]);
        }
        if (sum != mine[i].before || twice) {
            FAULT(f, a, GROUP_BALANCE, "allocation-carry",
                  "of %s, %s is carried, not what the allocation says",
                  "%s 中 %s 结转的零头与占用记录不符", f->programmes[mine[i].programme],
                  mine[i].source);
        }
    }
}

static void check_lines(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct fund_item *items = b->funds.rows;
    int64_t sums[PROGRAMMES_MAX];
    f->fund_batch = 0;
    memcpy(sums, lines_before(f, b, (uint64_t)b->lines.count + 1), sizeof sums);
    for (size_t i = 0; i < b->funds.count; i++) {
        sums[items[i].programme < 0 ? 0 : items[i].programme] -= items[i].fen;
    }
    for (size_t p = 0; p < PROGRAMMES_MAX; p++) {
        if (sums[p] != 0) {
            FAULT(f, a, GROUP_BALANCE, "allocation-sum",
                  "what is allocated of %s is not what batch %u pays of it",
                  "%s 占用的指标与 %u 号批次的金额不符", f->programmes[p], b->number);
            return;
        }
    }
}

static void take(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct fund_item *items = b->funds.rows;
    for (size_t i = 0; i < b->funds.count; i++) {
        struct fund_row *x = list_find(&f->funds, items[i].fund);
        if (x == NULL || !x->confirmed || x->adjusts != 0 || x->year != b->pay_year ||
            (x->programme != -1 && x->programme != items[i].programme)) {
            REFUSE(f, a, GROUP_BALANCE, "fund-other",
                   "appropriation %u is not confirmed, of another year, or for another "
                   "programme",
                   "%u 号指标未确认，或属于另一年度、用于其他项目", items[i].fund);
        }
        x->reserved += items[i].fen;
        if (left_of(x) < 0) {
            REFUSE(f, a, GROUP_BALANCE, "fund-short",
                   "batch %u takes more than is left of appropriation %u",
                   "%u 号批次占用超过 %u 号指标的结余", b->number, x->number);
        }
    }
}

static void check_words(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct signature *s = &a->b.signature;
    char subject[64];
    snprintf(subject, sizeof subject, "batch %u: allocate", b->number);
    if (!b->holes && b->ended &&
        (!str_is(s->subject, subject) || s->count != batch_pays_lines(b) ||
         s->total != batch_pays_fen(b))) {
        FAULT(f, a, GROUP_AUTHORISATION, "signed-words",
              "what was shown for signing (\"%.*s\", %llu, %lld fen) is not what was "
              "signed for",
              "签字时所示（“%.*s”，%llu，%lld 分）与所签内容不符", STR_ARG(s->subject),
              (unsigned long long)s->count, (long long)s->total);
    }
}

void rule_allocation(struct fold *f, struct act *a)
{
    struct batch_row *b = fold_batch(f, a, a->b.v[1].u);
    if (b == NULL) {
        return;
    }
    check_words(f, a, b);
    if (!f->o.whole) {
        report_gap(f->report, GROUP_BALANCE, "allocation",
                   "what batches take of appropriations was not followed: records are "
                   "left out",
                   "批次占用指标未查：有记录未收入本包");
        return;
    }
    fold_fund_void(f, b);
    if (b->state != 1 || strcmp(fold_setting(f, "funds"), "on") != 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "allocation-state",
              "batch %u is no draft, or the setting funds is off",
              "%u 号批次不是草稿，或未启用指标控制", b->number);
    }
    if (!read_items(f, a, b) || !read_carries(f, a, b)) {
        fold_malformed(f, a, "key 2 or 3");
        return;
    }
    check_lines(f, a, b);
    check_carries(f, a, b);
    b->fund_state = RESERVED;
    take(f, a, b);
}
