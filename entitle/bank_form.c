/* bank_form.c - see bank_form.h. Two texts of one name are two formats: what a record
 * means goes by the digest it holds, never by the name. */
#include "entitle/bank_form.h"

#include <stdio.h>
#include <string.h>

void bank_form_init(struct bank_form *f)
{
    memset(f, 0, sizeof *f);
    buf_init(&f->text, PROFILE_FILE_MAX);
}

void bank_form_release(struct bank_form *f)
{
    profile_free(f->profile);
    buf_release(&f->text);
    f->profile = NULL;
    f->format = NULL;
}

/* Of the text in hand. */
static enum status read_text(struct bank_form *f, const char *file_name, struct diag *d)
{
    struct digest *g;
    TRY(profile_read(&f->profile, buf_str(&f->text), file_name, d));
    f->format = profile_format(f->profile);
    TRY(digest_new(&g, d));
    digest_once(g, buf_str(&f->text), str_of(""), f->kept.sha256);
    digest_free(g);
    f->kept.there = true;
    f->kept.length = f->text.len;
    return ST_OK;
}

enum status bank_form_read(struct bank_form *f, struct str text, const char *file_name,
                           struct diag *d)
{
    buf_add_str(&f->text, text);
    TRY(buf_check(&f->text, d));
    return read_text(f, file_name, d);
}

static enum status unknown_format(struct str name, struct diag *d)
{
    diag_fail(d, ST_USAGE, "unknown-format", "there is no format %.*s", STR_ARG(name));
    return diag_hint(d,
                     "almoner format list shows them; a profile of your own is given "
                     "as a path: ./NAME.yaml");
}

enum status bank_form_named(struct bank_form *f, struct str name, struct diag *d)
{
    char file_name[PROFILE_NAME_MAX + 8];
    const struct profile_shipped *shipped = profile_shipped_find(name);
    if (shipped != NULL) {
        snprintf(file_name, sizeof file_name, "%s.yaml", shipped->name);
        return bank_form_read(f, shipped->text, file_name, d);
    }
    f->format = payment_format_find(name);
    return f->format != NULL ? ST_OK : unknown_format(name, d);
}

static void take_settings(struct bank_form *f, const struct kept_profile *kept)
{
    f->kept.count = kept->count;
    for (size_t i = 0; i < kept->count; i++) {
        f->kept.settings[i] = kept->settings[i];
        f->settings[i].name = str_of(f->kept.settings[i].name);
        f->settings[i].value = str_of(f->kept.settings[i].value);
    }
}

enum status bank_form_kept(struct ledger *l, const char *format,
                           const struct kept_profile *kept, struct bank_form *f,
                           struct diag *d)
{
    enum status st;
    if (kept->there) {
        char file_name[PROFILE_NAME_MAX + 8];
        snprintf(file_name, sizeof file_name, "%s.yaml", format);
        TRY(vault_file_load(l, kept->sha256, &f->text, d));
        st = read_text(f, file_name, d);
    } else { /* recorded before profiles were kept, or one of the program's own */
        st = bank_form_named(f, str_of(format), d);
        f->kept.there = false;
    }
    if (st != ST_OK) {
        if (st != ST_USAGE) {
            return st;
        }
        diag_fail(d, ST_CONFLICT, "unknown-format",
                  "this program does not know the format %s", format);
        return diag_hint(d, "use the version of the program that wrote the record");
    }
    take_settings(f, kept);
    return ST_OK;
}

enum status bank_form_of_channel(struct ledger *l, const struct channel_entry *c,
                                 const char *name, struct bank_form *f, struct diag *d)
{
    if (name == NULL || strcmp(name, c->format) == 0) {
        return bank_form_kept(l, c->format, &c->profile, f, d);
    }
    return bank_form_named(f, str_of(name), d);
}

static const struct kept_setting *find_setting(const struct kept_profile *p,
                                               struct str name)
{
    for (size_t i = 0; p != NULL && i < p->count; i++) {
        if (str_is(name, p->settings[i].name)) {
            return &p->settings[i];
        }
    }
    return NULL;
}

/* What is given stays, so that a name the profile does not know is refused; what it
 * still lacks comes from the others. */
enum status bank_form_set(struct bank_form *f, const struct kept_profile *own,
                          const struct kept_profile *others, struct diag *d)
{
    struct kept_profile all = *own;
    if (f->profile == NULL) {
        take_settings(f, own->count > 0 || others == NULL ? own : others);
        return ST_OK; /* its writer says what it lacks */
    }
    for (size_t i = 0; i < f->profile->setting_count; i++) {
        struct str name = f->profile->settings[i].name;
        const struct kept_setting *other = find_setting(others, name);
        if (find_setting(own, name) == NULL && other != NULL &&
            all.count < KEPT_SETTINGS_MAX) {
            all.settings[all.count++] = *other;
        }
    }
    take_settings(f, &all);
    return profile_check_settings(f->profile, f->settings, f->kept.count, d);
}

static enum status is_shipped(const char *format, const struct kept_profile *kept,
                              bool *same, struct diag *d)
{
    uint8_t sha256[DIGEST_LEN];
    struct digest *g;
    const struct profile_shipped *shipped = profile_shipped_find(str_of(format));
    if (shipped == NULL) {
        return ST_OK;
    }
    TRY(digest_new(&g, d));
    digest_once(g, shipped->text, str_of(""), sha256);
    digest_free(g);
    *same = digest_equal(sha256, kept->sha256);
    return ST_OK;
}

enum status bank_form_vouched(struct ledger *l, const char *format,
                              const struct kept_profile *kept, bool *vouched,
                              struct diag *d)
{
    *vouched = !kept->there;
    if (!*vouched) {
        TRY(is_shipped(format, kept, vouched, d));
    }
    for (uint32_t n = 1; !*vouched && n <= ledger_head(l)->channels; n++) {
        struct channel_entry c;
        TRY(channel_get(ledger_txn(l), n, &c, d));
        *vouched = c.state == ENTRY_ACTIVE && c.profile.there &&
                   digest_equal(c.profile.sha256, kept->sha256);
    }
    return ST_OK;
}

enum status bank_form_check(struct ledger *l, const struct bank_form *f, struct diag *d)
{
    bool vouched;
    TRY(bank_form_vouched(l, f->format->name, &f->kept, &vouched, d));
    if (vouched) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "layout-unknown",
              "the layout %s is no confirmed channel's, and none of the program's",
              f->format->name);
    return diag_hint(d,
                     "an admin gives it to a channel: channel add NAME --format FILE");
}

enum status bank_form_keep(struct ledger *l, const struct bank_form *f, struct diag *d)
{
    struct str left = buf_str(&f->text);
    return f->kept.there
               ? vault_file_put(l, f->kept.sha256, vault_source_text(&left), d)
               : ST_OK;
}
