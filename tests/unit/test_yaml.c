/* test_yaml.c - the tree has every text with its place, and nothing of YAML that could
 * make two readers see two things gets through. */
#include "base/yaml.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_yaml(void);

static struct arena *arena;
static struct diag d;

static void setup(void)
{
    ck_assert_int_eq(arena_new(&arena, (size_t)64 * 1024 * 1024, &d), ST_OK);
}

static void teardown(void)
{
    arena_free(arena);
    arena = NULL;
}

static const struct ynode *parse(const char *text)
{
    const struct ynode *root = NULL;
    enum status st = yaml_read(&root, arena, str_of(text), "f.yaml", &d);
    ck_assert_msg(st == ST_OK, "%s: %s: %s", d.where, d.code, d.what);
    return root;
}

static void refused(struct str text, const char *code, const char *where)
{
    const struct ynode *root = NULL;
    ck_assert_int_eq(yaml_read(&root, arena, text, "f.yaml", &d), ST_INPUT);
    ck_assert_str_eq(d.code, code);
    if (where != NULL) {
        ck_assert_str_eq(d.where, where);
    }
    ck_assert_ptr_null(root);
}

START_TEST(tree_keeps_order_text_and_places)
{
    const struct ynode *n =
        parse("一: 甲\nb: [x, 'y y', \"z\"]\nc:\n  d: 1.50 # rest\n");
    ck_assert_int_eq(n->kind, YNODE_MAP);
    ck_assert_uint_eq(n->count, 3);
    ck_assert(str_is(n->first->key, "一"));
    ck_assert(str_is(n->first->text, "甲"));
    ck_assert_uint_eq(n->first->place.line, 1);
    ck_assert_uint_eq(n->first->place.column, 4);
    const struct ynode *b = yaml_find(n, "b");
    ck_assert_int_eq(b->kind, YNODE_LIST);
    ck_assert_uint_eq(b->count, 3);
    ck_assert_uint_eq(b->place.column, 4);
    ck_assert_uint_eq(b->key_place.column, 1);
    ck_assert(str_is(b->first->next->text, "y y"));
    ck_assert_uint_eq(b->first->next->place.column, 8);
    ck_assert(str_is(b->first->next->next->text, "z"));
    ck_assert_ptr_null(b->first->next->next->next);
    const struct ynode *inner = yaml_find(yaml_find(n, "c"), "d");
    ck_assert(str_is(inner->text, "1.50"));
    ck_assert_uint_eq(inner->place.line, 4);
    ck_assert_ptr_null(yaml_find(n, "e"));
}
END_TEST

START_TEST(everything_stays_text)
{
    const struct ynode *n = parse("[yes, 08, 1e3, ~, null, 2024-01-01, 0x1f, 90..]");
    static const char *const want[] = {"yes",  "08",         "1e3",  "~",
                                       "null", "2024-01-01", "0x1f", "90.."};
    size_t i = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        ck_assert(str_is(m->text, want[i++]));
    }
    ck_assert_uint_eq(i, 8);
}
END_TEST

START_TEST(an_empty_value_is_empty_text)
{
    const struct ynode *n = parse("a:\nb: ''\n");
    ck_assert_uint_eq(n->count, 2);
    ck_assert_int_eq(yaml_find(n, "a")->kind, YNODE_SCALAR);
    ck_assert_uint_eq(yaml_find(n, "a")->text.n, 0);
    ck_assert_uint_eq(yaml_find(n, "b")->text.n, 0);
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped)
{
    const struct ynode *n = parse("\xef\xbb\xbf"
                                  "a: b\n");
    ck_assert(str_is(n->first->key, "a"));
}
END_TEST

static const struct {
    const char *text;
    const char *code;
    const char *where;
} bad[] = {
    {"", "yaml-empty", "f.yaml:1:1"},
    {"# nothing\n", "yaml-empty", "f.yaml:1:1"},
    {"a: &x b\n", "yaml-anchor", "f.yaml:1:4"},
    {"a: &x {b: c}\n", "yaml-anchor", "f.yaml:1:4"},
    {"a: *x\n", "yaml-alias", "f.yaml:1:4"},
    {"*x : a\n", "yaml-alias", "f.yaml:1:1"},
    {"<<: *x\n", "yaml-alias", "f.yaml:1:5"},
    {"a: !!str b\n", "yaml-tag", "f.yaml:1:4"},
    {"a: ! b\n", "yaml-tag", "f.yaml:1:4"},
    {"!x a: b\n", "yaml-tag", "f.yaml:1:1"},
    {"a: !x [b]\n", "yaml-tag", "f.yaml:1:4"},
    {"a: b\n---\nc: d\n", "yaml-documents", "f.yaml:2:1"},
    {"a: b\n...\n---\n", "yaml-documents", "f.yaml:3:1"},
    {"%YAML 1.1\n---\na: b\n", "yaml-directive", "f.yaml:1:1"},
    {"%TAG ! tag:x,2024:\n---\na: b\n", "yaml-directive", "f.yaml:1:1"},
    {"a: b\n'a': c\n", "yaml-doubled-key", "f.yaml:2:1"},
    {"{a: b, c: d, \"a\": b}\n", "yaml-doubled-key", "f.yaml:1:14"},
    {"[a, b]: c\n", "yaml-key", "f.yaml:1:1"},
    {"? {a: b}\n: c\n", "yaml-key", "f.yaml:1:3"},
    {"a: [b\n", "yaml-syntax", NULL},
    {"a: \"b\n", "yaml-syntax", NULL},
    {"a: b: c\n", "yaml-syntax", NULL},
    {"\ta: b\n", "yaml-syntax", NULL},
    {"\xe4\xb8\xad: \x01\n", "yaml-syntax", "f.yaml:1:4"},
    {"\xe4\xb8\xad: \xff\n", "yaml-utf8", "f.yaml:1:4"},
    {"a: b\n\xed\xa0\x80\n", "yaml-utf8", "f.yaml:2:1"},
};

START_TEST(bad_text_is_refused)
{
    refused(str_of(bad[_i].text), bad[_i].code, bad[_i].where);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    static const char text[] = "a: b\nc: \0d\n";
    refused(str_make(text, sizeof text - 1), "yaml-syntax", NULL);
}
END_TEST

static char *repeat(const char *piece, size_t times)
{
    size_t n = strlen(piece);
    char *text = calloc(n * times + 1, 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < times; i++) {
        memcpy(text + i * n, piece, n);
    }
    return text;
}

START_TEST(limits_hold)
{
    static const struct {
        const char *piece;
        size_t times;
        const char *code;
    } rows[] = {
        {"[", YAML_DEPTH_MAX + 1, "yaml-depth"},
        {"{a: ", YAML_DEPTH_MAX + 1, "yaml-depth"},
        {"[", 1000000, "yaml-depth"},
        {"{", 1000000, "yaml-key"},
        {"- ", 100000, "yaml-depth"},
        {"- a\n", YAML_ITEMS_MAX + 1, "yaml-size"},
        {"a", YAML_SCALAR_MAX + 1, "yaml-size"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = repeat(rows[i].piece, rows[i].times);
        const struct ynode *root = NULL;
        ck_assert_int_eq(yaml_read(&root, arena, str_of(text), "f", &d), ST_INPUT);
        ck_assert_str_eq(d.code, rows[i].code);
        free(text);
    }
    char *text = repeat("- a\n", YAML_ITEMS_MAX);
    ck_assert_uint_eq(parse(text)->count, YAML_ITEMS_MAX);
    free(text);
}
END_TEST

START_TEST(keys_are_limited)
{
    char text[YAML_KEYS_MAX * 16];
    size_t used = 0;
    for (int i = 0; i <= YAML_KEYS_MAX; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "k%d: v\n", i);
    }
    refused(str_make(text, used), "yaml-size", NULL);
}
END_TEST

Suite *suite_yaml(void)
{
    Suite *s = suite_create("yaml");
    TCase *t = tcase_create("yaml");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, tree_keeps_order_text_and_places);
    tcase_add_test(t, everything_stays_text);
    tcase_add_test(t, an_empty_value_is_empty_text);
    tcase_add_test(t, a_byte_order_mark_is_skipped);
    tcase_add_loop_test(t, bad_text_is_refused, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(t, a_nul_byte_is_refused);
    tcase_add_test(t, limits_hold);
    tcase_add_test(t, keys_are_limited);
    suite_add_tcase(s, t);
    return s;
}
