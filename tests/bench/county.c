/* county.c - the main job done with the program itself, each command in a process of
 * its own, as an office runs it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

#define WORDS_MAX 40
#define BANK_CODE "403100000004"

struct session {
    const char *almoner;
    const char *sim;
    const char *almoner_verify;
    char dir[PATH_CAP]; /* of the county's files */
    char ledger[PATH_CAP];
    char log[PATH_CAP];
    const char *now;
    struct usage aside; /* of what is not a step */
};

static bool run(struct session *s, struct usage *u, const char *program, va_list more)
{
    const char *words[WORDS_MAX] = {program};
    size_t n = 1;
    const char *word;
    while (n + 1 < WORDS_MAX && (word = va_arg(more, const char *)) != NULL) {
        words[n++] = word;
    }
    words[n] = NULL;
    return child_run(words, s->log, u);
}

/* Words end with NULL. */
static bool program(struct session *s, struct usage *u, const char *name, ...)
{
    va_list more;
    va_start(more, name);
    bool good = run(s, u, name, more);
    va_end(more);
    return good;
}

static void key_path(const struct session *s, const char *who, char out[PATH_CAP])
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.pem", who);
    path_join(out, s->dir, name);
}

/* An act of somebody in the ledger; words end with NULL. */
static bool act(struct session *s, struct usage *u, const char *who, ...)
{
    char key[PATH_CAP];
    key_path(s, who, key);
    const char *words[WORDS_MAX] = {s->almoner, "-C",   s->ledger, "--json", "--now",
                                    s->now,     "--as", who,       "--key",  key};
    size_t n = 10;
    va_list more;
    va_start(more, who);
    const char *word;
    while (n + 1 < WORDS_MAX && (word = va_arg(more, const char *)) != NULL) {
        words[n++] = word;
    }
    va_end(more);
    words[n] = NULL;
    return child_run(words, s->log, u);
}

/* The text behind "vkey": in what a program printed. */
static bool take_vkey(const char *json, char out[PATH_CAP])
{
    const char *at = strstr(json, "\"vkey\"");
    at = at == NULL ? NULL : strchr(at + 6, '"');
    const char *end = at == NULL ? NULL : strchr(at + 1, '"');
    if (end == NULL || end - at >= PATH_CAP) {
        return false;
    }
    (void)snprintf(out, PATH_CAP, "%.*s", (int)(end - at - 1), at + 1);
    return true;
}

static bool make_key(struct session *s, const char *who, char vkey[PATH_CAP])
{
    char key[PATH_CAP];
    key_path(s, who, key);
    return program(s, &s->aside, s->almoner, "keygen", who, "--key-out", key,
                   "--no-passphrase", "--json", NULL) &&
           take_vkey(s->aside.out, vkey);
}

static bool set_up(struct session *s)
{
    static const char *const roles[] = {"maker", "checker", "releaser"};
    char vkey[PATH_CAP];
    if (!make_key(s, "admin", vkey) ||
        !program(s, &s->aside, s->almoner, "init", s->ledger, "--division", "230523",
                 "--name", "宝清县民政局", "--admin", "admin", "--admin-vkey", vkey,
                 "--sandbox", "--now", s->now, NULL)) {
        return false;
    }
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (!make_key(s, roles[i], vkey) ||
            !act(s, &s->aside, "admin", "operator", "add", roles[i], "--vkey", vkey,
                 "--role", roles[i], NULL)) {
            return false;
        }
    }
    return act(s, &s->aside, "admin", "channel", "add", "bank", "--bank-code",
               BANK_CODE, "--account", "6299999999999999995", "--account-name",
               "宝清县民政局", "--format", "pain.001.001.09", NULL) &&
           act(s, &s->aside, "maker", "policy", "adopt",
               "policies/baoqing/elderly-2024.yaml", NULL) &&
           act(s, &s->aside, "checker", "policy", "confirm", "1", NULL);
}

/* ---- steps ---- */

static bool confirm(struct session *s, struct usage *u, uint64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return act(s, u, "checker", "import", "confirm", text, NULL);
}

static bool import_people(struct session *s, struct county_times *t)
{
    char file[PATH_CAP];
    path_join(file, s->dir, "people.csv");
    struct usage *check = &t->steps[STEP_CHECK_PEOPLE];
    t->done[STEP_CHECK_PEOPLE] = act(s, check, "maker", "import", "people", file, NULL);
    t->done[STEP_IMPORT_PEOPLE] =
        t->done[STEP_CHECK_PEOPLE] &&
        confirm(s, &t->steps[STEP_IMPORT_PEOPLE], json_number(check->out, "number"));
    return t->done[STEP_IMPORT_PEOPLE];
}

static bool import_facts(struct session *s, struct county_times *t)
{
    char file[PATH_CAP];
    path_join(file, s->dir, "assessments.csv");
    struct usage *u = &t->steps[STEP_IMPORT_FACTS];
    t->done[STEP_IMPORT_FACTS] = act(s, u, "maker", "import", "facts", file, NULL) &&
                                 confirm(s, u, json_number(u->out, "number"));
    return t->done[STEP_IMPORT_FACTS];
}

static bool import_lists(struct session *s, struct usage *u, const char *month)
{
    static const char *const lists[] = {"dibao-urban", "dibao-rural", "dibao-margin"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char name[64];
        char file[PATH_CAP];
        (void)snprintf(name, sizeof name, "%s-%s.csv", lists[i], month);
        path_join(file, s->dir, name);
        if (!act(s, u, "maker", "import", "snapshot", file, "--attribute", "welfare",
                 "--value", lists[i], "--month", month, NULL) ||
            !confirm(s, u, json_number(u->out, "number"))) {
            return false;
        }
    }
    return true;
}

static bool sign_batch(struct session *s, struct usage *u, const char *pay_date,
                       char number[32], uint64_t *lines)
{
    if (!act(s, u, "maker", "batch", "new", "--channel", "bank", "--pay-date", pay_date,
             NULL)) {
        return false;
    }
    *lines = json_number(u->out, "lines");
    (void)snprintf(number, 32, "%llu",
                   (unsigned long long)json_number(u->out, "number"));
    return act(s, u, "maker", "batch", "submit", number, NULL) &&
           act(s, u, "checker", "batch", "approve", number, NULL) &&
           act(s, u, "releaser", "batch", "release", number, NULL);
}

static bool export_batch(struct session *s, struct usage *u, const char *number,
                         const char *format, char file[PATH_CAP])
{
    path_join(file, s->dir, format);
    (void)remove(file);
    return act(s, u, "maker", "batch", "export", number, "--out", file, "--format",
               format, NULL);
}

static bool answer_batch(struct session *s, struct usage *u, const char *number,
                         const char *file)
{
    char answer[PATH_CAP];
    path_join(answer, s->dir, "answer.txt");
    return program(s, &s->aside, s->sim, "bank", "--file", file, "--format",
                   "pain.001.001.09", "--returns", "150", "--out", answer, NULL) &&
           act(s, u, "maker", "batch", "answer", number, answer, "--format",
               "pipe-trailer", NULL);
}

static uint64_t ledger_bytes(const struct session *s)
{
    char path[PATH_CAP];
    path_join(path, s->ledger, "data.mdb");
    uint64_t bytes = file_bytes(path);
    if (bytes == 0) {
        path_join(path, s->ledger, "store/data.mdb");
        bytes = file_bytes(path);
    }
    return bytes;
}

static bool first_month(struct session *s, struct county_times *t)
{
    char number[32];
    char file[PATH_CAP];
    uint64_t lines = 0;
    t->done[STEP_IMPORT_LISTS] =
        import_lists(s, &t->steps[STEP_IMPORT_LISTS], "2026-09");
    t->import_bytes = ledger_bytes(s);
    struct usage *u = &t->steps[STEP_FIRST_RUN];
    t->done[STEP_FIRST_RUN] = t->done[STEP_IMPORT_LISTS] &&
                              act(s, u, "maker", "run", "--period", "2026-09", NULL);
    t->first_records = json_number(u->out, "records");
    t->done[STEP_FIRST_BATCH] =
        t->done[STEP_FIRST_RUN] &&
        sign_batch(s, &t->steps[STEP_FIRST_BATCH], "2026-09-10", number, &lines);
    t->done[STEP_FIRST_EXPORT] =
        t->done[STEP_FIRST_BATCH] &&
        export_batch(s, &t->steps[STEP_FIRST_EXPORT], number, "pain.001.001.09", file);
    t->done[STEP_FIRST_ANSWER] =
        t->done[STEP_FIRST_EXPORT] &&
        answer_batch(s, &t->steps[STEP_FIRST_ANSWER], number, file);
    return t->done[STEP_FIRST_ANSWER];
}

static bool next_month(struct session *s, struct county_times *t)
{
    char number[32];
    char file[PATH_CAP];
    s->now = "2026-10-05T01:00:00Z";
    if (!import_lists(s, &s->aside, "2026-10")) {
        return false;
    }
    struct usage *u = &t->steps[STEP_MONTH_RUN];
    t->done[STEP_MONTH_RUN] = act(s, u, "maker", "run", "--period", "2026-10", NULL);
    t->month_records = json_number(u->out, "records");
    t->done[STEP_AGAIN_RUN] =
        t->done[STEP_MONTH_RUN] &&
        act(s, &t->steps[STEP_AGAIN_RUN], "maker", "run", "--period", "2026-10", NULL);
    t->done[STEP_MONTH_BATCH] =
        t->done[STEP_AGAIN_RUN] && sign_batch(s, &t->steps[STEP_MONTH_BATCH],
                                              "2026-10-10", number, &t->month_lines);
    t->done[STEP_MONTH_PIPE] =
        t->done[STEP_MONTH_BATCH] &&
        export_batch(s, &t->steps[STEP_MONTH_PIPE], number, "pipe-trailer", file);
    t->done[STEP_MONTH_EXPORT] =
        t->done[STEP_MONTH_BATCH] &&
        export_batch(s, &t->steps[STEP_MONTH_EXPORT], number, "pain.001.001.09", file);
    t->export_bytes = file_bytes(file);
    t->done[STEP_MONTH_ANSWER] =
        t->done[STEP_MONTH_EXPORT] &&
        answer_batch(s, &t->steps[STEP_MONTH_ANSWER], number, file);
    return t->done[STEP_MONTH_ANSWER];
}

static void verify(struct session *s, struct county_times *t)
{
    t->done[STEP_VERIFY_HASHES] = act(s, &t->steps[STEP_VERIFY_HASHES], "checker",
                                      "audit", "verify", "--hashes-only", NULL);
    t->done[STEP_VERIFY_ALL] =
        act(s, &t->steps[STEP_VERIFY_ALL], "checker", "audit", "verify", NULL);
    t->records = json_number(t->steps[STEP_VERIFY_ALL].out, "size");
    t->data_bytes = ledger_bytes(s);
}

static void prove(struct session *s, struct county_times *t)
{
    char number[32];
    char file[PATH_CAP];
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)t->records / 2);
    path_join(file, s->dir, "checkpoint");
    if (!act(s, &s->aside, "maker", "audit", "checkpoint", "--out", file, NULL)) {
        return;
    }
    path_join(file, s->dir, "proof");
    t->done[STEP_PROVE] = act(s, &t->steps[STEP_PROVE], "maker", "audit", "prove",
                              number, "--out", file, NULL);
    path_join(file, s->dir, "bundle.zip");
    t->done[STEP_BUNDLE] =
        act(s, &t->steps[STEP_BUNDLE], "maker", "audit", "bundle", "--out", file, NULL);
    t->bundle_bytes = file_bytes(file);
    t->done[STEP_BUNDLE_VERIFY] =
        t->done[STEP_BUNDLE] && program(s, &t->steps[STEP_BUNDLE_VERIFY],
                                        s->almoner_verify, file, "--json", NULL);
}

static const char *program_path(const char *variable, const char *otherwise)
{
    const char *path = getenv(variable);
    return path != NULL && path[0] != '\0' ? path : otherwise;
}

static void session_open(struct session *s, const char *dir)
{
    *s = (struct session){.almoner = program_path("ALMONER", "build/almoner"),
                          .almoner_verify =
                              program_path("ALMONER_VERIFY", "build/almoner-verify"),
                          .sim = program_path("SIM", "build/sim"),
                          .now = "2026-09-01T01:00:00Z"};
    path_join(s->dir, dir, ".");
    path_join(s->ledger, dir, "ledger");
    path_join(s->log, dir, "log");
}

void county_make(const char *dir, uint64_t people)
{
    static struct session s;
    char count[32];
    session_open(&s, dir);
    (void)snprintf(count, sizeof count, "%llu", (unsigned long long)people);
    if (!program(&s, &s.aside, s.sim, "county", "--people", count, "--seed", "1",
                 "--out", dir, "--gb18030", "--gbk-names", NULL)) {
        fail("cannot make", "the county");
    }
}

void county_measure(const char *dir, struct county_times *out)
{
    static struct session s;
    session_open(&s, dir);
    if (file_bytes(s.almoner) == 0 || !set_up(&s)) {
        return;
    }
    if (import_people(&s, out) && import_facts(&s, out) && first_month(&s, out) &&
        next_month(&s, out)) {
        verify(&s, out);
        prove(&s, out);
    }
}
