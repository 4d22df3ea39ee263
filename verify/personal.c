/* personal.c - see personal.h. People and commitments both ascend by person: one
 * walk. */
#include "verify/personal.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define ROW_MAX ((size_t)16 * 1024 * 1024)
#define ENTRIES_MAX 1000000
#define ENTRY_ROUTE 2
#define ENTRY_NOTE 4
#define ENTRY_TYPE_MAX 8

struct entry {
    size_t at, n; /* all its bytes */
    size_t fields_at;
    uint64_t recorded;
    uint8_t type;
};

struct walk {
    const struct personal *p;
    const struct commitment *commitments; /* of the part before the next_part */
    size_t count, next, next_part;
    bool no_memory;
    struct hash *hash;
    uint8_t *row;
    size_t row_n, row_cap;
    struct list entries; /* of struct entry */
    uint64_t opened, people;
    uint64_t number; /* of the person at hand */
    uint8_t key[32];
};

static bool read_entries(struct walk *w)
{
    struct reader r;
    reader_init(&r, w->row, w->row_n);
    w->entries.count = 0;
    while (r.at < r.len) {
        struct entry *e =
            w->entries.count == ENTRIES_MAX ? NULL : list_add(&w->entries, sizeof *e);
        if (e == NULL) {
            return false;
        }
        e->at = r.at;
        e->type = reader_u8(&r);
        struct str fields = reader_text(&r);
        if (r.failed || e->type == 0 || e->type > ENTRY_TYPE_MAX) {
            return false;
        }
        e->n = r.at - e->at;
        e->fields_at = r.at - fields.n;
        struct reader inside;
        reader_init(&inside, fields.p, fields.n);
        e->recorded = reader_varint(&inside);
        const struct entry *before =
            w->entries.count < 2 ? NULL : list_at(&w->entries, w->entries.count - 2);
        if (inside.failed || (before != NULL && before->recorded > e->recorded)) {
            return false;
        }
    }
    return true;
}

/* R: the fields of a route from `recorded` to `until`: all of them. */
static struct str route_of(const struct walk *w, uint32_t ordinal)
{
    const struct entry *e = list_at(&w->entries, ordinal);
    if (e == NULL || e->type != ENTRY_ROUTE) {
        return str_of("");
    }
    return str_make(w->row + e->fields_at, e->at + e->n - e->fields_at);
}

/* E: the bytes of the entries the record added. They are adjacent. */
static struct str entries_of(const struct walk *w, uint64_t sequence)
{
    const struct entry *rows = w->entries.rows;
    size_t low = 0, high = w->entries.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].recorded < sequence) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < w->entries.count && rows[end].recorded == sequence) {
        end++;
    }
    if (end == low) {
        return str_of("");
    }
    return str_make(w->row + rows[low].at,
                    rows[end - 1].at + rows[end - 1].n - rows[low].at);
}

static bool opens(struct walk *w, const struct commitment *c)
{
    uint8_t salt[HASH_LEN], digest[HASH_LEN], message[12] = "salt";
    put_u64(message + 4, c->sequence);
    hash_hmac(w->hash, w->key, str_make(message, sizeof message), salt);
    struct str what = c->ordinal == COMMITMENT_ENTRIES ? entries_of(w, c->sequence)
                                                       : route_of(w, c->ordinal);
    hash_once(w->hash, str_make(salt, HASH_LEN), what, digest);
    return what.n > 0 && memcmp(digest, c->hash, sizeof c->hash) == 0;
}

static void not_there(struct walk *w, const struct commitment *c)
{
    uint64_t erased;
    if (w->p->claims->scope == SCOPE_PERSON &&
        !claims_person(w->p->claims, c->person)) {
        return; /* another person's, who is not in this bundle */
    }
    if (fold_erased(w->p->fold, c->person, &erased)) {
        report_gap(
            w->p->report, GROUP_PERSONAL, "erased",
            "person %llu (and perhaps others) was erased by record %llu: what was "
            "committed to them cannot be opened any more",
            "%llu 号等补贴对象已依第 %llu 号记录销毁：其承诺不能再打开",
            (unsigned long long)c->person, (unsigned long long)erased);
        return;
    }
    report_fail(w->p->report, GROUP_PERSONAL, c->sequence, "person-missing",
                "the row of person %llu is not there, and no record says it was erased",
                "缺少 %llu 号补贴对象的档案，也没有销毁记录",
                (unsigned long long)c->person);
}

/* The next one; those of one person are all of one part. NULL: there is none. */
static const struct commitment *next_commitment(struct walk *w)
{
    struct commitments *all = fold_commitments(w->p->fold);
    while (w->next == w->count && w->next_part < commitments_parts(all) &&
           !w->no_memory) {
        w->next = w->count = 0;
        w->no_memory =
            !commitments_part(all, w->next_part++, &w->commitments, &w->count);
    }
    return w->next < w->count ? &w->commitments[w->next] : NULL;
}

/* The commitments of people below this number have no row. */
static void skip_to(struct walk *w, uint64_t person)
{
    const struct commitment *c;
    while ((c = next_commitment(w)) != NULL && c->person < person) {
        not_there(w, c);
        w->next++;
    }
}

/* With all records, each entry was committed to by one of them. */
static void check_recorded(struct walk *w, size_t first, size_t end)
{
    const struct entry *rows = w->entries.rows;
    size_t c = first;
    for (size_t i = 0; i < w->entries.count; i++) {
        while (c < end && (w->commitments[c].sequence < rows[i].recorded ||
                           (w->commitments[c].sequence == rows[i].recorded &&
                            w->commitments[c].ordinal != COMMITMENT_ENTRIES))) {
            c++;
        }
        if (c == end || w->commitments[c].sequence != rows[i].recorded) {
            report_fail(
                w->p->report, GROUP_PERSONAL, NO_RECORD, "entry-unknown",
                "the row of person %llu has an entry that record %llu is said to "
                "have brought, and did not",
                "%llu 号补贴对象的档案有一项自称来自第 %llu 号记录，实则没有",
                (unsigned long long)w->number, (unsigned long long)rows[i].recorded);
            return;
        }
    }
}

static void check_person(struct walk *w)
{
    uint64_t erased;
    skip_to(w, w->number);
    if (!read_entries(w)) {
        report_fail(w->p->report, GROUP_PERSONAL, NO_RECORD, "person-row",
                    "the row of person %llu is not in form",
                    "%llu 号补贴对象的档案格式不对", (unsigned long long)w->number);
        return;
    }
    if (fold_erased(w->p->fold, w->number, &erased)) {
        report_fail(w->p->report, GROUP_PERSONAL, erased, "erased-there",
                    "person %llu was erased, and the row is still there",
                    "%llu 号补贴对象已销毁，档案却仍在", (unsigned long long)w->number);
    }
    size_t first = w->next;
    for (; w->next < w->count && w->commitments[w->next].person == w->number;
         w->next++) {
        const struct commitment *c = &w->commitments[w->next];
        report_checked(w->p->report, GROUP_PERSONAL);
        w->opened++;
        if (!opens(w, c)) {
            report_fail(w->p->report, GROUP_PERSONAL, c->sequence, "commitment",
                        "what person %llu has on file (%s) is not what the record "
                        "committed to: it was changed afterwards",
                        "%llu 号补贴对象的档案（%s）与记录的承诺不符：事后被改动",
                        (unsigned long long)w->number,
                        c->ordinal == COMMITMENT_ENTRIES ? "entries" : "account");
        }
    }
    if (w->p->claims->scope == SCOPE_ALL) {
        check_recorded(w, first, w->next);
    }
}

static enum status read_row(struct walk *w, bool *end, struct diag *d)
{
    uint8_t head[44];
    bool cut = false;
    TRY(sealed_read(w->p->rows, head, sizeof head, end, d));
    if (*end) {
        return ST_OK;
    }
    uint64_t number = get_u64(head);
    w->row_n = get_u32(head + 40);
    if (number <= w->number || w->row_n > ROW_MAX) {
        return diag_fail(d, ST_INPUT, "bundle-people", "the rows are not in order");
    }
    w->number = number;
    memcpy(w->key, head + 8, sizeof w->key);
    if (w->row_n > w->row_cap) {
        uint8_t *row = realloc(w->row, w->row_n);
        if (row == NULL) {
            return diag_memory(d);
        }
        w->row = row;
        w->row_cap = w->row_n;
    }
    if (w->row_n > 0) {
        TRY(sealed_read(w->p->rows, w->row, w->row_n, &cut, d));
    }
    wipe(head, sizeof head);
    return cut ? diag_fail(d, ST_INPUT, "bundle-people", "a row is cut short") : ST_OK;
}

static enum status walk(struct walk *w, struct diag *d)
{
    for (bool end = false;;) {
        TRY(read_row(w, &end, d));
        if (end) {
            break;
        }
        w->people++;
        check_person(w);
    }
    skip_to(w, UINT64_MAX);
    if (w->no_memory) {
        return diag_memory(d);
    }
    report_checked(w->p->report, GROUP_PERSONAL);
    report_note(w->p->report, GROUP_PERSONAL, "opened",
                "%llu commitments to %llu people were opened",
                "打开了 %llu 项承诺，涉及 %llu 名补贴对象",
                (unsigned long long)w->opened, (unsigned long long)w->people);
    return ST_OK;
}

enum status personal_check(const struct personal *p, struct diag *d)
{
    struct walk w = {.p = p};
    TRY(hash_new(&w.hash, fold_suite(p->fold), d));
    enum status st = walk(&w, d);
    hash_free(w.hash);
    list_release(&w.entries);
    if (w.row != NULL) {
        wipe(w.row, w.row_cap);
    }
    free(w.row);
    wipe(w.key, sizeof w.key);
    return st;
}
