/* kept_forms.c - see kept_forms.h. Each channel keeps the text of its profile, so the
 * same may be there often: it is taken once, and not when it is the program's. */
#include "cli/kept_forms.h"

#include <stdlib.h>
#include <string.h>

static bool is_known(const struct kept_forms *k, const struct bank_form *f)
{
    const struct profile_shipped *own = profile_shipped_find(str_of(f->format->name));
    bool known = own != NULL && str_eq(own->text, buf_str(&f->text));
    for (size_t i = 0; i < k->form_count; i++) {
        known = known || str_eq(buf_str(&k->forms[i].text), buf_str(&f->text));
    }
    return known;
}

static enum status take_channels(struct kept_forms *k, struct ledger *l, struct diag *d)
{
    uint32_t channels = ledger_head(l)->channels;
    struct channel_entry c;
    k->forms = calloc(channels + 1, sizeof *k->forms);
    if (k->forms == NULL) {
        return diag_memory(d);
    }
    for (uint32_t n = 1; n <= channels; n++) {
        struct bank_form *f = &k->forms[k->form_count];
        TRY(channel_get(ledger_txn(l), n, &c, d));
        if (!c.profile.there) {
            continue;
        }
        bank_form_init(f);
        enum status st = bank_form_kept(l, c.format, &c.profile, f, d);
        if (st != ST_OK || is_known(k, f)) {
            bank_form_release(f);
            TRY(st);
            continue;
        }
        k->form_count++;
    }
    return ST_OK;
}

enum status kept_forms_load(struct kept_forms *k, struct env *e, struct diag *d)
{
    *k = (struct kept_forms){0};
    const struct payment_format *const *own = payment_formats(&k->own);
    if (options_text(&e->options, "directory") != NULL) {
        TRY(env_read(e, d));
        TRY(take_channels(k, e->ledger, d));
    }
    k->all = calloc(k->own + k->form_count, sizeof *k->all);
    if (k->all == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < k->own; i++) {
        k->all[k->count++] = own[i];
    }
    for (size_t i = 0; i < k->form_count; i++) {
        k->all[k->count++] = k->forms[i].format;
    }
    return ST_OK;
}

void kept_forms_release(struct kept_forms *k)
{
    for (size_t i = 0; i < k->form_count; i++) {
        bank_form_release(&k->forms[i]);
    }
    free(k->forms);
    free(k->all);
    *k = (struct kept_forms){0};
}

const struct payment_format *kept_forms_find(const struct kept_forms *k,
                                             const char *name)
{
    for (size_t i = k->count; i > 0; i--) {
        if (strcmp(k->all[i - 1]->name, name) == 0) {
            return k->all[i - 1];
        }
    }
    return NULL;
}
