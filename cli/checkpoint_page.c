/* checkpoint_page.c - see checkpoint_page.h. Paper outlives disks and cannot be edited
 * from afar; what stands on it has to be comparable by eye: hence groups of four. */
#include "cli/checkpoint_page.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/text.h"
#include "cli/html.h"
#include "formats/qr.h"

#define GROUP 4
#define GROUPS_IN_LINE 6
#define FACTS_MAX ((size_t)4096)
#define MODULE_TENTH_MM 10 /* 65 modules and the quiet zone: 73 mm */

static const char ADVICE[] =
    "\n此页随凭证归档。以后的账套须包含这棵树：almoner audit verify "
    "--checkpoint。\n"
    "File with the vouchers. Any later copy of the ledger has to contain this tree.\n"
    "二维码为签名校验点全文。The QR code is the signed checkpoint, byte for byte.\n";
static const char SIGN_HERE[] =
    "签字 Signed ____________________   日期 Date ____________________\n";

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

static void print_text(const struct checkpoint_page *p, const struct qr *q,
                       struct buf *out)
{
    buf_add_text(out, "校验点 CHECKPOINT\n\n");
    add_facts(p, out);
    buf_add_text(out, ADVICE);
    qr_print_blocks(q, out);
    buf_add_text(out, SIGN_HERE);
}

/* Half blocks are as wide as a Chinese character in many fonts, blanks are not: only a
 * picture can be relied upon on paper. */
static void print_html(const struct checkpoint_page *p, const struct qr *q,
                       struct buf *out)
{
    struct buf facts;
    buf_init(&facts, FACTS_MAX);
    add_facts(p, &facts);
    buf_add_text(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
                      "<meta charset=\"utf-8\">\n<title>校验点 CHECKPOINT</title>\n"
                      "<style>@page { size: A4; margin: 20mm }\n"
                      "pre { font-size: 10pt; white-space: pre-wrap; "
                      "overflow-wrap: anywhere }</style>\n</head>\n<body>\n"
                      "<h1>校验点 CHECKPOINT</h1>\n<pre>");
    html_add(out, buf_str(&facts));
    buf_add_text(out, ADVICE);
    buf_add_text(out, "</pre>\n");
    qr_print_svg(q, MODULE_TENTH_MM, out);
    buf_add_text(out, "<pre>\n");
    buf_add_text(out, SIGN_HERE);
    buf_add_text(out, "</pre>\n</body>\n</html>\n");
    out->failed = out->failed || facts.failed;
    buf_release(&facts);
}

static void print_svg(const struct checkpoint_page *p, const struct qr *q,
                      struct buf *out)
{
    (void)p;
    buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    qr_print_svg(q, MODULE_TENTH_MM, out);
}

enum status checkpoint_page_print(const struct checkpoint_page *p,
                                  enum checkpoint_form form, struct buf *out,
                                  struct diag *d)
{
    static void (*const print[])(const struct checkpoint_page *, const struct qr *,
                                 struct buf *) = {
        [CHECKPOINT_TEXT] = print_text,
        [CHECKPOINT_HTML] = print_html,
        [CHECKPOINT_SVG] = print_svg,
    };
    struct qr *q = malloc(sizeof *q);
    if (q == NULL) {
        return diag_memory(d);
    }
    enum status st = qr_make(p->note, q, d);
    if (st == ST_OK) {
        print[form](p, q, out);
        st = buf_check(out, d);
    }
    free(q);
    return st;
}
