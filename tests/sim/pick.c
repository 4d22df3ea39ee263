/* pick.c - sim pick: one person for each thing that comes late in the demo. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/ident.h"
#include "formats/csv.h"
#include "tests/sim/commands.h"
#include "tests/sim/outfile.h"
#include "tests/sim/returned.h"
#include "tests/sim/roster.h"

#define ANSWERS_MAX 8
#define OLD_AGE 80
#define PATH_CAP 4096

enum want { WANT_DEATH, WANT_LATE_CLAIM, WANT_DIBAO };

struct pick {
    const char *dir;
    enum want want;
    int32_t today;
    size_t answers;
    struct accounts paid[ANSWERS_MAX]; /* by each of them */
    char id[ID_NUMBER_LEN + 1];        /* found; "" before */
    char candidate[ID_NUMBER_LEN + 1]; /* looked for in another file */
    bool seen;
};

/* ---- is somebody in a list? ---- */

static enum status see_candidate(void *ctx, const struct roster_row *r, bool *stop,
                                 struct diag *d)
{
    (void)d;
    struct pick *p = ctx;
    if (str_is(r->id, p->candidate)) {
        p->seen = true;
        *stop = true;
    }
    return ST_OK;
}

static enum status list_path(const struct pick *p, const char *list, int32_t month,
                             char out[PATH_CAP], struct diag *d)
{
    char text[DATE_TEXT_CAP];
    (void)month_print(month, text);
    int n = snprintf(out, PATH_CAP, "%s/%s-%s.csv", p->dir, list, text);
    return n > 0 && n < PATH_CAP ? ST_OK
                                 : diag_fail(d, ST_USAGE, "path", "--dir is too long");
}

static enum status on_list(struct pick *p, struct str id, const char *list, int months,
                           struct diag *d)
{
    char path[PATH_CAP];
    p->seen = false;
    (void)str_copy(id, p->candidate, sizeof p->candidate);
    TRY(list_path(p, list, month_of_day(p->today) + months, path, d));
    return roster_read(path, see_candidate, p, d);
}

static enum status on_any_list(struct pick *p, struct str id, struct diag *d)
{
    static const char *const lists[] = {"dibao-urban", "dibao-rural", "dibao-margin"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (int months = 0; months < 3; months++) {
            TRY(on_list(p, id, lists[i], months, d));
            if (p->seen) {
                return ST_OK;
            }
        }
    }
    return ST_OK;
}

/* ---- who fits ---- */

static bool paid_in_all(const struct pick *p, struct str account)
{
    for (size_t i = 0; i < p->answers; i++) {
        if (accounts_find(&p->paid[i], account) == NULL) {
            return false;
        }
    }
    return true;
}

static bool of_age(const struct pick *p, struct str id)
{
    char normal[ID_NUMBER_LEN + 1];
    if (id_number_normal(id, normal) != ID_OK) {
        return false;
    }
    /* Two years more than needed: entitled in each month that the demo looks at. */
    struct civil birth = date_to_civil(id_number_birth(normal));
    struct civil today = date_to_civil(p->today);
    return today.year - birth.year >= OLD_AGE + 3 && today.year - birth.year < 88;
}

static bool fits(const struct pick *p, const struct roster_row *r)
{
    bool claimed = r->claim_date.n > 0;
    if (claimed != (p->want != WANT_LATE_CLAIM) || !str_is(r->registration, "230523")) {
        return false;
    }
    if (p->want == WANT_LATE_CLAIM) {
        return of_age(p, r->id);
    }
    return paid_in_all(p, r->account) && (p->want == WANT_DIBAO || of_age(p, r->id));
}

static enum status consider(void *ctx, const struct roster_row *r, bool *stop,
                            struct diag *d)
{
    struct pick *p = ctx;
    if (!fits(p, r)) {
        return ST_OK;
    }
    bool good;
    if (p->want == WANT_DIBAO) {
        TRY(on_list(p, r->id, "dibao-urban", 0, d));
        good = p->seen;
        TRY(on_list(p, r->id, "dibao-urban", 1, d));
        good = good && !p->seen;
    } else {
        TRY(on_any_list(p, r->id, d));
        good = !p->seen;
    }
    if (good) {
        (void)str_copy(r->id, p->id, sizeof p->id);
        *stop = true;
    }
    return ST_OK;
}

/* ---- what is said of them ---- */

static enum status write_fact(const struct pick *p, const char *out, struct diag *d)
{
    int32_t month = month_of_day(p->today);
    int32_t day = month_first_day(month) + 11;
    char value[DATE_TEXT_CAP] = "none";
    const char *attribute = "welfare";
    const char *document = "低保停保〔2026〕1号";
    if (p->want == WANT_DEATH) {
        (void)date_print(day, value);
        attribute = "death";
        document = "死亡证明";
    } else if (p->want == WANT_LATE_CLAIM) {
        day = month_first_day(month) - 1;
        (void)snprintf(value, sizeof value, "%s", "补交");
        attribute = "claim";
        document = "补办申请";
    } else {
        day = month_first_day(month) + 19;
    }
    char effective[DATE_TEXT_CAP];
    (void)date_print(day, effective);
    struct outfile *f = NULL;
    TRY(outfile_open(&f, out, CHARSET_UTF8, d));
    struct buf *b = outfile_buf(f);
    buf_add_text(b, "id_number,attribute,value,effective,document,source\n");
    csv_write_field(b, str_of(p->id), false);
    csv_write_field(b, str_of(attribute), false);
    csv_write_field(b, str_of(value), false);
    csv_write_field(b, str_of(effective), false);
    csv_write_field(b, str_of(document), false);
    csv_write_field(b, str_of("村委会"), true);
    return outfile_close(f, d);
}

static enum status run_pick(struct pick *p, const struct args *a, const char *out,
                            struct diag *d)
{
    enum status st = ST_OK;
    const char *answer;
    while ((answer = args_get_nth(a, "--answer", (int)p->answers)) != NULL) {
        if (p->answers == ANSWERS_MAX) {
            st = diag_fail(d, ST_USAGE, "option", "too many --answer");
            goto out;
        }
        TRY_OUT(accounts_read(answer, true, &p->paid[p->answers++], d));
    }
    char people[PATH_CAP];
    (void)snprintf(people, sizeof people, "%s/people.csv", p->dir);
    TRY_OUT(roster_read(people, consider, p, d));
    if (p->id[0] == '\0') {
        st = diag_fail(d, ST_CONFLICT, "nobody", "nobody fits: make a larger county");
        goto out;
    }
    TRY_OUT(write_fact(p, out, d));
    (void)printf("%s\n", p->id);
out:
    for (size_t i = 0; i < p->answers; i++) {
        accounts_release(&p->paid[i]);
    }
    return st;
}

enum status command_pick(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--dir",  "--what",   "--out",
                                          "--date", "--answer", NULL};
    static const char *const flags[] = {NULL};
    static const char *const wants[] = {"death", "late-claim", "dibao"};
    TRY(args_check(a, options, flags, d));
    struct pick p = {0};
    const char *what = NULL;
    const char *out = NULL;
    TRY(args_need(a, "--dir", &p.dir, d));
    TRY(args_need(a, "--what", &what, d));
    TRY(args_need(a, "--out", &out, d));
    TRY(args_day(a, "--date", "2026-09-01", &p.today, d));
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        if (strcmp(what, wants[i]) == 0) {
            p.want = (enum want)i;
            return run_pick(&p, a, out, d);
        }
    }
    return diag_fail(d, ST_USAGE, "option", "--what \"%s\"", what);
}
