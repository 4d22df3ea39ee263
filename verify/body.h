/* body.h - the kinds of records, what their bodies must hold, and how they are read:
 * docs/formats/ledger.md sections 3 to 5 as tables. */
#ifndef ALMONER_VERIFY_BODY_H
#define ALMONER_VERIFY_BODY_H

#include "verify/cbor.h"
#include "verify/crypto.h"

#define BODY_KEYS 19 /* keys 0 to 18 */
#define RECORD_MAX 2000
#define ORIGIN_TEXT_MAX 160
#define CODE_MAX 32
#define SETTING_NAME_MAX 48
#define SETTING_VALUE_MAX 80
#define MONTH_FIRST 21600 /* 1800-01 */
#define MONTH_LAST 119999 /* 9999-12 */
#define PERIOD_MIN 22800  /* 1900-01 */
#define PERIOD_MAX 26399  /* 2199-12 */
#define SPAN_MONTHS_MAX 12000
#define FUND_FEN INT64_C(100000000000000)
#define FUND_CARRY INT64_C(1000000000000)
#define FUND_ITEMS 40
#define FEN_MAX INT64_C(10000000000000)

enum kind_number {
    K_GENESIS = 1,
    K_OPERATOR = 2,
    K_CHANNEL = 3,
    K_SECOND = 4,
    K_CLOCK = 5,
    K_REVEAL = 6,
    K_EPOCH = 7,
    K_LEDGER_KEY = 8,
    K_LOST_FILE = 9,
    K_POLICY_ADOPT = 10,
    K_POLICY_CONFIRM = 11,
    K_RETENTION = 12,
    K_SETTING = 13,
    K_REFUSED = 14,
    K_IMPORT = 20,
    K_IMPORT_START = 21,
    K_FACTS = 22,
    K_IMPORT_END = 23,
    K_HISTORY = 24,
    K_UNITS = 25,
    K_MERGE = 26,
    K_HOLD = 27,
    K_ERASE = 28,
    K_ERASED = 29,
    K_RUN_START = 30,
    K_ENTITLEMENT = 31,
    K_RUN_END = 32,
    K_SET_OFF = 33,
    K_BATCH_START = 40,
    K_LINES = 41,
    K_BATCH_END = 42,
    K_BATCH_SIGN = 43,
    K_EXPORT = 44,
    K_ANSWER_START = 45,
    K_RESULTS = 46,
    K_ANSWER_END = 47,
    K_REISSUE_START = 48,
    K_REISSUE = 49,
    K_REISSUE_END = 50,
    K_WITHDRAW_START = 51,
    K_WITHDRAWN = 52,
    K_WITHDRAW_END = 53,
    K_BATCH_STEP = 54,
    K_RECOVERY = 60,
    K_RECOVERY_CONFIRM = 61,
    K_REPAYMENT = 62,
    K_NOTICE = 85,
    K_OBJECTION = 86,
    K_OBJECTION_DECIDED = 87,
    K_NOTICE_CLOSED = 88,
    K_WITNESS = 70,
    K_COSIGNED = 71,
    K_TIMESTAMP = 72,
    K_APPROPRIATION = 80,
    K_FUND_CONFIRM = 81,
    K_RECEIPT = 82,
    K_ALLOCATION = 83,
    K_MONTH_CLOSE = 90,
    K_CLOSE_CONFIRM = 91,
    K_UNKNOWN_LIST = 92
};

enum role {
    ROLE_MAKER = 1,
    ROLE_CHECKER = 2,
    ROLE_RELEASER = 4,
    ROLE_AUDITOR = 8,
    ROLE_ADMIN = 16
};
#define ROLE_ANY 31
#define ROLE_BY_STEP 32 /* of kinds 9, 43, 51, 53 and 54: as the body says */

enum value_type {
    V_UINT,
    V_INT,
    V_TEXT,
    V_NAME,
    V_CODE,
    V_BYTES,
    V_KEY,
    V_BOOL,
    V_ARRAY
};

struct value {
    bool there;
    uint64_t u;   /* of V_UINT and V_BOOL; items of V_ARRAY */
    int64_t i;    /* of V_INT */
    struct str s; /* of texts and bytes; of V_ARRAY the items, without its head */
};

struct kind {
    unsigned number;
    const char *name;
    unsigned roles; /* who signs; 0: nobody */
    unsigned in;    /* kind of the start within whose act it belongs; 0: outside */
    bool starts;
    bool ends;
};

struct record {
    struct str bytes;
    struct str origin;
    uint64_t sequence;
    uint8_t previous[HASH_LEN];
    int64_t time;
    uint64_t kind_number;
    const struct kind *kind; /* NULL: not known; the body is then not looked at */
    uint64_t act;
    struct str body;
};

enum record_form { RECORD_FINE, RECORD_BROKEN, RECORD_VERSION };
/* Borrows from bytes. Of an unknown version nothing else is set. */
enum record_form record_parse(struct str bytes, struct record *out);

struct signature {
    uint64_t operator;
    struct str subject;
    uint64_t count;
    int64_t total;
    int64_t time;
    uint64_t size;
    uint8_t root[HASH_LEN];
    uint8_t bytes[SIGNATURE_LEN];
};

struct body {
    struct value v[BODY_KEYS];
    struct signature signature; /* when the kind is signed */
    uint64_t pairs;
    struct str rest; /* of a signed body: its pairs behind key 0 */
};

enum body_form { BODY_FINE, BODY_BROKEN, BODY_UNKNOWN_KEY };
/* keys are 32 bytes in suite 1, else 33. *key: the one at fault. */
enum body_form body_parse(const struct record *r, enum suite suite, struct body *out,
                          uint64_t *key);

bool name_fine(struct str s, size_t max); /* a "name" of section 1 */
bool code_fine(struct str s);
/* Public key as stored in suite 1 or 2 into the form of crypto.h; false: wrong. */
bool key_from(struct str stored, enum suite suite, uint8_t out[PUBLIC_KEY_LEN]);

#endif
