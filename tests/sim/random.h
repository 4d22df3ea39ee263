/* random.h - numbers that depend on a seed and a place alone: person 7 of seed 1 is the
 * same in a county of ten and of ten million, whatever was asked before. */
#ifndef ALMONER_TESTS_SIM_RANDOM_H
#define ALMONER_TESTS_SIM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* A well-mixed number for place (a, b) of the seed. */
uint64_t random_at(uint64_t seed, uint64_t a, uint64_t b);
/* The same for bytes (an account, a serial number). */
uint64_t random_of_bytes(uint64_t seed, const char *p, size_t n);
/* A permutation of 0..count-1; i < count, count up to 2^40. */
uint64_t random_shuffle(uint64_t seed, uint64_t i, uint64_t count);

#endif
