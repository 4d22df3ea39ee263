/* replay.c - a main for the fuzz targets without libFuzzer: feeds the empty input,
 * then each file of the folders given as arguments, so that `make check` keeps what
 * fuzzing once found. A file is named before it is fed: a crash shows which it was. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_BYTES_MAX (16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *what, const char *path)
{
    fprintf(stderr, "replay: cannot %s \"%s\": %s\n", what, path, strerror(errno));
    exit(EXIT_FAILURE);
}

/* A block of exactly the file's size: a sanitizer then sees a read beyond its end. */
static void feed_file(const char *path, size_t size)
{
    uint8_t *data = malloc(size > 0 ? size : 1);
    FILE *f = fopen(path, "rb");
    if (data == NULL || f == NULL || fread(data, 1, size, f) != size) {
        die("read", path);
    }
    fclose(f);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static size_t feed_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        die("open", folder);
    }
    size_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char path[4096];
        struct stat st;
        int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (n < 0 || (size_t)n >= sizeof path || stat(path, &st) != 0) {
            die("look at", entry->d_name);
        }
        if (!S_ISREG(st.st_mode)) {
            continue;
        }
        if (st.st_size > INPUT_BYTES_MAX) {
            errno = EFBIG;
            die("read", path);
        }
        feed_file(path, (size_t)st.st_size);
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    static const uint8_t nothing[1];
    size_t count = 1;
    LLVMFuzzerTestOneInput(nothing, 0);
    for (int i = 1; i < argc; i++) {
        count += feed_folder(argv[i]);
    }
    printf("%zu inputs\n", count);
    return EXIT_SUCCESS;
}
