/* yaml_words.h - what readers of YAML files share beyond the tree: the words that a
 * value may be, and refusals with a place, "NAME:line:column" in where. */
#ifndef ALMONER_BASE_YAML_WORDS_H
#define ALMONER_BASE_YAML_WORDS_H

#include "base/yaml.h"

/* A word of a format and the number of its enum; a NULL text ends a list. */
struct word {
    const char *text;
    int number;
};

/* Fills d and returns ST_INPUT; a hint may follow. */
enum status yaml_fail(const char *file, struct place at, struct diag *d,
                      const char *code, const char *fmt, ...) PRINTF_LIKE(5, 6);
#define YAML_SHOW_CAP 96
/* The text for a message: cut to a line, without control characters. */
const char *yaml_show(struct str s, char out[YAML_SHOW_CAP]);
/* ST_INPUT "wrong-kind" */
enum status yaml_want(const char *file, const struct ynode *n, enum ynode_kind kind,
                      struct diag *d) MUST_USE;
/* The number of a scalar's word; ST_INPUT "unknown-word" tells which there are. */
enum status yaml_word(const char *file, const struct ynode *n, const struct word *words,
                      int *out, struct diag *d) MUST_USE;
/* Has it control characters (tabs may be allowed), C1 controls, or marks that turn the
 * direction of writing? What is read on the screen must be what is stored. */
bool yaml_hides(struct str s, bool tabs);

#endif
