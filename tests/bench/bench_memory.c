/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_memory.c - what a process holds in memory that searches N tiles as the
 * daemon does, image by image, and lets go of vectors beyond a budget
 * (index.resident_bytes): after each part of the images, the memory it holds,
 * and the time that a question took. --budget 0 is without.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/generation.h"
#include "akin/hash.h"
#include "bench.h"
#include "bench_lists.h"

#define IMAGES ((size_t)400)
#define PART ((size_t)50)
#define FETCH ((size_t)128)
#define SURE ((size_t)64)

#define STATUS "/proc/self/status"

static enum akin_status
ask(const struct bench_synthetic *data, const struct bench_lists *lists,
    size_t nth, float *sim, uint64_t *row, struct akin_error *err)
{
    const struct akin_vindex_filter all = {.n_rows = data->n_rows,
                                           .n_runs = 1,
                                           .n_groups = data->n_groups,
                                           .sure = SURE};
    float image[BENCH_IMAGE_TILES * BENCH_DIM];
    struct akin_vindex_plan plan;
    struct akin_vindex_grouping how = {
        .effort = lists->model.effort, .n_fetch = FETCH, .sure = SURE};
    size_t group = (size_t)(akin_hash_mix(nth, 9) % data->n_groups);

    /* as search asks: one in four is of a dataset that is not stored */
    bench_synthetic_image(data, nth % 4 == 3 ? data->n_groups + nth : group,
                          nth, image);
    akin_vindex_plan(&lists->model, data->n_rows, &all, BENCH_IMAGE_TILES,
                     &plan);
    how.way = plan.way;
    if (how.way != AKIN_VINDEX_EXACT)
        return akin_vindex_search_groups(
            lists->vx, lists->rows, data->group_start, data->n_groups, image,
            BENCH_IMAGE_TILES, NULL, NULL, &how, sim, row, NULL, err);
    akin_vindex_best_in_groups(lists->rows, BENCH_DIM, data->group_start,
                               data->n_groups, image, BENCH_IMAGE_TILES, NULL,
                               NULL, sim, row);
    return AKIN_OK;
}

static enum akin_status
ask_all(const struct bench_synthetic *data, const struct bench_lists *lists,
        size_t n_images, uint64_t budget, struct akin_error *err)
{
    const struct akin_generation gen = {.dim = BENCH_DIM,
                                        .n_rows = data->n_rows,
                                        .vectors = lists->rows,
                                        .vindex = lists->vx};
    size_t n = BENCH_IMAGE_TILES * data->n_groups, n_trims = 0;
    float *sim = akin_new(n, sizeof(*sim));
    uint64_t *row = akin_new(n, sizeof(*row));
    struct bench_samples ms = {0};
    enum akin_status st = AKIN_OK;

    (void)printf("images\tresident MiB\tpeak MiB\tlet go\timage p50 ms\n");
    for (size_t i = 0; st == AKIN_OK && i < n_images; i++) {
        uint64_t start = bench_cpu_ns();

        st = ask(data, lists, i, sim, row, err);
        n_trims += akin_generation_trim(&gen, budget);
        bench_add(&ms, (double)(bench_cpu_ns() - start) / 1e6);
        if ((i + 1) % PART != 0)
            continue;
        (void)printf("%zu\t%.0f\t%.0f\t%zu\t%.1f\n", i + 1,
                     bench_proc_mib(STATUS, "VmRSS:"),
                     bench_proc_mib(STATUS, "VmHWM:"), n_trims,
                     bench_quantile(&ms, 0.5));
        (void)fflush(stdout);
        ms.n = 0;
    }
    bench_samples_free(&ms);
    free(sim);
    free(row);
    return st;
}

int
bench_memory(int argc, char **argv)
{
    const char *tiles = bench_option(&argc, argv, "--tiles");
    const char *images = bench_option(&argc, argv, "--images");
    const char *budget = bench_option(&argc, argv, "--budget");
    const char *keep = bench_option(&argc, argv, "--folder");
    const struct bench_lists_options how = {.recall = BENCH_RECALL};
    char scratch[] = "/tmp/akin-bench.XXXXXX";
    size_t n = tiles != NULL ? (size_t)strtoul(tiles, NULL, 10) : 100000;
    size_t n_images =
        images != NULL ? (size_t)strtoul(images, NULL, 10) : IMAGES;
    struct bench_lists lists = {0};
    struct bench_synthetic data;
    struct akin_config config;
    struct akin_error err = {0};
    enum akin_status st;

    if (argc != 1 || n < 1000 || n > 100000000)
        return bench_usage("memory [--tiles N] [--images N] [--budget BYTES] "
                           "[--folder DIR]");
    if (keep == NULL && mkdtemp(scratch) == NULL)
        return bench_usage("memory: cannot make a folder in /tmp");
    akin_config_init(&config);
    bench_synthetic_init(&data, n, BENCH_SEED);
    st = bench_lists_open(&data, keep != NULL ? keep : scratch, &how, &lists,
                          &err);
    if (st == AKIN_OK)
        st = ask_all(&data, &lists, n_images,
                     budget != NULL ? strtoull(budget, NULL, 10)
                                    : config.index_resident_bytes,
                     &err);
    bench_lists_close(&lists);
    bench_synthetic_free(&data);
    if (keep == NULL)
        (void)!akin_file_remove(scratch, NULL);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
