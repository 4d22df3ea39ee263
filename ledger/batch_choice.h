/* batch_choice.h - which dues a batch takes: keys 4 to 6 of the record that begins it.
 * Nothing is chosen where all is empty. Bytes: docs/formats/ledger.md. */
#ifndef ALMONER_LEDGER_BATCH_CHOICE_H
#define ALMONER_LEDGER_BATCH_CHOICE_H

#include "ledger/body.h"
#include "ledger/register.h"

#define BANK_CLASS_DIGITS 3 /* a bank code begins with the bank's class (CNAPS) */

struct batch_choice { /* texts borrow */
    int32_t pay_day;  /* as the record says: units are those of that day */
    size_t programme_count;
    struct str programmes[BODY_BYTES_MAX / 2];
    /* Units with all below them, ascending, each once: what people's facts may say, so
     * that it can be checked when the tree of units has become another. */
    size_t unit_count;
    struct str units[BODY_BYTES_MAX / 2];
    struct str bank; /* "same", "other", three digits; empty: any */
};

/* From a body being read, after its keys below 4. */
void batch_choice_take(struct body *b, struct batch_choice *out);
/* From the plain body of a start, which was folded. */
void batch_choice_read(struct str plain, struct batch_choice *out);
/* Of a batch: *start keeps what *out borrows. */
enum status batch_choice_get(struct txn *t, const struct batch_entry *b,
                             struct signed_body *start, struct batch_choice *out,
                             struct diag *d) MUST_USE;
uint64_t batch_choice_pairs(const struct batch_choice *c);
void batch_choice_write(const struct batch_choice *c, struct writer *w);

bool batch_choice_bank_valid(struct str bank);
bool batch_choice_is_same(const struct batch_choice *a, const struct batch_choice *b);

bool batch_choice_takes_programme(const struct batch_choice *c, struct str code);
/* What the person's fact says on the day of payment; empty: nothing. */
bool batch_choice_takes_unit(const struct batch_choice *c, struct str unit);
/* Bank codes of the channel and of the account; empty of the account: the same. */
bool batch_choice_takes_bank(const struct batch_choice *c, struct str payer,
                             struct str payee);

#endif
