/* headfile.c - the head file: after each commit, size, root and last leaf, signed by
 * the ledger's key, in a file outside LMDB. A store that lost its last transaction (a
 * damaged meta page falls back to the one before) is found out at opening.
 *
 * Two slots of 1,024 bytes are written in turn, so that a torn write leaves the one
 * before. A slot is a signed note (ledger/note.h) padded with zeros:
 *     almoner-head/v1 \n origin \n size \n root \n leaf \n, then the signature. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "base/text.h"
#include "ledger/body.h"
#include "ledger/ledger_private.h"
#include "ledger/note.h"

#define SLOT 1024
#define TAG "almoner-head/v1"

enum status headfile_open(struct ledger *l, bool write, struct diag *d)
{
    char path[LEDGER_PATH_MAX];
    TRY(ledger_path(l->dir, "head", path, d));
    l->head_fd =
        open(path, write ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0644);
    return l->head_fd < 0 ? diag_errno(d, "open", path) : ST_OK;
}

static enum status damaged(struct diag *d)
{
    diag_fail(d, ST_INTEGRITY, "head-file", "the head file holds no valid signed head");
    return diag_hint(d, "restore the ledger's folder from a backup, or have the audit "
                        "office compare with its last checkpoint");
}

/* The lines of one slot's text into out. */
static bool parse_note(struct str origin, struct str text, struct head_note *out)
{
    struct str lines[5];
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i < text.n && count < 5; i++) {
        if (text.p[i] == '\n') {
            lines[count++] = str_make(text.p + start, i - start);
            start = i + 1;
        }
    }
    size_t root_n;
    size_t leaf_n;
    return count == 5 && start == text.n && str_is(lines[0], TAG) &&
           str_eq(lines[1], origin) && text_u64(lines[2], 1, UINT64_MAX, &out->size) &&
           text_unbase64(lines[3], out->root, DIGEST_LEN, &root_n) &&
           text_unbase64(lines[4], out->leaf, DIGEST_LEN, &leaf_n) &&
           root_n == DIGEST_LEN && leaf_n == DIGEST_LEN;
}

/* A crash after the commit that brought a new key leaves only heads by the one before:
 * that one's count below the size from which the new one signs. */
static bool read_slot(const struct ledger *l, struct str slot, struct head_note *out)
{
    const struct key_before *before = &l->before;
    struct str text;
    struct diag ignored;
    if (note_verify(slot, str_of(l->info.origin), l->info.public_key, &text,
                    &ignored) == ST_OK) {
        return parse_note(str_of(l->info.origin), text, out);
    }
    return before->since > 0 &&
           note_verify(slot, str_of(before->origin), before->public_key, &text,
                       &ignored) == ST_OK &&
           parse_note(str_of(before->origin), text, out) && out->size < before->since;
}

enum status headfile_read(struct ledger *l, struct head_note *out, struct diag *d)
{
    char slots[2 * SLOT];
    struct head_note best = {0};
    ssize_t got = pread(l->head_fd, slots, sizeof slots, 0);
    if (got < 0) {
        return diag_errno(d, "read", "head");
    }
    for (size_t at = 0; at + SLOT <= (size_t)got; at += SLOT) {
        struct head_note note;
        struct str slot = str_make(slots + at, strnlen(slots + at, SLOT));
        if (read_slot(l, slot, &note) && note.size >= best.size) {
            best = note;
            l->head_slot = at == 0 ? 1 : 0;
        }
    }
    if (best.size == 0) {
        return damaged(d);
    }
    *out = best;
    return ST_OK;
}

static enum status write_slot(struct ledger *l, struct str note, struct diag *d)
{
    char slot[SLOT] = {0};
    if (!str_copy(note, slot, sizeof slot)) {
        return diag_fail(d, ST_INTERNAL, "head-file", "the head note is too long");
    }
    off_t at = (off_t)l->head_slot * SLOT;
    if (pwrite(l->head_fd, slot, SLOT, at) != SLOT || fdatasync(l->head_fd) != 0) {
        return diag_errno(d, "write", "head");
    }
    l->head_slot = 1 - l->head_slot;
    return ST_OK;
}

enum status headfile_write(struct ledger *l, struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t root[DIGEST_LEN];
    char root_text[48];
    char leaf_text[48];
    struct buf text;
    struct buf note;
    must(l->key != NULL); /* keyless: the epoch's record brought one */
    buf_init(&text, SLOT);
    buf_init(&note, SLOT);
    ledger_root(l, root);
    text_base64(root, DIGEST_LEN, root_text);
    text_base64(h->last_leaf, DIGEST_LEN, leaf_text);
    buf_addf(&text, TAG "\n%s\n%llu\n%s\n%s\n", l->info.origin,
             (unsigned long long)h->tree.size, root_text, leaf_text);
    enum status st =
        note_sign(buf_str(&text), str_of(l->info.origin), l->key, &note, d);
    if (st == ST_OK) {
        st = write_slot(l, buf_str(&note), d);
    }
    buf_release(&text);
    buf_release(&note);
    return st;
}

enum status headfile_check(struct ledger *l, const struct head_note *note,
                           struct diag *d)
{
    const struct head *h = ledger_head(l);
    uint8_t leaf[DIGEST_LEN];
    if (note->size > h->tree.size) {
        diag_fail(d, ST_INTEGRITY, "lost-transaction",
                  "the store has %llu records, but %llu were committed",
                  (unsigned long long)h->tree.size, (unsigned long long)note->size);
        return diag_hint(d,
                         "the store lost its last transaction: restore from a backup "
                         "and let the audit office compare");
    }
    struct record rec;
    struct str bytes;
    uint8_t root[DIGEST_LEN];
    TRY(record_get(l->t, note->size - 1, &rec, &bytes, d));
    tree_leaf(l->g, bytes, leaf);
    ledger_root(l, root);
    if (note->size == h->tree.size && !digest_equal(root, note->root)) {
        return diag_fail(d, ST_INTEGRITY, "head-differs",
                         "the store's root is not the one that was committed");
    }
    if (!digest_equal(leaf, note->leaf)) {
        diag_fail(d, ST_INTEGRITY, "head-differs",
                  "record %llu is not the one that was committed",
                  (unsigned long long)note->size - 1);
        return diag_where(d, "record %llu", (unsigned long long)note->size - 1);
    }
    return ST_OK;
}
