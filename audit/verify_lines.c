/* verify_lines.c - each line of each batch goes to the account that was on file for the
 * batch's pay day when it was made, the person's or that of the institution they lived
 * in, and its commitment is to that account; and it is one of those that the batch was
 * limited to: a programme, a unit, a bank.
 *
 * Lines stand in the order of people: the walk over everybody, which has each row open
 * anyway, meets those of all batches beside it. That none was passed over is seen by
 * their count; then, and where a batch cannot be walked like that, lines are gone
 * through batch by batch, and each row is opened for its line. */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_private.h"
#include "base/must.h"
#include "entitle/payee.h"
#include "ledger/batch_choice.h"
#include "ledger/line.h"

/* Batches met by one walk: each has a cursor; and sets of policies they were made
 * under: each is compiled once, and has room for people. */
#define WALK_BATCHES_MAX 4096
#define WALK_RULES_MAX 16

/* What a batch was limited to. */
struct limits {
    char payer_bank[sizeof((struct channel_entry *)0)->bank_code];
    size_t n;
    char start[]; /* n bytes: the plain body of its first record */
};

struct choosing { /* the limits of the batch in hand, taken apart */
    const struct limits *of;
    struct batch_choice choice;
};

struct walked {
    struct batch_entry batch;
    struct limits *limits; /* NULL: none */
    bool commitments;
    struct payees *payees; /* one of the lines' */
    struct cursor *cursor; /* NULL: not opened yet */
    struct line_entry line;
    bool more; /* line is one to be met */
};

struct lines {
    struct verify *v;
    struct verify_part *part;
    size_t rules_count;
    struct {
        uint32_t rules;
        struct payees *payees;
    } rules[WALK_RULES_MAX];
    size_t count;
    struct walked *batches;
    struct choosing choosing;
    struct person *older; /* the person in hand, as known below older_below */
    uint64_t older_below;
};

/* ---- one line ---- */

struct looking {
    struct verify *v;
    const struct batch_entry *batch;
    bool commitments;
    struct payees *payees;
    const struct limits *limits;
    struct choosing *choosing;
};

struct found {   /* of a line */
    bool same;   /* it goes where it should */
    bool chosen; /* the batch may take it */
};

/* Does the month go where the line goes? */
static enum status check_month(const struct looking *x, const struct line_entry *line,
                               int32_t month, struct found *f, struct diag *d)
{
    struct payee payee;
    uint64_t number = line->payee != 0 ? line->payee : line->person;
    TRY(payees_month(x->payees, str_of(line->programme), month, x->batch->pay_day,
                     &payee, d));
    f->same = payee.answer == PAYEE_PAID && payee.number == number &&
              payee.route->ordinal == line->route;
    if (x->limits != NULL && payee.answer == PAYEE_PAID) {
        f->chosen = f->chosen && batch_choice_takes_bank(&x->choosing->choice,
                                                         str_of(x->limits->payer_bank),
                                                         payee.route->bank_code);
    }
    if (f->same && x->commitments && month == line->spans[0].from) {
        uint8_t commitment[DIGEST_LEN];
        payees_commitment(x->payees, &payee, line->sequence, commitment);
        f->same = digest_equal(commitment, line->route_commitment);
    }
    return ST_OK;
}

/* By what the record says that began the batch, and the person's own unit. */
static void choose(const struct looking *x, const struct line_entry *line,
                   struct found *f)
{
    const struct batch_choice *c = &x->choosing->choice;
    if (x->limits == NULL) {
        return;
    }
    if (x->choosing->of != x->limits) {
        batch_choice_read(str_make(x->limits->start, x->limits->n),
                          &x->choosing->choice);
        x->choosing->of = x->limits;
    }
    f->chosen = batch_choice_takes_programme(c, str_of(line->programme)) &&
                (c->unit_count == 0 ||
                 batch_choice_takes_unit(
                     c, person_value(payees_current(x->payees), "unit", c->pay_day)));
}

static enum status check_months(const struct looking *x, const struct line_entry *line,
                                struct found *f, struct diag *d)
{
    choose(x, line, f);
    for (size_t i = 0; i < line->span_count; i++) {
        const struct span *s = &line->spans[i];
        for (int32_t n = 0; f->same && n < s->months; n++) {
            TRY(check_month(x, line, s->from + n, f, d));
        }
    }
    return ST_OK;
}

/* With the person in hand. */
static enum status check_line(const struct looking *x, const struct line_entry *line,
                              struct diag *d)
{
    struct found f = {true, true};
    enum status st = check_months(x, line, &f, d);
    if (st == ST_INTEGRITY || st == ST_CONFLICT) { /* a row is damaged or missing */
        verify_bad(x->v, &x->v->r->integrity, NO_SEQUENCE, "%s", d->what);
        return ST_OK;
    }
    TRY(st);
    if (!f.same) {
        verify_bad(x->v, &x->v->r->correctness, line->sequence,
                   "line %u of batch %u does not go to the account on file", line->line,
                   line->batch);
    }
    if (!f.chosen) {
        verify_bad(x->v, &x->v->r->correctness, line->sequence,
                   "line %u of batch %u is not of those the batch was limited to",
                   line->line, line->batch);
    }
    return ST_OK;
}

/* Of whom nobody has the row open. */
static enum status check_line_alone(const struct looking *x,
                                    const struct line_entry *line, struct diag *d)
{
    bool erased;
    TRY(verify_erased(x->v, line->person, &erased, d));
    if (erased) {
        x->v->r->erased_lines++;
        return ST_OK;
    }
    enum status st = payees_current(x->payees)->number == line->person
                         ? ST_OK
                         : payees_person(x->payees, line->person, d);
    if (st == ST_INTEGRITY || st == ST_CONFLICT) {
        verify_bad(x->v, &x->v->r->integrity, NO_SEQUENCE, "%s", d->what);
        return ST_OK;
    }
    TRY(st);
    return check_line(x, line, d);
}

/* As known, and under the policies confirmed, when the batch was made; *out NULL when a
 * policy's file does not open: see what else. */
static enum status open_payees(struct verify *v, const struct batch_entry *batch,
                               struct payees **out, struct diag *d)
{
    enum status st = payees_open(out, v->l, batch->sequence, d);
    if (st == ST_INTEGRITY) {
        *out = NULL;
        verify_bad(v, &v->r->integrity, NO_SEQUENCE, "the policies: %s", d->what);
        return ST_OK;
    }
    return st;
}

/* *out NULL: it was not limited. free() it. */
static enum status read_limits(struct verify *v, const struct batch_entry *b,
                               struct limits **out, struct diag *d)
{
    struct signed_body start;
    struct batch_choice choice;
    struct channel_entry channel;
    *out = NULL;
    TRY(channel_get(ledger_txn(v->l), b->channel, &channel, d));
    TRY(batch_choice_get(ledger_txn(v->l), b, &start, &choice, d));
    if (choice.programme_count + choice.unit_count + choice.bank.n == 0) {
        return ST_OK;
    }
    struct limits *l = malloc(sizeof *l + start.plain.n);
    if (l == NULL) {
        return diag_memory(d);
    }
    memcpy(l->payer_bank, channel.bank_code, sizeof l->payer_bank);
    l->n = start.plain.n;
    memcpy(l->start, start.plain.p, start.plain.n);
    *out = l;
    return ST_OK;
}

static enum status read_line(struct str key, struct str row, struct line_entry *out,
                             struct diag *d)
{
    const uint8_t *k = (const uint8_t *)key.p;
    return line_read(row, get_u32(k), get_u32(k + 4), out)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "line-row",
                           "a line is not what was written");
}

/* ---- batch by batch ---- */

static enum status check_all(const struct looking *x, struct cursor *c, uint64_t *count,
                             struct diag *d)
{
    uint8_t first[8];
    struct str key;
    struct str row;
    struct line_entry line;
    line_key(x->batch->number, 0, first);
    TRY(store_cursor_seek(c, str_make(first, sizeof first), &key, &row, d));
    while (key.p != NULL && get_u32((const uint8_t *)key.p) == x->batch->number) {
        TRY(read_line(key, row, &line, d));
        if (x->payees != NULL) {
            TRY(check_line_alone(x, &line, d));
        }
        ++*count;
        if (line.line % 50000 == 0) {
            progress_tick(x->v->o->progress, "lines", line.line, x->batch->lines);
        }
        TRY(store_cursor_next(c, &key, &row, d));
    }
    return ST_OK;
}

static enum status one_by_one(struct verify *v, const struct batch_entry *batch,
                              bool commitments, uint64_t *count, struct diag *d)
{
    struct choosing choosing = {.of = NULL};
    struct limits *limits;
    struct looking x = {
        .v = v, .batch = batch, .commitments = commitments, .choosing = &choosing};
    struct cursor *c = NULL;
    TRY(read_limits(v, batch, &limits, d));
    x.limits = limits;
    enum status st = open_payees(v, batch, &x.payees, d);
    if (st == ST_OK) {
        st = store_cursor_open(ledger_txn(v->l), TABLE_LINES, &c, d);
    }
    if (st == ST_OK) {
        st = check_all(&x, c, count, d);
    }
    store_cursor_close(c);
    payees_close(x.payees);
    free(limits);
    return st;
}

/* ---- beside the walk over everybody ---- */

/* The next line that the cursor gives, when it is the batch's. */
static enum status take(struct walked *w, struct str key, struct str row,
                        struct diag *d)
{
    w->more = key.p != NULL && get_u32((const uint8_t *)key.p) == w->batch.number;
    return w->more ? read_line(key, row, &w->line, d) : ST_OK;
}

static enum status next_line(struct lines *x, struct walked *w, struct diag *d)
{
    struct str key;
    struct str row;
    uint64_t person = w->line.person;
    x->part->lines++;
    TRY(store_cursor_next(w->cursor, &key, &row, d));
    TRY(take(w, key, row, d));
    if (w->line.person < person) { /* out of order: their count will say so */
        w->more = false;
    }
    return ST_OK;
}

/* The first line of somebody from `from` on. */
static enum status find_line(struct lines *x, struct walked *w, uint64_t from,
                             struct diag *d)
{
    uint8_t at[8];
    uint32_t n;
    struct str key;
    struct str row;
    enum status st = line_first(ledger_txn(x->v->l), &w->batch, from, &n, d);
    w->more = false;
    if (st == ST_CONFLICT) { /* one is missing: their count will say so */
        return ST_OK;
    }
    TRY(st);
    if (w->cursor == NULL) {
        TRY(store_cursor_open(ledger_txn(x->v->l), TABLE_LINES, &w->cursor, d));
    }
    line_key(w->batch.number, n, at);
    TRY(store_cursor_seek(w->cursor, str_make(at, sizeof at), &key, &row, d));
    TRY(take(w, key, row, d));
    w->more = w->more && w->line.person >= from;
    return ST_OK;
}

/* Where the walk is: at a person, or at the first or behind the last of a slice. */
struct stop {
    uint64_t number;
    const struct vault_row *row;
    const struct person *person; /* NULL: there, but not to be looked into */
};

/* What the row was when the batch was made: mostly what it is now. */
static enum status known_then(struct lines *x, const struct stop *at, uint64_t below,
                              const struct person **out, struct diag *d)
{
    *out = at->person;
    if (at->person->newest < below) {
        return ST_OK;
    }
    if (x->older->number != at->number || x->older_below != below) {
        x->older->number = 0;
        TRY(person_read(buf_str(&at->row->plain), below, x->older, d));
        x->older->number = at->number;
        x->older_below = below;
    }
    *out = x->older;
    return ST_OK;
}

static struct looking looking_at(struct lines *x, const struct walked *w)
{
    return (struct looking){x->v,      &w->batch, w->commitments,
                            w->payees, w->limits, &x->choosing};
}

/* Those of one batch for the person in hand. */
static enum status meet(struct lines *x, struct walked *w, const struct stop *at,
                        struct diag *d)
{
    const struct person *then;
    struct looking one = looking_at(x, w);
    if (!w->more || w->line.person != at->number) {
        return ST_OK;
    }
    TRY(known_then(x, at, w->batch.sequence, &then, d));
    payees_take(w->payees, at->row, then, w->batch.sequence);
    while (w->more && w->line.person == at->number) {
        TRY(check_line(&one, &w->line, d));
        TRY(next_line(x, w, d));
    }
    return ST_OK;
}

/* Of people below `below`, who have no row. */
static enum status pass(struct lines *x, struct walked *w, uint64_t below,
                        struct diag *d)
{
    struct looking one = looking_at(x, w);
    while (w->more && w->line.person < below) {
        payees_take(w->payees, NULL, x->older, w->batch.sequence);
        x->older->number = 0;
        TRY(check_line_alone(&one, &w->line, d));
        TRY(next_line(x, w, d));
    }
    return ST_OK;
}

static enum status leave_out(struct lines *x, struct walked *w, uint64_t person,
                             struct diag *d)
{
    bool erased;
    TRY(verify_erased(x->v, person, &erased, d));
    while (w->more && w->line.person == person) {
        x->v->r->erased_lines += erased ? 1 : 0;
        TRY(next_line(x, w, d));
    }
    return ST_OK;
}

static enum status begin(struct lines *x, const struct stop *at, struct diag *d)
{
    for (size_t i = 0; i < x->count; i++) {
        TRY(find_line(x, &x->batches[i], at->number, d));
    }
    return ST_OK;
}

static enum status pass_all(struct lines *x, const struct stop *at, struct diag *d)
{
    for (size_t i = 0; i < x->count; i++) {
        TRY(pass(x, &x->batches[i], at->number, d));
    }
    return ST_OK;
}

static enum status each_batch(struct lines *x, const struct stop *at, struct diag *d)
{
    for (size_t i = 0; i < x->count; i++) {
        struct walked *w = &x->batches[i];
        if (!w->more || w->line.person > at->number) {
            continue;
        }
        TRY(pass(x, w, at->number, d));
        TRY(at->person != NULL ? meet(x, w, at, d) : leave_out(x, w, at->number, d));
    }
    return ST_OK;
}

/* What is found counts among batches and files; when one of those could not be done,
 * no others are. */
static void run(struct lines *x, struct stop at,
                enum status (*step)(struct lines *x, const struct stop *at,
                                    struct diag *d))
{
    struct verify_part *part = x->part;
    struct verify_report *r = x->v->r;
    if (part->files_status == ST_OK) {
        x->v->r = &part->files;
        part->files_status = step(x, &at, &part->files_diag);
        x->v->r = r;
    }
}

void lines_slice_begin(struct lines *x, uint64_t from)
{
    run(x, (struct stop){.number = from}, begin);
}

void lines_person(struct lines *x, const struct vault_row *row,
                  const struct person *person)
{
    run(x, (struct stop){row->person, row, person}, each_batch);
}

void lines_left_out(struct lines *x, uint64_t number)
{
    run(x, (struct stop){.number = number}, each_batch);
}

void lines_slice_end(struct lines *x, uint64_t end)
{
    run(x, (struct stop){.number = end}, pass_all);
}

/* ---- which batches ---- */

static enum status payees_of(struct lines *x, const struct batch_entry *b,
                             struct payees **out, struct diag *d)
{
    uint32_t rules;
    *out = NULL;
    TRY(entitle_rules_before(x->v->l, b->sequence, &rules, d));
    for (size_t i = 0; i < x->rules_count; i++) {
        if (x->rules[i].rules == rules) {
            *out = x->rules[i].payees;
            return ST_OK;
        }
    }
    if (x->rules_count == WALK_RULES_MAX) {
        return ST_OK;
    }
    TRY(payees_open(out, x->v->l, b->sequence, d));
    x->rules[x->rules_count].rules = rules;
    x->rules[x->rules_count++].payees = *out;
    return ST_OK;
}

/* A bank file that is made again says of each line that it commits to its account. */
static bool has_files(const struct verify *v, const struct batch_entry *b)
{
    return v->o->remake != NULL && b->release_sequence != 0 &&
           b->export_sequence >= b->release_sequence && ledger_head(v->l)->erased == 0;
}

static enum status plan(struct lines *x, struct diag *d)
{
    uint32_t batches = ledger_head(x->v->l)->batches;
    size_t room = batches < WALK_BATCHES_MAX ? batches : WALK_BATCHES_MAX;
    x->batches = calloc(room + 1, sizeof *x->batches);
    x->older = calloc(1, sizeof *x->older);
    if (x->batches == NULL || x->older == NULL) {
        return diag_memory(d);
    }
    for (uint32_t n = 1; n <= batches && x->count < room; n++) {
        struct walked *w = &x->batches[x->count];
        TRY(batch_get(ledger_txn(x->v->l), n, &w->batch, d));
        TRY(payees_of(x, &w->batch, &w->payees, d));
        free(w->limits); /* of one that is not walked */
        TRY(read_limits(x->v, &w->batch, &w->limits, d));
        w->commitments = !has_files(x->v, &w->batch);
        x->count += w->payees != NULL ? 1 : 0;
    }
    return ST_OK;
}

enum status lines_new(struct lines **out, struct verify *v, struct verify_part *part,
                      struct diag *d)
{
    struct lines *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    x->v = v;
    x->part = part;
    enum status st = plan(x, d);
    /* What is damaged is found where its batch is checked. */
    if (st != ST_OK && st != ST_INTEGRITY && st != ST_CONFLICT) {
        lines_free(x);
        return st;
    }
    *out = x;
    return ST_OK;
}

void lines_free(struct lines *x)
{
    if (x == NULL) {
        return;
    }
    for (size_t i = 0; x->batches != NULL && i <= x->count; i++) {
        store_cursor_close(x->batches[i].cursor);
        free(x->batches[i].limits);
    }
    for (size_t i = 0; i < x->rules_count; i++) {
        payees_close(x->rules[i].payees);
    }
    free(x->batches);
    free(x->older);
    free(x);
}

enum status lines_batch(struct lines *x, const struct batch_entry *batch, bool same,
                        struct diag *d)
{
    uint64_t again = 0;
    for (size_t i = 0; i < x->count; i++) {
        if (x->batches[i].batch.number == batch->number) {
            return same || x->batches[i].commitments
                       ? ST_OK
                       : one_by_one(x->v, batch, true, &again, d);
        }
    }
    return one_by_one(x->v, batch, !same, &x->part->lines, d);
}

enum status lines_missed(struct verify *v, struct verify_part *part, struct diag *d)
{
    uint64_t lines;
    uint64_t again = 0;
    TRY(store_count(ledger_txn(v->l), TABLE_LINES, &lines, d));
    if (part->lines == lines) {
        return ST_OK;
    }
    part->files.erased_lines = 0;
    for (uint32_t n = 1; n <= ledger_head(v->l)->batches; n++) {
        struct batch_entry b;
        TRY(batch_get(ledger_txn(v->l), n, &b, d));
        TRY(one_by_one(v, &b, true, &again, d));
    }
    return ST_OK;
}
