/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_index.c - what `akin-index add` costs, beside what decoding alone costs
 * with as many threads, and whether memory grows with the corpus.
 *
 * Seconds by the clock are beside seconds of user CPU, whose ratios are
 * steadier on a machine that does other work, too.
 *
 * Every measurement runs in a process of its own, so that its peak memory is
 * its own and the file cache is warm for all but the first (a discarded round
 * of decoding). Memory is measured over the corpus as it is and over the same
 * images `--times` times (hard links are not enough: the bytes would be known;
 * a byte is appended to each copy, which all readers of images ignore).
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "add.h"
#include "akin/decode.h"
#include "akin/file.h"
#include "akin/planes.h"
#include "bench.h"
#include "source.h"

#define TIMES 3

/* What a child sends to its parent. */
struct cost {
    double seconds;
    double cpu; /* seconds of all threads, in user mode */
    double images;
    double rss_mib;
    int ok;
};

/* ---- decoding alone ---- */

struct decoding {
    const struct akin_source *images;
    const struct akin_config *config;
    atomic_size_t next, n_done;
};

static bool
decode_one(const char *path, const struct akin_config *config)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane_list planes = {0};
    enum akin_status st = akin_decode_open(path, config, &decoder, NULL);

    if (st == AKIN_OK)
        st = akin_planes_choose(akin_decode_info(decoder), config, &planes,
                                NULL);
    for (size_t i = 0; st == AKIN_OK && i < planes.n; i++) {
        struct akin_plane plane = {0};

        st = akin_decode_plane(decoder, planes.ref[i].z, planes.ref[i].c,
                               planes.ref[i].t, &plane, NULL);
        akin_plane_free(&plane);
    }
    akin_plane_list_free(&planes);
    akin_decode_close(decoder);
    return st == AKIN_OK;
}

static void *
decode_some(void *arg)
{
    struct decoding *d = arg;
    size_t i;

    while ((i = atomic_fetch_add(&d->next, 1)) < d->images->n_files) {
        char *path = akin_source_path(d->images, i);

        if (decode_one(path, d->config))
            (void)atomic_fetch_add(&d->n_done, 1);
        free(path);
    }
    return NULL;
}

static double
decode_all(const struct akin_source *images, const struct akin_config *config)
{
    size_t n = akin_config_threads(config->index_jobs);
    pthread_t *threads = akin_new(n, sizeof(*threads));
    struct decoding d = {.images = images, .config = config};

    for (size_t i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, decode_some, &d) != 0)
            n = i;
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    free(threads);
    return (double)d.n_done;
}

/* ---- one measurement in its own process ---- */

struct task {
    const struct akin_source *images; /* decode these; NULL: add instead */
    const char *source, *store;
    const struct akin_config *config;
};

static double
add_all(const struct task *task)
{
    struct akin_add_options options = {.store = task->store,
                                       .paths = &task->source,
                                       .n_paths = 1,
                                       .config = task->config,
                                       .publish = AKIN_PUBLISH_NEVER,
                                       .is_quiet = true};
    struct akin_summary summary = {0};
    struct akin_error err = {0};
    double images = -1;

    if (akin_add_run(&options, &summary, &err) == AKIN_OK)
        images = (double)summary.images.added;
    else
        (void)bench_failed(&err);
    akin_summary_free(&summary);
    return images;
}

static void
measure_here(const struct task *task, int fd)
{
    struct cost cost = {.ok = 1};
    struct rusage usage;
    uint64_t start = bench_now_ns();

    cost.images = task->images != NULL ? decode_all(task->images, task->config)
                                       : add_all(task);
    cost.seconds = (double)(bench_now_ns() - start) / 1e9;
    (void)getrusage(RUSAGE_SELF, &usage);
    cost.cpu =
        (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
    cost.rss_mib = (double)usage.ru_maxrss / 1024;
    if (write(fd, &cost, sizeof(cost)) != (ssize_t)sizeof(cost))
        _exit(1);
    _exit(0);
}

static enum akin_status
measure(const struct task *task, struct cost *out, struct akin_error *err)
{
    int ends[2];
    pid_t pid;
    ssize_t n;

    if (pipe(ends) != 0 || fflush(stdout) != 0 || (pid = fork()) < 0)
        return AKIN_FAIL(err, AKIN_EIO, "no process can be started");
    if (pid == 0)
        measure_here(task, ends[1]);
    (void)close(ends[1]);
    n = read(ends[0], out, sizeof(*out));
    (void)close(ends[0]);
    (void)waitpid(pid, NULL, 0);
    if (n != (ssize_t)sizeof(*out) || out->images < 0)
        return AKIN_FAIL(err, AKIN_EINTERNAL, "the measurement failed");
    return AKIN_OK;
}

/* ---- a larger corpus of the same images ---- */

static enum akin_status
copy_image(const char *path, const char *folder, size_t nth, size_t round,
           struct akin_error *err)
{
    struct akin_buf bytes = {0}, name = {0};
    enum akin_status st = akin_file_read(path, UINT64_C(1) << 32, &bytes, err);

    akin_buf_printf(&name, "%s/%zu-%zu-%s", folder, round, nth,
                    akin_path_base(path));
    for (size_t i = 0; st == AKIN_OK && i <= round; i++)
        akin_buf_put(&bytes, "\n", 1);
    if (st == AKIN_OK)
        st = akin_file_write(akin_buf_text(&name), akin_buf_span(&bytes), err);
    akin_buf_free(&name);
    akin_buf_free(&bytes);
    return st;
}

static enum akin_status
copy_all(const struct akin_source *images, const char *folder, size_t times,
         struct akin_error *err)
{
    enum akin_status st = akin_dir_make(folder, err);

    for (size_t round = 0; round < times; round++)
        for (size_t i = 0; st == AKIN_OK && i < images->n_files; i++) {
            char *path = akin_source_path(images, i);

            st = copy_image(path, folder, i, round, err);
            free(path);
        }
    return st;
}

static enum akin_status
run(const char *source, const char *scratch, size_t times,
    const struct akin_config *config, struct akin_error *err)
{
    struct akin_source images = {0}; /* just the files that add reads */
    char *large = akin_path_join(scratch, "large");
    char *store_1 = akin_path_join(scratch, "store-1");
    char *store_n = akin_path_join(scratch, "store-n");
    struct cost decode = {0}, add = {0}, add_n = {0};
    struct task task = {.images = &images, .config = config};
    enum akin_status st = akin_source_list(&source, 1, NULL, &images, err);

    for (int i = 0; st == AKIN_OK && i < 2; i++) /* the first warms the cache */
        st = measure(&task, &decode, err);
    task = (struct task){.source = source, .store = store_1, .config = config};
    if (st == AKIN_OK)
        st = measure(&task, &add, err);
    if (st == AKIN_OK)
        st = copy_all(&images, large, times, err);
    task = (struct task){.source = large, .store = store_n, .config = config};
    if (st == AKIN_OK)
        st = measure(&task, &add_n, err);
    if (st == AKIN_OK) {
        bench_header();
        bench_figure("threads", (double)akin_config_threads(config->index_jobs),
                     "threads");
        bench_figure("decode only", decode.images / decode.seconds, "images/s");
        bench_figure("add", add.images / add.seconds, "images/s");
        bench_ratio("add : decode only, seconds an image",
                    add.seconds / add.images, decode.seconds / decode.images);
        bench_figure("decode only, user CPU", decode.cpu, "s");
        bench_figure("add, user CPU", add.cpu, "s");
        bench_ratio("add : decode only, user CPU an image",
                    add.cpu / add.images, decode.cpu / decode.images);
        bench_figure("images", add.images, "images");
        bench_figure("peak memory", add.rss_mib, "MiB");
        bench_figure("images, larger corpus", add_n.images, "images");
        bench_figure("peak memory, larger corpus", add_n.rss_mib, "MiB");
    }
    free(store_n);
    free(store_1);
    free(large);
    akin_source_free(&images);
    return st;
}

int
bench_index(int argc, char **argv)
{
    const char *jobs = bench_option(&argc, argv, "--jobs");
    const char *times_text = bench_option(&argc, argv, "--times");
    size_t times =
        times_text != NULL ? (size_t)strtoul(times_text, NULL, 10) : TIMES;
    char scratch[] = "/tmp/akin-bench.XXXXXX";
    struct akin_error err = {0};
    struct akin_config config;
    enum akin_status st = AKIN_OK;

    akin_config_init(&config);
    if (argc != 2 || times == 0 || times > 1000)
        return bench_usage("index [--jobs N] [--times N] FOLDER");
    if (jobs != NULL)
        st = akin_config_set(&config, "index.jobs", jobs, &err);
    if (st == AKIN_OK && mkdtemp(scratch) == NULL)
        st = AKIN_FAIL(&err, AKIN_EIO, "cannot make a folder in /tmp");
    if (st != AKIN_OK)
        return bench_failed(&err);
    st = run(argv[1], scratch, times, &config, &err);
    if (akin_file_remove(scratch, NULL) != AKIN_OK)
        (void)fprintf(stderr, "%s is left over\n", scratch);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
