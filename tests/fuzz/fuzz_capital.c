/* fuzz_capital.c - any bytes as an amount in capitals: never a crash, and what is read
 * is written in a form that is read the same. */
#include "base/capital.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[CAPITAL_TEXT_CAP];
    int64_t fen = 0;
    int64_t again = 0;
    size_t at = 0;
    struct diag d = {0};
    if (capital_parse(str_make(data, size), &fen, &at, &d) != ST_OK) {
        must(at <= size && d.where[0] != '\0');
        return 0;
    }
    size_t n = capital_print(fen, text);
    must(capital_parse(str_make(text, n), &again, NULL, &d) == ST_OK);
    must(again == fen);
    return 0;
}
