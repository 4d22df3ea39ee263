/* xlsx_private.h - what the files of the workbook reader share. */
#ifndef ALMONER_FORMATS_XLSX_PRIVATE_H
#define ALMONER_FORMATS_XLSX_PRIVATE_H

#include "formats/xlsx.h"
#include "formats/xlsx_xml.h"

/* ---- the parts of the package (xlsx_package.c) ---- */

#define XLSX_PART_MAX 256

struct xlsx_package {
    char sheet[XLSX_NAME_MAX + 1];
    unsigned others;
    bool date_1904;
    char sheet_part[XLSX_PART_MAX];   /* "xl/worksheets/sheet1.xml" */
    char strings_part[XLSX_PART_MAX]; /* "": none */
    char styles_part[XLSX_PART_MAX];  /* "": none */
};
enum status xlsx_package_read(struct xlsx_package *p, struct zip *zip,
                              const char *sheet, struct diag *d) MUST_USE;

/* ---- shared texts (xlsx_strings.c) ---- */

struct xlsx_strings {
    struct buf text;
    struct buf ends; /* size_t each: where in text */
    size_t count;
};
void xlsx_strings_init(struct xlsx_strings *s);
void xlsx_strings_release(struct xlsx_strings *s);
enum status xlsx_strings_read(struct xlsx_strings *s, struct zip *zip, const char *part,
                              struct diag *d) MUST_USE;
bool xlsx_strings_get(const struct xlsx_strings *s, size_t index, struct str *out);
/* Turns _xHHHH_ (ST_Xstring, ISO/IEC 29500-1 section 22.9.2.19) in p[0..n) into the
 * character it stands for, in place; gives the new length. */
size_t xlsx_unescape(char *p, size_t n);

/* ---- formats of cells (xlsx_styles.c) ---- */

enum xlsx_format { XLSX_PLAIN, XLSX_DATE, XLSX_TIME, XLSX_PERCENT };

struct xlsx_styles {
    struct buf custom; /* struct xlsx_custom each */
    struct buf cells;  /* uint32_t each: enum xlsx_format by cell format */
};
void xlsx_styles_init(struct xlsx_styles *s);
void xlsx_styles_release(struct xlsx_styles *s);
enum status xlsx_styles_read(struct xlsx_styles *s, struct zip *zip, const char *part,
                             struct diag *d) MUST_USE;
enum xlsx_format xlsx_styles_of(const struct xlsx_styles *s, uint64_t cell_format);

/* ---- numbers (xlsx_number.c) ---- */

#define XLSX_NUMBER_CAP 64

/* The decimal text of a number as <v> has it. False: it is none, or cannot be given
 * exactly (*number tells which); out is then what stands there, cut. */
bool xlsx_number(struct str v, char out[XLSX_NUMBER_CAP], bool *number);
/* A number from xlsx_number as the day that a date format shows. */
enum cell_kind xlsx_serial(const char *number, bool date_1904, int32_t *day);

#endif
