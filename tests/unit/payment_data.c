/* payment_data.c - generated payments and whole files, for the tests of formats. */
#include "tests/unit/payment_data.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "formats/profile.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)

struct payment_head data_head(void)
{
    return (struct payment_head){
        .message_id = str_of("TEST-B7-1"),
        .created_us = INT64_C(1793869200000000), /* 2026-11-05T09:00:00Z */
        .pay_day = date_from_civil(2026, 11, 6),
        .payer_name = str_of("样例县民政局"),
        .payer_account = str_of("900000000000000001"),
        .payer_bank = str_of(DATA_OWN_BANK),
        .currency = str_of("CNY"),
        .count = DATA_COUNT,
        .total_fen = DATA_TOTAL_FEN,
        .file_number = 1,
    };
}

struct payment data_payment(size_t i)
{
    static const struct {
        const char *id, *name, *account, *bank, *purpose, *remark;
        int64_t amount_fen;
    } rows[DATA_COUNT] = {
        {"T7-000001", "甲子一", "900000000000100001", "", "高龄津贴", "2026-11", 1},
        {"T7-000002", "乙丑二·丙寅三", "900000000000100002", DATA_OWN_BANK, "高龄津贴",
         "2024-09..2026-11", 3500},
        {"T7-000003", "丁卯四", "900000000000100003", "", "护理补贴", "", 1000000},
        {"T7-000004", "TEST PAYEE & <SON>", "900000000000100004", "", "高龄津贴",
         "2026-11", 1000000},
        {"T7-000005", "戊辰五", "9000-0000-0000-5", "", "", "", 1000000},
        {"T7-000006", "己巳六", "900000000000100006", DATA_OWN_BANK, "", "2026-11",
         2000000},
    };
    ck_assert_uint_lt(i, DATA_COUNT);
    return (struct payment){
        .id = str_of(rows[i].id),
        .amount_fen = rows[i].amount_fen,
        .name = str_of(rows[i].name),
        .account = str_of(rows[i].account),
        .bank = str_of(rows[i].bank),
        .purpose = str_of(rows[i].purpose),
        .remark = str_of(rows[i].remark),
    };
}

void data_settings(const struct payment_format *format, struct payment_head *head)
{
    static struct payment_setting settings[PROFILE_SETTINGS_MAX];
    const struct profile *p = format->profile;
    head->settings = settings;
    head->setting_count = p != NULL ? p->setting_count : 0;
    for (size_t i = 0; i < head->setting_count; i++) {
        size_t max = p->settings[i].bytes_max;
        bool digits = p->settings[i].characters == CHARACTERS_DIGITS;
        struct str value = str_of(digits ? "000190000000001" : "A-1");
        value.n = value.n < max ? value.n : max;
        settings[i] = (struct payment_setting){p->settings[i].name, value};
    }
}

struct str data_bank(const struct payment_format *format, uint32_t variant)
{
    const struct profile *p = format->profile;
    bool other = p != NULL && p->variants[variant].takes == FOR_OTHER_BANK;
    return str_of(other ? DATA_OTHER_BANK : "");
}

struct payment_head data_head_for(const struct payment_format *format)
{
    static const struct payment_setting nacha[] = {
        {{"company-name", 12}, {"DEMO BENEFIT", 12}},
        {{"company-id", 10}, {"1234567890", 10}},
    };
    struct payment_head head = data_head();
    if (strcmp(payment_currency(format), "USD") == 0) {
        head.currency = str_of("USD");
        head.payer_bank = str_of(DATA_ROUTING);
        head.settings = nacha;
        head.setting_count = sizeof nacha / sizeof nacha[0];
    }
    if (format->profile != NULL) {
        data_settings(format, &head);
    }
    return head;
}

struct payment data_payment_for(const struct payment_format *format, size_t i)
{
    struct payment p = data_payment(i);
    if (strcmp(payment_currency(format), "USD") == 0) {
        static const char *const names[DATA_COUNT] = {
            "ALPHA ONE",          "BETA TWO",   "GAMMA O'THREE",
            "TEST PAYEE & <SON>", "DELTA FIVE", "A NAME OF 22 CHARACTER"};
        p.name = str_of(names[i]);
        p.account.n = p.account.n > 17 ? 17 : p.account.n;
        p.bank = p.bank.n > 0 ? str_of(DATA_OTHER_ROUTING) : p.bank;
    }
    if (format->profile != NULL) {
        p.bank = data_bank(format, 0);
    }
    return p;
}

void data_write(const struct payment_format *format, const struct payment_head *head,
                const struct payment *payments, size_t count, struct buf *out)
{
    struct payment_writer *w = NULL;
    struct diag d = {0};
    ck_assert_msg(format->open(format, &w, head, out, &d) == ST_OK, "open: %s", d.what);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(format->add(w, &payments[i], out, &d) == ST_OK, "%s: %s", d.where,
                      d.what);
    }
    ck_assert_msg(format->close(w, out, &d) == ST_OK, "close: %s", d.what);
}

enum status data_write_one(const struct payment_format *format, const struct payment *p,
                           struct buf *out, struct diag *d)
{
    struct payment_head head = data_head_for(format);
    head.count = 1;
    head.total_fen = p->amount_fen > 0 ? p->amount_fen : 1;
    struct payment_writer *w = NULL;
    TRY(format->open(format, &w, &head, out, d));
    size_t before = out->len;
    enum status st = format->add(w, p, out, d);
    if (st != ST_OK) {
        ck_assert_uint_eq(out->len, before);
        format->abandon(w);
        return st;
    }
    return format->close(w, out, d);
}

void data_read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s (run from the repository's root)", path);
    char *p = buf_room(out, FILE_BYTES_MAX);
    ck_assert_ptr_nonnull(p);
    out->len += fread(p, 1, FILE_BYTES_MAX, f);
    ck_assert(feof(f));
    fclose(f);
}

void data_check_golden(const char *path, const struct buf *out)
{
    struct buf want;
    buf_init(&want, FILE_BYTES_MAX);
    data_read_file(path, &want);
    size_t n = want.len < out->len ? want.len : out->len;
    size_t i = 0;
    while (i < n && want.p[i] == out->p[i]) {
        i++;
    }
    ck_assert_msg(i == n && want.len == out->len,
                  "differs from %s at byte %zu (it has %zu bytes, we wrote %zu)", path,
                  i, want.len, out->len);
    buf_release(&want);
}
