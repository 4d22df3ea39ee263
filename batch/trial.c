/* trial.c - see trial.h. Payments come from paying.c, as they do for the files. A
 * writer is opened for each variant of the format, with a head that every file can
 * have: the heads of the files themselves are trial_files' concern (in file.c). */
#include "batch/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/wipe.h"
#include "batch/batch_private.h"
#include "ledger/line.h"

#define TRIAL_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct trial {
    struct ledger *l;
    const struct batch_entry *batch;
    const struct trial_batch *all;
    struct bank_form form;
    struct paying paying;
    struct bank_payee payee;
    struct person *person; /* the payee's, where the format wants to know */
    struct buf out;
    struct payment_writer *writers[UINT8_MAX + 1]; /* of variants; NULL: not yet */
    uint64_t taken[UINT8_MAX + 1];
};

enum status trial_batch_load(struct trial_batch *out, struct ledger *l,
                             const struct batch_entry *batch, struct diag *d)
{
    struct bank_form form;
    enum status st = batch_form(l, batch, NULL, &form, d);
    st = st == ST_OK ? batch_form_written(&form, d) : st;
    bool several = st == ST_OK && bank_files_by_bank(form.format);
    bank_form_release(&form);
    memset(out, 0, sizeof *out);
    TRY(st);
    TRY(joint_load(&out->joint, l, batch, d));
    if (several) {
        out->variants = calloc(batch->lines + 1, 1);
        return out->variants != NULL ? ST_OK : diag_memory(d);
    }
    return ST_OK;
}

void trial_batch_release(struct trial_batch *b)
{
    joint_release(&b->joint);
    free(b->variants);
    b->variants = NULL;
}

static enum status open_parts(struct trial *t, struct diag *d)
{
    TRY(batch_form(t->l, t->batch, NULL, &t->form, d));
    TRY(paying_open(&t->paying, t->l, t->batch, &t->form, &t->all->joint, d));
    if (t->form.format->wants_person) {
        t->person = calloc(1, sizeof *t->person);
        if (t->person == NULL) {
            return diag_memory(d);
        }
    }
    return ST_OK;
}

enum status trial_new(struct trial **out, struct ledger *l,
                      const struct batch_entry *batch, const struct trial_batch *all,
                      struct diag *d)
{
    struct trial *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return diag_memory(d);
    }
    t->l = l;
    t->batch = batch;
    t->all = all;
    bank_form_init(&t->form);
    bank_payee_init(&t->payee, l);
    buf_init(&t->out, TRIAL_BYTES_MAX);
    enum status st = open_parts(t, d);
    if (st != ST_OK) {
        trial_free(t);
        return st;
    }
    *out = t;
    return ST_OK;
}

static void end_writer(struct trial *t, size_t variant)
{
    if (t->writers[variant] != NULL) {
        t->form.format->abandon(t->writers[variant]);
        t->writers[variant] = NULL;
    }
}

void trial_free(struct trial *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t v = 0; v <= UINT8_MAX; v++) {
        end_writer(t, v);
    }
    if (t->person != NULL) {
        wipe(t->person, sizeof *t->person);
        free(t->person);
    }
    buf_release(&t->out);
    bank_payee_release(&t->payee);
    paying_close(&t->paying);
    bank_form_release(&t->form);
    free(t);
}

/* The writer of a variant, a new one where a file would be full. */
static enum status writer_of(struct trial *t, uint32_t variant, struct diag *d)
{
    const struct payment_format *f = t->form.format;
    struct payment_head head;
    char id[PAYMENT_ID_CAP];
    if (f->rows_max > 0 && t->taken[variant] == f->rows_max) {
        end_writer(t, variant);
    }
    if (t->writers[variant] != NULL) {
        return ST_OK;
    }
    payment_id_file(ledger_info(t->l), t->batch, 0, id);
    paying_head(&t->paying, &head);
    head.message_id = str_of(id);
    head.count = 1;
    head.total_fen = 1;
    head.file_number = 1;
    head.variant = variant;
    head.trial = true;
    t->taken[variant] = 0;
    buf_clear(&t->out);
    return f->open(f, &t->writers[variant], &head, &t->out, d);
}

static enum status fill(struct trial *t, const struct line_entry *line,
                        const struct route *route, const struct person *who,
                        struct payment *p, struct diag *d)
{
    struct route found;
    if (route == NULL) {
        TRY(bank_payee_route(&t->payee, line, &found, d));
        route = &found;
    }
    paying_fill(&t->paying, line, route, p);
    if (t->person == NULL) {
        return ST_OK;
    }
    if (line->payee != 0) {
        TRY(person_read_some(buf_str(&t->payee.row.plain), UINT64_MAX, PAYING_WANTED,
                             t->person, d));
        who = t->person;
    }
    paying_person(&t->paying, line, route, who, p);
    return ST_OK;
}

enum status trial_line(struct trial *t, const struct line_entry *line,
                       const struct route *route, const struct person *who,
                       bool *refused, struct diag *why, struct diag *d)
{
    const struct payment_format *f = t->form.format;
    struct payment p;
    uint32_t variant = 0;
    must(f->variants <= UINT8_MAX);
    *refused = false;
    if (joint_first(&t->all->joint, line->line) != line->line) {
        return ST_OK;
    }
    TRY(fill(t, line, route, who, &p, d));
    enum status st = bank_files_by_bank(f)
                         ? f->variant_of(f, str_of(t->paying.channel.bank_code), p.bank,
                                         &variant, why)
                         : ST_OK;
    if (st == ST_OK) {
        TRY(writer_of(t, variant, d));
        buf_clear(&t->out);
        st = f->add(t->writers[variant], &p, &t->out, why);
    }
    *refused = st == ST_INPUT;
    if (st == ST_OK) {
        t->taken[variant]++;
        if (t->all->variants != NULL) {
            t->all->variants[line->line - 1] = (uint8_t)variant;
        }
    } else if (!*refused) {
        *d = *why;
        return st;
    }
    return ST_OK;
}
