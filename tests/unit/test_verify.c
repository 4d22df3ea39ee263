/* test_verify.c - if this fails, `audit verify` passes a ledger that somebody changed,
 * or finds fault with one that nobody did. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/outside.h"
#include "audit/reconcile.h"
#include "audit/verify.h"
#include "batch/batch.h"
#include "batch/run.h"
#include "ledger/body.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"
#include "tests/unit/ledger_fixture.h"

#define PERIOD (2026 * 12 + 10) /* 2026-11 */
#define PEOPLE 150              /* enough for records that fill a tile */

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)

/* ---- a small county, through to the bank's answer ---- */

static void run(int32_t period)
{
    struct run_report r;
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, period, true, false, NULL, &r, &f.d));
    ck_assert_uint_gt(r.number, 0);
}

static uint32_t make_batch(const char *pay_date)
{
    struct batch_new_report r;
    struct batch_request q = {.channel = "bank"};
    ck_assert(date_parse(str_of(pay_date), &q.pay_day));
    fixture_as(&f, FIXTURE_MAKER);
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    OK(batch_sign(f.l, r.number, STEP_SUBMIT, &f.d));
    fixture_as(&f, FIXTURE_CHECKER);
    OK(batch_sign(f.l, r.number, STEP_APPROVE, &f.d));
    fixture_as(&f, FIXTURE_RELEASER);
    OK(batch_sign(f.l, r.number, STEP_RELEASE, &f.d));
    return r.number;
}

static enum status keep(void *ctx, const void *p, size_t n, struct diag *d)
{
    (void)d;
    buf_add(ctx, p, n);
    return ST_OK;
}

static enum status durable(void *ctx, struct diag *d)
{
    (void)ctx;
    (void)d;
    return ST_OK;
}

static void export(uint32_t batch)
{
    struct buf file;
    struct batch_export_report r;
    buf_init(&file, 1024 * 1024);
    struct batch_sink sink = {.write = keep, .durable = durable, .ctx = &file};
    fixture_as(&f, FIXTURE_MAKER);
    OK(batch_export(f.l, batch, NULL, sink, NULL, &r, &f.d));
    ck_assert_uint_eq(r.bytes, file.len);
    buf_release(&file);
}

/* What the bank says of each line: code_of(line). */
static void answer_text(uint32_t batch, const char *(*code_of)(uint32_t line),
                        struct buf *file)
{
    struct batch_entry b;
    struct buf lines;
    uint64_t count = 0;
    int64_t total = 0;
    buf_init(file, 1024 * 1024);
    buf_init(&lines, 1024 * 1024);
    OK(batch_get(ledger_txn(f.l), batch, &b, &f.d));
    for (uint32_t n = 1; n <= b.lines; n++) {
        struct line_entry line;
        char id[PAYMENT_ID_MAX + 1];
        const char *code = code_of(n);
        if (code == NULL) {
            continue;
        }
        OK(line_get(ledger_txn(f.l), batch, n, &line, &f.d));
        payment_id_line(ledger_info(f.l), &b, n, id);
        buf_addf(&lines, "%s|||%lld|%s|\r\n", id, (long long)line.fen, code);
        count++;
        total += line.fen;
    }
    buf_addf(file, "R|%llu|%lld\r\n", (unsigned long long)count, (long long)total);
    buf_add_str(file, buf_str(&lines));
    buf_add_text(file, "########\r\n");
    buf_release(&lines);
}

static void answer(uint32_t batch, const char *(*code_of)(uint32_t line))
{
    struct buf file;
    struct batch_answer_report r;
    answer_text(batch, code_of, &file);
    fixture_as(&f, FIXTURE_MAKER);
    OK(batch_answer(f.l, batch, &(struct batch_answer_file){.text = buf_str(&file)},
                    NULL, &r, &f.d));
    ck_assert(!r.already);
    buf_release(&file);
}

static const char *first_answer(uint32_t line)
{
    return line % 7 == 0 ? "1003" : line % 11 == 0 ? "9999" : "0000";
}

static const char *second_answer(uint32_t line)
{
    return line % 7 == 0 ? NULL : line % 11 == 0 ? "0000" : line == 3 ? "2003" : NULL;
}

static void policy(const char *id, const char *effective, const char *amount)
{
    struct buf text;
    buf_init(&text, 64 * 1024);
    fixture_policy_text(id, effective, amount, &text);
    fixture_policy(&f, buf_str(&text));
    buf_release(&text);
}

static void people(void)
{
    struct fixture_person list[PEOPLE];
    for (size_t i = 0; i < PEOPLE; i++) {
        list[i] = (struct fixture_person){
            .born = i % 5 == 0 ? "19600101" : "19400101",
            .claim = "2026-03-01",
            .account = i % 13 == 0 ? "" : NULL,
        };
    }
    ck_assert_uint_eq(fixture_people(&f, list, PEOPLE), 1);
}

/* First payment, rejections, a raise, a death and a reissue. */
static void county(void)
{
    fixture_make(&f, true);
    fixture_channel(&f);
    people();
    policy("p1", "2026-01-01", "100.00");
    run(PERIOD - 1);
    uint32_t batch = make_batch("2026-11-10");
    export(batch);
    answer(batch, first_answer);
    answer(batch, second_answer);
    fixture_fact(&f, 9, "death", "2026-07-15", "2026-07-15");
    policy("p2", "2026-06-01", "120.50");
    run(PERIOD);
    struct batch_reissue_report r;
    OK(batch_reissue(f.l, batch, NULL, 0, NULL, &r, &f.d));
    ck_assert_uint_gt(r.lines, 0);
    batch = make_batch("2026-11-20");
    export(batch);
    answer(batch, first_answer);
}

static void teardown(void)
{
    fixture_remove(&f);
}

/* ---- asking ---- */

static enum status remake(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d)
{
    (void)ctx;
    return batch_remake(l, x, (struct bank_sink){0}, sha256, NULL, d);
}

static enum status verify(struct verify_report *r)
{
    struct verify_options o = {.scratch_dir = f.dir, .remake = remake};
    return verify_ledger(f.l, &o, r, &f.d);
}

static void verify_passes(void)
{
    struct verify_report r;
    enum status st = verify(&r);
    ck_assert_msg(st == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where);
    ck_assert_int_eq(r.integrity, VERDICT_PASS);
    ck_assert_int_eq(r.completeness, VERDICT_PASS);
    ck_assert_int_eq(r.authorisation, VERDICT_PASS);
    ck_assert_int_eq(r.correctness, VERDICT_PASS);
}

START_TEST(sound_ledger_passes)
{
    struct verify_report r;
    struct reconcile_report totals;
    county();
    verify_passes();
    OK(verify(&r));
    ck_assert_uint_eq(r.exports, 2);
    ck_assert_uint_eq(r.size, ledger_head(f.l)->tree.size);
    OK(reconcile_ledger(f.l, &totals, &f.d));
    ck_assert_int_eq(totals.differences, 0);
    ck_assert_uint_eq(totals.pair_count,
                      totals.programme_count * (ACCOUNT_KINDS + 1) + 7);
    ck_assert_int_gt(totals.paid_fen, 0);
    ck_assert_int_gt(totals.back_fen, 0);
}
END_TEST

static const char *all_paid(uint32_t line)
{
    (void)line;
    return "0000";
}

/* A balance that came back to nothing leaves no row, however the acts were committed.
 * */
START_TEST(balances_of_nothing)
{
    struct fixture_person one = {.born = "19400101", .claim = "2026-03-01"};
    fixture_make(&f, true);
    fixture_channel(&f);
    fixture_people(&f, &one, 1);
    policy("p1", "2026-01-01", "100.00");
    run(PERIOD);
    uint32_t batch = make_batch("2026-11-10");
    export(batch);
    answer(batch, all_paid);
    verify_passes();
}
END_TEST

/* ---- tampering ---- */

static struct str key8(uint64_t n)
{
    static uint8_t key[8];
    put_u64(key, n);
    return str_make(key, sizeof key);
}

static struct str get(struct txn *t, enum table table, struct str key, uint8_t *copy)
{
    struct str v;
    OK(store_get(t, table, key, &v, &f.d));
    ck_assert_ptr_nonnull(v.p);
    memcpy(copy, v.p, v.n);
    return str_make(copy, v.n);
}

static void put(struct txn *t, enum table table, struct str key, struct str value)
{
    OK(store_put(t, table, key, value, &f.d));
}

static uint8_t room[64 * 1024];

/* One bit of one byte of a row, from its end for a negative place. */
static void flip(struct txn *t, enum table table, struct str key, int at, uint8_t bits)
{
    struct str v = get(t, table, key, room);
    room[at >= 0 ? (size_t)at : v.n - (size_t)-at] ^= bits;
    put(t, table, key, v);
}

static void drop(struct txn *t, enum table table, struct str key)
{
    (void)get(t, table, key, room);
    OK(store_delete(t, table, key, &f.d));
}

/* The first key of a table that begins with these bytes. */
static struct str first_key(struct txn *t, enum table table, struct str prefix)
{
    static uint8_t copy[STORE_KEY_MAX];
    struct cursor *c;
    struct str key;
    struct str value;
    OK(store_cursor_open(t, table, &c, &f.d));
    OK(store_cursor_seek(c, prefix, &key, &value, &f.d));
    ck_assert(key.p != NULL && str_starts(key, prefix));
    memcpy(copy, key.p, key.n);
    size_t n = key.n;
    store_cursor_close(c);
    return str_make(copy, n);
}

static struct str line_key_of(uint32_t batch, uint32_t line)
{
    static uint8_t key[8];
    line_key(batch, line, key);
    return str_make(key, sizeof key);
}

static struct str entry_key(enum register_kind kind, uint32_t number)
{
    static uint8_t key[5];
    key[0] = (uint8_t)kind;
    put_u32(key + 1, number);
    return str_make(key, sizeof key);
}

static void acts_root(struct txn *t)
{
    flip(t, TABLE_ACTS, key8(3), 5, 1);
}

static void acts_missing(struct txn *t)
{
    drop(t, TABLE_ACTS, key8(3));
}

static void acts_signature(struct txn *t)
{
    drop(t, TABLE_ACTS, first_key(t, TABLE_ACTS, str_of("s")));
}

static void account_of_another(struct txn *t)
{
    put(t, TABLE_ACCOUNTS, key8(2), get(t, TABLE_ACCOUNTS, key8(3), room));
}

static void account_byte(struct txn *t)
{
    flip(t, TABLE_ACCOUNTS, key8(2), -1, 1);
}

static void account_missing(struct txn *t)
{
    drop(t, TABLE_ACCOUNTS, key8(2));
}

static void account_more(struct txn *t)
{
    put(t, TABLE_ACCOUNTS, key8(PEOPLE + 1), get(t, TABLE_ACCOUNTS, key8(2), room));
}

static void balance_amount(struct txn *t)
{
    flip(t, TABLE_BALANCES, first_key(t, TABLE_BALANCES, str_of("old-age")), -1, 1);
}

static void balance_missing(struct txn *t)
{
    drop(t, TABLE_BALANCES, first_key(t, TABLE_BALANCES, str_of("old-age")));
}

static void balance_more(struct txn *t)
{
    put(t, TABLE_BALANCES, str_make("x\0\0", 3), key8(0));
}

static void operator_roles(struct txn *t)
{
    flip(t, TABLE_REGISTER, entry_key(REGISTER_OPERATOR, 2), 3, 6);
}

static void batch_state(struct txn *t)
{
    flip(t, TABLE_REGISTER, entry_key(REGISTER_BATCH, 2), 0, 1);
}

static void run_sum(struct txn *t)
{
    flip(t, TABLE_REGISTER, entry_key(REGISTER_RUN, 1), -1, 1);
}

static void answer_missing(struct txn *t)
{
    drop(t, TABLE_REGISTER, entry_key(REGISTER_ANSWER, 1));
}

static void line_state_byte(struct txn *t)
{
    flip(t, TABLE_LINES, line_key_of(1, 1), 0, 3 ^ 2);
}

static void line_missing(struct txn *t)
{
    drop(t, TABLE_LINES, line_key_of(2, 1));
}

static void line_more(struct txn *t)
{
    put(t, TABLE_LINES, line_key_of(3, 1),
        get(t, TABLE_LINES, line_key_of(2, 1), room));
}

static struct str node_key(uint8_t level, uint64_t index)
{
    static uint8_t key[9];
    key[0] = level;
    put_u64(key + 1, index);
    return str_make(key, sizeof key);
}

static void node_byte(struct txn *t)
{
    flip(t, TABLE_TILES, node_key(8, 0), -1, 1);
}

static void node_missing(struct txn *t)
{
    drop(t, TABLE_TILES, node_key(8, 0));
}

static void node_more(struct txn *t)
{
    put(t, TABLE_TILES, node_key(16, 0), get(t, TABLE_TILES, node_key(8, 0), room));
}

static void head_counter(struct txn *t)
{
    struct head h;
    uint8_t bytes[HEAD_BYTES_MAX];
    struct writer w;
    ck_assert(head_read(&h, get(t, TABLE_META, str_of("head"), room)));
    h.assessed_size++;
    writer_init(&w, bytes, sizeof bytes);
    head_write(&h, &w);
    put(t, TABLE_META, str_of("head"), writer_str(&w));
}

static void record_byte(struct txn *t)
{
    flip(t, TABLE_RECORDS, key8(4), -1, 1);
}

static void row_byte(struct txn *t)
{
    flip(t, TABLE_PEOPLE, key8(5), -1, 1);
}

static void row_key_byte(struct txn *t)
{
    flip(t, TABLE_PEOPLE, key8(5), 20, 1);
}

static void row_of_another(struct txn *t)
{
    put(t, TABLE_PEOPLE, key8(5), get(t, TABLE_PEOPLE, key8(6), room));
}

static void row_missing(struct txn *t)
{
    drop(t, TABLE_PEOPLE, key8(5));
}

static void row_more(struct txn *t)
{
    put(t, TABLE_PEOPLE, key8(PEOPLE + 1), get(t, TABLE_PEOPLE, key8(6), room));
}

static void lookup_person(struct txn *t)
{
    flip(t, TABLE_LOOKUP, first_key(t, TABLE_LOOKUP, str_of("")), -1, 1);
}

static void lookup_missing(struct txn *t)
{
    drop(t, TABLE_LOOKUP, first_key(t, TABLE_LOOKUP, str_of("")));
}

static void lookup_more(struct txn *t)
{
    put(t, TABLE_LOOKUP, str_of("0123456789abcdef"), key8(1));
}

/* The file of policy 1, whose digest stands in its adoption. */
static void policy_file(struct txn *t)
{
    uint8_t key[DIGEST_LEN + 4] = {0};
    struct policy_entry e;
    OK(policy_get(t, 1, &e, &f.d));
    memcpy(key, e.sha256, DIGEST_LEN);
    flip(t, TABLE_BLOBS, str_make(key, sizeof key), -1, 1);
}

enum which { INTEGRITY, COMPLETENESS };

static const struct tamper {
    const char *label;
    void (*make)(struct txn *t);
    enum which which;
} TAMPERS[] = {
    {"the root before an act", acts_root, COMPLETENESS},
    {"an act's root missing", acts_missing, COMPLETENESS},
    {"a used signature forgotten", acts_signature, COMPLETENESS},
    {"an account of another", account_of_another, COMPLETENESS},
    {"a byte of an account", account_byte, COMPLETENESS},
    {"an account missing", account_missing, COMPLETENESS},
    {"an account of nobody", account_more, COMPLETENESS},
    {"a balance's amount", balance_amount, COMPLETENESS},
    {"a balance missing", balance_missing, COMPLETENESS},
    {"a balance of nothing", balance_more, COMPLETENESS},
    {"an operator's roles", operator_roles, COMPLETENESS},
    {"a batch's state", batch_state, COMPLETENESS},
    {"a run's sum", run_sum, COMPLETENESS},
    {"an answer missing", answer_missing, COMPLETENESS},
    {"a line's state", line_state_byte, COMPLETENESS},
    {"a line missing", line_missing, COMPLETENESS},
    {"a line of no batch", line_more, COMPLETENESS},
    {"a node of the tree", node_byte, COMPLETENESS},
    {"a node missing", node_missing, COMPLETENESS},
    {"a node of no subtree", node_more, COMPLETENESS},
    {"a counter of the head", head_counter, COMPLETENESS},
    {"a byte of a record", record_byte, INTEGRITY},
    {"a byte of a person's row", row_byte, INTEGRITY},
    {"a byte of a wrapped key", row_key_byte, INTEGRITY},
    {"a row of another person", row_of_another, INTEGRITY},
    {"a row missing", row_missing, INTEGRITY},
    {"a row of nobody", row_more, INTEGRITY},
    {"a number leading to another", lookup_person, INTEGRITY},
    {"a number leading nowhere", lookup_missing, INTEGRITY},
    {"a number of nobody", lookup_more, INTEGRITY},
    {"a byte of a policy's file", policy_file, INTEGRITY},
};

static void tamper(const struct tamper *how)
{
    struct store *s;
    struct txn *t;
    fixture_close(&f);
    OK(store_open(&s, f.dir, STORE_WRITE, &f.d));
    OK(store_begin(s, true, &t, &f.d));
    how->make(t);
    OK(store_commit(t, &f.d));
    store_close(s);
    OK(fixture_open(&f, LEDGER_READ));
}

START_TEST(every_change_is_found)
{
    struct buf sound;
    county();
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &sound);
    for (size_t i = 0; i < sizeof TAMPERS / sizeof TAMPERS[0]; i++) {
        struct verify_report r;
        tamper(&TAMPERS[i]);
        ck_assert_msg(verify(&r) == ST_INTEGRITY, "%s: not found", TAMPERS[i].label);
        enum verdict hit = TAMPERS[i].which == INTEGRITY ? r.integrity : r.completeness;
        ck_assert_msg(hit == VERDICT_FAIL, "%s: %s, %s, %s, %s: %s", TAMPERS[i].label,
                      verdict_name(r.integrity), verdict_name(r.completeness),
                      verdict_name(r.authorisation), verdict_name(r.correctness),
                      r.bad_what);
        ck_assert_msg(r.bad && r.bad_what[0] != '\0', "%s", TAMPERS[i].label);
        fixture_close(&f);
        fixture_save(&f, "data.mdb", buf_str(&sound));
    }
    OK(fixture_open(&f, LEDGER_READ));
    verify_passes();
    buf_release(&sound);
}
END_TEST

/* The record's own sequence is named, whichever of two neighbours was changed. */
START_TEST(changed_records_are_named)
{
    struct buf sound;
    county();
    uint64_t size = ledger_head(f.l)->tree.size;
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &sound);
    for (uint64_t n = 0; n + 1 < size; n += n < 8 ? 1 : 7) {
        struct verify_report r;
        struct store *s;
        struct txn *t;
        OK(store_open(&s, f.dir, STORE_WRITE, &f.d));
        OK(store_begin(s, true, &t, &f.d));
        flip(t, TABLE_RECORDS, key8(n), n == 0 ? 20 : -1, 1);
        OK(store_commit(t, &f.d));
        store_close(s);
        if (n == 0) { /* another origin: no head is signed for it */
            ck_assert_int_eq(fixture_open(&f, LEDGER_READ), ST_INTEGRITY);
        } else {
            OK(fixture_open(&f, LEDGER_READ));
            ck_assert_int_eq(verify(&r), ST_INTEGRITY);
            ck_assert_int_eq(r.integrity, VERDICT_FAIL);
            ck_assert_uint_eq(r.bad_sequence, n);
        }
        fixture_close(&f);
        fixture_save(&f, "data.mdb", buf_str(&sound));
    }
    buf_release(&sound);
}
END_TEST

/* An epoch of which 10 records are left. */
START_TEST(checkpoints_of_lost_records)
{
    static const struct {
        uint64_t size;
        uint64_t behind;
        bool same;
        const char *code;
    } rows[] = {
        {10, 0, true, ""},
        {10, 20, true, ""},
        {11, 0, true, "lost-unnamed"},
        {21, 20, true, "lost-unnamed"},
        {20, 20, true, "lost"},
        {20, 20, false, "forked"},
        {15, 20, false, "lost"},
        {10, 20, false, "forked"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct checkpoint c = {.size = rows[i].size, .root = {1}};
        struct epoch_end end = {.next = 2,
                                .kept = 10,
                                .behind_size = rows[i].behind,
                                .behind_root = {rows[i].same}};
        uint8_t root[DIGEST_LEN] = {rows[i].same};
        struct diag d = {0};
        enum status st = outside_compare(&c, &end, 30, root, &d);
        ck_assert_str_eq(d.code, rows[i].code);
        ck_assert_int_eq(st, rows[i].code[0] == '\0'             ? ST_OK
                             : strcmp(rows[i].code, "lost") == 0 ? ST_CONFLICT
                                                                 : ST_INTEGRITY);
    }
}
END_TEST

/* Every size a checkpoint can have; one of more records, and one of others. */
START_TEST(checkpoints_from_outside)
{
    county();
    struct frontier tree;
    uint64_t size = ledger_head(f.l)->tree.size;
    tree_init(&tree);
    for (uint64_t n = 0; n <= size + 1; n++) {
        struct checkpoint c = {.origin = str_of(ledger_info(f.l)->origin), .size = n};
        struct verify_report r;
        struct verify_options o = {.hashes_only = true, .outside = &c};
        tree_root(&tree, ledger_digest(f.l), c.root);
        bool good = n <= size;
        ck_assert_int_eq(verify_ledger(f.l, &o, &r, &f.d), good ? ST_OK : ST_INTEGRITY);
        ck_assert(r.contained == good);
        ck_assert_int_eq(outside_contained(f.l, &c, &f.d), good ? ST_OK : ST_INTEGRITY);
        ck_assert(good || strcmp(f.d.code, "rolled-back") == 0);
        c.root[n % DIGEST_LEN] ^= 0x10;
        ck_assert_int_eq(verify_ledger(f.l, &o, &r, &f.d), ST_INTEGRITY);
        ck_assert_int_eq(r.integrity, VERDICT_FAIL);
        ck_assert(!r.contained);
        ck_assert_int_eq(outside_contained(f.l, &c, &f.d), ST_INTEGRITY);
        ck_assert(!good || strcmp(f.d.code, "forked") == 0);
        if (n < size) {
            struct record rec;
            struct str bytes;
            uint8_t leaf[DIGEST_LEN];
            OK(record_get(ledger_txn(f.l), n, &rec, &bytes, &f.d));
            tree_leaf(ledger_digest(f.l), bytes, leaf);
            tree_append(&tree, ledger_digest(f.l), leaf);
        }
    }
}
END_TEST

/* What an auditor has who was given the folder without the keys. */
START_TEST(without_the_vault)
{
    struct verify_report r;
    county();
    fixture_close(&f);
    ck_assert_int_eq(rename(fixture_path(&f, "keys"), fixture_path(&f, "gone")), 0);
    OK(fixture_open(&f, LEDGER_READ));
    OK(verify(&r));
    ck_assert_int_eq(r.integrity, VERDICT_PASS);
    ck_assert_int_eq(r.completeness, VERDICT_PASS);
    ck_assert_int_eq(r.authorisation, VERDICT_PASS);
    ck_assert_int_eq(r.correctness, VERDICT_NOT_CHECKED);
    ck_assert_uint_eq(r.exports, 0);
}
END_TEST

/* ---- answers ---- */

static void sign(enum record_kind kind, const struct writer *w)
{
    struct act_text text = {.subject = "as usual"};
    ck_assert(!w->failed);
    OK(ledger_append_signed(f.l, kind, str_make(w->p, w->len), text, NULL, &f.d));
}

static void start_answer(uint32_t batch, struct str file)
{
    uint8_t body[200];
    uint8_t sha256[DIGEST_LEN];
    struct digest *g;
    struct writer w;
    struct str left = file;
    OK(digest_new(&g, &f.d));
    digest_once(g, file, str_of(""), sha256);
    digest_free(g);
    OK(vault_file_put(f.l, sha256, vault_source_text(&left), &f.d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, batch);
    cbor_pair_text(&w, 2, str_of("pipe-trailer"));
    cbor_pair_bytes(&w, 3, sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 4, file.n);
    cbor_pair_uint(&w, 5, 2);
    OK(ledger_begin(f.l, &f.d));
    sign(KIND_ANSWER_START, &w);
}

/* Posted by the maker's own hand, whatever the file says; state 0: not at all. */
static void post(uint32_t batch, const enum line_state states[2])
{
    static struct chunk c;
    uint8_t body[100];
    struct writer w;
    chunk_start(&c);
    for (uint32_t line = 1; line <= 2; line++) {
        struct result_entry e = {.line = line, .state = states[line - 1]};
        if (e.state != 0) {
            OK(fold_result(ledger_fold(f.l), batch, &e, &c.postings, &f.d));
            result_entry_write(&e, &c.entries);
            c.count++;
        }
    }
    OK(ledger_append_chunk(f.l, KIND_RESULTS, &c, batch, 2, &f.d));
    const struct head *h = ledger_head(f.l);
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 3);
    cbor_pair_uint(&w, 1, batch);
    cbor_pair_uint(&w, 2, h->open.count[0]);
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    sign(KIND_ANSWER_END, &w);
    OK(ledger_commit(f.l, &f.d));
}

START_TEST(results_are_those_of_the_file)
{
    static const struct {
        const char *label;
        enum line_state states[2];
        bool good;
    } rows[] = {
        {"as the file says", {LINE_PAID, LINE_PAID}, true},
        {"paid is posted as rejected", {LINE_PAID, LINE_REJECTED}, false},
        {"one is left out", {LINE_PAID, 0}, false},
    };
    const struct fixture_person two[] = {
        {.born = "19400101", .claim = "2026-03-01"},
        {.born = "19400102", .claim = "2026-03-01"},
    };
    struct buf file;
    struct verify_report r;
    fixture_make(&f, true);
    fixture_channel(&f);
    fixture_people(&f, two, 2);
    policy("p1", "2026-01-01", "100.00");
    run(PERIOD);
    uint32_t batch = make_batch("2026-11-20");
    export(batch);
    answer_text(batch, all_paid, &file);
    fixture_as(&f, FIXTURE_MAKER);
    start_answer(batch, buf_str(&file));
    post(batch, rows[_i].states);
    buf_release(&file);
    enum status st = verify(&r);
    ck_assert_msg(st == (rows[_i].good ? ST_OK : ST_INTEGRITY), "%s: %s",
                  rows[_i].label, f.d.what);
    ck_assert_msg(rows[_i].good || strstr(f.d.what, "bank's answer says") != NULL,
                  "%s: %s", rows[_i].label, f.d.what);
}
END_TEST

/* A run repeated posts nothing (I5). */
START_TEST(a_second_run_posts_nothing)
{
    struct run_report r;
    county();
    uint64_t size = ledger_head(f.l)->tree.size;
    fixture_as(&f, FIXTURE_MAKER);
    OK(run_execute(f.l, PERIOD, true, false, NULL, &r, &f.d));
    ck_assert_uint_eq(r.number, 0);
    ck_assert_uint_eq(ledger_head(f.l)->tree.size, size);
}
END_TEST

/* ---- going on ---- */

/* A batch whose making was cut off goes on with the terms that were signed. */
START_TEST(a_batch_goes_on_as_it_began)
{
    struct fixture_person one = {.born = "19400101", .claim = "2026-03-01"};
    struct batch_new_report r;
    struct str old_age = str_of("old-age");
    struct batch_request q = {.channel = "bank", .programmes = &old_age};
    uint8_t body[100];
    struct writer w;
    fixture_make(&f, true);
    fixture_channel(&f);
    fixture_people(&f, &one, 1);
    policy("p1", "2026-01-01", "100.00");
    run(PERIOD);
    ck_assert(date_parse(str_of("2026-11-20"), &q.pay_day));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, 1);
    cbor_pair_uint(&w, 2, 1);
    cbor_pair_int(&w, 3, q.pay_day);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, 1);
    cbor_put_text(&w, old_age);
    struct act_text text = {.subject = "batch 1: start"};
    fixture_as(&f, FIXTURE_MAKER);
    OK(ledger_act(f.l, KIND_BATCH_START, writer_str(&w), text, NULL, &f.d));
    ck_assert_int_eq(batch_new(f.l, &q, NULL, &r, &f.d), ST_CONFLICT); /* of all */
    ck_assert_str_eq(f.d.code, "open-act");
    q.programme_count = 1;
    q.pay_day++;
    ck_assert_int_eq(batch_new(f.l, &q, NULL, &r, &f.d), ST_CONFLICT);
    q.pay_day--;
    OK(batch_new(f.l, &q, NULL, &r, &f.d));
    ck_assert_uint_eq(r.number, 1);
    ck_assert_uint_eq(r.lines, 1);
    verify_passes();
}
END_TEST

/* ---- bodies ---- */

/* One try in the fold, of which nothing stays. */
static enum status try_record(struct store *s, struct fold *fold, struct str bytes)
{
    struct txn *t;
    struct record rec;
    OK(store_begin(s, true, &t, &f.d));
    OK(fold_begin(fold, t, &f.d));
    enum status st = record_read(bytes, &rec, &f.d);
    if (st == ST_OK) {
        st = fold_record(fold, &rec, bytes, &f.d);
    }
    fold_drop(fold);
    store_abort(t);
    return st;
}

static void keep_record(struct store *s, struct fold *fold, struct str bytes)
{
    struct txn *t;
    struct record rec;
    OK(store_begin(s, true, &t, &f.d));
    OK(fold_begin(fold, t, &f.d));
    OK(record_read(bytes, &rec, &f.d));
    OK(fold_record(fold, &rec, bytes, &f.d));
    OK(fold_end(fold, &f.d));
    OK(store_commit(t, &f.d));
}

/* The record cut at many places, with a byte more, and with each bit of some bytes
 * flipped, where the flip is in the body. */
static void try_damage(struct store *s, struct fold *fold, struct str bytes)
{
    static uint8_t copy[RECORD_BYTES_MAX + 1];
    for (size_t n = 0; n <= bytes.n + 1; n += n + 24 < bytes.n ? 5 : 1) {
        if (n == bytes.n) {
            continue;
        }
        uint8_t *cut = calloc(n + 1, 1); /* so that a sanitizer sees a read beyond it */
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, bytes.p, n < bytes.n ? n : bytes.n);
        if (try_record(s, fold, str_make(cut, n)) == ST_OK) {
            ck_abort_msg("%zu of %zu bytes are taken", n, bytes.n);
        }
        free(cut);
    }
    for (size_t at = 1; at < bytes.n; at += 3) {
        memcpy(copy, bytes.p, bytes.n);
        copy[at] ^= (uint8_t)(1U << at % 8);
        (void)try_record(s, fold, str_make(copy, bytes.n)); /* only not to crash */
    }
}

/* record_read leaves the body to its kind: every kind reads it to its end. */
START_TEST(bodies_are_read_to_their_end)
{
    char dir[300];
    struct store *s;
    struct fold *fold;
    bool seen[256] = {false};
    size_t kinds = 0;
    county();
    snprintf(dir, sizeof dir, "%s/scratch", f.dir);
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    OK(store_open(&s, dir, STORE_SCRATCH, &f.d));
    OK(fold_new(&fold, &f.d));
    for (uint64_t n = 0; n < ledger_head(f.l)->tree.size; n++) {
        struct record rec;
        struct str bytes;
        OK(record_get(ledger_txn(f.l), n, &rec, &bytes, &f.d));
        kinds += !seen[rec.kind];
        if (!seen[rec.kind] || n % 16 == 0) {
            try_damage(s, fold, bytes);
        }
        seen[rec.kind] = true;
        keep_record(s, fold, bytes);
    }
    ck_assert_uint_eq(kinds, 23); /* all but second, clock and reveal */
    fold_free(fold);
    store_close(s);
}
END_TEST

Suite *suite_verify(void);

Suite *suite_verify(void)
{
    Suite *s = suite_create("verify");
    TCase *t = tcase_create("verify");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, sound_ledger_passes);
    tcase_add_test(t, balances_of_nothing);
    tcase_add_test(t, every_change_is_found);
    tcase_add_test(t, changed_records_are_named);
    tcase_add_test(t, checkpoints_from_outside);
    tcase_add_test(t, checkpoints_of_lost_records);
    tcase_add_test(t, without_the_vault);
    tcase_add_loop_test(t, results_are_those_of_the_file, 0, 3);
    tcase_add_test(t, a_second_run_posts_nothing);
    tcase_add_test(t, a_batch_goes_on_as_it_began);
    tcase_add_test(t, bodies_are_read_to_their_end);
    suite_add_tcase(s, t);
    return s;
}
