/* row.c - see row.h. Bytes of the rows: docs/formats/ledger.md, "register rows". */
#include "ledger/row.h"

#include "base/must.h"

/* How a number that is in no register is answered. */
static const struct {
    const char *code;
    const char *what;
    const char *hint;
} WORDS[] = {
    [REGISTER_OPERATOR] = {"unknown-operator", "operator",
                           "almoner operator list shows their numbers"},
    [REGISTER_CHANNEL] = {"unknown-channel", "channel",
                          "almoner channel list shows their numbers"},
    [REGISTER_POLICY] = {"unknown-policy", "policy",
                         "almoner policy list shows their numbers"},
    [REGISTER_IMPORT] = {"unknown-import", "import",
                         "almoner import list shows their numbers"},
    [REGISTER_RUN] = {"unknown-run", "run", NULL}, /* no command lists them */
    [REGISTER_BATCH] = {"unknown-batch", "batch",
                        "almoner batch list shows their numbers"},
    [REGISTER_ANSWER] = {"unknown-answer", "answer", NULL},
    [REGISTER_RECOVERY] = {"unknown-recovery", "recovery",
                           "almoner correct list shows them"},
    [REGISTER_WITNESS] = {"unknown-witness", "witness", NULL},
    [REGISTER_COSIGNED] = {"unknown-cosigned", "cosigned", NULL},
    [REGISTER_TIMESTAMP] = {"unknown-timestamp", "timestamp", NULL},
    [REGISTER_KEEPING] = {"unknown-retention", "retention rule",
                          "almoner retention show lists them"},
    [REGISTER_EPOCH] = {"unknown-ledger-key", "ledger key", NULL},
    [REGISTER_SETTING] = {"unknown-setting", "setting",
                          "almoner config show lists them"},
    [REGISTER_FUND] = {"unknown-fund", "appropriation",
                       "almoner budget show lists them"},
    [REGISTER_NOTICE] = {"unknown-notice", "notice", "almoner notice list shows them"},
    [REGISTER_OBJECTION] = {"unknown-objection", "objection",
                            "almoner notice show N shows those about a notice"},
    [REGISTER_CLOSE] = {"unknown-close", "close", "almoner month list shows them"},
};

enum status row_put(struct txn *t, enum register_kind kind, uint32_t number,
                    const struct writer *w, struct diag *d)
{
    uint8_t key[5];
    if (w->failed) {
        return diag_fail(d, ST_INTERNAL, "register-row", "a register row is too long");
    }
    return store_put(t, TABLE_REGISTER, register_key(key, kind, number), writer_str(w),
                     d);
}

enum status row_find(struct txn *t, enum register_kind kind, uint32_t number,
                     struct reader *r, bool *found, struct diag *d)
{
    uint8_t key[5];
    struct str value;
    TRY(store_get(t, TABLE_REGISTER, register_key(key, kind, number), &value, d));
    *found = value.p != NULL;
    reader_init(r, value.p, value.n);
    return ST_OK;
}

enum status row_get(struct txn *t, enum register_kind kind, uint32_t number,
                    struct reader *r, struct diag *d)
{
    bool found;
    TRY(row_find(t, kind, number, r, &found, d));
    if (found) {
        return ST_OK;
    }
    must((size_t)kind < sizeof WORDS / sizeof WORDS[0] && WORDS[kind].code != NULL);
    diag_fail(d, ST_CONFLICT, WORDS[kind].code, "there is no %s %u", WORDS[kind].what,
              number);
    return WORDS[kind].hint == NULL ? d->status : diag_hint(d, "%s", WORDS[kind].hint);
}

enum status row_damaged(const char *what, uint64_t number, struct diag *d)
{
    return diag_fail(d, ST_INTEGRITY, "register-row",
                     "the register's row of %s %llu is not what was written", what,
                     (unsigned long long)number);
}

enum status row_body(struct txn *t, uint64_t sequence, struct signed_body *out,
                     struct diag *d)
{
    struct record rec;
    TRY(record_get(t, sequence, &rec, NULL, d));
    return signed_body_read(&rec, out, d);
}

enum status row_record(struct txn *t, uint64_t sequence, enum record_kind kind,
                       struct signed_body *out, struct diag *d)
{
    struct record rec;
    TRY(record_get(t, sequence, &rec, NULL, d));
    if (rec.kind != kind) {
        return diag_fail(d, ST_INTEGRITY, "record-body", "record %llu is no %s record",
                         (unsigned long long)sequence, record_kind_name(kind));
    }
    return signed_body_read(&rec, out, d);
}
