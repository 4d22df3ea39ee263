/* fuzz_profile.c - any bytes as a profile: refused with a code, a place and a hint, or
 * read; and then its writer takes a payment or refuses it, and never crashes. */
#include <string.h>

#include "base/must.h"
#include "formats/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)4 * 1024 * 1024)
#define PAYMENTS 2

static void write_one(const struct payment_format *f, const struct payment_head *head,
                      struct buf *out)
{
    struct payment p = {
        .id = str_of("T7-000001"),
        .amount_fen = 100,
        .name = str_of("\xe7\x94\xb2 |&\"\xe5\xad\x90"),
        .account = str_of("900000000000100001"),
        .bank = str_of(head->variant == 0 ? "" : "102100099996"),
        .purpose = str_of("\xe9\xab\x98\xe9\xbe\x84\xe6\xb4\xa5\xe8\xb4\xb4"),
        .remark = str_of("2026-11"),
        .id_number = str_of("11010519491231002X"),
    };
    struct payment_writer *w = NULL;
    struct diag d = {0};
    if (f->open(f, &w, head, out, &d) != ST_OK) {
        must(d.code[0] != '\0' && w == NULL);
        return;
    }
    for (size_t i = 0; i < PAYMENTS; i++) {
        size_t before = out->len;
        enum status st = f->add(w, &p, out, &d);
        if (st != ST_OK) {
            must(st == ST_INPUT && out->len == before && d.hint[0] != '\0');
            f->abandon(w);
            return;
        }
    }
    must(f->close(w, out, &d) == ST_OK);
}

static void use(const struct profile *p)
{
    const struct payment_format *f = profile_format(p);
    struct payment_setting settings[PROFILE_SETTINGS_MAX];
    struct payment_head head = {
        .message_id = str_of("TEST-B7-1"),
        .created_us = INT64_C(1793869200000000),
        .pay_day = 20763,
        .payer_name = str_of("\xe5\xb1\x80"),
        .payer_account = str_of("900000000000000001"),
        .payer_bank = str_of("403100000004"),
        .currency = str_of("CNY"),
        .count = PAYMENTS,
        .total_fen = INT64_C(100) * PAYMENTS,
        .file_number = 1,
        .settings = settings,
        .setting_count = p->setting_count,
    };
    for (size_t i = 0; i < p->setting_count; i++) {
        settings[i] = (struct payment_setting){p->settings[i].name, str_of("1")};
    }
    struct buf out;
    buf_init(&out, OUT_MAX);
    for (head.variant = 0; head.variant < f->variants; head.variant++) {
        struct diag d = {0};
        if (f->file_name != NULL) {
            enum status st = f->file_name(f, &head, &out, &d);
            must(st == ST_OK || (st == ST_INPUT && d.hint[0] != '\0'));
        }
        if (f->open != NULL) {
            write_one(f, &head, &out);
        }
    }
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile *p = NULL;
    struct diag d = {0};
    enum status st = profile_read(&p, str_make(data, size), "fuzz", &d);
    if (st == ST_OK) {
        use(p);
    } else {
        must(p == NULL && st == ST_INPUT);
        must(d.code[0] != '\0' && d.hint[0] != '\0');
        must(strncmp(d.where, "fuzz", 4) == 0);
    }
    profile_free(p);
    return 0;
}
