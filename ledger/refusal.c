/* refusal.c - see refusal.h. The rows of all these registers begin with a state and the
 * sequence of the record that made the entry: no more is looked at, so that one rule
 * serves them all. */
#include "ledger/refusal.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/body.h"
#include "ledger/erasure.h"
#include "ledger/recovery.h"

static const struct refusable REFUSABLE[] = {
    {REGISTER_OPERATOR, "operator", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING,
     ENTRY_REFUSED},
    {REGISTER_CHANNEL, "channel", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING, ENTRY_REFUSED},
    {REGISTER_POLICY, "policy", ROLE_MAKER, ROLE_CHECKER, ENTRY_PENDING, ENTRY_REFUSED},
    {REGISTER_IMPORT, "import", ROLE_MAKER, ROLE_CHECKER, ENTRY_PENDING, ENTRY_REFUSED},
    {REGISTER_RECOVERY, "recovery", ROLE_MAKER, ROLE_CHECKER, RECOVERY_PROPOSED,
     RECOVERY_REFUSED},
    {REGISTER_WITNESS, "witness", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING, ENTRY_REFUSED},
    {REGISTER_KEEPING, "retention rule", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING,
     ENTRY_REFUSED},
    {REGISTER_ERASURE, "erasure of person", ROLE_MAKER | ROLE_ADMIN, ROLE_CHECKER,
     ERASURE_PROPOSED, ERASURE_REFUSED},
    {REGISTER_EPOCH, "ledger key", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING,
     ENTRY_REFUSED},
    {REGISTER_SETTING, "setting", ROLE_ADMIN, ROLE_ADMIN, ENTRY_PENDING, ENTRY_REFUSED},
    {REGISTER_FUND, "appropriation", ROLE_MAKER, ROLE_CHECKER, ENTRY_PENDING,
     ENTRY_REFUSED},
    {REGISTER_CLOSE, "close", ROLE_MAKER, ROLE_CHECKER | ROLE_RELEASER, ENTRY_PENDING,
     ENTRY_REFUSED},
};

const struct refusable *refusable_find(uint64_t of)
{
    for (size_t i = 0; i < sizeof REFUSABLE / sizeof REFUSABLE[0]; i++) {
        if (REFUSABLE[i].of == of) {
            return &REFUSABLE[i];
        }
    }
    return NULL;
}

/* ---- body ---- */

void refusal_write(const struct refusal *x, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, x->of);
    cbor_pair_uint(w, 2, x->number);
    cbor_pair_text(w, 3, str_of(x->reason));
}

bool refusal_read(struct str plain, struct refusal *out)
{
    struct body b;
    body_start(&b, plain);
    out->of = body_uint(&b, 1, UINT64_MAX);
    out->number = body_uint(&b, 2, UINT64_MAX);
    body_text(&b, 3, out->reason, sizeof out->reason);
    bool person = out->of == REGISTER_ERASURE;
    return body_done(&b) && refusable_find(out->of) != NULL && out->number > 0 &&
           (person || out->number <= UINT32_MAX) && out->reason[0] != '\0' &&
           !text_has_control(str_of(out->reason));
}

/* ---- rows ---- */

/* Of people's erasures by u64, of all others by u32. */
static struct str entry_key(uint8_t key[9], uint64_t of, uint64_t number)
{
    key[0] = (uint8_t)of;
    if (of == REGISTER_ERASURE) {
        put_u64(key + 1, number);
        return str_make(key, 9);
    }
    return register_key(key, (enum register_kind)of, (uint32_t)number);
}

static struct str refusal_key(uint8_t key[10], uint64_t of, uint64_t number)
{
    key[0] = REGISTER_REFUSED;
    key[1] = (uint8_t)of;
    put_u64(key + 2, number);
    return str_make(key, 10);
}

enum status refusal_get(struct txn *t, enum register_kind of, uint64_t number,
                        struct refusal_entry *out, struct diag *d)
{
    uint8_t key[10];
    struct str row;
    struct reader r;
    struct record rec;
    struct signed_body body;
    memset(out, 0, sizeof *out);
    TRY(store_get(t, TABLE_REGISTER, refusal_key(key, of, number), &row, d));
    if (row.p == NULL) {
        return ST_OK;
    }
    reader_init(&r, row.p, row.n);
    uint64_t sequence = reader_varint(&r);
    if (reader_done(&r)) {
        TRY(record_get(t, sequence, &rec, NULL, d));
        TRY(signed_body_read(&rec, &body, d));
        if (rec.kind == KIND_REFUSED && refusal_read(body.plain, &out->terms)) {
            out->sequence = sequence;
            out->by = body.signature.operator_number;
            out->time_us = rec.time_us;
            return ST_OK;
        }
    }
    return diag_fail(d, ST_INTEGRITY, "register-row",
                     "the register's row of a refusal is not what was written");
}

enum status refusal_none(struct txn *t, enum register_kind of, uint64_t number,
                         struct diag *d)
{
    const struct refusable *what = refusable_find(of);
    struct refusal_entry e;
    struct operator_entry who;
    if (what == NULL) {
        return ST_OK;
    }
    TRY(refusal_get(t, of, number, &e, d));
    if (e.by == 0) {
        return ST_OK;
    }
    TRY(operator_get(t, e.by, &who, d));
    diag_fail(d, ST_CONFLICT, "refused", "%s %llu was refused by %s: %s", what->name,
              (unsigned long long)number, who.name, e.terms.reason);
    return diag_hint(d, "it stays so; what is right has to be proposed anew");
}

/* ---- refusing ---- */

enum status refusal_check(struct txn *t, const struct refusal *x,
                          const struct operator_entry *signer, struct diag *d)
{
    const struct refusable *what = refusable_find(x->of);
    uint8_t key[9];
    struct str row;
    struct reader r;
    struct record rec;
    struct signed_body body;
    must(what != NULL);
    TRY(store_get(t, TABLE_REGISTER, entry_key(key, x->of, x->number), &row, d));
    if (row.p == NULL) {
        diag_fail(d, ST_CONFLICT, "unknown-entry", "there is no %s %llu", what->name,
                  (unsigned long long)x->number);
        return diag_hint(d, "almoner status shows what waits for whom");
    }
    reader_init(&r, row.p, row.n);
    uint8_t state = reader_u8(&r);
    uint64_t sequence = reader_varint(&r);
    if (state == what->refused) {
        TRY(refusal_none(t, what->of, x->number, d));
    }
    if (r.failed || state != what->waiting) {
        diag_fail(d, ST_CONFLICT, "not-pending",
                  "%s %llu waits for no second signature any more", what->name,
                  (unsigned long long)x->number);
        return diag_hint(d, "what counts already is mended by another act");
    }
    TRY(record_get(t, sequence, &rec, NULL, d));
    TRY(signed_body_read(&rec, &body, d));
    if (signer->number != body.signature.operator_number &&
        (signer->roles & what->confirmers) == 0) {
        diag_fail(d, ST_DENIED, "role", "%s may not refuse %s %llu", signer->name,
                  what->name, (unsigned long long)x->number);
        return diag_hint(d, "who may confirm it refuses it, who proposed it takes it "
                            "back");
    }
    return ST_OK;
}

enum status refusal_put(struct txn *t, const struct refusal *x, uint64_t sequence,
                        struct diag *d)
{
    uint8_t key[10];
    uint8_t bytes[1024]; /* recoveries have the longest rows */
    struct str row;
    struct writer w;
    const struct refusable *what = refusable_find(x->of);
    must(what != NULL);
    TRY(store_get(t, TABLE_REGISTER, entry_key(key, x->of, x->number), &row, d));
    must(row.n > 0 && row.n <= sizeof bytes);
    memcpy(bytes, row.p, row.n);
    bytes[0] = what->refused;
    TRY(store_put(t, TABLE_REGISTER, entry_key(key, x->of, x->number),
                  str_make(bytes, row.n), d));
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, sequence);
    return store_put(t, TABLE_REGISTER, refusal_key(key, x->of, x->number),
                     writer_str(&w), d);
}
