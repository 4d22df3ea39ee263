/* token.h - RFC 3161 tokens: whether one stamps a file, by whom and when.
 *
 * formats/timestamp.c does the same for whoever keeps the ledger. This is a second
 * reading of its own, as all of verify/ is: what decides about evidence shares nothing
 * with what made it. What is common to both is OpenSSL; tests/unit/test_timestamp.c and
 * the fuzz target hold the two against each other, byte by byte. */
#ifndef ALMONER_VERIFY_TOKEN_H
#define ALMONER_VERIFY_TOKEN_H

#include "base/bytes.h"
#include "base/status.h"

#define TOKEN_BYTES_MAX ((size_t)256 * 1024)
#define TOKEN_CA_MAX ((size_t)1024 * 1024)

struct authorities; /* the certificates that are trusted */

/* pem: one or several, at most TOKEN_CA_MAX bytes; other text between them is passed
 * over. ST_USAGE "tsa-ca" when there is none, or one that cannot be read; ST_SYSTEM. */
enum status authorities_read(struct authorities **out, struct str pem, struct diag *d)
    MUST_USE;
void authorities_free(struct authorities *a); /* takes NULL */

enum token_outcome {
    TOKEN_HOLDS,
    TOKEN_FORM,  /* no answer that grants a token, and no token: or cut, or longer */
    TOKEN_OTHER, /* it stamps another file, or not by SHA-256 */
    TOKEN_UNTRUSTED, /* no chain to the certificates that held at its own time, or the
                      * signer's is not one for time stamps */
    TOKEN_SIGNATURE  /* its signature does not hold */
};

struct token {
    enum token_outcome outcome;
    char why[160];   /* what OpenSSL says when it is untrusted or its signature wrong;
                          * else empty */
    int64_t time_us; /* the authority's, whole seconds; when it holds, as the next */
    char authority[200]; /* subject of the signer's certificate */
};

/* bytes: a TimeStampResp or a bare token in DER, nothing behind it. Certificates have
 * to be valid at the token's own time; revocation is not looked at. A status is for
 * memory only. */
enum status token_check(const struct authorities *a, struct str bytes,
                        const uint8_t sha256[32], struct token *out, struct diag *d)
    MUST_USE;

#endif
