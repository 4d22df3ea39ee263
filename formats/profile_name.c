/* profile_name.c - what a profile makes of the head of a payment file: the words of the
 * head as text, the name of the file, and which variant takes which payment. Bytes
 * depend on the head alone: the day in a name is that of the payment or the release. */
#include "formats/profile_private.h"

#include <string.h>

#include "base/capital.h"
#include "base/date.h"
#include "base/money.h"
#include "base/must.h"

#define SECOND_US INT64_C(1000000)
#define CHINA_MINUTES (8 * 60) /* UTC+8, all year */
#define BANK_CLASS_LEN 3       /* the first digits of a CNAPS code name the bank */
#define NAME_BYTES_MAX 200     /* of a file's name; systems take 255 */

bool profile_takes(enum profile_for takes, struct str payer_bank, struct str bank)
{
    if (takes == FOR_ANY) {
        return true;
    }
    must(payer_bank.n >= BANK_CLASS_LEN && (bank.n == 0 || bank.n >= BANK_CLASS_LEN));
    bool same = bank.n == 0 || memcmp(bank.p, payer_bank.p, BANK_CLASS_LEN) == 0;
    return same == (takes == FOR_SAME_BANK);
}

enum status profile_variant_of(const struct payment_format *f, struct str payer_bank,
                               struct str bank, uint32_t *variant, struct diag *d)
{
    const struct profile *p = f->profile;
    for (size_t i = 0; i < p->variant_count; i++) {
        if (profile_takes(p->variants[i].takes, payer_bank, bank)) {
            *variant = (uint32_t)i;
            return ST_OK;
        }
    }
    diag_fail(d, ST_INPUT, "other-bank", "%s takes no payment to bank %.*s", f->name,
              STR_ARG(bank.n > 0 ? bank : payer_bank));
    return diag_hint(d, "send it with a format for such banks, or add a variant");
}

/* ---- words of the head ---- */

static void add_day(enum profile_as as, int32_t day, struct buf *out)
{
    struct civil c = date_to_civil(day);
    switch (as) {
    case AS_DAY_COMPACT:
        buf_addf(out, "%04d%02d%02d", (int)c.year, (int)c.month, (int)c.day);
        return;
    case AS_DAY_HYPHEN:
        buf_addf(out, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
        return;
    case AS_DAY_SLASH:
        buf_addf(out, "%04d/%02d/%02d", (int)c.year, (int)c.month, (int)c.day);
        return;
    case AS_DAY_SHORT:
        buf_addf(out, "%02d%02d%02d", (int)c.year % 100, (int)c.month, (int)c.day);
        return;
    case AS_TIME:
    case AS_PLAIN:
    case AS_FEN:
    case AS_YUAN:
    case AS_CAPITAL:
        break;
    }
    must(false); /* no form of a day */
}

static void add_created(enum profile_as as, int64_t us, struct buf *out)
{
    must(us >= 0);
    if (as != AS_TIME) {
        add_day(as, day_of_time(us, CHINA_MINUTES), out);
        return;
    }
    int seconds = (int)((us / SECOND_US + CHINA_MINUTES * 60) % 86400);
    buf_addf(out, "%02d%02d%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void add_total(enum profile_as as, int64_t fen, struct buf *out)
{
    char text[CAPITAL_TEXT_CAP];
    if (as == AS_FEN) {
        buf_addf(out, "%lld", (long long)fen);
    } else {
        size_t n = as == AS_YUAN ? money_print(fen, text) : capital_print(fen, text);
        buf_add(out, text, n);
    }
}

static struct str setting_value(const struct payment_head *head, struct str name)
{
    for (size_t i = 0; i < head->setting_count; i++) {
        if (str_eq(head->settings[i].name, name)) {
            return head->settings[i].value;
        }
    }
    must(false); /* profile_check_settings has seen them all */
    return str_of("");
}

void profile_head_text(const struct profile *p, const struct profile_field *f,
                       const struct payment_head *head, struct buf *out)
{
    switch (f->word) {
    case WORD_COUNT:
        buf_addf(out, "%llu", (unsigned long long)head->count);
        return;
    case WORD_TOTAL:
        add_total(f->as, head->total_fen, out);
        return;
    case WORD_MESSAGE_ID:
        buf_add_str(out, head->message_id);
        return;
    case WORD_PAY_DAY:
        add_day(f->as, head->pay_day, out);
        return;
    case WORD_CREATED:
        add_created(f->as, head->created_us, out);
        return;
    case WORD_PAYER_NAME:
        buf_add_str(out, head->payer_name);
        return;
    case WORD_PAYER_ACCOUNT:
        buf_add_str(out, head->payer_account);
        return;
    case WORD_PAYER_BANK:
        buf_add_str(out, head->payer_bank);
        return;
    case WORD_FILE_NUMBER:
        buf_addf(out, "%lu", (unsigned long)head->file_number);
        return;
    case WORD_PART:
        buf_addf(out, "%lu", (unsigned long)head->part + 1);
        return;
    case WORD_SETTING:
        buf_add_str(out, setting_value(head, p->settings[f->setting].name));
        return;
    default:
        must(false); /* a word of a payment */
    }
}

/* ---- file names ---- */

static enum status add_piece(const struct profile *p, const struct profile_field *f,
                             const struct payment_head *head, struct buf *out,
                             struct diag *d)
{
    size_t before = out->len;
    if (f->word == WORD_TEXT) {
        buf_add_str(out, f->text);
        return buf_check(out, d);
    }
    profile_head_text(p, f, head, out);
    TRY(buf_check(out, d));
    size_t n = out->len - before;
    if (f->width == 0 || n == f->width) {
        return ST_OK;
    }
    if (n > f->width) {
        diag_fail(d, ST_INPUT, "file-name", "%s %.*s has more than %u digits",
                  profile_word_name(f->word), (int)n, out->p + before,
                  (unsigned)f->width);
        return diag_hint(d, "the bank's file names have no room for so many files");
    }
    void *room = buf_room(out, f->width - n);
    if (room == NULL) {
        return buf_check(out, d);
    }
    memmove(out->p + before + f->width - n, out->p + before, n);
    memset(out->p + before, '0', f->width - n);
    out->len = before + f->width;
    return ST_OK;
}

static enum status check_name(struct str name, struct diag *d)
{
    bool bad = name.n == 0 || name.n > NAME_BYTES_MAX || name.p[0] == '.';
    for (size_t i = 0; !bad && i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        bad = c < 0x20 || c == 0x7f || strchr("/\\:*?\"<>|", c) != NULL;
    }
    if (!bad) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "file-name", "\"%.*s\" cannot be the name of a file",
              STR_ARG(name));
    return diag_hint(d, "look at the channel's settings and the payer's account");
}

enum status profile_file_name(const struct payment_format *f,
                              const struct payment_head *head, struct buf *out,
                              struct diag *d)
{
    const struct profile *p = f->profile;
    must(head->variant < p->variant_count);
    const struct profile_line *name = &p->variants[head->variant].file_name;
    TRY(profile_check_settings(p, head->settings, head->setting_count, d));
    size_t before = out->len;
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < name->count; i++) {
        st = add_piece(p, &name->fields[i], head, out, d);
    }
    if (st == ST_OK && name->count > 0) {
        st = check_name(str_make(out->p + before, out->len - before), d);
    }
    if (st != ST_OK) {
        out->len = before;
    }
    return st;
}
