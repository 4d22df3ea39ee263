/* line_list.c - see line_list.h. Lines lie behind each other in pages and count on in
 * groups. Each tells itself from the one before it in its group: a byte of state and of
 * what is as before, then person, programme and spans. A group is found by number. */
#include "verify/line_list.h"

#include <stdlib.h>

#define PAGE_BYTES 65536
#define GROUP_LINES 32
#define EXPECTED_FROM (2025 * 12) /* of a group's first span */
/* Head, person, programme and count; from, months and fen of each span. */
#define LINE_BYTES_MAX (1 + 10 + 1 + 1 + LINE_SPANS_MAX * (3 + 2 + 7))

#define STATE 0x0fU
enum { NAMED = 0x10, SAME_PROGRAMME = 0x20, ONE_MONTH = 0x40, SAME_SPANS = 0x80 };

struct group {
    uint32_t number; /* of its first line */
    uint32_t page;
    uint16_t at, count;
};

struct page {
    uint8_t *p;
    size_t n;
};

/* ---- writing ---- */

static bool same_spans(const struct line_row *a, const struct line_row *b)
{
    bool same = a->span_count == b->span_count;
    for (size_t i = 0; same && i < a->span_count; i++) {
        const struct span *x = &a->spans[i];
        const struct span *y = &b->spans[i];
        same = x->from == y->from && x->months == y->months && x->fen == y->fen;
    }
    return same;
}

static void write_spans(struct writer *w, const struct line_row *row, int32_t expected,
                        bool one_month)
{
    if (!one_month) {
        writer_u8(w, row->span_count);
    }
    for (size_t i = 0; i < row->span_count; i++) {
        const struct span *s = &row->spans[i];
        writer_zigzag(w, s->from - expected);
        if (!one_month) {
            writer_varint(w, (uint64_t)s->months);
        }
        writer_varint(w, (uint64_t)s->fen);
        expected = s->from + s->months;
    }
}

static int32_t expected_from(const struct line_row *before)
{
    return before->number == 0 ? EXPECTED_FROM : before->spans[0].from;
}

/* before: all zeros for a group's first line. */
static void write_line(struct writer *w, const struct line_row *row,
                       const struct line_row *before)
{
    bool first = before->number == 0;
    bool programme = !first && row->programme == before->programme;
    bool spans = !first && same_spans(row, before);
    bool one_month = row->span_count == 1 && row->spans[0].months == 1;
    must(row->state > 0 && row->state < LINE_STATES);
    writer_u8(w, (uint8_t)(row->state | (row->named ? NAMED : 0) |
                           (programme ? SAME_PROGRAMME : 0) |
                           (one_month ? ONE_MONTH : 0) | (spans ? SAME_SPANS : 0)));
    writer_zigzag(w, (int64_t)row->person - (int64_t)before->person);
    if (!programme) {
        writer_u8(w, row->programme);
    }
    if (!spans) {
        write_spans(w, row, expected_from(before), one_month);
    }
    must(!w->failed);
}

/* The last page when it has room for a line, else a new one; NULL: memory is out. */
static struct page *page_for(struct line_list *l)
{
    struct page *page =
        l->pages.count == 0 ? NULL : list_at(&l->pages, l->pages.count - 1);
    if (page != NULL && PAGE_BYTES - page->n >= LINE_BYTES_MAX) {
        return page;
    }
    uint8_t *p = malloc(PAGE_BYTES);
    page = p == NULL ? NULL : list_add(&l->pages, sizeof *page);
    if (page == NULL) {
        free(p);
        return NULL;
    }
    page->p = p;
    return page;
}

/* The last group when this line is of it, else a new one; NULL: memory is out. */
static struct group *group_for(struct line_list *l, uint32_t number,
                               const struct page *page)
{
    struct group *g =
        l->groups.count == 0 ? NULL : list_at(&l->groups, l->groups.count - 1);
    if (g != NULL && page->n > 0 && g->count < GROUP_LINES &&
        number == l->last.number + 1) {
        return g;
    }
    g = list_add(&l->groups, sizeof *g);
    if (g != NULL) {
        *g = (struct group){.number = number,
                            .page = (uint32_t)(l->pages.count - 1),
                            .at = (uint16_t)page->n};
    }
    return g;
}

bool line_list_add(struct line_list *l, const struct line_row *row)
{
    static const struct line_row nothing;
    struct writer w;
    must(row->number > l->last.number);
    must(row->span_count > 0 && row->span_count <= LINE_SPANS_MAX);
    struct page *page = page_for(l);
    struct group *g = page == NULL ? NULL : group_for(l, row->number, page);
    if (g == NULL) {
        return false;
    }
    writer_init(&w, page->p + page->n, PAGE_BYTES - page->n);
    write_line(&w, row, g->count == 0 ? &nothing : &l->last);
    page->n += w.len;
    g->count++;
    l->last = *row;
    l->count++;
    l->in_state[row->state]++;
    return true;
}

void line_list_release(struct line_list *l)
{
    struct page *page;
    for (size_t i = 0; (page = list_at(&l->pages, i)) != NULL; i++) {
        free(page->p);
    }
    list_release(&l->pages);
    list_release(&l->groups);
    *l = (struct line_list){0};
}

/* ---- reading ---- */

static void read_spans(struct reader *r, struct line_row *row, int32_t expected,
                       bool one_month)
{
    row->span_count = one_month ? 1 : reader_u8(r);
    row->fen = 0;
    must(row->span_count <= LINE_SPANS_MAX);
    for (size_t i = 0; i < row->span_count; i++) {
        struct span *s = &row->spans[i];
        s->from = expected + (int32_t)reader_zigzag(r);
        s->months = one_month ? 1 : (int32_t)reader_varint(r);
        s->fen = (int64_t)reader_varint(r);
        expected = s->from + s->months;
        row->fen += s->fen * s->months;
    }
}

/* Over the line before it. */
static void read_line(struct line_walk *w, uint32_t number)
{
    struct line_row *row = &w->row;
    int32_t expected = expected_from(row);
    row->head = w->page + w->r.at;
    uint8_t head = reader_u8(&w->r);
    row->number = number;
    row->state = head & STATE;
    row->named = (head & NAMED) != 0;
    row->person = (uint64_t)((int64_t)row->person + reader_zigzag(&w->r));
    if ((head & SAME_PROGRAMME) == 0) {
        row->programme = reader_u8(&w->r);
    }
    if ((head & SAME_SPANS) == 0) {
        read_spans(&w->r, row, expected, (head & ONE_MONTH) != 0);
    }
    must(!w->r.failed);
}

static void begin_group(const struct line_list *l, size_t at, struct line_walk *w)
{
    const struct group *g = list_at(&l->groups, at);
    const struct page *page = list_at(&l->pages, g->page);
    w->group = at;
    w->in_group = 0;
    w->page = page->p;
    w->row.number = 0;
    w->row.person = 0;
    reader_init(&w->r, page->p, PAGE_BYTES);
    w->r.at = g->at;
}

bool line_list_next(const struct line_list *l, struct line_walk *w)
{
    const struct group *g = list_at(&l->groups, w->group);
    if (w->page != NULL && g != NULL && w->in_group == g->count) {
        g = list_at(&l->groups, w->group + 1);
        if (g != NULL) {
            begin_group(l, w->group + 1, w);
        }
    } else if (w->page == NULL && g != NULL) {
        begin_group(l, 0, w);
    }
    if (g == NULL) {
        return false;
    }
    read_line(w, g->number + w->in_group);
    w->in_group++;
    return true;
}

static bool holds(const struct line_list *l, size_t group, uint64_t number)
{
    const struct group *g = list_at(&l->groups, group);
    return g != NULL && number >= g->number && number - g->number < g->count;
}

/* The last group that begins with the number or before it. */
static bool group_of(const struct line_list *l, uint64_t number, size_t *at)
{
    const struct group *g = l->groups.rows;
    size_t low = 0, high = l->groups.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g[middle].number <= number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *at = low - (low > 0);
    return low > 0;
}

bool line_list_find(const struct line_list *l, uint64_t number, struct line_walk *w)
{
    size_t at = w->group;
    if (!holds(l, at, number) && (!group_of(l, number, &at) || !holds(l, at, number))) {
        return false;
    }
    if (w->page == NULL || w->group != at || w->row.number > number) {
        begin_group(l, at, w);
    }
    while (w->row.number < number) {
        (void)line_list_next(l, w);
    }
    w->row.state = *w->row.head & STATE;
    return true;
}

void line_list_set_state(struct line_list *l, struct line_row *row,
                         enum line_state state)
{
    must(l->in_state[row->state] > 0);
    l->in_state[row->state]--;
    l->in_state[state]++;
    *row->head = (uint8_t)((unsigned)(*row->head & ~STATE) | (unsigned)state);
    row->state = (uint8_t)state;
}
