/* notice.h - public lists (公示) and what is objected to them: bodies of the records of
 * kinds 85 to 88, their register rows (20, 21), and who is held by an objection. The
 * list itself is not here: a record names its SHA-256. docs/formats/ledger.md. */
#ifndef ALMONER_LEDGER_NOTICE_H
#define ALMONER_LEDGER_NOTICE_H

#include "ledger/register.h"

#define NOTICE_LEVEL_MAX 60
#define NOTICE_LABEL_MAX 80
#define NOTICE_DAYS_MAX 366

/* ---- notices ---- */

enum notice_who { NOTICE_NEW = 1, NOTICE_ALL = 2 }; /* stored */
const char *notice_who_name(enum notice_who w);     /* "new", "all" */

struct notice_terms { /* the record of kind 85 */
    uint32_t number;
    char programme[PROGRAMME_CODE_MAX + 1];
    int32_t period; /* month */
    enum notice_who who;
    uint64_t people; /* rows of the list, 1 or more */
    int32_t first;   /* day: the first and the last that count */
    int32_t last;
    uint32_t days;              /* of all days, or of working days */
    uint8_t sha256[DIGEST_LEN]; /* of the file that was published */
    uint64_t length;
    char level[NOTICE_LEVEL_MAX + 1]; /* where it hangs: 村, 乡镇 */
    char label[NOTICE_LABEL_MAX + 1]; /* what the programme is called in it */
    bool working;                     /* days are those of a calendar */
    uint8_t calendar[DIGEST_LEN];     /* SHA-256 of that file */
};
void notice_write(const struct notice_terms *n, struct writer *w);
bool notice_read(struct str plain, struct notice_terms *out);

enum notice_state { NOTICE_OPEN = 0, NOTICE_CLOSED = 1 };
struct notice_entry {
    enum notice_state state;
    uint64_t sequence; /* of the record */
    uint32_t made_by;
    uint32_t objections; /* how many were recorded about it */
    uint64_t closed;     /* sequence of the record that closed it; 0: none */
    struct notice_terms terms;
};
/* ST_CONFLICT "unknown-notice". */
enum status notice_get(struct txn *t, uint32_t number, struct notice_entry *out,
                       struct diag *d) MUST_USE;
enum status notice_put(struct txn *t, const struct notice_entry *e, struct diag *d)
    MUST_USE;

struct notice_closing { /* kind 88 */
    uint32_t notice;
    int32_t down; /* the day it was taken down, `last` or later */
    uint32_t objections;
};
void notice_closing_write(const struct notice_closing *c, struct writer *w);
bool notice_closing_read(struct str plain, struct notice_closing *out);
/* The day in the record that closed it. */
enum status notice_closing_get(struct txn *t, uint64_t sequence,
                               struct notice_closing *out, struct diag *d) MUST_USE;

/* Through which month the programme was made public: the latest of the closed notices
 * among the first `count` (head's notices); NOTICE_NEVER: none. Whoever has to be made
 * public before being paid (setting notice.required.CODE) is paid months up to it. */
#define NOTICE_NEVER (-1)
enum status notice_through(struct txn *t, uint32_t count, struct str programme,
                           int32_t *month, struct diag *d) MUST_USE;

/* ---- objections ---- */

struct objection_terms { /* kind 86 */
    uint32_t number;
    uint32_t notice;
    uint64_t person;
    char text[TEXT_MAX + 1]; /* stands for ever: no names */
};
void objection_write(const struct objection_terms *x, struct writer *w);
bool objection_read(struct str plain, struct objection_terms *out);

enum objection_state {
    OBJECTION_OPEN = 0,      /* holds the person */
    OBJECTION_UPHELD = 1,    /* goes on holding */
    OBJECTION_DISMISSED = 2, /* holds nobody */
    OBJECTION_LIFTED = 3     /* was upheld: put right since */
};
const char *objection_state_name(enum objection_state s); /* "open" */

struct objection_entry {
    enum objection_state state;
    uint64_t sequence;
    uint32_t made_by;
    uint64_t decided; /* sequence of the newest decision; 0: none */
    uint32_t before;  /* the person's objection before it; 0: none */
    struct objection_terms terms;
};
/* ST_CONFLICT "unknown-objection". */
enum status objection_get(struct txn *t, uint32_t number, struct objection_entry *out,
                          struct diag *d) MUST_USE;
enum status objection_put(struct txn *t, const struct objection_entry *e,
                          struct diag *d) MUST_USE;
/* For the fold: a new one, linked to the person's before it. */
enum status objection_add(struct txn *t, struct objection_entry *e, struct diag *d)
    MUST_USE;
/* For the fold: the objections about a duplicate are about `kept` from now on. */
enum status objection_merge(struct txn *t, uint64_t duplicate, uint64_t kept,
                            struct diag *d) MUST_USE;

struct objection_decision { /* kind 87 */
    uint32_t objection;
    enum objection_state into; /* not open */
    char reason[TEXT_MAX + 1];
};
void objection_decision_write(const struct objection_decision *x, struct writer *w);
bool objection_decision_read(struct str plain, struct objection_decision *out);
enum status objection_decision_get(struct txn *t, uint64_t sequence,
                                   struct objection_decision *out, struct diag *d)
    MUST_USE;

bool objection_holds(enum objection_state s);
/* The objection that keeps the person (a number that was not merged into another) from
 * being paid in this programme, 0 in *number: none. `held` is the head's count of those
 * that hold anybody: with 0 nothing is read. */
enum status objection_held(struct txn *t, uint32_t held, uint64_t person,
                           struct str programme, uint32_t *number, struct diag *d)
    MUST_USE;

#endif
