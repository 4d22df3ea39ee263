/* fold_private.h - the state of the fold, for the files verify/fold*.c.
 *
 * What grows with a ledger, in bytes, measured with the county of the bench: a person
 * 15 (people.h; 11 after the last answer), a line 5 (line_list.h; 24 more in homes when
 * an institution gets it), with the passphrase a commitment 21 (commitments.h; one for
 * each fact file a person is in, and for each line). A million people took 30 MB after
 * two months (101 with the passphrase); a year of their lines is 50 more. All else is
 * a row for each act, batch, unit, recovery or node left out: few, and plain. */
#ifndef ALMONER_VERIFY_FOLD_PRIVATE_H
#define ALMONER_VERIFY_FOLD_PRIVATE_H

#include "verify/fold.h"
#include "verify/line_list.h"
#include "verify/list.h"
#include "verify/money.h"
#include "verify/people.h"

#define SPANS_MAX 48
#define RECOVERY_SPANS 24

struct operator_row {
    uint32_t number;
    char name[104];
    char office[204];
    uint8_t key[PUBLIC_KEY_LEN];
    uint8_t roles;
    bool confirmed, refused;
    uint32_t proposer;
};
struct channel_row {
    uint32_t number;
    bool confirmed, refused, has_layout;
    uint32_t proposer;
    uint8_t layout[HASH_LEN];
};
struct policy_row {
    uint32_t number;
    bool confirmed, refused;
    uint32_t proposer;
    uint8_t sha[HASH_LEN];
};
enum import_state { IMPORT_PROPOSED, IMPORT_BEGUN, IMPORT_TAKEN };
struct import_row {
    uint32_t number;
    uint8_t state, type;
    bool refused;
    uint32_t proposer;
    uint64_t rows;
    uint8_t sha[HASH_LEN];
};
struct unit_row {
    uint32_t number;
    uint8_t code[16]; /* begin of its SHA-256 */
};
enum recovery_state {
    RECOVERY_PROPOSED = 1,
    RECOVERY_DECIDED,
    RECOVERY_DONE,
    RECOVERY_REPLACED
};
struct recovery_row {
    uint32_t number;
    uint8_t state, method, programme;
    uint8_t left_count;
    uint64_t person;
    uint32_t proposer, replaces;
    bool refused;    /* then it is not open */
    bool concerned;  /* by the bundle's scope */
    uint32_t before; /* the person's recovery before it; 0: none */
    int32_t served;
    uint64_t last; /* sequence + 1 of its record before that moved money */
    uint8_t leaf[HASH_LEN];
    struct span *left; /* RECOVERY_SPANS + 1 of them */
};
struct only_row { /* a programme that a batch is limited to */
    char code[CODE_MAX + 1];
};
struct home_row { /* of a line that is paid to an institution */
    uint32_t line, route;
    uint8_t programme;
    uint64_t institution;
};
struct fund_row {
    uint32_t number;
    bool confirmed, refused;
    uint32_t proposer, adjusts;
    int programme; /* -1: any */
    int32_t year;
    char source[28], function[20], economic[20];
    int64_t fen;
    uint8_t leaf[HASH_LEN];
    int64_t appropriated, received, reserved, committed, spent; /* not of adjustments */
};
struct batch_row {
    uint32_t number;
    uint8_t state;
    bool begun, ended; /* its records 40 and 42 are there */
    bool holes;        /* records of lines are left out */
    bool concerned;    /* by the bundle's scope */
    int32_t month;     /* of the day of payment that its start says */
    uint8_t content[HASH_LEN];
    int64_t total_fen;
    uint32_t line_count; /* as 42 says */
    uint32_t out_lines;  /* dropped or cancelled: not of what it pays */
    int64_t out_fen;
    uint32_t signer[4]; /* of submit, approve, release, second release */
    uint32_t closer;
    uint64_t last_export;
    /* In its payments' ids; 0: not known here. */
    uint64_t id_epoch, id_number;
    struct line_list lines;
    struct list homes;   /* of struct home_row */
    struct list only;    /* of struct only_row; empty: it is not limited */
    struct list answers; /* of sha256, HASH_LEN each */
    struct list funds;   /* what appropriations bear: fold_fund.c */
    struct list carries; /* what their shares leave below a fen */
    int32_t pay_year;    /* of the day of payment, as it is now */
    uint8_t fund_state;
};

struct open_act {
    unsigned kind; /* of its start; 0: none is open */
    uint64_t begin;
    int64_t time; /* of its start */
    uint64_t number;
    uint64_t next;
    int64_t fen[4];
    uint64_t count[2];
    bool concerned;  /* by the scope's months */
    bool incomplete; /* some record of it is left out */
};

struct root_row {
    uint64_t size;
    bool act; /* an act begins there */
    uint8_t root[HASH_LEN];
};

struct ledger_key_row {
    uint32_t number; /* the genesis key is 1; kinds 7 and 8 count on */
    bool confirmed, refused;
    uint32_t proposer;
    uint64_t epoch;
    uint64_t size; /* sequence of the record that put it in force */
    bool begins;   /* an epoch after a restore, whose record says that it was behind */
    uint64_t behind_size; /* a checkpoint of so many records; 0: none known */
    uint8_t behind_root[HASH_LEN];
    char origin[ORIGIN_TEXT_MAX + 1];
    uint8_t key[PUBLIC_KEY_LEN];
};

struct retention_row {
    uint32_t number;
    bool confirmed, refused;
    uint32_t proposer;
};
struct setting_row {
    uint32_t number;
    bool confirmed, refused;
    uint32_t proposer;
    char name[SETTING_NAME_MAX + 1];
    char value[SETTING_VALUE_MAX + 1];
};
struct witness_row {
    uint32_t number;
    bool confirmed, refused;
    uint32_t proposer;
    char name[104];
    uint8_t key[PUBLIC_KEY_LEN];
};
struct taken_row { /* a name or key, which nobody else may have */
    uint8_t digest[HASH_LEN];
    uint64_t of, number; /* of the entry: register, and number in it */
    bool released;       /* it was refused */
};
struct hold_row { /* of one person: the newest record of kind 27 */
    uint64_t person;
    uint32_t by;
    bool on;
};
struct month_row { /* what a month's books moved from one account to another */
    int32_t month, own;
    uint8_t programme, debit, credit;
    int64_t fen;
};
struct close_row { /* of kind 90 */
    uint32_t number;
    uint8_t what;
    bool confirmed, refused;
    int32_t month;
    uint32_t proposer;
    uint64_t rows;
    int64_t sums[ACCOUNT_COUNT];
    uint8_t digest[HASH_LEN], leaf[HASH_LEN];
};
struct notice_row { /* of kind 85 */
    uint32_t number;
    uint32_t objections;
    int64_t last;
    bool closed;
    char programme[CODE_MAX + 1];
};
enum objection_state { /* as kind 87 says; those up to upheld hold the person */
                       OBJECTION_OPEN,
                       OBJECTION_UPHELD,
                       OBJECTION_DISMISSED,
                       OBJECTION_LIFTED
};
struct objection_row { /* of kind 86 */
    uint32_t number;
    uint32_t notice, by;
    uint8_t state;
    uint64_t person;
};
struct proposal_row { /* of kind 28 */
    uint64_t person, sequence;
    uint32_t proposer;
    bool refused;
    uint8_t leaf[HASH_LEN];
};

struct scope_state { /* fold_scope.c */
    bool named;      /* the record at hand names a person of the scope */
    bool has_stray;
    uint64_t stray; /* the first record that is not of the scope */
    uint64_t first,
        end; /* period: of the records that are in no register; end 0: none */
    /* person: of uint64_t, what records that name one are of; and of struct waiting */
    struct list acts, imports, batches, waiting;
};

struct fold {
    struct fold_options o;
    struct report *report;
    struct hash *hash, *sha256;
    enum suite suite;
    bool stopped; /* rules are not followed any more; chain and tree still are */
    uint64_t included, left_out;

    struct tree tree;
    uint8_t leaf[HASH_LEN]; /* of the record before */
    bool leaf_known;
    struct list roots;     /* of struct root_row, ascending */
    struct list wanted;    /* of uint64_t */
    struct list chain;     /* of uint64_t: as person.entitled, of claims->persons */
    struct list left_outs; /* of uint64_t[2]: first, end; ascending */

    char genesis_origin[ORIGIN_TEXT_MAX + 1];
    char origin[ORIGIN_TEXT_MAX + 1];
    char office[204];
    bool sandbox;
    int offset_minutes;
    char sm2_id[SM2_ID_MAX + 1];
    uint64_t epoch;
    bool locked;     /* after a restore, until the bank's files are agreed on */
    uint64_t stated; /* sequence + 1 of the newest statement */
    uint32_t stated_by;
    uint8_t stated_leaf[HASH_LEN];
    struct list retentions, witnesses, holds, proposals, settings;
    struct list notices, objections;
    uint64_t cosignatures, timestamps;
    struct list funds;   /* of struct fund_row */
    uint32_t fund_batch; /* whose lines up to fund_walk's are counted; 0: none */
    struct line_walk fund_walk;
    int64_t fund_before[PROGRAMMES_MAX];
    struct list keys;  /* of struct ledger_key_row */
    int64_t last_time; /* of the newest record, whether its rule was followed or not */
    int64_t time;      /* of the record before */
    bool time_known;

    struct list operators, channels, policies, imports, runs, batches, recoveries,
        units;
    struct people people;   /* whole only */
    struct line_walk found; /* fold_line's last one, of batch number found_batch */
    uint32_t found_batch;
    uint64_t institutions, confirmed_policies;
    struct list months; /* of struct month_row; whole only */
    struct list closes;
    int32_t open_month;   /* the first whose books are open; 0: none was closed */
    uint32_t closed_year; /* the last; 0: none */
    struct set used;      /* signatures */
    struct set files;     /* answer files, cosignatures, timestamps, codes of units */
    struct list taken;    /* of struct taken_row: names and keys */
    struct open_act open;
    char programmes[PROGRAMMES_MAX][CODE_MAX + 1];
    size_t programme_count;
    int64_t balance[PROGRAMMES_MAX][ACCOUNT_COUNT]; /* debits less credits, as stated */

    struct list exports, named_files, stamped, erased;
    struct commitments commitments;
    struct scope_state scope;
    struct row row, other_row; /* of the record at hand */
    uint64_t row_person;       /* whose `row` is; 0: none */
    struct postings postings;  /* as worked out */
    bool no_memory;
};

struct run_row {
    uint32_t number;
    uint64_t sequence;
    uint32_t period, policies;
};

/* A record with its body read. */
struct act {
    const struct record *r;
    struct body b;
    const struct operator_row *signer; /* NULL: not signed, or by nobody known */
};

/* A fault of this record; the fold goes on. */
#define FAULT(f, a, group, ...)                                                        \
    report_fail((f)->report, (group), (a)->r->sequence, __VA_ARGS__)
/* A fault after which the state is not known: chain and tree only from here on. */
#define REFUSE(f, a, group, ...)                                                       \
    do {                                                                               \
        report_fail((f)->report, (group), (a)->r->sequence, __VA_ARGS__);              \
        fold_stop((f), (a)->r->sequence);                                              \
        return;                                                                        \
    } while (0)

void fold_stop(struct fold *f, uint64_t sequence);
void fold_malformed(struct fold *f, const struct act *a, const char *what);
/* A bank layout that is data: digest and length of its text at these keys, and what is
 * set for it at the third (0: the kind has none); fold_malformed when they do not fit
 * together. The text is one of the files the record names. */
void fold_check_layout(struct fold *f, struct act *a, size_t sha, size_t length,
                       size_t settings);

/* fold_sign.c */
void fold_check_signature(struct fold *f, struct act *a);
void fold_keep_root(struct fold *f, bool act);
const struct root_row *fold_find_root(const struct fold *f, uint64_t size);

/* fold_register.c */
void rule_genesis(struct fold *f, struct act *a);
void rule_operator(struct fold *f, struct act *a);
void rule_channel(struct fold *f, struct act *a);
void rule_second(struct fold *f, struct act *a);
void rule_clock(struct fold *f, struct act *a);
void rule_reveal(struct fold *f, struct act *a);
void rule_setting(struct fold *f, struct act *a);
/* The newest confirmed value of the name; "": none. Lives until the next record. */
const char *fold_setting(const struct fold *f, const char *name);
void rule_policy_adopt(struct fold *f, struct act *a);
void rule_policy_confirm(struct fold *f, struct act *a);

/* Whether two admins signed for the layout of a bank file: else it is not checked. */
void fold_check_vouched(struct fold *f, const struct act *a,
                        const struct value *layout);
uint32_t fold_signer(const struct act *a); /* 0: nobody known */
/* A row of a register that is always whole: the number must be the next. */
void *fold_next_registered(struct fold *f, const struct act *a, struct list *rows,
                           size_t size);
/* True when these bytes come for the first time under this tag. */
bool fold_first_time(struct fold *f, char tag, struct str bytes);
/* The same of a name or key that this entry of a register has, until it is refused. */
bool fold_take(struct fold *f, uint64_t of, uint64_t number, char tag,
               struct str bytes);
void fold_release_taken(struct fold *f, uint64_t of, uint64_t number);

/* fold_refuse.c */
void rule_refused(struct fold *f, struct act *a);

/* fold_fund.c */
void rule_appropriation(struct fold *f, struct act *a);
void rule_fund_confirm(struct fold *f, struct act *a);
void rule_receipt(struct fold *f, struct act *a);
void rule_allocation(struct fold *f, struct act *a);
void fold_fund_void(struct fold *f, struct batch_row *b);
void fold_fund_commit(struct fold *f, struct batch_row *b);
void fold_fund_needed(struct fold *f, struct act *a, const struct batch_row *b);
void fold_fund_redate(struct fold *f, struct act *a, const struct batch_row *b,
                      int64_t day);
/* The line, as it is, becomes `to`. */
void fold_fund_line(struct fold *f, const struct batch_row *b, const struct line_row *l,
                    uint64_t to);
void fold_fund_day(struct fold *f, const struct act *a); /* of the answer that begins */

/* fold_epoch.c */
bool fold_add_ledger_key(struct fold *f, struct str key, uint64_t size);
void rule_epoch(struct fold *f, struct act *a);
void rule_ledger_key(struct fold *f, struct act *a);
void fold_confirm_key(struct fold *f, struct act *a);
void rule_lost_file(struct fold *f, struct act *a);

/* fold_erase.c */
void rule_retention(struct fold *f, struct act *a);
void rule_hold(struct fold *f, struct act *a);
void rule_erase(struct fold *f, struct act *a);
void rule_erased(struct fold *f, struct act *a);
/* The newest proposal to erase the person; NULL: there is none. */
struct proposal_row *fold_proposal(const struct fold *f, uint64_t person);

/* fold_notice.c */
void rule_notice(struct fold *f, struct act *a);
void rule_objection(struct fold *f, struct act *a);
void rule_objection_decided(struct fold *f, struct act *a);
void rule_notice_closed(struct fold *f, struct act *a);
/* A line of this person: nothing may hold it. */
void fold_check_objected(struct fold *f, const struct act *a, uint64_t person,
                         struct str programme);

/* fold_witness.c */
void rule_witness(struct fold *f, struct act *a);
void rule_cosigned(struct fold *f, struct act *a);
void rule_timestamp(struct fold *f, struct act *a);

/* fold_import.c */
void rule_import(struct fold *f, struct act *a);
void rule_import_start(struct fold *f, struct act *a);
void rule_facts(struct fold *f, struct act *a);
void rule_import_end(struct fold *f, struct act *a);
void rule_history(struct fold *f, struct act *a);
void rule_units(struct fold *f, struct act *a);
void rule_merge(struct fold *f, struct act *a);
/* A row for this number of a register, where numbers count without gaps (or, with
 * records left out, ascend): the new row, zeroed but for its number; NULL: refused,
 * or memory. */
void *fold_next(struct fold *f, const struct act *a, struct list *rows,
                uint64_t number);
/* False when there is no such person (said) or nothing is known of people. */
bool fold_person(struct fold *f, const struct act *a, uint64_t number,
                 struct person *out);
void fold_put_person(struct fold *f, uint64_t number, const struct person *person);
void fold_keep_commitment(struct fold *f, const struct act *a, uint64_t person,
                          uint32_t ordinal, struct str hash);
void fold_keep_file(struct fold *f, const struct act *a, struct str sha,
                    uint64_t bytes);
bool fold_check_end(struct fold *f, const struct act *a);

/* fold_run.c */
void rule_run_start(struct fold *f, struct act *a);
void rule_entitlement(struct fold *f, struct act *a);
void rule_run_end(struct fold *f, struct act *a);
void rule_set_off(struct fold *f, struct act *a);

/* fold_money.c */
/* The number of the programme among those seen; -1: too many. */
int fold_programme(struct fold *f, struct str code);
/* The person's row into f->row (of who was merged, that of whom the person is now).
 * False: not known, as when records are left out. */
bool fold_row_load(struct fold *f, const struct act *a, uint64_t person);
/* And back, when nothing failed. */
void fold_row_store(struct fold *f, const struct act *a);
void fold_operate(struct fold *f, const struct act *a, int programme, enum operation op,
                  const struct span *s);
/* What the record states (key 9) against f->postings, when `exact`; adds it to the
 * balances. *sum: of what is stated (may be NULL). */
void fold_postings(struct fold *f, const struct act *a, bool exact, int64_t *sum);
/* [from, months, fen]; months and fen above zero. False: sets c->bad. */
bool span_read(struct cbor *c, struct span *out, bool signed_fen);
/* A list of them, ascending; returns the sum, -1 when it is none. */
int64_t spans_read(const struct value *v, struct span *out, size_t *count);

/* fold_batch.c */
void rule_batch_start(struct fold *f, struct act *a);
void rule_lines(struct fold *f, struct act *a);
void rule_batch_end(struct fold *f, struct act *a);
void rule_batch_sign(struct fold *f, struct act *a);
void rule_export(struct fold *f, struct act *a);
void fold_batch_free(struct batch_row *b);
/* What it pays now: without the lines that left it. */
uint64_t batch_pays_lines(const struct batch_row *b);
int64_t batch_pays_fen(const struct batch_row *b);
/* Keys 3 to 5 against the batch, and the words of the signature against those of this
 * step. */
void fold_check_content(struct fold *f, struct act *a, const struct batch_row *b,
                        const char *step);
/* The batch, or NULL: refused when all records are there, else only not known. */
struct batch_row *fold_batch(struct fold *f, const struct act *a, uint64_t number);
/* NULL: there is none. Lives until the next call. */
struct line_row *fold_line(struct fold *f, const struct batch_row *b, uint64_t number);

/* fold_joint.c */
/* What kind 40 says in keys 4 to 6. */
void fold_choice(struct fold *f, struct act *a, struct batch_row *b);
bool batch_takes(const struct batch_row *b, const char *programme);
/* As many payments as its lines are, where all of them are here: an institution's of
 * one programme and account are one. */
void fold_check_payments(struct fold *f, struct act *a, const struct batch_row *b,
                         uint64_t stated);

/* fold_answer.c */
/* The batch of the long act under way; NULL: refused, or not known. */
struct batch_row *fold_open_batch(struct fold *f, struct act *a);
/* Opens a long act on this batch. */
void fold_begin_batch(struct fold *f, struct act *a, struct batch_row *b);
void fold_operate_line(struct fold *f, struct act *a, const struct line_row *l,
                       enum operation op);
/* Postings exactly, or where accounts are not known by what the lines amount to. */
void fold_check_sum(struct fold *f, struct act *a, bool known, int64_t expected);
/* What a correction may say was paid. */
bool line_came_back(unsigned state);
void rule_answer_start(struct fold *f, struct act *a);
void rule_results(struct fold *f, struct act *a);
void rule_answer_end(struct fold *f, struct act *a);
void rule_reissue_start(struct fold *f, struct act *a);
void rule_reissue(struct fold *f, struct act *a);
void rule_reissue_end(struct fold *f, struct act *a);

/* fold_withdraw.c */
void rule_withdraw_start(struct fold *f, struct act *a);
void rule_withdrawn(struct fold *f, struct act *a);
void rule_withdraw_end(struct fold *f, struct act *a);
void rule_batch_step(struct fold *f, struct act *a);
/* Who may sign this record of kind 51, 53 or 54, whatever the state: roles. */
unsigned withdraw_roles(const struct fold *f, const struct act *a);

/* fold_close.c */
/* Books a posting in its month. */
void fold_month(struct fold *f, const struct act *a, const struct posting *p);
void rule_month_close(struct fold *f, struct act *a);
void rule_close_confirm(struct fold *f, struct act *a);
void rule_unknown_list(struct fold *f, struct act *a);

/* fold_recover.c */
void rule_recovery(struct fold *f, struct act *a);
void rule_recovery_confirm(struct fold *f, struct act *a);
void rule_repayment(struct fold *f, struct act *a);
/* The recovery takes x out of f->row: spans into out, what it is not open for in
 * *rest. */
void recovery_take(struct fold *f, const struct act *a, struct recovery_row *e,
                   int64_t x, enum operation into, struct span *out, size_t *count,
                   int64_t *rest);

/* fold_scope.c */
/* The record at hand names this person. True: one of those the bundle is of. */
bool scope_person(struct fold *f, uint64_t person);
/* After the record's rule. */
void scope_record(struct fold *f, const struct act *a);
/* After all of them, when the claims are worked out. */
void scope_end(struct fold *f);
void scope_release(struct fold *f);

/* fold_claims.c */
void fold_claims(struct fold *f);

#endif
