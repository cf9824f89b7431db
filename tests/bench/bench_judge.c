/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "bench.h"

#define RESAMPLES 2000

const char *const bench_figure_names[BENCH_N_FIGURES] = {
    "r_at_1", "mrr", "cross_p_at_1", "cross_map"};

void
bench_results_new(size_t n_sets, struct bench_results *out)
{
    *out = (struct bench_results){.n_sets = n_sets};
    for (int f = 0; f < BENCH_N_FIGURES; f++) {
        out->of_set[f] = akin_new(n_sets, sizeof(double));
        for (size_t s = 0; s < n_sets; s++)
            out->of_set[f][s] = NAN;
    }
}

void
bench_results_free(struct bench_results *results)
{
    for (int f = 0; f < BENCH_N_FIGURES; f++)
        free(results->of_set[f]);
    free(results->confusion);
    *results = (struct bench_results){0};
}

static bool
same_category(const struct bench_set *a, const struct bench_set *b)
{
    return a->category[0] != '\0' && strcmp(a->category, "mixed") != 0 &&
           strcmp(a->category, b->category) == 0;
}

static size_t
image_of_tile(const struct bench_corpus *corpus, uint64_t tile)
{
    size_t i = 0;

    while (tile >= corpus->image[i].first_tile + corpus->image[i].n_tiles)
        i++;
    return i;
}

/* Notes what stood first in place of the sets marked wanted. */
static void
note_confusion(const struct bench_corpus *corpus, size_t image, bool cross,
               const struct bench_ranking *ranking, const bool *wanted,
               struct bench_results *results)
{
    struct bench_confusion c = {
        .cross = cross, .image = image, .rank = SIZE_MAX};
    void *grown;

    for (size_t s = 0; s < corpus->n_sets; s++) {
        size_t rank = bench_rank_of(ranking->score, corpus->n_sets, s);

        if (rank == 1)
            c.first = s;
        if (wanted[s] && rank < c.rank) {
            c.rank = rank;
            c.wanted = s;
        }
    }
    if (c.rank == 1 || c.rank == SIZE_MAX ||
        ranking->tile[c.first] == UINT64_MAX)
        return;
    c.gap = ranking->score[c.first] - ranking->score[c.wanted];
    c.first_image = image_of_tile(corpus, ranking->tile[c.first]);
    grown =
        realloc(results->confusion, (results->n_confusions + 1) * sizeof(c));
    if (grown == NULL)
        return;
    results->confusion = grown;
    results->confusion[results->n_confusions++] = c;
}

/* What the images of one set are judged by. */
struct judged {
    bool *relevant, *own; /* n_sets */
    bool counts_own, counts_cross;
    double sum[BENCH_N_FIGURES];
};

static enum akin_status
judge_image(const struct bench_database *database, size_t image, size_t s,
            enum akin_intent intent, struct judged *judged,
            struct bench_ranking *ranking, struct bench_results *results,
            struct akin_error *err)
{
    size_t n = database->corpus->n_sets, rank;
    enum akin_status st = AKIN_OK;
    bool first;

    if (judged->counts_own) {
        st = bench_rank(database, image, SIZE_MAX, intent, ranking, err);
        if (st != AKIN_OK)
            return st;
        rank = bench_rank_of(ranking->score, n, s);
        judged->sum[BENCH_R_AT_1] += rank == 1 ? 1 : 0;
        judged->sum[BENCH_MRR] += 1 / (double)rank;
        note_confusion(database->corpus, image, false, ranking, judged->own,
                       results);
    }
    if (judged->counts_cross) {
        st = bench_rank(database, image, s, intent, ranking, err);
        if (st != AKIN_OK)
            return st;
        judged->sum[BENCH_MAP] += bench_average_precision(
            ranking->score, n, judged->relevant, &first);
        judged->sum[BENCH_P_AT_1] += first ? 1 : 0;
        note_confusion(database->corpus, image, true, ranking, judged->relevant,
                       results);
    }
    return st;
}

enum akin_status
bench_judge_set(const struct bench_database *database, size_t s,
                enum akin_intent intent, struct bench_results *results,
                struct akin_error *err)
{
    const struct bench_corpus *corpus = database->corpus;
    const struct bench_set *set = &corpus->set[s];
    struct judged judged = {.counts_own = set->n_images >= 2};
    struct bench_ranking ranking;
    enum akin_status st = AKIN_OK;

    judged.relevant = akin_new(corpus->n_sets, sizeof(bool));
    judged.own = akin_new(corpus->n_sets, sizeof(bool));
    judged.own[s] = true;
    for (size_t i = 0; i < corpus->n_sets; i++) {
        judged.relevant[i] = i != s && same_category(set, &corpus->set[i]) &&
                             corpus->set[i].n_images > 0;
        judged.counts_cross |= judged.relevant[i] && set->n_images > 0;
    }
    bench_ranking_new(corpus->n_sets, &ranking);
    for (size_t i = 0; st == AKIN_OK && i < set->n_images; i++)
        st = judge_image(database, set->first_image + i, s, intent, &judged,
                         &ranking, results, err);
    for (int f = 0; st == AKIN_OK && f < BENCH_N_FIGURES; f++)
        if (f <= BENCH_MRR ? judged.counts_own : judged.counts_cross)
            results->of_set[f][s] = judged.sum[f] / (double)set->n_images;
    bench_ranking_free(&ranking);
    free(judged.relevant);
    free(judged.own);
    return st;
}

static double
mean_of(const double *value, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += value[i];
    return n == 0 ? NAN : sum / (double)n;
}

static int
by_gap(const void *a, const void *b)
{
    const struct bench_confusion *l = a, *r = b;

    if (l->gap != r->gap)
        return l->gap > r->gap ? -1 : 1;
    return (l->image > r->image) - (l->image < r->image);
}

void
bench_results_sum_up(struct bench_results *results, const bool *among)
{
    double *value = akin_new(results->n_sets, sizeof(*value));
    double *drawn = akin_new(results->n_sets, sizeof(*drawn));

    for (int f = 0; f < BENCH_N_FIGURES; f++) {
        struct bench_samples means = {0};
        size_t n = 0;

        for (size_t s = 0; s < results->n_sets; s++)
            if (!isnan(results->of_set[f][s]) && (among == NULL || among[s]))
                value[n++] = results->of_set[f][s];
        results->mean[f] = mean_of(value, n);
        for (uint64_t r = 0; n > 0 && r < RESAMPLES; r++) {
            for (size_t i = 0; i < n; i++)
                drawn[i] = value[akin_hash_mix(r, i) % n];
            bench_add(&means, mean_of(drawn, n));
        }
        results->low[f] = bench_quantile(&means, 0.025);
        results->high[f] = bench_quantile(&means, 0.975);
        bench_samples_free(&means);
    }
    if (results->n_confusions > 0)
        qsort(results->confusion, results->n_confusions,
              sizeof(*results->confusion), by_gap);
    free(value);
    free(drawn);
}
