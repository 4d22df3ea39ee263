/* profile_answer.c - the part of a profile that says what the bank's answer looks like
 * and what its marks mean. */
#include "formats/profile_private.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"

/* ---- how a file is cut ---- */

static enum status read_encoding(const struct reading *r, const struct ynode *n,
                                 struct profile_layout *out, struct diag *d)
{
    enum { SHEET = -1 };
    static const struct word words[] = {{"UTF-8", CHARSET_UTF8},
                                        {"GBK", CHARSET_GBK},
                                        {"GB18030", CHARSET_GB18030},
                                        {"sheet", SHEET},
                                        {NULL, 0}};
    int number = 0;
    TRY(profile_one_of(r, n, words, &number, d));
    out->sheet = number == SHEET;
    out->charset = out->sheet ? CHARSET_GB18030 : (enum charset)number;
    return ST_OK;
}

static enum status read_separator(const struct reading *r, const struct ynode *n,
                                  struct profile_layout *out, struct diag *d)
{
    struct str s;
    TRY(profile_text(r, n, PROFILE_SEPARATOR_MAX, &s, d));
    out->separator = str_of("");
    if (str_is(s, "widths")) {
        out->cut = CUT_BY_WIDTHS;
    } else if (str_is(s, "none")) {
        out->cut = CUT_NOT;
    } else if (str_is(s, "blanks")) {
        out->cut = CUT_BY_BLANKS;
        out->separator = str_of(" ");
    } else {
        out->cut = CUT_BY_TEXT;
        out->separator = s;
    }
    char c = s.p[0];
    bool digit = c >= '0' && c <= '9';
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool in_ids = digit || letter || strchr("-./_:", c) != NULL;
    if (out->cut == CUT_BY_TEXT && in_ids) {
        yaml_fail(r->file, n->place, d, "separator-text",
                  "accounts and our serial numbers may hold \"%c\"", c);
        return diag_hint(d, "a separator begins with another character, such as | , ; "
                            "or a tab");
    }
    if (out->cut == CUT_BY_TEXT && str_is(text_trim(s), "")) {
        yaml_fail(r->file, n->place, d, "separator-blank",
                  "a blank as a separator cannot be told from one in a name");
        return diag_hint(d, "write `separator: blanks`");
    }
    return ST_OK;
}

static enum status read_extension(const struct reading *r, const struct ynode *n,
                                  struct str *out, struct diag *d)
{
    const size_t max = 8;
    TRY(profile_text(r, n, max, out, d));
    for (size_t i = 0; i < out->n; i++) {
        char c = out->p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            yaml_fail(r->file, n->place, d, "extension",
                      "\"%.*s\" is no ending of a file", STR_ARG(*out));
            return diag_hint(d, "a-z and 0-9, without the point: txt");
        }
    }
    return ST_OK;
}

static enum status read_line_keys(const struct reading *r, const struct ynode **n,
                                  struct profile_layout *out, struct diag *d)
{
    static const struct word ends[] = {{"CRLF", 1}, {"LF", 0}, {NULL, 0}};
    static const struct word quotes[] = {
        {"none", QUOTE_NONE}, {"csv", QUOTE_CSV}, {"xml", QUOTE_XML}, {NULL, 0}};
    int number = 0;
    if (n[LAYOUT_LINE_END] != NULL) {
        TRY(profile_one_of(r, n[LAYOUT_LINE_END], ends, &number, d));
        out->crlf = number != 0;
    }
    if (n[LAYOUT_LAST_LINE_END] != NULL) {
        TRY(profile_yes_no(r, n[LAYOUT_LAST_LINE_END], &out->last_line_end, d));
    }
    if (n[LAYOUT_SEPARATOR] != NULL) {
        TRY(read_separator(r, n[LAYOUT_SEPARATOR], out, d));
    }
    if (n[LAYOUT_QUOTE] != NULL) {
        TRY(profile_one_of(r, n[LAYOUT_QUOTE], quotes, &number, d));
        out->quote = (enum profile_quote)number;
    }
    return ST_OK;
}

static enum status check_layout(const struct reading *r, const struct ynode **n,
                                const struct profile_layout *l, struct diag *d)
{
    static const char *const names[] = {
        [LAYOUT_LINE_END] = "line-end",
        [LAYOUT_LAST_LINE_END] = "last-line-end",
        [LAYOUT_SEPARATOR] = "separator",
        [LAYOUT_QUOTE] = "quote",
    };
    for (size_t i = LAYOUT_LINE_END; l->sheet && i <= LAYOUT_QUOTE; i++) {
        if (n[i] != NULL) {
            yaml_fail(r->file, n[i]->key_place, d, "sheet-key", "a sheet has no \"%s\"",
                      names[i]);
            return diag_hint(d, "take the key out");
        }
    }
    const struct ynode *quote = n[LAYOUT_QUOTE];
    bool one_byte =
        l->cut == CUT_BY_TEXT && l->separator.n == 1 && l->separator.p[0] != '"';
    if (quote != NULL && l->quote == QUOTE_CSV && !one_byte) {
        yaml_fail(r->file, quote->place, d, "quote-separator",
                  "csv quotes go with a separator of one character");
        return diag_hint(d, "separator: \",\"");
    }
    if (quote != NULL && l->quote == QUOTE_XML && l->cut != CUT_NOT) {
        yaml_fail(r->file, quote->place, d, "quote-separator",
                  "xml's escapes go with markup around each field");
        return diag_hint(d, "separator: none");
    }
    return ST_OK;
}

enum status profile_read_layout(const struct reading *r, const struct ynode **nodes,
                                struct profile_layout *out, struct diag *d)
{
    if (nodes[LAYOUT_ENCODING] != NULL) {
        TRY(read_encoding(r, nodes[LAYOUT_ENCODING], out, d));
    }
    TRY(read_line_keys(r, nodes, out, d));
    if (nodes[LAYOUT_EXTENSION] != NULL) {
        TRY(read_extension(r, nodes[LAYOUT_EXTENSION], &out->extension, d));
    }
    return check_layout(r, nodes, out, d);
}

/* ---- results and refusals ---- */

static enum status read_reason(const struct reading *r, const struct ynode *n,
                               enum payment_reason *out, struct diag *d)
{
    struct str name;
    TRY(profile_text(r, n, PROFILE_TEXT_MAX, &name, d));
    if (payment_reason_parse(name, out) && *out != REASON_NONE) {
        return ST_OK;
    }
    yaml_fail(r->file, n->place, d, "unknown-reason",
              "\"%.*s\" is not a reason of ours", STR_ARG(name));
    return diag_hint(d, "account-invalid, account-closed, account-blocked, "
                        "account-kind, name-mismatch, holder-dead, bank-code, "
                        "amount-limit, funds, duplicate, regulatory, other");
}

static enum status check_result(const struct reading *r,
                                const struct profile_result *one,
                                const struct profile_result *all, struct diag *d)
{
    bool failed = one->status == PAYMENT_REJECTED || one->status == PAYMENT_RETURNED;
    if (one->code.n == 0 && one->text.n == 0) {
        yaml_fail(r->file, one->place, d, "result-form",
                  "a result has a code, a text, or both");
        return diag_hint(d, "{code: \"0000\", status: paid}");
    }
    if (failed != (one->reason != REASON_NONE)) {
        yaml_fail(r->file, one->place, d, "result-reason",
                  failed ? "why is it rejected or returned?"
                         : "only what is rejected or returned has a reason");
        return diag_hint(d, failed ? "add `reason: other` when the bank does not say"
                                   : "take the reason out");
    }
    for (const struct profile_result *o = all; o != one; o++) {
        bool any = str_is(o->code, "*") && o->text.n == 0;
        if (any || (str_eq(o->code, one->code) && str_eq(o->text, one->text))) {
            yaml_fail(r->file, one->place, d, "result-never",
                      "an earlier result takes all that this one would");
            return diag_hint(d, "the first that matches decides; \"*\" comes last");
        }
    }
    return ST_OK;
}

static enum status read_result(const struct reading *r, const struct ynode *n,
                               struct profile_result *out, struct diag *d)
{
    static const struct word statuses[] = {
        {"paid", PAYMENT_PAID},         {"rejected", PAYMENT_REJECTED},
        {"returned", PAYMENT_RETURNED}, {"pending", PAYMENT_PENDING},
        {"unknown", PAYMENT_UNKNOWN},   {NULL, 0}};
    enum { CODE, TEXT, STATUS, REASON, KEYS };
    static const struct key keys[KEYS] = {
        {"code", false}, {"text", false}, {"status", true}, {"reason", false}};
    const struct ynode *k[KEYS];
    int status = 0;
    TRY(profile_keys(r, n, "a result", keys, KEYS, k, d));
    *out = (struct profile_result){
        .code = str_of(""), .text = str_of(""), .place = n->place};
    if (k[CODE] != NULL) {
        TRY(profile_text(r, k[CODE], ANSWER_CODE_MAX, &out->code, d));
    }
    if (k[TEXT] != NULL) {
        TRY(profile_text(r, k[TEXT], ANSWER_TEXT_MAX, &out->text, d));
    }
    TRY(profile_one_of(r, k[STATUS], statuses, &status, d));
    out->status = (enum payment_status)status;
    return k[REASON] != NULL ? read_reason(r, k[REASON], &out->reason, d) : ST_OK;
}

static enum status read_results(const struct reading *r, const struct ynode *n,
                                struct profile_answer *a, struct diag *d)
{
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_RESULTS_MAX, sizeof(struct profile_result), &memory,
                      d));
    struct profile_result *results = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_result(r, m, &results[i], d));
        TRY(check_result(r, &results[i], results, d));
        i++;
    }
    a->results = results;
    a->result_count = i;
    return ST_OK;
}

static enum status read_refusals(const struct reading *r, const struct ynode *n,
                                 struct profile_answer *a, struct diag *d)
{
    enum { LINE, REASON, TEXT, KEYS };
    static const struct key keys[KEYS] = {
        {"line", true}, {"reason", true}, {"text", false}};
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_REFUSALS_MAX, sizeof(struct profile_refusal),
                      &memory, d));
    struct profile_refusal *refusals = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        const struct ynode *k[KEYS];
        struct profile_refusal *one = &refusals[i++];
        *one = (struct profile_refusal){.line = str_of(""), .text = str_of("")};
        TRY(profile_keys(r, m, "a refusal", keys, KEYS, k, d));
        TRY(profile_text(r, k[LINE], PROFILE_TEXT_MAX, &one->line, d));
        TRY(read_reason(r, k[REASON], &one->reason, d));
        if (k[TEXT] != NULL) {
            TRY(profile_text(r, k[TEXT], ANSWER_TEXT_MAX, &one->text, d));
        }
    }
    a->refusals = refusals;
    a->refusal_count = i;
    return ST_OK;
}

static enum status read_match(const struct reading *r, const struct ynode *n,
                              struct profile_answer *a, struct diag *d)
{
    static const struct word words[] = {
        {"id", WORD_ID},         {"number", WORD_NUMBER}, {"account", WORD_ACCOUNT},
        {"amount", WORD_AMOUNT}, {"name", WORD_NAME},     {NULL, 0}};
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_MATCH_MAX, 1, &memory, d));
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        int word = 0;
        TRY(profile_one_of(r, m, words, &word, d));
        for (size_t i = 0; i < a->match_count; i++) {
            if ((int)a->match[i] == word) {
                yaml_fail(r->file, m->place, d, "doubled-value",
                          "it stands there twice");
                return diag_hint(d, "write it once");
            }
        }
        a->match[a->match_count++] = (enum profile_word)word;
    }
    return ST_OK;
}

static enum status read_ignore(const struct reading *r, const struct ynode *n,
                               struct profile_answer *a, struct diag *d)
{
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_IGNORE_MAX, sizeof(struct str), &memory, d));
    struct str *texts = memory;
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(profile_text(r, m, PROFILE_TEXT_MAX, &texts[i++], d));
    }
    a->ignore = texts;
    a->ignore_count = i;
    return ST_OK;
}

/* ---- the whole ---- */

enum {
    KEY_FORM = LAYOUT_KEYS, /* behind those of the layout */
    KEY_HEADER,
    KEY_COLUMN_NAMES,
    KEY_DETAIL,
    KEY_TRAILER,
    KEY_MATCH,
    KEY_ABSENT,
    KEY_IGNORE,
    KEY_RESULTS,
    KEY_REFUSAL,
    ANSWER_KEYS
};

static const struct key answer_keys[ANSWER_KEYS] = {
    [LAYOUT_ENCODING] = {"encoding", false},
    [LAYOUT_LINE_END] = {"line-end", false},
    [LAYOUT_LAST_LINE_END] = {"last-line-end", false},
    [LAYOUT_SEPARATOR] = {"separator", false},
    [LAYOUT_QUOTE] = {"quote", false},
    [LAYOUT_EXTENSION] = {"extension", false},
    [KEY_FORM] = {"form", true},
    [KEY_HEADER] = {"header", false},
    [KEY_COLUMN_NAMES] = {"column-names", false},
    [KEY_DETAIL] = {"detail", false},
    [KEY_TRAILER] = {"trailer", false},
    [KEY_MATCH] = {"match", false},
    [KEY_ABSENT] = {"absent", false},
    [KEY_IGNORE] = {"ignore", false},
    [KEY_RESULTS] = {"results", false},
    [KEY_REFUSAL] = {"refusal", false},
};

/* Which keys a form takes: bits of (1 << form). */
static enum status check_keys(const struct reading *r, const struct ynode **k,
                              enum profile_form form, struct diag *d)
{
    for (size_t i = 0; i < ANSWER_KEYS; i++) {
        bool own = i < LAYOUT_KEYS || i == KEY_HEADER || i == KEY_COLUMN_NAMES ||
                   i == KEY_TRAILER;
        bool fits = i == KEY_FORM || form == ANSWER_OWN_FILE ||
                    (form == ANSWER_SAME_FILE && !own);
        if (k[i] != NULL && !fits) {
            yaml_fail(r->file, k[i]->key_place, d, "form-key",
                      "\"%s\" does not go with this form of answer",
                      answer_keys[i].name);
            return diag_hint(d, form == ANSWER_NONE
                                    ? "without an answer there is nothing to say of it"
                                    : "the file that was sent has it already");
        }
    }
    static const size_t needed[] = {KEY_MATCH, KEY_RESULTS, KEY_DETAIL};
    for (size_t i = 0; form != ANSWER_NONE && i < PROFILE_COUNT_OF(needed); i++) {
        bool given = needed[i] == KEY_DETAIL && form == ANSWER_SAME_FILE;
        if (k[needed[i]] == NULL && !given) {
            yaml_fail(r->file, k[KEY_FORM]->place, d, "missing-key",
                      "\"%s\" is missing in the answer", answer_keys[needed[i]].name);
            return diag_hint(d, "docs/PROFILES.md says what it may be");
        }
    }
    return ST_OK;
}

static enum status read_body(const struct reading *r, const struct ynode **k,
                             struct profile_body *out, struct diag *d)
{
    if (k[KEY_HEADER] != NULL) {
        TRY(profile_read_lines(r, k[KEY_HEADER], IN_ANSWER_HEAD, &out->header,
                               &out->header_count, d));
    }
    if (k[KEY_COLUMN_NAMES] != NULL) {
        TRY(profile_yes_no(r, k[KEY_COLUMN_NAMES], &out->column_names, d));
    }
    if (k[KEY_DETAIL] != NULL) {
        TRY(profile_read_line(r, k[KEY_DETAIL], IN_ANSWER_DETAIL, &out->detail, d));
    }
    if (k[KEY_TRAILER] != NULL) {
        TRY(profile_read_lines(r, k[KEY_TRAILER], IN_ANSWER_HEAD, &out->trailer,
                               &out->trailer_count, d));
    }
    return ST_OK;
}

/* Keys that a changed encoding or separator takes back to their beginning. */
static void reset_layout(const struct ynode **k, struct profile_layout *l)
{
    if (k[LAYOUT_SEPARATOR] != NULL && k[LAYOUT_QUOTE] == NULL) {
        l->quote = QUOTE_NONE;
    }
    if (k[LAYOUT_ENCODING] != NULL && str_is(k[LAYOUT_ENCODING]->text, "sheet")) {
        l->crlf = false;
        l->last_line_end = true;
        l->cut = CUT_NOT;
        l->quote = QUOTE_NONE;
        l->separator = str_of("");
    }
}

static enum status check_text_layout(const struct reading *r, const struct ynode **k,
                                     struct diag *d)
{
    const struct profile_layout *l = &r->p->answer.layout;
    if (l->sheet || !r->p->layout.sheet) {
        return ST_OK;
    }
    static const size_t needed[] = {LAYOUT_LINE_END, LAYOUT_SEPARATOR};
    for (size_t i = 0; i < PROFILE_COUNT_OF(needed); i++) {
        if (k[needed[i]] == NULL) {
            yaml_fail(r->file, k[LAYOUT_ENCODING]->place, d, "missing-key",
                      "\"%s\" is missing: the order is a sheet",
                      answer_keys[needed[i]].name);
            return diag_hint(d, "docs/PROFILES.md says what it may be");
        }
    }
    return ST_OK;
}

enum status profile_read_the_answer(const struct reading *r, const struct ynode *n,
                                    struct diag *d)
{
    static const struct word forms[] = {{"own-file", ANSWER_OWN_FILE},
                                        {"same-file", ANSWER_SAME_FILE},
                                        {"none", ANSWER_NONE},
                                        {NULL, 0}};
    static const struct word absents[] = {
        {"paid", PAYMENT_PAID}, {"unknown", PAYMENT_UNKNOWN}, {NULL, 0}};
    const struct ynode *k[ANSWER_KEYS];
    struct profile_answer *a = &r->p->answer;
    int form = 0;
    int absent = PAYMENT_UNKNOWN;
    TRY(profile_keys(r, n, "the answer", answer_keys, ANSWER_KEYS, k, d));
    TRY(profile_one_of(r, k[KEY_FORM], forms, &form, d));
    a->form = (enum profile_form)form;
    TRY(check_keys(r, k, a->form, d));
    reset_layout(k, &a->layout);
    TRY(profile_read_layout(r, k, &a->layout, d));
    TRY(check_text_layout(r, k, d));
    TRY(read_body(r, k, &a->body, d));
    if (k[KEY_ABSENT] != NULL) {
        TRY(profile_one_of(r, k[KEY_ABSENT], absents, &absent, d));
    }
    a->absent = (enum payment_status)absent;
    if (k[KEY_MATCH] != NULL) {
        TRY(read_match(r, k[KEY_MATCH], a, d));
    }
    if (k[KEY_IGNORE] != NULL) {
        TRY(read_ignore(r, k[KEY_IGNORE], a, d));
    }
    if (k[KEY_RESULTS] != NULL) {
        TRY(read_results(r, k[KEY_RESULTS], a, d));
    }
    if (k[KEY_REFUSAL] != NULL) {
        TRY(read_refusals(r, k[KEY_REFUSAL], a, d));
    }
    return profile_check_answer(r, n->place, d);
}
