/* fold_witness.c - who cosigns checkpoints, and time stamps of them: kinds 70 to 72. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "verify/fold_private.h"

void rule_witness(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct witness_row *w = fold_next_registered(f, a, &f->witnesses, sizeof *w);
    if (w == NULL) {
        return;
    }
    w->confirmed = f->sandbox;
    w->proposer = fold_signer(a);
    w->key[0] = 1;
    memcpy(w->key + 1, v[3].s.p, 32);
    (void)str_copy(v[2].s, w->name, sizeof w->name);
    bool name_free = fold_take(f, 11, w->number, 'w', v[2].s);
    if (!fold_take(f, 11, w->number, 'k', v[3].s) || !name_free) {
        FAULT(f, a, GROUP_AUTHORISATION, "witness-twice",
              "the name or the key of witness \"%s\" is somebody else's already",
              "见证人“%s”的名称或公钥已属他人", w->name);
    }
}

/* That the tree of the size had the root, where an act began. */
static void check_tree(struct fold *f, struct act *a, uint64_t size, struct str root)
{
    const struct root_row *row = fold_find_root(f, size);
    if (size == f->tree.size && row == NULL) {
        fold_keep_root(f, true);
        row = fold_find_root(f, size);
    }
    uint64_t at;
    if (row == NULL && fold_left_out(f, size, size + 1, &at)) {
        report_gap(
            f->report, GROUP_INTEGRITY, "witness-root",
            "of some witnesses and time stamps the tree cannot be worked out: its "
            "records are left out",
            "部分见证或时间戳所对应的树无法推算：有关记录未收入");
        return;
    }
    if (row == NULL || memcmp(row->root, root.p, HASH_LEN) != 0) {
        FAULT(f, a, GROUP_INTEGRITY, "witness-root",
              "a witness or time stamp names another tree of %llu records",
              "见证或时间戳所对应的 %llu 条记录的树与此不同", (unsigned long long)size);
    }
}

static bool next_number(struct fold *f, struct act *a, uint64_t *count)
{
    if (a->b.v[1].u != *count + 1) {
        report_fail(f->report, GROUP_INTEGRITY, a->r->sequence, "register-number",
                    "number %llu is not the next one", "编号 %llu 不是下一个",
                    (unsigned long long)a->b.v[1].u);
        fold_stop(f, a->r->sequence);
        return false;
    }
    ++*count;
    return true;
}

void rule_cosigned(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    const struct witness_row *w = list_find(&f->witnesses, v[2].u);
    char root[64], text[512], when[TIME_TEXT_CAP] = "?", code[40];
    if (!next_number(f, a, &f->cosignatures)) {
        return;
    }
    if (w == NULL || !w->confirmed) {
        REFUSE(f, a, GROUP_AUTHORISATION, "witness",
               "number %llu is no confirmed witness", "%llu 号不是已确认的见证人",
               (unsigned long long)v[2].u);
    }
    text_base64(v[4].s.p, HASH_LEN, root);
    int n = snprintf(text, sizeof text, "cosignature/v1\ntime %llu\n%.*s\n%llu\n%s\n",
                     (unsigned long long)v[5].u, STR_ARG(a->r->origin),
                     (unsigned long long)v[3].u, root);
    if (!signature_holds(w->key, str_of(""), str_make(text, (size_t)n),
                         (const uint8_t *)v[6].s.p)) {
        FAULT(f, a, GROUP_INTEGRITY, "cosignature",
              "the cosignature of witness \"%s\" does not hold",
              "见证人“%s”的联署不成立", w->name);
    }
    char once[96];
    int once_n =
        snprintf(once, sizeof once, "%llu %llu %llu", (unsigned long long)v[2].u,
                 (unsigned long long)v[3].u, (unsigned long long)v[5].u);
    if (!fold_first_time(f, 'x', str_make(once, (size_t)once_n))) {
        FAULT(f, a, GROUP_INTEGRITY, "cosignature-again",
              "this cosignature of \"%s\" stands here a second time",
              "见证人“%s”的该联署重复出现", w->name);
    }
    check_tree(f, a, v[3].u, v[4].s);
    if (v[5].u < (uint64_t)250000000000) {
        (void)time_print((int64_t)v[5].u * 1000000, when);
    }
    snprintf(code, sizeof code, "witness-%llu", (unsigned long long)v[1].u);
    report_note(
        f->report, GROUP_INTEGRITY, code,
        "witness \"%s\" (as the county registered it) cosigned %llu records at %s",
        "见证人“%s”（由本县登记）联署了前 %llu 条记录，时间 %s", w->name,
        (unsigned long long)v[3].u, when);
}

void rule_timestamp(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    if (!next_number(f, a, &f->timestamps)) {
        return;
    }
    if (!fold_first_time(f, 't', v[6].s)) {
        FAULT(f, a, GROUP_INTEGRITY, "timestamp-again",
              "this time stamp stands here a second time", "该时间戳重复出现");
    }
    check_tree(f, a, v[2].u, v[3].s);
    struct stamped *s = list_add(&f->stamped, sizeof *s);
    if (s == NULL) {
        f->no_memory = true;
        return;
    }
    s->sequence = a->r->sequence;
    s->size = v[2].u;
    memcpy(s->root, v[3].s.p, HASH_LEN);
    memcpy(s->checkpoint.sha256, v[4].s.p, HASH_LEN);
    s->checkpoint.bytes = v[5].u;
    memcpy(s->token.sha256, v[6].s.p, HASH_LEN);
    s->token.bytes = v[7].u;
    s->time_us = v[8].i;
}
