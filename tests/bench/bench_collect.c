/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_collect.c - planning a collection of many drawn descriptors: time of
 * each step, memory, and the search for copies beside comparing all pairs.
 *
 * Descriptors are unit vectors around PLACES directions that differ much in how
 * many they have, as in an archive; every COPY_EVERY-th is a copy of a tile of
 * another dataset with a little noise, and has nearly its hash.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "akin/parallel.h"
#include "collect/collect_internal.h"

#include "akin_test.h"
#include "bench.h"

#define DIM ((size_t)AKIN_DIM)
#define PLACES ((size_t)3000)
#define DATASETS ((size_t)300)
#define IMAGE_TILES ((size_t)16)
#define COPY_EVERY ((size_t)20)
#define QUERIES ((size_t)256)
#define NEAREST ((size_t)16)

struct scene {
    size_t n, threads;
    float *vectors; /* n x DIM */
    struct akin_collection *c;
    uint32_t *copy_of; /* of each tile; or AKIN_COLLECT_NONE */
    struct akin_json *record[DATASETS];
    char id[DATASETS][16];
};

static void
unit_length(float *v)
{
    double norm = 0;

    for (size_t d = 0; d < DIM; d++)
        norm += (double)v[d] * (double)v[d];
    for (size_t d = 0; d < DIM; d++)
        v[d] = (float)((double)v[d] / sqrt(norm));
}

static void
noisy(struct akin_test_random *random, const float *from, double noise,
      float *out)
{
    for (size_t d = 0; d < DIM; d++)
        out[d] = from[d] + (float)(noise * akin_test_normal(random));
    unit_length(out);
}

static void
draw_tile(struct scene *s, struct akin_test_random *random, const float *place,
          size_t i)
{
    struct akin_collect_sample *sample = &s->c->sample[i];
    uint64_t r = akin_test_below(random, PLACES);
    uint64_t from = i > 0 ? akin_test_below(random, i) : 0;
    bool is_copy = i % COPY_EVERY == COPY_EVERY - 1;

    *sample =
        (struct akin_collect_sample){.row = i,
                                     .hash = akin_test_random(random) | 1,
                                     .dataset = (uint32_t)(i * DATASETS / s->n),
                                     .image = (uint32_t)(i / IMAGE_TILES + 1),
                                     .tile = (uint32_t)(i % IMAGE_TILES),
                                     .cluster = AKIN_COLLECT_NONE,
                                     .group = AKIN_COLLECT_NONE,
                                     .other = AKIN_COLLECT_NONE,
                                     .detail = 1};
    s->copy_of[i] = AKIN_COLLECT_NONE;
    if (is_copy && s->c->sample[from].dataset != sample->dataset) {
        s->copy_of[i] = (uint32_t)from;
        sample->hash = s->c->sample[from].hash ^
                       UINT64_C(2) << akin_test_below(random, 62);
        noisy(random, s->vectors + from * DIM, 0.015, s->vectors + i * DIM);
    } else {
        /* Squared: a few places have much, most have little. */
        noisy(random, place + (r * r / PLACES) * DIM, 0.09,
              s->vectors + i * DIM);
    }
}

static void
draw_all(struct scene *s, uint64_t seed)
{
    struct akin_test_random random = {seed};
    float *place = akin_new(PLACES * DIM, sizeof(*place));
    char text[32];

    for (size_t p = 0; p < PLACES; p++) {
        for (size_t d = 0; d < DIM; d++)
            place[p * DIM + d] = (float)akin_test_normal(&random);
        unit_length(place + p * DIM);
    }
    s->c->dataset = akin_new(DATASETS, sizeof(*s->c->dataset));
    s->c->n_datasets = DATASETS;
    for (size_t i = 0; i < DATASETS; i++) {
        s->record[i] = akin_json_object();
        (void)snprintf(text, sizeof(text), "organism %zu", i * i % 23);
        akin_json_set_text(s->record[i], "organism", text);
        (void)snprintf(text, sizeof(text), "category %zu", i % 31);
        akin_json_set_text(s->record[i], "category", text);
        (void)snprintf(s->id[i], sizeof(s->id[i]), "drawn-%zu", i);
        s->c->dataset[i].number = (uint32_t)i + 1;
        s->c->dataset[i].id = s->id[i];
        s->c->dataset[i].record = s->record[i];
    }
    s->c->sample = akin_new(s->n, sizeof(*s->c->sample));
    s->c->n_samples = s->n;
    for (size_t i = 0; i < s->n; i++)
        draw_tile(s, &random, place, i);
    free(place);
}

static double
peak_mib(void)
{
    struct rusage usage = {0};

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* --- beside all pairs --- */

struct all_pairs {
    const struct scene *s;
    uint64_t row[QUERIES * NEAREST];
    float sim[QUERIES * NEAREST];
};

/* Queries are copies, evenly taken: others have no near neighbour. */
static size_t
query_row(const struct scene *s, size_t q)
{
    size_t row = q * s->n / QUERIES;

    return row - row % COPY_EVERY + COPY_EVERY - 1;
}

static void
scan(void *ctx, size_t worker, size_t begin, size_t end)
{
    struct all_pairs *a = ctx;
    float query[QUERIES * DIM];

    (void)worker;
    for (size_t q = begin; q < end; q++)
        memcpy(query + (q - begin) * DIM,
               a->s->vectors + query_row(a->s, q) * DIM, DIM * sizeof(*query));
    akin_vindex_exact(a->s->vectors, a->s->n, DIM, query, end - begin, NEAREST,
                      NULL, a->row + begin * NEAREST, a->sim + begin * NEAREST);
}

/* Pairs that comparing everything finds, and how many of them are in one
 * group. */
static void
compare(const struct scene *s, double clean_s)
{
    struct all_pairs *a = akin_new(1, sizeof(*a));
    const struct akin_collect_sample *sample = s->c->sample;
    double same = s->c->options->same_similarity;
    uint64_t began = bench_now_ns();
    double sampled_s, all_s;
    size_t n_true = 0, n_found = 0;

    a->s = s;
    akin_parallel_for(QUERIES, 32, s->threads, scan, a);
    sampled_s = (double)(bench_now_ns() - began) / 1e9;
    all_s = sampled_s * (double)s->n / QUERIES / 2;
    for (size_t i = 0; i < QUERIES * NEAREST; i++) {
        size_t x = query_row(s, i / NEAREST), y = (size_t)a->row[i];

        if (a->row[i] == UINT64_MAX || x == y || (double)a->sim[i] < same ||
            sample[x].dataset == sample[y].dataset)
            continue;
        n_true++;
        n_found += sample[x].group != AKIN_COLLECT_NONE &&
                   sample[x].group == sample[y].group;
    }
    bench_figure("all pairs, from a sample", all_s, "s");
    bench_ratio("all pairs / clean", all_s, clean_s);
    bench_figure("pairs of the sample", (double)n_true, "pairs");
    bench_figure("recall of those",
                 n_true == 0 ? 1 : (double)n_found / (double)n_true, "part");
    free(a);
}

static void
report_copies(const struct scene *s)
{
    const struct akin_collect_sample *sample = s->c->sample;
    size_t n = 0, n_found = 0, n_wrong = 0;

    for (size_t i = 0; i < s->n; i++) {
        uint32_t from = s->copy_of[i];

        if (from != AKIN_COLLECT_NONE) {
            n++;
            n_found += sample[i].group != AKIN_COLLECT_NONE &&
                       sample[i].group == sample[from].group;
        }
        n_wrong += sample[i].other != AKIN_COLLECT_NONE &&
                   from == AKIN_COLLECT_NONE &&
                   s->copy_of[sample[i].other] == AKIN_COLLECT_NONE;
    }
    bench_figure("copies drawn", (double)n, "tiles");
    bench_figure("recall of copies", n == 0 ? 1 : (double)n_found / (double)n,
                 "part");
    bench_figure("dropped, both no copies", (double)n_wrong, "tiles");
}

static void
report(const struct scene *s)
{
    static const char *const steps[] = {"select", "clean", "balance", "split"};
    char name[64];

    for (size_t i = 1; i < AKIN_COUNT(steps); i++)
        bench_figure(steps[i], s->c->seconds[i], "s");
    bench_figure("peak memory", peak_mib(), "MiB");
    bench_figure("  of it descriptors",
                 (double)(s->n * DIM * sizeof(float)) / 1048576, "MiB");
    for (size_t i = 0; i < s->c->n_spreads; i++)
        for (int step = AKIN_STEP_DISTINCT; step < AKIN_N_STEPS; step++) {
            (void)snprintf(name, sizeof(name), "entropy of %s, %s",
                           s->c->spread[i].name,
                           akin_step_name((enum akin_step)step));
            bench_figure(name, s->c->spread[i].entropy[step], "bits");
        }
    bench_figure("samples", (double)s->c->n_kept, "tiles");
    report_copies(s);
    compare(s, s->c->seconds[1]);
}

static enum akin_status
run(struct scene *s, uint64_t target, struct akin_error *err)
{
    struct akin_collect_options options;
    struct akin_collect_run how = {.options = &options};
    struct akin__collect w = {
        .run = &how, .options = &options, .threads = s->threads, .dim = DIM};
    enum akin_status st;

    akin_collect_options_init(&options);
    options.target = target;
    akin__collect_pairs_free(&options.split);
    akin__collect_pair_add(&options.split, "train", 0.8);
    akin__collect_pair_add(&options.split, "val", 0.1);
    akin__collect_pair_add(&options.split, "test", 0.1);
    s->c = w.c = akin__collection_new(&options);
    s->vectors = akin_new(s->n * DIM, sizeof(*s->vectors));
    s->copy_of = akin_new(s->n, sizeof(*s->copy_of));
    draw_all(s, 1);
    w.vectors = s->vectors;
    st = akin__collect_steps(&w, err);
    if (st == AKIN_OK)
        report(s);
    akin_collection_free(s->c);
    free(s->vectors);
    free(s->copy_of);
    for (size_t i = 0; i < DATASETS; i++)
        akin_json_free(s->record[i]);
    akin_collect_options_free(&options);
    return st;
}

static bool
number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    char *end = NULL;

    if (text == NULL)
        return true;
    *out = strtoull(text, &end, 10);
    return end != text && *end == '\0' && *out >= min && *out <= max;
}

int
bench_collect(int argc, char **argv)
{
    uint64_t tiles = 100000, threads = akin_config_threads(0), target = 0;
    struct scene *s;
    struct akin_error err = {0};
    enum akin_status st;

    if (!number(bench_option(&argc, argv, "--tiles"), 10000, 100000000,
                &tiles) ||
        !number(bench_option(&argc, argv, "--target"), 1, 100000000, &target) ||
        !number(bench_option(&argc, argv, "--threads"), 1, AKIN_PARALLEL_MAX,
                &threads) ||
        argc != 1)
        return bench_usage("akin-bench collect [--tiles N] [--target N] "
                           "[--threads N]");
    s = akin_new(1, sizeof(*s));
    s->n = (size_t)tiles;
    s->threads = (size_t)threads;
    bench_header();
    st = run(s, target > 0 ? target : tiles / 5, &err);
    free(s);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
