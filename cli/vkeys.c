/* vkeys.c - see vkeys.h. */
#include "cli/vkeys.h"

#include <string.h>

enum status vkeys_take(const char *name, const char *vkey,
                       uint8_t public_key[KEY_PUBLIC_LEN], struct diag *d)
{
    char owner[KEY_NAME_MAX + 1];
    TRY(vkey_parse(str_of(vkey), owner, public_key, d));
    if (strcmp(owner, name) != 0) {
        diag_fail(d, ST_INPUT, "vkey-name", "this is the verifier key of %s, not of %s",
                  owner, name);
        return diag_hint(d, "the name has to be the one that keygen was given");
    }
    return ST_OK;
}
