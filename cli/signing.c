/* signing.c - see signing.h. What is asked for, and how it is answered, are the files
 * of ledger/request.h. */
#include "cli/signing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "cli/batch_change.h"
#include "cli/batch_checks.h"
#include "cli/batch_warnings.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/secret.h"
#include "cli/sign_command.h"
#include "ledger/cbor.h"

static const struct option_spec WHO[] = {
    {"as", 0, OPTION_TEXT, "NAME", "the operator who acts (else ALMONER_AS)"},
    {"key", 0, OPTION_TEXT, "FILE", "the operator's key (else ALMONER_KEY)"},
    {"passphrase-file", 0, OPTION_TEXT, "FILE",
     "its passphrase (else ALMONER_PASSPHRASE_FILE, or asked)"},
    {"sign-command", 0, OPTION_TEXT, "COMMAND",
     "a program that signs (else ALMONER_SIGN_COMMAND)"},
    {"request", 0, OPTION_TEXT, "FILE", "write what is to be signed elsewhere"},
    {"signature", 0, OPTION_TEXT, "FILE",
     "what almoner sign made of it: completes the act"},
};
const struct option_table options_who = {"Who acts", WHO, COMMAND_COUNT(WHO)};

/* ---- choosing ---- */

/* almoner sign has no option to ask elsewhere. */
static const char *elsewhere(const struct options *o, const char *name)
{
    return options_knows(o, name) ? options_text(o, name) : NULL;
}

static bool is_elsewhere(const struct options *o)
{
    return elsewhere(o, "request") != NULL || elsewhere(o, "signature") != NULL;
}

bool signing_given(const struct options *o)
{
    return options_text(o, "key") != NULL || options_text(o, "sign-command") != NULL ||
           is_elsewhere(o);
}

static enum signing_way choose(const struct options *o)
{
    if (is_elsewhere(o)) {
        return SIGNING_ELSEWHERE;
    }
    if (options_text(o, "sign-command") != NULL) {
        return SIGNING_COMMAND;
    }
    if (options_text(o, "key") != NULL) {
        return SIGNING_KEY;
    }
    if (env_variable("ALMONER_SIGN_COMMAND") != NULL) {
        return SIGNING_COMMAND;
    }
    return env_variable("ALMONER_KEY") != NULL ? SIGNING_KEY : SIGNING_NONE;
}

static enum status check_options(const struct options *o, struct diag *d)
{
    bool key = options_text(o, "key") != NULL;
    bool command = options_text(o, "sign-command") != NULL;
    if ((key && command) || (is_elsewhere(o) && (key || command))) {
        return diag_fail(d, ST_USAGE, "both-given",
                         "--key, --sign-command and --request or --signature exclude "
                         "each other");
    }
    return ST_OK;
}

static void warn_of_open_key(const struct output *out, const char *path)
{
    struct stat s;
    if (stat(path, &s) == 0 && (s.st_mode & 077) != 0) {
        output_warn(out, "others on this machine can read the key file %s: chmod 600",
                    path);
    }
}

static enum status load_key(struct signing *s, const struct options *o,
                            const char *passphrase_file, const struct output *out,
                            struct diag *d)
{
    const char *path = options_text(o, "key");
    path = path != NULL ? path : env_variable("ALMONER_KEY");
    TRY(secret_load_key(&s->key, path, passphrase_file, &s->key_bare, d));
    warn_of_open_key(out, path);
    return ST_OK;
}

static enum status load_signature(struct signing *s, struct diag *d)
{
    struct digest *g;
    if (s->signature_path == NULL) {
        return ST_OK;
    }
    TRY(file_load(s->signature_path, REQUEST_BYTES_MAX, &s->signature_bytes, d));
    TRY(digest_new(&g, d));
    enum status st =
        signature_file_read(buf_str(&s->signature_bytes), g, &s->signature, d);
    digest_free(g);
    return st == ST_OK ? st : diag_where(d, "%s", s->signature_path);
}

enum status signing_load(struct signing *s, const struct options *o,
                         const char *passphrase_file, const struct output *out,
                         struct diag *d)
{
    TRY(check_options(o, d));
    s->way = choose(o);
    switch (s->way) {
    case SIGNING_KEY:
        return load_key(s, o, passphrase_file, out, d);
    case SIGNING_COMMAND:
        s->command = options_text(o, "sign-command");
        s->command =
            s->command != NULL ? s->command : env_variable("ALMONER_SIGN_COMMAND");
        return ST_OK;
    case SIGNING_ELSEWHERE:
        s->request_path = elsewhere(o, "request");
        s->signature_path = elsewhere(o, "signature");
        return load_signature(s, d);
    case SIGNING_NONE:
        break;
    }
    diag_fail(d, ST_USAGE, "who", "it is not said which key signs");
    return diag_hint(d, "give --as NAME --key FILE, or set ALMONER_AS and ALMONER_KEY; "
                        "or --request FILE where the key is on another machine");
}

void signing_release(struct signing *s)
{
    key_free(s->key);
    s->key = NULL;
    buf_release(&s->signature_bytes);
    buf_release(&s->asked_text);
}

/* ---- by a command ---- */

static enum status sign_by_command(void *ctx, struct ledger *l,
                                   const struct act_offer *offer,
                                   uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    const struct signing *s = ctx;
    return sign_command(s->command, offer->message, ledger_signer(l)->public_key,
                        str_of(ledger_info(l)->sm2_id), out, d);
}

/* ---- elsewhere: the answer ---- */

static enum status another_act(const struct act_words *was, const struct act_words *is,
                               struct diag *d)
{
    if (!str_eq(was->origin, is->origin)) {
        return diag_fail(d, ST_DENIED, "signature-origin",
                         "the signature is for the ledger %.*s, not %.*s",
                         STR_ARG(was->origin), STR_ARG(is->origin));
    }
    if (was->operator_number != is->operator_number) {
        return diag_fail(d, ST_DENIED, "signature-act",
                         "operator %" PRIu32 " was asked, not %" PRIu32,
                         was->operator_number, is->operator_number);
    }
    if (was->kind != is->kind || !str_eq(was->subject, is->subject)) {
        diag_fail(d, ST_CONFLICT, "signature-act",
                  "signed was \"%.*s\" (%s), and this is \"%.*s\" (%s)",
                  STR_ARG(was->subject), record_kind_name(was->kind),
                  STR_ARG(is->subject), record_kind_name(is->kind));
        return diag_hint(d, "give --signature to the command that the request was for");
    }
    return ST_OK;
}

/* What is to be written now, against what was signed. */
static enum status compare(struct ledger *l, const struct act_words *was,
                           const struct act_words *is, struct diag *d)
{
    char was_fen[MONEY_TEXT_CAP];
    char is_fen[MONEY_TEXT_CAP];
    TRY(another_act(was, is, d));
    if (was->count != is->count || was->total_fen != is->total_fen) {
        money_print_grouped(was->total_fen, was_fen);
        money_print_grouped(is->total_fen, is_fen);
        diag_fail(d, ST_CONFLICT, "signature-changed",
                  "signed were %" PRIu64 " and %s yuan, and now it would be %" PRIu64
                  " and %s",
                  was->count, was_fen, is->count, is_fen);
    } else if (!digest_equal(was->digest, is->digest)) {
        diag_fail(
            d, ST_CONFLICT, "signature-changed",
            "what would be written is not what was signed: the ledger had %" PRIu64
            " records then and has %" PRIu64
            " now, or the command's options or files are others",
            was->size, ledger_head(l)->tree.size);
    } else {
        return ST_OK;
    }
    return diag_hint(d, "look at it again, and ask anew with --request FILE");
}

static enum status give_signature(void *ctx, struct ledger *l,
                                  const struct act_offer *offer,
                                  uint8_t out[SIGNATURE_LEN], struct diag *d)
{
    const struct signing *s = ctx;
    struct act_words now;
    if (!act_message_read(offer->message, &now)) {
        return diag_fail(d, ST_INPUT, "subject", "what is signed cannot be named");
    }
    TRY(compare(l, &s->signature.words, &now, d));
    /* The end of a long act needs a signature too: known before its chunks are; and so
     * does the submission for which an allocation is signed. */
    bool more = record_kind_end(offer->kind) != 0 || offer->kind == KIND_ALLOCATION;
    if (more && s->request_path == NULL) {
        diag_fail(d, ST_USAGE, "request-missing",
                  "this act has a second signature, at its end: where to ask for it?");
        return diag_hint(d, "give --request FILE beside --signature");
    }
    memcpy(out, s->signature.signature, SIGNATURE_LEN);
    return ST_OK;
}

/* ---- elsewhere: the question ---- */

/* The batch that a record is about, from its body; 0: about none that has lines. */
static uint32_t batch_of(const struct act_offer *offer)
{
    struct reader r;
    struct cbor_map m;
    if (offer->kind != KIND_BATCH_END && offer->kind != KIND_BATCH_SIGN &&
        offer->kind != KIND_EXPORT) {
        return 0;
    }
    reader_init(&r, offer->plain.p, offer->plain.n);
    cbor_map_begin(&m, &r);
    uint64_t number = cbor_map_key(&m, 1) ? cbor_get_uint(&r) : 0;
    return r.failed || number > UINT32_MAX ? 0 : (uint32_t)number;
}

/* What a batch's signature says was warned of (key 6), from the body it is under. */
static void note_warned(const struct act_offer *offer, struct buf *notes)
{
    struct reader r;
    struct cbor_map m;
    reader_init(&r, offer->plain.p, offer->plain.n);
    cbor_map_begin(&m, &r);
    for (uint64_t key = 1; key <= 5; key++) {
        if (cbor_map_key(&m, key)) {
            cbor_skip(&r);
        }
    }
    uint64_t count = cbor_map_key(&m, 6) ? cbor_get_array(&r) : 0;
    for (uint64_t i = 0; i < count && !r.failed; i++) {
        cbor_get_array(&r);
        struct str name = cbor_get_text(&r);
        batch_checks_note(notes, name, cbor_get_uint(&r));
    }
}

static enum status print_request(struct signing *s, struct ledger *l,
                                 const struct act_offer *offer, struct buf *notes,
                                 struct buf *out, struct diag *d)
{
    struct digest *g;
    struct request q = {.text = offer->message,
                        .office = str_of(ledger_info(l)->name),
                        .sm2_id = str_of(ledger_info(l)->sm2_id)};
    uint32_t batch = batch_of(offer);
    if (batch != 0) {
        struct batch_warnings w;
        TRY(batch_change_notes(l, batch, notes, d));
        TRY(batch_warnings_find(l, batch, &w, d));
        batch_warnings_note(notes, &w);
    }
    if (offer->kind == KIND_BATCH_SIGN) {
        note_warned(offer, notes);
    }
    q.notes = buf_str(notes);
    must(str_copy(str_of(ledger_signer(l)->name), q.name, sizeof q.name));
    memcpy(q.public_key, ledger_signer(l)->public_key, KEY_PUBLIC_LEN);
    TRY(digest_new(&g, d));
    enum status st = request_print(&q, g, out, d);
    if (st == ST_OK) {
        st = request_read(buf_str(out), g, &q, d); /* as it will be over there */
    }
    digest_free(g);
    memcpy(s->asked_digest, q.digest, DIGEST_LEN);
    memcpy(s->asked_name, q.name, sizeof s->asked_name);
    return st;
}

static enum status ask(void *ctx, struct ledger *l, const struct act_offer *offer,
                       struct diag *d)
{
    struct signing *s = ctx;
    struct buf notes;
    struct buf text;
    if (s->request_path == NULL) {
        diag_fail(d, ST_USAGE, "request-missing", "the next signature is missing");
        return diag_hint(d, "the same command with --request FILE asks for it");
    }
    buf_init(&notes, REQUEST_NOTES_MAX);
    buf_init(&text, REQUEST_BYTES_MAX);
    enum status st = print_request(s, l, offer, &notes, &text, d);
    if (st == ST_OK) {
        st = file_save(s->request_path, buf_str(&text), d);
    }
    buf_release(&notes);
    buf_release(&text);
    if (st != ST_OK) {
        return st;
    }
    buf_init(&s->asked_text, REQUEST_BYTES_MAX);
    buf_add_str(&s->asked_text, offer->message);
    s->asked = true;
    return diag_fail(d, ST_INTERRUPTED, "requested", "a signature was asked for");
}

/* ---- beginning ---- */

static enum status check_bare(const struct signing *s, const struct ledger *l,
                              struct diag *d)
{
    if (s->key_bare && !ledger_info(l)->sandbox) {
        diag_fail(d, ST_DENIED, "bare-key",
                  "a key without a passphrase works in a sandbox only");
        return diag_hint(d,
                         "openssl pkcs8 -topk8 -in OLD -out NEW puts one on the key");
    }
    return ST_OK;
}

static enum status check_name(const struct signing *s, const char *name, struct diag *d)
{
    if (s->signature_path == NULL || strcmp(s->signature.name, name) == 0) {
        return ST_OK;
    }
    diag_fail(d, ST_DENIED, "other-name", "%s signed, not %s", s->signature.name, name);
    return diag_where(d, "%s", s->signature_path);
}

/* The signature under the start of the act that is open: it did its work, and the same
 * command again has to go on, and ask for the end. */
static bool is_spent(const struct signing *s, const struct ledger *l)
{
    int open = ledger_head(l)->open.kind;
    return open != 0 && open == (int)s->signature.words.kind;
}

enum status signing_begin(struct signing *s, struct ledger *l, const char *name,
                          unsigned roles, struct diag *d)
{
    bool answered = s->signature_path != NULL && !is_spent(s, l);
    if (s->way == SIGNING_KEY) {
        TRY(ledger_sign_as(l, str_of(name), s->key, roles, d));
        return check_bare(s, l, d);
    }
    struct act_signer by = {.at_hand = SIZE_MAX, .sign = sign_by_command, .ctx = s};
    if (s->way == SIGNING_ELSEWHERE) {
        TRY(check_name(s, name, d));
        by.at_hand = answered ? 1 : 0;
        by.public_key = answered ? s->signature.public_key : NULL;
        by.seen = answered ? &s->signature.words : NULL;
        by.sign = give_signature;
        by.ask = ask;
    }
    return ledger_sign_by(l, str_of(name), &by, roles, d);
}

/* A text that is no act's: it says what it is for, and holds now. */
static enum status challenge(struct signing *s, struct ledger *l, struct diag *d)
{
    char text[400];
    uint8_t random[16];
    char hex[2 * sizeof random + 1];
    uint8_t signature[SIGNATURE_LEN];
    TRY(ledger_random(l, random, sizeof random, d));
    text_hex(random, sizeof random, hex);
    int n = snprintf(text, sizeof text, "almoner-read/v1\n%s\n%s\n%s\n",
                     ledger_info(l)->origin, ledger_signer(l)->name, hex);
    must(n > 0 && (size_t)n < sizeof text);
    return sign_command(s->command, str_make(text, (size_t)n),
                        ledger_signer(l)->public_key, str_of(ledger_info(l)->sm2_id),
                        signature, d);
}

static enum status reads_only(struct diag *d)
{
    diag_fail(d, ST_USAGE, "reads-only",
              "this command signs nothing that could be asked for");
    return diag_hint(d, "leave --request and --signature out");
}

enum status signing_none(const struct options *o, struct diag *d)
{
    return is_elsewhere(o) ? reads_only(d) : ST_OK;
}

enum status signing_identify(struct signing *s, struct ledger *l, const char *name,
                             unsigned roles, struct diag *d)
{
    TRY(s->way == SIGNING_ELSEWHERE ? reads_only(d) : ST_OK);
    TRY(signing_begin(s, l, name, roles, d));
    return s->way == SIGNING_COMMAND ? challenge(s, l, d) : ST_OK;
}

/* ---- the end ---- */

static void put_request(struct signing *s, struct output *out,
                        const struct act_words *w)
{
    char hex[2 * DIGEST_LEN + 1];
    char time[TIME_TEXT_CAP];
    output_forget(out); /* what the command had begun to say */
    struct json *top = output_object(out, "almoner.request/1");
    json_put_text(top, "file", s->request_path);
    json_put_text(top, "act", record_kind_name(w->kind));
    json_put_str(top, "subject", w->subject);
    json_put_uint(top, "count", w->count);
    json_put_int(top, "total_fen", w->total_fen);
    time_print(request_expires(w), time);
    json_put_text(top, "expires", time);
    text_hex(s->asked_digest, DIGEST_LEN, hex);
    json_put_text(top, "sha256", hex);
}

enum status signing_end(struct signing *s, struct output *out, enum status st,
                        struct diag *d)
{
    struct act_words w;
    char time[TIME_TEXT_CAP];
    if (!s->asked || st != ST_INTERRUPTED || strcmp(d->code, "requested") != 0) {
        return st;
    }
    must(act_message_read(buf_str(&s->asked_text), &w));
    if (out->json) {
        put_request(s, out, &w);
        return ST_OK;
    }
    time_print(request_expires(&w), time);
    output_done(out,
                TEXT(out,
                     "%s: asks for a signature under \"%.*s\", until %s\n"
                     "next: almoner sign %s --as %s --key FILE --out SIG, over there; "
                     "then the same command with --signature SIG\n",
                     "%s：请求签名“%.*s”，有效期至 %s\n"
                     "下一步：在签名人的机器上 almoner sign %s --as %s --key FILE "
                     "--out SIG，再以 --signature SIG 重复同一命令\n"),
                s->request_path, STR_ARG(w.subject), time, s->request_path,
                s->asked_name);
    return ST_OK;
}
