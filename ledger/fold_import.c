/* fold_import.c - rules of what imports bring beside facts: payment history (money paid
 * before this ledger), units, and two people who are one. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "ledger/fold_private.h"
#include "ledger/line.h"
#include "ledger/notice.h"
#include "ledger/recovery.h"
#include "ledger/settled.h"
#include "ledger/unit.h"

/* The open import, which must be of this kind. */
static enum status open_import(struct fold *f, uint64_t number, enum import_what what,
                               struct import_entry *e, struct diag *d)
{
    TRY(fold_in(f, number, d));
    TRY(import_get(f->t, (uint32_t)number, e, d));
    return e->what == what ? ST_OK
                           : fold_refuse(d, "import-kind",
                                         "import %u is of another kind", e->number);
}

/* ---- history ---- */

enum status fold_history(struct fold *f, uint64_t person, struct str programme,
                         const struct span *spans, size_t count, struct postings *p,
                         struct diag *d)
{
    struct postings own;
    own.count = 0;
    TRY(fold_account_own(f, person, d));
    for (size_t i = 0; i < count; i++) {
        if (spans[i].fen <= 0) {
            return fold_refuse(d, "history", "a payment of nothing");
        }
        TRY(account_taken_over(f->account, programme, spans[i], &own, d));
    }
    TRY(fold_account_put(f, person, d));
    TRY(fold_balance(f, &own, d));
    for (size_t i = 0; i < own.count; i++) {
        TRY(postings_add(p, own.items[i].programme, own.items[i].debit,
                         own.items[i].credit, own.items[i].fen, d));
    }
    return ST_OK;
}

/* The head of an entry, [person, commitment, [[programme, spans]...]], up to its
 * programmes; false when it is not one. */
static bool entry_head(struct reader *r, uint64_t *person, uint64_t *programmes)
{
    bool three = cbor_get_array(r) == 3;
    *person = cbor_get_uint(r);
    struct str commitment = cbor_get_bytes(r);
    *programmes = cbor_get_array(r);
    return three && !r->failed && commitment.n == DIGEST_LEN && *person > 0 &&
           *programmes > 0;
}

static bool programme_spans(struct reader *r, struct str *code,
                            struct span spans[HISTORY_SPANS_MAX], size_t *count)
{
    bool two = cbor_get_array(r) == 2;
    *code = cbor_get_text(r);
    uint64_t n = cbor_get_array(r);
    if (!two || r->failed || !programme_code_valid(*code) || n == 0 ||
        n > HISTORY_SPANS_MAX) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (cbor_get_array(r) != 3 || !span_read(r, &spans[i])) {
            return false;
        }
    }
    *count = (size_t)n;
    return true;
}

/* Every programme of the record's entries through `step`; people ascend. */
static enum status each_programme(struct fold *f, const struct record *r,
                                  const struct chunk_body *c,
                                  enum status (*step)(struct fold *f,
                                                      const struct history_part *part,
                                                      struct diag *d),
                                  struct diag *d)
{
    struct span spans[HISTORY_SPANS_MAX];
    struct history_part part = {.spans = spans};
    struct reader rd;
    uint64_t last = 0;
    reader_init(&rd, c->entries.p, c->entries.n);
    for (uint64_t i = 0; i < c->count; i++) {
        uint64_t programmes;
        if (!entry_head(&rd, &part.person, &programmes) || part.person <= last ||
            part.person > f->head.people) {
            return fold_malformed(r, d);
        }
        for (uint64_t k = 0; k < programmes; k++) {
            if (!programme_spans(&rd, &part.programme, spans, &part.count)) {
                return fold_malformed(r, d);
            }
            TRY(step(f, &part, d));
        }
        last = part.person;
    }
    return reader_done(&rd) ? ST_OK : fold_malformed(r, d);
}

static enum status move_part(struct fold *f, const struct history_part *part,
                             struct diag *d)
{
    return fold_history(f, part->person, part->programme, part->spans, part->count,
                        &f->postings, d);
}

enum status money_history(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    if (!chunk_body_read(r->body, &c)) {
        return fold_malformed(r, d);
    }
    f->postings.count = 0;
    TRY(each_programme(f, r, &c, move_part, d));
    return postings_equal(&f->postings, &c.postings)
               ? ST_OK
               : diag_fail(d, ST_INTEGRITY, "postings",
                           "the record's postings are not what its months give");
}

/* The open import's row of the programme; a new one the first time. */
static enum status settled_row(struct fold *f, struct str programme,
                               struct settled_entry *e, struct diag *d)
{
    struct import_entry import;
    bool found = true;
    e->number = 0;
    while (found) {
        uint32_t number = e->number + 1;
        TRY(settled_get(f->t, number, e, &found, d));
        e->number = number;
        if (found && e->import == f->head.open.number &&
            str_is(programme, e->programme)) {
            return ST_OK;
        }
    }
    TRY(import_get(f->t, f->head.open.number, &import, d));
    memset(e->programme, 0, sizeof e->programme);
    if (!str_copy(programme, e->programme, sizeof e->programme)) {
        return fold_refuse(d, "programme", "a programme's code is too long");
    }
    e->through = import.month;
    e->import = import.number;
    e->sequence = f->head.tree.size;
    e->fen = 0;
    return ST_OK;
}

static enum status settle_part(struct fold *f, const struct history_part *part,
                               struct diag *d)
{
    struct settled_entry e;
    TRY(settled_row(f, part->programme, &e, d));
    for (size_t i = 0; i < part->count; i++) {
        const struct span *s = &part->spans[i];
        int64_t fen;
        if (!money_mul(s->fen, s->months, &fen) || !money_add(e.fen, fen, &e.fen)) {
            return fold_refuse(d, "history", "a sum is too large");
        }
    }
    return settled_put(f->t, &e, d);
}

/* Chunk of [person, commitment, [[programme, [[from, months, fen]...]]...]]; key 2 is
 * the last person wholly taken in. */
enum status rule_history(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct import_entry e;
    if (!chunk_body_read(r->body, &c) || c.first < f->head.open.next) {
        return fold_malformed(r, d);
    }
    TRY(open_import(f, c.number, IMPORT_HISTORY, &e, d));
    TRY(each_programme(f, r, &c, settle_part, d));
    f->head.open.next = c.first;
    f->head.open.count[OPEN_DONE] += c.count;
    return ST_OK;
}

/* ---- units ---- */

static bool take_text(struct reader *r, char *out, size_t cap)
{
    return str_copy(cbor_get_text(r), out, cap);
}

static bool take_day(struct reader *r, int32_t *out)
{
    int64_t day = cbor_get_int(r);
    *out = (int32_t)day;
    return day >= INT32_MIN && day <= INT32_MAX;
}

static bool read_unit(struct reader *r, struct unit_entry *e)
{
    bool seven = cbor_get_array(r) == 7;
    uint64_t number = cbor_get_uint(r);
    bool fits = take_text(r, e->code, sizeof e->code);
    fits = take_text(r, e->name, sizeof e->name) && fits;
    fits = take_text(r, e->parent, sizeof e->parent) && fits;
    fits = take_day(r, &e->from) && fits;
    fits = take_day(r, &e->until) && fits;
    fits = take_text(r, e->successor, sizeof e->successor) && fits;
    e->number = (uint32_t)number;
    return seven && fits && !r->failed && number > 0 && number <= UNITS_MAX &&
           e->code[0] != '\0';
}

/* The next number, or that of the same unit, whose row it replaces. */
static enum status put_unit(struct fold *f, const struct unit_entry *e, struct diag *d)
{
    struct unit_entry known;
    bool found;
    TRY(unit_get(f->t, e->number, &known, &found, d));
    if (found && strcmp(known.code, e->code) != 0) {
        return fold_refuse(d, "unit-number", "unit %u is another one", e->number);
    }
    if (!found && e->number > 1) {
        TRY(unit_get(f->t, e->number - 1, &known, &found, d));
        if (!found) {
            return fold_refuse(d, "unit-number", "unit %u is not the next", e->number);
        }
    }
    return unit_put(f->t, e, d);
}

/* Chunk of [number, code, name, parent, from, until, successor]; key 2 is the last row
 * of the file. */
enum status rule_units(struct fold *f, const struct record *r, struct diag *d)
{
    struct chunk_body c;
    struct import_entry import;
    struct reader rd;
    if (!chunk_body_read(r->body, &c) || c.first < f->head.open.next) {
        return fold_malformed(r, d);
    }
    TRY(open_import(f, c.number, IMPORT_UNITS, &import, d));
    reader_init(&rd, c.entries.p, c.entries.n);
    for (uint64_t i = 0; i < c.count; i++) {
        struct unit_entry e = {.sequence = r->sequence};
        if (!read_unit(&rd, &e)) {
            return fold_malformed(r, d);
        }
        TRY(put_unit(f, &e, d));
    }
    f->head.open.next = c.first;
    f->head.open.count[OPEN_DONE] += c.count;
    return reader_done(&rd) ? ST_OK : fold_malformed(r, d);
}

/* ---- merges ---- */

enum status fold_line_waiting(struct txn *t, uint32_t batches, uint64_t person,
                              uint32_t *batch, struct diag *d)
{
    *batch = 0;
    for (uint32_t number = batches; number > 0 && *batch == 0; number--) {
        struct batch_entry b;
        TRY(batch_get(t, number, &b, d));
        if (b.state >= BATCH_EXPORTED) {
            continue;
        }
        for (uint32_t n = 1; n <= b.lines; n++) {
            struct line_entry line;
            TRY(line_get(t, number, n, &line, d));
            if (line.person == person && line.state == LINE_OPEN) {
                *batch = number;
                break;
            }
        }
    }
    return ST_OK;
}

static enum status find_waiting(struct txn *t, uint64_t person, const struct account *a,
                                uint32_t *recovery, struct diag *d)
{
    uint32_t number;
    TRY(recovery_newest(t, person, &number, d));
    while (number != 0 && *recovery == 0) {
        struct recovery_entry e;
        TRY(recovery_get(t, number, &e, d));
        if (e.state == RECOVERY_PROPOSED ||
            (e.state == RECOVERY_DECIDED && recovery_open_fen(&e, a) > 0)) {
            *recovery = number;
        }
        number = e.before;
    }
    return ST_OK;
}

enum status fold_recovery_open(struct txn *t, uint64_t person, uint32_t *recovery,
                               struct diag *d)
{
    uint8_t key[8];
    struct str row;
    *recovery = 0;
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    put_u64(key, person);
    enum status st = store_get(t, TABLE_ACCOUNTS, str_make(key, 8), &row, d);
    if (st == ST_OK) {
        st = account_read(row, a, d);
    }
    if (st == ST_OK) {
        st = find_waiting(t, person, a, recovery, d);
    }
    free(a);
    return st;
}

static enum status check_merge(struct fold *f, uint64_t duplicate, uint64_t kept,
                               struct diag *d)
{
    uint32_t batch;
    uint32_t recovery;
    if (duplicate == kept || duplicate == 0 || kept == 0 ||
        duplicate > f->head.people || kept > f->head.people) {
        return fold_refuse(d, "merge", "no two people to merge");
    }
    TRY(fold_line_waiting(f->t, f->head.batches, duplicate, &batch, d));
    if (batch != 0) {
        return fold_refuse(d, "line-waiting", "person %llu has a line in batch %u",
                           (unsigned long long)duplicate, batch);
    }
    TRY(fold_recovery_open(f->t, duplicate, &recovery, d));
    if (recovery != 0) {
        return fold_refuse(d, "recovery-open", "recovery %u of person %llu is open",
                           recovery, (unsigned long long)duplicate);
    }
    return ST_OK;
}

/* What the duplicate has becomes the kept one's; its own account leads there. */
static enum status move_account(struct fold *f, uint64_t duplicate, uint64_t kept,
                                struct diag *d)
{
    uint64_t last;
    TRY(fold_account_own(f, kept, d));
    *f->other = *f->account;
    TRY(fold_account_own(f, duplicate, d));
    last = f->account->last;
    TRY(account_absorb(f->other, f->account, d));
    memset(f->account, 0, sizeof *f->account);
    f->account->last = last;
    f->account->forward = kept;
    TRY(fold_account_put(f, duplicate, d));
    *f->account = *f->other;
    f->account_of = kept;
    return fold_account_put(f, kept, d);
}

/* Body {1: import, 2: row, 3: duplicate, 4: kept, 5: commitment to what was added to
 * the duplicate's row, 6: to the kept one's}. */
enum status rule_merge(struct fold *f, const struct record *r, struct diag *d)
{
    struct import_entry e;
    uint8_t commitment[DIGEST_LEN];
    struct body b;
    body_start(&b, r->body);
    uint64_t number = body_uint(&b, 1, UINT32_MAX);
    uint64_t row = body_uint(&b, 2, UINT64_MAX);
    uint64_t duplicate = body_uint(&b, 3, UINT64_MAX);
    uint64_t kept = body_uint(&b, 4, UINT64_MAX);
    body_digest(&b, 5, commitment);
    body_digest(&b, 6, commitment);
    if (!body_done(&b) || row <= f->head.open.next) {
        return fold_malformed(r, d);
    }
    TRY(open_import(f, number, IMPORT_MERGES, &e, d));
    TRY(check_merge(f, duplicate, kept, d));
    TRY(move_account(f, duplicate, kept, d));
    TRY(objection_merge(f->t, duplicate, kept, d));
    f->head.open.next = row;
    f->head.open.count[OPEN_DONE] += 2;
    return ST_OK;
}
