/* run.c - the monthly run, a long act: people in order, their differences, in chunks.
 *
 * Nothing is written before the first difference is found, so a repeated run leaves the
 * ledger as it was. A killed run goes on with the last person it posted for: what is
 * granted already makes no difference any more. */
#include "batch/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/assess.h"
#include "batch/recover.h"
#include "ledger/cbor.h"

/* Of a transaction: few at first, so that there is soon something to go on from; then
 * twice as many each time, as each commit waits for the disk three times. */
#define CHUNK_RECORDS 20000
#define CHUNK_RECORDS_MAX 80000

struct run {
    struct ledger *l;
    struct assessor *assessor;
    const struct progress *progress;
    struct run_report *report;
    int32_t period;
    uint32_t number;
    bool posting; /* a write transaction of the run's act is in hand */
    uint64_t in_chunk;
    uint64_t chunk;
    bool remember;  /* what is found counts for later runs */
    uint64_t block; /* of STEADY_PEOPLE that was read last, + 1; 0: none */
    uint64_t next;  /* the person to read next; 0: everybody was read */
    struct entitlement entitlement; /* being posted */
    uint64_t posted;                /* the person of the record before */
    uint64_t posted_last;           /* the sequence of that record + 1 */
    struct entitle *e;
    struct account *account; /* of somebody with a set-off */
    struct set_off set_off;
    uint64_t warned_before; /* counted while looking for the first difference */
    struct postings postings;
};

/* ---- reading ---- */

/* Two tables walked side by side, both by person; no key: at the end. */
struct walk {
    struct cursor *people;
    struct cursor *accounts;
    struct str person;
    struct str sealed;
    struct str holder;
    struct str account;
};

static enum status walk_account(struct walk *w, struct str *out, struct diag *d)
{
    while (w->holder.p != NULL && str_cmp(w->holder, w->person) < 0) {
        TRY(store_cursor_next(w->accounts, &w->holder, &w->account, d));
    }
    bool has = w->holder.p != NULL && str_eq(w->holder, w->person);
    *out = has ? w->account : str_of("");
    return ST_OK;
}

static enum status add_person(struct run *r, struct slab *s, struct walk *w, bool *full,
                              struct diag *d)
{
    struct str account;
    struct str known;
    uint64_t person = get_u64((const uint8_t *)w->person.p);
    uint64_t block = person / STEADY_PEOPLE;
    if (block + 1 != r->block) {
        TRY(steady_get(r->l, block, &known, d));
        *full = !slab_add_block(s, block, known);
    }
    TRY(walk_account(w, &account, d));
    *full = *full || !slab_add(s, person, w->sealed, account);
    r->block = *full ? r->block : block + 1;
    return ST_OK;
}

static enum status add_people(struct run *r, struct slab *s, struct walk *w,
                              struct diag *d)
{
    uint8_t at[8];
    bool full = false;
    put_u64(at, r->next);
    TRY(store_cursor_seek(w->people, str_make(at, 8), &w->person, &w->sealed, d));
    TRY(store_cursor_seek(w->accounts, str_make(at, 8), &w->holder, &w->account, d));
    while (w->person.p != NULL) {
        TRY(add_person(r, s, w, &full, d));
        if (full) {
            r->next = slab_next(s);
            return ST_OK;
        }
        TRY(store_cursor_next(w->people, &w->person, &w->sealed, d));
    }
    slab_end(s);
    r->next = 0;
    return ST_OK;
}

/* Fills a slab with people from r->next on. */
static enum status read_people(struct run *r, struct slab *s, struct diag *d)
{
    struct walk w = {.people = NULL};
    enum status st = store_cursor_open(ledger_txn(r->l), TABLE_PEOPLE, &w.people, d);
    if (st == ST_OK) {
        st = store_cursor_open(ledger_txn(r->l), TABLE_ACCOUNTS, &w.accounts, d);
    }
    if (st == ST_OK) {
        st = add_people(r, s, &w, d);
    }
    store_cursor_close(w.people);
    store_cursor_close(w.accounts);
    return st;
}

/* Reads the next slab and hands it over; NULL when everybody was read. */
static enum status read_ahead(struct run *r, struct slab **s, struct diag *d)
{
    *s = NULL;
    if (r->next == 0) {
        return ST_OK;
    }
    struct slab *next = assessor_slab(r->assessor);
    TRY(read_people(r, next, d));
    assessor_start(r->assessor, next);
    *s = next;
    return ST_OK;
}

/* ---- posting ---- */

/* What the second thread worked out; the person's records before this one in the run
 * are known here alone. */
static enum status post_done(struct run *r, const struct assessed *x,
                             struct entitlement *e, struct writer *w, struct diag *d)
{
    struct postings *p = &r->postings;
    bool first = r->posted != x->person;
    e->previous = first ? x->last : r->posted_last;
    p->count = x->posting_count;
    memcpy(p->items, assessed_postings(x), p->count * sizeof p->items[0]);
    r->posted = x->person;
    r->posted_last = ledger_head(r->l)->tree.size + 1;
    entitlement_write_start(e, w);
    writer_bytes(w, assessed_rest(x).p, x->rest_n);
    return fold_entitlement_done(ledger_fold(r->l), e, assessed_months(x), p, d);
}

static enum status post(struct run *r, const struct assessed *x, struct diag *d)
{
    struct entitlement *e = &r->entitlement;
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    e->run = r->number;
    e->person = x->person;
    e->programme = str_of(x->code);
    e->span_count = x->span_count;
    memcpy(e->spans, assessed_spans(x), x->span_count * sizeof e->spans[0]);
    e->fact_count = x->fact_count;
    memcpy(e->facts, x->facts, sizeof e->facts);
    writer_init(&w, bytes, sizeof bytes);
    if (x->months_n > 0) {
        TRY(post_done(r, x, e, &w, d));
    } else {
        TRY(fold_entitlement(ledger_fold(r->l), e, &r->postings, d));
        entitlement_write(e, &r->postings, &w);
    }
    if (w.failed) {
        return diag_fail(d, ST_INTERNAL, "record-size", "an entitlement is too long");
    }
    r->in_chunk++;
    return ledger_append_posted(r->l, KIND_ENTITLEMENT, writer_str(&w), d);
}

/* Adds up without writing. */
static void tally(struct run *r, const struct assessed *x)
{
    r->report->records++;
    for (uint32_t i = 0; i < x->span_count; i++) {
        const struct entitlement_span *s = &assessed_spans(x)[i];
        int64_t fen = s->span.fen * s->span.months;
        switch (s->cause) {
        case CAUSE_REGULAR:
            r->report->regular_fen += fen;
            break;
        case CAUSE_BACKPAY:
            r->report->backpay_fen += fen;
            break;
        case CAUSE_REDUCTION:
            r->report->reduction_fen += fen;
            break;
        }
    }
}

/* ---- set-off ---- */

/* The account as it will be when the differences before x are posted. */
static enum status trial_account(struct run *r, const struct assessed *first,
                                 const struct assessed *x, struct diag *d)
{
    TRY(recover_account(r->l, x->person, r->account, d));
    while (first != x) {
        for (uint32_t i = 0; i < first->span_count; i++) {
            r->postings.count = 0;
            TRY(account_grant(r->account, str_of(first->code),
                              assessed_spans(first)[i].span, &r->postings, d));
        }
        first = assessed_next(first);
    }
    return ST_OK;
}

/* Sets off on paper: as often as a run would post records. */
static enum status tally_set_off(struct run *r, const struct assessed *first,
                                 const struct assessed *x, struct diag *d)
{
    struct recovery_entry e;
    struct set_off *s = &r->set_off;
    TRY(recovery_get(ledger_txn(r->l), x->recovery, &e, d));
    TRY(trial_account(r, first, x, d));
    while (recover_plan(r->e, &e, r->account, s)) {
        int64_t fen = 0;
        r->postings.count = 0;
        for (size_t i = 0; i < s->due_count; i++) {
            const struct span *due = &s->due[i].span;
            TRY(account_set_off(r->account, str_of(s->programme), *due, &r->postings,
                                d));
            fen += due->fen * due->months;
        }
        TRY(recovery_take(&e, r->account, fen, ACCOUNT_RECOVERED, &s->owed,
                          &r->postings, d));
        r->report->set_offs++;
        r->report->set_off_fen += fen;
    }
    return ST_OK;
}

static enum status post_set_off(struct run *r, const struct assessed *x, struct diag *d)
{
    struct recovery_entry e;
    struct set_off *s = &r->set_off;
    uint8_t bytes[BODY_BYTES_MAX];
    struct writer w;
    for (;;) {
        TRY(recovery_get(ledger_txn(r->l), x->recovery, &e, d));
        TRY(recover_account(r->l, x->person, r->account, d));
        if (!recover_plan(r->e, &e, r->account, s)) {
            return ST_OK;
        }
        s->run = r->number;
        TRY(fold_set_off(ledger_fold(r->l), s, &r->postings, d));
        writer_init(&w, bytes, sizeof bytes);
        set_off_write(s, &r->postings, &w);
        if (w.failed) {
            return diag_fail(d, ST_INTERNAL, "record-size", "a set-off is too long");
        }
        r->in_chunk++;
        TRY(ledger_append_posted(r->l, KIND_SET_OFF, writer_str(&w), d));
    }
}

/* ---- slabs ---- */

/* What this run found of people, for the next. */
static enum status put_blocks(struct run *r, const struct slab *s, struct diag *d)
{
    size_t at = 0;
    uint64_t number;
    struct str plain;
    while (carry_next(slab_blocks(s), &at, &number, &plain)) {
        TRY(steady_put(r->l, number, plain, d));
    }
    return ST_OK;
}

static enum status take_slab(struct run *r, const struct slab *s, struct diag *d)
{
    const struct assessed *x;
    const struct assessed *first = NULL; /* of the same person */
    size_t at = 0;
    r->report->beneficiaries += slab_count(s);
    while ((x = slab_found(s, &at)) != NULL) {
        first = first == NULL || first->person != x->person ? x : first;
        if (x->recovery != 0) {
            TRY(r->posting ? post_set_off(r, x, d) : tally_set_off(r, first, x, d));
        } else if (r->posting) {
            TRY(post(r, x, d));
        } else {
            tally(r, x);
        }
    }
    return r->posting && r->remember ? put_blocks(r, s, d) : ST_OK;
}

/* Between two slabs: shows how far it is, commits a full chunk. */
static enum status next_chunk(struct run *r, struct diag *d)
{
    progress_tick(r->progress, "run", r->report->beneficiaries,
                  ledger_head(r->l)->people);
    bool stop = progress_stop(r->progress);
    if (r->posting && (stop || r->in_chunk >= r->chunk)) {
        r->in_chunk = 0;
        r->chunk = 2 * r->chunk < CHUNK_RECORDS_MAX ? 2 * r->chunk : CHUNK_RECORDS_MAX;
        TRY(ledger_commit(r->l, d));
        if (ledger_will_move(r->l)) {
            assessor_rest(r->assessor);
        }
        if (!stop) {
            return ledger_begin(r->l, d);
        }
    }
    if (stop) {
        diag_fail(d, ST_INTERRUPTED, "interrupted", "the run was stopped");
        return diag_hint(d, "the same command finishes it");
    }
    return ST_OK;
}

static void start_at(struct run *r, uint64_t person)
{
    r->next = person;
    r->block = 0;
    assessor_restart(r->assessor);
}

/* Everybody from r->next on; while looking, until somebody has a difference. A slab is
 * read and assessed while the one before it is posted. */
static enum status visit(struct run *r, bool until_found, struct diag *d)
{
    struct slab *now;
    struct slab *ahead;
    TRY(read_ahead(r, &now, d));
    while (now != NULL) {
        TRY(assessor_finish(r->assessor, now, d));
        TRY(read_ahead(r, &ahead, d));
        TRY(take_slab(r, now, d));
        if (until_found && r->report->records + r->report->set_offs > 0) {
            return ahead == NULL ? ST_OK : assessor_finish(r->assessor, ahead, d);
        }
        TRY(next_chunk(r, d));
        now = ahead;
    }
    return ST_OK;
}

/* ---- the act ---- */

static enum status start(struct run *r, struct diag *d)
{
    uint8_t bytes[64];
    char subject[80];
    char month[DATE_TEXT_CAP];
    struct writer w;
    const struct head *h = ledger_head(r->l);
    r->number = h->runs + 1;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, r->number);
    cbor_pair_uint(&w, 2, (uint64_t)r->period);
    cbor_pair_uint(&w, 3, h->tree.size);
    cbor_pair_uint(&w, 4, h->confirmed);
    month_print(r->period, month);
    snprintf(subject, sizeof subject, "run %u of %s: start", r->number, month);
    struct act_text text = {.subject = subject, .count = h->people};
    return ledger_append_signed(r->l, KIND_RUN_START, writer_str(&w), text, NULL, d);
}

static enum status end(struct run *r, struct diag *d)
{
    uint8_t bytes[200];
    char subject[80];
    char month[DATE_TEXT_CAP];
    struct writer w;
    const struct head *h = ledger_head(r->l);
    const struct open_act o = h->open;
    TRY(ledger_settle(r->l, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 8);
    cbor_pair_uint(&w, 1, r->number);
    cbor_pair_uint(&w, 2, o.count[0]);
    for (int i = 0; i < 3; i++) {
        cbor_put_uint(&w, (uint64_t)(3 + i));
        cbor_put_int(&w, o.fen[i]);
    }
    cbor_pair_uint(&w, 6, o.count[1]);
    cbor_pair_int(&w, 7, o.fen[3]);
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    month_print(r->period, month);
    snprintf(subject, sizeof subject, "run %u of %s: end", r->number, month);
    struct act_text text = {.subject = subject,
                            .count = o.count[0] + o.count[1],
                            .total_fen = o.fen[0] + o.fen[1] + o.fen[2]};
    TRY(ledger_append_signed(r->l, KIND_RUN_END, writer_str(&w), text, NULL, d));
    r->report->records = o.count[0];
    r->report->regular_fen = o.fen[0];
    r->report->backpay_fen = o.fen[1];
    r->report->reduction_fen = o.fen[2];
    r->report->set_offs = o.count[1];
    r->report->set_off_fen = o.fen[3];
    return ST_OK;
}

/* From r->next to the end, in the write transaction in hand. */
static enum status post_all(struct run *r, struct diag *d)
{
    enum status st = visit(r, false, d);
    if (st == ST_OK) {
        st = end(r, d);
    }
    if (st == ST_OK) {
        st = ledger_commit(r->l, d);
    }
    if (st != ST_OK) {
        ledger_abort(r->l);
        return st;
    }
    r->report->number = r->number;
    return ST_OK;
}

static enum status resume(struct run *r, struct diag *d)
{
    const struct open_act o = ledger_head(r->l)->open;
    r->number = o.number;
    start_at(r, o.next > 0 ? o.next : 1);
    r->report->resumed = true;
    r->posting = true;
    TRY(ledger_begin(r->l, d));
    return post_all(r, d);
}

/* Looks for the first difference, then begins the act and goes through everybody. */
static enum status begin(struct run *r, struct diag *d)
{
    struct run_report none = {.period = r->period};
    start_at(r, 1);
    TRY(visit(r, true, d));
    if (r->report->records + r->report->set_offs == 0) {
        return ST_OK;
    }
    *r->report = none;
    r->warned_before = entitle_warned(r->e);
    start_at(r, 1);
    TRY(ledger_begin(r->l, d));
    r->posting = true;
    enum status st = start(r, d);
    if (st != ST_OK) {
        ledger_abort(r->l);
        return st;
    }
    return post_all(r, d);
}

static enum status execute(struct run *r, bool dry_run, bool resumed, struct diag *d)
{
    if (resumed) {
        return resume(r, d);
    }
    if (dry_run) {
        start_at(r, 1);
        return visit(r, false, d);
    }
    return begin(r, d);
}

/* What a resumed run pinned when it began, else the ledger as it is. */
static enum status terms(struct ledger *l, int32_t period, bool resumed,
                         struct assess_terms *out, struct diag *d)
{
    const struct head *h = ledger_head(l);
    out->period = period;
    out->known_below = h->tree.size;
    if (h->assessed_month > 0 && h->assessed_rules == h->confirmed) {
        out->assessed_month = h->assessed_month;
    }
    out->assessed_size = h->assessed_size;
    if (resumed) {
        struct run_entry entry;
        TRY(run_get(ledger_txn(l), h->open.number, &entry, d));
        out->known_below = entry.facts_size;
        if (entry.period != period) {
            char month[DATE_TEXT_CAP];
            month_print(entry.period, month);
            diag_fail(d, ST_CONFLICT, "open-act", "the run of %s is not finished",
                      month);
            return diag_hint(d, "almoner run --period %s finishes it", month);
        }
    }
    return ST_OK;
}

static enum status check_period(struct ledger *l, int32_t period, bool ahead,
                                struct diag *d)
{
    int32_t now = month_of_day(ledger_today(l));
    if (ledger_head(l)->confirmed == 0) {
        diag_fail(d, ST_CONFLICT, "no-policy", "no policy is confirmed");
        return diag_hint(d, "almoner policy adopt FILE, then policy confirm N");
    }
    if (period > now && !ahead) {
        char month[DATE_TEXT_CAP];
        month_print(now, month);
        diag_fail(d, ST_CONFLICT, "ahead", "the period lies after the current month %s",
                  month);
        return diag_hint(d, "--ahead runs it all the same");
    }
    return ST_OK;
}

enum status run_execute(struct ledger *l, int32_t period, bool ahead, bool dry_run,
                        const struct progress *progress, struct run_report *out,
                        struct diag *d)
{
    bool resumed;
    struct assess_terms t = {0};
    struct entitle *e;
    struct run r = {.l = l,
                    .progress = progress,
                    .report = out,
                    .period = period,
                    .chunk = CHUNK_RECORDS};
    memset(out, 0, sizeof *out);
    out->period = period;
    TRY(ledger_may_write(l, dry_run ? 0 : KIND_RUN_START, 0, &resumed, d));
    TRY(check_period(l, period, ahead, d));
    TRY(terms(l, period, resumed, &t, d));
    /* One that goes back behind another leaves later months open: see rule_run_end. */
    r.remember = period >= ledger_head(l)->assessed_month;
    TRY(entitle_open(&e, l, UINT32_MAX, d));
    r.e = e;
    r.account = calloc(1, sizeof *r.account);
    enum status st = r.account == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = assessor_new(&r.assessor, l, e, t, d);
    }
    if (st == ST_OK) {
        st = execute(&r, dry_run, resumed, d);
    }
    assessor_free(r.assessor);
    out->warned = entitle_warned(e) - r.warned_before;
    entitle_close(e);
    free(r.account);
    return st;
}
