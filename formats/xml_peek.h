/* xml_peek.h - what kind of XML a file is, by its first tags alone: for telling files
 * apart, also damaged ones. Nothing is checked; whoever reads the file does that. */
#ifndef ALMONER_FORMATS_XML_PEEK_H
#define ALMONER_FORMATS_XML_PEEK_H

#include "base/bytes.h"

#define XML_PEEK_TAGS_MAX 64 /* a message stands behind its wrappers' heads */

/* The local names of the first two elements, borrowed; false when there is none, and
 * *second is empty when there is no other. Text in encodings other than those that
 * begin like ASCII is not looked at. */
bool xml_peek_root(struct str head, struct str *root, struct str *second);
/* Is an element of this local name among the first tags? *before, which may be NULL, is
 * then what stands before its end: the declarations of namespaces that may be its. */
bool xml_peek_has(struct str head, const char *local_name, struct str *before);

#endif
