/* answers.c - see answers.h. */
#define _GNU_SOURCE /* memfd_create */
#include "tests/unit/answers.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/money.h"
#include "tests/unit/payment_data.h"

/* Check writes a note for each assertion that holds: too slow for every byte. */
#define REQUIRE(condition)                                                             \
    do {                                                                               \
        if (!(condition)) {                                                            \
            ck_abort_msg("%s", #condition);                                            \
        }                                                                              \
    } while (0)

struct seen {
    struct buf *out;
    struct str file; /* empty when it comes in pieces: places are not known then */
    uint64_t count;
    int64_t total_fen;
};

static void put(struct buf *out, struct str s)
{
    buf_addf(out, " %.*s", s.n > 0 ? (int)s.n : 1, s.n > 0 ? s.p : "-");
}

static void put_money(struct buf *out, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print(fen, text);
    put(out, str_of(text));
}

/* Without line ends of a CR alone, which flipped bits make. */
static struct str text_at(struct str file, struct answer_place p)
{
    const char *at = file.p;
    const char *end = file.p + file.n;
    for (uint64_t line = 1; line < p.line; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        REQUIRE(at != NULL);
        at++;
    }
    for (uint64_t column = 1; column < p.column; column++) {
        do {
            at++;
            REQUIRE(at < end);
        } while (((unsigned char)*at & 0xc0) == 0x80);
    }
    return str_make(at, (size_t)(end - at));
}

/* Does each part stand where the reader says? */
static void check_places(const struct seen *s, const struct answer *a)
{
    struct answer_place p;
    if (memchr(s->file.p, '\r', s->file.n) != NULL) {
        return;
    }
    REQUIRE(answer_place(a, ANSWER_ID, &p) && !p.sheet);
    REQUIRE(a->id.n == 0 || str_starts(text_at(s->file, p), a->id));
    REQUIRE(answer_place(a, ANSWER_AMOUNT, &p));
    REQUIRE(a->amount_fen == 0 || memchr("0123456789", *text_at(s->file, p).p, 10));
    REQUIRE(answer_place(a, ANSWER_WHOLE, &p) && *text_at(s->file, p).p == '<');
    REQUIRE(p.line == answer_file_line(a));
}

static enum status see(void *ctx, const struct answer *a, struct diag *d)
{
    struct seen *s = ctx;
    (void)d;
    REQUIRE(a->amount_fen >= 0);
    REQUIRE((answer_file_line(a) > 0) == (s->file.n > 0));
    if (s->file.n > 0) {
        check_places(s, a);
    }
    REQUIRE(a->code.n > 0);
    s->count++;
    REQUIRE(money_add(s->total_fen, a->amount_fen, &s->total_fen));
    if (s->file.n > 0) {
        buf_addf(s->out, "%llu", (unsigned long long)answer_file_line(a));
    }
    buf_addf(s->out, ":%.*s", STR_ARG(a->id));
    put_money(s->out, a->amount_fen);
    put(s->out, a->currency);
    put(s->out, str_of(payment_status_name(a->status)));
    put(s->out, str_of(payment_reason_name(a->reason)));
    put(s->out, a->code);
    put(s->out, a->text);
    if (a->name.n + a->account.n + a->bank.n > 0) {
        buf_add_text(s->out, " (");
        put(s->out, a->name);
        put(s->out, a->account);
        put(s->out, a->bank);
        buf_add_text(s->out, " )");
    }
    buf_add_text(s->out, "\n");
    return ST_OK;
}

static void put_bulk(struct buf *out, const char *name, const struct answer_bulk *b)
{
    if (b->count > 0) {
        buf_addf(out, " %s %llu", name, (unsigned long long)b->count);
        put_money(out, b->total_fen);
    }
}

static void put_whole(struct buf *out, const struct answer_file *w)
{
    buf_addf(out, "= %llu", (unsigned long long)w->count);
    put_money(out, w->total_fen);
    put(out, str_of(w->message_id));
    if (w->rest != PAYMENT_NONE) {
        buf_add_text(out, " rest");
        put(out, str_of(payment_status_name(w->rest)));
        put(out, str_of(payment_reason_name(w->reason)));
        put(out, str_of(w->code));
        put(out, str_of(w->text));
    }
    put_bulk(out, "bulk", &w->bulk_paid);
    put_bulk(out, "back", &w->bulk_returned);
    buf_add_text(out, "\n");
}

enum status answers_read(const struct payment_format *f, struct str file,
                         struct buf *out, struct diag *d)
{
    struct seen s = {.out = out, .file = file};
    struct answer_sink sink = {see, &s};
    struct answer_file whole = {.count = 77};
    char *block = malloc(file.n > 0 ? file.n : 1);
    REQUIRE(block != NULL);
    memcpy(block, file.p, file.n);
    enum status st = f->read_answer(f, str_make(block, file.n), sink, &whole, d);
    free(block);
    if (st == ST_OK) {
        REQUIRE(whole.count == s.count);
        REQUIRE(whole.total_fen == s.total_fen);
        put_whole(out, &whole);
    } else {
        REQUIRE(st == ST_INPUT);
        REQUIRE(whole.count == 77);
        REQUIRE(strstr(d->where, "line ") != NULL);
        REQUIRE(strstr(d->where, ", column ") != NULL);
        REQUIRE(d->code[0] != '\0');
        REQUIRE(d->what[0] != '\0');
        REQUIRE(d->hint[0] != '\0');
    }
    return st;
}

static enum status give_seven(void *ctx, void *p, size_t cap, size_t *n, struct diag *d)
{
    struct str *rest = ctx;
    (void)d;
    *n = rest->n < 7 ? rest->n : 7;
    *n = *n < cap ? *n : cap;
    memcpy(p, rest->p, *n);
    *rest = str_make(rest->p + *n, rest->n - *n);
    return ST_OK;
}

/* "12:" becomes ":" at the beginning of each line. */
static void add_without_lines(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n") + 1;
        size_t digits = strspn(text, "0123456789");
        size_t left = text[digits] == ':' ? digits : 0;
        buf_add(out, text + left, n - left);
        text += n;
    }
}

/* In pieces the same comes out, but for the lines. */
static void expect_streamed(const struct payment_format *f, const char *label,
                            struct str file, const char *want)
{
    struct diag d = {0};
    struct buf out;
    struct buf same;
    struct answer_file whole;
    struct seen s = {.out = &out};
    struct answer_sink sink = {see, &s};
    struct payment_source source = {give_seven, &file};
    if (f->stream_answer == NULL) {
        return;
    }
    buf_init(&out, (size_t)1 << 24);
    buf_init(&same, (size_t)1 << 24);
    enum status st = f->stream_answer(f, &source, sink, &whole, &d);
    ck_assert_msg((st == ST_OK) == (want != NULL), "%s: %s", label, d.what);
    if (st == ST_OK) {
        put_whole(&out, &whole);
        add_without_lines(&same, want);
        ck_assert_msg(strcmp(buf_cstr(&out), buf_cstr(&same)) == 0,
                      "%s: not\n%sbut\n%s", label, buf_cstr(&same), buf_cstr(&out));
    }
    buf_release(&out);
    buf_release(&same);
}

void answers_expect(const struct payment_format *f, const char *label, struct str file,
                    const char *want, const char *where)
{
    struct diag d = {0};
    struct buf out;
    buf_init(&out, (size_t)1 << 24);
    enum status st = answers_read(f, file, &out, &d);
    if (where == NULL) {
        ck_assert_msg(st == ST_OK, "%s: %s: %s (%s)", label, d.code, d.what, d.where);
        ck_assert_msg(strcmp(buf_cstr(&out), want) == 0, "%s: not\n%sbut\n%s", label,
                      want, buf_cstr(&out));
    } else {
        ck_assert_msg(st == ST_INPUT, "%s: accepted:\n%s", label, buf_cstr(&out));
        ck_assert_msg(strcmp(d.code, want) == 0, "%s: %s: %s", label, d.code, d.what);
        ck_assert_msg(where[0] == '\0' || strcmp(d.where, where) == 0, "%s: at %s",
                      label, d.where);
    }
    expect_streamed(f, label, file, st == ST_OK ? want : NULL);
    buf_release(&out);
}

bool answers_expect_file(const struct payment_format *f, const char *path,
                         const char *want, const char *where)
{
    struct buf file;
    if (access(path, R_OK) != 0 && strncmp(path, "../", 3) == 0) {
        return false;
    }
    buf_init(&file, (size_t)1 << 24);
    data_read_file(path, &file);
    answers_expect(f, path, buf_str(&file), want, where);
    buf_release(&file);
    return true;
}

void answers_expect_rows(const struct payment_format *f, const char *head,
                         const struct answers_row *rows, size_t count, const char *tail)
{
    struct buf file;
    buf_init(&file, (size_t)1 << 20);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&file);
        buf_add_text(&file, head);
        buf_add_text(&file, rows[i].file);
        buf_add_text(&file, tail);
        answers_expect(f, rows[i].label, buf_str(&file), rows[i].want, rows[i].where);
    }
    buf_release(&file);
}

void answers_damage(const struct payment_format *f, const char *path)
{
    struct buf file;
    struct buf out;
    struct diag d = {0};
    buf_init(&file, (size_t)1 << 20);
    buf_init(&out, (size_t)1 << 20);
    data_read_file(path, &file);
    size_t whole = file.len;
    while (whole > 0 && file.p[whole - 1] == '\n') {
        whole--;
    }
    for (size_t n = 0; n < whole; n++) {
        buf_clear(&out);
        if (answers_read(f, str_make(file.p, n), &out, &d) == ST_OK) {
            ck_abort_msg("%s: %zu bytes accepted", path, n);
        }
    }
    for (size_t i = 0; i < file.len; i++) {
        char flipped = (char)(1U << (i % 8));
        buf_clear(&out);
        file.p[i] = (char)(file.p[i] ^ flipped);
        (void)answers_read(f, buf_str(&file), &out, &d);
        file.p[i] = (char)(file.p[i] ^ flipped);
    }
    buf_release(&file);
    buf_release(&out);
}

static enum status see_none(void *ctx, const struct answer *a, struct diag *d)
{
    (void)ctx;
    (void)a;
    (void)d;
    ck_abort_msg("a line of an endless file");
    return ST_OK;
}

#define ENDLESS_PIECE ((size_t)1 << 20)

void answers_endless(const struct payment_format *f, const char *head, char fill,
                     uint64_t many, const char *code)
{
    struct diag d = {0};
    struct answer_sink sink = {see_none, NULL};
    struct answer_file whole;
    size_t n = (size_t)many;
    ck_assert_uint_eq(n % ENDLESS_PIECE, 0);
    char *piece = malloc(ENDLESS_PIECE);
    ck_assert_ptr_nonnull(piece);
    memset(piece, fill, ENDLESS_PIECE);
    int fd = memfd_create("endless", 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, piece, ENDLESS_PIECE), ENDLESS_PIECE);
    free(piece);
    /* The first piece is its own, for the head; all others are the same pages. */
    char *all = mmap(NULL, n, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(all, MAP_FAILED);
    for (size_t at = ENDLESS_PIECE; at < n; at += ENDLESS_PIECE) {
        ck_assert_ptr_ne(
            mmap(all + at, ENDLESS_PIECE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0),
            MAP_FAILED);
    }
    memset(all, fill, ENDLESS_PIECE);
    memcpy(all, head, strlen(head));
    ck_assert_int_eq(f->read_answer(f, str_make(all, n), sink, &whole, &d), ST_INPUT);
    ck_assert_str_eq(d.code, code);
    ck_assert_int_eq(munmap(all, n), 0);
    ck_assert_int_eq(close(fd), 0);
}
