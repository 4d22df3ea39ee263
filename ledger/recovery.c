/* recovery.c - recoveries: bodies, rows, and the arithmetic of what is open. Bytes:
 * docs/formats/ledger.md, kinds 33 and 60 to 62. It must never look at people. */
#include "ledger/recovery.h"

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "ledger/row.h"

#define ROW_MAX 1024

/* ---- words ---- */

static const char *const METHODS[] = {"?",    "set-off", "repay",
                                      "plan", "waive",   "write-off"};
static const char *const STATES[] = {"?",    "proposed", "decided",
                                     "done", "replaced", "refused"};
static const char *const PAYERS[] = {"?", "self", "heir", "bank", "village", "other"};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const char *word(const char *const *list, size_t count, size_t i)
{
    return list[i < count ? i : 0];
}

static size_t find(const char *const *list, size_t count, struct str s)
{
    for (size_t i = 1; i < count; i++) {
        if (str_is(s, list[i])) {
            return i;
        }
    }
    return 0;
}

const char *recovery_method_name(enum recovery_method m)
{
    return word(METHODS, COUNT(METHODS), (size_t)m);
}

bool recovery_method_parse(struct str s, enum recovery_method *out)
{
    size_t i = find(METHODS, COUNT(METHODS), s);
    if (i > 0) {
        *out = (enum recovery_method)i;
    }
    return i > 0;
}

const char *recovery_state_name(enum recovery_state s)
{
    return word(STATES, COUNT(STATES), (size_t)s);
}

const char *repayment_payer_name(enum repayment_payer p)
{
    return word(PAYERS, COUNT(PAYERS), (size_t)p);
}

bool repayment_payer_parse(struct str s, enum repayment_payer *out)
{
    size_t i = find(PAYERS, COUNT(PAYERS), s);
    if (i > 0) {
        *out = (enum repayment_payer)i;
    }
    return i > 0;
}

/* ---- spans ---- */

int64_t spans_sum(const struct spans *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        sum += s->items[i].fen * s->items[i].months; /* at most 25 times 1.2e17 */
    }
    return sum;
}

/* One month more behind the others; false when there is no room. */
static bool spans_add(struct spans *s, size_t max, int32_t month, int64_t fen)
{
    if (s->count > 0) {
        struct span *last = &s->items[s->count - 1];
        if (last->from + last->months == month && last->fen == fen &&
            last->months < SPAN_MONTHS_MAX) {
            last->months++;
            return true;
        }
    }
    if (s->count == max) {
        return false;
    }
    s->items[s->count++] = (struct span){month, 1, fen};
    return true;
}

/* Above zero, ascending, and together no more than money can be. */
static bool spans_sound(const struct spans *s, size_t least)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct span *at = &s->items[i];
        int64_t fen;
        if (!span_valid(at) || at->fen <= 0 ||
            (i > 0 && at->from < at[-1].from + at[-1].months) ||
            !money_mul(at->fen, at->months, &fen) || !money_add(sum, fen, &sum)) {
            return false;
        }
    }
    return s->count >= least && s->count <= RECOVERY_SPANS_MAX + 1;
}

bool spans_equal(const struct spans *a, const struct spans *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        const struct span *x = &a->items[i];
        const struct span *y = &b->items[i];
        if (x->from != y->from || x->months != y->months || x->fen != y->fen) {
            return false;
        }
    }
    return a->count == b->count;
}

static void spans_put(const struct spans *s, struct writer *w)
{
    cbor_put_array(w, s->count);
    for (size_t i = 0; i < s->count; i++) {
        cbor_put_array(w, 3);
        span_write(&s->items[i], w);
    }
}

static bool spans_get(struct reader *r, struct spans *out)
{
    uint64_t count = cbor_get_array(r);
    out->count = 0;
    if (r->failed || count > RECOVERY_SPANS_MAX) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (cbor_get_array(r) != 3 || !span_read(r, &out->items[i])) {
            return false;
        }
    }
    out->count = (size_t)count;
    return spans_sound(out, 1);
}

static void body_spans(struct body *b, uint64_t key, struct spans *out)
{
    out->count = 0;
    b->ok = cbor_map_key(&b->map, key) && spans_get(&b->r, out) && b->ok;
}

static void body_postings(struct body *b, uint64_t key, struct postings *out)
{
    out->count = 0;
    b->ok = cbor_map_key(&b->map, key) && postings_read(&b->r, out) && b->ok;
}

static void body_code(struct body *b, uint64_t key, char out[PROGRAMME_CODE_MAX + 1])
{
    body_text(b, key, out, PROGRAMME_CODE_MAX + 1);
    b->ok = b->ok && programme_code_valid(str_of(out));
}

/* ---- the proposal ---- */

void recovery_terms_write(const struct recovery_terms *t, struct writer *w)
{
    bool plan = t->method == RECOVERY_PLAN;
    cbor_put_map(w, 7 + (plan ? 2U : 0U) + (t->replaces > 0 ? 1U : 0U));
    cbor_pair_uint(w, 1, t->number);
    cbor_pair_uint(w, 2, t->person);
    cbor_pair_text(w, 3, str_of(t->programme));
    cbor_put_uint(w, 4);
    spans_put(&t->months, w);
    cbor_pair_uint(w, 5, (uint64_t)t->method);
    cbor_pair_text(w, 6, str_of(t->document));
    cbor_pair_int(w, 7, t->served);
    if (plan) {
        cbor_pair_int(w, 8, t->monthly_fen);
        cbor_pair_uint(w, 10, t->plan_months);
    }
    if (t->replaces > 0) {
        cbor_pair_uint(w, 11, t->replaces);
    }
}

/* A plan brings in everything, and its last month is needed for that. */
static bool plan_sound(const struct recovery_terms *t)
{
    int64_t whole = spans_sum(&t->months);
    int64_t most;
    return t->monthly_fen > 0 && t->plan_months > 0 &&
           t->plan_months <= SPAN_MONTHS_MAX &&
           money_mul(t->monthly_fen, t->plan_months, &most) && most >= whole &&
           most - t->monthly_fen < whole;
}

/* One that replaces none does not say so: one form for one content. */
static uint32_t body_replaces(struct body *b)
{
    if (!cbor_map_key(&b->map, 11)) {
        return 0;
    }
    uint64_t number = cbor_get_uint(&b->r);
    b->ok = b->ok && number > 0 && number <= UINT32_MAX;
    return b->ok ? (uint32_t)number : 0;
}

bool recovery_terms_read(struct str plain, struct recovery_terms *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->person = body_uint(&b, 2, UINT64_MAX);
    body_code(&b, 3, out->programme);
    body_spans(&b, 4, &out->months);
    out->method = (enum recovery_method)body_uint(&b, 5, RECOVERY_WRITE_OFF);
    body_text(&b, 6, out->document, sizeof out->document);
    out->served = body_day(&b, 7);
    bool plan = out->method == RECOVERY_PLAN;
    out->monthly_fen = plan ? body_int(&b, 8) : 0;
    out->plan_months = plan ? (uint32_t)body_uint(&b, 10, UINT32_MAX) : 0;
    out->replaces = body_replaces(&b);
    return body_done(&b) && out->number > 0 && out->person > 0 &&
           out->method >= RECOVERY_SET_OFF && out->document[0] != '\0' &&
           (!plan || plan_sound(out));
}

/* ---- rows ---- */

bool recovery_is_open(const struct recovery_entry *e)
{
    return e->state == RECOVERY_PROPOSED || e->state == RECOVERY_DECIDED;
}

enum status recovery_not(const struct recovery_entry *e, const char *wanted,
                         struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "recovery-state", "recovery %u is %s, not %s",
              e->terms.number, recovery_state_name(e->state), wanted);
    switch (e->state) {
    case RECOVERY_PROPOSED:
        return diag_hint(d, "a checker decides it: almoner correct confirm %u",
                         e->terms.number);
    case RECOVERY_DECIDED:
        return diag_hint(d,
                         "it is decided already; to decide otherwise: almoner "
                         "correct decide ... --replaces %u",
                         e->terms.number);
    case RECOVERY_DONE:
        return diag_hint(d,
                         "nothing of it is open any more; almoner correct show %u says "
                         "what became of it",
                         e->terms.number);
    case RECOVERY_REPLACED:
        return diag_hint(d, "almoner correct list shows what took its place");
    case RECOVERY_REFUSED:
        return diag_hint(d, "almoner correct show %u says why; decide it anew",
                         e->terms.number);
    }
    return d->status;
}

static struct str person_key(uint8_t key[9], uint64_t person)
{
    key[0] = REGISTER_RECOVERY;
    put_u64(key + 1, person);
    return str_make(key, 9);
}

enum status recovery_put(struct txn *t, const struct recovery_entry *e, struct diag *d)
{
    uint8_t bytes[ROW_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->before);
    writer_varint(&w, e->confirmed_by);
    writer_varint(&w, e->confirmed_at);
    writer_varint(&w, e->last);
    writer_varint(&w, e->left.count);
    for (size_t i = 0; i < e->left.count; i++) {
        writer_varint(&w, (uint64_t)e->left.items[i].from);
        writer_varint(&w, (uint64_t)e->left.items[i].months);
        writer_varint(&w, (uint64_t)e->left.items[i].fen);
    }
    return row_put(t, REGISTER_RECOVERY, e->terms.number, &w, d);
}

enum status recovery_newest(struct txn *t, uint64_t person, uint32_t *number,
                            struct diag *d)
{
    uint8_t key[9];
    struct str row;
    TRY(store_get(t, TABLE_REGISTER, person_key(key, person), &row, d));
    if (row.p != NULL && row.n != 4) {
        return diag_fail(d, ST_INTEGRITY, "register-row",
                         "the register's row of a person is not what was written");
    }
    *number = row.p == NULL ? 0 : get_u32((const uint8_t *)row.p);
    return ST_OK;
}

enum status recovery_put_new(struct txn *t, struct recovery_entry *e, struct diag *d)
{
    uint8_t key[9];
    uint8_t value[4];
    TRY(recovery_newest(t, e->terms.person, &e->before, d));
    put_u32(value, e->terms.number);
    TRY(store_put(t, TABLE_REGISTER, person_key(key, e->terms.person),
                  str_make(value, sizeof value), d));
    return recovery_put(t, e, d);
}

static bool row_read(struct reader *r, struct recovery_entry *out)
{
    out->state = (enum recovery_state)reader_u8(r);
    out->sequence = reader_varint(r);
    out->before = (uint32_t)reader_varint(r);
    out->confirmed_by = (uint32_t)reader_varint(r);
    out->confirmed_at = reader_varint(r);
    out->last = reader_varint(r);
    uint64_t count = reader_varint(r);
    if (r->failed || count > RECOVERY_SPANS_MAX + 1 || out->state < RECOVERY_PROPOSED ||
        out->state > RECOVERY_REFUSED) {
        return false;
    }
    out->left.count = (size_t)count;
    for (size_t i = 0; i < out->left.count; i++) {
        out->left.items[i].from = (int32_t)reader_varint(r);
        out->left.items[i].months = (int32_t)reader_varint(r);
        out->left.items[i].fen = (int64_t)reader_varint(r);
    }
    return reader_done(r) && spans_sound(&out->left, 0);
}

enum status recovery_get(struct txn *t, uint32_t number, struct recovery_entry *out,
                         struct diag *d)
{
    struct reader r;
    struct signed_body s;
    TRY(row_get(t, REGISTER_RECOVERY, number, &r, d));
    if (!row_read(&r, out)) {
        return row_damaged("recovery", number, d);
    }
    TRY(row_body(t, out->sequence, &s, d));
    out->made_by = s.signature.operator_number;
    return recovery_terms_read(s.plain, &out->terms) && out->terms.number == number
               ? ST_OK
               : row_damaged("recovery", number, d);
}

/* ---- what is open ---- */

/* fen of a month in the spans, 0 when it is in none. */
static int64_t spans_month(const struct spans *s, int32_t month)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct span *at = &s->items[i];
        if (month >= at->from && month < at->from + at->months) {
            return at->fen;
        }
    }
    return 0;
}

static int64_t receivable(const struct account_programme *p, int32_t month)
{
    const struct segment *s = p == NULL ? NULL : account_month(p, month);
    return s == NULL ? 0 : s->fen[ACCOUNT_RECEIVABLE];
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#define OPEN_MAX 64 /* open recoveries of one person and programme */
struct others {
    size_t count;
    struct spans left[OPEN_MAX];
};

static enum status find_others(struct txn *t, const struct recovery_scope *s,
                               struct others *out, struct diag *d)
{
    uint32_t number;
    out->count = 0;
    TRY(recovery_newest(t, s->person, &number, d));
    while (number != 0) {
        struct recovery_entry e;
        TRY(recovery_get(t, number, &e, d));
        if (recovery_is_open(&e) && number != s->without &&
            str_is(s->programme, e.terms.programme)) {
            if (out->count == OPEN_MAX) {
                return diag_fail(d, ST_CONFLICT, "recoveries",
                                 "more than %d recoveries are open for one person and "
                                 "programme",
                                 OPEN_MAX);
            }
            out->left[out->count++] = e.left;
        }
        number = e.before;
    }
    return ST_OK;
}

static int64_t available_month(const struct account_programme *p,
                               const struct others *o, int32_t month)
{
    int64_t fen = receivable(p, month);
    for (size_t i = 0; i < o->count; i++) {
        fen -= spans_month(&o->left[i], month);
    }
    return fen > 0 ? fen : 0;
}

enum status recovery_available(struct txn *t, const struct account *a,
                               const struct recovery_scope *s, struct spans *out,
                               struct diag *d)
{
    struct others o;
    const struct account_programme *p = account_find(a, s->programme);
    out->count = 0;
    TRY(find_others(t, s, &o, d));
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        const struct segment *g = &p->segments[i];
        int32_t from = g->from > s->from ? g->from : s->from;
        int32_t end = g->from + g->months < s->to ? g->from + g->months : s->to;
        for (int32_t m = from; m < end && g->fen[ACCOUNT_RECEIVABLE] > 0; m++) {
            int64_t fen = available_month(p, &o, m);
            if (fen > 0 && !spans_add(out, RECOVERY_SPANS_MAX, m, fen)) {
                diag_fail(d, ST_INPUT, "too-many-months",
                          "the months have more than %d different amounts in a row",
                          RECOVERY_SPANS_MAX);
                return diag_hint(d, "decide a part of them: --from and --to");
            }
        }
    }
    return ST_OK;
}

int64_t recovery_open_fen(const struct recovery_entry *e, const struct account *a)
{
    const struct account_programme *p = account_find(a, str_of(e->terms.programme));
    int64_t sum = 0;
    for (size_t i = 0; i < e->left.count; i++) {
        const struct span *s = &e->left.items[i];
        for (int32_t m = s->from; m < s->from + s->months; m++) {
            sum += least(s->fen, receivable(p, m));
        }
    }
    return sum;
}

void recovery_choose(const struct recovery_entry *e, const struct account *a,
                     int64_t fen, struct spans *out)
{
    const struct account_programme *p = account_find(a, str_of(e->terms.programme));
    out->count = 0;
    for (size_t i = 0; i < e->left.count; i++) {
        const struct span *s = &e->left.items[i];
        for (int32_t m = s->from; m < s->from + s->months && fen > 0; m++) {
            int64_t part = least(fen, least(s->fen, receivable(p, m)));
            if (part == 0) {
                continue;
            }
            if (!spans_add(out, RECOVERY_SPANS_MAX, m, part)) {
                return;
            }
            fen -= part;
        }
    }
}

/* What was taken goes out of what is left, and so does what lies before it. */
static void lessen(struct spans *left, const struct spans *taken)
{
    struct spans rest = {0};
    const struct span *end = &taken->items[taken->count - 1];
    int32_t last = end->from + end->months - 1;
    for (size_t i = 0; i < left->count; i++) {
        struct span s = left->items[i];
        int32_t behind = s.from + s.months;
        if (behind <= last) {
            continue;
        }
        if (s.from <= last) {
            if (s.fen > end->fen) {
                rest.items[rest.count++] = (struct span){last, 1, s.fen - end->fen};
            }
            s.months = behind - last - 1;
            s.from = last + 1;
        }
        if (s.months > 0) {
            rest.items[rest.count++] = s;
        }
    }
    *left = rest;
}

enum status recovery_take(struct recovery_entry *e, struct account *a, int64_t fen,
                          enum account_kind into, struct spans *out, struct postings *p,
                          struct diag *d)
{
    struct str code = str_of(e->terms.programme);
    recovery_choose(e, a, fen, out);
    for (size_t i = 0; i < out->count; i++) {
        TRY(account_settle(a, code, out->items[i], into, p, d));
    }
    if (out->count > 0) {
        lessen(&e->left, out);
    }
    if (recovery_open_fen(e, a) == 0) {
        e->state = RECOVERY_DONE;
        e->left.count = 0;
    }
    return ST_OK;
}

enum status recovery_end(struct recovery_entry *e, struct account *a,
                         struct postings *p, struct diag *d)
{
    struct spans all;
    p->count = 0;
    if (e->terms.method != RECOVERY_WAIVE && e->terms.method != RECOVERY_WRITE_OFF) {
        return ST_OK;
    }
    enum account_kind into =
        e->terms.method == RECOVERY_WAIVE ? ACCOUNT_WAIVED : ACCOUNT_WRITTEN_OFF;
    return recovery_take(e, a, INT64_MAX, into, &all, p, d);
}

/* ---- set-off ---- */

int64_t set_off_limit(const struct segment *month, uint32_t share)
{
    int64_t most = 0;
    must(share <= RECOVERY_SHARE_MAX);
    if (!money_percent(month->fen[ACCOUNT_GRANTED], share, ROUND_DOWN, 1, &most)) {
        return 0;
    }
    most -= month->fen[ACCOUNT_SET_OFF];
    return most <= 0 ? 0 : least(most, month->fen[ACCOUNT_DUE]);
}

void set_off_write(const struct set_off *s, const struct postings *p, struct writer *w)
{
    cbor_put_map(w, 8);
    cbor_pair_uint(w, 1, s->run);
    cbor_pair_uint(w, 2, s->person);
    cbor_pair_uint(w, 3, s->recovery);
    cbor_pair_text(w, 4, str_of(s->programme));
    cbor_put_uint(w, 5);
    spans_put(&s->owed, w);
    cbor_put_uint(w, 6);
    cbor_put_array(w, s->due_count);
    for (size_t i = 0; i < s->due_count; i++) {
        cbor_put_array(w, 4);
        span_write(&s->due[i].span, w);
        cbor_put_uint(w, s->due[i].share);
    }
    cbor_pair_uint(w, 7, s->previous);
    cbor_put_uint(w, 9);
    postings_write(p, w);
}

static bool dues_get(struct reader *r, struct set_off *out)
{
    struct spans plain = {0};
    uint64_t count = cbor_get_array(r);
    if (r->failed || count > RECOVERY_SPANS_MAX) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        bool ok = cbor_get_array(r) == 4 && span_read(r, &out->due[i].span);
        uint64_t share = cbor_get_uint(r);
        if (!ok || r->failed || share > RECOVERY_SHARE_MAX) {
            return false;
        }
        out->due[i].share = (uint32_t)share;
        plain.items[plain.count++] = out->due[i].span;
    }
    out->due_count = (size_t)count;
    return spans_sound(&plain, 1);
}

bool set_off_read(struct str body, struct set_off *out, struct postings *p)
{
    struct body b;
    body_start(&b, body);
    out->run = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->person = body_uint(&b, 2, UINT64_MAX);
    out->recovery = (uint32_t)body_uint(&b, 3, UINT32_MAX);
    body_code(&b, 4, out->programme);
    body_spans(&b, 5, &out->owed);
    out->due_count = 0;
    b.ok = cbor_map_key(&b.map, 6) && dues_get(&b.r, out) && b.ok;
    out->previous = body_uint(&b, 7, UINT64_MAX);
    body_postings(&b, 9, p);
    return body_done(&b);
}

/* ---- confirmation and repayment ---- */

void recovery_confirm_write(const struct recovery_confirm *c, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, c->number);
    cbor_pair_bytes(w, 2, c->proposal, DIGEST_LEN);
    cbor_put_uint(w, 9);
    postings_write(&c->postings, w);
}

bool recovery_confirm_read(struct str plain, struct recovery_confirm *out)
{
    struct body b;
    body_start(&b, plain);
    out->number = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    body_digest(&b, 2, out->proposal);
    body_postings(&b, 9, &out->postings);
    return body_done(&b);
}

void repayment_write(const struct repayment *r, struct writer *w)
{
    cbor_put_map(w, 9);
    cbor_pair_uint(w, 1, r->recovery);
    cbor_pair_uint(w, 2, r->person);
    cbor_pair_int(w, 3, r->received);
    cbor_pair_int(w, 4, r->fen);
    cbor_pair_uint(w, 5, (uint64_t)r->payer);
    cbor_pair_bytes(w, 6, r->name, DIGEST_LEN);
    cbor_put_uint(w, 7);
    spans_put(&r->owed, w);
    cbor_pair_uint(w, 8, r->previous);
    cbor_put_uint(w, 9);
    postings_write(&r->postings, w);
}

bool repayment_read(struct str plain, struct repayment *out)
{
    struct body b;
    body_start(&b, plain);
    out->recovery = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->person = body_uint(&b, 2, UINT64_MAX);
    out->received = body_day(&b, 3);
    out->fen = body_int(&b, 4);
    out->payer = (enum repayment_payer)body_uint(&b, 5, PAYER_OTHER);
    body_digest(&b, 6, out->name);
    body_spans(&b, 7, &out->owed);
    out->previous = body_uint(&b, 8, UINT64_MAX);
    body_postings(&b, 9, &out->postings);
    return body_done(&b) && out->fen > 0 && out->payer >= PAYER_SELF;
}
