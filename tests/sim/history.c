/* history.c - sim history: what the people of sim county were paid for old age before
 * the ledger, month by month, with the errors that such lists have, and who of them is
 * learned to be dead later.
 *
 * The rates are those of 宝清 by twelfths from 2024-09 on, and invented lower ones
 * before. Errors lie in the last year only; what they are is written nowhere, so that a
 * test finds them from its own reading of the rules. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/money.h"
#include "base/must.h"
#include "formats/csv.h"
#include "tests/sim/commands.h"
#include "tests/sim/outfile.h"
#include "tests/sim/person.h"
#include "tests/sim/random.h"

#define PATH_CAP 4096
#define DEATH_MONTHS 7

struct history {
    struct county county;
    int32_t from, to;     /* months, both in */
    int32_t last_january; /* of the year in which errors lie */
    int32_t learned;      /* day on which the deaths are known */
    uint64_t deaths;
};

enum draw { DRAW_ERROR = 100, DRAW_MONTH, DRAW_DEATH };

/* What is wrong with somebody's payments. */
enum error {
    ERROR_NONE,
    ERROR_EARLY,    /* taken for half a year older */
    ERROR_LOW,      /* the low rate in the last year, whatever the age */
    ERROR_TWICE,    /* one month of the last year by two documents */
    ERROR_MISSED,   /* one month of the last year not paid */
    ERROR_NEVER,    /* on no list at all */
    ERROR_LAST_YEAR /* on the lists of the last year only */
};

static enum error error_of(const struct history *h, uint64_t i,
                           const struct sim_person *p)
{
    static const struct {
        enum error error;
        uint64_t share; /* of 1,000 */
    } shares[] = {{ERROR_EARLY, 30},  {ERROR_LOW, 30},   {ERROR_TWICE, 30},
                  {ERROR_MISSED, 30}, {ERROR_NEVER, 30}, {ERROR_LAST_YEAR, 30}};
    uint64_t r = random_at(h->county.seed, i, DRAW_ERROR) % 1000;
    if (p->claim_day == NO_DAY) { /* nobody asked; half were paid all the same */
        return r < 100 ? ERROR_LAST_YEAR : r < 500 ? ERROR_NONE : ERROR_NEVER;
    }
    uint64_t sum = 0;
    for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++) {
        sum += shares[k].share;
        if (r < sum) {
            return shares[k].error;
        }
    }
    return ERROR_NONE;
}

/* Completed years at the end of a month; both of ID_NUMBER_LEN digits and checked. */
static int32_t age_at_end(const struct sim_person *p, int32_t month)
{
    return (month - month_of_day(id_number_birth(p->id))) / 12;
}

static int64_t rate_fen(int32_t age, int32_t month)
{
    bool old_rates = month < month_make(2024, 9);
    if (age >= 90) {
        return old_rates ? 8000 : 10000;
    }
    return age < 80 ? 0 : old_rates ? 2000 : 2500;
}

/* What one list paid for a month, 0: nothing; *again what a second one did. */
static int64_t paid_fen(const struct history *h, uint64_t i, const struct sim_person *p,
                        int32_t month, int64_t *again)
{
    enum error error = error_of(h, i, p);
    bool last_year = month >= h->last_january;
    uint64_t wide = (uint64_t)(h->to - h->last_january + 1);
    int32_t odd =
        h->last_january + (int32_t)(random_at(h->county.seed, i, DRAW_MONTH) % wide);
    int32_t age = age_at_end(p, month - 1 + (error == ERROR_EARLY ? 6 : 0));
    int64_t fen = rate_fen(age, month);
    *again = error == ERROR_TWICE && month == odd ? fen : 0;
    if (!str_is(str_of(p->registration), "230523") || error == ERROR_NEVER ||
        (error == ERROR_LAST_YEAR && !last_year) ||
        (error == ERROR_MISSED && month == odd)) {
        *again = 0;
        return 0;
    }
    return error == ERROR_LOW && last_year && fen > 0 ? 2500 : fen;
}

/* ---- the files ---- */

static void add(struct buf *b, const char *text, bool last)
{
    csv_write_field(b, str_of(text), last);
}

static void add_payment(struct buf *b, const struct sim_person *p, int32_t month,
                        int64_t fen, bool again)
{
    char amount[MONEY_TEXT_CAP];
    char period[DATE_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    char document[64];
    if (fen == 0) {
        return;
    }
    money_print(fen, amount);
    (void)month_print(month, period);
    (void)date_print(month_first_day(month) + (again ? 24 : 14), day);
    (void)snprintf(document, sizeof document, "宝民%s〔%d〕%d号", again ? "补" : "发",
                   (int)month_year(month), (int)month_number(month));
    add(b, p->id, false);
    add(b, "old-age", false);
    add(b, period, false);
    add(b, amount, false);
    add(b, day, false);
    add(b, document, true);
}

static enum status write_payments(const struct history *h, struct outfile *f,
                                  struct diag *d)
{
    struct buf *b = outfile_buf(f);
    buf_add_text(b, "id_number,programme,period,amount,paid_on,document\n");
    for (int32_t month = h->from; month <= h->to; month++) {
        for (uint64_t i = 0; i < h->county.people; i++) {
            struct sim_person p;
            int64_t again;
            sim_person_make(&h->county, i, &p);
            int64_t fen = paid_fen(h, i, &p, month, &again);
            add_payment(b, &p, month, fen, false);
            add_payment(b, &p, month, again, true);
            TRY(outfile_offer(f, d));
        }
    }
    return ST_OK;
}

/* The n-th: over the last months in turn, a quarter on their first day and a quarter on
 * their last, as far as they are over. */
static int32_t death_day(const struct history *h, uint64_t n)
{
    int32_t month = month_of_day(h->learned) - (int32_t)(n % DEATH_MONTHS);
    int32_t first = month_first_day(month);
    int32_t last = month_last_day(month);
    last = last > h->learned ? h->learned : last;
    switch (n / DEATH_MONTHS % 4) {
    case 0:
        return first;
    case 1:
        return last;
    default:
        return first + (int32_t)(random_at(h->county.seed, n, DRAW_DEATH) %
                                 (uint64_t)(last - first + 1));
    }
}

static enum status write_deaths(const struct history *h, struct outfile *f,
                                struct diag *d)
{
    struct buf *b = outfile_buf(f);
    uint64_t n = 0;
    buf_add_text(b, "id_number,attribute,value,effective,document,source\n");
    for (uint64_t k = 0; k < h->county.people && n < h->deaths; k++) {
        struct sim_person p;
        char day[DATE_TEXT_CAP];
        int64_t again;
        uint64_t i = random_shuffle(h->county.seed ^ DRAW_DEATH, k, h->county.people);
        sim_person_make(&h->county, i, &p);
        if (paid_fen(h, i, &p, h->to, &again) == 0) {
            continue;
        }
        (void)date_print(death_day(h, n++), day);
        add(b, p.id, false);
        add(b, "death", false);
        add(b, day, false);
        add(b, day, false);
        add(b, "死亡人员比对名单", false);
        add(b, "县公安局", true);
        TRY(outfile_offer(f, d));
    }
    return n == h->deaths ? ST_OK
                          : diag_fail(d, ST_USAGE, "option",
                                      "only %llu people were paid in the last month",
                                      (unsigned long long)n);
}

static enum status write_file(const struct history *h, const char *dir,
                              const char *name,
                              enum status (*write)(const struct history *h,
                                                   struct outfile *f, struct diag *d),
                              struct diag *d)
{
    char path[PATH_CAP];
    struct outfile *f = NULL;
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return diag_fail(d, ST_USAGE, "path", "the path of --out is too long");
    }
    TRY(outfile_open(&f, path, CHARSET_UTF8, d));
    enum status st = write(h, f, d);
    if (st != ST_OK) {
        outfile_abandon(f);
        return st;
    }
    return outfile_close(f, d);
}

/* ---- the command ---- */

static enum status read_month(const struct args *a, const char *name,
                              const char *otherwise, int32_t *out, struct diag *d)
{
    if (!month_parse(str_of(args_get(a, name, otherwise)), out)) {
        return diag_fail(d, ST_USAGE, "option", "%s needs a month like 2026-09", name);
    }
    return ST_OK;
}

enum status command_history(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--people", "--seed",    "--out",
                                          "--date",   "--from",    "--to",
                                          "--deaths", "--learned", NULL};
    static const char *const flags[] = {NULL};
    struct history h = {.county = {.gbk_names = true}};
    const char *dir = NULL;
    TRY(args_check(a, options, flags, d));
    TRY(args_number(a, "--people", PEOPLE_MAX, 0, &h.county.people, d));
    TRY(args_number(a, "--seed", UINT64_MAX, 1, &h.county.seed, d));
    TRY(args_day(a, "--date", "2026-09-01", &h.county.today, d));
    TRY(read_month(a, "--from", "2021-10", &h.from, d));
    TRY(read_month(a, "--to", "2026-09", &h.to, d));
    TRY(args_number(a, "--deaths", PEOPLE_MAX, 200, &h.deaths, d));
    TRY(args_day(a, "--learned", "2026-11-05", &h.learned, d));
    TRY(args_need(a, "--out", &dir, d));
    h.last_january = month_make(month_year(h.to), 1);
    if (h.county.people == 0 || h.from > h.to || h.learned > h.county.today + 3660) {
        return diag_fail(d, ST_USAGE, "option",
                         "--people is missing, or the months are in disorder");
    }
    if (h.county.today < date_from_civil(2024, 6, 1)) {
        return diag_fail(d, ST_USAGE, "option", "--date lies before 2024-06");
    }
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        return diag_errno(d, "cannot make the folder", dir);
    }
    TRY(write_file(&h, dir, "history.csv", write_payments, d));
    return write_file(&h, dir, "deaths.csv", write_deaths, d);
}
