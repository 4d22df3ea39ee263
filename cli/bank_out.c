/* bank_out.c - see bank_out.h. */
#include "cli/bank_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

enum status bank_out_open(struct bank_out *o, const char *path, struct diag *d)
{
    struct stat about;
    size_t n = strlen(path);
    memset(o, 0, sizeof *o);
    o->path = path;
    o->file.fd = -1;
    o->folder = (n > 0 && path[n - 1] == '/') ||
                (stat(path, &about) == 0 && S_ISDIR(about.st_mode));
    return o->folder ? file_folder(path, d) : ST_OK;
}

static bool path_of(const struct bank_out *o, const char *name, char out[FILE_PATH_MAX])
{
    size_t n = strlen(o->path);
    const char *slash = n > 0 && o->path[n - 1] == '/' ? "" : "/";
    int length = o->folder
                     ? snprintf(out, FILE_PATH_MAX, "%s%s%s", o->path, slash, name)
                     : snprintf(out, FILE_PATH_MAX, "%s", o->path);
    return length > 0 && length < FILE_PATH_MAX;
}

void bank_out_path(const struct bank_out *o, size_t i, char out[FILE_PATH_MAX])
{
    if (!path_of(o, o->names[i], out)) {
        out[0] = '\0';
    }
}

static enum status several(const struct bank_out *o, const struct bank_part *p,
                           struct diag *d)
{
    diag_fail(d, ST_USAGE, "several-files",
              "the batch comes out as %u files, and %s is the name of one", p->count,
              o->path);
    diag_hint(d, "name a folder: --out DIR/; the files get the names the bank wants");
    return diag_where(d, "--out");
}

static enum status keep_part(struct bank_out *o, const struct bank_part *p,
                             struct diag *d)
{
    if (o->count == o->room) {
        size_t room = o->room == 0 ? 16 : 2 * o->room;
        struct bank_part *parts = realloc(o->parts, room * sizeof *parts);
        o->parts = parts != NULL ? parts : o->parts;
        char **names = realloc(o->names, room * sizeof *names);
        o->names = names != NULL ? names : o->names;
        if (parts == NULL || names == NULL) {
            return diag_memory(d);
        }
        o->room = room;
    }
    char *name = strdup(p->name);
    if (name == NULL) {
        return diag_memory(d);
    }
    o->names[o->count] = name;
    o->parts[o->count] = *p;
    o->parts[o->count++].name = name;
    return ST_OK;
}

static enum status begin(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct bank_out *o = ctx;
    char path[FILE_PATH_MAX];
    if (p->count > 1 && !o->folder) {
        return several(o, p, d);
    }
    if (!path_of(o, p->name, path)) {
        diag_fail(d, ST_USAGE, "path", "the path to write to is empty or too long");
        return diag_where(d, "--out");
    }
    TRY(file_output_open(&o->file, path, 0600, d));
    return keep_part(o, p, d);
}

static enum status write_piece(void *ctx, const void *p, size_t n, struct diag *d)
{
    struct bank_out *o = ctx;
    return file_output_write(&o->file, p, n, d);
}

static enum status end(void *ctx, const struct bank_part *p, struct diag *d)
{
    struct bank_out *o = ctx;
    struct bank_part *kept = &o->parts[o->count - 1];
    kept->bytes = p->bytes;
    memcpy(kept->sha256, p->sha256, DIGEST_LEN);
    return file_output_settle(&o->file, d);
}

/* As file_output_commit, of each. A crash between two leaves the rest to the same
 * command: it makes the same bytes again. */
static enum status durable(void *ctx, struct diag *d)
{
    struct bank_out *o = ctx;
    for (size_t i = 0; i < o->count; i++) {
        struct file_output f = {.fd = -1};
        if (!path_of(o, o->names[i], f.path)) {
            return diag_fail(d, ST_INTERNAL, "path", "a path grew");
        }
        snprintf(f.temporary, sizeof f.temporary, "%s.part", f.path);
        TRY(file_output_commit(&f, d));
    }
    o->file.temporary[0] = '\0';
    return ST_OK;
}

struct batch_sink bank_out_sink(struct bank_out *o)
{
    return (struct batch_sink){
        .begin = begin, .write = write_piece, .end = end, .durable = durable, .ctx = o};
}

void bank_out_release(struct bank_out *o)
{
    file_output_drop(&o->file);
    for (size_t i = 0; i < o->count; i++) {
        struct file_output f = {.fd = -1};
        if (path_of(o, o->names[i], f.path)) {
            snprintf(f.temporary, sizeof f.temporary, "%s.part", f.path);
            file_output_drop(&f); /* fine when it has its name */
        }
        free(o->names[i]);
    }
    free(o->parts);
    free(o->names);
    o->parts = NULL;
    o->names = NULL;
    o->count = 0;
}

/* ---- options ---- */

static bool is_path(const char *format)
{
    size_t n = strlen(format);
    return strchr(format, '/') != NULL ||
           (n > 5 && strcmp(format + n - 5, ".yaml") == 0);
}

enum status bank_form_option(const struct options *o, const char **name, bool *given,
                             struct bank_form *f, struct diag *d)
{
    struct buf text;
    const char *format = options_text(o, "format");
    *given = format != NULL && is_path(format);
    *name = *given ? NULL : format;
    if (!*given) {
        return ST_OK;
    }
    enum status st = file_load(format, PROFILE_FILE_MAX, &text, d);
    if (st == ST_OK) {
        st = bank_form_read(f, buf_str(&text), format, d);
    }
    buf_release(&text);
    return st;
}

static enum status bad_set(struct str s, struct diag *d)
{
    diag_fail(d, ST_USAGE, "bad-option", "\"%.*s\" is not NAME=VALUE", STR_ARG(s));
    diag_hint(d, "almoner profile show NAME lists what a format wants");
    return diag_where(d, "--set");
}

enum status bank_set_option(const struct options *o, struct kept_profile *out,
                            struct diag *d)
{
    struct str list[KEPT_SETTINGS_MAX];
    size_t count = options_list(o, "set", list, KEPT_SETTINGS_MAX);
    memset(out, 0, sizeof *out);
    if (count > KEPT_SETTINGS_MAX) {
        diag_fail(d, ST_USAGE, "bad-option", "more than %d --set", KEPT_SETTINGS_MAX);
        return diag_hint(d, "almoner profile show NAME lists what a format wants");
    }
    for (size_t i = 0; i < count; i++) {
        struct kept_setting *s = &out->settings[out->count++];
        const char *equals = memchr(list[i].p, '=', list[i].n);
        size_t n = equals != NULL ? (size_t)(equals - list[i].p) : 0;
        if (n == 0 || !str_copy(str_make(list[i].p, n), s->name, sizeof s->name) ||
            !str_copy(str_make(equals + 1, list[i].n - n - 1), s->value,
                      sizeof s->value) ||
            text_has_control(list[i]) || !text_utf8_valid(list[i], NULL)) {
            return bad_set(list[i], d);
        }
        for (size_t k = 0; k + 1 < out->count; k++) {
            if (strcmp(out->settings[k].name, s->name) == 0) {
                diag_fail(d, ST_USAGE, "doubled-option", "%s is set twice", s->name);
                diag_hint(d, "leave one of them out");
                return diag_where(d, "--set");
            }
        }
    }
    return ST_OK;
}
