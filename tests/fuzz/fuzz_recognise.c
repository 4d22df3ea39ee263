/* fuzz_recognise.c - any bytes as a bank file of whatever format: never a crash, and
 * what is read has as many lines as its reader says. */
#include <stdlib.h>

#include "base/must.h"
#include "formats/recognise.h"
#include "formats/xml_peek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str file = str_make(data, size);
    struct str root;
    struct str second;
    struct diag d = {0};
    size_t count;
    const struct payment_format *const *formats = payment_formats(&count);
    struct payment_reading *r = malloc(sizeof *r);
    must(r != NULL);
    enum status st = payment_file_read(file, formats, count, r, &d);
    must(st == ST_OK || st == ST_INPUT);
    if (st == ST_OK) {
        must(r->sums.all.count == r->whole.count);
        must(payment_way_reader(r->way) != NULL);
    } else {
        must(d.code[0] != '\0' && d.what[0] != '\0');
    }
    free(r);
    if (xml_peek_root(file, &root, &second)) {
        must(root.n > 0 && root.p >= file.p && root.p + root.n <= file.p + file.n);
    }
    return 0;
}
