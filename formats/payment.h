/* payment.h - the neutral form of a payment file and of a bank's answer: what every
 * writer takes and every reader gives. Plain structs; no ledger, no clock. */
#ifndef ALMONER_FORMATS_PAYMENT_H
#define ALMONER_FORMATS_PAYMENT_H

#include "base/buf.h"

#define PAYMENT_ID_MAX 35 /* ISO 20022 Max35Text; bank files take it as their serial */

/* Heads a payment file. All text is UTF-8 and borrowed. */
struct payment_head {
    struct str message_id; /* at most PAYMENT_ID_MAX characters, ours, unique */
    int64_t created_us;    /* of the release, so that the file can be made again */
    int32_t pay_day;       /* requested execution date */
    struct str payer_name; /* who pays: account holder */
    struct str payer_account;
    struct str payer_bank; /* CNAPS code of the agent bank */
    struct str currency;   /* "CNY" */
    uint64_t count;        /* of the payments that follow */
    int64_t total_fen;
    uint32_t file_number; /* sequence of the day, in file names and headers */
};

struct payment {
    struct str id;      /* end-to-end id, at most PAYMENT_ID_MAX, unique for ever */
    int64_t amount_fen; /* above zero */
    struct str name;    /* of the account holder */
    struct str account; /* 1..34 characters */
    struct str bank;    /* CNAPS code; "" when the payer's own bank */
    struct str purpose; /* programme's name; shown to the payee */
    struct str remark;  /* months, e.g. "2026-09" or "2024-09..2026-09" */
};

/* What became of one payment, as a bank's file says. */
enum payment_status {
    PAYMENT_PAID,
    PAYMENT_REJECTED, /* refused at once */
    PAYMENT_RETURNED, /* came back later */
    PAYMENT_PENDING,
    PAYMENT_UNKNOWN
};
const char *payment_status_name(enum payment_status s); /* "paid", ... */

/* Our own reasons; every bank's codes are mapped onto these. ISO in comments. */
enum payment_reason {
    REASON_NONE,
    REASON_ACCOUNT_INVALID, /* AC01 */
    REASON_ACCOUNT_CLOSED,  /* AC04 */
    REASON_ACCOUNT_BLOCKED, /* AC06 */
    REASON_ACCOUNT_KIND,    /* AG01 */
    REASON_NAME_MISMATCH,   /* BE01 */
    REASON_HOLDER_DEAD,     /* MD07 */
    REASON_BANK_CODE,       /* RC01 */
    REASON_AMOUNT_LIMIT,    /* AM02 */
    REASON_FUNDS,           /* AM04 */
    REASON_DUPLICATE,       /* AM05, DUPL */
    REASON_REGULATORY,      /* RR04 */
    REASON_OTHER            /* MS03, NARR */
};
#define REASON_COUNT (REASON_OTHER + 1)
const char *payment_reason_name(enum payment_reason r); /* "account-closed", ... */
const char *payment_reason_zh(enum payment_reason r);   /* 账户已销户, ... */
/* False when the name is not one of ours. */
bool payment_reason_parse(struct str name, enum payment_reason *out);
const char *payment_reason_iso(enum payment_reason r); /* "AC04"; "" for none */
/* Of an ISO 20022 status or return reason code. A code without a reason of its own is
 * REASON_OTHER: the lists are external, and banks may use any code of them. */
enum payment_reason payment_reason_of_iso(struct str code);

/* One line of an answer. */
struct answer {
    uint64_t line; /* of the file */
    struct str id; /* our end-to-end id */
    int64_t amount_fen;
    struct str account; /* "" when the file does not say */
    struct str name;
    enum payment_status status;
    enum payment_reason reason;
    struct str code; /* as the bank wrote it */
};

/* What a reader found before or after the lines. */
struct answer_totals {
    uint64_t count;
    int64_t total_fen;
};

/* A streaming writer: open, then add each payment, then close; text goes to `out`,
 * which the caller empties between calls. Bytes depend on the arguments alone, which
 * are borrowed only during the call. A failed open leaves *w as it was; a failed add
 * leaves `out` as it was, and the writer is good only for abandon. */
struct payment_writer;

struct payment_format {
    const char *name;      /* "pain.001.001.09", "pipe-trailer" */
    const char *extension; /* "xml", "txt" */
    const char *title_zh;
    enum status (*open)(struct payment_writer **w, const struct payment_head *head,
                        struct buf *out, struct diag *d);
    enum status (*add)(struct payment_writer *w, const struct payment *p,
                       struct buf *out, struct diag *d);
    /* Fails with ST_INTERNAL when count or total differ from the head's. Frees, also
     * when it fails. */
    enum status (*close)(struct payment_writer *w, struct buf *out, struct diag *d);
    void (*abandon)(struct payment_writer *w); /* after a failure; NULL is fine */
    /* Reads the bank's answer to such a file; NULL when there is none. `each` is called
     * once per line in file order; its failure ends the reading. Count and total are
     * known to agree only at the end, so what `each` did counts only after ST_OK. */
    enum status (*read_answer)(struct str file,
                               enum status (*each)(void *ctx, const struct answer *a,
                                                   struct diag *d),
                               void *ctx, struct answer_totals *totals, struct diag *d);
};

/* For writers. The head's text is what every bank can take: message id, account, bank
 * code, CNY, 1 or more payments. ST_INPUT with the field's name as the code. Ids and
 * accounts are ASCII letters, digits and - . / _ : and need no escaping anywhere. */
enum status payment_head_check(const struct payment_head *head, struct diag *d)
    MUST_USE;
/* The same for one payment: id, amount, account, bank code, and that it has a name. */
enum status payment_check(const struct payment *p, struct diag *d) MUST_USE;
/* Fills d with where "payment ID", and returns ST_INPUT. */
enum status payment_fail(struct diag *d, const struct payment *p, const char *code,
                         const char *fmt, ...) PRINTF_LIKE(4, 5);

/* What was added so far, for the comparison at close. */
struct payment_tally {
    struct answer_totals sum;
    struct answer_totals head;
};
void payment_tally_init(struct payment_tally *t, const struct payment_head *head);
enum status payment_tally_add(struct payment_tally *t, const struct payment *p,
                              struct diag *d) MUST_USE;
enum status payment_tally_check(const struct payment_tally *t, struct diag *d) MUST_USE;

/* The formats this build knows; NULL for an unknown name. */
const struct payment_format *payment_format_find(struct str name);
const struct payment_format *const *payment_formats(size_t *count);

#endif
