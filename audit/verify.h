/* verify.h - everything checked again from the records on, in one read snapshot. */
#ifndef ALMONER_AUDIT_VERIFY_H
#define ALMONER_AUDIT_VERIFY_H

#include <stdatomic.h>

#include "base/progress.h"
#include "ledger/export.h"
#include "ledger/ledger.h"
#include "ledger/register.h"

enum verdict { VERDICT_NOT_CHECKED, VERDICT_PASS, VERDICT_FAIL };
const char *verdict_name(enum verdict v); /* "PASS", "FAIL", "NOT CHECKED" */

struct verify_report {
    uint64_t size;
    uint8_t root[DIGEST_LEN];
    enum verdict integrity; /* chain, tree, head; with the vault's key, commitments */
    enum verdict completeness;  /* projections and balances = fold of the records */
    enum verdict authorisation; /* signatures, roles, different operators, exports */
    enum verdict correctness;   /* granted = what the rules give */
    bool bad;
    uint64_t bad_sequence; /* UINT64_MAX: not one record's */
    char bad_what[512];
    char not_checked[200]; /* what was left out and why; "": nothing */
    uint64_t exports;      /* bank files made again and compared */
    /* Sheets that come out with the same cells, but in other bytes: by another version
     * of the library; not in exports. */
    uint64_t exports_by_rows;
    /* Erased by certificates: not checkable are what the records commit to of these
     * people, their entitlements, their lines' accounts, and bank files with them. */
    uint64_t erased;         /* rows */
    uint64_t erased_lines;   /* of batches */
    uint64_t erased_exports; /* bank files, and answers without our ids */
    bool contained; /* the tree of options.outside is the beginning of this one */
    /* Not contained: it is of an epoch before, and from this record on it covers what a
     * restore lost, as the ledger says itself; 0: not so. */
    uint64_t lost_from;
    uint64_t elapsed_us; /* of the hashing, given by the caller's clock; see clock */
};

/* What one process found of the work that two may share; what is found in people counts
 * before what is found in batches and files. */
struct verify_part {
    enum status status; /* of people */
    struct diag diag;
    struct verify_report report; /* what was bad */
    uint64_t seen, entries, ids; /* people, commitments, ID numbers */
    enum status files_status;    /* of batches and files */
    struct diag files_diag;
    uint64_t lines; /* of batches, each counted where it was checked */
    struct verify_report files;
};

/* Batches, files and people in slices are checked as tasks. A second process, which
 * opens the ledger for itself, may take some of them: this lies in memory that both
 * share, zeroed before. */
struct verify_tasks {
    _Atomic uint64_t size; /* of the first one's snapshot, + 1; 0: not opened yet */
    _Atomic uint64_t next; /* the next task */
    /* The second one's part, good once it has ended: */
    bool done;
    struct verify_part part;
};

struct verify_options {
    struct verify_tasks *tasks; /* NULL: one process does it all */
    /* Waits until the second process has ended; its crash is ST_INTEGRITY. */
    enum status (*join)(void *ctx, struct diag *d);
    void *join_ctx;
    bool hashes_only;                 /* chain and tree */
    const struct checkpoint *outside; /* kept by others, its signature verified; NULL */
    const char *scratch_dir; /* a folder for the second fold is made in it; NULL: "." */
    int64_t (*clock_us)(void); /* NULL: elapsed_us stays 0 */
    /* Makes an export again: batch/ does it, audit/ never includes batch/. NULL: not
     * checked. Compares bytes by the digest given;
     * ST_FINDINGS: of a sheet the cells are the same, the bytes are not. */
    enum status (*remake)(void *ctx, struct ledger *l, const struct export_entry *x,
                          uint8_t sha256[DIGEST_LEN], struct diag *d);
    void *remake_ctx;
    const struct progress *progress;
};

/* Without the vault's key (an auditor's copy) correctness and exports are not checked.
 * ST_OK with all verdicts PASS or NOT CHECKED; ST_INTEGRITY when one is FAIL (the
 * report then says which record first); another status when it could not be done. */
enum status verify_ledger(struct ledger *l, const struct verify_options *o,
                          struct verify_report *r, struct diag *d) MUST_USE;

/* What the second process does: tasks, as long as there are some. Does nothing when its
 * snapshot is another one than the first's. */
void verify_beside(struct ledger *l, const struct verify_options *o);
/* Nothing is left to do for it: it ends after the task in hand. */
void verify_tasks_end(struct verify_tasks *s);

#endif
