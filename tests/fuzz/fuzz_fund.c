/* fuzz_fund.c - bodies of the records about appropriations and closes (kinds 80 to 83,
 * 90 and 92; 91 is as 81): what is read is written again as it was, and an allocation's
 * items bear every part of a batch. The first byte chooses which. */
#include "base/must.h"
#include "ledger/close.h"
#include "ledger/fund.h"
#include "ledger/unknown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool body_again(int which, struct str body, struct writer *w)
{
    static struct fund_terms t;
    static struct fund_confirm c;
    static struct fund_receipt r;
    static struct allocation a;
    static struct close_entry e;
    struct unknown_list u;
    switch (which) {
    case 0:
        return fund_terms_read(body, &t) && (fund_terms_write(&t, w), true);
    case 1:
        return fund_confirm_read(body, &c) && (fund_confirm_write(&c, w), true);
    case 2:
        return fund_receipt_read(body, &r) && (fund_receipt_write(&r, w), true);
    case 3:
        return allocation_read(body, &a) && (allocation_write(&a, w), true);
    case 4:
        return close_read(body, &e) && (close_write(&e, w), true);
    default:
        return unknown_read(body, &u) && (unknown_write(&u, w), true);
    }
}

/* The first item's programme in two lines. */
static void split(struct str body)
{
    static struct allocation a;
    int64_t whole = 0;
    int64_t some[FUND_ITEMS_MAX];
    int64_t rest[FUND_ITEMS_MAX];
    if (!allocation_read(body, &a)) {
        return;
    }
    const char *code = a.items[0].programme;
    for (size_t i = 0; i < a.count; i++) {
        bool same = str_is(str_of(code), a.items[i].programme);
        whole += same ? a.items[i].fen : 0;
    }
    fund_split(&a, code, 0, whole / 3, some);
    fund_split(&a, code, whole / 3, whole - whole / 3, rest);
    for (size_t i = 0; i < a.count; i++) {
        bool same = str_is(str_of(code), a.items[i].programme);
        must(some[i] >= 0 && rest[i] >= 0);
        must(some[i] + rest[i] == (same ? a.items[i].fen : 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[1 << 16];
    struct writer w;
    if (size == 0 || size > sizeof bytes) {
        return 0;
    }
    struct str body = str_make(data + 1, size - 1);
    writer_init(&w, bytes, sizeof bytes);
    if (body_again(data[0] % 6, body, &w)) {
        must(!w.failed && str_eq(writer_str(&w), body));
    }
    split(body);
    return 0;
}
