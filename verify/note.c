/* note.c - see note.h. */
#include "verify/note.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SM2_TYPE 0xff /* C2SP: private */
static const char dash[] = "\xe2\x80\x94 ";

/* The key id of signed-note: the first 4 bytes of SHA-256(name || LF || type ||
 * key). */
static uint32_t id_of(struct str name, struct str typed_key, struct hash *sha256)
{
    uint8_t digest[HASH_LEN];
    hash_start(sha256);
    hash_add(sha256, name.p, name.n);
    hash_add(sha256, "\n", 1);
    hash_add(sha256, typed_key.p, typed_key.n);
    hash_end(sha256, digest);
    return get_u32(digest);
}

/* What stands in a vkey behind the last plus; returns its length. */
static size_t typed_key(const uint8_t key[PUBLIC_KEY_LEN], uint8_t out[64])
{
    if (key[0] == 1) {
        memcpy(out, key, PUBLIC_KEY_LEN);
        return PUBLIC_KEY_LEN;
    }
    static const char label[] = "almoner/sm2/v1";
    out[0] = SM2_TYPE;
    memcpy(out + 1, label, sizeof label - 1);
    memcpy(out + sizeof label, key, PUBLIC_KEY_LEN);
    return sizeof label + PUBLIC_KEY_LEN;
}

void vkey_make(struct vkey *out, const char *name, const uint8_t key[PUBLIC_KEY_LEN],
               struct hash *sha256)
{
    memset(out, 0, sizeof *out);
    if (!str_copy(str_of(name), out->name, sizeof out->name)) {
        return;
    }
    memcpy(out->key, key, PUBLIC_KEY_LEN);
    uint8_t typed[64];
    size_t n = typed_key(key, typed);
    out->id = id_of(str_of(name), str_make(typed, n), sha256);
}

void vkey_print(const struct vkey *v, char *out, size_t cap)
{
    uint8_t typed[64];
    char base64[96];
    size_t n = typed_key(v->key, typed);
    text_base64(typed, n, base64);
    snprintf(out, cap, "%s+%08x+%s", v->name, (unsigned)v->id, base64);
}

bool vkey_parse(struct str text, struct hash *sha256, struct vkey *out)
{
    size_t plus[2] = {0, 0}, found = 0;
    for (size_t i = 0; i < text.n && found < 2; i++) {
        if (text.p[i] == '+') {
            plus[found++] = i;
        }
    }
    if (found < 2 || plus[0] == 0 || plus[1] - plus[0] != 9) {
        return false;
    }
    uint8_t id[4], typed[64], again[64];
    size_t n = 0;
    struct str name = str_make(text.p, plus[0]);
    struct str key = str_make(text.p + plus[1] + 1, text.n - plus[1] - 1);
    if (!text_unhex(str_make(text.p + plus[0] + 1, 8), id, 4) ||
        !text_unbase64(key, typed, sizeof typed, &n) || n < PUBLIC_KEY_LEN) {
        return false;
    }
    struct vkey v = {0};
    memcpy(v.key, typed + n - PUBLIC_KEY_LEN, PUBLIC_KEY_LEN);
    if (typed_key(v.key, again) != n || memcmp(typed, again, n) != 0 || v.key[0] < 1 ||
        v.key[0] > 3 || !str_copy(name, v.name, sizeof v.name)) {
        return false;
    }
    v.id = id_of(name, str_make(typed, n), sha256);
    if (v.id != get_u32(id)) {
        return false;
    }
    *out = v;
    return true;
}

/* The line at *at, without its line feed; false at the end or when it has none. */
static bool next_line(struct str text, size_t *at, struct str *line)
{
    const char *p = text.p + *at;
    const char *end = *at < text.n ? memchr(p, '\n', text.n - *at) : NULL;
    if (end == NULL) {
        return false;
    }
    *line = str_make(p, (size_t)(end - p));
    *at += line->n + 1;
    return true;
}

struct signature_line {
    struct str name;
    uint32_t id;
    uint8_t bytes[128];
    size_t n;
};

static bool read_signature(struct str line, struct signature_line *s)
{
    struct str mark = str_of(dash);
    if (!str_starts(line, mark)) {
        return false;
    }
    const char *name = line.p + mark.n;
    const char *blank = memchr(name, ' ', line.n - mark.n);
    if (blank == NULL || blank == name) {
        return false;
    }
    s->name = str_make(name, (size_t)(blank - name));
    uint8_t raw[4 + sizeof s->bytes];
    size_t n = 0;
    struct str rest = str_make(blank + 1, line.n - (size_t)(blank + 1 - line.p));
    if (s->name.n > KEY_NAME_MAX || !text_unbase64(rest, raw, sizeof raw, &n) ||
        n <= 4) {
        return false;
    }
    s->id = get_u32(raw);
    s->n = n - 4;
    memcpy(s->bytes, raw + 4, s->n);
    return true;
}

static bool split(struct str text, struct checkpoint *c)
{
    /* No line of signatures is empty: the last blank line is what parts them. */
    for (size_t i = text.n; i >= 2; i--) {
        if (text.p[i - 1] == '\n' && text.p[i - 2] == '\n') {
            c->body = str_make(text.p, i - 1);
            c->signatures = str_make(text.p + i, text.n - i);
            return true;
        }
    }
    return false;
}

static bool check_signatures(struct str signatures)
{
    size_t at = 0, count = 0;
    struct str line;
    struct signature_line s;
    while (next_line(signatures, &at, &line)) {
        if (++count > NOTE_SIGNATURES_MAX || !read_signature(line, &s)) {
            return false;
        }
    }
    return count > 0 && at == signatures.n;
}

bool checkpoint_parse(struct str text, struct checkpoint *out)
{
    struct checkpoint c = {0};
    struct str size, root;
    size_t at = 0, n = 0;
    if (text.n > NOTE_BYTES_MAX || !text_utf8_valid(text, NULL) || !split(text, &c) ||
        !check_signatures(c.signatures)) {
        return false;
    }
    if (!next_line(c.body, &at, &c.origin) || !next_line(c.body, &at, &size) ||
        !next_line(c.body, &at, &root) || c.origin.n == 0 || at != c.body.n) {
        return false;
    }
    if (text_has_control(c.origin) || !text_u64(size, 0, INT64_MAX, &c.size) ||
        !text_unbase64(root, c.root, HASH_LEN, &n) || n != HASH_LEN) {
        return false;
    }
    *out = c;
    return true;
}

enum note_signature checkpoint_signed(const struct checkpoint *c,
                                      const struct vkey *key, struct str sm2_id)
{
    size_t at = 0;
    struct str line;
    enum note_signature result = NOTE_NOT_BY_KEY;
    while (next_line(c->signatures, &at, &line)) {
        struct signature_line s;
        if (!read_signature(line, &s) || !str_is(s.name, key->name) ||
            s.id != key->id) {
            continue;
        }
        if (s.n != SIGNATURE_LEN ||
            !signature_holds(key->key, sm2_id, c->body, s.bytes)) {
            return NOTE_WRONG;
        }
        result = NOTE_SIGNED;
    }
    return result;
}

bool checkpoint_other(const struct checkpoint *c, const struct vkey *key, size_t i,
                      struct str *name, uint64_t *time)
{
    size_t at = 0;
    struct str line;
    while (next_line(c->signatures, &at, &line)) {
        struct signature_line s;
        if (!read_signature(line, &s) ||
            (str_is(s.name, key->name) && s.id == key->id)) {
            continue;
        }
        if (i-- == 0) {
            *name = s.name;
            *time = s.n == 8 + SIGNATURE_LEN ? get_u64(s.bytes) : 0;
            return true;
        }
    }
    return false;
}
