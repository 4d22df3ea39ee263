/* wording.h - what a policy says, value by value, as people read it: each in Chinese
 * and in English, with the word of the file in it, so that one can be found in the
 * other. print.c writes the values one under another, diff.c holds those of two files
 * against each other. Nothing here fails: the buffer keeps the failure (buf_check). */
#ifndef ALMONER_POLICY_WORDING_H
#define ALMONER_POLICY_WORDING_H

#include "base/buf.h"
#include "policy/model.h"

/* One value of a struct: `write` appends it, or nothing when the file does not say. */
struct wording {
    const char *key; /* as in the file */
    const char *zh;
    void (*write)(const void *of, struct buf *out);
};

struct wordings {
    const struct wording *list;
    size_t count;
};

extern const struct wordings wording_head;      /* of struct policy */
extern const struct wordings wording_programme; /* of struct programme, but for lists */
extern const struct wordings wording_rules;     /* of struct rules */
extern const struct wordings wording_tier;      /* of struct tier */

void wording_when(const struct condition *when, size_t count, struct buf *out);
void wording_value(const struct parameter_value *v, struct buf *out);
void wording_choice(const struct choice *c, struct buf *out);
void wording_end(const struct policy_end *end, struct buf *out);
/* What is in conflict, and which rule decides. */
void wording_conflict(const struct conflict *c, struct buf *out);
void wording_date(int32_t day, struct buf *out);

#endif
