/* person.c - entries of a person's row, to bytes and back. Bytes: one type byte, a
 * varint length, the fields; docs/formats/ledger.md, "people". */
#include "ledger/person.h"

#include <string.h>

#include "base/ident.h"
#include "base/must.h"

#define ENTRY_MAX 8192
/* What base/date.h can reckon with: the years 1800 to 9999. */
#define MARK_MONTH_MIN (1800 * 12)
#define MARK_MONTH_MAX (9999 * 12 + 11)
#define FACT_DAY_MIN (-62091)
#define FACT_DAY_MAX 2932896

/* ---- attributes ---- */

#define TEXT(literal)                                                                  \
    {                                                                                  \
        literal, sizeof literal - 1                                                    \
    }
static const struct str NAMES[FACT_CODES] = {
    TEXT(""),
    TEXT("id_number"),
    TEXT("name"),
    TEXT("birth"),
    TEXT("death"),
    TEXT("registration"),
    TEXT("unit"),
    TEXT("residence"),
    TEXT("household"),
    TEXT("address"),
    TEXT("phone"),
    TEXT("contact"),
    TEXT("claim"),
    TEXT("certified"),
    TEXT("decision"),
    TEXT("suspended"),
    TEXT("paid-elsewhere"),
    TEXT("choice"),
    TEXT("pay-hold"),
    TEXT("welfare"),
    TEXT("dependency"),
    TEXT("disability-grade"),
    TEXT("disability-type"),
    TEXT("credit-code"),
    TEXT("order"),
};

const char *fact_code_name(enum fact_code c)
{
    must((unsigned)c < FACT_CODES);
    return c == FACT_NAMED ? NULL : NAMES[c].p;
}

static enum fact_code code_of(struct str attribute)
{
    for (unsigned i = 1; i < FACT_CODES; i++) {
        if (str_eq(attribute, NAMES[i])) {
            return (enum fact_code)i;
        }
    }
    return FACT_NAMED;
}

/* ---- writing ---- */

static void add_entry(struct buf *row, enum entry_type type, const struct writer *w)
{
    uint8_t head[12];
    struct writer h;
    writer_init(&h, head, sizeof head);
    writer_u8(&h, (uint8_t)type);
    writer_varint(&h, w->len);
    if (w->failed) {
        row->failed = true;
        return;
    }
    buf_add(row, head, h.len);
    buf_add(row, w->p, w->len);
}

void person_add_fact(struct buf *row, const struct fact *f)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    enum fact_code code = code_of(f->attribute);
    writer_varint(&w, f->recorded);
    writer_u8(&w, (uint8_t)code);
    if (code == FACT_NAMED) {
        writer_text(&w, f->attribute);
    }
    writer_text(&w, f->programme);
    writer_text(&w, f->value);
    writer_zigzag(&w, f->effective);
    writer_zigzag(&w, f->until);
    writer_text(&w, f->scale);
    writer_text(&w, f->tier);
    writer_zigzag(&w, f->amount_fen);
    writer_text(&w, f->document);
    writer_text(&w, f->source);
    add_entry(row, ENTRY_FACT, &w);
}

void person_route_bytes(const struct route *r, struct writer *w)
{
    writer_varint(w, r->recorded);
    writer_text(w, r->programme);
    writer_text(w, r->account);
    writer_text(w, r->account_name);
    writer_text(w, r->bank_code);
    writer_text(w, r->payee_id);
    writer_text(w, r->payee_name);
    writer_text(w, r->relation);
    writer_text(w, r->authorisation);
    writer_zigzag(w, r->effective);
    writer_zigzag(w, r->until);
}

void person_add_route(struct buf *row, const struct route *r)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    person_route_bytes(r, &w);
    add_entry(row, ENTRY_ROUTE, &w);
}

void person_add_mark(struct buf *row, const struct mark *m)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, m->recorded);
    writer_text(&w, m->attribute);
    writer_text(&w, m->value);
    writer_text(&w, m->unit);
    writer_varint(&w, (uint64_t)m->month);
    writer_u8(&w, m->on ? 1 : 0);
    add_entry(row, ENTRY_MARK, &w);
}

void person_add_paid(struct buf *row, const struct paid *list, size_t count)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    must(count > 0 && count <= PERSON_PAID_ENTRY);
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, list->recorded);
    writer_text(&w, list->programme);
    writer_text(&w, list->document);
    writer_varint(&w, count);
    int32_t month = 0;
    for (size_t i = 0; i < count; i++) {
        must(list[i].from >= month);
        writer_varint(&w, (uint64_t)(list[i].from - month));
        writer_varint(&w, (uint64_t)list[i].months);
        writer_varint(&w, (uint64_t)list[i].fen);
        writer_zigzag(&w, list[i].paid_on);
        month = list[i].from;
    }
    add_entry(row, ENTRY_PAID, &w);
}

void person_add_void(struct buf *row, const struct voiding *v)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, v->recorded);
    writer_varint(&w, v->entry);
    writer_text(&w, v->reason);
    writer_text(&w, v->document);
    add_entry(row, ENTRY_VOID, &w);
}

void person_add_merge(struct buf *row, const struct merging *m)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, m->recorded);
    writer_u8(&w, m->into ? 1 : 0);
    writer_varint(&w, m->other);
    writer_text(&w, m->document);
    add_entry(row, ENTRY_MERGE, &w);
}

void person_add_note(struct buf *row, uint64_t recorded, struct str name)
{
    uint8_t bytes[ENTRY_MAX];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_varint(&w, recorded);
    writer_text(&w, name);
    add_entry(row, ENTRY_NOTE, &w);
}

struct str person_note(struct str row, uint64_t recorded)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    while (r.at < r.len && !r.failed) {
        uint8_t type = reader_u8(&r);
        struct str bytes = reader_text(&r);
        struct reader e;
        reader_init(&e, bytes.p, bytes.n);
        if (type == ENTRY_NOTE && reader_varint(&e) == recorded) {
            return reader_text(&e);
        }
    }
    return str_of("");
}

/* ---- reading ---- */

/* Who paid something back is nothing that is known of the person. */
static bool read_note(struct reader *r)
{
    reader_text(r);
    return reader_done(r);
}

static int32_t read_day(struct reader *r)
{
    int64_t v = reader_zigzag(r);
    bool known = v == DAY_ALWAYS || v == DAY_NEVER;
    if (!known && (v < FACT_DAY_MIN || v > FACT_DAY_MAX)) {
        r->failed = true;
        return 0;
    }
    return (int32_t)v;
}

static bool read_fact(struct reader *r, uint64_t recorded, uint8_t code, struct fact *f)
{
    f->recorded = recorded;
    f->code = (enum fact_code)code;
    f->attribute = code == FACT_NAMED ? reader_text(r) : NAMES[code];
    f->programme = reader_text(r);
    f->value = reader_text(r);
    f->effective = read_day(r);
    f->until = read_day(r);
    f->scale = reader_text(r);
    f->tier = reader_text(r);
    f->amount_fen = reader_zigzag(r);
    f->document = reader_text(r);
    f->source = reader_text(r);
    f->voided = 0;
    return reader_done(r);
}

static bool read_route(struct reader *r, uint64_t recorded, struct route *out)
{
    out->recorded = recorded;
    out->voided = 0;
    out->programme = reader_text(r);
    out->account = reader_text(r);
    out->account_name = reader_text(r);
    out->bank_code = reader_text(r);
    out->payee_id = reader_text(r);
    out->payee_name = reader_text(r);
    out->relation = reader_text(r);
    out->authorisation = reader_text(r);
    out->effective = read_day(r);
    out->until = read_day(r);
    return reader_done(r);
}

static bool read_mark(struct reader *r, uint64_t recorded, struct mark *out)
{
    out->recorded = recorded;
    out->voided = 0;
    out->attribute = reader_text(r);
    out->value = reader_text(r);
    out->unit = reader_text(r);
    uint64_t month = reader_varint(r);
    uint8_t on = reader_u8(r);
    if (month < MARK_MONTH_MIN || month > MARK_MONTH_MAX) {
        return false;
    }
    out->month = (int32_t)month;
    out->on = on == 1;
    return reader_done(r) && on <= 1;
}

static bool read_fact_entry(struct reader *r, uint64_t recorded, uint32_t wanted,
                            struct person *p)
{
    uint8_t code = reader_u8(r);
    if (code >= FACT_CODES || p->fact_count == PERSON_FACTS_MAX) {
        return false;
    }
    if ((wanted >> code & 1) == 0) {
        return !r->failed;
    }
    p->facts[p->fact_count].ordinal = p->entry_count;
    return read_fact(r, recorded, code, &p->facts[p->fact_count++]);
}

/* An entry of the payment history: several spans of a programme and a document. */
static bool read_paid(struct reader *r, uint64_t recorded, struct person *p)
{
    struct paid head = {.recorded = recorded, .ordinal = p->entry_count};
    head.programme = reader_text(r);
    head.document = reader_text(r);
    uint64_t count = reader_varint(r);
    uint64_t month = 0;
    if (count == 0 || count > PERSON_PAID_ENTRY ||
        p->paid_count + count > PERSON_PAID_MAX) {
        return false;
    }
    for (uint64_t i = 0; i < count && !r->failed; i++) {
        uint64_t gap = reader_varint(r);
        uint64_t months = reader_varint(r);
        uint64_t fen = reader_varint(r);
        if (gap > MARK_MONTH_MAX || months > MARK_MONTH_MAX || fen > INT64_MAX) {
            return false;
        }
        month += gap;
        if (month + months > MARK_MONTH_MAX || months == 0 || fen == 0) {
            return false;
        }
        head.from = (int32_t)month;
        head.months = (int32_t)months;
        head.fen = (int64_t)fen;
        head.paid_on = read_day(r);
        p->paid[p->paid_count++] = head;
    }
    return reader_done(r);
}

static bool read_void(struct reader *r, uint64_t recorded, struct person *p)
{
    if (p->void_count == PERSON_VOIDS_MAX) {
        return false;
    }
    struct voiding *v = &p->voids[p->void_count++];
    uint64_t entry = reader_varint(r);
    v->recorded = recorded;
    v->entry = (uint32_t)entry;
    v->reason = reader_text(r);
    v->document = reader_text(r);
    return reader_done(r) && entry < p->entry_count;
}

static bool read_merge(struct reader *r, uint64_t recorded, struct person *p)
{
    if (p->merge_count == PERSON_MERGES_MAX) {
        return false;
    }
    struct merging *m = &p->merges[p->merge_count++];
    uint8_t into = reader_u8(r);
    m->recorded = recorded;
    m->into = into == 1;
    m->other = reader_varint(r);
    m->document = reader_text(r);
    if (m->into) {
        p->merged_into = m->other;
    }
    return reader_done(r) && into <= 1 && m->other != 0;
}

/* The kinds of entries that few people have. */
static bool read_rare(uint8_t type, struct reader *r, uint64_t recorded,
                      uint32_t wanted, struct person *p)
{
    switch (type) {
    case ENTRY_VOID:
        return read_void(r, recorded, p);
    case ENTRY_MERGE:
        return read_merge(r, recorded, p);
    case ENTRY_PAID:
        return (wanted & PERSON_PAID) == 0 || read_paid(r, recorded, p);
    }
    return false;
}

static bool read_entry(uint8_t type, struct str bytes, uint64_t known_below,
                       uint32_t wanted, struct person *p)
{
    struct reader r;
    reader_init(&r, bytes.p, bytes.n);
    uint64_t recorded = reader_varint(&r);
    if (r.failed || recorded >= known_below) {
        return !r.failed;
    }
    if (type == ENTRY_NOTE) {
        return read_note(&r);
    }
    if (recorded > p->newest) {
        p->newest = recorded;
    }
    if (type == ENTRY_FACT) {
        return read_fact_entry(&r, recorded, wanted, p);
    }
    if (type == ENTRY_ROUTE && (wanted & PERSON_ROUTES) == 0) {
        return true;
    }
    if (type == ENTRY_ROUTE && p->route_count < PERSON_ROUTES_MAX) {
        struct route *out = &p->routes[p->route_count++];
        out->ordinal = p->entry_count;
        return read_route(&r, recorded, out);
    }
    if (type == ENTRY_MARK && p->mark_count < PERSON_MARKS_MAX) {
        p->marks[p->mark_count].ordinal = p->entry_count;
        return read_mark(&r, recorded, &p->marks[p->mark_count++]);
    }
    return read_rare(type, &r, recorded, wanted, p);
}

static bool same_list(const struct mark *m, struct str attribute, struct str value,
                      struct str unit)
{
    return str_eq(m->attribute, attribute) && str_eq(m->value, value) &&
           str_eq(m->unit, unit);
}

/* The mark that says how it stands from a month on: the latest month not after it, the
 * latest recorded among equals. NULL: never on the list by then. */
static const struct mark *mark_at(const struct person *p, const struct mark *list,
                                  int32_t month)
{
    const struct mark *best = NULL;
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct mark *m = &p->marks[i];
        if (m->month <= month &&
            same_list(m, list->attribute, list->value, list->unit) &&
            (best == NULL || m->month >= best->month)) {
            best = m;
        }
    }
    return best;
}

bool person_on_list(const struct person *p, struct str attribute, struct str value,
                    struct str unit, int32_t month)
{
    struct mark list = {.attribute = attribute, .value = value, .unit = unit};
    const struct mark *m = mark_at(p, &list, month);
    return m != NULL && m->on;
}

/* The first month after this one that has a mark of the same list; INT32_MAX: none. */
static int32_t next_mark_month(const struct person *p, const struct mark *list)
{
    int32_t next = INT32_MAX;
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct mark *m = &p->marks[i];
        if (m->month > list->month && m->month < next &&
            same_list(m, list->attribute, list->value, list->unit)) {
            next = m->month;
        }
    }
    return next;
}

/* Into its place among the facts, which are in the order of recording. */
static bool insert_fact(struct person *p, const struct fact *f)
{
    size_t at = p->fact_count;
    if (at == PERSON_FACTS_MAX) {
        return false;
    }
    for (; at > 0 && p->facts[at - 1].recorded > f->recorded; at--) {
        p->facts[at] = p->facts[at - 1];
    }
    p->facts[at] = *f;
    p->fact_count++;
    return true;
}

static struct fact fact_of_mark(const struct mark *m, int32_t until)
{
    return (struct fact){
        .recorded = m->recorded,
        .code = code_of(m->attribute),
        .attribute = m->attribute,
        .value = m->value,
        .effective = month_first_day(m->month),
        .until = until,
        .amount_fen = -1,
        .source = str_of("list"),
        .ordinal = m->ordinal,
        .voided = m->voided,
    };
}

/* Each mark that puts somebody onto a list starts a fact that ends with the month
 * before the next mark that takes them off it. It was recorded when they came onto the
 * list: its last day, learned later, must not put it above other facts. */
static bool facts_of_marks(struct person *p)
{
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct mark *m = &p->marks[i];
        if (mark_at(p, m, m->month) != m || !m->on) {
            continue; /* replaced by a later list of the month, or an end */
        }
        const struct mark *end = m;
        int32_t next = next_mark_month(p, end);
        while (end->on && next != INT32_MAX) {
            end = mark_at(p, m, next);
            next = next_mark_month(p, end);
        }
        struct fact f =
            fact_of_mark(m, end->on ? DAY_NEVER : month_first_day(end->month) - 1);
        if (!insert_fact(p, &f)) {
            return false;
        }
    }
    return true;
}

/* ---- voided entries ---- */

static uint64_t voided_by(const struct person *p, uint32_t ordinal)
{
    for (size_t i = 0; i < p->void_count; i++) {
        if (p->voids[i].entry == ordinal) {
            return p->voids[i].recorded;
        }
    }
    return 0;
}

/* What is voided goes, or is marked so when it is to be shown. */
static void void_facts_and_routes(struct person *p, bool keep)
{
    size_t n = 0;
    for (size_t i = 0; i < p->fact_count; i++) {
        p->facts[i].voided = voided_by(p, p->facts[i].ordinal);
        if (keep || p->facts[i].voided == 0) {
            p->facts[n++] = p->facts[i];
        }
    }
    p->fact_count = n;
    n = 0;
    for (size_t i = 0; i < p->route_count; i++) {
        p->routes[i].voided = voided_by(p, p->routes[i].ordinal);
        if (keep || p->routes[i].voided == 0) {
            p->routes[n++] = p->routes[i];
        }
    }
    p->route_count = n;
}

/* Voided marks go from the marks; those that began something are shown as facts. */
static bool void_marks(struct person *p, bool keep)
{
    size_t n = 0;
    for (size_t i = 0; i < p->mark_count; i++) {
        struct mark m = p->marks[i];
        m.voided = voided_by(p, m.ordinal);
        if (m.voided == 0) {
            p->marks[n++] = m;
        } else if (keep && m.on) {
            struct fact f = fact_of_mark(&m, DAY_NEVER);
            if (!insert_fact(p, &f)) {
                return false;
            }
        }
    }
    p->mark_count = n;
    return true;
}

static bool apply_voids(struct person *p, bool keep)
{
    void_facts_and_routes(p, keep);
    return void_marks(p, keep);
}

enum status person_read(struct str row, uint64_t known_below, struct person *out,
                        struct diag *d)
{
    return person_read_some(row, known_below, PERSON_ALL, out, d);
}

enum status person_read_some(struct str row, uint64_t known_below, uint32_t wanted,
                             struct person *out, struct diag *d)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    out->newest = 0;
    out->entry_count = 0;
    out->fact_count = 0;
    out->route_count = 0;
    out->mark_count = 0;
    out->paid_count = 0;
    out->void_count = 0;
    out->merge_count = 0;
    out->merged_into = 0;
    while (r.at < r.len) {
        uint8_t type = reader_u8(&r);
        struct str bytes = reader_text(&r);
        if (r.failed || !read_entry(type, bytes, known_below, wanted, out)) {
            return diag_fail(d, ST_INTEGRITY, "person-row",
                             "a person's row is not what was written");
        }
        out->entry_count++;
    }
    bool fits = out->void_count == 0 || apply_voids(out, (wanted & PERSON_VOIDED) != 0);
    if (!fits || (out->mark_count > 0 && !facts_of_marks(out))) {
        return diag_fail(d, ST_INTEGRITY, "person-row", "a person has too many facts");
    }
    return ST_OK;
}

struct str person_entries_of(struct str row, uint64_t recorded)
{
    struct reader r;
    size_t start = 0;
    size_t end = 0;
    reader_init(&r, row.p, row.n);
    while (r.at < r.len && !r.failed) {
        size_t at = r.at;
        reader_u8(&r);
        struct str bytes = reader_text(&r);
        struct reader e;
        reader_init(&e, bytes.p, bytes.n);
        if (!r.failed && reader_varint(&e) == recorded) {
            start = end == 0 ? at : start;
            end = r.at;
        }
    }
    return str_make(row.p + start, end - start);
}

/* ---- asking ---- */

/* The latest on a day of the facts for a programme and for all, closed or not. */
static const struct fact *latest(const struct person *p, enum fact_code code,
                                 struct str attribute, struct str programme,
                                 int32_t day)
{
    const struct fact *best = NULL;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *f = &p->facts[i];
        if (f->code == code && f->effective <= day &&
            (code != FACT_NAMED || str_eq(f->attribute, attribute)) &&
            (f->programme.n == 0 || str_eq(f->programme, programme)) &&
            (best == NULL || f->effective > best->effective ||
             (f->effective == best->effective && f->recorded >= best->recorded))) {
            best = f;
        }
    }
    return best;
}

const struct fact *person_fact(const struct person *p, const char *attribute,
                               struct str programme, int32_t day)
{
    struct str name = str_of(attribute);
    enum fact_code code = code_of(name);
    const struct fact *f = latest(p, code, name, programme, day);
    return f != NULL && day <= f->until ? f : NULL;
}

struct str person_value(const struct person *p, const char *attribute, int32_t day)
{
    const struct fact *f = person_fact(p, attribute, str_of(""), day);
    return f != NULL ? f->value : str_of("");
}

bool person_is_institution(const struct person *p)
{
    for (size_t i = 0; i < p->fact_count; i++) {
        if (p->facts[i].code == FACT_CREDIT_CODE) {
            return true;
        }
    }
    return false;
}

int32_t person_death(const struct person *p)
{
    int32_t death = DAY_NEVER;
    for (size_t i = 0; i < p->fact_count; i++) {
        const struct fact *f = &p->facts[i];
        if (f->code == FACT_DEATH && f->effective < death) {
            death = f->effective;
        }
    }
    return death;
}

int32_t person_birth(const struct person *p)
{
    int32_t day;
    struct str all = str_of("");
    const struct fact *birth = latest(p, FACT_BIRTH, all, all, DAY_NEVER - 1);
    if (birth != NULL && date_parse(birth->value, &day)) {
        return day;
    }
    const struct fact *number = latest(p, FACT_ID_NUMBER, all, all, DAY_NEVER - 1);
    /* Its check digit was checked when it came in; the date stands at 7 to 14. */
    if (number == NULL || number->value.n != ID_NUMBER_LEN ||
        !date_parse_compact(str_make(number->value.p + 6, 8), &day)) {
        return DAY_NEVER;
    }
    return day;
}

static const struct route *latest_route(const struct person *p, struct str programme,
                                        int32_t day)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *r = &p->routes[i];
        if (r->effective <= day && str_eq(r->programme, programme) &&
            (best == NULL || r->effective >= best->effective)) {
            best = r;
        }
    }
    return best != NULL && day <= best->until ? best : NULL;
}

const struct route *person_route(const struct person *p, struct str programme,
                                 int32_t day)
{
    const struct route *r = latest_route(p, programme, day);
    return r != NULL ? r : latest_route(p, str_of(""), day);
}

bool route_is_own(const struct route *r)
{
    return r->relation.n == 0 || str_is(r->relation, "本人");
}

bool person_route_find(struct str row, uint32_t ordinal, struct route *out)
{
    struct reader r;
    reader_init(&r, row.p, row.n);
    for (uint32_t i = 0; r.at < r.len && !r.failed; i++) {
        uint8_t type = reader_u8(&r);
        struct str bytes = reader_text(&r);
        if (i == ordinal && !r.failed) {
            struct reader e;
            reader_init(&e, bytes.p, bytes.n);
            uint64_t recorded = reader_varint(&e);
            out->ordinal = ordinal;
            return type == ENTRY_ROUTE && read_route(&e, recorded, out);
        }
    }
    return false;
}
