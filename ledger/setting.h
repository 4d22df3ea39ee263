/* setting.h - how this office works, as its admins have signed it: which office signs
 * which step, from what amount on more must sign, which checks block. A later one of
 * the same name replaces the earlier. Register 17. */
#ifndef ALMONER_LEDGER_SETTING_H
#define ALMONER_LEDGER_SETTING_H

#include "ledger/register.h"

#define SETTING_NAME_MAX 48
#define SETTING_VALUE_MAX 80

enum setting_form {
    SETTING_TEXT,   /* one line of up to 80 bytes */
    SETTING_FEN,    /* yuan with two decimals, above zero; "" is no limit */
    SETTING_SWITCH, /* one of its words */
    SETTING_COUNT   /* a number from 1 to 12000 */
};

struct setting_kind {
    const char *name; /* "office.release"; one that ends in ".": of each programme */
    enum setting_form form;
    const char *words;    /* of a switch: "off on" */
    const char *fallback; /* what holds while nothing is set */
    const char *what;
    const char *zh;
};
/* All that can be set; ends with name NULL. */
extern const struct setting_kind setting_kinds[];
/* NULL when there is none of this name. */
const struct setting_kind *setting_kind_find(struct str name);
/* What stands behind a kind's name that ends in ".": a programme's code. Else "". */
struct str setting_programme(const struct setting_kind *k, struct str name);
/* ST_USAGE "setting" or "setting-value", saying what is possible. */
enum status setting_check(struct str name, struct str value, struct diag *d) MUST_USE;

struct setting_entry {
    uint32_t number;
    enum entry_state state;
    uint64_t sequence;
    uint32_t proposed_by;
    char name[SETTING_NAME_MAX + 1];
    char value[SETTING_VALUE_MAX + 1];
};
/* Body {1: number, 2: name, 3: value}. */
void setting_write(const struct setting_entry *e, struct writer *w);
bool setting_read(struct str plain, struct setting_entry *out);
enum status setting_get(struct txn *t, uint32_t number, struct setting_entry *out,
                        struct diag *d) MUST_USE;
/* For the fold. */
enum status setting_put(struct txn *t, const struct setting_entry *e, struct diag *d)
    MUST_USE;

/* What holds now of the first `count` settings: the newest confirmed one's value, or
 * the fallback. *number: which; 0: the fallback. */
enum status setting_now(struct txn *t, uint32_t count, const char *name,
                        char value[SETTING_VALUE_MAX + 1], uint32_t *number,
                        struct diag *d) MUST_USE;
/* Of form SETTING_FEN; INT64_MAX: no limit. */
enum status setting_fen(struct txn *t, uint32_t count, const char *name, int64_t *fen,
                        struct diag *d) MUST_USE;

#endif
