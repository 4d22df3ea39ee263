/* file_kind.c - see file_kind.h. By first bytes and first line only: nothing is read,
 * and no text of the file is shown, since it may be somebody's name. */
#include "cli/file_kind.h"

#include <stdio.h>

#include "base/charset.h"
#include "base/text.h"
#include "formats/payment.h"
#include "formats/xml_peek.h"
#include "formats/zip.h"

#define LINE_MAX_BYTES 4096
#define SHOWN_BYTES 8

struct kind {
    struct str sign;
    const char *what;
    const char *hint;
};

static const char save_again[] =
    "open it with the office program and save it as .xlsx or as text";

/* What begins so. */
static const struct kind beginnings[] = {
    {{"almoner-request/", 16},
     "a request for a signature",
     "almoner sign FILE shows it and signs"},
    {{"almoner-signature/", 18},
     "a signature that was made elsewhere",
     "give it to the command that asked for it, with --signature"},
    {{"c2sp.org/tlog-proof", 19}, "a proof", "almoner audit check-proof reads it"},
    {{"almoner/", 8},
     "a checkpoint of a ledger",
     "almoner audit verify --checkpoint compares the ledger with it"},
    {{"-----BEGIN ", 11}, "a key or a certificate (PEM)", "keep keys to yourself"},
    {{"\xd0\xcf\x11\xe0", 4}, "an old workbook (.xls, .et)", save_again},
    {{"%PDF", 4}, "a PDF document", "ask the bank for the file itself"},
    {{"\xff\xfe", 2}, "a text in UTF-16", save_again},
    {{"\xfe\xff", 2}, "a text in UTF-16", save_again},
    {{"\x1f\x8b", 2}, "compressed (gzip)", "unpack it first: gunzip"},
    {{"\x37\x7a\xbc\xaf\x27\x1c", 6}, "a 7z archive", "unpack it first"},
    {{"Rar!", 4}, "a RAR archive", "unpack it first"},
    {{"\x89PNG", 4}, "a picture", "ask the bank for the file itself"},
    {{"\xff\xd8\xff", 3}, "a picture", "ask the bank for the file itself"},
};

/* What has a line that begins so among its first; a comment line may stand before. */
static const struct kind lines[] = {
    {{"almoner-policy:", 15}, "a policy file", "almoner policy check FILE reads it"},
    {{"columns:", 8}, "a mapping of columns", "it is for almoner import ... --mapping"},
    {{"profile:", 8},
     "the profile of a bank's layout",
     "almoner format list says which formats there are"},
};

/* What has such a word in its first line, and commas. */
static const struct kind columns[] = {
    {{"account_name", 12}, "a list of people or accounts", "almoner import reads it"},
    {{"id_number", 9}, "a list of people or facts", "almoner import reads it"},
    {{"身份证号", 12}, "a list of people or facts", "almoner import reads it"},
    {{"credit_code", 11},
     "a list of institutions",
     "almoner import institutions reads it"},
    {{"统一社会信用代码", 24},
     "a list of institutions",
     "almoner import institutions reads it"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool contains(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++) {
        if (memcmp(s.p + i, part.p, part.n) == 0) {
            return true;
        }
    }
    return false;
}

static enum status other_file(const char *what, const char *hint, struct diag *d)
{
    diag_fail(d, ST_INPUT, "other-file", "this is no bank file but %s", what);
    return diag_hint(d, "%s", hint);
}

/* Without its end, and without a byte order mark. */
static struct str take_line(struct str *rest)
{
    size_t look = rest->n < LINE_MAX_BYTES ? rest->n : LINE_MAX_BYTES;
    const char *end = look > 0 ? memchr(rest->p, '\n', look) : NULL;
    size_t n = end != NULL ? (size_t)(end - rest->p) : look;
    struct str line = str_make(rest->p, n);
    size_t taken = end != NULL ? n + 1 : n;
    *rest = str_make(rest->p + taken, rest->n - taken);
    return line;
}

static const struct kind *kind_of_lines(struct str file)
{
    struct str bom = str_of("\xef\xbb\xbf");
    if (str_starts(file, bom)) {
        file = str_make(file.p + bom.n, file.n - bom.n);
    }
    struct str rest = file;
    struct str first = take_line(&rest);
    for (size_t i = 0; i < COUNT(columns); i++) {
        if (contains(first, str_of(",")) && contains(first, columns[i].sign)) {
            return &columns[i];
        }
    }
    rest = file;
    for (unsigned n = 0; n < 50 && rest.n > 0; n++) {
        struct str line = take_line(&rest);
        for (size_t i = 0; i < COUNT(lines); i++) {
            if (str_starts(line, lines[i].sign)) {
                return &lines[i];
            }
        }
    }
    return NULL;
}

static enum status tell_zip(struct str file, struct diag *d)
{
    struct zip *z = NULL;
    struct diag said;
    if (zip_open(&z, file, &said) != ST_OK) {
        return other_file("a ZIP archive or a workbook that cannot be opened",
                          "fetch it from the bank again", d);
    }
    bool bundle = zip_has(z, "almoner-bundle/bagit.txt");
    bool book = zip_has(z, "xl/workbook.xml") || zip_has(z, "[Content_Types].xml");
    zip_close(z);
    if (bundle) {
        return other_file("evidence of a ledger", "almoner-verify FILE checks it", d);
    }
    if (book) {
        return other_file("a workbook of another layout than any profile's",
                          "almoner import reads lists of people; for a bank's sheet, "
                          "say its profile with --format",
                          d);
    }
    return other_file("a ZIP archive", "unpack it first", d);
}

/* A name as it may be shown: at most 60 bytes of UTF-8. */
static struct str shown_name(struct str s)
{
    struct str cut = str_make(s.p, s.n < 60 ? s.n : 60);
    return text_utf8_valid(cut, NULL) ? cut : str_of("?");
}

static enum status tell_xml(struct str root, struct str second, struct diag *d)
{
    struct str a = shown_name(root);
    struct str b = shown_name(second);
    diag_fail(d, ST_INPUT, "unknown-file",
              "XML of no kind that almoner knows: it begins with <%.*s>%s%.*s%s",
              STR_ARG(a), b.n > 0 ? "<" : "", STR_ARG(b), b.n > 0 ? ">" : "");
    return diag_hint(d,
                     "read are pain.001, pain.002, camt.053 and camt.054; ask the bank "
                     "for one of them");
}

/* "4f 6b": bytes, not text. */
static enum status tell_bytes(struct str file, struct diag *d)
{
    char hex[3 * SHOWN_BYTES + 1] = "";
    size_t n = file.n < SHOWN_BYTES ? file.n : SHOWN_BYTES;
    for (size_t i = 0; i < n; i++) {
        snprintf(hex + 3 * i, 4, " %02x", (unsigned char)file.p[i]);
    }
    struct charset_probe *probe = NULL;
    TRY(charset_probe_new(&probe, d));
    size_t head = file.n < PAYMENT_HEAD_BYTES ? file.n : PAYMENT_HEAD_BYTES;
    while (head < file.n && head > 0 && file.p[head - 1] != '\n') {
        head--; /* to the end of a line: a character may be cut */
    }
    charset_probe_feed(probe, file.p, head > 0 ? head : n);
    enum charset charset;
    struct diag said;
    bool text = charset_probe_end(probe, &charset, &said) == ST_OK;
    charset_probe_free(probe);
    char nearest[sizeof d->hint];
    snprintf(nearest, sizeof nearest, "%s", d->hint);
    diag_fail(d, ST_INPUT, "unknown-file",
              "this is of no bank format that almoner knows: %s, beginning with the "
              "bytes%s",
              !text                     ? "no text in UTF-8 or GB18030"
              : charset == CHARSET_UTF8 ? "a text in UTF-8"
                                        : "a text in GB18030 or GBK",
              hex);
    return diag_hint(d, "%s%sif you know its format, say it with --format", nearest,
                     nearest[0] != '\0' ? "; " : "");
}

enum status file_kind_tell(struct str file, struct diag *d)
{
    struct str root;
    struct str second;
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        if (str_starts(file, beginnings[i].sign)) {
            return other_file(beginnings[i].what, beginnings[i].hint, d);
        }
    }
    if (str_starts(file, str_of("PK\x03\x04"))) {
        return tell_zip(file, d);
    }
    size_t n = file.n < PAYMENT_HEAD_BYTES ? file.n : PAYMENT_HEAD_BYTES;
    if (xml_peek_root(str_make(file.p, n), &root, &second)) {
        return tell_xml(root, second, d);
    }
    const struct kind *k = kind_of_lines(file);
    return k != NULL ? other_file(k->what, k->hint, d) : tell_bytes(file, d);
}
