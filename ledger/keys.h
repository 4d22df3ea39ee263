/* keys.h - Ed25519 keys: PKCS#8 PEM files, and vkeys as C2SP signed-note writes them
 * (NAME+KEYID+BASE64). The only ledger file that knows OpenSSL's key functions. */
#ifndef ALMONER_LEDGER_KEYS_H
#define ALMONER_LEDGER_KEYS_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/status.h"

#define KEY_PUBLIC_LEN 32
#define SIGNATURE_LEN 64
#define KEY_NAME_MAX 100 /* bytes; no blanks, no '+' */
#define VKEY_TEXT_CAP 200
#define PASSPHRASE_MAX 1024

struct key; /* a private key; wiped when freed */

/* seed: 32 random bytes, from the caller. */
enum status key_new(struct key **out, const uint8_t seed[32], struct diag *d) MUST_USE;
void key_free(struct key *k);
/* PEM text: PKCS#8, encrypted (PBES2, AES-256-CBC, scrypt or PBKDF2) when passphrase is
 * not empty. */
enum status key_to_pem(const struct key *k, struct str passphrase, struct buf *out,
                       struct diag *d) MUST_USE;
/* *encrypted says whether the file was, also on failure. ST_DENIED "passphrase" when it
 * does not open, ST_INPUT "key-file" when it is no Ed25519 key. */
enum status key_from_pem(struct key **out, struct str pem, struct str passphrase,
                         bool *encrypted, struct diag *d) MUST_USE;
void key_public(const struct key *k, uint8_t out[KEY_PUBLIC_LEN]);
enum status key_sign(const struct key *k, struct str message,
                     uint8_t out[SIGNATURE_LEN], struct diag *d) MUST_USE;
/* Always false for a public key of small order, under which anything would fit. */
bool key_verify(const uint8_t public_key[KEY_PUBLIC_LEN], struct str message,
                const uint8_t signature[SIGNATURE_LEN]);

/* The first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key). */
uint32_t vkey_id(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN]);
size_t vkey_print(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN],
                  char out[VKEY_TEXT_CAP]);
/* ST_INPUT "vkey" when form, key id, type byte or point is wrong. name has
 * KEY_NAME_MAX + 1 bytes. */
enum status vkey_parse(struct str text, char *name, uint8_t public_key[KEY_PUBLIC_LEN],
                       struct diag *d) MUST_USE;
bool key_name_valid(struct str name);

#endif
