/* line_list.h - the lines of a batch, packed: some 2 bytes for one like the line before
 * it, 6 for another of one month, 5 more for each further span. As rows, line and span
 * would take 56. What a line is never changes; its state does. */
#ifndef ALMONER_VERIFY_LINE_LIST_H
#define ALMONER_VERIFY_LINE_LIST_H

#include "verify/list.h"
#include "verify/money.h"

#define LINE_SPANS_MAX 24

enum line_state {
    LINE_OPEN = 1,
    LINE_PAID,
    LINE_REJECTED,
    LINE_RETURNED,
    LINE_UNKNOWN,
    LINE_REISSUED,
    LINE_DROPPED,
    LINE_REFUNDED,
    LINE_RECALLED,
    LINE_STATES
};

struct line_row {
    uint32_t number;
    uint8_t state, programme;
    bool named; /* a person of the scope, as who it is for or who gets it */
    uint8_t span_count;
    uint64_t person;
    int64_t fen; /* of all spans */
    struct span spans[LINE_SPANS_MAX];
    uint8_t *head; /* for line_list_set_state; of lines read from a list */
};

struct line_list { /* begins as zeros */
    uint32_t count;
    uint32_t in_state[LINE_STATES]; /* how many */
    struct list pages, groups;
    struct line_row last; /* number 0: there is none */
};

/* A line behind the others, with a number above theirs, one to LINE_SPANS_MAX spans and
 * all values as in a record. False: memory is out. */
bool line_list_add(struct line_list *l, const struct line_row *row);
void line_list_release(struct line_list *l);

/* A place in a list, which may get lines while it is walked through. Zeros: before the
 * first line. */
struct line_walk {
    size_t group;      /* of the last one read */
    uint32_t in_group; /* how many of it are read */
    uint8_t *page;
    struct reader r;
    struct line_row row; /* the last one read; number 0: there is none */
};
/* The next line into w->row; false behind the last. */
bool line_list_next(const struct line_list *l, struct line_walk *w);
/* The line of this number into w->row, wherever w is in this list; false: none is.
 * Quickest where w is shortly before it. */
bool line_list_find(const struct line_list *l, uint64_t number, struct line_walk *w);
/* w->row of this list gets another state. */
void line_list_set_state(struct line_list *l, struct line_row *row,
                         enum line_state state);

#endif
