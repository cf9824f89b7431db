/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_rank.h"

#include <math.h>

/* Best similarity of one vector among n others. */
static float
best_of(const float *query, const float *vectors, size_t n)
{
    float best = -INFINITY;

    for (size_t t = 0; t < n; t++, vectors += AKIN_DIM) {
        float lane[16] = {0}, sum = 0;

        for (size_t k = 0; k < AKIN_DIM; k += 16)
            for (size_t i = 0; i < 16; i++)
                lane[i] += query[k + i] * vectors[k + i];
        for (size_t i = 0; i < 16; i++)
            sum += lane[i];
        best = sum > best ? sum : best;
    }
    return best;
}

/* Best similarity of one vector in a set, image `without` left out. */
static float
best_in_set(const struct bench_corpus *corpus, const float *vectors,
            const float *query, const struct bench_set *set, size_t without)
{
    float best = -INFINITY;

    for (size_t i = 0; i < set->n_images; i++) {
        const struct bench_image *image = &corpus->image[set->first_image + i];
        float sim;

        if (set->first_image + i == without)
            continue;
        sim = best_of(query, vectors + image->first_tile * AKIN_DIM,
                      image->n_tiles);
        best = sim > best ? sim : best;
    }
    return best;
}

void
bench_rank(const struct bench_corpus *corpus, const float *vectors,
           size_t i_image, double *score)
{
    const struct bench_image *image = &corpus->image[i_image];

    for (size_t s = 0; s < corpus->n_sets; s++) {
        double sum = 0;

        for (size_t t = 0; t < image->n_tiles; t++)
            sum += (double)best_in_set(
                corpus, vectors, vectors + (image->first_tile + t) * AKIN_DIM,
                &corpus->set[s], i_image);
        score[s] =
            image->n_tiles > 0 ? sum / (double)image->n_tiles : -INFINITY;
    }
}

size_t
bench_rank_of(const double *score, size_t n_sets, size_t without, size_t s)
{
    size_t rank = 1;

    for (size_t i = 0; i < n_sets; i++)
        if (i != without && i != s && isfinite(score[i]) &&
            (score[i] > score[s] || (i < s && score[i] >= score[s])))
            rank++;
    return rank;
}

double
bench_average_precision(const double *score, size_t n_sets, size_t without,
                        const bool *relevant, bool *first)
{
    double sum = 0;
    size_t n = 0;

    *first = false;
    for (size_t s = 0; s < n_sets; s++) {
        size_t rank, above = 1;

        if (!relevant[s] || s == without)
            continue;
        n++;
        if (!isfinite(score[s]))
            continue;
        rank = bench_rank_of(score, n_sets, without, s);
        for (size_t i = 0; i < n_sets; i++)
            if (relevant[i] && i != without && i != s &&
                bench_rank_of(score, n_sets, without, i) < rank)
                above++;
        sum += (double)above / (double)rank;
        *first = *first || rank == 1;
    }
    return n == 0 ? 0 : sum / (double)n;
}
