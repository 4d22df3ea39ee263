/* list.h - growing lists of rows, and a set of digests: memory with a ceiling. */
#ifndef ALMONER_VERIFY_LIST_H
#define ALMONER_VERIFY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list {
    void *rows;
    size_t count, cap;
    size_t size; /* of a row */
};

/* A zeroed row more, of this size (the same in each call); NULL when memory is out.
 * Rows move: a pointer to one lives until the next list_add. */
void *list_add(struct list *l, size_t size);
void *list_at(const struct list *l, size_t i); /* NULL: there is none */
/* The row whose first member, a uint32_t, is the number. Rows ascend by it. */
void *list_find(const struct list *l, uint64_t number);
void list_release(struct list *l);

#define SET_KEY 16
struct set {
    uint8_t *keys;
    uint8_t *taken;
    size_t count, cap;
};
enum set_result { SET_NEW, SET_KNOWN, SET_NO_MEMORY };
enum set_result set_add(struct set *s, const uint8_t key[SET_KEY]);
void set_release(struct set *s);

#endif
