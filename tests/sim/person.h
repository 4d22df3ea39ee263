/* person.h - the people of an invented county, each computed from the seed and its
 * place in the roster alone, so that a file of ten million is written in constant
 * memory. */
#ifndef ALMONER_TESTS_SIM_PERSON_H
#define ALMONER_TESTS_SIM_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/date.h"
#include "base/ident.h"

#define PEOPLE_MAX 10000000u
#define SIM_ACCOUNT_LEN 19
#define SIM_MONTHS 3 /* of snapshot lists */
#define NO_DAY INT32_MIN

struct county {
    uint64_t people; /* 1..PEOPLE_MAX */
    uint64_t seed;
    int32_t today;         /* ages are those of this day */
    bool gbk_names;        /* without characters that GBK lacks */
    const char *bank_code; /* of everybody's account */
};

enum welfare { WELFARE_URBAN, WELFARE_RURAL, WELFARE_MARGIN, WELFARE_NONE };
/* "dibao-urban", ...; not for WELFARE_NONE. */
const char *welfare_value(enum welfare w);

struct sim_person {
    char id[ID_NUMBER_LEN + 1];
    char name[16]; /* UTF-8, two or three characters */
    char registration[16];
    char registration_since[DATE_TEXT_CAP]; /* "original", or a date */
    char unit[64];
    int32_t claim_day; /* NO_DAY: none yet */
    char account[SIM_ACCOUNT_LEN + 1];
    char address[128];
    char phone[16];
    char household[24];
    enum welfare welfare[SIM_MONTHS]; /* the list they are on, month by month */
    const char *dependency;           /* grade of GB/T 42195-2022; NULL: not assessed */
    int32_t assessed_day;
    uint32_t assessment_number;
};

/* i < c->people. */
void sim_person_make(const struct county *c, uint64_t i, struct sim_person *out);

/* Account number `serial` (below 10^11) of a person's generation (0..9): 19 digits
 * whose last is the Luhn digit. */
void sim_account_make(uint64_t serial, unsigned generation,
                      char out[SIM_ACCOUNT_LEN + 1]);
/* The account with another generation digit; false when it is not one of ours. */
bool sim_account_renew(struct str account, unsigned generation,
                       char out[SIM_ACCOUNT_LEN + 1]);
/* Of an account of ours. */
unsigned sim_account_generation(struct str account);

#endif
