/* people.c - see people.h. People lie behind each other in blocks of BLOCK_PEOPLE; one
 * is looked for from the begin of the block, or from who was looked for last: most
 * records go through people in order. */
#include "verify/people.h"

#include <stdlib.h>

#include "verify/money.h"

#define BLOCK_PEOPLE 64
#define HEAD_BYTES_MAX (5 + 1 + 10 + 10 + 5)

enum flag { INSTITUTION = 1, ERASED = 2, MERGED = 4, RECOVERED = 8 };

struct block {
    uint8_t *p;
    size_t n, cap;
};

/* A person: the length of what follows, flags, entitled, what the flags say, money. */
static struct str pack(const struct person *person)
{
    static uint8_t room[ROW_BYTES_MAX + HEAD_BYTES_MAX];
    uint8_t head[HEAD_BYTES_MAX];
    struct writer h, w;
    writer_init(&h, head, sizeof head);
    writer_init(&w, room, sizeof room);
    writer_u8(&h, (uint8_t)((person->institution ? INSTITUTION : 0) |
                            (person->erased ? ERASED : 0) |
                            (person->merged_into != 0 ? MERGED : 0) |
                            (person->recovery != 0 ? RECOVERED : 0)));
    writer_varint(&h, person->entitled);
    if (person->merged_into != 0) {
        writer_varint(&h, person->merged_into);
    }
    if (person->recovery != 0) {
        writer_varint(&h, person->recovery);
    }
    writer_varint(&w, h.len + person->money.n);
    writer_bytes(&w, head, h.len);
    writer_bytes(&w, person->money.p, person->money.n);
    must(!h.failed && !w.failed);
    return writer_str(&w);
}

static void unpack(struct reader *r, struct person *out)
{
    uint64_t length = reader_varint(r);
    size_t begin = r->at;
    uint8_t flags = reader_u8(r);
    *out = (struct person){.institution = (flags & INSTITUTION) != 0,
                           .erased = (flags & ERASED) != 0};
    out->entitled = reader_varint(r);
    out->merged_into = (flags & MERGED) != 0 ? reader_varint(r) : 0;
    out->recovery = (flags & RECOVERED) != 0 ? (uint32_t)reader_varint(r) : 0;
    out->money = reader_bytes(r, (size_t)length - (r->at - begin));
    must(!r->failed);
}

static struct block *block_of(const struct people *p, uint64_t number)
{
    return list_at(&p->blocks, (size_t)((number - 1) / BLOCK_PEOPLE));
}

/* r at the person, who is there. */
static void seek(struct people *p, uint64_t number, struct reader *r)
{
    const struct block *b = block_of(p, number);
    bool near = p->number != 0 && p->number <= number && block_of(p, p->number) == b;
    uint64_t at = near ? p->number : (number - 1) / BLOCK_PEOPLE * BLOCK_PEOPLE + 1;
    reader_init(r, b->p, b->n);
    r->at = near ? p->at : 0;
    for (; at < number; at++) {
        (void)reader_text(r);
    }
    must(!r->failed);
    p->number = number;
    p->at = r->at;
}

/* Bytes in place of others, the block's bytes behind them moving. */
static bool replace(struct block *b, size_t at, size_t n, struct str bytes)
{
    size_t behind = b->n - at - n, length = at + bytes.n + behind;
    if (length > b->cap) {
        size_t cap = length + length / 8 + 16;
        uint8_t *room = realloc(b->p, cap);
        if (room == NULL) {
            return false;
        }
        b->p = room;
        b->cap = cap;
    }
    memmove(b->p + at + bytes.n, b->p + at + n, behind);
    memcpy(b->p + at, bytes.p, bytes.n);
    b->n = length;
    return true;
}

bool people_get(struct people *p, uint64_t number, struct person *out)
{
    struct reader r;
    if (number == 0 || number > p->count) {
        return false;
    }
    seek(p, number, &r);
    unpack(&r, out);
    return true;
}

bool people_put(struct people *p, uint64_t number, const struct person *person)
{
    struct reader r;
    must(number != 0 && number <= p->count);
    struct str bytes = pack(person);
    seek(p, number, &r);
    (void)reader_text(&r);
    return replace(block_of(p, number), p->at, r.at - p->at, bytes);
}

bool people_add(struct people *p, const struct person *person)
{
    struct block *b = p->count % BLOCK_PEOPLE == 0 ? list_add(&p->blocks, sizeof *b)
                                                   : block_of(p, p->count + 1);
    if (b == NULL || !replace(b, b->n, 0, pack(person))) {
        return false;
    }
    p->count++;
    return true;
}

void people_release(struct people *p)
{
    struct block *b;
    for (size_t i = 0; (b = list_at(&p->blocks, i)) != NULL; i++) {
        free(b->p);
    }
    list_release(&p->blocks);
    *p = (struct people){0};
}
