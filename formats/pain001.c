/* pain001.c - writes ISO 20022 pain.001.001.09 and .03, one PmtInf, one transaction a
 * line. Of what is written here the two differ in the namespace and in ReqdExctnDt, a
 * day in .03 and a choice of day and time in .09; banks have no BIC (.03) or BICFI
 * (.09), but a CNAPS code, which is written alike.
 *
 * The bytes depend on the arguments alone, so that a file can be made again from the
 * ledger. The schema lets five decimals of CNY and any control character's reference
 * pass; this writer does not: two decimals always, and no text that a bank could read
 * in another way. Element order and lengths: the schemas.
 *
 * Transactions are appended by hand, constant pieces and fields in turn into room taken
 * once: this is the inner loop of an export of millions of lines. */
#include "formats/pain001.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/must.h"
#include "base/text.h"

#define TEXT_CHARS_MAX 140 /* Max140Text: Nm, Ustrd */
#define CNAPS_LEN 12
#define SECOND_US 1000000

struct payment_writer {
    struct payment_tally tally;
    char payer_bank[CNAPS_LEN];
};

/* ---- text of one element ---- */

struct xml_text {
    struct str raw;
    size_t chars;
    size_t bytes; /* with & < > escaped */
};

/* What a byte of valid UTF-8 adds when escaped; FORBIDDEN where XML 1.0 or a field of
 * one line has no place for it; DOUBT where the next bytes decide. */
enum { FORBIDDEN = 0x80, DOUBT = 0x40, EXTRA_MASK = 0x0f };

#define X8(v) v, v, v, v, v, v, v, v
static const uint8_t
    byte_class[256] =
        {
            X8(FORBIDDEN),  X8(FORBIDDEN), X8(FORBIDDEN), X8(FORBIDDEN),
            ['&'] = 4,      ['<'] = 3,     ['>'] = 3,     [0x7f] = FORBIDDEN,
            [0xc2] = DOUBT, /* U+0080..U+009F: controls */
            [0xef] = DOUBT, /* U+FFFE, U+FFFF: not characters of XML */
};

static bool doubt_forbidden(const uint8_t *p)
{
    if (p[0] == 0xc2) {
        return p[1] < 0xa0;
    }
    return p[1] == 0xbf && p[2] >= 0xbe;
}

/* False at what cannot be written, with its offset in *bad_at. */
static bool xml_text_measure(struct str s, struct xml_text *out, size_t *bad_at)
{
    if (!text_utf8_valid(s, bad_at)) {
        return false;
    }
    const uint8_t *p = (const uint8_t *)s.p;
    size_t chars = 0;
    size_t extra = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t class = byte_class[p[i]];
        chars += (p[i] & 0xc0) != 0x80;
        extra += class & EXTRA_MASK;
        if (class >= DOUBT && (class == FORBIDDEN || doubt_forbidden(p + i))) {
            *bad_at = i;
            return false;
        }
    }
    *out = (struct xml_text){.raw = s, .chars = chars, .bytes = s.n + extra};
    return true;
}

static char *put_bytes(char *to, const void *p, size_t n)
{
    memcpy(to, p, n);
    return to + n;
}

/* The length is known to the compiler, which makes moves of it. */
#define PUT(to, literal) put_bytes((to), (literal), sizeof(literal) - 1)

static char *put_escaped(char *to, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            to = PUT(to, "&amp;");
            break;
        case '<':
            to = PUT(to, "&lt;");
            break;
        case '>':
            to = PUT(to, "&gt;");
            break;
        default:
            *to++ = s.p[i];
        }
    }
    return to;
}

static char *put_text(char *to, const struct xml_text *t)
{
    if (t->raw.n == 0) {
        return to;
    }
    return t->bytes == t->raw.n ? put_bytes(to, t->raw.p, t->raw.n)
                                : put_escaped(to, t->raw);
}

/* Fills d for the text that xml_text_measure refused. */
static enum status text_refused(struct str s, size_t bad_at, const char *what,
                                struct diag *d)
{
    if (!text_utf8_valid(s, NULL)) {
        return diag_fail(d, ST_INPUT, "charset", "%s is not UTF-8", what);
    }
    size_t at = text_utf8_count(str_make(s.p, bad_at)) + 1;
    diag_fail(d, ST_INPUT, "xml-character",
              "character %zu of %s is a control character, which XML cannot hold", at,
              what);
    return diag_hint(d, "correct %s at its source", what);
}

static enum status take_text(struct str s, const char *what, struct xml_text *out,
                             struct diag *d)
{
    size_t bad_at = 0;
    if (!xml_text_measure(s, out, &bad_at)) {
        return text_refused(s, bad_at, what, d);
    }
    return ST_OK;
}

static enum status too_long(const char *code, const char *what, size_t chars,
                            struct diag *d)
{
    diag_fail(d, ST_INPUT, code, "%s has %zu characters, the bank takes %d", what,
              chars, TEXT_CHARS_MAX);
    return diag_hint(d, "shorten %s at its source", what);
}

/* ---- the head ---- */

struct head_text {
    struct xml_text payer_name;
    char created[TIME_TEXT_CAP];
    char pay_day[DATE_TEXT_CAP];
    char total[MONEY_TEXT_CAP];
};

static enum status head_text_make(const struct payment_head *head, struct head_text *t,
                                  struct diag *d)
{
    TRY(payment_head_check(head, d));
    TRY(take_text(head->payer_name, "the payer's name", &t->payer_name, d));
    if (t->payer_name.chars > TEXT_CHARS_MAX) {
        return too_long("payer-name", "the payer's name", t->payer_name.chars, d);
    }
    must(head->created_us >= 0);
    (void)time_print(head->created_us - head->created_us % SECOND_US, t->created);
    (void)date_print(head->pay_day, t->pay_day);
    (void)money_print(head->total_fen, t->total);
    return ST_OK;
}

static void add_escaped(struct buf *out, const struct xml_text *t)
{
    char *to = buf_room(out, t->bytes);
    if (to != NULL) {
        (void)put_text(to, t);
        out->len += t->bytes;
    }
}

static void write_group_header(const struct payment_format *f,
                               const struct payment_head *head,
                               const struct head_text *t, struct buf *out)
{
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:%s\">\n"
             "<CstmrCdtTrfInitn>\n<GrpHdr><MsgId>",
             f->name);
    buf_add_str(out, head->message_id);
    buf_addf(out, "</MsgId><CreDtTm>%s</CreDtTm><NbOfTxs>%llu</NbOfTxs>", t->created,
             (unsigned long long)head->count);
    buf_addf(out, "<CtrlSum>%s</CtrlSum><InitgPty><Nm>", t->total);
    add_escaped(out, &t->payer_name);
    buf_add_text(out, "</Nm></InitgPty></GrpHdr>\n");
}

static void write_payment_information(const struct payment_format *f,
                                      const struct payment_head *head,
                                      const struct head_text *t, struct buf *out)
{
    buf_add_text(out, "<PmtInf><PmtInfId>");
    buf_add_str(out, head->message_id);
    bool choice = f != &pain001_v03;
    buf_addf(out,
             "</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
             "<NbOfTxs>%llu</NbOfTxs><CtrlSum>%s</CtrlSum>"
             "<ReqdExctnDt>%s%s%s</ReqdExctnDt><Dbtr><Nm>",
             (unsigned long long)head->count, t->total, choice ? "<Dt>" : "",
             t->pay_day, choice ? "</Dt>" : "");
    add_escaped(out, &t->payer_name);
    buf_add_text(out, "</Nm></Dbtr><DbtrAcct><Id><Othr><Id>");
    buf_add_str(out, head->payer_account);
    buf_add_text(out, "</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><ClrSysMmbId>"
                      "<ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>");
    buf_add_str(out, head->payer_bank);
    buf_add_text(out, "</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>\n");
}

static enum status pain001_open(const struct payment_format *f,
                                struct payment_writer **out_writer,
                                const struct payment_head *head, struct buf *out,
                                struct diag *d)
{
    struct head_text text;
    TRY(head_text_make(head, &text, d));
    write_group_header(f, head, &text, out);
    write_payment_information(f, head, &text, out);
    TRY(buf_check(out, d));
    struct payment_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return diag_memory(d);
    }
    payment_tally_init(&w->tally, head);
    must(head->payer_bank.n == CNAPS_LEN);
    memcpy(w->payer_bank, head->payer_bank.p, CNAPS_LEN);
    *out_writer = w;
    return ST_OK;
}

/* ---- one payment ---- */

struct line_text {
    struct xml_text name;
    struct xml_text purpose;
    struct xml_text remark;
    struct str bank;
};

static size_t remittance_chars(const struct line_text *t)
{
    bool both = t->purpose.chars > 0 && t->remark.chars > 0;
    return t->purpose.chars + t->remark.chars + (both ? 1 : 0);
}

static enum status line_text_make(const struct payment_writer *w,
                                  const struct payment *p, struct line_text *t,
                                  struct diag *d)
{
    TRY(payment_check(p, d));
    TRY(take_text(p->name, "the account holder's name", &t->name, d));
    TRY(take_text(p->purpose, "the purpose", &t->purpose, d));
    TRY(take_text(p->remark, "the remark", &t->remark, d));
    if (t->name.chars > TEXT_CHARS_MAX) {
        return too_long("name-too-long", "the account holder's name", t->name.chars, d);
    }
    if (remittance_chars(t) > TEXT_CHARS_MAX) {
        return too_long("remark-too-long", "purpose and remark", remittance_chars(t),
                        d);
    }
    t->bank = p->bank.n > 0 ? p->bank : str_make(w->payer_bank, CNAPS_LEN);
    return ST_OK;
}

static char *put_remittance(char *to, const struct line_text *t)
{
    size_t chars = remittance_chars(t);
    if (chars == 0) {
        return to;
    }
    to = PUT(to, "<RmtInf><Ustrd>");
    to = put_text(to, &t->purpose);
    if (t->purpose.chars > 0 && t->remark.chars > 0) {
        *to++ = ' ';
    }
    to = put_text(to, &t->remark);
    return PUT(to, "</Ustrd></RmtInf>");
}

static char *put_line(char *to, const struct payment *p, const struct line_text *t)
{
    to = PUT(to, "<CdtTrfTxInf><PmtId><InstrId>");
    to = put_bytes(to, p->id.p, p->id.n);
    to = PUT(to, "</InstrId><EndToEndId>");
    to = put_bytes(to, p->id.p, p->id.n);
    to = PUT(to, "</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"CNY\">");
    to += money_print(p->amount_fen, to);
    to = PUT(to, "</InstdAmt></Amt><CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId>"
                 "<Cd>CNAPS</Cd></ClrSysId><MmbId>");
    to = put_bytes(to, t->bank.p, t->bank.n);
    to = PUT(to, "</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><Cdtr><Nm>");
    to = put_text(to, &t->name);
    to = PUT(to, "</Nm></Cdtr><CdtrAcct><Id><Othr><Id>");
    to = put_bytes(to, p->account.p, p->account.n);
    to = PUT(to, "</Id></Othr></Id></CdtrAcct>");
    to = put_remittance(to, t);
    return PUT(to, "</CdtTrfTxInf>\n");
}

/* All constant pieces of a line together are shorter. */
#define LINE_CONSTANT_MAX 512

static enum status pain001_add(struct payment_writer *w, const struct payment *p,
                               struct buf *out, struct diag *d)
{
    struct line_text t;
    enum status st = line_text_make(w, p, &t, d);
    if (st != ST_OK) {
        return diag_where(d, "payment %.*s", STR_ARG(p->id));
    }
    TRY(payment_tally_add(&w->tally, p, d));
    size_t room = LINE_CONSTANT_MAX + 2 * p->id.n + MONEY_TEXT_CAP + t.bank.n +
                  t.name.bytes + p->account.n + t.purpose.bytes + t.remark.bytes;
    char *from = buf_room(out, room);
    if (from == NULL) {
        return buf_check(out, d);
    }
    size_t n = (size_t)(put_line(from, p, &t) - from);
    must(n <= room);
    out->len += n;
    return ST_OK;
}

/* ---- the end ---- */

static enum status pain001_close(struct payment_writer *w, struct buf *out,
                                 struct diag *d)
{
    enum status st = payment_tally_check(&w->tally, d);
    free(w);
    if (st != ST_OK) {
        return st;
    }
    buf_add_text(out, "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n");
    return buf_check(out, d);
}

static void pain001_abandon(struct payment_writer *w)
{
    free(w);
}

#define PAIN001_COMMON                                                                 \
    .extension = "xml", .variants = 1, .open = pain001_open, .add = pain001_add,       \
    .close = pain001_close, .abandon = pain001_abandon, .is = pain001_is,              \
    .read = pain001_read

const struct payment_format pain001_v03 = {
    .name = "pain.001.001.03",
    .title_zh = "ISO 20022 客户贷记转账 pain.001.001.03",
    .title_en = "ISO 20022 credit transfer pain.001.001.03",
    PAIN001_COMMON,
};

const struct payment_format pain001_v09 = {
    .name = "pain.001.001.09",
    .title_zh = "ISO 20022 客户贷记转账 pain.001.001.09",
    .title_en = "ISO 20022 credit transfer pain.001.001.09",
    PAIN001_COMMON,
};
