/* record.c - the envelope of every record; bytes as in docs/formats/ledger.md. */
#include "ledger/record.h"

#include <string.h>

#include "ledger/cbor.h"

static const struct {
    enum record_kind kind;
    int end;
    const char *name;
} KINDS[] = {
    /* Looked for in this order: most records of a large ledger are of the first. */
    {KIND_ENTITLEMENT, 0, "entitlement"},
    {KIND_GENESIS, 0, "genesis"},
    {KIND_OPERATOR, 0, "operator"},
    {KIND_CHANNEL, 0, "channel"},
    {KIND_SECOND, 0, "second"},
    {KIND_CLOCK, 0, "clock"},
    {KIND_REVEAL, 0, "reveal"},
    {KIND_EPOCH, 0, "epoch"},
    {KIND_LEDGER_KEY, 0, "ledger-key"},
    {KIND_LOST_FILE, 0, "lost-file"},
    {KIND_POLICY_ADOPT, 0, "policy-adopt"},
    {KIND_POLICY_CONFIRM, 0, "policy-confirm"},
    {KIND_RETENTION, 0, "retention"},
    {KIND_SETTING, 0, "setting"},
    {KIND_REFUSED, 0, "refused"},
    {KIND_IMPORT, 0, "import"},
    {KIND_IMPORT_START, KIND_IMPORT_END, "import-start"},
    {KIND_FACTS, 0, "facts"},
    {KIND_IMPORT_END, 0, "import-end"},
    {KIND_HISTORY, 0, "history"},
    {KIND_UNITS, 0, "units"},
    {KIND_MERGE, 0, "merge"},
    {KIND_HOLD, 0, "hold"},
    {KIND_ERASE, 0, "erase"},
    {KIND_ERASED, 0, "erased"},
    {KIND_RUN_START, KIND_RUN_END, "run-start"},
    {KIND_RUN_END, 0, "run-end"},
    {KIND_SET_OFF, 0, "set-off"},
    {KIND_BATCH_START, KIND_BATCH_END, "batch-start"},
    {KIND_LINES, 0, "lines"},
    {KIND_BATCH_END, 0, "batch-end"},
    {KIND_BATCH_SIGN, 0, "batch-sign"},
    {KIND_EXPORT, 0, "export"},
    {KIND_ANSWER_START, KIND_ANSWER_END, "answer-start"},
    {KIND_RESULTS, 0, "results"},
    {KIND_ANSWER_END, 0, "answer-end"},
    {KIND_REISSUE_START, KIND_REISSUE_END, "reissue-start"},
    {KIND_REISSUE, 0, "reissue"},
    {KIND_REISSUE_END, 0, "reissue-end"},
    {KIND_WITHDRAW_START, KIND_WITHDRAW_END, "withdraw-start"},
    {KIND_WITHDRAWN, 0, "withdrawn"},
    {KIND_WITHDRAW_END, 0, "withdraw-end"},
    {KIND_BATCH_STEP, 0, "batch-step"},
    {KIND_RECOVERY, 0, "recovery"},
    {KIND_RECOVERY_CONFIRM, 0, "recovery-confirm"},
    {KIND_REPAYMENT, 0, "repayment"},
    {KIND_NOTICE, 0, "notice"},
    {KIND_OBJECTION, 0, "objection"},
    {KIND_OBJECTION_DECIDED, 0, "objection-decided"},
    {KIND_NOTICE_CLOSED, 0, "notice-closed"},
    {KIND_WITNESS, 0, "witness"},
    {KIND_COSIGNED, 0, "cosigned"},
    {KIND_TIMESTAMP, 0, "timestamp"},
    {KIND_APPROPRIATION, 0, "appropriation"},
    {KIND_FUND_CONFIRM, 0, "appropriation-confirm"},
    {KIND_RECEIPT, 0, "receipt"},
    {KIND_ALLOCATION, 0, "allocation"},
    {KIND_MONTH_CLOSE, 0, "month-close"},
    {KIND_CLOSE_CONFIRM, 0, "close-confirm"},
    {KIND_UNKNOWN_LIST, 0, "unknown-list"},
};
#define KIND_COUNT (sizeof KINDS / sizeof KINDS[0])

const char *record_kind_name(enum record_kind k)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (KINDS[i].kind == k) {
            return KINDS[i].name;
        }
    }
    return NULL;
}

int record_kind_end(enum record_kind k)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (KINDS[i].kind == k) {
            return KINDS[i].end;
        }
    }
    return 0;
}

size_t record_write(const struct record *r, struct writer *w)
{
    cbor_put_array(w, 8);
    cbor_put_uint(w, RECORD_VERSION);
    cbor_put_text(w, r->origin);
    cbor_put_uint(w, r->sequence);
    cbor_put_bytes(w, r->previous, DIGEST_LEN);
    size_t previous_end = w->len;
    cbor_put_int(w, r->time_us);
    cbor_put_uint(w, (uint64_t)r->kind);
    cbor_put_uint(w, r->act);
    writer_bytes(w, r->body.p, r->body.n);
    return previous_end - DIGEST_LEN;
}

enum status record_read(struct str bytes, struct record *out, struct diag *d)
{
    struct reader r;
    reader_init(&r, bytes.p, bytes.n);
    uint64_t fields = cbor_get_array(&r);
    uint64_t version = cbor_get_uint(&r);
    if (!r.failed && version != RECORD_VERSION) {
        return diag_fail(d, ST_INTEGRITY, "record-version",
                         "record version %llu is not known to this program",
                         (unsigned long long)version);
    }
    struct record rec = {0};
    rec.origin = cbor_get_text(&r);
    rec.sequence = cbor_get_uint(&r);
    struct str previous = cbor_get_bytes(&r);
    rec.time_us = cbor_get_int(&r);
    uint64_t kind = cbor_get_uint(&r);
    rec.act = cbor_get_uint(&r);
    size_t body_at = r.at;
    if (r.failed || body_at >= bytes.n || fields != 8 || previous.n != DIGEST_LEN ||
        bytes.n > RECORD_BYTES_MAX || ((uint8_t)bytes.p[body_at] & 0xe0) != 0xa0) {
        return diag_fail(d, ST_INTEGRITY, "record-form",
                         "the record is not a record of version %d", RECORD_VERSION);
    }
    if (kind > 255 || record_kind_name((enum record_kind)kind) == NULL) {
        return diag_fail(d, ST_INTEGRITY, "record-kind",
                         "record kind %llu is not known to this program",
                         (unsigned long long)kind);
    }
    memcpy(rec.previous, previous.p, DIGEST_LEN);
    rec.kind = (enum record_kind)kind;
    rec.body = str_make(bytes.p + body_at, bytes.n - body_at);
    *out = rec;
    return ST_OK;
}
