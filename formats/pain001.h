/* pain001.h - ISO 20022 customer credit transfer initiation, written.
 * Source of element order and lengths: the schema pain.001.001.09. */
#ifndef ALMONER_FORMATS_PAIN001_H
#define ALMONER_FORMATS_PAIN001_H

#include "formats/payment.h"

extern const struct payment_format pain001_v09;

#endif
