/* head.c - the head row: see head.h; bytes in docs/formats/ledger.md, "head". */
#include "ledger/head.h"

#include <string.h>

#define HEAD_VERSION 6

void head_write(const struct head *h, struct writer *w)
{
    writer_u8(w, HEAD_VERSION);
    tree_write(&h->tree, w);
    writer_bytes(w, h->last_leaf, DIGEST_LEN);
    writer_zigzag(w, h->last_us);
    writer_varint(w, (uint64_t)h->open.kind);
    writer_varint(w, h->open.first);
    writer_varint(w, h->open.number);
    writer_varint(w, h->open.next);
    for (int i = 0; i < 4; i++) {
        writer_zigzag(w, h->open.fen[i]);
    }
    writer_varint(w, h->open.count[0]);
    writer_varint(w, h->open.count[1]);
    const uint64_t counters[] = {
        h->people,
        h->operators,
        h->channels,
        h->policies,
        h->imports,
        h->runs,
        h->batches,
        h->answers,
        h->confirmed,
        (uint64_t)h->assessed_month,
        h->assessed_size,
        h->assessed_rules,
        h->institutions,
        h->recoveries,
        h->retentions,
        h->erased,
        h->witnesses,
        h->cosigned,
        h->timestamps,
        h->epoch,
        h->ledger_keys,
        h->ledger_key,
        h->locked,
        h->stated,
        h->settings,
        h->closes,
        (uint64_t)h->open_month,
        h->closed_year,
        h->funds,
        h->notices,
        h->objections,
        h->objected,
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        writer_varint(w, counters[i]);
    }
}

static void read_open_act(struct reader *r, struct open_act *open)
{
    open->kind = (int)reader_varint(r);
    open->first = reader_varint(r);
    open->number = (uint32_t)reader_varint(r);
    open->next = reader_varint(r);
    for (int i = 0; i < 4; i++) {
        open->fen[i] = reader_zigzag(r);
    }
    open->count[0] = reader_varint(r);
    open->count[1] = reader_varint(r);
}

bool head_read(struct head *h, struct str bytes)
{
    struct reader r;
    reader_init(&r, bytes.p, bytes.n);
    if (reader_u8(&r) != HEAD_VERSION || !tree_read(&h->tree, &r)) {
        return false;
    }
    struct str leaf = reader_bytes(&r, DIGEST_LEN);
    if (leaf.n != DIGEST_LEN) {
        return false;
    }
    memcpy(h->last_leaf, leaf.p, DIGEST_LEN);
    h->last_us = reader_zigzag(&r);
    read_open_act(&r, &h->open);
    h->people = reader_varint(&r);
    uint32_t *counters[] = {
        &h->operators, &h->channels, &h->policies, &h->imports,
        &h->runs,      &h->batches,  &h->answers,  &h->confirmed,
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        *counters[i] = (uint32_t)reader_varint(&r);
    }
    h->assessed_month = (int32_t)reader_varint(&r);
    h->assessed_size = reader_varint(&r);
    h->assessed_rules = (uint32_t)reader_varint(&r);
    h->institutions = reader_varint(&r);
    h->recoveries = (uint32_t)reader_varint(&r);
    h->retentions = (uint32_t)reader_varint(&r);
    h->erased = reader_varint(&r);
    h->witnesses = (uint32_t)reader_varint(&r);
    h->cosigned = (uint32_t)reader_varint(&r);
    h->timestamps = (uint32_t)reader_varint(&r);
    h->epoch = (uint32_t)reader_varint(&r);
    h->ledger_keys = (uint32_t)reader_varint(&r);
    h->ledger_key = (uint32_t)reader_varint(&r);
    h->locked = reader_varint(&r);
    h->stated = reader_varint(&r);
    h->settings = (uint32_t)reader_varint(&r);
    h->closes = (uint32_t)reader_varint(&r);
    h->open_month = (int32_t)reader_varint(&r);
    h->closed_year = (uint32_t)reader_varint(&r);
    h->funds = (uint32_t)reader_varint(&r);
    h->notices = (uint32_t)reader_varint(&r);
    h->objections = (uint32_t)reader_varint(&r);
    h->objected = (uint32_t)reader_varint(&r);
    return reader_done(&r);
}
