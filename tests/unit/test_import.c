/* test_import.c - files of facts: what is refused and where, what becomes of rows, and
 * that a file counts as a whole, once, however often the work is cut off. */
#include "batch/import.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "ledger/body.h"
#include "ledger/money.h"
#include "tests/unit/ledger_fixture.h"

Suite *suite_import(void);

#define HEAD "id_number,name,registration,registration_since"
#define TWO                                                                            \
    HEAD ",unit,account,phone\n"                                                       \
         "@0,王秀英,230523001001,original,东村,6217000001,\n"                     \
         "@1,李桂兰,230523001002,2001-05-06,西村,,13900000000\n"
#define INSTITUTIONS "credit_code,name,division,account\n"
#define CODE "52230523MJ1234567X" /* a generated credit code */
#define FACTS "id_number,programme,attribute,value,effective,until,tier,amount\n"

static struct fixture F;

static void setup(void)
{
    fixture_make(&F, true);
}

static void teardown(void)
{
    fixture_remove(&F);
}

static void ok(enum status st, const struct diag *d)
{
    if (st != ST_OK) {
        ck_abort_msg("%d %s: %s (%s)", (int)st, d->code, d->what, d->where);
    }
}

/* One record: each person once, each commitment over what the row has of it. */
static size_t check_record(const struct record *rec)
{
    struct chunk_body c;
    struct reader r;
    struct diag d = {0};
    struct vault_row row;
    uint8_t commitment[DIGEST_LEN];
    ck_assert(chunk_body_read(rec->body, &c));
    reader_init(&r, c.entries.p, c.entries.n);
    vault_row_init(&row);
    for (uint64_t i = 0; i < c.count; i++) {
        ck_assert_uint_eq(cbor_get_array(&r), 2);
        uint64_t person = cbor_get_uint(&r);
        struct str claimed = cbor_get_bytes(&r);
        ok(vault_row_read(F.l, person, &row, &d), &d);
        struct str bytes = person_entries_of(buf_str(&row.plain), rec->sequence);
        ck_assert_uint_gt(bytes.n, 0);
        vault_commitment(F.l, &row, rec->sequence, bytes, commitment);
        ck_assert_mem_eq(claimed.p, commitment, DIGEST_LEN);
    }
    vault_row_release(&row);
    ck_assert(reader_done(&r));
    return (size_t)c.count;
}

/* How many different records the entries of a row name. */
static size_t count_records(struct str row)
{
    struct reader r;
    uint64_t last = 0;
    size_t count = 0;
    reader_init(&r, row.p, row.n);
    while (r.at < r.len) {
        struct reader e;
        reader_u8(&r);
        struct str bytes = reader_text(&r);
        reader_init(&e, bytes.p, bytes.n);
        uint64_t recorded = reader_varint(&e);
        ck_assert_uint_ge(recorded, last);
        count += recorded > last;
        last = recorded;
    }
    return count;
}

/* Whether every record of facts commits to what it added, and to nothing else. */
static void check_commitments(void)
{
    struct diag d = {0};
    struct record rec;
    struct vault_row row;
    size_t committed = 0;
    size_t there = 0;
    for (uint64_t i = 0; i < ledger_head(F.l)->tree.size; i++) {
        ok(record_get(ledger_txn(F.l), i, &rec, NULL, &d), &d);
        if (rec.kind == KIND_FACTS) {
            committed += check_record(&rec);
        }
    }
    vault_row_init(&row);
    for (uint64_t person = 1; person <= ledger_head(F.l)->people; person++) {
        ok(vault_row_read(F.l, person, &row, &d), &d);
        there += count_records(buf_str(&row.plain));
    }
    vault_row_release(&row);
    ck_assert_uint_eq(committed, there);
}

/* @0 to @9 are ID numbers. */
static void expand(const char *text, struct buf *out)
{
    char id[ID_NUMBER_LEN + 1];
    buf_init(out, 64 * 1024 * 1024);
    for (; *text != '\0'; text++) {
        if (*text == '@') {
            fixture_id("19400102", (unsigned)(*++text - '0'), id);
            buf_add(out, id, ID_NUMBER_LEN);
        } else {
            buf_add(out, text, 1);
        }
    }
    ck_assert(!out->failed);
}

static struct import_request request(enum import_what what)
{
    struct import_request q = {.what = what};
    if (what == IMPORT_SNAPSHOT) {
        q.attribute = "welfare";
        q.value = "dibao-rural";
        q.month = month_make(2026, 9);
    }
    return q;
}

static enum status propose_bytes(struct import_request q, struct str bytes,
                                 struct import_report *r, struct diag *d)
{
    struct memory_file m;
    memset(d, 0, sizeof *d);
    q.file = memory_file(&m, bytes);
    m.step = 1000;
    return import_propose(F.l, &q, false, NULL, r, d);
}

static enum status propose(enum import_what what, const char *text,
                           struct import_report *r, struct diag *d)
{
    struct buf bytes;
    expand(text, &bytes);
    enum status st = propose_bytes(request(what), buf_str(&bytes), r, d);
    buf_release(&bytes);
    return st;
}

static void confirm(uint32_t number, struct import_report *r)
{
    struct diag d = {0};
    fixture_as(&F, FIXTURE_CHECKER);
    ok(import_confirm(F.l, number, NULL, r, &d), &d);
    ck_assert(r->confirmed);
    fixture_as(&F, FIXTURE_MAKER);
}

/* Proposed and confirmed. */
static void take_request(struct import_request q, const char *text)
{
    struct import_report r;
    struct diag d;
    struct buf bytes;
    expand(text, &bytes);
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose_bytes(q, buf_str(&bytes), &r, &d), &d);
    ck_assert(!r.already);
    confirm(r.number, &r);
    buf_release(&bytes);
}

static void take(enum import_what what, const char *text)
{
    take_request(request(what), text);
}

/* A person's row taken apart; freed by the next call. */
static const struct person *person_of(unsigned n)
{
    static struct vault_row row;
    static struct person *p;
    char id[ID_NUMBER_LEN + 1];
    uint64_t number;
    struct diag d = {0};
    fixture_id("19400102", n, id);
    ok(vault_find(F.l, id, &number, &d), &d);
    ck_assert_uint_gt(number, 0);
    if (p == NULL) {
        p = calloc(1, sizeof *p);
        vault_row_init(&row);
    }
    ok(vault_row_read(F.l, number, &row, &d), &d);
    ok(person_read(buf_str(&row.plain), UINT64_MAX, p, &d), &d);
    p->number = number;
    return p;
}

static int32_t day(const char *text)
{
    int32_t out = 0;
    ck_assert(date_parse(str_of(text), &out));
    return out;
}

static void has(const struct person *p, const char *attribute, const char *on,
                const char *value)
{
    struct str got = person_value(p, attribute, day(on));
    if (!str_is(got, value)) {
        ck_abort_msg("%s on %s: \"%.*s\", not \"%s\"", attribute, on, STR_ARG(got),
                     value);
    }
}

static void expect_code(const struct diag *d, const char *label, enum status st,
                        const char *code)
{
    if (d->status != st || strcmp(d->code, code) != 0) {
        ck_abort_msg("%s: %d %s: %s", label, (int)d->status, d->code, d->what);
    }
}

/* ---- what becomes of rows ---- */

// A roster whose facts do not arrive as they were would pay the wrong people.
START_TEST(test_people)
{
    struct import_report r;
    struct diag d;
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose(IMPORT_PEOPLE, TWO, &r, &d), &d);
    ck_assert_uint_eq(r.number, 1);
    ck_assert_uint_eq(r.rows, 2);
    ck_assert_uint_eq(r.accepted, 2);
    ck_assert_uint_eq(r.new_people, 2);
    ck_assert(!r.confirmed);
    ck_assert_uint_eq(ledger_head(F.l)->people, 0);
    confirm(1, &r);
    ck_assert_uint_eq(r.new_people, 2);
    ck_assert_uint_eq(ledger_head(F.l)->people, 2);
    const struct person *p = person_of(0);
    ck_assert_uint_eq(p->number, 1);
    has(p, "name", "1950-01-01", "王秀英");
    has(p, "registration", "1950-01-01", "230523001001");
    has(p, "unit", "2026-01-01", "东村");
    ck_assert_int_eq(person_birth(p), day("1940-01-02"));
    const struct route *route = person_route(p, str_of("old-age"), day("2020-01-01"));
    ck_assert_ptr_nonnull(route);
    ck_assert(str_is(route->account, "6217000001"));
    ck_assert(str_is(route->account_name, "王秀英"));
    p = person_of(1);
    has(p, "registration", "2001-05-05", "");
    has(p, "registration", "2001-05-06", "230523001002");
    has(p, "phone", "2026-01-01", "13900000000");
    ck_assert_uint_eq(p->route_count, 0);
    check_commitments();
}
END_TEST

// Offices' own sheets: Chinese headers, other order, GB18030, a rare character.
START_TEST(test_chinese)
{
    static const char text[] =
        "户名,姓名, 身份证号 ,银行账号,户籍迁入日期,户籍区划,申请日期,联行号,住址\r\n"
        "\"王\"\"氏\",㐂𠮷,@3,62-17A,原籍,230523,20260801,403100000004,\"甲,乙\"\r\n";
    struct buf utf8;
    struct buf gb;
    struct charset_conv *conv = NULL;
    struct import_report r;
    struct diag d = {0};
    size_t used;
    expand(text, &utf8);
    buf_init(&gb, 4096);
    ok(charset_conv_new(&conv, CHARSET_UTF8, CHARSET_GB18030, &d), &d);
    ok(charset_convert(conv, buf_str(&utf8), true, &gb, &used, &d), &d);
    charset_conv_free(conv);
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose_bytes(request(IMPORT_PEOPLE), buf_str(&gb), &r, &d), &d);
    confirm(r.number, &r);
    const struct person *p = person_of(3);
    has(p, "name", "2026-01-01", "㐂𠮷");
    has(p, "address", "2026-01-01", "甲,乙");
    has(p, "claim", "2026-07-31", "");
    has(p, "claim", "2026-08-01", "claim");
    const struct route *route = person_route(p, str_of(""), day("2026-01-01"));
    ck_assert_ptr_nonnull(route);
    ck_assert(str_is(route->account_name, "王\"氏"));
    ck_assert(str_is(route->bank_code, "403100000004"));
    buf_release(&utf8);
    buf_release(&gb);
}
END_TEST

// The same roster again, and one that adds a column: known people stay as they are.
START_TEST(test_known_people)
{
    struct import_report r;
    struct diag d;
    take(IMPORT_PEOPLE, TWO);
    uint64_t size = ledger_head(F.l)->tree.size;
    ok(propose(IMPORT_PEOPLE, TWO, &r, &d), &d);
    ck_assert(r.already && r.confirmed);
    ck_assert_uint_eq(r.number, 1);
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    take(IMPORT_PEOPLE, TWO "@2,张桂芳,230523,original,,,\n");
    ck_assert_uint_eq(ledger_head(F.l)->people, 3);
    ck_assert_uint_eq(person_of(0)->fact_count, 4);
    take(IMPORT_PEOPLE, HEAD ",phone,address,account\n"
                             "@0,王秀英,230523001001,original,13800000000,,\n"
                             "@1,李桂兰,230523001002,2001-05-06,,西村1号,6217000002\n");
    has(person_of(0), "phone", "2026-01-01", "13800000000");
    ck_assert_uint_eq(person_of(0)->fact_count, 5);
    has(person_of(1), "address", "2026-01-01", "西村1号");
    ck_assert_uint_eq(person_of(1)->route_count, 1);
    check_commitments();
}
END_TEST

START_TEST(test_facts)
{
    char other[ID_NUMBER_LEN + 1];
    struct diag d = {0};
    uint64_t number;
    take(IMPORT_PEOPLE, TWO);
    take(IMPORT_FACTS, FACTS "@0,,death,20260815,,,,\n"
                             "@1,old-age,decision,approve,2026-07-01,,90周岁,120.50\n"
                             "@1,,welfare,dibao-rural,2026-01-01,2026-06-30,,\n"
                             "@1,,claim,,2026-02-03,,,\n"
                             "@1,,id_number,@7,2026-03-01,,,\n"
                             "@1,,registration,230524,original,,,\n"
                             "@1,,veteran,yes,2020-01-01,,,\n");
    const struct person *p = person_of(0);
    ck_assert_int_eq(person_death(p), day("2026-08-15"));
    has(p, "death", "2026-08-15", "2026-08-15");
    p = person_of(7);
    ck_assert_uint_eq(p->number, 2);
    ck_assert_uint_eq(person_of(1)->number, 2);
    fixture_id("19400102", 7, other);
    has(p, "id_number", "2026-03-01", other);
    ok(vault_find(F.l, other, &number, &d), &d);
    ck_assert_uint_eq(number, 2);
    has(p, "welfare", "2026-06-30", "dibao-rural");
    has(p, "welfare", "2026-07-01", "");
    has(p, "registration", "2001-05-05", "230524");
    has(p, "veteran", "2026-01-01", "yes");
    has(p, "claim", "2026-02-03", "claim");
    const struct fact *f =
        person_fact(p, "decision", str_of("old-age"), day("2026-07-01"));
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(f->amount_fen, 12050);
    ck_assert(str_is(f->tier, "90周岁"));
    ck_assert_ptr_null(
        person_fact(p, "decision", str_of("nursing"), day("2026-07-01")));
    check_commitments();
}
END_TEST

// An office's own list, in Chinese, says the same as one in our words.
START_TEST(test_facts_in_chinese)
{
    take(IMPORT_PEOPLE, TWO);
    take(IMPORT_FACTS,
         "身份证号,补贴项目,登记项目,登记内容,生效日期,截止日期,档次,金额\n"
         "@0,,死亡,2026-08-15,,,,\n"
         "@1,old-age,审批,同意,2026-07-01,,,120.5\n"
         "@1,nursing,审批决定,不予,2026-07-01,,,\n"
         "@1,,低保,dibao-rural,2026-01-01,2026-06-30,,\n"
         "@1,,申请,,2026-02-03,,,\n"
         "@1,,户籍,230524,原籍,,,\n"
         "@1,,失能等级,二级,2026-01-01,,,\n"
         "@1,,缓发,核查,2026-01-01,,,\n");
    ck_assert_int_eq(person_death(person_of(0)), day("2026-08-15"));
    const struct person *p = person_of(1);
    has(p, "welfare", "2026-06-30", "dibao-rural");
    has(p, "claim", "2026-02-03", "claim");
    has(p, "registration", "2001-05-05", "230524");
    has(p, "dependency", "2026-02-03", "二级");
    has(p, "pay-hold", "2026-02-03", "核查");
    const struct fact *f =
        person_fact(p, "decision", str_of("old-age"), day("2026-07-01"));
    ck_assert_ptr_nonnull(f);
    ck_assert(str_is(f->value, "approve"));
    ck_assert_int_eq(f->amount_fen, 12050);
    f = person_fact(p, "decision", str_of("nursing"), day("2026-07-01"));
    ck_assert(f != NULL && str_is(f->value, "refuse"));
    /* what was said in Chinese is taken back in either language */
    take(IMPORT_VOIDS, "id_number,attribute,programme,value,effective\n"
                       "@1,审批,nursing,不同意,2026-07-01\n"
                       "@1,welfare,,dibao-rural,2026-01-01\n");
    p = person_of(1);
    ck_assert_ptr_null(
        person_fact(p, "decision", str_of("nursing"), day("2026-07-01")));
    has(p, "welfare", "2026-06-30", "");
}
END_TEST

struct told {
    const char *label;
    const char *header;
    const char *row;
    const char *code;
    const char *reason; /* part of it */
    const char *hint;   /* part of it */
};

static const struct told FACT_TOLD[] = {
    {"no such attribute", FACTS, "@0,,死了,2026-01-01,,,,", "bad-attribute",
     "attribute", "death 死亡, claim 申请, "},
    {"all of them", FACTS, "@0,,New One,x,2026-01-01,,,", "bad-attribute", "attribute",
     "id_number 身份证号; or a name of your own"},
    {"mistyped attribute", FACTS, "@0,,deaht,2026-01-01,,,,", "bad-attribute",
     "unknown", "\"death\" (死亡)"},
    {"age is no fact", FACTS, "@0,,年龄,80,2026-01-01,,,", "bad-attribute", "attribute",
     "birth 出生日期"},
    {"decision", FACTS, "@0,,审批,可以,2026-01-01,,,", "bad-value", "decision",
     "approve 同意, refuse 不同意, stop 停发, review 复审"},
};

// Who writes a word that is not known is told all that may stand there.
START_TEST(test_facts_told)
{
    const struct told *t = &FACT_TOLD[_i];
    struct import_report r;
    struct diag d;
    char text[512];
    take(IMPORT_PEOPLE, TWO);
    snprintf(text, sizeof text, "%s%s\n", t->header, t->row);
    fixture_as(&F, FIXTURE_MAKER);
    ck_assert_int_eq(propose(IMPORT_FACTS, text, &r, &d), ST_INPUT);
    ck_assert_uint_eq(r.rejected_kept, 1);
    const struct rejected_row *row = &r.rejected[0];
    if (strcmp(row->code, t->code) != 0 || strstr(row->reason, t->reason) == NULL ||
        strstr(row->hint, t->hint) == NULL) {
        ck_abort_msg("%s: %s: %s (%s)", t->label, row->code, row->reason, row->hint);
    }
    import_report_release(&r);
}
END_TEST

// Event lists overlap: what was said before must not fill the row.
START_TEST(test_facts_again)
{
    take(IMPORT_PEOPLE, TWO);
    take(IMPORT_FACTS, FACTS "@0,,welfare,tekun,2026-01-01,,,\n");
    size_t count = person_of(0)->fact_count;
    take(IMPORT_FACTS, FACTS "@0,,welfare,tekun,2026-01-01,,,\n"
                             "@1,,welfare,tekun,2026-01-01,,,\n");
    ck_assert_uint_eq(person_of(0)->fact_count, count);
    take(IMPORT_FACTS, FACTS "@0,,welfare,tekun,2026-01-01,2026-02-01,,\n");
    ck_assert_uint_eq(person_of(0)->fact_count, count + 1);
    has(person_of(0), "welfare", "2026-02-02", "");
    /* Said again after a correction, it is a statement of its own. */
    take(IMPORT_FACTS, FACTS "@0,,welfare,tekun,2026-01-01,,,\n"
                             "@1,,dependency,severe,2026-01-01,,,\n");
    ck_assert_uint_eq(person_of(0)->fact_count, count + 2);
    has(person_of(0), "welfare", "2026-02-02", "tekun");
}
END_TEST

START_TEST(test_routes)
{
    take(IMPORT_PEOPLE, TWO);
    take(IMPORT_ROUTES,
         "id_number,programme,account,account_name,payee_id_number,payee_name,relation,"
         "authorisation,effective,until\n"
         "@0,,6217000009,,,,,,2026-05-01,\n"
         "@1,nursing,6217000010,,@0,王秀英,代领人,委托书,original,2026-12-31\n"
         "@1,,6217000011,县养老院,,县养老院,机构,协议,2026-01-01,\n");
    const struct route *r = person_route(person_of(0), str_of(""), day("2026-04-30"));
    ck_assert(str_is(r->account, "6217000001"));
    r = person_route(person_of(0), str_of(""), day("2026-05-01"));
    ck_assert(str_is(r->account, "6217000009"));
    ck_assert(str_is(r->account_name, "王秀英"));
    r = person_route(person_of(1), str_of("nursing"), day("2026-12-31"));
    ck_assert(str_is(r->account_name, "王秀英"));
    ck_assert(str_is(r->relation, "代领人"));
    r = person_route(person_of(1), str_of("nursing"), day("2027-01-01"));
    ck_assert(str_is(r->account_name, "县养老院"));
    check_commitments();
}
END_TEST

/* One of another's name has no birth, and is no person: see also tests/cli. */
START_TEST(test_institutions)
{
    struct import_report r;
    struct diag d;
    uint64_t number;
    struct vault_row row;
    struct person *p = calloc(1, sizeof *p);
    ck_assert_ptr_nonnull(p);
    take(IMPORT_PEOPLE, TWO);
    take(IMPORT_INSTITUTIONS, INSTITUTIONS CODE ",甲院,230523,6217000021\n");
    ck_assert_uint_eq(ledger_head(F.l)->people, 3);
    ck_assert_uint_eq(ledger_head(F.l)->institutions, 1);
    ok(vault_find(F.l, CODE, &number, &d), &d);
    ck_assert_uint_eq(number, 3);
    vault_row_init(&row);
    ok(vault_row_read(F.l, number, &row, &d), &d);
    ok(person_read(buf_str(&row.plain), UINT64_MAX, p, &d), &d);
    ck_assert(person_is_institution(p) && !person_is_institution(person_of(0)));
    ck_assert_int_eq(person_birth(p), DAY_NEVER);
    has(p, "name", "1950-01-01", "甲院");
    has(p, "credit-code", "1950-01-01", CODE);
    const struct route *route = person_route(p, str_of("c"), day("2020-01-01"));
    ck_assert(route != NULL && str_is(route->account_name, "甲院"));
    /* The same words in another file add nothing; others are refused. */
    take(IMPORT_INSTITUTIONS, INSTITUTIONS CODE ",甲院,230523,6217000021\n\n");
    ck_assert_uint_eq(ledger_head(F.l)->people, 3);
    ck_assert_int_eq(propose(IMPORT_INSTITUTIONS,
                             INSTITUTIONS CODE ",甲院,230523,6217000022\n", &r, &d),
                     ST_INPUT);
    ck_assert_str_eq(r.rejected[0].code, "known-otherwise");
    ck_assert_str_eq(r.rejected[0].field, "account");
    import_report_release(&r);
    take(IMPORT_ROUTES,
         "id_number,account,effective\n" CODE ",6217000022,2026-05-01\n");
    ok(vault_row_read(F.l, number, &row, &d), &d);
    ok(person_read(buf_str(&row.plain), UINT64_MAX, p, &d), &d);
    route = person_route(p, str_of(""), day("2026-05-01"));
    ck_assert(route != NULL && str_is(route->account_name, "甲院") &&
              str_is(route->account, "6217000022"));
    check_commitments();
    vault_row_release(&row);
    free(p);
}
END_TEST

/* ---- bad input ---- */

struct bad {
    const char *label;
    enum import_what what;
    const char *text; /* the last row is the bad one */
    const char *code;
    const char *field;
    unsigned line;
    unsigned column;
};

#define LIST "id_number,name\n"
#define ROUTES "id_number,account,effective,until,relation,payee_id_number\n"
#define OTHERS "id_number,account,effective,relation,payee_name,authorisation\n"
static const struct bad BAD[] = {
    {"check digit", IMPORT_PEOPLE, HEAD "\n230523194001020008,王,230523,original\n",
     "id-check-digit", "id_number", 2, 1},
    {"length", IMPORT_PEOPLE, HEAD "\n2305231940,王,230523,original\n", "id-length",
     "id_number", 2, 1},
    {"no birthday", IMPORT_PEOPLE, HEAD "\n230523194002300013,王,230523,original\n",
     "id-date", "id_number", 2, 1},
    {"no ID", IMPORT_PEOPLE, HEAD "\n,王,230523,original\n", "missing-value",
     "id_number", 2, 1},
    {"no name", IMPORT_PEOPLE, HEAD "\n@4,　 ,230523,original\n", "missing-value",
     "name", 2, 20},
    {"division", IMPORT_PEOPLE, HEAD "\n@4,王,23052,original\n", "bad-division",
     "registration", 2, 22},
    {"impossible date", IMPORT_PEOPLE, HEAD "\n@4,王,230523,2023-02-29\n", "bad-date",
     "registration_since", 2, 29},
    {"no since", IMPORT_PEOPLE, HEAD "\n@4,王,230523,\n", "missing-value",
     "registration_since", 2, 29},
    {"other date form", IMPORT_PEOPLE, HEAD "\n@4,王,230523,2023/02/03\n", "date-form",
     "registration_since", 2, 29},
    {"no province", IMPORT_PEOPLE, HEAD "\n@4,王,990523,original\n", "bad-division",
     "registration", 2, 22},
    {"moved before birth", IMPORT_PEOPLE, HEAD "\n@4,王,230523,1940-01-01\n",
     "bad-date", "registration_since", 2, 29},
    {"moves in tomorrow", IMPORT_PEOPLE, HEAD "\n@4,王,230523,2026-11-06\n", "bad-date",
     "registration_since", 2, 29},
    {"claims tomorrow", IMPORT_PEOPLE,
     HEAD ",claim_date\n@4,王,230523,original,2026-11-06\n", "bad-date", "claim_date",
     2, 38},
    {"name with an unseen character", IMPORT_PEOPLE,
     HEAD "\n@4,王\xe2\x80\x8b,230523,original\n", "bad-text", "name", 2, 20},
    {"value in a column without a name", IMPORT_PEOPLE,
     HEAD ",,\n@4,王,230523,original,,x\n", "unnamed-column", "6", 2, 39},
    {"second person", IMPORT_PEOPLE,
     HEAD "\n@4,王,230523,original\n@5,李,230523,original\n@4,张,230523,original\n",
     "duplicate-person", "id_number", 4, 1},
    {"known otherwise", IMPORT_PEOPLE, HEAD "\n@0,王秀兰,230523001001,original\n",
     "known-otherwise", "name", 2, 20},
    {"known since", IMPORT_PEOPLE, HEAD "\n@0,王秀英,230523001001,2020-01-01\n",
     "known-otherwise", "registration", 2, 24},
    {"known account", IMPORT_PEOPLE,
     HEAD ",account\n@0,王秀英,230523001001,original,6217000002\n", "known-otherwise",
     "account", 2, 46},
    {"account", IMPORT_PEOPLE, HEAD ",account\n@4,王,230523,original,6217 01\n",
     "bad-account", "account", 2, 38},
    {"bank without account", IMPORT_PEOPLE,
     HEAD ",account,bank_code\n@4,王,230523,original,,403100000004\n", "missing-value",
     "account", 2, 38},
    {"bank code", IMPORT_PEOPLE,
     HEAD ",account,bank_code\n@4,王,230523,original,1,403100000005\n", "bad-bank-code",
     "bank_code", 2, 40},
    {"two lines in one", IMPORT_PEOPLE, HEAD "\n@4,\"王\n五\",230523,original\n",
     "bad-text", "name", 2, 20},
    {"below a long field", IMPORT_PEOPLE,
     HEAD
     ",account,contact\n@4,王,230523,original,,\"a\nb\"\n@5,李,230523,original,x y,\n",
     "bad-text", "contact", 2, 39},
    {"fields", IMPORT_PEOPLE, HEAD "\n@4,王,230523\n", "field-count", "id_number", 2,
     1},
    {"unknown person", IMPORT_FACTS, FACTS "@4,,welfare,tekun,2026-01-01,,,\n",
     "unknown-person", "id_number", 2, 1},
    {"three decimals", IMPORT_FACTS, FACTS "@0,,decision,approve,2026-01-01,,,12.345\n",
     "bad-amount", "amount", 2, 51},
    {"not a decision", IMPORT_FACTS, FACTS "@0,,decision,yes,2026-01-01,,,\n",
     "bad-value", "value", 2, 30},
    {"amount of no decision", IMPORT_FACTS,
     FACTS "@0,,welfare,tekun,2026-01-01,,,1.00\n", "not-for-attribute", "amount", 2,
     48},
    {"programme of no event", IMPORT_FACTS,
     FACTS "@0,nursing,welfare,tekun,2026-01-01,,,\n", "not-for-attribute", "programme",
     2, 20},
    {"mistyped attribute", IMPORT_FACTS, FACTS "@0,,deaht,2026-01-01,,,,\n",
     "bad-attribute", "attribute", 2, 21},
    {"attribute's form", IMPORT_FACTS, FACTS "@0,,New One,x,2026-01-01,,,\n",
     "bad-attribute", "attribute", 2, 21},
    {"death to come", IMPORT_FACTS, FACTS "@0,,death,2026-11-06,,,,\n", "bad-date",
     "value", 2, 27},
    {"death before birth", IMPORT_FACTS, FACTS "@0,,death,1939-09-02,,,,\n", "bad-date",
     "value", 2, 27},
    {"two death dates", IMPORT_FACTS, FACTS "@0,,death,2026-08-02,2026-08-03,,,\n",
     "date-differs", "effective", 2, 38},
    {"no effective", IMPORT_FACTS, FACTS "@0,,welfare,tekun,,,,\n", "missing-value",
     "effective", 2, 35},
    {"claim from ever", IMPORT_FACTS, FACTS "@0,,claim,,original,,,\n", "bad-date",
     "effective", 2, 28},
    {"until before", IMPORT_FACTS, FACTS "@0,,welfare,tekun,2026-01-02,2026-01-01,,\n",
     "until-before-effective", "until", 2, 46},
    {"end of a suspension ahead", IMPORT_FACTS,
     FACTS "@0,,suspended,moved,2026-08-01,2026-11-06,,\n", "suspended-ahead", "until",
     2, 48},
    {"month elsewhere", IMPORT_FACTS,
     FACTS "@0,,paid-elsewhere,2026-13,2026-01-01,,,\n", "bad-month", "value", 2, 36},
    {"number of another", IMPORT_FACTS, FACTS "@0,,id_number,@1,2026-01-01,,,\n",
     "id-taken", "value", 2, 31},
    {"one number for two", IMPORT_FACTS,
     FACTS "@0,,id_number,@7,2026-01-01,,,\n@1,,id_number,@7,2026-01-01,,,\n",
     "id-taken", "value", 3, 31},
    {"two rows for a day", IMPORT_FACTS,
     FACTS "@0,,welfare,tekun,2026-01-01,,,\n@0,,welfare,dibao-rural,20260101,,,\n",
     "duplicate-row", "attribute", 3, 21},
    {"relation", IMPORT_ROUTES, ROUTES "@0,1,2026-01-01,,邻居,\n", "bad-relation",
     "relation", 2, 34},
    {"payee without a name", IMPORT_ROUTES, OTHERS "@0,1,2026-01-01,代领人,,委托书\n",
     "missing-value", "payee_name", 2, 37},
    {"payee without a document", IMPORT_ROUTES, OTHERS "@0,1,2026-01-01,监护人,李某,\n",
     "missing-value", "authorisation", 2, 40},
    {"route of an unknown institution", IMPORT_ROUTES, OTHERS CODE ",1,2026-01-01,,,\n",
     "unknown-institution", "id_number", 2, 1},
    {"lives in an unknown institution", IMPORT_FACTS,
     FACTS "@0,,residence," CODE ",2026-01-01,,,\n", "unknown-institution", "value", 2,
     31},
    {"residence", IMPORT_FACTS, FACTS "@0,,residence,东村,2026-01-01,,,\n", "bad-value",
     "value", 2, 31},
    {"credit code by a fact", IMPORT_FACTS,
     FACTS "@0,,credit-code," CODE ",2026-01-01,,,\n", "bad-attribute", "attribute", 2,
     21},
    {"credit code", IMPORT_INSTITUTIONS,
     INSTITUTIONS "52230523MJ1234567A,甲院,230523,1\n", "bad-credit-code",
     "credit_code", 2, 1},
    {"no credit code", IMPORT_INSTITUTIONS, INSTITUTIONS ",甲院,230523,1\n",
     "missing-value", "credit_code", 2, 1},
    {"institution without a name", IMPORT_INSTITUTIONS,
     INSTITUTIONS CODE ",,230523,1\n", "missing-value", "name", 2, 20},
    {"institution's division", IMPORT_INSTITUTIONS, INSTITUTIONS CODE ",甲院,23,1\n",
     "bad-division", "division", 2, 23},
    {"institution without an account", IMPORT_INSTITUTIONS,
     INSTITUTIONS CODE ",甲院,230523,\n", "missing-value", "account", 2, 30},
    {"institution twice", IMPORT_INSTITUTIONS,
     INSTITUTIONS CODE ",甲院,230523,1\n" CODE ",甲院,230523,1\n",
     "duplicate-institution", "credit_code", 3, 1},
    {"payee's number", IMPORT_ROUTES, ROUTES "@0,1,2026-01-01,,,230523194001020008\n",
     "id-check-digit", "payee_id_number", 2, 35},
    {"no account", IMPORT_ROUTES, ROUTES "@0,,2026-01-01,,,\n", "missing-value",
     "account", 2, 20},
    {"two routes for a day", IMPORT_ROUTES,
     ROUTES "@0,1,2026-01-01,,,\n@0,2,2026-01-01,,,\n", "duplicate-row", "account", 3,
     20},
    {"another name", IMPORT_SNAPSHOT, LIST "@1,李桂兰\n@0,王秀兰\n", "name-differs",
     "name", 3, 20},
    {"twice on the list", IMPORT_SNAPSHOT, LIST "@1,李桂兰\n@1,李桂兰\n",
     "duplicate-person", "id_number", 3, 1},
    {"nobody known", IMPORT_SNAPSHOT, LIST "@5,李桂兰\n", "unknown-person", "id_number",
     2, 1},
};

// Every bad row is refused for its own reason, at its place, and nothing is written.
START_TEST(test_bad_row)
{
    const struct bad *b = &BAD[_i];
    struct import_report r;
    struct diag d;
    take(IMPORT_PEOPLE, TWO);
    uint64_t size = ledger_head(F.l)->tree.size;
    enum status st = propose(b->what, b->text, &r, &d);
    if (st == ST_OK || r.rejected_count == 0) {
        ck_abort_msg("%s: status %d %s, no row refused", b->label, (int)st, d.what);
    }
    const struct rejected_row *row = &r.rejected[0];
    if (strcmp(row->code, b->code) != 0 || strcmp(row->field, b->field) != 0 ||
        row->line != b->line || row->column != b->column) {
        ck_abort_msg("%s: %s of %s at %llu:%u: %s", b->label, row->code, row->field,
                     (unsigned long long)row->line, row->column, row->reason);
    }
    expect_code(&d, b->label, ST_INPUT, "rows-rejected");
    ck_assert_uint_eq(r.rejected_kept, r.rejected_count);
    ck_assert_uint_eq(r.fault_count, r.rejected_count);
    if (row->hint[0] == '\0') {
        ck_abort_msg("%s: no hint", b->label);
    }
    ck_assert_uint_eq(r.number, 0);
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    import_report_release(&r);
}
END_TEST

#define ODD_HINT "delete it"
static const struct told TOLD[] = {
    {"15 digits kept", HEAD, "230523194001020000,王,230523,original", "id-check-digit",
     "last three digits", "original"},
    {"one digit wrong", HEAD, "230523194001020018,王,230523,original", "id-check-digit",
     "check digit", "would end in"},
    {"ID as a number", HEAD, "2.30523E+17,王,230523,original", "id-length",
     "into a number", "format the column as text"},
    {"account as a number", HEAD ",account", "@4,王,230523,original,6.22E+18",
     "bad-account", "into a number", "format the column as text"},
    {"bank as a number", HEAD ",account,bank_code", "@4,王,230523,original,1,4.031E+11",
     "bad-bank-code", "into a number", "text"},
    {"no number", HEAD ",account", "@4,王,230523,original,6.22E+", "bad-account",
     "not an account", "digits"},
    {"slashes", HEAD, "@4,王,230523,2024/8/1", "date-form", "form", "write 2024-08-01"},
    {"short", HEAD, "@4,王,230523,2024-8-1", "date-form", "form", "write 2024-08-01"},
    {"dots", HEAD, "@4,王,230523,2024.08.01", "date-form", "form", "write 2024-08-01"},
    {"Chinese", HEAD, "@4,王,230523,2024年8月1日", "date-form", "form",
     "write 2024-08-01"},
    {"with a time", HEAD, "@4,王,230523,2024/8/1 0:00:00", "date-form", "form",
     "write 2024-08-01"},
    {"serial", HEAD, "@4,王,230523,45505", "date-form", "number", "2024-08-01"},
    {"a month", HEAD, "@4,王,230523,2024-08", "date-form", "day", "YYYY-MM-DD"},
    {"year at the end", HEAD, "@4,王,230523,1/8/2024", "date-form", "four digits",
     "YYYY-MM-DD"},
    {"impossible", HEAD, "@4,王,230523,2023/2/29", "bad-date", "exists", "YYYY-MM-DD"},
    {"nonsense", HEAD, "@4,王,230523,soon", "bad-date", "exists", "original"},
    {"full-width date", HEAD, "@4,王,230523,２０２４-08-01", "date-form",
     "character 1 is U+FF12", "half-width"},
    {"full-width ID", HEAD, "23052319400102００26,王,230523,original", "id-length",
     "character 15 is U+FF10", "half-width"},
    {"apostrophe", HEAD, "'@4,王,230523,original", "id-length", "character 1 is U+0027",
     ODD_HINT},
    {"no-break space", HEAD, "@4\xc2\xa0,王,230523,original", "id-length",
     "character 19 is U+00A0", ODD_HINT},
    {"zero width", HEAD ",account",
     "@4,王,230523,original,  6217\xe2\x80\x8b"
     "1",
     "bad-account", "character 7 is U+200B", ODD_HINT},
    {"blank within", HEAD ",account", "@4,王,230523,original,6217 1", "bad-account",
     "character 5 is U+0020", ODD_HINT},
    {"Cyrillic", HEAD, "23052319400102001Х,王,230523,original", "id-length",
     "character 18 is U+0425", "letter X"},
    {"empty", HEAD, "@4,,230523,original", "missing-value", "name is empty", "姓名"},
};

// A clerk is told what to do about what a sheet did to the file.
START_TEST(test_told)
{
    const struct told *t = &TOLD[_i];
    struct import_report r;
    struct diag d;
    char text[512];
    fixture_as(&F, FIXTURE_MAKER);
    snprintf(text, sizeof text, "%s\n%s\n", t->header, t->row);
    ck_assert_int_eq(propose(IMPORT_PEOPLE, text, &r, &d), ST_INPUT);
    ck_assert_uint_eq(r.rejected_kept, 1);
    const struct rejected_row *row = &r.rejected[0];
    if (strcmp(row->code, t->code) != 0 || strstr(row->reason, t->reason) == NULL ||
        strstr(row->hint, t->hint) == NULL) {
        ck_abort_msg("%s: %s: %s (%s)", t->label, row->code, row->reason, row->hint);
    }
    import_report_release(&r);
}
END_TEST

// All that is wrong with a row is told at once, field by field.
START_TEST(test_all_faults)
{
    static const char *const codes[] = {"id-length", "missing-value", "bad-division",
                                        "date-form", "bad-account",   "bad-bank-code"};
    struct import_report r;
    struct diag d;
    take(IMPORT_PEOPLE, TWO);
    ck_assert_int_eq(propose(IMPORT_PEOPLE,
                             HEAD ",account,bank_code\n1,,2,2024/8/1,a b,4\n"
                                  "@4,王,230523,original,,\n@5,王,1,original,,\n",
                             &r, &d),
                     ST_INPUT);
    ck_assert_uint_eq(r.rejected_count, 2);
    ck_assert_uint_eq(r.accepted, 1);
    ck_assert_uint_eq(r.fault_count, 7);
    ck_assert_uint_eq(r.rejected_kept, 7);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        ck_assert_str_eq(r.rejected[i].code, codes[i]);
        ck_assert_uint_eq(r.rejected[i].line, 2);
    }
    ck_assert_uint_eq(r.rejected[6].line, 4);
    import_report_release(&r);
    ck_assert_int_eq(propose(IMPORT_PEOPLE,
                             HEAD ",unit,account\n@0,王,230524,original,西村,1\n", &r,
                             &d),
                     ST_INPUT);
    ck_assert_uint_eq(r.rejected_count, 1);
    ck_assert_uint_eq(r.fault_count, 4);
    import_report_release(&r);
    ck_assert_int_eq(propose(IMPORT_FACTS,
                             FACTS "@0,x x,decision,yes,2024/8/1,2024.8.1,,1.234\n", &r,
                             &d),
                     ST_INPUT);
    ck_assert_uint_eq(r.fault_count, 5);
    import_report_release(&r);
    ck_assert_int_eq(propose(IMPORT_ROUTES, ROUTES "1,a b,2024/8/1,x,邻居,\n", &r, &d),
                     ST_INPUT);
    ck_assert_uint_eq(r.fault_count, 5);
    import_report_release(&r);
}
END_TEST

// What sheets leave behind says nothing: lines of commas, columns without a name.
START_TEST(test_left_behind)
{
    take(IMPORT_PEOPLE, ",,,,,\n" HEAD ",,\n,,,,,\n@0,王秀英,230523,original,,\n"
                        " ,　,,,,\n@1,李桂兰,230523,original,,\n,,,\n");
    ck_assert_uint_eq(ledger_head(F.l)->people, 2);
    has(person_of(1), "name", "2026-01-01", "李桂兰");
}
END_TEST

struct bad_file {
    const char *label;
    const char *text;
    const char *code;
    const char *where;
    const char *hint; /* part of it */
};

static const struct bad_file BAD_FILES[] = {
    {"empty", "", "empty-file", "file.csv", ""},
    {"header only", HEAD "\n", "empty-file", "file.csv", ""},
    {"unknown column", "id_number,name,registration,registration_sinse\n",
     "unknown-column", "file.csv: line 1, column 29", "\"registration_since\""},
    {"unknown column", "id_number,name,wife,registration_since\n", "unknown-column",
     "file.csv: line 1, column 16", "claim_date"},
    {"column of another file", HEAD ",amount\n", "unknown-column",
     "file.csv: line 1, column 48", ""},
    {"twice", HEAD ",姓名\n", "doubled-column", "file.csv: line 1, column 48", "name"},
    {"missing", "id_number,registration,registration_since\n@0,230523,original\n",
     "missing-column", "file.csv: line 1", ""},
    {"quote", HEAD "\n@4,\"王,230523,original\n", "csv-quote",
     "file.csv: line 2, column 20", ""},
    {"neither encoding", HEAD "\n@4,\xff\xff,230523,original\n", "encoding",
     "file.csv: line 2", ""},
    {"cut workbook", "PK\x03\x04\x14", "zip-damaged", "file.csv", "again"},
    {"old workbook", "\xd0\xcf\x11\xe0\xa1", "spreadsheet", "file.csv", ".xlsx"},
    {"UTF-16", "\xff\xfei", "spreadsheet", "file.csv", "CSV UTF-8"},
    {"web page", "<html>", "spreadsheet", "file.csv", "CSV UTF-8"},
    {"tabs", "id_number\tname\n", "separator", "file.csv: line 1", "commas"},
    {"semicolons", "身份证号;姓名\n", "separator", "file.csv: line 1", "commas"},
    {"full-width commas", "身份证号，姓名,\n", "separator", "file.csv: line 1",
     "commas"},
    {"title", "花名册,,,\n" HEAD "\n", "no-header", "file.csv: line 1", "first line"},
    {"no header", "@4,王,230523,original\n", "no-header", "file.csv: line 1",
     "registration_since"},
    {"no name within", "id_number,,name\n", "unknown-column",
     "file.csv: line 1, column 11", "delete the column"},
    {"control character", HEAD "\n@4,\x01,230523,original\n", "encoding",
     "file.csv: line 2", ""},
};

START_TEST(test_bad_file)
{
    const struct bad_file *b = &BAD_FILES[_i];
    struct import_report r;
    struct diag d;
    uint64_t size = ledger_head(F.l)->tree.size;
    fixture_as(&F, FIXTURE_MAKER);
    ck_assert_int_ne(propose(IMPORT_PEOPLE, b->text, &r, &d), ST_OK);
    expect_code(&d, b->label, ST_INPUT, b->code);
    ck_assert_str_eq(d.where, b->where);
    if (strstr(d.hint, b->hint) == NULL) {
        ck_abort_msg("%s: hint \"%s\"", b->label, d.hint);
    }
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    import_report_release(&r);
}
END_TEST

// All bad rows are counted, and the first thousand kept: a clerk mends them in one go.
START_TEST(test_many_bad)
{
    struct buf text;
    struct import_report r;
    struct diag d;
    buf_init(&text, 1024 * 1024);
    buf_add_text(&text, HEAD "\n");
    for (int i = 0; i < 3000; i++) {
        buf_addf(&text, "%d,王,230523,original\n", i);
    }
    fixture_as(&F, FIXTURE_MAKER);
    ck_assert_int_eq(propose_bytes(request(IMPORT_PEOPLE), buf_str(&text), &r, &d),
                     ST_INPUT);
    ck_assert_uint_eq(r.rows, 3000);
    ck_assert_uint_eq(r.accepted, 0);
    ck_assert_uint_eq(r.rejected_count, 3000);
    ck_assert_uint_eq(r.rejected_kept, IMPORT_REJECTED_MAX);
    ck_assert_str_eq(r.rejected[999].value, "999");
    import_report_release(&r);
    buf_release(&text);
}
END_TEST

// One person's row is bounded: refused before the act, or the act could never end.
START_TEST(test_person_full)
{
    struct buf text;
    struct import_report r;
    struct diag d;
    char id[ID_NUMBER_LEN + 1];
    int32_t first = day("2025-01-01");
    take(IMPORT_PEOPLE, TWO);
    fixture_id("19400102", 0, id);
    for (int file = 0;; file++) {
        ck_assert_int_lt(file, 20);
        buf_init(&text, 1024 * 1024);
        buf_add_text(&text, FACTS);
        for (int i = 0; i < 100; i++) {
            char on[DATE_TEXT_CAP];
            date_print(first + file * 100 + i, on);
            buf_addf(&text, "%s,,welfare,tekun,%s,,,\n", id, on);
        }
        enum status st = propose_bytes(request(IMPORT_FACTS), buf_str(&text), &r, &d);
        buf_release(&text);
        if (st != ST_OK) {
            expect_code(&d, "full", ST_INPUT, "rows-rejected");
            ck_assert_str_eq(r.rejected[0].code, "person-full");
            import_report_release(&r);
            return;
        }
        confirm(r.number, &r);
    }
}
END_TEST

/* ---- acts ---- */

START_TEST(test_roles)
{
    struct import_report r;
    struct diag d;
    unsigned roles = ROLE_MAKER | ROLE_CHECKER;
    struct key *both = fixture_key("both");
    fixture_as(&F, FIXTURE_ADMIN);
    ok(fixture_add_operator(&F, "both", both, roles), &F.d);
    ok(ledger_sign_as(F.l, str_of("both"), both, roles, &F.d), &F.d);
    ok(propose(IMPORT_PEOPLE, TWO, &r, &d), &d);
    uint64_t size = ledger_head(F.l)->tree.size;
    ck_assert_int_eq(import_confirm(F.l, 1, NULL, &r, &d), ST_DENIED);
    expect_code(&d, "own import", ST_DENIED, "same-operator");
    fixture_as(&F, FIXTURE_MAKER);
    ck_assert_int_eq(import_confirm(F.l, 1, NULL, &r, &d), ST_DENIED);
    expect_code(&d, "maker", ST_DENIED, "role");
    ck_assert_int_eq(import_confirm(F.l, 2, NULL, &r, &d), ST_CONFLICT);
    expect_code(&d, "number", ST_CONFLICT, "unknown-import");
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    confirm(1, &r);
    fixture_as(&F, FIXTURE_CHECKER);
    ck_assert_int_eq(import_confirm(F.l, 1, NULL, &r, &d), ST_CONFLICT);
    expect_code(&d, "again", ST_CONFLICT, "not-pending");
    key_free(both);
}
END_TEST

// Two files proposed at once that contradict: the second is refused as a whole.
START_TEST(test_conflict)
{
    struct import_report r;
    struct diag d;
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose(IMPORT_PEOPLE, TWO, &r, &d), &d);
    ok(propose(IMPORT_PEOPLE,
               HEAD "\n@4,赵,230523,original\n@0,王秀兰,230523001001,original\n", &r,
               &d),
       &d);
    confirm(1, &r);
    uint64_t size = ledger_head(F.l)->tree.size;
    fixture_as(&F, FIXTURE_CHECKER);
    ck_assert_int_eq(import_confirm(F.l, 2, NULL, &r, &d), ST_CONFLICT);
    expect_code(&d, "second", ST_CONFLICT, "rows-rejected");
    ck_assert_uint_eq(r.rejected_count, 1);
    ck_assert_uint_eq(r.rejected[0].line, 3);
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    ck_assert_uint_eq(ledger_head(F.l)->people, 2);
    import_report_release(&r);
}
END_TEST

START_TEST(test_dry_run)
{
    struct import_report r;
    struct diag d = {0};
    struct memory_file m;
    struct buf text;
    struct import_request q = request(IMPORT_PEOPLE);
    uint64_t size = ledger_head(F.l)->tree.size;
    expand(TWO, &text);
    q.file = memory_file(&m, buf_str(&text));
    ok(import_propose(F.l, &q, true, NULL, &r, &d), &d);
    ck_assert_uint_eq(r.rows, 2);
    ck_assert_uint_eq(r.number, 0);
    ck_assert_uint_eq(ledger_head(F.l)->tree.size, size);
    buf_release(&text);
}
END_TEST

/* ---- cut off and finished ---- */

#define MANY 10000

/* Stops at the n-th question. */
static bool stop_at(void *ctx)
{
    int *left = ctx;
    return --*left < 0;
}

static void id_of(int i, char id[ID_NUMBER_LEN + 1])
{
    char born[16];
    snprintf(born, sizeof born, "%04d0203", 1920 + i / 500);
    fixture_id(born, (unsigned)(i % 500), id);
}

static void many_people(struct buf *out)
{
    char id[ID_NUMBER_LEN + 1];
    buf_init(out, 16 * 1024 * 1024);
    buf_add_text(out, HEAD ",account\n");
    for (int i = 0; i < MANY; i++) {
        id_of(i, id);
        buf_addf(out, "%s,姓名%d,230523,original,6217%06d\n", id, i, i);
    }
}

/* Some of them, without accounts. */
static void some_people(struct buf *out)
{
    char id[ID_NUMBER_LEN + 1];
    buf_init(out, 1024 * 1024);
    buf_add_text(out, HEAD "\n");
    for (int i = 0; i < MANY; i++) {
        if (i % 997 == 0 || (i < 300 && i % 3 == 1)) {
            id_of(i, id);
            buf_addf(out, "%s,姓名%d,230523,original\n", id, i);
        }
    }
}

static void many_facts(struct buf *out)
{
    char id[ID_NUMBER_LEN + 1];
    buf_init(out, 16 * 1024 * 1024);
    buf_add_text(out, FACTS);
    for (int i = 0; i < MANY; i++) { // two rows each for half of them, far apart
        int k = i % (MANY / 2);
        id_of(k, id);
        buf_addf(out, "%s,,%s,v%d,2026-01-01,,,\n", id,
                 i < MANY / 2 ? "welfare" : "household", i);
    }
}

/* Confirms with an interruption at every possible place, each time reopened. */
static int confirm_in_pieces(uint32_t number)
{
    struct import_report r;
    struct diag d = {0};
    int pieces = 0;
    for (;;) {
        int left = pieces == 0 ? 2 : 0; // the check of a first attempt asks as well
        struct progress p = {.stop = stop_at, .ctx = &left};
        fixture_as(&F, FIXTURE_CHECKER);
        enum status st = import_confirm(F.l, number, &p, &r, &d);
        import_report_release(&r);
        if (st == ST_OK) {
            return pieces;
        }
        expect_code(&d, "piece", ST_INTERRUPTED, "interrupted");
        pieces++;
        ok(fixture_open(&F, LEDGER_WRITE), &F.d);
        fixture_as(&F, FIXTURE_MAKER);
        ck_assert_int_eq(ledger_head(F.l)->open.kind, KIND_IMPORT_START);
        ck_assert_int_eq(propose(IMPORT_PEOPLE, TWO, &r, &d), ST_CONFLICT);
        expect_code(&d, "others", ST_CONFLICT, "open-act");
    }
}

static void take_many(void (*make)(struct buf *out), enum import_what what, bool pieces)
{
    struct buf text;
    struct import_report r;
    struct diag d;
    make(&text);
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose_bytes(request(what), buf_str(&text), &r, &d), &d);
    if (pieces) {
        ck_assert_int_gt(confirm_in_pieces(r.number), 1);
    } else {
        confirm(r.number, &r);
    }
    buf_release(&text);
}

/* All rows without `recorded`, which differs when records are cut elsewhere. */
static void digest_people(uint8_t out[DIGEST_LEN])
{
    struct digest *g = NULL;
    struct vault_row row;
    struct person *p = calloc(1, sizeof *p);
    struct diag d = {0};
    vault_row_init(&row);
    ok(digest_new(&g, &d), &d);
    digest_start(g);
    for (uint64_t i = 1; i <= ledger_head(F.l)->people; i++) {
        ok(vault_row_read(F.l, i, &row, &d), &d);
        ok(person_read(buf_str(&row.plain), UINT64_MAX, p, &d), &d);
        for (size_t k = 0; k < p->fact_count; k++) {
            const struct fact *f = &p->facts[k];
            digest_add(g, f->attribute.p, f->attribute.n);
            digest_add(g, f->value.p, f->value.n);
            digest_add(g, &f->effective, sizeof f->effective);
            digest_add(g, &f->until, sizeof f->until);
        }
        for (size_t k = 0; k < p->route_count; k++) {
            digest_add(g, p->routes[k].account.p, p->routes[k].account.n);
        }
    }
    digest_end(g, out);
    digest_free(g);
    vault_row_release(&row);
    free(p);
}

// I6: an import that was cut off and finished must be the one that was not.
START_TEST(test_resume)
{
    uint8_t whole[DIGEST_LEN];
    uint8_t pieces[DIGEST_LEN];
    take_many(many_people, IMPORT_PEOPLE, false);
    take_many(many_facts, IMPORT_FACTS, false);
    ck_assert_uint_eq(ledger_head(F.l)->people, MANY);
    digest_people(whole);
    check_commitments();
    fixture_remove(&F);
    fixture_make(&F, true);
    take_many(many_people, IMPORT_PEOPLE, true);
    take_many(many_facts, IMPORT_FACTS, true);
    ck_assert_uint_eq(ledger_head(F.l)->people, MANY);
    digest_people(pieces);
    check_commitments();
    ck_assert_mem_eq(whole, pieces, DIGEST_LEN);
}
END_TEST

/* ---- monthly lists ---- */

#define LIST_MONTHS 5
#define LIST_PEOPLE 8

static void take_list(int month, unsigned members, const char *unit)
{
    struct buf text;
    struct import_report r;
    struct diag d = {0};
    char id[ID_NUMBER_LEN + 1];
    struct import_request q = request(IMPORT_SNAPSHOT);
    q.month = month_make(2026, month);
    q.unit = unit;
    buf_init(&text, 4096);
    buf_add_text(&text, LIST);
    for (unsigned i = 0; i < LIST_PEOPLE; i++) {
        fixture_id("19400102", i, id);
        if ((members >> i & 1) != 0) {
            buf_addf(&text, "%s,甲\n", id);
        }
    }
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose_bytes(q, buf_str(&text), &r, &d), &d);
    if (!r.already) {
        confirm(r.number, &r);
    }
    buf_release(&text);
}

/* What the lists say: on it from a month's list until the next list that exists. */
static bool model_on(const int *lists, unsigned person, int month)
{
    for (int m = month; m > 0; m--) {
        if (lists[m] >= 0) {
            return ((unsigned)lists[m] >> person & 1) != 0;
        }
    }
    return false;
}

static void check_lists(const int *lists, const char *label)
{
    for (unsigned i = 0; i < LIST_PEOPLE; i++) {
        const struct person *p = person_of(i);
        for (int m = 1; m <= LIST_MONTHS + 1; m++) {
            int32_t month = month_make(2026, m);
            bool first = str_is(person_value(p, "welfare", month_first_day(month)),
                                "dibao-rural");
            bool last = str_is(person_value(p, "welfare", month_last_day(month)),
                               "dibao-rural");
            bool want = model_on(lists, i, m);
            if (first != want || last != want) {
                ck_abort_msg("%s: person %u, month %d: %d and %d, not %d", label, i, m,
                             first, last, want);
            }
        }
    }
}

static const char LISTED[] =
    HEAD ",unit\n"
         "@0,甲,230523,original,东村\n@1,甲,230523,original,东村\n"
         "@2,甲,230523,original,东村\n@3,甲,230523,original,东村\n"
         "@4,甲,230523,original,东村\n@5,甲,230523,original,东村\n"
         "@6,甲,230523,original,东村\n@7,甲,230523,original,西村\n";

// People who are known, between new ones that wait to be written: nobody gets another's
// row, number or account.
START_TEST(test_known_between_new)
{
    char id[ID_NUMBER_LEN + 1];
    char account[16];
    uint64_t person;
    struct vault_row row;
    struct diag d;
    struct person *p = calloc(1, sizeof *p);
    vault_row_init(&row);
    take_many(some_people, IMPORT_PEOPLE, false);
    take_many(many_people, IMPORT_PEOPLE, true);
    ck_assert_uint_eq(ledger_head(F.l)->people, MANY);
    check_commitments();
    for (int i = 0; i < MANY; i++) {
        id_of(i, id);
        snprintf(account, sizeof account, "6217%06d", i);
        ok(vault_find(F.l, id, &person, &d), &d);
        ok(vault_row_read(F.l, person, &row, &d), &d);
        ok(person_read(buf_str(&row.plain), UINT64_MAX, p, &d), &d);
        ck_assert(str_is(person_value(p, "id_number", day("2026-09-01")), id));
        ck_assert_uint_eq(p->route_count, 1);
        ck_assert(str_is(p->routes[0].account, account));
    }
    vault_row_release(&row);
    free(p);
}
END_TEST

// Lists in any order of arrival, months again with other people: months alone count.
START_TEST(test_lists_in_any_order)
{
    int lists[LIST_MONTHS + 2];
    char label[64];
    unsigned state = (unsigned)_i * 2654435761u + 12345u;
    take(IMPORT_PEOPLE, LISTED);
    for (int i = 0; i < LIST_MONTHS + 2; i++) {
        lists[i] = -1;
    }
    for (int step = 0; step < 14; step++) {
        state = state * 1103515245u + 12345u;
        int month = 1 + (int)(state >> 16) % LIST_MONTHS;
        unsigned members = state >> 8 & 0xff;
        unsigned before = ledger_head(F.l)->imports;
        take_list(month, members, NULL);
        // The same file again: only when it is what counts for the month.
        ck_assert(ledger_head(F.l)->imports > before || lists[month] == (int)members);
        lists[month] = (int)members;
        snprintf(label, sizeof label, "seed %d, step %d", _i, step);
        check_lists(lists, label);
    }
    check_commitments();
}
END_TEST

// A fact between two lists that says what they say, for some days or open, whenever it
// comes: from the next list on the lists alone say how long it holds.
START_TEST(test_list_over_its_own_value)
{
    bool open = (_i & 1) != 0;
    int when = _i / 2; /* before, between or after the lists */
    const char *fact = open ? FACTS "@0,,welfare,dibao-rural,2026-02-10,,,\n"
                            : FACTS "@0,,welfare,dibao-rural,2026-02-10,2026-03-20,,\n";
    take(IMPORT_PEOPLE, LISTED);
    for (int step = 0; step < 4; step++) {
        if (step == when) {
            take(IMPORT_FACTS, fact);
        }
        if (step < 3) {
            take_list(2 * step + 1, step < 2 ? 0x03 : 0x02, NULL); /* months 1, 3, 5 */
        }
    }
    has(person_of(0), "welfare", "2026-03-01", "dibao-rural");
    has(person_of(0), "welfare", "2026-03-21", "dibao-rural");
    has(person_of(0), "welfare", "2026-04-30", "dibao-rural");
    has(person_of(0), "welfare", "2026-05-01", "");
    has(person_of(1), "welfare", "2026-05-01", "dibao-rural");
    check_commitments();
}
END_TEST

// Only changes are kept: the same people for a year leave one mark each.
START_TEST(test_list_unchanged)
{
    take(IMPORT_PEOPLE, LISTED);
    for (int month = 1; month <= 12; month++) {
        take_list(month, 0x0f, NULL);
    }
    ck_assert_uint_eq(person_of(0)->mark_count, 1);
    ck_assert_uint_eq(person_of(7)->mark_count, 0);
    take_list(12, 0x0e, NULL);
    has(person_of(0), "welfare", "2026-11-30", "dibao-rural");
    has(person_of(0), "welfare", "2026-12-01", "");
    take_list(12, 0, NULL);
    has(person_of(1), "welfare", "2026-12-01", "");
}
END_TEST

static struct import_report propose_list(unsigned members)
{
    struct buf text;
    struct import_report r;
    struct diag d;
    char id[ID_NUMBER_LEN + 1];
    buf_init(&text, 4096);
    buf_add_text(&text, LIST);
    for (unsigned i = 0; i < LIST_PEOPLE; i++) {
        fixture_id("19400102", i, id);
        if ((members >> i & 1) != 0) {
            buf_addf(&text, "%s,甲\n", id);
        }
    }
    fixture_as(&F, FIXTURE_MAKER);
    ok(propose_bytes(request(IMPORT_SNAPSHOT), buf_str(&text), &r, &d), &d);
    buf_release(&text);
    return r;
}

// A list that was replaced by mistake must count when it comes again.
START_TEST(test_list_again)
{
    struct import_report r;
    take(IMPORT_PEOPLE, LISTED);
    take_list(9, 0x01, NULL);
    r = propose_list(0x01);
    ck_assert(r.already && r.confirmed);
    take_list(9, 0x02, NULL);
    has(person_of(0), "welfare", "2026-09-01", "");
    r = propose_list(0x02);
    ck_assert(r.already && r.confirmed);
    r = propose_list(0x01);
    ck_assert(!r.already);
    uint32_t third = r.number;
    r = propose_list(0x01);
    ck_assert(r.already && !r.confirmed);
    ck_assert_uint_eq(r.number, third);
    confirm(third, &r);
    has(person_of(0), "welfare", "2026-09-01", "dibao-rural");
    has(person_of(1), "welfare", "2026-09-01", "");
    /* The last confirmed counts, not the last proposed. */
    r = propose_list(0x04);
    uint32_t early = r.number;
    r = propose_list(0x08);
    confirm(r.number, &r);
    confirm(early, &r);
    has(person_of(2), "welfare", "2026-09-01", "dibao-rural");
    r = propose_list(0x08);
    ck_assert(!r.already);
    check_commitments();
}
END_TEST

// A list with half its people missing is seen before it counts.
START_TEST(test_list_changes)
{
    struct import_report r;
    take(IMPORT_PEOPLE, LISTED);
    take_list(8, 0x0f, NULL);
    r = propose_list(0x1c); // for September
    ck_assert_uint_eq(r.begun, 1);
    ck_assert_uint_eq(r.ended, 2);
    confirm(r.number, &r);
    ck_assert_uint_eq(r.begun, 1);
    ck_assert_uint_eq(r.ended, 2);
    r = propose_list(0);
    ck_assert_uint_eq(r.begun, 0);
    ck_assert_uint_eq(r.ended, 3);
}
END_TEST

// A village's list says nothing of the others, and others are not on it.
START_TEST(test_list_of_unit)
{
    struct import_report r;
    struct diag d;
    struct buf text;
    struct import_request q = request(IMPORT_SNAPSHOT);
    take(IMPORT_PEOPLE, LISTED);
    take_list(1, 0xff, NULL);
    take_list(1, 0x03, "东村");
    take_list(2, 0x01, "东村");
    /* Of two facts from January on, the later recorded counts, and it has ended. */
    has(person_of(1), "welfare", "2026-01-31", "dibao-rural");
    has(person_of(1), "welfare", "2026-02-01", "");
    has(person_of(7), "welfare", "2026-02-01", "dibao-rural");
    ck_assert_uint_eq(person_of(7)->mark_count, 1);
    ck_assert_uint_eq(person_of(1)->mark_count, 3);
    expand(LIST "@7,甲\n", &text);
    q.unit = "东村";
    ck_assert_int_eq(propose_bytes(q, buf_str(&text), &r, &d), ST_INPUT);
    ck_assert_str_eq(r.rejected[0].code, "other-unit");
    import_report_release(&r);
    q.unit = NULL;
    q.attribute = "death";
    ck_assert_int_eq(propose_bytes(q, buf_str(&text), &r, &d), ST_INPUT);
    expect_code(&d, "death", ST_INPUT, "bad-attribute");
    buf_release(&text);
}
END_TEST

// A list of many that is cut off goes on where it was.
START_TEST(test_list_resume)
{
    struct buf people;
    struct buf text;
    struct import_report r;
    struct diag d;
    many_people(&people);
    take_many(many_people, IMPORT_PEOPLE, false);
    buf_init(&text, 16 * 1024 * 1024);
    struct str rest = buf_str(&people);
    for (int i = 0; rest.n > 0; i++) { // the header, and every third person
        size_t n = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p) + 1;
        const char *comma = memchr(rest.p, ',', n);
        comma = memchr(comma + 1, ',', n - (size_t)(comma + 1 - rest.p));
        if (i % 3 == 0) {
            buf_add(&text, rest.p, (size_t)(comma - rest.p));
            buf_add(&text, "\n", 1);
        }
        rest = str_make(rest.p + n, rest.n - n);
    }
    ok(propose_bytes(request(IMPORT_SNAPSHOT), buf_str(&text), &r, &d), &d);
    ck_assert_uint_eq(r.rows, MANY / 3);
    uint64_t rows = r.rows;
    int left = 0;
    struct progress p = {.stop = stop_at, .ctx = &left};
    fixture_as(&F, FIXTURE_CHECKER);
    ck_assert_int_eq(import_confirm(F.l, r.number, &p, &r, &d), ST_INTERRUPTED);
    ck_assert_uint_gt(ledger_head(F.l)->open.count[0], 0);
    ck_assert_uint_lt(ledger_head(F.l)->open.count[0], rows);
    ok(fixture_open(&F, LEDGER_WRITE), &F.d);
    confirm(2, &r);
    ck_assert_uint_eq(r.begun, rows);
    ck_assert_uint_eq(r.ended, 0);
    uint64_t on = 0;
    struct vault_row row;
    struct person *of = calloc(1, sizeof *of);
    vault_row_init(&row);
    for (uint64_t i = 1; i <= MANY; i++) {
        ok(vault_row_read(F.l, i, &row, &d), &d);
        ok(person_read(buf_str(&row.plain), UINT64_MAX, of, &d), &d);
        bool listed = person_value(of, "welfare", day("2026-09-01")).n > 0;
        ck_assert_int_eq(listed, i % 3 == 0);
        on += listed;
    }
    ck_assert_uint_eq(on, rows);
    check_commitments();
    vault_row_release(&row);
    free(of);
    buf_release(&people);
    buf_release(&text);
}
END_TEST

Suite *suite_import(void)
{
    Suite *s = suite_create("import");
    TCase *t = tcase_create("import");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_people);
    tcase_add_test(t, test_chinese);
    tcase_add_test(t, test_known_people);
    tcase_add_test(t, test_facts);
    tcase_add_test(t, test_facts_in_chinese);
    tcase_add_loop_test(t, test_facts_told, 0,
                        (int)(sizeof FACT_TOLD / sizeof FACT_TOLD[0]));
    tcase_add_test(t, test_facts_again);
    tcase_add_test(t, test_routes);
    tcase_add_test(t, test_institutions);
    tcase_add_loop_test(t, test_bad_row, 0, (int)(sizeof BAD / sizeof BAD[0]));
    tcase_add_loop_test(t, test_bad_file, 0,
                        (int)(sizeof BAD_FILES / sizeof BAD_FILES[0]));
    tcase_add_loop_test(t, test_told, 0, (int)(sizeof TOLD / sizeof TOLD[0]));
    tcase_add_test(t, test_all_faults);
    tcase_add_test(t, test_left_behind);
    tcase_add_test(t, test_many_bad);
    tcase_add_test(t, test_person_full);
    tcase_add_test(t, test_roles);
    tcase_add_test(t, test_conflict);
    tcase_add_test(t, test_dry_run);
    tcase_add_test(t, test_resume);
    tcase_add_test(t, test_known_between_new);
    tcase_add_loop_test(t, test_lists_in_any_order, 0, 20);
    tcase_add_loop_test(t, test_list_over_its_own_value, 0, 8);
    tcase_add_test(t, test_list_unchanged);
    tcase_add_test(t, test_list_again);
    tcase_add_test(t, test_list_changes);
    tcase_add_test(t, test_list_of_unit);
    tcase_add_test(t, test_list_resume);
    suite_add_tcase(s, t);
    return s;
}
