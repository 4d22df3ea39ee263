/* profile_is.c - files of a profile known by how they begin: where every first line of
 * its orders and answers begins with a literal ("P|", "R|"). */
#include "formats/profile_private.h"

#include "base/must.h"

static bool has_sign(const struct profile_body *b, const struct profile_layout *l)
{
    if (b->header_count == 0 || b->header[0].count < 2) {
        return false;
    }
    const struct profile_field *f = &b->header[0].fields[0];
    if (l->sheet || l->cut != CUT_BY_TEXT || f->word != WORD_TEXT ||
        f->only_with != WORD_TEXT || f->width != 0 || f->text.n == 0) {
        return false;
    }
    for (size_t i = 0; i < f->text.n; i++) { /* ASCII is the same in all encodings */
        if ((unsigned char)f->text.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool begins(const struct profile_body *b, const struct profile_layout *l,
                   struct str head)
{
    must(b->header_count > 0 && b->header[0].count > 0);
    struct str sign = b->header[0].fields[0].text;
    return str_starts(head, sign) &&
           str_starts(str_make(head.p + sign.n, head.n - sign.n), l->separator);
}

bool profile_has_sign(const struct profile *p)
{
    bool has = p->answer.form != ANSWER_OWN_FILE ||
               has_sign(&p->answer.body, &p->answer.layout);
    for (size_t i = 0; i < p->variant_count; i++) {
        has = has && has_sign(&p->variants[i].body, &p->layout);
    }
    return has;
}

bool profile_is(const struct payment_format *f, struct str head)
{
    const struct profile *p = f->profile;
    if (p->answer.form == ANSWER_OWN_FILE &&
        begins(&p->answer.body, &p->answer.layout, head)) {
        return true;
    }
    for (size_t i = 0; i < p->variant_count; i++) {
        if (begins(&p->variants[i].body, &p->layout, head)) {
            return true;
        }
    }
    return false;
}
