/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include <math.h>
#include <stdlib.h>

/* Adds weight x score of one example to every dataset's sum. What it does not
 * rank is out. */
static void
add_example(const struct akin_ranked *ranked, size_t n, double weight,
            bool *seen, size_t n_datasets, double *sum)
{
    for (size_t d = 0; d < n_datasets; d++)
        seen[d] = false;
    for (size_t i = 0; i < n; i++) {
        double score = ranked[i].score;

        seen[ranked[i].dataset] = true;
        if (weight > 0 || score > 0)
            sum[ranked[i].dataset] += weight * score;
    }
    for (size_t d = 0; d < n_datasets; d++)
        if (!seen[d])
            sum[d] = -INFINITY;
}

/* A table of one row, so that akin_rank puts the sums in order. Scores of
 * equals stay equal as floats; order within them is by tie. */
static size_t
order(const double *sum, size_t n_datasets, const uint32_t *tie, float *one,
      struct akin_ranked *out)
{
    size_t n;

    for (size_t d = 0; d < n_datasets; d++)
        one[d] = (float)sum[d];
    n = akin_rank(one, 1, n_datasets, tie, AKIN_INTENT_FIND, out);
    for (size_t i = 0; i < n; i++)
        out[i].score = out[i].similarity = sum[out[i].dataset];
    return n;
}

static size_t
rank_several(const struct akin_question *question, const float *sim,
             size_t n_datasets, const uint32_t *tie, enum akin_intent intent,
             double *sum, float *one, bool *seen, struct akin_ranked *out)
{
    size_t n_negative = question->n_examples - question->n_positive;

    for (size_t e = 0, first = 0; e < question->n_examples; e++) {
        const struct akin_example *example = &question->example[e];
        double weight = example->is_negative
                            ? -AKIN_SCORE_NEGATIVE / (double)n_negative
                            : 1.0 / (double)question->n_positive;
        size_t n_tiles = example->described.n_tiles;
        size_t n = akin_rank(sim + first * n_datasets, n_tiles, n_datasets, tie,
                             intent, out);

        add_example(out, n, weight, seen, n_datasets, sum);
        first += n_tiles;
    }
    return order(sum, n_datasets, tie, one, out);
}

enum akin_status
akin_score_rank(const struct akin_question *question, const float *sim,
                size_t n_datasets, const uint32_t *tie, enum akin_intent intent,
                struct akin_ranked *out, size_t *n, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    double *sum;
    float *one;
    bool *seen;

    if (question->n_examples == 1) {
        *n = akin_rank(sim, question->n_tiles, n_datasets, tie, intent, out);
        return AKIN_OK;
    }
    sum = calloc(n_datasets + 1, sizeof(*sum));
    one = calloc(n_datasets + 1, sizeof(*one));
    seen = calloc(n_datasets + 1, sizeof(*seen));
    if (sum == NULL || one == NULL || seen == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to rank %zu datasets",
                       n_datasets);
    else
        *n = rank_several(question, sim, n_datasets, tie, intent, sum, one,
                          seen, out);
    free(sum);
    free(one);
    free(seen);
    return st;
}

double
akin_score_plain(const struct akin_question *question, const float *sim,
                 size_t n_datasets, size_t dataset)
{
    size_t n = question->n_positive_tiles;
    double sum = 0;

    for (size_t q = 0; q < n; q++)
        sum += (double)sim[q * n_datasets + dataset];
    return n == 0 ? -INFINITY : sum / (double)n;
}
