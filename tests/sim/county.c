/* county.c - sim county: roster, assessments and welfare lists, all in one pass. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/must.h"
#include "formats/csv.h"
#include "tests/sim/commands.h"
#include "tests/sim/outfile.h"
#include "tests/sim/person.h"

#define PATH_CAP 4096
#define LISTS 3 /* urban, rural, margin */
#define FILES (2 + LISTS * SIM_MONTHS)
#define FIRST_LIST 2

struct county_files {
    char paths[FILES][PATH_CAP];
    struct outfile *files[FILES];
};

static const char header_en[] = "id_number,name,registration,registration_since,unit,"
                                "claim_date,account,account_name,bank_code,address,"
                                "phone,household\n";
static const char header_zh[] =
    "身份证号,姓名,户籍区划,户籍迁入日期,村居,申请日期,银行账号,户名,联行号,住址,电话,家庭编号\n";
static const char facts_header[] =
    "id_number,attribute,value,effective,scale,document,source\n";

static size_t list_file(size_t list, size_t month)
{
    return FIRST_LIST + list * SIM_MONTHS + month;
}

static enum status name_files(const struct county *c, const char *dir,
                              struct county_files *f, struct diag *d)
{
    int n = snprintf(f->paths[0], PATH_CAP, "%s/people.csv", dir);
    if (n < 0 || n > PATH_CAP - 64) {
        return diag_fail(d, ST_USAGE, "path", "the path of --out is too long");
    }
    (void)snprintf(f->paths[1], PATH_CAP, "%s/assessments.csv", dir);
    for (size_t list = 0; list < LISTS; list++) {
        for (size_t m = 0; m < SIM_MONTHS; m++) {
            char month[DATE_TEXT_CAP];
            (void)month_print(month_of_day(c->today) + (int32_t)m, month);
            (void)snprintf(f->paths[list_file(list, m)], PATH_CAP, "%s/%s-%s.csv", dir,
                           welfare_value((enum welfare)list), month);
        }
    }
    return ST_OK;
}

static enum status open_files(struct county_files *f, bool gb18030, struct diag *d)
{
    enum charset charset = gb18030 ? CHARSET_GB18030 : CHARSET_UTF8;
    for (size_t i = 0; i < FILES; i++) {
        TRY(outfile_open(&f->files[i], f->paths[i], charset, d));
        const char *header = i == 1            ? facts_header
                             : i >= FIRST_LIST ? "id_number,name\n"
                             : gb18030         ? header_zh
                                               : header_en;
        if (i >= FIRST_LIST && gb18030) {
            header = "身份证号,姓名\n";
        }
        buf_add_text(outfile_buf(f->files[i]), header);
    }
    return ST_OK;
}

static void add(struct buf *b, const char *text, bool last)
{
    csv_write_field(b, str_of(text), last);
}

static void add_person(struct buf *b, const struct county *c,
                       const struct sim_person *p)
{
    char claim[DATE_TEXT_CAP] = "";
    if (p->claim_day != NO_DAY) {
        (void)date_print(p->claim_day, claim);
    }
    add(b, p->id, false);
    add(b, p->name, false);
    add(b, p->registration, false);
    add(b, p->registration_since, false);
    add(b, p->unit, false);
    add(b, claim, false);
    add(b, p->account, false);
    add(b, p->name, false);
    add(b, c->bank_code, false);
    add(b, p->address, false);
    add(b, p->phone, false);
    add(b, p->household, true);
}

static void add_assessment(struct buf *b, const struct sim_person *p)
{
    char day[DATE_TEXT_CAP];
    (void)date_print(p->assessed_day, day);
    char document[64];
    (void)snprintf(document, sizeof document, "老评〔%.4s〕%u号", day,
                   (unsigned)p->assessment_number);
    add(b, p->id, false);
    add(b, "dependency", false);
    add(b, p->dependency, false);
    add(b, day, false);
    add(b, "GB/T 42195-2022", false);
    add(b, document, false);
    add(b, "县老年人能力评估机构", true);
}

static enum status write_person(struct county_files *f, const struct county *c,
                                const struct sim_person *p, struct diag *d)
{
    add_person(outfile_buf(f->files[0]), c, p);
    TRY(outfile_offer(f->files[0], d));
    if (p->dependency != NULL) {
        add_assessment(outfile_buf(f->files[1]), p);
        TRY(outfile_offer(f->files[1], d));
    }
    for (size_t m = 0; m < SIM_MONTHS; m++) {
        if (p->welfare[m] != WELFARE_NONE) {
            struct outfile *list = f->files[list_file((size_t)p->welfare[m], m)];
            add(outfile_buf(list), p->id, false);
            add(outfile_buf(list), p->name, true);
            TRY(outfile_offer(list, d));
        }
    }
    return ST_OK;
}

static enum status write_county(const struct county *c, const char *dir, bool gb18030,
                                struct diag *d)
{
    static struct county_files f; /* of the one command of this process */
    TRY(name_files(c, dir, &f, d));
    enum status st = open_files(&f, gb18030, d);
    for (uint64_t i = 0; st == ST_OK && i < c->people; i++) {
        struct sim_person p;
        sim_person_make(c, i, &p);
        st = write_person(&f, c, &p, d);
    }
    for (size_t i = 0; i < FILES; i++) {
        if (st == ST_OK) {
            st = outfile_close(f.files[i], d);
        } else {
            outfile_abandon(f.files[i]);
        }
        f.files[i] = NULL;
    }
    return st;
}

static enum status check_county(const struct county *c, struct diag *d)
{
    if (c->people == 0) {
        return diag_fail(d, ST_USAGE, "option", "--people is missing");
    }
    if (c->today < date_from_civil(2024, 6, 1) ||
        c->today > date_from_civil(2099, 1, 1)) {
        return diag_fail(d, ST_USAGE, "option",
                         "--date lies before 2024-06 or too late");
    }
    if (!cnaps_valid(str_of(c->bank_code))) {
        return diag_fail(d, ST_USAGE, "option", "--bank is not a CNAPS code");
    }
    return ST_OK;
}

enum status command_county(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--people", "--seed", "--out",
                                          "--date",   "--bank", NULL};
    static const char *const flags[] = {"--gb18030", "--gbk-names", NULL};
    TRY(args_check(a, options, flags, d));
    /* 403100000004: a published code of the class of the agent bank. */
    struct county c = {.gbk_names = args_has(a, "--gbk-names"),
                       .bank_code = args_get(a, "--bank", "403100000004")};
    TRY(args_number(a, "--people", PEOPLE_MAX, 0, &c.people, d));
    TRY(args_number(a, "--seed", UINT64_MAX, 1, &c.seed, d));
    TRY(args_day(a, "--date", "2026-09-01", &c.today, d));
    const char *dir = NULL;
    TRY(args_need(a, "--out", &dir, d));
    TRY(check_county(&c, d));
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        return diag_errno(d, "cannot make the folder", dir);
    }
    return write_county(&c, dir, args_has(a, "--gb18030"), d);
}
