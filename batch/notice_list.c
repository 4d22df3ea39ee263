/* notice_list.c - who stands in a public list, under what name the programme does, and
 * for how long it hangs. It must never take anything of a person into a row but the
 * masked name, the village, months and amount. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/ident.h"
#include "base/money.h"
#include "base/text.h"
#include "batch/notice.h"
#include "entitle/payee.h"
#include "ledger/erasure.h"
#include "ledger/setting.h"
#include "ledger/unit.h"

/* ---- the name ---- */

/* A programme whose name has one of these says of everybody in its list that they are
 * ill, disabled or poor. */
static const char *const TELLING[] = {
    "失能",         "失智",     "残疾", "重残",         "智力", "精神",
    "护理",         "照护",     "病",   "医疗",         "康复", "低保",
    "最低生活保障", "特困",     "五保", "救助",         "困难", "贫困",
    "低收入",       "边缘",     "孤儿", "事实无人抚养", "流浪", "临时救济",
    "失独",         "特殊家庭", "艾滋", "戒毒",         "矫正",
};

const char *notice_telling(const char *name)
{
    for (size_t i = 0; i < sizeof TELLING / sizeof TELLING[0]; i++) {
        if (strstr(name, TELLING[i]) != NULL) {
            return TELLING[i];
        }
    }
    return NULL;
}

static enum status setting_of(struct ledger *l, const char *prefix, const char *code,
                              char value[SETTING_VALUE_MAX + 1], struct diag *d)
{
    char name[SETTING_NAME_MAX + 1];
    uint32_t number;
    snprintf(name, sizeof name, "%s%s", prefix, code);
    return setting_now(ledger_txn(l), ledger_head(l)->settings, name, value, &number,
                       d);
}

/* The label the county decided on, or the programme's own name where it tells nothing,
 * or where the county said that it may. */
static enum status take_label(struct ledger *l, const char *name,
                              struct notice_terms *out, struct diag *d)
{
    char value[SETTING_VALUE_MAX + 1];
    const char *code = out->programme;
    TRY(setting_of(l, "notice.label.", code, value, d));
    if (value[0] != '\0' && str_copy(str_of(value), out->label, sizeof out->label)) {
        return ST_OK;
    }
    TRY(setting_of(l, "notice.allow.", code, value, d));
    const char *word = notice_telling(name);
    if (word != NULL && strcmp(value, "on") != 0) {
        diag_fail(d, ST_CONFLICT, "notice-name",
                  "\"%s\" tells of illness or poverty (%s): its list would say so of "
                  "everybody in it",
                  name, word);
        return diag_hint(d,
                         "two admins decide: almoner config set notice.label.%s NAME, "
                         "or notice.allow.%s on",
                         code, code);
    }
    if (!str_copy(str_of(name), out->label, sizeof out->label)) {
        diag_fail(d, ST_CONFLICT, "notice-name", "the name of %s is too long", code);
        return diag_hint(d, "almoner config set notice.label.%s NAME", code);
    }
    return ST_OK;
}

/* ---- the days ---- */

static enum status take_days(struct ledger *l, const struct notice_request *q,
                             struct notice_terms *out, struct diag *d)
{
    int32_t today = ledger_today(l);
    if (q->days < 1 || q->days > NOTICE_DAYS_MAX) {
        diag_fail(d, ST_INPUT, "days", "a list hangs for 1 to %d days",
                  NOTICE_DAYS_MAX);
        return diag_hint(d, "the county's rule says how many: --days N");
    }
    out->first = q->from == DAY_ALWAYS ? today + 1 : q->from;
    if (out->first < today || out->first > today + NOTICE_DAYS_MAX) {
        diag_fail(d, ST_INPUT, "from", "the first day lies before today, or too far");
        return diag_hint(d, "today or later; without --from it is tomorrow");
    }
    out->days = q->days;
    out->last = out->first + (int32_t)q->days - 1;
    out->working = q->calendar != NULL;
    if (!out->working) {
        return ST_OK;
    }
    memcpy(out->calendar, q->calendar_sha256, DIGEST_LEN);
    return calendar_last(q->calendar, out->first, q->days, &out->last, d);
}

/* ---- rows ---- */

struct listing {
    struct ledger *l;
    struct payees *payees;
    struct account *account;
    struct unit_list units;
    struct notice_list *out;
};

static enum status too_many(const char *what, size_t max, struct diag *d)
{
    diag_fail(d, ST_CONFLICT, "notice-size", "a list takes %zu %s at most", max, what);
    return diag_hint(d, "--new lists those alone who are new or changed");
}

/* Twice as many rows as there is room for, max at most, of `bytes` each; NULL: no
 * memory. *room is below max. */
static void *more_room(void *rows, size_t *room, size_t first, size_t max, size_t bytes)
{
    size_t more = *room == 0 ? first : *room < max / 2 ? 2 * *room : max;
    void *moved = realloc(rows, more * bytes);
    *room = moved != NULL ? more : *room;
    return moved;
}

/* The township's name and the village's, or what stands in the facts. */
static bool village_name(const struct unit_list *units, struct str code, int32_t day,
                         struct notice_village *out)
{
    const struct unit_entry *u = unit_list_resolve(units, code, day);
    const struct unit_entry *above = u != NULL && u->parent[0] != '\0'
                                         ? unit_list_find(units, str_of(u->parent))
                                         : NULL;
    if (u == NULL) {
        return str_copy(code, out->sort, sizeof out->sort) &&
               str_copy(code, out->name, sizeof out->name);
    }
    int n =
        snprintf(out->name, sizeof out->name, "%s%s%s",
                 above != NULL ? above->name : "", above != NULL ? " " : "", u->name);
    return n >= 0 && (size_t)n < sizeof out->name &&
           str_copy(str_of(u->code), out->sort, sizeof out->sort);
}

static enum status find_village(struct listing *x, struct str code, uint32_t *out,
                                struct diag *d)
{
    struct notice_list *list = x->out;
    struct notice_village v;
    if (!village_name(&x->units, code, ledger_today(x->l), &v)) {
        return diag_fail(d, ST_CONFLICT, "unit", "the name of unit %.*s is too long",
                         STR_ARG(code));
    }
    for (size_t i = list->village_count; i > 0; i--) { /* people come by village */
        if (strcmp(list->villages[i - 1].name, v.name) == 0) {
            *out = (uint32_t)(i - 1);
            return ST_OK;
        }
    }
    if (list->village_count == NOTICE_VILLAGES_MAX) {
        return too_many("villages", NOTICE_VILLAGES_MAX, d);
    }
    if (list->village_count == list->village_room) {
        struct notice_village *rows = more_room(list->villages, &list->village_room, 64,
                                                NOTICE_VILLAGES_MAX, sizeof *rows);
        if (rows == NULL) {
            return diag_memory(d);
        }
        list->villages = rows;
    }
    list->villages[list->village_count] = v;
    *out = (uint32_t)list->village_count++;
    return ST_OK;
}

static enum status add_row(struct notice_list *list, const struct notice_row *row,
                           struct diag *d)
{
    if (list->count == NOTICE_ROWS_MAX) {
        return too_many("people", NOTICE_ROWS_MAX, d);
    }
    if (list->count == list->room) {
        struct notice_row *rows =
            more_room(list->rows, &list->room, 256, NOTICE_ROWS_MAX, sizeof *rows);
        if (rows == NULL) {
            return diag_memory(d);
        }
        list->rows = rows;
    }
    list->rows[list->count++] = *row;
    return ST_OK;
}

static bool add_months(struct notice_row *row, int32_t from, int32_t months,
                       int64_t fen)
{
    int64_t all;
    row->from = row->months == 0 ? from : row->from;
    row->through = from + months - 1;
    row->months += months;
    return money_mul(fen, months, &all) && money_add(row->fen, all, &row->fen);
}

/* What is granted for the period, and what is still due of earlier months. *false: the
 * person does not stand in the list. */
static bool take_months(const struct account_programme *p, int32_t period,
                        enum notice_who who, struct notice_row *row, bool *listed)
{
    bool fits = true;
    for (size_t i = 0; i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        int32_t end = s->from + s->months; /* the month after */
        end = end > period ? period : end;
        if (s->fen[ACCOUNT_DUE] > 0 && s->from < end) {
            fits = fits && add_months(row, s->from, end - s->from, s->fen[ACCOUNT_DUE]);
        }
    }
    int64_t now = account_granted(p, period);
    bool same = row->months == 0 && now == account_granted(p, period - 1);
    if (now > 0) {
        fits = fits && add_months(row, period, 1, now);
    }
    *listed = row->months > 0 && !(who == NOTICE_NEW && same);
    return fits;
}

static enum status take_person(struct listing *x, uint64_t number,
                               const struct account_programme *p, struct diag *d)
{
    const struct notice_terms *n = &x->out->terms;
    struct notice_row row = {.person = number};
    int32_t today = ledger_today(x->l);
    bool listed;
    if (!take_months(p, n->period, n->who, &row, &listed) ||
        !money_add(x->out->total_fen, listed ? row.fen : 0, &x->out->total_fen)) {
        return diag_fail(d, ST_INTEGRITY, "total", "a sum is out of range");
    }
    if (!listed) {
        return ST_OK;
    }
    enum status st = payees_person(x->payees, number, d);
    if (erasure_failed(st, d)) {
        return ST_OK;
    }
    TRY(st);
    const struct person *who = payees_current(x->payees);
    name_mask(person_value(who, "name", today), row.name, sizeof row.name);
    TRY(find_village(x, person_value(who, "unit", today), &row.village, d));
    return add_row(x->out, &row, d);
}

static enum status visit(struct listing *x, struct str key, struct str row,
                         struct diag *d)
{
    TRY(account_read(row, x->account, d));
    const struct account_programme *p =
        account_find(x->account, str_of(x->out->terms.programme));
    return p == NULL || x->account->forward != 0
               ? ST_OK
               : take_person(x, get_u64((const uint8_t *)key.p), p, d);
}

static enum status visit_all(struct listing *x, const struct progress *progress,
                             struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    uint64_t seen = 0;
    TRY(store_cursor_open(ledger_txn(x->l), TABLE_ACCOUNTS, &c, d));
    enum status st = store_cursor_seek(c, str_of(""), &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        st = visit(x, key, row, d);
        if (++seen % 4096 == 0) {
            progress_tick(progress, "notice", seen, ledger_head(x->l)->people);
            if (st == ST_OK && progress_stop(progress)) {
                st = diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

/* ---- order ---- */

/* Rows are sorted by the place of their village among the sorted ones. */
static int by_sort(const void *a, const void *b)
{
    const struct notice_village *const *x = a;
    const struct notice_village *const *y = b;
    int order = strcmp((*x)->sort, (*y)->sort);
    return order != 0 ? order : strcmp((*x)->name, (*y)->name);
}

static int by_row(const void *a, const void *b)
{
    const struct notice_row *x = a;
    const struct notice_row *y = b;
    if (x->village != y->village) {
        return x->village < y->village ? -1 : 1;
    }
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->person > y->person) - (x->person < y->person);
}

static enum status sort_villages(struct notice_list *list, struct diag *d)
{
    size_t n = list->village_count;
    struct notice_village **order = calloc(n, sizeof *order);
    struct notice_village *sorted = calloc(n, sizeof *sorted);
    uint32_t *place = calloc(n, sizeof *place);
    enum status st = ST_OK;
    if (order == NULL || sorted == NULL || place == NULL) {
        st = diag_memory(d);
    } else {
        for (size_t i = 0; i < n; i++) {
            order[i] = &list->villages[i];
        }
        qsort(order, n, sizeof *order, by_sort);
        for (size_t i = 0; i < n; i++) {
            sorted[i] = *order[i];
            place[order[i] - list->villages] = (uint32_t)i;
        }
        memcpy(list->villages, sorted, n * sizeof *sorted);
        for (size_t i = 0; i < list->count; i++) {
            list->rows[i].village = place[list->rows[i].village];
        }
    }
    free(order);
    free(sorted);
    free(place);
    return st;
}

static enum status sort_rows(struct notice_list *list, struct diag *d)
{
    TRY(sort_villages(list, d));
    qsort(list->rows, list->count, sizeof *list->rows, by_row);
    for (size_t i = 1; i < list->count; i++) {
        struct notice_row *a = &list->rows[i - 1];
        struct notice_row *b = &list->rows[i];
        if (a->village == b->village && strcmp(a->name, b->name) == 0) {
            a->alike = true;
            b->alike = true;
        }
    }
    return ST_OK;
}

/* ---- the whole ---- */

static enum status start(struct listing *x, const struct notice_request *q,
                         struct diag *d)
{
    struct notice_terms *n = &x->out->terms;
    const struct programme *rule = NULL;
    if (programme_code_valid(q->programme)) {
        rule = payees_rule(x->payees, q->programme, q->period);
    }
    if (rule == NULL || !str_copy(q->programme, n->programme, sizeof n->programme)) {
        diag_fail(d, ST_CONFLICT, "unknown-programme",
                  "no policy in force has a programme %.*s", STR_ARG(q->programme));
        return diag_hint(d, "almoner policy show says which there are");
    }
    n->period = q->period;
    n->who = q->who;
    if (q->level.n == 0 || !text_utf8_valid(q->level, NULL) ||
        text_has_control(q->level) || !str_copy(q->level, n->level, sizeof n->level)) {
        diag_fail(d, ST_INPUT, "level", "the level is a text of 1 to %d bytes",
                  NOTICE_LEVEL_MAX);
        return diag_hint(d, "where the list hangs, for example --level 村");
    }
    TRY(take_label(x->l, rule->name, n, d));
    TRY(take_days(x->l, q, n, d));
    return unit_list_load(&x->units, ledger_txn(x->l), d);
}

static enum status make(struct listing *x, const struct notice_request *q,
                        const struct progress *progress, struct diag *d)
{
    x->account = calloc(1, sizeof *x->account);
    if (x->account == NULL) {
        return diag_memory(d);
    }
    TRY(payees_open(&x->payees, x->l, UINT64_MAX, d));
    TRY(start(x, q, d));
    TRY(visit_all(x, progress, d));
    if (x->out->count == 0) {
        diag_fail(d, ST_CONFLICT, "notice-empty", "nobody stands in this list");
        return diag_hint(d, q->who == NOTICE_NEW
                                ? "nothing is new or changed: no list is needed"
                                : "almoner run --period comes first");
    }
    x->out->terms.people = x->out->count;
    return sort_rows(x->out, d);
}

enum status notice_list_make(struct ledger *l, const struct notice_request *q,
                             const struct progress *progress, struct notice_list *out,
                             struct diag *d)
{
    struct listing x = {.l = l, .out = out};
    memset(out, 0, sizeof *out);
    enum status st = make(&x, q, progress, d);
    payees_close(x.payees);
    unit_list_release(&x.units);
    free(x.account);
    return st;
}

void notice_list_release(struct notice_list *x)
{
    free(x->rows);
    free(x->villages);
    memset(x, 0, sizeof *x);
}
