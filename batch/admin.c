/* admin.c - bodies of the records that fill the registers of operators and channels;
 * what they hold is said above the rules in ledger/fold_register.c. */
#include "batch/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "formats/payment.h"
#include "ledger/anchor.h"
#include "ledger/body.h"
#include "ledger/erasure.h"
#include "ledger/refusal.h"
#include "ledger/setting.h"

#define SUBJECT_CAP (SUBJECT_MAX + 1)
#define WORDS_CAP 400 /* before they are cut to a subject */

static enum status act(struct ledger *l, enum record_kind kind, const struct writer *w,
                       const char *subject, struct diag *d)
{
    bool resume;
    struct act_text text = {.subject = subject};
    if (w->failed) {
        return diag_fail(d, ST_INPUT, "record-size",
                         "what is to be signed is too long");
    }
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    return ledger_act(l, kind, writer_str(w), text, NULL, d);
}

/* Text for people, as it stands in a record for ever. */
static bool printable(struct str s, size_t min, size_t max)
{
    return s.n >= min && s.n <= max && text_utf8_valid(s, NULL) && !text_has_control(s);
}

static enum status check_name(struct str name, const char *what, struct diag *d)
{
    if (!key_name_valid(name)) {
        return diag_fail(d, ST_INPUT, "name",
                         "the %s's name is not 1 to %d bytes without blanks and +",
                         what, KEY_NAME_MAX);
    }
    return ST_OK;
}

enum status admin_add_operator(struct ledger *l, const struct admin_operator *o,
                               uint32_t *number, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    char roles[80];
    struct writer w;
    TRY(check_name(o->name, "operator", d));
    TRY(key_fits(o->public_key, ledger_info(l)->suite, o->name, d));
    if (!printable(o->office, 0, TEXT_MAX)) {
        return diag_fail(d, ST_INPUT, "office",
                         "the office is not a text of at most %d bytes", TEXT_MAX);
    }
    uint32_t next = ledger_head(l)->operators + 1;
    roles_print(o->roles, roles, sizeof roles);
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, o->office.n > 0 ? 5 : 4);
    cbor_pair_uint(&w, 1, next);
    cbor_pair_text(&w, 2, o->name);
    cbor_put_uint(&w, 3);
    body_put_key(&w, o->public_key);
    cbor_pair_uint(&w, 4, o->roles);
    if (o->office.n > 0) {
        cbor_pair_text(&w, 5, o->office);
    }
    snprintf(subject, sizeof subject, "operator %u: add %.*s as %s", next,
             STR_ARG(o->name), roles);
    TRY(act(l, KIND_OPERATOR, &w, subject, d));
    *number = next;
    return ST_OK;
}

static bool is_account(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!digit && !letter && c != '-') {
            return false;
        }
    }
    return s.n >= 1 && s.n <= 34;
}

/* What every payment file of the channel will need (payment_head_check). */
static enum status check_channel(const struct admin_channel *c,
                                 const struct payment_format *f, struct diag *d)
{
    TRY(check_name(c->name, "channel", d));
    if (!is_account(c->account)) {
        return diag_fail(d, ST_INPUT, "account",
                         "\"%.*s\" is not an account of 1 to 34 letters and digits",
                         STR_ARG(c->account));
    }
    if (!printable(c->account_name, 1, TEXT_MAX)) {
        return diag_fail(d, ST_INPUT, "account-name",
                         "the account's name is not a text of 1 to %d bytes", TEXT_MAX);
    }
    if (f->open == NULL) {
        diag_fail(d, ST_INPUT, "no-payment-format", "%s is only read: no bank takes it",
                  f->name);
        return diag_hint(d, "almoner format list shows what can be written");
    }
    return payment_bank_check(f, c->bank_code, d);
}

/* What the channel says of itself, as far as its format has something to say. */
static enum status check_settings(const struct admin_channel *c,
                                  const struct bank_form *form, struct diag *d)
{
    struct payment_head head = {
        .payer_name = c->account_name,
        .payer_account = c->account,
        .payer_bank = c->bank_code,
        .settings = form->settings,
        .setting_count = form->kept.count,
    };
    return form->format->check_channel != NULL ? form->format->check_channel(&head, d)
                                               : ST_OK;
}

static enum status add_channel(struct ledger *l, const struct admin_channel *c,
                               const struct bank_form *form, uint32_t *number,
                               struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    uint32_t next = ledger_head(l)->channels + 1;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 6 + kept_profile_pairs(&form->kept));
    cbor_pair_uint(&w, 1, next);
    cbor_pair_text(&w, 2, c->name);
    cbor_pair_text(&w, 3, c->bank_code);
    cbor_pair_text(&w, 4, c->account);
    cbor_pair_text(&w, 5, c->account_name);
    cbor_pair_text(&w, 6, str_of(form->format->name));
    kept_profile_write(&form->kept, &kept_in_channel, &w);
    snprintf(subject, sizeof subject, "channel %u: add %.*s, %s, %.*s", next,
             STR_ARG(c->name), form->format->name, STR_ARG(c->account));
    TRY(w.failed ? ST_OK : bank_form_keep(l, form, d));
    TRY(act(l, KIND_CHANNEL, &w, subject, d));
    *number = next;
    return ST_OK;
}

enum status admin_add_channel(struct ledger *l, const struct admin_channel *c,
                              uint32_t *number, struct diag *d)
{
    static const struct kept_profile none;
    struct bank_form own;
    struct bank_form *form = c->form != NULL ? c->form : &own;
    enum status st;
    bank_form_init(&own);
    TRY_OUT(c->form != NULL ? ST_OK : bank_form_named(&own, c->format, d));
    TRY_OUT(check_channel(c, form->format, d));
    TRY_OUT(bank_form_set(form, c->settings != NULL ? c->settings : &none, NULL, d));
    TRY_OUT(check_settings(c, form, d));
    TRY_OUT(add_channel(l, c, form, number, d));
out:
    bank_form_release(&own);
    return st;
}

enum status admin_set(struct ledger *l, struct str name, struct str value,
                      uint32_t *number, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct setting_entry e = {.number = ledger_head(l)->settings + 1};
    TRY(setting_check(name, value, d));
    if (!str_copy(name, e.name, sizeof e.name) ||
        !str_copy(value, e.value, sizeof e.value)) {
        return diag_fail(d, ST_USAGE, "setting-value", "the value is too long");
    }
    writer_init(&w, bytes, sizeof bytes);
    setting_write(&e, &w);
    snprintf(subject, sizeof subject, "setting %u: %s = %s", e.number, e.name, e.value);
    TRY(act(l, KIND_SETTING, &w, subject, d));
    *number = e.number;
    return ST_OK;
}

static void cut_subject(const char *words, char subject[SUBJECT_CAP])
{
    size_t n = strlen(words);
    n = n < SUBJECT_MAX ? n : SUBJECT_MAX;
    while (!text_utf8_valid(str_make(words, n), NULL)) { /* within a character */
        n--;
    }
    memcpy(subject, words, n);
    subject[n] = '\0';
}

/* What is confirmed, in the words that are signed: whoever confirms it on another
 * machine sees no more than these. */
static enum status confirmed_words(struct ledger *l, enum register_kind kind,
                                   uint32_t number, char words[WORDS_CAP],
                                   struct diag *d)
{
    union {
        struct operator_entry person;
        struct channel_entry channel;
        struct witness_entry witness;
        struct retention_entry kept;
        struct setting_entry setting;
    } e;
    struct txn *t = ledger_txn(l);
    char roles[80];
    switch (kind) {
    case REGISTER_OPERATOR:
        TRY(operator_get(t, number, &e.person, d));
        roles_print(e.person.roles, roles, sizeof roles);
        snprintf(words, WORDS_CAP, "operator %u: confirm %s as %s", number,
                 e.person.name, roles);
        return ST_OK;
    case REGISTER_CHANNEL:
        TRY(channel_get(t, number, &e.channel, d));
        snprintf(words, WORDS_CAP, "channel %u: confirm %s, %s, %s", number,
                 e.channel.name, e.channel.format, e.channel.account);
        return ST_OK;
    case REGISTER_WITNESS:
        TRY(witness_get(t, number, &e.witness, d));
        snprintf(words, WORDS_CAP, "witness %u: confirm %s", number,
                 e.witness.key.name);
        return ST_OK;
    case REGISTER_KEEPING:
        TRY(retention_get(t, number, &e.kept, d));
        snprintf(words, WORDS_CAP, "retention %u: confirm %s, %u years", number,
                 retention_class_name(e.kept.class), e.kept.years);
        return ST_OK;
    case REGISTER_SETTING:
        TRY(setting_get(t, number, &e.setting, d));
        snprintf(words, WORDS_CAP, "setting %u: confirm %s = %s", number,
                 e.setting.name, e.setting.value);
        return ST_OK;
    default:
        must_fail("a second admin confirms these only", __FILE__, __LINE__);
    }
}

enum status admin_confirm(struct ledger *l, enum register_kind kind, uint32_t number,
                          struct diag *d)
{
    uint8_t bytes[64];
    char words[WORDS_CAP];
    char subject[SUBJECT_CAP];
    struct writer w;
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, (uint64_t)kind);
    cbor_pair_uint(&w, 2, number);
    TRY(confirmed_words(l, kind, number, words, d));
    cut_subject(words, subject);
    return act(l, KIND_SECOND, &w, subject, d);
}

enum status admin_refuse(struct ledger *l, enum register_kind of, uint64_t number,
                         struct str reason, struct diag *d)
{
    uint8_t bytes[REFUSAL_REASON_MAX + 100];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct refusal x = {.of = of, .number = number};
    if (!printable(reason, 1, REFUSAL_REASON_MAX) ||
        !str_copy(reason, x.reason, sizeof x.reason)) {
        diag_fail(d, ST_INPUT, "reason", "the reason is not a line of 1 to %d bytes",
                  REFUSAL_REASON_MAX);
        return diag_hint(d, "say it shorter, in one line");
    }
    TRY(refusal_check(ledger_txn(l), &x, ledger_signer(l), d));
    writer_init(&w, bytes, sizeof bytes);
    refusal_write(&x, &w);
    snprintf(subject, sizeof subject, "%s %llu: refuse", refusable_find(of)->name,
             (unsigned long long)number);
    return act(l, KIND_REFUSED, &w, subject, d);
}

enum status admin_reveal(struct ledger *l, uint64_t person, const char *purpose,
                         struct diag *d)
{
    uint8_t bytes[TEXT_MAX + 64];
    char words[WORDS_CAP];
    char subject[SUBJECT_CAP];
    struct writer w;
    must(printable(str_of(purpose), 1, TEXT_MAX));
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_pair_uint(&w, 1, person);
    cbor_pair_text(&w, 2, str_of(purpose));
    snprintf(words, sizeof words, "person %llu: reveal, %s", (unsigned long long)person,
             purpose);
    cut_subject(words, subject);
    return act(l, KIND_REVEAL, &w, subject, d);
}
