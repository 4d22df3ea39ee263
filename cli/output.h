/* output.h - what the program says: sentences for people in their language, or one JSON
 * object; data on stdout, messages on stderr; errors in one form. */
#ifndef ALMONER_CLI_OUTPUT_H
#define ALMONER_CLI_OUTPUT_H

#include "base/status.h"
#include "cli/json.h"

struct output {
    bool json;
    bool quiet;
    bool zh;        /* people read Chinese; else English */
    bool color_out; /* stdout takes colour */
    bool color_err;
    bool silent;         /* another process said it all: output_end says nothing */
    struct json *object; /* see output_object */
};

/* Both texts stand at the place they are used; o->zh chooses. A macro, so that the
 * compiler can check formats. */
#define TEXT(o, en, zh_text) ((o)->zh ? (zh_text) : (en))

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_BAD, PAINT_WARN, PAINT_STRONG };
/* Starts a colour on stdout, or gives "" where there is none; PAINT_NONE ends it. */
const char *output_paint(const struct output *o, enum paint p);

/* Data: to stdout, also with --quiet; nothing with --json. Control characters other
 * than line ends and our own colours come out as question marks. */
void output_data(const struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What was done and what comes next: to stdout, not with --quiet or --json. */
void output_done(const struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A warning: to stderr, with "almoner: warning:" before it, not with --quiet. */
void output_warn(const struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The object that --json will print, made at the first call; main prints it, after an
 * error with code, message, where and hint in it. Call only when o->json is set. */
struct json *output_object(struct output *o, const char *schema);

/* The object begun so far is not printed. */
void output_forget(struct output *o);

/* The end: prints the error or the object, and flushes. Returns st, or ST_SYSTEM when
 * stdout could not take everything. */
enum status output_end(struct output *o, enum status st, struct diag *d);

#endif
