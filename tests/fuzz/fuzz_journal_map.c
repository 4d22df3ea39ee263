/* fuzz_journal_map.c - any bytes as a mapping of vouchers: refused with a code and a
 * place, or a map in which every rule that is found has what an entry needs. */
#include <string.h>

#include "audit/journal_map.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_posting(const struct journal_map *m, struct journal_posting *p)
{
    struct diag d;
    for (int e = 0; e < JOURNAL_EVENTS; e++) {
        const struct journal_programme *of;
        const struct journal_rule *rule;
        struct journal_voucher v = {.event = (enum journal_event)e,
                                    .prior = e % 2 == 0};
        if (journal_map_find(m, &v, p, &of, &rule, &d) != ST_OK) {
            continue;
        }
        must(strlen(of->functional) <= JOURNAL_CODE_MAX);
        must(rule->count <= JOURNAL_ENTRIES_MAX);
        for (size_t i = 0; i < rule->count; i++) {
            must(rule->entries[i].book[0] != '\0');
            must(rule->entries[i].debit[0] != '\0');
            must(rule->entries[i].credit[0] != '\0');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a;
    struct journal_map m;
    struct diag d;
    must(arena_new(&a, (size_t)16 * 1024 * 1024, &d) == ST_OK);
    if (size <= JOURNAL_MAP_BYTES_MAX &&
        journal_map_read(&m, a, str_make((const char *)data, size), "f", &d) == ST_OK) {
        must(m.year >= 1900 && m.year <= 2199 && m.name[0] != '\0');
        struct journal_posting p = {.programme = "old-age"};
        for (int k = 0; k < ACCOUNT_KINDS * ACCOUNT_KINDS; k++) {
            p.debit = (enum account_kind)(k / ACCOUNT_KINDS);
            p.credit = (enum account_kind)(k % ACCOUNT_KINDS);
            try_posting(&m, &p);
        }
    }
    arena_free(a);
    return 0;
}
