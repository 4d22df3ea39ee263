/* notice.c - see notice.h: the acts about public lists, and what batches ask of them.
 * Who stands in a list: notice_list.c. */
#include "batch/notice.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/setting.h"

#define SUBJECT_CAP 200

static enum status act(struct ledger *l, enum record_kind kind, const struct writer *w,
                       struct act_text text, struct diag *d)
{
    bool resume;
    must(!w->failed);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    return ledger_act(l, kind, writer_str(w), text, NULL, d);
}

/* A text that goes into a record for ever. */
static enum status take_text(struct str s, const char *what, char *out, size_t cap,
                             struct diag *d)
{
    if (s.n == 0 || !text_utf8_valid(s, NULL) || text_has_control(s) ||
        !str_copy(s, out, cap)) {
        return diag_fail(d, ST_INPUT, what, "the %s is no text of 1 to %zu bytes", what,
                         cap - 1);
    }
    return ST_OK;
}

enum status notice_publish(struct ledger *l, struct notice_terms *n, struct str file,
                           struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    char month[DATE_TEXT_CAP];
    struct digest *g;
    struct writer w;
    TRY(digest_new(&g, d));
    digest_once(g, file, str_of(""), n->sha256);
    digest_free(g);
    n->length = file.n;
    n->number = ledger_head(l)->notices + 1;
    writer_init(&w, bytes, sizeof bytes);
    notice_write(n, &w);
    month_print(n->period, month);
    snprintf(subject, sizeof subject, "notice %u: %s, %s, %s", n->number, n->programme,
             month, notice_who_name(n->who));
    struct act_text text = {.subject = subject, .count = n->people};
    return act(l, KIND_NOTICE, &w, text, d);
}

enum status notice_object(struct ledger *l, uint32_t notice, uint64_t person,
                          struct str text, uint32_t *number, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct notice_entry n;
    struct objection_terms x = {
        .number = ledger_head(l)->objections + 1, .notice = notice, .person = person};
    TRY(take_text(text, "text", x.text, sizeof x.text, d));
    TRY(notice_get(ledger_txn(l), notice, &n, d));
    writer_init(&w, bytes, sizeof bytes);
    objection_write(&x, &w);
    snprintf(subject, sizeof subject, "objection %u: person %llu, %s, notice %u",
             x.number, (unsigned long long)person, n.terms.programme, notice);
    struct act_text said = {.subject = subject, .count = 1};
    TRY(act(l, KIND_OBJECTION, &w, said, d));
    *number = x.number;
    return ST_OK;
}

enum status notice_decide(struct ledger *l, uint32_t objection,
                          enum objection_state into, struct str reason, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct objection_entry e;
    struct objection_decision x = {.objection = objection, .into = into};
    TRY(take_text(reason, "reason", x.reason, sizeof x.reason, d));
    TRY(objection_get(ledger_txn(l), objection, &e, d));
    writer_init(&w, bytes, sizeof bytes);
    objection_decision_write(&x, &w);
    snprintf(subject, sizeof subject, "objection %u: %s, person %llu", objection,
             objection_state_name(into), (unsigned long long)e.terms.person);
    struct act_text said = {.subject = subject, .count = 1};
    return act(l, KIND_OBJECTION_DECIDED, &w, said, d);
}

enum status notice_close(struct ledger *l, uint32_t notice, int32_t down,
                         struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    char day[DATE_TEXT_CAP];
    struct writer w;
    struct notice_entry n;
    TRY(notice_get(ledger_txn(l), notice, &n, d));
    struct notice_closing c = {
        .notice = notice, .down = down, .objections = n.objections};
    writer_init(&w, bytes, sizeof bytes);
    notice_closing_write(&c, &w);
    date_print(down, day);
    snprintf(subject, sizeof subject, "notice %u: taken down on %s", notice, day);
    struct act_text said = {.subject = subject, .count = n.terms.people};
    return act(l, KIND_NOTICE_CLOSED, &w, said, d);
}

/* ---- for batches ---- */

static enum status look_up(struct ledger *l, struct str code, int32_t *through,
                           struct diag *d)
{
    char name[SETTING_NAME_MAX + 1];
    char value[SETTING_VALUE_MAX + 1];
    uint32_t number;
    const struct head *h = ledger_head(l);
    *through = INT32_MAX;
    snprintf(name, sizeof name, "notice.required.%.*s", STR_ARG(code));
    TRY(setting_now(ledger_txn(l), h->settings, name, value, &number, d));
    return strcmp(value, "on") == 0
               ? notice_through(ledger_txn(l), h->notices, code, through, d)
               : ST_OK;
}

enum status batch_public_through(struct batch_public *x, struct ledger *l,
                                 struct str code, int32_t *through, struct diag *d)
{
    for (size_t i = 0; i < x->count; i++) {
        if (str_is(code, x->items[i].code)) {
            *through = x->items[i].through;
            return ST_OK;
        }
    }
    TRY(look_up(l, code, through, d));
    if (x->count < BATCH_PUBLIC_MAX &&
        str_copy(code, x->items[x->count].code, sizeof x->items[0].code)) {
        x->items[x->count++].through = *through;
    }
    return ST_OK;
}
