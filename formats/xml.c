/* xml.c - expat, fed piece by piece. The only file that includes its header. It must
 * never let a document type through, nor hold a document as a whole. */
#include "formats/xml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <expat.h>

#include "base/must.h"

#define PIECE (64 * 1024)
#define SEPARATOR '\x1f' /* between namespace and local name; XML cannot contain it */

struct xml {
    XML_Parser parser;
    struct xml_source source;
    struct xml_handler handler;
    uint8_t first[256]; /* by state: the first step from there, plus 1; 0: none */
    uint8_t next[256];  /* by step: another from the same state, plus 1 */
    uint8_t states[XML_STATES_MAX];
    uint64_t texts[XML_STATES_MAX]; /* bytes of text of each of them so far */
    size_t depth;                   /* states that were entered */
    size_t outside;                 /* elements open above the first of them */
    size_t skipped;                 /* elements open below the last of them */
    uint64_t skipped_text;          /* since the last tag, where it is passed over */
    uint64_t fed;
    bool suspended;
    bool last;             /* the source is at its end */
    struct diag failure;   /* of a handler; ST_OK: none */
    uint64_t stopped_line; /* of that failure; 0: none */
    uint64_t stopped_column;
};

static const char *local_name(const char *name)
{
    const char *last = strrchr(name, SEPARATOR);
    return last != NULL ? last + 1 : name;
}

struct str xml_attribute(const struct xml_attributes *a, const char *name)
{
    for (const char **at = a->list; at[0] != NULL; at += 2) {
        if (strcmp(local_name(at[0]), name) == 0) {
            return str_of(at[1]);
        }
    }
    return str_of("");
}

/* ---- expat's calls ---- */

static unsigned state_of(const struct xml *x)
{
    return x->depth > 0 ? x->states[x->depth - 1] : 0;
}

/* Once stopped, expat has gone on to what follows. */
static void stop(struct xml *x)
{
    xml_position(x, &x->stopped_line, &x->stopped_column);
    (void)XML_StopParser(x->parser, XML_FALSE);
}

static void refuse(struct xml *x, const char *code, const char *what)
{
    (void)diag_fail(&x->failure, ST_INPUT, code, "%s", what);
    stop(x);
}

static uint8_t step_to(const struct xml *x, const char *name)
{
    for (unsigned i = x->first[state_of(x)]; i != 0; i = x->next[i - 1]) {
        const struct xml_step *s = &x->handler.steps[i - 1];
        if ((s->name[0] == name[0] && strcmp(s->name, name) == 0) ||
            s->name[0] == XML_ANY[0]) {
            return s->to;
        }
    }
    return 0;
}

static void pass_over(struct xml *x)
{
    x->skipped_text = 0;
    if (x->depth == 0 && x->handler.anywhere) {
        x->outside++;
    } else {
        x->skipped++;
    }
    if (x->outside + x->depth + x->skipped > XML_DEPTH_MAX) {
        refuse(x, "xml", "nested too deeply");
    }
}

static void on_start(void *ctx, const char *name, const char **list)
{
    struct xml *x = ctx;
    if (x->failure.status != ST_OK) {
        return;
    }
    if (XML_GetSpecifiedAttributeCount(x->parser) > 2 * XML_ATTRIBUTES_MAX) {
        refuse(x, "xml", "too many attributes");
        return;
    }
    const char *local = local_name(name);
    uint8_t to = x->skipped > 0 ? 0 : step_to(x, local);
    if (to == 0) {
        pass_over(x);
        return;
    }
    must(x->depth < XML_STATES_MAX);
    x->texts[x->depth] = 0;
    x->states[x->depth++] = to;
    struct xml_attributes a = {
        .list = list,
        .space = str_make(name, local == name ? 0 : (size_t)(local - name) - 1)};
    if (x->handler.start != NULL &&
        x->handler.start(x->handler.ctx, to, &a, &x->failure) != ST_OK) {
        stop(x);
    }
}

static void on_end(void *ctx, const char *name)
{
    struct xml *x = ctx;
    bool pause = false;
    (void)name;
    if (x->failure.status != ST_OK) {
        return;
    }
    x->skipped_text = 0;
    if (x->skipped > 0) {
        x->skipped--;
        return;
    }
    if (x->depth == 0) {
        must(x->outside > 0);
        x->outside--;
        return;
    }
    unsigned state = state_of(x);
    x->depth--;
    if (x->handler.end == NULL) {
        return;
    }
    if (x->handler.end(x->handler.ctx, state, &pause, &x->failure) != ST_OK) {
        stop(x);
    } else if (pause) {
        (void)XML_StopParser(x->parser, XML_TRUE);
    }
}

static void on_text(void *ctx, const char *p, int n)
{
    struct xml *x = ctx;
    if (x->failure.status != ST_OK) {
        return;
    }
    bool skip = x->skipped > 0 || x->depth == 0;
    uint64_t *bytes = skip ? &x->skipped_text : &x->texts[x->depth - 1];
    *bytes += (uint64_t)n;
    if (x->handler.text_max > 0 && *bytes > x->handler.text_max) {
        refuse(x, "xml-text", "an element has more text than any should have");
        return;
    }
    if (skip || x->handler.text == NULL) {
        return;
    }
    if (x->handler.text(x->handler.ctx, state_of(x), str_make(p, (size_t)n),
                        &x->failure) != ST_OK) {
        stop(x);
    }
}

static void on_doctype(void *ctx, const char *name, const char *system_id,
                       const char *public_id, int internal)
{
    struct xml *x = ctx;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    if (x->failure.status == ST_OK) {
        refuse(x, "xml-dtd", "it declares a document type, as none does: not read");
    }
}

static void on_declaration(void *ctx, const char *version, const char *encoding,
                           int standalone)
{
    struct xml *x = ctx;
    (void)version;
    (void)standalone;
    if (x->failure.status != ST_OK || encoding == NULL ||
        strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "US-ASCII") == 0) {
        return;
    }
    (void)diag_fail(&x->failure, ST_INPUT, "xml-encoding",
                    "it says that it is written in \"%.40s\", not in UTF-8", encoding);
    stop(x);
}

/* ---- the walk ---- */

static void index_steps(struct xml *x)
{
    must(x->handler.step_count < 256);
    for (size_t i = x->handler.step_count; i > 0; i--) {
        uint8_t from = x->handler.steps[i - 1].from;
        x->next[i - 1] = x->first[from];
        x->first[from] = (uint8_t)i;
    }
}

enum status xml_new(struct xml **out, const struct xml_source *source,
                    const struct xml_handler *handler, struct diag *d)
{
    struct xml *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    x->parser = XML_ParserCreateNS(handler->utf8 ? "UTF-8" : NULL, SEPARATOR);
    if (x->parser == NULL) {
        free(x);
        return diag_memory(d);
    }
    x->source = *source;
    x->handler = *handler;
    index_steps(x);
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    if (handler->utf8) {
        XML_SetXmlDeclHandler(x->parser, on_declaration);
    }
    *out = x;
    return ST_OK;
}

void xml_free(struct xml *x)
{
    if (x == NULL) {
        return;
    }
    XML_ParserFree(x->parser);
    free(x);
}

void xml_position(const struct xml *x, uint64_t *line, uint64_t *column)
{
    if (x->stopped_line > 0) {
        *line = x->stopped_line;
        *column = x->stopped_column;
        return;
    }
    *line = XML_GetCurrentLineNumber(x->parser);
    *column = (uint64_t)XML_GetCurrentColumnNumber(x->parser) + 1;
}

uint64_t xml_offset(const struct xml *x)
{
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    return at > 0 ? (uint64_t)at : 0;
}

static enum status parse_piece(struct xml *x, enum XML_Status *result, struct diag *d)
{
    size_t n = 0;
    void *piece = XML_GetBuffer(x->parser, PIECE);
    if (piece == NULL) {
        return diag_memory(d);
    }
    TRY(x->source.read(x->source.ctx, piece, PIECE, &n, d));
    x->fed += n;
    x->last = n == 0;
    *result = XML_ParseBuffer(x->parser, (int)n, n == 0);
    return ST_OK;
}

/* expat scans a tag anew with each piece until it is whole, so a tag without end would
 * cost the square of its length. */
static enum status check_token(const struct xml *x, struct diag *d)
{
    return x->fed - xml_offset(x) > XML_TOKEN_MAX
               ? diag_fail(d, ST_INPUT, "xml", "too long a tag")
               : ST_OK;
}

enum status xml_next(struct xml *x, bool *ended, struct diag *d)
{
    *ended = false;
    for (;;) {
        enum XML_Status result = XML_STATUS_OK;
        if (x->suspended) {
            result = XML_ResumeParser(x->parser);
        } else {
            TRY(parse_piece(x, &result, d));
        }
        if (x->failure.status != ST_OK) {
            *d = x->failure;
            return d->status;
        }
        if (result == XML_STATUS_ERROR) {
            enum XML_Error e = XML_GetErrorCode(x->parser);
            return e == XML_ERROR_NO_MEMORY
                       ? diag_memory(d)
                       : diag_fail(d, ST_INPUT, "xml", "%s", XML_ErrorString(e));
        }
        x->suspended = result == XML_STATUS_SUSPENDED;
        if (x->suspended) {
            return ST_OK;
        }
        if (x->last) {
            *ended = true;
            return ST_OK;
        }
        TRY(check_token(x, d));
    }
}
