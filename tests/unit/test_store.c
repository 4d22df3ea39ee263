/* test_store.c - if this fails, committed data can be lost, or damage goes unseen. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/store.h"
#include "tests/unit/ledger_fixture.h"

#define MIB ((size_t)1024 * 1024)

static struct diag d;
static struct store *store;
static char folder[FIXTURE_DIR_CAP];

#define OK(call) ck_assert_msg((call) == ST_OK, "%s: %s", d.code, d.what)
#define FAILS(call, st, its_code)                                                      \
    do {                                                                               \
        ck_assert_int_eq((call), (st));                                                \
        ck_assert_str_eq(d.code, (its_code));                                          \
    } while (0)

/* ---- folders ---- */

static void make_folder(void)
{
    fixture_folder("store", folder);
}

static const char *path_of(const char *name)
{
    static char path[FIXTURE_DIR_CAP + 20];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "copy/data.mdb",
                                        "copy/lock.mdb"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlink(path_of(names[i]));
    }
    (void)rmdir(path_of("copy"));
    ck_assert_int_eq(rmdir(folder), 0);
}

static void reopen(enum store_mode mode)
{
    store_close(store);
    store = NULL;
    OK(store_open(&store, folder, mode, &d));
}

static void setup(void)
{
    make_folder();
    store = NULL;
    reopen(STORE_WRITE);
}

static void teardown(void)
{
    store_close(store);
    store = NULL;
    remove_folder();
}

/* ---- short forms ---- */

static struct txn *begin(bool write)
{
    struct txn *t = NULL;
    OK(store_begin(store, write, &t, &d));
    return t;
}

static struct str number_key(uint64_t n)
{
    static uint8_t key[8];
    put_u64(key, n);
    return str_make(key, sizeof key);
}

static void put(struct txn *t, uint64_t n, const char *value)
{
    OK(store_put(t, TABLE_PEOPLE, number_key(n), str_of(value), &d));
}

static struct str get(struct txn *t, uint64_t n)
{
    struct str v;
    OK(store_get(t, TABLE_PEOPLE, number_key(n), &v, &d));
    return v;
}

static void commit(struct txn *t)
{
    OK(store_commit(t, &d));
}

/* ---- single keys ---- */

START_TEST(keeps_what_was_committed)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        struct txn *t = begin(true);
        const char *name = table_name((enum table)i);
        OK(store_put(t, (enum table)i, str_of("k"), str_of(name), &d));
        commit(t);
    }
    struct txn *t = begin(true);
    OK(store_put(t, TABLE_META, str_of("lost"), str_of("x"), &d));
    store_abort(t);
    reopen(STORE_READ);
    t = begin(false);
    for (int i = 0; i < TABLE_COUNT; i++) {
        struct str v;
        OK(store_get(t, (enum table)i, str_of("k"), &v, &d));
        ck_assert(str_is(v, table_name((enum table)i)));
    }
    struct str v;
    OK(store_get(t, TABLE_META, str_of("lost"), &v, &d));
    ck_assert_ptr_null(v.p);
    store_abort(t);
    store_abort(NULL);
}
END_TEST

START_TEST(missing_and_empty)
{
    struct txn *t = begin(true);
    put(t, 1, "");
    ck_assert_ptr_nonnull(get(t, 1).p);
    ck_assert_uint_eq(get(t, 1).n, 0);
    ck_assert_ptr_null(get(t, 2).p);
    ck_assert_uint_eq(get(t, 2).n, 0);
    commit(t);
}
END_TEST

START_TEST(replaced_deleted_counted)
{
    struct txn *t = begin(true);
    uint64_t count = 99;
    put(t, 1, "one");
    put(t, 2, "two");
    put(t, 1, "another one");
    OK(store_count(t, TABLE_PEOPLE, &count, &d));
    ck_assert_uint_eq(count, 2);
    ck_assert(str_is(get(t, 1), "another one"));
    OK(store_delete(t, TABLE_PEOPLE, number_key(1), &d));
    OK(store_delete(t, TABLE_PEOPLE, number_key(1), &d));
    ck_assert_ptr_null(get(t, 1).p);
    ck_assert(str_is(get(t, 2), "two"));
    OK(store_count(t, TABLE_PEOPLE, &count, &d));
    ck_assert_uint_eq(count, 1);
    commit(t);
}
END_TEST

START_TEST(append_refuses_what_is_not_above)
{
    struct txn *t = begin(true);
    OK(store_append(t, TABLE_RECORDS, number_key(5), str_of("5"), &d));
    FAILS(store_append(t, TABLE_RECORDS, number_key(5), str_of("x"), &d), ST_INTEGRITY,
          "append-order");
    FAILS(store_append(t, TABLE_RECORDS, number_key(4), str_of("x"), &d), ST_INTEGRITY,
          "append-order");
    OK(store_append(t, TABLE_RECORDS, number_key(6), str_of("6"), &d));
    struct str v;
    OK(store_get(t, TABLE_RECORDS, number_key(5), &v, &d));
    ck_assert(str_is(v, "5"));
    commit(t);
}
END_TEST

START_TEST(longest_key_and_large_values)
{
    char key[STORE_KEY_MAX];
    memset(key, 'k', sizeof key);
    static uint8_t large[3 * 1024 * 1024];
    memset(large, 0xa5, sizeof large);
    struct txn *t = begin(true);
    OK(store_put(t, TABLE_BLOBS, str_make(key, sizeof key),
                 str_make(large, sizeof large), &d));
    commit(t);
    t = begin(false);
    struct str v;
    OK(store_get(t, TABLE_BLOBS, str_make(key, sizeof key), &v, &d));
    ck_assert(str_eq(v, str_make(large, sizeof large)));
    store_abort(t);
}
END_TEST

/* ---- cursors ---- */

static void cursor_is_at(struct str key, uint64_t n)
{
    ck_assert_uint_eq(key.n, 8);
    ck_assert_uint_eq(get_u64((const uint8_t *)key.p), n);
}

START_TEST(cursor_walks_in_order)
{
    struct txn *t = begin(true);
    struct cursor *c;
    struct str key;
    struct str value;
    OK(store_cursor_open(t, TABLE_PEOPLE, &c, &d));
    OK(store_cursor_seek(c, str_of(""), &key, &value, &d));
    ck_assert_ptr_null(key.p);
    OK(store_cursor_last(c, &key, &value, &d));
    ck_assert_ptr_null(key.p);
    OK(store_cursor_next(c, &key, &value, &d));
    ck_assert_ptr_null(key.p);
    store_cursor_close(c);
    for (uint64_t n = 1000; n > 0; n--) {
        put(t, n * 10, "v");
    }
    OK(store_cursor_open(t, TABLE_PEOPLE, &c, &d));
    for (uint64_t n = 1; n <= 1000; n++) {
        OK(store_cursor_next(c, &key, &value, &d));
        cursor_is_at(key, n * 10);
        ck_assert(str_is(value, "v"));
    }
    OK(store_cursor_next(c, &key, &value, &d));
    ck_assert_ptr_null(key.p);
    OK(store_cursor_seek(c, number_key(5001), &key, &value, &d));
    cursor_is_at(key, 5010);
    OK(store_cursor_seek(c, number_key(5010), &key, &value, &d));
    cursor_is_at(key, 5010);
    OK(store_cursor_seek(c, str_of(""), &key, &value, &d));
    cursor_is_at(key, 10);
    OK(store_cursor_seek(c, number_key(10001), &key, &value, &d));
    ck_assert_ptr_null(key.p);
    OK(store_cursor_last(c, &key, &value, &d));
    cursor_is_at(key, 10000);
    store_cursor_close(c);
    store_cursor_close(NULL);
    commit(t);
}
END_TEST

/* LMDB 0.9 has a flag "at the end" that other writers do not clear. */
START_TEST(cursor_at_the_end_sees_later_keys)
{
    struct txn *t = begin(true);
    struct cursor *c;
    struct str key;
    struct str value;
    OK(store_cursor_open(t, TABLE_PEOPLE, &c, &d));
    put(t, 1, "v");
    OK(store_cursor_last(c, &key, &value, &d));
    cursor_is_at(key, 1);
    OK(store_cursor_next(c, &key, &value, &d));
    ck_assert_ptr_null(key.p);
    for (uint64_t n = 2; n <= 5000; n++) {
        put(t, n, "some value of some length");
        if (n % 7 == 0) {
            OK(store_cursor_last(c, &key, &value, &d));
            cursor_is_at(key, n);
        }
    }
    for (uint64_t n = 5001; n <= 9000; n++) {
        OK(store_cursor_put(c, number_key(n), str_of("some value"), &d));
        OK(store_append(t, TABLE_PEOPLE, number_key(n * 10000), str_of("x"), &d));
        OK(store_delete(t, TABLE_PEOPLE, number_key(n * 10000), &d));
    }
    OK(store_cursor_seek(c, str_of(""), &key, &value, &d));
    for (uint64_t n = 1; n <= 9000; n++) {
        cursor_is_at(key, n);
        OK(store_cursor_next(c, &key, &value, &d));
    }
    ck_assert_ptr_null(key.p);
    store_cursor_close(c);
    commit(t);
}
END_TEST

/* What runs do: walk over people, and write rows of the same and of other tables. */
START_TEST(cursor_walks_while_writing)
{
    struct txn *t = begin(true);
    for (uint64_t n = 0; n < 3000; n += 2) {
        put(t, n, "before");
    }
    commit(t);
    t = begin(true);
    struct cursor *c;
    struct cursor *w;
    struct str key;
    struct str value;
    OK(store_cursor_open(t, TABLE_PEOPLE, &c, &d));
    OK(store_cursor_open(t, TABLE_ACCOUNTS, &w, &d));
    OK(store_cursor_seek(c, str_of(""), &key, &value, &d));
    for (uint64_t n = 0; n < 3000; n += 2) {
        cursor_is_at(key, n);
        OK(store_cursor_put(w, number_key(n), str_of("account"), &d));
        put(t, n, "after, and longer than it was before");
        if (n >= 2) {
            put(t, n - 1, "squeezed in behind");
        }
        OK(store_delete(t, TABLE_PEOPLE, number_key(n), &d));
        OK(store_cursor_next(c, &key, &value, &d));
    }
    ck_assert_ptr_null(key.p);
    store_cursor_close(c);
    store_cursor_close(w);
    uint64_t count;
    OK(store_count(t, TABLE_ACCOUNTS, &count, &d));
    ck_assert_uint_eq(count, 1500);
    OK(store_count(t, TABLE_PEOPLE, &count, &d));
    ck_assert_uint_eq(count, 1499);
    commit(t);
}
END_TEST

/* ---- random work beside a model ---- */

enum { MODEL_KEYS = 300, MODEL_CURSORS = 3, MODEL_STEPS = 60000 };

struct model {
    int length[MODEL_KEYS]; /* -1: no such key */
    uint8_t fill[MODEL_KEYS];
};

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 10) % n;
}

static int model_from(const struct model *m, int at)
{
    while (at < MODEL_KEYS && m->length[at] < 0) {
        at++;
    }
    return at;
}

static void assert_value(const struct model *m, int at, struct str value)
{
    size_t same = 0;
    while (same < value.n && (uint8_t)value.p[same] == m->fill[at]) {
        same++;
    }
    ck_assert(value.n == (size_t)m->length[at] && same == value.n);
}

static void assert_at(const struct model *m, int at, struct str key, struct str value)
{
    if (at == MODEL_KEYS) {
        ck_assert_ptr_null(key.p);
        return;
    }
    cursor_is_at(key, (uint64_t)at);
    assert_value(m, at, value);
}

/* Mostly small, some on pages of their own. */
static struct str draw_value(struct model *m, int at)
{
    static uint8_t bytes[5000];
    m->length[at] = (int)draw(draw(10) == 0 ? sizeof bytes : 300);
    m->fill[at] = (uint8_t)draw(256);
    memset(bytes, m->fill[at], sizeof bytes);
    return str_make(bytes, (size_t)m->length[at]);
}

static void step_key(struct txn *t, struct model *m, uint32_t what)
{
    int at = (int)draw(MODEL_KEYS);
    struct str key = number_key((uint64_t)at);
    struct str value;
    if (what < 3) {
        OK(store_put(t, TABLE_PEOPLE, key, draw_value(m, at), &d));
    } else if (what < 5) {
        OK(store_delete(t, TABLE_PEOPLE, key, &d));
        m->length[at] = -1;
    } else {
        OK(store_get(t, TABLE_PEOPLE, key, &value, &d));
        ck_assert((value.p != NULL) == (m->length[at] >= 0));
        if (value.p != NULL) {
            assert_value(m, at, value);
        }
    }
}

/* *at is where the cursor stands, MODEL_KEYS when it has no place. */
static void step_cursor(struct cursor *c, int *at, struct model *m)
{
    struct str key;
    struct str value;
    uint32_t what = *at == MODEL_KEYS ? draw(3) : draw(8);
    if (what == 0) {
        *at = (int)draw(MODEL_KEYS);
        OK(store_cursor_seek(c, number_key((uint64_t)*at), &key, &value, &d));
        *at = model_from(m, *at);
        assert_at(m, *at, key, value);
    } else if (what == 1) {
        *at = (int)draw(MODEL_KEYS);
        struct str v = draw_value(m, *at);
        OK(store_cursor_put(c, number_key((uint64_t)*at), v, &d));
    } else if (what == 2) {
        OK(store_cursor_last(c, &key, &value, &d));
        int last = MODEL_KEYS;
        for (int i = 0; i < MODEL_KEYS; i++) {
            last = m->length[i] >= 0 ? i : last;
        }
        *at = last;
        assert_at(m, *at, key, value);
    } else {
        OK(store_cursor_next(c, &key, &value, &d));
        *at = model_from(m, *at + 1);
        assert_at(m, *at, key, value);
    }
}

static void random_transaction(struct model *m, int steps)
{
    struct model before = *m;
    struct txn *t = begin(true);
    struct cursor *c[MODEL_CURSORS];
    int at[MODEL_CURSORS];
    for (int i = 0; i < MODEL_CURSORS; i++) {
        OK(store_cursor_open(t, TABLE_PEOPLE, &c[i], &d));
        at[i] = MODEL_KEYS;
    }
    for (int i = 0; i < steps; i++) {
        uint32_t what = draw(12);
        if (what < 7) {
            step_key(t, m, what);
        } else {
            uint32_t which = draw(MODEL_CURSORS);
            step_cursor(c[which], &at[which], m);
        }
    }
    for (int i = 0; i < MODEL_CURSORS; i++) {
        store_cursor_close(c[i]);
    }
    if (draw(4) == 0) {
        store_abort(t);
        *m = before;
    } else {
        commit(t);
    }
}

START_TEST(random_work_as_in_the_model)
{
    static struct model m;
    uint64_t first = 20261105;
    const char *given = getenv("SEED");
    if (given != NULL) {
        ck_assert(text_u64(str_of(given), 0, UINT32_MAX, &first));
    }
    seed = (uint32_t)first + (uint32_t)_i;
    printf("test_store: seed %u\n", seed);
    for (int i = 0; i < MODEL_KEYS; i++) {
        m.length[i] = -1;
    }
    for (int done = 0; done < MODEL_STEPS;) {
        int steps = 1 + (int)draw(400);
        random_transaction(&m, steps);
        if (draw(20) == 0) {
            reopen(STORE_WRITE);
        }
        done += steps;
    }
}
END_TEST

/* ---- the map ---- */

/* count values of 1 MiB, each filled with its number. */
static void put_blobs(struct txn *t, uint32_t first, uint32_t count)
{
    static uint8_t blob[1024 * 1024];
    for (uint32_t i = first; i < first + count; i++) {
        memset(blob, (int)(i & 0xff), sizeof blob);
        OK(store_put(t, TABLE_BLOBS, number_key(i), str_make(blob, sizeof blob), &d));
    }
}

static bool has_blob(struct txn *t, uint32_t i)
{
    struct str v;
    return store_get(t, TABLE_BLOBS, number_key(i), &v, &d) == ST_OK && v.n == MIB &&
           (uint8_t)v.p[0] == (i & 0xff) && (uint8_t)v.p[MIB - 1] == (i & 0xff);
}

/* Scratch, to spare the disk; the map is the same. It begins with the headroom and a
 * little more: 400 MiB are beyond that. */
START_TEST(map_grows)
{
    reopen(STORE_SCRATCH);
    bool moved = false;
    for (uint32_t i = 0; i < 400; i += 100) {
        moved = moved || store_will_move(store);
        struct txn *t = begin(true);
        ck_assert(!store_will_move(store));
        put_blobs(t, i, 100);
        commit(t);
    }
    ck_assert(moved);
    ck_assert_uint_gt(store_bytes(store), 400 * MIB);
    reopen(STORE_READ);
    struct txn *t = begin(false);
    for (uint32_t i = 0; i < 400; i++) {
        ck_assert(has_blob(t, i));
    }
    store_abort(t);
}
END_TEST

START_TEST(too_large_a_transaction_fails_alone)
{
    struct txn *t = begin(true);
    put(t, 1, "kept");
    commit(t);
    size_t n = 16 * MIB;
    char *large = calloc(1, n);
    ck_assert_ptr_nonnull(large);
    t = begin(true);
    put(t, 2, "not kept");
    enum status st = ST_OK;
    size_t written = 0;
    while (st == ST_OK && written < 2 * STORE_HEADROOM) {
        struct str key = number_key(written);
        st = store_put(t, TABLE_BLOBS, key, str_make(large, n), &d);
        written += n;
    }
    FAILS(st, ST_SYSTEM, "transaction-too-big");
    ck_assert_uint_gt(written, STORE_HEADROOM);
    store_abort(t);
    free(large);
    t = begin(true);
    ck_assert(str_is(get(t, 1), "kept"));
    ck_assert_ptr_null(get(t, 2).p);
    put(t, 2, "kept");
    commit(t);
}
END_TEST

/* ---- other processes ---- */

/* A child and a pipe each way. It is forked before any store is open, as must be. */
struct peer {
    pid_t pid;
    int in;
    int out;
};

static bool wait_for(const struct peer *p, char what)
{
    char got;
    return read(p->in, &got, 1) == 1 && got == what;
}

static bool tell(const struct peer *p, char what)
{
    return write(p->out, &what, 1) == 1;
}

static struct peer spawn(bool (*work)(const struct peer *parent))
{
    int down[2];
    int up[2];
    ck_assert(pipe(down) == 0 && pipe(up) == 0);
    fflush(stdout);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        /* An end kept open here would hide the parent's death. */
        close(down[1]);
        close(up[0]);
        struct peer parent = {.in = down[0], .out = up[1]};
        _exit(work(&parent) ? 0 : 1);
    }
    close(down[0]);
    close(up[1]);
    return (struct peer){.pid = pid, .in = up[0], .out = down[1]};
}

static void join(const struct peer *p)
{
    int status = -1;
    close(p->in);
    close(p->out);
    ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child failed");
}

static bool read_a_grown_map(const struct peer *parent)
{
    struct store *s;
    struct txn *t;
    struct str v;
    if (!wait_for(parent, 'o') || store_open(&s, folder, STORE_READ, &d) != ST_OK ||
        store_begin(s, false, &t, &d) != ST_OK || has_blob(t, 0)) {
        return false;
    }
    store_abort(t);
    if (!tell(parent, 'r') || !wait_for(parent, 'g') ||
        store_begin(s, false, &t, &d) != ST_OK) {
        return false;
    }
    bool good = true;
    for (uint32_t i = 0; i < 400; i++) {
        good = good && has_blob(t, i);
    }
    good = good && store_get(t, TABLE_META, str_of("none"), &v, &d) == ST_OK;
    store_abort(t);
    store_close(s);
    return good;
}

START_TEST(map_grown_by_another_process)
{
    struct peer reader = spawn(read_a_grown_map);
    reopen(STORE_SCRATCH);
    ck_assert(tell(&reader, 'o') && wait_for(&reader, 'r'));
    for (uint32_t i = 0; i < 400; i += 200) {
        struct txn *t = begin(true);
        put_blobs(t, i, 200);
        commit(t);
    }
    ck_assert(tell(&reader, 'g'));
    join(&reader);
}
END_TEST

enum { TURNS = 200 };

/* Adds one to the same counter, as often as the parent does at the same time. */
static bool count_up(struct store *s)
{
    for (int i = 0; i < TURNS; i++) {
        struct txn *t;
        struct str v;
        uint8_t bytes[8] = {0};
        if (store_begin(s, true, &t, &d) != ST_OK) {
            return false;
        }
        bool good = store_get(t, TABLE_META, str_of("n"), &v, &d) == ST_OK;
        put_u64(bytes, 1 + (v.n == 8 ? get_u64((const uint8_t *)v.p) : 0));
        good = good &&
               store_put(t, TABLE_META, str_of("n"), str_make(bytes, 8), &d) == ST_OK;
        if (store_commit(t, &d) != ST_OK || !good) {
            return false;
        }
    }
    return true;
}

static bool write_beside(const struct peer *parent)
{
    struct store *s;
    if (!wait_for(parent, 'o') || store_open(&s, folder, STORE_WRITE, &d) != ST_OK ||
        !tell(parent, 'r')) {
        return false;
    }
    bool good = count_up(s);
    store_close(s);
    return good;
}

START_TEST(two_processes_write)
{
    struct peer other = spawn(write_beside);
    reopen(STORE_WRITE);
    ck_assert(tell(&other, 'o') && wait_for(&other, 'r'));
    ck_assert(count_up(store));
    join(&other);
    struct txn *t = begin(false);
    struct str v;
    OK(store_get(t, TABLE_META, str_of("n"), &v, &d));
    ck_assert_uint_eq(get_u64((const uint8_t *)v.p), 2 * TURNS);
    store_abort(t);
}
END_TEST

/* Keeps the lock file in use, so that opening does not simply make it anew. */
static bool stay_open(const struct peer *parent)
{
    struct store *s;
    return store_open(&s, folder, STORE_WRITE, &d) == ST_OK && tell(parent, 'r') &&
           wait_for(parent, 'x');
}

static bool die_while_reading(const struct peer *parent)
{
    struct store *s;
    struct txn *t;
    return wait_for(parent, 'o') && store_open(&s, folder, STORE_READ, &d) == ST_OK &&
           store_begin(s, false, &t, &d) == ST_OK;
}

/* A reader that died would keep every later page from being used again. */
START_TEST(dead_readers_are_cleared)
{
    struct peer holder = spawn(stay_open);
    struct peer dead = spawn(die_while_reading);
    ck_assert(wait_for(&holder, 'r') && tell(&dead, 'o'));
    join(&dead);
    reopen(STORE_SCRATCH);
    for (uint32_t i = 0; i < 100; i++) {
        struct txn *t = begin(true);
        put_blobs(t, 0, 1);
        commit(t);
    }
    ck_assert_uint_lt(store_bytes(store), 10 * MIB);
    ck_assert(tell(&holder, 'x'));
    join(&holder);
}
END_TEST

/* ---- what cannot be opened ---- */

static void write_file(const char *path, off_t at, const void *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, p, n, at), (ssize_t)n);
    ck_assert_int_eq(close(fd), 0);
}

START_TEST(opened_once_only)
{
    struct store *again = NULL;
    FAILS(store_open(&again, folder, STORE_READ, &d), ST_INTERNAL, "store-twice");
    char other[FIXTURE_DIR_CAP + 4];
    snprintf(other, sizeof other, "%s/.", folder);
    FAILS(store_open(&again, other, STORE_READ, &d), ST_INTERNAL, "store-twice");
    ck_assert_ptr_null(again);
    reopen(STORE_READ);
}
END_TEST

START_TEST(no_store)
{
    struct store *s = NULL;
    FAILS(store_open(&s, folder, STORE_READ, &d), ST_SYSTEM, "no-store");
    FAILS(store_open(&s, "/nowhere/at/all", STORE_WRITE, &d), ST_SYSTEM,
          "no-such-file");
    ck_assert_int_ne(access(path_of("lock.mdb"), F_OK), 0);
    /* Made by init, which ended before the tables were. */
    write_file(path_of("data.mdb"), 0, "", 0);
    FAILS(store_open(&s, folder, STORE_READ, &d), ST_SYSTEM, "no-store");
    ck_assert_ptr_null(s);
    OK(store_open(&s, folder, STORE_WRITE, &d));
    store_close(s);
}
END_TEST

START_TEST(damaged_heads)
{
    static const uint8_t zeros[64];
    off_t page = (off_t)sysconf(_SC_PAGESIZE);
    struct store *s = NULL;
    store_close(store);
    store = NULL;
    /* Both heads: one alone is what a crash may leave, and the other serves. */
    write_file(path_of("data.mdb"), 0, zeros, sizeof zeros);
    write_file(path_of("data.mdb"), page, zeros, sizeof zeros);
    FAILS(store_open(&s, folder, STORE_READ, &d), ST_INTEGRITY, "store-damaged");
    FAILS(store_open(&s, folder, STORE_WRITE, &d), ST_INTEGRITY, "store-damaged");
    ck_assert_str_ne(d.hint, "");
    ck_assert_str_ne(d.where, "");
    static const char text[] = "name,id number,amount\n";
    ck_assert_int_eq(truncate(path_of("data.mdb"), 0), 0);
    write_file(path_of("data.mdb"), 0, text, sizeof text - 1);
    FAILS(store_open(&s, folder, STORE_WRITE, &d), ST_INTEGRITY, "store-damaged");
    ck_assert_ptr_null(s);
}
END_TEST

/* ---- failing disks ---- */

/* A file that may not grow: the kernel writes a part, which LMDB calls EIO. The disk
 * has room, so it is no "disk-full". */
START_TEST(short_write_is_an_io_error)
{
    struct txn *t = begin(true);
    put(t, 1, "kept");
    commit(t);
    struct stat st;
    ck_assert_int_eq(stat(path_of("data.mdb"), &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit limit = {(rlim_t)st.st_size + 100000, old.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    t = begin(true);
    put(t, 2, "not kept");
    put_blobs(t, 0, 1);
    FAILS(store_commit(t, &d), ST_SYSTEM, "io-error");
    FAILS(store_begin(store, false, &t, &d), ST_SYSTEM, "reopen");
    FAILS(store_begin(store, true, &t, &d), ST_SYSTEM, "reopen");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    reopen(STORE_WRITE);
    t = begin(true);
    ck_assert(str_is(get(t, 1), "kept"));
    ck_assert_ptr_null(get(t, 2).p);
    put(t, 2, "kept");
    commit(t);
}
END_TEST

static bool mounted;

static void mount_small_disk(void)
{
    make_folder();
    mounted =
        geteuid() == 0 && mount("tmpfs", folder, "tmpfs", 0, "size=8m,mode=0700") == 0;
    if (!mounted) {
        printf("test_store: disk_full skipped, no small disk can be mounted: %s\n",
               geteuid() == 0 ? strerror(errno) : "not root");
    }
}

static void unmount_small_disk(void)
{
    if (mounted) {
        (void)umount(folder);
    }
    (void)rmdir(folder);
}

START_TEST(disk_full)
{
    if (!mounted) {
        return;
    }
    store = NULL;
    reopen(STORE_WRITE);
    enum status st = ST_OK;
    uint32_t kept = 0;
    for (uint32_t i = 0; st == ST_OK && i < 20; i++) {
        struct txn *t = begin(true);
        put_blobs(t, i, 1);
        st = store_commit(t, &d);
        kept += st == ST_OK;
    }
    ck_assert_int_eq(st, ST_SYSTEM);
    ck_assert_str_eq(d.code, "disk-full");
    ck_assert_str_ne(d.hint, "");
    ck_assert_uint_gt(kept, 3);
    struct txn *t;
    FAILS(store_begin(store, false, &t, &d), ST_SYSTEM, "reopen");
    reopen(STORE_WRITE);
    t = begin(false);
    uint64_t count;
    OK(store_count(t, TABLE_BLOBS, &count, &d));
    ck_assert_uint_eq(count, kept);
    for (uint32_t i = 0; i < kept; i++) {
        ck_assert(has_blob(t, i));
    }
    store_abort(t);
    /* With room again, work goes on. */
    ck_assert_int_eq(mount("tmpfs", folder, "tmpfs", MS_REMOUNT, "size=32m"), 0);
    t = begin(true);
    put_blobs(t, kept, 5);
    commit(t);
    store_close(store);
    store = NULL;
}
END_TEST

/* ---- copies ---- */

static bool file_contains(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    size_t want = strlen(text);
    size_t have = 0;
    int ch;
    /* Enough for a text whose first character is nowhere else in it. */
    while (have < want && (ch = fgetc(f)) != EOF) {
        have = ch == text[have] ? have + 1 : ch == text[0];
    }
    fclose(f);
    return have == want;
}

START_TEST(copy_has_all_but_what_was_erased)
{
    static const char secret[] = "$110105194912310021";
    struct txn *t = begin(true);
    for (uint64_t n = 0; n < 2000; n++) {
        put(t, n, n == 1000 ? secret : "somebody else's row in the vault");
    }
    commit(t);
    ck_assert(file_contains(path_of("data.mdb"), secret));
    t = begin(true);
    OK(store_delete(t, TABLE_PEOPLE, number_key(1000), &d));
    commit(t);
    ck_assert_int_eq(mkdir(path_of("copy"), 0700), 0);
    int fd = open(path_of("copy/data.mdb"), O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    OK(store_copy(store, fd, &d));
    ck_assert_int_eq(close(fd), 0);
    ck_assert(!file_contains(path_of("copy/data.mdb"), secret));
    struct store *kept = store;
    OK(store_open(&store, path_of("copy"), STORE_READ, &d));
    t = begin(false);
    uint64_t count;
    OK(store_count(t, TABLE_PEOPLE, &count, &d));
    ck_assert_uint_eq(count, 1999);
    ck_assert(str_is(get(t, 1999), "somebody else's row in the vault"));
    store_abort(t);
    store_close(store);
    store = kept;
}
END_TEST

/* Read where they are, and never written here. */
START_TEST(borrows_a_table)
{
    struct txn *t = begin(true);
    put(t, 1, "of the ledger");
    put(t, 2, "and another");
    commit(t);
    struct store *ours = store;
    struct txn *from = begin(false);
    ck_assert_int_eq(mkdir(path_of("copy"), 0700), 0);
    OK(store_open(&store, path_of("copy"), STORE_SCRATCH, &d));
    t = begin(true);
    store_borrow(t, TABLE_PEOPLE, from);
    OK(store_append(t, TABLE_PEOPLE, number_key(2), str_of("not this"), &d));
    ck_assert(str_is(get(t, 1), "of the ledger"));
    ck_assert(str_is(get(t, 2), "and another"));
    ck_assert_ptr_null(get(t, 3).p);
    struct cursor *c;
    struct str key;
    struct str value;
    OK(store_cursor_open(t, TABLE_PEOPLE, &c, &d));
    OK(store_cursor_last(c, &key, &value, &d));
    ck_assert(str_is(value, "and another"));
    store_cursor_close(c);
    commit(t);
    t = begin(true); // has a table of its own again
    uint64_t count;
    OK(store_count(t, TABLE_PEOPLE, &count, &d));
    ck_assert_uint_eq(count, 0);
    store_abort(t);
    store_abort(from);
    store_close(store);
    store = ours;
}
END_TEST

/* The other disk's failure is no failure of the store. */
START_TEST(copy_onto_a_full_disk)
{
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) {
        printf("test_store: copy_onto_a_full_disk skipped, there is no /dev/full\n");
        return;
    }
    FAILS(store_copy(store, fd, &d), ST_SYSTEM, "disk-full");
    close(fd);
    struct txn *t = begin(true);
    put(t, 1, "still at work");
    commit(t);
}
END_TEST

Suite *suite_store(void);

Suite *suite_store(void)
{
    Suite *s = suite_create("store");
    TCase *c = tcase_create("store");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, keeps_what_was_committed);
    tcase_add_test(c, missing_and_empty);
    tcase_add_test(c, replaced_deleted_counted);
    tcase_add_test(c, append_refuses_what_is_not_above);
    tcase_add_test(c, longest_key_and_large_values);
    tcase_add_test(c, cursor_walks_in_order);
    tcase_add_test(c, cursor_at_the_end_sees_later_keys);
    tcase_add_test(c, cursor_walks_while_writing);
    tcase_add_loop_test(c, random_work_as_in_the_model, 0, 4);
    tcase_add_test(c, map_grows);
    tcase_add_test(c, too_large_a_transaction_fails_alone);
    tcase_add_test(c, opened_once_only);
    tcase_add_test(c, damaged_heads);
    tcase_add_test(c, short_write_is_an_io_error);
    tcase_add_test(c, copy_has_all_but_what_was_erased);
    tcase_add_test(c, copy_onto_a_full_disk);
    tcase_add_test(c, borrows_a_table);
    suite_add_tcase(s, c);
    TCase *p = tcase_create("processes");
    tcase_add_checked_fixture(p, make_folder, teardown);
    tcase_add_test(p, map_grown_by_another_process);
    tcase_add_test(p, two_processes_write);
    tcase_add_test(p, dead_readers_are_cleared);
    tcase_add_test(p, no_store);
    suite_add_tcase(s, p);
    TCase *f = tcase_create("full");
    tcase_add_unchecked_fixture(f, mount_small_disk, unmount_small_disk);
    tcase_add_test(f, disk_full);
    suite_add_tcase(s, f);
    return s;
}
