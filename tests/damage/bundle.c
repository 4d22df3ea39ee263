/* bundle.c - a small bundle cut at every length and with each byte changed: if
 * this fails, almoner-verify crashes on a damaged bundle or calls it good. A
 * program of its own, since the verifier and the library have names in common.
 *
 *   bundle_damage FILE.zip */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "verify/bundle.h"

#define BYTES_MAX 65536

static uint8_t good[BYTES_MAX], content[8 * BYTES_MAX], again[8 * BYTES_MAX];

static size_t read_good(const char *path)
{
    FILE *f = fopen(path, "rb");
    must(f != NULL);
    size_t n = fread(good, 1, sizeof good, f);
    fclose(f);
    must(n > 0 && n < sizeof good);
    return n;
}

/* True when nothing is wrong with it. */
static bool verifies(FILE *f, const uint8_t *data, size_t n)
{
    static struct report report;
    struct bundle_options options = {0};
    struct bundle_summary summary;
    struct diag d;
    must(fseek(f, 0, SEEK_SET) == 0);
    must(fwrite(data, 1, n, f) == n);
    must(fflush(f) == 0);
    must(ftruncate(fileno(f), (off_t)n) == 0);
    report_init(&report);
    report.stop_early = true;
    enum status st = bundle_verify(fileno(f), &options, &report, &summary, &d);
    must(st == ST_OK || st == ST_INPUT);
    return st == ST_OK && !report_any_failed(&report);
}

/* Everything that is in it: names and bytes. */
static size_t all_content(FILE *f, uint8_t *out)
{
    struct zip *z = NULL;
    struct diag d;
    size_t at = 0;
    must(zip_open(&z, fileno(f), &d) == ST_OK);
    for (size_t i = 0; i < zip_count(z); i++) {
        struct zip_entry *e = zip_entry(z, i);
        struct buf text;
        buf_init(&text, BYTES_MAX * 4);
        must(zip_read_all(z, e, BYTES_MAX, &text, &d) == ST_OK);
        must(at + e->name.n + text.len < sizeof content);
        memcpy(out + at, e->name.p, e->name.n);
        at += e->name.n;
        memcpy(out + at, text.p, text.len);
        at += text.len;
        buf_release(&text);
    }
    zip_close(z);
    return at;
}

static void every_length(FILE *f, size_t n)
{
    for (size_t cut = 0; cut < n; cut++) {
        if (verifies(f, good, cut)) {
            printf("good at %zu bytes\n", cut);
            exit(EXIT_FAILURE);
        }
    }
}

/* What still verifies must hold the very same bytes: another spelling by deflate. */
static size_t every_byte(FILE *f, size_t n)
{
    size_t kept = 0, bytes = all_content(f, content);
    for (size_t at = 0; at < n; at++) {
        uint8_t flip = (uint8_t)(1U << at % 8);
        good[at] ^= flip;
        if (verifies(f, good, n)) {
            kept++;
            if (all_content(f, again) != bytes || memcmp(content, again, bytes) != 0) {
                printf("another content passes, changed at %zu\n", at);
                exit(EXIT_FAILURE);
            }
        }
        good[at] ^= flip;
    }
    return kept;
}

int main(int argc, char **argv)
{
    must(argc == 2);
    size_t n = read_good(argv[1]);
    FILE *f = tmpfile();
    must(f != NULL);
    must(verifies(f, good, n));
    size_t kept = every_byte(f, n);
    every_length(f, n);
    fclose(f);
    printf("%zu bytes; %zu changes left the content as it was\n", n, kept);
    return EXIT_SUCCESS;
}
