/* test_anchor.c - if this fails, a cosignature that was never given, or of another
 * tree, stands in a ledger as if an audit office had seen it; or one admin alone makes
 * a witness. Bodies are put together here, past the checks of batch/. */
#include <check.h>
#include <string.h>

#include "audit/verify.h"
#include "batch/admin.h"
#include "batch/anchor.h"
#include "ledger/cbor.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;
static struct key *office;
static struct witness_key witness;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)
#define REFUSED(call, status, why)                                                     \
    do {                                                                               \
        ck_assert_int_eq((call), (status));                                            \
        ck_assert_str_eq(f.d.code, (why));                                             \
    } while (0)

static void setup(void)
{
    fixture_make(&f, false);
    office = fixture_key("office");
    OK(witness_key_of(str_of("office"), office, &witness, &f.d));
}

static void teardown(void)
{
    key_free(office);
    fixture_remove(&f);
}

/* Registered by the one admin, confirmed by the other. */
static void add_witness(void)
{
    uint32_t number;
    fixture_as(&f, FIXTURE_ADMIN);
    OK(anchor_add_witness(f.l, &witness, &number, &f.d));
    ck_assert_uint_eq(number, 1);
    REFUSED(admin_confirm(f.l, REGISTER_WITNESS, 1, &f.d), ST_DENIED, "same-operator");
    fixture_as(&f, FIXTURE_ADMIN2);
    OK(admin_confirm(f.l, REGISTER_WITNESS, 1, &f.d));
    REFUSED(admin_confirm(f.l, REGISTER_WITNESS, 1, &f.d), ST_CONFLICT, "not-pending");
    fixture_as(&f, FIXTURE_MAKER);
}

/* A cosignature of the ledger as it is now, as the first of the register. */
static void cosigned_now(struct cosigned_entry *e, const struct key *key)
{
    struct buf text;
    memset(e, 0, sizeof *e);
    e->number = ledger_head(f.l)->cosigned + 1;
    e->witness = 1;
    e->size = ledger_head(f.l)->tree.size;
    ledger_root(f.l, e->root);
    buf_init(&text, 1000);
    checkpoint_print(str_of(ledger_info(f.l)->origin), e->size, e->root, &text);
    OK(cosignature_make(buf_str(&text), 1793840400, key, &e->cosignature, &f.d));
    buf_release(&text);
}

static enum status record(const struct cosigned_entry *e)
{
    uint8_t bytes[400];
    struct writer w;
    struct act_text text = {.subject = "cosigned"};
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 6);
    const uint64_t numbers[] = {e->number, e->witness, e->size};
    for (uint64_t key = 1; key <= 3; key++) {
        cbor_pair_uint(&w, key, numbers[key - 1]);
    }
    cbor_pair_bytes(&w, 4, e->root, DIGEST_LEN);
    cbor_pair_uint(&w, 5, e->cosignature.time_s);
    cbor_pair_bytes(&w, 6, e->cosignature.signature, SIGNATURE_LEN);
    return ledger_act(f.l, KIND_COSIGNED, writer_str(&w), text, NULL, &f.d);
}

static void verified(void)
{
    struct verify_options o = {.scratch_dir = f.dir};
    struct verify_report r;
    OK(verify_ledger(f.l, &o, &r, &f.d));
    ck_assert_int_eq(r.integrity, VERDICT_PASS);
    ck_assert_int_eq(r.authorisation, VERDICT_PASS);
}

START_TEST(pending)
{
    struct cosigned_entry e;
    uint32_t number;
    fixture_as(&f, FIXTURE_ADMIN);
    OK(anchor_add_witness(f.l, &witness, &number, &f.d));
    cosigned_now(&e, office);
    REFUSED(record(&e), ST_CONFLICT, "witness-pending");
    e.witness = 2;
    REFUSED(record(&e), ST_CONFLICT, "unknown-witness");
    ck_assert_uint_eq(ledger_head(f.l)->cosigned, 0);
}
END_TEST

START_TEST(registered_once)
{
    struct witness_key other;
    uint32_t number;
    add_witness();
    fixture_as(&f, FIXTURE_ADMIN);
    REFUSED(anchor_add_witness(f.l, &witness, &number, &f.d), ST_CONFLICT,
            "witness-known");
    OK(witness_key_of(str_of("second"), office, &other, &f.d));
    REFUSED(anchor_add_witness(f.l, &other, &number, &f.d), ST_CONFLICT, "key-known");
    OK(witness_key_of(str_of("second"), f.keys[FIXTURE_MAKER], &other, &f.d));
    REFUSED(anchor_add_witness(f.l, &other, &number, &f.d), ST_CONFLICT, "key-known");
    REFUSED(fixture_add_operator(&f, "office2", office, ROLE_MAKER), ST_CONFLICT,
            "key-known");
    fixture_as(&f, FIXTURE_MAKER);
    struct key *third = fixture_key("third");
    OK(witness_key_of(str_of("third"), third, &other, &f.d));
    REFUSED(anchor_add_witness(f.l, &other, &number, &f.d), ST_DENIED, "role");
    key_free(third);
}
END_TEST

START_TEST(cosignatures)
{
    struct cosigned_entry good;
    struct cosigned_entry e;
    add_witness();
    cosigned_now(&good, office);
    e = good;
    e.size--;
    REFUSED(record(&e), ST_INTEGRITY, "other-tree");
    e = good;
    e.size += 5;
    REFUSED(record(&e), ST_CONFLICT, "signature-size");
    e = good;
    e.root[31] ^= 1;
    REFUSED(record(&e), ST_INTEGRITY, "other-tree");
    e = good;
    e.cosignature.time_s++;
    REFUSED(record(&e), ST_INTEGRITY, "cosignature");
    e = good;
    e.number = 2;
    ck_assert_int_eq(record(&e), ST_CONFLICT);
    cosigned_now(&e, f.keys[FIXTURE_ADMIN]);
    REFUSED(record(&e), ST_INTEGRITY, "cosignature");
    OK(record(&good));
    good.number = 2;
    REFUSED(record(&good), ST_CONFLICT, "cosigned-known");
    verified();
    /* Of two, the larger tree is the newest. */
    cosigned_now(&e, office);
    OK(record(&e));
    struct cosigned_entry newest;
    struct str origin = str_of(ledger_info(f.l)->origin);
    OK(cosigned_newest(ledger_txn(f.l), 2, 0, origin, &newest, &f.d));
    ck_assert_uint_eq(newest.number, 2);
    ck_assert_mem_eq(newest.root, e.root, DIGEST_LEN);
    OK(cosigned_newest(ledger_txn(f.l), 2, 7, origin, &newest, &f.d));
    ck_assert_uint_eq(newest.number, 0);
    OK(cosigned_newest(ledger_txn(f.l), 2, 0, str_of("almoner/230523/main/e2"), &newest,
                       &f.d));
    ck_assert_uint_eq(newest.number, 0);
    verified();
}
END_TEST

/* Both files come back as they went, and a token counts once. */
START_TEST(timestamps)
{
    struct buf note;
    struct buf back;
    struct timestamp_entry t;
    uint64_t size;
    uint32_t number = 0;
    bool known = true;
    fixture_as(&f, FIXTURE_MAKER);
    buf_init(&note, NOTE_BYTES_MAX);
    buf_init(&back, NOTE_BYTES_MAX);
    OK(ledger_checkpoint(f.l, &note, &size, &f.d));
    OK(anchor_timestamp(f.l, buf_str(&note), str_of("token"), 5, &number, &known,
                        &f.d));
    ck_assert(!known && number == 1);
    OK(timestamp_get(ledger_txn(f.l), 1, &t, &f.d));
    ck_assert_uint_eq(t.size, size);
    ck_assert_int_eq(t.time_us, 5);
    OK(vault_file_load(f.l, t.checkpoint_sha256, &back, &f.d));
    ck_assert(str_eq(buf_str(&back), buf_str(&note)));
    OK(anchor_timestamp(f.l, buf_str(&note), str_of("token"), 5, &number, &known,
                        &f.d));
    ck_assert(known);
    ck_assert_uint_eq(ledger_head(f.l)->timestamps, 1);
    verified();
    note.p[note.len - 10] = (char)(note.p[note.len - 10] ^ 1);
    ck_assert_int_ne(anchor_timestamp(f.l, buf_str(&note), str_of("other"), 5, &number,
                                      &known, &f.d),
                     ST_OK);
    buf_release(&note);
    buf_release(&back);
}
END_TEST

Suite *suite_anchor(void);
Suite *suite_anchor(void)
{
    Suite *s = suite_create("anchor");
    TCase *t = tcase_create("anchor");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pending);
    tcase_add_test(t, registered_once);
    tcase_add_test(t, cosignatures);
    tcase_add_test(t, timestamps);
    suite_add_tcase(s, t);
    return s;
}
