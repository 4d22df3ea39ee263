/* payment_id.c - end-to-end ids, written and read back. */
#include "ledger/payment_id.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define BATCH_DIGITS 6
#define LINE_DIGITS 8
/* Three letters and the sandbox's, three numbers. */
_Static_assert(PAYMENT_ID_CAP > 4 + 3 * 10, "an id does not fit");

/* At least `min` digits, with leading zeros; by hand, since every payment has one. */
static size_t put_number(char *out, uint32_t n, size_t min)
{
    char digits[10]; /* of UINT32_MAX */
    size_t count = 0;
    for (; n > 0 || count < min; n /= 10) {
        digits[count++] = (char)('0' + n % 10);
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    return count;
}

static size_t batch_id(const struct ledger_info *info, const struct batch_entry *batch,
                       char out[PAYMENT_ID_CAP])
{
    size_t n = 0;
    if (info->sandbox) {
        out[n++] = 'S';
    }
    out[n++] = 'E';
    n += put_number(out + n, batch->id_epoch, 1);
    out[n++] = 'B';
    n += put_number(out + n, batch->id_number, BATCH_DIGITS);
    out[n] = '\0';
    return n;
}

size_t payment_id_line(const struct ledger_info *info, const struct batch_entry *batch,
                       uint32_t line, char out[PAYMENT_ID_CAP])
{
    size_t n = batch_id(info, batch, out);
    out[n++] = 'L';
    n += put_number(out + n, line, LINE_DIGITS);
    out[n] = '\0';
    return n;
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

void payment_id_file(const struct ledger_info *info, const struct batch_entry *batch,
                     uint32_t file, char out[PAYMENT_ID_CAP])
{
    char id[PAYMENT_ID_CAP];
    char before[40];
    char behind[24] = "";
    size_t n = 0;
    batch_id(info, batch, id);
    if (batch->refusals > 0) {
        n = (size_t)snprintf(behind, sizeof behind, "-R%llu", batch->refusals + 1ULL);
    }
    if (file > 0) {
        snprintf(behind + n, sizeof behind - n, "-%u", file);
    }
    size_t kept =
        (size_t)snprintf(before, sizeof before, "%.12s-%.20s", info->division, id);
    n = strlen(behind);
    /* What tells two files of a batch apart is never cut. */
    kept = kept < PAYMENT_ID_CAP - 1 - n ? kept : PAYMENT_ID_CAP - 1 - n;
    memcpy(out, before, kept);
    memcpy(out + kept, behind, n + 1);
}

bool payment_id_refused(const struct ledger_info *info, const struct batch_entry *batch,
                        const char *id)
{
    struct batch_entry before = *batch;
    for (before.refusals = 0; before.refusals < batch->refusals; before.refusals++) {
        char own[PAYMENT_ID_CAP];
        uint64_t file;
        payment_id_file(info, &before, 0, own);
        size_t n = strlen(own);
        if (strncmp(id, own, n) == 0 &&
            (id[n] == '\0' ||
             (id[n] == '-' && text_u64(str_of(id + n + 1), 1, UINT32_MAX, &file)))) {
            return true;
        }
    }
    return false;
}

uint32_t payment_id_refusals(const struct ledger_info *info,
                             const struct batch_entry *batch, struct str file)
{
    char id[PAYMENT_ID_CAP + 2];
    size_t n = batch_id(info, batch, id);
    memcpy(id + n, "-R", 2);
    n += 2;
    for (size_t i = 0; i + n < file.n; i++) {
        size_t at = i + n;
        uint32_t release;
        if (memcmp(file.p + i, id, n) == 0 && take_number(file, &at, 1, &release) &&
            release > 1) {
            return release - 1;
        }
    }
    return 0;
}
