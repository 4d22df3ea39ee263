/* cosign.c - C2SP cosignature/v1 (tlog-cosignature v1.0.0), Ed25519.
 *
 * The signed message is the header line, the time, and the whole body of the
 * checkpoint; it does not name the witness, so a key must never be used under two
 * names. The header keeps it apart from everything else a key signs here. */
#include "ledger/cosign.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/must.h"
#include "base/text.h"

#define TYPE_COSIGNATURE 4
#define KEY_ID_LEN 4
#define KEY_ID_DIGITS 8
#define BLOB_LEN (8 + SIGNATURE_LEN) /* u64 seconds, signature */
/* Where the 32 bytes stand among those of keys.h: behind a type byte, if there is one.
 */
#define RAW_AT (KEY_PUBLIC_LEN - WITNESS_KEY_LEN)
#define TYPE_ED25519 1

/* ---- keys ---- */

enum status witness_key_make(struct str name, const uint8_t key[WITNESS_KEY_LEN],
                             struct witness_key *out, struct diag *d)
{
    struct digest *g;
    uint8_t hash[DIGEST_LEN];
    uint8_t typed[2 + WITNESS_KEY_LEN] = {'\n', TYPE_COSIGNATURE};
    must(key_name_valid(name));
    TRY(digest_new(&g, d));
    memcpy(typed + 2, key, WITNESS_KEY_LEN);
    digest_once(g, name, str_make(typed, sizeof typed), hash);
    digest_free(g);
    must(str_copy(name, out->name, sizeof out->name));
    memcpy(out->key, key, WITNESS_KEY_LEN);
    out->id = get_u32(hash);
    return ST_OK;
}

enum status witness_key_of(struct str name, const struct key *key,
                           struct witness_key *out, struct diag *d)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(key, public_key);
    if (RAW_AT > 0 && public_key[0] != TYPE_ED25519) {
        diag_fail(d, ST_INPUT, "witness-key", "a witness has an Ed25519 key");
        return diag_hint(d, "of whatever suite the ledger is: almoner keygen NAME "
                            "--suite 1 makes one");
    }
    return witness_key_make(name, public_key + RAW_AT, out, d);
}

void witness_key_public(const struct witness_key *k, uint8_t out[KEY_PUBLIC_LEN])
{
    out[0] = TYPE_ED25519; /* written over where keys have no type byte */
    memcpy(out + RAW_AT, k->key, WITNESS_KEY_LEN);
}

size_t witness_key_print(const struct witness_key *k, char out[VKEY_TEXT_CAP])
{
    uint8_t typed[1 + WITNESS_KEY_LEN] = {TYPE_COSIGNATURE};
    char base64[4 * ((sizeof typed + 2) / 3) + 1];
    memcpy(typed + 1, k->key, WITNESS_KEY_LEN);
    text_base64(typed, sizeof typed, base64);
    int n = snprintf(out, VKEY_TEXT_CAP, "%s+%08" PRIx32 "+%s", k->name, k->id, base64);
    must(n > 0 && n < VKEY_TEXT_CAP);
    return (size_t)n;
}

static enum status bad_vkey(const char *what, const char *hint, struct diag *d)
{
    diag_fail(d, ST_INPUT, "witness-vkey", "%s", what);
    return diag_hint(d, "%s", hint);
}

/* The part before the next '+'; *rest goes on behind it. */
static bool cut_part(struct str *rest, struct str *part)
{
    const char *plus = rest->n == 0 ? NULL : memchr(rest->p, '+', rest->n);
    if (plus == NULL) {
        return false;
    }
    *part = str_make(rest->p, (size_t)(plus - rest->p));
    *rest = str_make(plus + 1, rest->n - part->n - 1);
    return true;
}

enum status witness_key_parse(struct str text, struct witness_key *out, struct diag *d)
{
    struct witness_key k;
    struct str rest = text;
    struct str name;
    struct str digits;
    uint8_t id[KEY_ID_LEN];
    uint8_t typed[1 + WITNESS_KEY_LEN];
    size_t n = 0;
    bool form = cut_part(&rest, &name) && cut_part(&rest, &digits) &&
                key_name_valid(name) && digits.n == KEY_ID_DIGITS &&
                text_unhex(digits, id, sizeof id) &&
                text_unbase64(rest, typed, sizeof typed, &n) && n == sizeof typed;
    if (!form) {
        return bad_vkey("this is no witness's verifier key",
                        "it has the form NAME+KEYID+BASE64, in one line", d);
    }
    if (typed[0] != TYPE_COSIGNATURE) {
        return bad_vkey("the verifier key is not that of a witness (type 04)",
                        "the witness's line is what audit witness init printed", d);
    }
    TRY(witness_key_make(name, typed + 1, &k, d));
    if (k.id != get_u32(id)) {
        return bad_vkey("the verifier key's name, id and key do not belong together",
                        "copy it again; one character is wrong", d);
    }
    *out = k;
    return ST_OK;
}

/* ---- cosignatures ---- */

static void add_message(struct str text, uint64_t time_s, struct buf *out)
{
    buf_addf(out, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
    buf_add_str(out, text);
}

enum status cosignature_make(struct str text, uint64_t time_s, const struct key *key,
                             struct cosignature *out, struct diag *d)
{
    struct buf message;
    must(time_s <= COSIGN_TIME_MAX);
    buf_init(&message, NOTE_BYTES_MAX + 64);
    add_message(text, time_s, &message);
    enum status st = buf_check(&message, d);
    if (st == ST_OK) {
        st = key_sign(key, buf_str(&message), out->signature, d);
    }
    if (st == ST_OK) {
        out->time_s = time_s;
    }
    buf_release(&message);
    return st;
}

bool cosignature_holds(const struct witness_key *k, struct str text,
                       const struct cosignature *c)
{
    struct buf message;
    uint8_t public_key[KEY_PUBLIC_LEN];
    witness_key_public(k, public_key);
    buf_init(&message, NOTE_BYTES_MAX + 64);
    add_message(text, c->time_s, &message);
    bool holds = !message.failed && c->time_s <= COSIGN_TIME_MAX &&
                 key_verify(public_key, buf_str(&message), c->signature);
    buf_release(&message);
    return holds;
}

void cosignature_print(const struct witness_key *k, const struct cosignature *c,
                       struct buf *out)
{
    uint8_t blob[BLOB_LEN];
    put_u64(blob, c->time_s);
    memcpy(blob + 8, c->signature, SIGNATURE_LEN);
    note_add_signature(str_of(k->name), k->id, str_make(blob, sizeof blob), out);
}

enum status cosignature_find(struct str note, const struct witness_key *k,
                             struct cosignature *out, bool *found, struct diag *d)
{
    uint8_t blob[BLOB_LEN];
    size_t n;
    TRY(note_find_signature(note, str_of(k->name), k->id, blob, sizeof blob, &n, d));
    *found = n == sizeof blob;
    if (*found) {
        out->time_s = get_u64(blob);
        memcpy(out->signature, blob + 8, SIGNATURE_LEN);
    }
    return ST_OK;
}
