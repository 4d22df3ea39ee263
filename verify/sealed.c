/* sealed.c - see sealed.h. */
#include "verify/sealed.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wipe.h"

#define OVERHEAD 28 /* nonce and tag */

struct sealed {
    struct zip_stream *stream;
    uint8_t key[32];
    uint64_t left; /* sealed bytes that are still to come */
    uint32_t index;
    bool last; /* the last chunk was given out */
    uint8_t in[SEALED_CHUNK + OVERHEAD];
    uint8_t plain[SEALED_CHUNK];
    size_t plain_n, plain_at; /* for sealed_read */
};

bool sealed_key(struct str sealed_txt, struct str passphrase, uint8_t key[32])
{
    static const char head[] = "almoner-sealed/v1\nscrypt 32768 8 1 ";
    uint8_t salt[32];
    size_t n = sizeof head - 1;
    if (sealed_txt.n != n + 65 || memcmp(sealed_txt.p, head, n) != 0 ||
        sealed_txt.p[n + 64] != '\n' ||
        !text_unhex(str_make(sealed_txt.p + n, 64), salt, 32)) {
        return false;
    }
    return passphrase_key(passphrase, str_make(salt, 32), 32768, 8, 1, key);
}

enum status sealed_open_file(struct sealed **out, struct zip *z, struct zip_entry *e,
                             const uint8_t key[32], struct diag *d)
{
    struct sealed *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return diag_memory(d);
    }
    enum status st = zip_stream_open(&s->stream, z, e, d);
    if (st != ST_OK) {
        free(s);
        return st;
    }
    struct hash *sha256 = NULL;
    st = hash_new(&sha256, SUITE_SHA256_ED25519, d);
    if (st != ST_OK) {
        sealed_close(s);
        return st;
    }
    s->left = e->size;
    hash_hmac(sha256, key, e->name, s->key);
    hash_free(sha256);
    *out = s;
    return ST_OK;
}

void sealed_close(struct sealed *s)
{
    if (s != NULL) {
        zip_stream_close(s->stream);
        wipe(s, sizeof *s);
        free(s);
    }
}

enum status sealed_next(struct sealed *s, struct str *out, struct diag *d)
{
    size_t got = 0, n = s->left < sizeof s->in ? (size_t)s->left : sizeof s->in;
    *out = str_of("");
    if (s->last) {
        return ST_OK;
    }
    TRY(zip_read(s->stream, s->in, n, &got, d));
    if (got != n) {
        return diag_fail(d, ST_INPUT, "bundle-entry", "a sealed file is cut short");
    }
    s->left -= n;
    s->last = s->left == 0;
    uint8_t nonce[12] = {0};
    put_u32(nonce + 4, s->index++);
    nonce[11] = s->last;
    if (n < OVERHEAD || memcmp(nonce, s->in, sizeof nonce) != 0 ||
        !sealed_open(s->key, str_of(""), str_make(s->in, n), s->plain)) {
        return diag_fail(d, ST_DENIED, "sealed",
                         "a sealed file does not open: another passphrase, or it was "
                         "changed");
    }
    if (n == OVERHEAD && s->index > 1) {
        return diag_fail(d, ST_INPUT, "bundle-entry", "an empty last chunk");
    }
    if (s->last) { /* for the digest of the entry */
        uint8_t none;
        TRY(zip_read(s->stream, &none, 1, &got, d));
    }
    *out = str_make(s->plain, n - OVERHEAD);
    return ST_OK;
}

enum status sealed_read(struct sealed *s, void *p, size_t n, bool *end, struct diag *d)
{
    uint8_t *to = p;
    size_t done = 0;
    *end = false;
    while (done < n) {
        if (s->plain_at == s->plain_n) {
            struct str more;
            TRY(sealed_next(s, &more, d));
            if (more.n == 0) {
                *end = done == 0;
                return *end ? ST_OK
                            : diag_fail(d, ST_INPUT, "bundle-people",
                                        "a row is cut short");
            }
            s->plain_n = more.n;
            s->plain_at = 0;
        }
        size_t part =
            s->plain_n - s->plain_at < n - done ? s->plain_n - s->plain_at : n - done;
        memcpy(to + done, s->plain + s->plain_at, part);
        s->plain_at += part;
        done += part;
    }
    return ST_OK;
}
