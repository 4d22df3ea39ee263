/* bundle.h - a whole bundle, checked: docs/formats/bundle.md section 8. */
#ifndef ALMONER_VERIFY_BUNDLE_H
#define ALMONER_VERIFY_BUNDLE_H

#include "verify/fold.h"
#include "verify/note.h"
#include "verify/token.h"
#include "verify/zip.h"

struct bundle_options {
    struct str checkpoint; /* an outside checkpoint's text; empty: none */
    struct str vkey;       /* the key from outside; empty: none */
    struct str passphrase; /* empty: none */
    const struct authorities *authorities; /* of time stamps; borrowed; NULL: none */
};

struct bundle_summary {
    char origin[ORIGIN_TEXT_MAX + 1];
    char office[204];
    char scope[64];
    char vkey[KEY_NAME_MAX + 80]; /* that the bundle itself claims */
    uint64_t size, included;
    uint8_t root[HASH_LEN];
    bool root_known;
};

/* Reads the bundle in fd from its begin. What is wrong with it goes into the report. A
 * status: ST_INPUT when it is no bundle at all; ST_USAGE when an option is not what it
 * should be; ST_SYSTEM. */
enum status bundle_verify(int fd, const struct bundle_options *options,
                          struct report *report, struct bundle_summary *out,
                          struct diag *d) MUST_USE;

#endif
