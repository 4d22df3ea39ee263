/* keys.h - keys of both suites, Ed25519 and SM2: PKCS#8 PEM files, and vkeys as C2SP
 * signed-note writes them (NAME+KEYID+BASE64). */
#ifndef ALMONER_LEDGER_KEYS_H
#define ALMONER_LEDGER_KEYS_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/status.h"

/* What a ledger hashes and signs with, chosen when it is made. */
enum suite {
    SUITE_1 = 1, /* SHA-256 and Ed25519 */
    SUITE_2 = 2  /* SM3 and SM2 */
};
const char *key_suite_text(enum suite suite); /* "SM3 and SM2" */
enum digest_kind key_suite_digest(enum suite suite);

/* A public key in memory: 1 and the 32 bytes of Ed25519, or a compressed point of SM2
 * (2 or 3, and 32 bytes). So it says itself how it is verified. Records hold it as
 * key_stored gives it. */
#define KEY_PUBLIC_LEN 33
#define SIGNATURE_LEN 64
#define KEY_NAME_MAX 100 /* bytes; no blanks, no '+' */
#define VKEY_TEXT_CAP 200
#define PASSPHRASE_MAX 1024
/* Who signs, as SM2 wants it said by both sides: the value of GB/T 35276, which whoever
 * has only a vkey takes. A ledger may have another one for its acts. */
#define SM2_ID_USUAL "1234567812345678"
#define SM2_ID_MAX 64 /* bytes, without control characters */

struct key; /* a private key; wiped when freed */

/* seed: 32 random bytes, from the caller. Of suite 1. */
enum status key_new(struct key **out, const uint8_t seed[32], struct diag *d) MUST_USE;
enum status key_new_suite(struct key **out, enum suite suite, const uint8_t seed[32],
                          struct diag *d) MUST_USE;
void key_free(struct key *k);
/* PEM text: PKCS#8, encrypted (PBES2, AES-256-CBC, scrypt or PBKDF2) when passphrase is
 * not empty. */
enum status key_to_pem(const struct key *k, struct str passphrase, struct buf *out,
                       struct diag *d) MUST_USE;
/* *encrypted says whether the file was, also on failure. ST_DENIED "passphrase" when it
 * does not open, ST_INPUT "key-file" when it is no key of a suite. */
enum status key_from_pem(struct key **out, struct str pem, struct str passphrase,
                         bool *encrypted, struct diag *d) MUST_USE;
void key_public(const struct key *k, uint8_t out[KEY_PUBLIC_LEN]);
enum suite key_suite(const uint8_t public_key[KEY_PUBLIC_LEN]);
/* ST_INPUT "key-suite" when somebody's key is not of the ledger's suite. */
enum status key_fits(const uint8_t public_key[KEY_PUBLIC_LEN], enum suite suite,
                     struct str whose, struct diag *d) MUST_USE;
bool sm2_id_valid(struct str id);
/* As it stands in records: Ed25519 without the type byte, 32 bytes; SM2 all 33. Borrows
 * from public_key. */
struct str key_stored(const uint8_t public_key[KEY_PUBLIC_LEN]);
/* The way back; false when the length or the type is none of a key's. */
bool key_restore(struct str stored, uint8_t out[KEY_PUBLIC_LEN]);
/* Of SM2: r || s, under SM2_ID_USUAL; every signature is another one, for OpenSSL draws
 * a random number for it. */
enum status key_sign(const struct key *k, struct str message,
                     uint8_t out[SIGNATURE_LEN], struct diag *d) MUST_USE;
/* Always false for a public key of small order, under which anything would fit. */
bool key_verify(const uint8_t public_key[KEY_PUBLIC_LEN], struct str message,
                const uint8_t signature[SIGNATURE_LEN]);
/* The same under the ledger's own SM2 id, as acts are signed; Ed25519 has none. */
enum status key_sign_id(const struct key *k, struct str sm2_id, struct str message,
                        uint8_t out[SIGNATURE_LEN], struct diag *d) MUST_USE;
bool key_verify_id(const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                   struct str message, const uint8_t signature[SIGNATURE_LEN]);

/* The first 4 bytes of SHA-256(name || 0x0A || type || public key); type is 0x01 for
 * Ed25519, 0xff || "almoner/sm2/v1" for SM2. */
uint32_t vkey_id(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN]);
size_t vkey_print(struct str name, const uint8_t public_key[KEY_PUBLIC_LEN],
                  char out[VKEY_TEXT_CAP]);
/* ST_INPUT "vkey" when form, key id, type byte or point is wrong. name has
 * KEY_NAME_MAX + 1 bytes. */
enum status vkey_parse(struct str text, char *name, uint8_t public_key[KEY_PUBLIC_LEN],
                       struct diag *d) MUST_USE;
bool key_name_valid(struct str name);

#endif
