/* sealed.h - reading the sealed files of a bundle: docs/formats/bundle.md section 7. */
#ifndef ALMONER_VERIFY_SEALED_H
#define ALMONER_VERIFY_SEALED_H

#include "verify/zip.h"

#define SEALED_CHUNK 65536

/* The key of the whole bundle from sealed.txt and the passphrase. False: not in
 * form. */
bool sealed_key(struct str sealed_txt, struct str passphrase, uint8_t key[32]);

struct sealed;
enum status sealed_open_file(struct sealed **out, struct zip *z, struct zip_entry *e,
                             const uint8_t key[32], struct diag *d) MUST_USE;
void sealed_close(struct sealed *s);
/* The next plain bytes, borrowed until the next call; empty at the end. ST_DENIED
 * "sealed": it does not open: another passphrase, or changed. */
enum status sealed_next(struct sealed *s, struct str *out, struct diag *d) MUST_USE;
/* Exactly n bytes into p; *end: there are none at all. ST_INPUT when they are cut. */
enum status sealed_read(struct sealed *s, void *p, size_t n, bool *end, struct diag *d)
    MUST_USE;

#endif
