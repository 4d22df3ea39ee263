/* steady.c - blocks of what runs keep; see steady.h and docs/formats/ledger.md. Row of
 * TABLE_META: "steady" and u32 number -> nonce 12, text, tag 16, under a key derived
 * from the vault's, bound to origin and number. */
#include "ledger/steady.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "ledger/ledger_private.h"

#define VERSION 1
#define KEY_LABEL "steady"
#define KEY_LEN (sizeof KEY_LABEL - 1 + 4)
#define HEAD_BYTES (1 + DIGEST_LEN + 8 + 4 + 2 + 2)
#define ENTRY_BYTES 12

uint64_t steady_mark(struct str sealed)
{
    uint64_t mark =
        sealed.n < 8 ? 0 : get_u64((const uint8_t *)sealed.p + sealed.n - 8);
    return mark == 0 ? 1 : mark;
}

void steady_write(const struct steady_block *b, struct writer *w)
{
    size_t outcomes = (size_t)b->outcome_bytes * b->outcome_count;
    must(b->outcome_count <= STEADY_OUTCOMES_MAX && outcomes <= sizeof b->outcomes);
    writer_u8(w, VERSION);
    writer_bytes(w, b->terms, sizeof b->terms);
    writer_u64(w, b->known_below);
    writer_u32(w, (uint32_t)b->month);
    writer_u16(w, b->outcome_bytes);
    writer_u16(w, b->outcome_count);
    writer_bytes(w, b->outcomes, outcomes);
    for (size_t i = 0; i < STEADY_PEOPLE; i++) {
        const struct steady_entry *e = &b->entries[i];
        writer_u64(w, e->mark);
        writer_u16(w, e->months);
        writer_u16(w, e->outcome);
    }
}

bool steady_read(struct str plain, struct steady_block *out)
{
    struct reader r;
    reader_init(&r, plain.p, plain.n);
    if (reader_u8(&r) != VERSION || plain.n < HEAD_BYTES) {
        return false;
    }
    memcpy(out->terms, reader_bytes(&r, DIGEST_LEN).p, DIGEST_LEN);
    out->known_below = reader_u64(&r);
    out->month = (int32_t)reader_u32(&r);
    out->outcome_bytes = reader_u16(&r);
    out->outcome_count = reader_u16(&r);
    size_t outcomes = (size_t)out->outcome_bytes * out->outcome_count;
    if (out->outcome_count > STEADY_OUTCOMES_MAX || outcomes > sizeof out->outcomes ||
        plain.n != HEAD_BYTES + outcomes + (size_t)ENTRY_BYTES * STEADY_PEOPLE) {
        return false;
    }
    memcpy(out->outcomes, reader_bytes(&r, outcomes).p, outcomes);
    for (size_t i = 0; i < STEADY_PEOPLE; i++) {
        struct steady_entry *e = &out->entries[i];
        e->mark = reader_u64(&r);
        e->months = reader_u16(&r);
        e->outcome = reader_u16(&r);
        if (e->outcome >= out->outcome_count && e->outcome != STEADY_NO_OUTCOME) {
            return false;
        }
    }
    return reader_done(&r);
}

static struct str row_key(uint64_t number, uint8_t out[KEY_LEN])
{
    memcpy(out, KEY_LABEL, sizeof KEY_LABEL - 1);
    put_u32(out + sizeof KEY_LABEL - 1, (uint32_t)number);
    return str_make(out, KEY_LEN);
}

bool steady_number(struct str key, uint64_t *number)
{
    if (key.n != KEY_LEN || !str_starts(key, str_of(KEY_LABEL))) {
        return false;
    }
    *number = get_u32((const uint8_t *)key.p + KEY_LEN - 4);
    return true;
}

static struct str bind(const struct ledger *l, uint64_t number,
                       uint8_t out[ORIGIN_MAX + KEY_LEN])
{
    size_t n = strlen(l->info.genesis_origin);
    memcpy(out, l->info.genesis_origin, n);
    row_key(number, out + n);
    return str_make(out, n + KEY_LEN);
}

enum status steady_get(struct ledger *l, uint64_t number, struct str *sealed,
                       struct diag *d)
{
    uint8_t key[KEY_LEN];
    return store_get(l->t, TABLE_META, row_key(number, key), sealed, d);
}

bool steady_open_with(const struct ledger *l, struct sealer *sealer, uint64_t number,
                      struct str sealed, struct buf *plain)
{
    uint8_t aad[ORIGIN_MAX + KEY_LEN];
    buf_clear(plain);
    if (sealed.n < SEAL_OVERHEAD || sealed.n > STEADY_BYTES_MAX) {
        return false;
    }
    void *room = buf_room(plain, sealed.n);
    sealer_key(sealer, l->steady);
    if (room == NULL || !sealer_open(sealer, bind(l, number, aad), sealed, room)) {
        return false;
    }
    plain->len = sealed.n - SEAL_OVERHEAD;
    return true;
}

enum status steady_put(struct ledger *l, uint64_t number, struct str plain,
                       struct diag *d)
{
    uint8_t aad[ORIGIN_MAX + KEY_LEN];
    uint8_t nonce[SEAL_NONCE_LEN];
    uint8_t key[KEY_LEN];
    must(l->has_master && number <= UINT32_MAX);
    size_t n = plain.n + SEAL_OVERHEAD;
    TRY(ledger_random(l, nonce, sizeof nonce, d));
    TRY(ledger_room(l, n, d));
    sealer_key(l->sealer, l->steady);
    sealer_seal(l->sealer, nonce, bind(l, number, aad), plain, l->room);
    return store_put(l->t, TABLE_META, row_key(number, key), str_make(l->room, n), d);
}

enum status steady_forget(struct ledger *l, uint64_t person, struct diag *d)
{
    uint8_t key[KEY_LEN];
    return store_delete(l->t, TABLE_META, row_key(person / STEADY_PEOPLE, key), d);
}
