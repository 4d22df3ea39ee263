/* rows.c - for tests/cli/forge_ledger.py and matrix.sh: what somebody can do who has
 * the ledger's folder, with the keys in it, and a program of his own.
 *
 *   rows LEDGER dump              every row: TABLE KEY VALUE, in hexadecimal
 *   rows LEDGER apply             lines of stdin: put TABLE KEY VALUE; del TABLE KEY
 *   rows LEDGER person N OLD NEW  in a sealed row, text by text of the same length
 *   rows LEDGER file SHA256       what stands under this name becomes stdin, sealed */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/vault.h"

#define LINE_MAX_BYTES (1 << 20)
#define NOW_US 1800000000000000 /* 2027-01-15, behind every record of a test */
#define FILES_LABEL "almoner files v1"

static struct diag d;

static void ok(enum status st)
{
    if (st != ST_OK) {
        fprintf(stderr, "rows: %s: %s\n", d.code, d.what);
        exit(EXIT_FAILURE);
    }
}

/* ---- rows as they stand ---- */

static void print_hex(struct str s)
{
    putchar(' ');
    for (size_t i = 0; i < s.n; i++) {
        printf("%02x", (unsigned char)s.p[i]);
    }
}

static void dump(struct store *s)
{
    struct txn *t;
    ok(store_begin(s, false, &t, &d));
    for (int i = 0; i < TABLE_COUNT; i++) {
        struct cursor *c;
        struct str key;
        struct str value;
        ok(store_cursor_open(t, (enum table)i, &c, &d));
        ok(store_cursor_seek(c, str_of(""), &key, &value, &d));
        while (key.p != NULL) {
            printf("%s", table_name((enum table)i));
            print_hex(key);
            print_hex(value);
            putchar('\n');
            ok(store_cursor_next(c, &key, &value, &d));
        }
        store_cursor_close(c);
    }
    store_abort(t);
}

static enum table table_of(const char *name)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        if (strcmp(table_name((enum table)i), name) == 0) {
            return (enum table)i;
        }
    }
    must_fail("the name of a table", __FILE__, __LINE__);
}

/* The next word of a line, which is cut behind it; "" at the end. */
static const char *word(char **line)
{
    const char *begin = *line;
    *line += strcspn(*line, " \n");
    if (**line != '\0') {
        *(*line)++ = '\0';
    }
    return begin;
}

static struct str unhex(const char *text, uint8_t *out)
{
    size_t n = strlen(text) / 2;
    must(text_unhex(str_of(text), out, n));
    return str_make(out, n);
}

static void apply(struct store *s)
{
    static char line[LINE_MAX_BYTES];
    static uint8_t key[STORE_KEY_MAX], value[LINE_MAX_BYTES / 2];
    struct txn *t;
    ok(store_begin(s, true, &t, &d));
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *rest = line;
        const char *what = word(&rest);
        enum table table = table_of(word(&rest));
        struct str k = unhex(word(&rest), key);
        struct str v = unhex(word(&rest), value);
        ok(strcmp(what, "del") == 0 ? store_delete(t, table, k, &d)
                                    : store_put(t, table, k, v, &d));
    }
    ok(store_commit(t, &d));
}

/* ---- what is sealed ---- */

static enum status not_random(void *ctx, void *p, size_t n, struct diag *why)
{
    (void)ctx, (void)why;
    memset(p, 7, n);
    return ST_OK;
}

static void replace(struct vault_row *row, const char *from, const char *to)
{
    size_t n = strlen(from);
    size_t done = 0;
    must(n > 0 && strlen(to) == n);
    for (size_t i = 0; i + n <= row->plain.len; i++) {
        if (memcmp(row->plain.p + i, from, n) == 0) {
            memcpy(row->plain.p + i, to, n);
            done++;
        }
    }
    must(done > 0);
}

static void person(struct ledger *l, uint64_t number, const char *from, const char *to)
{
    struct vault_row row;
    vault_row_init(&row);
    ok(ledger_begin(l, &d));
    ok(vault_row_read(l, number, &row, &d));
    replace(&row, from, to);
    ok(vault_row_write(l, &row, &d));
    ok(ledger_commit(l, &d));
    vault_row_release(&row);
}

static void master_key(const char *dir, uint8_t out[SEAL_KEY_LEN])
{
    char path[4096];
    must(snprintf(path, sizeof path, "%s/keys/vault.key", dir) < (int)sizeof path);
    FILE *f = fopen(path, "rb");
    must(f != NULL && fread(out, 1, SEAL_KEY_LEN, f) == SEAL_KEY_LEN);
    fclose(f);
}

/* One chunk, as docs/formats/ledger.md section 9 has it. */
static void file(struct ledger *l, const char *dir, const char *name)
{
    static uint8_t plain[32768], packed[61440], value[61440 + 64];
    static const uint8_t nonce[SEAL_NONCE_LEN];
    uint8_t key[DIGEST_LEN + 4] = {0}, files[SEAL_KEY_LEN], master[SEAL_KEY_LEN];
    uint8_t aad[ORIGIN_MAX + 64];
    uLongf n = sizeof packed;
    struct digest *g;
    struct sealer *sealer;
    const char *origin = ledger_info(l)->genesis_origin;
    size_t o = strlen(origin);
    must(text_unhex(str_of(name), key, DIGEST_LEN));
    must(compress(packed, &n, plain, fread(plain, 1, sizeof plain, stdin)) == Z_OK);
    master_key(dir, master);
    ok(ledger_digest_new(l, &g, &d));
    ok(sealer_new(&sealer, &d));
    digest_hmac(g, master, str_of(FILES_LABEL), str_of(""), files);
    sealer_key(sealer, files);
    memcpy(aad, origin, o);
    memcpy(aad + o, key, sizeof key);
    aad[o + sizeof key] = value[0] = 1;
    sealer_seal(sealer, nonce, str_make(aad, o + sizeof key + 1), str_make(packed, n),
                value + 1);
    ok(ledger_begin(l, &d));
    ok(store_put(ledger_txn(l), TABLE_BLOBS, str_make(key, sizeof key),
                 str_make(value, n + SEAL_OVERHEAD + 1), &d));
    ok(ledger_commit(l, &d));
    sealer_free(sealer);
    digest_free(g);
}

static void sealed(int argc, char **argv)
{
    struct ledger *l;
    const struct ledger_options o = {.dir = argv[1],
                                     .mode = LEDGER_WRITE,
                                     .now_us = NOW_US,
                                     .now_given = true,
                                     .entropy = {.fill = not_random}};
    ok(ledger_open(&l, &o, &d));
    if (strcmp(argv[2], "person") == 0) {
        must(argc == 6);
        uint64_t number;
        must(text_u64(str_of(argv[3]), 1, UINT32_MAX, &number));
        person(l, number, argv[4], argv[5]);
    } else {
        must(argc == 4 && strcmp(argv[2], "file") == 0);
        file(l, argv[1], argv[3]);
    }
    ledger_close(l);
}

int main(int argc, char **argv)
{
    must(argc >= 3);
    if (argc > 3) {
        sealed(argc, argv);
        return EXIT_SUCCESS;
    }
    struct store *s;
    ok(store_open(&s, argv[1], STORE_WRITE, &d));
    if (strcmp(argv[2], "dump") == 0) {
        dump(s);
    } else {
        must(strcmp(argv[2], "apply") == 0);
        apply(s);
    }
    store_close(s);
    return EXIT_SUCCESS;
}
