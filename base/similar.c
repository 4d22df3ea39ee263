/* similar.c - the distance of two words (Damerau and Levenshtein's, neighbours swapped
 * once), for "did you mean". */
#include "base/similar.h"

#include <string.h>

#define SIMILAR_MAX 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

size_t similar_distance(struct str a, struct str b)
{
    size_t rows[3][SIMILAR_MAX + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *row = rows[2];
    if (a.n > SIMILAR_MAX || b.n > SIMILAR_MAX) {
        return SIMILAR_MAX;
    }
    for (size_t k = 0; k <= b.n; k++) {
        before[k] = 0;
        last[k] = k;
    }
    for (size_t i = 1; i <= a.n; i++) {
        row[0] = i;
        for (size_t k = 1; k <= b.n; k++) {
            size_t changed = last[k - 1] + (a.p[i - 1] != b.p[k - 1] ? 1 : 0);
            row[k] = least(last[k] + 1, row[k - 1] + 1, changed);
            if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] &&
                a.p[i - 2] == b.p[k - 1] && before[k - 2] + 1 < row[k]) {
                row[k] = before[k - 2] + 1;
            }
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b.n];
}

bool similar_near(struct str word, struct str known)
{
    if (word.n > 0 && str_starts(known, word)) {
        return true;
    }
    size_t allowed = known.n < 5 ? 1 : known.n < 9 ? 2 : 3;
    return similar_distance(word, known) <= allowed;
}
