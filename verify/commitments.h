/* commitments.h - the commitments of all records, packed: some 19 bytes each, of which
 * 16 are the hash. They come in the order of records, and are asked for in that of
 * people. */
#ifndef ALMONER_VERIFY_COMMITMENTS_H
#define ALMONER_VERIFY_COMMITMENTS_H

#include "verify/list.h"

/* A commitment to something in the vault, for opening it later. */
struct commitment {
    uint64_t person;
    uint64_t sequence; /* of its record */
    uint32_t ordinal;  /* of a route's entry; COMMITMENT_ENTRIES: to what was added */
    uint8_t hash[16];  /* its first bytes */
};
#define COMMITMENT_ENTRIES UINT32_MAX

struct commitments { /* begins as zeros */
    struct list parts;
    struct commitment *unpacked;
};

/* Sequences never go down. False: memory is out. */
bool commitments_add(struct commitments *c, const struct commitment *x);
/* People are parted by their numbers: parts 0 to commitments_parts - 1 ascend. */
size_t commitments_parts(const struct commitments *c);
/* Those of a part, ascending by person, within one as they came; they live until the
 * next call. False: memory is out. */
bool commitments_part(struct commitments *c, size_t part, const struct commitment **out,
                      size_t *count);
void commitments_release(struct commitments *c);

#endif
