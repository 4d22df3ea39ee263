/* xlsx_xml.c - the parts of a workbook: from the archive to the walk of formats/xml.h,
 * and what is wrong in the words of a workbook. */
#include "formats/xlsx_xml.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

struct xlsx_xml {
    struct xml *xml;
    struct zip *zip;
    const char *part;
};

static enum status read_part(void *ctx, void *to, size_t cap, size_t *n, struct diag *d)
{
    return zip_file_read(ctx, to, cap, n, d);
}

enum status xlsx_xml_new(struct xlsx_xml **out, struct zip *zip, const char *part,
                         const struct xml_handler *handler, struct diag *d)
{
    struct xml_source source = {read_part, zip};
    TRY(zip_file_open(zip, part, d));
    struct xlsx_xml *x = calloc(1, sizeof *x);
    if (x == NULL) {
        return diag_memory(d);
    }
    *x = (struct xlsx_xml){.zip = zip, .part = part};
    enum status st = xml_new(&x->xml, &source, handler, d);
    if (st != ST_OK) {
        free(x);
        return st;
    }
    *out = x;
    return ST_OK;
}

void xlsx_xml_free(struct xlsx_xml *x)
{
    if (x != NULL) {
        xml_free(x->xml);
        free(x);
    }
}

enum status xlsx_xml_next(struct xlsx_xml *x, bool *ended, struct diag *d)
{
    enum status st = xml_next(x->xml, ended, d);
    if (st == ST_OK || strncmp(d->code, "xml", 3) != 0) {
        return st;
    }
    if (strcmp(d->code, "xml-dtd") == 0) {
        diag_fail(d, ST_INPUT, "xlsx-dtd",
                  "the workbook declares a document type, as none does: not read");
        return diag_hint(d, "save it again with the office program");
    }
    struct diag said = *d;
    diag_fail(d, ST_INPUT, "xlsx-xml", "the workbook is damaged: \"%s\": %s", x->part,
              said.what);
    return diag_hint(d, "open it with the office program and save it again");
}

enum status xlsx_xml_read(struct zip *zip, const char *part,
                          const struct xml_handler *handler, struct diag *d)
{
    struct xlsx_xml *x = NULL;
    bool ended = false;
    TRY(xlsx_xml_new(&x, zip, part, handler, d));
    enum status st = xlsx_xml_next(x, &ended, d);
    must(st != ST_OK || ended);
    xlsx_xml_free(x);
    return st;
}
