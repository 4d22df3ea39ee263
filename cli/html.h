/* html.h - what printable pages share. */
#ifndef ALMONER_CLI_HTML_H
#define ALMONER_CLI_HTML_H

#include "base/buf.h"

/* The text, with what HTML would read as a mark written as a name. */
void html_add(struct buf *b, struct str s);
/* "1,234.50" */
void html_add_yuan(struct buf *b, int64_t fen);

#endif
