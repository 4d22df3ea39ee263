/* drawn.c - see drawn.h; the generator is OpenSSL's own for tests (TEST-RAND). */
#include "tests/unit/drawn.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/text.h"

void drawn_start(void)
{
    ck_assert_int_eq(RAND_set_DRBG_type(NULL, "TEST-RAND", NULL, NULL, NULL), 1);
}

void drawn_next(const char *hex)
{
    uint8_t bytes[4096];
    unsigned int strength = 256;
    memset(bytes, 0x5a, sizeof bytes);
    ck_assert(text_unhex(str_of(hex), bytes, 32));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, bytes,
                                          sizeof bytes),
        OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
        OSSL_PARAM_construct_end()};
    EVP_RAND_CTX *own = RAND_get0_private(NULL);
    ck_assert_ptr_nonnull(own);
    EVP_RAND_uninstantiate(own);
    ck_assert_int_eq(EVP_RAND_instantiate(own, 256, 0, NULL, 0, params), 1);
}
