/* proof_text.c - C2SP tlog-proof and tlog-witness add-checkpoint; see proof_text.h. */
#include "ledger/proof_text.h"

#include <inttypes.h>

#include "base/must.h"
#include "base/text.h"

#define TITLE "c2sp.org/tlog-proof@v1"
#define EXTRA_START "extra "
#define INDEX_START "index "
#define OLD_START "old "
#define EXTRA_MAX 4096
#define HASH_BASE64_CAP (4 * ((DIGEST_LEN + 2) / 3) + 1)

void proof_text_print(const struct proof_text *t, struct buf *out)
{
    must(t->proof.count <= PROOF_LINES_MAX);
    if (t->kind == PROOF_INCLUSION) {
        buf_addf(out, TITLE "\n" INDEX_START "%" PRIu64 "\n", t->at);
    } else {
        buf_addf(out, OLD_START "%" PRIu64 "\n", t->at);
    }
    for (size_t i = 0; i < t->proof.count; i++) {
        char base64[HASH_BASE64_CAP];
        text_base64(t->proof.hash[i], DIGEST_LEN, base64);
        buf_addf(out, "%s\n", base64);
    }
    buf_add_text(out, "\n");
    buf_add_str(out, t->checkpoint);
}

/* The part before the next newline; *rest goes on behind it. */
static bool cut_line(struct str *rest, struct str *line)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
    if (end == NULL) {
        return false;
    }
    *line = str_make(rest->p, (size_t)(end - rest->p));
    *rest = str_make(end + 1, rest->n - line->n - 1);
    return true;
}

static bool number_behind(struct str line, const char *start, uint64_t *out)
{
    size_t n = strlen(start);
    return str_starts(line, str_of(start)) &&
           text_u64(str_make(line.p + n, line.n - n), 0, UINT64_MAX, out);
}

static bool extra_has_form(struct str line)
{
    uint8_t room[EXTRA_MAX];
    size_t n = strlen(EXTRA_START);
    size_t got;
    return text_unbase64(str_make(line.p + n, line.n - n), room, sizeof room, &got);
}

static bool parse_start(struct str *rest, struct proof_text *t)
{
    struct str line;
    if (!cut_line(rest, &line)) {
        return false;
    }
    if (!str_is(line, TITLE)) {
        t->kind = PROOF_GROWTH;
        return number_behind(line, OLD_START, &t->at);
    }
    t->kind = PROOF_INCLUSION;
    if (!cut_line(rest, &line)) {
        return false;
    }
    if (str_starts(line, str_of(EXTRA_START)) &&
        (!extra_has_form(line) || !cut_line(rest, &line))) {
        return false;
    }
    return number_behind(line, INDEX_START, &t->at);
}

/* Up to and with the blank line. */
static bool parse_hashes(struct str *rest, struct proof *p)
{
    struct str line;
    while (cut_line(rest, &line)) {
        size_t n;
        if (line.n == 0) {
            return true;
        }
        if (p->count == PROOF_LINES_MAX ||
            !text_unbase64(line, p->hash[p->count], DIGEST_LEN, &n) ||
            n != DIGEST_LEN) {
            return false;
        }
        p->count++;
    }
    return false;
}

enum status proof_text_parse(struct str text, struct proof_text *out, struct diag *d)
{
    struct proof_text t = {0};
    struct str rest = text;
    if (text.n > PROOF_TEXT_MAX || !parse_start(&rest, &t) ||
        !parse_hashes(&rest, &t.proof) || rest.n == 0) {
        diag_fail(d, ST_INPUT, "proof-form", "this is no proof");
        return diag_hint(d, "take the file as it was sent; it must not be edited");
    }
    t.checkpoint = rest;
    *out = t;
    return ST_OK;
}
