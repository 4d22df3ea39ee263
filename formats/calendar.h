/* calendar.h - the working days of a year: Monday to Friday, less the holidays and plus
 * the worked weekends that the State Council announces for it (放假调休). Read from a
 * small CSV:
 * `date,kind,note`, kind "holiday" or "workday"; note may be missing. A year
 * without one line is not known, and nothing is counted in it. */
#ifndef ALMONER_FORMATS_CALENDAR_H
#define ALMONER_FORMATS_CALENDAR_H

#include "base/bytes.h"
#include "base/status.h"

#define CALENDAR_BYTES_MAX ((size_t)64 * 1024)
#define CALENDAR_DAYS_MAX 1000

struct calendar {
    size_t count;
    struct {
        int32_t day;
        bool works;
    } days[CALENDAR_DAYS_MAX]; /* ascending */
};

/* UTF-8, a byte order mark and CRLF are fine; days must ascend. ST_INPUT
 * "calendar-line" with where "line L" for a line that is none, or a file of none. */
enum status calendar_read(struct str file, struct calendar *out, struct diag *d)
    MUST_USE;
/* Is this a working day? */
bool calendar_works(const struct calendar *c, int32_t day);
/* The last of `count` working days (1 or more) that begin on `first` or after it.
 * ST_INPUT "calendar-year" when they reach into a year the file says nothing of. */
enum status calendar_last(const struct calendar *c, int32_t first, uint32_t count,
                          int32_t *last, struct diag *d) MUST_USE;

#endif
