/* bundle_checkpoint.c - the checkpoints of a bundle, and one from outside, against the
 * tree of the records and the ledger's keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/must.h"
#include "base/text.h"
#include "verify/bundle_private.h"

static enum status add(struct bundle *b, struct one_checkpoint **out, struct diag *d)
{
    if (b->checkpoint_count == CHECKPOINTS_MAX) {
        return diag_fail(d, ST_INPUT, "bundle-checkpoint", "too many checkpoints");
    }
    struct one_checkpoint *c = &b->checkpoints[b->checkpoint_count++];
    buf_init(&c->text, 2 * NOTE_BYTES_MAX);
    *out = c;
    return ST_OK;
}

static enum status read_one(struct bundle *b, struct zip_entry *e, struct diag *d)
{
    struct one_checkpoint *c = NULL;
    TRY(add(b, &c, d));
    must(c != NULL);
    TRY(zip_read_all(b->zip, e, NOTE_BYTES_MAX, &c->text, d));
    if (!checkpoint_parse(buf_str(&c->text), &c->c)) {
        b->checkpoint_count--;
        buf_release(&c->text);
        return diag_fail(d, ST_INPUT, "bundle-checkpoint", "\"%.*s\" is no checkpoint",
                         STR_ARG(e->name));
    }
    char name[64];
    snprintf(name, sizeof name, "data/checkpoints/%012" PRIu64 ".txt", c->c.size);
    if (!str_is(e->name, "data/checkpoint.txt") && !str_is(e->name, name)) {
        return diag_fail(d, ST_INPUT, "bundle-checkpoint",
                         "\"%.*s\" is not named after its size", STR_ARG(e->name));
    }
    return ST_OK;
}

static enum status read_outside(struct bundle *b, struct diag *d)
{
    struct one_checkpoint *c = NULL;
    TRY(add(b, &c, d));
    must(c != NULL);
    c->outside = true;
    buf_add_str(&c->text, b->options->checkpoint);
    TRY(buf_check(&c->text, d));
    if (!checkpoint_parse(buf_str(&c->text), &c->c)) {
        return diag_fail(d, ST_USAGE, "checkpoint", "the file given is no checkpoint");
    }
    return ST_OK;
}

enum status checkpoints_read(struct bundle *b, struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("data/checkpoint.txt"));
    if (e == NULL) {
        return diag_fail(d, ST_INPUT, "bundle-checkpoint",
                         "data/checkpoint.txt is missing");
    }
    TRY(read_one(b, e, d));
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        e = zip_entry(b->zip, i);
        if (str_starts(e->name, str_of("data/checkpoints/"))) {
            TRY(read_one(b, e, d));
        }
    }
    return b->options->checkpoint.n > 0 ? read_outside(b, d) : ST_OK;
}

enum status checkpoints_want(struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < b->checkpoint_count; i++) {
        TRY(fold_want_root(b->fold, b->checkpoints[i].c.size, d));
    }
    return ST_OK;
}

/* The ledger's key for checkpoints of this size and origin (n 0: of any): the last that
 * was in force below it. */
static bool key_for(const struct bundle *b, struct str of, uint64_t size,
                    struct vkey *out)
{
    uint8_t key[PUBLIC_KEY_LEN];
    const char *origin;
    uint64_t from;
    bool found = false;
    for (size_t i = 0; fold_ledger_key(b->fold, i, key, &origin, &from); i++) {
        if (from < size && (of.n == 0 || str_is(of, origin))) {
            vkey_make(out, origin, key, b->sha256);
            found = true;
        }
    }
    return found;
}

/* By the key the ledger had then, in the epoch that the checkpoint names. */
static void check_signature(struct bundle *b, const struct one_checkpoint *c)
{
    struct vkey key = {0};
    bool known = key_for(b, c->c.origin, c->c.size, &key);
    report_checked(b->report, GROUP_INTEGRITY);
    bool fine =
        known && checkpoint_signed(&c->c, &key, str_of(NOTE_SM2_ID)) == NOTE_SIGNED;
    if (!fine && fold_stopped(b->fold)) {
        report_unchecked(
            b->report, GROUP_INTEGRITY, "checkpoint-key",
            "which key signs a checkpoint of %llu records is not known: the "
            "records were not followed that far",
            "不知道 %llu 条记录的校验点应由哪把钥匙签：记录未查到那里",
            (unsigned long long)c->c.size);
        return;
    }
    if (!known) {
        report_fail(b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-origin",
                    "a checkpoint of %llu records is of another ledger: \"%.*s\"",
                    "有校验点（%llu 条）属于另一本账：“%.*s”",
                    (unsigned long long)c->c.size, STR_ARG(c->c.origin));
        return;
    }
    if (!fine) {
        report_fail(b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-signature",
                    "a checkpoint of %llu records is not signed by the ledger's key",
                    "有校验点（%llu 条）不是本账的钥匙所签",
                    (unsigned long long)c->c.size);
    }
}

/* Of an epoch that a restore ended, with records that it lost: nothing is left to hold
 * it against but what the next epoch's record says. */
static bool check_lost(struct bundle *b, const struct one_checkpoint *c)
{
    struct epoch_end end;
    unsigned long long size = c->c.size;
    if (!fold_epoch_end(b->fold, c->c.origin, &end) || c->c.size <= end.kept) {
        return false;
    }
    if (c->c.size > end.behind_size) {
        report_fail(b->report, GROUP_INTEGRITY, end.kept, "checkpoint-lost",
                    "a checkpoint of an epoch before covers %llu records; a restore "
                    "kept %llu, and its record names no loss of so many: records were "
                    "kept quiet about",
                    "以前纪元的校验点有 %llu 条记录；恢复时只保留 %llu "
                    "条，而恢复记录未载明如此多的丢失：有记录被隐瞒",
                    size, (unsigned long long)end.kept);
    } else if (c->c.size == end.behind_size &&
               memcmp(c->c.root, end.behind_root, HASH_LEN) != 0) {
        report_fail(b->report, GROUP_INTEGRITY, end.kept, "checkpoint-fork",
                    "the %llu records that a restore names as lost have another root "
                    "than the checkpoint says (a fork)",
                    "恢复记录所载丢失的 %llu 条记录，其树根与校验点不符（分叉）", size);
    } else {
        report_unchecked(
            b->report, GROUP_INTEGRITY, "checkpoint-lost",
            "a checkpoint of an epoch before covers %llu records: those from %llu "
            "on were lost in a restore, as its record says; nothing is left to "
            "compare",
            "以前纪元的校验点有 %llu 条记录：自第 %llu "
            "条起已在恢复时丢失（恢复记录已载明），无从比对",
            size, (unsigned long long)end.kept);
    }
    return true;
}

static void check_root(struct bundle *b, const struct one_checkpoint *c)
{
    uint8_t root[HASH_LEN];
    uint64_t size = c->c.size;
    if (check_lost(b, c)) {
        return;
    }
    if (size > fold_size(b->fold)) {
        report_fail(
            b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-ahead",
            "a checkpoint covers %llu records, the bundle's ledger has %llu: it "
            "was rolled back, or the bundle is older than the checkpoint",
            "校验点有 %llu 条记录，包内账只有 "
            "%llu 条：账被退回，或包早于校验点",
            (unsigned long long)size, (unsigned long long)fold_size(b->fold));
        return;
    }
    if (!fold_root_at(b->fold, size, root)) {
        report_gap(
            b->report, GROUP_INTEGRITY, "checkpoint-root",
            "the root at %llu records cannot be worked out: records around it are "
            "left out. Ask for a bundle made with this checkpoint, or for all",
            "第 %llu 条处的树根无法推算：该处记录未收入。请索取含此校验点的包或全部记录包",
            (unsigned long long)size);
        return;
    }
    report_checked(b->report, GROUP_INTEGRITY);
    bool same = memcmp(root, c->c.root, HASH_LEN) == 0;
    if (!same && c->outside) {
        report_fail(
            b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-fork",
            "the first %llu records have another root than the checkpoint from "
            "outside says: records were rewritten, or this is another history of "
            "the ledger (a fork)",
            "前 %llu 条记录的树根与外来校验点不符：记录被重写，或这是账的另一份历史（分叉）",
            (unsigned long long)size);
    } else if (!same) {
        report_fail(
            b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-root",
            "the first %llu records have another root than the checkpoint in the "
            "bundle says: records were changed, left out or put in",
            "前 %llu 条记录的树根与包内校验点不符：记录被改动、略去或插入",
            (unsigned long long)size);
    } else if (c->outside) {
        report_note(b->report, GROUP_INTEGRITY, "checkpoint-outside",
                    "the checkpoint from outside (%llu records) is part of this ledger",
                    "外来校验点（%llu 条）确为本账的一部分", (unsigned long long)size);
    }
}

static void list_witnesses(struct bundle *b, const struct one_checkpoint *c)
{
    struct vkey key = {0};
    struct str name;
    uint64_t seconds;
    if (!key_for(b, c->c.origin, c->c.size, &key)) {
        return;
    }
    for (size_t i = 0; checkpoint_other(&c->c, &key, i, &name, &seconds); i++) {
        char code[40], when[TIME_TEXT_CAP] = "?";
        snprintf(code, sizeof code, "witness-%zu-%llu", i,
                 (unsigned long long)c->c.size);
        if (seconds > 0 && seconds < (uint64_t)250000000000) {
            (void)time_print((int64_t)seconds * 1000000, when);
        }
        report_note(
            b->report, GROUP_INTEGRITY, code,
            "at %llu records there is a cosignature that says it is of %.*s, at "
            "%s; hold it against the witness's own key",
            "第 %llu 条处有署名 %.*s 的见证签字，时间 %s；请用见证人自己的公钥核对",
            (unsigned long long)c->c.size, STR_ARG(name), when);
    }
}

/* The key from outside must be one of the ledger's keys, under its name. */
static void check_vkey(struct bundle *b)
{
    uint8_t key[PUBLIC_KEY_LEN];
    const char *origin;
    uint64_t from;
    bool known = false, last = false;
    if (!b->vkey_given) {
        report_gap(
            b->report, GROUP_INTEGRITY, "vkey",
            "no key from outside was given (--vkey): nobody but the bundle itself "
            "vouches for the ledger's key",
            "未给出外来公钥（--vkey）：账的公钥只有本包自己作证，没有外人作证");
        return;
    }
    for (size_t i = 0; fold_ledger_key(b->fold, i, key, &origin, &from); i++) {
        last = strcmp(origin, b->vkey.name) == 0 &&
               memcmp(key, b->vkey.key, sizeof key) == 0;
        known = known || last;
    }
    report_checked(b->report, GROUP_INTEGRITY);
    if (!known) {
        report_fail(b->report, GROUP_INTEGRITY, 0, "vkey",
                    "the key from outside (%s) is not this ledger's key",
                    "外来公钥（%s）不是本账的公钥", b->vkey.name);
    } else if (last) {
        report_note(b->report, GROUP_INTEGRITY, "vkey-outside",
                    "the key from outside is this ledger's key",
                    "外来公钥确为本账的公钥");
    } else {
        report_note(b->report, GROUP_INTEGRITY, "vkey-old",
                    "the key from outside is an earlier one of this ledger; its admins "
                    "have put another key in its place since",
                    "外来公钥是本账以前的公钥；其后已由管理员换了钥匙");
    }
}

void checkpoints_check(struct bundle *b, struct bundle_summary *s)
{
    struct vkey newest = {0};
    if (b->fold == NULL || !b->records_read) {
        return;
    }
    if (key_for(b, str_of(""), fold_size(b->fold), &newest)) {
        vkey_print(&newest, s->vkey, sizeof s->vkey);
    }
    check_vkey(b);
    for (size_t i = 0; i < b->checkpoint_count; i++) {
        const struct one_checkpoint *c = &b->checkpoints[i];
        check_signature(b, c);
        check_root(b, c);
        list_witnesses(b, c);
    }
    if (b->checkpoint_count > 0 && b->checkpoints[0].c.size != fold_size(b->fold)) {
        report_fail(b->report, GROUP_INTEGRITY, NO_RECORD, "checkpoint-size",
                    "checkpoint.txt covers %llu records, tree.txt %llu",
                    "checkpoint.txt 有 %llu 条记录，tree.txt 有 %llu 条",
                    (unsigned long long)b->checkpoints[0].c.size,
                    (unsigned long long)fold_size(b->fold));
    }
    if (b->options->checkpoint.n == 0) {
        report_gap(b->report, GROUP_INTEGRITY, "checkpoint",
                   "no checkpoint from outside was given (--checkpoint): that nothing "
                   "before was rewritten rests on the ledger's own signature",
                   "未给出外来校验点（--checkpoint）：此前未被重写仅凭账方自己的签字");
    }
}
