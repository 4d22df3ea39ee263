/* charset.c - which encoding a file is in, and conversion by iconv.
 *
 * The probe judges bytes by the tables of Unicode and of GB 18030 themselves; the
 * converter is glibc's, never with //TRANSLIT or //IGNORE, because a name is converted
 * exactly or not at all. Two habits of glibc are undone here: it drops the tag
 * characters U+E0000.. when the target lacks them, and its UTF-8 to UTF-8 takes
 * characters beyond U+10FFFF. */
#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

#define CHAR_MAX_BYTES 4
#define PIECE_BYTES 4096
/* The most bytes that one byte becomes: 0x80 of GBK is a euro sign. */
#define GROWTH_MAX 3
#define KNOWN_AFTER 64 /* characters that iconv is asked for before a table is made */

const char *charset_name(enum charset c)
{
    switch (c) {
    case CHARSET_UTF8:
        return "UTF-8";
    case CHARSET_GB18030:
        return "GB18030";
    case CHARSET_GBK:
        return "GBK";
    }
    must(false); /* no such charset */
    return "";
}

/* ---- the shape of characters ---- */

enum shape { SHAPE_WHOLE, SHAPE_CUT, SHAPE_WRONG };

/* A scan (utf8_scan, gb_scan) runs over whole characters; *at is where it stopped: the
 * end, or the first character that is wrong or cut by the end. */

/* Is p the beginning of some character? The rules for second bytes are text.c's: what
 * can be completed by lowest or by highest bytes is a beginning. */
static bool utf8_begins(const uint8_t *p, size_t n)
{
    static const uint8_t fills[2] = {0x80, 0xbf};
    for (size_t len = n + 1; len <= CHAR_MAX_BYTES; len++) {
        for (size_t f = 0; f < 2; f++) {
            uint8_t c[CHAR_MAX_BYTES];
            memcpy(c, p, n);
            memset(c + n, fills[f], len - n);
            if (text_utf8_valid(str_make(c, len), NULL)) {
                return true;
            }
        }
    }
    return false;
}

static enum shape utf8_scan(const uint8_t *p, size_t n, size_t *at)
{
    *at = n;
    if (text_utf8_valid(str_make(p, n), at)) {
        return SHAPE_WHOLE;
    }
    size_t left = n - *at;
    bool is_cut = left < CHAR_MAX_BYTES && utf8_begins(p + *at, left);
    return is_cut ? SHAPE_CUT : SHAPE_WRONG;
}

/* The four-byte codes that stand for a character (GB 18030-2005): the BMP without the
 * two runs that have two-byte codes instead, then all planes above it. p has the shape
 * of a code already, so numbers compare as codes do. */
static bool gb_four_assigned(const uint8_t *p)
{
    static const struct {
        uint32_t first, last;
    } runs[] = {
        {0x81308130, 0x82359036},
        {0x82359135, 0x84318235},
        {0x84318336, 0x8431a439}, /* to U+FFFF */
        {0x90308130, 0xe3329a35}, /* U+10000 to U+10FFFF */
    };
    uint32_t code = get_u32(p);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (code >= runs[i].first && code <= runs[i].last) {
            return true;
        }
    }
    return false;
}

static bool in_range(uint8_t c, uint8_t low, uint8_t high)
{
    return c >= low && c <= high;
}

/* The bytes of the character at p, 0 when it is wrong, -1 when it is cut. All
 * two-byte codes of GB 18030 stand for something. */
static int gb_char(const uint8_t *p, size_t left)
{
    if (p[0] < 0x80) {
        return 1;
    }
    if (!in_range(p[0], 0x81, 0xfe)) {
        return 0;
    }
    if (left < 2) {
        return -1;
    }
    if (p[1] >= 0x40) {
        return p[1] != 0x7f && p[1] != 0xff ? 2 : 0;
    }
    if (!in_range(p[1], 0x30, 0x39) || (left > 2 && !in_range(p[2], 0x81, 0xfe))) {
        return 0;
    }
    if (left < 4) {
        return -1;
    }
    return in_range(p[3], 0x30, 0x39) && gb_four_assigned(p) ? 4 : 0;
}

static enum shape gb_scan(const uint8_t *p, size_t n, size_t *at)
{
    size_t i = 0;
    while (i < n) {
        uint64_t word = UINT64_MAX;
        if (n - i >= sizeof word) {
            memcpy(&word, p + i, sizeof word);
        }
        if ((word & UINT64_C(0x8080808080808080)) == 0) {
            i += sizeof word;
            continue;
        }
        int len = gb_char(p + i, n - i);
        if (len <= 0) {
            *at = i;
            return len == 0 ? SHAPE_WRONG : SHAPE_CUT;
        }
        i += (size_t)len;
    }
    *at = n;
    return SHAPE_WHOLE;
}

/* ---- the probe ---- */

/* One encoding the file may be in. held is the beginning of a character that the last
 * feed cut; no such beginning contains a line end. */
struct candidate {
    enum shape (*scan)(const uint8_t *p, size_t n, size_t *at);
    uint8_t held[CHAR_MAX_BYTES];
    size_t held_n;
    bool wrong;
    uint64_t wrong_line;
    uint8_t wrong_byte;
};

struct charset_probe {
    struct candidate utf8;
    struct candidate gb;
    uint64_t line; /* of the first byte of the next feed */
};

enum status charset_probe_new(struct charset_probe **out, struct diag *d)
{
    struct charset_probe *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return diag_memory(d);
    }
    p->utf8.scan = utf8_scan;
    p->gb.scan = gb_scan;
    p->line = 1;
    *out = p;
    return ST_OK;
}

void charset_probe_free(struct charset_probe *p)
{
    free(p);
}

static uint64_t count_lines(const uint8_t *p, size_t n)
{
    uint64_t lines = 0;
    const uint8_t *end = p + n;
    while (p < end) {
        const uint8_t *at = memchr(p, '\n', (size_t)(end - p));
        if (at == NULL) {
            break;
        }
        lines++;
        p = at + 1;
    }
    return lines;
}

static bool is_control(uint8_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

/* The offset of the first control character, or n. No encoding here has such a byte
 * inside a character, so the bytes can be looked at one by one, or eight at once. */
static size_t find_control(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t step = n - i < 8 ? n - i : 8;
        if (step == 8) {
            uint64_t word;
            memcpy(&word, p + i, 8);
            if (!text_eight_have_control(word)) {
                i += 8;
                continue;
            }
        }
        for (size_t end = i + step; i < end; i++) {
            if (is_control(p[i])) {
                return i;
            }
        }
    }
    return n;
}

static void set_wrong(struct candidate *c, uint64_t line, uint8_t byte)
{
    c->wrong = true;
    c->wrong_line = line;
    c->wrong_byte = byte;
}

/* Completes the held character from the feed; the bytes taken. */
static size_t feed_held(struct candidate *c, uint64_t line, const uint8_t *p, size_t n)
{
    size_t taken = 0;
    while (c->held_n > 0 && taken < n) {
        c->held[c->held_n++] = p[taken++];
        size_t at;
        switch (c->scan(c->held, c->held_n, &at)) {
        case SHAPE_WHOLE:
            c->held_n = 0;
            break;
        case SHAPE_CUT:
            must(c->held_n < CHAR_MAX_BYTES);
            break;
        case SHAPE_WRONG:
            set_wrong(c, line, c->held[0]);
            return n;
        }
    }
    return taken;
}

static void feed_one(struct candidate *c, uint64_t line, const uint8_t *p, size_t n)
{
    if (c->wrong) {
        return;
    }
    size_t start = feed_held(c, line, p, n);
    if (start == n) {
        return;
    }
    size_t at;
    enum shape shape = c->scan(p + start, n - start, &at);
    at += start;
    if (shape == SHAPE_WRONG) {
        set_wrong(c, line + count_lines(p, at), p[at]);
    } else if (shape == SHAPE_CUT) {
        c->held_n = n - at;
        memcpy(c->held, p + at, c->held_n);
    }
}

void charset_probe_feed(struct charset_probe *p, const void *data, size_t n)
{
    if (n == 0 || (p->utf8.wrong && p->gb.wrong)) {
        return;
    }
    const uint8_t *bytes = data;
    size_t control = find_control(bytes, n);
    feed_one(&p->utf8, p->line, bytes, control);
    feed_one(&p->gb, p->line, bytes, control);
    p->line += count_lines(bytes, control);
    if (control < n) {
        struct candidate *both[2] = {&p->utf8, &p->gb};
        for (size_t i = 0; i < 2; i++) {
            if (!both[i]->wrong) {
                set_wrong(both[i], p->line, bytes[control]);
            }
        }
    }
}

static void end_one(struct candidate *c, uint64_t line)
{
    if (!c->wrong && c->held_n > 0) {
        set_wrong(c, line, c->held[0]);
    }
}

bool charset_probe_failed(const struct charset_probe *p)
{
    return p->utf8.wrong && p->gb.wrong;
}

enum status charset_probe_end(struct charset_probe *p, enum charset *out,
                              struct diag *d)
{
    end_one(&p->utf8, p->line);
    end_one(&p->gb, p->line);
    if (!p->utf8.wrong || !p->gb.wrong) {
        *out = p->utf8.wrong ? CHARSET_GB18030 : CHARSET_UTF8;
        return ST_OK;
    }
    /* The encoding that lasted longer is the one the file was meant to be in. */
    bool gb_lasted = p->gb.wrong_line > p->utf8.wrong_line;
    const struct candidate *c = gb_lasted ? &p->gb : &p->utf8;
    const char *what = is_control(c->wrong_byte) ? "a control character in a text file"
                                                 : "neither UTF-8 nor GB18030";
    (void)diag_fail(d, ST_INPUT, "encoding", "%s: byte 0x%02x", what,
                    (unsigned)c->wrong_byte);
    (void)diag_where(d, "line %" PRIu64, c->wrong_line);
    return diag_hint(d, "save the sheet again as \"CSV UTF-8\"");
}

/* ---- the converter ---- */

struct charset_conv {
    iconv_t cd; /* not opened when both sides are UTF-8 */
    enum charset from;
    enum charset to;
    bool dirty; /* cd may remember half a character */
    /* What iconv made of characters with two bytes on the GB side and three in UTF-8,
     * which are nearly all: by code point or by GB code, 0 where nothing is known. A
     * call of iconv for one name takes longer than the rest of its line. NULL for the
     * first few such characters, which may be all, and when there is no memory. */
    uint16_t *known;
    unsigned asked;
};

static bool copies(const struct charset_conv *c)
{
    return c->from == c->to;
}

enum status charset_conv_new(struct charset_conv **out, enum charset from,
                             enum charset to, struct diag *d)
{
    /* One side is ours. Anything else would need the tag characters of GB18030. */
    must(from == CHARSET_UTF8 || to == CHARSET_UTF8);
    struct charset_conv *c = malloc(sizeof *c);
    if (c == NULL) {
        return diag_memory(d);
    }
    *c = (struct charset_conv){.from = from, .to = to};
    if (!copies(c)) {
        c->cd = iconv_open(charset_name(to), charset_name(from));
        /* POSIX says that this is how the failure looks. */
        if (c->cd == (iconv_t)-1) {
            free(c);
            (void)diag_fail(d, ST_SYSTEM, "no-charset",
                            "this system cannot convert %s to %s", charset_name(from),
                            charset_name(to));
            return diag_hint(d, "install the gconv modules of the C library");
        }
    }
    *out = c;
    return ST_OK;
}

void charset_conv_free(struct charset_conv *c)
{
    if (c == NULL) {
        return;
    }
    if (!copies(c)) {
        iconv_close(c->cd);
    }
    free(c->known);
    free(c);
}

/* The offset of the first tag character U+E0000..E007F, or in.n. */
static size_t find_tag(struct str in)
{
    for (size_t at = 0; in.n - at >= CHAR_MAX_BYTES; at++) {
        const char *lead = memchr(in.p + at, 0xf3, in.n - at - 3);
        if (lead == NULL) {
            break;
        }
        at = (size_t)(lead - in.p);
        uint8_t third = (uint8_t)lead[2];
        if ((uint8_t)lead[1] == 0xa0 && (third == 0x80 || third == 0x81)) {
            return at;
        }
    }
    return in.n;
}

/* Runs iconv over in; *at is where it stopped. In pieces whose result always fits: when
 * room runs out, iconv does part of its work twice. */
static enum shape run_iconv(struct charset_conv *c, struct str in, struct buf *out,
                            size_t *at)
{
    char made[PIECE_BYTES * GROWTH_MAX];
    for (;;) {
        if (c->dirty) {
            iconv(c->cd, NULL, NULL, NULL, NULL);
        }
        /* iconv's prototype is older than const; it does not write there. */
        char *from = (char *)(uintptr_t)(in.p + *at);
        size_t piece = in.n - *at < PIECE_BYTES ? in.n - *at : PIECE_BYTES;
        size_t left = piece;
        char *to = made;
        size_t room = sizeof made;
        size_t replaced = iconv(c->cd, &from, &left, &to, &room);
        int error = errno;
        buf_add(out, made, sizeof made - room);
        *at += piece - left;
        c->dirty = replaced != 0;
        if (replaced == (size_t)-1) {
            if (error != EINVAL || piece < PIECE_BYTES) {
                return error == EINVAL ? SHAPE_CUT : SHAPE_WRONG;
            }
            continue;
        }
        /* glibc replaces characters by others on request only. */
        must(replaced == 0);
        if (*at == in.n) {
            return SHAPE_WHOLE;
        }
    }
}

/* The bytes of a character that may be known, and its place in `known`; 0 when it
 * cannot be. An overlong form has a place where nothing is ever kept. */
static size_t known_key(const struct charset_conv *c, const uint8_t *p, size_t left,
                        size_t *key)
{
    if (c->from == CHARSET_UTF8) {
        if (left < 3 || (p[0] & 0xf0) != 0xe0 || (p[1] & 0xc0) != 0x80 ||
            (p[2] & 0xc0) != 0x80) {
            return 0;
        }
        *key = (size_t)(p[0] & 0x0f) << 12 | (size_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return 3;
    }
    if (left < 2 || p[0] < 0x80 || p[1] < 0x40) {
        return 0;
    }
    *key = (size_t)p[0] << 8 | p[1];
    return 2;
}

static size_t put_known(const struct charset_conv *c, uint16_t known, char *to)
{
    if (c->from == CHARSET_UTF8) {
        to[0] = (char)(known >> 8);
        to[1] = (char)known;
        return 2;
    }
    to[0] = (char)(0xe0 | known >> 12);
    to[1] = (char)(0x80 | (known >> 6 & 0x3f));
    to[2] = (char)(0x80 | (known & 0x3f));
    return 3;
}

/* ASCII and what is known; *at is where it stopped. */
static void run_known(const struct charset_conv *c, struct str in, struct buf *out,
                      size_t *at)
{
    const uint8_t *p = (const uint8_t *)in.p;
    char made[512];
    size_t n = 0;
    size_t i = *at;
    while (i < in.n) {
        size_t key = 0;
        uint64_t word;
        if (n > sizeof made - sizeof word) {
            buf_add(out, made, n);
            n = 0;
        }
        if (in.n - i >= sizeof word && p[i] < 0x80) {
            memcpy(&word, p + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                memcpy(made + n, &word, sizeof word);
                n += sizeof word;
                i += sizeof word;
                continue;
            }
        }
        if (p[i] < 0x80) {
            made[n++] = (char)p[i++];
            continue;
        }
        size_t len = known_key(c, p + i, in.n - i, &key);
        if (len == 0 || c->known == NULL || c->known[key] == 0) {
            break;
        }
        n += put_known(c, c->known[key], made + n);
        i += len;
    }
    buf_add(out, made, n);
    *at = i;
}

static void keep_known(struct charset_conv *c, size_t key, struct str made)
{
    const uint8_t *p = (const uint8_t *)made.p;
    if (c->known == NULL && c->asked++ >= KNOWN_AFTER) {
        c->known = calloc(UINT16_MAX + 1, sizeof *c->known);
    }
    if (c->known == NULL) {
        return;
    }
    if (c->from == CHARSET_UTF8 && made.n == 2) {
        c->known[key] = (uint16_t)(p[0] << 8 | p[1]);
    } else if (c->from != CHARSET_UTF8 && made.n == 3) {
        c->known[key] =
            (uint16_t)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
    }
}

/* As run_iconv, which is asked once for each character that may be known. */
static enum shape run_convert(struct charset_conv *c, struct str in, struct buf *out,
                              size_t *at)
{
    for (;;) {
        size_t key = 0;
        run_known(c, in, out, at);
        if (*at == in.n) {
            return SHAPE_WHOLE;
        }
        size_t len = known_key(c, (const uint8_t *)in.p + *at, in.n - *at, &key);
        if (len == 0) {
            return run_iconv(c, in, out, at);
        }
        size_t before = out->len;
        enum shape shape = run_iconv(c, str_make(in.p, *at + len), out, at);
        if (shape != SHAPE_WHOLE || out->failed) {
            return shape;
        }
        keep_known(c, key, str_make(out->p + before, out->len - before));
    }
}

static enum shape run_copy(struct str in, struct buf *out, size_t *at)
{
    enum shape shape = utf8_scan((const uint8_t *)in.p, in.n, at);
    buf_add(out, in.p, *at);
    return shape;
}

/* Rare characters are often missing in the font; the number can be looked up. */
static uint32_t code_point(const uint8_t *p, size_t n)
{
    uint32_t v = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        v = v << 6 | (p[i] & 0x3f);
    }
    return v;
}

/* What is wrong at the offset: it cannot be read, or it cannot be written. */
static enum status fail_at(const struct charset_conv *c, struct str in, size_t at,
                           struct diag *d)
{
    const uint8_t *p = (const uint8_t *)in.p + at;
    size_t n = 1;
    while (n < CHAR_MAX_BYTES && n < in.n - at && (p[n] & 0xc0) == 0x80) {
        n++;
    }
    if (c->from == CHARSET_UTF8 && text_utf8_valid(str_make(p, n), NULL)) {
        (void)diag_fail(d, ST_INPUT, "charset",
                        "\"%.*s\" (U+%04" PRIX32 ") cannot be written in %s", (int)n,
                        in.p + at, code_point(p, n), charset_name(c->to));
        return diag_hint(d, "choose UTF-8 or GB18030, or other characters");
    }
    return diag_fail(d, ST_INPUT, "charset", "byte 0x%02x does not belong in %s",
                     (unsigned)p[0], charset_name(c->from));
}

enum status charset_convert(struct charset_conv *c, struct str in, bool whole,
                            struct buf *out, size_t *used, struct diag *d)
{
    *used = 0;
    if (in.n == 0) {
        return buf_check(out, d);
    }
    size_t stop = c->to == CHARSET_GBK ? find_tag(in) : in.n;
    struct str part = str_make(in.p, stop);
    enum shape shape =
        copies(c) ? run_copy(part, out, used) : run_convert(c, part, out, used);
    TRY(buf_check(out, d));
    if (shape == SHAPE_WRONG || stop < in.n) {
        return fail_at(c, in, *used, d);
    }
    if (shape == SHAPE_CUT && whole) {
        return diag_fail(d, ST_INPUT, "charset", "the last character is cut");
    }
    return ST_OK;
}
