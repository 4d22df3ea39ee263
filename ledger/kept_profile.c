/* kept_profile.c - see kept_profile.h; bytes: docs/formats/ledger.md, kinds 3, 9, 44
 * and 45. */
#include "ledger/kept_profile.h"

#include <string.h>

#include "base/text.h"

const struct kept_keys kept_in_channel = {7, 8, 10};
const struct kept_keys kept_in_export = {8, 10, 11};
const struct kept_keys kept_in_answer = {6, 7, 0};
const struct kept_keys kept_in_lost = {12, 13, 14};

static bool named_before(const struct kept_profile *p, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (strcmp(p->settings[j].name, p->settings[i].name) == 0) {
            return true;
        }
    }
    return false;
}

static void read_settings(struct body *b, struct kept_profile *out)
{
    uint64_t count = cbor_get_array(&b->r);
    b->ok = b->ok && count > 0 && count <= KEPT_SETTINGS_MAX;
    for (uint64_t i = 0; b->ok && i < count && !b->r.failed; i++) {
        struct kept_setting *s = &out->settings[i];
        bool pair = cbor_get_array(&b->r) == 2;
        struct str name = cbor_get_text(&b->r);
        struct str value = cbor_get_text(&b->r);
        b->ok = pair && name.n > 0 && !text_has_control(name) &&
                !text_has_control(value) && str_copy(name, s->name, sizeof s->name) &&
                str_copy(value, s->value, sizeof s->value) && !named_before(out, i);
        out->count = (size_t)i + 1;
    }
}

void kept_profile_read(struct body *b, const struct kept_keys *k,
                       struct kept_profile *out)
{
    memset(out, 0, sizeof *out);
    out->there = body_digest_if(b, k->sha256, out->sha256);
    if (out->there) {
        out->length = body_uint(b, k->length, UINT64_MAX);
    }
    if (k->settings != 0 && cbor_map_key(&b->map, k->settings)) {
        read_settings(b, out);
    }
}

uint64_t kept_profile_pairs(const struct kept_profile *p)
{
    return (p->there ? 2U : 0U) + (p->count > 0 ? 1U : 0U);
}

void kept_profile_write(const struct kept_profile *p, const struct kept_keys *k,
                        struct writer *w)
{
    if (p->there) {
        cbor_put_uint(w, k->sha256);
        cbor_put_bytes(w, p->sha256, DIGEST_LEN);
        cbor_put_uint(w, k->length);
        cbor_put_uint(w, p->length);
    }
    if (p->count > 0) {
        cbor_put_uint(w, k->settings);
        cbor_put_array(w, p->count);
    }
    for (size_t i = 0; i < p->count; i++) {
        cbor_put_array(w, 2);
        cbor_put_text(w, str_of(p->settings[i].name));
        cbor_put_text(w, str_of(p->settings[i].value));
    }
}

bool kept_profile_same(const struct kept_profile *a, const struct kept_profile *b)
{
    if (a->there != b->there || a->count != b->count ||
        (a->there && !digest_equal(a->sha256, b->sha256))) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->settings[i].name, b->settings[i].name) != 0 ||
            strcmp(a->settings[i].value, b->settings[i].value) != 0) {
            return false;
        }
    }
    return true;
}
