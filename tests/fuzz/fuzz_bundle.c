/* fuzz_bundle.c - any bytes as a bundle, and as a bank file of each layout: no
 * crash, and every answer has its reason. Without a passphrase: what is sealed is
 * authenticated. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/must.h"
#include "verify/bank.h"
#include "verify/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct report report;
    struct bundle_options options = {0};
    struct bundle_summary summary;
    struct diag d;
    for (int layout = BANK_PAIN001; layout <= BANK_UNKNOWN; layout++) {
        struct bank_scan scan;
        bank_start(&scan, (enum bank_layout)layout);
        bank_feed(&scan, str_make(data, size));
        bank_end(&scan);
    }
    FILE *f = tmpfile();
    must(f != NULL);
    must(fwrite(data, 1, size, f) == size);
    must(fflush(f) == 0);
    report_init(&report);
    enum status st = bundle_verify(fileno(f), &options, &report, &summary, &d);
    must(st == ST_OK || st == ST_INPUT);
    fclose(f);
    return 0;
}
