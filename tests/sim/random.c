/* random.c - splitmix64 as a hash, and a Feistel network with cycle walking. For tests
 * only: nothing here is secret or fit for keys. */
#include "tests/sim/random.h"

#include "base/must.h"

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t random_at(uint64_t seed, uint64_t a, uint64_t b)
{
    return mix(mix(mix(seed) ^ a) ^ b);
}

uint64_t random_of_bytes(uint64_t seed, const char *p, size_t n)
{
    uint64_t h = mix(seed);
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
    }
    return mix(h);
}

uint64_t random_shuffle(uint64_t seed, uint64_t i, uint64_t count)
{
    must(i < count && count <= (uint64_t)1 << 40);
    unsigned half = 1;
    while (((uint64_t)1 << (2 * half)) < count) {
        half++;
    }
    uint64_t mask = ((uint64_t)1 << half) - 1;
    uint64_t x = i;
    do {
        uint64_t left = x >> half;
        uint64_t right = x & mask;
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (random_at(seed, right, round) & mask);
            left = right;
            right = next;
        }
        x = left << half | right;
    } while (x >= count);
    return x;
}
