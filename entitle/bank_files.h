/* bank_files.h - which payments of a batch stand in which of its bank files. A format
 * may want files of its own for payments to other banks, and so many payments in one at
 * most; mostly everything is one file. It follows from the ledger alone, so it comes
 * out the same at any later time. */
#ifndef ALMONER_ENTITLE_BANK_FILES_H
#define ALMONER_ENTITLE_BANK_FILES_H

#include "base/progress.h"
#include "entitle/bank_form.h"
#include "entitle/joint.h"
#include "ledger/line.h"

struct bank_file { /* in the order of variants, then of lines */
    uint32_t variant;
    uint32_t part; /* of the variant, from 0 */
    uint64_t payments;
    int64_t total_fen;
    uint64_t at; /* of its first payment in `order` */
};

struct bank_files {
    size_t count; /* 1 or more */
    struct bank_file *files;
    uint64_t lines; /* of the batch */
    struct joint joint;
    /* The payments by their first lines, file by file; and the file of each line, by
     * line - 1. NULL when the lines stand in the files as they do in the batch. */
    uint32_t *order;
    uint32_t *file_of;
};

/* Reads the rows of those who are paid only when the format has variants. ST_INPUT when
 * no variant takes a payment, or "too-many-files". */
enum status bank_files_plan(struct ledger *l, const struct batch_entry *b,
                            const struct payment_format *f, struct bank_files *out,
                            const struct progress *progress, struct diag *d) MUST_USE;
/* The same of who knows the variants already: by line - 1, of the first line of each
 * payment. NULL: nobody does. */
enum status bank_files_plan_of(struct ledger *l, const struct batch_entry *b,
                               const struct payment_format *f, const uint8_t *variants,
                               struct bank_files *out, const struct progress *progress,
                               struct diag *d) MUST_USE;
/* Do payments of one batch go to several variants? */
bool bank_files_by_bank(const struct payment_format *f);
void bank_files_release(struct bank_files *p); /* zeros are fine */

/* The line that the n-th (from 1) payment of a file is known by; 0: none. */
uint32_t bank_files_line(const struct bank_files *p, size_t file, uint64_t n);
/* The file (from 0) a line of the batch stands in; count: in none, it was dropped. */
size_t bank_files_of(const struct bank_files *p, uint32_t line);

/* One of the files while it is made. */
struct bank_part {
    uint32_t number;  /* from 1 */
    uint32_t count;   /* of the files */
    const char *name; /* what the bank wants it to be called; no folder in it */
    uint64_t payments;
    int64_t total_fen;
    uint64_t bytes; /* known at its end, like the digest */
    uint8_t sha256[DIGEST_LEN];
};
/* Where files go, one after the other, each in pieces. */
struct bank_sink {
    enum status (*begin)(void *ctx, const struct bank_part *p, struct diag *d); /* NULL:
                                                                           nothing */
    enum status (*write)(void *ctx, const void *p, size_t n, struct diag *d);
    enum status (*end)(void *ctx, const struct bank_part *p, struct diag *d); /* NULL */
    void *ctx;
};

/* The id a file says of itself, from the batch's: of several each has its own. */
void bank_files_message_id(const struct ledger_info *info, const struct batch_entry *b,
                           const struct bank_files *p, size_t file,
                           char out[PAYMENT_ID_MAX + 1]);

/* The sealed row of who is paid a line, opened; one is kept for the lines that follow
 * each other. */
struct bank_payee {
    struct ledger *l;
    struct vault_row row;
};
void bank_payee_init(struct bank_payee *p, struct ledger *l);
void bank_payee_release(struct bank_payee *p);
/* The account a line is paid to; text borrows until the next call. ST_INTEGRITY
 * "route" when it is not there, ST_CONFLICT "erased". */
enum status bank_payee_route(struct bank_payee *p, const struct line_entry *line,
                             struct route *out, struct diag *d) MUST_USE;

#endif
