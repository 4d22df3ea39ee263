/* test_witness.c - if this fails, a witness signs two trees that do not fit together,
 * or forgets what it has seen. The proofs are made here, from RFC 9162's definitions.
 */
#include <check.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "ledger/witness.h"

#define ORIGIN "almoner/230523/main"
#define LEAVES 20

static struct diag d;
static struct digest *g;
static struct key *log_key;
static struct key *own_key;
static struct witness_state state;
static char log_vkey[VKEY_TEXT_CAP];

/* ---- trees, by the definition ---- */

/* Leaf i of a ledger; of a forked one from record `fork` on. */
static void leaf(uint64_t i, uint64_t fork, uint8_t out[DIGEST_LEN])
{
    uint8_t bytes[9];
    put_u64(bytes, i);
    bytes[8] = i >= fork ? 1 : 0;
    tree_leaf(g, str_make(bytes, sizeof bytes), out);
}

static uint64_t split_of(uint64_t n)
{
    uint64_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

static void root_of(uint64_t from, uint64_t n, uint64_t fork, uint8_t out[DIGEST_LEN])
{
    uint8_t left[DIGEST_LEN];
    uint8_t right[DIGEST_LEN];
    if (n == 1) {
        leaf(from, fork, out);
        return;
    }
    uint64_t k = split_of(n);
    root_of(from, k, fork, left);
    root_of(from + k, n - k, fork, right);
    tree_node(g, left, right, out);
}

static void prove(uint64_t m, uint64_t from, uint64_t n, bool whole, uint64_t fork,
                  struct proof *out)
{
    if (m == n) {
        if (!whole) {
            root_of(from, n, fork, out->hash[out->count++]);
        }
        return;
    }
    uint64_t k = split_of(n);
    if (m <= k) {
        prove(m, from, k, whole, fork, out);
        root_of(from + k, n - k, fork, out->hash[out->count++]);
        return;
    }
    prove(m - k, from + k, n - k, false, fork, out);
    root_of(from, k, fork, out->hash[out->count++]);
}

/* ---- files ---- */

static void add_note(const char *origin, uint64_t size, uint64_t fork,
                     const struct key *key, struct buf *out)
{
    uint8_t root[DIGEST_LEN];
    struct buf text;
    buf_init(&text, 1000);
    root_of(0, size, fork, root);
    checkpoint_print(str_of(origin), size, root, &text);
    ck_assert_int_eq(note_sign(buf_str(&text), str_of(origin), key, out, &d), ST_OK);
    buf_release(&text);
}

static void make_request(uint64_t old, uint64_t size, uint64_t fork, struct buf *out)
{
    struct proof p = {0};
    char base64[48];
    buf_init(out, PROOF_TEXT_MAX);
    if (old > 0 && old < size) {
        prove(old, 0, size, true, fork, &p);
    }
    buf_addf(out, "old %" PRIu64 "\n", old);
    for (size_t i = 0; i < p.count; i++) {
        text_base64(p.hash[i], DIGEST_LEN, base64);
        buf_addf(out, "%s\n", base64);
    }
    buf_add_text(out, "\n");
    add_note(ORIGIN, size, fork, log_key, out);
}

/* Asked with these bytes: what the witness says; the state is kept as it was when it
 * refuses. */
static enum status ask(struct str bytes, uint64_t time_s)
{
    struct proof_text r;
    static struct witness_state before;
    struct str text;
    size_t log = 9;
    memcpy(&before, &state, sizeof state);
    enum status st = witness_request_parse(bytes, &r, &d);
    if (st == ST_OK) {
        st = witness_advance(&state, &r, time_s, &log, &text, &d);
    }
    if (st != ST_OK) {
        ck_assert_mem_eq(&before, &state, sizeof state);
    } else {
        ck_assert_uint_eq(log, 0);
        ck_assert(str_starts(text, str_of(ORIGIN "\n")));
    }
    return st;
}

static struct key *key_of(uint8_t first)
{
    uint8_t seed[32] = {first};
    struct key *k = NULL;
    ck_assert_int_eq(key_new(&k, seed, &d), ST_OK);
    return k;
}

static size_t which; /* log was enrolled */

static void enrol(uint64_t size)
{
    struct buf note;
    buf_init(&note, NOTE_BYTES_MAX);
    add_note(ORIGIN, size, UINT64_MAX, log_key, &note);
    memset(&state, 0, sizeof state);
    ck_assert_int_eq(witness_key_of(str_of("audit"), own_key, &state.key, &d), ST_OK);
    ck_assert_int_eq(
        witness_enrol(&state, str_of(log_vkey), buf_str(&note), 1000, &which, &d),
        ST_OK);
    buf_release(&note);
}

static void setup(void)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    ck_assert_int_eq(digest_new(&g, &d), ST_OK);
    log_key = key_of(1);
    own_key = key_of(2);
    key_public(log_key, public_key);
    vkey_print(str_of(ORIGIN), public_key, log_vkey);
}

static void teardown(void)
{
    key_free(log_key);
    key_free(own_key);
    digest_free(g);
}

/* From every size to every size: larger and equal trees pass, smaller ones do not;
 * forks at every place before what was seen are found. */
START_TEST(every_size)
{
    for (uint64_t old = 1; old <= LEAVES; old++) {
        for (uint64_t size = 1; size <= LEAVES; size++) {
            struct buf b;
            enrol(old);
            make_request(old, size, UINT64_MAX, &b);
            enum status st = ask(buf_str(&b), 1000);
            ck_assert_int_eq(st, size >= old ? ST_OK : ST_INTEGRITY);
            if (size < old) {
                ck_assert_str_eq(d.code, "rollback");
            } else {
                ck_assert_uint_eq(state.logs[0].size, size);
            }
            buf_release(&b);
            enrol(old);
            make_request(old, size, (old * 7 + size) % old, &b);
            ck_assert_int_eq(ask(buf_str(&b), 1000), ST_INTEGRITY);
            ck_assert_str_eq(d.code, size < old ? "rollback" : "fork");
            buf_release(&b);
        }
    }
}
END_TEST

START_TEST(refusals)
{
    struct buf b;
    enrol(10);
    make_request(9, 20, UINT64_MAX, &b);
    ck_assert_int_eq(ask(buf_str(&b), 1000), ST_INPUT);
    ck_assert_str_eq(d.code, "stale-request");
    buf_release(&b);
    make_request(10, 20, UINT64_MAX, &b);
    ck_assert_int_eq(ask(buf_str(&b), 999), ST_CONFLICT);
    ck_assert_str_eq(d.code, "clock-back");
    ck_assert_int_eq(ask(buf_str(&b), 2000), ST_OK);
    /* Again, from what is no longer the last: the same tree, so it may. */
    ck_assert_int_eq(ask(buf_str(&b), 2001), ST_OK);
    buf_release(&b);
    make_request(0, 21, UINT64_MAX, &b);
    ck_assert_int_eq(ask(buf_str(&b), 2001), ST_INPUT);
    ck_assert_str_eq(d.code, "stale-request");
    buf_release(&b);
    /* The right tree under a key that was not enrolled. */
    struct key *kept = log_key;
    log_key = own_key;
    make_request(20, 21, UINT64_MAX, &b);
    log_key = kept;
    ck_assert_int_eq(ask(buf_str(&b), 2001), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "other-key");
    buf_release(&b);
}
END_TEST

START_TEST(enrolling)
{
    struct buf note;
    enrol(10);
    buf_init(&note, NOTE_BYTES_MAX);
    add_note(ORIGIN, 12, UINT64_MAX, log_key, &note);
    ck_assert_int_eq(
        witness_enrol(&state, str_of(log_vkey), buf_str(&note), 1, &which, &d),
        ST_CONFLICT);
    buf_clear(&note);
    add_note(ORIGIN "/e2", 12, UINT64_MAX, log_key, &note);
    ck_assert_int_eq(
        witness_enrol(&state, str_of(log_vkey), buf_str(&note), 1, &which, &d),
        ST_INPUT);
    /* Another key of the same ledger: what was seen stays. */
    char vkey[VKEY_TEXT_CAP];
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(own_key, public_key);
    vkey_print(str_of(ORIGIN), public_key, vkey);
    static const struct {
        uint64_t size;
        enum status st;
    } rows[] = {{9, ST_INTEGRITY}, {12, ST_OK}, {12, ST_CONFLICT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_clear(&note);
        add_note(ORIGIN, rows[i].size, UINT64_MAX, own_key, &note);
        ck_assert_int_eq(
            witness_enrol(&state, str_of(vkey), buf_str(&note), 1, &which, &d),
            rows[i].st);
        ck_assert_uint_eq(state.log_count, 1);
        ck_assert_uint_eq(state.logs[0].size, 10);
    }
    buf_clear(&note);
    state.log_count = 0;
    add_note(ORIGIN, 12, UINT64_MAX, own_key, &note);
    ck_assert_int_eq(
        witness_enrol(&state, str_of(log_vkey), buf_str(&note), 1, &which, &d),
        ST_INTEGRITY);
    ck_assert_uint_eq(state.log_count, 0);
    buf_release(&note);
}
END_TEST

/* Many logs come back as they went; any byte changed or left out is noticed. */
START_TEST(state_file)
{
    static struct witness_state again;
    struct buf out;
    enrol(10);
    for (size_t i = 1; i < 3; i++) {
        state.logs[i] = state.logs[0];
        state.logs[i].origin[0] = (char)('a' + i);
        state.logs[i].size = i == 1 ? UINT64_MAX : 0;
        state.log_count++;
    }
    buf_init(&out, NOTE_BYTES_MAX);
    ck_assert_int_eq(witness_state_print(&state, log_key, &out, &d), ST_INPUT);
    ck_assert_uint_eq(out.len, 0);
    ck_assert_int_eq(witness_state_print(&state, own_key, &out, &d), ST_OK);
    ck_assert_int_eq(witness_state_parse(buf_str(&out), &again, &d), ST_OK);
    ck_assert_uint_eq(again.log_count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(again.logs[i].origin, state.logs[i].origin);
        ck_assert_uint_eq(again.logs[i].size, state.logs[i].size);
        ck_assert_uint_eq(again.logs[i].time_s, 1000);
        ck_assert_mem_eq(again.logs[i].root, state.logs[i].root, DIGEST_LEN);
        ck_assert_mem_eq(again.logs[i].public_key, state.logs[i].public_key,
                         KEY_PUBLIC_LEN);
    }
    for (size_t n = 0; n < out.len; n++) {
        ck_assert_int_eq(witness_state_parse(str_make(out.p, n), &again, &d),
                         ST_INTEGRITY);
        out.p[n] = (char)(out.p[n] ^ 1);
        ck_assert_int_eq(witness_state_parse(buf_str(&out), &again, &d), ST_INTEGRITY);
        out.p[n] = (char)(out.p[n] ^ 1);
    }
    /* Two lines of one ledger are no state, whoever signed them. */
    buf_clear(&out);
    state.logs[1] = state.logs[0];
    ck_assert_int_eq(witness_state_print(&state, own_key, &out, &d), ST_OK);
    ck_assert_int_eq(witness_state_parse(buf_str(&out), &again, &d), ST_INTEGRITY);
    buf_release(&out);
}
END_TEST

/* Cut anywhere, or with a byte changed anywhere, a request is not answered - but where
 * the change is in lines of others' signatures, of which this one has none. */
START_TEST(request_bytes)
{
    struct buf b;
    enrol(11);
    make_request(11, 30, UINT64_MAX, &b);
    for (size_t n = 0; n < b.len; n++) {
        ck_assert_int_ne(ask(str_make(b.p, n), 1000), ST_OK);
        for (int bit = 0; bit < 8; bit++) {
            b.p[n] = (char)(b.p[n] ^ 1 << bit);
            ck_assert_int_ne(ask(buf_str(&b), 1000), ST_OK);
            b.p[n] = (char)(b.p[n] ^ 1 << bit);
        }
    }
    ck_assert_int_eq(ask(buf_str(&b), 1000), ST_OK);
    buf_release(&b);
}
END_TEST

/* 63 hashes are the limit of the public form. */
START_TEST(request_limits)
{
    static const char *const rows[] = {
        "",
        "old",
        "old \n\nx",
        "old 01\n\nx",
        "old -1\n\nx",
        "new 1\n\nx",
        "old 1\nx\n\n",
        "old 1\n",
        "old 18446744073709551616\n\nx",
        "old 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\nx",
    };
    struct proof_text r;
    struct buf b;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(witness_request_parse(str_of(rows[i]), &r, &d) == ST_INPUT, "%s",
                      rows[i]);
    }
    for (size_t lines = 63; lines <= 64; lines++) {
        buf_init(&b, 10000);
        buf_add_text(&b, "old 1\n");
        for (size_t i = 0; i < lines; i++) {
            buf_add_text(&b, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
        }
        buf_add_text(&b, "\nx");
        ck_assert_int_eq(witness_request_parse(buf_str(&b), &r, &d),
                         lines == 63 ? ST_OK : ST_INPUT);
        buf_release(&b);
    }
}
END_TEST

Suite *suite_witness(void);
Suite *suite_witness(void)
{
    Suite *s = suite_create("witness");
    TCase *t = tcase_create("witness");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_size);
    tcase_add_test(t, refusals);
    tcase_add_test(t, enrolling);
    tcase_add_test(t, state_file);
    tcase_add_test(t, request_bytes);
    tcase_add_test(t, request_limits);
    suite_add_tcase(s, t);
    return s;
}
