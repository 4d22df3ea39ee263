/* camt.h - ISO 20022 camt.053 and camt.054, versions .02 to .12: the entries of an
 * account, among them our payments and what came back. See docs/formats/iso20022.md. */
#ifndef ALMONER_FORMATS_CAMT_H
#define ALMONER_FORMATS_CAMT_H

#include "formats/payment.h"

extern const struct payment_format camt053_format;
extern const struct payment_format camt054_format;

#endif
