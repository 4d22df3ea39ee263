/* ledger_checkpoint.c - a ledger's checkpoints: signed now or for an earlier size, the
 * last one kept, and those of others that came back. */
#include <string.h>

#include "ledger/epoch.h"
#include "ledger/ledger_private.h"
#include "ledger/note.h"

enum status ledger_root_at(struct ledger *l, uint64_t size, uint8_t out[DIGEST_LEN],
                           bool *found, struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t key[8];
    struct str root;
    if (size == h->tree.size && h->open.kind == 0) {
        ledger_root(l, out);
        *found = true;
        return ST_OK;
    }
    put_u64(key, size);
    TRY(store_get(l->t, TABLE_ACTS, str_make(key, 8), &root, d));
    *found = root.n == DIGEST_LEN;
    if (*found) {
        memcpy(out, root.p, DIGEST_LEN);
    }
    return ST_OK;
}

enum status ledger_checkpoint_at(struct ledger *l, uint64_t size, struct buf *out,
                                 uint8_t root[DIGEST_LEN], struct diag *d)
{
    uint8_t ours[DIGEST_LEN];
    struct buf text;
    bool found;
    struct epoch_key now;
    TRY(epoch_key_get(l->t, l->key_number, &now, d));
    if (size < now.since) {
        diag_fail(d, ST_CONFLICT, "key-replaced",
                  "the ledger's key is another since it had %llu records",
                  (unsigned long long)now.since);
        return diag_hint(d, "take a checkpoint of now");
    }
    TRY(ledger_root_at(l, size, ours, &found, d));
    if (!found) {
        return diag_fail(d, ST_CONFLICT, "no-checkpoint",
                         "no act began at %llu records: there is no checkpoint there",
                         (unsigned long long)size);
    }
    buf_init(&text, 4096);
    checkpoint_print(str_of(l->info.origin), size, ours, &text);
    enum status st = note_sign(buf_str(&text), str_of(l->info.origin), l->key, out, d);
    buf_release(&text);
    if (st == ST_OK && root != NULL) {
        memcpy(root, ours, DIGEST_LEN);
    }
    return st;
}

enum status ledger_checkpoint(struct ledger *l, struct buf *out, uint64_t *size,
                              struct diag *d)
{
    bool resume;
    uint8_t root[DIGEST_LEN];
    struct buf text;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    ledger_root(l, root);
    *size = ledger_head(l)->tree.size;
    buf_init(&text, 4096);
    checkpoint_print(str_of(l->info.origin), *size, root, &text);
    enum status st = note_sign(buf_str(&text), str_of(l->info.origin), l->key, out, d);
    buf_release(&text);
    return st;
}

/* Row "checkpoint" of TABLE_META: u64 size, i64 time, the note. */
#define CHECKPOINT_ROW 16

enum status ledger_note_checkpoint(struct ledger *l, uint64_t size, struct str note,
                                   struct diag *d)
{
    struct buf row;
    uint8_t start[CHECKPOINT_ROW];
    put_u64(start, size);
    put_u64(start + 8, (uint64_t)l->options.now_us);
    buf_init(&row, CHECKPOINT_ROW + NOTE_BYTES_MAX);
    buf_add(&row, start, sizeof start);
    buf_add_str(&row, note);
    enum status st = buf_check(&row, d);
    if (st == ST_OK) {
        st = ledger_begin(l, d);
    }
    if (st == ST_OK) {
        st = store_put(l->t, TABLE_META, str_of("checkpoint"), buf_str(&row), d);
        if (st != ST_OK) {
            ledger_abort(l);
        }
    }
    buf_release(&row);
    return st == ST_OK ? ledger_commit(l, d) : st;
}

enum status ledger_last_checkpoint(struct ledger *l, uint64_t *size, int64_t *time_us,
                                   struct diag *d)
{
    struct str row;
    TRY(store_get(l->t, TABLE_META, str_of("checkpoint"), &row, d));
    *size = 0;
    *time_us = 0;
    if (row.n >= CHECKPOINT_ROW) {
        *size = get_u64((const uint8_t *)row.p);
        *time_us = (int64_t)get_u64((const uint8_t *)row.p + 8);
    }
    return ST_OK;
}

enum status ledger_kept_checkpoint(struct ledger *l, struct str *note, struct diag *d)
{
    struct str row;
    TRY(store_get(l->t, TABLE_META, str_of("checkpoint"), &row, d));
    *note = row.n > CHECKPOINT_ROW
                ? str_make(row.p + CHECKPOINT_ROW, row.n - CHECKPOINT_ROW)
                : str_of("");
    return ST_OK;
}

enum status ledger_read_checkpoint(struct ledger *l, struct str note,
                                   struct checkpoint *out, struct epoch_key *by,
                                   struct diag *d)
{
    struct str text;
    struct checkpoint c;
    struct epoch_key key;
    char origin[ORIGIN_MAX + 1];
    const struct ledger_info *i = &l->info;
    TRY(note_text(note, &text, d));
    TRY(checkpoint_parse(text, &c, d)); /* nothing vouches for it yet */
    TRY(epoch_key_of(l->t, ledger_head(l)->ledger_keys, i->genesis_origin, c.origin,
                     c.size, &key, d));
    if (key.number == 0) {
        diag_fail(d, ST_INPUT, "other-ledger",
                  "the checkpoint is of another ledger than %s", i->origin);
        return diag_hint(d, "%.*s names no epoch that this ledger knows of",
                         STR_ARG(c.origin));
    }
    epoch_origin(i->genesis_origin, key.epoch, origin);
    enum status st = note_verify(note, str_of(origin), key.public_key, &text, d);
    if (st == ST_INTEGRITY) {
        diag_fail(d, ST_INTEGRITY, "checkpoint-signature",
                  "the checkpoint is not signed by this ledger's key");
        return diag_hint(d,
                         "either the checkpoint was changed, or the ledger was made "
                         "anew under its old name%s",
                         key.epoch > 1 ? ", or it is of an epoch of this number that a "
                                         "later restore from an older backup lost"
                                       : "");
    }
    TRY(st);
    if (by != NULL) {
        *by = key;
    }
    *out = c;
    return ST_OK;
}

bool ledger_signs_now(const struct ledger *l, const struct epoch_key *by)
{
    return by->number == l->key_number;
}
