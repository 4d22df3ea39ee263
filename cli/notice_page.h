/* notice_page.h - a public list as bytes: CSV for the office programs, or a page to be
 * printed and hung up. It shows what a notice_row has and nothing else. */
#ifndef ALMONER_CLI_NOTICE_PAGE_H
#define ALMONER_CLI_NOTICE_PAGE_H

#include "base/buf.h"
#include "batch/notice.h"

struct notice_look {
    const char *office;
    bool sandbox;
    bool amounts;        /* shown */
    const char *contact; /* where to object; NULL: nothing is said but the office */
};

void notice_page_csv(const struct notice_list *x, const struct notice_look *look,
                     struct buf *out);
void notice_page_html(const struct notice_list *x, const struct notice_look *look,
                      struct buf *out);

#endif
