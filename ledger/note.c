/* note.c - C2SP signed-note v1.0.0 and tlog-checkpoint v1.0.0, to the byte.
 *
 * A note is a text, a blank line and signature lines; only the text is signed. Nothing
 * outside the text may ever be used as if it were: callers get the text alone. Lines
 * of unknown keys are left unread but for their form, so that others can add
 * cosignatures. */
#include "ledger/note.h"

#include <inttypes.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

/* An em dash and a blank begin each signature line. */
#define LINE_START "\xe2\x80\x94 "
#define KEY_ID_LEN 4
/* The longest signature in use anywhere, ML-DSA-44 with a time, has 2,428 bytes. */
#define BLOB_MAX 8192

#define DIGEST_BASE64_CAP (4 * ((DIGEST_LEN + 2) / 3) + 1)

static enum status bad_note(const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, "note-form", "%s", what);
    return diag_hint(d, "take the file as it was sent; it must not be edited");
}

/* Valid UTF-8 whose only control character is the newline, and one at its end. */
static bool text_is_signable(struct str text)
{
    if (text.n == 0 || text.p[text.n - 1] != '\n' || !text_utf8_valid(text, NULL)) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((uint8_t)text.p[i] < 0x20 && text.p[i] != '\n') {
            return false;
        }
    }
    return true;
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

/* ---- notes ---- */

static void add_signature(struct str name, uint32_t id,
                          const uint8_t signature[SIGNATURE_LEN], struct buf *out)
{
    uint8_t blob[KEY_ID_LEN + SIGNATURE_LEN];
    put_u32(blob, id);
    memcpy(blob + KEY_ID_LEN, signature, SIGNATURE_LEN);
    char base64[4 * ((sizeof blob + 2) / 3) + 1];
    text_base64(blob, sizeof blob, base64);
    buf_addf(out, LINE_START "%.*s %s\n", STR_ARG(name), base64);
}

enum status note_sign(struct str text, struct str key_name, const struct key *key,
                      struct buf *out, struct diag *d)
{
    must(key_name_valid(key_name));
    if (!text_is_signable(text)) {
        return bad_note("the text to sign has control characters, is no UTF-8, or does "
                        "not end in a newline",
                        d);
    }
    if (text.n > NOTE_BYTES_MAX / 2) {
        return bad_note("the text to sign is too long", d);
    }
    uint8_t signature[SIGNATURE_LEN];
    TRY(key_sign(key, text, signature, d));
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(key, public_key);
    buf_add_str(out, text);
    buf_add_text(out, "\n");
    add_signature(key_name, vkey_id(key_name, public_key), signature, out);
    return buf_check(out, d);
}

/* At the last blank line: the text may have blank lines, signatures have none. */
static bool split(struct str note, struct str *text, struct str *signatures)
{
    for (size_t at = note.n; at >= 2; at--) {
        if (note.p[at - 1] == '\n' && note.p[at - 2] == '\n') {
            *text = str_make(note.p, at - 1);
            *signatures = str_make(note.p + at, note.n - at);
            return true;
        }
    }
    return false;
}

struct signature_line {
    struct str name;
    uint8_t blob[BLOB_MAX]; /* key id, signature */
    size_t blob_n;
};

static bool parse_signature(struct str line, struct signature_line *out)
{
    struct str start = str_of(LINE_START);
    if (!str_starts(line, start)) {
        return false;
    }
    struct str rest = str_make(line.p + start.n, line.n - start.n);
    const char *blank = rest.n == 0 ? NULL : memchr(rest.p, ' ', rest.n);
    if (blank == NULL) {
        return false;
    }
    out->name = str_make(rest.p, (size_t)(blank - rest.p));
    struct str base64 = str_make(blank + 1, rest.n - out->name.n - 1);
    return key_name_valid(out->name) &&
           text_unbase64(base64, out->blob, sizeof out->blob, &out->blob_n) &&
           out->blob_n > KEY_ID_LEN;
}

static bool is_from(const struct signature_line *line, struct str name, uint32_t id)
{
    return str_eq(line->name, name) && get_u32(line->blob) == id;
}

static enum status bad_signature(struct str name, bool missing, struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "note-signature",
              missing ? "there is no signature of %.*s"
                      : "the signature of %.*s does not fit the text",
              STR_ARG(name));
    return diag_hint(d, "the text was changed, or it is signed with another key");
}

enum status note_verify(struct str note, struct str key_name,
                        const uint8_t public_key[KEY_PUBLIC_LEN], struct str *text,
                        struct diag *d)
{
    struct str signed_text;
    struct str rest;
    if (note.n > NOTE_BYTES_MAX) {
        return bad_note("the note is too long", d);
    }
    if (!split(note, &signed_text, &rest) || !text_is_signable(signed_text)) {
        return bad_note("this is no signed note", d);
    }
    uint32_t id = vkey_id(key_name, public_key);
    bool found = false;
    for (int i = 0; rest.n > 0; i++) {
        struct str line;
        struct signature_line s;
        if (!cut_line(&rest, &line) || !parse_signature(line, &s)) {
            return bad_note("a signature line of the note is malformed", d);
        }
        if (i == NOTE_SIGNATURES_MAX) {
            return bad_note("the note has too many signatures", d);
        }
        if (!is_from(&s, key_name, id)) {
            continue;
        }
        /* One that does not fit spoils the note, whatever the others say. */
        if (s.blob_n != KEY_ID_LEN + SIGNATURE_LEN ||
            !key_verify(public_key, signed_text, s.blob + KEY_ID_LEN)) {
            return bad_signature(key_name, false, d);
        }
        found = true;
    }
    if (!found) {
        return bad_signature(key_name, true, d);
    }
    *text = signed_text;
    return ST_OK;
}

enum status note_text(struct str note, struct str *text, struct diag *d)
{
    struct str rest;
    if (note.n > NOTE_BYTES_MAX || !split(note, text, &rest) ||
        !text_is_signable(*text)) {
        return bad_note("this is no signed note", d);
    }
    return ST_OK;
}

void note_add_signature(struct str key_name, uint32_t key_id, struct str blob,
                        struct buf *out)
{
    uint8_t bytes[KEY_ID_LEN + 2 * SIGNATURE_LEN];
    char base64[4 * ((sizeof bytes + 2) / 3) + 1];
    must(key_name_valid(key_name) && blob.n <= sizeof bytes - KEY_ID_LEN);
    put_u32(bytes, key_id);
    memcpy(bytes + KEY_ID_LEN, blob.p, blob.n);
    text_base64(bytes, KEY_ID_LEN + blob.n, base64);
    buf_addf(out, LINE_START "%.*s %s\n", STR_ARG(key_name), base64);
}

enum status note_find_signature(struct str note, struct str key_name, uint32_t key_id,
                                uint8_t *blob, size_t cap, size_t *n, struct diag *d)
{
    struct str text;
    struct str rest;
    size_t found = 0;
    if (note.n > NOTE_BYTES_MAX || !split(note, &text, &rest)) {
        return bad_note("this is no signed note", d);
    }
    for (int i = 0; rest.n > 0; i++) {
        struct str line;
        struct signature_line s;
        if (i == NOTE_SIGNATURES_MAX || !cut_line(&rest, &line) ||
            !parse_signature(line, &s)) {
            return bad_note("a signature line of the note is malformed", d);
        }
        if (found == 0 && is_from(&s, key_name, key_id)) {
            found = s.blob_n - KEY_ID_LEN;
            memcpy(blob, s.blob + KEY_ID_LEN, found < cap ? found : cap);
        }
    }
    *n = found;
    return ST_OK;
}

/* ---- checkpoints ---- */

static bool is_origin(struct str s)
{
    return s.n > 0 && !text_has_control(s) && text_utf8_valid(s, NULL);
}

void checkpoint_print(struct str origin, uint64_t size, const uint8_t root[DIGEST_LEN],
                      struct buf *out)
{
    must(is_origin(origin));
    char base64[DIGEST_BASE64_CAP];
    text_base64(root, DIGEST_LEN, base64);
    buf_addf(out, "%.*s\n%" PRIu64 "\n%s\n", STR_ARG(origin), size, base64);
}

/* Extension lines are of no use to us, but others may write them. */
static bool extensions_have_form(struct str rest)
{
    while (rest.n > 0) {
        struct str line;
        if (!cut_line(&rest, &line) || line.n == 0) {
            return false;
        }
    }
    return true;
}

enum status checkpoint_parse(struct str text, struct checkpoint *out, struct diag *d)
{
    struct checkpoint c;
    struct str rest = text;
    struct str size;
    struct str root;
    size_t n = 0;
    bool form = text_is_signable(text) && cut_line(&rest, &c.origin) &&
                cut_line(&rest, &size) && cut_line(&rest, &root) &&
                is_origin(c.origin) && text_u64(size, 0, UINT64_MAX, &c.size) &&
                text_unbase64(root, c.root, DIGEST_LEN, &n) && n == DIGEST_LEN &&
                extensions_have_form(rest);
    if (!form) {
        return diag_fail(d, ST_INPUT, "checkpoint-form", "this is no checkpoint");
    }
    *out = c;
    return ST_OK;
}
