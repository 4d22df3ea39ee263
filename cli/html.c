/* html.c - see html.h. */
#include "cli/html.h"

#include "base/money.h"

void html_add(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            buf_add_text(b, "&lt;");
            break;
        case '>':
            buf_add_text(b, "&gt;");
            break;
        case '&':
            buf_add_text(b, "&amp;");
            break;
        case '"':
            buf_add_text(b, "&quot;");
            break;
        default:
            buf_add(b, &s.p[i], 1);
        }
    }
}

void html_add_yuan(struct buf *b, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print_grouped(fen, text);
    buf_add_text(b, text);
}
