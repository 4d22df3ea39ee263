/* nacha_answer.h - a bank's NACHA file of returns. */
#ifndef ALMONER_TESTS_SIM_NACHA_ANSWER_H
#define ALMONER_TESTS_SIM_NACHA_ANSWER_H

#include "base/buf.h"

struct nacha_return {
    const char *id; /* ours, as it stands in the neutral form */
    const char *account;
    const char *name;
    int64_t fen;
};
void nacha_answer(struct buf *out, const struct nacha_return *list, size_t count);

#endif
