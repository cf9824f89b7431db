/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_serve.c - what the daemon adds to a search, what publishing and adding
 * do to its answers, and how soon a dataset is found.
 */
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/log.h"
#include "bench_ways.h"

#define ROUNDS 4
#define FRESH 20
#define PART_ANSWERS ((size_t)1024)
#define SEED 20260

extern char **environ;

static const struct bench_way *const daemon_way = &bench_ways[BENCH_WAYS - 1];

static bool
is_wanted(const char *only, const char *what)
{
    return only == NULL || strcmp(only, what) == 0;
}

/* --- ways beside each other --- */

static void
print_load(const char *name, struct bench_load_sum *sum)
{
    (void)printf("%s\t%zu\t%.1f\t%.3f\t%.3f\t%.3f\n", name, sum->ms.n,
                 bench_load_rate(sum), bench_quantile(&sum->ms, 0.5),
                 bench_quantile(&sum->ms, 0.99), bench_load_cpu_ms(sum));
    (void)fflush(stdout);
}

static enum akin_status
measure(struct bench_serve *b, const struct bench_way *way, size_t n_clients,
        double seconds, struct bench_load_sum *sum, struct akin_error *err)
{
    struct bench_load *load = bench_load_start(way, b, n_clients);

    bench_sleep(seconds);
    return bench_load_stop(load, sum, err);
}

static enum akin_status
compare(struct bench_serve *b, size_t n_clients, struct akin_error *err)
{
    struct bench_load_sum sum[BENCH_WAYS];
    double rate, cpu;
    enum akin_status st = AKIN_OK;
    char name[96];

    memset(sum, 0, sizeof(sum));
    for (size_t i = 0; st == AKIN_OK && i < ROUNDS * BENCH_WAYS; i++)
        st = measure(b, &bench_ways[i % BENCH_WAYS], n_clients,
                     b->seconds / ROUNDS, &sum[i % BENCH_WAYS], err);
    rate = bench_load_rate(&sum[BENCH_WAYS - 1]);
    cpu = bench_load_cpu_ms(&sum[BENCH_WAYS - 1]);
    for (size_t w = 0; st == AKIN_OK && w < BENCH_WAYS; w++) {
        (void)snprintf(name, sizeof(name), "%zu tiles, %zu clients, %s",
                       b->n_tiles, n_clients, bench_ways[w].name);
        print_load(name, &sum[w]);
    }
    for (size_t w = 0; st == AKIN_OK && w + 1 < BENCH_WAYS; w++)
        (void)printf("%zu tiles, %zu clients, daemon / %s: rate %.2f, "
                     "processor time %.2f\n",
                     b->n_tiles, n_clients, bench_ways[w].name,
                     rate / bench_load_rate(&sum[w]),
                     cpu / bench_load_cpu_ms(&sum[w]));
    for (size_t w = 0; w < BENCH_WAYS; w++)
        bench_load_sum_free(&sum[w]);
    return st;
}

/* Where the service's time goes. */
static enum akin_status
take_apart(struct bench_serve *b, struct akin_error *err)
{
    struct bench_samples parts[AKIN_N_PARTS];
    char name[96];
    enum akin_status st;

    memset(parts, 0, sizeof(parts));
    st = bench_service_parts(b, PART_ANSWERS, parts, err);
    for (size_t p = 0; p < AKIN_N_PARTS; p++) {
        (void)snprintf(name, sizeof(name), "%zu tiles, service, %s", b->n_tiles,
                       akin_part_name((enum akin_part)p));
        if (st == AKIN_OK)
            (void)printf("%s\t%zu\t\t%.3f\t%.3f\n", name, parts[p].n,
                         bench_quantile(&parts[p], 0.5),
                         bench_quantile(&parts[p], 0.99));
        bench_samples_free(&parts[p]);
    }
    return st;
}

static enum akin_status
compare_all(struct bench_serve *b, const char *only, struct akin_error *err)
{
    static const size_t tiles[] = {1, BENCH_IMAGE_TILES}, clients[] = {1, 2, 4};
    enum akin_status st = AKIN_OK;

    (void)printf("way\tanswers\trequests/s\tp50 ms\tp99 ms\tprocessor ms\n");
    for (size_t t = 0; t < AKIN_COUNT(tiles); t++) {
        bench_write_requests(b, tiles[t]);
        for (size_t c = 0; st == AKIN_OK && c < AKIN_COUNT(clients) &&
                           is_wanted(only, "ways");
             c++)
            st = compare(b, clients[c], err);
        if (st == AKIN_OK)
            st = take_apart(b, err);
    }
    return st;
}

/* --- beside akin-index --- */

/* Runs a program of the build folder to its end, its output thrown away. */
static enum akin_status
run_program(const struct bench_serve *b, const char *program,
            const char *const *arguments, struct akin_error *err)
{
    char *path = akin_path_join(b->programs, program);
    char *argv[8] = {path};
    posix_spawn_file_actions_t actions;
    enum akin_status st = AKIN_OK;
    int status = 0;
    pid_t pid;

    for (size_t i = 0; i < 6 && arguments[i] != NULL; i++)
        argv[i + 1] = /* NOLINTNEXTLINE(performance-no-int-to-ptr): not const */
            (char *)(uintptr_t)arguments[i];
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                           O_WRONLY, 0);
    if (posix_spawn(&pid, path, &actions, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot run %s", path);
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "%s failed", path);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(path);
    return st;
}

/* The daemon with n clients, alone and while the program runs. */
static enum akin_status
beside(struct bench_serve *b, const char *what, const char *const *arguments,
       size_t n_clients, struct akin_error *err)
{
    struct bench_load_sum alone = {.wall_s = 0}, busy = {.wall_s = 0};
    struct bench_load *load;
    uint64_t began;
    enum akin_status st =
        measure(b, daemon_way, n_clients, b->seconds * 2, &alone, err);
    char name[96];

    if (st == AKIN_OK) {
        enum akin_status ended;

        load = bench_load_start(daemon_way, b, n_clients);
        began = bench_now_ns();
        st = run_program(b, "indexer/akin-index", arguments, err);
        ended = bench_load_stop(load, &busy, st == AKIN_OK ? err : NULL);
        st = st == AKIN_OK ? ended : st;
        (void)printf("%s\t1\t%.1f s\n", what,
                     (double)(bench_now_ns() - began) / 1e9);
    }
    if (st == AKIN_OK) {
        (void)snprintf(name, sizeof(name), "before %s, %zu clients", what,
                       n_clients);
        print_load(name, &alone);
        (void)snprintf(name, sizeof(name), "during %s, %zu clients", what,
                       n_clients);
        print_load(name, &busy);
        (void)printf(
            "during / before %s: p99 %.2f, p50 %.2f, longest %.1f ms\n", what,
            bench_quantile(&busy.ms, 0.99) / bench_quantile(&alone.ms, 0.99),
            bench_quantile(&busy.ms, 0.5) / bench_quantile(&alone.ms, 0.5),
            bench_quantile(&busy.ms, 1));
    }
    bench_load_sum_free(&alone);
    bench_load_sum_free(&busy);
    return st;
}

static enum akin_status
beside_index(struct bench_serve *b, const char *only, struct akin_error *err)
{
    char *images = akin_path_join(b->dir, "images");
    const char *const draw[] = {images, NULL};
    const char *const add[] = {"add",     "--store", b->store,
                               "--quiet", images,    NULL};
    const char *const publish[] = {"publish", "--store", b->store, "--quiet",
                                   NULL};
    enum akin_status st = AKIN_OK;

    for (size_t n = 1; n <= 2 && st == AKIN_OK && is_wanted(only, "publish");
         n++)
        st = beside(b, "publish", publish, n, err);
    if (st == AKIN_OK && is_wanted(only, "add")) {
        st = run_program(b, "tests/akin-generate", draw, err);
        if (st == AKIN_OK)
            st = beside(b, "add", add, 1, err);
    }
    free(images);
    return st;
}

/* --- findable --- */

/* Asks until the dataset is the first hit; gives how long that took. */
static enum akin_status
wait_for(struct bench_asking *asking, struct akin_span request, uint64_t n,
         double *ms, struct akin_error *err)
{
    uint64_t began = bench_now_ns();
    char id[64];

    (void)snprintf(id, sizeof(id), "\"bench:added-%llu\"",
                   (unsigned long long)n);
    do {
        enum akin_status st = akin_client_exchange(
            asking->client, request, BENCH_TIMEOUT_MS, &asking->answer, err);

        if (st != AKIN_OK)
            return st;
        *ms = (double)(bench_now_ns() - began) / 1e6;
    } while (strstr(akin_buf_text(&asking->answer), id) == NULL &&
             *ms < BENCH_TIMEOUT_MS);
    return AKIN_OK;
}

static enum akin_status
add_and_wait(struct bench_serve *b, struct akin_store *store, uint64_t n,
             struct bench_asking *asking, double *ms, struct akin_error *err)
{
    float vectors[BENCH_IMAGE_TILES * BENCH_DIM];
    struct akin_buf request = {0};
    size_t group = (size_t)(n * 7 % b->data.n_groups);
    enum akin_status st;

    bench_drawn_question(&b->data, b->gen->projection, group, n, vectors);
    bench_write_request(vectors, BENCH_IMAGE_TILES, (int64_t)n, 1, &request);
    st = bench_drawn_add(store, &b->data, n, group, err);
    if (st == AKIN_OK)
        st = wait_for(asking, akin_buf_span(&request), n, ms, err);
    akin_buf_free(&request);
    return st;
}

static enum akin_status
fresh(struct bench_serve *b, size_t n_clients, uint64_t first,
      struct akin_error *err)
{
    struct bench_samples found = {0};
    struct bench_load_sum sum = {.wall_s = 0};
    struct bench_load *load = NULL;
    struct akin_store *store = NULL;
    void *asking = NULL;
    enum akin_status st = bench_daemon_begin(b, &asking, err), ended = AKIN_OK;
    char name[96];

    if (st == AKIN_OK)
        st = akin_store_open(b->store, AKIN_STORE_WRITE, &store, err);
    if (n_clients > 0)
        load = bench_load_start(daemon_way, b, n_clients);
    for (uint64_t i = 0; st == AKIN_OK && i < FRESH; i++) {
        double ms = 0;

        st = add_and_wait(b, store, first + i, asking, &ms, err);
        bench_add(&found, ms);
    }
    if (load != NULL)
        ended = bench_load_stop(load, &sum, st == AKIN_OK ? err : NULL);
    akin_store_close(store);
    bench_asking_end(asking);
    (void)snprintf(name, sizeof(name), "commit to found, %zu other clients",
                   n_clients);
    bench_row(name, &found, "ms");
    (void)printf("%s, longest\t1\t%.1f\t\tms\n", name,
                 bench_quantile(&found, 1));
    bench_samples_free(&found);
    bench_load_sum_free(&sum);
    return st == AKIN_OK ? ended : st;
}

/* --- all of it --- */

static enum akin_status
publish(struct bench_serve *b, struct akin_error *err)
{
    struct akin_publish_report report = {0};
    struct akin_store *store = NULL;
    enum akin_status st =
        akin_store_open(b->store, AKIN_STORE_WRITE, &store, err);

    if (st == AKIN_OK && akin_generation_open(store, &b->gen, err) == AKIN_OK) {
        akin_store_close(store); /* of an earlier run in a kept folder */
        return AKIN_OK;
    }
    if (st == AKIN_OK)
        st = akin_generation_publish(store, &b->config, NULL, NULL, &report,
                                     err);
    if (st == AKIN_OK)
        st = akin_generation_open(store, &b->gen, err);
    akin_store_close(store);
    bench_figure("publish alone", report.seconds, "s");
    return st;
}

static enum akin_status
start(struct bench_serve *b, struct akin_error *err)
{
    const char *listen = b->url;
    struct akin_server_options options = {
        .listen = &listen,
        .n_listen = 1,
        .n_workers = akin_config_threads(b->config.query_workers),
        .max_bytes = b->config.query_max_bytes,
        .max_waiting = b->config.query_queue,
        .max_waiting_bytes = b->config.query_queue_bytes,
        .slow_ms = b->config.query_slow_ms};
    enum akin_status st =
        akin_service_open(b->store, &b->config, &b->service, err);

    (void)snprintf(b->url, sizeof(b->url), "ipc:///tmp/akin-bench.%ld.sock",
                   (long)getpid());
    if (st == AKIN_OK)
        st = akin_server_start(b->service, &options, &b->server, err);
    if (st == AKIN_OK)
        st = akin_snapshots_open(b->store, &b->config, &b->snapshots, err);
    return st;
}

static enum akin_status
build_faiss(struct bench_serve *b, struct akin_error *err)
{
    size_t n = (size_t)b->gen->n_rows, lists, train;
    double seconds = 0;

    if (b->gen->vindex == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "with %zu tiles there is no index to compare with", n);
    lists = akin_vindex_lists(b->gen->vindex);
    train = lists * 39 < n ? lists * 39 : n;
    b->n_probe = (size_t)ceil(b->gen->model.n_probe[0][0]);
    b->faiss = bench_faiss_build(b->gen->vectors, n, BENCH_DIM, lists, train,
                                 &seconds);
    if (b->faiss == NULL || b->n_probe == 0)
        return AKIN_FAIL(err, AKIN_EINTERNAL, "no FAISS to compare with");
    (void)printf("lists\t%zu\nprobes\t%zu\ndatasets\t%zu\n", lists, b->n_probe,
                 b->data.n_groups);
    return AKIN_OK;
}

static enum akin_status
run(struct bench_serve *b, const char *only, struct akin_error *err)
{
    uint64_t began = bench_now_ns();
    enum akin_status st = AKIN_OK;

    if (!akin_file_exists(b->store)) {
        st = bench_drawn_make(b->store, &b->data, err);
        bench_figure("drawing", (double)(bench_now_ns() - began) / 1e9, "s");
    }
    if (st == AKIN_OK)
        st = publish(b, err);
    if (st == AKIN_OK && is_wanted(only, "ways"))
        st = build_faiss(b, err);
    if (st != AKIN_OK)
        return st;
    bench_draw_questions(b);
    st = start(b, err);
    if (st == AKIN_OK && (is_wanted(only, "ways") || is_wanted(only, "parts")))
        st = compare_all(b, only, err);
    bench_write_requests(b, BENCH_IMAGE_TILES);
    if (st == AKIN_OK && is_wanted(only, "fresh"))
        st = fresh(b, 0, 0, err);
    if (st == AKIN_OK && is_wanted(only, "fresh"))
        st = fresh(b, 2, FRESH, err);
    if (st == AKIN_OK)
        st = beside_index(b, only, err);
    return st;
}

static void
clean_up(struct bench_serve *b)
{
    akin_server_stop(b->server);
    akin_service_close(b->service);
    akin_snapshots_close(b->snapshots);
    bench_faiss_free(b->faiss);
    akin_generation_close(b->gen);
    bench_synthetic_free(&b->data);
    for (size_t i = 0; i < BENCH_QUESTIONS; i++)
        akin_buf_free(&b->request[i]);
    free(b->vectors);
    free(b->dir);
    free(b->store);
    free(b->programs);
}

/* The build folder: this program lies in its tests/. */
static char *
build_folder(void)
{
    struct akin_error err = {0};
    char *path = NULL;

    if (akin_path_real("/proc/self/exe", &path, &err) != AKIN_OK)
        return NULL;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(path, '/');

        if (slash != NULL)
            *slash = 0;
    }
    return path;
}

int
bench_serve(int argc, char **argv)
{
    const char *tiles = bench_option(&argc, argv, "--tiles");
    const char *seconds = bench_option(&argc, argv, "--seconds");
    const char *keep = bench_option(&argc, argv, "--folder");
    const char *only = bench_option(&argc, argv, "--only");
    char scratch[] = "/tmp/akin-bench.XXXXXX";
    size_t n = tiles != NULL ? (size_t)strtoul(tiles, NULL, 10) : 100000;
    struct bench_serve b = {0};
    struct akin_error err = {0};
    enum akin_status st;

    if (argc != 1 || n < 1000 || n > 10000000)
        return bench_usage("serve [--tiles N] [--seconds S] [--folder DIR] "
                           "[--only ways|parts|fresh|publish|add]");
    if (keep == NULL && mkdtemp(scratch) == NULL)
        return bench_usage("serve: cannot make a folder in /tmp");
    akin_log_set_level(AKIN_LOG_WARN);
    akin_config_init(&b.config);
    bench_synthetic_init(&b.data, n, SEED);
    b.seconds = seconds != NULL ? strtod(seconds, NULL) : 2;
    b.dir = akin_strdup(keep != NULL ? keep : scratch);
    b.store = akin_path_join(b.dir, "store");
    b.programs = build_folder();
    st = run(&b, only, &err);
    clean_up(&b);
    if (keep == NULL)
        (void)!akin_file_remove(scratch, NULL);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
