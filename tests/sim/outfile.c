/* outfile.c - see outfile.h. */
#include "tests/sim/outfile.h"

#include <stdio.h>
#include <stdlib.h>

#define PIECE ((size_t)256 * 1024)

struct outfile {
    FILE *file;
    const char *path;
    struct charset_conv *conv; /* NULL: UTF-8 stays */
    struct buf text;
    struct buf converted;
};

void outfile_abandon(struct outfile *f)
{
    if (f == NULL) {
        return;
    }
    if (f->file != NULL) {
        (void)fclose(f->file);
    }
    charset_conv_free(f->conv);
    buf_release(&f->text);
    buf_release(&f->converted);
    free(f);
}

enum status outfile_open(struct outfile **out, const char *path, enum charset charset,
                         struct diag *d)
{
    struct outfile *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return diag_memory(d);
    }
    enum status st = ST_OK;
    f->path = path;
    buf_init(&f->text, 4 * PIECE);
    buf_init(&f->converted, 8 * PIECE);
    if (charset != CHARSET_UTF8) {
        TRY_OUT(charset_conv_new(&f->conv, CHARSET_UTF8, charset, d));
    }
    f->file = fopen(path, "wb");
    if (f->file == NULL) {
        st = diag_errno(d, "cannot write", path);
        goto out;
    }
    *out = f;
    return ST_OK;
out:
    outfile_abandon(f);
    return st;
}

struct buf *outfile_buf(struct outfile *f)
{
    return &f->text;
}

static enum status write_all(struct outfile *f, struct diag *d)
{
    TRY(buf_check(&f->text, d));
    struct str bytes = buf_str(&f->text);
    if (f->conv != NULL) {
        buf_clear(&f->converted);
        size_t used = 0;
        TRY(charset_convert(f->conv, bytes, true, &f->converted, &used, d));
        bytes = buf_str(&f->converted);
    }
    if (bytes.n > 0 && fwrite(bytes.p, 1, bytes.n, f->file) != bytes.n) {
        return diag_errno(d, "cannot write", f->path);
    }
    buf_clear(&f->text);
    return ST_OK;
}

enum status outfile_offer(struct outfile *f, struct diag *d)
{
    return f->text.len < PIECE ? ST_OK : write_all(f, d);
}

enum status outfile_close(struct outfile *f, struct diag *d)
{
    enum status st = write_all(f, d);
    FILE *file = f->file;
    f->file = NULL;
    if (fclose(file) != 0 && st == ST_OK) {
        st = diag_errno(d, "cannot write", f->path);
    }
    outfile_abandon(f);
    return st;
}
