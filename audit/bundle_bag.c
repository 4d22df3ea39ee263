/* bundle_bag.c - the BagIt package of docs/formats/bundle.md sections 1, 2 and 7: files
 * go into the archive as they come, each with a line in the manifest. What is sealed is
 * cut into chunks whose nonces count up under a key of the file's own. */
#include <stdio.h>
#include <string.h>

#include "audit/bundle_private.h"
#include "base/text.h"

#define TOP "almoner-bundle/"

static const char BAGIT[] = "BagIt-Version: 1.0\n"
                            "Tag-File-Character-Encoding: UTF-8\n";

static void add_line(struct buf *out, const uint8_t sha256[DIGEST_LEN],
                     const char *path)
{
    char hex[2 * DIGEST_LEN + 1];
    text_hex(sha256, DIGEST_LEN, hex);
    buf_addf(out, "%s  %s\n", hex, path);
}

static enum status start(struct bag *b, const char *path, struct diag *d)
{
    char name[ZIP_WRITE_NAME_MAX + 1];
    int n = snprintf(name, sizeof name, "%s%s", TOP, path);
    must(n > 0 && (size_t)n < sizeof name);
    return zip_writer_start(b->z, name, d);
}

enum status bag_start(struct bag *b, const char *path, struct diag *d)
{
    must(strcmp(b->path, path) < 0); /* the order is part of the format */
    must(str_copy(str_of(path), b->path, sizeof b->path));
    digest_start(b->g);
    b->files++;
    return start(b, path, d);
}

enum status bag_add(struct bag *b, const void *p, size_t n, struct diag *d)
{
    digest_add(b->g, p, n);
    b->octets += n;
    return zip_writer_add(b->z, p, n, d);
}

enum status bag_end(struct bag *b, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    digest_end(b->g, sha256);
    add_line(&b->manifest, sha256, b->path);
    TRY(buf_check(&b->manifest, d));
    return zip_writer_end(b->z, d);
}

enum status bag_text(struct bag *b, const char *path, struct str text, struct diag *d)
{
    TRY(bag_start(b, path, d));
    TRY(bag_add(b, text.p, text.n, d));
    return bag_end(b, d);
}

/* ---- sealed ---- */

enum status bag_sealed_start(struct bag *b, const char *path, struct diag *d)
{
    uint8_t key[DIGEST_LEN];
    digest_hmac(b->g, b->secret, str_of(path), str_make("", 0), key);
    sealer_key(b->sealer, key);
    b->plain_n = 0;
    b->chunk = 0;
    return bag_start(b, path, d);
}

static enum status seal_chunk(struct bag *b, bool last, struct diag *d)
{
    uint8_t nonce[SEAL_NONCE_LEN] = {0};
    uint8_t sealed[sizeof b->plain + SEAL_OVERHEAD];
    put_u32(nonce + 4, b->chunk);
    put_u32(nonce + 8, last ? 1 : 0);
    sealer_seal(b->sealer, nonce, str_make("", 0), str_make(b->plain, b->plain_n),
                sealed);
    size_t n = b->plain_n + SEAL_OVERHEAD;
    b->chunk++;
    b->plain_n = 0;
    return bag_add(b, sealed, n, d);
}

enum status bag_sealed_add(void *bag, const void *p, size_t n, struct diag *d)
{
    struct bag *b = bag;
    const uint8_t *at = p;
    while (n > 0) {
        if (b->plain_n == sizeof b->plain) {
            TRY(seal_chunk(b, false, d));
        }
        size_t room = sizeof b->plain - b->plain_n;
        size_t piece = n < room ? n : room;
        memcpy(b->plain + b->plain_n, at, piece);
        b->plain_n += piece;
        at += piece;
        n -= piece;
    }
    return ST_OK;
}

enum status bag_sealed_end(struct bag *b, struct diag *d)
{
    TRY(seal_chunk(b, true, d));
    return bag_end(b, d);
}

/* ---- first and last ---- */

static enum status put_tag(struct bag *b, const char *path, struct str text,
                           struct diag *d)
{
    TRY(start(b, path, d));
    TRY(zip_writer_add(b->z, text.p, text.n, d));
    return zip_writer_end(b->z, d);
}

enum status bag_begin(struct bag *b, struct diag *d)
{
    return put_tag(b, "bagit.txt", str_of(BAGIT), d);
}

enum status bag_finish(struct bag *b, struct str info, struct diag *d)
{
    const struct {
        const char *path;
        struct str text;
    } tags[] = {{"bag-info.txt", info},
                {"bagit.txt", str_of(BAGIT)},
                {"manifest-sha256.txt", buf_str(&b->manifest)}};
    uint8_t sha256[DIGEST_LEN];
    struct buf lines;
    buf_init(&lines, 4096);
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        digest_once(b->g, tags[i].text, str_make("", 0), sha256);
        add_line(&lines, sha256, tags[i].path);
    }
    enum status st = buf_check(&lines, d);
    if (st == ST_OK) {
        st = put_tag(b, tags[0].path, tags[0].text, d);
    }
    if (st == ST_OK) {
        st = put_tag(b, tags[2].path, tags[2].text, d);
    }
    if (st == ST_OK) {
        st = put_tag(b, "tagmanifest-sha256.txt", buf_str(&lines), d);
    }
    buf_release(&lines);
    return st == ST_OK ? zip_writer_close(b->z, d) : st;
}
