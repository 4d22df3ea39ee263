/* reissue.c - lines that came back become due again, to be paid in a later batch by the
 * route on file then. The dead are left: what is theirs goes to heirs or the treasury.
 * */
#include <stdlib.h>
#include <string.h>

#include "batch/batch_private.h"
#include "ledger/cbor.h"
#include "ledger/erasure.h"
#include "ledger/line.h"

static const struct line_act_kind REISSUE = {KIND_REISSUE_START, KIND_REISSUE,
                                             KIND_REISSUE_END, "reissue", fold_reissue};

struct reissuing {
    struct line_act act;
    struct batch_reissue_report *report;
    const uint32_t *lines; /* NULL: all that came back */
    size_t count;
    struct vault_row row;
    struct person *person;
};

static bool came_back(const struct line_entry *line)
{
    return line_may_become(line->state, LINE_REISSUED);
}

/* May the line be sent again? What is due to the dead goes out again only by another
 * route than the one it came back from: an heir's, or a corrected account. An
 * institution does not die. */
static enum status look(struct reissuing *r, bool *again, struct diag *d)
{
    uint64_t payee = r->act.line.payee != 0 ? r->act.line.payee : r->act.line.person;
    enum status st = vault_row_read(r->act.l, payee, &r->row, d);
    if (erasure_failed(st, d)) { /* nothing of theirs is due any more */
        *again = false;
        return ST_OK;
    }
    TRY(st);
    TRY(person_read(buf_str(&r->row.plain), UINT64_MAX, r->person, d));
    const struct route *now =
        person_route(r->person, str_of(r->act.line.programme), ledger_today(r->act.l));
    bool same = now == NULL || now->ordinal == r->act.line.route;
    *again = person_death(r->person) == DAY_NEVER || !same;
    if (!*again) {
        r->report->refused_dead++;
    } else if (same) {
        r->report->same_route++;
    }
    return ST_OK;
}

/* A named line must have come back; of all lines, those that did are taken. */
static enum status one_line(struct reissuing *r, uint32_t number, struct diag *d)
{
    struct line_act *x = &r->act;
    bool again;
    TRY(line_get(ledger_txn(x->l), x->batch.number, number, &x->line, d));
    bool done = x->resumed && x->line.state == LINE_REISSUED;
    if (!came_back(&x->line)) {
        if (r->lines == NULL || done) {
            return ST_OK;
        }
        diag_fail(d, ST_CONFLICT, "line-state",
                  "line %u of batch %u is %s: nothing came back", number,
                  x->batch.number, line_state_name(x->line.state));
        return diag_hint(d, "almoner report returns lists what can be sent again");
    }
    TRY(look(r, &again, d));
    if (!again) {
        return ST_OK;
    }
    r->report->lines++;
    return x->writing ? line_act_post(x, d) : ST_OK;
}

static enum status all_lines(void *ctx, struct diag *d)
{
    struct reissuing *r = ctx;
    uint64_t n = r->lines != NULL ? r->count : r->act.batch.lines;
    struct batch_reissue_report none = {0};
    *r->report = none;
    for (uint64_t i = 0; i < n; i++) {
        TRY(one_line(r, r->lines != NULL ? r->lines[i] : (uint32_t)(i + 1), d));
    }
    return ST_OK;
}

static enum status reissue(struct reissuing *r, struct diag *d)
{
    uint8_t bytes[32];
    struct writer w;
    uint32_t batch = r->act.batch.number;
    TRY(all_lines(r, d));
    if (r->report->lines == 0 && !r->act.resumed) {
        diag_fail(d, ST_CONFLICT, "nothing-back",
                  "no line of batch %u can be sent again (%llu of dead people)", batch,
                  (unsigned long long)r->report->refused_dead);
        return diag_hint(
            d,
            "almoner batch show %u lists what came back; what is of the dead "
            "goes to an heir's account (import routes), or by batch refund",
            batch);
    }
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_pair_uint(&w, 1, batch);
    TRY(line_act_write(&r->act, writer_str(&w), r->report->lines, all_lines, r, d));
    r->report->lines = r->act.done_lines;
    r->report->again_fen = r->act.done_fen;
    return ST_OK;
}

enum status batch_reissue(struct ledger *l, uint32_t batch, const uint32_t *lines,
                          size_t count, const struct progress *progress,
                          struct batch_reissue_report *out, struct diag *d)
{
    struct reissuing r = {
        .act = {.l = l, .kind = &REISSUE, .progress = progress, .name = "reissue"},
        .report = out,
        .lines = lines,
        .count = count};
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, KIND_REISSUE_START, batch, &r.act.resumed, d));
    TRY(batch_get(ledger_txn(l), batch, &r.act.batch, d));
    if (batch_transition(r.act.batch.state, STEP_REISSUE) == NULL) {
        diag_fail(d, ST_CONFLICT, "batch-state",
                  "batch %u is %s: nothing came back yet", batch,
                  batch_state_name(r.act.batch.state));
        return diag_hint(d, "what comes next: %s", batch_next_hint(r.act.batch.state));
    }
    vault_row_init(&r.row);
    r.person = calloc(1, sizeof *r.person);
    enum status st = r.person == NULL ? diag_memory(d) : reissue(&r, d);
    vault_row_release(&r.row);
    free(r.person);
    return st;
}
