/* why_conflict.c - which line of which policy dropped an amount: step 10 is played
 * again with one line more each time, in the order in which lines decide, until the
 * amount is gone. */
#include <stdlib.h>
#include <string.h>

#include "policy/why_private.h"

struct replay {
    struct policy_set set; /* a copy with conflicts of its own */
    const struct policy_set *whole;
    const struct eval_person *person;
    int32_t month;
    uint64_t fixed;
    struct eval_result results[EVAL_PROGRAMMES_MAX]; /* without conflicts */
};

static void play_steps(struct replay *r)
{
    struct eval x;
    eval_begin(&x, r->whole, r->person, r->month);
    for (size_t i = 0; i < r->whole->line_count; i++) {
        eval_begin_programme(&x, (int)i);
        r->fixed |= r->month <= x.settled ? (uint64_t)1 << i : 0;
        eval_programme(r->whole, r->person, r->month, i, &r->results[i]);
    }
}

static bool drops(const struct replay *r, size_t programme)
{
    struct eval_result results[EVAL_PROGRAMMES_MAX];
    struct eval x;
    memcpy(results, r->results, sizeof results);
    eval_begin(&x, &r->set, r->person, r->month);
    eval_conflicts(&x, r->month, r->fixed, results);
    return results[programme].reason == EVAL_CONFLICT;
}

/* A line about no programme decides nothing. */
static void play_lines(struct replay *r, size_t programme, struct why *w)
{
    const struct policy_set *s = r->whole;
    for (size_t i = 0; i < s->conflict_count; i++) {
        r->set.conflicts[i].members = 0;
    }
    for (int blocking = 1; blocking >= 0; blocking--) {
        for (size_t i = 0; i < s->conflict_count; i++) {
            const struct conflict_row *row = &s->conflicts[i];
            if ((row->source->rule == CONFLICT_BLOCKED) != (blocking == 1)) {
                continue;
            }
            r->set.conflicts[i].members = row->members;
            if (drops(r, programme)) {
                w->conflict = row->source;
                w->conflict_policy = s->files[row->file_index].confirmed;
                return;
            }
        }
    }
}

enum status why_conflict(const struct policy_set *s, const struct eval_person *person,
                         size_t programme, struct why *w, struct diag *d)
{
    struct replay *r = calloc(1, sizeof *r);
    struct conflict_row *rows = calloc(s->conflict_count, sizeof *rows);
    enum status st = ST_OK;
    if (r == NULL || rows == NULL) {
        st = diag_memory(d);
    } else {
        memcpy(rows, s->conflicts, s->conflict_count * sizeof *rows);
        r->set = *s;
        r->set.conflicts = rows;
        r->whole = s;
        r->person = person;
        r->month = w->month;
        play_steps(r);
        w->before_fen = r->results[programme].amount_fen;
        play_lines(r, programme, w);
    }
    free(rows);
    free(r);
    return st;
}
