/* ledger_county.c - the ledger of a county under test: opening, files in, being killed
 * and coming back. */
#include "tests/model/ledger_county.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/must.h"

bool county_fail(struct county *c, const char *wrong, const char *detail, ...)
{
    va_list list;
    if (c->wrong == NULL) {
        c->wrong = wrong;
        va_start(list, detail);
        vsnprintf(c->detail, sizeof c->detail, detail, list);
        va_end(list);
    }
    return false;
}

bool county_refused(struct county *c, const char *wrong)
{
    const struct diag *d = &c->f.d;
    return county_fail(c, wrong, "%s: %s: %s", d->code, d->where, d->what);
}

void county_tell(const struct county *c, const char *what, ...)
{
    va_list list;
    if (c->telling) {
        va_start(list, what);
        vprintf(what, list);
        va_end(list);
    }
}

int county_month(const struct county *c, int32_t month)
{
    int at = month - (c->plan->world.first - COUNTY_BEFORE);
    must(at >= 0 && at < COUNTY_MONTHS);
    return at;
}

int32_t county_today(const struct county *c)
{
    return ledger_today(c->f.l);
}

int county_somebody(const struct county *c, struct chance *x)
{
    int from = chance_below(x, c->plan->people);
    for (int i = 0; i < c->plan->people; i++) {
        int at = (from + i) % c->plan->people;
        if (c->people[at].in && !c->people[at].dropped) {
            return at;
        }
    }
    return -1;
}

/* ---- open and close ---- */

static void add_institutions(struct county *c)
{
    struct chance never = {0};
    struct buf b;
    buf_init(&b, 4096);
    buf_add_text(&b, "credit_code,name,division,account\n");
    for (int i = 0; i < COUNTY_INSTITUTIONS; i++) {
        buf_addf(&b, "%s,院%d,230523,7000%d\n", model_words[MA_RESIDENCE][2 + i], i, i);
    }
    struct import_request q = {.what = IMPORT_INSTITUTIONS};
    must(county_import(c, &never, q, &b));
    buf_release(&b);
}

void county_open(struct county *c, const struct county_plan *p, uint64_t gone)
{
    memset(c, 0, sizeof *c);
    c->plan = p;
    c->known = p->world;
    c->known.policy_count = 0;
    c->reach = MODEL_NONE;
    for (int k = 0; k < MODEL_PROGRAMMES; k++) {
        c->known.settled_through[k] = MODEL_NONE;
    }
    for (int i = 0; i < p->people; i++) {
        c->people[i].dropped = (gone >> i & 1) != 0;
        for (int k = 0; k < MODEL_FACTS; k++) {
            c->people[i].order[k] = -1;
        }
    }
    fixture_make(&c->f, true);
    c->f.accept_clock = true;
    fixture_channel(&c->f);
    add_institutions(c);
}

void county_close(struct county *c)
{
    fixture_remove(&c->f);
}

/* ---- kills ---- */

static bool stop(void *ctx)
{
    struct kill *k = ctx;
    return k->left > 0 && --k->left == 0;
}

void county_kill(struct kill *k, struct chance *x)
{
    int after = chance_between(x, 1, 6);
    k->left = x->state != 0 && chance_percent(x, 30) ? after : 0;
    k->progress = (struct progress){.stop = stop, .ctx = k};
}

bool county_reopen(struct county *c)
{
    bool resume;
    c->kills++;
    if (fixture_open(&c->f, LEDGER_WRITE) != ST_OK) {
        return county_refused(c, "a ledger does not open after a stop");
    }
    if (ledger_head(c->f.l)->open.kind != 0 &&
        ledger_may_write(c->f.l, 0, 0, &resume, &c->f.d) != ST_CONFLICT) {
        return county_fail(c, "somebody else may write while an act is open", " ");
    }
    return true;
}

/* ---- files in ---- */

static bool import_refused(struct county *c, const struct import_report *r)
{
    if (r->rejected_kept == 0) {
        return county_refused(c, "an import is refused");
    }
    const struct rejected_row *x = &r->rejected[0];
    return county_fail(c, "a row is refused", "line %llu, %s \"%s\": %s: %s",
                       (unsigned long long)x->line, x->field, x->value, x->code,
                       x->reason);
}

static bool confirm(struct county *c, struct chance *x, uint32_t number)
{
    struct kill k;
    enum status st;
    county_kill(&k, x);
    do {
        struct import_report r = {0};
        fixture_as(&c->f, FIXTURE_CHECKER);
        st = import_confirm(c->f.l, number, &k.progress, &r, &c->f.d);
        if (st != ST_OK && st != ST_INTERRUPTED) {
            import_refused(c, &r);
        }
        import_report_release(&r);
        if (st == ST_INTERRUPTED && !county_reopen(c)) {
            return false;
        }
    } while (st == ST_INTERRUPTED);
    return st == ST_OK;
}

bool county_import(struct county *c, struct chance *x, struct import_request q,
                   const struct buf *file)
{
    struct memory_file m;
    struct import_report r = {0};
    bool already = false;
    uint32_t number = 0;
    q.file = memory_file(&m, buf_str(file));
    fixture_as(&c->f, FIXTURE_MAKER);
    enum status st = import_propose(c->f.l, &q, false, NULL, &r, &c->f.d);
    if (st != ST_OK) {
        import_refused(c, &r);
    } else {
        already = r.already;
        number = r.number;
    }
    import_report_release(&r);
    return st == ST_OK && (already || confirm(c, x, number));
}
