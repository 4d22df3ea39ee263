/* read_hint.c - how to mend what the readers refuse, where they do not say it better
 * themselves: by the code of the failure. */
#include "policy/read.h"

#include <string.h>

enum status read_hint(struct diag *d)
{
    static const struct {
        const char *code;
        const char *hint;
    } hints[] = {
        {"amount-form",
         "take the key out, or give the amount in the form it belongs to"},
        {"bad-digits", "digits only, in quotation marks or not"},
        {"bad-percent", "0 to 100, at most two decimals, no sign"},
        {"conflict-form", "name the other programme too, or take the conflict out"},
        {"doubled-name", "give each its own name, or take one out"},
        {"doubled-value", "write it once"},
        {"too-long", "shorten it"},
        {"too-many", "take some out, or write a second file"},
        {"wrong-kind",
         "text: `key: value`; a list: `[a, b]`; a mapping: `{key: value}`"},
        {"yaml-alias", "write the value out where it is needed"},
        {"yaml-anchor", "take the & and its name out"},
        {"yaml-control", "take the character out"},
        {"yaml-depth", "no policy is that deep: look for a bracket too many"},
        {"yaml-directive", "take the line with % out"},
        {"yaml-documents", "one policy a file: take the --- out"},
        {"yaml-empty", "begin with `almoner-policy: 1`"},
        {"yaml-key", "a key is a plain word"},
        {"yaml-size", "split the file"},
        {"yaml-syntax", "look at indents, brackets and quotation marks up to here"},
        {"yaml-tag", "take the ! and its name out"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (d->hint[0] == '\0' && strcmp(d->code, hints[i].code) == 0) {
            return diag_hint(d, "%s", hints[i].hint);
        }
    }
    return d->status;
}
