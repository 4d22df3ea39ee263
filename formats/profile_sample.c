/* profile_sample.c - see profile_sample.h. Every text fits the field it is for: what is
 * too long is refused by the writer, and that is tested elsewhere. */
#include "formats/profile_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/ident.h"
#include "base/must.h"

#define ARENA_MAX ((size_t)16 * 1024 * 1024)
#define OWN_BANK "403100000004"
#define OTHER_BANK "102100099996"
#define TEXT_MAX 600

struct profile_sample {
    struct arena *arena;
    const struct profile *profile;
    const struct profile_variant *variant;
    struct payment *payments;
    struct payment_setting settings[PROFILE_SETTINGS_MAX];
};

static const struct profile_field *field_of(const struct profile_sample *s,
                                            enum profile_word w)
{
    const struct profile_line *l = &s->variant->body.detail;
    for (size_t i = 0; i < l->count; i++) {
        if (l->fields[i].word == w) {
            return &l->fields[i];
        }
    }
    return NULL;
}

/* Bytes that a text of this word may have, at most `most`. */
static size_t room_of(const struct profile_sample *s, enum profile_word w, size_t most)
{
    const struct profile_field *f = field_of(s, w);
    return f != NULL && f->bytes_max > 0 && f->bytes_max < most ? f->bytes_max : most;
}

static bool may_be_empty(const struct profile_sample *s, enum profile_word w)
{
    const struct profile_field *f = field_of(s, w);
    return f == NULL || f->empty_ok;
}

static struct str keep(struct profile_sample *s, const char *text)
{
    struct str t = str_of(text);
    const char *p = arena_str(s->arena, t);
    return p == NULL ? str_of("") : str_make(p, t.n);
}

/* Of Han characters as many as have this many bytes in the file, which are three there
 * at most. */
static struct str han_text(struct profile_sample *s, size_t bytes)
{
    static const char *const han[] = {"甲", "乙", "丙", "丁", "戊",
                                      "己", "庚", "辛", "壬", "癸"};
    char text[TEXT_MAX * 3 + 1] = "";
    bool utf8 = s->profile->layout.charset == CHARSET_UTF8;
    size_t n = bytes / (utf8 ? 3 : 2);
    for (size_t i = 0; i < n && i < TEXT_MAX; i++) {
        memcpy(text + 3 * i, han[i % 10], 4);
    }
    return keep(s, n > 0 ? text : "A");
}

/* What a name may hold that others may not. */
static const char *odd_name(const struct profile_sample *s, size_t kind)
{
    const struct profile_layout *l = &s->profile->layout;
    const struct profile_field *f = field_of(s, WORD_NAME);
    bool blanks = l->sheet || l->cut != CUT_BY_BLANKS || (f != NULL && f->blanks);
    switch (kind) {
    case 0:
        return "瓅子一"; /* in GBK its second byte is 0x7C */
    case 1:
        return blanks ? "TEST PAYEE" : "TESTPAYEE";
    case 2:
        return "乙丑·丙寅";
    case 3: /* U+20BB7, which GBK lacks */
        return l->sheet || l->charset != CHARSET_GBK ? "𠮷野" : "镕子二";
    case 4:
        return l->quote != QUOTE_NONE || l->sheet ? "A\"B,<C>&D" : "丁卯";
    default:
        return "癸亥";
    }
}

static struct str name_of(struct profile_sample *s, size_t i)
{
    static const char *const stems[] = {"甲", "乙", "丙", "丁", "戊",
                                        "己", "庚", "辛", "壬", "癸"};
    static const char *const branches[] = {"子", "丑", "寅", "卯", "辰", "巳",
                                           "午", "未", "申", "酉", "戌", "亥"};
    char text[40];
    size_t room = room_of(s, WORD_NAME, 120);
    if (i % 8 == 1) {
        return han_text(s, room);
    }
    if (i % 8 != 0 && i % 8 < 7) {
        const char *odd = odd_name(s, i % 8 - 2);
        if (strlen(odd) <= room) {
            return keep(s, odd);
        }
    }
    snprintf(text, sizeof text, "%s%s", stems[i % 10], branches[i % 12]);
    return strlen(text) <= room ? keep(s, text) : han_text(s, room);
}

static struct str account_of(struct profile_sample *s, size_t i)
{
    char text[40];
    size_t room = room_of(s, WORD_ACCOUNT, 34);
    if (i % 7 == 6) {
        return s->payments[i - 1].account; /* twice in one file */
    }
    size_t n = i % 11 == 3 ? room : room < 19 ? room : 19;
    memset(text, '0', n);
    text[0] = '9';
    for (size_t k = 0, v = i + 1; k < 4 && k < n - 1; k++, v /= 10) {
        text[n - 1 - k] = (char)('0' + v % 10);
    }
    text[n] = '\0';
    return keep(s, text);
}

static int64_t amount_of(const struct profile_sample *s, size_t i)
{
    static const int64_t amounts[] = {1,    10,     99,      100,      101,
                                      3500, 100000, 1234567, 99999999, 800};
    size_t room = room_of(s, WORD_AMOUNT, 18);
    int64_t fen = amounts[i % (sizeof amounts / sizeof amounts[0])];
    int64_t most = 1;
    for (size_t k = 0; k + 1 < room && k < 12; k++) {
        most *= 10;
    }
    return fen < most ? fen : 1;
}

static struct str bank_of(const struct profile_sample *s, size_t i)
{
    switch (s->variant->takes) {
    case FOR_SAME_BANK:
        return str_of(i % 2 == 0 ? "" : OWN_BANK);
    case FOR_OTHER_BANK:
        return str_of(OTHER_BANK);
    case FOR_ANY:
        break;
    }
    return str_of(i % 3 == 0 ? "" : i % 3 == 1 ? OWN_BANK : OTHER_BANK);
}

/* A text that is empty, short, or as long as it may be. */
static struct str text_of(struct profile_sample *s, enum profile_word w, size_t i,
                          const char *usual)
{
    size_t room = room_of(s, w, 60);
    if (i % 5 == 2 && may_be_empty(s, w)) {
        return str_of("");
    }
    if (i % 5 == 3 || strlen(usual) > room) {
        return han_text(s, room);
    }
    return keep(s, usual);
}

static struct str id_number_of(struct profile_sample *s, enum profile_word w, size_t i)
{
    char text[ID_NUMBER_LEN + 1];
    if (i % 5 == 4 && may_be_empty(s, w)) {
        return str_of("");
    }
    snprintf(text, sizeof text, "23052319400101%03zu", i % 1000);
    text[ID_NUMBER_LEN - 1] = id_number_check(text);
    text[ID_NUMBER_LEN] = '\0';
    return keep(s, text);
}

static struct str id_of(struct profile_sample *s, size_t i)
{
    char text[PAYMENT_ID_MAX + 1];
    size_t room = room_of(s, WORD_ID, PAYMENT_ID_MAX);
    if (i % 9 == 4 && room >= 10) { /* the longest there are */
        memset(text, 'E', room);
        snprintf(text + room - 6, 7, "%06zu", i + 1);
    } else if (room >= 19) {
        snprintf(text, sizeof text, "SE1B000001L%08zu", i + 1);
    } else {
        snprintf(text, sizeof text, "%0*zu", (int)(room < 6 ? room : 6), i + 1);
    }
    return keep(s, text);
}

static struct payment payment_of(struct profile_sample *s, size_t i)
{
    return (struct payment){
        .id = id_of(s, i),
        .amount_fen = amount_of(s, i),
        .name = name_of(s, i),
        .account = account_of(s, i),
        .bank = bank_of(s, i),
        .purpose = text_of(s, WORD_PURPOSE, 0, "高龄津贴"),
        .remark = text_of(s, WORD_REMARK, i, "2026-11"),
        .number = (uint32_t)(i + 1),
        .id_number = id_number_of(s, WORD_ID_NUMBER, i),
        .phone = may_be_empty(s, WORD_PHONE) && i % 2 == 0 ? str_of("")
                                                           : str_of("10000000000"),
        .beneficiary = text_of(s, WORD_BENEFICIARY, 0, "戊辰"),
        .beneficiary_number = id_number_of(s, WORD_BENEFICIARY_NUMBER, i + 1),
        .address = text_of(s, WORD_ADDRESS, i, "样例镇一组"),
        .unit = text_of(s, WORD_UNIT, i, "样例村"),
    };
}

static void fill_settings(struct profile_sample *s, struct payment_head *head)
{
    const struct profile *p = s->profile;
    for (size_t i = 0; i < p->setting_count; i++) {
        char text[5] = "0001";
        text[p->settings[i].bytes_max < 4 ? p->settings[i].bytes_max : 4] = '\0';
        s->settings[i].name = p->settings[i].name;
        s->settings[i].value = keep(s, text);
    }
    head->settings = s->settings;
    head->setting_count = p->setting_count;
}

static void fill(struct profile_sample *s, uint32_t variant, size_t count,
                 struct profile_batch *batch)
{
    batch->head = (struct payment_head){
        .message_id = str_of("CHECK-1"),
        .created_us = INT64_C(1793869200000000), /* 2026-11-05T09:00:00Z */
        .pay_day = date_from_civil(2026, 11, 6),
        .payer_name = str_of("样例县民政局"),
        .payer_account = str_of("900000000000000001"),
        .payer_bank = str_of(OWN_BANK),
        .currency = str_of("CNY"),
        .count = count,
        .file_number = 1,
        .variant = variant,
    };
    fill_settings(s, &batch->head);
    for (size_t i = 0; i < count; i++) {
        s->payments[i] = payment_of(s, i);
        batch->head.total_fen += s->payments[i].amount_fen;
    }
    batch->payments = s->payments;
    batch->count = count;
}

enum status profile_sample_new(struct profile_sample **out, const struct profile *p,
                               uint32_t variant, size_t count,
                               struct profile_batch *batch, struct diag *d)
{
    must(variant < p->variant_count && count > 0 && count <= 1000);
    struct profile_sample *s = calloc(1, sizeof *s);
    enum status st;
    if (s == NULL) {
        return diag_memory(d);
    }
    s->profile = p;
    s->variant = &p->variants[variant];
    TRY_OUT(arena_new(&s->arena, ARENA_MAX, d));
    s->payments = arena_array(s->arena, count, sizeof *s->payments);
    TRY_OUT(arena_check(s->arena, d));
    fill(s, variant, count, batch);
    TRY_OUT(arena_check(s->arena, d));
    *out = s;
    return ST_OK;
out:
    profile_sample_free(s);
    return st;
}

void profile_sample_free(struct profile_sample *s)
{
    if (s != NULL) {
        arena_free(s->arena);
        free(s);
    }
}
