/* answer_match.c - see answer_match.h. Ids decide where there are any. Where there are
 * none, an index over the accounts of the batch is built once: 16 bytes for a line, in
 * the order of a hash; what it finds is compared in full. */
#include "entitle/answer_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"

struct by_account {
    uint64_t hash;
    uint32_t line;
};

struct answer_match {
    struct answer_match_request q;
    const char *currency;       /* of the channel's format */
    struct bank_form sent_form; /* what the batch was exported in */
    bool planned;               /* what follows is known: only when it is asked for */
    struct bank_files files;
    size_t file; /* of the files sent, from 1; 0: not known */
    struct bank_payee payee;
    struct digest *g;
    struct joint joint;
    struct by_account *index; /* by payment; NULL: not built yet */
    size_t index_count;
};

bool answer_match_statement(const struct answer_match *m)
{
    return m->q.form->format->statement;
}

uint32_t answer_match_sent_file(const struct answer_match *m)
{
    return m->planned && m->files.count > 1 ? (uint32_t)m->file : 0;
}

const struct joint *answer_match_joint(const struct answer_match *m)
{
    return &m->joint;
}

/* ---- which file was sent ---- */

/* The export in the answer's own format, else the newest. */
static enum status find_sent(struct answer_match *m, struct export_entry *out,
                             struct diag *d)
{
    const struct bank_form *form = m->q.form;
    struct export_entry x = {.previous = m->q.batch->export_sequence};
    bool first = true;
    /* What was sent before the last release, the bank refused. */
    while (x.previous != 0 && x.previous >= m->q.batch->release_sequence) {
        TRY(export_get(ledger_txn(m->q.l), x.previous, &x, d));
        if (x.sequence > m->q.before) {
            continue;
        }
        bool same = strcmp(x.format, form->format->name) == 0 &&
                    (!x.profile.there || !form->kept.there ||
                     digest_equal(x.profile.sha256, form->kept.sha256));
        if (first || same) {
            *out = x;
        }
        if (same) {
            return ST_OK;
        }
        first = false;
    }
    return first ? diag_fail(d, ST_CONFLICT, "not-exported",
                             "batch %u was never exported", m->q.batch->number)
                 : ST_OK;
}

struct finding { /* the file whose payments the answer's ids name */
    struct answer_match *m;
    size_t file; /* from 1 */
    bool several;
};

static enum status find_each(void *ctx, const struct answer *a, struct diag *d)
{
    struct finding *f = ctx;
    uint32_t line;
    (void)d;
    if (a->id.n > 0 && payment_id_parse(ledger_info(f->m->q.l), f->m->q.batch, a->id,
                                        &line) == PAYMENT_ID_OURS) {
        size_t file = bank_files_of(&f->m->files, line) + 1;
        f->several =
            f->several || (f->file != 0 && f->file != file) || file > f->m->files.count;
        f->file = file;
    }
    return ST_OK;
}

/* By what the answer says of itself: our own message id, or count and sum. */
static size_t file_by_head(const struct answer_match *m, const struct answer_file *w)
{
    size_t found = 0;
    size_t alike = 0;
    for (size_t i = 0; i < m->files.count; i++) {
        char id[PAYMENT_ID_MAX + 1];
        const struct bank_file *f = &m->files.files[i];
        bank_files_message_id(ledger_info(m->q.l), m->q.batch, &m->files, i, id);
        if (strcmp(id, w->message_id) == 0) {
            return i + 1;
        }
        if (f->payments == w->count && f->total_fen == w->total_fen) {
            found = i + 1;
            alike++;
        }
    }
    return alike == 1 ? found : 0;
}

static enum status find_file(struct answer_match *m, struct diag *d)
{
    struct finding f = {.m = m};
    struct answer_sink sink = {find_each, &f};
    struct answer_file whole;
    const struct payment_format *format = m->q.form->format;
    if (m->q.sent_file > m->files.count) {
        return diag_fail(d, ST_INPUT, "no-such-file-sent",
                         "batch %u was sent in %zu file(s)", m->q.batch->number,
                         m->files.count);
    }
    m->file = m->files.count == 1 ? 1 : m->q.sent_file;
    if (m->file != 0) {
        return ST_OK;
    }
    TRY(format->read_answer(format, m->q.file, sink, &whole, d));
    m->file = f.several ? 0 : f.file != 0 ? f.file : file_by_head(m, &whole);
    return ST_OK;
}

/* Which file each payment was sent in; whoever goes by our ids never needs to know. */
static enum status plan(struct answer_match *m, struct diag *d)
{
    struct export_entry x = {0};
    if (m->planned) {
        return ST_OK;
    }
    TRY(find_sent(m, &x, d));
    TRY(bank_form_kept(m->q.l, x.format, &x.profile, &m->sent_form, d));
    TRY(bank_files_plan(m->q.l, m->q.batch, m->sent_form.format, &m->files, NULL, d));
    m->planned = true;
    return find_file(m, d);
}

/* What the channel pays in. Profiles of one's own pay in yuan. */
static enum status take_currency(struct answer_match *m, struct diag *d)
{
    struct channel_entry c;
    TRY(channel_get(ledger_txn(m->q.l), m->q.batch->channel, &c, d));
    const struct payment_format *f = payment_format_find(str_of(c.format));
    m->currency = f != NULL ? payment_currency(f) : "CNY";
    return ST_OK;
}

enum status answer_match_new(struct answer_match **out,
                             const struct answer_match_request *q, struct diag *d)
{
    struct answer_match *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return diag_memory(d);
    }
    m->q = *q;
    bank_form_init(&m->sent_form);
    bank_payee_init(&m->payee, q->l);
    enum status st = digest_new(&m->g, d);
    if (st == ST_OK) {
        st = take_currency(m, d);
    }
    if (st == ST_OK) {
        st = joint_load(&m->joint, q->l, q->batch, d);
    }
    if (st == ST_OK && q->sent_file > 0) {
        st = plan(m, d);
    }
    if (st != ST_OK) {
        answer_match_free(m);
        return st;
    }
    *out = m;
    return ST_OK;
}

void answer_match_free(struct answer_match *m)
{
    if (m != NULL) {
        bank_files_release(&m->files);
        joint_release(&m->joint);
        bank_form_release(&m->sent_form);
        bank_payee_release(&m->payee);
        digest_free(m->g);
        free(m->index);
        free(m);
    }
}

/* ---- one line ---- */

static enum status which_file(const struct answer_match *m, struct diag *d)
{
    diag_fail(d, ST_INPUT, "which-file",
              "batch %u was sent in %zu files, and the answer does not say to which "
              "of them it belongs",
              m->q.batch->number, m->files.count);
    return diag_hint(d, "say it: --part N, in the order in which they were exported");
}

/* Only the first line of a payment was sent with its id. */
static enum status ours(const struct answer_match *m, const struct answer *a,
                        uint32_t line, struct diag *d)
{
    uint32_t first = joint_first(&m->joint, line);
    if (first == line) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "unknown-id",
              "%.*s was not sent: line %u is part of the payment of line %u",
              STR_ARG(a->id), line, first);
    diag_hint(d, "ask the bank which payment this is; batch residents lists the lines "
                 "of a payment to an institution");
    return answer_where(a, ANSWER_ID, d);
}

static enum status by_id(struct answer_match *m, const struct answer *a, uint32_t *line,
                         struct diag *d)
{
    unsigned number = m->q.batch->number;
    switch (payment_id_parse(ledger_info(m->q.l), m->q.batch, a->id, line)) {
    case PAYMENT_ID_OURS:
        return ours(m, a, *line, d);
    case PAYMENT_ID_OTHER_BATCH:
        if (answer_match_statement(m)) {
            *line = 0;
            return ST_OK;
        }
        diag_fail(d, ST_INPUT, "other-batch", "%.*s is not a payment of batch %u",
                  STR_ARG(a->id), number);
        diag_hint(d, "take the file in for the batch it belongs to");
        break;
    case PAYMENT_ID_FOREIGN:
        if (answer_match_statement(m)) {
            *line = 0;
            return ST_OK;
        }
        diag_fail(d, ST_INPUT, "unknown-id", "%.*s is not an id we sent",
                  STR_ARG(a->id));
        diag_hint(d, "ask the bank which payment this is; the ids of this batch are in "
                     "the file that was exported");
        break;
    }
    return answer_where(a, ANSWER_ID, d);
}

/* Is the line paid to the account and the name that the answer says, if it does? */
static enum status is_payee(struct answer_match *m, const struct line_entry *line,
                            const struct answer *a, bool *yes, struct diag *d)
{
    struct route route;
    TRY(bank_payee_route(&m->payee, line, &route, d));
    *yes = (a->account.n == 0 || str_eq(a->account, route.account)) &&
           (a->name.n == 0 || str_eq(a->name, route.account_name));
    return ST_OK;
}

static enum status by_number(struct answer_match *m, const struct answer *a,
                             uint32_t *line, struct diag *d)
{
    struct line_entry entry;
    struct answer account = {.account = a->account}; /* names come back cut short */
    bool same = true;
    TRY(plan(m, d));
    if (m->file == 0) {
        which_file(m, d);
        return answer_where(a, ANSWER_WHOLE, d);
    }
    *line = bank_files_line(&m->files, m->file - 1, a->number);
    if (*line == 0) {
        diag_fail(d, ST_INPUT, "unknown-payment", "the file sent has no payment %llu",
                  (unsigned long long)a->number);
        return answer_where(a, ANSWER_NUMBER, d);
    }
    if (a->account.n > 0) {
        TRY(line_get(ledger_txn(m->q.l), m->q.batch->number, *line, &entry, d));
        TRY(is_payee(m, &entry, &account, &same, d));
    }
    if (!same) {
        diag_fail(d, ST_INPUT, "other-account",
                  "payment %llu of the file sent goes to another account",
                  (unsigned long long)a->number);
        diag_hint(d, "is this the answer to another file?");
        return answer_where(a, ANSWER_ACCOUNT, d);
    }
    return ST_OK;
}

/* ---- by account ---- */

static uint64_t hash_of(struct answer_match *m, struct str account)
{
    uint8_t sha256[DIGEST_LEN];
    struct reader r;
    digest_once(m->g, account, str_of(""), sha256);
    reader_init(&r, sha256, sizeof sha256);
    return reader_u64(&r);
}

static int by_hash(const void *a, const void *b)
{
    const struct by_account *x = a;
    const struct by_account *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return x->line < y->line ? -1 : x->line > y->line ? 1 : 0;
}

static enum status build_index(struct answer_match *m, struct diag *d)
{
    size_t lines = m->q.batch->lines;
    size_t count = 0;
    struct by_account *index = calloc(lines + 1, sizeof *index);
    enum status st = index == NULL ? diag_memory(d) : ST_OK;
    for (size_t i = 0; st == ST_OK && i < lines; i++) {
        struct line_entry line;
        struct route route;
        uint32_t n = (uint32_t)i + 1;
        if (joint_first(&m->joint, n) != n) {
            continue;
        }
        TRY_OUT(line_get(ledger_txn(m->q.l), m->q.batch->number, n, &line, d));
        TRY_OUT(bank_payee_route(&m->payee, &line, &route, d));
        index[count++] = (struct by_account){hash_of(m, route.account), n};
    }
out:
    if (st != ST_OK) {
        free(index);
        return st;
    }
    qsort(index, count, sizeof *index, by_hash);
    m->index = index;
    m->index_count = count;
    return ST_OK;
}

/* The first of the index that is not below the hash. */
static size_t index_from(const struct answer_match *m, uint64_t hash)
{
    size_t low = 0;
    size_t high = m->index_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->index[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum status fits(struct answer_match *m, const struct answer *a, uint32_t line,
                        bool *yes, struct diag *d)
{
    struct line_entry entry;
    *yes = false;
    size_t file = bank_files_of(&m->files, line);
    if (file == m->files.count || (m->file != 0 && file != m->file - 1)) {
        return ST_OK;
    }
    TRY(line_get(ledger_txn(m->q.l), m->q.batch->number, line, &entry, d));
    const struct joint_group *g = joint_group(&m->joint, line);
    int64_t fen = g != NULL ? g->fen : entry.fen;
    return a->amount_fen == 0 || a->amount_fen == fen ? is_payee(m, &entry, a, yes, d)
                                                      : ST_OK;
}

static enum status ambiguous(const struct answer *a, uint32_t one, uint32_t other,
                             struct diag *d)
{
    diag_fail(d, ST_INPUT, "ambiguous",
              "this may be line %u of the batch or line %u: account, amount and name "
              "are the same",
              one, other);
    diag_hint(d, "ask the bank for an answer with our payment ids, or with the numbers "
                 "of the lines sent");
    return answer_where(a, ANSWER_ACCOUNT, d);
}

static enum status by_account(struct answer_match *m, const struct answer *a,
                              uint32_t *line, struct diag *d)
{
    *line = 0;
    TRY(plan(m, d));
    if (m->index == NULL) {
        TRY(build_index(m, d));
    }
    uint64_t hash = hash_of(m, a->account);
    for (size_t i = index_from(m, hash); i < m->index_count && m->index[i].hash == hash;
         i++) {
        bool yes;
        TRY(fits(m, a, m->index[i].line, &yes, d));
        if (yes && *line != 0) {
            return ambiguous(a, *line, m->index[i].line, d);
        }
        *line = yes ? m->index[i].line : *line;
    }
    if (*line == 0) {
        diag_fail(d, ST_INPUT, "unknown-payment",
                  "no payment of batch %u goes to this account with this amount and "
                  "name",
                  m->q.batch->number);
        diag_hint(d, "is this the answer to another batch?");
        return answer_where(a, ANSWER_ACCOUNT, d);
    }
    return ST_OK;
}

static enum status nameless(const struct answer_match *m, const struct answer *a,
                            uint32_t *line, struct diag *d)
{
    *line = 0;
    if (answer_match_statement(m)) { /* a charge, or somebody else's payment */
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "unknown-payment", "nothing says which payment this is");
    return answer_where(a, ANSWER_WHOLE, d);
}

/* What a layout does not match by says nothing: the bank may number its own way, or
 * show half of an account. */
static bool matched_by(const struct answer_match *m, enum profile_word word)
{
    const struct profile *p = m->q.form->profile;
    bool found = p == NULL || p->answer.match_count == 0;
    for (size_t i = 0; p != NULL && i < p->answer.match_count; i++) {
        found = found || p->answer.match[i] == word;
    }
    return found;
}

static struct answer what_names(const struct answer_match *m, const struct answer *a)
{
    struct answer x = *a;
    x.id = matched_by(m, WORD_ID) ? a->id : str_of("");
    x.number = matched_by(m, WORD_NUMBER) ? a->number : 0;
    x.account = matched_by(m, WORD_ACCOUNT) ? a->account : str_of("");
    x.name = matched_by(m, WORD_NAME) ? a->name : str_of("");
    return x;
}

enum status answer_match_line(struct answer_match *m, const struct answer *said,
                              uint32_t *line, struct diag *d)
{
    const struct answer by = what_names(m, said);
    const struct answer *a = &by;
    if (a->id.n > 0) {
        TRY(by_id(m, a, line, d));
    } else if (a->number > 0) {
        TRY(by_number(m, a, line, d));
    } else if (a->account.n > 0 && !answer_match_statement(m)) {
        TRY(by_account(m, a, line, d));
    } else {
        TRY(nameless(m, a, line, d));
    }
    if (*line != 0 && a->currency.n > 0 && !str_is(a->currency, m->currency)) {
        diag_fail(d, ST_INPUT, "currency", "the amount is in %.*s, paid was in %s",
                  STR_ARG(a->currency), m->currency);
        return answer_where(a, ANSWER_CURRENCY, d);
    }
    return ST_OK;
}

/* ---- what no line names ---- */

/* A refusal of the whole file has nothing but this to say which file it was. */
static enum status is_ours(const struct answer_match *m,
                           const struct answer_file *whole, struct diag *d)
{
    for (size_t i = 0; whole->message_id[0] != '\0' && i < m->files.count; i++) {
        char id[PAYMENT_ID_MAX + 1];
        bank_files_message_id(ledger_info(m->q.l), m->q.batch, &m->files, i, id);
        if (strcmp(id, whole->message_id) == 0) {
            return ST_OK;
        }
    }
    if (whole->message_id[0] == '\0') {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "other-batch", "the answer is to \"%s\", not to batch %u",
              whole->message_id, m->q.batch->number);
    return diag_hint(d, "take the file in for the batch it belongs to");
}

/* Its payments have the ids of those in the file that was sent instead. One that was
 * taken in before the bank refused may say so. */
static enum status is_newest(const struct answer_match *m,
                             const struct answer_file *whole, struct diag *d)
{
    if (m->q.before != UINT64_MAX ||
        !payment_id_refused(ledger_info(m->q.l), m->q.batch, whole->message_id)) {
        return ST_OK;
    }
    diag_fail(
        d, ST_INPUT, "refused-file",
        "the answer is to \"%s\", which the bank refused before batch %u was sent "
        "again",
        whole->message_id, m->q.batch->number);
    return diag_hint(d,
                     "take in the answer to the newest file; ask the bank whether it "
                     "paid both");
}

enum status answer_match_rest(struct answer_match *m, const struct answer_file *whole,
                              bool *any, struct diag *d)
{
    enum payment_status rest = whole->rest;
    TRY(is_newest(m, whole, d));
    /* Of what is pending or unknown nothing is posted: the lines stay open. */
    *any = rest == PAYMENT_PAID || rest == PAYMENT_REJECTED || rest == PAYMENT_RETURNED;
    if (!*any) {
        return ST_OK;
    }
    TRY(plan(m, d));
    TRY(is_ours(m, whole, d));
    return m->file != 0 ? ST_OK : which_file(m, d);
}

enum line_state answer_line_state(enum payment_status s)
{
    switch (s) {
    case PAYMENT_PAID:
        return LINE_PAID;
    case PAYMENT_REJECTED:
        return LINE_REJECTED;
    case PAYMENT_RETURNED:
        return LINE_RETURNED;
    case PAYMENT_PENDING:
    case PAYMENT_UNKNOWN:
    case PAYMENT_NONE:
        return LINE_UNKNOWN;
    }
    return LINE_UNKNOWN;
}

bool answer_match_covers(const struct answer_match *m, uint32_t line)
{
    return bank_files_of(&m->files, line) == m->file - 1;
}
