/* model.c - the model's reading of POLICY-FORMAT section 4, in its order: months of
 * each programme first eligible, then entered and with an amount; then what the
 * history taken over says; then the conflicts of each month, in which history only
 * takes part. */
#include "tests/model/model.h"

#include <string.h>

#include "tests/model/model_private.h"

struct model_cell *model_cell_of(const struct life *l, int programme, int32_t month)
{
    return &l->out->cells[programme][month - l->world->first];
}

bool model_is_settled(const struct life *l, int programme, int32_t month)
{
    return month <= l->world->settled_through[programme];
}

int64_t model_settled_fen(const struct life *l, int programme, int32_t month)
{
    int64_t fen = 0;
    for (int i = 0; i < l->person->settled_count; i++) {
        const struct model_settled *s = &l->person->settled[i];
        if (s->programme == programme && s->month == month) {
            fen += s->amount_fen;
        }
    }
    return fen;
}

bool model_in_history(const struct life *l, int programme)
{
    for (int i = 0; i < l->person->settled_count; i++) {
        const struct model_settled *s = &l->person->settled[i];
        if (s->programme == programme && s->amount_fen > 0) {
            return true;
        }
    }
    return false;
}

static void assess_programme(const struct life *l, int programme)
{
    for (int32_t m = l->world->first; m <= l->world->last; m++) {
        struct model_cell *c = model_cell_of(l, programme, m);
        c->policy = model_ruling(l, programme, m);
        model_eligible_month(l, programme, m, c);
    }
    for (int32_t m = l->world->first; m <= l->world->last; m++) {
        struct model_cell *c = model_cell_of(l, programme, m);
        model_enter(l, programme, m, c);
        c->step9_fen = model_amount(l, programme, m, c);
        c->fen = c->step9_fen;
    }
}

void model_assess(const struct model_world *w, const struct model_person *p,
                  struct model_life *out)
{
    struct life l = {.world = w, .person = p, .out = out};
    memset(out, 0, sizeof *out);
    l.birth = date_to_civil(p->birth);
    l.death = model_death(p);
    for (int c = 0; c < MODEL_PROGRAMMES; c++) {
        assess_programme(&l, c);
    }
    for (int32_t m = w->first; m <= w->last; m++) {
        for (int c = 0; c < MODEL_PROGRAMMES; c++) { // step 11
            if (model_is_settled(&l, c, m)) {
                model_cell_of(&l, c, m)->fen = model_settled_fen(&l, c, m);
            }
        }
        model_conflicts(&l, m);
    }
}
