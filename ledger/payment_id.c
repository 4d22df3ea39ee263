/* payment_id.c - end-to-end ids, written and read back. */
#include "ledger/payment_id.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define LINE_DIGITS 8

size_t payment_id_batch(const struct ledger_info *info, const struct batch_entry *batch,
                        char out[PAYMENT_ID_CAP])
{
    return (size_t)snprintf(out, PAYMENT_ID_CAP, "%sE%uB%06u", info->sandbox ? "S" : "",
                            batch->id_epoch, batch->id_number);
}

size_t payment_id_line(const struct ledger_info *info, const struct batch_entry *batch,
                       uint32_t line, char out[PAYMENT_ID_CAP])
{
    size_t n = payment_id_batch(info, batch, out);
    return n + (size_t)snprintf(out + n, PAYMENT_ID_CAP - n, "L%08u", line);
}

enum payment_id_is payment_id_parse(const struct ledger_info *info,
                                    const struct batch_entry *batch, struct str id,
                                    uint32_t *line)
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
    if (!text_u64(digits, 1, batch->lines, &n)) {
        return PAYMENT_ID_FOREIGN;
    }
    *line = (uint32_t)n;
    return PAYMENT_ID_OURS;
}

/* Digits from *at on, at least `min` of them, as a number; *at is moved behind. */
static bool take_number(struct str file, size_t *at, size_t min, uint32_t *out)
{
    uint64_t n = 0;
    size_t from = *at;
    while (*at < file.n && *at - from < 9 && file.p[*at] >= '0' && file.p[*at] <= '9') {
        n = n * 10 + (uint64_t)(file.p[(*at)++] - '0');
    }
    *out = (uint32_t)n;
    return *at - from >= min;
}

bool payment_id_find(const struct ledger_info *info, struct str file, uint32_t *epoch,
                     uint32_t *number)
{
    for (size_t i = 0; i < file.n; i++) {
        size_t at = i;
        uint32_t line;
        if (info->sandbox && file.p[at++] != 'S') {
            continue;
        }
        if (at < file.n && file.p[at++] == 'E' && take_number(file, &at, 1, epoch) &&
            at < file.n && file.p[at++] == 'B' && take_number(file, &at, 1, number) &&
            at < file.n && file.p[at++] == 'L' && take_number(file, &at, 1, &line)) {
            return true;
        }
    }
    return false;
}
