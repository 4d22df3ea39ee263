/* ledger.h - one county's ledger: opening, reading in one snapshot, and writing acts.
 *
 * Writing: ledger_begin; any number of appends; ledger_commit makes them durable
 * together with every projection they change, then the head file. Long acts commit in
 * chunks; their first and last records are signed. One process writes at a time, for
 * the whole of its command. */
#ifndef ALMONER_LEDGER_LEDGER_H
#define ALMONER_LEDGER_LEDGER_H

#include "ledger/fold.h"
#include "ledger/genesis.h"
#include "ledger/note.h"
#include "ledger/store.h"

/* Random bytes for keys and nonces; cli/ gives the system's, tests their own. */
struct entropy {
    enum status (*fill)(void *ctx, void *p, size_t n, struct diag *d);
    void *ctx;
};

enum ledger_mode {
    LEDGER_READ,
    LEDGER_WRITE,
    LEDGER_AUDIT /* as READ, but opens what is not sound: see ledger_doubt */
};

struct ledger_options {
    const char *dir;
    const char *key_dir; /* NULL: as remembered, DIR/keys at first */
    enum ledger_mode mode;
    int64_t now_us;
    bool now_given;       /* by the user: allowed in a sandbox only */
    bool accept_clock;    /* a jump of the clock is vouched for by the signer */
    int64_t lock_wait_ms; /* for another writer to finish */
    bool keyless;         /* the ledger's own key may be lost: an epoch comes first */
    struct entropy entropy;
};

struct ledger_admin {
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
};

struct ledger_genesis {
    const char *division;    /* GB/T 2260, 6 to 12 digits */
    const char *name;        /* of the office */
    const char *ledger_name; /* "main" */
    enum suite suite;        /* 0: suite 1 */
    const char *sm2_id;      /* of suite 2; NULL: SM2_ID_USUAL */
    bool sandbox;
    int32_t offset_minutes; /* of the county's clock: 480 */
    size_t admin_count;
    struct ledger_admin admins[GENESIS_ADMINS_MAX];
};

/* Row of TABLE_META, no projection: a row was erased and its bytes may still lie in
 * free pages. Its value: u64 sequence of the certificate. ledger_compact leaves it out
 * of the new file. */
#define LEDGER_UNCOMPACTED "uncompacted"

struct ledger;

struct ledger_info {
    char origin[ORIGIN_MAX + 1];         /* of the epoch it is in */
    char genesis_origin[ORIGIN_MAX + 1]; /* what the vault is bound to */
    char division[32];
    char name[TEXT_MAX + 1];
    enum suite suite;
    char sm2_id[SM2_ID_MAX + 1]; /* of suite 2; else "" */
    bool sandbox;
    int32_t offset_minutes;
    uint8_t public_key[KEY_PUBLIC_LEN]; /* the ledger's own, as it is now */
    char vkey[VKEY_TEXT_CAP];
};

/* Makes the folder, keys, store and genesis record. ST_CONFLICT "exists" when there is
 * a ledger already; ST_INPUT "key-suite" when an admin's key is of another suite. */
enum status ledger_create(const struct ledger_options *o,
                          const struct ledger_genesis *g, struct diag *d) MUST_USE;
/* ST_SYSTEM "no-ledger" when there is none, "locked" when another process writes for
 * longer than lock_wait_ms; ST_INTEGRITY "lost-transaction" when the head file knows of
 * more records than the store, "head-differs" when of others; ST_DENIED "ledger-key"
 * when the key folder is that of another ledger. */
enum status ledger_open(struct ledger **out, const struct ledger_options *o,
                        struct diag *d) MUST_USE;
void ledger_close(struct ledger *l); /* aborts what was not committed; NULL is fine */

/* What LEDGER_AUDIT overlooked while opening; NULL: nothing. */
const struct diag *ledger_doubt(const struct ledger *l);

/* A digest of the ledger's suite, for what records hold: leaves, acts, commitments.
 * Files are named by SHA-256 in every ledger: digest_new. */
enum status ledger_digest_new(const struct ledger *l, struct digest **out,
                              struct diag *d) MUST_USE;
const struct ledger_info *ledger_info(const struct ledger *l);
int32_t ledger_today(const struct ledger *l); /* the county's day */
/* As of the transaction in hand. */
const struct head *ledger_head(const struct ledger *l);
void ledger_root(struct ledger *l, uint8_t out[DIGEST_LEN]);
/* Root of the tree when an act began at `size`, or of the present one outside of an
 * act; *found false when it is neither. */
enum status ledger_root_at(struct ledger *l, uint64_t size, uint8_t out[DIGEST_LEN],
                           bool *found, struct diag *d) MUST_USE;
/* The transaction in hand: a read snapshot from ledger_open on, or the write
 * transaction between begin and commit. */
struct txn *ledger_txn(struct ledger *l);
struct fold *ledger_fold(struct ledger *l);
/* Of the ledger's suite, for proofs; between calls of this header only. */
struct digest *ledger_digest(struct ledger *l);
enum status ledger_random(struct ledger *l, void *p, size_t n, struct diag *d) MUST_USE;
/* Is the vault's key here? Without it (an auditor's copy) no personal data opens. */
bool ledger_has_vault(const struct ledger *l);

/* Was a row erased without its bytes being gone from the data file's free pages? Then
 * the sequence of the certificate, else 0. */
enum status ledger_uncompacted(struct ledger *l, uint64_t *certificate, struct diag *d)
    MUST_USE;
/* Writes the store anew, without free pages and gaps, and puts it in place, so that
 * nothing that was erased is left in it; waits for readers as long as for a lock.
 * Nothing when it is not needed. Opening for writing does it too, when it was left
 * undone and nobody reads. ST_SYSTEM "readers" when somebody reads all the time. */
enum status ledger_compact(struct ledger *l, struct diag *d) MUST_USE;

/* ---- writing ---- */

/* Who signs from now on. Checks that the key is that operator's, that the operator is
 * confirmed and has one of the roles: ST_DENIED "unknown-operator", "other-key",
 * "role", "operator-pending". key is borrowed. */
enum status ledger_sign_as(struct ledger *l, struct str name, const struct key *key,
                           unsigned roles, struct diag *d) MUST_USE;
const struct operator_entry *ledger_signer(const struct ledger *l);

/* Signing by other means than a key in hand. */
struct act_offer {
    enum record_kind kind;
    struct str plain;   /* the body without key 0 */
    struct str message; /* what is signed: see act.h */
};
struct act_signer {
    const uint8_t *public_key; /* KEY_PUBLIC_LEN; NULL: the register says whose */
    /* How many signatures can be had here and now: SIZE_MAX; or those that were made
     * elsewhere and brought along. Beyond them, ask is called instead of sign. */
    size_t at_hand;
    /* Of signatures brought along: what they stand under. Time, size and root of the
     * first act are taken from here, and the day too (ledger_today). Else NULL. */
    const struct act_words *seen;
    enum status (*sign)(void *ctx, struct ledger *l, const struct act_offer *offer,
                        uint8_t out[SIGNATURE_LEN], struct diag *d);
    /* Has to fail: the act ends here, until somebody signs what is offered. What was
     * appended before in the same command is committed, or nothing is written. */
    enum status (*ask)(void *ctx, struct ledger *l, const struct act_offer *offer,
                       struct diag *d);
    void *ctx;
};
/* As ledger_sign_as; what by points to must live as long as the ledger. */
enum status ledger_sign_by(struct ledger *l, struct str name,
                           const struct act_signer *by, unsigned roles, struct diag *d)
    MUST_USE;
/* Is no signature at hand, so that the command will write nothing of its own? */
bool ledger_only_asks(const struct ledger *l);

/* Refuses with ST_CONFLICT "open-act" while a long act is open, unless it is of this
 * kind and number (0: any number): then *resume is true. kind 0: no act may be open. */
enum status ledger_may_write(struct ledger *l, int kind, uint32_t number, bool *resume,
                             struct diag *d) MUST_USE;

/* Does ledger_begin move the store's map? See store_will_move. */
bool ledger_will_move(struct ledger *l);
enum status ledger_begin(struct ledger *l, struct diag *d) MUST_USE;
enum status ledger_commit(struct ledger *l, struct diag *d) MUST_USE;
void ledger_abort(struct ledger *l);

/* Appends a record; its rule in the fold is applied. *sequence may be NULL. */
enum status ledger_append(struct ledger *l, enum record_kind kind, struct str body,
                          uint64_t *sequence, struct diag *d) MUST_USE;
/* As ledger_append for records of a run, whose money the caller moved through the fold.
 * They are hashed by and by: until ledger_settle, or whatever else is appended or
 * committed, ledger_head has no root and no last leaf. */
enum status ledger_append_posted(struct ledger *l, enum record_kind kind,
                                 struct str body, struct diag *d) MUST_USE;
enum status ledger_settle(struct ledger *l, struct diag *d) MUST_USE;
/* A record of the chunk's entries, if it has any, and the chunk is empty again. Of
 * lines, results and reissues the fold has moved the money already; facts move none.
 * first: see chunk_body_write. */
enum status ledger_append_chunk(struct ledger *l, enum record_kind kind,
                                struct chunk *c, uint32_t number, uint64_t first,
                                struct diag *d) MUST_USE;
/* Between two records of a long act: commits what is in hand and goes on in a new
 * transaction, or ends with ST_INTERRUPTED when stop says so. */
enum status ledger_next_chunk(struct ledger *l, bool stop, struct diag *d) MUST_USE;
/* Signs plain (a body without key 0) for what it says and appends it. */
struct act_text {
    const char *subject; /* for people */
    uint64_t count;
    int64_t total_fen;
};
enum status ledger_append_signed(struct ledger *l, enum record_kind kind,
                                 struct str plain, struct act_text text,
                                 uint64_t *sequence, struct diag *d) MUST_USE;
/* begin, append_signed, commit. */
enum status ledger_act(struct ledger *l, enum record_kind kind, struct str plain,
                       struct act_text text, uint64_t *sequence, struct diag *d)
    MUST_USE;

/* A checkpoint of an earlier size, at which an act began: ST_CONFLICT "no-checkpoint"
 * when none did. root may be NULL. */
enum status ledger_checkpoint_at(struct ledger *l, uint64_t size, struct buf *out,
                                 uint8_t root[DIGEST_LEN], struct diag *d) MUST_USE;
/* A checkpoint of the committed ledger, signed by its key, and its size; ST_CONFLICT
 * "open-act" while a long act is open. */
enum status ledger_checkpoint(struct ledger *l, struct buf *out, uint64_t *size,
                              struct diag *d) MUST_USE;
/* Remembers, when it is safe in its file, that this checkpoint was made now. */
enum status ledger_note_checkpoint(struct ledger *l, uint64_t size, struct str note,
                                   struct diag *d) MUST_USE;
/* Size and time of the last one made here; size 0: none. */
enum status ledger_last_checkpoint(struct ledger *l, uint64_t *size, int64_t *time_us,
                                   struct diag *d) MUST_USE;
/* The last one itself, to be given out again; empty when there is none, or none that
 * was kept. Borrowed until the transaction ends. */
enum status ledger_kept_checkpoint(struct ledger *l, struct str *note, struct diag *d)
    MUST_USE;
/* Reads a checkpoint that comes from outside, of this epoch or one before: ST_INPUT
 * "note-form", "checkpoint-form" or "other-ledger" (of another origin); ST_INTEGRITY
 * "checkpoint-signature" when it is not signed by the key the ledger had then. *by is
 * that key; NULL is fine. Borrows from note. Whether the ledger has its records is not
 * looked at: see audit/outside.h. */
struct epoch_key;
enum status ledger_read_checkpoint(struct ledger *l, struct str note,
                                   struct checkpoint *out, struct epoch_key *by,
                                   struct diag *d) MUST_USE;
/* Is it the key in force? */
bool ledger_signs_now(const struct ledger *l, const struct epoch_key *by);

#endif
