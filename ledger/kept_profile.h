/* kept_profile.h - which text of a bank's layout (docs/PROFILES.md) a record means, and
 * what the channel says for it. The text is a file of the vault: bank files can be made
 * again whatever becomes of the profile that bears its name today. */
#ifndef ALMONER_LEDGER_KEPT_PROFILE_H
#define ALMONER_LEDGER_KEPT_PROFILE_H

#include "ledger/body.h"

#define KEPT_SETTINGS_MAX 16
#define KEPT_NAME_MAX 39
#define KEPT_VALUE_MAX 100

struct kept_setting {
    char name[KEPT_NAME_MAX + 1];
    char value[KEPT_VALUE_MAX + 1];
};

struct kept_profile {
    bool there; /* false: the program's own format, which needs no text */
    uint8_t sha256[DIGEST_LEN];
    uint64_t length;
    size_t count;
    struct kept_setting settings[KEPT_SETTINGS_MAX];
};

/* The keys of a record's body they stand at; each may be missing, length only with
 * sha256. settings 0: the kind has none. */
struct kept_keys {
    uint8_t sha256;
    uint8_t length;
    uint8_t settings;
};
extern const struct kept_keys kept_in_channel, kept_in_export, kept_in_answer,
    kept_in_lost;

/* Settings are an array of [name, value]: no name twice. Clears b->ok like the rest of
 * body.h. */
void kept_profile_read(struct body *b, const struct kept_keys *k,
                       struct kept_profile *out);
/* How many pairs kept_profile_write adds to the map. */
uint64_t kept_profile_pairs(const struct kept_profile *p);
void kept_profile_write(const struct kept_profile *p, const struct kept_keys *k,
                        struct writer *w);
bool kept_profile_same(const struct kept_profile *a, const struct kept_profile *b);

#endif
