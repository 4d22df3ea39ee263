/* routes.c - sim routes: what the clerks find out about the lines that came back. */
#include <stdio.h>

#include "formats/csv.h"
#include "tests/sim/commands.h"
#include "tests/sim/outfile.h"
#include "tests/sim/returned.h"
#include "tests/sim/roster.h"

struct routes {
    struct accounts returned;
    const char *effective;
    struct outfile *out;
    uint64_t written;
};

static enum status route_of(void *ctx, const struct roster_row *r, bool *stop,
                            struct diag *d)
{
    (void)stop;
    struct routes *all = ctx;
    const char *old = accounts_find(&all->returned, r->account);
    if (old == NULL) {
        return ST_OK;
    }
    char account[SIM_ACCOUNT_LEN + 1];
    unsigned generation = sim_account_generation(str_of(old)) + 1;
    if (generation > 9 || !sim_account_renew(r->account, generation, account)) {
        return diag_fail(d, ST_INPUT, "account", "no new account for \"%s\"", old);
    }
    struct buf *b = outfile_buf(all->out);
    csv_write_field(b, r->id, false);
    csv_write_field(b, str_of(account), false);
    csv_write_field(b, r->name, false);
    csv_write_field(b, r->bank_code, false);
    csv_write_field(b, str_of("本人"), false);
    csv_write_field(b, str_of(all->effective), true);
    all->written++;
    return outfile_offer(all->out, d);
}

static enum status write_routes(struct routes *all, const char *people,
                                const char *answer, const char *out, struct diag *d)
{
    enum status st;
    TRY_OUT(accounts_read(answer, false, &all->returned, d));
    TRY_OUT(outfile_open(&all->out, out, CHARSET_UTF8, d));
    buf_add_text(outfile_buf(all->out),
                 "id_number,account,account_name,bank_code,relation,effective\n");
    TRY_OUT(roster_read(people, route_of, all, d));
    struct outfile *file = all->out;
    all->out = NULL;
    st = outfile_close(file, d);
out:
    outfile_abandon(all->out);
    accounts_release(&all->returned);
    return st;
}

enum status command_routes(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--people", "--answer", "--effective",
                                          "--out", NULL};
    static const char *const flags[] = {NULL};
    TRY(args_check(a, options, flags, d));
    const char *people = NULL;
    const char *answer = NULL;
    const char *out = NULL;
    int32_t day = 0;
    TRY(args_need(a, "--people", &people, d));
    TRY(args_need(a, "--answer", &answer, d));
    TRY(args_need(a, "--out", &out, d));
    TRY(args_day(a, "--effective", NULL, &day, d));
    struct routes all = {.effective = args_get(a, "--effective", NULL)};
    TRY(write_routes(&all, people, answer, out, d));
    (void)printf("%llu routes\n", (unsigned long long)all.written);
    return ST_OK;
}
