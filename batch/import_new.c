/* import_new.c - people who are new, made into sealed rows by a second thread while the
 * next rows of the file are read. They are written in their order, and their records
 * are the same as if each had been written at once: random bytes are drawn when the row
 * is read, and the record that will commit to it is known before.
 * The second thread must never call the store. */
#include "batch/import_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/relay.h"
#include "base/wipe.h"

#ifndef SLAB_PEOPLE /* tests make pieces small */
#define SLAB_PEOPLE 256
#endif
/* Of one row of people: all that import_people.c takes. */
#define TEXT_BYTES_MAX ((size_t)16 * 1024)

struct newcomer {
    uint64_t ordinal;  /* of the row in the file */
    uint64_t recorded; /* the record that will commit to it */
    uint8_t nonce[SEAL_NONCE_LEN];
    struct people_row said; /* its texts lie in: */
    struct buf text;
    struct vault_row row; /* what it says is filled in by the second thread, as is: */
    struct buf sealed;
    uint8_t commitment[DIGEST_LEN];
    uint8_t lead[VAULT_LOOKUP_LEN];
};

struct slab {
    size_t count;
    struct newcomer people[SLAB_PEOPLE];
};

struct import_new {
    struct vault_opener *opener;
    struct relay *relay;
    struct slab *slabs[RELAY_PIECES];
    unsigned given;     /* slabs so far; the next is being filled */
    unsigned under_way; /* of them; what they hold is not written */
    uint64_t waiting;   /* people who are not written */
    struct chunk plan;  /* the record that the next of them comes into, as it will be */
    uint64_t recorded;  /* its number */
};

/* ---- the second thread ---- */

static void make_row(struct vault_opener *o, struct newcomer *n)
{
    import_people_write(&n->said, n->recorded, &n->row.plain);
    vault_opener_commitment(o, &n->row, n->recorded, buf_str(&n->row.plain),
                            n->commitment);
    vault_opener_seal(o, &n->row, n->nonce, &n->sealed);
    vault_opener_find_key(o, n->said.id, n->lead);
}

static void make_rows(void *ctx, void *piece)
{
    struct import_new *a = ctx;
    struct slab *s = piece;
    for (size_t i = 0; i < s->count; i++) {
        make_row(a->opener, &s->people[i]);
    }
}

/* ---- life ---- */

static struct slab *slab_new(void)
{
    struct slab *s = calloc(1, sizeof *s);
    for (size_t i = 0; s != NULL && i < SLAB_PEOPLE; i++) {
        struct newcomer *n = &s->people[i];
        buf_init(&n->text, TEXT_BYTES_MAX);
        vault_row_init(&n->row);
        buf_init(&n->sealed, 2 * PERSON_ROW_MAX);
    }
    return s;
}

static void slab_free(struct slab *s)
{
    for (size_t i = 0; s != NULL && i < SLAB_PEOPLE; i++) {
        struct newcomer *n = &s->people[i];
        wipe(n->text.p, n->text.cap);
        buf_release(&n->text);
        vault_row_release(&n->row);
        buf_release(&n->sealed);
        wipe(&n->said, sizeof n->said);
    }
    free(s);
}

void import_new_free(struct import_new *a)
{
    if (a == NULL) {
        return;
    }
    relay_free(a->relay);
    for (int i = 0; i < RELAY_PIECES; i++) {
        slab_free(a->slabs[i]);
    }
    vault_opener_free(a->opener);
    free(a);
}

static enum status make_parts(struct import_new *a, struct ledger *l, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        a->slabs[i] = slab_new();
        if (a->slabs[i] == NULL) {
            return diag_memory(d);
        }
    }
    TRY(vault_opener_new(l, &a->opener, d));
    return relay_new(&a->relay, make_rows, a, d);
}

static enum status start(struct import_job *j, struct diag *d)
{
    j->newcomers = calloc(1, sizeof *j->newcomers);
    return j->newcomers != NULL ? make_parts(j->newcomers, j->l, d) : diag_memory(d);
}

/* ---- writing ---- */

static enum status write_one(struct import_job *j, const struct newcomer *n,
                             struct diag *d)
{
    uint64_t recorded;
    uint64_t person = n->row.person;
    TRY(buf_check(&n->row.plain, d));
    TRY(buf_check(&n->sealed, d));
    j->take.last = n->ordinal - 1;
    TRY(import_take_ready(j, &recorded, d));
    must(recorded == n->recorded);
    TRY(vault_row_append(j->l, person, buf_str(&n->sealed), d));
    import_take_entry(j, person, n->commitment, n->row.plain.len);
    j->take.created++;
    j->take.last = n->ordinal;
    j->newcomers->waiting--;
    return import_take_lead(j, n->lead, person, d);
}

static enum status write_slab(struct import_job *j, struct slab *s, struct diag *d)
{
    for (size_t i = 0; i < s->count; i++) {
        TRY(write_one(j, &s->people[i], d));
    }
    s->count = 0;
    return ST_OK;
}

static enum status write_oldest(struct import_job *j, struct diag *d)
{
    struct slab *s = relay_finish(j->newcomers->relay);
    must(s != NULL);
    j->newcomers->under_way--;
    return write_slab(j, s, d);
}

static struct slab *filling(struct import_new *a)
{
    return a->slabs[a->given % RELAY_PIECES];
}

static void hand_over(struct import_new *a)
{
    relay_start(a->relay, filling(a));
    a->given++;
    a->under_way++;
}

bool import_new_waiting(const struct import_job *j)
{
    return j->newcomers != NULL && j->newcomers->waiting > 0;
}

enum status import_new_write(struct import_job *j, struct diag *d)
{
    struct import_new *a = j->newcomers;
    if (!import_new_waiting(j)) {
        return ST_OK;
    }
    struct slab *last = filling(a);
    if (a->under_way == 0) { /* a few: not worth waking somebody */
        make_rows(a, last);
        return write_slab(j, last, d);
    }
    if (last->count > 0) {
        hand_over(a);
    }
    while (a->under_way > 0) {
        TRY(write_oldest(j, d));
    }
    return ST_OK;
}

/* ---- taking in ---- */

/* The record that the next person comes into, when those before are written. */
static void plan(struct import_job *j, struct import_new *a, uint64_t person)
{
    static const uint8_t none[DIGEST_LEN];
    if (a->waiting == 0) {
        chunk_start(&a->plan);
        a->plan.entries.len = j->take.chunk.entries.len;
        a->recorded = ledger_head(j->l)->tree.size;
    }
    if (!chunk_fits(&a->plan, IMPORT_ENTRY_BYTES)) {
        chunk_start(&a->plan);
        a->recorded++;
    }
    import_entry_write(&a->plan.entries, person, none);
}

/* The texts of a row are the file's until the next one is read. */
static enum status keep(struct newcomer *n, const struct people_row *row,
                        struct diag *d)
{
    n->said = *row;
    struct people_row *p = &n->said;
    struct str *const texts[] = {
        &p->name,    &p->registration, &p->unit,    &p->address,      &p->phone,
        &p->contact, &p->household,    &p->account, &p->account_name, &p->bank_code,
    };
    size_t total = 1;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        total += texts[i]->n;
    }
    buf_clear(&n->text);
    char *room = buf_room(&n->text, total); /* at once, or it would move */
    TRY(buf_check(&n->text, d));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i]->n > 0) {
            memcpy(room, texts[i]->p, texts[i]->n);
        }
        *texts[i] = str_make(room, texts[i]->n);
        room += texts[i]->n;
    }
    return ST_OK;
}

enum status import_new_add(struct import_job *j, struct diag *d)
{
    if (j->newcomers == NULL) {
        TRY(start(j, d));
    }
    struct import_new *a = j->newcomers;
    struct slab *s = filling(a);
    struct newcomer *n = &s->people[s->count];
    uint64_t person = ledger_head(j->l)->people + j->take.created + a->waiting + 1;
    plan(j, a, person);
    n->ordinal = j->row.ordinal;
    n->recorded = a->recorded;
    TRY(keep(n, &j->u.people, d));
    TRY(vault_row_create(j->l, person, &n->row, d));
    TRY(ledger_random(j->l, n->nonce, sizeof n->nonce, d));
    s->count++;
    a->waiting++;
    if (s->count < SLAB_PEOPLE) {
        return ST_OK;
    }
    hand_over(a);
    return a->under_way == RELAY_PIECES ? write_oldest(j, d) : ST_OK;
}
