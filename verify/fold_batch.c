/* fold_batch.c - batches: kinds 40 to 44, and who signs them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/text.h"
#include "verify/fold_private.h"

void fold_batch_free(struct batch_row *b)
{
    line_list_release(&b->lines);
    list_release(&b->homes);
    list_release(&b->only);
    list_release(&b->answers);
    list_release(&b->funds);
    list_release(&b->carries);
}

struct batch_row *fold_batch(struct fold *f, const struct act *a, uint64_t number)
{
    struct batch_row *b = list_find(&f->batches, number);
    if (b == NULL && f->o.whole) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "unknown-batch",
                    "there is no batch %llu", "没有 %llu 号批次",
                    (unsigned long long)number);
        fold_stop(f, a->r->sequence);
    } else if (b == NULL) {
        report_gap(f->report, GROUP_BALANCE, "batch-left-out",
                   "of batch %llu, and perhaps others, the beginning is left out: its "
                   "acts were checked for their signatures only",
                   "%llu 号等批次的开头未收入本包：其后操作只查了签字",
                   (unsigned long long)number);
    }
    return b;
}

uint64_t batch_pays_lines(const struct batch_row *b)
{
    return b->lines.count - b->out_lines;
}

int64_t batch_pays_fen(const struct batch_row *b)
{
    return b->total_fen - b->out_fen;
}

struct line_row *fold_line(struct fold *f, const struct batch_row *b, uint64_t number)
{
    if (f->found_batch != b->number) {
        memset(&f->found, 0, sizeof f->found);
        f->found_batch = b->number;
    }
    return line_list_find(&b->lines, number, &f->found) ? &f->found.row : NULL;
}

static bool same_text(struct str a, struct str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* Pairs of texts, no name twice. */
static bool settings_fine(const struct value *v)
{
    struct cbor c = cbor_of(v->s);
    struct str names[16];
    for (uint64_t i = 0; i < v->u && i < 16; i++) {
        c.bad = c.bad || cbor_array(&c, 2) != 2;
        names[i] = cbor_text(&c, 1, 39);
        struct str value = cbor_text(&c, 0, 100);
        c.bad = c.bad || text_has_control(names[i]) || text_has_control(value);
        for (uint64_t k = 0; !c.bad && k < i; k++) {
            c.bad = same_text(names[k], names[i]);
        }
    }
    return cbor_done(&c);
}

void fold_check_layout(struct fold *f, struct act *a, size_t sha, size_t length,
                       size_t settings)
{
    const struct value *v = a->b.v;
    if (v[sha].there != v[length].there) {
        fold_malformed(f, a, "digest and length of a layout");
        return;
    }
    if (settings != 0 && v[settings].there && !settings_fine(&v[settings])) {
        fold_malformed(f, a, "settings");
        return;
    }
    if (v[sha].there) {
        fold_keep_file(f, a, v[sha].s, v[length].u);
    }
}

void rule_batch_start(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = fold_next(f, a, &f->batches, v[1].u);
    f->open.number = v[1].u;
    if (b == NULL) {
        return;
    }
    b->begun = true;
    b->id_epoch = f->epoch;
    b->id_number = b->number;
    b->month = month_of_day((int32_t)v[3].i);
    b->pay_year = date_to_civil((int32_t)v[3].i).year;
    b->state = 1;
    fold_choice(f, a, b);
    const struct channel_row *c = list_find(&f->channels, v[2].u);
    if (c == NULL || !c->confirmed) {
        FAULT(f, a, GROUP_AUTHORISATION, "batch-channel",
              "batch %llu is for channel %llu, which is not confirmed",
              "%llu 号批次的代发银行 %llu 未经确认", (unsigned long long)v[1].u,
              (unsigned long long)v[2].u);
    }
}

/* The open batch; a row for it, too, when its start is left out. */
static struct batch_row *open_batch(struct fold *f, struct act *a)
{
    uint64_t number = a->b.v[1].u;
    if (f->open.incomplete && f->open.number == 0) {
        f->open.number = number;
    }
    if (number != f->open.number) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "act-number",
                    "batch %llu is not the one under way", "进行中的不是 %llu 号批次",
                    (unsigned long long)number);
        fold_stop(f, a->r->sequence);
        return NULL;
    }
    struct batch_row *b = list_find(&f->batches, number);
    if (b == NULL && !f->o.whole) {
        b = fold_next(f, a, &f->batches, number);
    }
    if (b != NULL && f->open.incomplete) {
        b->holes = true;
    }
    return b;
}

/* Institutions are known where no record is left out. */
static bool may_be_payee(struct fold *f, uint64_t payee)
{
    struct person p;
    return payee != 0 &&
           (!f->o.whole || (people_get(&f->people, payee, &p) && p.institution));
}

static bool line_route(struct fold *f, struct act *a, struct cbor *c, size_t items,
                       struct line_row *l, struct batch_row *b)
{
    uint64_t route = cbor_uint(c, UINT32_MAX - 1);
    struct str commitment = cbor_bytes(c, HASH_LEN, HASH_LEN);
    size_t spans = cbor_array(c, LINE_SPANS_MAX);
    int64_t sum = 0;
    c->bad = c->bad || spans == 0;
    for (size_t i = 0; i < spans && !c->bad; i++) {
        struct span s;
        c->bad = cbor_array(c, 3) != 3;
        if (!span_read(c, &s, false) || !money_add(sum, s.fen * s.months, &sum)) {
            return false;
        }
        l->spans[l->span_count++] = s;
    }
    uint64_t payee = items == 7 ? cbor_uint(c, INT64_MAX) : l->person;
    if (c->bad || sum != l->fen ||
        (items == 7 && (payee == l->person || !may_be_payee(f, payee)))) {
        return false;
    }
    if (items == 7) {
        struct home_row *h = list_add(&b->homes, sizeof *h);
        if (h == NULL) {
            f->no_memory = true;
            return false;
        }
        *h = (struct home_row){l->number, (uint32_t)route, l->programme, payee};
    }
    fold_keep_commitment(f, a, payee, (uint32_t)route, commitment);
    l->named = scope_person(f, payee) || scope_person(f, l->person);
    return true;
}

static void take_line(struct fold *f, struct act *a, const struct line_row *l)
{
    bool loaded = fold_row_load(f, a, l->person);
    for (size_t i = 0; i < l->span_count; i++) {
        const struct span *s = &l->spans[i];
        if (loaded) {
            fold_operate(f, a, l->programme, OP_TAKE, s);
        } else {
            postings_add(&f->postings, l->programme, A_DUE, A_TRANSIT,
                         s->fen * s->months);
        }
        f->open.concerned = f->open.concerned || (f->o.claims->scope == SCOPE_PERIOD &&
                                                  claims_month(f->o.claims, s));
    }
    fold_row_store(f, a);
    f->row_person = 0;
}

/* [person, programme, fen, route, commitment, spans] and perhaps payee */
static bool add_line(struct fold *f, struct act *a, struct batch_row *b, struct cbor *c,
                     uint64_t number)
{
    size_t items = cbor_array(c, 7);
    uint64_t person = cbor_uint(c, INT64_MAX);
    int programme = fold_programme(f, cbor_text(c, 1, CODE_MAX));
    int64_t fen = cbor_int(c);
    struct line_row line = {.number = (uint32_t)number,
                            .state = LINE_OPEN,
                            .programme = (uint8_t)programme,
                            .person = person,
                            .fen = fen};
    const uint64_t before = b->lines.last.person;
    if (c->bad || items < 6 || programme < 0 || person == 0 || fen <= 0 ||
        number > UINT32_MAX || !line_route(f, a, c, items, &line, b)) {
        return false;
    }
    if (!line_list_add(&b->lines, &line)) {
        f->no_memory = true;
        return false;
    }
    if (!batch_takes(b, f->programmes[programme])) {
        FAULT(f, a, GROUP_BALANCE, "batch-choice",
              "line %u is of a programme that batch %u was not made for",
              "第 %u 笔的项目不在 %u 号批次所限的项目之内", line.number, b->number);
    }
    if (f->o.whole) {
        struct person p;
        if (!fold_person(f, a, person, &p) || p.merged_into != 0) {
            return false;
        }
    }
    fold_check_objected(f, a, person, str_of(f->programmes[programme]));
    if (before > person) {
        FAULT(f, a, GROUP_BALANCE, "line-order",
              "line %u of batch %u is not in the order of people",
              "第 %u 笔（%u 号批次）未按人员编号排列", line.number, b->number);
    }
    take_line(f, a, &line);
    return money_add(b->total_fen, fen, &b->total_fen);
}

void rule_lines(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = open_batch(f, a);
    struct cbor c = cbor_of(v[3].s);
    if (b == NULL) {
        return;
    }
    uint64_t next = (uint64_t)b->lines.last.number + 1;
    b->holes = b->holes || (!f->o.whole && v[2].u > next);
    if (v[2].u < next || (v[2].u > next && !b->holes)) {
        REFUSE(f, a, GROUP_BALANCE, "line-number",
               "lines do not count on: %llu where %llu would be next",
               "明细编号不连续：%llu，应为 %llu", (unsigned long long)v[2].u,
               (unsigned long long)next);
    }
    hash_once(f->hash, str_make(b->content, HASH_LEN), v[3].s, b->content);
    for (uint64_t i = 0; i < v[3].u && !f->stopped; i++) {
        if (!add_line(f, a, b, &c, v[2].u + i) && !f->stopped) {
            fold_malformed(f, a, "key 3");
        }
    }
    if (f->stopped) {
        return;
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 3");
        return;
    }
    b->concerned = b->concerned || f->open.concerned;
    fold_postings(f, a, true, NULL);
}

void rule_batch_end(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    struct batch_row *b = open_batch(f, a);
    if (b == NULL || !fold_check_end(f, a) || f->stopped) {
        return;
    }
    b->line_count = (uint32_t)v[2].u;
    b->ended = true;
    if (b->holes) {
        return;
    }
    if (v[2].u != b->lines.count || v[3].i != b->total_fen ||
        memcmp(v[4].s.p, b->content, HASH_LEN) != 0) {
        FAULT(
            f, a, GROUP_BALANCE, "batch-totals",
            "batch %llu: what was signed (%llu lines, %lld fen) is not what its lines "
            "give (%llu lines, %lld fen), or their digest differs",
            "%llu 号批次：所签（%llu 笔，%lld 分）与其明细（%llu 笔，%lld "
            "分）或摘要不符",
            (unsigned long long)v[1].u, (unsigned long long)v[2].u, (long long)v[3].i,
            (unsigned long long)b->lines.count, (long long)b->total_fen);
    }
}

/* ---- signatures of three ---- */

static void check_close(struct fold *f, struct act *a, struct batch_row *b,
                        unsigned step)
{
    uint32_t signer = fold_signer(a);
    if (step == 4) {
        b->closer = signer;
    } else if (b->closer == signer) {
        FAULT(f, a, GROUP_AUTHORISATION, "close-same",
              "batch %u is closed by one person twice", "%u 号批次由同一人结清两次",
              b->number);
    }
}

/* Takes the signature; false: another releaser has to sign, too. */
static bool check_signers(struct fold *f, struct act *a, struct batch_row *b,
                          unsigned step)
{
    uint32_t signer = fold_signer(a);
    if (step > 3) {
        check_close(f, a, b, step);
        return true;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (b->signer[i] == signer && signer != 0) {
            FAULT(f, a, GROUP_AUTHORISATION, "three-people",
                  "batch %u: %s has signed two of submit, approve and release, which "
                  "three people must",
                  "%u 号批次：%s 在提交、复核、审批中签了两步，须由三人分签", b->number,
                  a->signer->name);
            break;
        }
    }
    bool second = step == 3 && b->signer[2] != 0;
    b->signer[second ? 3 : step - 1] = signer;
    if (step < 3 || second) {
        return true;
    }
    int64_t limit;
    return !money_parse(str_of(fold_setting(f, "release.second-above")), &limit) ||
           batch_pays_fen(b) <= limit;
}

/* Which office signs a step, admins may have set. */
static void check_office(struct fold *f, struct act *a, const struct batch_row *b,
                         unsigned step)
{
    static const char *const names[] = {"?", "office.submit", "office.approve",
                                        "office.release"};
    if (step > 3 || a->signer == NULL) {
        return;
    }
    const char *office = fold_setting(f, names[step]);
    if (office[0] != '\0' && strcmp(office, a->signer->office) != 0) {
        FAULT(f, a, GROUP_AUTHORISATION, "office",
              "batch %u: %s is of \"%s\", and the admins have set \"%s\" for this step",
              "%u 号批次：%s 属于“%s”，而管理员指定此步由“%s”签字", b->number,
              a->signer->name, a->signer->office, office);
    }
}

static void check_digest(struct fold *f, struct act *a, const struct batch_row *b)
{
    const struct value *v = a->b.v;
    if (b->holes || !b->ended) {
        return;
    }
    if (memcmp(v[3].s.p, b->content, HASH_LEN) != 0 || v[4].u != batch_pays_lines(b) ||
        v[5].i != batch_pays_fen(b)) {
        FAULT(
            f, a, GROUP_AUTHORISATION, "batch-content",
            "what was signed for batch %u (%llu lines, %lld fen) is not what the batch "
            "holds",
            "对 %u 号批次所签（%llu 笔，%lld 分）与批次内容不符", b->number,
            (unsigned long long)v[4].u, (long long)v[5].i);
    }
}

/* What a person reads before signing: subject, count and total are the batch's. */
void fold_check_content(struct fold *f, struct act *a, const struct batch_row *b,
                        const char *step)
{
    const struct signature *s = &a->b.signature;
    char subject[64];
    check_digest(f, a, b);
    snprintf(subject, sizeof subject, "batch %u: %s", b->number, step);
    /* Older ledgers have "close" under both closings. */
    bool fine =
        str_is(s->subject, subject) ||
        (strcmp(step, "close-check") == 0 && str_starts(str_of(subject), s->subject) &&
         s->subject.n + 6 == strlen(subject));
    if (!fine || s->count != a->b.v[4].u || s->total != a->b.v[5].i) {
        FAULT(f, a, GROUP_AUTHORISATION, "signed-words",
              "what was shown for signing (\"%.*s\", %llu, %lld fen) is not what was "
              "signed for",
              "签字时所示（“%.*s”，%llu，%lld 分）与所签内容不符", STR_ARG(s->subject),
              (unsigned long long)s->count, (long long)s->total);
    }
}

static int order_of(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* Checks and how many lines each found, the names ascending. */
static bool warned_fine(const struct value *v, unsigned step)
{
    struct cbor c = cbor_of(v->s);
    struct str last = str_of("");
    c.bad = step != 1 && step != 3;
    for (uint64_t i = 0; i < v->u && !c.bad; i++) {
        c.bad = cbor_array(&c, 2) != 2;
        struct str name = cbor_text(&c, 1, CODE_MAX);
        uint64_t rows = cbor_uint(&c, UINT32_MAX);
        c.bad = c.bad || rows == 0 || !code_fine(name) || order_of(last, name) >= 0;
        last = name;
    }
    return cbor_done(&c);
}

void rule_batch_sign(struct fold *f, struct act *a)
{
    static const uint8_t from[6] = {0, 1, 2, 3, 6, 7}, to[6] = {0, 2, 3, 4, 7, 8};
    static const char *const names[] = {"?",       "submit", "approve",
                                        "release", "close",  "close-check"};
    const struct value *v = a->b.v;
    struct batch_row *b = fold_batch(f, a, v[1].u);
    unsigned step = (unsigned)v[2].u;
    if (v[6].there && !warned_fine(&v[6], step)) {
        fold_malformed(f, a, "warnings");
        return;
    }
    if (b == NULL) {
        return;
    }
    /* Where an answer is left out, whether the batch is settled is not known. */
    if (b->state != from[step] && (f->o.whole || (b->begun && step <= 3))) {
        REFUSE(f, a, GROUP_AUTHORISATION, "batch-state",
               "batch %u is in state %u, where step %u is not possible",
               "%u 号批次处于状态 %u，不能进行第 %u 步", b->number, (unsigned)b->state,
               step);
    }
    if (step == 3 && f->locked) {
        FAULT(f, a, GROUP_AUTHORISATION, "locked",
              "batch %u is released while the ledger is locked after a restore",
              "账恢复后尚在锁定，%u 号批次却已审批", b->number);
    }
    fold_check_content(f, a, b, names[step]);
    check_office(f, a, b, step);
    if (step == 1 || step == 3) {
        fold_fund_needed(f, a, b);
    }
    b->state = check_signers(f, a, b, step) ? to[step] : b->state;
    if (step == 3 && b->state == to[3]) {
        fold_fund_commit(f, b);
    }
    if (b->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
}

void rule_export(struct fold *f, struct act *a)
{
    const struct value *v = a->b.v;
    fold_check_layout(f, a, 8, 10, 11);
    fold_check_vouched(f, a, &v[8]);
    struct batch_row *b = fold_batch(f, a, v[1].u);
    if (b == NULL) {
        return;
    }
    bool signed_by_three = b->state >= 4 && b->state <= 6;
    if (!signed_by_three && (f->o.whole || (b->begun && !b->holes))) {
        REFUSE(f, a, GROUP_AUTHORISATION, "export-state",
               "batch %u was exported in state %u: without three signatures, or after "
               "its closing",
               "%u 号批次在状态 %u 时导出：三人签字不全，或已结清", b->number,
               (unsigned)b->state);
    }
    if (!b->holes && b->ended &&
        (v[5].u != batch_pays_lines(b) || v[6].i != batch_pays_fen(b) ||
         v[7].u != b->last_export)) {
        FAULT(
            f, a, GROUP_BALANCE, "export-totals",
            "the export of batch %u states other lines or fen than the batch holds, or "
            "not the export before it",
            "%u 号批次的导出记录所载笔数、金额或前次导出与批次不符", b->number);
    }
    if (f->locked) {
        FAULT(f, a, GROUP_AUTHORISATION, "locked",
              "batch %u is exported while the ledger is locked after a restore",
              "账恢复后尚在锁定，%u 号批次却已导出", b->number);
    }
    b->last_export = a->r->sequence;
    b->state = b->state == 4 ? 5 : b->state;
    if (b->concerned) {
        claims_range(f->o.claims, a->r->sequence, a->r->sequence + 1);
    }
    uint64_t payments = v[15].there ? v[15].u : v[5].u;
    if (v[15].there && payments >= v[5].u) {
        fold_malformed(f, a, "key 15");
        return;
    }
    fold_check_payments(f, a, b, payments);
    struct exported *e = list_add(&f->exports, sizeof *e);
    if (e == NULL) {
        f->no_memory = true;
        return;
    }
    e->sequence = a->r->sequence;
    e->batch = b->number;
    e->bytes = v[4].u;
    e->payments = (uint32_t)payments;
    e->total_fen = v[6].i;
    e->described = v[8].there;
    e->files = v[12].there ? (uint32_t)v[12].u : 1;
    memcpy(e->sha256, v[3].s.p, HASH_LEN);
    (void)str_copy(v[2].s, e->format, sizeof e->format);
}
