/* ledger_fixture.c - see ledger_fixture.h. */
#include "tests/unit/ledger_fixture.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "batch/admin.h"
#include "batch/adopt.h"
#include "ledger/body.h"
#include "ledger/money.h"

#define START "2026-11-05T01:00:00Z"
#define PEOPLE_PER_RECORD 30

static const struct {
    const char *name;
    unsigned roles;
} STAFF[FIXTURE_WHO] = {
    [FIXTURE_ADMIN] = {"admin", ROLE_ADMIN},
    [FIXTURE_ADMIN2] = {"admin2", ROLE_ADMIN},
    [FIXTURE_MAKER] = {"maker", ROLE_MAKER},
    [FIXTURE_CHECKER] = {"checker", ROLE_CHECKER},
    [FIXTURE_RELEASER] = {"releaser", ROLE_RELEASER},
};

static void ok(struct fixture *f, enum status st)
{
    ck_assert_msg(st == ST_OK, "%s: %s (%s)", f->d.code, f->d.what, f->d.where);
}

/* ---- life ---- */

/* splitmix64, a byte of each number. */
static enum status draw(void *ctx, void *p, size_t n, struct diag *d)
{
    struct fixture *f = ctx;
    uint8_t *out = p;
    (void)d;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = ++f->drawn * UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        out[i] = (uint8_t)(z >> 56);
    }
    return ST_OK;
}

static struct key *key_of(const char *name, enum suite suite)
{
    uint8_t seed[32] = {0};
    struct key *key = NULL;
    struct diag d = {0};
    ck_assert_uint_le(strlen(name), sizeof seed);
    memcpy(seed, name, strlen(name));
    ck_assert_int_eq(key_new_suite(&key, suite, seed, &d), ST_OK);
    return key;
}

struct key *fixture_key(const char *name)
{
    return key_of(name, SUITE_1);
}

const char *fixture_name(enum fixture_who who)
{
    return STAFF[who].name;
}

const char *fixture_path(const struct fixture *f, const char *name)
{
    static char paths[3][300];
    static size_t next;
    char *path = paths[next++ % 3];
    snprintf(path, sizeof paths[0], "%s/%s", f->dir, name);
    return path;
}

struct ledger_options fixture_options(struct fixture *f, enum ledger_mode mode)
{
    return (struct ledger_options){
        .dir = f->dir,
        .mode = mode,
        .now_us = f->now_us,
        .now_given = f->sandbox,
        .accept_clock = f->accept_clock,
        .entropy = {.fill = draw, .ctx = f},
    };
}

void fixture_close(struct fixture *f)
{
    ledger_close(f->l);
    f->l = NULL;
}

enum status fixture_open(struct fixture *f, enum ledger_mode mode)
{
    struct ledger_options o = fixture_options(f, mode);
    fixture_close(f);
    return ledger_open(&f->l, &o, &f->d);
}

void fixture_at(struct fixture *f, const char *time)
{
    ck_assert(time_parse(str_of(time), &f->now_us));
    ok(f, fixture_open(f, LEDGER_WRITE));
}

void fixture_folder(const char *name, char out[FIXTURE_DIR_CAP])
{
    const char *tmp = getenv("TEST_DIR");
    snprintf(out, FIXTURE_DIR_CAP, "%s/%s-XXXXXX", tmp != NULL ? tmp : "/tmp", name);
    ck_assert_ptr_nonnull(mkdtemp(out));
}

void fixture_make_bare(struct fixture *f, bool sandbox)
{
    fixture_make_suite(f, sandbox, SUITE_1, NULL);
}

void fixture_make_suite(struct fixture *f, bool sandbox, enum suite suite,
                        const char *sm2_id)
{
    struct ledger_genesis g = {
        .division = "230523",
        .name = "演练县民政局",
        .ledger_name = "main",
        .suite = suite,
        .sm2_id = sm2_id,
        .sandbox = sandbox,
        .offset_minutes = 480,
        .admin_count = sandbox ? 1 : 2,
    };
    memset(f, 0, sizeof *f);
    fixture_folder("ledger", f->dir);
    f->sandbox = sandbox;
    ck_assert(time_parse(str_of(START), &f->now_us));
    for (size_t i = 0; i < FIXTURE_WHO; i++) {
        f->keys[i] = key_of(STAFF[i].name, suite);
    }
    for (size_t i = 0; i < g.admin_count; i++) {
        ck_assert(
            str_copy(str_of(STAFF[i].name), g.admins[i].name, sizeof g.admins[i].name));
        key_public(f->keys[i], g.admins[i].public_key);
    }
    struct ledger_options o = fixture_options(f, LEDGER_WRITE);
    ok(f, ledger_create(&o, &g, &f->d));
    ok(f, fixture_open(f, LEDGER_WRITE));
}

void fixture_make(struct fixture *f, bool sandbox)
{
    fixture_make_bare(f, sandbox);
    for (enum fixture_who who = FIXTURE_MAKER; who < FIXTURE_WHO; who++) {
        fixture_as(f, FIXTURE_ADMIN);
        ok(f, fixture_add_operator(f, STAFF[who].name, f->keys[who], STAFF[who].roles));
        if (!sandbox) {
            fixture_as(f, FIXTURE_ADMIN2);
            ok(f, admin_confirm(f->l, REGISTER_OPERATOR, ledger_head(f->l)->operators,
                                &f->d));
        }
    }
}

static void remove_folder(const char *path)
{
    char inner[600];
    DIR *dir = opendir(path);
    struct dirent *e;
    if (dir == NULL) {
        return;
    }
    while ((e = readdir(dir)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
            if (unlink(inner) != 0) {
                remove_folder(inner);
            }
        }
    }
    closedir(dir);
    rmdir(path);
}

void fixture_remove(struct fixture *f)
{
    fixture_close(f);
    for (size_t i = 0; i < FIXTURE_WHO; i++) {
        key_free(f->keys[i]);
    }
    remove_folder(f->dir);
}

void fixture_as(struct fixture *f, enum fixture_who who)
{
    ok(f, ledger_sign_as(f->l, str_of(STAFF[who].name), f->keys[who], STAFF[who].roles,
                         &f->d));
}

size_t fixture_operator_body(struct fixture *f, const char *name, const struct key *key,
                             unsigned roles, uint8_t *out)
{
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct writer w;
    key_public(key, public_key);
    writer_init(&w, out, BODY_BYTES_MAX);
    cbor_put_map(&w, 4);
    cbor_pair_uint(&w, 1, ledger_head(f->l)->operators + 1);
    cbor_pair_text(&w, 2, str_of(name));
    cbor_put_uint(&w, 3);
    body_put_key(&w, public_key);
    cbor_pair_uint(&w, 4, roles);
    ck_assert(!w.failed);
    return w.len;
}

enum status fixture_add_operator(struct fixture *f, const char *name,
                                 const struct key *key, unsigned roles)
{
    uint8_t body[BODY_BYTES_MAX];
    char subject[80];
    size_t n = fixture_operator_body(f, name, key, roles, body);
    snprintf(subject, sizeof subject, "operator %u: add %s",
             ledger_head(f->l)->operators + 1, name);
    struct act_text text = {.subject = subject};
    return ledger_act(f->l, KIND_OPERATOR, str_make(body, n), text, NULL, &f->d);
}

/* ---- people ---- */

/* Proposes a file whose text is the number of the import; returns the number. */
static uint32_t propose(struct fixture *f, enum import_what what, size_t rows,
                        uint8_t sha256[DIGEST_LEN])
{
    uint8_t body[BODY_BYTES_MAX];
    char text[40];
    struct writer w;
    struct digest *g = NULL;
    uint32_t number = ledger_head(f->l)->imports + 1;
    snprintf(text, sizeof text, "file of import %u\n", number);
    ok(f, digest_new(&g, &f->d));
    digest_once(g, str_of(text), str_of(""), sha256);
    digest_free(g);
    struct str left = str_of(text);
    ok(f, vault_file_put(f->l, sha256, vault_source_text(&left), &f->d));
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_uint(&w, 2, (uint64_t)what);
    cbor_pair_bytes(&w, 3, sha256, DIGEST_LEN);
    cbor_pair_uint(&w, 4, strlen(text));
    cbor_pair_uint(&w, 5, rows);
    struct act_text act = {.subject = "import", .count = rows};
    ok(f, ledger_act(f->l, KIND_IMPORT, writer_str(&w), act, NULL, &f->d));
    return number;
}

static void import_start(struct fixture *f, uint32_t number, size_t rows,
                         const uint8_t sha256[DIGEST_LEN])
{
    uint8_t body[BODY_BYTES_MAX];
    struct writer w;
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_bytes(&w, 2, sha256, DIGEST_LEN);
    struct act_text act = {.subject = "import: start", .count = rows};
    ok(f,
       ledger_append_signed(f->l, KIND_IMPORT_START, writer_str(&w), act, NULL, &f->d));
}

static void import_end(struct fixture *f, uint32_t number, size_t rows)
{
    uint8_t body[BODY_BYTES_MAX];
    struct writer w;
    const struct head *h = ledger_head(f->l);
    writer_init(&w, body, sizeof body);
    cbor_put_map(&w, 5);
    cbor_pair_uint(&w, 1, number);
    cbor_pair_uint(&w, 2, rows);
    cbor_pair_uint(&w, 3, h->open.count[1]);
    cbor_pair_uint(&w, 4, h->open.count[0]);
    cbor_pair_bytes(&w, 15, h->last_leaf, DIGEST_LEN);
    struct act_text act = {.subject = "import: end", .count = rows};
    ok(f,
       ledger_append_signed(f->l, KIND_IMPORT_END, writer_str(&w), act, NULL, &f->d));
}

static void add_entry(struct fixture *f, struct vault_row *row, uint64_t recorded,
                      const struct fixture_entry *e)
{
    char id[ID_NUMBER_LEN + 1];
    if (e->add != NULL) {
        e->add(&row->plain, recorded);
    } else if (e->fact != NULL) {
        struct fact fact = *e->fact;
        fact.recorded = recorded;
        person_add_fact(&row->plain, &fact);
        if (str_is(fact.attribute, "id_number")) {
            ck_assert_int_eq(id_number_normal(fact.value, id), ID_OK);
            ok(f, vault_index(f->l, id, row->person, &f->d));
        }
    } else if (e->route != NULL) {
        struct route route = *e->route;
        route.recorded = recorded;
        person_add_route(&row->plain, &route);
    } else {
        struct mark mark = *e->mark;
        mark.recorded = recorded;
        person_add_mark(&row->plain, &mark);
    }
}

/* One person's entries; returns how many of the list were taken. */
static size_t take_person(struct fixture *f, const struct fixture_entry *list,
                          size_t count, uint64_t new_number, struct writer *entries)
{
    uint8_t commitment[DIGEST_LEN];
    struct vault_row row;
    uint64_t recorded = ledger_head(f->l)->tree.size;
    size_t n = 0;
    vault_row_init(&row);
    ok(f, list[0].person == new_number
              ? vault_row_create(f->l, list[0].person, &row, &f->d)
              : vault_row_read(f->l, list[0].person, &row, &f->d));
    while (n < count && list[n].person == list[0].person) {
        add_entry(f, &row, recorded, &list[n++]);
    }
    vault_commitment(f->l, &row, recorded,
                     person_entries_of(buf_str(&row.plain), recorded), commitment);
    ok(f, vault_row_write(f->l, &row, &f->d));
    cbor_put_array(entries, 2);
    cbor_put_uint(entries, row.person);
    cbor_put_bytes(entries, commitment, DIGEST_LEN);
    vault_row_release(&row);
    return n;
}

void fixture_begin_import(struct fixture *f, enum import_what what, size_t rows)
{
    uint8_t sha256[DIGEST_LEN];
    fixture_as(f, FIXTURE_MAKER);
    uint32_t number = propose(f, what, rows, sha256);
    fixture_as(f, FIXTURE_CHECKER);
    ok(f, ledger_begin(f->l, &f->d));
    import_start(f, number, rows, sha256);
}

void fixture_end_import(struct fixture *f, size_t rows)
{
    import_end(f, ledger_head(f->l)->open.number, rows);
    ok(f, ledger_commit(f->l, &f->d));
}

void fixture_import(struct fixture *f, enum import_what what,
                    const struct fixture_entry *list, size_t count)
{
    uint8_t body[BODY_BYTES_MAX];
    fixture_begin_import(f, what, count);
    uint32_t number = ledger_head(f->l)->open.number;
    for (size_t at = 0; at < count;) {
        struct chunk c;
        struct writer w;
        uint64_t people = ledger_head(f->l)->people;
        chunk_start(&c);
        while (at < count && c.count < PEOPLE_PER_RECORD) {
            uint64_t person = list[at].person;
            at += take_person(f, list + at, count - at, people + 1, &c.entries);
            people += person > people ? 1 : 0;
            c.count++;
        }
        writer_init(&w, body, sizeof body);
        chunk_body_write(&c, number, at, false, &w);
        ck_assert(!w.failed);
        ok(f, ledger_append(f->l, KIND_FACTS, writer_str(&w), NULL, &f->d));
    }
    fixture_end_import(f, count);
}

void fixture_id(const char *born, uint64_t serial, char out[ID_NUMBER_LEN + 1])
{
    snprintf(out, ID_NUMBER_LEN + 1, "230523%.8s%03u0", born,
             (unsigned)(serial % 500) * 2);
    out[17] = id_number_check(out);
}

/* Texts of one person, which facts and routes borrow. */
struct words {
    char id[ID_NUMBER_LEN + 1];
    char name[32];
    char account[40];
};

#define ENTRIES_EACH 5

static size_t person_entries(const struct fixture_person *p, uint64_t number,
                             struct words *w, struct fact facts[ENTRIES_EACH],
                             struct route *route, struct fixture_entry *out)
{
    size_t n = 0;
    int32_t day;
    const char *registration = p->registration != NULL ? p->registration : "230523";
    fixture_id(p->born, number, w->id);
    snprintf(w->name, sizeof w->name, "演%llu", (unsigned long long)number);
    snprintf(w->account, sizeof w->account, "9000%012llu", (unsigned long long)number);
    const struct fact open = {
        .effective = DAY_ALWAYS, .until = DAY_NEVER, .amount_fen = -1};
    for (size_t i = 0; i < ENTRIES_EACH; i++) {
        facts[i] = open;
    }
    facts[0].attribute = str_of("id_number");
    facts[0].value = str_of(w->id);
    facts[1].attribute = str_of("name");
    facts[1].value = str_of(w->name);
    facts[2].attribute = str_of("registration");
    facts[2].value = str_of(registration);
    for (; n < 3; n++) {
        out[n] = (struct fixture_entry){.person = number, .fact = &facts[n]};
    }
    if (p->claim != NULL) {
        ck_assert(date_parse(str_of(p->claim), &day));
        facts[3].attribute = str_of("claim");
        facts[3].value = str_of("claim");
        facts[3].effective = day;
        out[n++] = (struct fixture_entry){.person = number, .fact = &facts[3]};
    }
    if (p->account == NULL || p->account[0] != '\0') {
        *route = (struct route){
            .account = str_of(p->account != NULL ? p->account : w->account),
            .account_name = str_of(w->name),
            .bank_code = str_of("102100000013"),
            .effective = DAY_ALWAYS,
            .until = DAY_NEVER,
        };
        out[n++] = (struct fixture_entry){.person = number, .route = route};
    }
    return n;
}

uint64_t fixture_people(struct fixture *f, const struct fixture_person *list,
                        size_t count)
{
    uint64_t first = ledger_head(f->l)->people + 1;
    struct words *words = calloc(count, sizeof *words);
    struct fact *facts = calloc(count * ENTRIES_EACH, sizeof *facts);
    struct route *routes = calloc(count, sizeof *routes);
    struct fixture_entry *entries = calloc(count * ENTRIES_EACH, sizeof *entries);
    size_t n = 0;
    ck_assert(words != NULL && facts != NULL && routes != NULL && entries != NULL);
    for (size_t i = 0; i < count; i++) {
        n += person_entries(&list[i], first + i, &words[i], &facts[i * ENTRIES_EACH],
                            &routes[i], &entries[n]);
    }
    fixture_import(f, IMPORT_PEOPLE, entries, n);
    free(words);
    free(facts);
    free(routes);
    free(entries);
    return first;
}

void fixture_fact(struct fixture *f, uint64_t person, const char *attribute,
                  const char *value, const char *from)
{
    struct fact fact = {.attribute = str_of(attribute),
                        .value = str_of(value),
                        .until = DAY_NEVER,
                        .amount_fen = -1};
    struct fixture_entry entry = {.person = person, .fact = &fact};
    ck_assert(date_parse(str_of(from), &fact.effective));
    fixture_import(f, IMPORT_FACTS, &entry, 1);
}

/* ---- the rest ---- */

void fixture_policy_text(const char *id, const char *effective, const char *amount,
                         struct buf *out)
{
    buf_addf(out, "almoner-policy: 1\nid: %s\ntitle: 演练\n", id);
    buf_addf(out,
             "document: {number: 演〔2026〕%s号, issuer: 演练县, issued: 2026-01-01, "
             "status: in-force}\n",
             id);
    buf_addf(out, "jurisdiction: \"230523\"\neffective: %s\n", effective);
    buf_add_text(out, "retroactive: {dead: pay}\n"
                      "defaults: {welfare: none, residence: home}\nprogrammes:\n"
                      "  - code: old-age\n    name: 高龄津贴\n    payee: person\n"
                      "    class: {year: 2026, function: \"2081002\", "
                      "economic: \"30305\"}\n"
                      "    funds: {county: rest}\n    rules:\n"
                      "      start: same-month\n      stop: next-month\n"
                      "      stop-on-death: next-month\n      tier-change: next-month\n"
                      "      entry: {by: claim, from: month, backdate: none, "
                      "again: not-needed, keep-enrolled: false}\n"
                      "      certification: none\n      suspension: {resume: all}\n"
                      "      birthday-29-february: feb-28\n      annual: twelfths\n"
                      "      payable: {every: 1, after: 0}\n"
                      "      rounding: half-up-fen\n      due-at-death: account\n"
                      "      recovery: {set-off: 100}\n    tiers:\n");
    buf_addf(out,
             "      - {name: 八十, when: {age: 80.., registration: [\"230523\"]}, "
             "amount: {per-month: %s}}\n",
             amount);
}

uint32_t fixture_policy(struct fixture *f, struct str text)
{
    struct adopt_report r;
    struct adopt_findings nobody = {0};
    fixture_as(f, FIXTURE_MAKER);
    ok(f, adopt_policy(f->l, text, "policy.yaml", nobody, &r, &f->d));
    fixture_as(f, FIXTURE_CHECKER);
    ok(f, adopt_confirm(f->l, r.number, &r, &f->d));
    return r.number;
}

uint32_t fixture_channel(struct fixture *f)
{
    uint32_t number = 0;
    struct admin_channel c = {
        .name = str_of("bank"),
        .bank_code = str_of("102100000013"),
        .account = str_of("330001"),
        .account_name = str_of("演练县财政局"),
        .format = str_of("pipe-trailer"),
    };
    fixture_as(f, FIXTURE_ADMIN);
    ok(f, admin_add_channel(f->l, &c, &number, &f->d));
    if (!f->sandbox) {
        fixture_as(f, FIXTURE_ADMIN2);
        ok(f, admin_confirm(f->l, REGISTER_CHANNEL, number, &f->d));
    }
    return number;
}

#define FILE_MAX ((size_t)256 * 1024 * 1024)

void fixture_load(const struct fixture *f, const char *name, struct buf *out)
{
    int fd = open(fixture_path(f, name), O_RDONLY | O_CLOEXEC);
    off_t n = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ck_assert_int_ge(n, 0);
    buf_init(out, FILE_MAX);
    void *p = buf_room(out, (size_t)n);
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(pread(fd, p, (size_t)n, 0), n);
    out->len = (size_t)n;
    close(fd);
}

void fixture_save(const struct fixture *f, const char *name, struct str bytes)
{
    int fd = open(fixture_path(f, name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
    close(fd);
}

/* ---- files in memory ---- */

static enum status memory_rewind(void *ctx, struct diag *d)
{
    struct memory_file *m = ctx;
    (void)d;
    m->at = 0;
    return ST_OK;
}

static enum status memory_read(void *ctx, void *p, size_t cap, size_t *n,
                               struct diag *d)
{
    struct memory_file *m = ctx;
    size_t left = m->bytes.n - m->at;
    (void)d;
    *n = left < cap ? left : cap;
    if (m->step > 0 && *n > m->step) {
        *n = m->step;
    }
    memcpy(p, m->bytes.p + m->at, *n);
    m->at += *n;
    return ST_OK;
}

struct import_file memory_file(struct memory_file *m, struct str bytes)
{
    *m = (struct memory_file){.bytes = bytes};
    return (struct import_file){
        .name = "file.csv", .rewind = memory_rewind, .read = memory_read, .ctx = m};
}

/* ---- records ---- */

struct str fixture_record(struct fixture *f, uint64_t sequence, struct record *rec)
{
    static uint8_t copy[RECORD_BYTES_MAX];
    struct str bytes;
    ok(f, record_get(ledger_txn(f->l), sequence, rec, &bytes, &f->d));
    memcpy(copy, bytes.p, bytes.n);
    ok(f, record_read(str_make(copy, bytes.n), rec, &f->d));
    return str_make(copy, bytes.n);
}

static void load_text(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s (run from the repository's root)",
                  path);
    buf_init(out, 1024 * 1024);
    char *p = buf_room(out, 512 * 1024);
    ck_assert_ptr_nonnull(p);
    out->len += fread(p, 1, 512 * 1024, file);
    ck_assert(feof(file));
    fclose(file);
}

static void print_record(struct fixture *f, uint64_t sequence, struct buf *out)
{
    struct record rec;
    char hex[65];
    struct str bytes = fixture_record(f, sequence, &rec);
    for (size_t at = 0; at < bytes.n; at += 32) {
        size_t n = bytes.n - at < 32 ? bytes.n - at : 32;
        text_hex(bytes.p + at, n, hex);
        buf_addf(out, "%s\n", hex);
    }
    buf_add_text(out, "\n");
}

void fixture_first_records(struct fixture *f, const char *golden)
{
    struct buf got;
    struct buf want;
    struct buf document;
    buf_init(&got, 64 * 1024);
    print_record(f, 0, &got);
    print_record(f, 1, &got);
    load_text(golden, &want);
    ck_assert_msg(str_eq(buf_str(&got), buf_str(&want)), "other bytes than %s:\n%s",
                  golden, buf_cstr(&got));
    load_text("docs/formats/ledger.md", &document);
    for (char *line = want.p; line < want.p + want.len;) {
        char *end = memchr(line, '\n', (size_t)(want.p + want.len - line));
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        ck_assert_msg(strstr(buf_cstr(&document), line) != NULL,
                      "%s is not in docs/formats/ledger.md", line);
        line = end + 1;
    }
    buf_release(&got);
    buf_release(&want);
    buf_release(&document);
}
