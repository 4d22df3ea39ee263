/* nacha_private.h - the columns of the records, for the writer and the reader. */
#ifndef ALMONER_FORMATS_NACHA_PRIVATE_H
#define ALMONER_FORMATS_NACHA_PRIVATE_H

#include "formats/payment.h"

#define NACHA_RECORD 94 /* columns */
#define NACHA_BLOCK 10  /* records */
#define NACHA_ID_MAX 15 /* individual identification number */
#define NACHA_ROUTING 9
#define NACHA_DFI 8 /* a routing number without its check digit */
#define NACHA_HASH_MODULUS UINT64_C(10000000000)

/* By record: 1 file header, 5 batch header, 6 entry, 7 addenda, 8 batch control,
 * 9 file control. */
enum nacha_field {
    N1_START,
    N1_DESTINATION,
    N1_ORIGIN,
    N1_DATE,
    N1_TIME,
    N1_MODIFIER,
    N1_FORM,
    N1_DESTINATION_NAME,
    N1_ORIGIN_NAME,
    N5_SERVICE,
    N5_COMPANY_NAME,
    N5_COMPANY_ID,
    N5_CLASS,
    N5_DESCRIPTION,
    N5_DESCRIPTIVE_DATE,
    N5_EFFECTIVE_DATE,
    N5_ORIGINATOR_STATUS,
    N5_DFI,
    N5_NUMBER,
    N6_CODE,
    N6_BANK,
    N6_ACCOUNT,
    N6_AMOUNT,
    N6_ID,
    N6_NAME,
    N6_HAS_ADDENDA,
    N6_TRACE,
    N7_KIND,
    N7_TEXT,
    N7_NUMBER,
    N7_ENTRY,
    N7_REASON,
    N7_ORIGINAL_TRACE,
    N7_DEATH,
    N7_ORIGINAL_BANK,
    N7_RETURN_TEXT,
    N7_CORRECTED,
    N7_TRACE,
    N8_SERVICE,
    N8_RECORDS,
    N8_HASH,
    N8_DEBIT,
    N8_CREDIT,
    N8_COMPANY_ID,
    N8_DFI,
    N8_NUMBER,
    N9_BATCHES,
    N9_BLOCKS,
    N9_RECORDS,
    N9_HASH,
    N9_DEBIT,
    N9_CREDIT,
    NACHA_FIELDS
};

struct nacha_column {
    uint8_t at; /* from 1 */
    uint8_t n;
    const char *name;
};
extern const struct nacha_column nacha_columns[NACHA_FIELDS];

static inline struct str nacha_text(const char rec[NACHA_RECORD], enum nacha_field f)
{
    return str_make(rec + nacha_columns[f].at - 1, nacha_columns[f].n);
}

/* Our ids without the zeros in front of batch and line, which is how they fit the 15
 * columns: E1B000012L00000345 is E1B12L345. An id of another form goes as it is. False
 * when it does not fit, or would not come back. */
bool nacha_id_short(struct str id, char out[NACHA_ID_MAX], size_t *n);
/* The id that was meant; at most NACHA_ID_MAX bytes in. Returns the length. */
size_t nacha_id_long(struct str text, char out[PAYMENT_ID_MAX + 1]);

/* Of a return's code, such as R03. */
enum payment_reason nacha_reason(struct str code);

enum status nacha_check_channel(const struct payment_head *head, struct diag *d);
enum status nacha_open(const struct payment_format *f, struct payment_writer **w,
                       const struct payment_head *head, struct buf *out,
                       struct diag *d);
enum status nacha_add(struct payment_writer *w, const struct payment *p,
                      struct buf *out, struct diag *d);
enum status nacha_close(struct payment_writer *w, struct buf *out, struct diag *d);
void nacha_abandon(struct payment_writer *w);

payment_reader nacha_read;
payment_reader nacha_read_answer;

#endif
