/* options.h - the command line taken apart by tables; help is printed from the same
 * tables.
 *
 * Options may stand before, between or after the words. So splitting comes first, with
 * every command's tables in hand (an option of one name takes a value everywhere or
 * nowhere); binding follows when the words have said which command it is. */
#ifndef ALMONER_CLI_OPTIONS_H
#define ALMONER_CLI_OPTIONS_H

#include "base/bytes.h"
#include "base/status.h"

#define OPTIONS_MAX 256
#define WORDS_MAX 16
#define OPTION_TABLES_MAX 64

enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_LIST /* may stand more than once */
};

struct option_spec {
    const char *name; /* "period" for --period */
    char letter;      /* 'C' for -C; 0: none */
    enum option_kind kind;
    const char *argument; /* "YYYY-MM"; NULL for flags */
    const char *help;
};

struct option_table {
    const char *title; /* in help: "Options" */
    const struct option_spec *specs;
    size_t count;
};

/* A command line. All texts are borrowed from argv. */
struct options {
    const struct option_table *tables[OPTION_TABLES_MAX]; /* those of the command */
    size_t table_count;
    size_t count;
    struct {
        const char *written; /* as on the command line, for messages */
        const struct option_spec *spec;
        const char *value; /* NULL for flags */
    } given[OPTIONS_MAX];
    size_t word_count;
    const char *words[WORDS_MAX];
};

/* All failures are ST_USAGE: "unknown-option", "missing-value", "unwanted-value",
 * "too-many-words". tables: those of all commands. */
enum status options_split(struct options *o, int argc, char **argv,
                          const struct option_table *const *tables, size_t count,
                          struct diag *d) MUST_USE;
/* Holds every option given against the tables of one command: ST_USAGE
 * "unknown-option" or "doubled-option". Afterwards the functions below may be asked. */
enum status options_bind(struct options *o, const struct option_table *const *tables,
                         size_t count, const char *command, struct diag *d) MUST_USE;

/* Is the name one of the command's? Of those below it must be (a must). */
bool options_knows(const struct options *o, const char *name);
bool options_flag(const struct options *o, const char *name);
/* The value, or NULL when it was not given. */
const char *options_text(const struct options *o, const char *name);
/* ST_USAGE "missing-option" when it was not given. */
enum status options_need(const struct options *o, const char *name, const char **out,
                         struct diag *d) MUST_USE;
/* The values of an OPTION_LIST in order; returns how many, and writes at most cap. */
size_t options_list(const struct options *o, const char *name, struct str *out,
                    size_t cap);

/* Values with a form: ST_USAGE "bad-option" with the option's name in where. Out is
 * untouched when the option was not given. Months are 1900-01 to 2199-12, days those in
 * them. */
enum status options_month(const struct options *o, const char *name, int32_t *out,
                          struct diag *d) MUST_USE;
/* A month, or YYYY-MM..YYYY-MM, both ends in. */
enum status options_months(const struct options *o, const char *name, int32_t *from,
                           int32_t *through, struct diag *d) MUST_USE;
enum status options_date(const struct options *o, const char *name, int32_t *out,
                         struct diag *d) MUST_USE;
enum status options_number(const struct options *o, const char *name, uint64_t max,
                           uint64_t *out, struct diag *d) MUST_USE;

#endif
