/* pain001.h - ISO 20022 customer credit transfer initiation, written and read.
 * Source of element order and lengths: the schemas of the versions. */
#ifndef ALMONER_FORMATS_PAIN001_H
#define ALMONER_FORMATS_PAIN001_H

#include "formats/payment.h"

extern const struct payment_format pain001_v03; /* "pain.001.001.03" */
extern const struct payment_format pain001_v09; /* "pain.001.001.09" */
extern const struct payment_format pain001_any; /* "pain.001": read only, any version */

/* For all three. */
bool pain001_is(const struct payment_format *f, struct str head);
payment_reader pain001_read;

#endif
