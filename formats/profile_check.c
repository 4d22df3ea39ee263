/* profile_check.c - contradictions between the fields of a line, between a line and the
 * way its file is cut, and between an answer and what it must tell. What passes here
 * can be written without a doubt, and read back into the same fields. */
#include "formats/profile_private.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"

bool profile_line_has(const struct profile_line *line, enum profile_word word)
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->fields[i].word == word) {
            return true;
        }
    }
    return false;
}

struct checking {
    const struct reading *r;
    const struct profile_layout *layout;
    struct charset_conv *conv; /* to the file's encoding */
    struct buf scratch;
};

static bool contains(struct str s, struct str part)
{
    for (size_t i = 0; part.n > 0 && i + part.n <= s.n; i++) {
        if (memcmp(s.p + i, part.p, part.n) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- texts that the profile itself writes ---- */

static enum status check_encoding(struct checking *c, struct place at, struct str s,
                                  struct diag *d)
{
    size_t used = 0;
    buf_clear(&c->scratch);
    enum status st = charset_convert(c->conv, s, true, &c->scratch, &used, d);
    if (st != ST_INPUT) {
        return st;
    }
    yaml_fail(c->r->file, at, d, "literal-charset", "\"%.*s\" cannot be written in %s",
              STR_ARG(s), charset_name(c->layout->charset));
    return diag_hint(d, "use characters that the encoding has");
}

/* A literal, a title, or what stands for an empty text. bytes_max 0: any length. */
static enum status check_literal(struct checking *c, struct place at, struct str s,
                                 uint32_t bytes_max, struct diag *d)
{
    const struct profile_layout *l = c->layout;
    TRY(check_encoding(c, at, s, d));
    if (bytes_max > 0 && c->scratch.len > bytes_max) {
        yaml_fail(c->r->file, at, d, "literal-long",
                  "\"%.*s\" has %zu bytes, at most %u", STR_ARG(s), c->scratch.len,
                  (unsigned)bytes_max);
        return diag_hint(d, "shorten it, or let the field be longer");
    }
    if (l->cut == CUT_BY_TEXT && l->quote == QUOTE_NONE && contains(s, l->separator)) {
        yaml_fail(c->r->file, at, d, "literal-separator",
                  "\"%.*s\" holds the separator: it would be two fields", STR_ARG(s));
        return diag_hint(d, "make two fields of it");
    }
    if (l->cut == CUT_BY_BLANKS && (s.n == 0 || contains(s, l->separator))) {
        yaml_fail(c->r->file, at, d, "literal-blank",
                  "where blanks separate, a text is not empty and has none");
        return diag_hint(d, "take the field out, or write it without blanks");
    }
    return ST_OK;
}

/* ---- fields of a line ---- */

static enum status check_joined(const struct checking *c, const struct profile_line *l,
                                size_t i, struct diag *d)
{
    const struct profile_field *f = &l->fields[i];
    if (!f->joined) {
        return ST_OK;
    }
    const struct profile_field *before = i > 0 ? &l->fields[i - 1] : NULL;
    bool fixed = before != NULL && (before->width > 0 || before->word == WORD_TEXT);
    bool cut = !c->layout->sheet && c->layout->quote != QUOTE_CSV &&
               (c->layout->cut == CUT_BY_TEXT || c->layout->cut == CUT_BY_BLANKS);
    if (fixed && cut) {
        return ST_OK;
    }
    yaml_fail(c->r->file, f->place, d, "joined",
              cut ? "the field before has no width: where would this one begin?"
                  : "there is no separator here to be left out");
    return diag_hint(d, "`joined: true` stands behind a literal or a field with width");
}

/* Can the reader tell where this field ends? */
static enum status check_end(const struct checking *c, const struct profile_line *l,
                             size_t i, struct diag *d)
{
    const struct profile_field *f = &l->fields[i];
    bool fixed = f->width > 0 || f->word == WORD_TEXT;
    if (c->layout->sheet && f->width > 0) {
        yaml_fail(c->r->file, f->place, d, "sheet-key", "a cell has no width");
        return diag_hint(d, "take the width out, or write max-bytes");
    }
    if (c->layout->sheet || fixed) {
        return ST_OK;
    }
    if (c->layout->cut == CUT_BY_WIDTHS) {
        yaml_fail(c->r->file, f->place, d, "width-missing", "this field has no width");
        return diag_hint(d, "with `separator: widths` each but a literal needs one");
    }
    const struct profile_field *next = i + 1 < l->count ? f + 1 : NULL;
    bool open = next != NULL && (next->word != WORD_TEXT || next->text.n == 0);
    if (c->layout->cut == CUT_NOT && open) {
        yaml_fail(c->r->file, f->place, d, "no-end",
                  "nothing says where this field ends");
        return diag_hint(d, "put a literal between the two, or give it a width");
    }
    return ST_OK;
}

static enum status check_blanks(const struct checking *c, const struct profile_line *l,
                                size_t i, struct diag *d)
{
    const struct profile_field *f = &l->fields[i];
    bool by_blanks = c->layout->cut == CUT_BY_BLANKS;
    size_t others = 0;
    for (size_t j = 0; j < i; j++) {
        others += l->fields[j].blanks ? 1 : 0;
    }
    if (f->blanks && (!by_blanks || others > 0 || f->word == WORD_TEXT)) {
        yaml_fail(c->r->file, f->place, d, "blanks-place",
                  "one value of a line cut by blanks may hold blanks itself");
        return diag_hint(d, "take `blanks` out here");
    }
    bool last = i + 1 == l->count;
    bool kept = f->width > 0 && !last && l->fields[i + 1].joined;
    bool vanishes = f->empty_ok && f->when_empty.n == 0 && !last && !kept;
    if (by_blanks && (vanishes || f->only_with != WORD_TEXT)) {
        yaml_fail(c->r->file, f->place, d, "blank-field",
                  "left empty, this field would vanish among the blanks");
        return diag_hint(d, "add `when-empty: TEXT` or `empty: error`; only the last "
                            "field may be empty");
    }
    return ST_OK;
}

static enum status check_line(struct checking *c, const struct profile_line *l,
                              struct diag *d)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct profile_field *f = &l->fields[i];
        if (f->word == WORD_TEXT) {
            TRY(check_literal(c, f->place, f->text, f->bytes_max, d));
        }
        if (f->when_empty.n > 0) {
            TRY(check_literal(c, f->place, f->when_empty, f->bytes_max, d));
        }
        TRY(check_joined(c, l, i, d));
        TRY(check_end(c, l, i, d));
        TRY(check_blanks(c, l, i, d));
    }
    return ST_OK;
}

static enum status check_titles(struct checking *c, const struct profile_line *detail,
                                struct diag *d)
{
    const struct profile_layout *l = c->layout;
    if (!l->sheet && (l->cut == CUT_BY_WIDTHS || l->cut == CUT_NOT)) {
        yaml_fail(c->r->file, detail->place, d, "column-names",
                  "without a separator there is no line of column names");
        return diag_hint(d, "take `column-names` out, or write them as a header");
    }
    for (size_t i = 0; i < detail->count; i++) {
        const struct profile_field *f = &detail->fields[i];
        if (f->joined || f->title.n == 0) {
            yaml_fail(c->r->file, f->place, d, "title-missing",
                      f->joined ? "a joined field has no column of its own"
                                : "this column has no title");
            return diag_hint(d, "with column-names each field is a column and has a "
                                "title");
        }
        TRY(check_literal(c, f->place, f->title, 0, d));
    }
    return ST_OK;
}

static enum status check_all(struct checking *c, const struct profile_body *b,
                             struct diag *d)
{
    for (size_t i = 0; i < b->header_count; i++) {
        TRY(check_line(c, &b->header[i], d));
    }
    TRY(check_line(c, &b->detail, d));
    if (b->column_names) {
        TRY(check_titles(c, &b->detail, d));
    }
    for (size_t i = 0; i < b->trailer_count; i++) {
        TRY(check_line(c, &b->trailer[i], d));
    }
    return ST_OK;
}

enum status profile_check_body(const struct reading *r, const struct profile_layout *l,
                               const struct profile_body *body, struct diag *d)
{
    struct checking c = {.r = r, .layout = l};
    enum status st;
    buf_init(&c.scratch, (size_t)4 * PROFILE_TEXT_MAX);
    TRY_OUT(charset_conv_new(&c.conv, CHARSET_UTF8, l->charset, d));
    TRY_OUT(check_encoding(&c, body->detail.place, l->separator, d));
    TRY_OUT(check_all(&c, body, d));
out:
    charset_conv_free(c.conv);
    buf_release(&c.scratch);
    return st;
}

/* ---- the answer ---- */

static enum status check_twice(const struct reading *r, const struct profile_line *l,
                               struct diag *d)
{
    for (size_t i = 0; i < l->count; i++) {
        enum profile_word w = l->fields[i].word;
        if (w == WORD_TEXT || w == WORD_IGNORED || w == WORD_SETTING) {
            continue;
        }
        struct profile_line before = {.fields = l->fields, .count = i};
        if (profile_line_has(&before, w)) {
            yaml_fail(r->file, l->fields[i].place, d, "doubled-value",
                      "\"%s\" stands twice in a line: which one holds?",
                      profile_word_name(w));
            return diag_hint(d, "{value: ignored} for the other");
        }
    }
    return ST_OK;
}

static enum status lacks(const struct reading *r, struct place at,
                         enum profile_word word, const char *what, struct diag *d)
{
    yaml_fail(r->file, at, d, "answer-word", "%s, but no field has {value: %s}", what,
              profile_word_name(word));
    return diag_hint(d, "add the field where the bank writes it");
}

/* Do the fields of the answer's line tell what match and results need? */
static enum status check_detail(const struct reading *r, struct place at,
                                const struct profile_line *l, struct diag *d)
{
    const struct profile_answer *a = &r->p->answer;
    for (size_t i = 0; i < a->match_count; i++) {
        if (!profile_line_has(l, a->match[i])) {
            return lacks(r, at, a->match[i], "a payment is matched by it", d);
        }
    }
    for (size_t i = 0; i < a->result_count; i++) {
        const struct profile_result *one = &a->results[i];
        bool by_code = one->code.n > 0 && !str_is(one->code, "*");
        if (by_code && !profile_line_has(l, WORD_RESULT)) {
            return lacks(r, one->place, WORD_RESULT, "the result has a code", d);
        }
        if (one->text.n > 0 && !profile_line_has(l, WORD_RESULT_TEXT)) {
            return lacks(r, one->place, WORD_RESULT_TEXT, "the result has a text", d);
        }
    }
    return ST_OK;
}

static bool names_one(const struct profile_answer *a)
{
    for (size_t i = 0; i < a->match_count; i++) {
        enum profile_word w = a->match[i];
        if (w == WORD_ID || w == WORD_NUMBER || w == WORD_ACCOUNT) {
            return true;
        }
    }
    return false;
}

enum status profile_check_answer(const struct reading *r, struct place at,
                                 struct diag *d)
{
    const struct profile *p = r->p;
    const struct profile_answer *a = &p->answer;
    if (a->form == ANSWER_NONE) {
        return ST_OK;
    }
    if (!names_one(a)) {
        yaml_fail(r->file, at, d, "match-weak", "this does not name a payment");
        return diag_hint(d,
                         "match by id, by number, or by account with amount and name");
    }
    if (a->body.detail.count > 0) {
        TRY(profile_check_body(r, &a->layout, &a->body, d));
        TRY(check_twice(r, &a->body.detail, d));
        return check_detail(r, at, &a->body.detail, d);
    }
    for (size_t i = 0; i < p->variant_count; i++) {
        TRY(check_detail(r, at, &p->variants[i].body.detail, d));
    }
    return ST_OK;
}
