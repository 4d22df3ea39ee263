/* reasons.h - why a row is refused, and what an error is, in Chinese: other parts say
 * it in English, with a stable code. */
#ifndef ALMONER_CLI_REASONS_H
#define ALMONER_CLI_REASONS_H

#include "batch/import.h"
#include "cli/output.h"

/* The column's name in the reader's language; borrows from x. */
const char *reasons_field(const struct output *o, const struct rejected_row *x);
/* The reason in the reader's language; English where there is no other. Borrows from x.
 * The Chinese one says how to mend it, too. */
const char *reasons_text(const struct output *o, const struct rejected_row *x);
/* How to mend it, into out; in Chinese only what is particular to the value ("应写作
 * 2026-09-05"), since the reason has the rest. */
void reasons_hint(const struct output *o, const struct rejected_row *x, char *out,
                  size_t cap);
/* What the error of this code (struct diag) is in general, in Chinese; NULL where there
 * is no such text. */
const char *reasons_error_zh(const char *code);
/* "身份证号：校验码不符 ..." or "id_number: wrong ID number: ... (hint)", added to out. */
void reasons_add(const struct output *o, const struct rejected_row *x, struct buf *out);

#endif
