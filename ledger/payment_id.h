/* payment_id.h - our end-to-end ids: [S]E1B000012L00000345. S stands first in a
 * sandbox, so that no bank takes one for real; E1 is the epoch the batch began in. A
 * batch made anew for a file whose records were lost has the ids of that file. */
#ifndef ALMONER_LEDGER_PAYMENT_ID_H
#define ALMONER_LEDGER_PAYMENT_ID_H

#include "ledger/ledger.h"
#include "ledger/register.h"

#define PAYMENT_ID_CAP 36 /* with a NUL; the same as formats/payment.h allows */

size_t payment_id_line(const struct ledger_info *info, const struct batch_entry *batch,
                       uint32_t line, char out[PAYMENT_ID_CAP]);

enum payment_id_is { PAYMENT_ID_OURS, PAYMENT_ID_OTHER_BATCH, PAYMENT_ID_FOREIGN };
/* Which line of the batch an id names. */
enum payment_id_is payment_id_parse(const struct ledger_info *info,
                                    const struct batch_entry *batch, struct str id,
                                    uint32_t *line);
/* Epoch and number in the first id that stands in a file, with or without the zeros in
 * front of batch and line (formats/nacha.md); false when there is none. */
bool payment_id_find(const struct ledger_info *info, struct str file, uint32_t *epoch,
                     uint32_t *number);

/* What a file says of itself: "230523-E1B000012"; of a batch that the bank refused
 * whole, the next one "230523-E1B000012-R2", then -R3: no bank takes an id twice. Of
 * several files each has its number behind it, from 1; file 0: it is the only one. */
void payment_id_file(const struct ledger_info *info, const struct batch_entry *batch,
                     uint32_t file, char out[PAYMENT_ID_CAP]);
/* Is it the id of a file of this batch that the bank refused before? */
bool payment_id_refused(const struct ledger_info *info, const struct batch_entry *batch,
                        const char *id);
/* How often the bank had refused the batch before, by the file's own id; 0 when none
 * stands in it. */
uint32_t payment_id_refusals(const struct ledger_info *info,
                             const struct batch_entry *batch, struct str file);

#endif
