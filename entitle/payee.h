/* payee.h - to which account a month of a programme is paid on a day, or why it is not:
 * the one place that batches and audits ask. Reads the ledger and one person at a time;
 * writes nothing.
 *
 * POLICY-FORMAT, `payee` and `due-at-death`. A month under `payee: institution` goes to
 * the institution the person lived in on the month's last day (of death, if earlier);
 * for who had left by then, the last one since the end of the month before, which the
 * month was granted for. Under `by-residence` it goes to the institution of that last
 * day, else to the person's route. */
#ifndef ALMONER_ENTITLE_PAYEE_H
#define ALMONER_ENTITLE_PAYEE_H

#include "entitle/entitle.h"

enum payee_answer {
    PAYEE_PAID,           /* to `route` */
    PAYEE_NO_ROUTE,       /* no account on file for the day */
    PAYEE_HELD,           /* `hold` says why: pay-hold, for the programme or all */
    PAYEE_NO_HEIR,        /* dead, and no heir's account since the death */
    PAYEE_EXPIRED,        /* another's account whose authorisation ended: `until` */
    PAYEE_NO_INSTITUTION, /* for an institution, and resident in none that is known */
};

struct payee {
    enum payee_answer answer;
    uint64_t number; /* of the row with the route; the person's or an institution's */
    const struct route *route; /* NULL unless paid; also of PAYEE_EXPIRED, which one */
    const struct fact *hold;   /* of PAYEE_HELD */
    int32_t until;             /* of PAYEE_EXPIRED: the last day */
};

struct payees;

/* With what was known, and confirmed, before this sequence (UINT64_MAX: all). The
 * ledger must outlive it. */
enum status payees_open(struct payees **out, struct ledger *l, uint64_t known_below,
                        struct diag *d) MUST_USE;
void payees_close(struct payees *s); /* NULL is fine */
/* As entitle_rules, remembered. */
const struct programme *payees_rule(struct payees *s, struct str programme,
                                    int32_t month);
/* People will be asked of in ascending order, many of them near each other, and no row
 * of theirs will be written meanwhile: rows are opened ahead, by a second thread. */
void payees_ahead(struct payees *s);
/* Reads a person, of whom is asked from then on. ST_CONFLICT, ST_INTEGRITY as
 * vault_row_read and person_read say. */
enum status payees_person(struct payees *s, uint64_t number, struct diag *d) MUST_USE;
/* The same of a row that is open already, taken apart as known below this sequence,
 * before which as many policies must be confirmed (entitle_rules_before) as when it was
 * opened. Both are borrowed until the next person. */
void payees_take(struct payees *s, const struct vault_row *row, const struct person *p,
                 uint64_t known_below);
const struct person *payees_current(const struct payees *s);
/* The payee of one month on a day of payment. What *out borrows is good until the next
 * call. */
enum status payees_month(struct payees *s, struct str programme, int32_t month,
                         int32_t pay_day, struct payee *out, struct diag *d) MUST_USE;
/* The commitment to the route of the payee just asked for, as a line in the record of
 * this sequence has it. */
void payees_commitment(struct payees *s, const struct payee *p, uint64_t sequence,
                       uint8_t out[DIGEST_LEN]);

/* The account on file for a programme (empty: those without) on a day, or the one that
 * ended: PAYEE_PAID, PAYEE_NO_ROUTE or PAYEE_EXPIRED. Holds and deaths aside. */
void payee_route_on(const struct person *p, struct str programme, int32_t day,
                    struct payee *out);

#endif
