/* states.c - the tables of who may do what in which state. */
#include "ledger/states.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum role role;
    const char *name;
} ROLES[] = {
    {ROLE_MAKER, "maker"},     {ROLE_CHECKER, "checker"}, {ROLE_RELEASER, "releaser"},
    {ROLE_AUDITOR, "auditor"}, {ROLE_ADMIN, "admin"},
};
#define ROLE_COUNT (sizeof ROLES / sizeof ROLES[0])

static unsigned role_bit(struct str word)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (str_is(word, ROLES[i].name)) {
            return (unsigned)ROLES[i].role;
        }
    }
    return 0;
}

bool roles_parse(struct str s, unsigned *out)
{
    unsigned roles = 0;
    size_t at = 0;
    while (at <= s.n) {
        size_t end = at;
        while (end < s.n && s.p[end] != ',') {
            end++;
        }
        unsigned bit = role_bit(str_make(s.p + at, end - at));
        if (bit == 0 || (roles & bit) != 0) {
            return false;
        }
        roles |= bit;
        at = end + 1;
    }
    *out = roles;
    return roles != 0;
}

size_t roles_print(unsigned roles, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if ((roles & (unsigned)ROLES[i].role) != 0 && n + 16 < cap) {
            n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? "," : "",
                                  ROLES[i].name);
        }
    }
    return n;
}

static const struct {
    enum batch_state state;
    const char *name;
    const char *zh;
    const char *next;
} STATES[] = {
    {BATCH_DRAFT, "draft", "草稿", "batch submit (maker)"},
    {BATCH_SUBMITTED, "submitted", "已提交", "batch approve (checker)"},
    {BATCH_APPROVED, "approved", "已复核", "batch release (releaser)"},
    {BATCH_RELEASED, "released", "已审批", "batch export (maker)"},
    {BATCH_EXPORTED, "exported", "已导出", "batch answer (maker)"},
    {BATCH_SETTLED, "settled", "已回盘", "batch close (maker)"},
    {BATCH_CLOSING, "closing", "待结清复核", "batch close (checker)"},
    {BATCH_CLOSED, "closed", "已结清", "nothing"},
    {BATCH_CANCELLED, "cancelled", "已作废",
     "batch new (maker): its dues are free again"},
    {BATCH_RECALLED, "recalled", "已撤回",
     "batch new (maker): its dues are free again"},
};
#define STATE_COUNT (sizeof STATES / sizeof STATES[0])

const char *batch_state_name(enum batch_state s)
{
    return s >= 1 && (size_t)s <= STATE_COUNT ? STATES[s - 1].name : "?";
}

const char *batch_state_zh(enum batch_state s)
{
    return s >= 1 && (size_t)s <= STATE_COUNT ? STATES[s - 1].zh : "?";
}

const char *batch_next_hint(enum batch_state s)
{
    return s >= 1 && (size_t)s <= STATE_COUNT ? STATES[s - 1].next : "?";
}

static const struct {
    const char *name;
    const char *zh;
} STEPS[] = {
    {"?", "?"},          {"submit", "提交"},     {"approve", "复核"},
    {"release", "审批"}, {"close", "结清"},      {"close", "结清"},
    {"export", "导出"},  {"answer", "回盘"},     {"reissue", "重发"},
    {"sent", "已送"},    {"reject", "退回"},     {"drop", "剔除明细"},
    {"cancel", "作废"},  {"recall", "撤回"},     {"refused", "银行整批拒收"},
    {"redate", "改期"},  {"refund", "缴回国库"}, {"close-unknown", "附未明清单结清"},
};
#define STEP_COUNT (sizeof STEPS / sizeof STEPS[0])

const char *batch_step_name(enum batch_step s)
{
    return s >= 1 && (size_t)s < STEP_COUNT ? STEPS[s].name : "?";
}

const char *batch_step_zh(enum batch_step s)
{
    return s >= 1 && (size_t)s < STEP_COUNT ? STEPS[s].zh : "?";
}

#define ANY_OF_THREE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER)

/* Who may move a batch from where to where. An answer settles the batch by itself when
 * it leaves no line open (rule_answer_end). */
static const struct transition TRANSITIONS[] = {
    {BATCH_DRAFT, STEP_SUBMIT, ROLE_MAKER, BATCH_SUBMITTED},
    {BATCH_SUBMITTED, STEP_APPROVE, ROLE_CHECKER, BATCH_APPROVED},
    {BATCH_APPROVED, STEP_RELEASE, ROLE_RELEASER, BATCH_RELEASED},
    {BATCH_RELEASED, STEP_EXPORT, ROLE_MAKER, BATCH_EXPORTED},
    {BATCH_EXPORTED, STEP_EXPORT, ROLE_MAKER, BATCH_EXPORTED},
    {BATCH_SETTLED, STEP_EXPORT, ROLE_MAKER, BATCH_SETTLED},
    {BATCH_EXPORTED, STEP_ANSWER, ROLE_MAKER, BATCH_EXPORTED},
    {BATCH_SETTLED, STEP_ANSWER, ROLE_MAKER, BATCH_SETTLED},
    {BATCH_CLOSING, STEP_ANSWER, ROLE_MAKER, BATCH_CLOSING},
    {BATCH_CLOSED, STEP_ANSWER, ROLE_MAKER, BATCH_CLOSED},
    {BATCH_EXPORTED, STEP_REISSUE, ROLE_MAKER, BATCH_EXPORTED},
    {BATCH_SETTLED, STEP_REISSUE, ROLE_MAKER, BATCH_SETTLED},
    {BATCH_CLOSING, STEP_REISSUE, ROLE_MAKER, BATCH_CLOSING},
    {BATCH_CLOSED, STEP_REISSUE, ROLE_MAKER, BATCH_CLOSED},
    {BATCH_SETTLED, STEP_CLOSE, ROLE_MAKER, BATCH_CLOSING},
    {BATCH_CLOSING, STEP_CLOSE_CHECK, ROLE_CHECKER, BATCH_CLOSED},
    {BATCH_SUBMITTED, STEP_REJECT, ROLE_CHECKER, BATCH_DRAFT},
    {BATCH_APPROVED, STEP_REJECT, ROLE_CHECKER | ROLE_RELEASER, BATCH_DRAFT},
    {BATCH_RELEASED, STEP_REJECT, ROLE_RELEASER, BATCH_DRAFT},
    {BATCH_DRAFT, STEP_DROP, ROLE_MAKER, BATCH_DRAFT},
    {BATCH_SUBMITTED, STEP_DROP, ROLE_MAKER, BATCH_DRAFT},
    {BATCH_APPROVED, STEP_DROP, ROLE_MAKER, BATCH_DRAFT},
    {BATCH_RELEASED, STEP_DROP, ROLE_MAKER, BATCH_DRAFT},
    {BATCH_DRAFT, STEP_CANCEL, ROLE_MAKER, BATCH_CANCELLED},
    {BATCH_SUBMITTED, STEP_CANCEL, ROLE_MAKER | ROLE_CHECKER, BATCH_CANCELLED},
    {BATCH_APPROVED, STEP_CANCEL, ANY_OF_THREE, BATCH_CANCELLED},
    {BATCH_RELEASED, STEP_CANCEL, ANY_OF_THREE, BATCH_CANCELLED},
    {BATCH_EXPORTED, STEP_RECALL, ROLE_RELEASER, BATCH_RECALLED},
    {BATCH_EXPORTED, STEP_REFUSED, ROLE_CHECKER, BATCH_DRAFT},
    {BATCH_SUBMITTED, STEP_REDATE, ROLE_RELEASER, BATCH_SUBMITTED},
    {BATCH_APPROVED, STEP_REDATE, ROLE_RELEASER, BATCH_APPROVED},
    {BATCH_RELEASED, STEP_REDATE, ROLE_RELEASER, BATCH_RELEASED},
    {BATCH_EXPORTED, STEP_REFUND, ROLE_MAKER, BATCH_EXPORTED},
    {BATCH_SETTLED, STEP_REFUND, ROLE_MAKER, BATCH_SETTLED},
    {BATCH_CLOSING, STEP_REFUND, ROLE_MAKER, BATCH_CLOSING},
    {BATCH_CLOSED, STEP_REFUND, ROLE_MAKER, BATCH_CLOSED},
    {BATCH_EXPORTED, STEP_CLOSE_UNKNOWN, ROLE_MAKER, BATCH_CLOSING},
};

const struct transition *batch_transition(enum batch_state from, enum batch_step step)
{
    for (size_t i = 0; i < sizeof TRANSITIONS / sizeof TRANSITIONS[0]; i++) {
        if (TRANSITIONS[i].from == from && TRANSITIONS[i].step == step) {
            return &TRANSITIONS[i];
        }
    }
    return NULL;
}

static const char *const LINES[] = {
    "?",       "open",     "paid",    "rejected", "returned",
    "unknown", "reissued", "dropped", "refunded", "recalled",
};

const char *line_state_name(enum line_state s)
{
    return s >= 1 && (size_t)s < sizeof LINES / sizeof LINES[0] ? LINES[s] : "?";
}

bool line_may_become(enum line_state from, enum line_state to)
{
    switch (to) {
    case LINE_PAID:
    case LINE_REJECTED:
        return from == LINE_OPEN || from == LINE_UNKNOWN;
    case LINE_UNKNOWN:
        return from == LINE_OPEN;
    case LINE_RETURNED:
        return from == LINE_OPEN || from == LINE_UNKNOWN || from == LINE_PAID;
    case LINE_REISSUED:
    case LINE_REFUNDED:
        return from == LINE_REJECTED || from == LINE_RETURNED;
    case LINE_DROPPED:
        return from == LINE_OPEN;
    case LINE_RECALLED:
        return from == LINE_OPEN || from == LINE_UNKNOWN;
    case LINE_OPEN:
        return false;
    }
    return false;
}

bool line_may_be_corrected(enum line_state from)
{
    return from == LINE_REJECTED || from == LINE_RETURNED || from == LINE_REISSUED;
}
