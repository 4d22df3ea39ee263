/* json.c - the only file that knows jansson. */
#include "cli/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/must.h"
#include "base/text.h"

#define JSON_TEXT_MAX ((size_t)1024 * 1024)

struct json {
    json_t node; /* a struct json is jansson's own node under our name */
};

/* Set by the first lack of memory; a program run builds one object. */
static bool is_incomplete;

static json_t *node_of(struct json *j)
{
    return j == NULL ? NULL : &j->node;
}

/* Takes value; NULL of either is lack of memory. */
static struct json *put(struct json *o, const char *key, json_t *value)
{
    if (o == NULL || value == NULL ||
        json_object_set_new(node_of(o), key, value) != 0) {
        is_incomplete = true;
        return NULL;
    }
    return (struct json *)value;
}

static struct json *add(struct json *list, json_t *value)
{
    if (list == NULL || value == NULL ||
        json_array_append_new(node_of(list), value) != 0) {
        is_incomplete = true;
        return NULL;
    }
    return (struct json *)value;
}

/* jansson takes valid UTF-8 only. */
static json_t *text_node(struct str s)
{
    struct buf clean;
    size_t bad;
    buf_init(&clean, JSON_TEXT_MAX);
    while (!text_utf8_valid(s, &bad)) {
        buf_add(&clean, s.p, bad);
        buf_add_text(&clean, "?");
        s = str_make(s.p + bad + 1, s.n - bad - 1);
    }
    buf_add_str(&clean, s);
    json_t *node = clean.failed ? NULL : json_stringn(buf_cstr(&clean), clean.len);
    buf_release(&clean);
    return node;
}

struct json *json_new(const char *schema)
{
    json_t *top = json_object();
    is_incomplete = top == NULL;
    json_put_text((struct json *)top, "schema", schema);
    return (struct json *)top;
}

void json_free(struct json *top)
{
    json_decref(node_of(top));
}

enum status json_print(const struct json *top, FILE *out, struct diag *d)
{
    if (top == NULL || is_incomplete) {
        return diag_memory(d);
    }
    if (json_dumpf(&top->node, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF) {
        return diag_errno(d, "write", "the output");
    }
    return ST_OK;
}

enum status json_print_open(const struct json *top, FILE *out, struct diag *d)
{
    char *text =
        top == NULL || is_incomplete ? NULL : json_dumps(&top->node, JSON_COMPACT);
    if (text == NULL) {
        return diag_memory(d);
    }
    size_t n = strlen(text);
    must(n > 2 && text[n - 1] == '}');
    bool written = fwrite(text, 1, n - 1, out) == n - 1;
    free(text);
    return written ? ST_OK : diag_errno(d, "write", "the output");
}

struct json *json_put_object(struct json *o, const char *key)
{
    return put(o, key, json_object());
}

struct json *json_put_list(struct json *o, const char *key)
{
    return put(o, key, json_array());
}

void json_put_text(struct json *o, const char *key, const char *text)
{
    json_put_str(o, key, str_of(text));
}

void json_put_str(struct json *o, const char *key, struct str text)
{
    put(o, key, text_node(text));
}

void json_put_int(struct json *o, const char *key, int64_t value)
{
    put(o, key, json_integer(value));
}

void json_put_uint(struct json *o, const char *key, uint64_t value)
{
    must(value <= INT64_MAX);
    json_put_int(o, key, (int64_t)value);
}

void json_put_bool(struct json *o, const char *key, bool value)
{
    put(o, key, value ? json_true() : json_false());
}

void json_put_null(struct json *o, const char *key)
{
    put(o, key, json_null());
}

void json_put_day(struct json *o, const char *key, int32_t day)
{
    char text[DATE_TEXT_CAP];
    if (day == DAY_ALWAYS || day == DAY_NEVER) {
        json_put_null(o, key);
        return;
    }
    date_print(day, text);
    json_put_text(o, key, text);
}

struct json *json_add_object(struct json *list)
{
    return add(list, json_object());
}

void json_add_str(struct json *list, struct str text)
{
    add(list, text_node(text));
}

void json_add_uint(struct json *list, uint64_t value)
{
    must(value <= INT64_MAX);
    add(list, json_integer((json_int_t)value));
}
