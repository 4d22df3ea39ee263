/* xlsx_xml.h - one XML part of a workbook, read by formats/xml.h. For formats/xlsx*.c
 * only. */
#ifndef ALMONER_FORMATS_XLSX_XML_H
#define ALMONER_FORMATS_XLSX_XML_H

#include "formats/xml.h"
#include "formats/zip.h"

struct xlsx_xml;
/* Begins to read the part. zip and handler->steps are borrowed until free; one part of
 * an archive can be read at a time. */
enum status xlsx_xml_new(struct xlsx_xml **out, struct zip *zip, const char *part,
                         const struct xml_handler *handler, struct diag *d) MUST_USE;
void xlsx_xml_free(struct xlsx_xml *x); /* takes NULL */
/* Goes on to the next pause, or to the end (*ended). ST_INPUT "xlsx-xml" (not well
 * formed, too deep, too long a tag), "xlsx-dtd", what the archive says, or the failure
 * of a handler. Not to be called again after a failure or the end. */
enum status xlsx_xml_next(struct xlsx_xml *x, bool *ended, struct diag *d) MUST_USE;
/* A whole part without pauses. */
enum status xlsx_xml_read(struct zip *zip, const char *part,
                          const struct xml_handler *handler, struct diag *d) MUST_USE;

#endif
