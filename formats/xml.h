/* xml.h - an XML document as a walk over the few elements that are wanted, through
 * expat. For formats/ only.
 *
 * Elements are named by local name (writers choose their prefixes) and by where they
 * stand: a table of steps leads from state to state, and an element no step leads to
 * is passed over with all that is in it. Document types are refused, and so entities
 * other than XML's own five never exist. */
#ifndef ALMONER_FORMATS_XML_H
#define ALMONER_FORMATS_XML_H

#include "base/bytes.h"
#include "base/status.h"

#define XML_DEPTH_MAX 100
#define XML_TOKEN_MAX ((uint64_t)2 * 1024 * 1024) /* a tag, a comment: bytes */
#define XML_ATTRIBUTES_MAX 1000                   /* of one element */
#define XML_STATES_MAX 16 /* how deep the steps of a table lead */

#define XML_ANY "*" /* as a name: whatever the steps before it from there do not take */
struct xml_step {
    uint8_t from; /* 0: the document */
    uint8_t to;   /* not 0 */
    const char *name;
};

/* Attributes of the element, borrowed for the call. */
struct xml_attributes {
    const char **list;
    struct str space; /* namespace of the element itself */
};
/* By local name; empty when it is not there. */
struct str xml_attribute(const struct xml_attributes *a, const char *name);

struct xml_handler {
    const struct xml_step *steps; /* the first that fits is taken */
    size_t step_count;            /* at most 255 */
    bool anywhere;     /* the steps from 0 begin at any depth, not only at the root */
    bool utf8;         /* another encoding is refused: "xml-encoding" */
    uint64_t text_max; /* bytes of text right in one element, 0: any; "xml-text" */
    /* Any may be NULL. A failure ends the walk. */
    enum status (*start)(void *ctx, unsigned state, const struct xml_attributes *a,
                         struct diag *d);
    enum status (*text)(void *ctx, unsigned state, struct str text, struct diag *d);
    /* *pause: xml_next returns behind this element. */
    enum status (*end)(void *ctx, unsigned state, bool *pause, struct diag *d);
    void *ctx;
};

/* Where the bytes come from: up to cap of them to `to`; *n 0 is the end. */
struct xml_source {
    enum status (*read)(void *ctx, void *to, size_t cap, size_t *n, struct diag *d);
    void *ctx;
};

struct xml;
/* handler->steps and what the source needs are borrowed until free. */
enum status xml_new(struct xml **out, const struct xml_source *source,
                    const struct xml_handler *handler, struct diag *d) MUST_USE;
void xml_free(struct xml *x); /* takes NULL */
/* Goes on to the next pause, or to the end (*ended). ST_INPUT "xml" (not well formed,
 * too deep, too long a tag, too many attributes), "xml-dtd", "xml-encoding",
 * "xml-text", without where or hint; or the failure of the source or of a handler. Not
 * to be called again after a failure or the end. */
enum status xml_next(struct xml *x, bool *ended, struct diag *d) MUST_USE;
/* Of what is being handled, or of the failure; both from 1, columns in characters.
 * Walks over all bytes since it was asked for last. */
void xml_position(const struct xml *x, uint64_t *line, uint64_t *column);
/* Bytes of the source before what is being handled; cheap. */
uint64_t xml_offset(const struct xml *x);

#endif
