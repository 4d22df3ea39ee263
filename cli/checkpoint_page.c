/* checkpoint_page.c - see checkpoint_page.h. Paper outlives disks and cannot be edited
 * from afar; what stands on it has to be comparable by eye: hence groups of four. */
#include "cli/checkpoint_page.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/text.h"
#include "formats/qr.h"

#define GROUP 4
#define GROUPS_IN_LINE 6
#define MODULE_TENTH_MM 10 /* 65 modules and the quiet zone: 73 mm */

/* "AbCd EfGh ..." in lines of GROUPS_IN_LINE. */
static void add_groups(const char *text, struct buf *out)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i % GROUP == 0) {
            size_t group = i / GROUP;
            buf_add_text(out, i == 0                        ? "    "
                              : group % GROUPS_IN_LINE == 0 ? "\n    "
                                                            : " ");
        }
        buf_add(out, text + i, 1);
    }
    buf_add_text(out, "\n");
}

/* The groups by which the page is compared. */
static void add_facts(const struct checkpoint_page *p, struct buf *out)
{
    char base64[4 * ((DIGEST_LEN + 2) / 3) + 1];
    char hex[2 * DIGEST_LEN + 1];
    char time[TIME_TEXT_CAP];
    char day[DATE_TEXT_CAP];
    text_base64(p->checkpoint.root, DIGEST_LEN, base64);
    text_hex(p->checkpoint.root, DIGEST_LEN, hex);
    time_print(p->now_us - p->now_us % 1000000, time);
    date_print(p->last_day, day);
    buf_addf(out, "单位 Office      %s\n", p->info->name);
    buf_addf(out, "账套 Origin      %s%s\n", p->info->origin,
             p->info->sandbox ? "  （演练 sandbox）" : "");
    buf_addf(out, "记录 Records     %" PRIu64 "\n", p->checkpoint.size);
    buf_addf(out, "生成 Made        %s\n", time);
    buf_addf(out, "末条 Last record %s\n", day);
    buf_addf(out, "密钥 Key id      %08" PRIx32 "\n",
             vkey_id(str_of(p->info->origin), p->info->public_key));
    buf_addf(out, "公钥 Vkey        %s\n", p->info->vkey);
    buf_add_text(out, "\n根哈希 Root, base64:\n");
    add_groups(base64, out);
    buf_add_text(out, "根哈希 Root, hexadecimal:\n");
    add_groups(hex, out);
}

enum status checkpoint_page_text(const struct checkpoint_page *p, struct buf *out,
                                 struct diag *d)
{
    struct qr *q = malloc(sizeof *q);
    if (q == NULL) {
        return diag_memory(d);
    }
    enum status st = qr_make(p->note, q, d);
    if (st == ST_OK) {
        buf_add_text(out, "校验点 CHECKPOINT\n\n");
        add_facts(p, out);
        buf_add_text(out,
                     "\n此页随凭证归档。以后的账套须包含这棵树：almoner audit verify "
                     "--checkpoint。\n"
                     "File with the vouchers. Any later copy of the ledger has to "
                     "contain this tree.\n"
                     "二维码为签名校验点全文。The QR code is the signed checkpoint, "
                     "byte for byte.\n");
        qr_print_blocks(q, out);
        buf_add_text(out, "签字 Signed ____________________   日期 Date "
                          "____________________\n");
        st = buf_check(out, d);
    }
    free(q);
    return st;
}

enum status checkpoint_page_svg(struct str note, struct buf *out, struct diag *d)
{
    struct qr *q = malloc(sizeof *q);
    if (q == NULL) {
        return diag_memory(d);
    }
    enum status st = qr_make(note, q, d);
    if (st == ST_OK) {
        qr_print_svg(q, MODULE_TENTH_MM, out);
        st = buf_check(out, d);
    }
    free(q);
    return st;
}
