/* fold_register.c - genesis, operators, channels, epochs, policies: ledger.md
 * section 5. */
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "verify/fold_private.h"

bool fold_first_time(struct fold *f, char tag, struct str bytes)
{
    uint8_t digest[HASH_LEN];
    hash_once(f->sha256, str_make(&tag, 1), bytes, digest);
    enum set_result result = set_add(&f->files, digest);
    f->no_memory = f->no_memory || result == SET_NO_MEMORY;
    return result != SET_KNOWN;
}

bool fold_take(struct fold *f, uint64_t of, uint64_t number, char tag, struct str bytes)
{
    uint8_t digest[HASH_LEN];
    const struct taken_row *rows = f->taken.rows;
    bool free = true;
    hash_once(f->sha256, str_make(&tag, 1), bytes, digest);
    for (size_t i = 0; i < f->taken.count; i++) {
        free =
            free && (rows[i].released || memcmp(rows[i].digest, digest, HASH_LEN) != 0);
    }
    struct taken_row *row = list_add(&f->taken, sizeof *row);
    if (row == NULL) {
        f->no_memory = true;
        return free;
    }
    *row = (struct taken_row){.of = of, .number = number};
    memcpy(row->digest, digest, HASH_LEN);
    return free;
}

void fold_release_taken(struct fold *f, uint64_t of, uint64_t number)
{
    struct taken_row *rows = f->taken.rows;
    for (size_t i = 0; i < f->taken.count; i++) {
        rows[i].released =
            rows[i].released || (rows[i].of == of && rows[i].number == number);
    }
}

static struct operator_row *add_operator(struct fold *f, const struct act *a,
                                         struct str name, struct str key)
{
    struct operator_row *o = list_add(&f->operators, sizeof *o);
    if (o == NULL) {
        f->no_memory = true;
        return NULL;
    }
    o->number = (uint32_t)f->operators.count;
    if (!key_from(key, f->suite, o->key) || !str_copy(name, o->name, sizeof o->name)) {
        fold_malformed(f, a, "name or key");
        return NULL;
    }
    bool name_free = fold_take(f, 1, o->number, 'n', name);
    if (!fold_take(f, 1, o->number, 'k', key) || !name_free) {
        FAULT(
            f, a, GROUP_AUTHORISATION, "operator-twice",
            "the name or the key of operator \"%s\" is another operator's already: two "
            "operators with one key are one person",
            "操作员“%s”的姓名或公钥已属于另一操作员：两人同一把钥匙就是一个人",
            o->name);
    }
    return o;
}

static bool genesis_origin_fine(const struct fold *f, const struct act *a)
{
    struct str o = a->r->origin, division = a->b.v[2].s;
    char begin[32];
    snprintf(begin, sizeof begin, "almoner/%.*s/", STR_ARG(division));
    struct str head = str_of(begin), tail = str_of(f->sandbox ? "/sandbox" : "");
    if (!text_all_digits(division) || !name_fine(o, ORIGIN_TEXT_MAX) ||
        !str_starts(o, head) || o.n < head.n + tail.n + 1 ||
        o.n > head.n + tail.n + 40 || memcmp(o.p + o.n - tail.n, tail.p, tail.n) != 0) {
        return false;
    }
    return memchr(o.p + head.n, '/', o.n - head.n - tail.n) == NULL;
}

static void genesis_admins(struct fold *f, struct act *a)
{
    const struct value *v = &a->b.v[7];
    struct cbor c = cbor_of(v->s);
    for (uint64_t i = 0; i < v->u; i++) {
        c.bad = c.bad || cbor_array(&c, 2) != 2;
        struct str name = cbor_text(&c, 1, 100);
        struct str key = cbor_bytes(&c, 32, 33);
        if (c.bad || !name_fine(name, 100)) {
            fold_malformed(f, a, "key 7");
            return;
        }
        struct operator_row *o = add_operator(f, a, name, key);
        if (o == NULL) {
            return;
        }
        o->roles = ROLE_ADMIN;
        o->confirmed = true;
    }
    if (v->u < 2 && !f->sandbox) {
        FAULT(f, a, GROUP_AUTHORISATION, "two-admins",
              "a ledger that is no sandbox needs two admins",
              "正式账须有两名管理员，此账只有一名");
    }
}

void rule_genesis(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    if (!str_copy(a->r->origin, f->origin, sizeof f->origin) ||
        !str_copy(v[1].s, f->office, sizeof f->office)) {
        fold_malformed(f, a, "origin or key 1");
        return;
    }
    memcpy(f->genesis_origin, f->origin, sizeof f->origin);
    f->sandbox = v[5].u != 0;
    f->offset_minutes = (int)v[6].i;
    f->epoch = 1;
    if (v[8].there != (f->suite == SUITE_SM3_SM2) ||
        (v[8].there && (text_has_control(v[8].s) ||
                        !str_copy(v[8].s, f->sm2_id, sizeof f->sm2_id)))) {
        fold_malformed(f, a, "key 8");
        return;
    }
    if (!genesis_origin_fine(f, a)) {
        FAULT(f, a, GROUP_INTEGRITY, "genesis-origin",
              "the origin does not agree with division and sandbox of the genesis",
              "账号与创始记录的区划、演练标志不符");
    }
    if (!fold_add_ledger_key(f, v[4].s, 0)) {
        fold_malformed(f, a, "key 4");
        return;
    }
    genesis_admins(f, a);
}

void *fold_next_registered(struct fold *f, const struct act *a, struct list *rows,
                           size_t size)
{
    if (a->b.v[1].u != rows->count + 1) {
        report_fail(f->report, GROUP_INTEGRITY, a->r->sequence, "register-number",
                    "it registers number %llu where number %llu would be next",
                    "登记编号为 %llu，而应为 %llu", (unsigned long long)a->b.v[1].u,
                    (unsigned long long)rows->count + 1);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    uint32_t *row = list_add(rows, size);
    if (row == NULL) {
        f->no_memory = true;
        return NULL;
    }
    *row = (uint32_t)rows->count;
    return row;
}

uint32_t fold_signer(const struct act *a)
{
    return a->signer == NULL ? 0 : a->signer->number;
}

void rule_operator(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    uint32_t proposer = fold_signer(a);
    if (v[1].u != f->operators.count + 1) {
        REFUSE(f, a, GROUP_INTEGRITY, "register-number",
               "it registers number %llu where another would be next",
               "登记编号 %llu 不是下一个", (unsigned long long)v[1].u);
    }
    struct operator_row *o = add_operator(f, a, v[2].s, v[3].s);
    if (o == NULL) {
        return;
    }
    o->roles = (uint8_t)v[4].u;
    if (v[5].there && !str_copy(v[5].s, o->office, sizeof o->office)) {
        fold_malformed(f, a, "key 5");
        return;
    }
    o->confirmed = f->sandbox;
    o->proposer = proposer;
    if ((o->roles & ROLE_ADMIN) != 0 && o->roles != ROLE_ADMIN) {
        FAULT(f, a, GROUP_AUTHORISATION, "operator-roles",
              "operator \"%s\" is an admin and has another role besides",
              "操作员“%s”既是管理员又有其他职责", o->name);
    }
}

void rule_channel(struct fold *f, struct act *a)
{
    fold_check_layout(f, a, 7, 8, 10);
    struct channel_row *c = fold_next_registered(f, a, &f->channels, sizeof *c);
    if (c == NULL) {
        return;
    }
    c->confirmed = f->sandbox;
    c->proposer = fold_signer(a);
    c->has_layout = a->b.v[7].there;
    if (c->has_layout) {
        memcpy(c->layout, a->b.v[7].s.p, HASH_LEN);
    }
    if (!fold_take(f, 2, c->number, 'c', a->b.v[2].s)) {
        FAULT(f, a, GROUP_AUTHORISATION, "channel-twice",
              "a channel of this name is registered already", "同名的代发银行已经登记");
    }
}

/* SHA-256 of profiles/: the layouts that come with the program. Their texts never
 * change: what must be otherwise is a layout of another name. */
static const char *const shipped[] = {
    "dbe6f1df55896ee901431c39f8050a278620753aeb9a18afe3f00d383089e665",
    "6222dbae0035a312f166cfb6521d1744c13f18ede48386ccde7b2212746567ae",
    "f72f8c9941aaf4342b7a3783fc2a7abac48eb4f0d81868f376ee437365d1f3f5",
    "fc2952cf4022c3e88474543a82b40c160423e1d89402e5698daff2e199ef8349",
    "eecdbdd33402c982c198f3422cdd03fbe4c95d6d7d96258157b459df16c58756",
    "2b23168175ff0ba7b78e462d9a56c55f0f1ea2eb4584adb1a4f639b401332c04",
    "9e995503ee4026d03bcf0af7bbbfda729e637bf1ee9c82693282ee254f2574d0",
    "24e44f436900b46bbab9a32c4f2613f1a9edb0e99a12230ecf667c250d2b55c0",
    "14cbb0443206044a388a6bc54e334f37de340be40ac006362b31f3b61de73ae7",
    "f2de85ef9c042bbdee0daf8c284b094d1adc7690132ec988f83a5027fefa8507",
    "30c5e3e192758cdc590872255ffe707453a2bf441cb8da7cbdbc506d893c8f94",
    "7080134c77111cc687194ed06607f79d582aefb3192687e04f7401cf15ce5181",
};

static bool is_shipped(const char *hex)
{
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        if (strcmp(shipped[i], hex) == 0) {
            return true;
        }
    }
    return false;
}

void fold_check_vouched(struct fold *f, const struct act *a, const struct value *layout)
{
    char hex[2 * HASH_LEN + 1];
    if (!layout->there) {
        return;
    }
    for (size_t i = 0; i < f->channels.count; i++) {
        const struct channel_row *c = list_at(&f->channels, i);
        if (c->confirmed && c->has_layout &&
            memcmp(c->layout, layout->s.p, HASH_LEN) == 0) {
            return;
        }
    }
    text_hex(layout->s.p, HASH_LEN, hex);
    if (is_shipped(hex)) {
        return;
    }
    report_unchecked(
        f->report, GROUP_BANK, "layout-unknown",
        "the layout of the bank file of record %llu is no confirmed channel's, and "
        "does not come with the program: the maker chose it alone, and it may name any "
        "account; its text has SHA-256 %s",
        "第 %llu 号记录的银行文件格式不是已确认的代发银行的，也不是程序自带的，仅由经办人选定，"
        "其中可写任何账号；格式文件的 SHA-256 为 %s",
        (unsigned long long)a->r->sequence, hex);
}

/* Two admins: who registered, and another. */
static void second(struct fold *f, struct act *a, bool *confirmed, bool refused,
                   uint32_t proposer)
{
    if (refused) {
        REFUSE(f, a, GROUP_AUTHORISATION, "second-refused",
               "it confirms number %llu, which was refused before",
               "确认了此前已不予确认的 %llu 号", (unsigned long long)a->b.v[2].u);
    }
    if (*confirmed) {
        FAULT(f, a, GROUP_AUTHORISATION, "second-again", "it was confirmed already",
              "已经确认过");
    } else if (proposer == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "second-same",
              "one admin has registered and confirmed number %llu: two are needed",
              "%llu 号由同一管理员登记并确认：须由两人",
              (unsigned long long)a->b.v[2].u);
    }
    *confirmed = true;
}

void rule_second(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct operator_row *o = list_find(&f->operators, v[2].u);
    struct channel_row *c = list_find(&f->channels, v[2].u);
    struct witness_row *w = list_find(&f->witnesses, v[2].u);
    struct retention_row *r = list_find(&f->retentions, v[2].u);
    struct setting_row *s = list_find(&f->settings, v[2].u);
    if (v[1].u == 1 && o != NULL) {
        second(f, a, &o->confirmed, o->refused, o->proposer);
    } else if (v[1].u == 2 && c != NULL) {
        second(f, a, &c->confirmed, c->refused, c->proposer);
    } else if (v[1].u == 11 && w != NULL) {
        second(f, a, &w->confirmed, w->refused, w->proposer);
    } else if (v[1].u == 14 && r != NULL) {
        second(f, a, &r->confirmed, r->refused, r->proposer);
    } else if (v[1].u == 17 && s != NULL) {
        second(f, a, &s->confirmed, s->refused, s->proposer);
    } else if (v[1].u == 16) {
        fold_confirm_key(f, a);
    } else {
        REFUSE(f, a, GROUP_AUTHORISATION, "second-unknown",
               "it confirms number %llu, which is not registered",
               "确认了未登记的 %llu 号", (unsigned long long)v[2].u);
    }
}

/* Names that no rule of records reads are taken as they are. */
void rule_setting(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    int64_t fen;
    struct setting_row *s = fold_next_registered(f, a, &f->settings, sizeof *s);
    if (s == NULL) {
        return;
    }
    s->confirmed = f->sandbox;
    s->proposer = fold_signer(a);
    if (!str_copy(v[2].s, s->name, sizeof s->name) ||
        !str_copy(v[3].s, s->value, sizeof s->value)) {
        fold_malformed(f, a, "name or value");
        return;
    }
    if (str_is(v[2].s, "release.second-above") && v[3].s.n > 0 &&
        (!money_parse(v[3].s, &fen) || fen <= 0)) {
        REFUSE(f, a, GROUP_AUTHORISATION, "setting-value",
               "\"%.*s\" is no amount above which two must release",
               "“%.*s”不能作为须第二人审批的金额", STR_ARG(v[3].s));
    }
}

const char *fold_setting(const struct fold *f, const char *name)
{
    const struct setting_row *rows = f->settings.rows;
    for (size_t i = f->settings.count; i > 0; i--) {
        if (rows[i - 1].confirmed && strcmp(rows[i - 1].name, name) == 0) {
            return rows[i - 1].value;
        }
    }
    return "";
}

void rule_clock(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    if (v[2].i < v[1].i || v[2].i > a->r->time) {
        FAULT(f, a, GROUP_AUTHORISATION, "clock",
              "the times it vouches for do not agree", "所确认的时间前后不符");
    }
}

void rule_reveal(struct fold *f, struct act *a)
{
    if (f->o.whole && a->b.v[1].u > f->people.count) {
        FAULT(f, a, GROUP_BALANCE, "unknown-person", "there is no person %llu",
              "没有 %llu 号补贴对象", (unsigned long long)a->b.v[1].u);
    }
}

void rule_policy_adopt(struct fold *f, struct act *a)
{
    struct policy_row *p = fold_next_registered(f, a, &f->policies, sizeof *p);
    if (p == NULL) {
        return;
    }
    p->proposer = fold_signer(a);
    memcpy(p->sha, a->b.v[3].s.p, HASH_LEN);
    fold_keep_file(f, a, a->b.v[3].s, a->b.v[4].u);
}

void rule_policy_confirm(struct fold *f, struct act *a)
{
    struct policy_row *p = list_find(&f->policies, a->b.v[1].u);
    if (p == NULL || p->refused || memcmp(p->sha, a->b.v[2].s.p, HASH_LEN) != 0) {
        REFUSE(f, a, GROUP_AUTHORISATION, "policy-confirm",
               "it confirms policy %llu, which was not adopted with this content, or "
               "was refused",
               "确认的 %llu 号政策文件未以此内容提出，或已不予确认",
               (unsigned long long)a->b.v[1].u);
    }
    if (p->confirmed || p->proposer == fold_signer(a)) {
        FAULT(f, a, GROUP_AUTHORISATION, "policy-same",
              "policy %llu is confirmed twice, or by who adopted it",
              "%llu 号政策文件重复确认，或由提出人自己确认",
              (unsigned long long)a->b.v[1].u);
    }
    p->confirmed = true;
    f->confirmed_policies++;
}
