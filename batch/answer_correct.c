/* answer_correct.c - see answer_correct.h. Reads only: what is posted, the fold says
 * (account_correct). It keeps a correction from being recorded while it can still be
 * prevented that the person is paid a second time. */
#include "batch/answer_correct.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "ledger/line.h"

/* The account the person's months are in: of who was merged, the other's. */
static enum status account_of(struct ledger *l, uint64_t *person, struct account *a,
                              struct diag *d)
{
    for (;;) { /* each merge leads to one not merged yet */
        uint8_t key[8];
        struct str row;
        put_u64(key, *person);
        TRY(store_get(ledger_txn(l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
        TRY(account_read(row, a, d));
        if (a->forward == 0) {
            return ST_OK;
        }
        *person = a->forward;
    }
}

static int64_t over_of(const struct account *a, const struct line_entry *line)
{
    const struct account_programme *p = account_find(a, str_of(line->programme));
    int64_t sum = 0;
    for (size_t i = 0; i < line->span_count; i++) {
        const struct span *s = &line->spans[i];
        for (int32_t m = s->from; m < s->from + s->months; m++) {
            const struct segment *now = p == NULL ? NULL : account_month(p, m);
            int64_t held =
                now == NULL ? 0 : now->fen[ACCOUNT_RETURNED] + now->fen[ACCOUNT_DUE];
            sum += s->fen > held ? s->fen - held : 0;
        }
    }
    return sum;
}

static void note(struct answer_waiting *w, const struct line_entry *line,
                 const struct line_entry *other)
{
    if (w->batch == 0) {
        w->batch = other->batch;
        w->first_line = line->line;
    }
    if (w->batch != other->batch) {
        return; /* its turn comes when the first one is mended */
    }
    if (w->count < ANSWER_WAITING_MAX) {
        w->lines[w->count] = other->line;
    }
    w->count++;
}

enum status answer_correct_refuse(const struct answer_waiting *w, uint32_t batch,
                                  struct diag *d)
{
    char lines[ANSWER_WAITING_MAX * sizeof " --line 4294967295"];
    size_t n = 0;
    must(w->count > 0);
    diag_fail(d, ST_CONFLICT, "paid-again",
              "line %u of batch %u was paid after all, and stands again as line %u in "
              "batch %u, which is not sent yet (such lines: %llu)",
              w->first_line, batch, w->lines[0], w->batch,
              (unsigned long long)w->count);
    if (w->count > ANSWER_WAITING_MAX) {
        return diag_hint(d,
                         "take them out first: almoner batch cancel %u --reason TEXT "
                         "(maker; all its lines are due again), then the same answer "
                         "again, then a new batch",
                         w->batch);
    }
    for (uint64_t i = 0; i < w->count; i++) {
        n += (size_t)snprintf(lines + n, sizeof lines - n, " --line %u", w->lines[i]);
    }
    return diag_hint(d,
                     "take them out first: almoner batch drop %u%s --reason TEXT "
                     "(maker; batch cancel %u when nothing else is in it), then the "
                     "same answer again",
                     w->batch, lines, w->batch);
}

static enum status look_into(struct ledger *l, const struct line_entry *line,
                             const struct batch_entry *b, uint64_t person,
                             struct answer_waiting *w, struct diag *d)
{
    static _Thread_local struct line_entry other;
    uint32_t at;
    TRY(line_first(ledger_txn(l), b, person, &at, d));
    for (; at <= b->lines; at++) {
        TRY(line_get(ledger_txn(l), b->number, at, &other, d));
        if (other.person != person) {
            return ST_OK;
        }
        if (other.state == LINE_OPEN && strcmp(other.programme, line->programme) == 0 &&
            line_shares_month(line, &other)) {
            note(w, line, &other);
        }
    }
    return ST_OK;
}

enum status answer_correct_check(struct ledger *l, const struct line_entry *line,
                                 struct account *a, int64_t *over_fen,
                                 struct answer_waiting *w, struct diag *d)
{
    uint64_t person = line->person;
    TRY(account_of(l, &person, a, d));
    int64_t over = over_of(a, line);
    for (uint32_t n = 1; over > 0 && n <= ledger_head(l)->batches; n++) {
        struct batch_entry b;
        TRY(batch_get(ledger_txn(l), n, &b, d));
        if (b.state <= BATCH_RELEASED) {
            TRY(look_into(l, line, &b, person, w, d));
            if (person != line->person) { /* merged when that batch had its lines */
                TRY(look_into(l, line, &b, line->person, w, d));
            }
        }
    }
    *over_fen += over; /* of a line's own, which fits */
    return ST_OK;
}
