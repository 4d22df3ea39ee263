/* people.h - one person looked up by what the user typed, and personal data masked. */
#ifndef ALMONER_CLI_PEOPLE_H
#define ALMONER_CLI_PEOPLE_H

#include "ledger/vault.h"

struct people {
    struct vault_row row;
    struct person *person; /* of the row; text borrows from it */
    uint64_t merged_from;  /* the number that was asked for, when it leads to another */
};

/* The number of the person: an internal number, or an ID number; or of an institution,
 * by its credit code. ST_INPUT "id-check-digit" and so on for a mistyped one,
 * ST_CONFLICT "unknown-person", "unknown-institution". */
enum status people_find(struct ledger *l, const char *typed, uint64_t *number,
                        struct diag *d) MUST_USE;
/* Reads the person as known below a sequence (UINT64_MAX: all); of a duplicate whom it
 * was merged into by then. people_close is due also after a failure. */
enum status people_open(struct people *p, struct ledger *l, uint64_t number,
                        uint64_t known_below, struct diag *d) MUST_USE;
void people_close(struct people *p);
/* Why something is shown in clear: --purpose, which a live ledger needs; else fallback.
 * ST_USAGE "missing-option", ST_INPUT "purpose". */
struct env;
enum status people_purpose(const struct env *e, const char *fallback, const char **out,
                           struct diag *d) MUST_USE;
/* Was what the user typed the number or an ID number of a duplicate, merged since? */
bool people_was_duplicate(const struct people *p, const char *typed);
/* Says so, when it was; to people, not in JSON. */
struct output;
void people_tell_merged(const struct output *o, const struct people *p,
                        const char *typed);

#define PEOPLE_TEXT_CAP 512
/* A fact's value as it may be shown: names, numbers, addresses and phones masked unless
 * clear. */
void people_value(const struct fact *f, bool clear, char out[PEOPLE_TEXT_CAP]);
/* What stands in the place of a name that was erased. */
void people_erased(char out[PEOPLE_TEXT_CAP]);
/* An institution's name and credit code are public. Of a person without any fact: that
 * it was erased. */
void people_name(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP]);
/* The masked name of who has this number, also when it was erased. */
enum status people_masked(struct ledger *l, uint64_t number, char out[PEOPLE_TEXT_CAP],
                          struct diag *d) MUST_USE;
void people_id_number(const struct person *p, bool clear, char out[PEOPLE_TEXT_CAP]);
/* All but the last 4 are stars. */
void people_account(struct str account, bool clear, char out[PEOPLE_TEXT_CAP]);

#endif
