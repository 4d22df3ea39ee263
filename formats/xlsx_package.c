/* xlsx_package.c - from the archive to the parts that are read: the workbook by the
 * package's relationships, the sheet by the workbook's (ISO/IEC 29500-2 section 6.5, -1
 * section 18.2). Part names are never guessed. */
#include "formats/xlsx_private.h"

#include <string.h>

#include "base/text.h"

#define ID_MAX 128

/* ---- relationships ---- */

enum { RELATIONSHIPS = 1, RELATIONSHIP };

static const struct xml_step RELATION_STEPS[] = {
    {0, RELATIONSHIPS, "Relationships"},
    {RELATIONSHIPS, RELATIONSHIP, "Relationship"},
};

/* Looks for the last word of a type, or for an id. */
struct wanted {
    const char *type; /* "/styles"; NULL: by id */
    const char *id;
    char *target; /* XLSX_PART_MAX; "" until found */
};

struct relations {
    const char *base; /* "xl/": of the part they are of */
    struct wanted *wanted;
    size_t count;
};

/* A target, relative to base, as the name of a part. False when it is none. */
static bool resolve(const char *base, struct str target, char out[XLSX_PART_MAX])
{
    char path[2 * XLSX_PART_MAX];
    size_t n = 0;
    size_t base_n = target.n > 0 && target.p[0] == '/' ? 0 : strlen(base);
    if (target.n == 0 || base_n + target.n >= sizeof path) {
        return false;
    }
    memcpy(path, base, base_n);
    memcpy(path + base_n, target.p, target.n);
    struct str rest = str_make(path, base_n + target.n);
    while (rest.n > 0) {
        const char *slash = memchr(rest.p, '/', rest.n);
        struct str word =
            str_make(rest.p, slash != NULL ? (size_t)(slash - rest.p) : rest.n);
        rest = str_make(rest.p + word.n, rest.n - word.n);
        rest = rest.n > 0 ? str_make(rest.p + 1, rest.n - 1) : rest;
        if (str_is(word, "..")) {
            while (n > 0 && out[--n] != '/') {
            }
        } else if (word.n > 0 && !str_is(word, ".")) {
            if (n + 1 + word.n >= XLSX_PART_MAX) {
                return false;
            }
            n += n > 0 ? 1 : 0;
            out[n > 0 ? n - 1 : 0] = '/';
            memcpy(out + n, word.p, word.n);
            n += word.n;
        }
    }
    out[n] = '\0';
    return n > 0;
}

static bool is_wanted(const struct wanted *w, struct str type, struct str id)
{
    if (w->target[0] != '\0') {
        return false;
    }
    if (w->type == NULL) {
        return str_is(id, w->id);
    }
    size_t n = strlen(w->type);
    return type.n > n && memcmp(type.p + type.n - n, w->type, n) == 0;
}

static enum status on_relation(void *ctx, unsigned state,
                               const struct xml_attributes *a, struct diag *d)
{
    struct relations *r = ctx;
    if (state != RELATIONSHIP || str_is(xml_attribute(a, "TargetMode"), "External")) {
        return ST_OK;
    }
    struct str type = xml_attribute(a, "Type");
    struct str id = xml_attribute(a, "Id");
    for (size_t i = 0; i < r->count; i++) {
        struct wanted *w = &r->wanted[i];
        if (is_wanted(w, type, id) &&
            !resolve(r->base, xml_attribute(a, "Target"), w->target)) {
            return diag_fail(d, ST_INPUT, "xlsx-xml",
                             "the workbook is damaged: a part's name makes no sense");
        }
    }
    return ST_OK;
}

static enum status read_relations(struct relations *r, struct zip *zip,
                                  const char *part, struct diag *d)
{
    struct xml_handler h = {.steps = RELATION_STEPS,
                            .step_count =
                                sizeof RELATION_STEPS / sizeof RELATION_STEPS[0],
                            .start = on_relation,
                            .ctx = r};
    return xlsx_xml_read(zip, part, &h, d);
}

/* ---- the workbook ---- */

enum { WORKBOOK = 1, PROPERTIES, SHEETS, SHEET };

static const struct xml_step WORKBOOK_STEPS[] = {
    {0, WORKBOOK, "workbook"},
    {WORKBOOK, PROPERTIES, "workbookPr"},
    {WORKBOOK, SHEETS, "sheets"},
    {SHEETS, SHEET, "sheet"},
};

struct book {
    struct xlsx_package *p;
    const char *wanted; /* NULL: the first that is shown */
    char id[ID_MAX];    /* of the sheet's relationship; "" until found */
};

static void take_sheet(struct book *b, const struct xml_attributes *a)
{
    struct str name = xml_attribute(a, "name");
    struct str state = xml_attribute(a, "state");
    bool shown = state.n == 0 || str_is(state, "visible");
    bool right = b->wanted != NULL ? str_is(text_trim(name), b->wanted) : shown;
    if (right && b->id[0] == '\0' &&
        str_copy(xml_attribute(a, "id"), b->id, sizeof b->id) &&
        str_copy(name, b->p->sheet, sizeof b->p->sheet)) {
        return;
    }
    b->p->others += shown ? 1 : 0;
}

static enum status on_book(void *ctx, unsigned state, const struct xml_attributes *a,
                           struct diag *d)
{
    struct book *b = ctx;
    (void)d;
    if (state == PROPERTIES) {
        struct str flag = xml_attribute(a, "date1904");
        b->p->date_1904 = str_is(flag, "1") || str_is(flag, "true");
    } else if (state == SHEET) {
        take_sheet(b, a);
    }
    return ST_OK;
}

static enum status no_sheet(const struct book *b, struct diag *d)
{
    if (b->wanted == NULL) {
        diag_fail(d, ST_INPUT, "xlsx-no-sheet", "the workbook shows no sheet");
        return diag_hint(d, "unhide the sheet with the list and save it again");
    }
    diag_fail(d, ST_INPUT, "xlsx-no-sheet", "the workbook has no sheet \"%s\"",
              b->wanted);
    return diag_hint(d, "compare the name with the tabs at the bottom of the window");
}

/* ---- together ---- */

/* Other files that are archives too. */
static enum status other_archive(const struct zip *zip, struct diag *d)
{
    static const struct {
        const char *has;
        const char *what;
    } others[] = {
        {"xl/workbook.bin", "a binary workbook (.xlsb)"},
        {"content.xml", "an OpenDocument file (.ods)"},
        {"word/document.xml", "a text document (.docx)"},
        {"ppt/presentation.xml", "a presentation (.pptx)"},
    };
    const char *what = "an archive (.zip), but no workbook";
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (zip_has(zip, others[i].has)) {
            what = others[i].what;
            break;
        }
    }
    diag_fail(d, ST_INPUT, "xlsx-other", "the file is %s", what);
    return diag_hint(d, "open it with the office program and save it as .xlsx");
}

/* "xl/workbook.xml": base "xl/", relations "xl/_rels/workbook.xml.rels". */
static bool relations_of(const char *part, char base[XLSX_PART_MAX],
                         char relations[XLSX_PART_MAX + 16])
{
    const char *slash = strrchr(part, '/');
    size_t n = slash != NULL ? (size_t)(slash - part) + 1 : 0;
    struct writer w;
    memcpy(base, part, n);
    base[n] = '\0';
    writer_init(&w, relations, XLSX_PART_MAX + 15);
    writer_bytes(&w, part, n);
    writer_bytes(&w, "_rels/", 6);
    writer_bytes(&w, part + n, strlen(part + n));
    writer_bytes(&w, ".rels", 5);
    relations[w.len] = '\0';
    return !w.failed;
}

enum status xlsx_package_read(struct xlsx_package *p, struct zip *zip,
                              const char *sheet, struct diag *d)
{
    char workbook[XLSX_PART_MAX] = "";
    char base[XLSX_PART_MAX];
    char relations[XLSX_PART_MAX + 16];
    struct wanted root[] = {{.type = "/officeDocument", .target = workbook}};
    struct relations r = {.base = "", .wanted = root, .count = 1};
    struct book b = {.p = p, .wanted = sheet != NULL && sheet[0] ? sheet : NULL};
    memset(p, 0, sizeof *p);
    if (!zip_has(zip, "_rels/.rels")) {
        return other_archive(zip, d);
    }
    TRY(read_relations(&r, zip, "_rels/.rels", d));
    size_t n = strlen(workbook);
    if (n < 4 || strcmp(workbook + n - 4, ".xml") != 0 ||
        zip_has(zip, "word/document.xml") || zip_has(zip, "ppt/presentation.xml") ||
        !relations_of(workbook, base, relations)) {
        return other_archive(zip, d);
    }
    struct xml_handler h = {.steps = WORKBOOK_STEPS,
                            .step_count =
                                sizeof WORKBOOK_STEPS / sizeof WORKBOOK_STEPS[0],
                            .start = on_book,
                            .ctx = &b};
    TRY(xlsx_xml_read(zip, workbook, &h, d));
    struct wanted parts[] = {{.id = b.id, .target = p->sheet_part},
                             {.type = "/sharedStrings", .target = p->strings_part},
                             {.type = "/styles", .target = p->styles_part}};
    struct relations all = {.base = base, .wanted = parts, .count = 3};
    if (b.id[0] != '\0') {
        TRY(read_relations(&all, zip, relations, d));
    }
    return p->sheet_part[0] != '\0' ? ST_OK : no_sheet(&b, d);
}
