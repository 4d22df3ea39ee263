/* report.c - see report.h. */
#include "verify/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *en, *zh;
} group_names[GROUP_COUNT] = {
    [GROUP_PACKAGE] = {"package", "打包"},
    [GROUP_INTEGRITY] = {"integrity", "未被改动"},
    [GROUP_AUTHORISATION] = {"authorisation", "签字授权"},
    [GROUP_BALANCE] = {"balance", "账目平衡"},
    [GROUP_BANK] = {"bank-files", "银行文件"},
    [GROUP_COMPLETENESS] = {"completeness", "没有遗漏"},
    [GROUP_PERSONAL] = {"personal-data", "个人信息"},
};

const char *group_name(enum group g)
{
    return group_names[g].en;
}

const char *group_name_zh(enum group g)
{
    return group_names[g].zh;
}

const char *outcome_name(enum outcome o)
{
    static const char *const names[] = {"PASS", "FAIL", "NOT CHECKED"};
    return names[o];
}

const char *outcome_name_zh(enum outcome o)
{
    static const char *const names[] = {"通过", "不符", "未查"};
    return names[o];
}

void report_init(struct report *r)
{
    memset(r, 0, sizeof *r);
}

/* Outside text may come in through the arguments: no control characters leave here, and
 * what was cut ends at a character. */
static void clean(char *text)
{
    size_t bad = 0;
    for (char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            *p = '?';
        }
    }
    size_t n = strlen(text);
    while (n > 0 && !text_utf8_valid(str_make(text, n), &bad)) {
        if (bad + 4 > n && strlen(text) + 1 == REPORT_TEXT_MAX) {
            n = bad; /* cut in the middle of a character */
            text[n] = '\0';
        } else {
            text[bad] = '?';
        }
    }
}

static void print(struct report_text *t, const char *en, const char *zh, va_list args,
                  va_list again)
    __attribute__((format(printf, 2, 0), format(printf, 3, 0)));

/* args twice, once for each language */
static void print(struct report_text *t, const char *en, const char *zh, va_list args,
                  va_list again)
{
    vsnprintf(t->en, sizeof t->en, en, args);
    vsnprintf(t->zh, sizeof t->zh, zh, again);
    clean(t->en);
    clean(t->zh);
}

static void fill(struct report_text *t, uint64_t record, const char *code)
{
    memset(t, 0, sizeof *t);
    t->record = record;
    snprintf(t->code, sizeof t->code, "%s", code);
}

void report_fail(struct report *r, enum group g, uint64_t record, const char *code,
                 const char *en, const char *zh, ...)
{
    struct report_group *group = &r->group[g];
    group->checked++;
    group->failed++;
    if (group->fault_count == REPORT_FAULTS_MAX) {
        return;
    }
    struct report_text *t = &group->faults[group->fault_count++];
    fill(t, record, code);
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    print(t, en, zh, args, again);
    va_end(again);
    va_end(args);
}

void report_fail_text(struct report *r, enum group g, const char *code, const char *en,
                      const char *zh)
{
    struct report_group *group = &r->group[g];
    group->checked++;
    group->failed++;
    if (group->fault_count == REPORT_FAULTS_MAX) {
        return;
    }
    struct report_text *t = &group->faults[group->fault_count++];
    fill(t, NO_RECORD, code);
    snprintf(t->en, sizeof t->en, "%s", en);
    snprintf(t->zh, sizeof t->zh, "%s", zh);
    clean(t->en);
    clean(t->zh);
}

/* The place for a new text, or NULL when the code has been said or there is no room. */
static struct report_text *place(struct report_text *texts, unsigned *count,
                                 const char *code)
{
    for (unsigned i = 0; i < *count; i++) {
        if (strcmp(texts[i].code, code) == 0) {
            return NULL;
        }
    }
    if (*count == REPORT_NOTES_MAX) {
        return NULL;
    }
    struct report_text *t = &texts[(*count)++];
    fill(t, NO_RECORD, code);
    return t;
}

void report_note(struct report *r, enum group g, const char *code, const char *en,
                 const char *zh, ...)
{
    struct report_group *group = &r->group[g];
    struct report_text *t = place(group->notes, &group->note_count, code);
    if (t == NULL) {
        return;
    }
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    print(t, en, zh, args, again);
    va_end(again);
    va_end(args);
}

void report_gap(struct report *r, enum group g, const char *code, const char *en,
                const char *zh, ...)
{
    struct report_group *group = &r->group[g];
    struct report_text *t = place(group->gaps, &group->gap_count, code);
    if (t == NULL) {
        return;
    }
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    print(t, en, zh, args, again);
    va_end(again);
    va_end(args);
}

void report_unchecked(struct report *r, enum group g, const char *code, const char *en,
                      const char *zh, ...)
{
    struct report_group *group = &r->group[g];
    group->incomplete = true;
    struct report_text *t = place(group->gaps, &group->gap_count, code);
    if (t == NULL) {
        return;
    }
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    print(t, en, zh, args, again);
    va_end(again);
    va_end(args);
}

void report_checked(struct report *r, enum group g)
{
    r->group[g].checked++;
}

enum outcome report_outcome(const struct report *r, enum group g)
{
    const struct report_group *group = &r->group[g];
    if (group->failed > 0) {
        return OUTCOME_FAIL;
    }
    return group->incomplete || group->checked == 0 ? OUTCOME_NOT_CHECKED
                                                    : OUTCOME_PASS;
}

bool report_any_failed(const struct report *r)
{
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (r->group[g].failed > 0) {
            return true;
        }
    }
    return false;
}

bool report_stop(const struct report *r)
{
    return r->stop_early && report_any_failed(r);
}
