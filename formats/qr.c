/* qr.c - QR codes through libqrencode; see qr.h. */
#include "formats/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>

#include "base/must.h"

#define QUIET 4 /* modules of white around it, as the standard wants */

enum status qr_make(struct str text, struct qr *out, struct diag *d)
{
    if (text.n == 0 || text.n > QR_TEXT_MAX) {
        return diag_fail(d, ST_INPUT, "qr", "the text has no place in a QR code");
    }
    errno = 0;
    QRcode *code =
        QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return errno == ENOMEM
                   ? diag_memory(d)
                   : diag_fail(d, ST_INPUT, "qr", "the text has no place in a QR code");
    }
    must(code->width > 0 && code->width <= QR_WIDTH_MAX);
    out->width = (size_t)code->width;
    for (size_t i = 0; i < out->width * out->width; i++) {
        out->dark[i] = code->data[i] & 1; /* the other bits say what a module is for */
    }
    QRcode_free(code);
    return ST_OK;
}

/* White outside, too: the quiet zone. Rows and columns count from its corner. */
static bool is_dark(const struct qr *q, size_t row, size_t column)
{
    return row >= QUIET && column >= QUIET && row - QUIET < q->width &&
           column - QUIET < q->width &&
           q->dark[(row - QUIET) * q->width + column - QUIET] != 0;
}

void qr_print_blocks(const struct qr *q, struct buf *out)
{
    size_t size = q->width + 2 * QUIET;
    for (size_t row = 0; row < size; row += 2) {
        for (size_t column = 0; column < size; column++) {
            bool upper = is_dark(q, row, column);
            bool lower = is_dark(q, row + 1, column);
            buf_add_text(out, upper && lower ? "\xe2\x96\x88"
                              : upper        ? "\xe2\x96\x80"
                              : lower        ? "\xe2\x96\x84"
                                             : " ");
        }
        buf_add_text(out, "\n");
    }
}

void qr_print_svg(const struct qr *q, unsigned tenth_mm, struct buf *out)
{
    size_t size = q->width + 2 * QUIET;
    size_t tenths = size * tenth_mm;
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
             "width=\"%zu.%zumm\" height=\"%zu.%zumm\" viewBox=\"0 0 %zu %zu\" "
             "shape-rendering=\"crispEdges\">\n"
             "<rect width=\"%zu\" height=\"%zu\" fill=\"#fff\"/>\n<path d=\"",
             tenths / 10, tenths % 10, tenths / 10, tenths % 10, size, size, size,
             size);
    for (size_t row = 0; row < size; row++) {
        for (size_t column = 0; column < size; column++) {
            size_t start = column;
            while (is_dark(q, row, column)) {
                column++;
            }
            if (column > start) {
                buf_addf(out, "M%zu %zuh%zuv1h-%zuz\n", start, row, column - start,
                         column - start);
            }
        }
    }
    buf_add_text(out, "\"/>\n</svg>\n");
}
