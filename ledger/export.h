/* export.h - what was sent to a bank, as its record says. */
#ifndef ALMONER_LEDGER_EXPORT_H
#define ALMONER_LEDGER_EXPORT_H

#include "ledger/kept_profile.h"
#include "ledger/store.h"

/* Of several files the digest and length are those of their list, which is kept as a
 * file of the vault (docs/formats/ledger.md, "44 export"). */
struct export_entry {
    uint64_t sequence;
    uint32_t batch;
    char format[40];
    uint8_t sha256[DIGEST_LEN];
    uint64_t length;
    struct kept_profile profile;
    uint32_t files;       /* 1 or more */
    uint32_t file_number; /* of the first, among those of the channel's day; from 1 */
    uint64_t lines;
    uint64_t payments; /* in the files: lines to an institution may be one */
    int64_t total_fen;
    uint64_t previous; /* 0: none */
    bool has_rows;     /* a sheet */
    uint8_t rows_sha256[DIGEST_LEN];
};

enum status export_get(struct txn *t, uint64_t sequence, struct export_entry *out,
                       struct diag *d) MUST_USE;
/* The fields of an export record's plain body, or of one of kind lost-file that says
 * a file was sent; sequence is left alone. */
bool export_body(struct str plain, struct export_entry *out);
/* The payments, where they are not as many as the lines: after the other fields. */
void export_payments_read(struct body *b, uint64_t key, struct export_entry *out);
uint64_t export_payments_pairs(const struct export_entry *x);
void export_payments_write(const struct export_entry *x, uint64_t key,
                           struct writer *w);
/* The two fields at key and key + 1 that both kinds of records have; see cbor. */
#define EXPORT_FILES_MAX 100000
void export_files_read(struct body *b, uint64_t key, struct export_entry *out);
uint64_t export_files_pairs(const struct export_entry *x);
void export_files_write(const struct export_entry *x, uint64_t key, struct writer *w);

#endif
