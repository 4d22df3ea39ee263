/* bundle_sealed.c - personal data for who knows the passphrase: bank files made again,
 * files taken in, rows with their data keys. docs/formats/bundle.md section 7. */
#include <stdio.h>
#include <string.h>

#include "audit/bundle_private.h"
#include "base/text.h"
#include "base/wipe.h"
#include "ledger/export.h"
#include "ledger/line.h"
#include "ledger/vault.h"

#define PIECE ((size_t)64 * 1024)
#define SALT_LEN 32
#define SCRYPT_N 32768
#define LIST_MAX ((size_t)64 * 1024 * 1024)

/* ---- bank files ---- */

static enum status row_there(struct bundle *b, uint64_t person, bool *yes,
                             struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, person);
    TRY(store_get(ledger_txn(b->l), TABLE_PEOPLE, str_make(key, 8), &row, d));
    *yes = *yes && row.p != NULL;
    return ST_OK;
}

/* Is every row there that the batch's lines are paid to? What was sent
 * before the last release held other lines. */
static enum status can_be_made(struct bundle *b, const struct export_entry *x,
                               bool *yes, struct diag *d)
{
    struct batch_entry e;
    TRY(batch_get(ledger_txn(b->l), x->batch, &e, d));
    *yes = e.release_sequence != 0 && x->sequence >= e.release_sequence;
    for (uint32_t n = 1; n <= e.lines && *yes && b->r->erased > 0; n++) {
        struct line_entry line;
        TRY(line_get(ledger_txn(b->l), x->batch, n, &line, d));
        uint64_t payee = line.payee != 0 ? line.payee : line.person;
        TRY(row_there(b, payee, yes, d));
    }
    return ST_OK;
}

/* One file is SEQUENCE.EXT; of several each is SEQUENCE-NUMBER.EXT, and SEQUENCE.files
 * the list that the record has the digest of. */
struct export_bag {
    struct bundle *b;
    uint64_t sequence;
    const char *extension;
};

static enum status export_begin(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct export_bag *x = ctx;
    char path[100];
    char number[16] = "";
    if (p->count > 1) {
        snprintf(number, sizeof number, "-%06u", p->number);
    }
    snprintf(path, sizeof path, "data/sealed/exports/%012llu%s.%s",
             (unsigned long long)x->sequence, number, x->extension);
    return bag_sealed_start(&x->b->bag, path, d);
}

static enum status export_write(void *ctx, const void *p, size_t n, struct diag *d)
{
    struct export_bag *x = ctx;
    return bag_sealed_add(&x->b->bag, p, n, d);
}

static enum status export_end(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct export_bag *x = ctx;
    (void)p;
    return bag_sealed_end(&x->b->bag, d);
}

static enum status put_list(struct bundle *b, uint64_t sequence, struct str list,
                            struct diag *d)
{
    char path[80];
    snprintf(path, sizeof path, "data/sealed/exports/%012llu.files",
             (unsigned long long)sequence);
    TRY(bag_sealed_start(&b->bag, path, d));
    TRY(bag_sealed_add(&b->bag, list.p, list.n, d));
    return bag_sealed_end(&b->bag, d);
}

static enum status put_files(struct bundle *b, const struct export_entry *x,
                             const struct payment_format *f, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    struct buf list;
    struct export_bag bag = {b, x->sequence, f->extension};
    struct bank_sink sink = {export_begin, export_write, export_end, &bag};
    buf_init(&list, LIST_MAX);
    enum status st = b->q->remake(b->l, x, sink, sha256, &list, d);
    if (st == ST_OK && x->files > 1) {
        st = put_list(b, x->sequence, buf_str(&list), d);
    }
    buf_release(&list);
    return st;
}

/* A sheet whose bytes are those of another version of the library is not the file that
 * was sent: it is missing, rather than wrong. */
static enum status sheet_comes_out(struct bundle *b, const struct export_entry *x,
                                   bool *whole, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    enum status st = b->q->remake(b->l, x, (struct bank_sink){0}, sha256, NULL, d);
    *whole = st != ST_FINDINGS;
    return st == ST_FINDINGS ? ST_OK : st;
}

static enum status put_export(struct bundle *b, uint64_t sequence, struct diag *d)
{
    struct export_entry x;
    struct bank_form form;
    bool whole = false;
    TRY(export_get(ledger_txn(b->l), sequence, &x, d));
    bank_form_init(&form);
    enum status st = bank_form_kept(b->l, x.format, &x.profile, &form, d);
    if (st == ST_OK) {
        st = can_be_made(b, &x, &whole, d);
    } else if (st == ST_CONFLICT) { /* a format that this program does not know */
        st = ST_OK;
    }
    if (st == ST_OK && whole && x.has_rows) {
        st = sheet_comes_out(b, &x, &whole, d);
    }
    if (st == ST_OK && whole) {
        st = put_files(b, &x, form.format, d);
    }
    b->r->missing += st == ST_OK && !whole ? 1 : 0;
    bank_form_release(&form);
    return st;
}

/* ---- files taken in ---- */

static void add_source(struct buf *list, const uint8_t sha256[DIGEST_LEN])
{
    buf_add(list, sha256, DIGEST_LEN);
}

static enum status sources_of(struct bundle *b, uint64_t sequence, struct buf *list,
                              struct diag *d)
{
    struct record r;
    struct str bytes;
    struct signed_body s;
    struct import_entry e;
    uint8_t sha256[DIGEST_LEN];
    TRY(record_get(ledger_txn(b->l), sequence, &r, &bytes, d));
    TRY(signed_body_read(&r, &s, d));
    if (r.kind == KIND_IMPORT) {
        if (!import_entry_read(s.plain, &e)) {
            return diag_fail(d, ST_INTEGRITY, "record-body", "an import is damaged");
        }
        add_source(list, e.sha256);
        if (e.mapped) {
            add_source(list, e.mapping_sha256);
        }
        return ST_OK;
    }
    struct body body;
    char format[64];
    body_start(&body, s.plain);
    body_uint(&body, 1, UINT32_MAX);
    body_text(&body, 2, format, sizeof format);
    body_digest(&body, 3, sha256);
    add_source(list, sha256);
    struct answer_start start;
    if (answer_start_read(s.plain, &start) && start.profile.there) {
        add_source(list, start.profile.sha256);
    }
    return body.ok ? ST_OK
                   : diag_fail(d, ST_INTEGRITY, "record-body", "an answer is damaged");
}

static enum status copy_file(struct bundle *b, struct vault_file *f, struct diag *d)
{
    uint8_t piece[PIECE];
    size_t n = 1;
    while (n > 0) {
        TRY(vault_file_read(f, piece, sizeof piece, &n, d));
        TRY(bag_sealed_add(&b->bag, piece, n, d));
    }
    return ST_OK;
}

enum status bundle_has_file(struct bundle *b, const uint8_t sha256[DIGEST_LEN],
                            bool *yes, struct diag *d)
{
    uint8_t key[DIGEST_LEN + 4] = {0};
    struct str first;
    memcpy(key, sha256, DIGEST_LEN);
    TRY(store_get(ledger_txn(b->l), TABLE_BLOBS, str_make(key, sizeof key), &first, d));
    *yes = first.p != NULL;
    return ST_OK;
}

static enum status put_source(struct bundle *b, const uint8_t sha256[DIGEST_LEN],
                              struct diag *d)
{
    char path[100];
    char hex[2 * DIGEST_LEN + 1];
    bool known;
    struct vault_file *f;
    TRY(bundle_has_file(b, sha256, &known, d));
    if (!known) {
        b->r->missing++;
        return ST_OK;
    }
    text_hex(sha256, DIGEST_LEN, hex);
    snprintf(path, sizeof path, "data/sealed/files/%s", hex);
    TRY(vault_file_open(b->l, sha256, &f, d));
    enum status st = bag_sealed_start(&b->bag, path, d);
    if (st == ST_OK) {
        st = copy_file(b, f, d);
    }
    vault_file_close(f);
    return st == ST_OK ? bag_sealed_end(&b->bag, d) : st;
}

static enum status each_source(struct bundle *b, struct buf *list, struct diag *d)
{
    for (size_t i = 0; i < numbers_count(&b->sources); i++) {
        TRY(sources_of(b, numbers_at(&b->sources, i), list, d));
    }
    for (size_t i = 0; i < numbers_count(&b->exports); i++) {
        struct export_entry x; /* the layout it was made in */
        TRY(export_get(ledger_txn(b->l), numbers_at(&b->exports, i), &x, d));
        if (x.profile.there) {
            add_source(list, x.profile.sha256);
        }
    }
    TRY(buf_check(list, d));
    bundle_sort_digests(list);
    for (size_t i = 0; i < list->len; i += DIGEST_LEN) {
        TRY(put_source(b, (const uint8_t *)list->p + i, d));
    }
    return ST_OK;
}

static enum status put_sources(struct bundle *b, struct diag *d)
{
    struct buf list;
    buf_init(&list, (size_t)64 * 1024 * 1024);
    enum status st = each_source(b, &list, d);
    buf_release(&list);
    return st;
}

/* ---- rows ---- */

static enum status put_row(struct bundle *b, uint64_t person, struct str sealed,
                           struct vault_row *row, struct diag *d)
{
    uint8_t head[8 + SEAL_KEY_LEN + 4];
    TRY(vault_row_open(b->l, person, sealed, row, d));
    put_u64(head, person);
    memcpy(head + 8, row->key, SEAL_KEY_LEN);
    put_u32(head + 8 + SEAL_KEY_LEN, (uint32_t)row->plain.len);
    TRY(bag_sealed_add(&b->bag, head, sizeof head, d));
    wipe(head, sizeof head);
    b->r->people++;
    return bag_sealed_add(&b->bag, row->plain.p, row->plain.len, d);
}

static enum status put_one(struct bundle *b, uint64_t person, struct vault_row *row,
                           struct diag *d)
{
    uint8_t key[8];
    struct str sealed;
    put_u64(key, person);
    TRY(store_get(ledger_txn(b->l), TABLE_PEOPLE, str_make(key, 8), &sealed, d));
    return sealed.p != NULL ? put_row(b, person, sealed, row, d) : ST_OK;
}

static enum status put_some(struct bundle *b, struct vault_row *row, struct diag *d)
{
    for (size_t i = 0; i < numbers_count(&b->people); i++) {
        TRY(put_one(b, numbers_at(&b->people, i), row, d));
    }
    uint64_t last = b->committed != NULL ? ledger_head(b->l)->people : 0;
    for (uint64_t n = 1; n <= last; n++) {
        if ((b->committed[n / 8] >> n % 8 & 1) != 0) {
            TRY(put_one(b, n, row, d));
        }
    }
    return ST_OK;
}

static enum status put_all(struct bundle *b, struct vault_row *row, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str sealed;
    TRY(store_cursor_open(ledger_txn(b->l), TABLE_PEOPLE, &c, d));
    enum status st = store_cursor_next(c, &key, &sealed, d);
    while (st == ST_OK && key.p != NULL) {
        st = key.n == 8 ? put_row(b, get_u64((const uint8_t *)key.p), sealed, row, d)
                        : diag_fail(d, ST_INTEGRITY, "vault", "a row has no number");
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &sealed, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static enum status put_people(struct bundle *b, struct diag *d)
{
    struct vault_row row;
    TRY(bag_sealed_start(&b->bag, "data/sealed/people.bin", d));
    vault_row_init(&row);
    enum status st =
        b->q->scope == BUNDLE_ALL ? put_all(b, &row, d) : put_some(b, &row, d);
    vault_row_release(&row);
    return st == ST_OK ? bag_sealed_end(&b->bag, d) : st;
}

/* ---- all ---- */

static enum status put_secret(struct bundle *b, struct diag *d)
{
    uint8_t salt[SALT_LEN];
    char hex[2 * SALT_LEN + 1];
    char text[200];
    TRY(ledger_random(b->l, salt, sizeof salt, d));
    TRY(seal_passphrase_key(b->q->passphrase, str_make(salt, SALT_LEN), SCRYPT_N,
                            b->bag.secret, d));
    TRY(sealer_new(&b->bag.sealer, d));
    text_hex(salt, sizeof salt, hex);
    snprintf(text, sizeof text, "almoner-sealed/v1\nscrypt 32768 8 1 %s\n", hex);
    return bag_text(&b->bag, "data/sealed.txt", str_of(text), d);
}

enum status bundle_sealed(struct bundle *b, struct diag *d)
{
    if (b->q->passphrase.n == 0) {
        return ST_OK;
    }
    if (!ledger_has_vault(b->l)) {
        return diag_fail(d, ST_SYSTEM, "vault-key", "the vault's key is not here");
    }
    TRY(put_secret(b, d));
    bool others = b->q->scope != BUNDLE_PERSON; /* files are of many people */
    for (size_t i = 0; others && i < numbers_count(&b->exports); i++) {
        TRY(put_export(b, numbers_at(&b->exports, i), d));
        progress_tick(b->q->progress, "exports", i + 1, numbers_count(&b->exports));
    }
    TRY(others ? put_sources(b, d) : ST_OK);
    return put_people(b, d);
}
