/* import_snapshot.c - monthly lists: who is on the list of a month. Only changes are
 * kept of them, as marks (ledger/person.h), and lists count in the order of their
 * months, whichever arrived first. So a list that comes late marks how it differs from
 * the list before, and marks back what the next list, known already, had said. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/unit.h"

/* So many lists at two marks each cannot fill a row: no need to look. */
#define LISTS_SURE 100
#define MARK_BYTES_MAX (3 * TEXT_MAX + 40)

/* Somebody lives at home, or in an institution that is known. */
static enum status check_residence(struct ledger *l, const struct import_list *list,
                                   struct diag *d)
{
    bool known = true;
    if (strcmp(list->attribute, "residence") != 0 || strcmp(list->value, "home") == 0) {
        return ST_OK;
    }
    TRY(import_institution_known(l, str_of(list->value), &known, d));
    if (!known) {
        diag_fail(d, ST_INPUT, "unknown-institution",
                  "no institution is known with the code \"%s\"", list->value);
        return diag_hint(d, "home, or the credit code of an institution: almoner "
                            "import institutions");
    }
    return ST_OK;
}

/* Once there are units, a list is of one of them. */
static enum status check_unit(struct ledger *l, const struct import_list *list,
                              struct diag *d)
{
    struct unit_list units;
    struct str unit = str_of(list->unit);
    if (unit.n == 0) {
        return ST_OK;
    }
    enum status st = unit_list_load(&units, ledger_txn(l), d);
    if (st == ST_OK && units.count > 0 && unit_list_find(&units, unit) == NULL) {
        st = diag_fail(d, ST_INPUT, "unknown-unit", "no unit has the code %s",
                       list->unit);
        diag_hint(d, "its code as in almoner import units, or import it first");
    }
    unit_list_release(&units);
    return st;
}

enum status import_list_check(struct ledger *l, const struct import_list *list,
                              struct diag *d)
{
    struct str attribute = str_of(list->attribute);
    if (!import_attribute_listable(attribute)) {
        diag_fail(d, ST_INPUT, "bad-attribute", "no list of \"%s\" can be taken in",
                  list->attribute);
        return diag_hint(d, "lists carry what holds from month to month: welfare, "
                            "dependency, disability-grade, residence, pay-hold and the "
                            "county's own attributes");
    }
    if (list->value[0] == '\0' || text_has_control(str_of(list->value)) ||
        text_has_control(str_of(list->unit))) {
        return diag_fail(d, ST_INPUT, "bad-value",
                         "the list's value or unit is no text");
    }
    TRY(check_unit(l, list, d));
    return check_residence(l, list, d);
}

static bool same_list(const struct import_list *list, const struct import_entry *e)
{
    return strcmp(e->attribute, list->attribute) == 0 &&
           strcmp(e->value, list->value) == 0 && strcmp(e->unit, list->unit) == 0;
}

enum status import_list_place(struct import_job *j, struct diag *d)
{
    struct import_entry e;
    uint32_t imports = ledger_head(j->l)->imports;
    j->list.next = INT32_MAX;
    j->list.confirmed = 0;
    for (uint32_t number = 1; number <= imports; number++) {
        TRY(import_get(ledger_txn(j->l), number, &e, d));
        if (e.what != IMPORT_SNAPSHOT || e.state != ENTRY_ACTIVE) {
            continue;
        }
        j->list.confirmed++;
        if (same_list(&j->list, &e) && e.month > j->list.month &&
            e.month < j->list.next) {
            j->list.next = e.month;
        }
    }
    return ST_OK;
}

static int by_month(const void *a, const void *b)
{
    const struct import_list *x = a;
    const struct import_list *y = b;
    return (x->month > y->month) - (x->month < y->month);
}

enum status import_lists_load(struct import_job *j, struct diag *d)
{
    uint32_t imports = ledger_head(j->l)->imports;
    j->lists = calloc((size_t)imports + 1, sizeof *j->lists);
    if (j->lists == NULL) {
        return diag_memory(d);
    }
    for (uint32_t number = 1; number <= imports; number++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(j->l), number, &e, d));
        if (e.what != IMPORT_SNAPSHOT || e.state != ENTRY_ACTIVE) {
            continue;
        }
        struct import_list *to = &j->lists[j->list_count++];
        memcpy(to->attribute, e.attribute, sizeof to->attribute);
        memcpy(to->value, e.value, sizeof to->value);
        memcpy(to->unit, e.unit, sizeof to->unit);
        to->month = e.month;
    }
    qsort(j->lists, j->list_count, sizeof *j->lists, by_month);
    return ST_OK;
}

/* Is there an earlier list of the same value and unit that came after the day? */
static bool first_after(const struct import_job *j, size_t at, int32_t day)
{
    const struct import_list *list = &j->lists[at];
    for (size_t i = at; i > 0; i--) {
        const struct import_list *before = &j->lists[i - 1];
        if (month_first_day(before->month) > day &&
            strcmp(before->attribute, list->attribute) == 0 &&
            strcmp(before->value, list->value) == 0 &&
            strcmp(before->unit, list->unit) == 0) {
            return false;
        }
    }
    return true;
}

enum status import_lists_say_anew(struct import_job *j, const struct fact *f,
                                  struct diag *d)
{
    struct person *p = j->person;
    for (size_t i = 0; i < j->list_count; i++) {
        const struct import_list *list = &j->lists[i];
        if (!str_is(f->attribute, list->attribute) ||
            month_first_day(list->month) <= f->effective ||
            !first_after(j, i, f->effective) ||
            !person_on_list(p, f->attribute, str_of(list->value), str_of(list->unit),
                            list->month)) {
            continue;
        }
        struct mark m = {.recorded = f->recorded,
                         .attribute = f->attribute,
                         .value = str_of(list->value),
                         .unit = str_of(list->unit),
                         .month = list->month,
                         .on = true};
        if (p->mark_count == PERSON_MARKS_MAX) {
            return diag_fail(d, ST_CONFLICT, "person-full",
                             "no room for more lists of person %llu",
                             (unsigned long long)j->row_of.person);
        }
        p->marks[p->mark_count++] = m;
        person_add_mark(&j->row_of.plain, &m);
    }
    return ST_OK;
}

/* ---- rows ---- */

static bool read_list(struct import_job *j)
{
    struct list_row *u = &j->u.list;
    bool ok = import_row_id(&j->row, FIELD_ID_NUMBER, j->today, u->id);
    return import_row_text(&j->row, FIELD_NAME, IMPORT_REQUIRED, IMPORT_NAME_CHARS,
                           &u->name) &&
           ok;
}

/* Is the person's unit on a day the list's, or one whose successor it is by then? */
static enum status unit_is(struct import_job *j, int32_t day, bool *is, struct diag *d)
{
    struct str unit = person_value(j->person, "unit", day);
    *is = j->list.unit[0] == '\0' || str_is(unit, j->list.unit);
    if (*is) {
        return ST_OK;
    }
    if (j->unit_list.units == NULL) {
        TRY(unit_list_load(&j->unit_list, ledger_txn(j->l), d));
    }
    const struct unit_entry *now = unit_list_resolve(&j->unit_list, unit, day);
    *is = now != NULL && strcmp(now->code, j->list.unit) == 0;
    return ST_OK;
}

/* In the unit on the first or the last day of the month. */
static enum status in_unit(struct import_job *j, bool *in, struct diag *d)
{
    bool last;
    TRY(unit_is(j, month_first_day(j->list.month), in, d));
    TRY(unit_is(j, month_last_day(j->list.month), &last, d));
    *in = *in || last;
    return ST_OK;
}

static enum status check_list(struct import_job *j, struct diag *d)
{
    struct list_row *u = &j->u.list;
    uint64_t person;
    bool in;
    TRY(import_person_known(j, u->id, &person, d));
    if (person == 0) {
        return ST_OK;
    }
    if (import_seen_person(&j->seen, person) > 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "duplicate-person",
                         "a second row for the same person");
        import_row_hint(&j->row, "keep one of the rows");
        return ST_OK;
    }
    if (!str_eq(person_value(j->person, "name", j->today), u->name)) {
        import_row_fault(&j->row, FIELD_NAME, "name-differs",
                         "the person with this ID number has another name");
        import_row_hint(&j->row,
                        "mend the list, or record the new name: almoner import "
                        "facts");
    }
    TRY(in_unit(j, &in, d));
    if (!in) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "other-unit",
                         "the person is not of unit %s", j->list.unit);
        import_row_hint(&j->row, "mend the list, or record the move: almoner import "
                                 "facts");
    }
    return ST_OK;
}

/* ---- everybody ---- */

static struct mark mark_of(const struct import_job *j, int32_t month, bool on)
{
    return (struct mark){
        .attribute = str_of(j->list.attribute),
        .value = str_of(j->list.value),
        .unit = str_of(j->list.unit),
        .month = month,
        .on = on,
    };
}

static bool is_on(const struct import_job *j, int32_t month)
{
    return person_on_list(j->person, str_of(j->list.attribute), str_of(j->list.value),
                          str_of(j->list.unit), month);
}

/* Is it what a list says? */
static bool is_of_list(const struct person *p, const struct fact *f)
{
    for (size_t i = 0; i < p->mark_count; i++) {
        if (p->marks[i].ordinal == f->ordinal) {
            return true;
        }
    }
    return false;
}

/* Is the list to say its value anew? It is where a fact counts on its first day that
 * came after an earlier list; even one of the same value, which would not end when
 * somebody is off the list again, or end too early. */
static bool says_anew(const struct import_job *j)
{
    const struct fact *now = person_fact(j->person, j->list.attribute, str_of(""),
                                         month_first_day(j->list.month));
    return now == NULL || !str_is(now->value, j->list.value) ||
           !is_of_list(j->person, now);
}

/* The marks that put j->person on the list or take them off; j->person has them too. */
static size_t needed_marks(struct import_job *j, bool on, struct mark out[2])
{
    struct person *p = j->person;
    int32_t next = j->list.next;
    if (is_on(j, j->list.month) == on && !(on && says_anew(j))) {
        return 0;
    }
    bool later = next != INT32_MAX && is_on(j, next);
    must(p->mark_count + 2 <= PERSON_MARKS_MAX);
    out[0] = mark_of(j, j->list.month, on);
    p->marks[p->mark_count++] = out[0];
    if (next == INT32_MAX || is_on(j, next) == later) {
        return 1;
    }
    out[1] = mark_of(j, next, later);
    p->marks[p->mark_count++] = out[1];
    return 2;
}

/* Who comes onto the list, and who is not on it any more. */
static enum status count_change(struct import_job *j, struct diag *d)
{
    struct mark marks[2];
    bool on = j->seen.rows[j->row_of.person] > 0;
    bool before = is_on(j, j->list.month);
    j->report->begun += on && !before;
    j->report->ended += before && !on;
    if (j->preview == NULL || on == before) {
        return ST_OK;
    }
    size_t count = needed_marks(j, on, marks);
    return import_preview_list(j, on, marks, count, d);
}

static enum status take_marks(struct import_job *j, struct diag *d)
{
    struct mark marks[2];
    uint64_t recorded;
    TRY(count_change(j, d));
    size_t count = needed_marks(j, j->seen.rows[j->row_of.person] > 0, marks);
    if (count == 0) {
        return ST_OK;
    }
    TRY(import_take_ready(j, &recorded, d));
    size_t from = j->row_of.plain.len;
    for (size_t i = 0; i < count; i++) {
        marks[i].recorded = recorded;
        person_add_mark(&j->row_of.plain, &marks[i]);
    }
    return import_take_person(j, from, d);
}

static enum status look_for_room(struct import_job *j, struct diag *d)
{
    if (j->person->mark_count + 2 > PERSON_MARKS_MAX ||
        j->row_of.plain.len + 2 * MARK_BYTES_MAX > PERSON_ROW_MAX) {
        diag_fail(d, ST_CONFLICT, "person-full",
                  "no room for more lists of person %llu",
                  (unsigned long long)j->row_of.person);
        return diag_where(d, "person %llu", (unsigned long long)j->row_of.person);
    }
    return ST_OK;
}

/* Everybody from one person to another, in order, with what to do at borders. */
static enum status walk(struct import_job *j, uint64_t first, uint64_t last,
                        enum status (*step)(struct import_job *j, struct diag *d),
                        enum status (*border)(struct import_job *j, struct diag *d),
                        struct diag *d)
{
    if (j->ahead == NULL) {
        TRY(ahead_new(&j->ahead, j->l, d));
    }
    TRY(ahead_seek(j->ahead, first, last, d));
    for (;;) {
        bool due;
        TRY(ahead_next(j->ahead, &j->row_of, d));
        if (j->row_of.person == 0) {
            return ST_OK;
        }
        must(j->row_of.person <= j->seen.people);
        TRY(person_read(buf_str(&j->row_of.plain), j->known_below, j->person, d));
        TRY(step(j, d));
        import_take_done(j, j->row_of.person, &due);
        if (due) {
            TRY(border(j, d));
        }
    }
}

static enum status stop_looking(struct import_job *j, struct diag *d)
{
    j->take.since_tick = 0;
    return progress_stop(j->progress)
               ? diag_fail(d, ST_INTERRUPTED, "interrupted",
                           "stopped while checking: nothing was written")
               : ST_OK;
}

/* Everybody up to `last`, without writing. Not told as progress: it is fast. */
static enum status look(struct import_job *j,
                        enum status (*step)(struct import_job *j, struct diag *d),
                        uint64_t last, struct diag *d)
{
    struct import_take before = j->take;
    enum status st = walk(j, 1, last, step, stop_looking, d);
    j->take = before;
    return st;
}

enum status import_list_room(struct import_job *j, struct diag *d)
{
    return j->list.confirmed < LISTS_SURE ? ST_OK
                                          : look(j, look_for_room, UINT64_MAX, d);
}

enum status import_list_count(struct import_job *j, struct diag *d)
{
    return look(j, count_change, UINT64_MAX, d);
}

/* Of those who were taken in before an interruption. */
static enum status count_again(struct import_job *j, struct diag *d)
{
    if (j->skip == 0) {
        return ST_OK;
    }
    j->known_below = j->begun_at;
    enum status st = look(j, count_change, j->skip, d);
    j->known_below = UINT64_MAX;
    return st;
}

enum status import_list_take(struct import_job *j, struct diag *d)
{
    TRY(count_again(j, d));
    return walk(j, j->skip + 1, UINT64_MAX, take_marks, import_take_border, d);
}

const struct import_kind import_list_kind = {
    .what = IMPORT_SNAPSHOT,
    .name = "snapshot",
    .read = read_list,
    .check = check_list,
    .whole = import_list_take,
};
