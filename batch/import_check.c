/* import_check.c - one file being read: what a job holds, and the pass that checks
 * every row, counts the bad ones and keeps what is wrong with the first thousand. It
 * must never write. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "batch/import_private.h"
#include "entitle/entitle.h"

#define TICK_ROWS 4096
/* Marks become facts too: what they can make of a row stays free. */
#define FACTS_LIMIT (PERSON_FACTS_MAX - PERSON_MARKS_MAX / 2 - 50)
#define ROW_LIMIT (PERSON_ROW_MAX / 2)
/* Names and numbers an entry may have that its row has not. */
#define ENTRY_EXTRA 512

static const struct import_kind *kind_of(enum import_what what)
{
    switch (what) {
    case IMPORT_PEOPLE:
        return &import_people_kind;
    case IMPORT_FACTS:
        return &import_facts_kind;
    case IMPORT_ROUTES:
        return &import_routes_kind;
    case IMPORT_SNAPSHOT:
        return &import_list_kind;
    case IMPORT_VOIDS:
        return &import_voids_kind;
    case IMPORT_MERGES:
        return &import_merges_kind;
    case IMPORT_UNITS:
        return &import_units_kind;
    case IMPORT_HISTORY:
        return &import_history_kind;
    case IMPORT_ORDERS:
        return &import_orders_kind;
    case IMPORT_INSTITUTIONS:
        return &import_institutions_kind;
    }
    must(false); // import_get knows no other
    return NULL;
}

/* ---- a job ---- */

enum status import_job_init(struct import_job *j, struct ledger *l,
                            enum import_what what, const struct progress *progress,
                            struct import_report *r, struct diag *d)
{
    memset(j, 0, sizeof *j);
    memset(r, 0, sizeof *r);
    j->l = l;
    j->kind = kind_of(what);
    j->progress = progress;
    j->report = r;
    j->today = ledger_today(l);
    j->doing = "check";
    j->known_below = UINT64_MAX;
    vault_row_init(&j->row_of);
    j->take.kind = KIND_FACTS;
    chunk_start(&j->take.chunk);
    TRY(import_seen_init(&j->seen, ledger_head(l)->people, d));
    TRY(digest_new(&j->g, d));
    j->person = calloc(1, sizeof *j->person);
    return j->person != NULL ? ST_OK : diag_memory(d);
}

void import_job_release(struct import_job *j)
{
    import_seen_release(&j->seen);
    vault_row_release(&j->row_of);
    ahead_free(j->ahead);
    digest_free(j->g);
    free(j->person);
    free(j->take.leads);
    import_new_free(j->newcomers);
    free(j->lists);
    import_history_free(j->history);
    import_units_free(j->units);
    unit_list_release(&j->unit_list);
    import_preview_free(j->preview);
    entitle_close(j->rules);
}

enum status import_person_read(struct import_job *j, uint64_t person, struct diag *d)
{
    TRY(vault_row_read(j->l, person, &j->row_of, d));
    return person_read(buf_str(&j->row_of.plain), UINT64_MAX, j->person, d);
}

enum status import_person_known(struct import_job *j, const char id[ID_NUMBER_LEN + 1],
                                uint64_t *person, struct diag *d)
{
    TRY(vault_find(j->l, id, person, d));
    if (*person == 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "unknown-person",
                         "nobody is known with this ID number");
        import_row_hint(&j->row,
                        "check the number, or import the person first: almoner "
                        "import people");
        return ST_OK;
    }
    return import_person_read(j, *person, d);
}

bool import_person_room(struct import_job *j, unsigned earlier)
{
    size_t bytes = ENTRY_EXTRA;
    for (size_t i = 0; i < j->row.csv->count; i++) {
        bytes += j->row.csv->fields[i].n;
    }
    if (bytes > j->entry_bytes) {
        j->entry_bytes = bytes;
    }
    if (earlier < UINT8_MAX && j->person->fact_count + earlier < FACTS_LIMIT &&
        j->person->route_count + earlier < PERSON_ROUTES_MAX &&
        j->row_of.plain.len + (earlier + 1) * j->entry_bytes <= ROW_LIMIT) {
        return true;
    }
    import_row_fault(&j->row, FIELD_ID_NUMBER, "person-full",
                     "too much is recorded of this person, or too much in one file");
    return import_row_hint(&j->row, "split the file, or record less often");
}

/* ---- checking ---- */

static enum status reject(struct import_job *j, struct diag *d)
{
    struct import_report *r = j->report;
    r->rejected_count++;
    r->fault_count += j->row.fault_count;
    if (r->rejected == NULL) {
        r->rejected = calloc(IMPORT_REJECTED_MAX, sizeof *r->rejected);
        if (r->rejected == NULL) {
            return diag_memory(d);
        }
    }
    for (size_t i = 0; i < j->row.fault_count; i++) {
        if (r->rejected_kept < IMPORT_REJECTED_MAX) {
            r->rejected[r->rejected_kept++] = j->row.faults[i];
        }
    }
    const struct import_rejects *to = j->rejects;
    return to != NULL
               ? to->row(to->ctx, j->row.original, j->row.faults, j->row.fault_count, d)
               : ST_OK;
}

bool import_row_read(struct import_job *j)
{
    struct import_row *r = &j->row;
    if (r->csv->count != r->columns.count && !r->csv->sheet) {
        import_row_fault(r, FIELD_ID_NUMBER, "field-count",
                         "%zu fields, and the header has %zu", r->csv->count,
                         r->columns.count);
        return import_row_hint(r, "a value with a comma in it needs quotes around it");
    }
    for (size_t i = r->columns.named; i < r->csv->count; i++) {
        if (text_trim(r->csv->fields[i]).n > 0) {
            import_row_fault_at(r, i, "unnamed-column",
                                "a value below no column's name");
            return import_row_hint(r, "name the column in the first line, or empty it");
        }
    }
    if (!import_row_cells(r) ||
        (j->mapping != NULL && !import_row_translate(r, j->mapping))) {
        return false;
    }
    return j->kind->read(j);
}

static enum status check_row(struct import_job *j, struct diag *d)
{
    if (j->row.ordinal % TICK_ROWS == 0) {
        progress_tick(j->progress, j->doing, j->row.ordinal, j->rows_total);
        if (progress_stop(j->progress)) {
            return diag_fail(d, ST_INTERRUPTED, "interrupted",
                             "stopped while checking: nothing was written");
        }
    }
    if (import_row_read(j)) {
        TRY(j->kind->check(j, d));
        if (j->preview != NULL && !j->row.bad) {
            TRY(import_preview_row(j, d));
        }
    }
    return j->row.bad ? reject(j, d) : ST_OK;
}

static enum status gather_row(struct import_job *j, struct diag *d)
{
    return import_row_read(j) ? j->kind->gather(j, d) : ST_OK;
}

static enum status rows_rejected(const struct import_job *j, const char *name,
                                 enum status st, struct diag *d)
{
    const struct import_report *r = j->report;
    const struct rejected_row *first = &r->rejected[0];
    diag_fail(d, st, "rows-rejected",
              "%" PRIu64 " of %" PRIu64 " rows are refused, the "
              "first for its %s: %s",
              r->rejected_count, r->rows, first->field, first->reason);
    diag_where(d, "%s: line %" PRIu64 ", column %u", name, first->line,
               (unsigned)first->column);
    return diag_hint(d, "%s",
                     first->hint[0] != '\0'
                         ? first->hint
                         : "a file is taken as a whole or not at all");
}

enum status import_check_rows(struct import_job *j, const struct import_file *f,
                              enum charset charset, enum status refused, struct diag *d)
{
    struct import_report *r = j->report;
    if (j->kind->gather != NULL) {
        const struct import_rejects *rejects = j->rejects;
        j->rejects = NULL;
        enum status st = import_file_rows(j, f, charset, gather_row, d);
        j->rejects = rejects;
        if (st != ST_OK) {
            return st;
        }
    }
    import_seen_expect(&j->seen, j->rows_total);
    TRY(import_file_rows(j, f, charset, check_row, d));
    import_seen_checked(&j->seen);
    r->rows = j->row.ordinal;
    r->accepted = r->rows - r->rejected_count;
    if (r->rejected_count > 0) {
        return rows_rejected(j, f->name, refused, d);
    }
    if (r->rows == 0 && j->kind->what != IMPORT_SNAPSHOT) {
        diag_fail(d, ST_INPUT, "empty-file", "the file has a header and no rows");
        return diag_where(d, "%s", f->name);
    }
    progress_tick(j->progress, j->doing, r->rows, r->rows);
    return j->kind->after != NULL ? j->kind->after(j, d) : ST_OK;
}
