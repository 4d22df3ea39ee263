/* bank_form.h - the format of a bank file as the ledger means it: one of the program's
 * own, or a profile (docs/PROFILES.md) whose text the ledger keeps, with what the
 * channel says for it. Both who writes bank files and who checks them ask here. */
#ifndef ALMONER_ENTITLE_BANK_FORM_H
#define ALMONER_ENTITLE_BANK_FORM_H

#include "formats/profile.h"
#include "ledger/register.h"
#include "ledger/vault.h"

/* Do not move it once it is filled: settings borrow from kept. */
struct bank_form {
    const struct payment_format *format;
    struct profile *profile; /* owned; NULL: a format of the program's own */
    struct buf text;         /* of the profile */
    struct kept_profile kept;
    struct payment_setting settings[KEPT_SETTINGS_MAX];
};
/* Before anything else; release also after a failure. */
void bank_form_init(struct bank_form *f);
void bank_form_release(struct bank_form *f);

/* One that comes with the program. ST_USAGE "unknown-format". */
enum status bank_form_named(struct bank_form *f, struct str name, struct diag *d)
    MUST_USE;
/* A profile's text; file_name is for messages. */
enum status bank_form_read(struct bank_form *f, struct str text, const char *file_name,
                           struct diag *d) MUST_USE;
/* The one a record means, with its settings. ST_INTEGRITY "file" when its text is not
 * in the vault; ST_CONFLICT "unknown-format" when this program does not know it. */
enum status bank_form_kept(struct ledger *l, const char *format,
                           const struct kept_profile *kept, struct bank_form *f,
                           struct diag *d) MUST_USE;
/* The channel's own, also by its name; or another that comes with the program. */
enum status bank_form_of_channel(struct ledger *l, const struct channel_entry *c,
                                 const char *name, struct bank_form *f, struct diag *d)
    MUST_USE;

/* Gives a profile what it asks for, from `own` and then from `others`, which may have
 * more (NULL: none). The codes of profile_check_settings. */
enum status bank_form_set(struct bank_form *f, const struct kept_profile *own,
                          const struct kept_profile *others, struct diag *d) MUST_USE;

/* A layout may say anything, also that every payment goes to one account, and who signs
 * a batch does not see it. So it is vouched for when it is a confirmed channel's, or
 * comes with the program; what is no profile always is. */
enum status bank_form_vouched(struct ledger *l, const char *format,
                              const struct kept_profile *kept, bool *vouched,
                              struct diag *d) MUST_USE;
/* ST_CONFLICT "layout-unknown" unless it is. */
enum status bank_form_check(struct ledger *l, const struct bank_form *f, struct diag *d)
    MUST_USE;

/* Keeps a profile's text as a file of the vault, as vault_file_put does. */
enum status bank_form_keep(struct ledger *l, const struct bank_form *f, struct diag *d)
    MUST_USE;

#endif
