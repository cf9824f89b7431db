/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_retrieval.c - does the ranking put first what is similar?
 *
 * For each image, its own tiles left out, the sets are ranked by the mean over
 * its tiles of the best match in a set.
 *   R@1, MRR   is the image's own set first? Only sets of two or more images.
 *   P@1, mAP   its own set left out as well: sets of the same category are
 *              relevant. Sets of category "mixed", or of a category of their
 *              own, are no queries; "mixed" is never relevant.
 * Each figure is a mean over the images of a set, then over sets. Intervals:
 * 2.5 and 97.5 percentiles over 2,000 bootstrap samples of the sets (Efron &
 * Tibshirani, An Introduction to the Bootstrap, chapter 13).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/hash.h"
#include "akin/json.h"
#include "bench.h"
#include "bench_rank.h"

#define RESAMPLES 2000

enum figure { R_AT_1, MRR, P_AT_1, MAP, N_FIGURES };
static const char *const figure_names[N_FIGURES] = {
    "r_at_1", "mrr", "cross_p_at_1", "cross_map"};

struct results {
    double *of_set[N_FIGURES]; /* NAN: the set is no query for it */
    double mean[N_FIGURES], low[N_FIGURES], high[N_FIGURES];
};

struct options {
    const char *corpus, *train, *queries, *projection;
    bool json, builtin, per_set;
    size_t max_images, max_tiles;
};

static bool
same_category(const struct bench_set *a, const struct bench_set *b)
{
    return a->category[0] != '\0' && strcmp(a->category, "mixed") != 0 &&
           strcmp(a->category, b->category) == 0;
}

/* Figures of the images of set s. */
static void
judge_set(const struct bench_corpus *corpus, const float *vectors, size_t s,
          struct results *results)
{
    const struct bench_set *set = &corpus->set[s];
    double *score = akin_new(corpus->n_sets, sizeof(*score));
    bool *relevant = akin_new(corpus->n_sets, sizeof(*relevant));
    double sum[N_FIGURES] = {0}, n = (double)set->n_images;
    size_t n_relevant = 0;

    for (size_t i = 0; i < corpus->n_sets; i++) {
        relevant[i] = i != s && same_category(set, &corpus->set[i]) &&
                      corpus->set[i].n_images > 0;
        n_relevant += relevant[i];
    }
    for (size_t i = 0; i < set->n_images; i++) {
        size_t rank;
        bool first;

        bench_rank(corpus, vectors, set->first_image + i, score);
        rank = bench_rank_of(score, corpus->n_sets, SIZE_MAX, s);
        sum[R_AT_1] += rank == 1 ? 1 : 0;
        sum[MRR] += 1 / (double)rank;
        sum[MAP] +=
            bench_average_precision(score, corpus->n_sets, s, relevant, &first);
        sum[P_AT_1] += first ? 1 : 0;
    }
    for (int f = 0; f < N_FIGURES; f++) {
        bool counts = f == R_AT_1 || f == MRR ? set->n_images >= 2
                                              : n_relevant > 0 && n > 0;

        results->of_set[f][s] = counts ? sum[f] / n : NAN;
    }
    free(score);
    free(relevant);
}

static double
mean_of(const double *value, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += value[i];
    return n == 0 ? NAN : sum / (double)n;
}

/* Mean over sets and its interval. */
static void
sum_up(const double *of_set, size_t n_sets, double *mean, double *low,
       double *high)
{
    double *value = akin_new(n_sets, sizeof(*value));
    double *drawn = akin_new(n_sets, sizeof(*drawn));
    struct bench_samples means = {0};
    size_t n = 0;

    for (size_t s = 0; s < n_sets; s++)
        if (!isnan(of_set[s]))
            value[n++] = of_set[s];
    *mean = mean_of(value, n);
    for (uint64_t r = 0; n > 0 && r < RESAMPLES; r++) {
        for (size_t i = 0; i < n; i++)
            drawn[i] = value[akin_hash_mix(r, i) % n];
        bench_add(&means, mean_of(drawn, n));
    }
    *low = bench_quantile(&means, 0.025);
    *high = bench_quantile(&means, 0.975);
    bench_samples_free(&means);
    free(value);
    free(drawn);
}

/* Judges sets first_set and above against all. */
static void
judge(const struct bench_corpus *corpus, const float *vectors, size_t first_set,
      struct results *results)
{
    for (int f = 0; f < N_FIGURES; f++) {
        results->of_set[f] = akin_new(corpus->n_sets, sizeof(double));
        for (size_t s = 0; s < first_set; s++)
            results->of_set[f][s] = NAN;
    }
    for (size_t s = first_set; s < corpus->n_sets; s++)
        judge_set(corpus, vectors, s, results);
    for (int f = 0; f < N_FIGURES; f++)
        sum_up(results->of_set[f], corpus->n_sets, &results->mean[f],
               &results->low[f], &results->high[f]);
}

static void
print_json(const struct bench_corpus *corpus, const char *projection_id,
           const struct results *results)
{
    struct akin_json *out = akin_json_object();
    struct akin_buf text = {0};
    char name[64];

    for (int f = 0; f < N_FIGURES; f++) {
        struct akin_json *interval = akin_json_array();

        akin_json_append(interval, akin_json_new_real(results->low[f]));
        akin_json_append(interval, akin_json_new_real(results->high[f]));
        akin_json_set_real(out, figure_names[f], results->mean[f]);
        (void)snprintf(name, sizeof(name), "%s_ci", figure_names[f]);
        akin_json_set(out, name, interval);
    }
    akin_json_set_text(out, "projection", projection_id);
    akin_json_set_int(out, "sets", (int64_t)corpus->n_sets);
    akin_json_set_int(out, "images", (int64_t)corpus->n_images);
    akin_json_set_int(out, "tiles", (int64_t)corpus->n_tiles);
    akin_json_set_int(out, "failed", (int64_t)corpus->n_failed);
    akin_json_write(out, AKIN_JSON_PRETTY, &text);
    (void)printf("%s\n", akin_buf_text(&text));
    akin_buf_free(&text);
    akin_json_free(out);
}

static void
print_table(const struct bench_corpus *corpus, const char *projection_id,
            const struct results *results, bool per_set)
{
    (void)printf("figure\tmean\tlow\thigh\n");
    for (int f = 0; f < N_FIGURES; f++)
        (void)printf("%s\t%.3f\t%.3f\t%.3f\n", figure_names[f],
                     results->mean[f], results->low[f], results->high[f]);
    (void)printf("# %s; %zu sets, %zu images, %zu tiles; %zu images failed\n",
                 projection_id, corpus->n_sets, corpus->n_images,
                 corpus->n_tiles, corpus->n_failed);
    for (size_t s = 0; per_set && s < corpus->n_sets; s++)
        (void)printf("%s\t%s\t%.3f\t%.3f\t%.3f\t%.3f\n", corpus->set[s].id,
                     corpus->set[s].category, results->of_set[R_AT_1][s],
                     results->of_set[MRR][s], results->of_set[P_AT_1][s],
                     results->of_set[MAP][s]);
}

/* The projection that the options ask for. */
static enum akin_status
get_projection(const struct options *options, const struct akin_config *config,
               const struct bench_corpus *corpus, struct akin_projection **out,
               struct akin_error *err)
{
    struct bench_corpus_options how = {.max_images = options->max_images,
                                       .disturb_tiles = 2};
    struct bench_corpus other = {0};
    struct akin_buf bytes = {0};
    enum akin_status st;

    if (options->builtin)
        return akin_projection_builtin(out, err);
    if (options->projection != NULL) {
        st = akin_file_read(options->projection, 1 << 20, &bytes, err);
        if (st == AKIN_OK)
            st = akin_projection_read(akin_buf_span(&bytes), out, err);
        akin_buf_free(&bytes);
        return st;
    }
    if (options->train == NULL)
        return bench_corpus_train(corpus, out, err);
    st = bench_corpus_load(options->train, config, &how, &other, err);
    if (st == AKIN_OK)
        st = bench_corpus_train(&other, out, err);
    bench_corpus_free(&other);
    return st;
}

static enum akin_status
load_and_project(const struct options *options, struct bench_corpus *corpus,
                 size_t *first_set, struct akin_projection **projection,
                 struct akin_error *err)
{
    bool trains_itself = !options->builtin && options->train == NULL &&
                         options->projection == NULL;
    struct bench_corpus_options how = {.max_images = options->max_images,
                                       .max_tiles = options->max_tiles,
                                       .disturb_tiles = trains_itself ? 2 : 0};
    struct akin_config config;
    enum akin_status st;

    akin_config_init(&config);
    st = bench_corpus_load(options->corpus, &config, &how, corpus, err);
    /* Queries from elsewhere take no part in training. */
    if (st == AKIN_OK)
        st = get_projection(options, &config, corpus, projection, err);
    if (st == AKIN_OK && options->queries != NULL) {
        *first_set = corpus->n_sets;
        st = bench_corpus_load(options->queries, &config, &how, corpus, err);
    }
    return st;
}

static int
run(const struct options *options)
{
    struct bench_corpus corpus = {0};
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    struct results results;
    float *vectors = NULL;
    size_t first_set = 0;
    int rc = 0;

    if (load_and_project(options, &corpus, &first_set, &projection, &err) !=
        AKIN_OK) {
        rc = bench_failed(&err);
        goto done;
    }
    vectors = akin_new(corpus.n_tiles * AKIN_DIM + 1, sizeof(*vectors));
    akin_projection_apply(projection, corpus.features, corpus.n_tiles, vectors);
    judge(&corpus, vectors, first_set, &results);
    if (options->json)
        print_json(&corpus, akin_projection_id(projection), &results);
    else
        print_table(&corpus, akin_projection_id(projection), &results,
                    options->per_set);
    for (int f = 0; f < N_FIGURES; f++)
        free(results.of_set[f]);
done:
    free(vectors);
    akin_projection_free(projection);
    bench_corpus_free(&corpus);
    return rc;
}

int
bench_retrieval(int argc, char **argv)
{
    struct options options = {0};
    const char *max_images = bench_option(&argc, argv, "--max-images");
    const char *max_tiles = bench_option(&argc, argv, "--max-tiles");

    options.train = bench_option(&argc, argv, "--train");
    options.queries = bench_option(&argc, argv, "--queries");
    options.projection = bench_option(&argc, argv, "--projection");
    options.builtin = bench_flag(&argc, argv, "--builtin");
    options.json = bench_flag(&argc, argv, "--json");
    options.per_set = bench_flag(&argc, argv, "--per-set");
    if (max_images != NULL)
        options.max_images = strtoul(max_images, NULL, 10);
    if (max_tiles != NULL)
        options.max_tiles = strtoul(max_tiles, NULL, 10);
    if (argc != 2)
        return bench_usage(
            "retrieval CORPUS [--queries CORPUS] [--json] [--per-set]\n"
            "    [--train CORPUS | --builtin | --projection FILE]\n"
            "    [--max-images N] [--max-tiles N]");
    options.corpus = argv[1];
    return run(&options);
}
