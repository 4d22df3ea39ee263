/* carry.c - see carry.h. An entry counts only when its block is of the same policies
 * and settled history, its row is the very one that was read then (it is sealed under a
 * fresh nonce whenever it changes), and the run that made it is over. Then the person's
 * facts are all older than that run. */
#include "batch/carry.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define NO_BLOCK UINT64_MAX
#define FRAME_BYTES 12

struct carry {
    struct carry_terms terms;
    struct vault_opener *opener;
    uint8_t digest[DIGEST_LEN]; /* entitle_terms */
    uint16_t outcome_bytes;
    uint16_t outcomes_max; /* of a block */
    bool usable;           /* the block before is good */
    bool changed;          /* the new one is another */
    size_t slot;           /* of the person in hand */
    uint16_t
        moved[STEADY_OUTCOMES_MAX]; /* outcomes of before in now; NO_OUTCOME: not */
    struct buf plain;
    struct steady_block before;
    struct steady_block now; /* number NO_BLOCK: none */
};

enum status carry_new(struct carry **out, struct vault_opener *o,
                      const struct entitle *e, struct carry_terms terms, struct diag *d)
{
    struct carry *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return diag_memory(d);
    }
    r->terms = terms;
    r->opener = o;
    entitle_terms(e, r->digest);
    size_t bytes = entitle_outcome_bytes(e);
    must(bytes <= UINT16_MAX);
    size_t most = bytes == 0 ? 0 : STEADY_OUTCOME_BYTES_MAX / bytes;
    r->outcome_bytes = (uint16_t)bytes;
    r->outcomes_max =
        (uint16_t)(most < STEADY_OUTCOMES_MAX ? most : STEADY_OUTCOMES_MAX);
    buf_init(&r->plain, STEADY_BYTES_MAX);
    carry_restart(r);
    *out = r;
    return ST_OK;
}

void carry_free(struct carry *r)
{
    if (r != NULL) {
        buf_release(&r->plain);
        free(r);
    }
}

void carry_restart(struct carry *r)
{
    r->now.number = NO_BLOCK;
}

/* ---- blocks on their way ---- */

void carry_add(struct buf *blocks, uint64_t number, struct str bytes)
{
    uint8_t frame[FRAME_BYTES];
    put_u64(frame, number);
    put_u32(frame + 8, (uint32_t)bytes.n);
    buf_add(blocks, frame, sizeof frame);
    buf_add_str(blocks, bytes);
}

bool carry_next(struct str blocks, size_t *at, uint64_t *number, struct str *bytes)
{
    if (*at >= blocks.n) {
        return false;
    }
    const uint8_t *frame = (const uint8_t *)blocks.p + *at;
    must(blocks.n - *at >= FRAME_BYTES);
    *number = get_u64(frame);
    size_t n = get_u32(frame + 8);
    must(n <= blocks.n - *at - FRAME_BYTES);
    *bytes = str_make(frame + FRAME_BYTES, n);
    *at += FRAME_BYTES + n;
    return true;
}

/* ---- one block ---- */

static bool read_before(struct carry *r, uint64_t number, struct str sealed)
{
    return sealed.n > 0 && r->terms.assessed_size > 0 &&
           steady_open(r->opener, number, sealed, &r->plain) &&
           steady_read(buf_str(&r->plain), &r->before) &&
           memcmp(r->before.terms, r->digest, DIGEST_LEN) == 0 &&
           r->before.outcome_bytes == r->outcome_bytes &&
           r->before.known_below <= r->terms.assessed_size;
}

static void begin(struct carry *r, uint64_t number, struct str in, size_t *at)
{
    uint64_t next = NO_BLOCK;
    struct str sealed = str_of("");
    while (next != number && carry_next(in, at, &next, &sealed)) {
    }
    r->usable = next == number && read_before(r, number, sealed);
    r->changed = !r->usable;
    memset(r->moved, 0xff, sizeof r->moved);
    memset(&r->now, 0, sizeof r->now);
    r->now.number = number;
    memcpy(r->now.terms, r->digest, DIGEST_LEN);
    r->now.known_below = r->terms.known_below;
    r->now.month = r->terms.period;
    r->now.outcome_bytes = r->outcome_bytes;
}

void carry_finish(struct carry *r, struct buf *out)
{
    uint8_t bytes[STEADY_BYTES_MAX];
    struct writer w;
    if (r->now.number == NO_BLOCK) {
        return;
    }
    if (r->changed) {
        writer_init(&w, bytes, sizeof bytes);
        steady_write(&r->now, &w);
        must(!w.failed);
        carry_add(out, r->now.number, writer_str(&w));
    }
    r->now.number = NO_BLOCK;
}

/* Its number in the new block; STEADY_NO_OUTCOME when no more fit. */
static uint16_t take_outcome(struct carry *r, struct str outcome)
{
    struct steady_block *b = &r->now;
    size_t n = r->outcome_bytes;
    must(outcome.n == n);
    for (uint16_t i = 0; i < b->outcome_count; i++) {
        if (memcmp(b->outcomes + i * n, outcome.p, n) == 0) {
            return i;
        }
    }
    if (b->outcome_count >= r->outcomes_max) {
        return STEADY_NO_OUTCOME;
    }
    memcpy(b->outcomes + b->outcome_count * n, outcome.p, n);
    return b->outcome_count++;
}

/* ---- one person ---- */

struct carried carry_person(struct carry *r, uint64_t person, struct str sealed,
                            struct str in, size_t *at, struct buf *out)
{
    struct carried x = {.outcome = str_of("")};
    uint64_t number = person / STEADY_PEOPLE;
    if (r->now.number != number) {
        carry_finish(r, out);
        begin(r, number, in, at);
    }
    r->slot = (size_t)(person % STEADY_PEOPLE);
    struct steady_entry *now = &r->now.entries[r->slot];
    *now = (struct steady_entry){steady_mark(sealed), 0, STEADY_NO_OUTCOME};
    const struct steady_entry *e = &r->before.entries[r->slot];
    if (!r->usable || e->mark != now->mark) {
        return x;
    }
    x.known = true;
    if (e->outcome == STEADY_NO_OUTCOME) {
        x.institution = e->months > 0;
        return x;
    }
    x.steady = r->before.month <= r->terms.first &&
               r->terms.period < r->before.month + e->months;
    x.outcome = str_make(r->before.outcomes + (size_t)e->outcome * r->outcome_bytes,
                         r->outcome_bytes);
    return x;
}

static void keep(struct carry *r, int32_t until, uint16_t outcome)
{
    int32_t months = until - r->terms.period;
    struct steady_entry *now = &r->now.entries[r->slot];
    now->outcome = outcome;
    now->months = (uint16_t)(months > UINT16_MAX ? UINT16_MAX : months);
}

void carry_same(struct carry *r)
{
    const struct steady_entry *e = &r->before.entries[r->slot];
    int32_t until = r->before.month + e->months;
    if (e->outcome == STEADY_NO_OUTCOME) {
        keep(r, e->months > 0 ? r->terms.period + 1 : r->terms.period, e->outcome);
    } else if (until > r->terms.period && r->before.month <= r->terms.period) {
        uint16_t *to = &r->moved[e->outcome];
        if (*to == STEADY_NO_OUTCOME) {
            *to = take_outcome(
                r, str_make(r->before.outcomes + (size_t)e->outcome * r->outcome_bytes,
                            r->outcome_bytes));
        }
        keep(r, *to == STEADY_NO_OUTCOME ? r->terms.period : until, *to);
    }
}

void carry_found(struct carry *r, int32_t until, struct str outcome)
{
    uint16_t number = STEADY_NO_OUTCOME;
    must(until >= r->terms.period);
    r->changed = true;
    if (until > r->terms.period) {
        number = take_outcome(r, outcome);
    }
    keep(r, number == STEADY_NO_OUTCOME ? r->terms.period : until, number);
}

void carry_institution(struct carry *r)
{
    r->changed = true;
    keep(r, r->terms.period + 1, STEADY_NO_OUTCOME);
}
