/* profile_field.c - the fields of a profile's lines, and file names, which are lines of
 * fields, too: read with all that may stand in one, and refused where two keys of one
 * field contradict each other. What concerns several fields is profile_check.c's. */
#include "formats/profile_private.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"

/* In the order of the enum, so that a word is found by its number. */
const struct word profile_words[] = {
    {"text", WORD_TEXT}, /* no word of the file: see first_word */
    {"count", WORD_COUNT},
    {"total", WORD_TOTAL},
    {"message-id", WORD_MESSAGE_ID},
    {"pay-day", WORD_PAY_DAY},
    {"created", WORD_CREATED},
    {"payer-name", WORD_PAYER_NAME},
    {"payer-account", WORD_PAYER_ACCOUNT},
    {"payer-bank", WORD_PAYER_BANK},
    {"file-number", WORD_FILE_NUMBER},
    {"part", WORD_PART},
    {"setting", WORD_SETTING},
    {"id", WORD_ID},
    {"number", WORD_NUMBER},
    {"account", WORD_ACCOUNT},
    {"name", WORD_NAME},
    {"bank", WORD_BANK},
    {"amount", WORD_AMOUNT},
    {"purpose", WORD_PURPOSE},
    {"remark", WORD_REMARK},
    {"id-number", WORD_ID_NUMBER},
    {"phone", WORD_PHONE},
    {"beneficiary", WORD_BENEFICIARY},
    {"beneficiary-number", WORD_BENEFICIARY_NUMBER},
    {"address", WORD_ADDRESS},
    {"unit", WORD_UNIT},
    {"nth-of-account", WORD_NTH_OF_ACCOUNT},
    {"result", WORD_RESULT},
    {"result-text", WORD_RESULT_TEXT},
    {"paid-amount", WORD_PAID_AMOUNT},
    {"new-account", WORD_NEW_ACCOUNT},
    {"new-bank", WORD_NEW_BANK},
    {"currency", WORD_CURRENCY},
    {"ignored", WORD_IGNORED},
    {NULL, 0},
};
static const struct word *const first_word = profile_words + 1;

_Static_assert(PROFILE_COUNT_OF(profile_words) == WORD_LAST + 2, "a word is missing");

const char *profile_word_name(enum profile_word w)
{
    must((unsigned)w <= WORD_LAST);
    return profile_words[w].text;
}

static const struct word as_words[] = {
    {"fen", AS_FEN},
    {"yuan", AS_YUAN},
    {"capital", AS_CAPITAL},
    {"yyyyMMdd", AS_DAY_COMPACT},
    {"yyyy-MM-dd", AS_DAY_HYPHEN},
    {"yyyy/MM/dd", AS_DAY_SLASH},
    {"yyMMdd", AS_DAY_SHORT},
    {"HHmmss", AS_TIME},
    {NULL, 0},
};

static bool is_amount(enum profile_word w)
{
    return w == WORD_AMOUNT || w == WORD_TOTAL || w == WORD_PAID_AMOUNT;
}

static bool is_day(enum profile_word w)
{
    return w == WORD_PAY_DAY || w == WORD_CREATED;
}

/* Zeros in front of it say nothing. */
static bool is_number(enum profile_word w)
{
    return is_amount(w) || w == WORD_COUNT || w == WORD_FILE_NUMBER || w == WORD_PART ||
           w == WORD_NUMBER || w == WORD_NTH_OF_ACCOUNT || w == WORD_SETTING;
}

/* Texts whose end can be lost without harm. */
static bool may_be_cut(enum profile_word w)
{
    return w == WORD_PURPOSE || w == WORD_REMARK || w == WORD_UNIT || w == WORD_ADDRESS;
}

/* Texts of a payment that may be empty in one and not in another. */
static bool is_optional(enum profile_word w)
{
    return (w >= WORD_PURPOSE && w <= WORD_UNIT) || w >= WORD_RESULT;
}

static bool never_empty(enum profile_word w)
{
    return w == WORD_TEXT || w == WORD_COUNT || w == WORD_TOTAL ||
           w == WORD_FILE_NUMBER || w == WORD_PART || w == WORD_NUMBER ||
           w == WORD_AMOUNT || w == WORD_NTH_OF_ACCOUNT || is_day(w);
}

/* ---- one field ---- */

enum {
    KEY_TEXT,
    KEY_VALUE,
    KEY_SETTING,
    KEY_TITLE,
    KEY_AS,
    KEY_MAX_BYTES,
    KEY_WIDTH,
    KEY_ALIGN,
    KEY_PAD,
    KEY_CUT,
    KEY_EMPTY,
    KEY_WHEN_EMPTY,
    KEY_ONLY_WITH,
    KEY_JOINED,
    KEY_BLANKS,
    FIELD_KEYS
};

static const struct key field_keys[FIELD_KEYS] = {
    [KEY_TEXT] = {"text", false},
    [KEY_VALUE] = {"value", false},
    [KEY_SETTING] = {"setting", false},
    [KEY_TITLE] = {"title", false},
    [KEY_AS] = {"as", false},
    [KEY_MAX_BYTES] = {"max-bytes", false},
    [KEY_WIDTH] = {"width", false},
    [KEY_ALIGN] = {"align", false},
    [KEY_PAD] = {"pad", false},
    [KEY_CUT] = {"cut", false},
    [KEY_EMPTY] = {"empty", false},
    [KEY_WHEN_EMPTY] = {"when-empty", false},
    [KEY_ONLY_WITH] = {"only-with", false},
    [KEY_JOINED] = {"joined", false},
    [KEY_BLANKS] = {"blanks", false},
};

static bool word_fits(enum profile_word w, enum field_place where)
{
    switch (where) {
    case IN_FILE_NAME:
    case IN_HEAD:
        return w <= WORD_SETTING;
    case IN_DETAIL:
        return w < WORD_NEW_ACCOUNT;
    case IN_ANSWER_HEAD:
        return w <= WORD_SETTING || w == WORD_IGNORED;
    case IN_ANSWER_DETAIL:
        return true;
    }
    must(false); /* no such place */
    return false;
}

static enum status read_setting(const struct reading *r, const struct ynode *n,
                                struct str name, size_t *out, struct diag *d)
{
    for (size_t i = 0; i < r->p->setting_count; i++) {
        if (str_eq(r->p->settings[i].name, name)) {
            *out = i;
            return ST_OK;
        }
    }
    yaml_fail(r->file, n->place, d, "unknown-setting", "\"%.*s\" is not in `settings`",
              STR_ARG(name));
    return diag_hint(d, "add it there: what the channel must say");
}

static enum status check_word(const struct reading *r, const struct ynode *n,
                              enum profile_word w, enum field_place where,
                              struct diag *d)
{
    if (word_fits(w, where)) {
        return ST_OK;
    }
    yaml_fail(r->file, n->place, d, "word-place", "\"%s\" cannot stand here",
              profile_word_name(w));
    if (w >= WORD_NEW_ACCOUNT) {
        return diag_hint(d, "it is only for the answer");
    }
    return diag_hint(d, "it is of one payment: only the detail has it");
}

static enum status read_word(const struct reading *r, const struct ynode **n,
                             enum field_place where, struct profile_field *f,
                             struct diag *d)
{
    int word = 0;
    TRY(profile_one_of(r, n[KEY_VALUE], first_word, &word, d));
    f->word = (enum profile_word)word;
    TRY(check_word(r, n[KEY_VALUE], f->word, where, d));
    if ((f->word == WORD_SETTING) != (n[KEY_SETTING] != NULL)) {
        yaml_fail(r->file, f->place, d, "field-form",
                  "`value: setting` and `setting: NAME` go together");
        return diag_hint(d, "{value: setting, setting: NAME}");
    }
    if (f->word != WORD_SETTING) {
        return ST_OK;
    }
    struct str name;
    TRY(profile_read_name(r, n[KEY_SETTING], &name, d));
    return read_setting(r, n[KEY_SETTING], name, &f->setting, d);
}

static enum status read_content(const struct reading *r, const struct ynode **n,
                                enum field_place where, struct profile_field *f,
                                struct diag *d)
{
    if ((n[KEY_TEXT] == NULL) == (n[KEY_VALUE] == NULL)) {
        yaml_fail(r->file, f->place, d, "field-form",
                  "a field has either `text` or `value`");
        return diag_hint(d, "{text: \"P\"} or {value: amount, as: fen}");
    }
    if (n[KEY_VALUE] != NULL) {
        return read_word(r, n, where, f, d);
    }
    f->word = WORD_TEXT;
    if (n[KEY_SETTING] != NULL) {
        return yaml_fail(r->file, n[KEY_SETTING]->key_place, d, "field-form",
                         "a literal has no setting");
    }
    return profile_literal(r, n[KEY_TEXT], &f->text, d);
}

static bool as_fits(enum profile_word w, enum profile_as as, enum field_place where)
{
    if (is_amount(w)) {
        bool read_back = where == IN_ANSWER_HEAD || where == IN_ANSWER_DETAIL;
        return as == AS_FEN || as == AS_YUAN || (as == AS_CAPITAL && !read_back);
    }
    if (is_day(w)) {
        return (as >= AS_DAY_COMPACT && as <= AS_DAY_SHORT) ||
               (as == AS_TIME && w == WORD_CREATED);
    }
    return as == AS_PLAIN;
}

static enum status check_as(const struct reading *r, const struct profile_field *f,
                            enum field_place where, struct diag *d)
{
    if (as_fits(f->word, f->as, where)) {
        return ST_OK;
    }
    yaml_fail(r->file, f->place, d, "as-form", "this is not a form of \"%s\"",
              profile_word_name(f->word));
    if (is_amount(f->word)) {
        return diag_hint(d, "amounts are written `as: fen` or `as: yuan` (capital too, "
                            "where nobody reads them back)");
    }
    if (is_day(f->word)) {
        return diag_hint(d, "days are written as: yyyyMMdd, yyyy-MM-dd, yyyy/MM/dd or "
                            "yyMMdd; `created` also as: HHmmss");
    }
    return diag_hint(d, "`as` is for amounts and days");
}

static enum status read_width(const struct reading *r, const struct ynode **n,
                              struct profile_field *f, struct diag *d)
{
    static const struct word aligns[] = {{"left", 0}, {"right", 1}, {NULL, 0}};
    static const struct word pads[] = {{" ", ' '}, {"0", '0'}, {NULL, 0}};
    int right = 0;
    int pad = ' ';
    if (n[KEY_WIDTH] != NULL) {
        TRY(profile_number(r, n[KEY_WIDTH], 1, PROFILE_FIELD_BYTES_MAX, &f->width, d));
    } else if (n[KEY_ALIGN] != NULL || n[KEY_PAD] != NULL) {
        yaml_fail(r->file, f->place, d, "width-missing",
                  "`align` and `pad` need a width");
        return diag_hint(d, "add `width: N`, in bytes of the file");
    }
    if (n[KEY_MAX_BYTES] != NULL) {
        TRY(profile_number(r, n[KEY_MAX_BYTES], 1, PROFILE_FIELD_BYTES_MAX,
                           &f->bytes_max, d));
        if (f->width > 0) {
            yaml_fail(r->file, f->place, d, "width-and-max",
                      "a field has either a width or max-bytes");
            return diag_hint(d, "a width is the most, too: take max-bytes out");
        }
    }
    if (n[KEY_ALIGN] != NULL) {
        TRY(profile_one_of(r, n[KEY_ALIGN], aligns, &right, d));
    }
    if (n[KEY_PAD] != NULL) {
        TRY(profile_one_of(r, n[KEY_PAD], pads, &pad, d));
    }
    if (pad == '0' && (right == 0 || !is_number(f->word))) {
        yaml_fail(r->file, f->place, d, "pad-zero",
                  "zeros fill up in front of a number, or they would change it");
        return diag_hint(d,
                         "`align: right`, and only for amounts, counts and settings");
    }
    f->right = right != 0;
    f->pad = (char)pad;
    f->bytes_max = f->width > 0 ? f->width : f->bytes_max;
    return ST_OK;
}

static enum status read_cut(const struct reading *r, const struct ynode **n,
                            struct profile_field *f, struct diag *d)
{
    if (n[KEY_CUT] == NULL) {
        return ST_OK;
    }
    TRY(profile_yes_no(r, n[KEY_CUT], &f->cut, d));
    if (f->cut && !may_be_cut(f->word)) {
        yaml_fail(r->file, n[KEY_CUT]->place, d, "cut-word", "\"%s\" must not be cut",
                  profile_word_name(f->word));
        return diag_hint(d, "only purpose, remark, unit and address may be");
    }
    if (f->cut && f->bytes_max == 0) {
        yaml_fail(r->file, n[KEY_CUT]->place, d, "cut-length", "cut to what length?");
        return diag_hint(d, "add `max-bytes: N`");
    }
    return ST_OK;
}

static enum status read_empty(const struct reading *r, const struct ynode **n,
                              struct profile_field *f, struct diag *d)
{
    static const struct word words[] = {{"error", 0}, {"ok", 1}, {NULL, 0}};
    const struct ynode *said = n[KEY_EMPTY] != NULL ? n[KEY_EMPTY] : n[KEY_WHEN_EMPTY];
    int ok = is_optional(f->word);
    if (said != NULL && never_empty(f->word)) {
        yaml_fail(r->file, said->key_place, d, "never-empty", "\"%s\" is never empty",
                  profile_word_name(f->word));
        return diag_hint(d, "take the key out");
    }
    if (n[KEY_EMPTY] != NULL) {
        TRY(profile_one_of(r, n[KEY_EMPTY], words, &ok, d));
    }
    if (n[KEY_WHEN_EMPTY] != NULL) {
        TRY(profile_text(r, n[KEY_WHEN_EMPTY], PROFILE_TEXT_MAX, &f->when_empty, d));
        if (n[KEY_EMPTY] != NULL && ok == 0) {
            yaml_fail(r->file, f->place, d, "empty-form",
                      "`empty: error` and `when-empty` contradict each other");
            return diag_hint(d, "take one of them out");
        }
        ok = 1;
    }
    f->empty_ok = ok != 0;
    return ST_OK;
}

static enum status read_only_with(const struct reading *r, const struct ynode *n,
                                  enum field_place where, struct profile_field *f,
                                  struct diag *d)
{
    int word = 0;
    TRY(profile_one_of(r, n, first_word, &word, d));
    bool detail = where == IN_DETAIL || where == IN_ANSWER_DETAIL;
    bool optional = word == WORD_BANK || (word >= WORD_PURPOSE && word <= WORD_UNIT);
    if (f->word != WORD_TEXT || !detail || !optional) {
        yaml_fail(r->file, n->key_place, d, "only-with",
                  "a literal of the detail goes with a text that may be empty");
        return diag_hint(d, "{text: \"01\", only-with: id-number}");
    }
    f->only_with = (enum profile_word)word;
    return ST_OK;
}

static enum status read_field(const struct reading *r, const struct ynode *n,
                              enum field_place where, struct profile_field *f,
                              struct diag *d)
{
    const struct ynode *keys[FIELD_KEYS];
    int as = AS_PLAIN;
    TRY(profile_keys(r, n, "a field", field_keys, FIELD_KEYS, keys, d));
    f->place = n->place;
    TRY(read_content(r, keys, where, f, d));
    if (keys[KEY_AS] != NULL) {
        TRY(profile_one_of(r, keys[KEY_AS], as_words, &as, d));
    }
    f->as = (enum profile_as)as;
    TRY(check_as(r, f, where, d));
    TRY(read_width(r, keys, f, d));
    TRY(read_cut(r, keys, f, d));
    TRY(read_empty(r, keys, f, d));
    if (keys[KEY_TITLE] != NULL) {
        TRY(profile_text(r, keys[KEY_TITLE], PROFILE_TEXT_MAX, &f->title, d));
    }
    if (keys[KEY_ONLY_WITH] != NULL) {
        TRY(read_only_with(r, keys[KEY_ONLY_WITH], where, f, d));
    }
    if (keys[KEY_JOINED] != NULL) {
        TRY(profile_yes_no(r, keys[KEY_JOINED], &f->joined, d));
    }
    if (keys[KEY_BLANKS] != NULL) {
        TRY(profile_yes_no(r, keys[KEY_BLANKS], &f->blanks, d));
    }
    return ST_OK;
}

/* ---- lines ---- */

/* No text is NULL, whatever the file says. */
static void blank_field(struct profile_field *f)
{
    *f = (struct profile_field){
        .text = str_of(""), .title = str_of(""), .when_empty = str_of(""), .pad = ' '};
}

enum status profile_read_line(const struct reading *r, const struct ynode *n,
                              enum field_place where, struct profile_line *out,
                              struct diag *d)
{
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_FIELDS_MAX, sizeof(struct profile_field), &memory,
                      d));
    struct profile_field *fields = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        blank_field(&fields[i]);
        TRY(read_field(r, m, where, &fields[i++], d));
    }
    *out = (struct profile_line){.fields = fields, .count = i, .place = n->place};
    return ST_OK;
}

enum status profile_read_lines(const struct reading *r, const struct ynode *n,
                               enum field_place where, const struct profile_line **out,
                               size_t *count, struct diag *d)
{
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_LINES_MAX, sizeof(struct profile_line), &memory,
                      d));
    struct profile_line *lines = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(profile_read_line(r, m, where, &lines[i++], d));
    }
    *out = lines;
    *count = i;
    return ST_OK;
}

/* ---- file names ---- */

static enum status fail_pattern(const struct reading *r, const struct ynode *n,
                                const char *what, struct diag *d)
{
    yaml_fail(r->file, n->place, d, "file-name", "%s", what);
    return diag_hint(d, "as in \"req_{pay-day:yyyyMMdd}_{file-number:3}.txt\"");
}

/* What stands behind the colon: digits of a number, the form of a day, a setting. */
static enum status pattern_form(const struct reading *r, const struct ynode *n,
                                struct str form, struct profile_field *f,
                                struct diag *d)
{
    uint64_t digits = 0;
    if (f->word == WORD_SETTING) {
        return read_setting(r, n, form, &f->setting, d);
    }
    if (f->word == WORD_FILE_NUMBER || f->word == WORD_PART) {
        f->width = 0;
        if (form.n > 0 && !text_u64(form, 1, 9, &digits)) {
            return fail_pattern(r, n, "a number has 1 to 9 digits", d);
        }
        f->width = f->bytes_max = (uint32_t)digits;
        f->right = true;
        f->pad = '0';
        return ST_OK;
    }
    for (const struct word *w = as_words; w->text != NULL; w++) {
        if (str_is(form, w->text)) {
            f->as = (enum profile_as)w->number;
            return check_as(r, f, IN_FILE_NAME, d);
        }
    }
    return form.n > 0 ? fail_pattern(r, n, "an unknown form behind the colon", d)
                      : check_as(r, f, IN_FILE_NAME, d);
}

/* inner: what stands between the braces. */
static enum status pattern_word(const struct reading *r, const struct ynode *n,
                                struct str inner, struct profile_field *f,
                                struct diag *d)
{
    const char *colon = inner.n > 0 ? memchr(inner.p, ':', inner.n) : NULL;
    struct str name = inner;
    struct str form = str_of("");
    if (colon != NULL) {
        name.n = (size_t)(colon - inner.p);
        form = str_make(colon + 1, inner.n - name.n - 1);
    }
    for (const struct word *w = first_word; w->text != NULL; w++) {
        if (str_is(name, w->text)) {
            f->word = (enum profile_word)w->number;
            TRY(check_word(r, n, f->word, IN_FILE_NAME, d));
            return pattern_form(r, n, form, f, d);
        }
    }
    return fail_pattern(r, n, "an unknown word in braces", d);
}

/* Names that stay in their folder, on every system. */
static bool is_file_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("/\\:*?\"<>|}\t", s.p[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static enum status pattern_piece(const struct reading *r, const struct ynode *n,
                                 struct str *rest, struct profile_field *f,
                                 struct diag *d)
{
    blank_field(f);
    f->place = n->place;
    const char *brace = memchr(rest->p, '{', rest->n);
    if (brace != rest->p) {
        size_t len = brace == NULL ? rest->n : (size_t)(brace - rest->p);
        struct str text = str_make(rest->p, len);
        if (!is_file_text(text)) {
            return fail_pattern(r, n, "a character that no file name has", d);
        }
        *rest = str_make(rest->p + len, rest->n - len);
        return profile_keep(r, text, &f->text, d);
    }
    const char *end = memchr(rest->p, '}', rest->n);
    if (end == NULL) {
        return fail_pattern(r, n, "a brace is not closed", d);
    }
    struct str inner = str_make(rest->p + 1, (size_t)(end - rest->p) - 1);
    *rest = str_make(end + 1, rest->n - inner.n - 2);
    return pattern_word(r, n, inner, f, d);
}

enum status profile_read_pattern(const struct reading *r, const struct ynode *n,
                                 struct profile_line *out, struct diag *d)
{
    struct str rest;
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, &rest, d));
    struct profile_field *fields =
        arena_array(r->p->arena, PROFILE_FIELDS_MAX, sizeof *fields);
    if (fields == NULL) {
        return arena_check(r->p->arena, d);
    }
    size_t count = 0;
    while (rest.n > 0) {
        if (count == PROFILE_FIELDS_MAX) {
            return fail_pattern(r, n, "the name has too many pieces", d);
        }
        TRY(pattern_piece(r, n, &rest, &fields[count++], d));
    }
    if (fields[0].word == WORD_TEXT && fields[0].text.p[0] == '.') {
        return fail_pattern(r, n, "a file that begins with a point is hidden", d);
    }
    *out = (struct profile_line){.fields = fields, .count = count, .place = n->place};
    return ST_OK;
}
