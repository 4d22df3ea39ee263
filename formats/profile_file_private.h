/* profile_file_private.h - what the files that read a bank's file by a profile share:
 * profile_file.c (the file as a whole), profile_lines.c (bytes -> lines of UTF-8),
 * profile_cut.c (a line -> texts of fields) and profile_value.c (texts -> values). */
#ifndef ALMONER_FORMATS_PROFILE_FILE_PRIVATE_H
#define ALMONER_FORMATS_PROFILE_FILE_PRIVATE_H

#include "formats/profile.h"
#include "formats/xlsx.h"

#define FILE_LINE_MAX 16384 /* bytes of a line, its end included */

/* One line of a text, or one row of a sheet. Borrowed until the next is read. */
struct file_line {
    uint64_t number;           /* from 1 */
    struct str raw;            /* as in the file, without its end; "" of a sheet */
    struct str text;           /* in UTF-8; "" of a sheet */
    const struct csv_row *row; /* of a sheet */
    bool ended;                /* false: the file ended before the line did */
    /* A place of text and the same one of raw, from which bytes are counted. */
    size_t walked;
    size_t walked_raw;
};

/* What stands in the fields of a line: one for each field of the profile's line. */
struct file_cut {
    struct str value[PROFILE_FIELDS_MAX];
    size_t
        at[PROFILE_FIELDS_MAX]; /* in the line's text; of a sheet: the cell, from 0 */
};

/* What the file says of itself, and what its lines come to. */
struct file_said {
    bool has_count;
    bool has_total;
    uint64_t count;
    int64_t total_fen;
    int32_t pay_day; /* 0: it does not say */
    uint64_t pay_day_line;
    uint64_t pay_day_column;
    char message_id[PAYMENT_ID_MAX + 1];
    struct answer_totals sum;
};

struct file_reader {
    const struct profile *profile;
    const struct profile_layout *layout;
    struct profile_body body; /* of the file that is read */
    bool is_answer;

    struct str all;  /* the whole file; of a source what is kept of it */
    struct str rest; /* of a text: what is not read yet */
    uint64_t line;   /* read last */
    const struct payment_source *source; /* NULL: all is the file */
    char *window;                        /* of the source: where all lies */
    bool moved;                          /* its beginning is gone */
    bool ended;                          /* all goes to its end */
    struct charset_conv *conv;
    struct buf utf8;           /* of the line read last, when it is not ASCII */
    struct buf plain;          /* of its fields: what stands in quotes or entities */
    struct xlsx_reader *sheet; /* NULL of a text */

    struct file_line now;
    struct file_cut cut;
    struct file_said said;
    /* Values of the line read last that are no answer's, to be held against it. */
    bool has_paid;     /* the line says what was paid */
    int64_t paid_fen;  /* 0 for nothing */
    size_t paid_at;    /* its field */
    struct str result; /* "" when the file does not say */
    struct str words;  /* likewise */
    size_t result_at;  /* its field, or that of the words */
};

/* ---- failures: ST_INPUT with where and hint ---- */

extern const char profile_ask_again[]; /* a hint */
enum status profile_fail_line(const struct file_reader *r, const char *hint,
                              struct diag *d);
/* From 1, of the byte `at` of the line's text; of a sheet: of cell `at`. */
size_t profile_column(const struct file_reader *r, size_t at);
/* There. */
enum status profile_fail_at(const struct file_reader *r, size_t at, struct diag *d);

/* ---- profile_lines.c ---- */

/* r->source: instead of file; never of a sheet. */
enum status profile_lines_open(struct file_reader *r, struct str file, struct diag *d)
    MUST_USE;
/* Of a source: the next lines, until it ends so many bytes that its last lines, a
 * trailer's, are among them when it does. May move what was read. */
enum status profile_lines_ready(struct file_reader *r, struct diag *d) MUST_USE;
void profile_lines_close(struct file_reader *r);
/* From the first line again; ST_INPUT when a source has gone too far for that. */
enum status profile_lines_again(struct file_reader *r, struct diag *d) MUST_USE;
/* The next line that says something into r->now; *more is false at the end. */
enum status profile_lines_next(struct file_reader *r, bool *more, struct diag *d)
    MUST_USE;

/* ---- profile_cut.c ---- */

/* Cuts r->now into r->cut, and takes padding and quotes off. Code "fields", "quote". */
enum status profile_cut_line(struct file_reader *r, const struct profile_line *shape,
                             struct diag *d) MUST_USE;
/* Where it first stands, or NULL; `what` is not empty. */
const char *profile_find_text(struct str in, struct str what);
/* Without what fills the field up to its width. */
struct str profile_cut_padding(const struct profile_field *f, struct str s);
/* Does the line hold what the profile's titles say? Code "column-names". */
enum status profile_cut_titles(struct file_reader *r, const struct profile_line *shape,
                               struct diag *d) MUST_USE;

/* ---- profile_value.c ---- */

/* The values of r->cut into a and r->said; `number` is the line's among the payments,
 * from 1, or 0 for a line of the header or the trailer. */
enum status profile_take_line(struct file_reader *r, const struct profile_line *shape,
                              uint64_t number, struct answer *a, struct diag *d)
    MUST_USE;
/* Is this what such a field may hold? Of literals, amounts, accounts and numbers. */
bool profile_value_plausible(const struct file_reader *r,
                             const struct profile_field *field, struct str value);

#endif
