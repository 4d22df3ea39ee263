/* timestamp.h - RFC 3161 timestamps: a request for a file's SHA-256, and checking what
 * an authority answered. The only file that knows OpenSSL's TS functions. Pure: bytes
 * in, bytes out. */
#ifndef ALMONER_FORMATS_TIMESTAMP_H
#define ALMONER_FORMATS_TIMESTAMP_H

#include "base/buf.h"
#include "base/digest.h"

#define TIMESTAMP_BYTES_MAX ((size_t)256 * 1024) /* of an answer */
#define TIMESTAMP_CA_MAX ((size_t)1024 * 1024)   /* of a file of certificates */
#define TIMESTAMP_AUTHORITY_CAP 201

/* A TimeStampReq in DER: version 1, SHA-256, certificates wanted. */
enum status timestamp_request(const uint8_t sha256[DIGEST_LEN], struct buf *out,
                              struct diag *d) MUST_USE;

struct timestamp {
    int64_t time_us;                         /* the authority's, whole seconds */
    char authority[TIMESTAMP_AUTHORITY_CAP]; /* subject of the signer's certificate */
};
/* bytes: a TimeStampResp or a bare token, in DER, and nothing behind it; ca_pem: the
 * certificates that are trusted. Certificates have to be valid at the token's own time:
 * what ran out since does no harm.
 * ST_INPUT "timestamp-form" (no such thing, or cut off), "timestamp-refused" (the
 * authority stamped nothing), "ca-file" (no certificate in it); ST_INTEGRITY
 * "timestamp-other" (stamps another file), "timestamp-untrusted" (not by one of these
 * authorities), "timestamp-signature". */
enum status timestamp_check(struct str bytes, const uint8_t sha256[DIGEST_LEN],
                            struct str ca_pem, struct timestamp *out, struct diag *d)
    MUST_USE;

#endif
