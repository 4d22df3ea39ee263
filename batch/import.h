/* import.h - files of facts: proposed by a maker, taken in when a checker confirms.
 *
 * Proposing checks every row and changes nothing but the register and the vault's
 * files. Confirming checks again, then takes the facts in chunk by chunk; a killed
 * confirmation goes on where it was. Columns and values: CLI.md, "Files in". */
#ifndef ALMONER_BATCH_IMPORT_H
#define ALMONER_BATCH_IMPORT_H

#include "base/progress.h"
#include "formats/csv.h"
#include "ledger/vault.h"

#define IMPORT_REJECTED_MAX 1000 /* kept for showing; all are counted */

/* A file that can be read more than once. */
struct import_file {
    const char *name; /* for messages */
    enum status (*rewind)(void *ctx, struct diag *d);
    enum status (*read)(void *ctx, void *p, size_t cap, size_t *n, struct diag *d);
    void *ctx;
};

struct rejected_row;
/* Where refused rows go, as they stand in the file. */
struct import_rejects {
    /* The rows up to the header, which is the last of them; called for every file. */
    enum status (*head)(void *ctx, const struct csv_row *row, bool header,
                        struct diag *d);
    /* A refused row with all its faults, at least one. */
    enum status (*row)(void *ctx, const struct csv_row *row,
                       const struct rejected_row *faults, size_t count, struct diag *d);
    void *ctx;
};

#define IMPORT_MAPPING_BYTES_MAX ((size_t)256 * 1024)
/* A last column of this name, which lists of refused rows have, is passed over. */
#define IMPORT_REASON "reason"
#define IMPORT_REASON_ZH "原因"

struct import_request {
    enum import_what what;
    const char *attribute; /* of a snapshot, else NULL */
    const char *value;
    const char *unit; /* NULL or "": all units */
    int32_t month;    /* and of history: the last settled one */
    bool overrule;    /* of history: it may overrule what was granted */
    struct import_file file;
    struct str mapping;                   /* the mapping's file, up to 256 KiB */
    const char *mapping_name;             /* for messages; NULL: no mapping */
    const struct import_rejects *rejects; /* NULL: only counted and shown */
};

struct rejected_row {
    uint64_t line;
    uint32_t column;
    char field[64];    /* the column's name */
    char field_zh[64]; /* and in Chinese; "" when it has none */
    char value[128];
    char code[40];
    char reason[256];
    char hint[640]; /* may list all attributes */
};

struct import_report {
    uint32_t number; /* 0 when refused or only checked */
    bool confirmed;
    bool already; /* the same file was taken before: nothing changed */
    uint8_t sha256[DIGEST_LEN];
    bool mapped;
    uint8_t mapping_sha256[DIGEST_LEN];
    char sheet[256]; /* of a workbook: the sheet that was read; "": no workbook */
    unsigned others; /* and how many others it shows, which were not */
    uint64_t rows;
    uint64_t accepted;
    uint64_t new_people; /* known after a check: people files */
    uint64_t new_institutions;
    uint64_t overruled_people; /* of history: who was granted something, by a run or by
                                * history, in months that are settled now, */
    int64_t overruled_fen;     /* and how much: it gives way to what the history says */
    uint64_t begun;          /* of lists, also before a confirmation: people who come */
    uint64_t ended;          /* onto the list, and who are not on it any more */
    uint64_t rejected_count; /* rows */
    uint64_t fault_count;    /* of all of them: a row may have several */
    size_t rejected_kept;    /* faults in `rejected`, in the order of the file */
    struct rejected_row *rejected; /* freed by import_report_release */
};
void import_report_release(struct import_report *r);

/* ST_CONFLICT "granted-already" when a history settles months in which something was
 * granted, and may not overrule it.
 * ST_INPUT "rows-rejected" with the rows in the report when any is bad (a file is all
 * or nothing); ST_INPUT "empty-file", "encoding", "spreadsheet", "no-header",
 * "separator", "unknown-column", "missing-column", "csv-quote" ... for the whole file.
 * For workbooks what formats/xlsx.h says; for mappings what base/yaml.h says,
 * "mapping", "mapping-kind" (made for another kind of file).
 * A file that was taken before (with the same mapping) is recognised (report->already);
 * a list only when no other one for its attribute, value, unit and month was confirmed
 * since.
 * dry_run: check only. */
enum status import_propose(struct ledger *l, const struct import_request *q,
                           bool dry_run, const struct progress *progress,
                           struct import_report *r, struct diag *d) MUST_USE;
/* ST_CONFLICT "rows-rejected", with the rows, when what was recorded since refuses
 * some; "not-pending"; ST_DENIED "same-operator". ST_INTERRUPTED "interrupted" leaves
 * an open act, which the same call finishes. */
enum status import_confirm(struct ledger *l, uint32_t number,
                           const struct progress *progress, struct import_report *r,
                           struct diag *d) MUST_USE;

#endif
