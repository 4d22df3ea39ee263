/* payees.h - who is paid for others: agents, guardians, household heads, heirs and
 * institutions by name in a person's routes, and until when their authorisation goes.
 * Opens rows, so the vault's key is needed. */
#ifndef ALMONER_AUDIT_PAYEES_H
#define ALMONER_AUDIT_PAYEES_H

#include "base/progress.h"
#include "ledger/vault.h"

#define PAYEES_SOON_DAYS 31 /* announced so long before the end */
#define PAYEES_MANY 3       /* people of one payee: announced */
#define PAYEES_TEXT 412     /* bytes of a name or document, 100 characters */

enum payees_state {
    PAYEES_IN_FORCE,
    PAYEES_ENDING, /* in force today, and not PAYEES_SOON_DAYS from now */
    PAYEES_ENDED   /* holds payments until another route is registered */
};
const char *payees_state_name(enum payees_state s); /* "in-force", ... */

struct payees_row {
    uint64_t person;
    enum payees_state state;
    char programme[PROGRAMME_CODE_MAX + 1]; /* "": all */
    char relation[40];
    char name[PAYEES_TEXT]; /* of the payee, in clear */
    char authorisation[PAYEES_TEXT];
    int32_t effective;
    int32_t until; /* DAY_NEVER: no end was registered */
    uint64_t
        payee; /* the same for the same payee: by ID number, else name and account */
    uint32_t people; /* that this payee is paid for */
};

struct payees_list {
    size_t count;
    struct payees_row *rows; /* in the order of persons; freed by payees_list_release */
    size_t ending, ended;    /* rows */
    size_t many;             /* payees of PAYEES_MANY people or more */
};

/* The routes of others that count today, one row for each. Persons whose routes came
 * by files of routes are looked at; no own route, and of the dead only heirs'. */
enum status payees_list_read(struct ledger *l, int32_t today,
                             const struct progress *progress, struct payees_list *out,
                             struct diag *d) MUST_USE;
void payees_list_release(struct payees_list *x); /* zeroed is fine */

#endif
