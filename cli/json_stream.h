/* json_stream.h - the items of a long list in the object that --json prints, written
 * one by one and not kept: the list comes last, behind what json.h built. */
#ifndef ALMONER_CLI_JSON_STREAM_H
#define ALMONER_CLI_JSON_STREAM_H

#include "base/buf.h"
#include "cli/json.h"

struct json_stream {
    FILE *out;
    struct buf item;
    uint64_t count;
    bool in_item;
    bool field; /* the item has one */
};

/* Prints top's fields and begins the list; json_stream_end is due also after a
 * failure. */
enum status json_stream_begin(struct json_stream *s, const struct json *top,
                              const char *key, FILE *out, struct diag *d) MUST_USE;
/* An object, its fields, its end. Keys are plain ASCII. Text that is not UTF-8 has a
 * question mark for every wrong byte. */
void json_stream_item(struct json_stream *s);
void json_stream_str(struct json_stream *s, const char *key, struct str text);
void json_stream_int(struct json_stream *s, const char *key, int64_t value);
enum status json_stream_item_end(struct json_stream *s, struct diag *d) MUST_USE;
/* Ends list, object and line when st is ST_OK; returns st, or what printing said. */
enum status json_stream_end(struct json_stream *s, enum status st, struct diag *d)
    MUST_USE;

#endif
