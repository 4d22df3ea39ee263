/* fuzz_erasure.c - bodies of certificates, proposals, holds, retention rules, and of
 * what is refused:
 * whatever is read is written again as it was. The first byte chooses which. */
#include "base/must.h"
#include "ledger/erasure.h"
#include "ledger/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool certificate(struct str body, struct writer *w)
{
    static struct erased_terms x;
    if (!erased_read(body, &x)) {
        return false;
    }
    erased_write(&x, w);
    return true;
}

static bool proposal(struct str body, struct writer *w)
{
    static struct erasure_terms x;
    if (!erasure_terms_read(body, &x)) {
        return false;
    }
    erasure_terms_write(&x, w);
    return true;
}

static bool hold(struct str body, struct writer *w)
{
    static struct hold_terms x;
    if (!hold_read(body, &x)) {
        return false;
    }
    hold_write(&x, w);
    return true;
}

static bool rule(struct str body, struct writer *w)
{
    static struct retention_entry x;
    if (!retention_read(body, &x)) {
        return false;
    }
    retention_write(&x, w);
    return true;
}

static bool refused(struct str body, struct writer *w)
{
    static struct refusal x;
    if (!refusal_read(body, &x)) {
        return false;
    }
    refusal_write(&x, w);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool (*const bodies[])(struct str body, struct writer * w) = {
        certificate, proposal, hold, rule, refused};
    static uint8_t bytes[1 << 16];
    struct writer w;
    if (size == 0 || size > sizeof bytes) {
        return 0;
    }
    struct str body = str_make(data + 1, size - 1);
    writer_init(&w, bytes, sizeof bytes);
    if (bodies[data[0] % 5](body, &w)) {
        must(!w.failed && str_eq(writer_str(&w), body));
    }
    return 0;
}
