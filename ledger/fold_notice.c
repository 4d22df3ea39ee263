/* fold_notice.c - rules of public lists: published, objected to, decided, taken down.
 * What a list says is not known here, only its digest: that it shows nobody's number or
 * account is seen to where it is written (batch/notice.c, cli/notice_page.c). */
#include "base/date.h"
#include "ledger/fold_private.h"
#include "ledger/notice.h"

static bool days_sound(const struct notice_terms *n, int32_t today)
{
    int64_t span = (int64_t)n->last - n->first + 1; /* days of the calendar */
    return n->first >= today && n->first <= today + NOTICE_DAYS_MAX &&
           (n->working ? span >= n->days && span <= 4 * (int64_t)NOTICE_DAYS_MAX
                       : span == n->days);
}

enum status rule_notice(struct fold *f, const struct record *r, struct diag *d)
{
    struct notice_entry e = {.sequence = r->sequence, .made_by = f->signer.number};
    int32_t today = day_of_time(f->body.signature.time_us, f->offset_minutes);
    if (!notice_read(f->body.plain, &e.terms)) {
        return fold_malformed(r, d);
    }
    if (!days_sound(&e.terms, today)) {
        return fold_refuse(d, "notice-days",
                           "the days of notice %u do not fit together, or lie before "
                           "its signature",
                           e.terms.number);
    }
    TRY(fold_next(&f->head.notices, e.terms.number, "notice", d));
    return notice_put(f->t, &e, d);
}

enum status rule_objection(struct fold *f, const struct record *r, struct diag *d)
{
    struct objection_entry e = {.sequence = r->sequence, .made_by = f->signer.number};
    struct notice_entry n;
    if (!objection_read(f->body.plain, &e.terms)) {
        return fold_malformed(r, d);
    }
    if (e.terms.person > f->head.people) {
        return fold_refuse(d, "unknown-person", "there is no person %llu",
                           (unsigned long long)e.terms.person);
    }
    TRY(notice_get(f->t, e.terms.notice, &n, d));
    TRY(fold_account_own(f, e.terms.person, d));
    TRY(fold_next(&f->head.objections, e.terms.number, "objection", d));
    n.objections++;
    TRY(notice_put(f->t, &n, d));
    f->head.objected++;
    return objection_add(f->t, &e, d);
}

/* Upheld or dismissed what is open; lifted what was upheld. */
static enum status may_become(const struct objection_entry *e, enum objection_state to,
                              struct diag *d)
{
    bool fits = to == OBJECTION_LIFTED ? e->state == OBJECTION_UPHELD
                                       : e->state == OBJECTION_OPEN;
    if (fits) {
        return ST_OK;
    }
    fold_refuse(d, "objection-state", "objection %u is %s and cannot be %s",
                e->terms.number, objection_state_name(e->state),
                objection_state_name(to));
    return diag_hint(d, e->state == OBJECTION_UPHELD
                            ? "--lifted ends an upheld one, when it is put right"
                        : e->state == OBJECTION_OPEN
                            ? "--upheld or --dismissed decides it"
                            : "it holds nobody any more; object anew");
}

enum status rule_objection_decided(struct fold *f, const struct record *r,
                                   struct diag *d)
{
    struct objection_decision x;
    struct objection_entry e;
    if (!objection_decision_read(f->body.plain, &x)) {
        return fold_malformed(r, d);
    }
    TRY(objection_get(f->t, x.objection, &e, d));
    TRY(may_become(&e, x.into, d));
    if (e.made_by == f->signer.number) {
        diag_fail(d, ST_DENIED, "same-operator", "%s recorded objection %u",
                  f->signer.name, x.objection);
        return diag_hint(d, "another operator has to decide it, as checker");
    }
    if (!objection_holds(x.into)) {
        f->head.objected--;
    }
    e.state = x.into;
    e.decided = r->sequence;
    return objection_put(f->t, &e, d);
}

enum status rule_notice_closed(struct fold *f, const struct record *r, struct diag *d)
{
    struct notice_closing c;
    struct notice_entry n;
    int32_t today = day_of_time(r->time_us, f->offset_minutes);
    if (!notice_closing_read(f->body.plain, &c)) {
        return fold_malformed(r, d);
    }
    TRY(notice_get(f->t, c.notice, &n, d));
    if (n.state != NOTICE_OPEN) {
        return fold_refuse(d, "notice-state", "notice %u is closed already", c.notice);
    }
    if (c.down < n.terms.last || c.down > today) {
        char last[DATE_TEXT_CAP];
        date_print(n.terms.last, last);
        fold_refuse(d, "notice-days",
                    "notice %u runs through %s: it is taken down on that day or later, "
                    "and not in the future",
                    c.notice, last);
        return diag_hint(d, "close it on %s or after", last);
    }
    if (c.objections != n.objections) {
        return fold_refuse(d, "notice-objections",
                           "%u objections to notice %u are recorded, not %u",
                           n.objections, c.notice, c.objections);
    }
    n.state = NOTICE_CLOSED;
    n.closed = r->sequence;
    return notice_put(f->t, &n, d);
}

enum status fold_not_objected(struct fold *f, uint64_t person, struct str programme,
                              struct diag *d)
{
    uint32_t number;
    TRY(objection_held(f->t, f->head.objected, person, programme, &number, d));
    if (number == 0) {
        return ST_OK;
    }
    fold_refuse(d, "objection", "objection %u holds person %llu in %.*s", number,
                (unsigned long long)person, STR_ARG(programme));
    return diag_hint(d, "a checker decides it: almoner notice decide %u", number);
}
