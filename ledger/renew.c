/* renew.c - new keys of the ledger, and new epochs. The private key is in its file, and
 * synced, before the record that names it: a record without its key could never sign a
 * head. A key whose record was never written is a file that nothing refers to. */
#include "ledger/renew.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "base/wipe.h"
#include "ledger/body.h"
#include "ledger/ledger_private.h"

/* A key made for a record that was not written yet, because its signature comes from
 * elsewhere: the next try must name the same one. */
#define NEXT_KEY "ledger-next.pem"

static enum status fresh_key(struct ledger *l, struct key **out, struct diag *d)
{
    uint8_t seed[32];
    TRY(ledger_random(l, seed, sizeof seed, d));
    enum status st = key_new_suite(out, l->info.suite, seed, d);
    wipe(seed, sizeof seed);
    return st;
}

static enum status save_key(const struct ledger *l, const struct key *key,
                            const char *path, struct diag *d)
{
    struct buf pem;
    buf_init(&pem, 8192);
    enum status st = key_to_pem(key, str_of(""), &pem, d);
    if (st == ST_OK) {
        st = ledger_write_new(path, buf_str(&pem), 0600, d);
    }
    if (st == ST_OK) {
        st = ledger_sync_dir(l->key_dir, d);
    }
    wipe(pem.p, pem.cap);
    buf_release(&pem);
    return st;
}

/* Is this key, which a file has, fit to be the ledger's next? What a crash left behind
 * may be in force already. */
static enum status fits(struct ledger *l, const struct key *key, bool *yes,
                        struct diag *d)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(key, public_key);
    TRY(epoch_key_known(l->t, ledger_head(l)->ledger_keys, public_key, yes, d));
    *yes = !*yes && key_suite(public_key) == l->info.suite;
    return ST_OK;
}

static enum status next_key(struct ledger *l, const char *path, struct key **out,
                            struct diag *d)
{
    bool fit = false;
    struct key *key = NULL;
    struct diag why;
    enum status st = ledger_load_key(path, &key, &why);
    if (st == ST_OK) {
        TRY(fits(l, key, &fit, d));
    }
    if (fit) {
        *out = key;
        return ST_OK;
    }
    key_free(key);
    if (unlink(path) != 0 && errno != ENOENT) {
        return diag_errno(d, "remove", path);
    }
    TRY(fresh_key(l, out, d));
    return save_key(l, *out, path, d);
}

/* Its own file, named after the origin it will sign under; there already when this is
 * not the first try. */
static enum status keep_key(struct ledger *l, const char *origin,
                            const struct key *next, uint8_t public_key[KEY_PUBLIC_LEN],
                            struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct key *there = NULL;
    struct diag why;
    uint8_t own[KEY_PUBLIC_LEN] = {0};
    key_public(next, public_key);
    TRY(ledger_key_path(l, origin, public_key, path, d));
    if (ledger_load_key(path, &there, &why) == ST_OK) {
        key_public(there, own);
        key_free(there);
    }
    return memcmp(own, public_key, KEY_PUBLIC_LEN) == 0 ? ST_OK
                                                        : save_key(l, next, path, d);
}

static enum status make_key(struct ledger *l, const char *origin,
                            uint8_t public_key[KEY_PUBLIC_LEN], struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    struct key *key = NULL;
    TRY(ledger_path(l->key_dir, NEXT_KEY, path, d));
    enum status st = next_key(l, path, &key, d);
    if (st == ST_OK) {
        st = keep_key(l, origin, key, public_key, d);
    }
    key_free(key);
    return st;
}

/* The record is written: the key has its own file. One that stays by accident is seen
 * to be in use by the next make_key. */
static void forget_next(const struct ledger *l)
{
    char path[LEDGER_PATH_MAX];
    struct diag ignored;
    if (ledger_path(l->key_dir, NEXT_KEY, path, &ignored) == ST_OK) {
        (void)unlink(path);
    }
}

/* The record itself has the new origin, and is signed for it. */
static enum status append_epoch(struct ledger *l, const char *origin,
                                const uint8_t public_key[KEY_PUBLIC_LEN],
                                const struct renew_behind *behind, struct diag *d)
{
    uint8_t bytes[300];
    char subject[80];
    uint8_t root[DIGEST_LEN];
    struct writer w;
    struct act_text text = {.subject = subject};
    uint64_t size = ledger_head(l)->tree.size;
    uint32_t epoch = ledger_head(l)->epoch + 1;
    bool known = behind->size > size;
    ledger_root(l, root);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, known ? 6 : 4);
    cbor_pair_uint(&w, 1, epoch);
    cbor_put_uint(&w, 2);
    body_put_key(&w, public_key);
    cbor_pair_uint(&w, 3, size);
    cbor_pair_bytes(&w, 4, root, DIGEST_LEN);
    if (known) {
        cbor_pair_uint(&w, 5, behind->size);
        cbor_pair_bytes(&w, 6, behind->root, DIGEST_LEN);
    }
    snprintf(subject, sizeof subject, "epoch %u: restored at %llu records", epoch,
             (unsigned long long)size);
    must(str_copy(str_of(origin), l->info.origin, sizeof l->info.origin));
    return ledger_append_signed(l, KIND_EPOCH, writer_str(&w), text, NULL, d);
}

enum status renew_epoch(struct ledger *l, const struct renew_behind *behind,
                        struct diag *d)
{
    char origin[ORIGIN_MAX + 1];
    char before[ORIGIN_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    bool resume;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    memcpy(before, l->info.origin, sizeof before);
    epoch_origin(l->info.genesis_origin, ledger_head(l)->epoch + 1, origin);
    TRY(make_key(l, origin, public_key, d));
    TRY(ledger_begin(l, d)); /* may vouch for the clock, still in the old epoch */
    enum status st = append_epoch(l, origin, public_key, behind, d);
    if (st != ST_OK) {
        memcpy(l->info.origin, before, sizeof before);
        ledger_abort(l);
        return st;
    }
    TRY(ledger_commit(l, d));
    forget_next(l);
    return ST_OK;
}

enum status renew_key(struct ledger *l, uint32_t *number, struct diag *d)
{
    uint8_t bytes[100];
    char subject[80];
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct writer w;
    bool resume;
    uint32_t next = ledger_head(l)->ledger_keys + 1;
    struct act_text text = {.subject = subject};
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(make_key(l, l->info.origin, public_key, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, next);
    cbor_put_uint(&w, 2);
    body_put_key(&w, public_key);
    snprintf(subject, sizeof subject, "ledger key %u", next);
    TRY(ledger_act(l, KIND_LEDGER_KEY, writer_str(&w), text, NULL, d));
    forget_next(l);
    *number = next;
    return ST_OK;
}

enum status renew_confirm(struct ledger *l, uint32_t number, struct diag *d)
{
    uint8_t bytes[40];
    char subject[80];
    struct writer w;
    bool resume;
    struct act_text text = {.subject = subject};
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, REGISTER_EPOCH);
    cbor_pair_uint(&w, 2, number);
    snprintf(subject, sizeof subject, "confirm ledger key %u", number);
    return ledger_act(l, KIND_SECOND, writer_str(&w), text, NULL, d);
}
