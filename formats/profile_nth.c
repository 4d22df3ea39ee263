/* profile_nth.c - a hash table of accounts: open addressing over offsets into one block
 * of records {count, length, account}. Exact: the account itself is compared, since a
 * wrong count is a payment that the bank refuses. */
#include "formats/profile_nth.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"

#define SLOTS_FIRST 1024
#define HEAD_BYTES 5 /* count, length */
#define EMPTY UINT32_MAX

struct nth {
    uint32_t *slots; /* offsets in records, or EMPTY */
    size_t slot_count;
    size_t used;
    struct buf records;
};

static uint32_t *new_slots(size_t count)
{
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots != NULL) {
        memset(slots, 0xff, count * sizeof *slots);
    }
    return slots;
}

enum status nth_new(struct nth **out, struct diag *d)
{
    struct nth *n = calloc(1, sizeof *n);
    if (n == NULL) {
        return diag_memory(d);
    }
    n->slots = new_slots(SLOTS_FIRST);
    if (n->slots == NULL) {
        free(n);
        return diag_memory(d);
    }
    n->slot_count = SLOTS_FIRST;
    buf_init(&n->records, NTH_BYTES_MAX);
    *out = n;
    return ST_OK;
}

void nth_free(struct nth *n)
{
    if (n != NULL) {
        free(n->slots);
        buf_release(&n->records);
        free(n);
    }
}

/* FNV-1a, 64 bits, the high bits folded in: accounts differ in their last digits. */
static size_t hash(struct str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(h ^ h >> 32);
}

static struct str account_at(const struct nth *n, uint32_t offset)
{
    const char *record = n->records.p + offset;
    return str_make(record + HEAD_BYTES, (uint8_t)record[HEAD_BYTES - 1]);
}

/* The slot that has the account, or the empty one where it belongs. */
static uint32_t *find(const struct nth *n, struct str account)
{
    size_t mask = n->slot_count - 1;
    size_t i = hash(account) & mask;
    while (n->slots[i] != EMPTY && !str_eq(account_at(n, n->slots[i]), account)) {
        i = (i + 1) & mask;
    }
    return &n->slots[i];
}

static enum status grow(struct nth *n, struct diag *d)
{
    uint32_t *old = n->slots;
    size_t old_count = n->slot_count;
    uint32_t *slots = new_slots(2 * old_count);
    if (slots == NULL) {
        return diag_memory(d);
    }
    n->slots = slots;
    n->slot_count = 2 * old_count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != EMPTY) {
            *find(n, account_at(n, old[i])) = old[i];
        }
    }
    free(old);
    return ST_OK;
}

enum status nth_add(struct nth *n, struct str account, uint32_t *count, struct diag *d)
{
    must(account.n <= UINT8_MAX);
    if (n->used * 4 >= n->slot_count * 3) {
        TRY(grow(n, d));
    }
    uint32_t *slot = find(n, account);
    if (*slot == EMPTY) {
        size_t offset = n->records.len;
        const uint8_t head[HEAD_BYTES] = {[HEAD_BYTES - 1] = (uint8_t)account.n};
        buf_add(&n->records, head, sizeof head);
        buf_add_str(&n->records, account);
        TRY(buf_check(&n->records, d));
        *slot = (uint32_t)offset;
        n->used++;
    }
    uint8_t *record = (uint8_t *)n->records.p + *slot;
    uint32_t now = get_u32(record) + 1;
    put_u32(record, now);
    *count = now;
    return ST_OK;
}
