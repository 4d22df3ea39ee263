/* raw.c - how fast the machine does the bare pieces, in this run. */
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/bench/bench.h"
#include "tests/bench/lmdb_table.h"

#define PER_TXN 10000
#define COPY_BYTES ((size_t)256 * 1024 * 1024)

double raw_chain_seconds(uint64_t count)
{
    EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char record[RAW_BYTES] = {0};
    if (md == NULL || ctx == NULL) {
        fail("no SHA-256", "OpenSSL");
    }
    double began = now_seconds();
    for (uint64_t i = 0; i < count; i++) {
        put_u64(record + 32, i);
        /* The hash becomes the head of the next record. */
        if (EVP_DigestInit_ex2(ctx, md, NULL) != 1 ||
            EVP_DigestUpdate(ctx, record, sizeof record) != 1 ||
            EVP_DigestFinal_ex(ctx, record, NULL) != 1) {
            fail("SHA-256", "OpenSSL");
        }
    }
    double seconds = now_seconds() - began;
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return seconds;
}

double raw_append_seconds(const char *dir, uint64_t count)
{
    struct lmdb_table t;
    unsigned char record[RAW_BYTES] = {0};
    lmdb_table_open(&t, dir, count * (RAW_BYTES + 64));
    double began = now_seconds();
    for (uint64_t i = 0; i < count; i++) {
        put_u64(record, i);
        lmdb_table_append(&t, i, record, sizeof record, PER_TXN);
    }
    lmdb_table_commit(&t);
    double seconds = now_seconds() - began;
    lmdb_table_close(&t, dir);
    return seconds;
}

double raw_copy_bytes_per_second(void)
{
    char *from = malloc(COPY_BYTES);
    char *to = malloc(COPY_BYTES);
    if (from == NULL || to == NULL) {
        fail("no memory", "copy");
    }
    memset(from, 1, COPY_BYTES);
    memset(to, 2, COPY_BYTES);
    double began = now_seconds();
    for (int i = 0; i < 4; i++) {
        memcpy(to, from, COPY_BYTES);
        from[i] = to[i + 1]; /* or the compiler would copy once */
    }
    double seconds = now_seconds() - began;
    free(from);
    free(to);
    return 4.0 * (double)COPY_BYTES / seconds;
}

double raw_fsync_seconds(const char *dir)
{
    enum { TIMES = 50 };
    char path[PATH_CAP];
    char page[4096] = {1};
    path_join(path, dir, "fsync");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0) {
        fail("cannot write", path);
    }
    double began = now_seconds();
    for (int i = 0; i < TIMES; i++) {
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page ||
            fdatasync(fd) != 0) {
            fail("cannot write", path);
        }
    }
    double seconds = (now_seconds() - began) / TIMES;
    (void)close(fd);
    (void)remove(path);
    return seconds;
}

/* ---- the import ---- */

#define PIECE 65536
#define SEALED_MAX 4096

struct sealer {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *ctx;
    unsigned char nonce[12];
    unsigned char out[SEALED_MAX];
    struct lmdb_table table;
    uint64_t lines;
};

static void seal_line(struct sealer *s, const char *line, size_t n)
{
    put_u64(s->nonce + 4, s->lines);
    int made = 0;
    int end = 0;
    if (n > SEALED_MAX - 16 ||
        EVP_EncryptInit_ex2(s->ctx, NULL, NULL, s->nonce, NULL) != 1 ||
        EVP_EncryptUpdate(s->ctx, s->out, &made, (const unsigned char *)line, (int)n) !=
            1 ||
        EVP_EncryptFinal_ex(s->ctx, s->out + made, &end) != 1 ||
        EVP_CIPHER_CTX_ctrl(s->ctx, EVP_CTRL_AEAD_GET_TAG, 16, s->out + made) != 1) {
        fail("AES-256-GCM", "OpenSSL");
    }
    lmdb_table_append(&s->table, s->lines++, s->out, (size_t)made + 16, PER_TXN);
}

static void sealer_open(struct sealer *s, const char *dir, uint64_t bytes)
{
    const unsigned char key[32] = {7};
    memset(s, 0, sizeof *s);
    s->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    s->ctx = EVP_CIPHER_CTX_new();
    if (s->cipher == NULL || s->ctx == NULL ||
        EVP_EncryptInit_ex2(s->ctx, s->cipher, key, s->nonce, NULL) != 1) {
        fail("no AES-256-GCM", "OpenSSL");
    }
    lmdb_table_open(&s->table, dir, 4 * bytes);
}

static void import_file(struct sealer *s, FILE *f, iconv_t cd)
{
    static char in[PIECE];
    static char out[4 * PIECE];
    size_t in_n = 0;
    size_t out_n = 0;
    size_t got;
    while ((got = fread(in + in_n, 1, PIECE - in_n, f)) > 0) {
        char *from = in;
        size_t left = in_n + got;
        char *to = out + out_n;
        size_t room = sizeof out - out_n;
        if (iconv(cd, &from, &left, &to, &room) == (size_t)-1 && errno != EINVAL) {
            fail("iconv", "GB18030");
        }
        memmove(in, from, left);
        in_n = left;
        const char *line = out;
        const char *end;
        while ((end = memchr(line, '\n', (size_t)(to - line))) != NULL) {
            seal_line(s, line, (size_t)(end - line));
            line = end + 1;
        }
        out_n = (size_t)(to - line);
        memmove(out, line, out_n);
    }
    errno = 0;
}

double raw_import_seconds(const char *dir, const char *file)
{
    struct sealer s;
    FILE *f = fopen(file, "rb");
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (f == NULL) {
        fail("cannot read", file);
    }
    sealer_open(&s, dir, file_bytes(file));
    double began = now_seconds();
    import_file(&s, f, cd);
    lmdb_table_commit(&s.table);
    double seconds = now_seconds() - began;
    lmdb_table_close(&s.table, dir);
    EVP_CIPHER_CTX_free(s.ctx);
    EVP_CIPHER_free(s.cipher);
    (void)iconv_close(cd);
    (void)fclose(f);
    return seconds;
}
