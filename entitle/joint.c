/* joint.c - see joint.h. Groups are found by a table over institution, account and
 * programme, so that a line costs the same however many there are. */
#include "entitle/joint.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "ledger/line.h"

/* ---- the table: open addresses, a power of two, half full at most ---- */

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static size_t place_of(const struct joint *j, uint64_t institution, uint32_t route,
                       const char *programme)
{
    uint64_t h = mix(mix(0, institution), route);
    for (const char *p = programme; *p != '\0'; p++) {
        h = mix(h, (uint8_t)*p);
    }
    size_t at = (size_t)h & (j->table_size - 1);
    for (; j->table[at] != 0; at = (at + 1) & (j->table_size - 1)) {
        const struct joint_group *g = &j->groups[j->table[at] - 1];
        if (g->institution == institution && g->route == route &&
            strcmp(g->programme, programme) == 0) {
            break;
        }
    }
    return at;
}

static enum status widen(struct joint *j, struct diag *d)
{
    size_t room = j->room == 0 ? 64 : 2 * j->room;
    struct joint_group *groups = realloc(j->groups, room * sizeof *groups);
    if (groups == NULL) {
        return diag_memory(d);
    }
    j->groups = groups;
    uint32_t *table = calloc(2 * room, sizeof *table);
    if (table == NULL) {
        return diag_memory(d);
    }
    free(j->table);
    j->table = table;
    j->table_size = 2 * room;
    j->room = room;
    for (size_t i = 0; i < j->count; i++) {
        const struct joint_group *g = &groups[i];
        j->table[place_of(j, g->institution, g->route, g->programme)] = (uint32_t)i + 1;
    }
    return ST_OK;
}

/* ---- lines ---- */

static enum status first_of_all(struct joint *j, uint64_t lines, struct diag *d)
{
    j->group_of = calloc(lines, sizeof *j->group_of);
    j->next = calloc(lines, sizeof *j->next);
    return j->group_of != NULL && j->next != NULL ? ST_OK : diag_memory(d);
}

static enum status group_for(struct joint *j, const struct line_entry *line,
                             struct joint_group **out, struct diag *d)
{
    if (j->count == j->room) {
        TRY(widen(j, d));
    }
    size_t at = place_of(j, line->payee, line->route, line->programme);
    if (j->table[at] == 0) {
        struct joint_group *g = &j->groups[j->count++];
        *g = (struct joint_group){.institution = line->payee,
                                  .route = line->route,
                                  .first = line->line,
                                  .from = line->spans[0].from,
                                  .through = line->spans[0].from};
        memcpy(g->programme, line->programme, sizeof g->programme);
        j->table[at] = (uint32_t)j->count;
    }
    *out = &j->groups[j->table[at] - 1];
    return ST_OK;
}

static enum status take_line(struct joint *j, const struct batch_entry *b,
                             const struct line_entry *line, struct diag *d)
{
    struct joint_group *g;
    if (j->group_of == NULL) {
        TRY(first_of_all(j, b->lines, d));
    }
    TRY(group_for(j, line, &g, d));
    const struct span *last = &line->spans[line->span_count - 1];
    int32_t through = last->from + last->months - 1;
    g->from = line->spans[0].from < g->from ? line->spans[0].from : g->from;
    g->through = through > g->through ? through : g->through;
    if (!money_add(g->fen, line->fen, &g->fen)) {
        return diag_fail(d, ST_INTEGRITY, "totals",
                         "the sum of a payment is too large");
    }
    if (g->lines++ > 0) {
        j->next[g->last - 1] = line->line;
        j->joined++;
    }
    g->last = line->line;
    j->group_of[line->line - 1] = (uint32_t)(g - j->groups) + 1;
    return ST_OK;
}

static enum status take_row(struct joint *j, const struct batch_entry *b, uint32_t n,
                            struct str row, struct diag *d)
{
    struct line_entry line;
    uint64_t institution = 0;
    bool good = row.p != NULL && line_institution(row, &institution);
    if (good && institution == 0) {
        return ST_OK;
    }
    if (!good || !line_read(row, b->number, n, &line)) {
        return diag_fail(d, ST_INTEGRITY, "line-row",
                         "line %u of batch %u is not what was written", n, b->number);
    }
    return line.state == LINE_DROPPED ? ST_OK : take_line(j, b, &line, d);
}

static enum status take_lines(struct joint *j, struct ledger *l,
                              const struct batch_entry *b, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    uint8_t at[8];
    line_key(b->number, 1, at);
    TRY(store_cursor_open(ledger_txn(l), TABLE_LINES, &c, d));
    enum status st = store_cursor_seek(c, str_make(at, 8), &key, &row, d);
    for (uint32_t n = 1; st == ST_OK && n <= b->lines; n++) {
        line_key(b->number, n, at);
        bool there = key.p != NULL && str_eq(key, str_make(at, 8));
        st = take_row(j, b, n, there ? row : str_make(NULL, 0), d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

enum status joint_load(struct joint *out, struct ledger *l, const struct batch_entry *b,
                       struct diag *d)
{
    struct joint j;
    memset(&j, 0, sizeof j);
    memset(out, 0, sizeof *out);
    if (ledger_head(l)->institutions == 0) {
        return ST_OK;
    }
    enum status st = take_lines(&j, l, b, d);
    free(j.table);
    j.table = NULL;
    if (st != ST_OK) {
        joint_release(&j);
        return st;
    }
    *out = j;
    return ST_OK;
}

void joint_release(struct joint *j)
{
    free(j->groups);
    free(j->group_of);
    free(j->next);
    free(j->table);
    memset(j, 0, sizeof *j);
}

const struct joint_group *joint_group(const struct joint *j, uint32_t line)
{
    uint32_t group = j->group_of != NULL ? j->group_of[line - 1] : 0;
    return group != 0 ? &j->groups[group - 1] : NULL;
}

uint32_t joint_first(const struct joint *j, uint32_t line)
{
    const struct joint_group *g = joint_group(j, line);
    return g != NULL ? g->first : line;
}

uint32_t joint_next(const struct joint *j, uint32_t line)
{
    return j->next != NULL ? j->next[line - 1] : 0;
}
