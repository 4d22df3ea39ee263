/* places.h - each part of a line that a reader gives has a place in the file. */
#ifndef ALMONER_TESTS_FUZZ_PLACES_H
#define ALMONER_TESTS_FUZZ_PLACES_H

#include "base/must.h"
#include "formats/payment.h"

static inline void must_have_places(const struct answer *a)
{
    for (unsigned part = 0; part < ANSWER_PARTS; part++) {
        struct answer_place p = {0};
        must(answer_place(a, (enum answer_part)part, &p));
        must(p.line > 0 && p.column > 0);
    }
}

#endif
