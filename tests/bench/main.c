/* main.c - bench: how long the main job takes at several sizes, each step beside a
 * limit measured in the same run on the same disk.
 *
 *   build/bench [PEOPLE...]     sizes; BENCH_SIZES, or 10000 100000 1000000
 *
 * Files live below build/bench-data (BENCH_DIR) and are removed. */
/* sync is XSI, which the Makefile does not ask for. */
#define _XOPEN_SOURCE 700

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/bench/bench.h"

#define SIZES_MAX 8
#define MB 1e6

struct limits {
    double chain_1m; /* seconds for a million records */
    double append_1m;
    double copy_bytes_per_second;
    double fsync;
};

struct result {
    uint64_t people;
    double import_limit;
    struct floor floor;
    struct county_times times;
};

/* ---- one line of the table ---- */

static const char *const step_names[STEP_COUNT] = {
    [STEP_CHECK_PEOPLE] = "import people: check",
    [STEP_IMPORT_PEOPLE] = "import people: confirm",
    [STEP_IMPORT_FACTS] = "import assessments",
    [STEP_IMPORT_LISTS] = "import three lists",
    [STEP_FIRST_RUN] = "run, from 2024-09 on",
    [STEP_FIRST_BATCH] = "batch new..release",
    [STEP_FIRST_EXPORT] = "export pain.001",
    [STEP_FIRST_ANSWER] = "answer",
    [STEP_MONTH_RUN] = "monthly run",
    [STEP_AGAIN_RUN] = "run that posts nothing",
    [STEP_MONTH_BATCH] = "batch new..release",
    [STEP_MONTH_PIPE] = "export pipe, GBK",
    [STEP_MONTH_EXPORT] = "export pain.001",
    [STEP_MONTH_ANSWER] = "answer",
    [STEP_VERIFY_HASHES] = "verify --hashes-only",
    [STEP_VERIFY_ALL] = "verify, everything",
    [STEP_PROVE] = "prove one record",
    [STEP_BUNDLE] = "bundle of all records",
    [STEP_BUNDLE_VERIFY] = "almoner-verify",
};

struct limit {
    double seconds;
    const char *name;
};

static struct limit limit_of(const struct result *r, const struct limits *raw,
                             enum step step)
{
    double records = (double)r->times.month_records / 1e6;
    struct limit chain_append = {records * (raw->chain_1m + raw->append_1m),
                                 "chain+append"};
    switch (step) {
    case STEP_CHECK_PEOPLE:
    case STEP_IMPORT_PEOPLE:
        return (struct limit){r->import_limit, "read+iconv+seal+append"};
    case STEP_FIRST_RUN:
    case STEP_MONTH_RUN:
        return (struct limit){r->floor.run, "floor's run"};
    case STEP_FIRST_EXPORT:
    case STEP_MONTH_EXPORT:
    case STEP_MONTH_PIPE:
        return (struct limit){r->floor.export, "floor's export"};
    case STEP_AGAIN_RUN:
    case STEP_FIRST_ANSWER:
    case STEP_MONTH_ANSWER:
        return (struct limit){r->times.steps[STEP_MONTH_RUN].seconds, "monthly run"};
    case STEP_VERIFY_ALL:
        return (struct limit){r->times.steps[STEP_FIRST_RUN].seconds +
                                  r->times.steps[STEP_MONTH_RUN].seconds,
                              "runs it recomputes"};
    case STEP_VERIFY_HASHES:
    case STEP_BUNDLE:
    case STEP_BUNDLE_VERIFY:
        return (struct limit){r->floor.verify * (double)r->times.records /
                                  (double)r->people,
                              "floor's verify/record"};
    case STEP_PROVE:
        return (struct limit){raw->fsync, "fsync"};
    case STEP_IMPORT_FACTS:
    case STEP_IMPORT_LISTS:
    case STEP_FIRST_BATCH:
    case STEP_MONTH_BATCH:
    case STEP_COUNT:
        break;
    }
    return chain_append;
}

static void print_step(const struct result *r, const struct limits *raw, enum step step)
{
    const struct usage *u = &r->times.steps[step];
    if (!r->times.done[step]) {
        (void)printf("  %-24s %10s\n", step_names[step], "not done");
        return;
    }
    struct limit limit = limit_of(r, raw, step);
    (void)printf("  %-24s %8.3f s %7.3f %8.2f %8.3f %-23s %6.1f %7.0f %7.0f\n",
                 step_names[step], u->seconds, u->cpu,
                 u->seconds * 1e6 / (double)r->people, limit.seconds, limit.name,
                 limit.seconds > 0 ? u->seconds / limit.seconds : 0,
                 (double)u->own_bytes / MB, (double)u->peak_bytes / MB);
}

static void print_small_job(const struct result *r)
{
    const struct floor *f = &r->floor;
    const struct county_times *t = &r->times;
    if (!t->done[STEP_MONTH_EXPORT] || !t->done[STEP_VERIFY_HASHES]) {
        return;
    }
    double ours = t->steps[STEP_MONTH_RUN].seconds +
                  t->steps[STEP_MONTH_EXPORT].seconds +
                  t->steps[STEP_VERIFY_HASHES].seconds;
    double floor = f->run + f->export + f->verify;
    (void)printf(
        "  small job: run + export + verify --hashes-only %.3f s; floor %.3f s; "
        "ratio %.1f\n",
        ours, floor, ours / floor);
    (void)printf("  export %.0f MB/s (%.1f MB); full verify of %llu records %.1f x the "
                 "monthly run; bundle %.1f MB\n",
                 (double)t->export_bytes / MB / t->steps[STEP_MONTH_EXPORT].seconds,
                 (double)t->export_bytes / MB, (unsigned long long)t->records,
                 t->steps[STEP_VERIFY_ALL].seconds / t->steps[STEP_MONTH_RUN].seconds,
                 (double)t->bundle_bytes / MB);
    uint64_t posted = t->first_records + t->month_records;
    (void)printf(
        "  ledger %.1f MB: %.0f bytes a person imported, then %.0f bytes for each "
        "of %llu entitlements posted and their batches\n",
        (double)t->data_bytes / MB, (double)t->import_bytes / (double)r->people,
        (double)(t->data_bytes - t->import_bytes) / (double)(posted + 1),
        (unsigned long long)posted);
}

static void print_result(const struct result *r, const struct limits *raw)
{
    const struct floor *f = &r->floor;
    (void)printf("\n%llu people; the floor: run %.3f s, export %.3f s (%.1f MB; its "
                 "fsync %.3f s more), verify %.3f s\n",
                 (unsigned long long)r->people, f->run, f->export,
                 (double)f->export_bytes / MB, f->export_fsync, f->verify);
    (void)printf("  %-24s %10s %7s %8s %8s %-23s %6s %7s %7s\n", "step", "seconds",
                 "cpu s", "us each", "limit s", "limit", "ratio", "own MB", "peak MB");
    for (int step = 0; step < STEP_COUNT; step++) {
        print_step(r, raw, (enum step)step);
    }
    print_small_job(r);
    (void)fflush(stdout);
}

/* ---- all sizes ---- */

static void measure_limits(const char *dir, struct limits *raw)
{
    const uint64_t million = 1000000;
    raw->chain_1m = raw_chain_seconds(million);
    raw->append_1m = raw_append_seconds(dir, million);
    raw->copy_bytes_per_second = raw_copy_bytes_per_second();
    raw->fsync = raw_fsync_seconds(dir);
    (void)printf("raw limits here: SHA-256 chain %.2f M/s, LMDB append %.2f M/s (%d B, "
                 "10,000 a transaction), copy %.1f GB/s, fsync %.2f ms\n",
                 1 / raw->chain_1m, 1 / raw->append_1m, RAW_BYTES,
                 raw->copy_bytes_per_second / 1e9, raw->fsync * 1e3);
    (void)fflush(stdout);
}

static void measure_size(const char *dir, struct result *r)
{
    char work[PATH_CAP];
    char people[PATH_CAP];
    char name[32];
    (void)snprintf(name, sizeof name, "%llu", (unsigned long long)r->people);
    path_join(work, dir, name);
    path_join(people, work, "people.csv");
    remove_tree(work);
    make_dir(work);
    county_make(work, r->people);
    /* First, while nothing of the program's waits to be written. */
    sync();
    r->import_limit = raw_import_seconds(work, people);
    floor_measure(work, people, &r->floor);
    sync();
    county_measure(work, &r->times);
    const char *keep = getenv("BENCH_KEEP");
    if (keep == NULL || keep[0] == '\0') {
        remove_tree(work);
    }
}

static void print_growth(struct result *const *results, size_t n)
{
    static const enum step shown[] = {STEP_IMPORT_PEOPLE, STEP_MONTH_RUN,
                                      STEP_MONTH_EXPORT, STEP_MONTH_ANSWER,
                                      STEP_VERIFY_ALL};
    (void)printf("\nmicroseconds a person\n  %-24s", "");
    for (size_t i = 0; i < n; i++) {
        (void)printf(" %10llu", (unsigned long long)results[i]->people);
    }
    for (size_t s = 0; s < sizeof shown / sizeof shown[0]; s++) {
        (void)printf("\n  %-24s", step_names[shown[s]]);
        for (size_t i = 0; i < n; i++) {
            (void)printf(" %10.2f", results[i]->times.steps[shown[s]].seconds * 1e6 /
                                        (double)results[i]->people);
        }
    }
    (void)printf("\n");
}

static size_t read_sizes(const char *text, uint64_t sizes[SIZES_MAX])
{
    size_t n = 0;
    while (*text != '\0') {
        text += strspn(text, " ,");
        size_t length = strcspn(text, " ,");
        if (length == 0) {
            break;
        }
        if (n == SIZES_MAX ||
            !text_u64(str_make(text, length), 1, 10000000, &sizes[n])) {
            fail("not a list of sizes", text);
        }
        n++;
        text += length;
    }
    return n;
}

int main(int argc, char **argv)
{
    uint64_t sizes[SIZES_MAX];
    size_t n = 0;
    for (int i = 1; i < argc && n < SIZES_MAX; i++) {
        n += read_sizes(argv[i], sizes + n);
    }
    const char *list = getenv("BENCH_SIZES");
    if (n == 0) {
        n = read_sizes(list != NULL && list[0] ? list : "10000 100000 1000000", sizes);
    }
    const char *dir = getenv("BENCH_DIR");
    dir = dir != NULL && dir[0] != '\0' ? dir : "build/bench-data";
    make_dir(dir);
    struct limits raw;
    measure_limits(dir, &raw);
    struct result *results[SIZES_MAX];
    for (size_t i = 0; i < n; i++) {
        results[i] = calloc(1, sizeof **results);
        if (results[i] == NULL) {
            fail("no memory", "bench");
        }
        results[i]->people = sizes[i];
        measure_size(dir, results[i]);
        print_result(results[i], &raw);
    }
    print_growth(results, n);
    for (size_t i = 0; i < n; i++) {
        free(results[i]);
    }
    (void)remove(dir);
    return 0;
}
