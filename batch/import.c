/* import.c - files of facts as acts: proposed by a maker, confirmed by a checker.
 *
 * Proposing reads the file twice (digest and encoding, then every row) and stores it in
 * the vault. Confirming reads it from there: all rows are checked once more, for the
 * ledger may have changed, before the first record; a confirmation that was cut off is
 * finished without, because its rows were checked when it began and nothing else could
 * be written since. It must never write when one row is bad. */
#include "batch/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "batch/import_private.h"
#include "ledger/refusal.h"

void import_report_release(struct import_report *r)
{
    free(r->rejected);
    r->rejected = NULL;
    r->rejected_kept = 0;
}

/* Reads the mapping into m, and the job's rows by it. */
static enum status use_mapping(struct import_job *j, struct import_mapping *m,
                               struct str text, const char *name, struct diag *d)
{
    TRY(import_mapping_read(m, text, name, d));
    j->mapping = m;
    j->report->mapped = true;
    memcpy(j->report->mapping_sha256, m->sha256, DIGEST_LEN);
    if (m->what == j->kind->what) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "mapping-kind", "the mapping is not for a %s file",
              j->kind->name);
    diag_where(d, "%s", name);
    return diag_hint(d, "its line \"file:\" says for which");
}

/* ---- proposing ---- */

/* Months after this one are not over, let alone settled. */
static enum status settled_of_request(struct import_job *j,
                                      const struct import_request *q, struct diag *d)
{
    j->list.month = q->month;
    if (q->month > month_of_day(j->today)) {
        diag_fail(d, ST_INPUT, "settled-ahead",
                  "a month after this one is not settled");
        return diag_hint(d, "the last month that was paid before this ledger");
    }
    return ST_OK;
}

static enum status list_of_request(struct import_job *j, const struct import_request *q,
                                   struct diag *d)
{
    struct import_list *list = &j->list;
    if (q->what == IMPORT_HISTORY) {
        return settled_of_request(j, q, d);
    }
    if (q->what != IMPORT_SNAPSHOT) {
        return ST_OK;
    }
    list->month = q->month;
    if (!str_copy(str_of(q->attribute), list->attribute, sizeof list->attribute) ||
        !str_copy(str_of(q->value), list->value, sizeof list->value) ||
        !str_copy(str_of(q->unit), list->unit, sizeof list->unit)) {
        return diag_fail(d, ST_INPUT, "too-long", "a list's name of more than %d bytes",
                         TEXT_MAX);
    }
    return import_list_check(j->l, list, d);
}

static bool same_purpose(const struct import_job *j, const struct import_entry *e)
{
    return e->what == j->kind->what && e->month == j->list.month &&
           strcmp(e->attribute, j->list.attribute) == 0 &&
           strcmp(e->value, j->list.value) == 0 && strcmp(e->unit, j->list.unit) == 0;
}

/* Another mapping makes another import of the same file. */
static bool same_file(const struct import_job *j, const struct import_entry *e,
                      const struct import_scan *scan)
{
    bool mapped = j->mapping != NULL;
    return digest_equal(e->sha256, scan->sha256) && e->mapped == mapped &&
           (!mapped || digest_equal(e->mapping_sha256, j->mapping->sha256));
}

static void report_same(struct import_report *r, const struct import_entry *e)
{
    r->already = true;
    r->number = e->number;
    r->confirmed = e->state == ENTRY_ACTIVE;
    r->rows = e->rows;
    r->accepted = e->rows;
}

/* The import of the same file for the same purpose, if there is one that was not
 * refused. A confirmed list
 * is replaced by the next for its month and may come again after that, so of confirmed
 * lists only the last one counts; one that waits will count when it is confirmed. */
static enum status find_same(struct import_job *j, const struct import_scan *scan,
                             struct diag *d)
{
    struct import_entry e;
    struct import_entry last = {.confirmed_at = 0};
    uint32_t imports = ledger_head(j->l)->imports;
    for (uint32_t number = 1; number <= imports; number++) {
        TRY(import_get(ledger_txn(j->l), number, &e, d));
        if (!same_purpose(j, &e) || e.state == ENTRY_REFUSED) {
            continue;
        }
        if (e.what == IMPORT_SNAPSHOT && e.state == ENTRY_ACTIVE) {
            last = e.confirmed_at > last.confirmed_at ? e : last;
        } else if (!j->report->already && same_file(j, &e, scan)) {
            report_same(j->report, &e);
        }
    }
    if (last.confirmed_at > 0 && same_file(j, &last, scan)) {
        report_same(j->report, &last);
    }
    return ST_OK;
}

/* Body {1: number, 2: what, 3: SHA-256, 4: length, 5: rows, and of a list 6: attribute,
 * 7: value, 8: month (of history: settled through), 9: unit; and of a mapping 10:
 * SHA-256, 11: length}. */
static void import_body(const struct import_job *j, const struct import_scan *scan,
                        uint32_t number, struct writer *w)
{
    const struct import_list *list = &j->list;
    bool snapshot = j->kind->what == IMPORT_SNAPSHOT;
    bool history = j->kind->what == IMPORT_HISTORY;
    bool unit = list->unit[0] != '\0';
    const struct import_mapping *m = j->mapping;
    cbor_put_map(w, 5U + (snapshot ? 3U : 0U) + (history ? 1U : 0U) + (unit ? 1U : 0U) +
                        (m ? 2U : 0U));
    cbor_pair_uint(w, 1, number);
    cbor_pair_uint(w, 2, (uint64_t)j->kind->what);
    cbor_pair_bytes(w, 3, scan->sha256, DIGEST_LEN);
    cbor_pair_uint(w, 4, scan->length);
    cbor_pair_uint(w, 5, j->report->rows);
    if (snapshot) {
        cbor_pair_text(w, 6, str_of(list->attribute));
        cbor_pair_text(w, 7, str_of(list->value));
    }
    if (snapshot || history) {
        cbor_pair_uint(w, 8, (uint64_t)list->month);
    }
    if (unit) {
        cbor_pair_text(w, 9, str_of(list->unit));
    }
    if (m != NULL) {
        cbor_pair_bytes(w, 10, m->sha256, DIGEST_LEN);
        cbor_pair_uint(w, 11, m->length);
    }
}

static enum status store_mapping(struct import_job *j, struct str text, struct diag *d)
{
    return j->mapping != NULL
               ? vault_file_put(j->l, j->mapping->sha256, vault_source_text(&text), d)
               : ST_OK;
}

static enum status register_file(struct import_job *j, const struct import_request *q,
                                 const struct import_scan *scan, struct diag *d)
{
    const struct import_file *f = &q->file;
    uint8_t body[BODY_BYTES_MAX];
    char subject[SUBJECT_MAX];
    struct writer w;
    struct vault_source source = {.read = f->read, .ctx = f->ctx};
    TRY(f->rewind(f->ctx, d));
    TRY(vault_file_put(j->l, scan->sha256, source, d));
    TRY(store_mapping(j, q->mapping, d));
    uint32_t number = ledger_head(j->l)->imports + 1;
    writer_init(&w, body, sizeof body);
    import_body(j, scan, number, &w);
    must(!w.failed);
    snprintf(subject, sizeof subject, "import %" PRIu32 " %s %" PRIu64 " rows", number,
             j->kind->name, j->report->rows);
    struct act_text text = {.subject = subject, .count = j->report->rows};
    TRY(ledger_act(j->l, KIND_IMPORT, writer_str(&w), text, NULL, d));
    j->report->number = number;
    return ST_OK;
}

/* What a late history settles, runs may have granted by the rules: to take that back
 * must be meant. */
static enum status may_overrule(const struct import_request *q,
                                const struct import_report *r, struct diag *d)
{
    char fen[MONEY_TEXT_CAP];
    char month[DATE_TEXT_CAP];
    if (r->overruled_people == 0 || q->overrule) {
        return ST_OK;
    }
    money_print_grouped(r->overruled_fen, fen);
    month_print(q->month, month);
    diag_fail(d, ST_CONFLICT, "granted-already",
              "in the months up to %s, which this would settle, %s was granted "
              "already (people: %" PRIu64 "): the file would decide instead",
              month, fen, r->overruled_people);
    return diag_hint(d, "--settled-through an earlier month; or --overrule, when the "
                        "file is complete: who is not in it gets nothing for these "
                        "months");
}

static enum status propose(struct import_job *j, const struct import_request *q,
                           bool dry_run, struct diag *d)
{
    struct import_scan scan;
    bool resume;
    if (!dry_run) {
        TRY(ledger_may_write(j->l, 0, 0, &resume, d));
    }
    TRY(list_of_request(j, q, d));
    TRY(import_file_scan(&q->file, &scan, d));
    memcpy(j->report->sha256, scan.sha256, DIGEST_LEN);
    TRY(find_same(j, &scan, d));
    if (j->report->already) {
        return ST_OK;
    }
    j->rows_total = scan.lines > 0 ? scan.lines - 1 : 0;
    TRY(import_check_rows(j, &q->file, scan.charset, ST_INPUT, d));
    TRY(may_overrule(q, j->report, d));
    if (q->what == IMPORT_SNAPSHOT) {
        TRY(import_list_count(j, d));
    }
    return dry_run ? ST_OK : register_file(j, q, &scan, d);
}

enum status import_propose(struct ledger *l, const struct import_request *q,
                           bool dry_run, const struct progress *progress,
                           struct import_report *r, struct diag *d)
{
    struct import_job j;
    struct import_mapping m = {.arena = NULL};
    enum status st = import_job_init(&j, l, q->what, progress, r, d);
    j.rejects = q->rejects;
    if (st == ST_OK && q->mapping_name != NULL) {
        st = use_mapping(&j, &m, q->mapping, q->mapping_name, d);
    }
    if (st == ST_OK) {
        st = propose(&j, q, dry_run, d);
    }
    import_mapping_release(&m);
    import_job_release(&j);
    return st;
}

/* ---- confirming ---- */

/* The file as the vault has it. */
struct stored_file {
    struct ledger *l;
    const uint8_t *sha256;
    struct vault_file *f;
};

static enum status stored_rewind(void *ctx, struct diag *d)
{
    struct stored_file *s = ctx;
    vault_file_close(s->f);
    s->f = NULL;
    return vault_file_open(s->l, s->sha256, &s->f, d);
}

static enum status stored_read(void *ctx, void *p, size_t cap, size_t *n,
                               struct diag *d)
{
    struct stored_file *s = ctx;
    return vault_file_read(s->f, p, cap, n, d);
}

/* The mapping the file was proposed with. */
static enum status stored_mapping(struct import_job *j, struct import_mapping *m,
                                  const struct import_entry *e, struct diag *d)
{
    struct buf text;
    buf_init(&text, IMPORT_MAPPING_BYTES_MAX + 1);
    enum status st = vault_file_load(j->l, e->mapping_sha256, &text, d);
    if (st == ST_OK) {
        st = use_mapping(j, m, buf_str(&text), "mapping", d);
    }
    if (st == ST_OK && !digest_equal(m->sha256, e->mapping_sha256)) {
        st = diag_fail(d, ST_INTEGRITY, "file", "the stored mapping is another one");
    }
    buf_release(&text);
    return st;
}

static enum status take_row(struct import_job *j, struct diag *d)
{
    bool due;
    if (j->row.ordinal <= j->skip) {
        return ST_OK;
    }
    if (!import_row_read(j)) {
        diag_fail(d, ST_INTERNAL, "row-refused",
                  "a row that was checked is refused: %s", j->row.faults[0].reason);
        return diag_where(d, "line %" PRIu64, j->row.faults[0].line);
    }
    TRY(j->kind->take(j, d));
    import_take_done(j, j->row.ordinal, &due);
    return due ? import_take_border(j, d) : ST_OK;
}

/* Body {1: number, 2: SHA-256 of the file}. */
static enum status append_start(struct import_job *j, const struct import_entry *e,
                                struct diag *d)
{
    uint8_t body[128];
    char subject[SUBJECT_MAX];
    struct writer w;
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, e->number);
    cbor_pair_bytes(&w, 2, e->sha256, DIGEST_LEN);
    snprintf(subject, sizeof subject, "import %" PRIu32 " confirm %s %" PRIu64 " rows",
             e->number, j->kind->name, e->rows);
    struct act_text text = {.subject = subject, .count = e->rows};
    return ledger_append_signed(j->l, KIND_IMPORT_START, writer_str(&w), text, NULL, d);
}

/* Body {1: number, 2: rows, 3: new people, 4: entries, 15: leaf hash before}. */
static enum status append_end(struct import_job *j, const struct import_entry *e,
                              struct diag *d)
{
    uint8_t body[128];
    char subject[SUBJECT_MAX];
    struct writer w;
    const struct head *h = ledger_head(j->l);
    const uint64_t values[4] = {e->number, e->rows, h->open.count[OPEN_PEOPLE],
                                h->open.count[OPEN_DONE]};
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    for (uint64_t key = 1; key <= 4; key++) {
        cbor_pair_uint(&w, key, values[key - 1]);
    }
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    j->report->new_people = values[2];
    snprintf(subject, sizeof subject,
             "import %" PRIu32 " taken in, %" PRIu64 " new people, %" PRIu64 " entries",
             e->number, values[2], values[3]);
    struct act_text text = {.subject = subject, .count = e->rows};
    return ledger_append_signed(j->l, KIND_IMPORT_END, writer_str(&w), text, NULL, d);
}

static enum status take_parts(struct import_job *j, const struct import_entry *e,
                              const struct import_file *f, enum charset charset,
                              bool resume, struct diag *d)
{
    if (!resume) {
        TRY(append_start(j, e, d));
    }
    if (j->kind->take != NULL) {
        TRY(import_file_rows(j, f, charset, take_row, d));
    } else {
        TRY(j->kind->whole(j, d));
    }
    TRY(import_take_end(j, d));
    TRY(append_end(j, e, d));
    return ledger_commit(j->l, d);
}

static enum status check_entry(const struct import_job *j, const struct import_entry *e,
                               bool resume, struct diag *d)
{
    const struct operator_entry *signer = ledger_signer(j->l);
    TRY(refusal_none(ledger_txn(j->l), REGISTER_IMPORT, e->number, d));
    if (e->state == ENTRY_ACTIVE) {
        return diag_fail(d, ST_CONFLICT, "not-pending",
                         "import %" PRIu32 " is confirmed "
                         "already",
                         e->number);
    }
    if (!resume && signer->number == e->made_by) {
        diag_fail(d, ST_DENIED, "same-operator", "%s made import %" PRIu32,
                  signer->name, e->number);
        return diag_hint(d, "another operator, a checker, has to confirm it");
    }
    return ST_OK;
}

/* Refuses before the first record what cannot be taken in any more. An act that began
 * was checked; only who is on a list must be found out again. */
static enum status check_again(struct import_job *j, const struct import_entry *e,
                               const struct import_file *f, enum charset charset,
                               bool resume, struct diag *d)
{
    bool list = j->kind->what == IMPORT_SNAPSHOT;
    if (list) {
        TRY(import_list_place(j, d));
    }
    if (j->kind->what == IMPORT_FACTS) {
        TRY(import_lists_load(j, d));
    }
    if (resume && j->kind->whole == NULL) {
        return ST_OK;
    }
    TRY(import_check_rows(j, f, charset, ST_CONFLICT, d));
    if (j->report->rows != e->rows) {
        return diag_fail(d, ST_INTEGRITY, "import-rows",
                         "the stored file has %" PRIu64 " rows, not %" PRIu64,
                         j->report->rows, e->rows);
    }
    return list && !resume ? import_list_room(j, d) : ST_OK;
}

static enum status confirm(struct import_job *j, const struct import_entry *e,
                           const struct import_file *f, struct diag *d)
{
    struct import_scan scan;
    bool resume;
    TRY(ledger_may_write(j->l, KIND_IMPORT_START, e->number, &resume, d));
    TRY(check_entry(j, e, resume, d));
    TRY(import_file_scan(f, &scan, d));
    if (!digest_equal(scan.sha256, e->sha256)) {
        return diag_fail(d, ST_INTEGRITY, "file", "the stored file is another one");
    }
    j->rows_total = e->rows;
    j->begun_at = resume ? e->confirmed_at : 0;
    TRY(check_again(j, e, f, scan.charset, resume, d));
    j->doing = "import";
    j->rows_total = j->kind->take != NULL ? e->rows : ledger_head(j->l)->people;
    j->number = e->number;
    j->skip = resume ? ledger_head(j->l)->open.next : 0;
    j->take.last = j->skip;
    TRY(ledger_begin(j->l, d));
    enum status st = take_parts(j, e, f, scan.charset, resume, d);
    if (st != ST_OK) {
        ledger_abort(j->l);
        return st;
    }
    progress_tick(j->progress, j->doing, j->rows_total, j->rows_total);
    return ST_OK;
}

enum status import_with_stored(struct ledger *l, uint32_t number,
                               const struct progress *progress, struct import_report *r,
                               enum status (*work)(struct import_job *j,
                                                   const struct import_entry *e,
                                                   const struct import_file *f,
                                                   void *ctx, struct diag *d),
                               void *ctx, struct diag *d)
{
    struct import_job j;
    struct import_entry e;
    struct import_mapping m = {.arena = NULL};
    char name[40];
    memset(r, 0, sizeof *r);
    TRY(import_get(ledger_txn(l), number, &e, d));
    struct stored_file stored = {.l = l, .sha256 = e.sha256};
    struct import_file file = {
        .name = name, .rewind = stored_rewind, .read = stored_read, .ctx = &stored};
    snprintf(name, sizeof name, "import %" PRIu32, number);
    enum status st = import_job_init(&j, l, e.what, progress, r, d);
    j.list.month = e.month;
    memcpy(j.list.attribute, e.attribute, sizeof e.attribute);
    memcpy(j.list.value, e.value, sizeof e.value);
    memcpy(j.list.unit, e.unit, sizeof e.unit);
    memcpy(r->sha256, e.sha256, DIGEST_LEN);
    r->number = number;
    if (st == ST_OK && e.mapped) {
        st = stored_mapping(&j, &m, &e, d);
    }
    if (st == ST_OK) {
        st = work(&j, &e, &file, ctx, d);
    }
    vault_file_close(stored.f);
    import_mapping_release(&m);
    import_job_release(&j);
    return st;
}

static enum status confirm_stored(struct import_job *j, const struct import_entry *e,
                                  const struct import_file *f, void *ctx,
                                  struct diag *d)
{
    (void)ctx;
    TRY(confirm(j, e, f, d));
    j->report->confirmed = true;
    j->report->rows = e->rows;
    j->report->accepted = e->rows;
    return ST_OK;
}

enum status import_confirm(struct ledger *l, uint32_t number,
                           const struct progress *progress, struct import_report *r,
                           struct diag *d)
{
    return import_with_stored(l, number, progress, r, confirm_stored, NULL, d);
}
