/* escrow.c - see escrow.h. The file is five lines of text (docs/formats/backup.md):
 *     almoner-escrow/1 \n ORIGIN \n scrypt 131072 8 1 \n SALT \n SEALED \n
 * the last two in base64; the lines before SEALED are bound to it. */
#include "ledger/escrow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/wipe.h"
#include "ledger/copy.h"
#include "ledger/seal.h"

#define TAG "almoner-escrow/1"
#define STRETCH "scrypt 131072 8 1"
#define SCRYPT_N 131072
#define LINES 5

_Static_assert(sizeof(((struct escrow *)0)->sealed) == SEAL_KEY_LEN + SEAL_OVERHEAD,
               "escrow.h says 60");

bool escrow_parse(struct str text, struct escrow *out)
{
    struct str lines[LINES];
    size_t count = 0;
    size_t start = 0;
    size_t salt_n;
    size_t sealed_n;
    for (size_t i = 0; i < text.n && count < LINES; i++) {
        if (text.p[i] == '\n') {
            lines[count++] = str_make(text.p + start, i - start);
            start = i + 1;
        }
    }
    if (count != LINES || start != text.n) {
        return false;
    }
    out->origin = lines[1];
    out->bound = str_make(text.p, (size_t)(lines[4].p - text.p));
    return str_is(lines[0], TAG) && str_is(lines[2], STRETCH) &&
           key_name_valid(out->origin) &&
           text_unbase64(lines[3], out->salt, sizeof out->salt, &salt_n) &&
           text_unbase64(lines[4], out->sealed, sizeof out->sealed, &sealed_n) &&
           salt_n == sizeof out->salt && sealed_n == sizeof out->sealed;
}

static enum status seal_text(struct ledger *l, struct str passphrase, struct buf *out,
                             struct diag *d)
{
    uint8_t salt[ESCROW_SALT_LEN];
    uint8_t nonce[SEAL_NONCE_LEN];
    uint8_t key[SEAL_KEY_LEN];
    uint8_t sealed[SEAL_KEY_LEN + SEAL_OVERHEAD];
    char base64[100];
    TRY(ledger_random(l, salt, sizeof salt, d));
    TRY(ledger_random(l, nonce, sizeof nonce, d));
    TRY(seal_passphrase_key(passphrase, str_make(salt, sizeof salt), SCRYPT_N, key, d));
    text_base64(salt, sizeof salt, base64);
    buf_addf(out, TAG "\n%s\n" STRETCH "\n%s\n", l->info.genesis_origin, base64);
    TRY(buf_check(out, d));
    sealer_key(l->sealer, key);
    wipe(key, sizeof key);
    sealer_seal(l->sealer, nonce, buf_str(out), str_make(l->master, SEAL_KEY_LEN),
                sealed);
    text_base64(sealed, sizeof sealed, base64);
    buf_addf(out, "%s\n", base64);
    return buf_check(out, d);
}

enum status escrow_seal(struct ledger *l, struct str passphrase, struct buf *out,
                        struct diag *d)
{
    return l->has_master
               ? seal_text(l, passphrase, out, d)
               : diag_fail(d, ST_DENIED, "vault-key", "the vault's key is not here");
}

static enum status open_sealed(const struct escrow *e, struct str passphrase,
                               uint8_t master[SEAL_KEY_LEN], struct diag *d)
{
    struct sealer *s;
    uint8_t key[SEAL_KEY_LEN];
    TRY(seal_passphrase_key(passphrase, str_make(e->salt, sizeof e->salt), SCRYPT_N,
                            key, d));
    TRY(sealer_new(&s, d));
    sealer_key(s, key);
    wipe(key, sizeof key);
    bool opens =
        sealer_open(s, e->bound, str_make(e->sealed, sizeof e->sealed), master);
    sealer_free(s);
    return opens
               ? ST_OK
               : diag_fail(d, ST_DENIED, "passphrase",
                           "the passphrase does not open the escrow file, or the file "
                           "was changed");
}

static enum status write_master(const char *key_dir, const uint8_t *master,
                                struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(key_dir, "vault.key", path, d));
    if (mkdir(key_dir, 0700) != 0 && errno != EEXIST) {
        return diag_errno(d, "make folder", key_dir);
    }
    if (copy_exists(path)) {
        return diag_fail(d, ST_CONFLICT, "exists", "there is a file %s already", path);
    }
    TRY(ledger_write_new(path, str_make(master, SEAL_KEY_LEN), 0600, d));
    return ledger_sync_dir(key_dir, d);
}

enum status escrow_recover(struct str text, struct str passphrase, const char *key_dir,
                           char origin[ORIGIN_MAX + 1], struct diag *d)
{
    struct escrow e;
    uint8_t master[SEAL_KEY_LEN];
    if (!escrow_parse(text, &e) || !str_copy(e.origin, origin, ORIGIN_MAX + 1)) {
        return diag_fail(d, ST_INPUT, "escrow-form", "this is no escrow file");
    }
    TRY(open_sealed(&e, passphrase, master, d));
    enum status st = write_master(key_dir, master, d);
    wipe(master, sizeof master);
    return st;
}
