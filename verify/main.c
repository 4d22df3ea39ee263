/* main.c - almoner-verify: checks an evidence bundle (docs/formats/bundle.md)
 * without the ledger, without LMDB and without the code that wrote it. This file
 * alone reads argv, environment and files beside the bundle, and prints. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/wipe.h"
#include "verify/bundle.h"

#define EXIT_FOUND 5
#define FILE_MAX 65536

struct arguments {
    const char *file, *checkpoint, *vkey, *passphrase_file, *tsa_ca;
    bool json, zh, help, version;
};

static const char usage_en[] =
    "almoner-verify - checks an evidence bundle without the ledger\n"
    "\n"
    "  almoner-verify FILE.zip [--checkpoint FILE] [--vkey KEY]\n"
    "                 [--passphrase-file FILE] [--tsa-ca FILE] [--json]\n"
    "                 [--lang zh|en]\n"
    "\n"
    "  --checkpoint FILE       a checkpoint kept elsewhere, as last month's\n"
    "  --vkey KEY              the ledger's public key, from outside the bundle\n"
    "  --passphrase-file FILE  opens the personal data and the bank files in it\n"
    "  --tsa-ca FILE           certificates (PEM) of the authorities that are trusted\n"
    "                          to stamp the time: the tokens are then checked\n"
    "  --json                  one JSON object instead of text\n"
    "  --lang zh|en            language (else from the environment)\n"
    "\n"
    "PASS, FAIL or NOT CHECKED is said of each group; NOT CHECKED is no PASS.\n"
    "Exit codes: 0 nothing failed, 2 usage, 3 not a bundle, 5 a FAIL, 6 system.\n"
    "Example: almoner-verify 11.zip --checkpoint 10.txt --vkey \"$(cat vkey)\"\n";

static const char usage_zh[] =
    "almoner-verify - 不依赖账库，核验证据包\n"
    "\n"
    "  almoner-verify FILE.zip [--checkpoint FILE] [--vkey KEY]\n"
    "                 [--passphrase-file FILE] [--tsa-ca FILE] [--json]\n"
    "                 [--lang zh|en]\n"
    "\n"
    "  --checkpoint FILE       另处保存的校验点（如上月的），须为其一部分\n"
    "  --vkey KEY              从包外取得的账的公钥\n"
    "  --passphrase-file FILE  启封其中的个人信息和银行文件\n"
    "  --tsa-ca FILE           所信任的时间戳机构的证书（PEM），据以核验时间戳\n"
    "  --json                  以 JSON 输出\n"
    "  --lang zh|en            语言（缺省依环境）\n"
    "\n"
    "退出码：0 无不符，2 用法，3 不是证据包，5 有不符，6 系统错误。\n"
    "每组给出“通过”“不符”或“未查”；未查不等于通过。\n"
    "例：almoner-verify 11.zip --checkpoint 10.txt --vkey \"$(cat vkey)\"\n";

static bool environment_is_zh(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

/* What people run into, in both languages; the particulars stand behind it. */
static const struct {
    const char *code, *en, *zh;
} errors[] = {
    {"usage", "wrong command line", "命令行有误"},
    {"no-such-file", NULL, "没有这个文件"},
    {"no-access", NULL, "没有读取权限"},
    {"is-a-folder", NULL, "这是文件夹，不是文件"},
    {"too-big", NULL, "文件过大"},
    {"bundle-zip", "not a bundle, or cut short", "不是证据包，或文件不完整"},
    {"vkey", NULL, "公钥格式不对，应为 名字+8位+字母数字 一行"},
    {"checkpoint", NULL, "所给文件不是校验点"},
    {"passphrase", NULL, "口令文件第一行应为 8 至 1024 字节"},
};

static int complain(const struct arguments *a, enum status st, const char *code,
                    const char *what)
{
    const char *words = NULL;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (strcmp(errors[i].code, code) == 0) {
            words = a->zh ? errors[i].zh : errors[i].en;
        }
    }
    fprintf(stderr,
            a->zh ? "almoner-verify: 错误 %s: " : "almoner-verify: error %s: ", code);
    if (words == NULL) {
        fprintf(stderr, "%s\n", what);
    } else {
        fprintf(stderr, a->zh ? "%s（%s）\n" : "%s: %s\n", words, what);
    }
    if (st == ST_USAGE) {
        fputs(a->zh ? "（--help 显示用法）\n" : "(--help shows how it is used)\n",
              stderr);
    }
    return (int)st;
}

/* An option with a value; NULL when name is not one. */
static const char **option_place(struct arguments *a, const char *name)
{
    if (strcmp(name, "--checkpoint") == 0) {
        return &a->checkpoint;
    }
    if (strcmp(name, "--vkey") == 0) {
        return &a->vkey;
    }
    if (strcmp(name, "--tsa-ca") == 0) {
        return &a->tsa_ca;
    }
    return strcmp(name, "--passphrase-file") == 0 ? &a->passphrase_file : NULL;
}

static bool flag(struct arguments *a, const char *name)
{
    a->json = a->json || strcmp(name, "--json") == 0;
    a->help = a->help || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    a->version = a->version || strcmp(name, "--version") == 0;
    return strcmp(name, "--json") == 0 || strcmp(name, "--help") == 0 ||
           strcmp(name, "-h") == 0 || strcmp(name, "--version") == 0;
}

/* *bad: where it is not understood. */
static bool read_arguments(struct arguments *a, int argc, char **argv, const char **bad)
{
    for (int i = 1; i < argc; i++) {
        const char **place = option_place(a, argv[i]);
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        *bad = argv[i];
        if (place != NULL) {
            if (next == NULL || *place != NULL) {
                return false;
            }
            *place = next;
            i++;
        } else if (strcmp(argv[i], "--lang") == 0) {
            if (next == NULL || (strcmp(next, "zh") != 0 && strcmp(next, "en") != 0)) {
                return false;
            }
            a->zh = next[0] == 'z';
            i++;
        } else if (!flag(a, argv[i])) {
            if (argv[i][0] == '-' || a->file != NULL) {
                return false;
            }
            a->file = argv[i];
        }
    }
    *bad = "no FILE.zip";
    return a->help || a->version || a->file != NULL;
}

static enum status read_file(const char *path, struct buf *out, struct diag *d)
{
    char block[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return diag_errno(d, "open", path);
    }
    enum status st = ST_OK;
    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            st = diag_errno(d, "read", path);
        }
        if (n <= 0) {
            break;
        }
        buf_add(out, block, (size_t)n);
    }
    (void)close(fd);
    wipe(block, sizeof block);
    if (st == ST_OK && out->failed && !out->no_memory) {
        return diag_fail(d, ST_USAGE, "too-big", "%s is longer than %zu bytes", path,
                         out->max);
    }
    return st == ST_OK ? buf_check(out, d) : st;
}

/* The first line without its end; 8 to 1,024 bytes. */
static enum status passphrase_of(struct buf *text, struct str *out, struct diag *d)
{
    const char *end = text->len == 0 ? NULL : memchr(text->p, '\n', text->len);
    size_t n = end == NULL ? text->len : (size_t)(end - text->p);
    n -= n > 0 && text->p[n - 1] == '\r';
    if (n < 8 || n > 1024) {
        return diag_fail(
            d, ST_USAGE, "passphrase",
            "the first line of the passphrase file must have 8 to 1,024 bytes");
    }
    *out = str_make(text->p, n);
    return ST_OK;
}

static enum status read_authorities(const char *path, struct authorities **out,
                                    struct diag *d)
{
    struct buf pem;
    buf_init(&pem, 2 * TOKEN_CA_MAX);
    enum status st = read_file(path, &pem, d);
    if (st == ST_OK) {
        st = authorities_read(out, buf_str(&pem), d);
    }
    buf_release(&pem);
    return st;
}

/* ---- printing ---- */

static void print_json_text(const char *s)
{
    putchar('"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            printf("\\%c", *s);
        } else if ((unsigned char)*s < 0x20) {
            printf("\\u%04x", (unsigned)(unsigned char)*s);
        } else {
            putchar(*s);
        }
    }
    putchar('"');
}

static void print_json_texts(const char *name, const struct report_text *t,
                             unsigned count)
{
    printf(",\"%s\":[", name);
    for (unsigned i = 0; i < count; i++) {
        printf("%s{\"code\":", i == 0 ? "" : ",");
        print_json_text(t[i].code);
        if (t[i].record != NO_RECORD) {
            printf(",\"seq\":%llu", (unsigned long long)t[i].record);
        }
        printf(",\"what\":");
        print_json_text(t[i].en);
        printf(",\"what_zh\":");
        print_json_text(t[i].zh);
        putchar('}');
    }
    putchar(']');
}

/* Of all groups, the fault with the lowest record; else the first one. */
static const struct report_text *first_bad(const struct report *r)
{
    const struct report_text *best = NULL;
    for (int g = 0; g < GROUP_COUNT; g++) {
        for (unsigned i = 0; i < r->group[g].fault_count; i++) {
            const struct report_text *t = &r->group[g].faults[i];
            if (best == NULL || t->record < best->record) {
                best = t;
            }
        }
    }
    return best;
}

static void print_json(const struct report *r, const struct bundle_summary *s)
{
    char root[64];
    text_base64(s->root, HASH_LEN, root);
    printf("{\"schema\":\"almoner.bundle-verify/1\",\"origin\":");
    print_json_text(s->origin);
    printf(",\"office\":");
    print_json_text(s->office);
    printf(",\"scope\":");
    print_json_text(s->scope);
    printf(",\"size\":%llu,\"included\":%llu", (unsigned long long)s->size,
           (unsigned long long)s->included);
    if (s->root_known) {
        printf(",\"root\":\"%s\"", root);
    }
    printf(",\"vkey\":");
    print_json_text(s->vkey);
    for (int g = 0; g < GROUP_COUNT; g++) {
        printf(",\"%s\":\"%s\"", group_name((enum group)g),
               outcome_name(report_outcome(r, (enum group)g)));
    }
    const struct report_text *bad = first_bad(r);
    if (bad != NULL) {
        printf(",\"first_bad\":{\"code\":");
        print_json_text(bad->code);
        if (bad->record != NO_RECORD) {
            printf(",\"seq\":%llu", (unsigned long long)bad->record);
        }
        printf(",\"what\":");
        print_json_text(bad->en);
        putchar('}');
    }
    printf(",\"groups\":[");
    for (int g = 0; g < GROUP_COUNT; g++) {
        const struct report_group *group = &r->group[g];
        printf("%s{\"name\":\"%s\",\"result\":\"%s\",\"checks\":%llu,\"failed\":%llu",
               g == 0 ? "" : ",", group_name((enum group)g),
               outcome_name(report_outcome(r, (enum group)g)),
               (unsigned long long)group->checked, (unsigned long long)group->failed);
        print_json_texts("faults", group->faults, group->fault_count);
        print_json_texts("not_checked", group->gaps, group->gap_count);
        print_json_texts("notes", group->notes, group->note_count);
        putchar('}');
    }
    printf("]}\n");
}

static void print_texts(const char *mark, const struct report_text *t, unsigned count,
                        bool zh)
{
    for (unsigned i = 0; i < count; i++) {
        printf("    %s", mark);
        if (t[i].record != NO_RECORD) {
            printf(zh ? "第 %llu 号记录：" : "record %llu: ",
                   (unsigned long long)t[i].record);
        }
        printf("%s\n", zh ? t[i].zh : t[i].en);
    }
}

static void print_group(const struct report *r, enum group g, bool zh)
{
    const struct report_group *group = &r->group[g];
    enum outcome o = report_outcome(r, g);
    if (zh) {
        printf("%-11s %s  %s\n", outcome_name(o), outcome_name_zh(o), group_name_zh(g));
    } else {
        printf("%-11s  %s\n", outcome_name(o), group_name(g));
    }
    print_texts(zh ? "不符：" : "wrong: ", group->faults, group->fault_count, zh);
    if (group->failed > group->fault_count) {
        printf(zh ? "    另有 %llu 处不符\n" : "    and %llu more\n",
               (unsigned long long)(group->failed - group->fault_count));
    }
    print_texts(zh ? "未查：" : "not checked: ", group->gaps, group->gap_count, zh);
    print_texts("", group->notes, group->note_count, zh);
}

static void print_human(const struct report *r, const struct bundle_summary *s, bool zh)
{
    if (s->origin[0] != '\0') {
        printf("%s  %s\n", s->origin, s->office);
        printf(zh ? "范围 %s；账共 %llu 条记录，包内 %llu 条\n"
                  : "scope %s; a ledger of %llu records, %llu of them in the bundle\n",
               s->scope, (unsigned long long)s->size, (unsigned long long)s->included);
        printf(zh ? "包内自称的公钥：%s\n" : "its key, as it says itself: %s\n",
               s->vkey);
    }
    for (int g = 0; g < GROUP_COUNT; g++) {
        print_group(r, (enum group)g, zh);
    }
}

static int run(const struct arguments *a)
{
    static struct report report;
    struct bundle_summary summary;
    struct bundle_options o = {.vkey = str_of(a->vkey)};
    struct authorities *authorities = NULL;
    struct buf checkpoint, passphrase;
    struct diag d = {0};
    enum status st = ST_OK;
    int fd = -1;
    report_init(&report);
    buf_init(&checkpoint, FILE_MAX);
    buf_init(&passphrase, FILE_MAX);
    if (a->checkpoint != NULL) {
        TRY_OUT(read_file(a->checkpoint, &checkpoint, &d));
        o.checkpoint = buf_str(&checkpoint);
        if (o.checkpoint.n == 0) {
            st = diag_fail(&d, ST_USAGE, "checkpoint", "the checkpoint file is empty");
            goto out;
        }
    }
    if (a->passphrase_file != NULL) {
        TRY_OUT(read_file(a->passphrase_file, &passphrase, &d));
        TRY_OUT(passphrase_of(&passphrase, &o.passphrase, &d));
    }
    if (a->tsa_ca != NULL) {
        TRY_OUT(read_authorities(a->tsa_ca, &authorities, &d));
        o.authorities = authorities;
    }
    fd = open(a->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        st = diag_errno(&d, "open", a->file);
        goto out;
    }
    TRY_OUT(bundle_verify(fd, &o, &report, &summary, &d));
    if (a->json) {
        print_json(&report, &summary);
    } else {
        print_human(&report, &summary, a->zh);
    }
    if (fflush(stdout) != 0) {
        st = diag_errno(&d, "write", "output");
    }
out:
    if (fd >= 0) {
        (void)close(fd);
    }
    if (passphrase.p != NULL) {
        wipe(passphrase.p, passphrase.cap);
    }
    buf_release(&checkpoint);
    buf_release(&passphrase);
    authorities_free(authorities);
    if (st != ST_OK) {
        return complain(a, st, d.code, d.what);
    }
    return report_any_failed(&report) ? EXIT_FOUND : 0;
}

int main(int argc, char **argv)
{
    struct arguments a = {.zh = environment_is_zh()};
    const char *bad;
    if (!read_arguments(&a, argc, argv, &bad)) {
        return complain(&a, ST_USAGE, "usage", bad);
    }
    if (a.help) {
        fputs(a.zh ? usage_zh : usage_en, stdout);
        return fflush(stdout) == 0 ? 0 : (int)ST_SYSTEM;
    }
    if (a.version) {
        puts("almoner-verify, bundles of version 1");
        return fflush(stdout) == 0 ? 0 : (int)ST_SYSTEM;
    }
    return run(&a);
}
