/* notice.c - see notice.h: bodies and register rows of public lists and objections;
 * bytes in docs/formats/ledger.md. It must never open a sealed row: the fold and
 * verifiers without the vault's key read all of this. */
#include "ledger/notice.h"

#include <string.h>

#include "base/must.h"
#include "ledger/row.h"

#define ROW_MAX 64

/* ---- notices ---- */

const char *notice_who_name(enum notice_who w)
{
    return w == NOTICE_NEW ? "new" : "all";
}

void notice_write(const struct notice_terms *n, struct writer *w)
{
    cbor_put_map(w, n->working ? 13 : 12);
    cbor_pair_uint(w, 1, n->number);
    cbor_pair_text(w, 2, str_of(n->programme));
    cbor_pair_uint(w, 3, (uint64_t)n->period);
    cbor_pair_uint(w, 4, (uint64_t)n->who);
    cbor_pair_uint(w, 5, n->people);
    cbor_pair_int(w, 6, n->first);
    cbor_pair_int(w, 7, n->last);
    cbor_pair_uint(w, 8, n->days);
    cbor_pair_bytes(w, 10, n->sha256, DIGEST_LEN);
    cbor_pair_uint(w, 11, n->length);
    cbor_pair_text(w, 12, str_of(n->level));
    cbor_pair_text(w, 13, str_of(n->label));
    if (n->working) {
        cbor_pair_bytes(w, 14, n->calendar, DIGEST_LEN);
    }
}

bool notice_read(struct str plain, struct notice_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_text(&b, 2, out->programme, sizeof out->programme);
    out->period = (int32_t)body_uint(&b, 3, PERIOD_LAST);
    out->who = (enum notice_who)body_uint(&b, 4, NOTICE_ALL);
    out->people = body_uint(&b, 5, INT64_MAX);
    out->first = body_day(&b, 6);
    out->last = body_day(&b, 7);
    out->days = (uint32_t)body_uint(&b, 8, NOTICE_DAYS_MAX);
    body_digest(&b, 10, out->sha256);
    out->length = body_uint(&b, 11, INT64_MAX);
    body_text(&b, 12, out->level, sizeof out->level);
    body_text(&b, 13, out->label, sizeof out->label);
    out->working = body_digest_if(&b, 14, out->calendar);
    return body_done(&b) && programme_code_valid(str_of(out->programme)) &&
           out->period >= PERIOD_FIRST && out->who >= NOTICE_NEW && out->people > 0 &&
           out->days > 0 && out->level[0] != '\0' && out->label[0] != '\0';
}

enum status notice_put(struct txn *t, const struct notice_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->made_by);
    writer_varint(&w, e->objections);
    writer_varint(&w, e->closed);
    return row_put(t, REGISTER_NOTICE, e->terms.number, &w, d);
}

enum status notice_get(struct txn *t, uint32_t number, struct notice_entry *out,
                       struct diag *d)
{
    struct reader r;
    struct signed_body body;
    TRY(row_get(t, REGISTER_NOTICE, number, &r, d));
    uint8_t state = reader_u8(&r);
    out->sequence = reader_varint(&r);
    uint64_t by = reader_varint(&r);
    uint64_t objections = reader_varint(&r);
    out->closed = reader_varint(&r);
    if (!reader_done(&r) || state > NOTICE_CLOSED || by > UINT32_MAX ||
        objections > UINT32_MAX) {
        return row_damaged("notice", number, d);
    }
    out->state = (enum notice_state)state;
    out->made_by = (uint32_t)by;
    out->objections = (uint32_t)objections;
    TRY(row_record(t, out->sequence, KIND_NOTICE, &body, d));
    return notice_read(body.plain, &out->terms) ? ST_OK
                                                : row_damaged("notice", number, d);
}

void notice_closing_write(const struct notice_closing *c, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, c->notice);
    cbor_pair_int(w, 2, c->down);
    cbor_pair_uint(w, 3, c->objections);
}

bool notice_closing_read(struct str plain, struct notice_closing *out)
{
    struct body b;
    body_start(&b, plain);
    out->notice = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->down = body_day(&b, 2);
    out->objections = (uint32_t)body_uint(&b, 3, UINT32_MAX);
    return body_done(&b);
}

enum status notice_closing_get(struct txn *t, uint64_t sequence,
                               struct notice_closing *out, struct diag *d)
{
    struct signed_body body;
    TRY(row_record(t, sequence, KIND_NOTICE_CLOSED, &body, d));
    return notice_closing_read(body.plain, out)
               ? ST_OK
               : row_damaged("a notice closed by record", sequence, d);
}

enum status notice_through(struct txn *t, uint32_t count, struct str programme,
                           int32_t *month, struct diag *d)
{
    *month = NOTICE_NEVER;
    for (uint32_t n = count; n > 0; n--) {
        struct notice_entry e;
        TRY(notice_get(t, n, &e, d));
        if (e.state == NOTICE_CLOSED && e.terms.period > *month &&
            str_is(programme, e.terms.programme)) {
            *month = e.terms.period;
        }
    }
    return ST_OK;
}

/* ---- objections ---- */

void objection_write(const struct objection_terms *x, struct writer *w)
{
    cbor_put_map(w, 4);
    cbor_pair_uint(w, 1, x->number);
    cbor_pair_uint(w, 2, x->notice);
    cbor_pair_uint(w, 3, x->person);
    cbor_pair_text(w, 4, str_of(x->text));
}

bool objection_read(struct str plain, struct objection_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->notice = (uint32_t)body_uint(&b, 2, UINT32_MAX);
    out->person = body_uint(&b, 3, UINT64_MAX);
    body_text(&b, 4, out->text, sizeof out->text);
    return body_done(&b) && out->person > 0 && out->text[0] != '\0';
}

const char *objection_state_name(enum objection_state s)
{
    static const char *const NAMES[] = {"open", "upheld", "dismissed", "lifted"};
    must((unsigned)s <= OBJECTION_LIFTED);
    return NAMES[s];
}

bool objection_holds(enum objection_state s)
{
    return s == OBJECTION_OPEN || s == OBJECTION_UPHELD;
}

enum status objection_put(struct txn *t, const struct objection_entry *e,
                          struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->made_by);
    writer_varint(&w, e->decided);
    writer_varint(&w, e->before);
    return row_put(t, REGISTER_OBJECTION, e->terms.number, &w, d);
}

enum status objection_get(struct txn *t, uint32_t number, struct objection_entry *out,
                          struct diag *d)
{
    struct reader r;
    struct signed_body body;
    TRY(row_get(t, REGISTER_OBJECTION, number, &r, d));
    uint8_t state = reader_u8(&r);
    out->sequence = reader_varint(&r);
    uint64_t by = reader_varint(&r);
    out->decided = reader_varint(&r);
    uint64_t before = reader_varint(&r);
    if (!reader_done(&r) || state > OBJECTION_LIFTED || by > UINT32_MAX ||
        before > UINT32_MAX) {
        return row_damaged("objection", number, d);
    }
    out->state = (enum objection_state)state;
    out->made_by = (uint32_t)by;
    out->before = (uint32_t)before;
    TRY(row_record(t, out->sequence, KIND_OBJECTION, &body, d));
    return objection_read(body.plain, &out->terms)
               ? ST_OK
               : row_damaged("objection", number, d);
}

void objection_decision_write(const struct objection_decision *x, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, x->objection);
    cbor_pair_uint(w, 2, (uint64_t)x->into);
    cbor_pair_text(w, 3, str_of(x->reason));
}

bool objection_decision_read(struct str plain, struct objection_decision *out)
{
    struct body b;
    body_start(&b, plain);
    out->objection = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->into = (enum objection_state)body_uint(&b, 2, OBJECTION_LIFTED);
    body_text(&b, 3, out->reason, sizeof out->reason);
    return body_done(&b) && out->into != OBJECTION_OPEN && out->reason[0] != '\0';
}

enum status objection_decision_get(struct txn *t, uint64_t sequence,
                                   struct objection_decision *out, struct diag *d)
{
    struct signed_body body;
    TRY(row_record(t, sequence, KIND_OBJECTION_DECIDED, &body, d));
    return objection_decision_read(body.plain, out)
               ? ST_OK
               : row_damaged("an objection decided by record", sequence, d);
}

/* ---- whose objections: a chain from the newest to the first ---- */

static struct str person_key(uint8_t key[9], uint64_t person)
{
    key[0] = REGISTER_OBJECTION;
    put_u64(key + 1, person);
    return str_make(key, 9);
}

static enum status newest_of(struct txn *t, uint64_t person, uint32_t *out,
                             struct diag *d)
{
    uint8_t key[9];
    struct str row;
    struct reader r;
    *out = 0;
    TRY(store_get(t, TABLE_REGISTER, person_key(key, person), &row, d));
    if (row.p == NULL) {
        return ST_OK;
    }
    reader_init(&r, row.p, row.n);
    uint64_t number = reader_varint(&r);
    if (!reader_done(&r) || number == 0 || number > UINT32_MAX) {
        return row_damaged("the objections about person", person, d);
    }
    *out = (uint32_t)number;
    return ST_OK;
}

static enum status set_newest(struct txn *t, uint64_t person, uint32_t number,
                              struct diag *d)
{
    uint8_t key[9];
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, number);
    return store_put(t, TABLE_REGISTER, person_key(key, person), writer_str(&w), d);
}

enum status objection_add(struct txn *t, struct objection_entry *e, struct diag *d)
{
    TRY(newest_of(t, e->terms.person, &e->before, d));
    TRY(objection_put(t, e, d));
    return set_newest(t, e->terms.person, e->terms.number, d);
}

enum status objection_merge(struct txn *t, uint64_t duplicate, uint64_t kept,
                            struct diag *d)
{
    uint32_t theirs;
    uint32_t ours;
    TRY(newest_of(t, duplicate, &theirs, d));
    if (theirs == 0) {
        return ST_OK;
    }
    TRY(newest_of(t, kept, &ours, d));
    for (uint32_t at = theirs; ours != 0 && at != 0;) {
        struct objection_entry e;
        TRY(objection_get(t, at, &e, d));
        at = e.before;
        if (at == 0) {
            e.before = ours;
            TRY(objection_put(t, &e, d));
        }
    }
    return set_newest(t, kept, theirs, d);
}

enum status objection_held(struct txn *t, uint32_t held, uint64_t person,
                           struct str programme, uint32_t *number, struct diag *d)
{
    *number = 0;
    if (held == 0) {
        return ST_OK;
    }
    TRY(newest_of(t, person, number, d));
    while (*number != 0) {
        struct objection_entry e;
        struct notice_entry n;
        TRY(objection_get(t, *number, &e, d));
        if (objection_holds(e.state)) {
            TRY(notice_get(t, e.terms.notice, &n, d));
            if (str_is(programme, n.terms.programme)) {
                return ST_OK;
            }
        }
        *number = e.before;
    }
    return ST_OK;
}
