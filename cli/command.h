/* command.h - one command: what it is called, takes and does. The table of all of them
 * is in commands.c; help, completion and did-you-mean read the same table. */
#ifndef ALMONER_CLI_COMMAND_H
#define ALMONER_CLI_COMMAND_H

#include "cli/env.h"
#include "ledger/states.h"

enum command_needs {
    COMMAND_LEDGER = 1,    /* works on a ledger: -C and its options, and WHO */
    COMMAND_SIGNS = 2,     /* and signs: WHO is needed (said in help) */
    COMMAND_MAY_LEDGER = 4 /* takes one into account that -C names */
};

struct command {
    const char *name; /* one to three words */
    enum status (*run)(struct env *e, struct diag *d);
    unsigned needs;
    const char *operands; /* "B FILE"; "" for none */
    size_t operand_min;
    size_t operand_max;
    struct option_table options; /* its own */
    const char *brief;
    const char *brief_zh;
    const char *text;    /* wrapped by help; a line end begins a paragraph */
    const char *example; /* lines, without a prompt */
    void (*list)(
        const struct output *o); /* more for help, above the example; or NULL */
};

struct command_list {  /* of one cmd_*.c */
    const char *title; /* in the overview; NULL: goes on with the list before */
    const char *title_zh;
    const struct command *items;
    size_t count;
};

extern const struct command_list commands_keygen;
extern const struct command_list commands_sign;
extern const struct command_list commands_init;
extern const struct command_list commands_status;
extern const struct command_list commands_operator;
extern const struct command_list commands_channel;
extern const struct command_list commands_witness;
extern const struct command_list commands_witness_office;
extern const struct command_list commands_timestamp;
extern const struct command_list commands_policy;
extern const struct command_list commands_profile;
extern const struct command_list commands_import;
extern const struct command_list commands_import_show;
extern const struct command_list commands_fact;
extern const struct command_list commands_roster;
extern const struct command_list commands_budget;
extern const struct command_list commands_funds;
extern const struct command_list commands_application;
extern const struct command_list commands_correct_post;
extern const struct command_list commands_run;
extern const struct command_list commands_person;
extern const struct command_list commands_explain;
extern const struct command_list commands_batch;    /* list, show, new, signatures */
extern const struct command_list commands_transfer; /* batch export, answer, reissue */
extern const struct command_list
    commands_batch_back; /* batch reject, drop, cancel ... */
extern const struct command_list commands_batch_check; /* batch check */
extern const struct command_list commands_notice;
extern const struct command_list commands_correct;
extern const struct command_list commands_report;
extern const struct command_list commands_returns;
extern const struct command_list commands_movement;
extern const struct command_list commands_month; /* month and year: close, confirm */
extern const struct command_list commands_recoveries; /* report recoveries, arrears */
extern const struct command_list commands_letters;    /* report letters */
extern const struct command_list commands_payees;     /* report payees */
extern const struct command_list commands_unclaimed;  /* report unclaimed */
extern const struct command_list commands_verify;
extern const struct command_list commands_retention;
extern const struct command_list commands_config;
extern const struct command_list commands_erase; /* person hold, erase */
extern const struct command_list commands_trace;
extern const struct command_list commands_bundle; /* audit bundle */
extern const struct command_list commands_record; /* audit record, checkpoint */
extern const struct command_list commands_prove;  /* audit prove, check-proof */
extern const struct command_list commands_tiles;  /* audit tiles */
extern const struct command_list commands_format; /* format list, read */
extern const struct command_list commands_help;   /* help, version ... */

extern const struct command_list commands_restore;
extern const struct command_list commands_ledger_key;

#define COMMAND_COUNT(array) (sizeof(array) / sizeof(array)[0])
/* "Options" and a table of option_spec. */
#define COMMAND_OPTIONS(specs)                                                         \
    {                                                                                  \
        "Options", specs, COMMAND_COUNT(specs)                                         \
    }

const struct command_list *const *commands_all(size_t *count);
/* The command these words begin with, and in *used how many of them are its name. NULL:
 * there is none; then d says so, with what may have been meant. */
const struct command *commands_find(const char *const *words, size_t count,
                                    size_t *used, struct diag *d);
/* Its own, the ledger's, WHO's, and the global ones; returns how many (at most 4). */
size_t command_tables(const struct command *c, const struct option_table *out[4]);

#endif
