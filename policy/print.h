/* print.h - a policy as text for people, in Chinese and English. */
#ifndef ALMONER_POLICY_PRINT_H
#define ALMONER_POLICY_PRINT_H

#include "base/buf.h"
#include "policy/policy.h"

/* Appends UTF-8 text with \n line ends. Fails as buf_check. */
enum status policy_print(const struct policy *p, struct buf *out, struct diag *d)
    MUST_USE;

/* Appends one amount or one row of conditions, as policy_print writes them. */
void policy_print_amount(const struct amount *a, struct buf *out);
void policy_print_when(const struct condition *when, size_t count, struct buf *out);

#endif
