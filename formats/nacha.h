/* nacha.h - NACHA ACH files of 94 columns: PPD and CCD credits written, and read with
 * the returns and notifications of change that answer them. docs/formats/nacha.md shows
 * the columns. */
#ifndef ALMONER_FORMATS_NACHA_H
#define ALMONER_FORMATS_NACHA_H

#include "formats/payment.h"

/* "nacha": dollars, ABA routing numbers, ASCII. What the channel sets is in the
 * document. */
extern const struct payment_format nacha_format;
/* "nacha-absent-paid": only read, only by name. The same returns, and what they do not
 * name was paid: for the last file, when the time for returns is over. */
extern const struct payment_format nacha_absent_paid;

#endif
