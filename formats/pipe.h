/* pipe.h - bank text files cut on "|" with a head line and a closing mark, in GBK, with
 * amounts in fen, and the bank's answer in the same form. One struct pipe_profile (in
 * pipe.c) is one bank's layout. docs/formats/bank-text.md shows the bytes. */
#ifndef ALMONER_FORMATS_PIPE_H
#define ALMONER_FORMATS_PIPE_H

#include "formats/payment.h"

/* P file: payees at the payer's own bank. PO file: with bank code, any bank. */
extern const struct payment_format pipe_same_bank;  /* "pipe-trailer" */
extern const struct payment_format pipe_other_bank; /* "pipe-trailer-outer" */

#endif
