/* profile_sheet.h - rows of a sheet out of lines of text: what the writer of sheets and
 * the maker of answers share.
 *
 * A sheet is written as a text first, with the fields cut, filled and limited as in any
 * other: GB18030, 0x1f (which no field can hold) between fields, 0x0a behind lines. */
#ifndef ALMONER_FORMATS_PROFILE_SHEET_H
#define ALMONER_FORMATS_PROFILE_SHEET_H

#include "base/digest.h"
#include "formats/profile.h"

/* The layout of that text; extension is that of the sheet's. */
struct profile_layout profile_sheet_text(const struct profile_layout *sheet);

struct profile_sheet;

/* head: for the workbook's time; borrowed during the call. */
enum status profile_sheet_new(struct profile_sheet **out,
                              const struct payment_head *head, struct diag *d) MUST_USE;
void profile_sheet_free(struct profile_sheet *s); /* takes NULL */
/* Rows of whole lines, all of one shape; bold ones where shape is NULL. */
enum status profile_sheet_lines(struct profile_sheet *s,
                                const struct profile_line *shape, struct str lines,
                                struct diag *d) MUST_USE;
/* Appends the workbook. */
enum status profile_sheet_end(struct profile_sheet *s, struct buf *out, struct diag *d)
    MUST_USE;

#endif
