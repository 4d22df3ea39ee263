/* import_mapping.c - the file that says how a list made by others is to be read: where
 * its header is, which of its columns are ours, which values mean ours. Strict, as all
 * that decides about money: an unknown key, a column that is not ours, a header named
 * twice are errors. Form: docs/formats/mapping.md. */
#include "batch/import_private.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/yaml.h"

#define ARENA_BYTES ((size_t)16 * 1024 * 1024)
#define HEADER_ROW_MAX 100

struct mapping_reading {
    struct import_mapping *m;
    const char *name;
};

static enum status refuse(const struct mapping_reading *r, struct place at,
                          struct str subject, const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, "mapping", "\"%.*s\" %s",
              (int)(subject.n < 100 ? subject.n : 100), subject.n > 0 ? subject.p : "",
              what);
    return diag_where(d, "%s:%u:%u", r->name, (unsigned)at.line, (unsigned)at.column);
}

static enum status want(const struct mapping_reading *r, const struct ynode *n,
                        enum ynode_kind kind, struct diag *d)
{
    if (n->kind == kind && (kind == YNODE_SCALAR ? n->text.n : n->count) > 0) {
        return ST_OK;
    }
    diag_fail(d, ST_INPUT, "mapping", "%s is expected here, and not empty",
              yaml_kind_name(kind));
    return diag_where(d, "%s:%u:%u", r->name, (unsigned)n->place.line,
                      (unsigned)n->place.column);
}

/* Blanks at the ends never count: those of the file are left out as well. */
static enum status want_text(const struct mapping_reading *r, struct str text,
                             struct place at, struct diag *d)
{
    bool whole = text.n > 0 && text_trim(text).n == text.n;
    return whole ? ST_OK : refuse(r, at, text, "is empty or has blanks at its ends", d);
}

/* ---- headers ---- */

static enum status add_header(struct mapping_reading *r, struct import_header h,
                              struct place at, struct diag *d)
{
    struct import_mapping *m = r->m;
    TRY(want_text(r, h.name, at, d));
    for (size_t i = 0; i < m->header_count; i++) {
        if (str_eq(m->headers[i].name, h.name)) {
            return refuse(r, at, h.name, "is there twice", d);
        }
    }
    if (m->header_count == IMPORT_MAPPED_MAX) {
        return refuse(r, at, h.name, "is one column too many", d);
    }
    m->headers[m->header_count++] = h;
    return ST_OK;
}

static enum status read_columns(struct mapping_reading *r, const struct ynode *n,
                                struct diag *d)
{
    TRY(want(r, n, YNODE_MAP, d));
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        struct import_header h = {.name = c->key};
        TRY(want(r, c, YNODE_SCALAR, d));
        if (!import_column_named(r->m->what, c->text, &h.field)) {
            return refuse(r, c->place, c->text, "is no column of this kind of file", d);
        }
        TRY(add_header(r, h, c->key_place, d));
    }
    return ST_OK;
}

static enum status read_ignored(struct mapping_reading *r, const struct ynode *n,
                                struct diag *d)
{
    TRY(want(r, n, YNODE_LIST, d));
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        TRY(want(r, c, YNODE_SCALAR, d));
        struct import_header h = {.name = c->text, .ignored = true};
        TRY(add_header(r, h, c->place, d));
    }
    return ST_OK;
}

/* ---- values ---- */

static enum status read_table(struct mapping_reading *r, const struct ynode *n,
                              enum import_field f, struct diag *d)
{
    struct import_mapping *m = r->m;
    TRY(want(r, n, YNODE_MAP, d));
    m->values[f] = arena_array(m->arena, n->count, sizeof *m->values[f]);
    if (m->values[f] == NULL) {
        return arena_check(m->arena, d);
    }
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        TRY(want(r, c, YNODE_SCALAR, d));
        TRY(want_text(r, c->key, c->key_place, d));
        TRY(want_text(r, c->text, c->place, d));
        m->values[f][m->value_counts[f]++] =
            (struct import_value){.from = c->key, .to = c->text};
    }
    return ST_OK;
}

static enum status read_values(struct mapping_reading *r, const struct ynode *n,
                               struct diag *d)
{
    TRY(want(r, n, YNODE_MAP, d));
    for (const struct ynode *c = n->first; c != NULL; c = c->next) {
        enum import_field f;
        if (!import_column_named(r->m->what, c->key, &f)) {
            return refuse(r, c->key_place, c->key, "is no column of this kind of file",
                          d);
        }
        if (r->m->value_counts[f] > 0) {
            return refuse(r, c->key_place, c->key, "is there twice", d);
        }
        TRY(read_table(r, c, f, d));
    }
    return ST_OK;
}

/* ---- the file ---- */

static enum status read_sheet(struct mapping_reading *r, const struct ynode *n,
                              struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    TRY(want_text(r, n->text, n->place, d));
    r->m->sheet = arena_str(r->m->arena, n->text);
    return r->m->sheet != NULL ? ST_OK : arena_check(r->m->arena, d);
}

static enum status read_header_row(struct mapping_reading *r, const struct ynode *n,
                                   struct diag *d)
{
    TRY(want(r, n, YNODE_SCALAR, d));
    if (!text_u64(n->text, 1, HEADER_ROW_MAX, &r->m->header_row)) {
        return refuse(r, n->place, n->text, "is no row from 1 to 100", d);
    }
    return ST_OK;
}

/* First of all, for the columns depend on it. */
static enum status read_kind(struct mapping_reading *r, const struct ynode *root,
                             struct diag *d)
{
    TRY(want(r, root, YNODE_MAP, d));
    const struct ynode *n = yaml_find(root, "file");
    if (n == NULL) {
        return refuse(r, root->place, str_of("file"), "is missing", d);
    }
    TRY(want(r, n, YNODE_SCALAR, d));
    if (!import_kind_named(n->text, &r->m->what)) {
        refuse(r, n->place, n->text, "is no kind of file", d);
        return diag_hint(d, "the word of the command: people, as in almoner import "
                            "people");
    }
    return ST_OK;
}

static enum status read_member(struct mapping_reading *r, const struct ynode *n,
                               struct diag *d)
{
    static const struct {
        const char *key;
        enum status (*read)(struct mapping_reading *r, const struct ynode *n,
                            struct diag *d);
    } members[] = {
        {"sheet", read_sheet},     {"header-row", read_header_row},
        {"columns", read_columns}, {"ignore", read_ignored},
        {"values", read_values},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (str_is(n->key, members[i].key)) {
            return members[i].read(r, n, d);
        }
    }
    if (str_is(n->key, "file")) {
        return ST_OK;
    }
    refuse(r, n->key_place, n->key, "is no key of a mapping", d);
    return diag_hint(d, "keys: file, sheet, header-row, columns, ignore, values");
}

static enum status read_text(struct mapping_reading *r, struct str text, struct diag *d)
{
    struct import_mapping *m = r->m;
    const struct ynode *root = NULL;
    TRY(arena_new(&m->arena, ARENA_BYTES, d));
    m->headers = arena_array(m->arena, IMPORT_MAPPED_MAX, sizeof *m->headers);
    if (m->headers == NULL) {
        return arena_check(m->arena, d);
    }
    TRY(yaml_read(&root, m->arena, text, r->name, d));
    TRY(read_kind(r, root, d));
    for (const struct ynode *n = root->first; n != NULL; n = n->next) {
        TRY(read_member(r, n, d));
    }
    return ST_OK;
}

static enum status digest_text(struct str text, uint8_t out[DIGEST_LEN], struct diag *d)
{
    struct digest *g = NULL;
    TRY(digest_new(&g, d));
    digest_start(g);
    digest_add(g, text.p, text.n);
    digest_end(g, out);
    digest_free(g);
    return ST_OK;
}

enum status import_mapping_read(struct import_mapping *m, struct str text,
                                const char *name, struct diag *d)
{
    struct mapping_reading r = {.m = m, .name = name};
    memset(m, 0, sizeof *m);
    m->length = text.n;
    enum status st = digest_text(text, m->sha256, d);
    if (st == ST_OK) {
        st = read_text(&r, text, d);
    }
    if (st != ST_OK) {
        import_mapping_release(m);
    }
    return st;
}

void import_mapping_release(struct import_mapping *m)
{
    arena_free(m->arena);
    memset(m, 0, sizeof *m);
}
