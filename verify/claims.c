/* claims.c - see claims.h. */
#include "verify/claims.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/money.h"
#include "base/text.h"

/* The word at *at, up to a blank or the end of the line. */
static struct str word(struct str line, size_t *at)
{
    size_t begin = *at;
    while (*at < line.n && line.p[*at] != ' ') {
        ++*at;
    }
    struct str w = str_make(line.p + begin, *at - begin);
    *at += *at < line.n;
    return w;
}

static bool line_at(struct str text, size_t *at, struct str *line)
{
    const char *end = *at < text.n ? memchr(text.p + *at, '\n', text.n - *at) : NULL;
    if (end == NULL) {
        return false;
    }
    *line = str_make(text.p + *at, (size_t)(end - text.p) - *at);
    *at += line->n + 1;
    return true;
}

static bool read_scope(struct str line, struct claims *c)
{
    size_t at = 0;
    struct str first = word(line, &at), name = word(line, &at);
    if (!str_is(first, "scope")) {
        return false;
    }
    if (str_is(name, "all")) {
        c->scope = SCOPE_ALL;
    } else if (str_is(name, "period")) {
        c->scope = SCOPE_PERIOD;
        if (!month_parse(word(line, &at), &c->from) ||
            !month_parse(word(line, &at), &c->to) || c->from > c->to) {
            return false;
        }
    } else {
        c->scope = str_is(name, "batch") ? SCOPE_BATCH : SCOPE_PERSON;
        if ((c->scope == SCOPE_PERSON && !str_is(name, "person")) ||
            !text_u64(word(line, &at), 1, INT64_MAX, &c->number)) {
            return false;
        }
    }
    return at == line.n;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool claims_scope(struct str text, struct claims *out)
{
    struct str line;
    size_t at = 0;
    if (!line_at(text, &at, &line) || !str_is(line, "almoner-claims/v1") ||
        !line_at(text, &at, &line) || !read_scope(line, out)) {
        return false;
    }
    while (line_at(text, &at, &line)) {
        size_t pos = 0;
        uint64_t number;
        if (!str_is(word(line, &pos), "person")) {
            continue;
        }
        if (out->scope != SCOPE_PERSON || out->persons.count == SCOPE_PERSONS_MAX ||
            !text_u64(word(line, &pos), 1, INT64_MAX, &number)) {
            return false;
        }
        uint64_t *row = list_add(&out->persons, sizeof *row);
        if (row == NULL) {
            out->no_memory = true;
            return false;
        }
        *row = number;
    }
    if (out->persons.count > 0) {
        qsort(out->persons.rows, out->persons.count, sizeof(uint64_t), compare_u64);
    }
    return at == text.n &&
           (out->scope != SCOPE_PERSON || claims_person(out, out->number));
}

void claims_init(struct claims *c)
{
    memset(c, 0, sizeof *c);
    buf_init(&c->expected, 2 * CLAIMS_BYTES_MAX);
}

void claims_release(struct claims *c)
{
    buf_release(&c->expected);
    list_release(&c->persons);
    list_release(&c->merged);
    list_release(&c->deltas);
}

size_t claims_person_at(const struct claims *c, uint64_t person)
{
    const uint64_t *rows = c->persons.rows;
    const uint64_t *at =
        c->persons.count == 0
            ? NULL
            : bsearch(&person, rows, c->persons.count, sizeof person, compare_u64);
    return at == NULL ? c->persons.count : (size_t)(at - rows);
}

bool claims_person(const struct claims *c, uint64_t person)
{
    return c->scope != SCOPE_PERSON || claims_person_at(c, person) < c->persons.count;
}

bool claims_month(const struct claims *c, const struct span *s)
{
    return c->scope != SCOPE_PERIOD ||
           (s->from <= c->to && s->from + s->months > c->from);
}

static void add_delta(struct claims *c, enum counted what, int programme, int32_t month,
                      const int64_t value[2])
{
    struct delta *d = list_add(&c->deltas, sizeof *d);
    if (d == NULL) {
        c->no_memory = true;
        return;
    }
    *d = (struct delta){.what = (uint8_t)what,
                        .programme = (uint8_t)programme,
                        .month = month,
                        .count = value[0],
                        .fen = value[1]};
}

static int compare_delta(const void *a, const void *b)
{
    const struct delta *x = a, *y = b;
    if (x->what != y->what) {
        return x->what < y->what ? -1 : 1;
    }
    if (x->programme != y->programme) {
        return x->programme < y->programme ? -1 : 1;
    }
    return (x->month > y->month) - (x->month < y->month);
}

/* Sorts, and adds up what is of the same month. */
static void join_deltas(struct claims *c)
{
    struct delta *d = c->deltas.rows;
    size_t kept = 0;
    if (c->deltas.count > 0) {
        qsort(d, c->deltas.count, sizeof *d, compare_delta);
    }
    for (size_t i = 0; i < c->deltas.count; i++) {
        if (kept > 0 && compare_delta(&d[kept - 1], &d[i]) == 0) {
            d[kept - 1].count += d[i].count;
            if (!money_add(d[kept - 1].fen, d[i].fen, &d[kept - 1].fen)) {
                c->no_memory = true; /* no ledger has that much money */
            }
        } else {
            d[kept++] = d[i];
        }
    }
    c->deltas.count = kept;
}

#define DELTAS_JOIN ((size_t)1 << 14)

void claims_span(struct claims *c, enum counted what, int programme,
                 const struct span *s)
{
    int32_t from = s->from, end = s->from + s->months;
    if (c->scope == SCOPE_PERIOD) {
        from = from < c->from ? c->from : from;
        end = end > c->to + 1 ? c->to + 1 : end;
    }
    if (from >= end || programme < 0) {
        return;
    }
    /* Few months: joined now and then, the list stays short. Of many, less often: that
     * the time is in proportion to their number. */
    if (c->deltas.count >= DELTAS_JOIN && c->deltas.count >= c->deltas_join) {
        join_deltas(c);
        c->deltas_join = 2 * c->deltas.count;
    }
    add_delta(c, what, programme, from, (int64_t[2]){1, s->fen});
    add_delta(c, what, programme, end, (int64_t[2]){-1, -s->fen});
}

void claims_range(struct claims *c, uint64_t first, uint64_t end)
{
    if (c->range_end == 0 || first < c->range_first) {
        c->range_first = first;
    }
    c->range_end = end > c->range_end ? end : c->range_end;
}

static void rows_of(const struct delta *d, size_t count, const char *const label[2],
                    struct buf *out)
{
    int64_t number = 0, fen = 0;
    for (size_t i = 0; i < count; i++) {
        number += d[i].count;
        if (!money_add(fen, d[i].fen, &fen)) {
            return; /* no claim can be like that */
        }
        int32_t end = i + 1 < count ? d[i + 1].month : d[i].month;
        for (int32_t m = d[i].month; m < end && number > 0; m++) {
            /* Not by month_print: hostile records have months of years it has not. */
            buf_addf(out, "%s %s %04d-%02d %lld %lld\n", label[0], label[1], m / 12,
                     m % 12 + 1, (long long)number, (long long)fen);
        }
    }
}

void claims_rows(struct claims *c, enum counted what, const char *code[], size_t codes,
                 struct buf *out)
{
    static const char *const names[COUNTED] = {"entitled", "history", "lines", "paid",
                                               "back",     "open",    "out"};
    join_deltas(c);
    const struct delta *d = c->deltas.rows;
    const char *done = ""; /* codes ascend: the last that was written */
    for (;;) {
        const char *next = NULL;
        size_t programme = 0;
        for (size_t p = 0; p < codes; p++) {
            if (strcmp(code[p], done) > 0 &&
                (next == NULL || strcmp(code[p], next) < 0)) {
                next = code[p];
                programme = p;
            }
        }
        if (next == NULL) {
            return;
        }
        size_t begin = 0;
        while (begin < c->deltas.count &&
               (d[begin].what != what || d[begin].programme != programme)) {
            begin++;
        }
        size_t end = begin;
        while (end < c->deltas.count && d[end].what == what &&
               d[end].programme == programme) {
            end++;
        }
        rows_of(d + begin, end - begin, (const char *const[2]){names[what], next}, out);
        done = next;
    }
}
