/* paying.h - what a line of a batch says to its bank: the payment as writers take it,
 * and the batch's part of a file's head. Who writes the files and who only asks whether
 * they can be written take it from here, so that both say the same. */
#ifndef ALMONER_BATCH_PAYING_H
#define ALMONER_BATCH_PAYING_H

#include "batch/batch.h"
#include "entitle/entitle.h"
#include "ledger/line.h"
#include "ledger/payment_id.h"

#define PAYING_MONTHS_CAP (2 * DATE_TEXT_CAP + 4)

/* Zeros may be closed. What is not owned must outlive it. */
struct paying {
    struct ledger *l;
    const struct batch_entry *batch;
    const struct bank_form *form;
    const struct joint *joint;
    struct channel_entry channel;
    struct entitle *rules; /* of when the batch was made; owned */
    char id[PAYMENT_ID_CAP];
    size_t id_n;
    uint32_t id_line; /* of the line before */
    struct {
        char programme[PROGRAMME_CODE_MAX + 1];
        int32_t month;
        struct str text;
    } purpose; /* of the line before: most lines have the same */
    char months[PAYING_MONTHS_CAP];
};
/* joint may be filled later, but before the first payment. */
enum status paying_open(struct paying *p, struct ledger *l,
                        const struct batch_entry *batch, const struct bank_form *form,
                        const struct joint *joint, struct diag *d) MUST_USE;
void paying_close(struct paying *p);

/* All but message id, count, total, file number, variant and part. */
void paying_head(const struct paying *p, struct payment_head *out);
/* The payment of a line, or of all lines it is the first of. Borrows from p until the
 * next one, and from the route. */
void paying_fill(struct paying *p, const struct line_entry *line,
                 const struct route *route, struct payment *out);
/* For formats that want to know: the texts of who is paid, which is `who`, read with
 * PAYING_WANTED at least. */
#define PAYING_WANTED (UINT32_MAX & ~(PERSON_PAID | PERSON_VOIDED | PERSON_ROUTES))
void paying_person(const struct paying *p, const struct line_entry *line,
                   const struct route *route, const struct person *who,
                   struct payment *out);

#endif
