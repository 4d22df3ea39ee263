/* bundle_stamps.c - time stamps (ledger.md, kind 72; bundle.md section 8): the two
 * files of each are those that its record names, the one is the checkpoint of a tree
 * that the ledger had, and the other, when the authority's certificates are given, a
 * token that stamps this very file. Never says that one holds on the record's word. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "verify/bundle_private.h"

struct stamps {
    struct buf checkpoint, token; /* of the one that is looked at */
    size_t holding;
    const struct stamped *newest; /* of these */
    struct token newest_token;
};

/* One of the record's two files; out is empty when there is nothing to go on with, and
 * that has been said. */
static enum status load(struct bundle *b, const struct stamped *s, bool token,
                        struct buf *out, struct diag *d)
{
    char name[96];
    uint64_t bytes = token ? s->token.bytes : s->checkpoint.bytes;
    const uint8_t *sha256 = token ? s->token.sha256 : s->checkpoint.sha256;
    buf_clear(out);
    snprintf(name, sizeof name, "data/timestamps/%012llu%s",
             (unsigned long long)s->sequence, token ? ".tsr" : ".checkpoint.txt");
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    if (e == NULL) {
        report_fail(b->report, GROUP_COMPLETENESS, s->sequence, "timestamp-missing",
                    "\"%s\", which it names, is not in the bundle",
                    "所载的“%s”不在包内", name);
        return ST_OK;
    }
    e->named = true;
    enum status st =
        zip_read_all(b->zip, e, token ? TOKEN_BYTES_MAX : NOTE_BYTES_MAX, out, d);
    report_checked(b->report, GROUP_INTEGRITY);
    if (st == ST_OK && (e->size != bytes || memcmp(e->sha256, sha256, HASH_LEN) != 0)) {
        report_fail(b->report, GROUP_INTEGRITY, s->sequence, "timestamp-file",
                    "\"%s\" is not the file that this record names",
                    "“%s”不是该记录所载的文件", name);
        buf_clear(out);
    }
    if (st != ST_OK) {
        buf_clear(out);
    }
    return bundle_finding(b, st, d);
}

/* That it is the checkpoint of the record's tree; and that the ledger had this tree the
 * record's own rule has looked at. */
static void check_checkpoint(struct bundle *b, const struct stamped *s, struct str text)
{
    struct checkpoint c;
    report_checked(b->report, GROUP_INTEGRITY);
    if (!checkpoint_parse(text, &c) || c.size != s->size ||
        memcmp(c.root, s->root, HASH_LEN) != 0) {
        report_fail(b->report, GROUP_INTEGRITY, s->sequence, "timestamp-tree",
                    "what was stamped is not the checkpoint of %llu records that it "
                    "names",
                    "盖时间戳的不是所载 %llu 条记录的校验点",
                    (unsigned long long)s->size);
    }
}

static void report_bad(struct bundle *b, const struct stamped *s, const struct token *t)
{
    static const struct {
        const char *code, *en, *zh;
    } texts[] = {
        [TOKEN_FORM] = {"timestamp-form", "its time stamp is no RFC 3161 token",
                        "其时间戳不是 RFC 3161 令牌"},
        [TOKEN_OTHER] = {"timestamp-other",
                         "its time stamp is of another file than this checkpoint",
                         "其时间戳盖的是别的文件，不是该校验点"},
        [TOKEN_UNTRUSTED] = {"timestamp-untrusted",
                             "its time stamp is not by an authority that the "
                             "certificates of --tsa-ca vouch for",
                             "其时间戳不是 --tsa-ca 的证书所信任的机构签发"},
        [TOKEN_SIGNATURE] = {"timestamp-signature",
                             "the signature of its time stamp does not hold",
                             "其时间戳的签名不成立"},
    };
    const char *more = t->why[0] != '\0' ? ": " : "";
    report_fail(b->report, GROUP_INTEGRITY, s->sequence, texts[t->outcome].code,
                "%s%.0s%s%s", "%.0s%s%s%s", texts[t->outcome].en, texts[t->outcome].zh,
                more, t->why);
}

static enum status check_token(struct bundle *b, struct stamps *x,
                               const struct stamped *s, struct diag *d)
{
    struct token t;
    report_checked(b->report, GROUP_INTEGRITY);
    TRY(token_check(b->options->authorities, buf_str(&x->token), s->checkpoint.sha256,
                    &t, d));
    if (t.outcome != TOKEN_HOLDS) {
        report_bad(b, s, &t);
        return ST_OK;
    }
    if (t.time_us != s->time_us) {
        char when[TIME_TEXT_CAP];
        time_print(t.time_us, when);
        report_fail(b->report, GROUP_INTEGRITY, s->sequence, "timestamp-time",
                    "its time stamp is of %s, and it says another time",
                    "其时间戳的时间为 %s，与该记录所载不同", when);
        return ST_OK;
    }
    x->holding++;
    x->newest = s;
    x->newest_token = t;
    return ST_OK;
}

static void report_all(struct bundle *b, const struct stamps *x, size_t count)
{
    char when[TIME_TEXT_CAP];
    if (b->options->authorities == NULL) {
        report_gap(b->report, GROUP_INTEGRITY, "timestamps",
                   "whether the time stamps (RFC 3161; there are %zu) hold: give the "
                   "authority's certificates with --tsa-ca",
                   "时间戳（RFC 3161，共 %zu 个）是否有效：请用 --tsa-ca "
                   "给出时间戳机构的证书",
                   count);
    }
    if (x->holding > 0) {
        time_print(x->newest_token.time_us, when);
        report_note(b->report, GROUP_INTEGRITY, "timestamps",
                    "time stamps that hold: %zu; by the newest %llu records existed at "
                    "%s, says %s (record %llu)",
                    "有效的时间戳 %zu 个；最新的：前 %llu 条记录在 %s "
                    "已存在，时间戳机构：%s（第 %llu 号记录）",
                    x->holding, (unsigned long long)x->newest->size, when,
                    x->newest_token.authority, (unsigned long long)x->newest->sequence);
    }
}

enum status stamps_check(struct bundle *b, struct diag *d)
{
    const struct stamped *rows;
    struct stamps x = {0};
    size_t count = fold_stamped(b->fold, &rows);
    enum status st = ST_OK;
    buf_init(&x.checkpoint, 2 * NOTE_BYTES_MAX);
    buf_init(&x.token, 2 * TOKEN_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        TRY_OUT(load(b, &rows[i], false, &x.checkpoint, d));
        TRY_OUT(load(b, &rows[i], true, &x.token, d));
        if (x.checkpoint.len > 0) {
            check_checkpoint(b, &rows[i], buf_str(&x.checkpoint));
        }
        if (x.checkpoint.len > 0 && x.token.len > 0 &&
            b->options->authorities != NULL) {
            TRY_OUT(check_token(b, &x, &rows[i], d));
        }
    }
    if (count > 0) {
        report_all(b, &x, count);
    } else if (b->options->authorities != NULL) {
        report_gap(b->report, GROUP_INTEGRITY, "timestamps",
                   "there is no time stamp in the bundle to hold against --tsa-ca",
                   "包内没有时间戳可与 --tsa-ca 核对");
    }
out:
    buf_release(&x.checkpoint);
    buf_release(&x.token);
    return st;
}
