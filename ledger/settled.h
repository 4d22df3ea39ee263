/* settled.h - up to which month a programme's payments were taken over with a payment
 * history: register 9. A row is made by the first history record of an import that
 * names the programme; the others of the import add to its sum. A later import may
 * settle further months. */
#ifndef ALMONER_LEDGER_SETTLED_H
#define ALMONER_LEDGER_SETTLED_H

#include "ledger/account.h"
#include "ledger/store.h"

struct settled_entry {
    uint32_t number; /* from 1, without gaps */
    char programme[PROGRAMME_CODE_MAX + 1];
    int32_t through;   /* month, in */
    uint32_t import;   /* its number */
    uint64_t sequence; /* of the record that made the row */
    int64_t fen;       /* taken over with this import, of all people */
};

/* *found false when there is no such number: then there is no higher one. */
enum status settled_get(struct txn *t, uint32_t number, struct settled_entry *out,
                        bool *found, struct diag *d) MUST_USE;
/* The programme's months up to and with *through are settled by what was recorded below
 * known_below; -1: none is. */
enum status settled_through(struct txn *t, struct str programme, uint64_t known_below,
                            int32_t *through, struct diag *d) MUST_USE;
/* All that was taken over. */
enum status settled_total(struct txn *t, int64_t *fen, struct diag *d) MUST_USE;
/* For the fold. */
enum status settled_put(struct txn *t, const struct settled_entry *e, struct diag *d)
    MUST_USE;

#endif
