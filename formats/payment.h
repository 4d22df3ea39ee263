/* payment.h - the neutral form of a payment file and of a bank's answer: what every
 * writer takes and every reader gives. Plain structs; no ledger, no clock. */
#ifndef ALMONER_FORMATS_PAYMENT_H
#define ALMONER_FORMATS_PAYMENT_H

#include "base/buf.h"

#define PAYMENT_ID_MAX 35 /* ISO 20022 Max35Text; bank files take it as their serial */

/* A value the channel has for a format: a unit number, a merchant, an agreement. */
struct payment_setting {
    struct str name;
    struct str value;
};

/* Heads a payment file. All text is UTF-8 and borrowed. */
struct payment_head {
    struct str message_id; /* at most PAYMENT_ID_MAX characters, ours, unique */
    int64_t created_us;    /* of the release, so that the file can be made again */
    int32_t pay_day;       /* requested execution date */
    struct str payer_name; /* who pays: account holder */
    struct str payer_account;
    struct str payer_bank; /* code of the agent bank, as the format's banks have it */
    struct str currency;   /* the format's; amounts are in its hundredths */
    uint64_t count;        /* of the payments that follow */
    int64_t total_fen;
    uint32_t file_number; /* sequence of the day, in file names and headers */
    /* A batch may need several files: by variant of the format, and by rows. */
    uint32_t variant; /* of the format's, from 0 */
    uint32_t part;    /* of this variant, from 0 */
    const struct payment_setting *settings;
    size_t setting_count;
    /* Nobody wants the file, only what its writer refuses: a sheet is not made then,
     * and a writer takes further payments after one it refused with ST_INPUT. For
     * abandon. */
    bool trial;
};

struct payment {
    struct str id;      /* end-to-end id, at most PAYMENT_ID_MAX, unique for ever */
    int64_t amount_fen; /* above zero */
    struct str name;    /* of the account holder */
    struct str account; /* 1..34 characters */
    struct str bank;    /* bank code; "" when the payer's own bank */
    struct str purpose; /* programme's name; shown to the payee */
    struct str remark;  /* months, e.g. "2026-09" or "2024-09..2026-09" */
    uint32_t number;    /* line of the batch, from 1 */
    /* Only for formats with wants_person; "" when not known. */
    struct str id_number;          /* of the account holder */
    struct str phone;              /* of the beneficiary, like what follows */
    struct str beneficiary;        /* name */
    struct str beneficiary_number; /* ID number */
    struct str address;
    struct str unit; /* village or community */
};

/* What became of one payment, as a bank's file says. */
enum payment_status {
    PAYMENT_PAID,
    PAYMENT_REJECTED, /* refused at once */
    PAYMENT_RETURNED, /* came back later */
    PAYMENT_PENDING,
    PAYMENT_UNKNOWN,
    PAYMENT_NONE /* nothing is said: a file of orders */
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
/* Of an ISO 20022 status or return reason code. A code without a reason of its own is
 * REASON_OTHER: the lists are external, and banks may use any code of them. */
enum payment_reason payment_reason_of_iso(struct str code);

/* What to do about a payment that failed for a reason. */
enum payment_remedy {
    REMEDY_NONE,            /* it did not fail */
    REMEDY_RETRY,           /* pay again, once the cause on our side is gone */
    REMEDY_CORRECT_ACCOUNT, /* another account, name or bank code first */
    REMEDY_STOP,            /* do not pay again: find out about the person first */
    REMEDY_ASK              /* ask the bank */
};
enum payment_remedy payment_reason_remedy(enum payment_reason r);
const char *payment_remedy_text(enum payment_remedy m); /* for people */
const char *payment_remedy_zh(enum payment_remedy m);

/* What of a line something may be wrong with. */
enum answer_part {
    ANSWER_WHOLE,
    ANSWER_ID,
    ANSWER_NUMBER,
    ANSWER_ACCOUNT,
    ANSWER_AMOUNT,
    ANSWER_CURRENCY,
    ANSWER_STATUS
};
#define ANSWER_PARTS (ANSWER_STATUS + 1)

/* Where it stands, from 1: row and cell of a sheet, line and character of a text. */
struct answer_place {
    bool sheet;
    uint64_t line;
    uint64_t column;
};

/* One line of an answer, or of a payment file that is read. Texts are UTF-8 and good
 * during the call; "" and 0 where the file does not say. */
struct answer {
    /* A reader's way to find the place, and what it needs; NULL: no line of a file. For
     * answer_place, which is asked for few lines: counting for each would be dear. */
    void (*find)(void *ctx, enum answer_part part, struct answer_place *out);
    void *find_ctx;
    struct str id;      /* our end-to-end id */
    uint64_t number;    /* of the payment in the file that was sent, from 1 */
    int64_t amount_fen; /* above zero; in hundredths of the currency */
    struct str currency;
    struct str account;
    struct str bank;
    struct str name;
    enum payment_status status;
    enum payment_reason reason;
    struct str code;        /* as the bank wrote it */
    struct str text;        /* the bank's words */
    struct str new_account; /* the bank asks to use it from now on */
    struct str new_bank;
};

/* False when no line of a file says it. What is not there by itself has the place of
 * the whole. During the call; cheap when lines are asked for in file order. */
bool answer_place(const struct answer *a, enum answer_part part,
                  struct answer_place *out);
uint64_t answer_file_line(const struct answer *a); /* of the whole; 0: none */
/* Says so as readers do: where "line 7, column 12", of a sheet "row 7, column 3".
 * Returns d->status. */
enum status answer_where(const struct answer *a, enum answer_part part, struct diag *d);

#define ANSWER_CODE_MAX 35
#define ANSWER_TEXT_MAX 315

/* What a statement books in one sum, without saying which payments are in it. */
struct answer_bulk {
    uint64_t count; /* of the payments, as the bank counts them; 1 where it does not */
    int64_t total_fen;
};

/* What a file says as a whole; complete after its end. */
struct answer_file {
    uint64_t count; /* of the lines given */
    int64_t total_fen;
    char message_id[PAYMENT_ID_MAX + 1]; /* which file of ours it answers, or its own */
    int32_t pay_day;       /* that the file says, as days since 1970; 0: it says none */
    uint64_t pay_day_line; /* where it says so first, from 1; of a sheet the row */
    uint64_t pay_day_column;
    /* What became of the payments of that file which no line names: PAYMENT_NONE when
     * nothing is said of them. A file refused as a whole has PAYMENT_REJECTED, and
     * reason, code and text say why. */
    enum payment_status rest;
    enum payment_reason reason;
    char code[ANSWER_CODE_MAX + 1];
    char text[ANSWER_TEXT_MAX + 1]; /* cut at a character */
    struct answer_bulk bulk_paid;   /* beside the lines, not in count and total_fen */
    struct answer_bulk bulk_returned;
};

/* Called once per line in file order; its failure ends the reading. */
struct answer_sink {
    enum status (*each)(void *ctx, const struct answer *a, struct diag *d);
    void *ctx;
};

struct payment_writer;
struct payment_format;
struct profile;

/* Reads a whole file. Totals are known to agree only at the end, so what the sink did
 * counts only after ST_OK. ST_INPUT with "line L" or "line L, column C" in where. */
typedef enum status payment_reader(const struct payment_format *f, struct str file,
                                   struct answer_sink sink, struct answer_file *whole,
                                   struct diag *d);

/* Fills p with up to cap bytes of a file; *n 0 at its end. */
struct payment_source {
    enum status (*read)(void *ctx, void *p, size_t cap, size_t *n, struct diag *d);
    void *ctx;
};

/* The same in little memory, however long the file is. One that it refuses (ST_INPUT)
 * may be one that the reader takes, which can look at the end first and go back; that
 * one also says better what is wrong. What it takes, the reader takes alike. */
typedef enum status payment_streamer(const struct payment_format *f,
                                     const struct payment_source *source,
                                     struct answer_sink sink, struct answer_file *whole,
                                     struct diag *d);

/* What a format takes as the code of a bank. */
struct payment_banks {
    const char *name; /* "CNAPS code" */
    const char *rule; /* a whole hint: "a CNAPS code has 12 digits, ..." */
    bool (*valid)(struct str code);
};

#define PAYMENT_HEAD_BYTES 65536

struct payment_format {
    const char *name;      /* "pain.001.001.09", "pipe-trailer" */
    const char *extension; /* "xml", "txt" */
    const char *title_zh;
    const char *title_en;
    const struct profile *profile; /* of a format that is data; else NULL */
    const char *currency;          /* of its amounts; NULL: CNY. See payment_currency */
    const struct payment_banks *banks; /* NULL: CNAPS codes */
    bool wants_person;                 /* the texts at the end of struct payment */
    /* An account statement, whose lines are not ours alone: a line of an id that is not
     * ours, or with PAYMENT_NONE, is of no concern, and one payment may have two lines
     * (it was paid, it came back). */
    bool statement;
    uint32_t variants; /* 1 or more */
    uint32_t rows_max; /* payments in one file; 0: any number */

    /* A streaming writer: open, then add each payment, then close; text goes to `out`,
     * which the caller empties between calls. Bytes depend on the arguments alone,
     * which are borrowed only during the call. A failed open leaves *w as it was; a
     * failed add leaves `out` as it was, and the writer is good only for abandon. All
     * four NULL: a format that is only read. */
    enum status (*open)(const struct payment_format *f, struct payment_writer **w,
                        const struct payment_head *head, struct buf *out,
                        struct diag *d);
    enum status (*add)(struct payment_writer *w, const struct payment *p,
                       struct buf *out, struct diag *d);
    /* Fails with ST_INTERNAL when count or total differ from the head's. Frees, also
     * when it fails. */
    enum status (*close)(struct payment_writer *w, struct buf *out, struct diag *d);
    void (*abandon)(struct payment_writer *w); /* after a failure; NULL is fine */
    /* Of sheets, whose bytes are those of a library's version: SHA-256 of the rows'
     * text, which stays the same. After the last add, before close; a failure is as
     * one of close, but does not free. NULL: the bytes themselves stay the same. */
    enum status (*rows)(struct payment_writer *w, uint8_t sha256[32], struct diag *d);
    /* The variant that takes a payment to this bank; NULL: always 0. ST_INPUT when
     * none does. */
    enum status (*variant_of)(const struct payment_format *f, struct str payer_bank,
                              struct str bank, uint32_t *variant, struct diag *d);
    /* What the bank wants the file to be called; NULL: any name. */
    enum status (*file_name)(const struct payment_format *f,
                             const struct payment_head *head, struct buf *out,
                             struct diag *d);

    /* Could a file that begins so be of this format, order or answer? head has up to
     * PAYMENT_HEAD_BYTES of it. Cheap, and true of damaged files as well, so that the
     * reader can say what is wrong. NULL: only reading tells. */
    bool (*is)(const struct payment_format *f, struct str head);
    /* Does the format take what a channel is to have: the head's payer and settings,
     * and nothing else of it? So that no batch is signed that no file can be made of.
     * NULL: it needs none. ST_INPUT with the codes of profile_check_settings. */
    enum status (*check_channel)(const struct payment_head *head, struct diag *d);

    payment_reader *read;            /* the payment file itself; NULL: cannot */
    payment_reader *read_answer;     /* the bank's answer to it; NULL: none */
    payment_streamer *stream_answer; /* NULL: only the whole can be read */
};

/* For writers. The head's text is what every bank can take: message id, account, bank
 * code, CNY, 1 or more payments. ST_INPUT with the field's name as the code. Ids and
 * accounts are ASCII letters, digits and - . / _ : and need no escaping anywhere. */
enum status payment_head_check(const struct payment_head *head, struct diag *d)
    MUST_USE;
/* The same for one payment: id, amount, account, bank code, and that it has a name. */
enum status payment_check(const struct payment *p, struct diag *d) MUST_USE;
/* The same with the format's own currency and bank codes. */
enum status payment_head_check_for(const struct payment_format *f,
                                   const struct payment_head *head, struct diag *d)
    MUST_USE;
enum status payment_check_for(const struct payment_format *f, const struct payment *p,
                              struct diag *d) MUST_USE;
const char *payment_currency(const struct payment_format *f); /* "CNY", "USD" */
/* Is this a bank's code as the format writes it? ST_INPUT "bank-code" if not. */
enum status payment_bank_check(const struct payment_format *f, struct str code,
                               struct diag *d) MUST_USE;
/* The head's setting of this name, "" when there is none. */
struct str payment_setting(const struct payment_head *head, const char *name);
/* 1 to max ASCII letters, digits and - . / _ : as ids and accounts have them. */
bool payment_is_token(struct str s, size_t max);
/* Fills d with where "payment ID", and returns ST_INPUT. */
enum status payment_fail(struct diag *d, const struct payment *p, const char *code,
                         const char *fmt, ...) PRINTF_LIKE(4, 5);

struct answer_totals {
    uint64_t count;
    int64_t total_fen;
};

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
