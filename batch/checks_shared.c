/* checks_shared.c - whose accounts are the same. Accounts are told apart by 64 bits of
 * their SHA-256, in 16 bytes of memory each, once for a person; agents by their ID
 * number, or by account and name. What is not the person's own and not an agent's (an
 * institution's, a head of household's, an heir's) is shared for a reason. */
#include <stdlib.h>
#include <string.h>

#include "ledger/line.h"

#include "batch/checks_private.h"

#define AGENT_MANY 3 /* people */

static bool seen(uint64_t list[SHARED_OF_PERSON], size_t *count, uint64_t hash)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i] == hash) {
            return true;
        }
    }
    if (*count < SHARED_OF_PERSON) {
        list[(*count)++] = hash;
    }
    return false;
}

static enum status add(struct shared_list *to, struct shared_entry e, struct diag *d)
{
    if (to->count == to->room) {
        size_t room = to->room == 0 ? 1024 : to->room * 2;
        struct shared_entry *entries = realloc(to->entries, room * sizeof *entries);
        if (entries == NULL) {
            return diag_memory(d);
        }
        to->entries = entries;
        to->room = room;
    }
    to->entries[to->count++] = e;
    return ST_OK;
}

enum status checks_keep(struct checking *c, const struct line_entry *x,
                        const struct route *r, struct diag *d)
{
    uint8_t digest[DIGEST_LEN];
    struct shared_entry e = {0, x->line, c->household};
    bool own = route_is_own(r);
    bool agent = str_is(r->relation, "代领人") || str_is(r->relation, "监护人");
    if (!own && !agent) {
        return ST_OK;
    }
    if (own) {
        digest_once(c->g, r->account, str_of(""), digest);
    } else if (r->payee_id.n > 0) {
        digest_once(c->g, str_of("id "), r->payee_id, digest);
    } else {
        digest_once(c->g, r->account, r->payee_name, digest);
    }
    e.hash = get_u64(digest);
    if (own ? seen(c->own_seen, &c->seen_own, e.hash)
            : seen(c->agents_seen, &c->seen_agents, e.hash)) {
        return ST_OK;
    }
    return add(own ? &c->own : &c->agents, e, d);
}

/* ---- at the end ---- */

static int by_hash(const void *a, const void *b)
{
    const struct shared_entry *x = a;
    const struct shared_entry *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return (x->line > y->line) - (x->line < y->line);
}

static size_t group_of(const struct shared_list *list, size_t at)
{
    size_t n = 1;
    while (at + n < list->count &&
           list->entries[at + n].hash == list->entries[at].hash) {
        n++;
    }
    return n;
}

static bool different_households(const struct shared_entry *e, size_t n)
{
    uint32_t known = 0;
    for (size_t i = 0; i < n; i++) {
        if (known != 0 && e[i].household != 0 && e[i].household != known) {
            return true;
        }
        known = known != 0 ? known : e[i].household;
    }
    return false;
}

static enum status tell_own(struct checking *c, const struct shared_entry *e, size_t n,
                            struct diag *d)
{
    struct line_entry x;
    struct txn *t = ledger_txn(c->l);
    TRY(line_get(t, c->batch.number, e[0].line, &x, d));
    uint64_t first = x.person;
    bool strangers = different_households(e, n);
    for (size_t i = 0; i < n; i++) {
        TRY(line_get(t, c->batch.number, e[i].line, &x, d));
        TRY(checks_found(c, CHECK_DUPLICATE_ACCOUNT, &x, first, 0, d));
        if (strangers) {
            TRY(checks_found(c, CHECK_SHARED_ACCOUNT, &x, first, 0, d));
        }
    }
    return ST_OK;
}

static enum status tell_agent(struct checking *c, const struct shared_entry *e,
                              size_t n, struct diag *d)
{
    for (size_t i = 0; i < n; i++) {
        struct line_entry x;
        TRY(line_get(ledger_txn(c->l), c->batch.number, e[i].line, &x, d));
        TRY(checks_found(c, CHECK_AGENT_OF_MANY, &x, n, 0, d));
    }
    return ST_OK;
}

static void sort(struct shared_list *list)
{
    if (list->count > 0) {
        qsort(list->entries, list->count, sizeof list->entries[0], by_hash);
    }
}

static enum status join(struct shared_list *to, const struct shared_list *more,
                        struct diag *d)
{
    for (size_t i = 0; i < more->count; i++) {
        TRY(add(to, more->entries[i], d));
    }
    return ST_OK;
}

enum status checks_shared_join(struct checking *c, const struct checking *behind,
                               struct diag *d)
{
    TRY(join(&c->own, &behind->own, d));
    return join(&c->agents, &behind->agents, d);
}

enum status checks_shared(struct checking *c, struct diag *d)
{
    size_t n;
    sort(&c->own);
    sort(&c->agents);
    for (size_t i = 0; i < c->own.count; i += n) {
        n = group_of(&c->own, i);
        if (n > 1) {
            TRY(tell_own(c, &c->own.entries[i], n, d));
        }
    }
    for (size_t i = 0; i < c->agents.count; i += n) {
        n = group_of(&c->agents, i);
        if (n >= AGENT_MANY) {
            TRY(tell_agent(c, &c->agents.entries[i], n, d));
        }
    }
    return ST_OK;
}

void checks_shared_release(struct checking *c)
{
    free(c->own.entries);
    free(c->agents.entries);
}
