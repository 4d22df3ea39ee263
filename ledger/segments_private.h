/* segments_private.h - the files of incremental backups, shared by what writes and what
 * reads them; nobody else includes it. Bytes: docs/formats/backup.md. */
#ifndef ALMONER_LEDGER_SEGMENTS_PRIVATE_H
#define ALMONER_LEDGER_SEGMENTS_PRIVATE_H

#include <stdio.h>

#include "ledger/ledger_private.h"

#define SEGMENT_TAG "almoner-segment/1"
#define SEGMENT_INDEX_TAG "almoner-segments-index/1"
#define SEGMENT_PRINT_LEN 8 /* of a row's digest, in the index */
#define SEGMENT_NUMBER_MAX 99999999U

/* Stored: never use a number again. */
enum segment_entry_kind {
    SEGMENT_RECORD = 1,
    SEGMENT_PEOPLE = 2,
    SEGMENT_LOOKUP = 3,
    SEGMENT_BLOB = 4,
    SEGMENT_META = 5,
    SEGMENT_HEAD_FILE = 6,
    SEGMENT_CHECKPOINT = 7,
    SEGMENT_END = 8
};
/* The tables of the vault, in the order of both files. */
#define SEGMENT_TABLES 4
struct segment_table {
    enum segment_entry_kind kind;
    enum table table;
};
extern const struct segment_table segment_tables[SEGMENT_TABLES];

/* ---- files with a digest at their end ---- */

struct segment_file {
    FILE *f;
    struct digest *g;
    char path[LEDGER_PATH_MAX];
    bool failed; /* a write or read went wrong, or the end came too early */
    uint64_t bytes;
};
enum status segment_open(struct segment_file *s, const char *dir, const char *name,
                         const char *mode, struct diag *d) MUST_USE;
/* The digest of all before it, then everything on the disk. */
enum status segment_finish(struct segment_file *s, uint8_t sha256[DIGEST_LEN],
                           struct diag *d) MUST_USE;
/* Nothing but the digest is left, and it is right. */
bool segment_ends_well(struct segment_file *s, uint8_t sha256[DIGEST_LEN]);
void segment_close(struct segment_file *s);

/* ---- entries ---- */

struct segment_entry {
    uint8_t kind;
    bool removed;
    uint32_t key_n;
    uint8_t key[STORE_KEY_MAX];
    struct buf value; /* init and release are the caller's */
};
#define SEGMENT_VALUE_MAX ((size_t)64 * 1024 * 1024)
void segment_put_entry(struct segment_file *s, enum segment_entry_kind kind,
                       bool removed, struct str key, struct str value);
bool segment_get_entry(struct segment_file *s, struct segment_entry *e);

/* ---- headers ---- */

struct segment_header {
    char origin[ORIGIN_MAX + 1]; /* of the genesis */
    uint64_t number, from, size;
    uint8_t previous[DIGEST_LEN]; /* of the segment before; zeros: this one is full */
};
void segment_put_header(struct segment_file *s, const struct segment_header *h);
bool segment_get_header(struct segment_file *s, struct segment_header *h);
void segment_name(uint64_t number, char out[24]);
/* The highest number of a segment in the folder; 0: none. */
uint64_t segment_newest(const char *dir);

/* ---- the index ---- */

/* Read in step with the store: both are in key order, table by table. */
struct segment_index {
    struct segment_file file;
    bool there;
    uint64_t number; /* of the newest segment it knows */
    uint64_t size;
    uint8_t leaf[DIGEST_LEN];   /* of record size - 1: another ledger's has another */
    uint8_t sha256[DIGEST_LEN]; /* that segment's */
    /* The row in hand; kind SEGMENT_END: no more. */
    uint8_t kind;
    uint32_t key_n;
    uint8_t key[STORE_KEY_MAX];
    uint8_t print[SEGMENT_PRINT_LEN];
};
void segment_index_put_header(struct segment_file *s, const struct segment_header *h,
                              const uint8_t leaf[DIGEST_LEN]);
void segment_index_put(struct segment_file *s, enum segment_entry_kind kind,
                       struct str key, const uint8_t print[SEGMENT_PRINT_LEN]);
/* The end of the rows, and the segment's digest. */
void segment_index_put_end(struct segment_file *s, const uint8_t sha256[DIGEST_LEN]);
/* Opens and reads it through, to see that it is whole; then it stands before its first
 * row. there is false when it is missing or not whole: half an index would leave out
 * rows. */
void segment_index_open(struct segment_index *x, const char *dir);
bool segment_index_next(struct segment_index *x);

#endif
