/* batch_choice.c - see batch_choice.h. Who makes a batch, who folds its record and who
 * verifies its lines ask here. */
#include "ledger/batch_choice.h"

#include <string.h>

#include "base/text.h"
#include "ledger/unit.h"

#define CHOICES_MAX (BODY_BYTES_MAX / 2)

bool batch_choice_bank_valid(struct str bank)
{
    uint64_t number;
    return str_is(bank, "same") || str_is(bank, "other") ||
           (bank.n == BANK_CLASS_DIGITS && text_u64(bank, 0, 999, &number));
}

static void take_programmes(struct body *b, struct batch_choice *out)
{
    if (!cbor_map_key(&b->map, 4)) {
        return;
    }
    uint64_t count = cbor_get_array(&b->r);
    b->ok = b->ok && count > 0 && count <= CHOICES_MAX;
    for (uint64_t i = 0; b->ok && i < count && !b->r.failed; i++) {
        struct str code = cbor_get_text(&b->r);
        b->ok = programme_code_valid(code);
        out->programmes[out->programme_count++] = code;
    }
}

static void take_units(struct body *b, struct batch_choice *out)
{
    struct str last = str_of("");
    if (!cbor_map_key(&b->map, 5)) {
        return;
    }
    uint64_t count = cbor_get_array(&b->r);
    b->ok = b->ok && count > 0 && count <= CHOICES_MAX;
    for (uint64_t i = 0; b->ok && i < count && !b->r.failed; i++) {
        struct str code = cbor_get_text(&b->r);
        b->ok = code.n > 0 && code.n <= UNIT_CODE_MAX && str_cmp(last, code) < 0;
        out->units[out->unit_count++] = code;
        last = code;
    }
}

void batch_choice_take(struct body *b, struct batch_choice *out)
{
    out->programme_count = 0;
    out->unit_count = 0;
    out->bank = str_of("");
    take_programmes(b, out);
    take_units(b, out);
    if (cbor_map_key(&b->map, 6)) {
        out->bank = cbor_get_text(&b->r);
        b->ok = b->ok && batch_choice_bank_valid(out->bank);
    }
}

void batch_choice_read(struct str plain, struct batch_choice *out)
{
    struct body b;
    body_start(&b, plain);
    (void)body_uint(&b, 1, UINT32_MAX);
    (void)body_uint(&b, 2, UINT32_MAX);
    out->pay_day = body_day(&b, 3);
    batch_choice_take(&b, out);
}

enum status batch_choice_get(struct txn *t, const struct batch_entry *b,
                             struct signed_body *start, struct batch_choice *out,
                             struct diag *d)
{
    struct record r;
    TRY(record_get(t, b->sequence, &r, NULL, d));
    TRY(signed_body_read(&r, start, d));
    batch_choice_read(start->plain, out);
    return ST_OK;
}

uint64_t batch_choice_pairs(const struct batch_choice *c)
{
    return (c->programme_count > 0 ? 1U : 0U) + (c->unit_count > 0 ? 1U : 0U) +
           (c->bank.n > 0 ? 1U : 0U);
}

static void write_list(const struct str *list, size_t count, uint64_t key,
                       struct writer *w)
{
    if (count > 0) {
        cbor_put_uint(w, key);
        cbor_put_array(w, count);
    }
    for (size_t i = 0; i < count; i++) {
        cbor_put_text(w, list[i]);
    }
}

void batch_choice_write(const struct batch_choice *c, struct writer *w)
{
    write_list(c->programmes, c->programme_count, 4, w);
    write_list(c->units, c->unit_count, 5, w);
    if (c->bank.n > 0) {
        cbor_pair_text(w, 6, c->bank);
    }
}

static bool same_list(const struct str *a, size_t a_count, const struct str *b,
                      size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = str_eq(a[i], b[i]);
    }
    return same;
}

bool batch_choice_is_same(const struct batch_choice *a, const struct batch_choice *b)
{
    return same_list(a->programmes, a->programme_count, b->programmes,
                     b->programme_count) &&
           same_list(a->units, a->unit_count, b->units, b->unit_count) &&
           str_eq(a->bank, b->bank);
}

bool batch_choice_takes_programme(const struct batch_choice *c, struct str code)
{
    bool found = c->programme_count == 0;
    for (size_t i = 0; !found && i < c->programme_count; i++) {
        found = str_eq(c->programmes[i], code);
    }
    return found;
}

bool batch_choice_takes_unit(const struct batch_choice *c, struct str unit)
{
    size_t low = 0;
    size_t high = c->unit_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(c->units[middle], unit);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return c->unit_count == 0;
}

static bool same_class(struct str a, struct str b)
{
    return b.n == 0 || (a.n >= BANK_CLASS_DIGITS && b.n >= BANK_CLASS_DIGITS &&
                        memcmp(a.p, b.p, BANK_CLASS_DIGITS) == 0);
}

bool batch_choice_takes_bank(const struct batch_choice *c, struct str payer,
                             struct str payee)
{
    if (c->bank.n == 0) {
        return true;
    }
    if (c->bank.n == BANK_CLASS_DIGITS) {
        return same_class(c->bank, payee.n > 0 ? payee : payer);
    }
    return same_class(payer, payee) == str_is(c->bank, "same");
}
