/* payment_id.h - our end-to-end ids: [S]E1B000012L00000345. S stands first in a
 * sandbox, so that no bank takes one for real; E1 is the ledger's epoch. */
#ifndef ALMONER_LEDGER_PAYMENT_ID_H
#define ALMONER_LEDGER_PAYMENT_ID_H

#include "ledger/ledger.h"

#define PAYMENT_ID_CAP 36 /* with a NUL; the same as formats/payment.h allows */

size_t payment_id_batch(const struct ledger_info *info, uint32_t batch,
                        char out[PAYMENT_ID_CAP]);
size_t payment_id_line(const struct ledger_info *info, uint32_t batch, uint32_t line,
                       char out[PAYMENT_ID_CAP]);

enum payment_id_is { PAYMENT_ID_OURS, PAYMENT_ID_OTHER_BATCH, PAYMENT_ID_FOREIGN };
/* Which line of the batch an id names; lines: how many it has. */
enum payment_id_is payment_id_parse(const struct ledger_info *info, uint32_t batch,
                                    uint64_t lines, struct str id, uint32_t *line);

#endif
