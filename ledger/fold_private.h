/* fold_private.h - what the files of the fold share; nobody else includes it. */
#ifndef ALMONER_LEDGER_FOLD_PRIVATE_H
#define ALMONER_LEDGER_FOLD_PRIVATE_H

#include "ledger/batch_choice.h"
#include "ledger/body.h"
#include "ledger/fold.h"
#include "ledger/fund.h"
#include "ledger/genesis.h"
#include "ledger/line.h"
#include "ledger/links.h"
#include "ledger/month.h"

#define FOLD_PROGRAMMES_MAX 64
#define FOLD_MONTHS_MAX 512   /* rows of TABLE_MONTHS held at once */
#define FOLD_SIGNATURE_KEY 16 /* bytes of a signature's hash in the key of its row */

struct balance { /* what this transaction changed so far, by programme */
    char programme[PROGRAMME_CODE_MAX + 1];
    int64_t fen[ACCOUNT_KINDS];
};

/* What appropriations bear of the batch whose results are folded. */
struct fund_hold {
    uint32_t batch; /* 0: none */
    struct allocation_entry entry;
    int32_t year;
    uint32_t next; /* `before` counts the lines before this one */
    size_t programmes;
    struct {
        char programme[PROGRAMME_CODE_MAX + 1];
        int64_t fen;
    } before[FUND_ITEMS_MAX];
    struct fund_sums more[FUND_ITEMS_MAX]; /* to be added, by item */
    bool changed;
};

struct fold {
    struct txn *t;
    struct head head;
    struct digest *g;
    char origin[ORIGIN_MAX + 1]; /* of the epoch; "" before the first record */
    char genesis_origin[ORIGIN_MAX + 1];
    bool sandbox;
    enum suite suite;
    char sm2_id[SM2_ID_MAX + 1];
    int32_t offset_minutes;  /* of the county's clock */
    struct account *account; /* work space */
    uint64_t account_of;     /* whose it is: of who was merged, the one it is part of */
    struct account *other;   /* work space of merges */
    struct cursor *accounts; /* open while the transaction lives, made when needed */
    struct cursor *lines;
    size_t balance_count;
    struct balance balances[FOLD_PROGRAMMES_MAX];
    size_t month_count;
    struct month_sum months[FOLD_MONTHS_MAX]; /* what this transaction added */
    uint64_t month_act; /* 1 + first sequence of the long act that month_own is of */
    int32_t month_own;
    int64_t time_us;          /* of the record being folded */
    struct batch_entry batch; /* number 0: none held */
    bool batch_changed;
    uint32_t choice_of; /* batch whose start and choice are held; 0: none */
    struct signed_body choice_start;
    struct batch_choice choice;
    struct buf message;
    struct signed_body body; /* of the record being folded, when it is signed */
    struct operator_entry signer;
    struct postings postings; /* work space of the rules */
    struct postings claimed;  /* as the record says */
    struct entitlement entitlement;
    struct line_entry line;
    struct fund_hold fund;
    struct links *links; /* made when first needed */
    bool linking;        /* root and leaf of the head are behind: they are with links */
};

/* A rule is given the record; when the kind is signed, f->body and f->signer are. */
struct fold_rule {
    enum record_kind kind;
    unsigned roles; /* who may sign, bits; 0: not signed */
    int within;     /* start kind of the long act it belongs to; 0: of none */
    /* Moves money; not called when the writer did that already. NULL: none. */
    enum status (*money)(struct fold *f, const struct record *r, struct diag *d);
    /* Everything else; NULL: nothing. */
    enum status (*rest)(struct fold *f, const struct record *r, struct diag *d);
};

/* fold_register.c */
enum status rule_genesis(struct fold *f, const struct record *r, struct diag *d);
enum status rule_operator(struct fold *f, const struct record *r, struct diag *d);
enum status rule_channel(struct fold *f, const struct record *r, struct diag *d);
enum status rule_setting(struct fold *f, const struct record *r, struct diag *d);
enum status rule_refused(struct fold *f, const struct record *r, struct diag *d);
enum status rule_second(struct fold *f, const struct record *r, struct diag *d);
enum status rule_clock(struct fold *f, const struct record *r, struct diag *d);
enum status rule_reveal(struct fold *f, const struct record *r, struct diag *d);
enum status rule_policy_adopt(struct fold *f, const struct record *r, struct diag *d);
enum status rule_policy_confirm(struct fold *f, const struct record *r, struct diag *d);
enum status rule_import(struct fold *f, const struct record *r, struct diag *d);
enum status rule_import_start(struct fold *f, const struct record *r, struct diag *d);
enum status rule_facts(struct fold *f, const struct record *r, struct diag *d);
enum status rule_import_end(struct fold *f, const struct record *r, struct diag *d);

/* May the signer confirm what another one proposed? */
enum status fold_second(const struct fold *f, enum entry_state state,
                        uint32_t proposed_by, struct diag *d);

/* fold_epoch.c */
enum status epoch_genesis(struct fold *f, const struct genesis *g, struct diag *d);
enum status epoch_confirm(struct fold *f, const struct record *r, uint32_t number,
                          struct diag *d);
/* Refuses what sends money while it is not known what the bank has. */
enum status epoch_unlocked(const struct fold *f, struct diag *d);
enum status rule_epoch(struct fold *f, const struct record *r, struct diag *d);
enum status rule_ledger_key(struct fold *f, const struct record *r, struct diag *d);
enum status rule_lost_file(struct fold *f, const struct record *r, struct diag *d);

/* fold_import.c */
struct history_part { /* one programme of one person in a history record */
    uint64_t person;
    struct str programme;
    struct span *spans;
    size_t count;
};
enum status money_history(struct fold *f, const struct record *r, struct diag *d);
enum status rule_history(struct fold *f, const struct record *r, struct diag *d);
enum status rule_units(struct fold *f, const struct record *r, struct diag *d);
enum status rule_merge(struct fold *f, const struct record *r, struct diag *d);

/* fold_run.c */
enum status rule_run_start(struct fold *f, const struct record *r, struct diag *d);
enum status money_entitlement(struct fold *f, const struct record *r, struct diag *d);
enum status rule_run_end(struct fold *f, const struct record *r, struct diag *d);

/* fold_recover.c */
enum status rule_recovery(struct fold *f, const struct record *r, struct diag *d);
enum status rule_recovery_confirm(struct fold *f, const struct record *r,
                                  struct diag *d);
enum status rule_repayment(struct fold *f, const struct record *r, struct diag *d);
enum status money_set_off(struct fold *f, const struct record *r, struct diag *d);

/* fold_erase.c */
enum status rule_retention(struct fold *f, const struct record *r, struct diag *d);
enum status rule_hold(struct fold *f, const struct record *r, struct diag *d);
enum status rule_erase(struct fold *f, const struct record *r, struct diag *d);
enum status rule_erased(struct fold *f, const struct record *r, struct diag *d);
/* Refuses who was erased: nothing is recorded of them any more. */
enum status fold_not_erased(struct fold *f, uint64_t person, struct diag *d);

/* fold_notice.c */
enum status rule_notice(struct fold *f, const struct record *r, struct diag *d);
enum status rule_objection(struct fold *f, const struct record *r, struct diag *d);
enum status rule_objection_decided(struct fold *f, const struct record *r,
                                   struct diag *d);
enum status rule_notice_closed(struct fold *f, const struct record *r, struct diag *d);
/* Refuses "objection" while one holds the person in the programme. */
enum status fold_not_objected(struct fold *f, uint64_t person, struct str programme,
                              struct diag *d);

/* fold_batch.c */
/* The batch, if the step may be taken in its state by somebody with the signer's roles.
 */
enum status fold_step(struct fold *f, uint32_t number, enum batch_step step,
                      const struct transition **go, struct batch_entry **out,
                      struct diag *d);
/* Subject, count and total a signature shows must be those of the step. */
enum status fold_step_words(const struct act_signature *s, const struct batch_entry *e,
                            enum batch_step step, struct diag *d);
enum status fold_line_load(struct fold *f, uint32_t batch, uint32_t line,
                           struct line_entry *out, struct diag *d);
enum status fold_line_store(struct fold *f, const struct line_entry *e, struct diag *d);
/* Applies `own` to the balances and adds it to p. */
enum status fold_post(struct fold *f, const struct postings *own, struct postings *p,
                      struct diag *d);
enum status fold_compare_postings(struct fold *f, const struct chunk_body *c,
                                  struct diag *d);
enum status rule_batch_start(struct fold *f, const struct record *r, struct diag *d);
enum status money_lines(struct fold *f, const struct record *r, struct diag *d);
enum status rule_lines(struct fold *f, const struct record *r, struct diag *d);
enum status rule_batch_end(struct fold *f, const struct record *r, struct diag *d);
enum status rule_batch_sign(struct fold *f, const struct record *r, struct diag *d);
enum status rule_export(struct fold *f, const struct record *r, struct diag *d);
enum status rule_answer_start(struct fold *f, const struct record *r, struct diag *d);
enum status money_results(struct fold *f, const struct record *r, struct diag *d);
enum status rule_results(struct fold *f, const struct record *r, struct diag *d);
enum status rule_answer_end(struct fold *f, const struct record *r, struct diag *d);
enum status rule_reissue_start(struct fold *f, const struct record *r, struct diag *d);
enum status money_reissue(struct fold *f, const struct record *r, struct diag *d);
enum status rule_reissue_end(struct fold *f, const struct record *r, struct diag *d);
enum status rule_withdraw_start(struct fold *f, const struct record *r, struct diag *d);
enum status money_withdrawn(struct fold *f, const struct record *r, struct diag *d);
enum status rule_withdrawn(struct fold *f, const struct record *r, struct diag *d);
enum status rule_withdraw_end(struct fold *f, const struct record *r, struct diag *d);
enum status rule_batch_step(struct fold *f, const struct record *r, struct diag *d);

/* fold_close.c */
/* Adds what an entry moved to the books of its month. */
enum status fold_months(struct fold *f, const struct postings *p, struct diag *d);
enum status fold_flush_months(struct fold *f, struct diag *d);
enum status rule_month_close(struct fold *f, const struct record *r, struct diag *d);
enum status rule_close_confirm(struct fold *f, const struct record *r, struct diag *d);
enum status rule_unknown_list(struct fold *f, const struct record *r, struct diag *d);

/* fold_fund.c */
enum status rule_appropriation(struct fold *f, const struct record *r, struct diag *d);
enum status rule_appropriation_confirm(struct fold *f, const struct record *r,
                                       struct diag *d);
enum status rule_receipt(struct fold *f, const struct record *r, struct diag *d);
enum status rule_allocation(struct fold *f, const struct record *r, struct diag *d);
/* Refuses a batch without allocation where the setting wants one. */
enum status fold_fund_needed(struct fold *f, uint32_t batch, struct diag *d);
enum status fold_fund_commit(struct fold *f, uint32_t batch, struct diag *d);
/* The batch goes back to its draft, or ends: what it held is left again. */
enum status fold_fund_void(struct fold *f, uint32_t batch, struct diag *d);
enum status fold_fund_redate(struct fold *f, const struct batch_entry *b,
                             int32_t pay_day, struct diag *d);
/* The line becomes `to`: all of it, or of a refund fen of it; line->state is
 * what it was. */
enum status fold_fund_line(struct fold *f, const struct line_entry *line,
                           enum line_state to, int64_t fen, struct diag *d);
/* Writes what was gathered. */
enum status fold_fund_flush(struct fold *f, struct diag *d);

/* fold_anchor.c */
enum status rule_witness(struct fold *f, const struct record *r, struct diag *d);
enum status rule_cosigned(struct fold *f, const struct record *r, struct diag *d);
enum status rule_timestamp(struct fold *f, const struct record *r, struct diag *d);

/* Shared helpers (fold.c). */
/* Root of the tree when an act began at this size; ST_CONFLICT "signature-size" when
 * none did. */
enum status fold_root_at(struct fold *f, uint64_t size, struct str *root,
                         struct diag *d);
enum status fold_refuse(struct diag *d, const char *code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
enum status fold_malformed(const struct record *r, struct diag *d);
enum status fold_balance(struct fold *f, const struct postings *p, struct diag *d);
/* Of who was merged into another: the other's account. */
enum status fold_account_get(struct fold *f, uint64_t person, struct diag *d);
/* The same, refused for who was merged into another: nothing new is theirs. */
enum status fold_account_own(struct fold *f, uint64_t person, struct diag *d);
/* Of the person it was got for, or whom that one is part of. */
enum status fold_account_put(struct fold *f, uint64_t person, struct diag *d);
/* A row of who is nobody's duplicate, of which the months are given. */
enum status fold_account_put_months(struct fold *f, uint64_t person, uint64_t last,
                                    struct str months, struct diag *d);
/* A long act begins, goes on in its own number, ends. */
void fold_open(struct fold *f, const struct record *r, uint32_t number);
enum status fold_in(struct fold *f, uint64_t number, struct diag *d);
void fold_close(struct fold *f);
/* The number of a new entry must be the counter + 1. */
enum status fold_next(uint32_t *counter, uint64_t number, const char *what,
                      struct diag *d);

#endif
