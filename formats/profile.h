/* profile.h - a bank's layout as data: a YAML file that says how a payment file and its
 * answer are written, line by line (profiles/NAME.yaml; docs/PROFILES.md teaches it).
 * profile_read makes the model below of it, checked so that the writer and the reader
 * need not doubt it; the rest of the program sees a struct payment_format.
 *
 * The keys of the file, with what they may be; [] is the default:
 *
 *   profile: NAME                  a-z, 0-9 and inner hyphens, at most 39; as the file
 *   title: {zh: TEXT, en: TEXT}
 *   source: TEXT                   where the layout is known from
 *   currency: CNY                  [CNY]
 *   rows-per-file: N               payments in one file, 1 to 1000000 [any number]
 *   settings: [{name: NAME, title: {zh:, en:}, max-bytes: N, characters: KIND}]
 *                                  KIND: digits | token | text [text]
 *
 *   encoding: E                    UTF-8 | GBK | GB18030 | sheet
 *   line-end: CRLF | LF            not for sheets, like all up to quote
 *   last-line-end: true | false    [true]: false: nothing after the last line's text
 *   separator: TEXT                1 to 8 bytes of the file's encoding, or the word
 *                                  blanks (any run of blanks; one is written), widths
 *                                  (every field has a width), none (nothing between)
 *   quote: none | csv | xml        [none]: csv as in RFC 4180; xml: & < > " ' escaped,
 *                                  with `separator: none'
 *   extension: TEXT                a-z and 0-9
 *
 *   file-name: PATTERN             text with {WORD}, {WORD:FORM}, {file-number:DIGITS}
 *   header: [[FIELD, ...], ...]    lines before the payments, each a list of fields
 *   column-names: true | false     [false]: a line of the fields' titles after header
 *   detail: [FIELD, ...]           the line of one payment
 *   trailer: [[FIELD, ...], ...]
 *
 *   variants:                      for files that differ; [one, with the keys above]
 *     - {name: NAME, for: same-bank | other-bank | any, file-name:, header:,
 *        column-names:, detail:, trailer:}       a key not given is that of above
 *   for: same-bank | other-bank | any            without variants [any]
 *
 * A FIELD is {text: LITERAL} or {value: WORD} (see enum profile_word), and
 *
 *   title: TEXT         name of the column
 *   setting: NAME       with `value: setting`
 *   as: FORM            see enum profile_as; amounts and days must say it
 *   max-bytes: N        in the file's encoding (a sheet: in GB18030); longer is refused
 *   cut: true           ... or cut at a character: purpose, remark, unit, address only
 *   width: N            filled up to N bytes
 *   align: left | right [left]
 *   pad: " " | "0"      [" "]: "0" only for numbers and settings, with align: right
 *   empty: error | ok   [error for id, account, name, bank and the words of the head;
 *                       ok for the other texts]
 *   when-empty: TEXT    what is written for a text that is empty
 *   only-with: WORD     a literal that is left out when this text is empty
 *   joined: true        no separator before it: one column with the field before, which
 *                       has a width
 *   blanks: true        one field of a line with `separator: blanks` may hold blanks
 *
 *   answer:
 *     form: own-file | same-file | none
 *     encoding .. extension, header, column-names, detail, trailer: as above. own-file:
 *       its detail must be given, the keys up to extension are the order's unless
 *       given; same-file: only detail may be, and is the order's unless given
 *     match: [WORD, ...]      what names the payment: id, number, account, amount, name
 *     absent: paid | unknown  of payments that no line names [unknown]
 *     ignore: [TEXT, ...]     lines that begin so, blanks left out, say nothing: rules,
 *                             page heads
 *     results: [{code: TEXT, text: TEXT, status: STATUS, reason: REASON}, ...]
 *                             first match; code equals the result's, text stands in the
 *                             result's text; both when both are given; code "*" takes
 *                             any, and is the last. What matches nothing is an error
 *     refusal: [{line: TEXT, reason: REASON, text: TEXT}, ...]
 *                             a first line that begins so refuses the whole file */
#ifndef ALMONER_FORMATS_PROFILE_H
#define ALMONER_FORMATS_PROFILE_H

#include "base/charset.h"
#include "base/yaml.h"
#include "formats/payment.h"

#define PROFILE_FILE_MAX 65536 /* bytes of the YAML */
#define PROFILE_NAME_MAX 39
#define PROFILE_TEXT_MAX 400    /* bytes of a literal, a title */
#define PROFILE_SOURCE_MAX 4000 /* bytes */
#define PROFILE_FIELDS_MAX 60   /* of one line */
#define PROFILE_LINES_MAX 20    /* of a header, a trailer */
#define PROFILE_VARIANTS_MAX 4
#define PROFILE_SETTINGS_MAX 16
#define PROFILE_RESULTS_MAX 200
#define PROFILE_REFUSALS_MAX 50
#define PROFILE_IGNORE_MAX 20
#define PROFILE_MATCH_MAX 4
#define PROFILE_SEPARATOR_MAX 8
#define PROFILE_FIELD_BYTES_MAX 1000 /* max-bytes and width */
#define PROFILE_ROWS_MAX 1000000

/* What stands in a field; the comment is the word of the file. */
enum profile_word {
    WORD_TEXT, /* a literal */

    /* Of the whole file: in every line and in file names. */
    WORD_COUNT,         /* count: payments in this file */
    WORD_TOTAL,         /* total */
    WORD_MESSAGE_ID,    /* message-id */
    WORD_PAY_DAY,       /* pay-day */
    WORD_CREATED,       /* created: the moment of the release, in UTC+8 */
    WORD_PAYER_NAME,    /* payer-name */
    WORD_PAYER_ACCOUNT, /* payer-account */
    WORD_PAYER_BANK,    /* payer-bank */
    WORD_FILE_NUMBER,   /* file-number: of the day */
    WORD_PART,          /* part: of the variant, from 1 */
    WORD_SETTING,       /* setting: what the channel says */

    /* Of one payment: in the detail only. */
    WORD_ID,                 /* id: our end-to-end id */
    WORD_NUMBER,             /* number: of the line in this file, from 1 */
    WORD_ACCOUNT,            /* account */
    WORD_NAME,               /* name: of the account holder */
    WORD_BANK,               /* bank: the payer's own when the payment has none */
    WORD_AMOUNT,             /* amount */
    WORD_PURPOSE,            /* purpose */
    WORD_REMARK,             /* remark */
    WORD_ID_NUMBER,          /* id-number: of the account holder */
    WORD_PHONE,              /* phone */
    WORD_BENEFICIARY,        /* beneficiary: name */
    WORD_BENEFICIARY_NUMBER, /* beneficiary-number: ID number */
    WORD_ADDRESS,            /* address */
    WORD_UNIT,               /* unit */
    WORD_NTH_OF_ACCOUNT,     /* nth-of-account: payments to it so far here, from 1 */

    /* Left empty (or `when-empty`) for the bank, which fills them in the answer. */
    WORD_RESULT,      /* result: the mark or code */
    WORD_RESULT_TEXT, /* result-text: its words */
    WORD_PAID_AMOUNT, /* paid-amount: the amount when paid, else nothing or zero */

    /* Only in an answer of its own. */
    WORD_NEW_ACCOUNT, /* new-account: to be used from now on */
    WORD_NEW_BANK,    /* new-bank */
    WORD_CURRENCY,    /* currency: CNY or 156 */
    WORD_IGNORED      /* ignored: a column that says nothing to us */
};
#define WORD_LAST WORD_IGNORED
const char *profile_word_name(enum profile_word w); /* "pay-day" */

enum profile_as {
    AS_PLAIN,       /* text and numbers as they are */
    AS_FEN,         /* fen: digits */
    AS_YUAN,        /* yuan: exactly two decimals */
    AS_CAPITAL,     /* capital: base/capital.h */
    AS_DAY_COMPACT, /* yyyyMMdd */
    AS_DAY_HYPHEN,  /* yyyy-MM-dd */
    AS_DAY_SLASH,   /* yyyy/MM/dd */
    AS_DAY_SHORT,   /* yyMMdd */
    AS_TIME         /* HHmmss, of `created` */
};

/* Texts here are never NULL; .n == 0 when the file does not say. Behind each stands a
 * NUL. All in UTF-8, also what the file has in another encoding. */
struct profile_field {
    enum profile_word word;
    enum profile_as as;
    struct str text;             /* of WORD_TEXT; may be empty */
    size_t setting;              /* of WORD_SETTING: index in the profile's settings */
    struct str title;            /* "" without one */
    struct str when_empty;       /* "" without one */
    enum profile_word only_with; /* WORD_TEXT: always */
    uint32_t bytes_max;          /* 0: any number */
    uint32_t width;              /* 0: none; then bytes_max is width, too */
    bool right;
    char pad; /* ' ' or '0' */
    bool cut;
    bool empty_ok;
    bool joined;
    bool blanks;
    struct place place;
};

struct profile_line {
    const struct profile_field *fields;
    size_t count;
    struct place place;
};

enum profile_separator { CUT_BY_TEXT, CUT_BY_BLANKS, CUT_BY_WIDTHS, CUT_NOT };
enum profile_quote { QUOTE_NONE, QUOTE_CSV, QUOTE_XML };

/* How a file is made of lines and fields. */
struct profile_layout {
    bool sheet;           /* .xlsx; only extension says something then */
    enum charset charset; /* GB18030 for a sheet: in that max-bytes counts */
    bool crlf;
    bool last_line_end;
    enum profile_separator cut;
    struct str separator; /* in UTF-8; " " for blanks; "" for widths and none */
    enum profile_quote quote;
    struct str extension;
};

/* The lines of a file. */
struct profile_body {
    const struct profile_line *header;
    size_t header_count;
    bool column_names;
    struct profile_line detail; /* count 0: not given, for an answer */
    const struct profile_line *trailer;
    size_t trailer_count;
};

enum profile_for { FOR_ANY, FOR_SAME_BANK, FOR_OTHER_BANK };

struct profile_variant {
    struct str name; /* "" for the only one of a profile without `variants` */
    enum profile_for takes;
    struct profile_line file_name; /* texts and words joined; count 0: any name */
    struct profile_body body;      /* whole: what it does not say is filled in */
};

enum profile_characters { CHARACTERS_TEXT, CHARACTERS_TOKEN, CHARACTERS_DIGITS };

struct profile_setting {
    struct str name;
    struct str title_zh;
    struct str title_en;
    uint32_t bytes_max;
    enum profile_characters characters; /* token: letters, digits and - . / _ : */
};

enum profile_form { ANSWER_NONE, ANSWER_OWN_FILE, ANSWER_SAME_FILE };

struct profile_result {
    struct str code; /* "" when only the text decides; "*": any */
    struct str text;
    enum payment_status status;
    enum payment_reason reason;
    struct place place;
};

struct profile_refusal {
    struct str line;
    enum payment_reason reason;
    struct str text;
};

struct profile_answer {
    enum profile_form form;
    struct profile_layout layout; /* of the order unless it says otherwise */
    /* own-file: whole. same-file: only the detail, and that only when count > 0: else
     * all of it is the variant's. */
    struct profile_body body;
    enum profile_word match[PROFILE_MATCH_MAX];
    size_t match_count;
    enum payment_status absent; /* PAYMENT_PAID or PAYMENT_UNKNOWN */
    const struct str *ignore;
    size_t ignore_count;
    const struct profile_result *results;
    size_t result_count;
    const struct profile_refusal *refusals;
    size_t refusal_count;
};

struct profile {
    struct arena *arena; /* owns everything below */
    struct str name;
    struct str title_zh;
    struct str title_en;
    struct str source;
    struct str currency;
    uint32_t rows_max; /* 0: any number */
    const struct profile_setting *settings;
    size_t setting_count;
    struct profile_layout layout;
    const struct profile_variant *variants; /* 1 or more */
    size_t variant_count;
    struct profile_answer answer;
    struct payment_format format; /* see profile_format */
};

/* Reads and checks a profile; nothing of text is kept. file_name is for messages. Every
 * failure of the text is ST_INPUT with "FILE_NAME:line:column" in where and a hint. */
enum status profile_read(struct profile **out, struct str text, const char *file_name,
                         struct diag *d) MUST_USE;
void profile_free(struct profile *p); /* takes NULL */

/* Good as long as the profile is. */
const struct payment_format *profile_format(const struct profile *p);

/* The settings of a channel are those the profile asks for: each once, none that it
 * does not know, in the characters and bytes (of UTF-8) it says. ST_INPUT
 * "setting-missing", "setting-unknown", "setting-twice" or "setting-value". */
enum status profile_check_settings(const struct profile *p,
                                   const struct payment_setting *settings, size_t count,
                                   struct diag *d) MUST_USE;

/* The profiles that come with the program, in the order of their names. */
struct profile_shipped {
    const char *name;
    struct str text; /* the YAML */
};
const struct profile_shipped *profile_shipped(size_t *count);
const struct profile_shipped *profile_shipped_find(struct str name); /* or NULL */
/* Its format, read at the first call and good for ever. */
const struct payment_format *profile_shipped_format(const struct profile_shipped *s);

/* The readers of every profile's format: a file of payments, and an answer to one. They
 * are what profile_format gives; `f` must be of a profile. */
payment_reader profile_read_order;
payment_reader profile_read_answer;
payment_streamer profile_stream_answer; /* of texts */

#endif
