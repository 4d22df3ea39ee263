/* bank_files.c - see bank_files.h. A pass over the lines counts what goes where. */
#include "entitle/bank_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"

void bank_payee_init(struct bank_payee *p, struct ledger *l)
{
    p->l = l;
    vault_row_init(&p->row);
}

void bank_payee_release(struct bank_payee *p)
{
    vault_row_release(&p->row);
}

enum status bank_payee_route(struct bank_payee *p, const struct line_entry *line,
                             struct route *out, struct diag *d)
{
    uint64_t payee = line->payee != 0 ? line->payee : line->person;
    if (p->row.person != payee) {
        TRY(vault_row_read(p->l, payee, &p->row, d));
    }
    if (!person_route_find(buf_str(&p->row.plain), line->route, out)) {
        return diag_fail(d, ST_INTEGRITY, "route",
                         "the account of line %u of batch %u is not there", line->line,
                         line->batch);
    }
    return ST_OK;
}

#define NO_FILE UINT32_MAX /* the line left the batch before it was sent */

struct planning {
    struct ledger *l;
    const struct batch_entry *batch;
    const struct payment_format *format;
    const uint8_t *known; /* variants by line - 1; NULL: not known */
    struct bank_files *out;
    struct bank_payee payee;
    struct str payer_bank;
    size_t room;                  /* of files */
    size_t newest[UINT8_MAX + 1]; /* of a variant: its file + 1 */
};

/* Only then is it asked to whom a line is paid: with one variant, its writer refuses
 * what it does not take, and a file of who was erased can still be counted. */
bool bank_files_by_bank(const struct payment_format *f)
{
    return f->variants > 1 && f->variant_of != NULL;
}

/* The file the next line of a variant goes to. */
static enum status file_for(struct planning *p, uint32_t variant, size_t *file,
                            struct diag *d)
{
    struct bank_files *o = p->out;
    size_t newest = p->newest[variant];
    uint32_t max = p->format->rows_max;
    if (newest != 0 && (max == 0 || o->files[newest - 1].payments < max)) {
        *file = newest - 1;
        return ST_OK;
    }
    if (o->count == EXPORT_FILES_MAX) {
        return diag_fail(d, ST_INPUT, "too-many-files",
                         "the batch would make more than %d files", EXPORT_FILES_MAX);
    }
    if (o->count == p->room) {
        p->room = p->room == 0 ? 16 : 2 * p->room;
        struct bank_file *more = realloc(o->files, p->room * sizeof *more);
        if (more == NULL) {
            return diag_memory(d);
        }
        o->files = more;
    }
    o->files[o->count] = (struct bank_file){
        .variant = variant,
        .part = newest == 0 ? 0 : o->files[newest - 1].part + 1,
    };
    *file = o->count++;
    p->newest[variant] = o->count;
    return ST_OK;
}

static enum status variant_for(struct planning *p, const struct line_entry *line,
                               uint32_t *variant, struct diag *d)
{
    struct route route;
    *variant = 0;
    if (!bank_files_by_bank(p->format)) {
        return ST_OK;
    }
    if (p->known != NULL) {
        *variant = p->known[line->line - 1];
        return ST_OK;
    }
    TRY(bank_payee_route(&p->payee, line, &route, d));
    if (p->format->variant_of(p->format, p->payer_bank, route.bank_code, variant, d) !=
        ST_OK) {
        return diag_where(d, "line %u of batch %u", line->line, line->batch);
    }
    return *variant < p->format->variants
               ? ST_OK
               : diag_fail(d, ST_INTERNAL, "variant", "a variant that is not there");
}

static enum status plan_line(struct planning *p, const struct line_entry *line,
                             struct diag *d)
{
    uint32_t variant;
    size_t file;
    if (line->state == LINE_DROPPED) {
        if (p->out->file_of != NULL) {
            p->out->file_of[line->line - 1] = NO_FILE;
        }
        return ST_OK;
    }
    uint32_t first = joint_first(&p->out->joint, line->line);
    if (first != line->line) {
        file = p->out->file_of[first - 1];
    } else {
        TRY(variant_for(p, line, &variant, d));
        TRY(file_for(p, variant, &file, d));
        p->out->files[file].payments++;
    }
    struct bank_file *f = &p->out->files[file];
    if (!money_add(f->total_fen, line->fen, &f->total_fen)) {
        return diag_fail(d, ST_INTEGRITY, "totals", "the sum of a file is too large");
    }
    if (p->out->file_of != NULL) {
        p->out->file_of[line->line - 1] = (uint32_t)file;
    }
    return ST_OK;
}

static enum status plan_lines(struct planning *p, const struct progress *progress,
                              struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    uint8_t first[8];
    struct line_entry line;
    line_key(p->batch->number, 1, first);
    TRY(store_cursor_open(ledger_txn(p->l), TABLE_LINES, &c, d));
    enum status st = store_cursor_seek(c, str_make(first, 8), &key, &row, d);
    for (uint32_t n = 1; st == ST_OK && n <= p->batch->lines; n++) {
        uint8_t at[8];
        line_key(p->batch->number, n, at);
        bool there = key.p != NULL && str_eq(key, str_make(at, 8)) &&
                     line_read(row, p->batch->number, n, &line);
        st = there ? plan_line(p, &line, d)
                   : diag_fail(d, ST_INTEGRITY, "line-row",
                               "line %u of batch %u is not what was written", n,
                               p->batch->number);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
        if (n % 4096 == 0) {
            progress_tick(progress, "count", n, p->batch->lines);
        }
    }
    store_cursor_close(c);
    return st;
}

static int by_variant(const void *a, const void *b)
{
    const struct bank_file *x = a;
    const struct bank_file *y = b;
    if (x->variant != y->variant) {
        return x->variant < y->variant ? -1 : 1;
    }
    return x->part < y->part ? -1 : x->part > y->part ? 1 : 0;
}

/* Files were found as their first lines came; from now on they stand by variant. */
static enum status put_in_order(struct bank_files *o, struct diag *d)
{
    uint64_t at = 0;
    for (size_t i = 0; i < o->count; i++) {
        o->files[i].at = i; /* where it was */
    }
    qsort(o->files, o->count, sizeof *o->files, by_variant);
    uint32_t *now = calloc(o->count, sizeof *now);
    uint64_t *next = calloc(o->count, sizeof *next);
    enum status st = now == NULL || next == NULL ? diag_memory(d) : ST_OK;
    for (size_t i = 0; st == ST_OK && i < o->count; i++) {
        now[o->files[i].at] = (uint32_t)i;
        o->files[i].at = at;
        next[i] = at;
        at += o->files[i].payments;
    }
    for (uint64_t n = 0; st == ST_OK && o->order != NULL && n < o->lines; n++) {
        if (o->file_of[n] != NO_FILE) {
            uint32_t line = (uint32_t)n + 1;
            o->file_of[n] = now[o->file_of[n]];
            if (joint_first(&o->joint, line) == line) {
                o->order[next[o->file_of[n]]++] = line;
            }
        }
    }
    free(now);
    free(next);
    return st;
}

static enum status plan(struct planning *p, const struct progress *progress,
                        struct diag *d)
{
    struct bank_files *o = p->out;
    o->lines = p->batch->lines;
    TRY(joint_load(&o->joint, p->l, p->batch, d));
    /* None was dropped, and each is a payment by itself. */
    bool all = p->batch->out_lines == 0 && o->joint.count == 0;
    if (bank_files_by_bank(p->format) || !all) {
        o->order = calloc(o->lines + 1, sizeof *o->order);
        o->file_of = calloc(o->lines + 1, sizeof *o->file_of);
        if (o->order == NULL || o->file_of == NULL) {
            return diag_memory(d);
        }
    }
    if (!bank_files_by_bank(p->format) && p->format->rows_max == 0 && all) {
        size_t file;
        TRY(file_for(p, 0, &file, d));
        o->files[0].payments = p->batch->lines;
        o->files[0].total_fen = p->batch->total_fen;
        return ST_OK;
    }
    TRY(plan_lines(p, progress, d));
    return put_in_order(o, d);
}

enum status bank_files_plan(struct ledger *l, const struct batch_entry *b,
                            const struct payment_format *f, struct bank_files *out,
                            const struct progress *progress, struct diag *d)
{
    return bank_files_plan_of(l, b, f, NULL, out, progress, d);
}

enum status bank_files_plan_of(struct ledger *l, const struct batch_entry *b,
                               const struct payment_format *f, const uint8_t *variants,
                               struct bank_files *out, const struct progress *progress,
                               struct diag *d)
{
    struct planning p = {
        .l = l, .batch = b, .format = f, .known = variants, .out = out};
    struct channel_entry channel;
    memset(out, 0, sizeof *out);
    if (f->variants > UINT8_MAX) {
        return diag_fail(d, ST_INTERNAL, "variant", "too many variants");
    }
    TRY(channel_get(ledger_txn(l), b->channel, &channel, d));
    p.payer_bank = str_of(channel.bank_code);
    bank_payee_init(&p.payee, l);
    enum status st = plan(&p, progress, d);
    bank_payee_release(&p.payee);
    if (st != ST_OK) {
        bank_files_release(out);
    }
    return st;
}

void bank_files_release(struct bank_files *p)
{
    free(p->files);
    free(p->order);
    free(p->file_of);
    joint_release(&p->joint);
    memset(p, 0, sizeof *p);
}

void bank_files_message_id(const struct ledger_info *info, const struct batch_entry *b,
                           const struct bank_files *p, size_t file,
                           char out[PAYMENT_ID_MAX + 1])
{
    _Static_assert(PAYMENT_ID_CAP == PAYMENT_ID_MAX + 1, "ids of two lengths");
    payment_id_file(info, b, p->count == 1 ? 0 : (uint32_t)file + 1, out);
}

uint32_t bank_files_line(const struct bank_files *p, size_t file, uint64_t n)
{
    if (file >= p->count || n == 0 || n > p->files[file].payments) {
        return 0;
    }
    uint64_t at = p->files[file].at + n - 1;
    return p->order != NULL ? p->order[at] : (uint32_t)at + 1;
}

size_t bank_files_of(const struct bank_files *p, uint32_t line)
{
    if (p->file_of != NULL) {
        return p->file_of[line - 1] != NO_FILE ? p->file_of[line - 1] : p->count;
    }
    return p->count == 1 ? 0 : (line - 1) / p->files[0].payments;
}
