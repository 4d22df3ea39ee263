/* fold_sign.c - signatures of records: docs/formats/ledger.md section 4. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "verify/fold_private.h"

#define SIGNED_TEXT_MAX 1024
#define SIGNATURE_AGE_US INT64_C(604800000000) /* 7 days */

void fold_keep_root(struct fold *f, bool act)
{
    struct root_row *last =
        f->roots.count == 0 ? NULL : list_at(&f->roots, f->roots.count - 1);
    if (last != NULL && last->size == f->tree.size) {
        last->act = last->act || act;
        return;
    }
    struct root_row *row = list_add(&f->roots, sizeof *row);
    if (row == NULL) {
        f->no_memory = true;
        return;
    }
    row->size = f->tree.size;
    row->act = act;
    tree_root(&f->tree, f->hash, row->root);
}

const struct root_row *fold_find_root(const struct fold *f, uint64_t size)
{
    const struct root_row *rows = f->roots.rows;
    size_t low = 0, high = f->roots.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].size == size) {
            return &rows[middle];
        }
        if (rows[middle].size < size) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* Which role the kind wants; of some the body says it. */
static unsigned role_wanted(const struct fold *f, const struct act *a)
{
    static const uint8_t of_step[6] = {
        0, ROLE_MAKER, ROLE_CHECKER, ROLE_RELEASER, ROLE_MAKER, ROLE_CHECKER};
    static const uint8_t of_lost[4] = {0, ROLE_MAKER, ROLE_RELEASER,
                                       ROLE_CHECKER | ROLE_ADMIN};
    unsigned roles = a->r->kind->roles;
    if (a->r->kind->number == K_LOST_FILE) {
        return of_lost[a->b.v[1].u];
    }
    if (roles == ROLE_BY_STEP && a->r->kind->number != K_BATCH_SIGN) {
        return withdraw_roles(f, a);
    }
    return roles == ROLE_BY_STEP ? of_step[a->b.v[2].u] : roles;
}

/* The text that was signed; its length. */
static size_t signed_text(struct fold *f, const struct act *a,
                          char out[SIGNED_TEXT_MAX])
{
    const struct signature *s = &a->b.signature;
    uint8_t digest[HASH_LEN], head = (uint8_t)(0xa0 + a->b.pairs - 1);
    char hex[2 * HASH_LEN + 1], root[64];
    hash_once(f->hash, str_make(&head, 1), a->b.rest, digest);
    text_hex(digest, HASH_LEN, hex);
    text_base64(s->root, HASH_LEN, root);
    int n = snprintf(
        out, SIGNED_TEXT_MAX,
        "almoner-act/v1\n%.*s\n%s\n%.*s\n%llu\n%lld\n%s\n%llu\n%lld\n%llu\n%s\n",
        STR_ARG(a->r->origin), a->r->kind->name, STR_ARG(s->subject),
        (unsigned long long)s->operator,(long long) s->time, hex,
        (unsigned long long)s->count, (long long)s->total, (unsigned long long)s->size,
        root);
    return n > 0 && n < SIGNED_TEXT_MAX ? (size_t)n : 0;
}

/* That the signer saw this very ledger: the tree of the size had the root. */
static void check_seen(struct fold *f, const struct act *a)
{
    const struct signature *s = &a->b.signature;
    const struct root_row *root = fold_find_root(f, s->size);
    /* An act's later records may be signed for the size at which it began. */
    uint64_t at;
    if (s->size > a->r->act ||
        (root == NULL && !fold_left_out(f, s->size, s->size + 1, &at)) ||
        (root != NULL && f->o.whole && !root->act)) {
        FAULT(f, a, GROUP_AUTHORISATION, "signature-size",
              "\"%.*s\" was signed for a ledger of %llu records, where no act begins",
              "“%.*s”所签的账有 %llu 条记录，该处没有操作开始", STR_ARG(s->subject),
              (unsigned long long)s->size);
        return;
    }
    if (root == NULL) {
        report_gap(
            f->report, GROUP_AUTHORISATION, "signature-root",
            "of some signatures the ledger that was seen cannot be worked out: its "
            "records are left out",
            "部分签字时所见账面无法推算：有关记录未收入本包");
    } else if (memcmp(root->root, s->root, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "signature-root",
              "\"%.*s\" was signed for another ledger: at %llu records its tree has "
              "another root",
              "“%.*s”是对另一本账签的：第 %llu 条处树根不同", STR_ARG(s->subject),
              (unsigned long long)s->size);
    }
}

static void check_once(struct fold *f, const struct act *a)
{
    uint8_t digest[HASH_LEN];
    hash_once(f->sha256, str_make(a->b.signature.bytes, SIGNATURE_LEN), str_of(""),
              digest);
    switch (set_add(&f->used, digest)) {
    case SET_NEW:
        return;
    case SET_NO_MEMORY:
        f->no_memory = true;
        return;
    case SET_KNOWN:
        FAULT(f, a, GROUP_AUTHORISATION, "signature-used",
              "the signature under \"%.*s\" stands under an earlier record already",
              "“%.*s”的签字在前面的记录中已经用过", STR_ARG(a->b.signature.subject));
        return;
    }
}

void fold_check_signature(struct fold *f, struct act *a)
{
    const struct signature *s = &a->b.signature;
    char text[SIGNED_TEXT_MAX];
    report_checked(f->report, GROUP_AUTHORISATION);
    const struct operator_row *o = list_find(&f->operators, s->operator);
    if (o == NULL || !o->confirmed) {
        FAULT(f, a, GROUP_AUTHORISATION, "signer",
              "\"%.*s\" is signed by number %llu, who is no confirmed operator",
              "“%.*s”由 %llu 号签字，其并非已确认的操作员", STR_ARG(s->subject),
              (unsigned long long)s->operator);
        return;
    }
    a->signer = o;
    if ((o->roles & role_wanted(f, a)) == 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "signer-role",
              "%s has signed \"%.*s\" without the role for it",
              "%s 签了“%.*s”，但没有相应的职责", o->name, STR_ARG(s->subject));
    }
    size_t n = signed_text(f, a, text);
    if (n == 0 ||
        !signature_holds(o->key, str_of(f->sm2_id), str_make(text, n), s->bytes)) {
        FAULT(
            f, a, GROUP_AUTHORISATION, "signature",
            "the signature of %s under \"%.*s\" does not hold for what the record says",
            "%s 在“%.*s”下的签字与记录内容不符", o->name, STR_ARG(s->subject));
    }
    if (s->time > a->r->time) {
        FAULT(f, a, GROUP_AUTHORISATION, "signature-time",
              "\"%.*s\" was signed after the record was made", "“%.*s”的签字晚于记录",
              STR_ARG(s->subject));
    }
    if (s->time < a->r->time - SIGNATURE_AGE_US) {
        FAULT(f, a, GROUP_AUTHORISATION, "signature-old",
              "\"%.*s\" was signed more than 7 days before the record was made",
              "“%.*s”的签字早于记录 7 天以上", STR_ARG(s->subject));
    }
    check_seen(f, a);
    check_once(f, a);
}
