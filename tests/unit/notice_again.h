/* notice_again.h - bodies of the records about public lists, by kind: what is read is
 * written again. For unit test and fuzzer. */
#ifndef ALMONER_TESTS_UNIT_NOTICE_AGAIN_H
#define ALMONER_TESTS_UNIT_NOTICE_AGAIN_H

#include "ledger/notice.h"

/* Reads a body and, when that went well, writes it again into w. */
static bool notice_again(int which, struct str body, struct writer *w)
{
    static struct notice_terms n;
    static struct objection_terms x;
    static struct objection_decision y;
    static struct notice_closing z;
    switch (which) {
    case 0:
        return notice_read(body, &n) && (notice_write(&n, w), true);
    case 1:
        return objection_read(body, &x) && (objection_write(&x, w), true);
    case 2:
        return objection_decision_read(body, &y) &&
               (objection_decision_write(&y, w), true);
    default:
        return notice_closing_read(body, &z) && (notice_closing_write(&z, w), true);
    }
}

#endif
