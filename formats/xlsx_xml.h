/* xlsx_xml.h - one XML part of a workbook as a walk over the few elements that are
 * wanted, through expat. For formats/xlsx*.c only.
 *
 * Elements are named by local name (writers choose their prefixes) and by where they
 * stand: a table of steps leads from state to state, and an element no step leads to
 * is passed over with all that is in it. Document types are refused, and so entities
 * other than XML's own five never exist. */
#ifndef ALMONER_FORMATS_XLSX_XML_H
#define ALMONER_FORMATS_XLSX_XML_H

#include "formats/zip.h"

#define XLSX_XML_DEPTH_MAX 100
#define XLSX_XML_TOKEN_MAX ((uint64_t)2 * 1024 * 1024) /* a tag, a comment: bytes */

struct xlsx_step {
    uint8_t from; /* 0: the document */
    uint8_t to;   /* not 0 */
    const char *name;
};

/* Attributes of the element, borrowed for the call. */
struct xlsx_attributes {
    const char **list;
};
/* By local name; empty when it is not there. */
struct str xlsx_attribute(const struct xlsx_attributes *a, const char *name);

struct xlsx_handler {
    const struct xlsx_step *steps;
    size_t step_count;
    /* Any may be NULL. A failure ends the walk. */
    enum status (*start)(void *ctx, unsigned state, const struct xlsx_attributes *a,
                         struct diag *d);
    enum status (*text)(void *ctx, unsigned state, struct str text, struct diag *d);
    /* *pause: xlsx_xml_next returns behind this element. */
    enum status (*end)(void *ctx, unsigned state, bool *pause, struct diag *d);
    void *ctx;
};

struct xlsx_xml;
/* Begins to read the part. zip and handler->steps are borrowed until free; one part of
 * an archive can be read at a time. */
enum status xlsx_xml_new(struct xlsx_xml **out, struct zip *zip, const char *part,
                         const struct xlsx_handler *handler, struct diag *d) MUST_USE;
void xlsx_xml_free(struct xlsx_xml *x); /* takes NULL */
/* Goes on to the next pause, or to the end (*ended). ST_INPUT "xlsx-xml" (not well
 * formed, too deep, too long a tag), "xlsx-dtd", what the archive says, or the failure
 * of a handler. Not to be called again after a failure or the end. */
enum status xlsx_xml_next(struct xlsx_xml *x, bool *ended, struct diag *d) MUST_USE;
/* A whole part without pauses. */
enum status xlsx_xml_read(struct zip *zip, const char *part,
                          const struct xlsx_handler *handler, struct diag *d) MUST_USE;

#endif
