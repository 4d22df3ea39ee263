/* checkpoints.c - see checkpoints.h. A ledger must never sign two trees of one size, so
 * the last checkpoint is given out again as it was made, never signed anew. */
#include "cli/checkpoints.h"

#include "audit/outside.h"
#include "cli/files.h"
#include "ledger/epoch.h"

void checkpoints_release(struct signed_tree *s)
{
    buf_release(&s->note);
}

static enum status read_own(struct env *e, struct signed_tree *out, struct diag *d)
{
    struct epoch_key by;
    char origin[ORIGIN_MAX + 1];
    TRY(ledger_read_checkpoint(e->ledger, buf_str(&out->note), &out->c, &by, d));
    epoch_origin(ledger_info(e->ledger)->genesis_origin, by.epoch, origin);
    vkey_print(str_of(origin), by.public_key, out->vkey);
    return ST_OK;
}

enum status checkpoints_load(struct env *e, const char *path, struct signed_tree *out,
                             struct diag *d)
{
    enum status st = file_load(path, CHECKPOINT_FILE_MAX, &out->note, d);
    if (st == ST_OK) {
        st = read_own(e, out, d);
    }
    return st == ST_OK || d->where[0] != '\0' ? st : diag_where(d, "%s", path);
}

/* Does the last one made here cover so many records? An older program kept none, and
 * what an old key signed, or an epoch before a restore, is not given out any more. */
static enum status kept_covers(struct env *e, uint64_t size, bool *covers,
                               struct diag *d)
{
    struct str note;
    struct checkpoint c;
    struct epoch_key by;
    struct diag ignored;
    uint64_t all = ledger_head(e->ledger)->tree.size;
    if (size != CHECKPOINTS_ALL && size > all) {
        return diag_fail(d, ST_CONFLICT, "unknown-record",
                         "there is no record %llu: the last is %llu",
                         (unsigned long long)size - 1, (unsigned long long)all - 1);
    }
    TRY(ledger_kept_checkpoint(e->ledger, &note, d));
    *covers = note.n > 0 &&
              ledger_read_checkpoint(e->ledger, note, &c, &by, &ignored) == ST_OK &&
              ledger_signs_now(e->ledger, &by) &&
              c.size >= (size == CHECKPOINTS_ALL ? all : size);
    return ST_OK;
}

static enum status make(struct env *e, struct signed_tree *out, struct diag *d)
{
    uint64_t size;
    TRY(env_write_unsigned(e, d));
    TRY(ledger_checkpoint(e->ledger, &out->note, &size, d));
    return ledger_note_checkpoint(e->ledger, size, buf_str(&out->note), d);
}

static enum status take_kept(struct env *e, struct signed_tree *out, struct diag *d)
{
    struct str note;
    TRY(env_read(e, d));
    TRY(ledger_kept_checkpoint(e->ledger, &note, d));
    buf_add_str(&out->note, note);
    return buf_check(&out->note, d);
}

static enum status take_own(struct env *e, uint64_t size, struct signed_tree *out,
                            struct diag *d)
{
    bool kept;
    TRY(env_look(e, d));
    TRY(kept_covers(e, size, &kept, d));
    env_look_end(e);
    buf_init(&out->note, CHECKPOINT_FILE_MAX);
    TRY(kept ? take_kept(e, out, d) : make(e, out, d));
    return read_own(e, out, d);
}

static enum status take_given(struct env *e, uint64_t size, const char *path,
                              struct signed_tree *out, struct diag *d)
{
    TRY(env_read(e, d));
    TRY(checkpoints_load(e, path, out, d));
    if (size != CHECKPOINTS_ALL && size > out->c.size) {
        diag_fail(d, ST_CONFLICT, "not-covered",
                  "the checkpoint covers %llu records: record %llu came later",
                  (unsigned long long)out->c.size, (unsigned long long)size - 1);
        return diag_where(d, "%s", path);
    }
    return ST_OK;
}

enum status checkpoints_take(struct env *e, uint64_t size, struct signed_tree *out,
                             struct diag *d)
{
    const char *given = options_text(&e->options, "checkpoint");
    TRY(given != NULL ? take_given(e, size, given, out, d) : take_own(e, size, out, d));
    return outside_contained(e->ledger, &out->c, d);
}

/* ---- without a ledger ---- */

enum status checkpoints_key(const char *vkey, struct log_key *out, struct diag *d)
{
    TRY(vkey_parse(str_of(vkey), out->name, out->public_key, d));
    return digest_new_kind(&out->g, key_suite_digest(key_suite(out->public_key)), d);
}

void checkpoints_key_release(struct log_key *k)
{
    digest_free(k->g);
    k->g = NULL;
}

enum status checkpoints_verify(const struct log_key *k, struct str note,
                               struct checkpoint *out, struct diag *d)
{
    struct str text;
    struct checkpoint c;
    TRY(note_verify(note, str_of(k->name), k->public_key, &text, d));
    TRY(checkpoint_parse(text, &c, d));
    if (!str_is(c.origin, k->name)) {
        return diag_fail(d, ST_INPUT, "other-ledger",
                         "the checkpoint is of %.*s, the key is that of %s",
                         STR_ARG(c.origin), k->name);
    }
    *out = c;
    return ST_OK;
}
