/* verify_work.c - the checks that do not need the second fold, as tasks in a fixed
 * order: batches and files one by one, then people in slices, small enough that two
 * processes end at about the same time. Who is free takes the next task. */
#include <string.h>

#include "audit/verify_private.h"

#define SLICE_PEOPLE 2048

struct work {
    struct verify *v;
    struct verify_part *part;
    struct people *people;
    uint64_t next; /* when nobody else takes tasks */
};

/* ---- batches and files ---- */

static enum status check_batch(struct verify *v, uint32_t n, struct diag *d)
{
    struct batch_entry b;
    bool same;
    TRY(batch_get(ledger_txn(v->l), n, &b, d));
    TRY(verify_batch_files(v, n, d));
    TRY(verify_exports(v, &b, &same, d));
    return lines_batch(v->lines, &b, same, d);
}

static uint32_t batches(const struct head *h)
{
    return h->batches;
}

static uint32_t answers(const struct head *h)
{
    return h->answers;
}

static uint32_t imports(const struct head *h)
{
    return h->imports;
}

static uint32_t policies(const struct head *h)
{
    return h->policies;
}

static uint32_t channels(const struct head *h)
{
    return h->channels;
}

static uint32_t timestamps(const struct head *h)
{
    return h->timestamps;
}

/* The long ones first. */
static const struct group {
    const char *name;
    uint32_t (*count)(const struct head *h);
    enum status (*check)(struct verify *v, uint32_t number, struct diag *d);
} GROUPS[] = {
    {"batches", batches, check_batch},
    {"answers", answers, verify_answer},
    {"files", imports, verify_import_file},
    {"files", policies, verify_policy_file},
    {"files", channels, verify_channel_file},
    {"files", timestamps, verify_timestamp_files},
};

/* What this task is; NULL: a slice of people, by *number from 0. */
static const struct group *group_of(const struct head *h, uint64_t task,
                                    uint64_t *number)
{
    for (size_t i = 0; i < sizeof GROUPS / sizeof GROUPS[0]; i++) {
        uint64_t count = GROUPS[i].count(h);
        if (task < count) {
            *number = task + 1;
            return &GROUPS[i];
        }
        task -= count;
    }
    *number = task;
    return NULL;
}

/* When one could not be done, no others are. */
static void check_files(struct work *w, const struct group *g, uint64_t number)
{
    struct verify_part *part = w->part;
    if (part->files_status != ST_OK) {
        return;
    }
    w->v->r = &part->files;
    part->files_status = g->check(w->v, (uint32_t)number, &part->files_diag);
    progress_tick(w->v->o->progress, g->name, number, g->count(ledger_head(w->v->l)));
}

/* ---- people ---- */

/* The last slice has no end, so that nobody above the last number is overlooked. False:
 * there is none by this number. */
static bool check_slice(struct work *w, uint64_t number)
{
    struct verify_part *part = w->part;
    uint64_t people = ledger_head(w->v->l)->people;
    if (number > people / SLICE_PEOPLE) {
        return false;
    }
    uint64_t from = number * SLICE_PEOPLE;
    uint64_t end = number == people / SLICE_PEOPLE ? UINT64_MAX : from + SLICE_PEOPLE;
    w->v->r = &part->report;
    part->status = people_slice(w->people, from, end, &part->diag);
    progress_tick(w->v->o->progress, "people", from, people);
    return part->status == ST_OK;
}

/* ---- sharing ---- */

static uint64_t take_task(struct work *w)
{
    struct verify_tasks *shared = w->v->o->tasks;
    return shared != NULL ? atomic_fetch_add(&shared->next, 1) : w->next++;
}

static void take_tasks(struct work *w)
{
    bool more = true;
    while (more) {
        uint64_t number;
        const struct group *g = group_of(ledger_head(w->v->l), take_task(w), &number);
        if (g != NULL) {
            check_files(w, g, number);
        } else {
            more = check_slice(w, number);
        }
        if (more && progress_stop(w->v->o->progress)) {
            w->part->status =
                diag_fail(&w->part->diag, ST_INTERRUPTED, "interrupted", "stopped");
            more = false;
        }
    }
}

static void take_part(struct work *w)
{
    struct verify_part *part = w->part;
    struct verify_report *r = w->v->r;
    part->report.bad_sequence = NO_SEQUENCE;
    part->files.bad_sequence = NO_SEQUENCE;
    w->v->r = &part->report;
    part->status = lines_new(&w->v->lines, w->v, part, &part->diag);
    if (part->status == ST_OK) {
        part->status = people_new(&w->people, w->v, part, &part->diag);
    }
    if (part->status == ST_OK) {
        take_tasks(w);
    }
    if (part->status == ST_OK) {
        w->v->r = &part->report;
        part->status = people_flush(w->people, &part->diag);
    }
    w->v->r = r;
}

static void work_end(struct work *w)
{
    people_free(w->people);
    lines_free(w->v->lines);
    w->v->lines = NULL;
}

void verify_take_part(struct verify *v, struct verify_part *part)
{
    struct work w = {.v = v, .part = part};
    take_part(&w);
    work_end(&w);
}

/* What the second process did, as if this one had. */
static enum status join(struct verify *v, struct verify_part *part, struct diag *d)
{
    const struct verify_tasks *t = v->o->tasks;
    if (t == NULL) {
        return ST_OK;
    }
    TRY(v->o->join(v->o->join_ctx, d));
    if (!t->done) {
        return ST_OK; /* it took none */
    }
    const struct verify_part *other = &t->part;
    if (other->status != ST_OK) {
        *d = other->diag;
        return other->status;
    }
    verify_merge(&part->report, &other->report);
    verify_merge(&part->files, &other->files);
    part->seen += other->seen;
    part->lines += other->lines;
    part->entries += other->entries;
    part->ids += other->ids;
    if (part->files_status == ST_OK && other->files_status != ST_OK) {
        part->files_status = other->files_status;
        part->files_diag = other->files_diag;
    }
    return ST_OK;
}

/* ---- all of it ---- */

static enum status compare_counts(struct verify *v, const struct verify_part *part,
                                  struct diag *d)
{
    uint64_t people = ledger_head(v->l)->people - ledger_head(v->l)->erased;
    uint64_t lookups;
    TRY(store_count(ledger_txn(v->l), TABLE_LOOKUP, &lookups, d));
    if (lookups != part->ids) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "the look-up knows %llu ID numbers, the people %llu",
                   (unsigned long long)lookups, (unsigned long long)part->ids);
    }
    if (part->seen != people || part->entries != v->facts_entries) {
        verify_bad(v, &v->r->integrity, NO_SEQUENCE,
                   "the vault holds %llu people and %llu commitments, the records %llu "
                   "and %llu",
                   (unsigned long long)part->seen, (unsigned long long)part->entries,
                   (unsigned long long)people, (unsigned long long)v->facts_entries);
    }
    return ST_OK;
}

static void see_missed_lines(struct verify *v, struct verify_part *part)
{
    struct verify_report *r = v->r;
    if (part->files_status == ST_OK) {
        v->r = &part->files;
        part->files_status = lines_missed(v, part, &part->files_diag);
        v->r = r;
    }
}

static enum status conclude(struct work *w, struct verify_part *part, struct diag *d)
{
    struct verify *v = w->v;
    if (part->status != ST_OK) {
        *d = part->diag;
        return part->status;
    }
    TRY(join(v, part, d));
    see_missed_lines(v, part);
    verify_merge(v->r, &part->report);
    TRY(compare_counts(v, part, d));
    if (people_grants(w->people)) {
        TRY(verify_set_offs(v, d));
        TRY(verify_funds(v, d));
        if (v->r->correctness != VERDICT_FAIL) {
            v->r->correctness = VERDICT_PASS;
        }
    }
    verify_merge(v->r, &part->files);
    if (part->files_status != ST_OK) {
        *d = part->files_diag;
    }
    return part->files_status;
}

enum status verify_work(struct verify *v, struct diag *d)
{
    struct verify_part part;
    struct work w = {.v = v, .part = &part};
    memset(&part, 0, sizeof part);
    take_part(&w);
    enum status st = conclude(&w, &part, d);
    work_end(&w);
    return st;
}
