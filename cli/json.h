/* json.h - building the one object that --json prints. Children belong to their parent
 * from the start; every function takes NULL for a parent that could not be made, so
 * that lack of memory is asked for once, by json_print. */
#ifndef ALMONER_CLI_JSON_H
#define ALMONER_CLI_JSON_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/status.h"

struct json;

/* The top object, with its field "schema"; freed by json_free. */
struct json *json_new(const char *schema);
void json_free(struct json *top); /* takes NULL */
/* One line and a newline. ST_SYSTEM "memory" when something is missing in it. */
enum status json_print(const struct json *top, FILE *out, struct diag *d) MUST_USE;

/* The object without its last brace, for fields that are too many to be kept (see
 * json_stream.h). It has one field at least, its schema. */
enum status json_print_open(const struct json *top, FILE *out, struct diag *d) MUST_USE;

/* Fields of an object; a field put twice has the later value. Text that is not UTF-8
 * has a question mark for every wrong byte. */
struct json *json_put_object(struct json *o, const char *key);
struct json *json_put_list(struct json *o, const char *key);
void json_put_text(struct json *o, const char *key, const char *text);
void json_put_str(struct json *o, const char *key, struct str text);
void json_put_int(struct json *o, const char *key, int64_t value);
void json_put_uint(struct json *o, const char *key, uint64_t value);
void json_put_bool(struct json *o, const char *key, bool value);
void json_put_null(struct json *o, const char *key);
/* "2026-09-05"; null for DAY_ALWAYS and DAY_NEVER. */
void json_put_day(struct json *o, const char *key, int32_t day);

/* Items of a list. */
struct json *json_add_object(struct json *list);
void json_add_str(struct json *list, struct str text);
void json_add_uint(struct json *list, uint64_t value);

#endif
