/* register.h - the small registers: operators, channels, policies, imports, runs,
 * batches and answers. Rows are projections: only ledger/fold*.c writes them.
 *
 * A register row holds the state and the sequence of the record that made the entry;
 * what the entry says is read from that record, so nothing is kept twice. */
#ifndef ALMONER_LEDGER_REGISTER_H
#define ALMONER_LEDGER_REGISTER_H

#include "ledger/account.h"
#include "ledger/kept_profile.h"
#include "ledger/keys.h"
#include "ledger/record.h"
#include "ledger/states.h"
#include "ledger/store.h"

/* Numbers are stored as keys: never reuse one. */
enum register_kind {
    REGISTER_OPERATOR = 1,
    REGISTER_CHANNEL = 2,
    REGISTER_POLICY = 3,
    REGISTER_IMPORT = 4,
    REGISTER_RUN = 5,
    REGISTER_BATCH = 6,
    REGISTER_ANSWER = 7,
    REGISTER_RECOVERY = 8, /* ledger/recovery.h */
    REGISTER_SETTLED = 9,  /* ledger/settled.h */
    REGISTER_UNIT = 10,    /* ledger/unit.h */
    REGISTER_WITNESS = 11, /* ledger/anchor.h, and the next two */
    REGISTER_COSIGNED = 12,
    REGISTER_TIMESTAMP = 13,
    REGISTER_KEEPING = 14, /* ledger/erasure.h: retention rules; with a person: holds */
    REGISTER_ERASURE = 15, /* ledger/erasure.h */
    REGISTER_EPOCH = 16,   /* ledger/epoch.h */
    REGISTER_SETTING = 17, /* ledger/setting.h */
    REGISTER_FUND = 18,    /* ledger/fund.h: appropriations */
    REGISTER_ALLOCATION = 19, /* by number of the batch */
    REGISTER_NOTICE = 20,     /* ledger/notice.h */
    REGISTER_OBJECTION = 21,  /* ledger/notice.h; with a person: the newest about it */
    REGISTER_CLOSE = 22,      /* ledger/close.h */
    REGISTER_REFUSED = 23     /* ledger/refusal.h; behind it u8 register, u64 number */
};

/* Stored. What was refused never counts: kind 14 (ledger/refusal.h). */
enum entry_state { ENTRY_PENDING = 0, ENTRY_ACTIVE = 1, ENTRY_REFUSED = 2 };

#define TEXT_MAX 200

/* ---- operators ---- */
struct operator_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    unsigned roles; /* enum role bits */
    char office[TEXT_MAX + 1];
    uint32_t proposed_by; /* an admin; 0: by the genesis record */
};

/* ---- channels ---- */
struct channel_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    char name[KEY_NAME_MAX + 1];
    char bank_code[16];
    char account[40];
    char account_name[TEXT_MAX + 1];
    char format[40];
    struct kept_profile profile; /* of the format, when it is data */
    uint32_t proposed_by;
};

/* ---- policies ---- */
struct policy_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence; /* of the adoption */
    char id[KEY_NAME_MAX + 1];
    uint8_t sha256[DIGEST_LEN]; /* of the file, a blob */
    uint64_t length;
    uint32_t adopted_by;
    uint32_t confirmed_by;    /* 0: not yet */
    uint32_t confirmed_order; /* 1 for the first confirmed policy; 0: not yet */
    int64_t confirmed_us;
    uint64_t confirmed_at; /* sequence of the confirmation */
};

/* ---- imports ---- */
enum import_what {
    IMPORT_PEOPLE = 1,
    IMPORT_FACTS = 2,
    IMPORT_ROUTES = 3,
    IMPORT_SNAPSHOT = 4,
    IMPORT_VOIDS = 5,
    IMPORT_MERGES = 6,
    IMPORT_INSTITUTIONS = 7,
    IMPORT_UNITS = 8,
    IMPORT_HISTORY = 9,
    IMPORT_ORDERS = 10
};
struct import_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    enum import_what what;
    uint8_t sha256[DIGEST_LEN];
    uint64_t length;
    uint64_t rows;
    bool mapped; /* read by a mapping, which is a blob */
    uint8_t mapping_sha256[DIGEST_LEN];
    uint64_t mapping_length;
    char attribute[TEXT_MAX + 1]; /* of a snapshot */
    char value[TEXT_MAX + 1];
    char unit[TEXT_MAX + 1];
    int32_t month;
    uint32_t made_by;
    uint32_t confirmed_by;
    uint64_t confirmed_at; /* sequence of the act's start; 0: not yet */
};

/* ---- runs ---- */
struct run_entry {
    uint32_t number;
    enum entry_state state; /* pending: open */
    uint64_t sequence;
    int32_t period;
    uint64_t facts_size; /* facts recorded below this were known */
    uint32_t rules;      /* how many policies were confirmed */
    uint32_t made_by;
    uint64_t records;
    int64_t regular_fen, backpay_fen, reduction_fen;
    uint64_t set_offs; /* records */
    int64_t set_off_fen;
};

/* ---- batches ---- */
struct batch_signer {
    uint32_t operator_number;
    int64_t time_us;
};
enum batch_role {
    BATCH_MAKER,
    BATCH_CHECKER,
    BATCH_RELEASER,
    BATCH_SECOND, /* the second releaser, of a large batch */
    BATCH_ROLES
};
struct batch_entry {
    uint32_t number;
    enum batch_state state;
    uint64_t sequence;
    uint32_t channel;
    int32_t pay_day;
    uint64_t lines, paid_lines, back_lines, reissued_lines;
    int64_t total_fen, paid_fen, back_fen, reissued_fen;
    uint8_t content[DIGEST_LEN];
    struct batch_signer signers[BATCH_ROLES];
    uint32_t close_maker;
    uint64_t export_sequence;  /* of the newest export record; 0: none */
    uint64_t release_sequence; /* 0: not released */
    /* Dropped or cancelled; what came back and went to the treasury. */
    uint64_t out_lines, refunded_lines;
    int64_t out_fen, refunded_fen;
    uint64_t
        step_sequence; /* + 1, of the newest batch-step or withdraw-start; 0: none */
    uint32_t id_epoch; /* epoch and number that its payments' ids say */
    uint32_t id_number;
    uint32_t refusals; /* how often the bank refused all of it: in message ids */
    /* Results of all time that said "paid" of what the bank had said came back; of
     * these what was neither returned nor due any more: receivable. */
    uint64_t corrected_lines;
    int64_t corrected_fen, over_fen;
};

/* What is signed for, sent and answered: without the lines that left it. */
uint64_t batch_count(const struct batch_entry *b);
int64_t batch_total(const struct batch_entry *b);

/* ---- answers ---- */
struct answer_entry {
    uint32_t number;
    uint32_t batch;
    uint8_t sha256[DIGEST_LEN]; /* of the bank's file, a blob */
    uint64_t sequence;
};

/* What the record of an answer's start says. */
struct answer_start {
    uint32_t batch;
    char format[40];
    uint8_t sha256[DIGEST_LEN];
    uint64_t length;
    uint64_t lines;
    struct kept_profile profile; /* without settings */
    uint32_t file; /* which of the files sent it answers, from 1; 0: all of them */
    bool corrects; /* it may say "paid" of what the bank had said came back */
};

/* ---- rows ---- */

/* Of an entry's row in TABLE_REGISTER. */
struct str register_key(uint8_t key[5], enum register_kind kind, uint32_t number);

/* Reading. The entry with this number; ST_CONFLICT "unknown-..." when there is none. */
enum status operator_get(struct txn *t, uint32_t number, struct operator_entry *out,
                         struct diag *d) MUST_USE;
enum status channel_get(struct txn *t, uint32_t number, struct channel_entry *out,
                        struct diag *d) MUST_USE;
enum status policy_get(struct txn *t, uint32_t number, struct policy_entry *out,
                       struct diag *d) MUST_USE;
enum status import_get(struct txn *t, uint32_t number, struct import_entry *out,
                       struct diag *d) MUST_USE;
enum status run_get(struct txn *t, uint32_t number, struct run_entry *out,
                    struct diag *d) MUST_USE;
enum status batch_get(struct txn *t, uint32_t number, struct batch_entry *out,
                      struct diag *d) MUST_USE;
/* The fields of a channel's plain body, and of an answer's start. */
bool channel_body(struct str plain, struct channel_entry *out);
bool answer_start_read(struct str plain, struct answer_start *out);
enum status answer_start_get(struct txn *t, const struct answer_entry *e,
                             struct answer_start *out, struct diag *d) MUST_USE;
/* The same of an import record. */
bool import_entry_read(struct str plain, struct import_entry *out);

/* By name, without those that were refused; number 0 in *out when there is none. */
enum status operator_find(struct txn *t, struct str name, struct operator_entry *out,
                          struct diag *d) MUST_USE;
enum status operator_find_key(struct txn *t, const uint8_t public_key[KEY_PUBLIC_LEN],
                              struct operator_entry *out, struct diag *d) MUST_USE;
enum status channel_find(struct txn *t, struct str name, struct channel_entry *out,
                         struct diag *d) MUST_USE;

enum status answer_get(struct txn *t, uint32_t number, struct answer_entry *out,
                       struct diag *d) MUST_USE;
/* Is there an answer of this batch with this file? */
enum status answer_known(struct txn *t, uint32_t batch,
                         const uint8_t sha256[DIGEST_LEN], bool *known, struct diag *d)
    MUST_USE;

/* For the fold: rows to bytes and into the table. */
enum status operator_put(struct txn *t, const struct operator_entry *e, struct diag *d);
enum status channel_put(struct txn *t, const struct channel_entry *e, struct diag *d);
enum status policy_put(struct txn *t, const struct policy_entry *e, struct diag *d);
enum status import_put(struct txn *t, const struct import_entry *e, struct diag *d);
enum status run_put(struct txn *t, const struct run_entry *e, struct diag *d);
enum status batch_put(struct txn *t, const struct batch_entry *e, struct diag *d);
enum status answer_put(struct txn *t, uint32_t number, uint32_t batch,
                       const uint8_t sha256[DIGEST_LEN], uint64_t sequence,
                       struct diag *d);

#endif
