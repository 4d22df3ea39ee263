/* buf.h - a growing byte buffer with a ceiling given at its start. */
#ifndef ALMONER_BASE_BUF_H
#define ALMONER_BASE_BUF_H

#include "base/bytes.h"
#include "base/status.h"

struct buf {
    char *p;
    size_t len;
    size_t cap;
    size_t max;     /* never grows beyond; an append that would is a failure */
    bool failed;    /* sticky: out of memory or beyond max; see buf_check */
    bool no_memory; /* which of the two; set with failed */
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b); /* frees; b may be init'ed again; zeroed is fine */
void buf_clear(struct buf *b);   /* length 0 and not failed; memory is kept */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_text(struct buf *b, const char *cstr);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Room for n more bytes at p + len, or NULL (then failed). The caller adds to len. */
void *buf_room(struct buf *b, size_t n);
struct str buf_str(const struct buf *b); /* borrowed until the next append */
const char *buf_cstr(struct buf *b);     /* NUL-terminated, NUL not counted */
/* ST_OK, or ST_SYSTEM ("memory" or "too-big") when an append failed. */
enum status buf_check(const struct buf *b, struct diag *d) MUST_USE;

#endif
