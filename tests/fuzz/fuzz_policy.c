/* fuzz_policy.c - any bytes as a policy file: read, checked and printed, or refused
 * with a code and a place, and never a crash. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "policy/diff.h"
#include "policy/policy.h"
#include "policy/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)64 * 1024 * 1024)

static void each(void *ctx, const struct policy_finding *f)
{
    size_t *count = ctx;
    must(f->code[0] != '\0' && f->what[0] != '\0');
    must(f->place.line >= 1 && f->place.column >= 1);
    *count += f->error ? 1 : 0;
}

/* No file differs from itself. */
static void differs(void *ctx, const struct policy_change *c)
{
    (void)ctx;
    (void)c;
    must(false);
}

static void use(const struct policy *p)
{
    struct diag d;
    struct buf out;
    size_t errors = 0;
    size_t seen = 0;
    must(policy_check(p, each, &seen, &errors, &d) == ST_OK);
    must(seen == errors);
    buf_init(&out, OUT_MAX);
    must(policy_print(p, &out, &d) == ST_OK);
    buf_release(&out);
    struct policy_changes never = {differs, NULL};
    must(policy_diff(p, p, never, &seen, &d) == ST_OK && seen == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy *p = NULL;
    struct diag d = {0};
    enum status st = policy_read(&p, str_make(data, size), "fuzz", &d);
    if (st == ST_OK) {
        use(p);
    } else {
        must(p == NULL && st == ST_INPUT);
        must(d.code[0] != '\0' && strncmp(d.where, "fuzz", 4) == 0);
    }
    policy_free(p);
    return 0;
}
