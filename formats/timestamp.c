/* timestamp.c - RFC 3161 requests and tokens through OpenSSL's TS functions.
 *
 * A token says: these 32 bytes existed at this time. The request has no nonce: a nonce
 * keeps an old answer from being passed off as new, but here an older time for the same
 * checkpoint is only better, and the request need not be kept. */
#include "formats/timestamp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/must.h"

#define CERTIFICATES_MAX 1000

/* ---- request ---- */

static bool fill_request(TS_REQ *q, const uint8_t sha256[DIGEST_LEN])
{
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    uint8_t hash[DIGEST_LEN];
    memcpy(hash, sha256, DIGEST_LEN);
    bool good =
        imprint != NULL && algorithm != NULL &&
        X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
        TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
        TS_MSG_IMPRINT_set_msg(imprint, hash, DIGEST_LEN) == 1 &&
        TS_REQ_set_version(q, 1) == 1 && TS_REQ_set_msg_imprint(q, imprint) == 1 &&
        TS_REQ_set_cert_req(q, 1) == 1;
    X509_ALGOR_free(algorithm); /* both were copied */
    TS_MSG_IMPRINT_free(imprint);
    return good;
}

enum status timestamp_request(const uint8_t sha256[DIGEST_LEN], struct buf *out,
                              struct diag *d)
{
    TS_REQ *q = TS_REQ_new();
    unsigned char *der = NULL;
    int n = q != NULL && fill_request(q, sha256) ? i2d_TS_REQ(q, &der) : -1;
    if (n > 0) {
        buf_add(out, der, (size_t)n);
    }
    OPENSSL_free(der);
    TS_REQ_free(q);
    ERR_clear_error();
    return n > 0 ? buf_check(out, d) : diag_memory(d);
}

/* ---- reading an answer ---- */

static enum status bad_form(struct diag *d)
{
    diag_fail(d, ST_INPUT, "timestamp-form",
              "this is no RFC 3161 answer or token, or part of one is missing");
    return diag_hint(d, "take the file as the authority sent it, in DER");
}

static enum status refused(const TS_RESP *answer, struct diag *d)
{
    TS_RESP *a = TS_RESP_dup(answer); /* the getter wants a changeable one */
    if (a == NULL) {
        return diag_memory(d);
    }
    long status =
        ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(a)));
    TS_RESP_free(a);
    diag_fail(d, ST_INPUT, "timestamp-refused",
              "the authority stamped nothing: its status is %ld", status);
    return diag_hint(d, "ask it again with a new request");
}

/* The token within a whole answer or alone; the caller frees it. */
static enum status read_token(struct str bytes, PKCS7 **out, struct diag *d)
{
    const uint8_t *start = (const uint8_t *)bytes.p;
    const uint8_t *at = start;
    if (bytes.n == 0 || bytes.n > TIMESTAMP_BYTES_MAX) {
        return bad_form(d);
    }
    TS_RESP *answer = d2i_TS_RESP(NULL, &at, (long)bytes.n);
    if (answer != NULL) {
        bool whole = at == start + bytes.n;
        PKCS7 *inside = TS_RESP_get_token(answer);
        enum status st = !whole           ? bad_form(d)
                         : inside == NULL ? refused(answer, d)
                                          : ST_OK;
        if (st == ST_OK) {
            *out = PKCS7_dup(inside);
            st = *out != NULL ? ST_OK : diag_memory(d);
        }
        TS_RESP_free(answer);
        return st;
    }
    at = start;
    *out = d2i_PKCS7(NULL, &at, (long)bytes.n);
    if (*out == NULL || at != start + bytes.n) {
        PKCS7_free(*out);
        *out = NULL;
        return bad_form(d);
    }
    return ST_OK;
}

static enum status check_imprint(TS_TST_INFO *info, const uint8_t sha256[DIGEST_LEN],
                                 struct diag *d)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *algorithm;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    const ASN1_OCTET_STRING *hash = TS_MSG_IMPRINT_get_msg(imprint);
    if (OBJ_obj2nid(algorithm) != NID_sha256 ||
        ASN1_STRING_length(hash) != DIGEST_LEN ||
        memcmp(ASN1_STRING_get0_data(hash), sha256, DIGEST_LEN) != 0) {
        diag_fail(d, ST_INTEGRITY, "timestamp-other",
                  "the token stamps another file, not this one");
        return diag_hint(d, "hold it against the very file the request was made for");
    }
    return ST_OK;
}

/* Whole seconds: what parts of one the token has are left out. */
static bool read_time(const TS_TST_INFO *info, int64_t *seconds)
{
    struct tm t;
    const ASN1_GENERALIZEDTIME *g = TS_TST_INFO_get_time(info);
    if (g == NULL || ASN1_TIME_to_tm(g, &t) != 1) {
        return false;
    }
    char text[TIME_TEXT_CAP + 40];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
    int64_t us;
    if (!time_parse(str_of(text), &us)) {
        return false;
    }
    *seconds = us / 1000000;
    return true;
}

/* ---- trust ---- */

static enum status read_store(struct str ca_pem, int64_t seconds, X509_STORE **out,
                              struct diag *d)
{
    int count = 0;
    BIO *bio =
        ca_pem.n <= TIMESTAMP_CA_MAX ? BIO_new_mem_buf(ca_pem.p, (int)ca_pem.n) : NULL;
    X509_STORE *store = X509_STORE_new();
    bool good = bio != NULL && store != NULL;
    while (good && count < CERTIFICATES_MAX) {
        X509 *one = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (one == NULL) {
            break;
        }
        good = X509_STORE_add_cert(store, one) == 1;
        X509_free(one);
        count++;
    }
    BIO_free(bio);
    if (!good || count == 0) {
        X509_STORE_free(store);
        diag_fail(d, ST_INPUT, "ca-file", "there is no certificate in the CA file");
        return diag_hint(d, "it holds the authority's root certificate in PEM form");
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)seconds);
    *out = store;
    return ST_OK;
}

/* What OpenSSL said last, in the two ways that matter here. */
static enum status not_verified(struct diag *d)
{
    const char *data = "";
    int flags = 0;
    unsigned long error = ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = ERR_reason_error_string(error);
    bool trust = ERR_GET_LIB(error) == ERR_LIB_TS &&
                 (ERR_GET_REASON(error) == TS_R_CERTIFICATE_VERIFY_ERROR ||
                  ERR_GET_REASON(error) == TS_R_ESS_SIGNING_CERTIFICATE_ERROR);
    if (trust) {
        diag_fail(d, ST_INTEGRITY, "timestamp-untrusted",
                  "the token is not by an authority that the CA file vouches for");
    } else {
        diag_fail(d, ST_INTEGRITY, "timestamp-signature",
                  "the token's signature does not hold");
    }
    return diag_hint(d, "OpenSSL says: %s%s%s", reason != NULL ? reason : "nothing",
                     (flags & ERR_TXT_STRING) != 0 ? ", " : "",
                     (flags & ERR_TXT_STRING) != 0 ? data : "");
}

/* Takes the store. */
static enum status verify_token(PKCS7 *token, const uint8_t sha256[DIGEST_LEN],
                                X509_STORE *store, struct diag *d)
{
    TS_VERIFY_CTX *v = TS_VERIFY_CTX_new();
    uint8_t *imprint = OPENSSL_memdup(sha256, DIGEST_LEN);
    if (v == NULL || imprint == NULL) {
        TS_VERIFY_CTX_free(v);
        OPENSSL_free(imprint);
        X509_STORE_free(store);
        return diag_memory(d);
    }
    TS_VERIFY_CTX_set_flags(v, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_SIGNATURE |
                                   TS_VFY_SIGNER);
    TS_VERIFY_CTX_set_store(v, store);
    TS_VERIFY_CTX_set_imprint(v, imprint, DIGEST_LEN);
    ERR_clear_error();
    bool good = TS_RESP_verify_token(v, token) == 1;
    enum status st = good ? ST_OK : not_verified(d);
    TS_VERIFY_CTX_free(v); /* with store and imprint */
    return st;
}

static void read_authority(PKCS7 *token, char out[TIMESTAMP_AUTHORITY_CAP])
{
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    out[0] = '\0';
    if (bio != NULL && sk_X509_num(signers) > 0 &&
        X509_NAME_print_ex(bio, X509_get_subject_name(sk_X509_value(signers, 0)), 0,
                           (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) |
                               ASN1_STRFLGS_UTF8_CONVERT) >= 0) {
        int n = BIO_read(bio, out, TIMESTAMP_AUTHORITY_CAP - 1);
        out[n > 0 ? n : 0] = '\0';
    }
    BIO_free(bio);
    sk_X509_free(signers);
}

static enum status check_token(PKCS7 *token, const uint8_t sha256[DIGEST_LEN],
                               struct str ca_pem, struct timestamp *out, struct diag *d)
{
    X509_STORE *store = NULL;
    int64_t seconds = 0;
    TS_TST_INFO *info = PKCS7_to_TS_TST_INFO(token);
    if (info == NULL) {
        return bad_form(d);
    }
    bool timed = read_time(info, &seconds);
    enum status st = timed ? check_imprint(info, sha256, d) : bad_form(d);
    TS_TST_INFO_free(info);
    TRY(st);
    TRY(read_store(ca_pem, seconds, &store, d));
    TRY(verify_token(token, sha256, store, d));
    out->time_us = seconds * 1000000;
    read_authority(token, out->authority);
    return ST_OK;
}

enum status timestamp_check(struct str bytes, const uint8_t sha256[DIGEST_LEN],
                            struct str ca_pem, struct timestamp *out, struct diag *d)
{
    PKCS7 *token = NULL;
    ERR_clear_error();
    enum status st = read_token(bytes, &token, d);
    if (st == ST_OK) {
        st = check_token(token, sha256, ca_pem, out, d);
    }
    PKCS7_free(token);
    ERR_clear_error();
    return st;
}
