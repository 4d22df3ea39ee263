/* vault.c - sealed rows of people and the look-up of ID numbers. It must never write
 * anything about a person that is not sealed or keyed. Bytes of a row:
 *     wrapped data key, 32; sealed entries: nonce 12, text, tag 16. */
#include "ledger/vault.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/wipe.h"
#include "ledger/erasure.h"
#include "ledger/ledger_private.h"
#include "ledger/steady.h"

#define WRAPPED SEAL_KEY_LEN

void vault_row_init(struct vault_row *r)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->plain, PERSON_ROW_MAX);
}

void vault_row_release(struct vault_row *r)
{
    wipe(r->plain.p, r->plain.cap);
    buf_release(&r->plain);
    wipe(r->key, sizeof r->key);
}

static enum status need_master(const struct ledger *l, struct diag *d)
{
    if (!l->has_master) {
        diag_fail(d, ST_SYSTEM, "vault-key", "the vault's key is not here");
        return diag_hint(d, "name the folder with vault.key by --key-dir");
    }
    return ST_OK;
}

/* Origin and person, so that no sealed row can stand in for another. */
static struct str bind(const struct ledger *l, uint64_t person,
                       uint8_t out[ORIGIN_MAX + 16])
{
    size_t n = strlen(l->info.genesis_origin);
    memcpy(out, l->info.genesis_origin, n);
    put_u64(out + n, person);
    return str_make(out, n + 8);
}

enum status vault_row_create(struct ledger *l, uint64_t person, struct vault_row *r,
                             struct diag *d)
{
    TRY(need_master(l, d));
    r->person = person;
    buf_clear(&r->plain);
    return ledger_random(l, r->key, sizeof r->key, d);
}

static enum status open_row(const struct ledger *l, struct wrapper *wrapper,
                            struct sealer *sealer, struct str sealed,
                            struct vault_row *r, struct diag *d)
{
    uint8_t aad[ORIGIN_MAX + 16];
    if (sealed.n < WRAPPED + SEAL_OVERHEAD) {
        return diag_fail(d, ST_INTEGRITY, "vault", "the row of person %llu is cut",
                         (unsigned long long)r->person);
    }
    wrapper_unwrap(wrapper, (const uint8_t *)sealed.p, r->key);
    struct str text = str_make(sealed.p + WRAPPED, sealed.n - WRAPPED);
    size_t plain_n = text.n - SEAL_OVERHEAD;
    buf_clear(&r->plain);
    void *room = buf_room(&r->plain, plain_n);
    TRY(buf_check(&r->plain, d));
    sealer_key(sealer, r->key);
    if (!sealer_open(sealer, bind(l, r->person, aad), text, room)) {
        diag_fail(d, ST_INTEGRITY, "vault",
                  "the row of person %llu does not open: changed, or another key",
                  (unsigned long long)r->person);
        return diag_where(d, "person %llu", (unsigned long long)r->person);
    }
    r->plain.len = plain_n;
    return ST_OK;
}

enum status vault_row_open(struct ledger *l, uint64_t person, struct str sealed,
                           struct vault_row *r, struct diag *d)
{
    TRY(need_master(l, d));
    r->person = person;
    return open_row(l, l->wrapper, l->sealer, sealed, r, d);
}

struct vault_opener {
    const struct ledger *l; /* its origin and keys alone are used */
    struct wrapper *wrapper;
    struct sealer *sealer;
    struct digest *g;
};

enum status vault_opener_new(struct ledger *l, struct vault_opener **out,
                             struct diag *d)
{
    TRY(need_master(l, d));
    struct vault_opener *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return diag_memory(d);
    }
    o->l = l;
    enum status st = wrapper_new(&o->wrapper, d);
    if (st == ST_OK) {
        st = sealer_new(&o->sealer, d);
    }
    if (st == ST_OK) {
        st = ledger_digest_new(l, &o->g, d);
    }
    if (st != ST_OK) {
        vault_opener_free(o);
        return st;
    }
    wrapper_master(o->wrapper, l->master);
    *out = o;
    return ST_OK;
}

void vault_opener_free(struct vault_opener *o)
{
    if (o != NULL) {
        wrapper_free(o->wrapper);
        sealer_free(o->sealer);
        digest_free(o->g);
        free(o);
    }
}

enum status vault_opener_open(struct vault_opener *o, uint64_t person,
                              struct str sealed, struct vault_row *r, struct diag *d)
{
    r->person = person;
    return open_row(o->l, o->wrapper, o->sealer, sealed, r, d);
}

bool steady_open(struct vault_opener *o, uint64_t number, struct str sealed,
                 struct buf *plain)
{
    return steady_open_with(o->l, o->sealer, number, sealed, plain);
}

enum status vault_row_read(struct ledger *l, uint64_t person, struct vault_row *r,
                           struct diag *d)
{
    uint8_t key[8];
    struct str sealed;
    put_u64(key, person);
    TRY(store_get(l->t, TABLE_PEOPLE, str_make(key, 8), &sealed, d));
    if (sealed.p == NULL) {
        TRY(erasure_refuse(l->t, person, d));
        return diag_fail(d, ST_CONFLICT, "unknown-person", "there is no person %llu",
                         (unsigned long long)person);
    }
    return vault_row_open(l, person, sealed, r, d);
}

/* out has WRAPPED + plain + SEAL_OVERHEAD bytes. */
static void seal_row(const struct ledger *l, struct wrapper *wrapper,
                     struct sealer *sealer, const struct vault_row *r,
                     const uint8_t nonce[SEAL_NONCE_LEN], uint8_t *out)
{
    uint8_t aad[ORIGIN_MAX + 16];
    wrapper_wrap(wrapper, r->key, out);
    sealer_key(sealer, r->key);
    sealer_seal(sealer, nonce, bind(l, r->person, aad), buf_str(&r->plain),
                out + WRAPPED);
}

void vault_opener_seal(struct vault_opener *o, const struct vault_row *r,
                       const uint8_t nonce[SEAL_NONCE_LEN], struct buf *out)
{
    size_t n = WRAPPED + r->plain.len + SEAL_OVERHEAD;
    buf_clear(out);
    uint8_t *room = buf_room(out, n);
    if (room != NULL) {
        seal_row(o->l, o->wrapper, o->sealer, r, nonce, room);
        out->len = n;
    }
}

enum status vault_row_append(struct ledger *l, uint64_t person, struct str sealed,
                             struct diag *d)
{
    uint8_t key[8];
    put_u64(key, person);
    return store_append(l->t, TABLE_PEOPLE, str_make(key, 8), sealed, d);
}

enum status vault_row_write(struct ledger *l, const struct vault_row *r, struct diag *d)
{
    uint8_t nonce[SEAL_NONCE_LEN];
    uint8_t key[8];
    TRY(need_master(l, d));
    TRY(buf_check(&r->plain, d));
    TRY(ledger_random(l, nonce, sizeof nonce, d));
    size_t n = WRAPPED + r->plain.len + SEAL_OVERHEAD;
    TRY(ledger_room(l, n, d));
    seal_row(l, l->wrapper, l->sealer, r, nonce, l->room);
    put_u64(key, r->person);
    return store_put(l->t, TABLE_PEOPLE, str_make(key, 8), str_make(l->room, n), d);
}

static void commit_to(struct digest *g, const struct vault_row *r, uint64_t sequence,
                      struct str bytes, uint8_t out[DIGEST_LEN])
{
    uint8_t at[8];
    uint8_t salt[DIGEST_LEN];
    put_u64(at, sequence);
    digest_hmac(g, r->key, str_of("salt"), str_make(at, 8), salt);
    digest_once(g, str_make(salt, sizeof salt), bytes, out);
}

void vault_commitment(struct ledger *l, const struct vault_row *r, uint64_t sequence,
                      struct str bytes, uint8_t out[DIGEST_LEN])
{
    commit_to(l->g, r, sequence, bytes, out);
}

void vault_opener_commitment(struct vault_opener *o, const struct vault_row *r,
                             uint64_t sequence, struct str bytes,
                             uint8_t out[DIGEST_LEN])
{
    commit_to(o->g, r, sequence, bytes, out);
}

static void lookup_key(const struct ledger *l, struct digest *g,
                       const char id[ID_NUMBER_LEN + 1], uint8_t out[DIGEST_LEN])
{
    digest_hmac(g, l->lookup, str_make(id, ID_NUMBER_LEN), str_of(""), out);
}

enum status vault_find_key(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                           uint8_t out[VAULT_LOOKUP_LEN], struct diag *d)
{
    uint8_t key[DIGEST_LEN];
    TRY(need_master(l, d));
    lookup_key(l, l->g, id, key);
    memcpy(out, key, VAULT_LOOKUP_LEN);
    return ST_OK;
}

void vault_opener_find_key(struct vault_opener *o, const char id[ID_NUMBER_LEN + 1],
                           uint8_t out[VAULT_LOOKUP_LEN])
{
    uint8_t key[DIGEST_LEN];
    lookup_key(o->l, o->g, id, key);
    memcpy(out, key, VAULT_LOOKUP_LEN);
}

enum status vault_find_by_key(struct ledger *l, const uint8_t key[VAULT_LOOKUP_LEN],
                              uint64_t *person, struct diag *d)
{
    struct str value;
    TRY(store_get(l->t, TABLE_LOOKUP, str_make(key, VAULT_LOOKUP_LEN), &value, d));
    if (value.p != NULL && value.n != 8) {
        return diag_fail(d, ST_INTEGRITY, "vault", "a look-up row is not in its form");
    }
    *person = value.p != NULL ? get_u64((const uint8_t *)value.p) : 0;
    return ST_OK;
}

enum status vault_find(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                       uint64_t *person, struct diag *d)
{
    uint8_t key[VAULT_LOOKUP_LEN];
    TRY(vault_find_key(l, id, key, d));
    return vault_find_by_key(l, key, person, d);
}

enum status vault_index(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                        uint64_t person, struct diag *d)
{
    uint8_t key[DIGEST_LEN];
    uint8_t value[8];
    must(person > 0);
    TRY(need_master(l, d));
    lookup_key(l, l->g, id, key);
    put_u64(value, person);
    return store_put(l->t, TABLE_LOOKUP, str_make(key, VAULT_LOOKUP_LEN),
                     str_make(value, 8), d);
}

static int by_key(const void *a, const void *b)
{
    const struct vault_lead *x = a;
    const struct vault_lead *y = b;
    uint64_t p = get_u64(x->key);
    uint64_t q = get_u64(y->key);
    if (p != q) {
        return p < q ? -1 : 1;
    }
    return memcmp(x->key, y->key, VAULT_LOOKUP_LEN);
}

enum status vault_index_all(struct ledger *l, struct vault_lead *list, size_t count,
                            struct diag *d)
{
    struct cursor *c;
    enum status st = ST_OK;
    if (count == 0) {
        return ST_OK;
    }
    qsort(list, count, sizeof *list, by_key);
    TRY(store_cursor_open(l->t, TABLE_LOOKUP, &c, d));
    for (size_t i = 0; i < count && st == ST_OK; i++) {
        uint8_t value[8];
        put_u64(value, list[i].person);
        st = store_cursor_put(c, str_make(list[i].key, VAULT_LOOKUP_LEN),
                              str_make(value, 8), d);
    }
    store_cursor_close(c);
    return st;
}

enum status vault_unindex(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                          struct diag *d)
{
    uint8_t key[DIGEST_LEN];
    TRY(need_master(l, d));
    lookup_key(l, l->g, id, key);
    return store_delete(l->t, TABLE_LOOKUP, str_make(key, VAULT_LOOKUP_LEN), d);
}

/* Takes the entry away when the number leads to the person. */
static enum status erase_lookup(struct ledger *l, const char id[ID_NUMBER_LEN + 1],
                                uint64_t leads_to, uint64_t *lookups, struct diag *d)
{
    uint64_t found;
    TRY(vault_find(l, id, &found, d));
    if (found != leads_to) {
        return ST_OK;
    }
    ++*lookups;
    return vault_unindex(l, id, d);
}

/* SHA-256 in every suite, like that of files: a backup is searched with it. */
static enum status file_digest(struct str bytes, uint8_t sha256[DIGEST_LEN],
                               struct diag *d)
{
    struct digest *g;
    TRY(digest_new(&g, d));
    digest_once(g, bytes, str_of(""), sha256);
    digest_free(g);
    return ST_OK;
}

enum status vault_erase(struct ledger *l, uint64_t person, uint64_t leads_to,
                        struct vault_row *row, struct person *work,
                        uint8_t sha256[DIGEST_LEN], uint64_t *lookups, struct diag *d)
{
    uint8_t key[8];
    struct str sealed;
    TRY(vault_row_read(l, person, row, d));
    TRY(person_read_some(buf_str(&row->plain), UINT64_MAX, UINT32_MAX, work, d));
    put_u64(key, person);
    TRY(store_get(l->t, TABLE_PEOPLE, str_make(key, 8), &sealed, d));
    TRY(file_digest(sealed, sha256, d));
    for (size_t i = 0; i < work->fact_count; i++) {
        const struct fact *f = &work->facts[i];
        char id[ID_NUMBER_LEN + 1];
        if (f->code == FACT_ID_NUMBER && id_number_normal(f->value, id) == ID_OK) {
            TRY(erase_lookup(l, id, leads_to, lookups, d));
        }
    }
    TRY(store_delete(l->t, TABLE_PEOPLE, str_make(key, 8), d));
    TRY(steady_forget(l, person, d));
    uint8_t since[8];
    put_u64(since, ledger_head(l)->tree.size);
    return store_put(l->t, TABLE_META, str_of(LEDGER_UNCOMPACTED),
                     str_make(since, sizeof since), d);
}

enum status vault_person_now(struct ledger *l, uint64_t person, struct vault_row *row,
                             struct person *work, uint64_t *now, struct diag *d)
{
    *now = person;
    for (unsigned i = 0; i < PERSON_MERGES_MAX; i++) {
        TRY(vault_row_read(l, *now, row, d));
        TRY(person_read_some(buf_str(&row->plain), UINT64_MAX, 0, work, d));
        if (work->merged_into == 0) {
            return ST_OK;
        }
        *now = work->merged_into;
    }
    return diag_fail(d, ST_INTEGRITY, "vault", "person %llu leads to nobody",
                     (unsigned long long)person);
}
