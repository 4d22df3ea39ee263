/* epoch.c - rows of the ledger's own keys, and bodies of lost-file records; see
 * epoch.h. Bytes: docs/formats/ledger.md. */
#include "ledger/epoch.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "ledger/export.h"
#include "ledger/row.h"

void epoch_origin(const char *genesis_origin, uint32_t epoch, char out[ORIGIN_MAX + 1])
{
    int n = epoch > 1
                ? snprintf(out, ORIGIN_MAX + 1, "%.100s/e%u", genesis_origin, epoch)
                : snprintf(out, ORIGIN_MAX + 1, "%s", genesis_origin);
    must(n >= 0 && n <= ORIGIN_MAX);
}

enum status epoch_key_put(struct txn *t, const struct epoch_key *e, struct diag *d)
{
    uint8_t bytes[200];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    writer_u8(&w, (uint8_t)e->state);
    writer_varint(&w, e->sequence);
    writer_varint(&w, e->since);
    writer_varint(&w, e->before);
    writer_varint(&w, e->proposed_by);
    writer_varint(&w, e->epoch);
    writer_varint(&w, e->batches);
    writer_varint(&w, e->behind_size);
    writer_bytes(&w, e->behind_root, DIGEST_LEN);
    writer_bytes(&w, e->public_key, KEY_PUBLIC_LEN);
    return row_put(t, REGISTER_EPOCH, e->number, &w, d);
}

enum status epoch_key_get(struct txn *t, uint32_t number, struct epoch_key *out,
                          struct diag *d)
{
    struct reader r;
    TRY(row_get(t, REGISTER_EPOCH, number, &r, d));
    out->number = number;
    out->state = (enum entry_state)reader_u8(&r);
    out->sequence = reader_varint(&r);
    out->since = reader_varint(&r);
    out->before = (uint32_t)reader_varint(&r);
    out->proposed_by = (uint32_t)reader_varint(&r);
    out->epoch = (uint32_t)reader_varint(&r);
    out->batches = (uint32_t)reader_varint(&r);
    out->behind_size = reader_varint(&r);
    struct str root = reader_bytes(&r, DIGEST_LEN);
    struct str public_key = reader_bytes(&r, KEY_PUBLIC_LEN);
    if (!reader_done(&r)) {
        return row_damaged("ledger key", number, d);
    }
    memcpy(out->behind_root, root.p, DIGEST_LEN);
    memcpy(out->public_key, public_key.p, KEY_PUBLIC_LEN);
    return ST_OK;
}

enum status epoch_key_of(struct txn *t, uint32_t keys, const char *genesis_origin,
                         struct str origin, uint64_t size, struct epoch_key *out,
                         struct diag *d)
{
    out->number = 0;
    for (uint32_t n = 1; n <= keys; n++) {
        struct epoch_key e;
        char own[ORIGIN_MAX + 1];
        TRY(epoch_key_get(t, n, &e, d));
        epoch_origin(genesis_origin, e.epoch, own);
        if (e.since == 0 || !str_is(origin, own)) {
            continue;
        }
        if (out->number == 0 || (e.since > out->since && e.since <= size)) {
            *out = e;
        }
    }
    return ST_OK;
}

/* The first key of an epoch is that of the record that began it. */
enum status epoch_end_get(struct txn *t, uint32_t keys, uint32_t epoch,
                          struct epoch_end *out, struct diag *d)
{
    memset(out, 0, sizeof *out);
    out->kept = UINT64_MAX;
    for (uint32_t n = 2; n <= keys && out->next == 0; n++) {
        struct epoch_key e;
        TRY(epoch_key_get(t, n, &e, d));
        if (e.epoch == epoch + 1) {
            out->next = e.epoch;
            out->kept = e.sequence;
            out->behind_size = e.behind_size;
            memcpy(out->behind_root, e.behind_root, DIGEST_LEN);
        }
    }
    return ST_OK;
}

enum status epoch_key_known(struct txn *t, uint32_t keys,
                            const uint8_t public_key[KEY_PUBLIC_LEN], bool *known,
                            struct diag *d)
{
    *known = false;
    for (uint32_t n = 1; n <= keys && !*known; n++) {
        struct epoch_key e;
        TRY(epoch_key_get(t, n, &e, d));
        *known = memcmp(e.public_key, public_key, KEY_PUBLIC_LEN) == 0;
    }
    return ST_OK;
}

static void read_sent(struct body *b, struct lost_file *out)
{
    out->sent.batch = (uint32_t)body_uint(b, 2, UINT32_MAX);
    body_text(b, 3, out->sent.format, sizeof out->sent.format);
    body_digest(b, 4, out->sent.sha256);
    out->sent.length = body_uint(b, 5, UINT64_MAX);
    out->sent.lines = body_uint(b, 6, UINT32_MAX);
    out->sent.total_fen = body_int(b, 7);
    out->created_us = body_time(b, 8);
    out->id_epoch = (uint32_t)body_uint(b, 10, UINT32_MAX);
    out->id_number = (uint32_t)body_uint(b, 11, UINT32_MAX);
    kept_profile_read(b, &kept_in_lost, &out->sent.profile);
    export_files_read(b, 15, &out->sent);
    export_payments_read(b, 17, &out->sent);
    if (cbor_map_key(&b->map, 18)) {
        uint64_t refusals = cbor_get_uint(&b->r);
        b->ok = b->ok && refusals > 0 && refusals <= UINT32_MAX;
        out->refusals = (uint32_t)refusals;
    }
}

bool lost_file_read(struct str plain, struct lost_file *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->what = (enum lost_what)body_uint(&b, 1, LOST_AGREED);
    switch (out->what) {
    case LOST_SENT:
        read_sent(&b, out);
        break;
    case LOST_STATED:
        body_text(&b, 2, out->document, sizeof out->document);
        break;
    case LOST_AGREED:
        body_digest(&b, 2, out->statement);
        break;
    }
    return body_done(&b) && out->what >= LOST_SENT &&
           (out->what != LOST_STATED || out->document[0] != '\0');
}

static void write_sent(const struct lost_file *x, struct writer *w)
{
    cbor_pair_uint(w, 2, x->sent.batch);
    cbor_pair_text(w, 3, str_of(x->sent.format));
    cbor_pair_bytes(w, 4, x->sent.sha256, DIGEST_LEN);
    cbor_pair_uint(w, 5, x->sent.length);
    cbor_pair_uint(w, 6, x->sent.lines);
    cbor_pair_int(w, 7, x->sent.total_fen);
    cbor_pair_int(w, 8, x->created_us);
    cbor_pair_uint(w, 10, x->id_epoch);
    cbor_pair_uint(w, 11, x->id_number);
    kept_profile_write(&x->sent.profile, &kept_in_lost, w);
    export_files_write(&x->sent, 15, w);
    export_payments_write(&x->sent, 17, w);
    if (x->refusals > 0) {
        cbor_pair_uint(w, 18, x->refusals);
    }
}

void lost_file_write(const struct lost_file *x, struct writer *w)
{
    cbor_put_map(w, x->what == LOST_SENT ? 10 + kept_profile_pairs(&x->sent.profile) +
                                               export_files_pairs(&x->sent) +
                                               export_payments_pairs(&x->sent) +
                                               (x->refusals > 0 ? 1U : 0U)
                                         : 2);
    cbor_pair_uint(w, 1, (uint64_t)x->what);
    switch (x->what) {
    case LOST_SENT:
        write_sent(x, w);
        break;
    case LOST_STATED:
        cbor_pair_text(w, 2, str_of(x->document));
        break;
    case LOST_AGREED:
        cbor_pair_bytes(w, 2, x->statement, DIGEST_LEN);
        break;
    }
}
