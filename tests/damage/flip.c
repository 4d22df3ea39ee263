/* flip.c - one bit of a small store flipped after another: `audit verify` finds it, or
 * every row of every table still reads as before, walked and looked up. If this fails,
 * a damaged ledger shows something else than what was written and calls itself sound.
 *
 *   flip LEDGER SCRATCH FIRST STEP [LAST]   bits FIRST, FIRST + STEP, ... of data.mdb
 *
 * Changes LEDGER's data.mdb in place and back. Each flip is checked in a process of its
 * own: a crash there is one that the program reports as "crash" (cli/cmd_verify.c). */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/verify.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "batch/batch.h"
#include "ledger/export.h"
#include "ledger/keys.h"

#define LOOPS_SECONDS 20   /* of computing: a stopped or starved test is none */
#define BLOCKS_SECONDS 900 /* by the clock */
#define EXIT_SILENT 100    /* verify passes, and the rows are others */
#define EXIT_ODD 101       /* neither sound nor one of the statuses for damage */

static const char *dir;
static const char *scratch;

static enum status no_entropy(void *ctx, void *p, size_t n, struct diag *d)
{
    (void)ctx, (void)p, (void)n;
    return diag_fail(d, ST_INTERNAL, "test", "reading draws no random bytes");
}

static enum status remake(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    (void)ctx;
    return batch_remake(l, x, (struct bank_sink){0}, sha256, NULL, d);
}

/* ---- signatures ---- */

/* Checking them is most of an audit of a small ledger, and of each flip all but one are
 * of the same bytes: those found good before any flip are known to be. */
#define KNOWN_MAX 500
#define KNOWN_PARTS 3
static struct buf known[KNOWN_MAX];
static size_t known_count;
static bool learning;

bool __real_key_verify_id(const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                          struct str message, const uint8_t signature[SIGNATURE_LEN]);
bool __wrap_key_verify_id(const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                          struct str message, const uint8_t signature[SIGNATURE_LEN]);

static bool is_known(const struct str part[KNOWN_PARTS], size_t n)
{
    for (size_t i = 0; i < known_count; i++) {
        size_t at = 0;
        bool same = known[i].len == n;
        for (size_t k = 0; same && k < KNOWN_PARTS; k++) {
            same = memcmp(known[i].p + at, part[k].p, part[k].n) == 0;
            at += part[k].n;
        }
        if (same) {
            return true;
        }
    }
    return false;
}

/* The linker puts it before the program's (--wrap). The parts with lengths of their own
 * stand behind those lengths, so that no two questions look alike. */
bool __wrap_key_verify_id(const uint8_t public_key[KEY_PUBLIC_LEN], struct str sm2_id,
                          struct str message, const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t fixed[KEY_PUBLIC_LEN + SIGNATURE_LEN + 16];
    memcpy(fixed, public_key, KEY_PUBLIC_LEN);
    memcpy(fixed + KEY_PUBLIC_LEN, signature, SIGNATURE_LEN);
    put_u64(fixed + KEY_PUBLIC_LEN + SIGNATURE_LEN, sm2_id.n);
    put_u64(fixed + KEY_PUBLIC_LEN + SIGNATURE_LEN + 8, message.n);
    const struct str part[KNOWN_PARTS] = {str_make(fixed, sizeof fixed), sm2_id,
                                          message};
    if (is_known(part, sizeof fixed + sm2_id.n + message.n)) {
        return true;
    }
    bool good = __real_key_verify_id(public_key, sm2_id, message, signature);
    if (good && learning) {
        must(known_count < KNOWN_MAX);
        buf_init(&known[known_count], 65536);
        for (size_t k = 0; k < KNOWN_PARTS; k++) {
            buf_add(&known[known_count], part[k].p, part[k].n);
        }
        must(!known[known_count++].failed);
    }
    return good;
}

/* ---- every row ---- */

static void add_str(struct digest *g, struct str s)
{
    uint8_t n[8];
    put_u64(n, s.n);
    digest_add(g, n, sizeof n);
    digest_add(g, s.p, s.n);
}

/* A walk does not look at the keys of inner pages, and looking up near the last place
 * does not either: so each key is looked up from both ends of the table. (The number of
 * rows that LMDB keeps of a table is shown to nobody.) */
static enum status look_up(struct txn *t, enum table table, struct str ends[2],
                           struct str key, struct digest *g, struct diag *d)
{
    struct str value;
    for (size_t i = 0; i < 2; i++) {
        TRY(store_get(t, table, ends[i], &value, d));
        TRY(store_get(t, table, key, &value, d));
        add_str(g, value);
    }
    return ST_OK;
}

static enum status add_rows(struct txn *t, enum table table, struct cursor *c,
                            struct digest *g, struct diag *d)
{
    struct str ends[2];
    struct str key;
    struct str value;
    TRY(store_cursor_last(c, &ends[1], &value, d));
    TRY(store_cursor_seek(c, str_of(""), &key, &value, d));
    ends[0] = key;
    while (key.p != NULL) {
        add_str(g, key);
        add_str(g, value);
        TRY(look_up(t, table, ends, key, g, d));
        TRY(store_cursor_next(c, &key, &value, d));
    }
    return ST_OK;
}

static enum status all_rows(struct txn *t, uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct digest *g;
    must(digest_new(&g, d) == ST_OK);
    digest_start(g);
    for (int i = 0; i < TABLE_COUNT; i++) {
        struct cursor *c;
        TRY(store_cursor_open(t, (enum table)i, &c, d));
        TRY(add_rows(t, (enum table)i, c, g, d));
        store_cursor_close(c);
    }
    digest_end(g, out);
    return ST_OK; /* what a failure leaves behind goes with the process */
}

/* ---- one flip ---- */

static enum status verify(struct ledger **l, struct diag *d)
{
    struct verify_report r;
    const struct ledger_options o = {
        .dir = dir, .mode = LEDGER_AUDIT, .entropy = {.fill = no_entropy}};
    const struct verify_options v = {.scratch_dir = scratch, .remake = remake};
    TRY(ledger_open(l, &o, d));
    return verify_ledger(*l, &v, &r, d);
}

static int one(const uint8_t sound[DIGEST_LEN])
{
    struct ledger *l = NULL;
    struct diag d = {0};
    uint8_t now[DIGEST_LEN] = {0};
    enum status st = verify(&l, &d);
    if (st == ST_INTEGRITY || st == ST_SYSTEM) { // exits 5 and 6
        return (int)st;
    }
    if (st != ST_OK) {
        printf("status %d: %s: %s\n", (int)st, d.code, d.what);
        return EXIT_ODD;
    }
    if (all_rows(ledger_txn(l), now, &d) != ST_OK) {
        printf("rows cannot be read: %s\n", d.what);
        return EXIT_SILENT;
    }
    if (memcmp(sound, now, DIGEST_LEN) != 0) {
        printf("rows are others\n");
        return EXIT_SILENT;
    }
    return 0;
}

enum outcome { SAME, INTEGRITY, SYSTEM, CRASH, SILENT, OUTCOMES };

static enum outcome outcome_of(int how, long bit)
{
    if (WIFSIGNALED(how)) {
        if (WTERMSIG(how) == SIGALRM || WTERMSIG(how) == SIGXCPU) {
            printf("bit %ld: hangs\n", bit);
            return SILENT;
        }
        return CRASH;
    }
    switch (WEXITSTATUS(how)) {
    case 0:
        return SAME;
    case ST_INTEGRITY:
        return INTEGRITY;
    case ST_SYSTEM:
        return SYSTEM;
    default:
        printf("bit %ld (page %ld, byte %ld): exit %d\n", bit, bit / 32768,
               bit / 8 % 4096, WEXITSTATUS(how));
        return SILENT;
    }
}

static enum outcome in_child(const uint8_t sound[DIGEST_LEN], long bit)
{
    int how;
    fflush(NULL);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        const struct rlimit loops = {LOOPS_SECONDS, LOOPS_SECONDS + 1};
        must(setrlimit(RLIMIT_CPU, &loops) == 0);
        alarm(BLOCKS_SECONDS);
        int code = one(sound);
        fflush(NULL);
        _exit(code);
    }
    must(waitpid(child, &how, 0) == child);
    return outcome_of(how, bit);
}

static void flip(int fd, long bit)
{
    uint8_t byte;
    must(pread(fd, &byte, 1, bit / 8) == 1);
    byte ^= (uint8_t)(1U << bit % 8);
    must(pwrite(fd, &byte, 1, bit / 8) == 1);
}

/* What is sound. In this process, and the store closed before any is forked: so each
 * child finds OpenSSL ready, which takes it longer than the check itself. */
static void ask_sound(uint8_t sound[DIGEST_LEN])
{
    struct ledger *l = NULL;
    struct diag d = {0};
    learning = true;
    must(verify(&l, &d) == ST_OK && all_rows(ledger_txn(l), sound, &d) == ST_OK);
    ledger_close(l);
    learning = false;
}

static long number(const char *text)
{
    uint64_t n;
    must(text_u64(str_of(text), 0, INT32_MAX, &n));
    return (long)n;
}

int main(int argc, char **argv)
{
    static const char *const NAMES[] = {"the same", "refused as damaged",
                                        "refused by the system", "crashes",
                                        "NOT FOUND"};
    uint8_t sound[DIGEST_LEN];
    unsigned long counts[OUTCOMES] = {0};
    struct stat s;
    char path[4096];
    must(argc == 5 || argc == 6);
    dir = argv[1];
    scratch = argv[2];
    must(snprintf(path, sizeof path, "%s/data.mdb", dir) < (int)sizeof path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    must(fd >= 0 && fstat(fd, &s) == 0);
    long last = argc == 6 ? number(argv[5]) : (long)s.st_size * 8 - 1;
    /* Fresh pages are zeros: else each child clears memory that this process used. */
    must(mallopt(M_MMAP_THRESHOLD, 64 * 1024) == 1);
    ask_sound(sound);
    must(malloc_trim(0) >= 0);
    for (long bit = number(argv[3]); bit <= last; bit += number(argv[4])) {
        flip(fd, bit);
        counts[in_child(sound, bit)]++;
        flip(fd, bit);
    }
    for (int i = 0; i < OUTCOMES; i++) {
        printf("%lu %s\n", counts[i], NAMES[i]);
    }
    close(fd);
    return counts[SILENT] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
