/* request.c - writing and reading requests and signatures; see request.h.
 *
 * Reading takes the parts out and writes the file anew: only what comes out the same to
 * the byte is believed. So there is no second notion of what a well-formed file is. */
#include "ledger/request.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/capital.h"
#include "base/date.h"
#include "base/money.h"
#include "base/text.h"

#define REQUEST_HEAD "almoner-request/1\n"
#define SIGNED "== signed 所签内容 ==\n"
#define TOLD "== told by the county, not signed 县级说明，不在签名之内 ==\n"
#define TEXT_HEAD "== signed text 签名原文 ==\n"
#define END "== end 结束 ==\n"
#define OFFICE "office 单位: "
#define NAME "name 姓名: "
#define KEY "key 公钥: "
#define ID "sm2 id 签名标识: "
#define NOTE "| "
#define SIGNATURE_HEAD "almoner-signature/1\n"
#define SIGNATURE_TEXT_CAP (4 * ((SIGNATURE_LEN + 2) / 3) + 1)
#define SIGNATURE_ID "sm2-id "
#define NOTE_MAX 300
#define SIGNED_WORDS 13 /* lines of add_signed_words */
#define TEXT_LINES 11   /* of a signed text */

/* ---- words ---- */

static const char *kind_zh(enum record_kind k)
{
    static const struct {
        enum record_kind kind;
        const char *zh;
    } names[] = {
        {KIND_OPERATOR, "登记操作员"},
        {KIND_CHANNEL, "登记代发银行"},
        {KIND_SECOND, "管理员确认"},
        {KIND_CLOCK, "确认时钟跳变"},
        {KIND_REVEAL, "查看个人信息"},
        {KIND_EPOCH, "恢复账套，开始新纪元"},
        {KIND_LEDGER_KEY, "更换账套密钥"},
        {KIND_LOST_FILE, "核认银行在恢复前已有的文件"},
        {KIND_POLICY_ADOPT, "采用政策"},
        {KIND_POLICY_CONFIRM, "确认政策"},
        {KIND_IMPORT, "提交导入"},
        {KIND_IMPORT_START, "确认导入"},
        {KIND_IMPORT_END, "导入结束"},
        {KIND_RUN_START, "开始测算"},
        {KIND_RUN_END, "测算结束"},
        {KIND_BATCH_START, "开始组批"},
        {KIND_BATCH_END, "组批结束"},
        {KIND_BATCH_SIGN, "批次签批"},
        {KIND_EXPORT, "导出代发文件"},
        {KIND_ANSWER_START, "开始回盘"},
        {KIND_ANSWER_END, "回盘结束"},
        {KIND_REISSUE_START, "开始重发"},
        {KIND_REISSUE_END, "重发结束"},
        {KIND_WITHDRAW_START, "撤出明细"},
        {KIND_WITHDRAW_END, "撤出结束"},
        {KIND_BATCH_STEP, "批次退回或改期"},
        {KIND_RECOVERY, "提出追缴"},
        {KIND_RECOVERY_CONFIRM, "确认追缴"},
        {KIND_REPAYMENT, "登记退缴"},
        {KIND_RETENTION, "设定保管期限"},
        {KIND_SETTING, "设定参数"},
        {KIND_REFUSED, "不予确认或撤回"},
        {KIND_HOLD, "冻结或解冻销毁"},
        {KIND_ERASE, "提出销毁个人信息"},
        {KIND_ERASED, "销毁个人信息"},
        {KIND_WITNESS, "登记见证人"},
        {KIND_COSIGNED, "登记联署"},
        {KIND_TIMESTAMP, "登记时间戳"},
        {KIND_MONTH_CLOSE, "月结或年结"},
        {KIND_CLOSE_CONFIRM, "确认月结或年结"},
        {KIND_UNKNOWN_LIST, "附未明清单结清批次"},
        {KIND_APPROPRIATION, "录入预算指标"},
        {KIND_FUND_CONFIRM, "确认预算指标"},
        {KIND_RECEIPT, "登记国库拨款"},
        {KIND_ALLOCATION, "占用预算指标"},
        {KIND_NOTICE, "公示"},
        {KIND_OBJECTION, "登记公示异议"},
        {KIND_OBJECTION_DECIDED, "处理公示异议"},
        {KIND_NOTICE_CLOSED, "公示撤下"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].kind == k) {
            return names[i].zh;
        }
    }
    return "其他";
}

bool request_is_sandbox(struct str origin)
{
    struct str rest = origin;
    for (int part = 0; part < 3; part++) { /* almoner/DIVISION/LEDGER/ */
        const char *slash = rest.n == 0 ? NULL : memchr(rest.p, '/', rest.n);
        if (slash == NULL) {
            return false;
        }
        rest = str_make(slash + 1, rest.n - (size_t)(slash + 1 - rest.p));
    }
    return str_is(rest, "sandbox") || str_starts(rest, str_of("sandbox/"));
}

int64_t request_expires(const struct act_words *w)
{
    int64_t end;
    return money_add(w->time_us, ACT_SIGNATURE_AGE_MAX_US, &end) ? end : INT64_MAX;
}

static void add_time(struct buf *out, const char *label, int64_t us)
{
    char text[TIME_TEXT_CAP];
    time_print(us, text);
    buf_addf(out, "%s: %s\n", label, text);
}

static void add_signed_words(const struct act_words *w, struct buf *out)
{
    char fen[MONEY_TEXT_CAP];
    char capital[CAPITAL_TEXT_CAP];
    char root[48];
    char digest[2 * DIGEST_LEN + 1];
    bool sandbox = request_is_sandbox(w->origin);
    money_print_grouped(w->total_fen, fen);
    capital_print(w->total_fen, capital);
    text_base64(w->root, DIGEST_LEN, root);
    text_hex(w->digest, DIGEST_LEN, digest);
    buf_addf(out, "act 事项: %s %s\n", record_kind_name(w->kind), kind_zh(w->kind));
    buf_addf(out, "subject 内容: %.*s\n", STR_ARG(w->subject));
    buf_addf(out, "count 数量: %" PRIu64 "\n", w->count);
    buf_addf(out, "amount 金额: %s yuan 元\n", fen);
    buf_addf(out, "in capitals 大写: %s\n", capital);
    buf_addf(out, "ledger 账套: %.*s\n", STR_ARG(w->origin));
    buf_addf(out, "for 性质: %s\n",
             sandbox ? "SANDBOX, practice only 演练，不发放资金" : "live 正式");
    buf_addf(out, "operator 操作员: no. %" PRIu32 "\n", w->operator_number);
    add_time(out, "time 时间", w->time_us);
    add_time(out, "expires 有效期至", request_expires(w));
    buf_addf(out, "size 记录数: %" PRIu64 "\n", w->size);
    buf_addf(out, "root 根哈希: %s\n", root);
    buf_addf(out, "digest 内容摘要: %s\n", digest);
}

static bool one_line(struct str s)
{
    return text_utf8_valid(s, NULL) && !text_has_control(s);
}

/* Each line of notes begins with its mark: none can pass for a heading. */
void request_note(struct buf *notes, const char *fmt, ...)
{
    char line[NOTE_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n >= 0 && n < NOTE_MAX && one_line(str_of(line))) {
        buf_addf(notes, NOTE "%s\n", line);
    }
}

/* Only SM2 signs under an id. */
static void add_id(const uint8_t public_key[KEY_PUBLIC_LEN], const char *label,
                   struct str id, struct buf *out)
{
    if (key_suite(public_key) == SUITE_2) {
        buf_add_text(out, label);
        buf_add_str(out, id);
        buf_add_text(out, "\n");
    }
}

static void add_told_words(const struct request *q, struct buf *out)
{
    char vkey[VKEY_TEXT_CAP];
    vkey_print(str_of(q->name), q->public_key, vkey);
    buf_add_text(out, OFFICE);
    buf_add_str(out, one_line(q->office) ? q->office : str_of(""));
    buf_addf(out, "\n" NAME "%s\n" KEY "%s\n", q->name, vkey);
    add_id(q->public_key, ID, q->sm2_id, out);
    buf_add_str(out, q->notes);
}

void request_words(const struct request *q, struct buf *signed_words,
                   struct buf *told_words)
{
    add_signed_words(&q->words, signed_words);
    add_told_words(q, told_words);
}

/* ---- both files ---- */

/* The last line: the digest of all before it. */
static void add_digest(struct digest *g, struct buf *out)
{
    uint8_t digest[DIGEST_LEN];
    char hex[2 * DIGEST_LEN + 1];
    digest_once(g, buf_str(out), str_of(""), digest);
    text_hex(digest, DIGEST_LEN, hex);
    buf_addf(out, "sha256 %s\n", hex);
}

struct lines {
    struct str rest;
    struct str line; /* without its line feed */
    bool failed;
};

static struct str next_line(struct lines *l)
{
    const char *end = l->rest.n == 0 ? NULL : memchr(l->rest.p, '\n', l->rest.n);
    if (l->failed || end == NULL) {
        l->failed = true;
        l->line = str_of("");
        return l->line;
    }
    l->line = str_make(l->rest.p, (size_t)(end - l->rest.p));
    l->rest = str_make(end + 1, l->rest.n - l->line.n - 1);
    return l->line;
}

/* What stands behind the label that the next line begins with. */
static struct str labelled(struct lines *l, const char *label)
{
    struct str line = next_line(l);
    if (!str_starts(line, str_of(label))) {
        l->failed = true;
        return str_of("");
    }
    return str_make(line.p + strlen(label), line.n - strlen(label));
}

/* A line that is to be just this; text ends with its line feed. */
static void exactly(struct lines *l, const char *text)
{
    struct str line = next_line(l);
    l->failed =
        l->failed || line.n + 1 != strlen(text) || memcmp(line.p, text, line.n) != 0;
}

/* The eleven lines of a signed text. */
static struct str signed_text(struct lines *l)
{
    const char *from = l->rest.p;
    for (int i = 0; i < TEXT_LINES; i++) {
        next_line(l);
    }
    return l->failed ? str_of("") : str_make(from, (size_t)(l->rest.p - from));
}

static void last_lines(struct lines *l, uint8_t digest[DIGEST_LEN])
{
    exactly(l, END);
    struct str hex = labelled(l, "sha256 ");
    l->failed = l->failed || l->rest.n > 0 || !text_unhex(hex, digest, DIGEST_LEN);
}

/* Is the digest of the last line that of the lines before it? */
static bool digest_holds(struct str file, struct digest *g,
                         const uint8_t says[DIGEST_LEN])
{
    uint8_t digest[DIGEST_LEN];
    size_t last = strlen("sha256 \n") + 2 * (size_t)DIGEST_LEN;
    must(file.n > last);
    digest_once(g, str_make(file.p, file.n - last), str_of(""), digest);
    return digest_equal(digest, says);
}

/* The line of the key, and behind one of SM2 that of the id. */
static void take_key(struct lines *l, const char *label, const char *id_label,
                     char name[KEY_NAME_MAX + 1], uint8_t public_key[KEY_PUBLIC_LEN],
                     struct str *id)
{
    struct diag ignored;
    struct str vkey = labelled(l, label);
    *id = str_of("");
    l->failed = l->failed || vkey_parse(vkey, name, public_key, &ignored) != ST_OK;
    if (!l->failed && key_suite(public_key) == SUITE_2) {
        *id = labelled(l, id_label);
        l->failed = l->failed || !sm2_id_valid(*id);
    }
}

/* ---- request ---- */

enum status request_print(const struct request *q, struct digest *g, struct buf *out,
                          struct diag *d)
{
    struct request full = *q;
    if (!act_message_read(q->text, &full.words)) {
        return diag_fail(d, ST_INPUT, "request-form",
                         "what is to be signed is not in its form");
    }
    buf_add_text(out, REQUEST_HEAD SIGNED);
    add_signed_words(&full.words, out);
    buf_add_text(out, TOLD);
    add_told_words(&full, out);
    buf_add_text(out, TEXT_HEAD);
    buf_add_str(out, q->text);
    buf_add_text(out, END);
    add_digest(g, out);
    return buf_check(out, d);
}

/* Takes the parts out; the words above the signed text are only passed over. */
static bool take_request(struct str file, struct request *out)
{
    struct lines l = {.rest = file};
    exactly(&l, REQUEST_HEAD);
    exactly(&l, SIGNED);
    for (int i = 0; i < SIGNED_WORDS; i++) {
        next_line(&l);
    }
    exactly(&l, TOLD);
    out->office = labelled(&l, OFFICE);
    struct str name = labelled(&l, NAME);
    take_key(&l, KEY, ID, out->name, out->public_key, &out->sm2_id);
    const char *notes = l.rest.p;
    while (!l.failed && str_starts(l.rest, str_of(NOTE))) {
        l.failed = !one_line(next_line(&l)) || l.failed;
    }
    out->notes = str_make(notes, (size_t)(l.rest.p - notes));
    exactly(&l, TEXT_HEAD);
    out->text = signed_text(&l);
    last_lines(&l, out->digest);
    return !l.failed && one_line(out->office) && str_is(name, out->name) &&
           act_message_read(out->text, &out->words);
}

static enum status check_words(struct str file, struct digest *g,
                               const struct request *q, struct diag *d)
{
    struct buf again;
    buf_init(&again, REQUEST_BYTES_MAX);
    enum status st = request_print(q, g, &again, d);
    if (st == ST_OK && !str_eq(buf_str(&again), file)) {
        diag_fail(d, ST_INPUT, "request-words",
                  "the request's words are not those of what would be signed");
        st = diag_hint(d, "do not sign; ask the county for a new one");
    }
    buf_release(&again);
    return st;
}

enum status request_read(struct str file, struct digest *g, struct request *out,
                         struct diag *d)
{
    memset(out, 0, sizeof *out);
    if (file.n > REQUEST_BYTES_MAX || !take_request(file, out)) {
        diag_fail(d, ST_INPUT, "request-form", "this is no request of this program");
        return diag_hint(d, "almoner COMMAND ... --request FILE writes one; both sides "
                            "need the same version");
    }
    if (!digest_holds(file, g, out->digest)) {
        diag_fail(d, ST_INPUT, "request-damaged",
                  "the request is not as it was written");
        return diag_hint(d, "bring it over again");
    }
    return check_words(file, g, out, d);
}

/* ---- signature ---- */

enum status signature_file_print(const struct signature_file *s, struct digest *g,
                                 struct buf *out, struct diag *d)
{
    char hex[2 * DIGEST_LEN + 1];
    char vkey[VKEY_TEXT_CAP];
    char base64[SIGNATURE_TEXT_CAP];
    text_hex(s->request, DIGEST_LEN, hex);
    vkey_print(str_of(s->name), s->public_key, vkey);
    text_base64(s->signature, SIGNATURE_LEN, base64);
    buf_addf(out, SIGNATURE_HEAD "request %s\nkey %s\n", hex, vkey);
    add_id(s->public_key, SIGNATURE_ID, s->sm2_id, out);
    buf_addf(out, "signature %s\n" TEXT_HEAD, base64);
    buf_add_str(out, s->text);
    buf_add_text(out, END);
    add_digest(g, out);
    return buf_check(out, d);
}

static bool take_signature(struct str file, struct signature_file *out,
                           uint8_t digest[DIGEST_LEN])
{
    struct lines l = {.rest = file};
    size_t n = 0;
    exactly(&l, SIGNATURE_HEAD);
    struct str hex = labelled(&l, "request ");
    take_key(&l, "key ", SIGNATURE_ID, out->name, out->public_key, &out->sm2_id);
    struct str base64 = labelled(&l, "signature ");
    exactly(&l, TEXT_HEAD);
    out->text = signed_text(&l);
    last_lines(&l, digest);
    return !l.failed && text_unhex(hex, out->request, DIGEST_LEN) &&
           text_unbase64(base64, out->signature, SIGNATURE_LEN, &n) &&
           n == SIGNATURE_LEN && act_message_read(out->text, &out->words);
}

enum status signature_file_read(struct str file, struct digest *g,
                                struct signature_file *out, struct diag *d)
{
    uint8_t digest[DIGEST_LEN];
    memset(out, 0, sizeof *out);
    if (file.n > REQUEST_BYTES_MAX || !take_signature(file, out, digest)) {
        diag_fail(d, ST_INPUT, "signature-form", "this is no signature file");
        return diag_hint(d, "almoner sign REQUEST --out FILE writes one");
    }
    if (!digest_holds(file, g, digest)) {
        diag_fail(d, ST_INPUT, "signature-damaged",
                  "the signature file is not as it was written");
        return diag_hint(d, "bring it over again");
    }
    if (!key_verify_id(out->public_key, out->sm2_id, out->text, out->signature)) {
        return diag_fail(d, ST_DENIED, "signature",
                         "the signature does not hold for its text");
    }
    return ST_OK;
}
