/* payfile.c - see payfile.h. The scanner of XML knows elements and text, and no more:
 * no values of attributes, comments, CDATA or prefixes of name spaces, which the files
 * that it is given do not have. */
#include "tests/sim/payfile.h"

#include <stdio.h>
#include <string.h>

#include "base/charset.h"
#include "base/money.h"
#include "base/text.h"

#define LINE_CAP 65536
#define TEXT_CAP 1024

struct sums {
    struct pay_totals found;
    struct pay_totals said;
};

static enum status add_payment(struct sums *s, struct pay_line *p,
                               enum status (*each)(void *ctx, const struct pay_line *p,
                                                   struct diag *d),
                               void *ctx, struct diag *d)
{
    if (p->id.n == 0 || p->account.n == 0 || p->amount_fen <= 0) {
        return diag_fail(d, ST_INPUT, "payment", "payment %llu is not whole",
                         (unsigned long long)s->found.count + 1);
    }
    p->number = ++s->found.count;
    if (!money_add(s->found.total_fen, p->amount_fen, &s->found.total_fen)) {
        return diag_fail(d, ST_INPUT, "payment", "the sum is too large");
    }
    return each(ctx, p, d);
}

static enum status check_sums(const struct sums *s, struct diag *d)
{
    if (s->found.count != s->said.count || s->found.total_fen != s->said.total_fen) {
        return diag_fail(
            d, ST_INPUT, "totals",
            "the file says %llu payments and %lld fen, it has %llu and %lld",
            (unsigned long long)s->said.count, (long long)s->said.total_fen,
            (unsigned long long)s->found.count, (long long)s->found.total_fen);
    }
    return ST_OK;
}

/* ---- pain.001 ---- */

enum party { PARTY_NONE, PARTY_CREDITOR, PARTY_ACCOUNT };

struct pain {
    FILE *file;
    char tag[TEXT_CAP];  /* of the element just met, without brackets and attributes */
    char text[TEXT_CAP]; /* between the tag before and this one */
    bool in_payment;
    enum party party;
    char id[64];
    char account[64];
    char name[TEXT_CAP];
    int64_t amount_fen;
    struct sums sums;
};

/* Up to `stop`, which is taken; false at the end of the file or when it is too long. */
static bool read_until(FILE *f, int stop, char out[TEXT_CAP])
{
    size_t n = 0;
    int c;
    while ((c = getc_unlocked(f)) != stop) {
        if (c == EOF || n + 1 == TEXT_CAP) {
            return false;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

static void unescape(char *s)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    char *to = s;
    while (*s != '\0') {
        *to = *s;
        size_t used = 1;
        for (size_t i = 0; *s == '&' && i < sizeof entities / sizeof *entities; i++) {
            size_t n = strlen(entities[i].entity);
            if (strncmp(s, entities[i].entity, n) == 0) {
                *to = entities[i].c;
                used = n;
            }
        }
        to++;
        s += used;
    }
    *to = '\0';
}

static void keep(struct pain *p, char *out, size_t cap)
{
    unescape(p->text);
    (void)snprintf(out, cap, "%s", p->text);
}

/* A closing tag before the payments: the head's count and sum; the last ones count, and
 * group and payment information must agree. */
static enum status take_head(struct pain *p, struct diag *d)
{
    uint64_t count = 0;
    int64_t total_fen = 0;
    if (strcmp(p->tag, "/NbOfTxs") == 0) {
        if (!text_u64(str_of(p->text), 1, INT64_MAX, &count) ||
            (p->sums.said.count != 0 && p->sums.said.count != count)) {
            return diag_fail(d, ST_INPUT, "head", "NbOfTxs \"%s\"", p->text);
        }
        p->sums.said.count = count;
    }
    if (strcmp(p->tag, "/CtrlSum") == 0) {
        if (!money_parse(str_of(p->text), &total_fen) ||
            (p->sums.said.total_fen != 0 && p->sums.said.total_fen != total_fen)) {
            return diag_fail(d, ST_INPUT, "head", "CtrlSum \"%s\"", p->text);
        }
        p->sums.said.total_fen = total_fen;
    }
    return ST_OK;
}

static enum status take_element(struct pain *p, struct diag *d)
{
    const char *tag = p->tag;
    if (strcmp(tag, "Cdtr") == 0) {
        p->party = PARTY_CREDITOR;
    } else if (strcmp(tag, "CdtrAcct") == 0) {
        p->party = PARTY_ACCOUNT;
    } else if (strcmp(tag, "/Cdtr") == 0 || strcmp(tag, "/CdtrAcct") == 0) {
        p->party = PARTY_NONE;
    } else if (strcmp(tag, "/EndToEndId") == 0) {
        keep(p, p->id, sizeof p->id);
    } else if (strcmp(tag, "/Nm") == 0 && p->party == PARTY_CREDITOR) {
        keep(p, p->name, sizeof p->name);
    } else if (strcmp(tag, "/Id") == 0 && p->party == PARTY_ACCOUNT && p->text[0]) {
        keep(p, p->account, sizeof p->account);
    } else if (strcmp(tag, "/InstdAmt") == 0 &&
               !money_parse(str_of(p->text), &p->amount_fen)) {
        return diag_fail(d, ST_INPUT, "amount", "amount \"%s\"", p->text);
    }
    return ST_OK;
}

static void start_payment(struct pain *p)
{
    p->in_payment = true;
    p->party = PARTY_NONE;
    p->id[0] = '\0';
    p->account[0] = '\0';
    p->name[0] = '\0';
    p->amount_fen = 0;
}

static enum status read_pain(struct pain *p,
                             enum status (*each)(void *ctx, const struct pay_line *p,
                                                 struct diag *d),
                             void *ctx, struct diag *d)
{
    bool ended = false;
    while (!ended) {
        if (!read_until(p->file, '<', p->text) || !read_until(p->file, '>', p->tag)) {
            return diag_fail(d, ST_INPUT, "truncated", "the file is cut");
        }
        p->tag[strcspn(p->tag, " ")] = '\0';
        ended = strcmp(p->tag, "/Document") == 0;
        if (strcmp(p->tag, "CdtTrfTxInf") == 0) {
            start_payment(p);
        } else if (strcmp(p->tag, "/CdtTrfTxInf") == 0) {
            struct pay_line line = {.id = str_of(p->id),
                                    .account = str_of(p->account),
                                    .name = str_of(p->name),
                                    .amount_fen = p->amount_fen};
            TRY(add_payment(&p->sums, &line, each, ctx, d));
            p->in_payment = false;
        } else {
            TRY(p->in_payment ? take_element(p, d) : take_head(p, d));
        }
    }
    return ST_OK;
}

/* ---- pipe ---- */

#define FIELDS 8

struct pipe {
    FILE *file;
    char raw[LINE_CAP];
    struct charset_conv *conv;
    struct buf utf8;
    struct str fields[FIELDS];
    size_t count;
    struct sums sums;
};

/* The next line in UTF-8, cut at "|"; GBK first becomes UTF-8, since half of a GBK
 * character may look like "|". */
static enum status next_line(struct pipe *p, struct diag *d)
{
    if (fgets(p->raw, LINE_CAP, p->file) == NULL) {
        return diag_fail(d, ST_INPUT, "truncated", "the file has no last line");
    }
    size_t n = strlen(p->raw);
    if (n < 2 || memcmp(p->raw + n - 2, "\r\n", 2) != 0) {
        return diag_fail(d, ST_INPUT, "line-end", "a line does not end in CRLF");
    }
    buf_clear(&p->utf8);
    size_t used = 0;
    TRY(charset_convert(p->conv, str_make(p->raw, n - 2), true, &p->utf8, &used, d));
    struct str line = buf_str(&p->utf8);
    p->count = 0;
    size_t from = 0;
    for (size_t i = 0; i <= line.n && p->count < FIELDS; i++) {
        if (i == line.n || line.p[i] == '|') {
            p->fields[p->count++] = str_make(line.p + from, i - from);
            from = i + 1;
        }
    }
    return ST_OK;
}

static enum status pipe_payment(struct pipe *p, bool outer, struct pay_line *line,
                                struct diag *d)
{
    size_t want = outer ? 8 : 6;
    size_t at = outer ? 5 : 3;
    uint64_t fen = 0;
    if (p->count != want || !text_u64(p->fields[at], 1, INT64_MAX, &fen)) {
        return diag_fail(d, ST_INPUT, "line", "payment %llu is not like %zu fields",
                         (unsigned long long)p->sums.found.count + 1, want);
    }
    *line = (struct pay_line){.id = p->fields[0],
                              .account = p->fields[1],
                              .name = p->fields[2],
                              .amount_fen = (int64_t)fen};
    return ST_OK;
}

static enum status read_pipe(struct pipe *p,
                             enum status (*each)(void *ctx, const struct pay_line *p,
                                                 struct diag *d),
                             void *ctx, struct diag *d)
{
    TRY(next_line(p, d));
    bool outer = str_is(p->fields[0], "PO");
    uint64_t total = 0;
    if (p->count != 3 || (!outer && !str_is(p->fields[0], "P")) ||
        !text_u64(p->fields[1], 1, INT64_MAX, &p->sums.said.count) ||
        !text_u64(p->fields[2], 1, INT64_MAX, &total)) {
        return diag_fail(d, ST_INPUT, "head", "the first line is not P|count|total");
    }
    p->sums.said.total_fen = (int64_t)total;
    for (;;) {
        TRY(next_line(p, d));
        if (p->count == 1 && str_is(p->fields[0], "########")) {
            return ST_OK;
        }
        struct pay_line line;
        TRY(pipe_payment(p, outer, &line, d));
        TRY(add_payment(&p->sums, &line, each, ctx, d));
    }
}

/* ---- both ---- */

static enum status read_pain_file(FILE *file,
                                  enum status (*each)(void *ctx,
                                                      const struct pay_line *p,
                                                      struct diag *d),
                                  void *ctx, struct sums *sums, struct diag *d)
{
    struct pain p = {.file = file};
    TRY(read_pain(&p, each, ctx, d));
    *sums = p.sums;
    return ST_OK;
}

static enum status read_pipe_file(FILE *file,
                                  enum status (*each)(void *ctx,
                                                      const struct pay_line *p,
                                                      struct diag *d),
                                  void *ctx, struct sums *sums, struct diag *d)
{
    static struct pipe p; /* large, and used once at a time */
    p = (struct pipe){.file = file};
    buf_init(&p.utf8, (size_t)4 * LINE_CAP);
    enum status st;
    TRY_OUT(charset_conv_new(&p.conv, CHARSET_GBK, CHARSET_UTF8, d));
    TRY_OUT(read_pipe(&p, each, ctx, d));
    *sums = p.sums;
out:
    charset_conv_free(p.conv);
    buf_release(&p.utf8);
    return st;
}

enum status payfile_read(const char *path, const char *format,
                         enum status (*each)(void *ctx, const struct pay_line *p,
                                             struct diag *d),
                         void *ctx, struct pay_totals *totals, struct diag *d)
{
    bool pain = strncmp(format, "pain.001.", 9) == 0;
    if (!pain && strncmp(format, "pipe-trailer", 12) != 0) {
        return diag_fail(d, ST_USAGE, "format", "no format \"%s\"", format);
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return diag_errno(d, "cannot read", path);
    }
    struct sums sums = {0};
    enum status st = pain ? read_pain_file(file, each, ctx, &sums, d)
                          : read_pipe_file(file, each, ctx, &sums, d);
    (void)fclose(file);
    if (st == ST_OK) {
        st = check_sums(&sums, d);
    }
    if (st != ST_OK) {
        diag_where(d, "%s", path);
        return st;
    }
    *totals = sums.found;
    return ST_OK;
}
