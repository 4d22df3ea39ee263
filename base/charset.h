/* charset.h - UTF-8, GB18030 and GBK; iconv without //TRANSLIT: what cannot be
 * written is an error, never a question mark. Bytes below 0x80 mean ASCII in all. */
#ifndef ALMONER_BASE_CHARSET_H
#define ALMONER_BASE_CHARSET_H

#include "base/buf.h"

enum charset { CHARSET_UTF8, CHARSET_GB18030, CHARSET_GBK };

const char *charset_name(enum charset c);

/* Streaming check of a file's encoding: feed all of it, then ask. */
struct charset_probe;
enum status charset_probe_new(struct charset_probe **out, struct diag *d) MUST_USE;
void charset_probe_feed(struct charset_probe *p, const void *data, size_t n);
/* What was fed so far is a text in no encoding, whatever follows. */
bool charset_probe_failed(const struct charset_probe *p);
/* UTF-8 (with or without byte order mark) when all of it is; else GB18030 when all
 * of it is; else ST_INPUT "encoding" with the line of the first byte that is in
 * neither. Control characters but tab, CR and LF are in neither. */
enum status charset_probe_end(struct charset_probe *p, enum charset *out,
                              struct diag *d) MUST_USE;
void charset_probe_free(struct charset_probe *p);

/* A converter kept open between calls; from or to must be CHARSET_UTF8. */
struct charset_conv;
enum status charset_conv_new(struct charset_conv **out, enum charset from,
                             enum charset to, struct diag *d) MUST_USE;
void charset_conv_free(struct charset_conv *c);
/* Converts as much of in as is whole (a cut last character stays: *used bytes were
 * taken) and appends to out. ST_INPUT "charset" when something cannot be read or
 * written: *used is then the offset of the offending character, and what stands
 * before it has been appended. With whole set, a cut character at the end is a
 * failure as well. A failed out is reported like buf_check does. */
enum status charset_convert(struct charset_conv *c, struct str in, bool whole,
                            struct buf *out, size_t *used, struct diag *d) MUST_USE;

#endif
