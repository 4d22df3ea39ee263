/* payment_id.c - end-to-end ids, written and read back. */
#include "ledger/payment_id.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define LINE_DIGITS 8

size_t payment_id_batch(const struct ledger_info *info, uint32_t batch,
                        char out[PAYMENT_ID_CAP])
{
    return (size_t)snprintf(out, PAYMENT_ID_CAP, "%sE1B%06u", info->sandbox ? "S" : "",
                            batch);
}

size_t payment_id_line(const struct ledger_info *info, uint32_t batch, uint32_t line,
                       char out[PAYMENT_ID_CAP])
{
    size_t n = payment_id_batch(info, batch, out);
    return n + (size_t)snprintf(out + n, PAYMENT_ID_CAP - n, "L%08u", line);
}

enum payment_id_is payment_id_parse(const struct ledger_info *info, uint32_t batch,
                                    uint64_t lines, struct str id, uint32_t *line)
{
    char zero[PAYMENT_ID_CAP];
    uint64_t n = 0;
    size_t length = payment_id_line(info, batch, 0, zero);
    size_t head = length - LINE_DIGITS;
    if (id.n != length || id.p[head - 1] != 'L') {
        return PAYMENT_ID_FOREIGN;
    }
    struct str digits = str_make(id.p + head, LINE_DIGITS);
    while (digits.n > 1 && digits.p[0] == '0') {
        digits = str_make(digits.p + 1, digits.n - 1);
    }
    if (memcmp(id.p, zero, head) != 0) {
        return PAYMENT_ID_OTHER_BATCH;
    }
    if (!text_u64(digits, 1, lines, &n)) {
        return PAYMENT_ID_FOREIGN;
    }
    *line = (uint32_t)n;
    return PAYMENT_ID_OURS;
}
