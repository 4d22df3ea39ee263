/* fuzz_notice.c - bodies of the records about public lists, and calendars: what is read
 * is written again as it was; days of a calendar ascend and can be counted. The first
 * byte chooses which. */
#include "base/must.h"
#include "formats/calendar.h"
#include "tests/unit/notice_again.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void calendar(struct str file)
{
    static struct calendar c;
    struct diag d;
    int32_t last;
    if (calendar_read(file, &c, &d) != ST_OK) {
        return;
    }
    for (size_t i = 0; i < c.count; i++) {
        must(i == 0 || c.days[i - 1].day < c.days[i].day);
        must(calendar_works(&c, c.days[i].day) == c.days[i].works);
    }
    if (calendar_last(&c, c.days[0].day, 5, &last, &d) == ST_OK) {
        must(last >= c.days[0].day + 4 && calendar_works(&c, last));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[1 << 16];
    struct writer w;
    if (size == 0 || size > sizeof bytes) {
        return 0;
    }
    struct str rest = str_make(data + 1, size - 1);
    writer_init(&w, bytes, sizeof bytes);
    if (data[0] % 5 == 4) {
        calendar(rest);
    } else if (notice_again(data[0] % 5, rest, &w)) {
        must(!w.failed && str_eq(writer_str(&w), rest));
    }
    return 0;
}
