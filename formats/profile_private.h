/* profile_private.h - shared by the profile_*.c files only: the readers of the YAML's
 * mappings and scalars, the parts that read and check the model, and the writers. Every
 * failure of reading is ST_INPUT with "NAME:line:column" in where; memory is the
 * profile's arena. */
#ifndef ALMONER_FORMATS_PROFILE_PRIVATE_H
#define ALMONER_FORMATS_PROFILE_PRIVATE_H

#include "base/yaml_words.h"
#include "formats/profile.h"

#define PROFILE_CNAPS_LEN 12

struct reading {
    struct profile *p;
    const char *file; /* for messages */
};

struct key {
    const char *name;
    bool needed;
};

#define PROFILE_COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- profile_yaml.c: mappings, lists, scalars ---- */

/* Says how to mend the failure in d, when nobody said it yet; returns its status. */
enum status profile_hint(struct diag *d);
/* out[i] is the member named keys[i].name, or NULL. An unknown key, and a needed one
 * that is missing, are errors. */
enum status profile_keys(const struct reading *r, const struct ynode *map,
                         const char *what, const struct key *keys, size_t count,
                         const struct ynode **out, struct diag *d) MUST_USE;
/* Wants a list of 1 to max items; zeroed memory for them. */
enum status profile_items(const struct reading *r, const struct ynode *list, size_t max,
                          size_t item_size, void **out, struct diag *d) MUST_USE;
/* One line of 1 to max bytes without what cannot be seen. */
enum status profile_text(const struct reading *r, const struct ynode *n, size_t max,
                         struct str *out, struct diag *d) MUST_USE;
/* The same, but may be empty. */
enum status profile_literal(const struct reading *r, const struct ynode *n,
                            struct str *out, struct diag *d) MUST_USE;
enum status profile_read_name(const struct reading *r, const struct ynode *n,
                              struct str *out, struct diag *d) MUST_USE;
enum status profile_number(const struct reading *r, const struct ynode *n, uint32_t min,
                           uint32_t max, uint32_t *out, struct diag *d) MUST_USE;
enum status profile_yes_no(const struct reading *r, const struct ynode *n, bool *out,
                           struct diag *d) MUST_USE;
enum status profile_one_of(const struct reading *r, const struct ynode *n,
                           const struct word *words, int *out, struct diag *d) MUST_USE;
/* A copy with a NUL behind it. */
enum status profile_keep(const struct reading *r, struct str s, struct str *out,
                         struct diag *d) MUST_USE;

/* ---- profile_field.c: fields, lines and file names ---- */

enum field_place { IN_FILE_NAME, IN_HEAD, IN_DETAIL, IN_ANSWER_HEAD, IN_ANSWER_DETAIL };

enum status profile_read_line(const struct reading *r, const struct ynode *n,
                              enum field_place where, struct profile_line *out,
                              struct diag *d) MUST_USE;
enum status profile_read_lines(const struct reading *r, const struct ynode *n,
                               enum field_place where, const struct profile_line **out,
                               size_t *count, struct diag *d) MUST_USE;
enum status profile_read_pattern(const struct reading *r, const struct ynode *n,
                                 struct profile_line *out, struct diag *d) MUST_USE;
extern const struct word profile_words[];

/* ---- profile_answer.c ---- */

enum status profile_read_layout(const struct reading *r, const struct ynode **nodes,
                                struct profile_layout *out, struct diag *d) MUST_USE;
/* The members of layout that profile_read_layout takes, in this order. */
enum {
    LAYOUT_ENCODING,
    LAYOUT_LINE_END,
    LAYOUT_LAST_LINE_END,
    LAYOUT_SEPARATOR,
    LAYOUT_QUOTE,
    LAYOUT_EXTENSION,
    LAYOUT_KEYS
};
enum status profile_read_the_answer(const struct reading *r, const struct ynode *n,
                                    struct diag *d) MUST_USE;

/* ---- profile_check.c: contradictions ---- */

enum status profile_check_body(const struct reading *r, const struct profile_layout *l,
                               const struct profile_body *body, struct diag *d)
    MUST_USE;
enum status profile_check_answer(const struct reading *r, struct place at,
                                 struct diag *d) MUST_USE;
bool profile_line_has(const struct profile_line *line, enum profile_word word);

/* ---- profile_format.c ---- */

void profile_make_format(struct profile *p); /* fills p->format; p is whole */

/* In build/: made by formats/embed.sh. */
extern const struct profile_shipped profile_shipped_list[];
extern const size_t profile_shipped_count;

/* ---- profile_write.c, profile_name.c: what the format of a text profile does ---- */

enum status profile_text_open(const struct payment_format *f, struct payment_writer **w,
                              const struct payment_head *head, struct buf *out,
                              struct diag *d);
enum status profile_text_add(struct payment_writer *w, const struct payment *p,
                             struct buf *out, struct diag *d);
enum status profile_text_close(struct payment_writer *w, struct buf *out,
                               struct diag *d);
void profile_text_abandon(struct payment_writer *w);
/* The same of a sheet: profile_sheet.c. */
enum status profile_sheet_open(const struct payment_format *f,
                               struct payment_writer **w,
                               const struct payment_head *head, struct buf *out,
                               struct diag *d);
enum status profile_sheet_add(struct payment_writer *w, const struct payment *p,
                              struct buf *out, struct diag *d);
enum status profile_sheet_rows(struct payment_writer *w, uint8_t sha256[32],
                               struct diag *d);
enum status profile_sheet_close(struct payment_writer *w, struct buf *out,
                                struct diag *d);
void profile_sheet_abandon(struct payment_writer *w);
/* Months of a remark, "2024-09..2025-08" or "2024-09", that are longer than max become
 * the first of these that is not: "24-09..25-08", "2024-09+", "24-09+"; "24-09"; or
 * nothing. False, and nothing done, when the text is another. */
bool profile_short_months(char *text, size_t *n, size_t max);
enum status profile_variant_of(const struct payment_format *f, struct str payer_bank,
                               struct str bank, uint32_t *variant, struct diag *d);
enum status profile_file_name(const struct payment_format *f,
                              const struct payment_head *head, struct buf *out,
                              struct diag *d);
/* Does the variant take a payment to this bank? */
bool profile_takes(enum profile_for takes, struct str payer_bank, struct str bank);
/* The text of a word of the head, as the field wants it, in UTF-8, appended. The
 * settings have been checked. */
void profile_head_text(const struct profile *p, const struct profile_field *f,
                       const struct payment_head *head, struct buf *out);

/* Files known by how they begin: profile_is may be asked only when it has_sign. */
bool profile_has_sign(const struct profile *p);
bool profile_is(const struct payment_format *f, struct str head);

#endif
