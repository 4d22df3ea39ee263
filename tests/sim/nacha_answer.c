/* nacha_answer.c - the returns a bank sends to a NACHA file: an entry and its addenda
 * for each payment that came back, and all the control records; written by hand. */
#include "tests/sim/nacha_answer.h"

#include <stdio.h>
#include <string.h>

#include "formats/nacha_private.h"

#define ODFI "90000001" /* of the bank that sends it */
#define RDFI "90000003" /* of ours, to whom it comes back */

/* Blanks up to the record's end, and the line end. */
static void end_record(struct buf *out, size_t from)
{
    while (out->len < from + NACHA_RECORD) {
        buf_add_text(out, " ");
    }
    buf_add_text(out, "\n");
}

static void add_entry(struct buf *out, const struct nacha_return *p, unsigned n)
{
    char id[NACHA_ID_MAX];
    size_t len = 0;
    size_t from = out->len;
    if (!nacha_id_short(str_of(p->id), id, &len)) {
        len = 0; /* the reader will ask which payment this is */
    }
    buf_addf(out, "621" RDFI "2%-17s%010lld%-15.*s%-22.22s  1" ODFI "%07u", p->account,
             (long long)p->fen, (int)len, id, p->name, n);
    end_record(out, from);
    from = out->len;
    buf_addf(out, "799R02" ODFI "%07u      " ODFI "%-44s" ODFI "%07u", n,
             "ACCOUNT CLOSED", n);
    end_record(out, from);
}

void nacha_answer(struct buf *out, const struct nacha_return *list, size_t count)
{
    int64_t fen = 0;
    unsigned long long hash = 0;
    size_t from = out->len;
    buf_addf(out,
             "101"
             "1234567890"
             " %s2"
             "2609280900A094101",
             RDFI);
    end_record(out, from);
    from = out->len;
    buf_addf(out,
             "5220%-36s1234567890PPD%-10s260928260928271"
             "1" RDFI "0000001",
             "DEMO COUNTY", "BENEFIT");
    end_record(out, from);
    for (size_t i = 0; i < count; i++) {
        add_entry(out, &list[i], (unsigned)i + 1);
        fen += list[i].fen;
        hash += 90000003;
    }
    from = out->len;
    buf_addf(out, "8220%06zu%010llu%012d%012lld1234567890%-25s" RDFI "0000001",
             2 * count, hash % 10000000000, 0, (long long)fen, "");
    end_record(out, from);
    size_t blocks = (2 * count + 4 + NACHA_BLOCK - 1) / NACHA_BLOCK;
    from = out->len;
    buf_addf(out, "9000001%06zu%08zu%010llu%012d%012lld", blocks, 2 * count,
             hash % 10000000000, 0, (long long)fen);
    end_record(out, from);
    for (size_t i = 2 * count + 4; i < blocks * NACHA_BLOCK; i++) {
        buf_addf(out, "%.*s\n", NACHA_RECORD,
                 "99999999999999999999999999999999999999999999999999"
                 "99999999999999999999999999999999999999999999999999");
    }
}
