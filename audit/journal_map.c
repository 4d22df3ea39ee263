/* journal_map.c - see journal_map.h. Strict, as all that decides about money: unknown
 * keys, accounts and events are errors, and so is a posting told of twice. Form:
 * docs/formats/journal.md. */
#include "audit/journal_map.h"

#include <string.h>

#include "base/text.h"
#include "base/yaml.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2199

struct reading {
    struct arena *a;
    const char *name;
};

static enum status refuse(const struct reading *r, struct place at, struct str subject,
                          const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, "journal-mapping", "\"%.*s\" %s",
              (int)(subject.n < 100 ? subject.n : 100), subject.n > 0 ? subject.p : "",
              what);
    return diag_where(d, "%s:%u:%u", r->name, (unsigned)at.line, (unsigned)at.column);
}

static enum status want(const struct reading *r, const struct ynode *n,
                        enum ynode_kind kind, struct diag *d)
{
    if (n->kind == kind && (kind == YNODE_SCALAR ? n->text.n : n->count) > 0) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "journal-mapping", "%s is expected here, and not empty",
              yaml_kind_name(kind));
    return diag_where(d, "%s:%u:%u", r->name, (unsigned)n->place.line,
                      (unsigned)n->place.column);
}

/* Two characters of Unicode that XML cannot hold, besides control characters. */
static bool is_written(struct str s)
{
    for (size_t i = 0; i + 3 <= s.n; i++) {
        if (memcmp(s.p + i, "\xef\xbf\xbe", 3) == 0 ||
            memcmp(s.p + i, "\xef\xbf\xbf", 3) == 0) {
            return false;
        }
    }
    return text_trim(s).n == s.n && !text_has_control(s);
}

static enum status keep(const struct reading *r, struct str text, const char **out,
                        struct diag *d)
{
    *out = arena_str(r->a, text);
    return *out != NULL ? ST_OK : arena_check(r->a, d);
}

static enum status read_name(const struct reading *r, const struct ynode *n,
                             const char **out, struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    if (n->text.n > JOURNAL_TEXT_MAX || !is_written(n->text)) {
        return refuse(r, n->place, n->text, "is too long or cannot be printed", d);
    }
    return keep(r, n->text, out, d);
}

/* Of an account or a class: letters, digits, points. */
static enum status read_code(const struct reading *r, const struct ynode *n,
                             const char **out, struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    bool fine = n->text.n <= JOURNAL_CODE_MAX;
    for (size_t i = 0; i < n->text.n; i++) {
        char c = n->text.p[i];
        fine = fine && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '.');
    }
    if (!fine) {
        return refuse(r, n->place, n->text, "is no code: up to 20 letters and digits",
                      d);
    }
    return keep(r, n->text, out, d);
}

/* ---- postings ---- */

static bool account_named(struct str word, enum account_kind *out)
{
    for (int k = 0; k < ACCOUNT_KINDS; k++) {
        if (str_is(word, account_kind_name((enum account_kind)k))) {
            *out = (enum account_kind)k;
            return true;
        }
    }
    return false;
}

static struct str next_word(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    struct str word = str_make(rest->p, n);
    n += n < rest->n ? 1 : 0;
    *rest = str_make(rest->p + n, rest->n - n);
    return word;
}

/* "transit paid", "repayment recovered receivable", or "prior paid returned". */
static enum status read_posting(const struct reading *r, const struct ynode *n,
                                struct journal_rule *out, struct diag *d)
{
    struct str rest = n->key;
    struct str words[3];
    size_t count = 0;
    out->prior = rest.n > 6 && memcmp(rest.p, "prior ", 6) == 0;
    rest = out->prior ? str_make(rest.p + 6, rest.n - 6) : rest;
    while (rest.n > 0 && count < 3) {
        words[count++] = next_word(&rest);
    }
    size_t at = count == 3 ? 1 : 0;
    enum journal_event event = JOURNAL_EVENTS;
    if (rest.n > 0 || count < 2 ||
        (at == 1 && !journal_event_named(words[0], &event)) ||
        !account_named(words[at], &out->debit) ||
        !account_named(words[at + 1], &out->credit) || out->debit == out->credit) {
        refuse(r, n->key_place, n->key, "is no posting", d);
        return diag_hint(d, "debit and credit, perhaps behind an event, and behind "
                            "\"prior\" for an earlier year's money: \"transit paid\", "
                            "\"prior answer paid returned\"");
    }
    out->event = (int)event;
    return ST_OK;
}

static enum status read_red(const struct reading *r, const struct ynode *n, bool *out,
                            struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    if (!str_is(n->text, "yes") && !str_is(n->text, "no")) {
        return refuse(r, n->place, n->text, "is neither yes nor no", d);
    }
    *out = str_is(n->text, "yes");
    return ST_OK;
}

static enum status read_entry(const struct reading *r, const struct ynode *n,
                              struct journal_entry *out, struct diag *d)
{
    TRY(want(r, n, YNODE_MAP, d));
    memset(out, 0, sizeof *out);
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        if (str_is(c->key, "book")) {
            TRY(read_name(r, c, &out->book, d));
        } else if (str_is(c->key, "debit")) {
            TRY(read_code(r, c, &out->debit, d));
        } else if (str_is(c->key, "credit")) {
            TRY(read_code(r, c, &out->credit, d));
        } else if (str_is(c->key, "red")) {
            TRY(read_red(r, c, &out->red, d));
        } else {
            refuse(r, c->key_place, c->key, "is no key of an entry", d);
            return diag_hint(d, "keys: book, debit, credit, red");
        }
    }
    if (out->book == NULL || out->debit == NULL || out->credit == NULL) {
        return refuse(r, n->place, str_of("book, debit, credit"), "are needed", d);
    }
    return ST_OK;
}

static enum status read_entries(const struct reading *r, const struct ynode *n,
                                struct journal_rule *out, struct diag *d)
{
    out->count = 0;
    out->entries = NULL;
    if (n->kind == YNODE_SCALAR && str_is(n->text, "none")) {
        return ST_OK;
    }
    TRY(want(r, n, YNODE_LIST, d));
    if (n->count > JOURNAL_ENTRIES_MAX) {
        return refuse(r, n->place, n->key, "has more than 8 entries", d);
    }
    struct journal_entry *entries = arena_array(r->a, n->count, sizeof *entries);
    if (entries == NULL) {
        return arena_check(r->a, d);
    }
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        TRY(read_entry(r, c, &entries[out->count], d));
        out->count++;
    }
    out->entries = entries;
    return ST_OK;
}

static enum status read_rules(const struct reading *r, const struct ynode *n,
                              const struct journal_rule **out, size_t *count,
                              struct diag *d)
{
    TRY(want(r, n, YNODE_MAP, d));
    struct journal_rule *rules = arena_array(r->a, n->count, sizeof *rules);
    if (rules == NULL) {
        return arena_check(r->a, d);
    }
    *count = 0;
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        struct journal_rule *rule = &rules[*count];
        TRY(read_posting(r, c, rule, d));
        for (size_t i = 0; i < *count; i++) {
            if (rules[i].event == rule->event && rules[i].prior == rule->prior &&
                rules[i].debit == rule->debit && rules[i].credit == rule->credit) {
                return refuse(r, c->key_place, c->key, "is there twice", d);
            }
        }
        TRY(read_entries(r, c, rule, d));
        ++*count;
    }
    *out = rules;
    return ST_OK;
}

/* ---- programmes ---- */

static enum status read_programme(const struct reading *r, const struct ynode *n,
                                  struct journal_programme *out, struct diag *d)
{
    memset(out, 0, sizeof *out);
    if (!str_is(n->key, "*") && !programme_code_valid(n->key)) {
        return refuse(r, n->key_place, n->key, "is no code of a programme", d);
    }
    TRY(want(r, n, YNODE_MAP, d));
    TRY(keep(r, n->key, &out->code, d));
    out->functional = out->economic = "";
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        if (str_is(c->key, "functional")) {
            TRY(read_code(r, c, &out->functional, d));
        } else if (str_is(c->key, "economic")) {
            TRY(read_code(r, c, &out->economic, d));
        } else if (str_is(c->key, "postings")) {
            TRY(read_rules(r, c, &out->rules, &out->rule_count, d));
        } else {
            refuse(r, c->key_place, c->key, "is no key of a programme", d);
            return diag_hint(d, "keys: functional, economic, postings");
        }
    }
    return ST_OK;
}

static enum status read_programmes(const struct reading *r, const struct ynode *n,
                                   struct journal_map *out, struct diag *d)
{
    TRY(want(r, n, YNODE_MAP, d));
    struct journal_programme *rows = arena_array(r->a, n->count, sizeof *rows);
    if (rows == NULL) {
        return arena_check(r->a, d);
    }
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        TRY(read_programme(r, c, &rows[out->programme_count], d));
        out->programme_count++;
    }
    out->programmes = rows;
    return ST_OK;
}

static enum status read_year(const struct reading *r, const struct ynode *n,
                             int32_t *out, struct diag *d)
{
    uint64_t year;
    TRY(want(r, n, YNODE_SCALAR, d));
    if (!text_u64(n->text, YEAR_MIN, YEAR_MAX, &year)) {
        return refuse(r, n->place, n->text, "is no year", d);
    }
    *out = (int32_t)year;
    return ST_OK;
}

enum status journal_map_read(struct journal_map *out, struct arena *a, struct str text,
                             const char *file_name, struct diag *d)
{
    const struct reading r = {a, file_name};
    const struct ynode *root;
    struct journal_map m = {0};
    TRY(yaml_read(&root, a, text, file_name, d));
    TRY(want(&r, root, YNODE_MAP, d));
    for (const struct ynode *c = root->first; c != NULL; c = c->next) {
        if (str_is(c->key, "journal")) {
            TRY(read_name(&r, c, &m.name, d));
        } else if (str_is(c->key, "year")) {
            TRY(read_year(&r, c, &m.year, d));
        } else if (str_is(c->key, "programmes")) {
            TRY(read_programmes(&r, c, &m, d));
        } else if (str_is(c->key, "postings")) {
            TRY(read_rules(&r, c, &m.rules, &m.rule_count, d));
        } else {
            refuse(&r, c->key_place, c->key, "is no key of a journal mapping", d);
            return diag_hint(d, "keys: journal, year, programmes, postings");
        }
    }
    if (m.name == NULL || m.year == 0 || m.programmes == NULL || m.rules == NULL) {
        return refuse(&r, root->place, str_of("journal, year, programmes, postings"),
                      "are needed", d);
    }
    *out = m;
    return ST_OK;
}

/* ---- looking up ---- */

static const struct journal_rule *find_rule(const struct journal_rule *rules,
                                            size_t count, int event, bool prior,
                                            const struct journal_posting *p)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i].event == event && rules[i].prior == prior &&
            rules[i].debit == p->debit && rules[i].credit == p->credit) {
            return &rules[i];
        }
    }
    return NULL;
}

static const struct journal_programme *find_programme(const struct journal_map *m,
                                                      const char *code)
{
    for (size_t i = 0; i < m->programme_count; i++) {
        if (strcmp(m->programmes[i].code, code) == 0) {
            return &m->programmes[i];
        }
    }
    return NULL;
}

enum status journal_map_find(const struct journal_map *m,
                             const struct journal_voucher *v,
                             const struct journal_posting *p,
                             const struct journal_programme **programme,
                             const struct journal_rule **rule, struct diag *d)
{
    const struct journal_programme *of = find_programme(m, p->programme);
    of = of == NULL ? find_programme(m, "*") : of;
    const struct journal_rule *found = NULL;
    for (int k = v->prior ? 0 : 4; of != NULL && found == NULL && k < 8; k++) {
        int of_event = k % 2 == 0 ? (int)v->event : (int)JOURNAL_EVENTS;
        bool own = k % 4 < 2;
        found = own ? find_rule(of->rules, of->rule_count, of_event, k < 4, p)
                    : find_rule(m->rules, m->rule_count, of_event, k < 4, p);
    }
    if (found == NULL) {
        diag_fail(d, ST_INPUT, "journal-unmapped",
                  "the mapping does not say what becomes of \"%s %s %s\" of programme "
                  "%s",
                  journal_event_name(v->event), account_kind_name(p->debit),
                  account_kind_name(p->credit), p->programme);
        return of == NULL
                   ? diag_hint(d, "add the programme, or \"*\" for all others")
                   : diag_hint(d, "add the posting; \"none\" where it needs no entry");
    }
    *programme = of;
    *rule = found;
    return ST_OK;
}
