/* past.c - see past.h. A batch is asked only when none newer had the person: most are
 * found in the newest, so older ones are hardly looked into. */
#include "batch/past.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/line.h"

bool past_is_sent(const struct batch_entry *b)
{
    return b->state >= BATCH_EXPORTED && b->state <= BATCH_CLOSED;
}

bool past_is_waiting(const struct batch_entry *b)
{
    return b->state >= BATCH_DRAFT && b->state <= BATCH_RELEASED;
}

bool past_is_meant(const struct batch_entry *b)
{
    return past_is_sent(b) || past_is_waiting(b);
}

static enum status add_batch(struct past *p, const struct batch_entry *b,
                             struct diag *d)
{
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 64 : 2 * p->room;
        struct past_batch *more = realloc(p->batches, room * sizeof *more);
        if (more == NULL) {
            return diag_memory(d);
        }
        p->batches = more;
        p->room = room;
    }
    p->batches[p->count++] =
        (struct past_batch){.number = b->number, .lines = (uint32_t)b->lines, .at = 1};
    return ST_OK;
}

enum status past_open(struct past *p, struct txn *t, uint32_t below,
                      bool (*wanted)(const struct batch_entry *b), struct diag *d)
{
    uint64_t lines = 0;
    memset(p, 0, sizeof *p);
    p->t = t;
    for (uint32_t n = below - 1; n > 0 && p->count < PAST_BATCHES_MAX; n--) {
        struct batch_entry b;
        TRY(batch_get(t, n, &b, d));
        if (!wanted(&b) || b.lines == 0) {
            continue;
        }
        lines += b.lines;
        if (p->count > 0 && lines > PAST_LINES_MAX) {
            return ST_OK;
        }
        TRY(add_batch(p, &b, d));
    }
    return ST_OK;
}

void past_release(struct past *p)
{
    free(p->batches);
    memset(p, 0, sizeof *p);
}

/* The whole line, in p->read. */
static enum status load_line(struct past *p, struct past_batch *b, uint32_t line,
                             struct diag *d)
{
    if (p->read.line == line && p->read.batch == b->number) {
        return ST_OK;
    }
    p->read.line = 0;
    TRY(line_get(p->t, b->number, line, &p->read, d));
    b->seen = line;
    b->person = p->read.person;
    return ST_OK;
}

/* Whose the line is, in b->person: mostly it is the one read last, so people who stand
 * one behind the other cost one look-up each. */
static enum status read_line(struct past *p, struct past_batch *b, uint32_t line,
                             struct diag *d)
{
    return b->seen == line ? ST_OK : load_line(p, b, line, d);
}

/* The first line in (low, high] that is not before the person, by halves. */
static enum status halve(struct past *p, struct past_batch *b, uint64_t person,
                         uint32_t low, uint32_t high, struct diag *d)
{
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        TRY(read_line(p, b, middle, d));
        if (b->person < person) {
            low = middle;
        } else {
            high = middle;
        }
    }
    b->at = high;
    return ST_OK;
}

/* Moves on to the person's first line, or the first of one behind; in steps that
 * double, since mostly it is near. */
static enum status move(struct past *p, struct past_batch *b, uint64_t person,
                        struct diag *d)
{
    bool before = b->seen == b->at && b->person < person;
    uint32_t low = before ? b->at : b->at - 1; /* a line before the person's, or 0 */
    for (uint32_t step = 1;; step *= 2) {
        uint32_t high = b->lines - low < step ? b->lines + 1 : low + step;
        if (high > b->lines) {
            return halve(p, b, person, low, b->lines + 1, d);
        }
        TRY(read_line(p, b, high, d));
        if (b->person >= person) {
            return halve(p, b, person, low, high, d);
        }
        low = high;
    }
}

static enum status find_in(struct past *p, struct past_batch *b, uint64_t person,
                           const char *programme, unsigned states,
                           struct line_entry *out, bool *found, struct diag *d)
{
    TRY(move(p, b, person, d));
    for (uint32_t n = b->at; n <= b->lines && !*found; n++) {
        TRY(read_line(p, b, n, d));
        if (b->person != person) {
            break;
        }
        TRY(load_line(p, b, n, d));
        const struct line_entry *x = &p->read;
        *found = (states >> x->state & 1U) != 0 &&
                 (programme == NULL || strcmp(x->programme, programme) == 0);
    }
    if (*found) {
        *out = p->read;
    }
    return ST_OK;
}

enum status past_find(struct past *p, uint64_t person, const char *programme,
                      unsigned states, struct line_entry *out, bool *found,
                      struct diag *d)
{
    *found = false;
    for (size_t i = 0; i < p->count && !*found; i++) {
        TRY(find_in(p, &p->batches[i], person, programme, states, out, found, d));
    }
    return ST_OK;
}
