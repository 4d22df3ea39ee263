/* notice.h - public lists (公示): who stands in one, and the acts about it. The bytes of
 * the list are written by the caller; what it may show is decided here. */
#ifndef ALMONER_BATCH_NOTICE_H
#define ALMONER_BATCH_NOTICE_H

#include "base/progress.h"
#include "formats/calendar.h"
#include "ledger/ledger.h"
#include "ledger/notice.h"

/* ---- the list ---- */

struct notice_request {
    struct str programme;
    int32_t period;
    enum notice_who who;
    int32_t from; /* the first day that counts; DAY_ALWAYS: tomorrow */
    uint32_t days;
    const struct calendar *calendar; /* days are its working days; NULL: all days */
    const uint8_t *calendar_sha256;  /* of that file */
    struct str level;
};

#define NOTICE_NAME_CAP 64
#define NOTICE_VILLAGE_CAP 256
#define NOTICE_ROWS_MAX 2000000
#define NOTICE_VILLAGES_MAX 50000

/* One person: name masked, no number of an identity, an account or a telephone. */
struct notice_row {
    uint64_t person;
    uint32_t village;           /* in the list's villages */
    char name[NOTICE_NAME_CAP]; /* masked */
    bool alike; /* another of the village has the same: the number tells them apart */
    int32_t from, through;
    int32_t months; /* how many of those between are meant */
    int64_t fen;    /* of all of them */
};
struct notice_village {
    char sort[NOTICE_VILLAGE_CAP];
    char name[NOTICE_VILLAGE_CAP]; /* with its township's; "": nobody knows */
};
struct notice_list {
    struct notice_terms terms; /* all but file and number */
    size_t count, room;
    struct notice_row *rows; /* by village, masked name, number */
    size_t village_count, village_room;
    struct notice_village *villages;
    int64_t total_fen;
};
/* Everybody to whom the programme is granted for the period, with earlier months that
 * are still due; of NOTICE_NEW without those to whom only the period is granted, as
 * much as for the month before. *out is zeroed first; freed by notice_list_release also
 * after a failure. ST_CONFLICT "unknown-programme"; "notice-name" when it tells of
 * illness or poverty and no setting says what to call it; "notice-empty";
 * "notice-size"; ST_INPUT "days", "from", "level", "calendar-year". */
enum status notice_list_make(struct ledger *l, const struct notice_request *q,
                             const struct progress *progress, struct notice_list *out,
                             struct diag *d) MUST_USE;
void notice_list_release(struct notice_list *x);
/* The word of a name that tells of illness or poverty, or NULL. */
const char *notice_telling(const char *name);

/* ---- acts ---- */

/* Signs for the list as written: n->sha256, n->length and the number are filled in. */
enum status notice_publish(struct ledger *l, struct notice_terms *n, struct str file,
                           struct diag *d) MUST_USE;
/* *number: the objection's. ST_INPUT "text"; ST_CONFLICT "unknown-notice",
 * "unknown-person", "merged", "erased". */
enum status notice_object(struct ledger *l, uint32_t notice, uint64_t person,
                          struct str text, uint32_t *number, struct diag *d) MUST_USE;
/* ST_CONFLICT "objection-state", ST_DENIED "same-operator". */
enum status notice_decide(struct ledger *l, uint32_t objection,
                          enum objection_state into, struct str reason, struct diag *d)
    MUST_USE;
/* Taken down on a day: ST_CONFLICT "notice-days", "notice-state". */
enum status notice_close(struct ledger *l, uint32_t notice, int32_t down,
                         struct diag *d) MUST_USE;

/* ---- for batches ---- */

#define BATCH_PUBLIC_MAX 64
struct batch_public { /* what was looked up; zeroed is empty */
    size_t count;
    struct {
        char code[PROGRAMME_CODE_MAX + 1];
        int32_t through;
    } items[BATCH_PUBLIC_MAX];
};
/* The last month of the programme that may be paid, for having been made public;
 * INT32_MAX where setting notice.required.CODE is off. */
enum status batch_public_through(struct batch_public *x, struct ledger *l,
                                 struct str code, int32_t *through, struct diag *d)
    MUST_USE;

#endif
