/* recognise.c - see recognise.h.
 *
 * Formats that know their files by the first bytes (XML, NACHA) are asked first. The
 * others, texts of which one bank's layout may look like another's, are tried: a reader
 * that comes to a first line has recognised the head, and one of those must read the
 * file to its end. It never prefers one of two readings that differ: that is a
 * question for people. */
#include "formats/recognise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "formats/xlsx.h"

#define WAYS_MAX 256 /* formats, twice */

payment_reader *payment_way_reader(struct payment_way way)
{
    return way.answer ? way.format->read_answer : way.format->read;
}

struct str payment_line_currency(const struct payment_format *f, const struct answer *a)
{
    bool nothing_said = a->currency.n == 0 && a->amount_fen == 0;
    return a->currency.n > 0 || nothing_said ? a->currency
                                             : str_of(payment_currency(f));
}

/* ---- reading to the end ---- */

static enum status currency_index(struct payment_sums *s, const struct answer *a,
                                  size_t *out, struct diag *d)
{
    struct str currency = payment_line_currency(s->format, a);
    size_t i = 0;
    while (i < s->currency_count && !str_is(currency, s->currencies[i])) {
        i++;
    }
    if (i == s->currency_count) {
        if (i == FILE_CURRENCIES_MAX ||
            !str_copy(currency, s->currencies[i], sizeof s->currencies[i])) {
            diag_fail(d, ST_INPUT, "currency",
                      "more than %d currencies, or one that is not of %d letters",
                      FILE_CURRENCIES_MAX, CURRENCY_LEN);
            return answer_where(a, ANSWER_CURRENCY, d);
        }
        s->currency_count++;
    }
    *out = i;
    return ST_OK;
}

static bool totals_add(struct answer_totals *t, int64_t fen)
{
    t->count++;
    return money_add(t->total_fen, fen, &t->total_fen);
}

static uint64_t hash_bytes(uint64_t h, const void *p, size_t n)
{
    const uint8_t *bytes = p;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

/* What a reader of the line would act on; the length of each text goes before it. */
static uint64_t hash_line(uint64_t h, const struct answer *a)
{
    const struct str texts[] = {a->id, a->name, a->account};
    const uint8_t said[] = {(uint8_t)a->status, (uint8_t)a->reason};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        h = hash_bytes(h, &texts[i].n, sizeof texts[i].n);
        h = hash_bytes(h, texts[i].p, texts[i].n);
    }
    h = hash_bytes(h, &a->amount_fen, sizeof a->amount_fen);
    return hash_bytes(h, said, sizeof said);
}

static enum status add_line(void *ctx, const struct answer *a, struct diag *d)
{
    struct payment_sums *s = ctx;
    size_t currency = 0;
    TRY(currency_index(s, a, &currency, d));
    must((unsigned)a->status <= PAYMENT_NONE && (unsigned)a->reason < REASON_COUNT);
    if (s->hashed) {
        s->hash = hash_line(s->hash, a);
    }
    if (!totals_add(&s->of[currency][a->status][a->reason], a->amount_fen) ||
        !totals_add(&s->all, a->amount_fen)) {
        diag_fail(d, ST_INPUT, "totals", "the sum of the amounts is too large");
        return answer_where(a, ANSWER_AMOUNT, d);
    }
    return ST_OK;
}

/* Lines of which something is said. */
static uint64_t said_of(const struct payment_reading *r)
{
    uint64_t n = 0;
    for (size_t c = 0; c < r->sums.currency_count; c++) {
        for (unsigned s = 0; s < PAYMENT_UNKNOWN; s++) {
            for (unsigned k = 0; k < REASON_COUNT; k++) {
                n += r->sums.of[c][s][k].count;
            }
        }
    }
    return n;
}

static enum status read_whole(struct str file, struct payment_way way, bool hashed,
                              struct payment_reading *out, struct diag *d)
{
    memset(out, 0, sizeof *out);
    out->sums.hashed = hashed;
    out->way = way;
    out->sums.format = way.format;
    struct answer_sink sink = {.each = add_line, .ctx = &out->sums};
    TRY(payment_way_reader(way)(way.format, file, sink, &out->whole, d));
    if (out->whole.count != out->sums.all.count) {
        return diag_fail(d, ST_INTERNAL, "count",
                         "the reader of %s gave %llu lines and counted %llu",
                         way.format->name, (unsigned long long)out->sums.all.count,
                         (unsigned long long)out->whole.count);
    }
    out->answers = way.answer || said_of(out) > 0;
    return ST_OK;
}

/* ---- which ways there are ---- */

struct ways {
    size_t count;
    struct payment_way list[WAYS_MAX];
};

static void add_way(struct ways *w, const struct payment_format *f, bool answer)
{
    struct payment_way way = {f, answer};
    if (payment_way_reader(way) != NULL && w->count < WAYS_MAX) {
        w->list[w->count++] = way;
    }
}

static void add_both(struct ways *w, const struct payment_format *f)
{
    add_way(w, f, true);
    add_way(w, f, false);
}

#define ENOUGH "recognised" /* the code by which the sink below ends a reading */

static enum status stop_reading(void *ctx, const struct answer *a, struct diag *d)
{
    (void)ctx;
    (void)a;
    return diag_fail(d, ST_FINDINGS, ENOUGH, "a line was read");
}

static enum status read_first(struct str file, struct payment_way way, struct diag *d)
{
    struct answer_file whole;
    struct answer_sink sink = {.each = stop_reading};
    enum status st = payment_way_reader(way)(way.format, file, sink, &whole, d);
    return st == ST_FINDINGS && strcmp(d->code, ENOUGH) == 0 ? ST_OK : st;
}

enum status payment_answer_begins(const struct payment_format *f, struct str file,
                                  struct diag *d)
{
    struct payment_way way = {f, true};
    return read_first(file, way, d);
}

/* The line in "line 12, column 3"; 0 when none is said. */
static uint64_t line_of(const struct diag *d)
{
    static const char word[] = "line ";
    const char *at = strstr(d->where, word);
    uint64_t line = 0;
    if (at == NULL) {
        return 0;
    }
    at += sizeof word - 1;
    return text_u64(str_make(at, strspn(at, "0123456789")), 1, UINT64_MAX, &line) ? line
                                                                                  : 0;
}

static const char *way_word(struct payment_way way)
{
    return way.answer ? "an answer" : "a payment file";
}

/* Of two that say the same. */
static bool names_it_better(const struct payment_format *a,
                            const struct payment_format *b)
{
    return a->variants != b->variants ? a->variants < b->variants
                                      : strlen(a->name) < strlen(b->name);
}

/* The failure of the reader that understood the most. */
struct nearest {
    struct diag d; /* code "": nothing yet */
    const struct payment_format *format;
    uint64_t understood; /* lines given and 1; 0: not even the head */
};

/* Without a head, the first line counts that could not be read: a reader that looks for
 * the file's end first is no nearer. Of one format's two ways that of the payment file:
 * the other may only say that this is no answer. */
static bool is_nearer(const struct nearest *n, uint64_t understood, uint64_t line,
                      const struct payment_format *f)
{
    if (n->d.code[0] == '\0' || understood != n->understood) {
        return n->d.code[0] == '\0' || understood > n->understood;
    }
    if (line != line_of(&n->d)) {
        return understood == 0 ? line < line_of(&n->d) : line > line_of(&n->d);
    }
    return f == n->format || names_it_better(f, n->format);
}

static void keep_nearest(struct nearest *n, const struct diag *d,
                         struct payment_way way, uint64_t understood)
{
    if (is_nearer(n, understood, line_of(d), way.format)) {
        int cut = (int)(sizeof n->d.what / 2);
        n->d = *d;
        n->format = way.format;
        n->understood = understood;
        snprintf(n->d.what, sizeof n->d.what, "%.*s (read as %s in %s)", cut, d->what,
                 way_word(way), way.format->name);
    }
}

/* Does the reader come to a first line, or to the end? What else it says goes to best,
 * when it got over the first line at least. Out of memory and the like fails. */
static enum status try_head(struct str file, struct payment_way way, bool *reads,
                            struct nearest *best, struct diag *d)
{
    struct diag said = {0};
    enum status st = read_first(file, way, &said);
    *reads = st == ST_OK;
    if (*reads) {
        return ST_OK;
    }
    if (st != ST_INPUT) {
        *d = said;
        return st;
    }
    if (line_of(&said) > 1) {
        keep_nearest(best, &said, way, 0);
    }
    return ST_OK;
}

/* Those who know the file by its first bytes, or, when none does, who can begin it. */
static enum status find_ways(struct str file,
                             const struct payment_format *const *formats, size_t count,
                             struct ways *w, struct nearest *best, struct diag *d)
{
    size_t n = file.n < PAYMENT_HEAD_BYTES ? file.n : PAYMENT_HEAD_BYTES;
    struct str head = str_make(file.p, n);
    for (size_t i = 0; i < count; i++) {
        if (formats[i]->is != NULL && formats[i]->is(formats[i], head)) {
            add_both(w, formats[i]);
        }
    }
    if (w->count > 0) {
        return ST_OK;
    }
    if (!xlsx_begins(head) && memchr(head.p, '\0', head.n) != NULL) {
        return ST_OK; /* no text, and so nobody's */
    }
    struct ways all = {0};
    for (size_t i = 0; i < count; i++) {
        if (formats[i]->is == NULL) {
            add_both(&all, formats[i]);
        }
    }
    for (size_t i = 0; i < all.count; i++) {
        bool reads = false;
        TRY(try_head(file, all.list[i], &reads, best, d));
        if (reads) {
            w->list[w->count++] = all.list[i];
        }
    }
    return ST_OK;
}

/* ---- one of several ---- */

static bool says_the_same(const struct payment_reading *a,
                          const struct payment_reading *b)
{
    const struct payment_sums *s = &a->sums;
    return s->hashed && b->sums.hashed && s->hash == b->sums.hash &&
           s->all.count == b->sums.all.count &&
           memcmp(s->currencies, b->sums.currencies, sizeof s->currencies) == 0 &&
           a->whole.rest == b->whole.rest;
}

/* Order and answer of one format are alike where the bank writes its marks into the
 * file that was sent: it is an answer when it says something. */
static bool tells_more(const struct payment_reading *a, const struct payment_reading *b)
{
    if (a->sums.all.count != b->sums.all.count) {
        return a->sums.all.count > b->sums.all.count;
    }
    if (said_of(a) != said_of(b)) {
        return said_of(a) > said_of(b);
    }
    return a->way.answer == (said_of(a) > 0);
}

static enum status ambiguous(struct payment_way a, struct payment_way b, struct diag *d)
{
    diag_fail(d, ST_INPUT, "ambiguous-format",
              "this could be %s in %s or %s in %s, which read it differently",
              way_word(a), a.format->name, way_word(b), b.format->name);
    return diag_hint(d, "say which by --format %s or --format %s", a.format->name,
                     b.format->name);
}

/* out has been read in one way; now has been read in another. */
static enum status settle(struct payment_reading *out,
                          const struct payment_reading *now, struct diag *d)
{
    if (out->way.format == now->way.format) {
        if (tells_more(now, out)) {
            *out = *now;
        }
        return ST_OK;
    }
    if (!says_the_same(out, now)) {
        return ambiguous(out->way, now->way, d);
    }
    const char *other = now->way.format->name;
    if (names_it_better(now->way.format, out->way.format)) {
        other = out->way.format->name;
        out->way = now->way;
        out->sums.format = now->way.format;
    }
    if (out->alike_count < FILE_ALIKE_MAX) {
        out->alike[out->alike_count++] = other;
    }
    return ST_OK;
}

static enum status read_ways(struct str file, const struct ways *w,
                             struct payment_reading *out, struct nearest *best,
                             struct diag *d)
{
    bool found = false;
    struct payment_reading *now = malloc(sizeof *now);
    if (now == NULL) {
        return diag_memory(d);
    }
    enum status st = ST_OK;
    for (size_t i = 0; i < w->count && st == ST_OK; i++) {
        struct diag said = {0};
        st = read_whole(file, w->list[i], w->count > 1, now, &said);
        if (st == ST_OK && !found) {
            *out = *now;
            found = true;
        } else if (st == ST_OK) {
            st = settle(out, now, d);
        } else if (st == ST_INPUT) {
            keep_nearest(best, &said, w->list[i], 1 + now->sums.all.count);
            st = ST_OK;
        } else {
            *d = said;
        }
    }
    free(now);
    if (st == ST_OK && !found) {
        *d = best->d;
        return d->status;
    }
    return st;
}

enum status payment_file_read(struct str file,
                              const struct payment_format *const *formats, size_t count,
                              struct payment_reading *out, struct diag *d)
{
    struct ways w = {0};
    struct nearest best = {0};
    if (file.n == 0) {
        return diag_fail(d, ST_INPUT, "empty-file", "the file is empty");
    }
    if (count == 1) {
        add_both(&w, formats[0]);
        if (w.count == 0) {
            diag_fail(d, ST_USAGE, "format-not-read", "%s is written, not read",
                      formats[0]->name);
            return diag_hint(d, "almoner format list says which formats are read");
        }
    } else {
        TRY(find_ways(file, formats, count, &w, &best, d));
    }
    if (w.count > 0) {
        return read_ways(file, &w, out, &best, d);
    }
    diag_fail(d, ST_INPUT, "unknown-file",
              "this is of no bank format that almoner knows");
    if (best.d.code[0] != '\0') {
        int cut = (int)(sizeof d->hint / 2);
        return diag_hint(d, "it comes nearest to %s: %s: %.*s", best.format->name,
                         best.d.where, cut, best.d.what);
    }
    return d->status;
}
