/* diagnose.h - CBOR in the diagnostic notation of RFC 8949 section 8, for people. */
#ifndef ALMONER_CLI_DIAGNOSE_H
#define ALMONER_CLI_DIAGNOSE_H

#include "base/buf.h"

/* Appends one item, as {1: "text", 2: h'00ff', 3: [1, -2, true]}. False when item is
 * not well-formed: what was appended is then of no use. */
bool diagnose_cbor(struct str item, struct buf *out);

#endif
