/* checkpoint_page.h - a checkpoint on paper: a page of text to file with the vouchers,
 * and its QR code alone. */
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

/* UTF-8, Chinese and English, at most 80 columns and one A4 page of a fixed font; the
 * QR code holds the note byte for byte. */
enum status checkpoint_page_text(const struct checkpoint_page *p, struct buf *out,
                                 struct diag *d) MUST_USE;
/* The QR code as an SVG document. */
enum status checkpoint_page_svg(struct str note, struct buf *out, struct diag *d)
    MUST_USE;

#endif
