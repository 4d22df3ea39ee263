/* checkpoint_page.h - a checkpoint on paper: a page to file with the vouchers, and its
 * QR code alone. */
#ifndef ALMONER_CLI_CHECKPOINT_PAGE_H
#define ALMONER_CLI_CHECKPOINT_PAGE_H

#include "base/buf.h"
#include "ledger/ledger.h"
#include "ledger/note.h"

/* What a page says beside the checkpoint itself. */
struct checkpoint_page {
    const struct ledger_info *info;
    struct checkpoint checkpoint;
    struct str note;  /* the signed checkpoint, as in its file */
    int64_t now_us;   /* when it was made */
    int32_t last_day; /* the county's, of the last record */
};

enum checkpoint_form {
    CHECKPOINT_TEXT, /* at most 80 columns of a fixed font; the code of half blocks */
    CHECKPOINT_HTML, /* to print: the code is a picture */
    CHECKPOINT_SVG   /* the code alone, a document */
};

/* UTF-8, Chinese and English, one A4 page; the QR code holds the note byte for byte. */
enum status checkpoint_page_print(const struct checkpoint_page *p,
                                  enum checkpoint_form form, struct buf *out,
                                  struct diag *d) MUST_USE;

#endif
