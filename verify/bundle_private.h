/* bundle_private.h - one bundle under examination, for the files verify/bundle*.c. */
#ifndef ALMONER_VERIFY_BUNDLE_PRIVATE_H
#define ALMONER_VERIFY_BUNDLE_PRIVATE_H

#include "verify/bundle.h"
#include "verify/list.h"

#define CHECKPOINTS_MAX 1000

struct one_checkpoint {
    struct checkpoint c; /* borrows from text */
    struct buf text;
    bool outside; /* given on the command line */
};

struct bundle {
    const struct bundle_options *options;
    struct report *report;
    struct zip *zip;
    struct hash *sha256;
    struct claims claims;
    struct buf claims_text;
    struct fold *fold;
    struct vkey vkey; /* from outside */
    bool vkey_given;
    bool nodes; /* some records are left out */
    size_t checkpoint_count;
    struct one_checkpoint checkpoints[CHECKPOINTS_MAX]; /* the first: checkpoint.txt */
    bool records_read;                                  /* to the end of tree.txt */
    bool sealed; /* sealed.txt is there, and the key below is its key */
    uint8_t sealed_key[32];
    bool opened; /* some of what is sealed */
};

/* A status of reading the package becomes a finding; only ST_SYSTEM is handed back. */
enum status bundle_finding(struct bundle *b, enum status st, struct diag *d) MUST_USE;
/* bundle_bag.c: before and behind everything else. */
enum status bag_begin(struct bundle *b, struct diag *d) MUST_USE;
enum status bag_end(struct bundle *b, struct bundle_summary *s, struct diag *d)
    MUST_USE;
/* Every file's digest against the manifests: last, since most are read by then; first
 * when the first fault is all that is asked for. */
enum status bag_manifests(struct bundle *b, struct diag *d) MUST_USE;
/* bundle_tree.c */
enum status tree_look(struct bundle *b, struct diag *d) MUST_USE;
enum status tree_follow(struct bundle *b, struct diag *d) MUST_USE;
/* bundle_checkpoint.c */
enum status checkpoints_read(struct bundle *b, struct diag *d) MUST_USE;
enum status checkpoints_want(struct bundle *b, struct diag *d) MUST_USE;
void checkpoints_check(struct bundle *b, struct bundle_summary *s);
/* bundle_stamps.c: kind 72, its two files, and whether the tokens hold */
enum status stamps_check(struct bundle *b, struct diag *d) MUST_USE;
/* bundle_files.c */
enum status files_check(struct bundle *b, struct diag *d) MUST_USE;

#endif
