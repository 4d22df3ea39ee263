/* profile_format.c - a profile as a struct payment_format, the settings a channel must
 * give it, and the profiles that come with the program. The text of those is compiled
 * in (formats/embed.sh): a name works without a file. */
#include "formats/profile_private.h"

#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"

void profile_make_format(struct profile *p)
{
    struct payment_format *f = &p->format;
    *f = (struct payment_format){
        .name = p->name.p,
        .extension = p->layout.extension.p,
        .title_zh = p->title_zh.p,
        .title_en = p->title_en.p,
        .profile = p,
        .variants = (uint32_t)p->variant_count,
        .rows_max = p->rows_max,
        .variant_of = profile_variant_of,
    };
    for (size_t i = 0; i < p->variant_count; i++) {
        const struct profile_variant *v = &p->variants[i];
        for (enum profile_word w = WORD_ID_NUMBER; w <= WORD_UNIT; w++) {
            f->wants_person |= profile_line_has(&v->body.detail, w);
        }
        if (v->file_name.count > 0) {
            f->file_name = profile_file_name;
        }
    }
    f->open = p->layout.sheet ? profile_sheet_open : profile_text_open;
    f->add = p->layout.sheet ? profile_sheet_add : profile_text_add;
    f->close = p->layout.sheet ? profile_sheet_close : profile_text_close;
    f->abandon = p->layout.sheet ? profile_sheet_abandon : profile_text_abandon;
    if (p->layout.sheet) {
        f->rows = profile_sheet_rows;
        f->rows_max = p->rows_max > 0 ? p->rows_max : PROFILE_ROWS_MAX;
    }
    f->read = profile_read_order;
    f->is = profile_has_sign(p) ? profile_is : NULL;
    if (p->answer.form != ANSWER_NONE) {
        f->read_answer = profile_read_answer;
        f->stream_answer = p->answer.layout.sheet ? NULL : profile_stream_answer;
    }
}

const struct payment_format *profile_format(const struct profile *p)
{
    return &p->format;
}

/* ---- settings ---- */

static bool setting_fits(const struct profile_setting *s, struct str value)
{
    if (value.n == 0 || value.n > s->bytes_max || text_has_control(value) ||
        !text_utf8_valid(value, NULL)) {
        return false;
    }
    for (size_t i = 0; s->characters == CHARACTERS_TOKEN && i < value.n; i++) {
        char c = value.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && strchr("-./_:", c) == NULL) {
            return false;
        }
    }
    return s->characters != CHARACTERS_DIGITS || text_all_digits(value);
}

static enum status check_setting(const struct profile *p,
                                 const struct profile_setting *s, struct str value,
                                 struct diag *d)
{
    static const char *const kinds[] = {[CHARACTERS_TEXT] = "bytes",
                                        [CHARACTERS_TOKEN] =
                                            "letters, digits and - . / _ :",
                                        [CHARACTERS_DIGITS] = "digits"};
    if (setting_fits(s, value)) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "setting-value", "\"%.*s\" is not a value of %s",
              STR_ARG(value), s->name.p);
    diag_where(d, "profile %s", p->name.p);
    return diag_hint(d, "%s (%s): 1 to %u %s", s->title_en.p, s->title_zh.p,
                     (unsigned)s->bytes_max, kinds[s->characters]);
}

static enum status missing_setting(const struct profile *p,
                                   const struct profile_setting *s, struct diag *d)
{
    diag_fail(d, ST_INPUT, "setting-missing", "the channel does not say its %s (%s)",
              s->name.p, s->title_zh.p);
    diag_where(d, "profile %s", p->name.p);
    return diag_hint(d, "--set %s=VALUE when the channel is added", s->name.p);
}

static enum status known_setting(const struct profile *p, struct str name,
                                 struct diag *d)
{
    for (size_t i = 0; i < p->setting_count; i++) {
        if (str_eq(p->settings[i].name, name)) {
            return ST_OK;
        }
    }
    diag_fail(d, ST_INPUT, "setting-unknown", "the profile does not ask for \"%.*s\"",
              STR_ARG(name));
    diag_where(d, "profile %s", p->name.p);
    return diag_hint(d, "leave it out");
}

enum status profile_check_settings(const struct profile *p,
                                   const struct payment_setting *settings, size_t count,
                                   struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        TRY(known_setting(p, settings[i].name, d));
    }
    for (size_t i = 0; i < p->setting_count; i++) {
        const struct payment_setting *found = NULL;
        for (size_t j = 0; j < count; j++) {
            if (!str_eq(settings[j].name, p->settings[i].name)) {
                continue;
            }
            if (found != NULL) {
                diag_fail(d, ST_INPUT, "setting-twice", "%s is given twice",
                          p->settings[i].name.p);
                return diag_where(d, "profile %s", p->name.p);
            }
            found = &settings[j];
        }
        if (found == NULL) {
            return missing_setting(p, &p->settings[i], d);
        }
        TRY(check_setting(p, &p->settings[i], found->value, d));
    }
    return ST_OK;
}

/* ---- what comes with the program ---- */

const struct profile_shipped *profile_shipped(size_t *count)
{
    *count = profile_shipped_count;
    return profile_shipped_list;
}

const struct profile_shipped *profile_shipped_find(struct str name)
{
    for (size_t i = 0; i < profile_shipped_count; i++) {
        if (str_is(name, profile_shipped_list[i].name)) {
            return &profile_shipped_list[i];
        }
    }
    return NULL;
}

#define SHIPPED_MAX 64

const struct payment_format *profile_shipped_format(const struct profile_shipped *s)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* verify has threads */
    static struct profile *read[SHIPPED_MAX];
    size_t i = (size_t)(s - profile_shipped_list);
    must(i < profile_shipped_count && i < SHIPPED_MAX);
    must(pthread_mutex_lock(&lock) == 0);
    if (read[i] == NULL) {
        struct diag d;
        enum status st = profile_read(&read[i], s->text, s->name, &d);
        must(st == ST_OK); /* the tests have read them all; else there is no memory */
        must(str_is(read[i]->name, s->name));
    }
    must(pthread_mutex_unlock(&lock) == 0);
    return &read[i]->format;
}
