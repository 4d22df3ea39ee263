/* people.h - one person looked up by what the user typed, and personal data masked. */
#ifndef ALMONER_CLI_PEOPLE_H
#define ALMONER_CLI_PEOPLE_H

#include "ledger/vault.h"

struct people {
    struct vault_row row;
    struct person *person; /* of the row; text borrows from it */
};

/* The number of the person: an internal number, or an ID number. ST_INPUT
 * "id-check-digit" and so on for a mistyped one, ST_CONFLICT "unknown-person". */
enum status people_find(struct ledger *l, const char *typed, uint64_t *number,
                        struct diag *d) MUST_USE;
/* Reads the person as known below a sequence (UINT64_MAX: all). people_close is due
 * also after a failure. */
enum status people_open(struct people *p, struct ledger *l, uint64_t number,
                        uint64_t known_below, struct diag *d) MUST_USE;
void people_close(struct people *p);

#define PEOPLE_TEXT_CAP 512
/* A fact's value as it may be shown: names, numbers, addresses and phones masked unless
 * clear. */
void people_value(const struct fact *f, bool clear, char out[PEOPLE_TEXT_CAP]);
void people_name(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP]);
void people_id_number(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP]);
/* All but the last 4 are stars. */
void people_account(struct str account, bool clear, char out[PEOPLE_TEXT_CAP]);

#endif
