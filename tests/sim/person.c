/* person.c - one person of the county from the seed and a place in the roster.
 *
 * ID numbers are unique by construction: a shuffled rank chooses the age group and the
 * day of birth, and what is left within the day counts through divisions and sequence
 * numbers. Accounts are a permutation of numbers. Nobody real is meant: all follows
 * from the seed. */
#include "tests/sim/person.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "tests/sim/names.h"
#include "tests/sim/random.h"

/* What the hash of a person is asked for. */
enum draw {
    DRAW_NAME,
    DRAW_REGISTRATION,
    DRAW_SINCE,
    DRAW_UNIT,
    DRAW_CLAIM,
    DRAW_PHONE,
    DRAW_WELFARE,
    DRAW_MOVES,
    DRAW_DEPENDENCY,
    DRAW_ASSESSED,
    DRAW_DAY
};

/* Of 10,000 people; an old-age roster: most are 80 and above. */
struct age_group {
    int32_t from;
    int32_t to; /* completed years, both ends in */
    uint64_t share;
};
static const struct age_group age_groups[] = {
    {60, 64, 600},  {65, 69, 700}, {70, 74, 800}, {75, 79, 900},  {80, 84, 3500},
    {85, 89, 2300}, {90, 94, 900}, {95, 99, 260}, {100, 105, 40},
};
#define AGE_GROUPS (sizeof age_groups / sizeof age_groups[0])
#define SHARES 10000u

/* Where ID numbers were issued: the county itself eight times in sixteen. `before`
 * counts the earlier slots of the same division. */
#define SLOTS 16
#define SEQUENCES 999u
static const struct slot {
    char division[7];
    uint32_t before;
    uint32_t of;
} slots[SLOTS] = {
    {"230523", 0, 8}, {"230521", 0, 2}, {"230523", 1, 8}, {"230506", 0, 1},
    {"230523", 2, 8}, {"230522", 0, 1}, {"230523", 3, 8}, {"230502", 0, 1},
    {"230523", 4, 8}, {"230521", 1, 2}, {"230523", 5, 8}, {"230524", 0, 1},
    {"230523", 6, 8}, {"230503", 0, 1}, {"230523", 7, 8}, {"230505", 0, 1},
};

static int32_t birthday_of_age(int32_t today, int32_t age)
{
    struct civil c = date_to_civil(today);
    int32_t day = c.month == 2 && c.day == 29 ? 28 : c.day;
    return date_from_civil(c.year - age, c.month, day);
}

struct birth {
    int32_t day;
    uint64_t within; /* which of those born on that day */
};

static struct birth birth_of_rank(const struct county *c, uint64_t rank)
{
    uint64_t sum = 0;
    for (size_t g = 0; g < AGE_GROUPS; g++) {
        uint64_t first = sum * c->people / SHARES;
        sum += age_groups[g].share;
        uint64_t end = sum * c->people / SHARES;
        if (rank >= end) {
            continue;
        }
        int32_t oldest = birthday_of_age(c->today, age_groups[g].to + 1) + 1;
        int32_t youngest = birthday_of_age(c->today, age_groups[g].from);
        uint64_t days = (uint64_t)(youngest - oldest + 1);
        uint64_t people = end - first;
        uint64_t q = rank - first;
        uint64_t day = q * days / people;
        uint64_t first_of_day = (day * people + days - 1) / days;
        return (struct birth){.day = oldest + (int32_t)day, .within = q - first_of_day};
    }
    must(false); /* the shares add up to SHARES */
    return (struct birth){0};
}

static void make_id(const struct county *c, uint64_t i, char out[ID_NUMBER_LEN + 1])
{
    struct birth b = birth_of_rank(c, random_shuffle(c->seed, i, c->people));
    uint64_t turn = random_at(c->seed, DRAW_DAY, (uint64_t)b.day);
    const struct slot *slot = &slots[b.within % SLOTS];
    uint64_t nth = b.within / SLOTS * slot->of + slot->before;
    must(nth < SEQUENCES);
    /* 7 and 999 have no common factor: a permutation of the sequence numbers. */
    unsigned sequence = (unsigned)(1 + (nth * 7 + turn % SEQUENCES) % SEQUENCES);
    struct civil day = date_to_civil(b.day);
    int n = snprintf(out, ID_NUMBER_LEN + 1, "%s%04u%02u%02u%03u", slot->division,
                     (unsigned)day.year % 10000u, (unsigned)day.month % 100u,
                     (unsigned)day.day % 100u, sequence % 1000u);
    must(n == ID_NUMBER_LEN - 1);
    out[ID_NUMBER_LEN - 1] = id_number_check(out);
    out[ID_NUMBER_LEN] = '\0';
}

/* ---- accounts ---- */

#define ACCOUNT_PREFIX "629999" /* no issuer has it */
#define PREFIX_LEN (sizeof ACCOUNT_PREFIX - 1)
#define ACCOUNT_SERIALS 100000000000u /* 11 digits */

static char luhn_digit(const char *p, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(p[n - 1 - i] - '0');
        unsigned v = i % 2 == 0 ? 2 * digit : digit;
        sum += v / 10 + v % 10;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

void sim_account_make(uint64_t serial, unsigned generation,
                      char out[SIM_ACCOUNT_LEN + 1])
{
    must(serial < ACCOUNT_SERIALS && generation <= 9);
    int n = snprintf(out, SIM_ACCOUNT_LEN + 1, "%s%u%011llu", ACCOUNT_PREFIX,
                     generation, (unsigned long long)serial);
    must(n == SIM_ACCOUNT_LEN - 1);
    out[SIM_ACCOUNT_LEN - 1] = luhn_digit(out, SIM_ACCOUNT_LEN - 1);
    out[SIM_ACCOUNT_LEN] = '\0';
}

bool sim_account_renew(struct str account, unsigned generation,
                       char out[SIM_ACCOUNT_LEN + 1])
{
    must(generation <= 9);
    if (account.n != SIM_ACCOUNT_LEN || !luhn_valid(account) ||
        memcmp(account.p, ACCOUNT_PREFIX, PREFIX_LEN) != 0) {
        return false;
    }
    memcpy(out, account.p, SIM_ACCOUNT_LEN);
    out[PREFIX_LEN] = (char)('0' + generation);
    out[SIM_ACCOUNT_LEN - 1] = luhn_digit(out, SIM_ACCOUNT_LEN - 1);
    out[SIM_ACCOUNT_LEN] = '\0';
    return true;
}

unsigned sim_account_generation(struct str account)
{
    must(account.n == SIM_ACCOUNT_LEN);
    return (unsigned)(account.p[PREFIX_LEN] - '0');
}

/* ---- registration, unit, claim ---- */

static void make_registration(const struct county *c, uint64_t i, struct sim_person *p)
{
    static const char *const elsewhere[] = {"230521", "230524", "230506", "230103"};
    uint64_t r = random_at(c->seed, i, DRAW_REGISTRATION);
    bool local = r % 100 < 97;
    (void)snprintf(p->registration, sizeof p->registration, "%s",
                   local ? "230523" : elsewhere[(r >> 32) % 4]);
    uint64_t s = random_at(c->seed, i, DRAW_SINCE);
    if (s % 100 < 88) {
        (void)snprintf(p->registration_since, sizeof p->registration_since, "original");
        return;
    }
    int32_t since = date_from_civil(1985, 1, 1) + (int32_t)((s >> 32) % 14000);
    (void)date_print(since, p->registration_since);
}

static const char *const digits_zh[] = {"零", "一", "二", "三", "四",
                                        "五", "六", "七", "八", "九"};

/* 1..99 as in the names of villages: 十二, 三十. */
static void put_number(char *out, size_t cap, unsigned n)
{
    must(n >= 1 && n <= 99);
    const char *tens = n >= 20 ? digits_zh[n / 10] : "";
    const char *ten = n >= 10 ? "十" : "";
    const char *ones = n % 10 > 0 ? digits_zh[n % 10] : "";
    (void)snprintf(out, cap, "%s%s%s", tens, ten, ones);
}

static void make_home(const struct county *c, uint64_t i, struct sim_person *p)
{
    /* Two to a household: they live together. */
    uint64_t household = i / 2;
    uint64_t r = random_at(c->seed, household, DRAW_UNIT);
    char township[16];
    char village[16];
    put_number(township, sizeof township, (unsigned)(1 + r % 10));
    put_number(village, sizeof village, (unsigned)(1 + (r >> 16) % 24));
    (void)snprintf(p->unit, sizeof p->unit, "第%s乡第%s村", township, village);
    (void)snprintf(p->address, sizeof p->address, "宝清县%s%u组%u号", p->unit,
                   (unsigned)(1 + (r >> 32) % 9), (unsigned)(1 + (r >> 40) % 300));
    (void)snprintf(p->household, sizeof p->household, "H%08llu",
                   (unsigned long long)household + 1);
    /* 100...: no mobile number begins so. */
    uint64_t phone = random_at(c->seed, i, DRAW_PHONE) % 100000000u;
    (void)snprintf(p->phone, sizeof p->phone, "100%08llu", (unsigned long long)phone);
}

static void make_claim(const struct county *c, uint64_t i, struct sim_person *p)
{
    p->claim_day = NO_DAY;
    /* One in 33 has not claimed yet; some are sure to be among the first. */
    if (i % 33 == 5) {
        return;
    }
    uint64_t r = random_at(c->seed, i, DRAW_CLAIM);
    int32_t from = date_from_civil(2024, 1, 1);
    int32_t to = c->today - 7;
    must(to > from);
    p->claim_day = from + (int32_t)(r % (uint64_t)(to - from));
}

/* ---- welfare and dependency ---- */

const char *welfare_value(enum welfare w)
{
    switch (w) {
    case WELFARE_URBAN:
        return "dibao-urban";
    case WELFARE_RURAL:
        return "dibao-rural";
    case WELFARE_MARGIN:
        return "dibao-margin";
    case WELFARE_NONE:
        break;
    }
    must(false);
    return "";
}

static void set_welfare(struct sim_person *p, enum welfare a, enum welfare b,
                        enum welfare c)
{
    p->welfare[0] = a;
    p->welfare[1] = b;
    p->welfare[2] = c;
}

/* In 1,000 of a list: 15 leave after each month, 10 come in each month, and a few move
 * on to the marginal list. */
static void make_welfare(const struct county *c, uint64_t i, struct sim_person *p)
{
    uint64_t r = random_at(c->seed, i, DRAW_WELFARE) % 1000;
    uint64_t m = random_at(c->seed, i, DRAW_MOVES) % 1000;
    enum welfare w = r < 30    ? WELFARE_URBAN
                     : r < 95  ? WELFARE_RURAL
                     : r < 125 ? WELFARE_MARGIN
                               : WELFARE_NONE;
    if (i % 400 == 7) { /* so that a small county has one who leaves */
        w = WELFARE_URBAN;
        m = 0;
    }
    enum welfare none = WELFARE_NONE;
    if (m < 15) {
        set_welfare(p, w, none, none);
    } else if (m < 30) {
        set_welfare(p, w, w, none);
    } else if (m < 40) {
        set_welfare(p, none, w, w);
    } else if (m < 50) {
        set_welfare(p, none, none, w);
    } else if (m < 53 && w != none) {
        set_welfare(p, w, w, WELFARE_MARGIN);
    } else {
        set_welfare(p, w, w, w);
    }
}

static void make_dependency(const struct county *c, uint64_t i, struct sim_person *p)
{
    uint64_t r = random_at(c->seed, i, DRAW_DEPENDENCY);
    bool poor = p->welfare[0] != WELFARE_NONE || p->welfare[2] != WELFARE_NONE;
    p->dependency = NULL;
    /* Those on a list are assessed far more often. */
    if (r % 100 >= (poor ? 70u : 20u)) {
        return;
    }
    uint64_t grade = (r >> 32) % 100;
    p->dependency = grade < 35   ? "intact"
                    : grade < 60 ? "mild"
                    : grade < 80 ? "moderate"
                    : grade < 94 ? "severe"
                                 : "total";
    uint64_t a = random_at(c->seed, i, DRAW_ASSESSED);
    int32_t from = date_from_civil(2024, 3, 1);
    p->assessed_day = from + (int32_t)(a % (uint64_t)(c->today - 20 - from));
    p->assessment_number = (uint32_t)(i + 1);
}

void sim_person_make(const struct county *c, uint64_t i, struct sim_person *out)
{
    must(i < c->people && c->people <= PEOPLE_MAX);
    make_id(c, i, out->id);
    uint64_t number = random_at(c->seed, i, DRAW_NAME);
    sim_name_make(number, id_number_female(out->id), c->gbk_names, out->name);
    make_registration(c, i, out);
    make_home(c, i, out);
    make_claim(c, i, out);
    /* The step and 10^11 have no common factor: no account is there twice. */
    uint64_t serial = (i * 61803398877u + c->seed % 1000 * 7919u) % ACCOUNT_SERIALS;
    sim_account_make(serial, 0, out->account);
    make_welfare(c, i, out);
    make_dependency(c, i, out);
}
