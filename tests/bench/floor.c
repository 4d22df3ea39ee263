/* floor.c - the small job of the floor as a bare program: read a roster, compute
 * old-age and nursing amounts by fixed rules, append hash-chained rows of 128 bytes
 * durably, write pain.001-like XML, verify the chain. One thread, no checks of input,
 * no dated facts, no double entry, no tree: what keeps such rows cannot be faster. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/money.h"
#include "tests/bench/bench.h"
#include "tests/bench/lmdb_table.h"

#define ROW_BYTES 128
#define PER_TXN 100000
#define PIECE ((size_t)1 << 20)
#define LINE_MAX_BYTES 1024

/* A row: previous hash 32, person 8, month 4, amount 8, account 19, ID number 18,
 * name. */
enum {
    AT_PERSON = 32,
    AT_MONTH = 40,
    AT_AMOUNT = 44,
    AT_ACCOUNT = 52,
    AT_ID = 71,
    AT_NAME_LEN = 89,
    AT_NAME = 90
};
#define NAME_BYTES_MAX (ROW_BYTES - AT_NAME)

struct hasher {
    EVP_MD *md;
    EVP_MD_CTX *ctx;
};

static void hasher_init(struct hasher *h)
{
    h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    h->ctx = EVP_MD_CTX_new();
    if (h->md == NULL || h->ctx == NULL) {
        fail("no SHA-256", "OpenSSL");
    }
}

static void hasher_release(struct hasher *h)
{
    EVP_MD_CTX_free(h->ctx);
    EVP_MD_free(h->md);
}

static void hash_row(struct hasher *h, const unsigned char *row, unsigned char out[32])
{
    if (EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1 ||
        EVP_DigestUpdate(h->ctx, row, ROW_BYTES) != 1 ||
        EVP_DigestFinal_ex(h->ctx, out, NULL) != 1) {
        fail("SHA-256", "OpenSSL");
    }
}

/* ---- a small roster, made before the clock starts ---- */

/* id,name,account,W,D with one letter for the list and one for the grade. */
static void make_roster(const char *people, const char *roster)
{
    FILE *in = fopen(people, "rb");
    FILE *out = fopen(roster, "wb");
    if (in == NULL || out == NULL) {
        fail("cannot open", in == NULL ? people : roster);
    }
    char line[LINE_MAX_BYTES];
    bool header = true;
    while (fgets(line, sizeof line, in) != NULL) {
        if (header) {
            header = false;
            continue;
        }
        const char *field[8] = {line};
        size_t n = 1;
        for (char *p = line; *p != '\0' && n < 8; p++) {
            if (*p == ',') {
                *p = '\0';
                field[n++] = p + 1;
            }
        }
        unsigned odd =
            (unsigned)(field[6][17] - '0') * 10 + (unsigned)(field[0][16] - '0');
        (void)fprintf(out, "%s,%s,%s,%c,%c\n", field[0], field[1], field[6],
                      odd < 3    ? 'U'
                      : odd < 10 ? 'R'
                      : odd < 13 ? 'M'
                                 : '-',
                      odd % 4 == 0   ? 'F'
                      : odd % 4 == 1 ? 'S'
                                     : '-');
    }
    (void)fclose(in);
    if (fclose(out) != 0) {
        fail("cannot write", roster);
    }
}

/* ---- run ---- */

static unsigned digits(const char *p, size_t n)
{
    unsigned v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v * 10 + (unsigned)(p[i] - '0');
    }
    return v;
}

static uint64_t amount_of(const char *id, char list, char grade, unsigned today)
{
    unsigned age = (today - digits(id + 6, 8)) / 10000;
    bool poor = list == 'U' || list == 'R' || list == 'M';
    uint64_t fen = age >= 90 ? 10000 : age >= 80 ? (poor ? 10000 : 2500) : 0;
    if (poor && grade != '-') {
        fen += list == 'M' ? (grade == 'F' ? 10000 : 5000)
                           : (grade == 'F' ? 15000 : 10000);
    }
    return fen;
}

static void run_row(const char *line, const char *end, uint64_t person,
                    unsigned char row[ROW_BYTES])
{
    const char *name = line + 19;
    const char *name_end = memchr(name, ',', (size_t)(end - name));
    size_t name_n = (size_t)(name_end - name);
    const char *account = name_end + 1;
    if (name_n > NAME_BYTES_MAX) {
        fail("name too long", "floor");
    }
    put_u64(row + AT_PERSON, person);
    put_u32(row + AT_MONTH, 2026 * 12 + 9);
    put_u64(row + AT_AMOUNT, amount_of(line, account[20], account[22], 20261031));
    memcpy(row + AT_ACCOUNT, account, 19);
    memcpy(row + AT_ID, line, 18);
    row[AT_NAME_LEN] = (unsigned char)name_n;
    memcpy(row + AT_NAME, name, name_n);
    memset(row + AT_NAME + name_n, 0, NAME_BYTES_MAX - name_n);
}

static void floor_run(struct lmdb_table *t, struct hasher *h, const char *roster)
{
    int fd = open(roster, O_RDONLY);
    size_t bytes = (size_t)file_bytes(roster);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        fail("cannot read", roster);
    }
    unsigned char row[ROW_BYTES] = {0};
    const char *at = map;
    const char *stop = at + bytes;
    for (uint64_t person = 0; at < stop; person++) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        run_row(at, end, person, row);
        lmdb_table_append(t, person, row, ROW_BYTES, PER_TXN);
        hash_row(h, row, row); /* the head of the next row */
        at = end + 1;
    }
    lmdb_table_commit(t);
    (void)munmap(map, bytes);
    (void)close(fd);
}

/* ---- export ---- */

struct exporter {
    int fd;
    char *piece;
    size_t n;
    uint64_t bytes;
};

static void flush_piece(struct exporter *x)
{
    for (size_t at = 0; at < x->n;) {
        ssize_t n = write(x->fd, x->piece + at, x->n - at);
        if (n <= 0) {
            fail("cannot write", "the export");
        }
        at += (size_t)n;
    }
    x->bytes += x->n;
    x->n = 0;
}

static char *put(char *to, const void *p, size_t n)
{
    memcpy(to, p, n);
    return to + n;
}
#define PUT(to, literal) put((to), (literal), sizeof(literal) - 1)

static char *put_serial(char *to, uint64_t person)
{
    to = PUT(to, "E1B000001L");
    for (size_t i = 8; i-- > 0; person /= 10) {
        to[i] = (char)('0' + person % 10);
    }
    return to + 8;
}

/* About 408 bytes, as the program writes for one payment. */
static void export_row(void *ctx, const void *p, size_t n)
{
    (void)n;
    struct exporter *x = ctx;
    const unsigned char *row = p;
    if (x->n + LINE_MAX_BYTES > PIECE) {
        flush_piece(x);
    }
    char *to = x->piece + x->n;
    uint64_t person = get_u64(row + AT_PERSON);
    to = PUT(to, "<CdtTrfTxInf><PmtId><InstrId>");
    to = put_serial(to, person);
    to = PUT(to, "</InstrId><EndToEndId>");
    to = put_serial(to, person);
    to = PUT(to, "</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"CNY\">");
    to += money_print((int64_t)get_u64(row + AT_AMOUNT), to);
    to = PUT(to, "</InstdAmt></Amt><CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId>"
                 "<Cd>CNAPS</Cd></ClrSysId><MmbId>403100000004</MmbId></ClrSysMmbId>"
                 "</FinInstnId></CdtrAgt><Cdtr><Nm>");
    to = put(to, row + AT_NAME, row[AT_NAME_LEN]);
    to = PUT(to, "</Nm></Cdtr><CdtrAcct><Id><Othr><Id>");
    to = put(to, row + AT_ACCOUNT, 19);
    to = PUT(to, "</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>\n");
    x->n = (size_t)(to - x->piece);
}

static void floor_export(struct lmdb_table *t, const char *path, struct floor *out)
{
    struct exporter x = {.piece = malloc(PIECE)};
    x.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (x.fd < 0 || x.piece == NULL) {
        fail("cannot write", path);
    }
    double began = now_seconds();
    lmdb_table_scan(t, export_row, &x);
    flush_piece(&x);
    out->export = now_seconds() - began;
    if (fsync(x.fd) != 0) {
        fail("cannot write", path);
    }
    out->export_fsync = now_seconds() - began - out->export;
    out->export_bytes = x.bytes;
    (void)close(x.fd);
    (void)remove(path);
    free(x.piece);
}

/* ---- verify ---- */

struct verifier {
    struct hasher *h;
    unsigned char last[32];
};

static void verify_row(void *ctx, const void *p, size_t n)
{
    struct verifier *v = ctx;
    if (n != ROW_BYTES || memcmp(p, v->last, 32) != 0) {
        fail("the chain is broken", "floor");
    }
    hash_row(v->h, p, v->last);
}

static void measure_once(const char *dir, const char *roster, struct floor *out)
{
    char export[PATH_CAP];
    struct hasher h;
    struct lmdb_table t;
    path_join(export, dir, "floor.xml");
    hasher_init(&h);
    lmdb_table_open(&t, dir, 4 * file_bytes(roster));
    double began = now_seconds();
    floor_run(&t, &h, roster);
    out->run = now_seconds() - began;
    floor_export(&t, export, out);
    struct verifier v = {.h = &h};
    began = now_seconds();
    lmdb_table_scan(&t, verify_row, &v);
    out->verify = now_seconds() - began;
    lmdb_table_close(&t, dir);
    hasher_release(&h);
}

static double median(double a, double b, double c)
{
    double low = a < b ? a : b;
    double high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

void floor_measure(const char *dir, const char *people, struct floor *out)
{
    char roster[PATH_CAP];
    struct floor f[3];
    path_join(roster, dir, "floor.csv");
    make_roster(people, roster);
    for (size_t i = 0; i < 3; i++) {
        measure_once(dir, roster, &f[i]);
    }
    (void)remove(roster);
    out->run = median(f[0].run, f[1].run, f[2].run);
    out->export = median(f[0].export, f[1].export, f[2].export);
    out->export_fsync = median(f[0].export_fsync, f[1].export_fsync, f[2].export_fsync);
    out->verify = median(f[0].verify, f[1].verify, f[2].verify);
    out->export_bytes = f[0].export_bytes;
}
