/* yaml.c - YAML through libyaml's event parser, without what makes YAML dangerous for a
 * legal text: no anchors, aliases, tags, directives or second documents, no doubled
 * keys. Every scalar stays text; POLICY-FORMAT section 2 says how it is typed. The tree
 * is built with a stack of fixed depth, never by recursion. */
#include "base/yaml.h"

#include <yaml.h>

#include "base/must.h"
#include "base/text.h"

struct level { /* an open list or mapping */
    struct ynode *node;
    struct ynode *last;
    struct str key; /* read, and waiting for its value */
    struct place key_place;
    bool has_key;
};

struct build {
    yaml_parser_t parser;
    struct arena *arena;
    struct str text;
    const char *file;
    struct level levels[YAML_DEPTH_MAX];
    size_t depth;
    size_t nodes;
    const struct ynode *root;
    bool document_seen;
    bool done;
};

static struct place place_of(const yaml_mark_t *m)
{
    const size_t most = UINT32_MAX - 1;
    struct place at = {(uint32_t)(m->line < most ? m->line : most) + 1,
                       (uint32_t)(m->column < most ? m->column : most) + 1};
    return at;
}

/* For failures known by byte only. Columns count characters, as libyaml's do. */
static struct place place_of_byte(struct str text, size_t offset)
{
    struct place at = {1, 1};
    for (size_t i = 0; i < offset && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            at.line++;
            at.column = 1;
        } else if ((c & 0xc0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

static enum status where(const struct build *b, struct place at, struct diag *d)
{
    return diag_where(d, "%s:%u:%u", b->file, (unsigned)at.line, (unsigned)at.column);
}

static enum status refuse(const struct build *b, struct place at, const char *code,
                          const char *what, struct diag *d)
{
    diag_fail(d, ST_INPUT, code, "%s", what);
    return where(b, at, d);
}

static enum status check_encoding(const struct build *b, struct diag *d)
{
    size_t bad_at = 0;
    if (text_utf8_valid(b->text, &bad_at)) {
        return ST_OK;
    }
    refuse(b, place_of_byte(b->text, bad_at), "yaml-utf8", "the file is not UTF-8", d);
    return diag_hint(d, "save it as UTF-8; GB18030 is for lists, not for policies");
}

static enum status syntax_error(const struct build *b, struct diag *d)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        return diag_memory(d);
    }
    struct place at = place_of(&p->problem_mark);
    if (p->error == YAML_READER_ERROR) {
        at = place_of_byte(b->text, p->problem_offset);
    }
    diag_fail(d, ST_INPUT, "yaml-syntax", "not valid YAML: %s",
              p->problem != NULL ? p->problem : "cannot be read");
    return where(b, at, d);
}

const struct ynode *yaml_find(const struct ynode *map, const char *key)
{
    must(map->kind == YNODE_MAP);
    for (const struct ynode *n = map->first; n != NULL; n = n->next) {
        if (str_is(n->key, key)) {
            return n;
        }
    }
    return NULL;
}

const char *yaml_kind_name(enum ynode_kind kind)
{
    static const char *const names[] = {"text", "a list", "a mapping"};
    return names[kind];
}

static enum status set_key(struct build *b, struct level *top, struct str key,
                           struct place at, struct diag *d)
{
    for (const struct ynode *n = top->node->first; n != NULL; n = n->next) {
        if (str_eq(n->key, key)) {
            refuse(b, at, "yaml-doubled-key", "this key stands twice in one mapping",
                   d);
            return diag_hint(d, "first at line %u; leave one of them out",
                             (unsigned)n->key_place.line);
        }
    }
    top->key = key;
    top->key_place = at;
    top->has_key = true;
    return ST_OK;
}

static enum status append(struct build *b, struct level *top, struct ynode *n,
                          struct diag *d)
{
    bool is_map = top->node->kind == YNODE_MAP;
    if (top->node->count >= (is_map ? (size_t)YAML_KEYS_MAX : (size_t)YAML_ITEMS_MAX)) {
        return refuse(b, n->place, "yaml-size", "too many members", d);
    }
    if (is_map) {
        must(top->has_key);
        n->key = top->key;
        n->key_place = top->key_place;
        top->has_key = false;
    }
    if (top->last == NULL) {
        top->node->first = n;
    } else {
        top->last->next = n;
    }
    top->last = n;
    top->node->count++;
    return ST_OK;
}

/* Puts a new node where it belongs: the root, an item, or the value of a key. */
static enum status add_node(struct build *b, enum ynode_kind kind, struct place at,
                            struct ynode **out, struct diag *d)
{
    if (b->nodes >= YAML_NODES_MAX) {
        return refuse(b, at, "yaml-size", "the file has too many members", d);
    }
    b->nodes++;
    struct ynode *n = arena_alloc(b->arena, sizeof *n);
    if (n == NULL) {
        return arena_check(b->arena, d);
    }
    n->kind = kind;
    n->place = at;
    *out = n;
    if (b->depth == 0) {
        b->root = n;
        return ST_OK;
    }
    return append(b, &b->levels[b->depth - 1], n, d);
}

static enum status check_plain(const struct build *b, const yaml_event_t *e,
                               const yaml_char_t *anchor, const yaml_char_t *tag,
                               struct diag *d)
{
    struct place at = place_of(&e->start_mark);
    if (anchor != NULL) {
        return refuse(b, at, "yaml-anchor", "anchors (&) are not allowed", d);
    }
    if (tag != NULL) {
        return refuse(b, at, "yaml-tag", "tags (!) are not allowed", d);
    }
    return ST_OK;
}

static enum status on_scalar(struct build *b, const yaml_event_t *e, struct diag *d)
{
    struct place at = place_of(&e->start_mark);
    TRY(check_plain(b, e, e->data.scalar.anchor, e->data.scalar.tag, d));
    struct str text = str_make(e->data.scalar.value, e->data.scalar.length);
    if (text.n > YAML_SCALAR_MAX) {
        return refuse(b, at, "yaml-size", "the text is too long", d);
    }
    char *copy = arena_str(b->arena, text);
    if (copy == NULL) {
        return arena_check(b->arena, d);
    }
    text.p = copy;
    struct level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
    if (top != NULL && top->node->kind == YNODE_MAP && !top->has_key) {
        return set_key(b, top, text, at, d);
    }
    struct ynode *n = NULL;
    TRY(add_node(b, YNODE_SCALAR, at, &n, d));
    n->text = text;
    return ST_OK;
}

static enum status open_node(struct build *b, const yaml_event_t *e,
                             enum ynode_kind kind, struct diag *d)
{
    struct place at = place_of(&e->start_mark);
    const struct level *top = b->depth > 0 ? &b->levels[b->depth - 1] : NULL;
    if (top != NULL && top->node->kind == YNODE_MAP && !top->has_key) {
        return refuse(b, at, "yaml-key", "a key must be text", d);
    }
    if (b->depth >= YAML_DEPTH_MAX) {
        return refuse(b, at, "yaml-depth", "too many levels within each other", d);
    }
    struct ynode *n = NULL;
    TRY(add_node(b, kind, at, &n, d));
    struct level open = {.node = n};
    b->levels[b->depth++] = open;
    return ST_OK;
}

static enum status on_list(struct build *b, const yaml_event_t *e, struct diag *d)
{
    TRY(check_plain(b, e, e->data.sequence_start.anchor, e->data.sequence_start.tag,
                    d));
    return open_node(b, e, YNODE_LIST, d);
}

static enum status on_map(struct build *b, const yaml_event_t *e, struct diag *d)
{
    TRY(check_plain(b, e, e->data.mapping_start.anchor, e->data.mapping_start.tag, d));
    return open_node(b, e, YNODE_MAP, d);
}

static enum status on_end(struct build *b)
{
    must(b->depth > 0);
    b->depth--;
    return ST_OK;
}

static enum status on_document(struct build *b, const yaml_event_t *e, struct diag *d)
{
    struct place at = place_of(&e->start_mark);
    if (b->document_seen) {
        return refuse(b, at, "yaml-documents", "only one document is allowed", d);
    }
    b->document_seen = true;
    if (e->data.document_start.version_directive != NULL ||
        e->data.document_start.tag_directives.start !=
            e->data.document_start.tag_directives.end) {
        return refuse(b, at, "yaml-directive", "directives (%) are not allowed", d);
    }
    return ST_OK;
}

static enum status on_event(struct build *b, const yaml_event_t *e, struct diag *d)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(b, e, d);
    case YAML_ALIAS_EVENT:
        return refuse(b, place_of(&e->start_mark), "yaml-alias",
                      "aliases (*) are not allowed", d);
    case YAML_SCALAR_EVENT:
        return on_scalar(b, e, d);
    case YAML_SEQUENCE_START_EVENT:
        return on_list(b, e, d);
    case YAML_MAPPING_START_EVENT:
        return on_map(b, e, d);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b);
    case YAML_STREAM_END_EVENT:
        b->done = true;
        return ST_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return ST_OK;
    }
    return ST_OK;
}

static enum status run_parser(struct build *b, struct diag *d)
{
    while (!b->done) {
        yaml_event_t event;
        if (yaml_parser_parse(&b->parser, &event) == 0) {
            return syntax_error(b, d);
        }
        enum status st = on_event(b, &event, d);
        yaml_event_delete(&event);
        TRY(st);
    }
    if (b->root == NULL) {
        struct place first = {1, 1};
        return refuse(b, first, "yaml-empty", "the file is empty", d);
    }
    return ST_OK;
}

enum status yaml_read(const struct ynode **out, struct arena *a, struct str text,
                      const char *file_name, struct diag *d)
{
    struct build b = {.arena = a, .text = text, .file = file_name};
    TRY(check_encoding(&b, d));
    if (yaml_parser_initialize(&b.parser) == 0) {
        return diag_memory(d);
    }
    const char *bytes = text.n > 0 ? text.p : "";
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)bytes, text.n);
    enum status st = run_parser(&b, d);
    yaml_parser_delete(&b.parser);
    if (st == ST_OK) {
        *out = b.root;
    }
    return st;
}
