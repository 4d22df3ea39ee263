/* xlsx_xml.c - expat, fed piece by piece from the archive. The only file that includes
 * its header. It must never let a document type through, nor hold a part as a whole. */
#include "formats/xlsx_xml.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/must.h"

#define PIECE (64 * 1024)
#define SEPARATOR '\x1f' /* between namespace and local name; XML cannot contain it */
#define STATES_MAX 12    /* how deep the steps of a table lead */

struct xlsx_xml {
    XML_Parser parser;
    struct zip *zip;
    struct xlsx_handler handler;
    const char *part;
    uint8_t states[STATES_MAX];
    size_t depth;   /* states that were entered */
    size_t skipped; /* elements open below the last of them */
    uint64_t fed;
    bool suspended;
    bool last;           /* the archive's file is at its end */
    struct diag failure; /* of a handler; ST_OK: none */
};

static const char *local_name(const char *name)
{
    const char *last = strrchr(name, SEPARATOR);
    return last != NULL ? last + 1 : name;
}

struct str xlsx_attribute(const struct xlsx_attributes *a, const char *name)
{
    for (const char **at = a->list; at[0] != NULL; at += 2) {
        if (strcmp(local_name(at[0]), name) == 0) {
            return str_of(at[1]);
        }
    }
    return str_of("");
}

/* ---- expat's calls ---- */

static unsigned state_of(const struct xlsx_xml *x)
{
    return x->depth > 0 ? x->states[x->depth - 1] : 0;
}

static void stop(struct xlsx_xml *x)
{
    (void)XML_StopParser(x->parser, XML_FALSE);
}

static uint8_t step_to(const struct xlsx_xml *x, const char *name)
{
    unsigned from = state_of(x);
    for (size_t i = 0; i < x->handler.step_count; i++) {
        const struct xlsx_step *s = &x->handler.steps[i];
        if (s->from == from && strcmp(s->name, name) == 0) {
            return s->to;
        }
    }
    return 0;
}

static void on_start(void *ctx, const char *name, const char **list)
{
    struct xlsx_xml *x = ctx;
    if (x->failure.status != ST_OK) {
        return;
    }
    uint8_t to = x->skipped > 0 ? 0 : step_to(x, local_name(name));
    if (to == 0) {
        x->skipped++;
        if (x->depth + x->skipped > XLSX_XML_DEPTH_MAX) {
            diag_fail(&x->failure, ST_INPUT, "xlsx-xml",
                      "the workbook is damaged: \"%s\" is nested too deeply", x->part);
            stop(x);
        }
        return;
    }
    must(x->depth < STATES_MAX);
    x->states[x->depth++] = to;
    struct xlsx_attributes a = {list};
    if (x->handler.start != NULL &&
        x->handler.start(x->handler.ctx, to, &a, &x->failure) != ST_OK) {
        stop(x);
    }
}

static void on_end(void *ctx, const char *name)
{
    struct xlsx_xml *x = ctx;
    bool pause = false;
    (void)name;
    if (x->failure.status != ST_OK) {
        return;
    }
    if (x->skipped > 0) {
        x->skipped--;
        return;
    }
    unsigned state = state_of(x);
    must(x->depth > 0);
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
    struct xlsx_xml *x = ctx;
    if (x->failure.status != ST_OK || x->skipped > 0 || x->depth == 0 ||
        x->handler.text == NULL) {
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
    struct xlsx_xml *x = ctx;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    if (x->failure.status != ST_OK) {
        return;
    }
    diag_fail(&x->failure, ST_INPUT, "xlsx-dtd",
              "the workbook declares a document type, as none does: not read");
    (void)diag_hint(&x->failure, "save it again with the office program");
    stop(x);
}

/* ---- the walk ---- */

enum status xlsx_xml_new(struct xlsx_xml **out, struct zip *zip, const char *part,
                         const struct xlsx_handler *handler, struct diag *d)
{
    TRY(zip_file_open(zip, part, d));
    struct xlsx_xml *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    x->parser = XML_ParserCreateNS(NULL, SEPARATOR);
    if (x->parser == NULL) {
        free(x);
        return diag_memory(d);
    }
    x->zip = zip;
    x->handler = *handler;
    x->part = part;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    *out = x;
    return ST_OK;
}

void xlsx_xml_free(struct xlsx_xml *x)
{
    if (x == NULL) {
        return;
    }
    XML_ParserFree(x->parser);
    free(x);
}

static enum status malformed(const struct xlsx_xml *x, const char *why, struct diag *d)
{
    diag_fail(d, ST_INPUT, "xlsx-xml", "the workbook is damaged: \"%s\": %s", x->part,
              why);
    return diag_hint(d, "open it with the office program and save it again");
}

static enum status parse_piece(struct xlsx_xml *x, enum XML_Status *result,
                               struct diag *d)
{
    size_t n = 0;
    void *piece = XML_GetBuffer(x->parser, PIECE);
    if (piece == NULL) {
        return diag_memory(d);
    }
    TRY(zip_file_read(x->zip, piece, PIECE, &n, d));
    x->fed += n;
    x->last = n == 0;
    *result = XML_ParseBuffer(x->parser, (int)n, n == 0);
    return ST_OK;
}

/* expat scans a tag anew with each piece until it is whole, so a tag without end would
 * cost the square of its length. */
static enum status check_token(const struct xlsx_xml *x, struct diag *d)
{
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    uint64_t done = at > 0 ? (uint64_t)at : 0;
    return x->fed - done > XLSX_XML_TOKEN_MAX ? malformed(x, "too long a tag", d)
                                              : ST_OK;
}

enum status xlsx_xml_next(struct xlsx_xml *x, bool *ended, struct diag *d)
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
            return e == XML_ERROR_NO_MEMORY ? diag_memory(d)
                                            : malformed(x, XML_ErrorString(e), d);
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

enum status xlsx_xml_read(struct zip *zip, const char *part,
                          const struct xlsx_handler *handler, struct diag *d)
{
    struct xlsx_xml *x = NULL;
    bool ended = false;
    TRY(xlsx_xml_new(&x, zip, part, handler, d));
    enum status st = xlsx_xml_next(x, &ended, d);
    must(st != ST_OK || ended);
    xlsx_xml_free(x);
    return st;
}
