/* fold_joint.c - what a batch is limited to, and how many payments its lines are: kinds
 * 40 and 44 of docs/formats/ledger.md. That a line is of a chosen unit or bank only its
 * sealed row could say: not checked here. */
#include <stdlib.h>
#include <string.h>

#include "verify/fold_private.h"

#define UNIT_CODE_MAX 100

static void take_programmes(struct fold *f, struct act *a, struct batch_row *b)
{
    const struct value *v = &a->b.v[4];
    struct cbor c = cbor_of(v->s);
    for (uint64_t i = 0; v->there && i < v->u && !c.bad; i++) {
        struct str code = cbor_text(&c, 1, CODE_MAX);
        c.bad = c.bad || !code_fine(code);
        struct only_row *row = c.bad ? NULL : list_add(&b->only, sizeof *row);
        if (row != NULL) {
            memcpy(row->code, code.p, code.n);
        }
        f->no_memory = f->no_memory || (row == NULL && !c.bad);
        c.bad = c.bad || row == NULL;
    }
    if (v->there && !cbor_done(&c)) {
        fold_malformed(f, a, "key 4");
    }
}

static void check_units(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[5];
    struct cbor c = cbor_of(v->s);
    struct str last = str_of("");
    for (uint64_t i = 0; v->there && i < v->u && !c.bad; i++) {
        struct str code = cbor_text(&c, 1, UNIT_CODE_MAX);
        c.bad = c.bad || str_cmp(last, code) >= 0;
        last = code;
    }
    if (v->there && !cbor_done(&c)) {
        fold_malformed(f, a, "key 5");
    }
}

static void check_bank(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[6];
    bool digits = v->there && v->s.n == 3;
    for (size_t i = 0; digits && i < v->s.n; i++) {
        digits = v->s.p[i] >= '0' && v->s.p[i] <= '9';
    }
    if (v->there && !digits && !str_is(v->s, "same") && !str_is(v->s, "other")) {
        fold_malformed(f, a, "key 6");
    }
}

void fold_choice(struct fold *f, struct act *a, struct batch_row *b)
{
    take_programmes(f, a, b);
    check_units(f, a);
    check_bank(f, a);
}

bool batch_takes(const struct batch_row *b, const char *programme)
{
    bool found = b->only.count == 0;
    for (size_t i = 0; !found && i < b->only.count; i++) {
        const struct only_row *row = list_at(&b->only, i);
        found = strcmp(row->code, programme) == 0;
    }
    return found;
}

static int by_payment(const void *a, const void *b)
{
    const struct home_row *x = a;
    const struct home_row *y = b;
    if (x->institution != y->institution) {
        return x->institution < y->institution ? -1 : 1;
    }
    if (x->route != y->route) {
        return x->route < y->route ? -1 : 1;
    }
    return (int)x->programme - (int)y->programme;
}

static uint64_t payments_of(struct fold *f, const struct batch_row *b)
{
    size_t count = 0;
    uint64_t joined = 0;
    struct home_row *homes = calloc(b->homes.count + 1, sizeof *homes);
    if (homes == NULL) {
        f->no_memory = true;
        return 0;
    }
    for (size_t i = 0; i < b->homes.count; i++) {
        const struct home_row *h = list_at(&b->homes, i);
        const struct line_row *l = fold_line(f, b, h->line);
        if (l != NULL && l->state != LINE_DROPPED) {
            homes[count++] = *h;
        }
    }
    qsort(homes, count, sizeof *homes, by_payment);
    for (size_t i = 1; i < count; i++) {
        joined += by_payment(&homes[i - 1], &homes[i]) == 0 ? 1 : 0;
    }
    free(homes);
    return batch_pays_lines(b) - joined;
}

void fold_check_payments(struct fold *f, struct act *a, const struct batch_row *b,
                         uint64_t stated)
{
    if (b->holes || !b->ended) {
        return;
    }
    uint64_t payments = payments_of(f, b);
    if (stated != payments) {
        FAULT(f, a, GROUP_BALANCE, "export-payments",
              "the export of batch %u states %llu payments, its lines are %llu",
              "%u 号批次的导出记录为 %llu 笔付款，其明细合并为 %llu 笔", b->number,
              (unsigned long long)stated, (unsigned long long)payments);
    }
}
