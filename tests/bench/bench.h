/* bench.h - what the parts of the bench share. Seconds are double: nothing here is
 * money that is paid. A failure prints and ends the program. */
#ifndef ALMONER_TESTS_BENCH_BENCH_H
#define ALMONER_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_CAP 1024

/* ---- util.c ---- */

double now_seconds(void);
/* Prints what, and errno's text when it is set, and exits. */
_Noreturn void fail(const char *what, const char *subject);
void path_join(char out[PATH_CAP], const char *dir, const char *name);
void make_dir(const char *path);
void remove_tree(const char *path); /* a missing one is fine */
uint64_t file_bytes(const char *path);
/* The first number behind "key": in a JSON text; 0 when it is not there. */
uint64_t json_number(const char *text, const char *key);

/* ---- child.c ---- */

struct usage {
    double seconds;
    double cpu;          /* seconds of all threads and children; the rest was waiting */
    uint64_t own_bytes;  /* peak of anonymous memory, children's included */
    uint64_t peak_bytes; /* peak resident, the mapped file included */
    char out[65536];     /* standard output, cut at its size */
};

/* Runs a program to its end; words NULL-ended. An exit code other than 0 prints the
 * words and what it said, and returns false. */
bool child_run(const char *const *words, const char *log, struct usage *out);

/* ---- raw.c: limits, each for count records of RAW_BYTES ---- */

#define RAW_BYTES 128

double raw_chain_seconds(uint64_t count);
/* In transactions of 10,000, LMDB's default flags. */
double raw_append_seconds(const char *dir, uint64_t count);
double raw_copy_bytes_per_second(void);
double raw_fsync_seconds(const char *dir); /* 4 KiB appended, then fdatasync */
/* Reads a GB18030 file, turns it into UTF-8, seals each line with AES-256-GCM and one
 * key, appends it to LMDB. */
double raw_import_seconds(const char *dir, const char *file);

/* ---- floor.c: the small job of the floor, one thread ---- */

struct floor {
    double run;
    double export;
    double export_fsync; /* on top */
    double verify;
    uint64_t export_bytes;
};

/* people.csv of sim county in UTF-8 or GB18030 (names are copied as bytes). The median
 * of three. */
void floor_measure(const char *dir, const char *people, struct floor *out);

/* ---- county.c: the program itself ---- */

enum step {
    STEP_CHECK_PEOPLE,
    STEP_IMPORT_PEOPLE,
    STEP_IMPORT_FACTS,
    STEP_IMPORT_LISTS,
    STEP_FIRST_RUN,
    STEP_FIRST_BATCH,
    STEP_FIRST_EXPORT,
    STEP_FIRST_ANSWER,
    STEP_MONTH_RUN,
    STEP_AGAIN_RUN,
    STEP_MONTH_BATCH,
    STEP_MONTH_EXPORT,
    STEP_MONTH_PIPE,
    STEP_MONTH_ANSWER,
    STEP_VERIFY_HASHES,
    STEP_VERIFY_ALL,
    STEP_PROVE,         /* one record, out of the middle */
    STEP_BUNDLE,        /* everything but personal data */
    STEP_BUNDLE_VERIFY, /* by almoner-verify */
    STEP_COUNT
};

struct county_times {
    bool done[STEP_COUNT]; /* what follows a failure is not done */
    struct usage steps[STEP_COUNT];
    uint64_t first_records;
    uint64_t month_records;
    uint64_t month_lines;
    uint64_t records; /* of the ledger, at the end */
    uint64_t export_bytes;
    uint64_t data_bytes;   /* of the ledger's files, at the end */
    uint64_t import_bytes; /* of these, when everything was imported */
    uint64_t bundle_bytes;
};

/* The files of sim county, in dir. */
void county_make(const char *dir, uint64_t people);
/* In a dir where county_make was. */
void county_measure(const char *dir, struct county_times *out);

#endif
