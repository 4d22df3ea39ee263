/* test_note.c - if this fails, a changed checkpoint could pass, or a good one of ours
 * would not be read by witnesses and monitors. */
#include <check.h>
#include <string.h>

#include "ledger/note.h"

#define NAME "almoner/331002/main"
#define DASH "\xe2\x80\x94 "

static struct diag d;

/* The example of C2SP signed-note. */
#define C2SP_VKEY                                                                      \
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define C2SP_TEXT "This is an example message.\n"
#define C2SP_NOTE                                                                      \
    C2SP_TEXT "\n" DASH "example.com/foo "                                             \
              "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"   \
              "mFXmRKuwHjG1Yu72IneyaQM=\n"

static struct key *key_of(uint8_t first)
{
    uint8_t seed[32] = {first};
    struct key *k = NULL;
    ck_assert_int_eq(key_new(&k, seed, &d), ST_OK);
    return k;
}

static const char *const text_signed =
    NAME "\n12\n"
         "X9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSI="
         "\n";

/* A note by key 1, into out, which the caller releases. */
static void make_note(struct buf *out, uint8_t public_key[KEY_PUBLIC_LEN])
{
    struct key *k = key_of(1);
    buf_init(out, NOTE_BYTES_MAX * 2);
    ck_assert_int_eq(note_sign(str_of(text_signed), str_of(NAME), k, out, &d), ST_OK);
    key_public(k, public_key);
    key_free(k);
}

static enum status verify(struct str note, const uint8_t *public_key, struct str *text)
{
    return note_verify(note, str_of(NAME), public_key, text, &d);
}

START_TEST(sign_and_verify)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    struct str text = {NULL, 0};
    struct str all = buf_str(&note);
    ck_assert_int_eq(verify(all, public_key, &text), ST_OK);
    ck_assert(str_is(text, text_signed));
    ck_assert_ptr_eq(text.p, all.p);
    struct str start =
        str_of(NAME "\n12\nX9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSI=\n"
                    "\n" DASH NAME " ");
    ck_assert(str_starts(all, start));
    ck_assert_uint_eq(all.n, start.n + 92 + 1); /* 68 bytes in base64 */
    buf_release(&note);
}
END_TEST

START_TEST(note_of_the_specification)
{
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct str text = {NULL, 0};
    ck_assert_int_eq(vkey_parse(str_of(C2SP_VKEY), name, public_key, &d), ST_OK);
    ck_assert_int_eq(
        note_verify(str_of(C2SP_NOTE), str_of(name), public_key, &text, &d), ST_OK);
    ck_assert(str_is(text, C2SP_TEXT));
}
END_TEST

START_TEST(every_cut_is_refused)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    for (size_t n = 0; n < note.len; n++) {
        struct str text = {NULL, 0};
        enum status st = verify(str_make(note.p, n), public_key, &text);
        ck_assert_msg(st == ST_INPUT || st == ST_INTEGRITY, "cut at %zu: %d", n, st);
        ck_assert_ptr_null(text.p);
    }
    buf_release(&note);
}
END_TEST

START_TEST(every_flipped_byte_is_refused)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    for (size_t i = 0; i < note.len; i++) {
        for (unsigned flip = 1; flip < 256; flip *= 2) {
            char kept = note.p[i];
            note.p[i] = (char)((unsigned char)kept ^ flip);
            struct str text;
            enum status st = verify(buf_str(&note), public_key, &text);
            ck_assert_msg(st == ST_INPUT || st == ST_INTEGRITY, "byte %zu xor %02x", i,
                          flip);
            note.p[i] = kept;
        }
    }
    buf_release(&note);
}
END_TEST

/* Lines of others may be spoiled; the text that comes out is the same, or none. */
START_TEST(flips_in_other_lines_do_not_change_the_text)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    size_t own = note.len;
    buf_add_text(&note, DASH "audit.example QUJDRDEyMzQ1Njc4\n");
    int accepted = 0;
    for (size_t i = own; i < note.len; i++) {
        for (unsigned flip = 1; flip < 256; flip++) {
            char kept = note.p[i];
            note.p[i] = (char)((unsigned char)kept ^ flip);
            struct str text;
            enum status st = verify(buf_str(&note), public_key, &text);
            ck_assert(st != ST_OK || str_is(text, text_signed));
            accepted += st == ST_OK;
            note.p[i] = kept;
        }
    }
    ck_assert_int_gt(accepted, 100);
    buf_release(&note);
}
END_TEST

START_TEST(other_signatures_may_stand_around)
{
    struct key *known = key_of(1);
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(known, public_key);
    struct buf own;
    struct buf note;
    make_note(&own, public_key);
    buf_init(&note, NOTE_BYTES_MAX * 2);
    struct str line =
        str_make(own.p + strlen(text_signed) + 1, own.len - strlen(text_signed) - 1);
    buf_add_text(&note, text_signed);
    buf_add_text(&note, "\n");
    /* The same name with another id is another key. */
    buf_add_text(&note, DASH NAME " QUJDRDEyMzQ1Njc4\n");
    buf_add_str(&note, line);
    for (int i = 2; i < NOTE_SIGNATURES_MAX; i++) {
        struct str text;
        ck_assert_int_eq(verify(buf_str(&note), public_key, &text), ST_OK);
        buf_add_text(&note, DASH "witness.example QUJDRDEyMzQ1Njc4\n");
    }
    struct str text;
    ck_assert_int_eq(verify(buf_str(&note), public_key, &text), ST_OK);
    ck_assert(str_is(text, text_signed));
    buf_add_text(&note, DASH "witness.example QUJDRDEyMzQ1Njc4\n");
    ck_assert_int_eq(verify(buf_str(&note), public_key, &text), ST_INPUT);
    buf_release(&own);
    buf_release(&note);
    key_free(known);
}
END_TEST

/* A second line of the known key that does not fit spoils the note. */
START_TEST(one_bad_line_of_the_known_key)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    size_t text_n = strlen(text_signed) + 1;
    struct str line = str_make(note.p + text_n, note.len - text_n);
    struct buf twice;
    buf_init(&twice, NOTE_BYTES_MAX);
    buf_add(&twice, note.p, note.len);
    buf_add_str(&twice, line);
    struct str text;
    ck_assert_int_eq(verify(buf_str(&twice), public_key, &text), ST_OK);
    /* Within the signature, far from the key id. */
    char *byte = twice.p + twice.len - 40;
    *byte = *byte == 'A' ? 'B' : 'A';
    ck_assert_int_eq(verify(buf_str(&twice), public_key, &text), ST_INTEGRITY);
    ck_assert_str_eq(d.code, "note-signature");
    buf_release(&note);
    buf_release(&twice);
}
END_TEST

START_TEST(another_key_or_name)
{
    struct buf note;
    uint8_t public_key[KEY_PUBLIC_LEN];
    make_note(&note, public_key);
    struct str text = {NULL, 0};
    struct key *other = key_of(2);
    uint8_t other_public[KEY_PUBLIC_LEN];
    key_public(other, other_public);
    ck_assert_int_eq(verify(buf_str(&note), other_public, &text), ST_INTEGRITY);
    ck_assert_int_eq(
        note_verify(buf_str(&note), str_of(NAME "/e2"), public_key, &text, &d),
        ST_INTEGRITY);
    ck_assert_str_eq(d.code, "note-signature");
    ck_assert_ptr_null(text.p);
    key_free(other);
    buf_release(&note);
}
END_TEST

START_TEST(texts_that_cannot_be_signed)
{
    static const char *const texts[] = {"",       "no newline", "tab\there\n",
                                        "cr\r\n", "\xff\n",     "bell\x07\n"};
    struct key *k = key_of(1);
    struct buf out;
    buf_init(&out, NOTE_BYTES_MAX);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_int_eq(note_sign(str_of(texts[i]), str_of(NAME), k, &out, &d),
                         ST_INPUT);
        ck_assert_str_eq(d.code, "note-form");
        ck_assert_uint_eq(out.len, 0);
    }
    buf_release(&out);
    key_free(k);
}
END_TEST

/* Text after a blank line within the text is text: the split is at the last one. */
START_TEST(text_with_blank_lines)
{
    static const char *const texts[] = {"a\n\nb\n", "\n", "\n\n\n", "a\n\n"};
    struct key *k = key_of(1);
    uint8_t public_key[KEY_PUBLIC_LEN];
    key_public(k, public_key);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buf out;
        buf_init(&out, NOTE_BYTES_MAX);
        struct str text;
        ck_assert_int_eq(note_sign(str_of(texts[i]), str_of(NAME), k, &out, &d), ST_OK);
        ck_assert_int_eq(verify(buf_str(&out), public_key, &text), ST_OK);
        ck_assert(str_is(text, texts[i]));
        buf_release(&out);
    }
    key_free(k);
}
END_TEST

START_TEST(malformed_notes)
{
    static const char *const notes[] = {
        "\n\n",
        "text\n",
        "text\n\nno signature line\n",
        "text\n\n" DASH "name\n",
        "text\n\n" DASH "name \n",
        "text\n\n" DASH "name QUJD\n",     /* shorter than a key id */
        "text\n\n" DASH "name QUJDRA==\n", /* a key id alone */
        "text\n\n" DASH "name QUJDRDEyMzQ1Njc4",
        "text\n\n" DASH " QUJDRDEyMzQ1Njc4\n",
        "text\n\n" DASH "na+me QUJDRDEyMzQ1Njc4\n",
        "text\n\n" DASH "name QUJDRDEyMzQ1Njc4 \n",
        "text\n\n" DASH "name QUJDRDEyMzQ1Njc\n",
        "text\n\n- name QUJDRDEyMzQ1Njc4\n",
        "te\x01xt\n\n" DASH "name QUJDRDEyMzQ1Njc4\n",
    };
    uint8_t public_key[KEY_PUBLIC_LEN] = {1};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct str text;
        enum status st = verify(str_of(notes[i]), public_key, &text);
        ck_assert_msg(st != ST_OK, "%s", notes[i]);
        /* No signature at all is a matter of signatures, the rest of form. */
        ck_assert_msg(st == (i == 0 ? ST_INTEGRITY : ST_INPUT), "note %zu", i);
    }
    static char large[NOTE_BYTES_MAX + 1];
    memset(large, '\n', sizeof large);
    struct str text;
    ck_assert_int_eq(verify(str_make(large, sizeof large), public_key, &text),
                     ST_INPUT);
}
END_TEST

/* ---- checkpoints ---- */

START_TEST(checkpoint_there_and_back)
{
    static const uint64_t sizes[] = {0, 1, 9, 10, 1000000, UINT64_MAX};
    uint8_t root[DIGEST_LEN];
    for (size_t i = 0; i < DIGEST_LEN; i++) {
        root[i] = (uint8_t)(i * 7);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf out;
        buf_init(&out, NOTE_BYTES_MAX);
        checkpoint_print(str_of(NAME), sizes[i], root, &out);
        struct checkpoint c;
        ck_assert_int_eq(checkpoint_parse(buf_str(&out), &c, &d), ST_OK);
        ck_assert(str_is(c.origin, NAME));
        ck_assert_uint_eq(c.size, sizes[i]);
        ck_assert(memcmp(c.root, root, DIGEST_LEN) == 0);
        for (size_t n = 0; n < out.len; n++) {
            ck_assert_int_eq(checkpoint_parse(str_make(out.p, n), &c, &d), ST_INPUT);
        }
        buf_release(&out);
    }
}
END_TEST

START_TEST(checkpoint_forms)
{
#define ROOT "X9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSI=\n"
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"origin\n5\n" ROOT, true},
        {"origin\n5\n" ROOT "an extension\n", true},
        {"origin\n5\n" ROOT "an extension", false},
        {"origin\n5\n" ROOT "\n", false},
        {"\n5\n" ROOT, false},
        {"origin\n05\n" ROOT, false},
        {"origin\n+5\n" ROOT, false},
        {"origin\n-5\n" ROOT, false},
        {"origin\n\n" ROOT, false},
        {"origin\n5 \n" ROOT, false},
        {"origin\n18446744073709551616\n" ROOT, false},
        {"origin\n5\nX9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoS==\n", false},
        {"origin\n5\nX9zaedpmAvwn5y5mBPzQqasnCF+IsXiGtHjnDeJUoSIA\n", false},
        {"origin\n5\n\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct checkpoint c;
        enum status st = checkpoint_parse(str_of(rows[i].text), &c, &d);
        ck_assert_msg(st == (rows[i].good ? ST_OK : ST_INPUT), "row %zu", i);
    }
}
END_TEST

Suite *suite_note(void);

Suite *suite_note(void)
{
    Suite *s = suite_create("note");
    TCase *c = tcase_create("note");
    tcase_add_test(c, sign_and_verify);
    tcase_add_test(c, note_of_the_specification);
    tcase_add_test(c, every_cut_is_refused);
    tcase_add_test(c, every_flipped_byte_is_refused);
    tcase_add_test(c, flips_in_other_lines_do_not_change_the_text);
    tcase_add_test(c, other_signatures_may_stand_around);
    tcase_add_test(c, one_bad_line_of_the_known_key);
    tcase_add_test(c, another_key_or_name);
    tcase_add_test(c, texts_that_cannot_be_signed);
    tcase_add_test(c, text_with_blank_lines);
    tcase_add_test(c, malformed_notes);
    tcase_add_test(c, checkpoint_there_and_back);
    tcase_add_test(c, checkpoint_forms);
    suite_add_tcase(s, c);
    return s;
}
