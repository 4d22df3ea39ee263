/* fold_notice.c - public lists, what is objected to them, and who is held by it: kinds
 * 85 to 88. The list itself is no part of a ledger. */
#include <string.h>

#include "base/date.h"
#include "verify/fold_private.h"

#define DAYS_MAX 366

/* The row of this number, or NULL: said. */
static void *row_of(struct fold *f, const struct act *a, struct list *rows,
                    uint64_t number)
{
    void *row = number == 0 ? NULL : list_at(rows, (size_t)number - 1);
    if (row == NULL) {
        FAULT(f, a, GROUP_BALANCE, "notice-unknown",
              "it names notice or objection %llu, which is not there",
              "涉及 %llu 号公示或异议，而其不存在", (unsigned long long)number);
    }
    return row;
}

void rule_notice(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    int32_t signed_on = day_of_time(a->b.signature.time, f->offset_minutes);
    int64_t first = v[6].i, last = v[7].i;
    int64_t span = last - first + 1;
    bool sound = first >= signed_on && first <= (int64_t)signed_on + DAYS_MAX &&
                 (v[14].there ? span >= (int64_t)v[8].u && span <= 4 * DAYS_MAX
                              : span == (int64_t)v[8].u);
    if (!sound) {
        FAULT(f, a, GROUP_BALANCE, "notice-days",
              "the days of notice %llu do not fit together",
              "%llu 号公示的起止日期与天数不符", (unsigned long long)v[1].u);
    }
    struct notice_row *n = fold_next_registered(f, a, &f->notices, sizeof *n);
    if (n != NULL) {
        n->last = last;
        memcpy(n->programme, v[2].s.p, v[2].s.n); /* zeroed, at most CODE_MAX */
    }
}

void rule_objection(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    uint64_t erased;
    struct notice_row *n = row_of(f, a, &f->notices, v[2].u);
    struct person p;
    if (fold_erased(f, v[3].u, &erased) ||
        (f->o.whole && (!people_get(&f->people, v[3].u, &p) || p.merged_into != 0))) {
        FAULT(f, a, GROUP_BALANCE, "objection-person",
              "it is about person %llu, who does not exist, was merged or erased",
              "涉及 %llu 号补贴对象，而其不存在、已合并或已销毁",
              (unsigned long long)v[3].u);
    }
    if (n != NULL) {
        n->objections++;
    }
    struct objection_row *x = fold_next_registered(f, a, &f->objections, sizeof *x);
    if (x != NULL) {
        x->notice = (uint32_t)v[2].u;
        x->person = v[3].u;
        x->by = fold_signer(a);
    }
}

void rule_objection_decided(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct objection_row *x = row_of(f, a, &f->objections, v[1].u);
    if (x == NULL) {
        return;
    }
    bool fits = v[2].u == OBJECTION_LIFTED ? x->state == OBJECTION_UPHELD
                                           : x->state == OBJECTION_OPEN;
    if (!fits || x->by == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "objection-decided",
              "objection %llu was decided twice, or by who recorded it",
              "%llu 号异议重复处理，或由登记者本人处理", (unsigned long long)v[1].u);
    }
    x->state = (uint8_t)v[2].u;
}

void rule_notice_closed(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct notice_row *n = row_of(f, a, &f->notices, v[1].u);
    if (n == NULL) {
        return;
    }
    if (n->closed || v[2].i < n->last ||
        v[2].i > day_of_time(a->r->time, f->offset_minutes) ||
        v[3].u != n->objections) {
        FAULT(f, a, GROUP_BALANCE, "notice-closed",
              "notice %llu was closed twice, before its last day, or with another "
              "number of objections",
              "%llu 号公示重复撤下、未期满撤下，或异议数不符",
              (unsigned long long)v[1].u);
    }
    n->closed = true;
}

static uint64_t merged_now(struct fold *f, uint64_t person)
{
    struct person p;
    for (uint64_t hops = 0; hops <= f->people.count; hops++) {
        if (!people_get(&f->people, person, &p) || p.merged_into == 0) {
            break;
        }
        person = p.merged_into;
    }
    return person;
}

void fold_check_objected(struct fold *f, const struct act *a, uint64_t person,
                         struct str programme)
{
    for (size_t i = 0; i < f->objections.count; i++) {
        const struct objection_row *x = list_at(&f->objections, i);
        const struct notice_row *n =
            x->notice == 0 ? NULL : list_at(&f->notices, x->notice - 1);
        if (x->state <= OBJECTION_UPHELD && n != NULL &&
            str_is(programme, n->programme) && merged_now(f, x->person) == person) {
            FAULT(f, a, GROUP_BALANCE, "line-objected",
                  "person %llu is paid while objection %u holds",
                  "%llu 号补贴对象在 %u 号异议未解除时列入批次",
                  (unsigned long long)person, x->number);
            return;
        }
    }
}
