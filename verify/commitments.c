/* commitments.c - see commitments.h. Each part is a block of memory, where they lie
 * behind each other: person and sequence as what is added to the one before, ordinal,
 * hash. Only one part at a time is unpacked and sorted. */
#include "verify/commitments.h"

#include <stdlib.h>

#include "base/bytes.h"

#define PART_PEOPLE 2048
#define PARTS_MAX 8192 /* the last one takes all others */
#define PACKED_MAX (10 + 10 + 5 + sizeof(((struct commitment *)0)->hash))

struct part {
    uint8_t *p;
    size_t n, cap, count;
    uint64_t person, sequence; /* of the last one */
};

static struct part *part_of(struct commitments *c, uint64_t person)
{
    uint64_t at = person / PART_PEOPLE;
    at = at < PARTS_MAX ? at : PARTS_MAX - 1;
    while (c->parts.count <= at) {
        if (list_add(&c->parts, sizeof(struct part)) == NULL) {
            return NULL;
        }
    }
    return list_at(&c->parts, (size_t)at);
}

bool commitments_add(struct commitments *c, const struct commitment *x)
{
    struct part *part = part_of(c, x->person);
    struct writer w;
    if (part == NULL) {
        return false;
    }
    if (part->cap - part->n < PACKED_MAX) {
        size_t cap = part->cap + part->cap / 8 + 512;
        uint8_t *p = realloc(part->p, cap);
        if (p == NULL) {
            return false;
        }
        part->p = p;
        part->cap = cap;
    }
    must(x->sequence >= part->sequence);
    writer_init(&w, part->p + part->n, part->cap - part->n);
    writer_zigzag(&w, (int64_t)x->person - (int64_t)part->person);
    writer_varint(&w, x->sequence - part->sequence);
    writer_varint(&w, (uint32_t)(x->ordinal + 1)); /* 0: COMMITMENT_ENTRIES */
    writer_bytes(&w, x->hash, sizeof x->hash);
    must(!w.failed);
    part->n += w.len;
    part->count++;
    part->person = x->person;
    part->sequence = x->sequence;
    return true;
}

size_t commitments_parts(const struct commitments *c)
{
    return c->parts.count;
}

static void unpack(const struct part *part, struct commitment *out)
{
    struct reader r;
    uint64_t person = 0, sequence = 0;
    reader_init(&r, part->p, part->n);
    for (size_t i = 0; i < part->count; i++) {
        person = (uint64_t)((int64_t)person + reader_zigzag(&r));
        sequence += reader_varint(&r);
        out[i].person = person;
        out[i].sequence = sequence;
        out[i].ordinal = (uint32_t)reader_varint(&r) - 1;
        struct str hash = reader_bytes(&r, sizeof out[i].hash);
        must(!r.failed);
        memcpy(out[i].hash, hash.p, sizeof out[i].hash);
    }
    must(reader_done(&r));
}

static int compare(const void *a, const void *b)
{
    const struct commitment *x = a, *y = b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

bool commitments_part(struct commitments *c, size_t part, const struct commitment **out,
                      size_t *count)
{
    const struct part *p = list_at(&c->parts, part);
    must(p != NULL);
    free(c->unpacked);
    c->unpacked = calloc(p->count + 1, sizeof *c->unpacked);
    if (c->unpacked == NULL) {
        return false;
    }
    if (p->count > 0) {
        unpack(p, c->unpacked);
        qsort(c->unpacked, p->count, sizeof *c->unpacked, compare);
    }
    *out = c->unpacked;
    *count = p->count;
    return true;
}

void commitments_release(struct commitments *c)
{
    struct part *part;
    for (size_t i = 0; (part = list_at(&c->parts, i)) != NULL; i++) {
        free(part->p);
    }
    list_release(&c->parts);
    free(c->unpacked);
    *c = (struct commitments){0};
}
