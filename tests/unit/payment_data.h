/* payment_data.h - generated payments and whole files, for the tests of formats. */
#ifndef ALMONER_TESTS_UNIT_PAYMENT_DATA_H
#define ALMONER_TESTS_UNIT_PAYMENT_DATA_H

#include "formats/payment.h"

#define DATA_COUNT 6
#define DATA_TOTAL_FEN INT64_C(5003501)
#define DATA_OWN_BANK "403100000004"
#define DATA_OTHER_BANK "102100099996"
#define DATA_ROUTING "900000032" /* no bank has a number with 90 */
#define DATA_OTHER_ROUTING "900000016"

/* The head for data_payment(0) to data_payment(DATA_COUNT - 1). */
struct payment_head data_head(void);
/* Payment i of 0..DATA_COUNT - 1; constant text. No person has these names. */
struct payment data_payment(size_t i);
/* The profile's settings, if it has any, with values made up; until the next call. */
void data_settings(const struct payment_format *format, struct payment_head *head);
/* A bank whose payments the format's variant takes: "" when its own payer's will do. */
struct str data_bank(const struct payment_format *format, uint32_t variant);
/* The same as `format` takes them: its money, banks, letters, settings (those of a
 * profile until the next call). */
struct payment_head data_head_for(const struct payment_format *format);
struct payment data_payment_for(const struct payment_format *format, size_t i);
/* The whole file with these payments, or a failed test. */
void data_write(const struct payment_format *format, const struct payment_head *head,
                const struct payment *payments, size_t count, struct buf *out);
/* Writes one payment with a head made for it. What open, add or close said, whichever
 * failed first. */
enum status data_write_one(const struct payment_format *format, const struct payment *p,
                           struct buf *out, struct diag *d);
/* Reads a file of the repository, or fails the test. */
void data_read_file(const char *path, struct buf *out);
/* Fails the test when out is not what the file holds, byte for byte. */
void data_check_golden(const char *path, const struct buf *out);

#endif
