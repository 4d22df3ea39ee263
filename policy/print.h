/* print.h - a policy as text for people, in Chinese and English. */
#ifndef ALMONER_POLICY_PRINT_H
#define ALMONER_POLICY_PRINT_H

#include "base/buf.h"
#include "policy/policy.h"

/* Appends UTF-8 text with \n line ends: all that the file says, in words, and which of
 * its programmes are never paid. Fails as buf_check. */
enum status policy_print(const struct policy *p, struct buf *out, struct diag *d)
    MUST_USE;

#endif
