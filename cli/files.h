/* files.h - files named on the command line: read as a stream that can begin again, or
 * whole up to a ceiling; written under another name and renamed when every byte is on
 * the disk, so that a name never stands for half a file. */
#ifndef ALMONER_CLI_FILES_H
#define ALMONER_CLI_FILES_H

#include "base/buf.h"
#include "batch/import.h"

#define FILE_PATH_MAX 4096

/* A ledger remembers where its keys are: that must not depend on where one stood. */
enum status file_absolute(const char *path, char out[FILE_PATH_MAX], struct diag *d)
    MUST_USE;

/* ---- in ---- */

/* The whole file; out is initialised here and has to be released also after a failure:
 * ST_INPUT "no-such-file", "no-access", "is-a-folder" or "file-too-big". */
enum status file_load(const char *path, size_t max, struct buf *out, struct diag *d)
    MUST_USE;

/* A file as it lies on the disk, not copied into memory. It must not be made shorter
 * meanwhile (crash.h says so then). */
struct file_map {
    struct str bytes; /* good until file_map_close */
    void *at;
};
/* As file_load; no pipe: ST_INPUT "not-a-file". */
enum status file_map_open(struct file_map *m, const char *path, struct diag *d)
    MUST_USE;
void file_map_close(struct file_map *m);

struct file_input {
    int fd;
    const char *path; /* borrowed */
};
/* The file must be one that can be read twice (no pipe: ST_INPUT "not-a-file"). */
enum status file_input_open(struct file_input *f, const char *path, struct diag *d)
    MUST_USE;
void file_input_close(struct file_input *f);
struct import_file file_input_source(struct file_input *f);

/* ---- out ---- */

struct file_output {
    int fd;
    unsigned mode;
    char path[FILE_PATH_MAX];
    char temporary[FILE_PATH_MAX + 16];
};
/* Opens a temporary file beside path, PATH.part; permission bits as given, less the
 * umask. */
enum status file_output_open(struct file_output *f, const char *path, unsigned mode,
                             struct diag *d) MUST_USE;
enum status file_output_write(struct file_output *f, const void *p, size_t n,
                              struct diag *d) MUST_USE;
/* Over bytes written before, at an offset. */
enum status file_output_patch(struct file_output *f, uint64_t at, const void *p,
                              size_t n, struct diag *d) MUST_USE;
/* Every byte on the disk and the file closed, under its temporary name: what commit
 * does first. For who writes many. */
enum status file_output_settle(struct file_output *f, struct diag *d) MUST_USE;
/* fsync, rename, fsync of the folder: an older file of the name is replaced. */
enum status file_output_commit(struct file_output *f, struct diag *d) MUST_USE;
/* As commit, but ST_CONFLICT "exists" when there is a file of the name. */
enum status file_output_commit_new(struct file_output *f, struct diag *d) MUST_USE;
/* As commit_new, but fine when the file of the name has the same bytes: then *same, and
 * it is left as it is. */
enum status file_output_commit_same(struct file_output *f, bool *same, struct diag *d)
    MUST_USE;
/* Removes what was not committed; fine after a commit. */
void file_output_drop(struct file_output *f);
/* Makes a folder, durably, in one that is there; fine when it is there already. */
enum status file_folder(const char *path, struct diag *d) MUST_USE;
/* All of the above for bytes in hand. */
enum status file_save(const char *path, struct str bytes, struct diag *d) MUST_USE;

#endif
