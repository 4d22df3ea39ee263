/* explain_paid.c - the payments that took in an explained month: batch, line, what
 * became of it and on whose behalf it went where, as lines for people and as JSON. */
#include "base/money.h"
#include "cli/batch_people.h"
#include "cli/explain_view.h"
#include "cli/words.h"

struct paying {
    const struct explain_asked *a;
    struct json *list; /* NULL: lines for people */
};

static void put(struct json *item, const struct paid_month *x, const struct paid_to *to,
                const char *name, const char *account)
{
    json_put_uint(item, "batch", x->batch->number);
    json_put_uint(item, "line", x->line->line);
    json_put_text(item, "state", line_state_name(x->line->state));
    json_put_int(item, "amount_fen", x->fen);
    json_put_uint(item, "person", to->number);
    json_put_text(item, "relation", to->relation);
    json_put_text(item, "payee", name);
    json_put_text(item, "account", account);
}

static enum status each_payment(void *ctx, const struct paid_month *x, struct diag *d)
{
    const struct paying *p = ctx;
    const struct output *o = &p->a->e->out;
    struct paid_to to;
    char name[PEOPLE_TEXT_CAP];
    char account[PEOPLE_TEXT_CAP];
    char fen[MONEY_TEXT_CAP];
    TRY(paid_to_line(p->a->l, x->line, &to, d));
    batch_people_payee(&to, name);
    people_account(str_of(to.account), false, account);
    if (p->list != NULL) {
        put(json_add_object(p->list), x, &to, name, account);
        return ST_OK;
    }
    money_print_grouped(x->fen, fen);
    output_data(o,
                TEXT(o, "  payment   batch %u, line %u: %s to %s of %s, %s: %s\n",
                     "  支付    批次 %u 明细 %u：%s，%s，户名 %s，%s：%s\n"),
                x->batch->number, x->line->line, fen, account, name, to.relation,
                words_line_state(o, x->line->state));
    return ST_OK;
}

enum status explain_payments(const struct explain_asked *a, const struct explanation *x,
                             struct json *top, struct diag *d)
{
    struct paying p = {.a = a};
    if (top != NULL) {
        p.list = json_put_list(top, "payments");
    }
    return paid_to_month(a->l, a->p.person->number, str_of(x->programme), x->month,
                         each_payment, &p, d);
}
