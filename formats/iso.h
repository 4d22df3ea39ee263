/* iso.h - what the readers of ISO 20022 messages share: finding the one message in a
 * file, its namespace, fields with their limits, amounts. For formats/ only. The bytes
 * and limits are described in docs/formats/iso20022.md. */
#ifndef ALMONER_FORMATS_ISO_H
#define ALMONER_FORMATS_ISO_H

#include "formats/payment.h"
#include "formats/xml.h"

#define ISO_ID_CHARS 35            /* Max35Text */
#define ISO_NAME_CHARS 140         /* Max140Text */
#define ISO_AMOUNT_CHARS 40        /* with the attribute Ccy */
#define ISO_SUM_CHARS 41           /* a sum or a count */
#define ISO_WORDS 255              /* free text: what is too long is cut */
#define ISO_TEXT_MAX (1024 * 1024) /* bytes of text right in any one element */
#define ISO_LINES_MAX UINT64_C(100000000)
#define ISO_REASONS_MAX 100 /* reason blocks of one status */

/* States of the steps that are the same in every message. */
enum {
    ISO_NOWHERE,
    ISO_DOCUMENT,
    ISO_MESSAGE, /* the message's own element */
    ISO_STRANGE, /* another child of Document */
    ISO_CREDITOR,
    ISO_PARTY, /* from camt .08 on */
    ISO_NAME,
    ISO_ACCOUNT,
    ISO_ACCOUNT_ID,
    ISO_ACCOUNT_OTHER,
    ISO_ACCOUNT_NUMBER,
    ISO_AGENT,
    ISO_INSTITUTION,
    ISO_BIC,
    ISO_CLEARING,
    ISO_MEMBER,
    ISO_REASON_BLOCK, /* StsRsnInf, RtrInf */
    ISO_REASON,
    ISO_REASON_CODE,
    ISO_REASON_TEXT,
    ISO_OWN /* the message's own states from here */
};

#define ISO_STEPS_MESSAGE(root)                                                        \
    {ISO_NOWHERE, ISO_DOCUMENT, "Document"}, {ISO_DOCUMENT, ISO_MESSAGE, root},        \
    {                                                                                  \
        ISO_DOCUMENT, ISO_STRANGE, XML_ANY                                             \
    }
/* Below the elements that hold the parties and the agents. */
#define ISO_STEPS_CREDITOR(parties, agents)                                            \
    {parties, ISO_CREDITOR, "Cdtr"}, {ISO_CREDITOR, ISO_NAME, "Nm"},                   \
        {ISO_CREDITOR, ISO_PARTY, "Pty"}, {ISO_PARTY, ISO_NAME, "Nm"},                 \
        {parties, ISO_ACCOUNT, "CdtrAcct"}, {ISO_ACCOUNT, ISO_ACCOUNT_ID, "Id"},       \
        {ISO_ACCOUNT_ID, ISO_ACCOUNT_NUMBER, "IBAN"},                                  \
        {ISO_ACCOUNT_ID, ISO_ACCOUNT_OTHER, "Othr"},                                   \
        {ISO_ACCOUNT_OTHER, ISO_ACCOUNT_NUMBER, "Id"}, {agents, ISO_AGENT, "CdtrAgt"}, \
        {ISO_AGENT, ISO_INSTITUTION, "FinInstnId"}, {ISO_INSTITUTION, ISO_BIC, "BIC"}, \
        {ISO_INSTITUTION, ISO_BIC, "BICFI"},                                           \
        {ISO_INSTITUTION, ISO_CLEARING, "ClrSysMmbId"},                                \
    {                                                                                  \
        ISO_CLEARING, ISO_MEMBER, "MmbId"                                              \
    }
#define ISO_STEPS_REASON                                                               \
    {ISO_REASON_BLOCK, ISO_REASON, "Rsn"}, {ISO_REASON, ISO_REASON_CODE, "Cd"},        \
        {ISO_REASON, ISO_REASON_CODE, "Prtry"},                                        \
    {                                                                                  \
        ISO_REASON_BLOCK, ISO_REASON_TEXT, "AddtlInf"                                  \
    }
/* Of the leaves among them; an array of limits by state begins with it. */
#define ISO_LIMITS                                                                     \
    [ISO_NAME] = ISO_NAME_CHARS, [ISO_ACCOUNT_NUMBER] = ISO_ID_CHARS,                  \
    [ISO_BIC] = ISO_ID_CHARS, [ISO_MEMBER] = ISO_ID_CHARS,                             \
    [ISO_REASON_CODE] = ISO_ID_CHARS, [ISO_REASON_TEXT] = ISO_WORDS

/* A value that an element may give once. `at`: bytes before it in the file. */
struct iso_field {
    bool set;
    uint64_t at;
    size_t n;
    char p[ISO_NAME_CHARS * 4];
};
static inline struct str iso_field_str(const struct iso_field *f)
{
    return str_make(f->p, f->n);
}

struct iso_amount {
    bool set;
    uint64_t at;
    int64_t fen; /* hundredths of the currency, not negative */
    char currency[4];
};

/* Why, from one or more reason blocks: the first code that has a reason of ours, else
 * the first; and the words of all. */
struct iso_reason {
    unsigned blocks;
    enum payment_reason reason;
    struct iso_field code;
    size_t text_n;
    char text[ANSWER_TEXT_MAX + 1];
};

/* Who was to be paid, as the message repeats it. */
struct iso_payee {
    struct iso_field name;
    struct iso_field account;
    struct iso_field bic;
    struct iso_field member;
};

struct iso_message {
    const char *name; /* "pain.002" */
    unsigned version_min;
    unsigned version_max;
    const char *root;
    const struct xml_step *steps;
    size_t step_count;
    /* By state: characters of a leaf; 0: it holds elements only. */
    const uint8_t *limits;
    size_t state_count;
    /* Of the states from ISO_OWN on, and of ISO_REASON_BLOCK. */
    enum status (*start)(void *ctx, unsigned state, struct diag *d);
    /* Value of a leaf: trimmed, at most its limit, without control characters. */
    enum status (*end)(void *ctx, unsigned state, struct str value, struct diag *d);
    enum status (*finish)(void *ctx, struct diag *d); /* at the end of a good file */
};

struct iso_reader {
    const struct iso_message *message;
    void *ctx; /* of start and end */
    struct iso_payee *payee;
    struct answer_sink sink;
    uint64_t count; /* of the lines given */
    int64_t total_fen;
    bool sink_failed;
    struct iso_reason *reason; /* where the next block goes; set by the message */
    struct iso_field block_code;
    struct str all;                      /* none with a source, and no places */
    struct str file;                     /* what is left */
    const struct payment_source *source; /* instead of file; NULL */
    struct xml *xml;
    uint64_t value_at;         /* bytes before the value in hand; 0: it has none */
    uint64_t at[ANSWER_PARTS]; /* of the line given; 0: it does not say */
    uint64_t place_at;         /* a place found before, to go on from */
    struct answer_place place;
    unsigned documents;
    unsigned messages;
    size_t space_n;
    char space[200];
    char currency[4]; /* the leaf's attribute Ccy */
    bool has_currency;
    size_t text_n;
    bool text_cut;
    char text[ISO_NAME_CHARS * 4 + 64];
};

/* Reads the one message of the file; r->message, ctx, payee and sink are set. ST_INPUT
 * with line and column in where. */
enum status iso_read(struct iso_reader *r, struct str file, struct diag *d) MUST_USE;

/* Bytes before the element being handled. */
uint64_t iso_offset(const struct iso_reader *r);
/* Gives a line to the sink and counts it; r->at says where its parts stand. */
enum status iso_give(struct iso_reader *r, struct answer *a, struct diag *d) MUST_USE;
enum status iso_store(const struct iso_reader *r, struct iso_field *f, struct str value,
                      struct diag *d) MUST_USE;
/* The leaf's value with its attribute Ccy; at most two decimals. */
enum status iso_store_amount(const struct iso_reader *r, struct iso_amount *a,
                             struct str value, struct diag *d) MUST_USE;
/* A sum that a message states; further decimals must be zero. */
enum status iso_parse_sum(struct str value, int64_t *fen, struct diag *d) MUST_USE;
enum status iso_parse_count(struct str value, uint64_t *n, struct diag *d) MUST_USE;
enum status iso_repeated(struct diag *d);
enum status iso_missing(const char *element, struct diag *d);

void iso_payee_clear(struct iso_payee *p);
void iso_reason_clear(struct iso_reason *r);
/* The longest beginning of s that fits and ends at a character. */
void iso_copy_cut(struct str s, char *out, size_t cap);

#endif
