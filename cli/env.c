/* env.c - clock, environment, entropy, and opening the ledger; see env.h. */
#include "cli/env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/text.h"
#include "base/wipe.h"
#include "cli/command.h"

#define LOCK_WAIT_S 10
#define LOCK_WAIT_MAX_S 86400
#define ANY_ROLE (ROLE_MAKER | ROLE_CHECKER | ROLE_RELEASER | ROLE_AUDITOR | ROLE_ADMIN)

static const struct option_spec GLOBAL[] = {
    {"json", 0, OPTION_FLAG, NULL, "print one JSON object on stdout, also for errors"},
    {"quiet", 'q', OPTION_FLAG, NULL, "say nothing about what went well"},
    {"lang", 0, OPTION_TEXT, "zh|en", "language of what people read (else by LANG)"},
    {"color", 0, OPTION_TEXT, "WHEN", "auto, always or never"},
    {"yes", 'y', OPTION_FLAG, NULL, "answer yes to every question"},
    {"help", 'h', OPTION_FLAG, NULL, "show the help of the command"},
    {"version", 0, OPTION_FLAG, NULL, "show the version"},
};
const struct option_table options_global = {"Everywhere", GLOBAL,
                                            COMMAND_COUNT(GLOBAL)};

static const struct option_spec LEDGER[] = {
    {"directory", 'C', OPTION_TEXT, "DIR",
     "folder of the ledger (else the current one)"},
    {"key-dir", 0, OPTION_TEXT, "DIR",
     "folder of the ledger's keys (else as remembered)"},
    {"now", 0, OPTION_TEXT, "TIME",
     "the time, as 2026-11-05T09:00:00Z: in a sandbox only"},
    {"lock-wait", 0, OPTION_TEXT, "SECONDS",
     "how long to wait for another writer (10)"},
    {"accept-clock", 0, OPTION_FLAG, NULL, "sign for a jump of the clock over 40 days"},
};
const struct option_table options_ledger = {"Ledger", LEDGER, COMMAND_COUNT(LEDGER)};

/* ---- the environment ---- */

const char *env_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool wants_chinese(void)
{
    const char *locale = env_variable("LC_ALL");
    if (locale == NULL) {
        locale = env_variable("LANG");
    }
    return str_starts(str_of(locale), str_of("zh"));
}

static bool color_for(int fd)
{
    const char *term = env_variable("TERM");
    return isatty(fd) && env_variable("NO_COLOR") == NULL && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void env_init(struct env *e, bool json)
{
    memset(e, 0, sizeof *e);
    e->out.json = json;
    e->out.zh = wants_chinese();
    e->out.color_out = color_for(STDOUT_FILENO);
    e->out.color_err = color_for(STDERR_FILENO);
    meter_init(&e->meter, isatty(STDERR_FILENO) != 0);
    e->progress = meter_progress(&e->meter);
}

static enum status settle_color(struct env *e, struct diag *d)
{
    const char *when = options_text(&e->options, "color");
    if (when == NULL || strcmp(when, "auto") == 0) {
        return ST_OK;
    }
    bool always = strcmp(when, "always") == 0;
    if (!always && strcmp(when, "never") != 0) {
        diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not auto, always or never",
                  when);
        return diag_where(d, "--color");
    }
    e->out.color_out = always;
    e->out.color_err = always;
    return ST_OK;
}

enum status env_settle(struct env *e, struct diag *d)
{
    const char *lang = options_text(&e->options, "lang");
    e->out.json = options_flag(&e->options, "json");
    e->out.quiet = options_flag(&e->options, "quiet");
    if (e->out.quiet) {
        e->meter.shown = false;
    }
    if (lang != NULL) {
        e->out.zh = strcmp(lang, "zh") == 0;
        if (!e->out.zh && strcmp(lang, "en") != 0) {
            diag_fail(d, ST_USAGE, "bad-option", "\"%s\" is not zh or en", lang);
            return diag_where(d, "--lang");
        }
    }
    return settle_color(e, d);
}

void env_release(struct env *e)
{
    meter_end(&e->meter);
    ledger_close(e->ledger);
    e->ledger = NULL;
    signing_release(&e->signing);
}

/* ---- operands ---- */

const char *env_operand(const struct env *e, size_t i)
{
    size_t at = e->operand_at + i;
    return at < e->options.word_count ? e->options.words[at] : NULL;
}

enum status env_operand_number(const struct env *e, size_t i, const char *what,
                               uint64_t min, uint64_t max, uint64_t *out,
                               struct diag *d)
{
    const char *text = env_operand(e, i);
    if (!text_u64(str_of(text), min, max, out)) {
        diag_fail(d, ST_USAGE, "bad-number", "\"%s\" is no %s number", text, what);
        return diag_hint(d, "usage: almoner %s %s", e->command->name,
                         e->command->operands);
    }
    return ST_OK;
}

enum status env_operand_u32(const struct env *e, size_t i, const char *what,
                            uint32_t *out, struct diag *d)
{
    uint64_t number;
    TRY(env_operand_number(e, i, what, 1, UINT32_MAX, &number, d));
    *out = (uint32_t)number;
    return ST_OK;
}

/* ---- clock and entropy ---- */

enum status env_clock(int64_t *now_us, struct diag *d)
{
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME, &t) != 0) {
        return diag_errno(d, "read", "the clock");
    }
    *now_us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
    return ST_OK;
}

enum status env_now(const struct env *e, int64_t *now_us, bool *given, struct diag *d)
{
    const char *text = options_text(&e->options, "now");
    *given = text != NULL;
    if (text != NULL) {
        if (!time_parse(str_of(text), now_us)) {
            diag_fail(d, ST_USAGE, "bad-option",
                      "\"%s\" is not a time (2026-11-05T09:00:00Z)", text);
            return diag_where(d, "--now");
        }
        return ST_OK;
    }
    return env_clock(now_us, d);
}

enum status env_random(void *p, size_t n, struct diag *d)
{
    char *at = p;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno != EINTR) {
            return diag_errno(d, "read", "random bytes");
        }
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
    return ST_OK;
}

/* Taken from the system by the page: an import of people asks twice for each. Given
 * once, and wiped. One thread asks. */
static enum status fill_random(void *ctx, void *p, size_t n, struct diag *d)
{
    static uint8_t pool[4096];
    static size_t left;
    (void)ctx;
    if (n > sizeof pool) {
        return env_random(p, n, d);
    }
    if (n > left) {
        TRY(env_random(pool, sizeof pool, d));
        left = sizeof pool;
    }
    left -= n;
    memcpy(p, pool + left, n);
    wipe(pool + left, n);
    return ST_OK;
}

struct entropy env_entropy(void)
{
    struct entropy entropy = {.fill = fill_random, .ctx = NULL};
    return entropy;
}

/* ---- WHO ---- */

const char *env_passphrase_file(const struct env *e)
{
    const char *path = options_text(&e->options, "passphrase-file");
    return path != NULL ? path : env_variable("ALMONER_PASSPHRASE_FILE");
}

static const char *who_name(const struct env *e)
{
    const char *name = options_text(&e->options, "as");
    return name != NULL ? name : env_variable("ALMONER_AS");
}

static enum status load_who(struct env *e, struct diag *d)
{
    if (who_name(e) == NULL) {
        diag_fail(d, ST_USAGE, "who", "it is not said who acts");
        return diag_hint(d, "give --as NAME --key FILE, or set ALMONER_AS and "
                            "ALMONER_KEY");
    }
    return signing_load(&e->signing, &e->options, env_passphrase_file(e), &e->out, d);
}

static enum status sign_as(struct env *e, unsigned roles, struct diag *d)
{
    TRY(signing_begin(&e->signing, e->ledger, who_name(e), roles, d));
    e->signs = true;
    return ST_OK;
}

/* ---- opening ---- */

static enum status open_at(struct env *e, const char *dir, enum ledger_mode mode,
                           bool keyless, struct diag *d)
{
    uint64_t wait_s = LOCK_WAIT_S;
    struct ledger_options o = {
        .dir = dir != NULL ? dir : ".",
        .key_dir = options_text(&e->options, "key-dir"),
        .mode = mode,
        .keyless = keyless,
        .accept_clock = options_flag(&e->options, "accept-clock"),
        .entropy = env_entropy(),
    };
    TRY(env_now(e, &o.now_us, &o.now_given, d));
    TRY(options_number(&e->options, "lock-wait", LOCK_WAIT_MAX_S, &wait_s, d));
    o.lock_wait_ms = (int64_t)wait_s * 1000;
    return ledger_open(&e->ledger, &o, d);
}

static enum status open_ledger(struct env *e, enum ledger_mode mode, struct diag *d)
{
    return open_at(e, options_text(&e->options, "directory"), mode, false, d);
}

/* ALMONER_AS may be set for other commands: reading asks for WHO only when the command
 * line names it. */
static enum status read_as(struct env *e, bool needed, struct diag *d)
{
    bool named = options_text(&e->options, "as") != NULL || signing_given(&e->options);
    if (!named && !needed) {
        return ST_OK;
    }
    TRY(load_who(e, d));
    TRY(signing_identify(&e->signing, e->ledger, who_name(e), ANY_ROLE, d));
    e->signs = true;
    return ST_OK;
}

enum status env_audit(struct env *e, struct diag *d)
{
    TRY(open_ledger(e, LEDGER_AUDIT, d));
    return read_as(e, false, d);
}

enum status env_read(struct env *e, struct diag *d)
{
    TRY(open_ledger(e, LEDGER_READ, d));
    return read_as(e, false, d);
}

enum status env_read_people(struct env *e, struct diag *d)
{
    TRY(open_ledger(e, LEDGER_READ, d));
    return read_as(e, !ledger_info(e->ledger)->sandbox, d);
}

enum status env_write(struct env *e, unsigned roles, struct diag *d)
{
    TRY(load_who(e, d));
    TRY(open_ledger(e, LEDGER_WRITE, d));
    return sign_as(e, roles, d);
}

enum status env_write_unsigned(struct env *e, struct diag *d)
{
    TRY(open_ledger(e, LEDGER_WRITE, d));
    return read_as(e, false, d);
}

enum status env_load_who(struct env *e, struct diag *d)
{
    return load_who(e, d);
}

enum status env_restore(struct env *e, const char *dir, struct diag *d)
{
    TRY(open_at(e, dir, LEDGER_WRITE, true, d));
    return sign_as(e, ROLE_ADMIN, d);
}

enum status env_look(struct env *e, struct diag *d)
{
    return open_ledger(e, LEDGER_READ, d);
}

void env_look_end(struct env *e)
{
    ledger_close(e->ledger);
    e->ledger = NULL;
}

/* ---- asking ---- */

bool env_asks(const struct env *e)
{
    return !e->out.json && !options_flag(&e->options, "yes") && isatty(STDIN_FILENO) &&
           isatty(STDERR_FILENO);
}

enum status env_ask(const char *question, struct diag *d)
{
    char answer[16];
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) != NULL &&
        (answer[0] == 'y' || answer[0] == 'Y')) {
        return ST_OK;
    }
    return diag_fail(d, ST_INTERRUPTED, "declined", "nothing was written");
}

enum status env_ask_write(struct env *e, unsigned roles,
                          enum status (*about)(struct env *e, uint32_t number,
                                               struct question *q, struct diag *d),
                          uint32_t number, struct diag *d)
{
    struct question shown;
    struct question now;
    bool elsewhere = options_text(&e->options, "request") != NULL ||
                     options_text(&e->options, "signature") != NULL;
    if (elsewhere || !env_asks(e)) { /* who signs elsewhere was asked there */
        return env_write(e, roles, d);
    }
    TRY(open_ledger(e, LEDGER_READ, d));
    TRY(about(e, number, &shown, d));
    ledger_close(e->ledger); /* a snapshot held open keeps old pages in the store */
    e->ledger = NULL;
    TRY(env_ask(shown.text, d));
    TRY(env_write(e, roles, d));
    TRY(about(e, number, &now, d));
    if (strcmp(shown.text, now.text) != 0 ||
        memcmp(shown.content, now.content, DIGEST_LEN) != 0) {
        diag_fail(d, ST_CONFLICT, "changed",
                  "what was asked about has changed since; nothing was written");
        return diag_hint(d, "repeat the command, and look again");
    }
    return ST_OK;
}
