/* bundle_tree.c - tree.txt and the records files: docs/formats/bundle.md section 4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "verify/bundle_private.h"
#include "verify/lines.h"

#define RUN_MAX 262144

struct part {
    bool node;
    uint64_t first, count; /* of records */
    unsigned level;
    uint64_t index;
    uint8_t hash[HASH_LEN];
};

static enum status malformed(struct diag *d)
{
    return diag_fail(d, ST_INPUT, "bundle-tree", "data/tree.txt is not as it must be");
}

static bool read_records_part(struct str line, size_t at, struct part *p)
{
    char name[64];
    bool fine = text_u64(line_word(line, &at), 0, INT64_MAX, &p->first) &&
                text_u64(line_word(line, &at), 1, RUN_MAX, &p->count);
    snprintf(name, sizeof name, "records/%012llu.bin", (unsigned long long)p->first);
    return fine && str_is(line_word(line, &at), name) && at == line.n;
}

static bool read_node(struct str line, size_t at, struct part *p)
{
    uint64_t level = 0;
    bool fine = text_u64(line_word(line, &at), 0, 62, &level) &&
                text_u64(line_word(line, &at), 0, INT64_MAX, &p->index) &&
                text_unhex(line_word(line, &at), p->hash, HASH_LEN) && at == line.n;
    p->node = true;
    p->level = (unsigned)level;
    p->count = (uint64_t)1 << level;
    fine = fine && p->index <= (uint64_t)INT64_MAX >> level;
    p->first = fine ? p->index << level : 0;
    return fine;
}

/* The next part; *end behind the last. */
static enum status next_part(struct lines *l, struct part *p, bool *end, struct diag *d)
{
    struct str line;
    size_t at = 0;
    TRY(lines_next(l, &line, end, d));
    if (*end) {
        return ST_OK;
    }
    memset(p, 0, sizeof *p);
    struct str word = line_word(line, &at);
    bool fine = str_is(word, "records")
                    ? read_records_part(line, at, p)
                    : str_is(word, "node") && read_node(line, at, p);
    return fine ? ST_OK : malformed(d);
}

static enum status open_tree(struct bundle *b, struct lines **out, uint64_t *size,
                             struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("data/tree.txt"));
    struct lines *l = NULL;
    struct str line;
    bool end = false;
    size_t at = 0;
    if (e == NULL) {
        return diag_fail(d, ST_INPUT, "bundle-tree", "data/tree.txt is missing");
    }
    TRY(lines_open(&l, b->zip, e, d));
    enum status st = lines_next(l, &line, &end, d);
    if (st == ST_OK && (end || !str_is(line, "almoner-tree/v1"))) {
        st = malformed(d);
    }
    if (st == ST_OK) {
        st = lines_next(l, &line, &end, d);
    }
    if (st == ST_OK &&
        (!str_is(line_word(line, &at), "size") ||
         !text_u64(line_word(line, &at), 1, INT64_MAX, size) || at != line.n)) {
        st = malformed(d);
    }
    if (st != ST_OK) {
        lines_close(l);
        return st;
    }
    *out = l;
    return ST_OK;
}

/* That the parts follow each other from 0 to size; whether nodes are among them. */
enum status tree_look(struct bundle *b, struct diag *d)
{
    struct lines *l = NULL;
    struct part p = {0}, before = {0};
    uint64_t size = 0, at = 0;
    bool end = false;
    TRY(open_tree(b, &l, &size, d));
    enum status st = ST_OK;
    for (;;) {
        st = next_part(l, &p, &end, d);
        if (st != ST_OK || end) {
            break;
        }
        bool after_big = at > 0 && before.node && before.level > 0 && !p.node;
        bool run_on = at > 0 && !before.node && !p.node && at % RUN_MAX != 0;
        if (p.first != at || after_big || run_on || p.count > size - at ||
            (at == 0 && p.node)) {
            st = malformed(d);
            break;
        }
        b->nodes = b->nodes || p.node;
        at += p.count;
        before = p;
    }
    lines_close(l);
    return st == ST_OK && at != size ? malformed(d) : st;
}

/* Read in blocks: records are small, and each call of zip_read has its price. */
struct source {
    struct zip_stream *stream;
    size_t at, n;
    uint8_t block[65536];
};

static enum status refill(struct source *s, struct diag *d)
{
    s->at = 0;
    s->n = 0;
    return zip_read(s->stream, s->block, sizeof s->block, &s->n, d);
}

static enum status read_exactly(struct source *s, uint8_t *p, size_t n, struct diag *d)
{
    while (n > 0) {
        if (s->at == s->n) {
            TRY(refill(s, d));
        }
        size_t part = s->n - s->at < n ? s->n - s->at : n;
        if (part == 0) {
            return diag_fail(d, ST_INPUT, "bundle-records",
                             "a file of records ends too early");
        }
        memcpy(p, s->block + s->at, part);
        s->at += part;
        p += part;
        n -= part;
    }
    return ST_OK;
}

static enum status read_records(struct bundle *b, struct source *s, uint64_t count,
                                struct diag *d)
{
    uint8_t bytes[RECORD_MAX], head[2];
    for (uint64_t i = 0; i < count && !report_stop(b->report); i++) {
        TRY(read_exactly(s, head, 2, d));
        size_t n = (size_t)head[0] << 8 | head[1];
        if (n < 1 || n > RECORD_MAX) {
            return diag_fail(d, ST_INPUT, "bundle-records",
                             "a record of %zu bytes in a file of records", n);
        }
        TRY(read_exactly(s, bytes, n, d));
        TRY(fold_record(b->fold, str_make(bytes, n), d));
    }
    if (report_stop(b->report)) {
        return ST_OK;
    }
    if (s->at == s->n) {
        TRY(refill(s, d));
    }
    return s->at == s->n ? ST_OK
                         : diag_fail(d, ST_INPUT, "bundle-records",
                                     "a file of records has more than tree.txt says");
}

static enum status follow_part(struct bundle *b, const struct part *p, struct diag *d)
{
    if (p->node) {
        return fold_node(b->fold, p->level, p->hash, d);
    }
    char name[64];
    snprintf(name, sizeof name, "data/records/%012llu.bin",
             (unsigned long long)p->first);
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    if (e == NULL) {
        return diag_fail(d, ST_INPUT, "bundle-records", "%s is missing", name);
    }
    struct source *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    enum status st = zip_stream_open(&s->stream, b->zip, e, d);
    if (st == ST_OK) {
        st = read_records(b, s, p->count, d);
    }
    zip_stream_close(s->stream);
    free(s);
    return st;
}

enum status tree_follow(struct bundle *b, struct diag *d)
{
    struct lines *l = NULL;
    struct part p = {0};
    uint64_t size = 0;
    bool end = false;
    TRY(open_tree(b, &l, &size, d));
    enum status st = ST_OK;
    while (st == ST_OK && !report_stop(b->report)) {
        st = next_part(l, &p, &end, d);
        if (st != ST_OK || end) {
            break;
        }
        st = follow_part(b, &p, d);
    }
    lines_close(l);
    return st;
}
