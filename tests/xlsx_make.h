/* xlsx_make.h - workbooks made in memory, for tests: a small ZIP writer (stored or
 * deflated) and the fixed parts around a sheet. Written from APPNOTE.TXT 4.3 and shares
 * no code with the reader. */
#ifndef ALMONER_TESTS_XLSX_MAKE_H
#define ALMONER_TESTS_XLSX_MAKE_H

#include <string.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/must.h"

#define XLSX_MAKE_MAX ((size_t)512 * 1024 * 1024)
#define XLSX_MAKE_FILES 16

/* A zeroed one is an empty archive; files are added, then it is ended once. */
struct xlsx_make {
    struct buf out;     /* the archive; released by who made it */
    struct buf central; /* its list, until the end */
    unsigned files;
    bool packed; /* deflate what comes */
};

static inline void xlsx_make_u16(struct buf *b, unsigned v)
{
    uint8_t p[2] = {(uint8_t)v, (uint8_t)(v >> 8)};
    buf_add(b, p, sizeof p);
}

static inline void xlsx_make_u32(struct buf *b, uint32_t v)
{
    xlsx_make_u16(b, v & 0xffff);
    xlsx_make_u16(b, v >> 16);
}

static inline void xlsx_make_begin(struct xlsx_make *m, bool packed)
{
    memset(m, 0, sizeof *m);
    buf_init(&m->out, XLSX_MAKE_MAX);
    buf_init(&m->central, XLSX_MAKE_MAX);
    m->packed = packed;
}

/* Version, flags, method, a date, checksum, both lengths, length of the name. */
static inline void xlsx_make_head(struct buf *b, bool packed, uint32_t crc,
                                  const uint32_t length[2], const char *name)
{
    xlsx_make_u16(b, 20);
    xlsx_make_u16(b, 0);
    xlsx_make_u16(b, packed ? 8 : 0);
    xlsx_make_u32(b, 0x5a210000);
    xlsx_make_u32(b, crc);
    xlsx_make_u32(b, length[0]);
    xlsx_make_u32(b, length[1]);
    xlsx_make_u16(b, (unsigned)strlen(name));
    xlsx_make_u16(b, 0);
}

static inline void xlsx_make_deflate(struct str text, struct buf *out)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    must(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&z, text.n);
    uint8_t *p = buf_room(out, room);
    must(p != NULL);
    z.next_in = (Bytef *)(uintptr_t)text.p;
    z.avail_in = (uInt)text.n;
    z.next_out = p;
    z.avail_out = (uInt)room;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static inline void xlsx_make_file(struct xlsx_make *m, const char *name,
                                  struct str text)
{
    struct buf packed;
    buf_init(&packed, XLSX_MAKE_MAX);
    if (m->packed) {
        xlsx_make_deflate(text, &packed);
    }
    struct str body = m->packed ? buf_str(&packed) : text;
    const uint32_t length[2] = {(uint32_t)body.n, (uint32_t)text.n};
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)text.p, (uInt)text.n);
    uint32_t at = (uint32_t)m->out.len;
    xlsx_make_u32(&m->out, 0x04034b50);
    xlsx_make_head(&m->out, m->packed, crc, length, name);
    buf_add_text(&m->out, name);
    buf_add_str(&m->out, body);
    xlsx_make_u32(&m->central, 0x02014b50);
    xlsx_make_u16(&m->central, 20);
    xlsx_make_head(&m->central, m->packed, crc, length, name);
    xlsx_make_u32(&m->central, 0); /* no comment, first disk */
    xlsx_make_u16(&m->central, 0);
    xlsx_make_u32(&m->central, 0);
    xlsx_make_u32(&m->central, at);
    buf_add_text(&m->central, name);
    m->files++;
    buf_release(&packed);
}

static inline struct str xlsx_make_end(struct xlsx_make *m)
{
    uint32_t at = (uint32_t)m->out.len;
    uint32_t n = (uint32_t)m->central.len;
    buf_add_str(&m->out, buf_str(&m->central));
    xlsx_make_u32(&m->out, 0x06054b50);
    xlsx_make_u32(&m->out, 0);
    xlsx_make_u16(&m->out, m->files);
    xlsx_make_u16(&m->out, m->files);
    xlsx_make_u32(&m->out, n);
    xlsx_make_u32(&m->out, at);
    xlsx_make_u16(&m->out, 0);
    must(!m->out.failed && !m->central.failed);
    buf_release(&m->central);
    return buf_str(&m->out);
}

/* ---- the parts of a workbook ---- */

#define XLSX_MAKE_XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define XLSX_MAKE_NS                                                                   \
    "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define XLSX_MAKE_RELS                                                                 \
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static inline void xlsx_make_text(struct xlsx_make *m, const char *name,
                                  const char *text)
{
    xlsx_make_file(m, name, str_of(text));
}

static inline void xlsx_make_root(struct xlsx_make *m)
{
    xlsx_make_text(
        m, "_rels/.rels",
        XLSX_MAKE_XML
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/"
        "relationships\"><Relationship Id=\"rId1\" Type=\"" XLSX_MAKE_RELS
        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    xlsx_make_text(
        m, "xl/_rels/workbook.xml.rels",
        XLSX_MAKE_XML
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/"
        "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" XLSX_MAKE_RELS
        "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
        "<Relationship Id=\"rId2\" Type=\"" XLSX_MAKE_RELS
        "/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/>"
        "<Relationship Id=\"rId3\" Type=\"" XLSX_MAKE_RELS
        "/sharedStrings\" Target=\"./sharedStrings.xml\"/>"
        "<Relationship Id=\"rId4\" Type=\"" XLSX_MAKE_RELS
        "/styles\" Target=\"../xl/styles.xml\"/></Relationships>");
}

/* The sheets of the <sheets> element; rId1 and rId2 are two parts. */
static inline void xlsx_make_book(struct xlsx_make *m, const char *before,
                                  const char *sheets)
{
    struct buf text;
    buf_init(&text, XLSX_MAKE_MAX);
    buf_addf(&text,
             XLSX_MAKE_XML "<workbook " XLSX_MAKE_NS " xmlns:r=\"" XLSX_MAKE_RELS
                           "\">%s<sheets>%s</sheets></workbook>",
             before, sheets);
    xlsx_make_file(m, "xl/workbook.xml", buf_str(&text));
    buf_release(&text);
}

#define XLSX_MAKE_SHEET "<sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/>"

/* Formats of cells: 0 general, 1 date (built in), 2 date (own), 3 time, 4 percent,
 * 5 money (own), 6 text, 7 month and day of the Chinese ones, 8 elapsed hours. */
static inline void xlsx_make_styles(struct xlsx_make *m)
{
    xlsx_make_text(
        m, "xl/styles.xml",
        XLSX_MAKE_XML
        "<styleSheet " XLSX_MAKE_NS "><numFmts count=\"3\">"
        "<numFmt numFmtId=\"176\" formatCode=\"yyyy&quot;-&quot;mm\\-dd;@\"/>"
        "<numFmt numFmtId=\"177\" formatCode=\"[Red]#,##0.00&quot;day&quot;\"/>"
        "<numFmt numFmtId=\"178\" formatCode=\"[h]:mm\"/></numFmts>"
        "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
        "<cellXfs count=\"9\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>"
        "<xf numFmtId=\"176\"/><xf numFmtId=\"20\"/><xf numFmtId=\"10\"/>"
        "<xf numFmtId=\"177\"/><xf numFmtId=\"49\"/><xf numFmtId=\"58\"/>"
        "<xf numFmtId=\"178\"/></cellXfs></styleSheet>");
}

/* The whole of a workbook: sheet is what stands in <worksheet>, strings what stands in
 * <sst>. Release m->out. */
static inline struct str xlsx_make_workbook(struct xlsx_make *m, const char *sheet,
                                            const char *strings, bool packed)
{
    struct buf text;
    buf_init(&text, XLSX_MAKE_MAX);
    xlsx_make_begin(m, packed);
    xlsx_make_root(m);
    xlsx_make_book(m, "", XLSX_MAKE_SHEET);
    xlsx_make_styles(m);
    buf_addf(&text, XLSX_MAKE_XML "<sst " XLSX_MAKE_NS ">%s</sst>", strings);
    xlsx_make_file(m, "xl/sharedStrings.xml", buf_str(&text));
    buf_clear(&text);
    buf_add_text(&text, XLSX_MAKE_XML "<worksheet " XLSX_MAKE_NS ">");
    buf_add_text(&text, sheet);
    buf_add_text(&text, "</worksheet>");
    xlsx_make_file(m, "xl/worksheets/sheet1.xml", buf_str(&text));
    buf_release(&text);
    return xlsx_make_end(m);
}

#endif
