/* body.c - see body.h. */
#include "verify/body.h"

#include <string.h>

#include "base/must.h"
#include "base/text.h"

#define U32 UINT32_MAX
#define BIG INT64_MAX
#define DAY_FIRST (-62091)                    /* 1800-01-01 */
#define DAY_LAST 2932896                      /* 9999-12-31 */
#define TIME_FIRST INT64_C(-2208988800000000) /* 1900-01-01 */
#define TIME_LAST INT64_C(253402214399999999) /* 9999-12-30 */
#define MAY true
#define SETTINGS_MAX 16
#define FILES_MAX 100000 /* of one export */

/* The bodies of kind 9, by its key 1. */
#define LOST_SENT 901
#define LOST_STATED 902
#define LOST_AGREED 903

struct field {
    uint16_t kind;
    uint8_t key;
    enum value_type type;
    int64_t max; /* of a number, of bytes in a text, of items */
    int64_t min;
    bool optional;
};

static const struct kind kinds[] = {
    {K_GENESIS, "genesis", 0, 0, false, false},
    {K_OPERATOR, "operator", ROLE_ADMIN, 0, false, false},
    {K_CHANNEL, "channel", ROLE_ADMIN, 0, false, false},
    {K_SECOND, "second", ROLE_ADMIN, 0, false, false},
    {K_CLOCK, "clock", ROLE_ANY, 0, false, false},
    {K_REVEAL, "reveal", ROLE_ANY, 0, false, false},
    {K_EPOCH, "epoch", ROLE_ADMIN, 0, false, false},
    {K_LEDGER_KEY, "ledger-key", ROLE_ADMIN, 0, false, false},
    {K_LOST_FILE, "lost-file", ROLE_BY_STEP, 0, false, false},
    {K_POLICY_ADOPT, "policy-adopt", ROLE_MAKER, 0, false, false},
    {K_POLICY_CONFIRM, "policy-confirm", ROLE_CHECKER, 0, false, false},
    {K_RETENTION, "retention", ROLE_ADMIN, 0, false, false},
    {K_SETTING, "setting", ROLE_ADMIN, 0, false, false},
    {K_REFUSED, "refused", ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_ADMIN, 0,
     false, false},
    {K_HOLD, "hold", ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, 0, false, false},
    {K_ERASE, "erase", ROLE_MAKER | ROLE_ADMIN, 0, false, false},
    {K_ERASED, "erased", ROLE_CHECKER, 0, false, false},
    {K_WITNESS, "witness", ROLE_ADMIN, 0, false, false},
    {K_COSIGNED, "cosigned", ROLE_ANY, 0, false, false},
    {K_TIMESTAMP, "timestamp", ROLE_ANY, 0, false, false},
    {K_IMPORT, "import", ROLE_MAKER, 0, false, false},
    {K_IMPORT_START, "import-start", ROLE_CHECKER, 0, true, false},
    {K_FACTS, "facts", 0, K_IMPORT_START, false, false},
    {K_IMPORT_END, "import-end", ROLE_CHECKER, K_IMPORT_START, false, true},
    {K_HISTORY, "history", 0, K_IMPORT_START, false, false},
    {K_UNITS, "units", 0, K_IMPORT_START, false, false},
    {K_MERGE, "merge", 0, K_IMPORT_START, false, false},
    {K_RUN_START, "run-start", ROLE_MAKER, 0, true, false},
    {K_ENTITLEMENT, "entitlement", 0, K_RUN_START, false, false},
    {K_RUN_END, "run-end", ROLE_MAKER, K_RUN_START, false, true},
    {K_SET_OFF, "set-off", 0, K_RUN_START, false, false},
    {K_BATCH_START, "batch-start", ROLE_MAKER, 0, true, false},
    {K_LINES, "lines", 0, K_BATCH_START, false, false},
    {K_BATCH_END, "batch-end", ROLE_MAKER, K_BATCH_START, false, true},
    {K_BATCH_SIGN, "batch-sign", ROLE_BY_STEP, 0, false, false},
    {K_EXPORT, "export", ROLE_MAKER, 0, false, false},
    {K_ANSWER_START, "answer-start", ROLE_MAKER, 0, true, false},
    {K_RESULTS, "results", 0, K_ANSWER_START, false, false},
    {K_ANSWER_END, "answer-end", ROLE_MAKER, K_ANSWER_START, false, true},
    {K_REISSUE_START, "reissue-start", ROLE_MAKER, 0, true, false},
    {K_REISSUE, "reissue", 0, K_REISSUE_START, false, false},
    {K_REISSUE_END, "reissue-end", ROLE_MAKER, K_REISSUE_START, false, true},
    {K_WITHDRAW_START, "withdraw-start", ROLE_BY_STEP, 0, true, false},
    {K_WITHDRAWN, "withdrawn", 0, K_WITHDRAW_START, false, false},
    {K_WITHDRAW_END, "withdraw-end", ROLE_BY_STEP, K_WITHDRAW_START, false, true},
    {K_BATCH_STEP, "batch-step", ROLE_BY_STEP, 0, false, false},
    {K_RECOVERY, "recovery", ROLE_MAKER, 0, false, false},
    {K_RECOVERY_CONFIRM, "recovery-confirm", ROLE_CHECKER, 0, false, false},
    {K_REPAYMENT, "repayment", ROLE_MAKER, 0, false, false},
    {K_APPROPRIATION, "appropriation", ROLE_MAKER, 0, false, false},
    {K_FUND_CONFIRM, "appropriation-confirm", ROLE_CHECKER, 0, false, false},
    {K_RECEIPT, "receipt", ROLE_MAKER, 0, false, false},
    {K_ALLOCATION, "allocation", ROLE_MAKER, 0, false, false},
    {K_MONTH_CLOSE, "month-close", ROLE_MAKER, 0, false, false},
    {K_CLOSE_CONFIRM, "close-confirm", ROLE_CHECKER | ROLE_RELEASER, 0, false, false},
    {K_UNKNOWN_LIST, "unknown-list", ROLE_MAKER, 0, false, false},
    {K_NOTICE, "notice", ROLE_MAKER, 0, false, false},
    {K_OBJECTION, "objection", ROLE_MAKER | ROLE_CHECKER | ROLE_AUDITOR, 0, false,
     false},
    {K_OBJECTION_DECIDED, "objection-decided", ROLE_CHECKER, 0, false, false},
    {K_NOTICE_CLOSED, "notice-closed", ROLE_MAKER | ROLE_CHECKER, 0, false, false},
};

/* Keys ascend within a kind; key 0 of signed kinds is not in the table. */
static const struct field fields[] = {
    {K_GENESIS, 1, V_TEXT, 200, 1, false},
    {K_GENESIS, 2, V_TEXT, 12, 6, false},
    {K_GENESIS, 3, V_UINT, BIG, 0, false},
    {K_GENESIS, 4, V_KEY, 0, 0, false},
    {K_GENESIS, 5, V_BOOL, 0, 0, false},
    {K_GENESIS, 6, V_INT, 900, -900, false},
    {K_GENESIS, 7, V_ARRAY, 16, 1, false},
    {K_GENESIS, 8, V_TEXT, SM2_ID_MAX, 1, MAY},
    {K_OPERATOR, 1, V_UINT, U32, 1, false},
    {K_OPERATOR, 2, V_NAME, 100, 1, false},
    {K_OPERATOR, 3, V_KEY, 0, 0, false},
    {K_OPERATOR, 4, V_UINT, 31, 1, false},
    {K_OPERATOR, 5, V_TEXT, 200, 0, MAY},
    {K_CHANNEL, 1, V_UINT, U32, 1, false},
    {K_CHANNEL, 2, V_TEXT, 100, 0, false},
    {K_CHANNEL, 3, V_TEXT, 15, 0, false},
    {K_CHANNEL, 4, V_TEXT, 39, 0, false},
    {K_CHANNEL, 5, V_TEXT, 200, 0, false},
    {K_CHANNEL, 6, V_TEXT, 39, 0, false},
    {K_CHANNEL, 7, V_BYTES, 32, 32, MAY},
    {K_CHANNEL, 8, V_UINT, BIG, 0, MAY},
    {K_CHANNEL, 10, V_ARRAY, SETTINGS_MAX, 1, MAY},
    {K_SECOND, 1, V_UINT, BIG, 1, false},
    {K_SECOND, 2, V_UINT, U32, 1, false},
    {K_CLOCK, 1, V_INT, BIG, INT64_MIN, false},
    {K_CLOCK, 2, V_INT, BIG, INT64_MIN, false},
    {K_REVEAL, 1, V_UINT, BIG, 0, false},
    {K_REVEAL, 2, V_TEXT, 200, 0, false},
    {K_EPOCH, 1, V_UINT, BIG, 2, false},
    {K_EPOCH, 2, V_KEY, 0, 0, false},
    {K_EPOCH, 3, V_UINT, BIG, 0, false},
    {K_EPOCH, 4, V_BYTES, 32, 32, false},
    {K_EPOCH, 5, V_UINT, BIG, 0, MAY},
    {K_EPOCH, 6, V_BYTES, 32, 32, MAY},
    {K_LEDGER_KEY, 1, V_UINT, U32, 2, false},
    {K_LEDGER_KEY, 2, V_KEY, 0, 0, false},
    {LOST_SENT, 1, V_UINT, 1, 1, false},
    {LOST_SENT, 2, V_UINT, U32, 1, false},
    {LOST_SENT, 3, V_TEXT, 39, 0, false},
    {LOST_SENT, 4, V_BYTES, 32, 32, false},
    {LOST_SENT, 5, V_UINT, BIG, 0, false},
    {LOST_SENT, 6, V_UINT, U32, 0, false},
    {LOST_SENT, 7, V_INT, BIG, INT64_MIN, false},
    {LOST_SENT, 8, V_INT, TIME_LAST, TIME_FIRST, false},
    {LOST_SENT, 10, V_UINT, U32, 0, false},
    {LOST_SENT, 11, V_UINT, U32, 0, false},
    {LOST_SENT, 12, V_BYTES, 32, 32, MAY},
    {LOST_SENT, 13, V_UINT, BIG, 0, MAY},
    {LOST_SENT, 14, V_ARRAY, SETTINGS_MAX, 1, MAY},
    {LOST_SENT, 15, V_UINT, FILES_MAX, 2, MAY},
    {LOST_SENT, 16, V_UINT, U32, 2, MAY},
    {LOST_SENT, 17, V_UINT, U32, 1, MAY},
    {LOST_SENT, 18, V_UINT, U32, 1, MAY},
    {LOST_STATED, 1, V_UINT, 2, 2, false},
    {LOST_STATED, 2, V_TEXT, 200, 1, false},
    {LOST_AGREED, 1, V_UINT, 3, 3, false},
    {LOST_AGREED, 2, V_BYTES, 32, 32, false},
    {K_RETENTION, 1, V_UINT, U32, 1, false},
    {K_RETENTION, 2, V_UINT, 2, 1, false},
    {K_RETENTION, 3, V_UINT, 200, 0, false},
    {K_RETENTION, 4, V_TEXT, 200, 1, false},
    {K_SETTING, 1, V_UINT, U32, 1, false},
    {K_SETTING, 2, V_TEXT, SETTING_NAME_MAX, 0, false},
    {K_SETTING, 3, V_TEXT, SETTING_VALUE_MAX, 0, false},
    {K_REFUSED, 1, V_UINT, 255, 1, false},
    {K_REFUSED, 2, V_UINT, BIG, 1, false},
    {K_REFUSED, 3, V_TEXT, 300, 1, false},
    {K_HOLD, 1, V_UINT, BIG, 1, false},
    {K_HOLD, 2, V_UINT, 1, 0, false},
    {K_HOLD, 3, V_TEXT, 200, 1, false},
    {K_HOLD, 4, V_TEXT, 200, 1, false},
    {K_ERASE, 1, V_UINT, BIG, 1, false},
    {K_ERASE, 2, V_TEXT, 200, 1, false},
    {K_ERASE, 3, V_TEXT, 200, 1, false},
    {K_ERASED, 1, V_UINT, BIG, 1, false},
    {K_ERASED, 2, V_UINT, BIG, 0, false},
    {K_ERASED, 3, V_BYTES, 32, 32, false},
    {K_ERASED, 4, V_ARRAY, 10, 1, false},
    {K_ERASED, 5, V_UINT, BIG, 0, false},
    {K_ERASED, 6, V_INT, INT32_MAX, INT32_MIN, false},
    {K_ERASED, 7, V_INT, INT32_MAX, INT32_MIN, false},
    {K_ERASED, 8, V_ARRAY, 24, 0, false},
    {K_ERASED, 10, V_ARRAY, 24, 0, false},
    {K_ERASED, 11, V_TEXT, 120, 1, MAY},
    {K_WITNESS, 1, V_UINT, U32, 1, false},
    {K_WITNESS, 2, V_NAME, 100, 1, false},
    {K_WITNESS, 3, V_BYTES, 32, 32, false},
    {K_COSIGNED, 1, V_UINT, U32, 1, false},
    {K_COSIGNED, 2, V_UINT, U32, 1, false},
    {K_COSIGNED, 3, V_UINT, BIG, 0, false},
    {K_COSIGNED, 4, V_BYTES, 32, 32, false},
    {K_COSIGNED, 5, V_UINT, BIG, 0, false},
    {K_COSIGNED, 6, V_BYTES, 64, 64, false},
    {K_TIMESTAMP, 1, V_UINT, U32, 1, false},
    {K_TIMESTAMP, 2, V_UINT, BIG, 0, false},
    {K_TIMESTAMP, 3, V_BYTES, 32, 32, false},
    {K_TIMESTAMP, 4, V_BYTES, 32, 32, false},
    {K_TIMESTAMP, 5, V_UINT, BIG, 0, false},
    {K_TIMESTAMP, 6, V_BYTES, 32, 32, false},
    {K_TIMESTAMP, 7, V_UINT, BIG, 0, false},
    {K_TIMESTAMP, 8, V_INT, TIME_LAST, TIME_FIRST, false},
    {K_POLICY_ADOPT, 1, V_UINT, U32, 1, false},
    {K_POLICY_ADOPT, 2, V_TEXT, 100, 0, false},
    {K_POLICY_ADOPT, 3, V_BYTES, 32, 32, false},
    {K_POLICY_ADOPT, 4, V_UINT, BIG, 0, false},
    {K_POLICY_CONFIRM, 1, V_UINT, U32, 1, false},
    {K_POLICY_CONFIRM, 2, V_BYTES, 32, 32, false},
    {K_IMPORT, 1, V_UINT, U32, 1, false},
    {K_IMPORT, 2, V_UINT, 10, 1, false},
    {K_IMPORT, 3, V_BYTES, 32, 32, false},
    {K_IMPORT, 4, V_UINT, BIG, 0, false},
    {K_IMPORT, 5, V_UINT, BIG, 0, false},
    {K_IMPORT, 6, V_TEXT, 200, 0, MAY},
    {K_IMPORT, 7, V_TEXT, 200, 0, MAY},
    {K_IMPORT, 8, V_UINT, MONTH_LAST, MONTH_FIRST, MAY},
    {K_IMPORT, 9, V_TEXT, 200, 0, MAY},
    {K_IMPORT, 10, V_BYTES, 32, 32, MAY},
    {K_IMPORT, 11, V_UINT, BIG, 0, MAY},
    {K_IMPORT_START, 1, V_UINT, U32, 1, false},
    {K_IMPORT_START, 2, V_BYTES, 32, 32, false},
    {K_FACTS, 1, V_UINT, U32, 1, false},
    {K_FACTS, 2, V_UINT, BIG, 0, MAY},
    {K_FACTS, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_IMPORT_END, 1, V_UINT, U32, 1, false},
    {K_IMPORT_END, 2, V_UINT, BIG, 0, false},
    {K_IMPORT_END, 3, V_UINT, BIG, 0, false},
    {K_IMPORT_END, 4, V_UINT, BIG, 0, false},
    {K_IMPORT_END, 15, V_BYTES, 32, 32, false},
    {K_HISTORY, 1, V_UINT, U32, 1, false},
    {K_HISTORY, 2, V_UINT, BIG, 0, MAY},
    {K_HISTORY, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_HISTORY, 9, V_ARRAY, 48, 0, false},
    {K_UNITS, 1, V_UINT, U32, 1, false},
    {K_UNITS, 2, V_UINT, BIG, 0, MAY},
    {K_UNITS, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_UNITS, 9, V_ARRAY, 0, 0, MAY}, /* postings: there are none */
    {K_MERGE, 1, V_UINT, U32, 1, false},
    {K_MERGE, 2, V_UINT, BIG, 1, false},
    {K_MERGE, 3, V_UINT, BIG, 1, false},
    {K_MERGE, 4, V_UINT, BIG, 1, false},
    {K_MERGE, 5, V_BYTES, 32, 32, false},
    {K_MERGE, 6, V_BYTES, 32, 32, false},
    {K_RUN_START, 1, V_UINT, U32, 1, false},
    {K_RUN_START, 2, V_UINT, PERIOD_MAX, PERIOD_MIN, false},
    {K_RUN_START, 3, V_UINT, BIG, 0, false},
    {K_RUN_START, 4, V_UINT, U32, 0, false},
    {K_ENTITLEMENT, 1, V_UINT, U32, 1, false},
    {K_ENTITLEMENT, 2, V_UINT, BIG, 1, false},
    {K_ENTITLEMENT, 3, V_UINT, BIG, 0, false},
    {K_ENTITLEMENT, 4, V_CODE, CODE_MAX, 1, false},
    {K_ENTITLEMENT, 5, V_ARRAY, 40, 1, false},
    {K_ENTITLEMENT, 6, V_ARRAY, 8, 0, MAY},
    {K_ENTITLEMENT, 9, V_ARRAY, 48, 0, false},
    {K_RUN_END, 1, V_UINT, U32, 1, false},
    {K_RUN_END, 2, V_UINT, BIG, 0, false},
    {K_RUN_END, 3, V_INT, BIG, INT64_MIN, false},
    {K_RUN_END, 4, V_INT, BIG, INT64_MIN, false},
    {K_RUN_END, 5, V_INT, BIG, INT64_MIN, false},
    {K_RUN_END, 6, V_UINT, BIG, 0, false},
    {K_RUN_END, 7, V_INT, BIG, INT64_MIN, false},
    {K_RUN_END, 15, V_BYTES, 32, 32, false},
    {K_SET_OFF, 1, V_UINT, U32, 1, false},
    {K_SET_OFF, 2, V_UINT, BIG, 1, false},
    {K_SET_OFF, 3, V_UINT, U32, 1, false},
    {K_SET_OFF, 4, V_CODE, CODE_MAX, 1, false},
    {K_SET_OFF, 5, V_ARRAY, 24, 1, false},
    {K_SET_OFF, 6, V_ARRAY, 24, 1, false},
    {K_SET_OFF, 7, V_UINT, BIG, 0, false},
    {K_SET_OFF, 9, V_ARRAY, 48, 0, false},
    {K_BATCH_START, 1, V_UINT, U32, 1, false},
    {K_BATCH_START, 2, V_UINT, U32, 1, false},
    {K_BATCH_START, 3, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_BATCH_START, 4, V_ARRAY, RECORD_MAX, 1, MAY},
    {K_BATCH_START, 5, V_ARRAY, RECORD_MAX, 1, MAY},
    {K_BATCH_START, 6, V_TEXT, 5, 3, MAY},
    {K_LINES, 1, V_UINT, U32, 1, false},
    {K_LINES, 2, V_UINT, U32, 1, false},
    {K_LINES, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_LINES, 9, V_ARRAY, 48, 0, false},
    {K_BATCH_END, 1, V_UINT, U32, 1, false},
    {K_BATCH_END, 2, V_UINT, U32, 0, false},
    {K_BATCH_END, 3, V_INT, BIG, INT64_MIN, false},
    {K_BATCH_END, 4, V_BYTES, 32, 32, false},
    {K_BATCH_END, 15, V_BYTES, 32, 32, false},
    {K_BATCH_SIGN, 1, V_UINT, U32, 1, false},
    {K_BATCH_SIGN, 2, V_UINT, 5, 1, false},
    {K_BATCH_SIGN, 3, V_BYTES, 32, 32, false},
    {K_BATCH_SIGN, 4, V_UINT, U32, 1, false},
    {K_BATCH_SIGN, 5, V_INT, BIG, INT64_MIN, false},
    {K_BATCH_SIGN, 6, V_ARRAY, 64, 1, MAY},
    {K_EXPORT, 1, V_UINT, U32, 1, false},
    {K_EXPORT, 2, V_TEXT, 39, 0, false},
    {K_EXPORT, 3, V_BYTES, 32, 32, false},
    {K_EXPORT, 4, V_UINT, BIG, 0, false},
    {K_EXPORT, 5, V_UINT, U32, 0, false},
    {K_EXPORT, 6, V_INT, BIG, INT64_MIN, false},
    {K_EXPORT, 7, V_UINT, BIG, 0, false},
    {K_EXPORT, 8, V_BYTES, 32, 32, MAY},
    {K_EXPORT, 10, V_UINT, BIG, 0, MAY},
    {K_EXPORT, 11, V_ARRAY, SETTINGS_MAX, 1, MAY},
    {K_EXPORT, 12, V_UINT, FILES_MAX, 2, MAY},
    {K_EXPORT, 13, V_UINT, U32, 2, MAY},
    {K_EXPORT, 14, V_BYTES, 32, 32, MAY},
    {K_EXPORT, 15, V_UINT, U32, 1, MAY},
    {K_ANSWER_START, 1, V_UINT, U32, 1, false},
    {K_ANSWER_START, 2, V_TEXT, 39, 0, false},
    {K_ANSWER_START, 3, V_BYTES, 32, 32, false},
    {K_ANSWER_START, 4, V_UINT, BIG, 0, false},
    {K_ANSWER_START, 5, V_UINT, BIG, 0, false},
    {K_ANSWER_START, 6, V_BYTES, 32, 32, MAY},
    {K_ANSWER_START, 7, V_UINT, BIG, 0, MAY},
    {K_ANSWER_START, 8, V_UINT, FILES_MAX, 1, MAY},
    {K_ANSWER_START, 10, V_UINT, 1, 1, MAY},
    {K_RESULTS, 1, V_UINT, U32, 1, false},
    {K_RESULTS, 2, V_UINT, BIG, 0, MAY},
    {K_RESULTS, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_RESULTS, 9, V_ARRAY, 48, 0, false},
    {K_ANSWER_END, 1, V_UINT, U32, 1, false},
    {K_ANSWER_END, 2, V_UINT, BIG, 0, false},
    {K_ANSWER_END, 15, V_BYTES, 32, 32, false},
    {K_REISSUE_START, 1, V_UINT, U32, 1, false},
    {K_REISSUE, 1, V_UINT, U32, 1, false},
    {K_REISSUE, 2, V_UINT, BIG, 0, MAY},
    {K_REISSUE, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_REISSUE, 9, V_ARRAY, 48, 0, false},
    {K_REISSUE_END, 1, V_UINT, U32, 1, false},
    {K_REISSUE_END, 2, V_UINT, BIG, 0, false},
    {K_REISSUE_END, 3, V_INT, BIG, INT64_MIN, false},
    {K_REISSUE_END, 15, V_BYTES, 32, 32, false},
    {K_WITHDRAW_START, 1, V_UINT, U32, 1, false},
    {K_WITHDRAW_START, 2, V_UINT, 4, 1, false},
    {K_WITHDRAW_START, 3, V_TEXT, 300, 1, false},
    {K_WITHDRAWN, 1, V_UINT, U32, 1, false},
    {K_WITHDRAWN, 2, V_UINT, BIG, 0, MAY},
    {K_WITHDRAWN, 3, V_ARRAY, RECORD_MAX, 1, false},
    {K_WITHDRAWN, 9, V_ARRAY, 48, 0, false},
    {K_WITHDRAW_END, 1, V_UINT, U32, 1, false},
    {K_WITHDRAW_END, 2, V_UINT, BIG, 1, false},
    {K_WITHDRAW_END, 3, V_INT, BIG, INT64_MIN, false},
    {K_WITHDRAW_END, 15, V_BYTES, 32, 32, false},
    {K_BATCH_STEP, 1, V_UINT, U32, 1, false},
    {K_BATCH_STEP, 2, V_UINT, 15, 10, false},
    {K_BATCH_STEP, 3, V_BYTES, 32, 32, false},
    {K_BATCH_STEP, 4, V_UINT, U32, 0, false},
    {K_BATCH_STEP, 5, V_INT, BIG, INT64_MIN, false},
    {K_BATCH_STEP, 6, V_TEXT, 300, 1, false},
    {K_BATCH_STEP, 7, V_INT, DAY_LAST, DAY_FIRST, MAY},
    {K_BATCH_STEP, 8, V_BYTES, 32, 32, MAY},
    {K_RECOVERY, 1, V_UINT, U32, 1, false},
    {K_RECOVERY, 2, V_UINT, BIG, 1, false},
    {K_RECOVERY, 3, V_CODE, CODE_MAX, 1, false},
    {K_RECOVERY, 4, V_ARRAY, 24, 1, false},
    {K_RECOVERY, 5, V_UINT, 5, 1, false},
    {K_RECOVERY, 6, V_TEXT, 120, 1, false},
    {K_RECOVERY, 7, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_RECOVERY, 8, V_INT, FEN_MAX, 1, MAY},
    {K_RECOVERY, 10, V_UINT, SPAN_MONTHS_MAX, 1, MAY},
    {K_RECOVERY, 11, V_UINT, U32, 1, MAY},
    {K_RECOVERY_CONFIRM, 1, V_UINT, U32, 1, false},
    {K_RECOVERY_CONFIRM, 2, V_BYTES, 32, 32, false},
    {K_RECOVERY_CONFIRM, 9, V_ARRAY, 48, 0, false},
    {K_REPAYMENT, 1, V_UINT, U32, 1, false},
    {K_REPAYMENT, 2, V_UINT, BIG, 1, false},
    {K_REPAYMENT, 3, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_REPAYMENT, 4, V_INT, BIG, 1, false},
    {K_REPAYMENT, 5, V_UINT, 5, 1, false},
    {K_REPAYMENT, 6, V_BYTES, 32, 32, false},
    {K_REPAYMENT, 7, V_ARRAY, 24, 1, false},
    {K_REPAYMENT, 8, V_UINT, BIG, 0, false},
    {K_REPAYMENT, 9, V_ARRAY, 48, 0, false},
    {K_APPROPRIATION, 1, V_UINT, U32, 1, false},
    {K_APPROPRIATION, 2, V_TEXT, 32, 0, false},
    {K_APPROPRIATION, 3, V_TEXT, 24, 1, false},
    {K_APPROPRIATION, 4, V_TEXT, 16, 0, false},
    {K_APPROPRIATION, 5, V_TEXT, 16, 0, false},
    {K_APPROPRIATION, 6, V_UINT, 2999, 2000, false},
    {K_APPROPRIATION, 7, V_TEXT, 120, 1, false},
    {K_APPROPRIATION, 8, V_INT, FUND_FEN, -FUND_FEN, false},
    {K_APPROPRIATION, 9, V_UINT, U32, 1, MAY},
    {K_FUND_CONFIRM, 1, V_UINT, U32, 1, false},
    {K_FUND_CONFIRM, 2, V_BYTES, 32, 32, false},
    {K_RECEIPT, 1, V_UINT, U32, 1, false},
    {K_RECEIPT, 2, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_RECEIPT, 3, V_INT, FUND_FEN, -FUND_FEN, false},
    {K_RECEIPT, 4, V_TEXT, 120, 1, false},
    {K_ALLOCATION, 1, V_UINT, U32, 1, false},
    {K_ALLOCATION, 2, V_ARRAY, FUND_ITEMS, 1, false},
    {K_ALLOCATION, 3, V_ARRAY, FUND_ITEMS, 0, false},
    {K_MONTH_CLOSE, 1, V_UINT, U32, 1, false},
    {K_MONTH_CLOSE, 2, V_UINT, 2, 1, false},
    {K_MONTH_CLOSE, 3, V_UINT, PERIOD_MAX, PERIOD_MIN, false},
    {K_MONTH_CLOSE, 4, V_UINT, BIG, 0, false},
    {K_MONTH_CLOSE, 5, V_BYTES, 32, 32, false},
    {K_MONTH_CLOSE, 6, V_ARRAY, 11, 11, false},
    {K_MONTH_CLOSE, 7, V_ARRAY, 8, 1, MAY},
    {K_CLOSE_CONFIRM, 1, V_UINT, U32, 1, false},
    {K_CLOSE_CONFIRM, 2, V_BYTES, 32, 32, false},
    {K_UNKNOWN_LIST, 1, V_UINT, U32, 1, false},
    {K_UNKNOWN_LIST, 2, V_UINT, U32, 1, false},
    {K_UNKNOWN_LIST, 3, V_INT, BIG, INT64_MIN, false},
    {K_UNKNOWN_LIST, 4, V_BYTES, 32, 32, false},
    {K_UNKNOWN_LIST, 5, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_NOTICE, 1, V_UINT, U32, 1, false},
    {K_NOTICE, 2, V_CODE, CODE_MAX, 1, false},
    {K_NOTICE, 3, V_UINT, PERIOD_MAX, PERIOD_MIN, false},
    {K_NOTICE, 4, V_UINT, 2, 1, false},
    {K_NOTICE, 5, V_UINT, BIG, 1, false},
    {K_NOTICE, 6, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_NOTICE, 7, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_NOTICE, 8, V_UINT, 366, 1, false},
    {K_NOTICE, 10, V_BYTES, 32, 32, false},
    {K_NOTICE, 11, V_UINT, BIG, 0, false},
    {K_NOTICE, 12, V_TEXT, 60, 1, false},
    {K_NOTICE, 13, V_TEXT, 80, 1, false},
    {K_NOTICE, 14, V_BYTES, 32, 32, MAY},
    {K_OBJECTION, 1, V_UINT, U32, 1, false},
    {K_OBJECTION, 2, V_UINT, U32, 1, false},
    {K_OBJECTION, 3, V_UINT, BIG, 1, false},
    {K_OBJECTION, 4, V_TEXT, 200, 1, false},
    {K_OBJECTION_DECIDED, 1, V_UINT, U32, 1, false},
    {K_OBJECTION_DECIDED, 2, V_UINT, 3, 1, false},
    {K_OBJECTION_DECIDED, 3, V_TEXT, 200, 1, false},
    {K_NOTICE_CLOSED, 1, V_UINT, U32, 1, false},
    {K_NOTICE_CLOSED, 2, V_INT, DAY_LAST, DAY_FIRST, false},
    {K_NOTICE_CLOSED, 3, V_UINT, U32, 0, false},
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static const struct kind *kind_find(uint64_t number)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].number == number) {
            return &kinds[i];
        }
    }
    return NULL;
}

enum record_form record_parse(struct str bytes, struct record *out)
{
    struct cbor c = cbor_of(bytes);
    struct record r = {.bytes = bytes};
    size_t items = cbor_array(&c, 64);
    uint64_t version = cbor_uint(&c, UINT64_MAX);
    if (bytes.n > RECORD_MAX || c.bad || items == 0) {
        return RECORD_BROKEN;
    }
    if (version != 1) {
        return RECORD_VERSION;
    }
    r.origin = cbor_text(&c, 1, ORIGIN_TEXT_MAX);
    r.sequence = cbor_uint(&c, INT64_MAX);
    struct str previous = cbor_bytes(&c, HASH_LEN, HASH_LEN);
    r.time = cbor_int(&c);
    r.kind_number = cbor_uint(&c, UINT64_MAX);
    r.act = cbor_uint(&c, INT64_MAX);
    bool map = cbor_peek(&c) == CBOR_MAP;
    r.body = cbor_skip(&c);
    if (!cbor_done(&c) || items != 8 || !map || r.time < TIME_FIRST ||
        r.time > TIME_LAST) {
        return RECORD_BROKEN;
    }
    memcpy(r.previous, previous.p, HASH_LEN);
    r.kind = kind_find(r.kind_number);
    *out = r;
    return RECORD_FINE;
}

static void read_signature(struct cbor *c, struct signature *s)
{
    c->bad = c->bad || cbor_array(c, 8) != 8;
    s->operator= cbor_uint(c, UINT32_MAX);
    s->subject = cbor_text(c, 0, 200);
    s->count = cbor_uint(c, INT64_MAX);
    s->total = cbor_int(c);
    s->time = cbor_int(c);
    s->size = cbor_uint(c, INT64_MAX);
    struct str root = cbor_bytes(c, HASH_LEN, HASH_LEN);
    struct str bytes = cbor_bytes(c, SIGNATURE_LEN, SIGNATURE_LEN);
    c->bad = c->bad || text_has_control(s->subject);
    if (!c->bad) {
        memcpy(s->root, root.p, HASH_LEN);
        memcpy(s->bytes, bytes.p, SIGNATURE_LEN);
    }
}

bool code_fine(struct str s)
{
    if (s.n < 1 || s.n > CODE_MAX) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '_')) {
            return false;
        }
    }
    return true;
}

/* The blanks of Unicode outside ASCII, as UTF-8 begins them. */
static bool has_blank(struct str s)
{
    static const char *const blanks[] = {" ",
                                         "\xc2\x85",
                                         "\xc2\xa0",
                                         "\xe1\x9a\x80",
                                         "\xe2\x80\x80",
                                         "\xe2\x80\x81",
                                         "\xe2\x80\x82",
                                         "\xe2\x80\x83",
                                         "\xe2\x80\x84",
                                         "\xe2\x80\x85",
                                         "\xe2\x80\x86",
                                         "\xe2\x80\x87",
                                         "\xe2\x80\x88",
                                         "\xe2\x80\x89",
                                         "\xe2\x80\x8a",
                                         "\xe2\x80\xa8",
                                         "\xe2\x80\xa9",
                                         "\xe2\x80\xaf",
                                         "\xe2\x81\x9f",
                                         "\xe3\x80\x80"};
    for (size_t i = 0; i < s.n; i++) {
        for (size_t b = 0; b < sizeof blanks / sizeof blanks[0]; b++) {
            if (str_starts(str_make(s.p + i, s.n - i), str_of(blanks[b]))) {
                return true;
            }
        }
    }
    return false;
}

bool name_fine(struct str s, size_t max)
{
    return s.n >= 1 && s.n <= max && text_utf8_valid(s, NULL) && !text_has_control(s) &&
           memchr(s.p, '+', s.n) == NULL && !has_blank(s);
}

bool key_from(struct str stored, enum suite suite, uint8_t out[PUBLIC_KEY_LEN])
{
    if (suite == SUITE_SHA256_ED25519 && stored.n == 32) {
        out[0] = 1;
        memcpy(out + 1, stored.p, 32);
        return true;
    }
    if (suite == SUITE_SM3_SM2 && stored.n == 33 &&
        (stored.p[0] == 2 || stored.p[0] == 3)) {
        memcpy(out, stored.p, 33);
        return true;
    }
    return false;
}

static void read_text(struct cbor *c, const struct field *f, struct value *v)
{
    v->s = cbor_text(c, (size_t)f->min, (size_t)f->max);
    if (f->type == V_NAME) {
        c->bad = c->bad || !name_fine(v->s, (size_t)f->max);
    } else if (f->type == V_CODE) {
        c->bad = c->bad || !code_fine(v->s);
    }
}

static void read_value(struct cbor *c, const struct field *f, enum suite suite,
                       struct value *v)
{
    v->there = true;
    switch (f->type) {
    case V_UINT:
        v->u = cbor_uint(c, (uint64_t)f->max);
        c->bad = c->bad || v->u < (uint64_t)f->min;
        return;
    case V_INT:
        v->i = cbor_int(c);
        c->bad = c->bad || v->i < f->min || v->i > f->max;
        return;
    case V_TEXT:
    case V_NAME:
    case V_CODE:
        read_text(c, f, v);
        return;
    case V_BYTES:
        v->s = cbor_bytes(c, (size_t)f->min, (size_t)f->max);
        return;
    case V_KEY:
        v->s = suite == SUITE_SM3_SM2 ? cbor_bytes(c, 33, 33) : cbor_bytes(c, 32, 32);
        return;
    case V_BOOL:
        v->u = cbor_bool(c);
        return;
    case V_ARRAY: {
        size_t begin = c->at;
        struct cbor inside = *c;
        v->u = cbor_array(&inside, (size_t)f->max);
        size_t head = inside.at - begin;
        v->s = cbor_skip(c);
        c->bad = c->bad || inside.bad || v->u < (uint64_t)f->min;
        v->s = c->bad ? str_of("") : str_make(v->s.p + head, v->s.n - head);
        return;
    }
    }
}

static bool read_key_0(struct cbor *c, const struct record *r, struct body *b)
{
    if (r->kind->roles == 0) {
        return true;
    }
    c->bad = c->bad || b->pairs == 0 || b->pairs > 22 || cbor_uint(c, 0) != 0;
    read_signature(c, &b->signature);
    b->rest = c->bad ? str_of("") : str_make(c->p + c->at, c->n - c->at);
    return !c->bad;
}

/* Which rows of the table: the kind's, but of kind 9 those of what its key 1 says. */
static unsigned schema_of(const struct record *r, const struct cbor *at)
{
    struct cbor c = *at;
    if (r->kind->number != K_LOST_FILE) {
        return r->kind->number;
    }
    uint64_t what = cbor_uint(&c, 1) == 1 ? cbor_uint(&c, 3) : 1;
    return LOST_SENT - 1 + (unsigned)(what == 0 ? 1 : what);
}

enum body_form body_parse(const struct record *r, enum suite suite, struct body *out,
                          uint64_t *key)
{
    memset(out, 0, sizeof *out);
    *key = 0;
    struct cbor c = cbor_of(r->body);
    out->pairs = cbor_map(&c, 64);
    if (!read_key_0(&c, r, out)) {
        return BODY_BROKEN;
    }
    size_t f = 0;
    uint64_t left = out->pairs - (r->kind->roles != 0);
    unsigned schema = schema_of(r, &c);
    while (f < FIELD_COUNT && fields[f].kind != schema) {
        f++;
    }
    for (; left > 0; left--) {
        *key = cbor_uint(&c, UINT64_MAX);
        while (f < FIELD_COUNT && fields[f].kind == schema && fields[f].key < *key &&
               fields[f].optional) {
            f++;
        }
        if (c.bad) {
            return BODY_BROKEN;
        }
        if (f == FIELD_COUNT || fields[f].kind != schema || fields[f].key > *key) {
            return BODY_UNKNOWN_KEY;
        }
        if (fields[f].key < *key) {
            *key = fields[f].key; /* it is missing */
            return BODY_BROKEN;
        }
        must(*key < BODY_KEYS);
        read_value(&c, &fields[f], suite, &out->v[*key]);
        if (c.bad) {
            return BODY_BROKEN;
        }
        f++;
    }
    for (; f < FIELD_COUNT && fields[f].kind == schema; f++) {
        if (!fields[f].optional) {
            *key = fields[f].key;
            return BODY_BROKEN;
        }
    }
    return cbor_done(&c) ? BODY_FINE : BODY_BROKEN;
}
