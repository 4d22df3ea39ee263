/* explain_private.h - a sentence in the making: what the files of explain_words.h
 * share. */
#ifndef ALMONER_AUDIT_EXPLAIN_PRIVATE_H
#define ALMONER_AUDIT_EXPLAIN_PRIVATE_H

#include "audit/explain_words.h"
#include "base/buf.h"

#define SAYING_MAX ((size_t)16 * 1024)

struct saying {
    const struct explanation *x;
    const struct policy_set *set;
    bool zh;
    bool failed;
    struct buf text; /* the sentence so far */
    void (*each)(void *ctx, enum explain_line kind, struct str text);
    void *ctx;
};

/* A macro, so that the compiler can check formats in both languages. */
#define PICK(s, en, zh_text) ((s)->zh ? (zh_text) : (en))

/* Append to the sentence. */
void say_day(struct saying *s, int32_t day);
void say_fen(struct saying *s, int64_t fen);
void say_document(struct saying *s, const struct confirmed_policy *p);
void say_wanted(struct saying *s, const struct condition *c); /* "age 80 to 89" */
void say_condition(struct saying *s, const struct why_condition *c);
/* Hands the sentence out and begins a new one; an empty one is not said. */
void say_end(struct saying *s, enum explain_line kind);

/* Whole sentences: explain_sums.c. */
void say_conditions(struct saying *s);
void say_sums(struct saying *s);

#endif
