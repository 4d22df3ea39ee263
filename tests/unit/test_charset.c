/* test_charset.c - an encoding is recognised whatever the cuts between reads, a name
 * is converted exactly or refused, and the probe agrees with the converter. */
#include "base/charset.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

Suite *suite_charset(void);

/* ---- the probe ---- */

#define HAN_UTF8 "\xe5\xbc\xa0\xe4\xb8\x89"        /* zhang san */
#define HAN_GB "\xd5\xc5\xc8\xfd"                  /* the same in GB18030 */
#define RARE_UTF8 "\xe3\x90\x82\xf0\xa0\xae\xb7"   /* U+3402 U+20BB7 */
#define RARE_GB "\x81\x39\xef\x31\x95\x34\xb2\x35" /* the same in GB18030 */

static const struct {
    const char *label;
    const char *bytes;
    size_t n;
    int charset;       /* -1: neither */
    const char *where; /* then */
} probes[] = {
    {"empty", "", 0, CHARSET_UTF8, ""},
    {"ASCII", "a,b\r\n1\t2\n", 9, CHARSET_UTF8, ""},
    {"UTF-8", "a\n" HAN_UTF8 "\n", 9, CHARSET_UTF8, ""},
    {"UTF-8 with mark", "\xef\xbb\xbf" HAN_UTF8, 9, CHARSET_UTF8, ""},
    {"rare in UTF-8", HAN_UTF8 RARE_UTF8 HAN_UTF8, 19, CHARSET_UTF8, ""},
    {"GB18030", "a\n" HAN_GB "\n", 7, CHARSET_GB18030, ""},
    {"rare in GB18030", HAN_GB RARE_GB HAN_GB, 16, CHARSET_GB18030, ""},
    {"NUL", "a\nb\0c\n", 6, -1, "line 2"},
    {"NUL after UTF-8", HAN_UTF8 "\n\n\0", 9, -1, "line 3"},
    {"NUL after GB18030", HAN_GB "\n" HAN_GB "\0", 10, -1, "line 2"},
    {"escape", "abc\x1b[0m", 7, -1, "line 1"},
    {"delete", "abcdefgh\x7f", 9, -1, "line 1"},
    {"form feed in a long line", "abcdefghijklmnop\n\fq", 19, -1, "line 2"},
    {"UTF-16",
     "\xff\xfe"
     "a\0",
     4, -1, "line 1"},
    {"0xff", "x\n\xff\n", 4, -1, "line 2"},
    {"0x80", "x\n\n\x80\x80\n", 6, -1, "line 3"},
    {"cut at the end", "x\ny\n\xe5", 5, -1, "line 3"},
    {"cut four-byte code", "x\n\x81\x39\xef", 5, -1, "line 2"},
    {"unassigned four-byte code", "x\n\xe3\x32\x9a\x36", 6, -1, "line 2"},
    {"second byte 0x7f", "x\n\xd5\x7f", 4, -1, "line 2"},
    /* The encoding that lasts longer says where the file is broken. */
    {"UTF-8 broken late",
     HAN_UTF8 "x\n\n"
              "\xed\xa0\x80\n",
     13, -1, "line 3"},
    {"GB18030 broken late", HAN_GB "\n" HAN_GB "\n\xd5\n", 12, -1, "line 3"},
    {"line end after a lead", "\n\xd5\n\n\n", 5, -1, "line 2"},
};

static void check_probe(size_t row, size_t step)
{
    struct charset_probe *p = NULL;
    struct diag d = {.status = ST_OK};
    ck_assert_int_eq(charset_probe_new(&p, &d), ST_OK);
    size_t n = probes[row].n;
    for (size_t at = 0; at < n; at += step) {
        /* Memory of just this size, for the sanitizer. */
        size_t piece = n - at < step ? n - at : step;
        char *copy = malloc(piece);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, probes[row].bytes + at, piece);
        charset_probe_feed(p, copy, piece);
        free(copy);
    }
    charset_probe_feed(p, NULL, 0);
    enum charset found = CHARSET_GBK;
    enum status st = charset_probe_end(p, &found, &d);
    const char *label = probes[row].label;
    if (probes[row].charset < 0) {
        ck_assert_msg(st == ST_INPUT && strcmp(d.code, "encoding") == 0, "%s by %zu",
                      label, step);
        ck_assert_msg(strcmp(d.where, probes[row].where) == 0, "%s by %zu: %s", label,
                      step, d.where);
        ck_assert_int_eq(found, CHARSET_GBK);
    } else {
        ck_assert_msg(st == ST_OK && (int)found == probes[row].charset, "%s by %zu: %s",
                      label, step, charset_name(found));
    }
    charset_probe_free(p);
}

START_TEST(test_probe)
{
    for (size_t step = 1; step <= probes[_i].n + 1; step++) {
        check_probe((size_t)_i, step);
    }
}
END_TEST

/* A text long enough for the steps of eight, wrong at each place in turn. */
START_TEST(test_probe_places)
{
    for (size_t at = 0; at < 70; at++) {
        for (size_t step = 7; step < 100; step += 31) {
            char text[70];
            for (size_t i = 0; i < sizeof text; i++) {
                text[i] = (char)(i % 10 == 9 ? '\n' : i % 10 == 4 ? '\t' : 'a');
            }
            text[at] = '\x01';
            struct charset_probe *p = NULL;
            struct diag d;
            ck_assert_int_eq(charset_probe_new(&p, &d), ST_OK);
            for (size_t i = 0; i < sizeof text; i += step) {
                size_t piece = sizeof text - i < step ? sizeof text - i : step;
                charset_probe_feed(p, text + i, piece);
            }
            enum charset found;
            char where[32];
            struct buf b;
            buf_init(&b, 100);
            buf_addf(&b, "line %zu", at / 10 + 1);
            ck_assert(str_copy(buf_str(&b), where, sizeof where));
            ck_assert_int_eq(charset_probe_end(p, &found, &d), ST_INPUT);
            ck_assert_str_eq(d.where, where);
            buf_release(&b);
            charset_probe_free(p);
        }
    }
}
END_TEST

/* ---- the converter ---- */

static struct charset_conv *conv_open(enum charset from, enum charset to)
{
    struct charset_conv *c = NULL;
    struct diag d;
    ck_assert_int_eq(charset_conv_new(&c, from, to, &d), ST_OK);
    return c;
}

static const struct {
    const char *label;
    enum charset from;
    enum charset to;
    const char *in;
    const char *out;  /* all that is appended */
    size_t used;      /* SIZE_MAX: all */
    const char *what; /* of the failure; NULL: none */
} convs[] = {
    {"to GBK", CHARSET_UTF8, CHARSET_GBK, "a" HAN_UTF8, "a" HAN_GB, SIZE_MAX, NULL},
    {"to GB18030", CHARSET_UTF8, CHARSET_GB18030, HAN_UTF8 RARE_UTF8, HAN_GB RARE_GB,
     SIZE_MAX, NULL},
    {"from GBK", CHARSET_GBK, CHARSET_UTF8, "a" HAN_GB, "a" HAN_UTF8, SIZE_MAX, NULL},
    {"from GB18030", CHARSET_GB18030, CHARSET_UTF8, RARE_GB HAN_GB, RARE_UTF8 HAN_UTF8,
     SIZE_MAX, NULL},
    {"copy", CHARSET_UTF8, CHARSET_UTF8, HAN_UTF8 RARE_UTF8, HAN_UTF8 RARE_UTF8,
     SIZE_MAX, NULL},
    {"nothing", CHARSET_UTF8, CHARSET_GBK, "", "", SIZE_MAX, NULL},
    {"U+3402 to GBK", CHARSET_UTF8, CHARSET_GBK, HAN_UTF8 "\xe3\x90\x82z", HAN_GB, 6,
     "\"\xe3\x90\x82\" (U+3402) cannot be written in GBK"},
    {"U+20BB7 to GBK", CHARSET_UTF8, CHARSET_GBK, "\xf0\xa0\xae\xb7z", "", 0,
     "\"\xf0\xa0\xae\xb7\" (U+20BB7) cannot be written in GBK"},
    {"U+9FA6 to GBK", CHARSET_UTF8, CHARSET_GBK, "x\xe9\xbe\xa6", "x", 1,
     "\"\xe9\xbe\xa6\" (U+9FA6) cannot be written in GBK"},
    {"accent to GBK", CHARSET_UTF8, CHARSET_GBK, "xy\xc2\xa9", "xy", 2,
     "\"\xc2\xa9\" (U+00A9) cannot be written in GBK"},
    {"mark to GBK", CHARSET_UTF8, CHARSET_GBK,
     "\xef\xbb\xbf"
     "a",
     "", 0, "\"\xef\xbb\xbf\" (U+FEFF) cannot be written in GBK"},
    /* glibc alone would drop these without a word. */
    {"tag to GBK", CHARSET_UTF8, CHARSET_GBK, HAN_UTF8 "\xf3\xa0\x81\x81z", HAN_GB, 6,
     "\"\xf3\xa0\x81\x81\" (U+E0041) cannot be written in GBK"},
    {"first tag to GBK", CHARSET_UTF8, CHARSET_GBK, "\xf3\xa0\x80\x80", "", 0,
     "\"\xf3\xa0\x80\x80\" (U+E0000) cannot be written in GBK"},
    {"beyond the tags", CHARSET_UTF8, CHARSET_GBK, "a\xf3\xa0\x82\x80", "a", 1,
     "\"\xf3\xa0\x82\x80\" (U+E0080) cannot be written in GBK"},
    {"tag to GB18030", CHARSET_UTF8, CHARSET_GB18030, "\xf3\xa0\x81\x81",
     "\xd3\x36\x9c\x33", SIZE_MAX, NULL},
    {"bad UTF-8", CHARSET_UTF8, CHARSET_GBK, HAN_UTF8 "\xff", HAN_GB, 6,
     "byte 0xff does not belong in UTF-8"},
    {"bad UTF-8 before a tag", CHARSET_UTF8, CHARSET_GBK, "\xe5\xf3\xa0\x81\x81", "", 0,
     "byte 0xe5 does not belong in UTF-8"},
    {"surrogate", CHARSET_UTF8, CHARSET_GB18030, "a\xed\xa0\x80", "a", 1,
     "byte 0xed does not belong in UTF-8"},
    {"beyond Unicode, copied", CHARSET_UTF8, CHARSET_UTF8, "a\xf4\x90\x80\x80", "a", 1,
     "byte 0xf4 does not belong in UTF-8"},
    {"bad GB18030", CHARSET_GB18030, CHARSET_UTF8, HAN_GB "\xff", HAN_UTF8, 4,
     "byte 0xff does not belong in GB18030"},
    {"unassigned in GBK", CHARSET_GBK, CHARSET_UTF8, HAN_GB "\xff!", HAN_UTF8, 4,
     "byte 0xff does not belong in GBK"},
    {"U+3402 from GBK", CHARSET_GBK, CHARSET_UTF8, RARE_GB, "", 0,
     "byte 0x81 does not belong in GBK"},
    /* What Windows calls GBK, and glibc does too. */
    {"euro", CHARSET_UTF8, CHARSET_GBK, "\xe2\x82\xac", "\x80", SIZE_MAX, NULL},
};

START_TEST(test_convert)
{
    const char *label = convs[_i].label;
    struct charset_conv *c = conv_open(convs[_i].from, convs[_i].to);
    struct str in = str_of(convs[_i].in);
    struct diag d = {.status = ST_OK};
    /* Twice: a failure must leave the converter fit for the next name. */
    for (int round = 0; round < 2; round++) {
        struct buf out;
        size_t used = 99;
        buf_init(&out, 1000);
        enum status st = charset_convert(c, in, true, &out, &used, &d);
        ck_assert_msg(str_is(buf_str(&out), convs[_i].out), "%s", label);
        ck_assert_msg(used == (convs[_i].used == SIZE_MAX ? in.n : convs[_i].used),
                      "%s: used %zu", label, used);
        if (convs[_i].what == NULL) {
            ck_assert_msg(st == ST_OK, "%s: %s", label, d.what);
        } else {
            ck_assert_msg(st == ST_INPUT, "%s", label);
            ck_assert_str_eq(d.code, "charset");
            ck_assert_str_eq(d.what, convs[_i].what);
        }
        buf_release(&out);
    }
    charset_conv_free(c);
}
END_TEST

#define MIXED_UTF8 "a" HAN_UTF8 "1" RARE_UTF8 "\xc2\xb7z" HAN_UTF8
#define MIXED_GB "a" HAN_GB "1" RARE_GB "\xa1\xa4z" HAN_GB

/* Each cut: the whole characters are taken, the rest follows, nothing is lost. */
static void check_cuts(enum charset from, enum charset to, struct str in,
                       struct str exp)
{
    struct charset_conv *c = conv_open(from, to);
    struct diag d;
    for (size_t cut = 0; cut <= in.n; cut++) {
        struct buf out;
        size_t used = 99;
        buf_init(&out, 1000);
        struct str first = str_make(in.p, cut);
        ck_assert_int_eq(charset_convert(c, first, false, &out, &used, &d), ST_OK);
        ck_assert_msg(used <= cut && cut - used < 4, "cut %zu used %zu", cut, used);
        struct str rest = str_make(in.p + used, in.n - used);
        size_t rest_used = 99;
        ck_assert_int_eq(charset_convert(c, rest, true, &out, &rest_used, &d), ST_OK);
        ck_assert_uint_eq(rest_used, rest.n);
        ck_assert_msg(str_eq(buf_str(&out), exp), "cut %zu", cut);
        buf_clear(&out);
        size_t again = 99;
        enum status st = charset_convert(c, first, true, &out, &again, &d);
        ck_assert_msg(st == (used == cut ? ST_OK : ST_INPUT), "cut %zu", cut);
        ck_assert_uint_eq(again, used);
        buf_release(&out);
    }
    charset_conv_free(c);
}

START_TEST(test_every_cut)
{
    struct str utf8 = str_of(MIXED_UTF8);
    struct str gb = str_of(MIXED_GB);
    check_cuts(CHARSET_UTF8, CHARSET_GB18030, utf8, gb);
    check_cuts(CHARSET_GB18030, CHARSET_UTF8, gb, utf8);
    check_cuts(CHARSET_UTF8, CHARSET_UTF8, utf8, utf8);
    check_cuts(CHARSET_UTF8, CHARSET_GBK, str_of(HAN_UTF8 "z" HAN_UTF8),
               str_of(HAN_GB "z" HAN_GB));
    check_cuts(CHARSET_GBK, CHARSET_UTF8, str_of(HAN_GB "z" HAN_GB),
               str_of(HAN_UTF8 "z" HAN_UTF8));
}
END_TEST

static void convert_all(enum charset from, enum charset to, struct str in,
                        struct buf *out)
{
    struct charset_conv *c = conv_open(from, to);
    struct diag d = {.status = ST_OK};
    size_t used = 0;
    enum status st = charset_convert(c, in, true, out, &used, &d);
    ck_assert_msg(st == ST_OK, "at %zu: %s", used, d.what);
    ck_assert_uint_eq(used, in.n);
    charset_conv_free(c);
}

static void add_character(struct buf *b, uint32_t c)
{
    uint8_t p[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6) {
        p[i] = (uint8_t)(0x80 | (c & 0x3f));
    }
    p[0] = (uint8_t)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
    buf_add(b, p, n);
}

/* The 24 private characters whose codes the editions of GB 18030 (2000, 2005, 2022)
 * gave to others, and with them the versions of glibc. */
static bool is_disputed(uint32_t c)
{
    static const uint32_t others[] = {0xe816, 0xe817, 0xe818, 0xe81e, 0xe826,
                                      0xe82b, 0xe82c, 0xe831, 0xe832, 0xe83b,
                                      0xe843, 0xe854, 0xe855, 0xe864};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i] == c) {
            return true;
        }
    }
    return c >= 0xe78d && c <= 0xe796;
}

/* All of Unicode goes to GB18030 and comes back, across every border of the pieces in
 * which the converter works; and the probe knows it for what it is. */
START_TEST(test_all_of_unicode)
{
    struct buf utf8;
    struct buf gb;
    struct buf back;
    buf_init(&utf8, 8000000);
    buf_init(&gb, 8000000);
    buf_init(&back, 8000000);
    for (uint32_t c = 0x80; c <= 0x10ffff; c++) {
        if ((c < 0xd800 || c > 0xdfff) && !is_disputed(c)) {
            add_character(&utf8, c);
        }
    }
    convert_all(CHARSET_UTF8, CHARSET_GB18030, buf_str(&utf8), &gb);
    convert_all(CHARSET_GB18030, CHARSET_UTF8, buf_str(&gb), &back);
    ck_assert(str_eq(buf_str(&utf8), buf_str(&back)));

    struct charset_probe *p = NULL;
    struct diag d;
    enum charset found;
    ck_assert_int_eq(charset_probe_new(&p, &d), ST_OK);
    for (size_t at = 0; at < gb.len; at += 1001) {
        charset_probe_feed(p, gb.p + at, gb.len - at < 1001 ? gb.len - at : 1001);
    }
    ck_assert_int_eq(charset_probe_end(p, &found, &d), ST_OK);
    ck_assert_int_eq(found, CHARSET_GB18030);
    charset_probe_free(p);
    buf_release(&utf8);
    buf_release(&gb);
    buf_release(&back);
}
END_TEST

/* Does the converter read these bytes, as one character? */
static bool converter_reads(struct charset_conv *c, const uint8_t *p, size_t n,
                            struct buf *out)
{
    struct diag d;
    size_t used = 0;
    buf_clear(out);
    enum status st = charset_convert(c, str_make(p, n), true, out, &used, &d);
    return st == ST_OK && text_utf8_count(buf_str(out)) == 1;
}

/* With a GB-only character in front, so that UTF-8 is out. */
static bool probe_reads(const uint8_t *code, size_t n)
{
    struct charset_probe *p = NULL;
    struct diag d;
    enum charset found;
    if (charset_probe_new(&p, &d) != ST_OK) {
        ck_abort_msg("%s", d.what);
    }
    charset_probe_feed(p, HAN_GB, 4);
    charset_probe_feed(p, code, n);
    bool taken = charset_probe_end(p, &found, &d) == ST_OK;
    charset_probe_free(p);
    return taken;
}

START_TEST(test_probe_agrees_two_bytes)
{
    struct charset_conv *c = conv_open(CHARSET_GB18030, CHARSET_UTF8);
    struct buf out;
    buf_init(&out, 100);
    for (unsigned lead = 0x80; lead < 0x100; lead++) {
        for (unsigned trail = 0x3a; trail < 0x100; trail++) {
            uint8_t code[2] = {(uint8_t)lead, (uint8_t)trail};
            if (converter_reads(c, code, 2, &out) != probe_reads(code, 2)) {
                ck_abort_msg("%02x%02x", lead, trail);
            }
        }
    }
    buf_release(&out);
    charset_conv_free(c);
}
END_TEST

/* The runs of codes that belong to the disputed characters. */
static bool is_disputed_code(const uint8_t *p)
{
    uint32_t code = get_u32(p);
    return (code >= 0x82359037 && code <= 0x82359134) ||
           (code >= 0x84318236 && code <= 0x84318335);
}

/* All leads that begin or end a run of assigned codes, and one within. */
START_TEST(test_probe_agrees_four_bytes)
{
    static const uint8_t leads[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x8f,
                                    0x90, 0xb5, 0xe3, 0xe4, 0xfe};
    struct charset_conv *c = conv_open(CHARSET_GB18030, CHARSET_UTF8);
    struct buf out;
    buf_init(&out, 100);
    for (unsigned i = 0; i < sizeof leads * 12600; i++) {
        uint8_t code[4] = {leads[i / 12600], (uint8_t)(0x30 + i / 1260 % 10),
                           (uint8_t)(0x81 + i / 10 % 126), (uint8_t)(0x30 + i % 10)};
        if (!is_disputed_code(code) &&
            converter_reads(c, code, 4, &out) != probe_reads(code, 4)) {
            ck_abort_msg("%02x%02x%02x%02x", code[0], code[1], code[2], code[3]);
        }
    }
    buf_release(&out);
    charset_conv_free(c);
}
END_TEST

/* What GBK can write comes back as itself: no two characters share a code. */
START_TEST(test_gbk_round_trip)
{
    struct charset_conv *to = conv_open(CHARSET_UTF8, CHARSET_GBK);
    struct charset_conv *from = conv_open(CHARSET_GBK, CHARSET_UTF8);
    struct buf in;
    struct buf out;
    struct buf back;
    buf_init(&in, 10);
    buf_init(&out, 10);
    buf_init(&back, 10);
    unsigned written = 0;
    for (uint32_t c = 0x80; c < 0x20000; c++) {
        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }
        struct diag d;
        size_t used;
        buf_clear(&in);
        buf_clear(&out);
        buf_clear(&back);
        add_character(&in, c);
        if (charset_convert(to, buf_str(&in), true, &out, &used, &d) != ST_OK) {
            ck_assert_msg(out.len == 0 && used == 0, "U+%04X", (unsigned)c);
            continue;
        }
        written++;
        ck_assert_int_eq(charset_convert(from, buf_str(&out), true, &back, &used, &d),
                         ST_OK);
        ck_assert_msg(str_eq(buf_str(&in), buf_str(&back)), "U+%04X", (unsigned)c);
    }
    ck_assert_uint_eq(written, 21792); /* 21,791 and the euro */
    buf_release(&in);
    buf_release(&out);
    buf_release(&back);
    charset_conv_free(to);
    charset_conv_free(from);
}
END_TEST

/* A converter keeps what iconv made of a character: breaks if it gives another one the
 * second time, or takes wrong bytes for one that it knows. */
START_TEST(test_known_again)
{
    static char first[0x10000][4];
    static const char *const wrong[] = {"\xe0\x80\xaf", "\xe7\x94", "\xe7\x94x",
                                        "\xed\xa0\x80", "\xe7\x94\xff"};
    struct charset_conv *to = conv_open(CHARSET_UTF8, CHARSET_GBK);
    struct charset_conv *from = conv_open(CHARSET_GBK, CHARSET_UTF8);
    struct buf in;
    struct buf out;
    struct buf back;
    struct diag d;
    size_t used;
    buf_init(&in, 16);
    buf_init(&out, 16);
    buf_init(&back, 16);
    for (uint32_t i = 0x800; i < 0x20000; i++) {
        uint32_t c = i % 0x10000;
        buf_clear(&in);
        buf_clear(&out);
        buf_clear(&back);
        if (c < 0x800 || (c >= 0xd800 && c < 0xe000)) {
            continue;
        }
        add_character(&in, c);
        enum status st = charset_convert(to, buf_str(&in), true, &out, &used, &d);
        ck_assert(st == ST_OK || (st == ST_INPUT && out.len == 0));
        ck_assert(out.len < sizeof first[c]);
        if (i < 0x10000 && out.len > 0) {
            memcpy(first[c], out.p, out.len);
        }
        ck_assert_msg(str_is(buf_str(&out), first[c]), "U+%04X", (unsigned)c);
        if (st == ST_OK) {
            ck_assert_int_eq(
                charset_convert(from, buf_str(&out), true, &back, &used, &d), ST_OK);
            ck_assert_msg(str_eq(buf_str(&in), buf_str(&back)), "U+%04X", (unsigned)c);
        }
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        buf_clear(&out);
        ck_assert_int_eq(charset_convert(to, str_of(wrong[i]), true, &out, &used, &d),
                         ST_INPUT);
        ck_assert(used == 0 && out.len == 0);
    }
    buf_release(&in);
    buf_release(&out);
    buf_release(&back);
    charset_conv_free(to);
    charset_conv_free(from);
}
END_TEST

START_TEST(test_ceiling)
{
    struct charset_conv *c = conv_open(CHARSET_GB18030, CHARSET_UTF8);
    struct buf out;
    struct diag d;
    size_t used;
    buf_init(&out, 6);
    ck_assert_int_eq(charset_convert(c, str_of(HAN_GB), true, &out, &used, &d), ST_OK);
    ck_assert_int_eq(charset_convert(c, str_of("x"), true, &out, &used, &d), ST_SYSTEM);
    ck_assert_str_eq(d.code, "too-big");
    ck_assert_int_eq(charset_convert(c, str_of(""), true, &out, &used, &d), ST_SYSTEM);
    buf_release(&out);
    charset_conv_free(c);
    charset_conv_free(NULL);
    charset_probe_free(NULL);
}
END_TEST

Suite *suite_charset(void)
{
    Suite *s = suite_create("charset");
    TCase *tc = tcase_create("charset");
    tcase_add_loop_test(tc, test_probe, 0, sizeof probes / sizeof probes[0]);
    tcase_add_test(tc, test_probe_places);
    tcase_add_loop_test(tc, test_convert, 0, sizeof convs / sizeof convs[0]);
    tcase_add_test(tc, test_every_cut);
    tcase_add_test(tc, test_all_of_unicode);
    tcase_add_test(tc, test_probe_agrees_two_bytes);
    tcase_add_test(tc, test_probe_agrees_four_bytes);
    tcase_add_test(tc, test_gbk_round_trip);
    tcase_add_test(tc, test_known_again);
    tcase_add_test(tc, test_ceiling);
    suite_add_tcase(s, tc);
    return s;
}
