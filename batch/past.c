/* past.c - see past.h. A batch is asked only when none newer had the person: most are
 * found in the newest, so older ones are hardly looked into. */
#include "batch/past.h"

#include <string.h>

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

enum status past_open(struct past *p, struct txn *t, uint32_t below,
                      bool (*wanted)(const struct batch_entry *b), struct diag *d)
{
    p->t = t;
    p->count = 0;
    for (uint32_t n = below - 1; n > 0 && p->count < PAST_BATCHES_MAX; n--) {
        struct batch_entry b;
        TRY(batch_get(t, n, &b, d));
        if (wanted(&b) && b.lines > 0) {
            p->batches[p->count++] = (struct past_batch){n, (uint32_t)b.lines, 1};
        }
    }
    return ST_OK;
}

/* The first line in (low, high] that is not before the person, by halves. */
static enum status halve(struct past *p, struct past_batch *b, uint64_t person,
                         uint32_t low, uint32_t high, struct diag *d)
{
    while (high - low > 1) {
        struct line_entry x;
        uint32_t middle = low + (high - low) / 2;
        TRY(line_get(p->t, b->number, middle, &x, d));
        if (x.person < person) {
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
    uint32_t low = b->at - 1; /* a line before the person's, or 0 */
    for (uint32_t step = 1;; step *= 2) {
        struct line_entry x;
        uint32_t high = b->lines - low < step ? b->lines + 1 : low + step;
        if (high > b->lines) {
            return halve(p, b, person, low, b->lines + 1, d);
        }
        TRY(line_get(p->t, b->number, high, &x, d));
        if (x.person >= person) {
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
        TRY(line_get(p->t, b->number, n, out, d));
        if (out->person != person) {
            break;
        }
        *found = (states >> out->state & 1U) != 0 &&
                 (programme == NULL || strcmp(out->programme, programme) == 0);
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
