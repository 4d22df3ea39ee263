/* profile_read.c - a profile's YAML becomes the model of profile.h: the head, settings,
 * layout and variants here, fields and answer in their own files. docs/PROFILES.md is
 * the reference. It must never read one file in two ways: what a key leaves open has a
 * default that profile.h names, and everything else is an error. */
#include "formats/profile_private.h"

#include <string.h>

#include "base/text.h"

#define TREE_MAX ((size_t)16 * 1024 * 1024)
#define MODEL_MAX ((size_t)16 * 1024 * 1024)

/* Keys of the file; those of the layout first, in its order. */
enum {
    TOP_PROFILE = LAYOUT_KEYS,
    TOP_TITLE,
    TOP_SOURCE,
    TOP_CURRENCY,
    TOP_ROWS,
    TOP_SETTINGS,
    TOP_VARIANTS,
    TOP_ANSWER,
    TOP_BODY, /* and further: the keys of a variant */
};
enum {
    BODY_FOR,
    BODY_FILE_NAME,
    BODY_HEADER,
    BODY_COLUMN_NAMES,
    BODY_DETAIL,
    BODY_TRAILER,
    BODY_KEYS,
    VARIANT_NAME = BODY_KEYS,
    VARIANT_KEYS
};
#define TOP_KEYS ((size_t)TOP_BODY + BODY_KEYS)

static const struct key top_keys[TOP_KEYS] = {
    [LAYOUT_ENCODING] = {"encoding", true},
    [LAYOUT_LINE_END] = {"line-end", false},
    [LAYOUT_LAST_LINE_END] = {"last-line-end", false},
    [LAYOUT_SEPARATOR] = {"separator", false},
    [LAYOUT_QUOTE] = {"quote", false},
    [LAYOUT_EXTENSION] = {"extension", true},
    [TOP_PROFILE] = {"profile", true},
    [TOP_TITLE] = {"title", true},
    [TOP_SOURCE] = {"source", true},
    [TOP_CURRENCY] = {"currency", false},
    [TOP_ROWS] = {"rows-per-file", false},
    [TOP_SETTINGS] = {"settings", false},
    [TOP_VARIANTS] = {"variants", false},
    [TOP_ANSWER] = {"answer", true},
    [TOP_BODY + BODY_FOR] = {"for", false},
    [TOP_BODY + BODY_FILE_NAME] = {"file-name", false},
    [TOP_BODY + BODY_HEADER] = {"header", false},
    [TOP_BODY + BODY_COLUMN_NAMES] = {"column-names", false},
    [TOP_BODY + BODY_DETAIL] = {"detail", false},
    [TOP_BODY + BODY_TRAILER] = {"trailer", false},
};

static const struct key variant_keys[VARIANT_KEYS] = {
    [BODY_FOR] = {"for", true},        [BODY_FILE_NAME] = {"file-name", false},
    [BODY_HEADER] = {"header", false}, [BODY_COLUMN_NAMES] = {"column-names", false},
    [BODY_DETAIL] = {"detail", false}, [BODY_TRAILER] = {"trailer", false},
    [VARIANT_NAME] = {"name", true},
};

/* ---- head and settings ---- */

static enum status read_title(const struct reading *r, const struct ynode *n,
                              struct str *zh, struct str *en, struct diag *d)
{
    static const struct key keys[] = {{"zh", true}, {"en", true}};
    const struct ynode *k[2];
    TRY(profile_keys(r, n, "a title", keys, 2, k, d));
    TRY(profile_text(r, k[0], PROFILE_TEXT_MAX, zh, d));
    return profile_text(r, k[1], PROFILE_TEXT_MAX, en, d);
}

static enum status read_setting(const struct reading *r, const struct ynode *n,
                                struct profile_setting *out, struct diag *d)
{
    enum { NAME, TITLE, MAX_BYTES, CHARACTERS, KEYS };
    static const struct key keys[KEYS] = {
        {"name", true}, {"title", true}, {"max-bytes", true}, {"characters", false}};
    static const struct word characters[] = {{"text", CHARACTERS_TEXT},
                                             {"token", CHARACTERS_TOKEN},
                                             {"digits", CHARACTERS_DIGITS},
                                             {NULL, 0}};
    const struct ynode *k[KEYS];
    int number = CHARACTERS_TEXT;
    TRY(profile_keys(r, n, "a setting", keys, KEYS, k, d));
    TRY(profile_read_name(r, k[NAME], &out->name, d));
    TRY(read_title(r, k[TITLE], &out->title_zh, &out->title_en, d));
    TRY(profile_number(r, k[MAX_BYTES], 1, PROFILE_TEXT_MAX, &out->bytes_max, d));
    if (k[CHARACTERS] != NULL) {
        TRY(profile_one_of(r, k[CHARACTERS], characters, &number, d));
    }
    out->characters = (enum profile_characters)number;
    return ST_OK;
}

static enum status doubled_name(const struct reading *r, struct place at,
                                struct diag *d)
{
    yaml_fail(r->file, at, d, "doubled-name", "two have the same name");
    return diag_hint(d, "give each its own name, or take one out");
}

static enum status read_settings(const struct reading *r, const struct ynode *n,
                                 struct diag *d)
{
    void *memory = NULL;
    TRY(profile_items(r, n, PROFILE_SETTINGS_MAX, sizeof(struct profile_setting),
                      &memory, d));
    struct profile_setting *settings = memory;
    size_t count = 0;
    for (const struct ynode *m = n->first; m != NULL; m = m->next) {
        TRY(read_setting(r, m, &settings[count], d));
        for (size_t i = 0; i < count; i++) {
            if (str_eq(settings[i].name, settings[count].name)) {
                return doubled_name(r, m->place, d);
            }
        }
        count++;
    }
    r->p->settings = settings;
    r->p->setting_count = count;
    return ST_OK;
}

static enum status read_currency(const struct reading *r, const struct ynode *n,
                                 struct diag *d)
{
    static const struct word words[] = {{"CNY", 0}, {NULL, 0}};
    int number = 0;
    r->p->currency = str_of("CNY");
    return n != NULL ? profile_one_of(r, n, words, &number, d) : ST_OK;
}

static enum status read_head(const struct reading *r, const struct ynode **k,
                             struct diag *d)
{
    struct profile *p = r->p;
    TRY(profile_read_name(r, k[TOP_PROFILE], &p->name, d));
    TRY(read_title(r, k[TOP_TITLE], &p->title_zh, &p->title_en, d));
    TRY(profile_text(r, k[TOP_SOURCE], PROFILE_SOURCE_MAX, &p->source, d));
    TRY(read_currency(r, k[TOP_CURRENCY], d));
    if (k[TOP_ROWS] != NULL) {
        TRY(profile_number(r, k[TOP_ROWS], 1, PROFILE_ROWS_MAX, &p->rows_max, d));
    }
    return k[TOP_SETTINGS] != NULL ? read_settings(r, k[TOP_SETTINGS], d) : ST_OK;
}

static enum status read_layout(const struct reading *r, const struct ynode *top,
                               const struct ynode **k, struct diag *d)
{
    static const size_t needed[] = {LAYOUT_LINE_END, LAYOUT_SEPARATOR};
    struct profile_layout *l = &r->p->layout;
    *l = (struct profile_layout){
        .last_line_end = true, .cut = CUT_NOT, .separator = str_of("")};
    TRY(profile_read_layout(r, k, l, d));
    for (size_t i = 0; !l->sheet && i < PROFILE_COUNT_OF(needed); i++) {
        if (k[needed[i]] == NULL) {
            yaml_fail(r->file, top->place, d, "missing-key", "\"%s\" is missing",
                      top_keys[needed[i]].name);
            return diag_hint(d, "every text file has one");
        }
    }
    r->p->answer.layout = *l; /* until the answer says otherwise */
    return ST_OK;
}

/* ---- variants ---- */

static enum status read_body(const struct reading *r, const struct ynode **k,
                             struct place at, struct profile_body *out, struct diag *d)
{
    if (k[BODY_DETAIL] == NULL) {
        yaml_fail(r->file, at, d, "missing-key", "\"detail\" is missing");
        return diag_hint(d, "it is the line of one payment");
    }
    if (k[BODY_HEADER] != NULL) {
        TRY(profile_read_lines(r, k[BODY_HEADER], IN_HEAD, &out->header,
                               &out->header_count, d));
    }
    if (k[BODY_COLUMN_NAMES] != NULL) {
        TRY(profile_yes_no(r, k[BODY_COLUMN_NAMES], &out->column_names, d));
    }
    TRY(profile_read_line(r, k[BODY_DETAIL], IN_DETAIL, &out->detail, d));
    if (k[BODY_TRAILER] != NULL) {
        TRY(profile_read_lines(r, k[BODY_TRAILER], IN_HEAD, &out->trailer,
                               &out->trailer_count, d));
    }
    return ST_OK;
}

/* Several files of one batch need several names. */
static enum status check_file_name(const struct reading *r,
                                   const struct profile_line *name, struct diag *d)
{
    bool told_apart =
        profile_line_has(name, WORD_FILE_NUMBER) || profile_line_has(name, WORD_PART);
    if (name->count > 0 && r->p->rows_max > 0 && !told_apart) {
        yaml_fail(r->file, name->place, d, "file-name-same",
                  "with `rows-per-file` several files would have one name");
        return diag_hint(d, "put {file-number:3} or {part:3} into it");
    }
    return ST_OK;
}

/* Whom and how much: without them it is no payment. */
static enum status check_needed(const struct reading *r, const struct profile_line *l,
                                struct diag *d)
{
    static const enum profile_word needed[] = {WORD_ACCOUNT, WORD_AMOUNT};
    for (size_t i = 0; i < PROFILE_COUNT_OF(needed); i++) {
        if (!profile_line_has(l, needed[i])) {
            yaml_fail(r->file, l->place, d, "detail-word",
                      "a payment without {value: %s} is none",
                      profile_word_name(needed[i]));
            return diag_hint(d, "add the field where the bank wants it");
        }
    }
    return ST_OK;
}

static enum status read_variant(const struct reading *r, const struct ynode **k,
                                struct place at, struct profile_variant *out,
                                struct diag *d)
{
    static const struct word words[] = {{"same-bank", FOR_SAME_BANK},
                                        {"other-bank", FOR_OTHER_BANK},
                                        {"any", FOR_ANY},
                                        {NULL, 0}};
    int takes = FOR_ANY;
    if (k[BODY_FOR] != NULL) {
        TRY(profile_one_of(r, k[BODY_FOR], words, &takes, d));
    }
    out->takes = (enum profile_for)takes;
    if (k[BODY_FILE_NAME] != NULL) {
        TRY(profile_read_pattern(r, k[BODY_FILE_NAME], &out->file_name, d));
        TRY(check_file_name(r, &out->file_name, d));
    }
    TRY(read_body(r, k, at, &out->body, d));
    TRY(check_needed(r, &out->body.detail, d));
    return profile_check_body(r, &r->p->layout, &out->body, d);
}

static enum status check_variants(const struct reading *r,
                                  const struct profile_variant *all, size_t last,
                                  struct place at, struct diag *d)
{
    for (size_t i = 0; i < last; i++) {
        if (str_eq(all[i].name, all[last].name)) {
            return doubled_name(r, at, d);
        }
        if (all[i].takes == FOR_ANY || all[i].takes == all[last].takes) {
            yaml_fail(r->file, at, d, "variant-never",
                      "an earlier variant takes all payments of this one");
            return diag_hint(d, "the first that takes a payment gets it");
        }
    }
    return ST_OK;
}

static enum status read_variants(const struct reading *r, const struct ynode *top,
                                 const struct ynode **above, struct diag *d)
{
    const struct ynode *list = above[TOP_VARIANTS];
    const struct ynode *said = above[TOP_BODY + BODY_FOR];
    void *memory = NULL;
    if (list == NULL) {
        struct profile_variant *one = arena_alloc(r->p->arena, sizeof *one);
        if (one == NULL) {
            return arena_check(r->p->arena, d);
        }
        one->name = str_of("");
        r->p->variants = one;
        r->p->variant_count = 1;
        return read_variant(r, above + TOP_BODY, top->place, one, d);
    }
    if (said != NULL) {
        yaml_fail(r->file, said->key_place, d, "for-place",
                  "with `variants`, each says what it is for");
        return diag_hint(d, "move it into the variants");
    }
    TRY(profile_items(r, list, PROFILE_VARIANTS_MAX, sizeof(struct profile_variant),
                      &memory, d));
    struct profile_variant *variants = memory;
    size_t i = 0;
    for (const struct ynode *m = list->first; m != NULL; m = m->next) {
        const struct ynode *k[VARIANT_KEYS];
        TRY(profile_keys(r, m, "a variant", variant_keys, VARIANT_KEYS, k, d));
        for (size_t j = 0; j < BODY_KEYS; j++) {
            k[j] = k[j] != NULL ? k[j] : above[TOP_BODY + j];
        }
        TRY(profile_read_name(r, k[VARIANT_NAME], &variants[i].name, d));
        TRY(read_variant(r, k, m->place, &variants[i], d));
        TRY(check_variants(r, variants, i, m->place, d));
        i++;
    }
    r->p->variants = variants;
    r->p->variant_count = i;
    return ST_OK;
}

/* ---- the whole ---- */

static enum status read_all(const struct reading *r, struct arena *tree,
                            struct str text, struct diag *d)
{
    const struct ynode *top = NULL;
    const struct ynode *k[TOP_KEYS];
    TRY(yaml_read(&top, tree, text, r->file, d));
    TRY(profile_keys(r, top, "a profile", top_keys, TOP_KEYS, k, d));
    TRY(read_head(r, k, d));
    TRY(read_layout(r, top, k, d));
    TRY(read_variants(r, top, k, d));
    return profile_read_the_answer(r, k[TOP_ANSWER], d);
}

enum status profile_read(struct profile **out, struct str text, const char *file_name,
                         struct diag *d)
{
    enum status st = ST_OK;
    struct arena *tree = NULL;
    struct arena *model = NULL;
    if (text.n > PROFILE_FILE_MAX) {
        diag_fail(d, ST_INPUT, "yaml-size", "the file has more than %d bytes",
                  PROFILE_FILE_MAX);
        diag_where(d, "%s", file_name);
        return profile_hint(d);
    }
    TRY_OUT(arena_new(&tree, TREE_MAX, d));
    TRY_OUT(arena_new(&model, MODEL_MAX, d));
    struct profile *p = arena_alloc(model, sizeof *p);
    if (p == NULL) {
        TRY_OUT(arena_check(model, d));
    } else {
        p->arena = model;
        struct reading r = {p, file_name};
        TRY_OUT(read_all(&r, tree, text, d));
        profile_make_format(p);
        *out = p;
        model = NULL; /* the profile's now */
    }
out:
    arena_free(model);
    arena_free(tree);
    return st == ST_OK ? ST_OK : profile_hint(d);
}

void profile_free(struct profile *p)
{
    if (p != NULL) {
        arena_free(p->arena);
    }
}
