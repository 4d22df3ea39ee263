/* admin.h - acts on the registers of operators and channels, what is refused in any
 * register, and the mark that personal data was shown. Each is one signed record;
 * ledger_sign_as comes first. */
#ifndef ALMONER_BATCH_ADMIN_H
#define ALMONER_BATCH_ADMIN_H

#include "entitle/bank_form.h"

struct admin_operator {
    struct str name;
    uint8_t public_key[KEY_PUBLIC_LEN];
    unsigned roles;
    struct str office; /* may be empty */
};
/* Its number. ST_INPUT "name", "key-suite" or "office"; ST_CONFLICT "operator-known",
 * "key-known", "admin-role". In a live ledger it waits for the second admin. */
enum status admin_add_operator(struct ledger *l, const struct admin_operator *o,
                               uint32_t *number, struct diag *d) MUST_USE;

struct admin_channel {
    struct str name;
    struct str bank_code; /* what the format takes: CNAPS, or others */
    struct str account;
    struct str account_name;
    struct str format; /* of its payment files: one that comes with the program */
    /* A profile of one's own in place of `format`; NULL: none. */
    struct bank_form *form;
    const struct kept_profile *settings; /* the settings alone; NULL: none */
};
/* Its number. ST_INPUT "name", "bank-code", "account", "account-name", "format" and the
 * codes of bank_form_set; ST_CONFLICT "channel-known". In a live ledger it waits for
 * the second admin. */
enum status admin_add_channel(struct ledger *l, const struct admin_channel *c,
                              uint32_t *number, struct diag *d) MUST_USE;

/* A setting of ledger/setting.h; ST_USAGE as setting_check says. */
enum status admin_set(struct ledger *l, struct str name, struct str value,
                      uint32_t *number, struct diag *d) MUST_USE;

/* The second admin's signature, for REGISTER_OPERATOR, _CHANNEL, _WITNESS, _KEEPING or
 * _SETTING:
 * ST_CONFLICT "not-pending", ST_DENIED "same-operator". */
enum status admin_confirm(struct ledger *l, enum register_kind kind, uint32_t number,
                          struct diag *d) MUST_USE;

/* What waits for a second signature is refused, or taken back: an entry of a register
 * that refusable_find knows (ledger/refusal.h). ST_INPUT "reason", and the failures of
 * refusal_check. */
enum status admin_refuse(struct ledger *l, enum register_kind of, uint64_t number,
                         struct str reason, struct diag *d) MUST_USE;

/* What is shown of one person (0: of more than one) in clear, and why. Comes before the
 * showing. */
enum status admin_reveal(struct ledger *l, uint64_t person, const char *purpose,
                         struct diag *d) MUST_USE;

#endif
