/* fold_fund.c - rules of appropriations and of what batches take from them: reserved by
 * an allocation before the submission, committed at release, spent and given back line
 * by line with the bank's results. Sums of the batch in hand are kept until the end of
 * the transaction, as its own row is. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "ledger/fold_private.h"
#include "ledger/line.h"
#include "ledger/refusal.h"
#include "ledger/setting.h"
#include "ledger/tree.h"

/* ---- the batch in hand ---- */

static enum status add_item(struct fold *f, size_t i, struct diag *d)
{
    const struct fund_sums *more = &f->fund.more[i];
    struct fund_entry e;
    TRY(fund_get(f->t, f->fund.entry.terms.items[i].fund, &e, d));
    e.sums.committed += more->committed; /* parts of sums that were checked */
    e.sums.spent += more->spent;
    e.sums.returned += more->returned;
    e.sums.prior += more->prior;
    e.sums.refunded += more->refunded;
    if (more->spent_day > e.sums.spent_day) {
        e.sums.spent_day = more->spent_day;
    }
    return fund_put(f->t, &e, d);
}

enum status fold_fund_flush(struct fold *f, struct diag *d)
{
    for (size_t i = 0; f->fund.changed && i < f->fund.entry.terms.count; i++) {
        TRY(add_item(f, i, d));
    }
    memset(f->fund.more, 0, sizeof f->fund.more);
    f->fund.changed = false;
    return ST_OK;
}

static enum status hold(struct fold *f, uint32_t batch, struct diag *d)
{
    struct fund_entry first;
    if (f->fund.batch == batch) {
        return ST_OK;
    }
    TRY(fold_fund_flush(f, d));
    f->fund.batch = 0;
    TRY(allocation_get(f->t, batch, &f->fund.entry, d));
    f->fund.programmes = 0;
    f->fund.next = 1;
    if (f->fund.entry.state != ALLOCATION_NONE) {
        TRY(fund_get(f->t, f->fund.entry.terms.items[0].fund, &first, d));
        f->fund.year = first.terms.year;
    }
    f->fund.batch = batch;
    return ST_OK;
}

/* Fen of this programme in the lines before the next one. */
static int64_t *before(struct fold *f, const char *programme, struct diag *d)
{
    size_t i = 0;
    while (i < f->fund.programmes &&
           strcmp(f->fund.before[i].programme, programme) != 0) {
        i++;
    }
    if (i == FUND_ITEMS_MAX) {
        (void)fold_refuse(d, "fund-programmes",
                          "a batch within appropriations has at most %d programmes",
                          FUND_ITEMS_MAX);
        return NULL;
    }
    if (i == f->fund.programmes) {
        (void)str_copy(str_of(programme), f->fund.before[i].programme,
                       sizeof f->fund.before[i].programme);
        f->fund.before[i].fen = 0;
        f->fund.programmes++;
    }
    return &f->fund.before[i].fen;
}

/* Counts the batch's lines up to this one, it not included. */
static enum status walk_to(struct fold *f, uint32_t line, struct diag *d)
{
    static _Thread_local struct line_entry at;
    if (f->fund.next > line) {
        f->fund.programmes = 0;
        f->fund.next = 1;
    }
    for (; f->fund.next < line; f->fund.next++) {
        TRY(fold_line_load(f, f->fund.batch, f->fund.next, &at, d));
        if (at.state != LINE_DROPPED) {
            int64_t *sum = before(f, at.programme, d);
            if (sum == NULL) {
                return d->status;
            }
            *sum += at.fen;
        }
    }
    return ST_OK;
}

/* ---- lines ---- */

static void result_moves(struct fund_sums *m, enum line_state from, enum line_state to,
                         int64_t fen, bool later)
{
    bool open = from == LINE_OPEN || from == LINE_UNKNOWN;
    m->committed -= open ? fen : 0;
    if (line_may_be_corrected(from)) { /* it was not given back after all */
        m->spent += later ? 0 : fen;
        m->returned -= later ? 0 : fen;
        m->prior -= later ? fen : 0;
    } else if (to == LINE_PAID) {
        m->spent += fen;
    } else if (later) {
        m->spent += open ? fen : 0; /* it left the treasury in that year */
        m->prior += fen;
    } else {
        m->spent -= open ? 0 : fen;
        m->returned += fen;
    }
}

enum status fold_fund_line(struct fold *f, const struct line_entry *line,
                           enum line_state to, int64_t fen, struct diag *d)
{
    int64_t part[FUND_ITEMS_MAX];
    int32_t day = (int32_t)f->head.open.fen[OPEN_DAY];
    if (f->head.funds == 0 || to == LINE_UNKNOWN) {
        return ST_OK;
    }
    TRY(hold(f, line->batch, d));
    if (f->fund.entry.state != ALLOCATION_COMMITTED) {
        return ST_OK;
    }
    TRY(walk_to(f, line->line, d));
    const int64_t *sum = before(f, line->programme, d);
    if (sum == NULL) {
        return d->status;
    }
    fund_split(&f->fund.entry.terms, line->programme, *sum, fen, part);
    for (size_t i = 0; i < f->fund.entry.terms.count; i++) {
        struct fund_sums *m = &f->fund.more[i];
        if (to == LINE_REFUNDED) {
            m->refunded += part[i];
        } else if (part[i] != 0) {
            bool later = date_to_civil(day).year != f->fund.year;
            bool spends =
                to == LINE_PAID && !(later && line_may_be_corrected(line->state));
            result_moves(m, line->state, to, part[i], later);
            m->spent_day = spends ? day : m->spent_day;
        }
    }
    f->fund.changed = true;
    return ST_OK;
}

/* ---- the whole of a batch ---- */

/* Adds to what is reserved or committed: all of the allocation, or takes it away. */
static enum status move_all(struct fold *f, enum allocation_state of, int sign,
                            struct diag *d)
{
    const struct allocation *a = &f->fund.entry.terms;
    for (size_t i = 0; i < a->count; i++) {
        struct fund_entry e;
        TRY(fund_get(f->t, a->items[i].fund, &e, d));
        int64_t *sum = of == ALLOCATION_RESERVED ? &e.sums.reserved : &e.sums.committed;
        *sum += sign * a->items[i].fen;
        TRY(fund_put(f->t, &e, d));
    }
    return ST_OK;
}

enum status fold_fund_void(struct fold *f, uint32_t batch, struct diag *d)
{
    if (f->head.funds == 0) {
        return ST_OK;
    }
    TRY(hold(f, batch, d));
    if (f->fund.entry.state == ALLOCATION_NONE) {
        return ST_OK;
    }
    TRY(fold_fund_flush(f, d));
    TRY(move_all(f, f->fund.entry.state, -1, d));
    f->fund.entry.state = ALLOCATION_NONE;
    return allocation_put(f->t, &f->fund.entry, d);
}

enum status fold_fund_commit(struct fold *f, uint32_t batch, struct diag *d)
{
    if (f->head.funds == 0) {
        return ST_OK;
    }
    TRY(hold(f, batch, d));
    if (f->fund.entry.state != ALLOCATION_RESERVED) {
        return ST_OK;
    }
    TRY(move_all(f, ALLOCATION_RESERVED, -1, d));
    TRY(move_all(f, ALLOCATION_COMMITTED, 1, d));
    f->fund.entry.state = ALLOCATION_COMMITTED;
    return allocation_put(f->t, &f->fund.entry, d);
}

static enum status funds_on(struct fold *f, bool *on, struct diag *d)
{
    char value[SETTING_VALUE_MAX + 1];
    uint32_t number;
    TRY(setting_now(f->t, f->head.settings, "funds", value, &number, d));
    *on = strcmp(value, "on") == 0;
    return ST_OK;
}

enum status fold_fund_needed(struct fold *f, uint32_t batch, struct diag *d)
{
    bool on;
    TRY(funds_on(f, &on, d));
    if (!on) {
        return ST_OK;
    }
    TRY(hold(f, batch, d));
    if (f->fund.entry.state == ALLOCATION_NONE) {
        fold_refuse(d, "no-allocation", "no appropriation bears batch %u", batch);
        return diag_hint(d,
                         "reject it (batch reject %u): its next submission reserves "
                         "what it needs",
                         batch);
    }
    return ST_OK;
}

enum status fold_fund_redate(struct fold *f, const struct batch_entry *b,
                             int32_t pay_day, struct diag *d)
{
    if (f->head.funds == 0) {
        return ST_OK;
    }
    TRY(hold(f, b->number, d));
    if (f->fund.entry.state != ALLOCATION_NONE &&
        date_to_civil(pay_day).year != f->fund.year) {
        fold_refuse(d, "fund-year", "batch %u is borne by appropriations of %d",
                    b->number, f->fund.year);
        return diag_hint(d, "reject it (batch reject %u), and make one of that year",
                         b->number);
    }
    return ST_OK;
}

/* ---- allocation ---- */

static enum status allocation_fits_lines(struct fold *f, const struct batch_entry *b,
                                         const struct allocation *a, struct diag *d)
{
    int64_t items = 0;
    f->fund.batch = b->number; /* of the one that is about to be held */
    f->fund.programmes = 0;
    f->fund.next = 1;
    TRY(walk_to(f, (uint32_t)b->lines + 1, d));
    for (size_t i = 0; i < f->fund.programmes; i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < a->count; k++) {
            if (strcmp(a->items[k].programme, f->fund.before[i].programme) == 0 &&
                !money_add(sum, a->items[k].fen, &sum)) {
                return fold_refuse(d, "allocation-sum", "the sums are too large");
            }
        }
        if (sum != f->fund.before[i].fen) {
            return fold_refuse(d, "allocation-sum",
                               "the allocation of %s is not what batch %u pays of it",
                               f->fund.before[i].programme, b->number);
        }
        items += sum; /* of the batch's total */
    }
    for (size_t k = 0; k < a->count; k++) {
        items -= a->items[k].fen;
    }
    return items == 0 ? ST_OK
                      : fold_refuse(d, "allocation-sum",
                                    "the allocation has programmes that batch %u has "
                                    "not",
                                    b->number);
}

static enum status carries_fit(struct fold *f, const struct allocation *a, int32_t year,
                               struct diag *d)
{
    int64_t sum = 0;
    for (size_t i = 0; i < a->carry_count; i++) {
        const struct fund_carry *c = &a->carries[i];
        int64_t carried;
        TRY(fund_carried(f->t, f->head.batches, a->batch, year, c->programme, c->source,
                         &carried, d));
        if (carried != c->before) {
            return fold_refuse(d, "allocation-carry",
                               "of %s, %s is carried, not what the allocation says",
                               c->programme, c->source);
        }
        sum += c->delta;
    }
    return sum == 0 ? ST_OK
                    : fold_refuse(d, "allocation-carry",
                                  "what the allocation carries does not add up");
}

enum status fund_short(const struct fund_sums *s, const char *what, int64_t needed,
                       struct diag *d)
{
    char left[MONEY_TEXT_CAP];
    char reserved[MONEY_TEXT_CAP];
    char want[MONEY_TEXT_CAP];
    char missing[MONEY_TEXT_CAP];
    money_print_grouped(fund_left(s), left);
    money_print_grouped(s->reserved, reserved);
    money_print_grouped(needed, want);
    money_print_grouped(needed - fund_left(s), missing);
    diag_fail(d, ST_CONFLICT, "funds-short",
              "%s: available %s yuan, reserved %s, needed %s, short by %s", what, left,
              reserved, want, missing);
    return diag_hint(d, "almoner report funds shows what holds the rest; budget set "
                        "--adjust adds to it");
}

static enum status reserve(struct fold *f, const struct fund_item *x, int32_t year,
                           struct diag *d)
{
    struct fund_entry e;
    char what[160];
    TRY(fund_get(f->t, x->fund, &e, d));
    if (e.state != ENTRY_ACTIVE || e.terms.adjusts != 0 || e.terms.year != year ||
        (e.terms.programme[0] != '\0' &&
         strcmp(e.terms.programme, x->programme) != 0)) {
        return fold_refuse(d, "fund-other",
                           "appropriation %u is not confirmed, of another year or for "
                           "another programme than %s",
                           x->fund, x->programme);
    }
    if (fund_left(&e.sums) < x->fen) {
        snprintf(what, sizeof what, "appropriation %u for %s, %s", x->fund,
                 x->programme, e.terms.source);
        return fund_short(&e.sums, what, x->fen, d);
    }
    e.sums.reserved += x->fen;
    return fund_put(f->t, &e, d);
}

static enum status allocation_words(const struct fold *f, const struct batch_entry *b,
                                    struct diag *d)
{
    const struct act_signature *s = &f->body.signature;
    char subject[80];
    snprintf(subject, sizeof subject, "batch %u: allocate", b->number);
    if (!str_is(s->subject, subject) || s->count != batch_count(b) ||
        s->total_fen != batch_total(b)) {
        return fold_refuse(d, "signed-words",
                           "the words signed for are not those of %s", subject);
    }
    return ST_OK;
}

/* Body: see struct allocation. It replaces an earlier one of the batch. */
enum status rule_allocation(struct fold *f, const struct record *r, struct diag *d)
{
    struct allocation_entry e = {.state = ALLOCATION_RESERVED, .sequence = r->sequence};
    struct batch_entry *b;
    bool on;
    if (!allocation_read(f->body.plain, &e.terms)) {
        return fold_malformed(r, d);
    }
    TRY(fold_batch(f, e.terms.batch, &b, d));
    if (b->state != BATCH_DRAFT) {
        fold_refuse(d, "batch-state", "batch %u is %s: nothing is reserved for it",
                    b->number, batch_state_name(b->state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(b->state));
    }
    TRY(funds_on(f, &on, d));
    if (!on) {
        return fold_refuse(d, "funds-off", "the setting funds is off");
    }
    TRY(allocation_words(f, b, d));
    TRY(fold_fund_void(f, b->number, d));
    TRY(fold_fund_flush(f, d));
    int32_t year = date_to_civil(b->pay_day).year;
    TRY(allocation_fits_lines(f, b, &e.terms, d));
    TRY(carries_fit(f, &e.terms, year, d));
    for (size_t i = 0; i < e.terms.count; i++) {
        TRY(reserve(f, &e.terms.items[i], year, d));
    }
    f->fund.batch = 0;
    return allocation_put(f->t, &e, d);
}

/* ---- appropriations ---- */

static enum status adjusts(struct fold *f, const struct fund_terms *t, struct diag *d)
{
    struct fund_entry of;
    TRY(fund_get(f->t, t->adjusts, &of, d));
    if (of.state != ENTRY_ACTIVE || of.terms.adjusts != 0) {
        return fold_refuse(d, "fund-other",
                           "appropriation %u is not confirmed, or an adjustment itself",
                           t->adjusts);
    }
    bool same = strcmp(t->programme, of.terms.programme) == 0 &&
                strcmp(t->source, of.terms.source) == 0 &&
                strcmp(t->function, of.terms.function) == 0 &&
                strcmp(t->economic, of.terms.economic) == 0 && t->year == of.terms.year;
    return same ? ST_OK
                : fold_refuse(d, "fund-differs",
                              "an adjustment has programme, source, classes and year "
                              "of appropriation %u",
                              t->adjusts);
}

enum status rule_appropriation(struct fold *f, const struct record *r, struct diag *d)
{
    struct fund_entry e = {
        .state = ENTRY_PENDING, .sequence = r->sequence, .made_by = f->signer.number};
    if (!fund_terms_read(f->body.plain, &e.terms)) {
        return fold_malformed(r, d);
    }
    if (e.terms.adjusts != 0) {
        TRY(adjusts(f, &e.terms, d));
    }
    TRY(fold_next(&f->head.funds, e.terms.number, "appropriation", d));
    return fund_put(f->t, &e, d);
}

/* Is this the record that was proposed? */
static enum status same_proposal(struct fold *f, uint64_t sequence,
                                 const uint8_t hash[DIGEST_LEN], struct diag *d)
{
    struct record rec;
    struct str bytes;
    uint8_t leaf[DIGEST_LEN];
    TRY(record_get(f->t, sequence, &rec, &bytes, d));
    tree_leaf(f->g, bytes, leaf);
    return memcmp(leaf, hash, DIGEST_LEN) == 0
               ? ST_OK
               : fold_refuse(d, "other-proposal", "it was proposed otherwise");
}

enum status rule_appropriation_confirm(struct fold *f, const struct record *r,
                                       struct diag *d)
{
    struct fund_confirm c;
    struct fund_entry e;
    struct fund_entry root;
    if (!fund_confirm_read(f->body.plain, &c)) {
        return fold_malformed(r, d);
    }
    TRY(fund_get(f->t, c.number, &e, d));
    TRY(refusal_none(f->t, REGISTER_FUND, c.number, d));
    if (e.state != ENTRY_PENDING) {
        return fold_refuse(d, "not-pending", "appropriation %u is confirmed already",
                           c.number);
    }
    TRY(same_proposal(f, e.sequence, c.proposal, d));
    if (e.made_by == f->signer.number) {
        return diag_fail(
            d, ST_DENIED, "same-operator",
            "%s proposed appropriation %u: another operator has to confirm",
            f->signer.name, c.number);
    }
    TRY(fold_fund_flush(f, d));
    e.state = ENTRY_ACTIVE;
    e.confirmed_by = f->signer.number;
    TRY(fund_put(f->t, &e, d));
    TRY(fund_get(f->t, e.terms.adjusts != 0 ? e.terms.adjusts : c.number, &root, d));
    if (e.terms.fen < 0 && fund_left(&root.sums) < -e.terms.fen) {
        char what[80];
        snprintf(what, sizeof what, "appropriation %u cannot be lessened so far",
                 root.terms.number);
        return fund_short(&root.sums, what, -e.terms.fen, d);
    }
    if (!money_add(root.sums.appropriated, e.terms.fen, &root.sums.appropriated) ||
        root.sums.appropriated > FUND_FEN_MAX) {
        return fold_refuse(d, "fund-sum", "appropriation %u is too large",
                           root.terms.number);
    }
    return fund_put(f->t, &root, d);
}

enum status rule_receipt(struct fold *f, const struct record *r, struct diag *d)
{
    struct fund_receipt x;
    struct fund_entry e;
    if (!fund_receipt_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(fund_get(f->t, x.number, &e, d));
    if (e.state != ENTRY_ACTIVE || e.terms.adjusts != 0) {
        return fold_refuse(d, "fund-other",
                           "appropriation %u is not confirmed, or an adjustment",
                           x.number);
    }
    TRY(fold_fund_flush(f, d));
    TRY(fund_get(f->t, x.number, &e, d));
    if (!money_add(e.sums.received, x.fen, &e.sums.received) || e.sums.received < 0 ||
        e.sums.received > FUND_FEN_MAX) {
        fold_refuse(d, "fund-sum", "so much was not received for %u", x.number);
        return diag_hint(d, "almoner report funds shows what was");
    }
    return fund_put(f->t, &e, d);
}
