/* bundle.c - puts the evidence bundle together: what is in it, in the order of its
 * names. It reads one snapshot of the ledger and writes nothing to it. Bytes are those
 * of docs/formats/bundle.md. */
#include "audit/bundle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/bundle_private.h"
#include "audit/outside.h"
#include "base/date.h"
#include "base/text.h"
#include "base/wipe.h"
#include "ledger/note.h"
#include "ledger/vault.h"

#define LIST_MAX ((size_t)64 * 1024 * 1024)
#define MANIFEST_MAX ((size_t)16 * 1024 * 1024)
#define POLICY_MAX ((size_t)16 * 1024 * 1024)

/* ---- checkpoints ---- */

static enum status take_checkpoint(struct bundle *b, struct str note, struct diag *d)
{
    struct checkpoint c;
    TRY(ledger_read_checkpoint(b->l, note, &c, NULL, d));
    TRY(outside_contained(b->l, &c, d));
    size_t i = numbers_from(&b->checkpoint_sizes, c.size);
    if (!numbers_have(&b->checkpoint_sizes, c.size)) {
        size_t after = numbers_count(&b->checkpoint_sizes) - i;
        memmove(&b->checkpoint_text[i + 1], &b->checkpoint_text[i],
                after * sizeof b->checkpoint_text[0]);
        b->checkpoint_text[i] = note;
        numbers_add(&b->checkpoint_sizes, c.size);
        numbers_sort(&b->checkpoint_sizes);
        numbers_add(&b->splits, c.size);
    }
    return ST_OK;
}

static enum status take_checkpoints(struct bundle *b, struct diag *d)
{
    uint64_t size;
    TRY(ledger_checkpoint(b->l, &b->note, &size, d));
    must(size == b->size);
    for (size_t i = 0; i < b->q->checkpoint_count; i++) {
        TRY(take_checkpoint(b, b->q->checkpoints[i], d));
    }
    return ST_OK;
}

static enum status put_checkpoints(struct bundle *b, struct diag *d)
{
    TRY(bag_text(&b->bag, "data/checkpoint.txt", buf_str(&b->note), d));
    for (size_t i = 0; i < numbers_count(&b->checkpoint_sizes); i++) {
        char path[64];
        snprintf(path, sizeof path, "data/checkpoints/%012" PRIu64 ".txt",
                 numbers_at(&b->checkpoint_sizes, i));
        TRY(bag_text(&b->bag, path, b->checkpoint_text[i], d));
    }
    return ST_OK;
}

/* ---- policies ---- */

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_LEN);
}

void bundle_sort_digests(struct buf *list)
{
    size_t n = list->len / DIGEST_LEN;
    size_t kept = 0;
    if (n == 0) {
        return;
    }
    qsort(list->p, n, DIGEST_LEN, compare_digests);
    for (size_t i = 0; i < n; i++) {
        char *at = list->p + i * DIGEST_LEN;
        if (i == 0 || memcmp(at, list->p + (kept - 1) * DIGEST_LEN, DIGEST_LEN) != 0) {
            memmove(list->p + kept++ * DIGEST_LEN, at, DIGEST_LEN);
        }
    }
    list->len = kept * DIGEST_LEN;
}

static enum status put_policy(struct bundle *b, const uint8_t sha256[DIGEST_LEN],
                              struct diag *d)
{
    struct buf text;
    char path[100];
    char hex[2 * DIGEST_LEN + 1];
    text_hex(sha256, DIGEST_LEN, hex);
    snprintf(path, sizeof path, "data/policies/%s.yaml", hex);
    buf_init(&text, POLICY_MAX);
    enum status st = vault_file_load(b->l, sha256, &text, d);
    if (st == ST_OK) {
        st = bag_text(&b->bag, path, buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}

static enum status put_policies(struct bundle *b, struct diag *d)
{
    struct buf list;
    enum status st = ST_OK;
    buf_init(&list, LIST_MAX);
    for (uint32_t n = 1; n <= ledger_head(b->l)->policies && st == ST_OK; n++) {
        struct policy_entry p;
        st = policy_get(ledger_txn(b->l), n, &p, d);
        if (st == ST_OK) {
            buf_add(&list, p.sha256, DIGEST_LEN);
        }
    }
    if (st == ST_OK) {
        st = buf_check(&list, d);
    }
    bundle_sort_digests(&list);
    for (size_t i = 0; i < list.len && st == ST_OK; i += DIGEST_LEN) {
        st = put_policy(b, (const uint8_t *)list.p + i, d);
    }
    buf_release(&list);
    return st;
}

/* ---- timestamps ---- */

/* A file named by a record; one that was dropped is left out. */
static enum status put_named(struct bundle *b, const struct record *r, uint64_t key,
                             const char *suffix, struct diag *d)
{
    struct reader rd;
    struct buf text;
    char path[64];
    struct str sha256 =
        bundle_value(r, key, &rd) ? cbor_get_bytes(&rd) : str_make("", 0);
    bool known = false;
    if (sha256.n == DIGEST_LEN) {
        TRY(bundle_has_file(b, (const uint8_t *)sha256.p, &known, d));
    }
    if (!known) {
        b->r->missing++;
        return ST_OK;
    }
    snprintf(path, sizeof path, "data/timestamps/%012" PRIu64 "%s", r->sequence,
             suffix);
    buf_init(&text, POLICY_MAX);
    enum status st = vault_file_load(b->l, (const uint8_t *)sha256.p, &text, d);
    if (st == ST_OK) {
        st = bag_text(&b->bag, path, buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}

static enum status put_timestamps(struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < numbers_count(&b->timestamps); i++) {
        struct record r;
        struct str bytes;
        uint64_t n = numbers_at(&b->timestamps, i);
        TRY(record_get(ledger_txn(b->l), n, &r, &bytes, d));
        TRY(put_named(b, &r, 4, ".checkpoint.txt", d));
        TRY(put_named(b, &r, 6, ".tsr", d));
    }
    return ST_OK;
}

/* ---- the rest ---- */

static enum status put_records(struct bundle *b, struct diag *d)
{
    struct buf tree;
    buf_init(&tree, LIST_MAX);
    enum status st = bundle_records(b, &tree, d);
    if (st == ST_OK) {
        st = bundle_sealed(b, d);
    }
    if (st == ST_OK) {
        st = put_timestamps(b, d);
    }
    if (st == ST_OK) {
        st = bag_text(&b->bag, "data/tree.txt", buf_str(&tree), d);
    }
    buf_release(&tree);
    return st;
}

void bundle_office_print(const struct bundle *b, char out[TEXT_MAX + 1])
{
    snprintf(out, TEXT_MAX + 1, "%s", ledger_info(b->l)->name);
    for (char *p = out; *p != '\0'; p++) {
        *p = (uint8_t)*p < 0x20 || *p == 0x7f ? ' ' : *p;
    }
}

static enum status put_info(struct bundle *b, struct diag *d)
{
    const struct ledger_info *info = ledger_info(b->l);
    char scope[BUNDLE_SCOPE_CAP];
    char day[DATE_TEXT_CAP];
    char office[TEXT_MAX + 1];
    struct buf text;
    bundle_scope_print(b->q, scope);
    bundle_office_print(b, office);
    date_print(day_of_time(ledger_head(b->l)->last_us, info->offset_minutes), day);
    buf_init(&text, 4096);
    buf_addf(&text,
             "Source-Organization: %s\nExternal-Identifier: %s\n"
             "External-Description: %s\nBagging-Date: %s\n"
             "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\nAlmoner-Bundle-Version: 1\n"
             "Almoner-Size: %" PRIu64 "\nAlmoner-Vkey: %s\n",
             office, info->origin, scope, day, b->bag.octets, b->bag.files, b->size,
             info->vkey);
    enum status st = buf_check(&text, d);
    if (st == ST_OK) {
        st = bag_finish(&b->bag, buf_str(&text), d);
    }
    buf_release(&text);
    return st;
}

static enum status put_files(struct bundle *b, struct diag *d)
{
    TRY(bag_begin(&b->bag, d));
    TRY(put_checkpoints(b, d));
    TRY(bundle_claims(b, d));
    TRY(bundle_index(b, d));
    TRY(put_policies(b, d));
    TRY(put_records(b, d));
    return put_info(b, d);
}

static enum status make(struct bundle *b, struct diag *d)
{
    TRY(digest_new(&b->bag.g, d));
    TRY(zip_writer_new(&b->bag.z, b->q->sink, d));
    TRY(take_checkpoints(b, d));
    TRY(bundle_select(b, d));
    TRY(bundle_gather(b, d));
    TRY(put_files(b, d));
    b->r->files = b->bag.files;
    b->r->bytes = zip_writer_bytes(b->bag.z);
    b->r->batches = numbers_count(&b->batches);
    return ST_OK;
}

static void each_set(struct bundle *b, void (*what)(struct numbers *s))
{
    struct numbers *sets[] = {&b->splits,  &b->people,     &b->batches,
                              &b->lines,   &b->recoveries, &b->exports,
                              &b->sources, &b->timestamps, &b->checkpoint_sizes};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        what(sets[i]);
    }
}

static void release(struct bundle *b)
{
    each_set(b, numbers_release);
    buf_release(&b->note);
    buf_release(&b->ranges);
    buf_release(&b->totals);
    buf_release(&b->erased);
    buf_release(&b->bag.manifest);
    digest_free(b->bag.g);
    sealer_free(b->bag.sealer);
    zip_writer_free(b->bag.z);
    free(b->committed);
    wipe(b, sizeof *b);
    free(b);
}

enum status bundle_make(struct ledger *l, const struct bundle_request *q,
                        struct bundle_report *r, struct diag *d)
{
    struct bundle *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return diag_memory(d);
    }
    memset(r, 0, sizeof *r);
    b->l = l;
    b->q = q;
    b->r = r;
    b->size = r->size = ledger_head(l)->tree.size;
    ledger_root(l, r->root);
    each_set(b, numbers_init);
    buf_init(&b->note, NOTE_BYTES_MAX);
    buf_init(&b->ranges, LIST_MAX);
    buf_init(&b->totals, LIST_MAX);
    buf_init(&b->erased, LIST_MAX);
    buf_init(&b->bag.manifest, MANIFEST_MAX);
    enum status st = make(b, d);
    release(b);
    return st;
}
