/* read.h - shared by the read_*.c files only: a mapping is read by a table of keys, a
 * scalar by a function of its type. Every failure is ST_INPUT with a stable code and
 * "NAME:line:column"; out-parameters are then partly filled and must be dropped with
 * the arena. All text put into the model is owned by the arena. */
#ifndef ALMONER_POLICY_READ_H
#define ALMONER_POLICY_READ_H

#include "base/yaml_words.h"
#include "policy/model.h"

#define READ_TEXT_MAX 4000 /* bytes of a citation, note or title */
#define READ_NAME_MAX 64   /* of a code, an attribute, a parameter */
#define READ_VALUE_MAX 200 /* of an attribute's value, or a tier's name */
#define READ_MONTHS_MAX 1200

struct reading {
    struct arena *arena;
    const char *file;
};

struct read_key;

/* The form of every reader: reads n into what `out` points to, whose type is the
 * reader's business. k is NULL where no table names the reader. */
#define READER(name)                                                                   \
    enum status name(struct reading *r, const struct ynode *n,                         \
                     const struct read_key *k, void *out, struct diag *d)

struct read_key {
    const char *name;
    READER((*read));
    size_t at; /* offset in the struct that is read */
    bool needed;
    const struct word *words; /* of read_word, up to a NULL text */
};

struct read_table {
    const char *what; /* "a tier" */
    const struct read_key *keys;
    size_t count;
};

#define READ_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Says how to mend the failure in d, when nobody said it yet; returns its status. */
enum status read_hint(struct diag *d);

/* Structure. */
enum status read_mapping(struct reading *r, const struct ynode *n,
                         const struct read_table *t, void *out, struct diag *d)
    MUST_USE;
enum status read_need(const struct reading *r, const struct ynode *map, const char *key,
                      struct diag *d) MUST_USE;
/* Wants a list or mapping with 1 to max members. */
enum status read_size(struct reading *r, const struct ynode *n, enum ynode_kind kind,
                      size_t max, struct diag *d) MUST_USE;
/* Wants a list of 1 to max items and gives zeroed memory for them in *out. */
enum status read_items(struct reading *r, const struct ynode *n, size_t max,
                       size_t item_size, void **out, struct diag *d) MUST_USE;
/* Likewise for the members of a mapping. */
enum status read_members(struct reading *r, const struct ynode *n, size_t max,
                         size_t item_size, void **out, struct diag *d) MUST_USE;
/* The member's key as a name, copied. */
enum status read_key_name(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d) MUST_USE;
enum status read_key_text(struct reading *r, const struct ynode *n, const char **out,
                          struct diag *d) MUST_USE;

/* Scalars: `out` is of the type named. */
READER(read_text) MUST_USE;     /* const char *: one line of printable text */
READER(read_name) MUST_USE;     /* const char *: a-z, 0-9, - and _ */
READER(read_value) MUST_USE;    /* const char *: shorter text */
READER(read_division) MUST_USE; /* const char * */
READER(read_digits) MUST_USE;   /* const char * */
READER(read_date) MUST_USE;     /* int32_t day */
READER(read_month) MUST_USE;    /* int32_t month */
READER(read_money) MUST_USE;    /* int64_t fen */
READER(read_percent) MUST_USE;  /* int64_t hundredths */
READER(read_yes_no) MUST_USE;   /* bool: true or false */
READER(read_word) MUST_USE;     /* an enum, after k->words */
/* const char ***, and the count in the size_t right behind it in the struct. */
enum status read_strings(struct reading *r, const struct ynode *n, READER((*item)),
                         const char ***out, size_t *count, struct diag *d) MUST_USE;
enum status read_number(const struct reading *r, const struct ynode *n, int32_t min,
                        int32_t max, int32_t *out, struct diag *d) MUST_USE;
bool read_is(const struct ynode *n, const char *word); /* a scalar with this text */
enum status read_word_of(const struct reading *r, const struct ynode *n,
                         const struct word *words, int *out, struct diag *d) MUST_USE;

/* Sections of the file; each lives in its own read_*.c. */
READER(read_programmes) MUST_USE; /* struct policy */
READER(read_rules) MUST_USE;      /* struct rules */
READER(read_choices) MUST_USE;    /* struct programme */
READER(read_when) MUST_USE;       /* struct read_when_out */
READER(read_amount) MUST_USE;     /* struct amount */
READER(read_funds) MUST_USE;      /* struct funds */
READER(read_class) MUST_USE;      /* struct budget_class */
READER(read_parameters) MUST_USE; /* struct policy */
READER(read_conflicts) MUST_USE;  /* struct policy */
READER(read_ends) MUST_USE;       /* struct policy */

struct read_when_out {
    struct condition *when;
    size_t count;
};

#endif
