/* report.h - what was found: groups of checks, each PASS, FAIL or NOT CHECKED, with the
 * first thing that is wrong, in Chinese and in English. Text only; nothing is printed
 * here. */
#ifndef ALMONER_VERIFY_REPORT_H
#define ALMONER_VERIFY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum group {
    GROUP_PACKAGE,       /* the zip and its manifests */
    GROUP_INTEGRITY,     /* records, chain, tree, checkpoints */
    GROUP_AUTHORISATION, /* signatures, roles, separation of duties */
    GROUP_BALANCE,       /* double entry, totals, digests of batches */
    GROUP_BANK,          /* bank files against their export records */
    GROUP_COMPLETENESS,  /* the bundle's claims */
    GROUP_PERSONAL,      /* commitments opened by the personal data */
    GROUP_COUNT
};

enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_NOT_CHECKED };

#define REPORT_TEXT_MAX 480
#define REPORT_FAULTS_MAX 16 /* kept for each group; the others are counted */
#define REPORT_NOTES_MAX 24
#define NO_RECORD UINT64_MAX

struct report_text {
    char code[40]; /* stable, kebab-case */
    uint64_t record;
    char en[REPORT_TEXT_MAX];
    char zh[REPORT_TEXT_MAX];
};

struct report_group {
    uint64_t checked; /* single checks that were made, whatever came out */
    uint64_t failed;
    bool incomplete; /* something that belongs to it could not be checked at all */
    unsigned fault_count, note_count, gap_count;
    struct report_text faults[REPORT_FAULTS_MAX]; /* in the order they were found */
    struct report_text notes[REPORT_NOTES_MAX];   /* what was established */
    struct report_text gaps[REPORT_NOTES_MAX];    /* what was not, and why */
};

struct report {
    struct report_group group[GROUP_COUNT];
    bool stop_early; /* asked for: see report_stop */
};

/* Zeroes it. The caller owns the memory (some 500 KB: not for the stack). */
void report_init(struct report *r);

/* en and zh take the same arguments in the same order. record is NO_RECORD when the
 * fault is not in one. */
void report_fail(struct report *r, enum group g, uint64_t record, const char *code,
                 const char *en, const char *zh, ...)
    __attribute__((format(printf, 5, 7), format(printf, 6, 7)));
/* The same with texts that are whole already. */
void report_fail_text(struct report *r, enum group g, const char *code, const char *en,
                      const char *zh);
/* Something was established that is worth saying. Once for each code and group. */
void report_note(struct report *r, enum group g, const char *code, const char *en,
                 const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* A part of the group was not checked, and the rest of it is none the worse for it:
 * said behind its outcome. Once for each code and group. */
void report_gap(struct report *r, enum group g, const char *code, const char *en,
                const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* As report_gap, for what leaves the group NOT CHECKED unless something failed. */
void report_unchecked(struct report *r, enum group g, const char *code, const char *en,
                      const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
void report_checked(struct report *r, enum group g);

enum outcome report_outcome(const struct report *r, enum group g);
bool report_any_failed(const struct report *r);
/* Whether to stop now: something failed, and the first fault was all that was asked. */
bool report_stop(const struct report *r);

const char *group_name(enum group g);    /* "integrity" */
const char *group_name_zh(enum group g); /* "完整" */
const char *outcome_name(enum outcome o);
const char *outcome_name_zh(enum outcome o);

#endif
