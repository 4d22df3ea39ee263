/* fuzz_recovery.c - bodies of set-offs, recoveries, their confirmations and repayments:
 * whatever is read is written again as it was. The first byte chooses which. */
#include "base/must.h"
#include "ledger/recovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool set_off(struct str body, struct writer *w)
{
    static struct set_off x;
    static struct postings p;
    if (!set_off_read(body, &x, &p)) {
        return false;
    }
    set_off_write(&x, &p, w);
    return true;
}

static bool terms(struct str body, struct writer *w)
{
    static struct recovery_terms x;
    if (!recovery_terms_read(body, &x)) {
        return false;
    }
    recovery_terms_write(&x, w);
    return true;
}

static bool confirm(struct str body, struct writer *w)
{
    static struct recovery_confirm x;
    if (!recovery_confirm_read(body, &x)) {
        return false;
    }
    recovery_confirm_write(&x, w);
    return true;
}

static bool repayment(struct str body, struct writer *w)
{
    static struct repayment x;
    if (!repayment_read(body, &x)) {
        return false;
    }
    repayment_write(&x, w);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool (*const bodies[])(struct str body, struct writer * w) = {
        set_off, terms, confirm, repayment};
    static uint8_t bytes[1 << 16];
    struct writer w;
    if (size == 0 || size > sizeof bytes) {
        return 0;
    }
    struct str body = str_make(data + 1, size - 1);
    writer_init(&w, bytes, sizeof bytes);
    if (bodies[data[0] % 4](body, &w)) {
        must(!w.failed && str_eq(writer_str(&w), body));
    }
    return 0;
}
