/* fuzz_restore.c - escrow copies, bodies of lost-file records, the search for ids in a
 * bank's file, and segments: no crash; what is read is written again as it was. The
 * first byte chooses which. */
#include <string.h>

#include "base/must.h"
#include "ledger/epoch.h"
#include "ledger/escrow.h"
#include "ledger/payment_id.h"
#include "ledger/segments_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_escrow(struct str text)
{
    struct escrow e;
    if (escrow_parse(text, &e)) {
        must(e.bound.n < text.n && e.origin.n <= KEY_NAME_MAX);
    }
}

static void try_body(struct str body)
{
    static uint8_t bytes[1 << 12];
    struct lost_file x;
    struct writer w;
    if (lost_file_read(body, &x)) {
        writer_init(&w, bytes, sizeof bytes);
        lost_file_write(&x, &w);
        must(!w.failed && str_eq(writer_str(&w), body));
    }
}

static void try_ids(struct str file)
{
    struct ledger_info info = {.sandbox = true};
    struct batch_entry b = {.lines = 1};
    char id[PAYMENT_ID_CAP];
    if (payment_id_find(&info, file, &b.id_epoch, &b.id_number)) {
        (void)payment_id_line(&info, &b, 1, id);
    }
}

/* Read to the end as segments_join does; an index is whole or not there. */
static void try_segment(struct str bytes)
{
    struct segment_file s = {0};
    struct segment_header h;
    struct segment_entry e = {.kind = 0};
    struct diag d;
    uint8_t sha256[DIGEST_LEN];
    union {
        const char *given;
        void *taken;
    } p = {.given = bytes.p};
    s.f = bytes.n > 0 ? fmemopen(p.taken, bytes.n, "rb") : NULL;
    if (s.f == NULL) {
        return;
    }
    must(digest_new(&s.g, &d) == ST_OK);
    digest_start(s.g);
    buf_init(&e.value, SEGMENT_VALUE_MAX + 1);
    if (segment_get_header(&s, &h)) {
        must(h.number > 0 && h.from <= h.size);
        while (segment_get_entry(&s, &e) && e.kind != SEGMENT_END) {
            must(e.value.len <= bytes.n);
        }
        (void)segment_ends_well(&s, sha256);
    }
    buf_release(&e.value);
    segment_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct str) = {try_escrow, try_body, try_ids,
                                                try_segment};
    if (size > 0) {
        tries[data[0] % 4](str_make(data + 1, size - 1));
    }
    return 0;
}
