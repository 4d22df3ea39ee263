/* qr.h - a text as a QR code (ISO/IEC 18004): as lines of half blocks for a page of
 * text, and as SVG. The only file that knows libqrencode. */
#ifndef ALMONER_FORMATS_QR_H
#define ALMONER_FORMATS_QR_H

#include "base/buf.h"

#define QR_TEXT_MAX 2000 /* bytes; the largest code of level M holds 2,331 */
#define QR_WIDTH_MAX 177 /* modules of the largest code */

struct qr {
    size_t width;                              /* modules, without the quiet zone */
    uint8_t dark[QR_WIDTH_MAX * QR_WIDTH_MAX]; /* row by row; 1: dark */
};

/* Level M (15 % may be lost), the smallest version that holds the text, as bytes. The
 * same text gives the same code. ST_INPUT "qr" when it is empty or too long. */
enum status qr_make(struct str text, struct qr *out, struct diag *d) MUST_USE;
/* Two rows of modules to a line, UTF-8, with the quiet zone of 4 modules. */
void qr_print_blocks(const struct qr *q, struct buf *out);
/* An svg element of modules of tenth_mm tenths of a millimetre, with the quiet zone. */
void qr_print_svg(const struct qr *q, unsigned tenth_mm, struct buf *out);

#endif
