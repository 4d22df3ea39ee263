/* batch_step.c - see batch_step.h. */
#include "ledger/batch_step.h"

#include <string.h>

#include "base/must.h"
#include "ledger/body.h"

enum batch_step withdraw_step(enum withdraw_what what)
{
    switch (what) {
    case WITHDRAW_DROP:
        return STEP_DROP;
    case WITHDRAW_CANCEL:
        return STEP_CANCEL;
    case WITHDRAW_RECALL:
        return STEP_RECALL;
    case WITHDRAW_REFUND:
        return STEP_REFUND;
    }
    must_fail("withdrawals have four kinds", __FILE__, __LINE__);
}

enum line_state withdraw_line(enum withdraw_what what)
{
    return what == WITHDRAW_REFUND   ? LINE_REFUNDED
           : what == WITHDRAW_RECALL ? LINE_RECALLED
                                     : LINE_DROPPED;
}

void withdraw_write(const struct withdraw_body *x, struct writer *w)
{
    cbor_put_map(w, 3);
    cbor_pair_uint(w, 1, x->batch);
    cbor_pair_uint(w, 2, (uint64_t)x->what);
    cbor_pair_text(w, 3, str_of(x->reason));
}

bool withdraw_read(struct str plain, struct withdraw_body *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->what = (enum withdraw_what)body_uint(&b, 2, WITHDRAW_REFUND);
    body_text(&b, 3, out->reason, sizeof out->reason);
    return body_done(&b) && out->what >= WITHDRAW_DROP && out->reason[0] != '\0';
}

void batch_step_write(const struct batch_step_body *s, struct writer *w)
{
    bool redate = s->step == STEP_REDATE;
    cbor_put_map(w, redate || s->has_file ? 7 : 6);
    cbor_pair_uint(w, 1, s->batch);
    cbor_pair_uint(w, 2, (uint64_t)s->step);
    cbor_pair_bytes(w, 3, s->content, DIGEST_LEN);
    cbor_pair_uint(w, 4, s->lines);
    cbor_pair_int(w, 5, s->total_fen);
    cbor_pair_text(w, 6, str_of(s->reason));
    if (redate) {
        cbor_pair_int(w, 7, s->pay_day);
    }
    if (s->has_file) {
        cbor_pair_bytes(w, 8, s->file, DIGEST_LEN);
    }
}

bool batch_step_read(struct str plain, struct batch_step_body *out)
{
    struct body b;
    memset(out, 0, sizeof *out);
    body_start(&b, plain);
    out->batch = (uint32_t)body_uint(&b, 1, UINT32_MAX);
    out->step = (enum batch_step)body_uint(&b, 2, STEP_REDATE);
    body_digest(&b, 3, out->content);
    out->lines = body_uint(&b, 4, UINT32_MAX);
    out->total_fen = body_int(&b, 5);
    body_text(&b, 6, out->reason, sizeof out->reason);
    if (out->step == STEP_REDATE) {
        out->pay_day = body_day(&b, 7);
    } else if (out->step == STEP_REFUSED) {
        out->has_file = body_digest_if(&b, 8, out->file);
    }
    bool one = out->step == STEP_REJECT || out->step == STEP_REFUSED ||
               out->step == STEP_REDATE;
    return body_done(&b) && one && out->reason[0] != '\0';
}
