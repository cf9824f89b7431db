/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_publish.c - a publish of a store of N tiles, step by step, beside what
 * FAISS takes to train and add the same descriptors to an inverted file with
 * as many lists and 8-bit codes, with as many threads, in the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/generation.h"
#include "bench.h"
#include "bench_drawn.h"
#include "bench_faiss.h"
#include "bench_lists.h"

#define STEPS_MAX ((size_t)16)

struct steps {
    const char *name[STEPS_MAX]; /* borrowed: literals of publish */
    double seconds[STEPS_MAX];
    size_t n;
    uint64_t last_ns;
};

/* Time since the call before belongs to the step before. */
static void
note(void *ctx, const char *step, double fraction)
{
    struct steps *s = ctx;
    uint64_t now = bench_now_ns();

    (void)fraction;
    if (s->n > 0)
        s->seconds[s->n - 1] += (double)(now - s->last_ns) / 1e9;
    if ((s->n == 0 || strcmp(s->name[s->n - 1], step) != 0) && s->n < STEPS_MAX)
        s->name[s->n++] = step;
    s->last_ns = now;
}

/* Gives back what index and model took. */
static double
print_steps(const struct steps *s)
{
    double seconds = 0;

    for (size_t i = 0; i < s->n; i++) {
        char name[48];

        (void)snprintf(name, sizeof(name), "  %s", s->name[i]);
        bench_figure(name, s->seconds[i], "s");
        if (strcmp(s->name[i], "index") == 0 ||
            strcmp(s->name[i], "model") == 0)
            seconds += s->seconds[i];
    }
    return seconds;
}

static enum akin_status
beside_faiss(struct akin_store *store, double index_s, double all_s,
             struct akin_error *err)
{
    struct akin_generation *gen = NULL;
    struct bench_faiss *faiss;
    double seconds = 0;
    size_t lists, n_train;
    enum akin_status st = akin_generation_open(store, &gen, err);

    if (st != AKIN_OK)
        return st;
    if (gen->vindex == NULL) {
        (void)fprintf(stderr, "too few tiles for an index\n");
        akin_generation_close(gen);
        return AKIN_OK;
    }
    lists = akin_vindex_lists(gen->vindex);
    n_train = lists * 39 > 65536 ? lists * 39 : 65536; /* as publish */
    n_train = n_train < gen->n_rows ? n_train : (size_t)gen->n_rows;
    bench_figure("lists", (double)lists, "lists");
    bench_figure("recall@10", gen->model.recall, "");
    faiss = bench_faiss_build(gen->vectors, (size_t)gen->n_rows, gen->dim,
                              lists, n_train, &seconds);
    if (faiss != NULL) {
        bench_figure("FAISS IVF,SQ8: train and add", seconds, "s");
        bench_ratio("index and model / FAISS", index_s, seconds);
        bench_ratio("publish / FAISS", all_s, seconds);
    }
    bench_faiss_free(faiss);
    akin_generation_close(gen);
    return AKIN_OK;
}

/* The store in folder, made and filled when there is none. */
static enum akin_status
open_store(const struct bench_synthetic *data, const char *folder,
           struct akin_store **out, struct akin_error *err)
{
    char *file = akin_path_join(folder, "data.mdb");
    enum akin_status st = AKIN_OK;

    if (!akin_file_exists(file)) {
        uint64_t start = bench_now_ns();

        st = bench_drawn_make(folder, data, err);
        bench_figure("filling the store",
                     (double)(bench_now_ns() - start) / 1e9, "s");
    }
    free(file);
    return st == AKIN_OK ? akin_store_open(folder, AKIN_STORE_WRITE, out, err)
                         : st;
}

static enum akin_status
run(const struct bench_synthetic *data, const char *folder,
    struct akin_error *err)
{
    struct akin_publish_report report = {0};
    struct akin_store *store = NULL;
    struct akin_config config;
    struct steps steps = {0};
    enum akin_status st = open_store(data, folder, &store, err);

    akin_config_init(&config);
    if (st == AKIN_OK)
        st =
            akin_generation_publish(store, &config, note, &steps, &report, err);
    if (st == AKIN_OK) {
        double index_s;

        bench_figure("publish", report.seconds, "s");
        index_s = print_steps(&steps);
        st = beside_faiss(store, index_s, report.seconds, err);
    }
    akin_store_close(store);
    return st;
}

int
bench_publish(int argc, char **argv)
{
    const char *tiles = bench_option(&argc, argv, "--tiles");
    const char *keep = bench_option(&argc, argv, "--folder");
    char scratch[] = "/tmp/akin-bench.XXXXXX";
    size_t n = tiles != NULL ? (size_t)strtoul(tiles, NULL, 10) : 100000;
    struct bench_synthetic data;
    struct akin_error err = {0};
    enum akin_status st;

    if (argc != 1 || n < 1000 || n > 100000000)
        return bench_usage("publish [--tiles N] [--folder STORE]");
    if (keep == NULL && mkdtemp(scratch) == NULL)
        return bench_usage("publish: cannot make a folder in /tmp");
    bench_synthetic_init(&data, n, BENCH_SEED);
    bench_header();
    st = run(&data, keep != NULL ? keep : scratch, &err);
    bench_synthetic_free(&data);
    if (keep == NULL)
        (void)!akin_file_remove(scratch, NULL);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
