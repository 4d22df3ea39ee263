/* names.h - names made of common characters; whoever bears one is a coincidence. */
#ifndef ALMONER_TESTS_SIM_NAMES_H
#define ALMONER_TESTS_SIM_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Writes two or three characters of UTF-8, chosen by the number, into out (16 bytes).
 * One in 500 has a character outside GBK unless gbk is set. */
void sim_name_make(uint64_t number, bool female, bool gbk, char out[16]);

#endif
