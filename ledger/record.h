/* record.h - the envelope of every record and the list of kinds.
 *
 * A record is one deterministic CBOR array: [version, origin, sequence, previous leaf
 * hash, time, kind, act, body]. docs/formats/ledger.md is the same for outsiders. */
#ifndef ALMONER_LEDGER_RECORD_H
#define ALMONER_LEDGER_RECORD_H

#include "base/digest.h"
#include "base/status.h"

#define RECORD_VERSION 1
#define RECORD_BYTES_MAX 2000
#define BODY_BYTES_MAX 1780 /* leaves room for the longest envelope */
#define ORIGIN_MAX 120

/* Numbers are stored: never reuse one. */
enum record_kind {
    KIND_GENESIS = 1,
    KIND_OPERATOR = 2,
    KIND_CHANNEL = 3,
    KIND_SECOND = 4, /* the second admin's signature under 2 or 3 */
    KIND_CLOCK = 5,  /* somebody vouches for a jump of the clock */
    KIND_REVEAL = 6, /* personal data was shown or exported in clear */
    /* a restore; another key of the ledger's own; what the bank has of what was lost */
    KIND_EPOCH = 7,
    KIND_LEDGER_KEY = 8,
    KIND_LOST_FILE = 9,
    KIND_POLICY_ADOPT = 10,
    KIND_POLICY_CONFIRM = 11,
    KIND_RETENTION = 12, /* how many years a class of records is kept */
    KIND_SETTING = 13,   /* how the office works: ledger/setting.h */
    KIND_REFUSED = 14,   /* what waited for a second signature: ledger/refusal.h */
    KIND_IMPORT = 20,
    KIND_IMPORT_START = 21,
    KIND_FACTS = 22,
    KIND_IMPORT_END = 23,
    KIND_HISTORY = 24,
    KIND_UNITS = 25,
    KIND_MERGE = 26,
    KIND_HOLD = 27,   /* a legal hold on a person's data, set or lifted */
    KIND_ERASE = 28,  /* erasing a person: proposed */
    KIND_ERASED = 29, /* and done: the certificate */
    KIND_RUN_START = 30,
    KIND_ENTITLEMENT = 31,
    KIND_RUN_END = 32,
    KIND_SET_OFF = 33,
    KIND_BATCH_START = 40,
    KIND_LINES = 41,
    KIND_BATCH_END = 42,
    KIND_BATCH_SIGN = 43,
    KIND_EXPORT = 44,
    KIND_ANSWER_START = 45,
    KIND_RESULTS = 46,
    KIND_ANSWER_END = 47,
    KIND_REISSUE_START = 48,
    KIND_REISSUE = 49,
    KIND_REISSUE_END = 50,
    KIND_WITHDRAW_START = 51, /* lines leave a batch: dropped, cancelled, recalled,
                                 refunded */
    KIND_WITHDRAWN = 52,
    KIND_WITHDRAW_END = 53,
    KIND_BATCH_STEP = 54,       /* reject, refused by the bank, redate */
    KIND_RECOVERY = 60,         /* getting an overpayment back: proposed */
    KIND_RECOVERY_CONFIRM = 61, /* and decided */
    KIND_REPAYMENT = 62,
    KIND_WITNESS = 70,           /* an outsider who cosigns checkpoints */
    KIND_COSIGNED = 71,          /* and did */
    KIND_TIMESTAMP = 72,         /* a time authority stamped a checkpoint (RFC 3161) */
    KIND_APPROPRIATION = 80,     /* 预算指标: proposed */
    KIND_FUND_CONFIRM = 81,      /* and confirmed */
    KIND_RECEIPT = 82,           /* money received from the treasury */
    KIND_ALLOCATION = 83,        /* which appropriations bear a batch */
    KIND_NOTICE = 85,            /* a public list (公示) begins */
    KIND_OBJECTION = 86,         /* somebody objects to a person on it */
    KIND_OBJECTION_DECIDED = 87, /* upheld, dismissed, lifted */
    KIND_NOTICE_CLOSED = 88,     /* the list was taken down */
    KIND_MONTH_CLOSE = 90,       /* the books of a month or year: ledger/close.h */
    KIND_CLOSE_CONFIRM = 91,     /* and closed */
    KIND_UNKNOWN_LIST = 92       /* a batch is closed, and this is not known of it */
};
const char *record_kind_name(enum record_kind k); /* "run-start"; NULL when unknown */
/* The kind that ends a long act begun by k, or 0 when k does not begin one. */
int record_kind_end(enum record_kind k);

struct record {
    struct str origin;
    uint64_t sequence;            /* the first is 0 */
    uint8_t previous[DIGEST_LEN]; /* of record 0: zeros */
    int64_t time_us;
    enum record_kind kind;
    uint64_t act;    /* sequence of the act's first record */
    struct str body; /* one CBOR map; borrowed */
};

/* Returns where in w the hash of the record before stands, unless w failed. */
size_t record_write(const struct record *r, struct writer *w);
/* ST_INTEGRITY "record-form" when it is not one; "record-version" or "record-kind" when
 * it is one of a later program. Borrows from bytes. The body is what is left and begins
 * a map; that it is exactly one is for its kind's reader to check. */
enum status record_read(struct str bytes, struct record *out, struct diag *d) MUST_USE;

#endif
