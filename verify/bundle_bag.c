/* bundle_bag.c - the bag: which files may be there, manifests, bag-info:
 * docs/formats/bundle.md sections 2 and 3. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "verify/bundle_private.h"
#include "verify/lines.h"

static bool all_of(struct str s, const char *set)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || strchr(set, s.p[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* PREFIX digits SUFFIX, or PREFIX hex SUFFIX. */
static bool is_like(struct str name, const char *prefix, size_t n, const char *suffix)
{
    struct str p = str_of(prefix), s = str_of(suffix);
    if (name.n != p.n + n + s.n || !str_starts(name, p) ||
        memcmp(name.p + p.n + n, s.p, s.n) != 0) {
        return false;
    }
    return all_of(str_make(name.p + p.n, n),
                  n == 64 ? "0123456789abcdef" : "0123456789");
}

/* data/sealed/exports/ 12 digits, -6 digits for one of several files, an extension. */
static bool is_export(struct str name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const struct str p = str_of("data/sealed/exports/");
    if (!str_starts(name, p) || name.n < p.n + 12) {
        return false;
    }
    const char *at = name.p + p.n;
    struct str rest = str_make(at + 12, name.n - p.n - 12);
    if (rest.n > 7 && rest.p[0] == '-' &&
        all_of(str_make(rest.p + 1, 6), "0123456789")) {
        rest = str_make(rest.p + 7, rest.n - 7);
    }
    return all_of(str_make(at, 12), "0123456789") && rest.n >= 2 && rest.n <= 9 &&
           rest.p[0] == '.' && all_of(str_make(rest.p + 1, rest.n - 1), letters);
}

static bool known_name(struct str name)
{
    static const char *const fixed[] = {
        "bagit.txt",       "bag-info.txt",           "manifest-sha256.txt",
        "data/claims.txt", "tagmanifest-sha256.txt", "data/checkpoint.txt",
        "data/index.txt",  "data/sealed.txt",        "data/sealed/people.bin",
        "data/tree.txt"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (str_is(name, fixed[i])) {
            return true;
        }
    }
    return is_like(name, "data/checkpoints/", 12, ".txt") ||
           is_like(name, "data/policies/", 64, ".yaml") ||
           is_like(name, "data/records/", 12, ".bin") || is_export(name) ||
           is_like(name, "data/sealed/files/", 64, "") ||
           is_like(name, "data/timestamps/", 12, ".checkpoint.txt") ||
           is_like(name, "data/timestamps/", 12, ".tsr");
}

static const char *const needed[] = {"bagit.txt",           "bag-info.txt",
                                     "manifest-sha256.txt", "tagmanifest-sha256.txt",
                                     "data/claims.txt",     "data/checkpoint.txt",
                                     "data/index.txt",      "data/tree.txt"};

static void fail(struct bundle *b, const char *code, const char *en, const char *zh,
                 struct str name)
{
    char text[2][200];
    snprintf(text[0], sizeof text[0], "%.*s: %s", STR_ARG(name), en);
    snprintf(text[1], sizeof text[1], "%.*s：%s", STR_ARG(name), zh);
    report_fail_text(b->report, GROUP_PACKAGE, code, text[0], text[1]);
}

static enum status check_text(struct bundle *b, const char *name, struct str expected,
                              struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of(name));
    struct buf text;
    if (e == NULL) {
        return ST_OK; /* said */
    }
    buf_init(&text, 65536);
    enum status st = zip_read_all(b->zip, e, 16384, &text, d);
    report_checked(b->report, GROUP_PACKAGE);
    if (st == ST_OK && !str_eq(buf_str(&text), expected)) {
        fail(b, "bag-text", "it does not say what it must", "内容与应有的不同",
             str_of(name));
    }
    buf_release(&text);
    return bundle_finding(b, st, d);
}

enum status bag_begin(struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        report_checked(b->report, GROUP_PACKAGE);
        if (zip_find(b->zip, str_of(needed[i])) == NULL) {
            fail(b, "bag-missing", "a file is missing", "缺少文件", str_of(needed[i]));
        }
    }
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        const struct zip_entry *e = zip_entry(b->zip, i);
        if (!known_name(e->name)) {
            fail(b, "bag-unknown", "a file that no bundle has", "多出的文件", e->name);
        }
        bool used = e->size > 0 || !str_starts(e->name, str_of("data/records/"));
        if (!used) {
            fail(b, "bag-empty", "an empty file of records", "记录文件为空", e->name);
        }
    }
    return check_text(
        b, "bagit.txt",
        str_of("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), d);
}

/* ---- manifests ---- */

/* One line against the entry that must be next. */
static void check_line(struct bundle *b, struct str line, const struct zip_entry *e)
{
    uint8_t sha[HASH_LEN];
    bool form = line.n > 66 && text_unhex(str_make(line.p, 64), sha, HASH_LEN) &&
                line.p[64] == ' ' && line.p[65] == ' ';
    report_checked(b->report, GROUP_PACKAGE);
    if (!form || e == NULL || !str_eq(str_make(line.p + 66, line.n - 66), e->name)) {
        fail(b, "manifest",
             "a manifest does not list the files that are there, in order",
             "清单所列与包内文件不符", e == NULL ? str_of("?") : e->name);
    } else if (!e->whole || memcmp(sha, e->sha256, HASH_LEN) != 0) {
        fail(b, "manifest-digest", "the SHA-256 is not that of the manifest",
             "散列值与清单不符", e->name);
    }
}

static enum status check_manifest(struct bundle *b, const char *name,
                                  struct zip_entry *const *entries, size_t count,
                                  struct diag *d)
{
    struct zip_entry *manifest = zip_find(b->zip, str_of(name));
    struct lines *l = NULL;
    if (manifest == NULL) {
        return ST_OK; /* said */
    }
    TRY(lines_open(&l, b->zip, manifest, d));
    struct str line;
    bool end = false;
    size_t i = 0;
    enum status st;
    for (;;) {
        st = lines_next(l, &line, &end, d);
        if (st != ST_OK || end || i > count) {
            break;
        }
        check_line(b, line, i < count ? entries[i] : NULL);
        i++;
    }
    lines_close(l);
    if (st == ST_OK && i != count) {
        fail(b, "manifest", "it lists more or fewer files than are there",
             "清单所列文件多于或少于包内", str_of(name));
    }
    return bundle_finding(b, st, d);
}

static enum status check_payload(struct bundle *b, struct diag *d)
{
    /* The archive's order is the manifest's: all under data/, ascending. */
    struct list files = {0};
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        struct zip_entry *e = zip_entry(b->zip, i);
        if (str_starts(e->name, str_of("data/"))) {
            struct zip_entry **row = list_add(&files, sizeof(struct zip_entry *));
            if (row == NULL) {
                list_release(&files);
                return diag_memory(d);
            }
            *row = e;
        }
    }
    enum status st =
        check_manifest(b, "manifest-sha256.txt", files.rows, files.count, d);
    list_release(&files);
    return st;
}

static enum status check_tags(struct bundle *b, struct diag *d)
{
    struct zip_entry *tags[3] = {zip_find(b->zip, str_of("bag-info.txt")),
                                 zip_find(b->zip, str_of("bagit.txt")),
                                 zip_find(b->zip, str_of("manifest-sha256.txt"))};
    return check_manifest(b, "tagmanifest-sha256.txt", tags, 3, d);
}

/* ---- bag-info ---- */

static void expected_info(struct bundle *b, const struct bundle_summary *s,
                          struct buf *out)
{
    uint64_t bytes = 0, count = 0;
    char date[DATE_TEXT_CAP];
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        const struct zip_entry *e = zip_entry(b->zip, i);
        bool payload = str_starts(e->name, str_of("data/"));
        bytes += payload ? e->size : 0;
        count += payload;
    }
    buf_add_text(out, "Source-Organization: ");
    for (const char *p = s->office; *p != '\0'; p++) {
        char c = (unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p;
        buf_add(out, &c, 1);
    }
    buf_addf(out, "\nExternal-Identifier: %s\nExternal-Description: %s\n", s->origin,
             s->scope);
    date_print(day_of_time(fold_last_time(b->fold), fold_offset_minutes(b->fold)),
               date);
    buf_addf(out,
             "Bagging-Date: %s\nPayload-Oxum: %llu.%llu\nAlmoner-Bundle-Version: 1\n",
             date, (unsigned long long)bytes, (unsigned long long)count);
    buf_addf(out, "Almoner-Size: %llu\nAlmoner-Vkey: %s\n", (unsigned long long)s->size,
             s->vkey);
}

/* The day's 10 characters, when the newest record is left out. */
static void take_day(struct str said, struct buf *expected)
{
    static const char label[] = "Bagging-Date: ";
    struct str found = buf_str(expected);
    for (size_t i = 0;
         i + sizeof label + 10 < found.n && i + sizeof label + 10 < said.n; i++) {
        if (memcmp(found.p + i, label, sizeof label - 1) == 0) {
            int32_t day;
            size_t at = i + sizeof label - 1;
            if (date_parse(str_make(said.p + at, 10), &day)) {
                memcpy(expected->p + at, said.p + at, 10);
            }
            return;
        }
    }
}

static enum status check_info(struct bundle *b, const struct bundle_summary *s,
                              struct diag *d)
{
    struct zip_entry *e = zip_find(b->zip, str_of("bag-info.txt"));
    struct buf said, expected;
    if (e == NULL || b->fold == NULL || !b->records_read || s->vkey[0] == '\0') {
        report_unchecked(b->report, GROUP_PACKAGE, "bag-info",
                         "bag-info.txt was not checked against the records",
                         "bag-info.txt 未与记录核对");
        return ST_OK;
    }
    buf_init(&said, 65536);
    buf_init(&expected, 65536);
    expected_info(b, s, &expected);
    enum status st = zip_read_all(b->zip, e, 16384, &said, d);
    if (st == ST_OK && b->nodes) {
        take_day(buf_str(&said), &expected);
    }
    report_checked(b->report, GROUP_PACKAGE);
    if (st == ST_OK && fold_stopped(b->fold)) {
        report_gap(b->report, GROUP_PACKAGE, "bag-info",
                   "bag-info.txt was not checked against the records, which were not "
                   "followed to their end",
                   "bag-info.txt 未与记录核对：记录未查到底");
    } else if (st == ST_OK && !str_eq(buf_str(&said), buf_str(&expected))) {
        fail(b, "bag-info", "it does not say what the records and files give",
             "所载与记录和文件不符", e->name);
    }
    buf_release(&said);
    buf_release(&expected);
    return bundle_finding(b, st, d);
}

enum status bag_manifests(struct bundle *b, struct diag *d)
{
    for (size_t i = 0; i < zip_count(b->zip); i++) {
        enum status st = zip_hash(b->zip, zip_entry(b->zip, i), d);
        TRY(bundle_finding(b, st, d));
    }
    TRY(check_payload(b, d));
    return check_tags(b, d);
}

enum status bag_end(struct bundle *b, struct bundle_summary *s, struct diag *d)
{
    TRY(check_info(b, s, d));
    return b->report->stop_early ? ST_OK : bag_manifests(b, d);
}
