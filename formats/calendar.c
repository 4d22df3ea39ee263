/* calendar.c - see calendar.h. The file comes from outside: whatever is no line of it
 * is refused, never skipped, since a holiday left out ends a notice too early. */
#include "formats/calendar.h"

#include <string.h>

#include "base/date.h"

static enum status bad_line(size_t line, const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, "calendar-line", "%s", what);
    diag_where(d, "line %zu", line);
    return diag_hint(d, "a line is 2026-10-01,holiday or 2026-10-10,workday");
}

/* The next line, without its end; false when there is none. */
static bool next_line(struct str *rest, struct str *line)
{
    if (rest->n == 0) {
        return false;
    }
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end == NULL ? rest->n : (size_t)(end - rest->p);
    *line = str_make(rest->p, n);
    n += end == NULL ? 0 : 1;
    *rest = str_make(rest->p + n, rest->n - n);
    if (line->n > 0 && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    return true;
}

/* Cut off up to the next comma. */
static struct str next_field(struct str *line)
{
    const char *comma = line->n == 0 ? NULL : memchr(line->p, ',', line->n);
    size_t n = comma == NULL ? line->n : (size_t)(comma - line->p);
    struct str field = str_make(line->p, n);
    n += comma == NULL ? 0 : 1;
    *line = str_make(line->p + n, line->n - n);
    return field;
}

static enum status take_line(struct calendar *c, struct str line, size_t number,
                             struct diag *d)
{
    int32_t day;
    struct str date = next_field(&line);
    struct str kind = next_field(&line);
    bool works = str_is(kind, "workday");
    if (!date_parse(date, &day)) {
        return bad_line(number, "it does not begin with a date", d);
    }
    if (!works && !str_is(kind, "holiday")) {
        return bad_line(number, "the day is neither a holiday nor a workday", d);
    }
    if (c->count > 0 && c->days[c->count - 1].day >= day) {
        return bad_line(number, "the days do not ascend", d);
    }
    if (c->count == CALENDAR_DAYS_MAX) {
        return bad_line(number, "there are too many days", d);
    }
    c->days[c->count].day = day;
    c->days[c->count].works = works;
    c->count++;
    return ST_OK;
}

enum status calendar_read(struct str file, struct calendar *out, struct diag *d)
{
    static const char MARK[] = "\xef\xbb\xbf";
    struct str line;
    out->count = 0;
    if (str_starts(file, str_of(MARK))) {
        file = str_make(file.p + 3, file.n - 3);
    }
    for (size_t number = 1; next_line(&file, &line); number++) {
        struct str head = line;
        bool title = number == 1 && str_is(next_field(&head), "date");
        if (line.n > 0 && !title) {
            TRY(take_line(out, line, number, d));
        }
    }
    return out->count > 0 ? ST_OK : bad_line(1, "there is no day in the file", d);
}

/* 0 is Monday; 1970-01-01 was a Thursday. */
static int weekday(int32_t day)
{
    return (day % 7 + 10) % 7;
}

bool calendar_works(const struct calendar *c, int32_t day)
{
    for (size_t i = 0; i < c->count && c->days[i].day <= day; i++) {
        if (c->days[i].day == day) {
            return c->days[i].works;
        }
    }
    return weekday(day) < 5;
}

static bool knows_year(const struct calendar *c, int32_t year)
{
    for (size_t i = 0; i < c->count; i++) {
        if (date_to_civil(c->days[i].day).year == year) {
            return true;
        }
    }
    return false;
}

enum status calendar_last(const struct calendar *c, int32_t first, uint32_t count,
                          int32_t *last, struct diag *d)
{
    int32_t year = -1;
    uint32_t seen = 0;
    for (int32_t day = first;; day++) {
        int32_t its = date_to_civil(day).year;
        if (its != year && !knows_year(c, its)) {
            diag_fail(d, ST_INPUT, "calendar-year", "the calendar has no day of %d",
                      its);
            return diag_hint(d, "add the holidays and worked weekends of %d to it",
                             its);
        }
        year = its;
        seen += calendar_works(c, day) ? 1 : 0;
        if (seen == count) {
            *last = day;
            return ST_OK;
        }
    }
}
