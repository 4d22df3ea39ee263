/* ledger_private.h - the inside of a ledger, shared by ledger*.c, create.c, headfile.c,
 * vault.c and blob.c; nobody else includes it. */
#ifndef ALMONER_LEDGER_LEDGER_PRIVATE_H
#define ALMONER_LEDGER_LEDGER_PRIVATE_H

#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/seal.h"

#define LEDGER_PATH_MAX 4096
/* Bytes of the file `lock` that are locked: by who writes, and, shared, by readers,
 * under whom the data file must not be replaced. */
#define LEDGER_LOCK_WRITE 0
#define LEDGER_LOCK_READ 1

struct key_before { /* the ledger's key before the one in force; since 0: none */
    char origin[ORIGIN_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    uint64_t since; /* its heads count below this size */
};

struct ledger {
    struct ledger_options options;
    struct ledger_info info;
    char dir[LEDGER_PATH_MAX];
    char key_dir[LEDGER_PATH_MAX];
    bool doubtful; /* LEDGER_AUDIT: doubt says what was overlooked */
    struct diag doubt;
    struct store *store;
    struct fold *fold;
    struct txn *t;
    bool writing;            /* t is a write transaction */
    bool clock_jump;         /* a clock record comes before the next act */
    struct digest *g;        /* of the suite, once record 0 was read */
    struct wrapper *wrapper; /* of data keys, by the master key */
    struct sealer *sealer;   /* under the data key of the row in hand, or the files' */
    struct key *key; /* the ledger's own; NULL when reading without the key folder */
    uint32_t key_number; /* in REGISTER_EPOCH */
    struct key_before before;
    bool has_master;
    uint8_t master[SEAL_KEY_LEN]; /* wraps data keys */
    uint8_t lookup[SEAL_KEY_LEN]; /* HMAC of ID numbers */
    uint8_t files[SEAL_KEY_LEN];  /* seals files */
    uint8_t steady[SEAL_KEY_LEN]; /* seals what runs keep */
    int lock_fd;
    int head_fd;
    unsigned head_slot; /* of the head file: to be written next */
    struct operator_entry signer;
    const struct key *signer_key; /* of ledger_sign_as */
    struct act_signer by;         /* sign NULL: nobody signs */
    size_t signatures;            /* that were made through `by` */
    uint64_t begun_size;          /* of the ledger when the transaction in hand began */
    uint8_t *room;                /* work space for sealed rows */
    size_t room_cap;
};

/* dir + "/" + name; ST_INPUT "path" when it is too long. */
enum status ledger_path(const char *dir, const char *name, char out[LEDGER_PATH_MAX],
                        struct diag *d) MUST_USE;
/* Whole small file into out; ST_SYSTEM when it cannot be read. */
enum status ledger_load_file(const char *path, struct buf *out, struct diag *d)
    MUST_USE;
/* Takes the folder's lock for writing; *fd is to be closed in any case but -1. */
enum status ledger_lock(const char *dir, int64_t wait_ms, int *fd, struct diag *d)
    MUST_USE;
/* The lock of who reads, in l->lock_fd. */
enum status ledger_share_lock(struct ledger *l, struct diag *d) MUST_USE;
/* On the file of ledger_lock, before data.mdb is replaced: nobody reads from here on,
 * and whoever comes waits. ST_SYSTEM "readers" when somebody does all that time. */
enum status ledger_lock_readers(int fd, int64_t wait_ms, struct diag *d) MUST_USE;
void ledger_unlock_readers(int fd); /* they may come again */
/* Writes a new file and syncs it; never over an old one. */
enum status ledger_write_new(const char *path, struct str bytes, unsigned mode,
                             struct diag *d) MUST_USE;
/* The folder's names are durable. */
enum status ledger_sync_dir(const char *path, struct diag *d) MUST_USE;
/* Where the key with this public half lies, but for the first: its own name. */
enum status ledger_key_path(const struct ledger *l, const char *origin,
                            const uint8_t public_key[KEY_PUBLIC_LEN],
                            char out[LEDGER_PATH_MAX], struct diag *d) MUST_USE;
/* A key of the ledger from its file, which has no passphrase. */
enum status ledger_load_key(const char *path, struct key **out, struct diag *d)
    MUST_USE;
/* l->key_dir: as given, else as DIR/config remembers, else DIR/keys. */
enum status ledger_find_key_dir(struct ledger *l, struct diag *d) MUST_USE;
/* Reading goes on without keys (an auditor's copy); the vault then stays shut. */
enum status ledger_load_master(struct ledger *l, struct diag *d) MUST_USE;
/* Origin and key become those that the head in hand says. */
enum status ledger_adopt_key(struct ledger *l, struct diag *d) MUST_USE;
/* Derives lookup, files and steady from master. */
void ledger_derive_keys(struct ledger *l);
/* A new read snapshot, or the one begun for writing. */
enum status ledger_snapshot(struct ledger *l, bool write, struct diag *d) MUST_USE;
void ledger_drop(struct ledger *l); /* the snapshot */
/* When what is done now was, or is being, signed. */
int64_t ledger_act_time(const struct ledger *l);
/* At least n bytes at l->room. */
enum status ledger_room(struct ledger *l, size_t n, struct diag *d) MUST_USE;

/* steady.c, on the thread of the sealer. */
bool steady_open_with(const struct ledger *l, struct sealer *sealer, uint64_t number,
                      struct str sealed, struct buf *plain);

/* compact.c: all rows of the store, but LEDGER_UNCOMPACTED, written one by one into a
 * new data.mdb in the folder dir, which is made; synced. */
enum status compact_write(struct txn *from, const char *dir, struct diag *d) MUST_USE;
/* The folder of one that was interrupted after the files had changed places. */
enum status compact_tidy(const char *dir, struct diag *d) MUST_USE;
/* Puts that file in the place of the ledger's, whose store must be closed. */
enum status compact_swap(const char *dir, const char *ledger_dir, struct diag *d)
    MUST_USE;

/* headfile.c: what the last commit was, kept outside the store. */
struct head_note {
    uint64_t size; /* 0: none */
    uint8_t root[DIGEST_LEN];
    uint8_t leaf[DIGEST_LEN]; /* of record size - 1 */
};
enum status headfile_open(struct ledger *l, bool write, struct diag *d) MUST_USE;
/* The newest valid note; ST_INTEGRITY "head-file" when there is none. */
enum status headfile_read(struct ledger *l, struct head_note *out, struct diag *d)
    MUST_USE;
enum status headfile_write(struct ledger *l, struct diag *d) MUST_USE;
/* Compares the note with the store's head. */
enum status headfile_check(struct ledger *l, const struct head_note *note,
                           struct diag *d) MUST_USE;

#endif
