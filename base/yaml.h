/* yaml.h - a strict reading of YAML into a small tree. The only file that includes
 * libyaml's header is yaml.c. */
#ifndef ALMONER_BASE_YAML_H
#define ALMONER_BASE_YAML_H

#include "base/arena.h"
#include "base/buf.h"

#define YAML_DEPTH_MAX 16     /* lists and mappings within each other */
#define YAML_SCALAR_MAX 8000  /* bytes of one text */
#define YAML_KEYS_MAX 256     /* members of one mapping */
#define YAML_ITEMS_MAX 4096   /* items of one list */
#define YAML_NODES_MAX 200000 /* of one file */

struct place { /* in the file, from 1 */
    uint32_t line;
    uint32_t column;
};

enum ynode_kind { YNODE_SCALAR, YNODE_LIST, YNODE_MAP };

struct ynode {
    enum ynode_kind kind;
    struct place place;
    struct str text;           /* of a scalar; quoting changes nothing */
    struct str key;            /* when it is a member of a mapping */
    struct place key_place;    /* likewise */
    const struct ynode *first; /* of a list or mapping, in the order of the file */
    const struct ynode *next;
    size_t count;
};

/* Reads one document. Refused as ST_INPUT with "NAME:line:column" in where: text that
 * is not UTF-8, syntax errors, anchors, aliases, tags, directives, a second document,
 * doubled keys, keys that are not text, and what exceeds the limits above. The tree
 * lives in the arena and borrows nothing from text. */
enum status yaml_read(const struct ynode **out, struct arena *a, struct str text,
                      const char *file_name, struct diag *d) MUST_USE;

/* The member of a mapping, or NULL. */
const struct ynode *yaml_find(const struct ynode *map, const char *key);
const char *yaml_kind_name(enum ynode_kind kind); /* "text", "a list", "a mapping" */

#endif
