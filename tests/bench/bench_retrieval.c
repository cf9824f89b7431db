/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_retrieval.c - the retrieval protocol over folders of image sets; what
 * is judged, and how, stands in bench_judge.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "bench.h"
#include "bench_report.h"

#define MAX_SETTINGS 32

struct options {
    char **corpus; /* n_corpora folders: together the database */
    size_t n_corpora;
    const char *train, *queries, *projection, *dump;
    const char *setting[MAX_SETTINGS]; /* KEY=VALUE */
    size_t n_settings;
    bool json, builtin, per_set, halves;
    enum akin_intent intent;
    size_t max_images, max_tiles, n_confusions;
};

/* A run in the making. */
struct run {
    const struct options *options;
    struct akin_config config;
    struct bench_corpus corpus;
    bool *asks; /* n_sets: its images are queries */
    struct bench_results results, half[2];
    char projection[AKIN_PROJECTION_ID + 16];
};

static void
run_free(struct run *run)
{
    free(run->asks);
    bench_results_free(&run->results);
    bench_results_free(&run->half[0]);
    bench_results_free(&run->half[1]);
    bench_corpus_free(&run->corpus);
}

static enum akin_status
read_settings(struct run *run, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    akin_config_init(&run->config);
    for (size_t i = 0; st == AKIN_OK && i < run->options->n_settings; i++)
        st = akin_config_assign(&run->config, run->options->setting[i], err);
    return st;
}

static bool
trains_on_corpus(const struct options *options)
{
    return options->halves || (!options->builtin && options->train == NULL &&
                               options->projection == NULL);
}

/* Slashes at the end aside. */
static bool
is_same_folder(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b);

    while (n_a > 1 && a[n_a - 1] == '/')
        n_a--;
    while (n_b > 1 && b[n_b - 1] == '/')
        n_b--;
    return n_a == n_b && memcmp(a, b, n_a) == 0;
}

/* The sets that ask: all, or those of the folder that --queries names, which
 * may be one of the database's or one more. */
static enum akin_status
load(struct run *run, struct akin_error *err)
{
    const struct options *options = run->options;
    struct bench_corpus_options how = {.max_images = options->max_images,
                                       .max_tiles = options->max_tiles,
                                       .disturb_tiles =
                                           trains_on_corpus(options) ? 2 : 0};
    struct bench_corpus *corpus = &run->corpus;
    size_t first = 0, end = SIZE_MAX;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < options->n_corpora; i++) {
        size_t before = corpus->n_sets;

        st = bench_corpus_load(options->corpus[i], &run->config, &how, corpus,
                               err);
        if (options->queries != NULL &&
            is_same_folder(options->queries, options->corpus[i])) {
            first = before;
            end = corpus->n_sets;
        }
    }
    if (st == AKIN_OK && options->queries != NULL && end == SIZE_MAX) {
        first = corpus->n_sets;
        st = bench_corpus_load(options->queries, &run->config, &how, corpus,
                               err);
    }
    run->asks = akin_new(corpus->n_sets + 1, sizeof(*run->asks));
    for (size_t s = first; s < corpus->n_sets && s < end; s++)
        run->asks[s] = true;
    if (st == AKIN_OK && options->dump != NULL)
        st = bench_corpus_dump(corpus, options->dump, err);
    return st;
}

static enum akin_status
train_elsewhere(const struct run *run, struct akin_projection **out,
                struct akin_error *err)
{
    struct bench_corpus_options how = {.max_images = run->options->max_images,
                                       .disturb_tiles = 2};
    struct bench_corpus other = {0};
    enum akin_status st =
        bench_corpus_load(run->options->train, &run->config, &how, &other, err);

    if (st == AKIN_OK)
        st = bench_corpus_train(&other, NULL, out, err);
    bench_corpus_free(&other);
    return st;
}

static enum akin_status
read_projection(const char *path, struct akin_projection **out,
                struct akin_error *err)
{
    struct akin_buf bytes = {0};
    enum akin_status st = akin_file_read(path, 1 << 20, &bytes, err);

    if (st == AKIN_OK)
        st = akin_projection_read(akin_buf_span(&bytes), out, err);
    akin_buf_free(&bytes);
    return st;
}

/* Queries take no part in training, unless they are all there is. */
static enum akin_status
train_here(const struct run *run, struct akin_projection **out,
           struct akin_error *err)
{
    bool *use = akin_new(run->corpus.n_sets + 1, sizeof(*use));
    enum akin_status st;

    for (size_t s = 0; s < run->corpus.n_sets; s++)
        use[s] = !run->asks[s];
    st = bench_corpus_train(
        &run->corpus, run->options->queries != NULL ? use : NULL, out, err);
    free(use);
    return st;
}

/* Asks with the marked sets. */
static enum akin_status
judge(struct run *run, const struct akin_projection *projection,
      const bool *among, struct akin_error *err)
{
    struct bench_database database = {0};
    enum akin_status st = AKIN_OK;

    bench_database_make(&run->corpus, projection, &database);
    for (size_t s = 0; st == AKIN_OK && s < run->corpus.n_sets; s++)
        if (among[s])
            st = bench_judge_set(&database, s, run->options->intent,
                                 &run->results, err);
    bench_database_free(&database);
    return st;
}

static enum akin_status
judge_whole(struct run *run, struct akin_error *err)
{
    const struct options *options = run->options;
    struct akin_projection *projection = NULL;
    enum akin_status st;

    if (options->builtin)
        st = akin_projection_builtin(&projection, err);
    else if (options->projection != NULL)
        st = read_projection(options->projection, &projection, err);
    else if (options->train != NULL)
        st = train_elsewhere(run, &projection, err);
    else
        st = train_here(run, &projection, err);
    if (st == AKIN_OK) {
        (void)snprintf(run->projection, sizeof(run->projection), "%s",
                       akin_projection_id(projection));
        st = judge(run, projection, run->asks, err);
    }
    akin_projection_free(projection);
    return st;
}

/* Every other set teaches how the rest is judged, and the other way round. */
static enum akin_status
judge_halves(struct run *run, struct akin_error *err)
{
    size_t n = run->corpus.n_sets;
    bool *use = akin_new(n + 1, sizeof(*use));
    bool *among = akin_new(n + 1, sizeof(*among));
    enum akin_status st = AKIN_OK;

    (void)snprintf(run->projection, sizeof(run->projection),
                   "trained on the other half");
    for (size_t h = 0; st == AKIN_OK && h < 2; h++) {
        struct akin_projection *projection = NULL;

        for (size_t s = 0; s < n; s++) {
            use[s] = s % 2 != h;
            among[s] = s % 2 == h && run->asks[s];
        }
        st = bench_corpus_train(&run->corpus, use, &projection, err);
        if (st == AKIN_OK)
            st = judge(run, projection, among, err);
        akin_projection_free(projection);
        bench_results_new(n, &run->half[h]);
        for (int f = 0; f < BENCH_N_FIGURES; f++)
            memcpy(run->half[h].of_set[f], run->results.of_set[f],
                   n * sizeof(double));
        bench_results_sum_up(&run->half[h], among);
    }
    free(use);
    free(among);
    return st;
}

static int
retrieve(const struct options *options)
{
    struct run run = {.options = options};
    struct bench_report report = {.corpus = &run.corpus,
                                  .results = &run.results,
                                  .projection = run.projection,
                                  .intent = options->intent,
                                  .per_set = options->per_set,
                                  .n_confusions = options->n_confusions};
    struct akin_error err = {0};
    enum akin_status st = read_settings(&run, &err);

    if (st == AKIN_OK)
        st = load(&run, &err);
    if (st == AKIN_OK) {
        bench_results_new(run.corpus.n_sets, &run.results);
        st = options->halves ? judge_halves(&run, &err)
                             : judge_whole(&run, &err);
    }
    if (st == AKIN_OK) {
        bench_results_sum_up(&run.results, NULL);
        for (int h = 0; h < 2 && options->halves; h++)
            report.half[h] = &run.half[h];
        (options->json ? bench_report_json : bench_report_table)(&report);
    }
    run_free(&run);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}

static size_t
number_option(int *argc, char **argv, const char *name)
{
    const char *text = bench_option(argc, argv, name);

    return text == NULL ? 0 : strtoul(text, NULL, 10);
}

/* False: an intent that is none, or too many settings. */
static bool
read_options(int *argc, char **argv, struct options *options)
{
    const char *intent = bench_option(argc, argv, "--intent"), *setting;

    options->train = bench_option(argc, argv, "--train");
    options->queries = bench_option(argc, argv, "--queries");
    options->projection = bench_option(argc, argv, "--projection");
    options->dump = bench_option(argc, argv, "--dump");
    options->builtin = bench_flag(argc, argv, "--builtin");
    options->halves = bench_flag(argc, argv, "--halves");
    options->json = bench_flag(argc, argv, "--json");
    options->per_set = bench_flag(argc, argv, "--per-set");
    options->max_images = number_option(argc, argv, "--max-images");
    options->max_tiles = number_option(argc, argv, "--max-tiles");
    options->n_confusions = number_option(argc, argv, "--confusions");
    while ((setting = bench_option(argc, argv, "--set")) != NULL) {
        if (options->n_settings == MAX_SETTINGS)
            return false;
        options->setting[options->n_settings++] = setting;
    }
    if (intent != NULL && strcmp(intent, "explore") == 0)
        options->intent = AKIN_INTENT_EXPLORE;
    else if (intent != NULL && strcmp(intent, "find") != 0)
        return false;
    return true;
}

int
bench_retrieval(int argc, char **argv)
{
    struct options options = {.intent = AKIN_INTENT_FIND};
    bool is_good = read_options(&argc, argv, &options);

    if (!is_good || argc < 2 || argv[1][0] == '-')
        return bench_usage(
            "retrieval CORPUS... [--queries CORPUS] [--intent find|explore]\n"
            "    [--halves | --train CORPUS | --builtin | --projection FILE]\n"
            "    [--json] [--per-set] [--confusions N] [--dump FILE]\n"
            "    [--set KEY=VALUE]... [--max-images N] [--max-tiles N]");
    options.corpus = argv + 1;
    options.n_corpora = (size_t)argc - 1;
    return retrieve(&options);
}
