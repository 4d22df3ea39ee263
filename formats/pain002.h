/* pain002.h - ISO 20022 pain.002, versions .03 to .14: what became of the payments of a
 * pain.001, as the bank reports it. See docs/formats/iso20022.md. */
#ifndef ALMONER_FORMATS_PAIN002_H
#define ALMONER_FORMATS_PAIN002_H

#include "formats/payment.h"

extern const struct payment_format pain002_format;

#endif
