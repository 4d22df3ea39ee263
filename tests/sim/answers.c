/* answers.c - sim answer: what a bank says to a payment file, in the form it is asked
 * for: pain.002, camt.053, camt.054 of several versions, or a bank's own layout by its
 * profile. Payment files are read by the program's readers; the messages are written
 * here by hand, as is NACHA's (nacha_answer.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/text.h"
#include "formats/profile_make.h"
#include "tests/sim/commands.h"
#include "tests/sim/nacha_answer.h"
#include "tests/sim/payfile.h"
#include "tests/sim/random.h"

#define BASIS 10000u /* hundredths of a percent in a whole */
#define FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct sent { /* one payment of the file; texts are owned by `texts` */
    size_t id, account, name, bank; /* where they begin in `texts`, NUL-ended */
    int64_t fen;
    bool back;
};

struct answering {
    uint64_t seed;
    uint64_t returns; /* of BASIS accounts */
    bool refuse;      /* the whole file */
    const char *message_id;
    const struct payment_format *format; /* of the payment file */
    struct buf texts;
    struct sent *list;
    size_t count;
    size_t room;
    size_t back;
    int64_t total_fen;
    struct buf out;
};

static const char *text_at(const struct answering *x, size_t at)
{
    return x->texts.p + at;
}

static size_t keep(struct answering *x, struct str s)
{
    size_t at = x->texts.len;
    buf_add_str(&x->texts, s);
    buf_add(&x->texts, "", 1);
    return at;
}

/* An account that is bad is bad for each of its lines. */
static enum status take(void *ctx, const struct answer *a, struct diag *d)
{
    struct answering *x = ctx;
    if (x->count == x->room) {
        x->room = x->room == 0 ? 1024 : 2 * x->room;
        struct sent *more = realloc(x->list, x->room * sizeof *more);
        if (more == NULL) {
            return diag_memory(d);
        }
        x->list = more;
    }
    uint64_t r = random_of_bytes(x->seed, a->account.p, a->account.n);
    struct sent *s = &x->list[x->count++];
    *s = (struct sent){.id = keep(x, a->id),
                       .account = keep(x, a->account),
                       .name = keep(x, a->name),
                       .bank = keep(x, a->bank),
                       .fen = a->amount_fen,
                       .back = r % BASIS < x->returns};
    x->back += s->back ? 1 : 0;
    x->total_fen += s->fen;
    return buf_check(&x->texts, d);
}

/* ---- messages ---- */

static void add_amount(struct answering *x, const char *tag, int64_t fen)
{
    char text[MONEY_TEXT_CAP];
    money_print(fen, text);
    buf_addf(&x->out, "<%s Ccy=\"CNY\">%s</%s>", tag, text, tag);
}

static void open_message(struct answering *x, const char *version, const char *root)
{
    buf_addf(&x->out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:%s\">\n<%s>\n"
             "<GrpHdr><MsgId>SIM-%llu</MsgId><CreDtTm>2026-09-28T18:00:00Z</CreDtTm>"
             "</GrpHdr>\n",
             version, root, (unsigned long long)x->seed);
}

static void add_status(struct answering *x, const struct sent *s)
{
    buf_addf(&x->out,
             "<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>%s</TxSts>",
             text_at(x, s->id), s->back ? "RJCT" : "ACSC");
    if (s->back) {
        buf_add_text(&x->out, "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>"
                              "<AddtlInf>已销户</AddtlInf></StsRsnInf>");
    }
    buf_add_text(&x->out, "<OrgnlTxRef><Amt>");
    add_amount(x, "InstdAmt", s->fen);
    buf_add_text(&x->out, "</Amt></OrgnlTxRef></TxInfAndSts>\n");
}

static void write_pain002(struct answering *x, const char *version)
{
    open_message(x, version, "CstmrPmtStsRpt");
    buf_addf(&x->out,
             "<OrgnlGrpInfAndSts><OrgnlMsgId>%s</OrgnlMsgId>"
             "<OrgnlMsgNmId>pain.001</OrgnlMsgNmId>",
             x->message_id);
    if (x->refuse) {
        buf_add_text(&x->out, "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn>"
                              "<AddtlInf>余额不足</AddtlInf></StsRsnInf>");
    } else {
        buf_addf(&x->out, "<OrgnlNbOfTxs>%zu</OrgnlNbOfTxs><GrpSts>PART</GrpSts>",
                 x->count);
    }
    buf_add_text(&x->out, "</OrgnlGrpInfAndSts>\n");
    if (!x->refuse) {
        buf_addf(&x->out,
                 "<OrgnlPmtInfAndSts><OrgnlPmtInfId>%s</OrgnlPmtInfId>"
                 "<PmtInfSts>PART</PmtInfSts>\n",
                 x->message_id);
        for (size_t i = 0; i < x->count; i++) {
            add_status(x, &x->list[i]);
        }
        buf_add_text(&x->out, "</OrgnlPmtInfAndSts>\n");
    }
    buf_add_text(&x->out, "</CstmrPmtStsRpt>\n</Document>\n");
}

static void add_entry(struct answering *x, const char *id, int64_t fen, bool back)
{
    buf_add_text(&x->out, "<Ntry>");
    add_amount(x, "Amt", fen);
    buf_addf(&x->out,
             "<CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/>"
             "<NtryDtls><TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs>",
             back ? "CRDT" : "DBIT", id);
    add_amount(x, "Amt", fen);
    if (back) {
        buf_add_text(&x->out, "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>");
    }
    buf_add_text(&x->out, "</TxDtls></NtryDtls></Ntry>\n");
}

/* Every payment left the account; some came back a day later. One is not ours. */
static void write_camt(struct answering *x, const char *version, bool statement)
{
    const char *part = statement ? "Stmt" : "Ntfctn";
    const char *root = statement ? "BkToCstmrStmt" : "BkToCstmrDbtCdtNtfctn";
    open_message(x, version, root);
    buf_addf(&x->out, "<%s><Id>1</Id>\n", part);
    add_entry(x, "RENT-2026-09", 120000, false);
    for (size_t i = 0; i < x->count; i++) {
        add_entry(x, text_at(x, x->list[i].id), x->list[i].fen, false);
    }
    for (size_t i = 0; i < x->count; i++) {
        if (x->list[i].back) {
            add_entry(x, text_at(x, x->list[i].id), x->list[i].fen, true);
        }
    }
    buf_addf(&x->out, "</%s>\n</%s>\n</Document>\n", part, root);
}

/* ---- a bank's own layout ---- */

static const struct profile_result *find_result(const struct profile *p,
                                                enum payment_status a,
                                                enum payment_status b)
{
    for (size_t i = 0; i < p->answer.result_count; i++) {
        const struct profile_result *r = &p->answer.results[i];
        if ((r->status == a || r->status == b) && !str_is(r->code, "*")) {
            return r;
        }
    }
    return NULL;
}

/* Where payments that are not named are paid, the bank names failures only. */
static enum status fill_made(struct answering *x, const struct profile *p,
                             struct payment *payments, struct made_result *made,
                             size_t *count, struct diag *d)
{
    const struct profile_result *paid = find_result(p, PAYMENT_PAID, PAYMENT_PAID);
    const struct profile_result *back =
        find_result(p, PAYMENT_REJECTED, PAYMENT_RETURNED);
    bool failures = p->answer.absent == PAYMENT_PAID && x->back > 0;
    if (paid == NULL || back == NULL) {
        return diag_fail(d, ST_INPUT, "results", "no result for paid and one for not");
    }
    *count = 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct sent *s = &x->list[i];
        payments[i] = (struct payment){.id = str_of(text_at(x, s->id)),
                                       .account = str_of(text_at(x, s->account)),
                                       .name = str_of(text_at(x, s->name)),
                                       .bank = str_of(text_at(x, s->bank)),
                                       .amount_fen = s->fen,
                                       .number = (uint32_t)i + 1};
        if (s->back || !failures) {
            made[(*count)++] =
                (struct made_result){&payments[i], s->back ? back : paid};
        }
    }
    return ST_OK;
}

static int64_t sum_of(const struct made_result *made, size_t count)
{
    int64_t fen = 0;
    for (size_t i = 0; i < count; i++) {
        fen += made[i].payment->amount_fen;
    }
    return fen;
}

static enum status write_layout(struct answering *x, const struct profile *p,
                                uint64_t variant, struct diag *d)
{
    struct payment_setting settings[PROFILE_SETTINGS_MAX];
    struct payment_head head = {.message_id = str_of(x->message_id),
                                .payer_name = str_of("演练民政局"),
                                .payer_account = str_of("6217000000000000009"),
                                .payer_bank = str_of("403100000004"),
                                .currency = str_of("CNY"),
                                .pay_day = 20720,
                                .count = x->count,
                                .total_fen = x->total_fen,
                                .file_number = 1,
                                .variant = (uint32_t)variant,
                                .settings = settings,
                                .setting_count = p->setting_count};
    struct payment *payments = calloc(x->count + 1, sizeof *payments);
    struct made_result *made = calloc(x->count + 1, sizeof *made);
    size_t count = 0;
    for (size_t i = 0; i < p->setting_count; i++) {
        settings[i] = (struct payment_setting){p->settings[i].name, str_of("1")};
    }
    enum status st = payments == NULL || made == NULL ? diag_memory(d) : ST_OK;
    if (st == ST_OK) {
        st = fill_made(x, p, payments, made, &count, d);
    }
    if (st == ST_OK) {
        if (p->answer.form == ANSWER_OWN_FILE) { /* its totals are of its own lines */
            head.count = count;
            head.total_fen = sum_of(made, count);
        }
        st = profile_make_answer(p, &head, made, count, &x->out, d);
    }
    free(payments);
    free(made);
    return st;
}

/* ---- returns ---- */

static enum status write_nacha(struct answering *x, struct diag *d)
{
    struct nacha_return *list = calloc(x->back + 1, sizeof *list);
    size_t n = 0;
    if (list == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < x->count; i++) {
        const struct sent *s = &x->list[i];
        if (s->back) {
            list[n++] = (struct nacha_return){text_at(x, s->id), text_at(x, s->account),
                                              text_at(x, s->name), s->fen};
        }
    }
    nacha_answer(&x->out, list, n);
    free(list);
    return buf_check(&x->out, d);
}

/* ---- the command ---- */

static enum status write_as(struct answering *x, const char *as, uint64_t variant,
                            struct diag *d)
{
    const struct payment_format *f = payment_format_find(str_of(as));
    if (strncmp(as, "pain.002.", 9) == 0) {
        write_pain002(x, as);
        return buf_check(&x->out, d);
    }
    if (strncmp(as, "camt.053.", 9) == 0 || strncmp(as, "camt.054.", 9) == 0) {
        write_camt(x, as, as[7] == '3');
        return buf_check(&x->out, d);
    }
    if (strncmp(as, "nacha", 5) == 0) {
        return write_nacha(x, d);
    }
    return f != NULL && f->profile != NULL
               ? write_layout(x, f->profile, variant, d)
               : diag_fail(d, ST_USAGE, "format", "no answers in \"%s\"", as);
}

static enum status save(const struct answering *x, const char *path, struct diag *d)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        return diag_errno(d, "cannot write", path);
    }
    bool good = fwrite(x->out.p, 1, x->out.len, f) == x->out.len;
    return fclose(f) == 0 && good ? ST_OK : diag_errno(d, "cannot write", path);
}

static enum status load(const char *path, struct buf *out, struct diag *d)
{
    char piece[65536];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return diag_errno(d, "cannot read", path);
    }
    for (size_t n = 1; n > 0;) {
        n = fread(piece, 1, sizeof piece, f);
        buf_add(out, piece, n);
    }
    bool good = ferror(f) == 0;
    (void)fclose(f);
    return good ? buf_check(out, d) : diag_errno(d, "cannot read", path);
}

static enum status read_payments(struct answering *x, struct str file, struct diag *d)
{
    struct answer_sink sink = {take, x};
    struct answer_file whole;
    if (x->format == NULL || x->format->read == NULL) {
        return diag_fail(d, ST_USAGE, "format", "no format whose files are read");
    }
    TRY(x->format->read(x->format, file, sink, &whole, d));
    if (x->message_id[0] == '\0') {
        static char id[PAYMENT_ID_MAX + 1];
        (void)snprintf(id, sizeof id, "%s", whole.message_id);
        x->message_id = id;
    }
    return ST_OK;
}

enum status command_answer(const struct args *a, struct diag *d)
{
    static const char *const options[] = {"--file",    "--format", "--as",
                                          "--out",     "--seed",   "--returns",
                                          "--variant", "--to",     NULL};
    static const char *const flags[] = {"--refuse", NULL};
    const char *file, *format, *as, *out;
    uint64_t variant;
    struct buf text;
    struct answering x = {.refuse = args_has(a, "--refuse"),
                          .message_id = args_get(a, "--to", "")};
    TRY(args_check(a, options, flags, d));
    TRY(args_need(a, "--file", &file, d));
    TRY(args_need(a, "--format", &format, d));
    TRY(args_need(a, "--as", &as, d));
    TRY(args_need(a, "--out", &out, d));
    TRY(args_number(a, "--seed", UINT64_MAX, 1, &x.seed, d));
    TRY(args_number(a, "--returns", BASIS, 150, &x.returns, d));
    TRY(args_number(a, "--variant", 8, 0, &variant, d));
    x.format = payment_format_find(str_of(format));
    buf_init(&text, FILE_MAX_BYTES);
    buf_init(&x.texts, FILE_MAX_BYTES);
    buf_init(&x.out, FILE_MAX_BYTES);
    enum status st;
    TRY_OUT(load(file, &text, d));
    TRY_OUT(read_payments(&x, buf_str(&text), d));
    TRY_OUT(write_as(&x, as, variant, d));
    TRY_OUT(save(&x, out, d));
    (void)printf("%zu payments, %lld fen, %zu back\n", x.count, (long long)x.total_fen,
                 x.back);
out:
    buf_release(&text);
    buf_release(&x.texts);
    buf_release(&x.out);
    free(x.list);
    return st;
}
