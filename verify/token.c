/* token.c - see token.h. Of the verifier only this file and crypto.c know OpenSSL. */
#include "verify/token.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/date.h"

struct authorities {
    X509_STORE *store;
};

/* ---- who is trusted ---- */

/* How many; -1: one cannot be read. */
static int add_certificates(X509_STORE *store, BIO *from)
{
    X509 *one;
    int count = 0;
    ERR_clear_error();
    while ((one = PEM_read_bio_X509(from, NULL, NULL, NULL)) != NULL) {
        int added = X509_STORE_add_cert(store, one);
        X509_free(one);
        if (added != 1) {
            return -1;
        }
        count++;
    }
    bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return end ? count : -1;
}

enum status authorities_read(struct authorities **out, struct str pem, struct diag *d)
{
    if (pem.n > TOKEN_CA_MAX) {
        return diag_fail(d, ST_USAGE, "tsa-ca", "the file of certificates is too long");
    }
    struct authorities *a = calloc(1, sizeof *a);
    BIO *from = BIO_new_mem_buf(pem.n == 0 ? "" : pem.p, (int)pem.n);
    if (a != NULL) {
        a->store = X509_STORE_new();
    }
    enum status st =
        a == NULL || a->store == NULL || from == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK && add_certificates(a->store, from) < 1) {
        st = diag_fail(d, ST_USAGE, "tsa-ca",
                       "the file of --tsa-ca holds no certificate in PEM form, or one "
                       "that cannot be read");
    }
    BIO_free(from);
    if (st != ST_OK) {
        authorities_free(a);
        return st;
    }
    *out = a;
    return ST_OK;
}

void authorities_free(struct authorities *a)
{
    if (a != NULL) {
        X509_STORE_free(a->store);
        free(a);
    }
}

/* ---- what a token says ---- */

/* The token within an answer, or alone; NULL: neither, or something behind it. */
static PKCS7 *read_token(struct str bytes)
{
    const uint8_t *begin = (const uint8_t *)bytes.p, *at = begin;
    PKCS7 *token = NULL;
    if (bytes.n == 0 || bytes.n > TOKEN_BYTES_MAX) {
        return NULL;
    }
    TS_RESP *answer = d2i_TS_RESP(NULL, &at, (long)bytes.n);
    if (answer != NULL) { /* which has a token when it grants one, and only then */
        if (TS_RESP_get_token(answer) != NULL) {
            token = PKCS7_dup(TS_RESP_get_token(answer));
        }
        TS_RESP_free(answer);
    } else {
        at = begin;
        token = d2i_PKCS7(NULL, &at, (long)bytes.n);
    }
    if (token != NULL && at != begin + bytes.n) {
        PKCS7_free(token);
        return NULL;
    }
    return token;
}

static bool stamps(TS_TST_INFO *info, const uint8_t sha256[32])
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OCTET_STRING *hash = TS_MSG_IMPRINT_get_msg(imprint);
    const ASN1_OBJECT *algorithm = NULL;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    return OBJ_obj2nid(algorithm) == NID_sha256 && ASN1_STRING_length(hash) == 32 &&
           memcmp(ASN1_STRING_get0_data(hash), sha256, 32) == 0;
}

/* Parts of a second are left out. */
static bool read_time(const TS_TST_INFO *info, int64_t *seconds)
{
    struct tm t;
    if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &t) != 1 ||
        !date_exists(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday)) {
        return false;
    }
    int64_t day = date_from_civil(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
    *seconds = ((day * 24 + t.tm_hour) * 60 + t.tm_min) * 60 + t.tm_sec;
    return true;
}

static void read_authority(PKCS7 *token, char *out, size_t cap)
{
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    BIO *bio = BIO_new(BIO_s_mem());
    unsigned long form =
        (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT;
    int n = 0;
    if (bio != NULL && sk_X509_num(signers) > 0 &&
        X509_NAME_print_ex(bio, X509_get_subject_name(sk_X509_value(signers, 0)), 0,
                           form) >= 0) {
        n = BIO_read(bio, out, (int)cap - 1);
    }
    out[n > 0 ? n : 0] = '\0';
    BIO_free(bio);
    sk_X509_free(signers);
}

/* ---- whether it holds ---- */

static void wrong(struct token *out)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long error = ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = ERR_reason_error_string(error);
    bool more = (flags & ERR_TXT_STRING) != 0 && data != NULL;
    int r = ERR_GET_LIB(error) == ERR_LIB_TS ? ERR_GET_REASON(error) : 0;
    out->outcome =
        r == TS_R_CERTIFICATE_VERIFY_ERROR || r == TS_R_ESS_SIGNING_CERTIFICATE_ERROR
            ? TOKEN_UNTRUSTED
            : TOKEN_SIGNATURE;
    snprintf(out->why, sizeof out->why, "%s%s%s", reason != NULL ? reason : "nothing",
             more ? ", " : "", more ? data : "");
}

/* Signature, chain and purpose, at that time. */
static enum status verify(PKCS7 *token, X509_STORE *store, int64_t seconds,
                          struct token *out, struct diag *d)
{
    TS_VERIFY_CTX *v = TS_VERIFY_CTX_new();
    if (v == NULL || X509_STORE_up_ref(store) != 1) {
        TS_VERIFY_CTX_free(v);
        return diag_memory(d);
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)seconds);
    TS_VERIFY_CTX_set_store(v, store);
    TS_VERIFY_CTX_set_flags(v, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_SIGNER);
    ERR_clear_error();
    if (TS_RESP_verify_token(v, token) == 1) {
        out->outcome = TOKEN_HOLDS;
        out->time_us = seconds * 1000000;
        read_authority(token, out->authority, sizeof out->authority);
    } else {
        wrong(out);
    }
    TS_VERIFY_CTX_free(v); /* and its reference to the store */
    return ST_OK;
}

enum status token_check(const struct authorities *a, struct str bytes,
                        const uint8_t sha256[32], struct token *out, struct diag *d)
{
    enum status st = ST_OK;
    int64_t seconds = 0;
    memset(out, 0, sizeof *out);
    out->outcome = TOKEN_FORM;
    PKCS7 *token = read_token(bytes);
    TS_TST_INFO *info = token == NULL ? NULL : PKCS7_to_TS_TST_INFO(token);
    if (info != NULL && read_time(info, &seconds)) {
        if (stamps(info, sha256)) {
            st = verify(token, a->store, seconds, out, d);
        } else {
            out->outcome = TOKEN_OTHER;
        }
    }
    TS_TST_INFO_free(info);
    PKCS7_free(token);
    ERR_clear_error();
    return st;
}
