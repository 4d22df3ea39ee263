/* test_ledger.c - if this fails, somebody can write what is not theirs to write, or the
 * ledger goes on after it lost or changed something. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/verify.h"
#include "base/text.h"
#include "batch/admin.h"
#include "ledger/body.h"
#include "ledger/cbor.h"
#include "ledger/note.h"
#include "tests/unit/ledger_fixture.h"

static struct fixture f;

#define OK(call)                                                                       \
    ck_assert_msg((call) == ST_OK, "%s: %s (%s)", f.d.code, f.d.what, f.d.where)
#define FAILS(call, st, its_code)                                                      \
    do {                                                                               \
        ck_assert_int_eq((call), (st));                                                \
        ck_assert_str_eq(f.d.code, (its_code));                                        \
    } while (0)

static void sandbox(void)
{
    fixture_make(&f, true);
}

static void live(void)
{
    fixture_make(&f, false);
}

static void bare(void)
{
    fixture_make_bare(&f, true);
}

static void teardown(void)
{
    fixture_remove(&f);
}

static uint64_t size(void)
{
    return ledger_head(f.l)->tree.size;
}

/* ---- making one ---- */

START_TEST(makes_a_sandbox)
{
    struct record rec;
    const struct ledger_info *i = ledger_info(f.l);
    ck_assert_str_eq(i->origin, "almoner/230523/main/sandbox");
    ck_assert_str_eq(i->division, "230523");
    ck_assert_str_eq(i->name, "演练县民政局");
    ck_assert(i->sandbox);
    ck_assert_int_eq(i->offset_minutes, 480);
    ck_assert_uint_eq(size(), 1);
    OK(record_get(ledger_txn(f.l), 0, &rec, NULL, &f.d));
    ck_assert_int_eq(rec.kind, KIND_GENESIS);
    ck_assert_int_eq(rec.time_us, f.now_us);
    ck_assert_uint_eq(ledger_head(f.l)->operators, 1);
    char text[DATE_TEXT_CAP];
    date_print(ledger_today(f.l), text);
    ck_assert_str_eq(text, "2026-11-05");
    ck_assert(ledger_has_vault(f.l));
}
END_TEST

START_TEST(makes_a_live_one)
{
    ck_assert_str_eq(ledger_info(f.l)->origin, "almoner/230523/main");
    ck_assert(!ledger_info(f.l)->sandbox);
    ck_assert_uint_eq(ledger_head(f.l)->operators, 5);
    fixture_close(&f);
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    o.now_given = true;
    FAILS(ledger_open(&f.l, &o, &f.d), ST_USAGE, "now-live");
}
END_TEST

static void admin_name(struct ledger_genesis *g, size_t i, const char *name)
{
    ck_assert(str_copy(str_of(name), g->admins[i].name, sizeof g->admins[i].name));
}

START_TEST(never_over_an_old_one)
{
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    struct ledger_genesis g = {.division = "230523",
                               .name = "x",
                               .ledger_name = "main",
                               .sandbox = true,
                               .admin_count = 1};
    admin_name(&g, 0, "admin");
    key_public(f.keys[FIXTURE_ADMIN], g.admins[0].public_key);
    fixture_close(&f);
    FAILS(ledger_create(&o, &g, &f.d), ST_CONFLICT, "exists");
    OK(fixture_open(&f, LEDGER_READ));
}
END_TEST

static const struct genesis_row {
    const char *label;
    const char *division, *name, *ledger_name;
    bool sandbox;
    size_t admins;
    bool alike;
    enum status st;
    const char *code;
} GENESES[] = {
    {"a word for a division", "county", "x", "main", true, 1, false, ST_INPUT,
     "division"},
    {"a short division", "23052", "x", "main", true, 1, false, ST_INPUT, "division"},
    {"no office", "230523", "", "main", true, 1, false, ST_INPUT, "name"},
    {"a ledger without a name", "230523", "x", "", true, 1, false, ST_INPUT,
     "ledger-name"},
    {"a blank", "230523", "x", "a b", true, 1, false, ST_INPUT, "ledger-name"},
    {"a slash would make a sandbox of it", "230523", "x", "a/sandbox", false, 2, false,
     ST_INPUT, "ledger-name"},
    {"no admin", "230523", "x", "main", true, 0, false, ST_USAGE, "admins"},
    {"one admin for a live one", "230523", "x", "main", false, 1, false, ST_USAGE,
     "admins"},
    {"one key for two admins", "230523", "x", "main", false, 2, true, ST_INPUT,
     "admins"},
};

START_TEST(refuses_to_make)
{
    const struct genesis_row *row = &GENESES[_i];
    char dir[300];
    snprintf(dir, sizeof dir, "%s/new", f.dir);
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    o.dir = dir;
    o.now_given = false;
    struct ledger_genesis g = {
        .division = row->division,
        .name = row->name,
        .ledger_name = row->ledger_name,
        .sandbox = row->sandbox,
        .offset_minutes = 480,
        .admin_count = row->admins,
    };
    admin_name(&g, 0, "a");
    admin_name(&g, 1, "b");
    key_public(f.keys[0], g.admins[0].public_key);
    key_public(f.keys[row->alike ? 0 : 1], g.admins[1].public_key);
    ck_assert_msg(ledger_create(&o, &g, &f.d) == row->st, "%s", row->label);
    ck_assert_msg(strcmp(f.d.code, row->code) == 0, "%s: %s", row->label, f.d.code);
    ck_assert_int_ne(access(dir, F_OK), 0);
}
END_TEST

/* A live ledger that is called "sandbox" is not one. */
START_TEST(a_name_makes_no_sandbox)
{
    char dir[300];
    snprintf(dir, sizeof dir, "%s/new", f.dir);
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    struct ledger_genesis g = {
        .division = "230523", .name = "x", .ledger_name = "sandbox", .admin_count = 2};
    struct operator_entry e;
    struct ledger *l;
    o.dir = dir;
    o.now_given = false;
    admin_name(&g, 0, "admin");
    admin_name(&g, 1, "admin2");
    key_public(f.keys[FIXTURE_ADMIN], g.admins[0].public_key);
    key_public(f.keys[FIXTURE_ADMIN2], g.admins[1].public_key);
    OK(ledger_create(&o, &g, &f.d));
    OK(ledger_open(&l, &o, &f.d));
    ck_assert_str_eq(ledger_info(l)->origin, "almoner/230523/sandbox");
    ck_assert(!ledger_info(l)->sandbox);
    OK(ledger_sign_as(l, str_of("admin"), f.keys[FIXTURE_ADMIN], ROLE_ADMIN, &f.d));
    struct ledger *before = f.l;
    f.l = l;
    OK(fixture_add_operator(&f, "maker", f.keys[FIXTURE_MAKER], ROLE_MAKER));
    f.l = before;
    OK(operator_find(ledger_txn(l), str_of("maker"), &e, &f.d));
    ck_assert_int_eq(e.state, ENTRY_PENDING);
    ledger_close(l);
}
END_TEST

START_TEST(opens_only_ledgers)
{
    struct ledger_options o = fixture_options(&f, LEDGER_READ);
    struct ledger *l;
    char dir[300];
    snprintf(dir, sizeof dir, "%s/nothing", f.dir);
    o.dir = dir;
    FAILS(ledger_open(&l, &o, &f.d), ST_SYSTEM, "no-ledger");
}
END_TEST

/* ---- who may ---- */

START_TEST(signing_as)
{
    struct key *k = f.keys[FIXTURE_MAKER];
    FAILS(ledger_sign_as(f.l, str_of("nobody"), k, ROLE_MAKER, &f.d), ST_DENIED,
          "unknown-operator");
    FAILS(ledger_sign_as(f.l, str_of("checker"), k, ROLE_CHECKER, &f.d), ST_DENIED,
          "other-key");
    FAILS(ledger_sign_as(f.l, str_of("maker"), k, ROLE_CHECKER | ROLE_ADMIN, &f.d),
          ST_DENIED, "role");
    OK(ledger_sign_as(f.l, str_of("maker"), k, ROLE_CHECKER | ROLE_MAKER, &f.d));
    ck_assert_uint_eq(ledger_signer(f.l)->number, 2);
}
END_TEST

/* The fold refuses it as well, whatever the program asked for. */
START_TEST(roles_hold_in_the_fold)
{
    static const struct {
        enum fixture_who who;
        enum record_kind kind;
    } rows[] = {
        {FIXTURE_MAKER, KIND_OPERATOR},        {FIXTURE_CHECKER, KIND_CHANNEL},
        {FIXTURE_RELEASER, KIND_SECOND},       {FIXTURE_CHECKER, KIND_POLICY_ADOPT},
        {FIXTURE_MAKER, KIND_POLICY_CONFIRM},  {FIXTURE_CHECKER, KIND_IMPORT},
        {FIXTURE_MAKER, KIND_IMPORT_START},    {FIXTURE_CHECKER, KIND_RUN_START},
        {FIXTURE_ADMIN, KIND_BATCH_START},     {FIXTURE_ADMIN, KIND_BATCH_SIGN},
        {FIXTURE_RELEASER, KIND_EXPORT},       {FIXTURE_CHECKER, KIND_ANSWER_START},
        {FIXTURE_CHECKER, KIND_REISSUE_START},
    };
    struct act_text text = {.subject = "x"};
    uint64_t before = size();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_as(&f, rows[i].who);
        FAILS(ledger_act(f.l, rows[i].kind, str_of("\xa0"), text, NULL, &f.d),
              ST_DENIED, "role");
    }
    ck_assert_uint_eq(size(), before);
}
END_TEST

START_TEST(second_admin)
{
    struct key *k = fixture_key("clerk");
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "clerk", k, ROLE_MAKER));
    uint32_t number = ledger_head(f.l)->operators;
    FAILS(ledger_sign_as(f.l, str_of("clerk"), k, ROLE_MAKER, &f.d), ST_DENIED,
          "operator-pending");
    FAILS(admin_confirm(f.l, REGISTER_OPERATOR, number, &f.d), ST_DENIED,
          "same-operator");
    fixture_as(&f, FIXTURE_ADMIN2);
    FAILS(admin_confirm(f.l, REGISTER_OPERATOR, number + 1, &f.d), ST_CONFLICT,
          "unknown-operator");
    OK(admin_confirm(f.l, REGISTER_OPERATOR, number, &f.d));
    FAILS(admin_confirm(f.l, REGISTER_OPERATOR, number, &f.d), ST_CONFLICT,
          "not-pending");
    OK(ledger_sign_as(f.l, str_of("clerk"), k, ROLE_MAKER, &f.d));
    key_free(k);
}
END_TEST

START_TEST(names_and_keys_once)
{
    struct key *k = fixture_key("clerk");
    fixture_as(&f, FIXTURE_ADMIN);
    FAILS(fixture_add_operator(&f, "maker", k, ROLE_MAKER), ST_CONFLICT,
          "operator-known");
    FAILS(fixture_add_operator(&f, "clerk", f.keys[FIXTURE_MAKER], ROLE_CHECKER),
          ST_CONFLICT, "key-known");
    FAILS(fixture_add_operator(&f, "clerk", k, ROLE_ADMIN | ROLE_MAKER), ST_CONFLICT,
          "admin-role");
    OK(fixture_add_operator(&f, "clerk", k, ROLE_ADMIN));
    key_free(k);
}
END_TEST

/* ---- signatures put where they do not belong ---- */

/* A record with this body as the next one, straight into the fold; nothing stays. */
static enum status append_raw(enum record_kind kind, struct str body, int64_t time_us)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    struct writer w;
    OK(ledger_begin(f.l, &f.d));
    const struct head *h = ledger_head(f.l);
    struct record r = {
        .origin = str_of(ledger_info(f.l)->origin),
        .sequence = h->tree.size,
        .time_us = time_us,
        .kind = kind,
        .act = h->open.kind != 0 ? h->open.first : h->tree.size,
        .body = body,
    };
    memcpy(r.previous, h->last_leaf, DIGEST_LEN);
    writer_init(&w, bytes, sizeof bytes);
    record_write(&r, &w);
    ck_assert(!w.failed);
    enum status st = fold_record(ledger_fold(f.l), &r, writer_str(&w), &f.d);
    struct diag kept = f.d;
    ledger_abort(f.l);
    f.d = kept;
    return st;
}

/* The body that who would sign now, seen at this size and root. */
static struct str signed_body(enum fixture_who who, uint32_t number,
                              enum record_kind kind, struct str plain, uint64_t at_size,
                              const uint8_t *root)
{
    static uint8_t body[BODY_BYTES_MAX];
    struct act_signature s = {.operator_number = number,
                              .subject = str_of("x"),
                              .time_us = f.now_us,
                              .size = at_size};
    struct buf message;
    struct digest *g = NULL;
    struct writer w;
    memcpy(s.root, root, DIGEST_LEN);
    OK(digest_new(&g, &f.d));
    buf_init(&message, 4096);
    act_message(str_of(ledger_info(f.l)->origin), kind, &s, plain, g, &message);
    OK(key_sign(f.keys[who], buf_str(&message), s.signature, &f.d));
    buf_release(&message);
    digest_free(g);
    writer_init(&w, body, sizeof body);
    act_body(&s, plain, &w);
    ck_assert(!w.failed);
    return writer_str(&w);
}

/* {1: 0, 2: "audit"}: personal data of more than one was shown. */
#define REVEAL                                                                         \
    "\xa2\x01\x00\x02\x65"                                                             \
    "audit"

static struct str reveal_plain(void)
{
    return str_make(REVEAL, sizeof REVEAL - 1);
}

static struct str reveal_now(enum fixture_who who, uint32_t number)
{
    uint8_t root[DIGEST_LEN];
    ledger_root(f.l, root);
    return signed_body(who, number, KIND_REVEAL, reveal_plain(), size(), root);
}

START_TEST(raw_records_are_checked)
{
    uint8_t root[DIGEST_LEN];
    uint8_t wrong_root[DIGEST_LEN] = {1};
    ledger_root(f.l, root);
    struct str body =
        signed_body(FIXTURE_MAKER, 2, KIND_REVEAL, reveal_plain(), size(), root);
    OK(append_raw(KIND_REVEAL, body, f.now_us));
    FAILS(append_raw(KIND_CLOCK, body, f.now_us), ST_DENIED, "signature");
    FAILS(append_raw(KIND_REVEAL, body, f.now_us - 1), ST_INTEGRITY, "time");
    body = signed_body(FIXTURE_CHECKER, 2, KIND_REVEAL, reveal_plain(), size(), root);
    FAILS(append_raw(KIND_REVEAL, body, f.now_us), ST_DENIED, "signature");
    body = signed_body(FIXTURE_MAKER, 77, KIND_REVEAL, reveal_plain(), size(), root);
    FAILS(append_raw(KIND_REVEAL, body, f.now_us), ST_CONFLICT, "unknown-operator");
    body =
        signed_body(FIXTURE_MAKER, 2, KIND_REVEAL, reveal_plain(), size(), wrong_root);
    FAILS(append_raw(KIND_REVEAL, body, f.now_us), ST_DENIED, "signature-fork");
    body = signed_body(FIXTURE_MAKER, 2, KIND_REVEAL, reveal_plain(), size() + 1, root);
    FAILS(append_raw(KIND_REVEAL, body, f.now_us), ST_DENIED, "signature-time");
    f.now_us++;
    body = signed_body(FIXTURE_MAKER, 2, KIND_REVEAL, reveal_plain(), size(), root);
    FAILS(append_raw(KIND_REVEAL, body, f.now_us - 1), ST_DENIED, "signature-time");
    FAILS(append_raw(KIND_REVEAL, reveal_plain(), f.now_us), ST_INTEGRITY,
          "not-signed");
    FAILS(append_raw(KIND_FACTS, str_of("\xa0"), f.now_us), ST_CONFLICT, "open-act");
    FAILS(append_raw(KIND_GENESIS, str_of("\xa0"), f.now_us), ST_CONFLICT, "genesis");
}
END_TEST

/* Taken from under another act of the same operator, also of the same kind. */
START_TEST(copied_signature)
{
    struct record rec;
    struct act_signature s;
    uint8_t plain[BODY_BYTES_MAX];
    uint8_t body[BODY_BYTES_MAX];
    struct writer p;
    struct writer w;
    struct key *k = fixture_key("clerk");
    (void)fixture_record(&f, 1, &rec); /* "operator 2: add maker" */
    writer_init(&p, plain, sizeof plain);
    ck_assert(act_split(rec.body, &s, &p));
    size_t n = fixture_operator_body(&f, "clerk", k, ROLE_MAKER, plain);
    writer_init(&w, body, sizeof body);
    act_body(&s, str_make(plain, n), &w);
    FAILS(append_raw(KIND_OPERATOR, writer_str(&w), f.now_us), ST_DENIED, "signature");
    key_free(k);
}
END_TEST

/* The same bytes once more: nothing in them is wrong, but the act was done. */
START_TEST(signature_used_again)
{
    struct record rec;
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "audit", &f.d));
    (void)fixture_record(&f, size() - 1, &rec);
    ck_assert_int_eq(rec.kind, KIND_REVEAL);
    FAILS(append_raw(KIND_REVEAL, rec.body, f.now_us), ST_DENIED, "signature-used");
    f.now_us += 1000000;
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "audit", &f.d)); /* signed anew: another act */
}
END_TEST

/* Signed some acts ago, on another machine: holds. */
START_TEST(an_older_signature_holds)
{
    uint8_t root[DIGEST_LEN];
    uint64_t then = size();
    ledger_root(f.l, root);
    struct str body =
        signed_body(FIXTURE_MAKER, 2, KIND_REVEAL, reveal_plain(), then, root);
    fixture_as(&f, FIXTURE_CHECKER);
    OK(admin_reveal(f.l, 0, "one", &f.d));
    OK(admin_reveal(f.l, 0, "two", &f.d));
    OK(append_raw(KIND_REVEAL, body, f.now_us));
}
END_TEST

/* Signed in a fork of the ledger: the same origin and size, other records. */
START_TEST(signature_of_a_fork)
{
    struct buf data;
    struct buf head;
    struct record rec; /* borrows from fixture_record */
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &data);
    fixture_load(&f, "head", &head);
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "here", &f.d));
    OK(admin_reveal(f.l, 0, "signed here", &f.d));
    (void)fixture_record(&f, size() - 1, &rec);
    fixture_close(&f);
    fixture_save(&f, "data.mdb", buf_str(&data));
    fixture_save(&f, "head", buf_str(&head));
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "there", &f.d));
    FAILS(append_raw(KIND_REVEAL, rec.body, f.now_us), ST_DENIED, "signature-fork");
    buf_release(&data);
    buf_release(&head);
}
END_TEST

START_TEST(forged_envelopes)
{
    uint8_t bytes[RECORD_BYTES_MAX];
    for (int what = 0; what < 5; what++) {
        struct writer w;
        struct str body = reveal_now(FIXTURE_MAKER, 2);
        OK(ledger_begin(f.l, &f.d));
        const struct head *h = ledger_head(f.l);
        struct record r = {
            .origin = str_of(what == 1 ? "almoner/1/x" : ledger_info(f.l)->origin),
            .sequence = h->tree.size + (what == 2 ? 1 : 0),
            .time_us = f.now_us,
            .kind = KIND_REVEAL,
            .act = h->tree.size - (what == 3 ? 1 : 0),
            .body = body,
        };
        memcpy(r.previous, h->last_leaf, DIGEST_LEN);
        r.previous[7] ^= what == 4 ? 1 : 0;
        writer_init(&w, bytes, sizeof bytes);
        record_write(&r, &w);
        enum status st = fold_record(ledger_fold(f.l), &r, writer_str(&w), &f.d);
        ledger_abort(f.l);
        static const char *const codes[] = {"", "origin", "chain", "act", "chain"};
        ck_assert_int_eq(st, what == 0 ? ST_OK : ST_INTEGRITY);
        if (what > 0) {
            ck_assert_str_eq(f.d.code, codes[what]);
        }
    }
}
END_TEST

/* ---- the clock ---- */

START_TEST(clock_back)
{
    f.now_us--;
    FAILS(fixture_open(&f, LEDGER_WRITE), ST_CONFLICT, "clock-back");
    OK(fixture_open(&f, LEDGER_READ));
}
END_TEST

START_TEST(clock_jump)
{
    struct record rec;
    uint64_t before = size();
    f.now_us += (int64_t)41 * 86400 * 1000000;
    FAILS(fixture_open(&f, LEDGER_WRITE), ST_CONFLICT, "clock-jump");
    f.accept_clock = true;
    OK(fixture_open(&f, LEDGER_WRITE));
    ck_assert_uint_eq(size(), before);
    uint8_t root[DIGEST_LEN];
    ledger_root(f.l, root);
    struct str body = signed_body(FIXTURE_MAKER, 3, KIND_REVEAL, reveal_plain(), size(),
                                  root); /* nobody vouched */
    FAILS(append_raw(KIND_REVEAL, body, f.now_us), ST_CONFLICT, "clock-jump");
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "audit", &f.d));
    ck_assert_uint_eq(size(), before + 2);
    (void)fixture_record(&f, before, &rec);
    ck_assert_int_eq(rec.kind, KIND_CLOCK);
    ck_assert_int_eq(rec.time_us, f.now_us);
    OK(admin_reveal(f.l, 0, "audit", &f.d));
    ck_assert_uint_eq(size(), before + 3);
}
END_TEST

/* ---- long acts ---- */

static void begin_import(uint32_t *number)
{
    uint8_t body[100];
    struct writer w;
    uint8_t sha256[DIGEST_LEN] = {1};
    *number = ledger_head(f.l)->imports + 1;
    fixture_as(&f, FIXTURE_MAKER);
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    for (uint64_t k = 1; k <= 5; k++) {
        cbor_put_uint(&w, k);
        if (k == 3) {
            cbor_put_bytes(&w, sha256, DIGEST_LEN);
        } else {
            cbor_put_uint(&w, k == 1 ? *number : k == 2 ? IMPORT_FACTS : 10);
        }
    }
    struct act_text text = {.subject = "import"};
    OK(ledger_act(f.l, KIND_IMPORT, writer_str(&w), text, NULL, &f.d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, *number);
    cbor_pair_bytes(&w, 2, sha256, DIGEST_LEN);
    FAILS(ledger_act(f.l, KIND_IMPORT_START, writer_str(&w), text, NULL, &f.d),
          ST_DENIED, "role");
    fixture_as(&f, FIXTURE_CHECKER);
    OK(ledger_act(f.l, KIND_IMPORT_START, writer_str(&w), text, NULL, &f.d));
}

/* {1: import, 2: row, 3: [[person, commitment]...]} */
static struct str facts_body(uint32_t number, uint64_t row, const uint64_t *people,
                             size_t count, size_t commitment_n)
{
    static uint8_t body[BODY_BYTES_MAX];
    static const uint8_t zeros[DIGEST_LEN];
    struct writer w;
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 3);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_uint(&w, 2, row);
    cbor_put_uint(&w, 3);
    cbor_put_array(&w, count);
    for (size_t i = 0; i < count; i++) {
        cbor_put_array(&w, 2);
        cbor_put_uint(&w, people[i]);
        cbor_put_bytes(&w, zeros, commitment_n);
    }
    return writer_str(&w);
}

START_TEST(an_open_act_comes_first)
{
    uint32_t number;
    bool resume;
    struct buf note;
    begin_import(&number);
    buf_init(&note, NOTE_BYTES_MAX);
    uint64_t size;
    FAILS(ledger_checkpoint(f.l, &note, &size, &f.d), ST_CONFLICT, "open-act");
    FAILS(ledger_may_write(f.l, 0, 0, &resume, &f.d), ST_CONFLICT, "open-act");
    FAILS(ledger_may_write(f.l, KIND_RUN_START, 0, &resume, &f.d), ST_CONFLICT,
          "open-act");
    FAILS(ledger_may_write(f.l, KIND_IMPORT_START, number + 1, &resume, &f.d),
          ST_CONFLICT, "open-act");
    OK(ledger_may_write(f.l, KIND_IMPORT_START, number, &resume, &f.d));
    ck_assert(resume);
    FAILS(append_raw(KIND_REVEAL, reveal_now(FIXTURE_MAKER, 2), f.now_us), ST_CONFLICT,
          "open-act");
    OK(fixture_open(&f, LEDGER_WRITE)); /* it stays open */
    OK(ledger_may_write(f.l, KIND_IMPORT_START, 0, &resume, &f.d));
    ck_assert(resume);
    buf_release(&note);
}
END_TEST

START_TEST(facts_records)
{
    static const uint64_t next[] = {1, 2};
    static const uint64_t gap[] = {2};
    static const uint64_t twice[] = {1, 1};
    static const uint64_t nobody[] = {0};
    uint32_t number;
    begin_import(&number);
    OK(append_raw(KIND_FACTS, facts_body(number, 1, next, 2, DIGEST_LEN), f.now_us));
    FAILS(append_raw(KIND_FACTS, facts_body(number, 1, gap, 1, DIGEST_LEN), f.now_us),
          ST_INTEGRITY, "record-body");
    FAILS(append_raw(KIND_FACTS, facts_body(number, 1, twice, 2, DIGEST_LEN), f.now_us),
          ST_INTEGRITY, "record-body");
    FAILS(
        append_raw(KIND_FACTS, facts_body(number, 1, nobody, 1, DIGEST_LEN), f.now_us),
        ST_INTEGRITY, "record-body");
    FAILS(append_raw(KIND_FACTS, facts_body(number, 1, next, 1, 31), f.now_us),
          ST_INTEGRITY, "record-body");
    FAILS(append_raw(KIND_FACTS, facts_body(number, 1, next, 0, 0), f.now_us),
          ST_INTEGRITY, "record-body");
    FAILS(append_raw(KIND_FACTS, facts_body(number + 1, 1, next, 1, DIGEST_LEN),
                     f.now_us),
          ST_CONFLICT, "act-number");
    FAILS(append_raw(KIND_LINES, facts_body(number, 1, next, 1, DIGEST_LEN), f.now_us),
          ST_CONFLICT, "open-act");
}
END_TEST

/* ---- the lock ---- */

START_TEST(one_writer)
{
    int ready[2];
    int leave[2];
    char byte = 'x';
    fixture_close(&f); /* LMDB does not survive a fork */
    ck_assert(pipe(ready) == 0 && pipe(leave) == 0);
    pid_t child = fork();
    if (child == 0) {
        bool held = fixture_open(&f, LEDGER_WRITE) == ST_OK &&
                    write(ready[1], &byte, 1) == 1 && read(leave[0], &byte, 1) == 1;
        fixture_close(&f);
        _exit(held ? 0 : 1);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    FAILS(fixture_open(&f, LEDGER_WRITE), ST_SYSTEM, "locked");
    OK(fixture_open(&f, LEDGER_READ)); /* readers do not wait */
    fixture_close(&f);
    int code;
    ck_assert_int_eq(write(leave[1], &byte, 1), 1);
    ck_assert_int_eq(waitpid(child, &code, 0), child);
    ck_assert(WIFEXITED(code) && WEXITSTATUS(code) == 0);
    OK(fixture_open(&f, LEDGER_WRITE));
    for (int i = 0; i < 2; i++) {
        close(ready[i]);
        close(leave[i]);
    }
}
END_TEST

/* ---- losses ---- */

START_TEST(lost_transaction)
{
    struct buf data;
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &data);
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "audit", &f.d));
    fixture_close(&f);
    fixture_save(&f, "data.mdb", buf_str(&data));
    FAILS(fixture_open(&f, LEDGER_READ), ST_INTEGRITY, "lost-transaction");
    FAILS(fixture_open(&f, LEDGER_WRITE), ST_INTEGRITY, "lost-transaction");
    buf_release(&data);
}
END_TEST

/* Another history of the same length. */
START_TEST(another_record)
{
    struct buf data;
    struct buf head;
    struct buf mine;
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &data);
    fixture_load(&f, "head", &head);
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "mine", &f.d));
    fixture_close(&f);
    fixture_load(&f, "head", &mine);
    fixture_save(&f, "data.mdb", buf_str(&data));
    fixture_save(&f, "head", buf_str(&head));
    OK(fixture_open(&f, LEDGER_WRITE));
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "other", &f.d));
    fixture_close(&f);
    fixture_save(&f, "head", buf_str(&mine));
    FAILS(fixture_open(&f, LEDGER_READ), ST_INTEGRITY, "head-differs");
    buf_release(&data);
    buf_release(&head);
    buf_release(&mine);
}
END_TEST

#define SLOT 1024

static void spoil(struct buf *head, size_t slot, char with)
{
    memset(head->p + slot * SLOT, with, SLOT);
}

START_TEST(head_slots)
{
    struct buf head;
    struct buf bad;
    fixture_as(&f, FIXTURE_MAKER);
    OK(admin_reveal(f.l, 0, "one", &f.d));
    fixture_close(&f);
    fixture_load(&f, "head", &head);
    ck_assert_uint_eq(head.len, 2 * SLOT);
    for (size_t slot = 0; slot < 2; slot++) {
        fixture_load(&f, "head", &bad);
        spoil(&bad, slot, slot == 0 ? 'x' : '\0');
        fixture_save(&f, "head", buf_str(&bad));
        OK(fixture_open(&f, LEDGER_WRITE)); /* the other one is good */
        fixture_close(&f);
        buf_release(&bad);
        fixture_save(&f, "head", buf_str(&head));
    }
    fixture_load(&f, "head", &bad);
    spoil(&bad, 0, 'x');
    spoil(&bad, 1, '\0');
    fixture_save(&f, "head", buf_str(&bad));
    FAILS(fixture_open(&f, LEDGER_READ), ST_INTEGRITY, "head-file");
    fixture_save(&f, "head", str_of(""));
    FAILS(fixture_open(&f, LEDGER_READ), ST_INTEGRITY, "head-file");
    fixture_save(&f, "head", str_make(head.p, SLOT + 100)); /* cut in a slot */
    OK(fixture_open(&f, LEDGER_READ));
    buf_release(&bad);
    buf_release(&head);
}
END_TEST

/* A torn slot is the older one: the newest commit but one is always known. */
START_TEST(head_slots_take_turns)
{
    struct buf head;
    uint64_t sizes[2];
    for (int i = 0; i < 3; i++) {
        fixture_as(&f, FIXTURE_MAKER);
        OK(ledger_begin(f.l, &f.d)); /* two records a commit */
        struct act_text text = {.subject = "x"};
        OK(ledger_append_signed(f.l, KIND_REVEAL, reveal_plain(), text, NULL, &f.d));
        OK(ledger_append_signed(f.l, KIND_REVEAL, reveal_plain(), text, NULL, &f.d));
        OK(ledger_commit(f.l, &f.d));
        uint64_t now = size();
        fixture_close(&f);
        fixture_load(&f, "head", &head);
        for (size_t slot = 0; slot < 2; slot++) {
            const char *line = strchr(strchr(head.p + slot * SLOT, '\n') + 1, '\n') + 1;
            struct str digits = str_make(line, strcspn(line, "\n"));
            ck_assert(text_u64(digits, 1, UINT64_MAX, &sizes[slot]));
        }
        buf_release(&head);
        uint64_t newer = sizes[0] > sizes[1] ? sizes[0] : sizes[1];
        uint64_t older = sizes[0] > sizes[1] ? sizes[1] : sizes[0];
        ck_assert_uint_eq(newer, now);
        ck_assert_uint_eq(older, now - 2);
        OK(fixture_open(&f, LEDGER_WRITE));
    }
}
END_TEST

START_TEST(flipped_byte_in_the_file)
{
    struct buf data;
    struct record rec;
    uint64_t n = 2;
    struct str bytes = fixture_record(&f, n, &rec);
    size_t found = 0;
    fixture_close(&f);
    fixture_load(&f, "data.mdb", &data);
    for (size_t at = 0; at + bytes.n <= data.len; at++) {
        if (memcmp(data.p + at, bytes.p, bytes.n) == 0) {
            data.p[at + bytes.n - 1] ^=
                1; /* also in pages that are not used any more */
            found++;
        }
    }
    ck_assert_uint_gt(found, 0);
    fixture_save(&f, "data.mdb", buf_str(&data));
    buf_release(&data);
    struct verify_report r;
    struct verify_options o = {.scratch_dir = f.dir};
    OK(fixture_open(&f, LEDGER_READ));
    FAILS(verify_ledger(f.l, &o, &r, &f.d), ST_INTEGRITY, "verify");
    ck_assert_int_eq(r.integrity, VERDICT_FAIL);
    ck_assert_uint_eq(r.bad_sequence, n);
    ck_assert_str_eq(f.d.where, "record 2");
}
END_TEST

START_TEST(keys_of_another_ledger)
{
    struct fixture other;
    char keys[300];
    fixture_make_bare(&other, false);
    fixture_close(&other);
    snprintf(keys, sizeof keys, "%s/keys", other.dir);
    fixture_close(&f);
    struct ledger_options o = fixture_options(&f, LEDGER_WRITE);
    o.key_dir = keys;
    other.drawn += 1000;
    struct key *k = fixture_key("not the ledger's");
    struct buf pem;
    buf_init(&pem, 8192);
    OK(key_to_pem(k, str_of(""), &pem, &f.d));
    fixture_save(&other, "keys/ledger.pem", buf_str(&pem));
    FAILS(ledger_open(&f.l, &o, &f.d), ST_DENIED, "ledger-key");
    buf_release(&pem);
    key_free(k);
    fixture_remove(&other);
}
END_TEST

/* ---- checkpoints ---- */

START_TEST(checkpoints)
{
    struct buf note;
    struct str text;
    struct checkpoint c;
    uint64_t last;
    int64_t time_us;
    uint8_t root[DIGEST_LEN];
    const struct ledger_info *i = ledger_info(f.l);
    OK(ledger_last_checkpoint(f.l, &last, &time_us, &f.d));
    ck_assert_uint_eq(last, 0);
    buf_init(&note, NOTE_BYTES_MAX);
    uint64_t made;
    OK(ledger_checkpoint(f.l, &note, &made, &f.d));
    OK(ledger_note_checkpoint(f.l, made, buf_str(&note), &f.d));
    OK(note_verify(buf_str(&note), str_of(i->origin), i->public_key, &text, &f.d));
    OK(checkpoint_parse(text, &c, &f.d));
    ledger_root(f.l, root);
    ck_assert(str_is(c.origin, i->origin));
    ck_assert_uint_eq(c.size, size());
    ck_assert_mem_eq(c.root, root, DIGEST_LEN);
    OK(ledger_last_checkpoint(f.l, &last, &time_us, &f.d));
    ck_assert_uint_eq(last, size());
    ck_assert_int_eq(time_us, f.now_us);
    /* Given out again as it was made, also when the ledger is opened anew. */
    OK(fixture_open(&f, LEDGER_READ));
    OK(ledger_kept_checkpoint(f.l, &text, &f.d));
    ck_assert(str_eq(text, buf_str(&note)));
    OK(ledger_read_checkpoint(f.l, text, &c, NULL, &f.d));
    ck_assert_uint_eq(c.size, size());
    buf_release(&note);
}
END_TEST

/* A checkpoint from outside, changed at any byte: never taken for one of ours. */
START_TEST(changed_checkpoints)
{
    struct buf note;
    struct checkpoint c;
    uint64_t made;
    buf_init(&note, NOTE_BYTES_MAX);
    OK(ledger_checkpoint(f.l, &note, &made, &f.d));
    for (size_t i = 0; i < note.len; i++) {
        note.p[i] ^= 0x04;
        enum status st = ledger_read_checkpoint(f.l, buf_str(&note), &c, NULL, &f.d);
        ck_assert_msg(st == ST_INPUT || st == ST_INTEGRITY, "byte %zu", i);
        note.p[i] ^= 0x04;
        st = ledger_read_checkpoint(f.l, str_make(note.p, i), &c, NULL, &f.d);
        ck_assert_msg(st == ST_INPUT || st == ST_INTEGRITY, "cut at %zu", i);
    }
    buf_release(&note);
}
END_TEST

/* ---- the vault ---- */

static void make_row(uint64_t person, const char *text)
{
    struct vault_row row;
    vault_row_init(&row);
    OK(ledger_begin(f.l, &f.d));
    OK(vault_row_create(f.l, person, &row, &f.d));
    buf_add_text(&row.plain, text);
    OK(vault_row_write(f.l, &row, &f.d));
    OK(ledger_commit(f.l, &f.d));
    vault_row_release(&row);
}

static struct str sealed_row(uint64_t person, uint8_t *copy)
{
    uint8_t key[8];
    struct str value;
    put_u64(key, person);
    OK(store_get(ledger_txn(f.l), TABLE_PEOPLE, str_make(key, 8), &value, &f.d));
    ck_assert_ptr_nonnull(value.p);
    memcpy(copy, value.p, value.n);
    return str_make(copy, value.n);
}

START_TEST(vault_rows)
{
    static const char text[] = "何人何事，不见于外";
    uint8_t copy[500];
    struct vault_row row;
    make_row(1, text);
    make_row(2, text);
    vault_row_init(&row);
    OK(vault_row_read(f.l, 1, &row, &f.d));
    ck_assert(str_is(buf_str(&row.plain), text));
    FAILS(vault_row_read(f.l, 3, &row, &f.d), ST_CONFLICT, "unknown-person");
    struct str sealed = sealed_row(1, copy);
    OK(vault_row_open(f.l, 1, sealed, &row, &f.d));
    FAILS(vault_row_open(f.l, 2, sealed, &row, &f.d), ST_INTEGRITY, "vault");
    for (size_t at = 0; at < sealed.n; at++) {
        copy[at] ^= 0x10;
        if (vault_row_open(f.l, 1, sealed, &row, &f.d) != ST_INTEGRITY) {
            ck_abort_msg("byte %zu", at);
        }
        copy[at] ^= 0x10;
    }
    for (size_t n = 0; n < sealed.n; n++) {
        if (vault_row_open(f.l, 1, str_make(copy, n), &row, &f.d) != ST_INTEGRITY) {
            ck_abort_msg("%zu bytes", n);
        }
    }
    for (size_t at = 0; at + 6 <= sealed.n; at++) { /* nothing lies open */
        ck_assert_int_ne(memcmp(copy + at, text, 6), 0);
    }
    vault_row_release(&row);
}
END_TEST

/* Written again: other nonces, the same key, so the same commitments. */
START_TEST(vault_rows_again)
{
    uint8_t first[500];
    uint8_t second[500];
    uint8_t one[DIGEST_LEN];
    uint8_t two[DIGEST_LEN];
    struct vault_row row;
    make_row(1, "text");
    struct str a = sealed_row(1, first);
    vault_row_init(&row);
    OK(ledger_begin(f.l, &f.d));
    OK(vault_row_read(f.l, 1, &row, &f.d));
    vault_commitment(f.l, &row, 7, str_of("entry"), one);
    OK(vault_row_write(f.l, &row, &f.d));
    OK(ledger_commit(f.l, &f.d));
    struct str b = sealed_row(1, second);
    ck_assert_uint_eq(a.n, b.n);
    ck_assert_mem_ne(first + SEAL_KEY_LEN, second + SEAL_KEY_LEN, SEAL_NONCE_LEN);
    OK(vault_row_read(f.l, 1, &row, &f.d));
    vault_commitment(f.l, &row, 7, str_of("entry"), two);
    ck_assert_mem_eq(one, two, DIGEST_LEN);
    vault_commitment(f.l, &row, 8, str_of("entry"), two);
    ck_assert_mem_ne(one, two, DIGEST_LEN);
    vault_row_release(&row);
}
END_TEST

START_TEST(looking_up)
{
    char id[ID_NUMBER_LEN + 1];
    char other[ID_NUMBER_LEN + 1];
    uint64_t person;
    fixture_id("19400101", 1, id);
    fixture_id("19400101", 2, other);
    OK(ledger_begin(f.l, &f.d));
    OK(vault_index(f.l, id, 17, &f.d));
    OK(ledger_commit(f.l, &f.d));
    OK(vault_find(f.l, id, &person, &f.d));
    ck_assert_uint_eq(person, 17);
    OK(vault_find(f.l, other, &person, &f.d));
    ck_assert_uint_eq(person, 0);
}
END_TEST

START_TEST(vault_without_keys)
{
    struct vault_row row;
    uint64_t person;
    make_row(1, "text");
    fixture_close(&f);
    ck_assert_int_eq(rename(fixture_path(&f, "keys"), fixture_path(&f, "gone")), 0);
    OK(fixture_open(&f, LEDGER_READ));
    ck_assert(!ledger_has_vault(f.l));
    vault_row_init(&row);
    FAILS(vault_row_read(f.l, 1, &row, &f.d), ST_SYSTEM, "vault-key");
    FAILS(vault_find(f.l, "230523194001010028", &person, &f.d), ST_SYSTEM, "vault-key");
    FAILS(fixture_open(&f, LEDGER_WRITE), ST_SYSTEM, f.d.code);
    vault_row_release(&row);
}
END_TEST

/* ---- files ---- */

static uint8_t *file_bytes;
static uint8_t file_sha256[DIGEST_LEN];

/* Bytes that do not deflate, so that there are as many chunks as can be. */
static struct str make_file(size_t n)
{
    struct digest *g;
    uint64_t x = 88172645463325252u;
    file_bytes = malloc(n);
    ck_assert_ptr_nonnull(file_bytes);
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        file_bytes[i] = (uint8_t)(x >> 32);
    }
    OK(digest_new(&g, &f.d));
    digest_once(g, str_make(file_bytes, n), str_of(""), file_sha256);
    digest_free(g);
    return str_make(file_bytes, n);
}

static enum status put_file(struct str bytes)
{
    return vault_file_put(f.l, file_sha256, vault_source_text(&bytes), &f.d);
}

static enum status load_file(struct buf *out)
{
    buf_init(out, 64 * 1024 * 1024);
    return vault_file_load(f.l, file_sha256, out, &f.d);
}

static uint64_t chunks(void)
{
    uint64_t n;
    OK(store_count(ledger_txn(f.l), TABLE_BLOBS, &n, &f.d));
    return n;
}

START_TEST(files)
{
    static const size_t lengths[] = {1, 60 * 1024, 5 * 1024 * 1024};
    static const uint64_t want[] = {1, 2, 86};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct buf back;
        uint64_t before = chunks();
        struct str bytes = make_file(lengths[i]);
        OK(put_file(bytes));
        ck_assert_uint_eq(chunks() - before, want[i]);
        OK(put_file(bytes)); /* is there already */
        ck_assert_uint_eq(chunks() - before, want[i]);
        OK(load_file(&back));
        ck_assert_uint_eq(back.len, lengths[i]);
        ck_assert_mem_eq(back.p, file_bytes, lengths[i]);
        buf_release(&back);
        free(file_bytes);
    }
}
END_TEST

static void goes_and_comes(struct str bytes)
{
    struct buf back;
    struct digest *g;
    OK(digest_new(&g, &f.d));
    digest_once(g, bytes, str_of(""), file_sha256);
    digest_free(g);
    OK(put_file(bytes));
    OK(load_file(&back));
    ck_assert(str_eq(buf_str(&back), bytes));
    buf_release(&back);
}

/* An empty file, and sizes about those of the chunks, and of blocks deflated alone. */
START_TEST(files_of_all_sizes)
{
    const size_t block = (size_t)256 * 1024;
    for (size_t n = 0; n < 200000; n = n * 3 / 2 + 1) {
        struct str bytes = make_file(n + 1);
        bytes.n = n;
        goes_and_comes(bytes);
        free(file_bytes);
    }
    for (size_t n = 1; n <= 3; n++) {
        struct str bytes = make_file(n * block + 1);
        goes_and_comes(bytes);
        goes_and_comes(str_make(bytes.p, bytes.n - 1));
        goes_and_comes(str_make(bytes.p, bytes.n - 2));
        free(file_bytes);
    }
}
END_TEST

/* Chunks of which a hundred pieces come, alone and between others. */
START_TEST(file_that_grows)
{
    const size_t ends = (size_t)300 * 1024;
    struct str bytes = make_file((size_t)25 * 1024 * 1024);
    memset(file_bytes + ends, ' ', bytes.n - 2 * ends);
    goes_and_comes(bytes);
    goes_and_comes(str_make(file_bytes + ends, bytes.n - 2 * ends));
    free(file_bytes);
}
END_TEST

START_TEST(another_file_than_said)
{
    struct str bytes = make_file(1000);
    file_sha256[0] ^= 1;
    FAILS(put_file(bytes), ST_CONFLICT, "file-changed");
    ck_assert_uint_eq(chunks(), 0);
    free(file_bytes);
}
END_TEST

static struct str chunk_key(uint32_t chunk)
{
    static uint8_t key[DIGEST_LEN + 4];
    memcpy(key, file_sha256, DIGEST_LEN);
    put_u32(key + DIGEST_LEN, chunk);
    return str_make(key, sizeof key);
}

/* Works on the store beside the ledger. */
static void change_chunk(uint32_t chunk, int at, uint8_t bits)
{
    static uint8_t copy[70000];
    struct store *s;
    struct txn *t;
    struct str value;
    fixture_close(&f);
    OK(store_open(&s, f.dir, STORE_WRITE, &f.d));
    OK(store_begin(s, true, &t, &f.d));
    OK(store_get(t, TABLE_BLOBS, chunk_key(chunk), &value, &f.d));
    memcpy(copy, value.p, value.n);
    if (at < 0) {
        OK(store_delete(t, TABLE_BLOBS, chunk_key(chunk), &f.d));
    } else {
        copy[at] ^= bits;
        OK(store_put(t, TABLE_BLOBS, chunk_key(chunk), str_make(copy, value.n), &f.d));
    }
    OK(store_commit(t, &f.d));
    store_close(s);
    OK(fixture_open(&f, LEDGER_WRITE));
}

/* Files of 3 chunks, and of 35, which another thread opens. */
static void damage_file(size_t k)
{
    static const size_t lengths[] = {150000, 2100000};
    static const uint32_t middle[] = {1, 17};
    static const uint32_t last[] = {2, 34};
    static const struct {
        const char *label;
        uint32_t chunk;
        int at; /* -1: gone */
        uint8_t bits;
    } rows[] = {
        {"the last chunk is gone", 2, -1, 0},  {"the first chunk is gone", 0, -1, 0},
        {"a middle chunk is gone", 1, -1, 0},  {"a byte", 1, 500, 1},
        {"marked as the last", 0, 0, 1},       {"not marked as the last", 2, 0, 1},
        {"marked as something else", 0, 0, 2}, {"a byte of a nonce", 0, 3, 0x80},
    };
    struct str bytes = make_file(lengths[k]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf back;
        uint32_t chunk = rows[i].chunk == 0   ? 0
                         : rows[i].chunk == 1 ? middle[k]
                                              : last[k];
        OK(put_file(bytes)); /* put again over what is damaged */
        OK(load_file(&back));
        ck_assert(str_eq(buf_str(&back), bytes));
        buf_release(&back);
        change_chunk(chunk, rows[i].at, rows[i].bits);
        ck_assert_msg(load_file(&back) == ST_INTEGRITY, "%s", rows[i].label);
        ck_assert_str_eq(f.d.code, "file");
        buf_release(&back);
    }
    free(file_bytes);
}

START_TEST(damaged_files)
{
    damage_file(0);
    damage_file(1);
}
END_TEST

/* ---- the example of docs/formats/ledger.md ---- */

START_TEST(first_records)
{
    fixture_as(&f, FIXTURE_ADMIN);
    OK(fixture_add_operator(&f, "maker", f.keys[FIXTURE_MAKER], ROLE_MAKER));
    fixture_first_records(&f, "tests/golden/ledger-first-records.hex");
}
END_TEST

static void add_case(Suite *s, const char *name, void (*setup)(void),
                     const TTest *const *tests, size_t count)
{
    TCase *c = tcase_create(name);
    tcase_set_timeout(c, 30);
    tcase_add_checked_fixture(c, setup, teardown);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(c, tests[i]);
    }
    suite_add_tcase(s, c);
}

#define ADD(suite, name, setup, ...)                                                   \
    do {                                                                               \
        const TTest *const tests_[] = {__VA_ARGS__};                                   \
        add_case(suite, name, setup, tests_, sizeof tests_ / sizeof tests_[0]);        \
    } while (0)

Suite *suite_ledger(void);

Suite *suite_ledger(void)
{
    Suite *s = suite_create("ledger");
    ADD(s, "bare", bare, makes_a_sandbox, never_over_an_old_one,
        a_name_makes_no_sandbox, opens_only_ledgers, vault_rows, vault_rows_again,
        looking_up, vault_without_keys, files, files_of_all_sizes, file_that_grows,
        another_file_than_said, damaged_files, first_records);
    ADD(s, "sandbox", sandbox, signing_as, roles_hold_in_the_fold, names_and_keys_once,
        raw_records_are_checked, copied_signature, signature_used_again,
        an_older_signature_holds, signature_of_a_fork, forged_envelopes, clock_back,
        an_open_act_comes_first, facts_records, one_writer, lost_transaction,
        another_record, head_slots, head_slots_take_turns, flipped_byte_in_the_file,
        keys_of_another_ledger, checkpoints, changed_checkpoints);
    ADD(s, "live", live, makes_a_live_one, second_admin, clock_jump);
    TCase *c = tcase_create("geneses");
    tcase_add_checked_fixture(c, bare, teardown);
    tcase_add_loop_test(c, refuses_to_make, 0,
                        (int)(sizeof GENESES / sizeof GENESES[0]));
    suite_add_tcase(s, c);
    return s;
}
