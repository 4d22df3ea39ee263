/* paying.c - see paying.h. What a programme is called is taken from the policies that
 * were confirmed when the batch was made. */
#include "batch/paying.h"

#include <string.h>

#include "ledger/line.h"

enum status paying_open(struct paying *p, struct ledger *l,
                        const struct batch_entry *batch, const struct bank_form *form,
                        const struct joint *joint, struct diag *d)
{
    uint32_t rules;
    memset(p, 0, sizeof *p);
    p->l = l;
    p->batch = batch;
    p->form = form;
    p->joint = joint;
    p->id_n = payment_id_line(ledger_info(l), batch, 0, p->id);
    TRY(channel_get(ledger_txn(l), batch->channel, &p->channel, d));
    TRY(entitle_rules_before(l, batch->sequence, &rules, d));
    return entitle_open(&p->rules, l, rules, d);
}

void paying_close(struct paying *p)
{
    entitle_close(p->rules);
    p->rules = NULL;
}

void paying_head(const struct paying *p, struct payment_head *out)
{
    *out = (struct payment_head){
        .created_us = p->batch->signers[BATCH_RELEASER].time_us,
        .pay_day = p->batch->pay_day,
        .payer_name = str_of(p->channel.account_name),
        .payer_account = str_of(p->channel.account),
        .payer_bank = str_of(p->channel.bank_code),
        .currency = str_of(payment_currency(p->form->format)),
        .settings = p->form->settings,
        .setting_count = p->form->kept.count,
    };
}

/* The line's id from the one before: the last eight digits count up. */
static void count_up(char *id, size_t n)
{
    for (size_t i = n; i > 0 && ++id[i - 1] > '9'; i--) {
        id[i - 1] = '0';
    }
}

static void set_id(struct paying *p, uint32_t line)
{
    if (line == p->id_line + 1) {
        count_up(p->id, p->id_n);
    } else { /* those between stand in another file */
        p->id_n = payment_id_line(ledger_info(p->l), p->batch, line, p->id);
    }
    p->id_line = line;
}

/* "2026-09", or the first and last month: out has room for both. Returns the length. */
static size_t months_text(int32_t from, int32_t end, char *out)
{
    size_t n = month_print(from, out);
    if (from != end) {
        out[n] = '.';
        out[n + 1] = '.';
        n += 2 + month_print(end, out + n + 2);
    }
    return n;
}

static int32_t last_month(const struct line_entry *line)
{
    const struct span *last = &line->spans[line->span_count - 1];
    return last->from + last->months - 1;
}

/* What the programme was called for the last month that is paid. */
static struct str purpose_of(struct paying *p, const struct line_entry *line,
                             int32_t month)
{
    if (p->purpose.month != month ||
        strcmp(p->purpose.programme, line->programme) != 0) {
        const struct programme *rules =
            entitle_rules(p->rules, str_of(line->programme), month);
        memcpy(p->purpose.programme, line->programme, sizeof p->purpose.programme);
        p->purpose.month = month;
        p->purpose.text = str_of(rules != NULL ? rules->name : p->purpose.programme);
    }
    return p->purpose.text;
}

void paying_fill(struct paying *p, const struct line_entry *line,
                 const struct route *route, struct payment *out)
{
    const struct joint_group *g = joint_group(p->joint, line->line);
    int32_t from = g != NULL ? g->from : line->spans[0].from;
    int32_t through = g != NULL ? g->through : last_month(line);
    set_id(p, line->line);
    *out = (struct payment){
        .id = str_make(p->id, p->id_n),
        .amount_fen = g != NULL ? g->fen : line->fen,
        .name = route->account_name,
        .account = route->account,
        .bank = route->bank_code,
        .purpose = purpose_of(p, line, through),
        .remark = str_make(p->months, months_text(from, through, p->months)),
        .number = line->line,
    };
}

/* By facts of the day of payment. */
static struct str known(const struct paying *p, const struct person *who,
                        const char *attribute)
{
    return person_value(who, attribute, p->batch->pay_day);
}

/* For rosters: of the holder of the account and of whom the money is for. What goes to
 * an institution names nobody who lives there: batch residents does. */
void paying_person(const struct paying *p, const struct line_entry *line,
                   const struct route *route, const struct person *who,
                   struct payment *out)
{
    bool institution = line->payee != 0;
    out->phone = known(p, who, "phone");
    out->beneficiary = known(p, who, "name");
    out->beneficiary_number = known(p, who, institution ? "credit-code" : "id_number");
    out->address = known(p, who, "address");
    out->unit = known(p, who, "unit");
    out->id_number = route_is_own(route) ? out->beneficiary_number : route->payee_id;
}
