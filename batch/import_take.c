/* import_take.c - what an import writes: entries into people's rows, commitments to
 * them into records, in transactions of bounded size. A record commits to all the bytes
 * it added to a person's row, so a person is in it once, whatever the rows were. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* A transaction's changed pages stay in memory until it is committed: those of the
 * rows, and for each person one page of older rows or of the look-up at most. 96 MB,
 * below STORE_HEADROOM. Before that, 16 MB of rows are enough, when they are as much as
 * the look-up's pages: a commit writes most of those anew. */
#define COMMIT_PAGES 24576
#define COMMIT_ROW_BYTES ((uint64_t)16 * 1024 * 1024)
#define PAGE_BYTES 4096
#define ROW_EXTRA 128 /* keys, nonces and tags, what stays free of a page */
/* Entries of the look-up (of 34 bytes) on one of its pages, at least. */
#define LEADS_OF_PAGE 60
#ifndef TICK_ROWS /* tests make pieces small */
#define TICK_ROWS 4096
#endif

enum status import_take_flush(struct import_job *j, struct diag *d)
{
    struct import_take *t = &j->take;
    TRY(ledger_append_chunk(j->l, t->kind, &t->chunk, j->number, t->last, d));
    t->created = 0;
    return ST_OK;
}

enum status import_take_ready(struct import_job *j, uint64_t *recorded, struct diag *d)
{
    if (!chunk_fits(&j->take.chunk, IMPORT_ENTRY_BYTES)) {
        TRY(import_take_flush(j, d));
    }
    *recorded = ledger_head(j->l)->tree.size;
    return ST_OK;
}

/* The entry of this person in the record in the making; count when there is none. */
static size_t entry_of(const struct import_take *t, uint64_t person)
{
    size_t i = 0;
    while (i < t->chunk.count && t->entries[i].person != person) {
        i++;
    }
    return i;
}

/* New people are behind the older rows, and have at most all pages of the look-up. */
static bool is_enough(const struct import_job *j)
{
    const struct import_take *t = &j->take;
    uint64_t index = (ledger_head(j->l)->people + t->created) / LEADS_OF_PAGE + 1;
    uint64_t leads = t->lead_count < index ? t->lead_count : index;
    uint64_t rows = (t->row_bytes + t->people * ROW_EXTRA) / PAGE_BYTES;
    uint64_t known = t->people - t->lead_count;
    return (t->row_bytes >= COMMIT_ROW_BYTES && rows >= leads) ||
           rows + known + leads >= COMMIT_PAGES;
}

enum status import_take_lead(struct import_job *j, const uint8_t key[VAULT_LOOKUP_LEN],
                             uint64_t person, struct diag *d)
{
    struct import_take *t = &j->take;
    if (t->lead_count == t->lead_room) {
        size_t room = t->lead_room == 0 ? 1024 : t->lead_room * 2;
        struct vault_lead *leads = realloc(t->leads, room * sizeof *leads);
        if (leads == NULL) {
            return diag_memory(d);
        }
        t->leads = leads;
        t->lead_room = room;
    }
    struct vault_lead *lead = &t->leads[t->lead_count++];
    lead->person = person;
    memcpy(lead->key, key, VAULT_LOOKUP_LEN);
    return ST_OK;
}

enum status import_take_end(struct import_job *j, struct diag *d)
{
    struct import_take *t = &j->take;
    TRY(import_new_write(j, d));
    TRY(import_take_flush(j, d));
    TRY(vault_index_all(j->l, t->leads, t->lead_count, d));
    t->lead_count = 0;
    return ST_OK;
}

void import_entry_write(struct writer *w, uint64_t person,
                        const uint8_t commitment[DIGEST_LEN])
{
    cbor_put_array(w, 2);
    cbor_put_uint(w, person);
    cbor_put_bytes(w, commitment, DIGEST_LEN);
    must(!w->failed);
}

void import_take_entry(struct import_job *j, uint64_t person,
                       const uint8_t commitment[DIGEST_LEN], size_t row_bytes)
{
    struct import_take *t = &j->take;
    must(t->chunk.count < IMPORT_ENTRIES_MAX);
    import_entry_write(&t->chunk.entries, person, commitment);
    t->entries[t->chunk.count].person = person;
    t->entries[t->chunk.count].at = t->chunk.entries.len - DIGEST_LEN;
    t->chunk.count++;
    t->row_bytes += row_bytes;
    t->people++;
}

enum status import_take_person(struct import_job *j, size_t from, struct diag *d)
{
    struct import_take *t = &j->take;
    uint64_t person = j->row_of.person;
    uint64_t recorded = ledger_head(j->l)->tree.size;
    uint8_t commitment[DIGEST_LEN];
    size_t i = entry_of(t, person);
    TRY(buf_check(&j->row_of.plain, d));
    struct str row = buf_str(&j->row_of.plain);
    struct str added = i < t->chunk.count ? person_entries_of(row, recorded)
                                          : str_make(row.p + from, row.n - from);
    vault_commitment(j->l, &j->row_of, recorded, added, commitment);
    TRY(vault_row_write(j->l, &j->row_of, d));
    if (i == t->chunk.count) {
        import_take_entry(j, person, commitment, row.n);
        return ST_OK;
    }
    t->row_bytes += row.n;
    t->people++;
    memcpy(t->chunk.bytes + t->entries[i].at, commitment, DIGEST_LEN);
    return ST_OK;
}

void import_take_done(struct import_job *j, uint64_t ordinal, bool *due)
{
    if (!import_new_waiting(j)) {
        j->take.last = ordinal;
    }
    j->take.since_tick++;
    *due = j->take.since_tick >= TICK_ROWS || is_enough(j);
}

enum status import_take_border(struct import_job *j, struct diag *d)
{
    struct import_take *t = &j->take;
    t->since_tick = 0;
    progress_tick(j->progress, j->doing, t->last, j->rows_total);
    bool stop = progress_stop(j->progress);
    if (!is_enough(j) && !stop) {
        return ST_OK;
    }
    TRY(import_take_end(j, d));
    t->row_bytes = 0;
    t->people = 0;
    TRY(ledger_commit(j->l, d));
    if (stop) {
        diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped within import %u",
                  j->number);
        return diag_hint(d, "almoner import confirm %u finishes it", j->number);
    }
    return ledger_begin(j->l, d);
}
