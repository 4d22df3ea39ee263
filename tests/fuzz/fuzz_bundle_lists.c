/* fuzz_bundle_lists.c - what almoner-verify keeps packed (people, lines, commitments,
 * rows of money) against plain arrays of the same, through OPERATIONS for each byte of
 * the input, which seeds what they are. If this fails, a verifier works with other
 * numbers than it read. */
#include <stdlib.h>

#include "base/must.h"
#include "verify/body.h"
#include "verify/commitments.h"
#include "verify/line_list.h"
#include "verify/people.h"

#define OPERATIONS 100
#define ROWS_MAX 6000
#define MONEY_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct known {
    struct person person;
    uint8_t money[MONEY_MAX];
};

static struct {
    uint64_t seed;
    struct line_list lines;
    struct line_walk walk;
    struct line_row *line;
    struct people people;
    struct known *known;
    struct commitments commitments;
    struct commitment *commitment;
    size_t commitment_count;
} t;

static uint64_t draw(uint64_t below)
{
    t.seed ^= t.seed << 13;
    t.seed ^= t.seed >> 7;
    t.seed ^= t.seed << 17;
    return t.seed % below;
}

/* Of 1 to max: an end, or any of any length. */
static uint64_t number(uint64_t max)
{
    uint64_t n = draw(8) == 0 ? max : 1 + (draw(UINT64_MAX) >> draw(64));
    return n > max ? 1 + n % max : n;
}

/* ---- lines ---- */

static void check_line(const struct line_row *a, const struct line_row *b)
{
    must(a->number == b->number && a->state == b->state && a->person == b->person);
    must(a->programme == b->programme && a->named == b->named && a->fen == b->fen);
    must(a->span_count == b->span_count);
    for (size_t i = 0; i < a->span_count; i++) {
        const struct span *x = &a->spans[i];
        const struct span *y = &b->spans[i];
        must(x->from == y->from && x->months == y->months && x->fen == y->fen);
    }
}

static void draw_spans(struct line_row *row)
{
    row->fen = 0;
    row->span_count = draw(3) != 0 ? 1 : (uint8_t)number(LINE_SPANS_MAX);
    for (size_t i = 0; i < row->span_count; i++) {
        struct span *s = &row->spans[i];
        s->from = draw(2) == 0 ? 2026 * 12 : (int32_t)number(MONTH_LAST + 1) - 1;
        s->months = draw(2) == 0 ? 1 : (int32_t)number(SPAN_MONTHS_MAX);
        s->fen = (int64_t)number(FEN_MAX);
        row->fen += s->fen * s->months;
    }
}

static void add_line(void)
{
    uint32_t count = t.lines.count;
    struct line_row row = {.number = 1};
    if (count > 0) {
        row = t.line[count - 1];
        row.number += draw(50) != 0 ? 1 : (uint32_t)number(100000);
    }
    row.state = (uint8_t)(1 + draw(LINE_STATES - 1));
    row.named = draw(2) == 0;
    row.person = draw(4) == 0 ? number(INT64_MAX) : row.person + draw(2);
    row.person = row.person == 0 || row.person > INT64_MAX ? 1 : row.person;
    row.programme = draw(4) == 0 ? (uint8_t)draw(PROGRAMMES_MAX) : row.programme;
    if (count == 0 || draw(3) == 0) {
        draw_spans(&row);
    }
    must(line_list_add(&t.lines, &row));
    t.line[count] = row;
}

static void look_for_line(void)
{
    if (t.lines.count == 0) {
        return;
    }
    struct line_row *row = &t.line[draw(t.lines.count)];
    bool next = row->number < t.lines.last.number && row[1].number == row->number + 1;
    must(line_list_find(&t.lines, row->number, &t.walk));
    check_line(&t.walk.row, row);
    if (draw(2) == 0) {
        row->state = (uint8_t)(1 + draw(LINE_STATES - 1));
        line_list_set_state(&t.lines, &t.walk.row, (enum line_state)row->state);
    }
    must(line_list_find(&t.lines, (uint64_t)row->number + 1, &t.walk) == next);
    must(!line_list_find(&t.lines, 0, &t.walk));
    must(!line_list_find(&t.lines, (uint64_t)t.lines.last.number + 1, &t.walk));
}

static void walk_lines(void)
{
    struct line_walk w = {0};
    uint32_t in_state[LINE_STATES] = {0};
    for (size_t i = 0; i < t.lines.count; i++) {
        must(line_list_next(&t.lines, &w));
        check_line(&w.row, &t.line[i]);
        in_state[w.row.state]++;
    }
    must(!line_list_next(&t.lines, &w) && !line_list_next(&t.lines, &w));
    must(memcmp(in_state, t.lines.in_state, sizeof in_state) == 0);
}

/* ---- people ---- */

static void check_person(uint64_t n)
{
    const struct person *k = &t.known[n - 1].person;
    struct person p;
    must(people_get(&t.people, n, &p));
    must(p.merged_into == k->merged_into && p.entitled == k->entitled);
    must(p.recovery == k->recovery && p.institution == k->institution);
    must(p.erased == k->erased && str_eq(p.money, k->money));
}

static void draw_person(struct known *k)
{
    size_t n = draw(4) == 0 ? draw(MONEY_MAX) : draw(30);
    for (size_t i = 0; i < n; i++) {
        k->money[i] = (uint8_t)draw(256);
    }
    k->person =
        (struct person){.merged_into = draw(4) == 0 ? number(UINT64_MAX) : 0,
                        .entitled = draw(4) == 0 ? 0 : number(UINT64_MAX),
                        .recovery = draw(4) == 0 ? (uint32_t)number(UINT32_MAX) : 0,
                        .institution = draw(2) == 0,
                        .erased = draw(2) == 0,
                        .money = str_make(k->money, n)};
}

static void one_person(void)
{
    struct person p;
    uint64_t n = 1 + draw(t.people.count + 1);
    must(!people_get(&t.people, 0, &p));
    must(!people_get(&t.people, t.people.count + 1 + draw(100), &p));
    struct known *k = &t.known[n - 1];
    if (n > t.people.count) {
        draw_person(k);
        must(people_add(&t.people, &k->person));
    } else if (draw(2) == 0) { /* its money stays where it is */
        must(people_get(&t.people, n, &p));
        p.entitled = k->person.entitled = number(UINT64_MAX);
        must(people_put(&t.people, n, &p));
    } else {
        draw_person(k);
        must(people_put(&t.people, n, &k->person));
    }
    check_person(n);
    check_person(1 + draw(t.people.count));
}

/* Amounts as they come: of one size often, as in most months. */
static void one_row(void)
{
    static struct row row, back;
    int32_t end = (int32_t)number(30000);
    row.count = draw(20);
    for (size_t i = 0; i < row.count; i++) {
        struct segment *s = &row.segment[i];
        *s = (struct segment){.programme = (uint8_t)(i / 4),
                              .from = end + (int32_t)number(100),
                              .months = (int32_t)number(1000)};
        end = s->from + s->months;
        int64_t often = (int64_t)number(FEN_MAX);
        for (size_t a = 0; a < ACCOUNT_COUNT; a++) {
            s->fen[a] = draw(3) != 0   ? 0
                        : draw(4) != 0 ? often
                                       : (int64_t)number(FEN_MAX);
        }
        s->fen[draw(ACCOUNT_COUNT)] = often;
    }
    row_unpack(row_pack(&row), &back);
    must(back.count == row.count);
    for (size_t i = 0; i < row.count; i++) {
        const struct segment *x = &row.segment[i];
        const struct segment *y = &back.segment[i];
        must(x->programme == y->programme && x->from == y->from);
        must(x->months == y->months && memcmp(x->fen, y->fen, sizeof x->fen) == 0);
    }
}

/* ---- commitments ---- */

static void add_commitment(void)
{
    size_t n = t.commitment_count;
    struct commitment c = {.sequence = n == 0 ? 0 : t.commitment[n - 1].sequence};
    c.sequence += draw(3) == 0 ? 1 + draw(1000) : 0;
    c.person = draw(8) == 0 ? number(INT64_MAX) : 1 + draw(5000);
    c.ordinal = draw(2) == 0 ? COMMITMENT_ENTRIES : (uint32_t)number(UINT32_MAX) - 1;
    put_u64(c.hash, n);
    put_u64(c.hash + 8, ~(uint64_t)n);
    must(commitments_add(&t.commitments, &c));
    t.commitment[n] = c;
    t.commitment_count++;
}

/* Each once, in order. */
static void check_commitments(void)
{
    const struct commitment *c;
    struct commitment last = {0};
    size_t count, sum = 0;
    for (size_t i = 0; i < commitments_parts(&t.commitments); i++) {
        must(commitments_part(&t.commitments, i, &c, &count));
        for (size_t k = 0; k < count; k++) {
            uint64_t n = get_u64(c[k].hash);
            must(n < t.commitment_count && ~get_u64(c[k].hash + 8) == n);
            const struct commitment *was = &t.commitment[n];
            must(c[k].person == was->person && c[k].sequence == was->sequence);
            must(c[k].ordinal == was->ordinal);
            must(c[k].person > last.person ||
                 (c[k].person == last.person && c[k].sequence >= last.sequence));
            last = c[k];
        }
        sum += count;
    }
    must(sum == t.commitment_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&t, 0, sizeof t);
    t.line = calloc(ROWS_MAX + 1, sizeof *t.line);
    t.known = calloc(ROWS_MAX, sizeof *t.known);
    t.commitment = calloc(ROWS_MAX, sizeof *t.commitment);
    must(t.line != NULL && t.known != NULL && t.commitment != NULL);
    size_t operations = size * OPERATIONS < ROWS_MAX ? size * OPERATIONS : ROWS_MAX;
    for (size_t i = 0; i < operations; i++) {
        t.seed = t.seed * 31 + data[i / OPERATIONS] + 1;
        add_line();
        look_for_line();
        one_person();
        one_row();
        add_commitment();
        if (i % 512 == 0) {
            walk_lines();
            check_commitments();
        }
    }
    walk_lines();
    check_commitments();
    for (uint64_t n = 1; n <= t.people.count; n++) {
        check_person(n);
    }
    line_list_release(&t.lines);
    people_release(&t.people);
    commitments_release(&t.commitments);
    free(t.line);
    free(t.known);
    free(t.commitment);
    return 0;
}
